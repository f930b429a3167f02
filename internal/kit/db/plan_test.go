package db_test

import (
	"fmt"
	"slices"
	"testing"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
)

// TestPlansFindTheSame pages through records by every plan, sorted by every kind of column, and compares.
func TestPlansFindTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		places := []string{"321182103000", "321182103201", "321182103202", "321182104000"}
		for i := range 40 {
			n := newNote(fmt.Sprintf("n%02d", (i*7)%40), int64(i%5))
			n.Region, n.Inclusive = places[i%len(places)], i%3 == 0
			insert(t, d, 7, n)
		}
		insert(t, d, 8, newNote("another tenant", 1))
		walk := func(where func() *db.Where, p db.Paging) []string {
			t.Helper()
			var out []string
			for {
				page, err := notes.Page(ctx, d.Read(), where(), p)
				if err != nil {
					t.Fatal(err)
				}
				for i := range page.Items {
					out = append(out, page.Items[i].Name)
				}
				if page.Next == "" {
					return out
				}
				p.After = page.Next
			}
		}
		for name, where := range map[string]func() *db.Where{
			"all":  func() *db.Where { return db.NewWhere(7).Ranges("region", [][2]string{{"321182", "321183"}}) },
			"town": func() *db.Where { return db.NewWhere(7).Ranges("region", [][2]string{{"321182103", "321182104"}}) },
			"places": func() *db.Where {
				return db.NewWhere(7).Ranges("region", [][2]string{{places[1], places[2]}, {places[3], places[3] + "0"}, {"321182105", "321182106"}})
			},
			"narrow": func() *db.Where {
				return db.NewWhere(7).Ranges("region", [][2]string{{places[1], places[2]}}).Is("inclusive", true).Is("lower_fen", int64(1))
			},
			"looked up": func() *db.Where {
				return db.NewWhere(7).Ranges("region", [][2]string{{"321182103", "321182104"}}).And("id IN (SELECT id FROM tier WHERE tenant_id = ? AND lower_fen > ?)", 7, int64(2))
			},
			"nothing": func() *db.Where { return db.NewWhere(7).Ranges("region", nil) },
		} {
			for _, sort := range []string{"", "name", "lower_fen", "inclusive", "region"} {
				for _, desc := range []bool{false, true} {
					want := walk(where, db.Paging{Sort: sort, Desc: desc, Limit: 1000})
					for _, plan := range []db.Plan{db.AnyPlan, db.ByOrder, db.ByMatch, db.ByLookup} {
						p := db.Paging{Sort: sort, Desc: desc, Limit: 3, Plan: plan}
						if got := walk(where, p); !slices.Equal(got, want) {
							t.Errorf("%s by %q %v, plan %d:\n%v, want\n%v", name, sort, desc, plan, got, want)
						}
						n, err := notes.CountBy(ctx, d.Read(), where(), 0, plan)
						if err != nil || n != len(want) {
							t.Errorf("%s, plan %d: counted %d, want %d, %v", name, plan, n, len(want), err)
						}
					}
				}
			}
		}
		// Of the first ten of 八桥镇 by name, n00 n04 … n36, those that are inclusive.
		in := db.NewWhere(7).Ranges("region", [][2]string{{places[0], places[0] + "0"}})
		n, err := notes.Sample(ctx, d.Read(), in, db.Paging{Sort: "name"}, 5, func(w *db.Where) {
			w.And("id IN (SELECT id FROM tier WHERE tenant_id = ? AND name IN ('n04', 'n16', 'n36'))", 7)
		})
		if err != nil || n != 2 {
			t.Errorf("sampled %d, %v", n, err)
		}
	})
}

// TestRangesOfOneCode are compared with, wider ones and halves of codes are not.
func TestRangesOfOneCode(t *testing.T) {
	for _, c := range []struct {
		ranges [][2]string
		want   string
	}{
		{[][2]string{{"321182103201", "321182103202"}}, "tenant_id = $1 AND region = $2"},
		{[][2]string{{"321182103201", "3211821032010"}}, "tenant_id = $1 AND region = $2"},
		{[][2]string{{"321182103201", "321182103202"}, {"321182103205", "321182103206"}}, "tenant_id = $1 AND region IN ($2, $3)"},
		{[][2]string{{"321182103201", "321182103203"}}, "tenant_id = $1 AND region >= $2 AND region < $3"},
		{[][2]string{{"321182103", "321182104"}}, "tenant_id = $1 AND region >= $2 AND region < $3"},
		{[][2]string{{"321182103209", "321182103210"}}, "tenant_id = $1 AND region >= $2 AND region < $3"},
		{[][2]string{{"321182103", "321182104"}, {"321182105201", "321182105202"}}, "tenant_id = $1 AND (region >= $2 AND region < $3 OR region = $4)"},
		{[][2]string{{"0", "1"}, {"", "a"}}, "tenant_id = $1 AND (region >= $2 AND region < $3 OR region >= $4 AND region < $5)"},
	} {
		w := db.NewWhere(1).Ranges("region", c.ranges)
		if w.SQL() != c.want {
			t.Errorf("%v: %s, want %s", c.ranges, w.SQL(), c.want)
		}
	}
}
