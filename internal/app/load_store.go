package app

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/registry/access"
)

// loadedBefore reports whether the newest load of a file had the same content.
func (a *App) loadedBefore(ctx context.Context, tenant int64, file, key string) (bool, error) {
	var last string
	err := a.DB.Read().QueryRow(ctx, `SELECT result FROM command WHERE tenant_id = $1 AND key = $2`, tenant, "load:"+file).Scan(&last)
	if err == db.ErrNoRows {
		return false, nil
	}
	return last == key, err
}

func (a *App) markLoaded(ctx context.Context, tenant int64, file, key string) error {
	return a.DB.InTx(ctx, access.System.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `INSERT INTO command (tenant_id, key, input_hash, result, at) VALUES ($1, $2, '', $3, $4)
			ON CONFLICT (tenant_id, key) DO UPDATE SET result = excluded.result, at = excluded.at`, tenant, "load:"+file, key, tx.Now().UnixMicro())
	})
}
