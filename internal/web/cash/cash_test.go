package cash_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"huicun/internal/books/budget"
	"huicun/internal/books/cash"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	pages "huicun/internal/web/cash"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

const (
	demoDir  = "../../../demo/baqiao"
	town     = "321182103000"
	village  = "321182103205" // 永胜村
	other    = "321182103201" // 幸福村
	password = "Lüshan-7-Qiao"
)

// site is this group's pages over the demo's records.
type site struct {
	*testing.T
	d       *db.DB
	shell   *shell.Shell
	handler http.Handler
	l       *ledger.Ledger
	tenant  int64
	tokens  map[string]string
}

func newSite(t *testing.T) *site {
	d := dbtest.SQLite(t)
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s := &site{T: t, d: d, tokens: map[string]string{}}
	s.ok(err)
	regions := region.New(d)
	list, rep := region.ReadRegions(s.table("01-region.csv"))
	s.ok(rep.Err())
	s.ok(regions.Save(t.Context(), list))
	tenant, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tenant.ID
	accounts := account.New(d, box, regions)
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "baozhang", Name: "永胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "xingfu", Name: "幸福村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: other}}},
		{Login: "shenji", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: town}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	party.NewParties(env)
	s.l = ledger.New(env)
	contract.NewContracts(env)
	member.New(env)
	b := budget.New(env)
	c := cash.New(env, s.l)
	s.shell = &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: d.Clock()}
	pages.Mount(s.shell, resource.NewSet(), c, b)
	s.handler = s.shell.Handler()
	for _, name := range []string{
		"02-party", "75-books", "76-fund_rule", "77-receipt_book", "78-receipt", "79-cash_deposit", "81-petty_cash", "82-petty_entry", "83-advance",
		"84-advance_entry", "85-cash_count", "86-budget", "87-budget_line",
	} {
		_, kind, _ := strings.Cut(name, "-")
		n, _ := env.Noun(kind)
		res, err := n.ImportTable(t.Context(), access.System, s.tenant, s.table(name+".csv"))
		s.ok(err)
		s.ok(res.Report.Err())
	}
	return s
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) table(name string) *sheet.Table {
	s.Helper()
	b, err := os.ReadFile(filepath.Join(demoDir, name))
	s.ok(err)
	t, err := sheet.Read(name, bytes.NewReader(b), int64(len(b)), sheet.Options{})
	s.ok(err)
	return t
}

// id finds a record by its natural key.
func (s *site) id(kind, key string) ids.ID {
	s.Helper()
	n, ok := s.shell.Env.Noun(kind)
	if !ok {
		s.Fatal(kind)
	}
	id, err := n.Lookup(s.Context(), s.d.Read(), s.tenant, key)
	s.ok(err)
	return id
}

type answer struct {
	code           int
	body, location string
}

func (s *site) do(login, method, path, body string) answer {
	s.Helper()
	if s.tokens[login] == "" {
		t, err := s.shell.Accounts.Login(s.Context(), login, password, "203.0.113.9", "Mozilla/5.0 (Windows NT 10.0) Edge")
		s.ok(err)
		s.tokens[login] = t
	}
	r := httptest.NewRequestWithContext(s.Context(), method, path, strings.NewReader(body))
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.tokens[login]})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2021"})
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w.Code, w.Body.String(), w.Header().Get("Location")}
}

func (s *site) get(login, path string) answer {
	s.Helper()
	return s.do(login, http.MethodGet, path, "")
}

func (s *site) post(login, path string, pairs ...string) answer {
	s.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do(login, http.MethodPost, path, v.Encode())
}

func (s *site) want(a answer, code int, has ...string) answer {
	s.Helper()
	if a.code != code {
		s.Fatalf("status %d, want %d: %s", a.code, code, text(a.body))
	}
	for _, h := range has {
		if !strings.Contains(a.body, h) {
			s.Fatalf("no %q in: %s", h, text(a.body))
		}
	}
	return a
}

func (s *site) lacks(a answer, not ...string) {
	s.Helper()
	for _, n := range not {
		if strings.Contains(a.body, n) {
			s.Fatalf("%q in: %s", n, text(a.body))
		}
	}
}

var tags = regexp.MustCompile(`(?s)<head.*?</head>|<svg.*?</svg>|<[^>]*>|\s+`)

func text(body string) string { return tags.ReplaceAllString(body, " ") }

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
	s.want(s.get("shenji", "/receipts/write"), 403)
	s.want(s.get("xingfu", "/receipts/write"), 200, "没有使用中的收据本")
	form := s.want(s.get("baozhang", "/receipts/write"), 200, "0012306", "还剩 20 份", "511 发包及上交收入", `value="2021-11-10"`)
	s.lacks(form, "2021-021", "2021-016", "541 管理费用") // another village's book, one in stock, an expense

	// Mistakes stand beside their fields, what was typed stays, and no number is used up.
	bad := s.want(s.post("baozhang", "/receipts/write", receipt("2021-015", "a", "amount", "12x", "payer", "")...), 422, "12x", "鱼塘承包款", `id="f-amount-error"`, "0012306")
	s.want(s.post("baozhang", "/receipts/write", receipt("2021-015", "b", "payer", "")...), 422, `id="f-payer-error"`, "请填写交款人", "1,234.50")
	s.lacks(bad, "已开具，")
	if a := s.post("xingfu", "/receipts/write", receipt("2021-015", "c")...); a.code == 303 {
		t.Fatal("another village writes in the book")
	}

	done := s.want(s.post("baozhang", "/receipts/write", receipt("2021-015", "d")...), 303)
	again := s.want(s.post("baozhang", "/receipts/write", receipt("2021-015", "d")...), 303)
	if done.location != again.location {
		t.Errorf("the same form made two receipts: %s %s", done.location, again.location)
	}
	s.want(s.get("baozhang", done.location), 200, "0012306", "收款收据", "壹仟贰佰叁拾肆元伍角", "￥1,234.50", "李四", "草稿-2021-11-", "打印", "作废")
	s.lacks(s.get("baozhang", done.location), "删除")
	s.want(s.get("xingfu", done.location), 404)
	s.want(s.get("baozhang", "/receipts/write"), 200, "0012307")

	s.want(s.post("baozhang", done.location+"/do/void", "version", "1", "reason", ""), 409, "请说明作废的理由")
	s.want(s.post("baozhang", done.location+"/do/void", "version", "1", "reason", "金额写错"), 303)
	s.want(s.get("baozhang", done.location), 200, "作废：金额写错")
	s.want(s.get("baozhang", "/receipts/write"), 200, "0012307") // the number is not used again

	book := "/receipt-books/" + s.id("receipt_book", "2021-015").String()
	s.want(s.get("baozhang", book), 200, "收据清单", "0012301", "未送存", "2 份现金收据共 550.00 元没有送存银行", "5 张凭证还没有记账", "下一号", "交回")
	s.lacks(s.get("baozhang", book), "登记遗失") // the township's to say
	s.want(s.post("baozhang", book+"/do/settle", "version", "0"), 409)
}

func TestOpenItemsWithTheirAge(t *testing.T) {
	s := newSite(t)
	s.want(s.get("kuaiji", "/cash"), 200, "0—30 天", "91 天以上", "收据本 2021-015", "超过规定的 60 天已 22 天", "示例村干部甲", "已逾期 31 天", "1,793.50", "现金收据 2 份", "示例")
	s.want(s.get("kuaiji", "/cash?kind=advance"), 200, "借支 JZ-2021-0002", "620.00")
	s.lacks(s.get("kuaiji", "/cash?kind=advance"), "收据本 2021-015")
	s.lacks(s.get("baozhang", "/cash"), "2021-021")
	s.want(s.get("xingfu", "/cash"), 200, "没有未了事项")
	a := s.want(s.get("baozhang", "/cash/export"), 200)
	x, err := excelize.OpenReader(strings.NewReader(a.body))
	s.ok(err)
	rows, err := x.GetRows(x.GetSheetName(0))
	s.ok(err)
	if len(rows) != 6 || rows[0][0] != "种类" || rows[1][1] != "收据本 2021-015" || rows[1][6] != "82" {
		t.Errorf("%d rows: %v", len(rows), rows)
	}

	// Buttons lead to forms that are filled in.
	petty := "/petty-cash/" + s.id("petty_cash", "BYJ-2021-0001").String()
	s.want(s.get("baozhang", petty), 200, "余额", "1,793.50", "kind=spend", "购办公用品")
	s.want(s.get("baozhang", "/petty-entries/new?petty=BYJ-2021-0001&kind=spend&date=2021-11-10"), 200, `value="BYJ-2021-0001"`, `value="spend" selected`)
	s.want(s.post("baozhang", "/petty-entries", "_key", strings.Repeat("p", 22), "petty", "BYJ-2021-0001", "kind", "spend", "date", "2021-11-10", "amount", "1000.01", "summary", "购物", "account", "541"), 422, "单笔支付上限为 1,000.00 元", "1000.01")
	advance := "/advances/" + s.id("advance", "JZ-2021-0001").String()
	s.want(s.get("baozhang", advance), 200, "未结清", "620.00", "差旅费")
	s.lacks(s.get("baozhang", advance), "结清：") // settled by its entries only
	s.want(s.get("baozhang", "/cash-counts/"+s.id("cash_count", "PD-2021-0001").String()), 200, "实点金额", "350.00", "未记账收支")
}

func TestBudgetPages(t *testing.T) {
	s := newSite(t)
	s.want(s.get("kuaiji", "/budgets/execution"), 200, "永胜村股份经济合作社", "3,820,000.00")
	b := "/budgets/" + s.id("budget", "YS-2021-0001").String()
	s.want(s.get("kuaiji", b), 200, "执行情况", "管理费用", "1,100,000.00", "调整预算", "只计已记账的凭证", "/reports/ledger?account=541&amp;books=")
	s.want(s.get("shenji", b), 200, "执行情况")
	s.lacks(s.get("shenji", b), "调整预算")
	s.want(s.post("shenji", b+"/amend"), 403)
	draft := s.want(s.post("kuaiji", b+"/amend"), 303).location
	s.want(s.get("kuaiji", draft), 200, "第 2 版", "草案", "工程建设")
	s.want(s.post("kuaiji", b+"/amend"), 409, "已有草案")
	s.want(s.post("kuaiji", draft+"/do/adopt", "version", "0"), 409, "请先在“修改”里填写决议文号")
	s.want(s.post("kuaiji", draft+"/start", "from", "actuals"), 409, "已有 8 项明细")
	line := s.get("kuaiji", "/budget-lines/"+s.id("budget_line", "YSMX-0001").String())
	s.want(line, 200, "1,800,000.00")
	a := s.want(s.get("kuaiji", b+"/execution/export?format=csv"), 200, "收入,经营收入,501 经营收入,1800000.00", "支出合计")
	if strings.Count(a.body, "\n") < 11 {
		t.Errorf("too few rows: %s", a.body)
	}
}
