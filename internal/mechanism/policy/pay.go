package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// PayIn is one payment: an instalment of a line.
type PayIn struct {
	Line  ids.ID
	Due   int
	On    date.Date
	DocNo string
}

// Payout is what a payment came to: Left names in Chinese who was left out because nobody is named for the role.
type Payout struct {
	Payment ids.ID
	Amount  money.Fen
	Left    []string
}

// Pay pays what is due of an instalment to those who are named: it makes the awards, which figures count, and drafts the vouchers.
// An error is State with what is missing, Invalid with the field. key makes a double submission harmless.
func (s *Runs) Pay(ctx context.Context, who access.Principal, tenant int64, key string, in PayIn) (*Payout, error) {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprintf("award pay %+v", in)
	out := &Payout{}
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		var err error
		out, err = s.payTx(ctx, tx, who, in)
		if err == nil {
			tx.SetResult(out.Payment.String())
		}
		return err
	})
	if first, ok := db.Replayed(err); ok {
		id, err := ids.Parse(first)
		return &Payout{Payment: id}, err
	}
	return out, err
}

// PayAll pays the instalments of many lines in one transaction, all or none.
func (s *Runs) PayAll(ctx context.Context, who access.Principal, tenant int64, key string, list []PayIn) ([]*Payout, error) {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprintf("award pay all %+v", list)
	var out []*Payout
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		for _, in := range list {
			one, err := s.payTx(ctx, tx, who, in)
			if err != nil {
				return err
			}
			out = append(out, one)
		}
		return nil
	})
	if _, ok := db.Replayed(err); ok {
		return nil, nil
	}
	return out, err
}

// paying is a payment under way.
type paying struct {
	line   *Line
	round  *Round
	due    *Due
	payees map[ids.ID]*Payee
	payers []Payer
	parts  []Part // of the instalment
	take   []Part // that are paid now
	left   []string
	amount money.Fen
	rest   bool // the whole rest of the instalment is paid
	last   bool // with it the whole line
}

func (s *Runs) payTx(ctx context.Context, tx *db.Tx, who access.Principal, in PayIn) (*Payout, error) {
	l, err := lineTable.Get(ctx, tx, tx.Tenant, in.Line)
	if err != nil {
		return nil, err
	}
	r, err := lockRound(ctx, tx, l.Round)
	if err != nil {
		return nil, err
	}
	if l, err = lineTable.Get(ctx, tx, tx.Tenant, in.Line); err != nil {
		return nil, err
	}
	in.DocNo = field.Clean(in.DocNo, false)
	if err := checkPay(tx, r, l, &in); err != nil {
		return nil, named(l, err)
	}
	w, err := s.gather(ctx, tx, r, l, in.Due)
	if err != nil {
		return nil, named(l, err)
	}
	pay := &Payment{Line: l.ID, Kind: PayOut, Due: in.Due, Label: w.due.Label, On: in.On, DocNo: in.DocNo, Amount: w.amount, ours: true}
	pay.State, pay.Sample = PaymentDone, l.Sample
	amounts, err := bear(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	pay.Own = amounts[0]
	if err := s.Payments.CreateTx(ctx, tx, actor(tx), pay); err != nil {
		return nil, err
	}
	for _, part := range w.take {
		if err := settlePart(ctx, tx, part.ID, pay.ID); err != nil {
			return nil, err
		}
		if err := s.makeAward(ctx, tx, w, &part, pay); err != nil {
			return nil, err
		}
	}
	if err := s.book(ctx, tx, w, pay, amounts); err != nil {
		return nil, err
	}
	event := "pay_part"
	if w.last {
		event = "pay"
	}
	err = s.follow(ctx, tx, who, l, event, "", func(l *Line) { l.Paid += w.amount })
	return &Payout{Payment: pay.ID, Amount: w.amount, Left: w.left}, err
}

func checkPay(tx *db.Tx, r *Round, l *Line, in *PayIn) error {
	var bad errs.List
	switch {
	case in.On.IsZero():
		bad.Add("on", "请填写发放日期")
	case in.On.After(today(tx)):
		bad.Add("on", "日期还没有到")
	case in.On.Before(l.ApprovedOn):
		bad.Add("on", "不能早于批准日期（%s）", l.ApprovedOn.Chinese())
	}
	if in.DocNo == "" {
		bad.Add("doc", "请填写付款单据号（银行回单、拨款文号等）")
	}
	if r.State != RoundOpen {
		return errs.New(errs.State, "award.round", "批次 %s 现在是“%s”，不能再办理", r.No, RoundMachine.State(r.State).Label)
	}
	if _, err := LineMachine.Fire(l.State, "pay"); err != nil {
		return err
	}
	return bad.Err()
}

// gather finds what of an instalment can be paid: the parts of those who are named. An error is State when there is none.
func (s *Runs) gather(ctx context.Context, tx *db.Tx, r *Round, l *Line, due int) (*paying, error) {
	w := &paying{line: l, round: r, payees: map[ids.ID]*Payee{}}
	dues, err := DuesOf(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(dues, func(d Due) bool { return d.Seq == due })
	if i < 0 {
		return nil, errs.OnField("due", "没有这一期")
	}
	w.due = &dues[i]
	if !w.due.Ready {
		return nil, errs.New(errs.State, "award.milestone", "“%s”的兑付节点还没有达到；达到以后请在“重新核算”里更新节点的数据", w.due.Label)
	}
	if w.payers, err = PayersOf(ctx, tx, tx.Tenant, r.ID); err != nil {
		return nil, err
	}
	payees, err := PayeesOf(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return nil, err
	}
	for i := range payees {
		w.payees[payees[i].ID] = &payees[i]
	}
	parts, err := PartsOf(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return nil, err
	}
	open := 0
	for _, p := range parts {
		if p.Due == due {
			w.parts = append(w.parts, p)
		}
		if p.Payment != 0 {
			continue
		}
		open++
		switch who := w.payees[p.Payee]; {
		case p.Due != due:
		case !who.Named():
			w.left = append(w.left, who.Title())
		default:
			w.take = append(w.take, p)
			if w.amount, err = money.Sum(w.amount, p.Amount); err != nil {
				return nil, err
			}
		}
	}
	w.rest, w.last = len(w.left) == 0, open == len(w.take)
	switch {
	case len(w.take) > 0:
		return w, nil
	case len(w.left) > 0:
		return nil, errs.New(errs.State, "award.unnamed", "“%s”还没有填写是谁，这一份不能发放；请先在核算单里填写领奖人", strings.Join(w.left, "”、“"))
	}
	return nil, errs.New(errs.State, "award.paid", "“%s”已经发放", w.due.Label)
}

// makeAward keeps a paid part as an award.
func (s *Runs) makeAward(ctx context.Context, tx *db.Tx, w *paying, part *Part, pay *Payment) error {
	l, who := w.line, w.payees[part.Payee]
	a := &Award{
		Policy: w.round.Policy, Version: w.round.Version, Year: w.round.Year, Party: who.Party, Person: who.Person, Purpose: w.round.Purpose, Amount: part.Amount,
		PublishedOn: l.PublishedOn, ApprovedOn: l.ApprovedOn, PaidOn: pay.On, Line: l.ID, Payment: pay.ID, ours: true,
	}
	if a.PublishedOn.IsZero() { // a procedure without publication
		a.PublishedOn = l.ApprovedOn
	}
	a.Region, a.State, a.Sample, a.Note = l.Region, Paid, l.Sample, who.Title()+"："+w.due.Label
	return s.awards.CreateTx(ctx, tx, actor(tx), a)
}

// book drafts the vouchers of a payment that the village and the payers bear as amounts say.
func (s *Runs) book(ctx context.Context, tx *db.Tx, w *paying, pay *Payment, amounts []money.Fen) error {
	var onward money.Fen
	for _, p := range w.take {
		if w.payees[p.Payee].Party != w.line.Party || w.line.Party == 0 {
			onward += p.Amount
		}
	}
	f, err := flowOf(w.round, w.line.Name+"奖励（"+w.due.Label+"）", pay, onward)
	if err != nil {
		return err
	}
	borne, err := keepBorne(ctx, tx, pay, w.payers, amounts)
	if err != nil {
		return err
	}
	return s.draftAll(ctx, tx, w.line, pay, f, borne)
}

// draftAll drafts the vouchers in the books of the village and of the payers, as far as they keep them here.
func (s *Runs) draftAll(ctx context.Context, tx *db.Tx, l *Line, pay *Payment, f flow, borne []Borne) error {
	summary := field.LabelOf(paymentKinds, pay.Kind) + f.what + "（" + pay.No + "）"
	id, err := s.draft(ctx, tx, l.Party, pay.On, pay, summary, villageEntries(f))
	if err != nil {
		return err
	}
	if pay.Voucher = id; id != 0 {
		if err := paymentTable.Update(ctx, tx, pay); err != nil {
			return err
		}
	}
	for _, b := range borne {
		if b.Party == l.Party {
			continue
		}
		amount := b.Amount
		if pay.Kind == PayBack {
			amount = -amount
		}
		id, err := s.draft(ctx, tx, b.Party, pay.On, pay, summary, payerEntries(f.what, amount))
		if err != nil {
			return err
		}
		if err := setBorneVoucher(ctx, tx, b.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// voidPayment takes a payment back that was entered by mistake: its awards never count, its parts are due again, its vouchers
// are withdrawn.
func (s *Runs) voidPayment(ctx context.Context, tx *db.Tx, pay *Payment) error {
	pay.ours = true
	if pay.Kind != PayOut {
		return errs.New(errs.State, "award.claw_void", "追回的记录不能撤销；款又退回的，请登记备注并作差错更正凭证")
	}
	l, err := lineTable.Get(ctx, tx, tx.Tenant, pay.Line)
	if err != nil {
		return err
	}
	if _, err := lockRound(ctx, tx, l.Round); err != nil {
		return err
	}
	if l, err = lineTable.Get(ctx, tx, tx.Tenant, pay.Line); err != nil {
		return err
	}
	if l.Clawed > 0 {
		return errs.New(errs.State, "award.clawed", "这张核算单办理过追回，发放不能再撤销")
	}
	if l.State == Filed {
		return errs.New(errs.State, "award.filed", "核算单已经归档，发放不能再撤销；要收回的请办理追回")
	}
	reason := "撤销发放 " + pay.No + "：" + record.Reason(ctx)
	parts, err := PartsOf(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.Payment == pay.ID {
			if err := settlePart(ctx, tx, p.ID, 0); err != nil {
				return err
			}
		}
	}
	if err := s.cancelAwards(ctx, tx, pay, reason); err != nil {
		return err
	}
	if err := s.withdraw(ctx, tx, pay, reason); err != nil {
		return err
	}
	event := "unpay"
	if l.Paid > pay.Amount {
		event = "unpay_part"
	}
	return s.follow(ctx, tx, actor(tx), l, event, reason, func(l *Line) { l.Paid -= pay.Amount })
}

// cancelAwards ends the awards of a payment on the day on which they were paid, so that no day counts them.
func (s *Runs) cancelAwards(ctx context.Context, tx *db.Tx, pay *Payment, reason string) error {
	awards, err := awardTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("payment_id = ?", pay.ID), "no")
	if err != nil {
		return err
	}
	for i := range awards {
		a := &awards[i]
		a.ours, a.ClawedBackOn = true, a.PaidOn
		if err := s.awards.DoTx(ctx, tx, actor(tx), a, "claw_back", reason); err != nil {
			return err
		}
	}
	return nil
}

// withdraw takes the vouchers of a payment back: drafts are deleted, posted ones get the draft of their reversal.
func (s *Runs) withdraw(ctx context.Context, tx *db.Tx, pay *Payment, reason string) error {
	take := func(id ids.ID, forget func() error) (bool, error) {
		if id == 0 {
			return false, nil
		}
		return s.ledger.WithdrawTx(ctx, tx, actor(tx), id, pay.On, reason, forget)
	}
	gone, err := take(pay.Voucher, func() error { return forgetVoucher(ctx, tx, pay.ID) })
	if err != nil {
		return err
	}
	if gone {
		pay.Voucher = 0
	}
	borne, err := BorneOf(ctx, tx, tx.Tenant, pay.ID)
	if err != nil {
		return err
	}
	for _, b := range borne {
		if _, err := take(b.Voucher, func() error { return setBorneVoucher(ctx, tx, b.ID, 0) }); err != nil {
			return err
		}
	}
	return nil
}
