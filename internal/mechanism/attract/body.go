package attract

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Body is a temporary Party body: a branch or a group that attracts projects, or helps one.
type Body struct {
	db.Row
	Name, Kind, Purpose           string
	Lead, Approver                ids.ID
	ApprovalNo                    string
	ApprovedOn, ActiveOn, EndedOn date.Date
	Members                       int
	Leader, Duty                  string
}

// The kinds and purposes of a temporary Party body.
const (
	Branch     = "branch"
	Group      = "group"
	Attraction = "attraction"
	Help       = "help"
)

// BodyKinds and Purposes are the choices with their Chinese names.
var (
	BodyKinds = []field.Option{{Code: Branch, Label: "临时党支部"}, {Code: Group, Label: "临时党小组"}}
	Purposes  = []field.Option{{Code: Attraction, Label: "项目招引"}, {Code: Help, Label: "项目帮办"}}
)

// branchMembers is how many full Party members a branch needs (《中国共产党章程》第三十条).
const branchMembers = 3

// BodyMachine is the life of a temporary Party body: it ends with its task.
var BodyMachine = &fsm.Machine{
	Name: "临时党组织",
	States: []fsm.State{
		{Code: "proposed", Label: "拟建", Tone: "azure"}, {Code: "approved", Label: "已批准", Tone: "azure"},
		{Code: "active", Label: "运行中", Tone: "green"}, {Code: "merged", Label: "已并入", Tone: "grey", Side: true}, {Code: "dissolved", Label: "已撤销", Tone: "grey"},
	},
	Events: []fsm.Event{
		{Name: "approve", Label: "批准", From: []string{"proposed"}, To: "approved", Verb: "approve"},
		{Name: "activate", Label: "成立", From: []string{"approved"}, To: "active", Verb: "edit"},
		{Name: "merge", Label: "并入其他党组织", From: []string{"active"}, To: "merged", Verb: "approve", Reason: true},
		{Name: "dissolve", Label: "撤销", From: []string{"approved", "active"}, To: "dissolved", Verb: "approve", Reason: true},
	},
}

var bodyTable = &db.Table[Body]{
	Name: "party_body",
	Cols: []string{"name", "kind", "purpose", "lead_id", "approver_id", "approval_no", "approved_on", "active_on", "ended_on", "members", "leader", "duty"},
	Row:  func(b *Body) *db.Row { return &b.Row },
	Ptrs: func(b *Body) []any {
		return []any{&b.Name, &b.Kind, &b.Purpose, &b.Lead, &b.Approver, &b.ApprovalNo, &b.ApprovedOn, &b.ActiveOn, &b.EndedOn, &b.Members, &b.Leader, &b.Duty}
	},
}

// NewBodies describes the noun.
func NewBodies(e *record.Env) *record.Noun[Body] {
	return record.Register(e, &record.Noun[Body]{
		Kind: "party_body", Label: "临时党组织", Path: "/party-bodies", Icon: "flag", Key: "name", Order: "-approved_on",
		Intro: "为项目招引和项目帮办建立的临时党支部、临时党小组在这里登记。",
		Table: bodyTable, Machine: BodyMachine,
		Title:  func(b *Body) string { return b.Name },
		Detail: func(b *Body) string { return field.LabelOf(Purposes, b.Purpose) + " " + b.ApprovalNo },
		Fields: []field.Field[Body]{
			field.NewText("name", "名称", func(b *Body) *string { return &b.Name }).Req().List(),
			field.NewEnum("kind", "组织类型", BodyKinds, func(b *Body) *string { return &b.Kind }).Req().List().Filter(),
			field.NewEnum("purpose", "用途", Purposes, func(b *Body) *string { return &b.Purpose }).Req().List().Filter(),
			field.NewRef("lead", "帮办项目", "lead", func(b *Body) *ids.ID { return &b.Lead }).Show().Help("项目帮办的必填"),
			field.NewRegion("region", "所在地区", func(b *Body) *string { return &b.Region }).Req().List(),
			field.NewRef("approver", "批准的党组织", "party", func(b *Body) *ids.ID { return &b.Approver }),
			field.NewText("approval_no", "批准文号", func(b *Body) *string { return &b.ApprovalNo }).List(),
			field.NewDay("approved_on", "批准日期", func(b *Body) *date.Date { return &b.ApprovedOn }).List().Help("留空的，批准时记为当天"),
			field.NewDay("active_on", "成立日期", func(b *Body) *date.Date { return &b.ActiveOn }).Stamp().Help("成立时自动记录；补录历史数据时填写"),
			field.NewDay("ended_on", "终止日期", func(b *Body) *date.Date { return &b.EndedOn }).Stamp().Help("并入或撤销时自动记录；补录历史数据时填写"),
			field.NewInt("members", "正式党员", 0, 10_000, func(b *Body) *int { return &b.Members }).In("人").List(),
			field.NewText("leader", "负责人（职务）", func(b *Body) *string { return &b.Leader }).Req(),
			field.NewLong("duty", "工作任务", func(b *Body) *string { return &b.Duty }),
		},
		Check:   checkBody,
		CheckTx: checkBodyTx,
		Guards: map[string]func(context.Context, *db.Tx, *Body) error{
			"approve": func(_ context.Context, tx *db.Tx, b *Body) error {
				if b.ApprovalNo == "" {
					return errs.OnField("approval_no", "批准前，请先填写批准文号")
				}
				if b.ApprovedOn.IsZero() {
					b.ApprovedOn = date.Of(tx.Now())
				}
				return nil
			},
			"activate": func(_ context.Context, tx *db.Tx, b *Body) error {
				b.ActiveOn = date.Of(tx.Now())
				return activeBody(b)
			},
			"merge": endBody, "dissolve": endBody,
		},
	})
}

func endBody(_ context.Context, tx *db.Tx, b *Body) error {
	b.EndedOn = date.Of(tx.Now())
	return nil
}

// activeBody enforces what a body needs to work: an approval and, for a branch, three full members.
func activeBody(b *Body) error {
	var l errs.List
	if b.ApprovalNo == "" {
		l.Add("approval_no", "成立前，请先填写批准文号")
	}
	if b.ApprovedOn.IsZero() {
		l.Add("approved_on", "请填写批准日期")
	}
	switch {
	case b.Kind == Branch && b.Members < branchMembers:
		l.Add("members", "成立临时党支部须有正式党员 %d 人以上，现有 %d 人；不足的请建临时党小组或联合组建", branchMembers, b.Members)
	case b.Members < 1:
		l.Add("members", "请填写正式党员人数")
	}
	if b.ActiveOn.IsZero() || b.ActiveOn.Before(b.ApprovedOn) {
		l.Add("active_on", "请填写成立日期，且不能早于批准日期")
	}
	return l.Err()
}

func checkBody(b *Body) error {
	var l errs.List
	if b.Purpose == Help && b.Lead == 0 {
		l.Add("lead", "项目帮办的临时党组织请选择所帮办的项目")
	}
	ended := b.State == "merged" || b.State == "dissolved"
	switch {
	case b.State == "active":
		if err := activeBody(b); err != nil {
			l.Merge("", err)
		}
	case b.State == "approved" && (b.ApprovalNo == "" || b.ApprovedOn.IsZero()):
		l.Add("approval_no", "已批准的请填写批准文号和批准日期")
	case !ended && !b.ActiveOn.IsZero():
		l.Add("active_on", "还没有成立，不能填成立日期；请通过“成立”操作办理")
	}
	switch {
	case ended && b.EndedOn.IsZero():
		l.Add("ended_on", "已并入或撤销的请填写终止日期")
	case !ended && !b.EndedOn.IsZero():
		l.Add("ended_on", "还没有终止，不能填终止日期；请通过“并入”或“撤销”操作办理")
	case ended && (b.EndedOn.Before(b.ActiveOn) || b.EndedOn.Before(b.ApprovedOn)):
		l.Add("ended_on", "终止日期不能早于批准和成立日期")
	}
	return l.Err()
}

func checkBodyTx(ctx context.Context, tx *db.Tx, _, b *Body) error {
	var l errs.List
	today := date.Of(tx.Now())
	for _, d := range []struct {
		field string
		on    date.Date
	}{{"approved_on", b.ApprovedOn}, {"active_on", b.ActiveOn}, {"ended_on", b.EndedOn}} {
		if d.on.After(today) {
			l.Add(d.field, "不能晚于今天（%s）", today)
		}
	}
	if b.Approver != 0 {
		p, err := party.Get(ctx, tx, tx.Tenant, b.Approver)
		if err != nil {
			return err
		}
		if p.Kind != party.PartyOrg {
			l.Add("approver", "“%s”不是党组织", p.Name)
		}
	}
	return l.Err()
}

// ActiveOnDay reports whether the body was at work on a day.
func (b *Body) ActiveOnDay(day date.Date) bool {
	return !b.ActiveOn.IsZero() && !b.ActiveOn.After(day) && (b.EndedOn.IsZero() || b.EndedOn.After(day))
}
