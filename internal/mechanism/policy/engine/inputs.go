package engine

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Inputs are what a policy is applied to: one village's (or one project's) year.
type Inputs struct {
	Subject   string // who it is, as shown
	Values    map[string]Value
	Persons   []Person
	Decisions map[string]Decision // by the rule whose range is decided
	Paid      money.Fen           // what has been paid already, for a claw-back
	// Order is the place that people gave it among others with the same score (1, 2, …), and why; Standing its place among all,
	// once that is known. Both only where prizes are given.
	Order    *Decision `json:",omitempty"`
	Standing *Standing `json:",omitempty"`
}

// Value is one input; the field of its type is set.
type Value struct {
	Num     *big.Rat // yuan, or the number
	Bool    bool
	Text    string
	Date    date.Date
	Entries []Entry
	// From says where it comes from; Tags are the records.
	From string
	Tags []Tag
}

// Tag is one record that a value comes from.
type Tag struct{ Kind, No, Title string }

// Entry is what stands on one account.
type Entry struct {
	Account, Label   string
	Amount, Received money.Fen
}

// Money is a value of an amount.
func Money(f money.Fen) Value { return Value{Num: fromFen(f)} }

// Person is somebody who may receive.
type Person struct {
	Name        string `yaml:"name"`
	Role        string `yaml:"role"`
	Kind        string `yaml:"kind,omitempty"`
	Months      int    `yaml:"months,omitempty"` // in office
	Disciplined bool   `yaml:"disciplined,omitempty"`
}

// Decision is what a person fixed within a range, and why.
type Decision struct {
	Amount *big.Rat
	Reason string
}

// parse reads a value of the input's type from its text.
func (in *input) parse(text string) (Value, error) {
	switch in.typ {
	case varNum:
		r, err := parseNumber(text)
		return Value{Num: r}, err
	case varBool:
		switch strings.TrimSpace(text) {
		case "true", "是":
			return Value{Bool: true}, nil
		case "false", "否":
			return Value{}, nil
		}
		return Value{}, errs.New(errs.Invalid, "policy.bool", "“%s”应写 true（是）或 false（否）", text)
	case varDate:
		if text == "" {
			return Value{}, nil
		}
		d, err := date.Parse(text)
		return Value{Date: d}, err
	case varText:
		if len(in.Values) > 0 && !slices.Contains(in.Values, text) {
			return Value{}, errs.New(errs.Invalid, "policy.text", "“%s”不在可选的值里：%s", text, strings.Join(in.Values, "、"))
		}
		return Value{Text: text}, nil
	}
	return Value{}, errs.New(errs.Invalid, "policy.accounts", "科目明细不能写成一个值")
}

// ParseValue reads the value of a named input from its text, as a form or a sheet has it.
func (p *Policy) ParseValue(name, text string) (Value, error) {
	in := p.inputs[name]
	if in == nil {
		return Value{}, errs.New(errs.Invalid, "policy.input", "这项政策没有名为“%s”的数据", name)
	}
	return in.parse(text)
}

// take checks the inputs against their description and fills in defaults.
func (r *run) take() error {
	for _, in := range r.p.order {
		v, ok := r.in.Values[in.Name]
		if !ok && !in.optional {
			return errs.OnField(in.Name, "缺少“%s”", in.Label)
		}
		if !ok {
			v = in.def
			v.From = "未填，按约定取默认值"
		}
		switch in.typ {
		case varNum:
			if v.Num == nil {
				return errs.OnField(in.Name, "“%s”应当是数", in.Label)
			}
			if _, err := bounded(v.Num); err != nil {
				return errs.OnField(in.Name, "“%s”：%s", in.Label, err.Error())
			}
			r.vars[in.Name] = v.Num
			if r.to != nil && r.moved == in.Name {
				r.vars[in.Name] = r.to
			}
		case varBool:
			r.vars[in.Name] = v.Bool
		case varText:
			r.vars[in.Name] = v.Text
		case varDate:
			r.dates[in.Name] = v.Date
		}
		r.input(in, v)
	}
	if len(r.in.Values) > len(r.p.order) || len(r.in.Persons) > 1000 {
		return errs.New(errs.Invalid, "policy.inputs", "给出的数据比政策需要的多，请检查名称")
	}
	for name := range r.in.Values {
		if r.p.inputs[name] == nil {
			return errs.OnField(name, "这项政策没有名为“%s”的数据", name)
		}
	}
	return nil
}

// input notes an input in the trace.
func (r *run) input(in *input, v Value) {
	if !r.traced {
		return
	}
	l := Line{Section: SectionInput, Name: in.Name, Label: in.Label, From: source(in, v), Tags: v.Tags, Fired: true}
	switch in.typ {
	case varNum:
		l.Text = show(v.Num, r.p.units[in.Name])
	case varBool:
		l.Text = map[bool]string{true: "是", false: "否"}[v.Bool]
	case varText:
		l.Text = v.Text
	case varDate:
		l.Text = v.Date.Chinese()
		if v.Date.IsZero() {
			l.Text = "没有"
		}
	case varAccounts:
		l.Text = fmt.Sprintf("%d 笔", len(v.Entries))
	}
	r.out.Trace = append(r.out.Trace, l)
}

// source says where a value comes from.
func source(in *input, v Value) string {
	if v.From != "" {
		return v.From
	}
	var parts []string
	if in.Figure != "" {
		parts = append(parts, sourceOf(in.Figure)) // which one, whoever resolves it says in From
	}
	switch in.Period {
	case "last_year":
		parts = append(parts, "上年")
	case "base_year":
		parts = append(parts, fmt.Sprintf("%d 年", in.Base))
	case "month":
		parts = append(parts, "本月")
	}
	if len(parts) == 0 {
		return "填报"
	}
	return strings.Join(parts, "，")
}
