package opening_test

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write pictures of the pages to this directory")

// TestWizardInABrowser takes over old books as an accountant and a second one do, at a desk, and looks at the pages on a
// phone too.
func TestWizardInABrowser(t *testing.T) {
	s := newSite(t)
	s.OK(s.l.Books.Delete(t.Context(), systemPrincipal, s.Tenant, s.books, 0))
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
	is := func(what, js string, want any) {
		t.Helper()
		var got string
		for range 60 {
			if got = eval(`(() => { try { return ` + js + ` } catch (e) { return e } })()`); got == fmt.Sprint(want) { // the page may be on its way
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
	wide, phone := chromedp.EmulateViewport(1440, 900), chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)
	shot := func(name string) {
		t.Helper()
		for size, view := range map[string]chromedp.Action[chromedp.Void]{"1440": wide, "375": phone} {
			run("resize", view)
			is(name+" does not scroll sideways at "+size, `document.documentElement.scrollWidth <= innerWidth`, true)
			if *shots != "" {
				time.Sleep(200 * time.Millisecond)
				png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				s.OK(err)
				s.OK(os.WriteFile(filepath.Join(*shots, name+"-"+size+".png"), png, 0o600))
			}
		}
		run("back at the desk", wide)
	}
	as := func(login string) {
		t.Helper()
		for name, value := range map[string]string{"hc_session": s.Token(login), "hc_year": "2024"} {
			if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: srv.URL}); err != nil {
				t.Fatal(err)
			}
		}
	}
	fill := func(name, value string) {
		t.Helper()
		eval(fmt.Sprintf(`(document.querySelector('[name="%s"]').value = %q)`, name, value))
	}
	// press presses the button with a text, and the one in the dialog that it opens.
	press := func(text string) {
		t.Helper()
		eval(fmt.Sprintf(`[...document.querySelectorAll('main button, main a.btn')].find(b => b.textContent.trim() === %q).click()`, text))
	}
	confirm := func(text, then string) {
		t.Helper()
		press(text)
		is("asked: "+text, `!!document.querySelector('dialog[open]')`, true)
		eval(`document.querySelector('dialog[open] .dlg-actions button:last-child').click()`)
		is("after "+text, `document.body.textContent.includes("`+then+`")`, true)
	}
	path := func() string { return strings.TrimPrefix(eval(`location.pathname`), srv.URL) }

	as("kuaiji")
	run("first step", wide, chromedp.Navigate(srv.URL+"/migrations/new"))
	shot("wizard-start")
	fill("party", "永胜村股份经济合作社")
	fill("books_name", "永胜村（2023 年制度）")
	fill("source", s.trial())
	press("读入并对照")
	is("read", `document.body.textContent.includes("还有 2 行须您定下新科目")`, true)
	shot("wizard-map")
	at := path()
	run("a row", chromedp.Navigate(srv.URL+at+"/rows/12"))
	shot("wizard-row")
	fill("targets[0].account", "134")
	press("保存，处理下一行")
	is("on to the next", `document.querySelector('h1').textContent.includes("应付福利费")`, true)
	fill("reason", "2023-12-28 成员代表大会决议，转入公积公益金")
	press("保存")
	is("all settled", `document.body.textContent.includes("可以提交签字")`, true)
	confirm("提交签字", "第三步")
	as("kuaiji2")
	run("the second person", chromedp.Navigate(srv.URL+at))
	confirm("复核签字", "第四步")
	run("the list", chromedp.Navigate(srv.URL+at+"/report"))
	shot("wizard-report")
	run("back", chromedp.Navigate(srv.URL+at))
	confirm("建账", "已建账")
	shot("wizard-done")
	href := eval(`document.querySelector('main a[href$="/openings"]').getAttribute('href')`)
	run("openings", chromedp.Navigate(srv.URL+href))
	is("balanced", `document.querySelector('[data-vstate]').textContent.trim()`, "✓ 借贷平衡")
	shot("openings")
}
