package books

import (
	"fmt"
	"net/http"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/calc"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// correctView is what the dialogs of a posted voucher need: reversing it, or putting it right.
type correctView struct{ ID, Action, Key, Date, Min, No, Title, Text, Submit string }

// correct drafts the red and the blue voucher and opens the blue one for its maker to put right.
func (p *pages) correct(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	on, err := date.Parse(c.Form("date"))
	var blue ids.ID
	if err == nil {
		blue, err = p.l.Correct(c.Context(), c.Who, tenant, formKey(c), id, on, c.Form("reason"))
	}
	if err != nil {
		return p.refused(c, tenant, id, err)
	}
	return c.Done("/vouchers/"+blue.String()+"/edit", "已填好红字注销凭证和这张蓝字订正凭证的草稿；请改正后保存，两张都由他人审核记账")
}

// differenceForm asks for the right amount of each line of a posted voucher.
type differenceForm struct {
	V                   *ledger.Voucher
	Key, Date, Reason   string
	Lines               []differenceLine
	Errs                map[string]string
	Top                 []ui.FieldError
	Action, Back, Title string
}

type differenceLine struct{ Summary, Account, Side, Was, Right string }

func (p *pages) differencePage(c *shell.Ctx) error {
	f, err := p.difference(c)
	if err != nil {
		return err
	}
	return p.showDifference(c, http.StatusOK, f)
}

// difference is the form for the voucher of the path, filled with its amounts.
func (p *pages) difference(c *shell.Ctx) (*differenceForm, error) {
	v, err := p.draft(c)
	if err != nil {
		return nil, err
	}
	ch, err := p.chart(c, v.Books, 0)
	if err != nil {
		return nil, err
	}
	now, err := ledger.AmountsNow(c.Context(), p.read(), v)
	if err != nil {
		return nil, err
	}
	base := "/vouchers/" + v.ID.String()
	f := &differenceForm{V: v, Key: c.FormKey(), Date: notBefore(c.AsOf, v.Date).String(), Errs: map[string]string{}, Action: base + "/difference", Back: base, Title: v.FullNo}
	for i := range v.Lines {
		x := &v.Lines[i]
		l := differenceLine{Summary: x.Summary, Account: x.Account + " " + ch.path(x.Account), Side: "借", Was: now[i].String(), Right: now[i].Plain()}
		if x.Debit == 0 {
			l.Side = "贷"
		}
		f.Lines = append(f.Lines, l)
	}
	return f, nil
}

func notBefore(d, least date.Date) date.Date {
	if d.Before(least) {
		return least
	}
	return d
}

func (p *pages) showDifference(c *shell.Ctx, status int, f *differenceForm) error {
	page := c.PageOf("差额订正", ui.Link{Label: "凭证", Href: "/vouchers"}, ui.Link{Label: f.Title, Href: f.Back}, ui.Link{Label: "差额订正"})
	return c.PageStatus(status, page, differenceBody(f))
}

func (p *pages) saveDifference(c *shell.Ctx) error {
	f, err := p.difference(c)
	if err != nil {
		return err
	}
	f.Key, f.Date, f.Reason = formKey(c), c.Form("date"), c.Form("reason")
	right := make([]money.Fen, len(f.Lines))
	for i := range f.Lines {
		name := rightName(i)
		f.Lines[i].Right = c.Form(name)
		if right[i], err = calc.Amount(f.Lines[i].Right); err != nil {
			f.Errs[name] = errs.Message(err)
			f.Top = append(f.Top, ui.FieldError{Name: name, Label: fmt.Sprintf("第 %d 行", i+1), Text: errs.Message(err)})
		}
	}
	if len(f.Top) > 0 {
		return p.showDifference(c, http.StatusUnprocessableEntity, f)
	}
	on, err := date.Parse(f.Date)
	var made ids.ID
	if err == nil {
		made, err = p.l.Difference(c.Context(), c.Who, c.Tenant, f.Key, f.V.ID, on, f.Reason, right)
	}
	if err == nil {
		return c.Done("/vouchers/"+made.String(), "已填好差额凭证的草稿，由他人审核后记账；原凭证保留")
	}
	e := errs.As(err)
	if e == nil || !mendable(err) {
		return err
	}
	f.Key = c.FormKey()
	for _, fe := range e.Fields {
		f.Errs[fe.Name] = fe.Msg
		f.Top = append(f.Top, ui.FieldError{Name: fe.Name, Text: fe.Msg})
	}
	if len(e.Fields) == 0 {
		f.Top = append(f.Top, ui.FieldError{Text: e.Msg})
	}
	return p.showDifference(c, statusOf(err), f)
}

func rightName(i int) string { return fmt.Sprintf("right[%d]", i) }
