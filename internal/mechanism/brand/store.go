package brand

import (
	"context"
	"fmt"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// ofProducts narrows sales to the products of a brand and a site; "" does not narrow.
func ofProducts(w *db.Where, tenant int64, brand, site string) *db.Where {
	if brand != "" {
		w.And(`product_id IN (SELECT id FROM product WHERE tenant_id = ? AND brand_id IN
			(SELECT id FROM brand WHERE tenant_id = ? AND name = ?))`, tenant, tenant, brand)
	}
	if site != "" {
		w.And(`product_id IN (SELECT id FROM product WHERE tenant_id = ? AND site = ?)`, tenant, site)
	}
	return w
}

// ofBrand narrows events to those of a brand.
func ofBrand(w *db.Where, tenant int64, brand string) *db.Where {
	return w.And(`brand_id IN (SELECT id FROM brand WHERE tenant_id = ? AND name = ?)`, tenant, brand)
}

// actual narrows to sales made within a span of days.
func actual(w *db.Where, from, to date.Date) *db.Where {
	return w.And("state <> 'void'").And("forecast = ?", false).And("on_date >= ?", from).And("on_date <= ?", to)
}

// expected narrows to sales expected within a year that on the day were neither met nor given up.
func expected(w *db.Where, from, to, day date.Date) *db.Where {
	return w.And("state <> 'void'").And("forecast = ?", true).And("on_date >= ?", from).And("on_date <= ?", to).
		And("(closed_on = '' OR closed_on > ?)", day)
}

// Total is what a brand has sold in a year up to a day and what is still expected of the year.
type Total struct {
	Brand    ids.ID
	Name     string
	Region   string
	Actual   money.Fen
	Expected money.Fen
}

// Totals adds up the sales of each brand within the ranges, brands without sales included, in the order of
// division and name. Products without a brand are left out.
func Totals(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, asOf date.Date) ([]Total, error) {
	span := indicator.Query{Year: year, AsOf: asOf}
	end := span.From().AddMonths(12).AddDays(-1)
	brands, err := brandTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("state <> ?", Withdrawn), "region, name")
	if err != nil {
		return nil, err
	}
	type sum struct {
		brand    ids.ID
		actual   money.Fen
		expected money.Fen
	}
	sums, err := db.Collect(ctx, q, func(s *sum) []any { return []any{&s.brand, &s.actual, &s.expected} },
		`SELECT p.brand_id,
			CAST(COALESCE(SUM(s.amount_fen) FILTER (WHERE NOT s.forecast AND s.on_date <= $4), 0) AS BIGINT),
			CAST(COALESCE(SUM(s.amount_fen) FILTER (WHERE s.forecast AND (s.closed_on = '' OR s.closed_on > $4)), 0) AS BIGINT)
		FROM sale s JOIN product p ON p.tenant_id = $1 AND p.id = s.product_id
		WHERE s.tenant_id = $1 AND s.state <> 'void' AND s.on_date >= $2 AND s.on_date <= $3 AND p.brand_id IS NOT NULL
		GROUP BY p.brand_id`, tenant, span.From(), end, span.To())
	if err != nil {
		return nil, fmt.Errorf("adding up sales: %w", err)
	}
	out := make([]Total, len(brands))
	for i := range brands {
		out[i] = Total{Brand: brands[i].ID, Name: brands[i].Name, Region: brands[i].Region}
		for _, s := range sums {
			if s.brand == brands[i].ID {
				out[i].Actual, out[i].Expected = s.actual, s.expected
			}
		}
	}
	return out, nil
}

// Expiring lists brands in use whose certificate ends on or before a day.
func Expiring(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Brand, error) {
	return brandTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("state IN ('licensed', 'active')").
		And("valid_to <> ''").And("valid_to <= ?", day), "valid_to, name")
}
