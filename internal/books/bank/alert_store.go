package bank

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// ConfirmedAccount is an open account with the last month whose reconciliation was confirmed, 0 for none.
type ConfirmedAccount struct {
	Account
	Month date.Month
}

// ConfirmedIn lists the open accounts of some places with the last month that was reconciled with the bank.
func ConfirmedIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]ConfirmedAccount, error) {
	list, err := accountTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("state = ?", accountOpen), "region, name")
	if err != nil {
		return nil, err
	}
	type row struct {
		account ids.ID
		month   date.Month
	}
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state = ?", Confirmed)
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.account, &r.month} },
		`SELECT account_id, MAX(month) FROM bank_reconciliation WHERE `+w.SQL()+` GROUP BY account_id`, w.Args()...)
	last := map[ids.ID]date.Month{}
	for _, r := range rows {
		last[r.account] = r.month
	}
	out := make([]ConfirmedAccount, len(list))
	for i := range list {
		out[i] = ConfirmedAccount{list[i], last[list[i].ID]}
	}
	return out, err
}

// PaidOut lists the payments of some places that banks carried out from one day to another.
func PaidOut(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]PaymentLine, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("result = ?", ResultSuccess).And("settled_on >= ? AND settled_on <= ?", from, to)
	return paymentLineTable.All(ctx, q, w, "settled_on, no")
}
