// Package plan gives one village, one plan (一村一策) its pages: goals with their values, the board of all villages, the
// plan on paper and for the public.
package plan

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/plan"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	view = "plan:" + access.View
	edit = "plan:" + access.Edit
)

type pages struct {
	env *record.Env
	n   *plan.Nouns
	cat indicator.Evaluator
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, n *plan.Nouns, cat indicator.Evaluator) {
	p := &pages{env: s.Env, n: n, cat: cat}
	resource.Mount(s, set, n.Plans, resource.Options[plan.Plan]{
		Before: []resource.Panel[plan.Plan]{p.goals}, Actions: p.actions,
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "进度看板", Icon: "chart-bar", Href: "/plan-board"}}
		},
		Children: []resource.Child{
			{Kind: "plan_measure", Field: "plan", Title: "举措", While: []string{plan.Draft}},
			{Kind: "plan_item", Field: "plan", Title: "纳入的资产和项目", While: []string{plan.Draft}},
			{Kind: "plan_target", Field: "plan", Title: "目标", While: []string{plan.Draft}},
			{Kind: "plan_review", Field: "plan", Title: "评估", While: []string{plan.Running}},
		},
	})
	resource.Mount(s, set, n.Measures, resource.Options[plan.Measure]{})
	resource.Mount(s, set, n.Items, resource.Options[plan.Item]{})
	resource.Mount(s, set, n.Targets, resource.Options[plan.Target]{})
	resource.Mount(s, set, n.Reviews, resource.Options[plan.Review]{Before: []resource.Panel[plan.Review]{p.frozen}})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/plan-board", Perm: view, Fn: p.board},
		shell.Route{Method: "GET", Pattern: "/plans/{id}/print", Perm: view, Fn: p.paper},
		shell.Route{Method: "GET", Pattern: "/public/plans", Perm: shell.Public, Fn: p.publicList},
		shell.Route{Method: "GET", Pattern: "/public/plans/{tenant}/{id}", Perm: shell.Public, Fn: p.public},
	)
}

// OfAsset and OfJoint are the places that an asset, or a joint project, has in plans, for their own pages. Plans add them.
var (
	OfAsset = resource.Child{Kind: "plan_item", Field: "asset", Title: "纳入的一村一策", HideEmpty: true, While: []string{"-"}}
	OfJoint = resource.Child{Kind: "plan_item", Field: "joint", Title: "纳入的一村一策", HideEmpty: true, While: []string{"-"}}
)

func (p *pages) actions(_ *shell.Ctx, v *plan.Plan) []ui.Button {
	out := []ui.Button{{Label: "打印方案", Icon: "printer", Href: "/plans/" + v.ID.String() + "/print"}}
	if !v.Approved.IsZero() {
		out = append(out, ui.Button{Label: "公开版", Icon: "external-link", Href: publicPath(v.Tenant, v.ID)})
	}
	return out
}

func publicPath(tenant int64, id ids.ID) string {
	return "/public/plans/" + strconv.FormatInt(tenant, 10) + "/" + id.String()
}

// dayOf is the day on which a plan's goals are looked at: the day looked at within its year, else its last day.
func dayOf(year int, asOf date.Date) date.Date {
	end, err := date.New(year, 12, 31)
	if err != nil || asOf.Before(end) {
		return asOf
	}
	return end
}

// standings evaluates a plan's goals.
func (p *pages) standings(c *shell.Ctx, v *plan.Plan, day date.Date) ([]plan.Standing, error) {
	targets, err := plan.TargetsOf(c.Context(), p.env.DB.Read(), v.Tenant, []ids.ID{v.ID})
	if err != nil {
		return nil, err
	}
	return plan.Stand(c.Context(), p.cat, v, targets, day)
}

// goals shows the goals of a plan with their values now.
func (p *pages) goals(c *shell.Ctx, v *plan.Plan) (templ.Component, error) {
	day := dayOf(v.Year, c.AsOf)
	list, err := p.standings(c, v, day)
	if err != nil {
		return nil, err
	}
	return goalsBody(goalTable(list, v, day), "截至 "+day.String()), nil
}

// frozen shows what a review froze.
func (p *pages) frozen(_ *shell.Ctx, r *plan.Review) (templ.Component, error) {
	list, err := r.Standings()
	if err != nil {
		return nil, err
	}
	return goalsBody(goalTable(list, nil, r.AsOf), "固定的数字，截至 "+r.AsOf.String()), nil
}

// goalTable lists goals; of a plan each value leads to its records.
func goalTable(list []plan.Standing, v *plan.Plan, day date.Date) ui.Table {
	t := ui.Table{Caption: "目标", Columns: []ui.Column{{Label: "目标"}, {Label: "年初值", Align: ui.Right}, {Label: "目标值", Align: ui.Right}, {Label: "当前值", Align: ui.Right}, {Label: "完成"}, {Label: "期限", Nowrap: true}, {Label: "进度"}}}
	t.Empty = &ui.EmptyView{Icon: "target", Title: "还没有目标", Text: "选定指标、年初值和目标值，当前值由系统计算。"}
	for i := range list {
		s := &list[i]
		unit := s.Unit.Label()
		now := ui.Cell{Text: s.Unit.Exact(s.Value), Sub: unit}
		if v != nil {
			now.Lineage = lineage(v, s, day)
		}
		row := ui.Row{Cells: []ui.Cell{
			{Text: s.Name, Sub: s.Problem}, ui.T(s.Unit.Exact(s.Base)), ui.T(s.Unit.Exact(s.Goal)), now, {Content: ui.Progress(bar(s))}, ui.T(s.Due.String()), {Badge: badge(s)},
		}}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// bar is a goal's share reached.
func bar(s *plan.Standing) ui.ProgressView {
	v := ui.ProgressView{Percent: float64(s.Percent) / 100, Text: indicator.Ratio100.Exact(s.Percent) + "%", Label: s.Name}
	if s.Behind() {
		v.Kind = ui.Orange
	}
	return v
}

func badge(s *plan.Standing) *ui.BadgeView {
	switch {
	case s.Problem != "":
		return &ui.BadgeView{Text: "算不出", Kind: ui.Red}
	case s.Met():
		return &ui.BadgeView{Text: "已达到", Kind: ui.Green}
	case s.Behind():
		return &ui.BadgeView{Text: "落后于时间", Kind: ui.Orange}
	}
	return &ui.BadgeView{Text: "正常", Kind: ui.Azure}
}

// lineage is the address of what a goal's value comes from.
func lineage(v *plan.Plan, s *plan.Standing, day date.Date) string {
	q := url.Values{"in": {s.Indicator}, "scope": {v.Region}, "year": {strconv.Itoa(v.Year)}, "as_of": {day.String()}}
	params, err := indicator.ParseParams(s.Params)
	if err == nil {
		for name, value := range params {
			q.Set("p."+name, value)
		}
	}
	return "/lineage?" + q.Encode()
}

// board lists all villages of the place with their plans of the year.
func (p *pages) board(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), c.Who.Narrow(view, c.Scope)...)
	if err != nil {
		return err
	}
	day := dayOf(c.Year, c.AsOf)
	list, err := plan.Board(c.Context(), p.env, p.env.DB.Read(), p.cat, tenant, ranges, c.Year, day)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "各村一村一策", Columns: []ui.Column{{Label: "村"}, {Label: "方案"}, {Label: "状态"}, {Label: "举措完成", Align: ui.Right}, {Label: "逾期举措", Align: ui.Right}, {Label: "目标达到", Align: ui.Right}, {Label: "落后目标", Align: ui.Right}, {Label: "平均完成"}}}
	t.Empty = &ui.EmptyView{Icon: "target-arrow", Title: "这里没有村", Text: "请在上方选定一个镇或县（市、区）。"}
	var have, goals, met, behind, measures, done, late int
	for i := range list {
		s := &list[i]
		if s.Plan == nil {
			none := ui.Cell{Text: "没有方案", Kind: ui.Red}
			if c.Who.Can(edit, s.Region) {
				none.Href = "/plans/new?year=" + strconv.Itoa(c.Year) + "&name=" + url.QueryEscape(s.Name+strconv.Itoa(c.Year)+"年发展壮大集体经济方案")
			}
			t.Rows = append(t.Rows, ui.Row{Kind: ui.Red, Cells: []ui.Cell{ui.T(s.Name), none, {}, {}, {}, {}, {}, {}}})
			continue
		}
		have++
		goals, met, behind = goals+len(s.Targets), met+s.Met(), behind+s.Behind()
		measures, done, late = measures+s.Measures, done+s.Done, late+s.Late
		st := plan.Machine.State(s.Plan.State)
		row := ui.Row{Href: "/plans/" + s.Plan.ID.String(), Cells: []ui.Cell{
			ui.T(s.Name), {Text: s.Plan.Name, Sub: s.Plan.No, Href: "/plans/" + s.Plan.ID.String()}, {Badge: &ui.BadgeView{Text: st.Label, Kind: ui.Kind(st.Tone)}},
			ui.T(ratio(s.Done, s.Measures)), warn(s.Late), ui.T(ratio(s.Met(), len(s.Targets))), warn(s.Behind()),
			{Content: ui.Progress(ui.ProgressView{Percent: float64(s.Percent()) / 100, Text: indicator.Ratio100.Exact(s.Percent()) + "%", Label: s.Name})},
		}}
		if s.Late+s.Behind() > 0 {
			row.Kind = ui.Orange
		}
		t.Rows = append(t.Rows, row)
	}
	if len(list) > 1 {
		t.Foot = []ui.Cell{ui.T("合计"), ui.T(ratio(have, len(list)) + " 村有方案"), {}, ui.T(ratio(done, measures)), warn(late), ui.T(ratio(met, goals)), warn(behind), {}}
	}
	at := "&scope=" + c.Scope + "&year=" + strconv.Itoa(c.Year)
	stats := []ui.StatView{
		{Label: "有方案的村", Value: ratio(have, len(list)), Lineage: "/lineage?in=plan.coverage" + at},
		{Label: "达到的目标", Value: ratio(met, goals), Lineage: "/lineage?in=plan.targets_met" + at},
		{Label: "落后于时间的目标", Value: strconv.Itoa(behind), Unit: "个", Kind: warn(behind).Kind},
	}
	title := strconv.Itoa(c.Year) + " 年一村一策进度"
	v := c.PageOf(title, ui.Link{Label: "一村一策", Href: "/plans"}, ui.Link{Label: "进度看板"})
	v.Subtitle = c.ScopeName() + "，截至 " + day.String()
	v.Actions = ui.PrintButton()
	return c.Page(v, boardBody(stats, t))
}

func ratio(n, of int) string { return strconv.Itoa(n) + "/" + strconv.Itoa(of) }

// warn is a number that should be nought.
func warn(n int) ui.Cell {
	c := ui.T(strconv.Itoa(n))
	if n > 0 {
		c.Kind = ui.Orange
	}
	return c
}

// paper shows a plan as a document to print.
func (p *pages) paper(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	v, err := p.n.Plans.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	doc, err := p.document(c, v, dayOf(v.Year, c.AsOf), "/")
	if err != nil {
		return err
	}
	page := c.PageOf(v.Name, ui.Link{Label: "一村一策", Href: "/plans"}, ui.Link{Label: v.No, Href: "/plans/" + v.ID.String()}, ui.Link{Label: "打印"})
	page.Actions = ui.PrintButton()
	page.Print = &ui.PrintView{Title: v.Name, Org: doc.Owner, No: v.No, Period: strconv.Itoa(v.Year) + " 年"}
	return c.Page(page, documentBody(doc))
}

// document gathers a plan. root is "/" where its parts may be opened, "" where they may not.
func (p *pages) document(c *shell.Ctx, v *plan.Plan, day date.Date, root string) (document, error) {
	ctx, q := c.Context(), p.env.DB.Read()
	d := document{Plan: v, State: plan.Machine.State(v.State).Label}
	texts, err := p.n.Plans.Texts(ctx, p.env.ForTenant(v.Tenant), v)
	if err != nil {
		return d, err
	}
	d.Owner = texts["owner"]
	list, err := p.standings(c, v, day)
	if err != nil {
		return d, err
	}
	of := v
	if root == "" {
		of = nil
	}
	d.Goals, d.Day = goalTable(list, of, day), day.String()
	measures, err := plan.MeasuresOf(ctx, q, v.Tenant, []ids.ID{v.ID})
	if err != nil {
		return d, err
	}
	d.Measures = ui.Table{Caption: "举措", Columns: []ui.Column{{Label: "举措"}, {Label: "责任人"}, {Label: "完成期限", Nowrap: true}, {Label: "进展"}}}
	for i := range measures {
		m := &measures[i]
		d.Measures.Rows = append(d.Measures.Rows, ui.Row{Cells: []ui.Cell{{Text: m.Title, Sub: m.Content}, ui.T(m.Owner), ui.T(m.Due.String()), {Badge: measureBadge(m, day)}}})
	}
	d.Items, err = p.items(c, v, root)
	return d, err
}

func measureBadge(m *plan.Measure, day date.Date) *ui.BadgeView {
	switch {
	case m.State == plan.Dropped:
		return &ui.BadgeView{Text: "已终止", Kind: ui.Grey}
	case m.Late(day):
		return &ui.BadgeView{Text: "已逾期", Kind: ui.Red}
	case !m.Done.IsZero() && !m.Done.After(day):
		return &ui.BadgeView{Text: m.Done.String() + " 完成", Kind: ui.Green}
	}
	return &ui.BadgeView{Text: "推进中", Kind: ui.Azure}
}

func (p *pages) items(c *shell.Ctx, v *plan.Plan, root string) (ui.Table, error) {
	ctx, q := c.Context(), p.env.DB.Read()
	t := ui.Table{Caption: "纳入的资产和项目", Columns: []ui.Column{{Label: "资产或项目"}, {Label: "打算"}, {Label: "预期年收入（元）", Align: ui.Right}}}
	list, err := plan.ItemsOf(ctx, q, v.Tenant, []ids.ID{v.ID})
	if err != nil || len(list) == 0 {
		return t, err
	}
	var assets []ids.ID
	for i := range list {
		if list[i].Asset != 0 {
			assets = append(assets, list[i].Asset)
		}
	}
	named, err := asset.Named(ctx, q, v.Tenant, assets)
	if err != nil {
		return t, err
	}
	sum := money.Fen(0)
	for i := range list {
		it := &list[i]
		sum += it.Income
		cell := ui.Cell{}
		if a := named[it.Asset]; a != nil {
			cell = ui.Cell{Text: a.Name, Sub: a.Quantity.String()}
			if root != "" {
				cell.Href = root + "assets/" + a.ID.String()
			}
		}
		if it.Joint != 0 {
			title, href := p.joint(c, v, it.Joint, root)
			cell = ui.Cell{Text: title, Sub: "联建项目", Href: href}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{cell, ui.T(it.Intent), ui.T(it.Income.String())}})
	}
	if len(list) > 1 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 2}, ui.T(sum.String())}
	}
	return t, nil
}

// joint names a joint project, which stands above plans: it is known by its kind alone.
func (p *pages) joint(c *shell.Ctx, v *plan.Plan, id ids.ID, root string) (title, href string) {
	n, ok := p.env.Noun("joint")
	if !ok {
		return "", ""
	}
	_, title, err := n.Place(c.Context(), p.env.DB.Read(), access.System, v.Tenant, id)
	if err != nil {
		return "", ""
	}
	if root != "" {
		href = n.Info().Path + "/" + id.String()
	}
	return title, href
}
