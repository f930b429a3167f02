package closing_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
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
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	pages "huicun/internal/web/closing"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

const (
	town     = "321182103000"
	village  = "321182103205"
	password = "Lüshan-7-Qiao"
)

// clock stands at noon on 2025-02-10: the books of 2024 can be ended.
var clock = date.Fixed(time.Date(2025, 2, 10, 12, 0, 0, 0, date.Shanghai))

// site is this group's pages over the books of one village.
type site struct {
	*testing.T
	d       *db.DB
	shell   *shell.Shell
	handler http.Handler
	l       *ledger.Ledger
	s       *closing.Service
	env     *record.Env
	tenant  int64
	coll    ids.ID
	books   ids.ID
	tokens  map[string]string
}

func newSite(t *testing.T) *site {
	d := dbtest.SQLite(t)
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s := &site{T: t, d: d, tokens: map[string]string{}}
	s.ok(err)
	regions := region.New(d)
	s.ok(regions.Save(t.Context(), []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
	}))
	tn, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tn.ID
	accounts := account.New(d, box, regions)
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "kuaiji2", Name: "镇复核会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "baozhang", Name: "永胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "shenji", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: town}}},
	}, password))
	s.env = record.NewEnv(d, regions, box)
	parties := party.NewParties(s.env)
	s.l = ledger.New(s.env)
	homes := member.New(s.env)
	s.s = closing.New(s.env, s.l, func(ctx context.Context, q db.Q, tenant int64, coll ids.ID, on date.Date) ([]closing.Household, error) {
		list, err := member.Of(ctx, q, tenant, coll, on)
		var out []closing.Household
		for _, m := range list {
			out = append(out, closing.Household{ID: m.ID, No: m.No, Name: m.Name, Persons: m.Persons})
		}
		return out, err
	})
	s.shell = &shell.Shell{Env: s.env, Accounts: accounts, Regions: regions, Clock: clock, Menu: []shell.MenuGroup{{Title: "账务", Items: []shell.MenuItem{{Label: "结账检查", Icon: "list-check", Path: "/closing", Perm: "books:view"}}}}}
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	set := resource.NewSet()
	pages.Mount(s.shell, set, s.l, s.s)
	s.handler = s.shell.Handler()

	p := &party.Party{Name: "永胜村股份经济合作社", Kind: party.Collective}
	p.Region = village
	s.coll, err = parties.Create(t.Context(), access.System, s.tenant, "", p)
	s.ok(err)
	s.books, err = s.l.Books.Create(t.Context(), access.System, s.tenant, "", &ledger.Books{Name: "永胜村账套", Party: s.coll, Chart: ledger.Chart2023, From: 202401})
	s.ok(err)
	for i, persons := range []int{4, 3} {
		_, err := homes.Create(t.Context(), access.System, s.tenant, "", &member.Member{Name: fmt.Sprintf("成员户%d", i+1), Collective: s.coll, Persons: persons, Joined: date.Must("2020-01-01")})
		s.ok(err)
	}
	return s
}

// household makes another village with one member household, and returns its number.
func (s *site) household(place, name string) string {
	s.Helper()
	s.ok(s.shell.Regions.Save(s.Context(), []region.Region{{Code: place, Name: name, Level: "village"}}))
	p := &party.Party{Name: name + "股份经济合作社", Kind: party.Collective}
	p.Region = place
	parties, _ := record.Of[party.Party](s.env, "party")
	coll, err := parties.Create(s.Context(), access.System, s.tenant, "", p)
	s.ok(err)
	members, _ := record.Of[member.Member](s.env, "member")
	m := &member.Member{Name: name + "成员户", Collective: coll, Persons: 2, Joined: date.Must("2020-01-01")}
	_, err = members.Create(s.Context(), access.System, s.tenant, "", m)
	s.ok(err)
	return m.No
}

// voucher posts an entry of one amount.
func (s *site) voucher(day, debit, credit string, yuan int64) {
	s.Helper()
	fen := money.Fen(yuan) * money.Yuan
	v := &ledger.Voucher{Books: s.books, Date: date.Must(day), Summary: "试", Lines: []ledger.Line{{Account: debit, Debit: fen}, {Account: credit, Credit: fen}}}
	s.ok(s.d.InTx(s.Context(), access.System.Meta(s.tenant), func(ctx context.Context, tx *db.Tx) error { return s.l.PostTx(ctx, tx, access.System, v) }))
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) token(login string) string {
	s.Helper()
	if s.tokens[login] == "" {
		t, err := s.shell.Accounts.Login(s.Context(), login, password, "203.0.113.9", "Mozilla/5.0 (Windows NT 10.0) Edge")
		s.ok(err)
		s.tokens[login] = t
	}
	return s.tokens[login]
}

type answer struct {
	code           int
	body, location string
}

func (s *site) do(login, method, path string, body io.Reader) answer {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.token(login)})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2024"})
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")}
}

func (s *site) get(login, path string) answer {
	s.Helper()
	return s.do(login, "GET", path, nil)
}

func (s *site) post(login, path string, pairs ...string) answer {
	s.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do(login, "POST", path, strings.NewReader(v.Encode()))
}

func (s *site) want(a answer, code int, has ...string) answer {
	s.Helper()
	if a.code != code {
		s.Fatalf("status %d, want %d: %s", a.code, code, text(a.body))
	}
	for _, h := range has {
		if !strings.Contains(a.body, h) {
			s.Fatalf("no %q in: %s", h, text(a.body))
		}
	}
	return a
}

func (s *site) lacks(a answer, not ...string) {
	s.Helper()
	for _, n := range not {
		if strings.Contains(a.body, n) {
			s.Fatalf("%q in: %s", n, text(a.body))
		}
	}
}

var tags = regexp.MustCompile(`(?s)<head.*?</head>|<svg.*?</svg>|<[^>]*>|\s+`)

func text(body string) string { return tags.ReplaceAllString(body, " ") }

// hidden reads a hidden value out of a page.
func (s *site) hidden(a answer, name string) string {
	s.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.body)
	if m == nil {
		s.Fatalf("no hidden %s in: %s", name, text(a.body))
	}
	return m[1]
}
