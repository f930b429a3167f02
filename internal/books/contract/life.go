package contract

import (
	"context"
	"strings"

	"huicun/internal/books/contract/schedule"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
	"huicun/internal/registry/record"
)

// Life carries out what happens to a contract while it runs: another tenant takes it over, or it ends.
type Life struct {
	env       *record.Env
	contracts *record.Noun[Contract]
	files     *file.Service
}

// NewLife returns the use cases over the noun "contract" and its files.
func NewLife(e *record.Env, contracts *record.Noun[Contract], files *file.Service) *Life {
	return &Life{e, contracts, files}
}

// Step is what a person does to a contract: over the version that they saw, for a reason, with the papers that it rests on.
type Step struct {
	Contract ids.ID
	Version  int64
	Reason   string
	Files    []file.Upload
}

// Transfer puts another tenant in the place of party B from a day on (承租人变更, 合同权利义务概括转让: Civil Code art. 555,
// with the collective's consent). The payments stay as they are; the consent is among the files.
func (l *Life) Transfer(ctx context.Context, who access.Principal, tenant int64, s Step, to ids.ID, from date.Date) error {
	c, err := l.running(ctx, who, tenant, s)
	if err != nil {
		return err
	}
	var bad errs.List
	switch to {
	case 0:
		bad.Add("party_b", "请填写新的承租人（乙方）")
	case c.PartyB:
		bad.Add("party_b", "新的承租人与现在的相同")
	case c.PartyA:
		bad.Add("party_b", "新的承租人不能是甲方")
	}
	switch {
	case from.IsZero():
		bad.Add("effective", "请填写从哪一天起变更")
	case from.Before(c.From) || from.After(c.last()):
		bad.Add("effective", "变更生效日应在合同期限（%s 至 %s）之内", c.From, c.last())
	case from.Before(c.Effective):
		bad.Add("effective", "变更生效日不能早于上一次变更的生效日（%s）", c.Effective)
	}
	s.check(&bad, "请说明变更的原因", "请附上集体同意变更的决议或三方协议")
	if err := bad.Err(); err != nil {
		return err
	}
	c.PartyB, c.Effective = to, from
	return l.save(ctx, who, tenant, c, s, "变更承租人", "")
}

// check asks for the reason and, when there is a sentence for them, for the papers.
func (s *Step) check(l *errs.List, reason, files string) {
	if s.Reason = strings.TrimSpace(s.Reason); s.Reason == "" {
		l.Add("reason", "%s", reason)
	}
	if len(s.Files) == 0 && files != "" {
		l.Add("file", "%s", files)
	}
}

// running reads a contract that is signed and has not ended, at the version that the person saw.
func (l *Life) running(ctx context.Context, who access.Principal, tenant int64, s Step) (*Contract, error) {
	c, err := l.contracts.Get(ctx, who, tenant, s.Contract)
	if err != nil {
		return nil, err
	}
	if err := who.Require(l.contracts.Perm(access.Edit), c.Region); err != nil {
		return nil, err
	}
	if c.State != "signed" && c.State != "active" {
		return nil, errs.New(errs.State, "contract.not_running", "合同现在是“%s”，不能办理；只有已签订、履行中的合同才可以", Machine.State(c.State).Label)
	}
	if s.Version != 0 {
		c.Version = s.Version
	}
	return c, nil
}

// save stores the step and its files in one transaction, and carries out an event when one is given.
func (l *Life) save(ctx context.Context, who access.Principal, tenant int64, c *Contract, s Step, action, event string) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		if err := l.contracts.AmendTx(ctx, tx, who, c, action, s.Reason); err != nil {
			return err
		}
		if len(s.Files) > 0 {
			if err := l.files.AttachTx(ctx, tx, who, "contract", c.ID, s.Files, file.Invoice{}); err != nil {
				return err
			}
		}
		if event == "" {
			return nil
		}
		return l.contracts.DoTx(ctx, tx, who, c, event, s.Reason)
	})
}

// Settlement is what is to be settled when a contract ends on a day. Due is what its days cost since the village has
// books, with what was charged beyond the schedule; Received what came in. Owed is what the tenant still owes, Refund what
// goes back of rent paid ahead, both before the deposit. Credit is what is taken off what was billed beyond the day,
// Dropped and DroppedFen are the payments that fall away.
type Settlement struct {
	Day                  date.Date
	Early                bool
	Due, Received        money.Fen
	Owed, Refund         money.Fen
	Deposit, FromDeposit money.Fen // of the deposit, what covers debts when the parties agree to it
	Credit               money.Fen
	Dropped              int
	DroppedFen           money.Fen
	Payments             []schedule.Payment
	HaveBooks            bool
}

// Settlement works out the end of a contract on a day, by what had been received by today.
func (l *Life) Settlement(ctx context.Context, who access.Principal, tenant int64, id ids.ID, on, today date.Date) (*Contract, *Settlement, error) {
	c, err := l.running(ctx, who, tenant, Step{Contract: id})
	if err != nil {
		return nil, nil, err
	}
	if err := endDay(c, on); err != nil {
		return c, nil, err
	}
	q := l.env.DB.Read()
	before, err := Charges(ctx, q, tenant, id)
	if err != nil {
		return c, nil, err
	}
	ended := *c
	s := &Settlement{Day: on, Early: on.Before(c.last()), Deposit: c.Deposit}
	if s.Early {
		ended.Ended = on
	}
	if s.Payments, _, err = Preview(ctx, q, tenant, &ended, today); err != nil {
		return c, nil, err
	}
	ranges := [][2]string{{c.Region, c.Region + "0"}}
	first, err := ledger.FirstMonths(ctx, q, tenant, ranges)
	if err != nil {
		return c, nil, err
	}
	received, err := ledger.ReceivedByContract(ctx, q, tenant, ranges, today)
	if err != nil {
		return c, nil, err
	}
	s.Received, s.HaveBooks = received[id], first[c.Region] != 0
	return c, s, s.add(before, first[c.Region].First())
}

// add sums up what the days cost and what changes against the payments as they stand.
func (s *Settlement) add(before []Charge, since date.Date) error {
	now := charges(s.Payments)
	for i := range now {
		ch := &now[i]
		if !ch.Due.Before(since) {
			s.Due += ch.Amount
		}
		if i >= len(before) || before[i].Origin != "" || before[i] != *ch {
			s.Credit += max(-ch.Amount, 0)
		}
	}
	for _, ch := range before {
		switch {
		case ch.Origin != "" && !ch.Due.Before(since):
			s.Due += ch.Amount
		case ch.Origin == "" && (ch.Seq > len(now) || now[ch.Seq-1] != ch) && ch.From.After(s.Day):
			s.Dropped++
			s.DroppedFen += ch.Amount
		}
	}
	if s.HaveBooks {
		s.Owed, s.Refund = max(s.Due-s.Received, 0), max(s.Received-s.Due, 0)
	}
	s.FromDeposit = min(s.Owed, s.Deposit)
	return nil
}

// endDay refuses a day on which a contract cannot end.
func endDay(c *Contract, on date.Date) error {
	switch {
	case on.IsZero():
		return errs.OnField("day", "请填写终止日期")
	case on.Before(c.From) || on.After(c.last()):
		return errs.OnField("day", "终止日期应在合同期限（%s 至 %s）之内", c.From, c.last())
	case on.AddDays(1).Before(c.Effective):
		return errs.OnField("day", "合同有 %s 起生效的变更，终止日期不能早于它", c.Effective)
	}
	return nil
}

// Terminate ends a contract on a day, its last one. Before its time that is an amendment, which credits what was billed
// beyond; on a day that is still to come the contract goes on until then.
func (l *Life) Terminate(ctx context.Context, who access.Principal, tenant int64, s Step, on date.Date) error {
	c, err := l.running(ctx, who, tenant, s)
	if err != nil {
		return err
	}
	early := on.Before(c.last())
	var bad errs.List
	if err := endDay(c, on); err != nil {
		bad.Add("day", "%s", errs.As(err).Fields[0].Msg)
	}
	papers := "请附上解除协议、通知或决议"
	if !early { // it has run out: there is nothing to agree on
		papers = ""
	}
	s.check(&bad, "请说明终止的原因", papers)
	if err := bad.Err(); err != nil {
		return err
	}
	today := date.Of(l.env.DB.Clock()())
	event := "end"
	if on.After(today) {
		if !early {
			return errs.OnField("day", "合同 %s 才到期，到期后再办理终止", on.Chinese())
		}
		event = ""
	}
	if early {
		c.Ended, c.Effective = on, on.AddDays(1)
	}
	return l.save(ctx, who, tenant, c, s, "提前终止", event)
}
