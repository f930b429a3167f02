// Package rent gives the billing of contracts and their receipts their pages: the board of a month, the runs, open items with their ages, the form
// of a receipt, a tenant's statement and dunning letters.
package rent

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The permissions that the routes ask for.
const (
	itemView    = rent.KindItem + ":" + access.View
	runView     = rent.KindRun + ":" + access.View
	runEdit     = rent.KindRun + ":" + access.Edit
	receiptView = rent.KindReceipt + ":" + access.View
	receiptEdit = rent.KindReceipt + ":" + access.Edit
)

type pages struct {
	env *record.Env
	l   *ledger.Ledger
	s   *rent.Service
	bg  Background
}

// Background carries the billing of more books than Above out; without a queue all is done while the person waits.
type Background struct {
	Queue *jobs.Queue
	Above int
}

// Mount adds the pages.
func Mount(sh *shell.Shell, set *resource.Set, l *ledger.Ledger, s *rent.Service, bg Background) {
	p := &pages{env: sh.Env, l: l, s: s, bg: bg}
	resource.Mount(sh, set, s.Rules, resource.Options[rent.Rule]{})
	resource.Mount(sh, set, s.Runs, resource.Options[rent.Run]{
		NoForms: true, NewPath: "/rent-runs/new", Links: []string{"books"},
		Before: []resource.Panel[rent.Run]{p.runTools}, Panels: []resource.Panel[rent.Run]{p.runVouchers},
		Children: []resource.Child{{Kind: rent.KindItem, Field: "run", Title: "这次列出的应收款项"}},
	})
	resource.Mount(sh, set, s.Items, resource.Options[rent.Item]{
		NoForms: true, Links: []string{"contract", "party"}, Panels: []resource.Panel[rent.Item]{p.feePanel, p.coversPanel},
		Children: []resource.Child{{Kind: rent.KindWriteoff, Field: "item", Title: "坏账核销", While: []string{rent.ItemOpen}}}, Actions: p.itemButtons,
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "账龄", Icon: "clock", Href: "/rent-ageing"}}
		},
	})
	resource.Mount(sh, set, s.Receipts, resource.Options[rent.Receipt]{
		NoForms: true, Events: true, NewPath: "/rent-receipts/new", Links: []string{"contract", "party"},
		Beside: p.accountName, Before: []resource.Panel[rent.Receipt]{p.receiptTools}, Panels: []resource.Panel[rent.Receipt]{p.coveredPanel},
	})
	resource.Mount(sh, set, s.Writeoffs, resource.Options[rent.Writeoff]{
		Panels: []resource.Panel[rent.Writeoff]{func(c *shell.Ctx, w *rent.Writeoff) (templ.Component, error) { return p.vouchers(c, w.ID) }},
		Locked: func(_ *shell.Ctx, w *rent.Writeoff) (bool, error) { return w.State != rent.WriteoffAsked, nil },
	})
	resource.Mount(sh, set, s.Promises, resource.Options[rent.Promise]{Links: []string{"contract"}})
	resource.Mount(sh, set, s.Notices, resource.Options[rent.Notice]{
		NoForms: true, Events: true, NewPath: "/rent-notices/new", Links: []string{"party"}, Before: []resource.Panel[rent.Notice]{p.letterPanel},
	})
	sh.Handle(
		shell.Route{Method: "GET", Pattern: publicPath, Perm: shell.Public, Fn: p.public},
		shell.Route{Method: "POST", Pattern: "/rent-items/{id}/fee", Perm: itemEdit, Fn: p.chargeFee},
		shell.Route{Method: "GET", Pattern: "/rent-notices/new", Perm: noticeEdit, Fn: p.dunForm},
		shell.Route{Method: "POST", Pattern: "/rent-notices/new", Perm: noticeEdit, Fn: p.dun},
		shell.Route{Method: "GET", Pattern: "/rent", Perm: itemView, Fn: p.board},
		shell.Route{Method: "GET", Pattern: "/rent-ageing", Perm: itemView, Fn: p.ageing},
		shell.Route{Method: "GET", Pattern: "/rent-statement", Perm: itemView, Fn: p.statement},
		shell.Route{Method: "GET", Pattern: "/rent-runs/new", Perm: runView, Fn: p.preview},
		shell.Route{Method: "POST", Pattern: "/rent-runs/new", Perm: runEdit, Fn: p.run},
		shell.Route{Method: "POST", Pattern: "/rent-runs/all", Perm: runEdit, Fn: p.runAll},
		shell.Route{Method: "POST", Pattern: "/rent-runs/{id}/void", Perm: runEdit, Fn: p.void},
		shell.Route{Method: "GET", Pattern: "/rent-receipts/new", Perm: receiptEdit, Fn: p.receiptForm},
		shell.Route{Method: "POST", Pattern: "/rent-receipts/new", Perm: receiptEdit, Fn: p.receive},
	)
}

func (p *pages) read() db.R { return p.env.DB.Read() }

// ranges are the divisions within the place that is looked at whose records who may see.
func (p *pages) ranges(c *shell.Ctx, perm string) ([][2]string, error) {
	return p.env.Regions.Ranges(c.Context(), c.Who.Narrow(perm, c.Scope)...)
}

// mendable reports whether an error is for the person to read beside what was tried.
func mendable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
		return true
	}
	return false
}

func statusOf(err error) int {
	if s := shell.Status(err); s != 0 {
		return s
	}
	return http.StatusConflict
}

// names returns the natural keys of records of a kind.
func (p *pages) names(ctx context.Context, tenant int64, kind string, list []ids.ID) (map[ids.ID]string, error) {
	n, ok := p.env.Noun(kind)
	if !ok || len(list) == 0 {
		return map[ids.ID]string{}, nil
	}
	slices.Sort(list)
	return n.Names(ctx, p.read(), tenant, slices.Compact(list))
}

// path builds an address with values; empty ones are left out.
func path(at string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return at
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

// monthOptions are the months around one.
func monthOptions(m date.Month) []ui.Option {
	var out []ui.Option
	for n := 6; n >= -12; n-- {
		x := m.Add(n)
		out = append(out, ui.Option{Value: x.String(), Label: x.Chinese(), Selected: n == 0})
	}
	return out
}

// right is a column of amounts.
func right(label string) ui.Column { return ui.Column{Label: label, Align: ui.Right} }

// card shows a table.
func card(title, sub string, t ui.Table) templ.Component {
	return resource.TableCard(ui.CardView{Title: title, Sub: sub, Flush: true}, t)
}
