package engine

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"huicun/internal/kit/errs"
)

// Example is a worked example of a policy: what is given, and what must come out to the fen. The examples of a policy
// run as its tests.
type Example struct {
	Name     string              `yaml:"name"`
	Given    map[string]string   `yaml:"given,omitempty"`
	Accounts map[string][]Amount `yaml:"accounts,omitempty"` // the inputs that are entries of accounts
	Persons  []Person            `yaml:"persons,omitempty"`
	Decide   []Decided           `yaml:"decide,omitempty"`
	Paid     string              `yaml:"paid,omitempty"`
	Expect   Expect              `yaml:"expect,omitempty"`
	// Group is an example of a ranking: several villages and the prizes that they get.
	Group []Member `yaml:"group,omitempty"`
}

// Amount is one entry of an account.
type Amount struct {
	Account  string `yaml:"account"`
	Label    string `yaml:"label,omitempty"`
	Amount   string `yaml:"amount"`
	Received string `yaml:"received,omitempty"` // the whole amount when left out
}

// Decided is a decision within a rule's range.
type Decided struct {
	Rule   string `yaml:"rule"`
	Amount string `yaml:"amount"`
	Reason string `yaml:"reason"`
}

// Expect is what must come out; what is left out is not compared.
type Expect struct {
	Award       string            `yaml:"award,omitempty"`
	Values      map[string]string `yaml:"values,omitempty"` // steps by name
	Payees      []Expected        `yaml:"payees,omitempty"` // all of them
	Payers      []Expected        `yaml:"payers,omitempty"`
	Credits     []Expected        `yaml:"credits,omitempty"`
	Limits      []Expected        `yaml:"limits,omitempty"`
	Instalments []Expected        `yaml:"instalments,omitempty"`
	Ready       []string          `yaml:"ready,omitempty"`    // the instalments that are due
	Excluded    []string          `yaml:"excluded,omitempty"` // the persons who get nothing
	Refused     string            `yaml:"refused,omitempty"`  // part of the reason why there is no award
	Clawback    string            `yaml:"clawback,omitempty"`
	Open        []OpenRange       `yaml:"open,omitempty"`  // what a person has yet to decide
	Error       string            `yaml:"error,omitempty"` // part of the sentence that refuses the calculation
}

// OpenRange is a rule whose sum is still to be decided, and its bounds.
type OpenRange struct {
	Rule string `yaml:"rule"`
	Min  string `yaml:"min"`
	Max  string `yaml:"max"`
}

// Expected is a party (or a person) and a sum.
type Expected struct {
	To     string `yaml:"to"`
	Amount string `yaml:"amount"`
}

// Member is one village of a ranking and what it must get: the prize and, where written, the whole award. Order is its place
// among equals as people decided it.
type Member struct {
	Subject string            `yaml:"subject"`
	Given   map[string]string `yaml:"given"`
	Order   int               `yaml:"order,omitempty"`
	Prize   string            `yaml:"prize"`
	Award   string            `yaml:"award,omitempty"`
}

// Outcome is an example that has run: Diffs is empty when everything came out as expected.
type Outcome struct {
	Name  string
	Diffs []string
	Award *Award // nil when the calculation was refused
}

// examples checks that examples name only what there is; their sums are checked by running them.
func (c *checker) examples(doc *Document) {
	for i := range doc.Examples {
		x := &doc.Examples[i]
		path := fmt.Sprintf("examples[%d]", i)
		c.need(path+".name", x.Name, "算例名称")
		given := false
		for _, name := range slices.Sorted(maps.Keys(x.Given)) {
			if _, err := c.p.ParseValue(name, x.Given[name]); err != nil {
				given = true
				c.fail(path+".given."+name, oneField(err))
			}
		}
		if given {
			continue
		}
		if _, err := c.p.inputsOf(x); err != nil {
			c.fail(path+".given", oneField(err))
		}
		if len(x.Group) > 0 && doc.Prizes == nil {
			c.add(path+".group", "这项政策没有评奖，不能有分组算例")
		}
	}
}

// oneField makes the first wrong field the sentence.
func oneField(err error) error {
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		return errs.New(errs.Invalid, e.Code, "%s", e.Fields[0].Msg)
	}
	return err
}

// inputsOf are the inputs of an example.
func (p *Policy) inputsOf(x *Example) (*Inputs, error) {
	in := &Inputs{Subject: x.Name, Values: map[string]Value{}, Persons: x.Persons, Decisions: map[string]Decision{}}
	if err := p.given(in, x.Given); err != nil {
		return nil, err
	}
	for name, list := range x.Accounts {
		if k := p.inputs[name]; k == nil || k.typ != varAccounts {
			return nil, errs.New(errs.Invalid, "policy.input", "“%s”不是科目明细", name)
		}
		v := Value{}
		for _, a := range list {
			e, err := a.entry()
			if err != nil {
				return nil, err
			}
			v.Entries = append(v.Entries, e)
		}
		in.Values[name] = v
	}
	for _, d := range x.Decide {
		r, err := parseNumber(d.Amount)
		if err != nil {
			return nil, err
		}
		in.Decisions[d.Rule] = Decision{r, d.Reason}
	}
	if x.Paid != "" {
		r, err := parseNumber(x.Paid)
		if err != nil {
			return nil, err
		}
		if in.Paid, err = toFen(r, 0); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func (p *Policy) given(in *Inputs, texts map[string]string) error {
	for name, text := range texts {
		v, err := p.ParseValue(name, text)
		if err != nil {
			return err
		}
		in.Values[name] = v
	}
	return nil
}

func (a Amount) entry() (Entry, error) {
	e := Entry{Account: a.Account, Label: a.Label}
	r, err := parseNumber(a.Amount)
	if err == nil {
		e.Amount, err = toFen(r, 0)
	}
	e.Received = e.Amount
	if err == nil && a.Received != "" {
		if r, err = parseNumber(a.Received); err == nil {
			e.Received, err = toFen(r, 0)
		}
	}
	return e, err
}

// Test runs every example of the policy.
func (p *Policy) Test() []Outcome {
	var out []Outcome
	for i := range p.Doc.Examples {
		out = append(out, p.runExample(&p.Doc.Examples[i]))
	}
	return out
}

func (p *Policy) runExample(x *Example) Outcome {
	o := Outcome{Name: x.Name}
	if len(x.Group) > 0 {
		o.Diffs = p.runGroup(x)
		return o
	}
	in, err := p.inputsOf(x)
	if err == nil {
		o.Award, err = p.Evaluate(in)
	}
	switch {
	case err != nil && x.Expect.Error != "" && strings.Contains(oneField(err).Error(), x.Expect.Error):
	case err != nil:
		o.Diffs = append(o.Diffs, "没有算出来："+errs.Message(oneField(err)))
	case x.Expect.Error != "":
		o.Diffs = append(o.Diffs, "应当不予计算（"+x.Expect.Error+"），却算出了结果")
	default:
		o.Diffs = x.Expect.compare(o.Award)
	}
	return o
}

// differ collects differences.
type differ struct{ diffs []string }

func (d *differ) number(what, want string, got *big.Rat, unit string) {
	if want == "" {
		return
	}
	r, err := parseNumber(want)
	if err != nil {
		d.diffs = append(d.diffs, what+"：期望值“"+want+"”不是数")
		return
	}
	if got == nil {
		d.diffs = append(d.diffs, what+"：没有这一项")
		return
	}
	if r.Cmp(got) != 0 {
		d.diffs = append(d.diffs, fmt.Sprintf("%s：期望 %s，算出 %s，相差 %s", what, show(r, unit), show(got, unit), show(new(big.Rat).Sub(got, r), unit)))
	}
}

// list compares parties; nil means that nothing is expected.
func (d *differ) list(what string, want []Expected, got []Payment) {
	if want == nil {
		return
	}
	if len(want) != len(got) {
		d.diffs = append(d.diffs, fmt.Sprintf("%s：期望 %d 份，算出 %d 份", what, len(want), len(got)))
	}
	for _, w := range want {
		i := slices.IndexFunc(got, func(p Payment) bool { return p.To == w.To || p.Person != "" && p.Person == w.To })
		if i < 0 {
			d.diffs = append(d.diffs, what+"：没有“"+w.To+"”的一份")
			continue
		}
		d.number(what+"“"+w.To+"”", w.Amount, fromFen(got[i].Amount), "元")
	}
}

func (x *Expect) compare(a *Award) []string {
	d := &differ{}
	d.number("奖励", x.Award, a.Points, a.Unit)
	for name, want := range x.Values {
		d.number("“"+name+"”", want, a.Values[name], "元")
	}
	d.list("分给", x.Payees, a.Payees)
	d.list("出资", x.Payers, a.Payers)
	d.list("归属", x.Credits, a.Credits)
	d.list("最多", x.Limits, ceilings(a.Limits))
	d.list("分期", x.Instalments, dues(a.Instalments))
	d.number("追回", x.Clawback, fromFen(a.Clawback), "元")
	for _, name := range x.Ready {
		if !slices.ContainsFunc(a.Instalments, func(i Due) bool { return i.Label == name && i.Ready }) {
			d.diffs = append(d.diffs, "分期“"+name+"”应当可以兑付")
		}
	}
	for _, name := range x.Excluded {
		if !slices.ContainsFunc(a.Excluded, func(e Exclusion) bool { return e.Person == name }) {
			d.diffs = append(d.diffs, "“"+name+"”应当不参加分配")
		}
	}
	if got := strings.Join(a.Refused, "；"); x.Refused != "" && !strings.Contains(got, x.Refused) {
		d.diffs = append(d.diffs, "应当不予奖励："+x.Refused+"；实际："+got)
	}
	if x.Refused == "" && len(a.Refused) > 0 && x.Award != "" {
		if r, err := parseNumber(x.Award); err == nil && r.Sign() != 0 {
			d.diffs = append(d.diffs, a.Refused...)
		}
	}
	d.open(x.Open, a.Undecided)
	return d.diffs
}

func (d *differ) open(want []OpenRange, got []Bounds) {
	if len(want) != len(got) {
		d.diffs = append(d.diffs, fmt.Sprintf("待人确定：期望 %d 项，实际 %d 项", len(want), len(got)))
	}
	for _, w := range want {
		i := slices.IndexFunc(got, func(b Bounds) bool { return b.Rule == w.Rule })
		if i < 0 {
			d.diffs = append(d.diffs, "“"+w.Rule+"”应当由人在范围内确定")
			continue
		}
		d.number("“"+w.Rule+"”下限", w.Min, got[i].Min, got[i].Unit)
		d.number("“"+w.Rule+"”上限", w.Max, got[i].Max, got[i].Unit)
	}
}

func ceilings(list []Ceiling) []Payment {
	var out []Payment
	for _, l := range list {
		out = append(out, Payment{To: l.To, Amount: l.AtMost})
	}
	return out
}

func dues(list []Due) []Payment {
	var out []Payment
	for _, l := range list {
		out = append(out, Payment{To: l.Label, Amount: l.Amount})
	}
	return out
}

func (p *Policy) runGroup(x *Example) []string {
	var all []*Inputs
	for _, m := range x.Group {
		in := &Inputs{Subject: m.Subject, Values: map[string]Value{}}
		if err := p.given(in, m.Given); err != nil {
			return []string{m.Subject + "：" + errs.Message(oneField(err))}
		}
		if m.Order > 0 {
			in.Order = &Decision{Amount: big.NewRat(int64(m.Order), 1), Reason: "算例"}
		}
		all = append(all, in)
	}
	ranked, err := p.Rank(all)
	if err != nil {
		return []string{"没有算出来：" + errs.Message(oneField(err))}
	}
	d := &differ{}
	for _, m := range x.Group {
		i := slices.IndexFunc(ranked, func(r Ranked) bool { return r.Award.Subject == m.Subject })
		if got := ranked[i].Prize; got != m.Prize {
			d.diffs = append(d.diffs, fmt.Sprintf("%s：期望“%s”，评出“%s”", m.Subject, m.Prize, got))
		}
		if m.Award != "" {
			d.number(m.Subject+"的奖励", m.Award, fromFen(ranked[i].Award.Amount), "元")
		}
	}
	return d.diffs
}
