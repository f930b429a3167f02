// Package statement gives the statements and ledgers their pages: choose a report, books or all of a place, and a
// period; read, print or export it; open each number down to the voucher. It also has the pages of layouts.
package statement

import (
	"net/url"
	"strconv"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

// The permissions that the routes ask for.
const (
	permView   = "statement:" + access.View
	layoutView = "layout:" + access.View
	layoutEdit = "layout:" + access.Edit
)

type pages struct {
	env     *record.Env
	s       *statement.Service
	layouts *record.Noun[statement.Stored]
}

// Mount adds the pages of reports and of their layouts.
func Mount(sh *shell.Shell, set *resource.Set, s *statement.Service, layouts *record.Noun[statement.Stored]) {
	p := &pages{env: sh.Env, s: s, layouts: layouts}
	resource.Mount(sh, set, layouts, resource.Options[statement.Stored]{
		NoForms: true, NewPath: "/report-layouts/upload", Panels: []resource.Panel[statement.Stored]{p.layoutPanel}, Actions: p.layoutButtons,
	})
	sh.Handle(
		shell.Route{Method: "GET", Pattern: "/reports", Perm: permView, Fn: p.hub},
		shell.Route{Method: "GET", Pattern: "/reports/{kind}", Perm: permView, Fn: p.report},
		shell.Route{Method: "GET", Pattern: "/reports/{kind}/export", Perm: permView, Fn: p.export},
		shell.Route{Method: "GET", Pattern: "/reports/{kind}/row", Perm: permView, Fn: p.row},
		shell.Route{Method: "GET", Pattern: "/reports/{kind}/account", Perm: permView, Fn: p.account},
		shell.Route{Method: "GET", Pattern: "/reports/{kind}/sewn", Perm: permView, Fn: p.sewn},
		shell.Route{Method: "GET", Pattern: "/report-layouts/upload", Perm: layoutEdit, Fn: p.uploadForm},
		shell.Route{Method: "POST", Pattern: "/report-layouts/upload", Perm: layoutEdit, Fn: p.upload},
		shell.Route{Method: "GET", Pattern: "/report-layouts/current", Perm: layoutView, Fn: p.current},
		shell.Route{Method: "POST", Pattern: "/report-layouts/{id}/delete", Perm: layoutEdit, Fn: p.removeLayout},
	)
}

func (p *pages) read() db.R { return p.env.DB.Read() }

// ask is what a page is asked for.
type ask struct {
	c     *shell.Ctx
	kind  statement.Kind
	query statement.Query
	opts  statement.Options
	list  []ledger.Books // that could be chosen
	found *statement.Found
}

// ask reads the address: which report, of which books or all that the person may see of the place looked at, in which
// months of the year looked at.
func (p *pages) ask(c *shell.Ctx) (*ask, error) {
	k, ok := statement.KindOf(c.R.PathValue("kind"))
	if !ok {
		return nil, errs.New(errs.NotFound, "page.unknown", "没有这种报表；请从“报表与账簿”进入")
	}
	return p.askFor(c, k)
}

func (p *pages) askFor(c *shell.Ctx, k statement.Kind) (*ask, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	a := &ask{c: c, kind: k, opts: statement.Options{Compare: c.Query("compare") != "", Account: c.Query("account")}}
	a.query = statement.Query{Tenant: tenant, Scopes: c.Who.Narrow(permView, c.Scope), Title: c.ScopeName(), Period: months(c)}
	ranges, err := p.env.Regions.Ranges(c.Context(), a.query.Scopes...)
	if err != nil {
		return nil, err
	}
	if a.list, err = ledger.BooksIn(c.Context(), p.read(), tenant, ranges, a.query.Period.From, a.query.Period.To); err != nil {
		return nil, err
	}
	if err := p.choose(c, a); err != nil {
		return nil, err
	}
	return a, nil
}

// choose takes the books that the address names, or the only ones that there are.
func (p *pages) choose(c *shell.Ctx, a *ask) error {
	if text := c.Query("books"); text != "" {
		id, err := ids.Parse(text)
		if err != nil {
			return errs.Wrap(err, errs.NotFound, "report.books", "没有找到这个账套；请重新选择")
		}
		b, err := ledger.BooksByID(c.Context(), p.read(), a.query.Tenant, id)
		if err != nil {
			return err
		}
		if !c.Who.Can(permView, b.Region) {
			return errs.New(errs.NotFound, "report.books", "没有找到这个账套；请重新选择")
		}
		a.query.Books = id
		return nil
	}
	switch {
	case len(a.list) == 1:
		a.query.Books = a.list[0].ID
	case len(a.list) > 1 && a.ofOne():
		a.query.Books = a.list[0].ID
	}
	return nil
}

// ofOne reports whether the report is always of one books.
func (a *ask) ofOne() bool {
	return a.kind.Code == statement.Ledger || a.kind.Code == statement.Journal
}

// months are those of the address within the year looked at: from January to where the year's records go, unless it says
// otherwise.
func months(c *shell.Ctx) statement.Period {
	number := func(name string, without int) int {
		n, err := strconv.Atoi(c.Query(name))
		if err != nil || n < 1 || n > 12 {
			return without
		}
		return n
	}
	last := 12
	if c.AsOf.Year() == c.Year {
		last = int(c.AsOf.Month())
	}
	from := number("from", 1)
	to := max(number("to", max(last, from)), from)
	return statement.Period{From: date.Month(c.Year*100 + from), To: date.Month(c.Year*100 + to)}
}

// href is the address of a report's page with the same books and months.
func (a *ask) href(kind, page string, more ...string) string {
	q := url.Values{
		"scope": {a.c.Scope}, "year": {strconv.Itoa(a.c.Year)},
		"from": {strconv.Itoa(int(a.query.Period.From.Of()))}, "to": {strconv.Itoa(int(a.query.Period.To.Of()))},
	}
	if a.query.Books != 0 {
		q.Set("books", a.query.Books.String())
	}
	if a.opts.Compare {
		q.Set("compare", "1")
	}
	for i := 0; i+1 < len(more); i += 2 {
		if q.Set(more[i], more[i+1]); more[i+1] == "" {
			q.Del(more[i])
		}
	}
	if page != "" {
		page = "/" + page
	}
	return "/reports/" + kind + page + "?" + q.Encode()
}

// find looks the books up; a.found stays nil, without an error, when there are none.
func (p *pages) find(a *ask) error {
	found, err := p.s.Find(a.c.Context(), a.query)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	a.found = found
	return err
}
