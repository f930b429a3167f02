package find_test

import (
	"fmt"
	"slices"
	"testing"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/find"
)

// TestQueriesMatchAlike: looked up or met on the way, a query finds what Matching finds.
func TestQueriesMatchAlike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var docs []find.Doc
		for i := range 60 {
			title := fmt.Sprintf("HT-2021-%04d 永胜村合同", i)
			if i%20 == 0 {
				title += "水产养殖"
			}
			docs = append(docs, find.Doc{ID: ids.ID(i + 1), Kind: "party", Title: title, Region: "321182103205"})
		}
		docs = append(docs, find.Doc{ID: 61, Kind: "voucher", Title: "记-2021-03-0007 收鱼塘款", Number: "记-2021-03-0007", Region: "321182103205"})
		put(t, d, docs...)
		list := func(w *db.Where) []int64 {
			t.Helper()
			got, err := db.Collect(t.Context(), d.Read(), func(id *int64) []any { return []any{id} }, `SELECT id FROM search_doc WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		for query, n := range map[string]int{
			"永胜": 60, "水产": 3, "永胜 水产": 3, "合同水产": 3, "2021-0007": 1, "0007": 2, "记-2021-03-0007": 1, "转-2021-03-0007": 0, "鱼": 1, "鱼塘 0007": 1, "0007 水产": 0, "没有": 0, "永胜没有": 0, "%": 0, "HT-2021-00": 60, "HT－2021－0040 水产养殖": 1,
		} {
			want := db.NewWhere(tenant)
			find.Matching(want, tenant, query)
			if len(list(want)) != n {
				t.Fatalf("%s: %v, want %d", query, list(want), n)
			}
			m, err := find.Prepare(t.Context(), d.Read(), tenant, query)
			if err != nil {
				t.Fatal(err)
			}
			if m.None() {
				if n > 0 {
					t.Errorf("%s is thought to match nothing", query)
				}
				continue
			}
			if !m.Few() {
				t.Errorf("%s is thought to match much", query)
			}
			if err := m.Sharpen(t.Context(), d.Read()); err != nil {
				t.Fatal(err)
			}
			up, met := db.NewWhere(tenant), db.NewWhere(tenant)
			m.LookUp(up, "search_doc")
			m.Meet(met, "search_doc")
			if !slices.Equal(list(up), list(want)) || !slices.Equal(list(met), list(want)) {
				t.Errorf("%s: looked up %v, met %v, want %v", query, list(up), list(met), list(want))
			}
		}
		m, err := find.Prepare(t.Context(), d.Read(), tenant, "，")
		if err != nil || !m.None() {
			t.Errorf("a query without terms: %v", err)
		}
	})
}
