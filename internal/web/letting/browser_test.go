package letting_test

import (
	"context"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write pictures of the pages to this directory")

// TestVacancyToContract goes from the vacant unit to the draft of the contract in a browser; then the pages on a phone and
// the listing on paper.
func TestVacancyToContract(t *testing.T) {
	s := newSite(t)
	srv := httptest.NewServer(s.handler)
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
	shot := func(name string) {
		t.Helper()
		is(name+" does not scroll sideways", `document.documentElement.scrollWidth <= innerWidth`, "true")
		if *shots == "" {
			return
		}
		time.Sleep(200 * time.Millisecond)
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		s.ok(err)
		s.ok(os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600))
	}
	as := func(login string) {
		t.Helper()
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "hc_session", Value: s.token(login), URL: srv.URL}); err != nil {
			t.Fatal(err)
		}
	}
	fill := func(what string, pairs ...string) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			run(what, chromedp.Evaluate[chromedp.Void](`document.querySelector('main [name=`+pairs[i]+`]').value = `+strconv.Quote(pairs[i+1])))
		}
		run(what, chromedp.Evaluate[chromedp.Void](`document.querySelector('main form button.btn-primary').click()`))
		is(what+" is saved", `document.querySelectorAll('.flash-green').length`, "1")
	}
	event := func(name string) {
		t.Helper()
		run(name, chromedp.Click(chromedp.CSS(`[data-dialog="#do-`+name+`"]`)), chromedp.Click(chromedp.CSS("#do-"+name+" .btn-primary")),
			chromedp.WaitNotPresent(chromedp.CSS("#do-"+name)), chromedp.WaitVisible(chromedp.CSS(".flash-green"))) // the page before may have had its own flash
	}
	title := `document.querySelector('main h2')?.textContent.trim()`

	wide, phone := chromedp.EmulateViewport(1440, 900), chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)
	run("start", wide, chromedp.Navigate("about:blank"))
	as("baozhang")
	run("vacancies", chromedp.Navigate(srv.URL+"/vacancies"), chromedp.WaitVisible(chromedp.CSS(`a[href^="/lettings/new"]`)))
	shot("vacancies-1440")
	run("begin", chromedp.Click(chromedp.CSS(`a[href^="/lettings/new"]`)), chromedp.WaitVisible(chromedp.CSS(`main [name=reserve]`)))
	fill("plan", "purpose", "工业生产", "basis", "own", "basis_year", "120000", "basis_note", "参照邻村", "reserve", "110000", "from", "2022-01-01", "months", "36", "pay_months", "6", "contact", "永胜村村委会", "closes", "2021-11-17")
	page := eval("location.href")
	is("what is missing shows", `document.body.textContent.includes('还没有登记“两委会商议”')`, "true")
	run("step", chromedp.Navigate(srv.URL+"/letting-steps/new?letting=ZZ-2022-0001"))
	fill("step", "step", "discuss", "on", "2021-11-05", "due", "7", "present", "7", "agree", "7")
	run("back", chromedp.Navigate(page))
	event("decide")
	as("shuji")
	run("as the town", chromedp.Navigate(page))
	event("approve")
	as("baozhang")
	run("as the village", chromedp.Navigate(page))
	event("list")
	shot("listed-1440")
	for name, amount := range map[string]string{"一厂": "115000", "李四": "112000"} {
		run("bid", chromedp.Navigate(srv.URL+"/letting-bids/new?letting=ZZ-2022-0001"))
		fill("bid", "party", name, "phone", "13800000001", "amount", amount)
	}
	s.day("2021-11-18")
	as("baozhang")
	run("after the end", chromedp.Navigate(page))
	event("open")
	event("publicise")
	shot("publicised-1440")
	s.day("2021-11-24")
	as("baozhang")
	run("after the publication", chromedp.Navigate(page))
	event("award")
	is("what comes next", "("+title+" ?? '').startsWith('下一步：起草合同')", "true")
	run("draft", chromedp.Click(chromedp.CSS(`[data-dialog="#draft"]`)), chromedp.Click(chromedp.CSS("#draft .btn-primary")), chromedp.WaitVisible(chromedp.CSS(".flash-green")))
	is("the draft stands", `location.pathname.startsWith('/contracts/') && ['57,500.00', '一厂'].every(s => document.body?.textContent.includes(s))`, "true")
	public := eval(`(() => { const id = ` + strconv.Quote(page) + `.split('/').pop(); return '/public/lettings/` + strconv.FormatInt(s.tenant, 10) + `/' + id })()`)
	for name, path := range map[string]string{"letting": page[len(srv.URL):], "vacancies": "/vacancies", "public": public, "public-list": "/public/lettings", "lettings": "/lettings"} {
		run(name, phone, chromedp.Navigate(srv.URL+path))
		shot(name + "-375")
	}
	run("paper", chromedp.EmulateViewport(703, 1000), chromedp.Navigate(srv.URL+public))
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	is("no buttons on paper", `[...document.querySelectorAll('.btn')].filter(e => e.offsetParent).length`, "0")
	shot("public-paper")
}
