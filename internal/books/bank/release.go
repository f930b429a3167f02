package bank

import (
	"context"
	"errors"
	"time"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// staleSend is after how long a handing over that has not ended counts as cut off.
const staleSend = 10 * time.Minute

// Release lets an approved batch go: it is marked released, with the key under which it is handed over, before anything
// leaves the house, and then handed over once. What came of that stands in the batch returned: an answer that did not
// come (SendUnknown) is cleared up by QuerySend, never by sending again.
func (s *Service) Release(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) (*Payment, error) {
	if err := s.Payments.Do(ctx, who, tenant, id, version, "release", ""); err != nil {
		return nil, err
	}
	return s.hand(ctx, who, tenant, id)
}

// hand hands over a batch whose sending was just claimed, and records what came of it.
func (s *Service) hand(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Payment, error) {
	p, b, t, err := s.outgoing(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	ack, err := t.Submit(ctx, b, p.SendKey)
	switch {
	case err == nil:
		err = s.note(ctx, who, p, SendSent, ack, "")
	case errors.Is(err, ErrRefused):
		err = s.note(ctx, who, p, SendRefused, Ack{}, sayRefused(err))
	default:
		err = s.note(ctx, who, p, SendUnknown, Ack{}, "发送后没有收到银行的答复，可能已经收到；请查询，不要另行付款")
	}
	if err != nil {
		return nil, err
	}
	return paymentTable.Get(ctx, s.env.DB.Read(), tenant, id)
}

func sayRefused(err error) string {
	if e := errs.As(err); e != nil && e.Kind != errs.Internal {
		return clip(e.Msg)
	}
	return "银行没有接收"
}

// outgoing builds what the bank is told of a batch, after making sure that it is what was approved.
func (s *Service) outgoing(ctx context.Context, tenant int64, id ids.ID) (*Payment, *Batch, Transfer, error) {
	q := s.env.DB.Read()
	p, err := paymentTable.Get(ctx, q, tenant, id)
	if err != nil {
		return nil, nil, nil, err
	}
	lines, err := linesOfPayment(ctx, q, tenant, id)
	if err != nil {
		return nil, nil, nil, err
	}
	if p.Hash == "" || freeze(p, lines) != p.Hash {
		return nil, nil, nil, errs.New(errs.State, "payment.changed", "付款批次 %s 的收款人或金额与审批时不一致，不能付款；请立即报告并查明", p.No)
	}
	a, err := accountTable.Get(ctx, q, tenant, p.Account)
	if err != nil {
		return nil, nil, nil, err
	}
	t := s.Transfers[a.Channel]
	if t == nil {
		return nil, nil, nil, errs.New(errs.State, "payment.channel", "账户“%s”的付款方式没有开通，请在银行账户里改为付款文件", a.Name)
	}
	b := &Batch{No: p.No, Holder: a.Holder, Bank: a.Bank, Day: p.ReleasedOn}
	if b.Number, err = s.open(a.NumberSealed, "bank_account.number"); err != nil {
		return nil, nil, nil, err
	}
	for i := range lines {
		l := &lines[i]
		n, err := s.open(l.NumberSealed, "payment_line.number")
		if err != nil {
			return nil, nil, nil, err
		}
		b.Lines = append(b.Lines, BatchLine{No: l.No, Payee: l.Payee, Number: n, Bank: l.Bank, Amount: l.Amount, Purpose: l.Purpose})
	}
	if b.Total, err = b.sum(); err != nil {
		return nil, nil, nil, err
	}
	b.Layout, err = s.paymentLayout(ctx, q, p)
	return p, b, t, err
}

// open unseals an account number in the form in which it is used.
func (s *Service) open(sealed, context string) (string, error) {
	n, err := s.env.Box.Open(sealed, context)
	return cleanNumber(n), err
}

// note records what handing over came to. A try that another has overtaken leaves no trace.
func (s *Service) note(ctx context.Context, who access.Principal, p *Payment, state string, ack Ack, text string) error {
	return s.env.DB.InTx(ctx, who.Meta(p.Tenant), func(ctx context.Context, tx *db.Tx) error {
		done, err := noteSend(ctx, tx, p.ID, p.SendTries, state, ack.Ref, ack.Control, text)
		if err != nil || !done {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{
			Action: "发送付款", Kind: "payment", RecordID: p.ID, Title: s.Payments.Title(p), Region: p.Region, Reason: text,
			Changes: []audit.Change{{Label: "送达", Before: sendLabel(p.SendState), After: sendLabel(state)}},
		})
	})
}

// Resend hands over again a batch that the bank has certainly not taken, under the same key.
func (s *Service) Resend(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Payment, error) {
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		p, err := s.releasing(ctx, tx, who, id)
		if err != nil {
			return err
		}
		done, err := claimSend(ctx, tx, id, p.SendTries)
		if err != nil {
			return err
		}
		if !done {
			return errs.New(errs.State, "payment.sent", "付款批次 %s 现在是“%s”，不能重新发送；只有银行确未接收时才可以", p.No, sendLabel(p.SendState))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.hand(ctx, who, tenant, id)
}

// releasing locks a released batch that who may hand over.
func (s *Service) releasing(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID) (*Payment, error) {
	p, err := s.payment(ctx, tx, who, id, access.Release)
	switch {
	case err != nil:
		return nil, err
	case p.State != PayReleased:
		return nil, errs.New(errs.State, "payment.not_released", "付款批次 %s 现在是“%s”，还没有放款或已经办结", p.No, PaymentMachine.State(p.State).Label)
	case samePerson(p.MakerID, p.Maker, tx) || samePerson(p.CheckerID, p.Checker, tx):
		return nil, errs.New(errs.State, "payment.own", "放款须由制单人（%s）和复核人（%s）以外的人办理", p.Maker, p.Checker)
	}
	return p, frozen(ctx, tx, p)
}

// QuerySend asks the bank what it knows of a released batch: whether it has it, and the results that there are.
func (s *Service) QuerySend(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Payment, error) {
	p, err := s.Payments.Get(ctx, who, tenant, id)
	if err != nil {
		return nil, err
	}
	if err := who.Require("payment:"+access.Release, p.Region); err != nil {
		return nil, err
	}
	_, _, t, err := s.outgoing(ctx, tenant, id)
	switch {
	case err != nil:
		return nil, err
	case p.State != PayReleased || p.SendState == SendRefused:
		return nil, errs.New(errs.State, "payment.not_sent", "付款批次 %s 没有在银行那里，不需要查询", p.No)
	case p.SendState == SendSending && s.env.DB.Now().UnixMicro()-p.SendAt < staleSend.Microseconds():
		return nil, errs.New(errs.State, "payment.sending", "付款批次 %s 正在发送，请稍候再查", p.No)
	}
	ref := p.SendRef
	if ref == "" {
		ref = p.SendKey
	}
	st, err := t.Query(ctx, ref)
	switch {
	case errs.Is(err, errs.NotFound) && p.SendState != SendSent:
		err = s.note(ctx, who, p, SendRefused, Ack{}, "银行查无此批次，可以重新发送")
	case err != nil:
		return nil, errs.Wrap(err, errs.Unavailable, "payment.query", "查询没有得到银行的答复，请稍后再查")
	case p.SendState != SendSent:
		err = s.note(ctx, who, p, SendSent, Ack{Ref: ref}, "查询得知银行已收到")
	}
	if err != nil {
		return nil, err
	}
	if len(st.Results) > 0 {
		if _, err := s.settle(ctx, who, tenant, id, "银行查询", st.Results); err != nil {
			return nil, err
		}
	}
	return paymentTable.Get(ctx, s.env.DB.Read(), tenant, id)
}

// PaymentFile writes the payment file of a released batch for who may release it; the download is in the history.
func (s *Service) PaymentFile(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (name string, data []byte, err error) {
	err = s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		p, err := s.releasing(ctx, tx, who, id)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "下载付款文件", Kind: "payment", RecordID: p.ID, Title: s.Payments.Title(p), Region: p.Region})
	})
	if err != nil {
		return "", nil, err
	}
	p, b, _, err := s.outgoing(ctx, tenant, id)
	if err != nil {
		return "", nil, err
	}
	data, _, err = b.Layout.Write(b)
	return "付款文件 " + p.No + ".csv", data, err
}

func sendLabel(state string) string {
	for _, o := range SendStates {
		if o.Code == state {
			return o.Label
		}
	}
	return state
}

// Receipt fetches the bank's receipt (回单) for a payment that succeeded. Ways of payment that have none say where it is got.
func (s *Service) Receipt(ctx context.Context, who access.Principal, tenant int64, line ids.ID) (Receipt, error) {
	l, err := s.PaymentLines.Get(ctx, who, tenant, line)
	if err != nil {
		return Receipt{}, err
	}
	if l.Result != ResultSuccess {
		return Receipt{}, errs.New(errs.State, "payment.no_receipt", "%s 还没有付款成功，没有回单", l.No)
	}
	p, err := paymentTable.Get(ctx, s.env.DB.Read(), tenant, l.Batch)
	if err != nil {
		return Receipt{}, err
	}
	a, err := accountTable.Get(ctx, s.env.DB.Read(), tenant, p.Account)
	if err != nil {
		return Receipt{}, err
	}
	t := s.Transfers[a.Channel]
	if t == nil {
		return Receipt{}, errs.New(errs.State, "payment.channel", "账户“%s”的付款方式没有开通", a.Name)
	}
	return t.Receipt(ctx, p.SendRef, l.No)
}
