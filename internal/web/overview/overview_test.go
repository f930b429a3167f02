package overview_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/insight/overview/overviewtest"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/registry/region"
)

var lineageLink = regexp.MustCompile(`href="/lineage\?([^"]+)"`)

func TestTown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := demoSite(t, d)
		token := s.as("town_secretary", overviewtest.Town)
		code, body := s.get(token, "/?year=2021")
		if code != 200 {
			t.Fatalf("%d %s", code, body)
		}
		has(t, body, "截至 2021-11-10", "村级总收入", "稳定性收入", "应收未收", "村级收入梯队", "500万元以上 1 个", "累计 9 个", "八桥村", "531", "厂房", "服务协议",
			"村村结对", "9/9 村", "联建项目", "推进中", "15 个", "项目招引", "诉求按时办结", "比进度", "租金逾期", "发催缴函", "150 万", `data-chart="sources-option"`,
			escaped(url.Values{"in": {"ledger.village_income"}, "scope": {overviewtest.Town}, "year": {"2021"}}),
			escaped(url.Values{"in": {"overview.stable_source"}, "scope": {overviewtest.Town}, "year": {"2021"}, "p.source": {"workshop"}}))
		checkLineage(t, s, body)
		if _, body := s.get(token, "/?year=2020"); !strings.Contains(body, "上年同期没有账") || !strings.Contains(body, "截至 2020-12-31") {
			t.Error("the year before the books is compared with nothing")
		}
	})
}

// checkLineage asks the catalogue for every indicator that the page links to, with its parameters.
func checkLineage(t *testing.T, s *site, body string) {
	t.Helper()
	found := lineageLink.FindAllStringSubmatch(body, -1)
	if len(found) < 40 {
		t.Errorf("only %d links to lineages", len(found))
	}
	for _, m := range found {
		q, err := url.ParseQuery(strings.ReplaceAll(m[1], "&amp;", "&"))
		if err != nil {
			t.Errorf("%s: %v", m[1], err)
			continue
		}
		in, err := s.w.Cat.Get(q.Get("in"))
		if err != nil {
			t.Errorf("%s: %v", m[1], err)
			continue
		}
		for name := range q {
			param, ok := strings.CutPrefix(name, "p.")
			if ok && !slicesHas(in.Params, param) {
				t.Errorf("%s has no parameter %s", in.Code, param)
			}
		}
	}
}

func TestWiderAndNarrower(t *testing.T) {
	s := demoSite(t, dbtest.SQLite(t))
	county := s.as("county_supervisor", overviewtest.County)
	_, body := s.get(county, "/?year=2021")
	has(t, body, "下级比较", "新坝镇", "八桥镇", "2,6", "/switch?scope="+overviewtest.Town)

	keeper := s.as("village_bookkeeper", "321182103201")
	_, body = s.get(keeper, "/?year=2021")
	has(t, body, "幸福村 · 2021 年", "租金逾期")
	code, body := s.get(keeper, "/?year=2021&scope="+overviewtest.Town)
	if code != 200 {
		t.Fatal(code)
	}
	has(t, body, "只能看自己负责的地方", "幸福村 · 2021 年")
	if strings.Contains(body, "531") {
		t.Error("a village's bookkeeper sees another village's income")
	}

	system := s.as("sysadmin", overviewtest.County)
	code, body = s.get(system, "/?year=2021")
	if code != 200 || strings.Contains(body, "村级总收入") {
		t.Errorf("%d: the system administrator sees business records", code)
	}
	has(t, body, `href="/accounts"`, `href="/regions"`)
	if code, body := s.get(system, "/attention?year=2021"); code != 200 || strings.Contains(body, "租金逾期") {
		t.Errorf("%d: the system administrator sees what needs attention", code)
	}

	if code, _ := s.get("", "/"); code != 303 {
		t.Errorf("%d without login", code)
	}
}

func TestAttention(t *testing.T) {
	s := demoSite(t, dbtest.SQLite(t))
	token := s.as("auditor", overviewtest.Town)
	_, body := s.get(token, "/attention?year=2021")
	has(t, body, "需要关注", "租金逾期", "诉求超期", "资产闲置")
	_, body = s.get(token, "/attention?year=2021&kind=asset_idle")
	if has(t, body, "万福村旧小学"); strings.Contains(body, "发催缴函") {
		t.Error("the list is not narrowed")
	}
	if code, body := s.get(token, "/attention?year=2021&kind=nothing"); code != 200 || !strings.Contains(body, "没有需要关注的事") {
		t.Errorf("%d for an unknown kind", code)
	}
}

func TestNewTown(t *testing.T) {
	w := overviewtest.New(t, dbtest.SQLite(t))
	s := newSite(t, w)
	w.SaveRegions([]region.Region{{Code: overviewtest.County, Name: "扬中市", Level: "county"}, {Code: overviewtest.Town, Name: "八桥镇", Level: "town"}})
	_, body := s.get(s.as("town_accountant", overviewtest.Town), "/")
	has(t, body, "先录什么", "1. 行政区划", "从这里开始", `href="/books"`)
	if strings.Contains(body, "稳定性收入来源") {
		t.Error("an empty town shows empty charts")
	}
}
