package overview

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
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
	books, err := readBilled(ctx, q, c)
	if err != nil {
		return nil, err
	}
	var out []Arrear
	var contracts []ids.ID
	for _, d := range books.merge(due) {
		got := received[d.Contract]
		if books.billed[d.Contract] {
			got = books.held[d.Contract]
		}
		open := books.owed[d.Contract]
		if d.Sum+open.Open <= got {
			continue
		}
		owed := d.Sum + open.Open - got
		if books.billed[d.Contract] {
			got = open.Due - open.Open + got
		}
		out = append(out, Arrear{Contract: d.Contract, Region: d.Region, Due: d.Sum + open.Due, Received: got, Owed: owed})
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
		if a.Since = books.owed[a.Contract].Since; a.Since.IsZero() {
			a.Since = oldestUnpaid(charges[a.Contract], since[a.Region], books.covered(a, charges[a.Contract], since[a.Region]))
		}
		a.Days = c.day.Sub(a.Since)
	}
	sortArrears(out)
	return out, nil
}

// billed is what the open items of billed contracts say: those owe their items and what has fallen due since they were billed, less what is held for them.
type billed struct {
	billed map[ids.ID]bool
	owed   map[ids.ID]rent.Owed
	held   map[ids.ID]money.Fen
}

func readBilled(ctx context.Context, q db.Q, c *county) (*billed, error) {
	b := &billed{owed: map[ids.ID]rent.Owed{}}
	var err error
	if b.billed, err = rent.Billed(ctx, q, c.tenant, c.ranges); err != nil || len(b.billed) == 0 {
		return b, err
	}
	list, err := rent.OwedOn(ctx, q, c.tenant, c.ranges, c.day)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		b.owed[o.Contract] = o
	}
	b.held, err = rent.HeldOn(ctx, q, c.tenant, c.ranges, c.day)
	return b, err
}

// merge adds the contracts that owe by their items alone.
func (b *billed) merge(due []contract.Due) []contract.Due {
	have := make(map[ids.ID]bool, len(due))
	for i := range due {
		have[due[i].Contract] = true
	}
	for _, id := range slices.Sorted(maps.Keys(b.owed)) {
		if !have[id] {
			due = append(due, contract.Due{Contract: id, Region: b.owed[id].Region})
		}
	}
	return due
}

// covered is what of a contract's payments is paid: for billed ones, all but what is owed.
func (b *billed) covered(a *Arrear, list []contract.Charge, since date.Date) money.Fen {
	if !b.billed[a.Contract] {
		return a.Received
	}
	sum := -a.Owed
	for i := range list {
		if !list[i].Due.Before(since) {
			sum += list[i].Amount
		}
	}
	return sum
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
