package alteration

import (
	"context"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// actor is who acts in a transaction, with leave to change the cards and draft the voucher of what he or she may alter.
func actor(tx *db.Tx) access.Principal {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName, Grants: access.System.Grants}
}

// approve carries an alteration out by another person than who made it.
func (s *Service) approve(ctx context.Context, tx *db.Tx, x *Alteration) error {
	if tx.ActorID != 0 && tx.ActorID == x.CreatedBy {
		return errs.New(errs.State, "alteration.same", "填单人不能批准自己的变动单，请由其他人批准")
	}
	return s.do(ctx, tx, x, true)
}

// carry carries it out where the rules of the place ask for no approval.
func (s *Service) carry(ctx context.Context, tx *db.Tx, x *Alteration) error {
	return s.do(ctx, tx, x, false)
}

func (s *Service) do(ctx context.Context, tx *db.Tx, x *Alteration, approved bool) error {
	first, err := asset.Get(ctx, tx, tx.Tenant, x.Asset)
	if err != nil {
		return err
	}
	if err := asset.LockCards(ctx, tx, first.Owner); err != nil {
		return err
	}
	p, err := s.Plan(ctx, tx, tx.Tenant, x)
	if err != nil {
		return err
	}
	if p.Asks > 0 && !approved {
		return errs.New(errs.State, "alteration.ask", "按资产管理规则，价值 %s 元以上的资产变动须由他人批准后办理", p.Asks)
	}
	if err := s.draft(ctx, tx, x, p); err != nil {
		return err
	}
	for i := range p.Steps {
		if err := s.step(ctx, tx, x, &p.Steps[i]); err != nil {
			return err
		}
	}
	return nil
}

// step alters one card, or makes it; units go over before the card that loses them becomes smaller.
func (s *Service) step(ctx context.Context, tx *db.Tx, x *Alteration, t *Step) error {
	a := t.Before
	if a == nil {
		fresh := t.After
		fresh.Cost, fresh.Accumulated = 0, 0
		if err := s.assets.CreateTx(ctx, tx, actor(tx), &fresh); err != nil {
			return err
		}
		a, x.Parts[t.Part].Asset = &fresh, fresh.ID
		main, err := asset.Get(ctx, tx, tx.Tenant, x.Asset)
		if err == nil {
			err = asset.MoveUnits(ctx, tx, main, &fresh, t.Units)
		}
		if err == nil {
			err = asset.UnitsFit(ctx, tx, &fresh)
		}
		if err != nil {
			return err
		}
	} else if x.Kind == asset.Merge && t.Part >= 0 {
		main, err := asset.Get(ctx, tx, tx.Tenant, x.Asset)
		if err != nil {
			return err
		}
		moved, err := asset.UnitsOf(ctx, tx, tx.Tenant, a.ID)
		if err != nil {
			return err
		}
		var list []string
		for i := range moved {
			list = append(list, moved[i].No)
		}
		if err := asset.MoveUnits(ctx, tx, a, main, list); err != nil {
			return err
		}
		x.Parts[t.Part].Units = strings.Join(list, "、")
	}
	c := t.Change
	c.Kind, c.Date, c.Reason, c.Resolution, c.Origin, c.OriginID, c.Voucher, c.Sample = x.Kind, x.On, x.Reason, x.Resolution, Kind, x.ID, x.Voucher, x.Sample
	return asset.ChangeTx(ctx, tx, s.changes, a, &c)
}

// draft makes the voucher of what moves, for a person to review.
func (s *Service) draft(ctx context.Context, tx *db.Tx, x *Alteration, p *Plan) error {
	x.Voucher = 0
	if len(p.Lines) == 0 {
		return nil
	}
	v := &ledger.Voucher{Books: p.Books.ID, Date: x.On, Summary: "资产" + field.LabelOf(Kinds, x.Kind) + "（" + x.No + "）", Origin: Kind, OriginID: x.ID, Lines: p.Lines}
	v.Sample = x.Sample
	if err := s.ledger.DraftTx(ctx, tx, actor(tx), v); err != nil {
		return err
	}
	x.Voucher = v.ID
	return nil
}

// revoke takes an alteration back: units, changes, the cards that it made, and its voucher.
func (s *Service) revoke(ctx context.Context, tx *db.Tx, x *Alteration) error {
	main, err := asset.Get(ctx, tx, tx.Tenant, x.Asset)
	if err != nil {
		return err
	}
	if err := asset.LockCards(ctx, tx, main.Owner); err != nil {
		return err
	}
	reason := "撤销资产变动 " + x.No + "：" + record.Reason(ctx)
	list, err := asset.ChangesFor(ctx, tx, tx.Tenant, Kind, x.ID)
	if err != nil {
		return err
	}
	for i := range list {
		if err := s.untouched(ctx, tx, &list[i]); err != nil {
			return err
		}
	}
	if err := s.unitsBack(ctx, tx, x, main); err != nil {
		return err
	}
	for i := range list {
		list[i].Voucher = 0 // a draft that is taken back must not be held
		if err := asset.UnchangeTx(ctx, tx, s.changes, &list[i], reason); err != nil {
			return err
		}
	}
	if err := s.unmake(ctx, tx, x, reason); err != nil {
		return err
	}
	return s.withdraw(ctx, tx, x, main, reason)
}

// untouched refuses to take back what later months or later changes of the card rest on.
func (s *Service) untouched(ctx context.Context, tx *db.Tx, c *asset.Change) error {
	a, err := asset.Get(ctx, tx, tx.Tenant, c.Asset)
	if err != nil {
		return err
	}
	runs, err := asset.RunsOf(ctx, tx, tx.Tenant, c.Asset)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.State == asset.RunDone && r.Run > c.ID {
			return errs.New(errs.State, "alteration.ran", "资产 %s 变动以后已经计提了 %s 的折旧，请先撤销计提", a.No, r.Month.Chinese())
		}
	}
	later, err := asset.ChangesOf(ctx, tx, tx.Tenant, c.Asset)
	if err != nil {
		return err
	}
	for i := range later {
		if l := &later[i]; l.State == asset.ChangeDone && l.ID > c.ID && l.OriginID != c.OriginID {
			return errs.New(errs.State, "alteration.later", "资产 %s 以后又有变动（%s），请先撤销后面的变动", a.No, l.No)
		}
	}
	return nil
}

// unitsBack gives the units back to the cards that they came from.
func (s *Service) unitsBack(ctx context.Context, tx *db.Tx, x *Alteration, main *asset.Asset) error {
	for i := range x.Parts {
		p := &x.Parts[i]
		other, err := asset.Get(ctx, tx, tx.Tenant, p.Asset)
		if err != nil {
			return err
		}
		if x.Kind == asset.Split {
			now, err := asset.UnitsOf(ctx, tx, tx.Tenant, other.ID)
			if err != nil {
				return err
			}
			if len(now) > len(Numbers(p.Units)) {
				return errs.New(errs.State, "alteration.units", "拆出的资产 %s 又登记了出租单元，请先删除", other.No)
			}
			err = asset.MoveUnits(ctx, tx, other, main, Numbers(p.Units))
			if err != nil {
				return err
			}
		} else if err := asset.MoveUnits(ctx, tx, main, other, Numbers(p.Units)); err != nil {
			return err
		}
	}
	return nil
}

// unmake takes the cards that a split made out of the books again; they stand at nothing by now.
func (s *Service) unmake(ctx context.Context, tx *db.Tx, x *Alteration, reason string) error {
	if x.Kind != asset.Split {
		return nil
	}
	for i := range x.Parts {
		a, err := asset.Get(ctx, tx, tx.Tenant, x.Parts[i].Asset)
		if err != nil {
			return err
		}
		if err := asset.ChangeTx(ctx, tx, s.changes, a, &asset.Change{Kind: asset.Split, Date: x.On, Retired: true, Reason: reason}); err != nil {
			return err
		}
		x.Parts[i].Asset = 0
	}
	return nil
}

func (s *Service) withdraw(ctx context.Context, tx *db.Tx, x *Alteration, main *asset.Asset, reason string) error {
	if x.Voucher == 0 {
		return nil
	}
	on, today := x.On, date.Of(tx.Now())
	if b, err := ledger.BooksAt(ctx, tx, tx.Tenant, main.Owner, today.YearMonth()); err == nil && b.Takes(today.YearMonth()) == nil {
		on = today
	}
	id := x.Voucher
	x.Voucher = 0
	_, err := s.ledger.WithdrawTx(ctx, tx, actor(tx), id, on, reason, func() error { return forget(ctx, tx, x.ID) })
	return err
}

// OfAsset lists the alterations of a card, the newest first.
func OfAsset(ctx context.Context, q db.Q, tenant int64, a ids.ID) ([]Alteration, error) {
	return table.All(ctx, q, db.NewWhere(tenant).And("asset_id = ?", a), "on_date DESC, id DESC")
}
