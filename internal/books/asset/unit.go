package asset

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/geo"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/record"
)

// Unit is a part of an asset that can be let by itself (a bay of a workshop, a shop).
type Unit struct {
	db.Row
	No       string
	Asset    ids.ID
	Name     string
	Quantity qty.Qty
	// Place is where it lies by itself; none for where its asset lies.
	Place geo.Point
}

var unitTable = &db.Table[Unit]{
	Name: "asset_unit",
	Cols: []string{"no", "asset_id", "name", "quantity", "unit", "lat", "lon"},
	Row:  func(u *Unit) *db.Row { return &u.Row },
	Ptrs: func(u *Unit) []any {
		return []any{&u.No, &u.Asset, &u.Name, &u.Quantity.N, &u.Quantity.Unit, &u.Place.Lat, &u.Place.Lon}
	},
}

// NewUnits describes the noun.
func NewUnits(e *record.Env) *record.Noun[Unit] {
	return record.Register(e, &record.Noun[Unit]{
		Kind: "asset_unit", Label: "出租单元", Path: "/asset-units", Icon: "building-store", Key: "no", Order: "no",
		Intro:  "把资产分成可以单独出租的单元；整体出租的资产也要有一个单元。",
		Table:  unitTable,
		Title:  func(u *Unit) string { return u.Name },
		Detail: func(u *Unit) string { return u.No },
		Series: func(*Unit) string { return "DY" },
		Fields: []field.Field[Unit]{
			field.NewText("no", "单元编号", func(u *Unit) *string { return &u.No }).Req().List().Fix().Help("留空自动编号").Eg("ZC-0001-1"),
			field.NewRef("asset", "所属资产", "asset", func(u *Unit) *ids.ID { return &u.Asset }).Req().Fix().Show(),
			field.NewText("name", "单元名称", func(u *Unit) *string { return &u.Name }).Req().List(),
			field.NewAmount("quantity", "数量", qty.M2, func(u *Unit) *qty.Qty { return &u.Quantity }).Req().List(),
			PointField(func(u *Unit) *geo.Point { return &u.Place }),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, u *Unit) error {
			if u.Asset == 0 {
				return nil
			}
			a, err := Get(ctx, q, tenant, u.Asset)
			if err == nil {
				u.Region = a.Region
			}
			return err
		},
		Check: func(u *Unit) error {
			if u.Quantity.N <= 0 {
				return errs.OnField("quantity", "数量应大于零")
			}
			return nil
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, u *Unit) error {
			if err := lockAsset(ctx, tx, u.Asset); err != nil {
				return err
			}
			a, err := Get(ctx, tx, tx.Tenant, u.Asset)
			if err != nil {
				return err
			}
			return unitsFit(ctx, tx, a, u.ID, u.Quantity)
		},
	})
}

// unitsFit refuses units that together are larger than their asset; id and extra are the unit being saved.
func unitsFit(ctx context.Context, q db.Q, a *Asset, id ids.ID, extra qty.Qty) error {
	units, err := unitTable.All(ctx, q, db.NewWhere(a.Tenant).And("asset_id = ?", a.ID), "no")
	if err != nil {
		return err
	}
	// What is measured in another way (berths of a shoreline) has no part in the sum; 亩 of 平方米 has.
	part := func(q qty.Qty) int64 {
		same, err := q.To(a.Quantity.Unit)
		if err != nil {
			return 0
		}
		return same.N
	}
	sum := int64(0)
	if extra.N != 0 {
		sum = part(extra)
	}
	for _, u := range units {
		if u.ID != id {
			sum += part(u.Quantity)
		}
	}
	if sum > a.Quantity.N {
		return errs.OnField("quantity", "各单元合计 %s，超过了资产的 %s", qty.Qty{N: sum, Unit: a.Quantity.Unit}, a.Quantity)
	}
	return nil
}

// UnitsFit refuses an asset whose units together are larger than it.
func UnitsFit(ctx context.Context, q db.Q, a *Asset) error {
	return unitsFit(ctx, q, a, 0, qty.Qty{})
}

// MoveUnits gives units, by number, from one asset to another: their contracts go with them. The caller sees to it that they fit.
func MoveUnits(ctx context.Context, tx *db.Tx, from, to *Asset, numbers []string) error {
	if len(numbers) == 0 {
		return nil
	}
	units, err := unitTable.All(ctx, tx, db.In(db.NewWhere(tx.Tenant).And("asset_id = ?", from.ID), "no", numbers), "no")
	if err != nil {
		return err
	}
	if len(units) != len(numbers) {
		return errs.New(errs.State, "asset.units", "资产 %s 的出租单元已经变动，请核对后重新填写", from.No)
	}
	for i := range units {
		u := &units[i]
		if err := moveUnit(ctx, tx, u.ID, to.ID); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Entry{
			Action: "转到另一项资产", Kind: "asset_unit", RecordID: u.ID, Title: u.Name, Region: u.Region,
			Changes: []audit.Change{{Label: "所属资产", Before: from.No + " " + from.Name, After: to.No + " " + to.Name}},
		}); err != nil {
			return err
		}
	}
	return nil
}

// UnitsOf lists an asset's units by number.
func UnitsOf(ctx context.Context, q db.Q, tenant int64, asset ids.ID) ([]Unit, error) {
	return unitTable.All(ctx, q, db.NewWhere(tenant).And("asset_id = ?", asset), "no")
}

// GetUnits reads units by id; NotFound when one is missing.
func GetUnits(ctx context.Context, q db.Q, tenant int64, list []ids.ID) ([]Unit, error) {
	units, err := unitTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", list), "no")
	if err == nil && len(units) != len(list) {
		return nil, errs.New(errs.NotFound, "asset.unit", "有出租单元不存在")
	}
	return units, err
}
