package rent_test

import (
	"strings"
	"testing"

	"huicun/internal/books/bank"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
)

// lines imports two payments of the tenant from the bank and returns them, the older first.
func (w *world) lines(fen money.Fen) []bank.Line {
	w.t.Helper()
	a := &bank.Account{Name: "基本户", Books: w.books, Bank: "农商行", Holder: "永胜村股份经济合作社", Ledger: "102", Opened: date.Must("2020-01-01"), Start: date.Must("2021-01-01")}
	w.ok(w.bank.Accounts.SetTexts(ctx, w.env.ForTenant(w.tenant), village, a, map[string]string{"number": "32118200000100200301", "kind": "基本存款账户"}))
	_, err := w.bank.Accounts.Create(ctx, access.System, w.tenant, "", a)
	w.ok(err)
	yuan := fen.Plain()
	t, err := sheet.Read("l.csv", strings.NewReader("银行账户,交易日期,收入（元）,支出（元）,余额（元）,银行流水号,对方户名,摘要\n基本户,2021-08-02,"+yuan+",,"+yuan+",A1,一厂,转账\n基本户,2021-08-03,"+yuan+",,"+(2*fen).Plain()+",A2,一厂,转账\n"), -1, sheet.Options{})
	w.ok(err)
	res, err := w.bank.ImportLines(ctx, access.System, w.tenant, t)
	w.ok(err)
	w.ok(res.Report.Err())
	list, err := bank.Unmatched(ctx, w.d.Read(), w.tenant, [][2]string{{village, village + "0"}}, date.Must("2021-01-01"), date.Must("2021-12-31"))
	w.ok(err)
	if len(list) != 2 {
		w.t.Fatalf("%d lines", len(list))
	}
	return []bank.Line{list[1], list[0]}
}

// TestOneLineOneVoucher: a statement line that is a receipt is not drafted again by the bank's page, and one that was drafted there is no receipt.
func TestOneLineOneVoucher(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.rule(rent.Accrual, "2021-01-01")
		c := w.contract("2021-07-01", "2022-06-30", 1000_00, 1)
		w.bill(202108)
		lines := w.lines(1000_00)
		ranges := [][2]string{{village, village + "0"}}
		proposed := func() int {
			t.Helper()
			list, err := w.s.Proposals(ctx, d.Read(), w.tenant, ranges, date.Must("2021-11-10"), 10)
			w.ok(err)
			return len(list)
		}
		if n := proposed(); n != 2 {
			t.Fatalf("%d proposals", n)
		}
		in := rent.Input{Contract: c, Kind: rent.Rent, Date: date.Must("2021-08-02"), Method: rent.ByBank, Amount: 1000_00, Line: lines[0].ID}
		first, err := w.s.Receive(ctx, w.clerk, w.tenant, "", in)
		w.ok(err)
		draft := func(l ids.ID) error {
			_, err := w.bank.DraftFor(ctx, w.clerk, w.tenant, "", l, bank.DraftInput{Summary: "收租金", Account: "501"})
			return err
		}
		if err := draft(lines[0].ID); errs.KindOf(err) != errs.Conflict || !strings.Contains(err.Error(), "合同收款 SK-2021-0001") {
			t.Errorf("a receipt's line is drafted again: %v", err)
		}
		w.ok(draft(lines[1].ID))
		in.Line, in.Date = lines[1].ID, date.Must("2021-08-03")
		if _, err := w.s.Receive(ctx, w.clerk, w.tenant, "", in); errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "填过凭证") {
			t.Errorf("a drafted line is received: %v", err)
		}
		if n := proposed(); n != 0 {
			t.Errorf("%d proposals of lines that are taken", n)
		}
		w.ok(w.s.Receipts.Do(ctx, w.clerk, w.tenant, first, 0, "void", "错"))
		if n := proposed(); n != 1 {
			t.Errorf("%d proposals after the receipt was voided", n)
		}
		w.ok(draft(lines[0].ID))
		w.sound()
	})
}
