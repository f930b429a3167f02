package ledger

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// Tray is what a voucher that is not posted waits for.
type Tray string

// The trays: drafts to review, reviewed vouchers to post, drafts that were sent back and have not been changed since.
const (
	ToReview Tray = "review"
	ToPost   Tray = "post"
	SentBack Tray = "back"
)

// Trays are all trays in the order of the work.
var Trays = []Tray{ToReview, ToPost, SentBack}

// TrayCap is how far the vouchers of a tray are counted.
const TrayCap = 1000

const sentBack = `EXISTS (SELECT 1 FROM voucher_check c WHERE c.tenant_id = ? AND c.voucher_id = voucher.id AND c.version = voucher.version AND NOT c.passed)`

// where narrows w to what lies in a tray.
func (t Tray) where(w *db.Where, tenant int64) error {
	w.And("voucher.state <> 'posted'") // as the index of what waits has it
	switch t {
	case ToReview:
		w.And("voucher.state = 'draft'").And("NOT "+sentBack, tenant)
	case ToPost:
		w.And("voucher.state = 'reviewed'")
	case SentBack:
		w.And("voucher.state = 'draft'").And(sentBack, tenant)
	default:
		return errs.New(errs.Invalid, "tray.unknown", "没有这一栏，请从页面上的栏目进入")
	}
	return nil
}

// Waiting returns one page of a tray, the earliest day first, of the vouchers that who may see.
func (l *Ledger) Waiting(ctx context.Context, who access.Principal, tenant int64, scope string, t Tray, after string, limit int) (db.Page[Voucher], error) {
	w, err := l.tray(ctx, who, tenant, permView, scope, t)
	if err != nil {
		return db.Page[Voucher]{}, err
	}
	return voucherTable.Page(ctx, l.env.DB.Read(), w, db.Paging{Sort: "on_date", After: after, Limit: limit, Plan: db.ByMatch})
}

// WaitingCount counts the vouchers of a tray that who may see, up to TrayCap.
func (l *Ledger) WaitingCount(ctx context.Context, who access.Principal, tenant int64, scope string, t Tray) (int, error) {
	w, err := l.tray(ctx, who, tenant, permView, scope, t)
	if err != nil {
		return 0, err
	}
	return voucherTable.CountBy(ctx, l.env.DB.Read(), w, TrayCap, db.ByMatch)
}

func (l *Ledger) tray(ctx context.Context, who access.Principal, tenant int64, perm, scope string, t Tray) (*db.Where, error) {
	ranges, err := l.env.Regions.Ranges(ctx, who.Narrow(perm, scope)...)
	if err != nil {
		return nil, err
	}
	w := db.NewWhere(tenant).Ranges("voucher.region", ranges)
	return w, t.where(w, tenant)
}

// NextToReview returns the draft after one, round again from the last to the first, that who may review: made by others.
// It is 0 when there is no other.
func (l *Ledger) NextToReview(ctx context.Context, who access.Principal, tenant int64, scope string, but *Voucher) (ids.ID, error) {
	for _, cond := range []string{"(voucher.on_date, voucher.id) > (?, ?)", "(voucher.on_date, voucher.id) < (?, ?)"} {
		w, err := l.tray(ctx, who, tenant, "voucher:"+access.Approve, scope, ToReview)
		if err != nil {
			return 0, err
		}
		w.And("NOT (COALESCE(voucher.maker_id, 0) = ? OR voucher.created_by = ? OR voucher.maker_id IS NULL AND voucher.maker = ?)", int64(who.ID), int64(who.ID), who.Name)
		w.And(cond, but.Date, int64(but.ID))
		page, err := voucherTable.Page(ctx, l.env.DB.Read(), w, db.Paging{Sort: "on_date", Limit: 1, Plan: db.ByMatch})
		if err != nil {
			return 0, err
		}
		if len(page.Items) > 0 {
			return page.Items[0].ID, nil
		}
	}
	return 0, nil
}

// headingsOf reads vouchers by id, without their lines.
func headingsOf(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]*Voucher, error) {
	found, err := voucherTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", list), "id")
	out := map[ids.ID]*Voucher{}
	for i := range found {
		out[found[i].ID] = &found[i]
	}
	return out, err
}
