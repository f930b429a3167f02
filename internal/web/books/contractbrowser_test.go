package books_test

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestContractInBrowser makes a contract: the payments are previewed, saved, signed, and amended from a day on, after which what came before
// is as it was.
func TestContractInBrowser(t *testing.T) {
	s := newSite(t)
	x := newScreen(t, s)
	run, eval, is, shot, as, at := x.run, x.eval, x.is, x.shot, x.as, x.at
	fill := func(pairs ...string) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			eval(`(() => { document.querySelector('main [name="` + pairs[i] + `"]').value = ` + strconv.Quote(pairs[i+1]) + `; return 1 })()`)
		}
	}
	press := func(label string) {
		t.Helper()
		eval(`(() => { [...document.querySelectorAll('main form button')].find(b => b.textContent.trim() === '` + label + `').click(); return 1 })()`)
	}
	says := func(text string) string {
		return `(document.querySelector('main')?.textContent ?? '').includes('` + text + `')`
	}
	as("baozhang")
	run("new", wide, chromedp.Navigate(at+"/contracts/new"), chromedp.WaitVisible(chromedp.CSS(`main [name="pay_months"]`)))
	fill("name", "长胜物业服务", "kind", "service", "party_a", "八桥镇长胜村股份经济合作社", "party_b", "示例管件加工厂", "signed", "2021-11-01", "from", "2021-12-01", "to", "2022-11-30", "pay", "1000", "pay_months", "3")
	press("预览")
	x.until("#preview")
	is("four payments", says("4,000.00 元"), true)
	is("not saved", `location.pathname`, "/contracts")
	is("what was typed stays", `document.querySelector('main [name="name"]').value`, "长胜物业服务")
	shot("contract-preview-1440")
	run("phone", phone)
	shot("contract-preview-375")
	run("wide", wide)
	press("保存")
	x.until(".flash-green")
	path := eval(`location.pathname`)
	run("sign", chromedp.Click(chromedp.CSS(`[data-dialog="#do-sign"]`)), chromedp.Click(chromedp.CSS("#do-sign .btn-primary")))
	x.until(`[data-dialog="#do-start"]`)

	run("amend", chromedp.Navigate(at+path+"/edit"), chromedp.WaitVisible(chromedp.CSS(`main [name="effective"]`)))
	fill("pay", "1500")
	press("预览")
	x.until(".error-summary")
	is("asked from which day", says("改条款、换承租人要填变更生效日"), true)
	fill("effective", "2022-06-01")
	press("预览")
	x.until("#preview")
	is("two old, two new payments", says("5,000.00 元"), true)
	press("保存")
	x.until(".flash-green")
	is("its schedule", says("5,000.00"), true)
	is("its versions", says("2022-06-01"), true)
	shot("contract-amended-1440")
}
