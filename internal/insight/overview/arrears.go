package overview

import (
	"cmp"
	"context"
	"slices"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Arrear is what is owed on a contract: what fell due less what was received. Since is when the oldest payment that
// has not been covered fell due.
type Arrear struct {
	Contract         ids.ID
	No, Name, Region string
	Debtor           string
	Sample           bool
	Due, Received    money.Fen
	Owed             money.Fen
	Since            date.Date
	Days             int
}

// addArrears adds what is owed, contract by contract.
func (s *Service) addArrears(ctx context.Context, q db.Q, c *county, o *Overview, _ *gather) error {
	list, err := s.arrears(ctx, q, c)
	if err != nil {
		return err
	}
	for i := range list {
		o.Owed += list[i].Owed
	}
	o.Arrears = append(o.Arrears, list...)
	return nil
}

// arrears lists the contracts of a part that owe. Payments that fell due before a village's books begin are not
// counted, since their receipts are not in the books; villages without books are left out.
func (s *Service) arrears(ctx context.Context, q db.Q, c *county) ([]Arrear, error) {
	months, err := ledger.FirstMonths(ctx, q, c.tenant, c.ranges)
	if err != nil {
		return nil, err
	}
	since := make(map[string]date.Date, len(months))
	for place, m := range months {
		since[place] = m.First()
	}
	due, err := contract.DueUntil(ctx, q, c.tenant, c.ranges, since, c.day)
	if err != nil {
		return nil, err
	}
	received, err := ledger.ReceivedByContract(ctx, q, c.tenant, c.ranges, c.day)
	if err != nil {
		return nil, err
	}
	var out []Arrear
	var contracts []ids.ID
	for i := range due {
		d := &due[i]
		got := received[d.Contract]
		if d.Sum <= got {
			continue
		}
		out = append(out, Arrear{Contract: d.Contract, Region: d.Region, Due: d.Sum, Received: got, Owed: d.Sum - got})
		contracts = append(contracts, d.Contract)
	}
	if len(out) == 0 {
		return nil, nil
	}
	details, err := contract.ByIDs(ctx, q, c.tenant, contracts)
	if err != nil {
		return nil, err
	}
	debtors := make([]ids.ID, len(out))
	for i := range out {
		if d := details[out[i].Contract]; d != nil {
			out[i].No, out[i].Name, out[i].Sample, debtors[i] = d.No, d.Name, d.Sample, d.PartyB
		}
	}
	charges, err := contract.ChargesUntil(ctx, q, c.tenant, contracts, c.day)
	if err != nil {
		return nil, err
	}
	names, err := s.partyNames(ctx, q, c.tenant, debtors)
	if err != nil {
		return nil, err
	}
	for i := range out {
		a := &out[i]
		a.Debtor = names[debtors[i]]
		a.Since = oldestUnpaid(charges[a.Contract], since[a.Region], a.Received)
		a.Days = c.day.Sub(a.Since)
	}
	sortArrears(out)
	return out, nil
}

// oldestUnpaid covers the payments with what was received and credited, the oldest first, and returns when the first that
// is not covered fell due.
func oldestUnpaid(list []contract.Charge, since date.Date, received money.Fen) date.Date {
	for _, ch := range list {
		if !ch.Due.Before(since) && ch.Amount < 0 {
			received -= ch.Amount
		}
	}
	for _, ch := range list {
		if ch.Due.Before(since) || ch.Amount < 0 {
			continue
		}
		if received < ch.Amount {
			return ch.Due
		}
		received -= ch.Amount
	}
	return date.Date{}
}

func sortArrears(list []Arrear) {
	slices.SortStableFunc(list, func(a, b Arrear) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(b.Owed, a.Owed), cmp.Compare(a.No, b.No))
	})
}

func (s *Service) partyNames(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]string, error) {
	n, ok := s.env.Noun("party")
	if !ok {
		return nil, nil
	}
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	return n.Names(ctx, q, tenant, list)
}
