package cash

import (
	"cmp"
	"fmt"
	"strconv"

	"huicun/internal/books/cash"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// openView is what is open about the cash of a place.
type openList struct {
	Stats  []ui.StatView
	Ageing ui.Table
	Tabs   []ui.Tab
	Cards  []openCard
	Rules  *ui.BadgeView
	Hint   string
}

type openCard struct {
	Card  ui.CardView
	Table ui.Table
}

// items reads what is open within the place on the day that is looked at, with the names of the units.
func (p *pages) items(c *shell.Ctx) ([]cash.Item, map[ids.ID]string, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, nil, err
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), c.Who.Narrow(openView, c.Scope)...)
	if err != nil {
		return nil, nil, err
	}
	list, err := cash.OpenIn(c.Context(), p.env.DB.Read(), tenant, ranges, c.AsOf)
	if err != nil {
		return nil, nil, err
	}
	var units []ids.ID
	for i := range list {
		units = append(units, list[i].Party)
	}
	names, err := p.names(c.Context(), tenant, "party", units)
	return list, names, err
}

func (p *pages) open(c *shell.Ctx) error {
	list, names, err := p.items(c)
	if err != nil {
		return err
	}
	rules, err := cash.LoadRules(c.Context(), p.env.DB.Read(), c.Tenant)
	if err != nil {
		return err
	}
	bands, err := cash.ParseBands(rules.At(c.Scope, c.AsOf).Bands)
	if err != nil {
		return err
	}
	v := openList{Ageing: ageing(list, bands)}
	if len(rules) == 0 {
		v.Hint = "还没有资金管理规则，因此没有限额和期限可以对照。"
	}
	only := c.Query("kind")
	v.Tabs = append(v.Tabs, ui.Tab{Label: "全部", Href: "/cash", Active: only == "", Count: strconv.Itoa(len(list))})
	for _, k := range cash.OpenLabels {
		var part []cash.Item
		over := 0
		for _, it := range list {
			if it.Kind == k.Code {
				part = append(part, it)
				if it.Over != "" {
					over++
				}
			}
		}
		tab := ui.Tab{Label: k.Label, Href: path("/cash", "kind", k.Code), Active: only == k.Code}
		if len(part) > 0 {
			tab.Count, tab.Kind = strconv.Itoa(len(part)), ui.Grey
			if over > 0 {
				tab.Kind = ui.Red
			}
		}
		v.Tabs = append(v.Tabs, tab)
		if len(part) > 0 && (only == "" || only == k.Code) {
			v.Cards = append(v.Cards, openCard{
				Card:  ui.CardView{Title: k.Label, Sub: overText(len(part), over), Flush: true},
				Table: p.openTable(part, names),
			})
		}
	}
	page := c.PageOf("资金未了事项")
	page.Subtitle = c.ScopeName() + " · 截至 " + c.AsOf.String()
	page.Print = &ui.PrintView{Title: "资金未了事项及账龄", Org: c.ScopeName(), Period: "截至 " + c.AsOf.Chinese(), Unit: "元", By: c.Who.Name, At: c.Today().String()}
	page.Actions = ui.Buttons(p.openButtons(c)...)
	return c.Page(page, openBody(v))
}

func (p *pages) openButtons(c *shell.Ctx) []ui.Button {
	var out []ui.Button
	if c.Who.CanSome(receiptEdit) {
		out = append(out, ui.Button{Label: "开收据", Icon: "receipt", Href: "/receipts/write", Style: ui.Primary})
	}
	return append(out, ui.Button{Label: "导出", Icon: "download", Href: path("/cash/export", "kind", c.Query("kind"))})
}

func overText(n, over int) string {
	s := strconv.Itoa(n) + " 项"
	if over > 0 {
		s += "，其中超过规定 " + strconv.Itoa(over) + " 项"
	}
	return s
}

// ageing counts and adds up what is open by how old it is.
func ageing(list []cash.Item, bands []int) ui.Table {
	t := ui.Table{Caption: "账龄", Unit: "元", Columns: []ui.Column{{Label: "事项"}}, Empty: &ui.EmptyView{Icon: "circle-check", Title: "没有未了事项", Text: "收据本都已缴销，现金都已送存，备用金和借支都已结清。"}}
	from := 0
	for _, b := range bands {
		t.Columns = append(t.Columns, ui.Column{Label: fmt.Sprintf("%d—%d 天", from, b), Align: ui.Right})
		from = b + 1
	}
	if len(bands) > 0 {
		t.Columns = append(t.Columns, ui.Column{Label: strconv.Itoa(from) + " 天以上", Align: ui.Right})
	}
	t.Columns = append(t.Columns, ui.Column{Label: "合计", Align: ui.Right})
	for _, k := range cash.OpenLabels {
		counts, sums := make([]int, len(bands)+2), make([]money.Fen, len(bands)+2)
		for _, it := range list {
			if it.Kind != k.Code {
				continue
			}
			for _, col := range []int{cash.Band(bands, it.Age), len(bands) + 1} {
				counts[col]++
				sums[col] += it.Amount
			}
		}
		if counts[len(bands)+1] == 0 {
			continue
		}
		row := ui.Row{Href: path("/cash", "kind", k.Code), Cells: []ui.Cell{ui.T(k.Label)}}
		for col := range counts {
			if len(bands) == 0 && col == 0 {
				continue
			}
			cell := ui.Cell{}
			if counts[col] > 0 {
				cell = ui.Cell{Text: cmp.Or(yuan(sums[col]), strconv.Itoa(counts[col])+" 项")}
				if sums[col] != 0 {
					cell.Sub = strconv.Itoa(counts[col]) + " 项"
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p *pages) openTable(list []cash.Item, names map[ids.ID]string) ui.Table {
	t := ui.Table{Caption: "未了事项", Unit: "元", Columns: []ui.Column{
		{Label: "事项"}, {Label: "单位"}, {Label: "经手人"}, {Label: "起始日", Nowrap: true}, {Label: "期限", Nowrap: true}, {Label: "账龄", Align: ui.Right, Nowrap: true}, {Label: "金额", Align: ui.Right}, {Label: "与规定对照"},
	}}
	for _, it := range list {
		r := ui.Row{Cells: []ui.Cell{
			{Text: it.Name, Href: p.itemHref(it)}, {Text: names[it.Party], Href: p.href("party", it.Party)}, ui.T(it.Who), ui.T(it.Since.String()), ui.T(it.Due.String()),
			ui.T(strconv.Itoa(it.Age) + " 天"), ui.T(yuan(it.Amount)), {Text: it.Over, Kind: ui.Red},
		}}
		if it.Over != "" {
			r.Kind = ui.Red
		}
		if it.Sample {
			r.Cells[0].Badges = []ui.BadgeView{{Text: "示例", Kind: ui.Grey}}
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// itemHref is where an item can be dealt with.
func (p *pages) itemHref(it cash.Item) string {
	switch it.Kind {
	case cash.OpenHeld:
		return path("/receipts", "method", cash.Cashed, "state", cash.ReceiptUsed, "scope", it.Region)
	case cash.OpenLimit:
		return path("/cash-deposits", "scope", it.Region)
	}
	return p.href(it.Record, it.ID)
}

func (p *pages) exportOpen(c *shell.Ctx) error {
	list, names, err := p.items(c)
	if err != nil {
		return err
	}
	header := []sheet.Column{
		{Title: "种类"}, {Title: "事项"}, {Title: "单位"}, {Title: "经手人"}, {Title: "起始日", Kind: sheet.Date}, {Title: "期限", Kind: sheet.Date},
		{Title: "账龄（天）", Kind: sheet.Number}, {Title: "金额（元）", Kind: sheet.Money}, {Title: "与规定对照"}, {Title: "示例"},
	}
	return resource.WriteSheet(c, "资金未了事项 "+c.ScopeName()+" "+c.AsOf.String(), c.Query("format"), header, func(yield func([]string, error) bool) {
		for _, k := range cash.OpenLabels {
			for _, it := range list {
				if it.Kind != k.Code || c.Query("kind") != "" && c.Query("kind") != it.Kind {
					continue
				}
				if !yield([]string{k.Label, it.Name, names[it.Party], it.Who, it.Since.String(), it.Due.String(), strconv.Itoa(it.Age), it.Amount.Plain(), it.Over, sample(it.Sample)}, nil) {
					return
				}
			}
		}
	})
}

func sample(yes bool) string {
	if yes {
		return "是"
	}
	return ""
}
