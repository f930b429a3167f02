package shell

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter bounds how often one address may knock at doors that cost much or invite guessing. It forgets
// addresses that have been quiet, so that its memory is bounded.
type limiter struct {
	mu   sync.Mutex
	seen map[string]*visitor
}

type visitor struct {
	lim *rate.Limiter
	at  time.Time
}

const (
	limitEvery  = 2 * time.Second // on average
	limitBurst  = 30
	maxVisitors = 10_000
	quietAfter  = 10 * time.Minute
)

// Allow reports whether an address may go on now.
func (l *limiter) allow(address string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string]*visitor{}
	}
	if len(l.seen) > maxVisitors {
		for k, v := range l.seen {
			if now.Sub(v.at) > quietAfter {
				delete(l.seen, k)
			}
		}
	}
	v := l.seen[address]
	if v == nil {
		v = &visitor{lim: rate.NewLimiter(rate.Every(limitEvery), limitBurst)}
		l.seen[address] = v
	}
	v.at = now
	return v.lim.AllowN(now, 1)
}
