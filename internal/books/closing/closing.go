// Package closing ends periods and years: the month-close checklist (结账检查), closing and opening again, the year end
// in two steps as one batch (年终结转), and the distribution of a year's income in its legal order (收益分配).
//
// Everything that posts here first locks the books, works the vouchers out under the lock and posts all of them or none,
// in one transaction. What is undone is undone as a whole by red-letter vouchers. Which checks stop a closing, how much of
// the income is kept and how long a plan is published are data with a place and dates.
package closing

import (
	"context"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Service carries out the use cases.
type Service struct {
	env    *record.Env
	l      *ledger.Ledger
	checks []Checker

	households    Households
	Rules         *record.Noun[Rule]
	YearEnds      *record.Noun[YearEnd]
	DistRules     *record.Noun[DistRule]
	Distributions *record.Noun[Distribution]
}

// Household is one of a collective's member households, to whom income is distributed.
type Household struct {
	ID       ids.ID
	No, Name string
	Persons  int
}

// Households lists the member households of a collective on a day, in the order of their numbers; wired to the slice
// that keeps members, which stands above this one.
type Households func(ctx context.Context, q db.Q, tenant int64, collective ids.ID, on date.Date) ([]Household, error)

// New registers the nouns "close_rule", "year_end", "distribution_rule" and "distribution"; "books" must have been
// registered before. More checks come from other slices; they follow those that the ledger alone answers.
func New(e *record.Env, l *ledger.Ledger, households Households, more ...Checker) *Service {
	s := &Service{env: e, l: l, households: households}
	s.checks = slices.Concat(ledgerChecks, []Checker{yearEndCheck{s}}, more)
	s.Rules = newRules(e, s.checks)
	s.YearEnds = newYearEnds(e)
	s.DistRules = newDistRules(e)
	s.Distributions = newDistributions(e, s)
	return s
}

// books reads books that must be there.
func (s *Service) books(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*ledger.Books, error) {
	return s.l.Books.Table.Get(ctx, q, tenant, id)
}

// months of a year.
func january(year int) date.Month  { return date.Month(year*100 + 1) }
func december(year int) date.Month { return date.Month(year*100 + 12) }

// lastDay is the day on which a year's closing entries stand.
func lastDay(year int) date.Date { return december(year).Last() }

func state(code, format string, args ...any) error {
	return errs.New(errs.State, code, format, args...)
}
