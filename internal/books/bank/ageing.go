package bank

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Aged is an item in transit with how many days it has been so.
type Aged struct {
	Item
	Days       int
	Warn, Late bool // beyond the days that the place's rule names
}

// Standing sums up an account for the overview of accounts: how it stands on a day, what is still to be matched, what is
// overdue, and its months without a confirmed reconciliation.
type Standing struct {
	Account  Account
	Rule     *Rule
	Position *Position // nil while there is no statement
	Items    []Aged
	Warn     int
	Late     int
	Open     []date.Month // without a confirmed reconciliation, oldest first
}

// mostOpen is how many months are looked back at for reconciliations that lack.
const mostOpen = 36

// StandingOf looks at an account on a day.
func (s *Service) StandingOf(ctx context.Context, q db.Q, a *Account, day date.Date) (*Standing, error) {
	out := &Standing{Account: *a}
	var err error
	if out.Rule, err = RuleAt(ctx, q, a.Tenant, a.Region); err != nil {
		return nil, err
	}
	out.Position, err = s.PositionAt(ctx, q, a, day)
	if errs.Is(err, errs.State) {
		return out, nil // no statement by then
	}
	if err != nil {
		return nil, err
	}
	for _, x := range out.Position.Items {
		d := day.Sub(x.Day)
		aged := Aged{Item: x, Days: d, Warn: d > out.Rule.WarnDays, Late: d > out.Rule.LateDays}
		out.Items = append(out.Items, aged)
		switch {
		case aged.Late:
			out.Late++
		case aged.Warn:
			out.Warn++
		}
	}
	out.Open, err = s.openMonths(ctx, q, a, out.Position.Start, day)
	return out, err
}

// openMonths lists the months that are over by a day and have no confirmed reconciliation.
func (s *Service) openMonths(ctx context.Context, q db.Q, a *Account, start, day date.Date) ([]date.Month, error) {
	done, err := confirmedMonths(ctx, q, a.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	var out []date.Month
	m := start.YearMonth()
	if first := day.YearMonth().Add(-mostOpen); m < first {
		m = first
	}
	for ; m.Last().Before(day) || m.Last() == day; m = m.Next() {
		if !done[m] && (a.Closed.IsZero() || !a.Closed.Before(m.First())) {
			out = append(out, m)
		}
	}
	return out, nil
}

// Buckets sums items by their age: up to Warn days, up to Late days, and beyond.
func (s *Standing) Buckets() (fresh, warn, late money.Fen) {
	for i := range s.Items {
		switch x := &s.Items[i]; {
		case x.Late:
			late += x.Fen
		case x.Warn:
			warn += x.Fen
		default:
			fresh += x.Fen
		}
	}
	return fresh, warn, late
}
