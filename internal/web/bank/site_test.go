package bank_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/joint"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	bankpages "huicun/internal/web/bank"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

const (
	demoDir  = "../../../demo/baqiao"
	town     = "321182103000"
	village  = "321182103205" // 永胜村
	other    = "321182103201" // 幸福村
	password = "Lüshan-7-Qiao"
)

// site is this group's pages over the demo's books of one village.
type site struct {
	*testing.T
	d       *db.DB
	shell   *shell.Shell
	handler http.Handler
	s       *bank.Service
	l       *ledger.Ledger
	tenant  int64
	tokens  map[string]string
}

func newSite(t *testing.T, d *db.DB) *site {
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s := &site{T: t, d: d, tokens: map[string]string{}}
	s.ok(err)
	regions := region.New(d)
	list, rep := region.ReadRegions(s.table("01-region.csv"))
	s.ok(rep.Err())
	s.ok(regions.Save(t.Context(), list))
	tenant, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tenant.ID
	accounts := account.New(d, box, regions)
	grant := func(login, name, role, at string) account.DemoAccount {
		return account.DemoAccount{Login: login, Name: name, Grants: []access.Grant{{Role: role, Region: at}}}
	}
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		grant("kuaiji", "镇代理会计", "town_accountant", town), grant("shuji", "镇书记", "town_secretary", town), grant("chuna", "镇出纳", "town_cashier", town),
		grant("baozhang", "永胜村报账员", "village_bookkeeper", village), grant("xingfu", "幸福村报账员", "village_bookkeeper", other),
		grant("shenji", "审计员", "auditor", town), grant("lianluo", "联络员", "liaison", town),
	}, password))
	env := record.NewEnv(d, regions, box)
	party.NewParties(env)
	party.NewPersons(env)
	s.l = ledger.New(env)
	asset.NewAssets(env)
	asset.NewUnits(env)
	contract.NewContracts(env)
	member.New(env)
	s.s = bank.New(env, s.l)
	brand.NewBrands(env)
	joint.NewProjects(env)
	s.shell = &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: d.Clock(), Menu: []shell.MenuGroup{{Title: "资金", Items: []shell.MenuItem{
		{Label: "银行对账", Icon: "scale", Path: "/bank", Perm: "bank_account:view"}, {Label: "付款批次", Icon: "send", Path: "/payments", Perm: "payment:view"},
	}}}}
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	bankpages.Mount(s.shell, resource.NewSet(), s.s)
	s.handler = s.shell.Handler()
	for _, name := range []string{"02-party", "10-asset", "11-asset_unit", "33-brand", "70-contract", "75-books"} {
		_, kind, _ := strings.Cut(name, "-")
		n, _ := env.Noun(kind)
		res, err := n.ImportTable(t.Context(), access.System, s.tenant, s.table(name+".csv"))
		s.ok(err)
		s.whole(&res.Report)
	}
	vouchers := s.table("80-voucher.csv")
	for i := range vouchers.Rows { // joint projects are not loaded here
		vouchers.Rows[i][vouchers.Col("项目编号")] = ""
	}
	res, err := s.l.ImportVouchers(t.Context(), access.System, s.tenant, vouchers)
	s.ok(err)
	s.whole(&res.Report)
	n, _ := env.Noun("bank_account")
	res, err = n.ImportTable(t.Context(), access.System, s.tenant, s.table("76-bank_account.csv"))
	s.ok(err)
	s.whole(&res.Report)
	return s
}

// statements imports the demo's statement lines.
func (s *site) statements() {
	s.Helper()
	for range 2 { // the second time changes nothing
		res, err := s.s.ImportLines(s.Context(), access.System, s.tenant, s.table("81-bank_line.csv"))
		s.ok(err)
		s.whole(&res.Report)
		if res.Created+res.Same != 55 {
			s.Fatalf("%+v", res)
		}
	}
}

func (s *site) table(name string) *sheet.Table {
	s.Helper()
	b, err := os.ReadFile(filepath.Join(demoDir, name))
	s.ok(err)
	t, err := sheet.Read(name, bytes.NewReader(b), int64(len(b)), sheet.Options{})
	s.ok(err)
	return t
}

func (s *site) whole(r *sheet.Report) {
	s.Helper()
	if len(r.Errors) > 0 {
		s.Fatalf("%+v", r.Errors[0])
	}
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

func (s *site) id(kind, key string) ids.ID {
	s.Helper()
	n, ok := s.shell.Env.Noun(kind)
	if !ok {
		s.Fatal(kind)
	}
	id, err := n.Lookup(s.Context(), s.d.Read(), s.tenant, key)
	s.ok(err)
	return id
}

// path is where the page of the demo's account is.
func (s *site) path() string {
	s.Helper()
	return "/bank-accounts/" + s.id("bank_account", "永胜村基本户（示例）").String()
}

type answer struct {
	code           int
	body, location string
}

func (s *site) do(login, method, path, contentType string, body io.Reader) answer {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.token(login)})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2021"})
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w.Code, w.Body.String(), w.Header().Get("Location")}
}

func (s *site) get(login, path string) answer {
	s.Helper()
	return s.do(login, "GET", path, "", nil)
}

func (s *site) post(login, path string, pairs ...string) answer {
	s.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do(login, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

func (s *site) upload(login, path, name, text string) answer {
	s.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile("file", name)
	s.ok(err)
	_, err = io.WriteString(f, text)
	s.ok(err)
	s.ok(w.Close())
	return s.do(login, "POST", path, w.FormDataContentType(), &b)
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

// inputs reads the values that a form would send as it stands, by a marker within the form.
func inputs(body string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`<select[^>]*name="([^"]+)"[^>]*>(?s:(.*?))</select>`).FindAllStringSubmatch(body, -1) {
		if v := regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(m[2]); v != nil {
			out = append(out, m[1], v[1])
		}
	}
	for _, name := range []string{"was", "skip_words", "out_words", "in_words", "date_format"} {
		for _, re := range []string{`value="([^"]*)"[^>]*name="` + name + `"`, `name="` + name + `" value="([^"]*)"`} {
			if v := regexp.MustCompile(re).FindStringSubmatch(body); v != nil {
				out = append(out, name, v[1])
				break
			}
		}
	}
	return out
}

func sprint(v ...any) string { return fmt.Sprint(v...) }
