package bank_test

import (
	"strings"
	"testing"

	"huicun/internal/books/bank"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
)

func TestAccounts(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		const holder = "永胜村股份经济合作社"
		for _, c := range []struct {
			what, name, code, number, kind, holder, says string
		}{
			{"a second basic account", "又一个", "10202", "32110000123456780", bank.Basic, holder, "只能开立一个基本存款账户"},
			{"somebody's own account", "私户", "10202", "6222020000000000000", bank.Special, "王某", "不得使用个人或其他单位的账户"},
			{"an equal number", "又一个", "10202", "3211 0000-123456789", bank.Special, holder, "已登记为“基本户”"},
			{"a ledger account with another", "又一个", "10201", "32110000123456780", bank.Special, holder, "已对应银行账户“基本户”"},
			{"cash", "又一个", "101", "32110000123456780", bank.Special, holder, "应为银行存款"},
			{"no such account", "又一个", "10209", "32110000123456780", bank.Special, holder, "没有科目 10209"},
			{"the one above", "又一个", "102", "32110000123456780", bank.Special, holder, "已设明细科目"},
			{"no number", "又一个", "10202", "abc", bank.Special, holder, "账号应为 8 到 32 位数字"},
		} {
			_, err := w.tryAccount(c.name, c.code, c.number, c.kind, c.holder)
			if err == nil {
				t.Fatalf("%s was taken", c.what)
			}
			refused(t, err, errs.Invalid, c.says)
		}
		// A county may decide otherwise.
		r, err := form(w, w.s.Rules, map[string]string{
			"name": "扬中", "region": "扬中市", "one_basic": "否", "holder_match": "是", "dup_days": "30", "window_days": "5", "auto_score": "80", "show_score": "60", "group_most": "4", "warn_days": "20", "late_days": "40",
		})
		w.ok(err)
		_, err = w.s.Rules.Create(ctx, access.System, w.tenant, "", r)
		w.ok(err)
		w.addAccount("又一个", "10202", "32110000123456780", bank.Basic)
		got, err := bank.RuleAt(ctx, w.d.Read(), w.tenant, village)
		w.ok(err)
		if got.Name != "扬中" || got.DupDays != 30 {
			t.Errorf("the county's rule does not hold in the village: %+v", got)
		}

		a := w.acc()
		if strings.Contains(a.NumberSealed, "123456789") {
			t.Error("the number is stored in clear")
		}
		texts, err := w.s.Accounts.Texts(ctx, w.env.ForTenant(w.tenant), a)
		w.ok(err)
		if texts["number"] != "321100********6789" {
			t.Errorf("shown as %s", texts["number"])
		}
		if _, err := w.s.Accounts.Get(ctx, w.stray, w.tenant, w.account); !errs.Is(err, errs.NotFound) {
			t.Errorf("another village reads it: %v", err)
		}
		w.book("2021-01-05", 100, "511", "收款", 0)
		err = w.s.Accounts.Do(ctx, w.checker, w.tenant, w.account, 0, "close", "不用了")
		refused(t, err, errs.State, "结清后才能销户")
		w.book("2021-01-06", -100, "541", "付款", 0)
		w.ok(w.s.Accounts.Do(ctx, w.checker, w.tenant, w.account, 0, "close", "不用了"))
		if a := w.acc(); a.Closed.String() != "2021-11-10" {
			t.Errorf("closed on %s", a.Closed)
		}
	})
}
