package schedule

import (
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// Course is what days cost under a contract's versions, laid out once to be asked often. It has no payments, only prices.
type Course struct{ parts []coursePart }

// coursePart are the days from from to to under one version's terms.
type coursePart struct {
	plan     *Plan
	from, to date.Date
}

// Lay lays out what days cost under versions, oldest first; each version's days by its own terms.
func Lay(versions []Version) (*Course, error) {
	c := &Course{}
	for i := range versions {
		t := &versions[i].Terms
		from, to := t.From, t.Last()
		if i > 0 {
			from = later(from, versions[i].Effective)
		}
		if i+1 < len(versions) {
			to = earlier(to, versions[i+1].Effective.AddDays(-1))
		}
		if to.Before(from) {
			continue
		}
		if err := t.Check(); err != nil {
			return nil, fmt.Errorf("laying out version %d: %w", i+1, err)
		}
		periods, err := t.periods()
		if err != nil {
			return nil, fmt.Errorf("laying out version %d: %w", i+1, err)
		}
		c.parts = append(c.parts, coursePart{&Plan{terms: *t, periods: periods}, from, to})
	}
	return c, nil
}

// Between is what the days from a to b cost, both included.
func (c *Course) Between(a, b date.Date) (money.Fen, error) {
	sum := money.Fen(0)
	for i := range c.parts {
		p := &c.parts[i]
		from, to := later(a, p.from), earlier(b, p.to)
		if to.Before(from) {
			continue
		}
		fen, err := p.plan.Between(from, to)
		if err != nil {
			return 0, err
		}
		if sum, err = money.Add(sum, fen); err != nil {
			return 0, tooMuch()
		}
	}
	return sum, nil
}

// Months spreads the days from a to b over their months; months without anything are left out.
func (c *Course) Months(a, b date.Date) (map[date.Month]money.Fen, error) {
	out := map[date.Month]money.Fen{}
	for i := range c.parts {
		p := &c.parts[i]
		from, to := later(a, p.from), earlier(b, p.to)
		if to.Before(from) {
			continue
		}
		if err := p.plan.accrue(out, from, to); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// monthsAYear is how many months a year's price is for.
const monthsAYear = 12

// YearlyOn is what a year comes to at the price that holds on a day, raises counted, rent-free time not; 0 for what is paid
// once or by a list.
func (t *Terms) YearlyOn(day date.Date) (money.Fen, error) {
	if t.Step == 0 || len(t.Fixed) > 0 {
		return 0, nil
	}
	list, err := t.prices()
	if err != nil {
		return 0, err
	}
	pay := list[0].pay
	for _, p := range list {
		if !p.from.After(day) {
			pay = p.pay
		}
	}
	fen, err := money.MulDiv(pay, monthsAYear, int64(t.Step), money.HalfUp)
	if err != nil {
		return 0, tooMuch()
	}
	return fen, nil
}
