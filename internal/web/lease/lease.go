// Package lease gives what happens to contracts while they run its pages: reports of turnover, the texts that contracts are
// printed from and the printing itself, another tenant, an early end, what runs out and is to be renewed.
package lease

import (
	"huicun/internal/books/contract"
	"huicun/internal/kit/db"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

// The permissions that the routes ask for.
const (
	contractView = "contract:" + access.View
	contractEdit = "contract:" + access.Edit
)

// Nouns are the kinds of record that this group shows.
type Nouns struct {
	Contracts *record.Noun[contract.Contract]
	Turnovers *record.Noun[contract.Turnover]
	Papers    *record.Noun[contract.Template]
	Life      *contract.Life
}

type pages struct {
	env *record.Env
	n   Nouns
}

// Mount adds the pages. The nouns of the contracts themselves are mounted with the ledger's.
func Mount(s *shell.Shell, set *resource.Set, n Nouns) {
	p := &pages{env: s.Env, n: n}
	resource.Mount(s, set, n.Turnovers, resource.Options[contract.Turnover]{
		Links: []string{"contract"}, Panels: []resource.Panel[contract.Turnover]{p.turnoverCharge}, Locked: turnoverLocked,
	})
	resource.Mount(s, set, n.Papers, resource.Options[contract.Template]{Panels: []resource.Panel[contract.Template]{p.placeholders}})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/contracts/{id}/print", Perm: contractView, Fn: p.print},
		shell.Route{Method: "GET", Pattern: "/contracts/{id}/transfer", Perm: contractEdit, Fn: p.transferForm},
		shell.Route{Method: "POST", Pattern: "/contracts/{id}/transfer", Perm: contractEdit, Fn: p.transfer},
		shell.Route{Method: "GET", Pattern: "/contracts/{id}/end", Perm: contractEdit, Fn: p.endForm},
		shell.Route{Method: "POST", Pattern: "/contracts/{id}/end", Perm: contractEdit, Fn: p.end},
		shell.Route{Method: "GET", Pattern: "/contract-renewals", Perm: contractView, Fn: p.renewals},
	)
}

func (p *pages) read() db.R { return p.env.DB.Read() }
