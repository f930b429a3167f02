package app_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"huicun/internal/app"
	"huicun/internal/kit/date"
	"huicun/internal/kit/sheet"
)

// prepared holds the files of a data folder with the demo in it, so that a test starts in milliseconds.
var prepared = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "huicun-app-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	a, err := app.Open(ctx, app.Config{DataDir: dir, Clock: clock})
	if err != nil {
		return nil, err
	}
	err = a.LoadDemo(ctx, os.DirFS("../../demo/baqiao"), nil)
	if err == nil {
		err = a.Accounts.EnsureDemo(ctx, app.DemoAccounts, password)
	}
	if closing := a.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(dir + "/*")
	files := map[string][]byte{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files[filepath.Base(name)] = b
	}
	return files, err
})

// later is an hour after the demo was loaded, so that new ids are higher than its.
var later = date.Fixed(time.Date(2021, 11, 10, 13, 0, 0, 0, date.Shanghai))

// town serves a copy of the demo.
func town(t testing.TB) (*app.App, *httptest.Server) {
	t.Helper()
	files, err := prepared()
	if err != nil {
		t.Fatalf("preparing the demo: %v", err)
	}
	dir := t.TempDir()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := app.Open(ctx, app.Config{DataDir: dir, Clock: later})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(srv.Close)
	return a, srv
}

var formNo int

// with is a form with a fresh key: the base, and changes as name, value, name, value …
func with(base url.Values, changes ...string) url.Values {
	formNo++
	out := url.Values{"_key": {fmt.Sprintf("test-form-%010d", formNo)}}
	for k, v := range base {
		out[k] = v
	}
	for i := 0; i+1 < len(changes); i += 2 {
		out.Set(changes[i], changes[i+1])
	}
	return out
}

var (
	aParty = url.Values{"name": {"测试企业"}, "kind": {"enterprise"}, "region": {"永胜村"}}
	aAsset = url.Values{
		"name": {"测试厂房"}, "owner": {"八桥镇永胜村股份经济合作社"}, "kind": {"workshop"}, "origin": {"new"}, "quantity": {"100平方米"}, "cost": {"10000"},
	}
	aLease = url.Values{
		"name": {"大棚租赁合同"}, "kind": {"lease"}, "party_a": {"八桥镇永胜村股份经济合作社"}, "party_b": {"示例管件加工厂"}, "units": {"ZC-0020-1"},
		"signed": {"2021-11-01"}, "from": {"2021-11-01"}, "to": {"2024-10-31"}, "pay": {"12000"}, "pay_months": {"12"}, "stable": {"是"},
	}
)

// shows reports a text that a page does not hold as text.
func shows(t *testing.T, what, body, text string) {
	t.Helper()
	if !strings.Contains(html.UnescapeString(body), text) {
		t.Errorf("%s: the page does not show %.80q", what, text)
	}
}

// TestFormsRefuseWhatCannotBe sends forms with one mistake each: the answer says what is wrong and shows all that was
// typed, and nothing is stored.
func TestFormsRefuseWhatCannotBe(t *testing.T) {
	a, srv := town(t)
	b := visit(t, srv, "kuaiji")
	before := counts(t, a)
	long := strings.Repeat("长", 201)
	for _, c := range []struct {
		name, path string
		form       url.Values
		want       string
		status     int
	}{
		{"wrong check digit", "/parties", with(aParty, "credit_code", "91321182MA1W2E3R72"), "第 18 位是“2”，按前 17 位推算应为“1”", 422},
		{"a committee's code for a collective", "/parties", with(aParty, "kind", "collective", "credit_code", "54321182MA1W2E3R7U"), "集体经济组织的代码以 N 开头", 422},
		{"a code that is taken", "/parties", with(aParty, "name", "八桥镇永胜村股份经济合作社"), "已经有了，请换一个", 409},
		{"nothing", "/parties", with(nil), "请填写名称", 422},
		{"too long", "/parties", with(aParty, "name", long), "最多 200 个字，现有 201 个字", 422},
		{"too long a note", "/parties", with(aParty, "note", strings.Repeat("注", 4001)), "最多 4000 个字", 422},
		{"unknown choice", "/parties", with(aParty, "kind", "nonsense"), "不在可选范围内", 422},
		{"unknown place", "/parties", with(aParty, "region", "没有的村"), "没有找到名为“没有的村”的地区", 422},
		{"unknown code of a place", "/parties", with(aParty, "region", "321182103299"), "321182103299", 422},
		{"bad telephone", "/parties", with(aParty, "phone", "12"), "电话应为", 422},
		{"negative money", "/assets", with(aAsset, "cost", "-5"), "金额不能为负数", 422},
		{"too much money", "/assets", with(aAsset, "cost", "99999999999999999999"), "99999999999999999999", 422},
		{"money with three decimals", "/assets", with(aAsset, "cost", "1.234"), "1.234", 422},
		{"no money at all", "/assets", with(aAsset, "cost", "=1+1"), "=1+1", 422},
		{"negative area", "/assets", with(aAsset, "quantity", "-3平方米"), "数量不能是负数", 422},
		{"no area", "/assets", with(aAsset, "quantity", "0"), "数量应大于零", 422},
		{"a day that is not", "/contracts", with(aLease, "from", "2021-02-30"), "2021-02-30 这一天不存在", 422},
		{"no day", "/contracts", with(aLease, "from", "明年"), "明年", 422},
		{"ends before it starts", "/contracts", with(aLease, "to", "2020-01-01"), "到期日期不能早于起始日期", 422},
		{"a day over twenty years", "/contracts", with(aLease, "to", "2041-11-01"), "二十年", 422},
		{"a service for a century", "/contracts", with(aLease, "kind", "service", "units", "", "to", "2121-10-31"), "七十年", 422},
		{"overlapping", "/contracts", with(aLease, "units", "ZC-0003-1"), "单元 ZC-0003-1 在 2020-10-01 至 2025-09-30 已由合同 HT-2020-0001 租出，期限重叠", 422},
		{"a unit of another village", "/contracts", with(aLease, "units", "ZC-0020-1、ZC-0010-1"), "单元 ZC-0010-1 不属于甲方所在的村", 422},
		{"a unit that is not", "/contracts", with(aLease, "units", "ZC-0020-1、ZC-9999-9"), "没有找到出租单元“ZC-9999-9”", 422},
		{"no unit", "/contracts", with(aLease, "units", ""), "租赁合同要写明出租单元", 422},
		{"with itself", "/contracts", with(aLease, "party_b", "八桥镇永胜村股份经济合作社"), "甲乙双方不能是同一单位", 422},
		{"an id for a name", "/contracts", with(aLease, "party_b", "123456789012345678"), "没有找到单位“123456789012345678”", 422},
		{"months that are no number", "/contracts", with(aLease, "free_months", "半年"), "“半年”不是整数", 422},
		{"too many months", "/contracts", with(aLease, "free_months", "61"), "应在 0 到 60 之间", 422},
		{"free for longer than it lasts", "/contracts", with(aLease, "free_months", "36"), "免租期不能超过合同期限", 422},
		{"an end outside the term", "/contracts", with(aLease, "ended", "2025-01-01"), "提前终止日期应在合同期限之内", 422},
		{"a single payment as stable", "/contracts", with(aLease, "pay_months", "0"), "不能计入稳定性收入", 422},
	} {
		code, body := b.post(c.path, c.form)
		if code != c.status {
			t.Errorf("%s: status %d, want %d: %.200s", c.name, code, c.status, body)
			continue
		}
		shows(t, c.name, body, c.want)
		for name, v := range c.form {
			if v[0] == "" || name == "kind" && v[0] == "nonsense" { // a choice that is none cannot be shown as chosen
				continue
			}
			shows(t, c.name+" ("+name+")", body, v[0])
		}
	}
	if after := counts(t, a); after != before {
		t.Errorf("something was stored: %s, before %s", after, before)
	}
}

// counts says how many records of each kind there are.
func counts(t *testing.T, a *app.App) string {
	t.Helper()
	tn, err := a.Regions.TenantOf(ctx, "321182103000")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, n := range a.Env.Nouns() {
		c, err := n.Count(ctx, tn.ID)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %d ", n.Info().Kind, c)
	}
	return out.String()
}

func TestTwoLeasesOfAUnitAtOnce(t *testing.T) {
	a, srv := town(t)
	leaseAtOnce(t, a, srv)
}

// leaseAtOnce lets several people lease one unit in the same moment: one of them does.
func leaseAtOnce(t *testing.T, a *app.App, srv *httptest.Server) {
	t.Helper()
	who := []*browser{visit(t, srv, "kuaiji"), visit(t, srv, "shuji"), visit(t, srv, "baozhang")}
	forms := make([]url.Values, len(who))
	for i := range who {
		forms[i] = with(aLease, "name", fmt.Sprintf("抢租合同%d", i), "from", fmt.Sprintf("2021-1%d-05", i))
	}
	answers := make([]int, len(who))
	bodies := make([]string, len(who))
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i, b := range who {
		wg.Go(func() {
			<-start
			answers[i], bodies[i] = b.post("/contracts", forms[i])
		})
	}
	close(start)
	wg.Wait()
	won := 0
	for i, code := range answers {
		switch code {
		case http.StatusSeeOther:
			won++
		case http.StatusUnprocessableEntity:
			shows(t, "the one who was late", bodies[i], "期限重叠")
		default:
			t.Errorf("status %d: %.300s", code, bodies[i])
		}
	}
	if won != 1 {
		t.Errorf("%d of %d leases of one unit were made: %v", won, len(who), answers)
	}
	if problems, _, err := a.Fsck(ctx); err != nil || len(problems) > 0 {
		t.Errorf("afterwards: %v %v", problems, err)
	}
}

// voucher is a form with lines of account, debit, credit.
func voucherForm(books string, lines ...[3]string) url.Values {
	f := with(url.Values{"books": {books}, "date": {"2021-11-05"}, "kind": {"记"}, "attachments": {"1"}})
	for i, l := range lines {
		p := fmt.Sprintf("lines[%d].", i)
		f.Set(p+"summary", "测试摘要"+strconv.Itoa(i))
		f.Set(p+"account", l[0])
		f.Set(p+"debit", l[1])
		f.Set(p+"credit", l[2])
	}
	return f
}

func TestVouchersRefuseWhatCannotBe(t *testing.T) {
	a, srv := town(t)
	b := visit(t, srv, "kuaiji")
	tn, err := a.Regions.TenantOf(ctx, "321182103000")
	if err != nil {
		t.Fatal(err)
	}
	mine, err := a.AnyRecordIn(ctx, "books", tn.ID, "321182103205")
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.AnyRecordIn(ctx, "books", tn.ID, "321182103203")
	if err != nil {
		t.Fatal(err)
	}
	before := counts(t, a)
	for _, c := range []struct {
		name   string
		form   url.Values
		want   string
		status int
	}{
		{"unbalanced", voucherForm(mine.String(), [3]string{"101", "100", ""}, [3]string{"102", "", "90"}), "借", 422},
		{"unknown account", voucherForm(mine.String(), [3]string{"999", "100", ""}, [3]string{"102", "", "100"}), "999", 422},
		{"one line", voucherForm(mine.String(), [3]string{"101", "100", ""}), "", 422},
		{"both sides", voucherForm(mine.String(), [3]string{"101", "100", "100"}, [3]string{"102", "", "100"}), "", 422},
		{"no amount", voucherForm(mine.String(), [3]string{"101", "", ""}, [3]string{"102", "", ""}), "", 422},
		{"too much", voucherForm(mine.String(), [3]string{"101", "999999999999999999999", ""}, [3]string{"102", "", "999999999999999999999"}), "", 422},
		{"words for an amount", voucherForm(mine.String(), [3]string{"101", "一百", ""}, [3]string{"102", "", "一百"}), "一百", 422},
		{"no books", voucherForm("", [3]string{"101", "100", ""}, [3]string{"102", "", "100"}), "请选择账套", 422},
		{"books that are none", voucherForm("999", [3]string{"101", "100", ""}, [3]string{"102", "", "100"}), "", 404},
	} {
		code, body := b.post("/vouchers/new", c.form)
		if code != c.status {
			t.Errorf("%s: status %d, want %d: %.200s", c.name, code, c.status, body)
			continue
		}
		if c.want != "" {
			shows(t, c.name, body, c.want)
		}
		for name, v := range c.form {
			if code == 422 && v[0] != "" && name != "_key" {
				shows(t, c.name+" ("+name+")", body, v[0])
			}
		}
	}
	for input, of := range map[string]string{"contract": "HT-2019-0001", "asset": "ZC-0007"} { // of 长胜村
		f := voucherForm(mine.String(), [3]string{"102", "100", ""}, [3]string{"511", "", "100"})
		f.Set("lines[1]."+input, of)
		code, body := b.post("/vouchers/new", f)
		if code != 422 {
			t.Errorf("another village's %s: status %d", input, code)
		}
		shows(t, "another village's "+input, body, "是别的村的，不能记入")
		shows(t, "another village's "+input, body, of)
	}
	form := voucherForm(mine.String(), [3]string{"101", "100", ""}, [3]string{"102", "", "100"})
	form.Set("date", "2021-02-29")
	code, body := b.post("/vouchers/new", form)
	if code != 422 {
		t.Errorf("a day that is not: %d", code)
	}
	shows(t, "a day that is not", body, "2021-02-29 这一天不存在")
	clerk := visit(t, srv, "baozhang")
	if code, _ := clerk.post("/vouchers/new", voucherForm(other.String(), [3]string{"101", "100", ""}, [3]string{"102", "", "100"})); code != 404 && code != 403 {
		t.Errorf("another village's books: %d", code)
	}
	if after := counts(t, a); after != before {
		t.Errorf("something was stored: %s, before %s", after, before)
	}
}

// TestLinksToOtherVillages names, as a village's clerk, what belongs to other villages.
func TestLinksToOtherVillages(t *testing.T) {
	a, srv := town(t)
	b := visit(t, srv, "baozhang") // of 永胜村
	before := counts(t, a)
	for _, c := range []struct {
		name, path string
		form       url.Values
	}{
		{"a party's place", "/parties", with(aParty, "region", "八桥村")},
		{"a party's place by code", "/parties", with(aParty, "region", "321182103203")},
		{"an asset's owner", "/assets", with(aAsset, "owner", "八桥镇八桥村股份经济合作社")},
		{"a unit's asset", "/asset-units", with(url.Values{"asset": {"ZC-0010"}, "name": {"偷划的单元"}, "quantity": {"1平方米"}})},
		{"a lease by another village", "/contracts", with(aLease, "party_a", "八桥镇八桥村股份经济合作社", "units", "ZC-0010-1")},
		{"a lease of another village's unit", "/contracts", with(aLease, "units", "ZC-0010-1")},
	} {
		code, body := b.post(c.path, c.form)
		if code != http.StatusForbidden && code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d: %.200s", c.name, code, body)
		}
		for name, v := range c.form {
			shows(t, c.name+" ("+name+")", body, v[0])
		}
	}
	if after := counts(t, a); after != before {
		t.Errorf("something was stored: %s, before %s", after, before)
	}
}

const markup = `<script>alert("x")</script><img src=x onerror=alert(1)>&amp;'"`

// TestTextIsNeverMarkup stores markup as a name and looks at it wherever names are shown.
func TestTextIsNeverMarkup(t *testing.T) {
	_, srv := town(t)
	b := visit(t, srv, "kuaiji")
	code, at := b.post("/parties", with(aParty, "name", markup, "short_name", markup, "note", markup, "contact", markup))
	if code != http.StatusSeeOther {
		t.Fatalf("making a party: %d", code)
	}
	code, contract := b.post("/contracts", with(aLease, "name", markup, "party_b", markup, "content", markup))
	if code != http.StatusSeeOther {
		t.Fatalf("making a contract: %d %s", code, contract)
	}
	if code, body := b.post(at, with(aParty, "version", "1", "name", markup+"改", "industry", markup)); code != http.StatusSeeOther {
		t.Fatalf("changing the party: %d %.200s", code, body)
	}
	for _, path := range []string{
		at, at + "/edit", "/parties?q=" + url.QueryEscape("script"), contract, contract + "/edit", "/contracts", "/search?q=alert", "/search/suggest?q=alert",
		"/parties?q=" + url.QueryEscape(markup), "/parties?sort=" + url.QueryEscape(markup), "/parties?kind=" + url.QueryEscape(markup), "/contracts/new?name=" + url.QueryEscape(markup),
		"/todo?x=" + url.QueryEscape(markup), "/login?to=" + url.QueryEscape(markup), "/" + url.PathEscape(markup),
	} {
		code, body := b.get(path)
		if code >= 500 {
			t.Errorf("%s: %d", path, code)
		}
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s shows markup as markup", path)
		}
	}
	code, body := b.get(at)
	if code != http.StatusOK {
		t.Fatal(code)
	}
	shows(t, "the detail", body, markup+"改")
	if n := strings.Count(html.UnescapeString(body), markup); n < 5 { // title, fields, history before and after
		t.Errorf("the detail with its history shows the text %d times", n)
	}
	auditor := visit(t, srv, "shenji")
	if code, body := auditor.get("/audit"); code != http.StatusOK || strings.Contains(body, "<script>alert") || !strings.Contains(body, "&lt;script&gt;alert") {
		t.Errorf("the audit log: %d, or markup in it", code)
	}
	if code, body := b.post("/parties", with(aParty, "name", strings.Repeat(markup, 9))); code != 422 || strings.Contains(body, "<script>alert") {
		t.Errorf("a refused form: %d, or markup in it", code)
	}
	if code, body := b.get("/parties/export?format=csv&q=alert"); code != http.StatusOK || !strings.Contains(body, `""x""`) {
		t.Errorf("the export: %d %.300s", code, body)
	}
}

// TestFormulasStayText stores what a spreadsheet would run, exports it, and imports it again.
func TestFormulasStayText(t *testing.T) {
	_, srv := town(t)
	b := visit(t, srv, "kuaiji")
	formulas := []string{`=HYPERLINK("http://example.com","公式")`, "+1+1公式", "-1-1公式", "@SUM(A1)公式", "'单引号公式"}
	for _, f := range formulas {
		if code, body := b.post("/parties", with(aParty, "name", f, "note", f)); code != http.StatusSeeOther {
			t.Fatalf("%s: %d %.200s", f, code, body)
		}
	}
	code, text := b.get("/parties/export?format=csv&q=" + url.QueryEscape("公式"))
	if code != http.StatusOK {
		t.Fatal(code)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != len(formulas)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows[1:] {
		for _, c := range []string{r[0], r[len(r)-1]} {
			if c == "" || !strings.Contains("'", c[:1]) {
				t.Errorf("the CSV has a cell that a spreadsheet runs: %s", c)
			}
		}
	}
	if code, body := upload(b, "/parties/import", "导出.csv", []byte(text)); code != http.StatusSeeOther {
		t.Errorf("importing what was exported: %d %.400s", code, body)
	}
	_, again := b.get("/parties/export?format=csv&q=" + url.QueryEscape("公式"))
	if again != text {
		t.Errorf("after the import the export differs:\n%s\nbefore\n%s", again, text)
	}
	_, book := b.get("/parties/export?q=" + url.QueryEscape("公式"))
	x, err := excelize.OpenReader(strings.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	name := x.GetSheetName(0)
	seen := map[string]bool{}
	for i := range formulas {
		at := "A" + strconv.Itoa(i+2)
		f, err := x.GetCellFormula(name, at)
		v, verr := x.GetCellValue(name, at)
		if err != nil || verr != nil || f != "" {
			t.Errorf("%s is the formula %q %v %v", at, f, err, verr)
		}
		seen[v] = true
	}
	for _, f := range formulas {
		if !seen[f] {
			t.Errorf("the xlsx lacks %q: %v", f, seen)
		}
	}
}

// upload posts a file as a browser does.
func upload(b *browser, path, name string, content []byte) (int, string) {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.c.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// TestLargeSheetWithMistakes uploads 50,000 rows of which 500 are wrong: every mistake is told with its row and column,
// and nothing is stored.
func TestLargeSheetWithMistakes(t *testing.T) {
	a, srv := town(t)
	b := visit(t, srv, "kuaiji")
	before := counts(t, a)
	const rows, every = 50_000, 100
	var file bytes.Buffer
	header := []sheet.Column{{Title: "名称"}, {Title: "类别"}, {Title: "所在地区"}, {Title: "统一社会信用代码"}, {Title: "成立日期"}}
	err := sheet.WriteXLSX(&file, "单位", header, func(yield func([]string, error) bool) {
		for i := range rows {
			row := []string{fmt.Sprintf("批量企业%05d", i), "企业", "永胜村", "", "2020-01-01"}
			switch {
			case i%(2*every) == 0:
				row[4] = "2021-02-30"
			case i%every == 0:
				row[3] = "91321182MA1W2E3R72"
			}
			if !yield(row, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	code, body := upload(b, "/parties/import", "单位.xlsx", file.Bytes())
	if code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d: %.500s", code, body)
	}
	shows(t, "the page", body, "50000 行里共有 500 处错误，没有保存任何一行")
	if n := strings.Count(body, "<td>") + strings.Count(body, "<td "); n < 4*200 {
		t.Errorf("the page lists %d cells of mistakes, want 200 rows of 4", n)
	}
	shows(t, "the page", body, "300")
	_, link, ok := strings.Cut(html.UnescapeString(body), `href="/parties/import/errors?id=`)
	if !ok {
		t.Fatal("no link to all mistakes")
	}
	id, _, _ := strings.Cut(link, `"`)
	code, book := b.get("/parties/import/errors?id=" + id)
	if code != http.StatusOK {
		t.Fatalf("the list of mistakes: %d", code)
	}
	x, err := excelize.OpenReader(strings.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	got, err := x.GetRows(x.GetSheetName(0))
	if err != nil || len(got) != 501 {
		t.Fatalf("%d rows of mistakes, %v", len(got), err)
	}
	for i, r := range got[1:] {
		row, column, value := strconv.Itoa(i*every+2), "成立日期", "2021-02-30"
		if i%2 == 1 {
			column, value = "统一社会信用代码", "91321182MA1W2E3R72"
		}
		if r[0] != row || r[1] != column || r[2] != value || r[3] == "" {
			t.Fatalf("mistake %d is %q, want row %s, %s, %s", i, r, row, column, value)
		}
	}
	if code, _ := visit(t, srv, "shuji").get("/parties/import/errors?id=" + id); code != http.StatusNotFound {
		t.Errorf("somebody else's list of mistakes: %d", code)
	}
	if after := counts(t, a); after != before {
		t.Errorf("something was stored: %s, before %s", after, before)
	}
	for name, content := range map[string]string{
		"空.csv": "", "假.xlsx": "这不是表格", "坏.xlsx": "PK\x03\x04broken", "旧.xls": "\xd0\xcf\x11\xe0", "图.png": "\x89PNG",
		"乱.csv": "名称,\xff\xfe\n\x00,1\n", "宽.csv": "名称\na,b,c\n", "重.csv": "名称,名称\na,b\n",
	} {
		if code, body := upload(b, "/parties/import", name, []byte(content)); code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d: %.300s", name, code, body)
		}
	}
}
