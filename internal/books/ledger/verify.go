package ledger

import (
	"context"
	_ "embed" // the checklist
	"encoding/csv"
	"slices"
	"strings"
	"unicode/utf8"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/record"
)

// The kinds of check item: a point of the checklist, and a reason for sending back.
const (
	CheckPoint  = "check"
	CheckReason = "reason"
)

// CheckKinds are the kinds with their Chinese names.
var CheckKinds = []field.Option{{Code: CheckPoint, Label: "审核要点"}, {Code: CheckReason, Label: "退回理由"}}

// CheckItem is one point of the reviewer's checklist (票据六有 and what a voucher must have, 会计基础工作规范 第四十八条), or
// one reason for sending a voucher back.
type CheckItem struct {
	db.Row
	No, Kind, Name string
	Seq            int
}

var checkItemTable = &db.Table[CheckItem]{
	Name: "check_item",
	Cols: []string{"no", "kind", "name", "seq"},
	Row:  func(v *CheckItem) *db.Row { return &v.Row },
	Ptrs: func(v *CheckItem) []any { return []any{&v.No, &v.Kind, &v.Name, &v.Seq} },
}

const maxSeq = 999

func newCheckItems(e *record.Env) *record.Noun[CheckItem] {
	return record.Register(e, &record.Noun[CheckItem]{
		Kind: "check_item", Label: "凭证审核要点", Path: "/check-items", Icon: "list-check", Key: "no", Order: "seq", Below: true,
		Intro:  "审核凭证时逐项核对的要点和常用的退回理由。系统自带一套；本县（镇）登记了自己的，就按自己的。",
		Table:  checkItemTable,
		Title:  func(v *CheckItem) string { return v.Name },
		Series: func(*CheckItem) string { return "SH" },
		Fields: []field.Field[CheckItem]{
			field.NewText("no", "编号", func(v *CheckItem) *string { return &v.No }).Fix().Help("不填自动编号"),
			field.NewEnum("kind", "种类", CheckKinds, func(v *CheckItem) *string { return &v.Kind }).Req().List().Filter(),
			field.NewText("name", "内容", func(v *CheckItem) *string { return &v.Name }).Req().List(),
			field.NewInt("seq", "顺序", 0, maxSeq, func(v *CheckItem) *int { return &v.Seq }).List(),
			field.NewRegion("region", "适用地区", func(v *CheckItem) *string { return &v.Region }).Req().List(),
		},
	})
}

//go:embed checklist.csv
var checklistCSV string

// Checklist lists the points and the reasons that hold at a place: those of the nearest place that has any, else ours.
func Checklist(ctx context.Context, q db.Q, tenant int64, region string) (points, reasons []string, err error) {
	items, err := checkItemTable.All(ctx, q, db.In(db.NewWhere(tenant), "region", code.Chain(region)), "region DESC, seq, id")
	if err != nil {
		return nil, nil, err
	}
	points, reasons = nearest(items, CheckPoint), nearest(items, CheckReason)
	ours, err := BuiltinChecklist()
	if err != nil {
		return nil, nil, err
	}
	if points == nil {
		points = nearest(ours, CheckPoint)
	}
	if reasons == nil {
		reasons = nearest(ours, CheckReason)
	}
	return points, reasons, nil
}

// BuiltinChecklist are the points and the reasons that come with the program, for a county to make its own of.
func BuiltinChecklist() ([]CheckItem, error) {
	rows, err := csv.NewReader(strings.NewReader(checklistCSV)).ReadAll()
	if err != nil {
		return nil, err
	}
	out := make([]CheckItem, 0, len(rows))
	for i, r := range rows[1:] {
		out = append(out, CheckItem{Kind: r[0], Name: r[1], Seq: i + 1})
	}
	return out, nil
}

// nearest are the names of a kind at the nearest place, which stands first.
func nearest(items []CheckItem, kind string) []string {
	var out []string
	at := ""
	for _, it := range items {
		if it.Kind == kind && (at == "" || at == it.Region) {
			at = it.Region
			out = append(out, it.Name)
		}
	}
	return out
}

// Verdict is what a reviewer found on a draft: Failed are the points of the checklist that were not met. Version is the
// draft's as it was then; a rejected draft that has not changed since waits for its maker.
type Verdict struct {
	Voucher ids.ID
	ID      ids.ID
	Version int64
	Passed  bool
	Failed  []string
	Reason  string
	ByID    ids.ID
	By      string
	At      int64 // microseconds since 1970, UTC
}

// Reject sends a draft, or a reviewed voucher, back to its maker with the reasons and the points that were not met.
func (l *Ledger) Reject(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, failed []string, reason string) error {
	reason = field.Clean(reason, true)
	switch n := utf8.RuneCountInString(reason); {
	case reason == "":
		return errs.OnField("reason", "请选择或填写退回的理由")
	case n > maxRejection:
		return errs.OnField("reason", "理由最多 %d 个字，现有 %d 个字", maxRejection, n)
	}
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		v, err := l.open(ctx, tx, who, id, version)
		if err != nil {
			return err
		}
		if err := who.Require("voucher:"+access.Approve, v.Region); err != nil {
			return err
		}
		old := *v
		switch v.State {
		case Posted:
			return errs.New(errs.State, "voucher.posted", "凭证已经记账，不能退回；有误请冲销或订正")
		case Draft:
			if err := reviewable(v, who.ID, who.Name); err != nil {
				return err
			}
			if err := holdDraft(ctx, tx, v); err != nil {
				return err
			}
		default:
			v.State, v.Reviewer = Draft, ""
			if err := voucherTable.Update(ctx, tx, v); err != nil {
				return err
			}
		}
		if err := insertVerdict(ctx, tx, Verdict{Voucher: id, Version: v.Version, Failed: failed, Reason: reason, ByID: who.ID, By: who.Name}); err != nil {
			return err
		}
		if v.State == old.State { // the history shows a rejection even where nothing of the voucher changed
			return audit.Write(ctx, tx, audit.Entry{Action: "退改", Kind: "voucher", RecordID: id, Title: title(v), Region: v.Region, Reason: reason})
		}
		return l.finish(ctx, tx, &old, v, "退回", reason)
	})
}

// maxRejection is how long a reason for sending back may be, in characters.
const maxRejection = 500

// Approve passes a draft whose points of the checklist have all been looked at.
func (l *Ledger) Approve(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return l.move(ctx, who, tenant, id, version, "review", "", func(ctx context.Context, tx *db.Tx, v *Voucher) error {
		if err := l.reviewed(who)(ctx, tx, v); err != nil {
			return err
		}
		return insertVerdict(ctx, tx, Verdict{Voucher: id, Version: v.Version, Passed: true, ByID: who.ID, By: who.Name})
	})
}

// Rejected reports whether a draft waits for its maker: it was sent back and has not been changed since.
func Rejected(v *Voucher, list []Verdict) (Verdict, bool) {
	i := slices.IndexFunc(list, func(x Verdict) bool { return x.Voucher == v.ID })
	if i < 0 || v.State != Draft || list[i].Passed || list[i].Version != v.Version {
		return Verdict{}, false
	}
	return list[i], true
}
