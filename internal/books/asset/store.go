package asset

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// lockAsset holds the asset's row until the end of the transaction, so that two people adding units at once
// cannot both fit.
func lockAsset(ctx context.Context, tx *db.Tx, id ids.ID) error {
	return tx.Exec(ctx, `UPDATE asset SET updated_at = updated_at WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
}

// LockUnits holds units' rows until the end of the transaction, in id order; contracts check overlaps under it.
func LockUnits(ctx context.Context, tx *db.Tx, list []ids.ID) error {
	for _, id := range list {
		if err := tx.Exec(ctx, `UPDATE asset_unit SET updated_at = updated_at WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id); err != nil {
			return err
		}
	}
	return nil
}
