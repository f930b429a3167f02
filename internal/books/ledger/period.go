package ledger

import (
	"context"
	"unicode/utf8"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// The states of a period.
const (
	periodOpen   = "open"
	periodClosed = "closed"
)

// Period is one month of books. It comes into being with its first voucher.
type Period struct {
	Month    date.Month
	Closed   bool
	Posted   int64 // how many vouchers have a number
	ClosedAt int64 // microseconds since the Unix epoch
	ClosedBy string
}

// ClosePeriod closes a month: nothing can be drafted, posted or reversed in it any more. Months are closed in
// their order, and only when no voucher waits in them.
func (l *Ledger) ClosePeriod(ctx context.Context, who access.Principal, tenant int64, books ids.ID, month date.Month) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return l.ClosePeriodTx(ctx, tx, who, books, month, "")
	})
}

// ClosePeriodTx is ClosePeriod within a transaction, so that what is checked before the close still holds at it. The
// note is kept in the log of closings: what was pointed out and accepted.
func (l *Ledger) ClosePeriodTx(ctx context.Context, tx *db.Tx, who access.Principal, books ids.ID, month date.Month, note string) error {
	b, err := l.periodBooks(ctx, tx, who, books, month)
	if err != nil {
		return err
	}
	earlier, err := openBefore(ctx, tx, books, month)
	if err != nil {
		return err
	}
	if earlier != 0 {
		return errs.New(errs.State, "period.earlier_open", "%s 还没有结账，请按月份先后结账", earlier)
	}
	done, err := closePeriod(ctx, tx, books, month)
	if err != nil {
		return err
	}
	if !done {
		return errs.New(errs.State, "period.closed", "%s 已经结账", month)
	}
	waiting, err := pending(ctx, tx, books, month)
	if err != nil {
		return err
	}
	if waiting > 0 {
		return errs.New(errs.State, "period.pending", "%s 还有 %d 张凭证没有记账，请先记账或删除", month, waiting)
	}
	return l.logPeriod(ctx, tx, b, month, PeriodClosed, note)
}

// ReopenPeriod opens a closed month again, the latest first.
func (l *Ledger) ReopenPeriod(ctx context.Context, who access.Principal, tenant int64, books ids.ID, month date.Month, reason string) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return l.ReopenPeriodTx(ctx, tx, who, books, month, reason)
	})
}

// maxReason is how long the reason for opening a month again may be, in characters.
const maxReason = 500

// ReopenPeriodTx is ReopenPeriod within a transaction.
func (l *Ledger) ReopenPeriodTx(ctx context.Context, tx *db.Tx, who access.Principal, books ids.ID, month date.Month, reason string) error {
	switch reason = plain(reason); {
	case reason == "":
		return errs.OnField("reason", "请说明反结账的理由")
	case utf8.RuneCountInString(reason) > maxReason:
		return errs.OnField("reason", "理由最多 %d 个字", maxReason)
	}
	b, err := l.periodBooks(ctx, tx, who, books, month)
	if err != nil {
		return err
	}
	last, err := lastClosed(ctx, tx, books)
	if err != nil {
		return err
	}
	if last > month {
		return errs.New(errs.State, "period.later_closed", "%s 也已结账，请从最后一个月开始反结账", last)
	}
	done, err := reopenPeriod(ctx, tx, books, month)
	if err != nil {
		return err
	}
	if !done {
		return errs.New(errs.State, "period.open", "%s 没有结账，不需要反结账", month)
	}
	return l.logPeriod(ctx, tx, b, month, PeriodReopened, reason)
}

// periodBooks locks the books, so that months are opened and closed one after the other.
func (l *Ledger) periodBooks(ctx context.Context, tx *db.Tx, who access.Principal, books ids.ID, month date.Month) (*Books, error) {
	b, err := lockBooks(ctx, tx, books)
	if err != nil {
		return nil, err
	}
	if err := who.Require("books:"+access.Post, b.Region); err != nil {
		return nil, err
	}
	if !month.Valid() {
		return nil, errs.OnField("month", "请填写月份")
	}
	return b, b.takes(month)
}

// What happens to a period, as its log says it.
const (
	PeriodClosed   = "closed"
	PeriodReopened = "reopened"
)

// periodActions are the same in Chinese.
var periodActions = map[string]string{PeriodClosed: "结账", PeriodReopened: "反结账"}

func (l *Ledger) logPeriod(ctx context.Context, tx *db.Tx, b *Books, month date.Month, action, note string) error {
	if err := insertPeriodEvent(ctx, tx, b.ID, month, action, note); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{
		Action: periodActions[action], Kind: "books", RecordID: b.ID, Title: b.Name, Region: b.Region, Reason: note,
		Changes: []audit.Change{{Label: "月份", After: month.String()}},
	})
}

// enter locks the books and makes sure that a month of theirs is open, opening it on its first use. Everything that
// posts, opens or closes in the books begins with the lock, so nothing changes under it. It returns the end of the
// books' chain.
func enter(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month) (*chain, error) {
	c, err := lockChain(ctx, tx, books)
	if err != nil {
		return nil, err
	}
	state, err := periodState(ctx, tx, books, month)
	if err != nil || state == periodOpen {
		return c, err
	}
	b, err := booksTable.Get(ctx, tx, tx.Tenant, books)
	if err != nil {
		return nil, err
	}
	if err := b.takes(month); err != nil {
		return nil, err
	}
	closed, err := lastClosed(ctx, tx, books)
	if err != nil {
		return nil, err
	}
	if closed >= month {
		return nil, closedMonth(month, closed)
	}
	if err := openPeriod(ctx, tx, books, month); err != nil {
		return nil, err
	}
	return c, carryInto(ctx, tx, books, month)
}

func closedMonth(month, closed date.Month) error {
	e := errs.OnField("date", "%s 已结账，不能再记 %s 的账；请改日期，或先反结账", closed, month)
	e.Kind, e.Code, e.Msg = errs.State, "period.closed", e.Fields[0].Msg
	return e
}
