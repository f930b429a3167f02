package ledger

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// LockBooks locks books against everybody else who posts, opens or closes in them until the transaction ends, and
// reads them: what is worked out from the books after it is still so when it is posted.
func LockBooks(ctx context.Context, tx *db.Tx, books ids.ID) (*Books, error) {
	return lockBooks(ctx, tx, books)
}

// Takes says why the books cannot take a month.
func (b *Books) Takes(m date.Month) error { return b.takes(m) }

// ReverseTx posts the red-letter voucher of the given day that undoes a posted one at once, within a transaction of the
// caller: for batches that are undone as a whole. It returns the new voucher; Maker and reviewer may be given in as.
func (l *Ledger) ReverseTx(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, on date.Date, reason string, as Voucher) (*Voucher, error) {
	v, err := get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	r := v.reverse(on, reason)
	r.Maker, r.MakerID, r.Reviewer, r.Origin, r.OriginID = as.Maker, as.MakerID, as.Reviewer, as.Origin, as.OriginID
	return r, l.PostTx(ctx, tx, who, r)
}
