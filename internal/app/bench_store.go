package app

import (
	"context"

	"huicun/internal/kit/db"
)

// hasRecords reports whether a database holds divisions, without which there are no records. One without our tables has
// none.
func hasRecords(ctx context.Context, d *db.DB) bool {
	var n int
	err := d.Read().QueryRow(ctx, `SELECT COUNT(*) FROM region`).Scan(&n)
	return err == nil && n > 0
}

// dropSchema removes a schema that a measurement made.
func dropSchema(ctx context.Context, d *db.DB, schema string) error {
	return d.InTx(ctx, db.Meta{}, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `DROP SCHEMA IF EXISTS `+schema+` CASCADE`)
	})
}
