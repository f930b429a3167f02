package ledger_test

import (
	"fmt"
	"slices"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
)

// What was booked and what of it came in: at once, in part, later on a contract, later without one; taken back by a
// red-letter voucher; closing entries and other years do not count.
func TestEarnedIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		post := func(day, kind string, lines ...ledger.Line) *ledger.Voucher {
			v := &ledger.Voucher{Books: w.books, Summary: "示例", Date: date.Must(day), Kind: kind, Lines: lines}
			w.post(v)
			return v
		}
		contract := ids.ID(1)
		post("2021-01-05", ledger.Ordinary, ledger.Line{Account: "102", Debit: 1000}, ledger.Line{Account: "501", Credit: 1000})
		post("2021-01-06", ledger.Ordinary, ledger.Line{Account: "102", Debit: 100}, ledger.Line{Account: "112", Debit: 200}, ledger.Line{Account: "511", Credit: 300})
		post("2021-01-07", ledger.Ordinary, ledger.Line{Account: "112", Debit: 500, Contract: contract}, ledger.Line{Account: "511", Credit: 500, Contract: contract})
		post("2021-02-07", ledger.Ordinary, ledger.Line{Account: "102", Debit: 450}, ledger.Line{Account: "112", Credit: 400, Contract: contract}, ledger.Line{Account: "112", Credit: 50})
		wrong := post("2021-02-08", ledger.Ordinary, ledger.Line{Account: "101", Debit: 70}, ledger.Line{Account: "531", Credit: 70})
		id, err := w.l.Reverse(ctx, w.maker, w.tenant, "", wrong.ID, date.Must("2021-02-09"), "错记")
		must(t, err)
		must(t, w.l.Review(ctx, w.poster, w.tenant, id, 0))
		must(t, w.l.Post(ctx, w.poster, w.tenant, id, 0))
		post("2021-02-28", ledger.Closing, ledger.Line{Account: "501", Debit: 1000}, ledger.Line{Account: "321", Credit: 1000})
		post("2022-01-01", ledger.Ordinary, ledger.Line{Account: "102", Debit: 9}, ledger.Line{Account: "501", Credit: 9})

		got, err := ledger.EarnedIn(ctx, d.Read(), w.tenant, w.ranges(), date.Must("2021-01-01"), date.Must("2021-12-31"))
		must(t, err)
		var lines []string
		for _, e := range got {
			if e.Region != village || e.Books != w.books {
				t.Errorf("%+v", e)
			}
			lines = append(lines, fmt.Sprintf("%s %s %d %d", e.Account, e.Name, e.Amount, e.Received))
		}
		if want := []string{"501 经营收入 1000 1050", "511 发包及上交收入 800 500", "531 其他收入 0 0"}; !slices.Equal(lines, want) {
			t.Errorf("earned %q, want %q", lines, want)
		}
	})
}
