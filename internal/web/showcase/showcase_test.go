package showcase

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/indicator"
	sc "huicun/internal/insight/showcase"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	"huicun/internal/web/shell"
)

var serveAt = flag.String("serve", "", "serve the pages at this address until interrupted; with -timeout 0")

const (
	town     = "321182103000"
	password = "Lüshan-7-Qiao"
)

type site struct {
	*testing.T
	h      http.Handler
	svc    *sc.Service
	tenant int64
	acc    *account.Service
	tokens map[string]string
	values map[string]indicator.Result // by figure
}

func rec(amount int64, forecast, sample bool) indicator.Record {
	return indicator.Record{Kind: "party", ID: 42, No: "HT-2021-0007", Title: "一号厂房", Region: "321182103205", Date: date.Must("2021-06-30"), Amount: amount, Forecast: forecast, Sample: sample}
}

func one(v int64) indicator.Result {
	return indicator.Result{Value: v, Forecast: v, Count: 2, Num: 9, Den: 9, Records: []indicator.Record{rec(v/2, false, false), rec(v-v/2, false, true)}}
}

func ahead(v, f int64) indicator.Result {
	return indicator.Result{Value: v, Forecast: f, Count: 2, Records: []indicator.Record{rec(v, false, true), rec(f-v, true, true)}}
}

// demo are the article's values in the indicators' integers.
func demo() map[string]indicator.Result {
	out := map[string]indicator.Result{
		"F01": one(987_000_000), "F02": one(10_600_0000), "F03": one(110_860_000), "F05": one(50_000_000), "F07": ahead(30_000_000_000, 42_300_000_000),
		"F08": one(9_860_000), "F09": one(80_400_000), "F10": ahead(150_000_000, 203_000_000), "F12": ahead(110_000_000, 152_600_000), "F17": one(120_500_000),
		"F18": one(10_0000), "F20": ahead(0, 20_700_000), "F28": one(151_200_000), "F04": one(6), "F16": one(15), "F19": one(2), "F21": one(3), "F22": one(3), "F23": one(4),
		"F24": one(2), "F26": one(1), "F27": one(4), "F34": one(4), "F35": one(3), "F36": one(6),
	}
	for _, c := range []string{"F06", "F13", "F14", "F15"} {
		out[c] = one(10_000)
	}
	for _, c := range []string{"F25", "F29", "F30", "F31", "F32", "F33"} {
		out[c] = one(2)
	}
	out["F11"] = indicator.Result{Count: 2, Records: one(2).Records, Series: []indicator.Point{{Label: "2季度", Value: 5_000_000}, {Label: "3季度", Value: 6_800_000}}}
	return out
}

var units = map[string]indicator.Unit{
	"asset.area": indicator.M2, "contract.units_newly_let": indicator.Shops, "chamber.coverage": indicator.Ratio100, "pairing.coverage": indicator.Ratio100,
	"joint.under_way": indicator.Projects, "joint.land": indicator.Mu, "joint.facilities": indicator.Greenhouses, "pairing.elements": indicator.Elements,
	"joint.resources": indicator.Resources, "pairing.enterprises": indicator.Enterprises, "joint.enterprises": indicator.Enterprises, "ledger.tier_count": indicator.Villages,
	"attract.party_bodies": indicator.Bodies, "secretary.criteria": indicator.Criteria, "secretary.comparisons": indicator.Comparisons, "secretary.next_steps": indicator.Programmes,
	"contract.new_stable_income": indicator.YuanYear, "contract.service_income": indicator.YuanYear, "joint.income_expected": indicator.YuanYear,
}

// newSite builds the pages over a town whose 36 figures are stubbed: each definition asks an indicator of its own.
func newSite(t *testing.T, d *db.DB) *site {
	ctx := t.Context()
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	ok(t, err)
	regions := region.New(d)
	ok(t, regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"},
		{Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"},
		{Code: town, Name: "八桥镇", Level: "town"},
		{Code: "321182104000", Name: "西来桥镇", Level: "town"},
		{Code: "321182103200", Name: "长胜村", Level: "village"},
		{Code: "321182103201", Name: "幸福村", Level: "village"},
		{Code: "321182103202", Name: "利民村", Level: "village"},
		{Code: "321182103203", Name: "八桥村", Level: "village"},
		{Code: "321182103205", Name: "永胜村", Level: "village"},
		{Code: "321182103206", Name: "红旗村", Level: "village"},
		{Code: "321182103208", Name: "红光村", Level: "village"},
		{Code: "321182103211", Name: "永兴村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, town)
	ok(t, err)
	e := record.NewEnv(d, regions, box)
	party.NewParties(e)
	s := &site{T: t, tenant: tn.ID, acc: account.New(d, box, regions), tokens: map[string]string{}, values: demo()}
	raw, err := os.ReadFile("../../../demo/baqiao/90-figure.csv")
	ok(t, err)
	tab, err := sheet.Read("90-figure.csv", strings.NewReader(string(raw)), int64(len(raw)), sheet.Options{})
	ok(t, err)
	cat := indicator.NewCatalogue(d, regions)
	for _, row := range tab.Rows {
		code, ind := row[0], row[4]
		u, known := units[ind]
		if !known {
			u = indicator.Yuan
		}
		agg := indicator.Sum
		if u == indicator.Ratio100 {
			agg = indicator.Ratio
		}
		row[4], row[5] = ind+"."+code, ""
		row[6] = strings.Split(row[6], "、")[0]
		cat.Add(indicator.Indicator{
			Code: row[4], Name: row[1], Unit: u, Definition: "按台账里的合同逐份汇总，只计到统计日为止已生效的部分。", Version: 2, Aggregate: agg,
			Eval: func(context.Context, db.Q, indicator.Query) (indicator.Result, error) { return s.values[code], nil },
		})
	}
	defs := indicator.NewDefs(e, cat)
	res, err := defs.ImportTable(ctx, access.System, s.tenant, tab)
	ok(t, err)
	if len(res.Report.Errors) > 0 {
		t.Fatal(res.Report.Errors)
	}
	book := &indicator.Book{Cat: cat, Defs: defs}
	s.svc = sc.NewService(sc.NewShowcases(e), book, party.NewPersons(e))
	ok(t, s.acc.EnsureDemo(ctx, []account.DemoAccount{
		{Login: "secretary", Name: "孙书记", Grants: []access.Grant{{Role: "town_secretary", Region: town}}},
		{Login: "other", Name: "邻镇书记", Grants: []access.Grant{{Role: "town_secretary", Region: "321182104000"}}},
		{Login: "liaison", Name: "联络员", Grants: []access.Grant{{Role: "liaison", Region: town}}},
	}, password))
	sh := &shell.Shell{Env: e, Accounts: s.acc, Regions: regions, Figures: book, Clock: d.Clock()}
	sh.Menu = []shell.MenuGroup{{Title: "书记项目", Items: []shell.MenuItem{{Label: "晒项目", Icon: "speakerphone", Path: "/showcases", Perm: view}}}}
	sh.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	Mount(sh, s.svc)
	s.h = sh.Handler()
	return s
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) token(login string) string {
	s.Helper()
	if s.tokens[login] == "" {
		tok, err := s.acc.Login(s.Context(), login, password, "203.0.113.9", "test")
		ok(s.T, err)
		s.tokens[login] = tok
	}
	return s.tokens[login]
}

// do makes a request as somebody ("" for the public) and wants a status.
func (s *site) do(login, method, path string, form url.Values, status int) (string, http.Header) {
	s.Helper()
	path, partial := strings.CutSuffix(path, "#partial")
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if login != "" {
		r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.token(login)})
		r.AddCookie(&http.Cookie{Name: "hc_scope", Value: town})
	}
	if partial {
		r.Header.Set("HX-Request", "true")
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	if w.Code != status {
		s.Fatalf("%s %s as %q: %d, want %d\n%.2000s", method, path, login, w.Code, status, w.Body.String())
	}
	return w.Body.String(), w.Header()
}

func (s *site) has(body string, parts ...string) {
	s.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			s.Errorf("no %q in\n%.6000s", p, body)
		}
	}
}

func (s *site) hasNot(body string, parts ...string) {
	s.Helper()
	for _, p := range parts {
		if strings.Contains(body, p) {
			s.Errorf("%q is in the page", p)
		}
	}
}

var hidden = regexp.MustCompile(`name="(_key|version)" value="([^"]*)"`)

// fields reads a form's hidden values.
func fields(body string) url.Values {
	out := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

func typed(body string) url.Values {
	return url.Values{"title": {"“三项机制”"}, "issuer": {"八桥镇"}, "region": {"八桥镇"}, "year": {"2021"}, "as_of": {"2021-11-10"}, "body": {body}}
}

func merge(a, b url.Values) url.Values {
	for k, v := range b {
		a[k] = v
	}
	return a
}

// TestLife writes, checks, publishes, amends and withdraws an article through the pages, on both engines.
func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		body, _ := s.do("secretary", "GET", "/showcases", nil, 200)
		s.has(body, "还没有文章", "写第一篇")
		s.do("liaison", "GET", "/showcases/new", nil, 403)
		s.do("", "GET", "/showcases", nil, 303)
		body, _ = s.do("secretary", "GET", "/showcases/new", nil, 200)
		s.has(body, `data-insert="{{F03}}"`, "110余万元", `value="八桥镇"`, "正文还是空的")
		key := fields(body)

		// what is missing is said beside its field and everything typed is kept
		body, _ = s.do("secretary", "POST", "/showcases", merge(typed("增收{{F03}}"), url.Values{"title": {""}, "_key": key["_key"]}), 422)
		s.has(body, "请填写标题", "增收{{F03}}")
		_, h := s.do("secretary", "POST", "/showcases", merge(typed("增收{{F03}}，另有12万元。"), key), 303)
		at := h.Get("Location")
		body, _ = s.do("secretary", "GET", at, nil, 200)
		s.has(body, "草稿", "110余万元", "12万元", "没有出处", "核对并发布")
		s.do("other", "GET", at, nil, 404)

		body, _ = s.do("secretary", "POST", "/showcases/preview#partial", typed("甲{{F03|值}}乙{{F99}}丙近百家企业"), 200)
		s.has(body, "1,108,600 元/年", "没有定义", "近百家", "data-select=", "/lineage?f=F03&amp;place=321182103000")
		s.hasNot(body, "<html")
		body, _ = s.do("secretary", "POST", "/showcases/preview", merge(typed("x"), url.Values{"region": {"西来桥镇"}}), 200)
		s.has(body, "您不能在")

		body, _ = s.do("secretary", "GET", at+"/publish", nil, 200)
		s.has(body, "没有出处的数字", "发布第 1 版")
		form := fields(body)
		body, _ = s.do("secretary", "POST", at+"/publish", form, 422)
		s.has(body, "没有出处")
		form = merge(fields(body), url.Values{"bare": {"1"}, "reason": {"引自县里文件"}})
		s.do("liaison", "POST", at+"/publish", form, 403)
		s.do("secretary", "POST", at+"/publish", form, 303)
		s.do("secretary", "POST", at+"/publish", form, 303) // sent twice, done once

		id := strings.TrimPrefix(at, "/showcases/")
		pub := publicPath(s.tenant, id)
		body, _ = s.do("", "GET", pub, nil, 200)
		s.has(body, "110余万元", "第 1 版", "校验码", "引自县里文件", pub+"/figures/F03?issue=1", "数据截至 2021-11-10")
		s.hasNot(body, "/lineage", `"/showcases`)
		body, _ = s.do("", "GET", pub+"/figures/F03?issue=1#partial", nil, 200)
		s.has(body, "1,108,600", "元/年", "定义第 2 版", "示例", "一号厂房", "存档")
		body, _ = s.do("", "GET", pub+"/figures/F03", nil, 200)
		s.has(body, "<html", "回到文章")
		s.hasNot(body, "/parties/", "/lineage")
		s.do("", "GET", pub+"/figures/F04", nil, 404)
		body, h = s.do("", "GET", pub+"/content", nil, 200)
		if got := h.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
			t.Error(got)
		}
		first, err := s.svc.Issue(t.Context(), s.tenant, idOf(t, id), 1)
		ok(t, err)
		if sc.Digest([]byte(body)) != first.Digest {
			t.Error("the file does not have the digest")
		}

		// later records change nothing published; a second issue tells what it changed
		s.values["F03"] = one(120_990_000)
		body, _ = s.do("", "GET", pub, nil, 200)
		s.has(body, "110余万元")
		body, _ = s.do("secretary", "GET", at+"/edit", nil, 200)
		form = merge(typed("增收{{F03}}。"), fields(body))
		s.do("secretary", "POST", at, form, 303)
		body, _ = s.do("secretary", "POST", at, form, 409) // a second editor's stale form
		s.has(body, "现在保存的正文", "您写的都还在")
		body, _ = s.do("secretary", "GET", at, nil, 200)
		s.has(body, "还没有发布；公开页显示的仍是第 1 版", "发布新一版")
		body, _ = s.do("secretary", "GET", at+"/publish", nil, 200)
		s.do("secretary", "POST", at+"/publish", fields(body), 303)
		body, _ = s.do("", "GET", pub, nil, 200)
		s.has(body, "120余万元", "看改动", pub+"?issue=1")
		body, _ = s.do("", "GET", pub+"?issue=1", nil, 200)
		s.has(body, "110余万元", "之后已有修改")
		body, _ = s.do("", "GET", pub+"/changes?issue=2", nil, 200)
		s.has(body, "110余万元", "120余万元", "另有12万元")
		s.do("secretary", "GET", at+"/issues/2/changes", nil, 200)
		s.do("secretary", "GET", at+"/issues/2/figures/F03", nil, 200)
		s.do("secretary", "GET", at+"/issues/3", nil, 404)
		body, _ = s.do("secretary", "GET", at+"/issues/2/wechat", nil, 200)
		s.has(body, "data-copy-rich", "data-copy=", "加粗的数字都有出处")
		body, _ = s.do("", "GET", pub+"/print", nil, 200)
		s.has(body, "准确值", "1,209,900 元/年")
		body, _ = s.do("", "GET", "/public?scope="+town, nil, 200)
		s.has(body, "“三项机制”", "第 2 版", pub)
		body, _ = s.do("", "GET", "/public", nil, 200)
		s.has(body, "八桥镇", pub)

		body, _ = s.do("secretary", "GET", at, nil, 200)
		version := url.Values{"version": {fields(body).Get("version")}}
		s.do("secretary", "POST", at+"/withdraw", version, 409)
		s.do("secretary", "POST", at+"/withdraw", merge(version, url.Values{"reason": {"口径有误"}}), 303)
		for _, path := range []string{pub, pub + "?issue=1", pub + "/figures/F03", pub + "/changes?issue=2", pub + "/print", pub + "/content"} {
			body, _ = s.do("", "GET", path, nil, 410)
			s.has(body, "口径有误", "2021年11月10日")
			s.hasNot(body, "120余万元", "110余万元")
		}
		body, _ = s.do("", "GET", "/public", nil, 200)
		s.hasNot(body, pub)
		body, _ = s.do("secretary", "GET", at, nil, 200)
		s.has(body, "重新起草", "已撤回")
		s.do("secretary", "POST", at+"/reopen", url.Values{"version": {fields(body).Get("version")}}, 303)
		s.do("", "GET", pub, nil, 410)
	})
}

// TestUnpublished: a draft is nobody's business, nor are addresses that name nothing.
func TestUnpublished(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	list, err := sc.LoadDemo(t.Context(), s.svc, access.System, s.tenant, os.DirFS("../../../demo/baqiao"))
	ok(t, err)
	s.do("", "GET", publicPath(s.tenant, list[0].String()), nil, 404)
	ok(t, sc.PublishDemo(t.Context(), s.svc, access.System, s.tenant, list[0]))
	body, _ := s.do("", "GET", publicPath(s.tenant, list[0].String()), nil, 200)
	if n := strings.Count(body, `class="figure-ref`); n < 36 {
		t.Errorf("%d figures", n)
	}
	for _, path := range []string{"/public/showcases/x/1", "/public/showcases/1/1", publicPath(s.tenant, "abc"), publicPath(s.tenant, list[0].String()) + "?issue=9", publicPath(s.tenant, list[0].String()) + "?issue=-1"} {
		s.do("", "GET", path, nil, 404)
	}
	body, _ = s.do("secretary", "GET", "/showcases?q=三项机制", nil, 200)
	s.has(body, "SZ-2021-0001", "第 1 版")
}

// TestServe serves the demo's article for looking at: -serve 127.0.0.1:8098 -timeout 0. /as/secretary logs in.
func TestServe(t *testing.T) {
	if *serveAt == "" {
		t.Skip("only with -serve")
	}
	s := newSite(t, dbtest.SQLite(t))
	at, draft := s.story()
	mux := http.NewServeMux()
	mux.Handle("/", s.h)
	mux.HandleFunc("/as/{who}", s.enter)
	l, err := net.Listen("tcp", *serveAt)
	ok(t, err)
	fmt.Printf("http://%s\npublic %s\narticle %s\ndraft %s\n", l.Addr(), publicPath(s.tenant, strings.TrimPrefix(at, "/showcases/")), at, draft)
	t.Fatal(http.Serve(l, mux)) //nolint:gosec // a test's own server
}

func idOf(t *testing.T, s string) ids.ID {
	t.Helper()
	id, err := ids.Parse(s)
	ok(t, err)
	return id
}
