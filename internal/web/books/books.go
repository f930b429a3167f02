// Package books gives the ledger, contracts and assets their pages: vouchers as accountants know them, their entry by
// keyboard, periods and balances, payment schedules, and who leases what.
package books

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/template"
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
	voucherView    = "voucher:" + access.View
	voucherEdit    = "voucher:" + access.Edit
	voucherApprove = "voucher:" + access.Approve
	voucherPost    = "voucher:" + access.Post
	booksView      = "books:" + access.View
	booksEdit      = "books:" + access.Edit
	booksPost      = "books:" + access.Post
)

// Nouns are the kinds of record, beside the ledger's own, that this group shows.
type Nouns struct {
	Assets *record.Noun[asset.Asset]
	// AssetPage is what other pages add to that of a card.
	AssetPage resource.Options[asset.Asset]
	Units     *record.Noun[asset.Unit]
	Certs     *record.Noun[asset.Certificate]
	Contracts *record.Noun[contract.Contract]
	Templates *template.Service
	// ContractActions and ContractListActions are the buttons of contracts and of their list; their pages stand elsewhere.
	ContractActions func(c *shell.Ctx, ct *contract.Contract) []ui.Button
	// ContractPanels stand below a contract's schedule.
	ContractPanels      []resource.Panel[contract.Contract]
	ContractListActions func(c *shell.Ctx) []ui.Button
	// ContractChildren are further records that contracts have: work orders, the letting that it came from.
	ContractChildren []resource.Child
}

type pages struct {
	set *resource.Set
	env *record.Env
	l   *ledger.Ledger
	n   Nouns
}

// Mount adds the pages of vouchers, books, contracts, assets and their units.
func Mount(s *shell.Shell, set *resource.Set, l *ledger.Ledger, n Nouns) {
	p := &pages{set: set, env: s.Env, l: l, n: n}
	resource.Mount(s, set, l.Vouchers, resource.Options[ledger.Voucher]{
		NoForms: true, NewPath: "/vouchers/new", Before: []resource.Panel[ledger.Voucher]{p.paperPanel}, Actions: p.voucherButtons,
		ListActions: voucherListButtons, Links: []string{"books"},
	})
	set.Import(s, p.voucherImport())
	resource.Mount(s, set, l.Books, resource.Options[ledger.Books]{
		Panels: []resource.Panel[ledger.Books]{p.periodPanel, p.trialPanel, p.incomePanel, p.latestPanel}, Actions: p.booksButtons,
	})
	resource.Mount(s, set, n.Contracts, resource.Options[contract.Contract]{
		Before: []resource.Panel[contract.Contract]{p.contractAlerts}, Preview: p.contractPreview, Actions: n.ContractActions, ListActions: n.ContractListActions,
		Anew: []string{"effective"}, Guided: []string{"end"},
		Panels: append(append([]resource.Panel[contract.Contract]{p.termPanel, p.schedulePanel}, n.ContractPanels...), p.versionPanel, p.contractVouchers),
		Children: append([]resource.Child{
			{Kind: "contract", Field: "previous", Title: "续签的合同", HideEmpty: true}, {Kind: "contract", Field: "sublet", Title: "转租的合同", HideEmpty: true},
			{Kind: contract.TurnoverKind, Field: "contract", Title: "营业额申报", When: func(v any) bool { return v.(*contract.Contract).More.SharePercent > 0 }},
		}, n.ContractChildren...),
	})
	resource.Mount(s, set, n.Assets, resource.Options[asset.Asset]{
		Before:      n.AssetPage.Before,
		Guided:      n.AssetPage.Guided,
		Panels:      append([]resource.Panel[asset.Asset]{p.unitsPanel, p.earlierPanel, p.depreciationPanel, p.assetVouchers}, n.AssetPage.Panels...),
		Children:    append([]resource.Child{{Kind: "asset_certificate", Field: "asset", Title: "权属证书"}}, n.AssetPage.Children...),
		Actions:     n.AssetPage.Actions,
		ListActions: n.AssetPage.ListActions,
	})
	resource.Mount(s, set, n.Units, resource.Options[asset.Unit]{Panels: []resource.Panel[asset.Unit]{p.unitContracts}})
	resource.Mount(s, set, n.Certs, resource.Options[asset.Certificate]{Links: []string{"asset"}})
	p.mountTemplates(s, set)
	p.mountDesk(s, set)
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/vouchers/new", Perm: voucherEdit, Fn: p.newEntry},
		shell.Route{Method: "POST", Pattern: "/vouchers/new", Perm: voucherEdit, Fn: p.saveNew},
		shell.Route{Method: "GET", Pattern: "/vouchers/{id}/edit", Perm: voucherEdit, Fn: p.editEntry},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/edit", Perm: voucherEdit, Fn: p.saveEdit},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/review", Perm: voucherApprove, Fn: p.review},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/return", Perm: voucherApprove, Fn: p.sendBack},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/post", Perm: voucherPost, Fn: p.post},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/reverse", Perm: voucherEdit, Fn: p.reverse},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/delete", Perm: voucherEdit, Fn: p.remove},
		shell.Route{Method: "GET", Pattern: "/vouchers/lines/export", Perm: voucherView, Fn: p.exportLines},
		shell.Route{Method: "GET", Pattern: "/ledger/accounts", Perm: voucherEdit, Fn: p.suggestAccounts},
		shell.Route{Method: "GET", Pattern: "/books/{id}/accounts", Perm: booksView, Fn: p.accountsPage},
		shell.Route{Method: "POST", Pattern: "/books/{id}/accounts", Perm: booksEdit, Fn: p.addAccount},
	)
}

func (p *pages) read() db.R { return p.env.DB.Read() }

// names returns the natural keys of records of a kind; nothing for a kind that this installation does not keep.
func (p *pages) names(c *shell.Ctx, kind string, list []ids.ID) (map[ids.ID]string, error) {
	n, ok := p.env.Noun(kind)
	if !ok || len(list) == 0 {
		return map[ids.ID]string{}, nil
	}
	return n.Names(c.Context(), p.read(), c.Tenant, list)
}

// href is where a record's page is, "" when its kind has none.
func (p *pages) href(kind string, id ids.ID) string {
	if n, ok := p.env.Noun(kind); ok && id != 0 {
		return n.Info().Path + "/" + id.String()
	}
	return ""
}

// mendable reports whether an error is for the person to read beside the record rather than a page of its own.
func mendable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
		return true
	}
	e := errs.As(err)
	return e != nil && e.Code == "voucher.own"
}

// problem says what went wrong with something about a record, and leads back to it.
func (p *pages) problem(c *shell.Ctx, err error, title, back string, crumbs ...ui.Link) error {
	if !mendable(err) {
		return err
	}
	return c.PageStatus(statusOf(err), c.PageOf(title, append(crumbs, ui.Link{Label: title})...), problemBody(shell.Sentence(err), back))
}

// statusOf is the status of a refused action: a conflict when the record's state stands against it.
func statusOf(err error) int {
	if s := shell.Status(err); s != 0 {
		return s
	}
	return http.StatusConflict
}

// chart are the accounts of books with their full names and balances.
type chart struct {
	list   []ledger.Account
	ending map[string]money.Fen
}

// path is an account's name with those above it: 经营收入 — 租赁收入.
func (ch *chart) path(code string) string {
	var parts []string
	for _, a := range ch.list {
		if strings.HasPrefix(code, a.Code) {
			parts = append(parts, a.Name)
		}
	}
	return strings.Join(parts, " — ")
}

func (ch *chart) get(code string) (ledger.Account, bool) {
	i := slices.IndexFunc(ch.list, func(a ledger.Account) bool { return a.Code == code })
	if i < 0 {
		return ledger.Account{}, false
	}
	return ch.list[i], true
}

// balance says what stands on an account, on the side where it usually does.
func (ch *chart) balance(code string) string {
	a, ok := ch.get(code)
	if !ok {
		return ""
	}
	fen := ch.ending[code]
	switch {
	case fen == 0:
		return "余额 0.00"
	case a.Direction == "debit" && fen > 0, a.Direction == "credit" && fen < 0:
		return "余额 " + fen.Abs().String()
	case fen > 0:
		return "借方余额 " + fen.String()
	}
	return "贷方余额 " + fen.Abs().String()
}

// chart reads the accounts of books, and their balances at the end of a month (0: none are needed).
func (p *pages) chart(c *shell.Ctx, books ids.ID, month date.Month) (*chart, error) {
	list, err := ledger.Accounts(c.Context(), p.read(), c.Tenant, books)
	if err != nil {
		return nil, err
	}
	ch := &chart{list: list, ending: map[string]money.Fen{}}
	if month == 0 {
		return ch, nil
	}
	rows, err := ledger.TrialBalance(c.Context(), p.read(), c.Tenant, books, month, month)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		ch.ending[r.Code] = r.Ending
	}
	return ch, nil
}

// amount is an amount on paper: nothing for zero.
func amount(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}

// shownEntries is how many voucher lines a panel lists.
const shownEntries = 50

// entries shows voucher lines up to the day that is looked at, newest first, those that the person may see.
func (p *pages) entries(c *shell.Ctx, title string, list []ledger.Entry) templ.Component {
	t := ui.Table{Caption: title, Columns: []ui.Column{
		{Label: "日期", Nowrap: true}, {Label: "凭证号", Nowrap: true}, {Label: "摘要"}, {Label: "科目"}, {Label: "借方", Align: ui.Right}, {Label: "贷方", Align: ui.Right},
	}, Unit: "元", Empty: &ui.EmptyView{Icon: "book-2", Title: "还没有记账的凭证", Text: "填制凭证时在“辅助核算”里选上它，记账后这里就能看到每一笔。"}}
	var debit, credit money.Fen
	n := 0
	for _, e := range slices.Backward(list) {
		if e.Date.After(c.AsOf) || !c.Who.Can(voucherView, e.Region) {
			continue
		}
		n++
		debit, credit = debit+e.Debit, credit+e.Credit
		if n > shownEntries {
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Href: "/vouchers/" + e.Voucher.String(), Cells: []ui.Cell{
			ui.T(e.Date.String()),
			{Text: e.FullNo, Href: "/vouchers/" + e.Voucher.String()},
			ui.T(e.Summary), ui.T(e.Account + " " + e.AccountName),
			ui.T(amount(e.Debit)), ui.T(amount(e.Credit)),
		}})
	}
	if n > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 4}, ui.T(amount(debit)), ui.T(amount(credit))}
	}
	return resource.TableCard(ui.CardView{Title: title, Sub: countText(n, shownEntries, "笔"), Flush: true}, t)
}
