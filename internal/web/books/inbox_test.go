package books_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
)

// draft saves a voucher and returns its address.
func (s *site) draft(login, village, day string, lines ...line) string {
	s.Helper()
	if len(lines) == 0 {
		lines = rent
	}
	return s.Want(s.Post(login, "/vouchers/new", voucher(s.books(village), day, lines...)...), 303).Location
}

// pick is the value of a voucher's checkbox.
func (s *site) pick(path string) string {
	return strings.TrimPrefix(path, "/vouchers/") + ":" + s.version(path)
}

// posted makes a voucher and takes it through its hands.
func (s *site) posted(day string, lines ...line) string {
	s.Helper()
	path := s.draft("baozhang", "长胜村", day, lines...)
	for _, step := range []string{"/review", "/post"} {
		s.Want(s.Post("kuaiji", path+step, "version", s.version(path)), 303)
	}
	return path
}

func key() string { return secret.Token()[:22] }

func TestInbox(t *testing.T) {
	s := newSite(t)
	first, second, own := s.draft("baozhang", "长胜村", "2021-11-01"), s.draft("baozhang", "长胜村", "2021-11-02"), s.draft("kuaiji", "长胜村", "2021-11-03")
	at := strings.Replace(first, "/vouchers/", "/voucher-inbox/", 1)

	// Who sees what.
	page := s.Want(s.Get("kuaiji", "/voucher-inbox"), 200, "待审核", "待记账", "已退改", "批量审核", "有问题的跳过", s.pick(first), "您是制单人，请由他人审核", "审核要点")
	s.Lacks(page, s.pick(own))
	s.Lacks(s.Want(s.Get("shenji", "/voucher-inbox"), 200, "收一号厂房租金"), "批量审核")
	s.Lacks(s.Get("xingfu", "/voucher-inbox"), "收一号厂房租金")
	s.Lacks(s.Want(s.Get("baozhang", "/voucher-inbox?tab=nonsense"), 200), "批量审核")
	s.Want(s.Post("baozhang", "/voucher-inbox", "tab", "review", "v", s.pick(first)), 403)
	s.Want(s.Get("xingfu", at), 404)
	s.Want(s.Get("kuaiji", "/voucher-inbox/abc"), 404)
	s.Want(s.Get("kuaiji", "/voucher-inbox?after=nonsense"), 422)

	// One by one, point by point.
	s.Want(s.Get("kuaiji", at), 200, "逐项核对", "科目和辅助核算正确", "白条，不是合规票据", "下一张", "/voucher-inbox/"+strings.TrimPrefix(second, "/vouchers/"))
	s.Want(s.Post("kuaiji", at, "version", s.version(first), "do", "pass", "point", "写明用途"), 422, "还有 9 项没有勾选", `value="写明用途" checked`)
	s.Want(s.Post("kuaiji", at, "version", s.version(first), "do", "reject", "reason", ""), 422, "请选择或填写退回的理由")
	s.Want(s.Post("kuaiji", at, "version", s.version(first), "do", "reject", "because", "附件不全", "because", "编造的", "reason", "缺验收单\x00"), 303)
	back := s.Want(s.Get("baozhang", first), 200, "镇代理会计 退改：附件不全；缺验收单", "写明用途", "已退改，请修改后重新保存")
	s.Lacks(back, "编造的")
	s.Want(s.Get("kuaiji", "/voucher-inbox?tab=back"), 200, "附件不全；缺验收单")
	s.Lacks(s.Get("kuaiji", "/voucher-inbox"), s.pick(first))
	s.Want(s.Post("baozhang", first+"/edit", append(voucher(s.books("长胜村"), "2021-11-01", rent...), "version", s.version(first))...), 303)

	all := []string{"version", s.version(first), "do", "pass"}
	for _, p := range []string{
		"抬头是本单位，日期、内容、数量、单价、金额齐全，大小写一致", "写明用途", "有经手人签字", "有证明人（验收人）签字", "有审批人按权限签批", "盖有民主理财小组（监督委员会）审核章",
		"有税务或财政票据监制章，真伪可查，没有重复报销", "所附张数与凭证相符，附件齐全（合同、会议记录、清单、验收单）", "科目和辅助核算正确，摘要说清了业务", "凭证金额与原始凭据一致，日期属于本期",
	} {
		all = append(all, "point", p)
	}
	if a := s.Want(s.Post("kuaiji", at, all...), 303); a.Location != "/voucher-inbox/"+strings.TrimPrefix(second, "/vouchers/") {
		t.Error(a.Location)
	}
	ownAt := strings.Replace(own, "/vouchers/", "/voucher-inbox/", 1)
	s.Lacks(s.Want(s.Get("kuaiji", ownAt), 200, "您是制单人"), "逐项核对")
	s.Want(s.Post("kuaiji", ownAt, append([]string{"version", s.version(own)}, all[2:]...)...), 403, "审核人不能是制单人")

	// In batches: nothing is done as long as something is refused.
	a := s.Want(s.Post("kuaiji", "/voucher-inbox", "tab", "review", "v", s.pick(second), "v", s.pick(own), "v", "garbage", "v", "1:1"), 409, "所以都没有办", "审核人不能是制单人", "没有找到", `checked`)
	s.Lacks(a, "已审核</span>")
	s.Want(s.Post("kuaiji", "/voucher-inbox", "tab", "review", "v", s.pick(second), "v", s.pick(own), "rest", "1"), 409, "已审核", "审核人不能是制单人")
	s.Want(s.Post("kuaiji", "/voucher-inbox", "tab", "review"), 422, "请先勾选凭证")
	s.Want(s.Post("kuaiji", "/voucher-inbox", "tab", "all", "v", s.pick(own)), 422)
	s.Want(s.Get("kuaiji", "/voucher-inbox?tab=post"), 200, s.pick(first), s.pick(second), "批量记账")
	s.Want(s.Post("kuaiji", "/voucher-inbox", "tab", "post", "v", s.pick(second), "v", s.pick(first)), 303)
	s.Want(s.Get("kuaiji", first), 200, "已记账")

	// The town's own checklist, beginning with the one that comes with the program.
	ours := s.Want(s.Get("kuaiji", "/check-items/builtin?format=csv"), 200, "审核要点,写明用途,2,八桥镇")
	s.Want(s.Upload("kuaiji", "/check-items/import", "a.csv", ours.Body), 303)
	n, _ := s.Shell.Env.Noun("check_item")
	items, _, err := n.List(s.Context(), access.System, s.Tenant, filterTown())
	s.OK(err)
	if len(items.Items) != 20 {
		t.Errorf("%d items", len(items.Items))
	}
	for _, x := range items.Items {
		s.OK(n.Delete(s.Context(), access.System, s.Tenant, x.ID, 0))
	}
	s.Want(s.Get("baozhang", "/check-items/new"), 403)
	s.Want(s.Post("kuaiji", "/check-items", "_key", key(), "kind", "check", "name", "有村监委印章", "seq", "1", "region", town), 303)
	s.Lacks(s.Want(s.Get("kuaiji2", ownAt), 200, "有村监委印章", "白条"), "写明用途")
	s.Want(s.Get("shenji", "/check-items"), 200, "有村监委印章")
}

func TestSearchAndPrint(t *testing.T) {
	s := newSite(t)
	path := s.posted("2021-11-05")
	s.draft("baozhang", "长胜村", "2021-11-06", line{"付电费", "551", "321.09", "", ""}, line{"", "102", "", "321.09", ""})
	s.Want(s.Get("kuaiji", "/vouchers/search"), 200, "凭证金额合计", "更多条件", "打印查到的凭证")
	a := s.Want(s.Get("kuaiji", "/vouchers/search?least=321.09&most=300%2B21.09"), 200, "共 1 张", "付电费", "符合条件的分录借方")
	s.Lacks(a, "收一号厂房租金")
	s.Want(s.Get("kuaiji", "/vouchers/search?account=501&text=%E4%B8%80%E5%8F%B7%E5%8E%82%E6%88%BF"), 200, "共 1 张", "60,000.00")
	s.Want(s.Get("kuaiji", "/vouchers/search?dim=contract&of=HT-2021-0001&from=2021-11-05&to=2021-11-05"), 200, "共 1 张", path)
	s.Want(s.Get("kuaiji", "/vouchers/search?dim=contract&of=HT-0000"), 200, "没有找到合同“HT-0000”")
	s.Want(s.Get("kuaiji", "/vouchers/search?least=abc&from=x&account=钱"), 200, `value="abc"`, "field-error", "请填科目编码")
	s.Want(s.Get("kuaiji", "/vouchers/search?text=%00%FF&no=%00"), 200)
	s.Lacks(s.Want(s.Get("xingfu", "/vouchers/search?least=321.09&most=321.09"), 200, "没有查到凭证"), "付电费")
	s.Want(s.Get("kuaiji", "/vouchers/print?from=2021-11-05&to=2021-11-05"), 200, "每页两张", "一号厂房", "501 经营收入", "HT-2021-0001")
	s.Lacks(s.Get("kuaiji", "/vouchers/print?from=2021-11-05&to=2021-11-05"), path+"/reverse", "do-reverse")
	s.Want(s.Get("kuaiji", "/vouchers/print?from=1999-01-01&to=1999-01-02"), 200, "没有要打印的凭证")
	if a := s.Get("kuaiji", "/vouchers/print?from=x"); a.Code != http.StatusSeeOther {
		t.Error(a.Code)
	}
}

func TestCorrectingOnScreen(t *testing.T) {
	s := newSite(t)
	path := s.posted("2021-11-05")
	s.Want(s.Get("baozhang", path), 200, path+"/correct", path+"/reverse", path+"/difference", "订正")
	s.Lacks(s.Get("shenji", path), path+"/correct")
	s.Want(s.Post("shenji", path+"/correct", "date", "2021-11-08", "reason", "错"), 403)
	s.Want(s.Post("xingfu", path+"/correct", "date", "2021-11-08", "reason", "错"), 404)
	s.Want(s.Post("baozhang", path+"/correct", "date", "2021-11-08", "reason", ""), 422, "理由")
	s.Want(s.Post("baozhang", path+"/correct", "date", "八号", "reason", "错"), 422)

	// The difference: what was typed stays.
	s.Want(s.Get("baozhang", path+"/difference"), 200, "66,000.00", "right[2]", "只是金额写错时用")
	s.Want(s.Post("baozhang", path+"/difference", "_key", key(), "date", "2021-11-08", "reason", "写错", "right[0]", "六万", "right[1]", "60000", "right[2]", "6000"), 422, `value="六万"`, "写错")
	s.Want(s.Post("baozhang", path+"/difference", "_key", key(), "date", "2021-11-08", "reason", "写错", "right[0]", "65000", "right[1]", "60000", "right[2]", "6000"), 422, "借贷不平", `value="65000"`)
	s.Want(s.Post("baozhang", path+"/difference", "_key", key(), "date", "2021-11-08", "right[0]", "65000", "right[1]", "59000", "right[2]", "6000"), 422, "请说明订正的理由")
	less := s.Want(s.Post("baozhang", path+"/difference", "_key", key(), "date", "2021-11-08", "reason", "写错", "right[0]", "60000+5000", "right[1]", "59000", "right[2]", "6000"), 303).Location
	s.Want(s.Get("baozhang", less), 200, "冲减2021年11月5日", "-1,000.00", path, "由他人审核")
	s.Want(s.Get("baozhang", path+"/difference"), 200, "65,000.00", "59,000.00") // what stands by now
	s.Want(s.Post("baozhang", path+"/correct", "_key", key(), "date", "2021-11-08", "reason", "错"), 409, "请先删除它")
	s.Want(s.Post("baozhang", less+"/delete", "version", s.version(less)), 303)

	// Red and blue; the account asks for more by now.
	b := "/books/" + s.books("长胜村") + "/accounts"
	s.Want(s.Post("kuaiji", b+"/501", "name", "经营收入", "partner", "party!", "active", "on"), 303)
	edit := s.Want(s.Post("baozhang", path+"/correct", "_key", key(), "date", "2021-11-08", "reason", "科目用错"), 303).Location
	blue := strings.TrimSuffix(edit, "/edit")
	s.Want(s.Get("baozhang", edit), 200, "这是订正凭证的草稿", "要求填写往来单位", `id="f-lines[1].party-error"`, "订正2021年11月5日")
	s.Want(s.Post("kuaiji", blue+"/review", "version", s.version(blue)), 422, "要求填写往来单位")
	form := append(voucher(s.books("长胜村"), "2021-11-08", line{"订正", "102", "66000", "", ""}, line{"", "501", "", "66000", "HT-2021-0001"}), "version", s.version(blue), "lines[1].party", "示例机电一厂")
	s.Want(s.Post("baozhang", edit, form...), 303)
	page := s.Want(s.Get("baozhang", path), 200, "待审核记账的冲销凭证", "待审核记账的订正凭证")
	s.Lacks(page, path+"/correct")
	list := s.Get("kuaiji", "/voucher-inbox").Body
	s.Want(s.Post("kuaiji", blue+"/review", "version", s.version(blue)), 303)
	s.Want(s.Post("kuaiji", blue+"/post", "version", s.version(blue)), 409, "请先把红字注销凭证")
	at := list[:strings.Index(list, "注销2021年11月5日")]
	red := "/vouchers/" + at[strings.LastIndex(at, "/voucher-inbox/")+len("/voucher-inbox/"):]
	red = red[:strings.Index(red, `"`)]
	s.Want(s.Post("kuaiji", red+"/review", "version", s.version(red)), 303)
	s.Want(s.Post("kuaiji", "/voucher-inbox", "tab", "post", "v", s.pick(blue), "v", s.pick(red)), 303) // the red one goes first
	s.Want(s.Get("baozhang", path), 200, "已由 记-2021-11-0", "订正</a>")
}

func TestRecurringOnScreen(t *testing.T) {
	s := newSite(t)
	path := s.posted("2021-08-31")
	s.Want(s.Get("baozhang", path+"/repeat"), 403)
	s.Want(s.Get("kuaiji", path+"/repeat"), 200, "设为循环凭证", `value="31"`, `value="2021-09"`)
	s.Want(s.Post("kuaiji", path+"/repeat", "_key", key(), "name", "每月租金", "every", "0", "day", "31", "from", "2021-09"), 422, `value="每月租金"`, `value="0"`)
	at := s.Want(s.Post("kuaiji", path+"/repeat", "_key", key(), "name", "每月租金", "every", "1", "day", "31", "from", "2021-09", "to", "2021-11"), 303).Location
	s.Want(s.Get("kuaiji", at), 200, "501 经营收入", "还没有生成过", at+"/edit")
	s.Want(s.Get("xingfu", at), 404)
	id := strings.TrimPrefix(at, "/recurring/")
	due := s.Want(s.Get("baozhang", "/recurring/due"), 200, "每月租金", id+":2021-09", id+":2021-10", id+":2021-11", "跳过")
	s.Lacks(due, id+":2021-12")
	s.Want(s.Post("baozhang", "/recurring/due"), 422, "请先勾选")
	s.Want(s.Post("shenji", "/recurring/due", "v", id+":2021-09"), 403)
	s.Want(s.Post("baozhang", "/recurring/due", "v", id+":2021-09", "v", id+":2021-12", "v", "x", "v", id+":"), 409, "已生成草稿", "没有要生成的凭证")
	s.Want(s.Get("kuaiji", "/voucher-inbox"), 200, "2021-09-30")
	s.Want(s.Post("baozhang", at+"/skip", "month", "2021-10"), 422, "理由")
	s.Want(s.Post("baozhang", at+"/skip", "month", "2021-10", "reason", "已另行入账"), 303)
	s.Lacks(s.Want(s.Get("baozhang", "/recurring/due"), 200, id+":2021-11"), id+":2021-09", id+":2021-10")
	s.Want(s.Get("kuaiji", at), 200, "跳过：已另行入账", "草稿-2021-09-0001")

	// Amounts asked for each time.
	s.Want(s.Get("kuaiji", at+"/edit"), 200, "修改循环凭证", `value="2021-11"`)
	s.Want(s.Post("kuaiji", at+"/edit", "version", "1", "name", "每月租金", "every", "1", "day", "31", "from", "2021-09", "to", "2021-11", "asked", "是"), 303)
	s.Want(s.Post("kuaiji", at+"/edit", "version", "1", "name", "每月租金", "every", "1", "day", "31", "from", "2021-09"), 422, "改过这条记录")
	s.Want(s.Get("baozhang", "/recurring/due"), 200, at+"/amounts?month=2021-11")
	s.Want(s.Get("baozhang", at+"/amounts?month=2021-11"), 200, "本次金额", "right[0]")
	s.Want(s.Get("baozhang", at+"/amounts?month=nonsense"), 422)
	s.Want(s.Post("baozhang", at+"/amounts", "month", "2021-11", "right[0]", "x", "right[1]", "6000", "right[2]", "500"), 422, `value="x"`)
	s.Want(s.Post("baozhang", at+"/amounts", "month", "2021-11", "right[0]", "6500", "right[1]", "6000", "right[2]", "5"), 422, "借贷不平")
	made := s.Want(s.Post("baozhang", at+"/amounts", "month", "2021-11", "right[0]", "6000+500", "right[1]", "6000", "right[2]", "500"), 303).Location
	s.Want(s.Get("baozhang", made), 200, "6,500.00")
	s.Want(s.Post("kuaiji", at+"/delete"), 303)
	s.Want(s.Get("kuaiji", at), 404)
}

func TestAccountsOnScreen(t *testing.T) {
	s := newSite(t)
	at := "/books/" + s.books("长胜村") + "/accounts"
	s.Want(s.Get("shenji", at+"/501"), 403)
	s.Want(s.Get("kuaiji", at+"/501"), 200, "经营收入", "往来对象（辅助核算）", "一级科目的名称由会计制度规定")
	s.Want(s.Get("kuaiji", at+"/999"), 404)
	s.Want(s.Post("kuaiji", at, "code", "50101", "name", "租赁收入"), 303)
	s.Want(s.Post("kuaiji", at+"/50101", "name", "", "active", "on"), 422, "error-summary")
	s.Want(s.Post("kuaiji", at+"/50101", "name", "厂房租赁", "partner", "nonsense", "active", "on"), 422, "error-summary")
	s.Want(s.Post("kuaiji", at+"/50101", "name", "厂房租赁", "partner", "party!", "contract", "contract", "active", "on"), 303)
	s.Want(s.Get("kuaiji", at), 200, "厂房租赁", "往来单位（必填）、合同")
	out := s.Want(s.Get("shenji", at+"/export?format=csv"), 200, "50101,厂房租赁,往来单位（必填）、合同")
	s.Want(s.Get("baozhang", at+"/import"), 403)
	s.Want(s.Get("kuaiji", at+"/import"), 200, "下载现在的科目表")
	s.Want(s.Upload("kuaiji", at+"/import", "a.csv", out.Body+"50102,水面发包,,\n"), 303)
	s.Want(s.Get("kuaiji", at), 200, "水面发包")
	s.Want(s.Upload("kuaiji", at+"/import", "a.csv", "科目编码,科目名称\n9,错\n50103,其他\n"), 422, "没有保存任何科目", "第 2 行")
	s.Lacks(s.Get("kuaiji", at), "50103")
	s.Want(s.Upload("kuaiji", at+"/import", "a.csv", "甲,乙\n1,2\n"), 422, "表头应有")
	s.Want(s.Post("kuaiji", at+"/50102", "name", "水面发包"), 303)
	s.Want(s.Get("kuaiji", at), 200, "停用")
	s.Want(s.Post("baozhang", "/vouchers/new", voucher(s.books("长胜村"), "2021-11-05", line{"收", "102", "1", "", ""}, line{"", "50102", "", "1", ""})...), 422, "已停用")
}

func TestInboxPages(t *testing.T) {
	s := newSite(t)
	for i := range 103 {
		s.draft("baozhang", "长胜村", fmt.Sprintf("2021-11-%02d", i%9+1), line{"收", "102", "1", "", ""}, line{"", "501", "", "1", ""})
	}
	page := s.Want(s.Get("kuaiji", "/voucher-inbox"), 200, "共 103 张", "after=")
	if n := strings.Count(page.Body, "data-batch-row"); n != 100 {
		t.Errorf("%d rows", n)
	}
	_, rest, _ := strings.Cut(page.Body, "after=")
	after := rest[:strings.IndexAny(rest, `&"`)]
	page = s.Want(s.Get("kuaiji", "/voucher-inbox?tab=review&after="+after), 200)
	if n := strings.Count(page.Body, "data-batch-row"); n != 3 {
		t.Errorf("%d rows on the second page", n)
	}
}
