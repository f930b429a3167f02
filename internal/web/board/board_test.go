package board_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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
	pages "huicun/internal/web/board"
	"huicun/internal/web/shell"
)

const password = "Yong-Sheng-2021"

type site struct {
	t       *testing.T
	shell   *shell.Shell
	handler http.Handler
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	w := overviewtest.New(t, d)
	board.NewLightRules(w.Env)
	svc := board.NewService(w.Env, w.Cat, board.NewSnapshots(w.Env))
	w.LoadDemo()
	s := &site{t: t}
	s.shell = &shell.Shell{
		Env: w.Env, Accounts: account.New(w.DB, box, w.Env.Regions), Regions: w.Env.Regions, Figures: &indicator.Book{Cat: w.Cat, Defs: w.Figures}, Clock: dbtest.Clock,
	}
	pages.Mount(s.shell, svc)
	s.handler = s.shell.Handler()
	return s
}

func (s *site) as(role, place string) string {
	s.t.Helper()
	ctx, login := context.Background(), role+place
	if err := s.shell.Accounts.EnsureDemo(ctx, []account.DemoAccount{{Login: login, Name: "示例人员", Grants: []access.Grant{{Role: role, Region: place}}}}, password); err != nil {
		s.t.Fatal(err)
	}
	token, err := s.shell.Accounts.Login(ctx, login, password, "127.0.0.1", "test")
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

func (s *site) do(method, token, path string, form url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: token})
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func (s *site) get(token, path string) string {
	s.t.Helper()
	w := s.do("GET", token, path, nil)
	if w.Code != 200 {
		s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func has(t *testing.T, body string, want ...string) {
	t.Helper()
	for _, x := range want {
		if !strings.Contains(body, x) {
			t.Errorf("no %q on the page", x)
		}
	}
}

var (
	recordsLink = regexp.MustCompile(`href="(/board/[^"]*records\?[^"]+)"`)
	childLink   = regexp.MustCompile(`hx-get="(/board/[^"]*records\?[^"]+line=[^"]+)"`)
	issueLink   = regexp.MustCompile(`/board/snapshots/\d+`)
)

func unescape(s string) string { return strings.ReplaceAll(s, "&amp;", "&") }

func TestBoard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		token := s.as("town_secretary", overviewtest.Town)
		body := s.get(token, "/board?year=2021")
		has(t, body, "比进度（占 40%）", "比举措", "比成效", "“三项机制”助力村级集体经济提质增效", "绿灯", "综合得分", "发布本期", "八桥镇 · 2021 年 · 截至 2021-11-10")
		links := recordsLink.FindAllStringSubmatch(body, -1)
		if len(links) < 6 {
			t.Fatalf("%d links to records", len(links))
		}
		for _, m := range links {
			s.checkRecords(token, unescape(m[1]))
		}
		narrowed := s.get(token, "/board?year=2021&light=yellow")
		if strings.Contains(narrowed, "助力村级集体经济提质增效</a>") || !strings.Contains(narrowed, "清除条件") {
			t.Error("the filter by light does not narrow")
		}
		has(t, s.get(token, "/board?year=2021&class=%E6%B2%A1%E6%9C%89"), "没有符合条件的项目")
		has(t, s.get(token, "/board?year=2021&by=results&level=village"), "比成效")
		has(t, s.get(token, "/board?year=2019"), "还没有上榜的项目")

		for _, bad := range []string{"/board/records?project=1&col=results", "/board/records?project=x", "/board/snapshots/1", unescape(links[0][1]) + "&line=999"} {
			if w := s.do("GET", token, bad, nil); w.Code != 404 {
				t.Errorf("%s: %d", bad, w.Code)
			}
		}
	})
}

// checkRecords opens what is behind a number, and what is behind its targets.
func (s *site) checkRecords(token, path string) {
	s.t.Helper()
	body := s.get(token, path)
	has(s.t, body, "口径", "截至", "2021-11-10")
	for i, m := range childLink.FindAllStringSubmatch(body, -1) {
		if i == 2 {
			break
		}
		has(s.t, s.get(token, unescape(m[1])), "lin-kids")
	}
}

func TestIssue(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	secretary, auditor := s.as("town_secretary", overviewtest.Town), s.as("auditor", overviewtest.Town)
	form := url.Values{"scope": {overviewtest.Town}}
	if w := s.do("POST", auditor, "/board/snapshots?year=2021", form); w.Code != 403 {
		t.Errorf("the auditor issues a board: %d", w.Code)
	}
	if body := s.get(auditor, "/board?year=2021"); strings.Contains(body, "发布本期") {
		t.Error("the auditor is offered to issue a board")
	}
	if w := s.do("POST", secretary, "/board/snapshots?year=2021", url.Values{"scope": {"county"}}); w.Code != 422 {
		t.Errorf("a scope that is none: %d", w.Code)
	}
	for range 2 { // twice is once
		if w := s.do("POST", secretary, "/board/snapshots?year=2021", form); w.Code != 303 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	body := s.get(auditor, "/board?year=2021")
	has(t, body, "往期榜单", "第 1 期")
	if strings.Contains(body, "第 2 期") {
		t.Error("the same board was issued twice")
	}
	issue := issueLink.FindString(body)
	frozen := s.get(auditor, issue)
	has(t, frozen, "原样存档", "八桥镇2021年晾晒榜第1期", "内容摘要", "“三项机制”")
	links := recordsLink.FindAllStringSubmatch(frozen, -1)
	if len(links) < 6 {
		t.Fatalf("%d links to records of the issue", len(links))
	}
	s.checkRecords(auditor, unescape(links[len(links)-1][1]))
}
