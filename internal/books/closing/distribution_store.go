package closing

import (
	"context"
	"fmt"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// loadDistribution reads the parts and the households' shares of a plan.
func loadDistribution(ctx context.Context, q db.Q, d *Distribution) error {
	var err error
	d.Lines, err = db.Collect(ctx, q, func(l *DistLine) []any {
		return []any{&l.Purpose, &l.Label, &l.Rate, &l.Fen, &l.Account, &l.Party}
	}, `SELECT purpose, label, rate, fen, account, party_id FROM distribution_line WHERE tenant_id = $1 AND distribution_id = $2 ORDER BY line_no`, d.Tenant, d.ID)
	if err != nil {
		return err
	}
	d.Shares, err = db.Collect(ctx, q, func(s *DistShare) []any { return []any{&s.Member, &s.Weight, &s.Fen} },
		`SELECT member_id, weight, fen FROM distribution_share WHERE tenant_id = $1 AND distribution_id = $2 ORDER BY line_no`, d.Tenant, d.ID)
	return err
}

// saveDistribution replaces them.
func saveDistribution(ctx context.Context, tx *db.Tx, d *Distribution) error {
	for _, s := range []string{
		`DELETE FROM distribution_line WHERE tenant_id = $1 AND distribution_id = $2`,
		`DELETE FROM distribution_share WHERE tenant_id = $1 AND distribution_id = $2`,
	} {
		if err := tx.Exec(ctx, s, tx.Tenant, d.ID); err != nil {
			return err
		}
	}
	lines, shares := make([][]any, len(d.Lines)), make([][]any, len(d.Shares))
	for i := range d.Lines {
		l := &d.Lines[i]
		lines[i] = []any{tx.Tenant, d.ID, i + 1, l.Purpose, l.Label, l.Rate, l.Fen, l.Account, l.Party}
	}
	for i := range d.Shares {
		s := &d.Shares[i]
		shares[i] = []any{tx.Tenant, d.ID, i + 1, s.Member, s.Weight, s.Fen}
	}
	if err := tx.InsertRows(ctx, `INSERT INTO distribution_line (tenant_id, distribution_id, line_no, purpose, label, rate, fen, account, party_id) VALUES `, "", lines); err != nil {
		return err
	}
	return tx.InsertRows(ctx, `INSERT INTO distribution_share (tenant_id, distribution_id, line_no, member_id, weight, fen) VALUES `, "", shares)
}

// batchOf is what the ledger holds of a batch: how many vouchers, how many of them were undone, and what they sum to.
type batchOf struct {
	no, kind         string
	id, books        ids.ID
	year             int
	state            string
	want, have, undo int
	plan, posted     money.Fen
}

// batches compares year ends and posted distributions with the vouchers that were made for them. What has been put right by
// a red and a blue copy stands as it did.
func batches(ctx context.Context, q db.Q, tenant int64) ([]batchOf, error) {
	ptrs := func(b *batchOf) []any {
		return []any{&b.kind, &b.no, &b.id, &b.books, &b.year, &b.state, &b.want, &b.have, &b.undo, &b.plan, &b.posted}
	}
	var out []batchOf
	for _, of := range []struct{ table, states, plan, posted string }{
		{yearEndTable.Name, "b.state IN ('posted', 'reversed')", "CAST(0 AS BIGINT)", "CAST(0 AS BIGINT)"},
		{
			distTable.Name, "b.state IN ('posted', 'reversed')",
			"(SELECT CAST(COALESCE(SUM(l.fen), 0) AS BIGINT) FROM distribution_line l WHERE l.tenant_id = $1 AND l.distribution_id = b.id)",
			"CAST(COALESCE(SUM(CASE WHEN v.reverses_id IS NULL AND v.kind = '结转' THEN v.total_fen ELSE 0 END), 0) AS BIGINT)",
		},
	} {
		list, err := db.Collect(ctx, q, ptrs, `SELECT CAST($2 AS TEXT), b.no, b.id, b.books_id, b.year, b.state, b.vouchers,
			COUNT(CASE WHEN v.id IS NOT NULL AND v.reverses_id IS NULL AND v.corrects_id IS NULL AND v.state = 'posted' THEN 1 END),
			COUNT(CASE WHEN v.reverses_id IS NOT NULL AND v.state = 'posted' AND NOT EXISTS
				(SELECT 1 FROM voucher c WHERE c.tenant_id = $1 AND c.corrects_id = v.reverses_id AND c.whole AND c.state = 'posted') THEN 1 END), `+of.plan+`, `+of.posted+`
			FROM `+of.table+` b LEFT JOIN voucher v ON v.tenant_id = b.tenant_id AND v.tenant_id = $1 AND v.origin_id = b.id AND v.origin = $2
			WHERE b.tenant_id = $1 AND `+of.states+` GROUP BY b.no, b.id, b.books_id, b.year, b.state, b.vouchers ORDER BY b.id`, tenant, of.table)
		if err != nil {
			return nil, fmt.Errorf("reading the batches of %s: %w", of.table, err)
		}
		out = append(out, list...)
	}
	return out, nil
}

// unevenShares finds plans whose households' parts do not add up to the members' part.
func unevenShares(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type row struct {
		no            string
		part, divided money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.no, &r.part, &r.divided} },
		`SELECT no, part, divided FROM (SELECT d.id, d.no,
			(SELECT CAST(COALESCE(SUM(l.fen), 0) AS BIGINT) FROM distribution_line l WHERE l.tenant_id = $1 AND l.distribution_id = d.id AND l.purpose = 'member') AS part,
			(SELECT CAST(COALESCE(SUM(s.fen), 0) AS BIGINT) FROM distribution_share s WHERE s.tenant_id = $1 AND s.distribution_id = d.id) AS divided
			FROM distribution d WHERE d.tenant_id = $1) AS sums WHERE part <> divided ORDER BY id`, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%s 各户分配合计 %s，与成员分配 %s 不符", r.no, r.divided, r.part))
	}
	return out, nil
}
