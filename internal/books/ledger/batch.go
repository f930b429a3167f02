package ledger

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// Pick is a voucher of a batch at the version that the person saw (0 for any).
type Pick struct {
	ID      ids.ID
	Version int64
}

// Outcome is what came of one voucher of a batch; Err says why it was refused. FullNo is its number as it is now, "" when
// the person may not see it.
type Outcome struct {
	ID     ids.ID
	FullNo string
	Err    error
}

// maxBatch is how many vouchers a batch may hold.
const maxBatch = 500

// ReviewAll passes drafts as Review does. When any is refused none is passed, unless rest says that the others are to be. It
// reports what stands against each, and whether anything was done.
func (l *Ledger) ReviewAll(ctx context.Context, who access.Principal, tenant int64, list []Pick, rest bool) ([]Outcome, bool, error) {
	return l.batch(ctx, who, tenant, list, rest, func() batchWork { return &reviewing{l, who} })
}

// PostAll posts reviewed vouchers as Post does, in the order of books, days and numbers; rest as with ReviewAll.
func (l *Ledger) PostAll(ctx context.Context, who access.Principal, tenant int64, list []Pick, rest bool) ([]Outcome, bool, error) {
	return l.batch(ctx, who, tenant, list, rest, func() batchWork { return l.newPosting(who) })
}

// batchWork is what is done with the vouchers of a batch within one transaction: begin sees all of them, step takes one or
// refuses it, end writes what the steps have left to be written together.
type batchWork interface {
	begin(ctx context.Context, tx *db.Tx, list []picked) error
	step(ctx context.Context, tx *db.Tx, id ids.ID, version int64) (*Voucher, error)
	end(ctx context.Context, tx *db.Tx) error
}

// reviewing passes drafts one by one.
type reviewing struct {
	l   *Ledger
	who access.Principal
}

func (r *reviewing) begin(context.Context, *db.Tx, []picked) error { return nil }
func (r *reviewing) end(context.Context, *db.Tx) error             { return nil }

func (r *reviewing) step(ctx context.Context, tx *db.Tx, id ids.ID, version int64) (*Voucher, error) {
	return r.l.reviewTx(ctx, tx, r.who, id, version)
}

// errRefused rolls a batch back of which something was refused.
var errRefused = errors.New("part of the batch is refused")

func (l *Ledger) batch(ctx context.Context, who access.Principal, tenant int64, list []Pick, rest bool, start func() batchWork) ([]Outcome, bool, error) {
	switch n := len(list); {
	case n == 0:
		return nil, false, errs.New(errs.Invalid, "batch.empty", "请先勾选凭证")
	case n > maxBatch:
		return nil, false, errs.New(errs.Invalid, "batch.many", "一次最多办理 %d 张，现选了 %d 张；请分几次办理", maxBatch, n)
	}
	named, err := l.inOrder(ctx, who, tenant, list)
	if err != nil {
		return nil, false, err
	}
	if !rest {
		var out []Outcome
		err := l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
			out = nil // the transaction may run again
			return runAll(ctx, tx, start(), named, &out)
		})
		if errors.Is(err, errRefused) {
			return out, false, nil
		}
		return out, err == nil, err
	}
	var out []Outcome
	done := false
	for _, p := range named {
		err := l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
			work := start()
			v, err := work.step(ctx, tx, p.ID, p.Version)
			if err == nil {
				err = work.end(ctx, tx)
			}
			if err == nil {
				p.FullNo = v.FullNo
			}
			return err
		})
		if err != nil && !refusal(err) {
			return out, done, err
		}
		done = done || err == nil
		out = append(out, Outcome{p.ID, p.FullNo, err})
	}
	return out, done, nil
}

// runAll takes the step for every voucher, also after one was refused, so that the person learns of all at once.
func runAll(ctx context.Context, tx *db.Tx, work batchWork, list []picked, out *[]Outcome) error {
	if err := work.begin(ctx, tx, list); err != nil {
		return err
	}
	var refused error
	var done []*Voucher
	for _, p := range list {
		v, err := work.step(ctx, tx, p.ID, p.Version)
		switch {
		case err == nil:
			done = append(done, v)
		case !refusal(err):
			return err
		default:
			refused = errRefused
		}
		*out = append(*out, Outcome{p.ID, p.FullNo, err})
		if err != nil && errs.As(err).Err != nil {
			break // the database has refused a statement: nothing more can be asked in this transaction
		}
	}
	if refused != nil {
		return refused
	}
	if err := work.end(ctx, tx); err != nil {
		return blame(*out, err)
	}
	for i, v := range done { // all of them
		(*out)[i].FullNo = v.FullNo
	}
	return nil
}

// blame puts an error in writing to the voucher that it is about; others stop the batch.
func blame(out []Outcome, err error) error {
	var n *notPosted
	if !errors.As(err, &n) || !refusal(n.err) {
		return err
	}
	for i := range out {
		if out[i].ID == n.id {
			out[i].Err = n.err
		}
	}
	return errRefused
}

// refusal reports whether an error is about the voucher, rather than about us.
func refusal(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Forbidden, errs.Conflict, errs.Stale, errs.State:
		return true
	}
	return false
}

// picked is a voucher of a batch with what it is called.
type picked struct {
	Pick
	FullNo string
}

// inOrder puts a batch in the order in which its vouchers are to be numbered. Books come one after the other, so that
// two batches do not wait for each other. What cannot be found or seen stands last, to be refused.
func (l *Ledger) inOrder(ctx context.Context, who access.Principal, tenant int64, list []Pick) ([]picked, error) {
	all := make([]ids.ID, len(list))
	for i := range list {
		all[i] = list[i].ID
	}
	found, err := headingsOf(ctx, l.env.DB.Read(), tenant, all)
	if err != nil {
		return nil, err
	}
	var out, lost []picked
	seen := map[ids.ID]bool{}
	for _, p := range list {
		v := found[p.ID]
		switch {
		case seen[p.ID]:
		case v == nil || !who.Can(permView, v.Region):
			lost = append(lost, picked{Pick: p})
		default:
			out = append(out, picked{p, v.FullNo})
		}
		seen[p.ID] = true
	}
	slices.SortStableFunc(out, func(a, b picked) int {
		x, y := found[a.ID], found[b.ID]
		return cmp.Or(cmp.Compare(x.Books, y.Books), x.Date.Compare(y.Date), strings.Compare(x.FullNo, y.FullNo))
	})
	return append(out, lost...), nil
}
