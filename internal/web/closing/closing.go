// Package closing gives the ends of periods their pages: the month-close checklist of books and of a whole town, the log of
// closings, the year end with its preview, and the distribution of a year's income.
package closing

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The permissions that the routes ask for.
const (
	booksView   = "books:" + access.View
	booksPost   = "books:" + access.Post
	yearEndView = "year_end:" + access.View
	yearEndEdit = "year_end:" + access.Edit
	distView    = "distribution:" + access.View
	distEdit    = "distribution:" + access.Edit
	distPost    = "distribution:" + access.Post
)

type pages struct {
	shell *shell.Shell
	l     *ledger.Ledger
	s     *closing.Service
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, l *ledger.Ledger, svc *closing.Service) {
	p := &pages{shell: s, l: l, s: svc}
	resource.Mount(s, set, svc.Rules, resource.Options[closing.Rule]{})
	resource.Mount(s, set, svc.DistRules, resource.Options[closing.DistRule]{})
	resource.Mount(s, set, svc.YearEnds, resource.Options[closing.YearEnd]{
		NoForms: true, ListActions: toChecklist, Before: []resource.Panel[closing.YearEnd]{p.yearEndTools}, Panels: []resource.Panel[closing.YearEnd]{p.yearEndVouchers},
	})
	resource.Mount(s, set, svc.Distributions, resource.Options[closing.Distribution]{
		NoForms: true, NewPath: "/distributions/new", Before: []resource.Panel[closing.Distribution]{p.distSteps},
		Panels: []resource.Panel[closing.Distribution]{p.distPlan, p.distShares, p.distVouchers},
	})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/closing", Perm: booksView, Fn: p.overview},
		shell.Route{Method: "POST", Pattern: "/closing", Perm: booksPost, Fn: p.closeMany},
		shell.Route{Method: "GET", Pattern: "/closing/log", Perm: booksView, Fn: p.log},
		shell.Route{Method: "GET", Pattern: "/closing/{id}", Perm: booksView, Fn: p.checklist},
		shell.Route{Method: "POST", Pattern: "/closing/{id}/close", Perm: booksPost, Fn: p.close},
		shell.Route{Method: "POST", Pattern: "/closing/{id}/reopen", Perm: booksPost, Fn: p.reopen},
		shell.Route{Method: "GET", Pattern: "/closing/{id}/year-end", Perm: yearEndView, Fn: p.yearEnd},
		shell.Route{Method: "POST", Pattern: "/closing/{id}/year-end", Perm: yearEndEdit, Fn: p.postYearEnd},
		shell.Route{Method: "POST", Pattern: "/year-ends/{id}/reverse", Perm: yearEndEdit, Fn: p.reverseYearEnd},
		shell.Route{Method: "GET", Pattern: "/distributions/new", Perm: distEdit, Fn: p.newDist},
		shell.Route{Method: "POST", Pattern: "/distributions/new", Perm: distEdit, Fn: p.saveDist},
		shell.Route{Method: "GET", Pattern: "/distributions/{id}/edit", Perm: distEdit, Fn: p.editDist},
		shell.Route{Method: "POST", Pattern: "/distributions/{id}/edit", Perm: distEdit, Fn: p.saveDist},
		shell.Route{Method: "POST", Pattern: "/distributions/{id}/delete", Perm: distEdit, Fn: p.deleteDist},
		shell.Route{Method: "POST", Pattern: "/distributions/{id}/propose", Perm: distEdit, Fn: p.propose},
		shell.Route{Method: "GET", Pattern: "/distributions/{id}/resolve", Perm: distEdit, Fn: p.resolveForm},
		shell.Route{Method: "POST", Pattern: "/distributions/{id}/resolve", Perm: distEdit, Fn: p.resolve},
		shell.Route{Method: "POST", Pattern: "/distributions/{id}/withdraw", Perm: distEdit, Fn: p.withdraw},
		shell.Route{Method: "POST", Pattern: "/distributions/{id}/post", Perm: distPost, Fn: p.postDist},
		shell.Route{Method: "POST", Pattern: "/distributions/{id}/reverse", Perm: distPost, Fn: p.reverseDist},
	)
}

// toChecklist leads to where a year end begins: the checklist of the books.
func toChecklist(*shell.Ctx) []ui.Button {
	return []ui.Button{{Label: "选账套办理", Icon: "list-check", Href: "/closing"}}
}

func (p *pages) read() db.R { return p.shell.Env.DB.Read() }

// books reads the books of the path, as far as the person may see them.
func (p *pages) books(c *shell.Ctx) (*ledger.Books, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.l.Books.Get(c.Context(), c.Who, tenant, id)
}

// mendable reports whether an error is for the person to read beside what was tried.
func mendable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
		return true
	}
	e := errs.As(err)
	return e != nil && e.Code == "distribution.own"
}

// problem says what went wrong with something, and leads back to it.
func (p *pages) problem(c *shell.Ctx, err error, title, back string, crumbs ...ui.Link) error {
	if !mendable(err) {
		return err
	}
	status := shell.Status(err)
	if status == 0 {
		status = http.StatusConflict
	}
	return c.PageStatus(status, c.PageOf(title, append(crumbs, ui.Link{Label: title})...), problemBody(shell.Sentence(err), back))
}

// month reads a month of the query or form; what is none is 0.
func month(text string) date.Month {
	m, err := date.ParseMonth(text)
	if err != nil {
		return 0
	}
	return m
}

func amount(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}

func moment(micros int64) string {
	return time.UnixMicro(micros).In(date.Shanghai).Format("2006-01-02 15:04")
}

// vouchers shows vouchers one below the other: as they will be made, or with links to those that were.
func vouchers(title, sub string, list []ledger.Voucher, name func(account string) string, more func(*ledger.Line) string) templ.Component {
	var cards []voucherCard
	for i := range list {
		v := &list[i]
		vc := voucherCard{No: v.FullNo, Summary: v.Summary, Date: v.Date.String()}
		if v.ID != 0 {
			vc.Href = "/vouchers/" + v.ID.String()
		}
		t := ui.Table{Caption: v.Summary, Dense: true, Unit: "元", Columns: []ui.Column{{Label: "科目"}, {Label: "借方", Align: ui.Right}, {Label: "贷方", Align: ui.Right}}}
		var debit, credit money.Fen
		for j := range v.Lines {
			x := &v.Lines[j]
			sub := ""
			if more != nil {
				sub = more(x)
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: x.Account + " " + name(x.Account), Sub: sub}, ui.T(amount(x.Debit)), ui.T(amount(x.Credit))}})
			debit, credit = debit+x.Debit, credit+x.Credit
		}
		t.Foot = []ui.Cell{{Text: "合计"}, ui.T(debit.String()), ui.T(credit.String())}
		vc.Table = t
		cards = append(cards, vc)
	}
	return vouchersBody(title, sub, cards)
}

// made shows the vouchers that were posted for a record.
func (p *pages) made(c *shell.Ctx, origin string, id, books ids.ID) (templ.Component, error) {
	list, err := ledger.VouchersFor(c.Context(), p.read(), c.Tenant, origin, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	accounts, err := ledger.Accounts(c.Context(), p.read(), c.Tenant, books)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, a := range accounts {
		names[a.Code] = a.Name
	}
	t := ui.Table{Caption: "凭证", Unit: "元", Columns: []ui.Column{{Label: "凭证号", Nowrap: true}, {Label: "日期", Nowrap: true}, {Label: "摘要"}, {Label: "分录"}, {Label: "金额", Align: ui.Right}}}
	for _, v := range list {
		t.Rows = append(t.Rows, ui.Row{Href: "/vouchers/" + v.ID.String(), Cells: []ui.Cell{
			ui.T(v.FullNo), ui.T(v.Date.String()), ui.T(v.Summary), {Text: entryText(v, names), Muted: true}, ui.T(v.Total.String()),
		}})
	}
	return resource.TableCard(ui.CardView{Title: "凭证", Sub: itoa(len(list)) + " 张", Flush: true}, t), nil
}

// shownParts is how many accounts the short text of an entry names.
const shownParts = 3

// entryText is an entry in short: 借 本年收益 贷 未分配收益.
func entryText(v *ledger.Voucher, names map[string]string) string {
	side := map[bool]string{}
	n, parts := map[bool]int{}, map[bool]int{}
	for i := range v.Lines {
		x := &v.Lines[i]
		d := x.Debit != 0
		n[d]++
		if name := " " + names[x.Account]; parts[d] < shownParts && !strings.Contains(side[d]+" ", name+" ") {
			parts[d]++
			side[d] += name
		}
	}
	for d := range side {
		if n[d] > shownParts {
			side[d] += "等 " + itoa(n[d]) + " 行"
		}
	}
	return "借" + side[true] + "　贷" + side[false]
}
