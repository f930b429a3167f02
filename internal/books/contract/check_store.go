package contract

import (
	"context"
	"fmt"
	"maps"

	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// Check verifies that every contract's stored schedule and yearly amount are what its terms give, and that no unit
// is let twice at a time; it returns what does not hold.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := contractTable.All(ctx, q, db.NewWhere(tenant), "no")
	if err != nil {
		return nil, err
	}
	stored, err := allCharges(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	amended, err := versionsWhere(ctx, q, db.NewWhere(tenant))
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range list {
		c := &list[i]
		var want []Charge
		if versions := amended[c.ID]; len(versions) > 0 {
			if !maps.Equal(texts(c), withoutTenant(versions[len(versions)-1].Texts)) {
				out = append(out, fmt.Sprintf("合同 %s 的条款与最后一次变更不符", c.No))
			}
			var list []schedule.Payment
			list, err = Payments(c, versions)
			want = charges(list)
		} else {
			want, err = Schedule(c)
		}
		if err != nil {
			return nil, err
		}
		have := stored[c.ID]
		if len(have) != len(want) {
			out = append(out, fmt.Sprintf("合同 %s 的收款计划有 %d 期，按条款应为 %d 期", c.No, len(have), len(want)))
			continue
		}
		for k := range want {
			if have[k] != want[k] {
				out = append(out, fmt.Sprintf("合同 %s 第 %d 期的收款计划与条款不符", c.No, k+1))
			}
		}
		was := c.Annual
		if err := deriveAnnual(c); err != nil {
			return nil, err
		}
		if c.Annual != was {
			out = append(out, fmt.Sprintf("合同 %s 的年化金额与条款不符", c.No))
		}
	}
	twice, err := doubleLettings(ctx, q, tenant)
	return append(out, twice...), err
}

func withoutTenant(texts map[string]string) map[string]string {
	out := maps.Clone(texts)
	delete(out, tenantName)
	return out
}

// allCharges reads every schedule of a tenant, each in order.
func allCharges(ctx context.Context, q db.Q, tenant int64) (map[ids.ID][]Charge, error) {
	type row struct {
		contract ids.ID
		Charge
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return append([]any{&r.contract}, r.ptrs()...) },
		`SELECT contract_id, `+chargeCols+` FROM charge WHERE tenant_id = $1 AND origin = '' ORDER BY contract_id, seq`, tenant)
	if err != nil {
		return nil, err
	}
	out := map[ids.ID][]Charge{}
	for _, r := range rows {
		out[r.contract] = append(out[r.contract], r.Charge)
	}
	return out, nil
}

// doubleLettings finds units that two contracts hold in overlapping terms.
func doubleLettings(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type row struct{ a, b, unit string }
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.a, &r.b, &r.unit} },
		`SELECT a.no, b.no, u.no FROM contract_unit x
		JOIN contract_unit y ON y.tenant_id = $1 AND y.unit_id = x.unit_id AND y.contract_id > x.contract_id
		JOIN contract a ON a.tenant_id = $1 AND a.id = x.contract_id AND a.state <> 'void'
		JOIN contract b ON b.tenant_id = $1 AND b.id = y.contract_id AND b.state <> 'void'
		JOIN asset_unit u ON u.tenant_id = $1 AND u.id = x.unit_id
		WHERE x.tenant_id = $1 AND (a.sublet_id IS NULL) = (b.sublet_id IS NULL) AND a.from_date <= CASE WHEN b.ended_on = '' THEN b.to_date ELSE b.ended_on END
		AND b.from_date <= CASE WHEN a.ended_on = '' THEN a.to_date ELSE a.ended_on END ORDER BY a.no`, tenant)
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("单元 %s 同时由合同 %s 和 %s 租出", r.unit, r.a, r.b))
	}
	return out, err
}
