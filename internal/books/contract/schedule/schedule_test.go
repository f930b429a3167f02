package schedule

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

var update = flag.Bool("update", false, "write the golden schedules anew")

// draw makes terms of any kind that do not contradict themselves.
func draw(t *rapid.T) Terms {
	x := Terms{
		From:      date.Must("1990-01-01").AddDays(rapid.IntRange(0, 15_000).Draw(t, "from")),
		Step:      rapid.SampledFrom([]int{1, 1, 2, 3, 3, 6, 12, 12, 24, 5, 7, 36}).Draw(t, "step"),
		Pay:       money.Fen(rapid.Int64Range(0, 100_000_000_00).Draw(t, "pay")),
		Advance:   rapid.Bool().Draw(t, "advance"),
		Prorate:   rapid.SampledFrom([]Prorate{ByDays, By360, ByMonths}).Draw(t, "prorate"),
		FreeHead:  rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "free head"),
		Deposit:   money.Fen(rapid.Int64Range(0, 1_000_000).Draw(t, "deposit")),
		Guarantee: Share{Percent: 800},
	}
	x.To = x.From.AddDays(rapid.IntRange(0, 365*30).Draw(t, "days"))
	x.Calendar = (x.Step%12 == 0 || 12%x.Step == 0) && rapid.Bool().Draw(t, "calendar")
	if rapid.Bool().Draw(t, "due day") {
		x.DueDay = rapid.IntRange(1, 31).Draw(t, "day")
	} else {
		x.DueDays = rapid.IntRange(-30, 60).Draw(t, "due days")
	}
	if rapid.Bool().Draw(t, "early") {
		x.Ended = x.From.AddDays(rapid.IntRange(0, x.To.Sub(x.From)).Draw(t, "ended"))
	}
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 1:
		x.Escalate = Escalation{
			Every: rapid.IntRange(1, 60).Draw(t, "every"), First: rapid.IntRange(0, 60).Draw(t, "first"), Percent: rapid.Int64Range(1, 1000).Draw(t, "percent"),
			OfBase: rapid.Bool().Draw(t, "of base"), Unit: rapid.SampledFrom([]int64{0, 1, 100, 1000}).Draw(t, "unit"),
		}
	case 2:
		x.Escalate = Escalation{Every: 12, Amount: money.Fen(rapid.Int64Range(1, 1_000_00).Draw(t, "amount"))}
	case 3:
		x.Price = Price{money.Fen(rapid.Int64Range(1, 1_000_00).Draw(t, "price")), rapid.SampledFrom([]int{1, 12}).Draw(t, "per"), qty.Qty{N: rapid.Int64Range(1, 10_000*qty.One).Draw(t, "quantity"), Unit: qty.M2}}
	case 4:
		for d := x.From.AddDays(rapid.IntRange(0, 900).Draw(t, "rate")); d.Before(x.To) && len(x.Rates) < 5; d = d.AddDays(rapid.IntRange(1, 900).Draw(t, "next rate")) {
			x.Rates = append(x.Rates, Rate{d, money.Fen(rapid.Int64Range(0, 1_000_000).Draw(t, "rate pay"))})
		}
	}
	for d := x.From.AddDays(rapid.IntRange(0, 2000).Draw(t, "free")); d.Before(x.To) && len(x.Free) < 3; d = d.AddDays(rapid.IntRange(100, 900).Draw(t, "next free")) {
		if to := d.AddDays(rapid.IntRange(0, 90).Draw(t, "free days")); !to.After(x.To) {
			x.Free = append(x.Free, Span{d, to})
		}
	}
	if rapid.Bool().Draw(t, "prepays") {
		x.Prepay = rapid.IntRange(1, 72).Draw(t, "prepay")
	}
	whole := x
	whole.Ended = date.Date{}
	for _, y := range []*Terms{&x, &whole} {
		if _, err := Build(y); err != nil {
			t.Skip("contradicts itself, or grows beyond what is recorded")
		}
	}
	return x
}

func build(t *rapid.T, x *Terms) *Plan {
	p, err := Build(x)
	if err != nil {
		t.Fatalf("%+v: %v", x, err)
	}
	return p
}

func sum(t interface{ Fatal(...any) }, list []Payment) money.Fen {
	s, err := Sum(list)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestPaymentsHaveNoGap: from the first billed day to the last, one after the other, none negative, each due by the rule.
func TestPaymentsHaveNoGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := draw(t)
		p := build(t, &x)
		begin, last := x.begin(), x.Last()
		if last.Before(begin) {
			if len(p.Payments) != 0 {
				t.Fatalf("ended before billing begins, yet %v", p.Payments)
			}
			return
		}
		list := p.Payments
		if len(list) == 0 || list[0].From != begin || list[len(list)-1].To != last {
			t.Fatalf("from %s to %s: %+v", begin, last, list)
		}
		for i, y := range list {
			if y.Seq != i+1 || y.To.Before(y.From) || i > 0 && y.From != list[i-1].To.AddDays(1) || y.Amount < 0 || y.Why == "" {
				t.Fatalf("payment %d: %+v", i+1, list)
			}
			if x.Prepay > 0 && i == 0 {
				continue
			}
			at := y.To
			if x.Advance {
				at = y.From
			}
			if x.DueDay == 0 && y.Due != at.AddDays(x.DueDays) {
				t.Fatalf("due on %s, not %d days after %s", y.Due, x.DueDays, at)
			}
			if x.DueDay > 0 && (y.Due.Before(at) || y.Due.After(at.AddDays(31)) || y.Due.Day() != min(x.DueDay, y.Due.EndOfMonth().Day())) {
				t.Fatalf("due on %s, not on the %d. after %s", y.Due, x.DueDay, at)
			}
		}
		total, err := p.Total()
		if err != nil || total != sum(t, list) {
			t.Fatalf("%s in all, payments %s: %v", total, sum(t, list), err)
		}
	})
}

// TestWholePeriodsCostTheirPrice: without escalation, free time and hand-made rates, a whole period costs what the terms
// say, and no part of one costs more.
func TestWholePeriodsCostTheirPrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := draw(t)
		x.Escalate, x.Free, x.Rates, x.Prepay, x.Price = Escalation{}, nil, nil, 0, Price{}
		p := build(t, &x)
		for i, y := range p.Payments {
			q := p.periods[i]
			if whole := y.From == q.whole.From && y.To == q.whole.To; whole && y.Amount != x.Pay || y.Amount > x.Pay {
				t.Fatalf("%+v costs %s of %s", q.whole, y.Amount, x.Pay)
			}
		}
	})
}

// TestAccrualsAddUp: each month once, none negative, together what is paid.
func TestAccrualsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := draw(t)
		p := build(t, &x)
		list, err := p.Accruals()
		if err != nil {
			t.Fatal(err)
		}
		s := money.Fen(0)
		for i, a := range list {
			if a.Amount < 0 || i > 0 && a.Month != list[i-1].Month.Next() {
				t.Fatalf("%+v", list)
			}
			s += a.Amount
		}
		if s != sum(t, p.Payments) {
			t.Fatalf("accruals %s, payments %s", s, sum(t, p.Payments))
		}
	})
}

// TestCutAndContinued: cut on any day, both parts together are the whole; the first is what an early end on that day gives.
func TestCutAndContinued(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := draw(t)
		x.Ended = date.Date{}
		p := build(t, &x)
		day := x.From.AddDays(rapid.IntRange(0, x.To.Sub(x.From)).Draw(t, "day"))
		before, err := p.Slice(x.From, day)
		if err != nil {
			t.Fatal(err)
		}
		after, err := p.Slice(day.AddDays(1), x.To)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := sum(t, before), sum(t, after); a+b != sum(t, p.Payments) {
			t.Fatalf("%s and %s are not %s", a, b, sum(t, p.Payments))
		}
		x.Ended = day
		ended := build(t, &x)
		if !slices.Equal(before, ended.Payments) {
			t.Fatalf("cut on %s:\n%+v\nended early:\n%+v", day, before, ended.Payments)
		}
		s, err := ended.Settle(day, sum(t, p.Payments))
		if err != nil || s.Owed != 0 || s.Refund != sum(t, after)+x.Deposit {
			t.Fatalf("paid in full and ended on %s: %+v, %v; the rest costs %s", day, s, err, sum(t, after))
		}
	})
}

// TestBilledIsNeverRewritten: under any versions, what was billed stays, and all payments are what each version's days cost.
func TestBilledIsNeverRewritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := draw(t)
		versions := []Version{{Terms: x}}
		p := build(t, &x)
		list, want, since := p.Payments, money.Fen(0), x.From
		for range rapid.IntRange(1, 4).Draw(t, "versions") {
			y := draw(t)
			y.From, y.To, y.Ended, y.Free, y.Rates = x.From, x.To, date.Date{}, nil, nil
			if rapid.Bool().Draw(t, "ends early") {
				y.Ended = y.From.AddDays(rapid.IntRange(0, y.To.Sub(y.From)).Draw(t, "end"))
			}
			if _, err := Build(&y); err != nil {
				t.Skip("contradicts itself, or grows beyond what is recorded")
			}
			v := Version{Terms: y, Effective: since.AddDays(rapid.IntRange(0, max(x.To.Sub(since), 0)).Draw(t, "effective")), Kept: rapid.IntRange(0, len(list)).Draw(t, "kept")}
			v.Made = v.Effective
			fen, err := p.Between(since, v.Effective.AddDays(-1))
			if err != nil {
				t.Fatal(err)
			}
			want += fen
			versions = append(versions, v)
			got, err := Chain(versions)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(list[:v.Kept], got[:v.Kept]) {
				t.Fatalf("billed, yet rewritten:\n%+v\n%+v", list[:v.Kept], got[:v.Kept])
			}
			p, list, since = build(t, &y), got, v.Effective
			next := date.Date{}
			for i, z := range got {
				if z.Seq != i+1 {
					t.Fatalf("%+v", got)
				}
				if !z.Adjusts && !next.IsZero() && z.From.Before(next) {
					t.Fatalf("payment %d overlaps the one before: %+v", z.Seq, got)
				}
				if !z.Adjusts {
					next = z.To.AddDays(1)
				}
			}
			rest, err := p.Between(since, y.Last())
			if err != nil || want+rest != sum(t, got) {
				t.Fatalf("payments %s, want %s: %v", sum(t, got), want+rest, err)
			}
			months, err := Accruals(versions)
			if err != nil {
				t.Fatal(err)
			}
			accrued := money.Fen(0)
			for _, a := range months {
				accrued += a.Amount
			}
			if accrued != sum(t, got) {
				t.Fatalf("accruals %s, payments %s", accrued, sum(t, got))
			}
		}
	})
}

// TestTurnover: with the top-up a tenant pays the share or the guaranteed minimum, whichever is more.
func TestTurnover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := draw(t)
		p := build(t, &x)
		turnover := money.Fen(rapid.Int64Range(0, 1_000_000_000_00).Draw(t, "turnover"))
		least, err := p.Between(x.From, x.Last())
		if err != nil {
			t.Fatal(err)
		}
		up, err := p.TopUp(x.From, x.Last(), turnover, x.To)
		if err != nil || least+up.Amount != max(least, (turnover*8+50)/100) {
			t.Fatalf("%s of %s, at least %s: %+v, %v", x.Last(), turnover, least, up, err)
		}
	})
}

// TestMistakes are told beside the field.
func TestMistakes(t *testing.T) {
	base := func() Terms {
		return Terms{From: date.Must("2021-01-01"), To: date.Must("2030-12-31"), Step: 12, Pay: 10_000_00}
	}
	span := func(a, b string) Span { return Span{date.Must(a), date.Must(b)} }
	for _, c := range []struct {
		name, field string
		spoil       func(*Terms)
	}{
		{"good", "", func(*Terms) {}},
		{"backwards", FieldTo, func(x *Terms) { x.To = date.Must("2020-12-31") }},
		{"ended outside", FieldEnded, func(x *Terms) { x.Ended = date.Must("2031-01-01") }},
		{"free spans overlap", FieldFree, func(x *Terms) { x.Free = []Span{span("2022-02-01", "2022-03-01"), span("2022-03-01", "2022-03-31")} }},
		{"free span backwards", FieldFree, func(x *Terms) { x.Free = []Span{span("2022-02-02", "2022-02-01")} }},
		{"free span outside", FieldFree, func(x *Terms) { x.Free = []Span{span("2020-12-31", "2021-02-01")} }},
		{"free for longer than it runs", FieldFreeHead, func(x *Terms) { x.FreeHead = 120 }},
		{"falls below nothing", FieldAmount, func(x *Terms) { x.Escalate = Escalation{Every: 12, Amount: -2_000_00} }},
		{"falls below nothing by per cent", FieldPercent, func(x *Terms) { x.Escalate = Escalation{Every: 12, Percent: -2_000, OfBase: true} }},
		{"grows beyond what is recorded", FieldPay, func(x *Terms) { x.Pay = money.Max; x.Escalate = Escalation{Every: 12, Percent: 100_00} }},
		{"adds up beyond what is recorded", FieldPay, func(x *Terms) { x.Pay = money.Max / 2 }},
		{"escalates by both", FieldPercent, func(x *Terms) { x.Escalate = Escalation{Every: 12, Percent: 1, Amount: 1} }},
		{"escalates when?", FieldEvery, func(x *Terms) { x.Escalate = Escalation{Percent: 1} }},
		{"five months by the calendar", FieldCalendar, func(x *Terms) { x.Step, x.Calendar = 5, true }},
		{"two due rules", FieldDueDay, func(x *Terms) { x.DueDay, x.DueDays = 5, 5 }},
		{"a price of nothing", FieldQuantity, func(x *Terms) { x.Price = Price{Fen: 1, Months: 1} }},
		{"a list that begins late", FieldFixed, func(x *Terms) {
			x.Fixed = []Fixed{{From: date.Must("2021-01-02"), Due: date.Must("2021-01-02"), Amount: 1}}
		}},
		{"a list that steps back", FieldFixed, func(x *Terms) {
			x.Fixed = []Fixed{{date.Must("2021-01-01"), date.Must("2021-01-01"), 1}, {date.Must("2021-01-01"), date.Must("2021-01-01"), 1}}
		}},
		{"rates and escalation", FieldRates, func(x *Terms) { x.Rates, x.Escalate = []Rate{{x.From, 1}}, Escalation{Every: 1, Percent: 1} }},
	} {
		x := base()
		c.spoil(&x)
		_, err := Build(&x)
		e := errs.As(err)
		if (err == nil) != (c.field == "") || err != nil && (len(e.Fields) != 1 || e.Fields[0].Name != c.field) {
			t.Errorf("%s: %v, want a mistake beside %q", c.name, err, c.field)
		}
	}
}

// TestGolden lays out contracts as villages sign them; the files in testdata are for people to read.
func TestGolden(t *testing.T) {
	for _, g := range goldens() {
		list, err := Chain(g.versions)
		if err != nil {
			t.Fatalf("%s: %v", g.file, err)
		}
		got := g.title + "\n\n" + text(t, list, g.versions)
		file := filepath.Join("testdata", g.file+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", g.file, diff)
		}
	}
}

func text(t *testing.T, list []Payment, versions []Version) string {
	x := &versions[0].Terms
	var b strings.Builder
	for _, y := range list {
		fmt.Fprintf(&b, "第 %2d 期  %s 至 %s  应付 %s  %14s  %s\n", y.Seq, y.From, y.To, y.Due, y.Amount, y.Why)
	}
	fmt.Fprintf(&b, "合计 %s", sum(t, list))
	if x.Deposit > 0 {
		fmt.Fprintf(&b, "，押金 %s", x.Deposit)
	}
	months, err := Accruals(versions)
	if err != nil {
		t.Fatal(err)
	}
	years := map[int]money.Fen{}
	for _, a := range months {
		years[a.Month.Year()] += a.Amount
	}
	b.WriteString("\n各年权责发生额：")
	for y := x.From.Year(); y <= months[len(months)-1].Month.Year(); y++ {
		fmt.Fprintf(&b, "\n  %d 年 %14s", y, years[y])
	}
	return b.String() + "\n"
}
