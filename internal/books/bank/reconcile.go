package bank

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
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The states of a reconciliation.
const (
	Prepared  = "prepared"
	Confirmed = "confirmed"
	Returned  = "returned"
)

// Reconciliation is the reconciliation statement (银行存款余额调节表) of an account at the end of a month, as it was when it
// was prepared. A month is done when another person than the preparer confirmed it.
type Reconciliation struct {
	db.Row
	No                         string
	Account                    ids.ID
	Month                      date.Month
	Book, Bank                 money.Fen
	BookAdjusted, BankAdjusted money.Fen
	StartGap                   money.Fen
	Count                      int // items in transit
	Preparer                   string
	PreparerID                 ids.ID
	PreparedOn                 date.Date
	Confirmer                  string
	ConfirmerID                ids.ID
	ConfirmedOn                date.Date
	Items                      []Item // read by Get

	ours bool
}

// Difference is what the adjusted balances differ by.
func (r *Reconciliation) Difference() money.Fen { return r.BookAdjusted - r.BankAdjusted }

// ReconciliationMachine: prepared by one person, confirmed by another; returned when something has to be changed.
var ReconciliationMachine = &fsm.Machine{
	Name: "余额调节表",
	States: []fsm.State{
		{Code: Prepared, Label: "已编制", Tone: "azure"}, {Code: Confirmed, Label: "已确认", Tone: "green"}, {Code: Returned, Label: "已退回", Tone: "orange", Side: true},
	},
	Events: []fsm.Event{
		{Name: "confirm", Label: "确认", From: []string{Prepared}, To: Confirmed, Verb: access.Approve},
		{Name: "return", Label: "退回", From: []string{Prepared, Confirmed}, To: Returned, Verb: access.Approve, Reason: true},
		{Name: "prepare", Label: "重新编制", From: []string{Returned}, To: Prepared, Verb: access.Edit},
	},
}

var reconciliationTable = &db.Table[Reconciliation]{
	Name: "bank_reconciliation",
	Cols: []string{
		"no", "account_id", "month", "book_fen", "bank_fen", "book_adjusted_fen", "bank_adjusted_fen", "start_gap_fen", "item_count",
		"preparer", "preparer_id", "prepared_on", "confirmer", "confirmer_id", "confirmed_on",
	},
	Row: func(r *Reconciliation) *db.Row { return &r.Row },
	Ptrs: func(r *Reconciliation) []any {
		return []any{
			&r.No, &r.Account, &r.Month, &r.Book, &r.Bank, &r.BookAdjusted, &r.BankAdjusted, &r.StartGap, &r.Count,
			&r.Preparer, &r.PreparerID, &r.PreparedOn, &r.Confirmer, &r.ConfirmerID, &r.ConfirmedOn,
		}
	},
}

func newReconciliations(s *Service) *record.Noun[Reconciliation] {
	refused := refuse[Reconciliation]("余额调节表请在银行账户的对账页面编制")
	month := field.NewText[Reconciliation]("month", "月份", nil)
	month.Get = func(r *Reconciliation) string { return r.Month.String() }
	fen := func(name, label, column string, p func(*Reconciliation) *money.Fen) field.Field[Reconciliation] {
		return field.NewMoney(name, label, p).Derived().Col(column)
	}
	return record.Register(s.env, &record.Noun[Reconciliation]{
		Kind: "bank_reconciliation", Label: "余额调节表", Path: "/bank-reconciliations", Icon: "scale", Key: "no", Order: "-month",
		Intro: "每个账户每月编制一张银行存款余额调节表，由另一人确认；月末结账前应当确认。",
		Table: reconciliationTable, Machine: ReconciliationMachine,
		Title:  func(r *Reconciliation) string { return r.Month.Chinese() + "余额调节表 " + r.No },
		Series: func(r *Reconciliation) string { return "TJB-" + strconv.Itoa(r.Month.Year()) },
		Fields: []field.Field[Reconciliation]{
			field.NewText("no", "编号", func(r *Reconciliation) *string { return &r.No }).Derived().List(),
			field.NewRef("account", "银行账户", "bank_account", func(r *Reconciliation) *ids.ID { return &r.Account }).Derived().Show().Filter(),
			month.Derived().List(),
			fen("book", "账面余额", "book_fen", func(r *Reconciliation) *money.Fen { return &r.Book }).Show(),
			fen("bank", "银行余额", "bank_fen", func(r *Reconciliation) *money.Fen { return &r.Bank }).Show(),
			fen("book_adjusted", "调节后账面余额", "book_adjusted_fen", func(r *Reconciliation) *money.Fen { return &r.BookAdjusted }).Show(),
			fen("bank_adjusted", "调节后银行余额", "bank_adjusted_fen", func(r *Reconciliation) *money.Fen { return &r.BankAdjusted }),
			fen("start_gap", "启用时差额", "start_gap_fen", func(r *Reconciliation) *money.Fen { return &r.StartGap }),
			field.NewInt("count", "未达账项", 0, mostLines, func(r *Reconciliation) *int { return &r.Count }).In("笔").Derived().Col("item_count").Show(),
			field.NewText("preparer", "编制人", func(r *Reconciliation) *string { return &r.Preparer }).Derived().Show(),
			field.NewDay("prepared_on", "编制日期", func(r *Reconciliation) *date.Date { return &r.PreparedOn }).Derived(),
			field.NewText("confirmer", "确认人", func(r *Reconciliation) *string { return &r.Confirmer }).Derived().Show(),
			field.NewDay("confirmed_on", "确认日期", func(r *Reconciliation) *date.Date { return &r.ConfirmedOn }).Derived().Stamp(),
		},
		Load: func(ctx context.Context, q db.Q, r *Reconciliation) (err error) {
			r.Items, err = reconciliationItems(ctx, q, r.Tenant, r.ID)
			return err
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, r *Reconciliation) error {
			if r.ours {
				return nil
			}
			return refused(ctx, tx, old, r)
		},
		Guards: map[string]func(context.Context, *db.Tx, *Reconciliation) error{
			"confirm": s.confirming,
			"return": func(_ context.Context, _ *db.Tx, r *Reconciliation) error {
				r.Confirmer, r.ConfirmerID, r.ConfirmedOn = "", 0, date.Date{}
				return nil
			},
			"prepare": func(ctx context.Context, tx *db.Tx, r *Reconciliation) error {
				if r.ours {
					return nil
				}
				return refused(ctx, tx, r, r)
			},
		},
	})
}

// fill takes a position into the reconciliation.
func (r *Reconciliation) fill(p *Position) {
	r.Book, r.Bank, r.BookAdjusted, r.BankAdjusted, r.StartGap = p.Book, p.Bank, p.BookAdjusted, p.BankAdjusted, p.StartGap
	r.Items, r.Count = p.Items, len(p.Items)
}

// agrees reports whether a position is still what was prepared.
func (r *Reconciliation) agrees(p *Position) bool {
	if r.Book != p.Book || r.Bank != p.Bank || r.BookAdjusted != p.BookAdjusted || r.BankAdjusted != p.BankAdjusted || len(r.Items) != len(p.Items) {
		return false
	}
	for i := range p.Items {
		a, b := r.Items[i], p.Items[i]
		if a.List != b.List || a.Day != b.Day || a.Fen != b.Fen || a.Line != b.Line || a.Voucher != b.Voucher || a.LineNo != b.LineNo {
			return false
		}
	}
	return true
}

// Prepare makes the reconciliation of a month, or makes it anew while it is not confirmed, and returns it.
func (s *Service) Prepare(ctx context.Context, who access.Principal, tenant int64, account ids.ID, month date.Month) (*Reconciliation, error) {
	if !month.Valid() {
		return nil, errs.OnField("month", "请填写月份")
	}
	var made *Reconciliation
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		a, err := s.account(ctx, tx, who, account, "bank_reconciliation:"+access.Edit)
		if err != nil {
			return err
		}
		if !month.First().Before(today(tx).AddDays(1)) {
			return errs.OnField("month", "%s 还没有到", month.Chinese())
		}
		p, err := s.PositionAt(ctx, tx, a, month.Last())
		if err != nil {
			return err
		}
		made, err = s.prepare(ctx, tx, who, a, month, p)
		return err
	})
	return made, err
}

func (s *Service) prepare(ctx context.Context, tx *db.Tx, who access.Principal, a *Account, month date.Month, p *Position) (*Reconciliation, error) {
	r, err := one(reconciliationTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("account_id = ?", a.ID).And("month = ?", month)))
	if err != nil {
		return nil, err
	}
	fresh := r == nil
	if fresh {
		r = &Reconciliation{Account: a.ID, Month: month}
		r.State, r.Region, r.Sample = Prepared, a.Region, a.Sample
	}
	if r.State == Confirmed {
		return nil, errs.New(errs.State, "bank_reconciliation.confirmed", "%s的余额调节表已经确认，要重新编制请先退回", month.Chinese())
	}
	r.fill(p)
	r.Preparer, r.PreparerID, r.PreparedOn, r.ours = who.Name, who.ID, today(tx), true
	switch {
	case fresh:
		err = s.Reconciliations.CreateTx(ctx, tx, who, r)
	case r.State == Returned:
		err = s.Reconciliations.DoTx(ctx, tx, who, r, "prepare", "")
	default:
		err = s.Reconciliations.UpdateTx(ctx, tx, who, r)
	}
	if err != nil {
		return nil, err
	}
	return r, saveItems(ctx, tx, r.ID, p.Items)
}

// confirming refuses to confirm what one prepared oneself, what has changed since, and what does not agree.
func (s *Service) confirming(ctx context.Context, tx *db.Tx, r *Reconciliation) error {
	if samePerson(r.PreparerID, r.Preparer, tx) {
		return errs.New(errs.State, "bank_reconciliation.own", "余额调节表由 %s 编制，请由另一人确认", r.Preparer)
	}
	a, err := lockAccount(ctx, tx, r.Account)
	if err != nil {
		return err
	}
	p, err := s.PositionAt(ctx, tx, a, r.Month.Last())
	switch {
	case err != nil:
		return err
	case !r.Month.Last().Before(today(tx)):
		return errs.New(errs.State, "bank_reconciliation.early", "%s还没有过完，过完后再确认", r.Month.Chinese())
	case !r.agrees(p):
		return errs.New(errs.State, "bank_reconciliation.changed", "编制以后账面、对账单或核对又有变动，请重新编制后再确认")
	case p.Difference() != 0:
		return errs.New(errs.State, "bank_reconciliation.differs", "调节后的余额不相等，相差 %s 元，请查明后再确认", p.Difference().Abs())
	}
	r.Confirmer, r.ConfirmerID, r.ConfirmedOn = tx.ActorName, tx.ActorID, today(tx)
	return nil
}

// ReconciliationOf returns the reconciliation of an account and month with its items, nil when there is none.
func ReconciliationOf(ctx context.Context, q db.Q, tenant int64, account ids.ID, month date.Month) (*Reconciliation, error) {
	r, err := one(reconciliationTable.One(ctx, q, db.NewWhere(tenant).And("account_id = ?", account).And("month = ?", month)))
	if err != nil || r == nil {
		return nil, err
	}
	r.Items, err = reconciliationItems(ctx, q, tenant, r.ID)
	return r, err
}

// Unreconciled lists the accounts of books whose month has no confirmed reconciliation, or one that the books no longer
// agree with: the month-close checklist asks. Accounts that were not open in the month, or are reconciled from a later
// day only, are not among them.
func Unreconciled(ctx context.Context, q db.Q, tenant int64, books ids.ID, month date.Month) ([]Account, error) {
	list, err := AccountsOf(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	var out []Account
	for i := range list {
		a := &list[i]
		if a.Opened.After(month.Last()) || !a.Closed.IsZero() && a.Closed.Before(month.First()) || a.Start.After(month.Last()) {
			continue
		}
		r, err := one(reconciliationTable.One(ctx, q, db.NewWhere(tenant).And("account_id = ?", a.ID).And("month = ?", month).And("state = ?", Confirmed)))
		if err != nil {
			return nil, err
		}
		if r != nil {
			fen, err := ledger.PostedAt(ctx, q, tenant, a.Books, a.Ledger, month.Last())
			if err != nil {
				return nil, err
			}
			if fen == r.Book {
				continue
			}
		}
		out = append(out, *a)
	}
	return out, nil
}
