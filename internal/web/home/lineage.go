package home

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Children finds what lies behind a record of a lineage: the vouchers behind a contract. It is nil-safe: a kind
// without anything behind it returns none. Has says for which kinds it makes sense to ask.
type Children interface {
	Has(kind string) bool
	Of(c *shell.Ctx, kind string, id ids.ID) ([]ui.LineageChild, error)
}

// shownRecords is how many records the drawer lists before it refers to the export.
const shownRecords = 100

// asked evaluates what the address asks for: a named figure (f=F03) or an indicator (in=code&scope=…&p.name=…).
func asked(c *shell.Ctx) (*indicator.Figure, error) {
	if f := c.Query("f"); f != "" {
		return named(c, f)
	}
	in, err := c.Shell.Figures.Cat.Get(c.Query("in"))
	if err != nil {
		return nil, err
	}
	scope := or(c.Query("scope"), c.Scope)
	def := indicator.Def{Name: in.Name, Indicator: in.Code, Scopes: scope, Qualifier: string(indicator.Exact)}
	def.Region = scope
	if in.Aggregate == indicator.Trend {
		def.Qualifier = string(indicator.TrendUp)
	}
	var params []string
	for k, v := range c.R.URL.Query() {
		if name, ok := strings.CutPrefix(k, "p."); ok && len(v) > 0 {
			params = append(params, name+"="+v[0])
		}
	}
	slices.Sort(params)
	def.Params = strings.Join(params, "; ")
	if err := mayAsk(c, []string{scope}); err != nil {
		return nil, err
	}
	return c.Shell.Figures.Eval(c.Context(), def, c.Year, c.AsOf)
}

func named(c *shell.Ctx, code string) (*indicator.Figure, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	place := or(c.Query("place"), c.Scope)
	defs, err := c.Shell.Figures.Of(c.Context(), tenant, place)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(defs, func(d indicator.Def) bool { return d.Code == code })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "figure.unknown", "这里没有编号为 %s 的数字", code)
	}
	scopes, err := c.Shell.Figures.ScopesOf(c.Context(), defs[i])
	if err != nil {
		return nil, err
	}
	if err := mayAsk(c, scopes); err != nil {
		return nil, err
	}
	asOf := c.AsOf
	if s := c.Query("as_of"); s != "" {
		if asOf, err = date.Parse(s); err != nil {
			return nil, err
		}
	}
	return c.Shell.Figures.Eval(c.Context(), defs[i], c.Year, asOf)
}

// mayAsk refuses figures over places that the person may not look at.
func mayAsk(c *shell.Ctx, scopes []string) error {
	for _, s := range scopes {
		if err := c.Who.Require("figure:"+access.View, s); err != nil {
			return err
		}
	}
	return nil
}

func (h *handlers) lineage(c *shell.Ctx) error {
	f, err := asked(c)
	if err != nil {
		return err
	}
	v := h.view(c, f)
	if c.Partial() {
		return c.Render(ui.Lineage(v))
	}
	p := c.PageOf(v.Title)
	p.HideTitle = true
	return c.Page(p, lineagePage(v))
}

func (h *handlers) view(c *shell.Ctx, f *indicator.Figure) ui.LineageView {
	u, q := f.In.Unit, indicator.Qualifier(f.Def.Qualifier)
	v := ui.LineageView{
		Title: f.Def.Name, Value: u.Exact(f.Shown()), Unit: u.Label(), Qualifier: q.Label(), Forecast: q.Forecasts(),
		Definition: f.In.Definition, DefinitionNo: "定义第 " + strconv.Itoa(f.In.Version) + " 版", DefHref: "/catalogue#" + f.In.Code,
		Scope: h.scopeNames(c, f), Period: strconv.Itoa(f.Year) + " 年", AsOf: f.AsOf.String(), AmountLabel: "数值（" + u.Label() + "）", RowLabel: "记录",
		ExportHref: "/lineage/export?" + c.R.URL.RawQuery,
	}
	if f.Def.Code != "" {
		v.Wording = f.Text()
	}
	switch {
	case q == indicator.Exist:
		v.Value, v.Unit = strconv.Itoa(f.Result.Count), "项记录"
	case q == indicator.TrendUp:
		v.Value, v.Unit = f.Text(), ""
	case f.In.Aggregate == indicator.Ratio:
		v.Note = strconv.FormatInt(f.Result.Num, 10) + " ÷ " + strconv.FormatInt(f.Result.Den, 10)
	case q.Forecasts() && f.Result.Value != f.Result.Forecast:
		v.Note = "其中已实现 " + u.Exact(f.Result.Value) + u.Label() + "，其余为预计"
	}
	if len(f.Result.Missing) > 0 {
		var names []string
		for _, m := range f.Result.Missing {
			names = append(names, m.Title)
		}
		v.Note += "；尚缺：" + strings.Join(names, "、")
	}
	for _, p := range f.Result.Series {
		v.Note += "　" + p.Label + "：" + u.Exact(p.Value)
	}
	v.Rows = h.rows(c, f)
	v.MoreCount = f.Result.Count - len(v.Rows)
	if f.In.Aggregate == indicator.Sum && q != indicator.Exist {
		v.Total = u.Exact(f.Shown())
	}
	return v
}

func (h *handlers) rows(c *shell.Ctx, f *indicator.Figure) []ui.LineageRow {
	var out []ui.LineageRow
	for _, r := range f.Result.Records[:min(len(f.Result.Records), shownRecords)] {
		row := ui.LineageRow{No: r.No, Title: r.Title, Org: c.RegionName(r.Region), Date: r.Date.String()}
		if r.Amount != 0 {
			row.Amount = f.In.Unit.Exact(r.Amount)
		}
		if r.Note != "" {
			row.Title += "（" + r.Note + "）"
		}
		switch {
		case r.Forecast:
			row.Badge = &ui.BadgeView{Text: "预计", Kind: ui.Azure}
		case r.Sample:
			row.Badge = &ui.BadgeView{Text: "示例", Kind: ui.Grey}
		}
		if n, ok := c.Shell.Env.Noun(r.Kind); ok && r.ID != 0 {
			row.Href = n.Info().Path + "/" + r.ID.String()
		}
		if h.children != nil && h.children.Has(r.Kind) && r.ID != 0 {
			row.ChildHref = "/lineage/children?" + url.Values{"kind": {r.Kind}, "id": {r.ID.String()}, "year": {strconv.Itoa(f.Year)}}.Encode()
		}
		out = append(out, row)
	}
	return out
}

func (h *handlers) scopeNames(c *shell.Ctx, f *indicator.Figure) string {
	scopes, err := c.Shell.Figures.ScopesOf(c.Context(), f.Def)
	if err != nil {
		return f.Def.Scopes
	}
	var names []string
	for _, s := range scopes {
		if s == region.Nation {
			names = append(names, "全国")
			continue
		}
		names = append(names, c.RegionName(s))
	}
	return strings.Join(names, "、")
}

func (h *handlers) lineageChildren(c *shell.Ctx) error {
	id, err := ids.Parse(c.Query("id"))
	if err != nil {
		return errs.Wrap(err, errs.NotFound, "id", "没有找到这条记录")
	}
	if !c.Who.CanSome(c.Query("kind") + ":" + access.View) {
		return errs.New(errs.Forbidden, "forbidden", "您没有查看这类记录的权限")
	}
	list, err := h.children.Of(c, c.Query("kind"), id)
	if err != nil {
		return err
	}
	return c.Render(ui.LineageChildren(list...))
}

func (h *handlers) lineageExport(c *shell.Ctx) error {
	f, err := asked(c)
	if err != nil {
		return err
	}
	header := []sheet.Column{{Title: "编号"}, {Title: "名称"}, {Title: "地区"}, {Title: "日期", Kind: sheet.Date}, {Title: "数值（" + f.In.Unit.Label() + "）", Kind: sheet.Number}, {Title: "预计"}, {Title: "示例"}, {Title: "说明"}}
	yes := map[bool]string{true: "是"}
	return resource.WriteSheet(c, f.Def.Name+"出处", c.Query("format"), header, func(yield func([]string, error) bool) {
		for _, r := range f.Result.Records {
			if !yield([]string{r.No, r.Title, c.RegionName(r.Region), r.Date.String(), f.In.Unit.Plain(r.Amount), yes[r.Forecast], yes[r.Sample], r.Note}, nil) {
				return
			}
		}
	})
}

// catalogue shows every indicator with its definition.
func catalogue(c *shell.Ctx) error {
	t := ui.Table{Caption: "指标目录", Columns: []ui.Column{{Label: "指标"}, {Label: "单位"}, {Label: "定义"}, {Label: "参数"}, {Label: "版本", Align: ui.Right}}}
	for _, in := range c.Shell.Figures.Cat.All() {
		var params []string
		for _, p := range in.Params {
			params = append(params, p.Label)
		}
		t.Rows = append(t.Rows, ui.Row{ID: in.Code, Cells: []ui.Cell{
			{Text: in.Name, Sub: in.Code, Lineage: "/lineage?in=" + url.QueryEscape(in.Code)}, ui.T(in.Unit.Label()), ui.T(in.Definition), ui.T(strings.Join(params, "、")), ui.T(strconv.Itoa(in.Version)),
		}})
	}
	return c.Page(c.PageOf("指标目录", ui.Link{Label: "数字定义", Href: "/figures"}), catalogueBody(t))
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
