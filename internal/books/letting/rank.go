package letting

import (
	"cmp"
	"slices"

	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Offer is what ranking needs of a bid that was opened.
type Offer struct {
	Bid     ids.ID
	Amount  money.Fen // a year
	At      int64     // when it was handed in; rises
	Draw    int       // the lot that was drawn among equal offers; 0: none
	Sitting bool      // of the sitting tenant, who claims priority
	Matches bool      // the sitting tenant takes the highest offer over
	Out     bool      // disqualified or given up
}

// Ranked is an offer with its place, 1 for the best and 0 for who is out. Amount is what would be paid.
type Ranked struct {
	Offer
	Place int
	Why   string // what decided between equal offers
}

// Rank puts offers in order: the highest first; among equal ones the sitting tenant, if the rule says so; then who was
// earlier, or the lot. tied are the bids that share the best place since no lot was drawn between them.
func Rank(offers []Offer, t Terms) (list []Ranked, tied []ids.ID) {
	top := money.Fen(0)
	for _, o := range offers {
		if !o.Out {
			top = max(top, o.Amount)
		}
	}
	for _, o := range offers {
		r := Ranked{Offer: o}
		r.Sitting = o.Sitting && t.Sitting != SittingNone
		if r.Sitting && o.Matches && t.Sitting == SittingMatch && !o.Out && o.Amount < top {
			r.Amount, r.Why = top, "原承租人同意按最高价承租"
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b Ranked) int { return a.compare(&b, t) })
	place := 0
	for i := range list {
		if list[i].Out {
			continue
		}
		place++
		list[i].Place = place
		if i > 0 && list[i].Amount == list[i-1].Amount {
			list[i-1].explain(&list[i], t)
		}
	}
	return list, tiedFor(list, t)
}

// compare orders the offers; bids are told apart by id at the very end, so that the order is always the same.
func (r *Ranked) compare(o *Ranked, t Terms) int {
	by := cmp.Or(boolean(r.Out, o.Out), cmp.Compare(o.Amount, r.Amount), boolean(o.Sitting, r.Sitting))
	if t.Tie == TieDraw {
		by = cmp.Or(by, boolean(r.Draw == 0, o.Draw == 0), cmp.Compare(r.Draw, o.Draw))
	}
	return cmp.Or(by, cmp.Compare(r.At, o.At), cmp.Compare(r.Bid, o.Bid))
}

// boolean puts false before true.
func boolean(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// explain says why r stands before an equal offer.
func (r *Ranked) explain(o *Ranked, t Terms) {
	switch {
	case r.Why != "":
	case r.Sitting && !o.Sitting:
		r.Why = "报价相同，原承租人优先"
	case t.Tie == TieDraw && r.Draw != 0 && r.Draw != o.Draw:
		r.Why = "报价相同，按抽签"
	case t.Tie == TieFirst:
		r.Why = "报价相同，递交在先"
	}
}

// tiedFor are the bids that no rule and no lot told from the best.
func tiedFor(list []Ranked, t Terms) []ids.ID {
	if t.Tie != TieDraw || len(list) == 0 || list[0].Out {
		return nil
	}
	best := &list[0]
	var out []ids.ID
	for i := range list {
		o := &list[i]
		if !o.Out && o.Amount == best.Amount && o.Sitting == best.Sitting && o.Draw == best.Draw {
			out = append(out, o.Bid)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
