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
)

func unitIDs(ctx context.Context, q db.Q, tenant int64, contract ids.ID) ([]ids.ID, error) {
	return db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT unit_id FROM contract_unit WHERE tenant_id = $1 AND contract_id = $2 ORDER BY unit_id`, tenant, contract)
}

func deleteUnits(ctx context.Context, tx *db.Tx, contract ids.ID) error {
	return tx.Exec(ctx, `DELETE FROM contract_unit WHERE tenant_id = $1 AND contract_id = $2`, tx.Tenant, contract)
}

func insertUnits(ctx context.Context, tx *db.Tx, contract ids.ID, units []ids.ID) error {
	rows := make([][]any, len(units))
	for i, u := range units {
		rows[i] = []any{tx.Tenant, contract, u}
	}
	return tx.InsertRows(ctx, `INSERT INTO contract_unit (tenant_id, contract_id, unit_id) VALUES `, "", rows)
}

// overlap is a contract that holds a unit for a time.
type overlap struct{ No, Unit, From, To string }

// overlapping finds the contracts that hold one of c's units in a term that meets c's, by number. They are put in order
// here: a planner that were asked for the first by number might walk all contracts by number.
func overlapping(ctx context.Context, q db.Q, tenant int64, c *Contract) ([]overlap, error) {
	w := db.NewWhere(tenant)
	w.And("x.tenant_id = ?", tenant).And("u.tenant_id = ?", tenant).And("x.contract_id <> ?", c.ID).And("c.sublet_id IS NULL")
	if c.Sublet != 0 { // the tenant's contracts stand beside each other, within the collective's
		w = db.NewWhere(tenant).And("x.tenant_id = ?", tenant).And("u.tenant_id = ?", tenant).And("x.contract_id <> ?", c.ID).And("c.sublet_id IS NOT NULL")
	}
	w.And("c.state <> 'void'").And("c.from_date <= ?", c.last())
	w.And("CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END >= ?", c.From)
	db.In(w, "x.unit_id", c.Units)
	cond := strings.Replace(w.SQL(), "tenant_id = $1", "c.tenant_id = $1", 1)
	list, err := db.Collect(ctx, q, func(o *overlap) []any { return []any{&o.No, &o.Unit, &o.From, &o.To} },
		`SELECT c.no, u.no, c.from_date, CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END
		FROM contract_unit x
		JOIN contract c ON c.tenant_id = x.tenant_id AND c.id = x.contract_id
		JOIN asset_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id
		WHERE `+cond, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("finding contracts over the same units: %w", err)
	}
	slices.SortFunc(list, func(a, b overlap) int { return cmp.Or(cmp.Compare(a.No, b.No), cmp.Compare(a.Unit, b.Unit)) })
	return list, nil
}

// letting joins a lease in force with one of its units and the unit's asset.
type letting struct {
	contract, unit, asset ids.ID
	quantity              int64
	contractNo, unitNo    string
}

// lettingsOn lists the leased units of contracts in force on a day, by the contracts' numbers. CROSS JOIN keeps SQLite
// to the order of the tables, and the sorting stands here so that it does not read all contracts in that order.
func lettingsOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]letting, error) {
	w := db.NewWhere(tenant).Ranges("c.region", ranges)
	w.And("x.tenant_id = ?", tenant).And("u.tenant_id = ?", tenant)
	inForce(w, "c.", day)
	cond := strings.Replace(w.SQL(), "tenant_id = $1", "c.tenant_id = $1", 1)
	list, err := db.Collect(ctx, q, func(l *letting) []any {
		return []any{&l.contract, &l.unit, &l.asset, &l.quantity, &l.contractNo, &l.unitNo}
	}, `SELECT c.id, u.id, u.asset_id, u.quantity, c.no, u.no
		FROM contract c CROSS JOIN contract_unit x CROSS JOIN asset_unit u
		WHERE `+cond+` AND x.contract_id = c.id AND u.id = x.unit_id`, w.Args()...)
	slices.SortFunc(list, func(a, b letting) int {
		return cmp.Or(strings.Compare(a.contractNo, b.contractNo), strings.Compare(a.unitNo, b.unitNo))
	})
	return list, err
}

// leasedBefore lists the units that some contract, not void, held before a day.
func leasedBefore(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) (map[ids.ID]bool, error) {
	w := db.NewWhere(tenant).Ranges("c.region", ranges).And("x.tenant_id = ?", tenant).And("c.state <> 'void'").And("c.from_date < ?", day)
	cond := strings.Replace(w.SQL(), "tenant_id = $1", "c.tenant_id = $1", 1)
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT DISTINCT x.unit_id FROM contract c
		JOIN contract_unit x ON x.tenant_id = c.tenant_id AND x.contract_id = c.id WHERE `+cond, w.Args()...)
	if err != nil {
		return nil, err
	}
	out := make(map[ids.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, nil
}

// inForce narrows to contracts that are signed and bind on a day. What a tenant sublets is no contract of the collective.
func inForce(w *db.Where, prefix string, day date.Date) *db.Where {
	return w.And(prefix+"sublet_id IS NULL").And(prefix+"state IN ('signed', 'active', 'ended', 'settled')").And(prefix+"from_date <= ?", day).
		And("CASE WHEN "+prefix+"ended_on = '' THEN "+prefix+"to_date ELSE "+prefix+"ended_on END >= ?", day)
}

// AnnualByRegion sums the yearly stable amounts of contracts in force on a day, by village and kind.
func AnnualByRegion(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) (map[string]int64, error) {
	w := inForce(db.NewWhere(tenant).Ranges("region", ranges), "", day).And("stable = ?", true)
	type row struct {
		region string
		sum    int64
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.region, &r.sum} },
		`SELECT region, CAST(COALESCE(SUM(annual_fen), 0) AS BIGINT) FROM contract WHERE `+w.SQL()+` GROUP BY region`, w.Args()...)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.region] = r.sum
	}
	return out, nil
}

// OfUnit lists contracts that hold a unit, newest first.
func OfUnit(ctx context.Context, q db.Q, tenant int64, unit ids.ID) ([]ids.ID, error) {
	return db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT contract_id FROM contract_unit WHERE tenant_id = $1 AND unit_id = $2 ORDER BY contract_id DESC`, tenant, unit)
}
