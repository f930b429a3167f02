package app_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"huicun/internal/app"
	"huicun/internal/kit/date"
	"huicun/internal/registry/account"
	"huicun/internal/web/shell"
)

var ctx = context.Background()

const password = "Test-only-2021"

// clock stands on the day that the demo's records end.
var clock = date.Fixed(time.Date(2021, 11, 10, 12, 0, 0, 0, date.Shanghai))

// open serves the demo from an embedded database of its own.
func open(t testing.TB) (*app.App, *httptest.Server) {
	t.Helper()
	return town(t)
}

func openWith(t testing.TB, cfg app.Config) (*app.App, *httptest.Server) {
	t.Helper()
	a, err := app.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.LoadDemo(ctx, os.DirFS("../../demo/baqiao"), nil); err != nil {
		t.Fatal(err)
	}
	if err := a.Accounts.EnsureDemo(ctx, app.DemoAccounts, password); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(srv.Close)
	return a, srv
}

// browser is a client that keeps cookies and does not follow redirects.
type browser struct {
	t    testing.TB
	base string
	c    *http.Client
}

func visit(t testing.TB, srv *httptest.Server, login string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, base: srv.URL, c: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if login == "" {
		return b
	}
	if code, _ := b.post("/login", url.Values{"username": {login}, "password": {password}}); code != http.StatusSeeOther {
		t.Fatalf("logging in as %s: status %d", login, code)
	}
	return b
}

func (b *browser) send(method, path string, form url.Values) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := b.c.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body := new(strings.Builder)
	if _, err := io.Copy(body, res.Body); err != nil {
		b.t.Fatal(err)
	}
	if loc := res.Header.Get("Location"); loc != "" {
		return res.StatusCode, loc
	}
	return res.StatusCode, body.String()
}

func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	return b.send(http.MethodGet, path, nil)
}
func (b *browser) post(path string, form url.Values) (int, string) {
	b.t.Helper()
	return b.send(http.MethodPost, path, form)
}

// concrete fills a pattern's wildcards with what is not there, so that walking changes nothing.
func concrete(pattern string) string {
	r := strings.NewReplacer("{id}", "1", "{event}", "none", "{kind}", "party", "{code}", "F01", "{tenant}", "1", "{$}", "", "{issue}", "1", "{place}", "321182103", "{line}", "1")
	return r.Replace(pattern)
}

// TestEveryRouteAsEveryRole walks the whole route table: nobody who is not logged in gets in anywhere that is not
// public, who lacks a route's permission is refused, and nothing breaks for whom it is open to.
func TestEveryRouteAsEveryRole(t *testing.T) {
	a, srv := open(t)
	routes := a.Shell.Routes()
	if len(routes) < 200 {
		t.Fatalf("only %d routes: the table is not complete", len(routes))
	}
	anyone := visit(t, srv, "")
	for _, r := range routes {
		code, body := anyone.send(r.Method, concrete(r.Pattern), nil)
		switch {
		case code >= 500:
			t.Errorf("%s %s breaks for a stranger: %d", r.Method, r.Pattern, code)
		case r.Perm == shell.Public:
		case r.Method == http.MethodGet && (code != http.StatusSeeOther || !strings.HasPrefix(body, "/login")):
			t.Errorf("GET %s without login: %d %.60s, want the login page", r.Pattern, code, body)
		case r.Method != http.MethodGet && code != http.StatusUnauthorized:
			t.Errorf("%s %s without login: %d, want 401", r.Method, r.Pattern, code)
		}
	}
	var wg sync.WaitGroup
	for _, d := range app.DemoAccounts {
		b := visit(t, srv, d.Login)
		wg.Go(func() { walk(t, b, d, routes) })
	}
	wg.Wait()
}

func walk(t *testing.T, b *browser, d account.DemoAccount, routes []shell.Route) {
	who := (&account.Account{Login: d.Login, Grants: d.Grants}).Principal()
	for _, r := range routes {
		if r.Pattern == "/logout" || r.Pattern == "/login" || r.Pattern == "/me/sessions/revoke" { // would end the walk
			continue
		}
		code, body := b.send(r.Method, concrete(r.Pattern), url.Values{})
		allowed := r.Perm == shell.Public || r.Perm == shell.Self || who.CanSome(r.Perm)
		switch {
		case code >= 500:
			t.Errorf("%s: %s %s breaks: %d", d.Login, r.Method, r.Pattern, code)
		case !allowed && code != http.StatusForbidden:
			t.Errorf("%s: %s %s answers %d, want 403", d.Login, r.Method, r.Pattern, code)
		case allowed && code == http.StatusUnauthorized:
			t.Errorf("%s: %s %s answers 401 to whom may do it: %.80s", d.Login, r.Method, r.Pattern, body)
		}
	}
}

// TestOtherVillagesRecordsAreNotThere asks, as a village's bookkeeper, for every kind of record of another village.
func TestOtherVillagesRecordsAreNotThere(t *testing.T) {
	a, srv := open(t)
	tn, err := a.Regions.TenantOf(ctx, "321182103203")
	if err != nil {
		t.Fatal(err)
	}
	b := visit(t, srv, "baozhang") // of 永胜村
	tried := 0
	for _, n := range a.Env.Nouns() {
		in := n.Info()
		id, err := a.AnyRecordIn(ctx, in.Kind, tn.ID, "321182103203")
		if err != nil {
			t.Fatal(err)
		}
		if id == 0 {
			continue
		}
		tried++
		path := in.Path + "/" + id.String()
		if code, _ := b.get(path); code != http.StatusNotFound {
			t.Errorf("%s of 八桥村 shown to 永胜村: %d", in.Kind, code)
		}
		for _, sub := range []string{"", "/delete", "/do/end"} {
			if code, _ := b.post(path+sub, url.Values{"version": {"1"}}); code == http.StatusSeeOther || code == http.StatusOK {
				t.Errorf("POST %s%s of another village: %d", path, sub, code)
			}
		}
	}
	if tried < 8 {
		t.Errorf("only %d kinds tried", tried)
	}
}

// TestCrossSitePostsAreRefused sends a form as another site's page would.
func TestCrossSitePostsAreRefused(t *testing.T) {
	_, srv := open(t)
	b := visit(t, srv, "shuji")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/parties", strings.NewReader("name=x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := b.c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("status %d, want 403", res.StatusCode)
	}
}

func TestPagesCarryTheirHeaders(t *testing.T) {
	_, srv := open(t)
	res, err := http.Get(srv.URL + "/login") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "script-src 'self' 'unsafe") {
		t.Errorf("content security policy %q", csp)
	}
	for _, h := range []string{"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"} {
		if res.Header.Get(h) == "" {
			t.Errorf("no %s", h)
		}
	}
}
