package journal_test

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/registry/access"
)

// damage changes a balance as somebody with a database tool would.
func (w *world) damage() {
	w.t.Helper()
	must(w.t, w.d.InTx(ctx, access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE balance SET debit_fen = debit_fen + 1 WHERE tenant_id = $1 AND account = '101'`, w.tenant)
	}))
}
