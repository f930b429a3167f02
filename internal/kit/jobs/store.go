package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

const jobColumns = `tenant_id, id, kind, title, actor_id, actor_name, params, file_name, file_size, state, stage, done, total, checkpoint,
	result, link, problem, mistakes, stopping, tries, beat_at, created_at, started_at, ended_at`

func jobPtrs(j *Job) []any {
	return []any{
		&j.Tenant, &j.ID, &j.Kind, &j.Title, (*int64)(&j.ActorID), &j.ActorName, &j.Params, &j.FileName, &j.FileSize, &j.State, &j.Stage, &j.Done, &j.Total,
		&j.Checkpoint, &j.Result, &j.Link, &j.Problem, &j.Mistakes, &j.Stopping, &j.Tries, &j.Beat, &j.Created, &j.Started, &j.Ended,
	}
}

func insertJob(ctx context.Context, tx *db.Tx, j *Job) error {
	args := append([]any{}, jobPtrs(j)...)
	return tx.Exec(ctx, `INSERT INTO job (`+jobColumns+`, worker) VALUES (`+db.Placeholders(1, len(args))+`, '')`, args...)
}

func setSize(ctx context.Context, tx *db.Tx, id ids.ID, n int64) error {
	return tx.Exec(ctx, `UPDATE job SET file_size = $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id, n)
}

func jobs(ctx context.Context, q db.Q, w *db.Where, limit int) ([]Job, error) {
	return db.Collect(ctx, q, jobPtrs, `SELECT `+jobColumns+` FROM job WHERE `+w.SQL()+` ORDER BY id DESC LIMIT `+strconv.Itoa(limit), w.Args()...)
}

func waiting(ctx context.Context, q db.Q, tenant int64, actor ids.ID) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM job WHERE tenant_id = $1 AND actor_id = $2 AND state IN ('queued', 'running')`, tenant, int64(actor)).Scan(&n)
	return n, err
}

// kindWaits counts the jobs of a kind that have not ended.
func kindWaits(ctx context.Context, q db.Q, tenant int64, kind string) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM job WHERE tenant_id = $1 AND kind = $2 AND state IN ('queued', 'running')`, tenant, kind).Scan(&n)
	return n, err
}

// claim takes up a job of a kind: one whose worker has fallen silent before the oldest that waits. The index on running
// jobs lets one of a kind run at a time; who comes second is told so by it.
func claim(ctx context.Context, tx *db.Tx, kind, worker string, stale int64) (*Job, error) {
	now := tx.Now().UnixMicro()
	const take = `UPDATE job SET state = 'running', worker = $3, beat_at = $4, tries = tries + 1, started_at = CASE WHEN started_at = 0 THEN $4 ELSE started_at END
		WHERE tenant_id = $1 AND kind = $2 AND `
	var j Job
	err := tx.QueryRow(ctx, take+`state = 'running' AND beat_at < $5 RETURNING `+jobColumns, tx.Tenant, kind, worker, now, stale).Scan(jobPtrs(&j)...)
	if errors.Is(err, db.ErrNoRows) {
		err = tx.QueryRow(ctx, take+`state = 'queued'
			AND id = (SELECT MIN(w.id) FROM job w WHERE w.tenant_id = $1 AND w.kind = $2 AND w.state = 'queued')
			AND NOT EXISTS (SELECT 1 FROM job r WHERE r.tenant_id = $1 AND r.kind = $2 AND r.state = 'running')
			RETURNING `+jobColumns, tx.Tenant, kind, worker, now).Scan(jobPtrs(&j)...)
	}
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	return &j, err
}

// beat renews the heartbeat and says how far the job is. stop tells that somebody asked to stop it; lost that it is no
// longer this worker's.
func beat(ctx context.Context, tx *db.Tx, id ids.ID, worker, stage string, done, total int64) (stop, lost bool, err error) {
	err = tx.QueryRow(ctx, `UPDATE job SET beat_at = $4, stage = $5, done = $6, total = $7
		WHERE tenant_id = $1 AND id = $2 AND worker = $3 AND state = 'running' RETURNING stopping`, tx.Tenant, id, worker, tx.Now().UnixMicro(), stage, done, total).Scan(&stop)
	if errors.Is(err, db.ErrNoRows) {
		return false, true, nil
	}
	return stop, false, err
}

func setCheckpoint(ctx context.Context, tx *db.Tx, id ids.ID, worker, text string) error {
	n, err := tx.ExecN(ctx, `UPDATE job SET checkpoint = $4, beat_at = $5 WHERE tenant_id = $1 AND id = $2 AND worker = $3 AND state = 'running'`,
		tx.Tenant, id, worker, text, tx.Now().UnixMicro())
	if err == nil && n == 0 {
		return errLost
	}
	return err
}

// finish ends a job, unless it is another worker's by now.
func finish(ctx context.Context, tx *db.Tx, worker string, j *Job) (bool, error) {
	n, err := tx.ExecN(ctx, `UPDATE job SET state = $4, stage = $5, done = $6, total = $7, result = $8, link = $9, problem = $10, mistakes = $11,
		worker = '', stopping = $12, ended_at = $13 WHERE tenant_id = $1 AND id = $2 AND worker = $3 AND state = 'running'`,
		tx.Tenant, j.ID, worker, j.State, j.Stage, j.Done, j.Total, j.Result, j.Link, j.Problem, j.Mistakes, false, j.Ended)
	return n == 1, err
}

// release gives a job back, for a process that ends.
func release(ctx context.Context, tx *db.Tx, id ids.ID, worker string) error {
	return tx.Exec(ctx, `UPDATE job SET state = 'queued', worker = '', tries = tries - 1 WHERE tenant_id = $1 AND id = $2 AND worker = $3 AND state = 'running'`,
		tx.Tenant, id, worker)
}

func askToStop(ctx context.Context, tx *db.Tx, id ids.ID) (int64, error) {
	n, err := tx.ExecN(ctx, `UPDATE job SET state = 'cancelled', ended_at = $4 WHERE tenant_id = $1 AND id = $2 AND actor_id = $3 AND state = 'queued'`,
		tx.Tenant, id, int64(tx.ActorID), tx.Now().UnixMicro())
	if err != nil || n > 0 {
		return n, err
	}
	return tx.ExecN(ctx, `UPDATE job SET stopping = $4 WHERE tenant_id = $1 AND id = $2 AND actor_id = $3 AND state = 'running'`,
		tx.Tenant, id, int64(tx.ActorID), true)
}

// requeue puts a job that ended without being done into the queue again and returns its kind, "" when it cannot be.
func requeue(ctx context.Context, tx *db.Tx, id ids.ID) (kind string, err error) {
	err = tx.QueryRow(ctx, `UPDATE job SET state = 'queued', problem = '', result = '', stopping = $4, tries = 0, ended_at = 0
		WHERE tenant_id = $1 AND id = $2 AND actor_id = $3 AND state IN ('failed', 'cancelled')
		AND (file_size = 0 OR EXISTS (SELECT 1 FROM job_file f WHERE f.tenant_id = $1 AND f.job_id = job.id AND f.part = 'input')) RETURNING kind`,
		tx.Tenant, id, int64(tx.ActorID), false).Scan(&kind)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return kind, err
}

// The parts of a job's files.
const (
	partInput    = "input"
	partMistakes = "mistakes"
)

// pieceSize is how much of a file a row holds.
const pieceSize = 512 << 10

// writeFile stores a file in pieces, in place of the one that there is, and returns its length.
func writeFile(ctx context.Context, tx *db.Tx, id ids.ID, part string, r io.Reader) (int64, error) {
	if err := deleteFile(ctx, tx, id, part); err != nil {
		return 0, err
	}
	buf := make([]byte, pieceSize)
	var size int64
	for no := 0; ; no++ {
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			if err := tx.Exec(ctx, `INSERT INTO job_file (tenant_id, job_id, part, no, data) VALUES ($1, $2, $3, $4, $5)`, tx.Tenant, id, part, no, buf[:n]); err != nil {
				return size, err
			}
			size += int64(n)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return size, nil
		}
		if err != nil {
			return size, errs.Wrap(err, errs.Invalid, "job.file", "文件没有收完整，请重新上传")
		}
	}
}

func deleteFile(ctx context.Context, tx *db.Tx, id ids.ID, part string) error {
	return tx.Exec(ctx, `DELETE FROM job_file WHERE tenant_id = $1 AND job_id = $2 AND part = $3`, tx.Tenant, id, part)
}

// readFile copies a stored file to w, a piece at a time, and returns its length.
func readFile(ctx context.Context, q db.Q, tenant int64, id ids.ID, part string, w io.Writer) (int64, error) {
	var size int64
	for no := 0; ; no++ {
		var data []byte
		err := q.QueryRow(ctx, `SELECT data FROM job_file WHERE tenant_id = $1 AND job_id = $2 AND part = $3 AND no = $4`, tenant, id, part, no).Scan(&data)
		if errors.Is(err, db.ErrNoRows) {
			return size, nil
		}
		if err != nil {
			return size, err
		}
		n, err := w.Write(data)
		size += int64(n)
		if err != nil {
			return size, fmt.Errorf("writing a job's file: %w", err)
		}
	}
}

// clearOld removes the files of jobs that ended long ago, and the jobs themselves after longer still.
func clearOld(ctx context.Context, tx *db.Tx, files, rows int64) error {
	if err := tx.Exec(ctx, `DELETE FROM job_file WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM job j WHERE j.tenant_id = $1 AND j.id = job_file.job_id
		AND j.ended_at > 0 AND j.ended_at < $2)`, tx.Tenant, files); err != nil {
		return err
	}
	return tx.Exec(ctx, `DELETE FROM job WHERE tenant_id = $1 AND ended_at > 0 AND ended_at < $2`, tx.Tenant, rows)
}
