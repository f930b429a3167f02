package engine

import (
	"fmt"
	"math/big"
	"slices"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Ranked is one subject's place among the others.
type Ranked struct {
	Award *Award
	Score *big.Rat
	Place int // from 1; equal scores share a place; 0 for the vetoed
	Prize string
	Give  money.Fen
	// Tied marks a prize that more subjects deserve equally than its quota has room for: all of them stand here
	// without it, for people to decide.
	Tied bool
}

// Rank evaluates all and gives out the prizes: each goes to the best that reach its minimum, up to its quota. Who is
// refused by a gate or a veto gets none. The result is from the best down; equal ones keep their order. An error is
// Invalid and names the subject.
func (p *Policy) Rank(all []*Inputs) ([]Ranked, error) {
	if p.prizes == nil {
		return nil, errs.New(errs.Invalid, "policy.no_prizes", "这项政策没有评奖")
	}
	out := make([]Ranked, 0, len(all))
	for _, in := range all {
		a, err := p.Evaluate(in)
		if err != nil {
			return nil, fmt.Errorf("ranking %s: %w", in.Subject, err)
		}
		out = append(out, Ranked{Award: a, Score: a.Values[p.prizes.On], Prize: p.prizes.Unmet})
	}
	slices.SortStableFunc(out, func(a, b Ranked) int {
		if ar, br := len(a.Award.Refused) > 0, len(b.Award.Refused) > 0; ar != br {
			if ar {
				return 1
			}
			return -1
		}
		return b.Score.Cmp(a.Score)
	})
	for i := range out {
		switch {
		case len(out[i].Award.Refused) > 0:
		case i > 0 && out[i].Score.Cmp(out[i-1].Score) == 0:
			out[i].Place = out[i-1].Place
		default:
			out[i].Place = i + 1
		}
	}
	p.giveOut(out)
	return out, nil
}

// giveOut walks down the places and the prizes together.
func (p *Policy) giveOut(out []Ranked) {
	next := 0
	for _, row := range p.prizes.rows {
		given := 0
		for next < len(out) && out[next].Place > 0 && out[next].Score.Cmp(row.min) >= 0 {
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
