package engine

import (
	"math/big"

	"huicun/internal/kit/money"
)

func unitOf(u string) string {
	if u == "" {
		return "元"
	}
	return u
}

// shapes counts how many shapes a step has.
func (s *Step) shapes() int {
	n := 0
	for _, set := range []bool{
		s.Fixed != "", s.Rate != nil, s.Bands != nil, s.Steps != nil, s.Count != nil, s.Range != nil, s.Increase != nil, s.Net != nil,
		s.Accounts != nil, s.Grade != nil, s.Score != nil, s.Composite != nil, len(s.Sum) > 0, len(s.Highest) > 0, s.Expr != "",
	} {
		if set {
			n++
		}
	}
	return n
}

// step compiles a measure or rule and declares its name for what follows.
func (c *checker) step(path string, s *Step, rule bool) {
	if st := c.compileStep(path, s, rule); st != nil {
		c.p.steps = append(c.p.steps, st)
	}
	c.declare(path, s.Name, s.Label, unitOf(s.Unit), varNum)
	if rule && s.Range != nil {
		c.used[s.Name] = c.used[s.Name] || s.Aux
	}
}

func (c *checker) compileStep(path string, s *Step, rule bool) *step {
	if s.shapes() != 1 {
		c.add(path, "“%s”要有而且只有一种算法（fixed、rate、bands、steps、count、range、increase、net、accounts、grade、score、composite、sum、highest 或 expr）", s.Label)
		return nil
	}
	if s.Aux && !rule {
		c.add(path+".aux", "只有规则才写 aux")
	}
	st := &step{Step: s, unit: unitOf(s.Unit), rule: rule}
	st.when = c.expr(path+".when", s.When, holds)
	st.shape = c.shape(path, s)
	st.floor, st.cap = c.operand(path+".floor", s.Floor), c.operand(path+".cap", s.Cap)
	if st.floor != nil && st.cap != nil && st.floor.lit != nil && st.cap.lit != nil && st.cap.lit.Cmp(st.floor.lit) < 0 {
		c.add(path+".cap", "封顶 %s 低于保底 %s", s.Cap, s.Floor)
	}
	if st.floor != nil && st.cap != nil && st.floor.name != "" && st.floor.name == st.cap.name {
		c.add(path+".cap", "封顶和保底是同一项")
	}
	if s.Round != nil {
		st.roundTo = c.number(path+".round.to", s.Round.To)
		if st.roundTo != nil && st.roundTo.Sign() <= 0 {
			c.add(path+".round.to", "取整单位应大于零")
		}
		var ok bool
		if st.roundHow, ok = roundings[s.Round.Mode]; !ok {
			c.add(path+".round.mode", "取整方式应为 half_up（四舍五入）、down（舍去）或 up（进一）")
		}
	}
	return st
}

var roundings = map[string]money.Round{"": money.HalfUp, "half_up": money.HalfUp, "down": money.Down, "up": money.Up}

var roundingNames = map[money.Round]string{money.HalfUp: "四舍五入", money.Down: "舍去", money.Up: "进一"}

// shape compiles the one shape that a step has.
func (c *checker) shape(path string, s *Step) shape {
	switch {
	case s.Fixed != "":
		return fixedShape{c.number(path+".fixed", s.Fixed)}
	case s.Rate != nil:
		return rateShape{c.name(path+".rate.of", s.Rate.Of, varNum), c.required(path+".rate.at", s.Rate.At)}
	case s.Bands != nil:
		return c.bands(path+".bands", s.Bands)
	case s.Steps != nil:
		return c.steps(path+".steps", s.Steps)
	case s.Count != nil:
		return c.count(path+".count", s.Count)
	case s.Range != nil:
		return c.ranged(path+".range", s.Range)
	case s.Increase != nil:
		return increaseShape{c.name(path+".increase.of", s.Increase.Of, varNum), c.name(path+".increase.base", s.Increase.Base, varNum), s.Increase.Negative}
	case s.Net != nil:
		return netShape{c.name(path+".net.of", s.Net.Of, varNum), c.list(path+".net.less", s.Net.Less)}
	case s.Accounts != nil:
		return c.accounts(path+".accounts", s.Accounts)
	case s.Grade != nil:
		return c.grade(path+".grade", s.Grade)
	case s.Score != nil:
		return c.score(path+".score", s.Score)
	case s.Composite != nil:
		return c.composite(path+".composite", s.Composite)
	case len(s.Sum) > 0:
		return sumShape{c.list(path+".sum", s.Sum)}
	case len(s.Highest) > 0:
		return highestShape{c.list(path+".highest", s.Highest)}
	}
	return exprShape{c.expr(path+".expr", s.Expr, yields)}
}

// required is a literal, or the name of a value; it must be there.
func (c *checker) required(path, text string) operand {
	if o := c.operand(path, text); o != nil {
		return *o
	}
	c.add(path, "请填写数或名称")
	return operand{lit: zero}
}

func (c *checker) list(path string, names []string) []string {
	if len(names) == 0 {
		c.add(path, "至少要有一项")
	}
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			c.add(path, "“%s”写了两次", n)
		}
		seen[n] = true
		c.name(path, n, varNum)
	}
	return names
}

// number is the value of an operand.
func (r *run) operand(o operand) *big.Rat {
	if o.name != "" {
		return r.num(o.name)
	}
	return o.lit
}

// step works one step out: condition, shape, floor, cap, rounding.
func (r *run) step(s *step) (*big.Rat, error) {
	line := r.line(s)
	ok, err := s.when.holds(r.vars)
	if err != nil {
		return nil, r.failed(s, err)
	}
	if !ok {
		line.done(zero, false)
		r.note(func() string { return "条件“" + r.p.words(s.When) + "”不成立，不适用" })
		return zero, nil
	}
	v, err := s.shape.value(r, s)
	if err == nil {
		v, err = bounded(v)
	}
	if err != nil {
		return nil, r.failed(s, err)
	}
	if s.floor != nil {
		if f := r.operand(*s.floor); v.Cmp(f) < 0 {
			before := v
			v = f
			r.note(func() string {
				return "低于保底 " + show(f, s.unit) + "，由 " + show(before, s.unit) + " 提到保底"
			})
		}
	}
	if s.cap != nil {
		if top := r.operand(*s.cap); v.Cmp(top) > 0 {
			before := v
			v = top
			r.note(func() string {
				what := "封顶"
				if s.cap.name != "" {
					what = "封顶（" + r.p.labels[s.cap.name] + "）"
				}
				return "超过" + what + " " + show(top, s.unit) + "，由 " + show(before, s.unit) + " 减到封顶"
			})
		}
	}
	if s.roundTo != nil && !r.exact {
		if rounded := roundTo(v, s.roundTo, s.roundHow); rounded.Cmp(v) != 0 {
			before := v
			v = rounded
			r.note(func() string {
				return "按 " + s.Round.To + " " + roundingNames[s.roundHow] + "：" + show(before, s.unit) + " → " + show(rounded, s.unit)
			})
		}
	}
	line.done(v, v.Sign() != 0)
	return v, nil
}
