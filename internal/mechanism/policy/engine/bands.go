package engine

import (
	"fmt"
	"math/big"
	"strings"
)

type bandsShape struct {
	on, of       string
	marginal     bool
	silent       bool
	below, above string
	rows         []band
}

type band struct {
	interval
	text     string
	at, give *big.Rat
}

// bands compiles rows and proves that they meet: no overlap, no gap, every edge in exactly one row.
func (c *checker) bands(path string, b *Bands) shape {
	out := bandsShape{on: c.name(path+".on", b.On, varNum), of: b.On, marginal: b.Mode == "marginal", silent: b.Silent, below: b.Below, above: b.Above}
	if b.Mode != "flat" && b.Mode != "marginal" {
		c.add(path+".mode", "分档方式应为 flat（按所在档全额）或 marginal（超额累进）")
	}
	if b.Of != "" {
		out.of = c.name(path+".of", b.Of, varNum)
		if out.marginal && b.Of != b.On {
			c.add(path+".of", "超额累进不能按一项分档、按另一项计算")
		}
	}
	if len(b.Rows) == 0 {
		c.add(path+".rows", "至少要有一档")
		return out
	}
	for i, row := range b.Rows {
		at := fmt.Sprintf("%s.rows[%d]", path, i)
		iv, err := parseInterval(row.In)
		if err != nil {
			c.fail(at+".in", err)
			return out
		}
		k := band{interval: iv, text: row.In}
		switch {
		case (row.At == "") == (row.Give == ""):
			c.add(at, "每档要么写比例（at），要么写定额（give）")
		case row.At != "":
			k.at = c.number(at+".at", row.At)
		default:
			k.give = c.number(at+".give", row.Give)
			if out.marginal {
				c.add(at+".give", "超额累进的每一档要写比例（at）")
			}
		}
		out.rows = append(out.rows, k)
		if i > 0 {
			c.meets(at+".in", out.rows[i-1], k)
		}
	}
	first, last := out.rows[0], out.rows[len(out.rows)-1]
	c.outside(path+".below", b.Below, first.from == nil, "低于最低一档")
	c.outside(path+".above", b.Above, last.to == nil, "高于最高一档")
	if out.marginal && first.from == nil {
		c.add(path+".rows[0].in", "超额累进的第一档要写明从多少起")
	}
	return out
}

func (c *checker) outside(path, text string, infinite bool, what string) {
	switch {
	case infinite && text != "":
		c.add(path, "这一侧没有尽头，不用再写%s怎么办", what)
	case !infinite && text != "none" && text != "cut":
		c.add(path, "没有写%s怎么办：写 none（不奖）或 cut（原文此处缺失，不计算）", what)
	}
}

// meets says what is wrong between two rows that follow one another.
func (c *checker) meets(path string, a, b band) {
	if a.to == nil || b.from == nil {
		c.add(path, "与上一档 %s 重叠", a.text)
		return
	}
	switch d := a.to.Cmp(b.from); {
	case d > 0:
		c.add(path, "与上一档 %s 重叠", a.text)
	case d < 0:
		c.add(path, "与上一档 %s 之间有空档：从 %s 到 %s 没有规定", a.text, decimalText(a.to, 0), decimalText(b.from, 0))
	case a.toIn && b.fromIn:
		c.add(path, "与上一档 %s 重叠：%s 两档都含", a.text, decimalText(a.to, 0))
	case !a.toIn && !b.fromIn:
		c.add(path, "与上一档 %s 之间有空档：%s 两档都不含", a.text, decimalText(a.to, 0))
	}
}

// outsideRows says what holds beyond the rows.
func (f bandsShape) outsideRows(r *run, v *big.Rat, how, where string) (*big.Rat, error) {
	if how == "cut" {
		return nil, fmt.Errorf("%s %s %s，原文此处缺失，不能计算", r.p.labels[f.on], show(v, r.p.units[f.on]), where)
	}
	r.note(func() string { return r.p.labels[f.on] + " " + show(v, r.p.units[f.on]) + " " + where + "，不奖" })
	return zero, nil
}

func (f bandsShape) value(r *run, s *step) (*big.Rat, error) {
	v := r.num(f.on)
	switch {
	case f.rows[0].above(v):
		return f.outsideRows(r, v, f.below, "低于最低一档")
	case f.rows[len(f.rows)-1].below(v) && (!f.marginal || f.above == "cut"):
		return f.outsideRows(r, v, f.above, "高于最高一档")
	case f.marginal:
		return f.slices(r, s, v), nil
	}
	for i, row := range f.rows {
		if !row.has(v) {
			continue
		}
		r.note(func() string {
			text := fmt.Sprintf("%s %s 在第 %d 档 %s", r.p.labels[f.on], show(v, r.p.units[f.on]), i+1, row.text)
			if f.silent && (row.from != nil && v.Cmp(row.from) == 0 || row.to != nil && v.Cmp(row.to) == 0) {
				text += "（正好在档边，原文没有写明含不含，这里按约定处理）"
			}
			return text
		})
		if row.give != nil {
			r.note(func() string { return "本档定额 " + show(row.give, s.unit) })
			return row.give, nil
		}
		of := r.num(f.of)
		out := new(big.Rat).Mul(of, row.at)
		r.note(func() string {
			return r.p.labels[f.of] + " " + show(of, r.p.units[f.of]) + " × " + rateText(row.at) + " = " + show(out, s.unit)
		})
		return out, nil
	}
	return nil, fmt.Errorf("%s %s 不在任何一档", r.p.labels[f.on], show(v, r.p.units[f.on])) // the check has proved that there is none
}

// slices adds every slice at its own rate.
func (f bandsShape) slices(r *run, s *step, v *big.Rat) *big.Rat {
	out := new(big.Rat)
	for _, row := range f.rows {
		if v.Cmp(row.from) <= 0 {
			break
		}
		top := v
		if row.to != nil {
			top = smaller(v, row.to)
		}
		width := new(big.Rat).Sub(top, row.from)
		part := new(big.Rat).Mul(width, row.at)
		out.Add(out, part)
		r.note(func() string {
			return row.text + " 一段 " + show(width, r.p.units[f.on]) + " × " + rateText(row.at) + " = " + show(part, s.unit)
		})
	}
	return out
}

type stepsShape struct {
	on                      string
	from, first, every, one *big.Rat
	most                    int
	each                    *expr
}

// maxSteps bounds the steps that are tried one by one against a condition.
const maxSteps = 10_000

func (c *checker) steps(path string, k *Steps) shape {
	out := stepsShape{on: c.name(path+".on", k.On, varNum), from: zero, first: zero, most: k.Most}
	if k.From != "" {
		out.from = c.number(path+".from", k.From)
	}
	if k.First != "" {
		out.first = c.number(path+".first", k.First)
	}
	out.every, out.one = c.number(path+".every", k.Every), c.number(path+".each", k.Each)
	if out.every != nil && out.every.Sign() <= 0 {
		c.add(path+".every", "每级的步长应大于零")
	}
	if k.Most < 0 || k.Most > maxSteps {
		c.add(path+".most", "级数应在 1 到 %d 之间", maxSteps)
	}
	names := map[string]varType{"step": varNum, "reach": varNum}
	for n, t := range c.p.names {
		names[n] = t
	}
	out.each = c.exprOver(path+".step_when", k.StepWhen, holds, names)
	return out
}

func (f stepsShape) value(r *run, s *step) (*big.Rat, error) {
	v := r.num(f.on)
	over := new(big.Rat).Sub(v, f.from)
	if over.Sign() < 0 {
		r.note(func() string {
			return r.p.labels[f.on] + " " + show(v, r.p.units[f.on]) + " 没有达到 " + show(f.from, r.p.units[f.on])
		})
		return zero, nil
	}
	whole := floorOf(new(big.Rat).Quo(over, f.every))
	if f.most > 0 {
		whole = smaller(whole, new(big.Rat).SetInt64(int64(f.most)))
	}
	if f.each != nil {
		var err error
		if whole, err = f.conditional(r, whole); err != nil {
			return nil, err
		}
	}
	out := new(big.Rat).Mul(whole, f.one)
	out.Add(out, f.first)
	r.note(func() string {
		var b strings.Builder
		fmt.Fprintf(&b, "%s %s", r.p.labels[f.on], show(v, r.p.units[f.on]))
		if f.first.Sign() != 0 {
			fmt.Fprintf(&b, "，达到 %s 得 %s", show(f.from, r.p.units[f.on]), show(f.first, s.unit))
		}
		fmt.Fprintf(&b, "；每 %s 一级，共 %s 级 × %s，合计 %s", show(f.every, r.p.units[f.on]), decimalText(whole, 0), show(f.one, s.unit), show(out, s.unit))
		return b.String()
	})
	return out, nil
}

// conditional counts the steps from the first on whose condition holds; it stops at the first that does not.
func (f stepsShape) conditional(r *run, whole *big.Rat) (*big.Rat, error) {
	if whole.Cmp(big.NewRat(maxSteps, 1)) > 0 {
		return nil, fmt.Errorf("级数超过 %d，请检查步长或写明最多几级（most）", maxSteps)
	}
	n := whole.Num().Int64()
	defer func() { delete(r.vars, "step"); delete(r.vars, "reach") }()
	for i := int64(1); i <= n; i++ {
		k := big.NewRat(i, 1)
		r.vars["step"], r.vars["reach"] = k, new(big.Rat).Add(f.from, new(big.Rat).Mul(k, f.every))
		ok, err := f.each.holds(r.vars)
		if err != nil {
			return nil, err
		}
		if !ok {
			r.note(func() string {
				return fmt.Sprintf("第 %d 级的条件“%s”不成立，到此为止", i, r.p.words(f.each.text))
			})
			return big.NewRat(i-1, 1), nil
		}
	}
	return whole, nil
}
