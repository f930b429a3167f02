// Package cash gives receipt books, petty cash, advances, cash counts and budgets their pages: what is open and how old it
// is, a receipt to be written on a phone, the printed receipt, and how far a budget has been carried out.
package cash

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/budget"
	"huicun/internal/books/cash"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The permissions that the routes ask for.
const (
	openView    = "cash:" + access.View
	receiptEdit = "receipt:" + access.Edit
	budgetView  = "budget:" + access.View
	budgetEdit  = "budget:" + access.Edit
)

type pages struct {
	env *record.Env
	c   *cash.Cash
	b   *budget.Budgets
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, c *cash.Cash, b *budget.Budgets) {
	p := &pages{env: s.Env, c: c, b: b}
	unit := []string{"party"}
	resource.Mount(s, set, c.Rules, resource.Options[cash.Rule]{})
	resource.Mount(s, set, c.Books, resource.Options[cash.Book]{
		Links: unit, Actions: p.bookButtons, Panels: []resource.Panel[cash.Book]{p.reckoningPanel, p.receiptsPanel},
	})
	resource.Mount(s, set, c.Receipts, resource.Options[cash.Receipt]{
		NewPath: "/receipts/write", Before: []resource.Panel[cash.Receipt]{p.paperPanel}, Locked: func(*shell.Ctx, *cash.Receipt) (bool, error) { return true, nil },
		Beside: func(c *shell.Ctx, v *cash.Receipt) (map[string]string, error) {
			return p.called(c, v.Party, v.Date, map[string]string{"account": v.Account, "into": v.Into})
		},
	})
	resource.Mount(s, set, c.Deposits, resource.Options[cash.Deposit]{Links: unit})
	resource.Mount(s, set, c.Petty, resource.Options[cash.Petty]{Links: unit, Actions: p.pettyButtons, Children: children("petty_entry", "petty", "收支", cash.PettyOpen),
		Beside: func(c *shell.Ctx, v *cash.Petty) (map[string]string, error) {
			return p.called(c, v.Party, v.Opened, map[string]string{"account": v.Account})
		},
	})
	resource.Mount(s, set, c.PettyEntries, resource.Options[cash.PettyEntry]{Beside: func(c *shell.Ctx, v *cash.PettyEntry) (map[string]string, error) {
		return p.called(c, v.Party, v.Date, map[string]string{"account": v.Account})
	}})
	resource.Mount(s, set, c.Advances, resource.Options[cash.Advance]{Links: unit, Actions: p.advanceButtons, Children: children("advance_entry", "advance", "报账和退款", cash.AdvancePaid),
		Beside: func(c *shell.Ctx, v *cash.Advance) (map[string]string, error) {
			return p.called(c, v.Party, v.Applied, map[string]string{"account": v.Account, "pay_account": v.PayAccount})
		},
	})
	resource.Mount(s, set, c.AdvanceEntries, resource.Options[cash.AdvanceEntry]{Beside: func(c *shell.Ctx, v *cash.AdvanceEntry) (map[string]string, error) {
		return p.called(c, v.Party, v.Date, map[string]string{"account": v.Account})
	}})
	resource.Mount(s, set, c.Counts, resource.Options[cash.Count]{
		Links: unit, Before: []resource.Panel[cash.Count]{p.countPanel}, Locked: func(_ *shell.Ctx, v *cash.Count) (bool, error) { return v.State == cash.CountSigned, nil },
		Beside: func(c *shell.Ctx, v *cash.Count) (map[string]string, error) {
			return p.called(c, v.Party, v.Date, map[string]string{"account": v.Account})
		},
	})
	resource.Mount(s, set, b.Heads, resource.Options[budget.Budget]{
		Links: []string{"books"}, Actions: p.budgetButtons, Panels: []resource.Panel[budget.Budget]{p.startPanel, p.executionPanel},
		Children: children("budget_line", "budget", "预算明细", budget.Draft), ListActions: executionButton,
	})
	resource.Mount(s, set, b.Lines, resource.Options[budget.Line]{})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/cash", Perm: openView, Fn: p.open},
		shell.Route{Method: "GET", Pattern: "/cash/export", Perm: openView, Fn: p.exportOpen},
		shell.Route{Method: "GET", Pattern: "/receipts/write", Perm: receiptEdit, Fn: p.writeForm},
		shell.Route{Method: "POST", Pattern: "/receipts/write", Perm: receiptEdit, Fn: p.write},
		shell.Route{Method: "GET", Pattern: "/budgets/execution", Perm: budgetView, Fn: p.executions},
		shell.Route{Method: "GET", Pattern: "/budgets/{id}/execution/export", Perm: budgetView, Fn: p.exportExecution},
		shell.Route{Method: "POST", Pattern: "/budgets/{id}/amend", Perm: budgetEdit, Fn: p.amend},
		shell.Route{Method: "POST", Pattern: "/budgets/{id}/start", Perm: budgetEdit, Fn: p.start},
	)
}

func children(kind, field, title string, while ...string) []resource.Child {
	return []resource.Child{{Kind: kind, Field: field, Title: title, While: while}}
}

// called names the accounts of fields as the books of a unit called them on a day; where there are no books, nothing.
func (p *pages) called(c *shell.Ctx, unit ids.ID, day date.Date, codes map[string]string) (map[string]string, error) {
	list, err := p.accounts(c, c.Tenant, unit, day)
	if err != nil {
		return nil, err
	}
	for field, code := range codes {
		i := slices.IndexFunc(list, func(a ledger.Account) bool { return a.Code == code })
		if i < 0 {
			delete(codes, field)
			continue
		}
		codes[field] = list[i].Name
	}
	return codes, nil
}

// names returns the natural keys of records of a kind.
func (p *pages) names(ctx context.Context, tenant int64, kind string, list []ids.ID) (map[ids.ID]string, error) {
	n, ok := p.env.Noun(kind)
	if !ok || len(list) == 0 {
		return map[ids.ID]string{}, nil
	}
	slices.Sort(list)
	return n.Names(ctx, p.env.DB.Read(), tenant, slices.Compact(list))
}

// href is where a record's page is.
func (p *pages) href(kind string, id ids.ID) string {
	if n, ok := p.env.Noun(kind); ok && id != 0 {
		return n.Info().Path + "/" + id.String()
	}
	return ""
}

// path builds an address with values.
func path(at string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return at + "?" + v.Encode()
}

// yuan is an amount on paper: nothing for zero.
func yuan(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}

func (p *pages) pettyButtons(c *shell.Ctx, v *cash.Petty) []ui.Button {
	if v.State != cash.PettyOpen || !c.Who.Can("petty_entry:edit", v.Region) {
		return nil
	}
	var out []ui.Button
	for _, k := range cash.PettyKinds {
		out = append(out, ui.Button{Label: k.Label, Icon: "cash", Href: path("/petty-entries/new", "petty", v.No, "kind", k.Code, "date", c.AsOf.String())})
	}
	return out
}

func (p *pages) advanceButtons(c *shell.Ctx, v *cash.Advance) []ui.Button {
	if v.State != cash.AdvancePaid || !c.Who.Can("advance_entry:edit", v.Region) {
		return nil
	}
	var out []ui.Button
	for _, k := range cash.AdvanceKinds {
		out = append(out, ui.Button{Label: k.Label, Icon: "receipt-2", Href: path("/advance-entries/new", "advance", v.No, "kind", k.Code, "date", c.AsOf.String())})
	}
	return out
}

func (p *pages) bookButtons(c *shell.Ctx, v *cash.Book) []ui.Button {
	if v.State != cash.BookIssued || !c.Who.Can(receiptEdit, v.Region) {
		return nil
	}
	return []ui.Button{{Label: "开收据", Icon: "receipt", Href: path("/receipts/write", "book", v.No)}}
}

// reckoningPanel compares a book's receipts with bank and vouchers.
func (p *pages) reckoningPanel(c *shell.Ctx, v *cash.Book) (templ.Component, error) {
	if v.State == cash.BookStock {
		return nil, nil
	}
	r, err := p.c.Reckon(c.Context(), p.env.DB.Read(), c.Tenant, v.ID)
	if err != nil {
		return nil, err
	}
	view := reckoning{Settled: v.State == cash.BookSettled, Descs: []ui.Desc{
		{Label: "已开具", Value: strconv.Itoa(r.Used) + " 份"}, {Label: "作废", Value: strconv.Itoa(r.Void) + " 份"}, {Label: "未使用", Value: strconv.Itoa(r.Left) + " 份"},
		{Label: "收据合计", Value: r.Total.String() + " 元", Strong: true}, {Label: "其中现金", Value: r.Cash.String() + " 元"}, {Label: "其中转账", Value: r.Bank.String() + " 元"},
		{Label: "现金已送存", Value: r.Banked.String() + " 元"}, {Label: "已记账凭证入账", Value: r.Posted.String() + " 元"},
	}, Differences: r.Differences()}
	if next := v.Next(); next != "" && v.State == cash.BookIssued {
		view.Next = next
	}
	return reckoningBody(view), nil
}

// receiptsPanel lists the numbers of a book that were written or cancelled.
func (p *pages) receiptsPanel(c *shell.Ctx, v *cash.Book) (templ.Component, error) {
	list, err := cash.ReceiptsOf(c.Context(), p.env.DB.Read(), c.Tenant, v.ID)
	if err != nil {
		return nil, err
	}
	var vouchers []ids.ID
	for i := range list {
		if list[i].Voucher != 0 {
			vouchers = append(vouchers, list[i].Voucher)
		}
	}
	names, err := p.names(c.Context(), c.Tenant, "voucher", vouchers)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "收据清单", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "收据号", Nowrap: true}, {Label: "日期", Nowrap: true}, {Label: "交款人"}, {Label: "事由"}, {Label: "方式"}, {Label: "金额", Align: ui.Right}, {Label: "送存"}, {Label: "凭证"}, {Label: "状态"},
	}, Empty: &ui.EmptyView{Icon: "receipt", Title: "还没有开具收据", Text: "领用后逐号开具，每份收据自动生成一张待审核的凭证。"}}
	var total money.Fen
	for i := range list {
		r := &list[i]
		s := cash.ReceiptMachine.State(r.State)
		row := ui.Row{Href: "/receipts/" + r.ID.String(), Cells: []ui.Cell{
			ui.T(r.No), ui.T(r.Date.String()), ui.T(r.Payer), ui.T(cmp.Or(r.VoidReason, r.Summary)), ui.T(methodLabel(r.Method)), ui.T(yuan(r.Amount)), {},
			{Text: names[r.Voucher], Href: p.href("voucher", r.Voucher)}, {Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}},
		}}
		switch {
		case r.State == cash.ReceiptVoid:
			row.Cells[5].Muted = true
		case r.Method == cash.Cashed && r.Deposit == 0:
			row.Cells[6] = ui.Cell{Badge: &ui.BadgeView{Text: "未送存", Kind: ui.Orange}}
		case r.Method == cash.Cashed:
			row.Cells[6] = ui.Cell{Text: "已送存", Href: p.href("cash_deposit", r.Deposit)}
		}
		if r.State == cash.ReceiptUsed {
			total += r.Amount
		}
		t.Rows = append(t.Rows, row)
	}
	if len(list) > 0 {
		t.Foot = []ui.Cell{{Text: "合计（作废的不计）", Span: 5}, ui.T(total.String()), {}, {}, {}}
	}
	return resource.TableCard(ui.CardView{Title: "收据清单", Sub: strconv.Itoa(len(list)) + " 份", Flush: true}, t), nil
}

func methodLabel(code string) string {
	for _, m := range cash.Methods {
		if m.Code == code {
			return m.Label
		}
	}
	return ""
}
