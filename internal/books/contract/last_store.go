package contract

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// LastByUnit is by unit the contract that let it last, of those in code ranges that were ever signed.
func LastByUnit(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[ids.ID]*Contract, error) {
	type pair struct{ unit, contract ids.ID }
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state NOT IN ('draft', 'void')")
	list, err := contractTable.All(ctx, q, w, "id")
	if err != nil {
		return nil, err
	}
	by := make(map[ids.ID]*Contract, len(list))
	for i := range list {
		by[list[i].ID] = &list[i]
	}
	pairs, err := db.Collect(ctx, q, func(p *pair) []any { return []any{&p.unit, &p.contract} },
		`SELECT unit_id, contract_id FROM contract_unit WHERE tenant_id = $1 ORDER BY contract_id`, tenant)
	out := map[ids.ID]*Contract{}
	for _, p := range pairs {
		c := by[p.contract]
		if c == nil {
			continue
		}
		if have := out[p.unit]; have == nil || have.LastDay().Before(c.LastDay()) {
			out[p.unit] = c
		}
	}
	return out, err
}

// Holding lists the contracts that still hold some of the units on a day or after it.
func Holding(ctx context.Context, q db.Q, tenant int64, units []ids.ID, day date.Date) ([]*Contract, error) {
	var all []ids.ID
	for _, u := range units {
		list, err := OfUnit(ctx, q, tenant, u)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	if len(all) == 0 {
		return nil, nil
	}
	by, err := ByIDs(ctx, q, tenant, all)
	var out []*Contract
	for _, c := range by {
		if (c.State == "signed" || c.State == "active") && !c.LastDay().Before(day) {
			out = append(out, c)
		}
	}
	return out, err
}
