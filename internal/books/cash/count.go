package cash

import (
	"context"
	"strconv"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// The states of a count.
const (
	CountMade   = "made"
	CountSigned = "signed"
)

// Count is a count of the cash on hand (库存现金盘点): the notes by their value and the small change, against what the
// ledger says on that day (Book) with what vouchers move that are not posted yet (Waiting).
type Count struct {
	db.Row
	No                  string
	Party               ids.ID
	Date                date.Date
	Notes               [6]int // of 100, 50, 20, 10, 5 and 1 yuan
	Change              money.Fen
	Counted             money.Fen
	Book, Waiting       money.Fen
	Difference          money.Fen // negative: cash is missing
	Counter, Supervisor string
	Cause               string
	Account             string
	Voucher             ids.ID
}

// Notes are the values of the notes that are counted, in yuan, in the order of Count.Notes.
var Notes = [6]money.Fen{100, 50, 20, 10, 5, 1}

// CountMachine: a count is signed by who counted and who watched; a difference is then put on record.
var CountMachine = &fsm.Machine{
	Name:   "现金盘点",
	States: []fsm.State{{Code: CountMade, Label: "待签认", Tone: "orange"}, {Code: CountSigned, Label: "已签认", Tone: "green"}},
	Events: []fsm.Event{{Name: "sign", Label: "签认", From: []string{CountMade}, To: CountSigned, Verb: "approve"}},
}

var countTable = &db.Table[Count]{
	Name: "cash_count",
	Cols: []string{
		"no", "party_id", "on_date", "n100", "n50", "n20", "n10", "n5", "n1", "change_fen", "counted_fen", "book_fen", "waiting_fen", "difference_fen",
		"counter", "supervisor", "cause", "account", "voucher_id",
	},
	Row: func(c *Count) *db.Row { return &c.Row },
	Ptrs: func(c *Count) []any {
		n := &c.Notes
		return []any{
			&c.No, &c.Party, &c.Date, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &c.Change, &c.Counted, &c.Book, &c.Waiting, &c.Difference,
			&c.Counter, &c.Supervisor, &c.Cause, &c.Account, &c.Voucher,
		}
	},
}

// signed describes an amount that may be negative.
func signed(name, label string, p func(*Count) *money.Fen) field.Field[Count] {
	return field.NewMoney(name, label, p).Derived()
}

// mostNotes bounds the pieces of one note.
const mostNotes = 99999

func (c *Cash) newCounts() *record.Noun[Count] {
	fields := []field.Field[Count]{
		field.NewText("no", "编号", func(c *Count) *string { return &c.No }).Fix().List().Help("留空自动编号"),
		field.NewRef("party", "单位", "party", func(c *Count) *ids.ID { return &c.Party }).Req().Fix().Show().Filter(),
		field.NewDay("date", "盘点日期", func(c *Count) *date.Date { return &c.Date }).Req().Fix().Col("on_date").List(),
	}
	for i, n := range Notes {
		name := strconv.Itoa(int(n))
		fields = append(fields, field.NewInt("n"+name, name+" 元", 0, mostNotes, func(c *Count) *int { return &c.Notes[i] }).In("张"))
	}
	fields = append(fields,
		field.NewMoney("change", "零钱", func(c *Count) *money.Fen { return &c.Change }).Help("硬币和角票合计"),
		field.NewMoney("counted", "实点金额", func(c *Count) *money.Fen { return &c.Counted }).List().Derived(),
		signed("book", "账面余额", func(c *Count) *money.Fen { return &c.Book }).List(),
		signed("waiting", "未记账收支", func(c *Count) *money.Fen { return &c.Waiting }).Help("已填凭证、还没有记账的现金收支净额"),
		signed("difference", "长款（短款为负）", func(c *Count) *money.Fen { return &c.Difference }).List(),
		field.NewText("counter", "盘点人", func(c *Count) *string { return &c.Counter }).Req().List(),
		field.NewText("supervisor", "监盘人", func(c *Count) *string { return &c.Supervisor }).Req().Help("村务监督委员会或民主理财小组成员，不能是盘点人"),
		field.NewText("cause", "差异原因", func(c *Count) *string { return &c.Cause }),
		field.NewText("account", "差异记入科目", func(c *Count) *string { return &c.Account }).Help("2023 年制度不填，记入 181 待处理财产损溢；2004 年制度没有这个科目，短款填应收款，长款填应付款或其他收入"),
		field.NewRef("voucher", "凭证", "voucher", func(c *Count) *ids.ID { return &c.Voucher }).Derived(),
	)
	return record.Register(c.env, &record.Noun[Count]{
		Kind: "cash_count", Label: "现金盘点", Path: "/cash-counts", Icon: "calculator", Key: "no", Order: "-no",
		Intro: "清点库存现金，与账面核对；签认后长款、短款自动生成待审核的凭证。",
		Table: countTable, Machine: CountMachine, Fields: fields,
		Title:  func(c *Count) string { return c.No + " " + c.Date.Chinese() + "现金盘点" },
		Series: func(c *Count) string { return "PD-" + strconv.Itoa(c.Date.Year()) },
		Prepare: func(ctx context.Context, q db.Q, tenant int64, v *Count) (err error) {
			v.Region, err = place(ctx, q, tenant, v.Party)
			return err
		},
		Check: func(v *Count) error {
			v.Counted = v.Change
			for i, n := range v.Notes {
				v.Counted += money.Fen(n) * Notes[i] * money.Yuan
			}
			if v.Counter == v.Supervisor {
				return errs.OnField("supervisor", "监盘人不能是盘点人")
			}
			return nil
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, v *Count) error {
			if old != nil && old.State == CountSigned {
				v.Counted, v.Book, v.Waiting, v.Difference, v.Voucher = old.Counted, old.Book, old.Waiting, old.Difference, old.Voucher
				if v.Notes != old.Notes || v.Change != old.Change {
					return errs.New(errs.State, "count.signed", "盘点表已签认，实点数不能再改；有误请重新盘点")
				}
				return nil
			}
			v.Voucher = 0
			if today := date.Of(tx.Now()); v.Date.After(today) {
				return errs.OnField("date", "盘点日期不能晚于今天（%s）", today)
			}
			_, err := compare(ctx, tx, v)
			return err
		},
		Guards: map[string]func(context.Context, *db.Tx, *Count) error{"sign": c.signCount},
	})
}

// compare reads what the ledger says on the day of the count, and returns the books.
func compare(ctx context.Context, tx *db.Tx, v *Count) (*ledger.Books, error) {
	b, err := booksOn(ctx, tx, tx.Tenant, v.Party, v.Date)
	if err != nil {
		return nil, err
	}
	s, err := ledger.StandingAt(ctx, tx, tx.Tenant, b.ID, cashOnHand, v.Date)
	v.Book, v.Waiting = s.Posted, s.Waiting
	v.Difference = v.Counted - s.Posted - s.Waiting
	return b, err
}

// pending is 待处理财产损溢 of the 2023 system.
const pending = "181"

// signCount compares once more and drafts the voucher of a difference.
func (c *Cash) signCount(ctx context.Context, tx *db.Tx, v *Count) error {
	b, err := compare(ctx, tx, v)
	if err != nil || v.Difference == 0 {
		return err
	}
	list, err := ledger.Accounts(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	v.Account = accountCode(list, v.Account)
	if v.Account == "" && b.Chart == ledger.Chart2023 {
		v.Account = pending
	}
	switch {
	case v.Account == "":
		return errs.OnField("account", "账实相差 %s 元。2004 年制度没有待处理财产损溢科目，请先在“修改”里填写差异记入科目：短款填应收款，长款填应付款或其他收入", v.Difference.Abs())
	case ledger.IsCash(v.Account):
		return errs.OnField("account", "差异不能记入库存现金或银行存款")
	case v.Cause == "":
		return errs.OnField("cause", "账实相差 %s 元，请先在“修改”里写明差异原因", v.Difference.Abs())
	}
	what, fen := "现金短款", v.Difference.Abs()
	lines, fields := []ledger.Line{{Account: v.Account, Debit: fen}, {Account: cashOnHand, Credit: fen}}, []string{"account", "party"}
	if v.Difference > 0 {
		what = "现金长款"
		lines, fields = []ledger.Line{{Account: cashOnHand, Debit: fen}, {Account: v.Account, Credit: fen}}, []string{"party", "account"}
	}
	v.Voucher, err = c.make(ctx, tx, draft{
		kind: "cash_count", id: v.ID, unit: v.Party, day: v.Date, summary: what + "（" + v.No + "）：" + v.Cause, sample: v.Sample, bills: 1, lines: lines, fields: fields,
	})
	return err
}
