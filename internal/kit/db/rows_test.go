package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// TestInsertRows writes every type of column, NULLs among them, and adds to rows that are there.
func TestInsertRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, n := range []int{0, 1, 2, 7000} {
			tenant := int64(n + 10)
			err := d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
				rows := make([][]any, n)
				for i := range rows {
					rows[i] = []any{tx.Tenant, fmt.Sprint("s", i), int64(i)}
				}
				const head = `INSERT INTO serial_no (tenant_id, series, last_no) VALUES `
				if err := tx.InsertRows(ctx, head, "", rows); err != nil {
					return err
				}
				return tx.InsertRows(ctx, head, ` ON CONFLICT (tenant_id, series) DO UPDATE SET last_no = serial_no.last_no + excluded.last_no`, rows)
			})
			if err != nil {
				t.Fatal(err)
			}
			var count, sum int64
			if err := d.Read().QueryRow(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(last_no), 0) AS BIGINT) FROM serial_no WHERE tenant_id = $1`, tenant).Scan(&count, &sum); err != nil {
				t.Fatal(err)
			}
			if want := int64(n * (n - 1)); count != int64(n) || sum != want {
				t.Errorf("%d rows: %d stored, sum %d, want %d", n, count, sum, want)
			}
		}
	})
}

// TestInsertRowsAsTheyAre writes texts that mean something to the way in which many rows travel, and reads them back.
func TestInsertRowsAsTheyAre(t *testing.T) {
	texts := []string{"", `\N`, `\.`, "a\tb", "a\nb", "a\r\nb", `back\slash\\`, `{"quoted", NULL}`, "村 𠮷 ’", "'; --", "a\x01b"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, times := range []int{1, 50} { // few and many travel differently
			tenant := int64(400 + times)
			err := d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
				var rows [][]any
				for i := range times {
					for k, s := range texts {
						rows = append(rows, []any{tx.Tenant, fmt.Sprint(i, "-", k, s), int64(k)})
					}
				}
				return tx.InsertRows(ctx, `INSERT INTO serial_no (tenant_id, series, last_no) VALUES `, "", rows)
			})
			if err != nil {
				t.Fatal(err)
			}
			for i := range times {
				for k, s := range texts {
					var n int
					if err := d.Read().QueryRow(ctx, `SELECT last_no FROM serial_no WHERE tenant_id = $1 AND series = $2`, tenant, fmt.Sprint(i, "-", k, s)).Scan(&n); err != nil || n != k {
						t.Fatalf("%q of %d came back as %d, %v", s, times, n, err)
					}
				}
			}
		}
	})
}

// TestInsertRowsAllOrNone refuses many rows for one of them, names the constraint and leaves the transaction usable.
func TestInsertRowsAllOrNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const tenant = 77
		err := d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
			var rows [][]any
			for i := range 500 {
				rows = append(rows, []any{tx.Tenant, fmt.Sprint("s", i%499), int64(i)})
			}
			err := tx.Savepoint(ctx, func() error {
				return tx.InsertRows(ctx, `INSERT INTO serial_no (tenant_id, series, last_no) VALUES `, "", rows)
			})
			if !errs.Is(err, errs.Conflict) {
				t.Errorf("one row twice: %v", err)
			}
			return tx.InsertRows(ctx, `INSERT INTO serial_no (tenant_id, series, last_no) VALUES `, "", rows[:400])
		})
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.Read().QueryRow(ctx, `SELECT COUNT(*) FROM serial_no WHERE tenant_id = $1`, tenant).Scan(&n); err != nil || n != 400 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// TestInsertRowsWithLinks writes links: a zero id is NULL, a bool a bool.
func TestInsertRowsWithLinks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const tenant = 5
		err := d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
			var rows [][]any
			for i, parent := range []ids.ID{0, 1, 0} {
				rows = append(rows, []any{tx.Tenant, ids.ID(i + 1), 1, 0, 0, 0, 0, "321182103000", "active", i == 1, "", fmt.Sprint("p", i), "", "enterprise", "", parent, "", "", "", "", "", ""})
			}
			return tx.InsertRows(ctx, `INSERT INTO party (tenant_id, id, version, created_at, created_by, updated_at, updated_by, region, state, sample, note,
				name, short_name, kind, credit_code, parent_id, industry, contact, phone_sealed, address, founded, ended) VALUES `, "", rows)
		})
		if err != nil {
			t.Fatal(err)
		}
		var without, sample int
		err = d.Read().QueryRow(ctx, `SELECT COUNT(*) FILTER (WHERE parent_id IS NULL), COUNT(*) FILTER (WHERE sample) FROM party WHERE tenant_id = $1`, tenant).Scan(&without, &sample)
		if err != nil || without != 2 || sample != 1 {
			t.Errorf("%d without a parent, %d samples, %v", without, sample, err)
		}
	})
}

// TestManySavepoints fails every other of many savepoints: each undoes its own change only, and the statements that the
// transaction keeps compiled go on working.
func TestManySavepoints(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const tenant, tries = 3, 2000
		no := errors.New("no")
		err := d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
			for i := range tries {
				err := tx.Savepoint(ctx, func() error {
					if err := tx.Exec(ctx, `INSERT INTO serial_no (tenant_id, series, last_no) VALUES ($1, $2, $3)`, tenant, fmt.Sprint(i), i); err != nil {
						return err
					}
					if i%2 == 0 {
						return no
					}
					return nil
				})
				if err != nil && !errors.Is(err, no) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.Read().QueryRow(ctx, `SELECT COUNT(*) FROM serial_no WHERE tenant_id = $1 AND last_no % 2 = 1`, tenant).Scan(&n); err != nil || n != tries/2 {
			t.Errorf("%d left, %v; want %d", n, err, tries/2)
		}
	})
}
