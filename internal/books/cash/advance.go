package cash

import (
	"context"
	"strconv"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// The states of an advance.
const (
	AdvanceApplied  = "applied"
	AdvanceApproved = "approved"
	AdvancePaid     = "paid"
	AdvanceSettled  = "settled"
	AdvanceRefused  = "refused"
)

// AdvanceKinds are the ways of settling an advance with their Chinese names.
var AdvanceKinds = []field.Option{{Code: Spend, Label: "报账", Tone: "green"}, {Code: Refund, Label: "退款", Tone: "grey"}}

// Advance is money lent to a person for a purpose (借支). Open is what has not been settled.
type Advance struct {
	db.Row
	No            string
	Party         ids.ID
	Borrower      string
	BorrowerParty ids.ID
	Member        ids.ID
	Purpose       string
	Amount        money.Fen
	Applied, Due  date.Date
	Account       string
	PayAccount    string
	Approver      string
	Paid, Settled date.Date
	Voucher       ids.ID
	Open          money.Fen // loaded
}

// AdvanceMachine: an advance is asked for, approved by another, paid out, and settled by bills and refunds.
var AdvanceMachine = &fsm.Machine{
	Name: "借支单",
	States: []fsm.State{
		{Code: AdvanceApplied, Label: "待批准", Tone: "grey"}, {Code: AdvanceApproved, Label: "已批准", Tone: "azure"},
		{Code: AdvancePaid, Label: "未结清", Tone: "orange"}, {Code: AdvanceSettled, Label: "已结清", Tone: "green"},
		{Code: AdvanceRefused, Label: "不同意", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: "approve", Label: "批准", From: []string{AdvanceApplied}, To: AdvanceApproved, Verb: "approve"},
		{Name: "refuse", Label: "不同意", From: []string{AdvanceApplied, AdvanceApproved}, To: AdvanceRefused, Verb: "approve", Reason: true},
		{Name: "pay", Label: "付款", From: []string{AdvanceApproved}, To: AdvancePaid, Verb: "edit"},
		{Name: "unpay", Label: "撤销付款", From: []string{AdvancePaid}, To: AdvanceApproved, Verb: "edit", Reason: true},
		{Name: "settle", Label: "结清", From: []string{AdvancePaid}, To: AdvanceSettled, Verb: derive},
		{Name: "reopen", Label: "恢复未结清", From: []string{AdvanceSettled}, To: AdvancePaid, Verb: derive},
	},
}

var advanceTable = &db.Table[Advance]{
	Name: "advance",
	Cols: []string{
		"no", "party_id", "borrower", "borrower_party_id", "member_id", "purpose", "amount_fen", "applied_on", "due_on", "account", "pay_account",
		"approver", "paid_on", "settled_on", "voucher_id",
	},
	Row: func(a *Advance) *db.Row { return &a.Row },
	Ptrs: func(a *Advance) []any {
		return []any{
			&a.No, &a.Party, &a.Borrower, &a.BorrowerParty, &a.Member, &a.Purpose, &a.Amount, &a.Applied, &a.Due, &a.Account, &a.PayAccount,
			&a.Approver, &a.Paid, &a.Settled, &a.Voucher,
		}
	},
}

func (c *Cash) newAdvances() *record.Noun[Advance] {
	return record.Register(c.env, &record.Noun[Advance]{
		Kind: "advance", Label: "借支单", Path: "/advances", Icon: "report-money", Key: "no", Order: "-no",
		Intro: "因公借支先批准、后付款，用完凭票报账、多退少补，到期未结清的会提醒。",
		Table: advanceTable, Machine: AdvanceMachine,
		Title:  func(a *Advance) string { return a.No + " " + a.Borrower },
		Detail: func(a *Advance) string { return a.Purpose + " " + a.Amount.String() + " 元" },
		Series: func(a *Advance) string { return "JZ-" + strconv.Itoa(a.Applied.Year()) },
		Fields: []field.Field[Advance]{
			field.NewText("no", "编号", func(a *Advance) *string { return &a.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("party", "单位", "party", func(a *Advance) *ids.ID { return &a.Party }).Req().Fix().Show().Filter(),
			field.NewText("borrower", "借支人", func(a *Advance) *string { return &a.Borrower }).Req().List(),
			field.NewText("purpose", "用途", func(a *Advance) *string { return &a.Purpose }).Req().List().Limit(100).Eg("外出参加农产品展销会差旅费"),
			field.NewMoney("amount", "金额", func(a *Advance) *money.Fen { return &a.Amount }).Req().List(),
			field.NewDay("applied", "申请日期", func(a *Advance) *date.Date { return &a.Applied }).Req().Col("applied_on").List(),
			field.NewDay("due", "归还日期", func(a *Advance) *date.Date { return &a.Due }).Col("due_on").List().Help("不填按资金管理规则的借支归还期限计算"),
			field.NewText("account", "记账科目", func(a *Advance) *string { return &a.Account }).Help(holderHelp),
			field.NewRef("member", "借支人所在户", "member", func(a *Advance) *ids.ID { return &a.Member }).Help("记在内部往来时选填"),
			field.NewRef("borrower_party", "往来单位", "party", func(a *Advance) *ids.ID { return &a.BorrowerParty }).Help("记在应收款、按往来单位核算时选填"),
			field.NewText("pay_account", "付款科目", func(a *Advance) *string { return &a.PayAccount }).Help("不填为 102 银行存款；付现金的填 101"),
			field.NewText("approver", "批准人", func(a *Advance) *string { return &a.Approver }).Stamp(),
			field.NewDay("paid", "付款日期", func(a *Advance) *date.Date { return &a.Paid }).Col("paid_on").Stamp(),
			field.NewDay("settled", "结清日期", func(a *Advance) *date.Date { return &a.Settled }).Col("settled_on").Derived(),
			field.NewMoney("open", "未结清", func(a *Advance) *money.Fen { return &a.Open }).Derived().Col(""),
			field.NewRef("voucher", "付款凭证", "voucher", func(a *Advance) *ids.ID { return &a.Voucher }).Derived(),
		},
		Prepare: prepareAdvance, Check: checkAdvance, CheckTx: checkAdvanceTx, After: c.bookImported, Load: loadAdvance,
		Guards: map[string]func(context.Context, *db.Tx, *Advance) error{
			"approve": func(_ context.Context, tx *db.Tx, a *Advance) error {
				if a.CreatedBy == tx.ActorID && tx.ActorID != 0 {
					return errs.New(errs.Forbidden, "advance.own", "批准人不能是填写借支单的人，请由他人批准")
				}
				a.Approver = tx.ActorName
				return nil
			},
			"pay": c.payAdvance, "unpay": c.unpayAdvance,
			"settle": func(_ context.Context, tx *db.Tx, a *Advance) error { a.Settled = date.Of(tx.Now()); return nil },
			"reopen": func(_ context.Context, _ *db.Tx, a *Advance) error { a.Settled = date.Date{}; return nil },
		},
	})
}

func prepareAdvance(ctx context.Context, q db.Q, tenant int64, a *Advance) (err error) {
	if a.Region, err = place(ctx, q, tenant, a.Party); err != nil || a.Party == 0 || a.Applied.IsZero() {
		return err
	}
	if a.Account, err = standingAccount(ctx, q, tenant, a.Party, a.Applied, a.Account); err != nil {
		return err
	}
	if a.PayAccount == "" {
		a.PayAccount = bankAccount
	}
	if !a.Due.IsZero() {
		return nil
	}
	terms, err := termsAt(ctx, q, tenant, a.Region, a.Applied)
	if err == nil && terms.AdvanceDays > 0 {
		a.Due = a.Applied.AddDays(terms.AdvanceDays)
	}
	return err
}

func checkAdvance(a *Advance) error {
	var l errs.List
	if a.Due.IsZero() {
		l.Add("due", "请填写归还日期")
	} else if a.Due.Before(a.Applied) {
		l.Add("due", "归还日期不能早于申请日期（%s）", a.Applied)
	}
	if !a.Paid.IsZero() && a.Paid.Before(a.Applied) {
		l.Add("paid", "付款日期不能早于申请日期（%s）", a.Applied)
	}
	if !ledger.IsCash(a.PayAccount) {
		l.Add("pay_account", "应是库存现金（101）或银行存款（102）")
	}
	return l.Err()
}

// checkAdvanceTx keeps what was approved as it was approved.
func checkAdvanceTx(_ context.Context, tx *db.Tx, old, a *Advance) error {
	if a.Paid.After(date.Of(tx.Now())) {
		return errs.OnField("paid", "付款日期不能晚于今天")
	}
	if old == nil {
		a.Voucher, a.Settled = 0, date.Date{}
		switch {
		case a.State == AdvanceSettled:
			return errs.New(errs.Invalid, "advance.state", "已结清的借支单由报账和退款得出，不能直接登记为“已结清”")
		case a.State == AdvancePaid && a.Paid.IsZero():
			return errs.OnField("paid", "请填写付款日期")
		}
		return nil
	}
	if old.State == AdvanceApplied {
		return nil
	}
	var l errs.List
	if a.Amount != old.Amount {
		l.Add("amount", "已批准，金额不能再改")
	}
	if a.Borrower != old.Borrower || a.Member != old.Member || a.BorrowerParty != old.BorrowerParty {
		l.Add("borrower", "已批准，借支人不能再改")
	}
	if a.Account != old.Account {
		l.Add("account", "已批准，记账科目不能再改")
	}
	if old.State != AdvanceApproved && (a.Paid != old.Paid || a.PayAccount != old.PayAccount) {
		l.Add("paid", "已付款，付款日期和科目不能再改；有误请撤销付款")
	}
	return l.Err()
}

func loadAdvance(ctx context.Context, q db.Q, a *Advance) error {
	a.Open = 0
	if a.State != AdvancePaid {
		return nil
	}
	sums, err := parentSums(ctx, q, a.Tenant, "advance_entry", "advance_id", a.ID)
	a.Open = a.Amount - sums[Spend] - sums[Refund]
	return err
}

// bookImported drafts the voucher of an advance that was recorded as paid.
func (c *Cash) bookImported(ctx context.Context, tx *db.Tx, old, a *Advance) error {
	if old != nil || a.State != AdvancePaid {
		return nil
	}
	if err := c.bookAdvance(ctx, tx, a); err != nil {
		return err
	}
	return setVoucher(ctx, tx, "advance", a.ID, a.Voucher)
}

func (c *Cash) payAdvance(ctx context.Context, tx *db.Tx, a *Advance) error {
	if a.Paid.IsZero() {
		a.Paid = date.Of(tx.Now())
	}
	return c.bookAdvance(ctx, tx, a)
}

func (c *Cash) bookAdvance(ctx context.Context, tx *db.Tx, a *Advance) (err error) {
	d := standingDraft("advance", a.ID, a.Party, a.Paid, "付"+a.Borrower+"借支："+a.Purpose, a.Sample, 1,
		ledger.Line{Account: a.Account, Party: a.BorrowerParty, Member: a.Member}, a.PayAccount, a.Amount, true)
	d.fields = []string{"account", "pay_account"}
	a.Voucher, err = c.make(ctx, tx, d)
	return err
}

func (c *Cash) unpayAdvance(ctx context.Context, tx *db.Tx, a *Advance) error {
	if err := lockRow(ctx, tx, "advance", a.ID); err != nil {
		return err
	}
	if err := loadAdvance(ctx, tx, a); err != nil {
		return err
	}
	if a.Open != a.Amount {
		return errs.New(errs.State, "advance.partly", "已有报账或退款 %s 元，请先作废它们", a.Amount-a.Open)
	}
	_, err := c.undo(ctx, tx, "advance", a.ID, a.Voucher, "借支 "+a.No+" 撤销付款："+record.Reason(ctx))
	a.Voucher, a.Paid = 0, date.Date{}
	return err
}

// AdvanceEntry settles a part of an advance: by bills, or by money given back.
type AdvanceEntry struct {
	db.Row
	No      string
	Advance ids.ID
	Party   ids.ID
	Kind    string
	Date    date.Date
	Amount  money.Fen
	Summary string
	Account string
	Bills   int
	Voucher ids.ID
}

var advanceEntryTable = &db.Table[AdvanceEntry]{
	Name: "advance_entry",
	Cols: []string{"no", "advance_id", "party_id", "kind", "on_date", "amount_fen", "summary", "account", "bills", "voucher_id"},
	Row:  func(e *AdvanceEntry) *db.Row { return &e.Row },
	Ptrs: func(e *AdvanceEntry) []any {
		return []any{&e.No, &e.Advance, &e.Party, &e.Kind, &e.Date, &e.Amount, &e.Summary, &e.Account, &e.Bills, &e.Voucher}
	},
}

func (c *Cash) newAdvanceEntries() *record.Noun[AdvanceEntry] {
	return record.Register(c.env, &record.Noun[AdvanceEntry]{
		Kind: "advance_entry", Label: "借支结算", Path: "/advance-entries", Icon: "receipt-2", Key: "no", Order: "-no",
		Intro: "借支的报账和退款，每笔生成一张待审核的凭证；结满后借支单自动结清。",
		Table: advanceEntryTable, Machine: doneMachine("借支结算", "已登记"), Kept: kept,
		Title: func(e *AdvanceEntry) string { return e.No + " " + e.Summary },
		Detail: func(e *AdvanceEntry) string {
			return field.LabelOf(AdvanceKinds, e.Kind) + " " + e.Amount.String() + " 元"
		},
		Series: func(e *AdvanceEntry) string { return "JS-" + strconv.Itoa(e.Date.Year()) },
		Fields: []field.Field[AdvanceEntry]{
			field.NewText("no", "编号", func(e *AdvanceEntry) *string { return &e.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("advance", "借支单", "advance", func(e *AdvanceEntry) *ids.ID { return &e.Advance }).Req().Fix().Show().Filter(),
			field.NewEnum("kind", "种类", AdvanceKinds, func(e *AdvanceEntry) *string { return &e.Kind }).Req().Fix().List().Filter(),
			field.NewDay("date", "日期", func(e *AdvanceEntry) *date.Date { return &e.Date }).Req().Fix().Col("on_date").List(),
			field.NewMoney("amount", "金额", func(e *AdvanceEntry) *money.Fen { return &e.Amount }).Req().Fix().List(),
			field.NewText("summary", "事由", func(e *AdvanceEntry) *string { return &e.Summary }).Req().Fix().List().Limit(100),
			field.NewText("account", "科目", func(e *AdvanceEntry) *string { return &e.Account }).Req().Fix().Help("报账填支出科目，如管理费用；退款填库存现金（101）或银行存款（102）").Eg("管理费用"),
			field.NewInt("bills", "单据张数", 0, maxBills, func(e *AdvanceEntry) *int { return &e.Bills }).In("张").Fix(),
			field.NewRef("voucher", "凭证", "voucher", func(e *AdvanceEntry) *ids.ID { return &e.Voucher }).Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, e *AdvanceEntry) error {
			if e.Advance == 0 {
				return nil
			}
			a, err := advanceTable.Get(ctx, q, tenant, e.Advance)
			if err != nil {
				return err
			}
			e.Party, e.Region = a.Party, a.Region
			return nil
		},
		CheckTx: checkAdvanceEntry, After: c.bookAdvanceEntry,
		Guards: map[string]func(context.Context, *db.Tx, *AdvanceEntry) error{"void": c.voidAdvanceEntry},
	})
}

// openAdvance locks an advance and reads what is open of it.
func openAdvance(ctx context.Context, tx *db.Tx, id ids.ID) (*Advance, error) {
	if err := lockRow(ctx, tx, "advance", id); err != nil {
		return nil, err
	}
	a, err := advanceTable.Get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	return a, loadAdvance(ctx, tx, a)
}

func checkAdvanceEntry(ctx context.Context, tx *db.Tx, old, e *AdvanceEntry) error {
	if old != nil {
		return nil
	}
	e.Voucher = 0
	a, err := openAdvance(ctx, tx, e.Advance)
	if err != nil {
		return err
	}
	if a.State != AdvancePaid {
		return errs.OnField("advance", "借支单 %s 现在是“%s”，只有付款后未结清的才能结算", a.No, AdvanceMachine.State(a.State).Label)
	}
	if err := checkEntryDay(tx, e.Date, a.Paid); err != nil {
		return err
	}
	if e.State != Voided && e.Amount > a.Open {
		return errs.OnField("amount", "借支未结清的只有 %s 元；超出的部分请另行报销", a.Open)
	}
	e.Account, err = entryAccount(ctx, tx, e.Party, e.Date, e.Account, e.Kind == Spend)
	return err
}

// bookAdvanceEntry drafts the voucher, and settles the advance when nothing is left of it.
func (c *Cash) bookAdvanceEntry(ctx context.Context, tx *db.Tx, old, e *AdvanceEntry) error {
	if old != nil || e.State == Voided {
		return nil
	}
	a, err := openAdvance(ctx, tx, e.Advance)
	if err != nil {
		return err
	}
	d := standingDraft("advance_entry", e.ID, e.Party, e.Date, a.Borrower+"借支"+field.LabelOf(AdvanceKinds, e.Kind)+"："+e.Summary, e.Sample, e.Bills,
		ledger.Line{Account: a.Account, Party: a.BorrowerParty, Member: a.Member}, e.Account, e.Amount, false)
	d.fields = []string{"account", "advance"}
	if e.Voucher, err = c.make(ctx, tx, d); err != nil {
		return err
	}
	if err := setVoucher(ctx, tx, "advance_entry", e.ID, e.Voucher); err != nil || a.Open != 0 {
		return err
	}
	return c.Advances.DoTx(ctx, tx, actor(tx), a, "settle", "")
}

func (c *Cash) voidAdvanceEntry(ctx context.Context, tx *db.Tx, e *AdvanceEntry) error {
	a, err := openAdvance(ctx, tx, e.Advance)
	if err != nil {
		return err
	}
	if e.Voucher, err = c.undo(ctx, tx, "advance_entry", e.ID, e.Voucher, "借支结算 "+e.No+" 作废："+record.Reason(ctx)); err != nil {
		return err
	}
	if a.State != AdvanceSettled {
		return nil
	}
	return c.Advances.DoTx(ctx, tx, actor(tx), a, "reopen", "借支结算 "+e.No+" 作废")
}
