package bank

import (
	"context"

	"huicun/internal/kit/db"
)

// matchSums adds up both sides of every match.
func matchSums(ctx context.Context, q db.Q, tenant int64) ([]matchSum, error) {
	return db.Collect(ctx, q, func(m *matchSum) []any { return []any{&m.id, &m.lines, &m.bank, &m.entries, &m.books} },
		`SELECT m.id, COALESCE(l.n, 0), COALESCE(l.fen, 0), COALESCE(e.n, 0), COALESCE(e.fen, 0) FROM bank_match m
		LEFT JOIN (SELECT x.match_id, COUNT(*) AS n, CAST(SUM(b.in_fen - b.out_fen) AS BIGINT) AS fen FROM bank_match_line x
			JOIN bank_line b ON b.tenant_id = x.tenant_id AND b.id = x.line_id WHERE x.tenant_id = $1 AND b.tenant_id = $1 GROUP BY x.match_id) l ON l.match_id = m.id
		LEFT JOIN (SELECT y.match_id, COUNT(*) AS n, CAST(SUM(y.fen) AS BIGINT) AS fen FROM bank_match_entry y WHERE y.tenant_id = $1 GROUP BY y.match_id) e ON e.match_id = m.id
		WHERE m.tenant_id = $1 ORDER BY m.id`, tenant)
}

// changedEntries lists the vouchers of matched entries that are not what they were when they were matched, or are not of
// the account.
func changedEntries(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	return db.Collect(ctx, q, func(s *string) []any { return []any{s} },
		`SELECT v.full_no FROM bank_match_entry y
		JOIN voucher_line l ON l.tenant_id = y.tenant_id AND l.voucher_id = y.voucher_id AND l.line_no = y.line_no
		JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		JOIN bank_account a ON a.tenant_id = y.tenant_id AND a.id = y.account_id
		WHERE y.tenant_id = $1 AND l.tenant_id = $1 AND v.tenant_id = $1 AND a.tenant_id = $1
		AND (l.debit_fen - l.credit_fen <> y.fen OR v.on_date <> y.on_date OR NOT l.posted OR l.books_id <> a.books_id
			OR l.account < a.account OR l.account >= a.account || ':') ORDER BY v.full_no`, tenant)
}
