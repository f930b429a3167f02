// Package secretary keeps the secretary projects (书记项目): a year's cycle with what topics are chosen and
// projects compared by, the projects with their measures, milestones, targets and next steps, and the pure rules
// that turn them into progress, measures taken and results on a day.
//
// A target's value is computed by the indicator catalogue and is nowhere typed in.
package secretary

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

// The states of a cycle.
const (
	CyclePlanned = "planned"
	CycleOpen    = "open"
	CycleRunning = "running"
	CycleClosed  = "closed"
)

// Cycle is a year's round of secretary projects in a region; it covers every place below the region.
type Cycle struct {
	db.Row
	Name                    string
	Year                    int
	Organiser               ids.ID
	Cadence                 string
	Opened, Started, Closed date.Date // since when it takes applications, runs, is over
}

// CycleMachine is a cycle's life.
var CycleMachine = &fsm.Machine{
	Name: "年度计划",
	States: []fsm.State{
		{Code: CyclePlanned, Label: "筹备", Tone: "grey"},
		{Code: CycleOpen, Label: "开放申报", Tone: "azure"},
		{Code: CycleRunning, Label: "实施中", Tone: "green"},
		{Code: CycleClosed, Label: "已结束", Tone: "grey"},
	},
	Events: []fsm.Event{
		{Name: "open", Label: "开放申报", From: []string{CyclePlanned}, To: CycleOpen, Verb: "approve"},
		{Name: "start", Label: "启动实施", From: []string{CycleOpen}, To: CycleRunning, Verb: "approve"},
		{Name: "close", Label: "结束", From: []string{CycleRunning}, To: CycleClosed, Verb: "approve"},
	},
}

var cycleTable = &db.Table[Cycle]{
	Name: "secretary_cycle",
	Cols: []string{"name", "year", "organiser_id", "cadence", "opened_on", "started_on", "closed_on"},
	Row:  func(c *Cycle) *db.Row { return &c.Row },
	Ptrs: func(c *Cycle) []any {
		return []any{&c.Name, &c.Year, &c.Organiser, &c.Cadence, &c.Opened, &c.Started, &c.Closed}
	},
}

// NewCycles describes the noun.
func NewCycles(e *record.Env) *record.Noun[Cycle] {
	return record.Register(e, &record.Noun[Cycle]{
		Kind: "cycle", Below: true, Label: "书记项目年度计划", Path: "/cycles", Icon: "calendar-event", Key: "name", Order: "-year",
		Intro: "每年一轮书记项目：先定选题原则和比较维度，再开放申报、实施、集中晾晒。",
		Table: cycleTable, Machine: CycleMachine,
		Title:  func(c *Cycle) string { return c.Name },
		Detail: func(c *Cycle) string { return c.Cadence },
		Fields: []field.Field[Cycle]{
			field.NewText("name", "名称", func(c *Cycle) *string { return &c.Name }).Req().List().Eg("2021年示例市基层党建“书记项目”"),
			field.NewInt("year", "年度", 1978, 2200, func(c *Cycle) *int { return &c.Year }).Req().Fix().List(),
			field.NewRegion("region", "实施地区", func(c *Cycle) *string { return &c.Region }).Req().Fix().Show().Help("覆盖这个地区及其下的所有镇、村"),
			field.NewRef("organiser", "组织单位", "party", func(c *Cycle) *ids.ID { return &c.Organiser }).Show(),
			field.NewText("cadence", "晾晒方式（频次）", func(c *Cycle) *string { return &c.Cadence }).Limit(400).Eg("每季度集中晾晒一次"),
			field.NewDay("opened", "开放申报日期", func(c *Cycle) *date.Date { return &c.Opened }).Stamp().Col("opened_on").List().Help("开放申报时自动填写"),
			field.NewDay("started", "启动实施日期", func(c *Cycle) *date.Date { return &c.Started }).Stamp().Col("started_on").Help("启动实施时自动填写"),
			field.NewDay("closed", "结束日期", func(c *Cycle) *date.Date { return &c.Closed }).Stamp().Col("closed_on").Help("结束时自动填写"),
		},
		Check: checkCycle,
		CheckTx: func(_ context.Context, tx *db.Tx, _, c *Cycle) error {
			return notAhead(tx, dated{"opened", c.Opened}, dated{"started", c.Started}, dated{"closed", c.Closed})
		},
		Guards: map[string]func(context.Context, *db.Tx, *Cycle) error{
			"open": func(ctx context.Context, tx *db.Tx, c *Cycle) error {
				if err := readyToOpen(ctx, tx, c); err != nil {
					return err
				}
				c.Opened = today(tx)
				return nil
			},
			"start": func(_ context.Context, tx *db.Tx, c *Cycle) error {
				c.Started = today(tx)
				return nil
			},
			"close": func(ctx context.Context, tx *db.Tx, c *Cycle) error {
				if err := allSettled(ctx, tx, c); err != nil {
					return err
				}
				c.Closed = today(tx)
				return nil
			},
		},
	})
}

func checkCycle(c *Cycle) error {
	var l errs.List
	if c.Year == 0 {
		l.Add("year", "请填写年度")
	}
	at := map[string]int{"": 0, CyclePlanned: 0, CycleOpen: 1, CycleRunning: 2, CycleClosed: 3}[c.State]
	label := CycleMachine.State(c.State).Label
	for i, d := range []dated{{"opened", c.Opened}, {"started", c.Started}, {"closed", c.Closed}} {
		switch {
		case at > i && d.day.IsZero():
			l.Add(d.field, "“%s”的年度计划要有这个日期", label)
		case at <= i && !d.day.IsZero():
			l.Add(d.field, "年度计划还是“%s”，这个日期到时自动填写，现在请留空", label)
		}
	}
	if !c.Started.IsZero() && c.Started.Before(c.Opened) {
		l.Add("started", "启动实施日期不能早于开放申报日期（%s）", c.Opened)
	}
	if !c.Closed.IsZero() && c.Closed.Before(c.Started) {
		l.Add("closed", "结束日期不能早于启动实施日期（%s）", c.Started)
	}
	return l.Err()
}

// readyToOpen wants criteria to choose by and comparisons whose weights make a whole. The cycle's row is
// locked first, as by everybody who changes its criteria.
func readyToOpen(ctx context.Context, tx *db.Tx, c *Cycle) error {
	if err := lockCycle(ctx, tx, c.ID); err != nil {
		return err
	}
	list, err := CriteriaOf(ctx, tx, tx.Tenant, []ids.ID{c.ID})
	if err != nil {
		return err
	}
	chosen, sum := 0, 0
	for _, x := range list {
		if x.Kind == KindCriterion {
			chosen++
		}
		sum += x.Weight
	}
	switch {
	case chosen == 0:
		return errs.New(errs.State, "cycle.no_criteria", "还没有选题原则，请先在“原则与维度”里添加")
	case sum == 0:
		return errs.New(errs.State, "cycle.no_comparisons", "还没有比较维度，请先在“原则与维度”里添加，权重合计 100%%")
	case sum != 100:
		return errs.New(errs.State, "cycle.weights", "各比较维度的权重合计应为 100%%，现在是 %d%%，请先调整", sum)
	}
	return nil
}

// allSettled refuses to end a cycle while a project of it is undecided.
func allSettled(ctx context.Context, tx *db.Tx, c *Cycle) error {
	n, err := countOpenProjects(ctx, tx, tx.Tenant, c.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.New(errs.State, "cycle.unsettled", "还有 %d 个项目没有结项或结转，请先办理", n)
	}
	return nil
}

// dated is a date with the field that it stands in.
type dated struct {
	field string
	day   date.Date
}

// notAhead refuses days of things that have happened when they lie in the future.
func notAhead(tx *db.Tx, list ...dated) error {
	var l errs.List
	for _, d := range list {
		if d.day.After(today(tx)) {
			l.Add(d.field, "不能晚于今天（%s）", today(tx))
		}
	}
	return l.Err()
}

func today(tx *db.Tx) date.Date { return date.Of(tx.Now()) }
