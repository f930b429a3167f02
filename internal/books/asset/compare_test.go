package asset_test

import (
	"context"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// TestCompare: cards and ledger agree when both say the same, whatever the day, and the difference is named by account.
func TestCompare(t *testing.T) {
	eachBooks(t, func(w *runs) {
		if _, err := w.asset("cost", "1860000", "class", "厂房", "nature", "经营性", "acquired", "2021-03-01", "ready_on", "2021-03-20"); err != nil {
			w.t.Fatal(err)
		}
		post := func(day string, fen money.Fen, debit, credit string) {
			v := &ledger.Voucher{Books: w.books, Date: date.Must(day), Summary: "购建", Reviewer: "复核", Lines: []ledger.Line{{Account: debit, Debit: fen}, {Account: credit, Credit: fen}}}
			err := w.env.DB.InTx(w.t.Context(), access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error { return w.l.PostTx(ctx, tx, access.System, v) })
			if err != nil {
				w.t.Fatal(err)
			}
		}
		want := func(day string, sums map[string][3]money.Fen) {
			w.t.Helper()
			list, err := asset.Compare(w.t.Context(), w.env.DB.Read(), w.tenant, w.books, date.Must(day))
			if err != nil || len(list) != len(sums) {
				w.t.Fatalf("%s: %+v %v", day, list, err)
			}
			for _, c := range list {
				if got := [3]money.Fen{c.Cards, c.Ledger, c.Waiting}; got != sums[c.Account] {
					w.t.Fatalf("%s %s: %v", day, c.Account, got)
				}
			}
		}
		post("2021-03-01", 185000000, "151", "102")
		want("2021-02-28", nil)
		want("2021-03-31", map[string][3]money.Fen{"151": {186000000, 185000000, 0}})
		post("2021-04-01", 1000000, "151", "102")
		if _, err := w.do(202104, "compare-key-00000001"); err != nil {
			w.t.Fatal(err)
		}
		want("2021-04-29", map[string][3]money.Fen{"151": {186000000, 186000000, 0}})
		want("2021-04-30", map[string][3]money.Fen{"151": {186000000, 186000000, 0}, "152": {-736250, 0, -736250}})
		if _, err := w.do(202105, "compare-key-00000002"); err != nil {
			w.t.Fatal(err)
		}
		want("2021-05-30", map[string][3]money.Fen{"151": {186000000, 186000000, 0}, "152": {-736250, 0, -736250}})
	})
}
