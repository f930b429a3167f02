package overview

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/indicator"
	"huicun/internal/insight/board"
	"huicun/internal/insight/overview"
	"huicun/internal/kit/code"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/registry/access"
	"huicun/internal/web/ui"
)

// page is what the templates read.
type page struct {
	o        *overview.Overview
	who      access.Principal
	year     int
	narrowed bool
	others   []ui.Link
	begins   []overview.Begin
	rows     []board.Row
	cards    []templ.Component // of other slices
}

const (
	tenThousand = 1e4 * money.Yuan
	million     = 1e6 * money.Yuan
	tenMillion  = 1e7 * money.Yuan
	hundredMil  = 1e8 * money.Yuan
)

// wan writes money for a glance: in 亿元 or 万元 with fewer decimals the larger it is, in 元 below ten thousand.
func wan(f money.Fen) (num, unit string) {
	switch a := f.Abs(); {
	case a >= hundredMil:
		return fixed(float64(f)/float64(hundredMil), 2), "亿元"
	case a >= tenMillion:
		return fixed(float64(f)/float64(tenThousand), 0), "万元"
	case a >= million:
		return fixed(float64(f)/float64(tenThousand), 1), "万元"
	case a >= tenThousand || a == 0:
		return fixed(float64(f)/float64(tenThousand), 2), "万元"
	}
	return indicator.Yuan.Short(int64(f))
}

// wanNum is wan in 万元 without the unit, for parts named together.
func wanNum(f money.Fen) string {
	decimals := 2
	switch a := f.Abs(); {
	case a >= tenMillion:
		decimals = 0
	case a >= 10*tenThousand:
		decimals = 1
	}
	return fixed(float64(f)/float64(tenThousand), decimals)
}

func wanText(f money.Fen) string {
	n, u := wan(f)
	return n + " " + u
}

// fixed writes a number with at most so many decimals, without trailing zeros and with separators.
func fixed(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, frac, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac = strings.TrimRight(frac, "0"); frac != "" {
		whole += "." + frac
	}
	if v < 0 && strings.Trim(whole, "0.,") != "" {
		return "-" + whole
	}
	return whole
}

func inWan(f money.Fen) float64 { return float64(f) / float64(tenThousand) }

// percent writes hundredths of a percent with at most one decimal, rounded down so that 100 means all.
func percent(hundredths int64) string {
	return fixed(math.Floor(float64(hundredths)/10)/10, 1)
}

// delta is a change against last year; a fall of what should rise is bad.
func delta(s *ui.StatView, c overview.Compare) {
	pct, ok := c.Change()
	if !ok {
		return
	}
	s.DeltaUp, s.DeltaKind = pct >= 0, ui.Green
	if pct < 0 {
		s.DeltaKind = ui.Red
	}
	s.Delta = fixed(math.Abs(float64(pct))/100, 1) + "% 同比"
}

func (p *page) lineage(in string, params ...string) string {
	return lineage(in, p.o.Scope, p.year, params...)
}

func (p *page) stats() []ui.StatView {
	o := p.o
	income := ui.StatView{Label: "村级总收入", Lineage: p.lineage("ledger.village_income")}
	income.Value, income.Unit = wan(o.Income.Now)
	delta(&income, o.Income)
	if !o.Income.Known {
		income.Sub = "上年同期没有账，不作比较"
	}
	stable := ui.StatView{Label: "稳定性收入（年化）", Lineage: p.lineage("contract.stable_income")}
	stable.Value, stable.Unit = wan(o.Stable.Now)
	delta(&stable, o.Stable)
	if o.StableShare > 0 {
		stable.Sub = "占近12个月收入 " + percent(o.StableShare) + "%"
	}
	fresh := ui.StatView{Label: "新增稳定性收入", Lineage: p.lineage("overview.new_stable")}
	fresh.Value, fresh.Unit = wan(o.New.Total)
	fresh.Sub = fmt.Sprintf("厂房 %s · 商铺 %s · 服务 %s", wanNum(o.New.Workshop), wanNum(o.New.Shop), wanNum(o.New.Service))
	if o.New.Other != 0 {
		fresh.Sub += " · 其他 " + wanNum(o.New.Other)
	}
	owed := ui.StatView{Label: "应收未收", Lineage: p.lineage("overview.arrears"), Kind: ui.Red, Sub: fmt.Sprintf("%d 份逾期", len(o.Arrears))}
	owed.Value, owed.Unit = wan(o.Owed)
	if len(o.Arrears) == 0 {
		owed.Kind, owed.Sub = "", "到期款项都已收齐"
	} else if d := o.Arrears[0].Days; d > 0 {
		owed.Sub += fmt.Sprintf("，最长 %d 天", d)
	}
	return []ui.StatView{income, stable, fresh, owed, p.pairingStat(), p.requestStat()}
}

func (p *page) pairingStat() ui.StatView {
	s := ui.StatView{Label: "结对共建覆盖", Unit: "%", Value: "—"}
	least := int64(math.MaxInt64)
	var all, short []string
	for _, c := range p.o.Pairing {
		if c.Den == 0 {
			continue
		}
		if v := c.Percent(); v < least {
			least = v
			s.Value, s.Lineage = percent(v), p.lineage("pairing.coverage", "axis", c.Code)
		}
		all = append(all, axisShort(c))
		if c.Num < c.Den {
			short = append(short, fmt.Sprintf("%s %d/%d", axisShort(c), c.Num, c.Den))
		}
	}
	switch {
	case len(all) == 0:
		s.Unit, s.Sub = "", "还没有登记村"
	case len(short) == 0:
		s.Sub = strings.Join(all, "、") + "全覆盖"
	default:
		s.Kind, s.Sub = ui.Orange, strings.Join(short, " · ")
	}
	return s
}

// axisShort is the axis by whom the villages pair with.
func axisShort(c overview.Coverage) string {
	return strings.NewReplacer("村与部门共建", "部门", "村村结对", "村村", "村企共建", "村企").Replace(c.Label)
}

func (p *page) requestStat() ui.StatView {
	r := p.o.Requests
	s := ui.StatView{Label: "诉求按时办结", Unit: "%", Value: percent(r.Closed.Percent()), Lineage: p.lineage("casework.on_time")}
	s.Sub = fmt.Sprintf("到期 %d 件，按时 %d 件 · 在办 %d", r.Closed.Den, r.Closed.Num, r.Open)
	if r.Closed.Den == 0 {
		s.Value, s.Unit, s.Sub = "—", "", fmt.Sprintf("今年还没有到期的诉求 · 在办 %d", r.Open)
	}
	if r.Overdue > 0 {
		s.Sub += fmt.Sprintf(" · 超期 %d", r.Overdue)
	}
	return s
}

// shownVillages is how many bars are drawn; a longer list is in the lineage.
const shownVillages = 20

func (p *page) bars() ui.BarListView {
	v := ui.BarListView{Label: "各村总收入", Unit: "万元", Legend: []ui.LegendItem{{Label: "稳定性收入", Shade: 1}, {Label: "其他收入", Shade: 2}}}
	for _, s := range p.o.Ladder {
		v.Boundaries = append(v.Boundaries, ui.Boundary{Value: inWan(s.Lower), Label: wanNum(s.Lower) + " 万"})
	}
	for _, x := range p.o.Villages[:min(len(p.o.Villages), shownVillages)] {
		b := ui.Bar{Label: x.Name, Href: ui.SwitchScope(x.Code, "/"), Text: wanNum(x.Income), Lineage: lineage("ledger.village_income", x.Code, p.year)}
		if !x.Books {
			b.Text, b.Lineage = "未建账", ""
		}
		b.Segments = []ui.BarSegment{
			{Value: inWan(x.Stable), Shade: 1, Title: "稳定性收入 " + wanText(x.Stable), Lineage: lineage("contract.stable_income", x.Code, p.year)},
			{Value: inWan(x.Income - x.Stable), Shade: 2, Title: "其他收入 " + wanText(x.Income-x.Stable), Lineage: lineage("ledger.village_income", x.Code, p.year)},
		}
		v.Bars = append(v.Bars, b)
	}
	return v
}

// rung is a step of the ladder above the bars, with both counts.
type rung struct {
	Text, Title, Href string
	Kind              ui.Kind
}

func (p *page) rungs() []rung {
	var out []rung
	upper := ""
	for _, s := range p.o.Ladder {
		params := []string{"lower", s.Lower.Plain(), "lower_inclusive", yesNo(s.Inclusive)}
		if upper != "" {
			params = append(params, strings.Split(upper, "|")...)
		}
		text := fmt.Sprintf("%s %d 个", s.Name, s.Exclusive)
		if s.Cumulative != s.Exclusive {
			text += fmt.Sprintf("，累计 %d 个", s.Cumulative)
		}
		out = append(out, rung{
			Text: text, Kind: ui.Kind(s.Tone), Href: p.lineage("ledger.tier_count", params...),
			Title: fmt.Sprintf("在这一档的 %d 个村，达到这一档的共 %d 个村", s.Exclusive, s.Cumulative),
		})
		upper = "upper|" + s.Lower.Plain() + "|upper_inclusive|" + yesNo(!s.Inclusive)
	}
	if n := p.o.Below; n > 0 && len(p.o.Ladder) > 0 {
		out = append(out, rung{Text: fmt.Sprintf("以下 %d 个", n), Kind: ui.Grey, Href: p.lineage("ledger.tier_count", strings.Split(upper, "|")...), Title: "没有达到最低一档的村"})
	}
	return out
}

func yesNo(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// palette colours the sources; the list beside the chart shows the same.
var palette = []string{"#b3261e", "#d9694f", "#e8a33d", "#5b8f5b", "#3d7fa3", "#8b6cae", "#a0785a", "#4f9d9a", "#8a8f98", "#c2708e"}

// slice is one line beside the doughnut.
type slice struct {
	Label, Amount, Share, Count, Href, Color string
}

func (p *page) slices() []slice {
	var out []slice
	for i, s := range p.o.Sources {
		out = append(out, slice{
			Label: s.Label, Amount: wanNum(s.Annual), Share: percent(indicator.Percent(int64(s.Annual), int64(p.o.Stable.Now))) + "%",
			Count: strconv.Itoa(s.Contracts) + " 份合同", Href: p.lineage("overview.stable_source", "source", s.Code), Color: palette[i%len(palette)],
		})
	}
	return out
}

func (p *page) chart() ui.ChartView {
	var data []any
	for i, s := range p.slices() {
		data = append(data, map[string]any{
			"name": s.Label, "value": math.Round(inWan(p.o.Sources[i].Annual)*100) / 100, "href": s.Href, "itemStyle": map[string]any{"color": s.Color},
		})
	}
	num, unit := wan(p.o.Stable.Now)
	return ui.ChartView{ID: "sources", Label: "稳定性收入来源", Height: 210, Option: map[string]any{
		"hc": map[string]any{"unit": "万元"}, "tooltip": map[string]any{}, "animation": false,
		"title": map[string]any{
			"text": num, "subtext": unit + "/年", "left": "center", "top": "38%", "itemGap": 4,
			"textStyle": map[string]any{"fontSize": 24, "fontWeight": 600}, "subtextStyle": map[string]any{"fontSize": 13},
		},
		"series": []any{map[string]any{
			"name": "来源", "type": "pie", "radius": []string{"64%", "94%"}, "label": map[string]any{"show": false}, "data": data,
		}},
	}}
}

// meter is a coverage with its bar.
type meter struct {
	Label, Text, Href, Missing string
	View                       ui.ProgressView
}

func (p *page) meters() []meter {
	var out []meter
	for _, c := range p.o.Pairing {
		out = append(out, coverMeter(c, p.lineage("pairing.coverage", "axis", c.Code)))
	}
	return out
}

func (p *page) chamberMeter() meter {
	c := p.o.Chambers
	c.Label = "村级商会（企业联合会）"
	return coverMeter(c, p.lineage("chamber.coverage"))
}

// namedMissing is how many of the missing villages are named.
const namedMissing = 6

func coverMeter(c overview.Coverage, href string) meter {
	m := meter{Label: c.Label, Href: href, Text: fmt.Sprintf("%d/%d 村", c.Num, c.Den), View: ui.ProgressView{Percent: float64(c.Percent()) / 100, Label: c.Label}}
	switch {
	case c.Den == 0:
		m.Text = "还没有登记村"
	case c.Num == c.Den:
		m.View.Kind = ui.Green
	default:
		m.View.Kind = ui.Orange
		var names []string
		for _, v := range c.Missing[:min(len(c.Missing), namedMissing)] {
			names = append(names, v.Name)
		}
		m.Missing = "还缺：" + strings.Join(names, "、")
		if len(c.Missing) > namedMissing {
			m.Missing += fmt.Sprintf("等 %d 个村", len(c.Missing))
		}
	}
	return m
}

// tally is a count with its bar, for states and stages.
type tally struct {
	Label, Text, Href string
	Percent           float64
	Rest              float64 // what is still expected
	Kind              ui.Kind
}

func (p *page) joints() []tally {
	var out []tally
	most := 1
	for _, s := range p.o.Joint {
		most = max(most, s.N)
	}
	for _, s := range p.o.Joint {
		if s.N == 0 {
			continue
		}
		out = append(out, tally{
			Label: s.Label, Text: fmt.Sprintf("%d 个", s.N), Kind: ui.Kind(s.Tone), Percent: float64(s.N) * 100 / float64(most),
			Href: "/joint-projects?state=" + s.State + "&scope=" + p.o.Scope,
		})
	}
	return out
}

// funnel lists the leads by stage; what ended without a project is left to the list of leads.
func (p *page) funnel() []tally {
	var out []tally
	most := 1
	for _, s := range p.o.Leads {
		most = max(most, s.Count)
	}
	for _, s := range p.o.Leads {
		if s.Count == 0 || s.Tone == string(ui.Grey) {
			continue
		}
		t := tally{
			Label: s.Label, Text: fmt.Sprintf("%d 条", s.Count), Kind: ui.Kind(s.Tone), Percent: float64(s.Count) * 100 / float64(most),
			Href: p.lineage("attract.leads", "stage", s.Code),
		}
		if s.Total > 0 {
			t.Text += "，" + wanText(s.Total)
		}
		out = append(out, t)
	}
	return out
}

// ended counts the leads that came to nothing, by state.
func (p *page) ended() string {
	var parts []string
	for _, s := range p.o.Leads {
		if s.Count > 0 && s.Tone == string(ui.Grey) {
			parts = append(parts, fmt.Sprintf("%s %d 条", s.Label, s.Count))
		}
	}
	return strings.Join(parts, "，")
}

func (p *page) newParts() []tally {
	n := p.o.New
	var out []tally
	for _, x := range []struct {
		label string
		fen   money.Fen
		href  string
	}{
		{"厂房", n.Workshop, p.lineage("contract.new_stable_income", "kind", "workshop", "origin", "new|revitalised")},
		{"商铺", n.Shop, p.lineage("contract.new_stable_income", "kind", "shop", "origin", "new|revitalised")},
		{"服务协议", n.Service, p.lineage("contract.service_income")},
		{"其他资产", n.Other, p.lineage("contract.new_stable_income", "origin", "new|revitalised")},
	} {
		if x.fen == 0 {
			continue
		}
		out = append(out, tally{
			Label: x.label, Text: wanText(x.fen) + "/年", Href: x.href, Percent: float64(max(x.fen, 0)) * 100 / float64(max(n.Total, 1)),
		})
	}
	return out
}

// shownBrands is how many brands are listed, those that sell most.
const shownBrands = 5

func (p *page) brands() []tally {
	var out []tally
	most := money.Fen(1)
	for _, b := range p.o.Brands {
		most = max(most, b.Actual+b.Expected)
	}
	for _, b := range p.o.Brands[:min(len(p.o.Brands), shownBrands)] {
		t := tally{
			Label: b.Name, Text: wanText(b.Actual), Href: lineage("brand.sales", b.Region, p.year, "brand", b.Name),
			Percent: float64(b.Actual) * 100 / float64(most), Rest: float64(b.Expected) * 100 / float64(most),
		}
		if b.Expected > 0 {
			t.Text += "（" + wanNum(b.Actual+b.Expected) + "）"
		}
		out = append(out, t)
	}
	return out
}

// shownProjects and shownAlerts are how many the first page lists.
const (
	shownProjects = 6
	shownAlerts   = 7
)

func (p *page) projectTable() ui.Table {
	t := ui.Table{
		Caption: "书记项目",
		Columns: []ui.Column{{Label: "项目"}, {Label: "比进度", Width: "30%"}, {Label: "比举措", Align: ui.Right, Nowrap: true}, {Label: "比成效", Align: ui.Right, Nowrap: true}},
		Empty: &ui.EmptyView{Icon: "flag", Title: "还没有启动的书记项目", Text: "书记领题、立项启动后，这里自动比进度、比举措、比成效。",
			Buttons: []ui.Button{{Label: "去看书记项目", Href: "/projects"}}},
	}
	for i := range p.rows[:min(len(p.rows), shownProjects)] {
		r := &p.rows[i]
		light := board.Lights[r.Light]
		kind := ui.Kind(light.Tone)
		text := percent(r.Progress.Percent) + "%"
		if r.Lag > 0 && r.Light != board.Green && r.Light != "" {
			text += "，落后 " + percent(r.Lag) + " 个百分点"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.Name, Href: "/projects/" + r.ID.String(), Sub: r.Unit},
			{Content: ui.Progress(ui.ProgressView{Percent: float64(r.Progress.Percent) / 100, Kind: kind, Text: text, Label: r.Name})},
			{Text: fmt.Sprintf("%d/%d", r.Measures.Num, r.Measures.Den), Lineage: p.records(r, secretary.CompareMeasures)},
			{Text: percent(r.Results.Percent) + "%", Lineage: p.records(r, secretary.CompareResults)},
		}})
	}
	return t
}

// records is the address of what is behind a number of the board.
func (p *page) records(r *board.Row, col string) string {
	return "/board/records?" + url.Values{"scope": {p.o.Scope}, "year": {strconv.Itoa(p.year)}, "project": {r.ID.String()}, "col": {col}}.Encode()
}

func (p *page) alerts() []ui.AlertView {
	return alerts(p.visible()[:min(len(p.visible()), shownAlerts)])
}

func (p *page) visible() []overview.Item { return overview.Visible(p.who, p.o.Attention) }

// contentMax is how much of a record's text an alert shows.
const contentMax = 30

func alerts(list []overview.Item) []ui.AlertView {
	var out []ui.AlertView
	for _, it := range list {
		what := it.What
		if r := []rune(what); len(r) > contentMax {
			what = string(r[:contentMax]) + "…"
		}
		if !strings.HasPrefix(what, it.Place) {
			what = it.Place + " " + what
		}
		if it.Detail != "" {
			what += " · " + it.Detail
		}
		out = append(out, ui.AlertView{Kind: ui.Kind(it.Tone), Title: it.Title, Text: what, Remedy: "建议：" + it.Remedy, Href: it.Href})
	}
	return out
}

func attentionTabs(list []overview.Item, kind string) []ui.Tab {
	tabs := []ui.Tab{{Label: "全部", Href: "/attention", Active: kind == "", Count: strconv.Itoa(len(list))}}
	seen := map[string]int{}
	for _, it := range list {
		i, ok := seen[it.Code]
		if !ok {
			i = len(tabs)
			seen[it.Code] = i
			tabs = append(tabs, ui.Tab{Label: it.Rule, Href: "/attention?kind=" + it.Code, Active: kind == it.Code, Count: "0", Kind: ui.Kind(it.Tone)})
		}
		n, _ := strconv.Atoi(tabs[i].Count)
		tabs[i].Count = strconv.Itoa(n + 1)
	}
	return tabs
}

func (p *page) places() ui.Table {
	t := ui.Table{
		Caption: "下级比较", Unit: "万元",
		Columns: []ui.Column{{Label: "地区"}, {Label: "村", Align: ui.Right}, {Label: "村级总收入", Align: ui.Right}, {Label: "同比", Align: ui.Right}, {Label: "稳定性收入", Align: ui.Right}},
	}
	for _, c := range p.o.Pairing {
		t.Columns = append(t.Columns, ui.Column{Label: axisShort(c), Align: ui.Right})
	}
	t.Columns = append(t.Columns, ui.Column{Label: "商会", Align: ui.Right}, ui.Column{Label: "需要关注", Align: ui.Right})
	for _, x := range p.o.Places {
		t.Rows = append(t.Rows, ui.Row{Cells: p.placeCells(x)})
	}
	return t
}

func (p *page) placeCells(x overview.Place) []ui.Cell {
	change := orNone(false, ui.Cell{})
	if pct, ok := x.Income.Change(); ok {
		change = ui.Cell{Text: fmt.Sprintf("%+.1f%%", float64(pct)/100), Kind: ui.Green}
		if pct < 0 {
			change.Kind = ui.Red
		}
	}
	cells := []ui.Cell{
		{Text: x.Name, Href: ui.SwitchScope(x.Code, "/")}, orNone(x.Villages != 0, ui.T(strconv.Itoa(x.Villages))),
		orNone(x.Income.Now != 0, ui.Cell{Text: wanNum(x.Income.Now), Lineage: lineage("ledger.village_income", x.Code, p.year)}), change,
		orNone(x.Stable.Now != 0, ui.Cell{Text: wanNum(x.Stable.Now), Lineage: lineage("contract.stable_income", x.Code, p.year)}),
	}
	for i, c := range x.Coverage {
		in, params := "pairing.coverage", []string{"axis", c.Code}
		if i == len(x.Coverage)-1 {
			in, params = "chamber.coverage", nil
		}
		cell := ui.Cell{Text: fmt.Sprintf("%d/%d", c.Num, c.Den), Lineage: lineage(in, x.Code, p.year, params...)}
		switch {
		case c.Den == 0:
			cell = orNone(false, cell)
		case c.Num < c.Den:
			cell.Kind = ui.Orange
		}
		cells = append(cells, cell)
	}
	last := orNone(false, ui.Cell{})
	if x.Attention > 0 {
		last = ui.Cell{Text: strconv.Itoa(x.Attention), Href: "/attention?scope=" + x.Code}
		if x.Overdue > 0 {
			last.Badge = &ui.BadgeView{Text: fmt.Sprintf("逾期 %d", x.Overdue), Kind: ui.Red}
		}
	}
	return append(cells, last)
}

// orNone is a cell, or an empty one where there is nothing to show: on a phone that leaves the line out.
func orNone(there bool, c ui.Cell) ui.Cell {
	if there {
		return c
	}
	return ui.Cell{}
}

func (p *page) beginRows() ui.Table {
	t := ui.Table{Caption: "先录什么", Columns: []ui.Column{{Label: "步骤"}, {Label: "说明"}, {Label: "进展", Nowrap: true}}}
	next := true
	for i, b := range p.begins {
		first := ui.Cell{Text: fmt.Sprintf("%d. %s", i+1, b.Label), Strong: true}
		state := ui.Cell{Badge: &ui.BadgeView{Text: "已有", Kind: ui.Green}}
		if !b.Done {
			state = ui.Cell{Badge: &ui.BadgeView{Text: "未录", Kind: ui.Grey}}
			if next {
				state.Badge = &ui.BadgeView{Text: "从这里开始", Kind: ui.Azure}
			}
			next = false
		}
		if b.Allowed || b.Done && b.Kind != "region" {
			first.Href = b.Path
		} else if !b.Done {
			state.Sub = "请有权限的人员录入"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{first, {Text: b.Why, Muted: true}, state}})
	}
	return t
}

// tallyAttrs open a lineage in the drawer and anything else as a page.
func tallyAttrs(href string) templ.Attributes {
	if strings.HasPrefix(href, "/lineage") {
		a := ui.DrawerAttrs(href)
		a["class"] = "figure-ref"
		return a
	}
	return templ.Attributes{"href": href}
}

// wide reports whether the scope lies above a town.
func (p *page) wide() bool { return p.o.Level < code.TierTown }

func (p *page) body() templ.Component { return overviewBody(p) }
