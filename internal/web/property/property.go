// Package property gives the runs of depreciation their pages: which books are due, the preview of a month by card and by
// account, the run with what it took from each card; and sets the cards beside the ledger.
package property

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/alteration"
	"huicun/internal/books/asset"
	"huicun/internal/books/disposal"
	"huicun/internal/books/ledger"
	"huicun/internal/books/stocktake"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The permissions that the routes ask for.
const (
	runView = "depreciation:" + access.View
	runEdit = "depreciation:" + access.Edit
)

// Nouns are what the pages work on.
type Nouns struct {
	Ledger       *ledger.Ledger
	Assets       *record.Noun[asset.Asset]
	Units        *record.Noun[asset.Unit]
	Depreciation *asset.Depreciation
	Changes      *record.Noun[asset.Change]
	Stocktakes   *stocktake.Service
	Disposals    *disposal.Service
	Rules        *record.Noun[asset.Rule]
	Shares       *record.Noun[asset.Share]
	Outlines     *record.Noun[asset.Outline]
	Alterations  *alteration.Service
}

type pages struct {
	env    *record.Env
	set    *resource.Set
	l      *ledger.Ledger
	d      *asset.Depreciation
	assets *record.Noun[asset.Asset]
	units  *record.Noun[asset.Unit]
	takes  *stocktake.Service
	alter  *alteration.Service
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, n Nouns) {
	p := &pages{env: s.Env, set: set, l: n.Ledger, d: n.Depreciation, assets: n.Assets, units: n.Units, takes: n.Stocktakes, alter: n.Alterations}
	resource.Mount(s, set, n.Changes, resource.Options[asset.Change]{NoForms: true, NewPath: "/assets", Links: []string{"asset"}})
	p.mountStocktakes(s, set)
	p.mountLabels(s)
	p.mountDisposals(s, set, n)
	p.mountInventory(s)
	p.mountMap(s, set, n)
	p.mountAlterations(s, set)
	resource.Mount(s, set, p.d.Runs, resource.Options[asset.Run]{
		NoForms: true, NewPath: "/depreciations/new", Links: []string{"books"},
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "卡账核对", Icon: "scale", Href: "/asset-compare"}}
		},
		Before: []resource.Panel[asset.Run]{p.runTools}, Panels: []resource.Panel[asset.Run]{p.runLines},
	})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/depreciations/new", Perm: runView, Fn: p.preview},
		shell.Route{Method: "POST", Pattern: "/depreciations/new", Perm: runEdit, Fn: p.run},
		shell.Route{Method: "POST", Pattern: "/depreciations/{id}/void", Perm: runEdit, Fn: p.void},
		shell.Route{Method: "GET", Pattern: "/asset-compare", Perm: runView, Fn: p.compare},
	)
}

func (p *pages) read() db.R { return p.env.DB.Read() }

// mendable reports whether an error is for the person to read beside what was tried.
func mendable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
		return true
	}
	return false
}

func statusOf(err error) int {
	if s := shell.Status(err); s != 0 {
		return s
	}
	return http.StatusConflict
}

// booksPage is how many books the page shows that asks which.
const booksPage = 60

// preview shows what the depreciation of a month will book; without books it asks which.
func (p *pages) preview(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := ids.Parse(c.Query("books"))
	if err != nil {
		return p.choose(c, tenant, running)
	}
	b, err := p.l.Books.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	return p.planPage(c, b, c.Query("month"), nil, nil)
}

// task is what books are chosen for.
type task struct {
	title, path, back, backHref string
}

var (
	running   = task{"给哪个账套计提折旧", "/depreciations/new", "计提折旧", "/depreciations"}
	comparing = task{"核对哪个账套的资产卡片", "/asset-compare", "资产资源", "/assets"}
)

// choose lists the books of the place with the month to be depreciated next.
func (p *pages) choose(c *shell.Ctx, tenant int64, to task) error {
	page, total, err := p.l.Books.List(c.Context(), c.Who, tenant, record.Filter{Scope: c.Scope, Page: db.Paging{Sort: "region", After: c.Query("after"), Limit: booksPage}})
	if err != nil {
		return err
	}
	last, err := asset.LastRuns(c.Context(), p.read(), tenant)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "账套", Columns: []ui.Column{{Label: "账套"}, {Label: "已计提到"}, {Label: "下次计提"}}, Empty: &ui.EmptyView{
		Icon: "calculator", Title: "这里没有账套", Text: "请先为村集体经济组织建立账套。", Buttons: []ui.Button{{Label: "看账套", Href: "/books"}},
	}}
	for i := range page.Items {
		b := &page.Items[i]
		m := nextMonth(b, last[b.ID], c.AsOf)
		row := ui.Row{Href: to.path + "?books=" + b.ID.String(), Cells: []ui.Cell{ui.T(b.Name), {Text: "还没有计提过", Muted: true}, ui.T(m.Chinese())}}
		if l := last[b.ID]; l != 0 {
			row.Cells[1] = ui.T(l.Chinese())
		}
		if b.Takes(m) != nil {
			row.Cells[2] = ui.Cell{Text: "账套到此为止", Muted: true}
		}
		t.Rows = append(t.Rows, row)
	}
	pager := ui.PagerView{Shown: len(page.Items), Total: "共 " + strconv.Itoa(total) + " 个账套"}
	if page.Next != "" {
		pager.NextHref = to.path + "?after=" + url.QueryEscape(page.Next)
	}
	v := c.PageOf("选择账套", ui.Link{Label: to.back, Href: to.backHref}, ui.Link{Label: "选择账套"})
	v.Subtitle = c.ScopeName()
	return c.Page(v, chooseBody(to.title, t, pager))
}

// nextMonth is the month to depreciate next: after the last run, else the month looked at, within the books.
func nextMonth(b *ledger.Books, last date.Month, asOf date.Date) date.Month {
	if last != 0 {
		return last.Next()
	}
	m := max(b.From, asOf.YearMonth())
	if b.To != 0 {
		m = min(m, b.To)
	}
	return m
}

func (p *pages) planPage(c *shell.Ctx, b *ledger.Books, text string, choices map[string]string, wrong error) error {
	m, err := date.ParseMonth(text)
	if err != nil {
		last, err := asset.LastRuns(c.Context(), p.read(), c.Tenant)
		if err != nil {
			return err
		}
		m = nextMonth(b, last[b.ID], c.AsOf)
	}
	v := planView{Books: b.ID.String(), Month: m, Months: monthOptions(m)}
	status := http.StatusOK
	plan, err := p.d.Plan(c.Context(), p.read(), c.Tenant, b.ID, m, choices)
	switch {
	case err != nil && !mendable(err):
		return err
	case err != nil:
		v.Problem, status = shell.Sentence(err), statusOf(err)
		plan = &asset.Plan{Books: b, Month: m}
	case wrong != nil:
		v.Problem, status = shell.Sentence(wrong), statusOf(wrong)
	}
	v.Plan = plan
	if plan.Standing != nil {
		v.StandingHref = "/depreciations/" + plan.Standing.ID.String()
	}
	names, err := p.accountNames(c, b.ID)
	if err != nil {
		return err
	}
	v.Cards, v.Postings, v.Spared = cardTable(plan, names), postingTable(plan, names), sparedTable(plan)
	v.Choices = choiceFields(plan)
	if err == nil && v.Problem == "" || errs.Is(wrong, errs.Stale) {
		v.May = c.Who.Can(runEdit, b.Region) && plan.Standing == nil && plan.Stop == "" && len(plan.Lines) > 0
	}
	v.Key = c.FormKey()
	title := m.Chinese() + "计提折旧"
	view := c.PageOf(title, ui.Link{Label: "计提折旧", Href: "/depreciations"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()}, ui.Link{Label: title})
	view.Subtitle = b.Name
	view.Actions = ui.PrintButton()
	return c.PageStatus(status, view, planBody(v))
}

// run carries the month out as it was shown.
func (p *pages) run(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := ids.Parse(c.Form("books"))
	if err != nil {
		return errs.OnField("books", "请先选择账套")
	}
	b, err := p.l.Books.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	if err := c.Who.Require(runEdit, b.Region); err != nil {
		return err
	}
	m, err := date.ParseMonth(c.Form("month"))
	if err != nil {
		return errs.OnField("month", "%s", errs.Message(err))
	}
	choices := map[string]string{}
	for name := range c.R.PostForm {
		if top, ok := strings.CutPrefix(name, "account."); ok {
			choices[top] = c.Form(name)
		}
	}
	made, err := p.d.Do(c.Context(), c.Who, tenant, c.Form("_key"), id, m, c.Form("seen"), choices)
	switch {
	case err != nil && mendable(err):
		return p.planPage(c, b, m.String(), choices, err)
	case err != nil:
		return err
	}
	return c.Done("/depreciations/"+made.String(), "%s折旧已计提，凭证待审核", m.Chinese())
}

// void takes a run back.
func (p *pages) void(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
	if err := p.d.Void(c.Context(), c.Who, tenant, id, version, c.Form("reason")); err != nil {
		if !mendable(err) {
			return err
		}
		title := "撤销计提"
		return c.PageStatus(statusOf(err), c.PageOf(title, ui.Link{Label: "计提折旧", Href: "/depreciations"}, ui.Link{Label: title}), problemBody(shell.Sentence(err), "/depreciations/"+id.String()))
	}
	return c.Done("/depreciations/"+id.String(), "已撤销；凭证已记账的，红字冲销凭证待审核")
}

// runTools lets a standing run be taken back.
func (p *pages) runTools(c *shell.Ctx, r *asset.Run) (templ.Component, error) {
	if r.State != asset.RunDone || !c.Who.Can(runEdit, r.Region) {
		return nil, nil
	}
	return toolsBody(ui.ConfirmView{
		ID: "void", Button: ui.Button{Label: "撤销", Icon: "arrow-back-up"}, Title: "撤销 " + r.No, Danger: true,
		Text:   "各卡片的累计折旧退回计提以前；凭证还是草稿的删除，已记账的生成红字冲销凭证待审核。",
		Action: "/depreciations/" + r.ID.String() + "/void", Submit: "确认撤销", AskReason: true, ReasonRequired: true,
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(r.Version, 10)}},
	}), nil
}

// accountNames are the accounts of books by code.
func (p *pages) accountNames(c *shell.Ctx, books ids.ID) (map[string]string, error) {
	list, err := ledger.Accounts(c.Context(), p.read(), c.Tenant, books)
	out := make(map[string]string, len(list))
	for i := range list {
		out[list[i].Code] = list[i].Code + " " + list[i].Name
	}
	return out, err
}

// names are the natural keys of records of a kind.
func (p *pages) names(ctx context.Context, tenant int64, kind string, list []ids.ID) (map[ids.ID]string, error) {
	n, ok := p.env.Noun(kind)
	if !ok || len(list) == 0 {
		return nil, nil
	}
	return n.Names(ctx, p.read(), tenant, list)
}

// fieldErrors divides an error into sentences beside known fields and what stands on top.
func fieldErrors[F any](known func(string) *F, err error) (beside map[string]string, top string) {
	beside = map[string]string{}
	if err == nil {
		return beside, ""
	}
	e := errs.As(err)
	if e == nil || len(e.Fields) == 0 {
		return beside, shell.Sentence(err)
	}
	for _, f := range e.Fields {
		if known(f.Name) == nil {
			top = f.Msg
			continue
		}
		beside[f.Name] = f.Msg
	}
	return beside, top
}

// ranges are the code ranges of the place that is looked at, as far as the person may see them.
func (p *pages) ranges(c *shell.Ctx, perm string) ([][2]string, error) {
	var out [][2]string
	for _, scope := range c.Who.Narrow(perm, c.Scope) {
		r, err := p.env.Regions.Ranges(c.Context(), scope)
		if err != nil {
			return nil, err
		}
		out = append(out, r...)
	}
	return out, nil
}

func options(list []field.Option, value string) []ui.Option {
	out := []ui.Option{{Value: "", Label: "请选择"}}
	for _, o := range list {
		out = append(out, ui.Option{Value: o.Code, Label: o.Label, Selected: value == o.Code || value == o.Label})
	}
	return out
}
