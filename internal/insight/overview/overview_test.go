package overview_test

import (
	"context"
	"slices"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/insight/overview"
	"huicun/internal/insight/overview/overviewtest"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
)

var ctx = context.Background()

func of(t testing.TB, w *overviewtest.World, scope string, year int, day date.Date) *overview.Overview {
	t.Helper()
	o, err := w.Service.Of(ctx, scope, year, day)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func eval(t testing.TB, w *overviewtest.World, code, scope string, params map[string]string) indicator.Result {
	t.Helper()
	r, err := w.Cat.Eval(ctx, indicator.Ask{Code: code, Scopes: []string{scope}, Year: 2021, AsOf: overviewtest.Day, Params: params})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What the overview says must be what the catalogue says, since a click on it opens the catalogue's lineage.
func TestOverviewAgreesWithTheCatalogue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := overviewtest.New(t, d).LoadDemo()
		o := of(t, w, overviewtest.Town, 2021, overviewtest.Day)
		for code, got := range map[string]money.Fen{
			"ledger.village_income": o.Income.Now, "contract.stable_income": o.Stable.Now, "overview.new_stable": o.New.Total,
			"overview.arrears": o.Owed, "policy.award_year": o.Awards, "contract.service_income": o.New.Service,
		} {
			if want := eval(t, w, code, overviewtest.Town, nil).Value; int64(got) != want || want == 0 {
				t.Errorf("%s: overview %v, catalogue %v", code, got, money.Fen(want))
			}
		}
		var sum money.Fen
		for _, s := range o.Sources {
			sum += s.Annual
			if want := eval(t, w, "overview.stable_source", overviewtest.Town, map[string]string{"source": s.Code}).Value; want != int64(s.Annual) {
				t.Errorf("source %s: %v, catalogue %v", s.Label, s.Annual, money.Fen(want))
			}
		}
		if sum != o.Stable.Now {
			t.Errorf("sources come to %v of %v", sum, o.Stable.Now)
		}
		for _, c := range o.Pairing {
			if r := eval(t, w, "pairing.coverage", overviewtest.Town, map[string]string{"axis": c.Code}); r.Value != c.Percent() || c.Den != 9 {
				t.Errorf("%s: %d/%d, catalogue %d", c.Label, c.Num, c.Den, r.Value)
			}
		}
		if r := eval(t, w, "casework.on_time", overviewtest.Town, nil); r.Num != int64(o.Requests.Closed.Num) || r.Den != int64(o.Requests.Closed.Den) {
			t.Errorf("timeliness %+v, catalogue %d/%d", o.Requests.Closed, r.Num, r.Den)
		}
		if r := eval(t, w, "joint.under_way", overviewtest.Town, nil); r.Value != int64(o.UnderWay) {
			t.Errorf("under way %d, catalogue %d", o.UnderWay, r.Value)
		}

		if got := []int{o.Ladder[0].Exclusive, o.Ladder[1].Exclusive, o.Ladder[2].Exclusive, o.Below}; !slices.Equal(got, []int{1, 4, 4, 0}) {
			t.Errorf("ladder %v", got)
		}
		if got := []int{o.Ladder[0].Cumulative, o.Ladder[1].Cumulative, o.Ladder[2].Cumulative}; !slices.Equal(got, []int{1, 5, 9}) {
			t.Errorf("cumulative %v", got)
		}
		checkScopes(t, w, o)
		checkAttention(t, w, o)
	})
}

// checkScopes compares the town with its villages, and with the county and province above it.
func checkScopes(t *testing.T, w *overviewtest.World, town *overview.Overview) {
	t.Helper()
	var income, stable, owed money.Fen
	for _, v := range town.Villages {
		o := of(t, w, v.Code, 2021, overviewtest.Day)
		income += o.Income.Now
		stable += o.Stable.Now
		owed += o.Owed
		if len(o.Villages) != 1 || o.Villages[0].Tier != v.Tier || len(o.Ladder) != 3 {
			t.Errorf("%s stands at %+v", v.Name, o.Villages)
		}
	}
	if income != town.Income.Now || stable != town.Stable.Now || owed != town.Owed {
		t.Errorf("villages come to %v, %v, %v of %v, %v, %v", income, stable, owed, town.Income.Now, town.Stable.Now, town.Owed)
	}
	for _, scope := range []string{overviewtest.County, overviewtest.City, overviewtest.Province, region.Nation} {
		o := of(t, w, scope, 2021, overviewtest.Day)
		if o.Income != town.Income || o.Living != town.Living || o.Owed != town.Owed || len(o.Places) == 0 || len(o.Ladder) != 3 {
			t.Errorf("%s: %v of %d villages, %d places, %d steps", scope, o.Income, o.Living, len(o.Places), len(o.Ladder))
			continue
		}
		if p := o.Places[0]; p.Income != town.Income || p.Villages != 9 || p.Stable != town.Stable || len(p.Coverage) != 4 || p.Coverage[0].Num != 9 || p.Attention < len(town.Attention) {
			t.Errorf("%s: first place %+v", scope, p)
		}
	}
}

func checkAttention(t *testing.T, w *overviewtest.World, o *overview.Overview) {
	t.Helper()
	if len(o.Attention) < 5 || o.Attention[0].Tone != "red" {
		t.Fatalf("attention %+v", o.Attention)
	}
	for _, it := range o.Attention {
		if it.Title == "" || it.What == "" || it.Remedy == "" || it.Href == "" || it.Place == "" || it.Perm == "" {
			t.Errorf("incomplete %+v", it)
		}
	}
	who := func(role, place string) access.Principal {
		return access.Principal{ID: 1, Name: role, Grants: []access.Grant{{Role: role, Region: place}}}
	}
	codes := func(role, place string) (out []string) {
		t.Helper()
		list, err := w.Service.Attention(ctx, who(role, place), overviewtest.Town, overviewtest.Day)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range list {
			out = append(out, it.Code)
		}
		return out
	}
	if got := codes("village_bookkeeper", "321182103201"); !slices.Equal(got, []string{"rent_overdue"}) {
		t.Errorf("the bookkeeper of the village that is owed has to do %v", got)
	}
	if got := codes("village_bookkeeper", "321182103205"); len(got) != 0 {
		t.Errorf("another village's bookkeeper has to do %v", got)
	}
	if got := codes("auditor", overviewtest.Town); len(got) != 0 {
		t.Errorf("the auditor, who changes nothing, has to do %v", got)
	}
	if got := codes("liaison", overviewtest.Town); !slices.Contains(got, "request_overdue") || slices.Contains(got, "rent_overdue") {
		t.Errorf("the liaison has to do %v", got)
	}
	if got := overview.Visible(who("auditor", overviewtest.Town), o.Attention); len(got) != len(o.Attention) {
		t.Errorf("the auditor sees %d of %d", len(got), len(o.Attention))
	}
	if got := overview.Visible(who("sysadmin", overviewtest.County), o.Attention); len(got) != 0 {
		t.Errorf("the system administrator sees %d", len(got))
	}
}

// The day decides: half a year earlier there was less income, other contracts and other dates.
func TestOverviewOnAnEarlierDay(t *testing.T) {
	w := overviewtest.New(t, dbtest.SQLite(t)).LoadDemo()
	now, then := of(t, w, overviewtest.Town, 2021, overviewtest.Day), of(t, w, overviewtest.Town, 2021, date.Must("2021-03-10"))
	if then.Income.Now >= now.Income.Now || then.Stable.Now >= now.Stable.Now || then.Owed != 0 {
		t.Errorf("in March: income %v, stable %v, owed %v", then.Income.Now, then.Stable.Now, then.Owed)
	}
	last := of(t, w, overviewtest.Town, 2020, date.Must("2020-12-31"))
	if last.Income.Known || last.Income.Now == 0 {
		t.Errorf("2020: %+v", last.Income)
	}
	if _, ok := last.Income.Change(); ok {
		t.Error("2020 is compared with a year without books")
	}
	if pct, ok := now.Income.Change(); !ok || (pct > 0) != (now.Income.Now > now.Income.Before) {
		t.Errorf("2021 changed by %d", pct)
	}
	if pct, ok := (overview.Compare{Now: 1125, Before: 1000, Known: true}).Change(); !ok || pct != 1250 {
		t.Errorf("from 1000 to 1125 it is %d", pct)
	}
}

func TestEmptyTown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := overviewtest.New(t, d)
		w.SaveRegions([]region.Region{
			{Code: overviewtest.County, Name: "扬中市", Level: "county"}, {Code: overviewtest.Town, Name: "八桥镇", Level: "town"},
		})
		o := of(t, w, overviewtest.Town, 2021, overviewtest.Day)
		if !o.Empty() || o.StableShare != 0 || o.Living != 0 {
			t.Errorf("empty town: %+v", o)
		}
		who := access.Principal{Grants: []access.Grant{{Role: "town_accountant", Region: overviewtest.Town}}}
		list, err := w.Service.Begins(ctx, who, w.Tenant, overviewtest.Town)
		if err != nil || len(list) != 8 || list[0].Done || list[0].Allowed || !list[1].Allowed || list[1].Path == "" {
			t.Errorf("%v %+v", err, list)
		}
	})
}

// Counties are added up: the same town twice over gives twice the numbers, each with its own villages.
func TestSeveralCounties(t *testing.T) {
	w := overviewtest.New(t, dbtest.SQLite(t)).LoadDemo()
	w.SaveRegions([]region.Region{
		{Code: "321183000000", Name: "句容市", Level: "county"}, {Code: "321183100000", Name: "示例镇", Level: "town"},
		{Code: "321183100200", Name: "甲村", Level: "village"}, {Code: "321183100201", Name: "乙村", Level: "village"},
	})
	o := of(t, w, overviewtest.City, 2021, overviewtest.Day)
	if o.Living != 11 || len(o.Places) != 2 || o.Pairing[0].Num != 9 || o.Pairing[0].Den != 11 || len(o.Pairing[0].Missing) != 2 || o.Ladder != nil {
		t.Errorf("%d villages, %d places, %+v, %v", o.Living, len(o.Places), o.Pairing[0], o.Ladder)
	}
	if r := eval(t, w, "pairing.coverage", overviewtest.City, nil); r.Num != 9 || r.Den != 11 {
		t.Errorf("the catalogue counts %d/%d", r.Num, r.Den)
	}
	if o.Chambers.Den != 11 || o.Places[1].Income.Now != 0 || o.Places[1].Coverage[0].Den != 2 {
		t.Errorf("%+v %+v", o.Chambers, o.Places[1])
	}
}

func TestGeneratedTown(t *testing.T) {
	const villages = 30
	w := overviewtest.New(t, dbtest.SQLite(t)).Generate(villages)
	o := of(t, w, overviewtest.Town, 2021, overviewtest.Day)
	unpaid := villages / 10
	if want := money.Fen(villages*8-unpaid) * 30_000 * money.Yuan; o.Income.Now != want {
		t.Errorf("income %v, want %v", o.Income.Now, want)
	}
	if want := money.Fen(villages*2) * 120_000 * money.Yuan; o.Stable.Now != want || o.New.Total != want {
		t.Errorf("stable %v, new %v, want %v", o.Stable.Now, o.New.Total, want)
	}
	if o.Owed != money.Fen(unpaid)*30_000*money.Yuan || len(o.Arrears) != unpaid || o.Arrears[0].Since != date.Must("2021-10-01") || o.Arrears[0].Days != 40 {
		t.Errorf("owed %v %+v", o.Owed, o.Arrears)
	}
	if len(o.Villages) != villages {
		t.Errorf("%d villages", len(o.Villages))
	}
}

func benchmark(b *testing.B, villages int) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			w := overviewtest.New(b, open(b)).Generate(villages)
			for b.Loop() {
				of(b, w, overviewtest.Town, 2021, overviewtest.Day)
			}
		})
	}
}

func BenchmarkOverview9(b *testing.B)   { benchmark(b, 9) }
func BenchmarkOverview300(b *testing.B) { benchmark(b, 300) }
