// Package sitetest serves some pages over a database of their own and speaks to them as people do: over HTTP, logged in, with
// forms and files. The tests of the pages' packages share it.
package sitetest

import (
	"bytes"
	"html"
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

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	"huicun/internal/web/shell"
)

// Town is the code of the town of the tests, 八桥镇.
const Town = "321182103000"

// Villages of the town.
const (
	Changsheng = "321182103200" // 长胜村
	Xingfu     = "321182103201" // 幸福村
	Yongsheng  = "321182103205" // 永胜村
)

// password is everybody's.
const password = "Lüshan-7-Qiao"

// Site is a group's pages and the people who look at them.
type Site struct {
	*testing.T
	DB     *db.DB
	Env    *record.Env
	Shell  *shell.Shell // pages are mounted on it before the first request
	Tenant int64
	Year   string // the year that people have chosen

	handler http.Handler
	tokens  map[string]string
}

// Person is somebody with an account: a login name, a role and the code of the place where it holds.
func Person(login, name, role, place string) account.DemoAccount {
	return account.DemoAccount{Login: login, Name: name, Grants: []access.Grant{{Role: role, Region: place}}}
}

// Places are the county, 八桥镇 and its 永胜村, for tests that need no more.
func Places() []region.Region {
	return []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: Town, Name: "八桥镇", Level: "town"}, {Code: Yongsheng, Name: "永胜村", Level: "village"},
	}
}

// New makes a site without nouns and pages over an empty database; without places it has those of the demo. Its clock is the
// database's unless the test puts another into the shell.
func New(t *testing.T, d *db.DB, year string, places []region.Region, people ...account.DemoAccount) *Site {
	t.Helper()
	s := &Site{T: t, DB: d, Year: year, tokens: map[string]string{}}
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.OK(err)
	regions := region.New(d)
	if places == nil {
		list, rep := region.ReadRegions(s.Table("01-region.csv"))
		s.OK(rep.Err())
		places = list
	}
	s.OK(regions.Save(t.Context(), places))
	tenant, err := regions.TenantOf(t.Context(), Town)
	s.OK(err)
	s.Tenant = tenant.ID
	accounts := account.New(d, box, regions)
	s.OK(accounts.EnsureDemo(t.Context(), people, password))
	s.Env = record.NewEnv(d, regions, box)
	s.Shell = &shell.Shell{Env: s.Env, Accounts: accounts, Regions: regions, Clock: d.Clock()}
	s.Shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	return s
}

// At stops the site's clock.
func (s *Site) At(clock date.Clock) *Site {
	s.Shell.Clock = clock
	return s
}

// Menu puts one group with entries into the menu.
func (s *Site) Menu(title string, items ...shell.MenuItem) {
	s.Shell.Menu = []shell.MenuGroup{{Title: title, Items: items}}
}

// OK ends the test on an error.
func (s *Site) OK(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// Table reads a file of the demo.
func (s *Site) Table(name string) *sheet.Table {
	s.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "demo", "baqiao", name))
	s.OK(err)
	t, err := sheet.Read(name, bytes.NewReader(b), int64(len(b)), sheet.Options{})
	s.OK(err)
	return t
}

// Load imports files of the demo, "02-party"; the kind stands behind the number.
func (s *Site) Load(names ...string) {
	s.Helper()
	for _, name := range names {
		_, kind, _ := strings.Cut(name, "-")
		n, ok := s.Env.Noun(kind)
		if !ok {
			s.Fatalf("%s: no such noun", name)
		}
		s.Whole(n.ImportTable(s.Context(), access.System, s.Tenant, s.Table(name+".csv")))
	}
}

// Whole ends the test on an import that did not take every row.
func (s *Site) Whole(res record.ImportResult, err error) {
	s.Helper()
	s.OK(err)
	if len(res.Report.Errors) > 0 {
		s.Fatalf("%+v", res.Report.Errors[0])
	}
}

// ID finds a record by its natural key.
func (s *Site) ID(kind, key string) ids.ID {
	s.Helper()
	n, ok := s.Env.Noun(kind)
	if !ok {
		s.Fatal(kind)
	}
	id, err := n.Lookup(s.Context(), s.DB.Read(), s.Tenant, key)
	s.OK(err)
	return id
}

// Answer is what came back: the body of a page without the escapes of HTML, of a file as it is.
type Answer struct {
	Code           int
	Body, Location string
	Header         http.Header
}

// Handler serves the pages that have been mounted by now.
func (s *Site) Handler() http.Handler {
	if s.handler == nil {
		s.handler = s.Shell.Handler()
	}
	return s.handler
}

// Token logs somebody in, once.
func (s *Site) Token(login string) string {
	s.Helper()
	if s.tokens[login] == "" {
		t, err := s.Shell.Accounts.Login(s.Context(), login, password, "203.0.113.9", "Mozilla/5.0 (Windows NT 10.0) Edge")
		s.OK(err)
		s.tokens[login] = t
	}
	return s.tokens[login]
}

// Raw sends a request of somebody and returns what came back, byte by byte.
func (s *Site) Raw(login, method, path, contentType string, body io.Reader) *httptest.ResponseRecorder {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.Token(login)})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: s.Year})
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func (s *Site) do(login, method, path, contentType string, body io.Reader) Answer {
	s.Helper()
	w := s.Raw(login, method, path, contentType, body)
	a := Answer{w.Code, w.Body.String(), w.Header().Get("Location"), w.Header()}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		a.Body = html.UnescapeString(a.Body)
	}
	return a
}

// Get opens a page.
func (s *Site) Get(login, path string) Answer {
	s.Helper()
	return s.do(login, http.MethodGet, path, "", nil)
}

// Post sends a form of names and values.
func (s *Site) Post(login, path string, pairs ...string) Answer {
	s.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do(login, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

// Upload sends a form with a file in its field "file"; without a name there is none.
func (s *Site) Upload(login, path, name, content string, pairs ...string) Answer {
	s.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		s.OK(w.WriteField(pairs[i], pairs[i+1]))
	}
	if name != "" {
		f, err := w.CreateFormFile("file", name)
		s.OK(err)
		_, err = io.WriteString(f, content)
		s.OK(err)
	}
	s.OK(w.Close())
	return s.do(login, http.MethodPost, path, w.FormDataContentType(), &b)
}

// Want ends the test unless the answer has this status and all of these texts.
func (s *Site) Want(a Answer, code int, has ...string) Answer {
	s.Helper()
	if a.Code != code {
		s.Fatalf("status %d, want %d: %s", a.Code, code, Text(a.Body))
	}
	for _, h := range has {
		if !strings.Contains(a.Body, h) {
			s.Fatalf("no %q in: %s", h, Text(a.Body))
		}
	}
	return a
}

// Lacks ends the test when the answer has one of these texts.
func (s *Site) Lacks(a Answer, not ...string) {
	s.Helper()
	for _, n := range not {
		if strings.Contains(a.Body, n) {
			s.Fatalf("%q in: %s", n, Text(a.Body))
		}
	}
}

// Hidden reads a hidden value out of a page.
func (s *Site) Hidden(a Answer, name string) string {
	s.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.Body)
	if m == nil {
		s.Fatalf("no hidden %s in: %s", name, Text(a.Body))
	}
	return m[1]
}

var tags = regexp.MustCompile(`(?s)<head.*?</head>|<svg.*?</svg>|<[^>]*>|\s+`)

// Text is a page without its tags.
func Text(body string) string { return tags.ReplaceAllString(body, " ") }
