package board

import (
	"testing"

	"pgregory.net/rapid"
)

func TestLight(t *testing.T) {
	r := &LightRule{YellowLag: 10, RedLag: 30}
	for _, c := range []struct {
		lag  int64
		want string
	}{{-500, Green}, {0, Green}, {1000, Green}, {1001, Yellow}, {3000, Yellow}, {3001, Red}, {10000, Red}} {
		if got := r.Light(c.lag); got != c.want {
			t.Errorf("%d behind: %s, want %s", c.lag, got, c.want)
		}
	}
	if got := (*LightRule)(nil).Light(9999); got != "" {
		t.Errorf("without a rule: %q", got)
	}
}

func TestRank(t *testing.T) {
	rows := []Row{
		{No: "a", Score: 50, Progress: Cell{Percent: 10}},
		{No: "b", Score: 80, Progress: Cell{Percent: 30}},
		{No: "c", Score: 80, Progress: Cell{Percent: 20}},
		{No: "d", Score: 10, Progress: Cell{Percent: 30}},
	}
	rank(rows)
	got := ""
	for _, r := range rows {
		got += r.No + string(rune('0'+r.Rank)) + string(rune('0'+r.Progress.Rank)) + " "
	}
	if want := "b11 c13 a34 d41 "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestScore(t *testing.T) {
	cells := []Cell{{Percent: 10000, Weight: 40}, {Percent: 5000, Weight: 30}, {Percent: 0, Weight: 30}}
	if got := score(cells...); got != 5500 {
		t.Errorf("got %d", got)
	}
	if got := score(Cell{Percent: 10000}); got != 0 {
		t.Errorf("without weights %d", got)
	}
}

// A row's rank is one more than the number of rows that are better, and the score lies between its columns.
func TestRankAndScoreHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent, weight := rapid.Int64Range(0, 10000), rapid.IntRange(0, 100)
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Row {
			a := Cell{Percent: percent.Draw(t, "a"), Weight: weight.Draw(t, "wa")}
			b := Cell{Percent: percent.Draw(t, "b"), Weight: weight.Draw(t, "wb")}
			r := Row{No: rapid.StringN(1, 5, -1).Draw(t, "no"), Progress: a, Measures: b, Score: score(a, b)}
			if lo, hi := min(a.Percent, b.Percent), max(a.Percent, b.Percent); a.Weight+b.Weight > 0 && (r.Score < lo || r.Score > hi) {
				t.Fatalf("score %d of %d and %d", r.Score, a.Percent, b.Percent)
			}
			return r
		}), 0, 30).Draw(t, "rows")
		rank(rows)
		for i := range rows {
			better := 0
			for j := range rows {
				if rows[j].Score > rows[i].Score {
					better++
				}
			}
			if rows[i].Rank != better+1 {
				t.Fatalf("rank %d with %d better", rows[i].Rank, better)
			}
			if i > 0 && rows[i].Score > rows[i-1].Score {
				t.Fatal("not in order")
			}
		}
	})
}
