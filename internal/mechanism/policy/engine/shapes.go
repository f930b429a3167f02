package engine

import (
	"fmt"
	"math/big"
	"strings"
)

type fixedShape struct{ sum *big.Rat }

func (f fixedShape) value(r *run, s *step) (*big.Rat, error) {
	r.note(func() string { return "定额 " + show(f.sum, s.unit) })
	return f.sum, nil
}

type rateShape struct {
	of string
	at operand
}

func (f rateShape) value(r *run, s *step) (*big.Rat, error) {
	v, at := r.num(f.of), r.operand(f.at)
	out := new(big.Rat).Mul(v, at)
	r.note(func() string {
		return r.p.labels[f.of] + " " + show(v, r.p.units[f.of]) + " × " + rateText(at) + " = " + show(out, s.unit)
	})
	return out, nil
}

// rateText writes a rate as people do: 8%, 2‰, 1/3; 800 when it is a sum per unit.
func rateText(at *big.Rat) string {
	if at.Cmp(one) > 0 && at.IsInt() {
		return decimalText(at, 0)
	}
	if permille := new(big.Rat).Mul(at, big.NewRat(1000, 1)); permille.IsInt() && at.Cmp(big.NewRat(1, 100)) < 0 && at.Sign() > 0 {
		return permille.Num().String() + "‰"
	}
	percent := new(big.Rat).Mul(at, hundred)
	if text := decimalText(percent, 0); !strings.HasSuffix(text, "…") {
		return text + "%"
	}
	return at.RatString()
}

type increaseShape struct {
	of, base string
	negative bool
}

func (f increaseShape) value(r *run, s *step) (*big.Rat, error) {
	v, b := r.num(f.of), r.num(f.base)
	out := new(big.Rat).Sub(v, b)
	cut := out.Sign() < 0 && !f.negative
	r.note(func() string {
		text := show(v, r.p.units[f.of]) + " − " + show(b, r.p.units[f.base]) + " = " + show(out, s.unit)
		if cut {
			text += "，没有增长，按 0 计"
		}
		return text
	})
	if cut {
		return zero, nil
	}
	return out, nil
}

type netShape struct {
	of   string
	less []string
}

func (f netShape) value(r *run, s *step) (*big.Rat, error) {
	left := new(big.Rat).Set(r.num(f.of))
	for _, l := range f.less {
		take := r.num(l)
		if take.Sign() < 0 {
			return nil, fmt.Errorf("“%s”是负数 %s，不能用来扣减", r.p.labels[l], show(take, r.p.units[l]))
		}
		took := smaller(take, larger(left, zero))
		next := new(big.Rat).Sub(left, took)
		r.note(func() string {
			return "减" + r.p.labels[l] + " " + show(take, r.p.units[l]) + "，余 " + show(next, s.unit)
		})
		left = next
	}
	return larger(left, zero), nil
}

type accountsShape struct {
	of               string
	include, exclude []string
	received         bool
}

func (c *checker) accounts(path string, a *Accounts) shape {
	if len(a.Include) == 0 {
		c.add(path+".include", "请写明计入哪些科目")
	}
	for _, x := range a.Exclude {
		covers := false
		for _, in := range a.Include {
			covers = covers || strings.HasPrefix(x, in)
			if strings.HasPrefix(in, x) {
				c.add(path+".exclude", "剔除“%s”把计入的“%s”整个去掉了", x, in)
			}
		}
		if !covers {
			c.add(path+".exclude", "剔除的“%s”本来就不在计入的科目里", x)
		}
	}
	return accountsShape{c.name(path+".of", a.Of, varAccounts), a.Include, a.Exclude, a.Received}
}

func (f accountsShape) value(r *run, s *step) (*big.Rat, error) {
	out := new(big.Rat)
	for _, e := range r.in.Values[f.of].Entries {
		amount := e.Amount
		if f.received {
			amount = e.Received
		}
		why := ""
		switch {
		case !prefixed(e.Account, f.include):
			why = "不在计入的科目里"
		case prefixed(e.Account, f.exclude):
			why = "按规定剔除"
		default:
			out.Add(out, fromFen(amount))
		}
		r.note(func() string {
			text := strings.TrimSpace(e.Account+" "+e.Label) + " " + show(fromFen(amount), s.unit)
			if f.received && e.Received != e.Amount {
				text += "（应收 " + show(fromFen(e.Amount), s.unit) + "，只计实收）"
			}
			if why != "" {
				return text + "：" + why
			}
			return text + "：计入"
		})
	}
	return out, nil
}

func prefixed(s string, list []string) bool {
	for _, p := range list {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

type countShape struct {
	each  *big.Rat
	items []countItem
}

type countItem struct {
	condition
	times string
}

func (c *checker) count(path string, k *Count) shape {
	out := countShape{each: c.number(path+".each", k.Each)}
	if len(k.Items) == 0 {
		c.add(path+".items", "至少要有一项")
	}
	for i, it := range k.Items {
		at := fmt.Sprintf("%s.items[%d]", path, i)
		c.need(at+".label", it.Label, "事项名称")
		if it.When == "" && it.Times == "" {
			c.add(at, "请写条件（when）或次数（times）")
		}
		item := countItem{condition: condition{it.Label, c.expr(at+".when", it.When, holds)}}
		if it.Times != "" {
			item.times = c.name(at+".times", it.Times, varNum)
		}
		out.items = append(out.items, item)
	}
	return out
}

func (f countShape) value(r *run, s *step) (*big.Rat, error) {
	total := new(big.Rat)
	for _, it := range f.items {
		ok, err := it.expr.holds(r.vars)
		if err != nil {
			return nil, err
		}
		n := zero
		if ok {
			n = one
			if it.times != "" {
				n = r.num(it.times)
			}
			if n.Sign() < 0 {
				return nil, fmt.Errorf("“%s”的次数是负数", it.label)
			}
			total.Add(total, n)
		}
		r.note(func() string {
			if n.Sign() == 0 {
				return "“" + it.label + "”：没有做到"
			}
			return "“" + it.label + "”：做到 " + decimalText(n, 0) + " 项"
		})
	}
	out := new(big.Rat).Mul(total, f.each)
	r.note(func() string {
		return decimalText(total, 0) + " 项 × " + show(f.each, s.unit) + " = " + show(out, s.unit)
	})
	return out, nil
}

type rangeShape struct {
	min, max operand
	by       string
}

func (c *checker) ranged(path string, g *Range) shape {
	c.need(path+".by", g.By, "由谁决定")
	out := rangeShape{c.required(path+".min", g.Min), c.required(path+".max", g.Max), g.By}
	if out.min.lit != nil && out.max.lit != nil && out.max.lit.Cmp(out.min.lit) < 0 {
		c.add(path+".max", "上限 %s 低于下限 %s", g.Max, g.Min)
	}
	return out
}

// value takes the decision of a person within the bounds. Without one the value is 0 and the award is left open.
func (f rangeShape) value(r *run, s *step) (*big.Rat, error) {
	least, most := r.operand(f.min), r.operand(f.max)
	if most.Cmp(least) < 0 {
		return nil, fmt.Errorf("上限 %s 低于下限 %s", show(most, s.unit), show(least, s.unit))
	}
	bounds := show(least, s.unit) + " 至 " + show(most, s.unit)
	d, ok := r.in.Decisions[s.Name]
	if !ok {
		r.out.Undecided = append(r.out.Undecided, Bounds{Rule: s.Name, Label: s.Label, By: f.by, Min: least, Max: most, Unit: s.unit})
		r.note(func() string { return "由" + f.by + "在 " + bounds + "之间确定，尚未确定" })
		return zero, nil
	}
	switch {
	case d.Amount.Cmp(least) < 0 || d.Amount.Cmp(most) > 0:
		return nil, fmt.Errorf("确定的 %s 不在 %s之间", show(d.Amount, s.unit), bounds)
	case strings.TrimSpace(d.Reason) == "":
		return nil, fmt.Errorf("在范围内确定数额必须写明理由")
	}
	r.note(func() string {
		return "由" + f.by + "在 " + bounds + "之间确定为 " + show(d.Amount, s.unit) + "，理由：" + d.Reason
	})
	return d.Amount, nil
}

type sumShape struct{ of []string }

func (f sumShape) value(r *run, s *step) (*big.Rat, error) {
	out := new(big.Rat)
	for _, n := range f.of {
		out.Add(out, r.num(n))
	}
	r.note(func() string {
		var parts []string
		for _, n := range f.of {
			parts = append(parts, r.p.labels[n]+" "+show(r.num(n), r.p.units[n]))
		}
		return strings.Join(parts, " ＋ ") + " = " + show(out, s.unit)
	})
	return out, nil
}

type highestShape struct{ of []string }

func (f highestShape) value(r *run, s *step) (*big.Rat, error) {
	best := f.of[0]
	for _, n := range f.of[1:] {
		if r.num(n).Cmp(r.num(best)) > 0 {
			best = n
		}
	}
	r.note(func() string {
		return fmt.Sprintf("%d 项中取最高的一项：%s %s", len(f.of), r.p.labels[best], show(r.num(best), s.unit))
	})
	return r.num(best), nil
}

type exprShape struct{ e *expr }

func (f exprShape) value(r *run, s *step) (*big.Rat, error) {
	out, err := f.e.number(r.vars)
	if err == nil {
		r.note(func() string { return r.p.words(f.e.text) + " = " + show(out, s.unit) })
	}
	return out, err
}

type gradeShape struct {
	on, of string
	rows   []gradeRow
}

type gradeRow struct {
	is string
	at *big.Rat
}

func (c *checker) grade(path string, g *Grade) shape {
	out := gradeShape{on: c.name(path+".on", g.On, varText)}
	if g.Of != "" {
		out.of = c.name(path+".of", g.Of, varNum)
	}
	seen := map[string]bool{}
	for i, row := range g.Rows {
		at := fmt.Sprintf("%s.rows[%d]", path, i)
		c.need(at+".is", row.Is, "等次")
		if seen[row.Is] {
			c.add(at+".is", "等次“%s”写了两次，后一个永远不会用到", row.Is)
		}
		seen[row.Is] = true
		out.rows = append(out.rows, gradeRow{row.Is, c.number(at+".at", row.At)})
	}
	if in := c.p.inputs[g.On]; in != nil {
		for _, v := range in.Values {
			if !seen[v] {
				c.add(path+".rows", "“%s”可能是“%s”，但没有写它的系数", in.Label, v)
			}
		}
	}
	if len(g.Rows) == 0 {
		c.add(path+".rows", "至少要有一个等次")
	}
	return out
}

func (f gradeShape) value(r *run, s *step) (*big.Rat, error) {
	is := r.in.Values[f.on].Text
	if v, ok := r.vars[f.on].(string); ok {
		is = v
	}
	for _, row := range f.rows {
		if row.is != is {
			continue
		}
		if f.of == "" {
			r.note(func() string { return r.p.labels[f.on] + "为“" + is + "”：" + show(row.at, s.unit) })
			return row.at, nil
		}
		v := r.num(f.of)
		out := new(big.Rat).Mul(v, row.at)
		r.note(func() string {
			return r.p.labels[f.on] + "为“" + is + "”：" + show(v, r.p.units[f.of]) + " × " + rateText(row.at) + " = " + show(out, s.unit)
		})
		return out, nil
	}
	return nil, fmt.Errorf("%s“%s”没有对应的系数", r.p.labels[f.on], is)
}

type compositeShape struct {
	of      []string
	weights []*big.Rat
	plus    []string
}

func (c *checker) composite(path string, k *Composite) shape {
	var out compositeShape
	sum := new(big.Rat)
	for i, w := range k.Parts {
		at := fmt.Sprintf("%s.parts[%d]", path, i)
		out.of = append(out.of, c.name(at+".of", w.Of, varNum))
		share := c.share(at+".weight", w.Weight)
		out.weights = append(out.weights, share)
		sum.Add(sum, share)
	}
	if sum.Cmp(one) != 0 {
		c.add(path+".parts", "各部分权重合计是 %s，应为 100%%", show(sum, "%"))
	}
	for i, n := range k.Plus {
		out.plus = append(out.plus, c.name(fmt.Sprintf("%s.plus[%d]", path, i), n, varNum))
	}
	return out
}

func (f compositeShape) value(r *run, s *step) (*big.Rat, error) {
	out := new(big.Rat)
	for i, n := range f.of {
		part := new(big.Rat).Mul(r.num(n), f.weights[i])
		out.Add(out, part)
		r.note(func() string {
			return r.p.labels[n] + " " + show(r.num(n), s.unit) + " × " + rateText(f.weights[i]) + " = " + show(part, s.unit)
		})
	}
	for _, n := range f.plus {
		out.Add(out, r.num(n))
		r.note(func() string { return "加（减）" + r.p.labels[n] + " " + show(r.num(n), s.unit) })
	}
	return out, nil
}
