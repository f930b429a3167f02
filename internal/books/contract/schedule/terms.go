// Package schedule turns the terms of a contract into payments, and spreads them over the months they are for. It is
// pure: it knows no database and no clock.
//
// Everything rests on one function of a period, cum: what of its price has come up by the end of a day, rounded once to
// the fen. What any span of days costs is a difference of two values of cum. Therefore a contract cut on any day and
// continued costs what it cost whole, and the accruals by month add up to the payments, to the fen.
package schedule

import (
	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// Prorate says how a broken period is counted (折算).
type Prorate string

// The ways of proration. A month counts for whoever holds its first day, so that parts of a period still add up.
const (
	ByDays   Prorate = ""       // by the days of the actual period (按实际天数)
	By360    Prorate = "d360"   // a month has 30 days, a year 360 (30/360)
	ByMonths Prorate = "months" // whole months (整月计)
)

// Terms are what a contract says of money. Days are both included.
type Terms struct {
	From, To date.Date
	Ended    date.Date // an early last day (提前终止); none when zero

	Step      int       // a payment for every so many months; 0: one payment for all of it
	Calendar  bool      // periods follow the calendar year, not the day on which billing begins
	Advance   bool      // due at the beginning of its period (先付后用), else at its end
	DueDays   int       // so many days after that; before it when negative
	DueDay    int       // or on this day of a month, the first on or after it; 0: no such rule
	Prepay    int       // the periods that begin in the first so many months are one payment
	FreeHead  int       // rent-free months at the beginning; billing begins after them
	Free      []Span    // further rent-free time, anywhere
	Prorate   Prorate   // how broken periods are counted
	Fixed     []Fixed   // a list of payments entered by hand, instead of steps
	Pay       money.Fen // what a whole period costs
	Price     Price     // or what a unit of quantity costs
	Rates     []Rate    // what a whole period costs from a day on, entered by hand
	Escalate  Escalation
	Deposit   money.Fen // held, not income
	Guarantee Share
}

// Span is a time, both days included.
type Span struct{ From, To date.Date }

// Fixed is a payment of a list entered by hand: it is for the time until the next one begins.
type Fixed struct {
	From, Due date.Date
	Amount    money.Fen
}

// Rate is what a whole period costs from a day on.
type Rate struct {
	From date.Date
	Pay  money.Fen
}

// Price is a price of one unit of quantity for so many months (1: 每月, 12: 每年); none when Months is 0.
type Price struct {
	Fen      money.Fen
	Months   int
	Quantity qty.Qty
}

// Escalation raises the rent (递增) after First months (Every, when 0) and then every so many: by Percent, in
// hundredths of a per cent, of the rent before (compound) or of the first (OfBase), or by an Amount for a whole
// period. The result is rounded to Unit fen, half up. There is none when Every is 0.
type Escalation struct {
	First, Every int
	Percent      int64
	OfBase       bool
	Amount       money.Fen
	Unit         int64 // 1 fen, 100 yuan, 1000 ten yuan; 0 is 1
}

// Share is a part of the tenant's turnover (营业额分成), in hundredths of a per cent, of which what the schedule says is
// the guaranteed minimum; due so many days after the turnover is reported. There is none when Percent is 0.
type Share struct {
	Percent int64
	Days    int
}

// perCent is a whole in hundredths of a per cent.
const perCent = 10_000

// longest bounds the periods of a schedule: seventy years by the month.
const longest = 12 * 70

// begin is the first day that is billed.
func (t *Terms) begin() date.Date {
	if t.Step == 0 || len(t.Fixed) > 0 {
		return t.From
	}
	return t.From.AddMonths(t.FreeHead)
}

// Last is the last day on which the contract binds.
func (t *Terms) Last() date.Date {
	if !t.Ended.IsZero() && t.Ended.Before(t.To) {
		return t.Ended
	}
	return t.To
}
