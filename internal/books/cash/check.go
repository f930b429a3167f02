package cash

import (
	"context"
	"fmt"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Check looks for damage to a tenant's cash records and returns a sentence per problem: numbers of receipts that skip,
// settled books that do not add up, deposits that are not the sum of their receipts, petty cash and advances that were
// settled beyond what was paid out.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	var out []string
	for _, check := range []func(context.Context, db.Q, int64) ([]string, error){checkNumbers, checkDeposits, checkStanding} {
		found, err := check(ctx, q, tenant)
		if err != nil {
			return nil, fmt.Errorf("checking cash: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

func checkNumbers(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	books, err := allOf(ctx, q, bookTable, tenant)
	if err != nil {
		return nil, err
	}
	receipts, err := allOf(ctx, q, receiptTable, tenant)
	if err != nil {
		return nil, err
	}
	type tally struct {
		last  int64
		count int
		fen   money.Fen
	}
	have := map[ids.ID]*tally{}
	for i := range receipts {
		r := &receipts[i]
		t := have[r.Book]
		if t == nil {
			t = &tally{}
			have[r.Book] = t
		}
		t.count++
		t.last = max(t.last, r.Serial)
		if r.State == ReceiptUsed {
			t.fen += r.Amount
		}
	}
	var out []string
	for i := range books {
		b := &books[i]
		if b.Used, err = usedUpTo(ctx, q, tenant, b.ID); err != nil {
			return nil, err
		}
		t := have[b.ID]
		if t == nil {
			t = &tally{}
		}
		if t.last != b.Used || t.count != b.Pages()-b.Left() {
			out = append(out, fmt.Sprintf("收据本 %s 用到 %d 号，却有 %d 份收据、最大号 %d", b.No, b.Used, t.count, t.last))
		}
		if b.State == BookSettled && b.UsedFen != t.fen {
			out = append(out, fmt.Sprintf("收据本 %s 缴销金额 %s 元，收据合计 %s 元", b.No, b.UsedFen, t.fen))
		}
	}
	return out, nil
}

func checkDeposits(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := allOf(ctx, q, depositTable, tenant)
	if err != nil {
		return nil, err
	}
	receipts, err := allOf(ctx, q, receiptTable, tenant)
	sums := map[ids.ID]money.Fen{}
	for i := range receipts {
		sums[receipts[i].Deposit] += receipts[i].Amount
	}
	var out []string
	for i := range list {
		if d := &list[i]; d.State == Done && sums[d.ID] != d.Amount {
			out = append(out, fmt.Sprintf("现金送存 %s 记 %s 元，收据合计 %s 元", d.No, d.Amount, sums[d.ID]))
		}
	}
	return out, err
}

func checkStanding(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	petty, err := allOf(ctx, q, pettyTable, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range petty {
		p := &petty[i]
		if err := loadPetty(ctx, q, p); err != nil {
			return nil, err
		}
		if p.Balance < 0 || p.State == PettyClosed && p.Balance != 0 {
			out = append(out, fmt.Sprintf("备用金 %s 余额为 %s 元", p.No, p.Balance))
		}
	}
	advances, err := allOf(ctx, q, advanceTable, tenant)
	if err != nil {
		return nil, err
	}
	for i := range advances {
		a := &advances[i]
		sums, err := parentSums(ctx, q, tenant, "advance_entry", "advance_id", a.ID)
		if err != nil {
			return nil, err
		}
		left := a.Amount - sums[Spend] - sums[Refund]
		if left < 0 || a.State == AdvanceSettled && left != 0 || a.State == AdvancePaid && left == 0 {
			out = append(out, fmt.Sprintf("借支单 %s 是“%s”，未结清却为 %s 元", a.No, AdvanceMachine.State(a.State).Label, left))
		}
	}
	return out, nil
}
