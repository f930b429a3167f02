package asset

import (
	"context"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Leaf finds the account of books that takes what belongs on one of the chart: the account itself or the first below it that
// takes entries. The person who reviews the draft may choose another.
func Leaf(accounts []ledger.Account, top string) (string, error) {
	list := leaves(accounts, top)
	if len(list) == 0 {
		return "", errs.New(errs.State, "asset.account", "账套里没有可用的科目 %s，请先在账套的科目里启用", top)
	}
	return list[0].Code, nil
}

// MayLeave refuses to take a card out of books on a day while the last month that it bears is not run yet, or when a later
// month took something from it already: the ledger's 累计折旧 would keep what belongs to no card.
func MayLeave(ctx context.Context, q db.Q, b *ledger.Books, a *Asset, day date.Date) error {
	g := GroupOf(a.Class, b.Chart)
	if g == nil || g.Accumulated == "" {
		return nil
	}
	last := day.YearMonth().Add(g.Stop - 1)
	list, err := runsOfCard(ctx, q, b.Tenant, a.ID)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.State == RunDone && r.Month > last {
			return errs.New(errs.State, "asset.ran", "资产 %s 已经计提了 %s 的折旧，不能在 %s 退出账面；请改日期，或先撤销以后各月的计提", a.No, r.Month.Chinese(), day)
		}
	}
	runs, err := standing(ctx, q, b.Tenant, b.ID)
	if err != nil {
		return err
	}
	if n := len(runs); n > 0 && runs[n-1].Month >= last {
		return nil
	}
	due, _, _, err := a.Due(g, last)
	if err == nil && due > 0 {
		return errs.New(errs.State, "asset.owed", "当月减少的资产当月照提折旧：请先给账套“%s”计提 %s 的折旧，再让资产 %s 退出账面", b.Name, last.Chinese(), a.No)
	}
	return err
}

// Part is what belongs to a part of a card's quantity, rounded to the fen; the whole quantity takes all.
func Part(whole money.Fen, part, of int64) (money.Fen, error) {
	if part == of {
		return whole, nil
	}
	return money.MulDiv(whole, part, of, money.HalfUp)
}

// OwnedBy lists an owner's cards that stand in the books on a day or have no day yet, by number.
func OwnedBy(ctx context.Context, q db.Q, tenant int64, owner ids.ID, day date.Date) ([]Asset, error) {
	list, err := assetTable.All(ctx, q, db.NewWhere(tenant).And("owner_id = ?", owner).And("state <> ?", "retired"), "no")
	var out []Asset
	for i := range list {
		if !list[i].From().After(day) {
			out = append(out, list[i])
		}
	}
	return out, err
}
