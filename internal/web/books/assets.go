package books

import (
	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// depreciationPanel lists what the runs took from a card.
func (p *pages) depreciationPanel(c *shell.Ctx, a *asset.Asset) (templ.Component, error) {
	if !c.Who.Can("depreciation:view", a.Region) {
		return nil, nil
	}
	list, err := asset.RunsOf(c.Context(), p.read(), c.Tenant, a.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	t := ui.Table{Caption: "折旧", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "月份", Nowrap: true}, {Label: "计提编号"}, {Label: "本月折旧", Align: ui.Right}, {Label: "提后累计", Align: ui.Right}, {Label: "状态"},
	}}
	for i := range list {
		r := &list[i]
		s := asset.RunMachine.State(r.State)
		t.Rows = append(t.Rows, ui.Row{Href: "/depreciations/" + r.Run.String(), Cells: []ui.Cell{
			ui.T(r.Month.Chinese()), ui.T(r.No), ui.T(r.Fen.String()), ui.T(r.After.String()), {Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}},
		}})
	}
	return resource.TableCard(ui.CardView{Title: "折旧", Sub: "原值 " + a.Cost.String() + " 元，累计折旧 " + a.Accumulated.String() + " 元，净值 " + a.Net().String() + " 元", Flush: true}, t), nil
}
