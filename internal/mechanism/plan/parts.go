package plan

import (
	"context"
	"strconv"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Measure is one thing that a plan does. It counts as done with evidence, from the day it was done.
type Measure struct {
	db.Row
	No             string
	Plan           ids.ID
	Title, Content string
	Owner          string
	Due            date.Date
	Evidence       string
	Done           date.Date

	year int // of the plan, for the number
}

// The states of a measure.
const (
	Todo    = "todo"
	Doing   = "doing"
	Done    = "done"
	Dropped = "dropped"
)

var measureMachine = &fsm.Machine{
	Name: "方案举措",
	States: []fsm.State{
		{Code: Todo, Label: "计划", Tone: "grey"}, {Code: Doing, Label: "推进中", Tone: "azure"}, {Code: Done, Label: "已完成", Tone: "green"}, {Code: Dropped, Label: "已终止", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "start", Label: "开始推进", From: []string{Todo}, To: Doing, Verb: "edit"},
		{Name: "finish", Label: "完成", From: []string{Todo, Doing}, To: Done, Verb: "edit"},
		{Name: "reopen", Label: "退回重办", From: []string{Done}, To: Doing, Verb: "approve", Reason: true},
		{Name: "drop", Label: "终止", From: []string{Todo, Doing}, To: Dropped, Verb: "approve", Reason: true},
	},
}

var measureTable = &db.Table[Measure]{
	Name: "plan_measure",
	Cols: []string{"no", "plan_id", "title", "content", "owner", "due", "evidence", "done_on"},
	Row:  func(m *Measure) *db.Row { return &m.Row },
	Ptrs: func(m *Measure) []any {
		return []any{&m.No, &m.Plan, &m.Title, &m.Content, &m.Owner, &m.Due, &m.Evidence, &m.Done}
	},
}

// Late reports whether the measure should have been done before the day and was not.
func (m *Measure) Late(day date.Date) bool {
	return m.State != Dropped && m.Due.Before(day) && (m.Done.IsZero() || m.Done.After(day))
}

func newMeasures(e *record.Env) *record.Noun[Measure] {
	return record.Register(e, &record.Noun[Measure]{
		Kind: "plan_measure", Label: "方案举措", Path: "/plan-measures", Icon: "list-check", Key: "no", Order: "no",
		Intro: "方案里要做的事：谁负责、什么时候完成；完成要有佐证材料。",
		Table: measureTable, Machine: measureMachine,
		Title:  func(m *Measure) string { return m.Title },
		Detail: func(m *Measure) string { return m.No + " " + m.Owner },
		Series: func(m *Measure) string { return "CCJC-" + strconv.Itoa(max(m.year, 1978)) },
		Fields: []field.Field[Measure]{
			field.NewText("no", "举措编号", func(m *Measure) *string { return &m.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewRef("plan", "一村一策", "plan", func(m *Measure) *ids.ID { return &m.Plan }).Req().Fix().Show().Filter(),
			field.NewText("title", "举措", func(m *Measure) *string { return &m.Title }).Req().List(),
			field.NewLong("content", "内容", func(m *Measure) *string { return &m.Content }),
			field.NewText("owner", "责任人（职务）", func(m *Measure) *string { return &m.Owner }).Req().List(),
			field.NewDay("due", "完成期限", func(m *Measure) *date.Date { return &m.Due }).Req().List(),
			field.NewLong("evidence", "佐证材料", func(m *Measure) *string { return &m.Evidence }).Help("协议、照片、凭证的名称和编号；完成前必填"),
			field.NewDay("done", "完成日期", func(m *Measure) *date.Date { return &m.Done }).Col("done_on").Stamp().List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Measure) (err error) {
			m.Region, m.year, err = inherit(ctx, q, tenant, m.Plan, m.Region)
			return err
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, m *Measure) error {
			if tx.ActorID == 0 {
				return nil
			}
			if old == nil && !m.Done.IsZero() || old != nil && old.Done != m.Done {
				return errs.OnField("done", "完成日期在办理时自动填写")
			}
			if old == nil || old.Title != m.Title || old.Due != m.Due || old.Owner != m.Owner {
				return rewritable(ctx, tx, m.Plan)
			}
			return nil
		},
		BeforeDelete: func(ctx context.Context, tx *db.Tx, m *Measure) error { return rewritable(ctx, tx, m.Plan) },
		Guards: map[string]func(context.Context, *db.Tx, *Measure) error{
			"start": func(ctx context.Context, tx *db.Tx, m *Measure) error { return runs(ctx, tx, m.Plan) },
			"finish": func(ctx context.Context, tx *db.Tx, m *Measure) error {
				if strings.TrimSpace(m.Evidence) == "" {
					return errs.OnField("evidence", "请先在“修改”里填写佐证材料，再办完成")
				}
				m.Done = date.Of(tx.Now())
				return runs(ctx, tx, m.Plan)
			},
			"reopen": func(ctx context.Context, tx *db.Tx, m *Measure) error {
				m.Done = date.Date{}
				return runs(ctx, tx, m.Plan)
			},
		},
	})
}

// runs refuses work on a plan that has not been started or is over.
func runs(ctx context.Context, tx *db.Tx, plan ids.ID) error {
	p, err := lock(ctx, tx, plan)
	if err != nil || p.State == Running {
		return err
	}
	return errs.New(errs.State, "plan.not_running", "方案“%s”现在是“%s”；“实施中”时才能推进举措", p.Name, Machine.State(p.State).Label)
}

// Item is an asset or a joint project in a plan, with what is meant to become of it. Income is what it is hoped to earn a
// year.
type Item struct {
	db.Row
	No           string
	Plan         ids.ID
	Asset, Joint ids.ID
	Intent       string
	Income       money.Fen

	year int
}

var itemTable = &db.Table[Item]{
	Name: "plan_item",
	Cols: []string{"no", "plan_id", "asset_id", "joint_id", "intent", "income_fen"},
	Row:  func(i *Item) *db.Row { return &i.Row },
	Ptrs: func(i *Item) []any { return []any{&i.No, &i.Plan, &i.Asset, &i.Joint, &i.Intent, &i.Income} },
}

func newItems(e *record.Env) *record.Noun[Item] {
	return record.Register(e, &record.Noun[Item]{
		Kind: "plan_item", Label: "纳入的资产和项目", Path: "/plan-items", Icon: "building-factory", Key: "no", Order: "no",
		Intro:  "方案要盘活、新建的资产和联建项目。",
		Table:  itemTable,
		Title:  func(i *Item) string { return i.No + " " + i.Intent },
		Detail: func(i *Item) string { return i.Intent },
		Series: func(i *Item) string { return "CCXM-" + strconv.Itoa(max(i.year, 1978)) },
		Fields: []field.Field[Item]{
			field.NewText("no", "编号", func(i *Item) *string { return &i.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewRef("plan", "一村一策", "plan", func(i *Item) *ids.ID { return &i.Plan }).Req().Fix().Show().Filter(),
			field.NewRef("asset", "资产", "asset", func(i *Item) *ids.ID { return &i.Asset }).Show().Filter().Help("资产、联建项目填一个"),
			field.NewRef("joint", "联建项目", "joint", func(i *Item) *ids.ID { return &i.Joint }).Show().Filter(),
			field.NewText("intent", "打算", func(i *Item) *string { return &i.Intent }).Req().List().Eg("改造后整体出租"),
			field.NewMoney("income", "预期年收入", func(i *Item) *money.Fen { return &i.Income }).List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, i *Item) (err error) {
			i.Region, i.year, err = inherit(ctx, q, tenant, i.Plan, i.Region)
			return err
		},
		Check: func(i *Item) error {
			if (i.Asset == 0) == (i.Joint == 0) {
				return errs.OnField("asset", "资产、联建项目填一个，也只填一个")
			}
			return nil
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, i *Item) error {
			if i.Asset != 0 {
				a, err := asset.Get(ctx, tx, tx.Tenant, i.Asset)
				if err != nil {
					return err
				}
				if a.Region != i.Region {
					return errs.OnField("asset", "资产 %s 不属于方案所在的村", a.No)
				}
			}
			return rewritable(ctx, tx, i.Plan)
		},
		BeforeDelete: func(ctx context.Context, tx *db.Tx, i *Item) error { return rewritable(ctx, tx, i.Plan) },
	})
}
