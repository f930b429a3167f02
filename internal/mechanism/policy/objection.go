package policy

import (
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The states of an objection.
const (
	ObjectionOpen     = "open"
	ObjectionAnswered = "answered"
)

// Objection is what somebody says against a published line, and the answer.
type Objection struct {
	db.Row
	No           string
	Line         ids.ID
	On           date.Date
	By           string
	Text, Answer string
	AnsweredOn   date.Date
}

var objectionMachine = &fsm.Machine{
	Name:   "公示异议",
	States: []fsm.State{{Code: ObjectionOpen, Label: "待答复", Tone: "orange"}, {Code: ObjectionAnswered, Label: "已答复", Tone: "green"}},
	Events: []fsm.Event{{Name: "answer", Label: "答复", From: []string{ObjectionOpen}, To: ObjectionAnswered, Verb: access.Edit}},
}

var objectionTable = &db.Table[Objection]{
	Name: KindObjection,
	Cols: []string{"no", "line_id", "raised_on", "raised_by", "text", "answer", "answered_on"},
	Row:  func(o *Objection) *db.Row { return &o.Row },
	Ptrs: func(o *Objection) []any {
		return []any{&o.No, &o.Line, &o.On, &o.By, &o.Text, &o.Answer, &o.AnsweredOn}
	},
}

func newObjections(e *record.Env) *record.Noun[Objection] {
	return record.Register(e, &record.Noun[Objection]{
		Kind: KindObjection, Label: "奖励公示异议", Path: "/award-objections", Icon: "message-report", Key: "no", Order: "-no",
		Intro: "公示期内收到的异议和答复；没有答复的，不能批准。",
		Table: objectionTable, Machine: objectionMachine, Kept: "异议的记录不能删除",
		Title:  func(o *Objection) string { return o.No },
		Detail: func(o *Objection) string { return o.Text },
		Series: func(o *Objection) string { return "YY-" + yearText(o.On.Year()) },
		Fields: []field.Field[Objection]{
			field.NewText("no", "编号", func(o *Objection) *string { return &o.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("line", "核算单", KindLine, func(o *Objection) *ids.ID { return &o.Line }).Req().Fix().Show().Filter(),
			field.NewDay("on", "提出日期", func(o *Objection) *date.Date { return &o.On }).Col("raised_on").Req().List(),
			field.NewText("by", "提出人", func(o *Objection) *string { return &o.By }).Col("raised_by").Req().Help("可以写“匿名”；不对外公开"),
			field.NewLong("text", "异议内容", func(o *Objection) *string { return &o.Text }).Req().Show(),
			field.NewLong("answer", "调查和答复", func(o *Objection) *string { return &o.Answer }),
			field.NewDay("answered_on", "答复日期", func(o *Objection) *date.Date { return &o.AnsweredOn }).Stamp().Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, o *Objection) error {
			if o.Line == 0 {
				return nil
			}
			l, err := lineTable.Get(ctx, q, tenant, o.Line)
			if err == nil {
				o.Region = l.Region
			}
			return err
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, o *Objection) error {
			switch {
			case old != nil && old.State == ObjectionAnswered:
				return errs.New(errs.State, "objection.answered", "异议已经答复，不能再改")
			case o.On.After(today(tx)):
				return errs.OnField("on", "日期还没有到")
			case old != nil:
				return nil
			}
			l, err := lineTable.Get(ctx, tx, tx.Tenant, o.Line)
			if err != nil {
				return err
			}
			if !slices.Contains([]string{Published, AwardApproved}, l.State) || o.On.Before(l.PublishedOn) {
				return errs.OnField("line", "核算单 %s 现在是“%s”，公示以后、发放以前才登记异议", l.No, LineMachine.State(l.State).Label)
			}
			return nil
		},
		Guards: map[string]func(context.Context, *db.Tx, *Objection) error{
			"answer": func(_ context.Context, tx *db.Tx, o *Objection) error {
				if o.Answer == "" {
					return errs.New(errs.State, "objection.answer", "请先在“修改”里填写调查和答复")
				}
				o.AnsweredOn = today(tx)
				return nil
			},
		},
	})
}
