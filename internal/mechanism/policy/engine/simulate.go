package engine

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Trial is what a policy gives one subject in a simulation; Err says in Chinese why nothing could be worked out.
type Trial struct {
	Subject string
	Award   *Award // nil with Err
	Err     error
}

// Simulation is a policy tried on many subjects. Failed counts those whose award could not be worked out, which are not
// in the sums; Given those that get anything.
type Simulation struct {
	Trials []Trial
	Total  money.Fen
	Points *big.Rat
	Given  int
	Failed int
}

// Simulate tries a policy on subjects, without traces; where prizes are given, those whose award can be worked out are ranked
// among each other. An error is Invalid: the sum is beyond any budget.
func (p *Policy) Simulate(all []*Inputs) (*Simulation, error) {
	out := &Simulation{Trials: make([]Trial, len(all)), Points: new(big.Rat)}
	if err := p.try(all, out.Trials); err != nil {
		return nil, err
	}
	for i := range out.Trials {
		o := &out.Trials[i]
		if o.Err != nil {
			out.Failed++
			continue
		}
		var err error
		if out.Total, err = money.Sum(out.Total, o.Award.Amount); err != nil {
			return nil, fmt.Errorf("adding up a simulation: %w", err)
		}
		out.Points.Add(out.Points, o.Award.Points)
		if o.Award.Points.Sign() != 0 || o.Award.Amount != 0 {
			out.Given++
		}
	}
	return out, nil
}

// try works the awards out, with the prizes where there are any.
func (p *Policy) try(all []*Inputs, trials []Trial) error {
	var good []*Inputs
	var at []int
	for i, in := range all {
		trials[i].Subject = in.Subject
		if trials[i].Award, trials[i].Err = p.Compute(in); trials[i].Err == nil {
			good, at = append(good, in), append(at, i)
		} else {
			trials[i].Award = nil
		}
	}
	if p.prizes == nil {
		return nil
	}
	places, err := p.Standings(good)
	if err != nil {
		return err
	}
	for n, i := range at {
		placed := *good[n]
		placed.Standing = places[n]
		if trials[i].Award, err = p.Compute(&placed); err != nil {
			return fmt.Errorf("adding prizes: %w", err)
		}
	}
	return nil
}

// Pair is one subject under two versions.
type Pair struct {
	Subject string
	A, B    Trial
	Change  money.Fen // B less A; 0 where one could not be worked out
}

// Comparison is two versions beside each other over the same subjects.
type Comparison struct {
	Pairs                         []Pair
	A, B                          *Simulation
	More, Less, Same, NotCompared int
}

// Compare tries two versions on the same subjects. Each takes of a subject's values what it knows, so that versions
// with different inputs can be compared over the union of them.
func Compare(a, b *Policy, all []*Inputs) (*Comparison, error) {
	left, err := a.Simulate(a.Known(all))
	if err != nil {
		return nil, err
	}
	right, err := b.Simulate(b.Known(all))
	if err != nil {
		return nil, err
	}
	out := &Comparison{A: left, B: right, Pairs: make([]Pair, len(all))}
	for i := range all {
		p := &out.Pairs[i]
		*p = Pair{Subject: all[i].Subject, A: left.Trials[i], B: right.Trials[i]}
		switch {
		case p.A.Err != nil || p.B.Err != nil:
			out.NotCompared++
			continue
		default:
			p.Change = p.B.Award.Amount - p.A.Award.Amount
		}
		switch d := cmp.Or(p.B.Award.Points.Cmp(p.A.Award.Points), cmp.Compare(p.B.Award.Amount, p.A.Award.Amount)); {
		case d > 0:
			out.More++
		case d < 0:
			out.Less++
		default:
			out.Same++
		}
	}
	return out, nil
}

// Known leaves out the values that the policy has no name for.
func (p *Policy) Known(all []*Inputs) []*Inputs {
	out := make([]*Inputs, len(all))
	for i, in := range all {
		x := *in
		x.Values = make(map[string]Value, len(p.order))
		for name, v := range in.Values {
			if p.inputs[name] != nil {
				x.Values[name] = v
			}
		}
		out[i] = &x
	}
	return out
}

// Axis is a number along which an award can be followed: an input, or a measure that sums accounts.
type Axis struct{ Name, Label, Unit string }

// Axes are the numbers along which the policy's awards can be followed, in their order.
func (p *Policy) Axes() []Axis {
	var out []Axis
	for _, in := range p.order {
		if in.typ == varNum {
			out = append(out, Axis{in.Name, in.Label, p.units[in.Name]})
		}
	}
	for _, s := range p.steps {
		if _, ok := s.shape.(accountsShape); ok {
			out = append(out, Axis{s.Name, s.Label, s.unit})
		}
	}
	return out
}

// Below is a subject that stands just below an edge at which its award rises.
type Below struct {
	Subject string
	Cliff   Cliff
	Now     *big.Rat // its value of the input
	Missing *big.Rat // what is missing to the edge; beyond it when the edge itself does not count
	Gain    *big.Rat // by how much the award jumps there
}

// JustBelow lists who stands within a share of an edge (1/10: a tenth of the edge's value) at which one of the numeric
// inputs would raise the award, the nearest first. Subjects whose award cannot be worked out are left out.
func (p *Policy) JustBelow(all []*Inputs, within *big.Rat) ([]Below, error) {
	if within.Sign() <= 0 || within.Cmp(one) >= 0 {
		return nil, errs.OnField("within", "范围应在 0 到 100%% 之间")
	}
	var out []Below
	for _, in := range all {
		for _, i := range p.Axes() {
			found, err := p.ahead(in, i.Name, within)
			if err != nil {
				break // the award as given cannot be worked out; Simulate says why
			}
			out = append(out, found...)
		}
	}
	slices.SortStableFunc(out, func(a, b Below) int { return a.share().Cmp(b.share()) })
	return out, nil
}

// share is what is missing as a share of the edge.
func (b *Below) share() *big.Rat { return new(big.Rat).Quo(b.Missing, b.Cliff.At) }

// ahead finds the first rise ahead of a subject along one input: an edge at x is within reach of a value v when
// x − v ≤ x × within, that is x ≤ v ÷ (1 − within).
func (p *Policy) ahead(in *Inputs, name string, within *big.Rat) ([]Below, error) {
	pr, err := p.probe(in, name)
	if err != nil {
		return nil, err
	}
	now := pr.now
	if now.Sign() <= 0 {
		return nil, nil
	}
	cliffs, err := p.Cliffs(in, name, now, new(big.Rat).Quo(now, new(big.Rat).Sub(one, within)))
	if err != nil {
		return nil, err
	}
	for _, c := range cliffs {
		if c.Jump().Sign() <= 0 || c.At.Cmp(now) == 0 && c.Reached {
			continue
		}
		return []Below{{Subject: in.Subject, Cliff: c, Now: now, Missing: new(big.Rat).Sub(c.At, now), Gain: c.Jump()}}, nil
	}
	return nil, nil
}
