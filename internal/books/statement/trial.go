package statement

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/money"
)

// account is one account of a sheet with its level from 1.
type account struct {
	ledger.Account
	level int
}

// accounts are those of a set: with sub-accounts for one books, those of the chart for several.
func (s *Service) accounts(ctx context.Context, set *Set) ([]account, error) {
	list := ledger.Chart(set.Chart)
	if set.Single {
		own, err := ledger.Accounts(ctx, s.q, set.Tenant, set.Books[0].ID)
		if err != nil {
			return nil, err
		}
		list = own
	}
	var out []account
	var above []string
	for _, a := range list {
		for len(above) > 0 && !strings.HasPrefix(a.Code, above[len(above)-1]) {
			above = above[:len(above)-1]
		}
		above = append(above, a.Code)
		out = append(out, account{a, len(above)})
	}
	return out, nil
}

// sides are debits and credits of the four pairs of a trial balance: opening, period, year to date, ending.
type sides [8]money.Fen

func (t *sides) add(i int, net money.Fen) {
	if net >= 0 {
		t[i] += net
	} else {
		t[i+1] -= net
	}
}

// trial makes the 科目余额表. Where several books are added together each keeps its side: one village's payable is
// not set off against another's receivable.
func (s *Service) trial(ctx context.Context, set *Set, p Period) (*Sheet, error) {
	list, err := s.accounts(ctx, set)
	if err != nil {
		return nil, err
	}
	sums, err := ledger.Sums(ctx, s.q, set.Tenant, ledger.SumsQuery{Books: set.ids(), From: p.From, To: p.To})
	if err != nil {
		return nil, err
	}
	out := newSheet(set, p, Trial)
	for _, g := range []string{"期初余额", "本期发生额", "本年累计发生额", "期末余额"} {
		out.Columns = append(out.Columns, Column{Label: "借方", Group: g, Kind: Amount}, Column{Label: "贷方", Group: g, Kind: Amount})
	}
	var total sides
	for _, a := range list {
		t := sidesOf(sums, a.Code)
		if t == (sides{}) {
			continue
		}
		r := Row{Code: a.Code, Label: a.Name, Level: a.level}
		for i, f := range t {
			r.Cells = append(r.Cells, fen(f))
			if a.level == 1 {
				total[i] += f
			}
		}
		out.Rows = append(out.Rows, r)
	}
	foot := Row{Label: "合计", Style: Total}
	for _, f := range total {
		foot.Cells = append(foot.Cells, fen(f))
	}
	out.Rows = append(out.Rows, foot)
	for i, label := range []string{"期初借方余额合计＝贷方余额合计", "本期借方发生额合计＝贷方发生额合计", "本年累计借方发生额合计＝贷方发生额合计", "期末借方余额合计＝贷方余额合计"} {
		out.Checks = append(out.Checks, Equality{label, total[2*i], total[2*i+1]})
	}
	return out, nil
}

// sidesOf adds up an account with all below it, each books' balance on its own side.
func sidesOf(sums []ledger.AccountSum, code string) sides {
	var t sides
	var opening, ending money.Fen
	for i := range sums {
		x := &sums[i]
		if strings.HasPrefix(x.Account, code) {
			before := x.Opening + x.Before.Net()
			opening += before
			ending += before + x.Period.Net()
			t[2] += x.Period.Debit
			t[3] += x.Period.Credit
			t[4] += x.Before.Debit + x.Period.Debit
			t[5] += x.Before.Credit + x.Period.Credit
		}
		if i == len(sums)-1 || sums[i+1].Books != x.Books {
			t.add(0, opening)
			t.add(6, ending)
			opening, ending = 0, 0
		}
	}
	return t
}

// detail makes the 收支明细表: income, then expense, closing entries left out, and what is left between them.
func (s *Service) detail(ctx context.Context, set *Set, p Period) (*Sheet, error) {
	list, err := s.accounts(ctx, set)
	if err != nil {
		return nil, err
	}
	now, err := ledger.Sums(ctx, s.q, set.Tenant, ledger.SumsQuery{Books: set.ids(), From: p.From, To: p.To, Together: true})
	if err != nil {
		return nil, err
	}
	last := p.LastYear()
	then, err := ledger.Sums(ctx, s.q, set.Tenant, ledger.SumsQuery{Books: set.ids(), From: last.From, To: last.To, Together: true})
	if err != nil {
		return nil, err
	}
	d := &detail{now: now, then: then, class: map[string]string{}}
	for _, a := range ledger.Chart(set.Chart) {
		d.class[a.Code] = a.Class
	}
	if s.budget != nil {
		if d.budget, err = s.budget.Budgeted(ctx, s.q, set.Tenant, set.ids(), p.Year()); err != nil {
			return nil, err
		}
		d.budgeted = len(d.budget) > 0 // no columns for what nobody budgeted
	}
	d.budgeted = len(d.budget) > 0
	out := newSheet(set, p, Detail)
	title := "本期数"
	if p.From == p.To {
		title = "本月数"
	}
	out.Columns = []Column{{Label: title, Kind: Amount}, {Label: "本年累计", Kind: Amount}, {Label: "上年同期累计", Kind: Amount}, {Label: "比上年增减", Kind: Amount}}
	if d.budgeted {
		out.Columns = append(out.Columns, Column{Label: "本年预算", Kind: Amount}, Column{Label: "完成%", Kind: Percent})
	}
	income := d.rows(out, list, ledger.Income, "一、收入合计")
	expense := d.rows(out, list, ledger.Expense, "二、支出合计")
	var left amounts
	for i := range left {
		left[i] = income[i] - expense[i]
	}
	foot := Row{Label: "三、收支相抵（结余）", Style: Total, Cells: d.cells(left)}
	if d.budgeted {
		foot.Cells[5] = Cell{}
	}
	out.Rows = append(out.Rows, foot)
	if len(then) == 0 {
		out.Notes = append(out.Notes, "上年没有采用同一会计制度的账，上年数为零")
	}
	return out, nil
}

type detail struct {
	now, then []ledger.AccountSum
	budget    map[string]money.Fen
	budgeted  bool
	class     map[string]string // of the chart's accounts
}

// columns of amounts: period, year to date, last year to date, difference and budget.
type amounts [5]money.Fen

// rows adds a class's total and its accounts to the sheet and returns the totals.
func (d *detail) rows(out *Sheet, list []account, class, title string) amounts {
	side := money.Fen(1)
	if class == ledger.Income {
		side = -1
	}
	var total amounts
	at := len(out.Rows)
	for _, a := range list {
		if a.Class != class {
			continue
		}
		x := d.amounts(a.Code, class, side)
		if x == (amounts{}) {
			continue
		}
		if a.level == 1 {
			for i := range x {
				total[i] += x[i]
			}
		}
		out.Rows = append(out.Rows, Row{Part: title, Code: a.Code, Label: a.Name, Level: a.level + 1, Cells: d.cells(x)})
	}
	out.Rows = slices.Insert(out.Rows, at, Row{Part: title, Label: title, Style: Subtotal, Level: 1, Cells: d.cells(total)})
	return total
}

func (d *detail) cells(x amounts) []Cell {
	n := 4
	if d.budgeted {
		n = 5
	}
	var out []Cell
	for _, f := range x[:n] {
		out = append(out, fen(f))
	}
	if d.budgeted {
		out = append(out, text(percent(x[1], x[4])))
	}
	return out
}

func percent(part, whole money.Fen) string {
	if whole == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(part)/float64(whole)*100, 'f', 1, 64) + "%"
}

func (d *detail) amounts(code, class string, side money.Fen) amounts {
	var x amounts
	counts := func(a string) bool { return strings.HasPrefix(a, code) && d.class[a[:min(3, len(a))]] == class }
	for i := range d.now {
		if n := &d.now[i]; counts(n.Account) {
			x[0] += side * n.Period.Ordinary()
			x[1] += side * n.Before.Plus(n.Period).Ordinary()
		}
	}
	for i := range d.then {
		if n := &d.then[i]; counts(n.Account) {
			x[2] += side * n.Before.Plus(n.Period).Ordinary()
		}
	}
	for c, f := range d.budget {
		if counts(c) {
			x[4] += f
		}
	}
	x[3] = x[1] - x[2]
	return x
}
