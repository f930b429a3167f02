package ledger

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// ReceivedByContract adds up what had been received for each contract by a day: credits less debits, in posted
// vouchers, of the lines on income accounts and on 112 应收款 and 113 that name the contract. Income recorded
// before it was received stands on both sides and so counts only once it is; closing entries do not count, and
// neither do deposits, which are owed back.
func ReceivedByContract(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) (map[ids.ID]money.Fen, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("received_on <> ''").And("received_on <= ?", day)
	type row struct {
		contract ids.ID
		fen      money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.contract, &r.fen} },
		`SELECT contract_id, CAST(COALESCE(SUM(credit_fen - debit_fen), 0) AS BIGINT) FROM voucher_line
		WHERE `+w.SQL()+` GROUP BY region, contract_id`, w.Args()...) // as the index is sorted
	if err != nil {
		return nil, fmt.Errorf("adding up receipts: %w", err)
	}
	out := make(map[ids.ID]money.Fen, len(rows))
	for _, r := range rows {
		out[r.contract] += r.fen
	}
	return out, nil
}

// FirstMonths returns the first month of each division's books.
func FirstMonths(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[string]date.Month, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges)
	type row struct {
		region string
		month  date.Month
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.region, &r.month} },
		`SELECT region, MIN(from_month) FROM ledger_books WHERE `+w.SQL()+` GROUP BY region`, w.Args()...)
	if err != nil {
		return nil, err
	}
	out := make(map[string]date.Month, len(rows))
	for _, r := range rows {
		out[r.region] = r.month
	}
	return out, nil
}

// Waiting is how many vouchers of a division wait in a state.
type Waiting struct {
	Region, State string
	Count         int
	Oldest        date.Date
	Fen           money.Fen
}

// WaitingOn counts the vouchers dated up to a day that have not been posted, by division and state.
func WaitingOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Waiting, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state <> 'posted'").And("on_date <= ?", day)
	return db.Collect(ctx, q, func(x *Waiting) []any { return []any{&x.Region, &x.State, &x.Count, &x.Oldest, &x.Fen} },
		`SELECT region, state, COUNT(*), MIN(on_date), CAST(SUM(total_fen) AS BIGINT) FROM voucher
		WHERE `+w.SQL()+` GROUP BY region, state ORDER BY MIN(on_date), region, state`, w.Args()...)
}
