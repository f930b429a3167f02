package app_test

import (
	"bytes"
	"cmp"
	"net/http"
	"os"
	"slices"
	"testing"

	godiff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"huicun/internal/app"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/sheet"
)

// TestPostgres loads the whole demo into PostgreSQL and asks of it what is asked of the embedded database.
func TestPostgres(t *testing.T) {
	a, srv := openWith(t, app.Config{Database: dbtest.PostgresURL(t), DataDir: t.TempDir(), Clock: clock})
	t.Run("article", func(t *testing.T) { articleHolds(t, a) })
	t.Run("figures", func(t *testing.T) { sameFigures(t, a) })
	t.Run("loading again", func(t *testing.T) { loadAgain(t, a) })
	t.Run("pages", func(t *testing.T) {
		for _, who := range []string{"shuji", "kuaiji", "baozhang"} {
			b := visit(t, srv, who)
			for _, path := range []string{
				"/", "/todo", "/board", "/policies", "/awards", "/assets", "/asset-units", "/contracts", "/chambers", "/persons", "/brands", "/sales", "/events",
				"/agreements", "/joint-projects", "/leads", "/party-bodies", "/visits", "/requests", "/projects", "/cycles", "/showcases", "/vouchers", "/books",
				"/parties", "/figures", "/tiers", "/search?q=" + "yongsheng", "/contracts?sort=-pay", "/contracts/export?format=csv", "/vouchers/lines/export",
			} {
				if code, body := b.get(path); code != http.StatusOK {
					t.Errorf("%s: %s: %d %.200s", who, path, code, body)
				}
			}
		}
		if code, _ := visit(t, srv, "").get("/public"); code != http.StatusOK {
			t.Errorf("/public: %d", code)
		}
	})
	t.Run("lease at once", func(t *testing.T) { leaseAtOnce(t, a, srv) })
	t.Run("broken text", func(t *testing.T) { brokenText(t, a, srv) })
	t.Run("fsck", func(t *testing.T) {
		if problems, n, err := a.Fsck(ctx); err != nil || n < 3 || len(problems) > 0 {
			t.Errorf("%d checks: %v %v", n, problems, err)
		}
	})
}

// TestArticle holds the embedded database's figures against the article.
func TestArticle(t *testing.T) {
	a, _ := town(t)
	articleHolds(t, a)
	loadAgain(t, a)
	if problems, n, err := a.Fsck(ctx); err != nil || n < 3 || len(problems) > 0 {
		t.Errorf("%d checks: %v %v", n, problems, err)
	}
}

// articleHolds compares the 36 statements of the article with the figures that the records give.
func articleHolds(t *testing.T, a *app.App) {
	t.Helper()
	b, err := os.ReadFile("../../cmd/huicun/testdata/figures.csv")
	if err != nil {
		t.Fatal(err)
	}
	table, err := sheet.Read("figures.csv", bytes.NewReader(b), int64(len(b)), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := app.ReadExpectations(table)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Compare(ctx, "321182103000", 2021, date.Must("2021-11-10"), want)
	if err != nil || len(got) != 36 {
		t.Fatalf("%d statements, %v", len(got), err)
	}
	for _, v := range got {
		if v.Problem != "" {
			t.Errorf("%s %s: %s", v.ID, v.Statement, v.Problem)
		}
	}
}

// loadAgain loads the same files: nothing changes.
func loadAgain(t *testing.T, a *app.App) {
	t.Helper()
	before := counts(t, a)
	err := a.LoadDemo(ctx, os.DirFS("../../demo/baqiao"), func(l app.Loaded) {
		if n := l.Result.Created + l.Result.Updated; n > 0 || l.Kind != "region" && !l.Same {
			t.Errorf("%s: %d records stored again", l.File, n)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if after := counts(t, a); after != before {
		t.Errorf("records afterwards: %s, before %s", after, before)
	}
}

// sameFigures evaluates every figure of the town and every indicator of the catalogue, at the county, the town and each
// village, on PostgreSQL and on the embedded database.
func sameFigures(t *testing.T, postgres *app.App) {
	t.Helper()
	sqlite, _ := town(t)
	villages, err := sqlite.Regions.Below(ctx, "321182103000", "village")
	if err != nil || len(villages) < 9 {
		t.Fatalf("%d villages, %v", len(villages), err)
	}
	places := []string{"321182000000", "321182103000"}
	for _, v := range villages {
		places = append(places, v.Code)
	}
	evaluate := func(a *app.App, place string) map[string]indicator.Result {
		out := map[string]indicator.Result{}
		figs, err := a.CatalogueFigures(ctx, place, 2021, date.Must("2021-11-10"))
		if err != nil {
			t.Fatal(err)
		}
		named, err := a.NamedFigures(ctx, place, 2021, date.Must("2021-11-10"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range append(figs, named...) {
			out[f.Def.Code] = comparable(f.Result)
		}
		return out
	}
	for _, place := range places {
		a, b := evaluate(sqlite, place), evaluate(postgres, place)
		if len(a) < 40 {
			t.Fatalf("%s: only %d figures", place, len(a))
		}
		if diff := godiff.Diff(a, b, cmpopts.EquateComparable(date.Date{})); diff != "" {
			t.Errorf("%s (-SQLite +PostgreSQL):\n%s", place, diff)
		}
	}
}

// comparable drops what differs between two databases with the same records: ids, and the order of equals.
func comparable(r indicator.Result) indicator.Result {
	for _, list := range [][]indicator.Record{r.Records, r.Missing} {
		for i := range list {
			list[i].ID = 0
		}
		slices.SortFunc(list, func(a, b indicator.Record) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.No, b.No), cmp.Compare(a.Title, b.Title), cmp.Compare(a.Region, b.Region),
				a.Date.Compare(b.Date), cmp.Compare(a.Amount, b.Amount), cmp.Compare(a.Note, b.Note))
		})
	}
	return r
}

// TestAmountsAddUp takes every indicator whose values add up: its value is the sum of what its records contribute.
func TestAmountsAddUp(t *testing.T) {
	a, _ := town(t)
	for _, place := range []string{"321182103000", "321182103205"} {
		figs, err := a.CatalogueFigures(ctx, place, 2021, date.Must("2021-11-10"))
		if err != nil {
			t.Fatal(err)
		}
		named, err := a.NamedFigures(ctx, place, 2021, date.Must("2021-11-10"))
		if err != nil {
			t.Fatal(err)
		}
		sums := 0
		for _, f := range append(figs, named...) {
			r := f.Result
			if r.Count > len(r.Records) { // fewer where records are listed that do not count
				t.Errorf("%s: %d records, but counts %d", f.Def.Code, len(r.Records), r.Count)
			}
			if f.In.Aggregate != indicator.Sum || f.In.Unit == indicator.Ratio100 {
				continue
			}
			sums++
			var value, forecast int64
			for _, x := range r.Records {
				if !x.Forecast {
					value += x.Amount
				}
				forecast += x.Amount
			}
			if value != r.Value || forecast != r.Forecast {
				t.Errorf("%s %s at %s: value %d and forecast %d, records add up to %d and %d", f.Def.Code, f.Def.Name, place, r.Value, r.Forecast, value, forecast)
			}
		}
		if sums < 30 {
			t.Errorf("%s: only %d figures add up", place, sums)
		}
	}
}
