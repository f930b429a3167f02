// Package jobs carries out work that takes longer than a request: it is kept in the database with its file, goes on when
// the browser is closed, shows how far it is, can be stopped, and is taken up again when the process that ran it has died.
//
// A job is claimed by a guarded UPDATE; one of a kind runs at a time within a tenant. Its worker renews a heartbeat; a
// job whose heartbeat has stopped is claimed by another worker and run again from its last checkpoint. What a job does
// must therefore be safe to do twice; a checkpoint that is written in the transaction of a step says that it is done.
package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
)

// The states of a job.
const (
	Queued    = "queued"
	Running   = "running"
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
)

// States are the states with their Chinese names and tones.
var States = []fsm.State{
	{Code: Queued, Label: "排队中", Tone: "grey"}, {Code: Running, Label: "进行中", Tone: "azure"}, {Code: Done, Label: "已完成", Tone: "green"},
	{Code: Failed, Label: "失败", Tone: "red"}, {Code: Cancelled, Label: "已停止", Tone: "grey"},
}

// StateOf returns a state with its name.
func StateOf(code string) fsm.State {
	for _, s := range States {
		if s.Code == code {
			return s
		}
	}
	return fsm.State{Code: code, Label: code}
}

// Job is one piece of work. Times are microseconds since 1970, UTC, 0 for none.
type Job struct {
	Tenant      int64
	ID          ids.ID
	Kind, Title string
	ActorID     ids.ID
	ActorName   string
	Params      string // JSON, as the kind wants it
	FileName    string
	FileSize    int64
	State       string
	Stage       string // what it is doing, in Chinese
	Done, Total int64  // of the stage; a Total of 0 means that it is not known
	Checkpoint  string // what has been done, as the kind wrote it
	Result      string // a sentence, when it is done
	Link        string // where the result can be seen
	Problem     string // a sentence, when it failed
	Mistakes    int64  // wrong places of the file, which MistakesOf gives
	Stopping    bool   // somebody asked to stop it
	Tries       int
	Beat        int64
	Created     int64
	Started     int64
	Ended       int64
}

// Over reports whether the job has ended.
func (j *Job) Over() bool { return j.State != Queued && j.State != Running }

// At is a time of the job in Shanghai.
func At(micros int64) time.Time { return time.UnixMicro(micros).In(date.Shanghai) }

// Spec is what is to be done.
type Spec struct {
	Kind, Title string
	Params      any // stored as JSON
	FileName    string
}

// Kind carries out jobs of one kind.
type Kind struct {
	Name string
	// Run does the work and says what came of it with Finish. A user-facing error is shown to the person as it is, also
	// when the job was started again; any other as a defect.
	Run func(ctx context.Context, r *Run) error
}

// Queue keeps jobs and runs them.
type Queue struct {
	d       *db.DB
	clock   date.Clock
	dir     string // for files while they are read
	tenants func(ctx context.Context) ([]int64, error)
	failed  func(j *Job, err error)
	beat    time.Duration // between two heartbeats

	mu    sync.Mutex
	kinds []Kind
	live  map[ids.ID]*Run
	wake  map[string]chan struct{} // by kind
}

// Config says what a queue needs.
type Config struct {
	Dir     string                                     // for files while they are read; "" is the system's
	Tenants func(ctx context.Context) ([]int64, error) // whose jobs it runs
	Failed  func(j *Job, err error)                    // told of defects; may be nil
}

// New returns a queue over a database.
func New(d *db.DB, c Config) *Queue {
	q := &Queue{d: d, clock: d.Clock(), dir: c.Dir, tenants: c.Tenants, failed: c.Failed, beat: beatEvery, live: map[ids.ID]*Run{}, wake: map[string]chan struct{}{}}
	if q.failed == nil {
		q.failed = func(*Job, error) {}
	}
	return q
}

// Register adds a kind of job; call it before Work.
func (q *Queue) Register(k Kind) {
	q.kinds = append(q.kinds, k)
	q.wake[k.Name] = make(chan struct{}, 1)
}

// hurry wakes the worker of a kind in this process; those of others look now and then.
func (q *Queue) hurry(kind string) {
	select {
	case q.wake[kind] <- struct{}{}:
	default:
	}
}

// maxFile bounds the file of a job.
const maxFile = 1 << 30

// Submit stores a job with its file (nil for none) and returns its id. m.Key makes a double submission harmless.
func (q *Queue) Submit(ctx context.Context, m db.Meta, s Spec, file io.Reader) (ids.ID, error) {
	params, err := json.Marshal(s.Params)
	if err != nil {
		return 0, fmt.Errorf("describing the job: %w", err)
	}
	m.Input = s.Kind + "\n" + s.FileName + "\n" + string(params)
	var id ids.ID
	read := false
	err = q.d.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		if read && file != nil {
			again, ok := file.(io.Seeker)
			if !ok {
				return errs.New(errs.Unavailable, "job.file", "系统正忙，文件没有收下，请重新上传")
			}
			if _, err := again.Seek(0, io.SeekStart); err != nil {
				return fmt.Errorf("reading the file again: %w", err)
			}
		}
		read = true
		j := &Job{Tenant: m.Tenant, ID: tx.NewID(), Kind: s.Kind, Title: s.Title, ActorID: m.ActorID, ActorName: m.ActorName,
			Params: string(params), FileName: s.FileName, State: Queued, Created: tx.Now().UnixMicro()}
		if err := insertJob(ctx, tx, j); err != nil {
			return err
		}
		if file != nil {
			n, err := writeFile(ctx, tx, j.ID, partInput, io.LimitReader(file, maxFile+1))
			if err != nil {
				return err
			}
			if n > maxFile {
				return errs.New(errs.Invalid, "job.size", "文件超过 %d MB，请拆成几个文件", maxFile>>20)
			}
			if err := setSize(ctx, tx, j.ID, n); err != nil {
				return err
			}
		}
		id = j.ID
		tx.SetResult(id.String())
		return nil
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	if err != nil {
		return 0, err
	}
	q.hurry(s.Kind)
	return id, nil
}

// Get returns a job of an actor; NotFound for anybody else.
func (q *Queue) Get(ctx context.Context, tenant int64, actor, id ids.ID) (*Job, error) {
	list, err := jobs(ctx, q.d.Read(), db.NewWhere(tenant).And("id = ?", id).And("actor_id = ?", int64(actor)), 1)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errs.New(errs.NotFound, "job.unknown", "没有找到这项任务，可能已过期清除")
	}
	q.overlay(list)
	return &list[0], nil
}

// Of lists an actor's jobs, newest first.
func (q *Queue) Of(ctx context.Context, tenant int64, actor ids.ID, limit int) ([]Job, error) {
	list, err := jobs(ctx, q.d.Read(), db.NewWhere(tenant).And("actor_id = ?", int64(actor)), limit)
	q.overlay(list)
	return list, err
}

// Waiting counts an actor's jobs that have not ended.
func (q *Queue) Waiting(ctx context.Context, tenant int64, actor ids.ID) (int, error) {
	return waiting(ctx, q.d.Read(), tenant, actor)
}

// overlay shows how far jobs are that run in this process: the database may know it only later, since on SQLite a long
// transaction keeps everybody else from writing.
func (q *Queue) overlay(list []Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range list {
		if r := q.live[list[i].ID]; r != nil && list[i].State == Running {
			list[i].Stage, list[i].Done, list[i].Total = r.progress()
		}
	}
}

// Stop ends a job that waits, and asks one that runs to end after its step. What it has done by then stays.
func (q *Queue) Stop(ctx context.Context, m db.Meta, id ids.ID) error {
	q.mu.Lock()
	r := q.live[id]
	q.mu.Unlock()
	if r != nil && r.Tenant == m.Tenant && r.ActorID == m.ActorID {
		// At once: it may hold the very transaction that writing this down would wait for.
		r.cancel(errStopped)
		return nil
	}
	return q.d.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		n, err := askToStop(ctx, tx, id)
		if err == nil && n == 0 {
			return errs.New(errs.State, "job.over", "任务已经结束，不能再停止")
		}
		return err
	})
}

// Again queues a job that failed or was stopped once more; it goes on from its checkpoint.
func (q *Queue) Again(ctx context.Context, m db.Meta, id ids.ID) error {
	var kind string
	err := q.d.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		var err error
		kind, err = requeue(ctx, tx, id)
		if err == nil && kind == "" {
			return errs.New(errs.State, "job.not_over", "只有失败或已停止、文件还在的任务可以继续")
		}
		return err
	})
	if err == nil {
		q.hurry(kind)
	}
	return err
}

// errEnough ends the reading of a list that is longer than wanted.
var errEnough = errors.New("enough")

// MistakesOf returns the first mistakes of a job's file; those that were found beyond are in its Mistakes.
func (q *Queue) MistakesOf(ctx context.Context, tenant int64, id ids.ID, limit int) (*sheet.Report, error) {
	var b bytes.Buffer
	n, err := readFile(ctx, q.d.Read(), tenant, id, partMistakes, &b)
	switch {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, errs.New(errs.NotFound, "job.mistakes", "这项任务没有错误清单，或已过期清除")
	}
	rep := &sheet.Report{}
	err = sheet.Each("mistakes.csv", bytes.NewReader(b.Bytes()), n, sheet.Options{}, sheet.Rows{
		Header: func(*sheet.Table) error { return nil },
		Row: func(_ int, cells []string) error {
			if len(rep.Errors) == limit {
				return errEnough
			}
			row, err := strconv.Atoi(cells[0])
			rep.Add(row, cells[1], cells[2], "%s", cells[3])
			return err
		},
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return rep, err
}
