package stable

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/books/stable"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// reconcile explains what lies between the three ways in a scope.
func (p *pages) reconcile(c *shell.Ctx) error {
	y, err := p.year(c)
	if err != nil {
		return err
	}
	sum, err := y.Sum()
	if err != nil {
		return err
	}
	t := lineTable(&sum, func(l stable.Line) string { return lineHref(l, c.Scope) })
	v := p.frame(c, "稳定性收入对账", y.Day.String())
	v.Actions = actions(base + "/export")
	return c.Page(v, reconcileBody(tabs("/reconcile"), words(y.Definitions), t, sum.Closes()))
}

// lineTable lists the lines: the ways themselves bold, in between those that are not nothing.
func lineTable(a *stable.Amounts, href func(stable.Line) string) ui.Table {
	t := ui.Table{Caption: "三种算法对账", Unit: "元", Columns: []ui.Column{{Label: "项目"}, {Label: "金额", Align: ui.Right}, {Label: "说明"}}}
	for _, l := range stable.Lines {
		fen := a[l.Line]
		if fen == 0 && !l.Total {
			continue
		}
		cell := ui.Cell{Text: fen.String(), Strong: l.Total}
		if fen != 0 && href != nil {
			cell.Href = href(l.Line)
		}
		t.Rows = append(t.Rows, ui.Row{ID: l.Code, Group: l.Total, Cells: []ui.Cell{{Text: l.Label, Strong: l.Total}, cell, {Text: l.Why, Muted: true}}})
	}
	return t
}

// shownContracts is how many contracts a line lists; the sheet has them all.
const shownContracts = 200

// line lists the contracts that make a line.
func (p *pages) line(c *shell.Ctx) error {
	l, ok := stable.LineNamed(c.R.PathValue("line"))
	if !ok {
		return unknown("项目")
	}
	y, err := p.year(c)
	if err != nil {
		return err
	}
	source := c.Query("source")
	if source != "" {
		if sourceLabel(source) == source {
			return unknown("来源")
		}
		if y, err = y.Narrow(source); err != nil {
			return err
		}
	}
	var list []*stable.Item
	sum := money.Fen(0)
	for i := range y.Items {
		if fen := y.Items[i].Amounts[l.Line]; fen != 0 {
			list = append(list, &y.Items[i])
			sum += fen
		}
	}
	slices.SortStableFunc(list, func(a, b *stable.Item) int { return cmp.Compare(b.Amounts[l.Line].Abs(), a.Amounts[l.Line].Abs()) })
	t := ui.Table{Caption: l.Label, Unit: "元", Columns: []ui.Column{{Label: "合同"}, {Label: "地区"}, {Label: "期限"}, {Label: "金额", Align: ui.Right}}, Empty: &ui.EmptyView{
		Icon: "circle-check", Title: "这一项没有金额", Text: "没有合同属于这一项。", Buttons: []ui.Button{{Label: "回到对账", Href: base + "/reconcile"}},
	}}
	for _, it := range list[:min(len(list), shownContracts)] {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: it.Contract.Name, Sub: it.Contract.No, Href: contractHref(it.Contract)}, ui.T(c.RegionName(it.Contract.Region)), ui.T(term(it.Contract)), ui.T(it.Amounts[l.Line].String()),
		}})
	}
	more := len(list) - len(t.Rows)
	places := make([]string, 0, len(y.Direct))
	for place := range y.Direct {
		places = append(places, place)
	}
	slices.Sort(places)
	for _, place := range places {
		if fen := y.Direct[place][l.Line]; fen != 0 {
			sum += fen
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: "不挂合同、按口径计入"}, ui.T(c.RegionName(place)), {}, ui.T(fen.String())}})
		}
	}
	if len(t.Rows) > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 3}, ui.T(sum.String())}
	}
	title := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(l.Label, "加减："), "加："), "减："), " ")
	if source != "" {
		title += "（" + sourceLabel(source) + "）"
	}
	v := p.frame(c, title, y.Day.String())
	v.Crumbs = []ui.Link{{Label: "稳定性收入", Href: base}, {Label: "对账", Href: base + "/reconcile"}, {Label: title}}
	v.Actions = actions(base + "/export")
	return c.Page(v, lineBody(l, t, more))
}

func term(ct *contract.Contract) string { return ct.From.String() + " 至 " + ct.LastDay().String() }

// contract explains one contract.
func (p *pages) contract(c *shell.Ctx) error {
	id, err := c.ID()
	if err != nil {
		return err
	}
	w, err := p.where(c)
	if err != nil {
		return err
	}
	ct, err := contract.Get(c.Context(), p.read(), w.tenant, id)
	if err != nil {
		return err
	}
	if !c.Who.Can(perm, ct.Region) {
		return errs.New(errs.NotFound, "stable.contract", "没有这份合同")
	}
	if w.ranges, err = c.Shell.Regions.Ranges(c.Context(), ct.Region); err != nil {
		return err
	}
	y, err := p.s.Of(c.Context(), p.read(), w.tenant, w.ranges, w.period)
	if err != nil {
		return err
	}
	v := p.frame(c, ct.Name, y.Day.String())
	v.Crumbs = []ui.Link{{Label: "稳定性收入", Href: base}, {Label: c.RegionName(ct.Region), Href: ui.SwitchScope(ct.Region, base)}, {Label: ct.Name}}
	v.Subtitle = ct.No + " · " + c.RegionName(ct.Region) + " · 截至 " + y.Day.String()
	view := contractView{Href: "/contracts/" + id.String(), Term: term(ct)}
	if i := slices.IndexFunc(y.Items, func(it stable.Item) bool { return it.Contract.ID == id }); i >= 0 {
		view.Counts, view.Closes = true, y.Items[i].Closes()
		view.Lines = lineTable(&y.Items[i].Amounts, nil)
	}
	return c.Page(v, contractBody(view))
}

type contractView struct {
	Href, Term     string
	Counts, Closes bool
	Lines          ui.Table
}

// export writes every contract with every line.
func (p *pages) export(c *shell.Ctx) error {
	y, err := p.year(c)
	if err != nil {
		return err
	}
	header := []sheet.Column{{Title: "合同编号"}, {Title: "合同名称", Width: 28}, {Title: "地区"}, {Title: "起始日期", Kind: sheet.Date}, {Title: "最后一日", Kind: sheet.Date}}
	for _, l := range stable.Lines {
		header = append(header, sheet.Column{Title: l.Label, Kind: sheet.Money})
	}
	cells := func(head []string, a *stable.Amounts) []string {
		for _, l := range stable.Lines {
			head = append(head, a[l.Line].Plain())
		}
		return head
	}
	rows := iter.Seq2[[]string, error](func(yield func([]string, error) bool) {
		for i := range y.Items {
			ct := y.Items[i].Contract
			if !yield(cells([]string{ct.No, ct.Name, c.RegionName(ct.Region), ct.From.String(), ct.LastDay().String()}, &y.Items[i].Amounts), nil) {
				return
			}
		}
		for place, a := range y.Direct {
			if !yield(cells([]string{"", "不挂合同、按口径计入", c.RegionName(place), "", ""}, a), nil) {
				return
			}
		}
	})
	return resource.WriteSheet(c, c.ScopeName()+"稳定性收入对账", "", header, rows)
}
