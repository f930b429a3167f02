package contract

import (
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// TestStableTotalsAddUpTheParts: over leases of one unit and of several, of assets that earned something before and not,
// and over services, by region and source.
func TestStableTotalsAddUpTheParts(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		assets, units := w.assets, w.units
		make1(w, assets, map[string]string{"name": "旧厂", "owner": "合作社", "kind": "厂房", "origin": "盘活", "quantity": "300平方米", "prior_income": "77"})
		make1(w, assets, map[string]string{"name": "门面", "owner": "合作社", "kind": "商铺", "origin": "原有", "quantity": "300平方米"})
		make1(w, units, map[string]string{"no": "U4", "asset": "ZC-0002", "name": "单元", "quantity": "70平方米"})
		make1(w, units, map[string]string{"no": "U5", "asset": "ZC-0003", "name": "单元", "quantity": "130平方米"})
		make1(w, units, map[string]string{"no": "U6", "asset": "ZC-0002", "name": "单元", "quantity": "1平方米"})
		for _, changes := range [][]string{
			{"units", "U1"}, {"units", "U2、U4、U5", "pay", "1000.01"}, {"units", "U6"}, {"units", "U3", "stable", "否"},
			{"kind", "服务协议", "units", "", "pay", "33"}, {"kind", "服务协议", "units", "", "pay", "44", "from", "2020-01-01", "to", "2020-12-31"},
		} {
			id := make1(w, w.contracts, lease(changes...))
			for _, event := range []string{"sign", "start"} {
				if err := w.contracts.Do(ctx, access.System, w.tenant, id, 0, event, ""); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		day := date.Must("2021-06-30")
		ranges := [][2]string{{"321182", "321183"}}
		parts, err := StableBySource(ctx, w.env.DB.Read(), w.tenant, ranges, day)
		if err != nil {
			w.t.Fatal(err)
		}
		type cell struct{ region, source, origin string }
		annual, got := map[cell]money.Fen{}, map[cell]money.Fen{}
		prior, gotPrior := map[ids.ID]money.Fen{}, map[ids.ID]money.Fen{}
		contracts, gotContracts := map[string]map[ids.ID]bool{}, map[string]int{}
		for _, p := range parts {
			annual[cell{p.Region, p.Source, p.Origin}] += p.Annual
			if p.Prior != 0 {
				prior[p.Asset] = p.Prior
			}
			if contracts[p.Source] == nil {
				contracts[p.Source] = map[ids.ID]bool{}
			}
			contracts[p.Source][p.Contract] = true
		}
		totals, err := StableTotals(ctx, w.env.DB.Read(), w.tenant, ranges, day)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, x := range totals {
			got[cell{x.Region, x.Source, x.Origin}] += x.Annual
			if x.Asset != 0 {
				gotPrior[x.Asset] = x.Prior
			}
			gotContracts[x.Source] += x.Contracts
		}
		if len(annual) != 4 || len(prior) != 1 || len(annual) != len(got) || len(prior) != len(gotPrior) {
			w.t.Fatalf("%v %v, want %v %v", got, gotPrior, annual, prior)
		}
		for k, fen := range annual {
			if got[k] != fen {
				w.t.Errorf("%v: %s, want %s", k, got[k], fen)
			}
		}
		for k, fen := range prior {
			if gotPrior[k] != fen {
				w.t.Errorf("prior %s, want %s", gotPrior[k], fen)
			}
		}
		for source, set := range contracts {
			if gotContracts[source] != len(set) {
				w.t.Errorf("%s: %d contracts, want %d", source, gotContracts[source], len(set))
			}
		}
	})
}
