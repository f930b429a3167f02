package cash_test

import (
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"huicun/internal/books/budget"
	"huicun/internal/books/cash"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/registry/party"
	pages "huicun/internal/web/cash"
	"huicun/internal/web/resource"
	"huicun/internal/web/sitetest"
)

const (
	town    = sitetest.Town
	village = sitetest.Yongsheng
	other   = sitetest.Xingfu
)

// site is this group's pages over the demo's records.
type site struct {
	*sitetest.Site
	l *ledger.Ledger
}

func newSite(t *testing.T) *site {
	s := &site{Site: sitetest.New(t, dbtest.SQLite(t), "2021", nil,
		sitetest.Person("kuaiji", "镇代理会计", "town_accountant", town), sitetest.Person("baozhang", "永胜村报账员", "village_bookkeeper", village),
		sitetest.Person("xingfu", "幸福村报账员", "village_bookkeeper", other), sitetest.Person("shenji", "审计员", "auditor", town),
	)}
	party.NewParties(s.Env)
	s.l = ledger.New(s.Env)
	contract.NewContracts(s.Env)
	member.New(s.Env)
	b := budget.New(s.Env)
	c := cash.New(s.Env, s.l)
	pages.Mount(s.Shell, resource.NewSet(), c, b)
	s.Load("02-party", "75-books", "76-fund_rule", "77-receipt_book", "78-receipt", "79-cash_deposit", "81-petty_cash", "82-petty_entry", "83-advance",
		"84-advance_entry", "85-cash_count", "86-budget", "87-budget_line")
	return s
}

func receipt(book, key string, pairs ...string) []string {
	out := []string{"_key", strings.Repeat(key, 22), "book", book, "date", "2021-11-10", "payer", "李四", "summary", "鱼塘承包款", "amount", "1,234.50", "method", "cash", "account", "511"}
	for i := 0; i < len(pairs); i += 2 {
		for j := 0; j < len(out); j += 2 {
			if out[j] == pairs[i] {
				out[j+1] = pairs[i+1]
			}
		}
	}
	return out
}

func TestBookkeeperWritesAReceipt(t *testing.T) {
	s := newSite(t)
	s.Want(s.Get("shenji", "/receipts/write"), 403)
	s.Want(s.Get("xingfu", "/receipts/write"), 200, "没有使用中的收据本")
	form := s.Want(s.Get("baozhang", "/receipts/write"), 200, "0012306", "还剩 20 份", "511 发包及上交收入", `value="2021-11-10"`)
	s.Lacks(form, "2021-021", "2021-016", "541 管理费用") // another village's book, one in stock, an expense

	// Mistakes stand beside their fields, what was typed stays, and no number is used up.
	bad := s.Want(s.Post("baozhang", "/receipts/write", receipt("2021-015", "a", "amount", "12x", "payer", "")...), 422, "12x", "鱼塘承包款", `id="f-amount-error"`, "0012306")
	s.Want(s.Post("baozhang", "/receipts/write", receipt("2021-015", "b", "payer", "")...), 422, `id="f-payer-error"`, "请填写交款人", "1,234.50")
	s.Lacks(bad, "已开具，")
	if a := s.Post("xingfu", "/receipts/write", receipt("2021-015", "c")...); a.Code == 303 {
		t.Fatal("another village writes in the book")
	}

	done := s.Want(s.Post("baozhang", "/receipts/write", receipt("2021-015", "d")...), 303)
	again := s.Want(s.Post("baozhang", "/receipts/write", receipt("2021-015", "d")...), 303)
	if done.Location != again.Location {
		t.Errorf("the same form made two receipts: %s %s", done.Location, again.Location)
	}
	s.Want(s.Get("baozhang", done.Location), 200, "0012306", "收款收据", "壹仟贰佰叁拾肆元伍角", "￥1,234.50", "李四", "草稿-2021-11-", "打印", "作废")
	s.Lacks(s.Get("baozhang", done.Location), "删除")
	s.Want(s.Get("xingfu", done.Location), 404)
	s.Want(s.Get("baozhang", "/receipts/write"), 200, "0012307")

	s.Want(s.Post("baozhang", done.Location+"/do/void", "version", "1", "reason", ""), 409, "请说明作废的理由")
	s.Want(s.Post("baozhang", done.Location+"/do/void", "version", "1", "reason", "金额写错"), 303)
	s.Want(s.Get("baozhang", done.Location), 200, "作废：金额写错")
	s.Want(s.Get("baozhang", "/receipts/write"), 200, "0012307") // the number is not used again

	book := "/receipt-books/" + s.ID("receipt_book", "2021-015").String()
	s.Want(s.Get("baozhang", book), 200, "收据清单", "0012301", "未送存", "2 份现金收据共 550.00 元没有送存银行", "5 张凭证还没有记账", "下一号", "交回")
	s.Lacks(s.Get("baozhang", book), "登记遗失") // the township's to say
	s.Want(s.Post("baozhang", book+"/do/settle", "version", "0"), 409)
}

func TestOpenItemsWithTheirAge(t *testing.T) {
	s := newSite(t)
	s.Want(s.Get("kuaiji", "/cash"), 200, "0—30 天", "91 天以上", "收据本 2021-015", "超过规定的 60 天已 22 天", "示例村干部甲", "已逾期 31 天", "1,793.50", "现金收据 2 份", "示例")
	s.Want(s.Get("kuaiji", "/cash?kind=advance"), 200, "借支 JZ-2021-0002", "620.00")
	s.Lacks(s.Get("kuaiji", "/cash?kind=advance"), "收据本 2021-015")
	s.Lacks(s.Get("baozhang", "/cash"), "2021-021")
	s.Want(s.Get("xingfu", "/cash"), 200, "没有未了事项")
	a := s.Want(s.Get("baozhang", "/cash/export"), 200)
	x, err := excelize.OpenReader(strings.NewReader(a.Body))
	s.OK(err)
	rows, err := x.GetRows(x.GetSheetName(0))
	s.OK(err)
	if len(rows) != 6 || rows[0][0] != "种类" || rows[1][1] != "收据本 2021-015" || rows[1][6] != "82" {
		t.Errorf("%d rows: %v", len(rows), rows)
	}

	// Buttons lead to forms that are filled in.
	petty := "/petty-cash/" + s.ID("petty_cash", "BYJ-2021-0001").String()
	s.Want(s.Get("baozhang", petty), 200, "余额", "1,793.50", "kind=spend", "购办公用品")
	s.Want(s.Get("baozhang", "/petty-entries/new?petty=BYJ-2021-0001&kind=spend&date=2021-11-10"), 200, `value="BYJ-2021-0001"`, `value="spend" selected`)
	s.Want(s.Post("baozhang", "/petty-entries", "_key", strings.Repeat("p", 22), "petty", "BYJ-2021-0001", "kind", "spend", "date", "2021-11-10", "amount", "1000.01", "summary", "购物", "account", "541"), 422, "单笔支付上限为 1,000.00 元", "1000.01")
	advance := "/advances/" + s.ID("advance", "JZ-2021-0001").String()
	s.Want(s.Get("baozhang", advance), 200, "未结清", "620.00", "差旅费")
	s.Lacks(s.Get("baozhang", advance), "结清：") // settled by its entries only
	s.Want(s.Get("baozhang", "/cash-counts/"+s.ID("cash_count", "PD-2021-0001").String()), 200, "实点金额", "350.00", "未记账收支")
}

func TestBudgetPages(t *testing.T) {
	s := newSite(t)
	s.Want(s.Get("kuaiji", "/budgets/execution"), 200, "永胜村股份经济合作社", "3,820,000.00")
	b := "/budgets/" + s.ID("budget", "YS-2021-0001").String()
	s.Want(s.Get("kuaiji", b), 200, "执行情况", "管理费用", "1,100,000.00", "调整预算", "只计已记账的凭证", "/reports/ledger?account=541&books=")
	s.Want(s.Get("shenji", b), 200, "执行情况")
	s.Lacks(s.Get("shenji", b), "调整预算")
	s.Want(s.Post("shenji", b+"/amend"), 403)
	draft := s.Want(s.Post("kuaiji", b+"/amend"), 303).Location
	s.Want(s.Get("kuaiji", draft), 200, "第 2 版", "草案", "工程建设")
	s.Want(s.Post("kuaiji", b+"/amend"), 409, "已有草案")
	s.Want(s.Post("kuaiji", draft+"/do/adopt", "version", "0"), 409, "请先在“修改”里填写决议文号")
	s.Want(s.Post("kuaiji", draft+"/start", "from", "actuals"), 409, "已有 8 项明细")
	line := s.Get("kuaiji", "/budget-lines/"+s.ID("budget_line", "YSMX-0001").String())
	s.Want(line, 200, "1,800,000.00")
	a := s.Want(s.Get("kuaiji", b+"/execution/export?format=csv"), 200, "收入,经营收入,501 经营收入,1800000.00", "支出合计")
	if strings.Count(a.Body, "\n") < 11 {
		t.Errorf("too few rows: %s", a.Body)
	}
}
