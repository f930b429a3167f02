package stocktake

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// lock holds a count's row until the end of the transaction.
func lock(ctx context.Context, tx *db.Tx, id ids.ID) error {
	return tx.Exec(ctx, `UPDATE stocktake SET updated_at = updated_at WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
}

func setMade(ctx context.Context, tx *db.Tx, line, made ids.ID) error {
	return tx.Exec(ctx, `UPDATE stocktake_line SET made_id = $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, line, made)
}

// forget removes a count's links to a voucher that is taken back.
func forget(ctx context.Context, tx *db.Tx, count, voucher ids.ID) error {
	if err := tx.Exec(ctx, `UPDATE stocktake SET voucher_id = NULL WHERE tenant_id = $1 AND id = $2 AND voucher_id = $3`, tx.Tenant, count, voucher); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE stocktake SET settling_id = NULL WHERE tenant_id = $1 AND id = $2 AND settling_id = $3`, tx.Tenant, count, voucher)
}

// Tally is how many lines of a count came out how; Result is "" for what is not counted yet.
type Tally struct {
	Count  ids.ID
	Result string
	N      int
}

// Tallies counts the lines of counts in code ranges by their results.
func Tallies(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int) ([]Tally, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("stocktake_id IN (SELECT id FROM stocktake WHERE tenant_id = ? AND year = ? AND state <> 'void')", tenant, year)
	return db.Collect(ctx, q, func(t *Tally) []any { return []any{&t.Count, &t.Result, &t.N} },
		`SELECT stocktake_id, result, COUNT(*) FROM stocktake_line WHERE `+w.SQL()+` GROUP BY stocktake_id, result ORDER BY stocktake_id, result`, w.Args()...)
}
