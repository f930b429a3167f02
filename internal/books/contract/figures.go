package contract

import (
	"context"
	"maps"
	"slices"

	"huicun/internal/books/asset"
	"huicun/internal/indicator"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Figures are the contract slice's indicators.
func Figures(e *record.Env) []indicator.Indicator {
	f := figures{e}
	kindParams := []indicator.Param{{Name: "kind", Label: "资产类别"}, {Name: "origin", Label: "资产来源"}}
	return []indicator.Indicator{
		{
			Code: "contract.new_stable_income", Name: "新增稳定性收入（资产）", Unit: indicator.YuanYear, Mechanism: "policy",
			Definition: "所选类别、来源的资产上，统计日正在履行且计入稳定性收入的租赁合同的年化租金，减去这些资产新建、盘活之前的年收入。一份合同租多项资产的，按单元面积分摊。",
			Params:     kindParams,
			Eval:       indicator.SumOf(f.newIncome),
		},
		{
			Code: "contract.units_newly_let", Name: "新增出租单元", Unit: indicator.Shops, Mechanism: "policy",
			Definition: "所选类别的资产中，统计日正在出租、且本年以前从未出租过的单元数。",
			Params:     kindParams,
			Eval:       indicator.CountOf(f.newlyLet),
		},
		{
			Code: "contract.service_income", Name: "服务协议年收入", Unit: indicator.YuanYear, Mechanism: "policy",
			Definition: "统计日正在履行、计入稳定性收入的服务协议的年化金额；可限定乙方或服务品牌。",
			Params:     []indicator.Param{{Name: "party", Label: "乙方"}, {Name: "brand", Label: "服务品牌"}},
			Eval:       indicator.SumOf(f.serviceIncome),
		},
		{
			Code: "contract.stable_income", Name: "稳定性收入（年化）", Unit: indicator.YuanYear, Mechanism: "books",
			Definition: "统计日正在履行、标明计入稳定性收入的租赁合同和服务协议的年化金额之和。一次性收入、补助、捐赠、处置款不计。",
			Params:     []indicator.Param{{Name: "kind", Label: "合同种类"}},
			Eval:       indicator.SumOf(f.stableIncome),
		},
		{
			Code: "contract.in_force", Name: "履行中的合同", Unit: indicator.Contracts, Mechanism: "books",
			Definition: "统计日正在履行的租赁合同和服务协议份数。",
			Eval:       indicator.CountOf(f.allInForce),
		},
	}
}

type figures struct{ env *record.Env }

// Record names a contract in a figure's lineage, with its yearly amount.
func Record(c *Contract) indicator.Record {
	return indicator.Record{
		Kind: "contract", ID: c.ID, No: c.No, Title: c.Name, Region: c.Region, Date: c.From,
		Amount: int64(c.Annual), Sample: c.Sample,
	}
}

func list(ctx context.Context, h db.Q, w *db.Where) ([]indicator.Record, error) {
	found, err := contractTable.All(ctx, h, w, "no")
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		out[i] = Record(&found[i])
	}
	return out, nil
}

func (f figures) allInForce(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	return list(ctx, h, inForce(db.NewWhere(q.Tenant).Ranges("region", q.Ranges), "", q.To()))
}

func (f figures) stableIncome(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	w := inForce(db.NewWhere(q.Tenant).Ranges("region", q.Ranges), "", q.To()).And("stable = ?", true)
	if k := q.Param("kind", ""); k != "" {
		w.And("kind = ?", k)
	}
	return list(ctx, h, w)
}

func (f figures) serviceIncome(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	w := inForce(db.NewWhere(q.Tenant).Ranges("region", q.Ranges), "", q.To()).And("stable = ?", true).And("kind = ?", Service)
	for kind, col := range map[string]string{"party": "party_b_id", "brand": "brand_id"} {
		if err := f.narrowBy(ctx, h, q, w, kind, col); err != nil {
			return nil, err
		}
	}
	return list(ctx, h, w)
}

// narrowBy adds a condition on a link whose record the parameter names; an unknown name matches nothing.
func (f figures) narrowBy(ctx context.Context, h db.Q, q indicator.Query, w *db.Where, kind, col string) error {
	name := q.Param(kind, "")
	if name == "" {
		return nil
	}
	n, ok := f.env.Noun(kind)
	if !ok {
		return errs.New(errs.Internal, "contract.kind", "no noun %s", kind)
	}
	id, err := n.Lookup(ctx, h, q.Tenant, name)
	if errs.Is(err, errs.NotFound) {
		w.And("1 = 0")
		return nil
	}
	if err == nil {
		w.And(col+" = ?", id)
	}
	return err
}

// newIncome lists the leases on the chosen assets with their share of the rent, and each asset's earlier income
// as a deduction.
func (f figures) newIncome(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	lets, assets, err := f.lettings(ctx, h, q)
	if err != nil {
		return nil, err
	}
	contracts, err := f.contractsOf(ctx, h, q.Tenant, lets)
	if err != nil {
		return nil, err
	}
	share := map[ids.ID]money.Fen{}
	used := map[ids.ID]bool{}
	for id, part := range byContract(lets) {
		c := contracts[id]
		if c == nil || !c.Stable {
			continue
		}
		weights := make([]int64, len(part))
		for i, l := range part {
			weights[i] = l.quantity
		}
		amounts, err := money.Split(c.Annual, weights)
		if err != nil {
			return nil, err
		}
		for i, l := range part {
			if assets[l.asset] == nil {
				continue
			}
			share[id] += amounts[i]
			used[l.asset] = true
		}
	}
	return f.newIncomeRecords(contracts, assets, share, used), nil
}

func (f figures) newIncomeRecords(contracts map[ids.ID]*Contract, assets map[ids.ID]*asset.Asset, share map[ids.ID]money.Fen, used map[ids.ID]bool) []indicator.Record {
	var out []indicator.Record
	for _, id := range sortedKeys(share) {
		r := Record(contracts[id])
		r.Amount = int64(share[id])
		out = append(out, r)
	}
	for _, id := range sortedKeys(used) {
		if a := assets[id]; a.PriorIncome > 0 {
			r := asset.Record(a)
			r.Amount, r.Note = -int64(a.PriorIncome), "减：新建、盘活之前的年收入"
			out = append(out, r)
		}
	}
	return out
}

// lettings lists the units let on the day, and the assets that the parameters choose.
func (f figures) lettings(ctx context.Context, h db.Q, q indicator.Query) ([]letting, map[ids.ID]*asset.Asset, error) {
	lets, err := lettingsOn(ctx, h, q.Tenant, q.Ranges, q.To())
	if err != nil {
		return nil, nil, err
	}
	list, err := asset.ByIDs(ctx, h, asset.Filter(db.NewWhere(q.Tenant).Ranges("region", q.Ranges), q))
	if err != nil {
		return nil, nil, err
	}
	assets := map[ids.ID]*asset.Asset{}
	for i := range list {
		assets[list[i].ID] = &list[i]
	}
	return lets, assets, nil
}

func (f figures) contractsOf(ctx context.Context, h db.Q, tenant int64, lets []letting) (map[ids.ID]*Contract, error) {
	var list []ids.ID
	for _, l := range lets {
		if len(list) == 0 || list[len(list)-1] != l.contract {
			list = append(list, l.contract)
		}
	}
	return ByIDs(ctx, h, tenant, list)
}

func (f figures) newlyLet(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	lets, assets, err := f.lettings(ctx, h, q)
	if err != nil {
		return nil, err
	}
	before, err := leasedBefore(ctx, h, q.Tenant, q.Ranges, q.From())
	if err != nil {
		return nil, err
	}
	var want []ids.ID
	for _, l := range lets {
		if !before[l.unit] && assets[l.asset] != nil {
			want = append(want, l.unit)
		}
	}
	units, err := asset.UnitsWhere(ctx, h, db.In(db.NewWhere(q.Tenant), "id", want))
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for _, u := range units {
		out = append(out, indicator.Record{Kind: "asset_unit", ID: u.ID, No: u.No, Title: u.Name, Region: u.Region, Sample: u.Sample})
	}
	return out, nil
}

// byContract groups leased units by their contract.
func byContract(lets []letting) map[ids.ID][]letting {
	out := map[ids.ID][]letting{}
	for _, l := range lets {
		out[l.contract] = append(out[l.contract], l)
	}
	return out
}

func sortedKeys[V any](m map[ids.ID]V) []ids.ID { return slices.Sorted(maps.Keys(m)) }
