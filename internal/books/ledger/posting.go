package ledger

import (
	"context"
	"fmt"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
)

// posting posts vouchers within one transaction. Its rules are asked voucher by voucher, so that each is told what stands
// against it; what is written gathers, to be written with few statements.
type posting struct {
	l      *Ledger
	who    access.Principal
	read   map[ids.ID]*Voucher // vouchers of a batch, read at once
	books  map[ids.ID]*Books
	charts map[ids.ID]chartOf
	months map[bookMonth]error // that were entered, and what stands against it
	before []Voucher           // as they were, of what gathers
	list   []*Voucher
	label  string // of the event
}

func (l *Ledger) newPosting(who access.Principal) *posting {
	return &posting{l: l, who: who, books: map[ids.ID]*Books{}, charts: map[ids.ID]chartOf{}, months: map[bookMonth]error{}}
}

// postTx posts one voucher.
func (l *Ledger) postTx(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, version int64) error {
	p := l.newPosting(who)
	if _, err := p.step(ctx, tx, id, version); err != nil {
		return err
	}
	return p.end(ctx, tx)
}

// begin reads the vouchers of a batch with their lines.
func (p *posting) begin(ctx context.Context, tx *db.Tx, list []picked) error {
	named := make([]ids.ID, len(list))
	for i := range list {
		named[i] = list[i].ID
	}
	found, err := vouchersOf(ctx, tx, named)
	if err != nil {
		return err
	}
	p.read = make(map[ids.ID]*Voucher, len(found))
	for i := range found {
		p.read[found[i].ID] = &found[i]
	}
	return nil
}

// step asks every rule on a voucher at the version that the person saw (0 for any), and puts it to those to be posted.
func (p *posting) step(ctx context.Context, tx *db.Tx, id ids.ID, version int64) (*Voucher, error) {
	v, err := p.open(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	e, err := Machine.Fire(v.State, "post")
	if err != nil {
		return nil, err
	}
	if err := p.who.Require("voucher:"+e.Verb, v.Region); err != nil {
		return nil, err
	}
	before := *v
	b, chart, err := p.booksOf(ctx, tx, v.Books)
	if err != nil {
		return nil, err
	}
	if err := postable(b, v, p.who.ID, p.who.Name); err != nil {
		return nil, err
	}
	if err := p.l.checkBy(ctx, tx, b, chart, v); err != nil { // accounts and records can have changed since the draft
		return nil, err
	}
	if v.Whole { // its red-letter voucher, which is to be posted first, may be of the same batch
		if err := p.end(ctx, tx); err != nil {
			return nil, err
		}
		if err := checkTurn(ctx, tx, v); err != nil {
			return nil, err
		}
	}
	if err := p.enter(ctx, tx, bookMonth{v.Books, v.Month}); err != nil {
		return nil, err
	}
	v.Poster, v.State, p.label = p.who.Name, e.To, e.Label
	p.before, p.list = append(p.before, before), append(p.list, v)
	return v, nil
}

// open finds a voucher among those that were read, or reads it.
func (p *posting) open(ctx context.Context, tx *db.Tx, id ids.ID, version int64) (*Voucher, error) {
	if v := p.read[id]; v != nil {
		return v, openable(v, p.who, version)
	}
	return p.l.open(ctx, tx, p.who, id, version)
}

func (p *posting) booksOf(ctx context.Context, tx *db.Tx, id ids.ID) (*Books, chartOf, error) {
	if b := p.books[id]; b != nil {
		return b, p.charts[id], nil
	}
	b, err := booksTable.Get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return nil, nil, err
	}
	chart, err := loadChart(ctx, tx, tx.Tenant, id)
	if err != nil {
		return nil, nil, err
	}
	p.books[id], p.charts[id] = b, chart
	return b, chart, nil
}

// enter locks the books and opens the month, once for all vouchers of the month.
func (p *posting) enter(ctx context.Context, tx *db.Tx, m bookMonth) error {
	err, known := p.months[m]
	if known {
		return err
	}
	if _, err = enter(ctx, tx, m.books, m.month); err != nil && !refusal(err) {
		return err
	}
	p.months[m] = err
	return err
}

// notPosted is why one voucher of a batch could not be written.
type notPosted struct {
	id  ids.ID
	err error
}

func (e *notPosted) Error() string { return e.err.Error() }
func (e *notPosted) Unwrap() error { return e.err }

// end numbers what has gathered, seals it into the chain and writes it with balances, index and history.
func (p *posting) end(ctx context.Context, tx *db.Tx) error {
	list, before := p.list, p.before
	p.list, p.before = nil, nil
	if len(list) == 0 {
		return nil
	}
	if err := sealFiles(ctx, tx, list); err != nil {
		return err
	}
	if err := numberAll(ctx, tx, list); err != nil {
		return err
	}
	for _, v := range list {
		if err := voucherTable.Update(ctx, tx, v); err != nil {
			return &notPosted{v.ID, err}
		}
	}
	if err := markPosted(ctx, tx, list); err != nil {
		return err
	}
	if err := addBalances(ctx, tx, list); err != nil {
		return err
	}
	docs, log := make([]find.Doc, len(list)), make([]audit.Entry, len(list))
	for i, v := range list {
		docs[i] = doc(v)
		log[i] = audit.Entry{Action: p.label, Kind: "voucher", RecordID: v.ID, Title: title(v), Region: v.Region, Changes: changes(&before[i], v)}
	}
	if err := find.PutAll(ctx, tx, docs); err != nil {
		return fmt.Errorf("indexing posted vouchers: %w", err)
	}
	return audit.Write(ctx, tx, log...)
}
