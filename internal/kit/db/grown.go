package db

import (
	"context"
	"strings"
)

const (
	// grownFirst is how many rows a transaction puts into a table before its statistics are taken anew, and grownTimes how
	// many times as large as when they were last taken the table must be by then.
	grownFirst = 5000
	grownTimes = 4
)

// grown counts what a transaction has put into a table; at next so many its statistics are taken anew. known is how many rows
// they spoke of when the transaction met the table.
type grown struct{ rows, next, known int64 }

// measure is grow after a statement.
func (tx *Tx) measure(ctx context.Context, query string, n int64) error {
	rest, ok := strings.CutPrefix(query, "INSERT INTO ")
	if !ok || tx.d.dialect != Postgres {
		return nil
	}
	table, _, _ := strings.Cut(rest, " ")
	return tx.grow(ctx, table, n)
}

// grow takes the statistics of a table anew when a transaction has much enlarged it. PostgreSQL's own collector sees
// only what is committed, so the statements of a large import would run to its end by plans made for an empty table:
// walking all that is there to find one row.
func (tx *Tx) grow(ctx context.Context, table string, n int64) error {
	g := tx.grown[table]
	if g == nil {
		if tx.grown == nil {
			tx.grown = map[string]*grown{}
		}
		g = &grown{next: grownFirst, known: -1}
		tx.grown[table] = g
	}
	if g.rows += n; g.rows < g.next {
		return nil
	}
	if g.known < 0 {
		var known int64
		if err := tx.tx.QueryRowContext(ctx, `SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = to_regclass($1)`, table).Scan(&known); err != nil {
			return mapErr(err)
		}
		g.known = max(0, known)
		if g.next = max(grownFirst, (grownTimes-1)*g.known); g.rows < g.next {
			return nil
		}
	}
	g.next = (g.known+g.rows)*grownTimes - g.known
	_, err := tx.tx.ExecContext(ctx, "ANALYZE (SKIP_LOCKED) "+table) // skipped while another import does it
	return mapErr(err)
}
