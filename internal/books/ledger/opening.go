package ledger

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// Opening is an opening balance (期初余额) of books. Opening is debits less credits at the first day of the year in
// which the books begin; Debit and Credit are what had moved in that year before their first month, nothing for books
// that begin in January. The line says the account and what the amount belongs to.
type Opening struct {
	Line    // Summary is not kept; Debit and Credit as above
	Opening money.Fen
}

// Ending is what stands on the account when the books begin, debits less credits.
func (o *Opening) Ending() money.Fen { return o.Opening + o.Debit - o.Credit }

// openingMonth is the pseudo month at which the openings of a year stand.
func openingMonth(b *Books) date.Month { return date.Month(b.From.Year() * 100) }

// soFarMonth is where what moved in the year before the books stands.
func soFarMonth(b *Books) date.Month { return b.From - 1 } // within a year, or the opening month itself

// startsInJanuary reports whether books begin with a year.
func startsInJanuary(b *Books) bool { return b.From%100 == 1 }

// SetOpenings replaces the opening balances of books, all or none: debits and credits must be equal, both of the
// opening and of what moved. They can change until the first month is closed.
func (l *Ledger) SetOpenings(ctx context.Context, who access.Principal, tenant int64, books ids.ID, list []Opening) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return l.SetOpeningsTx(ctx, tx, who, books, list)
	})
}

// SetOpeningsTx is SetOpenings within a transaction.
func (l *Ledger) SetOpeningsTx(ctx context.Context, tx *db.Tx, who access.Principal, books ids.ID, list []Opening) error {
	b, err := lockBooks(ctx, tx, books)
	if err != nil {
		return err
	}
	if err := who.Require("books:"+access.Edit, b.Region); err != nil {
		return err
	}
	closed, err := lastClosed(ctx, tx, books)
	if err != nil {
		return err
	}
	if closed != 0 {
		return errs.New(errs.State, "opening.closed", "%s 已结账，期初余额不能再改；请先反结账到 %s 之前", closed, b.From)
	}
	if err := l.checkOpenings(ctx, tx, b, list); err != nil {
		return err
	}
	before, err := OpeningsOf(ctx, tx, tx.Tenant, books)
	if err != nil {
		return err
	}
	if err := replaceOpenings(ctx, tx, b, list); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{
		Action: "录入期初余额", Kind: "books", RecordID: books, Title: b.Name, Region: b.Region,
		Changes: []audit.Change{{Label: "期初余额", Before: openingText(before), After: openingText(list)}},
	})
}

func openingText(list []Opening) string {
	if len(list) == 0 {
		return ""
	}
	debit, _ := openingSides(list)
	return fmt.Sprintf("%d 行，借方合计 %s 元", len(list), debit)
}

// openingSides adds up the openings on either side.
func openingSides(list []Opening) (debit, credit money.Fen) {
	for i := range list {
		if f := list[i].Opening; f > 0 {
			debit += f
		} else {
			credit -= f
		}
	}
	return debit, credit
}

// checkOpenings runs every rule on opening balances; fields are lines[i].account and the like.
func (l *Ledger) checkOpenings(ctx context.Context, tx *db.Tx, b *Books, list []Opening) error {
	chart, err := loadChart(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	var wrong errs.List
	seen := map[Line]int{}
	lines := make([]Line, len(list))
	amounts := [3][]money.Fen{}
	for i := range list {
		o := &list[i]
		lines[i] = o.Line
		checkOpening(b, chart, i, o, &wrong)
		key := o.Line
		key.Summary, key.Debit, key.Credit = "", 0, 0
		if first, dup := seen[key]; dup {
			wrong.Add(lineField(i, "account"), "与第 %d 行的科目和辅助核算重复，请合并", first+1)
		}
		seen[key] = i
		for k, f := range []money.Fen{o.Opening, o.Debit, o.Credit} {
			amounts[k] = append(amounts[k], f)
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if err := l.CheckDimensions(ctx, tx, b, lines); err != nil {
		return err
	}
	return balanced(list, amounts)
}

func checkOpening(b *Books, chart chartOf, i int, o *Opening, l *errs.List) {
	a := chart[o.Account]
	switch {
	case a == nil:
		l.Add(lineField(i, "account"), "账套采用 %s 年制度，没有科目 %s", b.Chart, o.Account)
		return
	case !a.Leaf:
		l.Add(lineField(i, "account"), "科目 %s %s 已设明细科目，请选用%s", a.Code, a.Name, below(chart, a.Code))
	case (a.Class == Income || a.Class == Expense) && o.Opening != 0:
		l.Add(lineField(i, "opening"), "%s %s 是收支科目，年初没有余额；年内已发生的请填本年累计发生额", a.Code, a.Name)
	case a.Zero == ZeroYear && o.Opening != 0 && a.Class == Equity && startsInJanuary(b):
		l.Add(lineField(i, "opening"), "%s %s 年末应已结平，年初没有余额；请并入收益分配的未分配收益", a.Code, a.Name)
	}
	if startsInJanuary(b) && (o.Debit != 0 || o.Credit != 0) {
		l.Add(lineField(i, "debit"), "账套从 1 月起记账，没有启用前的本年发生额")
	}
	if r, lacks := missing(a, &o.Line); lacks {
		l.Add(lineField(i, r.AnyOf[0]), "科目 %s %s 要求填写%s", a.Code, a.Name, r.Label())
	}
	for _, f := range []money.Fen{o.Opening, o.Debit, o.Credit} {
		if f > money.Max || f < money.Min {
			l.Add(lineField(i, "opening"), "金额超出了系统能记录的范围（正负 9 万亿元）")
			return
		}
	}
}

// balanced is the gate: what does not balance is not taken.
func balanced(list []Opening, amounts [3][]money.Fen) error {
	var sums [3]money.Fen
	for k := range amounts {
		var err error
		if sums[k], err = money.Sum(amounts[k]...); err != nil {
			return err
		}
	}
	var l errs.List
	if sums[0] != 0 {
		debit, credit := openingSides(list)
		l.Add("lines", "年初余额借贷不平：借方合计 %s，贷方合计 %s，相差 %s 元", debit, credit, sums[0].Abs())
	}
	if sums[1] != sums[2] {
		l.Add("lines", "启用前的本年发生额借贷不平：借方合计 %s，贷方合计 %s，相差 %s 元", sums[1], sums[2], (sums[1] - sums[2]).Abs())
	}
	return l.Err()
}
