package asset

import (
	"context"
	"fmt"
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

// The states of a run.
const (
	RunDone = "done"
	RunVoid = "void"
)

const runKind = "depreciation"

// Run is the depreciation of one month of books (计提折旧). Cards counts the cards that it took something from.
type Run struct {
	db.Row
	No      string
	Books   ids.ID
	Month   date.Month
	Total   money.Fen
	Cards   int
	Voucher ids.ID
	Lines   []RunLine // kept in depreciation_line
}

// RunLine is what a run took from one card: After is what had been depreciated then. Charge and Account are the accounts of
// the chart that bear it and that keep it.
type RunLine struct {
	Asset           ids.ID
	Fen, After      money.Fen
	Charge, Account string
}

// RunMachine: a run stands, or is taken back with its voucher.
var RunMachine = &fsm.Machine{
	Name:   "计提折旧",
	States: []fsm.State{{Code: RunDone, Label: "已计提", Tone: "green"}, {Code: RunVoid, Label: "已撤销", Tone: "grey", Side: true}},
	Events: []fsm.Event{{Name: "void", Label: "撤销", From: []string{RunDone}, To: RunVoid, Verb: access.Edit, Reason: true}},
}

var runTable = &db.Table[Run]{
	Name: runKind,
	Cols: []string{"no", "books_id", "month", "total_fen", "cards", "voucher_id"},
	Row:  func(r *Run) *db.Row { return &r.Row },
	Ptrs: func(r *Run) []any { return []any{&r.No, &r.Books, &r.Month, &r.Total, &r.Cards, &r.Voucher} },
}

func (d *Depreciation) newRuns() *record.Noun[Run] {
	month := field.NewText[Run]("month", "月份", nil).Derived().List()
	month.Get = func(r *Run) string { return r.Month.String() }
	return record.Register(d.env, &record.Noun[Run]{
		Kind: runKind, Label: "计提折旧", Path: "/depreciations", Icon: "calculator", Key: "no", Order: "-month",
		Intro: "按资产卡片每月计提折旧（摊销），生成一张待审核的凭证；有误时整月撤销后重新计提。",
		Table: runTable, Machine: RunMachine, Kept: "计提折旧的记录不能删除；有误请撤销，并说明理由",
		Title:  func(r *Run) string { return r.No + " " + r.Month.Chinese() + "折旧" },
		Series: func(r *Run) string { return "ZJ-" + strconv.Itoa(r.Month.Year()) },
		Fields: []field.Field[Run]{
			field.NewText("no", "编号", func(r *Run) *string { return &r.No }).Derived().List(),
			field.NewRef("books", "账套", "books", func(r *Run) *ids.ID { return &r.Books }).Derived().Show().Filter(),
			month,
			field.NewInt("cards", "卡片", 0, maxCards, func(r *Run) *int { return &r.Cards }).In("张").Derived().List(),
			field.NewMoney("total", "折旧额", func(r *Run) *money.Fen { return &r.Total }).Derived().List(),
			field.NewRef("voucher", "凭证", "voucher", func(r *Run) *ids.ID { return &r.Voucher }).Derived().Show(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, r *Run) error {
			b, err := ledger.GetBooks(ctx, q, tenant, r.Books)
			if err == nil {
				r.Region = b.Region
			}
			return err
		},
		Check: func(r *Run) error {
			if len(r.Lines) == 0 {
				return errs.New(errs.Invalid, "depreciation.page", "计提折旧请在“计提折旧”页面按月办理")
			}
			return nil
		},
		Load:   loadRun,
		Guards: map[string]func(context.Context, *db.Tx, *Run) error{"void": d.takeBack},
	})
}

// maxCards bounds how many cards books have.
const maxCards = 1_000_000

// actor is who acts in a transaction, with leave to draft the voucher of what he or she may run.
func actor(tx *db.Tx) access.Principal {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName, Grants: access.System.Grants}
}

// Do runs the depreciation of a month of books as it was shown (digest): the record, what each card was depreciated to, and
// the draft of its voucher, in one transaction. key makes a double submission harmless.
func (d *Depreciation) Do(ctx context.Context, who access.Principal, tenant int64, key string, books ids.ID, m date.Month, digest string, choices map[string]string) (ids.ID, error) {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprint("depreciation ", books, m, digest, choices)
	var made ids.ID
	err := d.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		b, err := ledger.LockBooks(ctx, tx, books)
		if err != nil {
			return err
		}
		if err := LockCards(ctx, tx, b.Party); err != nil {
			return err
		}
		p, err := d.Plan(ctx, tx, tenant, books, m, choices)
		if err != nil {
			return err
		}
		switch {
		case p.Standing != nil:
			return errs.New(errs.Conflict, "depreciation.done", "%s 已经计提过折旧（%s），不能再提一次；有误请先撤销", m.Chinese(), p.Standing.No)
		case p.Stop != "":
			return errs.New(errs.State, "depreciation.order", "%s", p.Stop)
		case len(p.Lines) == 0:
			return errs.New(errs.State, "depreciation.nothing", "%s 没有需要计提折旧的卡片", m.Chinese())
		case p.Digest != digest:
			return errs.New(errs.Stale, "depreciation.changed", "您查看之后有卡片变动，折旧额已经不同；请核对后再确认一次")
		}
		if made, err = d.keep(ctx, tx, who, p); err != nil {
			return err
		}
		tx.SetResult(made.String())
		return nil
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return made, err
}

func (d *Depreciation) keep(ctx context.Context, tx *db.Tx, who access.Principal, p *Plan) (ids.ID, error) {
	r := &Run{Books: p.Books.ID, Month: p.Month, Total: p.Total, Cards: len(p.Lines)}
	r.State, r.Sample = RunDone, p.Books.Sample
	for _, l := range p.Lines {
		r.Lines = append(r.Lines, RunLine{l.Asset.ID, l.Fen, l.Asset.Accumulated + l.Fen, l.Charge, l.Accumulated})
	}
	if err := d.Runs.CreateTx(ctx, tx, who, r); err != nil {
		return 0, err
	}
	if err := insertRunLines(ctx, tx, r); err != nil {
		return 0, err
	}
	if err := addRun(ctx, tx, r.ID, 1); err != nil {
		return 0, err
	}
	v := p.voucher()
	v.Origin, v.OriginID, v.Sample = runKind, r.ID, r.Sample
	if err := d.ledger.DraftTx(ctx, tx, actor(tx), v); err != nil {
		return 0, err
	}
	return r.ID, setRunVoucher(ctx, tx, r.ID, v.ID)
}

// Void takes the last run of books back: its cards, and its voucher by deleting the draft or drafting the reversal.
func (d *Depreciation) Void(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	return d.Runs.Do(ctx, who, tenant, id, version, "void", reason)
}

func (d *Depreciation) takeBack(ctx context.Context, tx *db.Tx, r *Run) error {
	b, err := ledger.LockBooks(ctx, tx, r.Books)
	if err != nil {
		return err
	}
	if err := LockCards(ctx, tx, b.Party); err != nil {
		return err
	}
	runs, err := standing(ctx, tx, tx.Tenant, r.Books)
	if err != nil {
		return err
	}
	if n := len(runs); n > 0 && runs[n-1].Month > r.Month {
		return errs.New(errs.State, "depreciation.later", "以后各月的折旧是接着这个月算的，请先撤销 %s 的计提（%s）", runs[n-1].Month.Chinese(), runs[n-1].No)
	}
	if err := addRun(ctx, tx, r.ID, -1); err != nil {
		return err
	}
	if r.Voucher == 0 {
		return nil
	}
	on := date.Of(tx.Now())
	if b.Takes(on.YearMonth()) != nil {
		on = r.Month.Last()
	}
	gone, err := d.ledger.WithdrawTx(ctx, tx, actor(tx), r.Voucher, on, "撤销"+r.Month.Chinese()+"折旧："+record.Reason(ctx), func() error {
		return setRunVoucher(ctx, tx, r.ID, 0)
	})
	if gone {
		r.Voucher = 0
	}
	return err
}

// RanUntil is the last month for which a standing run took something from a card, 0 for none.
func RanUntil(ctx context.Context, q db.Q, tenant int64, asset ids.ID) (date.Month, error) {
	list, err := runsOfCard(ctx, q, tenant, asset)
	for _, r := range list {
		if r.State == RunDone {
			return r.Month, err
		}
	}
	return 0, err
}

// RunsOf lists what the standing and the withdrawn runs took from a card, newest month first.
func RunsOf(ctx context.Context, q db.Q, tenant int64, asset ids.ID) ([]CardRun, error) {
	return runsOfCard(ctx, q, tenant, asset)
}
