package schedule

import (
	"fmt"
	"reflect"

	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// Version is the terms as they hold from a day on. Kept says how many payments had been billed when it was made, and
// Made when that was: those payments are not touched. The first version has neither.
type Version struct {
	Terms     Terms
	Effective date.Date
	Made      date.Date
	Kept      int
}

// Chain lays out the payments under versions, oldest first. What was billed stays as it was; where it reaches beyond the
// day from which new terms hold, one payment sets the difference right. The days before that day cost what they did,
// those from it on what the new terms say, to the fen.
func Chain(versions []Version) ([]Payment, error) {
	var out []Payment
	var old *Plan
	billed := 0
	for i := range versions {
		v := versions[i]
		billed = max(billed, v.Kept) // what was billed once stays so
		v.Kept = billed
		now, err := Build(&v.Terms)
		if err != nil {
			return nil, fmt.Errorf("laying out version %d: %w", i+1, err)
		}
		if old == nil {
			out, old = now.Payments, now
			continue
		}
		if reflect.DeepEqual(old.terms, now.terms) { // another tenant, the same money
			continue
		}
		if out, err = amend(out, old, now, &v); err != nil {
			return nil, fmt.Errorf("amending by version %d: %w", i+1, err)
		}
		old = now
	}
	return out, nil
}

func amend(list []Payment, old, now *Plan, v *Version) ([]Payment, error) {
	kept := min(v.Kept, len(list))
	for i := range list {
		if list[i].Adjusts { // what was set right stays so
			kept = max(kept, i+1)
		}
	}
	out := append([]Payment(nil), list[:kept]...)
	until := v.Effective.AddDays(-1)
	for i := range out {
		if !out[i].Adjusts {
			until = later(until, out[i].To)
		}
	}
	for _, x := range list[kept:] {
		switch {
		case x.To.Before(v.Effective):
			out = append(out, x)
		case x.From.Before(v.Effective):
			part, err := old.Slice(x.From, v.Effective.AddDays(-1))
			if err != nil {
				return nil, err
			}
			out = append(out, part...)
		}
	}
	if !until.Before(v.Effective) {
		change, err := adjustment(old, now, v, until)
		if err != nil {
			return nil, err
		}
		if change.Amount != 0 {
			out = append(out, change)
		}
	}
	next := until.AddDays(1)
	rest, err := now.Slice(next, now.terms.Last())
	if err != nil {
		return nil, err
	}
	out = append(out, rest...)
	for i := range out {
		out[i].Seq = i + 1
	}
	return out, nil
}

// adjustment is the difference for the days from which the new terms hold to the last that was billed.
func adjustment(old, now *Plan, v *Version, until date.Date) (Payment, error) {
	was, err := old.Between(v.Effective, until)
	if err != nil {
		return Payment{}, err
	}
	is, err := now.Between(v.Effective, until)
	if err != nil {
		return Payment{}, err
	}
	what := "补收"
	if is < was {
		what = "退回或抵扣"
	}
	return Payment{
		From: v.Effective, To: until, Due: later(v.Effective, v.Made), Amount: is - was, Adjusts: true,
		Why: fmt.Sprintf("%s 起变更：原应收 %s，按新条款 %s，%s %s", v.Effective, was, is, what, (is - was).Abs()),
	}, nil
}

// Sum adds up payments.
func Sum(list []Payment) (money.Fen, error) {
	sum := money.Fen(0)
	for i := range list {
		var err error
		if sum, err = money.Add(sum, list[i].Amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// Accruals spreads what Chain charges over the months that it is for: each version's days by its own terms.
func Accruals(versions []Version) ([]Accrual, error) {
	months := map[date.Month]money.Fen{}
	var first, last date.Month
	for i := range versions {
		p, err := Build(&versions[i].Terms)
		if err != nil {
			return nil, fmt.Errorf("laying out version %d: %w", i+1, err)
		}
		from, to := p.terms.From, p.terms.Last()
		if i > 0 {
			from = later(from, versions[i].Effective)
		}
		if i+1 < len(versions) {
			to = earlier(to, versions[i+1].Effective.AddDays(-1))
		}
		if to.Before(from) {
			continue
		}
		if first == 0 || from.YearMonth() < first {
			first = from.YearMonth()
		}
		last = max(last, to.YearMonth())
		if err := p.accrue(months, from, to); err != nil {
			return nil, err
		}
	}
	var out []Accrual
	for m := first; first != 0 && m <= last; m = m.Next() {
		out = append(out, Accrual{m, months[m]})
		if m == m.Next() { // the end of the range of dates
			break
		}
	}
	return out, nil
}

// accrue adds what the days from a to b cost to their months.
func (p *Plan) accrue(months map[date.Month]money.Fen, a, b date.Date) error {
	for i := range p.periods {
		q := &p.periods[i]
		from, to := later(a, q.from), earlier(b, q.to)
		for d := from; !d.After(to); {
			end := earlier(d.EndOfMonth(), to)
			fen, err := q.between(d, end)
			if err != nil {
				return err
			}
			m := d.YearMonth()
			if months[m], err = money.Add(months[m], fen); err != nil {
				return tooMuch()
			}
			if end == end.AddDays(1) { // the end of the range of dates
				break
			}
			d = end.AddDays(1)
		}
	}
	return nil
}
