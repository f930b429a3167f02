package policy

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The states of a version.
const (
	VersionDraft   = "draft"
	VersionInForce = "in_force"
	VersionEnded   = "ended"
)

// Version is one wording of a policy, valid from From to To, both included; To is zero while it is open.
type Version struct {
	db.Row
	No            string
	Policy        ids.ID
	VersionNo     int
	From, To      date.Date
	Summary       string
	Assessments   string
	PublicityDays int
	// Document is the wording as it is computed (YAML of package engine); empty where the version has none.
	Document string
}

// VersionMachine: a version is drafted, valid, ended.
var VersionMachine = &fsm.Machine{
	Name: "政策版本",
	States: []fsm.State{
		{Code: VersionDraft, Label: "草案", Tone: "grey"}, {Code: VersionInForce, Label: "有效", Tone: "green"},
		{Code: VersionEnded, Label: "已失效", Tone: "grey"},
	},
	Events: []fsm.Event{
		{Name: "enact", Label: "使其有效", From: []string{VersionDraft}, To: VersionInForce, Verb: "approve"},
		{Name: "end", Label: "使其失效", From: []string{VersionInForce}, To: VersionEnded, Verb: "approve", Reason: true},
	},
}

var versionTable = &db.Table[Version]{
	Name: "policy_version",
	Cols: []string{"no", "policy_id", "version_no", "from_date", "to_date", "summary", "assessments", "publicity_days", "document"},
	Row:  func(v *Version) *db.Row { return &v.Row },
	Ptrs: func(v *Version) []any {
		return []any{&v.No, &v.Policy, &v.VersionNo, &v.From, &v.To, &v.Summary, &v.Assessments, &v.PublicityDays, &v.Document}
	},
}

// NewVersions describes the noun; a version belongs to the division of its policy.
func NewVersions(e *record.Env, src *Sources) *record.Noun[Version] {
	return record.Register(e, &record.Noun[Version]{
		Kind: "policy_version", Below: true, Label: "政策版本", Path: "/policy-versions", Icon: "versions", Key: "no", Order: "-no",
		Intro: "一项政策的各个版本：何时起止、有哪些考核、奖励公示几天。",
		Table: versionTable, Machine: VersionMachine,
		Title:  func(v *Version) string { return fmt.Sprintf("%s 第%d版", v.No, v.VersionNo) },
		Detail: func(v *Version) string { return v.Assessments },
		Series: func(v *Version) string { return "BB-" + yearText(v.From.Year()) },
		Fields: []field.Field[Version]{
			field.NewText("no", "版本编号", func(v *Version) *string { return &v.No }).Req().List().Help("留空自动编号"),
			field.NewRef("policy", "政策", "policy", func(v *Version) *ids.ID { return &v.Policy }).Req().Fix().Show(),
			field.NewInt("version_no", "第几版", 1, 999, func(v *Version) *int { return &v.VersionNo }).Req().List(),
			field.NewDay("from", "生效日期", func(v *Version) *date.Date { return &v.From }).Req().Col("from_date").List(),
			field.NewDay("to", "截止日期", func(v *Version) *date.Date { return &v.To }).Col("to_date").List().Help("含当日；留空为一直有效"),
			field.NewLong("summary", "内容摘要", func(v *Version) *string { return &v.Summary }).Req(),
			field.NewText("assessments", "考核（奖励）种类", func(v *Version) *string { return &v.Assessments }).List().Eg("信息考核、落地考核"),
			field.NewInt("publicity_days", "奖励公示天数", 0, 365, func(v *Version) *int { return &v.PublicityDays }).In("天").Help("奖励公示满这些天才能批准；0 为不限"),
			field.NewLong("document", "可计算的条文", func(v *Version) *string { return &v.Document }).Limit(maxDocument).Under("可计算的条文").NotShown().
				Help("YAML 格式；保存时逐条核对，写错的地方指出行和列"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, v *Version) error {
			if v.Policy == 0 {
				return nil
			}
			p, err := policyTable.Get(ctx, q, tenant, v.Policy)
			if err == nil {
				v.Region = p.Region
			}
			return err
		},
		Check:   src.checkVersion,
		CheckTx: checkVersionTx,
		Guards: map[string]func(context.Context, *db.Tx, *Version) error{
			"enact": guardVersionEnact,
			"end": func(_ context.Context, tx *db.Tx, v *Version) error {
				if v.To.IsZero() || v.To.After(today(tx)) {
					v.To = today(tx)
				}
				if v.To.Before(v.From) {
					return errs.New(errs.State, "policy_version.not_begun", "这个版本%s才生效，还不能使其失效", v.From.Chinese())
				}
				return nil
			},
		},
	})
}

func (s *Sources) checkVersion(v *Version) error {
	var l errs.List
	if v.VersionNo == 0 {
		l.Add("version_no", "请填写第几版")
	}
	notBefore(&l, "to", v.To, "生效日期", v.From)
	need(&l, v.State, []string{VersionEnded}, "to", "截止日期", v.To)
	s.checkDocument(v, &l)
	return l.Err()
}

func checkVersionTx(ctx context.Context, tx *db.Tx, old, v *Version) error {
	p, err := lockPolicy(ctx, tx, v.Policy)
	if err != nil {
		return err
	}
	if old == nil && v.State == VersionDraft && p.State == Archived {
		return errs.OnField("policy", "这项政策已经归档，不能再建版本")
	}
	if old == nil && v.State != VersionDraft && (p.State == Draft || p.State == Consulted) {
		return errs.OnField("policy", "政策现在是“%s”，须先审定，版本才能有效", Machine.State(p.State).Label)
	}
	if old != nil && old.State != VersionDraft && (wordsOf(old) != wordsOf(v) || old.Document != "" && old.Document != v.Document) {
		return errs.New(errs.State, "policy_version.fixed", "已经生效的版本不能改内容；请新建一个版本")
	}
	same, err := versionTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("policy_id = ?", v.Policy).
		And("version_no = ?", v.VersionNo).And("id <> ?", v.ID), 1)
	switch {
	case err != nil:
		return err
	case same > 0:
		return errs.OnField("version_no", "这项政策已经有第 %d 版", v.VersionNo)
	case v.State == VersionDraft:
		return nil
	}
	return noOverlap(ctx, tx, v)
}

// words is what a valid version promises, which may no longer change. A document may still be added to a version that
// came into force without one, since it only says the same for a machine; from then on it stays.
type words struct {
	no, publicity        int
	from                 date.Date
	summary, assessments string
}

func wordsOf(v *Version) words {
	return words{v.VersionNo, v.PublicityDays, v.From, v.Summary, v.Assessments}
}

func guardVersionEnact(ctx context.Context, tx *db.Tx, v *Version) error {
	p, err := lockPolicy(ctx, tx, v.Policy)
	if err != nil {
		return err
	}
	if p.State != Approved && p.State != InForce && p.State != Suspended {
		return errs.New(errs.State, "policy_version.not_approved", "政策现在是“%s”，须先审定，版本才能有效", Machine.State(p.State).Label)
	}
	return noOverlap(ctx, tx, v)
}

// noOverlap refuses a version whose days meet another valid one's; the caller holds the policy's lock.
func noOverlap(ctx context.Context, tx *db.Tx, v *Version) error {
	w := db.NewWhere(tx.Tenant).And("policy_id = ?", v.Policy).And("id <> ?", v.ID).And("state <> ?", VersionDraft).
		And("(to_date = '' OR to_date >= ?)", v.From)
	if !v.To.IsZero() {
		w.And("from_date <= ?", v.To)
	}
	other, err := versionTable.One(ctx, tx, w)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.OnField("from", "与第 %d 版的有效期（%s）重叠；请先填好那一版的截止日期", other.VersionNo, other.span())
}

func (v *Version) span() string {
	if v.To.IsZero() {
		return v.From.String() + " 起"
	}
	return v.From.String() + " 至 " + v.To.String()
}

// HoldsOn reports whether the version was valid on a day.
func (v *Version) HoldsOn(day date.Date) bool {
	return v.State != VersionDraft && !v.From.After(day) && (v.To.IsZero() || !v.To.Before(day))
}

// holdsIn reports whether the version was valid on some day of a year.
func (v *Version) holdsIn(year int) bool {
	return v.State != VersionDraft && v.From.Year() <= year && (v.To.IsZero() || v.To.Year() >= year)
}

// VersionsOf lists a policy's versions, the latest first.
func VersionsOf(ctx context.Context, q db.Q, tenant int64, policy ids.ID) ([]Version, error) {
	return versionTable.All(ctx, q, db.NewWhere(tenant).And("policy_id = ?", policy), "version_no DESC")
}
