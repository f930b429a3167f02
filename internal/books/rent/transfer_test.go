package rent_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
)

// arrears signs a contract of services paid every quarter in arrears, counted by days.
func (w *world) arrears(from, to string, pay money.Fen) ids.ID {
	w.t.Helper()
	c := &contract.Contract{
		Name: "物业服务", Kind: contract.Service, PartyA: w.unit, PartyB: w.firm, Signed: date.Must(from), From: date.Must(from), To: date.Must(to),
		Pay: pay, PayMonths: 3, More: contract.More{Prorate: "days"},
	}
	id, err := w.contracts.Create(ctx, access.System, w.tenant, "", c)
	w.ok(err)
	w.ok(w.contracts.Do(ctx, access.System, w.tenant, id, 0, "sign", ""))
	return id
}

// hand puts another tenant in the place of the contract's from a day on.
func (w *world) hand(c, to ids.ID, day string) {
	w.t.Helper()
	v, err := w.contracts.Get(ctx, access.System, w.tenant, c)
	w.ok(err)
	v.PartyB, v.Effective = to, date.Must(day)
	w.ok(w.contracts.Update(ctx, access.System, w.tenant, v))
}

func (w *world) items(c ids.ID) []rent.Item {
	w.t.Helper()
	list, err := rent.ItemsOf(ctx, w.d.Read(), w.tenant, c, 0)
	w.ok(err)
	return list
}

// TestTransferKeepsArrears: what is for the days before a transfer stays the old tenant's, a payment that the day cuts is shared out to the fen,
// and money is received from either.
func TestTransferKeepsArrears(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.rule(rent.Accrual, "2021-01-01")
		c := w.arrears("2021-01-01", "2021-12-31", 3000_00)
		second := w.party("二厂", party.Enterprise)
		w.hand(c, second, "2021-05-16")
		w.bill(202109)
		list := w.items(c)
		if len(list) != 4 {
			t.Fatalf("%d items: %+v", len(list), list)
		}
		for i, want := range []struct {
			party    ids.ID
			from, to string
			fen      money.Fen
		}{
			{w.firm, "2021-01-01", "2021-03-31", 3000_00}, {w.firm, "2021-04-01", "2021-05-15", 1483_52},
			{second, "2021-05-16", "2021-06-30", 1516_48}, {second, "2021-07-01", "2021-09-30", 3000_00},
		} {
			if x := &list[i]; x.Party != want.party || x.From != date.Must(want.from) || x.To != date.Must(want.to) || x.Amount != want.fen {
				t.Errorf("item %d: %+v, want %+v", i, x, want)
			}
		}
		w.post()
		w.expect("billed", "112", 9000_00)
		w.sound()
		if _, err := w.receive(rent.Rent, c, "2021-11-01", 1516_48); err != nil {
			t.Fatal(err)
		}
		if list = w.items(c); list[2].Open() != 0 || list[0].Open() != 3000_00 {
			t.Errorf("the new tenant paid what is the old one's: %+v", list)
		}
		in := rent.Input{Contract: c, Party: w.firm, Kind: rent.Rent, Date: date.Must("2021-11-02"), Method: rent.ByBank, Amount: 4483_52}
		if _, err := w.s.Receive(ctx, w.clerk, w.tenant, "", in); err != nil {
			t.Fatal(err)
		}
		if list = w.items(c); list[0].Open() != 0 || list[1].Open() != 0 || list[3].Open() != 3000_00 {
			t.Errorf("the old tenant's payment: %+v", list)
		}
		in.Party = w.party("三厂", party.Enterprise)
		if _, err := w.s.Receive(ctx, w.clerk, w.tenant, "", in); errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "承租人") {
			t.Errorf("somebody else pays: %v", err)
		}
		w.bill(202110)
		w.post()
		w.expect("october", "112", 4010_87) // 31 of 92 days
		w.expect("october", "501", -10010_87)
		w.sound()
	})
}

// TestTransferAfterBilling: what was billed to the old tenant stays with him, beyond the day of the transfer too; it is earned out of what he paid,
// and the new tenant owes nothing for that time.
func TestTransferAfterBilling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.rule(rent.Accrual, "2021-01-01")
		c := w.contract("2021-01-01", "2021-12-31", 3000_00, 6)
		w.bill(202101)
		_, err := w.receive(rent.Rent, c, "2021-01-10", 3000_00)
		w.ok(err)
		second := w.party("二厂", party.Enterprise)
		w.hand(c, second, "2021-04-01")
		for _, m := range []date.Month{202102, 202103, 202104, 202105, 202106} {
			w.bill(m)
		}
		w.post()
		w.expect("june", "112", 0)
		w.expect("june", "202", 0)
		w.expect("june", "501", -3000_00)
		run := w.bill(202107)
		if list := w.items(c); len(list) != 2 || list[1].Party != second || list[1].From != date.Must("2021-07-01") {
			t.Errorf("%+v", list)
		}
		w.post()
		w.expect("july", "112", 500_00)
		w.sound()
		w.ok(w.s.Void(ctx, w.clerk, w.tenant, run, 0, "试"))
		w.post()
		w.expect("taken back", "112", 0)
		w.sound()
	})
}

// TestSplitCharge: shares sum to the payment, cover its days once and nobody owes before he came.
func TestSplitCharge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		from := date.Must("2021-01-01").AddDays(rapid.IntRange(0, 400).Draw(rt, "from"))
		ch := &contract.Charge{
			From: from, To: from.AddDays(rapid.IntRange(0, 400).Draw(rt, "days")), Due: from.AddDays(rapid.IntRange(-40, 400).Draw(rt, "due")),
			Amount: money.Fen(rapid.Int64Range(-1_000_000, 1_000_000_000).Draw(rt, "amount")),
		}
		list := []contract.Tenancy{{From: date.Must("2021-01-01"), Party: 1}}
		for i := range rapid.IntRange(0, 4).Draw(rt, "transfers") {
			list = append(list, contract.Tenancy{From: list[i].From.AddDays(rapid.IntRange(1, 200).Draw(rt, "later")), Party: ids.ID(i + 2)})
		}
		shares, err := contract.SplitCharge(ch, list)
		if err != nil {
			rt.Fatal(err)
		}
		sum, next := money.Fen(0), ch.From
		for _, x := range shares {
			if x.From != next || x.To.Before(x.From) || contract.TenantOn(list, x.From) != x.Party || contract.TenantOn(list, x.To) != x.Party {
				rt.Fatalf("%+v of %+v", x, list)
			}
			if x.Party != 1 && x.Due.Before(x.From) && x.From != ch.From {
				rt.Fatalf("due before the tenancy: %+v", x)
			}
			sum, next = sum+x.Amount, x.To.AddDays(1)
		}
		if sum != ch.Amount || next != ch.To.AddDays(1) {
			rt.Fatalf("shares of %+v: %+v", ch, shares)
		}
	})
}

// TestSettleGuard: a contract is not settled while anything is open, held or kept.
func TestSettleGuard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		c := w.contract("2021-01-01", "2021-06-30", 1000_00, 3)
		_, err := w.receive(rent.Deposit, c, "2021-01-02", 300_00)
		w.ok(err)
		w.bill(202101)
		w.ok(w.contracts.Do(ctx, access.System, w.tenant, c, 0, "end", "到期"))
		refused := func(texts ...string) {
			t.Helper()
			err := w.contracts.Do(ctx, w.clerk, w.tenant, c, 0, "settle", "")
			for _, x := range texts {
				if errs.KindOf(err) != errs.State || !strings.Contains(err.Error(), x) {
					t.Errorf("%v lacks %s", err, x)
				}
			}
		}
		refused("未收 1,000.00 元", "押金 300.00 元", "没有计收的款项 1,000.00 元")
		w.bill(202106)
		_, err = w.receive(rent.Rent, c, "2021-07-01", 2100_00)
		w.ok(err)
		refused("预收（多收）100.00 元", "押金 300.00 元")
		_, err = w.receive(rent.Refund, c, "2021-07-02", 100_00)
		w.ok(err)
		_, err = w.receive(rent.Return, c, "2021-07-03", 300_00)
		w.ok(err)
		w.ok(w.contracts.Do(ctx, w.clerk, w.tenant, c, 0, "settle", ""))
		w.sound()
	})
}

// voucherOf is the one voucher of a record.
func (w *world) voucherOf(source ids.ID) ids.ID {
	w.t.Helper()
	list, err := rent.VouchersOf(ctx, w.d.Read(), w.tenant, source)
	w.ok(err)
	if len(list) != 1 {
		w.t.Fatalf("%d vouchers", len(list))
	}
	return list[0]
}

// TestCorrectedByHand: what a person puts right in a voucher of ours is what others booked: the next run takes it over, so that the books come to
// what they should hold.
func TestCorrectedByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.rule(rent.Accrual, "2021-01-01")
		c := w.contract("2021-07-01", "2022-06-30", 1000_00, 1)
		run := w.bill(202107)
		w.post()
		v := w.voucherOf(run)
		_, err := w.l.Difference(ctx, w.clerk, w.tenant, "", v, date.Must("2021-08-01"), "少记", []money.Fen{900_00, 900_00})
		w.ok(err)
		w.post()
		w.expect("put right by hand", "501", -900_00)
		w.bill(202108)
		w.post()
		w.expect("august", "501", -2000_00)
		w.expect("august", "112", 2000_00)
		w.sound()

		r, err := w.receive(rent.Rent, c, "2021-08-05", 1500_00)
		w.ok(err)
		w.post()
		_, err = w.l.Difference(ctx, w.clerk, w.tenant, "", w.voucherOf(r), date.Must("2021-08-06"), "多记", []money.Fen{500_00, 500_00})
		w.ok(err)
		w.post()
		w.expect("received less", "112", 1500_00)
		w.bill(202109)
		w.post()
		w.expect("september", "112", 2500_00)
		w.expect("september", "102", 500_00)
		w.sound()
		owed, err := rent.OwedOn(ctx, d.Read(), w.tenant, [][2]string{{village, village + "0"}}, date.Must("2021-11-10"))
		w.ok(err)
		if len(owed) != 1 || owed[0].Open != 2500_00 {
			t.Errorf("owed: %+v", owed)
		}
	})
}

// TestReversedByHand: a voucher that a person reversed is booked anew by the next run, and taking its record back does not undo it twice.
func TestReversedByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.rule(rent.Accrual, "2021-01-01")
		c := w.contract("2021-07-01", "2022-06-30", 1000_00, 1)
		run := w.bill(202107)
		w.post()
		_, err := w.l.Correct(ctx, w.clerk, w.tenant, "", w.voucherOf(run), date.Must("2021-07-31"), "改摘要")
		w.ok(err)
		w.post()
		w.expect("red and blue", "501", -1000_00)
		w.bill(202108)
		w.post()
		w.expect("august", "501", -2000_00)
		w.sound()
		r, err := w.receive(rent.Rent, c, "2021-08-05", 700_00)
		w.ok(err)
		w.post()
		_, err = w.l.Reverse(ctx, w.clerk, w.tenant, "", w.voucherOf(r), date.Must("2021-08-06"), "退票")
		w.ok(err)
		w.post()
		w.ok(w.s.Receipts.Do(ctx, w.clerk, w.tenant, r, 0, "void", "退票"))
		w.post()
		w.expect("taken back once", "102", 0)
		w.bill(202109)
		w.post()
		w.expect("september", "102", 0)
		w.expect("september", "112", 3000_00)
		w.expect("september", "501", -3000_00)
		w.sound()
	})
}

// TestGivenBackByHand: money that others gave back beyond what they had booked is a refund here.
func TestGivenBackByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.rule(rent.Accrual, "2021-01-01")
		c := w.contract("2021-07-01", "2022-06-30", 1000_00, 1)
		w.bill(202107)
		_, err := w.receive(rent.Rent, c, "2021-08-05", 1000_00)
		w.ok(err)
		v := &ledger.Voucher{Books: w.books, Date: date.Must("2021-08-20"), Summary: "退一部分租金", Lines: []ledger.Line{{Account: "112", Debit: 400_00, Contract: c, Party: w.firm}, {Account: "102", Credit: 400_00}}}
		_, err = w.l.SaveDraft(ctx, w.clerk, w.tenant, "", v)
		w.ok(err)
		w.post()
		w.bill(202108)
		w.post()
		w.expect("august", "112", 1400_00)
		w.expect("august", "102", 600_00)
		w.sound()
		if list := w.items(c); list[0].Open() != 400_00 || list[1].Open() != 1000_00 {
			t.Errorf("%+v", list)
		}
	})
}
