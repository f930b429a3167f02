package stable

import (
	"fmt"
	"reflect"

	"huicun/internal/books/contract"
	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// Period is a calendar year looked at on a day within it, or on its last day.
type Period struct{ From, To, Day date.Date }

// PeriodOf is a year up to a day; a day outside the year counts as its nearest.
func PeriodOf(year int, day date.Date) Period {
	p := Period{From: date.Must(fmt.Sprintf("%04d-01-01", year)), To: date.Must(fmt.Sprintf("%04d-12-31", year)), Day: day}
	if day.After(p.To) {
		p.Day = p.To
	}
	if day.Before(p.From) {
		p.Day = p.From
	}
	return p
}

// days is how long the year is.
func (p Period) days() int64 { return int64(p.To.Sub(p.From) + 1) }

// terms is a contract with the course of its terms.
type terms struct {
	c        *contract.Contract
	versions []contract.Version
	chain    []schedule.Version
	course   *schedule.Course
}

func layOut(c *contract.Contract, versions []contract.Version) (*terms, error) {
	chain, err := c.Chain(versions)
	if err != nil {
		return nil, fmt.Errorf("reading the terms of %s: %w", c.No, err)
	}
	course, err := schedule.Lay(chain)
	if err != nil {
		return nil, fmt.Errorf("laying out %s: %w", c.No, err)
	}
	return &terms{c, versions, chain, course}, nil
}

// binds reports whether the contract binds on a day.
func (t *terms) binds(day date.Date) bool { return !day.Before(t.c.From) && !day.After(t.c.LastDay()) }

// annualOn is a year of the contract at the terms that hold on a day, 0 when it does not bind then.
func (t *terms) annualOn(day date.Date) (money.Fen, error) {
	if !t.binds(day) {
		return 0, nil
	}
	return t.c.AnnualOf(t.versions, contract.At(t.chain, day))
}

// contracted fills in what lies between a year's price on the day and what the terms say of the calendar year.
func (t *terms) contracted(a *Amounts, p Period) error {
	var err error
	if a[Within], err = t.course.Between(p.From, p.To); err != nil {
		return err
	}
	switch {
	case p.Day.After(t.c.LastDay()):
		a[Gone] = a[Within]
		return nil
	case p.Day.Before(t.c.From):
		a[Coming] = a[Within]
		return nil
	}
	if a[Annual], err = t.annualOn(p.Day); err != nil {
		return err
	}
	before := max(t.c.From.Sub(p.From), 0)
	after := max(p.To.Sub(t.c.LastDay()), 0)
	if a[NotYet], err = share(a[Annual], int64(before), p.days()); err != nil {
		return err
	}
	both, err := share(a[Annual], int64(before+after), p.days())
	if err != nil {
		return err
	}
	a[NotYet], a[Expired] = -a[NotYet], a[NotYet]-both
	return t.prices(a, p)
}

func share(f money.Fen, part, of int64) (money.Fen, error) {
	return money.MulDiv(f, part, of, money.HalfUp)
}

// prices tells apart what rent-free time, raises and amendments make of the year; what is left is how days are counted.
func (t *terms) prices(a *Amounts, p Period) error {
	now := t.chain[contract.At(t.chain, p.Day)].Terms
	alone := a[Within]
	var err error
	if len(t.chain) > 1 {
		if alone, err = cost(&now, p); err != nil {
			return err
		}
	}
	a[Amended] = a[Within] - alone
	full := now
	full.Free = nil
	if now.From.AddMonths(now.FreeHead).After(p.From) { // else it only says where periods begin
		full.FreeHead = 0
	}
	paid := alone
	if len(now.Free) > 0 || full.FreeHead != now.FreeHead {
		if paid, err = cost(&full, p); err != nil {
			return err
		}
	}
	a[Free] = alone - paid
	flat := full
	flat.Escalate, flat.Rates = schedule.Escalation{}, nil
	base := paid
	if !reflect.DeepEqual(full, flat) {
		if base, err = cost(&flat, p); err != nil {
			return err
		}
	}
	a[Rise] = paid - base
	a[Spread] = base - (a[Annual] + a[NotYet] + a[Expired])
	return nil
}

// cost is what the year's days cost under terms alone.
func cost(t *schedule.Terms, p Period) (money.Fen, error) {
	c, err := schedule.Lay([]schedule.Version{{Terms: *t}})
	if err != nil {
		return 0, err
	}
	return c.Between(p.From, p.To)
}

// Posted is what the ledger says of a contract. Income, Deducted and Other are of the year, credits less debits;
// IncomeBefore is the income of all time before. Owed and Held are what stood on receivables and on payments taken ahead
// when the year began and on the day; Collected are the credits on receivables of the year, Released the debits on what
// was held. Cash is what vouchers that move money brought of all of it in the year, NonCash what the others did.
type Posted struct {
	IncomeBefore, Income, Deducted, Other money.Fen
	OwedBefore, Owed, Collected           money.Fen
	HeldBefore, Held, Released            money.Fen
	Cash, NonCash                         money.Fen
	Carried                               bool // the books began with a payment taken ahead
}

// since is the first day whose amount comes into the books: their first day, or the day after those that were paid for
// before it, unless the books took that payment over.
func (l *Posted) since(first, covered date.Date) date.Date {
	if first.IsZero() || covered.IsZero() || l.Carried {
		return first
	}
	return covered.AddDays(1)
}

// accrual is what the terms say of days: before what they cost from the first day of the village's books to the year's
// beginning, within from the year's beginning to the day, of which toDate after the first day of the books and noBooks
// before it; due is what fell due from the first day of the books to the day, later what the rest of the year costs.
type accrual struct {
	within, before, toDate, due money.Fen
	later, noBooks              money.Fen
}

// accrual measures the terms against the first day of the village's books; a zero day: it has none.
func (t *terms) accrual(p Period, since date.Date, due money.Fen) (accrual, error) {
	x := accrual{due: due}
	var err error
	if x.later, err = t.course.Between(p.Day.AddDays(1), p.To); err != nil {
		return x, err
	}
	if x.within, err = t.course.Between(p.From, p.Day); err != nil {
		return x, err
	}
	switch {
	case since.IsZero() || since.After(p.Day):
		x.noBooks = x.within
	case since.After(p.From):
		x.noBooks, err = t.course.Between(p.From, since.AddDays(-1))
	default:
		x.before, err = t.course.Between(since, p.From.AddDays(-1))
	}
	x.toDate = x.within - x.noBooks
	return x, err
}

// book fills in what lies between the terms and the books, and between the books and the money.
func book(a *Amounts, x accrual, l *Posted) {
	a[Later], a[NoBooks] = -x.later, -x.noBooks
	// What was up by the terms and not in the books, when the year began and on the day; negative: the books are ahead.
	was := x.before - l.IncomeBefore
	is := was + x.toDate - l.Income
	// What is booked is booked for the oldest first, what comes up uses the oldest up first.
	behind := min(clamp(was-l.Income, max(is, 0)), max(was, 0))
	ahead := min(clamp(-was-x.toDate, max(-is, 0)), max(-was, 0))
	a[PriorDue], a[PriorPaid] = max(was, 0)-behind, -(max(-was, 0) - ahead)
	up := x.before + x.toDate
	missing, early := max(is, 0)-behind, max(-is, 0)-ahead
	a[Arrears] = -min(missing, max(up-x.due, 0))
	a[Unposted] = -missing - a[Arrears]
	a[Advance] = min(early, max(x.due-up, 0))
	a[Ahead] = early - a[Advance]
	a[Deducted] = l.Deducted
	a[Accrued] = l.Income + l.Deducted

	owedBefore, heldBefore := apart(l.OwedBefore, l.HeldBefore)
	owed, held := apart(l.Owed, l.Held)
	stillOwed := clamp(owedBefore-l.Collected, owed)
	a[OldPaid], a[NewOwed] = owedBefore-min(stillOwed, owedBefore), -(owed - min(stillOwed, owedBefore))
	stillHeld := min(clamp(heldBefore-l.Released, held), heldBefore)
	a[HeldUsed], a[NewHeld] = -(heldBefore - stillHeld), held-stillHeld
	a[Other] = l.Other
	a[Received] = l.Cash
	a[NonCash] = -l.NonCash
}

// apart tells what is owed to the village from what it holds: a receivable with a credit balance is held, and the reverse.
func apart(owed, held money.Fen) (o, h money.Fen) {
	return max(owed, 0) + max(-held, 0), max(held, 0) + max(-owed, 0)
}

func clamp(f, most money.Fen) money.Fen { return min(max(f, 0), most) }
