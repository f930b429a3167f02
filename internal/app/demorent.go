package app

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/books/bank"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
)

// demoBilled are the villages of the demo that bill what their contracts owe; the others have not begun, which is to be seen too.
var demoBilled = []string{"八桥镇永胜村股份经济合作社", "八桥镇幸福村股份经济合作社", "八桥镇红光村股份经济合作社", "八桥镇永兴村股份经济合作社"}

// The first month that is billed takes over what was booked before; the last is the one before the demo's last day.
const (
	demoBilledFrom  = date.Month(202012)
	demoBilledUntil = date.Month(202110)
)

// demoReceipts are what tenants paid after it was billed: a part of what was dunned, and rent ahead of its time. line is the bank's number
// of the statement line that says so.
var demoReceipts = []struct {
	contract, day string
	yuan          money.Fen
	line          string
}{{"HT-2021-0002", "2021-10-22", 20_000, ""}, {"HT-2020-0001", "2021-11-08", 62_775, "11080056"}, {"HT-2021-0004", "2021-11-09", 24_375, ""}}

// demoLate is the tenant in arrears: what was done about it and what he promised.
var demoLate = struct {
	contract, letter string
	days             int
	promises         []demoPromise
}{"HT-2021-0002", "2021-10-15", 10, []demoPromise{{"2021-11-20", 15_000}, {"2021-12-20", 14_875}}}

type demoPromise struct {
	due  string
	yuan money.Fen
}

// The persons of the demo's rents: who records a receipt does not review its voucher.
var (
	demoClerk    = access.Principal{ID: 901, Name: "村报账员（示例）", Grants: access.System.Grants}
	demoReviewer = access.Principal{ID: 902, Name: "八桥镇代理会计（示例）", Grants: access.System.Grants}
)

// demoRents bills the demo's villages month by month as people would: what was booked before is taken over, what is paid later is received
// and posted, and who does not pay gets a letter, promises, and is charged a late fee. Every step has its key, so that a load that was
// broken off goes on where it stopped, and what people did since stays.
func (a *App) demoRents(ctx context.Context, tenant int64) error {
	for _, name := range demoBilled {
		p, err := a.Nouns.Parties.ByKey(ctx, a.DB.Read(), tenant, name)
		if err != nil {
			return err
		}
		for m := demoBilledFrom; m <= demoBilledUntil; m = m.Next() {
			if err := a.demoBill(ctx, tenant, p, m); err != nil {
				return fmt.Errorf("billing %s of %s: %w", m, name, err)
			}
		}
	}
	for _, r := range demoReceipts {
		if err := a.demoReceive(ctx, tenant, r.contract, date.Must(r.day), r.yuan*money.Yuan, r.line); err != nil {
			return fmt.Errorf("receiving on %s: %w", r.contract, err)
		}
	}
	return a.demoArrears(ctx, tenant)
}

// demoBill bills a month of a village.
func (a *App) demoBill(ctx context.Context, tenant int64, p *party.Party, m date.Month) error {
	b, err := ledger.BooksAt(ctx, a.DB.Read(), tenant, p.ID, m)
	if err != nil {
		return err
	}
	plan, err := a.Nouns.Rent.Plan(ctx, a.DB.Read(), tenant, b.ID, m)
	if err != nil {
		return err
	}
	if plan.Standing == nil && plan.Stop == "" && plan.Any() {
		key := fmt.Sprintf("demo:rent:%s:%s", p.Region, m)
		if _, err := a.Nouns.Rent.Do(ctx, demoClerk, tenant, key, b.ID, m, plan.Digest); err != nil {
			return err
		}
	}
	return nil
}

// demoReceive records a receipt and posts its voucher.
func (a *App) demoReceive(ctx context.Context, tenant int64, no string, day date.Date, fen money.Fen, serial string) error {
	c, err := a.Nouns.Contracts.ByKey(ctx, a.DB.Read(), tenant, no)
	if err != nil {
		return err
	}
	had, err := rent.ReceiptsOf(ctx, a.DB.Read(), tenant, c.ID, c.PartyB)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(had, func(r rent.Receipt) bool { return r.Date == day && r.Kind == rent.Rent }); i >= 0 {
		if had[i].State != rent.ReceiptDone {
			return nil
		}
		return a.demoPostOf(ctx, tenant, had[i].ID)
	}
	in := rent.Input{Contract: c.ID, Kind: rent.Rent, Date: day, Method: rent.ByBank, Amount: fen, Note: "示例"}
	if serial != "" {
		ranges, err := a.Regions.Ranges(ctx, c.Region)
		if err != nil {
			return err
		}
		lines, err := bank.Unmatched(ctx, a.DB.Read(), tenant, ranges, day, day)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(lines, func(l bank.Line) bool { return l.Serial == serial }); i >= 0 {
			in.Line, in.Payer, in.Slip = lines[i].ID, lines[i].Counterparty, serial
		}
	}
	id, err := a.Nouns.Rent.Receive(ctx, demoClerk, tenant, "demo:receipt:"+c.No+":"+day.String(), in)
	if err != nil {
		return err
	}
	return a.demoPostOf(ctx, tenant, id)
}

// demoPostOf posts the vouchers of a receipt.
func (a *App) demoPostOf(ctx context.Context, tenant int64, receipt ids.ID) error {
	vouchers, err := rent.VouchersOf(ctx, a.DB.Read(), tenant, receipt)
	if err != nil {
		return err
	}
	for _, v := range vouchers {
		if err := a.demoPost(ctx, tenant, v); err != nil {
			return err
		}
	}
	return nil
}

// demoPost reviews and posts a voucher as far as that is still to be done.
func (a *App) demoPost(ctx context.Context, tenant int64, id ids.ID) error {
	l := a.Nouns.Ledger
	v, err := l.Get(ctx, demoReviewer, tenant, id)
	if err != nil {
		return err
	}
	if v.State == ledger.Draft {
		if err := l.Review(ctx, demoReviewer, tenant, id, 0); err != nil {
			return err
		}
		v.State = ledger.Reviewed
	}
	if v.State == ledger.Reviewed {
		return l.Post(ctx, demoReviewer, tenant, id, 0)
	}
	return nil
}

// demoArrears does what is done about the tenant who does not pay.
func (a *App) demoArrears(ctx context.Context, tenant int64) error {
	c, err := a.Nouns.Contracts.ByKey(ctx, a.DB.Read(), tenant, demoLate.contract)
	if err != nil {
		return err
	}
	ranges, err := a.Regions.Ranges(ctx, c.Region)
	if err != nil {
		return err
	}
	key := "demo:late:" + c.No + ":"
	if n, err := a.Nouns.Rent.Notices.Count(ctx, tenant); err != nil || n > 0 {
		return err
	}
	for i, x := range demoLate.promises {
		p := &rent.Promise{Contract: c.ID, Due: date.Must(x.due), Amount: x.yuan * money.Yuan, Person: "示例电缆桥架厂负责人（示例）"}
		p.State, p.Sample, p.Note = rent.PromiseMachine.Initial(), true, "示例"
		if _, err := a.Nouns.Rent.Promises.Create(ctx, demoClerk, tenant, fmt.Sprint(key, "promise:", i), p); err != nil {
			return err
		}
	}
	items, err := rent.ItemsOf(ctx, a.DB.Read(), tenant, c.ID, c.PartyB)
	if err != nil {
		return err
	}
	for i := range items {
		x := &items[i]
		fee, err := a.Nouns.Rent.FeeOn(ctx, a.DB.Read(), tenant, x, demoDay)
		if err != nil {
			return err
		}
		if fee.Due == 0 || fee.Charged != 0 {
			continue
		}
		if _, err := a.Nouns.Rent.ChargeFee(ctx, demoClerk, tenant, key+"fee:"+x.No, x.ID, demoDay, fee.Due); err != nil {
			return err
		}
	}
	if _, err = a.Nouns.Rent.Dun(ctx, demoClerk, tenant, key+"letter", ranges, []ids.ID{c.PartyB}, date.Must(demoLate.letter), demoLate.days); err != nil && !errs.Is(err, errs.State) { // paid since
		return err
	}
	return nil
}
