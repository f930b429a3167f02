package ledger

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// ContractMoved is what posted vouchers moved on a contract: income recorded (credits less debits on income accounts) and what was recorded as
// owed (debits less credits on 112 应收款 and 113 内部往来).
type ContractMoved struct {
	Contract, Voucher  ids.ID
	Origin             string // the kind and the id of the record that it was made for
	OriginID           ids.ID
	Undoes, Corrects   ids.ID // the voucher that it reverses, or that it corrects
	Date               date.Date
	Income, Receivable money.Fen
}

// MovedByContract lists, voucher by voucher, what ReceivedByContract adds up for one division: for who has to tell the vouchers of one origin
// from others.
func MovedByContract(ctx context.Context, q db.Q, tenant int64, region string, day date.Date) ([]ContractMoved, error) {
	list, err := db.Collect(ctx, q, func(m *ContractMoved) []any {
		return []any{&m.Contract, &m.Voucher, &m.Origin, &m.OriginID, &m.Undoes, &m.Corrects, &m.Date, &m.Income, &m.Receivable}
	},
		`SELECT l.contract_id, v.id, v.origin, v.origin_id, v.reverses_id, v.corrects_id, v.on_date,
			CAST(COALESCE(SUM(CASE WHEN l.account < '2' THEN 0 ELSE l.credit_fen - l.debit_fen END), 0) AS BIGINT),
			CAST(COALESCE(SUM(CASE WHEN l.account < '2' THEN l.debit_fen - l.credit_fen ELSE 0 END), 0) AS BIGINT)
		FROM voucher_line l JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		WHERE l.tenant_id = $1 AND v.tenant_id = $1 AND l.region = $2 AND l.received_on <> '' AND l.received_on <= $3
		GROUP BY l.contract_id, v.id, v.origin, v.origin_id, v.reverses_id, v.corrects_id, v.on_date ORDER BY l.contract_id, v.on_date, v.id`, tenant, region, day)
	if err != nil {
		return nil, fmt.Errorf("reading what vouchers moved on contracts: %w", err)
	}
	return list, nil
}
