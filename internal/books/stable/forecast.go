package stable

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/money"
)

// Horizon is how many months a forecast reaches.
const Horizon = 36

// Row is what a contract brings month by month: Contracted by its terms, Renewed by what is assumed after its end.
type Row struct {
	Contract   *contract.Contract
	Contracted [Horizon]money.Fen
	Renewed    [Horizon]money.Fen
}

// Expiry is a contract that runs out within the horizon and that nothing follows: a year of it at its last price, what is
// assumed of it, and a year of what is let again.
type Expiry struct {
	Contract        *contract.Contract
	Last            date.Date
	Annual, Renewed money.Fen
	Rule            *Renewal
}

// Forecast is the stable income of the months after a day, by what contracts say and what is assumed of those that run out.
type Forecast struct {
	Day      date.Date
	Scenario Scenario
	Months   [Horizon]date.Month
	Rows     []Row    // by number
	Expiries []Expiry // the first to run out first
	// Definitions and Rules are what was used of the places' data.
	Definitions []*Definition
	Rules       []*Renewal
}

// Forecast lays out the months that follow the day's. Contracts that are signed by the day count, and no others.
func (s *Service) Forecast(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date, sc Scenario) (*Forecast, error) {
	r, err := newReader(ctx, q, tenant, ranges, day)
	if err != nil {
		return nil, err
	}
	f := &Forecast{Day: day, Scenario: sc}
	for i := range f.Months {
		f.Months[i] = day.YearMonth().Add(i + 1)
	}
	list, err := r.counted(ctx, day, f.end())
	if err != nil {
		return nil, err
	}
	next, err := contract.Successors(ctx, q, tenant, ranges)
	if err != nil {
		return nil, err
	}
	rules, err := renewalsOn(ctx, q, tenant, sc, day)
	if err != nil {
		return nil, err
	}
	weights, err := weightsOf(ctx, q, tenant, list)
	if err != nil {
		return nil, err
	}
	f.Rows = make([]Row, 0, len(list))
	for _, t := range list {
		row, err := f.row(t)
		if err != nil {
			return nil, err
		}
		if _, followed := next[t.c.ID]; !followed && !t.c.LastDay().After(f.end()) {
			rule := rules.of(t.c.Region, t.c.Kind, sourceOf(t.c, weights[t.c.ID]))
			if err := f.expire(t, &row, rule); err != nil {
				return nil, err
			}
		}
		f.Rows = append(f.Rows, row)
	}
	slices.SortStableFunc(f.Expiries, func(a, b Expiry) int {
		return cmp.Or(a.Last.Compare(b.Last), strings.Compare(a.Contract.No, b.Contract.No))
	})
	f.Definitions = r.defs.all()
	for rule := range rules.used {
		f.Rules = append(f.Rules, rule)
	}
	slices.SortFunc(f.Rules, func(a, b *Renewal) int { return strings.Compare(a.No, b.No) })
	return f, nil
}

func (f *Forecast) end() date.Date { return f.Months[Horizon-1].Last() }

// at is the place of a month in the forecast, negative for one before it.
func (f *Forecast) at(m date.Month) int {
	return (m.Year()-f.Months[0].Year())*monthsAYear + int(m.Of()) - int(f.Months[0].Of())
}

func (f *Forecast) row(t *terms) (Row, error) {
	r := Row{Contract: t.c}
	months, err := t.course.Months(f.Months[0].First(), f.end())
	if err != nil {
		return r, err
	}
	for m, fen := range months {
		r.Contracted[f.at(m)] = fen
	}
	return r, nil
}

// expire notes that a contract runs out, and what is assumed to follow.
func (f *Forecast) expire(t *terms, r *Row, rule *Renewal) error {
	last := t.c.LastDay()
	at := contract.At(t.chain, last)
	annual, err := t.chain[at].Terms.YearlyOn(last)
	if err == nil && annual == 0 {
		annual, err = t.c.AnnualOf(t.versions, at)
	}
	if err != nil {
		return err
	}
	x := Expiry{Contract: t.c, Last: last, Annual: annual, Rule: rule}
	if x.Renewed, err = rule.yearly(annual); err != nil {
		return err
	}
	f.Expiries = append(f.Expiries, x)
	return f.renew(r, x.Renewed, rule.from(last))
}

// monthsAYear is what a year is divided by.
const monthsAYear = 12

// renew spreads a yearly amount over the months from a day on: a broken month by its days, whole months so that twelve of
// them are a year to the fen.
func (f *Forecast) renew(r *Row, yearly money.Fen, from date.Date) error {
	if yearly == 0 {
		return nil
	}
	first := f.at(from.YearMonth())
	if from.Day() > 1 {
		if first >= 0 && first < Horizon {
			of := from.EndOfMonth()
			fen, err := money.MulDiv(yearly, int64(of.Sub(from)+1), int64(monthsAYear*of.Day()), money.HalfUp)
			if err != nil {
				return err
			}
			r.Renewed[first] = fen
		}
		first++
	}
	cum := func(k int) (money.Fen, error) { return money.MulDiv(yearly, int64(k), monthsAYear, money.HalfUp) }
	for i := max(first, 0); i < Horizon; i++ {
		until, err := cum(i - first + 1)
		if err != nil {
			return err
		}
		before, err := cum(i - first)
		if err != nil {
			return err
		}
		r.Renewed[i] = until - before
	}
	return nil
}

// Month is what a month brings, and what runs out in it: how many contracts and a year of them.
type Month struct {
	Month               date.Month
	Contracted, Renewed money.Fen
	Expiring            int
	AtRisk              money.Fen
}

// MonthOf is the place of the month in which a contract runs out; what runs out before the first month counts to that.
func (f *Forecast) MonthOf(last date.Date) int { return max(f.at(last.YearMonth()), 0) }

// YearOf is the place of the twelve months in which a contract runs out.
func (f *Forecast) YearOf(last date.Date) int { return f.MonthOf(last) / monthsAYear }

// ByMonth adds up the months, of the villages that within says.
func (f *Forecast) ByMonth(within func(village string) bool) ([]Month, error) {
	out := make([]Month, Horizon)
	for i := range out {
		out[i].Month = f.Months[i]
	}
	for i := range f.Rows {
		r := &f.Rows[i]
		if !within(r.Contract.Region) {
			continue
		}
		for j := range out {
			var err1, err2 error
			out[j].Contracted, err1 = money.Add(out[j].Contracted, r.Contracted[j])
			out[j].Renewed, err2 = money.Add(out[j].Renewed, r.Renewed[j])
			if err := cmp.Or(err1, err2); err != nil {
				return nil, err
			}
		}
	}
	for i := range f.Expiries {
		x := &f.Expiries[i]
		if j := f.MonthOf(x.Last); within(x.Contract.Region) {
			out[j].Expiring++
			out[j].AtRisk += x.Annual
		}
	}
	return out, nil
}
