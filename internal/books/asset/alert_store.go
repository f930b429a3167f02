package asset

import (
	"context"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// OperatingIn lists the assets of some places that are there to earn (经营性), idle or ready for use, and those whose card
// does not say what they are for.
func OperatingIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Asset, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state IN ('idle', 'ready')").And("nature IN ('', ?)", Operating)
	return assetTable.All(ctx, q, w, "no")
}

// CertificatesUntil lists the certificates of some places that are valid up to a day at most, the first to expire first.
func CertificatesUntil(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Certificate, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("valid_to <> ''").And("valid_to <= ?", day)
	return certificateTable.All(ctx, q, w, "valid_to, no")
}

// Mismatch is an account of books on which the ledger differs from the cards at the end of a month.
type Mismatch struct {
	Books         ids.ID
	Account       string
	Cards, Ledger money.Fen
}

// Off is by how much the ledger differs from the cards.
func (m *Mismatch) Off() money.Fen { return m.Ledger - m.Cards }

// Mismatches is Compare for many books at once, at the end of a month, from balances alone; only what differs.
func Mismatches(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, books []ledger.Books, m date.Month) ([]Mismatch, error) {
	cards, err := assetTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "owner_id, no")
	if err != nil {
		return nil, err
	}
	later, err := takenAfter(ctx, q, tenant, m)
	if err != nil {
		return nil, err
	}
	since, err := changedAfter(ctx, q, tenant, m.Last())
	if err != nil {
		return nil, err
	}
	of := map[ids.ID][]Asset{}
	for i := range cards {
		of[cards[i].Owner] = append(of[cards[i].Owner], cards[i])
	}
	list := make([]ids.ID, len(books))
	for i := range books {
		list[i] = books[i].ID
	}
	sums, err := ledger.Sums(ctx, q, tenant, ledger.SumsQuery{Books: list, From: m, To: m})
	if err != nil {
		return nil, err
	}
	stands := map[ids.ID]map[string]money.Fen{}
	for i := range sums {
		s := &sums[i]
		if stands[s.Books] == nil {
			stands[s.Books] = map[string]money.Fen{}
		}
		if len(s.Account) >= topDigits {
			stands[s.Books][s.Account[:topDigits]] += s.Opening + s.Before.Net() + s.Period.Net()
		}
	}
	var out []Mismatch
	for i := range books {
		b := &books[i]
		by, err := tally(of[b.Party], b.Chart, m.Last(), later, since)
		if err != nil {
			return nil, err
		}
		for account, c := range by {
			if x := (Mismatch{b.ID, account, c.Cards, stands[b.ID][account]}); x.Off() != 0 {
				out = append(out, x)
			}
		}
	}
	return out, nil
}

// topDigits is the length of the accounts of a chart.
const topDigits = 3
