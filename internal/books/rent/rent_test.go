package rent_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
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

const (
	village = "321182103205"
	town    = "321182103000"
)

var ctx = context.Background()

// world is a county with one village, its collective with books from January 2021 and a tenant, on 10 November 2021.
type world struct {
	t         testing.TB
	d         *db.DB
	env       *record.Env
	l         *ledger.Ledger
	s         *rent.Service
	bank      *bank.Service
	contracts *record.Noun[contract.Contract]
	parties   *record.Noun[party.Party]
	tenant    int64
	unit      ids.ID // the collective
	firm      ids.ID
	heir      ids.ID // another tenant
	books     ids.ID
	clerk     access.Principal
	second    access.Principal
	place     string
	n         int
}

func newWorld(t testing.TB, d *db.DB, chart string, from date.Month) *world {
	t.Helper()
	w := &world{t: t, d: d, place: village}
	regions := region.New(d)
	w.ok(regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	w.ok(err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	w.ok(err)
	w.env = record.NewEnv(d, regions, box)
	w.parties = party.NewParties(w.env)
	w.l = ledger.New(w.env)
	asset.NewAssets(w.env)
	asset.NewUnits(w.env)
	w.contracts = contract.NewContracts(w.env)
	w.bank = bank.New(w.env, w.l)
	w.s = rent.New(w.env, w.l)
	w.s.Connect(w.bank)
	w.unit = w.party("永胜村股份经济合作社", party.Collective)
	w.firm = w.party("一厂", party.Enterprise)
	w.books, err = w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: "永胜村账套", Party: w.unit, Chart: chart, From: from})
	w.ok(err)
	w.clerk = access.Principal{ID: 12, Name: "会计老李", Grants: []access.Grant{{Role: "town_accountant", Region: town}}}
	w.second = access.Principal{ID: 14, Name: "会计小周", Grants: []access.Grant{{Role: "town_accountant", Region: town}}}
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) party(name, kind string) ids.ID {
	w.t.Helper()
	p := &party.Party{Name: name, Kind: kind}
	p.Region = w.place
	id, err := w.parties.Create(ctx, access.System, w.tenant, "", p)
	w.ok(err)
	return id
}

// contract signs a contract of services, paid every some months in advance.
func (w *world) contract(from, to string, pay money.Fen, months int) ids.ID {
	w.t.Helper()
	c := &contract.Contract{
		Name: "物业服务", Kind: contract.Service, PartyA: w.unit, PartyB: w.firm, Signed: date.Must(from), From: date.Must(from), To: date.Must(to),
		Pay: pay, PayMonths: months, Advance: true, More: contract.More{Prorate: "months"},
	}
	id, err := w.contracts.Create(ctx, access.System, w.tenant, "", c)
	w.ok(err)
	w.ok(w.contracts.Do(ctx, access.System, w.tenant, id, 0, "sign", ""))
	return id
}

func (w *world) rule(basis, from string) {
	w.t.Helper()
	w.n++
	r := &rent.Rule{Name: fmt.Sprint("规则", w.n), From: date.Must(from), Terms: rent.Terms{Basis: basis}}
	r.Region = town
	_, err := w.s.Rules.Create(ctx, access.System, w.tenant, "", r)
	w.ok(err)
}

func (w *world) bill(m date.Month) ids.ID {
	w.t.Helper()
	p, err := w.s.Plan(ctx, w.d.Read(), w.tenant, w.books, m)
	w.ok(err)
	id, err := w.s.Do(ctx, w.clerk, w.tenant, "", w.books, m, p.Digest)
	w.ok(err)
	return id
}

func (w *world) receive(kind string, c ids.ID, day string, fen money.Fen) (ids.ID, error) {
	return w.s.Receive(ctx, w.clerk, w.tenant, "", rent.Input{Contract: c, Kind: kind, Date: date.Must(day), Method: rent.ByBank, Amount: fen})
}

// post reviews and posts every draft.
func (w *world) post() {
	w.t.Helper()
	page, _, err := w.l.Vouchers.List(ctx, access.System, w.tenant, record.Filter{Scope: w.place, Page: db.Paging{Limit: 1000}})
	w.ok(err)
	slices.SortFunc(page.Items, func(a, b ledger.Voucher) int { return cmp.Compare(a.ID, b.ID) }) // the red one before the blue one
	for _, v := range page.Items {
		if v.State == ledger.Draft {
			w.ok(w.l.Review(ctx, w.second, w.tenant, v.ID, 0))
			w.ok(w.l.Post(ctx, w.clerk, w.tenant, v.ID, 0))
		}
	}
}

// stands is what the ledger has on an account, debits less credits.
func (w *world) stands(account string) money.Fen {
	w.t.Helper()
	fen, err := ledger.PostedAt(ctx, w.d.Read(), w.tenant, w.books, account, date.Must("2021-12-31"))
	w.ok(err)
	return fen
}

func (w *world) sound() {
	w.t.Helper()
	problems, err := rent.Check(ctx, w.d.Read(), w.tenant)
	w.ok(err)
	more, err := contract.Check(ctx, w.d.Read(), w.tenant)
	w.ok(err)
	if problems = append(problems, more...); len(problems) > 0 {
		w.t.Fatal(problems)
	}
}

func (w *world) expect(what string, account string, want money.Fen) {
	w.t.Helper()
	if got := w.stands(account); got != want {
		w.t.Errorf("%s: account %s stands at %s, want %s", what, account, got, want)
	}
}

// TestAccrual bills by month, receives ahead and late, and compares the ledger: nothing is income before its month.
func TestAccrual(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.rule(rent.Accrual, "2021-01-01")
		c := w.contract("2021-07-01", "2022-06-30", 12000_00, 12)
		run := w.bill(202107)
		w.post()
		w.expect("billed", "112", 1000_00)
		w.expect("billed", "501", -1000_00)
		_, err := w.receive(rent.Rent, c, "2021-08-05", 5000_00)
		w.ok(err)
		w.post()
		w.expect("part paid", "112", 0)
		w.expect("part paid", "202", -4000_00)
		w.bill(202108)
		w.post()
		w.expect("august", "501", -2000_00)
		w.expect("august", "202", -3000_00)
		open, err := rent.OpenOn(ctx, d.Read(), w.tenant, [][2]string{{village, village + "0"}}, date.Must("2021-11-10"))
		w.ok(err)
		if len(open) != 1 || open[0].Open != 7000_00 || open[0].Amount != 12000_00 || open[0].Debtor != "一厂" {
			t.Errorf("open: %+v", open)
		}
		before, err := rent.OpenOn(ctx, d.Read(), w.tenant, [][2]string{{village, village + "0"}}, date.Must("2021-08-04"))
		w.ok(err)
		if len(before) != 1 || before[0].Open != 12000_00 {
			t.Errorf("open on 4 August: %+v", before)
		}
		if err := w.s.Void(ctx, w.clerk, w.tenant, run, 0, "试"); errs.KindOf(err) != errs.State {
			t.Errorf("an earlier run is taken back: %v", err)
		}
		w.sound()
	})
}

// TestOnReceipt: income is what was received as far as it was billed; the rest is held.
func TestOnReceipt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		c := w.contract("2021-07-01", "2022-06-30", 1000_00, 3)
		w.bill(202107)
		w.expect("billed", "112", 0)
		r, err := w.receive(rent.Rent, c, "2021-08-05", 1500_00)
		w.ok(err)
		w.post()
		w.expect("received", "501", -1000_00)
		w.expect("received", "202", -500_00)
		w.bill(202110)
		w.post()
		w.expect("october", "501", -1500_00)
		w.expect("october", "202", 0)
		items, err := rent.ItemsOf(ctx, d.Read(), w.tenant, c, 0)
		w.ok(err)
		if len(items) != 2 || items[0].Open() != 0 || items[1].Open() != 500_00 {
			t.Errorf("items: %+v", items)
		}
		w.sound()
		w.ok(w.s.Receipts.Do(ctx, w.clerk, w.tenant, r, 0, "void", "退票"))
		w.post()
		w.expect("void", "501", 0)
		w.expect("void", "202", 0)
		w.expect("void", "102", 0)
		w.sound()
	})
}

// TestDeposit: a deposit is owed back, returned no further than it is held, and can pay what is owed.
func TestDeposit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		c := w.contract("2021-07-01", "2022-06-30", 1000_00, 3)
		_, err := w.receive(rent.Deposit, c, "2021-07-01", 300_00)
		w.ok(err)
		w.bill(202107)
		_, err = w.receive(rent.Return, c, "2021-08-01", 300_01)
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("more than the deposit is returned: %v", err)
		}
		_, err = w.receive(rent.Offset, c, "2021-08-01", 200_00)
		w.ok(err)
		_, err = w.receive(rent.Return, c, "2021-08-02", 100_00)
		w.ok(err)
		w.post()
		w.expect("deposit", "202", 0)
		w.expect("deposit", "102", 200_00)
		w.expect("deposit", "501", -200_00)
		w.sound()
	})
}

// TestAdopt: what others booked on the contract before is taken over, once, and not booked again.
func TestAdopt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		c := w.contract("2021-07-01", "2022-06-30", 1000_00, 3)
		v := &ledger.Voucher{Books: w.books, Date: date.Must("2021-07-20"), Summary: "收款", Lines: []ledger.Line{{Account: "102", Debit: 1000_00}, {Account: "501", Credit: 1000_00, Contract: c}}}
		_, err := w.l.SaveDraft(ctx, w.clerk, w.tenant, "", v)
		w.ok(err)
		w.post()
		w.bill(202107)
		w.post()
		w.expect("adopted", "501", -1000_00)
		w.bill(202110)
		w.post()
		w.expect("adopted once", "501", -1000_00)
		open, err := rent.OwedOn(ctx, d.Read(), w.tenant, [][2]string{{village, village + "0"}}, date.Must("2021-11-10"))
		w.ok(err)
		if len(open) != 1 || open[0].Open != 1000_00 || open[0].Since != date.Must("2021-10-01") {
			t.Errorf("owed: %+v", open)
		}
		w.sound()
	})
}

// TestLoss: a bad debt is written off by another than who asked, and set up again before it is received after all.
func TestLoss(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.rule(rent.Accrual, "2021-01-01")
		c := w.contract("2021-01-01", "2021-06-30", 1000_00, 3)
		w.bill(202106)
		_, err := w.receive(rent.Rent, c, "2021-07-01", 1500_00)
		w.ok(err)
		items, err := rent.ItemsOf(ctx, d.Read(), w.tenant, c, 0)
		w.ok(err)
		ask := func(fen money.Fen) (ids.ID, error) {
			return w.s.Writeoffs.Create(ctx, w.clerk, w.tenant, "", &rent.Writeoff{Item: items[1].ID, Date: date.Must("2021-11-01"), Amount: fen, Reason: "承租人注销"})
		}
		if _, err := ask(500_01); errs.KindOf(err) != errs.Invalid {
			t.Errorf("more than is open is written off: %v", err)
		}
		id, err := ask(500_00)
		w.ok(err)
		boss := access.Principal{ID: 20, Name: "书记", Grants: []access.Grant{{Role: "town_secretary", Region: town}}}
		both := access.Principal{ID: w.clerk.ID, Name: w.clerk.Name, Grants: append(boss.Grants, w.clerk.Grants...)}
		if err := w.s.Writeoffs.Do(ctx, both, w.tenant, id, 0, "approve", ""); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("who asked approves: %v", err)
		}
		w.ok(w.s.Writeoffs.Do(ctx, boss, w.tenant, id, 0, "approve", ""))
		w.post()
		w.expect("written off", "112", 0)
		w.expect("written off", "551", 500_00)
		w.sound()
		w.ok(w.s.Writeoffs.Do(ctx, w.clerk, w.tenant, id, 0, "recover", "又付款"))
		_, err = w.receive(rent.Rent, c, "2021-11-09", 500_00)
		w.ok(err)
		w.post()
		w.expect("recovered", "112", 0)
		w.expect("recovered", "551", 0)
		w.expect("recovered", "102", 2000_00)
		w.sound()
	})
}

// TestFee: the late fee counts each part's days, keeps to the grace and the cap, and is charged by a person as an item of its own.
func TestFee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		r := &rent.Rule{Name: "规则", From: date.Must("2021-01-01"), Terms: rent.Terms{LateRate: 5_00, LateGrace: 10, LateCap: 10_00}}
		r.Region = town
		_, err := w.s.Rules.Create(ctx, access.System, w.tenant, "", r)
		w.ok(err)
		c := w.contract("2021-10-01", "2022-09-30", 10000_00, 12)
		w.bill(202110)
		_, err = w.receive(rent.Rent, c, "2021-10-21", 4000_00)
		w.ok(err)
		items, err := rent.ItemsOf(ctx, d.Read(), w.tenant, c, 0)
		w.ok(err)
		for _, x := range []struct {
			day  string
			want money.Fen
		}{{"2021-10-11", 0}, {"2021-10-12", 55_00}, {"2021-11-10", 40_00 + 120_00}, {"2022-12-31", 1000_00}} {
			f, err := w.s.FeeOn(ctx, d.Read(), w.tenant, &items[0], date.Must(x.day))
			w.ok(err)
			if f.Due != x.want {
				t.Errorf("%s: %s, want %s", x.day, f.Due, x.want)
			}
		}
		if _, err := w.s.ChargeFee(ctx, w.clerk, w.tenant, "", items[0].ID, date.Must("2021-11-10"), 1); errs.KindOf(err) != errs.Stale {
			t.Errorf("another fee than was shown is charged: %v", err)
		}
		_, err = w.s.ChargeFee(ctx, w.clerk, w.tenant, "", items[0].ID, date.Must("2021-11-10"), 160_00)
		w.ok(err)
		if _, err := w.s.ChargeFee(ctx, w.clerk, w.tenant, "", items[0].ID, date.Must("2021-11-10"), 160_00); errs.KindOf(err) != errs.State {
			t.Errorf("the same fee is charged twice: %v", err)
		}
		_, err = w.receive(rent.Rent, c, "2021-11-10", 6160_00)
		w.ok(err)
		w.post()
		w.expect("fee", "531", -160_00)
		w.sound()
		made, err := w.s.Dun(ctx, w.clerk, w.tenant, "", [][2]string{{village, village + "0"}}, []ids.ID{w.firm}, date.Must("2021-10-15"), 15)
		w.ok(err)
		page, _, err := w.s.Notices.List(ctx, access.System, w.tenant, record.Filter{Scope: town, Page: db.Paging{Limit: 10}})
		w.ok(err)
		if n := page.Items[0]; made != 1 || n.Amount != 10000_00 || !strings.Contains(n.Body, "壹万元整") || !strings.Contains(n.Body, "一厂：") || strings.Contains(n.Body, "{") {
			t.Errorf("%d letters: %+v", made, n)
		}
	})
}

// TestInvariants: whatever is billed, received, voided, amended, ended: money in is what covers items, was refunded or is held, and once every draft is posted
// the ledger holds what the accounts say.
func TestInvariants(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) { histories(rt, t, d) })
	})
}

func histories(rt *rapid.T, t *testing.T, d *db.DB) {
	w := shared(t, d)
	w.t = t
	if w.n++; fmt.Sprintf("%03d", w.n) == village[9:] {
		w.n++
	}
	w.place = fmt.Sprintf("321182103%03d", w.n)
	w.ok(w.env.Regions.Save(ctx, []region.Region{{Code: w.place, Name: fmt.Sprint("村", w.n), Level: "village"}}))
	w.unit = w.party(fmt.Sprint("合作社", w.n), party.Collective)
	basis := rapid.SampledFrom([]string{rent.Accrual, rent.OnReceipt}).Draw(rt, "basis")
	books, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: fmt.Sprint("账套", w.n), Party: w.unit, Chart: ledger.Chart2004, From: 202101})
	w.ok(err)
	w.books = books
	r := &rent.Rule{Name: fmt.Sprint("规则", w.n), From: date.Must("2021-01-01"), Terms: rent.Terms{Basis: basis}}
	r.Region = w.place
	_, err = w.s.Rules.Create(ctx, access.System, w.tenant, "", r)
	w.ok(err)
	w.heir = w.party(fmt.Sprint("接手厂", w.n), party.Enterprise)
	var contracts []ids.ID
	for i := range rapid.IntRange(1, 2).Draw(rt, "contracts") {
		from := date.Must("2021-01-01").AddDays(rapid.IntRange(0, 120).Draw(rt, fmt.Sprint("from", i)))
		contracts = append(contracts, w.contract(from.String(), from.AddMonths(rapid.IntRange(2, 40).Draw(rt, fmt.Sprint("term", i))).String(),
			money.Fen(rapid.IntRange(1, 5000_00).Draw(rt, fmt.Sprint("pay", i))), rapid.SampledFrom([]int{1, 3, 12}).Draw(rt, fmt.Sprint("every", i))))
	}
	var receipts, runs []ids.ID
	month := date.Month(202101)
	day := date.Must("2021-01-05")
	for range rapid.IntRange(1, 10).Draw(rt, "events") {
		c := rapid.SampledFrom(contracts).Draw(rt, "contract")
		switch rapid.IntRange(0, 8).Draw(rt, "event") {
		case 0, 1:
			if month > 202110 {
				continue
			}
			p, err := w.s.Plan(ctx, d.Read(), w.tenant, w.books, month)
			w.ok(err)
			if id, err := w.s.Do(ctx, w.clerk, w.tenant, "", w.books, month, p.Digest); err == nil {
				runs = append(runs, id)
			} else if errs.KindOf(err) == errs.Internal {
				rt.Fatal(err)
			}
			month = month.Next()
		case 2, 3:
			day = day.AddDays(rapid.IntRange(0, 40).Draw(rt, "later"))
			if day.After(date.Must("2021-11-10")) {
				continue
			}
			kind := rapid.SampledFrom([]string{rent.Rent, rent.Rent, rent.Deposit, rent.Return, rent.Offset, rent.Refund}).Draw(rt, "kind")
			id, err := w.receive(kind, c, day.String(), money.Fen(rapid.IntRange(1, 9000_00).Draw(rt, "fen")))
			if err == nil {
				receipts = append(receipts, id)
			} else if errs.KindOf(err) == errs.Internal {
				rt.Fatal(err)
			}
		case 4:
			if len(receipts) > 0 {
				if err := w.s.Receipts.Do(ctx, w.clerk, w.tenant, rapid.SampledFrom(receipts).Draw(rt, "void"), 0, "void", "错"); errs.KindOf(err) == errs.Internal && err != nil {
					rt.Fatal(err)
				}
			}
		case 5:
			if len(runs) > 0 {
				if err := w.s.Void(ctx, w.clerk, w.tenant, rapid.SampledFrom(runs).Draw(rt, "run"), 0, "错"); err == nil {
					month = month.Prev()
				} else if errs.KindOf(err) == errs.Internal {
					rt.Fatal(err)
				}
			}
		case 6:
			v, err := w.contracts.Get(ctx, access.System, w.tenant, c)
			w.ok(err)
			v.Pay, v.Effective = money.Fen(rapid.IntRange(1, 5000_00).Draw(rt, "new pay")), v.From.AddDays(rapid.IntRange(0, 300).Draw(rt, "effective"))
			if err := w.contracts.Update(ctx, access.System, w.tenant, v); err != nil && errs.KindOf(err) == errs.Internal {
				rt.Fatal(err)
			}
		case 7:
			v, err := w.contracts.Get(ctx, access.System, w.tenant, c)
			w.ok(err)
			v.Ended = v.From.AddDays(rapid.IntRange(1, 400).Draw(rt, "ended"))
			if err := w.contracts.Update(ctx, access.System, w.tenant, v); err != nil && errs.KindOf(err) == errs.Internal {
				rt.Fatal(err)
			}
		case 8:
			v, err := w.contracts.Get(ctx, access.System, w.tenant, c)
			w.ok(err)
			v.PartyB, v.Effective = rapid.SampledFrom([]ids.ID{w.firm, w.heir}).Draw(rt, "tenant"), v.From.AddDays(rapid.IntRange(0, 400).Draw(rt, "transfer"))
			if err := w.contracts.Update(ctx, access.System, w.tenant, v); err != nil && errs.KindOf(err) == errs.Internal {
				rt.Fatal(err)
			}
		}
		if rapid.Bool().Draw(rt, "post") {
			w.post()
		}
		w.balanced(rt, contracts)
	}
	w.post()
	w.sound()
	w.held(rt, contracts)
}

// balanced: money in = covered + refunded + held, for each contract.
func (w *world) balanced(rt *rapid.T, contracts []ids.ID) {
	for _, c := range contracts {
		receipts, err := rent.ReceiptsOf(ctx, w.d.Read(), w.tenant, c, 0)
		w.ok(err)
		items, err := rent.ItemsOf(ctx, w.d.Read(), w.tenant, c, 0)
		w.ok(err)
		var in, held, refunded, settled money.Fen
		for i := range receipts {
			switch r := &receipts[i]; {
			case r.State != rent.ReceiptDone:
			case r.Kind == rent.Rent || r.Kind == rent.Offset || r.Kind == rent.Booked:
				in += r.Amount
				held += r.Held()
			case r.Kind == rent.Refund:
				refunded += r.Amount
			}
		}
		for i := range items {
			settled += items[i].Settled
		}
		if in != settled+refunded+held {
			rt.Fatalf("money in %s, on items %s, refunded %s, held %s", in, settled, refunded, held)
		}
	}
}

// held compares the ledger, all of it posted, with the accounts.
func (w *world) held(rt *rapid.T, contracts []ids.ID) {
	var want rent.Position
	var bank, deposit money.Fen
	for _, c := range contracts {
		list, err := rent.AccountsOf(ctx, w.d.Read(), w.tenant, c, 0)
		w.ok(err)
		for _, a := range list {
			want.Receivable += a.Booked.Receivable
			want.Prepaid += a.Booked.Prepaid
			want.Income += a.Booked.Income
			bank += a.Received + a.Deposit
			deposit += a.Deposit
		}
	}
	for account, fen := range map[string]money.Fen{"102": bank, "112": want.Receivable, "202": -want.Prepaid - deposit, "501": -want.Income} {
		if got := w.stands(account); got != fen {
			rt.Fatalf("account %s stands at %s, the accounts say %s", account, got, fen)
		}
	}
}

var worlds = map[*db.DB]*world{}

// shared is one world for all histories on an engine.
func shared(t *testing.T, d *db.DB) *world {
	if worlds[d] == nil {
		worlds[d] = newWorld(t, d, ledger.Chart2004, 202101)
	}
	return worlds[d]
}
