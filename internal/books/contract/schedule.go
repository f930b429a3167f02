package contract

import (
	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// Charge is one payment of the schedule: for what time, due when, how much.
type Charge struct {
	Seq           int
	From, To, Due date.Date
	Amount        money.Fen
}

// maxCharges bounds a schedule: the longest contract by the month.
const maxCharges = 12 * longestYears

// Schedule lays out a contract's payments from the end of the rent-free time to the last day: one for every
// PayMonths, the last prorated by days when it is cut short. They leave no gap and do not overlap. Payments in
// advance fall due on the first day of their time, others on the last.
func Schedule(c *Contract) ([]Charge, error) {
	start, last := c.From.AddMonths(c.FreeMonths), c.last()
	if c.Pay == 0 || last.Before(start) {
		return nil, nil
	}
	if c.PayMonths == 0 {
		due := last
		if c.Advance {
			due = c.From
		}
		return []Charge{{Seq: 1, From: c.From, To: last, Due: due, Amount: c.Pay}}, nil
	}
	var out []Charge
	for k := 0; k < maxCharges; k++ {
		from := start.AddMonths(k * c.PayMonths)
		if from.After(last) {
			break
		}
		end := start.AddMonths((k + 1) * c.PayMonths).AddDays(-1)
		ch := Charge{Seq: k + 1, From: from, To: end, Amount: c.Pay}
		if end.After(last) {
			ch.To = last
			part, err := money.MulDiv(c.Pay, int64(last.Sub(from)+1), int64(end.Sub(from)+1), money.HalfUp)
			if err != nil {
				return nil, err
			}
			ch.Amount = part
		}
		ch.Due = ch.To
		if c.Advance {
			ch.Due = ch.From
		}
		out = append(out, ch)
	}
	return out, nil
}
