package secretary

import (
	"context"
	"fmt"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Milestone is a dated step of a project with its weight in the project's progress. Whether it is late follows
// from the day.
type Milestone struct {
	db.Row
	No          string
	Project     ids.ID
	Title       string
	Weight      int
	Due, DoneOn date.Date

	year int // of the project, for the number
}

var milestoneTable = &db.Table[Milestone]{
	Name: "secretary_milestone",
	Cols: []string{"no", "project_id", "title", "weight", "due", "done_on"},
	Row:  func(m *Milestone) *db.Row { return &m.Row },
	Ptrs: func(m *Milestone) []any { return []any{&m.No, &m.Project, &m.Title, &m.Weight, &m.Due, &m.DoneOn} },
}

// maxWeight bounds weights, so that sums of them cannot run over.
const maxWeight = 1000

// NewMilestones describes the noun; a milestone belongs to the division of its project.
func NewMilestones(e *record.Env) *record.Noun[Milestone] {
	progress := field.NewText[Milestone]("progress", "进展", nil).Derived().Show()
	progress.Column, progress.Sortable = "", false
	progress.Get = func(m *Milestone) string { return m.Progress(date.Today(e.DB.Clock())) }
	return record.Register(e, &record.Noun[Milestone]{
		Kind: "milestone", Label: "里程碑", Path: "/milestones", Icon: "map-pin", Key: "no", Order: "due",
		Intro:  "项目的关键节点：每个节点有权重和应完成日期，完成后填写完成日期，进度由此计算。",
		Table:  milestoneTable,
		Title:  func(m *Milestone) string { return m.Title },
		Detail: func(m *Milestone) string { return m.No },
		Series: func(m *Milestone) string { return "SJLC-" + strconv.Itoa(m.year) },
		Fields: []field.Field[Milestone]{
			field.NewText("no", "里程碑编号", func(m *Milestone) *string { return &m.No }).Req().Fix().List().Help("留空自动编号").Eg("SJLC-2021-0001"),
			field.NewRef("project", "书记项目", "project", func(m *Milestone) *ids.ID { return &m.Project }).Req().Fix().Show().Filter(),
			field.NewText("title", "里程碑", func(m *Milestone) *string { return &m.Title }).Req().List(),
			field.NewInt("weight", "权重", 0, maxWeight, func(m *Milestone) *int { return &m.Weight }).Req().List().Help("占全部里程碑权重之和的比例，就是对进度的贡献"),
			field.NewDay("due", "应完成日期", func(m *Milestone) *date.Date { return &m.Due }).Req().List(),
			field.NewDay("done", "完成日期", func(m *Milestone) *date.Date { return &m.DoneOn }).Col("done_on").List().Help("完成后填写"),
			progress,
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Milestone) (err error) {
			m.Region, m.year, err = inherit(ctx, q, tenant, m.Project, m.Region)
			return err
		},
		Check: func(m *Milestone) error {
			if m.Weight < 1 {
				return errs.OnField("weight", "权重应为 1 到 %d 的整数", maxWeight)
			}
			return nil
		},
		CheckTx:      checkMilestone,
		BeforeDelete: func(ctx context.Context, tx *db.Tx, m *Milestone) error { return planFixed(ctx, tx, m.Project) },
	})
}

func checkMilestone(ctx context.Context, tx *db.Tx, old, m *Milestone) error {
	p, err := parentOf(ctx, tx, tx.Tenant, m.Project)
	if err != nil {
		return err
	}
	var l errs.List
	switch {
	case m.DoneOn.IsZero() || old != nil && old.DoneOn == m.DoneOn:
	case !begun(p.State):
		l.Add("done", "项目还没有启动实施，不能填写完成日期")
	default:
		l.Merge("done", notAhead(tx, dated{"done", m.DoneOn}))
	}
	if old != nil && !p.Open() {
		if old.Weight != m.Weight {
			l.Add("weight", "项目已经申报，权重不能再改")
		}
		if old.Due != m.Due {
			l.Add("due", "项目已经申报，应完成日期不能再改")
		}
	}
	return l.Err()
}

// Done reports whether the milestone was reached by the day.
func (m *Milestone) Done(day date.Date) bool { return !m.DoneOn.IsZero() && !m.DoneOn.After(day) }

// Late reports whether the milestone should have been reached before the day and was not.
func (m *Milestone) Late(day date.Date) bool { return m.Due.Before(day) && !m.Done(day) }

// Progress says in words where the milestone stands on a day.
func (m *Milestone) Progress(day date.Date) string {
	switch {
	case m.Done(day) && m.DoneOn.After(m.Due):
		return fmt.Sprintf("完成（晚 %d 天）", m.DoneOn.Sub(m.Due))
	case m.Done(day):
		return "按期完成"
	case m.Late(day):
		return fmt.Sprintf("逾期 %d 天", day.Sub(m.Due))
	}
	return fmt.Sprintf("未到期（还有 %d 天）", m.Due.Sub(day))
}
