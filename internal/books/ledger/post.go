package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
)

// The permissions on vouchers.
const (
	permView = "voucher:" + access.View
	permEdit = "voucher:" + access.Edit
	permPost = "voucher:" + access.Post
)

// Get reads a voucher with its lines.
func (l *Ledger) Get(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Voucher, error) {
	v, err := get(ctx, l.env.DB.Read(), tenant, id)
	if err != nil {
		return nil, err
	}
	if !who.Can(permView, v.Region) {
		return nil, hidden()
	}
	return v, nil
}

// SaveDraft stores a new draft, or changes one over the version that the person saw (v.ID and v.Version set),
// and returns its id. key makes a double submission harmless.
func (l *Ledger) SaveDraft(ctx context.Context, who access.Principal, tenant int64, key string, v *Voucher) (ids.ID, error) {
	m := who.Meta(tenant)
	input, err := fingerprint(v)
	if err != nil {
		return 0, err
	}
	m.Key, m.Input = key, input
	var id ids.ID
	err = l.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		w := *v // the transaction may run again
		w.Lines = slices.Clone(v.Lines)
		w.Reverses, w.Corrects, w.Whole, w.Origin, w.OriginID = 0, 0, false, "", 0 // only the use cases that make such drafts say so
		if err := l.saveDraftTx(ctx, tx, who, &w); err != nil {
			return err
		}
		id = w.ID
		tx.SetResult(id.String())
		return nil
	})
	return replayed(id, err)
}

// fingerprint tells a repeated command from another one under its key.
func fingerprint(parts ...any) (string, error) {
	b, err := json.Marshal(parts)
	if err != nil {
		return "", fmt.Errorf("describing the command: %w", err)
	}
	return string(b), nil
}

// replayed answers a repeated command with its first result.
func replayed(id ids.ID, err error) (ids.ID, error) {
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return id, err
}

func (l *Ledger) saveDraftTx(ctx context.Context, tx *db.Tx, who access.Principal, v *Voucher) error {
	old, err := l.draft(ctx, tx, who, v)
	if err != nil {
		return err
	}
	if v.Books == 0 {
		return errs.OnField("books", "请填写账套")
	}
	b, err := booksFor(ctx, tx, who, tx.Tenant, v.Books, permEdit)
	if err != nil {
		return err
	}
	v.State, v.Maker, v.MakerID = Draft, who.Name, who.ID
	v.Reviewer, v.Poster, v.Number, v.Seq, v.Hash, v.Files = "", "", 0, 0, "", ""
	if old == nil {
		return l.insertDraft(ctx, tx, b, v)
	}
	v.Row.Tenant, v.Source, v.FullNo = old.Tenant, old.Source, old.FullNo
	v.CreatedAt, v.CreatedBy = old.CreatedAt, old.CreatedBy
	v.Reverses, v.Corrects, v.Whole, v.Origin, v.OriginID = old.Reverses, old.Corrects, old.Whole, old.Origin, old.OriginID
	if err := countFiles(ctx, tx, v); err != nil {
		return err
	}
	if err := l.check(ctx, tx, b, v); err != nil {
		return err
	}
	if _, err := enter(ctx, tx, b.ID, v.Month); err != nil {
		return err
	}
	if err := voucherTable.Update(ctx, tx, v); err != nil {
		return err
	}
	if err := deleteLines(ctx, tx, v.ID); err != nil {
		return err
	}
	if err := insertLines(ctx, tx, lineRows(v)); err != nil {
		return err
	}
	return l.finish(ctx, tx, old, v, "修改", "")
}

// insertDraft checks and stores a new draft.
func (l *Ledger) insertDraft(ctx context.Context, tx *db.Tx, b *Books, v *Voucher) error {
	if err := l.check(ctx, tx, b, v); err != nil {
		return err
	}
	if _, err := enter(ctx, tx, b.ID, v.Month); err != nil {
		return err
	}
	no, err := takeNumbers(ctx, tx, b.ID, v.Month, draftSeries, 1)
	if err != nil {
		return err
	}
	v.ID, v.FullNo = tx.NewID(), draftNo(v.Month, no)
	if err := insertVouchers(ctx, tx, []*Voucher{v}); err != nil {
		return err
	}
	return l.finish(ctx, tx, nil, v, "新建", "")
}

// DraftTx makes a draft within a transaction of the caller, for a person to review and post: for entries that other
// slices propose. Origin and OriginID say what it was made for. Maker is who; the id and FullNo are set.
func (l *Ledger) DraftTx(ctx context.Context, tx *db.Tx, who access.Principal, v *Voucher) error {
	if v.Books == 0 {
		return errs.OnField("books", "请填写账套")
	}
	b, err := booksFor(ctx, tx, who, tx.Tenant, v.Books, permEdit)
	if err != nil {
		return err
	}
	v.State, v.Maker, v.MakerID = Draft, who.Name, who.ID
	return l.insertDraft(ctx, tx, b, v)
}

// draft reads the stored draft that v is to replace; nil when v is new.
func (l *Ledger) draft(ctx context.Context, tx *db.Tx, who access.Principal, v *Voucher) (*Voucher, error) {
	if v.ID == 0 {
		return nil, nil
	}
	old, err := l.open(ctx, tx, who, v.ID, v.Version)
	switch {
	case err != nil:
		return nil, err
	case old.State != Draft:
		return nil, errs.New(errs.State, "voucher.not_draft", "凭证现在是“%s”，不能修改；%s", Machine.State(old.State).Label, remedy[old.State])
	case old.Books != v.Books:
		return nil, errs.OnField("books", "建立后不能更改；请删除这张草稿，在另一个账套里重填")
	}
	return old, who.Require(permEdit, old.Region)
}

var remedy = map[string]string{Reviewed: "请先退回", Posted: "已记账的凭证只能冲销"}

// open reads a voucher that who may see, at the version that the person saw (0 for any).
func (l *Ledger) open(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, version int64) (*Voucher, error) {
	v, err := get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	return v, openable(v, who, version)
}

// openable refuses a voucher that who may not see, or that is no longer at the version that the person saw (0 for any).
func openable(v *Voucher, who access.Principal, version int64) error {
	if !who.Can(permView, v.Region) {
		return hidden()
	}
	if version != 0 && v.Version != version {
		return errs.New(errs.Stale, "stale", "这张凭证刚刚被别人改过，请对照最新内容后再操作")
	}
	return nil
}

// check runs every rule on a voucher but the period's.
func (l *Ledger) check(ctx context.Context, q db.Q, b *Books, v *Voucher) error {
	chart, err := loadChart(ctx, q, b.Tenant, b.ID)
	if err != nil {
		return err
	}
	return l.checkBy(ctx, q, b, chart, v)
}

// checkBy is check with the accounts of the books at hand.
func (l *Ledger) checkBy(ctx context.Context, q db.Q, b *Books, chart chartOf, v *Voucher) error {
	var wrong errs.List
	checks := []error{settle(b, chart, v)}
	if v.Reverses == 0 && !v.copied { // a reversal must be possible whatever became of the records
		checks = append(checks, l.CheckDimensions(ctx, q, b, v.Lines))
	}
	for _, err := range checks {
		if !wrong.Merge("lines", err) {
			return err
		}
	}
	switch err := wrong.Err(); {
	case err != nil:
		return err
	case v.Corrects != 0:
		return checkCorrection(ctx, q, b.Tenant, v)
	case v.Reverses != 0:
		return checkReversal(ctx, q, b.Tenant, v)
	}
	return nil
}

// Review passes a draft; the reviewer is another person than the maker.
func (l *Ledger) Review(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		_, err := l.reviewTx(ctx, tx, who, id, version)
		return err
	})
}

func (l *Ledger) reviewTx(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, version int64) (*Voucher, error) {
	return l.moveTx(ctx, tx, who, id, version, "review", "", l.reviewed(who))
}

// reviewed makes who the reviewer of a draft. A correction took over its lines as they were: it is checked as others were
// when they were saved.
func (l *Ledger) reviewed(who access.Principal) func(ctx context.Context, tx *db.Tx, v *Voucher) error {
	return func(ctx context.Context, tx *db.Tx, v *Voucher) error {
		v.Reviewer = who.Name
		if err := reviewable(v, who.ID, who.Name); err != nil || v.Corrects == 0 {
			return err
		}
		b, err := booksTable.Get(ctx, tx, tx.Tenant, v.Books)
		if err != nil {
			return err
		}
		return l.check(ctx, tx, b, v)
	}
}

// Return sends a reviewed voucher back to its maker.
func (l *Ledger) Return(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	return l.move(ctx, who, tenant, id, version, "return", reason, func(_ context.Context, _ *db.Tx, v *Voucher) error {
		v.Reviewer = ""
		return nil
	})
}

// Post gives a reviewed voucher its number and adds it to the balances.
func (l *Ledger) Post(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return l.postTx(ctx, tx, who, id, version)
	})
}

// move carries out an event of the machine on the version that the person saw.
func (l *Ledger) move(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, event, reason string,
	fn func(ctx context.Context, tx *db.Tx, v *Voucher) error,
) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		_, err := l.moveTx(ctx, tx, who, id, version, event, reason, fn)
		return err
	})
}

func (l *Ledger) moveTx(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, version int64, event, reason string,
	fn func(ctx context.Context, tx *db.Tx, v *Voucher) error,
) (*Voucher, error) {
	v, err := l.open(ctx, tx, who, id, version)
	if err != nil {
		return nil, err
	}
	e, err := Machine.Fire(v.State, event)
	if err != nil {
		return nil, err
	}
	if err := who.Require("voucher:"+e.Verb, v.Region); err != nil {
		return nil, err
	}
	if e.Reason && strings.TrimSpace(reason) == "" {
		return nil, errs.OnField("reason", "请说明%s的理由", e.Label)
	}
	old := *v
	if err := fn(ctx, tx, v); err != nil {
		return nil, err
	}
	v.State = e.To
	if err := voucherTable.Update(ctx, tx, v); err != nil {
		return nil, err
	}
	return v, l.finish(ctx, tx, &old, v, e.Label, reason)
}

// DeleteDraft removes a draft; a number was never taken for it.
func (l *Ledger) DeleteDraft(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return l.Vouchers.Delete(ctx, who, tenant, id, version)
}

// Reverse drafts the red-letter voucher of the given day that undoes a posted one, for another person to review; it
// returns the draft's id. A voucher is reversed once.
func (l *Ledger) Reverse(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, on date.Date, reason string) (ids.ID, error) {
	m := who.Meta(tenant)
	input, err := fingerprint("reverse", id, on, reason)
	if err != nil {
		return 0, err
	}
	m.Key, m.Input = key, input
	var made ids.ID
	err = l.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		v, err := l.open(ctx, tx, who, id, 0)
		if err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return errs.OnField("reason", "请说明冲销的理由")
		}
		if _, err := lockChain(ctx, tx, v.Books); err != nil {
			return err
		}
		if err := undisturbed(ctx, tx, v); err != nil {
			return err
		}
		r := v.reverse(on, reason)
		if err := l.DraftTx(ctx, tx, who, r); err != nil {
			return err
		}
		made = r.ID
		tx.SetResult(made.String())
		return nil
	})
	return replayed(made, err)
}

// checkReversal refuses what cannot be reversed.
func checkReversal(ctx context.Context, q db.Q, tenant int64, r *Voucher) error {
	v, err := get(ctx, q, tenant, r.Reverses)
	if err != nil {
		return err
	}
	by, err := ReversalOf(ctx, q, tenant, v.ID)
	switch {
	case err != nil:
		return err
	case v.State != Posted:
		return errs.New(errs.State, "voucher.not_posted", "凭证还没有记账，不需要冲销；请直接退回修改或删除")
	case v.Reverses != 0:
		return errs.New(errs.State, "voucher.is_reversal", "冲销凭证不能再冲销；需要恢复时请重新填制凭证")
	case by != 0 && by != r.ID:
		return errReversed()
	case r.Date.Before(v.Date) && !r.Date.IsZero():
		return errs.OnField("date", "冲销日期不能早于原凭证的日期（%s）", v.Date)
	case !undoes(r, v):
		return errs.OnField("lines", "冲销凭证的分录应与原凭证 %s 相同、金额相反", v.FullNo)
	}
	return nil
}

// undoes reports whether r is exactly v with the opposite sign.
func undoes(r, v *Voucher) bool {
	return r.Books == v.Books && r.Kind == v.Kind && slices.EqualFunc(r.Lines, v.Lines, func(a, b Line) bool {
		a.Summary, a.Debit, a.Credit = b.Summary, a.Debit.Neg(), a.Credit.Neg()
		return a == b
	})
}

// PostTx makes and posts a voucher at once, within a transaction of the caller: for other slices' automatic
// entries. Maker and Reviewer may be given; Maker is who by default. It sets the id, the number and FullNo.
func (l *Ledger) PostTx(ctx context.Context, tx *db.Tx, who access.Principal, v *Voucher) error {
	if v.Books == 0 {
		return errs.OnField("books", "请填写账套")
	}
	b, err := booksFor(ctx, tx, who, tx.Tenant, v.Books, permPost)
	if err != nil {
		return err
	}
	if v.Maker == "" {
		v.Maker, v.MakerID = who.Name, who.ID
	}
	if v.Reviewer == v.Maker {
		return errs.OnField("reviewer", "审核人不能是制单人（%s）", v.Maker)
	}
	if err := l.check(ctx, tx, b, v); err != nil {
		return err
	}
	v.ID, v.State, v.Poster = tx.NewID(), Posted, who.Name
	if err := numberAll(ctx, tx, []*Voucher{v}); err != nil {
		return err
	}
	if err := insertVouchers(ctx, tx, []*Voucher{v}); err != nil {
		return err
	}
	if err := addBalances(ctx, tx, []*Voucher{v}); err != nil {
		return err
	}
	action := "记账"
	if v.Reverses != 0 {
		action = "冲销"
	}
	return l.finish(ctx, tx, nil, v, action, v.Note)
}

// finish keeps the search index and the history with a voucher.
func (l *Ledger) finish(ctx context.Context, tx *db.Tx, old, v *Voucher, action, reason string) error {
	var err error
	switch {
	case old == nil:
		err = find.Add(ctx, tx, []find.Doc{doc(v)})
	case doc(old) != doc(v):
		err = find.Put(ctx, tx, doc(v))
	}
	if err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{
		Action: action, Kind: "voucher", RecordID: v.ID, Title: title(v), Region: v.Region, Changes: changes(old, v), Reason: reason,
	})
}

// doc is how a voucher is found: by its number, its summary and the words of its lines.
func doc(v *Voucher) find.Doc {
	var more []string
	for i := range v.Lines {
		if s := v.Lines[i].Summary; s != v.Summary && !slices.Contains(more, s) {
			more = append(more, s)
		}
	}
	return find.Doc{ID: v.ID, Kind: "voucher", Title: title(v), Number: v.FullNo, Detail: strings.Join(more, "；"), Region: v.Region}
}

// docs are how vouchers are found, with their lines read.
func docs(ctx context.Context, q db.Q, list []*Voucher) ([]find.Doc, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if err := loadLines(ctx, q, list[0].Tenant, list); err != nil {
		return nil, err
	}
	out := make([]find.Doc, len(list))
	for i, v := range list {
		out[i] = doc(v)
	}
	return out, nil
}

// changes lists what differs, in the words that people see.
func changes(old, v *Voucher) []audit.Change {
	before := make([]string, len(changeLabels))
	if old != nil {
		before = changeTexts(old)
	}
	var out []audit.Change
	for i, after := range changeTexts(v) {
		if before[i] != after {
			out = append(out, audit.Change{Label: changeLabels[i], Before: before[i], After: after})
		}
	}
	return out
}

var changeLabels = []string{"凭证号", "日期", "摘要", "金额", "附件张数", "分录", "状态"}

func changeTexts(v *Voucher) []string {
	var lines []string
	for i := range v.Lines {
		x := &v.Lines[i]
		side, fen := "借", x.Debit
		if fen == 0 {
			side, fen = "贷", x.Credit
		}
		lines = append(lines, side+" "+x.Account+" "+fen.String())
	}
	return []string{
		v.FullNo, v.Date.String(), v.Summary, v.Total.String(), fmt.Sprint(v.Attachments), strings.Join(lines, "；"), Machine.State(v.State).Label,
	}
}
