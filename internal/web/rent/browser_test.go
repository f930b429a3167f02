package rent_test

import (
	"context"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"huicun/internal/books/bank"
	"huicun/internal/kit/date"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/web/sitetest"
)

var shots = flag.String("shots", "", "write pictures of the pages to this directory")

// line imports a payment from the bank of 永胜村.
func (s *site) line(day, yuan, from string) {
	s.Helper()
	a := &bank.Account{
		Name: "基本户", Books: s.ID("books", "永胜村账套"), Bank: "农商行", Holder: "永胜村股份经济合作社", Ledger: "102", Opened: date.Must("2020-01-01"), Start: date.Must("2021-01-01"),
	}
	s.OK(s.bank.Accounts.SetTexts(s.Context(), s.Env.ForTenant(s.Tenant), sitetest.Yongsheng, a, map[string]string{"number": "32118200000100200301", "kind": "基本存款账户"}))
	_, err := s.bank.Accounts.Create(s.Context(), access.System, s.Tenant, "", a)
	s.OK(err)
	text := "银行账户,交易日期,收入（元）,支出（元）,余额（元）,银行流水号,对方户名,摘要\n基本户," + day + "," + yuan + ",," + yuan + ",A1," + from + ",转账\n"
	t, err := sheet.Read("l.csv", strings.NewReader(text), int64(len(text)), sheet.Options{})
	s.OK(err)
	s.Whole(s.bank.ImportLines(s.Context(), access.System, s.Tenant, t))
}

// TestBillAndReceiveInBrowser bills a month of a town, receives money by hand for a chosen item, then from a statement line of the bank.
func TestBillAndReceiveInBrowser(t *testing.T) {
	s := newSite(t)
	s.line("2021-08-05", "3000.00", "永胜村承租厂")
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()
	bin := os.Getenv("HUICUN_TEST_CHROMIUM")
	if bin == "" {
		bin = "/usr/bin/chromium"
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("lang", "zh-CN"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	run := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	is := func(what, js, want string) {
		t.Helper()
		got := ""
		for range 60 { // until it is so: pages take a moment
			var err error
			if got, err = chromedp.Run(ctx, chromedp.Evaluate[string]("String("+js+")")); err != nil {
				t.Fatalf("%s: %v", js, err)
			}
			if got == want {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
	shot := func(name string) {
		t.Helper()
		is(name+" does not scroll sideways", `document.documentElement.scrollWidth <= innerWidth`, "true")
		if *shots == "" {
			return
		}
		time.Sleep(200 * time.Millisecond)
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		s.OK(err)
		s.OK(os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600))
	}
	as := func(login string) {
		t.Helper()
		for name, value := range map[string]string{"hc_session": s.Token(login), "hc_year": "2021"} {
			if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: srv.URL}); err != nil {
				t.Fatal(err)
			}
		}
	}
	says := func(texts ...string) string {
		return `['` + strings.Join(texts, `','`) + `'].every(s => (document.querySelector('main')?.textContent ?? '').includes(s))`
	}
	green := chromedp.WaitVisible(chromedp.CSS(".flash-green"))
	wide, phone := chromedp.EmulateViewport(1440, 900), chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)

	run("start", wide, chromedp.Navigate("about:blank"))
	as("kuaiji")
	for _, month := range []string{"2021-07", "2021-10"} {
		run(month, chromedp.Navigate(srv.URL+"/rent-runs/new?month="+month))
		is("both villages wait", says("2 个账套全部计收", "6,000.00", "待计收"), "true")
		shot("bill-" + month + "-1440")
		run("bill "+month, chromedp.Click(chromedp.CSS("#all .btn-primary")), green)
		is("both are billed", says("已计收"), "true")
	}
	run("board", chromedp.Navigate(srv.URL+"/rent?month=2021-10"))
	is("the town's month", says("6,000.00", "永胜村", "红光村", "0.0%"), "true")
	shot("board-1440")

	as("baozhang")
	run("form", chromedp.Navigate(srv.URL+"/rent-receipts/new?contract=HT-205"))
	is("what is open", says("HT-205-001", "HT-205-002", "6,000.00"), "true")
	shot("receipt-1440")
	run("for the later item", chromedp.Evaluate[chromedp.Void](`(() => { const r = [...document.querySelectorAll('main tr')].find(r => r.textContent.includes('HT-205-002')); r.querySelector('[name=item]').click() })()`),
		chromedp.SendKeys(chromedp.CSS(`main [name=amount]`), "1000"), chromedp.Click(chromedp.CSS("#receipt .btn-primary")), green)
	is("the chosen item is covered", says("HT-205-002", "1,000.00", "草稿"), "true")
	is("the other is not", says("HT-205-001"), "false")

	run("from the bank", chromedp.Navigate(srv.URL+"/rent-receipts/new"))
	is("the line is proposed", says("银行流水里可能的收款", "对方户名与付款方相符", "金额与应收 HT-205-001 相同"), "true")
	shot("receipt-lines-1440")
	run("take it", chromedp.Click(chromedp.CSS(`main a[href*="line="]`)), chromedp.WaitVisible(chromedp.CSS(`main [name=amount]`)))
	is("filled in", `document.querySelector('main [name=amount]').value.replace(',', '') + document.querySelector('main [name=payer]').value`, "3000.00永胜村承租厂")
	run("receive", chromedp.Click(chromedp.CSS("#receipt .btn-primary")), green)
	is("the earlier item is covered", says("HT-205-001", "3,000.00"), "true")
	run("again", chromedp.Navigate(srv.URL+"/rent-receipts/new"), chromedp.WaitVisible(chromedp.CSS(`main [name=amount]`)))
	is("proposed no more", says("银行流水里可能的收款"), "false")
	for name, path := range map[string]string{"bill": "/rent-runs/new?month=2021-10", "board": "/rent?month=2021-10", "receipt": "/rent-receipts/new?contract=HT-205", "ageing": "/rent-ageing"} {
		run(name, phone, chromedp.Navigate(srv.URL+path))
		shot(name + "-375")
	}
}
