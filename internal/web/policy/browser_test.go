package policy_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"huicun/internal/web/assets"
)

// TestClerkWithABrowser makes a new version by the form alone, in a browser: data, a rule in bands, an example; works the
// example out, saves, and tries the version on the villages. Then the form on a phone.
func TestClerkWithABrowser(t *testing.T) {
	s := newSite(t)
	path := s.draftOf("BB-NEW", "5")
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, assets.Handler())
	mux.Handle("/", s.handler)
	srv := httptest.NewServer(mux)
	defer srv.Close()
	bin := os.Getenv("HUICUN_TEST_CHROMIUM")
	if bin == "" {
		bin = "/usr/bin/chromium"
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("lang", "zh-CN"), chromedp.WindowSize(1440, 900))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
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
		for range 400 { // until it is so: pages take a moment
			var err error // while a page is left there is nothing to ask
			if got, err = chromedp.Run(ctx, chromedp.Evaluate[string]("String("+js+")")); err == nil && got == want {
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
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	show := func(path string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+path)); err != nil {
			t.Fatal(err)
		}
	}
	view := func(a chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	field := func(name string) string {
		return `document.querySelector('main [name="` + name + `"]:not([type=hidden])')`
	}
	fill := func(pairs ...string) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			is(pairs[i]+" is there", field(pairs[i])+` !== null`, "true")
			eval(field(pairs[i]) + `.value = ` + strconv.Quote(pairs[i+1]))
		}
	}
	// pick chooses by the words that a person reads.
	pick := func(name, words string) {
		t.Helper()
		is(name+" offers "+words, `(o => { if (!o) return false; o.selected = true; return true })([...`+field(name)+`.options].find(o => o.text === `+strconv.Quote(words)+`))`, "true")
	}
	press := func(act string) {
		t.Helper()
		eval(`(window.gone = 1, document.querySelector('main button[value="` + act + `"]:not(.visually-hidden)').click())`)
		is(act+" is done", `window.gone === undefined && document.readyState`, "complete")
	}
	if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "hc_session", Value: s.token("town_secretary"), URL: srv.URL}); err != nil {
		t.Fatal(err)
	}
	show(path)
	press("add:inputs")
	fill("inputs[0].label", "本年新增收入")
	press("add:inputs")
	fill("inputs[1].label", "查实虚报")
	pick("inputs[1].type", "是否")
	press("show:inputs[1]")
	pick("inputs[1].default", "否")
	press("add:vetoes")
	fill("vetoes[0].label", "查实虚报")
	pick("vetoes[0].when[0].left", "查实虚报")
	pick("vetoes[0].when[0].op", "是")
	press("add:rules")
	fill("rules[0].label", "增收奖励", "rules[0].bands.rows[0].in.from", "3万", "rules[0].bands.rows[0].in.to", "10万", "rules[0].bands.rows[0].at", "8%", "rules[0].cap", "8万")
	pick("rules[0].bands.on", "本年新增收入")
	press("add:rules[0].bands.rows")
	fill("rules[0].bands.rows[1].in.from", "12万", "rules[0].bands.rows[1].at", "9%")
	press("save")
	is("a gap is refused", `[...document.querySelectorAll('.field-error')].map(e => e.textContent.trim()).join('；')`, "与上一档 [3万, 10万) 之间有空档：从 100,000 到 120,000 没有规定")
	shot("form-refused")
	fill("rules[0].bands.rows[1].in.from", "10万")
	press("add:examples")
	fill("examples[0].name", "增收 25 万元", "examples[0].expect.award", "2.25万", `examples[0].given.item_1`, "25万")
	press("try:examples[0]")
	is("the example comes out", `document.body !== null && document.body.innerText.includes('算出 22,500.00 元，与应得相符') && document.body.innerText.includes('贰万贰仟伍佰元整')`, "true")
	shot("form-tried")
	press("save")
	is("it is saved", `document.querySelectorAll('.flash-green').length`, "1")
	shot("version")
	show(eval("location.pathname") + "/simulate")
	is("it can be tried on villages", `document.body !== null && document.body.innerText.includes('本年新增收入')`, "true")
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll('.pl-grid tbody tr')].forEach(r => r.querySelector('input').value = '250000')`)); err != nil {
		t.Fatal(err)
	}
	eval(`(window.gone = 1, document.querySelector('main button[value=try]').click())`)
	is("nine villages get it", `window.gone === undefined && document.body !== null && document.body.innerText.includes('202,500.00 元')`, "true")
	shot("simulated")
	view(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	show(path)
	shot("form-phone")
	code, why, to := s.send("town_secretary", s.path("BB-2021-0001")+"/copy", map[string][]string{"_key": {"k9"}}, "")
	if code != http.StatusSeeOther {
		t.Fatalf("copy: %d %.800s", code, why)
	}
	show(to[:len(to)-len("/edit")] + "/form")
	shot("form-whole-phone")
	view(chromedp.EmulateViewport(1440, 900))
	show(to[:len(to)-len("/edit")] + "/form")
	shot("form-whole")
}
