package bank_test

import (
	"context"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"huicun/internal/kit/db/dbtest"
)

var shots = flag.String("shots", "", "write pictures of the pages to this directory")

// TestImportMatchReconcile goes the bookkeeper's way in a browser: a file is uploaded, its columns looked at, imported,
// what is certain matched, the rest by keyboard, and the month reconciled; then the pages on a phone and on paper.
func TestImportMatchReconcile(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
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
	eval := func(js string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+js+")"))
		if err != nil {
			t.Fatalf("%s: %v", js, err)
		}
		return got
	}
	is := func(what, js, want string) {
		t.Helper()
		got := ""
		for range 60 { // until it is so: pages take a moment
			if got = eval(js); got == want {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
	wide, phone := chromedp.EmulateViewport(1440, 900), chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)
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
	file := filepath.Join(t.TempDir(), "明细.csv")
	s.OK(os.WriteFile(file, []byte(strings.Replace(statement, "示例农村商业银行", "", 1)), 0o600))
	at := srv.URL + s.path()

	run("start", wide, chromedp.Navigate("about:blank"))
	as("baozhang")
	run("upload", chromedp.Navigate(at+"/statement"), chromedp.SetUploadFiles(chromedp.CSS(`input[type=file]`), []string{file}), chromedp.Click(chromedp.CSS(".form-actions .btn-primary")), chromedp.WaitVisible(chromedp.CSS(".bk-targets")))
	is("the columns are found", `document.querySelector('[name=col_counterparty]').value`, "对方户名")
	shot("map-1440")
	run("another column", chromedp.Evaluate[chromedp.Void](`document.querySelector('[name=col_out]').value = '流水号'`), chromedp.Click(chromedp.CSS(".bk-go [value=preview]")), chromedp.WaitVisible(chromedp.CSS(".error-summary, .notice-red")))
	shot("map-errors-1440")
	run("put right", chromedp.Evaluate[chromedp.Void](`(() => { document.querySelector('[name=col_out]').value = '支出'; document.querySelector('[name=col_serial]').value = '流水号' })()`), chromedp.Click(chromedp.CSS(".bk-go [value=preview]")), chromedp.WaitVisible(chromedp.CSS("[value=import]")))
	run("import", chromedp.Click(chromedp.CSS("[value=import]")), chromedp.WaitVisible(chromedp.CSS("#auto")))
	shot("desk-1440")
	run("auto", chromedp.Click(chromedp.CSS("#auto")), chromedp.WaitVisible(chromedp.CSS(".flash-green")))
	is("one line is left", `document.querySelectorAll('[data-side=line] [data-fen]').length`, "1")

	// By keyboard: tick, cross over, and the sums disagree.
	run("focus", chromedp.Focus(chromedp.CSS(`[data-side=line] [data-fen]`)), chromedp.KeyEvent(" "))
	is("summed", `document.querySelector('[data-sum=line]').textContent`, "15.50")
	run("across", chromedp.KeyEvent(kb.ArrowRight))
	is("on the other side", `document.activeElement.name`, "entry")
	run("down", chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(" "))
	is("the difference is red", `document.querySelector('[data-sum=diff]').classList.contains('tx-red')`, "true")
	run("refused", chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.CSS(".toast-hc")))
	is("nothing was sent", `document.querySelectorAll('.notice-red').length + ' ' + document.querySelector('[data-sum=line]').textContent`, "0 15.50")
	shot("desk-sums-1440")

	run("reconcile", chromedp.Navigate(at+"/reconciliation?month=2021-01"), chromedp.Click(chromedp.CSS(`[data-dialog="#prepare"]`)), chromedp.Click(chromedp.CSS("#prepare .btn-primary")), chromedp.WaitVisible(chromedp.CSS(".flash-green")))
	is("equal", `document.querySelector('.bk-verdict .bdg').textContent.trim()`, "调节后余额相等")
	as("kuaiji")
	run("confirm", chromedp.Navigate(at+"/reconciliation?month=2021-01"), chromedp.Click(chromedp.CSS(`[data-dialog="#confirm"]`)), chromedp.Click(chromedp.CSS("#confirm .btn-primary")), chromedp.WaitVisible(chromedp.CSS(".flash-green")))
	is("confirmed", `document.querySelector('.bk-marks .bdg').textContent.trim()`, "已确认")
	shot("recon-1440")

	for name, path := range map[string]string{
		"overview": "/bank", "ageing": "/bank/ageing", "account": s.path(), "upload": s.path() + "/statement", "desk-jan": s.path() + "/match?month=2021-01", "recon-jan": s.path() + "/reconciliation?month=2021-01",
		"payments": "/payments", "payment-new": "/payments/new", "rule-new": "/bank-rules/new", "layout-new": "/bank-layouts/new", "lines": "/bank-lines", "imports": "/bank-imports",
	} {
		run(name, wide, chromedp.Navigate(srv.URL+path))
		shot(name + "-1440")
		run(name, phone)
		shot(name + "-375")
	}
	run("paper", chromedp.EmulateViewport(703, 1000), chromedp.Navigate(at+"/reconciliation?month=2021-01"))
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	is("no buttons on paper", `[...document.querySelectorAll('.record-actions, .btn')].filter(e => e.offsetParent).length`, "0")
	shot("recon-paper")
}
