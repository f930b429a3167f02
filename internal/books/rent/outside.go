package rent

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// What others booked on contracts: vouchers that were made for something else, and what people put right by hand of ours.

// adoption is what others booked on a contract since the last run: money by day; less is money taken over before that they took back, back
// what they gave back beyond it, on the day on.
type adoption struct {
	days               []dayFen
	less, back         money.Fen
	on                 date.Date
	income, receivable money.Fen
}

type dayFen struct {
	day date.Date
	fen money.Fen
}

// received is by how much the money received grows.
func (x *adoption) received() money.Fen {
	sum := -x.less - x.back
	for _, d := range x.days {
		sum += d.fen
	}
	return sum
}

// known is what was taken over for a tenant before: money in, and money given back.
type known struct{ in, back money.Fen }

// ownPrefix begins the kinds of the records that our vouchers are made for.
const ownPrefix = "rent_"

// outside keeps of the movements those that are not ours: vouchers of other origins, and the red, blue and difference vouchers by which people
// put ours right. A reversal by which we took a voucher back is ours; corrections of deposits move no rent.
func (sh *sheet) outside(ctx context.Context, q db.Q, tenant int64, moved []ledger.ContractMoved) error {
	var undone, made []ids.ID
	for i := range moved {
		x := &moved[i]
		if !strings.HasPrefix(x.Origin, ownPrefix) || x.Undoes == 0 && x.Corrects == 0 {
			continue
		}
		made = append(made, x.OriginID)
		if x.Undoes != 0 {
			undone = append(undone, x.Voucher)
		}
	}
	ours, err := vouchersOurs(ctx, q, tenant, undone)
	if err != nil {
		return err
	}
	deposits, err := depositsAmong(ctx, q, tenant, made)
	if err != nil {
		return err
	}
	for _, x := range moved {
		if strings.HasPrefix(x.Origin, ownPrefix) && (x.Undoes == 0 && x.Corrects == 0 || ours[x.Voucher] || deposits[x.OriginID]) {
			continue
		}
		sh.moved[x.Contract] = append(sh.moved[x.Contract], x)
	}
	return nil
}

// takeOver works out what others booked on the contract for the tenant of the month. What they gave back beyond what was received is left
// to people.
func (p *Plan) takeOver(sh *sheet, l *Line) {
	x := adopted(sh, l.Contract.ID, l.Party)
	if x == nil {
		return
	}
	a := l.account
	if a.Received+x.received() < 0 {
		p.Left = append(p.Left, Left{l.Contract, fmt.Sprintf("账上退回的款比收到的多 %s 元，请核对记在这份合同上的凭证", -(a.Received + x.received()))})
		return
	}
	l.adopt = x
	a.Received += x.received()
	a.OutIncome += x.income
	a.OutReceivable += x.receivable
	a.Booked.Income += x.income
	a.Booked.Receivable += x.receivable
	p.Adopted += x.received()
}

// adopted is what others booked on a contract beyond what was taken over before; nil for nothing.
func adopted(sh *sheet, c, party ids.ID) *adoption {
	var x adoption
	for _, a := range sh.accounts[c] {
		x.income -= a.OutIncome
		x.receivable -= a.OutReceivable
	}
	var days []dayFen
	gone := money.Fen(0)
	for _, m := range sh.moved[c] {
		x.income += m.Income
		x.receivable += m.Receivable
		fen := m.Income - m.Receivable
		for fen < 0 && len(days) > 0 { // what was taken back is taken off the latest
			last := &days[len(days)-1]
			part := min(-fen, last.fen)
			last.fen, fen = last.fen-part, fen+part
			if last.fen == 0 {
				days = days[:len(days)-1]
			}
		}
		switch {
		case fen > 0:
			days = append(days, dayFen{m.Date, fen})
		case fen < 0:
			gone -= fen
		}
		x.on = m.Date
	}
	if x.income == 0 && x.receivable == 0 {
		return nil
	}
	before, own := money.Fen(0), sh.known[c][party]
	for _, k := range sh.known[c] {
		before += k.in
		gone -= k.back
	}
	for _, d := range days {
		part := min(before, d.fen)
		before -= part
		if d.fen -= part; d.fen > 0 {
			x.days = append(x.days, d)
		}
	}
	x.less = min(before, own.in)
	gone += before - x.less // of what was taken over for another tenant
	if gone < 0 {           // what was given back came in again
		x.days = append(x.days, dayFen{x.on, -gone})
		gone = 0
	}
	x.back = gone
	return &x
}

// adopt keeps what others booked on a contract as receipts of the days on which they did, and what they gave back as a refund; what they took
// back of it goes first.
func (w *work) adopt(ctx context.Context, l *Line) error {
	left := l.adopt.less
	if left > 0 {
		list, err := bookedOf(ctx, w.tx, w.tx.Tenant, l.Contract.ID, l.Party)
		if err != nil {
			return err
		}
		for _, r := range list {
			if left <= 0 {
				break
			}
			if err := w.freeFrom(ctx, r, r.Allocated); err != nil {
				return err
			}
			if r.Allocated > 0 {
				return errs.New(errs.State, "rent.refunded", "账上收款 %s 的凭证已冲销，但其中一部分已经退还，请先作废那笔退款", r.No)
			}
			if err := voidBooked(ctx, w.tx, r); err != nil {
				return err
			}
			if left -= r.Amount; left < 0 { // keep the rest of it
				l.adopt.days = append(l.adopt.days, dayFen{r.Date, -left})
			}
		}
	}
	for _, d := range l.adopt.days {
		if _, err := w.found(ctx, l, Booked, d); err != nil {
			return err
		}
	}
	if l.adopt.back <= 0 {
		return nil
	}
	if err := w.free(ctx, l.Contract.ID, l.Party, l.adopt.back); err != nil {
		return err
	}
	r, err := w.found(ctx, l, Refund, dayFen{l.adopt.on, l.adopt.back})
	if err != nil {
		return err
	}
	return w.giveBack(ctx, r)
}

// found keeps a receipt, or a refund, that was found in the books.
func (w *work) found(ctx context.Context, l *Line, kind string, d dayFen) (*Receipt, error) {
	c := l.Contract
	r := &Receipt{Books: w.books.ID, Contract: c.ID, Party: l.Party, Kind: kind, Date: d.day, Amount: d.fen, ours: true}
	r.Region, r.State, r.Sample, r.Note = c.Region, ReceiptDone, w.books.Sample || c.Sample, "账上已记的收款，计收时认领"
	if kind == Refund {
		r.Note = "账上已记的退款，计收时认领"
	}
	return r, w.s.Receipts.CreateTx(ctx, w.tx, actor(w.tx), r)
}

// free makes a tenant's receipts on a contract hold an amount, the newest first giving up what they cover.
func (w *work) free(ctx context.Context, c, p ids.ID, fen money.Fen) error {
	list, err := payersOf(ctx, w.tx, w.tx.Tenant, c, p)
	if err != nil {
		return err
	}
	for _, r := range list {
		fen -= r.Held()
	}
	for _, r := range list {
		if fen <= 0 {
			return nil
		}
		before := r.Allocated
		if err := w.freeFrom(ctx, r, fen); err != nil {
			return err
		}
		fen -= before - r.Allocated
	}
	return nil
}

// freeFrom takes up to an amount off what a receipt covers, the latest first; what of it was refunded stays.
func (w *work) freeFrom(ctx context.Context, r *Receipt, fen money.Fen) error {
	list, err := allocationsBy(ctx, w.tx, w.tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	items, err := itemsByID(ctx, w.tx, w.tx.Tenant, sources(list, func(x *Allocation) ids.ID { return x.Item }))
	if err != nil {
		return err
	}
	for _, x := range slices.Backward(list) {
		item, part := items[x.Item], min(fen, x.Fen)
		if item == nil || part <= 0 {
			continue
		}
		fen -= part
		r.Allocated -= part
		item.put(-part, date.Date{})
		if err := saveItem(ctx, w.tx, item); err != nil {
			return err
		}
		if err := lessAllocation(ctx, w.tx, &x, part); err != nil {
			return err
		}
	}
	return setAllocated(ctx, w.tx, r)
}

// bearers are the tenancies of a contract as they count for its payments: what was billed to somebody stays with him, also for days after
// another took his place.
func (sh *sheet) bearers(c *contract.Contract) []contract.Tenancy {
	list := contract.Tenancies(c, sh.versions[c.ID])
	out := list[:1:1]
	for _, t := range list[1:] {
		from := sh.billedUntil(c.ID, out[len(out)-1].Party, t.From)
		for len(out) > 1 && !out[len(out)-1].From.Before(from) {
			out = out[:len(out)-1]
		}
		if out[len(out)-1].Party != t.Party {
			out = append(out, contract.Tenancy{From: from, Party: t.Party})
		}
	}
	return out
}

// billedUntil is the first day from one on that no item of a tenant's schedule is for.
func (sh *sheet) billedUntil(c, party ids.ID, from date.Date) date.Date {
	for moved := true; moved; {
		moved = false
		for i := range sh.items[c] {
			x := &sh.items[c][i]
			if x.Party == party && x.Amount > 0 && (&contract.Charge{Seq: x.Seq}).Beyond() == 0 && !x.From.After(from) && !x.To.Before(from) {
				from, moved = x.To.AddDays(1), true
			}
		}
	}
	return from
}

// accountsFor are the accounts of a contract's tenants, in the order of their tenancies, then those of others; who has none gets one that
// stands at nothing.
func (sh *sheet) accountsFor(c *contract.Contract, t []contract.Tenancy) []*Account {
	var out []*Account
	has := func(party ids.ID) bool {
		return slices.ContainsFunc(out, func(a *Account) bool { return a.Party == party })
	}
	have := sh.accounts[c.ID]
	for _, x := range t {
		i := slices.IndexFunc(have, func(a *Account) bool { return a.Party == x.Party })
		switch {
		case has(x.Party):
		case i >= 0:
			out = append(out, have[i])
		default:
			out = append(out, &Account{Contract: c.ID, Party: x.Party, Region: c.Region, fresh: true})
		}
	}
	for _, a := range have {
		if !has(a.Party) {
			out = append(out, a)
		}
	}
	return out
}

// itemsOfSeveral reads what was billed of the contracts that had more than one tenant.
func itemsOfSeveral(ctx context.Context, q db.Q, tenant int64, sh *sheet) (map[ids.ID][]Item, error) {
	out := map[ids.ID][]Item{}
	for i := range sh.contracts {
		c := &sh.contracts[i]
		if len(contract.Tenancies(c, sh.versions[c.ID])) < 2 {
			continue
		}
		list, err := itemTable.All(ctx, q, db.NewWhere(tenant).And("contract_id = ?", c.ID).And("kind = 'rent'").And("state <> 'void'"), "from_date, id")
		if err != nil {
			return nil, err
		}
		out[c.ID] = list
	}
	return out, nil
}
