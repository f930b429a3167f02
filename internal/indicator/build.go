package indicator

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/registry/region"
)

// Lister finds the records that a value comes from.
type Lister func(ctx context.Context, q db.Q, query Query) ([]Record, error)

// SumOf evaluates to the sum of the records' amounts; forecast parts count only towards the forecast.
func SumOf(list Lister) func(context.Context, db.Q, Query) (Result, error) {
	return func(ctx context.Context, q db.Q, query Query) (Result, error) {
		recs, err := list(ctx, q, query)
		if err != nil {
			return Result{}, err
		}
		r := Result{Records: recs, Count: len(recs)}
		for _, x := range recs {
			if !x.Forecast {
				r.Value += x.Amount
			}
			r.Forecast += x.Amount
		}
		return r, nil
	}
}

// CountOf evaluates to how many records there are; each counts one.
func CountOf(list Lister) func(context.Context, db.Q, Query) (Result, error) {
	return SumOf(func(ctx context.Context, q db.Q, query Query) ([]Record, error) {
		recs, err := list(ctx, q, query)
		for i := range recs {
			recs[i].Amount = 1
		}
		return recs, err
	})
}

// CoverageOf evaluates to the share of living villages that have at least one of the listed records; the places
// without one are given as Missing.
func CoverageOf(regions *region.Service, list Lister) func(context.Context, db.Q, Query) (Result, error) {
	return func(ctx context.Context, q db.Q, query Query) (Result, error) {
		recs, err := list(ctx, q, query)
		if err != nil {
			return Result{}, err
		}
		has := map[string]bool{}
		for _, r := range recs {
			has[r.Region] = true
		}
		villages, err := villagesOf(ctx, regions, query.Ranges)
		if err != nil {
			return Result{}, err
		}
		out := Result{Records: recs, Count: len(recs), Den: int64(len(villages))}
		for _, v := range villages {
			if has[v.Code] {
				out.Num++
			} else {
				out.Missing = append(out.Missing, Record{Kind: "region", No: v.Code, Title: v.Name, Region: v.Code})
			}
		}
		out.Value = Percent(out.Num, out.Den)
		out.Forecast = out.Value
		return out, nil
	}
}

func villagesOf(ctx context.Context, regions *region.Service, ranges [][2]string) ([]region.Region, error) {
	return regions.VillagesIn(ctx, ranges)
}

// LeastOf evaluates to the smallest amount among the records.
func LeastOf(list Lister) func(context.Context, db.Q, Query) (Result, error) {
	return func(ctx context.Context, q db.Q, query Query) (Result, error) {
		recs, err := list(ctx, q, query)
		if err != nil {
			return Result{}, err
		}
		r := Result{Records: recs, Count: len(recs)}
		for i, x := range recs {
			if i == 0 || x.Amount < r.Value {
				r.Value, r.Forecast = x.Amount, x.Amount
			}
		}
		return r, nil
	}
}
