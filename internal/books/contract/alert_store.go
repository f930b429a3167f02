package contract

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
)

// BoundSince lists the contracts of some places that bind on a day, or that ended since another day; draft and void ones are
// left out.
func BoundSince(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, since, day date.Date) ([]Contract, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state IN ('signed', 'active', 'ended', 'settled')").And("from_date <= ?", day).
		And("CASE WHEN ended_on = '' THEN to_date ELSE ended_on END >= ?", since)
	return contractTable.All(ctx, q, w, "no")
}

// DepositsOver lists the contracts of some places with a deposit whose last day lies before a day.
func DepositsOver(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Contract, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state IN ('signed', 'active', 'ended', 'settled')").And("deposit_fen > 0").
		And("CASE WHEN ended_on = '' THEN to_date ELSE ended_on END < ?", day)
	return contractTable.All(ctx, q, w, "no")
}
