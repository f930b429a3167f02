package rent

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// vouchersOurs are those of some vouchers that our records drafted.
func vouchersOurs(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]bool, error) {
	return among(ctx, q, tenant, "rent_voucher", "voucher_id", "", list)
}

// depositsAmong are those of some records that are receipts which move deposits.
func depositsAmong(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]bool, error) {
	return among(ctx, q, tenant, "rent_receipt", "id", "kind IN ('deposit', 'return', 'offset')", list)
}

func among(ctx context.Context, q db.Q, tenant int64, table, column, cond string, list []ids.ID) (map[ids.ID]bool, error) {
	out := map[ids.ID]bool{}
	slices.Sort(list)
	for some := range slices.Chunk(slices.Compact(list), perStatement) {
		w := db.In(db.NewWhere(tenant), column, some)
		if cond != "" {
			w.And(cond)
		}
		found, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} }, `SELECT `+column+` FROM `+table+` WHERE `+w.SQL(), w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("looking up %s: %w", table, err)
		}
		for _, id := range found {
			out[id] = true
		}
	}
	return out, nil
}

// takenOver adds up what was taken over from the books, by contract and tenant.
func takenOver(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID) (map[ids.ID]map[ids.ID]known, error) {
	type row struct {
		contract, party ids.ID
		known
	}
	out := map[ids.ID]map[ids.ID]known{}
	for some := range slices.Chunk(contracts, perStatement) {
		w := db.In(db.NewWhere(tenant), "contract_id", some).And("state = 'done'").And("(kind = 'booked' OR kind = 'refund' AND account = '')")
		rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.contract, &r.party, &r.in, &r.back} },
			`SELECT contract_id, party_id, CAST(SUM(CASE WHEN kind = 'booked' THEN amount_fen ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN kind = 'booked' THEN 0 ELSE amount_fen END) AS BIGINT)
			FROM rent_receipt WHERE `+w.SQL()+` GROUP BY contract_id, party_id`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("adding up what was taken over: %w", err)
		}
		for _, r := range rows {
			if out[r.contract] == nil {
				out[r.contract] = map[ids.ID]known{}
			}
			out[r.contract][r.party] = r.known
		}
	}
	return out, nil
}

// payersOf lists the receipts of a tenant on a contract that pay what is owed, the newest first.
func payersOf(ctx context.Context, q db.Q, tenant int64, contract, party ids.ID) ([]*Receipt, error) {
	w := db.NewWhere(tenant).And("contract_id = ?", contract).And("party_id = ?", party).And("state = 'done'").And("kind IN ('rent', 'offset', 'booked')")
	return pointers(receiptTable.All(ctx, q, w, "on_date DESC, id DESC"))
}

// lessAllocation takes a part of an allocation back.
func lessAllocation(ctx context.Context, tx *db.Tx, x *Allocation, fen money.Fen) error {
	if fen == x.Fen {
		return tx.Exec(ctx, `DELETE FROM rent_allocation WHERE tenant_id = $1 AND source_id = $2 AND item_id = $3 AND on_date = $4`, tx.Tenant, x.Source, x.Item, x.Date)
	}
	return putAllocation(ctx, tx, x.Source, x.Item, x.Contract, x.Date, -fen)
}
