package main

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"huicun/internal/kit/db"
	"huicun/migrations"
)

// tamper is "tamper DIR": it changes a balance as somebody with a database tool would.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{DataDir: ts.MkAbs(args[0]), Migrations: migrations.FS, Classes: migrations.Classes})
	ts.Check(err)
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
