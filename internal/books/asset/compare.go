package asset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// CardFen is what one card stands at.
type CardFen struct {
	Asset *Asset
	Fen   money.Fen
}

// Comparison sets what the cards say of one account of the chart beside the ledger, on a day. Cards is the cards' sum on the
// account's own side: cost where they stand, what was depreciated where that is kept; an account that is written off
// directly takes both. Ledger is what posted vouchers say, Waiting what those move that are not posted.
type Comparison struct {
	Account, Name          string
	Cards, Ledger, Waiting money.Fen
	List                   []CardFen
}

// Off is by how much the ledger differs from the cards.
func (c *Comparison) Off() money.Fen { return c.Ledger - c.Cards }

// Compare sets the cards of the owner of some books beside the ledger (卡账核对), account by account, on a day. A card counts
// from the day on which it was acquired (where that is not said: came into use) until it was disposed of.
func Compare(ctx context.Context, q db.Q, tenant int64, books ids.ID, day date.Date) ([]Comparison, error) {
	b, err := ledger.GetBooks(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	cards, err := assetTable.All(ctx, q, db.NewWhere(tenant).And("owner_id = ?", b.Party), "no")
	if err != nil {
		return nil, err
	}
	ran := day.YearMonth() // a month's depreciation is booked on its last day
	if day != day.EndOfMonth() {
		ran = ran.Prev()
	}
	later, err := takenAfter(ctx, q, tenant, ran)
	if err != nil {
		return nil, err
	}
	since, err := changedAfter(ctx, q, tenant, day)
	if err != nil {
		return nil, err
	}
	by, err := tally(cards, b.Chart, day, later, since)
	if err != nil {
		return nil, fmt.Errorf("summing the cards of %s: %w", b.Name, err)
	}
	names := map[string]string{}
	accounts, err := ledger.Accounts(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	for i := range accounts {
		names[accounts[i].Code] = accounts[i].Name
	}
	var out []Comparison
	for code, c := range by {
		s, err := ledger.StandingAt(ctx, q, tenant, books, code, day)
		if err != nil {
			return nil, err
		}
		c.Name, c.Ledger, c.Waiting = names[code], s.Posted, s.Waiting
		if c.Cards != 0 || c.Ledger != 0 || c.Waiting != 0 {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b Comparison) int { return cmp.Compare(a.Account, b.Account) })
	return out, nil
}

// tally adds the cards up by the accounts of a chart on which assets stand; every such account is among them. later is what
// was taken from cards after the day, since what changes brought after it.
func tally(cards []Asset, chart string, day date.Date, later map[ids.ID]money.Fen, since map[ids.ID]Change) (map[string]*Comparison, error) {
	by := map[string]*Comparison{}
	add := func(account string, a *Asset, fen money.Fen) error {
		x := by[account]
		if fen == 0 || x == nil {
			return nil
		}
		x.List = append(x.List, CardFen{a, fen})
		sum, err := money.Add(x.Cards, fen)
		x.Cards = sum
		return err
	}
	for _, g := range Groups {
		if g.Chart == chart {
			for _, code := range []string{g.Cost, g.Accumulated} {
				if code != "" {
					by[code] = &Comparison{Account: code}
				}
			}
		}
	}
	for i := range cards {
		a := &cards[i]
		class := a.Class
		if s := since[a.ID]; s.Class != "" { // turned to its class later
			class = s.ClassWas
		}
		g := GroupOf(class, chart)
		if g == nil || !a.standsOn(day) {
			continue
		}
		if err := errors.Join(add(g.Cost, a, a.Cost-since[a.ID].Cost), add(g.Accumulated, a, later[a.ID]+since[a.ID].Accumulated-a.Accumulated)); err != nil {
			return nil, err
		}
	}
	return by, nil
}

// From is the day from which a card stands in the books, none when the card does not say: the day of its making where it was
// split off, else that on which it was acquired or came into use.
func (a *Asset) From() date.Date {
	switch {
	case !a.Entered.IsZero():
		return a.Entered
	case !a.Acquired.IsZero():
		return a.Acquired
	}
	return a.ReadyOn
}

// standsOn reports whether a card counts on a day.
func (a *Asset) standsOn(day date.Date) bool {
	from := a.From()
	if from.IsZero() || from.After(day) {
		return false
	}
	return a.State != "retired" || a.Retired.After(day)
}
