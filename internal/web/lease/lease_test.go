package lease_test

import (
	"strings"
	"testing"

	"huicun/internal/books/contract"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// TestTransfer: the tenant changes from a day on, with the papers; what was typed stays when something is wrong.
func TestTransfer(t *testing.T) {
	s := newSite(t)
	at := "/contracts/" + s.lease.String()
	s.want(s.get("baozhang", at), 200, at+"/transfer", at+"/end", at+"/print", "登记转租", "续签")
	s.lacks(s.get("shenji", at), at+"/transfer", at+"/end", "/contracts/new")
	s.want(s.get("shenji", at+"/transfer"), 403)
	s.want(s.get("wanfu", at+"/transfer"), 404)
	s.want(s.send("shenji", at+"/transfer", "协议.pdf", "party_b", "二厂", "effective", "2021-12-01", "reason", "转让"), 403)
	s.want(s.get("baozhang", at+"/transfer"), 200, "一厂", "民法典第五百五十五条")
	a := s.want(s.send("baozhang", at+"/transfer", "", "party_b", "三厂", "effective", "2021-13-01", "reason", "转让经营"), 422, "没有叫“三厂”的单位", "转让经营", `value="三厂"`)
	s.want(s.send("baozhang", at+"/transfer", "", "party_b", "一厂", "effective", "2022-03-01", "reason", ""), 422, "新的承租人与现在的相同", "合同期限（2021-01-01 至 2022-01-31）之内", "请说明变更的原因", "请附上集体同意变更的决议或三方协议")
	a = s.want(s.send("baozhang", at+"/transfer", "协议.pdf", "party_b", "二厂", "effective", "2021-12-01", "reason", "一厂转让经营"), 303)
	s.want(s.get("baozhang", a.location), 200, "二厂", "协议.pdf", "变更承租人", "一厂转让经营")
	versions, err := contract.Versions(s.Context(), s.env.DB.Read(), s.tenant, s.lease)
	s.ok(err)
	if len(versions) != 2 || versions[0].Texts["party_b"] != "一厂" || versions[1].Texts["party_b"] != "二厂" {
		t.Errorf("%+v", versions)
	}
	if a := s.send("baozhang", at+"/transfer", "协议.txt", "party_b", "一厂", "effective", "2021-12-31", "reason", "又转回"); a.code == 303 {
		t.Error("a file of a type that is not taken")
	}
	if v, err := s.n.Contracts.Get(s.Context(), access.System, s.tenant, s.lease); err != nil || v.PartyB != versionParty(s, "二厂") {
		t.Error("half of a refused step was kept", err)
	}
}

func versionParty(s *site, name string) ids.ID {
	n, _ := s.env.Noun("party")
	id, err := n.Lookup(s.Context(), s.env.ForTenant(s.tenant), s.tenant, name)
	s.ok(err)
	return id
}

// TestEnd: what is to be settled is shown for the day before anything is done; then the contract ends on it.
func TestEnd(t *testing.T) {
	s := newSite(t)
	at := "/contracts/" + s.lease.String()
	s.want(s.get("shenji", at+"/end"), 403)
	// Due to now: 4 quarters of 12,000; nothing came in. To 2021-10-31 the days cost 36,000 and 31 of 92 days of the fourth.
	s.want(s.get("baozhang", at+"/end?day=2021-10-31"), 200, "终止结算：2021年10月31日", "40,043.48 元", "承租人还欠", "7,956.52", "可用押金抵 5,000.00 元", "1 期，4,133.33 元")
	s.want(s.get("baozhang", at+"/end?day=2020-10-31"), 422, "终止日期应在合同期限（2021-01-01 至 2022-01-31）之内")
	s.want(s.get("baozhang", at+"/end?day=昨天"), 422)
	s.want(s.send("baozhang", at+"/end", "", "day", "2021-10-31", "reason", ""), 422, "请说明终止的原因", "请附上解除协议、通知或决议", "终止结算")
	s.want(s.send("shenji", at+"/end", "协议.pdf", "day", "2021-10-31", "reason", "搬迁"), 403)
	s.want(s.send("baozhang", at+"/end", "协议.pdf", "day", "2022-02-28", "reason", "搬迁"), 422, "搬迁")
	a := s.want(s.send("baozhang", at+"/end", "协议.pdf", "day", "2021-10-31", "reason", "企业搬迁"), 303)
	s.want(s.get("baozhang", a.location), 200, "已终止", "企业搬迁", "协议.pdf", "2021-10-31")
	list, err := contract.Charges(s.Context(), s.env.DB.Read(), s.tenant, s.lease)
	s.ok(err)
	sum := int64(0)
	for _, ch := range list {
		sum += int64(ch.Amount)
	}
	if len(list) != 5 || list[4].Amount != -7_956_52 || sum != 40_043_48 {
		t.Errorf("%v", list)
	}
	s.want(s.get("baozhang", at+"/end"), 409)
	s.want(s.send("baozhang", at+"/end", "协议.pdf", "day", "2021-10-31", "reason", "再来"), 409)
	if problems, err := contract.Check(s.Context(), s.env.DB.Read(), s.tenant); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

// TestEndToCome: an end that is agreed for later leaves the contract running until then.
func TestEndToCome(t *testing.T) {
	s := newSite(t)
	at := "/contracts/" + s.lease.String()
	s.want(s.send("baozhang", at+"/end", "协议.pdf", "day", "2022-01-31", "reason", "到期"), 422, "到期后再办理终止")
	a := s.want(s.send("baozhang", at+"/end", "协议.pdf", "day", "2021-12-15", "reason", "协商"), 303)
	s.want(s.get("baozhang", a.location), 200, "履行中", "2021-12-15", "协商")
}

// TestTurnoverPages: entered in the village, confirmed in the township with evidence, charged.
func TestTurnoverPages(t *testing.T) {
	s := newSite(t)
	v, err := s.n.Contracts.Get(s.Context(), access.System, s.tenant, s.lease)
	s.ok(err)
	form := []string{"_key", "0123456789abcdef", "contract", v.No, "from", "2021-07-01", "to", "2021-09-30", "turnover", "200000", "reported", "2021-10-08"}
	s.want(s.post("shenji", "/turnovers", form...), 403)
	s.want(s.post("baozhang", "/turnovers", append([]string{"to", "2021-06-30"}, form...)...), 422, "不能早于第一天", "200000")
	a := s.want(s.post("baozhang", "/turnovers", form...), 303)
	id := strings.TrimPrefix(a.location, "/turnovers/")
	s.want(s.get("baozhang", a.location), 200, "16,000.00", "12,000.00", "4,000.00", "待确认")
	s.want(s.post("baozhang", a.location+"/do/confirm"), 403)
	s.want(s.post("kuaiji", a.location+"/do/confirm"), 409, "请先附上营业额的凭据")
	s.want(s.send("baozhang", "/attach/turnover/"+id, "报表.pdf", "to", a.location), 303)
	s.want(s.post("kuaiji", a.location+"/do/confirm"), 303)
	s.want(s.get("kuaiji", a.location), 200, "计收的分成", "另计 1", "2021-10-18", "已确认", "镇会计")
	s.lacks(s.get("kuaiji", a.location), a.location+"/edit")
	s.want(s.get("wanfu", a.location), 404)
}

// TestPrint: the nearest template is filled in; what people typed is text, never markup.
func TestPrint(t *testing.T) {
	s := newSite(t)
	at := "/contracts/" + s.lease.String() + "/print"
	s.want(s.get("kuaiji", at), 200, "还没有这种合同的范本", "/contract-templates/new")
	s.lacks(s.get("shenji", at), "/contract-templates/new")
	s.want(s.post("baozhang", "/contract-templates", "name", "甲", "kind", "lease", "region", "八桥镇", "since", "2021-01-01", "body", "x"), 403)
	form := []string{"_key", "0123456789abcdef", "name", "厂房租赁", "kind", "lease", "region", "八桥镇", "since", "2021-01-01"}
	s.want(s.post("kuaiji", "/contract-templates", append(form, "body", "# 合同\n租金{{房租}}")...), 422, "第 2 行：没有“{{房租}}”这个占位符", "租金{{房租}}")
	a := s.want(s.post("kuaiji", "/contract-templates", append(form, "body", "# 厂房租赁合同\n<b>甲方</b>：{{甲方}}\n租金：人民币{{每期金额大写}}\n备案号：{{备案号}}")...), 303)
	s.want(s.get("baozhang", a.location), 200, "{{每期金额大写}}", "可以用的占位符")
	raw := s.want(s.get("shenji", at), 200, "合作社", "壹万贰仟元整", "附件：收款计划", "2021-10-01 至 2021-12-31", "合计人民币（大写）：伍万贰仟壹佰叁拾叁元叁角叁分")
	if strings.Contains(raw.body, "合作社</b>") {
		t.Error("markup of a template is taken as such")
	}
	s.want(s.get("shenji", at+"?template=99"), 404)
	s.want(s.get("wanfu", at), 404)
}

// TestRenewals: what runs out is listed, narrowed to who may see it.
func TestRenewals(t *testing.T) {
	s := newSite(t)
	s.want(s.get("baozhang", "/contract-renewals"), 200, "厂房租赁", "82 天", "续签")
	s.lacks(s.get("baozhang", "/contract-renewals?days=60"), "厂房租赁")
	s.lacks(s.get("shenji", "/contract-renewals"), "/contracts/new")
	s.lacks(s.get("wanfu", "/contract-renewals"), "厂房租赁")
	a := s.get("baozhang", "/contracts/new?previous=HT-2021-0001&party_a=合作社&party_b=一厂&from=2022-02-01")
	s.want(a, 200, `value="2022-02-01"`, `value="一厂"`)
}

// TestTwentyYears: a lease runs twenty years at most, as the form says with the article; land may run longer.
func TestTwentyYears(t *testing.T) {
	s := newSite(t)
	form := func(key, to string, more ...string) []string {
		return append([]string{
			"_key", key, "name", "长租", "kind", "lease", "party_a", "合作社", "party_b", "一厂", "units", "U1", "signed", "2022-02-01", "from", "2022-02-01", "to", to,
			"pay", "1000", "pay_months", "12",
		}, more...)
	}
	const article = "租赁期限不得超过二十年，超过部分无效（民法典第七百零五条）"
	s.want(s.post("baozhang", "/contracts", form("0123456789abcde1", "2042-02-01")...), 422, article, `value="2042-02-01"`)
	at := s.want(s.post("baozhang", "/contracts", form("0123456789abcde2", "2042-01-31")...), 303).location
	s.want(s.post("baozhang", at, form("", "2050-01-31", "version", "1")...), 422, article)
}
