package asset_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const village = "321182103205"

type world struct {
	t      *testing.T
	env    *record.Env
	tenant int64
	assets *record.Noun[asset.Asset]
	units  *record.Noun[asset.Unit]
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		regions := region.New(d)
		err := regions.Save(t.Context(), []region.Region{
			{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
		})
		if err != nil {
			t.Fatal(err)
		}
		tn, err := regions.TenantOf(t.Context(), village)
		if err != nil {
			t.Fatal(err)
		}
		box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
		if err != nil {
			t.Fatal(err)
		}
		e := record.NewEnv(d, regions, box)
		parties := party.NewParties(e)
		w := &world{t, e, tn.ID, asset.NewAssets(e), asset.NewUnits(e)}
		p := &party.Party{Name: "合作社", Kind: party.Collective}
		p.Region = village
		if _, err := parties.Create(t.Context(), access.System, w.tenant, "", p); err != nil {
			t.Fatal(err)
		}
		fn(w)
	})
}

func create[T any](w *world, n *record.Noun[T], texts map[string]string) (ids.ID, error) {
	w.t.Helper()
	v := new(T)
	if err := n.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), village, v, texts); err != nil {
		return 0, err
	}
	return n.Create(w.t.Context(), access.System, w.tenant, "", v)
}

func (w *world) asset(changes ...string) (ids.ID, error) {
	w.t.Helper()
	texts := map[string]string{"name": "厂房", "owner": "合作社", "kind": "厂房", "origin": "新建", "quantity": "1000平方米", "ready_on": "2021-01-01"}
	for i := 0; i+1 < len(changes); i += 2 {
		texts[changes[i]] = changes[i+1]
	}
	return create(w, w.assets, texts)
}

func fieldOf(err error) string {
	if e := errs.As(err); e != nil && len(e.Fields) == 1 {
		return e.Fields[0].Name
	}
	return ""
}

// TestUnitsFitTheirAsset: units together are never larger than their asset, in whatever measure of area, nor does the
// asset become smaller than them.
func TestUnitsFitTheirAsset(t *testing.T) {
	each(t, func(w *world) {
		id, err := w.asset()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			quantity string
			ok       bool
		}{{"600平方米", true}, {"401平方米", false}, {"1亩", false}, {"0", false}, {"0.3亩", true}, {"200平方米", true}, {"1平方米", false}, {"3间", true}} {
			if _, err := create(w, w.units, map[string]string{"asset": "ZC-0001", "name": c.quantity, "quantity": c.quantity}); (fieldOf(err) == "quantity") == c.ok || c.ok && err != nil {
				w.t.Errorf("a unit of %s: %v", c.quantity, err)
			}
		}
		a, err := w.assets.Get(w.t.Context(), access.System, w.tenant, id)
		if err != nil {
			w.t.Fatal(err)
		}
		for quantity, ok := range map[string]bool{"999平方米": false, "1.4亩": false, "1.5亩": true} {
			b := *a
			if err := w.assets.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), village, &b, map[string]string{"quantity": quantity}); err != nil {
				w.t.Fatal(err)
			}
			if err := w.assets.Update(w.t.Context(), access.System, w.tenant, &b); (err == nil) != ok {
				w.t.Errorf("an asset of %s: %v", quantity, err)
			}
		}
		if err := w.assets.Delete(w.t.Context(), access.System, w.tenant, id, 0); err == nil {
			w.t.Error("an asset with units is deleted")
		}
		units, err := asset.UnitsOf(w.t.Context(), w.env.DB.Read(), w.tenant, id)
		if err != nil || len(units) != 4 || units[0].Region != village {
			w.t.Errorf("%+v %v", units, err)
		}
		if _, err := asset.GetUnits(w.t.Context(), w.env.DB.Read(), w.tenant, []ids.ID{units[0].ID, 1}); !errs.Is(err, errs.NotFound) {
			w.t.Errorf("a unit that is not: %v", err)
		}
	})
}

// TestUnitsAtOnce: of several people who each take the last of an asset, one does.
func TestUnitsAtOnce(t *testing.T) {
	each(t, func(w *world) {
		if _, err := w.asset(); err != nil {
			w.t.Fatal(err)
		}
		var wg sync.WaitGroup
		made := make([]error, 4)
		for i := range made {
			wg.Go(func() {
				_, made[i] = create(w, w.units, map[string]string{"asset": "ZC-0001", "name": "单元", "quantity": "600平方米"})
			})
		}
		wg.Wait()
		if n := len(slices.DeleteFunc(slices.Clone(made), func(err error) bool { return err != nil })); n != 1 {
			w.t.Errorf("%d units of 600 in an asset of 1000: %v", n, made)
		}
	})
}

func TestAssetsLife(t *testing.T) {
	each(t, func(w *world) {
		for changes, field := range map[[2]string]string{
			{"quantity", "0"}: "quantity", {"owner", "没有"}: "owner", {"kind", "飞机"}: "kind", {"cost", "-1"}: "cost", {"ready_on", "2021-02-30"}: "ready_on", {"name", ""}: "name",
		} {
			if _, err := w.asset(changes[0], changes[1]); fieldOf(err) != field {
				w.t.Errorf("%v: %v", changes, err)
			}
		}
		id, err := w.asset("ready_on", "")
		if err != nil {
			w.t.Fatal(err)
		}
		do := func(event, reason string) error {
			return w.assets.Do(w.t.Context(), access.System, w.tenant, id, 0, event, reason)
		}
		if err := do("build", ""); err != nil {
			w.t.Fatal(err)
		}
		if err := do("finish", ""); fieldOf(err) != "ready_on" {
			w.t.Errorf("finished without a day: %v", err)
		}
		if err := do("retire", "拆除"); !errs.Is(err, errs.State) {
			w.t.Errorf("retired while it is built: %v", err)
		}
	})
}

// TestAreaAndIdle evaluates the indicators: by kind and origin, up to a day, what is measured by area.
func TestAreaAndIdle(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range [][]string{
			{"quantity", "1000平方米"}, {"quantity", "3亩", "kind", "土地", "origin", "原有"}, {"quantity", "6间", "kind", "商铺"},
			{"quantity", "500平方米", "origin", "盘活", "ready_on", "2021-10-01"}, {"quantity", "700平方米", "ready_on", ""},
		} {
			if _, err := w.asset(c...); err != nil {
				w.t.Fatal(err)
			}
		}
		byCode := map[string]indicator.Indicator{}
		for _, in := range asset.Figures() {
			byCode[in.Code] = in
		}
		eval := func(code, day, kind, origin string) indicator.Result {
			q := indicator.Query{Tenant: w.tenant, Ranges: [][2]string{{"321182103", "321182104"}}, Year: 2021, AsOf: date.Must(day), Params: map[string]string{"kind": kind, "origin": origin}}
			r, err := byCode[code].Eval(context.Background(), w.env.DB.Read(), q)
			if err != nil {
				w.t.Fatal(err)
			}
			return r
		}
		for _, c := range []struct {
			day, kind, origin, want string
			records                 int
		}{
			{"2021-12-31", "", "", "3500", 3}, {"2021-09-30", "", "", "3000", 2}, {"2021-12-31", "workshop", "", "1500", 2}, {"2021-12-31", "workshop|land", "new|existing", "3000", 2},
			{"2021-12-31", "shop", "", "0", 0}, {"2020-12-31", "", "", "0", 0}, {"2021-12-31", "workshop", "revitalised", "500", 1},
		} {
			r := eval("asset.area", c.day, c.kind, c.origin)
			if got := indicator.M2.Plain(r.Value); got != c.want || r.Count != c.records {
				w.t.Errorf("area of %+v is %s from %d", c, got, r.Count)
			}
		}
		if r := eval("asset.idle", "2021-12-31", "", ""); r.Value != 5 || !strings.HasPrefix(r.Records[0].No, "ZC-") {
			w.t.Errorf("idle: %+v", r)
		}
	})
}
