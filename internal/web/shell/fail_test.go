package shell_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/secret"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/web/shell"
)

// A request that fails before its year is known (the database went away after the session was read) still gets a page:
// nothing of the frame that needs a day is asked for.
func TestFailsBeforeTheYearIsKnown(t *testing.T) {
	const password = "Lüshan-7-Qiao"
	w := mechtest.New(t, dbtest.SQLite(t))
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	accounts := account.New(w.Env.DB, box, w.Env.Regions)
	if err := accounts.EnsureDemo(t.Context(), []account.DemoAccount{{Login: "shuji", Name: "示例书记", Grants: []access.Grant{{Role: "town_secretary", Region: mechtest.Town}}}}, password); err != nil {
		t.Fatal(err)
	}
	token, err := accounts.Login(t.Context(), "shuji", password, "127.0.0.1", "test")
	if err != nil {
		t.Fatal(err)
	}
	asked := false
	s := &shell.Shell{
		Env: w.Env, Accounts: accounts, Regions: w.Env.Regions, Clock: dbtest.Clock,
		LatestDay: func(context.Context, int64) (date.Date, error) { return date.Date{}, errors.New("connection lost") },
		Menu:      []shell.MenuGroup{{Items: []shell.MenuItem{{Label: "我的待办", Path: "/todo", Perm: shell.Self}}}},
		Todo:      func(*shell.Ctx) (int, error) { asked = true; return 0, nil },
	}
	s.Handle(shell.Route{Method: "GET", Pattern: "/here", Perm: shell.Self, Fn: func(c *shell.Ctx) error { return c.JSON("reached") }})
	r := httptest.NewRequest(http.MethodGet, "/here", nil)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: token})
	out := httptest.NewRecorder()
	s.Handler().ServeHTTP(out, r)
	if out.Code != http.StatusInternalServerError || asked || !strings.Contains(out.Body.String(), "系统") {
		t.Errorf("%d, counts asked for: %v: %.300s", out.Code, asked, out.Body.String())
	}
}
