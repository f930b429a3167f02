package ledger

import (
	"context"
	"fmt"

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

// The kinds of voucher. Books with one series know ordinary ones, books with three tell receipts, payments and
// transfers apart; both have the entries that carry income and expense to the year's result. Each kind has its own
// numbers in each month.
const (
	Ordinary = "记"
	Receipt  = "收"
	Payment  = "付"
	Transfer = "转"
	Closing  = "结转"
)

// Kinds are the kinds with their Chinese names.
var Kinds = []field.Option{
	{Code: Ordinary, Label: "记账凭证"},
	{Code: Receipt, Label: "收款凭证"},
	{Code: Payment, Label: "付款凭证"},
	{Code: Transfer, Label: "转账凭证"},
	{Code: Closing, Label: "结转凭证"},
}

// The states of a voucher.
const (
	Draft    = "draft"
	Reviewed = "reviewed"
	Posted   = "posted"
)

// Voucher is one journal entry. Number and FullNo are given at posting, and so are Seq and Hash, its place in the books'
// chain. Total is the sum of the debits, negative for a reversal. Source is the number that the voucher has where it
// was imported from. Files is the digest of its files, sealed with it when it is posted. Corrects is the voucher that it puts
// right (订正), Whole says that it takes its place rather than adding to it or taking off. Origin and OriginID are the kind and
// the id of the record that it was made for, such as a payment.
type Voucher struct {
	db.Row
	Books       ids.ID
	Month       date.Month
	Kind        string
	Number      int64
	FullNo      string
	Date        date.Date
	Summary     string
	Total       money.Fen
	Attachments int
	Maker       string
	MakerID     ids.ID
	Reviewer    string
	Poster      string
	Reverses    ids.ID
	Source      string
	Seq         int64
	Hash        string
	Corrects    ids.ID
	Origin      string
	OriginID    ids.ID
	Files       string
	Whole       bool
	Lines       []Line // kept in voucher_line; not read by lists

	receipts []bool // of its lines, which count as received on their contract; found by settle
	copied   bool   // its lines were those of a posted voucher: what their accounts ask for now is asked for later
}

// Line is one line of a voucher: an amount on exactly one side of an account, with what it belongs to.
type Line struct {
	Summary, Account                        string
	Debit, Credit                           money.Fen
	Party, Contract, Asset, Project, Member ids.ID
}

// Machine: a voucher is made by one person, reviewed by another and posted; from then on it never changes.
var Machine = &fsm.Machine{
	Name: "凭证",
	States: []fsm.State{
		{Code: Draft, Label: "草稿", Tone: "grey"}, {Code: Reviewed, Label: "已审核", Tone: "azure"}, {Code: Posted, Label: "已记账", Tone: "green"},
	},
	Events: []fsm.Event{
		{Name: "review", Label: "审核", From: []string{Draft}, To: Reviewed, Verb: access.Approve},
		{Name: "return", Label: "退回", From: []string{Reviewed}, To: Draft, Verb: access.Approve, Reason: true},
		{Name: "post", Label: "记账", From: []string{Reviewed}, To: Posted, Verb: access.Post},
	},
}

var voucherTable = &db.Table[Voucher]{
	Name: "voucher",
	Cols: []string{
		"books_id", "month", "kind", "no", "full_no", "on_date", "summary", "total_fen", "attachments", "maker", "maker_id",
		"reviewer", "poster", "reverses_id", "source_no", "chain_seq", "chain_hash", "corrects_id", "origin", "origin_id", "files", "whole",
	},
	Row: func(v *Voucher) *db.Row { return &v.Row },
	Ptrs: func(v *Voucher) []any {
		return []any{
			&v.Books, &v.Month, &v.Kind, &v.Number, &v.FullNo, &v.Date, &v.Summary, &v.Total, &v.Attachments, &v.Maker, &v.MakerID,
			&v.Reviewer, &v.Poster, &v.Reverses, &v.Source, &v.Seq, &v.Hash, &v.Corrects, &v.Origin, &v.OriginID, &v.Files, &v.Whole,
		}
	},
}

// newVouchers describes the noun for lists, links, search and exports of headings. Everything that would write
// through it is refused: lines, numbers and balances are the ledger's to keep.
func newVouchers(e *record.Env) *record.Noun[Voucher] {
	refuse := func(context.Context, *db.Tx, *Voucher) error { return notHere() }
	return record.Register(e, &record.Noun[Voucher]{
		Kind: "voucher", Label: "凭证", Path: "/vouchers", Icon: "receipt-2", Key: "full_no", Order: "-on_date",
		Intro: "每笔收支填一张凭证，经他人审核后记账；记账后不能修改，有误用红字冲销。",
		Table: voucherTable, Machine: Machine,
		Title: title, Docs: docs,
		Fields: []field.Field[Voucher]{
			field.NewText("full_no", "凭证号", func(v *Voucher) *string { return &v.FullNo }).Derived().List(),
			field.NewRef("books", "账套", "books", func(v *Voucher) *ids.ID { return &v.Books }).Derived().Show().Filter(),
			field.NewDay("date", "日期", func(v *Voucher) *date.Date { return &v.Date }).Col("on_date").Derived().List(),
			field.NewText("summary", "摘要", func(v *Voucher) *string { return &v.Summary }).Derived().List(),
			field.NewMoney("total", "金额", func(v *Voucher) *money.Fen { return &v.Total }).Derived().List(),
			field.NewEnum("kind", "种类", Kinds, func(v *Voucher) *string { return &v.Kind }).Derived().Filter(),
			field.NewInt("attachments", "附件张数", 0, maxAttachments, func(v *Voucher) *int { return &v.Attachments }).In("张").Derived(),
			field.NewText("maker", "制单人", func(v *Voucher) *string { return &v.Maker }).Derived().List(),
			field.NewText("reviewer", "审核人", func(v *Voucher) *string { return &v.Reviewer }).Derived(),
			field.NewText("poster", "记账人", func(v *Voucher) *string { return &v.Poster }).Derived(),
			field.NewRef("reverses", "冲销凭证", "voucher", func(v *Voucher) *ids.ID { return &v.Reverses }).Derived(),
			field.NewRef("corrects", "订正凭证", "voucher", func(v *Voucher) *ids.ID { return &v.Corrects }).Derived(),
			field.NewText("source", "凭证来源号", func(v *Voucher) *string { return &v.Source }).Col("source_no").Derived(),
		},
		CheckTx: func(context.Context, *db.Tx, *Voucher, *Voucher) error { return notHere() },
		Guards:  map[string]func(context.Context, *db.Tx, *Voucher) error{"review": refuse, "return": refuse, "post": refuse},
	})
}

func notHere() error {
	return errs.New(errs.Invalid, "voucher.generic", "凭证请在凭证页面填制、审核和记账，或用凭证导入模板导入")
}

// title names a voucher in search results and the history.
func title(v *Voucher) string { return v.FullNo + " " + v.Summary }

// draftSeries counts the drafts of a month, so that people can name them; a draft that is deleted leaves a gap.
const draftSeries = "草稿"

// draftNo names a voucher that has no number yet.
func draftNo(month date.Month, no int64) string {
	return fmt.Sprintf("%s-%s-%04d", draftSeries, month, no)
}

// kindFor is the kind that a voucher has by the way its books are numbered: with three series, money coming in makes a
// receipt, going out (also from one account of ours to another) a payment, none a transfer.
func (v *Voucher) kindFor(b *Books) string {
	if v.Kind == Closing {
		return Closing
	}
	if b.Series != SeriesThree {
		return Ordinary
	}
	var in, out bool
	for i := range v.Lines {
		if x := &v.Lines[i]; IsCash(x.Account) {
			in, out = in || x.Debit != 0, out || x.Credit != 0
		}
	}
	switch {
	case out:
		return Payment
	case in:
		return Receipt
	}
	return Transfer
}

// number gives a posted voucher its number.
func (v *Voucher) number(no int64) {
	v.Number = no
	v.FullNo = fmt.Sprintf("%s-%s-%04d", v.Kind, v.Month, no)
}

// signed returns the amount as a signed movement: debits positive.
func (l *Line) signed() money.Fen { return l.Debit - l.Credit }
