package contract

import (
	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Charge is one payment of the schedule: for what time, due when, how much. One that sets right what was billed before
// an amendment may be negative (a credit). One that the schedule does not know (see AddCharge) has the kind and the id of
// the record that called for it, and its reason.
type Charge struct {
	Seq           int
	From, To, Due date.Date
	Amount        money.Fen
	Origin        string
	Source        ids.ID
	Why           string
}

// billable reports whether the collective is paid under the contract: what a tenant sublets for is the tenant's.
func (c *Contract) billable() bool { return c.Sublet == 0 }

// Schedule lays out a contract's payments by its terms as they stand.
func Schedule(c *Contract) ([]Charge, error) {
	if !c.billable() || c.Pay == 0 && c.More.Fixed == "" && c.More.Price == 0 {
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
		out = append(out, Charge{Seq: x.Seq, From: x.From, To: x.To, Due: x.Due, Amount: x.Amount})
	}
	return out
}
