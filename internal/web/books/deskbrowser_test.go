package books_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"huicun/internal/registry/access"
)

// TestDeskByKeyboard goes the whole way of a voucher in a real browser: filled in by a template, saved, reviewed against the
// checklist with keys alone, posted in a batch, found and put right. Then it looks at every page of the desk.
func TestDeskByKeyboard(t *testing.T) {
	s := newSite(t)
	s.OK(s.nouns.Templates.LoadDemo(t.Context(), s.Tenant))
	x := newScreen(t, s)
	click := func(css string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(css)) }
	mine := s.books("长胜村")

	// A template fills the grid; it is gone through with Enter and saved.
	x.as("baozhang")
	x.run("template", wide, chromedp.Navigate(x.at+"/voucher-templates/rent-received?books="+mine))
	x.until(`[name="amount"]`)
	x.shot("desk-template-1440")
	x.eval(`document.querySelector('[name="day"]').value = '2021-11-05'`)
	x.run("into the bank", chromedp.Focus(chromedp.CSS(`[name="pay"][value="102"]`)), typed(" "))
	x.run("answers", chromedp.SendKeys(chromedp.CSS(`[name="amount"]`), "1000*12+500"), chromedp.SendKeys(chromedp.CSS(`[name="contract"]`), "HT-2021-0001"), chromedp.Focus(chromedp.CSS(`.form-actions .btn-primary`)), typed(kb.Enter))
	x.until("[data-vgrid]")
	x.is("filled", `document.querySelector('[data-vstate]').textContent.trim()`, "✓ 借贷平衡")
	x.is("account", value("lines[0].account"), "102")
	x.shot("desk-filled-1440")
	x.run("save", chromedp.Focus(chromedp.CSS(`[name="lines[0].summary"]`)), chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	x.until(".vgrid-paper")
	path := x.eval(`location.pathname`)

	// Reviewed by the keyboard: numbers tick, A ticks all, Ctrl+Enter passes.
	x.as("kuaiji")
	x.open("/voucher-inbox?scope=" + village)
	x.is("the first row has the focus", `document.activeElement.hasAttribute('data-batch-row')`, true)
	x.shot("desk-inbox-1440")
	x.run("open", typed(kb.Enter))
	x.until("[data-review]")
	x.is("of this voucher", `location.pathname`, strings.Replace(path, "/vouchers/", "/voucher-inbox/", 1))
	x.shot("desk-review-1440")
	x.run("refused", typed("2"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	x.until(".notice-red")
	x.is("the tick stays", `document.querySelector('[data-point="2"]').checked && !document.querySelector('[data-point="1"]').checked`, true)
	x.shot("desk-review-refused-1440")
	x.run("all", typed("a"))
	x.is("ticked", `[...document.querySelectorAll('[data-point]')].every(b => b.checked)`, true)
	x.run("pass", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	x.until(".flash-green")

	// Posted in a batch: arrows move, space ticks.
	x.open("/voucher-inbox?tab=post&scope=" + village)
	x.run("tick", typed(" "))
	x.is("ticked", `document.querySelector('[data-batch-row]').checked`, true)
	x.run("post", click(".inbox-bar .btn-primary"))
	x.until(".flash-green")
	x.open(path)
	x.is("posted", `document.querySelector('.paper .bdg-green').textContent.trim()`, "已记账")

	// Found by its amount, and put right in one action.
	x.as("baozhang")
	x.open("/vouchers/search?least=12500&most=12500&from=2021-11-05")
	x.is("found", `document.querySelectorAll('tbody tr').length`, 1)
	x.shot("desk-search-1440")
	x.run("correct", chromedp.Navigate(x.at+path), click(`[data-dialog="#do-correct"]`))
	x.shot("desk-correct-1440")
	x.run("correct", chromedp.SendKeys(chromedp.CSS("#do-correct-reason"), "科目用错"), click("#do-correct .btn-danger"))
	x.until("[data-vgrid]")
	x.is("the blue one", `document.querySelector('[name="lines[0].summary"]').value.startsWith('订正2021年11月5日')`, true)
	x.shot("desk-blue-1440")
	blue := x.eval(`location.pathname`)
	x.run("save", chromedp.Focus(chromedp.CSS(`[name="lines[0].summary"]`)), chromedp.KeyEvent("s", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	x.until(".vgrid-paper")

	// A batch of which something is refused.
	x.as("kuaiji")
	x.open("/voucher-inbox?scope=" + village)
	x.run("both", click("[data-batch-all]"), click(".inbox-bar .btn-primary"))
	x.until(".flash-green")
	s.Want(s.Post("kuaiji", strings.TrimSuffix(blue, "/edit")+"/return", "version", s.version(strings.TrimSuffix(blue, "/edit")), "reason", "再看看"), 303)
	x.as("baozhang")
	other := s.posted("2021-11-06")
	x.open(other + "/difference")

	x.as("kuaiji")
	list, _, err := s.nouns.Templates.Recurring.List(t.Context(), access.System, s.Tenant, filterTown())
	s.OK(err)
	recurring := list.Items[0].ID.String()
	for name, path := range map[string]string{
		"inbox": "/voucher-inbox?scope=" + town, "back": "/voucher-inbox?tab=back&scope=" + town, "post": "/voucher-inbox?tab=post&scope=" + town,
		"search": "/vouchers/search?account=501&least=100&text=厂房&scope=" + town, "print": "/vouchers/print?from=2021-11-01&to=2021-11-10&scope=" + town,
		"difference": other + "/difference", "recurring": "/recurring", "recurring-one": "/recurring/" + recurring, "due": "/recurring/due?scope=" + town,
		"repeat": other + "/repeat", "checks": "/check-items", "accounts": "/books/" + mine + "/accounts", "account": "/books/" + mine + "/accounts/501",
		"accounts-import": "/books/" + mine + "/accounts/import", "posted": other, "review": strings.Replace(strings.TrimSuffix(blue, "/edit"), "/vouchers/", "/voucher-inbox/", 1),
	} {
		x.run(name, wide)
		x.open(path)
		x.shot("desk-" + name + "-1440")
		x.run(name, phone)
		x.shot("desk-" + name + "-375")
	}
	s.Want(s.Post("kuaiji", "/voucher-inbox?scope="+town, "tab", "review", "v", s.pick(strings.TrimSuffix(blue, "/edit")), "v", "1:1"), 409)
}
