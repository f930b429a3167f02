package policy

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// decisionFields ask for what people decide: sums within a range, the order among equals, and the persons who share.
func (p *runPages) decisionFields(v *runFormView, l *lineOf, f *policy.Frozen, get func(name, usual string) string, wrong map[string]string) {
	for _, r := range l.policy.Doc.Rules {
		if r.Range == nil {
			continue
		}
		amount, reason := "", ""
		if d, ok := f.Inputs.Decisions[r.Name]; ok && d.Amount != nil {
			amount, reason = strings.TrimSuffix(engine.Show(d.Amount, ""), " 元"), d.Reason
		}
		v.Fields = append(v.Fields,
			formField{Kind: "text", Field: ui.Field{Name: "d." + r.Name, Label: r.Label + "（" + r.Range.By + "确定）", Unit: "元", Value: get("d."+r.Name, amount), Error: wrong["d."+r.Name]}},
			formField{Kind: "text", Field: ui.Field{Name: "why." + r.Name, Label: r.Label + "的理由", Value: get("why."+r.Name, reason)}})
	}
	if l.policy.Ranked() {
		order, reason := "", ""
		if o := f.Inputs.Order; o != nil && o.Amount != nil {
			order, reason = o.Amount.RatString(), o.Reason
		}
		v.Fields = append(v.Fields,
			formField{Kind: "number", Field: ui.Field{Name: "order", Label: "同分时的先后", Value: get("order", order), Error: wrong["order"], Min: "1", Help: "同分的超过名额时填：排在前面的填 1，其次填 2"}},
			formField{Kind: "text", Field: ui.Field{Name: "why_order", Label: "先后的依据", Value: get("why_order", reason), Error: wrong["why_order"], Help: "会议纪要、评议结果等"}})
	}
	byRole := false
	for _, s := range l.policy.Doc.Splits {
		byRole = byRole || s.ByRole
	}
	if byRole || l.policy.Doc.Persons != nil {
		v.Fields = append(v.Fields, formField{Kind: "long", Field: ui.Field{Name: "persons", Label: "参加分配的人员", Wide: true, Rows: 5, Value: get("persons", policy.PersonsText(f.Inputs.Persons)), Error: wrong["persons"], Help: "一行一人：职务，姓名，身份，任职月数，受处分；后三项可以不写"}})
	}
}

// decided takes over what people decided.
func (p *runPages) decided(c *shell.Ctx, l *lineOf, out *policy.RecomputeIn, bad *errs.List) {
	for _, r := range l.policy.Doc.Rules {
		if r.Range == nil || !c.R.PostForm.Has("d."+r.Name) {
			continue
		}
		text := strings.TrimSpace(c.Form("d." + r.Name))
		if text == "" {
			delete(out.Inputs.Decisions, r.Name)
			continue
		}
		amount, err := engine.ParseNumber(text)
		if err != nil {
			bad.Add("d."+r.Name, "%s", errs.Message(err))
			continue
		}
		if out.Inputs.Decisions == nil {
			out.Inputs.Decisions = map[string]engine.Decision{}
		}
		out.Inputs.Decisions[r.Name] = engine.Decision{Amount: new(big.Rat).Set(amount), Reason: strings.TrimSpace(c.Form("why." + r.Name))}
	}
	if l.policy.Ranked() && c.R.PostForm.Has("order") {
		out.Inputs.Order = ordered(c, bad)
	}
}

// ordered reads the order among equals, nil when none is given.
func ordered(c *shell.Ctx, bad *errs.List) *engine.Decision {
	text, why := strings.TrimSpace(c.Form("order")), strings.TrimSpace(c.Form("why_order"))
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 1 || n > 100_000:
		bad.Add("order", "应是从 1 起的整数")
	case why == "":
		bad.Add("why_order", "请写明先后的依据")
	}
	return &engine.Decision{Amount: big.NewRat(int64(n), 1), Reason: why}
}

// clawbackBasis is what a policy's claw-back rule says for a line: the values that it asks about, to be changed on the form, and
// what it takes back.
type clawbackBasis struct {
	words  string
	fields []formField
	note   string
	amount string // "" while its condition does not hold
	reason string
}

// clawbackOf works the policy's claw-back rule out over the frozen values with what was changed on the form; nil without a rule.
func clawbackOf(c *shell.Ctx, l *lineOf) (*clawbackBasis, error) {
	rule := l.policy.Doc.Clawback
	if rule == nil {
		return nil, nil
	}
	f, err := l.calcs[0].Frozen()
	if err != nil {
		return nil, err
	}
	out := &clawbackBasis{words: "政策规定的追回：" + rule.Label + "，追回已发放的 " + rule.Share}
	in := *f.Inputs
	in.Paid = l.Paid - l.Clawed
	in.Values = map[string]engine.Value{}
	for name, v := range f.Inputs.Values {
		in.Values[name] = v
	}
	var said []string
	for _, x := range l.policy.ClawbackInputs() {
		name := "c." + x.Name
		text := ""
		if v, ok := in.Values[x.Name]; ok {
			text = l.policy.ValueText(x.Name, v)
		} else {
			text = x.Default
		}
		field := ui.Field{Name: name, Label: x.Label, Value: text, Help: "核算时：" + policy.InputText(l.policy, x, f.Inputs)}
		if c.R.PostForm.Has(name) {
			field.Value = strings.TrimSpace(c.Form(name))
			v, err := l.policy.ParseValue(x.Name, field.Value)
			if err != nil {
				field.Error = errs.Message(err)
			} else {
				in.Values[x.Name] = v
			}
		}
		said = append(said, x.Label+"："+field.Value)
		out.fields = append(out.fields, valueField(field, x))
	}
	a, err := l.policy.Evaluate(&in)
	switch {
	case err != nil:
		out.note = "按这些数据算不出来：" + strings.Join(complaints(err), "；")
	case a.Clawback == 0:
		out.note = "按现在的数据，政策规定的追回条件（" + rule.Label + "）没有成立；改了数据请点“按政策计算”。"
	default:
		out.amount = a.Clawback.Plain()
		out.reason = fmt.Sprintf("按《%s》：%s；%s", l.policy.Doc.Title, rule.Label, strings.Join(said, "，"))
		out.note = fmt.Sprintf("按政策应追回 %s 元（没有追回的已发放 %s 元 × %s），已填在下面。", a.Clawback, in.Paid, rule.Share)
	}
	return out, nil
}

// valueField is the field in which a value of an input is entered.
func valueField(f ui.Field, in engine.Input) formField {
	options := in.Values
	if in.Type == "bool" {
		options = []string{"是", "否"}
	}
	if len(options) == 0 {
		return formField{Kind: "text", Field: f}
	}
	f.Options = []ui.Option{{Label: "（默认）"}}
	for _, o := range options {
		f.Options = append(f.Options, ui.Option{Value: o, Label: o, Selected: o == f.Value})
	}
	return formField{Kind: "select", Field: f}
}
