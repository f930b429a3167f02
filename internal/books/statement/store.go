package statement

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
)

// stored returns the county's layout of a kind and chart in force at a month: the one that begins last and, of several,
// the one made last; nil when there is none.
func stored(ctx context.Context, q db.Q, tenant int64, kind, chart string, at date.Month) (*Stored, error) {
	w := db.NewWhere(tenant).And("kind = ?", kind).And("chart = ?", chart).And("from_month <= ?", at)
	list, err := layoutTable.All(ctx, q, w, "from_month DESC, id DESC LIMIT 1")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
