// Package policy keeps the policies that reward villages (奖励政策), their versions and the awards paid under them.
//
// A policy's state says where it stands now; its days say where it stood on any day, which is what figures ask.
// Awards are records here: who was awarded what, under which version, announced, approved and paid when. What is
// announced can no longer be changed, only sent back.
package policy

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The families of policy: awards of one family are added up together.
const (
	Village = "village"
	Attract = "attract"
	Other   = "other"
)

// Families are the families with their Chinese names.
var Families = []field.Option{
	{Code: Village, Label: "村级激励"}, {Code: Attract, Label: "招商信息"}, {Code: Other, Label: "其他"},
}

// The states of a policy.
const (
	Draft      = "draft"
	Consulted  = "consulted"
	Approved   = "approved"
	InForce    = "in_force"
	Suspended  = "suspended"
	Superseded = "superseded"
	Archived   = "archived"
)

// Policy is one policy document. EndedOn is the first day on which it holds no more.
type Policy struct {
	db.Row
	No, Title, Family      string
	Issuer                 ids.ID
	DraftedOn, ConsultedOn date.Date
	ConsultDays            int
	ApprovedOn, InForceOn  date.Date
	SuspendedOn, ResumedOn date.Date
	EndedOn                date.Date
	SupersededBy           ids.ID
}

// Machine: drafted, consulted on, approved, in force until suspended, replaced or filed away.
var Machine = &fsm.Machine{
	Name: "政策",
	States: []fsm.State{
		{Code: Draft, Label: "起草", Tone: "grey"}, {Code: Consulted, Label: "征求意见", Tone: "azure"},
		{Code: Approved, Label: "已审定", Tone: "azure"}, {Code: InForce, Label: "施行中", Tone: "green"},
		{Code: Suspended, Label: "暂停执行", Tone: "orange", Side: true}, {Code: Superseded, Label: "已被替代", Tone: "grey", Side: true},
		{Code: Archived, Label: "已归档", Tone: "grey"},
	},
	Events: []fsm.Event{
		{Name: "consult", Label: "征求意见", From: []string{Draft}, To: Consulted, Verb: "edit"},
		{Name: "redraft", Label: "退回修改", From: []string{Consulted, Approved}, To: Draft, Verb: "edit", Reason: true},
		{Name: "approve", Label: "审定", From: []string{Consulted}, To: Approved, Verb: "approve"},
		{Name: "enact", Label: "施行", From: []string{Approved}, To: InForce, Verb: "approve"},
		{Name: "suspend", Label: "暂停执行", From: []string{InForce}, To: Suspended, Verb: "approve", Reason: true},
		{Name: "resume", Label: "恢复执行", From: []string{Suspended}, To: InForce, Verb: "approve"},
		{Name: "supersede", Label: "由新政策替代", From: []string{InForce, Suspended}, To: Superseded, Verb: "approve"},
		{Name: "archive", Label: "归档", From: []string{InForce, Suspended, Superseded}, To: Archived, Verb: "approve", Reason: true},
	},
}

// enacted are the states of a policy that has come into force at some time.
var enacted = []string{InForce, Suspended, Superseded, Archived}

var policyTable = &db.Table[Policy]{
	Name: "policy",
	Cols: []string{"no", "title", "family", "issuer_id", "drafted_on", "consulted_on", "consult_days", "approved_on",
		"in_force_on", "suspended_on", "resumed_on", "ended_on", "superseded_by_id"},
	Row: func(p *Policy) *db.Row { return &p.Row },
	Ptrs: func(p *Policy) []any {
		return []any{&p.No, &p.Title, &p.Family, &p.Issuer, &p.DraftedOn, &p.ConsultedOn, &p.ConsultDays, &p.ApprovedOn,
			&p.InForceOn, &p.SuspendedOn, &p.ResumedOn, &p.EndedOn, &p.SupersededBy}
	},
}

// NewPolicies describes the noun.
func NewPolicies(e *record.Env) *record.Noun[Policy] {
	return record.Register(e, &record.Noun[Policy]{
		Kind: "policy", Below: true, Label: "政策", Path: "/policies", Icon: "file-certificate", Key: "no", Order: "-no",
		Intro: "激励村级发展、奖励招商信息的政策文件，从起草、征求意见到施行、归档。",
		Table: policyTable, Machine: Machine,
		Title:  func(p *Policy) string { return "《" + p.Title + "》" },
		Detail: func(p *Policy) string { return p.No + " " + field.LabelOf(Families, p.Family) },
		Series: func(p *Policy) string { return "ZC-" + yearText(p.DraftedOn.Year()) },
		Fields: policyFields(),
		Check:  checkPolicy,
		Guards: map[string]func(context.Context, *db.Tx, *Policy) error{
			"consult": func(_ context.Context, tx *db.Tx, p *Policy) error { stamp(tx, &p.ConsultedOn); return nil },
			"redraft": func(_ context.Context, _ *db.Tx, p *Policy) error {
				p.ConsultedOn, p.ApprovedOn = date.Date{}, date.Date{}
				return nil
			},
			"approve": guardApprove,
			"enact":   guardEnact,
			"suspend": func(_ context.Context, tx *db.Tx, p *Policy) error {
				p.SuspendedOn, p.ResumedOn = today(tx), date.Date{}
				return nil
			},
			"resume":    func(_ context.Context, tx *db.Tx, p *Policy) error { p.ResumedOn = today(tx); return nil },
			"supersede": guardSupersede,
			"archive":   func(_ context.Context, tx *db.Tx, p *Policy) error { stamp(tx, &p.EndedOn); return nil },
		},
	})
}

func policyFields() []field.Field[Policy] {
	return []field.Field[Policy]{
		field.NewText("no", "文号（编号）", func(p *Policy) *string { return &p.No }).Req().List().Help("填正式文号；留空自动编号"),
		field.NewText("title", "政策名称", func(p *Policy) *string { return &p.Title }).Req().List().Help("不写书名号").Eg("关于发展壮大村级集体经济的意见"),
		field.NewEnum("family", "类别", Families, func(p *Policy) *string { return &p.Family }).Req().List().Filter().Help("同一类别的奖励合并统计；“其他”各算各的"),
		field.NewRef("issuer", "发文单位", "party", func(p *Policy) *ids.ID { return &p.Issuer }).Req().Show(),
		field.NewRegion("region", "适用范围", func(p *Policy) *string { return &p.Region }).Req().List(),
		field.NewDay("drafted_on", "起草日期", func(p *Policy) *date.Date { return &p.DraftedOn }).Req(),
		field.NewDay("consulted_on", "征求意见日期", func(p *Policy) *date.Date { return &p.ConsultedOn }).Stamp(),
		field.NewInt("consult_days", "征求意见天数", 0, 365, func(p *Policy) *int { return &p.ConsultDays }).In("天").Help("满这些天才能审定；0 为不限"),
		field.NewDay("approved_on", "审定日期", func(p *Policy) *date.Date { return &p.ApprovedOn }).Stamp(),
		field.NewDay("in_force_on", "施行日期", func(p *Policy) *date.Date { return &p.InForceOn }).Stamp().List(),
		field.NewDay("suspended_on", "暂停日期", func(p *Policy) *date.Date { return &p.SuspendedOn }).Stamp(),
		field.NewDay("resumed_on", "恢复日期", func(p *Policy) *date.Date { return &p.ResumedOn }).Stamp(),
		field.NewDay("ended_on", "失效日期", func(p *Policy) *date.Date { return &p.EndedOn }).Stamp().List().Help("从这一天起不再执行"),
		field.NewRef("superseded_by", "替代它的政策", "policy", func(p *Policy) *ids.ID { return &p.SupersededBy }),
	}
}

func checkPolicy(p *Policy) error {
	var l errs.List
	p.Title = bare(p.Title)
	if p.Title == "" {
		l.Add("title", "请填写政策名称")
	}
	need(&l, p.State, []string{Consulted, Approved}, "consulted_on", "征求意见日期", p.ConsultedOn)
	need(&l, p.State, append([]string{Approved}, enacted...), "approved_on", "审定日期", p.ApprovedOn)
	need(&l, p.State, enacted, "in_force_on", "施行日期", p.InForceOn)
	need(&l, p.State, []string{Suspended}, "suspended_on", "暂停日期", p.SuspendedOn)
	need(&l, p.State, []string{Superseded, Archived}, "ended_on", "失效日期", p.EndedOn)
	if p.State == Superseded && p.SupersededBy == 0 {
		l.Add("superseded_by", "请填写替代它的政策")
	}
	if p.SupersededBy != 0 && p.SupersededBy == p.ID {
		l.Add("superseded_by", "政策不能替代它自己")
	}
	notBefore(&l, "consulted_on", p.ConsultedOn, "起草日期", p.DraftedOn)
	if ready := p.ConsultedOn.AddDays(p.ConsultDays); !p.ApprovedOn.IsZero() && p.ApprovedOn.Before(ready) {
		l.Add("approved_on", "征求意见须满 %d 天，不能早于%s", p.ConsultDays, ready.Chinese())
	}
	notBefore(&l, "suspended_on", p.SuspendedOn, "施行日期", p.InForceOn)
	notBefore(&l, "resumed_on", p.ResumedOn, "暂停日期", p.SuspendedOn)
	notBefore(&l, "ended_on", p.EndedOn, "施行日期", p.InForceOn)
	return l.Err()
}

func guardApprove(_ context.Context, tx *db.Tx, p *Policy) error {
	if ready := p.ConsultedOn.AddDays(p.ConsultDays); today(tx).Before(ready) {
		return errs.New(errs.State, "policy.consulting", "征求意见须满 %d 天，%s起才能审定", p.ConsultDays, ready.Chinese())
	}
	stamp(tx, &p.ApprovedOn)
	return nil
}

func guardEnact(ctx context.Context, tx *db.Tx, p *Policy) error {
	switch {
	case p.InForceOn.IsZero():
		return errs.OnField("in_force_on", "请先填写施行日期")
	case p.InForceOn.After(today(tx)):
		return errs.New(errs.State, "policy.early", "施行日期是%s，到这一天才能施行", p.InForceOn.Chinese())
	}
	n, err := versionTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("policy_id = ?", p.ID).And("state = ?", VersionInForce), 1)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.State, "policy.no_version", "这项政策还没有有效的版本；请先新建版本并使其有效")
	}
	return nil
}

func guardSupersede(ctx context.Context, tx *db.Tx, p *Policy) error {
	if p.SupersededBy == 0 {
		return errs.OnField("superseded_by", "请先填写替代它的政策")
	}
	by, err := policyTable.Get(ctx, tx, tx.Tenant, p.SupersededBy)
	if err != nil {
		return err
	}
	if by.State != InForce {
		return errs.New(errs.State, "policy.successor", "《%s》还没有施行，不能替代这项政策", by.Title)
	}
	if p.EndedOn.IsZero() {
		p.EndedOn = by.InForceOn
	}
	return nil
}

// HoldsOn reports whether the policy was in force on a day, by its days and not by where it stands now.
func (p *Policy) HoldsOn(day date.Date) bool {
	switch {
	case p.InForceOn.IsZero() || p.InForceOn.After(day):
		return false
	case p.State == Draft || p.State == Consulted || p.State == Approved:
		return false
	case !p.EndedOn.IsZero() && !p.EndedOn.After(day):
		return false
	case !p.SuspendedOn.IsZero() && !p.SuspendedOn.After(day):
		return !p.ResumedOn.IsZero() && !p.ResumedOn.After(day)
	}
	return true
}
