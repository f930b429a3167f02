package joint

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

// Milestone is a step of a project that is due on a day. Whether it is late follows from the day; it is no state.
type Milestone struct {
	db.Row
	No          string
	Project     ids.ID
	Title       string
	Due, DoneOn date.Date
}

// MilestoneMachine is the life of a milestone.
var MilestoneMachine = &fsm.Machine{
	Name:   "项目节点",
	States: []fsm.State{{Code: "planned", Label: "计划中", Tone: "azure"}, {Code: Done, Label: "已完成", Tone: "green"}},
	Events: []fsm.Event{
		{Name: "finish", Label: "完成", From: []string{"planned"}, To: Done, Verb: "edit"},
		{Name: "reopen", Label: "重新打开", From: []string{Done}, To: "planned", Verb: "edit", Reason: true},
	},
}

var milestoneTable = &db.Table[Milestone]{
	Name: "joint_milestone",
	Cols: []string{"no", "project_id", "title", "due", "done_on"},
	Row:  func(m *Milestone) *db.Row { return &m.Row },
	Ptrs: func(m *Milestone) []any { return []any{&m.No, &m.Project, &m.Title, &m.Due, &m.DoneOn} },
}

// NewMilestones describes the noun; a milestone belongs to the division of its project.
func NewMilestones(e *record.Env) *record.Noun[Milestone] {
	return record.Register(e, &record.Noun[Milestone]{
		Kind: "joint_milestone", Label: "项目节点", Path: "/joint-milestones", Icon: "flag", Key: "no", Order: "due",
		Intro: "把项目拆成有期限的节点；到期未完成的会提醒。",
		Table: milestoneTable, Machine: MilestoneMachine,
		Title:  func(m *Milestone) string { return m.Title },
		Detail: func(m *Milestone) string { return m.No + " 期限 " + m.Due.String() },
		Series: func(*Milestone) string { return "LJJ" },
		Fields: []field.Field[Milestone]{
			field.NewText("no", "节点编号", func(m *Milestone) *string { return &m.No }).Req().List().Help("留空自动编号"),
			field.NewRef("project", "联建项目", "joint", func(m *Milestone) *ids.ID { return &m.Project }).Req().Fix().Show().Filter(),
			field.NewText("title", "节点", func(m *Milestone) *string { return &m.Title }).Req().List().Eg("概念性规划方案编制"),
			field.NewDay("due", "期限", func(m *Milestone) *date.Date { return &m.Due }).Req().List(),
			field.NewDay("done_on", "完成日期", func(m *Milestone) *date.Date { return &m.DoneOn }).List().Help("留空则以点“完成”的当天为准"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Milestone) error {
			return inherit(ctx, q, tenant, m.Project, &m.Row)
		},
		Check: func(m *Milestone) error {
			if m.State == Done && m.DoneOn.IsZero() {
				return errs.OnField("done_on", "节点已完成，请填写完成日期")
			}
			return nil
		},
		Guards: map[string]func(context.Context, *db.Tx, *Milestone) error{
			"finish": func(_ context.Context, tx *db.Tx, m *Milestone) error {
				today := date.Of(tx.Now())
				if m.DoneOn.IsZero() {
					m.DoneOn = today
				}
				if m.DoneOn.After(today) {
					return errs.OnField("done_on", "完成日期 %s 还没有到；请改为实际日期", m.DoneOn)
				}
				return nil
			},
			"reopen": func(_ context.Context, _ *db.Tx, m *Milestone) error {
				m.DoneOn = date.Date{}
				return nil
			},
		},
	})
}

// DoneBy reports whether the milestone was done at the end of a day.
func (m *Milestone) DoneBy(day date.Date) bool { return m.State == Done && !m.DoneOn.After(day) }

// Late reports whether the milestone was overdue on a day.
func (m *Milestone) Late(day date.Date) bool { return m.Due.Before(day) && !m.DoneBy(day) }
