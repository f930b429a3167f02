package member

import (
	"context"
	"slices"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// namesAtOnce is how many households one statement names.
const namesAtOnce = 500

// NamesOf returns what households are called: number and name.
func NamesOf(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]string, error) {
	out := make(map[ids.ID]string, len(list))
	for some := range slices.Chunk(list, namesAtOnce) {
		found, err := table.All(ctx, q, db.In(db.NewWhere(tenant), "id", some), "no")
		if err != nil {
			return nil, err
		}
		for i := range found {
			out[found[i].ID] = found[i].Name + "（" + found[i].No + "）"
		}
	}
	return out, nil
}
