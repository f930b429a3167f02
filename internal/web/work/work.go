// Package work gives work orders and their settlements their pages: the list by state and brand, what a brand did, and the
// settlement as it is printed for the client.
package work

import (
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/contract"
	"huicun/internal/books/work"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

type pages struct {
	env *record.Env
	w   *work.Service
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, w *work.Service) {
	p := &pages{env: s.Env, w: w}
	resource.Mount(s, set, w.Orders, resource.Options[work.Order]{
		Links: []string{"contract", "brand"}, Locked: locked,
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "按品牌汇总", Icon: "chart-bar", Href: "/work-brands"}, {Label: "工单结算", Icon: "receipt", Href: "/work-settlements"}}
		},
	})
	resource.Mount(s, set, w.Settlements, resource.Options[work.Settlement]{
		Links: []string{"contract"}, Before: []resource.Panel[work.Settlement]{p.paper},
		Locked: func(*shell.Ctx, *work.Settlement) (bool, error) { return true, nil },
	})
	s.Handle(shell.Route{Method: "GET", Pattern: "/work-brands", Perm: "work_order:" + access.View, Fn: p.brands})
}

func (p *pages) read() db.R { return p.env.DB.Read() }

// locked: what the client confirmed stays as it is.
func locked(_ *shell.Ctx, o *work.Order) (bool, error) {
	return o.State == work.OrderConfirmed || o.State == work.OrderSettled || o.State == work.OrderCancelled, nil
}

// name is the natural key of a record, "" without one.
func (p *pages) name(c *shell.Ctx, kind string, id ids.ID) (string, error) {
	n, ok := p.env.Noun(kind)
	if !ok || id == 0 {
		return "", nil
	}
	names, err := n.Names(c.Context(), p.read(), c.Tenant, []ids.ID{id})
	return names[id], err
}

// paperView is a settlement as it is printed.
type paperView struct {
	Title, No, Contract, Due string
	ContractHref             string
	Capital                  string
	Undone                   bool
	Table                    ui.Table
}

func (p *pages) paper(c *shell.Ctx, s *work.Settlement) (templ.Component, error) {
	list, err := work.OrdersOf(c.Context(), p.read(), c.Tenant, s.ID)
	if err != nil {
		return nil, err
	}
	m, err := date.ParseMonth(s.Month)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "work.month", "settlement %s has no month", s.No)
	}
	v := paperView{Title: "工单结算单", No: s.No, Due: s.Due.Chinese(), Capital: s.Amount.Capital(), Undone: s.State == "undone", ContractHref: "/contracts/" + s.Contract.String()}
	if v.Contract, err = p.name(c, "contract", s.Contract); err != nil {
		return nil, err
	}
	v.Contract += "　" + m.Chinese()
	v.Table = ui.Table{Caption: "工单", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "工单编号", Nowrap: true}, {Label: "种类", Nowrap: true}, {Label: "事项"}, {Label: "完工日期", Nowrap: true}, {Label: "数量", Align: ui.Right}, {Label: "单价", Align: ui.Right}, {Label: "金额", Align: ui.Right}, {Label: "客户确认人"},
	}, Empty: &ui.EmptyView{Icon: "receipt", Title: "没有工单", Text: "这张结算单已经撤销，工单回到待结算。"}}
	for i := range list {
		o := &list[i]
		v.Table.Rows = append(v.Table.Rows, ui.Row{Href: "/work-orders/" + o.ID.String(), Cells: []ui.Cell{
			ui.T(o.No), ui.T(field.LabelOf(work.Kinds, o.Kind)), ui.T(o.Title), ui.T(o.Done.String()), ui.T(money.Fen(o.Quantity).String() + " " + o.Unit), ui.T(o.Price.String()), ui.T(o.Amount.String()), ui.T(o.Signer),
		}})
	}
	if len(list) > 0 {
		v.Table.Foot = []ui.Cell{{Text: "合计 " + strconv.Itoa(len(list)) + " 单", Span: 6}, ui.T(s.Amount.String()), {}}
	}
	return paperBody(v), nil
}

// brands sums up the year by brand.
func (p *pages) brands(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), c.Who.Narrow("work_order:"+access.View, c.Scope)...)
	if err != nil {
		return err
	}
	from := date.Must(strconv.Itoa(c.AsOf.Year()) + "-01-01")
	list, err := work.ByBrand(c.Context(), p.read(), tenant, ranges, from, c.AsOf)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "按品牌汇总", Columns: []ui.Column{
		{Label: "服务品牌"}, {Label: "完工（件）", Align: ui.Right}, {Label: "按时（件）", Align: ui.Right}, {Label: "按时完成率", Align: ui.Right}, {Label: "已确认（件）", Align: ui.Right}, {Label: "金额（元）", Align: ui.Right}, {Label: "未完工（件）", Align: ui.Right},
	}, Empty: &ui.EmptyView{Icon: "headset", Title: "本年还没有工单", Text: "换一个年度，或先登记工单。", Buttons: []ui.Button{{Label: "看工单", Href: "/work-orders"}}}}
	for _, s := range list {
		name, err := p.name(c, "brand", s.Brand)
		if err != nil {
			return err
		}
		row := ui.Row{Cells: []ui.Cell{{Text: name, Strong: true}}}
		if s.Brand == 0 {
			row.Cells[0] = ui.Cell{Text: "没有品牌", Muted: true}
		} else {
			row.Href = "/work-orders?brand=" + s.Brand.String()
		}
		rate := "—"
		if s.Done > 0 {
			rate = money.Fen(indicator.Percent(int64(s.OnTime), int64(s.Done))).String() + "%"
		}
		row.Cells = append(row.Cells, ui.T(strconv.Itoa(s.Done)), ui.T(strconv.Itoa(s.OnTime)), ui.T(rate), ui.T(strconv.Itoa(s.Confirmed)), ui.T(s.Value.String()), ui.T(strconv.Itoa(s.Open)))
		t.Rows = append(t.Rows, row)
	}
	page := c.PageOf("按品牌汇总工单", ui.Link{Label: "工单", Href: "/work-orders"}, ui.Link{Label: "按品牌汇总"})
	page.Subtitle = c.ScopeName() + "　" + strconv.Itoa(c.AsOf.Year()) + " 年，截至 " + c.AsOf.Chinese()
	page.Actions = ui.PrintButton()
	return c.Page(page, resource.TableCard(ui.CardView{Flush: true}, t))
}

// OfContract are the orders and settlements on the page of a service contract.
var OfContract = []resource.Child{
	{Kind: "work_order", Field: "contract", Title: "工单", When: isService},
	{Kind: work.SettlementKind, Field: "contract", Title: "工单结算单", When: isService},
}

func isService(v any) bool {
	c, ok := v.(*contract.Contract)
	return ok && c.Kind == contract.Service
}
