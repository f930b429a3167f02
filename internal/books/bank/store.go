package bank

import (
	"context"
	"errors"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// lockAccount holds an account's row, so that imports, matches and payments on it come one after the other, and reads it.
func lockAccount(ctx context.Context, tx *db.Tx, id ids.ID) (*Account, error) {
	n, err := tx.ExecN(ctx, `UPDATE bank_account SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, hidden()
	}
	return accountTable.Get(ctx, tx, tx.Tenant, id)
}

// accountUsed reports whether there are statements or payments of an account.
func accountUsed(ctx context.Context, q db.Q, tenant int64, id ids.ID) (bool, error) {
	n, err := importTable.Count(ctx, q, db.NewWhere(tenant).And("account_id = ?", id), 1)
	if err != nil || n > 0 {
		return n > 0, err
	}
	n, err = paymentTable.Count(ctx, q, db.NewWhere(tenant).And("account_id = ?", id), 1)
	return n > 0, err
}

// lineOrder is the order in which a bank reported its lines.
const lineOrder = "on_date, ord, id"

// linesBetween lists the lines of an account from one day to another.
func linesBetween(ctx context.Context, q db.Q, tenant int64, account ids.ID, from, to date.Date) ([]Line, error) {
	return lineTable.All(ctx, q, db.NewWhere(tenant).And("account_id = ?", account).And("on_date >= ? AND on_date <= ?", from, to), lineOrder)
}

// edge returns one line of an account by an order that names it, or nil.
func edge(ctx context.Context, q db.Q, w *db.Where, order string) (*Line, error) {
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} }, `SELECT id FROM bank_line WHERE `+w.SQL()+` ORDER BY `+order+` LIMIT 1`, w.Args()...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return lineTable.One(ctx, q, w.And("id = ?", list[0]))
}

// lastBefore returns the last line before a day, or nil.
func lastBefore(ctx context.Context, q db.Q, tenant int64, account ids.ID, day date.Date) (*Line, error) {
	return edge(ctx, q, db.NewWhere(tenant).And("account_id = ?", account).And("on_date < ?", day), "on_date DESC, ord DESC, id DESC")
}

// firstAfter returns the first line after a day, or nil.
func firstAfter(ctx context.Context, q db.Q, tenant int64, account ids.ID, day date.Date) (*Line, error) {
	return edge(ctx, q, db.NewWhere(tenant).And("account_id = ?", account).And("on_date > ?", day), lineOrder)
}

func insertStatementLines(ctx context.Context, tx *db.Tx, lines []Line) error {
	rows := make([][]any, len(lines))
	for i := range lines {
		l := &lines[i]
		r := &l.Row
		r.Tenant, r.Version = tx.Tenant, 1
		r.CreatedAt, r.UpdatedAt = tx.Now().UnixMicro(), tx.Now().UnixMicro()
		r.CreatedBy, r.UpdatedBy = tx.ActorID, tx.ActorID
		rows[i] = append([]any{
			r.Tenant, r.ID, r.Version, r.CreatedAt, int64(r.CreatedBy), r.UpdatedAt, int64(r.UpdatedBy), r.Region, r.State, r.Sample, r.Note,
		}, lineTable.Ptrs(l)...)
	}
	err := tx.InsertRows(ctx, "INSERT INTO bank_line ("+lineTable.Columns("")+") VALUES ", "", rows)
	if db.Violated(err, "bank_line_account_id_line_hash") {
		return errs.Wrap(err, errs.Conflict, "statement.known", "别人刚刚导入了其中的流水，请重新上传")
	}
	return err
}

func deleteStatementLines(ctx context.Context, tx *db.Tx, imported ids.ID) error {
	return tx.Exec(ctx, `DELETE FROM bank_line WHERE tenant_id = $1 AND import_id = $2`, tx.Tenant, imported)
}

// matchedLines returns those of some lines that are in a match.
func matchedLines(ctx context.Context, q db.Q, tenant int64, list []ids.ID) ([]ids.ID, error) {
	var out []ids.ID
	for chunk := range slices.Chunk(list, 500) {
		w := db.In(db.NewWhere(tenant), "line_id", chunk)
		some, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} }, `SELECT line_id FROM bank_match_line WHERE `+w.SQL(), w.Args()...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// openMonth refuses what would change a month whose reconciliation was confirmed: of the month of a day or a later one.
func openMonth(ctx context.Context, q db.Q, tenant int64, account ids.ID, day date.Date, then string) error {
	var month date.Month
	err := q.QueryRow(ctx, `SELECT month FROM bank_reconciliation WHERE tenant_id = $1 AND account_id = $2 AND state = 'confirmed' AND month >= $3
		ORDER BY month LIMIT 1`, tenant, account, day.YearMonth()).Scan(&month)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.New(errs.State, "bank.confirmed", "%s 的余额调节表已经确认，请先退回，%s", month.Chinese(), then)
}
