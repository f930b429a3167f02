package books_test

import (
	"bytes"
	"context"
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
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/template"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/joint"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	"huicun/internal/web/books"
	jobpages "huicun/internal/web/jobs"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

const (
	demoDir  = "../../../demo/baqiao"
	town     = "321182103000"
	village  = "321182103200" // 长胜村
	other    = "321182103201" // 幸福村
	password = "Lüshan-7-Qiao"
)

// site is this group's pages over the demo's records.
type site struct {
	*testing.T
	d        *db.DB
	shell    *shell.Shell
	handler  http.Handler
	l        *ledger.Ledger
	nouns    books.Nouns
	jobs     *jobs.Queue
	children *books.Children
	tenant   int64
	tokens   map[string]string
}

func newSite(t *testing.T) *site {
	d := dbtest.SQLite(t)
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
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "kuaiji2", Name: "镇复核会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "baozhang", Name: "长胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "xingfu", Name: "幸福村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: other}}},
		{Login: "shenji", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: town}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	party.NewParties(env)
	party.NewPersons(env)
	s.l = ledger.New(env)
	s.nouns = books.Nouns{Templates: template.New(env, s.l), Assets: asset.NewAssets(env), Units: asset.NewUnits(env), Certs: asset.NewCertificates(env), Contracts: contract.NewContracts(env)}
	s.jobs = jobs.New(d, jobs.Config{Dir: t.TempDir(), Tenants: func(context.Context) ([]int64, error) { return []int64{s.tenant}, nil }})
	s.jobs.Register(s.l.ImportJob(accounts.Acting))
	brand.NewBrands(env)
	joint.NewProjects(env)
	s.shell = &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: d.Clock(), Menu: []shell.MenuGroup{{Title: "账务", Items: []shell.MenuItem{
		{Label: "凭证", Icon: "book-2", Path: "/vouchers", Perm: "voucher:view"},
		{Label: "账套", Icon: "list-details", Path: "/books", Perm: "books:view"},
		{Label: "合同", Icon: "file-text", Path: "/contracts", Perm: "contract:view"},
		{Label: "资产资源", Icon: "building-factory", Path: "/assets", Perm: "asset:view"},
	}}}}
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}}, shell.Route{Method: "GET", Pattern: "/behind/{kind}/{id}", Perm: shell.Self, Fn: s.behind})
	set, files := resource.NewSet(), file.New(env)
	files.Rule("voucher", ledger.FileRule())
	set.Files(s.shell, files)
	s.jobs.Register(env.ImportJob(accounts.Acting))
	set.Background(s.jobs, 0)
	books.Mount(s.shell, set, s.l, s.nouns)
	jobpages.Mount(s.shell, s.jobs, map[string]jobpages.Detail{ledger.ImportKind: books.ImportDetail(s.shell)})
	s.children = books.NewChildren(s.shell, s.l)
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
	return s
}

// behind answers as the lineage drawer would.
func (s *site) behind(c *shell.Ctx) error {
	id, err := c.ID()
	if err != nil {
		return err
	}
	list, err := s.children.Of(c, c.R.PathValue("kind"), id)
	if err != nil {
		return err
	}
	return c.JSON(list)
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

// id finds a record by its natural key.
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

func (s *site) books(village string) string {
	return s.id("books", "八桥镇"+village+"股份经济合作社（2004年制度）").String()
}

type answer struct {
	code           int
	body, location string
	header         http.Header
}

func (s *site) do(login, method, path, contentType string, body io.Reader) answer {
	s.Helper()
	w := s.raw(login, method, path, contentType, body)
	return answer{w.Code, w.Body.String(), w.Header().Get("Location"), w.Header()}
}

func (s *site) raw(login, method, path, contentType string, body io.Reader) *httptest.ResponseRecorder {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.token(login)})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2021"})
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
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

func (s *site) upload(login, name, text string, fields ...string) answer {
	s.Helper()
	return s.uploadTo(login, "/vouchers/import", name, text, fields...)
}

func (s *site) uploadTo(login, path, name, text string, fields ...string) answer {
	s.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile("file", name)
	s.ok(err)
	_, err = io.WriteString(f, text)
	s.ok(err)
	for i := 0; i+1 < len(fields); i += 2 {
		s.ok(w.WriteField(fields[i], fields[i+1]))
	}
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

// line is one line of a posted voucher: summary, account, debit, credit, contract.
type line [5]string

// voucher makes the values of the entry form.
func voucher(books, day string, lines ...line) []string {
	out := []string{"_key", secret.Token()[:22], "books", books, "date", day, "kind", "记", "attachments", "2"}
	for i, l := range lines {
		for j, name := range []string{"summary", "account", "debit", "credit", "contract"} {
			out = append(out, fmt.Sprintf("lines[%d].%s", i, name), l[j])
		}
	}
	return out
}

// version reads a voucher's version, as the buttons of its page would send it.
func (s *site) version(path string) string {
	s.Helper()
	id, err := ids.Parse(path[strings.LastIndex(path, "/")+1:])
	s.ok(err)
	v, err := s.l.Get(s.Context(), access.System, s.tenant, id)
	s.ok(err)
	return fmt.Sprint(v.Version)
}

func filterTown() record.Filter {
	return record.Filter{Scope: town, Page: db.Paging{Limit: 100}}
}
