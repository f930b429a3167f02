package template

import (
	"context"
	"maps"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

type pick struct{ question, account string }

// picksOf reads the accounts that books took last for a template, by question.
func picksOf(ctx context.Context, q db.Q, tenant int64, books ids.ID, code string) (map[string]string, error) {
	list, err := db.Collect(ctx, q, func(p *pick) []any { return []any{&p.question, &p.account} },
		`SELECT question, account FROM entry_pick WHERE tenant_id = $1 AND books_id = $2 AND code = $3`, tenant, books, code)
	out := map[string]string{}
	for _, p := range list {
		out[p.question] = p.account
	}
	return out, err
}

func savePicks(ctx context.Context, tx *db.Tx, books ids.ID, code string, picks map[string]string) error {
	if len(picks) == 0 {
		return nil
	}
	var rows [][]any
	for _, name := range slices.Sorted(maps.Keys(picks)) {
		rows = append(rows, []any{tx.Tenant, books, code, name, picks[name]})
	}
	return tx.InsertRows(ctx, `INSERT INTO entry_pick (tenant_id, books_id, code, question, account) VALUES `,
		` ON CONFLICT (tenant_id, books_id, code, question) DO UPDATE SET account = excluded.account`, rows)
}

// Run is what became of a recurring voucher in a month: the voucher that was made, or why it was skipped.
type Run struct {
	Recurring ids.ID
	Month     date.Month
	Voucher   ids.ID
	Reason    string
	By        string
}

func runPtrs(r *Run) []any { return []any{&r.Recurring, &r.Month, &r.Voucher, &r.Reason, &r.By} }

// runsOf reads what became of recurring vouchers.
func runsOf(ctx context.Context, q db.Q, tenant int64, list []ids.ID) ([]Run, error) {
	var out []Run
	for chunk := range slices.Chunk(list, 500) {
		w := db.In(db.NewWhere(tenant), "recurring_id", chunk)
		rows, err := db.Collect(ctx, q, runPtrs, `SELECT recurring_id, month, voucher_id, reason, by_name FROM recurring_run
			WHERE `+w.SQL()+` ORDER BY recurring_id, month`, w.Args()...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// takeRun claims a month of a recurring voucher and reports whether nobody had; otherwise run is what was there, its row
// locked.
func takeRun(ctx context.Context, tx *db.Tx, id ids.ID, month date.Month) (bool, Run, error) {
	n, err := tx.ExecN(ctx, `INSERT INTO recurring_run (tenant_id, recurring_id, month, voucher_id, reason, by_name, at)
		VALUES ($1, $2, $3, NULL, '', $4, $5) ON CONFLICT (tenant_id, recurring_id, month) DO NOTHING`,
		tx.Tenant, id, month, tx.ActorName, tx.Now().UnixMicro())
	if err != nil || n == 1 {
		return true, Run{}, err
	}
	var r Run
	err = tx.QueryRow(ctx, `UPDATE recurring_run SET at = at WHERE tenant_id = $1 AND recurring_id = $2 AND month = $3
		RETURNING recurring_id, month, voucher_id, reason, by_name`, tx.Tenant, id, month).Scan(runPtrs(&r)...)
	return false, r, err
}

func saveRun(ctx context.Context, tx *db.Tx, r Run) error {
	return tx.Exec(ctx, `UPDATE recurring_run SET voucher_id = $4, reason = $5, by_name = $6, at = $7
		WHERE tenant_id = $1 AND recurring_id = $2 AND month = $3`, tx.Tenant, r.Recurring, r.Month, r.Voucher, r.Reason, tx.ActorName, tx.Now().UnixMicro())
}
