package bank

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// reconciliationItems lists the items of a reconciliation as they were when it was prepared.
func reconciliationItems(ctx context.Context, q db.Q, tenant int64, id ids.ID) ([]Item, error) {
	return db.Collect(ctx, q, func(x *Item) []any {
		return []any{&x.List, &x.Day, &x.Title, &x.DocNo, &x.Fen, &x.Line, &x.Voucher, &x.LineNo}
	}, `SELECT list, on_date, title, doc_no, fen, line_id, voucher_id, line_no FROM bank_reconciliation_item
		WHERE tenant_id = $1 AND reconciliation_id = $2 ORDER BY seq`, tenant, id)
}

// saveItems replaces the items of a reconciliation.
func saveItems(ctx context.Context, tx *db.Tx, id ids.ID, list []Item) error {
	if err := tx.Exec(ctx, `DELETE FROM bank_reconciliation_item WHERE tenant_id = $1 AND reconciliation_id = $2`, tx.Tenant, id); err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, x := range list {
		rows[i] = []any{tx.Tenant, id, i + 1, x.List, x.Day, x.Title, x.DocNo, x.Fen, x.Line, x.Voucher, x.LineNo}
	}
	return tx.InsertRows(ctx, `INSERT INTO bank_reconciliation_item (tenant_id, reconciliation_id, seq, list, on_date, title, doc_no, fen, line_id, voucher_id, line_no) VALUES `, "", rows)
}

// confirmedMonths are the months of an account whose reconciliation was confirmed.
func confirmedMonths(ctx context.Context, q db.Q, tenant int64, account ids.ID) (map[date.Month]bool, error) {
	list, err := db.Collect(ctx, q, func(m *date.Month) []any { return []any{m} },
		`SELECT month FROM bank_reconciliation WHERE tenant_id = $1 AND account_id = $2 AND state = 'confirmed'`, tenant, account)
	out := make(map[date.Month]bool, len(list))
	for _, m := range list {
		out[m] = true
	}
	return out, err
}
