// Package board shows the secretaries' projects side by side (比进度 比举措 比成效), opens the records behind every
// number, and freezes the board as an issue.
package board

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"huicun/internal/insight/board"
	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	permView    = "board:" + access.View
	permEdit    = "board:" + access.Edit
	permApprove = "board:" + access.Approve
)

// Mount adds the routes. Whoever may edit or approve boards may issue one; the service checks it for the place.
func Mount(s *shell.Shell, svc *board.Service) {
	h := &handlers{svc: svc}
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/board", Perm: permView, Fn: h.page},
		shell.Route{Method: "GET", Pattern: "/board/records", Perm: permView, Fn: h.records},
		shell.Route{Method: "POST", Pattern: "/board/snapshots", Perm: permView, Fn: h.issue},
		shell.Route{Method: "GET", Pattern: "/board/snapshots/{id}", Perm: permView, Fn: h.frozen},
		shell.Route{Method: "GET", Pattern: "/board/snapshots/{id}/records", Perm: permView, Fn: h.frozenRecords},
	)
}

type handlers struct{ svc *board.Service }

// place is what is looked at: the scope when the person may see its board, else the first place below that they may.
func place(c *shell.Ctx) (tenant int64, scope string, err error) {
	if tenant, err = c.NeedTenant(); err != nil {
		return 0, "", err
	}
	may := c.Who.Narrow(permView, c.Scope)
	if len(may) == 0 {
		return 0, "", c.Who.Require(permView, c.Scope)
	}
	return tenant, may[0], nil
}

func (h *handlers) rows(c *shell.Ctx) (rows []board.Row, scope string, err error) {
	tenant, scope, err := place(c)
	if err != nil {
		return nil, "", err
	}
	rows, err = h.svc.Rows(c.Context(), tenant, scope, c.Year, c.AsOf)
	return rows, scope, err
}

func (h *handlers) page(c *shell.Ctx) error {
	rows, scope, err := h.rows(c)
	if err != nil {
		return err
	}
	issues, err := h.svc.Snapshots(c.Context(), c.Who, c.Tenant, scope, c.Year)
	if err != nil {
		return err
	}
	v := c.PageOf("三比看板")
	v.Subtitle = c.RegionName(scope) + " · " + strconv.Itoa(c.Year) + " 年 · 截至 " + c.AsOf.String()
	v.Print = &ui.PrintView{
		Title: c.RegionName(scope) + strconv.Itoa(c.Year) + "年书记项目晾晒榜", Period: "截至 " + c.AsOf.Chinese(), By: c.Who.Name, At: c.Today().String(),
	}
	mayIssue := len(rows) > 0 && (c.Who.Can(permApprove, scope) || c.Who.Can(permEdit, scope))
	v.Actions = actions(mayIssue, c, scope)
	f := readFilter(c.R.URL.Query())
	p := &page{
		rows: f.apply(rows), sum: board.Summary(rows), all: len(rows), filter: f.bar(rows), by: f.by, tabs: f.tabs(),
		records: "/board/records?scope=" + scope + "&year=" + strconv.Itoa(c.Year), issues: issues,
		weights: weightsOf(rows), compared: slices.ContainsFunc(rows, func(r board.Row) bool { return r.Before > 0 }), filtered: f.active(),
	}
	return c.Page(v, boardBody(p))
}

func (h *handlers) issue(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	scope, err := code.Region(c.Form("scope"))
	if err != nil {
		return err
	}
	no, err := h.svc.Snapshot(c.Context(), c.Who, tenant, scope, c.Year, c.AsOf)
	if err != nil {
		return err
	}
	return c.Done("/board", "已发布榜单 %s，截至 %s。", no, c.AsOf)
}

func (h *handlers) frozen(c *shell.Ctx) error {
	v, rows, err := h.frozenRows(c)
	if err != nil {
		return err
	}
	p := c.PageOf(c.RegionName(v.Region)+strconv.Itoa(v.Year)+"年晾晒榜第"+strconv.Itoa(v.Issue())+"期", ui.Link{Label: "三比看板", Href: "/board"})
	p.Subtitle = "截至 " + v.Day.String()
	p.Print = &ui.PrintView{Title: p.Title, Period: "截至 " + v.Day.Chinese(), No: v.No, By: c.Who.Name, At: c.Today().String()}
	p.Actions = ui.PrintButton()
	f := readFilter(c.R.URL.Query())
	return c.Page(p, frozenBody(v, &page{
		rows: f.apply(rows), sum: board.Summary(rows), all: len(rows), records: "/board/snapshots/" + v.ID.String() + "/records?",
		weights: weightsOf(rows), compared: slices.ContainsFunc(rows, func(r board.Row) bool { return r.Before > 0 }),
	}))
}

func (h *handlers) frozenRows(c *shell.Ctx) (*board.Snapshot, []board.Row, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, nil, err
	}
	return h.svc.Issue(c.Context(), c.Who, tenant, id)
}

func (h *handlers) records(c *shell.Ctx) error {
	rows, _, err := h.rows(c)
	if err != nil {
		return err
	}
	return showRecords(c, rows, c.AsOf.String())
}

func (h *handlers) frozenRecords(c *shell.Ctx) error {
	v, rows, err := h.frozenRows(c)
	if err != nil {
		return err
	}
	return showRecords(c, rows, v.Day.String())
}

// showRecords answers with what is behind one number of a row, or with the records behind one of its targets.
func showRecords(c *shell.Ctx, rows []board.Row, asOf string) error {
	id, err := ids.Parse(c.Query("project"))
	i := slices.IndexFunc(rows, func(r board.Row) bool { return r.ID == id })
	if err != nil || i < 0 {
		return errs.New(errs.NotFound, "board.row", "榜上没有这个项目")
	}
	r := &rows[i]
	if s := c.Query("line"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n >= len(r.Lines) {
			return errs.New(errs.NotFound, "board.line", "项目没有这个目标")
		}
		return c.Render(ui.LineageChildren(lineChildren(c, &r.Lines[n])...))
	}
	v, err := lineageOf(c, r, c.Query("col"))
	if err != nil {
		return err
	}
	v.AsOf = asOf
	if c.Partial() {
		return c.Render(ui.Lineage(v))
	}
	p := c.PageOf(v.Title, ui.Link{Label: "三比看板", Href: "/board"})
	p.HideTitle = true
	return c.Page(p, recordsPage(v))
}

// filter narrows and orders the board. Ranks stay those of the whole board.
type filter struct{ light, class, level, by string }

func readFilter(q url.Values) filter {
	return filter{light: q.Get("light"), class: q.Get("class"), level: q.Get("level"), by: q.Get("by")}
}

func (f filter) active() bool { return f.light != "" || f.class != "" || f.level != "" }

func (f filter) apply(rows []board.Row) []board.Row {
	var out []board.Row
	for _, r := range rows {
		if (f.light == "" || r.Light == f.light) && (f.class == "" || r.Class == f.class) && (f.level == "" || code.Level(r.Region).String() == f.level) {
			out = append(out, r)
		}
	}
	for _, col := range board.Columns {
		if col.Code == f.by {
			slices.SortStableFunc(out, func(a, b board.Row) int { return cmp.Compare(col.Cell(&a).Rank, col.Cell(&b).Rank) })
		}
	}
	return out
}

func (f filter) bar(rows []board.Row) ui.FilterView {
	v := ui.FilterView{Action: "/board", NoQ: true, Active: f.active(), ResetHref: "/board"}
	if f.by != "" {
		v.Hidden = []ui.Hidden{{Name: "by", Value: f.by}}
		v.ResetHref = "/board?by=" + url.QueryEscape(f.by)
	}
	light := ui.FilterSelect{Name: "light", Label: "亮灯", Options: []ui.Option{{Label: "全部"}}}
	for _, l := range []string{board.Green, board.Yellow, board.Red} {
		light.Options = append(light.Options, ui.Option{Value: l, Label: board.Lights[l].Label, Selected: f.light == l})
	}
	class := ui.FilterSelect{Name: "class", Label: "类别", Options: []ui.Option{{Label: "全部"}}}
	level := ui.FilterSelect{Name: "level", Label: "层级", Options: []ui.Option{{Label: "全部"}}}
	var classes []string
	levels := map[string]code.Tier{}
	for i := range rows {
		if x := rows[i].Class; x != "" && !slices.Contains(classes, x) {
			classes = append(classes, x)
		}
		t := code.Level(rows[i].Region)
		levels[t.String()] = t
	}
	slices.Sort(classes)
	for _, x := range classes {
		class.Options = append(class.Options, ui.Option{Value: x, Label: x, Selected: f.class == x})
	}
	for _, t := range []code.Tier{code.TierCounty, code.TierTown, code.TierVillage} {
		if _, ok := levels[t.String()]; ok {
			level.Options = append(level.Options, ui.Option{Value: t.String(), Label: t.Chinese(), Selected: f.level == t.String()})
		}
	}
	v.Selects = []ui.FilterSelect{light, class, level}
	return v
}

func (f filter) tabs() []ui.Tab {
	href := func(by string) string {
		q := url.Values{}
		for k, v := range map[string]string{"light": f.light, "class": f.class, "level": f.level, "by": by} {
			if v != "" {
				q.Set(k, v)
			}
		}
		if len(q) == 0 {
			return "/board"
		}
		return "/board?" + q.Encode()
	}
	out := []ui.Tab{{Label: "总排名", Href: href(""), Active: f.by == ""}}
	for _, col := range board.Columns {
		out = append(out, ui.Tab{Label: col.Label, Href: href(col.Code), Active: f.by == col.Code})
	}
	return out
}
