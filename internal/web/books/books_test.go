package books_test

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/web/sitetest"
)

var rent = []line{
	{"收一号厂房租金", "102", "66,000.00", "", ""},
	{"", "", "", "", ""}, // an empty row between is passed over
	{"", "经营收入", "", "60000", "HT-2021-0001"},
	{"", "112", "", "6000", ""},
}

func TestVoucherFromEntryToReversal(t *testing.T) {
	s := newSite(t)
	mine := s.books("长胜村")
	s.Want(s.Get("baozhang", "/vouchers/new"), 200, "记账凭证", "lines[5].credit", "再加几行", "_key", "长胜村股份经济合作社", `value="2021-11-10"`)
	s.Lacks(s.Get("baozhang", "/vouchers/new"), "幸福村股份经济合作社", "lines[6]")
	s.Want(s.Get("shenji", "/vouchers/new"), 403)

	// Without script: more rows, nothing lost, nothing saved.
	more := s.Want(s.Post("baozhang", "/vouchers/new", append(voucher(mine, "2021-11-05", rent...), "more", "1")...), 200, "lines[7].summary", "66,000.00", "经营收入")
	s.Lacks(more, "lines[8].summary", "error-summary")

	// Saving twice with one key makes one draft.
	form := voucher(mine, "2021-11-05", rent...)
	a := s.Want(s.Post("baozhang", "/vouchers/new", form...), 303)
	if b := s.Post("baozhang", "/vouchers/new", form...); b.Location != a.Location {
		t.Fatalf("saved twice: %s %s", a.Location, b.Location)
	}
	path := a.Location
	s.Want(s.Get("baozhang", path), 200, "陆万陆仟元整", "501 经营收入", "HT-2021-0001", "66,000.00", "长胜村报账员", "附单据", "请镇代理会计审核", path+"/edit", "删除草稿")

	// Whoever makes it does not review it; others do.
	s.Want(s.Post("baozhang", path+"/review", "version", "1"), 403)
	own := s.Want(s.Post("kuaiji", "/vouchers/new", voucher(mine, "2021-11-06", rent...)...), 303).Location
	s.Lacks(s.Want(s.Get("kuaiji", own), 200, "您是制单人，请由他人审核"), own+"/review")
	s.Want(s.Post("kuaiji", own+"/review", "version", s.version(own)), 403, "审核人不能是制单人", "记账凭证")
	s.Want(s.Post("kuaiji", own+"/delete", "version", s.version(own)), 303)
	s.Want(s.Get("kuaiji", own), 404)

	s.Want(s.Post("kuaiji", path+"/post", "version", s.version(path)), 409, "记账凭证") // not reviewed yet
	s.Want(s.Get("kuaiji", path), 200, path+"/review")
	s.Want(s.Post("kuaiji", path+"/review", "version", "99"), 409, "刚刚被别人改过")
	s.Want(s.Post("kuaiji", path+"/review", "version", s.version(path)), 303)
	s.Want(s.Post("kuaiji", path+"/return", "version", s.version(path), "reason", ""), 422, "理由")
	s.Want(s.Post("kuaiji", path+"/return", "version", s.version(path), "reason", "附件不全"), 303)

	// Changing the draft, over the version that was seen.
	s.Want(s.Get("baozhang", path+"/edit"), 200, "修改草稿", `value="66000.00"`, "HT-2021-0001", "余额")
	stale := append(voucher(mine, "2021-11-05", rent...), "version", "1")
	s.Want(s.Post("baozhang", path+"/edit", stale...), 409, "别人先保存了", "66,000.00")
	s.Want(s.Post("baozhang", path+"/edit", append(voucher(mine, "2021-11-07", rent...), "version", s.version(path))...), 303)
	s.Want(s.Get("baozhang", path), 200, "2021-11-07")

	s.Want(s.Post("kuaiji", path+"/review", "version", s.version(path)), 303)
	s.Want(s.Post("kuaiji", path+"/post", "version", s.version(path)), 303)
	s.Want(s.Get("kuaiji", path), 200, "已记账", "记-2021-11-00", "冲销")
	if e := s.Get("baozhang", path+"/edit"); e.Code != 303 {
		t.Fatalf("a posted voucher can be changed: %d", e.Code)
	}

	// The contract shows the receipt at once, and the drawer the voucher behind it.
	ct := s.ID("contract", "HT-2021-0001").String()
	s.Want(s.Get("baozhang", "/contracts/"+ct), 200, "收一号厂房租金", "60,000.00", "收款计划", "合同期限")
	s.Want(s.Get("baozhang", "/behind/contract/"+ct), 200, "收一号厂房租金 · 贷 经营收入", "60,000.00", path)
	s.Lacks(s.Get("xingfu", "/behind/contract/"+ct), "收一号厂房租金")

	s.Want(s.Post("kuaiji", path+"/reverse", "_key", strings.Repeat("k", 22), "date", "2021-11-01", "reason", "记错"), 422, "不能早于")
	red := s.Want(s.Post("baozhang", path+"/reverse", "_key", strings.Repeat("r", 22), "date", "2021-11-09", "reason", "记错"), 303).Location
	s.Want(s.Get("kuaiji", red), 200, "vg-red", "-66,000.00", "负陆万陆仟元整", path)
	s.Want(s.Post("kuaiji", red+"/review", "version", s.version(red)), 303)
	s.Want(s.Post("kuaiji", red+"/post", "version", s.version(red)), 303)
	s.Want(s.Get("kuaiji", path), 200, red, "已由")
	s.Want(s.Post("kuaiji", path+"/reverse", "_key", strings.Repeat("q", 22), "date", "2021-11-09", "reason", "再来"), 409, "已经冲销过了")
}

func TestEntryRefusesAndKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	mine, theirs := s.books("长胜村"), s.books("幸福村")
	post := func(lines ...line) sitetest.Answer {
		return s.Post("baozhang", "/vouchers/new", voucher(mine, "2021-11-05", lines...)...)
	}

	a := s.Want(post(line{"收租金", "102", "100", "", ""}, line{}, line{"收租金", "501", "", "90.5", ""}), 422, "借贷不平，相差 9.50 元", `value="100"`, `value="90.5"`, "收租金", "差额：贷方少 9.50")
	if strings.Count(a.Body, `value="收租金"`) != 2 {
		t.Error("summaries were lost")
	}
	s.Want(post(line{"收租金", "999", "100", "", ""}, line{}, line{"", "501", "", "100", "HT-1900-0001"}), 422,
		`id="f-lines[2].contract-error"`, "HT-1900-0001", "没有找到合同")
	s.Want(post(line{"收租金", "999", "100", "", ""}, line{}, line{"", "501", "", "100", ""}), 422, `id="f-lines[0].account-error"`, "没有科目 999", "#f-lines[0].account")
	s.Want(post(line{}, line{"收租金", "102", "12x", "", ""}, line{"", "501", "", "100", ""}), 422, `id="f-lines[1].debit-error"`, "12x")
	s.Want(post(line{"", "102", "5", "5", ""}, line{"", "501", "", "5", ""}), 422, "请填写摘要", "一行只能填借方或贷方")
	s.Want(s.Post("baozhang", "/vouchers/new", voucher(mine, "2021-13-05", rent...)...), 422, `id="f-date-error"`, "2021-13-05")
	s.Want(s.Post("baozhang", "/vouchers/new", voucher("", "2021-11-05", rent...)...), 422, `id="f-books-error"`)
	s.Want(s.Post("baozhang", "/vouchers/new"), 422)

	// Another village's books.
	if b := s.Post("baozhang", "/vouchers/new", voucher(theirs, "2021-11-05", rent...)...); b.Code != 403 && b.Code != 404 {
		t.Fatalf("another village's books: %d", b.Code)
	}
	if b := s.Get("baozhang", "/ledger/accounts?books="+theirs); b.Code != 403 && b.Code != 404 {
		t.Fatalf("another village's accounts: %d", b.Code)
	}

	// Accounts by code, name and pinyin, with balances.
	s.Want(s.Get("baozhang", "/ledger/accounts?q=102&books="+mine), 200, `"value":"102"`, "银行存款", "余额")
	s.Want(s.Get("baozhang", "/ledger/accounts?q=yhck&books="+mine), 200, `"value":"102"`)
	s.Want(s.Get("baozhang", "/ledger/accounts?q=经营收入&books="+mine), 200, `"value":"501"`)
	s.Want(s.Get("baozhang", "/ledger/accounts?q=102"), 200, "[]")
	s.Want(s.Get("shenji", "/ledger/accounts?q=102&books="+mine), 403)
}

func TestPeriodsAndAccounts(t *testing.T) {
	s := newSite(t)
	b := s.books("长胜村")
	path := "/books/" + b
	s.Want(s.Get("kuaiji", path), 200, "会计期间", "2021年10月", "未结账", "科目余额", "期初借贷相等", "本期发生借贷相等", "期末借贷相等", "本年收入", "/lineage?in=ledger.village_income", "最近的凭证")
	s.Want(s.Get("baozhang", path), 200, "/closing/"+b+"?month=2021-10")

	// A closed month takes nothing.
	books, err := ids.Parse(b)
	s.OK(err)
	for month := date.Month(202001); month <= 202110; month = month.Next() {
		s.OK(s.l.ClosePeriod(t.Context(), access.System, s.Tenant, books, month))
	}
	s.Want(s.Get("kuaiji", path), 200, "已结账", "反结账")
	s.Want(s.Post("baozhang", "/vouchers/new", voucher(b, "2021-10-31", rent...)...), 409, "已结账", `id="f-date-error"`, "66,000.00")
	s.OK(s.l.ReopenPeriod(t.Context(), access.System, s.Tenant, books, 202110, "补记租金"))
	s.Want(s.Post("baozhang", "/vouchers/new", voucher(b, "2021-10-31", rent...)...), 303)
	s.Want(s.Get("kuaiji", path), 200, "补记租金")

	s.Want(s.Get("baozhang", path+"/accounts"), 200, "银行存款", "借 ")
	s.Lacks(s.Get("baozhang", path+"/accounts"), "增设明细科目")
	s.Want(s.Post("baozhang", path+"/accounts", "code", "10201", "name", "农商行"), 403)
	s.Want(s.Post("kuaiji", path+"/accounts", "code", "999", "name", "农商行"), 422, "农商行", "没有上级科目", `value="999"`)
	s.Want(s.Post("kuaiji", path+"/accounts", "code", "10201", "name", "农商行八桥支行"), 303)
	s.Want(s.Get("baozhang", "/ledger/accounts?q=nsh&books="+b), 200, "银行存款 — 农商行八桥支行")
	s.Want(s.Post("baozhang", "/vouchers/new", voucher(b, "2021-11-05", rent...)...), 422, "已设明细科目", "10201")
}

func TestImportAndExport(t *testing.T) {
	s := newSite(t)
	s.Want(s.Get("kuaiji", "/vouchers/import"), 200, "下载模板", "凭证来源号")
	s.Want(s.Get("baozhang", "/vouchers/import"), 403)
	s.Want(s.Get("kuaiji", "/vouchers/import/template"), 200)
	books := "八桥镇长胜村股份经济合作社（2004年制度）"
	head := "账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）\n"
	bad := s.Want(s.upload("kuaiji", "凭证.csv", head+
		books+",N1,2021-11-31,收租金,102,100,\n"+books+",N1,,收租金,999,,100\n没有的账套,N2,2021-11-02,收租金,102,100,\n"+books+",N3,2021-11-02,收租金,102,1x0,\n"), 422,
		"没有保存任何一张凭证", "没有科目 999", "没有名为“没有的账套”的账套", "1x0", "2021-11-31", "/vouchers/import/errors?id=")
	_, rest, _ := strings.Cut(bad.Body, "/vouchers/import/errors?id=")
	id := rest[:16]
	s.Want(s.Get("kuaiji", "/vouchers/import/errors?id="+id), 200)
	s.Want(s.Get("kuaiji2", "/vouchers/import/errors?id="+id), 404)
	s.Want(s.upload("kuaiji", "凭证.csv", "甲,乙\n1,2\n"), 422, "表头与模板不符")
	good := head + books + ",N1,2021-11-02,收租金,102,100,\n" + books + ",N1,,收租金,501,,100\n"
	s.Want(s.upload("kuaiji", "凭证.csv", good), 303)
	s.Want(s.upload("kuaiji", "凭证.csv", good), 303)

	csv := s.Want(s.Get("baozhang", "/vouchers/lines/export?format=csv"), 200, "N1", "借方金额（元）", "HT-2021-0001")
	s.Lacks(csv, "幸福村股份")
	if x := s.Get("baozhang", "/vouchers/lines/export"); !strings.HasPrefix(x.Body, "PK") {
		t.Error("no workbook")
	}
	s.Want(s.Get("kuaiji", "/vouchers"), 200, "/vouchers/new", "收租金")
}

// TestVoucherList narrows the list to one set of books, by its name and by its id as other pages carry it.
func TestVoucherList(t *testing.T) {
	s := newSite(t)
	name := "八桥镇长胜村股份经济合作社（2004年制度）"
	id := s.ID("books", name).String()
	all := s.Want(s.Get("kuaiji", "/vouchers"), 200, `data-combo="books"`, "/vouchers/import", `href="/vouchers/lines/export"`)
	if !regexp.MustCompile(`data-combo="books"[^>]*>\s*<input[^>]*data-autosubmit`).MatchString(all.Body) {
		t.Error("a set of books that is picked does not apply at once")
	}
	for _, want := range []string{name, id} {
		a := s.Want(s.Get("kuaiji", "/vouchers?books="+url.QueryEscape(want)), 200, `value="`+name+`"`,
			"/vouchers/lines/export?books="+url.QueryEscape(want), "清除条件")
		s.Lacks(a, "幸福村股份")
		if some, of := s.total(a), s.total(all); some == 0 || some >= of {
			t.Errorf("narrowed to %s the list has %d of %d vouchers", want, some, of)
		}
		s.Lacks(s.Want(s.Get("kuaiji", "/vouchers/lines/export?format=csv&books="+url.QueryEscape(want)), 200, name), "幸福村股份")
	}
	wrong := url.QueryEscape("没有的账套")
	s.Lacks(s.Want(s.Get("kuaiji", "/vouchers?books="+wrong), 422, `value="没有的账套"`, "没有找到账套“没有的账套”", "清除条件"), `class="dt"`)
	s.Want(s.Get("kuaiji", "/vouchers/export?books="+wrong), 422, "没有找到账套“没有的账套”")
	s.Lacks(s.Want(s.Get("baozhang", "/vouchers"), 200), "/vouchers/import")
}

// total is how many records a list says that it has.
func (s *site) total(a sitetest.Answer) int {
	s.Helper()
	_, rest, _ := strings.Cut(a.Body, "共 ")
	text, _, _ := strings.Cut(rest, " 条")
	n, err := strconv.Atoi(text)
	s.OK(err)
	return n
}

func TestContractsAndAssets(t *testing.T) {
	s := newSite(t)
	ct := "/contracts/" + s.ID("contract", "HT-2021-0001").String()
	a := s.Want(s.Get("baozhang", ct), 200, "第 1 期", "已收", "未到期", "2021-07-01", "本合同的凭证", "75,000.00", "签订", "到期")
	s.Lacks(a, "合同即将到期", "欠款 ")
	s.Lacks(s.Get("xingfu", ct), "本合同的凭证")

	// Somewhere a tenant owes; its page says since when.
	all, _, err := s.nouns.Contracts.List(t.Context(), access.System, s.Tenant, filterTown())
	s.OK(err)
	owing := 0
	for _, c := range all.Items {
		p := s.Want(s.Get("kuaiji", "/contracts/"+c.ID.String()), 200, "收款计划")
		if strings.Contains(p.Body, "最早一笔") {
			owing++
			s.Want(p, 200, "已逾期", "tx-red")
		}
	}
	t.Logf("%d of %d contracts owe", owing, len(all.Items))

	as := "/assets/" + s.ID("asset", "ZC-0001").String()
	s.Want(s.Get("baozhang", as), 200, "ZC-0001-1", "示例机电一厂", "HT-2021-0001", "300,000.00", "2026-03-31", "在租", "本资产的凭证", "全部在租")
	s.Want(s.Get("baozhang", as+"?year=2020"), 200, "空置", "以往和将来的合同")
	s.Want(s.Get("baozhang", "/asset-units/"+s.ID("asset_unit", "ZC-0001-1").String()), 200, "HT-2021-0001", "2021年11月10日在租")
	s.Lacks(s.Get("xingfu", as), "示例机电一厂")
}

func TestChildrenOfBooks(t *testing.T) {
	s := newSite(t)
	b := s.books("长胜村")
	a := s.Want(s.Get("baozhang", "/behind/books/"+b), 200, "/vouchers/", "2021-")
	s.Lacks(a, "2020-12")
	s.Want(s.Get("xingfu", "/behind/books/"+b), 404)
	for _, kind := range []string{"books", "contract", "asset", "joint", "party"} {
		if !s.children.Has(kind) {
			t.Error(kind)
		}
	}
	if s.children.Has("award") {
		t.Error("award")
	}
	s.Want(s.Get("kuaiji", "/behind/party/"+s.ID("party", "示例机电一厂").String()), 200, "长胜标准厂房一号款")
}

// Every route of the group asks for a permission, and nothing of it opens without logging in.
func TestNothingIsOpen(t *testing.T) {
	s := newSite(t)
	for _, r := range s.Shell.Routes() {
		if r.Perm == "public" && !strings.HasPrefix(r.Pattern, "/assets") && !slices.Contains([]string{"/static/"}, r.Pattern) {
			t.Errorf("%s %s is public", r.Method, r.Pattern)
		}
	}
}
