package resource

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// historyLimit is how much of a record's history its page shows.
const historyLimit = 50

func (p *pages) show(c *shell.Ctx) error {
	v, err := p.get(c)
	if err != nil {
		return err
	}
	return p.showPage(c, v, http.StatusOK, "")
}

func (p *pages) showPage(c *shell.Ctx, v record.Item, status int, problem string) error {
	descs, err := p.descs(c, v)
	if err != nil {
		return err
	}
	locked := false
	if p.opt.locked != nil {
		if locked, err = p.opt.locked(c, v); err != nil {
			return err
		}
	}
	var omits []string
	if p.opt.omits != nil {
		if omits, err = p.opt.omits(c, v); err != nil {
			return err
		}
	}
	d := detail{Problem: problem, Descs: descs, Steps: p.steps(v, omits), Confirms: p.confirms(c, v, locked)}
	if d.Before, err = p.panels(c, v, p.opt.before); err != nil {
		return err
	}
	if !p.n.Below { // rules and calendars rest on no papers of their own
		card, err := p.set.FilesCard(c, p.n.Kind, v.ID, v.Region, p.n.Path+"/"+v.ID.String())
		if err != nil {
			return err
		}
		if card != nil {
			d.Panels = append(d.Panels, card)
		}
	}
	panels, err := p.panels(c, v, p.opt.panels)
	if err != nil {
		return err
	}
	d.Panels = append(d.Panels, panels...)
	for _, ch := range p.opt.children {
		if ch.When != nil && !ch.When(v.V) {
			continue
		}
		card, err := p.child(c, v, ch)
		if err != nil {
			return err
		}
		d.Panels = append(d.Panels, card)
	}
	history, err := audit.Of(c.Context(), p.n.Env().DB.Read(), c.Tenant, p.n.Kind, v.ID, historyLimit)
	if err != nil {
		return err
	}
	d.History = Events(history)
	if len(history) == 0 { // came in with many others: the log has one entry for all of them
		d.History = Events([]audit.Entry{{Action: "批量导入", At: time.UnixMicro(v.CreatedAt).In(date.Shanghai)}})
	}
	view := c.PageOf(p.n.Title(v), ui.Link{Label: p.n.Label, Href: p.n.Path}, ui.Link{Label: p.n.KeyOf(v)})
	view.Actions = ui.Buttons(p.showActions(c, v, locked)...)
	return c.PageStatus(status, view, detailBody(d))
}

func (p *pages) panels(c *shell.Ctx, v record.Item, list []panel) ([]templ.Component, error) {
	var out []templ.Component
	for _, f := range list {
		comp, err := f(c, v)
		if err != nil {
			return nil, err
		}
		if comp != nil {
			out = append(out, comp)
		}
	}
	return out, nil
}

func (p *pages) showActions(c *shell.Ctx, v record.Item, locked bool) []ui.Button {
	var out []ui.Button
	if !p.opt.noForms && c.Who.Can(p.n.Perm(access.Edit), v.Region) && !locked {
		out = append(out, ui.Button{Label: "修改", Icon: "edit", Href: p.n.Path + "/" + v.ID.String() + "/edit", Style: ui.Primary})
	}
	if p.opt.actions != nil {
		out = append(out, p.opt.actions(c, v)...)
	}
	return out
}

func (p *pages) descs(c *shell.Ctx, v record.Item) ([]ui.Desc, error) {
	texts, err := p.n.Texts(c.Context(), p.n.Env().ForTenant(c.Tenant), v)
	if err != nil {
		return nil, err
	}
	more := map[string]string{}
	if p.opt.beside != nil {
		if more, err = p.opt.beside(c, v); err != nil {
			return nil, err
		}
	}
	var out []ui.Desc
	if v.Sample {
		out = append(out, ui.Desc{Label: "说明", Value: "示例数据：来源未给出，为演示而设", Badge: &sampleBadge})
	}
	for i := range p.n.Fields {
		f := &p.n.Fields[i]
		if f.Aside || f.Stamped && texts[f.Name] == "" { // it has not come to that yet
			continue
		}
		if f.Group != "" && (f.Ref == nil || *f.Ref(v.V) == 0) && !filled(f, texts[f.Name]) { // forms fold it away, too
			continue
		}
		d := ui.Desc{Label: f.Label, Value: texts[f.Name], Wide: f.Kind == field.Long}
		if d.Value != "" && more[f.Name] != "" {
			d.Value += " " + more[f.Name]
		}
		switch f.Kind {
		case field.Money:
			d.Value = thousands(d.Value) + " 元"
		case field.Int:
			if f.Unit != "" {
				d.Value += " " + f.Unit
			}
		case field.Ref:
			if id := *f.Ref(v.V); id != 0 {
				if to, ok := p.n.Env().Noun(f.RefTo); ok {
					d.Href = to.Info().Path + "/" + id.String()
				}
			}
		case field.Enum:
			for _, o := range f.Opts {
				if o.Tone != "" && o.Label == d.Value {
					d.Badge, d.Value = &ui.BadgeView{Text: o.Label, Kind: ui.Kind(o.Tone)}, ""
				}
			}
		}
		out = append(out, d)
	}
	if n := v.Note; n != "" {
		out = append(out, ui.Desc{Label: "备注", Value: n, Wide: true})
	}
	return out, nil
}

// steps draws the main way of the state machine and where the record stands on it. Standing aside (refused,
// paused), the steps that every way there goes through are done. What the record's own way omits is left out.
func (p *pages) steps(v record.Item, omits []string) []ui.Step {
	m := p.n.Machine
	if m == nil {
		return nil
	}
	state := v.State
	at := slices.IndexFunc(m.States, func(s fsm.State) bool { return s.Code == state })
	var out []ui.Step
	for i, s := range m.States {
		st := ui.Step{Label: s.Label, State: ui.StepTodo}
		switch {
		case i == at && s.Side:
			st.State = ui.StepFailed
		case i == at:
			st.State = ui.StepCurrent
		case s.Side || slices.Contains(omits, s.Code):
			continue
		case i < at && (!m.States[at].Side || m.Passes(s.Code, state)):
			st.State = ui.StepDone
		}
		out = append(out, st)
	}
	return out
}

// confirms are the events that this person may carry out now, and the deletion of a first draft.
func (p *pages) confirms(c *shell.Ctx, v record.Item, locked bool) []ui.ConfirmView {
	base := p.n.Path + "/" + v.ID.String()
	version := []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
	var out []ui.ConfirmView
	if p.n.Machine != nil && (!p.opt.noForms || p.opt.events) {
		for _, e := range p.n.Machine.From(v.State) {
			if !c.Who.Can(p.n.Perm(e.Verb), v.Region) || slices.Contains(p.opt.guided, e.Name) {
				continue
			}
			out = append(out, ui.ConfirmView{
				ID: "do-" + e.Name, Button: ui.Button{Label: e.Label}, Title: e.Label + "：" + p.n.Title(v),
				Text: "状态将由“" + p.n.Machine.State(v.State).Label + "”变为“" + p.n.Machine.State(e.To).Label + "”。", Action: base + "/do/" + e.Name,
				Submit: "确认" + e.Label, AskReason: e.Reason, ReasonRequired: e.Reason, Hidden: version,
			})
		}
	}
	first := p.n.Machine == nil || v.State == p.n.Machine.Initial()
	if first && !locked && !p.opt.noForms && p.n.Kept == "" && c.Who.Can(p.n.Perm(access.Edit), v.Region) {
		out = append(out, ui.ConfirmView{
			ID: "do-delete", Button: ui.Button{Label: "删除", Icon: "trash", Style: ui.Ghost}, Title: "删除：" + p.n.Title(v),
			Text: "删除后不能恢复，历史记录中仍可查到。", Action: base + "/delete", Submit: "确认删除", Danger: true, Hidden: version,
		})
	}
	return out
}

func (p *pages) child(c *shell.Ctx, v record.Item, ch Child) (templ.Component, error) {
	table := p.set.tables[ch.Kind]
	other, ok := p.n.Env().Noun(ch.Kind)
	if table == nil || !ok {
		return nil, errs.New(errs.Internal, "resource.child", "kind %s is not mounted", ch.Kind)
	}
	in := other.Info()
	if !c.Who.Can(ch.Kind+":"+access.View, v.Region) {
		return templ.NopComponent, nil
	}
	t, total, err := table(c, map[string]string{ch.Field: v.ID.String()})
	if err != nil {
		return nil, err
	}
	if total == 0 && ch.HideEmpty {
		return templ.NopComponent, nil
	}
	title := ch.Title
	if title == "" {
		title = in.Label
	}
	card := ui.CardView{Title: title, Sub: strconv.Itoa(total) + " 条", Flush: true}
	at := p.set.news[ch.Kind]
	newHref := at + "?" + ch.Field + "=" + url.QueryEscape(p.n.KeyOf(v))
	empty := &ui.EmptyView{Icon: in.Icon, Title: "还没有" + in.Label, Text: in.Intro}
	open := len(ch.While) == 0 || slices.Contains(ch.While, v.State)
	if open && at != "" && c.Who.Can(ch.Kind+":"+access.Edit, v.Region) {
		card.Tools = ui.Btn(ui.Button{Label: "新增", Icon: "plus", Href: newHref})
	}
	t.Empty = empty
	return TableCard(card, t), nil
}

// Events shows audit entries as a timeline.
func Events(list []audit.Entry) []ui.Event {
	var out []ui.Event
	for _, e := range list {
		ev := ui.Event{Who: e.ActorName, When: e.At.Format("2006-01-02 15:04"), What: e.Action, Reason: e.Reason}
		if e.Action == "新建" || e.Action == "导入" && allNew(e.Changes) {
			if len(e.Changes) > 0 {
				ev.What += "，填写 " + strconv.Itoa(len(e.Changes)) + " 项"
			}
			out = append(out, ev)
			continue
		}
		for _, ch := range e.Changes {
			ev.Changes = append(ev.Changes, ui.Change{Field: ch.Label, Before: ch.Before, After: ch.After})
		}
		out = append(out, ev)
	}
	return out
}

// allNew reports whether nothing stood there before: then the record itself shows it all.
func allNew(list []audit.Change) bool {
	return !slices.ContainsFunc(list, func(c audit.Change) bool { return c.Before != "" })
}
