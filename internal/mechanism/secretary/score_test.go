package secretary

import (
	"context"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
)

var (
	before = date.Must("2021-06-30")
	day    = date.Must("2021-07-31")
	after  = date.Must("2021-08-01")
)

func TestProgress(t *testing.T) {
	ms := []Milestone{
		{Weight: 10, Due: before, DoneOn: before}, // done
		{Weight: 20, Due: before, DoneOn: after},  // late on the day, done a day later
		{Weight: 30, Due: day},                    // due on the day itself, not yet late
		{Weight: 40, Due: after, DoneOn: day},     // ahead
	}
	if s := Progress(ms, day); s != (Share{50, 100}) || s.Percent() != 5000 {
		t.Errorf("progress %v", s)
	}
	if s := PlannedBy(ms, day); s != (Share{60, 100}) {
		t.Errorf("planned %v", s)
	}
	if s := Progress(ms, after); s.Num != 70 {
		t.Errorf("a day later %v", s)
	}
	if s := Progress(nil, day); s.Percent() != 0 {
		t.Errorf("no milestones give %d", s.Percent())
	}
	for i, want := range []bool{false, true, false, false} {
		if got := ms[i].Late(day); got != want {
			t.Errorf("milestone %d late: %v", i, got)
		}
	}
	for i, want := range []string{"按期完成", "逾期 31 天", "未到期（还有 0 天）", "按期完成"} {
		if got := ms[i].Progress(day); got != want {
			t.Errorf("milestone %d: %s, want %s", i, got, want)
		}
	}
	if got := ms[1].Progress(after); got != "完成（晚 32 天）" {
		t.Error(got)
	}
}

func TestTally(t *testing.T) {
	ms := []Measure{
		{DoneOn: before, Evidence: "协议"},
		{DoneOn: day, Evidence: " "},
		{DoneOn: after, Evidence: "照片"}, // not yet
		{DroppedOn: day},                // no longer counts
		{DroppedOn: after},              // still counts
		{},
	}
	if got, want := Tally(ms, day), (Actions{Done: 2, Total: 5, Evidenced: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := Tally(ms, after).Share(); got != (Share{3, 4}) {
		t.Errorf("a day later %+v", got)
	}
}

func TestAchieved(t *testing.T) {
	for _, c := range []struct{ value, base, goal, want int64 }{
		{0, 0, 100, 0},
		{50, 0, 100, 5000},
		{100, 0, 100, Full},
		{250, 0, 100, Full},
		{-5, 0, 100, 0},
		{30, 20, 50, 3333}, // rounded down
		{20, 50, 20, Full}, // less is better
		{30, 50, 20, 6666},
		{60, 50, 20, 0},
		{10, 50, 20, Full},
		{7, 7, 7, 0},
		{0, math.MinInt64, math.MaxInt64, 5000},
	} {
		if got := Achieved(c.value, c.base, c.goal); got != c.want {
			t.Errorf("from %d to %d at %d: %d, want %d", c.base, c.goal, c.value, got, c.want)
		}
	}
}

// The exact fraction, rounded down and clamped, is what Achieved gives for any three numbers.
func TestAchievedExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, b, g := rapid.Int64().Draw(t, "value"), rapid.Int64().Draw(t, "base"), rapid.Int64().Draw(t, "goal")
		got := Achieved(v, b, g)
		if b == g {
			if got != 0 {
				t.Fatalf("no way to go gives %d", got)
			}
			return
		}
		num := new(big.Int).Sub(big.NewInt(v), big.NewInt(b))
		den := new(big.Int).Sub(big.NewInt(g), big.NewInt(b))
		num.Mul(num, big.NewInt(Full*int64(den.Sign())))
		want := new(big.Int).Div(num, den.Abs(den)) // rounds down, as den is positive now
		switch {
		case want.Sign() < 0:
			want = big.NewInt(0)
		case want.Cmp(big.NewInt(Full)) > 0:
			want = big.NewInt(Full)
		}
		if want.Int64() != got {
			t.Fatalf("got %d, want %s", got, want)
		}
	})
}

// Shares stay between nothing and all, and a milestone more reached never lowers the progress.
func TestProgressMonotone(t *testing.T) {
	days := rapid.IntRange(0, 400)
	rapid.Check(t, func(t *rapid.T) {
		start := date.Must("2021-01-01")
		ms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Milestone {
			m := Milestone{Weight: rapid.IntRange(1, maxWeight).Draw(t, "weight"), Due: start.AddDays(days.Draw(t, "due"))}
			if rapid.Bool().Draw(t, "done") {
				m.DoneOn = start.AddDays(days.Draw(t, "doneOn"))
			}
			return m
		}), 1, 20).Draw(t, "milestones")
		a := start.AddDays(days.Draw(t, "day"))
		b := a.AddDays(days.Draw(t, "later"))
		pa, pb := Progress(ms, a).Percent(), Progress(ms, b).Percent()
		if pa < 0 || pb > Full || pa > pb {
			t.Fatalf("progress %d then %d", pa, pb)
		}
		if PlannedBy(ms, start.AddDays(400)).Percent() != Full {
			t.Fatal("in the end everything should be planned")
		}
	})
}

func TestResults(t *testing.T) {
	list := []Outcome{{Target: Target{Weight: 3}, Percent: 10_000}, {Target: Target{Weight: 1}, Percent: 0}}
	if got := Results(list).Percent(); got != 7500 {
		t.Errorf("got %d", got)
	}
	if got := Results(nil).Percent(); got != 0 {
		t.Errorf("no targets give %d", got)
	}
}

func TestFiguresAreDefined(t *testing.T) {
	c := indicator.NewCatalogue(nil, nil)
	c.Add(Figures()...)
	if _, err := Evaluate(context.Background(), c, nil, Target{Indicator: "gone"}, 2021, day); err != nil {
		t.Errorf("a target on a vanished indicator must not fail: %v", err)
	}
}
