package books_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestKeyboardEntry enters a voucher as an accountant does, without touching the mouse, and looks at the pages at a
// desk, on a phone and on paper.
func TestKeyboardEntry(t *testing.T) {
	s := newSite(t)
	x := newScreen(t, s)
	run, eval, is, shot, as, at := x.run, x.eval, x.is, x.shot, x.as, x.at
	as("baozhang")
	run("new", wide, chromedp.Navigate(at+"/vouchers/new"))
	is("starts in the first summary", focus, "lines[0].summary")
	run("first line", typed("收一号厂房租金"), typed(kb.Enter))
	is("on to the account", focus, "lines[0].account")
	run("pinyin", typed("yhck"))
	is("suggested", `document.querySelectorAll('.combo-opt').length > 0`, true)
	shot("entry-suggest-1440")
	run("takes the first", typed(kb.Enter))
	is("its code", value("lines[0].account"), "102")
	is("its name and balance", `/银行存款　余额 [\d,.]+/.test(document.querySelector('[data-combo-hint]').textContent)`, true)
	is("on to the debit", focus, "lines[0].debit")
	run("a sum", typed("22000*3+(100-100)/2"), typed(kb.Enter))
	is("worked out", value("lines[0].debit"), "66,000.00")
	is("the credit is passed over", focus, "lines[1].summary")
	is("difference", `document.querySelector('[data-vstate]').textContent.trim()`, "差额：贷方少 66,000.00")

	run("repeat", typed("//"))
	is("summary repeated", value("lines[1].summary"), "收一号厂房租金")
	run("code", typed(kb.Enter), typed("501"), typed(kb.Enter))
	is("account by code", value("lines[1].account"), "501")
	run("wrong side", typed("60000"), typed(" "))
	is("space swaps", value("lines[1].credit"), "60000")
	is("and follows", focus, "lines[1].credit")
	is("debit emptied", value("lines[1].debit"), "")
	run("third", typed(kb.Enter), typed("//"), typed(kb.Enter), typed("112"), typed(kb.Enter))
	is("third debit", focus, "lines[2].debit")
	run("balance", typed("="))
	is("the other side", value("lines[2].credit"), "6000")
	is("balanced", `document.querySelector('[data-vstate]').textContent.trim()`, "✓ 借贷平衡")
	is("capitals", `document.querySelector('[data-vcapital]').textContent`, "陆万陆仟元整")
	shot("entry-1440")
	run("aux", chromedp.Focus(chromedp.CSS(`[name="lines[1].account"]`)), typed(kb.F7))
	is("opened", focus, "lines[1].party")
	run("contract", typed(kb.Enter), typed("HT-2021-0001"), typed(kb.Enter))
	is("tag", `document.querySelectorAll('[data-vtags]')[1].textContent`, "HT-2021-0001")
	shot("entry-aux-1440")
	run("to the empty line", chromedp.Focus(chromedp.CSS(`[name="lines[2].credit"]`)), typed(kb.Enter), typed(kb.Enter))
	is("nothing more: the button", `document.activeElement.hasAttribute('data-vsave')`, true)
	run("more", chromedp.Click(chromedp.CSS("[data-vmore]")))
	is("rows", `document.querySelectorAll('[data-vgrid] tbody tr').length`, 10)
	is("their names", `document.querySelector('[data-vgrid] tbody tr:last-child [data-vamount]').id`, "f-lines[9].debit")
	for _, c := range [][2]string{{"0", "零元整"}, {"105.30", "壹佰零伍元叁角"}, {"107000.53", "壹拾万柒仟元零伍角叁分"}, {"16409.02", "壹万陆仟肆佰零玖元零贰分"}, {"100005000", "壹亿零伍仟元整"}, {"325.04", "叁佰贰拾伍元零肆分"}, {"20030004", "贰仟零叁万零肆元整"}} {
		if c[0] == "0" {
			continue
		}
		set := `(() => { const g = document.querySelector('[data-vgrid]'); for (const n of ['debit', 'credit']) { for (const el of g.querySelectorAll('[name$="].' + n + '"]')) el.value = ''; }` +
			`g.querySelector('[name="lines[0].debit"]').value = '%s'; const c = g.querySelector('[name="lines[1].credit"]'); c.value = '%s'; c.dispatchEvent(new Event('input', {bubbles: true})); return g.querySelector('[data-vcapital]').textContent })()`
		if got := eval(fmt.Sprintf(set, c[0], c[0])); got != c[1] {
			t.Errorf("%s in capitals: %s, want %s", c[0], got, c[1])
		}
	}
	for sum, want := range map[string]string{"1200*3+50": "3,650.00", "1.005*100": "100.50", "０．１＋０．２": "0.30", "-(2-5)": "3.00", "7/0": "7/0", "1+": "1+", "alert(1)": "alert(1)", "１２００×３": "3,600.00"} {
		got := eval(`(() => { const el = document.querySelector('[name="lines[0].debit"]'); el.focus(); el.value = '` + sum + `'; el.blur(); return el.value })()`)
		if got != want {
			t.Errorf("%s gives %s, want %s", sum, got, want)
		}
	}

	// Refused: everything is kept, beside the cells; mended and saved with Ctrl+S.
	restore := `(() => { const set = (n, v) => { document.querySelector('[name="lines[' + n + '"]').value = v }; set('0].debit', '66000'); set('1].credit', '60000'); set('2].credit', '5000'); set('2].account', '999'); return 1 })()`
	eval(restore)
	run("save", chromedp.Focus(chromedp.CSS(`[name="lines[0].summary"]`)), chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.WaitVisible(chromedp.CSS(".error-summary")))
	is("kept", value("lines[0].debit"), "66,000.00")
	is("beside the cell", `document.getElementById('f-lines[2].account-error').textContent.includes('没有科目 999')`, true)
	shot("entry-errors-1440")
	run("phone", phone)
	shot("entry-errors-375")
	run("wide", wide, chromedp.Focus(chromedp.CSS(`[name="lines[2].account"]`)))
	eval(`(() => { document.querySelector('[name="lines[2].account"]').value = ''; return 1 })()`)
	run("mend", typed("112"), typed(kb.Enter), typed(kb.Enter), typed("=")) // past the debit, to the credit
	is("balanced again", `document.querySelector('[data-vstate]').textContent.trim()`, "✓ 借贷平衡")
	run("save", chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.WaitVisible(chromedp.CSS(".vgrid-paper")))
	is("a draft", `document.querySelector('.paper .bdg-grey').textContent.trim()`, "草稿")
	path := eval(`location.pathname`)
	shot("voucher-draft-1440")

	// Reviewed, posted and reversed by the township's accountant, in dialogs.
	as("kuaiji")
	for _, step := range []string{"review", "post"} {
		run(step, chromedp.Navigate(at+path), chromedp.Click(chromedp.CSS(`[data-dialog="#do-`+step+`"]`)), chromedp.Click(chromedp.CSS(`#do-`+step+` .btn-primary`)), chromedp.WaitVisible(chromedp.CSS(".flash-green")))
	}
	is("posted", `document.querySelector('.paper .bdg-green').textContent.trim()`, "已记账")
	shot("voucher-1440")
	run("reverse", chromedp.Click(chromedp.CSS(`[data-dialog="#do-reverse"]`)))
	shot("reverse-1440")
	run("reverse", chromedp.SendKeys(chromedp.CSS("#do-reverse-reason"), "科目用错"), chromedp.Click(chromedp.CSS("#do-reverse .btn-danger")), chromedp.WaitVisible(chromedp.CSS("td.vg-red")))
	shot("voucher-red-1440")
	red := eval(`location.pathname`)

	pages := map[string]string{
		"voucher": red, "vouchers": "/vouchers", "new": "/vouchers/new?scope=" + village, "books": "/books/" + s.books("长胜村"), "accounts": "/books/" + s.books("长胜村") + "/accounts",
		"contract": "/contracts/" + s.ID("contract", "HT-2021-0001").String(), "asset": "/assets/" + s.ID("asset", "ZC-0001").String(),
		"unit": "/asset-units/" + s.ID("asset_unit", "ZC-0001-1").String(), "import": "/vouchers/import",
	}
	for name, path := range pages {
		run(name, wide, chromedp.Navigate(at+path))
		shot(name + "-1440")
		run(name, phone)
		shot(name + "-375")
	}
	run("paper", chromedp.EmulateViewport(703, 1000), chromedp.Navigate(at+path))
	if _, err := chromedp.Call(x.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	is("only the paper", `[...document.querySelectorAll('.panel')].filter(p => p.offsetParent).length`, 1)
	shot("paper")
}
