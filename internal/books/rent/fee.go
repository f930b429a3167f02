package rent

import (
	"context"
	"fmt"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// Fee is what the rule makes of an item that is overdue: Sum by the days on which each part was open, Cap what the rule allows, Charged what was
// charged before, Due what may be charged now.
type Fee struct {
	Terms        Terms
	Days         int
	Sum, Cap     money.Fen
	Charged, Due money.Fen
	count        int
}

// millionths is a whole in millionths.
const millionths = 1_000_000

// FeeOn works out the late fee of an item up to a day: for every part of it, the days from the due day to when it was covered, or to the day. Within the
// days of grace nothing is due; beyond them all days count. It is computed for people to decide on: nobody is charged by a machine.
func (s *Service) FeeOn(ctx context.Context, q db.Q, tenant int64, i *Item, day date.Date) (*Fee, error) {
	b, err := ledger.GetBooks(ctx, q, tenant, i.Books)
	if err != nil {
		return nil, err
	}
	rules, err := LoadRules(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	f := &Fee{Terms: rules.At(i.Region, b.Chart, day)}
	covers, err := allocationsOf(ctx, q, tenant, i.ID)
	if err != nil {
		return nil, err
	}
	if f.Charged, f.count, err = feesOf(ctx, q, tenant, i.ID); err != nil {
		return nil, err
	}
	return f, f.work(i, covers, day)
}

func (f *Fee) work(i *Item, covers []Allocation, day date.Date) error {
	if i.Kind != ItemRent || i.Amount <= 0 || f.Terms.LateRate == 0 {
		return nil
	}
	days := func(until date.Date) int64 { return int64(max(0, min(until.Sub(i.Due), day.Sub(i.Due)))) }
	left, weight := i.Amount, money.Fen(0) // fen times days
	add := func(fen money.Fen, n int64) error {
		if n > 0 {
			f.Days = max(f.Days, int(n))
		}
		x, err := money.MulDiv(fen, n, 1, money.HalfUp)
		if err == nil {
			weight, err = money.Add(weight, x)
		}
		return err
	}
	for k := range covers {
		if covers[k].Date.After(day) {
			continue
		}
		left -= covers[k].Fen
		if err := add(covers[k].Fen, days(covers[k].Date)); err != nil {
			return err
		}
	}
	if err := add(left, days(day)); err != nil {
		return err
	}
	if f.Days <= f.Terms.LateGrace {
		return nil
	}
	var err error
	if f.Sum, err = money.MulDiv(weight, int64(f.Terms.LateRate), millionths, money.HalfUp); err != nil {
		return err
	}
	due := f.Sum
	if f.Terms.LateCap > 0 {
		if f.Cap, err = money.MulDiv(i.Amount, int64(f.Terms.LateCap), hundred, money.HalfUp); err != nil {
			return err
		}
		due = min(due, f.Cap)
	}
	f.Due = max(0, due-f.Charged)
	return nil
}

// ChargeFee charges the late fee of an item up to a day as an open item, as it was shown (seen). It returns the new item.
func (s *Service) ChargeFee(ctx context.Context, who access.Principal, tenant int64, key string, item ids.ID, day date.Date, seen money.Fen) (ids.ID, error) {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprint("rent fee ", item, day, seen)
	var made ids.ID
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		i, err := itemTable.Get(ctx, tx, tenant, item)
		if err != nil {
			return err
		}
		if err := who.Require(KindItem+":"+access.Edit, i.Region); err != nil {
			return err
		}
		c, err := contract.Get(ctx, tx, tenant, i.Contract)
		if err != nil {
			return err
		}
		b, err := booksOn(ctx, tx, tenant, c.PartyA, day)
		if err != nil {
			return err
		}
		if b, err = lockBooks(ctx, tx, b.ID); err != nil {
			return err
		}
		f, err := s.FeeOn(ctx, tx, tenant, i, day)
		switch {
		case err != nil:
			return err
		case f.Due == 0:
			return errs.New(errs.State, "rent.no_fee", "按现行规则，这笔应收没有要加收的滞纳金")
		case f.Due != seen:
			return errs.New(errs.Stale, "rent.fee_changed", "滞纳金现在是 %s 元，与您看到的不同；请核对后再确认", f.Due)
		}
		w, err := s.work(ctx, tx, b, day)
		if err != nil {
			return err
		}
		a, err := w.account(ctx, i.Contract, i.Party, i.Region)
		if err != nil {
			return err
		}
		fee := &Item{
			No: feeNo(i.No, f.count+1), Books: b.ID, Contract: i.Contract, Party: i.Party, Kind: ItemFee, Of: i.ID, From: i.Due.AddDays(1), To: day, Due: day, Amount: f.Due,
		}
		fee.ID, fee.Region, fee.State, fee.Sample = tx.NewID(), i.Region, ItemOpen, i.Sample
		a.Fees += f.Due
		if err := s.Items.InsertAll(ctx, tx, []*Item{fee}); err != nil {
			return err
		}
		made = fee.ID
		if err := w.book(ctx, fee.ID, KindItem, day, "加收滞纳金（"+fee.No+"）", fee.Sample, []*change{{account: a, contract: c}}); err != nil {
			return err
		}
		tx.SetResult(made.String())
		return w.spend(ctx, i.Contract, i.Party)
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return made, err
}
