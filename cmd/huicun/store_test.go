package main

import (
	"context"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"huicun/internal/kit/db"
	"huicun/migrations"
)

// opened is the database of a folder.
func opened(ts *testscript.TestScript, dir string) *db.DB {
	d, err := db.Open(context.Background(), db.Config{DataDir: ts.MkAbs(dir), Migrations: migrations.FS, Classes: migrations.Classes})
	ts.Check(err)
	return d
}

// found is "found DIR FILE": it writes all that the search index holds to a file, a line per row.
func found(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	d := opened(ts, args[0])
	defer d.Close()
	var b strings.Builder
	for _, query := range []string{
		`SELECT term || ' ' || doc_id FROM search_term WHERE tenant_id = $1 ORDER BY term, doc_id`,
		`SELECT id || ' ' || kind || ' ' || title || ' ' || detail || ' ' || region || ' ' || terms FROM search_doc WHERE tenant_id = $1 ORDER BY id`,
		`SELECT kind || ' ' || docs FROM search_rebuild WHERE tenant_id = $1 ORDER BY kind`,
	} {
		list, err := db.Collect(ctx, d.Read(), func(s *string) []any { return []any{s} }, query, firstTenant(ctx, ts, d))
		ts.Check(err)
		b.WriteString(strings.Join(list, "\n") + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(b.String()), 0o600))
}

func firstTenant(ctx context.Context, ts *testscript.TestScript, d *db.DB) (id int64) {
	ts.Check(d.Read().QueryRow(ctx, `SELECT id FROM tenant ORDER BY id LIMIT 1`).Scan(&id))
	return id
}

// spoil is "spoil DIR": it takes terms and documents out of the search index, changes some and puts in some that belong to
// nothing.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	d := opened(ts, args[0])
	defer d.Close()
	tenant := firstTenant(ctx, ts, d)
	ts.Check(d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range []string{
			`DELETE FROM search_term WHERE tenant_id = $1 AND doc_id % 3 = 0`,
			`DELETE FROM search_doc WHERE tenant_id = $1 AND id % 7 = 0`,
			`UPDATE search_doc SET title = '旧名', terms = terms || ' 旧名' WHERE tenant_id = $1 AND id % 7 = 1`,
			`INSERT INTO search_term (tenant_id, term, doc_id) SELECT tenant_id, '旧名', id FROM search_doc WHERE tenant_id = $1 AND id % 7 = 1`,
			`INSERT INTO search_doc (tenant_id, id, kind, title, detail, region, terms) VALUES ($1, 5, 'voucher', '无', '', '', '无')`,
			`INSERT INTO search_term (tenant_id, term, doc_id) VALUES ($1, '无', 5), ($1, '有', 6)`,
		} {
			if err := tx.Exec(ctx, s, tenant); err != nil {
				return err
			}
		}
		return nil
	}))
}

// tamper is "tamper DIR": it changes a balance as somebody with a database tool would.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	d := opened(ts, args[0])
	defer d.Close()
	ts.Check(d.InTx(ctx, db.Meta{}, func(ctx context.Context, tx *db.Tx) error {
		var tenant, books int64
		var account string
		var month int
		if err := tx.QueryRow(ctx, `SELECT id FROM tenant ORDER BY id LIMIT 1`).Scan(&tenant); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT books_id, account, month FROM balance WHERE tenant_id = $1 AND debit_fen > 0
			ORDER BY books_id, account, month LIMIT 1`, tenant).Scan(&books, &account, &month); err != nil {
			return err
		}
		return tx.Exec(ctx, `UPDATE balance SET debit_fen = debit_fen + 1 WHERE tenant_id = $1 AND books_id = $2 AND account = $3 AND month = $4`,
			tenant, books, account, month)
	}))
}
