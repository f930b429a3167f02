package closing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	pages "huicun/internal/web/closing"
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

// site is this group's pages over the books of one village.
type site struct {
	*sitetest.Site
	l     *ledger.Ledger
	s     *closing.Service
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
	s.s = closing.New(s.Env, s.l, func(ctx context.Context, q db.Q, tenant int64, coll ids.ID, on date.Date) ([]closing.Household, error) {
		list, err := member.Of(ctx, q, tenant, coll, on)
		var out []closing.Household
		for _, m := range list {
			out = append(out, closing.Household{ID: m.ID, No: m.No, Name: m.Name, Persons: m.Persons})
		}
		return out, err
	})
	s.Menu("账务", shell.MenuItem{Label: "结账检查", Icon: "list-check", Path: "/closing", Perm: "books:view"})
	pages.Mount(s.Shell, resource.NewSet(), s.l, s.s)

	p := &party.Party{Name: "永胜村股份经济合作社", Kind: party.Collective}
	p.Region = village
	var err error
	s.coll, err = parties.Create(t.Context(), access.System, s.Tenant, "", p)
	s.OK(err)
	s.books, err = s.l.Books.Create(t.Context(), access.System, s.Tenant, "", &ledger.Books{Name: "永胜村账套", Party: s.coll, Chart: ledger.Chart2023, From: 202401})
	s.OK(err)
	for i, persons := range []int{4, 3} {
		_, err := homes.Create(t.Context(), access.System, s.Tenant, "", &member.Member{Name: fmt.Sprintf("成员户%d", i+1), Collective: s.coll, Persons: persons, Joined: date.Must("2020-01-01")})
		s.OK(err)
	}
	return s
}

// household makes another village with one member household, and returns its number.
func (s *site) household(place, name string) string {
	s.Helper()
	s.OK(s.Shell.Regions.Save(s.Context(), []region.Region{{Code: place, Name: name, Level: "village"}}))
	p := &party.Party{Name: name + "股份经济合作社", Kind: party.Collective}
	p.Region = place
	parties, _ := record.Of[party.Party](s.Env, "party")
	coll, err := parties.Create(s.Context(), access.System, s.Tenant, "", p)
	s.OK(err)
	members, _ := record.Of[member.Member](s.Env, "member")
	m := &member.Member{Name: name + "成员户", Collective: coll, Persons: 2, Joined: date.Must("2020-01-01")}
	_, err = members.Create(s.Context(), access.System, s.Tenant, "", m)
	s.OK(err)
	return m.No
}

// voucher posts an entry of one amount.
func (s *site) voucher(day, debit, credit string, yuan int64) {
	s.Helper()
	fen := money.Fen(yuan) * money.Yuan
	v := &ledger.Voucher{Books: s.books, Date: date.Must(day), Summary: "试", Lines: []ledger.Line{{Account: debit, Debit: fen}, {Account: credit, Credit: fen}}}
	s.OK(s.DB.InTx(s.Context(), access.System.Meta(s.Tenant), func(ctx context.Context, tx *db.Tx) error { return s.l.PostTx(ctx, tx, access.System, v) }))
}
