package ledger

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
)

// WithdrawTx takes back a voucher that DraftTx or PostTx made for another record, within a transaction of the caller: a
// draft is deleted, after release has removed the links to it; a posted one gets the draft of its reversal of the given
// day, for a person to review, under the same origin. A voucher that has been reversed stays as it is; one that waits
// reviewed is refused with what to do. It reports whether the voucher is gone.
func (l *Ledger) WithdrawTx(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, on date.Date, reason string, release func() error) (bool, error) {
	v, err := get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return false, err
	}
	if err := who.Require(permEdit, v.Region); err != nil {
		return false, err
	}
	switch v.State {
	case Draft:
		if err := release(); err != nil {
			return false, err
		}
		return true, l.dropTx(ctx, tx, v, reason)
	case Reviewed:
		return false, errs.New(errs.State, "voucher.reviewed", "凭证 %s 已审核，请先由审核人退回，再作废", v.FullNo)
	}
	by, err := ReversalOf(ctx, tx, tx.Tenant, v.ID)
	if err != nil || by != 0 {
		return false, err
	}
	if on.Before(v.Date) {
		on = v.Date
	}
	if err := undisturbed(ctx, tx, v); err != nil {
		return false, err
	}
	r := v.reverse(on, reason)
	return false, l.DraftTx(ctx, tx, who, r)
}

// dropTx removes a draft with its place in the search index; the history keeps why.
func (l *Ledger) dropTx(ctx context.Context, tx *db.Tx, v *Voucher, reason string) error {
	if err := voucherTable.Delete(ctx, tx, v); err != nil {
		return err
	}
	if err := find.Remove(ctx, tx, v.ID); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "删除", Kind: "voucher", RecordID: v.ID, Title: title(v), Region: v.Region, Reason: reason})
}
