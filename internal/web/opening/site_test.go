package opening_test

import (
	"testing"
	"time"

	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/books/opening"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	pages "huicun/internal/web/opening"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/sitetest"
)

const (
	town    = sitetest.Town
	village = sitetest.Yongsheng
)

// clock stands at noon on 2025-02-10: the books of 2024 can be ended.
var clock = date.Fixed(time.Date(2025, 2, 10, 12, 0, 0, 0, date.Shanghai))

var systemPrincipal = access.System

// site is this group's pages over the books of one village.
type site struct {
	*sitetest.Site
	l     *ledger.Ledger
	s     *opening.Service
	coll  ids.ID
	books ids.ID
}

func newSite(t *testing.T) *site {
	s := &site{Site: sitetest.New(t, dbtest.SQLite(t), "2024", sitetest.Places(),
		sitetest.Person("kuaiji", "镇代理会计", "town_accountant", town), sitetest.Person("kuaiji2", "镇复核会计", "town_accountant", town),
		sitetest.Person("baozhang", "永胜村报账员", "village_bookkeeper", village), sitetest.Person("shenji", "审计员", "auditor", town),
	).At(clock)}
	parties := party.NewParties(s.Env)
	s.l = ledger.New(s.Env)
	homes := member.New(s.Env)
	s.s = opening.New(s.Env, s.l, parties, homes)
	s.Menu("账务", shell.MenuItem{Label: "旧账迁移", Icon: "versions", Path: "/migrations", Perm: "migration:view"})
	set := resource.NewSet()
	pages.Mount(s.Shell, set, s.l, s.s)

	p := &party.Party{Name: "永胜村股份经济合作社", Kind: party.Collective}
	p.Region = village
	var err error
	s.coll, err = parties.Create(t.Context(), access.System, s.Tenant, "", p)
	s.OK(err)
	s.books, err = s.l.Books.Create(t.Context(), access.System, s.Tenant, "", &ledger.Books{Name: "永胜村账套", Party: s.coll, Chart: ledger.Chart2023, From: 202401})
	s.OK(err)
	return s
}
