package secretary

import (
	"context"
	"slices"
	"strconv"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The states of a project.
const (
	Draft           = "draft"
	Submitted       = "submitted"
	Approved        = "approved" // green
	Revise          = "revise"   // yellow
	Redo            = "redo"     // red
	Running         = "running"
	ClosingApplied  = "closing_applied"
	Accepted        = "accepted"
	AcceptedRemarks = "accepted_remarks"
	NotAccepted     = "not_accepted"
	Excellent       = "excellent"
	CarriedOver     = "carried_over"
)

// Project is a secretary project: one unit's topic of a cycle, led by its Party secretary.
type Project struct {
	db.Row
	No                                string
	Cycle                             ids.ID
	Year                              int // of the cycle
	Name, Theme, Class                string
	Unit                              ids.ID
	Lead                              string // the post, not the person
	Background, Problem, Plan, Effect string
	Started, Closed                   date.Date
}

// ProjectMachine: reviewers give a green, yellow or red light; what is not accepted goes on or is carried over.
var ProjectMachine = &fsm.Machine{
	Name: "书记项目",
	States: []fsm.State{
		{Code: Draft, Label: "草稿", Tone: "grey"},
		{Code: Submitted, Label: "已申报", Tone: "azure"},
		{Code: Approved, Label: "已立项", Tone: "green"},
		{Code: Revise, Label: "修改后再报", Tone: "orange", Side: true},
		{Code: Redo, Label: "重新选题", Tone: "red", Side: true},
		{Code: Running, Label: "实施中", Tone: "green"},
		{Code: ClosingApplied, Label: "已申请结项", Tone: "azure"},
		{Code: Accepted, Label: "通过结项", Tone: "green"},
		{Code: AcceptedRemarks, Label: "结项（有整改意见）", Tone: "orange", Side: true},
		{Code: NotAccepted, Label: "未通过结项", Tone: "red", Side: true},
		{Code: Excellent, Label: "优秀案例", Tone: "green"},
		{Code: CarriedOver, Label: "结转下年", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "submit", Label: "申报", From: []string{Draft, Revise, Redo}, To: Submitted, Verb: "edit"},
		{Name: "pass", Label: "评审通过（绿灯）", From: []string{Submitted}, To: Approved, Verb: "approve"},
		{Name: "revise", Label: "要求修改（黄灯）", From: []string{Submitted}, To: Revise, Verb: "approve", Reason: true},
		{Name: "redo", Label: "退回重选（红灯）", From: []string{Submitted}, To: Redo, Verb: "approve", Reason: true},
		{Name: "start", Label: "启动实施", From: []string{Approved}, To: Running, Verb: "edit"},
		{Name: "apply_closing", Label: "申请结项", From: []string{Running}, To: ClosingApplied, Verb: "edit"},
		{Name: "accept", Label: "通过结项", From: []string{ClosingApplied}, To: Accepted, Verb: "approve"},
		{Name: "accept_remarks", Label: "带整改意见结项", From: []string{ClosingApplied}, To: AcceptedRemarks, Verb: "approve", Reason: true},
		{Name: "refuse", Label: "不予结项", From: []string{ClosingApplied}, To: NotAccepted, Verb: "approve", Reason: true},
		{Name: "resume", Label: "继续整改", From: []string{NotAccepted}, To: Running, Verb: "edit"},
		{Name: "commend", Label: "评为优秀案例", From: []string{Accepted}, To: Excellent, Verb: "approve"},
		{Name: "carry_over", Label: "结转下年", From: []string{Running, AcceptedRemarks, NotAccepted}, To: CarriedOver, Verb: "approve", Reason: true},
	},
}

var projectTable = &db.Table[Project]{
	Name: "secretary_project",
	Cols: []string{"no", "cycle_id", "year", "name", "theme", "class", "unit_id", "lead", "background", "problem", "plan", "effect", "started_on", "closed_on"},
	Row:  func(p *Project) *db.Row { return &p.Row },
	Ptrs: func(p *Project) []any {
		return []any{&p.No, &p.Cycle, &p.Year, &p.Name, &p.Theme, &p.Class, &p.Unit, &p.Lead, &p.Background, &p.Problem, &p.Plan, &p.Effect, &p.Started, &p.Closed}
	},
}

// NewProjects describes the noun.
func NewProjects(e *record.Env) *record.Noun[Project] {
	return record.Register(e, &record.Noun[Project]{
		Kind: "project", Label: "书记项目", Path: "/projects", Icon: "flag", Key: "no", Order: "-no",
		Intro: "书记领题的年度项目：填好背景、问题、举措、里程碑和目标后申报，立项后按记录自动计算进度和成效。",
		Table: projectTable, Machine: ProjectMachine,
		Title:  func(p *Project) string { return p.Name },
		Detail: func(p *Project) string { return p.No + " " + p.Theme + " " + p.Lead },
		Series: func(p *Project) string { return "SJ-" + strconv.Itoa(p.Year) },
		Fields: []field.Field[Project]{
			field.NewText("no", "项目编号", func(p *Project) *string { return &p.No }).Req().Fix().List().Help("留空自动编号").Eg("SJ-2021-0001"),
			field.NewRef("cycle", "年度计划", "cycle", func(p *Project) *ids.ID { return &p.Cycle }).Req().Fix().Filter(),
			field.NewText("name", "项目名称", func(p *Project) *string { return &p.Name }).Req().List(),
			field.NewText("theme", "主题", func(p *Project) *string { return &p.Theme }),
			field.NewText("class", "类别", func(p *Project) *string { return &p.Class }).List().Filter(),
			field.NewRef("unit", "实施单位", "party", func(p *Project) *ids.ID { return &p.Unit }).Req().Show(),
			field.NewRegion("region", "所属地区", func(p *Project) *string { return &p.Region }).Req().Show().Help("留空取实施单位所在地区"),
			field.NewText("lead", "领题书记（职务）", func(p *Project) *string { return &p.Lead }).Req().List().Eg("示例镇党委书记"),
			field.NewLong("background", "实施背景", func(p *Project) *string { return &p.Background }),
			field.NewLong("problem", "要破解的问题", func(p *Project) *string { return &p.Problem }),
			field.NewLong("plan", "主要做法", func(p *Project) *string { return &p.Plan }),
			field.NewLong("effect", "预期成效", func(p *Project) *string { return &p.Effect }),
			field.NewDay("started", "启动日期", func(p *Project) *date.Date { return &p.Started }).Stamp().Col("started_on").List().Help("启动实施时自动填写"),
			field.NewDay("closed", "结项日期", func(p *Project) *date.Date { return &p.Closed }).Stamp().Col("closed_on").Help("结项或结转时自动填写"),
		},
		Prepare: prepareProject, Check: checkProject, CheckTx: checkProjectTx,
		Guards: projectGuards,
	})
}

func prepareProject(ctx context.Context, q db.Q, tenant int64, p *Project) error {
	if p.Cycle != 0 {
		c, err := cycleTable.Get(ctx, q, tenant, p.Cycle)
		if err != nil {
			return err
		}
		p.Year = c.Year
	}
	if p.Region == "" && p.Unit != 0 {
		u, err := party.Get(ctx, q, tenant, p.Unit)
		if err != nil {
			return err
		}
		p.Region = u.Region
	}
	return nil
}

// begun and ended say whether a project in the state has been started, and whether it is over.
func begun(state string) bool {
	return slices.Contains([]string{Running, ClosingApplied, Accepted, AcceptedRemarks, NotAccepted, Excellent, CarriedOver}, state)
}

func ended(state string) bool {
	return slices.Contains([]string{Accepted, AcceptedRemarks, NotAccepted, Excellent, CarriedOver}, state)
}

// Open reports whether a plan in the project's state can still be rewritten: before it is handed in, or handed
// back.
func (p *Project) Open() bool { return p.State == Draft || p.State == Revise || p.State == Redo }

func checkProject(p *Project) error {
	var l errs.List
	label := ProjectMachine.State(p.State).Label
	switch {
	case begun(p.State) && p.Started.IsZero():
		l.Add("started", "“%s”的项目要有启动日期", label)
	case !begun(p.State) && !p.Started.IsZero():
		l.Add("started", "项目还没有启动，启动时自动填写，现在请留空")
	}
	switch {
	case ended(p.State) && p.Closed.IsZero():
		l.Add("closed", "“%s”的项目要有结项日期", label)
	case !ended(p.State) && !p.Closed.IsZero():
		l.Add("closed", "项目还没有结项，结项时自动填写，现在请留空")
	case !p.Closed.IsZero() && p.Closed.Before(p.Started):
		l.Add("closed", "结项日期不能早于启动日期（%s）", p.Started)
	}
	return l.Err()
}

func checkProjectTx(ctx context.Context, tx *db.Tx, _, p *Project) error {
	c, err := cycleTable.Get(ctx, tx, tx.Tenant, p.Cycle)
	if err != nil {
		return err
	}
	var l errs.List
	if !code.Within(p.Region, c.Region) {
		l.Add("region", "“%s”不覆盖这个地区，请核对年度计划或地区", c.Name)
	}
	l.Merge("started", notAhead(tx, dated{"started", p.Started}, dated{"closed", p.Closed}))
	return l.Err()
}
