package stable

import (
	"cmp"
	"iter"
	"math"
	"net/url"
	"slices"
	"strconv"

	"huicun/internal/books/stable"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// scenario reads which renewals are assumed; anything else is read as none.
func scenario(c *shell.Ctx) stable.Scenario {
	s := c.Query("assume")
	if slices.ContainsFunc(stable.Scenarios, func(o field.Option) bool { return o.Code == s }) {
		return stable.Scenario(s)
	}
	return stable.NoRenewal
}

func (p *pages) ahead(c *shell.Ctx) (*stable.Forecast, error) {
	w, err := p.where(c)
	if err != nil {
		return nil, err
	}
	return p.s.Forecast(c.Context(), p.read(), w.tenant, w.ranges, w.period.Day, scenario(c))
}

type forecastView struct {
	Tabs                     []ui.Tab
	Filter                   ui.FilterView
	Assumed                  []string
	Stats                    []ui.StatView
	Chart                    ui.ChartView
	Months, Places, Expiries ui.Table
	More                     int
	Rules                    bool
}

func everywhere(string) bool { return true }

// forecast shows the next months.
func (p *pages) forecast(c *shell.Ctx) error {
	f, err := p.ahead(c)
	if err != nil {
		return err
	}
	months, err := f.ByMonth(everywhere)
	if err != nil {
		return err
	}
	v := forecastView{Tabs: tabs("/forecast"), Assumed: assumed(f), Filter: assumeFilter(f.Scenario), Stats: yearStats(months), Rules: f.Scenario == stable.ByRules}
	v.Months = monthTable(f, months)
	v.Chart = chart(f, months)
	v.Chart.Fallback = ui.DataTable(v.Months)
	if v.Places, err = p.forecastPlaces(c, f); err != nil {
		return err
	}
	v.Expiries, v.More = p.expiries(c, f)
	view := p.frame(c, "稳定性收入三年预测", f.Day.String())
	view.Actions = actions(base + "/forecast/export?" + url.Values{"assume": {string(f.Scenario)}}.Encode())
	return c.Page(view, forecastBody(v))
}

func assumeFilter(s stable.Scenario) ui.FilterView {
	sel := ui.FilterSelect{Name: "assume", Label: "到期后"}
	for _, o := range stable.Scenarios {
		sel.Options = append(sel.Options, ui.Option{Value: o.Code, Label: o.Label, Selected: o.Code == string(s)})
	}
	return ui.FilterView{Action: base + "/forecast", NoQ: true, Selects: []ui.FilterSelect{sel}}
}

// assumed says what the forecast rests on.
func assumed(f *stable.Forecast) []string {
	out := []string{"按统计日已签订的合同和各自的条款（免租、递增、变更都已计入）逐月分摊，不含新签合同"}
	switch {
	case f.Scenario == stable.NoRenewal:
		return append(out, "合同到期后不再有收入")
	case f.Scenario == stable.SameRent:
		return append(out, "合同到期次日即全部按到期时的租金续租")
	case len(f.Rules) == 0:
		return append(out, "这里没有登记续租假设，到期合同按不续计算")
	}
	for _, r := range f.Rules {
		out = append(out, r.Scope()+"："+r.Words()+"（"+r.No+"，"+r.Basis+"）")
	}
	return append(out, "没有写到的合同到期不续")
}

// yearsAhead are the spans of twelve months that are shown together.
const monthsAYear = 12

func yearStats(months []stable.Month) []ui.StatView {
	var out []ui.StatView
	for i := 0; i < len(months); i += monthsAYear {
		var fixed, more, risk money.Fen
		for _, m := range months[i : i+monthsAYear] {
			fixed, more, risk = fixed+m.Contracted, more+m.Renewed, risk+m.AtRisk
		}
		s := ui.StatView{Label: months[i].Month.String() + " 至 " + months[i+monthsAYear-1].Month.String(), Value: (fixed + more).Wan(), Unit: "万元", Qualifier: "预计", Forecast: true, Href: "#months"}
		s.Sub = "已签合同 " + fixed.Wan() + "；其间到期的合同年化 " + risk.Wan()
		if more != 0 {
			s.Sub = "已签合同 " + fixed.Wan() + "，续租假设 " + more.Wan() + "；其间到期年化 " + risk.Wan()
		}
		out = append(out, s)
	}
	return out
}

func monthHref(f *stable.Forecast, m date.Month) string {
	return base + "/forecast/" + m.String() + "?" + url.Values{"assume": {string(f.Scenario)}}.Encode()
}

func monthTable(f *stable.Forecast, months []stable.Month) ui.Table {
	t := ui.Table{Caption: "逐月预测", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "月份", Nowrap: true}, {Label: "已签合同", Align: ui.Right}, {Label: "续租假设", Align: ui.Right}, {Label: "合计", Align: ui.Right}, {Label: "当月到期", Align: ui.Right}, {Label: "到期合同年化", Align: ui.Right},
	}}
	var fixed, more, risk money.Fen
	n := 0
	for _, m := range months {
		href := monthHref(f, m.Month)
		row := ui.Row{Cells: []ui.Cell{
			{Text: m.Month.String(), Href: href}, {Text: m.Contracted.String(), Href: href}, {Text: amount(m.Renewed), Href: href}, {Text: (m.Contracted + m.Renewed).String(), Strong: true}, {}, {},
		}}
		if m.Renewed == 0 {
			row.Cells[2].Href = ""
		}
		if m.Expiring > 0 {
			row.Cells[4] = ui.Cell{Text: strconv.Itoa(m.Expiring) + " 份", Href: href + "#expiring"}
			row.Cells[5] = ui.Cell{Text: m.AtRisk.String(), Kind: ui.Orange}
		}
		t.Rows = append(t.Rows, row)
		fixed, more, risk, n = fixed+m.Contracted, more+m.Renewed, risk+m.AtRisk, n+m.Expiring
	}
	t.Foot = []ui.Cell{ui.T("三年合计"), ui.T(fixed.String()), ui.T(amount(more)), ui.T((fixed + more).String()), ui.T(strconv.Itoa(n) + " 份"), ui.T(amount(risk))}
	return t
}

// The colours of the chart, as elsewhere.
const (
	colorFixed = "#b3261e"
	colorMore  = "#e8a33d"
	colorRisk  = "#8a8f98"
)

func inWan(f money.Fen) float64 { return math.Round(float64(f)/1e4) / 100 }

func chart(f *stable.Forecast, months []stable.Month) ui.ChartView {
	var names []string
	var fixed, more, risk []any
	for _, m := range months {
		names = append(names, m.Month.String())
		href := monthHref(f, m.Month)
		fixed = append(fixed, map[string]any{"value": inWan(m.Contracted), "href": href})
		more = append(more, map[string]any{"value": inWan(m.Renewed), "href": href})
		risk = append(risk, map[string]any{"value": inWan(m.AtRisk), "href": href + "#expiring"})
	}
	bar := func(name, color string, data []any) map[string]any {
		return map[string]any{"name": name, "type": "bar", "stack": "all", "data": data, "itemStyle": map[string]any{"color": color}}
	}
	series := []any{bar("已签合同", colorFixed, fixed)}
	if f.Scenario != stable.NoRenewal {
		series = append(series, bar("续租假设", colorMore, more))
	}
	series = append(series, map[string]any{"name": "当月到期合同的年化", "type": "line", "yAxisIndex": 1, "data": risk, "itemStyle": map[string]any{"color": colorRisk}, "lineStyle": map[string]any{"type": "dashed", "width": 1}})
	axis := func(name string) map[string]any {
		return map[string]any{"type": "value", "name": name, "splitLine": map[string]any{"show": name == "每月"}}
	}
	return ui.ChartView{ID: "forecast", Label: "未来 36 个月的稳定性收入", Height: 320, Option: map[string]any{
		"hc": map[string]any{"unit": "万元"}, "tooltip": map[string]any{"trigger": "axis"}, "animation": false, "legend": map[string]any{"top": 0},
		"grid":  map[string]any{"left": 8, "right": 8, "bottom": 8, "top": 52, "containLabel": true},
		"xAxis": map[string]any{"type": "category", "data": names}, "yAxis": []any{axis("每月"), axis("到期年化")}, "series": series,
	}}
}

// forecastPlaces adds up years by place; at a village there is only one.
func (p *pages) forecastPlaces(c *shell.Ctx, f *stable.Forecast) (ui.Table, error) {
	of, names, order, ok, err := p.under(c)
	if err != nil || !ok {
		return ui.Table{}, err
	}
	type sums struct {
		year, risk [stable.Horizon / monthsAYear]money.Fen
	}
	all := map[string]*sums{}
	at := func(village string) *sums {
		place := of(village)
		if names[place] == "" {
			names[place] = c.RegionName(place)
			order = append(order, place)
		}
		if all[place] == nil {
			all[place] = &sums{}
		}
		return all[place]
	}
	for i := range f.Rows {
		s := at(f.Rows[i].Contract.Region)
		for j := range f.Months {
			s.year[j/monthsAYear] += f.Rows[i].Contracted[j] + f.Rows[i].Renewed[j]
		}
	}
	for i := range f.Expiries {
		at(f.Expiries[i].Contract.Region).risk[f.YearOf(f.Expiries[i].Last)] += f.Expiries[i].Annual
	}
	t := ui.Table{Caption: "按地区", Unit: "元", Columns: []ui.Column{{Label: "地区"}}}
	var total sums
	for i := range total.year {
		t.Columns = append(t.Columns, ui.Column{Label: "第 " + strconv.Itoa(i+1) + " 年", Align: ui.Right}, ui.Column{Label: "其间到期年化", Align: ui.Right})
	}
	cells := func(first ui.Cell, s *sums) []ui.Cell {
		out := []ui.Cell{first}
		for i := range s.year {
			out = append(out, ui.Cell{Text: s.year[i].String(), Href: first.Href}, ui.T(amount(s.risk[i])))
		}
		return out
	}
	for _, place := range order {
		s := all[place]
		if s == nil {
			continue
		}
		for i := range s.year {
			total.year[i] += s.year[i]
			total.risk[i] += s.risk[i]
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells(ui.Cell{Text: names[place], Href: ui.SwitchScope(place, base+"/forecast?assume="+string(f.Scenario))}, s)})
	}
	if len(t.Rows) > 0 {
		t.Foot = cells(ui.T("合计"), &total)
	}
	return t, nil
}

func (p *pages) expiries(c *shell.Ctx, f *stable.Forecast) (ui.Table, int) {
	list := f.Expiries
	t := p.expiryTable(c, f, list[:min(len(list), shownContracts)])
	return t, len(list) - len(t.Rows)
}

func (p *pages) expiryTable(c *shell.Ctx, f *stable.Forecast, list []stable.Expiry) ui.Table {
	t := ui.Table{Caption: "到期的合同", Unit: "元", Columns: []ui.Column{{Label: "合同"}, {Label: "地区"}, {Label: "最后一日", Nowrap: true}, {Label: "到期时年化", Align: ui.Right}}, Empty: &ui.EmptyView{
		Icon: "circle-check", Title: "没有要到期的合同", Text: "或都已有续签、接租的合同。",
	}}
	if f.Scenario != stable.NoRenewal {
		t.Columns = append(t.Columns, ui.Column{Label: "假设"}, ui.Column{Label: "续租年化", Align: ui.Right})
	}
	for i := range list {
		x := &list[i]
		cells := []ui.Cell{{Text: x.Contract.Name, Sub: x.Contract.No, Href: "/contracts/" + x.Contract.ID.String()}, ui.T(c.RegionName(x.Contract.Region)), ui.T(x.Last.String()), ui.T(x.Annual.String())}
		if f.Scenario != stable.NoRenewal {
			cells = append(cells, ui.T(x.Rule.Words()), ui.T(amount(x.Renewed)))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

// month lists the contracts behind a month.
func (p *pages) month(c *shell.Ctx) error {
	m, err := date.ParseMonth(c.R.PathValue("month"))
	if err != nil {
		return unknown("月份")
	}
	f, err := p.ahead(c)
	if err != nil {
		return err
	}
	at := slices.Index(f.Months[:], m)
	if at < 0 {
		return unknown("月份")
	}
	t := ui.Table{Caption: m.Chinese() + "的合同", Unit: "元", Columns: []ui.Column{{Label: "合同"}, {Label: "地区"}, {Label: "期限"}, {Label: "按合同", Align: ui.Right}, {Label: "续租假设", Align: ui.Right}}, Empty: nothing()}
	rows := slices.Clone(f.Rows)
	slices.SortStableFunc(rows, func(a, b stable.Row) int {
		return cmp.Compare(b.Contracted[at]+b.Renewed[at], a.Contracted[at]+a.Renewed[at])
	})
	var fixed, more money.Fen
	hidden := 0
	for i := range rows {
		r := &rows[i]
		if r.Contracted[at] == 0 && r.Renewed[at] == 0 {
			continue
		}
		fixed, more = fixed+r.Contracted[at], more+r.Renewed[at]
		if len(t.Rows) >= shownContracts {
			hidden++
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.Contract.Name, Sub: r.Contract.No, Href: "/contracts/" + r.Contract.ID.String()}, ui.T(c.RegionName(r.Contract.Region)), ui.T(term(r.Contract)), ui.T(amount(r.Contracted[at])), ui.T(amount(r.Renewed[at])),
		}})
	}
	if len(t.Rows) > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 3}, ui.T(fixed.String()), ui.T(amount(more))}
	}
	var ending []stable.Expiry
	for _, x := range f.Expiries {
		if f.MonthOf(x.Last) == at {
			ending = append(ending, x)
		}
	}
	title := m.Chinese() + "预测"
	v := p.frame(c, title, f.Day.String())
	v.Crumbs = []ui.Link{{Label: "稳定性收入", Href: base}, {Label: "三年预测", Href: base + "/forecast?assume=" + string(f.Scenario)}, {Label: title}}
	return c.Page(v, monthBody(assumed(f), t, hidden, p.expiryTable(c, f, ending)))
}

// forecastExport writes every contract with every month.
func (p *pages) forecastExport(c *shell.Ctx) error {
	f, err := p.ahead(c)
	if err != nil {
		return err
	}
	header := []sheet.Column{{Title: "合同编号"}, {Title: "合同名称", Width: 28}, {Title: "地区"}, {Title: "最后一日", Kind: sheet.Date}, {Title: "内容"}}
	for _, m := range f.Months {
		header = append(header, sheet.Column{Title: m.String(), Kind: sheet.Money})
	}
	rows := iter.Seq2[[]string, error](func(yield func([]string, error) bool) {
		for i := range f.Rows {
			r := &f.Rows[i]
			for _, part := range []struct {
				label string
				list  *[stable.Horizon]money.Fen
			}{{"按合同", &r.Contracted}, {"续租假设", &r.Renewed}} {
				if part.list == &r.Renewed && r.Renewed == ([stable.Horizon]money.Fen{}) {
					continue
				}
				row := []string{r.Contract.No, r.Contract.Name, c.RegionName(r.Contract.Region), r.Contract.LastDay().String(), part.label}
				for _, fen := range part.list {
					row = append(row, fen.Plain())
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	})
	return resource.WriteSheet(c, c.ScopeName()+"稳定性收入预测（"+field.LabelOf(stable.Scenarios, string(f.Scenario))+"）", "", header, rows)
}
