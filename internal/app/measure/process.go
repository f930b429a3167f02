package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"

	"huicun/internal/kit/date"
)

// Ran is what one run of a program took: until it ended, of the processors, and of memory at most (bytes).
type Ran struct {
	Wall, CPU time.Duration
	Peak      int64
}

// Process runs a program to its end, its output thrown away. A child's peak of memory begins with its parent's: run it
// from a small process.
func Process(ctx context.Context, name string, args ...string) (Ran, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout = io.Discard
	start := date.System()
	if err := cmd.Run(); err != nil {
		return Ran{}, fmt.Errorf("running %s: %w", name, err)
	}
	r := Ran{Wall: date.System().Sub(start), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.Peak = u.Maxrss << 10 // kilobytes on Linux
	}
	return r, nil
}

// Apart is Process from a process of its own: self is this program, which answers "bench process -- NAME ARGS…" with a
// Ran as JSON.
func Apart(ctx context.Context, self, name string, args ...string) (Ran, error) {
	cmd := exec.CommandContext(ctx, self, append([]string{"bench", "process", "--", name}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		return Ran{}, fmt.Errorf("running %s: %w", name, err)
	}
	var r Ran
	if err := json.Unmarshal(out, &r); err != nil {
		return Ran{}, fmt.Errorf("reading what %s took: %w", name, err)
	}
	return r, nil
}

// Median runs a program several times and returns the run of median time, each as Apart does.
func Median(ctx context.Context, runs int, self, name string, args ...string) (Ran, error) {
	var list []Ran
	for range runs {
		r, err := Apart(ctx, self, name, args...)
		if err != nil {
			return Ran{}, err
		}
		list = append(list, r)
	}
	best := list[0]
	for _, r := range list {
		less := 0
		for _, o := range list {
			if o.Wall < r.Wall {
				less++
			}
		}
		if less == len(list)/2 {
			best = r
		}
	}
	return best, nil
}
