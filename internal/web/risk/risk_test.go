package risk_test

import (
	"context"
	"flag"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/budget"
	"huicun/internal/books/cash"
	"huicun/internal/books/letting"
	"huicun/internal/books/member"
	"huicun/internal/insight/overview/overviewtest"
	"huicun/internal/insight/risk"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/file"
	"huicun/internal/registry/record"
	"huicun/internal/web/assets"
	"huicun/internal/web/resource"
	pages "huicun/internal/web/risk"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

var shots = flag.String("shots", "", "write pictures of the pages to this directory")

const (
	village  = "321182103001"
	password = "Lüshan-7-Qiao"
)

// site is this group's pages over a generated town, one of whose villages is owed a rent.
type site struct {
	*testing.T
	w       *overviewtest.World
	s       *risk.Service
	shell   *shell.Shell
	jobs    *jobs.Queue
	handler http.Handler
	tokens  map[string]string
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func newSite(t *testing.T) *site {
	d := dbtest.SQLite(t)
	s := &site{T: t, w: overviewtest.New(t, d), tokens: map[string]string{}}
	e := s.w.Env
	asset.NewCertificates(e)
	member.New(e)
	bank.New(e, s.w.Ledger)
	budget.New(e)
	cash.New(e, s.w.Ledger)
	letting.New(e, s.w.Contracts)
	files := file.New(e)
	s.s = risk.New(e)
	s.s.Uses(s.w.Service)
	files.Rule(risk.Kind, risk.FileRule())
	s.w.Generate(3)
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.ok(err)
	accounts := account.New(d, box, e.Regions)
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: overviewtest.Town}}},
		{Login: "shuji", Name: "镇书记", Grants: []access.Grant{{Role: "town_secretary", Region: overviewtest.Town}}},
		{Login: "baozhang", Name: "村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "lianluo", Name: "联络员", Grants: []access.Grant{{Role: "liaison", Region: overviewtest.Town}}},
		{Login: "jianguan", Name: "监管员", Grants: []access.Grant{{Role: "county_supervisor", Region: overviewtest.County}}},
		{Login: "shenji", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: overviewtest.Town}}},
		{Login: "guanli", Name: "系统管理员", Grants: []access.Grant{{Role: "sysadmin", Region: overviewtest.County}}},
	}, password))
	s.shell = &shell.Shell{Env: e, Accounts: accounts, Regions: e.Regions, Clock: dbtest.Clock, Menu: []shell.MenuGroup{{Items: []shell.MenuItem{{Label: "预警", Icon: "bell", Path: "/alerts/board", Perm: "alert:view"}}}}}
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	s.jobs = jobs.New(d, jobs.Config{Tenants: func(context.Context) ([]int64, error) { return []int64{s.w.Tenant}, nil }})
	set := resource.NewSet()
	set.Files(s.shell, files)
	pages.Mount(s.shell, set, s.s, s.jobs)
	todo := pages.Todo(s.s)
	s.shell.Handle(shell.Route{Method: "GET", Pattern: "/todo", Perm: shell.Self, Fn: func(c *shell.Ctx) error {
		list, err := todo(c)
		if err != nil {
			return err
		}
		return c.Page(c.PageOf("我的待办"), ui.Alerts(list...))
	}})
	s.handler = s.shell.Handler()
	_, err = s.s.Run(t.Context(), access.System, s.w.Tenant, overviewtest.Town, date.Must("2021-11-10"), nil)
	s.ok(err)
	return s
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
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2021"})
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")}
}

func (s *site) get(login, path string) answer { s.Helper(); return s.do(login, "GET", path, nil) }

func (s *site) post(login, path string, pairs ...string) answer {
	s.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do(login, "POST", path, strings.NewReader(v.Encode()))
}

var tags = regexp.MustCompile(`(?s)<head.*?</head>|<svg.*?</svg>|<[^>]*>|\s+`)

func (s *site) want(a answer, code int, has ...string) {
	s.Helper()
	text := tags.ReplaceAllString(a.body, " ")
	if a.code != code {
		s.Fatalf("status %d, want %d: %s", a.code, code, text)
	}
	for _, h := range has {
		if !strings.Contains(a.body, h) {
			s.Fatalf("no %q in: %s", h, text)
		}
	}
}

// rent is the alert on the rent that was never paid.
func (s *site) rent() *risk.Alert {
	s.Helper()
	page, _, err := s.s.Alerts.List(s.Context(), access.System, s.w.Tenant, record.Filter{Scope: village, Eq: map[string]string{"code": "rent_overdue"}, Page: db.Paging{Limit: 5}})
	s.ok(err)
	if len(page.Items) != 1 {
		s.Fatalf("%d rents are overdue", len(page.Items))
	}
	return &page.Items[0]
}

func TestPages(t *testing.T) {
	s := newSite(t)
	at := "/alerts/" + s.rent().ID.String()
	for _, login := range []string{"kuaiji", "shuji", "baozhang", "lianluo", "jianguan", "shenji"} {
		s.want(s.get(login, "/alerts/board"), 200, "按地区和项目", "租金逾期", "上次检查：按 2021-11-10 检查")
		s.want(s.get(login, "/alerts"), 200, "租金逾期", "待答复")
		s.want(s.get(login, at), 200, "数字是怎么来的", "已逾期", "处理经过", "示例承租企业")
		s.want(s.get(login, "/alerts/monthly?month=2021-11"), 200, "新增", "租金逾期")
		s.want(s.get(login, "/alerts/statistics"), 200, "按项目", "销号率")
		s.want(s.get(login, "/risk-rules"), 200, "内置规则")
		s.want(s.get(login, "/risk-rules/built-in"), 200, "民法典", "100.01%", "镇代理会计")
		s.want(s.get(login, "/alerts/mine"), 200)
	}
	for _, path := range []string{"/alerts/board", "/alerts", at, "/alerts/mine", "/risk-rules", "/related-persons"} {
		s.want(s.get("guanli", path), 403)
	}
	s.want(s.get("lianluo", "/related-persons"), 403)
	s.want(s.get("baozhang", "/todo"), 200, "租金逾期", "去答复")
	s.want(s.get("shenji", at+"/act/reply"), 403)
	s.want(s.post("shenji", at+"/act/reply", "reason", "我来"), 403)
	s.want(s.get("baozhang", at+"/act/dance"), 404)
	s.want(s.get("baozhang", "/alerts/77/act/reply"), 404)
	s.want(s.post("baozhang", "/alerts/run"), 403)

	s.want(s.get("baozhang", at), 200, at+"/act/reply")
	s.want(s.get("baozhang", at+"/act/reply"), 200, "处理情况", "附件")
	s.want(s.post("baozhang", at+"/act/reply", "reason", " "), 422, "请填写答复")
	s.want(s.post("baozhang", at+"/act/reply", "reason", "已上门催收", "version", "999"), 409, "已上门催收", "刚刚有了变化")
	s.want(s.post("baozhang", at+"/act/close", "reason", "同意"), 409, "待答复")
	s.want(s.post("baozhang", at+"/act/reply", "reason", "已上门催收，月底付清"), 303)
	s.want(s.post("baozhang", at+"/act/close", "reason", "同意"), 403)
	s.want(s.get("kuaiji", "/todo"), 200, "去审核")
	s.want(s.get("kuaiji", at), 200, "已上门催收，月底付清", at+"/act/close", at+"/act/return")
	s.want(s.post("kuaiji", at+"/act/return", "reason", "请附催收函"), 303)
	s.want(s.get("baozhang", at), 200, "退回重办", "请附催收函")
	s.want(s.post("baozhang", at+"/act/reply", "reason", "见附件"), 303)
	s.want(s.post("kuaiji", at+"/act/close", "reason", "属实，同意"), 303)
	s.want(s.get("shenji", at), 200, "已销号", "属实，同意")
	s.want(s.post("lianluo", at+"/act/reopen", "reason", "又没付"), 403)
	s.want(s.post("shuji", at+"/act/reopen", "reason", "又没付"), 303)
	s.want(s.get("baozhang", at), 200, "待答复", "又没付")

	run := s.post("kuaiji", "/alerts/run", "_key", "once")
	s.want(run, 303)
	if again := s.post("kuaiji", "/alerts/run", "_key", "once"); !strings.HasPrefix(run.location, "/jobs/") || again.location != run.location {
		t.Errorf("queued %q and %q", run.location, again.location)
	}
}

func TestRulePages(t *testing.T) {
	s := newSite(t)
	s.want(s.get("shuji", "/risk-rules/new"), 200, "预警项目", "蓝色界限")
	s.want(s.get("kuaiji", "/risk-rules/new"), 403)
	in := []string{"code", "租金逾期", "name", "镇上的", "region", "示例镇", "from", "2021-01-01", "blue", "", "yellow", "30", "red", "60", "owner", "village_bookkeeper", "reviewer", "town_accountant", "escalate", "town_secretary", "clears", "close"}
	s.want(s.post("shuji", "/risk-rules", append(in, "params", "最小=1")...), 422, "没有“最小”这个参数")
	a := s.post("shuji", "/risk-rules", append(in, "_preview", "1", "do", "preview")...)
	if a.code != 200 && a.code != 303 {
		t.Errorf("preview: %d", a.code)
	}
}

// TestRaiseToClose goes the way of an alert in a browser: from the board to the answer, the review and the closing.
func TestRaiseToClose(t *testing.T) {
	s := newSite(t)
	srv := httptest.NewServer(s.handler)
	defer srv.Close()
	bin := os.Getenv("HUICUN_TEST_CHROMIUM")
	if bin == "" {
		bin = "/usr/bin/chromium"
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("lang", "zh-CN"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	run := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	is := func(what, js, want string) {
		t.Helper()
		got, err := "", error(nil)
		for range 60 { // until it is so: pages take a moment
			if got, err = chromedp.Run(ctx, chromedp.Evaluate[string]("String("+js+")")); err == nil && got == want {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%s: %q %v, want %q", what, got, err, want)
	}
	wide, phone := chromedp.EmulateViewport(1440, 900), chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile)
	shot := func(name string) {
		t.Helper()
		is(name+" does not scroll sideways", `document.documentElement.scrollWidth <= innerWidth`, "true")
		if *shots == "" {
			return
		}
		time.Sleep(200 * time.Millisecond)
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		s.ok(err)
		s.ok(os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600))
	}
	as := func(login string) {
		t.Helper()
		for name, value := range map[string]string{"hc_session": s.token(login), "hc_year": "2021"} {
			if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: srv.URL}); err != nil {
				t.Fatal(err)
			}
		}
	}
	at := srv.URL + "/alerts/" + s.rent().ID.String()
	both := func(name, path string) {
		t.Helper()
		run(name, wide, chromedp.Navigate(srv.URL+path), chromedp.WaitVisible(chromedp.CSS("h1, .page-title")))
		shot(name + "-1440")
		run(name, phone, chromedp.Navigate(srv.URL+path), chromedp.WaitVisible(chromedp.CSS("h1, .page-title")))
		shot(name + "-390")
		run(name, wide)
	}
	run("start", wide, chromedp.Navigate("about:blank"))
	as("kuaiji")
	both("board", "/alerts/board")
	both("list", "/alerts")
	both("monthly", "/alerts/monthly")
	both("statistics", "/alerts/statistics")
	both("built-in", "/risk-rules/built-in")
	as("baozhang")
	both("mine", "/alerts/mine")
	both("alert", strings.TrimPrefix(at, srv.URL))
	both("reply", strings.TrimPrefix(at, srv.URL)+"/act/reply")
	run("answer", chromedp.Navigate(at+"/act/reply"), chromedp.SetValue(chromedp.CSS("[name=reason]"), "已上门催收，月底付清"), chromedp.Click(chromedp.CSS("#act .btn-primary")), chromedp.WaitVisible(chromedp.CSS(".flash-green")))
	is("answered", `document.body.innerText.includes('待审核')`, "true")
	as("kuaiji")
	run("review", chromedp.Navigate(at+"/act/close"), chromedp.SetValue(chromedp.CSS("[name=reason]"), "属实，同意"), chromedp.Click(chromedp.CSS("#act .btn-primary")), chromedp.WaitVisible(chromedp.CSS(".flash-green")))
	is("closed", `document.body.innerText.includes('属实，同意')`, "true")
	both("closed", strings.TrimPrefix(at, srv.URL))
	if s.rent().State != risk.Closed {
		t.Error("not closed")
	}
	as("shuji")
	both("rule", "/risk-rules/new")
}
