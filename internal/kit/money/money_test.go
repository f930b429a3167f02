package money

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

func amount() *rapid.Generator[Fen] {
	return rapid.Map(rapid.Int64Range(int64(Min), int64(Max)), func(n int64) Fen { return Fen(n) })
}

func TestSum(t *testing.T) {
	for _, c := range []struct {
		in   []Fen
		want Fen
		ok   bool
	}{
		{nil, 0, true},
		{[]Fen{1, 2, -4}, -1, true},
		{[]Fen{Max, 1}, 0, false},
		{[]Fen{Min, -1}, 0, false},
		{[]Fen{Max, Max, Min}, Max, true},
		{[]Fen{math.MaxInt64, math.MaxInt64, math.MaxInt64}, 0, false},
		{[]Fen{math.MinInt64, math.MinInt64}, 0, false},
		{[]Fen{math.MinInt64, math.MaxInt64}, -1, true},
	} {
		got, err := Sum(c.in...)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("Sum(%v) = %d, %v", c.in, got, err)
		}
		if err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("Sum(%v): kind %v", c.in, errs.KindOf(err))
		}
	}
}

func TestMulDiv(t *testing.T) {
	for _, c := range []struct {
		a        Fen
		num, den int64
		round    Round
		want     Fen
		ok       bool
	}{
		{100, 1, 3, HalfUp, 33, true},
		{200, 1, 3, HalfUp, 67, true},
		{5, 1, 2, HalfUp, 3, true},
		{-5, 1, 2, HalfUp, -3, true},
		{5, 1, 2, Down, 2, true},
		{-5, 1, 2, Down, -2, true},
		{1, 1, 1000, Up, 1, true},
		{-1, 1, 1000, Up, -1, true},
		{5, -1, -2, Up, 3, true},
		{Max, math.MaxInt64, math.MaxInt64, Down, Max, true},
		{Max, 2, 1, Down, 0, false},
		{Max, math.MaxInt64, 1, Down, 0, false},
		{1, 1, 0, Down, 0, false},
	} {
		got, err := MulDiv(c.a, c.num, c.den, c.round)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("MulDiv(%d, %d, %d, %d) = %d, %v; want %d", c.a, c.num, c.den, c.round, got, err, c.want)
		}
	}
}

// MulDiv agrees with unbounded arithmetic in every rounding.
func TestMulDivExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := amount().Draw(t, "a")
		num := rapid.Int64().Draw(t, "num")
		den := rapid.Int64().Filter(func(n int64) bool { return n != 0 }).Draw(t, "den")
		round := rapid.SampledFrom([]Round{HalfUp, Down, Up}).Draw(t, "round")
		p := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(num))
		q, r := new(big.Int).QuoRem(p, big.NewInt(den), new(big.Int))
		twice := new(big.Int).Abs(new(big.Int).Lsh(r, 1))
		if round == Up && r.Sign() != 0 || round == HalfUp && twice.CmpAbs(big.NewInt(den)) >= 0 {
			q.Add(q, big.NewInt(int64(p.Sign()*big.NewInt(den).Sign())))
		}
		fits := q.CmpAbs(big.NewInt(int64(Max))) <= 0
		got, err := MulDiv(a, num, den, round)
		if (err == nil) != fits || fits && int64(got) != q.Int64() {
			t.Fatalf("MulDiv = %d, %v; want %v", got, err, q)
		}
	})
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		total   Fen
		weights []int64
		want    []Fen
	}{
		{100, []int64{1, 1, 1}, []Fen{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []Fen{-34, -33, -33}},
		{2, []int64{1, 1, 1}, []Fen{1, 1, 0}},
		{100, []int64{0, 3, 7}, []Fen{0, 30, 70}},
		{10, []int64{1, 2, 3}, []Fen{2, 3, 5}},
		{0, []int64{5}, []Fen{0}},
		{1, nil, nil},
		{1, []int64{0, 0}, nil},
		{1, []int64{2, -1}, nil},
		{1, []int64{math.MaxInt64, 1}, nil},
	} {
		got, err := Split(c.total, c.weights)
		if (err == nil) != (c.want != nil) || len(got) != len(c.want) {
			t.Errorf("Split(%d, %v) = %v, %v", c.total, c.weights, got, err)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("Split(%d, %v) = %v, want %v", c.total, c.weights, got, c.want)
				break
			}
		}
	}
}

// The parts sum to the whole, and nobody is a whole fen away from the exact share.
func TestSplitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := amount().Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 50).Draw(t, "weights")
		var whole int64
		for _, w := range weights {
			whole += w
		}
		parts, err := Split(total, weights)
		if whole == 0 {
			if err == nil {
				t.Fatal("split among nobody")
			}
			return
		}
		if sum, err := Sum(parts...); err != nil || sum != total {
			t.Fatalf("parts sum to %d, %v; want %d", sum, err, total)
		}
		for i, p := range parts {
			// |p·whole − total·w| < whole
			d := new(big.Int).Mul(big.NewInt(int64(p)), big.NewInt(whole))
			d.Sub(d, new(big.Int).Mul(big.NewInt(int64(total)), big.NewInt(weights[i])))
			if d.CmpAbs(big.NewInt(whole)) >= 0 {
				t.Fatalf("part %d of weight %d is a fen or more off", p, weights[i])
			}
		}
	})
}
