package disposal_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/asset"
	"huicun/internal/books/disposal"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
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

// TestDisposal: the whole way of a sale, its refusals, its voucher, and back.
func TestDisposal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ctx := t.Context()
		regions := region.New(d)
		ok(regions.Save(ctx, []region.Region{
			{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
		}))
		tn, err := regions.TenantOf(ctx, village)
		ok(err)
		box, err := secret.NewBox(make([]byte, secret.KeySize))
		ok(err)
		e := record.NewEnv(d, regions, box)
		parties := party.NewParties(e)
		l := ledger.New(e)
		assets := asset.NewAssets(e)
		asset.NewUnits(e)
		asset.NewDepreciation(e, l)
		rules, shares := asset.NewRules(e), asset.NewShares(e)
		s := disposal.New(e, l, asset.NewChanges(e))
		p := &party.Party{Name: "合作社", Kind: party.Collective}
		p.Region = village
		owner, err := parties.Create(ctx, access.System, tn.ID, "", p)
		ok(err)
		today := date.Of(d.Now())
		from := today.AddMonths(-3).YearMonth()
		chart := ledger.Chart2004
		if from.Year() >= 2024 {
			chart = ledger.Chart2023
		}
		_, err = l.Books.Create(ctx, access.System, tn.ID, "", &ledger.Books{Name: "账套", Party: owner, Chart: chart, From: from})
		ok(err)
		rule := &asset.Rule{Name: "规定", From: date.Must("2020-01-01"), Terms: asset.Terms{PublishDays: 7, ValueFrom: 1000000}}
		rule.Region = "321182103000"
		_, err = rules.Create(ctx, access.System, tn.ID, "", rule)
		ok(err)
		card := &asset.Asset{Name: "拖拉机", Owner: owner, Kind: "equipment", Origin: "existing", Cost: 10000000, ReadyOn: date.Must("2015-01-01")}
		ok(assets.SetTexts(ctx, e.ForTenant(tn.ID), village, card, map[string]string{"quantity": "1台", "class": "农业机械", "method": "不计提", "prior": "60000", "prior_to": "2020-12-31"}))
		id, err := assets.Create(ctx, access.System, tn.ID, "", card)
		ok(err)

		// several sources never give more than the cost, and share what is left of it
		for i, fen := range []money.Fen{4000000, 6000001, 6000000} {
			_, err := shares.Create(ctx, access.System, tn.ID, "", &asset.Share{Asset: id, Source: []string{"own", "aid", "aid"}[i], Fen: fen})
			if (fieldsOf(err) == "amount") != (i == 1) || i != 1 && err != nil {
				t.Fatalf("share %d: %v", i, err)
			}
		}

		asked := today.AddDays(-30)
		v := &disposal.Disposal{Asset: id, Reason: "sell", Cause: "不用了", AskedOn: asked}
		made, err := s.List.Create(ctx, clerk, tn.ID, "", v)
		ok(err)
		if _, err := s.List.Create(ctx, clerk, tn.ID, "", &disposal.Disposal{Asset: id, Reason: "scrap", Cause: "旧", AskedOn: asked}); fieldsOf(err) != "asset" {
			t.Fatalf("asked twice: %v", err)
		}
		do := func(who access.Principal, event, reason string) error {
			return s.List.Do(ctx, who, tn.ID, made, 0, event, reason)
		}
		change := func(fn func(*disposal.Disposal)) error {
			x, err := s.List.Get(ctx, clerk, tn.ID, made)
			ok(err)
			fn(x)
			return s.List.Update(ctx, clerk, tn.ID, x)
		}
		if err := do(clerk, "decide", ""); fieldsOf(err) != "resolution decided floor value" {
			t.Fatalf("decided without anything: %v", err)
		}
		ok(change(func(x *disposal.Disposal) {
			x.Resolution, x.DecidedOn, x.Floor, x.Value, x.Valuer = "决1号", asked.AddDays(1), 3000000, 3500000, "评估所"
		}))
		ok(do(clerk, "decide", ""))
		if err := change(func(x *disposal.Disposal) { x.Floor = 1 }); !errs.Is(err, errs.State) {
			t.Fatalf("the floor after the decision: %v", err)
		}
		if err := do(clerk, "review", ""); !errs.Is(err, errs.State) {
			t.Fatalf("reviewed by who asked: %v", err)
		}
		ok(do(chief, "review", ""))
		ok(change(func(x *disposal.Disposal) { x.PublishedOn = asked.AddDays(2) }))
		ok(do(clerk, "publish", ""))
		if err := change(func(x *disposal.Disposal) { x.DisposedOn, x.Proceeds = today, 2999999 }); fieldsOf(err) != "proceeds" {
			t.Fatalf("below the floor: %v", err)
		}
		if err := change(func(x *disposal.Disposal) { x.DisposedOn = asked.AddDays(8) }); fieldsOf(err) != "disposed" {
			t.Fatalf("while it was published: %v", err)
		}
		if err := do(clerk, "dispose", ""); fieldsOf(err) != "disposed" {
			t.Fatalf("without a day: %v", err)
		}
		ok(change(func(x *disposal.Disposal) { x.DisposedOn, x.Proceeds, x.Costs = today, 5000000, 200000 }))
		s.Uses = nil
		for range 2 {
			ok(do(clerk, "dispose", ""))
			x, err := s.List.Get(ctx, clerk, tn.ID, made)
			ok(err)
			voucher, err := l.Get(ctx, access.System, tn.ID, x.Voucher)
			ok(err)
			var sum money.Fen
			var lines []string
			for _, l := range voucher.Lines {
				sum += l.Debit - l.Credit
				lines = append(lines, l.Account+" "+(l.Debit-l.Credit).Plain())
			}
			slices.Sort(lines)
			want := map[string]string{
				ledger.Chart2023: "102 -2000.00, 102 50000.00, 151 -100000.00, 152 60000.00, 154 -50000.00, 154 2000.00, 154 40000.00, 154 8000.00, 504 -8000.00",
				ledger.Chart2004: "102 -2000.00, 102 50000.00, 151 -100000.00, 152 60000.00, 153 -50000.00, 153 2000.00, 153 40000.00, 153 8000.00, 531 -8000.00",
			}[chart]
			if got := strings.Join(lines, ", "); sum != 0 || got != want {
				t.Fatalf("%s, want %s", got, want)
			}
			a, err := asset.Get(ctx, d.Read(), tn.ID, id)
			ok(err)
			if a.State != "retired" || a.Retired != today {
				t.Fatalf("%+v", a)
			}
			if err := change(func(x *disposal.Disposal) { x.Proceeds = 6000000 }); !errs.Is(err, errs.State) {
				t.Fatalf("changed when it was done: %v", err)
			}
			inv, err := asset.InventoryOf(ctx, d.Read(), tn.ID, [][2]string{{"321182103", "321182104"}}, today.AddDays(-1), today)
			ok(err)
			m, err := inv.Total()
			ok(err)
			if m.From != 10000000 || m.Out != 10000000 || m.To != 0 || m.AccMoved != -6000000 || m.CardsTo != 0 {
				t.Fatalf("%+v", m)
			}
			ok(do(chief, "revoke", "价款没有到账"))
			if a, err = asset.Get(ctx, d.Read(), tn.ID, id); err != nil || a.State == "retired" || !a.Retired.IsZero() {
				t.Fatalf("%+v %v", a, err)
			}
			if bad, err := asset.Check(ctx, d.Read(), tn.ID); err != nil || len(bad) > 0 {
				t.Fatal(bad, err)
			}
			if list, err := ledger.VouchersFor(ctx, d.Read(), tn.ID, disposal.Kind, made); err != nil || len(list) != 0 {
				t.Fatalf("%d vouchers remain: %v", len(list), err)
			}
		}
	})
}

// TestLines: whatever is won or lost, the entries balance, and 固定资产清理 ends at nothing.
func TestLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := func(name string) money.Fen { return money.Fen(rapid.Int64Range(0, 1e12).Draw(t, name)) }
		a := &asset.Asset{No: "ZC-1", Name: "物"}
		a.Class = rapid.SampledFrom([]string{"010101", "020201", "050201", "030202", "060101"}).Draw(t, "class")
		a.Cost = fen("cost")
		a.Accumulated = money.Fen(rapid.Int64Range(0, int64(a.Cost)).Draw(t, "accumulated"))
		d := &disposal.Disposal{Reason: "sell", Proceeds: fen("proceeds"), Costs: fen("costs")}
		chart := rapid.SampledFrom([]string{ledger.Chart2004, ledger.Chart2023}).Draw(t, "chart")
		lines, err := disposal.Lines(a, d, chart)
		if err != nil {
			t.Fatal(err)
		}
		var sum, over money.Fen
		for _, l := range lines {
			if (l.Debit == 0) == (l.Credit == 0) || l.Debit < 0 || l.Credit < 0 {
				t.Fatalf("%+v", l)
			}
			sum += l.Debit - l.Credit
			if l.Account == asset.OutcomeOf(chart).Clearing {
				over += l.Debit - l.Credit
			}
		}
		if sum != 0 || over != 0 {
			t.Fatalf("%s and %s are left of %+v", sum, over, lines)
		}
	})
}
