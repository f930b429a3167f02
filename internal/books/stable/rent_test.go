package stable

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

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
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// billing is a world in which rent is billed by month; each history gets a village of its own.
type billing struct {
	*world
	r                     *rent.Service
	clerk, second, leader access.Principal
	place                 string
	books                 ids.ID
	n                     int
}

func newBilling(t testing.TB, d *db.DB) *billing {
	t.Helper()
	w := newWorld(t, d)
	w.ctx = context.Background() // it is shared by all histories
	bank.New(w.env, w.l)
	as := func(id int64, name, role string) access.Principal {
		return access.Principal{ID: ids.ID(id), Name: name, Grants: []access.Grant{{Role: role, Region: "321182103000"}}}
	}
	return &billing{world: w, r: rent.New(w.env, w.l), clerk: as(12, "会计老李", "town_accountant"), second: as(14, "会计小周", "town_accountant"), leader: as(15, "书记", "town_secretary")}
}

// history is what happened in one village so far.
type history struct {
	contracts, receipts, runs, writeoffs []ids.ID
	month                                date.Month
	day                                  date.Date
}

// The days of histories: books begin with the first, the clock of the tests stands on the last.
var (
	firstDay = date.Must("2021-01-01")
	lastDay  = date.Must("2021-11-10")
)

func (b *billing) found(rt *rapid.T) *history {
	b.n++
	b.place = fmt.Sprintf("321182103%03d", 300+b.n)
	b.ok(b.env.Regions.Save(b.ctx, []region.Region{{Code: b.place, Name: fmt.Sprint("村", b.n), Level: "village"}}))
	p := &party.Party{Name: fmt.Sprint("合作社", b.n), Kind: party.Collective}
	p.Region = b.place
	unit, err := b.parties.Create(b.ctx, access.System, b.tenant, "", p)
	b.ok(err)
	b.books, err = b.l.Books.Create(b.ctx, access.System, b.tenant, "", &ledger.Books{Name: fmt.Sprint("账套", b.n), Party: unit, Chart: ledger.Chart2004, From: firstDay.YearMonth()})
	b.ok(err)
	rule := &rent.Rule{Name: fmt.Sprint("规则", b.n), From: firstDay, Terms: rent.Terms{Basis: rapid.SampledFrom([]string{rent.Accrual, rent.OnReceipt}).Draw(rt, "basis"), LateRate: 500}}
	rule.Region = b.place
	_, err = b.r.Rules.Create(b.ctx, access.System, b.tenant, "", rule)
	b.ok(err)
	h := &history{month: firstDay.YearMonth(), day: firstDay}
	for i := range rapid.IntRange(1, 2).Draw(rt, "contracts") {
		from := firstDay.AddDays(rapid.IntRange(0, 120).Draw(rt, fmt.Sprint("from", i)))
		c := &contract.Contract{
			Name: "物业服务", Kind: contract.Service, PartyA: unit, PartyB: b.tenantID(), Signed: from, From: from, To: from.AddMonths(rapid.IntRange(2, 40).Draw(rt, fmt.Sprint("term", i))),
			Pay: money.Fen(rapid.IntRange(1, 5000_00).Draw(rt, fmt.Sprint("pay", i))), PayMonths: rapid.SampledFrom([]int{1, 3, 12}).Draw(rt, fmt.Sprint("every", i)),
			Advance: rapid.Bool().Draw(rt, fmt.Sprint("advance", i)), Stable: true, More: contract.More{Prorate: "months"},
		}
		id, err := b.contracts.Create(b.ctx, access.System, b.tenant, "", c)
		b.ok(err)
		b.ok(b.contracts.Do(b.ctx, access.System, b.tenant, id, 0, "sign", ""))
		h.contracts = append(h.contracts, id)
	}
	return h
}

// tried fails on what is no refusal.
func tried(rt *rapid.T, err error) bool {
	if err != nil && errs.KindOf(err) == errs.Internal {
		rt.Fatal(err)
	}
	return err == nil
}

// step does one thing at random: bill, receive, void, write off, charge a fee, amend or end a contract.
func (b *billing) step(rt *rapid.T, h *history) {
	c := rapid.SampledFrom(h.contracts).Draw(rt, "contract")
	switch rapid.IntRange(0, 9).Draw(rt, "event") {
	case 0, 1, 2:
		if h.month >= lastDay.YearMonth() {
			return
		}
		p, err := b.r.Plan(b.ctx, b.d.Read(), b.tenant, b.books, h.month)
		b.ok(err)
		if id, err := b.r.Do(b.ctx, b.clerk, b.tenant, "", b.books, h.month, p.Digest); tried(rt, err) {
			h.runs = append(h.runs, id)
		}
		h.month = h.month.Next()
	case 3, 4, 5:
		if h.day = h.day.AddDays(rapid.IntRange(0, 40).Draw(rt, "later")); h.day.After(lastDay) {
			h.day = lastDay
		}
		in := rent.Input{Contract: c, Date: h.day, Method: rapid.SampledFrom([]string{rent.ByBank, rent.ByCash}).Draw(rt, "method"), Amount: money.Fen(rapid.IntRange(1, 9000_00).Draw(rt, "fen"))}
		in.Kind = rapid.SampledFrom([]string{rent.Rent, rent.Rent, rent.Rent, rent.Deposit, rent.Return, rent.Offset, rent.Refund}).Draw(rt, "kind")
		if id, err := b.r.Receive(b.ctx, b.clerk, b.tenant, "", in); tried(rt, err) {
			h.receipts = append(h.receipts, id)
		}
	case 6:
		if len(h.receipts) > 0 {
			tried(rt, b.r.Receipts.Do(b.ctx, b.clerk, b.tenant, rapid.SampledFrom(h.receipts).Draw(rt, "void"), 0, "void", "错"))
		}
		if len(h.runs) > 0 && rapid.Bool().Draw(rt, "the run too") {
			if tried(rt, b.r.Void(b.ctx, b.clerk, b.tenant, h.runs[len(h.runs)-1], 0, "错")) {
				h.runs, h.month = h.runs[:len(h.runs)-1], h.month.Prev()
			}
		}
	case 7:
		b.lose(rt, h, c)
	case 8:
		items, err := rent.ItemsOf(b.ctx, b.d.Read(), b.tenant, c, 0)
		b.ok(err)
		if len(items) > 0 {
			i := rapid.SampledFrom(items).Draw(rt, "item")
			f, err := b.r.FeeOn(b.ctx, b.d.Read(), b.tenant, &i, lastDay)
			b.ok(err)
			_, err = b.r.ChargeFee(b.ctx, b.clerk, b.tenant, "", i.ID, lastDay, f.Due)
			tried(rt, err)
		}
	case 9:
		v, err := b.contracts.Get(b.ctx, access.System, b.tenant, c)
		b.ok(err)
		if rapid.Bool().Draw(rt, "amended") {
			v.Pay, v.Effective = money.Fen(rapid.IntRange(1, 5000_00).Draw(rt, "new pay")), v.From.AddDays(rapid.IntRange(0, 300).Draw(rt, "effective"))
		} else {
			v.Ended = v.From.AddDays(rapid.IntRange(1, 400).Draw(rt, "ended"))
		}
		tried(rt, b.contracts.Update(b.ctx, access.System, b.tenant, v))
	}
}

// lose writes an open item off, or sets one that was written off up again.
func (b *billing) lose(rt *rapid.T, h *history, c ids.ID) {
	if len(h.writeoffs) > 0 && rapid.Bool().Draw(rt, "recovered") {
		tried(rt, b.r.Writeoffs.Do(b.ctx, b.clerk, b.tenant, h.writeoffs[len(h.writeoffs)-1], 0, "recover", "又收到"))
		return
	}
	items, err := rent.ItemsOf(b.ctx, b.d.Read(), b.tenant, c, 0)
	b.ok(err)
	items = slices.DeleteFunc(items, func(i rent.Item) bool { return i.Open() <= 0 })
	if len(items) == 0 {
		return
	}
	i := rapid.SampledFrom(items).Draw(rt, "item")
	v := &rent.Writeoff{Item: i.ID, Date: lastDay, Amount: money.Fen(rapid.Int64Range(1, int64(i.Open())).Draw(rt, "lost")), Reason: "无法收回", Evidence: "决议"}
	id, err := b.r.Writeoffs.Create(b.ctx, b.clerk, b.tenant, "", v)
	if tried(rt, err) && tried(rt, b.r.Writeoffs.Do(b.ctx, b.leader, b.tenant, id, 0, "approve", "")) {
		h.writeoffs = append(h.writeoffs, id)
	}
}

// publish reviews and posts all drafts of the village.
func (b *billing) publish() {
	page, _, err := b.l.Vouchers.List(b.ctx, access.System, b.tenant, record.Filter{Scope: b.place, Page: db.Paging{Limit: 1000}})
	b.ok(err)
	for _, v := range page.Items {
		if v.State == ledger.Draft {
			b.ok(b.l.Review(b.ctx, b.second, b.tenant, v.ID, 0))
			b.ok(b.l.Post(b.ctx, b.clerk, b.tenant, v.ID, 0))
		}
	}
}

// closes counts the year up to a day; every contract's lines explain each other to the fen.
func (b *billing) closes(rt *rapid.T, day date.Date) *Year {
	y, err := b.s.Of(b.ctx, b.d.Read(), b.tenant, [][2]string{{b.place, b.place + "0"}}, PeriodOf(day.Year(), day))
	b.ok(err)
	for i := range y.Items {
		if a := &y.Items[i].Amounts; !a.Closes() {
			x, z, r := a.Off()
			rt.Fatalf("%s on %s: %s, %s and %s unexplained in %v", y.Items[i].Contract.No, day, x, z, r, *a)
		}
	}
	return y
}

// paid is the rent that was received and given back in cash and by bank, and income what the accounts of tenants say was
// booked.
func (b *billing) paid(h *history) (cash, income money.Fen) {
	for _, c := range h.contracts {
		receipts, err := rent.ReceiptsOf(b.ctx, b.d.Read(), b.tenant, c, 0)
		b.ok(err)
		for i := range receipts {
			switch r := &receipts[i]; {
			case r.State != rent.ReceiptDone:
			case r.Kind == rent.Rent:
				cash += r.Amount
			case r.Kind == rent.Refund:
				cash -= r.Amount
			}
		}
		accounts, err := rent.AccountsOf(b.ctx, b.d.Read(), b.tenant, c, 0)
		b.ok(err)
		for _, a := range accounts {
			income += a.Booked.Income
		}
	}
	return cash, income
}

// TestBilledHistories: whatever is billed, received, credited, given back, written off, charged late, voided, amended and
// ended, the three ways differ by named lines only; what was received is what the receipts say, and what was accrued what
// the tenants' accounts say.
func TestBilledHistories(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = flag.Set("rapid.checks", "40") // each is a village with its books
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBilling(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			h := b.found(rt)
			for range rapid.IntRange(1, 14).Draw(rt, "events") {
				b.step(rt, h)
				if rapid.Bool().Draw(rt, "post") {
					b.publish()
				}
			}
			b.closes(rt, firstDay.AddDays(rapid.IntRange(0, 313).Draw(rt, "looked at on")))
			b.publish()
			y := b.closes(rt, lastDay)
			sum, err := y.Sum()
			b.ok(err)
			if cash, income := b.paid(h); sum[Received] != cash || sum[Accrued] != income {
				rt.Fatalf("received %s and accrued %s, the receipts say %s, the accounts %s", sum[Received], sum[Accrued], cash, income)
			}
			b.closes(rt, date.Must("2022-12-31"))
		})
	})
}
