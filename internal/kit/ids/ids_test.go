package ids

import (
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestIDsRiseWhateverTheClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := int64(epochMs)
		m := NewMaker(rapid.Int64Range(0, Nodes-1).Draw(t, "node"), func() int64 { return now })
		var last ID
		for range 5000 {
			now += rapid.Int64Range(-3, 3).Draw(t, "step")
			id := m.Next()
			if id <= last {
				t.Fatalf("%d after %d", id, last)
			}
			last = id
		}
	})
}

func TestConcurrentMakersNeverCollide(t *testing.T) {
	now := func() int64 { return epochMs + 5 }
	a, b := NewMaker(1, now), NewMaker(2, now)
	var mu sync.Mutex
	seen := map[ID]bool{}
	var wg sync.WaitGroup
	for _, m := range []*Maker{a, b, a, b} {
		wg.Go(func() {
			for range 3000 {
				id := m.Next()
				mu.Lock()
				if seen[id] {
					t.Errorf("id %d twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestParse(t *testing.T) {
	for _, s := range []string{"", "0", "-1", "x", "9223372036854775808", "1.5"} {
		if id, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %d, want an error", s, id)
		}
	}
}
