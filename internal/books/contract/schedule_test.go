package contract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// drawContract makes a contract that the rules let through.
func drawContract(t *rapid.T) *Contract {
	c := &Contract{
		From:      date.Must("2000-01-01").AddDays(rapid.IntRange(0, 15_000).Draw(t, "from")),
		PayMonths: rapid.IntRange(1, 120).Draw(t, "every"),
		Pay:       money.Fen(rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "pay")),
		Advance:   rapid.Bool().Draw(t, "advance"),
		Kind:      Service,
	}
	c.To = c.From.AddDays(rapid.IntRange(0, 365*longestYears).Draw(t, "days"))
	if rapid.Bool().Draw(t, "free") {
		c.FreeMonths = rapid.IntRange(0, 60).Draw(t, "free months")
	}
	if rapid.Bool().Draw(t, "early") {
		c.Ended = c.From.AddDays(rapid.IntRange(0, c.To.Sub(c.From)).Draw(t, "end"))
	}
	if check(c) != nil {
		t.Skip("refused by the rules")
	}
	return c
}

// TestScheduleHasNoGaps: the parts follow one another from the end of the free time to the last day, each for as many
// months and as much as the contract says, and only the last may be shorter, by days.
func TestScheduleHasNoGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		got, err := Schedule(c)
		if err != nil {
			t.Fatal(err)
		}
		begin, last := c.From.AddMonths(c.FreeMonths), c.last()
		if last.Before(begin) {
			if len(got) != 0 {
				t.Fatalf("ended in the free time, yet owed: %v", got)
			}
			return
		}
		if len(got) == 0 || got[0].From != begin || got[len(got)-1].To != last {
			t.Fatalf("from %v to %v: %v", begin, last, got)
		}
		var sum money.Fen
		for k, ch := range got {
			if ch.Seq != k+1 || ch.To.Before(ch.From) || k > 0 && got[k-1].To.AddDays(1) != ch.From {
				t.Fatalf("part %d does not follow: %v", k+1, got)
			}
			if want := map[bool]date.Date{true: ch.From, false: ch.To}[c.Advance]; ch.Due != want {
				t.Fatalf("part %d falls due on %v, want %v", k+1, ch.Due, want)
			}
			whole := begin.AddMonths((k+1)*c.PayMonths).AddDays(-1) == ch.To
			switch {
			case whole && ch.Amount != c.Pay:
				t.Fatalf("part %d is whole and costs %v, want %v", k+1, ch.Amount, c.Pay)
			case !whole && k != len(got)-1:
				t.Fatalf("part %d is cut short and is not the last: %v", k+1, got)
			case ch.Amount < 0 || ch.Amount > c.Pay:
				t.Fatalf("part %d costs %v of %v", k+1, ch.Amount, c.Pay)
			}
			sum += ch.Amount
		}
		if full := c.Pay * money.Fen(len(got)); sum > full || sum < full-c.Pay {
			t.Fatalf("%d parts cost %v in all", len(got), sum)
		}
	})
}

// TestEarlyEndChangesOnlyTheEnd: what fell due before an early end stays as it was laid out.
func TestEarlyEndChangesOnlyTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		whole := *c
		whole.Ended = date.Date{}
		before, err := Schedule(&whole)
		if err != nil {
			t.Fatal(err)
		}
		after, err := Schedule(c)
		if err != nil {
			t.Fatal(err)
		}
		if len(after) > len(before) {
			t.Fatalf("an early end gives %d parts, without it %d", len(after), len(before))
		}
		for k := range max(len(after)-1, 0) {
			if after[k] != before[k] {
				t.Fatalf("part %d: %v, before %v", k+1, after[k], before[k])
			}
		}
		if n := len(after); n > 0 && (after[n-1].From != before[n-1].From || after[n-1].Amount > before[n-1].Amount) {
			t.Fatalf("the last part: %v, before %v", after[n-1], before[n-1])
		}
	})
}

// TestSchedulesOfRealContracts lays out five contracts as villages sign them.
func TestSchedulesOfRealContracts(t *testing.T) {
	for _, c := range []struct {
		name string
		c    Contract
		want string
	}{
		{
			"a workshop by the quarter in advance", Contract{From: date.Must("2021-04-01"), To: date.Must("2022-03-31"), Pay: 75_000_00, PayMonths: 3, Advance: true},
			`1 2021-04-01..2021-06-30 due 2021-04-01 75,000.00
			2 2021-07-01..2021-09-30 due 2021-07-01 75,000.00
			3 2021-10-01..2021-12-31 due 2021-10-01 75,000.00
			4 2022-01-01..2022-03-31 due 2022-01-01 75,000.00`,
		},
		{
			"a shop by the year, two months free, given up early", Contract{
				From: date.Must("2021-03-15"), To: date.Must("2024-03-14"), Ended: date.Must("2022-11-30"), FreeMonths: 2, Pay: 36_500_00, PayMonths: 12, Advance: true,
			},
			// 2022-05-15..2022-11-30 is 200 of 365 days.
			`1 2021-05-15..2022-05-14 due 2021-05-15 36,500.00
			2 2022-05-15..2022-11-30 due 2022-05-15 20,000.00`,
		},
		{
			"a flat by the month from the 31st", Contract{From: date.Must("2023-10-31"), To: date.Must("2024-03-30"), Pay: 800_00, PayMonths: 1},
			`1 2023-10-31..2023-11-29 due 2023-11-29 800.00
			2 2023-11-30..2023-12-30 due 2023-12-30 800.00
			3 2023-12-31..2024-01-30 due 2024-01-30 800.00
			4 2024-01-31..2024-02-28 due 2024-02-28 800.00
			5 2024-02-29..2024-03-30 due 2024-03-30 800.00`,
		},
		{
			"land, paid once", Contract{From: date.Must("2020-01-01"), To: date.Must("2049-12-31"), Pay: 300_000_00},
			`1 2020-01-01..2049-12-31 due 2049-12-31 300,000.00`,
		},
		{
			// 2021-10-01..2021-11-10 is 41 of 182 days.
			"a service by the half-year afterwards, to the middle of one", Contract{From: date.Must("2020-10-01"), To: date.Must("2022-01-10"), Ended: date.Must("2021-11-10"), Pay: 49_000_00, PayMonths: 6},
			`1 2020-10-01..2021-03-31 due 2021-03-31 49,000.00
			2 2021-04-01..2021-09-30 due 2021-09-30 49,000.00
			3 2021-10-01..2021-11-10 due 2021-11-10 11,038.46`,
		},
	} {
		got, err := Schedule(&c.c)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, ch := range got {
			lines = append(lines, fmt.Sprintf("%d %s..%s due %s %s", ch.Seq, ch.From, ch.To, ch.Due, ch.Amount))
		}
		if diff := cmp.Diff(strings.ReplaceAll(c.want, "\t", ""), strings.Join(lines, "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestAnnual(t *testing.T) {
	for _, c := range []struct {
		pay    money.Fen
		months int
		want   money.Fen
	}{{75_000_00, 3, 300_000_00}, {100_00, 1, 1_200_00}, {100_00, 0, 0}, {100_00, 12, 100_00}, {100_00, 7, 171_43}, {1, 120, 0}, {5, 120, 1}} {
		k := Contract{Pay: c.pay, PayMonths: c.months}
		if err := deriveAnnual(&k); err != nil || k.Annual != c.want {
			t.Errorf("%v every %d months is %v a year, want %v (%v)", c.pay, c.months, k.Annual, c.want, err)
		}
	}
	if err := deriveAnnual(&Contract{Pay: money.Max, PayMonths: 1}); err == nil {
		t.Error("twelve times the largest amount is accepted")
	}
}

// asBefore lays out payments as the program did when contracts had no further terms.
func asBefore(c *Contract) ([]Charge, error) {
	start, last := c.From.AddMonths(c.FreeMonths), c.last()
	if c.Pay == 0 || last.Before(start) {
		return nil, nil
	}
	due := func(from, to date.Date) date.Date {
		if c.Advance {
			return from
		}
		return to
	}
	if c.PayMonths == 0 {
		return []Charge{{Seq: 1, From: c.From, To: last, Due: due(c.From, last), Amount: c.Pay}}, nil
	}
	var out []Charge
	for k := 0; !start.AddMonths(k * c.PayMonths).After(last); k++ {
		from, end := start.AddMonths(k*c.PayMonths), start.AddMonths((k+1)*c.PayMonths).AddDays(-1)
		ch := Charge{Seq: k + 1, From: from, To: end, Due: due(from, end), Amount: c.Pay}
		if end.After(last) {
			part, err := money.MulDiv(c.Pay, int64(last.Sub(from)+1), int64(end.Sub(from)+1), money.HalfUp)
			if err != nil {
				return nil, err
			}
			ch.To, ch.Due, ch.Amount = last, due(from, last), part
		}
		out = append(out, ch)
	}
	return out, nil
}

// TestOldContractsKeepTheirSchedules: without further terms every payment is what it was before there were any.
func TestOldContractsKeepTheirSchedules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		if rapid.Bool().Draw(t, "once") {
			c.PayMonths = 0
		}
		want, err := asBefore(c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Schedule(c)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v %v\nwant %v", got, err, want)
		}
	})
}
