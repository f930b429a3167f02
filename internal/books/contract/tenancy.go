package contract

import (
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Tenancy says who is party B from a day on, up to the next tenancy.
type Tenancy struct {
	From  date.Date
	Party ids.ID
}

// Tenancies are who was party B under a contract, one after the other: a transfer begins a new one on the day from which it holds. Versions
// that were kept before they named the party by its id count as the party's that there is now.
func Tenancies(c *Contract, versions []Version) []Tenancy {
	out := []Tenancy{{c.From, c.PartyB}}
	for i := range versions {
		v := &versions[i]
		who := v.Party
		if who == 0 {
			who = c.PartyB
		}
		if i == 0 {
			out[0].Party = who
			continue
		}
		for len(out) > 1 && !out[len(out)-1].From.Before(v.Effective) { // another transfer on the same day takes its place
			out = out[:len(out)-1]
		}
		switch last := &out[len(out)-1]; {
		case last.Party == who:
		case !v.Effective.After(last.From):
			last.Party = who
		default:
			out = append(out, Tenancy{v.Effective, who})
		}
	}
	return out
}

// TenantOn is who is party B on a day; before the first tenancy, its party.
func TenantOn(list []Tenancy, day date.Date) ids.ID {
	who := list[0].Party
	for _, t := range list[1:] {
		if !t.From.After(day) {
			who = t.Party
		}
	}
	return who
}

// Share is what of a payment falls to one tenant.
type Share struct {
	Party         ids.ID
	From, To, Due date.Date
	Amount        money.Fen
}

// SplitCharge shares a payment out among the tenants of the time that it is for, by days; the shares sum to the payment. Nobody's share falls
// due before his or her tenancy began.
func SplitCharge(ch *Charge, list []Tenancy) ([]Share, error) {
	whole := Share{TenantOn(list, ch.From), ch.From, ch.To, ch.Due, ch.Amount}
	if ch.From.IsZero() || ch.To.Before(ch.From) {
		whole.Party = TenantOn(list, ch.Due)
		return []Share{whole}, nil
	}
	days := int64(ch.To.Sub(ch.From)) + 1
	out := []Share{whole}
	for _, t := range list[1:] {
		if !t.From.After(ch.From) || t.From.After(ch.To) {
			continue
		}
		last := &out[len(out)-1]
		last.To = t.From.AddDays(-1)
		next := Share{Party: t.Party, From: t.From, To: ch.To, Due: ch.Due}
		if next.Due.Before(next.From) {
			next.Due = next.From
		}
		out = append(out, next)
	}
	done := money.Fen(0)
	for i := range out {
		upto, err := money.MulDiv(ch.Amount, int64(out[i].To.Sub(ch.From))+1, days, money.HalfUp)
		if err != nil {
			return nil, err
		}
		out[i].Amount, done = upto-done, upto
	}
	return out, nil
}
