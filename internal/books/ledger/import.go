package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// An import goes in two steps. The rows are read one by one and gathered to vouchers, which are all that is kept of the
// file. Then the vouchers are checked and posted in batches, each in its own transaction: all of the file at once, or the
// months of each books one after the other.

// maxImportRows bounds the rows of a file: as many as a sheet can have.
const maxImportRows = 1_048_576

// maxImportBytes bounds a file and its unpacked content.
const maxImportBytes = 2 << 30

// maxImportErrors is how many wrong places are listed; further ones are counted.
const maxImportErrors = 100_000

// ImportOptions steer ImportFile. The zero value posts all vouchers or none.
type ImportOptions struct {
	// Batches posts each month of each books by itself: what is wrong in one keeps only that one out.
	Batches bool
	// Progress is told how far the import is, from time to time: 0 of total is known before rows are read.
	Progress func(ImportStage)
	// Before says what an earlier run that was interrupted has done already; its batches are passed over.
	Before ImportState
	// Saved is called in the transaction of each batch with what has been done by then, to keep it for Before.
	Saved func(ctx context.Context, tx *db.Tx, s ImportState) error
	// File is the file's name, for the log.
	File string
	// DryRun posts all of the file at once and takes it back: what would be wrong, and how many vouchers would come in.
	DryRun bool
}

// ImportStage is how far an import is, in rows. Posting is false while the file is read; then Total is 0, since a file
// does not say how many rows it has.
type ImportStage struct {
	Posting     bool
	Done, Total int
}

// ImportState is what the finished batches of an import came to.
type ImportState struct {
	Months        []ImportedMonth `json:"months,omitempty"` // in the order in which they were done
	Created, Same int
}

// ImportedMonth is what came into a month of books: vouchers that were posted, and vouchers that were there already.
type ImportedMonth struct {
	Books   ids.ID     `json:"b"`
	Month   date.Month `json:"m"`
	Created int        `json:"n,omitempty"`
	Same    int        `json:"s,omitempty"`
}

// has reports whether a month of books has been done.
func (s *ImportState) has(k bookMonth) bool {
	return slices.ContainsFunc(s.Months, func(m ImportedMonth) bool { return m.Books == k.books && m.Month == k.month })
}

// with is the state after a batch. It shares nothing with s that a later try could write to.
func (s *ImportState) with(list []*incoming) ImportState {
	out := ImportState{Months: slices.Clone(s.Months), Created: s.Created, Same: s.Same}
	at := map[bookMonth]int{}
	for _, g := range list {
		k := g.month()
		i, ok := at[k]
		if !ok {
			i = len(out.Months)
			at[k] = i
			out.Months = append(out.Months, ImportedMonth{Books: k.books, Month: k.month})
		}
		if g.same {
			out.Months[i].Same++
			out.Same++
		} else {
			out.Months[i].Created++
			out.Created++
		}
	}
	return out
}

// bookMonth is a month of books.
type bookMonth struct {
	books ids.ID
	month date.Month
}

func (g *incoming) month() bookMonth { return bookMonth{g.to.ID, g.Date.YearMonth()} }

// ImportVouchers posts the vouchers of a sheet, one row per line, all or none. The rows of a voucher share its
// source number; a voucher that is there already with the same content is left as it is, with other content it
// is an error, since what is posted never changes.
func (l *Ledger) ImportVouchers(ctx context.Context, who access.Principal, tenant int64, t *sheet.Table) (record.ImportResult, error) {
	return l.importRows(ctx, who, tenant, ImportOptions{File: t.Name}, func(to sheet.Rows) error {
		if err := to.Header(t); err != nil {
			return err
		}
		for i, cells := range t.Rows {
			if err := to.Row(t.RowNo[i], cells); err != nil {
				return err
			}
		}
		return nil
	})
}

// ImportFile is ImportVouchers for a file of any length, which is read row by row; the format follows from its content
// and name. Doing it again, after an interruption or by mistake, posts what is missing and nothing twice.
func (l *Ledger) ImportFile(ctx context.Context, who access.Principal, tenant int64, name string, r io.ReaderAt, size int64, opt ImportOptions) (record.ImportResult, error) {
	opt.File = cmp.Or(opt.File, name)
	return l.importRows(ctx, who, tenant, opt, func(to sheet.Rows) error {
		return sheet.Each(name, r, size, sheet.Options{MaxRows: maxImportRows, MaxBytes: maxImportBytes}, to)
	})
}

var (
	errRollback = errors.New("roll back")
	errDryRun   = errors.New("only tried")
)

func (l *Ledger) importRows(ctx context.Context, who access.Principal, tenant int64, opt ImportOptions, rows func(sheet.Rows) error) (record.ImportResult, error) {
	if !who.CanSome(permPost) {
		return record.ImportResult{}, who.Require(permPost, "")
	}
	r := newReading(ctx, l, who, tenant, opt.Progress)
	if err := rows(sheet.Rows{Header: r.header, Row: r.row}); err != nil {
		return record.ImportResult{}, err
	}
	im := &importer{l: l, who: who, tenant: tenant, opt: opt, reading: r, state: opt.Before}
	for _, b := range im.batches() {
		if err := im.run(ctx, b); err != nil {
			return im.result(), err
		}
	}
	return im.result(), nil
}

// importer posts what was read.
type importer struct {
	l      *Ledger
	who    access.Principal
	tenant int64
	opt    ImportOptions
	*reading
	state  ImportState
	posted int // rows of finished batches
}

// batch is what one transaction posts.
type batch struct {
	key    bookMonth // zero for all of the file
	list   []*incoming
	groups map[group]*incoming
	report *notes
	tx     *db.Tx
	to     map[ids.ID]*target // the books, locked
	same   int
}

// batches divides the vouchers. Those whose month is not known are in no batch of a month: they were noted as wrong.
func (im *importer) batches() []*batch {
	if !im.opt.Batches || im.opt.DryRun {
		return []*batch{{list: im.list}}
	}
	at := map[bookMonth]*batch{}
	var out []*batch
	for _, g := range im.list {
		key := g.month()
		if key.month == 0 {
			continue
		}
		b := at[key]
		if b == nil {
			b = &batch{key: key}
			at[key] = b
			out = append(out, b)
		}
		b.list = append(b.list, g)
	}
	slices.SortFunc(out, func(a, b *batch) int {
		return cmp.Or(cmp.Compare(a.key.books, b.key.books), cmp.Compare(a.key.month, b.key.month))
	})
	return out
}

// run posts a batch, or notes what is wrong with it.
func (im *importer) run(ctx context.Context, b *batch) error {
	rows := 0
	for _, g := range b.list {
		rows += len(g.rows)
	}
	defer func() {
		im.posted += rows
		im.stage(im.posted)
	}()
	if im.state.has(b.key) {
		return nil
	}
	im.stage(im.posted)
	var after ImportState
	err := im.l.env.DB.InTx(ctx, im.who.Meta(im.tenant), func(ctx context.Context, tx *db.Tx) error {
		b.begin(tx)
		for _, step := range []func(context.Context, *batch) error{im.lock, im.check, im.compare, im.checkReversals} {
			if err := step(ctx, b); err != nil {
				return err
			}
		}
		if !b.report.empty() || b.key == (bookMonth{}) && !im.notes.empty() || b.spoilt() {
			return errRollback
		}
		after = im.state.with(b.list)
		if err := im.save(ctx, b); err != nil {
			return err
		}
		switch {
		case im.opt.DryRun:
			return errDryRun
		case im.opt.Saved != nil:
			return im.opt.Saved(ctx, tx, after)
		}
		return nil
	})
	switch {
	case errors.Is(err, errRollback):
		im.notes.take(b.report)
		return nil
	case err == nil, errors.Is(err, errDryRun):
		im.state = after
		return nil
	}
	return err
}

func (im *importer) stage(done int) {
	if im.opt.Progress != nil {
		im.opt.Progress(ImportStage{Posting: true, Done: done, Total: im.rows})
	}
}

// begin makes ready for a transaction, which may be the second try.
func (b *batch) begin(tx *db.Tx) {
	b.tx, b.report, b.to, b.same = tx, newNotes(), map[ids.ID]*target{}, 0
	b.groups = make(map[group]*incoming, len(b.list))
	for _, g := range b.list {
		g.bad, g.same, g.Reverses = g.unread, false, 0
		b.groups[group{g.to.ID, g.Source}] = g
	}
}

// spoilt reports whether a voucher of the batch could not be read.
func (b *batch) spoilt() bool {
	return slices.ContainsFunc(b.list, func(g *incoming) bool { return g.unread })
}

func (im *importer) result() record.ImportResult {
	res := record.ImportResult{Created: im.state.Created, Same: im.state.Same, Report: sheet.Report{Rows: im.rows}}
	res.Report.Errors, res.Report.More = im.notes.sorted()
	return res
}

// notes gathers what is wrong, each place once.
type notes struct {
	list  []sheet.RowError
	wrong map[cellAt]bool
	more  int
}

type cellAt struct {
	row    int // of the file
	column string
}

func newNotes() *notes { return &notes{wrong: map[cellAt]bool{}} }

func (n *notes) empty() bool { return len(n.list) == 0 }

// add notes a wrong cell once.
func (n *notes) add(row int, column, value, format string, args ...any) {
	if at := (cellAt{row, column}); column != "" {
		if n.wrong[at] {
			return
		}
		n.wrong[at] = true
	}
	if len(n.list) >= maxImportErrors {
		n.more++
		return
	}
	n.list = append(n.list, sheet.RowError{Row: row, Column: column, Value: value, Msg: fmt.Sprintf(format, args...)})
}

// take adds what another found.
func (n *notes) take(o *notes) {
	room := max(0, maxImportErrors-len(n.list))
	n.more += o.more + max(0, len(o.list)-room)
	n.list = append(n.list, o.list[:min(room, len(o.list))]...)
}

func (n *notes) sorted() ([]sheet.RowError, int) {
	slices.SortStableFunc(n.list, func(a, b sheet.RowError) int { return cmp.Compare(a.Row, b.Row) })
	return n.list, n.more
}

// closedFor says why a month of books takes no vouchers, nil when it does.
func (t *target) closedFor(m date.Month) error {
	if m != 0 && m <= t.closed && t.takes(m) == nil {
		return closedMonth(m, t.closed)
	}
	return nil
}
