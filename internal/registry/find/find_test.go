package find_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/find"
)

const tenant = 7

var town = [][2]string{{"321182103", "321182104"}}

func put(t *testing.T, d *db.DB, docs ...find.Doc) {
	t.Helper()
	err := d.InTx(t.Context(), db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
		for _, doc := range docs {
			if err := find.Put(ctx, tx, doc); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func found(t *testing.T, d *db.DB, ranges [][2]string, query string, kinds ...string) []ids.ID {
	t.Helper()
	docs, err := find.Search(t.Context(), d.Read(), tenant, ranges, query, kinds, 20)
	if err != nil {
		t.Fatalf("%.40q: %v", query, err)
	}
	var out []ids.ID
	for _, doc := range docs {
		out = append(out, doc.ID)
	}
	return out
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		put(
			t, d,
			find.Doc{ID: 1, Kind: "party", Title: "八桥镇永胜村股份经济合作社", Detail: "集体经济组织", Region: "321182103205"},
			find.Doc{ID: 2, Kind: "contract", Title: "HT-2021-0001 长胜标准厂房租赁合同", Detail: "租赁合同 八桥镇永胜村股份经济合作社", Region: "321182103200"},
			find.Doc{ID: 3, Kind: "party", Title: "永胜管件厂", Detail: "企业", Region: "321182102201"}, // another town
			find.Doc{ID: 4, Kind: "party", Title: "ＡＢＣ Trading", Region: "321182103205"},
			find.Doc{ID: 5, Kind: "voucher", Title: "记-2021-03-0012 收取门面租金 2020年", Number: "记-2021-03-0012", Region: "321182103205"},
			find.Doc{ID: 6, Kind: "voucher", Title: "转-2021-03-0012 付水费", Number: "转-2021-03-0012", Region: "321182103205"},
		)
		for _, c := range []struct {
			query string
			kinds []string
			want  []ids.ID
		}{
			{"永胜", nil, []ids.ID{2, 1}},
			{"永胜", []string{"party"}, []ids.ID{1}},
			{"永胜 厂房", nil, []ids.ID{2}},
			{"ht-2021-0001", nil, []ids.ID{2}},
			{"HT－2021－0001", nil, []ids.ID{2}},
			{"yongsheng", nil, []ids.ID{2, 1}},
			{"abc", nil, []ids.ID{4}},
			{"ABC", nil, []ids.ID{4}},
			{"合作社永胜", nil, nil},
			{"没有", nil, nil},
			{"记-2021-03-0012", nil, []ids.ID{5}},
			{"2021-03-0012", nil, []ids.ID{6, 5}},
			{"0012", nil, []ids.ID{6, 5}},
			{"0012 租金", nil, []ids.ID{5}},
			{"001", nil, []ids.ID{2}},
			{"0001", nil, []ids.ID{2}},
			{"2020", nil, []ids.ID{5}},
			{"2021", nil, []ids.ID{2}},
			{"门", nil, []ids.ID{5}},
			{"费", nil, []ids.ID{6}},
			{"金", nil, []ids.ID{5}},
			{"面租 收取", nil, []ids.ID{5}},
			{"sqmm", nil, nil},
			{"厂", nil, []ids.ID{2}},
			{"胜 0012", nil, nil},
			{"", nil, nil},
			{"  ", nil, nil},
			{"%", nil, nil},
			{"_", nil, nil},
			{"'; DROP TABLE search_doc", nil, nil},
			{strings.Repeat("永胜村股份", 5000), nil, nil},
		} {
			if got := found(t, d, town, c.query, c.kinds...); !slices.Equal(got, c.want) {
				t.Errorf("%.40q %v finds %v, want %v", c.query, c.kinds, got, c.want)
			}
		}
		if got := found(t, d, [][2]string{{"321182", "321183"}}, "永胜"); !slices.Equal(got, []ids.ID{3, 2, 1}) {
			t.Errorf("in the county: %v", got)
		}
		if got := found(t, d, nil, "永胜"); got != nil {
			t.Errorf("nowhere: %v", got)
		}
		// A new title is found, the old one no more.
		put(t, d, find.Doc{ID: 1, Kind: "party", Title: "改名合作社", Region: "321182103205"})
		if got := found(t, d, town, "永胜"); !slices.Equal(got, []ids.ID{2}) {
			t.Errorf("after renaming: %v", got)
		}
		if got := found(t, d, town, "改名"); !slices.Equal(got, []ids.ID{1}) {
			t.Errorf("after renaming: %v", got)
		}
		err := d.InTx(t.Context(), db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error { return find.Remove(ctx, tx, 1) })
		if got := found(t, d, town, "改名"); err != nil || got != nil {
			t.Errorf("after removing: %v %v", got, err)
		}
		if docs, err := find.Search(t.Context(), d.Read(), tenant+1, town, "永胜", nil, 20); err != nil || len(docs) != 0 {
			t.Errorf("another tenant finds %v %v", docs, err)
		}
	})
}

// Replacing many documents leaves what replacing each would: new words are found, old ones no more, and others stay.
func TestPutAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		voucher := func(id ids.ID, no, rest string) find.Doc {
			return find.Doc{ID: id, Kind: "voucher", Title: no + " " + rest, Number: no, Region: "321182103205"}
		}
		put(t, d, voucher(1, "草稿-2021-03-0007", "收门面租金"), voucher(2, "草稿-2021-03-0008", "付水费"), find.Doc{ID: 3, Kind: "party", Title: "永胜合作社", Region: "321182103205"})
		err := d.InTx(t.Context(), db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
			if err := find.PutAll(ctx, tx, nil); err != nil {
				return err
			}
			return find.PutAll(ctx, tx, []find.Doc{voucher(2, "记-2021-03-0002", "付电费"), voucher(1, "记-2021-03-0001", "收门面租金"), voucher(4, "记-2021-03-0003", "收利息")})
		})
		if err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string][]ids.ID{
			"草稿-2021-03-0007": nil, "0008": nil, "0001": {1}, "记-2021-03-0002": {2}, "门面": {1}, "水": nil, "电": {2}, "0003 利息": {4}, "永胜": {3},
		} {
			if got := found(t, d, town, query); !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", query, got, want)
			}
		}
		for id := ids.ID(1); id <= 4; id++ { // nothing is left behind: a later removal would miss it
			err := d.InTx(t.Context(), db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error { return find.Remove(ctx, tx, id) })
			if err != nil {
				t.Fatal(err)
			}
		}
		put(t, d, find.Doc{ID: 1, Kind: "voucher", Title: "空", Region: "321182103205"}, find.Doc{ID: 2, Kind: "voucher", Title: "空", Region: "321182103205"})
		for _, query := range []string{"0001", "0002", "0007", "门面", "电"} {
			if got := found(t, d, town, query); got != nil {
				t.Errorf("%q still finds %v", query, got)
			}
		}
	})
}
