package app_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// tab is a page in a real Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// newBrowser starts Chromium; a missing one fails the test. HUICUN_TEST_CHROMIUM names the program.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("lang", "zh-CN"))
	if path := os.Getenv("HUICUN_TEST_CHROMIUM"); path != "" {
		opts = append(opts, chromedp.ExecPath(path))
	}
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	return alloc
}

func newTab(t *testing.T, browser context.Context, width int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	p := &tab{t, ctx}
	p.do("setting the width", chromedp.EmulateViewport(width, 900))
	return p
}

func (p *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.keepPicture()
		p.t.Fatalf("%s: %v", what, err)
	}
}

// keepPicture saves what the browser shows when a step fails, for whoever looks into it.
func (p *tab) keepPicture() {
	if png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100)); err == nil {
		name := filepath.Join(os.TempDir(), "huicun-e2e-failure.png")
		if os.WriteFile(name, png, 0o600) == nil {
			p.t.Log("the page is kept in", name)
		}
	}
}

// eval evaluates a script; while the page is being left for another it asks again.
func (p *tab) eval(js string) string {
	p.t.Helper()
	var err error
	for range 40 {
		var got string
		if got, err = chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+js+")")); err == nil {
			return got
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("%s: %v", js, err)
	return ""
}

// sees waits until the text of an element holds a text.
func (p *tab) sees(selector, text string) {
	p.t.Helper()
	js := fmt.Sprintf(`(document.querySelector(%q)||{innerText:''}).innerText.includes(%q)`, selector, text)
	for range 100 {
		if p.eval(js) == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.keepPicture()
	p.t.Fatalf("%s does not say %q on %s; it says %.300q", selector, text, p.eval("location.href"), p.eval(`(document.querySelector('`+selector+`')||{innerText:'nothing'}).innerText`))
}

// click clicks the element that a script finds, waiting for it.
func (p *tab) click(what, js string) {
	p.t.Helper()
	for range 100 {
		if p.eval(`(function(){var e=`+js+`; if(!e) return false; e.scrollIntoView({block:'center'}); e.click(); return true})()`) == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.keepPicture()
	p.t.Fatalf("%s is not on %s", what, p.eval("location.href"))
}

// link finds a link or button by its words.
func link(words string) string {
	return fmt.Sprintf(`Array.from(document.querySelectorAll('main a, main button, dialog[open] button, .public a')).find(e=>e.offsetParent!==null && e.innerText.trim().includes(%q))`, words)
}

// TestTheMainJob is the town secretary's way: from the overview through a figure to its voucher, a lease changed,
// the figure changed with it, the article published again, and read by a villager on a phone without login.
func TestTheMainJob(t *testing.T) {
	_, srv := open(t)
	browser := newBrowser(t)
	p := newTab(t, browser, 1440)

	p.do("logging in", chromedp.Navigate(srv.URL+"/login"), chromedp.SendKeys("#username", "shuji"), chromedp.SendKeys("#password", password), chromedp.Click(".login-go"))
	p.sees("main", "村级收入梯队")
	p.sees("main", "110.9 万元")

	p.click("the new income from workshops", `Array.from(document.querySelectorAll('main a.figure-ref')).find(e=>e.innerText.includes('110.9'))`)
	p.sees("#drawer", "1,108,600.00")
	p.sees("#drawer", "长胜标准厂房一号租赁合同")
	p.click("what is behind the first lease", `document.querySelector('#drawer [data-expand]')`)
	p.sees("#drawer .lin-kids", "记-2021-")
	p.click("a voucher", `document.querySelector('#drawer .lin-kids a')`)
	p.sees("main", "501 经营收入")
	p.sees("main", "HT-2021-0001")

	p.do("opening the lease", chromedp.Navigate(srv.URL+"/contracts?q=HT-2021-0001"))
	p.click("the lease", `document.querySelector('main .dt tbody a')`)
	p.sees("main", "收款计划")
	p.click("the edit button", link("修改"))
	p.sees("main", "每期金额")
	p.do("raising the rent", chromedp.SetValue("#f-pay", "100000"), chromedp.SetValue("#f-effective", "2021-04-01"), chromedp.Click("main form .btn-primary"))
	p.sees("body", "已保存")
	p.sees("main", "400,000.00 元")

	p.do("opening the figure again", chromedp.Navigate(srv.URL+"/lineage?f=F03"))
	p.sees("main", "1,208,600.00")
	p.sees("main", "120余万元")

	p.do("opening the articles", chromedp.Navigate(srv.URL+"/showcases"))
	p.click("the article", `document.querySelector('main .dt tbody a')`)
	p.sees("main", "第 1 版")
	p.click("publishing", link("发布新一版"))
	p.sees("main", "发布第 2 版")
	p.click("the publish button", link("发布第 2 版"))
	p.sees("body", "第 2 版已发布")
	public := p.eval(`(Array.from(document.querySelectorAll('a[href*="/public/showcases/"]')).map(a=>a.getAttribute('href'))[0]||'')`)
	if !strings.HasPrefix(public, "/public/showcases/") {
		t.Fatalf("no link to the public page: %q", public)
	}

	villager := newTab(t, newBrowser(t), 390)
	villager.do("opening the public page", chromedp.Navigate(srv.URL+public))
	villager.sees("body", "120余万元")
	if strings.Contains(villager.eval("document.body.innerText"), "110余万元") {
		t.Error("the new issue still shows the old figure")
	}
	if over := villager.eval("document.documentElement.scrollWidth - window.innerWidth"); over != "0" {
		t.Errorf("the page is %s px wider than a phone", over)
	}
	villager.click("the figure", `Array.from(document.querySelectorAll('a.figure-ref')).find(e=>e.innerText.includes('120余万元'))`)
	villager.sees("#drawer", "1,208,600")
	villager.sees("#drawer", "长胜标准厂房一号租赁合同")
	villager.do("opening the first issue", chromedp.Navigate(srv.URL+strings.SplitN(public, "?", 2)[0]+"?issue=1"))
	villager.sees("body", "110余万元")
}
