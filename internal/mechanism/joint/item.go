package joint

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/record"
)

// The kinds of item.
const (
	Facility = "facility"
	Resource = "resource"
	Need     = "need"
	Variety  = "variety"
)

// The states of an item.
const (
	ItemOpen    = "open"
	ItemSettled = "settled"
	ItemDropped = "dropped"
)

var itemKinds = []field.Option{
	{Code: Facility, Label: "设施"}, {Code: Resource, Label: "资源"}, {Code: Need, Label: "需求"}, {Code: Variety, Label: "品种"},
}

// Item is a facility to be built, a resource brought together, a need looked for, or a variety brought in.
// ClosedOn is the day on which it was settled or dropped.
type Item struct {
	db.Row
	No                 string
	Project            ids.ID
	Kind, Name         string
	Quantity           qty.Qty
	ListedOn, ClosedOn date.Date
}

// ItemMachine is the life of an item.
var ItemMachine = &fsm.Machine{
	Name: "项目事项",
	States: []fsm.State{
		{Code: ItemOpen, Label: "待落实", Tone: "orange"}, {Code: ItemSettled, Label: "已落实", Tone: "green"}, {Code: ItemDropped, Label: "已取消", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "settle", Label: "落实", From: []string{ItemOpen}, To: ItemSettled, Verb: "edit"},
		{Name: "drop", Label: "取消", From: []string{ItemOpen}, To: ItemDropped, Verb: "edit", Reason: true},
		{Name: "reopen", Label: "恢复", From: []string{ItemSettled, ItemDropped}, To: ItemOpen, Verb: "edit", Reason: true},
	},
}

var itemTable = &db.Table[Item]{
	Name: "joint_item",
	Cols: []string{"no", "project_id", "kind", "name", "quantity", "unit", "listed_on", "closed_on"},
	Row:  func(i *Item) *db.Row { return &i.Row },
	Ptrs: func(i *Item) []any {
		return []any{&i.No, &i.Project, &i.Kind, &i.Name, &i.Quantity.N, &i.Quantity.Unit, &i.ListedOn, &i.ClosedOn}
	},
}

// NewItems describes the noun; an item belongs to the division of its project.
func NewItems(e *record.Env) *record.Noun[Item] {
	return record.Register(e, &record.Noun[Item]{
		Kind: "joint_item", Label: "项目事项", Path: "/joint-items", Icon: "list-details", Key: "no", Order: "no",
		Intro: "项目要建的设施、整合的资源、寻求的支持、引进的品种，逐项登记并跟踪是否落实。",
		Table: itemTable, Machine: ItemMachine,
		Title:  func(i *Item) string { return i.Name },
		Detail: func(i *Item) string { return i.No + " " + field.LabelOf(itemKinds, i.Kind) },
		Series: func(*Item) string { return "LJX" },
		Fields: []field.Field[Item]{
			field.NewText("no", "事项编号", func(i *Item) *string { return &i.No }).Req().List().Help("留空自动编号"),
			field.NewRef("project", "联建项目", "joint", func(i *Item) *ids.ID { return &i.Project }).Req().Fix().Show().Filter(),
			field.NewEnum("kind", "类别", itemKinds, func(i *Item) *string { return &i.Kind }).Req().List().Filter(),
			field.NewText("name", "名称", func(i *Item) *string { return &i.Name }).Req().List().Eg("连体大棚"),
			field.NewAmount("quantity", "数量", qty.None, func(i *Item) *qty.Qty { return &i.Quantity }).List().Help("带单位，如 2栋"),
			field.NewDay("listed_on", "提出日期", func(i *Item) *date.Date { return &i.ListedOn }).Req().List(),
			field.NewDay("closed_on", "落实（取消）日期", func(i *Item) *date.Date { return &i.ClosedOn }).List().Help("留空则以办理当天为准"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, i *Item) error {
			return inherit(ctx, q, tenant, i.Project, &i.Row)
		},
		Check: checkItem,
		Guards: map[string]func(context.Context, *db.Tx, *Item) error{
			"settle": closeItem, "drop": closeItem,
			"reopen": func(_ context.Context, _ *db.Tx, i *Item) error {
				i.ClosedOn = date.Date{}
				return nil
			},
		},
	})
}

// wholeUnits are counted, not measured.
var wholeUnits = map[qty.Unit]bool{qty.Dong: true, qty.Ge: true, qty.Tao: true, qty.Tai: true, qty.Jian: true, qty.Liang: true}

func checkItem(i *Item) error {
	var l errs.List
	if i.Kind == Facility && i.Quantity.N == 0 {
		l.Add("quantity", "设施要填写数量，如 2栋")
	}
	if wholeUnits[i.Quantity.Unit] && i.Quantity.N%qty.One != 0 {
		l.Add("quantity", "以%s计的数量应为整数", i.Quantity.Unit.Label())
	}
	if i.State != ItemOpen && i.ClosedOn.IsZero() {
		l.Add("closed_on", "事项%s，请填写日期", ItemMachine.State(i.State).Label)
	}
	if !i.ClosedOn.IsZero() && i.ClosedOn.Before(i.ListedOn) {
		l.Add("closed_on", "落实（取消）日期不能早于提出日期 %s", i.ListedOn)
	}
	return l.Err()
}

func closeItem(_ context.Context, tx *db.Tx, i *Item) error {
	today := date.Of(tx.Now())
	if i.ClosedOn.IsZero() {
		i.ClosedOn = today
	}
	if i.ClosedOn.After(today) {
		return errs.OnField("closed_on", "落实（取消）日期 %s 还没有到；请改为实际日期", i.ClosedOn)
	}
	return checkItem(i)
}

// StateOn is the state that the item was in at the end of a day; "" before it was listed.
func (i *Item) StateOn(day date.Date) string {
	switch {
	case i.ListedOn.After(day):
		return ""
	case i.State != ItemOpen && i.ClosedOn.After(day):
		return ItemOpen
	}
	return i.State
}
