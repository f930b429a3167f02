package engine

import (
	"math/big"
	"slices"

	"huicun/internal/kit/errs"
)

// A Cliff is a place where an award jumps: there one more fen of an input changes it at once.
type Cliff struct {
	Axis             // the number that moves while all others stay
	At      *big.Rat // its value there
	Before  *big.Rat // the exact award right below At
	After   *big.Rat // the exact award right above At
	Reached bool     // At itself is already above
	Where   []string // the steps and conditions whose edge it is, by label
}

// Jump is by how much the award changes; negative where more gives less.
func (c *Cliff) Jump() *big.Rat { return new(big.Rat).Sub(c.After, c.Before) }

// nearness is how near to an edge the award is looked at: small enough that no rate makes a jump of it, exact all the same.
var nearness = big.NewRat(1, 1_000_000_000)

// leastJump is what counts as a jump: half a fen, or half a hundredth of a point.
var leastJump = big.NewRat(1, 200)

// Cliffs finds all cliffs of the policy when one of its axes moves between two values and everything else stays as
// given. Jumps that only rounding makes are left out. It follows the edges of the document, each to the very value of
// the input at which it is passed. An error is Invalid: the input is no number, or the award cannot be worked out as given.
func (p *Policy) Cliffs(in *Inputs, name string, from, to *big.Rat) ([]Cliff, error) {
	pr, err := p.probe(in, name)
	if err != nil {
		return nil, err
	}
	var found []Cliff
	for _, e := range p.edges() {
		for _, x := range pr.crossings(&e, from, to) {
			found = pr.cliff(found, &e, x, from)
		}
	}
	slices.SortFunc(found, func(a, b Cliff) int { return a.At.Cmp(b.At) })
	return found, nil
}

// A probe moves one axis of a subject and looks at what becomes of the award.
type probe struct {
	p    *Policy
	in   *Inputs
	axis Axis
	now  *big.Rat
	seen map[string]*point
}

// A point is what one value of the axis gives.
type point struct {
	vars  map[string]any
	award *big.Rat
	err   error
}

// probe starts where the subject stands. An error is Invalid: there is no such axis, or the award cannot be worked out.
func (p *Policy) probe(in *Inputs, name string) (*probe, error) {
	i := slices.IndexFunc(p.Axes(), func(a Axis) bool { return a.Name == name })
	if i < 0 {
		return nil, errs.New(errs.Invalid, "policy.axis", "“%s”不是这项政策里的数", name)
	}
	pr := &probe{p: p, in: in, axis: p.Axes()[i], seen: map[string]*point{}}
	here := pr.at(nil)
	if here.err != nil {
		return nil, here.err
	}
	pr.now = here.vars[name].(*big.Rat)
	return pr, nil
}

func (pr *probe) point(x *big.Rat) *point {
	key := x.RatString()
	pt := pr.seen[key]
	if pt == nil {
		pt = pr.at(x)
		pr.seen[key] = pt
	}
	return pt
}

// at evaluates without rounding, with the axis at x, or as given when x is nil.
func (pr *probe) at(x *big.Rat) *point {
	r := pr.p.start(pr.in)
	r.exact, r.moved, r.to = true, pr.axis.Name, x
	pt := &point{vars: r.vars, award: zero}
	if pt.err = r.work(); pt.err != nil {
		return pt
	}
	v, err := r.step(pr.p.award)
	if pt.err = err; err == nil {
		if r.vars["award"] = v; len(r.out.Refused) == 0 {
			pt.award = v
		}
	}
	return pt
}

// level is where a point stands on an edge's scale; nil when it cannot be told.
func (pr *probe) level(e *edge, x *big.Rat) *big.Rat {
	pt := pr.point(x)
	if e.over == nil {
		v, _ := pt.vars[e.name].(*big.Rat)
		return v
	}
	for _, n := range e.over.uses {
		if _, known := pt.vars[n]; !known {
			return nil
		}
	}
	v, err := e.over.number(pt.vars)
	if err != nil {
		return nil
	}
	return v
}

// crossings are the values of the input between from and to at which an edge is passed. Between two neighbouring
// kinks a value follows the input in a straight line, so that a straight line through two points near enough finds it exactly.
func (pr *probe) crossings(e *edge, from, to *big.Rat) []*big.Rat {
	marks := pr.marks(from, to)
	var out []*big.Rat
	for i := 1; i < len(marks); i++ {
		a, b := pr.level(e, marks[i-1]), pr.level(e, marks[i])
		if a == nil || b == nil || a.Cmp(b) == 0 {
			continue
		}
		for _, t := range e.levels(a, b) {
			if x := pr.solve(e, t, marks[i-1], marks[i]); x != nil && !slices.ContainsFunc(out, func(y *big.Rat) bool { return x.Cmp(y) == 0 }) {
				out = append(out, x)
			}
		}
	}
	return out
}

// marks cut the span so that a value that rises and falls again is noticed.
func (pr *probe) marks(from, to *big.Rat) []*big.Rat {
	const pieces = 16
	width := new(big.Rat).Sub(to, from)
	out := make([]*big.Rat, 0, pieces+2)
	for i := int64(0); i <= pieces; i++ {
		out = append(out, new(big.Rat).Add(from, new(big.Rat).Mul(width, big.NewRat(i, pieces))))
	}
	if pr.now.Cmp(from) > 0 && pr.now.Cmp(to) < 0 {
		out = append(out, pr.now)
		slices.SortFunc(out, (*big.Rat).Cmp)
	}
	return out
}

// halvings bounds the search between two marks: a span of 100 亿 is cut to less than a fen.
const halvings = 48

// solve finds the input at which the edge's value is t, between a and b where it lies on either side of t. It tries the
// straight line first and halves the span where that misses. Where the value itself jumps over t, the end of the last
// span that is still below or at the jump is returned.
func (pr *probe) solve(e *edge, t, a, b *big.Rat) *big.Rat {
	va, vb := pr.level(e, a), pr.level(e, b)
	for range halvings {
		if va == nil || vb == nil {
			return nil
		}
		if va.Cmp(t) == 0 {
			return a
		}
		if vb.Cmp(t) == 0 {
			return b
		}
		if va.Cmp(vb) == 0 {
			return nil
		}
		// a + (b − a) × (t − va) / (vb − va)
		x := new(big.Rat).Quo(new(big.Rat).Sub(t, va), new(big.Rat).Sub(vb, va))
		x.Add(a, x.Mul(x, new(big.Rat).Sub(b, a)))
		if _, err := bounded(x); err == nil {
			if v := pr.level(e, x); v != nil && v.Cmp(t) == 0 {
				return x
			}
		}
		mid := new(big.Rat).Add(a, b)
		mid.Quo(mid, big.NewRat(2, 1))
		v := pr.level(e, mid)
		if v == nil {
			return nil
		}
		if (v.Cmp(t) < 0) == (va.Cmp(t) < 0) {
			a, va = mid, v
		} else {
			b, vb = mid, v
		}
	}
	return nil // the value jumps over t itself: the edge that makes it jump is found on its own
}

// toward is the award's limit at x from one side (-1 below, 1 above), by the straight line through two near points; nil
// where there is no award.
func (pr *probe) toward(x *big.Rat, side int64) *big.Rat {
	step := new(big.Rat).Mul(nearness, big.NewRat(side, 1))
	near := new(big.Rat).Add(x, step)
	far := new(big.Rat).Add(near, step)
	a, b := pr.point(near), pr.point(far)
	if a.err != nil || b.err != nil {
		return nil
	}
	return new(big.Rat).Sub(new(big.Rat).Add(a.award, a.award), b.award)
}

// cliff adds the cliff at x, when the award jumps there; several edges may make the same one. Where the span begins
// right on an edge that is reached, the cliff lies behind.
func (pr *probe) cliff(found []Cliff, e *edge, x, from *big.Rat) []Cliff {
	below, above, at := pr.toward(x, -1), pr.toward(x, 1), pr.point(x)
	if below == nil || above == nil || at.err != nil || apart(above, below).Cmp(leastJump) < 0 {
		return found
	}
	if i := slices.IndexFunc(found, func(c Cliff) bool { return c.At.Cmp(x) == 0 }); i >= 0 {
		if !slices.Contains(found[i].Where, e.where) {
			found[i].Where = append(found[i].Where, e.where)
		}
		return found
	}
	reached := apart(above, at.award).Cmp(apart(at.award, below)) < 0
	if reached && x.Cmp(from) == 0 {
		return found
	}
	return append(found, Cliff{Axis: pr.axis, At: x, Before: below, After: above, Reached: reached, Where: []string{e.where}})
}

func apart(a, b *big.Rat) *big.Rat {
	d := new(big.Rat).Sub(a, b)
	return d.Abs(d)
}
