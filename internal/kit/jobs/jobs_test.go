package jobs

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
)

const tenant = 7

var (
	ctx  = context.Background()
	mine = db.Meta{Tenant: tenant, ActorID: 11, ActorName: "甲"}
)

// queue runs one kind of job.
func queue(d *db.DB, run func(ctx context.Context, r *Run) error) *Queue {
	q := New(d, Config{Tenants: func(context.Context) ([]int64, error) { return []int64{3, tenant}, nil }})
	q.Register(Kind{Name: "count", Run: run})
	return q
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (q *Queue) submit(t *testing.T, file string) ids.ID {
	t.Helper()
	id, err := q.Submit(ctx, mine, Spec{Kind: "count", Title: "数一数", Params: map[string]int{"by": 2}, FileName: "a.txt"}, strings.NewReader(file))
	must(t, err)
	return id
}

func (q *Queue) is(t *testing.T, id ids.ID, state string) *Job {
	t.Helper()
	j, err := q.Get(ctx, tenant, mine.ActorID, id)
	must(t, err)
	if j.State != state {
		t.Fatalf("the job is %s (%s), want %s", j.State, j.Problem, state)
	}
	return j
}

func (q *Queue) once(t *testing.T) {
	t.Helper()
	ran, err := q.Step(ctx)
	if err != nil || !ran {
		t.Fatalf("ran %v, %v", ran, err)
	}
}

func TestAJobRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		content := strings.Repeat("0123456789", 200_000) // more than one piece
		q := queue(d, func(ctx context.Context, r *Run) error {
			var params struct{ By int }
			must(t, r.Read(&params))
			f, size, err := r.File(ctx)
			if err != nil {
				return err
			}
			got, err := io.ReadAll(io.NewSectionReader(f, 0, size))
			if err != nil || string(got) != content || params.By != 2 {
				t.Errorf("%d bytes, %v, by %d", len(got), err, params.By)
			}
			r.Progress("正在数", 5, 10)
			var rep sheet.Report
			rep.Add(3, "列", "=x", "不对，\"改\"")
			if err := r.Mistakes(ctx, &rep); err != nil {
				return err
			}
			r.Finish("/there", "数了 %d 个字", size)
			return nil
		})
		id := q.submit(t, content)
		if j := q.is(t, id, Queued); j.FileSize != 2_000_000 || j.Title != "数一数" || j.ActorName != "甲" {
			t.Errorf("%+v", j)
		}
		if n, err := q.Waiting(ctx, tenant, mine.ActorID); err != nil || n != 1 {
			t.Errorf("%d wait, %v", n, err)
		}
		q.once(t)
		j := q.is(t, id, Done)
		if j.Result != "数了 2000000 个字" || j.Link != "/there" || j.Done != 5 || j.Total != 10 || j.Mistakes != 1 || !j.Over() {
			t.Errorf("%+v", j)
		}
		rep, err := q.MistakesOf(ctx, tenant, id, 10)
		must(t, err)
		if len(rep.Errors) != 1 || rep.Errors[0] != (sheet.RowError{Row: 3, Column: "列", Value: "=x", Msg: "不对，\"改\""}) {
			t.Errorf("the mistakes: %+v", rep)
		}
		if n, err := readFile(ctx, d.Read(), tenant, id, partInput, io.Discard); err != nil || n != 0 {
			t.Errorf("the file is still there: %d %v", n, err)
		}
		if ran, err := q.Step(ctx); ran || err != nil {
			t.Errorf("ran again: %v", err)
		}
		if _, err := q.Get(ctx, tenant, 12, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody else's job: %v", err)
		}
		if err := q.Again(ctx, mine, id); !errs.Is(err, errs.State) {
			t.Errorf("again: %v", err)
		}
		if err := q.Stop(ctx, mine, id); !errs.Is(err, errs.State) {
			t.Errorf("stop: %v", err)
		}
	})
}

func TestASubmissionCountsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := queue(d, nil)
		m := mine
		m.Key = "k"
		first, err := q.Submit(ctx, m, Spec{Kind: "count"}, nil)
		must(t, err)
		second, err := q.Submit(ctx, m, Spec{Kind: "count"}, nil)
		must(t, err)
		if list, err := q.Of(ctx, tenant, mine.ActorID, 10); err != nil || len(list) != 1 || first != second {
			t.Errorf("%d jobs, %v", len(list), err)
		}
	})
}

func TestFailures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var what error
		var defects []string
		q := queue(d, func(context.Context, *Run) error {
			if what == nil {
				panic("broken")
			}
			return what
		})
		q.failed = func(_ *Job, err error) { defects = append(defects, err.Error()) }
		for _, c := range []struct {
			err     error
			says    string
			defects int
		}{
			{errs.New(errs.Invalid, "x", "第 3 行不对"), "第 3 行不对", 0}, {errors.New("boom"), "系统出了差错", 1}, {nil, "系统出了差错", 2},
		} {
			what = c.err
			id := q.submit(t, "x")
			q.once(t)
			if j := q.is(t, id, Failed); !strings.Contains(j.Problem, c.says) || len(defects) != c.defects {
				t.Errorf("%s, %v", j.Problem, defects)
			}
		}
	})
}

func TestStopAndAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var from int
		started := make(chan bool, 1)
		q := queue(d, func(ctx context.Context, r *Run) error {
			n := 0
			must(t, r.Before(&n))
			from = n
			for ; n < 3; n++ {
				err := d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error { return r.Checkpoint(ctx, tx, n+1) })
				if err != nil {
					return err
				}
				if n == 1 {
					started <- true
					<-ctx.Done()
					return ctx.Err()
				}
			}
			return nil
		})
		id := q.submit(t, "x")
		must(t, q.Stop(ctx, mine, id))
		q.is(t, id, Cancelled)
		must(t, q.Again(ctx, mine, id))
		done := make(chan error)
		go func() { _, err := q.Step(ctx); done <- err }()
		<-started
		if err := q.Stop(ctx, db.Meta{Tenant: tenant, ActorID: 12}, id); !errs.Is(err, errs.State) {
			t.Errorf("somebody else stops it: %v", err)
		}
		must(t, q.Stop(ctx, mine, id))
		must(t, <-done)
		q.is(t, id, Cancelled)
		must(t, q.Again(ctx, mine, id))
		q.once(t)
		if q.is(t, id, Done); from != 2 {
			t.Errorf("went on from %d, want 2", from)
		}
	})
}

// A process that ends gives its job back; one that dies has it taken over when its heartbeat is old, and can do no more
// harm if it wakes up again.
func TestAJobOutlivesItsWorker(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ends, stop := context.WithCancel(ctx)
		q := queue(d, func(ctx context.Context, r *Run) error {
			stop()
			<-ctx.Done()
			return ctx.Err()
		})
		id := q.submit(t, "x")
		if _, err := q.Step(ends); err != nil {
			t.Fatal(err)
		}
		if j := q.is(t, id, Queued); j.Tries != 0 {
			t.Errorf("%+v", j)
		}

		dead, err := q.claim(ctx, tenant, q.kinds[0])
		must(t, err)
		checkpoint := func() error {
			return d.InTx(ctx, mine, func(ctx context.Context, tx *db.Tx) error { return dead.Checkpoint(ctx, tx, 5) })
		}
		must(t, checkpoint())
		heir := queue(d, func(_ context.Context, r *Run) error {
			n := 0
			must(t, r.Before(&n))
			r.Finish("", "从 %d 接着做", n)
			return nil
		})
		if ran, err := heir.Step(ctx); ran || err != nil {
			t.Errorf("took a job over whose worker is alive: %v", err)
		}
		later := d.Now().Add(2 * staleAfter)
		heir.clock = func() time.Time { return later }
		heir.once(t)
		if j := heir.is(t, id, Done); j.Result != "从 5 接着做" || j.Tries != 2 {
			t.Errorf("%+v", j)
		}
		if err := checkpoint(); !errors.Is(err, errLost) {
			t.Errorf("the dead worker goes on: %v", err)
		}
		dead.State = Failed
		must(t, q.end(ctx, dead, errors.New("late"), nil))
		heir.is(t, id, Done)
	})
}

func TestAJobThatKillsIsGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := queue(d, func(context.Context, *Run) error { t.Error("ran"); return nil })
		id := q.submit(t, "x")
		later := d.Now().Add(2 * staleAfter)
		q.clock = func() time.Time { return later }
		for range maxTries {
			r, err := q.claim(ctx, tenant, q.kinds[0])
			if err != nil || r == nil {
				t.Fatal(r, err)
			}
		}
		q.once(t)
		if j := q.is(t, id, Failed); !strings.Contains(j.Problem, "中断了 5 次") {
			t.Error(j.Problem)
		}
	})
}

// Many workers carry each job out once, and never two of a kind at a time.
func TestOneAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 12
		var at, ran atomic.Int32
		queues := make([]*Queue, 4)
		for i := range queues {
			queues[i] = queue(d, func(context.Context, *Run) error {
				if at.Add(1) > 1 {
					t.Error("two at a time")
				}
				time.Sleep(time.Millisecond)
				at.Add(-1)
				ran.Add(1)
				return nil
			})
		}
		for range n {
			queues[0].submit(t, "x")
		}
		var wg sync.WaitGroup
		for _, q := range queues {
			wg.Go(func() {
				for ran.Load() < n {
					if _, err := q.Step(ctx); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		if ran.Load() != n {
			t.Errorf("%d ran", ran.Load())
		}
	})
}

func TestSweep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := queue(d, func(context.Context, *Run) error { return errors.New("no") })
		old, waits := q.submit(t, "x"), q.submit(t, "y")
		q.once(t)
		for _, c := range []struct {
			after time.Duration
			rows  int
			again bool
		}{{24 * time.Hour, 2, true}, {8 * 24 * time.Hour, 2, false}, {100 * 24 * time.Hour, 1, false}} {
			now := d.Now().Add(c.after)
			q.clock = func() time.Time { return now }
			must(t, q.Sweep(ctx))
			list, err := q.Of(ctx, tenant, mine.ActorID, 10)
			if err != nil || len(list) != c.rows {
				t.Errorf("after %s: %d jobs, %v", c.after, len(list), err)
			}
			if err := q.Again(ctx, mine, old); c.again != (err == nil) {
				t.Errorf("after %s: again %v", c.after, err)
			}
			if c.again {
				must(t, q.Stop(ctx, mine, old))
			}
		}
		q.is(t, waits, Queued)
	})
}
