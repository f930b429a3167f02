package property_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"huicun/internal/kit/geo"
)

// TestMap: what has a place is drawn and listed, by use; who may edit sets it, wrong texts stay with what is the matter.
func TestMap(t *testing.T) {
	s := newSite(t)
	page := s.want(s.get("shenji", "/asset-map"), 200, "图上的资产", "没有标位置的资产", "厂房一号", "仓库", "闲置")
	if strings.Contains(page.body, "/place") {
		t.Error("an auditor is offered to set places")
	}
	page = s.want(s.get("baozhang", "/asset-map"), 200, "标位置")
	place := s.href(page, `/assets/\d+/place`)
	card := strings.TrimSuffix(place, "/place")
	s.want(s.get("shenji", place), 403)
	form := s.want(s.get("baozhang", place), 200, "用手机定位", "map.js", `data-map-pick="#f-point"`, "data-west")
	version := s.hidden(form, "version")
	s.want(s.post("shenji", place, "version", version, "point", "32.1, 119.8"), 403)
	s.want(s.post("baozhang", place, "version", version, "point", "江边<b>"), 422, "不是坐标", `value="江边<b>"`)
	s.want(s.post("baozhang", place, "version", version, "point", "12.1, 19.8"), 422, "不在我国范围内")
	s.want(s.post("baozhang", place, "version", "77", "point", "32.1, 119.8"), 409, "保存")
	s.want(s.post("baozhang", place, "version", version, "point", "119.8753，32.131"), 303)
	s.want(s.get("shenji", card), 200, "32.131, 119.8753", "在地图上看")
	page = s.want(s.get("shenji", "/asset-map"), 200, `href="`+card+`"`, "图上 1 处", "119.87", "200 米")
	s.want(s.get("shenji", "/asset-map?use=let"), 200, "图上 0 处", "这里没有标出的资产")
	s.want(s.get("shenji", "/asset-map?village="+village+"&kind=workshop&class=0101"), 200, "图上 1 处")
	s.want(s.get("shenji", "/asset-map?village=321182103206"), 200, "图上 0 处")
	s.want(s.get("shenji", "/asset-map?at=32.131,119.8753&z=17"), 200, "图上 1 处")
	s.want(s.get("shenji", "/asset-map?at=39.9,116.4&z=17"), 200, "图上 0 处", "共标出 1 处")
	for _, bad := range []string{"at=32.131,119.8753&z=NaN", "at=32.131,119.8753&z=-9999", "at=x&z=3", "at=0,0&z=9", "at=32.131,119.8753&z=Inf"} {
		s.want(s.get("shenji", "/asset-map?"+bad), 200, "图上")
	}
	unit := s.want(s.post("baozhang", "/asset-units", "_key", "a-key-of-this-form", "asset", "ZC-0001", "name", "东间", "quantity", "400平方米"), 303).location
	unit, _, _ = strings.Cut(unit, "?")
	s.want(s.get("baozhang", unit+"/place"), 200, "标位置：东间")
	s.want(s.post("baozhang", unit+"/place", "version", "1", "point", "32.1315, 119.8753 高德"), 303)
	s.want(s.get("shenji", "/asset-map"), 200, "图上 2 处", "东间")

	// an outline is drawn, named and refused when it is none
	s.want(s.get("shenji", "/village-outlines"), 200, "村界")
	outline := []string{"_key", "a-key-of-that-form", "name", "永胜村村界", "region", "永胜村", "source", "示意"}
	s.want(s.post("baozhang", "/village-outlines", append(outline, "rings", "32.1, 119.8")...), 403)
	s.want(s.post("kuaiji", "/village-outlines", append(outline, "rings", "32.1, 119.8")...), 422, "至少要有三个点")
	s.want(s.post("kuaiji", "/village-outlines", append(outline, "rings", "32.12, 119.86\n32.12, 119.89\n32.14, 119.875")...), 303)
	s.want(s.get("shenji", "/asset-map"), 200, "am-ring", ">永胜村<")
}

// TestMapService: without a service nothing comes from elsewhere; with one, from its one host.
func TestMapService(t *testing.T) {
	s := newSite(t)
	page := func() (policy, body string) {
		s.get("shenji", "/asset-map") // logs in
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/asset-map?at=32.13,119.87&z=14", nil)
		r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.tokens["shenji"]})
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		return w.Header().Get("Content-Security-Policy"), w.Body.String()
	}
	if policy, body := page(); !strings.Contains(policy, "img-src 'self' data:;") || strings.Contains(body, "<image") {
		t.Error("pictures from elsewhere: " + policy)
	}
	service, err := geo.NewService("https://t0.example.cn/vec/{z}/{x}/{y}.png?tk=abc", "示例图 GS(2021)1号", "gcj02")
	s.ok(err)
	s.shell.Map = service
	s.handler = s.shell.Handler()
	policy, body := page()
	if !strings.Contains(policy, "img-src 'self' data: https://t0.example.cn;") || !strings.Contains(body, "示例图 GS(2021)1号") {
		t.Error("no pictures: " + policy)
	}
	if n := len(regexp.MustCompile(`href="https://t0.example.cn/vec/14/\d+/\d+.png\?tk=abc"`).FindAllString(body, -1)); n < 9 || n > 20 {
		t.Errorf("%d pictures", n)
	}
}

// TestInventoryBook: the pack is a workbook whose figures are numbers that add up, last year's beside this year's.
func TestInventoryBook(t *testing.T) {
	s := newSite(t)
	f, err := excelize.OpenReader(strings.NewReader(s.raw("shenji", "/asset-inventory/export")))
	s.ok(err)
	defer f.Close()
	if got := strings.Join(f.GetSheetList(), " "); got != "按资产分类 按资产性质 按资金来源 资源性资产面积 逐项清单" {
		t.Fatal(got)
	}
	raw := excelize.Options{RawCellValue: true}
	rows, err := f.GetRows("按资产分类", raw)
	s.ok(err)
	at := map[string]int{}
	var head, class, total []string
	for _, r := range rows {
		switch {
		case len(r) == 0:
		case r[0] == "项目":
			head = r
		case strings.HasSuffix(r[0], "厂房"):
			class = r
		case r[0] == "合计":
			total = r
		}
	}
	for i, h := range head {
		at[h] = i
	}
	for label, want := range map[string][2]string{
		"上年项数": {"", ""}, "本年项数": {"1", "2"}, "上年原值": {"", ""}, "本年增加": {"1860000", "1910000"}, "本年原值": {"1860000", "1910000"}, "本年净值": {"1860000", "1910000"},
	} {
		i, ok := at[label]
		if !ok || i >= len(class) || class[i] != want[0] || total[i] != want[1] {
			t.Errorf("%s: %v, %v", label, class, total)
		}
	}
	for i, r := range rows {
		if len(r) > 0 && r[0] == "合计" {
			cell, err := excelize.CoordinatesToCellName(at["本年原值"]+1, i+1)
			s.ok(err)
			if kind, err := f.GetCellType("按资产分类", cell); err != nil || kind != excelize.CellTypeUnset { // a number has no type of its own
				t.Errorf("%s is a %v, %v", cell, kind, err)
			}
		}
	}
	cards, err := f.GetRows("逐项清单", raw)
	if err != nil || len(cards) != 3 || cards[2][0] != "ZC-0001" || cards[2][11] != "1860000" {
		t.Errorf("%v %v", cards, err)
	}
}
