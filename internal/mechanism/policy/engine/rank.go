package engine

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Standing is a subject's place among all that are ranked with it, and the prize that it brings.
type Standing struct {
	Score *big.Rat
	Place int // from 1; equal scores share a place; 0 for the refused
	Of    int // how many have a place
	Prize string
	Give  money.Fen
	// Tied marks a prize that more subjects deserve equally than its quota has room for: all of them stand here
	// without it, until people decide an order among them.
	Tied bool
}

// Same reports whether two standings bring the same prize.
func (s *Standing) Same(o *Standing) bool {
	return s.Prize == o.Prize && s.Give == o.Give && s.Tied == o.Tied
}

// Matches reports whether two standings are the same in all.
func (s *Standing) Matches(o *Standing) bool {
	return s.Same(o) && s.Place == o.Place && s.Of == o.Of && s.Score.Cmp(o.Score) == 0
}

// Ranked is one subject with its award, the prize included.
type Ranked struct {
	Award *Award
	Standing
}

// Rank evaluates all and gives out the prizes: each goes to the best that reach its minimum, up to its quota. Who is
// refused by a gate or a veto gets none. The result is from the best down; equal ones keep their order. An error is
// Invalid and names the subject.
func (p *Policy) Rank(all []*Inputs) ([]Ranked, error) {
	places, err := p.Standings(all)
	if err != nil {
		return nil, err
	}
	out := make([]Ranked, len(all))
	for i, in := range all {
		placed := *in
		placed.Standing = places[i]
		if out[i].Award, err = p.Evaluate(&placed); err != nil {
			return nil, fmt.Errorf("ranking %s: %w", in.Subject, err)
		}
		out[i].Standing = *places[i]
	}
	slices.SortStableFunc(out, func(a, b Ranked) int { return placeOrder(&a.Standing, &b.Standing) })
	return out, nil
}

// placeOrder puts the refused after all others.
func placeOrder(a, b *Standing) int {
	if (a.Place == 0) != (b.Place == 0) {
		return cmp.Compare(b.Place, a.Place)
	}
	return cmp.Compare(a.Place, b.Place)
}

// candidate is one subject while the prizes are given out.
type candidate struct {
	*Standing
	order *big.Rat // what people decided among equals; nil when they have not
}

// Standings are the subjects' places in the order in which they are given. Among equals, those for whom people decided an
// order (Inputs.Order) stand in it, before those for whom they did not.
func (p *Policy) Standings(all []*Inputs) ([]*Standing, error) {
	if p.prizes == nil {
		return nil, errs.New(errs.Invalid, "policy.no_prizes", "这项政策没有评奖")
	}
	out := make([]*Standing, len(all))
	var list []candidate
	for i, in := range all {
		alone := *in
		alone.Standing = nil
		a, err := p.Compute(&alone)
		if err != nil {
			return nil, fmt.Errorf("ranking %s: %w", in.Subject, err)
		}
		out[i] = &Standing{Score: a.Values[p.prizes.On], Prize: p.prizes.Unmet}
		if len(a.Refused) > 0 {
			continue
		}
		c := candidate{Standing: out[i]}
		if in.Order != nil {
			c.order = in.Order.Amount
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, compareCandidates)
	for i := range list {
		list[i].Place = i + 1
		if i > 0 && compareCandidates(list[i-1], list[i]) == 0 {
			list[i].Place = list[i-1].Place
		}
	}
	for _, s := range out {
		s.Of = len(list)
	}
	p.giveOut(list)
	return out, nil
}

// compareCandidates puts the higher score first, and among equals the decided order.
func compareCandidates(a, b candidate) int {
	if d := b.Score.Cmp(a.Score); d != 0 {
		return d
	}
	switch {
	case a.order == nil && b.order == nil:
		return 0
	case a.order == nil:
		return 1
	case b.order == nil:
		return -1
	}
	return a.order.Cmp(b.order)
}

// giveOut walks down the places and the prizes together.
func (p *Policy) giveOut(out []candidate) {
	next := 0
	for _, row := range p.prizes.rows {
		given := 0
		for next < len(out) && out[next].Score.Cmp(row.min) >= 0 {
			same := next + 1
			for same < len(out) && out[same].Place == out[next].Place {
				same++
			}
			n := same - next
			if row.quota > 0 && given == row.quota {
				break
			}
			tied := row.quota > 0 && given+n > row.quota
			for i := next; i < same; i++ {
				if tied {
					out[i].Tied, out[i].Prize = true, "并列，待定（"+row.label+"）"
					continue
				}
				out[i].Prize, out[i].Give = row.label, row.give
			}
			next, given = same, given+n
			if tied {
				break
			}
		}
	}
}

// prize adds what the subject's place brings to what the rules give.
func (r *run) prize() error {
	s := r.in.Standing
	if s == nil || r.p.prizes == nil {
		return nil
	}
	r.out.Standing = s
	if s.Give > 0 && len(r.out.Refused) == 0 {
		var err error
		if r.out.Amount, err = money.Sum(r.out.Amount, s.Give); err != nil {
			return fmt.Errorf("adding a prize: %w", err)
		}
	}
	if !r.traced {
		return nil
	}
	text := cmp.Or(s.Prize, "没有奖项")
	if s.Give > 0 {
		text += "，奖金 " + show(fromFen(s.Give), "元")
	}
	on := r.p.prizes.On
	notes := []string{fmt.Sprintf("按“%s”%s，在 %d 个参评对象中列第 %d 名", r.p.labels[on], show(s.Score, r.p.units[on]), s.Of, s.Place)}
	if s.Place == 0 {
		notes = []string{"有不符合的条件或否决事项，不参加排名"}
	}
	if o := r.in.Order; o != nil && o.Amount != nil {
		notes = append(notes, "同分的先后由人确定："+o.Reason)
	}
	if s.Tied {
		notes = append(notes, "同分的超过这一等次的名额，要由人确定先后")
	}
	r.say(SectionAward, "评奖", text, s.Place > 0 && s.Prize != r.p.prizes.Unmet, notes...)
	return nil
}
