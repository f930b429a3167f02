package file_test

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/registry/access"
)

// damage changes a byte of every stored file behind the service's back.
func (w *world) damage() {
	w.Helper()
	w.must(w.d.InTx(ctx, access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE file_chunk SET data = $2 WHERE tenant_id = $1`, tx.Tenant, pdf(8))
	}))
}
