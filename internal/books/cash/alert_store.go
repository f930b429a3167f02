package cash

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
)

// SpentIn lists what was paid out of petty cash in some places from one day to another.
func SpentIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]PettyEntry, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("kind = ?", Spend).And("on_date >= ? AND on_date <= ?", from, to).And("state <> 'void'")
	return pettyEntryTable.All(ctx, q, w, "on_date, no")
}
