package contract

import (
	"fmt"
	"strings"
	"testing"

	"huicun/internal/books/asset"
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
	t         *testing.T
	env       *record.Env
	tenant    int64
	assets    *record.Noun[asset.Asset]
	units     *record.Noun[asset.Unit]
	contracts *record.Noun[Contract]
	parties   *record.Noun[party.Party]
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
		w := &world{t: t, env: e, tenant: tn.ID}
		parties, assets, units := party.NewParties(e), asset.NewAssets(e), asset.NewUnits(e)
		w.parties, w.assets, w.units, w.contracts = parties, assets, units, NewContracts(e)
		make1(w, parties, map[string]string{"name": "合作社", "kind": "集体经济组织", "region": "永胜村"})
		make1(w, parties, map[string]string{"name": "一厂", "kind": "企业", "region": "永胜村"})
		make1(w, assets, map[string]string{"name": "厂房", "owner": "合作社", "kind": "厂房", "origin": "新建", "quantity": "1000平方米"})
		for i := range 3 {
			make1(w, units, map[string]string{"no": fmt.Sprintf("U%d", i+1), "asset": "ZC-0001", "name": "单元", "quantity": "100平方米"})
		}
		fn(w)
	})
}

func create[T any](w *world, n *record.Noun[T], texts map[string]string) (ids.ID, error) {
	v := new(T)
	if err := n.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), village, v, texts); err != nil {
		return 0, err
	}
	return n.Create(w.t.Context(), access.System, w.tenant, "", v)
}

func make1[T any](w *world, n *record.Noun[T], texts map[string]string) ids.ID {
	w.t.Helper()
	id, err := create(w, n, texts)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func lease(changes ...string) map[string]string {
	texts := map[string]string{
		"name": "租赁", "kind": "租赁合同", "party_a": "合作社", "party_b": "一厂", "units": "U1", "signed": "2021-01-01", "from": "2021-01-01", "to": "2021-12-31",
		"pay": "1200", "pay_months": "3", "stable": "是",
	}
	for i := 0; i+1 < len(changes); i += 2 {
		texts[changes[i]] = changes[i+1]
	}
	return texts
}

// TestOverlaps: a unit is let to one at a time; a term may begin the day after another's last, and after an early end.
func TestOverlaps(t *testing.T) {
	each(t, func(w *world) {
		first := make1(w, w.contracts, lease())
		for _, c := range []struct {
			changes []string
			ok      bool
		}{
			{[]string{"from", "2021-12-31", "to", "2022-12-30"}, false}, {[]string{"from", "2020-01-01", "to", "2021-01-01"}, false}, {[]string{"from", "2021-05-01", "to", "2021-05-02"}, false},
			{[]string{"from", "2020-01-01", "to", "2023-12-31"}, false}, {[]string{"units", "U2、U1"}, false}, {[]string{"units", "U2、U3"}, true},
			{[]string{"from", "2020-01-01", "to", "2020-12-31"}, true}, {[]string{"from", "2022-01-01", "to", "2022-12-31"}, true},
		} {
			_, err := create(w, w.contracts, lease(c.changes...))
			if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), "期限重叠") {
				w.t.Errorf("%v: %v", c.changes, err)
			}
		}
		v, err := w.contracts.Get(w.t.Context(), access.System, w.tenant, first)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.contracts.Update(w.t.Context(), access.System, w.tenant, v); err != nil { // does not stand in its own way
			w.t.Error(err)
		}
		v.Ended = date.Must("2021-06-30")
		if err := w.contracts.Update(w.t.Context(), access.System, w.tenant, v); err != nil {
			w.t.Fatal(err)
		}
		second, err := create(w, w.contracts, lease("from", "2021-07-01", "to", "2021-12-31"))
		if err != nil {
			w.t.Errorf("after an early end: %v", err)
		}
		v.Ended = date.Date{}
		if err := w.contracts.Update(w.t.Context(), access.System, w.tenant, v); err == nil {
			w.t.Error("the early end is taken back over another's term")
		}
		if err := w.contracts.Do(w.t.Context(), access.System, w.tenant, second, 0, "cancel", "写错"); err != nil {
			w.t.Fatal(err)
		}
		v.Version = 3
		if err := w.contracts.Update(w.t.Context(), access.System, w.tenant, v); err != nil { // a void one holds nothing
			w.t.Errorf("after the other is void: %v", err)
		}
		if problems, err := Check(w.t.Context(), w.env.DB.Read(), w.tenant); err != nil || len(problems) > 0 {
			w.t.Error(problems, err)
		}
	})
}

// TestLifeOfAContract walks the states, and the schedule follows the terms.
func TestLifeOfAContract(t *testing.T) {
	each(t, func(w *world) {
		id := make1(w, w.contracts, lease("signed", "", "to", "2022-12-31"))
		charges := func() int {
			list, err := Charges(w.t.Context(), w.env.DB.Read(), w.tenant, id)
			if err != nil {
				w.t.Fatal(err)
			}
			return len(list)
		}
		do := func(event, reason string) error {
			return w.contracts.Do(w.t.Context(), access.System, w.tenant, id, 0, event, reason)
		}
		if n := charges(); n != 8 {
			w.t.Errorf("%d payments in two years by the quarter", n)
		}
		if err := do("sign", ""); err == nil {
			w.t.Error("signed without a day")
		}
		v, err := w.contracts.Get(w.t.Context(), access.System, w.tenant, id)
		if err != nil || v.No != "HT-2021-0001" || v.Annual != 4_800_00 || v.Region != village || len(v.Units) != 1 {
			w.t.Fatal(v, err)
		}
		v.Signed, v.PayMonths = date.Must("2021-01-01"), 12
		if err := w.contracts.Update(w.t.Context(), access.System, w.tenant, v); err != nil || charges() != 2 {
			w.t.Fatal(charges(), err)
		}
		for _, step := range []struct {
			event, reason string
			ok            bool
		}{{"start", "", false}, {"sign", "", true}, {"start", "", true}, {"cancel", "x", false}, {"settle", "", false}, {"end", " ", false}, {"end", "企业搬迁", true}, {"settle", "", true}, {"end", "x", false}} {
			if err := do(step.event, step.reason); (err == nil) != step.ok {
				w.t.Errorf("%s: %v", step.event, err)
			}
		}
		v, err = w.contracts.Get(w.t.Context(), access.System, w.tenant, id)
		if err != nil || v.Ended.String() != "2021-11-10" || v.State != "settled" || charges() != 1 {
			w.t.Errorf("ended on %s with %d payments: %v", v.Ended, charges(), err)
		}
		late := make1(w, w.contracts, lease("units", "U2", "from", "2021-12-01"))
		for _, event := range []string{"sign", "start"} {
			err := w.contracts.Do(w.t.Context(), access.System, w.tenant, late, 0, event, "")
			if (event == "sign") != (err == nil) || err != nil && !errs.Is(err, errs.State) {
				w.t.Errorf("%s of one that begins in December, in November: %v", event, err)
			}
		}
	})
}

// TestCheckFindsDamage changes stored schedules behind the program's back.
func TestCheckFindsDamage(t *testing.T) {
	for _, c := range damages {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(w *world) {
				first := make1(w, w.contracts, lease())
				second := make1(w, w.contracts, lease("from", "2022-01-01", "to", "2022-12-31"))
				if problems, err := Check(t.Context(), w.env.DB.Read(), w.tenant); err != nil || len(problems) != 0 {
					t.Fatal(problems, err)
				}
				w.spoil(c.statement, first, second)
				problems, err := Check(t.Context(), w.env.DB.Read(), w.tenant)
				if err != nil || len(problems) == 0 || !strings.Contains(problems[len(problems)-1], c.want) {
					t.Errorf("%q, want %q (%v)", problems, c.want, err)
				}
			})
		})
	}
}

func TestRules(t *testing.T) {
	base := Contract{Kind: Lease, Units: []ids.ID{1}, PartyA: 1, PartyB: 2, From: date.Must("2021-01-01"), To: date.Must("2021-12-31"), Pay: 1, PayMonths: 12}
	for _, c := range []struct {
		name  string
		spoil func(*Contract)
		field string
	}{
		{"good", func(*Contract) {}, ""},
		{"twenty years to the day", func(c *Contract) { c.To = date.Must("2040-12-31") }, ""},
		{"a day more", func(c *Contract) { c.To = date.Must("2041-01-01") }, "to"},
		{"one day", func(c *Contract) { c.To = c.From }, ""},
		{"backwards", func(c *Contract) { c.To = date.Must("2020-12-31") }, "to"},
		{"a service of 70 years", func(c *Contract) { c.Kind, c.Units, c.To = Service, nil, date.Must("2090-12-31") }, ""},
		{"a service of 70 years and a day", func(c *Contract) { c.Kind, c.Units, c.To = Service, nil, date.Must("2091-01-01") }, "to"},
		{"a service with units", func(c *Contract) { c.Kind = Service }, "units"},
		{"a lease without", func(c *Contract) { c.Units = nil }, "units"},
		{"with itself", func(c *Contract) { c.PartyB = 1 }, "party_b"},
		{"ended on the last day", func(c *Contract) { c.Ended = c.To }, ""},
		{"ended on the first day", func(c *Contract) { c.Ended = c.From }, ""},
		{"ended before", func(c *Contract) { c.Ended = c.From.AddDays(-1) }, "ended"},
		{"ended after", func(c *Contract) { c.Ended = c.To.AddDays(1) }, "ended"},
		{"free for all but a month", func(c *Contract) { c.FreeMonths = 11 }, ""},
		{"free for all of it", func(c *Contract) { c.FreeMonths = 12 }, "free_months"},
		{"once and stable", func(c *Contract) { c.Stable, c.PayMonths = true, 0 }, "stable"},
	} {
		k := base
		c.spoil(&k)
		err := check(&k)
		e := errs.As(err)
		if (err == nil) != (c.field == "") || err != nil && (len(e.Fields) != 1 || e.Fields[0].Name != c.field) {
			t.Errorf("%s: %v, want a mistake in %q", c.name, err, c.field)
		}
	}
}
