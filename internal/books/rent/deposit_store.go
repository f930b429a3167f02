package rent

import (
	"context"
	"fmt"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
)

// DepositFlows adds up what posted vouchers moved of tenants' deposits up to a day, by contract and account, before the day
// from and since: a deposit often stands on the account of payments taken ahead, and only our receipts tell which it is. What
// was set against rent moved no money.
func DepositFlows(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]ledger.Flow, error) {
	w := db.NewWhere(tenant).Ranges("r.region", ranges).And("r.state = 'done'").And("r.kind IN ('deposit', 'return', 'offset')").
		And("v.state = ?", ledger.Posted).And("v.on_date <= ?", to)
	cond := on(w, "r", "v", "l", "k")
	args := append(w.Args(), from, KindReceipt)
	list, err := db.Collect(ctx, q, func(f *ledger.Flow) []any {
		return []any{&f.Contract, &f.Region, &f.Chart, &f.Account, &f.Before, &f.Money, &f.Debit, &f.Credit}
	}, fmt.Sprintf(`SELECT r.contract_id, l.region, k.chart, l.account, v.on_date < $%d, r.kind <> 'offset', CAST(SUM(l.debit_fen) AS BIGINT), CAST(SUM(l.credit_fen) AS BIGINT)
		FROM rent_receipt r
		JOIN voucher v ON v.origin_id = r.id AND v.origin = $%d
		JOIN voucher_line l ON l.voucher_id = v.id AND l.contract_id = r.contract_id AND substr(l.account, 1, 1) = '2'
			AND r.amount_fen = CASE WHEN r.kind = 'deposit' THEN l.credit_fen ELSE l.debit_fen END
		JOIN ledger_books k ON k.id = l.books_id
		WHERE %s GROUP BY 1, 2, 3, 4, 5, 6`, len(args)-1, len(args), cond), args...)
	if err != nil {
		return nil, fmt.Errorf("adding up deposits: %w", err)
	}
	return list, nil
}
