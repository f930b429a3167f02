// Package cash keeps what villages do with cash: receipt books and the receipts written in them, cash taken to the bank,
// petty cash (备用金), advances (借支) and counts of the cash on hand.
//
// Whatever moves money makes the draft of its voucher in the same transaction, for an accountant to review and post, and
// a record that is voided takes its voucher back. How much cash a village may hold, for how long and how much it may spend
// of it are rules with dates (资金管理规则), which a township sets and a village may narrow.
package cash

import (
	"context"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Use is the verb of who writes receipts in a book: hands the book in when it is full.
const Use = "use"

// derive is the verb of events that only other records bring about; no role but the system's has it.
const derive = "derive"

// Cash are the nouns and use cases.
type Cash struct {
	env    *record.Env
	ledger *ledger.Ledger

	Rules          *record.Noun[Rule]
	Books          *record.Noun[Book]
	Receipts       *record.Noun[Receipt]
	Deposits       *record.Noun[Deposit]
	Petty          *record.Noun[Petty]
	PettyEntries   *record.Noun[PettyEntry]
	Advances       *record.Noun[Advance]
	AdvanceEntries *record.Noun[AdvanceEntry]
	Counts         *record.Noun[Count]
}

// New registers the nouns; "party", "books", "voucher", "contract" and "member" must have been registered before.
func New(e *record.Env, l *ledger.Ledger) *Cash {
	c := &Cash{env: e, ledger: l}
	c.Rules = newRules(e)
	c.Books, c.Receipts, c.Deposits = c.newBooks(), c.newReceipts(), c.newDeposits()
	c.Petty, c.PettyEntries = c.newPetty(), c.newPettyEntries()
	c.Advances, c.AdvanceEntries = c.newAdvances(), c.newAdvanceEntries()
	c.Counts = c.newCounts()
	return c
}

// cashOnHand is 库存现金, bankAccount 银行存款, in both accounting systems.
const (
	cashOnHand  = "101"
	bankAccount = "102"
)

// actor is who acts in a transaction, with leave to draft the voucher of what he or she may record. The name and the id
// stay, so that nobody reviews the voucher of what that person recorded.
func actor(tx *db.Tx) access.Principal {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName, Grants: access.System.Grants}
}

// place returns the division of a unit that keeps books.
func place(ctx context.Context, q db.Q, tenant int64, id ids.ID) (string, error) {
	if id == 0 {
		return "", nil
	}
	p, err := party.Get(ctx, q, tenant, id)
	if err != nil {
		return "", err
	}
	switch p.Kind {
	case party.Collective, party.Committee, party.Group:
		return p.Region, nil
	}
	return "", errs.OnField("party", "“%s”不是集体经济组织、村民委员会或村民小组，不在这里管理资金", p.Name)
}

// booksOn returns the books of a unit that take a day; what is missing is said beside the day.
func booksOn(ctx context.Context, q db.Q, tenant int64, unit ids.ID, day date.Date) (*ledger.Books, error) {
	b, err := ledger.BooksAt(ctx, q, tenant, unit, day.YearMonth())
	if errs.Is(err, errs.NotFound) {
		return nil, errs.OnField("date", "%s", errs.Message(err))
	}
	return b, err
}

// accountCode returns the code of an account that was given by its code or name; an unknown name stays for the ledger
// to refuse.
func accountCode(list []ledger.Account, text string) string {
	text = strings.TrimSpace(text)
	code, _, _ := strings.Cut(text, " ")
	for i := range list {
		if list[i].Code == code {
			return code
		}
	}
	for i := range list {
		if list[i].Name == text && list[i].Leaf {
			return list[i].Code
		}
	}
	return text
}

// draft is a voucher to be made for a record: its lines, each with the field of the record that its account came from.
type draft struct {
	kind    string
	id      ids.ID
	unit    ids.ID
	day     date.Date
	summary string
	sample  bool
	bills   int
	lines   []ledger.Line
	fields  []string
}

// make drafts the voucher and returns its id. What the ledger refuses about a line is said beside the record's field.
func (c *Cash) make(ctx context.Context, tx *db.Tx, d draft) (ids.ID, error) {
	b, err := booksOn(ctx, tx, tx.Tenant, d.unit, d.day)
	if err != nil {
		return 0, err
	}
	v := &ledger.Voucher{Books: b.ID, Date: d.day, Summary: d.summary, Attachments: d.bills, Origin: d.kind, OriginID: d.id, Lines: d.lines}
	v.Sample = d.sample
	if err := c.ledger.DraftTx(ctx, tx, actor(tx), v); err != nil {
		return 0, d.explain(err)
	}
	return v.ID, nil
}

// explain moves the sentences about lines to the fields that the lines were made of.
func (d *draft) explain(err error) error {
	e := errs.As(err)
	if e == nil || len(e.Fields) == 0 {
		return err
	}
	var l errs.List
	for _, f := range e.Fields {
		name := f.Name
		for i, to := range d.fields {
			if strings.HasPrefix(name, "lines["+string(rune('0'+i))+"].") {
				name = to
			}
		}
		l.Add(name, "%s", f.Msg)
	}
	return l.Err()
}

// undo takes the voucher of a record back; the record's row must carry the id. It returns the id that the record keeps.
func (c *Cash) undo(ctx context.Context, tx *db.Tx, table string, id, voucher ids.ID, reason string) (ids.ID, error) {
	if voucher == 0 {
		return 0, nil
	}
	gone, err := c.ledger.WithdrawTx(ctx, tx, actor(tx), voucher, date.Of(tx.Now()), reason, func() error {
		return setVoucher(ctx, tx, table, id, 0)
	})
	if err != nil || gone {
		return 0, err
	}
	return voucher, nil
}
