package asset

import (
	"context"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/db"
	"huicun/internal/kit/qty"
)

// Figures are the asset slice's indicators.
func Figures() []indicator.Indicator {
	return []indicator.Indicator{
		{
			Code: "asset.area", Name: "资产面积", Unit: indicator.M2, Mechanism: "policy",
			Definition: "所选类别、来源的资产中，截至统计日已投用、未处置的资产的面积之和；以亩登记的按 1 亩 = 2000/3 平方米折算。",
			Params:     []indicator.Param{{Name: "kind", Label: "类别"}, {Name: "origin", Label: "来源"}},
			Eval:       indicator.SumOf(listAreas),
		},
		{
			Code: "asset.idle", Name: "闲置资产", Unit: indicator.Cases, Mechanism: "policy",
			Definition: "状态为“闲置”的资产项数。",
			Eval:       indicator.CountOf(listIdle),
		},
	}
}

// Filter adds the conditions of the parameters kind and origin ("a|b" for several) to a query on assets.
func Filter(w *db.Where, q indicator.Query) *db.Where {
	for _, p := range []string{"kind", "origin"} {
		if v := q.Param(p, ""); v != "" {
			db.In(w, p, strings.Split(v, "|"))
		}
	}
	return w
}

func listAreas(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	w := Filter(db.NewWhere(q.Tenant).Ranges("region", q.Ranges), q).
		And("ready_on <> ''").And("ready_on <= ?", q.To()).And("state <> ?", "retired")
	list, err := assetTable.All(ctx, h, w, "no")
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for i := range list {
		a := &list[i]
		area, err := a.Quantity.To(qty.M2)
		if err != nil { // counted in another way than by area
			continue
		}
		r := Record(a)
		r.Amount, r.Date = area.N, a.ReadyOn
		out = append(out, r)
	}
	return out, nil
}

func listIdle(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	list, err := assetTable.All(ctx, h, db.NewWhere(q.Tenant).Ranges("region", q.Ranges).And("state = ?", "idle"), "no")
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for i := range list {
		out = append(out, Record(&list[i]))
	}
	return out, nil
}

// Record names an asset in a figure's lineage.
func Record(a *Asset) indicator.Record {
	return indicator.Record{Kind: "asset", ID: a.ID, No: a.No, Title: a.Name, Region: a.Region, Sample: a.Sample}
}

// ByIDs reads the assets of units, by id.
func ByIDs(ctx context.Context, h db.Q, w *db.Where) ([]Asset, error) {
	return assetTable.All(ctx, h, w, "id")
}

// UnitsWhere reads the units that match.
func UnitsWhere(ctx context.Context, h db.Q, w *db.Where) ([]Unit, error) {
	return unitTable.All(ctx, h, w, "id")
}
