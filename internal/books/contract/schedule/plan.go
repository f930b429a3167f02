package schedule

import (
	"fmt"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Payment is one payment: for what time, due when, how much and why (in Chinese). Adjusts marks one that sets right what
// was billed before its terms changed: its time is part of other payments' and its amount may be negative (a credit).
type Payment struct {
	Seq           int
	From, To, Due date.Date
	Amount        money.Fen
	Why           string
	Adjusts       bool
}

// Plan is a schedule laid out.
type Plan struct {
	Payments []Payment
	terms    Terms
	periods  []period
}

// Build lays out the payments of terms. Mistakes are told beside the fields; see Check.
func Build(t *Terms) (*Plan, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	periods, err := t.periods()
	if err != nil {
		return nil, err
	}
	p := &Plan{terms: *t, periods: periods}
	p.Payments, err = p.Slice(t.From, t.Last())
	return p, err
}

// Slice lists the payments for the days from a to b only, numbered from 1: a period that is cut costs the part of its
// price that comes up in those days.
func (p *Plan) Slice(a, b date.Date) ([]Payment, error) {
	var out []Payment
	joined := -1 // the payment that the prepaid periods are joined into
	var reasons []string
	total := money.Fen(0)
	for i := range p.periods {
		q := &p.periods[i]
		from, to := later(q.from, a), earlier(q.to, b)
		if to.Before(from) {
			continue
		}
		fen, err := q.between(from, to)
		if err != nil {
			return nil, err
		}
		if total, err = money.Add(total, fen); err != nil {
			return nil, tooMuch()
		}
		pay := Payment{From: from, To: to, Due: q.due, Amount: fen, Why: p.why(q, from, to)}
		if from != q.from || to != q.to {
			pay.Due = p.terms.due(from, to)
		}
		if !p.prepaid(q) {
			out = append(out, pay)
			continue
		}
		if joined < 0 {
			reasons = append(reasons, pay.Why)
			pay.Due = p.prepaidDue(pay)
			joined, out = len(out), append(out, pay)
			continue
		}
		j := &out[joined]
		j.To, j.Amount, reasons = pay.To, j.Amount+pay.Amount, append(reasons, pay.Why)
	}
	if joined >= 0 {
		out[joined].Why = fmt.Sprintf("预付 %d 个月：%s", p.terms.Prepay, repeated(reasons))
	}
	for i := range out {
		out[i].Seq = i + 1
	}
	return out, nil
}

// repeated joins texts, those that stand again and again once with how often.
func repeated(list []string) string {
	var out []string
	for i := 0; i < len(list); {
		n := 1
		for i+n < len(list) && list[i+n] == list[i] {
			n++
		}
		s := list[i]
		if n > 1 {
			s = fmt.Sprintf("%s × %d 期", s, n)
		}
		out = append(out, s)
		i += n
	}
	return strings.Join(out, "；")
}

// prepaidDue is when a prepayment falls due: as if it were in advance.
func (p *Plan) prepaidDue(pay Payment) date.Date {
	t := p.terms
	t.Advance = true
	return t.due(pay.From, pay.To)
}

func (p *Plan) prepaid(q *period) bool {
	return p.terms.Prepay > 0 && q.from.Before(p.terms.begin().AddMonths(p.terms.Prepay))
}

// Between is what the days from a to b cost.
func (p *Plan) Between(a, b date.Date) (money.Fen, error) {
	sum := money.Fen(0)
	for i := range p.periods {
		fen, err := p.periods[i].between(a, b)
		if err != nil {
			return 0, err
		}
		if sum, err = money.Add(sum, fen); err != nil {
			return 0, tooMuch()
		}
	}
	return sum, nil
}

// Total is what all payments come to; the deposit is none of them.
func (p *Plan) Total() (money.Fen, error) { return p.Between(p.terms.From, p.terms.Last()) }

// Accrual is what of the payments is for one month (权责发生制).
type Accrual struct {
	Month  date.Month
	Amount money.Fen
}

// Accruals spreads the payments over the months of the contract; they add up to the payments.
func (p *Plan) Accruals() ([]Accrual, error) {
	return Accruals([]Version{{Terms: p.terms}})
}

// why says how the part from..to of a period is counted.
func (p *Plan) why(q *period, from, to date.Date) string {
	var parts []string
	free := 0
	for i := range q.pieces {
		x := &q.pieces[i]
		a, b := later(x.from, from), earlier(x.to, to)
		if b.Before(a) {
			continue
		}
		if x.free {
			free += b.Sub(a) + 1
			continue
		}
		s := "租金 " + x.pay.String()
		if q.steps > 0 && len(p.terms.Fixed) == 0 {
			s = fmt.Sprintf("每 %d 个月 %s", q.steps, x.pay)
		}
		if x.why != "" {
			s += "（" + x.why + "）"
		}
		if a != q.whole.From || b != q.whole.To {
			s += q.part(a, b)
		}
		parts = append(parts, s)
	}
	if free > 0 {
		parts = append(parts, fmt.Sprintf("免租 %d 天", free))
	}
	return strings.Join(parts, "；")
}

// part says which part of the whole period a..b is.
func (q *period) part(a, b date.Date) string {
	n, of := q.weight(a, b), q.weight(q.whole.From, q.whole.To)
	switch q.by {
	case By360:
		return fmt.Sprintf("，按 30/360 折算 %d/%d", n, of)
	case ByMonths:
		return fmt.Sprintf("，按整月折算 %d/%d", n, of)
	default:
		return fmt.Sprintf("，按天折算 %d/%d", n, of)
	}
}

func later(a, b date.Date) date.Date {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b date.Date) date.Date {
	if b.Before(a) {
		return b
	}
	return a
}

// TopUp is the payment that reported turnover (营业额) calls for beyond the guaranteed minimum of the same days, which the
// schedule charges; its amount is zero when the share does not reach it.
func (p *Plan) TopUp(from, to date.Date, turnover money.Fen, reported date.Date) (Payment, error) {
	g := p.terms.Guarantee
	if g.Percent <= 0 {
		return Payment{}, errs.New(errs.Invalid, "schedule.no_share", "合同没有约定营业额分成")
	}
	share, err := money.MulDiv(turnover, g.Percent, perCent, money.HalfUp)
	if err != nil {
		return Payment{}, err
	}
	least, err := p.Between(from, to)
	if err != nil {
		return Payment{}, err
	}
	why := fmt.Sprintf("营业额 %s × %s%% = %s，保底 %s", turnover, Percent(g.Percent), share, least)
	return Payment{From: from, To: to, Due: reported.AddDays(g.Days), Amount: max(share-least, 0), Why: why}, nil
}

// Settlement is what is to be settled when a contract ends on a day: Charged is what its days cost, Received what was
// paid for them, Owed what the tenant still owes, Refund what goes back to them, of the deposit and of rent paid ahead.
type Settlement struct{ Charged, Received, Deposit, Owed, Refund money.Fen }

// Settle works out the end of a contract on a day, with the deposit set against what is owed.
func (p *Plan) Settle(day date.Date, received money.Fen) (Settlement, error) {
	charged, err := p.Between(p.terms.From, day)
	if err != nil {
		return Settlement{}, err
	}
	left, err := money.Sum(received, p.terms.Deposit, -charged)
	if err != nil {
		return Settlement{}, err
	}
	return Settlement{charged, received, p.terms.Deposit, max(-left, 0), max(left, 0)}, nil
}
