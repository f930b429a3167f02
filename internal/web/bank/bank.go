// Package bank gives the bank accounts their pages: statements and their import, the desk where they are matched with the
// books, the monthly reconciliation, and payments.
package bank

import (
	"net/http"
	"net/url"
	"strconv"

	"huicun/internal/books/bank"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
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
	accountView    = "bank_account:" + access.View
	accountEdit    = "bank_account:" + access.Edit
	importEdit     = "bank_import:" + access.Edit
	lineView       = "bank_line:" + access.View
	lineEdit       = "bank_line:" + access.Edit
	layoutEdit     = "bank_layout:" + access.Edit
	reconView      = "bank_reconciliation:" + access.View
	reconEdit      = "bank_reconciliation:" + access.Edit
	reconApprove   = "bank_reconciliation:" + access.Approve
	paymentEdit    = "payment:" + access.Edit
	paymentRelease = "payment:" + access.Release
	voucherEdit    = "voucher:" + access.Edit
)

type pages struct {
	env   *record.Env
	s     *bank.Service
	files files
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, svc *bank.Service) {
	p := &pages{env: s.Env, s: svc}
	resource.Mount(s, set, svc.Accounts, resource.Options[bank.Account]{
		Panels: []resource.Panel[bank.Account]{p.standingPanel, p.monthsPanel, p.importsPanel}, Actions: p.accountButtons,
		Beside: func(c *shell.Ctx, a *bank.Account) (map[string]string, error) {
			names, err := p.accountsOf(c, a.Books)
			return map[string]string{"account": names[a.Ledger]}, err
		},
	})
	resource.Mount(s, set, svc.Imports, resource.Options[bank.Import]{
		NoForms: true, Panels: []resource.Panel[bank.Import]{p.withdrawPanel}, Links: []string{"account"}, ListActions: overviewButton,
	})
	resource.Mount(s, set, svc.Lines, resource.Options[bank.Line]{
		NoForms: true, Panels: []resource.Panel[bank.Line]{p.linePanel}, Links: []string{"account"}, ListActions: overviewButton,
	})
	resource.Mount(s, set, svc.Reconciliations, resource.Options[bank.Reconciliation]{
		NoForms: true, Before: []resource.Panel[bank.Reconciliation]{p.reconPanel}, Links: []string{"account"}, ListActions: overviewButton,
	})
	resource.Mount(s, set, svc.Rules, resource.Options[bank.Rule]{ListActions: p.ruleButtons})
	resource.Mount(s, set, svc.Layouts, resource.Options[bank.Layout]{})
	resource.Mount(s, set, svc.PaymentLayouts, resource.Options[bank.PaymentLayout]{})
	resource.Mount(s, set, svc.Payments, resource.Options[bank.Payment]{
		Before: []resource.Panel[bank.Payment]{p.sendPanel}, Panels: []resource.Panel[bank.Payment]{p.payeesPanel}, Links: []string{"account"},
		Locked: func(_ *shell.Ctx, x *bank.Payment) (bool, error) { return x.State != bank.PayDraft, nil },
	})
	resource.Mount(s, set, svc.PaymentLines, resource.Options[bank.PaymentLine]{Actions: p.payeeButtons, Beside: p.payeeAccount, Locked: p.payeeLocked})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/bank", Perm: accountView, Fn: p.overview},
		shell.Route{Method: "GET", Pattern: "/bank/ageing", Perm: accountView, Fn: p.ageing},
		shell.Route{Method: "GET", Pattern: "/bank-accounts/{id}/statement", Perm: importEdit, Fn: p.uploadForm},
		shell.Route{Method: "POST", Pattern: "/bank-accounts/{id}/statement", Perm: importEdit, Fn: p.upload},
		shell.Route{Method: "GET", Pattern: "/bank-accounts/{id}/statement/{file}", Perm: importEdit, Fn: p.mapping},
		shell.Route{Method: "POST", Pattern: "/bank-accounts/{id}/statement/{file}", Perm: importEdit, Fn: p.take},
		shell.Route{Method: "POST", Pattern: "/bank-imports/{id}/withdraw", Perm: importEdit, Fn: p.withdraw},
		shell.Route{Method: "GET", Pattern: "/bank-accounts/{id}/match", Perm: lineView, Fn: p.desk},
		shell.Route{Method: "POST", Pattern: "/bank-accounts/{id}/match", Perm: lineEdit, Fn: p.match},
		shell.Route{Method: "POST", Pattern: "/bank-accounts/{id}/match/auto", Perm: lineEdit, Fn: p.auto},
		shell.Route{Method: "POST", Pattern: "/bank-accounts/{id}/match/undo", Perm: lineEdit, Fn: p.undo},
		shell.Route{Method: "GET", Pattern: "/bank-lines/{id}/voucher", Perm: voucherEdit, Fn: p.draftForm},
		shell.Route{Method: "POST", Pattern: "/bank-lines/{id}/voucher", Perm: voucherEdit, Fn: p.draft},
		shell.Route{Method: "GET", Pattern: "/bank-accounts/{id}/reconciliation", Perm: reconView, Fn: p.recon},
		shell.Route{Method: "POST", Pattern: "/bank-accounts/{id}/reconciliation", Perm: reconEdit, Fn: p.prepare},
		shell.Route{Method: "GET", Pattern: "/bank-accounts/{id}/reconciliation/export", Perm: reconView, Fn: p.reconExport},
		shell.Route{Method: "POST", Pattern: "/bank-reconciliations/{id}/confirm", Perm: reconApprove, Fn: p.reconEvent("confirm", "已确认")},
		shell.Route{Method: "POST", Pattern: "/bank-reconciliations/{id}/return", Perm: reconApprove, Fn: p.reconEvent("return", "已退回")},
		shell.Route{Method: "POST", Pattern: "/payments/{id}/do/release", Perm: paymentRelease, Fn: p.release},
		shell.Route{Method: "POST", Pattern: "/payments/{id}/payees", Perm: paymentEdit, Fn: p.addPayee},
		shell.Route{Method: "GET", Pattern: "/payments/{id}/file", Perm: paymentRelease, Fn: p.paymentFile},
		shell.Route{Method: "GET", Pattern: "/payment-lines/{id}/receipt", Perm: "payment_line:" + access.View, Fn: p.receipt},
		shell.Route{Method: "POST", Pattern: "/payments/{id}/resend", Perm: paymentRelease, Fn: p.resend},
		shell.Route{Method: "POST", Pattern: "/payments/{id}/query", Perm: paymentRelease, Fn: p.query},
		shell.Route{Method: "POST", Pattern: "/payments/{id}/results", Perm: paymentRelease, Fn: p.results},
		shell.Route{Method: "POST", Pattern: "/payments/{id}/statement", Perm: paymentRelease, Fn: p.fromStatement},
		shell.Route{Method: "POST", Pattern: "/payments/{id}/book", Perm: paymentRelease, Fn: p.book},
		shell.Route{Method: "POST", Pattern: "/payments/{id}/retry", Perm: paymentEdit, Fn: p.retry},
	)
}

func (p *pages) read() db.R { return p.env.DB.Read() }

// account reads the account of the path, which the person may see.
func (p *pages) account(c *shell.Ctx) (*bank.Account, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.s.Accounts.Get(c.Context(), c.Who, tenant, id)
}

func accountPath(id ids.ID) string { return "/bank-accounts/" + id.String() }

// crumbs lead back from a page about an account.
func crumbs(a *bank.Account, here string) []ui.Link {
	return []ui.Link{{Label: "银行对账", Href: "/bank"}, {Label: a.Name, Href: accountPath(a.ID)}, {Label: here}}
}

// month is the month that is looked at: the query's, else the last one that is over on the day that is looked at.
func month(c *shell.Ctx) date.Month {
	if m, err := date.ParseMonth(c.Query("month")); err == nil {
		return m
	}
	if m, err := date.ParseMonth(c.Form("month")); err == nil {
		return m
	}
	m := c.AsOf.YearMonth()
	if m.Last() != c.AsOf {
		m = m.Prev()
	}
	return m
}

// yearMonths are the months of the year up to the day that is looked at, the latest first.
func yearMonths(c *shell.Ctx) []date.Month {
	var out []date.Month
	for m := c.AsOf.YearMonth(); m.Year() == c.Year; m = m.Prev() {
		out = append(out, m)
	}
	return out
}

// months are the choices of a month.
func months(c *shell.Ctx, chosen date.Month) []ui.Option {
	var out []ui.Option
	for _, m := range yearMonths(c) {
		out = append(out, ui.Option{Value: m.String(), Label: m.Chinese(), Selected: m == chosen})
	}
	if chosen.Year() != c.Year {
		out = append(out, ui.Option{Value: chosen.String(), Label: chosen.Chinese(), Selected: true})
	}
	return out
}

// mendable reports whether an error is for the person to read where it came about rather than on a page of its own.
func mendable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale, errs.Unavailable:
		return err != nil
	}
	return false
}

// problem says what went wrong, and leads back.
func problem(c *shell.Ctx, err error, title, back string, trail ...ui.Link) error {
	if !mendable(err) {
		return err
	}
	status := shell.Status(err)
	if status == http.StatusServiceUnavailable {
		status = http.StatusConflict
	}
	return c.PageStatus(status, c.PageOf(title, trail...), problemBody(shell.Sentence(err), back))
}

// fieldErrors are an error's sentences by field, and those that belong to none.
func fieldErrors(err error, known func(name string) bool) (byName map[string]string, top []ui.FieldError) {
	byName = map[string]string{}
	e := errs.As(err)
	if e == nil {
		return byName, nil
	}
	for _, f := range e.Fields {
		if known(f.Name) {
			byName[f.Name] = f.Msg
		}
		top = append(top, ui.FieldError{Name: f.Name, Text: f.Msg})
	}
	if len(e.Fields) == 0 {
		top = append(top, ui.FieldError{Text: e.Msg})
	}
	return byName, top
}

// amountText is an amount in a table: nothing for zero.
func amountText(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}

func signed(f money.Fen) ui.Cell {
	c := ui.Cell{Text: f.String()}
	if f < 0 {
		c.Kind = ui.Red
	}
	return c
}

func count(n int, unit string) string { return strconv.Itoa(n) + " " + unit }

// names returns the natural keys of records of a kind.
func (p *pages) names(c *shell.Ctx, kind string, list []ids.ID) map[ids.ID]string {
	n, ok := p.env.Noun(kind)
	if !ok || len(list) == 0 {
		return map[ids.ID]string{}
	}
	out, err := n.Names(c.Context(), p.read(), c.Tenant, list)
	if err != nil {
		return map[ids.ID]string{}
	}
	return out
}

func overviewButton(*shell.Ctx) []ui.Button {
	return []ui.Button{{Label: "银行对账", Icon: "scale", Href: "/bank"}}
}

// ruleButtons offers to begin a rule with what holds now.
func (p *pages) ruleButtons(c *shell.Ctx) []ui.Button {
	if !c.Who.CanSome("bank_rule:"+access.Edit) || c.Tenant == 0 {
		return nil
	}
	r, err := bank.RuleAt(c.Context(), p.read(), c.Tenant, c.Scope)
	if err != nil {
		return nil
	}
	texts, err := p.s.Rules.Texts(c.Context(), p.env.ForTenant(c.Tenant), r)
	if err != nil {
		return nil
	}
	q := url.Values{}
	for name, v := range texts {
		if name != "name" && name != "region" {
			q.Set(name, v)
		}
	}
	return []ui.Button{{Label: "照现行规则新建", Icon: "copy", Href: "/bank-rules/new?" + q.Encode()}}
}
