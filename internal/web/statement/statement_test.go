package statement_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/books/statement"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	pages "huicun/internal/web/statement"
)

const (
	demoDir  = "../../../demo/baqiao"
	town     = "321182103000"
	village  = "321182103200" // 长胜村
	password = "Lüshan-7-Qiao"
)

// site is this group's pages over the demo's books.
type site struct {
	*testing.T
	handler  http.Handler
	accounts *account.Service
	tenant   int64
	tokens   map[string]string
}

func newSite(t *testing.T, d *db.DB) *site {
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s := &site{T: t, tokens: map[string]string{}}
	s.ok(err)
	regions := region.New(d)
	list, rep := region.ReadRegions(s.table("01-region.csv"))
	s.ok(rep.Err())
	s.ok(regions.Save(t.Context(), list))
	tn, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tn.ID
	accounts := account.New(d, box, regions)
	s.accounts = accounts
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "baozhang", Name: "长胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "jianguan", Name: "县监管员", Grants: []access.Grant{{Role: "county_supervisor", Region: "321182000000"}}},
		{Login: "guanli", Name: "系统管理员", Grants: []access.Grant{{Role: "sysadmin", Region: "321182000000"}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	parties := party.NewParties(env)
	l := ledger.New(env)
	layouts := statement.NewLayouts(env)
	member.New(env)
	sh := &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: d.Clock(), Menu: []shell.MenuGroup{{Title: "账务", Items: []shell.MenuItem{
		{Label: "报表与账簿", Icon: "report-money", Path: "/reports", Perm: "statement:view"},
	}}}}
	sh.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	pages.Mount(sh, resource.NewSet(), statement.New(d, regions, nil), layouts)
	s.handler = sh.Handler()
	for _, x := range []struct {
		file string
		load func(*sheet.Table) (record.ImportResult, error)
	}{
		{"02-party.csv", func(t *sheet.Table) (record.ImportResult, error) {
			return parties.ImportTable(s.Context(), access.System, s.tenant, t)
		}},
		{"75-books.csv", func(t *sheet.Table) (record.ImportResult, error) {
			return l.Books.ImportTable(s.Context(), access.System, s.tenant, t)
		}},
		{"80-voucher.csv", func(t *sheet.Table) (record.ImportResult, error) {
			for i := range t.Rows { // contracts, assets and projects are not loaded here
				for _, col := range []string{"合同编号", "资产编号", "项目编号"} {
					t.Rows[i][t.Col(col)] = ""
				}
			}
			return l.ImportVouchers(s.Context(), access.System, s.tenant, t)
		}},
	} {
		res, err := x.load(s.table(x.file))
		s.ok(err)
		if len(res.Report.Errors) > 0 {
			t.Fatalf("%s: %+v", x.file, res.Report.Errors[0])
		}
	}
	return s
}

func (s *site) table(name string) *sheet.Table {
	s.Helper()
	b, err := os.ReadFile(filepath.Join(demoDir, name))
	s.ok(err)
	t, err := sheet.Read(name, bytes.NewReader(b), int64(len(b)), sheet.Options{})
	s.ok(err)
	return t
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) send(login string, r *http.Request) *httptest.ResponseRecorder {
	s.Helper()
	if s.tokens[login] == "" {
		token, err := s.accounts.Login(s.Context(), login, password, "203.0.113.9", "test")
		s.ok(err)
		s.tokens[login] = token
	}
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.tokens[login]})
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// get reads a page and makes sure of its status.
func (s *site) get(login, path string, status int) string {
	s.Helper()
	w := s.send(login, httptest.NewRequest("GET", path, nil))
	if w.Code != status {
		s.Fatalf("%s as %s: %d, want %d\n%.600s", path, login, w.Code, status, text(w.Body.String()))
	}
	return w.Body.String()
}

var tag = regexp.MustCompile(`<[^>]*>|\s+`)

// text is a page without its tags.
func text(page string) string {
	return strings.Join(strings.Fields(tag.ReplaceAllString(page, " ")), " ")
}

func (s *site) has(page string, want ...string) {
	s.Helper()
	for _, w := range want {
		if !strings.Contains(text(page), w) {
			s.Errorf("the page has no %q:\n%.3000s", w, text(page))
		}
	}
}

var bookOption = regexp.MustCompile(`<option value="(\d{10,})"[^>]*>八桥镇长胜村`)

func (s *site) village() string {
	s.Helper()
	m := bookOption.FindStringSubmatch(s.get("kuaiji", "/reports?year=2021", 200))
	if m == nil {
		s.Fatal("长胜村's books cannot be chosen")
	}
	return m[1]
}

func TestReports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		hub := s.get("kuaiji", "/reports?year=2021", 200)
		s.has(hub, "科目余额表", "收支明细表", "资产负债表", "收益及收益分配表", "收益分配统计表", "总账", "明细账", "日记账", "资产总计＝负债和所有者权益总计")
		s.has(s.get("kuaiji", "/reports/balance?year=2021&to=12", 200), "村会01表", "八桥镇集体经济组织合并（9 个账套，2004 年制度）", "货币资金 1 12,414,800.00 28,077,800.00", "资产总计 32 12,414,800.00 28,280,800.00")
		s.has(s.get("kuaiji", "/reports/income?year=2021&to=12", 200), "村会02表", "经营收入 1 11,243,850.00 9,118,375.00", "六、年末未分配收益 35 28,280,800.00")
		s.has(s.get("kuaiji", "/reports/trial?year=2021&from=4&to=6", 200), "102 银行存款 16,939,400.00", "期末借方余额合计＝贷方余额合计")
		s.has(s.get("kuaiji", "/reports/statistics?year=2021&to=12", 200), "一、总收入", "26,010,000.00", "总支出＝各项支出之和")
		b := s.village()
		s.has(s.get("kuaiji", "/reports/detail?year=2021&from=6&to=6&books="+b, 200), "本月数", "501 经营收入 87,300.00 336,900.00", "三、收支相抵")
		s.has(s.get("kuaiji", "/reports/general?year=2021&to=3&books="+b, 200), "102 银行存款 上年结转", "1,053,800.00", "2021-03 本月合计")
		s.has(s.get("kuaiji", "/reports/balance?year=2021&to=6&compare=1", 200), "上年同期末")
		s.has(s.get("kuaiji", "/reports/balance?year=2019", 200), "没有账套")
		s.get("kuaiji", "/reports/nonsense?year=2021", 404)
		s.get("kuaiji", "/reports/balance?year=2021&books=1", 404)
		s.get("guanli", "/reports", 403)
	})
}

// A village's bookkeeper sees the village's books and nothing of others, whatever the address says.
func TestOthersBooksAreNotShown(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	page := s.get("baozhang", "/reports/balance?year=2021&to=12&scope="+town, 200)
	s.has(page, "八桥镇长胜村股份经济合作社", "资产总计 32 1,053,800.00 2,359,800.00")
	if strings.Contains(page, "28,280,800.00") || strings.Contains(page, "幸福村股份") {
		t.Error("the bookkeeper sees other villages")
	}
	all := regexp.MustCompile(`<option value="(\d{10,})"`).FindAllStringSubmatch(s.get("kuaiji", "/reports?year=2021", 200), -1)
	if len(all) != 9 {
		t.Fatalf("%d books", len(all))
	}
	for _, path := range []string{"/reports/balance", "/reports/ledger", "/reports/trial/export", "/reports/general/sewn", "/reports/balance/row"} {
		s.get("baozhang", path+"?year=2021&to=12&line=1&col=0&account=102&books="+all[1][1], 404)
	}
}

var drill = regexp.MustCompile(`href="(/reports/[a-z]+/row\?[^"]+)"[^>]*>([-0-9,.]+)</a>`)

// A number of a form opens the accounts that add up to it, an account its ledger, an entry its voucher.
func TestNumbersOpenDownToTheVoucher(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	for _, kind := range []string{"balance", "income", "statistics"} {
		numbers := drill.FindAllStringSubmatch(s.get("kuaiji", "/reports/"+kind+"?year=2021&to=12", 200), -1)
		if len(numbers) < 6 {
			t.Fatalf("%s: %d numbers can be opened", kind, len(numbers))
		}
		for _, m := range numbers {
			page := s.get("kuaiji", strings.ReplaceAll(m[1], "&amp;", "&"), 200)
			s.has(page, m[2])
			want, err := money.Parse(m[2])
			s.ok(err)
			var sum money.Fen
			rows := regexp.MustCompile(`(?s)<tbody>(.*)</tbody>`).FindStringSubmatch(page)
			for _, x := range regexp.MustCompile(`([-0-9,]+\.\d\d)\s*</div>`).FindAllStringSubmatch(rows[1], -1) {
				f, err := money.Parse(x[1])
				s.ok(err)
				sum += f
			}
			if sum != want {
				t.Errorf("%s %s opens %s", kind, m[2], sum)
			}
		}
	}
	page := s.get("kuaiji", "/reports/balance/row?year=2021&to=12&line=1&col=0", 200)
	m := regexp.MustCompile(`href="(/reports/ledger\?[^"]+)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no ledger behind the number:\n%s", text(page))
	}
	page = s.get("kuaiji", strings.ReplaceAll(m[1], "&amp;", "&"), 200)
	s.has(page, "102 银行存款 明细账", "上年结转", "本月合计", "本年累计")
	if !regexp.MustCompile(`href="/vouchers/\d+">记-2021-01-0001`).MatchString(page) {
		t.Error("the entry does not open its voucher")
	}
	s.has(s.get("kuaiji", "/reports/trial/account?year=2021&to=12&account=102", 200), "102 银行存款", "长胜村", "借 28,077,800.00")
	s.get("kuaiji", "/reports/balance/row?year=2021&to=12&line=99&col=0", 404)
	s.get("kuaiji", "/reports/balance/row?year=2021&to=12&line=1&col=7", 404)
	partial := httptest.NewRequest("GET", "/reports/balance/row?year=2021&to=12&line=1&col=0", nil)
	partial.Header.Set("HX-Request", "true")
	if w := s.send("kuaiji", partial); w.Code != 200 || strings.Contains(w.Body.String(), "<html") {
		t.Error("the drawer gets a whole page")
	}
}

func TestLedgersAndBindings(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	b := s.village()
	seen, next := 0, "/reports/journal?year=2020&to=12&books="+b+"&account=102"
	for pages := 0; next != "" && pages < 20; pages++ {
		page := s.get("kuaiji", next, 200)
		seen += strings.Count(page, `href="/vouchers/`)
		s.has(page, "对方科目", "501 经营收入")
		if pages > 0 {
			s.has(page, "承前页")
		}
		next = ""
		if m := regexp.MustCompile(`href="(/reports/journal\?[^"]+)" rel="next"`).FindStringSubmatch(page); m != nil {
			next = strings.ReplaceAll(m[1], "&amp;", "&")
			s.has(page, "过次页")
		}
	}
	if want := s.entries("2020", b); seen != want {
		t.Errorf("%d entries over all pages, want %d", seen, want)
	}
	page := s.get("kuaiji", "/reports/journal/sewn?year=2021&to=12&books="+b+"&account=102", 200)
	s.has(page, "账簿启用及交接表", "目录", "102 银行存款 第 1 页", "对方科目", "501 经营收入", "本日合计", "过次页", "承前页")
	s.has(s.get("kuaiji", "/reports/general/sewn?year=2021&to=12&books="+b, 200), "总账", "551 其他支出")
	s.has(s.get("kuaiji", "/reports/ledger/sewn?year=2021&to=12&books="+b, 200), "明细账", "561 投资收益")
	s.get("kuaiji", "/reports/trial/sewn?year=2021&to=12&books="+b, 404)
	s.get("kuaiji", "/reports/general/sewn?year=2021&to=12", 422)
	s.get("kuaiji", "/reports/ledger?year=2021&to=12&books="+b+"&account=999", 404)
	s.get("kuaiji", "/reports/ledger?year=2021&to=12&books="+b+"&account=102&after=zzz", 422)
	s.get("kuaiji", "/reports/ledger?year=2021&to=12&books="+b+"&account=102&holder=x", 404)
}

func (s *site) entries(year, books string) int {
	w := s.send("kuaiji", httptest.NewRequest("GET", "/reports/ledger/export?format=csv&to=12&account=102&year="+year+"&books="+books, nil))
	return strings.Count(w.Body.String(), ",记-")
}

func TestExports(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	for _, kind := range []string{"trial", "detail", "balance", "income", "statistics", "general", "ledger", "journal"} {
		w := s.send("kuaiji", httptest.NewRequest("GET", "/reports/"+kind+"/export?year=2021&to=12&account=", nil))
		if w.Code != 200 {
			t.Fatalf("%s: %d %s", kind, w.Code, text(w.Body.String()))
		}
		if !strings.HasPrefix(w.Body.String(), "PK") {
			t.Errorf("%s: no workbook", kind)
		}
	}
	w := s.send("kuaiji", httptest.NewRequest("GET", "/reports/balance/export?year=2021&to=12&format=csv", nil))
	if !strings.Contains(w.Body.String(), "32,资产总计,12414800.00,28280800.00") {
		t.Errorf("csv:\n%s", w.Body)
	}
}

// A county's supervisor takes the layout in force, changes it and imports it; from its month on it holds. What is wrong
// comes back with row and reason, and a town's accountant may not.
func TestLayoutsByHTTP(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	w := s.send("jianguan", httptest.NewRequest("GET", "/report-layouts/current?kind=balance&chart=2004&format=csv&year=2021", nil))
	body := w.Body.String()
	if w.Code != 200 || !strings.Contains(body, "货币资金") {
		t.Fatalf("%d\n%s", w.Code, body)
	}
	upload := func(who, text string) *httptest.ResponseRecorder {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		f, err := m.CreateFormFile("file", "表式.csv")
		s.ok(err)
		_, err = io.WriteString(f, text)
		s.ok(err)
		s.ok(m.Close())
		r := httptest.NewRequest("POST", "/report-layouts/upload", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		return s.send(who, r)
	}
	own := strings.NewReplacer("财会〔2004〕12号,\r\n", "县 2021 版,\r\n", "2005-01", "2021-07", "货币资金", "现金和存款").Replace(body)
	if w := upload("kuaiji", own); w.Code != 403 {
		t.Errorf("a town's accountant: %d", w.Code)
	}
	bad := upload("jianguan", strings.Replace(own, "101+102", "101+109", 1))
	if bad.Code != 422 {
		t.Fatalf("bad layout: %d", bad.Code)
	}
	s.has(bad.Body.String(), "2004 年制度没有科目 109", "公式怎么写")
	done := upload("jianguan", own)
	if done.Code != 303 {
		t.Fatalf("good layout: %d %s", done.Code, text(done.Body.String()))
	}
	at := done.Header().Get("Location")
	s.has(s.get("kuaiji", "/reports/balance?year=2021&to=6", 200), "货币资金 1")
	s.has(s.get("kuaiji", "/reports/balance?year=2021&to=7", 200), "现金和存款 1")
	s.has(s.get("jianguan", at, 200), "县 2021 版", "停用这个版本", "行32=行56")
	s.has(s.get("kuaiji", "/report-layouts", 200), "县 2021 版", "2021-07")
	if again := upload("jianguan", strings.Replace(own, "现金和存款", "货币", 1)); again.Code != 303 || again.Header().Get("Location") != at {
		t.Errorf("the same version again: %d", again.Code)
	}
	s.has(s.get("kuaiji", "/reports/balance?year=2021&to=7", 200), "货币 1")
	r := httptest.NewRequest("POST", at+"/delete", strings.NewReader("version=2"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if w := s.send("jianguan", r); w.Code != 303 {
		t.Errorf("delete: %d %s", w.Code, text(w.Body.String()))
	}
	s.has(s.get("kuaiji", "/reports/balance?year=2021&to=7", 200), "货币资金 1")
}
