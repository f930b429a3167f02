package stable

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

var update = flag.Bool("update", false, "write the golden files anew")

// smallVillage has one contract for each thing that keeps the three ways apart, looked at in the middle of 2025.
func smallVillage(w *world) (paidAhead, owing, prepaid ids.ID) {
	w.t.Helper()
	// Paid a year ahead, booked when received; the books begin in the middle of its second year.
	paidAhead = w.let("厂房一号", "2022-07-01", "2027-06-30", "units", "U1", "pay", "12000")
	w.post("2024-07-01", paidAhead, "102 +12000", "501 -12000*")
	// By the quarter in arrears, accrued; last year's last quarter came in this year, the last one is owed after its end.
	owing = w.let("厂房二号", "2024-01-01", "2025-03-31", "units", "U2", "pay", "3000", "pay_months", "3", "advance", "否")
	for _, day := range []string{"2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31"} {
		w.post(day, owing, "112 +3000*", "501 -3000*")
	}
	for _, day := range []string{"2024-04-05", "2024-07-05", "2024-10-09"} {
		w.post(day, owing, "102 +3000", "112 -3000*")
	}
	w.post("2025-02-20", owing, "102 +3000", "112 -3000*", "102 +15", "504 -15*")
	w.post("2025-06-28", owing, "515 +1000", "112 -1000*") // a bad debt
	// Begins in the year with a month free, raised every year; a year's rent is taken ahead and released by the month.
	prepaid = w.let("厂房三号", "2025-04-01", "2030-03-31", "units", "U3、U5", "pay", "24000", "free_months", "1", "rise_months", "12", "rise_percent", "5", "previous", "HT-2024-0001")
	w.post("2025-05-06", prepaid, "102 +24000", "211 -24000*")
	w.post("2025-05-31", prepaid, "211 +2000*", "501 -2000*")
	w.post("2025-06-30", prepaid, "211 +2000*", "501 -2000*")
	// A service that was ended early; one that begins later; what does not count; what names no contract.
	ended := w.let("保洁服务", "2024-05-01", "2026-04-30", "kind", "服务协议", "pay", "500", "pay_months", "1", "advance", "否")
	v, err := w.contracts.Get(w.ctx, access.System, w.tenant, ended)
	w.ok(err)
	v.Ended = date.Must("2025-04-15")
	w.ok(w.contracts.Update(w.ctx, access.System, w.tenant, v))
	w.post("2025-05-01", ended, "102 +5500", "501 -5500*")
	w.let("门面", "2025-10-01", "2028-09-30", "units", "U6", "pay", "9000", "pay_months", "6")
	once := w.let("临时场地", "2025-02-01", "2025-02-28", "units", "U4", "pay", "800", "stable", "否")
	w.post("2025-02-01", once, "102 +800", "501 -800*")
	w.post("2025-03-08", 0, "102 +321.50", "501 -321.50")
	return paidAhead, owing, prepaid
}

// report writes a reconciliation as a person reads it.
func report(y *Year) string {
	var b strings.Builder
	for _, l := range Lines {
		mark := "  "
		if l.Total {
			mark = "= "
		}
		fmt.Fprintf(&b, "%s%s", mark, l.Label)
		sum := money.Fen(0)
		for i := range y.Items {
			sum += y.Items[i].Amounts[l.Line]
		}
		fmt.Fprintf(&b, " %s\n", sum)
		for i := range y.Items {
			if fen := y.Items[i].Amounts[l.Line]; fen != 0 {
				fmt.Fprintf(&b, "      %s %s %s\n", y.Items[i].Contract.No, y.Items[i].Contract.Name, fen)
			}
		}
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got\n%s", name, got)
	}
}

func TestSmallVillage(t *testing.T) {
	each(t, func(w *world) {
		smallVillage(w)
		y := w.year(2025, "2025-06-30")
		for i := range y.Items {
			if !y.Items[i].Closes() {
				w.t.Errorf("%s does not close: %v", y.Items[i].Contract.Name, y.Items[i].Amounts)
			}
		}
		sum, err := y.Sum()
		w.ok(err)
		l := y.Loose[village]
		if l == nil || l.Bare != 321_50 || l.Uncounted != 800_00 || l.Counted != sum[Accrued] || l.Total != l.Bare+l.Uncounted+l.Counted {
			w.t.Errorf("the accounts are made up of %+v, accrued %s", l, sum[Accrued])
		}
		sources, err := y.BySource()
		w.ok(err)
		var again Amounts
		for i := range sources {
			w.ok(again.Add(&sources[i].Amounts))
		}
		if again != sum || len(sources) != 3 {
			w.t.Errorf("the sources are %v, together %v, want %v", sources, again, sum)
		}
		golden(t, "village.txt", report(y))

		cat := indicator.NewCatalogue(w.d, w.env.Regions)
		cat.Add(w.s.Figures()...)
		for code, want := range map[string]money.Fen{"stable.contracted": sum[Within], "stable.accrued": sum[Accrued], "stable.received": sum[Received], "stable.added": 12000_00, "stable.lost": 6000_00, "stable.at_risk": 0} {
			r, err := cat.Eval(w.ctx, indicator.Ask{Code: code, Scopes: []string{village}, Year: 2025, AsOf: date.Must("2025-06-30")})
			w.ok(err)
			if r.Value != int64(want) {
				w.t.Errorf("%s is %s, not %s", code, money.Fen(r.Value), want)
			}
		}
	})
}

// TestReadsWhatWasPosted: of random vouchers on random contracts, on random days, the ways of counting say what the vouchers
// say, and every contract closes.
func TestReadsWhatWasPosted(t *testing.T) {
	each(t, func(w *world) {
		paidAhead, owing, prepaid := smallVillage(w)
		r := rand.New(rand.NewPCG(7, 11))
		list := []ids.ID{paidAhead, owing, prepaid}
		w.ok(w.l.SetOpenings(w.ctx, access.System, w.tenant, w.books, []ledger.Opening{
			{Line: ledger.Line{Account: "112", Party: w.tenantID(), Contract: owing}, Opening: 700_00},
			{Line: ledger.Line{Account: "301"}, Opening: -700_00},
		}))
		type moved struct {
			day          date.Date
			income, cash money.Fen
		}
		base := w.year(2025, "2025-12-31")
		was, err := base.Sum()
		w.ok(err)
		var posted []moved
		for range 40 {
			e := events[r.IntN(len(events))]
			day := date.Must("2024-01-01").AddDays(r.IntN(730))
			fen := money.Fen(r.Int64N(1e6) + 1)
			lines := []string{e.debit + " +" + fen.Plain(), e.credit + " -" + fen.Plain()}
			m := moved{day: day}
			for i, account := range []string{e.debit, e.credit} {
				sign := money.Fen(1 - 2*i)
				switch {
				case account == "501":
					m.income -= sign * fen
				case ledger.IsCash(account):
					m.cash += sign * fen
				}
				lines[i] += "*"
			}
			w.post(day.String(), list[r.IntN(len(list))], lines...)
			posted = append(posted, m)
		}
		y := w.year(2025, "2025-12-31")
		got, err := y.Sum()
		w.ok(err)
		for i := range y.Items {
			if !y.Items[i].Closes() {
				w.t.Errorf("%s does not close: %v", y.Items[i].Contract.Name, y.Items[i].Amounts)
			}
		}
		income, cash := was[Accrued], was[Received]
		for _, m := range posted {
			if m.day.Year() == 2025 {
				income, cash = income+m.income, cash+m.cash
			}
		}
		if got[Accrued] != income || got[Received] != cash {
			w.t.Errorf("accrued %s, received %s; want %s, %s", got[Accrued], got[Received], income, cash)
		}
		for range 5 {
			day := date.Must("2024-01-01").AddDays(r.IntN(730))
			for _, it := range w.year(day.Year(), day.String()).Items {
				if !it.Closes() {
					w.t.Errorf("%s does not close on %s: %v", it.Contract.Name, day, it.Amounts)
				}
			}
		}
	})
}

func TestChanges(t *testing.T) {
	each(t, func(w *world) {
		smallVillage(w)
		amended, err := w.contracts.Get(w.ctx, access.System, w.tenant, w.let("厂房四号", "2024-01-01", "2025-12-31", "units", "U7", "pay", "6000"))
		w.ok(err)
		amended.Pay, amended.Effective = 5000_00, date.Must("2025-03-01")
		w.ok(w.contracts.Update(w.ctx, access.System, w.tenant, amended))
		of := func(day string) *Changes {
			c, err := w.s.Changes(w.ctx, w.d.Read(), w.tenant, w.ranges(), PeriodOf(2025, date.Must(day)))
			w.ok(err)
			added, lost, _ := c.Sums()
			if c.Opening+added+lost != c.Closing {
				w.t.Errorf("%s: %s %s %s make no %s", day, c.Opening, added, lost, c.Closing)
			}
			return c
		}
		text := func(list []Change) string {
			var out []string
			for _, x := range list {
				s := x.Contract.Name + " " + field.LabelOf(ChangeKinds, x.Kind) + " " + x.By.String()
				if x.Previous != nil {
					s += " 原" + x.Previous.Name
				}
				out = append(out, s)
			}
			return strings.Join(out, "；")
		}
		c := of("2025-06-30")
		if got, want := text(c.Added), "厂房三号 续签（接租） 12,000.00 原厂房二号"; got != want {
			w.t.Errorf("added %s, want %s", got, want)
		}
		if got, want := text(c.Lost), "保洁服务 提前终止 -6,000.00；厂房四号 变更 -1,000.00"; got != want {
			w.t.Errorf("lost %s, want %s", got, want)
		}
		if len(c.AtRisk) != 1 || c.AtRisk[0].Contract.Name != "厂房四号" || c.AtRisk[0].Annual != 5000_00 {
			w.t.Errorf("at risk: %v", c.AtRisk)
		}
		if c = of("2025-01-31"); len(c.Lost)+len(c.Added) != 0 || c.Opening != 36000_00 {
			w.t.Errorf("in January: %+v", c)
		}
		y := w.year(2025, "2025-06-30")
		for i := range y.Items {
			if it := &y.Items[i]; it.Contract.ID == amended.ID && (it.Amounts[Amended] <= 0 || !it.Closes()) {
				w.t.Errorf("the amendment is not told: %v", it.Amounts)
			}
		}
	})
}

func TestForecast(t *testing.T) {
	each(t, func(w *world) {
		smallVillage(w)
		day := date.Must("2025-06-30")
		of := func(s Scenario) (*Forecast, money.Fen, money.Fen) {
			f, err := w.s.Forecast(w.ctx, w.d.Read(), w.tenant, w.ranges(), day, s)
			w.ok(err)
			months, err := f.ByMonth(func(string) bool { return true })
			w.ok(err)
			var contracted, renewed money.Fen
			for _, m := range months {
				contracted, renewed = contracted+m.Contracted, renewed+m.Renewed
			}
			return f, contracted, renewed
		}
		f, contracted, renewed := of(NoRenewal)
		want := money.Fen(0)
		for i := range f.Rows {
			versions, err := contract.Versions(w.ctx, w.d.Read(), w.tenant, f.Rows[i].Contract.ID)
			w.ok(err)
			x, err := layOut(f.Rows[i].Contract, versions)
			w.ok(err)
			fen, err := x.course.Between(date.Must("2025-07-01"), date.Must("2028-06-30"))
			w.ok(err)
			want += fen
		}
		if contracted != want || renewed != 0 || len(f.Rows) != 3 {
			w.t.Errorf("%d contracts bring %s and %s, want %s", len(f.Rows), contracted, renewed, want)
		}
		if len(f.Expiries) != 1 || f.Expiries[0].Last != date.Must("2027-06-30") || f.Expiries[0].Annual != 12000_00 || f.Months[0] != 202507 || f.Months[35] != 202806 {
			w.t.Errorf("%v to %v, expiring %+v", f.Months[0], f.Months[35], f.Expiries)
		}
		if _, _, renewed = of(SameRent); renewed != 12000_00 {
			w.t.Errorf("at the same rent: %s", renewed)
		}
		if _, _, renewed = of(ByRules); renewed != 0 {
			w.t.Errorf("with no rules: %s", renewed)
		}
		add(w, w.s.Renewals, "region", "八桥镇", "share", "50", "change", "10", "basis", "试", "from", "2025-01-01")
		add(w, w.s.Renewals, "region", "八桥镇", "kind", "租赁合同", "source", "厂房", "share", "100", "vacancy", "3", "change", "-10", "basis", "试", "from", "2025-01-01")
		f, _, renewed = of(ByRules)
		if renewed != 8100_00 || len(f.Rules) != 1 { // nine months of 900
			w.t.Errorf("by rules: %s, %v", renewed, f.Rules)
		}
		_, err := create(w, w.s.Renewals, "region", "八桥镇", "share", "10", "basis", "试", "from", "2026-01-01")
		refused(t, err, "from", "日期重叠")
		_, err = create(w, w.s.Renewals, "region", "永胜村", "share", "10", "change", "-200", "basis", "试", "from", "2026-01-01")
		refused(t, err, "change", "-100 到 100")
	})
}

func TestDefinition(t *testing.T) {
	each(t, func(w *world) {
		smallVillage(w)
		def := func(pairs ...string) (ids.ID, error) {
			texts := map[string]string{
				"name": "口径", "region": "八桥镇", "from": "2025-01-01", "lease": "是", "marked": "是",
				"accounts": "2023 501 合同收入\n2023 112 应收\n2023 211 预收",
			}
			for i := 0; i+1 < len(pairs); i += 2 {
				texts[pairs[i]] = pairs[i+1]
			}
			var list []string
			for k, v := range texts {
				list = append(list, k, v)
			}
			return create(w, w.s.Definitions, list...)
		}
		for _, c := range [][]string{
			{"accounts", "2023 50199 合同收入", "accounts", "没有明细科目 2023 50199"}, {"lease", "否", "lease", "至少选一类"},
			{"to", "2024-01-01", "to", "不能早于"}, {"accounts", "2023 112 合同收入", "accounts", "不是收入类科目"},
		} {
			_, err := def(c[:2]...)
			refused(t, err, c[2], c[3])
		}
		first, err := def("to", "2025-12-31")
		w.ok(err)
		_, err = def("from", "2025-12-31")
		refused(t, err, "from", "日期重叠")
		_, err = def("from", "2026-01-03")
		refused(t, err, "from", "启用日期应为 2026-01-01")
		_, err = def("from", "2023-01-01", "to", "2024-11-30")
		refused(t, err, "to", "停用日期应为 2024-12-31")
		_, err = def("from", "2026-01-01", "marked", "否")
		w.ok(err)
		y := w.year(2025, "2025-06-30") // leases only
		for i := range y.Items {
			if k := y.Items[i].Contract.Kind; k != contract.Lease {
				w.t.Errorf("a contract of kind %s counts", k)
			}
		}
		if len(y.Definitions) != 1 || y.Definitions[0].ID != first {
			w.t.Errorf("counted by %v", y.Definitions)
		}
		// What the village would count by another definition, before it is kept.
		d, err := w.s.Definitions.Get(w.ctx, access.System, w.tenant, first)
		w.ok(err)
		d.Accounts = "2023 501 直接计入\n2023 502 合同收入"
		list, err := w.s.Preview(w.ctx, w.d.Read(), w.tenant, w.ranges(), d, PeriodOf(2025, date.Must("2025-06-30")))
		w.ok(err)
		if len(list) != 1 || list[0].Place != village || list[0].After[Accrued] != 321_50 || list[0].Before[Accrued] != 7000_00 || list[0].Before[Annual] != list[0].After[Annual] {
			w.t.Errorf("the preview says %+v", list)
		}
	})
}

// BenchmarkCounty counts a county of 300 villages with 40 contracts each, all of which run on the day or begin later.
func BenchmarkCounty(b *testing.B) {
	w := benchWorld(b, 300, 40)
	p := PeriodOf(2025, date.Must("2025-06-30"))
	b.Run("forecast", func(b *testing.B) {
		for b.Loop() {
			f, err := w.s.Forecast(context.Background(), w.d.Read(), w.tenant, w.ranges(), p.Day, SameRent)
			if err != nil || len(f.Rows) != 12_000 {
				b.Fatal(len(f.Rows), err)
			}
		}
	})
	b.Run("reconcile", func(b *testing.B) {
		for b.Loop() {
			y, err := w.s.Of(context.Background(), w.d.Read(), w.tenant, w.ranges(), p)
			if err != nil || len(y.Items) != 12_000 {
				b.Fatal(len(y.Items), err)
			}
		}
	})
	b.Run("changes", func(b *testing.B) {
		for b.Loop() {
			if _, err := w.s.Changes(context.Background(), w.d.Read(), w.tenant, w.ranges(), p); err != nil {
				b.Fatal(err)
			}
		}
	})
}
