package policy_test

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

// TestSimulationToPayment goes from the simulation to the payment in a browser; then the pages on a phone and the sheet on paper.
func TestSimulationToPayment(t *testing.T) {
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
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
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
		for range 100 { // until it is so: pages take a moment
			if got = eval(js); got == want {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%s: %q, want %q: %s", what, got, want, eval(`document.body.textContent.slice(0, 600)`))
	}
	shot := func(name string) {
		t.Helper()
		is(name+" does not scroll sideways", `document.documentElement.scrollWidth <= innerWidth`, "true")
		if *shots == "" {
			return
		}
		time.Sleep(200 * time.Millisecond)
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err == nil {
			err = os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	as := func(role, path string) {
		t.Helper()
		for name, value := range map[string]string{"hc_session": s.token(role), "hc_year": "2021"} {
			if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: srv.URL}); err != nil {
				t.Fatal(err)
			}
		}
		run("to "+path, chromedp.Navigate(srv.URL+path), chromedp.WaitVisible(chromedp.CSS("main")))
	}
	set := func(pairs ...string) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			run(pairs[i], chromedp.Evaluate[chromedp.Void](`document.querySelector('main [name="`+pairs[i]+`"]').value = `+strconv.Quote(pairs[i+1])))
		}
	}
	click := func(what, css string) {
		t.Helper()
		run(what, chromedp.Evaluate[chromedp.Void](`document.querySelector(`+strconv.Quote(css)+`).click()`))
		is(what+" is done", `document.querySelectorAll('.flash-green').length`, "1")
	}

	run("start", chromedp.EmulateViewport(1440, 900), chromedp.Navigate("about:blank"))
	as("town_accountant", s.path("BB-2021-0001")+"/simulate")
	v := "v.321182103203."
	set(v+"landed", "56000000", v+"brand_town", "1", v+"brand_city", "0", v+"grade", "优秀", v+"applied_on", "2022-01-10", v+"accident", "否", v+"false_report", "否", v+"published", "是", v+"rechecked", "否",
		"budget", "300000", "freeze_why", "镇考核结果", "payer.0", "中共扬中市八桥镇委员会")
	run("only those", chromedp.Evaluate[chromedp.Void](`document.querySelector('main [name=only_given]').checked = true`))
	shot("freeze-1440")
	click("freeze", `button[formaction$="/freeze"]`)
	round := eval(`location.pathname`)
	shot("round-1440")
	for _, x := range []struct{ role, event, name, value string }{
		{"village_bookkeeper", "plan", "text", "全部归村集体"}, {"village_bookkeeper", "vote", "due", "40"}, {"town_secretary", "review", "text", "同意"}, {"town_accountant", "publish", "", ""},
	} {
		as(x.role, round+"/steps/"+x.event)
		set("on", "2021-11-01")
		if x.name != "" {
			set(x.name, x.value)
		}
		if x.event == "vote" {
			set("present", "36", "agree", "30")
			shot("vote-1440")
		}
		click(x.event, "#run .form-actions .btn-primary")
	}
	as("town_secretary", round+"/steps/approve")
	set("no", "纪要1号")
	click("approve", "#run .form-actions .btn-primary")
	as("town_accountant", round+"/steps/pay")
	set("due", "1", "doc", "回单1")
	shot("pay-1440")
	click("pay", "#run .form-actions .btn-primary")
	is("what was paid shows", `document.body.textContent.includes('已发放 73,500.00 元')`, "true")
	line := eval(`document.querySelector('main a[href^="/award-lines/"]').getAttribute('href')`)
	as("auditor", line)
	is("the state", `document.body.textContent.includes('部分发放')`, "true")
	shot("line-1440")
	as("auditor", round+"/table")
	shot("table-1440")
	public := "/public/awards/" + strconv.FormatInt(s.Tenant, 10) + round[len("/award-rounds"):]
	run("phone", chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile))
	for name, path := range map[string]string{"round": round, "line": line, "public": public, "rounds": "/award-rounds", "step": round + "/steps/pay", "recompute": line + "/recompute"} {
		as("town_accountant", path)
		shot(name + "-375")
	}
	run("paper", chromedp.EmulateViewport(703, 1000), chromedp.Navigate(srv.URL+line+"/sheet"))
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	is("no buttons on paper", `[...document.querySelectorAll('.btn')].filter(e => e.offsetParent).length`, "0")
	shot("sheet-paper")
}
