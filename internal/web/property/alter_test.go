package property_test

import (
	"strings"
	"testing"
)

// TestAlterations: from the card to the draft, what it will do, and the doing, by role; mistakes stay with what was typed.
func TestAlterations(t *testing.T) {
	s := newSite(t)
	cards := s.want(s.get("baozhang", "/assets?q=ZC-0001"), 200)
	card := s.href(cards, `/assets/\d+`)
	s.want(s.get("baozhang", card), 200, card+"/alter", "处置")
	if a := s.want(s.get("shenji", card), 200); strings.Contains(a.body, "/alter") {
		t.Error("an auditor is offered to alter")
	}
	s.want(s.get("shenji", card+"/alter"), 403)
	form := s.want(s.get("baozhang", card+"/alter"), 200, "增加的原值", "延长的使用年限", "拆分", "1,860,000.00")
	fields := []string{"_key", s.hidden(form, "_key"), "kind", "improve", "on", "2024-06-05", "reason", "加固屋面", "document", "决算1号"}
	s.want(s.post("shenji", card+"/alter", append(fields, "cost", "1")...), 403)
	s.want(s.post("baozhang", card+"/alter", append(fields, "cost", "许多")...), 422, "许多", "加固屋面", "决算1号")
	s.want(s.post("baozhang", card+"/alter", fields...), 422, "至少一项", "加固屋面")
	s.want(s.post("baozhang", card+"/alter", append(fields, "cost", "100", "account", "999")...), 422, "没有可用的科目 999")
	s.want(s.post("baozhang", card+"/alter", "_key", "k", "kind", "explode"), 422, "变动类型")
	at, _, _ := strings.Cut(s.want(s.post("baozhang", card+"/alter", append(fields, "cost", "240000", "life", "24")...), 303).location, "?")
	page := s.want(s.get("baozhang", at), 200, "变动前后", "变动前", "2,100,000.00", "会计分录", "在建工程", "240,000.00", "确认办理", "每月折旧", "7,519.15", "7,702.70")
	version := s.hidden(page, "version")
	if a := s.want(s.get("shenji", at), 200, "变动前后"); strings.Contains(a.body, "确认办理") {
		t.Error("an auditor is offered to carry it out")
	}
	s.want(s.post("shenji", at+"/do/carry", "version", version), 403)
	s.want(s.post("baozhang", at+"/do/carry", "version", "99"), 409)
	s.want(s.post("baozhang", at+"/do/approve"), 403)
	s.want(s.post("baozhang", at+"/do/explode"), 404)
	edit := s.want(s.get("baozhang", at+"/edit"), 200, `value="240000.00"`, "加固屋面")
	s.want(s.post("baozhang", at+"/edit", "version", "77", "on", "2024-06-05", "cost", "250000", "life", "24", "reason", "加固屋面"), 409, "250000")
	s.want(s.post("baozhang", at+"/edit", "version", s.hidden(edit, "version"), "on", "2024-06-05", "cost", "250000", "life", "24", "reason", "加固屋面"), 303)
	s.want(s.post("baozhang", at+"/do/carry"), 303)
	s.want(s.get("shenji", at), 200, "已办理", "变动的卡片", "BD-2024-0001", "250,000.00")
	s.want(s.get("shenji", card), 200, "2,110,000.00", "改扩建")
	s.want(s.post("baozhang", at+"/do/revoke", "reason", "错"), 403)
	s.want(s.post("kuaiji", at+"/do/revoke", "reason", ""), 422, "请说明")
	s.want(s.post("kuaiji", at+"/do/revoke", "reason", "金额错"), 303)
	s.want(s.get("shenji", card), 200, "1,860,000.00", "撤销改扩建")
	s.want(s.post("baozhang", at+"/do/void", "reason", "不办了"), 303)

	// a rule asks for approval by another person
	s.want(s.post("kuaiji", "/asset-rules", "_key", "a-key-of-this-rule", "name", "规定", "region", "八桥镇", "from", "2020-01-01", "approve_from", "1000"), 303)
	form = s.want(s.get("kuaiji", card+"/alter?kind=split"), 200, "拆出的部分", "数量（㎡）")
	parts := []string{"_key", s.hidden(form, "_key"), "kind", "split", "on", "2024-06-05", "reason", "分开出租", "name1", "东<半>", "quantity1", "400"}
	s.want(s.post("kuaiji", card+"/alter", append(parts, "units1", "DY-9")...), 422, "DY-9", "东<半>", "第 1 行")
	s.want(s.post("kuaiji", card+"/alter", append(parts, "name2", "西半", "quantity2", "600")...), 422, "第 2 行", "要留下一部分")
	s.want(s.post("kuaiji", card+"/alter", append(parts, "cost1", "多少")...), 422, "第 1 行", "多少")
	at, _, _ = strings.Cut(s.want(s.post("kuaiji", card+"/alter", parts...), 303).location, "?")
	page = s.want(s.get("kuaiji", at), 200, "须由他人批准", "新建卡片", "744,000.00", "1,116,000.00", "变动后合计")
	if strings.Contains(page.body, "确认批准办理") {
		t.Error("who made it is offered to approve it")
	}
	s.want(s.post("kuaiji", at+"/do/carry"), 409, "须由他人批准")
	s.want(s.post("kuaiji", at+"/do/approve"), 409, "填单人不能批准自己的")
	s.want(s.get("shuji", at), 200, "确认批准办理")
	s.want(s.post("shuji", at+"/do/approve"), 303)
	s.want(s.get("shenji", "/assets?q="+"东"), 200, "东<半>", "400 ㎡")

	// cards of value leave by a disposal
	s.want(s.post("kuaiji", card+"/do/retire", "reason", "拆除"), 409, "请点“处置”")
	if a := s.want(s.get("kuaiji", card), 200); strings.Contains(a.body, "注销卡片") {
		t.Error("a card of value is offered to be struck off")
	}
	form = s.want(s.get("kuaiji", card+"/alter?kind=merge"), 200, "并入 ZC-0001 的卡片")
	merge := []string{"_key", s.hidden(form, "_key"), "kind", "merge", "on", "2024-06-05", "reason", "合并"}
	s.want(s.post("kuaiji", card+"/alter", merge...), 422, "至少填写一张")
	s.want(s.post("kuaiji", card+"/alter", append(merge, "card1", "ZC-9999")...), 422, "没有编号为“ZC-9999”的资产")
	s.want(s.post("kuaiji", card+"/alter", append(merge, "card1", "ZC-0002")...), 422, "资产分类不同", "ZC-0002")
}
