package work

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Summary is what was done under a brand (0: without one) in a span of days. Value counts what the clients confirmed.
type Summary struct {
	Brand        ids.ID
	Done, OnTime int
	Confirmed    int
	Value        money.Fen
	Open         int // asked for in the span and not done yet
}

// ByBrand sums up the orders of a scope by brand.
func ByBrand(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Summary, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state <> 'cancelled'").And("requested_on <= ?", to).And("(done_on = '' AND requested_on >= ? OR done_on >= ? AND done_on <= ?)", from, from, to)
	list, err := db.Collect(ctx, q, func(s *Summary) []any { return []any{&s.Brand, &s.Done, &s.OnTime, &s.Confirmed, &s.Value, &s.Open} },
		`SELECT brand_id, SUM(CASE WHEN done_on <> '' THEN 1 ELSE 0 END), SUM(CASE WHEN done_on <> '' AND done_on <= due_on THEN 1 ELSE 0 END),
			SUM(CASE WHEN state IN ('confirmed', 'settled') THEN 1 ELSE 0 END),
			CAST(COALESCE(SUM(CASE WHEN state IN ('confirmed', 'settled') THEN amount_fen ELSE 0 END), 0) AS BIGINT),
			SUM(CASE WHEN done_on = '' THEN 1 ELSE 0 END)
		FROM work_order WHERE `+w.SQL()+` GROUP BY brand_id ORDER BY 5 DESC, 2 DESC`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("adding up work orders by brand: %w", err)
	}
	return list, nil
}
