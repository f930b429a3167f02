package policy_test

import (
	"bytes"
	"context"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/secret"
	"huicun/internal/mechanism/attract"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/mechanism/policy"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/web/assets"
	pages "huicun/internal/web/policy"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

const password = "Lüshan-7-Qiao"

// site is this group's pages over the demo's policies.
type site struct {
	*mechtest.World
	shell    *shell.Shell
	handler  http.Handler
	versions *record.Noun[policy.Version]
	runs     *policy.Runs
	tokens   map[string]string
}

func newSite(t *testing.T) *site {
	w := mechtest.New(t, dbtest.SQLite(t))
	e := w.Env
	party.NewParties(e)
	persons := party.NewPersons(e)
	books := ledger.New(e)
	w.Cat.Add(ledger.Figures(e, e.Regions)...)
	src := policy.NewSources(e, w.Cat)
	attract.NewFacts(e, attract.NewLeads(e, persons))
	for _, k := range attract.Subjects(e) {
		src.Add(k)
	}
	policy.NewPolicies(e)
	s := &site{World: w, versions: policy.NewVersions(e, src), tokens: map[string]string{}}
	awards := policy.NewAwards(e)
	s.runs = policy.NewRuns(e, books, awards)
	w.Load("02-party", "02-party-attract", "35-person-attract", "30-policy", "31-policy_version", "50-lead", "51-lead_fact")
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	s.shell = &shell.Shell{Env: e, Accounts: account.New(e.DB, box, e.Regions), Regions: e.Regions, Clock: dbtest.Clock}
	set := resource.NewSet()
	pages.Mount(s.shell, set, s.versions, src)
	pages.MountRuns(s.shell, set, s.runs, s.versions, src)
	resource.Mount(s.shell, set, awards, resource.Options[policy.Award]{})
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	s.handler = s.shell.Handler()
	return s
}

// token logs somebody in: a role, at the town or at the place after an @.
func (s *site) token(who string) string {
	s.T.Helper()
	role, place, found := strings.Cut(who, "@")
	if !found {
		place = mechtest.Town
	}
	login := strings.ReplaceAll(who, "@", "_")
	if s.tokens[who] == "" {
		ctx := context.Background()
		if err := s.shell.Accounts.EnsureDemo(ctx, []account.DemoAccount{{Login: login, Name: "示例人员", Grants: []access.Grant{{Role: role, Region: place}}}}, password); err != nil {
			s.T.Fatal(err)
		}
		token, err := s.shell.Accounts.Login(ctx, login, password, "127.0.0.1", "test")
		if err != nil {
			s.T.Fatal(err)
		}
		s.tokens[who] = token
	}
	return s.tokens[who]
}

// send asks as somebody; a nil form is a GET. File is uploaded beside the form when it is set.
func (s *site) send(role, path string, form url.Values, file string) (int, string, string) {
	s.T.Helper()
	r := httptest.NewRequest("GET", path, nil)
	switch {
	case file != "":
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for k, v := range form {
			_ = m.WriteField(k, v[0])
		}
		f, _ := m.CreateFormFile("file", "policy.yaml")
		_, _ = f.Write([]byte(file))
		_ = m.Close()
		r = httptest.NewRequest("POST", path, &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
	case form != nil:
		r = httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.token(role)})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2021"})
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Code, plain(w.Body.String()), w.Header().Get("Location")
}

var tags = regexp.MustCompile(`(?s)<script.*?</script>|<[^>]*>`)

func plain(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, " "))), " ")
}

func (s *site) has(text string, want ...string) {
	s.T.Helper()
	for _, x := range want {
		if !strings.Contains(text, x) {
			s.T.Errorf("no %q in %.3000s", x, text)
		}
	}
}

func (s *site) path(no string) string {
	return "/policy-versions/" + mechtest.ByKey(s.World, s.versions, no).ID.String()
}

func TestVersionPage(t *testing.T) {
	s := newSite(t)
	code, body, _ := s.send("auditor", s.path("BB-2021-0001"), nil, "")
	if code != http.StatusOK {
		t.Fatal(code)
	}
	s.has(body, "超额累进：[0, 10万] 10%", "一票否决：查实虚报", "增收 35 万元、落地 2000 万元、品牌 1 个，考核优秀", "86,500.00 元", "相符")
	if strings.Contains(body, "不符") || strings.Contains(body, "stable_received") || strings.Contains(body, "照此起草") {
		t.Errorf("raw names, a failed example or a forbidden button: %s", body)
	}
	code, body, _ = s.send("auditor", s.path("BB-2021-0001")+"/examples/1", nil, "")
	s.has(body, "捌万陆仟伍佰元整", "(10万, 30万] 一段 200,000.00 元 × 12% = 24,000.00 元", "村党组织书记 最多 8,650.00 元")
	if code != http.StatusOK {
		t.Error(code)
	}
	if code, _, _ = s.send("auditor", s.path("BB-2021-0001")+"/examples/9", nil, ""); code != http.StatusNotFound {
		t.Errorf("an example that is not there gives %d", code)
	}
	if code, body, _ = s.send("auditor", s.path("BB-2018-0001")+"/simulate", nil, ""); code != http.StatusConflict {
		t.Errorf("a version without a document is tried: %d %s", code, body)
	}
}

func TestUpload(t *testing.T) {
	s := newSite(t)
	good := mechtest.ByKey(s.World, s.versions, "BB-2021-0001").Document
	draft := func() string {
		code, _, to := s.send("town_secretary", s.path("BB-2021-0001")+"/copy", url.Values{"_key": {"k1"}}, "")
		if code != http.StatusSeeOther {
			t.Fatal(code)
		}
		return strings.TrimSuffix(to, "/edit")
	}()
	if v := mechtest.ByKey(s.World, s.versions, "BB-2021-0004"); v.VersionNo != 4 || !strings.Contains(v.Document, `"no": 4`) || "/policy-versions/"+v.ID.String() != draft {
		t.Fatalf("the copy is %s %s, sent to %s", v.ID, v.Document[:200], draft)
	}
	next := mechtest.ByKey(s.World, s.versions, "BB-2021-0004").Document
	for name, c := range map[string]struct{ text, want string }{
		"overlap":   {strings.Replace(next, "(10万, 30万]", `"[5万, 30万]"`, 1), "重叠"},
		"zero":      {strings.Replace(next, "wan(500)", "landed / 0", 1), "除数为零"},
		"no figure": {strings.Replace(next, "date.year_end", "nothing.at_all", 1), "指标目录里没有“nothing.at_all”"},
		"version":   {good, "条文里写的是第 3 版"},
		"not yaml":  {"a: [", "第 1 行"},
		"binary":    {"\x00\x01", "UTF-8"},
	} {
		code, body, _ := s.send("town_secretary", draft+"/document", nil, c.text)
		if code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, code)
		}
		s.has(body, c.want)
	}
	if v := mechtest.ByKey(s.World, s.versions, "BB-2021-0004"); v.Document != next {
		t.Error("a refused document was saved")
	}
	if code, _, _ := s.send("town_secretary", draft+"/document", nil, strings.Replace(next, "cap: 20万", "cap: 30万", 1)); code != http.StatusSeeOther {
		t.Errorf("a good document: %d", code)
	}
	if code, _, _ := s.send("town_secretary", s.path("BB-2021-0001")+"/document", nil, strings.Replace(good, "cap: 20万", "cap: 30万", 1)); code != http.StatusConflict {
		t.Errorf("a version in force takes another document: %d", code)
	}
	if code, _, _ := s.send("auditor", draft+"/document", nil, next); code != http.StatusForbidden {
		t.Errorf("an auditor uploads: %d", code)
	}
}

func TestSimulate(t *testing.T) {
	s := newSite(t)
	path := s.path("BB-2021-0001") + "/simulate"
	code, body, _ := s.send("auditor", path, nil, "")
	if code != http.StatusOK {
		t.Fatal(code)
	}
	s.has(body, "还没有一个村能算出来：缺少“年度考核等次”", "永兴村")
	form := url.Values{"act": {"try"}, "year": {"2021"}, "within": {"10"}, "budget": {"30000"}}
	village := "v.321182103203."
	for k, v := range map[string]string{"landed": "4800000", "brand_town": "1", "brand_city": "0", "grade": "优秀", "applied_on": "2022-01-10", "year_end": "2021-12-31", "accident": "否", "false_report": "否", "published": "否", "rechecked": "否"} {
		form.Set(village+k, v)
	}
	code, body, _ = s.send("auditor", path, form, "")
	if code != http.StatusOK {
		t.Fatal(code)
	}
	// One brand gives 5,000; 200,000 more invested gives 2‰ of 5,000,000.
	s.has(body, "八桥村 5,000.00 元", "预算结余 25,000.00 元", "还差", "200,000.00 元 10,000.00 元 项目招引奖励", "断崖")
	form.Set(village+"landed", "5600万")
	_, body, _ = s.send("auditor", path, form, "")
	s.has(body, "八桥村 105,000.00 元", "超出预算 75,000.00 元")
	form.Set(village+"landed", "许多")
	code, body, _ = s.send("auditor", path, form, "")
	if code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong number gives %d", code)
	}
	s.has(body, "“许多”不是数")
	form.Set(village+"landed", "0")
	form.Set("with", mechtest.ByKey(s.World, s.versions, "BB-2021-0002").ID.String())
	if code, body, _ = s.send("auditor", path, form, ""); code != http.StatusConflict {
		t.Errorf("compared: %d %s", code, body)
	}
	s.has(body, "第 3 版对村，第 1 版对项目信息，不能比较")
	form.Del("with")
	form.Set("within", "0")
	if code, _, _ = s.send("auditor", path, form, ""); code != http.StatusUnprocessableEntity {
		t.Errorf("a range of nothing gives %d", code)
	}
	if code, _, _ = s.send("auditor", s.path("BB-2021-0001")+"/simulate/export", form, ""); code != http.StatusOK {
		t.Errorf("the sheet: %d", code)
	}
}

// The information policy is tried on the leads of the year.
func TestSimulateLeads(t *testing.T) {
	s := newSite(t)
	path := s.path("BB-2021-0002") + "/simulate"
	code, body, _ := s.send("auditor", path, nil, "")
	if code != http.StatusOK {
		t.Fatal(code, body)
	}
	// 3,250 万元 at 1.5‰; what the office for recruitment decides is still open; an office's own lead gets nothing.
	s.has(body, "各项目信息结果", "XM-2021-0001 示例汽车零部件项目 48,750.00 元 “有效信息奖励”待镇招商专班确定", "XM-2020-0003 爱格新材料项目 0.00 元 不符合条件：“信息提供人不是公职人员”", "得奖的项目信息")
	code, body, _ = s.send("auditor", s.path("BB-2021-0002"), nil, "")
	s.has(body, "这项政策按项目信息逐条计算", "首报信息 是否 项目信息")
	if code != http.StatusOK || strings.Contains(body, "lead.") {
		t.Errorf("%d, or raw codes", code)
	}
}
