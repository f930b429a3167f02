package opening

import (
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Gate is the balance gate of a migration: the old books against the new, in all and by class of account.
type Gate struct {
	Lines []GateLine
	// Open are the rows that nothing settled, counted from 1.
	Open []int
	// Wrong says what stands in the way, in Chinese.
	Wrong []string
}

// GateLine compares one sum: Old and New are debits less credits, for classes on their usual side.
type GateLine struct {
	Label    string
	Old, New money.Fen
}

// OK reports whether nothing stands in the way.
func (g *Gate) OK() bool { return len(g.Open) == 0 && len(g.Wrong) == 0 }

// classes are compared, each with the sign of its usual side.
var classes = []struct {
	label string
	of    []string
	sign  money.Fen
}{
	{"资产总额", []string{ledger.Asset, ledger.Cost}, 1}, {"负债总额", []string{ledger.Liability}, -1}, {"所有者权益", []string{ledger.Equity}, -1},
	{"本年收入", []string{ledger.Income}, -1}, {"本年支出", []string{ledger.Expense}, 1},
}

// Check works out the gate from the rows as they stand.
func (m *Migration) Check() (*Gate, error) {
	g := &Gate{}
	var debit, credit, newDebit, newCredit []money.Fen
	oldBy, newBy := map[string][]money.Fen{}, map[string][]money.Fen{}
	for i := range m.Rows {
		r := &m.Rows[i]
		if !r.Settled() {
			g.Open = append(g.Open, i+1)
		}
		if f := r.Ending(); f > 0 {
			debit = append(debit, f)
		} else {
			credit = append(credit, -f)
		}
		class := m.oldClass(r)
		oldBy[class] = append(oldBy[class], r.Ending())
		var o, d, c []money.Fen
		for j := range r.Targets {
			t := &r.Targets[j]
			o, d, c = append(o, t.Opening), append(d, t.Debit), append(c, t.Credit)
			if f := t.Ending(); f > 0 {
				newDebit = append(newDebit, f)
			} else {
				newCredit = append(newCredit, -f)
			}
			newBy[classOf(m.Chart, t.Account)] = append(newBy[classOf(m.Chart, t.Account)], t.Ending())
			if class := classOf(m.Chart, t.Account); m.From.Of() == 1 && t.Ending() != 0 && (class == ledger.Income || class == ledger.Expense) {
				g.Wrong = append(g.Wrong, fmt.Sprintf("第 %d 行 %s %s 是收支科目，年初不能有余额；请先在旧账办年终结转，或转入未分配收益", i+1, r.Code, r.Name))
			}
		}
		if len(r.Targets) > 0 {
			if err := sumsTo(r, o, d, c); err != nil {
				g.Wrong = append(g.Wrong, fmt.Sprintf("第 %d 行 %s %s：%s", i+1, r.Code, r.Name, errs.Message(err)))
			}
		}
	}
	add := func(label string, old, now []money.Fen, sign money.Fen) error {
		a, err := money.Sum(old...)
		if err != nil {
			return err
		}
		b, err := money.Sum(now...)
		g.Lines = append(g.Lines, GateLine{label, a * sign, b * sign})
		return err
	}
	if err := add("借方余额合计", debit, newDebit, 1); err != nil {
		return nil, err
	}
	if err := add("贷方余额合计", credit, newCredit, 1); err != nil {
		return nil, err
	}
	for _, c := range classes {
		var old, now []money.Fen
		for _, class := range c.of {
			old, now = append(old, oldBy[class]...), append(now, newBy[class]...)
		}
		if err := add(c.label, old, now, c.sign); err != nil {
			return nil, err
		}
	}
	if a, b := g.Lines[0].Old, g.Lines[1].Old; a != b {
		g.Wrong = append(g.Wrong, fmt.Sprintf("旧账借贷不平：借方 %s，贷方 %s，相差 %s 元；请核对是否贴漏了科目", a, b, (a-b).Abs()))
	}
	if a, b := g.Lines[0].New, g.Lines[1].New; a != b && len(g.Open) == 0 {
		g.Wrong = append(g.Wrong, fmt.Sprintf("新账借贷不平：借方 %s，贷方 %s，相差 %s 元", a, b, (a-b).Abs()))
	}
	return g, nil
}

func sumsTo(r *Row, o, d, c []money.Fen) error {
	for _, x := range []struct {
		what string
		want money.Fen
		got  []money.Fen
	}{{"余额", r.Opening, o}, {"本年借方", r.Debit, d}, {"本年贷方", r.Credit, c}} {
		sum, err := money.Sum(x.got...)
		if err != nil {
			return err
		}
		if sum != x.want {
			return errs.New(errs.Invalid, "migration.split", "拆分后%s合计 %s 元，应为 %s 元，相差 %s 元", x.what, sum, x.want, (sum - x.want).Abs())
		}
	}
	return nil
}

// classOf is the class of the account of a chart that a code begins with, "" for none.
func classOf(chart, code string) string {
	for _, a := range ledger.Chart(chart) {
		if strings.HasPrefix(code, a.Code) {
			return a.Class
		}
	}
	return ""
}

// oldClass is the class that a row had in the old books. Of other software's accounts it is that of the account of the
// same name, else that of what the row became.
func (m *Migration) oldClass(r *Row) string {
	if m.System != SystemOther {
		for _, a := range ledger.Chart(m.System) {
			if sameName(a.Name, r.Top()) {
				return a.Class
			}
		}
		return classOf(m.System, r.TopCode)
	}
	for _, chart := range []string{ledger.Chart2004, ledger.Chart2023} {
		for _, a := range ledger.Chart(chart) {
			if sameName(a.Name, r.Top()) {
				return a.Class
			}
		}
	}
	if len(r.Targets) > 0 {
		return classOf(m.Chart, r.Targets[0].Account)
	}
	return ledger.Asset
}

// Difference is one thing in which the new books differ from the old: a changed code, a split, a decision.
type Difference struct {
	Row    int // counted from 1
	Old    string
	New    []string
	Fen    money.Fen
	Why    string
	Reason string // of who decided
}

// Differences lists what is not simply carried over.
func (m *Migration) Differences() []Difference {
	var out []Difference
	for i := range m.Rows {
		r := &m.Rows[i]
		plain := len(r.Targets) == 1 && !r.Decided && r.How == Direct && r.Hint == "" && m.same(r)
		if plain {
			continue
		}
		d := Difference{Row: i + 1, Old: r.Code + " " + strings.Join(r.Path, " — "), Fen: r.Ending(), Why: r.Hint, Reason: r.Reason}
		for j := range r.Targets {
			d.New = append(d.New, m.TargetText(&r.Targets[j]))
		}
		if d.Why == "" && len(r.Targets) > 1 {
			d.Why = fmt.Sprintf("拆分为 %d 项", len(r.Targets))
		}
		if d.Why == "" && !m.same(r) {
			d.Why = "科目编码或名称不同"
		}
		out = append(out, d)
	}
	return out
}

// same reports whether a row keeps the code and the name of its top account.
func (m *Migration) same(r *Row) bool {
	if len(r.Targets) != 1 || len(r.Targets[0].Account) > len(r.TopCode) {
		return false
	}
	t := r.Targets[0].Account
	return t == r.TopCode && sameName(accountName(m.Chart, t), r.Top())
}

func accountName(chart, code string) string {
	list := ledger.Chart(chart)
	if i := slices.IndexFunc(list, func(a ledger.Account) bool { return a.Code == code }); i >= 0 {
		return list[i].Name
	}
	return ""
}

// TargetText names a target: 211 应付款 — 押金（甲公司） 1,000.00.
func (m *Migration) TargetText(t *Target) string {
	s := t.Account + " " + accountName(m.Chart, t.Account)
	for _, n := range t.Sub {
		s += " — " + n
	}
	if t.Who != "" {
		s += "（" + t.Who + "）"
	}
	return s + " " + side(t.Ending())
}

// side is an amount with the side on which it stands.
func side(f money.Fen) string {
	if f < 0 {
		return "贷 " + f.Abs().String()
	}
	return "借 " + f.String()
}
