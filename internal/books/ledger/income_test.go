package ledger_test

import (
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

func TestIncome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := w.party("红光村股份经济合作社", party.Collective, "321182103206")
		w.newBooks("红光村账套", other, ledger.Chart2004, 202001)
		w.post(w.entry("2021-01-31", "501", 1000))
		w.post(w.entry("2021-03-05", "511", 200))
		w.post(w.entry("2021-03-20", "522", 40))
		w.post(w.entry("2021-03-20", "301", 9999)) // capital is no income
		closing := w.entry("2021-03-31", "321", 0)
		closing.Kind, closing.Summary = ledger.Closing, "结转本期收益"
		closing.Lines = []ledger.Line{
			{Account: "501", Debit: 100_000}, {Account: "511", Debit: 20_000}, {Account: "522", Debit: 4_000}, {Account: "321", Credit: 124_000},
		}
		w.post(closing)
		if closing.FullNo != "结转-2021-03-0001" {
			t.Errorf("closing voucher %s", closing.FullNo)
		}
		w.clean()
		for asOf, want := range map[string]money.Fen{
			"2020-12-31": 0, "2021-01-30": 0, "2021-01-31": 100_000, "2021-03-04": 100_000, "2021-03-05": 120_000,
			"2021-03-30": 124_000, "2021-03-31": 124_000, "2021-12-31": 124_000, "2022-05-05": 124_000,
		} {
			if got := w.income(2021, asOf); got != want {
				t.Errorf("income to %s is %s, want %s", asOf, got, want)
			}
		}
		op, err := ledger.OperatingIncomeOf(ctx, d.Read(), w.tenant, w.ranges(), 2021, date.Must("2021-03-20"))
		must(t, err)
		if len(op) != 2 || op[0].Fen != 120_000 || op[1].Fen != 0 {
			t.Errorf("operating income %+v", op)
		}
		months, err := ledger.MonthlyIncome(ctx, d.Read(), w.tenant, w.ranges(), 2021)
		must(t, err)
		if len(months) != 12 || months[0].Fen != 100_000 || months[2].Fen != 24_000 || months[11].Month != 202112 {
			t.Errorf("months %v", months)
		}
		if y, err := ledger.LatestDay(ctx, d.Read(), w.tenant); err != nil || y.Year() != 2021 {
			t.Errorf("latest year %d, %v", y, err)
		}
		at, err := ledger.BooksAt(ctx, d.Read(), w.tenant, w.coll, 202105)
		must(t, err)
		if at.ID != w.books {
			t.Errorf("books at a month: %+v", at)
		}
		if _, err := ledger.BooksAt(ctx, d.Read(), w.tenant, w.coll, 202401); !errs.Is(err, errs.NotFound) {
			t.Errorf("books after the 2004 system: %v", err)
		}

		c := indicator.NewCatalogue(d, w.regions)
		c.Add(ledger.Figures(w.env, w.regions)...)
		eval := func(code string, params map[string]string) indicator.Result {
			t.Helper()
			r, err := c.Eval(ctx, indicator.Ask{Code: code, Scopes: []string{"321182103000"}, Year: 2021, AsOf: date.Must("2021-11-10"), Params: params})
			must(t, err)
			return r
		}
		if r := eval("ledger.village_income", nil); r.Value != 124_000 || len(r.Records) != 2 || r.Records[0].Title != "利民村股份经济合作社" || r.Records[0].Kind != "books" {
			t.Errorf("village income %+v", r)
		}
		if r := eval("ledger.village_income_min", nil); r.Value != 0 || r.Count != 2 {
			t.Errorf("least village income %+v", r)
		}
		if r := eval("ledger.operating_income", nil); r.Value != 120_000 {
			t.Errorf("operating income %+v", r)
		}
		for _, k := range []struct {
			lower, withLower, upper, withUpper string
			want                               int64
		}{
			{"1240", "是", "", "", 1},
			{"1240", "否", "", "", 0},
			{"", "", "1240", "否", 1},
			{"", "", "1240", "是", 2},
			{"0", "否", "0.124万", "是", 1},
			{"", "", "", "", 2},
		} {
			p := map[string]string{"lower": k.lower, "lower_inclusive": k.withLower, "upper": k.upper, "upper_inclusive": k.withUpper}
			if r := eval("ledger.tier_count", p); r.Value != k.want {
				t.Errorf("tier %+v: %d", k, r.Value)
			}
		}
		if r := eval("ledger.tier_count", map[string]string{"lower": "1"}); !strings.Contains(r.Records[0].Note, "1,240.00") {
			t.Errorf("note %q", r.Records[0].Note)
		}
	})
}
