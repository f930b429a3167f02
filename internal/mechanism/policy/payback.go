package policy

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// ClawIn is money that is got back of what a line was paid.
type ClawIn struct {
	Line   ids.ID
	Amount money.Fen
	On     date.Date
	DocNo  string
	Reason string
}

// ClawBack gets back what was paid, whole or in part: in proportion from all who were paid, with opposite vouchers. Once all of
// it is back, the line is at its end and what was still due is not paid. key makes a double submission harmless.
func (s *Runs) ClawBack(ctx context.Context, who access.Principal, tenant int64, key string, in ClawIn) error {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprintf("award claw back %+v", in)
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error { return s.clawTx(ctx, tx, who, in) })
	if _, ok := db.Replayed(err); ok {
		return nil
	}
	return err
}

func (s *Runs) clawTx(ctx context.Context, tx *db.Tx, who access.Principal, in ClawIn) error {
	l, err := lineTable.Get(ctx, tx, tx.Tenant, in.Line)
	if err != nil {
		return err
	}
	if err := who.Require(KindLine+":"+access.Approve, l.Region); err != nil {
		return err
	}
	r, err := lockRound(ctx, tx, l.Round)
	if err != nil {
		return err
	}
	if l, err = lineTable.Get(ctx, tx, tx.Tenant, in.Line); err != nil {
		return err
	}
	awards, err := AwardsOfLine(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return err
	}
	awards = slices.DeleteFunc(awards, func(a Award) bool { return a.State == ClawedBack })
	in.Reason, in.DocNo = field.Clean(in.Reason, true), field.Clean(in.DocNo, false)
	if err := checkClaw(tx, l, awards, &in); err != nil {
		return err
	}
	pay := &Payment{Line: l.ID, Kind: PayBack, Label: "追回", On: in.On, DocNo: in.DocNo, Amount: in.Amount, Reason: in.Reason, ours: true}
	pay.State, pay.Sample = PaymentDone, l.Sample
	payers, err := PayersOf(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	net, err := borneBy(ctx, tx, l.ID, payers)
	if err != nil {
		return err
	}
	amounts, err := shares(in.Amount, net)
	if err != nil {
		return err
	}
	pay.Own = amounts[0]
	if err := s.Payments.CreateTx(ctx, tx, actor(tx), pay); err != nil {
		return err
	}
	onward, err := s.takeBack(ctx, tx, l, awards, pay)
	if err != nil {
		return err
	}
	f, err := flowOf(r, l.Name+"奖励", pay, onward)
	if err != nil {
		return err
	}
	borne, err := keepBorne(ctx, tx, pay, payers, amounts)
	if err != nil {
		return err
	}
	if err := s.draftAll(ctx, tx, l, pay, f, borne); err != nil {
		return err
	}
	if l.Clawed+in.Amount < l.Paid {
		l.Clawed, l.ours = l.Clawed+in.Amount, true
		return s.Lines.AmendTx(ctx, tx, actor(tx), l, "部分追回", in.Reason)
	}
	return s.follow(ctx, tx, who, l, "claw_back", in.Reason, func(l *Line) { l.Clawed += in.Amount })
}

func checkClaw(tx *db.Tx, l *Line, awards []Award, in *ClawIn) error {
	if _, err := LineMachine.Fire(l.State, "claw_back"); err != nil {
		return err
	}
	var bad errs.List
	if in.Amount <= 0 || in.Amount > l.Paid-l.Clawed {
		bad.Add("amount", "追回金额应大于零，最多 %s 元（已发放 %s 元，已追回 %s 元）", l.Paid-l.Clawed, l.Paid, l.Clawed)
	}
	if in.Reason == "" {
		bad.Add("reason", "请说明追回的理由")
	}
	if in.DocNo == "" {
		bad.Add("doc", "请填写单据号（决定文号、银行回单等）")
	}
	switch {
	case in.On.IsZero():
		bad.Add("on", "请填写追回日期")
	case in.On.After(today(tx)):
		bad.Add("on", "日期还没有到")
	case len(awards) > 0 && in.On.Before(awards[len(awards)-1].PaidOn):
		bad.Add("on", "不能早于最后一次发放（%s）", awards[len(awards)-1].PaidOn.Chinese())
	}
	return bad.Err()
}

// takeBack takes an amount off the awards in proportion to what is left of each, and returns what of it others than the village
// give back.
func (s *Runs) takeBack(ctx context.Context, tx *db.Tx, l *Line, awards []Award, pay *Payment) (money.Fen, error) {
	back, err := gotBack(ctx, tx, tx.Tenant, idsOf(awards), date.Date{})
	if err != nil {
		return 0, err
	}
	left := make([]money.Fen, len(awards))
	for i := range awards {
		left[i] = awards[i].Amount - back[awards[i].ID]
	}
	cut, err := shares(pay.Amount, left)
	if err != nil {
		return 0, err
	}
	var onward money.Fen
	for i := range awards {
		a := &awards[i]
		if cut[i] == 0 {
			continue
		}
		if err := insertClawback(ctx, tx, &clawback{ID: tx.NewID(), Award: a.ID, Payment: pay.ID, On: pay.On, Fen: cut[i]}); err != nil {
			return 0, err
		}
		if a.Party != l.Party || l.Party == 0 {
			onward += cut[i]
		}
		if cut[i] < left[i] {
			continue
		}
		a.ours, a.ClawedBackOn = true, pay.On
		if err := s.awards.DoTx(ctx, tx, actor(tx), a, "claw_back", pay.Reason); err != nil {
			return 0, err
		}
	}
	return onward, nil
}

func idsOf(awards []Award) []ids.ID {
	out := make([]ids.ID, len(awards))
	for i := range awards {
		out[i] = awards[i].ID
	}
	return out
}
