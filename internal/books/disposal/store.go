package disposal

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// forget removes a disposal's link to its voucher, which is taken back.
func forget(ctx context.Context, tx *db.Tx, id ids.ID) error {
	return tx.Exec(ctx, `UPDATE disposal SET voucher_id = NULL WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
}
