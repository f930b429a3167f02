package policy_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"huicun/internal/mechanism/mechtest"
	"huicun/internal/mechanism/policy"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// frozen makes a round of 八桥村 by the simulation's form: one brand and 56 million invested give 105,000.
func (s *site) frozen() (round string, line policy.Line) {
	s.T.Helper()
	form := url.Values{"act": {"try"}, "year": {"2021"}, "within": {"10"}, "budget": {"300000"}, "purpose": {"combined"}, "days": {"7"}, "payer.0": {"中共扬中市八桥镇委员会"}, "only_given": {"on"}, "_key": {"f1"}}
	for k, v := range map[string]string{"landed": "5600万", "brand_town": "1", "brand_city": "0", "grade": "优秀", "applied_on": "2022-01-10", "year_end": "2021-12-31", "accident": "否", "false_report": "否", "published": "是", "rechecked": "否"} {
		form.Set("v.321182103203."+k, v)
	}
	path := s.path("BB-2021-0001") + "/freeze"
	code, body, _ := s.send("town_accountant", path, form, "")
	if code != http.StatusUnprocessableEntity {
		s.T.Fatalf("frozen without a reason: %d", code)
	}
	s.has(body, "请在“手工数据的来源和理由”里说明")
	form.Set("freeze_why", "镇考核结果")
	form.Set("days", "3")
	code, body, _ = s.send("town_accountant", path, form, "")
	s.has(body, "公示天数应为 7（政策规定）")
	if code != http.StatusUnprocessableEntity {
		s.T.Fatal(code)
	}
	form.Set("days", "7")
	if code, _, _ := s.send("village_bookkeeper", path, form, ""); code != http.StatusForbidden {
		s.T.Fatalf("a village's bookkeeper freezes: %d", code)
	}
	code, body, round = s.send("town_accountant", path, form, "")
	if code != http.StatusSeeOther || !strings.HasPrefix(round, "/award-rounds/") {
		s.T.Fatalf("%d %s %.1500s", code, round, body)
	}
	all, _, err := s.runs.Lines.List(s.T.Context(), access.System, s.Tenant, record.Filter{Scope: mechtest.Town})
	if err != nil || len(all.Items) != 1 {
		s.T.Fatalf("%d lines: %v", len(all.Items), err)
	}
	return round, all.Items[0]
}

func (s *site) step(role, round, event string, l policy.Line, more url.Values) (int, string) {
	s.T.Helper()
	form := url.Values{"lines": {l.ID.String()}, "on": {"2021-11-10"}, "text": {"全部归村集体，用于发展"}, "no": {"镇党委纪要1号"}, "reason": {"理由"}, "due": {"40"}, "present": {"36"}, "agree": {"30"}}
	for k, v := range more {
		form[k] = v
	}
	code, body, _ := s.send(role, round+"/steps/"+event, form, "")
	return code, body
}

// TestRunPages goes from the simulation to the payment with the roles that have the steps.
func TestRunPages(t *testing.T) {
	s := newSite(t)
	round, l := s.frozen()
	line := "/award-lines/" + l.ID.String()
	code, body, _ := s.send("town_accountant", round, nil, "")
	if code != http.StatusOK {
		t.Fatal(code)
	}
	s.has(body, "村提方案：1 张", "预算结余 195,000.00", "105,000.00", "八桥村", "村提方案 → 村民（代表）会议表决 → 镇审核 → 公示 → 批准 → 兑付")
	code, body, _ = s.send("auditor", line, nil, "")
	if code != http.StatusOK {
		t.Fatal(code)
	}
	s.has(body, "下一步：村提方案", "项目招引奖励", "超过封顶", "手工填报的数据", "镇考核结果", "公示无异议后", "数据校验值（SHA-256）", "村集体")
	if strings.Contains(body, "attract_reward") || strings.Contains(body, "village") {
		t.Error("raw names on the line's page")
	}
	// order and roles
	if code, body := s.step("town_accountant", round, "plan", l, nil); code != http.StatusForbidden {
		t.Errorf("the town plans for the village: %d %.300s", code, body)
	}
	code, body, _ = s.send("town_secretary", round+"/steps/approve", nil, "")
	s.has(body, "先要村提方案")
	if code, body = s.step("town_secretary", round, "approve", l, nil); code != http.StatusUnprocessableEntity {
		t.Errorf("approved at once: %d", code)
	}
	s.has(body, "还不能批准：先要村提方案")
	for _, bad := range []url.Values{{"on": {"昨天"}}, {"due": {"许多"}}, {"lines": nil}, {"present": {"50"}}, {"on": {"2031-01-01"}}} {
		if code, _ := s.step("village_bookkeeper", round, "vote", l, bad); code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, code)
		}
	}
	if code, _ := s.step("village_bookkeeper@321182103205", round, "plan", l, nil); code != http.StatusForbidden {
		t.Errorf("another village plans: %d", code)
	}
	for _, x := range []struct{ role, event string }{{"village_bookkeeper@321182103203", "plan"}, {"village_bookkeeper@321182103203", "vote"}, {"town_secretary", "review"}, {"town_accountant", "publish"}} {
		if code, body, _ := s.send(x.role, round+"/steps/"+x.event, nil, ""); code != http.StatusOK || !strings.Contains(body, "八桥村") {
			t.Fatalf("the form of %s: %d %.500s", x.event, code, body)
		}
		if code, body := s.step(x.role, round, x.event, l, url.Values{"on": {"2021-11-01"}}); code != http.StatusSeeOther {
			t.Fatalf("%s: %d %.800s", x.event, code, body)
		}
	}
	if code, _ := s.step("town_accountant", round, "nothing", l, nil); code != http.StatusUnprocessableEntity && code != http.StatusNotFound {
		t.Errorf("an unknown step: %d", code)
	}

	// the public page
	code, body, _ = s.send("auditor", "/public/awards", nil, "")
	s.has(body, "奖励公示", "八桥镇")
	public := "/public/awards/" + strconv.FormatInt(s.Tenant, 10) + strings.TrimPrefix(round, "/award-rounds")
	code, body, _ = s.send("auditor", public, nil, "")
	if code != http.StatusOK {
		t.Fatal(code)
	}
	s.has(body, "八桥村", "105,000.00", "2021-11-01 至 2021-11-08", "怎样提出异议")
	if code, _, _ := s.send("auditor", public+"9", nil, ""); code != http.StatusNotFound {
		t.Errorf("a round that is not there: %d", code)
	}

	if code, body = s.step("town_secretary", round, "approve", l, nil); code != http.StatusSeeOther {
		t.Fatalf("approve: %d %.800s", code, body)
	}
	code, body, _ = s.send("town_accountant", round+"/steps/pay", nil, "")
	s.has(body, "公示无异议后", "次年复核后")
	if code, body = s.step("town_accountant", round, "pay", l, url.Values{"due": {"2"}, "doc": {"回单1"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("paid before its milestone: %d", code)
	}
	s.has(body, "兑付节点还没有达到")
	if code, body = s.step("town_accountant", round, "pay", l, url.Values{"due": {"1"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("paid without a document: %d", code)
	}
	if code, body = s.step("town_accountant", round, "pay", l, url.Values{"due": {"1"}, "doc": {"回单1"}}); code != http.StatusSeeOther {
		t.Fatalf("pay: %d %.800s", code, body)
	}

	// the milestone
	code, body, _ = s.send("town_accountant", line+"/recompute", nil, "")
	s.has(body, "更新兑付节点", "次年复核通过", "现在取到的")
	form := url.Values{"reason": {"复核通过"}}
	for k, v := range map[string]string{"landed": "56000000", "brand_town": "1", "brand_city": "0", "grade": "优秀", "applied_on": "2022-01-10", "year_end": "2021-12-31", "accident": "否", "false_report": "否", "published": "是", "rechecked": "是"} {
		form.Set("v."+k, v)
	}
	if code, body, _ = s.send("town_accountant", line+"/recompute", form, ""); code != http.StatusSeeOther {
		t.Fatalf("milestone: %d %.1500s", code, body)
	}
	form.Set("v.brand_town", "许多")
	if code, body, _ = s.send("town_accountant", line+"/recompute", form, ""); code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong number: %d", code)
	}
	s.has(body, "“许多”不是数")
	if code, _ = s.step("town_accountant", round, "pay", l, url.Values{"due": {"2"}, "doc": {"回单2"}}); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	code, body, _ = s.send("auditor", line, nil, "")
	s.has(body, "已发放", "与上一次的差别", "次年复核通过 否 是", "兑付记录", "奖励记录")

	// got back
	claw := url.Values{"amount": {"5000"}, "on": {"2021-11-10"}, "doc": {"决1"}, "reason": {"虚报"}}
	if code, _, _ := s.send("town_accountant", line+"/claw-back", claw, ""); code != http.StatusForbidden {
		t.Errorf("the accountant gets it back: %d", code)
	}
	claw.Set("amount", "999999")
	code, body, _ = s.send("town_secretary", line+"/claw-back", claw, "")
	s.has(body, "最多 105,000.00 元")
	claw.Set("amount", "5000")
	if code, body, _ = s.send("town_secretary", line+"/claw-back", claw, ""); code != http.StatusSeeOther {
		t.Fatalf("%d %.500s", code, body)
	}
	for _, path := range []string{round, round + "/table", line, line + "/sheet", "/award-rounds", "/award-lines", "/award-payments", "/award-objections"} {
		if code, body, _ := s.send("county_supervisor", path, nil, ""); code != http.StatusOK {
			t.Errorf("%s: %d %.300s", path, code, body)
		}
	}
	if code, body, _ := s.send("county_supervisor", round+"/table.xlsx", nil, ""); code != http.StatusOK || !strings.HasPrefix(body, "PK") {
		t.Errorf("the workbook: %d", code)
	}
	if bad, err := policy.Check(t.Context(), s.Env.DB.Read(), s.Tenant); err != nil || len(bad) > 0 {
		t.Errorf("fsck: %v %v", bad, err)
	}
}

// TestAwardSheet: the sheet that a villager reads, as a whole.
func TestAwardSheet(t *testing.T) {
	s := newSite(t)
	_, l := s.frozen()
	_, body, _ := s.send("auditor", "/award-lines/"+l.ID.String()+"/sheet", nil, "")
	_, got, _ := strings.Cut(body, "对象 八桥村")
	got = "对象 八桥村" + strings.Join(strings.SplitAfter(got, " 元 "), "\n")
	got, _, _ = strings.Cut(got, "冻结数据的校验值")
	golden := filepath.Join("testdata", "award-sheet.txt")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		_ = os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the sheet is\n%s\nwant\n%s", got, want)
	}
}

// TestObjectionPage: an objection is entered on the line's page and holds the approval up.
func TestObjectionPage(t *testing.T) {
	s := newSite(t)
	round, l := s.frozen()
	form := url.Values{"line": {l.No}, "on": {"2021-11-10"}, "by": {"匿名"}, "text": {"不实"}, "_key": {"o1"}}
	code, body, _ := s.send("village_bookkeeper", "/award-objections", form, "")
	if code != http.StatusUnprocessableEntity {
		t.Errorf("an objection before the publication: %d", code)
	}
	s.has(body, "公示以后、发放以前才登记异议")
	for _, x := range []struct{ role, event string }{{"village_bookkeeper", "plan"}, {"village_bookkeeper", "vote"}, {"town_secretary", "review"}, {"town_accountant", "publish"}} {
		if code, body := s.step(x.role, round, x.event, l, url.Values{"on": {"2021-11-01"}}); code != http.StatusSeeOther {
			t.Fatalf("%s: %d %.500s", x.event, code, body)
		}
	}
	form.Set("_key", "o2")
	if code, body, _ = s.send("village_bookkeeper", "/award-objections", form, ""); code != http.StatusSeeOther {
		t.Fatalf("%d %.800s", code, body)
	}
	code, body = s.step("town_secretary", round, "approve", l, nil)
	if code != http.StatusUnprocessableEntity {
		t.Errorf("approved over an objection: %d", code)
	}
	s.has(body, "有 1 件异议还没有答复")
}
