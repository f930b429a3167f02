package asset

import (
	"cmp"
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Moves are what became of some cards from one day to another: what they stood at (From), what came in, went out and changed,
// and what they stand at (To). Costs and what was depreciated are told apart; Charged is what runs took.
type Moves struct {
	CardsFrom, CardsTo              int
	From, In, Out, Changed, To      money.Fen
	AccFrom, Charged, AccMoved, Acc money.Fen
}

// Net is what the cards stand at in the end without what was depreciated.
func (m *Moves) Net() money.Fen { return m.To - m.Acc }

// Whole reports whether the parts explain the whole, for costs and for what was depreciated.
func (m *Moves) Whole() bool {
	return m.From+m.In-m.Out+m.Changed == m.To && m.AccFrom+m.Charged+m.AccMoved == m.Acc
}

// add sums; an amount out of range is an error.
func (m *Moves) add(o *Moves) error {
	m.CardsFrom, m.CardsTo = m.CardsFrom+o.CardsFrom, m.CardsTo+o.CardsTo
	for _, p := range [][2]*money.Fen{{&m.From, &o.From}, {&m.In, &o.In}, {&m.Out, &o.Out}, {&m.Changed, &o.Changed}, {&m.To, &o.To}, {&m.AccFrom, &o.AccFrom}, {&m.Charged, &o.Charged}, {&m.AccMoved, &o.AccMoved}, {&m.Acc, &o.Acc}} {
		sum, err := money.Add(*p[0], *p[1])
		if err != nil {
			return err
		}
		*p[0] = sum
	}
	return nil
}

// Plus is the sum of two.
func (m Moves) Plus(o *Moves) (Moves, error) {
	err := m.add(o)
	return m, err
}

// CardMoves is what became of one card.
type CardMoves struct {
	Asset *Asset
	Moves
}

// Inventory is what the cards of a place were and are (清查报表), from one day to another.
type Inventory struct {
	From, To date.Date
	Cards    []CardMoves // those that stood on either day
	Shares   []Share
}

// InventoryOf works the cards in code ranges out from the end of one day to the end of another.
func InventoryOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) (*Inventory, error) {
	cards, err := assetTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "region, class, no")
	if err != nil {
		return nil, err
	}
	inv := &Inventory{From: from, To: to}
	var at [2]levels
	for i, day := range []date.Date{from, to} {
		if at[i], err = levelsAt(ctx, q, tenant, day); err != nil {
			return nil, err
		}
	}
	for i := range cards {
		if m, ok := cards[i].moves(at[0], at[1]); ok {
			inv.Cards = append(inv.Cards, CardMoves{&cards[i], m})
		}
	}
	inv.Shares, err = Shares(ctx, q, tenant, ranges)
	return inv, err
}

// levels are by card what came after a day: what runs took, and what changes brought.
type levels struct {
	day   date.Date
	taken map[ids.ID]money.Fen
	since map[ids.ID]Change
}

func levelsAt(ctx context.Context, q db.Q, tenant int64, day date.Date) (levels, error) {
	l := levels{day: day}
	var err error
	if l.taken, err = takenAfter(ctx, q, tenant, day.YearMonth()); err != nil {
		return l, err
	}
	l.since, err = changedAfter(ctx, q, tenant, day)
	return l, err
}

// moves compares what a card stood at on two days; false when it stood on neither.
func (a *Asset) moves(from, to levels) (Moves, bool) {
	var m Moves
	was, is := a.standsOn(from.day), a.standsOn(to.day)
	if was {
		m.CardsFrom = 1
		m.From = a.Cost - from.since[a.ID].Cost
		m.AccFrom = a.Accumulated - from.taken[a.ID] - from.since[a.ID].Accumulated
	}
	if is {
		m.CardsTo = 1
		m.To = a.Cost - to.since[a.ID].Cost
		m.Acc = a.Accumulated - to.taken[a.ID] - to.since[a.ID].Accumulated
	}
	m.Charged = from.taken[a.ID] - to.taken[a.ID]
	m.Changed = from.since[a.ID].Cost - to.since[a.ID].Cost
	switch {
	case was && !is:
		m.Out = m.From + m.Changed
	case is && !was:
		m.In = m.To - m.Changed
	}
	m.AccMoved = m.Acc - m.AccFrom - m.Charged // what left with a card or came with it, and what changes took off
	return m, was || is
}

// Line is a sum of an inventory by some key: a class, a nature, a source.
type Line struct {
	Key string
	Moves
}

// By sums the cards by a key, in the order of the keys; cards of the key "-" are left out.
func (inv *Inventory) By(key func(*Asset) string) ([]Line, error) {
	by := map[string]*Line{}
	for i := range inv.Cards {
		k := key(inv.Cards[i].Asset)
		if k == "-" {
			continue
		}
		if by[k] == nil {
			by[k] = &Line{Key: k}
		}
		if err := by[k].add(&inv.Cards[i].Moves); err != nil {
			return nil, err
		}
	}
	var out []Line
	for _, l := range by {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b Line) int { return cmp.Compare(a.Key, b.Key) })
	return out, nil
}

// Total sums all cards; sums that do not explain themselves are damage and an error.
func (inv *Inventory) Total() (Moves, error) {
	var m Moves
	for i := range inv.Cards {
		if err := m.add(&inv.Cards[i].Moves); err != nil {
			return m, err
		}
	}
	if !m.Whole() {
		return m, errs.New(errs.Internal, "asset.inventory", "the inventory's parts do not sum to its whole: %+v", m)
	}
	return m, nil
}

// BySource says what each source of money gave of what the cards stand at in the end; the parts sum to it.
func (inv *Inventory) BySource(aided bool) (map[string]money.Fen, error) {
	out := map[string]money.Fen{}
	for i := range inv.Cards {
		a := inv.Cards[i].Asset
		if aided && !a.Aided {
			continue
		}
		parts, err := a.Sources(inv.Cards[i].To, inv.Shares)
		if err != nil {
			return nil, err
		}
		for k, v := range parts {
			if out[k], err = money.Add(out[k], v); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
