package pairing

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

// The kinds of item that an agreement lists.
const (
	Element  = "element"
	Resource = "resource"
	Need     = "need"
	Duty     = "duty"
)

// Met is the state of a need that has been met.
const Met = "met"

var itemKinds = []field.Option{
	{Code: Element, Label: "共建方面"}, {Code: Resource, Label: "资源清单"}, {Code: Need, Label: "需求清单"}, {Code: Duty, Label: "职责"},
}

// Item is one line of what an agreement holds. AgreedOn zero means agreed with the agreement itself.
type Item struct {
	db.Row
	No                   string
	Agreement            ids.ID
	Kind, Title, Content string
	AgreedOn, MetOn      date.Date
}

// ItemMachine: a need is open until it is met; the other kinds stay open.
var ItemMachine = &fsm.Machine{
	Name:   "共建事项",
	States: []fsm.State{{Code: "open", Label: "进行中", Tone: "azure"}, {Code: Met, Label: "已满足", Tone: "green"}},
	Events: []fsm.Event{
		{Name: "meet", Label: "满足", From: []string{"open"}, To: Met, Verb: "edit"},
		{Name: "reopen", Label: "重新提出", From: []string{Met}, To: "open", Verb: "edit", Reason: true},
	},
}

var itemTable = &db.Table[Item]{
	Name: "agreement_item",
	Cols: []string{"no", "agreement_id", "kind", "title", "content", "agreed_on", "met_on"},
	Row:  func(i *Item) *db.Row { return &i.Row },
	Ptrs: func(i *Item) []any {
		return []any{&i.No, &i.Agreement, &i.Kind, &i.Title, &i.Content, &i.AgreedOn, &i.MetOn}
	},
}

// NewItems describes the noun; an item belongs to the division of its agreement.
func NewItems(e *record.Env) *record.Noun[Item] {
	return record.Register(e, &record.Noun[Item]{
		Kind: "agreement_item", Label: "共建事项", Path: "/agreement-items", Icon: "list-check", Key: "no", Order: "no",
		Intro: "协议约定的共建方面、资源清单、需求清单和职责，逐条登记。",
		Table: itemTable, Machine: ItemMachine,
		Title:  func(i *Item) string { return i.Title },
		Detail: func(i *Item) string { return i.No + " " + field.LabelOf(itemKinds, i.Kind) },
		Series: func(*Item) string { return "GJX" },
		Fields: []field.Field[Item]{
			field.NewText("no", "事项编号", func(i *Item) *string { return &i.No }).Req().List().Help("留空自动编号"),
			field.NewRef("agreement", "结对协议", "agreement", func(i *Item) *ids.ID { return &i.Agreement }).Req().Fix().Show().Filter(),
			field.NewEnum("kind", "类别", itemKinds, func(i *Item) *string { return &i.Kind }).Req().List().Filter(),
			field.NewText("title", "名称", func(i *Item) *string { return &i.Title }).Req().List().Eg("资源"),
			field.NewLong("content", "内容", func(i *Item) *string { return &i.Content }),
			field.NewDay("agreed_on", "约定日期", func(i *Item) *date.Date { return &i.AgreedOn }).Help("留空为随协议约定"),
			field.NewDay("met_on", "满足日期", func(i *Item) *date.Date { return &i.MetOn }).List().Help("留空则以点“满足”的当天为准"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, i *Item) error {
			return inherit(ctx, q, tenant, i.Agreement, &i.Row)
		},
		Check: checkItem,
		Guards: map[string]func(context.Context, *db.Tx, *Item) error{
			"meet": func(_ context.Context, tx *db.Tx, i *Item) error {
				if i.Kind != Need {
					return errs.New(errs.State, "agreement_item.not_need", "只有需求清单里的事项才能标为“已满足”，这一条是%s", field.LabelOf(itemKinds, i.Kind))
				}
				if i.MetOn.IsZero() {
					i.MetOn = date.Of(tx.Now())
				}
				return checkItem(i)
			},
			"reopen": func(_ context.Context, _ *db.Tx, i *Item) error {
				i.MetOn = date.Date{}
				return nil
			},
		},
		BeforeDelete: keepOne,
	})
}

func checkItem(i *Item) error {
	var l errs.List
	if i.State == Met && i.Kind != Need {
		l.Add("kind", "已满足的事项只能是需求清单")
	}
	if i.State == Met && i.MetOn.IsZero() {
		l.Add("met_on", "需求已满足，请填写满足日期")
	}
	if !i.MetOn.IsZero() && i.MetOn.Before(i.AgreedOn) {
		l.Add("met_on", "满足日期不能早于约定日期")
	}
	return l.Err()
}

// keepOne refuses to empty an agreement that is past its signing.
func keepOne(ctx context.Context, tx *db.Tx, i *Item) error {
	a, err := Get(ctx, tx, tx.Tenant, i.Agreement)
	if err != nil || !a.passed(Bound) {
		return err
	}
	w := db.NewWhere(tx.Tenant).And("agreement_id = ?", i.Agreement).And("id <> ?", i.ID)
	n, err := itemTable.Count(ctx, tx, db.In(w, "kind", []string{Element, Need}), 1)
	if err == nil && n == 0 {
		err = errs.New(errs.State, "agreement_item.last", "协议生效后至少要保留一项共建方面或需求，不能删除最后一项")
	}
	return err
}
