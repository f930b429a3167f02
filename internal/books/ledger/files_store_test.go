package ledger_test

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// loseFile takes an attachment away behind everybody's back.
func (w *world) loseFile(id ids.ID) {
	must(w.t, w.d.InTx(ctx, access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `DELETE FROM attachment WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	}))
}
