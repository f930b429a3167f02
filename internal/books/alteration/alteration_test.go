package alteration_test

import (
	"slices"
	"strings"
	"testing"

	"huicun/internal/books/alteration"
	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
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

func person(id ids.ID, name string) access.Principal {
	return access.Principal{ID: id, Name: name, Grants: access.System.Grants}
}

var clerk, chief = person(11, "报账员"), person(12, "镇会计")

func fieldsOf(err error) string {
	var out []string
	if e := errs.As(err); e != nil {
		for _, f := range e.Fields {
			out = append(out, f.Name)
		}
	}
	return strings.Join(out, " ")
}

// world is a village with books that have begun and two workshops, one of them with two units.
type world struct {
	*testing.T
	db     *db.DB
	env    *record.Env
	tenant int64
	l      *ledger.Ledger
	assets *record.Noun[asset.Asset]
	units  *record.Noun[asset.Unit]
	rules  *record.Noun[asset.Rule]
	dep    *asset.Depreciation
	s      *alteration.Service
	books  ids.ID
	chart  string
	first  date.Month
	a, b   ids.ID
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{T: t, db: d}
	ctx := t.Context()
	regions := region.New(d)
	w.ok(regions.Save(ctx, []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	w.ok(err)
	w.tenant = tn.ID
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	w.ok(err)
	e := record.NewEnv(d, regions, box)
	w.env = e
	parties := party.NewParties(e)
	w.l = ledger.New(e)
	w.assets, w.units = asset.NewAssets(e), asset.NewUnits(e)
	w.dep = asset.NewDepreciation(e, w.l)
	w.rules = asset.NewRules(e)
	asset.NewShares(e)
	w.s = alteration.New(e, w.l, w.assets, asset.NewChanges(e))
	p := &party.Party{Name: "合作社", Kind: party.Collective}
	p.Region = village
	owner, err := parties.Create(ctx, access.System, w.tenant, "", p)
	w.ok(err)
	w.first = date.Of(d.Now()).AddMonths(-3).YearMonth()
	w.chart = ledger.Chart2004
	if w.first.Year() >= 2024 {
		w.chart = ledger.Chart2023
	}
	w.books, err = w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: "账套", Party: owner, Chart: w.chart, From: w.first})
	w.ok(err)
	for _, c := range []struct {
		id         *ids.ID
		name, cost string
	}{{&w.a, "一号厂房", "1000000"}, {&w.b, "二号厂房", "600000.07"}} {
		a := &asset.Asset{Name: c.name, Owner: owner, Kind: "workshop", Origin: "existing", ReadyOn: date.Must("2015-01-10")}
		w.ok(w.assets.SetTexts(ctx, e.ForTenant(w.tenant), village, a, map[string]string{"quantity": "1000平方米", "cost": c.cost, "class": "厂房", "nature": "经营性", "acquired": "2015-01-01", "prior": "100000.01", "prior_to": w.first.Prev().Last().String()}))
		*c.id, err = w.assets.Create(ctx, access.System, w.tenant, "", a)
		w.ok(err)
	}
	for _, no := range []string{"甲", "乙"} {
		_, err := w.units.Create(ctx, access.System, w.tenant, "", &asset.Unit{No: "DY-" + no, Asset: w.a, Name: no, Quantity: qty.Qty{N: 5000000, Unit: qty.M2}})
		w.ok(err)
	}
	w.run(w.first)
	return w
}

func (w *world) run(m date.Month) {
	w.Helper()
	p, err := w.dep.Plan(w.Context(), w.db.Read(), w.tenant, w.books, m, nil)
	w.ok(err)
	_, err = w.dep.Do(w.Context(), chief, w.tenant, "", w.books, m, p.Digest, nil)
	w.ok(err)
}

func (w *world) card(id ids.ID) *asset.Asset {
	w.Helper()
	a, err := asset.Get(w.Context(), w.db.Read(), w.tenant, id)
	w.ok(err)
	return a
}

// make stores a draft.
func (w *world) make(x *alteration.Alteration) (ids.ID, error) {
	if x.On.IsZero() {
		x.On = date.Of(w.db.Now())
	}
	x.Reason = "测试"
	return w.s.List.Create(w.Context(), clerk, w.tenant, "", x)
}

func (w *world) do(who access.Principal, id ids.ID, event, reason string) error {
	return w.s.List.Do(w.Context(), who, w.tenant, id, 0, event, reason)
}

// lines are what a voucher books, by account.
func (w *world) lines(voucher ids.ID) string {
	w.Helper()
	v, err := w.l.Get(w.Context(), access.System, w.tenant, voucher)
	w.ok(err)
	var out []string
	for _, l := range v.Lines {
		out = append(out, l.Account+" "+(l.Debit-l.Credit).Plain())
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// sound checks what must always hold: cards add up, and stand as they did in the ledger's accounts on every day.
func (w *world) sound(cost, accumulated money.Fen) {
	w.Helper()
	if bad, err := asset.Check(w.Context(), w.db.Read(), w.tenant); err != nil || len(bad) > 0 {
		w.Fatal(bad, err)
	}
	for _, day := range []date.Date{date.Of(w.db.Now()), w.first.Last()} {
		list, err := asset.Compare(w.Context(), w.db.Read(), w.tenant, w.books, day)
		w.ok(err)
		by := map[string]money.Fen{}
		for i := range list {
			by[list[i].Account] = list[i].Cards
		}
		wantCost, wantAcc := cost, accumulated
		if day == w.first.Last() { // what was altered later does not reach back
			wantCost, wantAcc = 160000007, w.ran()+20000002
		}
		if by["151"] != wantCost || by["152"] != -wantAcc {
			w.Fatalf("on %s the cards stand at %s and %s, want %s and %s", day, by["151"], by["152"], wantCost, wantAcc)
		}
	}
	inv, err := asset.InventoryOf(w.Context(), w.db.Read(), w.tenant, [][2]string{{"321182103", "321182104"}}, w.first.Last(), date.Of(w.db.Now()))
	w.ok(err)
	_, err = inv.Total()
	w.ok(err)
}

// ran is what the first month took from both cards.
func (w *world) ran() money.Fen {
	w.Helper()
	var sum money.Fen
	for _, id := range []ids.ID{w.a, w.b} {
		list, err := asset.RunsOf(w.Context(), w.db.Read(), w.tenant, id)
		w.ok(err)
		for _, r := range list {
			sum += r.Fen
		}
	}
	return sum
}

// TestAlterations: each kind is carried out and taken back; the cards, the ledger and past days stay in step.
func TestAlterations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		start := w.card(w.a)
		acc := w.ran() + 20000002
		w.sound(160000007, acc)
		building := asset.OutcomeOf(w.chart).Building

		if _, err := w.make(&alteration.Alteration{Kind: asset.Improve, Asset: w.a, Cost: 5, On: date.Of(d.Now()).AddDays(1)}); fieldsOf(err) != "on" {
			t.Fatalf("tomorrow: %v", err)
		}
		if _, err := w.make(&alteration.Alteration{Kind: asset.Improve, Asset: w.a, Cost: 5, On: w.first.Prev().Last()}); fieldsOf(err) != "on" {
			t.Fatalf("before what was depreciated: %v", err)
		}
		improve, err := w.make(&alteration.Alteration{Kind: asset.Improve, Asset: w.a, Cost: 30000000, Life: 24, Quantity: qty.Qty{N: 1000000, Unit: qty.M2}})
		w.ok(err)
		if _, err := w.make(&alteration.Alteration{Kind: asset.Improve, Asset: w.a, Cost: 5}); fieldsOf(err) != "asset" {
			t.Fatalf("a second draft: %v", err)
		}
		rule := &asset.Rule{Name: "规定", From: date.Must("2020-01-01"), Terms: asset.Terms{ApproveFrom: 30000000}}
		rule.Region = "321182103000"
		_, err = w.rules.Create(t.Context(), access.System, w.tenant, "", rule)
		w.ok(err)
		if err := w.do(clerk, improve, alteration.Carry, ""); !errs.Is(err, errs.State) || !strings.Contains(errs.Message(err), "须由他人批准") {
			t.Fatalf("carried out without approval: %v", err)
		}
		if err := w.do(clerk, improve, alteration.Approve, ""); !errs.Is(err, errs.State) {
			t.Fatalf("approved by who made it: %v", err)
		}
		w.ok(w.do(chief, improve, alteration.Approve, ""))
		x, err := alteration.Get(t.Context(), d.Read(), w.tenant, improve)
		w.ok(err)
		if got := w.lines(x.Voucher); got != "151 300000.00, "+building+" -300000.00" {
			t.Fatal(got)
		}
		if a := w.card(w.a); a.Cost != 130000000 || a.Life != 264 || a.Quantity.N != 11000000 {
			t.Fatalf("%+v", a)
		}
		w.sound(190000007, acc)
		w.ok(w.do(chief, improve, "revoke", "金额有误"))
		if a := w.card(w.a); a.Cost != start.Cost || a.Life != start.Life || a.Quantity != start.Quantity {
			t.Fatalf("%+v", a)
		}
		w.ok(w.do(clerk, improve, "void", "不办了"))
		w.sound(160000007, acc)

		revalue, err := w.make(&alteration.Alteration{Kind: asset.Revalue, Asset: w.a, Cost: 99000000, Accumulated: start.Accumulated})
		w.ok(err)
		w.ok(w.do(clerk, revalue, alteration.Carry, ""))
		x, err = alteration.Get(t.Context(), d.Read(), w.tenant, revalue)
		w.ok(err)
		if got := w.lines(x.Voucher); got != "151 -10000.00, 311 10000.00" {
			t.Fatal(got)
		}
		w.sound(159000007, acc)
		w.ok(w.do(chief, revalue, "revoke", "评估作废"))
		w.ok(w.do(clerk, revalue, "void", "评估作废"))

		turn, err := w.make(&alteration.Alteration{Kind: asset.Turn, Asset: w.a, Class: "010102", Nature: asset.Welfare, Charge: "welfare"})
		w.ok(err)
		w.ok(w.do(chief, turn, alteration.Approve, ""))
		if a := w.card(w.a); a.Class != "010102" || a.Nature != asset.Welfare || a.Charge != "welfare" {
			t.Fatalf("%+v", a)
		}
		w.sound(160000007, acc)
		w.ok(w.do(chief, turn, "revoke", "改回"))
		if a := w.card(w.a); a.Class != "010101" || a.Nature != asset.Operating || a.Charge != "operating" {
			t.Fatalf("%+v", a)
		}
		w.ok(w.do(clerk, turn, "void", "改回"))
		w.sound(160000007, acc)
	})
}

// TestSplitAndMerge: units go with the part that names them, what does not fit is refused; later runs take from all parts what
// they would have taken from the whole, and rest on it: nothing is taken back below them.
func TestSplitAndMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		whole := w.card(w.a)
		acc := w.ran() + 20000002
		m2 := func(n int64) qty.Qty { return qty.Qty{N: n * 10000, Unit: qty.M2} }
		small, err := w.make(&alteration.Alteration{Kind: asset.Split, Asset: w.a, Parts: []alteration.Part{{Name: "东半", Quantity: m2(400), Units: "DY-甲"}}})
		w.ok(err)
		if err := w.do(chief, small, alteration.Approve, ""); err == nil || !strings.Contains(errs.Message(err), "超过了资产的") && fieldsOf(err) != "quantity" {
			t.Fatalf("a unit larger than its part: %v", err)
		}
		w.ok(w.do(clerk, small, "void", "面积不对"))
		split, err := w.make(&alteration.Alteration{Kind: asset.Split, Asset: w.a, Parts: []alteration.Part{{Name: "东半", Quantity: m2(500), Units: "DY-甲"}}})
		w.ok(err)
		w.ok(w.do(chief, split, alteration.Approve, ""))
		x, err := alteration.Get(t.Context(), d.Read(), w.tenant, split)
		w.ok(err)
		if x.Voucher != 0 || x.Parts[0].Asset == 0 {
			t.Fatalf("%+v", x)
		}
		part, rest := w.card(x.Parts[0].Asset), w.card(w.a)
		if part.Cost+rest.Cost != whole.Cost || part.Accumulated+rest.Accumulated != whole.Accumulated || part.Quantity.N+rest.Quantity.N != whole.Quantity.N || part.Cost != 50000000 {
			t.Fatalf("%+v %+v of %+v", part, rest, whole)
		}
		units, err := asset.UnitsOf(t.Context(), d.Read(), w.tenant, part.ID)
		w.ok(err)
		if len(units) != 1 || units[0].No != "DY-甲" {
			t.Fatalf("%+v", units)
		}
		w.sound(160000007, acc)
		g := asset.GroupOf("010101", w.chart)
		next := w.first.Next()
		due := func(a *asset.Asset) money.Fen {
			fen, _, _, err := a.Due(g, next)
			w.ok(err)
			return fen
		}
		if off := due(whole) - due(part) - due(rest); off.Abs() > 1 {
			t.Fatalf("the parts take %s and %s, the whole %s", due(part), due(rest), due(whole))
		}
		w.ok(w.do(chief, split, "revoke", "拆错"))
		if a := w.card(w.a); a.Cost != whole.Cost || a.Accumulated != whole.Accumulated || a.Quantity != whole.Quantity {
			t.Fatalf("%+v", a)
		}
		if gone := w.card(part.ID); gone.State != "retired" || gone.Cost != 0 {
			t.Fatalf("%+v", gone)
		}
		w.sound(160000007, acc)
		w.ok(w.do(clerk, split, "void", "拆错"))

		merge, err := w.make(&alteration.Alteration{Kind: asset.Merge, Asset: w.b, Parts: []alteration.Part{{Asset: w.a}}})
		w.ok(err)
		w.ok(w.do(chief, merge, alteration.Approve, ""))
		if b := w.card(w.b); b.Cost != 160000007 || b.Accumulated != acc || b.Quantity.N != 20000000 {
			t.Fatalf("%+v", b)
		}
		if units, err = asset.UnitsOf(t.Context(), d.Read(), w.tenant, w.b); err != nil || len(units) != 2 {
			t.Fatalf("%+v %v", units, err)
		}
		w.sound(160000007, acc)
		w.ok(w.do(chief, merge, "revoke", "并错"))
		if units, err = asset.UnitsOf(t.Context(), d.Read(), w.tenant, w.a); err != nil || len(units) != 2 {
			t.Fatalf("%+v %v", units, err)
		}
		w.sound(160000007, acc)
		w.ok(w.do(chief, merge, alteration.Approve, ""))
		for m := next; m <= date.Of(d.Now()).YearMonth(); m = m.Next() {
			w.run(m)
		}
		if err := w.do(chief, merge, "revoke", "并错"); !errs.Is(err, errs.State) || !strings.Contains(errs.Message(err), "请先撤销计提") {
			t.Fatalf("taken back below what was depreciated: %v", err)
		}
		if bad, err := asset.Check(t.Context(), d.Read(), w.tenant); err != nil || len(bad) > 0 {
			t.Fatal(bad, err)
		}
	})
}

// TestRetire: a card with value leaves by a disposal only; one without, or of 1 yuan, may go.
func TestRetire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if err := w.assets.Do(t.Context(), chief, w.tenant, w.a, 0, "retire", "拆除"); !errs.Is(err, errs.State) || !strings.Contains(errs.Message(err), "处置") {
			t.Fatalf("left without a voucher: %v", err)
		}
		a := &asset.Asset{Name: "旧桌椅", Owner: w.card(w.a).Owner, Kind: "equipment", Origin: "existing", Cost: asset.Nominal}
		w.ok(w.assets.SetTexts(t.Context(), w.env.ForTenant(w.tenant), village, a, map[string]string{"quantity": "1台", "nominal": "是", "class": "010399"}))
		id, err := w.assets.Create(t.Context(), access.System, w.tenant, "", a)
		w.ok(err)
		w.ok(w.assets.Do(t.Context(), chief, w.tenant, id, 0, "retire", "报废"))
		if c := w.card(id); c.State != "retired" || c.Retired.IsZero() {
			t.Fatalf("%+v", c)
		}
	})
}
