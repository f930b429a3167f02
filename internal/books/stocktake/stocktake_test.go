package stocktake_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/books/stocktake"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const village = "321182103205"

type world struct {
	t      *testing.T
	env    *record.Env
	tenant int64
	l      *ledger.Ledger
	assets *record.Noun[asset.Asset]
	units  *record.Noun[asset.Unit]
	s      *stocktake.Service
	owner  ids.ID
	books  ids.ID
	year   string
}

func person(id ids.ID, name string) access.Principal {
	return access.Principal{ID: id, Name: name, Grants: access.System.Grants}
}

var counter, chief = person(11, "报账员"), person(12, "镇会计")

func each(t *testing.T, chart string, fn func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		regions := region.New(d)
		if err := regions.Save(t.Context(), []region.Region{
			{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
		}); err != nil {
			t.Fatal(err)
		}
		tn, err := regions.TenantOf(t.Context(), village)
		if err != nil {
			t.Fatal(err)
		}
		box, err := secret.NewBox(make([]byte, secret.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		e := record.NewEnv(d, regions, box)
		w := &world{t: t, env: e, tenant: tn.ID, year: "2021"}
		from := date.Month(202101)
		if chart == ledger.Chart2023 {
			w.year, from = "2024", 202401
		}
		parties := party.NewParties(e)
		w.l = ledger.New(e)
		w.assets, w.units = asset.NewAssets(e), asset.NewUnits(e)
		asset.NewDepreciation(e, w.l)
		w.s = stocktake.New(e, w.l, w.assets, asset.NewChanges(e))
		for _, p := range []party.Party{{Name: "合作社", Kind: party.Collective}, {Name: "张保管", Kind: party.Household}} {
			p.Region = village
			id, err := parties.Create(t.Context(), access.System, w.tenant, "", &p)
			if err != nil {
				t.Fatal(err)
			}
			if w.owner == 0 {
				w.owner = id
			}
		}
		w.books, err = w.l.Books.Create(t.Context(), access.System, w.tenant, "", &ledger.Books{Name: "账套", Party: w.owner, Chart: chart, From: from})
		if err != nil {
			t.Fatal(err)
		}
		fn(w)
	})
}

func create[T any](w *world, n *record.Noun[T], pairs ...string) ids.ID {
	w.t.Helper()
	v, texts := new(T), map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		texts[pairs[i]] = pairs[i+1]
	}
	if err := n.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), village, v, texts); err != nil {
		w.t.Fatal(err)
	}
	id, err := n.Create(w.t.Context(), counter, w.tenant, "", v)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) card(pairs ...string) ids.ID {
	w.t.Helper()
	return create(w, w.assets, append([]string{"name", "电脑", "owner", "合作社", "kind", "设备设施", "origin", "原有", "quantity", "10台", "cost", "50000", "class", "计算机和网络设备",
		"acquired", "2020-06-01", "ready_on", "2020-06-01", "prior", "20000", "prior_to", w.year + "-12-31", "method", "不计提"}, pairs...)...)
}

func (w *world) count() *stocktake.Count {
	w.t.Helper()
	return w.get(create(w, w.s.Counts, "party", "合作社", "year", w.year, "leader", "李主任", "supervisor", "王监督"))
}

func (w *world) get(id ids.ID) *stocktake.Count {
	w.t.Helper()
	c, err := stocktake.Get(w.t.Context(), w.env.DB.Read(), w.tenant, id)
	w.ok(err)
	return c
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) lines(c *stocktake.Count) []stocktake.Line {
	w.t.Helper()
	list, err := stocktake.LinesOf(w.t.Context(), w.env.DB.Read(), w.tenant, c.ID)
	w.ok(err)
	return list
}

func (w *world) record(l stocktake.Line, pairs ...string) error {
	in := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		in[pairs[i]] = pairs[i+1]
	}
	return w.s.Record(w.t.Context(), counter, w.tenant, l.ID, 0, in)
}

func (w *world) do(who access.Principal, c *stocktake.Count, event, reason string) error {
	return w.s.Counts.Do(w.t.Context(), who, w.tenant, c.ID, 0, event, reason)
}

func (w *world) asset(id ids.ID) *asset.Asset {
	w.t.Helper()
	a, err := asset.Get(w.t.Context(), w.env.DB.Read(), w.tenant, id)
	w.ok(err)
	return a
}

// entries are a voucher's lines as "151 -50000.00" (credits negative).
func (w *world) entries(id ids.ID) string {
	w.t.Helper()
	if id == 0 {
		return ""
	}
	v, err := w.l.Get(w.t.Context(), access.System, w.tenant, id)
	w.ok(err)
	var out []string
	for _, l := range v.Lines {
		out = append(out, l.Account+" "+(l.Debit-l.Credit).Plain())
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (w *world) whole() {
	w.t.Helper()
	bad, err := asset.Check(w.t.Context(), w.env.DB.Read(), w.tenant)
	if err != nil || len(bad) > 0 {
		w.t.Fatal(bad, err)
	}
}

func fieldOf(err error) string {
	if e := errs.As(err); e != nil && len(e.Fields) == 1 {
		return e.Fields[0].Name
	}
	return ""
}

// TestCount: a count from its list to what follows from it, and back.
func TestCount(t *testing.T) {
	for chart, want := range map[string][2]string{
		ledger.Chart2023: {
			"151 -15000.00, 151 -50000.00, 151 800.00, 152 20000.00, 152 6000.00, 181 -800.00, 181 30000.00, 181 9000.00",
			"113 1000.00, 181 -30000.00, 181 -9000.00, 181 800.00, 504 -800.00, 515 30000.00, 515 8000.00",
		},
		ledger.Chart2004: {"113 1000.00, 151 -15000.00, 151 -50000.00, 151 800.00, 152 20000.00, 152 6000.00, 531 -800.00, 551 30000.00, 551 8000.00", ""},
	} {
		each(t, chart, func(w *world) {
			some, gone, hall, land := w.card(), w.card("name", "老电脑"), w.card("name", "会堂", "class", "文化活动用房", "quantity", "300平方米"), w.card("name", "机动地", "class", "耕地", "cost", "", "prior", "", "prior_to", "", "quantity", "5亩")
			create(w, w.units, "asset", "ZC-0003", "name", "东间", "quantity", "100平方米")
			create(w, w.units, "asset", "ZC-0003", "name", "西间", "quantity", "200平方米")
			w.card("name", "明年才买", "acquired", "2025-01-01", "ready_on", "2025-01-01", "prior", "", "prior_to", "")
			c := w.count()
			l := w.lines(c)
			if len(l) != 6 || l[0].No != "QC-"+w.year+"-0001-001" || l[3].Name != "东间" || l[2].Cost != 5000000 || c.Base != date.Must(w.year+"-12-31") {
				w.t.Fatalf("%+v", l)
			}
			second := &stocktake.Count{Party: w.owner, Year: c.Year, Leader: "甲", Supervisor: "乙"}
			if _, err := w.s.Counts.Create(w.t.Context(), counter, w.tenant, "", second); fieldOf(err) != "year" {
				w.t.Fatalf("a second count of the year: %v", err)
			}
			if err := w.do(counter, c, "submit", ""); !errs.Is(err, errs.State) || !strings.Contains(err.Error(), "6 项") {
				w.t.Fatalf("submitted uncounted: %v", err)
			}
			for _, bad := range [][3]string{
				{"result", "", ""}, {"result", "盘亏", "10"}, {"result", "盘盈", "10"}, {"result", "相符", "9"}, {"result", "损毁", "11"}, {"result", "盘亏", "三台"}, {"result", "盘亏", ""}, {"charged", "99999", "0"},
			} {
				in := []string{"result", "盘亏", "found", bad[2], "responsible", "张保管"}
				if bad[0] == "result" {
					in[1] = bad[1]
				} else {
					in = append(in, bad[0], bad[1])
				}
				if err := w.record(l[0], in...); !errs.Is(err, errs.Invalid) {
					w.t.Errorf("%v: %v", bad, err)
				}
			}
			w.ok(w.record(l[0], "result", "盘亏", "found", "7", "cause", "被盗", "responsible", "张保管", "charged", "1000"))
			w.ok(w.record(l[1], "result", "损毁", "found", "0", "cause", "报废", "treatment", "调账"))
			w.ok(w.record(l[2], "result", "闲置"))
			w.ok(w.record(l[3], "result", "相符"))
			w.ok(w.record(l[4], "result", "闲置"))
			w.ok(w.record(l[5], "result", "盘盈", "found", "5.2亩", "cause", "重新测量"))
			made, err := w.s.Add(w.t.Context(), counter, w.tenant, "found-key-000000001", c.ID, map[string]string{"name": "水泵", "kind": "设备设施", "class": "其他机器设备", "found": "1台", "cause": "未入账", "found_place": "泵站"})
			w.ok(err)
			if err := w.do(counter, c, "submit", ""); !errs.Is(err, errs.State) || !strings.Contains(err.Error(), "入账价值") {
				w.t.Fatalf("a find without a value: %v", err)
			}
			w.ok(w.s.Record(w.t.Context(), counter, w.tenant, made, 0, map[string]string{"result": "盘盈", "found": "1台", "value": "800", "cause": "未入账"}))
			w.ok(w.do(counter, c, "submit", ""))
			if err := w.record(l[0], "result", "相符"); !errs.Is(err, errs.State) {
				w.t.Fatalf("recorded after submission: %v", err)
			}
			if err := w.do(counter, c, "approve", ""); !errs.Is(err, errs.State) {
				w.t.Fatalf("approved by who submitted: %v", err)
			}
			if err := w.do(chief, c, "approve", ""); fieldOf(err) != "resolution" {
				w.t.Fatalf("approved without a resolution: %v", err)
			}
			c = w.get(c.ID)
			c.Resolution = "决〔2021〕1号"
			w.ok(w.s.Counts.Update(w.t.Context(), counter, w.tenant, c))
			for range 2 { // after it was taken back it can be approved again, with the same outcome
				w.ok(w.do(chief, c, "approve", ""))
				if err := w.do(chief, c, "approve", ""); !errs.Is(err, errs.State) {
					w.t.Fatalf("approved twice: %v", err)
				}
				c = w.get(c.ID)
				if got := [2]string{w.entries(c.Voucher), w.entries(c.Settling)}; got != want {
					w.t.Fatalf("%q, want %q", got, want)
				}
				if a := w.asset(some); a.Quantity != (qty.Qty{N: 7 * qty.One, Unit: qty.Tai}) || a.Cost != 3500000 || a.Accumulated != 1400000 || a.State != "idle" {
					w.t.Fatalf("the card of which some is missing: %+v", a)
				}
				if a := w.asset(gone); a.State != "retired" || a.Retired != date.Must(w.year+"-12-31") || a.Cost != 5000000 {
					w.t.Fatalf("the card that is gone: %+v", a)
				}
				if a := w.asset(land); a.Quantity.String() != "5.2 亩" {
					w.t.Fatalf("the land: %+v", a)
				}
				if a := w.asset(hall); a.Cost != 5000000 {
					w.t.Fatalf("the hall: %+v", a)
				}
				found := w.asset(w.lines(c)[6].Made)
				if found.Name != "水泵" || found.Cost != 80000 || found.Way != "surplus" || found.State != "ready" || found.Address != "泵站" {
					w.t.Fatalf("the find: %+v", found)
				}
				w.whole()
				w.ok(w.do(chief, c, "revoke", "数量看错"))
				if a := w.asset(some); a.Cost != 5000000 || a.Accumulated != 2000000 || a.Quantity.N != 10*qty.One {
					w.t.Fatalf("after it was taken back: %+v", a)
				}
				if a := w.asset(gone); a.State == "retired" || !a.Retired.IsZero() {
					w.t.Fatalf("after it was taken back: %+v", a)
				}
				if a := w.asset(found.ID); a.State != "retired" {
					w.t.Fatalf("the find after it was taken back: %+v", a)
				}
				w.whole()
				if list, err := ledger.VouchersFor(w.t.Context(), w.env.DB.Read(), w.tenant, stocktake.Kind, c.ID); err != nil || len(list) != 0 {
					w.t.Fatalf("%d vouchers remain: %v", len(list), err)
				}
				c = w.get(c.ID)
				w.ok(w.do(counter, c, "submit", ""))
			}
		})
	}
}

// TestLeaving: a card leaves the books only when the depreciation of its last month is run, and not after later ones.
func TestLeaving(t *testing.T) {
	each(t, ledger.Chart2023, func(w *world) {
		w.card("prior", "", "prior_to", "", "method", "", "acquired", "2020-06-01", "ready_on", "2024-10-01", "quantity", "1台")
		c := w.count()
		w.ok(w.record(w.lines(c)[0], "result", "盘亏", "found", "0", "cause", "丢失"))
		c.Resolution = "决1号"
		w.ok(w.s.Counts.Update(w.t.Context(), counter, w.tenant, c))
		w.ok(w.do(counter, c, "submit", ""))
		if err := w.do(chief, c, "approve", ""); !errs.Is(err, errs.State) || !strings.Contains(err.Error(), "2024年12月") {
			w.t.Fatalf("left before the month was run: %v", err)
		}
		w.ok(w.do(chief, c, "return", "先提折旧"))
		w.ok(w.do(counter, c, "submit", ""))
		w.ok(w.do(chief, c, "return", "作废"))
		w.ok(w.do(counter, c, "void", "重来"))
		again := w.count()
		if again.ID == c.ID {
			w.t.Fatal("a void count keeps the year")
		}
	})
}

// TestPart: what is lost and what remains of any quantity sum to the whole.
func TestPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.Int64Range(1, 1e12).Draw(t, "of")
		part := rapid.Int64Range(0, of).Draw(t, "part")
		cost := money.Fen(rapid.Int64Range(0, 1e13).Draw(t, "cost"))
		acc := money.Fen(rapid.Int64Range(0, int64(cost)).Draw(t, "accumulated"))
		l := stocktake.Line{Cost: cost, Accumulated: acc, Quantity: qty.Qty{N: of}, Found: qty.Qty{N: of - part}}
		lost, gone, err := l.Loss()
		if err != nil || lost < 0 || lost > cost || gone < 0 || gone > lost || part == of && (lost != cost || gone != acc) || part == 0 && lost != 0 {
			t.Fatalf("%s and %s of %s and %s: %v", lost, gone, cost, acc, err)
		}
	})
}
