package budget

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// lockBooks holds books, so that the editions of their budgets are made and adopted one after the other.
func lockBooks(ctx context.Context, tx *db.Tx, books ids.ID) error {
	return tx.Exec(ctx, `UPDATE ledger_books SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, books)
}

// lockHead holds a budget, so that no line is saved while it is adopted.
func lockHead(ctx context.Context, tx *db.Tx, id ids.ID) error {
	n, err := tx.ExecN(ctx, `UPDATE budget SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
	}
	return err
}

// actor is who acts in a transaction, for events that follow from what that person may do.
func actor(tx *db.Tx) access.Principal {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName, Grants: access.System.Grants}
}
