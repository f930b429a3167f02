package db

import (
	"context"
	"database/sql"
	"fmt"
)

// Snapshot runs fn with a handle that cannot write and that sees one committed state throughout, whatever is written
// meanwhile: for exports and checks of many statements that must agree with one another.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, q Q) error) error {
	t, err := d.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return mapErr(fmt.Errorf("beginning to read: %w", err))
	}
	defer t.Rollback() //nolint:errcheck // nothing was written
	return mapErr(fn(ctx, snapshot{t, d}))
}

type snapshot struct {
	tx *sql.Tx
	d  *DB
}

// Query runs a SELECT.
func (s snapshot) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.d.guard.check(query); err != nil {
		return nil, err
	}
	rows, err := s.tx.QueryContext(ctx, query, args...)
	return rows, mapErr(err)
}

// QueryRow runs a SELECT of at most one row.
func (s snapshot) QueryRow(ctx context.Context, query string, args ...any) *Row1 {
	if err := s.d.guard.check(query); err != nil {
		return &Row1{err: err}
	}
	return &Row1{row: s.tx.QueryRowContext(ctx, query, args...)}
}

func (s snapshot) engine() Dialect { return s.d.dialect }
