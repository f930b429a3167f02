package closing_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

func TestYearEndOfBothSystems(t *testing.T) {
	for _, c := range []struct {
		chart   string
		year    int
		entries [][]string
		net     money.Fen
	}{
		{ledger.Chart2004, 2021, [][]string{
			{"102 90000", "511 -90000"}, {"102 10000", "531 -10000"}, {"541 30000", "102 -30000"}, {"551 5000", "102 -5000"},
			{"561 2000", "102 -2000"}, // an investment lost
		}, 63000},
		{ledger.Chart2023, 2024, [][]string{
			{"102 90000", "501 -90000"}, {"502 2000", "102 -2000"}, {"513 30000", "102 -30000"}, {"514 5000", "102 -5000"}, {"521 1000", "102 -1000"},
			{"401 700", "102 -700"}, // cost carries over
		}, 52000},
	} {
		t.Run(c.chart, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				books := map[string]ids.ID{ledger.Chart2004: w.old, ledger.Chart2023: w.new}[c.chart]
				dec := date.Month(c.year*100 + 12)
				for i, e := range c.entries {
					w.post(books, fmt.Sprintf("%d-%02d-10", c.year, i+6), "", e...)
				}
				before := w.all(books, dec)
				_, err := w.yearEnd(books, c.year)
				refused(t, err, errs.State, "6月 还没有结账")
				w.closeTo(books, dec)
				refused(t, w.s.Close(ctx, w.first, w.tenant, books, dec), errs.State, "请办理年终结转")

				p, err := w.s.PlanYearEnd(ctx, d.Read(), w.tenant, books, c.year)
				must(t, err)
				if p.Net() != c.net || len(p.Vouchers) != 3 || len(p.Made) != 1 || p.Checks.Blocked() {
					t.Fatalf("plan: net %s, %d vouchers, made %+v, %+v", p.Net(), len(p.Vouchers), p.Made, p.Checks.Results)
				}
				_, err = w.s.PostYearEnd(ctx, w.first, w.tenant, "", books, c.year, "another")
				refused(t, err, errs.Stale, "重新查看")
				_, err = w.s.PostYearEnd(ctx, w.maker, w.tenant, "", books, c.year, p.Digest)
				refused(t, err, errs.Forbidden, "权限")
				id, err := w.s.PostYearEnd(ctx, w.first, w.tenant, "key-1", books, c.year, p.Digest)
				must(t, err)
				again, err := w.s.PostYearEnd(ctx, w.first, w.tenant, "key-1", books, c.year, p.Digest)
				must(t, err)
				if again != id {
					t.Fatalf("the retry made another batch: %s %s", id, again)
				}
				_, err = w.yearEnd(books, c.year)
				refused(t, err, errs.Conflict, "不能再做一次")
				w.is("本年收益", w.ending(books, "321", dec), 0)
				w.is("收益分配", w.ending(books, "322", dec), -c.net)
				for _, a := range ledger.Chart(c.chart) {
					if a.Class == ledger.Income || a.Class == ledger.Expense {
						w.is(a.Name, w.ending(books, a.Code, dec), 0)
					}
				}
				w.clean()

				// The next year begins with what the last one left: nothing more is to be done.
				must(t, w.s.Close(ctx, w.first, w.tenant, books, dec))
				rows, err := ledger.TrialBalance(ctx, d.Read(), w.tenant, books, dec+89, dec+89)
				must(t, err)
				var sum money.Fen
				for _, r := range rows {
					if r.Level == 1 {
						sum += r.Opening
					}
					if r.Class == ledger.Income || r.Class == ledger.Expense || r.Code == "321" {
						t.Errorf("%s %s begins the new year at %s", r.Code, r.Name, r.Opening)
					}
				}
				w.is("openings", sum, 0)

				// Undone as a whole, but only while December is open.
				refused(t, w.s.ReverseYearEnd(ctx, w.first, w.tenant, id, 0, "补记"), errs.State, "已结账")
				must(t, w.s.Reopen(ctx, w.first, w.tenant, books, dec, "补记一笔支出"))
				refused(t, w.s.ReverseYearEnd(ctx, w.first, w.tenant, id, 0, " "), errs.Invalid, "理由")
				must(t, w.s.ReverseYearEnd(ctx, w.first, w.tenant, id, 1, "补记一笔支出"))
				if after := w.all(books, dec); !maps.Equal(before, after) {
					t.Errorf("balances after undoing:\n%v\nwant\n%v", after, before)
				}
				refused(t, w.s.ReverseYearEnd(ctx, w.first, w.tenant, id, 0, "再来"), errs.State, "已冲销")
				w.clean()
				w.post(books, fmt.Sprintf("%d-12-20", c.year), "", map[string]string{"2004": "541 100", "2023": "513 100"}[c.chart], "102 -100")
				_, err = w.yearEnd(books, c.year)
				must(t, err)
				w.is("收益分配", w.ending(books, "322", dec), -c.net+100)
				w.clean()

				// Closed again, the new year begins with what the second batch left.
				must(t, w.s.Close(ctx, w.first, w.tenant, books, dec))
				if rows, err = ledger.TrialBalance(ctx, d.Read(), w.tenant, books, dec+89, dec+89); err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					if r.Level == 1 && r.Opening != w.ending(books, r.Code, dec) {
						t.Errorf("%s %s begins the new year at %s, ended the old at %s", r.Code, r.Name, r.Opening, w.ending(books, r.Code, dec))
					}
					if r.Code == "322" {
						w.is("收益分配 in the new year", r.Opening, -c.net+100)
					}
				}
			})
		})
	}
}

// all is what stands on every account.
func (w *world) all(books ids.ID, month date.Month) map[string]money.Fen {
	w.t.Helper()
	list, err := ledger.EndingsOf(ctx, w.d.Read(), w.tenant, books, month)
	must(w.t, err)
	out := map[string]money.Fen{}
	for _, e := range list {
		out[e.Account] = e.Fen
	}
	return out
}

func TestTwoPeopleEndTheYearAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.post(w.new, "2024-03-01", "", "102 500", "501 -500")
		w.closeTo(w.new, 202412)
		p, err := w.s.PlanYearEnd(ctx, d.Read(), w.tenant, w.new, 2024)
		must(t, err)
		var wg sync.WaitGroup
		got := make([]error, 4)
		for i := range got {
			wg.Go(func() {
				_, got[i] = w.s.PostYearEnd(ctx, []access.Principal{w.first, w.second}[i%2], w.tenant, "", w.new, 2024, p.Digest)
			})
		}
		wg.Wait()
		if n := len(slices.DeleteFunc(slices.Clone(got), func(err error) bool { return err != nil })); n != 1 {
			t.Fatalf("%d succeeded: %v", n, got)
		}
		w.is("收益分配", w.ending(w.new, "322", 202412), -500)
		w.clean()
	})
}

func TestFsckFindsHalfABatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.post(w.new, "2024-03-01", "", "102 500", "501 -500")
		w.closeTo(w.new, 202412)
		id, err := w.yearEnd(w.new, 2024)
		must(t, err)
		list, err := ledger.VouchersFor(ctx, d.Read(), w.tenant, "year_end", id)
		must(t, err)
		red, err := w.l.Reverse(ctx, w.maker, w.tenant, "", list[0].ID, date.Must("2024-12-31"), "记错")
		must(t, err)
		must(t, w.l.Review(ctx, w.first, w.tenant, red, 1))
		must(t, w.l.Post(ctx, w.second, w.tenant, red, 2))
		problems, err := w.s.Check(ctx, d.Read(), w.tenant)
		must(t, err)
		if got := strings.Join(problems, "\n"); !strings.Contains(got, "已年终结转（NJ-2024-0001），科目 501 经营收入 却还有贷方余额 5.00 元") {
			t.Errorf("fsck says: %s", got)
		}
	})
}

// Any year of vouchers: after the year end income and expense stand at nothing, 未分配收益 is what it was, plus what was
// earned, less what was distributed; undoing brings every balance back.
func TestAnyYear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		early := &closing.Rule{Code: "earlier", Level: "off", From: date.Must("2024-01-01")} // months stay open, to keep the test quick
		early.Region = county
		_, err := w.s.Rules.Create(ctx, access.System, w.tenant, "", early)
		must(t, err)
		year := 2023
		rapid.Check(t, func(rt *rapid.T) {
			year++
			first := date.Month(year*100 + 1)
			dec := first + 11
			opening := -w.ending(w.new, "322", first-1)
			var income, expense money.Fen
			for range rapid.IntRange(0, 5).Draw(rt, "vouchers") {
				fen := money.Fen(rapid.Int64Range(1, 1e10).Draw(rt, "fen"))
				day := fmt.Sprintf("%d-%02d-%02d", year, rapid.IntRange(1, 12).Draw(rt, "month"), rapid.IntRange(1, 28).Draw(rt, "day"))
				if rapid.Bool().Draw(rt, "income") {
					w.post(w.new, day, "", fmt.Sprintf("102 %d", fen), rapid.SampledFrom([]string{"501", "502", "503", "504"}).Draw(rt, "from")+fmt.Sprintf(" %d", -fen))
					income += fen
				} else {
					w.post(w.new, day, "", rapid.SampledFrom([]string{"502", "511", "512", "513", "514", "515", "521"}).Draw(rt, "for")+fmt.Sprintf(" %d", fen), fmt.Sprintf("102 %d", -fen))
					expense += fen
				}
			}
			before := w.all(w.new, dec)
			id, err := w.yearEnd(w.new, year)
			must(rt2{t, rt}, err)
			if rapid.Bool().Draw(rt, "undo") {
				must(rt2{t, rt}, w.s.ReverseYearEnd(ctx, w.first, w.tenant, id, 0, "试"))
				if after := w.all(w.new, dec); !maps.Equal(before, after) {
					rt.Fatalf("after undoing %v, want %v", after, before)
				}
				_, err = w.yearEnd(w.new, year)
				must(rt2{t, rt}, err)
			}
			var given money.Fen
			if there := opening + income - expense; income > expense && there > 0 {
				given = money.Fen(rapid.Int64Range(1, int64(there)).Draw(rt, "given"))
				kept := money.Fen(rapid.Int64Range(0, int64(given)).Draw(rt, "kept"))
				w.distribute(w.new, year, kept, given-kept, rapid.SampledFrom([]string{closing.ByHousehold, closing.ByPersons}).Draw(rt, "method"))
			}
			if got := -w.ending(w.new, "322", dec); got != opening+income-expense-given {
				rt.Fatalf("未分配收益 %s, want %s + %s - %s - %s", got, opening, income, expense, given)
			}
			var total money.Fen
			for code, fen := range w.all(w.new, dec) {
				total += fen
				if code[0] == '5' || strings.HasPrefix(code, "321") {
					rt.Fatalf("%s has %s left", code, fen)
				}
			}
			if total != 0 {
				rt.Fatalf("debits less credits: %s", total)
			}
		})
		w.clean()
	})
}

// rt2 fails the drawn case rather than the test, so that it can be made smaller.
type rt2 struct {
	testing.TB
	rt *rapid.T
}

func (r rt2) Fatal(args ...any) { r.rt.Fatal(args...) }
