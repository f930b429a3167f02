package jobs

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
)

// begun runs a job of a queue that goes on until its context ends, and waits until it has begun. What it returns then
// comes over the channel.
func (q *Queue) begun(t *testing.T, started chan bool) chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() { _, err := q.Step(ctx); done <- err }()
	select {
	case <-started:
	case <-time.After(time.Minute):
		t.Fatal("the job does not begin")
	}
	return done
}

// Somebody whose request comes to another server stops a job there; the one that runs it learns of it by its next beat.
func TestStoppedThroughAnotherServer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		started := make(chan bool, 1)
		runs := queue(d, func(ctx context.Context, r *Run) error {
			r.Progress("正在数", 7, 9)
			started <- true
			<-ctx.Done()
			return ctx.Err()
		})
		runs.beat = time.Millisecond
		id := runs.submit(t, "x")
		done := runs.begun(t, started)
		asks := queue(d, nil)
		asks.is(t, id, Running)
		must(t, asks.Stop(ctx, mine, id))
		must(t, <-done)
		j := asks.is(t, id, Cancelled)
		if j.Stage != "正在数" || j.Done != 7 || j.Total != 9 || j.Problem != "" || j.Ended == 0 || j.Stopping {
			t.Errorf("%+v", j)
		}
		if n, err := asks.Waiting(ctx, tenant, mine.ActorID); err != nil || n != 0 {
			t.Errorf("%d wait, %v", n, err)
		}
	})
}

// A worker that was silent for so long that another took its job over is told by its next beat, ends, and writes nothing
// more: neither a step nor what came of the job.
func TestTakenOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		started := make(chan bool, 1)
		var late error
		silent := queue(d, func(ctx context.Context, r *Run) error {
			started <- true
			<-ctx.Done()
			late = d.InTx(context.WithoutCancel(ctx), mine, func(ctx context.Context, tx *db.Tx) error { return r.Checkpoint(ctx, tx, 1) })
			r.Finish("", "做完了")
			return nil
		})
		silent.beat = 50 * time.Millisecond
		id := silent.submit(t, "x")
		done := silent.begun(t, started)
		heir := queue(d, func(_ context.Context, r *Run) error {
			before := 0
			must(t, r.Before(&before))
			r.Finish("", "从 %d 接着做", before)
			return nil
		})
		later := d.Now().Add(2 * staleAfter)
		heir.clock = func() time.Time { return later }
		heir.once(t)
		must(t, <-done)
		if !errors.Is(late, errLost) {
			t.Errorf("the silent worker's step: %v", late)
		}
		if j := heir.is(t, id, Done); j.Result != "从 0 接着做" || j.Tries != 2 {
			t.Errorf("%+v", j)
		}
	})
}

// A job that was asked to stop while its server died is not begun again by the one that takes it over.
func TestStoppedWhileItsServerDied(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var ran atomic.Int32
		q := queue(d, func(context.Context, *Run) error { ran.Add(1); return nil })
		id := q.submit(t, "x")
		if r, err := q.claim(ctx, tenant, q.kinds[0]); r == nil || err != nil { // and dies
			t.Fatal(r, err)
		}
		must(t, q.Stop(ctx, mine, id))
		q.is(t, id, Running)
		later := d.Now().Add(2 * staleAfter)
		q.clock = func() time.Time { return later }
		q.once(t)
		q.is(t, id, Cancelled)
		if ran.Load() != 0 {
			t.Error("it ran")
		}
		must(t, q.Again(ctx, mine, id))
		q.once(t)
		if q.is(t, id, Done); ran.Load() != 1 {
			t.Errorf("it ran %d times after it was asked for again", ran.Load())
		}
	})
}

// Work looks for what is there at its start, is woken by what comes, and gives back what runs when the process ends.
func TestWorkUntilTheProcessEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		started := make(chan bool, 3)
		q := queue(d, func(ctx context.Context, r *Run) error {
			started <- true
			if r.FileName == "long" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		first := q.submit(t, "x")
		ends, stop := context.WithCancel(ctx)
		over := make(chan bool)
		go func() { q.Work(ends); close(over) }()
		wait := func() {
			t.Helper()
			select {
			case <-started:
			case <-time.After(time.Minute):
				t.Fatal("nothing runs")
			}
		}
		wait()
		long, err := q.Submit(ctx, mine, Spec{Kind: "count", FileName: "long"}, nil)
		must(t, err)
		wait()
		stop()
		select {
		case <-over:
		case <-time.After(time.Minute):
			t.Fatal("the worker does not end")
		}
		q.is(t, first, Done)
		if j := q.is(t, long, Queued); j.Tries != 0 {
			t.Errorf("%+v", j)
		}
	})
}
