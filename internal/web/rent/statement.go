package rent

import (
	"cmp"
	"slices"

	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// statement is a tenant's statement (对账单): what was owed before, charges and receipts in their order with the balance, and what is open.
func (p *pages) statement(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	v := statementView{From: cmp.Or(c.Query("from"), c.AsOf.YearMonth().Add(1-int(c.AsOf.Month())).First().String()), To: cmp.Or(c.Query("to"), c.AsOf.String())}
	v.Party = ui.Field{Name: "party", Label: "付款方", Value: c.Query("party"), Ref: "party", Required: true, Help: "输入单位名称"}
	page := c.PageOf("对账单", ui.Link{Label: "应收看板", Href: "/rent"}, ui.Link{Label: "对账单"})
	page.Subtitle = c.ScopeName()
	if v.Party.Value == "" {
		return c.Page(page, statementBody(v))
	}
	n, ok := p.env.Noun("party")
	if !ok {
		return c.Page(page, statementBody(v))
	}
	party, err := n.Lookup(c.Context(), p.read(), tenant, v.Party.Value)
	from, err1 := date.Parse(v.From)
	to, err2 := date.Parse(v.To)
	switch {
	case errs.Is(err, errs.NotFound):
		v.Party.Error = "没有找到“" + v.Party.Value + "”"
	case err != nil:
		return err
	case err1 != nil || err2 != nil || to.Before(from):
		v.Party.Error = "起止日期不对，请写成 2021-01-31 这样，先后不要颠倒"
	}
	if v.Party.Error != "" {
		return c.PageStatus(422, page, statementBody(v))
	}
	ranges, err := p.ranges(c, itemView)
	if err != nil {
		return err
	}
	inside := func(region string) bool {
		return slices.ContainsFunc(ranges, func(r [2]string) bool { return region >= r[0] && region < r[1] })
	}
	items, err := rent.ItemsOf(c.Context(), p.read(), tenant, 0, party)
	if err != nil {
		return err
	}
	receipts, err := rent.ReceiptsOf(c.Context(), p.read(), tenant, 0, party)
	if err != nil {
		return err
	}
	type entry struct {
		day           date.Date
		what, href    string
		debit, credit money.Fen
	}
	var list []entry
	for i := range items {
		if x := &items[i]; inside(x.Region) {
			list = append(list, entry{x.Due, x.No + "　" + x.Title(), "/rent-items/" + x.ID.String(), x.Amount, 0})
			if x.Lost != 0 {
				list = append(list, entry{cmp.Or(x.Cleared, x.Due), x.No + "　核销", "/rent-items/" + x.ID.String(), 0, x.Lost})
			}
		}
	}
	var deposit money.Fen
	for i := range receipts {
		x := &receipts[i]
		if !inside(x.Region) || x.State != rent.ReceiptDone {
			continue
		}
		e := entry{day: x.Date, what: x.No + "　" + field.LabelOf(rent.ReceiptKinds, x.Kind), href: "/rent-receipts/" + x.ID.String()}
		switch x.Kind {
		case rent.Deposit:
			deposit += x.Amount
			continue
		case rent.Return:
			deposit -= x.Amount
			continue
		case rent.Offset:
			deposit -= x.Amount
			e.credit = x.Amount
		case rent.Refund:
			e.debit = x.Amount
		default:
			e.credit = x.Amount
		}
		list = append(list, e)
	}
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Or(a.day.Compare(b.day), cmp.Compare(a.what, b.what)) })
	v.Chosen = true
	v.Table = ui.Table{Caption: "往来明细", Unit: "元", Columns: []ui.Column{{Label: "日期"}, {Label: "内容"}, right("应收"), right("收款"), right("余额")}}
	var balance, debit, credit money.Fen
	opened := false
	opening := func() {
		if !opened {
			v.Table.Rows = append(v.Table.Rows, ui.Row{Group: true, Cells: []ui.Cell{ui.T(from.String()), ui.T("期初"), {}, {}, ui.T(balance.String())}})
			opened = true
		}
	}
	for _, e := range list {
		if e.day.After(to) {
			continue
		}
		if !e.day.Before(from) {
			opening()
		}
		balance += e.debit - e.credit
		if e.day.Before(from) {
			continue
		}
		debit, credit = debit+e.debit, credit+e.credit
		v.Table.Rows = append(v.Table.Rows, ui.Row{Href: e.href, Cells: []ui.Cell{ui.T(e.day.String()), ui.T(e.what), ui.T(yuan(e.debit)), ui.T(yuan(e.credit)), ui.T(balance.String())}})
	}
	opening()
	v.Table.Foot = []ui.Cell{ui.T("合计"), {}, ui.T(debit.String()), ui.T(credit.String()), ui.T(balance.String())}
	v.Facts = []ui.Desc{
		{Label: "付款方", Value: v.Party.Value, Href: "/parties/" + party.String()}, {Label: "期末应付", Value: balance.String() + " 元", Strong: true, Sub: "负数为预收"}, {Label: "在押金额", Value: deposit.String() + " 元"},
	}
	v.Head = ui.PrintView{Title: "对账单", Org: c.ScopeName(), Period: from.Chinese() + "至" + to.Chinese(), Unit: "单位：元", By: c.Who.Name, At: c.Today().String()}
	open, err := rent.OpenOfParty(c.Context(), p.read(), tenant, party, to)
	if err != nil {
		return err
	}
	open = slices.DeleteFunc(open, func(o rent.OpenItem) bool { return !inside(o.Region) })
	v.Open = openTable(open, to)
	page.Subtitle = v.Party.Value
	page.Actions = ui.PrintButton()
	return c.Page(page, statementBody(v))
}
