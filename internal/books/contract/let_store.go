package contract

import (
	"cmp"
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

// Let is a lease that was signed, over one of its units, with the unit's asset: what is vacant and what rents compare with
// is read from it. Until is the last day on which it binds, Annual a year of the whole lease.
type Let struct {
	Contract             ids.ID
	No, Region           string
	Tenant               ids.ID // party B
	Signed, From, Until  date.Date
	Annual               money.Fen
	Unit, Asset          ids.ID
	UnitNo, UnitName     string
	Quantity             qty.Qty
	AssetKind, AssetName string
}

// LetsSince lists the leases in code ranges that bound on or after a day, one row for each of their units, by number. kind
// narrows to a kind of asset; "" is any.
func LetsSince(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, since date.Date, kind string) ([]Let, error) {
	w := db.NewWhere(tenant).Ranges("c.region", ranges)
	w.And("x.tenant_id = ?", tenant).And("u.tenant_id = ?", tenant).And("a.tenant_id = ?", tenant)
	w.And("c.kind = ?", Lease).And("c.state IN ('signed', 'active', 'ended', 'settled')")
	w.And("CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END >= ?", since)
	if kind != "" {
		w.And("a.kind = ?", kind)
	}
	cond := strings.Replace(w.SQL(), "tenant_id = $1", "c.tenant_id = $1", 1)
	list, err := db.Collect(ctx, q, func(l *Let) []any {
		return []any{
			&l.Contract, &l.No, &l.Region, &l.Tenant, &l.Signed, &l.From, &l.Until, &l.Annual,
			&l.Unit, &l.Asset, &l.UnitNo, &l.UnitName, &l.Quantity.N, &l.Quantity.Unit, &l.AssetKind, &l.AssetName,
		}
	}, `SELECT c.id, c.no, c.region, c.party_b_id, c.signed_on, c.from_date, CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END, c.annual_fen,
		u.id, u.asset_id, u.no, u.name, u.quantity, u.unit, a.kind, a.name
		FROM contract c
		JOIN contract_unit x ON x.tenant_id = c.tenant_id AND x.contract_id = c.id
		JOIN asset_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id
		JOIN asset a ON a.tenant_id = u.tenant_id AND a.id = u.asset_id
		WHERE `+cond, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("listing leases with their units: %w", err)
	}
	slices.SortFunc(list, func(a, b Let) int { return cmp.Or(cmp.Compare(a.No, b.No), cmp.Compare(a.UnitNo, b.UnitNo)) })
	return list, nil
}
