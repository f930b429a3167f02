package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// Meta travels with a write: who, for which tenant, under which key.
type Meta struct {
	Tenant    int64
	ActorID   ids.ID
	ActorName string
	// Key makes the write happen once: the same key with the same Input returns the first result, with other
	// input it is refused. Empty means no protection (imports and jobs that have their own).
	Key   string
	Input string
}

// Tx is one transaction of one tenant. Its time is fixed when it begins.
type Tx struct {
	tx   *sql.Tx
	conn *sql.Conn // that the transaction runs on
	d    *DB
	Meta
	now    time.Time
	result string
	stmts  map[string]*sql.Stmt // by text; nil for one that has been run once
	grown  map[string]*grown    // by table
}

// ErrReplayed is returned by InTx, with the first result, when the key was used before with the same input.
type ErrReplayed struct{ Result string }

func (e *ErrReplayed) Error() string { return "already done: " + e.Result }

// maxTries bounds how often a transaction is repeated after a serialisation failure or deadlock.
const maxTries = 6

// InTx runs fn in a transaction and commits when it returns nil. fn may run more than once (after a
// serialisation failure), so it must have no effect outside the database.
func (d *DB) InTx(ctx context.Context, m Meta, fn func(ctx context.Context, tx *Tx) error) error {
	for try := 1; ; try++ {
		err := d.once(ctx, m, fn)
		if err == nil || !retryable(err) || try == maxTries {
			return err
		}
		select {
		case <-ctx.Done():
			return mapErr(ctx.Err())
		case <-time.After(time.Duration(try*try) * 5 * time.Millisecond):
		}
	}
}

func (d *DB) once(ctx context.Context, m Meta, fn func(ctx context.Context, tx *Tx) error) error {
	conn, t, err := d.begin(ctx)
	if err != nil {
		return mapErr(fmt.Errorf("beginning a transaction: %w", err))
	}
	defer conn.Close() //nolint:errcheck // puts it back; what was to be said has been said
	defer t.Rollback() //nolint:errcheck // after a commit it says so; before one the first error matters
	tx := &Tx{tx: t, conn: conn, d: d, Meta: m, now: d.clock().Truncate(time.Microsecond)}
	if m.Key != "" {
		if err := tx.claimKey(ctx); err != nil {
			return err
		}
	}
	if err := fn(ctx, tx); err != nil {
		return mapErr(err)
	}
	if m.Key != "" {
		if err := tx.Exec(ctx, `UPDATE command SET result = $3 WHERE tenant_id = $1 AND key = $2`, m.Tenant, m.Key, tx.result); err != nil {
			return err
		}
	}
	if err := t.Commit(); err != nil {
		return mapErr(fmt.Errorf("committing: %w", err))
	}
	return nil
}

// begin begins a transaction on a connection that stays at hand. A connection that turns out to be gone is replaced, as
// database/sql does by itself when it chooses the connection.
func (d *DB) begin(ctx context.Context) (*sql.Conn, *sql.Tx, error) {
	for try := 1; ; try++ {
		conn, err := d.write.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		t, err := conn.BeginTx(ctx, nil)
		if err == nil {
			return conn, t, nil
		}
		_ = conn.Close()
		if !errors.Is(err, driver.ErrBadConn) || try == maxTries {
			return nil, nil, err
		}
	}
}

// claimKey stores the idempotency key, or finds what the first use of it came to.
func (tx *Tx) claimKey(ctx context.Context) error {
	sum := sha256.Sum256([]byte(tx.Input))
	hash := hex.EncodeToString(sum[:])
	n, err := tx.ExecN(ctx, `INSERT INTO command (tenant_id, key, input_hash, result, at) VALUES ($1, $2, $3, '', $4)
		ON CONFLICT (tenant_id, key) DO NOTHING`, tx.Tenant, tx.Key, hash, tx.now.UnixMicro())
	if err != nil || n == 1 {
		return err
	}
	var first, result string
	if err := tx.QueryRow(ctx, `SELECT input_hash, result FROM command WHERE tenant_id = $1 AND key = $2`, tx.Tenant, tx.Key).Scan(&first, &result); err != nil {
		return err
	}
	if first != hash {
		return errs.New(errs.Conflict, "command.reused", "这张表单已经提交过一次，内容却不同；请刷新页面后重新填写")
	}
	return &ErrReplayed{result}
}

// Replayed returns the first result when err says that the command had been done before.
func Replayed(err error) (string, bool) {
	var r *ErrReplayed
	if errors.As(err, &r) {
		return r.Result, true
	}
	return "", false
}

// SetResult keeps what a repeated submission of the same command will be answered.
func (tx *Tx) SetResult(s string) { tx.result = s }

// Now is the transaction's time, the same for everything in it.
func (tx *Tx) Now() time.Time { return tx.now }

// NewID makes a record id.
func (tx *Tx) NewID() ids.ID { return tx.d.NewID() }

// Exec runs a statement.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) error {
	_, err := tx.ExecN(ctx, query, args...)
	return err
}

// ExecN runs a statement and returns how many rows it touched.
func (tx *Tx) ExecN(ctx context.Context, query string, args ...any) (int64, error) {
	if err := tx.d.guard.check(query); err != nil {
		return 0, err
	}
	var res sql.Result
	if st, err := tx.prepared(ctx, query); err != nil {
		return 0, mapErr(err)
	} else if st != nil {
		res, err = st.ExecContext(ctx, args...)
		if err != nil {
			return 0, mapErr(err)
		}
	} else if res, err = tx.tx.ExecContext(ctx, query, args...); err != nil {
		return 0, mapErr(err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return n, mapErr(err)
	}
	return n, tx.measure(ctx, query, n)
}

// Query runs a SELECT or a statement with RETURNING. The rows must be closed before the next statement.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := tx.d.guard.check(query); err != nil {
		return nil, err
	}
	st, err := tx.prepared(ctx, query)
	if err != nil {
		return nil, mapErr(err)
	}
	var rows *sql.Rows
	if st != nil {
		rows, err = st.QueryContext(ctx, args...)
	} else {
		rows, err = tx.tx.QueryContext(ctx, query, args...)
	}
	return rows, mapErr(err)
}

// maxPrepared bounds how many texts a transaction remembers.
const maxPrepared = 200

// prepared returns a statement that this transaction has run before, compiled once, or nil to run it as it is. Parsing
// is most of what a small statement costs on SQLite; on PostgreSQL the driver keeps statements itself.
func (tx *Tx) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if tx.d.dialect != SQLite {
		return nil, nil
	}
	st, seen := tx.stmts[query]
	switch {
	case st != nil:
		return st, nil
	case !seen && len(tx.stmts) >= maxPrepared:
		return nil, nil
	case !seen:
		if tx.stmts == nil {
			tx.stmts = map[string]*sql.Stmt{}
		}
		tx.stmts[query] = nil
		return nil, nil
	}
	st, err := tx.tx.PrepareContext(ctx, query)
	if err == nil {
		tx.stmts[query] = st
	}
	return st, err
}

// QueryRow runs a statement that returns at most one row.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *Row1 {
	if err := tx.d.guard.check(query); err != nil {
		return &Row1{err: err}
	}
	st, err := tx.prepared(ctx, query)
	if err != nil {
		return &Row1{err: mapErr(err)}
	}
	if st != nil {
		return &Row1{row: st.QueryRowContext(ctx, args...)}
	}
	return &Row1{row: tx.tx.QueryRowContext(ctx, query, args...)}
}

// Collect reads all rows of a query with a scan function.
func Collect[T any](ctx context.Context, q Q, scan func(*T) []any, query string, args ...any) ([]T, error) {
	var out []T
	var v *T
	err := collect(ctx, q, query, args, func() []any { v = new(T); return scan(v) }, func() { out = append(out, *v) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// collect scans each row of a query into what next returns and then calls done. A failing query is returned as it is.
func collect(ctx context.Context, q Q, query string, args []any, next func() []any, done func()) error {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(next()...); err != nil {
			return mapErr(err)
		}
		done()
	}
	return mapErr(rows.Err())
}

// Savepoint runs fn so that its changes alone are undone when it fails and the transaction can go on; on
// PostgreSQL a failed statement would otherwise end it.
func (tx *Tx) Savepoint(ctx context.Context, fn func() error) error {
	if err := tx.Exec(ctx, `SAVEPOINT sp`); err != nil {
		return err
	}
	if err := fn(); err != nil {
		if back := tx.Exec(ctx, `ROLLBACK TO SAVEPOINT sp`); back != nil {
			return errors.Join(err, back)
		}
		// Going back keeps the savepoint, and everything after it would be written down for it.
		if end := tx.Exec(ctx, `RELEASE SAVEPOINT sp`); end != nil {
			return errors.Join(err, end)
		}
		return err
	}
	return tx.Exec(ctx, `RELEASE SAVEPOINT sp`)
}
