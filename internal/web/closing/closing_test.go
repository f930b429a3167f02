package closing_test

import (
	"context"
	"testing"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/registry/access"
	"huicun/internal/web/sitetest"
)

func TestFromChecklistToDistribution(t *testing.T) {
	s := newSite(t)
	b := s.books.String()
	s.voucher("2024-03-10", "102", "501", 1000)
	s.voucher("2024-05-10", "513", "101", 200)

	// A month with something wrong cannot be closed, and says where it is mended.
	s.Want(s.Get("kuaiji", "/closing"), 200, "永胜村账套", "还没有结过账", "可以结账", "/closing/"+b+"?month=2024-01", `name="books" value="`+b)
	s.Lacks(s.Get("baozhang", "/closing"), `name="books" value="`)
	s.Want(s.Post("kuaiji", "/closing", "month", "2024-06", "books", b), 200, "2024年1月至2024年4月已结账", "库存现金没有赤字", "101 库存现金 在 2024-05-10 日终为 -200.00 元")
	page := s.Want(s.Get("kuaiji", "/closing/"+b+"?month=2024-05"), 200, "不通过", "日终为", "凭证全部记账", "通过")
	s.Lacks(page, `action="/closing/`+b+`/close"`)
	s.Want(s.Post("kuaiji", "/closing/"+b+"/close", "month", "2024-05"), 409, "还不能结账", "日终为")
	s.voucher("2024-05-01", "101", "102", 200)
	s.Want(s.Get("kuaiji", "/closing/"+b), 200, "2024年5月结账检查", "可以结账了", `action="/closing/`+b+`/close"`)
	s.Lacks(s.Get("shenji", "/closing/"+b), `action="/closing/`+b+`/close"`)
	s.Want(s.Post("shenji", "/closing/"+b+"/close", "month", "2024-05"), 403)
	s.Want(s.Post("kuaiji", "/closing/"+b+"/close", "month", "2024-05"), 303)
	s.Want(s.Post("kuaiji", "/closing/"+b+"/reopen", "month", "2024-05", "reason", ""), 422, "理由")
	s.Want(s.Post("kuaiji", "/closing/"+b+"/reopen", "month", "2024-05", "reason", "补记水电费"), 303)
	s.Want(s.Post("kuaiji", "/closing/"+b+"/close", "month", "2024-05"), 303)
	s.Want(s.Get("shenji", "/closing/log"), 200, "反结账", "补记水电费", "镇代理会计", "2024年5月")
	s.Want(s.Get("shenji", "/closing/"+b+"?month=2024-05"), 200, "镇代理会计 于")

	// The year end is seen before it is posted.
	s.Want(s.Get("kuaiji", "/closing/"+b+"/year-end?year=2023"), 422, "起记账")
	s.Want(s.Post("kuaiji", "/closing", "month", "2024-11", "books", b), 200, "2024年6月至2024年11月已结账")
	s.Want(s.Post("kuaiji", "/closing/"+b+"/close", "month", "2024-12"), 409, "请办理年终结转")
	plan := s.Want(s.Get("kuaiji", "/closing/"+b+"/year-end"), 200, "结转本年收入", "结转本年支出", "结转本年收益", "800.00", "将增设明细科目 32201 未分配收益", "确认结转")
	s.Lacks(s.Get("shenji", "/closing/"+b+"/year-end"), `name="seen"`)
	form := []string{"_key", s.Hidden(plan, "_key"), "year", "2024", "seen", s.Hidden(plan, "seen")}
	s.voucher("2024-12-30", "513", "102", 50)
	s.Want(s.Post("kuaiji", "/closing/"+b+"/year-end", form...), 409, "重新查看预览")
	plan = s.Get("kuaiji", "/closing/"+b+"/year-end")
	form = []string{"_key", s.Hidden(plan, "_key"), "year", "2024", "seen", s.Hidden(plan, "seen")}
	s.Want(s.Post("shenji", "/closing/"+b+"/year-end", form...), 403)
	batch := s.Want(s.Post("kuaiji", "/closing/"+b+"/year-end", form...), 303).Location
	if again := s.Want(s.Post("kuaiji", "/closing/"+b+"/year-end", form...), 303); again.Location != batch {
		t.Fatalf("a second submission made %s beside %s", again.Location, batch)
	}
	s.Want(s.Get("kuaiji", batch), 200, "NJ-2024-0001", "750.00", "结转-2024-12-0001", "整批冲销", "办理收益分配")
	s.Want(s.Get("shenji", "/closing/"+b+"/year-end"), 200, "2024 年已由 镇代理会计 年终结转（NJ-2024-0001）")
	s.Want(s.Get("shenji", "/year-ends"), 200, "NJ-2024-0001", "永胜村账套")

	// The distribution follows its legal order.
	s.Want(s.Get("kuaiji", "/distributions"), 200, "还没有收益分配")
	s.Want(s.Get("kuaiji", "/distributions/new"), 200, "给哪个账套做分配方案", "永胜村账套")
	s.Want(s.Get("kuaiji", "/distributions/new?books="+b+"&year=2024"), 200, "可分配收益", "750.00", "已结转 NJ-2024-0001", "法定顺序", "提取公积公益金")
	draft := func(pairs ...string) sitetest.Answer {
		return s.Post("kuaiji", "/distributions/new", append([]string{"_key", "distribution-form-0001" + pairs[len(pairs)-1], "books", b, "year", "2024"}, pairs...)...)
	}
	s.Want(draft("charter", "30", "reserve", "200", "member", "400", "method", "persons"), 422, "至少提取 30%，即 225.00 元", `value="200"`, `value="400"`)
	s.Want(draft("reserve.rate", "30", "member", "600", "method", "persons"), 422, "超过可分配收益 750.00 元")
	s.Want(draft("reserve", "一千", "member", "4", "method", "persons"), 422, "不是金额", `value="一千"`)
	s.Want(draft("reserve", "300", "member", "100", "method", "shares", "shares", "无此户 5"), 422, "没有户编号为“无此户”的成员户")
	path := s.Want(draft("charter", "30", "reserve.rate", "30", "member", "400", "method", "persons"), 303).Location
	s.Want(s.Get("kuaiji", path), 200, "FP-2024-0001", "225.00", "228.57", "171.43", "提交公示", "年末未分配收益", "125.00")
	s.Want(s.Get("kuaiji", path+"/edit"), 200, `value="30"`, `value="400.00"`)
	s.Want(s.Post("kuaiji", path+"/edit", "_key", "distribution-form-000002", "version", "1", "charter", "30", "reserve.rate", "30", "member", "490", "method", "equal"), 303)
	s.Want(s.Post("baozhang", path+"/propose"), 403)
	s.Want(s.Post("kuaiji", path+"/propose"), 303)
	s.Want(s.Get("kuaiji", path+"/resolve"), 200, "会前至少公示 10 天")
	vote := []string{"published", "2021-10-20", "meeting_kind", "members", "meeting", "2021-10-25", "should_attend", "100", "attended", "90", "agreed", "80", "resolution_no", "永胜村会〔2021〕1号"}
	s.Want(s.Post("kuaiji", path+"/resolve", vote...), 422, "最迟应在 2021-10-15 公示", `value="永胜村会〔2021〕1号"`)
	vote[1] = "2021-10-10"
	s.Want(s.Post("kuaiji", path+"/resolve", vote...), 303)
	s.Want(s.Post("kuaiji", path+"/post", "_key", "distribution-form-000003", "post_on", "2024-12-31"), 403, "由他人记账")
	s.Want(s.Post("kuaiji2", path+"/post", "_key", "distribution-form-000003", "post_on", "2024-12-31"), 303)
	s.Want(s.Get("kuaiji", path), 200, "已记账", "整批冲销", "结转各项分配", "245.00")
	s.Want(s.Post("kuaiji", "/closing/"+b+"/close", "month", "2024-12"), 303)
	s.Want(s.Post("kuaiji2", path+"/reverse", "reason", "有误"), 409, "已结账")
	s.Want(s.Post("kuaiji", batch+"/reverse", "reason", "有误"), 409, "请先冲销收益分配")

	problems, err := s.s.Check(context.Background(), s.DB.Read(), s.Tenant)
	s.OK(err)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
}

func TestSharesFromASheet(t *testing.T) {
	s := newSite(t)
	s.voucher("2024-03-10", "102", "501", 100)
	b := s.books.String()
	list := []string{"CY-103205-0001", "CY-103205-0002"}
	path := s.Want(s.Post("kuaiji", "/distributions/new", "_key", "distribution-form-000009", "books", b, "year", "2024", "reserve", "10", "member", "50",
		"method", "shares", "shares", list[0]+"\t2.5\r\n\r\n"+list[1]+"，1"), 303).Location
	s.Want(s.Get("kuaiji", path), 200, "35.71", "14.29", "2.5", "份额")
	other := s.household("321182103203", "八桥村")
	s.Want(s.Post("kuaiji", path+"/edit", "_key", "distribution-form-000010", "version", "1", "reserve", "10", "member", "50", "method", "shares", "shares", list[0]+" 1\n"+other+" 1"), 422, "别的村")
	s.Want(s.Get("kuaiji", path+"/edit"), 200, list[0]+"\t2.5")
	s.Want(s.Post("kuaiji", path+"/delete"), 303)
	s.Want(s.Get("kuaiji", path), 404)
}

// Rules of a county change what a closing asks for.
func TestRulePages(t *testing.T) {
	s := newSite(t)
	s.Want(s.Get("kuaiji", "/close-rules"), 200, "每项结账检查都有默认要求")
	s.Want(s.Get("kuaiji", "/distribution-rules"), 200, "章程")
	s.Want(s.Post("kuaiji", "/close-rules", "_key", "rule-form-0000000000001", "region", "八桥镇", "code", "cash", "level", "warn", "from", "2024-01-01"), 403)
	r := &closing.Rule{Code: "cash", Level: "warn", From: date.Must("2024-01-01")}
	r.Region = town
	_, err := s.s.Rules.Create(t.Context(), access.System, s.Tenant, "", r)
	s.OK(err)
	s.voucher("2024-01-10", "513", "101", 200)
	s.Want(s.Get("kuaiji", "/closing/"+s.books.String()+"?month=2024-01"), 200, "日终为 -200.00", "可以结账了")
	log, err := ledger.PeriodLog(t.Context(), s.DB.Read(), s.Tenant, [][2]string{{town, "999999999999"}}, 0, 0, 5)
	s.OK(err)
	if len(log) != 0 {
		t.Errorf("looking wrote %+v", log)
	}
}
