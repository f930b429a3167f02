package asset

import (
	"context"

	"huicun/internal/kit/db"
)

// Outlines are the outlines in code ranges, by place.
func Outlines(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Outline, error) {
	return outlineTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "region")
}

// In lists the cards in code ranges, by number; those that were disposed of are among them.
func In(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Asset, error) {
	return assetTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "no")
}

// UnitsIn lists the units in code ranges, by number.
func UnitsIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Unit, error) {
	return unitTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "no")
}
