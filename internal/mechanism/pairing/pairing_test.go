package pairing_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/mechanism/pairing/pairingtest"
	"huicun/internal/registry/access"
)

// A draft is signed only with both sides and comes into force only with something agreed; every refusal says
// what to do.
func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := pairingtest.New(t, d)
		w.Demo(t, pairingtest.Files[0])
		no, err := pairingtest.Create(t, w, w.Agreements, map[string]string{
			"name": "长胜村与示例码头公司结对共建协议", "axis": "村企共建", "region": "长胜村", "from": "2021-11-01", "to": "2022-10-31", "cadence": "每月",
		})
		if err != nil || no != "GJ-2021-0001" {
			t.Fatalf("create = %q, %v", no, err)
		}
		member := func(who, side string) error {
			_, err := pairingtest.Create(t, w, w.Members, map[string]string{"agreement": no, "party": who, "side": side})
			return err
		}
		pairingtest.Says(t, pairingtest.Do(t, w, w.Agreements, no, "sign", ""), "", "还没有村方")
		pairingtest.Says(t, member("八桥镇幸福村股份经济合作社", "村方"), "party", "属于别的地区")
		pairingtest.Says(t, member("示例机电一厂", "村方"), "party", "应为集体经济组织")
		pairingtest.Says(t, member("八桥镇经济发展和建设局", "对方"), "party", "应为企业")
		if err := member("八桥镇长胜村股份经济合作社", "村方"); err != nil {
			t.Fatal(err)
		}
		pairingtest.Says(t, member("八桥镇长胜村股份经济合作社", "村方"), "party", "已经是这份协议的参与方")
		pairingtest.Says(t, pairingtest.Do(t, w, w.Agreements, no, "sign", ""), "", "还没有对方")
		if err := member("示例码头公司", "对方"); err != nil {
			t.Fatal(err)
		}
		if err := pairingtest.Do(t, w, w.Agreements, no, "sign", ""); err != nil {
			t.Fatal(err)
		}
		coverage := func() int64 {
			return w.Eval(t, "pairing.coverage", "2021-11-10", map[string]string{"axis": "enterprise"}, "长胜村").Num
		}
		pairingtest.Says(t, pairingtest.Do(t, w, w.Agreements, no, "enforce", ""), "", "共建方面或需求")
		if n := coverage(); n != 0 {
			t.Errorf("a signed agreement that is not in force covers %d", n)
		}
		item, err := pairingtest.Create(t, w, w.Items, map[string]string{"agreement": no, "kind": "需求清单", "title": "就近就业"})
		if err != nil {
			t.Fatal(err)
		}
		if err := pairingtest.Do(t, w, w.Agreements, no, "enforce", ""); err != nil {
			t.Fatal(err)
		}
		if n := coverage(); n != 1 {
			t.Errorf("an agreement in force covers %d", n)
		}
		pairingtest.Says(t, pairingtest.Do(t, w, w.Agreements, no, "void", "登记错误"), "", "只有“草稿”、“已签订”时才可以")
		ctx := t.Context()
		pairingtest.Says(t, w.Items.Delete(ctx, access.System, w.Tenant, w.ID(t, "agreement_item", item), 0), "", "至少要保留一项")
		pairingtest.Says(t, w.Members.Delete(ctx, access.System, w.Tenant, w.ID(t, "agreement_party", "GJF-0001"), 0), "", "已经签订")
		a, err := w.Agreements.ByKey(ctx, w.Q(), w.Tenant, no)
		if err != nil || a.SignedOn != pairingtest.Today || a.InForceOn != pairingtest.Today {
			t.Errorf("dates = %v %v %v", a.SignedOn, a.InForceOn, err)
		}
		end(t, w, no)
	})
}

// end renews and ends an agreement; the days before the end keep their coverage.
func end(t *testing.T, w *pairingtest.World, no string) {
	t.Helper()
	pairingtest.Says(t, pairingtest.Set(t, w, w.Agreements, no, map[string]string{"to": "2021-10-01"}), "to", "不能早于起日")
	if err := pairingtest.Set(t, w, w.Agreements, no, map[string]string{"to": "2021-11-05"}); err != nil {
		t.Fatal(err)
	}
	pairingtest.Says(t, pairingtest.Do(t, w, w.Agreements, no, "renew", ""), "to", "已经到期")
	if err := pairingtest.Set(t, w, w.Agreements, no, map[string]string{"to": "2022-10-31", "signed_on": "2021-03-01", "in_force_on": "2021-03-02"}); err != nil {
		t.Fatal(err)
	}
	if err := pairingtest.Do(t, w, w.Agreements, no, "renew", ""); err != nil {
		t.Fatal(err)
	}
	pairingtest.Says(t, pairingtest.Do(t, w, w.Agreements, no, "end", ""), "reason", "请说明终止的理由")
	if err := pairingtest.Do(t, w, w.Agreements, no, "end", "企业搬迁"); err != nil {
		t.Fatal(err)
	}
	pairingtest.Says(t, pairingtest.Set(t, w, w.Agreements, no, map[string]string{"ended_on": "2021-02-01"}), "ended_on", "不能早于生效日期")
	if err := pairingtest.Set(t, w, w.Agreements, no, map[string]string{"ended_on": "2021-09-01"}); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]int64{"2021-03-01": 0, "2021-03-02": 1, "2021-08-31": 1, "2021-09-01": 0, "2021-11-10": 0} {
		if got := w.Eval(t, "pairing.coverage", day, map[string]string{"axis": "enterprise"}, "长胜村").Num; got != want {
			t.Errorf("coverage on %s = %d, want %d", day, got, want)
		}
	}
}

func TestRules(t *testing.T) {
	w := pairingtest.New(t, dbtest.SQLite(t))
	w.Demo(t, pairingtest.Files...)
	// A second import of the same files changes no figure.
	w.Demo(t, pairingtest.Files...)
	create := func(axis, place string) error {
		_, err := pairingtest.Create(t, w, w.Agreements, map[string]string{"name": "协议", "axis": axis, "region": place, "from": "2021-01-01"})
		return err
	}
	pairingtest.Says(t, create("村企共建", "八桥镇"), "region", "请填村名")
	pairingtest.Says(t, create("企业与部门共建", "扬中市"), "region", "村或镇上")
	pairingtest.Says(t, create("县县结对", "八桥镇"), "axis", "不在可选范围内")
	if err := create("企业与部门共建", "八桥镇"); err != nil {
		t.Error(err)
	}
	// A village cannot pair with itself or with a department on the village axis.
	add := func(who string) error {
		_, err := pairingtest.Create(t, w, w.Members, map[string]string{"agreement": "GJ-2021-0001", "party": who, "side": "对方"})
		return err
	}
	pairingtest.Says(t, add("扬中市八桥镇长胜村村民委员会"), "party", "同属一个村")
	pairingtest.Says(t, add("中共扬中市八桥镇委员会"), "party", "不在村一级")
	pairingtest.Says(t, add("大方金属"), "party", "应为")
	// Only needs are met.
	pairingtest.Says(t, pairingtest.Do(t, w, w.Items, "GJX-0001", "meet", ""), "", "只有需求清单")
	if err := pairingtest.Do(t, w, w.Items, "GJX-0007", "meet", ""); err != nil {
		t.Error(err)
	}
	if err := w.EvalErr(t, "pairing.coverage", "2021-11-10", map[string]string{"axis": "county"}); !errs.Is(err, errs.Invalid) {
		t.Errorf("an unknown axis gives %v", err)
	}
	if got := w.Eval(t, "pairing.agreements", "2021-11-10", nil).Value; got != 25 {
		t.Errorf("agreements in force = %d", got)
	}
	// The store's condition and the rule over one agreement say the same on any day.
	all, err := w.Agreements.Table.All(t.Context(), w.Q(), db.NewWhere(w.Tenant), "no")
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"2019-03-20", "2020-12-30", "2020-12-31", "2021-03-15", "2021-11-10", "2022-05-05", "2022-05-06", "2024-01-01"} {
		var want int64
		for i := range all {
			if all[i].InForce(date.Must(day)) {
				want++
			}
		}
		if got := w.Eval(t, "pairing.agreements", day, nil).Value; got != want {
			t.Errorf("agreements in force on %s = %d, want %d", day, got, want)
		}
	}
}

// The demo reproduces the article, and a changed record changes the figure.
func TestFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := pairingtest.New(t, d)
		w.Demo(t, pairingtest.Files...)
		for _, day := range []string{"2021-11-10", "2021-12-31"} {
			for _, axis := range []string{"village", "enterprise", "department"} {
				r := w.Eval(t, "pairing.coverage", day, map[string]string{"axis": axis})
				if r.Value != 100_00 || r.Num != 9 || r.Den != 9 || len(r.Missing) != 0 || r.Count != len(r.Records) {
					t.Errorf("coverage %s on %s = %d %d/%d", axis, day, r.Value, r.Num, r.Den)
				}
				opened(t, w, r)
			}
			exact(t, w, "pairing.elements", day, map[string]string{"party": "扬中市邮政公司"}, "八桥村", 3)
			exact(t, w, "pairing.enterprises", day, nil, "利民村", 4)
			exact(t, w, "pairing.enterprises", day, nil, "永兴村", 2)
			exact(t, w, "pairing.elements", day, map[string]string{"party": "扬中市邮政公司"}, "利民村", 0)
		}
		// 红光村 and 万福村 are covered on the village axis by an agreement that 红旗村 keeps.
		r := w.Eval(t, "pairing.coverage", "2021-11-10", nil, "万福村")
		if r.Num != 1 || len(r.Records) != 1 || r.Records[0].Region != pairingtest.Villages["万福村"] || r.Records[0].No != "GJ-2021-0004" {
			t.Errorf("万福村: %+v", r)
		}
		if r := w.Eval(t, "pairing.coverage", "2021-02-28", nil); r.Num != 0 || len(r.Missing) != 9 {
			t.Errorf("before the first agreement: %d covered, %d missing", r.Num, len(r.Missing))
		}
		if err := pairingtest.Do(t, w, w.Agreements, "GJ-2021-0018", "end", "部门职能调整"); err != nil {
			t.Fatal(err)
		}
		r = w.Eval(t, "pairing.coverage", "2021-11-10", map[string]string{"axis": "department"})
		if r.Value != 88_88 || len(r.Missing) != 1 || r.Missing[0].Title != "永胜村" {
			t.Errorf("after one ended: %d, missing %v", r.Value, r.Missing)
		}
		if r := w.Eval(t, "pairing.coverage", "2021-11-09", map[string]string{"axis": "department"}); r.Value != 100_00 {
			t.Errorf("the day before: %d", r.Value)
		}
		if err := pairingtest.Set(t, w, w.Members, "GJF-0020", map[string]string{"left_on": "2021-11-01"}); err != nil {
			t.Fatal(err)
		}
		cov, err := pairing.Coverage(t.Context(), w.Q(), w.Env, w.Tenant, w.Ranges(t.Context(), t, pairingtest.Town), pairingtest.Today)
		if err != nil || len(cov) != 3 || cov[0].Num != 9 || cov[1].Num != 9 || cov[2].Num != 8 || cov[2].Missing[0].Name != "永胜村" {
			t.Errorf("coverage for the overview = %+v, %v", cov, err)
		}
		soon, err := pairing.Expiring(t.Context(), w.Q(), w.Tenant, w.Ranges(t.Context(), t, pairingtest.Town), pairingtest.Today, 200)
		if err != nil || len(soon) != 1 || soon[0].No != "GJ-2019-0001" {
			t.Errorf("expiring = %v, %v", soon, err)
		}
	})
}

func exact(t *testing.T, w *pairingtest.World, code, day string, params map[string]string, place string, want int64) {
	t.Helper()
	r := w.Eval(t, code, day, params, place)
	if r.Value != want || int64(r.Count) != want {
		t.Errorf("%s %v in %s on %s = %d, want %d", code, params, place, day, r.Value, want)
	}
	opened(t, w, r)
}

// opened checks that every record of a lineage exists under its kind and number.
func opened(t *testing.T, w *pairingtest.World, r indicator.Result) {
	t.Helper()
	for _, x := range r.Records {
		if w.ID(t, x.Kind, x.No) != x.ID || x.Title == "" || x.Date.IsZero() || x.Date.After(pairingtest.Today) {
			t.Errorf("lineage record %+v", x)
		}
	}
}

// Whatever the dates, a day counts exactly when the agreement binds, and what is not in force never counts.
func TestInForce(t *testing.T) {
	base := date.Must("2021-01-01")
	rapid.Check(t, func(t *rapid.T) {
		day := func(name string) date.Date { return base.AddDays(rapid.IntRange(0, 30).Draw(t, name)) }
		a := pairing.Agreement{InForceOn: day("in force"), EndedOn: day("ended")}
		if rapid.Bool().Draw(t, "has a term") {
			a.To = day("to")
		}
		a.State = rapid.SampledFrom([]string{"draft", "signed", "in_force", "reviewed", "renewed", "ended", "void"}).Draw(t, "state")
		on := day("day")
		want := slices.Contains([]string{"in_force", "reviewed", "renewed", "ended"}, a.State) &&
			a.InForceOn.Sub(on) <= 0 && (a.To.IsZero() || a.To.Sub(on) >= 0) && (a.State != "ended" || a.EndedOn.Sub(on) > 0)
		if a.InForce(on) != want {
			t.Fatalf("InForce = %v for %+v", !want, a)
		}
	})
}
