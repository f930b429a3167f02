package bank_test

import (
	"regexp"
	"strings"
	"testing"

	"huicun/internal/books/bank"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

const statement = "账户明细,,,,,,\n交易日期,收入,支出,余额,流水号,对方户名,对方账号\n" +
	"2021-01-01,62775.00,,1699375.00,A1,示例管件加工厂,32110000555566667\n2021-01-06,240000.00,,1939375.00,A2,示例管件加工厂,32110000555566667\n2021-01-20,15.50,,1939390.50,A3,示例农村商业银行,\n合计,,,,,,\n"

// TestFromFileToReconciliation goes the way of a month over HTTP on both engines: upload, columns, import, match, voucher,
// reconcile.
func TestFromFileToReconciliation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		at := s.path()
		s.Want(s.Get("baozhang", "/bank"), 200, "永胜村基本户（示例）", "还没有对账单")
		s.Want(s.Get("baozhang", at+"/match"), 200, "还没有对账单")
		s.Want(s.Get("baozhang", at+"/statement"), 200, "上传银行对账单")
		s.Want(s.Get("xingfu", at+"/statement"), 404)
		s.Want(s.Get("lianluo", "/bank"), 403)
		s.Want(s.Upload("baozhang", at+"/statement", "a.xls", "旧格式"), 422, "另存为 .xlsx", "上传银行对账单")

		a := s.Upload("baozhang", at+"/statement", "a.csv", statement)
		s.Want(a, 303)
		page := s.Want(s.Get("baozhang", a.Location), 200, "通用：收入、支出两列", "读出来的流水", "****6667", "3 行", "有 1 行是合计")
		s.Lacks(page, "32110000555566667")
		s.Want(s.Get("kuaiji", a.Location), 409, "已过期") // another's upload
		// A wrong column shows what it does, row by row, and nothing is stored.
		form := inputs(page.Body)
		wrong := append([]string{"do", "import"}, form...)
		for i := 2; i < len(wrong); i += 2 {
			if wrong[i] == "col_in" {
				wrong[i+1] = "对方户名"
			}
			if wrong[i] == "col_counterparty" {
				wrong[i+1] = ""
			}
		}
		s.Want(s.Post("baozhang", a.Location, wrong...), 422, "错在哪里", "不是金额", "第 3 行")
		s.Want(s.Post("baozhang", a.Location, append([]string{"do", "preview", "accept", "1"}, form...)...), 200, "期初余额", "1,636,600.00")
		s.Want(s.Post("baozhang", a.Location, append([]string{"do", "save", "save_name", "某行明细"}, form...)...), 200, "某行明细")
		done := s.Post("baozhang", a.Location, append([]string{"do", "import"}, form...)...)
		s.Want(done, 303)
		if !strings.HasPrefix(done.Location, at+"/match?month=2021-01") {
			t.Fatal(done.Location)
		}
		s.Want(s.Get("baozhang", a.Location), 409, "已过期")

		desk := s.Want(s.Get("baozhang", done.Location), 200, "自动核对", "示例管件加工厂", "金额相同、日期相同、对方户名相符")
		s.Want(s.Post("baozhang", at+"/match/auto", "month", "2021-01"), 303)
		desk = s.Want(s.Get("baozhang", done.Location), 200, "取消核对", "自动 · 永胜村报账员")
		line := regexp.MustCompile(`name="line" value="(\d+)"`).FindStringSubmatch(desk.Body)[1]
		entry := regexp.MustCompile(`name="entry" value="(\d+\.\d+)"`).FindStringSubmatch(desk.Body)[1]
		s.Want(s.Post("baozhang", at+"/match", "month", "2021-01", "line", line, "entry", entry, "reason", "试试"), 422, "两边相等才能核对", "试试", `value="`+line+`" data-fen="15.50" checked`)
		s.Want(s.Post("shenji", at+"/match", "month", "2021-01", "line", line, "entry", entry), 403)

		// The bank's interest is not in the books: a voucher is drafted, reviewed and posted, and matches by itself.
		s.Want(s.Get("baozhang", "/bank-lines/"+line), 200, "去对账", "填制凭证")
		s.Want(s.Get("baozhang", "/bank-lines/"+line+"/voucher"), 200, "贷方科目", "15.50 元")
		s.Want(s.Post("baozhang", "/bank-lines/"+line+"/voucher", "_key", "k123456789012345", "date", "2021-01-20", "summary", "收利息", "account", ""), 422, "请填写科目", "收利息")
		s.Want(s.Post("baozhang", "/bank-lines/"+line+"/voucher", "_key", "k123456789012345", "date", "2021-01-20", "summary", "收利息", "account", "999", "party", "没有的单位"), 422, "没有找到往来单位")
		s.Want(s.Post("baozhang", "/bank-lines/"+line+"/voucher", "_key", "k123456789012345", "date", "2021-01-20", "summary", "收利息", "account", "999"), 422, "没有科目 999")
		a = s.Post("baozhang", "/bank-lines/"+line+"/voucher", "_key", "k123456789012345", "date", "2021-01-20", "summary", "收利息", "account", "561 其他收入")
		s.Want(a, 303)
		voucher, err := ids.Parse(a.Location[strings.LastIndex(a.Location, "/")+1:])
		s.OK(err)
		s.OK(s.l.Review(t.Context(), access.System, s.Tenant, voucher, 1))
		s.OK(s.l.Post(t.Context(), access.System, s.Tenant, voucher, 2))
		s.Want(s.Post("baozhang", at+"/match/auto", "month", "2021-01"), 303)

		recon := at + "/reconciliation?month=2021-01"
		s.Want(s.Get("baozhang", recon), 200, "调节后余额相等", "未编制", "编制余额调节表")
		s.Want(s.Post("baozhang", at+"/reconciliation", "month", "2021-01"), 303)
		s.Want(s.Get("kuaiji", recon), 200, "已编制", "永胜村报账员", "confirm")
		list, total, err := s.s.Reconciliations.List(t.Context(), access.System, s.Tenant, record.Filter{Scope: town})
		if err != nil || total != 1 {
			t.Fatal(total, err)
		}
		rid := list.Items[0].ID.String()
		s.Want(s.Post("baozhang", "/bank-reconciliations/"+rid+"/confirm"), 403)
		s.Want(s.Post("kuaiji", "/bank-reconciliations/"+rid+"/confirm"), 303)
		s.Want(s.Get("shenji", recon), 200, "已确认", "镇代理会计")
		s.Want(s.Get("shenji", "/bank-reconciliations/"+rid), 200, "调节后余额相等")
		s.Want(s.Get("shenji", at+"/reconciliation/export?month=2021-01&format=csv"), 200, "单位账面余额", "321182********0301")
		s.Want(s.Get("shenji", at), 200, "余额调节表", "DZD-2021-0001")
		s.Want(s.Get("shenji", "/bank/ageing"), 200, "未达账项")
		s.Want(s.Post("kuaiji", "/bank-reconciliations/"+rid+"/return", "reason", ""), 422, "请说明退回的理由")
		found, err := s.s.Check(t.Context(), d.Read(), s.Tenant)
		if err != nil || len(found) > 0 {
			t.Fatal(found, err)
		}
	})
}

// TestAPaymentOverHTTP: each person does his or her step; the file goes to the cashier alone.
func TestAPaymentOverHTTP(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.statements()
	a := s.Post("baozhang", "/payments", "_key", "k123456789012345", "title", "误工补贴", "account", "永胜村基本户（示例）", "plan_on", "2021-11-10")
	s.Want(a, 303)
	at := a.Location
	id, err := ids.Parse(at[strings.LastIndex(at, "/")+1:])
	s.OK(err)
	payee := []string{"_key", "p123456789012345", "payee", "张三（示例）", "number", "6222020000000000011", "amount", "300", "purpose", "补贴", "account", "541 管理费用"}
	s.Want(s.Get("baozhang", at), 200, "添加一笔", "草稿：由制单人")
	bad := append([]string{}, payee...)
	bad[5] = "12"
	s.Want(s.Post("baozhang", at+"/payees", bad...), 422, "8 到 32 位数字", "张三（示例）")
	s.Want(s.Post("baozhang", at+"/payees", payee...), 303)
	page := s.Want(s.Get("baozhang", at), 200, "622202********0011", "叁佰元整")
	s.Lacks(page, "6222020000000000011")
	step := func(login, event string, code int, says ...string) {
		t.Helper()
		s.Want(s.Post(login, at+"/do/"+event, "version", "0", "reason", "理由"), code, says...)
	}
	step("chuna", "submit", 403)
	step("baozhang", "submit", 303)
	s.Lacks(s.Get("baozhang", at), "添加一笔", "/edit")
	s.Want(s.Post("baozhang", at+"/payees", "_key", "q123456789012345", "payee", "李四", "number", "6222020000000000022", "amount", "1", "purpose", "x", "account", "541"), 409, "不能再改")
	step("kuaiji", "check", 303)
	step("shuji", "approve", 303)
	step("kuaiji", "release", 409, "放款人不能是复核人")
	s.Want(s.Get("chuna", at+"/file"), 409, "还没有放款")
	step("chuna", "release", 303)
	s.Want(s.Get("chuna", at), 200, "下载付款文件", "已送达", "1 笔 300.00 元 校验码")
	s.Want(s.Get("chuna", at+"/file"), 200, "张三（示例）,6222020000000000011")
	s.Want(s.Get("shuji", at+"/file"), 403)
	s.Want(s.Post("chuna", at+"/resend"), 409, "不能重新发送")
	s.Want(s.Upload("chuna", at+"/results", "r.csv", "付款明细号,处理结果\nFKMX-0009,成功\n"), 422, "没有明细号 FKMX-0009")
	s.Want(s.Upload("chuna", at+"/results", "r.csv", "付款明细号,处理结果,失败原因\nFKMX-0001,失败,户名不符\n"), 303)
	s.Want(s.Get("baozhang", at), 200, "已办结", "户名不符", "另制一批重付")
	a = s.Post("baozhang", at+"/retry", "_key", "r123456789012345", "plan_on", "2021-11-10")
	s.Want(a, 303)
	s.Want(s.Get("baozhang", a.Location), 200, "重付", "张三（示例）")
	x, err := s.s.Payments.Get(t.Context(), access.System, s.Tenant, id)
	if err != nil || x.State != bank.PaySettled {
		t.Fatal(x, err)
	}
	s.Want(s.Get("shenji", "/payments"), 200, "误工补贴")
	s.Want(s.Get("shenji", "/payment-lines/export?format=csv"), 200, "622202********0011")
	s.Want(s.Get("xingfu", at), 404)
}

// TestTheDemoLives: the demo's account is matched and reconciled up to the last months, and its checks hold; a second load
// changes nothing.
func TestTheDemoLives(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.statements()
	for range 2 {
		s.OK(s.s.LoadDemo(t.Context(), s.Tenant))
	}
	_, total, err := s.s.Reconciliations.List(t.Context(), access.System, s.Tenant, record.Filter{Scope: town})
	if err != nil || total != 10 {
		t.Errorf("%d reconciliations, %v", total, err)
	}
	s.Want(s.Get("shenji", "/bank"), 200, "1 个月", "笔超过 60 天")
	s.Want(s.Get("shenji", "/bank-lines"), 200, "示例管件加工厂")
	s.Want(s.Get("shenji", "/payments"), 200, "待复核", "待放款")
	found, err := s.s.Check(t.Context(), s.DB.Read(), s.Tenant)
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
}
