package db

import (
	"context"
	"strings"
)

const (
	// grownFirst is how many rows a transaction puts into a table before its statistics are taken anew, and grownTimes how
	// many times as many until the next time.
	grownFirst = 5000
	grownTimes = 4
)

// grown counts what a transaction has put into a table.
type grown struct{ rows, next int64 }

// measure takes the statistics of a table anew when a transaction has much enlarged it. PostgreSQL's own collector sees
// only what is committed, so the statements of a large import would run to its end by plans made for an empty table:
// walking all that is there to find one row.
func (tx *Tx) measure(ctx context.Context, query string, n int64) error {
	rest, ok := strings.CutPrefix(query, "INSERT INTO ")
	if !ok || tx.d.dialect != Postgres {
		return nil
	}
	table, _, _ := strings.Cut(rest, " ")
	g := tx.grown[table]
	if g == nil {
		if tx.grown == nil {
			tx.grown = map[string]*grown{}
		}
		g = &grown{next: grownFirst}
		tx.grown[table] = g
	}
	if g.rows += n; g.rows < g.next {
		return nil
	}
	g.next = g.rows * grownTimes
	_, err := tx.tx.ExecContext(ctx, "ANALYZE (SKIP_LOCKED) "+table) // skipped while another import does it
	return mapErr(err)
}
