package policy

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// clawForm asks how much is got back and why.
func (p *runPages) clawForm(c *shell.Ctx) error { return p.clawPage(c, nil, http.StatusOK) }

func (p *runPages) clawPage(c *shell.Ctx, problem error, status int) error {
	l, err := p.line(c)
	if err != nil {
		return err
	}
	basis, err := clawbackOf(c, l)
	if err != nil {
		return err
	}
	asked := c.R.Method == http.MethodPost && c.Form("act") != "reckon"
	get := func(name, usual string) string {
		if asked {
			return c.Form(name)
		}
		return usual
	}
	wrong := fieldErrors(problem)
	left := l.Paid - l.Clawed
	amount, reason := left.Plain(), ""
	v := runFormView{
		Action: linePath(l.Line) + "/claw-back", Back: linePath(l.Line), Key: c.FormKey(), Submit: "确认追回", Problems: problemsOf(problem),
		Intro: fmt.Sprintf("已发放 %s 元，已追回 %s 元；按各人领到的比例追回，全部追回后没有发放的不再发放", l.Paid, l.Clawed),
	}
	if basis != nil {
		v.Notes, v.Basis, v.BasisTitle = []string{basis.note}, basis.fields, basis.words
		if basis.amount != "" {
			amount, reason = basis.amount, basis.reason
		}
	}
	v.Fields = []formField{
		{Kind: "money", Field: ui.Field{Name: "amount", Label: "追回金额", Required: true, Value: get("amount", amount), Error: wrong["amount"]}},
		{Kind: "day", Field: ui.Field{Name: "on", Label: "追回日期", Required: true, Value: get("on", c.Today().String()), Error: wrong["on"]}},
		{Kind: "text", Field: ui.Field{Name: "doc", Label: "单据号", Required: true, Value: get("doc", ""), Error: wrong["doc"], Help: "决定文号、银行回单号"}},
		{Kind: "long", Field: ui.Field{Name: "reason", Label: "理由", Required: true, Value: get("reason", reason), Error: wrong["reason"], Wide: true, Rows: 3}},
	}
	page := c.PageOf("追回："+l.Name, ui.Link{Label: "核算批次", Href: "/award-rounds"}, ui.Link{Label: l.round.No, Href: roundPath(l.round)}, ui.Link{Label: l.No, Href: linePath(l.Line)}, ui.Link{Label: "追回"})
	return c.PageStatus(status, page, runForm(v))
}

func (p *runPages) claw(c *shell.Ctx) error {
	if c.Form("act") == "reckon" {
		return p.clawPage(c, nil, http.StatusOK)
	}
	l, err := p.line(c)
	if err != nil {
		return err
	}
	in := policy.ClawIn{Line: l.ID, DocNo: c.Form("doc"), Reason: c.Form("reason")}
	var bad errs.List
	if in.Amount, err = money.Parse(c.Form("amount")); err != nil {
		bad.Add("amount", "%s", errs.Message(err))
	}
	if in.On, err = date.Parse(strings.TrimSpace(c.Form("on"))); err != nil {
		bad.Add("on", "%s", errs.Message(err))
	}
	if err = bad.Err(); err == nil {
		if err = p.runs.ClawBack(c.Context(), c.Who, c.Tenant, c.Form("_key"), in); err == nil {
			return c.Done(linePath(l.Line), "已追回 %s 元", in.Amount)
		}
	}
	if !mendable(err) {
		return err
	}
	return p.clawPage(c, err, http.StatusUnprocessableEntity)
}

// paymentPayers says who bore a payment, with the vouchers in their books.
func (p *runPages) paymentPayers(c *shell.Ctx, pay *policy.Payment) (templ.Component, error) {
	q := p.env.DB.Read()
	borne, err := policy.BorneOf(c.Context(), q, pay.Tenant, pay.ID)
	if err != nil {
		return nil, err
	}
	payers, err := p.payersOf(c, pay.Tenant, pay.Line)
	if err != nil {
		return nil, err
	}
	var parties, vouchers []ids.ID
	for _, b := range borne {
		parties, vouchers = append(parties, b.Party), append(vouchers, b.Voucher)
	}
	names, err := p.names(c, pay.Tenant, "party", parties...)
	if err != nil {
		return nil, err
	}
	numbers, err := p.names(c, pay.Tenant, "voucher", vouchers...)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "由谁承担", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "资金来源"}, {Label: "单位"}, {Label: "金额", Align: ui.Right}, {Label: "凭证"}}}
	for _, b := range borne {
		voucher := ui.Cell{Text: "账套不在这里", Muted: true}
		if b.Voucher != 0 {
			voucher = ui.Cell{Text: numbers[b.Voucher], Href: "/vouchers/" + b.Voucher.String()}
		}
		who := ui.T(names[b.Party])
		if b.Party == 0 {
			who = ui.Cell{Text: "没有登记", Muted: true}
		}
		title := "出资单位"
		for i := range payers {
			if payers[i].Seq == b.Payer {
				title = payers[i].Title()
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: title, Strong: true}, who, ui.T(b.Amount.String()), voucher}})
	}
	if pay.Own > 0 {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: "村集体", Strong: true}, ui.T(""), ui.T(pay.Own.String()), {Text: "见上", Muted: true}}})
	}
	return resource.TableCard(ui.CardView{Title: "由谁承担", Flush: true}, t), nil
}

// payersOf are the payers of the round that a line is in.
func (p *runPages) payersOf(c *shell.Ctx, tenant int64, line ids.ID) ([]policy.Payer, error) {
	l, err := p.runs.Lines.Get(c.Context(), c.Who, tenant, line)
	if err != nil {
		return nil, err
	}
	return policy.PayersOf(c.Context(), p.env.DB.Read(), tenant, l.Round)
}

// roundPayers says which organisations bear a round.
func (p *runPages) roundPayers(c *shell.Ctx, r *policy.Round) (templ.Component, error) {
	payers, err := policy.PayersOf(c.Context(), p.env.DB.Read(), r.Tenant, r.ID)
	if err != nil || len(payers) == 0 {
		return nil, err
	}
	var parties []ids.ID
	for _, k := range payers {
		parties = append(parties, k.Party)
	}
	names, err := p.names(c, r.Tenant, "party", parties...)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "出资单位", Dense: true, Columns: []ui.Column{{Label: "资金来源"}, {Label: "单位"}}}
	for i := range payers {
		who := ui.T(names[payers[i].Party])
		if payers[i].Party == 0 {
			who = ui.Cell{Text: "没有登记，兑付时不生成它的凭证", Muted: true}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: payers[i].Title(), Strong: true}, who}})
	}
	return resource.TableCard(ui.CardView{Title: "出资单位", Flush: true}, t), nil
}

// paymentVoid is the button that takes a payment back.
func (p *runPages) paymentVoid(c *shell.Ctx, pay *policy.Payment) (templ.Component, error) {
	if pay.State != policy.PaymentDone || pay.Kind != policy.PayOut || !c.Who.Can(payApprove, pay.Region) {
		return nil, nil
	}
	return paymentVoidBody(ui.ConfirmView{
		ID: "void", Button: ui.Button{Label: "撤销这次发放", Style: ui.Danger}, Title: "撤销：" + pay.No, Text: "登记有误时使用：奖励记录和凭证一并撤回，这一期恢复为待发放。钱真的收回来了的，请在核算单里办理追回。",
		Action: "/award-payments/" + pay.ID.String() + "/void", Submit: "确认撤销", Danger: true, AskReason: true, ReasonRequired: true,
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(pay.Version, 10)}},
	}), nil
}

func (p *runPages) voidPayment(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	pay, err := p.runs.Payments.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	if err := p.runs.Payments.Do(c.Context(), c.Who, tenant, id, version, "void", c.Form("reason")); err != nil {
		return err
	}
	return c.Done("/award-lines/"+pay.Line.String(), "发放已撤销")
}
