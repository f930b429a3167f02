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

// Tenure is one unit of a contract with units, draft and void ones left out. Kind is the contract's, Use the kind of asset;
// Last is the contract's last day.
type Tenure struct {
	Contract            ids.ID
	No, Name            string
	Region, Kind, State string
	PartyB              ids.ID
	From, Last          date.Date
	Annual              money.Fen
	Sample              bool
	Unit, Asset         ids.ID
	Quantity            qty.Qty
	Use                 string
}

// Tenures lists the units of all contracts of some places that began by a day, contract by contract, the earliest first.
func Tenures(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Tenure, error) {
	w := db.NewWhere(tenant).Ranges("c.region", ranges).And("c.state NOT IN ('draft', 'void')").And("c.from_date <= ?", day)
	list, err := db.Collect(ctx, q, func(l *Tenure) []any {
		return []any{&l.Contract, &l.No, &l.Name, &l.Region, &l.Kind, &l.State, &l.PartyB, &l.From, &l.Last, &l.Annual, &l.Sample,
			&l.Unit, &l.Asset, &l.Quantity.N, &l.Quantity.Unit, &l.Use}
	}, `SELECT c.id, c.no, c.name, c.region, c.kind, c.state, c.party_b_id, c.from_date, CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END, c.annual_fen, c.sample,
			u.id, u.asset_id, u.quantity, u.unit, a.kind
		FROM contract c JOIN contract_unit x ON x.tenant_id = c.tenant_id AND x.contract_id = c.id
		JOIN asset_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id JOIN asset a ON a.tenant_id = u.tenant_id AND a.id = u.asset_id
		WHERE `+onBoth(w, "c", "x", "u", "a"), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("listing what is let: %w", err)
	}
	slices.SortFunc(list, func(a, b Tenure) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Contract, b.Contract), cmp.Compare(a.Unit, b.Unit))
	})
	return list, nil
}

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
