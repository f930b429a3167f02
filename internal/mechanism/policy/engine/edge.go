package engine

import (
	"math/big"
	"slices"
)

// An edge is where an award may jump: where a value of the computation passes at, or any of at + k × every.
type edge struct {
	where string // the label of the step, condition or veto that it belongs to
	name  string // the value that passes it, or
	over  *expr  // the expression that does
	at    *big.Rat
	every *big.Rat
	most  int // how many times every, 0: without end
}

// edges are all places where the policy may jump in a number: ends of bands, steps, comparisons and floors in
// expressions. Everything else (rates, sums, caps, floors by amount, the highest of several) is continuous.
func (p *Policy) edges() []edge {
	var out []edge
	for _, s := range append(slices.Clone(p.steps), p.award) {
		out = append(out, p.cuts(s.Label, s.when)...)
		switch f := s.shape.(type) {
		case bandsShape:
			out = append(out, f.edges(s.Label)...)
		case stepsShape:
			out = append(out, edge{where: s.Label, name: f.on, at: f.from, every: f.every, most: f.most})
		case countShape:
			for _, it := range f.items {
				out = append(out, p.cuts(s.Label+"："+it.label, it.expr)...)
			}
		case scoreShape:
			for _, l := range slices.Concat(f.lines, f.deduct) {
				out = append(out, p.cuts(s.Label+"："+l.label, l.when)...)
			}
		case exprShape:
			out = append(out, p.cuts(s.Label, f.e)...)
		}
	}
	for _, g := range p.gates {
		out = append(out, p.cuts(g.label, g.expr)...)
	}
	for _, v := range p.vetoes {
		out = append(out, p.cuts(v.label, v.expr)...)
	}
	return out
}

func (f bandsShape) edges(where string) []edge {
	var out []edge
	for _, row := range f.rows {
		for _, end := range []*big.Rat{row.from, row.to} {
			if end != nil && !slices.ContainsFunc(out, func(e edge) bool { return e.at.Cmp(end) == 0 }) {
				out = append(out, edge{where: where, name: f.on, at: end})
			}
		}
	}
	return out
}

// cuts are the edges of an expression. A comparison of texts, or one over the names of a single step, has none here.
func (p *Policy) cuts(where string, e *expr) []edge {
	if e == nil {
		return nil
	}
	var out []edge
	for _, k := range e.cuts {
		over, err := compileExpr(k.over, yields, p.names)
		if err != nil {
			continue
		}
		x := edge{where: where, over: over, at: zero}
		if k.whole {
			x.every = one
		}
		out = append(out, x)
	}
	return out
}

// levels are the values at which an edge lies between two values, in rising order; at most maxLevels.
func (e *edge) levels(a, b *big.Rat) []*big.Rat {
	low, high := smaller(a, b), larger(a, b)
	if e.every == nil {
		if e.at.Cmp(low) < 0 || e.at.Cmp(high) > 0 {
			return nil
		}
		return []*big.Rat{e.at}
	}
	from := new(big.Rat).Quo(new(big.Rat).Sub(low, e.at), e.every)
	first := new(big.Rat).Neg(floorOf(from.Neg(from))) // upwards
	if e.over == nil {
		first = larger(first, zero) // steps begin at from; a floor has no beginning
	}
	var out []*big.Rat
	for k := first; len(out) < maxLevels; k = new(big.Rat).Add(k, one) {
		if e.most > 0 && k.Cmp(big.NewRat(int64(e.most), 1)) > 0 {
			break
		}
		v := new(big.Rat).Add(e.at, new(big.Rat).Mul(k, e.every))
		if v.Cmp(high) > 0 {
			break
		}
		out = append(out, v)
	}
	return out
}

// maxLevels bounds how many repetitions of one edge are looked at.
const maxLevels = 200
