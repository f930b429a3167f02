package admin

import (
	"bytes"
	"context"
	"flag"
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
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	"huicun/internal/web/shell"
)

const (
	city     = "321100000000"
	county   = "321182000000"
	town     = "321182103000"
	town2    = "321182104000"
	village  = "321182103205"
	password = "Lüshan-7-Qiao"
)

var (
	withBrowser = flag.Bool("browser", true, "look at the pages in an installed Chromium")
	shots       = flag.String("shots", "", "with -browser: write pictures to this directory")
)

// site is the pages over a database with one township and people of every kind.
type site struct {
	*testing.T
	d        *db.DB
	shell    *shell.Shell
	handler  http.Handler
	accounts *account.Service
	parties  *record.Noun[party.Party]
	tokens   map[string]string
}

func newSite(t *testing.T, d *db.DB) *site {
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	regions := region.New(d)
	s := &site{T: t, d: d, accounts: account.New(d, box, regions), tokens: map[string]string{}}
	s.ok(regions.Save(t.Context(), []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province", Kind: "省"}, {Code: city, Name: "镇江市", Level: "city", Kind: "地级市"},
		{Code: county, Name: "扬中市", Level: "county", Kind: "县级市"}, {Code: town, Name: "八桥镇", Level: "town", Kind: "镇"},
		{Code: town2, Name: "西来桥镇", Level: "town", Kind: "镇"}, {Code: village, Name: "利民村", Level: "village", Kind: "村"},
		{Code: "321182103206", Name: "红旗村", Level: "village", Kind: "村"}, {Code: "321182103207", Name: "永兴村", Level: "village", Kind: "村", ValidFrom: date.Must("2001-01-01")},
		{Code: "321182104201", Name: "幸福村", Level: "village", Kind: "村"},
	}))
	s.ok(s.accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "county", Name: "县管理员", Grants: []access.Grant{{Role: "sysadmin", Region: county}}},
		{Login: "town", Name: "陈管理", Grants: []access.Grant{{Role: "sysadmin", Region: town}}},
		{Login: "auditor", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: county}}},
		{Login: "kuaiji", Name: "王会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}, {Role: "village_bookkeeper", Region: village}}},
		{Login: "both", Name: "李跨镇", Grants: []access.Grant{{Role: "liaison", Region: town}, {Role: "liaison", Region: town2}}},
		{Login: "other", Name: "赵邻镇", Grants: []access.Grant{{Role: "town_secretary", Region: town2}}},
		{Login: "secretary", Name: "孙书记", Grants: []access.Grant{{Role: "town_secretary", Region: town}}},
		{Login: "baozhang", Name: "周报账", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "jianguan", Name: "吴监管", Grants: []access.Grant{{Role: "county_supervisor", Region: county}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	s.parties = party.NewParties(env)
	s.shell = &shell.Shell{Env: env, Accounts: s.accounts, Regions: regions, Clock: d.Clock()}
	s.shell.Menu = []shell.MenuGroup{{Title: "系统管理", Items: []shell.MenuItem{
		{Label: "账号", Icon: "user", Path: "/accounts", Perm: permAccounts}, {Label: "操作日志", Icon: "history", Path: "/audit", Perm: permAudit},
		{Label: "行政区划", Icon: "map", Path: "/regions", Perm: permRegions}, {Label: "系统信息", Icon: "settings", Path: "/system", Perm: permAccounts},
	}}}
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	Mount(s.shell)
	s.handler = s.shell.Handler()
	return s
}

func each(t *testing.T, fn func(s *site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newSite(t, d)) })
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
		t, err := s.accounts.Login(s.Context(), login, password, "203.0.113.9", "Mozilla/5.0 (Windows NT 10.0) Edge")
		s.ok(err)
		s.tokens[login] = t
	}
	return s.tokens[login]
}

type answer struct {
	code         int
	body, header string
}

func (s *site) do(login, method, path, contentType string, body io.Reader) answer {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.token(login)})
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	var h strings.Builder
	s.ok(w.Header().Write(&h))
	return answer{w.Code, w.Body.String(), h.String()}
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

func (s *site) upload(login, name, text string) answer {
	s.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile("file", name)
	s.ok(err)
	_, err = io.WriteString(f, text)
	s.ok(err)
	s.ok(w.Close())
	return s.do(login, "POST", "/regions/import", w.FormDataContentType(), &b)
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

// account returns an account by its login name.
func (s *site) account(login string) *account.Account {
	s.Helper()
	list, err := s.accounts.List(s.Context(), access.System, region.Nation, "", 500)
	s.ok(err)
	for _, a := range list {
		if a.Login == login {
			return &a
		}
	}
	s.Fatalf("no account %s", login)
	return nil
}

func (s *site) path(login string) string { return "/accounts/" + s.account(login).ID.String() }

func (s *site) version(login string) string { return fmt.Sprint(s.account(login).Version) }

var oneTime = regexp.MustCompile(`[2-9a-z]{4}(-[2-9a-z]{4}){3}`)

func TestAccountPages(t *testing.T) {
	each(t, func(s *site) {
		list := s.want(s.get("town", "/accounts"), 200, "王会计", "镇代理会计", "李跨镇", "示例")
		s.lacks(list, "赵邻镇", "县管理员")
		s.lacks(s.want(s.get("town", "/accounts?q=wkj"), 200, "王会计"), "李跨镇") // by pinyin initials
		s.want(s.get("town", "/accounts?q=nobody"), 200, "没有符合条件的账号")
		s.lacks(s.want(s.get("county", "/accounts?role=auditor"), 200, "审计员"), "王会计")
		s.lacks(s.want(s.get("county", "/accounts?state=disabled"), 200), "王会计")

		s.token("kuaiji")
		s.want(s.get("town", s.path("kuaiji")), 200, "王会计", "视窗电脑", "203.0.113.9", "重置密码", "新建", "登录名")
		s.want(s.get("town", s.path("other")), 404)
		s.want(s.get("town", s.path("both")), 200, "管理范围以外")
		s.lacks(s.get("town", s.path("both")), "/password", "203.0.113.9")
		s.want(s.get("town", s.path("both")+"/edit"), 403)
		s.want(s.get("town", s.path("town")), 200, "自己的账号")
		s.want(s.get("town", s.path("town")+"/grants"), 403)

		// Changes: over the version that was seen, errors beside the field.
		path, v := s.path("kuaiji"), s.version("kuaiji")
		s.want(s.post("town", path, "version", v, "name", "王小会计", "phone", "123"), 422, "王小会计", "field-error")
		s.want(s.post("town", path, "version", v, "name", "王小会计", "phone", "13800138000"), 303)
		s.want(s.get("town", path), 200, "王小会计", "138****8000")
		s.want(s.post("town", path, "version", v, "name", "王大会计", "phone", ""), 409, "别人先保存了", "王小会计", "王大会计")

		// Revoking, disabling, enabling.
		s.want(s.post("town", path+"/sessions/revoke", "session", ""), 303)
		s.want(s.get("kuaiji", "/accounts"), 303) // to the login page
		s.want(s.post("town", path+"/state", "version", v, "to", "disabled"), 409, "刚刚被别人改过")
		s.want(s.post("town", path+"/state", "version", s.version("kuaiji"), "to", "disabled"), 303)
		s.want(s.get("town", "/accounts?state=disabled"), 200, "王小会计", "停用")
		if !s.account("kuaiji").Disabled || s.get("town", path).body == "" {
			t.Fatal("not disabled")
		}
		s.want(s.post("town", path+"/state", "version", s.version("kuaiji"), "to", "enabled"), 303)
		s.want(s.post("town", s.path("both")+"/state", "version", s.version("both"), "to", "disabled"), 403)
		s.want(s.post("town", s.path("other")+"/state", "version", "1", "to", "disabled"), 404)
		s.want(s.post("town", s.path("town")+"/state", "version", s.version("town"), "to", "disabled"), 403)
	})
}

func TestGrantsStayWithinOnesPlace(t *testing.T) {
	each(t, func(s *site) {
		s.want(s.get("town", "/accounts/new"), 200, "八桥镇", "role.0", "role.3", "一次性密码")
		// Elsewhere, above, and nowhere.
		for place, want := range map[string]string{town2: "不在您的管理范围内", county: "不在您的管理范围内", "全国": "不在您的管理范围内", "西来桥镇": "没有找到", "": "请填写这个角色管到哪里"} {
			a := s.post("town", "/accounts", "login", "new.one", "name", "新人", "role.0", "liaison", "place.0", place)
			s.want(a, 422, want, "new.one", "新人")
		}
		s.want(s.post("town", "/accounts", "login", "new.one", "name", "新人", "role.0", "", "place.0", "八桥镇"), 422, "请选择角色")
		s.want(s.post("town", "/accounts", "login", "new.one", "name", "新人", "role.0", "", "place.0", ""), 422, "至少授予一个角色")
		s.want(s.post("town", "/accounts", "login", "new.one", "name", "新人", "role.0", "system", "place.0", "八桥镇"), 422, "没有可以授予的角色")
		s.want(s.post("town", "/accounts", "login", "kuaiji", "name", "新人", "role.0", "liaison", "place.0", "八桥镇"), 409, "已有人使用")

		path := s.path("both")
		s.want(s.get("town", path+"/grants"), 200, "原样保留", "西来桥镇", `value="八桥镇"`)
		v := s.version("both")
		s.want(s.post("town", path+"/grants", "version", v, "role.0", "liaison", "place.0", "八桥镇", "had.0", "1", "role.1", "liaison", "place.1", county), 422, "不在您的管理范围内")
		// The role in the other township stays; the one here is taken away and another given.
		s.want(s.post("town", path+"/grants", "version", v, "role.0", "", "place.0", "八桥镇", "had.0", "1", "role.1", "village_bookkeeper", "place.1", "利民村", "role.2", "", "place.2", ""), 303)
		got := s.account("both").Grants
		if len(got) != 2 || got[0] != (access.Grant{Role: "village_bookkeeper", Region: village}) || got[1] != (access.Grant{Role: "liaison", Region: town2}) {
			t.Fatal(got)
		}
		s.want(s.post("town", path+"/grants", "version", v, "role.0", "liaison", "place.0", "八桥镇"), 409, "别人先保存了", "村报账员")
		s.want(s.post("town", s.path("other")+"/grants", "version", "1", "role.0", "liaison", "place.0", "八桥镇"), 404)
		s.want(s.post("town", s.path("town")+"/grants", "version", s.version("town"), "role.0", "auditor", "place.0", "八桥镇"), 403)
		s.want(s.post("county", path+"/grants", "version", s.version("both"), "role.0", "auditor", "place.0", "扬中市"), 303)
	})
}

func TestOneTimePasswordIsShownOnce(t *testing.T) {
	each(t, func(s *site) {
		var seen []string
		once := func(a answer) string {
			s.Helper()
			s.want(a, 200, "一次性密码", "data-copy")
			pw := oneTime.FindString(a.body)
			if pw == "" || strings.Contains(a.header, pw) || !strings.Contains(a.header, "no-store") || strings.Contains(a.header, "hc_flash") {
				s.Fatalf("password %q, header %s", pw, a.header)
			}
			seen = append(seen, pw)
			return pw
		}
		first := once(s.post("town", "/accounts", "login", "New.One", "name", "新报账员", "phone", "13800138000", "role.0", "village_bookkeeper", "place.0", "利民村"))
		a := s.account("new.one")
		if !a.MustChange || len(a.Grants) != 1 || a.Grants[0].Region != village {
			t.Fatalf("%+v", a)
		}
		token, err := s.accounts.Login(s.Context(), "new.one", first, "", "")
		s.ok(err)
		path, v := s.path("new.one"), s.version("new.one")
		once(s.post("town", path+"/password", "version", v))
		if _, _, err := s.accounts.Session(s.Context(), token); err == nil {
			t.Fatal("the session outlived the reset")
		}
		// Sending the form again, as a reload does, makes no other one.
		again := s.want(s.post("town", path+"/password", "version", v), 409, "没有办理")
		if seen[0] == seen[1] || oneTime.MatchString(text(again.body)) {
			t.Fatal("a second password")
		}
		s.want(s.post("town", path+"/password"), 422)
		s.want(s.post("town", s.path("town")+"/password", "version", s.version("town")), 403)
		s.want(s.post("town", s.path("both")+"/password", "version", s.version("both")), 403)
		pages := []answer{s.get("town", path), s.get("town", "/accounts"), s.get("town", path+"/edit"), s.get("auditor", "/audit"), s.get("auditor", "/audit?kind=account")}
		for _, p := range pages {
			s.want(p, 200)
			s.lacks(p, append(seen, "$argon2", "$2a$", token, secret.TokenHash(token))...)
		}
	})
}

func TestAudit(t *testing.T) {
	each(t, func(s *site) {
		ctx := s.Context()
		tenant, err := s.shell.Regions.TenantOf(ctx, town)
		s.ok(err)
		who := access.Principal{ID: 9, Name: "孙书记", Grants: []access.Grant{{Role: "town_secretary", Region: county}}}
		var made []ids.ID
		for i, name := range []string{"利民村股份经济合作社", "要删的企业", "幸福村股份经济合作社"} {
			p := &party.Party{Name: name, Kind: "enterprise"}
			p.Region = []string{village, village, "321182104201"}[i]
			id, err := s.parties.Create(ctx, who, tenant.ID, "", p)
			s.ok(err)
			made = append(made, id)
		}
		p, err := s.parties.Get(ctx, who, tenant.ID, made[1])
		s.ok(err)
		s.ok(s.parties.Delete(ctx, who, tenant.ID, made[1], p.Version))

		label := s.parties.Label
		page := s.want(s.get("auditor", "/audit?kind=party"), 200, "孙书记", label, "利民村股份经济合作社", "要删的企业", "幸福村", "删除", `href="`+s.parties.Path+"/"+made[0].String())
		s.lacks(page, `href="`+s.parties.Path+"/"+made[1].String(), "周报账")
		if strings.Index(page.body, "删除") > strings.Index(page.body, "利民村股份") {
			t.Fatal("not newest first")
		}
		s.lacks(s.get("auditor", "/audit?kind=party&scope="+town), "幸福村")
		s.want(s.get("auditor", "/audit?kind=account"), 200, "账号/登录", "周报账（baozhang）")
		s.lacks(s.want(s.get("auditor", "/audit?q="+url.QueryEscape("孙书记")), 200), "周报账")
		s.want(s.get("auditor", "/audit?q=nobody"), 200, "没有符合条件的记录")
		s.lacks(s.get("auditor", "/audit"), "/accounts/") // an auditor does not administer accounts
		x := s.want(s.get("auditor", "/audit/export?kind=party"), 200)
		tab, err := sheet.Read("x.xlsx", strings.NewReader(x.body), int64(len(x.body)), sheet.Options{})
		s.ok(err)
		if len(tab.Rows) != 4 || tab.Rows[0][2] != "删除" || tab.Rows[0][3] != label {
			t.Fatalf("%v", tab.Rows)
		}
	})
}

func TestAuditPages(t *testing.T) {
	each(t, func(s *site) {
		s.token("auditor") // a log-in is in the log too
		tenant, err := s.shell.Regions.TenantOf(s.Context(), town)
		s.ok(err)
		s.ok(s.d.InTx(s.Context(), db.Meta{Tenant: tenant.ID, ActorName: "批量"}, func(ctx context.Context, tx *db.Tx) error {
			for i := range 5200 {
				if err := audit.Write(ctx, tx, audit.Entry{Action: "修改", Kind: "party", Title: fmt.Sprintf("第%04d件", i), Region: village}); err != nil {
					return err
				}
			}
			return nil
		}))
		p := s.want(s.get("auditor", "/audit"), 200, "第5199件", "第5150件", "下一页")
		s.lacks(p, "第5149件")
		next := regexp.MustCompile(`href="(/audit\?[^"]*after=[^"]*)"`).FindStringSubmatch(p.body)
		s.lacks(s.want(s.get("auditor", strings.ReplaceAll(next[1], "&amp;", "&")), 200, "第5149件", "回到第一页"), "第5150件")
		// The kind that is far back is found by going on.
		p = s.want(s.get("auditor", "/audit?kind=account"), 200, "继续找更早的")
		next = regexp.MustCompile(`href="(/audit\?[^"]*after=[^"]*)"`).FindStringSubmatch(p.body)
		s.want(s.get("auditor", strings.ReplaceAll(next[1], "&amp;", "&")), 200, "周报账（baozhang）")
	})
}

func TestRegions(t *testing.T) {
	each(t, func(s *site) {
		s.lacks(s.want(s.get("town", "/regions"), 200, "八桥镇", "利民村", village, "村（社区）"), "西来桥镇")
		s.want(s.get("county", "/regions"), 200, "扬中市", "西来桥镇", "2001-01-01")
		s.lacks(s.want(s.get("county", "/regions?q="+url.QueryEscape("利民")), 200, "利民村"), "红旗村")
		s.lacks(s.want(s.get("secretary", "/regions"), 200, "利民村"), "/regions/import")

		bad := "代码,名称,类别,启用日期,停用日期\n321182103208,新村,村,昨天,\n321182105201,无主村,村,,\n321182104202,邻镇村,村,,\n"
		a := s.want(s.upload("town", "区划.csv", bad), 422, "共有 4 处错误", "第 2 行", "启用日期", "昨天", "第 3 行", "上级区划", "第 4 行", "不在您的管理范围内")
		if _, err := s.shell.Regions.Get(s.Context(), "321182103208"); err == nil {
			t.Fatal("something was saved")
		}
		link := regexp.MustCompile(`/regions/import/errors\?id=[^"]+`).FindString(a.body)
		x := s.want(s.get("town", link), 200)
		if tab, err := sheet.Read("x.xlsx", strings.NewReader(x.body), int64(len(x.body)), sheet.Options{}); err != nil || len(tab.Rows) != 4 {
			t.Fatal(tab, err)
		}
		s.want(s.get("county", link), 404)
		s.want(s.upload("town", "区划.pdf", "nonsense"), 422, "不认识的文件格式")
		s.want(s.upload("town", "区划.csv", "代码,名称,类别\n321182103208,新村,村\n"), 303)
		s.want(s.get("town", "/regions"), 200, "新村")

		// What is exported can be imported again, and changes nothing.
		x = s.want(s.get("county", "/regions/export?format=csv"), 200)
		a = s.want(s.upload("county", "区划.csv", x.body), 303)
		tpl := s.want(s.get("town", "/regions/template?format=csv"), 200)
		if !strings.Contains(tpl.body, "代码,名称,类别,启用日期,停用日期") {
			t.Fatal(tpl.body)
		}

		s.want(s.get("town", "/regions/change"), 200, "2021-11-10")
		s.want(s.post("town", "/regions/change", "old", "新村", "successor", "没有的村", "on", "x", "reason", ""), 422, "没有找到名为", "新村", "不是日期")
		s.want(s.post("town", "/regions/change", "old", "新村", "successor", "新村", "on", "2021-11-01", "reason", "批复"), 422, "同一个")
		s.want(s.post("town", "/regions/change", "old", town, "successor", town2, "on", "2021-11-01", "reason", "批复"), 403)
		s.want(s.post("town", "/regions/change", "old", "新村", "successor", "利民村", "on", "2021-11-01", "reason", "扬政复〔2021〕7 号"), 303)
		s.want(s.get("town", "/regions"), 200, "已停用", "并入或改为 利民村", "2021-11-01")
		s.want(s.get("town", "/regions?q=321182103208"), 200, "已停用", "新村")
		s.want(s.get("auditor", "/audit?kind=region"), 200, "行政区划", "区划变更", "扬政复", "导入")
	})
}

func TestSystemPage(t *testing.T) {
	each(t, func(s *site) {
		s.want(s.get("county", "/system"), 200, "数据库", "表结构版本", "2021-11-10 12:00", s.parties.Label, "扬中市")
	})
}

func TestOthersAreKeptOut(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	may := map[string][]string{
		"town": {permAccounts, permAccountsEdit, permRegions, region.PermEdit}, "auditor": {permAudit, permRegions}, "jianguan": {permAudit, permRegions},
		"secretary": {permRegions}, "kuaiji": {permRegions}, "baozhang": {permRegions}, "both": {permRegions},
	}
	for login, perms := range may {
		for _, r := range s.shell.Routes() {
			allowed := r.Perm == shell.Public
			for _, p := range perms {
				allowed = allowed || p == r.Perm
			}
			path := strings.Replace(r.Pattern, "{id}", s.account("kuaiji").ID.String(), 1)
			a := s.do(login, r.Method, path, "application/x-www-form-urlencoded", strings.NewReader(""))
			if allowed == (a.code == http.StatusForbidden) {
				t.Errorf("%s as %s: %d", r.Method+" "+r.Pattern, login, a.code)
			}
		}
	}
	// Nobody at all is led to the login page.
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/audit", nil))
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login") {
		t.Fatal(w.Code)
	}
}

// TestBrowser looks at the pages at a desk and on a phone: no page scrolls sideways or trips over the content
// security policy. go test ./internal/web/admin -run TestBrowser -browser [-shots DIR]
func TestBrowser(t *testing.T) {
	if !*withBrowser {
		t.Skip("switched off with -browser=false")
	}
	s := newSite(t, dbtest.SQLite(t))
	srv := httptest.NewServer(s.handler)
	defer srv.Close()
	s.want(s.post("town", "/accounts", "login", "new.one", "name", "新报账员", "phone", "13800138000", "role.0", "village_bookkeeper", "place.0", "利民村"), 200)
	s.want(s.upload("town", "区划.csv", "代码,名称,类别\n321182103208,新村,村\n"), 303)
	s.want(s.post("town", "/regions/change", "old", "新村", "successor", "利民村", "on", "2021-11-01", "reason", "扬政复〔2021〕7 号"), 303)
	s.want(s.post("town", s.path("kuaiji"), "version", s.version("kuaiji"), "name", "王小会计", "phone", "13800138000"), 303)
	tenant, err := s.shell.Regions.TenantOf(t.Context(), town)
	s.ok(err)
	p := &party.Party{Name: "利民村股份经济合作社", Kind: "enterprise", Industry: "五金", Contact: "张三（理事长）", Address: "八桥镇利民村 1 号"}
	p.Region = village
	_, err = s.parties.Create(t.Context(), access.Principal{ID: 9, Name: "孙书记", Grants: []access.Grant{{Role: "town_secretary", Region: county}}}, tenant.ID, "", p)
	s.ok(err)
	s.token("kuaiji")

	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("lang", "zh-CN"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	run := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	as := func(login string) {
		t.Helper()
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "hc_session", Value: s.token(login), URL: srv.URL}); err != nil {
			t.Fatal(err)
		}
	}
	sizes := []struct {
		name string
		act  chromedp.Action[chromedp.Void]
	}{{"1440", chromedp.EmulateViewport(1440, 900)}, {"375", chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)}}
	look := func(name string) {
		t.Helper()
		for _, size := range sizes {
			run(name, size.act)
			time.Sleep(200 * time.Millisecond)
			wide, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String(document.documentElement.scrollWidth > innerWidth)`))
			if err != nil || wide != "false" {
				t.Errorf("%s at %s scrolls sideways: %s %v", name, size.name, wide, err)
			}
			if *shots == "" {
				continue
			}
			png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			s.ok(err)
			s.ok(os.WriteFile(filepath.Join(*shots, name+"-"+size.name+".png"), png, 0o600))
		}
	}
	open := func(login, name, path string) {
		t.Helper()
		as(login)
		run(name, chromedp.Navigate(srv.URL+path))
		look(name)
	}
	open("county", "accounts", "/accounts")
	open("county", "account", s.path("kuaiji"))
	open("town", "account-new", "/accounts/new")
	open("town", "grants", s.path("both")+"/grants")
	open("auditor", "audit", "/audit")
	open("county", "regions", "/regions")
	open("county", "regions-import", "/regions/import")
	open("county", "regions-change", "/regions/change")
	open("county", "system", "/system")
	as("county")
	run("reset", sizes[0].act, chromedp.Navigate(srv.URL+s.path("kuaiji")), chromedp.Click(chromedp.CSS(`[data-dialog="#reset-password"]`)))
	look("reset-dialog")
	run("confirm", chromedp.Click(chromedp.CSS(`#reset-password .btn-danger`)), chromedp.WaitVisible(chromedp.CSS(".once-password")))
	look("password")
}
