package property_test

import (
	"context"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"huicun/internal/registry/access"
)

// TestCountByPhone: on a telephone, from the address of a label: 相符, 闲置, 盘亏, then the next; submitted, approved by another
// person, and the differences drafted. Then a place is set by a click on the map.
func TestCountByPhone(t *testing.T) {
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
	is := func(what, js, want string) {
		t.Helper()
		got := ""
		for range 100 { // until it is so: pages take a moment
			got, _ = chromedp.Run(ctx, chromedp.Evaluate[string]("String("+js+")")) // between two pages there is none to ask
			if got == want {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		page, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('main')?.innerText.replace(/\s+/g, ' ').slice(0, 500) ?? ''`))
		t.Fatalf("%s: %q, want %q on %s", what, got, want, page)
	}
	as := func(login string) {
		t.Helper()
		s.get(login, "/asset-map") // logs in
		for name, value := range map[string]string{"hc_session": s.tokens[login], "hc_year": "2024"} {
			if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: srv.URL}); err != nil {
				t.Fatal(err)
			}
		}
	}
	click := func(what, css string) {
		t.Helper()
		run(what, chromedp.Click(chromedp.CSS(css)))
	}
	here := `document.querySelector('.ct-code')?.textContent.trim().slice(0, 7)`
	narrow := func(what string) {
		t.Helper()
		is(what+" does not scroll sideways", `document.documentElement.scrollWidth <= innerWidth`, "true")
	}

	// 仓库 needs a class so that its loss can be booked, and a third card stands idle
	s.want(s.post("kuaiji", "/assets", "_key", "a-key-of-this-card", "name", "旧碾坊", "owner", "永胜村股份经济合作社", "kind", "building", "origin", "existing", "quantity", "80平方米", "cost", "9000", "class", "010199", "nature", "operating", "method", "none", "ready_on", "2024-01-20"), 303)
	store, err := s.cards.ByKey(t.Context(), s.shell.Env.DB.Read(), s.tenant, "ZC-0002")
	s.ok(err)
	store.Class, store.Nature, store.Method = "010104", "operating", "none"
	s.ok(s.cards.Update(t.Context(), access.System, s.tenant, store))
	mill, err := s.cards.ByKey(t.Context(), s.shell.Env.DB.Read(), s.tenant, "ZC-0003")
	s.ok(err)
	s.ok(s.cards.Do(t.Context(), access.System, s.tenant, mill.ID, 0, "finish", ""))
	form := s.want(s.get("baozhang", "/stocktakes/new"), 200)
	take, _, _ := strings.Cut(s.want(s.post("baozhang", "/stocktakes", "_key", s.hidden(form, "_key"), "party", "永胜村股份经济合作社", "year", "2024", "leader", "李主任", "supervisor", "王监督", "resolution", "永胜决1号", "base", "2024-05-31", "booked", "2024-06-05"), 303).location, "?")

	run("phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile), chromedp.Navigate("about:blank"))
	as("baozhang")
	run("scan a label", chromedp.Navigate(srv.URL+"/a/ZC-0001"))
	is("the line of the label", here, "ZC-0001")
	narrow("the line")
	click("as it should be", ".ct-quick")
	is("the next line", here, "ZC-0002")
	click("missing", `.ct-results input[value="short"]`)
	run("how much is there", chromedp.SendKeys(chromedp.CSS(`[name="found"]`), "400"), chromedp.SendKeys(chromedp.CSS(`[name="cause"]`), "部分拆除"))
	narrow("the differences")
	click("save", ".ct-save")
	is("the third line", here, "ZC-0003")
	click("idle", `.ct-results input[value="idle"]`)
	click("save the last", ".ct-save")
	is("all is counted", `location.pathname`, take)
	is("the proposal", `['差异和处理意见', '部分拆除'].every(x => document.body?.textContent.includes(x))`, "true")
	narrow("the count")
	event := func(name string) {
		t.Helper()
		click(name, `[data-dialog="#do-`+name+`"]`)
		click("confirm "+name, "#do-"+name+" .btn-primary")
		is(name+" is done", `document.readyState === 'complete' && !document.querySelector('[data-dialog="#do-`+name+`"]')`, "true")
	}
	event("submit")
	as("kuaiji")
	run("as the township", chromedp.Navigate(srv.URL+take))
	event("approve")
	is("both vouchers are named", `[...document.querySelectorAll('main a[href^="/vouchers/"]')].length >= 2`, "true")
	for name, state := range map[string]string{"ZC-0001": "idle", "ZC-0002": "idle", "ZC-0003": "idle"} { // the first two were never put to use
		a, err := s.cards.ByKey(t.Context(), s.shell.Env.DB.Read(), s.tenant, name)
		s.ok(err)
		want := map[string]string{"ZC-0001": "1,000 ㎡", "ZC-0002": "400 ㎡", "ZC-0003": "80 ㎡"}[name]
		if a.State != state || a.Quantity.String() != want {
			t.Errorf("%s is %s with %s", name, a.State, a.Quantity)
		}
	}

	// a place, by a click on the map
	as("baozhang")
	a, err := s.cards.ByKey(t.Context(), s.shell.Env.DB.Read(), s.tenant, "ZC-0001")
	s.ok(err)
	run("the map", chromedp.Navigate(srv.URL+"/assets/"+strconv.FormatInt(int64(a.ID), 10)+"/place?at=32.13,119.87&z=15"))
	is("the map is there", `!!document.querySelector('[data-map-pick]')`, "true")
	run("a click in the middle", chromedp.Evaluate[chromedp.Void](`(() => { const m = document.querySelector('[data-map-pick]'), r = m.getBoundingClientRect();
		m.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: r.left + r.width / 2, clientY: r.top + r.height / 2 })); })()`))
	is("the point is filled in", `document.querySelector('#f-point').value.split(', ').map(x => (+x).toFixed(3)).join()`, "32.130,119.870")
	click("save the place", "form#place .btn-primary")
	is("it is kept", `document.querySelectorAll('.flash-green').length + ' ' + document.body?.textContent.includes('在地图上看')`, "1 true")
	narrow("the card")
}
