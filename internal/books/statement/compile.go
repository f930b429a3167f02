package statement

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
)

// resultAccounts are 本年收益 and 收益分配: what is between them and other accounts is distribution.
var resultAccounts = []string{"321", "322"}

// compile checks every formula against the chart, replaces rows by what they read, and proves what can be proved.
func (p *layoutParser) compile() {
	l := p.l
	chart := map[string]*ledger.Account{}
	for _, a := range ledger.Chart(l.Chart) {
		chart[a.Code] = &a
	}
	lines := map[string]int{}
	for i := range l.Rows {
		r := &l.Rows[i]
		if r.Line == "" {
			continue
		}
		if _, twice := lines[r.Line]; twice {
			p.rep.Add(r.sheetRow, "行次", r.Line, "行次 %s 用了两次", r.Line)
		}
		lines[r.Line] = i
	}
	if _, ok := lines[l.Kept]; l.Kept != "" && !ok {
		p.rep.Add(p.heads["未分配收益行"], "公式", l.Kept, "没有行次为 %s 的行", l.Kept)
	}
	for i := range l.Rows {
		l.Rows[i].direct = p.checkTerms(chart, lines, l.Rows[i].sheetRow, l.Rows[i].Formula, l.Rows[i].direct)
	}
	for i := range l.Checks {
		c := &l.Checks[i]
		c.Left = p.checkTerms(chart, lines, c.sheetRow, c.Formula, c.Left)
		c.Right = p.checkTerms(chart, lines, c.sheetRow, c.Formula, c.Right)
	}
	if len(p.rep.Errors) > 0 {
		return
	}
	x := &expander{p: p, lines: lines, done: map[string][]Term{}}
	for i := range l.Rows {
		l.Rows[i].Terms = x.expand(l.Rows[i].direct, l.Rows[i].sheetRow, nil)
	}
	for i := range l.Checks {
		c := &l.Checks[i]
		c.Left, c.Right = x.expand(c.Left, c.sheetRow, nil), x.expand(c.Right, c.sheetRow, nil)
	}
	if len(p.rep.Errors) == 0 {
		p.settleRest()
		p.prove(chart)
	}
}

// checkTerms refuses what the chart does not know, and settles the basis of every term.
func (p *layoutParser) checkTerms(chart map[string]*ledger.Account, lines map[string]int, row int, formula string, terms []Term) []Term {
	out := slices.Clone(terms)
	for i := range out {
		a := &out[i].Atom
		bad := func(format string, args ...any) { p.rep.Add(row, "公式", formula, format, args...) }
		if a.Source == ofRow {
			if _, ok := lines[a.Codes]; !ok {
				bad("没有行次为 %s 的行", a.Codes)
			}
			continue
		}
		profit := a.Source == AllIncome || a.Source == AllExpense
		for _, c := range a.codes() {
			top := chart[c[:min(3, len(c))]]
			if top == nil || len(c) < 3 {
				bad("%s 年制度没有科目 %s", p.l.Chart, c)
				continue
			}
			profit = profit || ofProfit(top.Class)
			if (a.Source == DebitParts || a.Source == CreditParts) && top.Direction != "both" {
				bad("科目 %s %s 不是双向科目，不分借方明细和贷方明细", c, top.Name)
			}
		}
		p.settleBasis(a, profit, bad)
	}
	return out
}

func ofProfit(class string) bool { return class == ledger.Income || class == ledger.Expense }

// settleBasis gives a term the basis that follows from the statement's kind.
func (p *layoutParser) settleBasis(a *Atom, profit bool, bad func(string, ...any)) {
	switch {
	case a.Source == Granted || a.Source == Received:
		if p.l.Kind == BalanceForm {
			bad("资产负债表的公式不能用“分配”和“转入”")
		}
		a.Basis = Moved
	case p.l.Kind == BalanceForm:
		if a.Basis != AsKind || profit {
			bad("资产负债表的公式只取期末余额，不能写收入、支出科目或时点")
		}
		a.Basis = Ending
	case a.Basis == AsKind && profit:
		a.Basis = Moved
	case a.Basis == AsKind, a.Basis == Moved && !profit:
		bad("科目 %s 要写明“年初:”或“期末:”", cmp.Or(a.Codes, "未结转损益"))
	}
}

// expander replaces rows by their terms.
type expander struct {
	p     *layoutParser
	lines map[string]int
	done  map[string][]Term
}

func (x *expander) expand(terms []Term, row int, path []string) []Term {
	sums, order := map[Atom]int{}, []Atom{}
	add := func(t Term) {
		if _, ok := sums[t.Atom]; !ok {
			order = append(order, t.Atom)
		}
		sums[t.Atom] += t.Times
	}
	for _, t := range terms {
		if t.Source != ofRow {
			add(t)
			continue
		}
		for _, u := range x.line(t.Codes, row, path) {
			u.Times *= t.Times
			add(u)
		}
	}
	var out []Term
	for _, a := range order {
		if sums[a] != 0 {
			out = append(out, Term{sums[a], a})
		}
	}
	return out
}

func (x *expander) line(line string, from int, path []string) []Term {
	if t, ok := x.done[line]; ok {
		return t
	}
	r := &x.p.l.Rows[x.lines[line]]
	if slices.Contains(path, line) {
		x.p.rep.Add(from, "公式", r.Formula, "公式互相引用，绕回了自己：行%s", strings.Join(append(path, line), "→行"))
		return nil
	}
	t := x.expand(r.direct, r.sheetRow, append(slices.Clone(path), line))
	x.done[line] = t
	return t
}

// settleRest lets "the rest" name the accounts that it leaves out: those that other rows name.
func (p *layoutParser) settleRest() {
	named := map[Source][]string{}
	each := func(fn func(*Term)) {
		for i := range p.l.Rows {
			for j := range p.l.Rows[i].Terms {
				fn(&p.l.Rows[i].Terms[j])
			}
		}
		for i := range p.l.Checks {
			for _, side := range [][]Term{p.l.Checks[i].Left, p.l.Checks[i].Right} {
				for j := range side {
					fn(&side[j])
				}
			}
		}
	}
	each(func(t *Term) {
		if t.Source == Granted || t.Source == Received {
			named[t.Source] = append(named[t.Source], t.codes()...)
		}
	})
	each(func(t *Term) {
		if (t.Source == Granted || t.Source == Received) && t.Codes == "" {
			list := slices.Compact(slices.Sorted(slices.Values(named[t.Source])))
			t.Names = strings.Join(list, "|") // of a distribution without accounts: the accounts that others name
		}
	})
}

// prove makes sure of every check that follows from double entry alone: both sides then read each account of the
// chart equally often, so that no layout in force can leave an account out and still be called balanced.
func (p *layoutParser) prove(chart map[string]*ledger.Account) {
	balanced := false
	for _, c := range p.l.Checks {
		weights, ok := weigh(chart, c.Left, c.Right)
		if !ok {
			continue
		}
		want := p.even(chart, weights, c)
		whole := slices.ContainsFunc(slices.Concat(c.Left, c.Right), func(t Term) bool { return t.Source == AllIncome || t.Source == AllExpense })
		balanced = balanced || want != 0 || p.l.Kind == IncomeForm && whole
	}
	switch {
	case balanced || len(p.rep.Errors) > 0:
	case p.l.Kind == BalanceForm:
		p.rep.Add(1, "部分", "", "缺少核对：资产负债表要有“资产总计＝负债和所有者权益总计”的等式")
	case p.l.Kind == IncomeForm:
		p.rep.Add(1, "部分", "", "缺少核对：收益及收益分配表要有“本年收益＝收入合计－支出合计”的等式")
	}
}

// weigh says how often an equation reads each account's debit balance; false when it reads what no chart can prove.
func weigh(chart map[string]*ledger.Account, left, right []Term) (map[string]int, bool) {
	out := map[string]int{}
	parts := map[string][2]int{}
	terms := slices.Clone(left)
	for _, t := range right {
		t.Times = -t.Times
		terms = append(terms, t)
	}
	for _, t := range terms {
		if t.Basis != terms[0].Basis {
			return nil, false
		}
		switch t.Source {
		case OfAccount:
			a := chart[t.Codes]
			if a == nil || t.Names != "" {
				return nil, false
			}
			out[t.Codes] += t.Times * sideOf(a)
		case DebitParts, CreditParts:
			x := parts[t.Codes]
			x[t.Source-DebitParts] += t.Times
			parts[t.Codes] = x
		case Uncarried, AllIncome, AllExpense:
			for code, a := range chart {
				switch {
				case t.Source == Uncarried && ofProfit(a.Class), t.Source == AllIncome && a.Class == ledger.Income:
					out[code] -= t.Times
				case t.Source == AllExpense && a.Class == ledger.Expense:
					out[code] += t.Times
				}
			}
		default:
			return nil, false
		}
	}
	for code, x := range parts { // the debit details less the credit details are the account
		if x[0] != -x[1] {
			out[code] = unprovable
			continue
		}
		out[code] += x[0]
	}
	return out, true
}

// unprovable marks an account whose details are read on one side only.
const unprovable = 1 << 30

// even makes sure that an equation reads every account as often as most, and returns how often that is.
func (p *layoutParser) even(chart map[string]*ledger.Account, weights map[string]int, c FormCheck) int {
	codes := slices.Sorted(maps.Keys(chart))
	count, want := map[int]int{}, 0
	for _, code := range codes {
		w := weights[code]
		if count[w]++; count[w] > count[want] {
			want = w
		}
	}
	var off []string
	for _, code := range codes {
		if weights[code] != want {
			off = append(off, code+" "+chart[code].Name)
		}
	}
	if len(off) > 0 {
		p.rep.Add(c.sheetRow, "公式", c.Formula, "“%s”不能恒成立：科目 %s 没有列入、列重了或正负号不对", c.Label, strings.Join(off, "、"))
	}
	return want
}

// sideOf is 1 for an account that usually stands on the debit side, -1 for the credit side; one that stands on both
// goes by its class.
func sideOf(a *ledger.Account) int {
	switch a.Direction {
	case "debit":
		return 1
	case "credit":
		return -1
	}
	switch a.Class {
	case ledger.Asset, ledger.Cost, ledger.Expense:
		return 1
	}
	return -1
}
