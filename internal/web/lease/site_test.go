package lease_test

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/lease"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

const (
	town     = "321182103000"
	village  = "321182103205"
	other    = "321182103206"
	password = "Lüshan-7-Qiao"
)

// clock stands at noon on 2021-11-10.
var clock = date.Fixed(time.Date(2021, 11, 10, 12, 0, 0, 0, date.Shanghai))

// site is this group's pages over one village with a lease of a workshop.
type site struct {
	*testing.T
	env     *record.Env
	shell   *shell.Shell
	handler http.Handler
	tenant  int64
	n       lease.Nouns
	lease   ids.ID
	tokens  map[string]string
}

func newSite(t *testing.T) *site {
	d := dbtest.SQLite(t)
	s := &site{T: t, tokens: map[string]string{}}
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.ok(err)
	regions := region.New(d)
	s.ok(regions.Save(t.Context(), []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"},
		{Code: village, Name: "永胜村", Level: "village"}, {Code: other, Name: "万福村", Level: "village"},
	}))
	tn, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tn.ID
	accounts := account.New(d, box, regions)
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "kuaiji", Name: "镇会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "baozhang", Name: "永胜报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "wanfu", Name: "万福报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: other}}},
		{Login: "shenji", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: town}}},
	}, password))
	e := record.NewEnv(d, regions, box)
	s.env = e
	parties, l := party.NewParties(e), ledger.New(e)
	assets, units, files := asset.NewAssets(e), asset.NewUnits(e), file.New(e)
	s.n = lease.Nouns{Contracts: contract.NewContracts(e), Turnovers: contract.NewTurnovers(e), Papers: contract.NewTemplates(e)}
	s.n.Life = contract.NewLife(e, s.n.Contracts, files)
	make1(s, parties, "name", "合作社", "kind", "集体经济组织", "region", "永胜村")
	make1(s, parties, "name", "一厂", "kind", "企业", "region", "永胜村")
	make1(s, parties, "name", "二厂", "kind", "企业", "region", "永胜村")
	make1(s, assets, "name", "厂房", "owner", "合作社", "kind", "厂房", "origin", "新建", "quantity", "1000平方米")
	make1(s, units, "no", "U1", "asset", "ZC-0001", "name", "东间", "quantity", "100平方米")
	make1(s, l.Books, "name", "合作社账", "party", "合作社", "chart", "2004 年制度", "from_month", "2021-01")
	s.lease = make1(s, s.n.Contracts, "name", "厂房租赁", "kind", "租赁合同", "party_a", "合作社", "party_b", "一厂", "units", "U1", "signed", "2021-01-01", "from", "2021-01-01", "to", "2022-01-31",
		"pay", "12000", "pay_months", "3", "advance", "是", "deposit", "5000", "stable", "是", "share_percent", "8", "share_days", "10")
	for _, event := range []string{"sign", "start"} {
		s.ok(s.n.Contracts.Do(t.Context(), access.System, s.tenant, s.lease, 0, event, ""))
	}
	s.shell = &shell.Shell{Env: e, Accounts: accounts, Regions: regions, Clock: clock, Menu: []shell.MenuGroup{{Items: []shell.MenuItem{{Label: "合同", Icon: "file-text", Path: "/contracts", Perm: "contract:view"}}}}}
	set := resource.NewSet()
	set.Files(s.shell, files)
	resource.Mount(s.shell, set, s.n.Contracts, resource.Options[contract.Contract]{Actions: lease.Buttons(e), ListActions: lease.ListButtons, Guided: []string{"end"}, Anew: []string{"effective"}})
	lease.Mount(s.shell, set, s.n)
	s.handler = s.shell.Handler()
	return s
}

func make1[T any](s *site, n *record.Noun[T], pairs ...string) ids.ID {
	s.Helper()
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	v := new(T)
	s.ok(n.SetTexts(s.Context(), s.env.ForTenant(s.tenant), village, v, m))
	id, err := n.Create(s.Context(), access.System, s.tenant, "", v)
	s.ok(err)
	return id
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

type answer struct {
	code           int
	body, location string
}

func (s *site) do(login, method, path, contentType string, body io.Reader) answer {
	s.Helper()
	if s.tokens[login] == "" {
		token, err := s.shell.Accounts.Login(s.Context(), login, password, "203.0.113.9", "Edge")
		s.ok(err)
		s.tokens[login] = token
	}
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.tokens[login]})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2021"})
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")}
}

func (s *site) get(login, path string) answer {
	s.Helper()
	return s.do(login, "GET", path, "", nil)
}

func (s *site) post(login, path string, pairs ...string) answer {
	s.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do(login, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

// send posts a form with a file, "" for none.
func (s *site) send(login, path, name string, pairs ...string) answer {
	s.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if name != "" {
		f, err := w.CreateFormFile("file", name)
		s.ok(err)
		_, err = io.WriteString(f, "%PDF-1.4 "+path)
		s.ok(err)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.ok(w.WriteField(pairs[i], pairs[i+1]))
	}
	s.ok(w.Close())
	return s.do(login, "POST", path, w.FormDataContentType(), &b)
}

var tags = regexp.MustCompile(`(?s)<head.*?</head>|<svg.*?</svg>|<[^>]*>|\s+`)

func (s *site) want(a answer, code int, has ...string) answer {
	s.Helper()
	if a.code != code {
		s.Fatalf("status %d, want %d: %s", a.code, code, tags.ReplaceAllString(a.body, " "))
	}
	for _, h := range has {
		if !strings.Contains(a.body, h) {
			s.Fatalf("no %q in: %s", h, tags.ReplaceAllString(a.body, " "))
		}
	}
	return a
}

func (s *site) lacks(a answer, not ...string) {
	s.Helper()
	for _, n := range not {
		if strings.Contains(a.body, n) {
			s.Fatalf("%q in: %s", n, tags.ReplaceAllString(a.body, " "))
		}
	}
}
