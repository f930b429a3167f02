package stable

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// drawContract draws terms that can be laid out.
func drawContract(t *rapid.T) *contract.Contract {
	for {
		from := date.Must("2018-01-01").AddDays(rapid.IntRange(0, 5*365).Draw(t, "from"))
		months := rapid.IntRange(1, 120).Draw(t, "months")
		c := &contract.Contract{
			No: "HT-1", Kind: contract.Lease, From: from, To: from.AddMonths(months).AddDays(rapid.IntRange(-1, 20).Draw(t, "more")),
			Pay: money.Fen(rapid.Int64Range(0, 1e9).Draw(t, "pay")), PayMonths: rapid.SampledFrom([]int{1, 2, 3, 6, 12, 24}).Draw(t, "step"),
			Advance: rapid.Bool().Draw(t, "advance"), Stable: true,
		}
		c.State = "active"
		m := &c.More
		m.Anchor = rapid.SampledFrom([]string{"start", "start", "calendar"}).Draw(t, "anchor")
		m.Prorate = rapid.SampledFrom([]string{"days", "d360", "months"}).Draw(t, "prorate")
		m.RiseUnit, m.PricePer = "fen", "month"
		c.FreeMonths = rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "free")
		if rapid.Bool().Draw(t, "raised") {
			m.RiseMonths, m.RisePercent = rapid.IntRange(6, 36).Draw(t, "every"), rapid.Int64Range(1, 900).Draw(t, "percent")
		}
		if rapid.Bool().Draw(t, "span") {
			a := from.AddDays(rapid.IntRange(0, 400).Draw(t, "span from"))
			m.FreeSpans = fmt.Sprintf("%s 至 %s", a, a.AddDays(rapid.IntRange(0, 60).Draw(t, "span days")))
		}
		if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
			c.Ended = from.AddDays(rapid.IntRange(0, c.To.Sub(from)).Draw(t, "ended"))
		}
		c.Annual, _ = money.MulDiv(c.Pay, 12, int64(c.PayMonths), money.HalfUp)
		terms, err := c.Terms()
		if err == nil && terms.Check() == nil {
			return c
		}
	}
}

// mostOff is how many days' rent proration may move over a year's ends: a month that is counted whole, at both ends.
const mostOff = 62

// rounding is what the roundings of a year's periods may come to, in fen: one for each month.
const rounding = 13

// shifted is how many days' rent more or less it makes when periods begin elsewhere: they are of 59 to 62 days, and so on.
const shifted = 3

// TestContractedCloses: whatever the terms and the day, a year's price and the calendar year differ by named lines only, and
// what proration leaves is no more than the broken months at the year's ends.
func TestContractedCloses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		p := PeriodOf(rapid.IntRange(2017, 2032).Draw(t, "year"), date.Must("2017-01-01").AddDays(rapid.IntRange(0, 16*365).Draw(t, "day")))
		x, err := layOut(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		var a Amounts
		if err := x.contracted(&a, p); err != nil {
			t.Fatal(err)
		}
		if off, _, _ := a.Off(); off != 0 {
			t.Fatalf("%s unexplained: %v", off, a)
		}
		within := money.Fen(0) // the same year, day by day's months
		months, err := x.course.Months(p.From, p.To)
		if err != nil {
			t.Fatal(err)
		}
		for _, fen := range months {
			within += fen
		}
		if a[Within] != within {
			t.Fatalf("the year is %s, its months %s", a[Within], within)
		}
		most := a[Annual]*mostOff/365 + 10
		if a[Spread] > most || a[Spread] < -most {
			t.Fatalf("proration leaves %s of %s: %v", a[Spread], a[Annual], a)
		}
		if a[Free] > rounding+a[Annual]*shifted/365 || a[NotYet] > 0 || a[Expired] > 0 || a[Rise] < -rounding {
			t.Fatalf("a line has the wrong sign: %v", a)
		}
	})
}

// event is a kind of voucher on a contract: debit and credit, by what the accounts are used for.
type event struct{ debit, credit string }

// The accounts are of the 2023 system, as in the built-in definition, and a fine (504), an expense (515) and cash.
var events = []event{
	{"112", "501"}, {"102", "112"}, {"101", "501"}, {"102", "211"}, {"211", "501"}, {"515", "112"}, {"112", "504"}, {"102", "504"}, {"211", "112"}, {"501", "102"},
}

// TestBooksClose: whatever terms, accruals, receipts, prepayments, releases, bad debts, fines and reversals there are, before
// the year and in it, the three ways differ by named lines only, and the ways themselves are what the vouchers say.
func TestBooksClose(t *testing.T) {
	by := BuiltIn().by
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		p := PeriodOf(2022, date.Must("2022-01-01").AddDays(rapid.IntRange(0, 364).Draw(t, "day")))
		x, err := layOut(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		var a Amounts
		if err := x.contracted(&a, p); err != nil {
			t.Fatal(err)
		}
		since := rapid.SampledFrom([]date.Date{{}, date.Must("2019-01-01"), date.Must("2022-01-01"), date.Must("2022-05-01"), date.Must("2023-01-01")}).Draw(t, "since")
		course, err := x.accrual(p, since, money.Fen(rapid.Int64Range(0, 1e10).Draw(t, "due")))
		if err != nil {
			t.Fatal(err)
		}
		var l Posted
		var income, cash money.Fen
		for range rapid.IntRange(0, 20).Draw(t, "vouchers") {
			e := rapid.SampledFrom(events).Draw(t, "event")
			fen := money.Fen(rapid.Int64Range(1, 1e9).Draw(t, "fen"))
			before := rapid.Bool().Draw(t, "before")
			back := rapid.IntRange(0, 5).Draw(t, "reversed") == 0
			if back {
				e.debit, e.credit = e.credit, e.debit
			}
			pays := ledger.IsCash(e.debit) || ledger.IsCash(e.credit)
			for _, f := range []ledger.Flow{{Account: e.debit, Debit: fen}, {Account: e.credit, Credit: fen}} {
				f.Chart, f.Before, f.Money, f.Contract = ledger.Chart2023, before, pays, ids.ID(1)
				l.take(&f, by.of(f.Chart, f.Account))
				switch {
				case before:
				case f.Account == "501":
					income += f.Credit - f.Debit
				case ledger.IsCash(f.Account):
					cash += f.Debit - f.Credit
				}
			}
		}
		book(&a, course, &l)
		if !a.Closes() {
			w, y, z := a.Off()
			t.Fatalf("unexplained: %s %s %s in %v", w, y, z, a)
		}
		if a[Accrued] != income || a[Received] != cash {
			t.Fatalf("accrued %s and received %s, the vouchers say %s and %s", a[Accrued], a[Received], income, cash)
		}
		for _, line := range []Line{NoBooks, Arrears, Unposted, PriorPaid, NewOwed, HeldUsed} {
			if a[line] > 0 {
				t.Fatalf("%s is added: %v", Lines[line].Label, a)
			}
		}
		for _, line := range []Line{PriorDue, Advance, Ahead, OldPaid, NewHeld} {
			if a[line] < 0 {
				t.Fatalf("%s is taken off: %v", Lines[line].Label, a)
			}
		}
	})
}

// TestRenewalsAreAYear: what is assumed after an end comes to a year's amount in any twelve whole months, to the fen.
func TestRenewalsAreAYear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &Forecast{}
		for i := range f.Months {
			f.Months[i] = date.Month(202112).Add(i)
		}
		yearly := money.Fen(rapid.Int64Range(0, 1e12).Draw(t, "yearly"))
		from := date.Must("2021-11-11").AddDays(rapid.IntRange(0, 800).Draw(t, "from"))
		var r Row
		if err := f.renew(&r, yearly, from); err != nil {
			t.Fatal(err)
		}
		first := f.at(from.YearMonth())
		if from.Day() > 1 {
			first++
		}
		for i := range f.Months {
			if i < first-1 && r.Renewed[i] != 0 {
				t.Fatalf("%v before %s", r.Renewed, from)
			}
		}
		if at := max(first, 0); first >= 0 && at+12 <= Horizon {
			sum := money.Fen(0)
			for _, fen := range r.Renewed[at : at+12] {
				sum += fen
			}
			if sum != yearly {
				t.Fatalf("a year is %s, not %s", sum, yearly)
			}
		}
	})
}

func TestAccountsAreChecked(t *testing.T) {
	for text, says := range map[string]string{
		"2023 501":                   "应写成",
		"2022 501 合同收入":              "2004 或 2023",
		"2023 599 合同收入":              "没有科目 599",
		"2023 5x1 合同收入":              "没有科目",
		"2023 511 合同收入":              "511 经营支出不是收入类科目",
		"2004 502 合同收入":              "不是收入类科目",
		"2023 501 计入":                "用途应是",
		"2023 501 合同收入\n2023 501 不计": "第 2 行",
		"2023 112 应收":                "至少要有一个",
	} {
		if _, err := parseAccounts(text); err == nil || !contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
	a, err := parseAccounts("2023 501 合同收入\n2023，50103，不计\n2023 502 直接计入")
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]Use{"501": UseIncome, "50101": UseIncome, "50103": UseExcept, "5010301": UseExcept, "502": UseDirect, "503": ""} {
		if got := a.of(ledger.Chart2023, code); got != want {
			t.Errorf("%s is %q, not %q", code, got, want)
		}
	}
	if got := a.of(ledger.Chart2004, "501"); got != "" {
		t.Errorf("the other system's 501 is %q", got)
	}
	again, err := parseAccounts(a.text())
	if err != nil || again.text() != a.text() {
		t.Errorf("%q comes back as %q, %v", a.text(), again.text(), err)
	}
}
