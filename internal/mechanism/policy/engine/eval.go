package engine

import (
	"fmt"
	"math/big"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Award is what a policy gives for one year of one subject, with how it came about.
type Award struct {
	Subject string
	Amount  money.Fen // what is awarded, a prize included; without one 0 for a policy that counts points
	Points  *big.Rat  // what the rules give exactly: yuan before rounding to fen, or points
	Unit    string
	// Standing is the place among all, where it is known.
	Standing *Standing `json:",omitempty"`
	// Refused says why there is no award at all: gates that do not hold, vetoes.
	Refused     []string
	Vetoed      bool
	Undecided   []Bounds // rules that a person has yet to decide; the amount is without them
	Payees      []Payment
	Payers      []Payment
	Credits     []Payment
	Limits      []Ceiling
	Instalments []Due
	Excluded    []Exclusion
	Clawback    money.Fen
	Values      map[string]*big.Rat // every step by name; unrounded
	Trace       []Line
}

// Bounds are the two ends between which a person decides.
type Bounds struct {
	Rule, Label, By, Unit string
	Min, Max              *big.Rat
}

// Payment is one party's part of a split.
type Payment struct {
	Split, To string
	Person    string // set where a role's holder is paid
	Amount    money.Fen
}

// Ceiling is the most somebody may receive where people decide the division; rounded down to the fen.
type Ceiling struct {
	Split, To string
	AtMost    money.Fen
}

// Due is one instalment; Ready when its condition holds.
type Due struct {
	Label  string
	Amount money.Fen
	Ready  bool
}

// Exclusion is a person who may not receive, and why.
type Exclusion struct{ Person, Why string }

// A Section is a part of a trace.
type Section int

// The sections in their order.
const (
	SectionInput Section = iota
	SectionMeasure
	SectionGate
	SectionRule
	SectionAward
	SectionSplit
	SectionPayment
)

var sectionNames = [...]string{"数据", "指标", "条件", "规则", "奖励", "分配", "兑付"}

// String is the section's Chinese heading.
func (s Section) String() string { return sectionNames[s] }

// Line is one step of a trace.
type Line struct {
	Section     Section
	Name, Label string
	Text        string // the value as shown
	Fired       bool   // it held, or gave something
	From        string // where an input comes from
	Tags        []Tag
	Notes       []string // how the value came about, step by step
}

// A run is one evaluation.
type run struct {
	p      *Policy
	in     *Inputs
	out    *Award
	vars   map[string]any
	dates  map[string]date.Date
	traced bool
	ruled  money.Fen // what the rules give, without a prize
	at     int       // the line that notes go to
	// exact leaves rounding out, so that the stairs that rounding makes are not taken for the policy's own.
	exact bool
	// moved stands at to instead of what the inputs make of it; nowhere else when to is nil.
	moved string
	to    *big.Rat
}

// Evaluate works the award out with its trace. An error is Invalid: an input is missing or wrong, the source's text
// is missing for it, or a sum cannot be worked out; nothing is awarded then.
func (p *Policy) Evaluate(in *Inputs) (*Award, error) { return p.evaluate(in, true) }

// Compute is Evaluate without the trace, for simulations over many subjects.
func (p *Policy) Compute(in *Inputs) (*Award, error) { return p.evaluate(in, false) }

func (p *Policy) start(in *Inputs) *run {
	return &run{
		p: p, in: in, at: -1, dates: map[string]date.Date{}, vars: make(map[string]any, len(p.names)),
		out: &Award{Subject: in.Subject, Unit: p.award.unit, Values: make(map[string]*big.Rat, len(p.steps)+1)},
	}
}

func (p *Policy) evaluate(in *Inputs, traced bool) (*Award, error) {
	r := p.start(in)
	r.traced = traced
	if err := r.work(); err != nil {
		return nil, err
	}
	if err := r.award(); err != nil {
		return nil, err
	}
	r.ruled = r.out.Amount
	if err := r.prize(); err != nil {
		return nil, err
	}
	if err := r.divide(); err != nil {
		return nil, err
	}
	return r.out, r.pay()
}

// work takes the inputs, works the steps out and asks gates and vetoes.
func (r *run) work() error {
	if err := r.take(); err != nil {
		return err
	}
	for _, s := range r.p.steps {
		v, err := r.step(s)
		if err != nil {
			return err
		}
		if r.to != nil && r.moved == s.Name {
			v = r.to
		}
		r.vars[s.Name], r.out.Values[s.Name] = v, v
	}
	return r.judge()
}

// num is the value of a name that the check has proved to be a number.
func (r *run) num(name string) *big.Rat {
	if v, ok := r.vars[name].(*big.Rat); ok {
		return v
	}
	return zero
}

// lineOf collects a step's value for the trace.
type lineOf struct {
	r *run
	s *step
}

func (r *run) line(s *step) lineOf {
	if r.traced {
		section := SectionMeasure
		if s.rule {
			section = SectionRule
		}
		if s.Name == "award" {
			section = SectionAward
		}
		r.out.Trace = append(r.out.Trace, Line{Section: section, Name: s.Name, Label: s.Label})
		r.at = len(r.out.Trace) - 1
	}
	return lineOf{r, s}
}

func (l lineOf) done(v *big.Rat, fired bool) {
	if l.r.traced {
		line := &l.r.out.Trace[l.r.at]
		line.Text, line.Fired = show(v, l.s.unit), fired
		if l.s.Note != "" {
			line.Notes = append(line.Notes, "说明："+l.s.Note)
		}
	}
}

// note adds a sentence to the line of the step that is being worked out; the text is made only when it is wanted.
func (r *run) note(text func() string) {
	if r.traced && r.at >= 0 {
		l := &r.out.Trace[r.at]
		l.Notes = append(l.Notes, text())
	}
}

// say adds a line that is not a step's.
func (r *run) say(section Section, label, text string, fired bool, notes ...string) {
	if r.traced {
		r.out.Trace = append(r.out.Trace, Line{Section: section, Label: label, Text: text, Fired: fired, Notes: notes})
	}
}

func (r *run) failed(s *step, err error) error {
	if e := errs.As(err); e != nil {
		return e
	}
	return errs.Wrap(err, errs.Invalid, "policy.step", "“%s”算不出来：%s", s.Label, err.Error())
}

// judge asks the gates and the vetoes.
func (r *run) judge() error {
	for i := range r.p.gates {
		g := &r.p.gates[i]
		ok, why, err := r.gate(g)
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "policy.gate", "条件“%s”判断不了：%s", g.label, err.Error())
		}
		text := "符合"
		if !ok {
			text = "不符合"
			r.out.Refused = append(r.out.Refused, "不符合条件：“"+g.label+"”")
		}
		r.say(SectionGate, g.label, text, ok, why)
	}
	for _, v := range r.p.vetoes {
		hit, err := v.expr.holds(r.vars)
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "policy.veto", "否决事项“%s”判断不了：%s", v.label, err.Error())
		}
		text := "没有发生"
		if hit {
			text = "一票否决"
			r.out.Vetoed = true
			r.out.Refused = append(r.out.Refused, "一票否决：“"+v.label+"”")
		}
		r.say(SectionGate, "否决事项："+v.label, text, !hit)
	}
	return nil
}

func (r *run) gate(g *gate) (ok bool, why string, err error) {
	if g.window == nil {
		ok, err = g.expr.holds(r.vars)
		return ok, r.p.words(g.expr.text), err
	}
	w := g.window
	day := r.dates[w.date]
	if day.IsZero() {
		return false, "没有" + r.p.labels[w.date], nil
	}
	var parts []string
	ok = true
	if w.hasFrom {
		from := w.fromDay
		if w.from != "" {
			from = r.dates[w.from]
		}
		if from.IsZero() {
			return false, "没有" + r.p.labels[w.from], nil
		}
		ok = !day.Before(from)
		parts = append(parts, from.Chinese()+"起")
		if w.months > 0 {
			last := from.AddMonths(w.months)
			ok = ok && !day.After(last)
			parts = append(parts, fmt.Sprintf("%d 个月内（到%s）", w.months, last.Chinese()))
		}
	}
	if w.hasStop {
		until := w.untilDay
		if w.until != "" {
			until = r.dates[w.until]
		}
		ok = ok && !day.After(until)
		parts = append(parts, "不晚于"+until.Chinese())
	}
	return ok, r.p.labels[w.date] + " " + day.Chinese() + "；期限：" + strings.Join(parts, "，"), nil
}

// award works the award out and rounds it to the fen.
func (r *run) award() error {
	v, err := r.step(r.p.award)
	if err != nil {
		return err
	}
	if len(r.out.Refused) > 0 {
		r.note(func() string { return strings.Join(r.out.Refused, "；") + "，不予奖励" })
		v = zero
		lineOf{r, r.p.award}.done(zero, false)
	}
	if v.Sign() < 0 && !r.p.Counts() {
		return errs.New(errs.Invalid, "policy.negative", "奖励算出来是负数 %s，请检查政策的规则", show(v, r.p.award.unit))
	}
	if !r.p.Counts() {
		if r.out.Amount, err = toFen(v, r.p.award.roundHow); err != nil {
			return errs.Wrap(err, errs.Invalid, "policy.range", "奖励金额超出了能记录的范围")
		}
		exact := v
		v = fromFen(r.out.Amount)
		if v.Cmp(exact) != 0 {
			r.note(func() string {
				return "精确到分（" + roundingNames[r.p.award.roundHow] + "）：" + show(v, "元")
			})
			if r.traced {
				r.out.Trace[r.at].Text = show(v, "元")
			}
		}
	}
	r.out.Points = v
	r.vars["award"], r.out.Values["award"] = v, v
	return nil
}
