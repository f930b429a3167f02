package property

import (
	"net/url"
	"strconv"

	"huicun/internal/books/asset"
	"huicun/internal/books/stocktake"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// progress is how far the units of a place are with the count of the year.
func (p *pages) progress(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := p.ranges(c, takeView)
	if err != nil {
		return err
	}
	counts, err := stocktake.OfYear(c.Context(), p.read(), tenant, ranges, c.Year)
	if err != nil {
		return err
	}
	tallies, err := stocktake.Tallies(c.Context(), p.read(), tenant, ranges, c.Year)
	if err != nil {
		return err
	}
	owners, err := asset.Owners(c.Context(), p.read(), tenant, ranges)
	if err != nil {
		return err
	}
	title := strconv.Itoa(c.Year) + "年清查进度"
	t, stats, err := p.progressTable(c, counts, tallies, owners)
	if err != nil {
		return err
	}
	view := c.PageOf(title, ui.Link{Label: "清查盘点", Href: "/stocktakes"}, ui.Link{Label: title})
	view.Subtitle, view.Actions = c.ScopeName(), ui.PrintButton()
	return c.Page(view, townBody(stats, t))
}

func (p *pages) progressTable(c *shell.Ctx, counts []stocktake.Count, tallies []stocktake.Tally, owners []asset.Owner) (ui.Table, []ui.StatView, error) {
	list := make([]ids.ID, len(owners))
	for i := range owners {
		list[i] = owners[i].Party
	}
	for i := range counts {
		list = append(list, counts[i].Party)
	}
	names, err := p.names(c.Context(), c.Tenant, "party", list)
	if err != nil {
		return ui.Table{}, nil, err
	}
	by := map[ids.ID]map[string]int{}
	for _, t := range tallies {
		if by[t.Count] == nil {
			by[t.Count] = map[string]int{}
		}
		by[t.Count][t.Result] = t.N
	}
	t := ui.Table{Caption: "各单位清查进度", Columns: []ui.Column{
		{Label: "单位"}, {Label: "状态"}, {Label: "进度"}, {Label: "相符", Align: ui.Right}, {Label: "闲置", Align: ui.Right}, {Label: "盘亏", Align: ui.Right}, {Label: "损毁", Align: ui.Right}, {Label: "盘盈", Align: ui.Right},
	}, Empty: &ui.EmptyView{Icon: "list-check", Title: "这里还没有资产卡片", Text: "先登记资产，再清查。", Buttons: []ui.Button{{Label: "看资产卡片", Href: "/assets"}}}}
	begun, done := map[ids.ID]bool{}, 0
	for i := range counts {
		v := &counts[i]
		begun[v.Party] = true
		n := by[v.ID]
		total := 0
		for _, x := range n {
			total += x
		}
		counted := total - n[""]
		if v.State == stocktake.Approved {
			done++
		}
		s := stocktake.Machine.State(v.State)
		r := ui.Row{Href: "/stocktakes/" + v.ID.String(), Cells: []ui.Cell{
			{Text: names[v.Party], Sub: v.No}, {Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}},
			{Content: ui.Progress(ui.ProgressView{Percent: percent(counted, total), Label: "已清点", Text: strconv.Itoa(counted) + "/" + strconv.Itoa(total)})},
		}}
		for _, code := range []string{stocktake.Match, stocktake.Idle, stocktake.Short, stocktake.Damaged, stocktake.Surplus} {
			r.Cells = append(r.Cells, ui.T(some(n[code])))
		}
		t.Rows = append(t.Rows, r)
	}
	missing := 0
	for _, o := range owners {
		if begun[o.Party] {
			continue
		}
		missing++
		r := ui.Row{Kind: ui.Orange, Cells: []ui.Cell{{Text: names[o.Party], Sub: strconv.Itoa(o.Cards) + " 张卡片", Href: "/parties/" + o.Party.String()}, {Badge: &ui.BadgeView{Text: "未开始", Kind: ui.Orange}}}}
		if c.Who.CanSome("stocktake:" + access.Edit) {
			r.Cells = append(r.Cells, ui.Cell{Text: "开始清查", Href: "/stocktakes/new?" + url.Values{"party": {names[o.Party]}, "year": {strconv.Itoa(c.Year)}}.Encode()})
		} else {
			r.Cells = append(r.Cells, ui.Cell{})
		}
		t.Rows = append(t.Rows, ui.Row{Kind: r.Kind, Cells: append(r.Cells, ui.Cell{}, ui.Cell{}, ui.Cell{}, ui.Cell{}, ui.Cell{})})
	}
	stats := []ui.StatView{
		{Label: "应清查单位", Value: strconv.Itoa(len(counts) + missing), Unit: "个"}, {Label: "已开始", Value: strconv.Itoa(len(counts)), Unit: "个"},
		{Label: "已批准", Value: strconv.Itoa(done), Unit: "个", Kind: ui.Green}, {Label: "未开始", Value: strconv.Itoa(missing), Unit: "个", Kind: map[bool]ui.Kind{true: ui.Orange}[missing > 0]},
	}
	return t, stats, nil
}

func percent(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) * 100 / float64(of)
}
