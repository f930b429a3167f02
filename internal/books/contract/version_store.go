package contract

import (
	"context"
	"encoding/json"
	"fmt"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

func insertVersion(ctx context.Context, tx *db.Tx, contract ids.ID, v *Version) error {
	terms, err := encode(v.Texts)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO contract_version (tenant_id, contract_id, seq, effective_on, made_on, kept, party_id, terms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.Tenant, contract, v.Seq, v.Effective, v.Made, v.Kept, v.Party, terms)
}

// Versions lists a contract's versions, the first one first; none when it was never amended.
func Versions(ctx context.Context, q db.Q, tenant int64, contract ids.ID) ([]Version, error) {
	all, err := versionsWhere(ctx, q, db.NewWhere(tenant).And("contract_id = ?", contract))
	return all[contract], err
}

func versionsWhere(ctx context.Context, q db.Q, w *db.Where) (map[ids.ID][]Version, error) {
	type row struct {
		contract ids.ID
		terms    string
		Version
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any {
		return []any{&r.contract, &r.Seq, &r.Effective, &r.Made, &r.Kept, &r.Party, &r.terms}
	},
		`SELECT contract_id, seq, effective_on, made_on, kept, party_id, terms FROM contract_version WHERE `+w.SQL()+` ORDER BY contract_id, seq`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("reading versions of contracts: %w", err)
	}
	out := map[ids.ID][]Version{}
	for _, r := range rows {
		if err := json.Unmarshal([]byte(r.terms), &r.Texts); err != nil {
			return nil, fmt.Errorf("reading version %d of contract %s: %w", r.Seq, r.contract, err)
		}
		out[r.contract] = append(out[r.contract], r.Version)
	}
	return out, nil
}
