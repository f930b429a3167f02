package disposal

import (
	"context"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// Sums are what a disposal comes to: what the asset stands at, and what is won or lost (negative) by it.
type Sums struct{ Cost, Accumulated, Net, Proceeds, Costs, Result money.Fen }

// SumsOf works a disposal out.
func SumsOf(a *asset.Asset, d *Disposal) (Sums, error) {
	s := Sums{Cost: a.Cost, Accumulated: a.Accumulated, Net: a.Net(), Proceeds: d.Proceeds, Costs: d.Costs}
	if g := asset.GroupOf(a.Class, ledger.Chart2023); g != nil && g.Cost == "" { // land stands in no account
		s.Cost, s.Accumulated, s.Net = 0, 0, 0
	}
	var err error
	s.Result, err = money.Sum(s.Proceeds, s.Costs.Neg(), s.Net.Neg())
	return s, err
}

// Lines are the entries of a disposal in an accounting system: the asset into 固定资产清理, proceeds, costs, and the result
// out of it again; assets that do not go over it in one step. Accounts are of the chart where the disposal names none.
func Lines(a *asset.Asset, d *Disposal, chart string) ([]ledger.Line, error) {
	s, err := SumsOf(a, d)
	if err != nil {
		return nil, err
	}
	g, to := asset.GroupOf(a.Class, chart), asset.OutcomeOf(chart)
	if g == nil && a.Cost > 0 {
		return nil, errs.New(errs.State, "disposal.class", "资产 %s 没有填资产分类，不能确定记入哪个科目；请先在资产卡片上补填", a.No)
	}
	what := field.LabelOf(Reasons, d.Reason) + a.Name
	var out []ledger.Line
	add := func(l ledger.Line) {
		if l.Debit != 0 || l.Credit != 0 {
			out = append(out, l)
		}
	}
	over := ""
	if g != nil && g.Code == "fixed" {
		over = to.Clearing
	}
	through := func(sum string, debit, credit money.Fen) {
		if over != "" {
			add(ledger.Line{Summary: what + "，" + sum, Account: over, Debit: debit, Credit: credit, Asset: a.ID})
		}
	}
	if s.Cost > 0 {
		through("转入清理", s.Net, 0)
		if g.Accumulated == g.Cost || g.Accumulated == "" { // written off directly
			add(ledger.Line{Summary: what, Account: g.Cost, Credit: s.Net, Asset: a.ID})
		} else {
			add(ledger.Line{Summary: what + "，转销累计折旧", Account: g.Accumulated, Debit: s.Accumulated, Asset: a.ID})
			add(ledger.Line{Summary: what + "，转销原值", Account: g.Cost, Credit: s.Cost, Asset: a.ID})
		}
	}
	from := func(named, top string) string {
		if named != "" {
			return named
		}
		return top
	}
	add(ledger.Line{Summary: what + "，处置收入", Account: from(d.ProceedsTo, to.Bank), Debit: s.Proceeds, Party: d.Taker})
	through("处置收入", 0, s.Proceeds)
	through("清理费用", s.Costs, 0)
	add(ledger.Line{Summary: what + "，清理费用", Account: from(d.CostsFrom, to.Bank), Credit: s.Costs})
	gain, loss := to.Gain, to.Loss
	if s.Cost == 0 && g != nil && g.Cost == "" {
		gain = to.Reserve
	}
	if s.Result > 0 {
		through("结转净收益", s.Result, 0)
		add(ledger.Line{Summary: what + "，净收益", Account: from(d.ResultTo, gain), Credit: s.Result})
	} else {
		add(ledger.Line{Summary: what + "，净损失", Account: from(d.ResultTo, loss), Debit: s.Result.Neg()})
		through("结转净损失", 0, s.Result.Neg())
	}
	return out, nil
}

// actor is who acts in a transaction, with leave to draft the voucher of what he or she may dispose of.
func actor(tx *db.Tx) access.Principal {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName, Grants: access.System.Grants}
}

// dispose takes the asset out of the books and drafts the voucher, once.
func (s *Service) dispose(ctx context.Context, tx *db.Tx, d *Disposal) error {
	today := date.Of(tx.Now())
	switch {
	case d.DisposedOn.IsZero():
		return errs.OnField("disposed", "请先在“修改”里填写处置日期、处置收入和清理费用")
	case d.DisposedOn.Before(d.PublishedTo):
		return errs.OnField("disposed", "公示到 %s 截止，处置日期不能在这以前", d.PublishedTo)
	case d.DisposedOn.After(today):
		return errs.OnField("disposed", "处置日期不能晚于今天（%s）", today)
	}
	first, err := asset.Get(ctx, tx, tx.Tenant, d.Asset)
	if err != nil {
		return err
	}
	if err := asset.LockCards(ctx, tx, first.Owner); err != nil {
		return err
	}
	a, err := asset.Get(ctx, tx, tx.Tenant, d.Asset)
	if err != nil {
		return err
	}
	if s.Uses != nil {
		uses, err := s.Uses(ctx, tx, tx.Tenant, a.ID, d.DisposedOn)
		if err != nil {
			return err
		}
		if len(uses) > 0 {
			return errs.New(errs.State, "disposal.used", "处置日期还有在用的%s，请先终止或变更", uses[0])
		}
	}
	b, err := ledger.BooksAt(ctx, tx, tx.Tenant, a.Owner, d.DisposedOn.YearMonth())
	if errs.Is(err, errs.NotFound) {
		return errs.OnField("disposed", "%s", errs.Message(err))
	}
	if err != nil {
		return err
	}
	if err := asset.MayLeave(ctx, tx, b, a, d.DisposedOn); err != nil {
		return err
	}
	if err := s.draft(ctx, tx, d, a, b); err != nil {
		return err
	}
	return asset.ChangeTx(ctx, tx, s.changes, a, &asset.Change{
		Kind: asset.Disposed, Date: d.DisposedOn, Retired: true, Reason: field.LabelOf(Reasons, d.Reason) + "：" + d.Cause, Resolution: d.Resolution, Origin: Kind, OriginID: d.ID, Voucher: d.Voucher,
	})
}

func (s *Service) draft(ctx context.Context, tx *db.Tx, d *Disposal, a *asset.Asset, b *ledger.Books) error {
	lines, err := Lines(a, d, b.Chart)
	d.Voucher = 0
	if err != nil || len(lines) == 0 {
		return err
	}
	accounts, err := ledger.Accounts(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	for i := range lines {
		if lines[i].Account, err = asset.Leaf(accounts, lines[i].Account); err != nil {
			return err
		}
	}
	v := &ledger.Voucher{Books: b.ID, Date: d.DisposedOn, Summary: field.LabelOf(Reasons, d.Reason) + a.Name + "（" + d.No + "）", Origin: Kind, OriginID: d.ID, Lines: lines}
	v.Sample = d.Sample
	if err := s.ledger.DraftTx(ctx, tx, actor(tx), v); err != nil {
		return err
	}
	d.Voucher = v.ID
	return nil
}

// revoke takes a disposal back: its voucher, and the card into the books again.
func (s *Service) revoke(ctx context.Context, tx *db.Tx, d *Disposal) error {
	reason := "撤销资产处置 " + d.No + "：" + record.Reason(ctx)
	list, err := asset.ChangesFor(ctx, tx, tx.Tenant, Kind, d.ID)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Voucher = 0 // a draft that is taken back must not be held
		if err := asset.UnchangeTx(ctx, tx, s.changes, &list[i], reason); err != nil {
			return err
		}
	}
	if d.Voucher == 0 {
		return nil
	}
	on := d.DisposedOn
	if today := date.Of(tx.Now()); stillOpen(ctx, tx, d, today) {
		on = today
	}
	id := d.Voucher
	_, err = s.ledger.WithdrawTx(ctx, tx, actor(tx), id, on, reason, func() error { return forget(ctx, tx, d.ID) })
	d.Voucher = 0
	return err
}

// stillOpen reports whether the books that keep a disposal take a day.
func stillOpen(ctx context.Context, tx *db.Tx, d *Disposal, day date.Date) bool {
	a, err := asset.Get(ctx, tx, tx.Tenant, d.Asset)
	if err != nil {
		return false
	}
	b, err := ledger.BooksAt(ctx, tx, tx.Tenant, a.Owner, day.YearMonth())
	return err == nil && b.Takes(day.YearMonth()) == nil
}

// OfAsset is the standing disposal of an asset, nil when there is none.
func OfAsset(ctx context.Context, q db.Q, tenant int64, a ids.ID) (*Disposal, error) {
	list, err := table.All(ctx, q, db.NewWhere(tenant).And("asset_id = ?", a).And("state <> ?", Void), "id DESC")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
