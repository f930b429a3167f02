package schedule

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// TestSmallIsWhole: what is counted in machine words is what is counted in numbers of any length.
func TestSmallIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := date.Must("2020-01-15")
		p := period{whole: Span{from, from.AddMonths(rapid.IntRange(1, 120).Draw(t, "months")).AddDays(-1)}, steps: 12, by: rapid.SampledFrom([]Prorate{ByDays, By360, ByMonths}).Draw(t, "by")}
		for d := from; !d.After(p.whole.To); {
			end := earlier(d.AddDays(rapid.IntRange(0, 400).Draw(t, "days")), p.whole.To)
			p.pieces = append(p.pieces, piece{d, end, price{pay: money.Fen(rapid.Int64Range(0, smallPay).Draw(t, "pay"))}, rapid.IntRange(0, 4).Draw(t, "free") == 0})
			d = end.AddDays(1)
		}
		d := from.AddDays(rapid.IntRange(-5, p.whole.To.Sub(from)+5).Draw(t, "day"))
		whole := p.weight(p.whole.From, p.whole.To)
		got, ok := p.small(d, whole)
		if !ok {
			return
		}
		sum := new(big.Int)
		for _, x := range p.pieces {
			if !x.free && !x.from.After(d) {
				sum.Add(sum, new(big.Int).Mul(big.NewInt(int64(x.pay)), big.NewInt(p.weight(x.from, earlier(x.to, d)))))
			}
		}
		want, err := rounded(sum, big.NewInt(whole), 1)
		if err != nil || got != want {
			t.Fatalf("%s, not %s (%v)", got, want, err)
		}
	})
}
