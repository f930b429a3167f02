package contract

import (
	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// Charge is one payment of the schedule: for what time, due when, how much. One that sets right what was billed before
// an amendment may be negative (a credit).
type Charge struct {
	Seq           int
	From, To, Due date.Date
	Amount        money.Fen
}

// Schedule lays out a contract's payments by its terms as they stand.
func Schedule(c *Contract) ([]Charge, error) {
	if c.Pay == 0 && c.More.Fixed == "" && c.More.Price == 0 {
		return nil, nil
	}
	t, err := c.Terms()
	if err != nil {
		return nil, err
	}
	p, err := schedule.Build(t)
	if err != nil {
		return nil, err
	}
	return charges(p.Payments), nil
}

// charges are payments without their reasons.
func charges(list []schedule.Payment) []Charge {
	var out []Charge
	for _, x := range list {
		out = append(out, Charge{x.Seq, x.From, x.To, x.Due, x.Amount})
	}
	return out
}
