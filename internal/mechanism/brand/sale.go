package brand

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/record"
)

// Channels are the ways of selling.
var Channels = []field.Option{
	{Code: "shop", Label: "门店"}, {Code: "live", Label: "直播"}, {Code: "festival", Label: "节庆"},
	{Code: "group", Label: "团购"}, {Code: "wholesale", Label: "批发"},
}

// The states of a sales record.
const (
	Valid = "valid"
	Met   = "met"
	Void  = "void"
)

// Sale is one sale, or the total of a product and channel for a day or a month; an expected one has Forecast set.
type Sale struct {
	db.Row
	No             string
	Product, Event ids.ID
	On             date.Date
	Channel        string
	Quantity       qty.Qty
	Amount         money.Fen
	Forecast       bool
	Share          money.Fen
	ClosedOn       date.Date
}

// SaleMachine: a record is valid; an expected one is met when the actual sale is entered; a wrong one is void.
var SaleMachine = &fsm.Machine{
	Name: "销售记录",
	States: []fsm.State{
		{Code: Valid, Label: "有效", Tone: "green"}, {Code: Met, Label: "已兑现", Tone: "grey"}, {Code: Void, Label: "已作废", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: "meet", Label: "兑现", From: []string{Valid}, To: Met, Verb: "edit"},
		{Name: "void", Label: "作废", From: []string{Valid, Met}, To: Void, Verb: "edit", Reason: true},
	},
}

var saleTable = &db.Table[Sale]{
	Name: "sale",
	Cols: []string{"no", "product_id", "event_id", "on_date", "channel", "quantity", "unit", "amount_fen", "forecast", "share_fen", "closed_on"},
	Row:  func(s *Sale) *db.Row { return &s.Row },
	Ptrs: func(s *Sale) []any {
		return []any{&s.No, &s.Product, &s.Event, &s.On, &s.Channel, &s.Quantity.N, &s.Quantity.Unit, &s.Amount, &s.Forecast, &s.Share, &s.ClosedOn}
	},
}

// NewSales describes the noun; a sale belongs to the division of its product.
func NewSales(e *record.Env) *record.Noun[Sale] {
	return record.Register(e, &record.Noun[Sale]{
		Kind: "sale", Label: "销售", Path: "/sales", Icon: "shopping-cart", Key: "no", Order: "-on_date",
		Intro: "产品的销售：实际的记到发生之日，预计的单独标明，两者分开统计。",
		Table: saleTable, Machine: SaleMachine,
		Title:  func(s *Sale) string { return s.No + " " + field.LabelOf(Channels, s.Channel) },
		Detail: func(s *Sale) string { return s.Amount.String() + "元" },
		Series: func(s *Sale) string { return "XS-" + strconv.Itoa(s.On.Year()) },
		Fields: []field.Field[Sale]{
			field.NewText("no", "销售编号", func(s *Sale) *string { return &s.No }).Req().List().Help("留空自动编号"),
			field.NewRef("product", "产品", "product", func(s *Sale) *ids.ID { return &s.Product }).Req().Fix().Show(),
			field.NewRef("event", "活动", "event", func(s *Sale) *ids.ID { return &s.Event }).Help("在节庆活动上卖出的，填活动编号"),
			field.NewDay("on", "销售日期", func(s *Sale) *date.Date { return &s.On }).Req().Col("on_date").List().Help("按月汇总的填当月最后一天；预计的填预计卖出的日期"),
			field.NewEnum("channel", "渠道", Channels, func(s *Sale) *string { return &s.Channel }).Req().List().Filter(),
			field.NewAmount("quantity", "数量", qty.None, func(s *Sale) *qty.Qty { return &s.Quantity }).List().Help("写上单位，如 500斤").Eg("500斤"),
			field.NewMoney("amount", "金额", func(s *Sale) *money.Fen { return &s.Amount }).Req().List(),
			field.NewBool("forecast", "预计", func(s *Sale) *bool { return &s.Forecast }).List().Filter(),
			field.NewMoney("share", "集体分成", func(s *Sale) *money.Fen { return &s.Share }).Help("其中归村集体的金额；不分的填 0"),
			field.NewDay("closed_on", "兑现日期", func(s *Sale) *date.Date { return &s.ClosedOn }).Help("预计的已经卖出或不再指望的日期，从这一天起不再计入预计"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, s *Sale) error {
			if s.Product == 0 {
				return nil
			}
			p, err := productTable.Get(ctx, q, tenant, s.Product)
			if err == nil {
				s.Region = p.Region
			}
			return err
		},
		Check:   checkSale,
		CheckTx: checkSaleTx,
		Guards: map[string]func(context.Context, *db.Tx, *Sale) error{
			"meet": func(_ context.Context, tx *db.Tx, s *Sale) error {
				if !s.Forecast {
					return errs.New(errs.State, "sale.actual", "这是实际销售，不用兑现；只有预计的记录才能兑现")
				}
				stamp(tx, &s.ClosedOn)
				return nil
			},
		},
	})
}

func checkSale(s *Sale) error {
	var l errs.List
	if s.Share > s.Amount {
		l.Add("share", "集体分成不能超过销售金额")
	}
	if s.Forecast && s.Event != 0 {
		l.Add("event", "预计的销售不能算作活动现场的销售")
	}
	if !s.Forecast && !s.ClosedOn.IsZero() {
		l.Add("closed_on", "只有预计的记录才填兑现日期")
	}
	if s.State == Met && s.ClosedOn.IsZero() {
		l.Add("closed_on", "请填写兑现日期")
	}
	if s.State == Met && !s.Forecast {
		l.Add("forecast", "只有预计的记录才能兑现")
	}
	return l.Err()
}

func checkSaleTx(ctx context.Context, tx *db.Tx, old, s *Sale) error {
	if old != nil && old.State != Valid && (old.Amount != s.Amount || old.Forecast != s.Forecast || old.On != s.On) {
		return errs.New(errs.State, "sale.closed", "这条记录%s，不能再改金额和日期；请另建一条", SaleMachine.State(old.State).Label)
	}
	var l errs.List
	if !s.Forecast && s.On.After(today(tx)) {
		l.Add("on", "这一天还没有到；还没有卖出的请勾选“预计”")
	}
	if s.ClosedOn.After(today(tx)) {
		l.Add("closed_on", "日期还没有到")
	}
	p, err := productTable.Get(ctx, tx, tx.Tenant, s.Product)
	if err != nil {
		return err
	}
	if s.Quantity.N > 0 && string(s.Quantity.Unit) != p.Unit {
		l.Add("quantity", "“%s”按%s计量，请换算后填写", p.Name, unitWord(p.Unit))
	}
	if s.Event != 0 {
		v, err := eventTable.Get(ctx, tx, tx.Tenant, s.Event)
		if err != nil {
			return err
		}
		if s.On.Before(v.From) || s.On.After(v.To) {
			l.Add("on", "不在活动“%s”的日期（%s 至 %s）之内", v.Name, v.From, v.To)
		}
	}
	return l.Err()
}

func unitWord(code string) string {
	if code == "" {
		return "金额（产品没有填计量单位）"
	}
	return qty.Unit(code).Label()
}
