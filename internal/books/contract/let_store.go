package contract

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// Let is a signed contract over one of its units, with the unit's asset: what is vacant or idle and what rents compare with
// is read from it. Until is the last day on which it binds, Annual a year of the whole contract.
type Let struct {
	Contract               ids.ID
	No, Name, Region, Kind string
	Previous               ids.ID // the contract that it renews
	Tenant                 ids.ID // party B
	Signed, From, Until    date.Date
	Annual                 money.Fen
	Sample                 bool
	Unit, Asset            ids.ID
	UnitNo, UnitName       string
	Quantity               qty.Qty
	AssetKind, AssetName   string
}

// LetFilter narrows what Lets lists. Zero days and no kinds are no bounds.
type LetFilter struct {
	Since, By date.Date // contracts that bind on or after Since and that began by By
	Kinds     []string
}

// RentKinds are the kinds of contract whose rents are compared with each other.
var RentKinds = []string{Lease, Land}

// Lets lists the signed contracts in code ranges, without those by which tenants sublet, one row for each of their units, contract by contract, the earliest first.
func Lets(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, f LetFilter) ([]Let, error) {
	w := db.NewWhere(tenant).Ranges("c.region", ranges).And("c." + signedStates).And("c.sublet_id IS NULL")
	if len(f.Kinds) > 0 {
		db.In(w, "c.kind", f.Kinds)
	}
	if !f.Since.IsZero() {
		w.And("CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END >= ?", f.Since)
	}
	if !f.By.IsZero() {
		w.And("c.from_date <= ?", f.By)
	}
	list, err := db.Collect(ctx, q, func(l *Let) []any {
		return []any{
			&l.Contract, &l.No, &l.Name, &l.Region, &l.Kind, &l.Previous, &l.Tenant, &l.Signed, &l.From, &l.Until, &l.Annual, &l.Sample,
			&l.Unit, &l.Asset, &l.UnitNo, &l.UnitName, &l.Quantity.N, &l.Quantity.Unit, &l.AssetKind, &l.AssetName,
		}
	}, `SELECT c.id, c.no, c.name, c.region, c.kind, c.previous_id, c.party_b_id, c.signed_on, c.from_date, CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END,
		c.annual_fen, c.sample, u.id, u.asset_id, u.no, u.name, u.quantity, u.unit, a.kind, a.name
		FROM contract c
		JOIN contract_unit x ON x.tenant_id = c.tenant_id AND x.contract_id = c.id
		JOIN asset_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id
		JOIN asset a ON a.tenant_id = u.tenant_id AND a.id = u.asset_id
		WHERE `+onBoth(w, "c", "x", "u", "a"), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("listing contracts with their units: %w", err)
	}
	slices.SortFunc(list, func(a, b Let) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.No, b.No), cmp.Compare(a.Contract, b.Contract), cmp.Compare(a.UnitNo, b.UnitNo), cmp.Compare(a.Unit, b.Unit))
	})
	return list, nil
}
