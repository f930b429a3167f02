package plan_test

import (
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
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/secret"
	"huicun/internal/mechanism/joint"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/mechanism/plan"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	pages "huicun/internal/web/plan"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

const (
	town     = "321182103000"
	village  = "321182103205"
	password = "Lüshan-7-Qiao"
)

// site is this group's pages over two villages with a workshop.
type site struct {
	*testing.T
	shell   *shell.Shell
	handler http.Handler
	tenant  int64
	tokens  map[string]string
}

func newSite(t *testing.T) *site {
	d := dbtest.SQLite(t)
	s := &site{T: t, tokens: map[string]string{}}
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.ok(err)
	regions := region.New(d)
	s.ok(regions.Save(t.Context(), []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"},
		{Code: village, Name: "永胜村", Level: "village"}, {Code: "321182103206", Name: "红旗村", Level: "village"},
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
		{Login: "linju", Name: "红旗村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: "321182103206"}}},
		{Login: "xitong", Name: "系统管理员", Grants: []access.Grant{{Role: "sysadmin", Region: town}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	parties, cards := party.NewParties(env), asset.NewAssets(env)
	pairing.NewAgreements(env)
	joints := joint.NewProjects(env)
	cat := indicator.NewCatalogue(d, regions)
	cat.Add(asset.Figures()...)
	cat.Add(plan.Figures(env, cat)...)
	n := plan.New(env, cat)
	s.shell = &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: date.Fixed(time.Date(2021, 11, 10, 12, 0, 0, 0, date.Shanghai))}
	set := resource.NewSet()
	pages.Mount(s.shell, set, n, cat)
	resource.Mount(s.shell, set, cards, resource.Options[asset.Asset]{Children: []resource.Child{pages.OfAsset}})
	resource.Mount(s.shell, set, joints, resource.Options[joint.Project]{Children: []resource.Child{pages.OfJoint}})
	s.handler = s.shell.Handler()
	add(s, parties, env, "name", "永胜合作社", "kind", "集体经济组织", "region", "永胜村")
	add(s, parties, env, "name", "红旗合作社", "kind", "集体经济组织", "region", "红旗村")
	add(s, joints, env, "no", "LJ-2021-0001", "name", "联建大棚", "region", "永胜村", "field", joint.Works[0].Label, "proposed_on", "2021-03-01")
	add(s, cards, env, "name", "永胜厂房", "owner", "永胜合作社", "kind", "厂房", "origin", "新建", "quantity", "750平方米", "ready_on", "2021-03-01")
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

func (s *site) do(login, method, path string, body io.Reader) answer {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	if login != "" {
		if s.tokens[login] == "" {
			t, err := s.shell.Accounts.Login(s.Context(), login, password, "203.0.113.9", "Mozilla/5.0 (Windows NT 10.0) Edge")
			s.ok(err)
			s.tokens[login] = t
		}
		r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.tokens[login]})
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

// TestPlan: a plan is written, voted on, approved and shown; the board knows who has none.
func TestPlan(t *testing.T) {
	s := newSite(t)
	s.want(s.get("shuji", "/plan-board"), 200, "永胜村", "红旗村", "没有方案", "0/2", "/plans/new?year=2021")
	form := []string{"year", "2021", "owner", "永胜合作社", "name", "永胜村2021年方案", "lead", "党总支书记", "situation", "厂房\n少", "problem", "闲置", "approach", "盘活", "vote_on", "2021-02-02", "due", "40", "present", "36", "agree", "30"}
	s.want(s.post("shenji", "/plans", form...), 403)
	bad := append([]string{}, form...)
	bad[19] = "41"
	s.want(s.post("baozhang", "/plans", bad...), 422, "实到不能多于应到（40 人）", "永胜村2021年方案")
	at := s.want(s.post("baozhang", "/plans", form...), 303).location
	public := "/public/plans/" + strconv.FormatInt(s.tenant, 10) + "/" + strings.TrimPrefix(at, "/plans/")
	s.want(s.get("", public), 404)
	s.want(s.post("baozhang", "/plan-measures", "plan", "CC-2021-0001", "title", "新建厂房", "owner", "村委会主任", "due", "2021-06-30"), 303)
	s.want(s.post("baozhang", "/plan-targets", "plan", "CC-2021-0001", "name", "厂房面积", "indicator", "asset.area", "baseline", "0", "goal", "1000", "due", "2021-12-31"), 303)
	s.want(s.post("baozhang", "/plan-items", "plan", "CC-2021-0001", "asset", "ZC-0001", "intent", "整体出租", "income", "90000"), 303)
	s.want(s.get("baozhang", at), 200, "目标进度", "厂房面积", "1,000", "750", "落后于时间", "/lineage?", "asset.area")
	s.want(s.post("baozhang", at+"/do/vote"), 303)
	s.want(s.post("baozhang", at+"/do/approve"), 403)
	s.want(s.post("shuji", at+"/do/approve"), 303)
	s.want(s.post("baozhang", at+"/do/start"), 303)
	s.want(s.get("shenji", "/plan-board"), 200, "永胜村2021年方案", "1/2", "实施中", "75")
	s.want(s.get("shenji", at+"/print"), 200, "一、现状", "新建厂房", "已逾期", "整体出租", "90,000.00", "/assets/")
	page := s.want(s.get("", public), 200, "永胜村2021年方案", "应到 40 人", "厂房面积", "永胜厂房", "打印")
	for _, inner := range []string{"/lineage?", "永胜厂房</a>", `href="/plans/`} {
		if strings.Contains(page.body, inner) {
			s.Errorf("the public page leads to %s", inner)
		}
	}
	s.want(s.get("", "/public/plans?scope="+village), 200, "永胜村2021年方案", public)
	review := s.want(s.post("baozhang", "/plan-reviews", "plan", "CC-2021-0001", "period", "half", "as_of", "2021-06-30", "content", "厂房已建成"), 303).location
	s.want(s.get("shenji", review), 200, "固定的数字，截至 2021-06-30", "750", "75")
	s.want(s.post("baozhang", "/plan-reviews", "plan", "CC-2021-0001", "period", "half", "as_of", "2020-06-30", "content", "早"), 422, "应在 2021 年之内")
	s.want(s.get("", "/public/plans/x/1"), 404)
}

// TestRolesAndMistakes: who may do what, what is wrong with what was typed, and what belongs to somebody else.
func TestRolesAndMistakes(t *testing.T) {
	s := newSite(t)
	form := []string{"year", "2021", "owner", "永胜合作社", "name", "永胜村2021年方案", "lead", "党总支书记", "situation", "厂房少", "problem", "闲置", "approach", "盘活", "vote_on", "2021-02-02", "due", "40", "present", "36", "agree", "30"}
	for _, login := range []string{"kuaiji", "shenji", "linju", "xitong"} {
		s.want(s.post(login, "/plans", form...), 403)
	}
	for _, path := range []string{"/plans", "/plan-board", "/plan-targets", "/plan-reviews"} {
		s.want(s.get("xitong", path), 403)
		s.want(s.get("shenji", path), 200)
	}
	at := s.want(s.post("baozhang", "/plans", form...), 303).location
	no := "CC-2021-0001"
	if again := s.want(s.post("baozhang", "/plans", form...), 422, "一个村一年一份", "永胜村2021年方案"); strings.Contains(again.body, "500") {
		t.Error(again.body)
	}
	for _, c := range []struct {
		path, says string
		pairs      []string
	}{
		{"/plan-targets", "不能再作目标", []string{"name", "覆盖", "indicator", "plan.coverage", "goal", "1", "due", "2021-12-31"}},
		{"/plan-targets", "目标", []string{"name", "面积", "indicator", "asset.area", "goal", "一千", "due", "2021-12-31"}},
		{"/plan-targets", "指标", []string{"name", "面积", "indicator", "没有的", "goal", "1", "due", "2021-12-31"}},
		{"/plan-measures", "责任人", []string{"title", "建厂房", "due", "2021-06-30"}},
		{"/plan-measures", "完成期限", []string{"title", "建厂房", "owner", "主任", "due", "六月"}},
		{"/plan-items", "填一个", []string{"intent", "出租"}},
		{"/plan-items", "元", []string{"asset", "ZC-0001", "intent", "出租", "income", "很多"}},
		{"/plan-reviews", "评估", []string{"period", "half", "as_of", "2021-06-30"}},
	} {
		s.want(s.post("baozhang", c.path, append([]string{"plan", no}, c.pairs...)...), 422, c.says)
		s.want(s.post("shenji", c.path, append([]string{"plan", no}, c.pairs...)...), 403)
	}
	s.want(s.post("linju", "/plan-measures", "plan", no, "title", "建", "owner", "主任", "due", "2021-06-30"), 403)
	s.want(s.post("baozhang", at+"/do/vote"), 409, "一条举措和一个目标")
	s.want(s.post("baozhang", "/plan-measures", "plan", no, "title", "新建厂房", "owner", "村委会主任", "due", "2021-06-30"), 303)
	s.want(s.post("baozhang", "/plan-targets", "plan", no, "name", "厂房面积", "indicator", "asset.area", "goal", "1000", "due", "2021-12-31"), 303)
	s.want(s.post("shuji", at+"/do/approve"), 409, "拟定中")
	s.want(s.post("baozhang", at+"/do/vote"), 303)
	s.want(s.post("baozhang", at+"/do/approve"), 403)
	s.want(s.post("shuji", at+"/do/return"), 409, "理由")
	s.want(s.post("shuji", at+"/do/return", "reason", "目标太低"), 303)
	s.want(s.post("baozhang", at+"/do/vote"), 303)
	s.want(s.post("shenji", at+"/do/approve"), 403)
	s.want(s.get("linju", at), 404)
	s.want(s.get("linju", at+"/print"), 404)
	s.want(s.get("baozhang", "/plans/999/print"), 404)
	s.want(s.get("xitong", at+"/print"), 403)
}

// TestLinks: an asset and a joint project lead to the plans that they are in, and the plan to them.
func TestLinks(t *testing.T) {
	s := newSite(t)
	at := s.want(s.post("baozhang", "/plans", "year", "2021", "owner", "永胜合作社", "name", "永胜村2021年方案", "lead", "书记"), 303).location
	asset := href.FindString(s.want(s.get("shuji", "/assets"), 200).body)
	project := jointHref.FindString(s.want(s.get("shuji", "/joint-projects"), 200).body)
	if a := s.get("shuji", asset); strings.Contains(a.body, "纳入的一村一策") {
		t.Error("in no plan yet, and shown")
	}
	s.want(s.post("baozhang", "/plan-items", "plan", "CC-2021-0001", "asset", "ZC-0001", "intent", "整体出租"), 303)
	s.want(s.post("baozhang", "/plan-items", "plan", "CC-2021-0001", "joint", "LJ-2021-0001", "intent", "建成分红"), 303)
	s.want(s.get("shuji", at), 200, "整体出租", "建成分红", "/plan-items/")
	s.want(s.get("shuji", at+"/print"), 200, asset, project)
	for _, path := range []string{asset, project} {
		s.want(s.get("shuji", path), 200, "纳入的一村一策", "/plan-items/")
	}
}

var (
	href      = regexp.MustCompile(`/assets/[0-9]{15,}`)
	jointHref = regexp.MustCompile(`/joint-projects/[0-9]+`)
)
