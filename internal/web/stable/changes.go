package stable

import (
	"strconv"

	"huicun/internal/books/stable"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

type changesView struct {
	Tabs              []ui.Tab
	Stats             []ui.StatView
	Added, Lost, Risk ui.Table
	Same              int
}

// changes shows what came and went in the year, and what runs out within the next.
func (p *pages) changes(c *shell.Ctx) error {
	w, err := p.where(c)
	if err != nil {
		return err
	}
	x, err := p.s.Changes(c.Context(), p.read(), w.tenant, w.ranges, w.period)
	if err != nil {
		return err
	}
	added, lost, risk := x.Sums()
	stat := func(label string, f money.Fen, sub, href string) ui.StatView {
		return ui.StatView{Label: label, Value: f.Wan(), Unit: "万元/年", Sub: sub, Href: href}
	}
	v := changesView{Tabs: tabs("/changes"), Same: x.Same, Stats: []ui.StatView{
		stat("上年末", x.Opening, "年化合同额", ""), stat("本年新增", added, strconv.Itoa(len(x.Added))+" 份合同", "#added"),
		stat("本年减少", lost, strconv.Itoa(len(x.Lost))+" 份合同", "#lost"), stat("统计日", x.Closing, "上年末 + 新增 + 减少", lineHref(stable.Annual, "")),
		stat("十二个月内到期", risk, strconv.Itoa(len(x.AtRisk))+" 份合同还没有续签", "#risk"),
	}}
	v.Added, v.Lost = p.changeTable(c, "本年新增", x.Added, added), p.changeTable(c, "本年减少", x.Lost, lost)
	v.Risk = ui.Table{Caption: "十二个月内到期、还没有续签或接租", Unit: "元", Columns: []ui.Column{{Label: "合同"}, {Label: "地区"}, {Label: "到期日"}, {Label: "还有", Align: ui.Right}, {Label: "年化金额", Align: ui.Right}},
		Empty: &ui.EmptyView{Icon: "circle-check", Title: "十二个月内没有要到期的合同", Text: "或都已经续签。"}}
	for _, r := range x.AtRisk {
		v.Risk.Rows = append(v.Risk.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.Contract.Name, Sub: r.Contract.No, Href: "/contracts/" + r.Contract.ID.String()}, ui.T(c.RegionName(r.Contract.Region)), ui.T(r.Last.String()),
			ui.T(strconv.Itoa(r.Last.Sub(x.Day)) + " 天"), ui.T(r.Annual.String()),
		}})
	}
	if len(x.AtRisk) > 0 {
		v.Risk.Foot = []ui.Cell{{Text: "合计", Span: 4}, ui.T(risk.String())}
	}
	return c.Page(p.frame(c, "稳定性收入新增与减少", x.Day.String()), changesBody(v))
}

func (p *pages) changeTable(c *shell.Ctx, title string, list []stable.Change, sum money.Fen) ui.Table {
	t := ui.Table{Caption: title, Unit: "元", Columns: []ui.Column{
		{Label: "合同"}, {Label: "地区"}, {Label: "原因"}, {Label: "期限"}, {Label: "上年末年化", Align: ui.Right}, {Label: "统计日年化", Align: ui.Right}, {Label: "增减", Align: ui.Right},
	}, Empty: &ui.EmptyView{Icon: "circle-check", Title: title + "：没有", Text: "与上年末相比，没有这样的合同。"}}
	for i := range list {
		x := &list[i]
		why := ui.Cell{Text: field.LabelOf(stable.ChangeKinds, x.Kind)}
		if x.Previous != nil {
			why.Sub = "原合同 " + x.Previous.No
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: x.Contract.Name, Sub: x.Contract.No, Href: "/contracts/" + x.Contract.ID.String()}, ui.T(c.RegionName(x.Contract.Region)), why, ui.T(term(x.Contract)),
			ui.T(amount(x.Before)), ui.T(amount(x.After)), {Text: x.By.String(), Strong: true},
		}})
	}
	if len(list) > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 6}, ui.T(sum.String())}
	}
	return t
}
