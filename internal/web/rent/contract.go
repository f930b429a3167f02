package rent

import (
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/contract"
	"huicun/internal/books/rent"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// ContractPanel shows on a contract's page what is open, held and kept as a deposit, tenant by tenant, with what is to be done about it.
func ContractPanel(e *record.Env) resource.Panel[contract.Contract] {
	p := &pages{env: e}
	return p.contractPanel
}

type standingView struct {
	Note  string
	Kind  ui.Kind
	Table ui.Table
	Open  ui.Table
	Links []ui.Button
}

func (p *pages) contractPanel(c *shell.Ctx, ct *contract.Contract) (templ.Component, error) {
	if ct.State == "draft" || ct.State == "void" || ct.Sublet != 0 || !c.Who.Can(itemView, ct.Region) {
		return nil, nil
	}
	left, err := rent.RemainsOf(c.Context(), p.read(), ct)
	if err != nil {
		return nil, err
	}
	accounts, err := rent.AccountsOf(c.Context(), p.read(), c.Tenant, ct.ID, 0)
	if err != nil {
		return nil, err
	}
	v := standingView{Links: p.contractLinks(c, ct, left)}
	switch {
	case len(accounts) == 0 && left.None():
		v.Note = "还没有按月计收，也没有登记过收款。"
	case ct.State == "ended" && left.None():
		v.Note, v.Kind = "款项、押金都已结清，可以办理结清。", ui.Green
	case ct.State == "ended":
		v.Note, v.Kind = "结清前还要办理："+left.Text()+"。", ui.Orange
	}
	if v.Table, err = p.standings(c, accounts); err != nil {
		return nil, err
	}
	v.Open = ui.Table{Caption: "未收的款项", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "应收"}, {Label: "所属期"}, {Label: "到期日"}, right("应收"), right("未收")}}
	for i := range left.Items {
		x := &left.Items[i]
		v.Open.Rows = append(v.Open.Rows, ui.Row{Href: "/rent-items/" + x.ID.String(), Cells: []ui.Cell{ui.T(x.No), ui.T(x.Title()), ui.T(x.Due.String()), ui.T(x.Amount.String()), openCell(x.Open())}})
	}
	return standingBody(v), nil
}

// contractLinks lead to what is to be done about what remains.
func (p *pages) contractLinks(c *shell.Ctx, ct *contract.Contract, left *rent.Remains) []ui.Button {
	var out []ui.Button
	if c.Who.Can(receiptEdit, ct.Region) && ct.State != "settled" {
		out = append(out, ui.Button{Label: "登记收款", Icon: "plus", Href: path("/rent-receipts/new", "contract", ct.No), Style: ui.Primary})
		for _, x := range []struct {
			fen   money.Fen
			label string
			kind  string
		}{{left.Deposit, "退押金", rent.Return}, {left.Held, "退还预收", rent.Refund}} {
			if x.fen > 0 {
				out = append(out, ui.Button{Label: x.label, Icon: "arrow-back-up", Href: path("/rent-receipts/new", "contract", ct.No, "kind", x.kind, "amount", x.fen.Plain())})
			}
		}
	}
	return append(out, ui.Button{Label: "全部应收款项", Icon: "report-money", Href: path("/rent-items", "contract", ct.No)}, ui.Button{Label: "全部收款", Icon: "receipt", Href: path("/rent-receipts", "contract", ct.No)})
}

// standings lists how each tenant stands.
func (p *pages) standings(c *shell.Ctx, accounts []*rent.Account) (ui.Table, error) {
	t := ui.Table{Caption: "各承租人（乙方）的往来", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "付款方"}, right("确认收入"), right("滞纳金"), right("已收"), right("已核销"), right("账上应收"), right("账上预收"), right("在押金额")}}
	list := make([]ids.ID, len(accounts))
	for i, a := range accounts {
		list[i] = a.Party
	}
	names, err := p.names(c.Context(), c.Tenant, "party", list)
	if err != nil {
		return t, err
	}
	for _, a := range accounts {
		name := names[a.Party]
		t.Rows = append(t.Rows, ui.Row{Href: path("/rent-statement", "party", name), Cells: []ui.Cell{
			ui.T(name), ui.T(yuan(a.Earned)), ui.T(yuan(a.Fees)), ui.T(yuan(a.Received)), ui.T(yuan(a.Lost)), openCell(a.Booked.Receivable), ui.T(yuan(a.Booked.Prepaid)), ui.T(yuan(a.Deposit)),
		}})
	}
	return t, nil
}

// count is how many rows a table has, as text.
func count(t *ui.Table) string { return strconv.Itoa(len(t.Rows)) + " 笔" }
