package asset_test

import (
	"slices"
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
)

// TestClasses: the embedded tables are whole: three levels, each class with one above it, and accounts that the charts have.
func TestClasses(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range asset.Classes {
		if up := c.Code[:len(c.Code)-2]; seen[c.Code] || len(c.Code) > 2 && !seen[up] {
			t.Errorf("class %s stands twice, or before the one above it", c.Code)
		}
		seen[c.Code] = true
		for _, chart := range []string{ledger.Chart2004, ledger.Chart2023} {
			g := asset.GroupOf(c.Code, chart)
			if g == nil {
				t.Fatalf("class %s has no group in %s", c.Code, chart)
			}
			for _, code := range []string{g.Cost, g.Accumulated} {
				if code != "" && !slices.ContainsFunc(ledger.Chart(chart), func(a ledger.Account) bool { return a.Code == code }) {
					t.Errorf("the chart of %s has no account %s", chart, code)
				}
			}
		}
	}
	first, second := 0, 0
	for _, l := range asset.Lands {
		switch {
		case len(l.Code) == 2 && l.Use == "":
			first++
		case len(l.Code) == 4 && slices.Contains([]string{"农用地", "建设用地", "未利用地"}, l.Use):
			second++
		}
	}
	if first != 12 || second != 73 || first+second != len(asset.Lands) {
		t.Errorf("%d and %d land classes of %d; the standard has 12 and 73", first, second, len(asset.Lands))
	}
}

// TestCards: what a class proposes, and what a card may not say.
func TestCards(t *testing.T) {
	each(t, func(w *world) {
		card := func(changes ...string) *asset.Asset {
			id, err := w.asset(append([]string{"cost", "1860000"}, changes...)...)
			if err != nil {
				w.t.Fatalf("%v: %v", changes, err)
			}
			a, err := w.assets.Get(w.t.Context(), access.System, w.tenant, id)
			if err != nil {
				w.t.Fatal(err)
			}
			return a
		}
		a := card("class", "厂房", "nature", "经营性", "funding", "财政专项资金", "land_class", "工业用地", "aided", "是", "way", "自建", "acquired", "2020-12-01")
		if a.Class != "010101" || a.Method != asset.Straight || a.Life != 240 || a.Residual != 500 || a.Charge != "operating" || a.Land != "0601" || !a.Aided || a.Funding != "grant" {
			w.t.Errorf("%+v", a.Card)
		}
		if a = card("class", "010101", "life", "120", "residual", "3.5", "prior", "1000", "prior_to", "2021-06-30"); a.Life != 120 || a.Residual != 350 || a.Charge != "admin" || a.Accumulated != 100000 || a.Net() != 185900000 {
			w.t.Errorf("%+v", a.Card)
		}
		if a = card("class", "耕地", "kind", "土地"); a.Method != asset.NoMethod || a.Nature != asset.Resource || a.Life != 0 {
			w.t.Errorf("%+v", a.Card)
		}
		if a = card("class", "道路", "nominal", "是", "cost", "1"); a.Method != asset.NoMethod {
			w.t.Errorf("%+v", a.Card)
		}
		if a = card(); a.Method != "" {
			w.t.Errorf("a card without a class: %+v", a.Card)
		}
		for _, c := range [][]string{
			{"cost", "nominal", "是", "cost", "2"},
			{"method", "nominal", "是", "cost", "1", "class", "道路", "method", "年限平均法"},
			{"method", "class", "耕地", "method", "年限平均法", "life", "10"},
			{"class", "method", "年限平均法", "life", "10"},
			{"life", "class", "建设用地使用权", "method", "年限平均法"},
			{"nature", "class", "厂房", "nature", "资源性"},
			{"nature", "class", "耕地", "nature", "公益性"},
			{"prior", "class", "厂房", "cost", "100", "prior", "95.01", "prior_to", "2021-06-30"},
			{"prior_to", "class", "厂房", "cost", "100", "prior", "9"},
			{"ready_on", "acquired", "2021-01-02"},
			{"class", "class", "飞机"}, {"land_class", "land_class", "01"},
		} {
			if _, err := w.asset(c[1:]...); fieldOf(err) != c[0] {
				w.t.Errorf("%v: %v", c, err)
			}
		}
	})
}

// TestRetiredOn: disposing of an asset keeps the day.
func TestRetiredOn(t *testing.T) {
	each(t, func(w *world) {
		id, err := w.asset("cost", "0")
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.assets.Do(w.t.Context(), access.System, w.tenant, id, 0, "retire", "拆除"); err != nil {
			w.t.Fatal(err)
		}
		if a, err := w.assets.Get(w.t.Context(), access.System, w.tenant, id); err != nil || a.Retired.IsZero() || a.State != "retired" {
			w.t.Errorf("%+v %v", a, err)
		}
	})
}

// TestCertificates: a certificate belongs to its asset's place, and its number to it alone.
func TestCertificates(t *testing.T) {
	each(t, func(w *world) {
		n := asset.NewCertificates(w.env)
		id, err := w.asset()
		if err != nil {
			w.t.Fatal(err)
		}
		texts := map[string]string{"no": "苏2021第1号", "asset": "ZC-0001", "kind": "不动产权证", "holder": "合作社", "area": "998平方米", "issued": "2021-02-01", "valid_to": "2071-01-31"}
		cert, err := create(w, n, texts)
		if err != nil {
			w.t.Fatal(err)
		}
		if c, err := n.Get(w.t.Context(), access.System, w.tenant, cert); err != nil || c.Region != village || c.Asset != id || !strings.HasPrefix(c.Area.String(), "998") {
			w.t.Errorf("%+v %v", c, err)
		}
		if _, err := create(w, n, texts); fieldOf(err) != "no" || !errs.Is(err, errs.Conflict) {
			w.t.Errorf("the same number twice: %v", err)
		}
		texts["no"], texts["valid_to"] = "苏2021第2号", "2020-01-31"
		if _, err := create(w, n, texts); fieldOf(err) != "valid_to" {
			w.t.Errorf("ends before it begins: %v", err)
		}
		if err := w.assets.Delete(w.t.Context(), access.System, w.tenant, id, 0); err == nil {
			w.t.Error("an asset with certificates is deleted")
		}
	})
}
