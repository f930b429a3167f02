package secretary

import (
	"context"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The states of a measure.
const (
	Planned = "planned"
	Doing   = "doing"
	Done    = "done"
	Dropped = "dropped"
)

// Mechanisms are the three mechanisms that a measure can belong to.
var Mechanisms = []field.Option{
	{Code: "policy", Label: "政策机制", Tone: "azure"}, {Code: "joint", Label: "联建机制", Tone: "green"}, {Code: "service", Label: "服务机制", Tone: "orange"},
}

// Measure is one thing that a project does. It counts as done with evidence, from the day it was done.
type Measure struct {
	db.Row
	No                     string
	Project                ids.ID
	Title, Content         string
	Mechanism              string
	Evidence               string
	Due, DoneOn, DroppedOn date.Date

	year int // of the project, for the number
}

// MeasureMachine is a measure's life.
var MeasureMachine = &fsm.Machine{
	Name: "举措",
	States: []fsm.State{
		{Code: Planned, Label: "计划", Tone: "grey"},
		{Code: Doing, Label: "推进中", Tone: "azure"},
		{Code: Done, Label: "已办结", Tone: "green"},
		{Code: Dropped, Label: "已终止", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "start", Label: "开始推进", From: []string{Planned}, To: Doing, Verb: "edit"},
		{Name: "finish", Label: "办结", From: []string{Planned, Doing}, To: Done, Verb: "edit"},
		{Name: "reopen", Label: "退回重办", From: []string{Done}, To: Doing, Verb: "approve", Reason: true},
		{Name: "drop", Label: "终止", From: []string{Planned, Doing}, To: Dropped, Verb: "edit", Reason: true},
	},
}

var measureTable = &db.Table[Measure]{
	Name: "secretary_measure",
	Cols: []string{"no", "project_id", "title", "content", "mechanism", "evidence", "due", "done_on", "dropped_on"},
	Row:  func(m *Measure) *db.Row { return &m.Row },
	Ptrs: func(m *Measure) []any {
		return []any{&m.No, &m.Project, &m.Title, &m.Content, &m.Mechanism, &m.Evidence, &m.Due, &m.DoneOn, &m.DroppedOn}
	},
}

// NewMeasures describes the noun; a measure belongs to the division of its project.
func NewMeasures(e *record.Env) *record.Noun[Measure] {
	return record.Register(e, &record.Noun[Measure]{
		Kind: "measure", Label: "项目举措", Path: "/measures", Icon: "list-check", Key: "no", Order: "no",
		Intro: "项目要做的事，按政策、联建、服务三项机制归类；办结要有佐证材料。",
		Table: measureTable, Machine: MeasureMachine,
		Title:  func(m *Measure) string { return m.Title },
		Detail: func(m *Measure) string { return m.No + " " + field.LabelOf(Mechanisms, m.Mechanism) },
		Series: func(m *Measure) string { return "SJJC-" + strconv.Itoa(m.year) },
		Fields: []field.Field[Measure]{
			field.NewText("no", "举措编号", func(m *Measure) *string { return &m.No }).Req().Fix().List().Help("留空自动编号").Eg("SJJC-2021-0001"),
			field.NewRef("project", "书记项目", "project", func(m *Measure) *ids.ID { return &m.Project }).Req().Fix().Show().Filter(),
			field.NewText("title", "举措", func(m *Measure) *string { return &m.Title }).Req().List(),
			field.NewEnum("mechanism", "机制", Mechanisms, func(m *Measure) *string { return &m.Mechanism }).Req().List().Filter(),
			field.NewLong("content", "内容", func(m *Measure) *string { return &m.Content }),
			field.NewDay("due", "计划办结日期", func(m *Measure) *date.Date { return &m.Due }).Req().List(),
			field.NewLong("evidence", "佐证材料", func(m *Measure) *string { return &m.Evidence }).Help("文件、协议、照片、记录的名称和编号；办结前必填"),
			field.NewDay("done", "办结日期", func(m *Measure) *date.Date { return &m.DoneOn }).Col("done_on").List().Help("办结时自动填写"),
			field.NewDay("dropped", "终止日期", func(m *Measure) *date.Date { return &m.DroppedOn }).Stamp().Col("dropped_on").Help("终止时自动填写"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Measure) (err error) {
			m.Region, m.year, err = inherit(ctx, q, tenant, m.Project, m.Region)
			return err
		},
		Check: checkMeasure,
		CheckTx: func(ctx context.Context, tx *db.Tx, old, m *Measure) error {
			var l errs.List
			l.Merge("done", notAhead(tx, dated{"done", m.DoneOn}, dated{"dropped", m.DroppedOn}))
			if old != nil && old.Due != m.Due {
				if err := planFixed(ctx, tx, m.Project); !l.Merge("due", err) {
					return err
				}
			}
			return l.Err()
		},
		BeforeDelete: func(ctx context.Context, tx *db.Tx, m *Measure) error { return planFixed(ctx, tx, m.Project) },
		Guards: map[string]func(context.Context, *db.Tx, *Measure) error{
			"start":  func(ctx context.Context, tx *db.Tx, m *Measure) error { return projectRuns(ctx, tx, m.Project) },
			"finish": finishMeasure,
			"reopen": func(ctx context.Context, tx *db.Tx, m *Measure) error {
				m.DoneOn = date.Date{}
				return projectRuns(ctx, tx, m.Project)
			},
			"drop": func(_ context.Context, tx *db.Tx, m *Measure) error {
				m.DroppedOn = today(tx)
				return nil
			},
		},
	})
}

// inherit gives a child its project's region and year; a missing project is reported as a missing field later.
func inherit(ctx context.Context, q db.Q, tenant int64, project ids.ID, region string) (string, int, error) {
	if project == 0 {
		return region, 0, nil
	}
	p, err := parentOf(ctx, q, tenant, project)
	if err != nil {
		return region, 0, err
	}
	return p.Region, p.Year, nil
}

func checkMeasure(m *Measure) error {
	var l errs.List
	switch {
	case m.State == Done && m.DoneOn.IsZero():
		l.Add("done", "“已办结”的举措要有办结日期")
	case m.State != Done && !m.DoneOn.IsZero():
		l.Add("done", "举措还没有办结，办结时自动填写，现在请留空")
	}
	if m.State == Done && strings.TrimSpace(m.Evidence) == "" {
		l.Add("evidence", "“已办结”的举措要有佐证材料")
	}
	switch {
	case m.State == Dropped && m.DroppedOn.IsZero():
		l.Add("dropped", "“已终止”的举措要有终止日期")
	case m.State != Dropped && !m.DroppedOn.IsZero():
		l.Add("dropped", "举措没有终止，终止时自动填写，现在请留空")
	}
	return l.Err()
}

func finishMeasure(ctx context.Context, tx *db.Tx, m *Measure) error {
	if strings.TrimSpace(m.Evidence) == "" {
		return errs.OnField("evidence", "请先在“修改”里填写佐证材料，再办结")
	}
	m.DoneOn = today(tx)
	return projectRuns(ctx, tx, m.Project)
}

// projectRuns refuses work on a project that has not been started or is over.
func projectRuns(ctx context.Context, tx *db.Tx, project ids.ID) error {
	p, err := parentOf(ctx, tx, tx.Tenant, project)
	if err != nil {
		return err
	}
	if p.State != Running {
		return errs.New(errs.State, "measure.project", "项目“%s”现在是“%s”；项目“实施中”时才能推进、办结举措", p.Name, ProjectMachine.State(p.State).Label)
	}
	return nil
}
