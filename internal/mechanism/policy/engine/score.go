package engine

import (
	"fmt"
	"math/big"
)

type scoreShape struct {
	lines, deduct []scoreLine
	base          *big.Rat
}

type scoreLine struct {
	label    string
	of       string
	most     *big.Rat
	when     *expr
	each     *big.Rat
	unitText string
}

func (c *checker) score(path string, k *Score) shape {
	out := scoreShape{base: zero}
	if k.Base != "" {
		out.base = c.number(path+".base", k.Base)
	}
	if len(k.Deduct) > 0 && k.Base == "" {
		c.add(path+".base", "有扣分就要写基础分（base）")
	}
	if len(k.Lines)+len(k.Deduct) == 0 {
		c.add(path, "至少要有一行")
	}
	for i, l := range k.Lines {
		out.lines = append(out.lines, c.scoreLine(fmt.Sprintf("%s.lines[%d]", path, i), l))
	}
	for i, l := range k.Deduct {
		out.deduct = append(out.deduct, c.scoreLine(fmt.Sprintf("%s.deduct[%d]", path, i), l))
	}
	return out
}

func (c *checker) scoreLine(path string, l ScoreLine) scoreLine {
	c.need(path+".label", l.Label, "评分项名称")
	out := scoreLine{label: l.Label}
	switch {
	case (l.Of == "") == (l.When == ""):
		c.add(path, "每行要么写得分取自哪里（of），要么写条件和分值（when、each）")
	case l.Of != "":
		out.of = c.name(path+".of", l.Of, varNum)
		if l.Each != "" {
			c.add(path+".each", "写了 of 就不写 each")
		}
	default:
		out.when, out.each = c.expr(path+".when", l.When, holds), c.number(path+".each", l.Each)
	}
	if l.Most != "" {
		out.most = c.number(path+".most", l.Most)
		if out.most != nil && out.most.Sign() < 0 {
			c.add(path+".most", "最多多少分不能是负数")
		}
	}
	return out
}

// points are what a line counts; a line never counts below zero unless it is a condition with a negative value.
func (l scoreLine) points(r *run) (*big.Rat, error) {
	v := zero
	if l.of != "" {
		v = larger(r.num(l.of), zero)
	} else {
		ok, err := l.when.holds(r.vars)
		if err != nil {
			return nil, err
		}
		if ok {
			v = l.each
		}
	}
	if l.most != nil {
		v = smaller(v, l.most)
	}
	return v, nil
}

func (f scoreShape) value(r *run, s *step) (*big.Rat, error) {
	out := new(big.Rat)
	for _, l := range f.lines {
		v, err := l.points(r)
		if err != nil {
			return nil, err
		}
		out.Add(out, v)
		r.note(func() string { return l.label + "：" + show(v, s.unit) })
	}
	if f.base.Sign() == 0 && len(f.deduct) == 0 {
		return out, nil
	}
	left := new(big.Rat).Set(f.base)
	for _, l := range f.deduct {
		v, err := l.points(r)
		if err != nil {
			return nil, err
		}
		left.Sub(left, v)
		r.note(func() string { return l.label + "：扣 " + show(v, s.unit) })
	}
	if len(f.deduct) > 0 {
		left = larger(left, zero)
	}
	r.note(func() string { return "基础分 " + show(f.base, s.unit) + "，扣后 " + show(left, s.unit) })
	return out.Add(out, left), nil
}
