package showcase

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	sc "huicun/internal/insight/showcase"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/registry/access"
)

var (
	withBrowser = flag.Bool("browser", true, "look at the pages in an installed Chromium")
	shots       = flag.String("shots", "", "with -browser: write pictures to this directory")
)

// TestBrowser tries what only a browser can: inserting a reference at the caret, the preview that follows, the
// selection of what the check complains about, the drawer of a public page, and that no page scrolls sideways on
// a phone.
// go test ./internal/web/showcase -run TestBrowser -browser
func TestBrowser(t *testing.T) {
	if !*withBrowser {
		t.Skip("switched off with -browser=false")
	}
	s := newSite(t, dbtest.SQLite(t))
	at, draft := s.story()
	mux := http.NewServeMux()
	mux.Handle("/", s.h)
	mux.HandleFunc("/as/{who}", s.enter)
	srv := httptest.NewServer(mux)
	defer srv.Close()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("lang", "zh-CN"))
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
		for range 80 { // until it is so: swaps take a moment
			if got = eval(js); got == fmt.Sprint(want) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%s: %s, want %v", what, got, want)
	}
	shot := func(name string) {
		if *shots == "" {
			return
		}
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err == nil {
			err = os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	wide, phone := chromedp.EmulateViewport(1440, 900), chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)
	pub := publicPath(s.tenant, strings.TrimPrefix(at, "/showcases/"))

	run("editor", wide, chromedp.Navigate(srv.URL+"/as/secretary?to="+draft+"/edit"))
	is("findings", `document.querySelectorAll('.sc-check li').length`, 3)
	eval(`document.querySelector('.sc-warn [data-select]').click()`)
	is("selected", `(function(){var b=document.querySelector('#f-body');return b.value.slice(b.selectionStart,b.selectionEnd)})()`, "12万元")
	eval(`document.querySelector('[data-insert="{{F05}}"]').click()`)
	is("inserted", `document.querySelector('#f-body').value.includes('另有{{F05}}和近百家')`, true)
	is("preview follows", `document.querySelector('#sc-preview').textContent.includes('另有50万元和')`, true)
	is("one complaint less", `document.querySelectorAll('.sc-check li').length`, 2)
	shot("editor-1440")
	eval(`document.querySelector('#showcase-form').removeAttribute('data-dirty')`)

	run("public", chromedp.Navigate(srv.URL+pub), chromedp.Click(chromedp.CSS(`a.figure-ref[href*="F03"]`)))
	is("drawer", `document.querySelector('#drawer[open] .lin-value strong')?.textContent`, "1,129,900")
	is("moved aside", `getComputedStyle(document.querySelector('.pub-main')).marginRight`, "476px")
	shot("public-drawer-1440")
	for name, path := range map[string]string{"public": pub, "list": "/public", "changes": pub + "/changes?issue=2", "print": pub + "/print", "figure": pub + "/figures/F10", "gone": "/public/showcases/1/2"} {
		run(name, phone, chromedp.Navigate(srv.URL+path))
		is(name+" fits", `document.documentElement.scrollWidth <= 375`, true)
		shot(name + "-375")
	}
	for name, path := range map[string]string{"articles": "/showcases", "article": at, "edit": draft + "/edit", "publish": draft + "/publish", "publish2": at + "/publish", "wechat": at + "/issues/2/wechat", "issue": at + "/issues/1"} {
		run(name, phone, chromedp.Navigate(srv.URL+path))
		is(name+" fits", `document.documentElement.scrollWidth <= 375`, true)
		shot(name + "-375")
		run(name, wide, chromedp.Navigate(srv.URL+path))
		shot(name + "-1440")
	}
	run("phone drawer", phone, chromedp.Navigate(srv.URL+pub), chromedp.Click(chromedp.CSS(`a.figure-ref[href*="F10"]`)))
	is("phone drawer", `document.querySelector('#drawer[open] .lin-value strong')?.textContent`, "2,030,000")
	if *shots != "" {
		png, err := chromedp.Run(ctx, chromedp.Screenshot(chromedp.CSS("#drawer")))
		ok(t, err)
		ok(t, os.WriteFile(filepath.Join(*shots, "drawer-375.png"), png, 0o600))
	}
}

// story publishes the demo's article twice and leaves a draft with problems; it returns both paths.
func (s *site) story() (at, draft string) {
	s.Helper()
	list, err := sc.LoadDemo(s.Context(), s.svc, access.System, s.tenant, os.DirFS("../../../demo/baqiao"))
	ok(s.T, err)
	ok(s.T, sc.PublishDemo(s.Context(), s.svc, access.System, s.tenant, list[0]))
	at = "/showcases/" + list[0].String()
	s.values["F03"], s.values["F16"] = one(112_990_000), one(17)
	body, _ := s.do("secretary", "GET", at+"/edit", nil, 200)
	v, err := s.svc.Noun.Get(s.Context(), access.System, s.tenant, list[0])
	ok(s.T, err)
	form := url.Values{
		"title": {v.Title}, "kicker": {v.Kicker}, "author": {v.Author}, "issuer": {v.Issuer}, "region": {"八桥镇"}, "year": {"2021"}, "as_of": {"2021-11-10"}, "no": {v.No},
		"body": {strings.Replace(v.Body, "每项工程都定目标、定时限", "每项工程都定目标、定责任、定时限", 1)},
	}
	s.do("secretary", "POST", at, merge(form, fields(body)), 303)
	body, _ = s.do("secretary", "GET", at+"/publish", nil, 200)
	s.do("secretary", "POST", at+"/publish", fields(body), 303)
	_, h := s.do("secretary", "POST", "/showcases", merge(typed("## 一、试写\n\n全镇增收{{F03}}，另有12万元和近百家企业，见{{F99}}。"), url.Values{"_key": {"0123456789abcdef"}}), 303)
	return at, h.Get("Location")
}

// enter logs a browser in.
func (s *site) enter(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "hc_session", Value: s.token(r.PathValue("who")), Path: "/"})
	http.SetCookie(w, &http.Cookie{Name: "hc_scope", Value: town, Path: "/"})
	http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusSeeOther)
}
