package lease

import (
	"github.com/a-h/templ"

	"huicun/internal/books/contract"
	"huicun/internal/kit/errs"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// turnoverLocked: what was confirmed is set right by another report of the same days.
func turnoverLocked(_ *shell.Ctx, t *contract.Turnover) (bool, error) {
	return t.State == contract.TurnoverConfirmed, nil
}

// turnoverCharge shows the payment that a confirmed report called for.
func (p *pages) turnoverCharge(c *shell.Ctx, t *contract.Turnover) (templ.Component, error) {
	if t.State != contract.TurnoverConfirmed {
		return nil, nil
	}
	_, ch, err := contract.ChargeOf(c.Context(), p.read(), c.Tenant, contract.TurnoverKind, t.ID)
	if errs.Is(err, errs.NotFound) {
		return ui.Notice(ui.Green, "分成没有超出保底，不另计收。"), nil
	}
	if err != nil {
		return nil, err
	}
	return resource.TableCard(ui.CardView{Title: "计收的分成", Flush: true}, chargeTable(&ch)), nil
}

func chargeTable(ch *contract.Charge) ui.Table {
	return ui.Table{
		Caption: "计收的款项", Unit: "元",
		Columns: []ui.Column{{Label: "期次", Nowrap: true}, {Label: "所属期间"}, {Label: "应付日期", Nowrap: true}, {Label: "金额", Align: ui.Right}, {Label: "计算过程"}},
		Rows: []ui.Row{{Cells: []ui.Cell{
			ui.T(ch.Label()), ui.T(ch.From.String() + " 至 " + ch.To.String()), ui.T(ch.Due.String()), ui.T(ch.Amount.String()), {Text: ch.Why, Muted: true},
		}}},
	}
}
