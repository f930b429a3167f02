package letting

import (
	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/letting"
	"huicun/internal/indicator"
	"huicun/internal/kit/field"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// comparedView is what a rent is compared with: the last one of the same units, and the neighbours', listed with how they
// were chosen.
type comparedView struct {
	Last, LastHref, How string
	Table               ui.Table
}

func compared(c *shell.Ctx, cmp *letting.Comparison) comparedView {
	v := comparedView{How: cmp.How}
	unit := cmp.Measure.Unit.Label()
	if cmp.Last != nil {
		v.Last = "上一份合同 " + cmp.Last.No + "：每" + unit + "每年 " + cmp.Last.Price.String() + " 元，折合 " + cmp.LastAnnual.String() + " 元/年"
		v.LastHref = "/contracts/" + cmp.Last.Contract.String()
	}
	v.Table = ui.Table{Caption: "可比租约", Unit: "元", Columns: []ui.Column{
		{Label: "合同"}, {Label: "资产"}, {Label: "地区"}, {Label: "租期", Nowrap: true}, {Label: "数量", Align: ui.Right}, {Label: "年租金", Align: ui.Right}, {Label: "每" + unit + "每年", Align: ui.Right},
	}}
	for _, n := range cmp.Neighbours {
		row := ui.Row{Cells: []ui.Cell{
			ui.T(n.No), {Text: n.AssetName, Sub: field.LabelOf(asset.Kinds, n.AssetKind)}, ui.T(c.RegionName(n.Region)), ui.T(n.From.String() + " 至 " + n.Until.String()),
			ui.T(n.Sum.String()), ui.T(n.Annual.String()), ui.T(n.Price.String()),
		}}
		if c.Who.Can("contract:"+access.View, n.Region) {
			row.Href = "/contracts/" + n.Contract.String()
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	if len(cmp.Neighbours) > 0 {
		v.Table.Foot = []ui.Cell{{Text: "中位数", Strong: true}, {}, {}, {}, ui.T(cmp.Measure.String()), ui.T(cmp.Annual.String()), {Text: cmp.Median.String(), Strong: true}}
	}
	return v
}

// RentPanel sets the rent of a contract beside the last one of the same units and those of like units nearby, by the rules
// of the place for letting.
func RentPanel(e *record.Env) resource.Panel[contract.Contract] {
	return func(c *shell.Ctx, ct *contract.Contract) (templ.Component, error) { return rentPanel(c, e, ct) }
}

func rentPanel(c *shell.Ctx, e *record.Env, ct *contract.Contract) (templ.Component, error) {
	if ct.Kind != contract.Lease && ct.Kind != contract.Land || ct.Sublet != 0 || ct.State == "void" || len(ct.Units) == 0 || !c.Who.Can(view, ct.Region) {
		return nil, nil
	}
	q := e.DB.Read()
	h, err := letting.LoadHolding(c.Context(), q, ct.Tenant, ct.Units)
	if err != nil || h.Measure.N == 0 {
		return nil, err
	}
	rules, err := letting.LoadRules(c.Context(), q, ct.Tenant)
	if err != nil {
		return nil, err
	}
	day := c.AsOf
	if ct.LastDay().Before(day) {
		day = ct.LastDay()
	}
	cmp, err := letting.Compare(c.Context(), e, q, ct.Tenant, letting.Question{
		Region: ct.Region, Holding: h, Terms: rules.At(ct.Region, day), Day: day, Before: ct.From.AddDays(-1), Own: "本合同的单元",
	})
	if err != nil || cmp.Last == nil && len(cmp.Neighbours) == 0 {
		return nil, err
	}
	unit := h.Measure.Unit.Label()
	v := rentView{Price: contract.PriceOf(ct.Annual, h.Measure).String() + " 元/" + unit + "·年", Day: day.String(), Near: compared(c, cmp)}
	if len(cmp.Neighbours) > 0 && cmp.Annual > 0 {
		v.Median, v.Share = cmp.Median.String()+" 元/"+unit+"·年", indicator.Ratio100.Exact(indicator.Percent(int64(ct.Annual), int64(cmp.Annual)))+"%"
	}
	return rentBody(v), nil
}
