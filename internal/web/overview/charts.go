package overview

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/insight/overview"
	"huicun/internal/web/ui"
)

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
