// Package work keeps work orders (工单) under service contracts: labour, property management, housekeeping, transport, often
// under a service brand. An order is asked for, given to somebody, done with evidence, confirmed by the client, and settled:
// the orders of a contract and month become one payment of the contract.
package work

import (
	"cmp"
	"context"
	"strconv"

	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/file"
	"huicun/internal/registry/record"
)

// Order is one piece of work. Quantity is in hundredths of Unit; Amount is Quantity × Price, rounded once. DoneBy is the
// account that reported it done; Signer is who confirmed it for the client.
type Order struct {
	db.Row
	No              string
	Contract, Brand ids.ID
	Kind, Title     string
	Client, Place   string
	Requested, Due  date.Date
	Worker          string
	Assigned, Done  date.Date
	DoneBy          ids.ID
	Result          string
	Quantity        int64
	Unit            string
	Price, Amount   money.Fen
	Signer          string
	Confirmed       date.Date
	Settlement      ids.ID
}

// Kinds are the kinds of work with their Chinese names.
var Kinds = []field.Option{
	{Code: "labour", Label: "劳务用工"}, {Code: "property", Label: "物业管理"}, {Code: "housekeeping", Label: "家政保洁"}, {Code: "transport", Label: "运输"},
	{Code: "agency", Label: "帮办代办"}, {Code: "other", Label: "其他"},
}

// The states of an order.
const (
	OrderRequested = "requested"
	OrderAssigned  = "assigned"
	OrderDone      = "done"
	OrderConfirmed = "confirmed"
	OrderSettled   = "settled"
	OrderCancelled = "cancelled"
)

// byRecord is the verb of events that only another record carries out.
const byRecord = "derive"

// OrderMachine: who confirms an order for the client's side is not who reported it done; a settlement settles it.
var OrderMachine = &fsm.Machine{
	Name: "工单",
	States: []fsm.State{
		{Code: OrderRequested, Label: "待派单", Tone: "orange"}, {Code: OrderAssigned, Label: "办理中", Tone: "azure"}, {Code: OrderDone, Label: "待确认", Tone: "orange"},
		{Code: OrderConfirmed, Label: "已确认", Tone: "green"}, {Code: OrderSettled, Label: "已结算", Tone: "grey"}, {Code: OrderCancelled, Label: "已取消", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "assign", Label: "派单", From: []string{OrderRequested}, To: OrderAssigned, Verb: "edit"},
		{Name: "finish", Label: "完工", From: []string{OrderAssigned}, To: OrderDone, Verb: "edit"},
		{Name: "confirm", Label: "确认", From: []string{OrderDone}, To: OrderConfirmed, Verb: "approve"},
		{Name: "return", Label: "退回重办", From: []string{OrderDone}, To: OrderAssigned, Verb: "approve", Reason: true},
		{Name: "cancel", Label: "取消", From: []string{OrderRequested, OrderAssigned}, To: OrderCancelled, Verb: "edit", Reason: true},
		{Name: "settle", Label: "结算", From: []string{OrderConfirmed}, To: OrderSettled, Verb: byRecord},
		{Name: "release", Label: "撤销结算", From: []string{OrderSettled}, To: OrderConfirmed, Verb: byRecord},
	},
}

var orderTable = &db.Table[Order]{
	Name: "work_order",
	Cols: []string{
		"no", "contract_id", "brand_id", "kind", "title", "client", "place", "requested_on", "due_on", "worker", "assigned_on", "done_on", "done_by", "result",
		"quantity", "unit", "price_fen", "amount_fen", "signer", "confirmed_on", "settlement_id",
	},
	Row: func(o *Order) *db.Row { return &o.Row },
	Ptrs: func(o *Order) []any {
		return []any{
			&o.No, &o.Contract, &o.Brand, &o.Kind, &o.Title, &o.Client, &o.Place, &o.Requested, &o.Due, &o.Worker, &o.Assigned, &o.Done, &o.DoneBy, &o.Result,
			&o.Quantity, &o.Unit, &o.Price, &o.Amount, &o.Signer, &o.Confirmed, &o.Settlement,
		}
	},
}

// hundredths is the scale of quantities.
const hundredths = 100

// quantityField describes a quantity with two decimals, in a unit that is written beside it.
func quantityField() field.Field[Order] {
	f := field.NewText("quantity", "数量", func(*Order) *string { return new(string) }).Eg("12.5")
	f.Get = func(o *Order) string {
		if o.Quantity == 0 {
			return ""
		}
		return money.Fen(o.Quantity).Plain() // two decimals, exactly
	}
	f.Set = func(o *Order, s string) error {
		if s = field.Clean(s, false); s == "" {
			o.Quantity = 0
			return nil
		}
		n, err := money.Parse(s)
		if err != nil || n < 0 {
			return errs.OnField("quantity", "“%s”不是最多两位小数的正数", s)
		}
		o.Quantity = int64(n)
		return nil
	}
	return f
}

// NewOrders describes the noun; "contract" and the nouns it links to must have been registered before.
func NewOrders(e *record.Env) *record.Noun[Order] {
	return record.Register(e, &record.Noun[Order]{
		Kind: "work_order", Label: "工单", Path: "/work-orders", Icon: "headset", Key: "no", Order: "-no",
		Intro: "服务协议下的一件件活：客户提出需求，派单、办理、留凭据，客户确认后按月结算。",
		Table: orderTable, Machine: OrderMachine,
		Title:  func(o *Order) string { return o.No + " " + o.Title },
		Detail: func(o *Order) string { return field.LabelOf(Kinds, o.Kind) + " " + o.Client + " " + o.Worker },
		Series: func(o *Order) string { return "GD-" + strconv.Itoa(o.Requested.Year()) },
		Fields: []field.Field[Order]{
			field.NewText("no", "工单编号", func(o *Order) *string { return &o.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("contract", "服务协议", "contract", func(o *Order) *ids.ID { return &o.Contract }).Req().Fix().Show().Filter(),
			field.NewRef("brand", "服务品牌", "brand", func(o *Order) *ids.ID { return &o.Brand }).Derived().Show().Filter(),
			field.NewEnum("kind", "种类", Kinds, func(o *Order) *string { return &o.Kind }).Req().List().Filter(),
			field.NewText("title", "事项", func(o *Order) *string { return &o.Title }).Req().List().Limit(100).Eg("车间保洁两天"),
			field.NewText("client", "提出人", func(o *Order) *string { return &o.Client }).Limit(60).Help("客户方提出需求的人"),
			field.NewText("place", "地点", func(o *Order) *string { return &o.Place }).Limit(100),
			field.NewDay("requested", "提出日期", func(o *Order) *date.Date { return &o.Requested }).Req().Col("requested_on").List(),
			field.NewDay("due", "要求完成日期", func(o *Order) *date.Date { return &o.Due }).Req().Col("due_on"),
			field.NewText("worker", "承办人", func(o *Order) *string { return &o.Worker }).List().Limit(60).Help("派单前填写"),
			field.NewText("unit", "计量单位", func(o *Order) *string { return &o.Unit }).Limit(20).Eg("工日"),
			quantityField(),
			field.NewMoney("price", "单价", func(o *Order) *money.Fen { return &o.Price }),
			field.NewMoney("amount", "金额", func(o *Order) *money.Fen { return &o.Amount }).Derived().List(),
			field.NewLong("result", "完成情况", func(o *Order) *string { return &o.Result }).Help("做了什么、用了多少人和车；照片、单据放在附件里"),
			field.NewText("signer", "客户确认人", func(o *Order) *string { return &o.Signer }).Limit(60).Help("确认前填写客户方签字的人"),
			field.NewDay("assigned", "派单日期", func(o *Order) *date.Date { return &o.Assigned }).Col("assigned_on").Stamp(),
			field.NewDay("done", "完工日期", func(o *Order) *date.Date { return &o.Done }).Col("done_on").Stamp(),
			field.NewDay("confirmed", "确认日期", func(o *Order) *date.Date { return &o.Confirmed }).Col("confirmed_on").Stamp(),
			field.NewRef("settlement", "结算单", "work_settlement", func(o *Order) *ids.ID { return &o.Settlement }).Derived().Filter(),
		},
		Prepare: prepareOrder, Check: checkOrder, CheckTx: checkOrderTx,
		Guards: map[string]func(context.Context, *db.Tx, *Order) error{"assign": assign, "finish": finish, "confirm": confirm},
	})
}

func prepareOrder(ctx context.Context, q db.Q, tenant int64, o *Order) error {
	if o.Contract != 0 {
		c, err := contract.Get(ctx, q, tenant, o.Contract)
		if err != nil {
			return err
		}
		if c.Kind != contract.Service {
			return errs.OnField("contract", "合同 %s 不是服务协议", c.No)
		}
		o.Region, o.Brand = c.Region, c.Brand
	}
	var err error
	if o.Amount, err = money.MulDiv(o.Price, o.Quantity, hundredths, money.HalfUp); err != nil {
		return errs.OnField("price", "%s", errs.Message(err))
	}
	return nil
}

func checkOrder(o *Order) error {
	var l errs.List
	if o.Due.Before(o.Requested) {
		l.Add("due", "要求完成日期不能早于提出日期（%s）", o.Requested)
	}
	for _, d := range []struct {
		name, label string
		day, after  date.Date
	}{{"assigned", "派单日期", o.Assigned, o.Requested}, {"done", "完工日期", o.Done, cmp.Or(o.Assigned, o.Requested)}, {"confirmed", "确认日期", o.Confirmed, o.Done}} {
		if !d.day.IsZero() && d.day.Before(d.after) {
			l.Add(d.name, "%s不能早于 %s", d.label, d.after)
		}
	}
	return l.Err()
}

// checkOrderTx keeps what was confirmed as it is, and orders within the term of their contract.
func checkOrderTx(ctx context.Context, tx *db.Tx, old, o *Order) error {
	switch {
	case old == nil && tx.ActorID != 0 && o.State != OrderMachine.Initial():
		return errs.New(errs.State, "work.state", "新工单从“待派单”开始，不能直接录成“%s”", OrderMachine.State(o.State).Label)
	case old == nil && o.State == OrderSettled:
		return errs.New(errs.State, "work.state", "工单由结算单结算，不能直接录成“已结算”")
	case old != nil && (old.State == OrderConfirmed || old.State == OrderSettled || old.State == OrderCancelled):
		return errs.New(errs.State, "work.fixed", "工单“%s”，不能再改", OrderMachine.State(old.State).Label)
	}
	c, err := contract.Get(ctx, tx, tx.Tenant, o.Contract)
	if err != nil {
		return err
	}
	if o.Requested.Before(c.From) || o.Requested.After(c.LastDay()) {
		return errs.OnField("requested", "提出日期应在协议 %s 的期限（%s 至 %s）之内", c.No, c.From, c.LastDay())
	}
	if c.State == "draft" || c.State == "void" {
		return errs.OnField("contract", "协议 %s 还没有签订", c.No)
	}
	return nil
}

func assign(_ context.Context, tx *db.Tx, o *Order) error {
	if o.Worker == "" {
		return errs.New(errs.State, "work.worker", "请先在“修改”里填写承办人，再派单")
	}
	o.Assigned = cmp.Or(o.Assigned, date.Of(tx.Now()))
	return nil
}

// finish asks for what the settlement rests on: the quantity, its price, what was done and something to show for it.
func finish(ctx context.Context, tx *db.Tx, o *Order) error {
	var missing []string
	for _, x := range []struct {
		lacks bool
		what  string
	}{{o.Quantity == 0, "数量"}, {o.Unit == "", "计量单位"}, {o.Price == 0, "单价"}, {o.Result == "", "完成情况"}} {
		if x.lacks {
			missing = append(missing, x.what)
		}
	}
	if len(missing) > 0 {
		return errs.New(errs.State, "work.result", "请先在“修改”里填写%s，再报完工", join(missing))
	}
	files, err := file.Of(ctx, tx, tx.Tenant, "work_order", o.ID)
	if err != nil {
		return err
	}
	if len(files) == 0 && tx.ActorID != 0 {
		return errs.New(errs.State, "work.evidence", "请先附上凭据（照片、签到表、派车单等），再报完工")
	}
	o.Done, o.DoneBy = cmp.Or(o.Done, date.Of(tx.Now())), tx.ActorID
	return nil
}

func confirm(_ context.Context, tx *db.Tx, o *Order) error {
	if tx.ActorID != 0 && (o.DoneBy == tx.ActorID || o.CreatedBy == tx.ActorID) {
		return errs.New(errs.Forbidden, "work.own", "确认人不能是填写工单、报完工的人，请由他人凭客户签字确认")
	}
	if o.Signer == "" {
		return errs.New(errs.State, "work.signer", "请先在“修改”里填写客户确认人，再确认")
	}
	o.Confirmed = cmp.Or(o.Confirmed, date.Of(tx.Now()))
	return nil
}

func join(list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += "、"
		}
		out += s
	}
	return out
}

// OnTime reports whether an order that is done was done by the day that was asked for.
func (o *Order) OnTime() bool { return !o.Done.IsZero() && !o.Done.After(o.Due) }
