package letting

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Objection is what somebody says against a publicised result, with what came of it.
type Objection struct {
	db.Row
	No      string
	Letting ids.ID
	On      date.Date
	Raiser  string
	Phone   string // sealed
	Content string
	Reply   string
	Handled date.Date
}

// The states of an objection.
const (
	ObjectionOpen     = "open"
	ObjectionRejected = "rejected"
	ObjectionUpheld   = "upheld"
)

var objectionMachine = &fsm.Machine{
	Name: "异议",
	States: []fsm.State{
		{Code: ObjectionOpen, Label: "待处理", Tone: "orange"}, {Code: ObjectionRejected, Label: "不成立", Tone: "grey"}, {Code: ObjectionUpheld, Label: "成立", Tone: "red"},
	},
	Events: []fsm.Event{
		{Name: "reject", Label: "认定不成立", From: []string{ObjectionOpen}, To: ObjectionRejected, Verb: "approve"},
		{Name: "uphold", Label: "认定成立", From: []string{ObjectionOpen}, To: ObjectionUpheld, Verb: "approve"},
	},
}

var objectionTable = &db.Table[Objection]{
	Name: "letting_objection",
	Cols: []string{"no", "letting_id", "raised_on", "raiser", "phone_sealed", "content", "reply", "handled_on"},
	Row:  func(o *Objection) *db.Row { return &o.Row },
	Ptrs: func(o *Objection) []any {
		return []any{&o.No, &o.Letting, &o.On, &o.Raiser, &o.Phone, &o.Content, &o.Reply, &o.Handled}
	},
}

func newObjections(e *record.Env) *record.Noun[Objection] {
	handled := func(_ context.Context, tx *db.Tx, o *Objection) error {
		if o.Reply == "" {
			return errs.New(errs.State, "objection.reply", "请先在“修改”里填写调查情况和答复")
		}
		o.Handled = date.Of(tx.Now())
		return nil
	}
	return record.Register(e, &record.Noun[Objection]{
		Kind: "letting_objection", Label: "结果异议", Path: "/letting-objections", Icon: "message-report", Key: "no", Order: "-no",
		Intro:   "公示期内收到的异议逐件登记，调查答复后才能确认成交。",
		Kept:    "异议不能删除；不成立的，请填写答复并认定不成立",
		Table:   objectionTable,
		Machine: objectionMachine,
		Title:   func(o *Objection) string { return o.No },
		Detail:  func(o *Objection) string { return o.Content },
		Series:  func(o *Objection) string { return "ZZYY-" + strconv.Itoa(max(o.On.Year(), 1978)) },
		Fields: []field.Field[Objection]{
			field.NewText("no", "异议编号", func(o *Objection) *string { return &o.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewRef("letting", "公开招租", "letting", func(o *Objection) *ids.ID { return &o.Letting }).Req().Fix().Show().Filter(),
			field.NewDay("on", "提出日期", func(o *Objection) *date.Date { return &o.On }).Req().Fix().Col("raised_on").List(),
			field.NewText("raiser", "提出人", func(o *Objection) *string { return &o.Raiser }).List().Limit(80).Help("可以匿名"),
			phoneField("联系电话", func(o *Objection) *string { return &o.Phone }),
			field.NewLong("content", "异议内容", func(o *Objection) *string { return &o.Content }).Req(),
			field.NewLong("reply", "调查情况和答复", func(o *Objection) *string { return &o.Reply }),
			field.NewDay("handled", "办结日期", func(o *Objection) *date.Date { return &o.Handled }).Col("handled_on").Stamp(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, o *Objection) (err error) {
			o.Region, err = placeOf(ctx, q, tenant, o.Letting, o.Region)
			return err
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, o *Objection) error {
			l, err := lock(ctx, tx, o.Letting)
			if err != nil || tx.ActorID == 0 {
				return err
			}
			switch {
			case old == nil && l.State != Publicised:
				return errs.New(errs.State, "objection.not_publicised", "招租“%s”现在是“%s”，结果公示期内才登记异议", l.Name, Machine.State(l.State).Label)
			case o.On.Before(l.Result) || o.On.After(date.Of(tx.Now())):
				return errs.OnField("on", "提出日期应在公示（%s）之后、今天以前", l.Result)
			case old != nil && old.State != ObjectionOpen:
				return errs.New(errs.State, "objection.handled", "异议已经办结，不能再改")
			case old == nil && o.State != ObjectionOpen || old != nil && old.Handled != o.Handled || old == nil && !o.Handled.IsZero():
				return errs.OnField("handled", "办结日期在认定时自动填写")
			}
			return nil
		},
		Guards: map[string]func(context.Context, *db.Tx, *Objection) error{"reject": handled, "uphold": handled},
	})
}
