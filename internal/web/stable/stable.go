// Package stable shows stable income: the three ways of counting beside each other by place and source, what lies between
// them line by line and contract by contract, what came and went in the year, and what is to come.
package stable

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/contract"
	"huicun/internal/books/stable"
	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// perm is the permission that the pages ask for; definitions and renewal rules have their own.
const perm = "stable_income:" + access.View

const base = "/stable-income"

type pages struct {
	s     *stable.Service
	shell *shell.Shell
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, svc *stable.Service) {
	p := &pages{s: svc, shell: s}
	resource.Mount(s, set, svc.Definitions, resource.Options[stable.Definition]{Preview: p.preview})
	resource.Mount(s, set, svc.Renewals, resource.Options[stable.Renewal]{})
	s.Handle(
		shell.Route{Method: "GET", Pattern: base, Perm: perm, Fn: p.overview},
		shell.Route{Method: "GET", Pattern: base + "/export", Perm: perm, Fn: p.export},
		shell.Route{Method: "GET", Pattern: base + "/reconcile", Perm: perm, Fn: p.reconcile},
		shell.Route{Method: "GET", Pattern: base + "/lines/{line}", Perm: perm, Fn: p.line},
		shell.Route{Method: "GET", Pattern: base + "/contracts/{id}", Perm: perm, Fn: p.contract},
		shell.Route{Method: "GET", Pattern: base + "/changes", Perm: perm, Fn: p.changes},
		shell.Route{Method: "GET", Pattern: base + "/forecast", Perm: perm, Fn: p.forecast},
		shell.Route{Method: "GET", Pattern: base + "/forecast/export", Perm: perm, Fn: p.forecastExport},
		shell.Route{Method: "GET", Pattern: base + "/forecast/{month}", Perm: perm, Fn: p.month},
	)
}

func (p *pages) read() db.R { return p.shell.Env.DB.Read() }

// where is what a person looks at: the tenant and the ranges of the places that they may see.
type where struct {
	tenant int64
	ranges [][2]string
	period stable.Period
}

func (p *pages) where(c *shell.Ctx) (where, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return where{}, err
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), c.Who.Narrow(perm, c.Scope)...)
	if err != nil {
		return where{}, err
	}
	if len(ranges) == 0 {
		return where{}, c.Who.Require(perm, c.Scope)
	}
	return where{tenant, ranges, stable.PeriodOf(c.Year, c.AsOf)}, nil
}

func (p *pages) year(c *shell.Ctx) (*stable.Year, error) {
	w, err := p.where(c)
	if err != nil {
		return nil, err
	}
	return p.s.Of(c.Context(), p.read(), w.tenant, w.ranges, w.period)
}

// frame is the frame of one of the pages.
func (p *pages) frame(c *shell.Ctx, title string, day string) ui.PageView {
	crumbs := []ui.Link{{Label: "稳定性收入", Href: base}}
	if title != "稳定性收入" {
		crumbs = append(crumbs, ui.Link{Label: title})
	}
	v := c.PageOf(title, crumbs...)
	v.Subtitle = c.ScopeName() + " · " + strconv.Itoa(c.Year) + " 年 · 截至 " + day
	v.Actions = ui.PrintButton()
	v.Print = &ui.PrintView{Title: c.ScopeName() + title, Period: strconv.Itoa(c.Year) + " 年，截至 " + day, Unit: "元", By: c.Who.Name, At: c.Today().String()}
	return v
}

// tabs are the four views.
func tabs(active string) []ui.Tab {
	var out []ui.Tab
	for _, t := range [][2]string{{"", "三种算法"}, {"/reconcile", "对账"}, {"/changes", "新增与减少"}, {"/forecast", "三年预测"}} {
		out = append(out, ui.Tab{Label: t[1], Href: base + t[0], Active: t[0] == active})
	}
	return out
}

// amount writes an amount of a table, nothing for none.
func amount(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}

// lineHref leads to the contracts that make a line, at a place: "" for where one stands.
func lineHref(line stable.Line, scope string) string {
	href := base + "/lines/" + stable.Lines[line].Code
	if scope != "" {
		href += "?" + url.Values{"scope": {scope}}.Encode()
	}
	return href
}

// way is a cell of an amount that opens its contracts.
func way(f money.Fen, line stable.Line, scope string) ui.Cell {
	if f == 0 {
		return ui.Cell{Text: "0.00", Muted: true}
	}
	return ui.Cell{Text: f.String(), Href: lineHref(line, scope)}
}

// waysColumns head a table of the ways of counting.
func waysColumns(first string) []ui.Column {
	return []ui.Column{
		{Label: first}, {Label: "年化合同额", Align: ui.Right}, {Label: "本年合同额", Align: ui.Right}, {Label: "本年应计（已入账）", Align: ui.Right},
		{Label: "本年实收", Align: ui.Right}, {Label: "应计比本年合同额", Align: ui.Right}, {Label: "实收比应计", Align: ui.Right},
	}
}

// shownWays are the ways of counting in the order of their columns.
var shownWays = []stable.Line{stable.Annual, stable.Within, stable.Accrued, stable.Received}

// ways are the cells of a row after its first: the totals open their contracts at a place, the differences explain themselves.
func ways(a *stable.Amounts, scope string) []ui.Cell {
	reconcile := base + "/reconcile"
	if scope != "" {
		reconcile += "?" + url.Values{"scope": {scope}}.Encode()
	}
	diff := func(f money.Fen) ui.Cell {
		x := ui.Cell{Text: f.String(), Href: reconcile}
		if f == 0 {
			x.Muted = true
		}
		return x
	}
	var out []ui.Cell
	for _, line := range shownWays {
		out = append(out, way(a[line], line, scope))
	}
	return append(out, diff(a[stable.Accrued]-a[stable.Within]), diff(a[stable.Received]-a[stable.Accrued]))
}

type overviewView struct {
	Tabs                      []ui.Tab
	Words                     []templ.Component
	Stats                     []ui.StatView
	Places, Sources, Accounts ui.Table
	ByContract                bool
}

// overview shows the three ways beside each other.
func (p *pages) overview(c *shell.Ctx) error {
	y, err := p.year(c)
	if err != nil {
		return err
	}
	sum, err := y.Sum()
	if err != nil {
		return err
	}
	v := overviewView{Tabs: tabs(""), Words: words(y.Definitions), Stats: stats(&sum)}
	if v.Places, v.ByContract, err = p.places(c, y, &sum); err != nil {
		return err
	}
	if v.Sources, err = sources(y, &sum); err != nil {
		return err
	}
	if v.Accounts, err = p.accounts(c, y); err != nil {
		return err
	}
	view := p.frame(c, "稳定性收入", y.Day.String())
	view.Actions = actions(base + "/export")
	return c.Page(view, overviewBody(v))
}

// stats are the four figures at the top.
func stats(sum *stable.Amounts) []ui.StatView {
	one := func(line stable.Line, label, unit, sub string) ui.StatView {
		n := sum[line].Wan()
		return ui.StatView{Label: label, Value: n, Unit: unit, Sub: sub, Href: lineHref(line, "")}
	}
	return []ui.StatView{
		one(stable.Annual, "年化合同额", "万元/年", "统计日在履行的合同，按一年计"), one(stable.Within, "本年合同额", "万元", "按条款归属本年"),
		one(stable.Accrued, "本年应计", "万元", "截至统计日已入账"), one(stable.Received, "本年实收", "万元", "截至统计日收到的钱"),
	}
}

// words say by which definitions is counted.
func words(list []*stable.Definition) []templ.Component {
	var out []templ.Component
	for _, d := range list {
		out = append(out, wordsBody(d))
	}
	return out
}

// under groups villages by the places one level below the scope; false where one stands at a village.
func (p *pages) under(c *shell.Ctx) (of func(string) string, names map[string]string, order []string, ok bool, err error) {
	if code.Level(c.Scope) >= code.TierVillage {
		return nil, nil, nil, false, nil
	}
	children, err := c.Shell.Regions.Children(c.Context(), c.Scope)
	if err != nil {
		return nil, nil, nil, false, err
	}
	names = map[string]string{}
	for _, r := range children {
		names[r.Code] = r.Name
		order = append(order, r.Code)
	}
	of = func(village string) string {
		for _, r := range order {
			if code.Within(village, r) {
				return r
			}
		}
		return village // merged into another, or the place's own
	}
	return of, names, order, true, nil
}

// places is the table by place, or by contract at a village.
func (p *pages) places(c *shell.Ctx, y *stable.Year, sum *stable.Amounts) (ui.Table, bool, error) {
	of, names, order, ok, err := p.under(c)
	if err != nil {
		return ui.Table{}, false, err
	}
	if !ok {
		return contractTable(y, sum), true, nil
	}
	all, err := y.ByPlace(of)
	if err != nil {
		return ui.Table{}, false, err
	}
	for place := range all {
		if names[place] == "" {
			names[place] = c.RegionName(place)
			order = append(order, place)
		}
	}
	t := ui.Table{Caption: "按地区", Unit: "元", Columns: waysColumns("地区"), Empty: nothing()}
	for _, place := range order {
		a := all[place]
		if a == nil {
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Cells: append([]ui.Cell{{Text: names[place], Href: ui.SwitchScope(place, base)}}, ways(a, place)...)})
	}
	if len(t.Rows) > 0 {
		t.Foot = append([]ui.Cell{ui.T("合计")}, ways(sum, "")...)
	}
	return t, false, nil
}

func nothing() *ui.EmptyView {
	return &ui.EmptyView{Icon: "file-text", Title: "没有计入稳定性收入的合同", Text: "先登记合同，并在合同上标明“计入稳定性收入”；或在口径里放宽。", Buttons: []ui.Button{{Label: "看合同", Href: "/contracts"}, {Label: "看口径", Href: "/stable-definitions"}}}
}

// contractTable lists a village's contracts.
func contractTable(y *stable.Year, sum *stable.Amounts) ui.Table {
	t := ui.Table{Caption: "按合同", Unit: "元", Columns: waysColumns("合同"), Empty: nothing()}
	for i := range y.Items {
		it := &y.Items[i]
		cells := ways(&it.Amounts, "")
		href := contractHref(it.Contract)
		for j := range cells {
			cells[j].Href = href
		}
		t.Rows = append(t.Rows, ui.Row{Cells: append([]ui.Cell{{Text: it.Contract.Name, Sub: it.Contract.No, Href: href}}, cells...)})
	}
	for place, a := range y.Direct {
		_ = place
		t.Rows = append(t.Rows, ui.Row{Cells: append([]ui.Cell{{Text: "不挂合同、按口径计入"}}, ways(a, "")...)})
	}
	if len(t.Rows) > 0 {
		t.Foot = append([]ui.Cell{ui.T("合计")}, ways(sum, "")...)
	}
	return t
}

func contractHref(ct *contract.Contract) string { return base + "/contracts/" + ct.ID.String() }

// sourceLabel is a source in Chinese.
func sourceLabel(s string) string {
	switch s {
	case stable.SourceDirect:
		return "不挂合同（利息、分红等）"
	case stable.SourceOther:
		return "其他"
	}
	return field.LabelOf(contract.Sources, s)
}

func sources(y *stable.Year, sum *stable.Amounts) (ui.Table, error) {
	list, err := y.BySource()
	if err != nil {
		return ui.Table{}, err
	}
	columns := waysColumns("来源")
	t := ui.Table{Caption: "按来源", Unit: "元", Columns: slices.Insert(columns, 1, ui.Column{Label: "合同", Align: ui.Right})}
	for i := range list {
		x := &list[i]
		cells := []ui.Cell{ui.T(sourceLabel(x.Source)), ui.T(strconv.Itoa(x.Contracts) + " 份")}
		for j, cell := range ways(&x.Amounts, "") {
			if cell.Href = ""; j < len(shownWays) && x.Amounts[shownWays[j]] != 0 {
				cell.Href = lineHref(shownWays[j], "") + "?" + url.Values{"source": {x.Source}}.Encode()
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	if len(t.Rows) > 1 {
		t.Foot = []ui.Cell{ui.T("合计"), {}}
		t.Foot = append(t.Foot, ways(sum, "")...)
	}
	return t, nil
}

// accounts tells how the accounts of income are made up, by place.
func (p *pages) accounts(c *shell.Ctx, y *stable.Year) (ui.Table, error) {
	of, names, order, ok, err := p.under(c)
	if err != nil {
		return ui.Table{}, err
	}
	if !ok {
		of, names, order = func(v string) string { return v }, map[string]string{}, nil
	}
	sums := map[string]*stable.Loose{}
	total := &stable.Loose{}
	for village, l := range y.Loose {
		place := of(village)
		if sums[place] == nil {
			sums[place] = &stable.Loose{}
		}
		for _, to := range []*stable.Loose{sums[place], total} {
			to.Total += l.Total
			to.Counted += l.Counted
			to.Direct += l.Direct
			to.Uncounted += l.Uncounted
			to.Bare += l.Bare
		}
		if names[place] == "" {
			names[place] = c.RegionName(place)
			order = append(order, place)
		}
	}
	t := ui.Table{Caption: "账上收入的构成", Unit: "元", Columns: []ui.Column{
		{Label: "地区"}, {Label: "口径内科目发生额", Align: ui.Right}, {Label: "口径内合同", Align: ui.Right}, {Label: "直接计入", Align: ui.Right},
		{Label: "不计入的合同", Align: ui.Right}, {Label: "没有写合同", Align: ui.Right},
	}}
	cells := func(name, place string, l *stable.Loose) []ui.Cell {
		out := []ui.Cell{ui.T(name), ui.T(l.Total.String()), ui.T(amount(l.Counted)), ui.T(amount(l.Direct)), ui.T(amount(l.Uncounted)), ui.T(amount(l.Bare))}
		if l.Counted != 0 {
			out[2].Href = lineHref(stable.Accrued, place)
		}
		if l.Direct != 0 {
			out[3].Href = lineHref(stable.Direct, place)
		}
		if l.Bare != 0 {
			out[5].Kind = ui.Orange
		}
		return out
	}
	for _, place := range order {
		if l := sums[place]; l != nil {
			t.Rows = append(t.Rows, ui.Row{Cells: cells(names[place], place, l)})
		}
	}
	if len(t.Rows) > 1 {
		t.Foot = cells("合计", "", total)
	}
	return t, nil
}

// preview shows what a definition that is not saved yet changes in this year, by village.
func (p *pages) preview(c *shell.Ctx, d *stable.Definition) (templ.Component, error) {
	if err := c.Who.Require(perm, d.Region); err != nil {
		return nil, err
	}
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), d.Region)
	if err != nil {
		return nil, err
	}
	period := stable.PeriodOf(c.Year, c.AsOf)
	list, err := p.s.Preview(c.Context(), p.read(), tenant, ranges, d, period)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "口径变动的影响", Unit: "元", Columns: []ui.Column{{Label: "地区"}}, Empty: &ui.EmptyView{Icon: "circle-check", Title: "本年各村的数都不变", Text: "按这个口径，本年的稳定性收入与现在一样。"}}
	for _, l := range shownWays {
		t.Columns = append(t.Columns, ui.Column{Label: stable.Lines[l].Label + "：现在", Align: ui.Right}, ui.Column{Label: "改后", Align: ui.Right})
	}
	for i := range list {
		cells := []ui.Cell{ui.T(c.RegionName(list[i].Place))}
		for _, l := range shownWays {
			now, then := list[i].Before[l], list[i].After[l]
			cells = append(cells, ui.T(now.String()), ui.Cell{Text: then.String(), Strong: now != then})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return previewBody(period.Day.String(), t), nil
}

// unknown is an address that names no line, month or contract of these pages.
func unknown(what string) error {
	return errs.New(errs.NotFound, "stable.unknown", "没有这个%s；请从稳定性收入的页面进入", what)
}
