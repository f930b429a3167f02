package overview_test

import (
	"testing"

	"huicun/internal/books/stable"
	"huicun/internal/indicator"
	"huicun/internal/insight/overview/overviewtest"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
)

// TestStableIncomeOfTheDemo: on the demo's books the three ways of counting reconcile to the fen, contract by contract and
// added up, on every month's end; the villages sum to the town, the sources to the same, and the year of the contracts is
// the published figure.
func TestStableIncomeOfTheDemo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := overviewtest.New(t, d)
		s := stable.New(w.Env)
		w.LoadDemo()
		ranges, err := w.Env.Regions.Ranges(ctx, overviewtest.Town)
		if err != nil {
			t.Fatal(err)
		}
		of := func(day date.Date) (*stable.Year, stable.Amounts) {
			y, err := s.Of(ctx, d.Read(), w.Tenant, ranges, stable.PeriodOf(day.Year(), day))
			if err != nil {
				t.Fatal(err)
			}
			sum, err := y.Sum()
			if err != nil {
				t.Fatal(err)
			}
			return y, sum
		}
		for m := date.Month(202101); m <= 202112; m = m.Next() {
			y, sum := of(m.Last())
			for i := range y.Items {
				if a := &y.Items[i].Amounts; !a.Closes() {
					t.Errorf("%s on %s: %v", y.Items[i].Contract.No, m.Last(), *a)
				}
			}
			places, err := y.ByPlace(func(v string) string { return v })
			if err != nil {
				t.Fatal(err)
			}
			sources, err := y.BySource()
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range stable.Lines {
				var byPlace, bySource money.Fen
				for _, a := range places {
					byPlace += a[line.Line]
				}
				for i := range sources {
					bySource += sources[i].Amounts[line.Line]
				}
				if byPlace != sum[line.Line] || bySource != sum[line.Line] {
					t.Errorf("%s on %s: %s, the places %s, the sources %s", line.Label, m.Last(), sum[line.Line], byPlace, bySource)
				}
			}
		}
		y, sum := of(date.Must("2021-11-10"))
		if !sum.Closes() || len(y.Items) < 30 || sum[stable.Accrued] == 0 || sum[stable.Received] == 0 {
			t.Errorf("%d contracts: %v", len(y.Items), sum)
		}
		f, err := w.Cat.Eval(ctx, indicator.Ask{Code: "contract.stable_income", Scopes: []string{overviewtest.Town}, Year: 2021, AsOf: date.Must("2021-11-10")})
		if err != nil {
			t.Fatal(err)
		}
		if money.Fen(f.Value) != sum[stable.Annual] {
			t.Errorf("a year of the contracts is %s, the published figure %s", sum[stable.Annual], money.Fen(f.Value))
		}
		t.Logf("%d contracts: %s a year, %s of the year, %s accrued, %s received", len(y.Items), sum[stable.Annual], sum[stable.Within], sum[stable.Accrued], sum[stable.Received])
	})
}
