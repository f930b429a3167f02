package overview_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/insight/board"
	"huicun/internal/insight/overview/overviewtest"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/web/assets"
	"huicun/internal/web/overview"
	"huicun/internal/web/shell"
)

const password = "Yong-Sheng-2021"

// site is the pages over a world's records.
type site struct {
	t       *testing.T
	w       *overviewtest.World
	shell   *shell.Shell
	handler http.Handler
	boards  *board.Service
}

func newSite(t *testing.T, w *overviewtest.World) *site {
	t.Helper()
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	board.NewLightRules(w.Env)
	s := &site{t: t, w: w, boards: board.NewService(w.Env, w.Cat, board.NewSnapshots(w.Env))}
	s.shell = &shell.Shell{
		Env: w.Env, Accounts: account.New(w.DB, box, w.Env.Regions), Regions: w.Env.Regions, Figures: &indicator.Book{Cat: w.Cat, Defs: w.Figures}, Clock: dbtest.Clock,
	}
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	overview.Mount(s.shell, w.Service, s.boards)
	s.handler = s.shell.Handler()
	return s
}

// as logs somebody in and returns the session's token.
func (s *site) as(role, place string) string {
	s.t.Helper()
	ctx := context.Background()
	login := role + place
	if err := s.shell.Accounts.EnsureDemo(ctx, []account.DemoAccount{{Login: login, Name: "示例人员", Grants: []access.Grant{{Role: role, Region: place}}}}, password); err != nil {
		s.t.Fatal(err)
	}
	token, err := s.shell.Accounts.Login(ctx, login, password, "127.0.0.1", "test")
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func (s *site) get(token, path string) (int, string) {
	s.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: token})
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func demoSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	w := overviewtest.New(t, d)
	s := newSite(t, w)
	w.LoadDemo()
	return s
}

func has(t *testing.T, body string, want ...string) {
	t.Helper()
	for _, x := range want {
		if !strings.Contains(body, x) {
			t.Errorf("no %q on the page", x)
		}
	}
}

func escaped(values url.Values) string { return strings.ReplaceAll(values.Encode(), "&", "&amp;") }

func slicesHas(list []indicator.Param, name string) bool {
	return slices.ContainsFunc(list, func(p indicator.Param) bool { return p.Name == name })
}
