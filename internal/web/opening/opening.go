// Package opening gives the start of books its pages: the opening balances of books, entered or pasted, and the wizard that
// takes over old books step by step.
package opening

import (
	"net/http"

	"huicun/internal/books/ledger"
	"huicun/internal/books/opening"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The permissions that the routes ask for.
const (
	booksView = "books:" + access.View
	booksEdit = "books:" + access.Edit
	permView  = "migration:" + access.View
	permEdit  = "migration:" + access.Edit
	permSign  = "migration:" + access.Approve
)

type pages struct {
	env *record.Env
	l   *ledger.Ledger
	s   *opening.Service
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, l *ledger.Ledger, svc *opening.Service) {
	p := &pages{env: s.Env, l: l, s: svc}
	resource.Mount(s, set, svc.Maps, resource.Options[opening.MapRule]{})
	resource.Mount(s, set, svc.Migrations, resource.Options[opening.Migration]{
		NoForms: true, NewPath: "/migrations/new", Before: []resource.Panel[opening.Migration]{p.steps, p.gate}, Panels: []resource.Panel[opening.Migration]{p.rows},
	})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/migrations/new", Perm: permEdit, Fn: p.start},
		shell.Route{Method: "POST", Pattern: "/migrations/new", Perm: permEdit, Fn: p.begin},
		shell.Route{Method: "GET", Pattern: "/migrations/{id}/rows/{line}", Perm: permEdit, Fn: p.rowForm},
		shell.Route{Method: "POST", Pattern: "/migrations/{id}/rows/{line}", Perm: permEdit, Fn: p.decide},
		shell.Route{Method: "GET", Pattern: "/migrations/{id}/report", Perm: permView, Fn: p.report},
		shell.Route{Method: "POST", Pattern: "/migrations/{id}/prepare", Perm: permEdit, Fn: p.prepare},
		shell.Route{Method: "POST", Pattern: "/migrations/{id}/sign", Perm: permSign, Fn: p.sign},
		shell.Route{Method: "POST", Pattern: "/migrations/{id}/return", Perm: permEdit, Fn: p.giveBack},
		shell.Route{Method: "POST", Pattern: "/migrations/{id}/make", Perm: permEdit, Fn: p.make},
		shell.Route{Method: "POST", Pattern: "/migrations/{id}/undo", Perm: permEdit, Fn: p.undo},
		shell.Route{Method: "POST", Pattern: "/migrations/{id}/delete", Perm: permEdit, Fn: p.remove},
		shell.Route{Method: "GET", Pattern: "/books/{id}/openings", Perm: booksView, Fn: p.openings},
		shell.Route{Method: "POST", Pattern: "/books/{id}/openings", Perm: booksEdit, Fn: p.saveOpenings},
	)
}

func (p *pages) read() db.R { return p.env.DB.Read() }

// mendable reports whether an error is for the person to read beside what was tried.
func mendable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
		return true
	}
	e := errs.As(err)
	return e != nil && e.Code == "migration.own"
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

func plain(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.Plain()
}

func amount(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}
