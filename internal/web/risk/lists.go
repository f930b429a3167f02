package risk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/insight/risk"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/registry/access"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// rowOf is the row of the board that a division stands in: the place below the scope.
func rowOf(scope, place string) string {
	if code.Level(scope) >= code.TierTown || len(place) != len(scope) {
		return place
	}
	return place[:len("321182103")] + "000"
}

// board shows what stands: by colour, and by place and rule.
func (p *pages) board(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	list, err := p.s.Counts(c.Context(), c.Who, tenant, c.Scope, c.AsOf)
	if err != nil {
		return err
	}
	runs, err := risk.Runs(c.Context(), p.env.DB.Read(), tenant, 1)
	if err != nil {
		return err
	}
	v := boardView{Tabs: tabs(c), Stats: stats(list), Matrix: matrix(c, list), Key: c.FormKey(), Day: c.AsOf.String(), MayRun: c.Who.Can(approve, c.Scope)}
	if len(runs) > 0 {
		v.Last = runs[0].Text()
	}
	view := c.PageOf("预警")
	view.Subtitle = c.ScopeName() + " · 截至 " + c.AsOf.String()
	view.Actions = ui.PrintButton()
	view.Print = &ui.PrintView{Title: c.ScopeName() + "预警看板", Period: "截至 " + c.AsOf.String(), By: c.Who.Name, At: c.Today().String()}
	return c.Page(view, boardBody(v))
}

func stats(list []risk.Count) []ui.StatView {
	by, total, late, review := map[string]int{}, 0, 0, 0
	for _, x := range list {
		by[x.Colour] += x.N
		total += x.N
		if x.Late {
			late += x.N
		}
		if x.State == risk.Answered || x.State == risk.Cleared {
			review += x.N
		}
	}
	out := []ui.StatView{{Label: "没有销号", Value: strconv.Itoa(total), Unit: "项", Href: "/alerts", Sub: fmt.Sprintf("待审核（确认） %d 项", review)}}
	for i := len(risk.Colours) - 1; i >= 0; i-- {
		o := risk.Colours[i]
		out = append(out, ui.StatView{Label: o.Label + "色", Value: strconv.Itoa(by[o.Code]), Unit: "项", Kind: zeroGrey(by[o.Code], ui.Kind(o.Tone)), Href: query("/alerts", "colour", o.Code)})
	}
	return append(out, ui.StatView{Label: "逾期未答复", Value: strconv.Itoa(late), Unit: "项", Kind: zeroGrey(late, ui.Red)})
}

type tally struct{ red, yellow, blue int }

func (t *tally) add(colour string, n int) {
	switch colour {
	case risk.Red:
		t.red += n
	case risk.Yellow:
		t.yellow += n
	default:
		t.blue += n
	}
}

func (t tally) total() int { return t.red + t.yellow + t.blue }

// cell shows a count in the colour of the worst.
func (t tally) cell(to string) ui.Cell {
	if t.total() == 0 {
		return ui.Cell{}
	}
	b := ui.BadgeView{Text: strconv.Itoa(t.total()), Kind: ui.Azure, Href: to}
	switch {
	case t.red > 0:
		b.Kind = ui.Red
	case t.yellow > 0:
		b.Kind = ui.Orange
	}
	return ui.Cell{Badge: &b}
}

func matrix(c *shell.Ctx, list []risk.Count) ui.Table {
	cells, rows, cols := map[[2]string]*tally{}, map[string]*tally{}, map[string]*tally{}
	var places []string
	for _, x := range list {
		place := rowOf(c.Scope, x.Region)
		if rows[place] == nil {
			rows[place] = &tally{}
			places = append(places, place)
		}
		if cols[x.Code] == nil {
			cols[x.Code] = &tally{}
		}
		k := [2]string{place, x.Code}
		if cells[k] == nil {
			cells[k] = &tally{}
		}
		for _, t := range []*tally{cells[k], rows[place], cols[x.Code]} {
			t.add(x.Colour, x.N)
		}
	}
	slices.Sort(places)
	t := ui.Table{Caption: "按地区和项目", Columns: []ui.Column{{Label: "地区"}, {Label: "合计", Align: ui.Center}}, Empty: &ui.EmptyView{
		Icon: "circle-check", Title: "没有预警", Text: "每天夜里自动检查一次；也可以按“立即检查”。",
	}}
	all := &tally{}
	var codes []string
	for _, o := range risk.Formulas() {
		if cols[o.Code] != nil {
			codes = append(codes, o.Code)
			t.Columns = append(t.Columns, ui.Column{Label: o.Label, Align: ui.Center})
		}
	}
	for _, place := range places {
		row := ui.Row{Href: query("/alerts/board", "scope", place), Cells: []ui.Cell{ui.T(c.RegionName(place)), rows[place].cell(query("/alerts", "scope", place))}}
		for _, k := range codes {
			x := cells[[2]string{place, k}]
			if x == nil {
				x = &tally{}
			}
			row.Cells = append(row.Cells, x.cell(query("/alerts", "scope", place, "code", k)))
		}
		t.Rows = append(t.Rows, row)
		all.red, all.yellow, all.blue = all.red+rows[place].red, all.yellow+rows[place].yellow, all.blue+rows[place].blue
	}
	if len(places) > 1 {
		t.Foot = []ui.Cell{ui.T("合计"), ui.T(strconv.Itoa(all.total()))}
		for _, k := range codes {
			t.Foot = append(t.Foot, ui.T(strconv.Itoa(cols[k].total())))
		}
	}
	return t
}

// shownMine is how many of somebody's alerts are listed.
const shownMine = 200

func (p *pages) mine(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	list, err := p.s.Mine(c.Context(), c.Who, tenant, c.Scope, shownMine)
	if err != nil {
		return err
	}
	t := alertTable(c, list)
	t.Empty = &ui.EmptyView{Icon: "circle-check", Title: "没有等您处理的预警", Text: "由您答复、审核的预警，以及逾期上报给您的，会出现在这里和“我的待办”里。"}
	view := c.PageOf("我的预警", ui.Link{Label: "预警", Href: "/alerts/board"}, ui.Link{Label: "我的预警"})
	view.Subtitle = c.ScopeName()
	return c.Page(view, listBody(tabs(c), t, nil))
}

// alertTable lists alerts.
func alertTable(c *shell.Ctx, list []risk.Alert) ui.Table {
	t := ui.Table{Caption: "预警", Columns: []ui.Column{{Label: "事项"}, {Label: "等级"}, {Label: "地区"}, {Label: "指标", Align: ui.Right}, {Label: "预警日期", Nowrap: true}, {Label: "答复期限", Nowrap: true}, {Label: "状态"}, {Label: "销号", Nowrap: true}}}
	for i := range list {
		a := &list[i]
		b, s := colourBadge(a.Colour), risk.Machine.State(a.State)
		due := ui.T(a.Due.String())
		if a.Late(c.AsOf) {
			due.Kind, due.Sub = ui.Red, "已逾期"
		}
		row := ui.Row{Href: href(a.ID), Cells: []ui.Cell{
			{Text: a.Title, Sub: field.LabelOf(risk.Formulas(), a.Code)}, {Badge: &b}, ui.T(c.RegionName(a.Region)), ui.T(a.MeasureText), ui.T(a.Raised.String()), due,
			{Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}}, ui.T(a.ClosedOn.String()),
		}}
		if a.Sample {
			row.Cells[0].Badges = []ui.BadgeView{{Text: "示例", Kind: ui.Grey}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// monthly is the list of a month: what stood in it, was raised and was closed.
func (p *pages) monthly(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	m, err := date.ParseMonth(c.Query("month"))
	if err != nil {
		m = c.AsOf.YearMonth()
	}
	list, err := p.s.Between(c.Context(), c.Who, tenant, c.Scope, m.First(), m.Last())
	if err != nil {
		return err
	}
	raised, closed := 0, 0
	for i := range list {
		a := &list[i]
		if a.Raised.YearMonth() == m {
			raised++
		}
		if a.ClosedOn.YearMonth() == m {
			closed++
		}
	}
	t := alertTable(c, list)
	t.Empty = &ui.EmptyView{Icon: "circle-check", Title: m.Chinese() + "没有预警"}
	sel := ui.FilterSelect{Name: "month", Label: "月份"}
	for i := range 12 {
		x := c.AsOf.YearMonth().Add(-i)
		sel.Options = append(sel.Options, ui.Option{Value: x.String(), Label: x.Chinese(), Selected: x == m})
	}
	view := c.PageOf("预警月度清单", ui.Link{Label: "预警", Href: "/alerts/board"}, ui.Link{Label: "月度清单"})
	view.Subtitle = c.ScopeName() + " · " + m.Chinese()
	view.Print = &ui.PrintView{Title: c.ScopeName() + "预警月度清单", Period: m.Chinese(), By: c.Who.Name, At: c.Today().String()}
	view.Actions = ui.PrintButton()
	return c.Page(view, listBody(tabs(c), t, monthHead(ui.FilterView{Action: "/alerts/monthly", NoQ: true, Selects: []ui.FilterSelect{sel}}, []ui.StatView{
		{Label: "本月涉及", Value: strconv.Itoa(len(list)), Unit: "项"}, {Label: "新增", Value: strconv.Itoa(raised), Unit: "项"}, {Label: "销号", Value: strconv.Itoa(closed), Unit: "项"},
	})))
}

// group adds up the alerts of a year that are alike.
type group struct {
	key                                string
	raised, closed, open, late, inTime int
	days                               int
}

func (g *group) add(a *risk.Alert, day date.Date) {
	g.raised++
	if a.State == risk.Closed {
		g.closed++
		g.days += a.ClosedOn.Sub(a.Raised)
	} else {
		g.open++
	}
	if a.Late(day) {
		g.late++
	}
	if !a.Replied.IsZero() && !a.Replied.After(a.Due) {
		g.inTime++
	}
}

// cells are the figures of a group, after its name.
func (g *group) cells() []ui.Cell {
	took, rate := "—", "—"
	if g.closed > 0 {
		took = strconv.FormatFloat(float64(g.days)/float64(g.closed), 'f', 1, 64) + " 天"
	}
	if g.raised > 0 {
		rate = strconv.Itoa(100*g.closed/g.raised) + "%"
	}
	late := ui.T(strconv.Itoa(g.late))
	if g.late > 0 {
		late.Kind = ui.Red
	}
	return []ui.Cell{ui.T(strconv.Itoa(g.raised)), ui.T(strconv.Itoa(g.closed)), ui.T(rate), ui.T(took), ui.T(strconv.Itoa(g.open)), late, ui.T(strconv.Itoa(g.inTime))}
}

func groupTable(caption, head string, groups map[string]*group, label func(string) string, link func(string) string) ui.Table {
	t := ui.Table{Caption: caption, Columns: []ui.Column{{Label: head}, {Label: "预警", Align: ui.Right}, {Label: "已销号", Align: ui.Right}, {Label: "销号率", Align: ui.Right}, {Label: "平均用时", Align: ui.Right}, {Label: "没有销号", Align: ui.Right}, {Label: "逾期未答复", Align: ui.Right}, {Label: "按期答复", Align: ui.Right}}}
	var keys []string
	for k := range groups {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := groups[b].raised - groups[a].raised; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	sum := group{}
	for _, k := range keys {
		g := groups[k]
		t.Rows = append(t.Rows, ui.Row{Href: link(k), Cells: append([]ui.Cell{ui.T(label(k))}, g.cells()...)})
		sum.raised, sum.closed, sum.open, sum.late = sum.raised+g.raised, sum.closed+g.closed, sum.open+g.open, sum.late+g.late
		sum.inTime, sum.days = sum.inTime+g.inTime, sum.days+g.days
	}
	if len(keys) > 1 {
		t.Foot = append([]ui.Cell{ui.T("合计")}, sum.cells()...)
	}
	return t
}

// statistics counts the alerts of the year that is looked at: by place, by rule, and how long closing took.
func (p *pages) statistics(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	list, err := p.s.Between(c.Context(), c.Who, tenant, c.Scope, date.Month(c.Year*100+1).First(), date.Month(c.Year*100+12).Last())
	if err != nil {
		return err
	}
	places, rules := map[string]*group{}, map[string]*group{}
	for i := range list {
		a := &list[i]
		for _, x := range []struct {
			m   map[string]*group
			key string
		}{{places, rowOf(c.Scope, a.Region)}, {rules, a.Code}} {
			if x.m[x.key] == nil {
				x.m[x.key] = &group{key: x.key}
			}
			x.m[x.key].add(a, c.AsOf)
		}
	}
	view := c.PageOf("预警统计", ui.Link{Label: "预警", Href: "/alerts/board"}, ui.Link{Label: "统计"})
	view.Subtitle = c.ScopeName() + " · " + strconv.Itoa(c.Year) + " 年"
	view.Actions = ui.PrintButton()
	return c.Page(view, statsBody(tabs(c), []ui.Table{
		groupTable("按地区", "地区", places, c.RegionName, func(k string) string { return query("/alerts", "scope", k) }),
		groupTable("按项目", "预警项目", rules, func(k string) string { return field.LabelOf(risk.Formulas(), k) }, func(k string) string { return query("/alerts", "code", k) }),
	}))
}

// mostTodo is how many alerts the to-do list shows.
const mostTodo = 50

// Todo gives the alerts that wait for a person, for the to-do page.
func Todo(s *risk.Service) func(c *shell.Ctx) ([]ui.AlertView, error) {
	return func(c *shell.Ctx) ([]ui.AlertView, error) {
		if c.Tenant == 0 || !c.Who.CanSome(view) {
			return nil, nil
		}
		list, err := s.Mine(c.Context(), c.Who, c.Tenant, c.Scope, mostTodo)
		var out []ui.AlertView
		for i := range list {
			a := &list[i]
			v := ui.AlertView{Kind: colourKind(a.Colour), Title: field.LabelOf(risk.Formulas(), a.Code) + "：" + a.Title, Text: a.Why, Sub: c.RegionName(a.Region) + " · 应于 " + a.Due.String() + " 答复", Href: href(a.ID), Remedy: "去答复", RemedyHref: href(a.ID) + "/act/reply"}
			if a.State == risk.Answered || a.State == risk.Cleared {
				v.Sub, v.Remedy, v.RemedyHref = c.RegionName(a.Region)+" · "+risk.Machine.State(a.State).Label, "去审核", href(a.ID)
			} else if !c.Who.Can(risk.Kind+":"+access.Edit, a.Region) {
				v.Remedy, v.RemedyHref = "查看", href(a.ID)
			}
			if a.Late(c.AsOf) {
				v.Sub += "，已逾期"
			}
			out = append(out, v)
		}
		return out, err
	}
}

// TodoCount counts them, for the badge in the menu.
func TodoCount(s *risk.Service) func(c *shell.Ctx) (int, error) {
	return func(c *shell.Ctx) (int, error) {
		if c.Tenant == 0 || !c.Who.CanSome(view) {
			return 0, nil
		}
		return s.MineCount(c.Context(), c.Who, c.Tenant, c.Scope, mostTodo)
	}
}

// OverviewCard shows on the overview how many alerts stand at the place, by colour.
func OverviewCard(s *risk.Service) func(c *shell.Ctx, scope string) (templ.Component, error) {
	return func(c *shell.Ctx, scope string) (templ.Component, error) {
		if c.Tenant == 0 || !c.Who.Can(view, scope) {
			return nil, nil
		}
		list, err := s.Counts(c.Context(), c.Who, c.Tenant, scope, c.AsOf)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		return overviewCard(stats(list)), nil
	}
}
