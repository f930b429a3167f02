package alteration

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// load reads the parts of an alteration.
func load(ctx context.Context, q db.Q, x *Alteration) error {
	var err error
	x.Parts, err = db.Collect(ctx, q, func(p *Part) []any {
		return []any{&p.Asset, &p.Name, &p.Quantity.N, &p.Quantity.Unit, &p.Cost, &p.Units}
	},
		`SELECT asset_id, name, quantity, unit, cost_fen, units FROM asset_alteration_part WHERE tenant_id = $1 AND alteration_id = $2 ORDER BY part_no`, x.Tenant, x.ID)
	return err
}

// keepParts stores the parts of an alteration in place of those that there are.
func keepParts(ctx context.Context, tx *db.Tx, x *Alteration) error {
	if err := tx.Exec(ctx, `DELETE FROM asset_alteration_part WHERE tenant_id = $1 AND alteration_id = $2`, tx.Tenant, x.ID); err != nil || len(x.Parts) == 0 {
		return err
	}
	rows := make([][]any, len(x.Parts))
	for i := range x.Parts {
		p := &x.Parts[i]
		rows[i] = []any{tx.Tenant, x.ID, i + 1, p.Asset, p.Name, p.Quantity.N, p.Quantity.Unit, p.Cost, p.Units}
	}
	return tx.InsertRows(ctx, `INSERT INTO asset_alteration_part (tenant_id, alteration_id, part_no, asset_id, name, quantity, unit, cost_fen, units) VALUES `, "", rows)
}

// forget removes an alteration's link to its voucher, which is taken back.
func forget(ctx context.Context, tx *db.Tx, id ids.ID) error {
	return tx.Exec(ctx, `UPDATE asset_alteration SET voucher_id = NULL WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
}
