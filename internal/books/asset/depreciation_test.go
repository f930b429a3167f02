package asset_test

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// TestDepreciationSums: over a life, whatever the cost, the rate, the life, what was depreciated before and the changes on
// the way, the months' parts sum to cost without salvage to the fen, and no month after the last takes anything.
func TestDepreciationSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		class := rapid.SampledFrom([]string{"010101", "020201", "050201"}).Draw(t, "class")
		g := asset.GroupOf(class, rapid.SampledFrom([]string{ledger.Chart2004, ledger.Chart2023}).Draw(t, "chart"))
		a := &asset.Asset{Cost: money.Fen(rapid.Int64Range(1, 1e12).Draw(t, "cost")), ReadyOn: date.Must("2021-03-20")}
		a.Class, a.Method = class, asset.Straight
		a.Life, a.Residual = rapid.IntRange(1, 600).Draw(t, "life"), rapid.IntRange(0, 10000).Draw(t, "rate")
		m := a.ReadyOn.YearMonth().Add(g.Start)
		if fen, _, _, err := a.Due(g, m.Prev()); err != nil || fen != 0 {
			t.Fatalf("%s before it begins: %v", fen, err)
		}
		changes := rapid.IntRange(0, 3).Draw(t, "changes")
		var before money.Fen
		for n := 0; n < 1300; n++ {
			if changes > 0 && rapid.IntRange(0, 20).Draw(t, "now") == 0 {
				changes--
				a.Life = rapid.IntRange(1, 600).Draw(t, "new life")
				a.Cost += money.Fen(rapid.Int64Range(0, 1e10).Draw(t, "improved"))
				before = 0
			}
			salvage, err := a.Salvage()
			if err != nil {
				t.Fatal(err)
			}
			fen, left, _, err := a.Due(g, m)
			if err != nil || fen < 0 || a.Accumulated+fen > a.Cost-salvage {
				t.Fatalf("%s in %s after %s of %s: %v", fen, m, a.Accumulated, a.Cost, err)
			}
			if before != 0 && fen != 0 && (fen-before).Abs() > 1 {
				t.Fatalf("%s after %s without a change", fen, before)
			}
			if left == 1 && a.Accumulated+fen != a.Cost-salvage {
				t.Fatalf("%s of %s at the end", a.Accumulated+fen, a.Cost-salvage)
			}
			a.Accumulated += fen
			before = fen
			m = m.Next()
		}
		if salvage, _ := a.Salvage(); a.Accumulated != a.Cost-salvage {
			t.Fatalf("%s of %s", a.Accumulated, a.Cost-salvage)
		}
	})
}

// TestDepreciationMonths: a fixed asset from the month after it came into use to the month in which it leaves, an intangible
// one from the month itself to the month before.
func TestDepreciationMonths(t *testing.T) {
	for _, c := range []struct{ class, first, last string }{{"010101", "2021-04", "2022-06"}, {"020101", "2021-04", "2022-06"}, {"050201", "2021-03", "2022-05"}} {
		a := &asset.Asset{Cost: 100000, ReadyOn: date.Must("2021-03-01")}
		a.Class, a.Method, a.Life, a.Retired, a.State = c.class, asset.Straight, 100, date.Must("2022-06-30"), "retired"
		first, last := "", ""
		for m := date.Month(202101); m < 202301; m = m.Next() {
			fen, _, _, err := a.Due(asset.GroupOf(c.class, ledger.Chart2023), m)
			if err != nil {
				t.Fatal(err)
			}
			if fen > 0 {
				last = m.String()
				if first == "" {
					first = last
				}
			}
		}
		if first != c.first || last != c.last {
			t.Errorf("%s from %s to %s", c.class, first, last)
		}
	}
	for want, change := range map[string]func(*asset.Asset){
		"没有投用日期": func(a *asset.Asset) { a.ReadyOn = date.Date{} }, "建设（改造）中": func(a *asset.Asset) { a.State = "building" },
		"卡片没有填资产分类和折旧方法": func(a *asset.Asset) { a.Method = "" }, "": func(a *asset.Asset) { a.Nominal = true },
		"已处置，但没有处置日期": func(a *asset.Asset) { a.State = "retired" },
	} {
		a := &asset.Asset{Cost: 100000, ReadyOn: date.Must("2021-03-01")}
		a.Class, a.Method, a.Life = "010101", asset.Straight, 100
		change(a)
		if fen, _, why, err := a.Due(asset.GroupOf("010101", ledger.Chart2023), 202106); err != nil || fen != 0 || why != want {
			t.Errorf("%q: %s %q %v", want, fen, why, err)
		}
	}
}

// runs is a world with books.
type runs struct {
	*world
	l     *ledger.Ledger
	d     *asset.Depreciation
	books ids.ID
}

func person(id ids.ID, name string) access.Principal {
	return access.Principal{ID: id, Name: name, Grants: access.System.Grants}
}

func eachBooks(t *testing.T, fn func(w *runs)) {
	t.Helper()
	each(t, func(w *world) {
		r := &runs{world: w, l: ledger.New(w.env)}
		r.d = asset.NewDepreciation(w.env, r.l)
		n, _ := w.env.Noun("party")
		owner, err := n.Lookup(w.t.Context(), w.env.DB.Read(), w.tenant, "合作社")
		if err == nil {
			r.books, err = r.l.Books.Create(w.t.Context(), access.System, w.tenant, "", &ledger.Books{Name: "账套", Party: owner, Chart: ledger.Chart2004, From: 202101})
		}
		if err != nil {
			w.t.Fatal(err)
		}
		fn(r)
	})
}

func (w *runs) plan(m date.Month) *asset.Plan {
	w.t.Helper()
	p, err := w.d.Plan(w.t.Context(), w.env.DB.Read(), w.tenant, w.books, m, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *runs) do(m date.Month, key string) (ids.ID, error) {
	w.t.Helper()
	return w.d.Do(w.t.Context(), person(1, "会计"), w.tenant, key, w.books, m, w.plan(m).Digest, nil)
}

func (w *runs) card(id ids.ID) *asset.Asset {
	w.t.Helper()
	a, err := w.assets.Get(w.t.Context(), access.System, w.tenant, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *runs) whole() {
	w.t.Helper()
	if bad, err := asset.Check(w.t.Context(), w.env.DB.Read(), w.tenant); err != nil || len(bad) > 0 {
		w.t.Fatal(bad, err)
	}
}

// TestRuns: a month is run once and in its turn, makes the draft of its voucher, and is taken back as a whole.
func TestRuns(t *testing.T) {
	eachBooks(t, func(w *runs) {
		id, err := w.asset("cost", "1860000", "class", "厂房", "nature", "经营性", "ready_on", "2021-03-20")
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.asset("cost", "1", "class", "道路", "nominal", "是"); err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.do(202103, "depreciate-key-00001"); !errs.Is(err, errs.State) {
			w.t.Fatalf("the month of coming into use: %v", err)
		}
		if _, err := w.d.Do(w.t.Context(), access.System, w.tenant, "depreciate-key-00002", w.books, 202104, "other", nil); !errs.Is(err, errs.Stale) {
			w.t.Fatalf("what nobody saw: %v", err)
		}
		april, err := w.do(202104, "depreciate-key-00003")
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.do(202104, "depreciate-key-00004"); !errs.Is(err, errs.Conflict) {
			w.t.Fatalf("a month twice: %v", err)
		}
		if _, err := w.do(202106, "depreciate-key-00005"); !errs.Is(err, errs.State) || !strings.Contains(errs.Message(err), "2021年5月") {
			w.t.Fatalf("a month left out: %v", err)
		}
		r, err := w.d.Runs.Get(w.t.Context(), access.System, w.tenant, april)
		if err != nil || r.Total != 736250 || len(r.Lines) != 1 || r.Lines[0].Asset != id || r.Lines[0].After != 736250 {
			w.t.Fatalf("%+v %v", r, err)
		}
		v, err := w.l.Get(w.t.Context(), access.System, w.tenant, r.Voucher)
		if err != nil || v.State != ledger.Draft || v.Date.String() != "2021-04-30" || len(v.Lines) != 2 ||
			v.Lines[0].Account != "502" || v.Lines[0].Debit != 736250 || v.Lines[1].Account != "152" || v.Lines[1].Credit != 736250 || v.Lines[1].Asset != id {
			w.t.Fatalf("%+v %v", v, err)
		}
		if got := w.card(id).Accumulated; got != 736250 {
			w.t.Fatalf("depreciated %s", got)
		}
		w.whole()

		// A change in mid-life touches the months to come: (1 860 000 + 120 000) × 95% − 7 362.50 over 119 months.
		a := w.card(id)
		a.Cost, a.Life = a.Cost+12000000, 120
		if err := w.assets.Update(w.t.Context(), access.System, w.tenant, a); err != nil {
			w.t.Fatal(err)
		}
		if p := w.plan(202105); p.Total != 1574485 || p.Lines[0].Left != 119 {
			w.t.Fatalf("%s over %d months", p.Total, p.Lines[0].Left)
		}
		may, err := w.do(202105, "depreciate-key-00006")
		if err != nil {
			w.t.Fatal(err)
		}
		void := func(id ids.ID, reason string) error {
			return w.d.Void(w.t.Context(), person(1, "会计"), w.tenant, id, 0, reason)
		}
		if err := void(april, "重提"); !errs.Is(err, errs.State) {
			w.t.Fatalf("a month in the middle: %v", err)
		}
		b := w.card(id)
		b.Cost = 100
		if err := w.assets.Update(w.t.Context(), access.System, w.tenant, b); fieldOf(err) != "cost" {
			w.t.Fatalf("a cost below what was depreciated: %v", err)
		}
		if err := void(may, ""); fieldOf(err) != "reason" {
			w.t.Fatalf("without a reason: %v", err)
		}
		if err := void(may, "年限填错"); err != nil {
			w.t.Fatal(err)
		}
		if r, err = w.d.Runs.Get(w.t.Context(), access.System, w.tenant, may); err != nil || r.Voucher != 0 || r.State != asset.RunVoid || w.card(id).Accumulated != 736250 {
			w.t.Fatalf("%+v %v", r, err)
		}

		// A posted voucher is undone by its reversal, which somebody else reviews.
		if err := w.l.Review(w.t.Context(), person(2, "复核"), w.tenant, v.ID, 0); err != nil {
			w.t.Fatal(err)
		}
		if err := w.l.Post(w.t.Context(), person(3, "主管"), w.tenant, v.ID, 0); err != nil {
			w.t.Fatal(err)
		}
		if err := void(april, "重提"); err != nil {
			w.t.Fatal(err)
		}
		back, err := ledger.ReversalOf(w.t.Context(), w.env.DB.Read(), w.tenant, v.ID)
		if err != nil || back == 0 || w.card(id).Accumulated != 0 {
			w.t.Fatalf("reversal %d, %s, %v", back, w.card(id).Accumulated, err)
		}
		w.whole()
		if _, err := w.do(202104, "depreciate-key-00007"); err != nil {
			w.t.Fatalf("again after it was taken back: %v", err)
		}
		if list, err := asset.RunsOf(w.t.Context(), w.env.DB.Read(), w.tenant, id); err != nil || len(list) != 3 {
			w.t.Fatalf("%+v %v", list, err)
		}
	})
}

// TestRunAtOnce: of several people who run the same month, one does; a double submission is the same run.
func TestRunAtOnce(t *testing.T) {
	eachBooks(t, func(w *runs) {
		id, err := w.asset("cost", "1200", "class", "办公家具", "ready_on", "2021-03-20", "residual", "0", "method", "年限平均法", "life", "12")
		if err != nil {
			w.t.Fatal(err)
		}
		digest := w.plan(202104).Digest
		done := make(chan error, 4)
		for i := range 4 {
			go func() {
				_, err := w.d.Do(context.WithoutCancel(w.t.Context()), person(1, "会计"), w.tenant, "depreciate-once-000"+string(rune('a'+i)), w.books, 202104, digest, nil)
				done <- err
			}()
		}
		ok := 0
		for range 4 {
			if <-done == nil {
				ok++
			}
		}
		if ok != 1 || w.card(id).Accumulated != 10000 {
			w.t.Fatalf("%d runs, depreciated %s", ok, w.card(id).Accumulated)
		}
		digest = w.plan(202105).Digest
		first, err := w.d.Do(w.t.Context(), person(1, "会计"), w.tenant, "depreciate-twice-001", w.books, 202105, digest, nil)
		if err != nil {
			w.t.Fatal(err)
		}
		again, err := w.d.Do(w.t.Context(), person(1, "会计"), w.tenant, "depreciate-twice-001", w.books, 202105, digest, nil)
		if err != nil || again != first {
			w.t.Fatalf("%d and %d: %v", first, again, err)
		}
		w.whole()
	})
}

// TestDividedAccounts: where the books have divided an account, the entry goes to the one that was chosen.
func TestDividedAccounts(t *testing.T) {
	eachBooks(t, func(w *runs) {
		if _, err := w.asset("cost", "1200", "class", "厂房", "nature", "经营性", "ready_on", "2021-03-20"); err != nil {
			w.t.Fatal(err)
		}
		for code, name := range map[string]string{"50201": "租赁支出", "50202": "厂房折旧"} {
			if err := w.l.AddAccount(w.t.Context(), access.System, w.tenant, w.books, code, name); err != nil {
				w.t.Fatal(err)
			}
		}
		p := w.plan(202104)
		if p.Postings[0].Account != "50201" || len(p.Postings[0].Choices) != 2 {
			w.t.Fatalf("%+v", p.Postings[0])
		}
		if _, err := w.d.Do(w.t.Context(), access.System, w.tenant, "depreciate-sub-00001", w.books, 202104, p.Digest, map[string]string{"502": "541"}); fieldOf(err) != "account.502" {
			w.t.Fatalf("an account of another kind: %v", err)
		}
		id, err := w.d.Do(w.t.Context(), access.System, w.tenant, "depreciate-sub-00002", w.books, 202104, p.Digest, map[string]string{"502": "50202"})
		if err != nil {
			w.t.Fatal(err)
		}
		r, err := w.d.Runs.Get(w.t.Context(), access.System, w.tenant, id)
		if err != nil {
			w.t.Fatal(err)
		}
		v, err := w.l.Get(w.t.Context(), access.System, w.tenant, r.Voucher)
		if err != nil || v.Lines[0].Account != "50202" {
			w.t.Fatalf("%+v %v", v, err)
		}
		if _, err := w.d.Runs.Create(w.t.Context(), access.System, w.tenant, "", &asset.Run{Books: w.books, Month: 202105}); !errs.Is(err, errs.Invalid) {
			w.t.Fatalf("a run by hand: %v", err)
		}
		if _, _, err := w.d.Runs.List(w.t.Context(), access.System, w.tenant, record.Filter{Scope: village}); err != nil {
			w.t.Fatal(err)
		}
	})
}
