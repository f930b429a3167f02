package region_test

import (
	"slices"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/region"
)

const (
	province = "320000000000"
	city     = "321100000000"
	county   = "321182000000"
	town     = "321182103000"
	village  = "321182103205"
)

func read(t *testing.T, csv string) *sheet.Table {
	t.Helper()
	tab, err := sheet.Read("区划.csv", strings.NewReader(csv), int64(len(csv)), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

const good = `代码,名称,类别,启用日期,停用日期
32,江苏省,省,,
3211,镇江市,地级市,,
321182,扬中市,县级市,,
321182103,八桥镇,镇,2001-01-01,
321182103205,利民村,村,,
321182103206,红旗村,村,,
321182103207,旧村,村,1990年1月1日,2020/5/1
`

func TestReadRegions(t *testing.T) {
	list, rep := region.ReadRegions(read(t, good))
	if len(rep.Errors) != 0 || rep.Rows != 7 || len(list) != 7 {
		t.Fatalf("%+v", rep)
	}
	want := region.Region{Code: "321182103207", Name: "旧村", Level: "village", Kind: "村", ValidFrom: date.Must("1990-01-01"), ValidTo: date.Must("2020-05-01")}
	if list[6] != want || list[2].Level != "county" || list[2].Code != county {
		t.Fatalf("%+v", list)
	}
	// Columns in another order, with stars, and only the needed ones.
	if list, rep := region.ReadRegions(read(t, "名称*,代码 *\n江苏省,32\n")); len(rep.Errors) != 0 || list[0].Code != province || list[0].Level != "province" {
		t.Fatalf("%+v %+v", list, rep)
	}
}

func TestReadRegionsNamesEveryWrongCell(t *testing.T) {
	_, rep := region.ReadRegions(read(t, `代码,名称,类别,启用日期,停用日期
32,江苏省,省,,
321,三位,,,
000000000000,全国,,,
321182103205,,村,2021-02-30,
320000000000,江苏,省,,
321182103206,红旗村,村,2021-01-01,2020-01-01
`))
	var got []string
	for _, e := range rep.Errors {
		got = append(got, strings.Join([]string{string(rune('0' + e.Row)), e.Column}, ""))
	}
	if want := []string{"3代码", "4代码", "5启用日期", "5名称", "6代码", "7停用日期"}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v: %+v", got, want, rep.Errors)
	}
	if !strings.Contains(rep.Errors[4].Msg, "第 2 行") {
		t.Fatal(rep.Errors[4].Msg)
	}
	for _, csv := range []string{"代码,级别,名称\n32,省,江苏省\n", "代码\n32\n"} {
		if _, rep := region.ReadRegions(read(t, csv)); len(rep.Errors) != 1 || rep.Errors[0].Row != 1 {
			t.Fatalf("%+v", rep.Errors)
		}
	}
}

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := region.New(d), t.Context()
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		// A village whose town is unknown: nothing is saved, not even the good rows.
		_, rep, err := s.Import(ctx, access.System, read(t, "代码,名称\n32,江苏省\n321182103205,利民村\n"))
		ok(err)
		if len(rep.Errors) != 1 || rep.Errors[0].Row != 3 || rep.Errors[0].Column != "代码" {
			t.Fatalf("%+v", rep.Errors)
		}
		if _, err := s.Get(ctx, province); !errs.Is(err, errs.NotFound) {
			t.Fatal(err)
		}
		res, rep, err := s.Import(ctx, access.System, read(t, good))
		ok(err)
		if len(rep.Errors) != 0 || res != (region.Imported{Created: 7}) {
			t.Fatalf("%+v %+v", res, rep)
		}
		tenant, err := s.TenantOf(ctx, village)
		ok(err)
		log, err := audit.List(ctx, d.Read(), tenant.ID, [][2]string{{"0", "a"}}, "", 0, 10)
		ok(err)
		if len(log) != 1 || log[0].Action != "导入" || len(log[0].Changes) != 7 || log[0].Region != province {
			t.Fatalf("%+v", log)
		}

		// Who administers the town may change its villages, and repeat what stays the same.
		who := access.Principal{ID: 7, Name: "管理员", Grants: []access.Grant{{Role: "sysadmin", Region: town}}}
		res, rep, err = s.Import(ctx, who, read(t, strings.Replace(good, "红旗村", "红旗社区", 1)))
		ok(err)
		if len(rep.Errors) != 0 || res != (region.Imported{Updated: 1, Same: 6}) || s.Name(ctx, "321182103206") != "红旗社区" {
			t.Fatalf("%+v %+v", res, rep)
		}
		_, rep, err = s.Import(ctx, who, read(t, strings.Replace(good, "八桥镇", "九桥镇", 1)))
		ok(err)
		if len(rep.Errors) != 1 || rep.Errors[0].Row != 5 || s.Name(ctx, town) != "八桥镇" {
			t.Fatalf("%+v", rep)
		}
		none := access.Principal{ID: 8, Grants: []access.Grant{{Role: "auditor", Region: county}}}
		if _, _, err := s.Import(ctx, none, read(t, good)); !errs.Is(err, errs.Forbidden) {
			t.Fatal(err)
		}
	})
}

func TestRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := region.New(d), t.Context()
		if _, rep, err := s.Import(ctx, access.System, read(t, good+"321182104,西来桥镇,镇,,\n321183,句容市,县级市,,\n321183101,下蜀镇,镇,,\n")); err != nil || len(rep.Errors) > 0 {
			t.Fatal(err, rep)
		}
		on := date.Must("2021-06-01")
		who := access.Principal{ID: 7, Name: "管理员", Grants: []access.Grant{{Role: "sysadmin", Region: town}}}
		for name, ch := range map[string]region.Change{
			"old":       {Old: "321182103207", Successor: village, On: on, Reason: "批复"}, // closed already
			"successor": {Old: "321182103206", Successor: town, On: on, Reason: "批复"},    // another level
			"on":        {Old: "321182103206", Successor: village, On: date.Must("2030-01-01"), Reason: "批复"},
			"reason":    {Old: "321182103206", Successor: village, On: on},
		} {
			err := s.Record(ctx, access.System, ch)
			if e := errs.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Name != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, ch := range []region.Change{
			{Old: county, Successor: "321183000000", On: on, Reason: "批复"},
			{Old: "321183101000", Successor: town, On: on, Reason: "批复"},
			{Old: town, Successor: town, On: on, Reason: "批复"},
		} {
			if err := s.Record(ctx, access.System, ch); !errs.Is(err, errs.Invalid) {
				t.Error(ch, err)
			}
		}
		if err := s.Record(ctx, who, region.Change{Old: town, Successor: "321182104000", On: date.Must("2021-06-01"), Reason: "批复"}); !errs.Is(err, errs.Forbidden) {
			t.Fatal(err)
		}
		if err := s.Record(ctx, who, region.Change{Old: "321182103206", Successor: village, On: on, Reason: "扬政复〔2021〕1 号"}); err != nil {
			t.Fatal(err)
		}
		for _, get := range []func() ([]region.Region, error){
			func() ([]region.Region, error) { return s.TakenOver(ctx, county) },
			func() ([]region.Region, error) { return s.Predecessors(ctx, village) },
		} {
			if got, err := get(); err != nil || len(got) != 1 || got[0].Name != "红旗村" || got[0].ValidTo != on {
				t.Fatal(got, err)
			}
		}
		if got, err := s.Predecessors(ctx, town); err != nil || len(got) != 0 {
			t.Fatal(got, err)
		}
		tenant, err := s.TenantOf(ctx, village)
		if err != nil {
			t.Fatal(err)
		}
		log, err := audit.List(ctx, d.Read(), tenant.ID, [][2]string{{village[:9], "4"}}, "管理员", 0, 10)
		if err != nil || len(log) != 1 || log[0].Action != "区划变更" || log[0].Reason == "" {
			t.Fatal(log, err)
		}
	})
}
