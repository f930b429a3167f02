// Package risk gives alerts (预警) their pages: the board of what stands by colour, village and rule; an alert with its
// figures, records and steps; answering and reviewing; what waits for a person; the list of a month and how long closing
// takes; and the rules, with a look at what one would raise before it is saved.
package risk

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/insight/risk"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	view    = risk.Kind + ":" + access.View
	approve = risk.Kind + ":" + access.Approve
)

type pages struct {
	env  *record.Env
	s    *risk.Service
	set  *resource.Set
	jobs *jobs.Queue
}

// Mount adds the pages.
func Mount(sh *shell.Shell, set *resource.Set, s *risk.Service, q *jobs.Queue) {
	p := &pages{env: sh.Env, s: s, set: set, jobs: q}
	resource.Mount(sh, set, s.Rules, resource.Options[risk.Rule]{
		Preview: p.dryRun,
		Before:  []resource.Panel[risk.Rule]{p.about},
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "内置规则", Icon: "list-check", Href: "/risk-rules/built-in"}}
		},
	})
	resource.Mount(sh, set, s.Related, resource.Options[risk.Related]{})
	resource.Mount(sh, set, s.Alerts, resource.Options[risk.Alert]{
		NoForms: true, Before: []resource.Panel[risk.Alert]{p.why}, Panels: []resource.Panel[risk.Alert]{p.timeline}, Actions: p.actions,
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "预警看板", Icon: "layout-dashboard", Href: "/alerts/board"}}
		},
	})
	sh.Handle(
		shell.Route{Method: "GET", Pattern: "/alerts/board", Perm: view, Fn: p.board},
		shell.Route{Method: "POST", Pattern: "/alerts/run", Perm: approve, Fn: p.run},
		shell.Route{Method: "GET", Pattern: "/alerts/mine", Perm: view, Fn: p.mine},
		shell.Route{Method: "GET", Pattern: "/alerts/monthly", Perm: view, Fn: p.monthly},
		shell.Route{Method: "GET", Pattern: "/alerts/statistics", Perm: view, Fn: p.statistics},
		shell.Route{Method: "GET", Pattern: "/alerts/{id}/act/{event}", Perm: view, Fn: p.form},
		shell.Route{Method: "POST", Pattern: "/alerts/{id}/act/{event}", Perm: view, Fn: p.act},
		shell.Route{Method: "GET", Pattern: "/risk-rules/built-in", Perm: "risk_rule:" + access.View, Fn: p.builtIn},
	)
}

func colourKind(colour string) ui.Kind {
	for _, o := range risk.Colours {
		if o.Code == colour {
			return ui.Kind(o.Tone)
		}
	}
	return ui.Grey
}

func colourBadge(colour string) ui.BadgeView {
	return ui.BadgeView{Text: field.LabelOf(risk.Colours, colour), Kind: colourKind(colour)}
}

func href(id ids.ID) string { return "/alerts/" + id.String() }

// tabs lead from one page of alerts to the other.
func tabs(c *shell.Ctx) []ui.Tab {
	var out []ui.Tab
	for _, t := range []ui.Tab{
		{Label: "看板", Href: "/alerts/board"}, {Label: "全部预警", Href: "/alerts"}, {Label: "我的预警", Href: "/alerts/mine"},
		{Label: "月度清单", Href: "/alerts/monthly"}, {Label: "统计", Href: "/alerts/statistics"},
	} {
		t.Active = c.R.URL.Path == t.Href
		out = append(out, t)
	}
	return out
}

// act names what a person can do.
type act struct {
	event, title, label, submit, help string
	verb                              string
	do                                func(s *risk.Service) doing
}

type doing = func(c *shell.Ctx, id ids.ID, version int64, text string) error

var acts = []act{
	{"reply", "答复预警", "处理情况", "提交答复", "写明查到的情况、怎么处理的、结果如何；收据、照片、决议等先添加为附件，提交后不能再改。", access.Edit, func(s *risk.Service) doing {
		return func(c *shell.Ctx, id ids.ID, v int64, t string) error {
			return s.Answer(c.Context(), c.Who, c.Tenant, id, v, t)
		}
	}},
	{"close", "审核销号", "审核意见", "同意销号", "核对答复和附件，或确认情形已经消除；意见会留在记录里。", access.Approve, func(s *risk.Service) doing {
		return func(c *shell.Ctx, id ids.ID, v int64, t string) error {
			return s.Close(c.Context(), c.Who, c.Tenant, id, v, t)
		}
	}},
	{"return", "退回重办", "退回的理由", "退回", "写明还缺什么、要怎么办；答复期限从今天重新起算。", access.Approve, func(s *risk.Service) doing {
		return func(c *shell.Ctx, id ids.ID, v int64, t string) error {
			return s.Return(c.Context(), c.Who, c.Tenant, id, v, t)
		}
	}},
	{"reopen", "重新打开", "理由", "重新打开", "已销号的预警发现没有处理到位的，重新打开，由责任人再答复。", access.Approve, func(s *risk.Service) doing {
		return func(c *shell.Ctx, id ids.ID, v int64, t string) error {
			return s.Reopen(c.Context(), c.Who, c.Tenant, id, v, t)
		}
	}},
}

func actOf(event string) *act {
	for i := range acts {
		if acts[i].event == event {
			return &acts[i]
		}
	}
	return nil
}

// may are the acts that somebody can carry out on an alert now.
func may(c *shell.Ctx, a *risk.Alert) []*act {
	var out []*act
	for _, e := range risk.Machine.From(a.State) {
		x := actOf(e.Name)
		if x == nil || !c.Who.Can(risk.Kind+":"+x.verb, a.Region) {
			continue
		}
		if (x.event == "close" || x.event == "return") && a.Replier != "" && c.Who.Is(a.ReplierID, a.Replier) {
			continue
		}
		out = append(out, x)
	}
	return out
}

// actions are the buttons of an alert's page.
func (p *pages) actions(c *shell.Ctx, a *risk.Alert) []ui.Button {
	var out []ui.Button
	for i, x := range may(c, a) {
		b := ui.Button{Label: x.title, Href: href(a.ID) + "/act/" + x.event}
		if i == 0 {
			b.Style = ui.Primary
		}
		out = append(out, b)
	}
	return out
}

func (p *pages) get(c *shell.Ctx) (*risk.Alert, *act, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, nil, err
	}
	a, err := p.s.Alerts.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return nil, nil, err
	}
	x := actOf(c.R.PathValue("event"))
	if x == nil {
		return nil, nil, errs.New(errs.NotFound, "alert.act", "没有这个操作；请检查地址")
	}
	return a, x, nil
}

func (p *pages) form(c *shell.Ctx) error {
	a, x, err := p.get(c)
	if err != nil {
		return err
	}
	if err := c.Who.Require(risk.Kind+":"+x.verb, a.Region); err != nil {
		return err
	}
	return p.formPage(c, a, x, "", http.StatusOK, nil)
}

func (p *pages) formPage(c *shell.Ctx, a *risk.Alert, x *act, text string, status int, wrong error) error {
	v := formView{Act: x, Alert: a, Action: href(a.ID) + "/act/" + x.event, Back: href(a.ID), Version: strconv.FormatInt(a.Version, 10),
		Text: ui.Field{Name: "reason", Label: x.label, Help: x.help, Value: text, Required: true, Rows: 6, Wide: true}}
	if _, err := risk.Machine.Fire(a.State, x.event); err != nil && wrong == nil {
		wrong, status = err, http.StatusConflict
	}
	if wrong != nil {
		v.Text.Error = shell.Sentence(wrong)
		if errs.KindOf(wrong) != errs.Invalid {
			v.Text.Error, v.Problem = "", shell.Sentence(wrong)
		}
	}
	var err error
	if v.Files, err = p.set.FilesCard(c, risk.Kind, a.ID, a.Region, v.Action); err != nil {
		return err
	}
	view := c.PageOf(x.title, ui.Link{Label: "预警", Href: "/alerts/board"}, ui.Link{Label: a.No, Href: href(a.ID)}, ui.Link{Label: x.title})
	return c.PageStatus(status, view, formBody(v))
}

func (p *pages) act(c *shell.Ctx) error {
	a, x, err := p.get(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
	err = x.do(p.s)(c, a.ID, version, c.Form("reason"))
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Stale, errs.Conflict:
		if err == nil {
			break
		}
		return p.formPage(c, a, x, c.Form("reason"), shell.Status(err), err)
	}
	if err != nil {
		return err
	}
	return c.Done(href(a.ID), "%s：已保存", x.title)
}

// run hands the rules to the background, for the place and day that are looked at.
func (p *pages) run(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	if err := c.Who.Require(approve, c.Scope); err != nil {
		return err
	}
	m := c.Who.Meta(tenant)
	m.Key = c.Form("_key")
	id, err := p.jobs.Submit(c.Context(), m, jobs.Spec{Kind: risk.JobKind, Title: c.ScopeName() + "预警检查", Params: risk.JobParams{Scope: c.Scope, Day: c.AsOf}}, nil)
	if err != nil {
		return err
	}
	return c.Redirect("/jobs/" + id.String())
}

func query(path string, kv ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i+1] != "" {
			q.Set(kv[i], kv[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// refHref is the page of a record behind an explanation.
func (p *pages) refHref(r risk.Ref) string {
	if n, ok := p.env.Noun(r.Kind); ok && r.ID != 0 {
		return n.Path + "/" + r.ID.String()
	}
	return r.Path
}

// wideFact is from how many characters on a fact takes a line of its own.
const wideFact = 30

// why explains an alert: the figures, and the records behind them.
func (p *pages) why(c *shell.Ctx, a *risk.Alert) (templ.Component, error) {
	d := a.Detail()
	v := whyView{Alert: a, Kind: colourKind(a.Colour), Head: d.RefHead, Colour: colourBadge(a.Colour), Late: a.Late(c.AsOf)}
	if v.Head == "" {
		v.Head = "相关记录"
	}
	for _, f := range d.Facts {
		v.Facts = append(v.Facts, ui.Desc{Label: f.Label, Value: f.Value, Wide: len([]rune(f.Value)) > wideFact})
	}
	v.Refs = ui.Table{Caption: v.Head, Columns: []ui.Column{{Label: "记录"}, {Label: "数值", Align: ui.Right}}}
	for _, r := range d.Refs {
		cell := ui.T(r.Text)
		cell.Href = p.refHref(r)
		v.Refs.Rows = append(v.Refs.Rows, ui.Row{Cells: []ui.Cell{cell, ui.T(r.Value)}})
	}
	return whyBody(v), nil
}

// eventTexts say what happened.
var eventTexts = map[string]struct {
	text string
	kind ui.Kind
}{
	risk.EventRaised: {"预警", ui.Orange}, risk.EventRisen: {"等级加重", ui.Red}, risk.EventFallen: {"等级减轻", ui.Green}, risk.EventCleared: {"情形消除", ui.Green},
	risk.EventReplied: {"答复", ui.Azure}, risk.EventReturned: {"退回重办", ui.Red}, risk.EventClosed: {"销号", ui.Grey}, risk.EventReopened: {"重新打开", ui.Red},
	risk.EventEscalated: {"逾期上报", ui.Red},
}

// timeline shows every step of an alert.
func (p *pages) timeline(c *shell.Ctx, a *risk.Alert) (templ.Component, error) {
	list, err := risk.EventsOf(c.Context(), p.env.DB.Read(), a.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	var out []ui.Event
	for i := len(list) - 1; i >= 0; i-- {
		e := &list[i]
		t := eventTexts[e.Kind]
		out = append(out, ui.Event{Who: e.Actor, When: e.On.String(), What: t.text + "（" + field.LabelOf(risk.Colours, e.Colour) + "色，" + e.MeasureText + "）", Kind: t.kind, Reason: e.Text})
	}
	return timelineBody(out), nil
}

// about says beside a rule how its formula measures.
func (p *pages) about(_ *shell.Ctx, r *risk.Rule) (templ.Component, error) {
	f := risk.FormulaOf(r.Code)
	if f == nil {
		return nil, nil
	}
	return ui.Notice(ui.Azure, f.About()), nil
}

// shownTrials is how much of a dry run is listed.
const shownTrials = 50

// dryRun shows what a rule would raise today, before it is saved.
func (p *pages) dryRun(c *shell.Ctx, r *risk.Rule) (templ.Component, error) {
	list, err := p.s.Try(c.Context(), c.Tenant, r, c.AsOf)
	if err != nil {
		return nil, err
	}
	v := dryView{About: risk.FormulaOf(r.Code).About(), Day: c.AsOf.String(), Off: r.Off, Total: len(list)}
	n := map[string]int{}
	for _, t := range list {
		n[t.Colour]++
	}
	for i := len(risk.Colours) - 1; i >= 0; i-- {
		o := risk.Colours[i]
		v.Stats = append(v.Stats, ui.StatView{Label: o.Label + "色", Value: strconv.Itoa(n[o.Code]), Unit: "项", Kind: zeroGrey(n[o.Code], ui.Kind(o.Tone))})
	}
	v.Table = ui.Table{Caption: "将会预警", Columns: []ui.Column{{Label: "事项"}, {Label: "等级"}, {Label: "地区"}, {Label: "指标", Align: ui.Right}, {Label: "说明", HidePhone: true}}}
	for _, t := range list[:min(len(list), shownTrials)] {
		b := colourBadge(t.Colour)
		v.Table.Rows = append(v.Table.Rows, ui.Row{Kind: colourKind(t.Colour), Cells: []ui.Cell{ui.T(t.Title), {Badge: &b}, ui.T(c.RegionName(t.Region)), ui.T(t.MeasureText), ui.T(t.Why)}})
	}
	return dryBody(v), nil
}

func zeroGrey(n int, k ui.Kind) ui.Kind {
	if n == 0 {
		return ""
	}
	return k
}

// builtIn lists the rules that come with the program.
func (p *pages) builtIn(c *shell.Ctx) error {
	t := ui.Table{Caption: "内置规则", Columns: []ui.Column{{Label: "预警项目"}, {Label: "计量"}, {Label: "蓝", Align: ui.Right}, {Label: "黄", Align: ui.Right}, {Label: "红", Align: ui.Right}, {Label: "答复期限（工作日）"}, {Label: "责任人"}, {Label: "审核人"}, {Label: "逾期上报"}, {Label: "依据", HidePhone: true}}}
	roles := risk.Roles()
	for _, o := range risk.Formulas() {
		r, ok := risk.BuiltIn(o.Code)
		if !ok {
			continue
		}
		f := risk.FormulaOf(o.Code)
		days := ""
		for i := range r.Days {
			if r.Edges[i] != "" {
				if days != "" {
					days += " / "
				}
				days += strconv.Itoa(r.Days[i])
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: f.Name, Sub: r.Params}, {Text: f.Measure, Sub: string(f.Test) + "界限"}, ui.T(edge(f, r.Edges[0])), ui.T(edge(f, r.Edges[1])), ui.T(edge(f, r.Edges[2])), ui.T(days),
			ui.T(field.LabelOf(roles, r.Owner)), ui.T(field.LabelOf(roles, r.Reviewer)), ui.T(field.LabelOf(roles, r.Escalate)), ui.T(r.Basis),
		}})
	}
	v := c.PageOf("内置预警规则", ui.Link{Label: "预警规则", Href: "/risk-rules"}, ui.Link{Label: "内置规则"})
	v.Actions = ui.PrintButton()
	return c.Page(v, builtInBody(t))
}

func edge(f *risk.Formula, s string) string {
	if s == "" {
		return "—"
	}
	switch f.Unit {
	case risk.Percent:
		return s + "%"
	case risk.Yuan:
		if fen, err := money.Parse(s); err == nil {
			return f.Unit.Text(int64(fen))
		}
	}
	return s + " " + string(f.Unit)
}
