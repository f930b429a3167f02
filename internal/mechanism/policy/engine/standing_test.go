package engine

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/money"
)

// village is one subject of the sample with prizes.
func village(t interface{ Fatal(...any) }, p *Policy, name string, appraisal int, growth money.Fen, vetoed bool) *Inputs {
	in := &Inputs{Subject: name, Values: map[string]Value{}}
	given := map[string]string{"income": (100_000_000 + growth).Plain(), "income_last": "1000000", "appraisal": fmt.Sprint(appraisal), "accident": map[bool]string{true: "是", false: "否"}[vetoed]}
	if err := p.given(in, given); err != nil {
		t.Fatal(says(err))
	}
	return in
}

// A prize is part of the award: its own split and the payers' shares are over it, to the fen, and the trace says the place.
func TestPrizeMoney(t *testing.T) {
	p := loaded(t, "village-prizes-sample")
	ranked, err := p.Rank([]*Inputs{village(t, p, "甲村", 48, 4_000_000_0, false), village(t, p, "乙村", 45, 0, false)})
	if err != nil {
		t.Fatal(says(err))
	}
	a := ranked[0].Award
	if a.Amount != 5_400_000 || a.Standing.Place != 1 || a.Standing.Of != 2 {
		t.Fatalf("award %s, standing %+v", a.Amount, a.Standing)
	}
	want := map[string]money.Fen{"村干部": 1_500_000, "村集体": 3_900_000}
	for _, pay := range a.Payees {
		want[pay.To] -= pay.Amount
	}
	for to, left := range want {
		if left != 0 {
			t.Errorf("%s is off by %s: %+v", to, left, a.Payees)
		}
	}
	if got := total(a.Payers); got != a.Amount || a.Payers[0].Amount != 2_700_000 {
		t.Errorf("payers: %+v", a.Payers)
	}
	found := false
	for _, l := range a.Trace {
		found = found || l.Label == "评奖" && l.Text == "一等奖，奖金 50,000.00 元"
	}
	if !found {
		t.Errorf("the trace does not say the prize: %+v", a.Trace)
	}
}

// Whoever takes part: no quota is exceeded unless people left equals undecided, nobody below a minimum or refused has a prize,
// no one stands behind a lower score, and once an order among equals is decided nothing is left open. The order of the list
// does not matter.
func TestPrizesFollowPlaces(t *testing.T) {
	p := loaded(t, "village-prizes-sample")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "villages")
		decided := rapid.Bool().Draw(t, "decided")
		all := make([]*Inputs, n)
		for i := range all {
			growth := money.Fen(rapid.IntRange(0, 8).Draw(t, "growth")) * 5_000_000
			all[i] = village(t, p, fmt.Sprint(i), rapid.IntRange(30, 50).Draw(t, "appraisal"), growth, rapid.IntRange(0, 5).Draw(t, "vetoed") == 0)
			if decided {
				all[i].Order = &Decision{Amount: big.NewRat(int64(i+1), 1), Reason: "抽签"}
			}
		}
		places, err := p.Standings(all)
		if err != nil {
			t.Fatal(err)
		}
		given := map[string]int{}
		for i, s := range places {
			given[s.Prize]++
			if s.Tied && decided {
				t.Fatal("an order was decided, but a prize is open")
			}
			if s.Place == 0 && (s.Give != 0 || s.Prize != "未获奖") {
				t.Fatalf("refused, with %s", s.Prize)
			}
			for _, row := range p.prizes.rows {
				if s.Prize == row.label && s.Score.Cmp(row.min) < 0 {
					t.Fatalf("%s below its minimum", row.label)
				}
			}
			for _, o := range places[:i] {
				if s.Place > 0 && o.Place > 0 && s.Score.Cmp(o.Score) > 0 && (s.Place > o.Place || s.Give < o.Give && !s.Tied) {
					t.Fatalf("a higher score stands behind: %+v, %+v", s, o)
				}
			}
		}
		for _, row := range p.prizes.rows {
			if row.quota > 0 && given[row.label] > row.quota {
				t.Fatalf("%d of %s", given[row.label], row.label)
			}
		}
		back := make([]*Inputs, n)
		for i := range all {
			back[n-1-i] = all[i]
		}
		again, err := p.Standings(back)
		if err != nil {
			t.Fatal(err)
		}
		for i := range places {
			if !places[i].Matches(again[n-1-i]) {
				t.Fatal("the order of the list changes the places")
			}
		}
	})
}
