package db_test

import (
	"context"
	"fmt"
	"testing"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
)

// A large transaction is planned for by the rows that it has written itself, which nobody else sees yet.
func TestStatisticsOfALargeTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Dialect() != db.Postgres {
			t.Skip("SQLite plans by statistics that are seeded")
		}
		known := func(ctx context.Context, tx *db.Tx) (n int) {
			t.Helper()
			if err := tx.QueryRow(ctx, `SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = 'tier'::regclass`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		err := d.InTx(ctx, db.Meta{Tenant: 7}, func(ctx context.Context, tx *db.Tx) error {
			before := known(ctx, tx)
			for i := range 5000 {
				if err := notes.Insert(ctx, tx, newNote(fmt.Sprintf("n%04d", i), 1)); err != nil {
					return err
				}
				if i == 1000 && known(ctx, tx) != before {
					t.Error("measured too early")
				}
			}
			if n := known(ctx, tx); n != 5000 {
				t.Errorf("%d rows known, want 5000", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
