package policy

import (
	"net/http"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// present are a line's inputs as the records have them now.
func (p *runPages) present(c *shell.Ctx, l *lineOf) (*engine.Inputs, error) {
	scope := l.Region
	if l.Kind != policy.SubjectVillage {
		scope = l.round.Region // a lead may have moved to another place since
	}
	r, err := p.sources.Resolver(c.Context(), c.Tenant, scope, l.round.Year, date.Date{})
	if err != nil {
		return nil, err
	}
	r.Besides(l.ID)
	list, err := r.Subjects(c.Context(), l.policy)
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		if s.ID == l.Subject && (s.ID != 0 || s.Region == l.Region) {
			return s.Inputs, nil
		}
	}
	return &engine.Inputs{Values: map[string]engine.Value{}}, nil
}

// recomputeForm shows the frozen values beside those of today, to be changed.
func (p *runPages) recomputeForm(c *shell.Ctx) error { return p.recomputePage(c, nil, http.StatusOK) }

func (p *runPages) recomputePage(c *shell.Ctx, problem error, status int) error {
	l, err := p.line(c)
	if err != nil {
		return err
	}
	f, err := l.calcs[0].Frozen()
	if err != nil {
		return err
	}
	now, err := p.present(c, l)
	if err != nil {
		return err
	}
	wrong := fieldErrors(problem)
	get := func(name, usual string) string {
		if c.R.Method == http.MethodPost {
			return c.Form(name)
		}
		return usual
	}
	v := runFormView{
		Action: linePath(l.Line) + "/recompute", Back: linePath(l.Line), Key: c.FormKey(), Submit: recomputeLabel(l.Line), Problems: problemsOf(problem),
		Intro: "左边是冻结的数据，可以改；改了什么、谁改的、为什么，都会记下",
	}
	if l.State == policy.AwardApproved || l.State == policy.LinePaying {
		v.Notes = append(v.Notes, "奖励已经批准，这里只能更新兑付节点的数据；金额和领奖人会变的改动不会保存。")
	}
	for _, in := range l.policy.Doc.Inputs {
		today := "现在取到的：" + policy.InputText(l.policy, in, now)
		if in.Type == "accounts" {
			v.Fields = append(v.Fields, formField{Kind: "check", Field: ui.Field{Name: "now." + in.Name, Label: in.Label + "改用现在账上的数", Help: "冻结的：" + policy.InputText(l.policy, in, f.Inputs) + "；" + today, Checked: c.Form("now."+in.Name) != ""}})
			continue
		}
		text := ""
		if x, ok := f.Inputs.Values[in.Name]; ok {
			text = l.policy.ValueText(in.Name, x)
		}
		field := ui.Field{Name: "v." + in.Name, Label: in.Label, Value: get("v."+in.Name, text), Error: wrong[in.Name], Help: today}
		if in.Figure == "" {
			field.Help = ""
		}
		v.Fields = append(v.Fields, valueField(field, in))
	}
	p.decisionFields(&v, l, f, get, wrong)
	v.Fields = append(v.Fields, formField{Kind: "long", Field: ui.Field{Name: "reason", Label: "理由", Required: true, Wide: true, Rows: 2, Value: get("reason", ""), Error: wrong["reason"]}})
	page := c.PageOf(recomputeLabel(l.Line)+"："+l.Name, ui.Link{Label: "核算批次", Href: "/award-rounds"}, ui.Link{Label: l.round.No, Href: roundPath(l.round)}, ui.Link{Label: l.No, Href: linePath(l.Line)}, ui.Link{Label: recomputeLabel(l.Line)})
	return c.PageStatus(status, page, runForm(v))
}

// recompute works the line out over what was entered.
func (p *runPages) recompute(c *shell.Ctx) error {
	l, err := p.line(c)
	if err != nil {
		return err
	}
	in, err := p.entered(c, l)
	if err == nil {
		err = p.runs.Recompute(c.Context(), c.Who, c.Tenant, *in)
	}
	if err == nil {
		return c.Done(linePath(l.Line), "已重新核算，差别见“核算记录”")
	}
	if !mendable(err) {
		return err
	}
	return p.recomputePage(c, err, http.StatusUnprocessableEntity)
}

// entered are the frozen inputs with what was changed on the form.
func (p *runPages) entered(c *shell.Ctx, l *lineOf) (*policy.RecomputeIn, error) {
	f, err := l.calcs[0].Frozen()
	if err != nil {
		return nil, err
	}
	now, err := p.present(c, l)
	if err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(c.Form("reason"))
	out := &policy.RecomputeIn{Line: l.ID, Version: l.Version, Inputs: f.Inputs, Edits: f.Edits, Reason: reason}
	if out.Inputs.Values == nil {
		out.Inputs.Values = map[string]engine.Value{}
	}
	var bad errs.List
	for _, in := range l.policy.Doc.Inputs {
		if in.Type == "accounts" {
			if c.Form("now."+in.Name) != "" {
				out.Inputs.Values[in.Name] = now.Values[in.Name]
			}
			continue
		}
		p.enter(c, l, in, now, out, &bad)
	}
	p.decided(c, l, out, &bad)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if c.R.PostForm.Has("persons") {
		if out.Inputs.Persons, err = policy.ReadPersons(c.Form("persons")); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// enter takes one value over when it was changed; what is the same as the records have it is theirs again.
func (p *runPages) enter(c *shell.Ctx, l *lineOf, in engine.Input, now *engine.Inputs, out *policy.RecomputeIn, bad *errs.List) {
	text := strings.TrimSpace(c.Form("v." + in.Name))
	old, had := out.Inputs.Values[in.Name]
	was := ""
	if had {
		was = l.policy.ValueText(in.Name, old)
	}
	if text == was {
		return
	}
	for i, e := range out.Edits {
		if e.Input == in.Name {
			out.Edits = append(append([]policy.Edit{}, out.Edits[:i]...), out.Edits[i+1:]...)
			break
		}
	}
	found := ""
	x, known := now.Values[in.Name]
	if known {
		found = l.policy.ValueText(in.Name, x)
	}
	switch {
	case text == "":
		delete(out.Inputs.Values, in.Name)
		return
	case known && text == found:
		out.Inputs.Values[in.Name] = x
		return
	}
	v, err := l.policy.ParseValue(in.Name, text)
	if err != nil {
		bad.Add(in.Name, "“%s”：%s", in.Label, errs.Message(err))
		return
	}
	v.From = handMade(c, found)
	out.Inputs.Values[in.Name] = v
	out.Edits = append(out.Edits, policy.Edit{Input: in.Name, Label: in.Label, Was: found, Now: text, By: c.Who.Name, Why: strings.TrimSpace(c.Form("reason"))})
}

// payerField is the name of the field of a policy's payer, by its place.
func payerField(i int) string { return "payer." + strconv.Itoa(i) }

// freezeOf is the card by which a simulation becomes a round, nil for those who may not make one.
func (p *pages) freezeOf(c *shell.Ctx, t *trial) *freezeView {
	if !c.Who.Can(roundEdit, c.Scope) || t.version.State == policy.VersionDraft {
		return nil
	}
	v := &freezeView{
		Action: pathOf(t.version) + "/freeze", Key: c.FormKey(), Days: c.Form("days"), Why: c.Form("freeze_why"), Only: c.Form("only_given") != "",
	}
	if v.Days == "" {
		v.Days = strconv.Itoa(t.version.PublicityDays)
	}
	for i, to := range t.policy.Payers() {
		name := payerField(i)
		v.Payers = append(v.Payers, ui.Field{Name: name, Label: strings.TrimSuffix("出资单位："+to, "："), Ref: "party", Value: c.Form(name), Placeholder: "账套在这里的，兑付时生成凭证"})
	}
	usual := "village"
	if t.noun().Code != engine.OfVillage {
		usual = "direct" // nobody's village stands between
	}
	for _, o := range []ui.Option{{Value: "village", Label: "经村集体转付"}, {Value: "direct", Label: "由出资单位直接发放"}} {
		o.Selected = o.Value == c.Form("flow") || c.Form("flow") == "" && o.Value == usual
		v.Flows = append(v.Flows, o)
	}
	for _, o := range policy.Purposes {
		v.Purposes = append(v.Purposes, ui.Option{Value: o.Code, Label: o.Label, Selected: o.Code == c.Form("purpose") || c.Form("purpose") == "" && o.Code == "combined"})
	}
	return v
}
