package app

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
)

// TestBenchMeasuresAndCleansUp runs the whole measurement with little data, and refuses a database that is in use.
func TestBenchMeasuresAndCleansUp(t *testing.T) {
	ctx := t.Context()
	for name, cfg := range map[string]BenchConfig{
		"sqlite": {DataDir: t.TempDir()}, "postgres": {DataDir: t.TempDir(), Database: dbtest.PostgresURL(t), Keep: true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg.Villages, cfg.Contracts, cfg.Runs, cfg.Rows = []int{9, 3}, 120, 2, 200
			list, err := Bench(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			names := []string{}
			for _, r := range list {
				names = append(names, r.Name)
				if r.Tries == 0 || r.P50 <= 0 || r.P50 > r.P99 || r.P99 > r.Worst {
					t.Errorf("%+v", r)
				}
			}
			all := strings.Join(names, "\n")
			for _, want := range []string{"9 个村的镇", "3 个村的镇", "36 个数字", "三步合计", "中间一页", "搜两个字", "一份合同的页面", "其中 2 行有错"} {
				if !strings.Contains(all, want) {
					t.Errorf("%s is not measured: %s", want, all)
				}
			}
			if name == "postgres" { // its data lay in a schema of their own and have been kept
				list, err = Bench(ctx, cfg)
				if err != nil || len(list) == 0 || strings.Contains(list[len(list)-1].Name, "导入") {
					t.Errorf("with kept data: %v %v", list, err)
				}
				cfg.Contracts++
				if _, err = Bench(ctx, cfg); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "规模") {
					t.Errorf("with data of another size: %v", err)
				}
				list, err = Bench(ctx, BenchConfig{Database: cfg.Database, Villages: []int{9}, Runs: 1, Rows: 100})
				if err != nil || len(list) == 0 {
					t.Errorf("a run without kept data: %v", err)
				}
				return
			}
			if _, err := Bench(ctx, cfg); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "已有记录") {
				t.Errorf("a database with records: %v", err)
			}
		})
	}
}

func TestPercentiles(t *testing.T) {
	var all times
	for i := range 200 {
		all = append(all, benchTime(200-i))
	}
	r := all.result("x", "", "")
	if r.P50 != benchTime(100) || r.P99 != benchTime(198) || r.Worst != benchTime(200) || r.Tries != 200 {
		t.Errorf("%+v", r)
	}
	if r := (times{benchTime(3)}).result("x", "", ""); r.P50 != benchTime(3) || r.P99 != benchTime(3) {
		t.Errorf("%+v", r)
	}
}

// BenchmarkCounty measures over one county of data per engine: 100,000 contracts beside towns of 9 and 300 villages.
func BenchmarkCounty(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			ctx := context.Background()
			where := Config{DataDir: b.TempDir(), Clock: benchDay}
			if engine == "postgres" {
				where.Database = dbtest.PostgresURL(b)
			}
			a, err := Open(ctx, where)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = a.Close() })
			cfg := BenchConfig{Contracts: 100_000}
			if os.Getenv("HUICUN_BENCH_SMALL") != "" {
				cfg.Contracts = 2000
			}
			cfg.fill()
			c, err := a.makeCounty(ctx, cfg)
			if err != nil {
				b.Fatal(err)
			}
			benchCounty(b, a, c)
		})
	}
}

func benchCounty(b *testing.B, a *App, c county) {
	ctx := context.Background()
	const pass = "Bench-only-2021"
	if err := a.Accounts.EnsureDemo(ctx, benchAccounts, pass); err != nil {
		b.Fatal(err)
	}
	site, err := serveBench(ctx, a.Handler(), "", pass)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(site.close)
	page := func(name, path string) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := site.get(ctx, "bench-look", path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	page("Overview9", "/?year=2021&scope="+c.Towns[0].Code)
	page("Overview300", "/?year=2021&scope="+c.Towns[1].Code)
	b.Run("Figures", func(b *testing.B) {
		for b.Loop() {
			if _, err := a.NamedFigures(ctx, demoTown, benchYear, date.Today(benchDay)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Catalogue300", func(b *testing.B) {
		for b.Loop() {
			if _, err := a.CatalogueFigures(ctx, c.Towns[1].Code, benchYear, date.Today(benchDay)); err != nil {
				b.Fatal(err)
			}
		}
	})
	middle, one, err := a.middle(ctx, c.Tenant)
	if err != nil {
		b.Fatal(err)
	}
	const in = "scope=" + demoCounty + "&year=2021"
	page("ListFirst", "/contracts?"+in)
	page("ListMiddle", "/contracts?"+in+"&after="+middle)
	page("ListByAmount", "/contracts?sort=-pay&"+in)
	page("ListSearched", "/contracts?q=%E6%B0%B4%E4%BA%A7&"+in)
	page("ListFiltered", "/contracts?kind=service&state=active&"+in)
	page("Record", "/contracts/"+one+"?"+in)
}

// BenchmarkImport imports 50,000 rows a round into an empty county.
func BenchmarkImport(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for name, bad := range map[string]int{"Good": 0, "Bad500": 500} {
			b.Run(engine+"/"+name, func(b *testing.B) {
				ctx := context.Background()
				t := benchSheet(benchImport, bad)
				for b.Loop() {
					b.StopTimer()
					where := Config{DataDir: b.TempDir(), Clock: benchDay}
					if engine == "postgres" {
						where.Database = dbtest.PostgresURL(b)
					}
					a, tenant := emptyCounty(b, where)
					b.StartTimer()
					res, err := a.Import(ctx, access.System, tenant, "party", t)
					if err != nil || len(res.Report.Errors) != bad || (bad == 0) != (res.Created == benchImport) {
						b.Fatal(res.Created, len(res.Report.Errors), err)
					}
					b.StopTimer()
					_ = a.Close()
					b.StartTimer()
				}
			})
		}
	}
}

func benchTime(ms int) time.Duration { return time.Duration(ms) * time.Millisecond }

func emptyCounty(b *testing.B, where Config) (*App, int64) {
	ctx := context.Background()
	a, err := Open(ctx, where)
	if err != nil {
		b.Fatal(err)
	}
	err = a.Regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: demoCounty, Name: "扬中市", Level: "county"}, {Code: demoTown, Name: "八桥镇", Level: "town"},
	})
	if err != nil {
		b.Fatal(err)
	}
	tn, err := a.Regions.TenantOf(ctx, demoCounty)
	if err != nil {
		b.Fatal(err)
	}
	return a, tn.ID
}
