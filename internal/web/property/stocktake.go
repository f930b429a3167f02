package property

import (
	"cmp"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/stocktake"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	takeView = "stocktake:" + access.View
	lineEdit = "stocktake_line:" + access.Edit
)

func (p *pages) mountStocktakes(s *shell.Shell, set *resource.Set) {
	resource.Mount(s, set, p.takes.Counts, resource.Options[stocktake.Count]{
		Links: []string{"party"}, Before: []resource.Panel[stocktake.Count]{p.takeProgress}, Panels: []resource.Panel[stocktake.Count]{p.takeDifferences, p.takeLines},
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "各村进度", Icon: "chart-bar", Href: "/stocktake-progress"}, {Label: "二维码标签", Icon: "qrcode", Href: "/asset-labels"}}
		},
		Actions: func(c *shell.Ctx, v *stocktake.Count) []ui.Button {
			if v.State != stocktake.Counting || !c.Who.Can(lineEdit, v.Region) {
				return nil
			}
			return []ui.Button{{Label: "逐项清点", Icon: "device-mobile", Href: countHref(v.ID, 0)}}
		},
		Locked: func(_ *shell.Ctx, v *stocktake.Count) (bool, error) { return v.State == stocktake.Void, nil },
	})
	resource.Mount(s, set, p.takes.Lines, resource.Options[stocktake.Line]{NoForms: true, NewPath: "/stocktakes"})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/stocktakes/{id}/count", Perm: takeView, Fn: p.countPage},
		shell.Route{Method: "POST", Pattern: "/stocktakes/{id}/count", Perm: lineEdit, Fn: p.countSave},
		shell.Route{Method: "GET", Pattern: "/stocktakes/{id}/found", Perm: lineEdit, Fn: p.foundPage},
		shell.Route{Method: "POST", Pattern: "/stocktakes/{id}/found", Perm: lineEdit, Fn: p.foundSave},
		shell.Route{Method: "GET", Pattern: "/stocktake-progress", Perm: takeView, Fn: p.progress},
	)
}

func (p *pages) linesOf(c *shell.Ctx, count ids.ID) ([]stocktake.Line, error) {
	return stocktake.LinesOf(c.Context(), p.read(), c.Tenant, count)
}

// resultKind is what a result's colour means.
func resultKind(result string) ui.Kind {
	for _, o := range stocktake.Results {
		if o.Code == result {
			return ui.Kind(o.Tone)
		}
	}
	return ui.Grey
}

func resultBadge(result string) *ui.BadgeView {
	if result == "" {
		return &ui.BadgeView{Text: "未清点", Kind: ui.Grey}
	}
	return &ui.BadgeView{Text: field.LabelOf(stocktake.Results, result), Kind: resultKind(result)}
}

// takeProgress says how far a count is, and leads on.
func (p *pages) takeProgress(c *shell.Ctx, v *stocktake.Count) (templ.Component, error) {
	list, err := p.linesOf(c, v.ID)
	if err != nil {
		return nil, err
	}
	t := progressView{Total: len(list)}
	by := map[string]int{}
	for i := range list {
		by[list[i].Result]++
	}
	t.Done = t.Total - by[""]
	t.Stats = append(t.Stats, ui.StatView{Label: "已清点", Value: strconv.Itoa(t.Done), Unit: "/ " + strconv.Itoa(t.Total) + " 项"})
	for _, o := range stocktake.Results {
		k := ui.Kind("")
		if by[o.Code] > 0 && o.Code != stocktake.Match {
			k = ui.Kind(o.Tone)
		}
		t.Stats = append(t.Stats, ui.StatView{Label: o.Label, Value: strconv.Itoa(by[o.Code]), Unit: "项", Kind: k})
	}
	if v.State == stocktake.Counting && c.Who.Can(lineEdit, v.Region) {
		t.Href, t.FoundHref = countHref(v.ID, 0), "/stocktakes/"+v.ID.String()+"/found"
	}
	return progressBody(t), nil
}

// takeDifferences is the proposal that is approved (盘盈盘亏处理意见).
func (p *pages) takeDifferences(c *shell.Ctx, v *stocktake.Count) (templ.Component, error) {
	list, err := p.linesOf(c, v.ID)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "差异和处理意见", Unit: "元", Columns: []ui.Column{
		{Label: "资产"}, {Label: "结果"}, {Label: "账面数量", Align: ui.Right}, {Label: "实有数量", Align: ui.Right}, {Label: "净损失", Align: ui.Right},
		{Label: "盘盈价值", Align: ui.Right}, {Label: "原因"}, {Label: "处理意见"}, {Label: "责任人赔偿", Align: ui.Right},
	}}
	var parties []ids.ID
	for i := range list {
		if id := list[i].Responsible; id != 0 {
			parties = append(parties, id)
		}
	}
	names, err := p.names(c.Context(), c.Tenant, "party", parties)
	if err != nil {
		return nil, err
	}
	var loss, gain, charged money.Fen
	for i := range list {
		l := &list[i]
		if l.Result == "" || l.Result == stocktake.Match || l.Result == stocktake.Idle {
			continue
		}
		cost, accumulated, err := l.Loss()
		if err != nil {
			return nil, err
		}
		net := cost - accumulated
		r := ui.Row{Href: p.lineHref(v, l), Cells: []ui.Cell{
			{Text: l.Name, Sub: l.Code}, {Badge: resultBadge(l.Result)}, ui.T(quantityOf(l, l.Quantity.N)), ui.T(quantityOf(l, l.Found.N)), ui.T(yuan(net)), ui.T(yuan(l.Value)), ui.T(l.Cause),
			ui.T(field.LabelOf(stocktake.Treatments, l.Treatment)), {Text: yuan(l.Charged), Sub: names[l.Responsible]},
		}}
		if l.Treatment == stocktake.Book {
			loss, gain, charged = loss+net, gain+l.Value, charged+l.Charged
		}
		t.Rows = append(t.Rows, r)
	}
	if len(t.Rows) == 0 {
		return nil, nil
	}
	t.Foot = []ui.Cell{{Text: "调账合计", Span: 4}, ui.T(loss.String()), ui.T(gain.String()), {}, {}, ui.T(charged.String())}
	return resource.TableCard(ui.CardView{Title: "差异和处理意见", Sub: strconv.Itoa(len(t.Rows)) + " 项；批准后调整卡片，差异先记待处理财产损溢，再按决议转入其他收入、其他支出或责任人应赔", Flush: true}, t), nil
}

// quantityOf writes a quantity of a line; what was found without a card has none in the books.
func quantityOf(l *stocktake.Line, n int64) string {
	q := l.Quantity
	if q.N = n; l.Asset == 0 && n == 0 {
		return "无卡片"
	}
	return q.String()
}

func (p *pages) lineHref(v *stocktake.Count, l *stocktake.Line) string {
	if v.State == stocktake.Counting {
		return countHref(v.ID, l.ID)
	}
	return "/stocktake-lines/" + l.ID.String()
}

// takeLines is the whole list.
func (p *pages) takeLines(c *shell.Ctx, v *stocktake.Count) (templ.Component, error) {
	list, err := p.linesOf(c, v.ID)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "清查清单", Dense: true, Columns: []ui.Column{
		{Label: "资产"}, {Label: "位置"}, {Label: "账面数量", Align: ui.Right}, {Label: "原值（元）", Align: ui.Right}, {Label: "净值（元）", Align: ui.Right}, {Label: "结果"}, {Label: "清点人"},
	}}
	for i := range list {
		l := &list[i]
		who := l.Counter
		if !l.Counted.IsZero() {
			who += " " + l.Counted.String()
		}
		t.Rows = append(t.Rows, ui.Row{Href: p.lineHref(v, l), Cells: []ui.Cell{
			{Text: l.Name, Sub: l.Code}, ui.T(cmp.Or(l.FoundPlace, l.Place)), ui.T(quantityOf(l, l.Quantity.N)), ui.T(yuan(l.Cost)), ui.T(yuan(l.Cost - l.Accumulated)), {Badge: resultBadge(l.Result)}, ui.T(who),
		}})
	}
	return resource.TableCard(ui.CardView{Title: "清查清单", Sub: strconv.Itoa(len(list)) + " 项，建表时固定", Flush: true}, t), nil
}

// takeOf reads the count of the address, within what the person may see.
func (p *pages) takeOf(c *shell.Ctx) (*stocktake.Count, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.takes.Counts.Get(c.Context(), c.Who, tenant, id)
}
