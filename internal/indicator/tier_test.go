package indicator

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/money"
)

func TestLadder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		edges := rapid.SliceOfNDistinct(rapid.Int64Range(0, 20), 0, 6, rapid.ID[int64]).Draw(t, "edges")
		var tiers []Tier
		for _, e := range edges {
			tiers = append(tiers, Tier{Lower: money.Fen(e), Inclusive: rapid.Bool().Draw(t, "inclusive")})
		}
		slices.SortFunc(tiers, func(a, b Tier) int { return cmp.Compare(b.Lower, a.Lower) })
		var amounts []money.Fen
		for _, v := range rapid.SliceOfN(rapid.Int64Range(-2, 22), 0, 30).Draw(t, "amounts") {
			amounts = append(amounts, money.Fen(v))
		}
		exclusive, cumulative := Ladder(tiers, amounts)
		if len(exclusive) != len(tiers)+1 || len(cumulative) != len(tiers)+1 {
			t.Fatalf("%d and %d steps for %d tiers", len(exclusive), len(cumulative), len(tiers))
		}
		sum := 0
		for i := range exclusive {
			sum += exclusive[i]
			if i > 0 && i < len(tiers) && cumulative[i] < cumulative[i-1] {
				t.Fatalf("fewer reach the lower tier: %v", cumulative)
			}
			if i < len(tiers) && cumulative[i] != sum {
				t.Fatalf("%d reach tier %d, but %d are in it or above", cumulative[i], i, sum)
			}
		}
		if sum != len(amounts) || cumulative[len(tiers)] != exclusive[len(tiers)] {
			t.Fatalf("%d amounts, counted %v %v", len(amounts), exclusive, cumulative)
		}
	})
}

func TestTierEdges(t *testing.T) {
	for _, c := range []struct {
		inclusive bool
		v         money.Fen
		want      bool
	}{{true, 499, false}, {true, 500, true}, {true, 501, true}, {false, 500, false}, {false, 501, true}} {
		tier := Tier{Lower: 500, Inclusive: c.inclusive}
		if tier.Holds(c.v) != c.want {
			t.Errorf("%d in a tier from 500 (inclusive %v): %v", c.v, c.inclusive, !c.want)
		}
	}
	// As the article counts: at least five million, above three million.
	tiers := []Tier{{Lower: 500, Inclusive: true}, {Lower: 300}, {Lower: 150, Inclusive: true}}
	exclusive, cumulative := Ladder(tiers, []money.Fen{500, 499, 301, 300, 150, 149})
	if !slices.Equal(exclusive, []int{1, 2, 2, 1}) || !slices.Equal(cumulative, []int{1, 3, 5, 1}) {
		t.Error(exclusive, cumulative)
	}
}
