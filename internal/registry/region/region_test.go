package region_test

import (
	"slices"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/region"
)

func service(t *testing.T, d *db.DB) *region.Service {
	t.Helper()
	s := region.New(d)
	list := []region.Region{
		{Code: province, Name: "江苏省", Level: "province"}, {Code: city, Name: "镇江市", Level: "city"}, {Code: county, Name: "扬中市", Level: "county"},
		{Code: town, Name: "八桥镇", Level: "town"}, {Code: "321182102000", Name: "油坊镇", Level: "town"},
		{Code: "321182102201", Name: "红旗村", Level: "village"}, {Code: "321182103206", Name: "红旗村", Level: "village"}, {Code: village, Name: "永胜村", Level: "village"},
		{Code: "321182103290", Name: "老一村", Level: "village"}, {Code: "321182102291", Name: "老二村", Level: "village"},
		{Code: "321183000000", Name: "句容市", Level: "county"}, {Code: "321183100000", Name: "百分之%镇", Level: "town"},
	}
	if err := s.Save(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	return s
}

func covers(ranges [][2]string, code string) bool {
	return slices.ContainsFunc(ranges, func(r [2]string) bool { return r[0] <= code && code < r[1] })
}

// TestPredecessorsWidenRanges: what a village took over belongs to it, and what that had taken over before; the places
// above see it as well, wherever its code had been.
func TestPredecessorsWidenRanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(t, d)
		// 老二村 of 油坊镇 went into 老一村 of 八桥镇, and that into 永胜村.
		if err := s.Succeed(t.Context(), "321182102291", "321182103290", date.Must("2010-01-01"), "合并"); err != nil {
			t.Fatal(err)
		}
		if err := s.Succeed(t.Context(), "321182103290", village, date.Must("2015-01-01"), "合并"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			scope string
			in    []string
			out   []string
		}{
			{village, []string{village, "321182103290", "321182102291"}, []string{"321182103206", "321182102201"}},
			{town, []string{village, "321182103290", "321182102291", "321182103206"}, []string{"321182102201"}},
			{"321182102000", []string{"321182102201", "321182102291"}, []string{village, "321182103290"}},
			{county, []string{village, "321182102201", "321182102291"}, []string{"321183100000"}},
			{region.Nation, []string{village, "321183100000", "990000000000"}, nil},
		} {
			ranges, err := s.Ranges(t.Context(), c.scope)
			if err != nil {
				t.Fatal(err)
			}
			for _, code := range c.in {
				if !covers(ranges, code) {
					t.Errorf("%s does not cover %s: %v", c.scope, code, ranges)
				}
			}
			for _, code := range c.out {
				if covers(ranges, code) {
					t.Errorf("%s covers %s: %v", c.scope, code, ranges)
				}
			}
		}
		if ranges, err := s.Ranges(t.Context()); err != nil || len(ranges) != 0 {
			t.Errorf("no scope covers %v, %v", ranges, err)
		}
		// A circle, which no rule forbids, ends.
		if err := s.Succeed(t.Context(), village, "321182102291", date.Must("2016-01-01"), "写错"); err != nil {
			t.Fatal(err)
		}
		if ranges, err := s.Ranges(t.Context(), village); err != nil || len(ranges) != 3 {
			t.Errorf("in a circle: %v %v", ranges, err)
		}
		villages, err := s.VillagesIn(t.Context(), [][2]string{{town, "321182104"}, {town, "321182104"}, {"321182103206", "321182103207"}})
		if err != nil || len(villages) != 1 || villages[0].Name != "红旗村" {
			t.Errorf("living villages: %v %v", villages, err)
		}
	})
}

func TestResolve(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(t, d)
		for _, c := range []struct{ text, scope, want, says string }{
			{"永胜村", county, village, ""}, {village, county, village, ""}, {"321182103", county, town, ""}, {"红旗村", town, "321182103206", ""},
			{"红旗村", county, "", "有 2 个地区叫“红旗村”；请改填 12 位区划代码"}, {"321182102201", county, "321182102201", ""},
			{"永胜", county, "", "没有找到名为“永胜”的地区"}, {"永胜村", "321183000000", "", "没有找到"}, {"321182103299", county, "", "没有代码为 321182103299 的行政区划"}, {"", county, "", "没有找到"},
		} {
			got, err := s.Resolve(t.Context(), c.text, c.scope)
			if got.Code != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(errs.Message(err), c.says) {
				t.Errorf("%q in %s: %+v %v", c.text, c.scope, got, err)
			}
		}
		if err := s.Succeed(t.Context(), "321182103206", village, date.Must("2021-01-01"), "合并"); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Resolve(t.Context(), "红旗村", county); err != nil || got.Code != "321182102201" {
			t.Errorf("after one of two ended: %+v %v", got, err)
		}
	})
}

func TestTenants(t *testing.T) {
	s := service(t, dbtest.SQLite(t))
	for scope, want := range map[string]int{village: 1, county: 1, city: 2, province: 2, region.Nation: 2, "320000": 0, "999999000000": 0} {
		ts, err := s.Tenants(t.Context(), scope)
		if err != nil || len(ts) != want {
			t.Errorf("%s: %d tenants, want %d, %v", scope, len(ts), want, err)
		}
	}
	for scope, says := range map[string]string{city: "请先选定", "999999000000": "没有代码为 999999", "": "请先选定"} {
		if _, err := s.TenantOf(t.Context(), scope); !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), says) {
			t.Errorf("%s: %v", scope, err)
		}
	}
	if tn, err := s.TenantOf(t.Context(), village); err != nil || tn.Prefix != "321182" || tn.Name != "扬中市" {
		t.Errorf("%+v %v", tn, err)
	}
}

func TestSearchAndNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := service(t, d)
		for _, c := range []struct {
			text  string
			limit int
			want  int
		}{{"村", 50, 5}, {"村", 2, 2}, {"3211821032", 50, 3}, {"%", 50, 1}, {"_", 50, 0}, {`\`, 50, 0}, {"'", 50, 0}, {strings.Repeat("长", 60_000), 50, 0}} {
			list, err := s.Search(t.Context(), c.text, region.Nation, c.limit)
			if err != nil || len(list) != c.want {
				t.Errorf("searching %.20q: %d, want %d, %v", c.text, len(list), c.want, err)
			}
		}
		path, err := s.Path(t.Context(), village)
		if err != nil || len(path) != 5 || path[0].Name != "江苏省" || path[4].Name != "永胜村" {
			t.Errorf("%v %v", path, err)
		}
		if s.Name(t.Context(), village) != "永胜村" || s.Name(t.Context(), "999999000000") != "999999000000" {
			t.Error("names")
		}
		if list, err := s.Children(t.Context(), town); err != nil || len(list) != 3 {
			t.Errorf("%v %v", list, err)
		}
		if list, err := s.Children(t.Context(), village); err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
		// A saved change is seen at once, though names are cached.
		if err := s.Save(t.Context(), []region.Region{{Code: village, Name: "新永胜村", Level: "village"}}); err != nil {
			t.Fatal(err)
		}
		if s.Name(t.Context(), village) != "新永胜村" {
			t.Error("an old name is remembered")
		}
	})
}
