package indicator

import (
	"context"
	"slices"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// Two counties of a city, each with a town and two villages; the second county has a town without villages as well.
var places = []region.Region{
	{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
	{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"},
	{Code: "321182103203", Name: "八桥村", Level: "village"}, {Code: "321182103205", Name: "永胜村", Level: "village"},
	{Code: "321183000000", Name: "句容市", Level: "county"}, {Code: "321183100000", Name: "示例镇", Level: "town"},
	{Code: "321183100201", Name: "示例一村", Level: "village"}, {Code: "321183100202", Name: "示例二村", Level: "village"},
	{Code: "321183101000", Name: "无村镇", Level: "town"},
}

type world struct {
	env  *record.Env
	cat  *Catalogue
	book *Book
	t    *testing.T
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	regions := region.New(d)
	if err := regions.Save(t.Context(), places); err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, env: record.NewEnv(d, regions, box), cat: NewCatalogue(d, regions)}
	w.cat.Add(
		Indicator{Code: "sum", Name: "合计", Unit: Yuan, Definition: "测试", Eval: SumOf(perVillage(regions))},
		Indicator{Code: "count", Name: "计数", Unit: Cases, Definition: "测试", Eval: CountOf(perVillage(regions))},
		Indicator{Code: "cover", Name: "覆盖", Unit: Ratio100, Definition: "测试", Aggregate: Ratio, Eval: CoverageOf(regions, onlyFirst(regions))},
		Indicator{Code: "least", Name: "最低", Unit: Yuan, Definition: "测试", Aggregate: Least, Eval: LeastOf(perVillage(regions))},
		Indicator{Code: "trend", Name: "走势", Unit: Yuan, Definition: "测试", Aggregate: Trend, Eval: func(_ context.Context, _ db.Q, q Query) (Result, error) {
			r := Result{Count: 1, Series: []Point{{"2020", 1}, {"2021", 2}}}
			if strings.HasPrefix(q.Ranges[0][0], "321183") {
				r.Series = []Point{{"2021", 10}, {"2019", 5}}
			}
			return r, nil
		}},
		Indicator{Code: "broken", Name: "出错", Unit: Yuan, Definition: "测试", Eval: func(context.Context, db.Q, Query) (Result, error) {
			return Result{}, errs.New(errs.Unavailable, "x", "坏了")
		}},
	)
	w.book = &Book{Cat: w.cat, Defs: NewDefs(w.env, w.cat)}
	NewTiers(w.env)
	return w
}

// perVillage lists a record per living village: its amount is the last digit of its code, from 2020 in 2021 money, and
// that of 永胜村 is a forecast.
func perVillage(regions *region.Service) Lister {
	return func(ctx context.Context, _ db.Q, q Query) ([]Record, error) {
		list, err := regions.VillagesIn(ctx, q.Ranges)
		var out []Record
		for _, v := range list {
			out = append(out, Record{Kind: "x", No: v.Code, Region: v.Code, Amount: int64(v.Code[11] - '0'), Forecast: v.Name == "永胜村", Date: q.To()})
		}
		return out, err
	}
}

func onlyFirst(regions *region.Service) Lister {
	all := perVillage(regions)
	return func(ctx context.Context, h db.Q, q Query) ([]Record, error) {
		list, err := all(ctx, h, q)
		return slices.DeleteFunc(list, func(r Record) bool { return r.Region == "321183100202" }), err
	}
}

func (w *world) eval(code string, scopes ...string) Result {
	w.t.Helper()
	r, err := w.cat.Eval(w.t.Context(), Ask{Code: code, Scopes: scopes, Year: 2021})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func TestEvalOverSeveralTenants(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, c := range []struct {
			code            string
			scopes          []string
			value, forecast int64
			count           int
		}{
			{"sum", []string{"321182103000"}, 3, 8, 2},
			{"sum", []string{"321182000000", "321183000000"}, 6, 11, 4},
			{"sum", []string{"321100000000"}, 6, 11, 4},
			{"sum", []string{region.Nation}, 6, 11, 4},
			{"sum", []string{"321182103203", "321183100202"}, 5, 5, 2},
			{"sum", []string{"321182103000", "321182103203"}, 3, 8, 2}, // a place within the other counts once
			{"sum", []string{"321182103203", "321182103203"}, 3, 3, 1},
			{"sum", []string{"321183101000"}, 0, 0, 0},
			{"count", []string{"321100000000"}, 3, 4, 4},
			{"least", []string{"321182103000"}, 3, 3, 2},
			{"least", []string{"321100000000"}, 1, 1, 4},
			{"least", []string{"321183101000", "321182103000"}, 3, 3, 2}, // nothing is not the least
			{"least", []string{"321183101000"}, 0, 0, 0},
			{"cover", []string{"321182103000"}, 10_000, 10_000, 2},
			{"cover", []string{"321183000000"}, 5_000, 5_000, 1},
			{"cover", []string{"321100000000"}, 7_500, 7_500, 3},
			{"cover", []string{"321100000000", "321183100202", "321183100000"}, 7_500, 7_500, 3},
			{"cover", []string{"321183101000"}, 0, 0, 0},
		} {
			r := w.eval(c.code, c.scopes...)
			if r.Value != c.value || r.Forecast != c.forecast || r.Count != c.count || len(r.Records) != c.count {
				t.Errorf("%s of %v: %d, forecast %d, from %d records; want %d %d %d", c.code, c.scopes, r.Value, r.Forecast, len(r.Records), c.value, c.forecast, c.count)
			}
		}
		if r := w.eval("cover", "321100000000"); r.Num != 3 || r.Den != 4 || len(r.Missing) != 1 || r.Missing[0].Title != "示例二村" {
			t.Errorf("%+v", r)
		}
		if r := w.eval("trend", "321100000000"); !slices.Equal(r.Series, []Point{{"2019", 5}, {"2020", 1}, {"2021", 12}}) {
			t.Errorf("the trends of two counties: %v", r.Series)
		}
		refused(t, w)
	})
}

func refused(t *testing.T, w *world) {
	t.Helper()
	for _, c := range []struct {
		ask  Ask
		kind errs.Kind
	}{
		{Ask{Code: "nonsense", Scopes: []string{"321182103000"}, Year: 2021}, errs.NotFound},
		{Ask{Code: "sum", Scopes: []string{"321182103000"}, Year: 1977}, errs.Invalid},
		{Ask{Code: "sum", Scopes: []string{"321182103000"}, Year: 2201}, errs.Invalid},
		{Ask{Code: "broken", Scopes: []string{"321182103000"}, Year: 2021}, errs.Unavailable},
	} {
		if _, err := w.cat.Eval(t.Context(), c.ask); !errs.Is(err, c.kind) {
			t.Errorf("%+v: %v", c.ask, err)
		}
	}
	if r, err := w.cat.Eval(t.Context(), Ask{Code: "sum", Scopes: []string{"999999000000"}, Year: 2021}); err != nil || r.Count != 0 {
		t.Errorf("a county that is not: %+v %v", r, err)
	}
}

func TestQueryDays(t *testing.T) {
	for asOf, want := range map[string]string{"2021-11-10": "2021-11-10", "2021-12-31": "2021-12-31", "2023-05-01": "2021-12-31"} {
		q := Query{Year: 2021, AsOf: date.Must(asOf), Params: map[string]string{"a": "1"}}
		if q.From().String() != "2021-01-01" || q.To().String() != want {
			t.Errorf("as of %s: %s to %s", asOf, q.From(), q.To())
		}
		if q.Param("a", "x") != "1" || q.Param("b", "x") != "x" {
			t.Error("parameters")
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range [][3]int64{{9, 9, 10_000}, {0, 9, 0}, {8, 9, 8_888}, {1, 0, 0}, {999_999, 1_000_000, 9_999}} {
		if got := Percent(c[0], c[1]); got != c[2] {
			t.Errorf("%d of %d is %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

func TestCatalogueRefusesMistakes(t *testing.T) {
	eval := CountOf(nil)
	for name, list := range map[string][]Indicator{
		"a code twice":  {{Code: "a", Name: "甲", Definition: "测试", Eval: eval}, {Code: "a", Name: "乙", Definition: "测试", Eval: eval}},
		"a name twice":  {{Code: "a", Name: "甲", Definition: "测试", Eval: eval}, {Code: "b", Name: "甲", Definition: "测试", Eval: eval}},
		"no definition": {{Code: "a", Name: "甲", Eval: eval}},
		"no evaluation": {{Code: "a", Name: "甲", Definition: "测试"}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is accepted", name)
				}
			}()
			NewCatalogue(nil, nil).Add(list...)
		}()
	}
	c := NewCatalogue(nil, nil)
	c.Add(Indicator{Code: "a", Name: "甲", Definition: "测试", Eval: eval}, Indicator{Code: "b", Name: "乙", Definition: "测试", Eval: eval, Version: 3})
	if all := c.All(); len(all) != 2 || all[0].Version != 1 || all[1].Version != 3 || c.Options()[1].Label != "乙" {
		t.Errorf("%+v", all)
	}
}

func TestParseParams(t *testing.T) {
	got, err := ParseParams(" kind = workshop ; origin=new|revitalised；year=\n")
	if err != nil || len(got) != 3 || got["kind"] != "workshop" || got["origin"] != "new|revitalised" || got["year"] != "" {
		t.Error(got, err)
	}
	for _, s := range []string{"kind", "=x", "a=1;b"} {
		if _, err := ParseParams(s); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if got, err := ParseParams(""); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
}

// TestBook gives a town's figures: a village without its own is answered by them, over the places that they name.
func TestBook(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	tn, err := w.env.Regions.TenantOf(t.Context(), "321182103000")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []Def{
		{Code: "F02", Name: "第二", Mechanism: "policy", Indicator: "sum", Scopes: "八桥村、321182103205", Qualifier: "forecast", Seq: 2},
		{Code: "F01", Name: "第一", Mechanism: "policy", Indicator: "count", Qualifier: "exact", Seq: 1},
	} {
		d.Region = "321182103000"
		if _, err := w.book.Defs.Create(t.Context(), access.System, tn.ID, "", &d); err != nil {
			t.Fatal(err)
		}
	}
	for _, place := range []string{"321182103000", "321182103205"} {
		figs, err := w.book.All(t.Context(), tn.ID, place, 2021, date.Must("2021-11-10"))
		if err != nil || len(figs) != 2 || figs[0].Def.Code != "F01" || figs[1].Def.Code != "F02" {
			t.Fatalf("%s: %+v %v", place, figs, err)
		}
		if figs[0].Result.Count != 2 || figs[1].Result.Value != 3 || figs[1].Shown() != 8 || figs[0].Shown() != 1 || figs[0].Text() != "1件" {
			t.Errorf("%s: %+v %+v", place, figs[0].Result, figs[1].Result)
		}
	}
	if figs, err := w.book.All(t.Context(), tn.ID, "321182000000", 2021, date.Date{}); err != nil || len(figs) != 0 {
		t.Errorf("the county has %d figures, %v", len(figs), err)
	}
	for field, d := range map[string]Def{
		"indicator": {Code: "F03", Name: "三", Mechanism: "policy", Indicator: "nonsense", Qualifier: "exact"},
		"params":    {Code: "F03", Name: "三", Mechanism: "policy", Indicator: "sum", Params: "x", Qualifier: "exact"},
	} {
		d.Region = "321182103000"
		_, err := w.book.Defs.Create(t.Context(), access.System, tn.ID, "", &d)
		if e := errs.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := w.book.ScopesOf(t.Context(), Def{Scopes: "八桥村、没有的村", Row: db.Row{Region: "321182103000"}}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a village that is not: %v", err)
	}
}

// TestTiersInForce takes the ladder of the place or the nearest above, as it was on the day.
func TestTiersInForce(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	tn, err := w.env.Regions.TenantOf(t.Context(), "321182103000")
	if err != nil {
		t.Fatal(err)
	}
	tiers, _ := record.Of[Tier](w.env, "tier")
	for _, x := range []struct {
		place, name, from, to string
		lower                 int64
	}{
		{"321182000000", "县上档", "2020-01-01", "", 5}, {"321182103000", "老上档", "2020-01-01", "2020-12-31", 3}, {"321182103000", "新上档", "2021-01-01", "", 5}, {"321182103000", "新中档", "2021-01-01", "", 3},
	} {
		tier := Tier{Set: "村级总收入", Name: x.name, From: date.Must(x.from)}
		tier.Lower = money.Fen(x.lower) * money.Yuan
		tier.Region = x.place
		if x.to != "" {
			tier.To = date.Must(x.to)
		}
		if _, err := tiers.Create(t.Context(), access.System, tn.ID, "", &tier); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ place, day, want string }{
		{"321182103205", "2021-11-10", "新上档 新中档"}, {"321182103000", "2020-12-31", "老上档"}, {"321182103000", "2019-12-31", ""}, {"321182000000", "2021-11-10", "县上档"},
	} {
		got, err := TiersAt(t.Context(), w.env.DB.Read(), tn.ID, c.place, date.Must(c.day))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, x := range got {
			names = append(names, x.Name)
		}
		if strings.Join(names, " ") != c.want {
			t.Errorf("%s on %s: %v, want %s", c.place, c.day, names, c.want)
		}
	}
	bad := Tier{Set: "村级总收入", Name: "倒置", From: date.Must("2021-01-02"), To: date.Must("2021-01-01")}
	bad.Region = "321182103000"
	if _, err := tiers.Create(t.Context(), access.System, tn.ID, "", &bad); !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
}
