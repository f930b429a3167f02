package joint

import (
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// What has come in and what is still due make the larger of agreed and come in, whatever the day; nothing counts
// before its day.
func TestParts(t *testing.T) {
	base := date.Must("2021-01-01")
	rapid.Check(t, func(t *rapid.T) {
		day := func(name string) date.Date { return base.AddDays(rapid.IntRange(0, 20).Draw(t, name)) }
		fen := func(name string) money.Fen { return money.Fen(rapid.Int64Range(0, 500).Draw(t, name)) }
		agreed, realised, from, on, at := fen("agreed"), fen("realised"), day("agreed on"), day("came on"), day("day")
		in := Input{Kind: Money, Agreed: agreed, Realised: realised, AgreedOn: from, OnDate: on}
		inc := Income{Expected: agreed, Realised: realised, EstimatedOn: from, RealisedOn: on}
		for _, parts := range []func(date.Date) (int64, int64){in.parts, inc.parts} {
			came, due := parts(at)
			want := int64(0)
			if !on.After(at) {
				want = int64(realised)
			}
			total := want
			if !from.After(at) {
				total = max(want, int64(agreed))
			}
			if came != want || came+due != total {
				t.Fatalf("came %d, due %d on %s; want %d of %d", came, due, at, want, total)
			}
		}
	})
}
