package opening

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"huicun/internal/kit/db"
)

// loadRows reads the rows of a migration.
func loadRows(ctx context.Context, q db.Q, m *Migration) error {
	type stored struct {
		Row
		path, top, targets string
	}
	rows, err := db.Collect(ctx, q, func(r *stored) []any {
		return []any{&r.Code, &r.Name, &r.path, &r.top, &r.Opening, &r.Debit, &r.Credit, &r.How, &r.Hint, &r.Decided, &r.Reason, &r.targets}
	}, `SELECT code, name, path, top_code, opening_fen, debit_fen, credit_fen, how, hint, decided, reason, targets FROM migration_row
		WHERE tenant_id = $1 AND migration_id = $2 ORDER BY line_no`, m.Tenant, m.ID)
	if err != nil {
		return err
	}
	m.Rows = make([]Row, len(rows))
	for i := range rows {
		r := &rows[i]
		r.TopCode = r.top
		if err := errors.Join(json.Unmarshal([]byte(r.path), &r.Path), json.Unmarshal([]byte(r.targets), &r.Targets)); err != nil {
			return fmt.Errorf("reading row %d of migration %s: %w", i+1, m.No, err)
		}
		m.Rows[i] = r.Row
	}
	return nil
}

// saveRows replaces them.
func saveRows(ctx context.Context, tx *db.Tx, m *Migration) error {
	if err := tx.Exec(ctx, `DELETE FROM migration_row WHERE tenant_id = $1 AND migration_id = $2`, tx.Tenant, m.ID); err != nil {
		return err
	}
	rows := make([][]any, len(m.Rows))
	for i := range m.Rows {
		r := &m.Rows[i]
		targets, err := json.Marshal(r.Targets)
		path, perr := json.Marshal(r.Path)
		if err = errors.Join(err, perr); err != nil {
			return fmt.Errorf("writing row %d: %w", i+1, err)
		}
		rows[i] = []any{
			tx.Tenant, m.ID, i + 1, r.Code, r.Name, string(path), r.TopCode, r.Opening, r.Debit, r.Credit, r.How, r.Hint, r.Decided, r.Reason, string(targets),
		}
	}
	return tx.InsertRows(ctx, `INSERT INTO migration_row (tenant_id, migration_id, line_no, code, name, path, top_code, opening_fen, debit_fen, credit_fen,
		how, hint, decided, reason, targets) VALUES `, "", rows)
}

// madeBooks lists the migrations that made books, for the check that those books are still as they were made.
func madeBooks(ctx context.Context, q db.Q, tenant int64) ([]Migration, error) {
	return migrationTable.All(ctx, q, db.NewWhere(tenant).And("state = ?", stateDone), "id")
}
