package property_test

import (
	"regexp"
	"strings"
	"testing"
)

// href finds the first address in a page that matches a pattern.
func (s *site) href(a answer, pattern string) string {
	s.Helper()
	m := regexp.MustCompile(`href="(` + pattern + `)"`).FindStringSubmatch(a.body)
	if m == nil {
		s.Fatalf("no link %s", pattern)
	}
	return m[1]
}

// TestStocktake: a count by the bookkeeper on the telephone, with mistakes on the way, approved by another.
func TestStocktake(t *testing.T) {
	s := newSite(t)
	form := s.want(s.get("baozhang", "/stocktakes/new"), 200, "清查负责人")
	fields := []string{"_key", s.hidden(form, "_key"), "party", "永胜村股份经济合作社", "year", "2024", "leader", "李主任", "supervisor", "王监督"}
	s.want(s.post("shenji", "/stocktakes", fields...), 403)
	take := s.want(s.post("baozhang", "/stocktakes", fields...), 303).location
	take, _, _ = strings.Cut(take, "?")
	s.want(s.get("kuaiji", "/stocktake-progress"), 200, "永胜村股份经济合作社", "清查中", "0/2")
	s.want(s.get("shenji", take), 200, "清查清单", "厂房一号", "未清点")
	s.want(s.get("baozhang", take), 200, "继续清点（还有 2 项）")

	page := s.want(s.get("baozhang", take+"/count"), 200, "厂房一号", "ZC-0001", "1,000 ㎡", "相符，下一项", "第 1 项，已清点 0/2", "拍照")
	first := []string{"line", s.hidden(page, "line"), "version", s.hidden(page, "version")}
	s.want(s.post("shenji", take+"/count", append(first, "result", "match")...), 403)
	s.want(s.post("baozhang", take+"/count", first...), 422, "请选择清查结果")
	s.want(s.post("baozhang", take+"/count", append(first, "result", "short", "found", "多少", "cause", "<b>")...), 422, "多少", "<b>")
	s.want(s.post("baozhang", take+"/count", append(first, "result", "short", "found", "1000", "cause", "塌")...), 422, "应少于账面")
	s.want(s.post("baozhang", take+"/count", "line", "1", "result", "match"), 404)
	next := s.want(s.post("baozhang", take+"/count", append(first, "quick", "1", "found", "乱填")...), 303).location
	page = s.want(s.get("baozhang", next), 200, "仓库", "第 2 项，已清点 1/2")
	s.want(s.post("baozhang", take+"/count", append(first, "result", "idle")...), 409, "改过这条记录")
	s.want(s.get("baozhang", take+"/count?q=ZC-0001"), 303)
	s.want(s.get("baozhang", take+"/count?q=没有这个"), 200, "登记盘盈")
	s.want(s.get("baozhang", take+"/count?q=ZC"), 200, "厂房一号", "仓库")
	s.want(s.post("baozhang", take+"/do/submit", "version", "0"), 409, "还有 1 项没有清点")

	second := []string{"line", s.hidden(page, "line"), "version", s.hidden(page, "version")}
	s.want(s.post("baozhang", take+"/count", append(second, "result", "short", "found", "0", "cause", "拆除", "charged", "100")...), 422, "请填写由谁赔偿")
	s.want(s.post("baozhang", take+"/count", append(second, "result", "short", "found", "400", "cause", "部分拆除")...), 303)
	s.want(s.get("baozhang", take), 200, "差异和处理意见", "30,000.00", "部分拆除", "调账")

	// scanning leads to the line while the count goes on, for who counts; for others to the card
	if to := s.want(s.get("baozhang", "/a/ZC-0001"), 303).location; !strings.HasPrefix(to, take+"/count?line=") {
		t.Errorf("scanned during a count: %s", to)
	}
	if to := s.want(s.get("shenji", "/a/ZC-0001"), 303).location; !strings.HasPrefix(to, "/assets/") {
		t.Errorf("scanned by an auditor: %s", to)
	}
	s.want(s.get("shenji", "/a/ZC-9999"), 404)

	found := s.want(s.get("baozhang", take+"/found"), 200, "现场有、清单上没有")
	key := s.hidden(found, "_key")
	s.want(s.get("shenji", take+"/found"), 403)
	s.want(s.post("baozhang", take+"/found", "_key", key, "name", "水泵", "kind", "equipment", "found", "许多", "cause", "漏记"), 422, "许多", "水泵")
	extra := s.want(s.post("baozhang", take+"/found", "_key", key, "name", "水泵", "kind", "equipment", "class", "010399", "found", "1台", "cause", "漏记", "value", "800"), 303).location
	s.want(s.get("baozhang", extra), 200, "水泵", "没有卡片", "1 台")

	s.want(s.post("baozhang", take+"/do/submit"), 303)
	s.want(s.post("baozhang", take+"/do/approve"), 403)
	s.want(s.get("baozhang", extra), 200, "只能查看")
	s.want(s.post("baozhang", take+"/count", append(second, "result", "match")...), 409)
	s.want(s.post("shuji", take+"/do/approve"), 409, "决议文号")
	edit := s.want(s.get("kuaiji", take+"/edit"), 200)
	s.want(s.post("kuaiji", take, "version", s.hidden(edit, "version"), "leader", "李主任", "supervisor", "王监督", "resolution", "永胜决1号", "booked", "2024-12-31"), 303)
	s.want(s.post("shuji", take+"/do/approve"), 409, "没有填资产分类")
	s.want(s.post("shuji", take+"/do/return", "reason", "仓库补分类"), 303)
	s.want(s.get("shenji", take), 200, "清查中", "仓库补分类")
}

// TestLabels: every asset of the place has a label whose code draws its address.
func TestLabels(t *testing.T) {
	s := newSite(t)
	page := s.want(s.get("shenji", "/asset-labels"), 200, "厂房一号", "ZC-0002", "永胜村", "qr-sheet")
	if n := strings.Count(page.body, `aria-label="二维码 `); n != 2 {
		t.Errorf("%d codes", n)
	}
	if p := s.want(s.get("shenji", "/asset-labels?q=ZC-0002"), 200, "ZC-0002"); strings.Contains(p.body, "ZC-0001") {
		t.Error("the label of another asset")
	}
	s.want(s.get("shenji", "/asset-labels?q=nothing"), 200, "没有可以打印的标签")
}

// TestPropertyPages: the inventory, what stands idle, and disposals, by role.
func TestPropertyPages(t *testing.T) {
	s := newSite(t)
	page := s.want(s.get("shenji", "/asset-inventory"), 200, "按资产分类", "固定资产／房屋", "厂房", "1,860,000.00", "未填", "按资金来源", "历史形成（来源不明）")
	s.want(s.get("shenji", s.href(page, `/asset-inventory/export`)+"?format=csv"), 200, "ZC-0001", "厂房一号", "1860000.00")
	s.want(s.get("shenji", "/asset-idle"), 200, "闲置清单", "厂房一号", "没有出租过")
	form := s.want(s.get("baozhang", "/disposals/new?asset=ZC-0001"), 200, "ZC-0001", "处置方式")
	fields := []string{"_key", s.hidden(form, "_key"), "asset", "ZC-0001", "reason", "scrap", "cause", "倒塌", "asked", "2021-11-01"}
	s.want(s.post("shenji", "/disposals", fields...), 403)
	s.want(s.post("baozhang", "/disposals", append(fields, "value", "许多")...), 422, "许多")
	at, _, _ := strings.Cut(s.want(s.post("baozhang", "/disposals", fields...), 303).location, "?")
	s.want(s.get("shenji", at), 200, "处置净损失", "1,860,000.00", "会计分录", "转销原值", "固定资产清理")
	s.want(s.post("baozhang", at+"/do/review"), 409)
	s.want(s.post("kuaiji", at+"/do/review"), 409)
	s.want(s.post("baozhang", at+"/do/decide"), 409, "决议")
}
