package rent

import (
	"context"
	"strconv"

	"huicun/internal/books/contract"
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

// The states of a write-off.
const (
	WriteoffAsked     = "asked"
	WriteoffApproved  = "approved"
	WriteoffRefused   = "refused"
	WriteoffRecovered = "recovered"
)

// Writeoff is a bad debt (坏账核销): asked for by one person and approved by another, with the chain of decisions as its evidence (财务制度: bad
// debts are written off only with approval). What the debtor pays after all is set up again first.
type Writeoff struct {
	db.Row
	No               string
	Item             ids.ID
	Date             date.Date
	Amount           money.Fen
	Reason, Evidence string
	Approver         string
	Approved         date.Date
}

// WriteoffMachine: nothing is booked before another person's approval.
var WriteoffMachine = &fsm.Machine{
	Name: "坏账核销",
	States: []fsm.State{
		{Code: WriteoffAsked, Label: "待审批", Tone: "azure"}, {Code: WriteoffApproved, Label: "已核销", Tone: "grey"},
		{Code: WriteoffRefused, Label: "不同意", Tone: "red", Side: true}, {Code: WriteoffRecovered, Label: "已转回", Tone: "green"},
	},
	Events: []fsm.Event{
		{Name: "approve", Label: "同意核销", From: []string{WriteoffAsked}, To: WriteoffApproved, Verb: access.Approve},
		{Name: "refuse", Label: "不同意", From: []string{WriteoffAsked}, To: WriteoffRefused, Verb: access.Approve, Reason: true},
		{Name: "recover", Label: "转回（又能收回）", From: []string{WriteoffApproved}, To: WriteoffRecovered, Verb: access.Edit, Reason: true},
	},
}

var writeoffTable = &db.Table[Writeoff]{
	Name: KindWriteoff,
	Cols: []string{"no", "item_id", "on_date", "amount_fen", "reason", "evidence", "approver", "approved_on"},
	Row:  func(w *Writeoff) *db.Row { return &w.Row },
	Ptrs: func(w *Writeoff) []any {
		return []any{&w.No, &w.Item, &w.Date, &w.Amount, &w.Reason, &w.Evidence, &w.Approver, &w.Approved}
	},
}

func (s *Service) newWriteoffs() *record.Noun[Writeoff] {
	return record.Register(s.env, &record.Noun[Writeoff]{
		Kind: KindWriteoff, Label: "坏账核销", Path: "/rent-writeoffs", Icon: "file-text", Key: "no", Order: "-on_date",
		Intro: "确实收不回的应收款项，写明理由和民主决策、催收的依据，由他人审批后核销；以后又收回的先转回再登记收款。",
		Table: writeoffTable, Machine: WriteoffMachine,
		Title:  func(w *Writeoff) string { return w.No + " 核销坏账" },
		Detail: func(w *Writeoff) string { return w.Amount.String() + " 元 " + w.Reason },
		Series: func(w *Writeoff) string { return "HX-" + strconv.Itoa(w.Date.Year()) },
		Fields: []field.Field[Writeoff]{
			field.NewText("no", "编号", func(w *Writeoff) *string { return &w.No }).Derived().List(),
			field.NewRef("item", "应收款项", KindItem, func(w *Writeoff) *ids.ID { return &w.Item }).Req().Fix().Show().Filter(),
			field.NewDay("date", "日期", func(w *Writeoff) *date.Date { return &w.Date }).Req().Col("on_date").List(),
			field.NewMoney("amount", "核销金额", func(w *Writeoff) *money.Fen { return &w.Amount }).Req().List(),
			field.NewLong("reason", "理由", func(w *Writeoff) *string { return &w.Reason }).Req(),
			field.NewLong("evidence", "依据", func(w *Writeoff) *string { return &w.Evidence }).Help("成员（代表）大会决议、催收记录、法院文书、死亡或注销证明等的名称和编号"),
			field.NewText("approver", "审批人", func(w *Writeoff) *string { return &w.Approver }).Derived(),
			field.NewDay("approved", "审批日期", func(w *Writeoff) *date.Date { return &w.Approved }).Derived().Stamp().Col("approved_on"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, w *Writeoff) error {
			if w.Item == 0 {
				return nil
			}
			i, err := itemTable.Get(ctx, q, tenant, w.Item)
			if err == nil {
				w.Region = i.Region
			}
			return err
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, w *Writeoff) error {
			if old != nil && old.State != WriteoffAsked || w.State != WriteoffAsked {
				return errs.New(errs.State, "rent.decided", "已经审批的核销不能再改")
			}
			i, err := itemTable.Get(ctx, tx, tx.Tenant, w.Item)
			switch {
			case err != nil:
				return err
			case w.Amount > i.Open():
				return errs.OnField("amount", "这笔应收未收 %s 元，核销不能超过它", i.Open())
			case w.Date.After(date.Of(tx.Now())):
				return errs.OnField("date", "日期不能晚于今天")
			}
			return nil
		},
		Guards: map[string]func(context.Context, *db.Tx, *Writeoff) error{
			"approve": func(ctx context.Context, tx *db.Tx, w *Writeoff) error {
				if w.CreatedBy == tx.ActorID {
					return errs.New(errs.Forbidden, "rent.own", "申请人不能审批自己的申请，请由他人审批")
				}
				w.Approver, w.Approved = tx.ActorName, date.Of(tx.Now())
				return s.lose(ctx, tx, w, w.Amount, w.Approved, "核销坏账")
			},
			"recover": func(ctx context.Context, tx *db.Tx, w *Writeoff) error {
				return s.lose(ctx, tx, w, -w.Amount, date.Of(tx.Now()), "坏账转回")
			},
		},
	})
}

// lose writes an amount of an item off, or sets it up again when it is below zero.
func (s *Service) lose(ctx context.Context, tx *db.Tx, v *Writeoff, fen money.Fen, day date.Date, what string) error {
	i, err := itemTable.Get(ctx, tx, tx.Tenant, v.Item)
	if err != nil {
		return err
	}
	c, err := contract.Get(ctx, tx, tx.Tenant, i.Contract)
	if err != nil {
		return err
	}
	b, err := booksOn(ctx, tx, tx.Tenant, c.PartyA, day)
	if err != nil {
		return err
	}
	if b, err = lockBooks(ctx, tx, b.ID); err != nil {
		return err
	}
	if i, err = itemTable.Get(ctx, tx, tx.Tenant, v.Item); err != nil { // as it stands under the lock
		return err
	}
	if fen > i.Open() {
		return errs.New(errs.State, "rent.covered", "这笔应收现在未收 %s 元，少于要核销的 %s 元，请退回重填", i.Open(), fen)
	}
	w, err := s.work(ctx, tx, b, day)
	if err != nil {
		return err
	}
	a, err := w.account(ctx, i.Contract, i.Party, i.Region)
	if err != nil {
		return err
	}
	i.Lost += fen
	i.settle(day)
	a.Lost += fen
	if err := saveItem(ctx, tx, i); err != nil {
		return err
	}
	if fen > 0 {
		err = putAllocation(ctx, tx, v.ID, i.ID, i.Contract, day, fen)
	} else {
		err = deleteAllocations(ctx, tx, "source_id", v.ID)
	}
	if err != nil {
		return err
	}
	return w.book(ctx, v.ID, KindWriteoff, day, what+"（"+i.No+"，"+v.No+"）", v.Sample || i.Sample, []*change{{account: a, contract: c}})
}
