package asset

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Due is what a month takes from a card by the straight line: what is still to be depreciated, in equal parts over the
// months that are left of its life, so that the parts sum to cost without salvage to the fen and a change of cost, life or
// salvage touches the months to come alone. g says when depreciation begins and ends. A card that the month takes nothing
// from says why not in Chinese, or "" when that is as it should be.
func (a *Asset) Due(g *Group, m date.Month) (fen money.Fen, left int, why string, err error) {
	if why, quiet := a.spared(g); why != "" || quiet {
		return 0, 0, why, nil
	}
	first := a.ReadyOn.YearMonth().Add(g.Start)
	end := first.Add(a.Life)
	if !a.PriorTo.IsZero() {
		first = max(first, a.PriorTo.YearMonth().Next())
	}
	if m < first || !a.Retired.IsZero() && m >= a.Retired.YearMonth().Add(g.Stop) {
		return 0, 0, "", nil
	}
	salvage, err := a.Salvage()
	if err != nil {
		return 0, 0, "", err
	}
	rest := a.Cost - salvage - a.Accumulated
	if rest <= 0 { // 已提足折旧，继续使用也不再计提
		return 0, 0, "", nil
	}
	left = max(1, monthsFrom(m, end))
	fen, err = money.MulDiv(rest, 1, int64(left), money.HalfUp)
	return fen, left, "", err
}

// spared says why a card is not depreciated whatever the month; quiet when there is nothing to say about it.
func (a *Asset) spared(g *Group) (why string, quiet bool) {
	switch {
	case a.Nominal || a.Method == NoMethod || a.Cost == 0 || g != nil && g.Accumulated == "":
		return "", true
	case a.State == "retired" && a.Retired.IsZero():
		return "已处置，但没有处置日期", false
	case a.Method == "" && a.Nature == Resource:
		return "", true
	case a.Method == "":
		return "卡片没有填资产分类和折旧方法", false
	case g == nil:
		return "卡片没有填资产分类", false
	case a.ReadyOn.IsZero():
		return "没有投用日期", false
	case a.State == "building":
		return "建设（改造）中", false
	}
	return "", false
}

// monthsFrom counts the months from one to before another.
func monthsFrom(m, end date.Month) int {
	return (end.Year()-m.Year())*12 + int(end.Of()) - int(m.Of())
}

// PlanLine is what a run takes from one card. Left counts the months of its life that are left with the run's own.
type PlanLine struct {
	Asset               *Asset
	Fen                 money.Fen
	Left                int
	Accumulated, Charge string // accounts of the chart
	Unchecked           bool   // the months from and to which its kind is depreciated were not compared with the accounting system's text
}

// Spared is a card that a run leaves out, and why.
type Spared struct {
	Asset *Asset
	Why   string
}

// Posting is what a run books on an account of the chart. Account is the one that takes it: the account itself, or one of
// Choices where the books have divided it.
type Posting struct {
	Top, Account  string
	Debit, Credit money.Fen
	Choices       []ledger.Account
}

// Plan is what the depreciation of a month will book.
type Plan struct {
	Books    *ledger.Books
	Month    date.Month
	Lines    []PlanLine
	Spared   []Spared
	Postings []Posting // expenses first
	Total    money.Fen
	Standing *Run   // the run of the month that there is
	Stop     string // why the month cannot be run now
	Digest   string // of what was shown
}

// Depreciation carries out the runs.
type Depreciation struct {
	env    *record.Env
	ledger *ledger.Ledger
	Runs   *record.Noun[Run]
}

// NewDepreciation registers the noun "depreciation"; "books", "voucher" and "asset" must have been registered before.
func NewDepreciation(e *record.Env, l *ledger.Ledger) *Depreciation {
	d := &Depreciation{env: e, ledger: l}
	d.Runs = d.newRuns()
	return d
}

// Plan works out the depreciation of a month of books. choices say for accounts of the chart that the books have divided
// which of the accounts below takes the entry; what is not given goes to the first.
func (d *Depreciation) Plan(ctx context.Context, q db.Q, tenant int64, books ids.ID, m date.Month, choices map[string]string) (*Plan, error) {
	b, err := ledger.GetBooks(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	if err := b.Takes(m); err != nil {
		return nil, err
	}
	p := &Plan{Books: b, Month: m}
	runs, err := standing(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	p.settle(runs)
	cards, err := assetTable.All(ctx, q, db.NewWhere(tenant).And("owner_id = ?", b.Party), "no")
	if err != nil {
		return nil, err
	}
	if p.Standing == nil {
		if err := p.fill(cards); err != nil {
			return nil, err
		}
	}
	accounts, err := ledger.Accounts(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	return p, p.post(accounts, choices)
}

// settle says how the month stands to the runs that there are: months are run in their order and none is left out.
func (p *Plan) settle(runs []Run) {
	for i := range runs {
		if runs[i].Month == p.Month {
			p.Standing = &runs[i]
			return
		}
	}
	if len(runs) == 0 {
		return
	}
	switch last := runs[len(runs)-1].Month; {
	case last > p.Month:
		p.Stop = fmt.Sprintf("已经计提到 %s，不能再计提以前的月份；漏提的部分会在以后各月的计提里补足", last.Chinese())
	case last.Next() < p.Month:
		p.Stop = fmt.Sprintf("请按月份先后计提：%s 还没有计提", last.Next().Chinese())
	}
}

func (p *Plan) fill(cards []Asset) error {
	for i := range cards {
		a := &cards[i]
		g := GroupOf(a.Class, p.Books.Chart)
		fen, left, why, err := a.Due(g, p.Month)
		if err != nil {
			return fmt.Errorf("depreciating %s: %w", a.No, err)
		}
		if why != "" {
			p.Spared = append(p.Spared, Spared{a, why})
		}
		if fen > 0 {
			p.Lines = append(p.Lines, PlanLine{a, fen, left, g.Accumulated, chargeAccount(a.Charge, p.Books.Chart), !g.Checked})
			if p.Total, err = money.Add(p.Total, fen); err != nil {
				return err
			}
		}
	}
	return nil
}

// post sums the lines by account and finds the accounts of the books.
func (p *Plan) post(accounts []ledger.Account, choices map[string]string) error {
	side := func(top string, debit, credit money.Fen) {
		for i := range p.Postings {
			if x := &p.Postings[i]; x.Top == top && (x.Debit != 0) == (debit != 0) {
				x.Debit, x.Credit = x.Debit+debit, x.Credit+credit // parts of Total, which is in range
				return
			}
		}
		p.Postings = append(p.Postings, Posting{Top: top, Account: top, Debit: debit, Credit: credit})
	}
	hash := sha256.New()
	fmt.Fprintln(hash, p.Books.ID, p.Month)
	for _, l := range p.Lines {
		side(l.Charge, l.Fen, 0)
		side(l.Accumulated, 0, l.Fen)
		fmt.Fprintln(hash, l.Asset.ID, l.Fen, l.Charge, l.Accumulated)
	}
	p.Digest = hex.EncodeToString(hash.Sum(nil))
	slices.SortFunc(p.Postings, func(a, b Posting) int {
		return cmp.Or(cmp.Compare(b.Debit, 0)-cmp.Compare(a.Debit, 0), cmp.Compare(a.Top, b.Top))
	})
	var wrong errs.List
	for i := range p.Postings {
		x := &p.Postings[i]
		x.Choices = leaves(accounts, x.Top)
		switch at := slices.IndexFunc(x.Choices, func(a ledger.Account) bool { return a.Code == choices[x.Top] }); {
		case len(x.Choices) == 0:
			wrong.Add("account."+x.Top, "账套里没有可用的科目 %s，请先在账套的科目里启用", x.Top)
		case at >= 0:
			x.Account = x.Choices[at].Code
		case choices[x.Top] != "":
			wrong.Add("account."+x.Top, "科目 %s 不在 %s 之下，或已停用", choices[x.Top], x.Top)
		default:
			x.Account = x.Choices[0].Code
		}
	}
	return wrong.Err()
}

// leaves are the accounts at or below one that take entries.
func leaves(accounts []ledger.Account, top string) []ledger.Account {
	var out []ledger.Account
	for _, a := range accounts {
		if len(a.Code) >= len(top) && a.Code[:len(top)] == top && a.Leaf && a.Active {
			out = append(out, a)
		}
	}
	return out
}

// account is the account of the books that takes what belongs on one of the chart, on the side of an expense or not.
func (p *Plan) account(top string, debit bool) string {
	for i := range p.Postings {
		if x := &p.Postings[i]; x.Top == top && (x.Debit != 0) == debit {
			return x.Account
		}
	}
	return top
}

// mostCardLines is how many cards are named line by line on a voucher; a ledger takes no longer ones.
const mostCardLines = 480

// voucher is the entry of a plan: expenses by account, what was depreciated card by card as far as a voucher is long.
func (p *Plan) voucher() *ledger.Voucher {
	v := &ledger.Voucher{Books: p.Books.ID, Date: p.Month.Last(), Summary: "计提" + p.Month.Chinese() + "折旧"}
	for _, x := range p.Postings {
		if x.Debit != 0 || len(p.Lines) > mostCardLines {
			v.Lines = append(v.Lines, ledger.Line{Account: x.Account, Debit: x.Debit, Credit: x.Credit})
		}
	}
	if len(p.Lines) <= mostCardLines {
		for _, l := range p.Lines {
			v.Lines = append(v.Lines, ledger.Line{
				Summary: v.Summary + "（" + l.Asset.No + "）", Account: p.account(l.Accumulated, false), Credit: l.Fen, Asset: l.Asset.ID,
			})
		}
	}
	return v
}
