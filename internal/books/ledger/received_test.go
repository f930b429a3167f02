package ledger_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// TestReceivedIsWhatTheVouchersSay: whatever is drafted, posted through three hands or at once, and reversed, what was
// received on a contract by a day is what the posted vouchers' lines on income, 112 and 113 come to.
func TestReceivedIsWhatTheVouchersSay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		counts := map[string]bool{"501": true, "511": true, "531": true, "112": true, "113": true}
		codes := []string{"102", "112", "113", "202", "501", "502", "511", "531", "541"}
		type line struct {
			on       date.Date
			contract ids.ID
			fen      money.Fen
		}
		var booked []line
		book := func(v *ledger.Voucher, sign money.Fen, on date.Date) {
			for _, x := range v.Lines {
				if counts[x.Account] && x.Contract != 0 && v.Kind != ledger.Closing {
					booked = append(booked, line{on, x.Contract, sign * (x.Credit - x.Debit)})
				}
			}
		}
		rapid.Check(t, func(rt *rapid.T) {
			day := func(name string) date.Date {
				return date.Must("2021-01-01").AddDays(rapid.IntRange(0, 90).Draw(rt, name))
			}
			v := &ledger.Voucher{Books: w.books, Summary: "随机", Date: day("day"), Kind: rapid.SampledFrom([]string{ledger.Ordinary, ledger.Ordinary, ledger.Closing}).Draw(rt, "kind")}
			for range rapid.IntRange(1, 3).Draw(rt, "pairs") {
				fen := money.Fen(rapid.Int64Range(1, 1e9).Draw(rt, "fen"))
				contract := func() ids.ID { return ids.ID(rapid.IntRange(0, 2).Draw(rt, "contract")) }
				v.Lines = append(v.Lines,
					ledger.Line{Account: rapid.SampledFrom(codes).Draw(rt, "debit"), Debit: fen, Contract: contract()},
					ledger.Line{Account: rapid.SampledFrom(codes).Draw(rt, "credit"), Credit: fen, Contract: contract()})
			}
			switch rapid.SampledFrom([]string{"draft", "hands", "once", "reversed"}).Draw(rt, "way") {
			case "draft":
				_, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
				must(t, err)
			case "hands":
				id, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
				must(t, err)
				must(t, w.l.Review(ctx, w.poster, w.tenant, id, 0))
				must(t, w.l.Post(ctx, w.poster, w.tenant, id, 0))
				book(v, 1, v.Date)
			case "once":
				w.post(v)
				book(v, 1, v.Date)
			case "reversed":
				w.post(v)
				book(v, 1, v.Date)
				back := v.Date.AddDays(rapid.IntRange(0, 20).Draw(rt, "later"))
				id, err := w.l.Reverse(ctx, w.maker, w.tenant, "", v.ID, back, "随机")
				must(t, err)
				must(t, w.l.Review(ctx, w.poster, w.tenant, id, 0))
				must(t, w.l.Post(ctx, w.poster, w.tenant, id, 0))
				book(v, -1, back)
			}
			until := day("until")
			want := map[ids.ID]money.Fen{}
			for _, x := range booked {
				if !x.on.After(until) {
					want[x.contract] += x.fen
				}
			}
			got, err := ledger.ReceivedByContract(ctx, d.Read(), w.tenant, w.ranges(), until)
			must(t, err)
			if !maps.Equal(got, want) {
				rt.Fatalf("received by %s: %v, want %v", until, got, want)
			}
		})
		w.clean()
	})
}

// TestSpansAreYearsByThemselves: several spans at once come to what each comes to alone.
func TestSpansAreYearsByThemselves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := w.party("红光村股份经济合作社", "collective", "321182103206")
		w.newBooks("红光村账套", other, ledger.Chart2023, 202401)
		for _, on := range []string{"2021-01-31", "2021-11-05", "2021-11-20", "2022-03-01", "2022-11-10", "2022-11-11"} {
			w.post(w.entry(on, "501", 100))
		}
		var spans []ledger.Span
		for _, year := range []int{2020, 2021, 2022, 2023, 2024} {
			for _, on := range []string{"2020-06-30", "2021-11-10", "2021-12-31", "2022-11-10", "2024-02-29"} {
				spans = append(spans, ledger.Span{Year: year, AsOf: date.Must(on)})
			}
		}
		all, err := ledger.IncomeOfSpans(ctx, d.Read(), w.tenant, w.ranges(), spans...)
		must(t, err)
		for i, s := range spans {
			one, err := ledger.IncomeOf(ctx, d.Read(), w.tenant, w.ranges(), s.Year, s.AsOf)
			must(t, err)
			if len(one) != len(all[i]) {
				t.Fatalf("%v: %v, alone %v", s, all[i], one)
			}
			for j := range one {
				if one[j] != all[i][j] {
					t.Errorf("%v: %v, alone %v", s, all[i][j], one[j])
				}
			}
		}
		if one := all[6]; len(one) != 1 || one[0].Fen != 200_00 { // 2021 to 2021-11-10
			t.Errorf("2021 up to 10 November: %+v", one)
		}
	})
}
