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

// Product is something that is grown or offered at a site, under a brand or none.
type Product struct {
	db.Row
	Name           string
	Brand          ids.ID
	Site, Category string
	Unit           string
}

var productTable = &db.Table[Product]{
	Name: "product",
	Cols: []string{"name", "brand_id", "site", "category", "unit"},
	Row:  func(p *Product) *db.Row { return &p.Row },
	Ptrs: func(p *Product) []any { return []any{&p.Name, &p.Brand, &p.Site, &p.Category, &p.Unit} },
}

// NewProducts describes the noun.
func NewProducts(e *record.Env) *record.Noun[Product] {
	var units []field.Option
	for _, u := range qty.Units() {
		units = append(units, field.Option{Code: string(u), Label: u.Label()})
	}
	return record.Register(e, &record.Noun[Product]{
		Kind: "product", Label: "产品", Path: "/products", Icon: "plant", Key: "name", Order: "region",
		Intro:  "各村的农产品和服务，属于哪个品牌、产自哪个基地（园区）。",
		Table:  productTable,
		Title:  func(p *Product) string { return p.Name },
		Detail: func(p *Product) string { return p.Site + " " + p.Category },
		Fields: []field.Field[Product]{
			field.NewText("name", "产品名称", func(p *Product) *string { return &p.Name }).Req().List().Help("同名产品请加上村名或品牌名"),
			field.NewRef("brand", "品牌", "brand", func(p *Product) *ids.ID { return &p.Brand }).Show(),
			field.NewRegion("region", "所属地区", func(p *Product) *string { return &p.Region }).Req().List().Help("留空取品牌所属地区"),
			field.NewText("site", "基地（园区）", func(p *Product) *string { return &p.Site }).List(),
			field.NewText("category", "品类", func(p *Product) *string { return &p.Category }).List().Eg("粮油"),
			field.NewEnum("unit", "计量单位", units, func(p *Product) *string { return &p.Unit }).List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, p *Product) error {
			if p.Region != "" || p.Brand == 0 {
				return nil
			}
			b, err := brandTable.Get(ctx, q, tenant, p.Brand)
			if err == nil {
				p.Region = b.Region
			}
			return err
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, p *Product) error {
			if p.Brand != 0 && (old == nil || old.Brand != p.Brand) {
				b, err := brandTable.Get(ctx, tx, tx.Tenant, p.Brand)
				if err != nil {
					return err
				}
				if b.State == Withdrawn {
					return errs.OnField("brand", "“%s”已停用，不能再用于产品", b.Name)
				}
			}
			if old == nil || old.Unit == p.Unit {
				return nil
			}
			n, err := saleTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("product_id = ?", p.ID).And("quantity > 0"), 1)
			if err == nil && n > 0 {
				return errs.OnField("unit", "已有按“%s”计量的销售记录，不能改单位；请另建一个产品", qty.Unit(old.Unit).Label())
			}
			return err
		},
	})
}

// The states of an event.
const (
	Planned   = "planned"
	Held      = "held"
	Cancelled = "cancelled"
)

// Event is a festival or promotion. Sales is what was sold at it, as counted there; the sales records that name
// the event are what figures add up.
type Event struct {
	db.Row
	No, Name      string
	Brand         ids.ID
	Site          string
	From, To      date.Date
	Visitors      int
	VisitorMethod string
	Sales, Cost   money.Fen
}

// EventMachine: planned, then held or called off.
var EventMachine = &fsm.Machine{
	Name: "活动",
	States: []fsm.State{
		{Code: Planned, Label: "筹备中", Tone: "azure"}, {Code: Held, Label: "已举办", Tone: "green"},
		{Code: Cancelled, Label: "已取消", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "hold", Label: "确认已举办", From: []string{Planned}, To: Held, Verb: "edit"},
		{Name: "cancel", Label: "取消", From: []string{Planned}, To: Cancelled, Verb: "edit", Reason: true},
	},
}

var eventTable = &db.Table[Event]{
	Name: "event",
	Cols: []string{"no", "name", "brand_id", "site", "from_date", "to_date", "visitors", "visitor_method", "sales_fen", "cost_fen"},
	Row:  func(v *Event) *db.Row { return &v.Row },
	Ptrs: func(v *Event) []any {
		return []any{&v.No, &v.Name, &v.Brand, &v.Site, &v.From, &v.To, &v.Visitors, &v.VisitorMethod, &v.Sales, &v.Cost}
	},
}

// NewEvents describes the noun.
func NewEvents(e *record.Env) *record.Noun[Event] {
	return record.Register(e, &record.Noun[Event]{
		Kind: "event", Label: "活动", Path: "/events", Icon: "confetti", Key: "no", Order: "-no",
		Intro: "农旅节庆、展销等活动：何时何地，来了多少人，卖了多少，花了多少。",
		Table: eventTable, Machine: EventMachine,
		Title:  func(v *Event) string { return v.Name },
		Detail: func(v *Event) string { return v.No + " " + v.Site },
		Series: func(v *Event) string { return "HD-" + strconv.Itoa(v.From.Year()) },
		Fields: []field.Field[Event]{
			field.NewText("no", "活动编号", func(v *Event) *string { return &v.No }).Req().List().Help("留空自动编号"),
			field.NewText("name", "活动名称", func(v *Event) *string { return &v.Name }).Req().List(),
			field.NewRegion("region", "所属地区", func(v *Event) *string { return &v.Region }).Req().List(),
			field.NewRef("brand", "品牌", "brand", func(v *Event) *ids.ID { return &v.Brand }).Show(),
			field.NewText("site", "基地（园区）", func(v *Event) *string { return &v.Site }).List(),
			field.NewDay("from", "开始日期", func(v *Event) *date.Date { return &v.From }).Req().Col("from_date").List(),
			field.NewDay("to", "结束日期", func(v *Event) *date.Date { return &v.To }).Req().Col("to_date").List(),
			field.NewInt("visitors", "游客人数", 0, 100_000_000, func(v *Event) *int { return &v.Visitors }).In("人次").List(),
			field.NewText("visitor_method", "统计方法", func(v *Event) *string { return &v.VisitorMethod }).Help("怎么数的：门票、扫码、估算").Eg("入园扫码计数"),
			field.NewMoney("sales", "活动销售额", func(v *Event) *money.Fen { return &v.Sales }).List().Help("活动现场汇总；计入销售额的以销售记录为准"),
			field.NewMoney("cost", "活动支出", func(v *Event) *money.Fen { return &v.Cost }),
		},
		Check: func(v *Event) error {
			var l errs.List
			if v.To.Before(v.From) {
				l.Add("to", "结束日期不能早于开始日期")
			}
			if v.Visitors > 0 && v.VisitorMethod == "" {
				l.Add("visitor_method", "填了游客人数就要写明统计方法")
			}
			return l.Err()
		},
		CheckTx: func(_ context.Context, tx *db.Tx, _, v *Event) error {
			if v.State == Held && v.To.After(today(tx)) {
				return errs.OnField("to", "活动%s才结束，还不能算已举办", v.To.Chinese())
			}
			return nil
		},
		Guards: map[string]func(context.Context, *db.Tx, *Event) error{
			"hold": func(_ context.Context, tx *db.Tx, v *Event) error {
				if v.To.After(today(tx)) {
					return errs.New(errs.State, "event.early", "活动%s才结束，到时再确认", v.To.Chinese())
				}
				return nil
			},
		},
	})
}
