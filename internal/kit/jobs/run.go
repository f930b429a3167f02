package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
)

const (
	beatEvery = 2 * time.Second
	// staleAfter is how long a worker may be silent. On SQLite it is while a long transaction of its own keeps it from
	// writing; then nobody else can write either, and its checkpoint, being part of that transaction, counts as a beat.
	staleAfter = 20 * time.Second
	pollEvery  = 5 * time.Second
	// maxTries is how often a job is taken up whose worker dies before it is given up.
	maxTries = 5
	// Files are kept for a week after a job has ended, what became of it for a quarter.
	keepFiles = 7 * 24 * time.Hour
	keepRows  = 90 * 24 * time.Hour
)

var (
	errStopped = errors.New("stopped by its owner")
	errLost    = errors.New("another worker has taken the job over")
)

// Run is a job that is being carried out.
type Run struct {
	*Job
	q      *Queue
	worker string
	cancel context.CancelCauseFunc
	file   *os.File

	mu          sync.Mutex
	stage       string
	done, total int64
}

// Read decodes the job's parameters.
func (r *Run) Read(into any) error {
	if err := json.Unmarshal([]byte(r.Params), into); err != nil {
		return fmt.Errorf("reading the job's parameters: %w", err)
	}
	return nil
}

// Progress says how far the job is.
func (r *Run) Progress(stage string, done, total int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stage, r.done, r.total = stage, int64(done), int64(total)
}

func (r *Run) progress() (string, int64, int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stage, r.done, r.total
}

// Checkpoint keeps, in the transaction of a step, that it has been done. It fails when another worker has taken over, so
// that the step is undone with it.
func (r *Run) Checkpoint(ctx context.Context, tx *db.Tx, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing a checkpoint: %w", err)
	}
	return setCheckpoint(ctx, tx, r.ID, r.worker, string(b))
}

// Before decodes the last checkpoint of an earlier run, if there is one.
func (r *Run) Before(into any) error {
	if r.Job.Checkpoint == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(r.Job.Checkpoint), into); err != nil {
		return fmt.Errorf("reading a checkpoint: %w", err)
	}
	return nil
}

// Finish says what came of the job, and where it can be seen.
func (r *Run) Finish(link, format string, args ...any) {
	r.Link, r.Result = link, fmt.Sprintf(format, args...)
}

// Mistakes keeps the wrong places of the file for download.
func (r *Run) Mistakes(ctx context.Context, rep *sheet.Report) error {
	r.Job.Mistakes = int64(len(rep.Errors) + rep.More)
	if r.Job.Mistakes == 0 {
		return nil
	}
	var b bytes.Buffer
	header, rows := sheet.ErrorRows(&sheet.Report{Errors: rep.Errors})
	if err := sheet.WriteCSV(&b, header, rows); err != nil {
		return err
	}
	return r.q.d.InTx(ctx, db.Meta{Tenant: r.Tenant, ActorID: r.ActorID, ActorName: r.ActorName}, func(ctx context.Context, tx *db.Tx) error {
		_, err := writeFile(ctx, tx, r.ID, partMistakes, bytes.NewReader(b.Bytes()))
		return err
	})
}

// File returns the job's file. It is copied to the disk on the first call and removed when the job ends.
func (r *Run) File(ctx context.Context) (io.ReaderAt, int64, error) {
	if r.file == nil {
		f, err := os.CreateTemp(r.q.dir, "job-*")
		if err != nil {
			return nil, 0, errs.Wrap(err, errs.Unavailable, "job.disk", "数据目录写不了，任务不能进行；请检查磁盘空间和权限")
		}
		r.file = f
		n, err := readFile(ctx, r.q.d.Read(), r.Tenant, r.ID, partInput, f)
		if err != nil {
			return nil, 0, err
		}
		if n != r.FileSize {
			return nil, 0, errs.New(errs.NotFound, "job.gone", "任务的文件已经清除，请重新上传")
		}
	}
	return r.file, r.FileSize, nil
}

// discard removes the copy of the file.
func (r *Run) discard() {
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Remove(r.file.Name())
	}
}

// Work runs jobs until the context ends; what runs then is given back and goes on with the next process.
func (q *Queue) Work(ctx context.Context) {
	var wg sync.WaitGroup
	for _, k := range q.kinds {
		wg.Go(func() { q.work(ctx, k) })
	}
	wg.Wait()
}

func (q *Queue) work(ctx context.Context, k Kind) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		for {
			ran, err := q.step(ctx, k)
			if err != nil && ctx.Err() == nil {
				q.failed(&Job{Kind: k.Name}, err)
			}
			if !ran || ctx.Err() != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-q.wake[k.Name]:
		case <-tick.C:
		}
	}
}

// Step runs one job, if one waits, and reports whether it did: for tests and for commands without a server.
func (q *Queue) Step(ctx context.Context) (bool, error) {
	for _, k := range q.kinds {
		if ran, err := q.step(ctx, k); ran || err != nil {
			return ran, err
		}
	}
	return false, nil
}

func (q *Queue) step(ctx context.Context, k Kind) (bool, error) {
	tenants, err := q.tenants(ctx)
	if err != nil {
		return false, err
	}
	for _, tenant := range tenants {
		r, err := q.claim(ctx, tenant, k)
		if err != nil {
			return false, err
		}
		if r != nil {
			return true, q.run(ctx, k, r)
		}
	}
	return false, nil
}

func (q *Queue) claim(ctx context.Context, tenant int64, k Kind) (*Run, error) {
	worker := secret.Token()
	var j *Job
	// Looked at first, so that a queue without work writes nothing.
	n, err := kindWaits(ctx, q.d.Read(), tenant, k.Name)
	if err != nil || n == 0 {
		return nil, err
	}
	err = q.d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
		var err error
		j, err = claim(ctx, tx, k.Name, worker, q.clock().Add(-staleAfter).UnixMicro())
		return err
	})
	if db.Violated(err, "job_kind_running") { // another worker was quicker
		return nil, nil
	}
	if err != nil || j == nil {
		return nil, err
	}
	return &Run{Job: j, q: q, worker: worker, stage: j.Stage, done: j.Done, total: j.Total}, nil
}

// run carries a claimed job out and stores what came of it.
func (q *Queue) run(ctx context.Context, k Kind, r *Run) error {
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.cancel = cancel
	q.mu.Lock()
	q.live[r.ID] = r
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		delete(q.live, r.ID)
		q.mu.Unlock()
		r.discard()
	}()
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		q.keepBeating(work, r)
	}()
	err := q.attempt(work, k, r)
	cause := context.Cause(work)
	cancel(nil)
	<-beating
	return q.end(context.WithoutCancel(ctx), r, err, cause)
}

// attempt runs the kind's work; a defect in it does not end the worker.
func (q *Queue) attempt(ctx context.Context, k Kind, r *Run) (err error) {
	if r.Tries > maxTries {
		return errs.New(errs.Unavailable, "job.tries", "任务中断了 %d 次，没有再继续；请联系管理员查看日志", maxTries)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the job panicked: %v", p)
		}
	}()
	if r.Stopping {
		return errStopped
	}
	return k.Run(ctx, r)
}

func (q *Queue) keepBeating(ctx context.Context, r *Run) {
	tick := time.NewTicker(q.beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var stop, lost bool
		err := q.d.InTx(ctx, db.Meta{Tenant: r.Tenant}, func(ctx context.Context, tx *db.Tx) error {
			stage, done, total := r.progress()
			var err error
			stop, lost, err = beat(ctx, tx, r.ID, r.worker, stage, done, total)
			return err
		})
		switch {
		case err != nil: // tried again at the next beat
		case lost:
			r.cancel(errLost)
		case stop:
			r.cancel(errStopped)
		}
	}
}

// end stores what came of a job. One that broke off because the process ends is given back.
func (q *Queue) end(ctx context.Context, r *Run, err, cause error) error {
	r.Stage, r.Done, r.Total = r.progress()
	m := db.Meta{Tenant: r.Tenant, ActorID: r.ActorID, ActorName: r.ActorName}
	switch {
	case errors.Is(err, errLost) || err != nil && errors.Is(cause, errLost):
		return nil
	case err == nil:
		r.State = Done
	case errors.Is(err, errStopped) || errors.Is(cause, errStopped):
		r.State, r.Problem = Cancelled, ""
	case cause != nil:
		return q.d.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error { return release(ctx, tx, r.ID, r.worker) })
	default:
		r.State, r.Problem = Failed, errs.Message(err)
		if kind := errs.KindOf(err); kind == errs.Internal || kind == errs.Unavailable {
			q.failed(r.Job, err)
		}
	}
	r.Ended = q.clock().UnixMicro()
	return q.d.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		mine, err := finish(ctx, tx, r.worker, r.Job)
		if err != nil || !mine || r.State != Done {
			return err
		}
		return deleteFile(ctx, tx, r.ID, partInput) // nothing is left to do with it
	})
}

// Sweep removes what jobs that ended long ago have left.
func (q *Queue) Sweep(ctx context.Context) error {
	tenants, err := q.tenants(ctx)
	if err != nil {
		return err
	}
	now := q.clock()
	for _, t := range tenants {
		err := q.d.InTx(ctx, db.Meta{Tenant: t}, func(ctx context.Context, tx *db.Tx) error {
			return clearOld(ctx, tx, now.Add(-keepFiles).UnixMicro(), now.Add(-keepRows).UnixMicro())
		})
		if err != nil {
			return err
		}
	}
	return nil
}
