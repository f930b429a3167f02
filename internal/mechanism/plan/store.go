package plan

import (
	"context"
	"slices"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// lock holds a plan until the transaction ends and reads it: what belongs to it is judged under it.
func lock(ctx context.Context, tx *db.Tx, id ids.ID) (*Plan, error) {
	n, err := tx.ExecN(ctx, `UPDATE village_plan SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errs.New(errs.NotFound, "plan.gone", "没有这份方案，可能已被删除")
	}
	return planTable.Get(ctx, tx, tx.Tenant, id)
}

// PlansOf lists a year's plans in code ranges.
func PlansOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int) ([]Plan, error) {
	return planTable.All(ctx, q, record.Where(tenant, ranges).And("year = ?", year), "region, no")
}

// MeasuresOf lists the measures of plans.
func MeasuresOf(ctx context.Context, q db.Q, tenant int64, plans []ids.ID) ([]Measure, error) {
	return children(ctx, q, measureTable, tenant, plans)
}

// ItemsOf lists the assets and projects in plans.
func ItemsOf(ctx context.Context, q db.Q, tenant int64, plans []ids.ID) ([]Item, error) {
	return children(ctx, q, itemTable, tenant, plans)
}

// TargetsOf lists the goals of plans.
func TargetsOf(ctx context.Context, q db.Q, tenant int64, plans []ids.ID) ([]Target, error) {
	return children(ctx, q, targetTable, tenant, plans)
}

// ReviewsOf lists the reviews of plans.
func ReviewsOf(ctx context.Context, q db.Q, tenant int64, plans []ids.ID) ([]Review, error) {
	return children(ctx, q, reviewTable, tenant, plans)
}

// mostParents bounds how many plans one statement names.
const mostParents = 500

func children[T any](ctx context.Context, q db.Q, t *db.Table[T], tenant int64, plans []ids.ID) ([]T, error) {
	var out []T
	for chunk := range slices.Chunk(plans, mostParents) {
		list, err := t.All(ctx, q, db.In(db.NewWhere(tenant), "plan_id", chunk), "no, id")
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}
