package ledger

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// holdDraft locks a draft at the version that was read.
func holdDraft(ctx context.Context, tx *db.Tx, v *Voucher) error {
	n, err := tx.ExecN(ctx, `UPDATE voucher SET version = version WHERE tenant_id = $1 AND id = $2 AND version = $3 AND state = 'draft'`, tx.Tenant, v.ID, v.Version)
	if err != nil || n == 1 {
		return err
	}
	return errs.New(errs.Stale, "stale", "这张凭证刚刚被别人改过，请对照最新内容后再操作")
}

func insertVerdict(ctx context.Context, tx *db.Tx, v Verdict) error {
	return tx.Exec(ctx, `INSERT INTO voucher_check (tenant_id, voucher_id, id, version, passed, failed, reason, by_id, by_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tx.Tenant, v.Voucher, tx.NewID(), v.Version, v.Passed, strings.Join(v.Failed, "\n"), v.Reason, int64(v.ByID), v.By, tx.Now().UnixMicro())
}

// VerdictsOf reads what reviewers found on vouchers, the latest of each voucher first.
func VerdictsOf(ctx context.Context, q db.Q, tenant int64, list []ids.ID) ([]Verdict, error) {
	type row struct {
		Verdict
		failed string
	}
	var out []Verdict
	for chunk := range slices.Chunk(list, 5*perStatement) {
		w := db.In(db.NewWhere(tenant), "voucher_id", chunk)
		rows, err := db.Collect(ctx, q, func(r *row) []any {
			return []any{&r.Voucher, &r.ID, &r.Version, &r.Passed, &r.failed, &r.Reason, &r.ByID, &r.By, &r.At}
		}, `SELECT voucher_id, id, version, passed, failed, reason, by_id, by_name, at FROM voucher_check WHERE `+w.SQL()+` ORDER BY voucher_id, id DESC`, w.Args()...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.failed != "" {
				r.Failed = strings.Split(r.failed, "\n")
			}
			out = append(out, r.Verdict)
		}
	}
	return out, nil
}
