package engine

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const cliffy = `
format: 1
title: 示例办法
issuer: 示例镇
version: {no: 1, from: 2021-01-01, state: draft}
inputs:
  - {name: income, label: 收入, type: money}
  - {name: less, label: 扣减, type: money, default: "0"}
  - {name: items, label: 项数, type: number, default: "0"}
measures:
  - {name: counted, label: 计入的收入, net: {of: income, less: [less]}}
rules:
  - name: whole
    label: 按档全额
    bands:
      on: counted
      mode: flat
      below: none
      rows:
        - {in: "[10万, 30万)", at: 2%}
        - {in: "[30万, 50万]", at: 1%}
        - {in: "(50万, +∞)", at: 3%}
  - name: slice
    label: 超额累进
    bands: {on: counted, mode: marginal, rows: [{in: "[0, 20万]", at: 1%}, {in: "(20万, +∞)", at: 4%}], below: none}
    cap: 5万
  - name: stairs
    label: 每增加 10 万
    steps: {on: counted, from: 60万, first: 1000元, every: 10万, each: 500元, most: 2}
  - name: bonus
    label: 上规模
    when: counted + wan(1) >= wan(100)
    fixed: 3000元
  - name: floored
    label: 每两项
    expr: "floor(items / 2) * 100"
award: {name: award, label: 奖励, sum: [whole, slice, stairs, bonus, floored], round: {to: 100元, mode: down}}
`

func TestCliffs(t *testing.T) {
	p, err := Read([]byte(cliffy))
	if err != nil {
		t.Fatal(says(err))
	}
	in := &Inputs{Values: map[string]Value{"income": rat(t, "15万"), "less": rat(t, "5万")}}
	got, err := p.Cliffs(in, "income", zero, number(t, "200万"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"15万 +2000 true 按档全额",   // nothing below 10万 counted
		"35万 -3000 true 按档全额",   // 30万 × (1% − 2%)
		"55万 +10000 false 按档全额", // 50万 × (3% − 1%): the edge itself is in the lower band
		"65万 +1000 true 每增加 10 万", "75万 +500 true 每增加 10 万", "85万 +500 true 每增加 10 万",
		"104万 +3000 true 上规模",
	}
	var lines []string
	for _, c := range got {
		sign := "+"
		if c.Jump().Sign() < 0 {
			sign = ""
		}
		lines = append(lines, fmt.Sprintf("%s万 %s%s %v %s", decimalText(new(big.Rat).Quo(c.At, big.NewRat(10000, 1)), 0), sign, c.Jump().RatString(), c.Reached, strings.Join(c.Where, "、")))
	}
	if !slices.Equal(lines, want) {
		t.Errorf("cliffs:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	steps, err := p.Cliffs(in, "items", zero, number(t, "9"))
	if err != nil || len(steps) != 4 || steps[0].At.Cmp(number(t, "2")) != 0 {
		t.Errorf("along the items: %v %v", steps, err)
	}
	if _, err := p.Cliffs(in, "nothing", zero, one); err == nil {
		t.Error("an unknown name is an axis")
	}
}

// Every cliff that is reported is one: right below and right above, the award differs by what is said, by far more than
// any rate can do. And none is missed: between two neighbouring cliffs the award has no jump.
func TestCliffsAreAllCliffs(t *testing.T) {
	for name, text := range files(t) {
		p, err := Read(text)
		if err != nil {
			t.Fatal(says(err))
		}
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			in := draw(t, p)
			axes := p.Axes()
			if len(axes) == 0 {
				t.Skip("nothing to follow")
			}
			axis := rapid.SampledFrom(axes).Draw(t, "axis")
			top := number(t, "300万")
			if axis.Unit != "元" {
				top = number(t, "150")
			}
			cliffs, err := p.Cliffs(in, axis.Name, zero, top)
			if err != nil {
				t.Skip("the award cannot be worked out")
			}
			pr, err := p.probe(in, axis.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cliffs {
				below, above := pr.point(new(big.Rat).Sub(c.At, nearness)), pr.point(new(big.Rat).Add(c.At, nearness))
				if d := new(big.Rat).Sub(above.award, below.award); apart(d, c.Jump()).Cmp(leastJump) >= 0 || apart(d, zero).Cmp(leastJump) < 0 {
					t.Fatalf("%s at %s: said %s, is %s", axis.Name, c.At.RatString(), c.Jump().RatString(), d.RatString())
				}
			}
			x := new(big.Rat).Mul(top, big.NewRat(rapid.Int64Range(1, 9998).Draw(t, "x"), 10000))
			y := new(big.Rat).Add(x, new(big.Rat).Quo(top, big.NewRat(10000, 1)))
			if slices.ContainsFunc(cliffs, func(c Cliff) bool { return c.At.Cmp(x) >= 0 && c.At.Cmp(y) <= 0 }) {
				return
			}
			smooth(t, pr, x, y)
		}))
	}
}

// smooth halves a span where the award changes most; a jump stays however short the span becomes.
func smooth(t *rapid.T, pr *probe, x, y *big.Rat) {
	change := func(a, b *big.Rat) *big.Rat {
		pa, pb := pr.point(a), pr.point(b)
		if pa.err != nil || pb.err != nil {
			return zero
		}
		d := new(big.Rat).Sub(pb.award, pa.award)
		return d.Abs(d)
	}
	for range 40 {
		mid := new(big.Rat).Add(x, y)
		mid.Quo(mid, big.NewRat(2, 1))
		if change(x, mid).Cmp(change(mid, y)) >= 0 {
			y = mid
		} else {
			x = mid
		}
	}
	if change(x, y).Cmp(leastJump) >= 0 {
		t.Fatalf("%s: a jump of %s near %s was missed", pr.axis.Name, change(x, y).FloatString(4), x.FloatString(6))
	}
}

func TestJustBelow(t *testing.T) {
	p, err := Read([]byte(cliffy))
	if err != nil {
		t.Fatal(says(err))
	}
	village := func(name, income string) *Inputs {
		return &Inputs{Subject: name, Values: map[string]Value{"income": rat(t, income)}}
	}
	got, err := p.JustBelow([]*Inputs{village("甲", "9.5万"), village("乙", "8万"), village("丙", "10万"), village("丁", "29.9万"), village("戊", "50万")}, big.NewRat(1, 10))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, b := range got {
		lines = append(lines, fmt.Sprintf("%s 差 %s 得 %s", b.Subject, b.Missing.RatString(), b.Gain.RatString()))
	}
	// 丁 is below an edge where the award falls, 丙 is past its edge, 戊 needs any amount above 50万.
	if want := []string{"戊 差 0 得 10000", "甲 差 5000 得 2000"}; !slices.Equal(lines, want) {
		t.Errorf("just below: %q, want %q", lines, want)
	}
	if _, err := p.JustBelow(nil, one); err == nil {
		t.Error("a range of 100 % is taken")
	}
}

func TestCompare(t *testing.T) {
	a, err := Read([]byte(cliffy))
	if err != nil {
		t.Fatal(says(err))
	}
	b, err := Read([]byte(strings.NewReplacer("at: 2%", "at: 3%", "  - {name: less, label: 扣减, type: money, default: \"0\"}\n", "", "net: {of: income, less: [less]}", "sum: [income]").Replace(cliffy)))
	if err != nil {
		t.Fatal(says(err))
	}
	all := []*Inputs{
		{Subject: "甲", Values: map[string]Value{"income": rat(t, "20万")}},
		{Subject: "乙", Values: map[string]Value{"income": rat(t, "40万"), "less": rat(t, "10万")}},
		{Subject: "丙", Values: map[string]Value{"income": rat(t, "5万")}},
		{Subject: "丁", Values: map[string]Value{}},
	}
	c, err := Compare(a, b, all)
	if err != nil {
		t.Fatal(err)
	}
	// 甲: 20万 × 1% more. 乙: without the deduction 40万 counts instead of 30万: 1% of 10万 more, and 4% of it.
	if c.Pairs[0].Change != 200000 || c.Pairs[1].Change != 500000 || c.Pairs[2].Change != 0 || c.Pairs[3].A.Err == nil {
		t.Errorf("changes %v %v %v", c.Pairs[0].Change, c.Pairs[1].Change, c.Pairs[2].Change)
	}
	if c.More != 2 || c.Same != 1 || c.NotCompared != 1 || c.B.Total-c.A.Total != 700000 || c.A.Failed != 1 || c.A.Given != 3 {
		t.Errorf("%+v, %d and %d", c, c.A.Total, c.B.Total)
	}
}

func number(t interface{ Fatal(...any) }, text string) *big.Rat {
	r, err := parseNumber(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rat(t interface{ Fatal(...any) }, text string) Value { return Value{Num: number(t, text)} }

// county draws up inputs for 300 villages from a policy's first worked example, each with its own numbers.
func county(b *testing.B, p *Policy) []*Inputs {
	x := slices.IndexFunc(p.Doc.Examples, func(x Example) bool { return len(x.Group) == 0 })
	if x < 0 {
		return nil
	}
	base, err := p.inputsOf(&p.Doc.Examples[x])
	if err != nil {
		b.Fatal(err)
	}
	out := make([]*Inputs, 300)
	for i := range out {
		in := *base
		in.Subject = fmt.Sprintf("示例村%d", i)
		in.Values = map[string]Value{}
		for name, v := range base.Values {
			if v.Num != nil {
				v.Num = new(big.Rat).Mul(v.Num, big.NewRat(int64(80+i%60), 100))
			}
			in.Values[name] = v
		}
		out[i] = &in
	}
	return out
}

// BenchmarkCounty is 200 policies over a county of 300 villages: all the examples, ten times over.
func BenchmarkCounty(b *testing.B) {
	type tried struct {
		p   *Policy
		all []*Inputs
	}
	var list []tried
	for name := range files(b) {
		p := loaded(b, name)
		if all := county(b, p); all != nil {
			list = append(list, tried{p, all})
		}
	}
	b.ResetTimer()
	for b.Loop() {
		for i := range 200 {
			t := list[i%len(list)]
			if _, err := t.p.Simulate(t.all); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkJustBelow follows every number of a policy for 300 villages to the next edge.
func BenchmarkJustBelow(b *testing.B) {
	p := loaded(b, "baqiao-vitality-sample")
	all := county(b, p)
	b.ResetTimer()
	for b.Loop() {
		if _, err := p.JustBelow(all, big.NewRat(1, 10)); err != nil {
			b.Fatal(err)
		}
	}
}
