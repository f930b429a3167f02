package bank

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The states of a payment batch.
const (
	PayDraft     = "draft"
	PaySubmitted = "submitted"
	PayChecked   = "checked"
	PayApproved  = "approved"
	PayReleased  = "released"
	PaySettled   = "settled"
	PayVoid      = "void"
)

// What is known of handing a released batch over.
const (
	SendSending = "sending" // under way, or cut off while it was
	SendSent    = "sent"    // accepted
	SendUnknown = "unknown" // no answer came: it may have arrived
	SendRefused = "refused" // certainly not accepted
)

// SendStates are the states of handing over with their Chinese names.
var SendStates = []field.Option{
	{Code: SendSending, Label: "发送中", Tone: "azure"}, {Code: SendSent, Label: "已送达", Tone: "green"},
	{Code: SendUnknown, Label: "结果不明，待查询", Tone: "orange"}, {Code: SendRefused, Label: "未被接收", Tone: "red"},
}

// settling is the verb of the event that only results bring about: no role has it.
const settling = "settle"

// Payment is a batch of payments from one account. Maker, checker and releaser are three persons. Hash seals payees and
// amounts at the approval.
type Payment struct {
	db.Row
	No, Title  string
	Account    ids.ID
	PlanOn     date.Date
	Layout     string
	Total      money.Fen
	Count      int
	Maker      string
	MakerID    ids.ID
	Checker    string
	CheckerID  ids.ID
	Approver   string
	ApproverID ids.ID
	ApprovedOn date.Date
	Releaser   string
	ReleaserID ids.ID
	ReleasedOn date.Date
	Hash       string

	SendKey, SendState, SendRef, Control, SendText string
	SendTries                                      int
	SendAt                                         int64 // microseconds since the Unix epoch
}

// PaymentMachine: made, checked, approved, released and settled by results; returned to its maker until it is released.
var PaymentMachine = &fsm.Machine{
	Name: "付款批次",
	States: []fsm.State{
		{Code: PayDraft, Label: "草稿", Tone: "grey"}, {Code: PaySubmitted, Label: "待复核", Tone: "azure"}, {Code: PayChecked, Label: "待审批", Tone: "azure"},
		{Code: PayApproved, Label: "待放款", Tone: "orange"}, {Code: PayReleased, Label: "已放款", Tone: "orange"}, {Code: PaySettled, Label: "已办结", Tone: "green"},
		{Code: PayVoid, Label: "已作废", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "submit", Label: "提交复核", From: []string{PayDraft}, To: PaySubmitted, Verb: access.Edit},
		{Name: "check", Label: "复核通过", From: []string{PaySubmitted}, To: PayChecked, Verb: access.Approve},
		{Name: "approve", Label: "审批通过", From: []string{PayChecked}, To: PayApproved, Verb: access.Approve},
		{Name: "release", Label: "放款", From: []string{PayApproved}, To: PayReleased, Verb: access.Release},
		{Name: "settle", Label: "办结", From: []string{PayReleased}, To: PaySettled, Verb: settling},
		{Name: "return", Label: "退回", From: []string{PaySubmitted, PayChecked, PayApproved}, To: PayDraft, Verb: access.Approve, Reason: true},
		{Name: "void", Label: "作废", From: []string{PayDraft, PaySubmitted, PayChecked, PayApproved}, To: PayVoid, Verb: access.Approve, Reason: true},
	},
}

var paymentTable = &db.Table[Payment]{
	Name: "payment",
	Cols: []string{
		"no", "title", "account_id", "plan_on", "layout", "total_fen", "line_count", "maker", "maker_id", "checker", "checker_id", "approver", "approver_id",
		"approved_on", "releaser", "releaser_id", "released_on", "frozen_hash", "send_key", "send_state", "send_ref", "send_control", "send_text", "send_tries", "send_at",
	},
	Row: func(p *Payment) *db.Row { return &p.Row },
	Ptrs: func(p *Payment) []any {
		return []any{
			&p.No, &p.Title, &p.Account, &p.PlanOn, &p.Layout, &p.Total, &p.Count, &p.Maker, &p.MakerID, &p.Checker, &p.CheckerID, &p.Approver, &p.ApproverID,
			&p.ApprovedOn, &p.Releaser, &p.ReleaserID, &p.ReleasedOn, &p.Hash, &p.SendKey, &p.SendState, &p.SendRef, &p.Control, &p.SendText, &p.SendTries, &p.SendAt,
		}
	},
}

func newPayments(s *Service) *record.Noun[Payment] {
	p := &payments{s}
	return record.Register(s.env, &record.Noun[Payment]{
		Kind: "payment", Label: "付款批次", Path: "/payments", Icon: "send", Key: "no", Order: "-no",
		Intro: "一次从一个账户付出的若干笔款：制单、复核、审批、放款由不同的人办理，审批后收款人和金额不能再改，付款结果以银行的回执或对账单为准。",
		Table: paymentTable, Machine: PaymentMachine,
		Title:  func(p *Payment) string { return p.No + " " + p.Title },
		Series: func(p *Payment) string { return "FK-" + strconv.Itoa(p.PlanOn.Year()) },
		Fields: []field.Field[Payment]{
			field.NewText("no", "批次号", func(p *Payment) *string { return &p.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewText("title", "事由", func(p *Payment) *string { return &p.Title }).Req().List().Eg("10 月误工补贴"),
			field.NewRef("account", "付款账户", "bank_account", func(p *Payment) *ids.ID { return &p.Account }).Req().Fix().Show().Filter(),
			field.NewDay("plan_on", "计划付款日期", func(p *Payment) *date.Date { return &p.PlanOn }).Req().List(),
			field.NewText("layout", "付款文件格式", func(p *Payment) *string { return &p.Layout }).Help("不填用系统自带的通用格式"),
			field.NewInt("count", "笔数", 0, mostPayees, func(p *Payment) *int { return &p.Count }).Derived().Col("line_count").List(),
			field.NewMoney("total", "金额合计", func(p *Payment) *money.Fen { return &p.Total }).Derived().List(),
			field.NewText("maker", "制单人", func(p *Payment) *string { return &p.Maker }).Derived().Show(),
			field.NewText("checker", "复核人", func(p *Payment) *string { return &p.Checker }).Derived().Stamp(),
			field.NewText("approver", "审批人", func(p *Payment) *string { return &p.Approver }).Derived().Stamp(),
			field.NewDay("approved_on", "审批日期", func(p *Payment) *date.Date { return &p.ApprovedOn }).Derived().Stamp(),
			field.NewText("releaser", "放款人", func(p *Payment) *string { return &p.Releaser }).Derived().Stamp(),
			field.NewDay("released_on", "放款日期", func(p *Payment) *date.Date { return &p.ReleasedOn }).Derived().Stamp(),
			field.NewEnum("send_state", "送达", SendStates, func(p *Payment) *string { return &p.SendState }).Derived().Stamp(),
			field.NewText("control", "控制合计", func(p *Payment) *string { return &p.Control }).Derived().Stamp().Col("send_control"),
		},
		Prepare: p.prepare, CheckTx: p.checkTx, BeforeDelete: p.beforeDelete,
		Guards: map[string]func(context.Context, *db.Tx, *Payment) error{
			"submit": p.submit, "check": p.check, "approve": p.approve, "release": p.release, "return": p.giveBack, "void": p.void,
			"settle": func(ctx context.Context, tx *db.Tx, v *Payment) error { return p.settled(ctx, tx, v) },
		},
	})
}

// payments are the rules of batches.
type payments struct{ *Service }

// prepare puts the batch in the division of its account.
func (s *payments) prepare(ctx context.Context, q db.Q, tenant int64, p *Payment) error {
	if p.Account == 0 {
		return nil
	}
	a, err := accountTable.Get(ctx, q, tenant, p.Account)
	if err == nil {
		p.Region = a.Region
	}
	return err
}

// checkTx lets a batch begin as a draft only, and be changed by its maker only while it is one.
func (s *payments) checkTx(ctx context.Context, tx *db.Tx, old, p *Payment) error {
	if old == nil {
		if p.State != PayDraft {
			return errs.New(errs.State, "payment.state", "付款批次只能从草稿开始，逐步办理")
		}
		p.Maker, p.MakerID = tx.ActorName, tx.ActorID
	} else {
		if err := mine(old, tx); err != nil {
			return err
		}
		p.Maker, p.MakerID, p.Total, p.Count = old.Maker, old.MakerID, old.Total, old.Count
	}
	a, err := lockAccount(ctx, tx, p.Account)
	if err != nil {
		return err
	}
	if a.State != accountOpen {
		return errs.OnField("account", "账户“%s”已销户，不能付款", a.Name)
	}
	if p.Layout != "" {
		if _, err := s.paymentLayout(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}

// mine refuses changes by others than the maker, and of anything but a draft.
func mine(p *Payment, tx *db.Tx) error {
	if p.State != PayDraft {
		return errs.New(errs.State, "payment.frozen", "付款批次 %s 现在是“%s”，收款人和金额不能再改；确需更改请先退回", p.No, PaymentMachine.State(p.State).Label)
	}
	if !samePerson(p.MakerID, p.Maker, tx) {
		return errs.New(errs.State, "payment.maker", "付款批次 %s 由 %s 制单，只能由本人修改、提交；需要别人接手时请作废后另制一批", p.No, p.Maker)
	}
	return nil
}

func (s *payments) beforeDelete(ctx context.Context, tx *db.Tx, p *Payment) error {
	if err := mine(p, tx); err != nil {
		return err
	}
	lines, err := linesOfPayment(ctx, tx, tx.Tenant, p.ID)
	if err != nil {
		return err
	}
	for i := range lines {
		if err := removeLine(ctx, tx, &lines[i]); err != nil {
			return err
		}
	}
	return nil
}

// mostPayees is how many payments a batch may hold.
const mostPayees = 2000

// totals adds up a batch.
func (p *Payment) totals(lines []PaymentLine) error {
	amounts := make([]money.Fen, len(lines))
	for i := range lines {
		amounts[i] = lines[i].Amount
	}
	sum, err := money.Sum(amounts...)
	p.Total, p.Count = sum, len(lines)
	return err
}

// named refuses what an account without a person does: who answers for money has a name and a number.
func named(tx *db.Tx) error {
	if tx.ActorID == 0 {
		return errs.New(errs.Forbidden, "payment.person", "付款须由登录的本人办理")
	}
	return nil
}

// submit hands the batch to its checker.
func (s *payments) submit(ctx context.Context, tx *db.Tx, p *Payment) error {
	if err := named(tx); err != nil {
		return err
	}
	if err := mine(p, tx); err != nil {
		return err
	}
	if _, err := lockAccount(ctx, tx, p.Account); err != nil { // two batches at once see one another's payments
		return err
	}
	lines, err := linesOfPayment(ctx, tx, tx.Tenant, p.ID)
	switch {
	case err != nil:
		return err
	case len(lines) == 0:
		return errs.New(errs.State, "payment.empty", "还没有付款明细，请先添加收款人和金额")
	}
	if err := p.totals(lines); err != nil {
		return err
	}
	found, err := s.duplicates(ctx, tx, p, lines)
	if err != nil {
		return err
	}
	return unexplained(lines, found)
}

// check records the checker, who is not the maker.
func (s *payments) check(_ context.Context, tx *db.Tx, p *Payment) error {
	if err := named(tx); err != nil {
		return err
	}
	if samePerson(p.MakerID, p.Maker, tx) {
		return errs.New(errs.State, "payment.own", "复核人不能是制单人（%s），请由他人复核", p.Maker)
	}
	p.Checker, p.CheckerID = tx.ActorName, tx.ActorID
	return nil
}

// approve records the approver and seals payees and amounts.
func (s *payments) approve(ctx context.Context, tx *db.Tx, p *Payment) error {
	if err := named(tx); err != nil {
		return err
	}
	if samePerson(p.MakerID, p.Maker, tx) {
		return errs.New(errs.State, "payment.own", "审批人不能是制单人（%s），请由他人审批", p.Maker)
	}
	r, err := RuleAt(ctx, tx, tx.Tenant, p.Region)
	if err != nil {
		return err
	}
	if r.ApproverApart && samePerson(p.CheckerID, p.Checker, tx) {
		return errs.New(errs.State, "payment.own", "本地规定审批人与复核人（%s）须是两个人，请由他人审批", p.Checker)
	}
	lines, err := linesOfPayment(ctx, tx, tx.Tenant, p.ID)
	if err != nil {
		return err
	}
	if err := p.totals(lines); err != nil {
		return err
	}
	p.Approver, p.ApproverID, p.ApprovedOn = tx.ActorName, tx.ActorID, today(tx)
	p.Hash = freeze(p, lines)
	return nil
}

// release makes sure that three persons had their hands on the batch and that nothing was changed since its approval,
// and gives it the key under which it is handed over.
func (s *payments) release(ctx context.Context, tx *db.Tx, p *Payment) error {
	if err := named(tx); err != nil {
		return err
	}
	switch {
	case samePerson(p.MakerID, p.Maker, tx):
		return errs.New(errs.State, "payment.own", "放款人不能是制单人（%s），请由他人放款", p.Maker)
	case samePerson(p.CheckerID, p.Checker, tx):
		return errs.New(errs.State, "payment.own", "放款人不能是复核人（%s），请由他人放款", p.Checker)
	}
	if err := frozen(ctx, tx, p); err != nil {
		return err
	}
	p.Releaser, p.ReleaserID, p.ReleasedOn = tx.ActorName, tx.ActorID, today(tx)
	p.SendKey, p.SendState, p.SendTries, p.SendAt = p.ID.String()+"-"+p.Hash[:16], SendSending, 1, tx.Now().UnixMicro()
	return nil
}

// frozen refuses a batch whose payees or amounts are not those that were approved.
func frozen(ctx context.Context, tx *db.Tx, p *Payment) error {
	lines, err := linesOfPayment(ctx, tx, tx.Tenant, p.ID)
	if err == nil && freeze(p, lines) != p.Hash {
		return errs.New(errs.State, "payment.changed", "付款批次 %s 的收款人或金额与审批时不一致，不能付款；请立即报告并查明", p.No)
	}
	return err
}

// giveBack returns the batch to its maker; what was checked and approved has to be so again.
func (s *payments) giveBack(_ context.Context, _ *db.Tx, p *Payment) error {
	p.Checker, p.CheckerID, p.Approver, p.ApproverID, p.ApprovedOn, p.Hash = "", 0, "", 0, date.Date{}, ""
	return nil
}

func (s *payments) void(context.Context, *db.Tx, *Payment) error { return nil }

// settled makes sure that every payment has its result.
func (s *payments) settled(ctx context.Context, tx *db.Tx, p *Payment) error {
	n, err := pendingLines(ctx, tx, p.ID)
	if err == nil && n > 0 {
		return errs.New(errs.State, "payment.pending", "还有 %d 笔没有付款结果", n)
	}
	return err
}
