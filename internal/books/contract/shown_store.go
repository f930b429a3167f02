package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// Shown is what everybody may see of a contract in force: what is let or done, for how long and for how much; nobody's name, and not the
// contract's own, which often holds one. Annual is 0 for what is paid once.
type Shown struct {
	Contract    ids.ID
	Region      string
	Kind        string
	Things      []string // what is let, with its size
	From, Until date.Date
	Annual      money.Fen
	Stable      bool
}

// ShownOn lists what may be shown of the contracts in force on a day within ranges of divisions, by place and by what a year of them comes to.
func ShownOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Shown, error) {
	w := inForce(db.NewWhere(tenant).Ranges("region", ranges), "", day)
	list, err := db.Collect(ctx, q, func(s *Shown) []any {
		return []any{&s.Contract, &s.Region, &s.Kind, &s.From, &s.Until, &s.Annual, &s.Stable}
	}, `SELECT id, region, kind, from_date, CASE WHEN ended_on = '' THEN to_date ELSE ended_on END, annual_fen, stable
		FROM contract WHERE `+w.SQL()+` ORDER BY region, kind, annual_fen DESC, id`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("listing what is let: %w", err)
	}
	type unit struct {
		contract ids.ID
		name     string
		quantity qty.Qty
	}
	at := make(map[ids.ID]*Shown, len(list))
	all := make([]ids.ID, len(list))
	for i := range list {
		at[list[i].Contract], all[i] = &list[i], list[i].Contract
	}
	for some := range slices.Chunk(all, perStatement) {
		w := db.In(db.NewWhere(tenant), "x.contract_id", some)
		units, err := db.Collect(ctx, q, func(u *unit) []any { return []any{&u.contract, &u.name, &u.quantity.N, &u.quantity.Unit} },
			`SELECT x.contract_id, u.name, u.quantity, u.unit FROM contract_unit x JOIN asset_unit u ON u.id = x.unit_id
			WHERE `+strings.Replace(w.SQL(), "tenant_id = $1", "x.tenant_id = $1 AND u.tenant_id = $1", 1)+` ORDER BY x.contract_id, u.no`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("listing the units that are let: %w", err)
		}
		for _, u := range units {
			at[u.contract].Things = append(at[u.contract].Things, u.name+" "+u.quantity.String())
		}
	}
	return list, nil
}
