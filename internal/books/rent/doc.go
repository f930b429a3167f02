// Package rent bills what contracts owe month by month and receives it (收租): open items (应收款项), receipts and their allocation, deposits,
// late fees, bad debts, dunning letters.
//
// A tenant's standing on a contract is three numbers: what was earned, received and written off. The basis of the books (权责发生制 or
// 收付实现制, data of a place with a date) says which balances of the ledger follow from them, see Account.Target. Every event changes the
// numbers and drafts a voucher of the difference between what the books should hold and what they hold by our vouchers; so any order of
// events, and a basis that changes, ends at the same balances. What others booked on the contract by hand is taken over, never twice.
package rent

import (
	"context"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The kinds of the nouns; vouchers that are drafted bear them as their origins.
const (
	KindRule     = "rent_rule"
	KindWriteoff = "rent_writeoff"
	KindRun      = "rent_run"
	KindItem     = "rent_item"
	KindReceipt  = "rent_receipt"
	KindPromise  = "rent_promise"
	KindNotice   = "rent_notice"
)

// Service carries out the use cases. Items and Runs are written only by its methods.
type Service struct {
	env    *record.Env
	ledger *ledger.Ledger

	Rules     *record.Noun[Rule]
	Runs      *record.Noun[Run]
	Items     *record.Noun[Item]
	Receipts  *record.Noun[Receipt]
	Writeoffs *record.Noun[Writeoff]
	Promises  *record.Noun[Promise]
	Notices   *record.Noun[Notice]
}

// New registers the nouns, and refuses to settle contracts of which something remains; "party", "books", "voucher", "contract" and "bank_line" must have been registered before.
func New(e *record.Env, l *ledger.Ledger) *Service {
	s := &Service{env: e, ledger: l}
	s.Rules = newRules(e)
	s.Runs = s.newRuns()
	s.Items = s.newItems()
	s.Receipts = s.newReceipts()
	s.Writeoffs, s.Promises, s.Notices = s.newWriteoffs(), s.newPromises(), s.newNotices()
	s.guardSettling(e)
	return s
}

// actor is who acts in a transaction, with leave to draft the voucher of what he or she may record. The name and the id stay, so that
// nobody reviews the voucher of what that person recorded.
func actor(tx *db.Tx) access.Principal {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName, Grants: access.System.Grants}
}

// booksOn returns the books of a collective that take a day; what is missing is said beside the day.
func booksOn(ctx context.Context, q db.Q, tenant int64, party ids.ID, day date.Date) (*ledger.Books, error) {
	b, err := ledger.BooksAt(ctx, q, tenant, party, day.YearMonth())
	if errs.Is(err, errs.NotFound) {
		return nil, errs.OnField("date", "%s", errs.Message(err))
	}
	return b, err
}

// lockBooks holds books, so that what adds up in them is read and changed by one person at a time.
func lockBooks(ctx context.Context, tx *db.Tx, books ids.ID) (*ledger.Books, error) {
	return ledger.LockBooks(ctx, tx, books)
}
