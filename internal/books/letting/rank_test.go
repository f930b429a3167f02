package letting

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

func offers(t *rapid.T) ([]Offer, Terms) {
	n := rapid.IntRange(0, 8).Draw(t, "n")
	sitting := rapid.IntRange(-1, n).Draw(t, "sitting")
	var out []Offer
	for i := range n {
		out = append(out, Offer{
			Bid: ids.ID(i + 1), Amount: money.Fen(rapid.IntRange(100, 104).Draw(t, "amount")), At: int64(rapid.IntRange(0, 3).Draw(t, "at")),
			Draw: rapid.IntRange(0, 3).Draw(t, "draw"), Sitting: i == sitting, Matches: rapid.Bool().Draw(t, "matches"), Out: rapid.IntRange(0, 4).Draw(t, "out") == 0,
		})
	}
	return out, Terms{Tie: rapid.SampledFrom([]string{TieFirst, TieDraw}).Draw(t, "tie"), Sitting: rapid.SampledFrom([]string{SittingNone, SittingEqual, SittingMatch}).Draw(t, "rule")}
}

// TestRank: every offer has its place, the best has the highest amount, and the order in which they come does not matter.
func TestRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, terms := offers(t)
		got, tied := Rank(list, terms)
		if len(got) != len(list) {
			t.Fatalf("%d of %d offers", len(got), len(list))
		}
		top := money.Fen(0)
		for _, o := range list {
			if !o.Out {
				top = max(top, o.Amount)
			}
		}
		seen := map[ids.ID]bool{}
		place := 0
		for i, r := range got {
			if seen[r.Bid] {
				t.Fatalf("%d twice", r.Bid)
			}
			seen[r.Bid] = true
			if r.Out != (r.Place == 0) {
				t.Fatalf("place %d, out %v", r.Place, r.Out)
			}
			if r.Out {
				continue
			}
			if place++; r.Place != place {
				t.Fatalf("place %d, want %d", r.Place, place)
			}
			own := list[slices.IndexFunc(list, func(o Offer) bool { return o.Bid == r.Bid })].Amount
			if r.Amount != own && (r.Amount != top || !r.Sitting || !r.Matches || terms.Sitting != SittingMatch) {
				t.Fatalf("an offer of %d became %d", own, r.Amount)
			}
			if i > 0 && got[i-1].Amount < r.Amount {
				t.Fatalf("%d stands before %d", got[i-1].Amount, r.Amount)
			}
			if i > 0 && got[i-1].Amount == r.Amount && r.Sitting && !got[i-1].Sitting {
				t.Fatal("the sitting tenant stands behind an equal offer")
			}
		}
		if place > 0 && (got[0].Out || got[0].Amount != top) {
			t.Fatalf("best %+v, highest %d", got[0], top)
		}
		if len(tied) == 1 || len(tied) > 0 && (terms.Tie != TieDraw || !slices.Contains(tied, got[0].Bid)) {
			t.Fatalf("tied %v", tied)
		}
		other := slices.Clone(list)
		slices.SortFunc(other, func(a, b Offer) int { return cmp.Compare(b.Bid, a.Bid) })
		if again, _ := Rank(other, terms); !reflect.DeepEqual(got, again) {
			t.Fatalf("in another order: %v and %v", got, again)
		}
	})
}

// TestFails: what a vote needs, before and since the law on collectives.
func TestFails(t *testing.T) {
	for _, c := range []struct {
		step, on            string
		due, present, agree int
		ok                  bool
	}{
		{Discuss, "2021-01-01", 7, 4, 3, true}, {Discuss, "2021-01-01", 7, 4, 2, false},
		{Review, "2021-01-01", 60, 40, 31, true}, {Review, "2021-01-01", 60, 40, 30, false}, {Review, "2021-01-01", 60, 39, 39, false},
		{Resolve, "2021-01-01", 45, 30, 16, true}, {Resolve, "2021-01-01", 45, 30, 15, false}, {Resolve, "2021-01-01", 45, 29, 29, false},
		{Resolve, "2025-05-01", 45, 30, 30, true}, {Resolve, "2025-05-01", 45, 45, 29, false}, {Propose, "2025-05-01", 0, 0, 0, true},
	} {
		s := Step{Step: c.step, On: date.Must(c.on), Due: c.due, Present: c.present, Agree: c.agree}
		if why := s.Fails(); (why == "") != c.ok {
			t.Errorf("%+v: %q", c, why)
		}
	}
}
