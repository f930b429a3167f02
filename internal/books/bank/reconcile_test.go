package bank_test

import (
	"testing"

	"huicun/internal/books/bank"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

func TestReconciliation(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		march := date.Month(202103)
		unreconciled := func() int {
			t.Helper()
			list, err := bank.Unreconciled(ctx, w.d.Read(), w.tenant, w.books, march)
			w.ok(err)
			return len(list)
		}
		w.book("2021-02-26", 1000, "511", "收款", 0) // reached the bank in March
		w.book("2021-03-10", 5000, "511", "收租金", 0)
		w.book("2021-03-31", -200, "541", "付款在途", 0)
		_, err := w.s.Prepare(ctx, w.maker, w.tenant, w.account, march)
		refused(t, err, errs.State, "还没有对账单")
		w.load(0, row{"2021-03-01", 1000, "甲", "", "1"}, row{"2021-03-11", 5000, "乙", "", "2"}, row{"2021-03-21", 12, "", "结息", "3"}, row{"2021-04-02", -200, "丙", "", "4"})
		if unreconciled() != 1 {
			t.Error("nothing was confirmed yet")
		}
		r, err := w.s.Prepare(ctx, w.maker, w.tenant, w.account, march)
		w.ok(err)
		if r.Difference() != 100000 || r.StartGap != 100000 {
			t.Fatalf("%+v", r)
		}
		err = w.s.Reconciliations.Do(ctx, w.checker, w.tenant, r.ID, 0, "confirm", "")
		refused(t, err, errs.State, "不相等，相差 1,000.00 元")
		// The entry of February explains the start.
		d := w.desk("2021-04-30")
		if !d.Entries[0].Early {
			t.Fatalf("%+v", d.Entries)
		}
		for _, g := range d.Suggestions {
			w.ok(w.s.Match(ctx, w.maker, w.tenant, w.account, date.Must("2021-04-30"), lineIDs(g.Lines), keysOf(g.Entries), ""))
		}
		err = w.s.Reconciliations.Do(ctx, w.checker, w.tenant, r.ID, 0, "confirm", "")
		refused(t, err, errs.State, "又有变动，请重新编制")
		r, err = w.s.Prepare(ctx, w.maker, w.tenant, w.account, march)
		w.ok(err)
		if r.Difference() != 0 || r.Book != 580000 || r.Bank != 601200 || r.Count != 2 || r.BookAdjusted != 581200 {
			t.Fatalf("%+v", r)
		}
		err = w.s.Reconciliations.Do(ctx, w.maker, w.tenant, r.ID, 0, "confirm", "")
		refused(t, err, errs.Forbidden, "权限")
		own := w.checker
		own.ID = w.maker.ID
		err = w.s.Reconciliations.Do(ctx, own, w.tenant, r.ID, 0, "confirm", "")
		refused(t, err, errs.State, "请由另一人确认")
		w.ok(w.s.Reconciliations.Do(ctx, w.checker, w.tenant, r.ID, 0, "confirm", ""))
		if unreconciled() != 0 {
			t.Error("the month is done")
		}
		kept, err := bank.ReconciliationOf(ctx, w.d.Read(), w.tenant, w.account, march)
		w.ok(err)
		if kept.Confirmer != "代理会计" || len(kept.Items) != 2 || kept.Items[0].List != bank.BankIn || kept.Items[0].Title != "结息" || kept.Items[1].List != bank.BookOut {
			t.Fatalf("%+v", kept)
		}
		// What is done stays so.
		_, err = w.s.Prepare(ctx, w.maker, w.tenant, w.account, march)
		refused(t, err, errs.State, "已经确认")
		_, err = w.tryImport(csvOf(6012, row{"2021-03-30", 1, "丁", "", "9"}), true)
		refused(t, err, errs.State, "2021年3月 的余额调节表已经确认")
		list, err := w.s.MatchesOf(ctx, w.d.Read(), w.acc(), date.Must("2021-03-01"), date.Must("2021-03-31"))
		w.ok(err)
		refused(t, w.s.Unmatch(ctx, w.maker, w.tenant, list[0].ID, "改"), errs.State, "已经确认")
		// A match that ends in April does not touch March, and a voucher that is posted into March does.
		var april ids.ID
		all, err := w.s.MatchesOf(ctx, w.d.Read(), w.acc(), date.Must("2021-04-01"), date.Must("2021-04-30"))
		w.ok(err)
		april = all[0].ID
		w.ok(w.s.Unmatch(ctx, w.maker, w.tenant, april, "改"))
		if unreconciled() != 0 {
			t.Error("April's match is not March's matter")
		}
		w.book("2021-03-30", 7, "511", "补记", 0)
		if unreconciled() != 1 {
			t.Error("the books have moved since")
		}
		w.ok(w.s.Reconciliations.Do(ctx, w.checker, w.tenant, r.ID, 0, "return", "有补记"))
		r, err = w.s.Prepare(ctx, w.maker, w.tenant, w.account, march)
		w.ok(err)
		if r.State != bank.Prepared || r.Count != 3 {
			t.Fatalf("%+v", r)
		}
		_, err = w.s.Prepare(ctx, w.maker, w.tenant, w.account, 202112)
		refused(t, err, errs.Invalid, "还没有到")
	})
}

func TestAgeing(t *testing.T) {
	each(t, func(w *world) {
		w.book("2021-08-01", 100, "511", "收款在途", 0)
		w.book("2021-09-20", 50, "511", "收款在途", 0)
		w.load(0, row{"2021-08-05", -30, "甲", "手续费", "1"}, row{"2021-11-01", 20, "乙", "收款", "2"})
		st, err := w.s.StandingOf(ctx, w.d.Read(), w.acc(), date.Must("2021-11-10"))
		w.ok(err)
		fresh, warn, late := st.Buckets()
		if fresh != 2000 || warn != 5000 || late != 13000 || st.Late != 2 || st.Warn != 1 {
			w.t.Errorf("%s %s %s, %d late, %d to warn of", fresh, warn, late, st.Late, st.Warn)
		}
		if len(st.Open) != 3 || st.Open[0] != 202108 || st.Open[2] != 202110 {
			w.t.Errorf("%v", st.Open)
		}
		st, err = w.s.StandingOf(ctx, w.d.Read(), w.acc(), date.Must("2021-07-10"))
		if err != nil || st.Position != nil {
			w.t.Errorf("%+v %v", st, err)
		}
	})
}
