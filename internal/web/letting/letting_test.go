package letting_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/letting"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	pages "huicun/internal/web/letting"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/migrations"
)

const (
	town     = "321182103000"
	village  = "321182103205"
	password = "Lüshan-7-Qiao"
)

// site is this group's pages over one village with a vacant workshop, on a day that can be moved.
type site struct {
	*testing.T
	shell   *shell.Shell
	handler http.Handler
	tenant  int64
	now     time.Time
	tokens  map[string]string
}

func newSite(t *testing.T) *site {
	s := &site{T: t, tokens: map[string]string{}}
	s.day("2021-11-10")
	clock := func() time.Time { return s.now }
	d, err := db.Open(context.Background(), db.Config{DataDir: t.TempDir(), Migrations: migrations.FS, Classes: migrations.Classes, Clock: clock})
	s.ok(err)
	t.Cleanup(func() { _ = d.Close() })
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.ok(err)
	regions := region.New(d)
	s.ok(regions.Save(t.Context(), []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
		{Code: "321182103206", Name: "红旗村", Level: "village"},
	}))
	tn, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tn.ID
	accounts := account.New(d, box, regions)
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "shuji", Name: "镇书记", Grants: []access.Grant{{Role: "town_secretary", Region: town}}},
		{Login: "baozhang", Name: "永胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "shenji", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: town}}},
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "lianluo", Name: "联络员", Grants: []access.Grant{{Role: "liaison", Region: town}}},
		{Login: "jianguan", Name: "监管员", Grants: []access.Grant{{Role: "county_supervisor", Region: "321182000000"}}},
		{Login: "linju", Name: "红旗村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: "321182103206"}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	parties := party.NewParties(env)
	cards, units := asset.NewAssets(env), asset.NewUnits(env)
	contracts := contract.NewContracts(env)
	svc := letting.New(env, contracts)
	s.shell = &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: clock}
	set := resource.NewSet()
	pages.Mount(s.shell, set, svc, parties)
	resource.Mount(s.shell, set, parties, resource.Options[party.Party]{})
	resource.Mount(s.shell, set, contracts, resource.Options[contract.Contract]{})
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	s.handler = s.shell.Handler()
	add(s, parties, env, "name", "永胜合作社", "kind", "集体经济组织", "region", "永胜村")
	add(s, parties, env, "name", "一厂", "kind", "企业", "region", "永胜村")
	add(s, parties, env, "name", "李四", "kind", "农户（个体）", "region", "永胜村")
	add(s, cards, env, "name", "永胜厂房", "owner", "永胜合作社", "kind", "厂房", "origin", "新建", "quantity", "2000平方米")
	add(s, units, env, "no", "Y1", "asset", "ZC-0001", "name", "永胜厂房东区", "quantity", "1000平方米")
	add(s, svc.Rules, env, "name", "招租办法", "region", "八桥镇", "from", "2021-01-01", "list_days", "7", "result_days", "5", "reserve_percent", "90", "min_bidders", "2")
	add(s, svc.Thresholds, env, "name", "各类", "region", "八桥镇", "from", "2021-01-01", "level", "镇审批", "steps", "两委会商议")
	return s
}

func add[T any](s *site, n *record.Noun[T], env *record.Env, pairs ...string) {
	s.Helper()
	in := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		in[pairs[i]] = pairs[i+1]
	}
	v := new(T)
	s.ok(n.SetTexts(s.Context(), env.ForTenant(s.tenant), town, v, in))
	_, err := n.Create(s.Context(), access.System, s.tenant, "", v)
	s.ok(err)
}

func (s *site) day(text string) {
	d := date.Must(text)
	s.now = time.Date(d.Year(), d.Month(), d.Day(), 10, 0, 0, 0, date.Shanghai)
	s.tokens = map[string]string{} // sessions do not last for days
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

// token logs somebody in.
func (s *site) token(login string) string {
	s.Helper()
	if s.tokens[login] == "" {
		t, err := s.shell.Accounts.Login(s.Context(), login, password, "203.0.113.9", "Mozilla/5.0 (Windows NT 10.0) Edge")
		s.ok(err)
		s.tokens[login] = t
	}
	return s.tokens[login]
}

func (s *site) do(login, method, path string, body io.Reader) answer {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	if login != "" {
		r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.token(login)})
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")}
}

func (s *site) get(login, path string) answer {
	s.Helper()
	return s.do(login, "GET", path, nil)
}

func (s *site) post(login, path string, pairs ...string) answer {
	s.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do(login, "POST", path, strings.NewReader(v.Encode()))
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

func (s *site) lacks(a answer, list ...string) {
	s.Helper()
	for _, l := range list {
		if strings.Contains(a.body, l) {
			s.Errorf("%q shows", l)
		}
	}
}

var startLink = regexp.MustCompile(`/lettings/new\?[^"]*`)

// TestLetting walks a letting through its pages: by role, with bad input, and as the public sees it.
func TestLetting(t *testing.T) {
	s := newSite(t)
	page := s.want(s.get("baozhang", "/vacancies"), 200, "永胜厂房东区", "没有租出过", "发起招租")
	s.lacks(s.want(s.get("shenji", "/vacancies"), 200, "永胜厂房东区"), "发起招租")
	s.want(s.get("baozhang", startLink.FindString(page.body)), 200, "永胜厂房东区公开招租", `value="永胜合作社"`, `value="Y1"`)
	plan := []string{
		"name", "永胜厂房东区公开招租", "owner", "永胜合作社", "units", "Y1", "purpose", "工业生产", "basis", "集体自行测算", "basis_year", "120000", "basis_note", "参照邻村", "reserve", "100000",
		"from", "2022-01-01", "months", "36", "pay_months", "6", "contact", "永胜村村委会", "closes", "2021-11-17",
	}
	s.want(s.post("shenji", "/lettings", plan...), 403)
	bad := append([]string{}, plan...)
	bad[11], bad[19] = "十二万", "500"
	s.want(s.post("baozhang", "/lettings", bad...), 422, "十二万", "永胜厂房东区公开招租")
	at := s.want(s.post("baozhang", "/lettings", plan...), 303).location
	s.want(s.get("baozhang", at), 200, "下一步：完成民主决策", "还没有登记“两委会商议”", "底价低于参考年租金", "镇审批", "价格依据")
	s.want(s.get("", "/public/lettings"), 200, "现在没有招租公告")
	public := "/public" + strings.Replace(at, "/lettings/", "/lettings/"+strconv.FormatInt(s.tenant, 10)+"/", 1)
	s.want(s.get("", public), 404)
	s.want(s.post("baozhang", at+"/do/decide"), 409, "还没有登记")
	no := "ZZ-2022-0001"
	s.want(s.post("baozhang", "/letting-steps", "letting", no, "step", "两委会商议", "on", "2021-11-05", "due", "7", "present", "8", "agree", "7"), 422, "实到不能多于应到", "应等于实到")
	s.want(s.post("baozhang", "/letting-steps", "letting", no, "step", "两委会商议", "on", "2021-11-05", "due", "7", "present", "7", "agree", "7"), 303)
	edit := append([]string{"version", "1", "reserve_reason", "屋面漏水"}, plan...)
	s.want(s.post("baozhang", at, edit...), 303)
	s.want(s.post("baozhang", at+"/do/decide"), 303)
	s.want(s.post("baozhang", at+"/do/approve"), 403)
	s.want(s.post("baozhang", at+"/do/list"), 409, "先由镇审批")
	s.want(s.post("shuji", at+"/do/approve"), 303)
	s.want(s.post("baozhang", at+"/do/list"), 303)
	listing := s.want(s.get("", public), 200, "永胜厂房东区公开招租", "100,000.00 元", "2021年11月10日", "2021年11月17日", "公告 7 天", "还有 8 天截止", "永胜村村委会", "两委会商议", "应到 7 人")
	s.lacks(listing, "屋面漏水", "120,000")
	s.want(s.get("", "/public/lettings?scope="+village), 200, "永胜厂房东区公开招租", public)

	bid := func(more ...string) answer {
		return s.post("baozhang", "/letting-bids", append([]string{"letting", no, "phone", "13812345678"}, more...)...)
	}
	s.want(bid("party", "一厂", "amount", "99999"), 422, "不得低于底价 100,000.00 元", "一厂")
	b := s.want(bid("party", "一厂", "amount", "110000"), 303).location
	s.want(bid("party", "一厂", "amount", "120000"), 422, "一家只能报一次")
	for _, login := range []string{"baozhang", "shuji", "shenji"} {
		seen := s.want(s.get(login, b), 200, "已密封", "138****5678")
		s.lacks(seen, "110000", "110,000", "13812345678")
	}
	s.want(bid("party", "李四", "amount", "115000"), 303)
	s.want(s.post("baozhang", at+"/do/open"), 409, "次日起才能开标")
	s.lacks(s.get("", public), "一厂", "李四")

	s.day("2021-11-18")
	s.want(bid("name", "王五", "amount", "200000"), 409, "报名已于 2021年11月17日 截止")
	s.want(s.post("shenji", at+"/do/open"), 403)
	s.want(s.post("baozhang", at+"/do/open"), 303)
	s.want(s.get("baozhang", at), 200, "开标排名", "115,000.00", "110,000.00", "下一步：公示结果")
	s.lacks(s.get("", public), "115,000")
	s.want(s.post("baozhang", at+"/do/publicise"), 303)
	result := s.want(s.get("", public), 200, "招租结果公示", "李某", "115,000.00 元", "2021-11-18 至 2021-11-23")
	s.lacks(result, "李四", "13812345678")
	s.want(s.post("baozhang", at+"/do/award"), 409, "公示 5 天")
	s.day("2021-11-24")
	s.want(s.post("baozhang", at+"/do/award"), 303)
	s.want(s.post("shenji", at+"/contract"), 403)
	made := s.want(s.post("baozhang", at+"/contract", "_key", "form-key-00000001"), 303).location
	s.want(s.get("baozhang", made), 200, "57,500.00", "李四", "由公开招租 "+no+" 起草")
	s.want(s.get("baozhang", at), 200, "已起草合同", made)
	s.want(s.post("baozhang", at+"/contract", "_key", "form-key-00000002"), 409)
	for _, p := range []string{"/public/lettings/x/1", "/public/lettings/1/x", "/public/lettings/999/" + strings.TrimPrefix(at, "/lettings/")} {
		s.want(s.get("", p), 404)
	}
}

// listed brings a letting of the workshop to its listing and returns its page.
func (s *site) listed() string {
	s.Helper()
	at := s.want(s.post("baozhang", "/lettings", "name", "东区公开招租", "owner", "永胜合作社", "units", "Y1", "purpose", "工业生产", "basis", "集体自行测算", "basis_year", "100000", "basis_note", "测算",
		"reserve", "100000", "from", "2022-01-01", "months", "36", "pay_months", "6", "contact", "村委会", "closes", "2021-11-17"), 303).location
	s.want(s.post("baozhang", "/letting-steps", "letting", "ZZ-2022-0001", "step", "两委会商议", "on", "2021-11-05", "due", "7", "present", "7", "agree", "7"), 303)
	s.want(s.post("baozhang", at+"/do/decide"), 303)
	s.want(s.post("shuji", at+"/do/approve"), 303)
	s.want(s.post("baozhang", at+"/do/list"), 303)
	return at
}

// sealedAmount is the amount of a sealed bid, however it may be written.
var sealedAmount = []string{"123456.78", "123,456.78", "12345678", "12.35"}

// TestSealed: before the opening nobody sees what was offered, on no page, in no list, search, sheet or history.
func TestSealed(t *testing.T) {
	s := newSite(t)
	at := s.listed()
	bid := s.want(s.post("baozhang", "/letting-bids", "letting", "ZZ-2022-0001", "party", "一厂", "phone", "13812340000", "amount", "123456.78"), 303).location
	public := "/public" + strings.Replace(at, "/lettings/", "/lettings/"+strconv.FormatInt(s.tenant, 10)+"/", 1)
	pages := []string{at, bid, bid + "/edit", "/letting-bids", "/letting-bids/export", "/letting-bids?q=123456", "/letting-bids?sort=offer", "/lettings", "/lettings/export", bid + "/history", at + "/history"}
	for _, login := range []string{"baozhang", "shuji", "shenji", "kuaiji", "lianluo", "jianguan"} {
		for _, path := range pages {
			a := s.get(login, path)
			if a.code >= 500 {
				t.Errorf("%s %s: %d", login, path, a.code)
			}
			s.lacks(a, sealedAmount...)
			s.lacks(a, "13812340000")
		}
	}
	for _, login := range []string{"", "linju"} {
		for _, path := range []string{bid, bid + "/edit", "/letting-bids/export"} {
			a := s.get(login, path)
			s.lacks(a, append(sealedAmount, "一厂", "13812340000")...)
		}
	}
	s.lacks(s.get("", public), append(sealedAmount, "一厂")...)
	// A change does not show it either, and one that leaves the mark of a sealed amount keeps it.
	s.want(s.post("baozhang", bid, "version", "1", "party", "一厂", "phone", "13812340000", "received", "2021-11-10", "amount", "已密封", "earnest_on", "2021-11-10"), 303)
	s.want(s.post("baozhang", bid, "version", "2", "party", "一厂", "phone", "13812340000", "received", "2021-11-10", "amount", "99999.99"), 422, "不得低于底价")
	s.lacks(s.get("shenji", bid), sealedAmount...)
	s.want(s.post("shenji", bid, "version", "2", "party", "一厂", "amount", "200000"), 403)
	s.want(s.post("baozhang", "/letting-bids", "letting", "ZZ-2022-0001", "party", "李四", "phone", "13812340001", "amount", "110000"), 303)
	s.day("2021-11-18")
	s.want(s.post("baozhang", at+"/do/open"), 303)
	s.want(s.get("shenji", at), 200, "123,456.78")
}

// TestFailedAndAgain: too few bids fail, the letting is repeated, and what was withdrawn says why.
func TestFailedAndAgain(t *testing.T) {
	s := newSite(t)
	at := s.listed()
	public := func(at string) string {
		return "/public" + strings.Replace(at, "/lettings/", "/lettings/"+strconv.FormatInt(s.tenant, 10)+"/", 1)
	}
	s.want(s.post("baozhang", "/letting-bids", "letting", "ZZ-2022-0001", "party", "一厂", "phone", "13812340000", "amount", "110000"), 303)
	s.want(s.post("baozhang", at+"/do/fail", "reason", "只有一家"), 409, "才截止")
	s.day("2021-11-18")
	s.want(s.get("baozhang", at), 200, "下一步：流标")
	s.want(s.post("baozhang", at+"/do/open"), 409, "不足 2 家")
	s.want(s.post("shenji", at+"/do/fail", "reason", "只有一家"), 403)
	s.want(s.post("baozhang", at+"/do/fail"), 409, "请说明流标的理由")
	s.want(s.post("baozhang", at+"/do/fail", "reason", "只有一家报名"), 303)
	failed := s.want(s.get("", public(at)), 200, "流标", "只有一家报名")
	s.lacks(failed, "一厂", "110,000")
	page := s.want(s.get("baozhang", at), 200, "再次招租")
	again := startLink.FindString(page.body)
	s.want(s.get("baozhang", again), 200, "东区公开招租", `value="ZZ-2022-0001"`)
	second := s.want(s.post("baozhang", "/lettings", "again", "ZZ-2022-0001", "name", "东区再次公开招租", "owner", "永胜合作社", "units", "Y1", "purpose", "工业生产", "basis", "集体自行测算", "basis_year", "100000",
		"basis_note", "测算", "reserve", "95000", "from", "2022-02-01", "months", "36", "pay_months", "6", "contact", "村委会", "closes", "2021-11-26"), 303).location
	s.want(s.get("shenji", at), 200, "东区再次公开招租")
	s.want(s.post("baozhang", "/lettings", "name", "东区第三次", "owner", "永胜合作社", "units", "Y1", "purpose", "生产", "basis", "集体自行测算", "basis_year", "100000", "basis_note", "测算", "reserve", "95000",
		"from", "2022-02-01", "months", "36", "pay_months", "6", "contact", "村委会", "closes", "2021-11-26"), 422, "Y1")
	s.want(s.post("baozhang", "/letting-steps", "letting", "ZZ-2022-0002", "step", "两委会商议", "on", "2021-11-18", "due", "7", "present", "7", "agree", "7"), 303)
	s.want(s.post("baozhang", second+"/do/decide"), 303)
	s.want(s.post("shuji", second+"/do/approve"), 303)
	s.want(s.post("baozhang", second+"/do/list"), 303)
	s.want(s.post("baozhang", second+"/do/withdraw", "reason", "标的有误"), 403)
	s.want(s.post("shuji", second+"/do/withdraw", "reason", "标的面积有误"), 303)
	s.want(s.get("", public(second)), 200, "撤回", "标的面积有误")
	s.want(s.post("baozhang", "/letting-bids", "letting", "ZZ-2022-0002", "party", "一厂", "phone", "13812340000", "amount", "110000"), 409, "不收报价")
}

// TestObjections: a result is settled only when every objection to it is; one that is upheld sends it back.
func TestObjections(t *testing.T) {
	s := newSite(t)
	at := s.listed()
	bid := ""
	for _, x := range [][2]string{{"一厂", "110000"}, {"李四", "120000"}} {
		bid = s.want(s.post("baozhang", "/letting-bids", "letting", "ZZ-2022-0001", "party", x[0], "phone", "13812340000", "amount", x[1]), 303).location
	}
	objection := []string{"letting", "ZZ-2022-0001", "on", "2021-11-19", "raiser", "王五", "phone", "13900000000", "content", "李四不符合条件"}
	s.want(s.post("baozhang", "/letting-objections", objection...), 409, "公示期内")
	s.day("2021-11-18")
	s.want(s.post("baozhang", at+"/do/open"), 303)
	s.want(s.post("baozhang", at+"/do/publicise"), 303)
	s.want(s.post("baozhang", "/letting-objections", objection...), 422, "今天以前")
	s.day("2021-11-19")
	s.want(s.post("shenji", "/letting-objections", objection...), 403)
	o := s.want(s.post("baozhang", "/letting-objections", objection...), 303).location
	s.lacks(s.get("shenji", o), "13900000000")
	s.want(s.post("baozhang", o+"/do/uphold"), 403)
	s.want(s.post("shuji", o+"/do/uphold"), 409, "答复")
	s.day("2021-11-25")
	s.want(s.post("baozhang", at+"/do/award"), 409, "还没有办结")
	s.want(s.post("baozhang", o, "version", "1", "raiser", "王五", "content", "李四不符合条件", "on", "2021-11-19", "reply", "属实"), 303)
	s.want(s.post("shuji", o+"/do/uphold"), 303)
	s.want(s.post("baozhang", at+"/do/award"), 409, "请重新评定")
	s.want(s.post("shuji", at+"/do/reopen", "reason", "李四有欠租"), 303)
	public := s.get("", "/public"+strings.Replace(at, "/lettings/", "/lettings/"+strconv.FormatInt(s.tenant, 10)+"/", 1))
	s.lacks(public, "李某", "120,000", "13900000000", "王五")
	s.want(s.post("baozhang", bid, "version", "4", "party", "李四", "phone", "138****0000", "received", "2021-11-10", "amount", "已密封", "offer", "120000", "out", "有欠租"), 303)
	s.want(s.post("baozhang", at+"/do/publicise"), 303)
	s.want(s.get("", "/public"+strings.Replace(at, "/lettings/", "/lettings/"+strconv.FormatInt(s.tenant, 10)+"/", 1)), 200, "一厂", "110,000.00 元")
}
