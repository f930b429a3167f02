// Package showcase has the pages of the articles (晒项目): writing them with figures at hand, publishing, and the
// public pages on which anybody can look every number up.
package showcase

import (
	"net/url"
	"strconv"
	"strings"

	sc "huicun/internal/insight/showcase"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

type pages struct{ svc *sc.Service }

const (
	view    = "showcase:" + access.View
	edit    = "showcase:" + access.Edit
	approve = "showcase:" + access.Approve
)

// Mount adds the routes.
func Mount(s *shell.Shell, svc *sc.Service) {
	p := &pages{svc}
	get := func(pattern, perm string, fn shell.Handler) {
		s.Handle(shell.Route{Method: "GET", Pattern: pattern, Perm: perm, Fn: fn})
	}
	post := func(pattern, perm string, fn shell.Handler) {
		s.Handle(shell.Route{Method: "POST", Pattern: pattern, Perm: perm, Fn: fn})
	}
	get("/showcases", view, p.list)
	get("/showcases/new", edit, p.newForm)
	post("/showcases", edit, p.create)
	post("/showcases/preview", edit, p.preview)
	get("/showcases/{id}", view, p.show)
	get("/showcases/{id}/edit", edit, p.editForm)
	post("/showcases/{id}", edit, p.update)
	post("/showcases/{id}/delete", edit, p.remove)
	post("/showcases/{id}/reopen", edit, p.reopen)
	get("/showcases/{id}/publish", approve, p.publishForm)
	post("/showcases/{id}/publish", approve, p.publish)
	post("/showcases/{id}/withdraw", approve, p.withdraw)
	get("/showcases/{id}/issues/{no}", view, p.issue)
	get("/showcases/{id}/issues/{no}/figures/{code}", view, p.issueFigure)
	get("/showcases/{id}/issues/{no}/changes", view, p.issueChanges)
	get("/showcases/{id}/issues/{no}/wechat", view, p.wechat)

	get("/public", shell.Public, p.publicList)
	get("/public/showcases/{tenant}/{id}", shell.Public, p.public)
	get("/public/showcases/{tenant}/{id}/figures/{code}", shell.Public, p.publicFigure)
	get("/public/showcases/{tenant}/{id}/changes", shell.Public, p.publicChanges)
	get("/public/showcases/{tenant}/{id}/print", shell.Public, p.publicPrint)
	get("/public/showcases/{tenant}/{id}/content", shell.Public, p.publicContent)
}

const pageSize = 50

func (p *pages) list(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := record.Filter{Scope: c.Scope, Text: c.Query("q"), Eq: map[string]string{"state": c.Query("state")}, Page: db.Paging{After: c.Query("after"), Limit: pageSize}}
	found, total, err := p.svc.Noun.List(c.Context(), c.Who, tenant, f)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "晒项目文章", Columns: []ui.Column{
		{Label: "标题"}, {Label: "地区"}, {Label: "发布单位"}, {Label: "数据截至", Nowrap: true}, {Label: "版次", Align: ui.Right}, {Label: "发布日期", Nowrap: true}, {Label: "状态"},
	}}
	for i := range found.Items {
		v := &found.Items[i]
		st := sc.Machine.State(v.State)
		r := ui.Row{Href: pathOf(v), Cells: []ui.Cell{
			{Text: v.Title, Sub: strings.TrimSpace(v.No + " " + v.Kicker)},
			ui.T(c.RegionName(v.Region)), ui.T(v.Issuer), ui.T(v.AsOf.String()),
			ui.T(issueText(v.IssueNo)), ui.T(v.PublishedOn.String()),
			{Badge: &ui.BadgeView{Text: st.Label, Kind: ui.Kind(st.Tone)}},
		}}
		if v.Sample {
			r.Cells[0].Badge = &ui.BadgeView{Text: "示例", Kind: ui.Grey}
		}
		t.Rows = append(t.Rows, r)
	}
	filtered := f.Text != "" || f.Eq["state"] != ""
	t.Empty = p.empty(c, filtered)
	sel := ui.FilterSelect{Name: "state", Label: "状态", Options: []ui.Option{{Label: "全部"}}}
	for _, s := range sc.Machine.States {
		sel.Options = append(sel.Options, ui.Option{Value: s.Code, Label: s.Label, Selected: f.Eq["state"] == s.Code})
	}
	bar := ui.FilterView{Action: "/showcases", Q: f.Text, QLabel: "标题、栏目、拼音", Selects: []ui.FilterSelect{sel}, Active: filtered, ResetHref: "/showcases"}
	pager := ui.PagerView{Shown: len(t.Rows), Total: "共 " + strconv.Itoa(total) + " 篇"}
	here := func(after string) string {
		q := url.Values{"q": {f.Text}, "state": {f.Eq["state"]}, "after": {after}}
		return "/showcases?" + q.Encode()
	}
	if found.Next != "" {
		pager.NextHref = here(found.Next)
	}
	if f.Page.After != "" {
		pager.FirstHref = here("")
	}
	v := c.PageOf("晒项目")
	v.Subtitle = c.ScopeName()
	buttons := []ui.Button{{Label: "公开页", Icon: "external-link", Href: "/public?scope=" + c.Scope}}
	if c.Who.CanSome(edit) {
		buttons = append([]ui.Button{{Label: "写文章", Icon: "plus", Href: "/showcases/new", Style: ui.Primary}}, buttons...)
	}
	v.Actions = ui.Buttons(buttons...)
	return c.Page(v, listBody(bar, t, pager))
}

func (p *pages) empty(c *shell.Ctx, filtered bool) *ui.EmptyView {
	if filtered {
		return &ui.EmptyView{Icon: "search", Title: "没有符合条件的文章", Text: "换个条件，或清除条件看全部。", Buttons: []ui.Button{{Label: "清除条件", Href: "/showcases"}}}
	}
	e := &ui.EmptyView{Icon: "speakerphone", Title: "还没有文章", Text: p.svc.Noun.Intro}
	if c.Who.CanSome(edit) {
		e.Buttons = []ui.Button{{Label: "写第一篇", Icon: "plus", Href: "/showcases/new", Style: ui.Primary}}
	}
	return e
}

func pathOf(v *sc.Showcase) string { return "/showcases/" + v.ID.String() }

func issueText(no int) string {
	if no == 0 {
		return "未发布"
	}
	return "第 " + strconv.Itoa(no) + " 版"
}

// get reads the article of the path.
func (p *pages) get(c *shell.Ctx) (int64, *sc.Showcase, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return 0, nil, err
	}
	id, err := c.ID()
	if err != nil {
		return 0, nil, err
	}
	v, err := p.svc.Noun.Get(c.Context(), c.Who, tenant, id)
	return tenant, v, err
}

// number reads an issue's number; what is none is not found.
func number(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, errs.New(errs.NotFound, "showcase.no_issue", "没有这一版；请检查地址")
	}
	return n, nil
}

func versionOf(c *shell.Ctx) int64 {
	n, err := strconv.ParseInt(c.Form("version"), 10, 64)
	if err != nil {
		return -1 // no version: never what is stored
	}
	return n
}
