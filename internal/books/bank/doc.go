// Package bank keeps the bank accounts of books: their statements, which lines of a statement are which entries of the
// books, the monthly reconciliation (银行存款余额调节表, 会计基础工作规范), and payments in batches.
//
// What a bank says is stored as it said it and never changed: a statement line is known by its hash, so that a file
// that is imported twice, or overlaps another, adds nothing twice. Matching only links lines and entries; a line and an
// entry are in one match at most, which the database keeps.
//
// A payment is made by one person, checked by another and released by a third. Payees and amounts are frozen by a hash
// when the batch is approved; a released batch has one key under which it is ever handed over, and is handed over again
// only when the bank's side said that it has not got it. What became of a payment is told by the bank (a query, a result
// file, the statement) and by nobody else.
package bank

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

// Service carries out the use cases. The nouns Lines, Imports and Reconciliations serve lists, links and search: they are
// written only by the methods here.
type Service struct {
	env    *record.Env
	ledger *ledger.Ledger

	Rules           *record.Noun[Rule]
	Layouts         *record.Noun[Layout]
	PaymentLayouts  *record.Noun[PaymentLayout]
	Accounts        *record.Noun[Account]
	Imports         *record.Noun[Import]
	Lines           *record.Noun[Line]
	Reconciliations *record.Noun[Reconciliation]
	Payments        *record.Noun[Payment]
	PaymentLines    *record.Noun[PaymentLine]

	// TakenBy names the record of another slice that a statement line is booked by, "" for none; nil when there is no such slice.
	TakenBy func(ctx context.Context, q db.Q, tenant int64, line ids.ID) (string, error)

	// Transfers are the ways in which a payment reaches a bank, by the channel of the account.
	Transfers map[string]Transfer
}

// New registers the nouns; those of parties, the ledger, contracts, joint projects and members are linked to.
func New(e *record.Env, l *ledger.Ledger) *Service {
	s := &Service{env: e, ledger: l, Transfers: map[string]Transfer{ChannelFile: FileTransfer{}}}
	s.Rules = newRules(e)
	s.Layouts = newLayouts(e)
	s.PaymentLayouts = newPaymentLayouts(e)
	s.Accounts = newAccounts(s)
	s.Imports = newImports(e)
	s.Lines = newLines(e)
	s.Reconciliations = newReconciliations(s)
	s.Payments = newPayments(s)
	s.PaymentLines = newPaymentLines(s)
	return s
}

// today is the civil date by the transaction's clock.
func today(tx *db.Tx) date.Date { return date.Of(tx.Now()) }

// samePerson reports whether who acts now is somebody that is on record: by id, or by name for who has none.
func samePerson(id ids.ID, name string, tx *db.Tx) bool {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName}.Is(id, name)
}

// hidden hides whether a record exists from somebody who may not see it.
func hidden() error {
	return errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
}

// refuse is a CheckTx of nouns that only the use cases of this package write.
func refuse[T any](what string) func(context.Context, *db.Tx, *T, *T) error {
	return func(context.Context, *db.Tx, *T, *T) error { return errs.New(errs.Invalid, "bank.generic", "%s", what) }
}
