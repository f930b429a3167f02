package rent_test

import (
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
)

// TestDepositFlows: what posted vouchers moved of deposits is told apart from payments taken ahead on the same account.
func TestDepositFlows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		c := w.contract("2021-07-01", "2022-06-30", 1000_00, 3)
		_, err := w.receive(rent.Deposit, c, "2021-07-01", 300_00)
		w.ok(err)
		w.bill(202107)
		_, err = w.receive(rent.Offset, c, "2021-08-01", 200_00)
		w.ok(err)
		_, err = w.receive(rent.Return, c, "2021-08-02", 40_00)
		w.ok(err)
		w.post()
		list, err := rent.DepositFlows(t.Context(), d.Read(), w.tenant, [][2]string{{"3", "4"}}, date.Must("2021-08-01"), date.Must("2021-12-31"))
		w.ok(err)
		got := map[[2]bool]money.Fen{}
		for _, f := range list {
			if f.Contract != c || f.Account != "202" || f.Chart != ledger.Chart2004 {
				t.Errorf("a flow of something else: %+v", f)
			}
			got[[2]bool{f.Before, f.Money}] += f.Credit - f.Debit
		}
		if len(got) != 3 || got[[2]bool{true, true}] != 300_00 || got[[2]bool{false, true}] != -40_00 || got[[2]bool{false, false}] != -200_00 {
			t.Errorf("deposits moved %v", got)
		}
	})
}
