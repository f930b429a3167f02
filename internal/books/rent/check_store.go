package rent

import (
	"context"
	"fmt"

	"huicun/internal/kit/db"
	"huicun/internal/kit/money"
)

// Check looks for damage and returns a sentence per problem: items and receipts that are not what their allocations say, accounts that are not
// what items, receipts and postings add up to, items that are not the payments that were billed.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type off struct {
		no        string
		have, sum money.Fen
	}
	var out []string
	for _, c := range []struct{ text, query string }{
		{"应收款项 %s 已收和已核销 %s 元，核销记录合计 %s 元", `SELECT i.no, i.settled_fen + i.lost_fen, CAST(COALESCE(SUM(a.fen), 0) AS BIGINT)
			FROM rent_item i LEFT JOIN rent_allocation a ON a.tenant_id = i.tenant_id AND a.item_id = i.id
			WHERE i.tenant_id = $1 GROUP BY i.id, i.no, i.settled_fen, i.lost_fen HAVING i.settled_fen + i.lost_fen <> COALESCE(SUM(a.fen), 0) ORDER BY i.no`},
		{"收款 %s 已核销 %s 元，核销记录合计 %s 元", `SELECT r.no, r.allocated_fen, CAST(COALESCE(SUM(a.fen), 0) AS BIGINT)
			FROM rent_receipt r LEFT JOIN rent_allocation a ON a.tenant_id = r.tenant_id AND a.source_id = r.id
			WHERE r.tenant_id = $1 AND r.kind IN ('rent', 'offset', 'booked') GROUP BY r.id, r.no, r.allocated_fen HAVING r.allocated_fen <> COALESCE(SUM(a.fen), 0) ORDER BY r.no`},
		{"合同 %s 的收款累计 %s 元，各笔收款合计 %s 元", `SELECT c.no, x.received_fen, CAST(COALESCE(s.fen, 0) AS BIGINT)
			FROM rent_account x JOIN contract c ON c.tenant_id = x.tenant_id AND c.id = x.contract_id
			LEFT JOIN (SELECT contract_id, party_id, SUM(CASE WHEN kind = 'refund' THEN -amount_fen ELSE amount_fen END) AS fen FROM rent_receipt
				WHERE tenant_id = $1 AND state = 'done' AND kind IN ('rent', 'offset', 'booked', 'refund') GROUP BY contract_id, party_id) s
			ON s.contract_id = x.contract_id AND s.party_id = x.party_id
			WHERE x.tenant_id = $1 AND c.tenant_id = $1 AND x.received_fen <> COALESCE(s.fen, 0) ORDER BY c.no`},
		{"合同 %s 的押金 %s 元，收退合计 %s 元", `SELECT c.no, x.deposit_fen, CAST(COALESCE(s.fen, 0) AS BIGINT)
			FROM rent_account x JOIN contract c ON c.tenant_id = x.tenant_id AND c.id = x.contract_id
			LEFT JOIN (SELECT contract_id, party_id, SUM(CASE WHEN kind = 'deposit' THEN amount_fen ELSE -amount_fen END) AS fen FROM rent_receipt
				WHERE tenant_id = $1 AND state = 'done' AND kind IN ('deposit', 'return', 'offset') GROUP BY contract_id, party_id) s
			ON s.contract_id = x.contract_id AND s.party_id = x.party_id
			WHERE x.tenant_id = $1 AND c.tenant_id = $1 AND x.deposit_fen <> COALESCE(s.fen, 0) ORDER BY c.no`},
		{"合同 %s 已入账收入 %s 元，各次入账合计 %s 元", `SELECT c.no, x.booked_income_fen, CAST(x.outside_income_fen + COALESCE(s.fen, 0) AS BIGINT)
			FROM rent_account x JOIN contract c ON c.tenant_id = x.tenant_id AND c.id = x.contract_id
			LEFT JOIN (SELECT contract_id, party_id, SUM(income_fen) AS fen FROM rent_posting WHERE tenant_id = $1 GROUP BY contract_id, party_id) s
			ON s.contract_id = x.contract_id AND s.party_id = x.party_id
			WHERE x.tenant_id = $1 AND c.tenant_id = $1 AND x.booked_income_fen <> x.outside_income_fen + COALESCE(s.fen, 0) ORDER BY c.no`},
		{"应收款项 %s 为 %s 元，收款计划为 %s 元", `SELECT MIN(i.no), CAST(SUM(i.amount_fen) AS BIGINT), h.amount_fen
			FROM rent_item i JOIN charge h ON h.tenant_id = i.tenant_id AND h.contract_id = i.contract_id AND h.seq = i.charge_seq
			WHERE i.tenant_id = $1 AND h.tenant_id = $1 AND i.kind = 'rent' GROUP BY i.contract_id, i.charge_seq, h.amount_fen, h.billed
			HAVING SUM(i.amount_fen) <> h.amount_fen OR h.billed = FALSE ORDER BY 1`},
	} {
		list, err := db.Collect(ctx, q, func(o *off) []any { return []any{&o.no, &o.have, &o.sum} }, c.query, tenant)
		if err != nil {
			return nil, fmt.Errorf("checking rent: %w", err)
		}
		for _, o := range list {
			out = append(out, fmt.Sprintf(c.text, o.no, o.have, o.sum))
		}
	}
	return out, nil
}
