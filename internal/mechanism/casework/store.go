package casework

import (
	"context"
	"slices"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// loadCodepartments reads the departments that help with a request, in the order given.
func loadCodepartments(ctx context.Context, q db.Q, r *Request) error {
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT party_id FROM request_codepartment WHERE tenant_id = $1 AND request_id = $2 ORDER BY seq`, r.Tenant, r.ID)
	r.Codepartments = list
	return err
}

// saveCodepartments keeps the links as the request has them.
func saveCodepartments(ctx context.Context, tx *db.Tx, old, r *Request) error {
	if old != nil && slices.Equal(old.Codepartments, r.Codepartments) {
		return nil
	}
	if old != nil {
		if err := tx.Exec(ctx, `DELETE FROM request_codepartment WHERE tenant_id = $1 AND request_id = $2`, tx.Tenant, r.ID); err != nil {
			return err
		}
	}
	for i, id := range r.Codepartments {
		if err := tx.Exec(ctx, `INSERT INTO request_codepartment (tenant_id, request_id, party_id, seq) VALUES ($1, $2, $3, $4)`,
			tx.Tenant, r.ID, id, i); err != nil {
			return err
		}
	}
	return nil
}
