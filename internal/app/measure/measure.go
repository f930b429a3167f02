// Package measure times what is done again and again, over HTTP as people who are logged in, or as whole processes, and
// sums it up: for `huicun bench`.
package measure

import (
	"slices"
	"sync"
	"time"

	"huicun/internal/kit/date"
)

// Warm is how many tries go before those that count.
const Warm = 5

// Times are how long tries took.
type Times []time.Duration

// Timed runs fn some times before it counts, then as often as is asked for, or for as long as is patient.
func Timed(runs int, fn func() error) (Times, error) {
	const patient, atLeast = 30 * time.Second, 30
	var out Times
	begin := date.System()
	for i := range runs + Warm {
		start := date.System()
		err := fn()
		end := date.System()
		if err != nil {
			return nil, err
		}
		if i >= Warm {
			out = append(out, end.Sub(start))
		}
		if len(out) >= atLeast && end.Sub(begin) > patient {
			break
		}
	}
	return out, nil
}

// Together runs n pieces of work on several workers at once and returns how long each took, and the whole.
func Together(workers, n int, fn func(worker, i int) error) (each Times, whole time.Duration, err error) {
	work := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	begin := date.System()
	for w := range workers {
		wg.Go(func() {
			for i := range work {
				start := date.System()
				failed := fn(w, i)
				took := date.System().Sub(start)
				mu.Lock()
				each = append(each, took)
				if err == nil {
					err = failed
				}
				mu.Unlock()
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
	return each, date.System().Sub(begin), err
}

// At returns a percentile of the times, which it sorts.
func (t Times) At(percent int) time.Duration {
	slices.Sort(t)
	return t[(len(t)*percent+99)/100-1]
}
