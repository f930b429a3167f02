package ui

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

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var (
	withBrowser = flag.Bool("browser", true, "try the storybook in an installed Chromium")
	shots       = flag.String("shots", "", "with -browser: write pictures to this directory")
)

// TestBrowser tries what only a browser can: the drawer, the combo box, amounts, confirmation, the theme, and that no page
// scrolls sideways at a phone's width or trips over the content security policy.
// go test ./internal/web/ui -run TestBrowser -browser
func TestBrowser(t *testing.T) {
	if !*withBrowser {
		t.Skip("switched off with -browser=false")
	}
	srv := httptest.NewServer(storyHandler())
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
		for range 40 { // until it is so: swaps and suggestions take a moment
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
		time.Sleep(1200 * time.Millisecond) // charts draw themselves
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run("start", chromedp.Navigate("about:blank"))
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			// a failing lineage is part of the test
			if (m.IsException() || m.Type == chromedp.ConsoleError) && !strings.Contains(m.URL, "/lineage/fail") && !strings.Contains(m.URL, "favicon") && !strings.Contains(m.Text, "beforeunload") {
				t.Errorf("console: %s %s", m.Text, m.URL)
			}
		}
	}()
	wide, phone := chromedp.EmulateViewport(1440, 900), chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)

	// The drawer stands beside the page, a record's vouchers unfold in it, Esc closes it and gives the focus back.
	run("dashboard", wide, chromedp.Navigate(srv.URL+"/"), chromedp.Click(chromedp.CSS(".stat-link")))
	is("drawer filled", `document.querySelector('#drawer[open] .lin-value strong')?.textContent`, "1,108,600")
	is("charts drawn", `document.querySelectorAll('[data-chart] svg').length`, 2)
	run("expand", chromedp.Click(chromedp.CSS(".lin-expand")))
	is("vouchers", `document.querySelectorAll('.lin-kids li').length`, 3)
	shot("drawer-1440")
	run("esc", chromedp.KeyEvent(kb.Escape))
	is("drawer closed", `document.querySelector('#drawer').open`, false)
	is("focus returned", `document.activeElement.classList.contains('stat-link')`, true)
	eval(`huicun.openDrawer('/lineage/fail')`)
	is("failure told", `document.querySelector('#drawer-body').textContent.includes('再试')`, true)

	// Ctrl K, suggestions, arrow keys.
	run("search", chromedp.Navigate(srv.URL+"/"), chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.SendKeys(chromedp.CSS("#q"), "厂房"))
	is("suggestions", `document.querySelectorAll('.search-item').length`, 2)
	run("down", chromedp.KeyEvent(kb.ArrowDown))
	is("arrow", `document.activeElement.className`, "search-item")
	shot("search-1440")

	// The theme's three steps.
	run("theme", chromedp.Click(chromedp.CSS(".theme-toggle")), chromedp.Click(chromedp.CSS(".theme-toggle")))
	is("dark", `document.documentElement.dataset.bsTheme`, "dark")
	shot("dashboard-dark-1440")
	run("phone", phone, chromedp.Navigate(srv.URL+"/form"))
	shot("form-dark-375")
	eval(`huicunTheme.set('light')`)
	run("wide", wide)

	// A form: the combo box by keyboard, amounts, what is missing said beside the field.
	run("form", chromedp.Navigate(srv.URL+"/form"))
	eval(`document.querySelector('#f-asset').value = ''`)
	run("form", chromedp.Focus(chromedp.CSS("#f-asset")), chromedp.SendKeys(chromedp.CSS("#f-asset"), "综合"))
	is("one suggestion", `document.querySelectorAll('.combo-opt').length`, 1)
	shot("form-1440")
	run("pick", chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	is("picked", `document.querySelector('#f-asset').value`, "HT-2020-0031")
	is("hint", `document.querySelector('[data-combo-hint]').textContent`, "综合厂房 2,200㎡")
	eval(`document.querySelector('#f-rent').value = ''`)
	run("amount", chromedp.Focus(chromedp.CSS("#f-rent")), chromedp.SendKeys(chromedp.CSS("#f-rent"), "1234567.5"), chromedp.Focus(chromedp.CSS("#f-note")))
	is("grouped", `document.querySelector('#f-rent').value`, "1,234,567.50")
	is("sent plain", `new FormData(document.querySelector('form.form')).get('rent')`, "1234567.50")
	eval(`document.querySelector('#f-tenant').value = ''`)
	run("submit", chromedp.Click(chromedp.CSS(".form-actions .btn-primary")))
	is("said beside the field", `document.querySelector('#f-tenant').closest('.field').querySelector('.field-error')?.textContent`, "请填写")
	eval(`document.querySelector('form.form').removeAttribute('data-dirty')`)

	// Confirmation asks for a reason.
	run("record", chromedp.Navigate(srv.URL+"/record"), chromedp.Click(chromedp.CSS(`[data-dialog="#void"]`)))
	is("dialog", `document.querySelector('#void').open`, true)
	shot("confirm-1440")
	run("cancel", chromedp.Click(chromedp.CSS(`#void [data-close]`)))
	is("closed", `document.querySelector('#void').open`, false)

	// Nothing scrolls sideways on a phone, and the menu opens.
	run("phone", phone)
	for path := range storyPages() {
		path = strings.TrimSuffix(path, "{$}")
		if strings.HasPrefix(path, "/lineage/") {
			continue // a fragment, not a page
		}
		run(path, chromedp.Navigate(srv.URL+path))
		is(path+" width", `document.documentElement.scrollWidth <= 375`, true)
		shot("phone" + strings.ReplaceAll(path, "/", "-"))
	}
	run("menu", chromedp.Navigate(srv.URL+"/"), chromedp.Click(chromedp.CSS(".sidebar-open")))
	is("menu open", `getComputedStyle(document.querySelector('.sidebar')).visibility`, "visible")
	shot("menu-375")
	run("public", chromedp.Navigate(srv.URL+"/public"), chromedp.Click(chromedp.CSS(".figure-ref")))
	is("modal drawer", `document.querySelector('#drawer').matches(':modal')`, true)
	is("filled", `!!document.querySelector('#drawer .lin')`, true)
	shot("drawer-375")

	// Paper: no menu, and black on white even from a dark screen. 703 px are A4 inside its margins.
	eval(`huicunTheme.set('dark')`)
	run("paper", chromedp.EmulateViewport(703, 1000), chromedp.Navigate(srv.URL+"/list"))
	print := func() {
		eval(`window.dispatchEvent(new Event('beforeprint'))`)
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
			t.Fatal(err)
		}
	}
	print()
	is("no menu", `getComputedStyle(document.querySelector('.sidebar')).display`, "none")
	is("white", `getComputedStyle(document.body).backgroundColor`, "rgb(255, 255, 255)")
	is("table stays a table", `getComputedStyle(document.querySelector('.dt tr')).display`, "table-row")
	is("heading", `getComputedStyle(document.querySelector('.print-head')).display`, "block")
	shot("paper-list")
	for _, p := range []string{"/", "/record"} {
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{}); err != nil {
			t.Fatal(err)
		}
		run(p, chromedp.Navigate(srv.URL+p))
		print()
		shot("paper" + strings.ReplaceAll(p, "/", "-"))
	}
}
