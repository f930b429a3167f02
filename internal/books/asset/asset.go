// Package asset keeps what the villages own and let: workshops, shops, land, shoreline, greenhouses, with the
// units that can be let one by one, where they came from and what they earned before.
package asset

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/geo"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Kinds are the kinds of asset and resource.
var Kinds = []field.Option{
	{Code: "workshop", Label: "厂房"}, {Code: "shop", Label: "商铺"}, {Code: "land", Label: "土地"}, {Code: "shoreline", Label: "岸线码头"},
	{Code: "greenhouse", Label: "大棚"}, {Code: "water", Label: "水面"}, {Code: "building", Label: "其他房屋"}, {Code: "equipment", Label: "设备设施"}, {Code: "other", Label: "其他"},
}

// Origins say how an asset came to be let.
var Origins = []field.Option{
	{Code: "new", Label: "新建"}, {Code: "revitalised", Label: "盘活"}, {Code: "existing", Label: "原有"}, {Code: "transferred", Label: "划转（受赠）"},
}

// Asset is one property or resource. PriorIncome is what it earned a year before it was built or revitalised,
// which a count of new income leaves out.
type Asset struct {
	db.Row
	No, Name    string
	Owner       ids.ID
	Kind        string
	Origin      string
	Quantity    qty.Qty
	Cost        money.Fen
	PriorIncome money.Fen
	ReadyOn     date.Date
	Address     string
	// Place is where it lies; none where nobody said.
	Place geo.Point
	// Entered is the day from which the card stands in the books, where it was made later than the asset was acquired.
	Entered date.Date
	Card
}

// Machine: whether an asset is let follows from its contracts and is not stored.
var Machine = &fsm.Machine{
	Name: "资产",
	States: []fsm.State{
		{Code: "idle", Label: "闲置", Tone: "orange"}, {Code: "building", Label: "建设（改造）中", Tone: "azure"},
		{Code: "ready", Label: "可用", Tone: "green"}, {Code: "retired", Label: "已处置", Tone: "grey"},
	},
	Events: []fsm.Event{
		{Name: "build", Label: "开工建设（改造）", From: []string{"idle"}, To: "building", Verb: "edit"},
		{Name: "finish", Label: "完工投用", From: []string{"idle", "building"}, To: "ready", Verb: "edit"},
		{Name: "vacate", Label: "转为闲置", From: []string{"ready"}, To: "idle", Verb: "edit", Reason: true},
		{Name: "retire", Label: "注销", From: []string{"idle", "ready"}, To: "retired", Verb: "approve", Reason: true},
	},
}

var assetTable = &db.Table[Asset]{
	Name: "asset",
	Cols: append([]string{"no", "name", "owner_id", "kind", "origin", "quantity", "unit", "cost_fen", "prior_income_fen", "ready_on", "address", "lat", "lon", "entered_on"}, cardCols...),
	Row:  func(a *Asset) *db.Row { return &a.Row },
	Ptrs: func(a *Asset) []any {
		own := []any{&a.No, &a.Name, &a.Owner, &a.Kind, &a.Origin, &a.Quantity.N, &a.Quantity.Unit, &a.Cost, &a.PriorIncome, &a.ReadyOn, &a.Address, &a.Place.Lat, &a.Place.Lon, &a.Entered}
		return append(own, a.ptrs()...)
	},
}

// NewAssets describes the noun; an asset belongs to the division of the party that owns it.
func NewAssets(e *record.Env) *record.Noun[Asset] {
	return record.Register(e, &record.Noun[Asset]{
		Kind: "asset", Label: "资产资源", Path: "/assets", Icon: "building-factory", Key: "no", Order: "no",
		Intro: "先登记村集体的厂房、商铺、土地、岸线等资产资源的卡片，再划分可出租单元、签合同，按月计提折旧。",
		Table: assetTable, Machine: Machine,
		Title:  func(a *Asset) string { return a.Name },
		Detail: func(a *Asset) string { return a.No + " " + field.LabelOf(Kinds, a.Kind) + " " + a.Address },
		Series: func(*Asset) string { return "ZC" },
		Fields: append([]field.Field[Asset]{
			field.NewText("no", "资产编号", func(a *Asset) *string { return &a.No }).Req().List().Fix().Help("留空自动编号").Eg("ZC-0001"),
			field.NewText("name", "资产名称", func(a *Asset) *string { return &a.Name }).Req().List(),
			field.NewRef("owner", "所有者", "party", func(a *Asset) *ids.ID { return &a.Owner }).Req().Fix().Show(),
			field.NewEnum("kind", "类别", Kinds, func(a *Asset) *string { return &a.Kind }).Req().List().Filter(),
			field.NewEnum("origin", "来源", Origins, func(a *Asset) *string { return &a.Origin }).Req().List().Filter(),
			field.NewAmount("quantity", "数量", qty.M2, func(a *Asset) *qty.Qty { return &a.Quantity }).Req().List().Help("如 2400平方米、10亩、120米"),
			field.NewMoney("cost", "原值（投入）", func(a *Asset) *money.Fen { return &a.Cost }).List(),
			field.NewMoney("prior_income", "原年收入", func(a *Asset) *money.Fen { return &a.PriorIncome }).Help("新建、盘活之前这项资产每年的收入，计算新增收入时扣除"),
			field.NewDay("ready_on", "投用日期", func(a *Asset) *date.Date { return &a.ReadyOn }).List(),
			field.NewText("address", "位置", func(a *Asset) *string { return &a.Address }),
			PointField(func(a *Asset) *geo.Point { return &a.Place }),
			field.NewDay("entered", "入账日期", func(a *Asset) *date.Date { return &a.Entered }).Col("entered_on").Derived().NotShown(),
		}, cardFields()...),
		Prepare: func(ctx context.Context, q db.Q, tenant int64, a *Asset) error {
			a.propose()
			if a.Owner == 0 {
				return nil
			}
			p, err := party.Get(ctx, q, tenant, a.Owner)
			if err == nil {
				a.Region = p.Region
			}
			return err
		},
		Check: func(a *Asset) error {
			if a.Quantity.N <= 0 {
				return errs.OnField("quantity", "数量应大于零")
			}
			return checkCard(a)
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, a *Asset) error {
			if err := a.carry(old); err != nil || old == nil {
				return err
			}
			return unitsFit(ctx, tx, a, 0, qty.Qty{})
		},
		Guards: map[string]func(context.Context, *db.Tx, *Asset) error{
			"finish": func(_ context.Context, _ *db.Tx, a *Asset) error {
				if a.ReadyOn.IsZero() {
					return errs.OnField("ready_on", "请先在“修改”里填写投用日期")
				}
				return nil
			},
			"retire": func(_ context.Context, tx *db.Tx, a *Asset) error {
				if !a.Plain() {
					return errs.New(errs.State, "asset.disposal", "资产 %s 原值 %s 元，退出账面要有凭证：请点“处置”，经申请、决议、审核、公示后办理", a.No, a.Cost)
				}
				if a.Retired.IsZero() {
					a.Retired = date.Of(tx.Now())
				}
				return nil
			},
		},
	})
}

// Plain reports whether a card can leave without a disposal: it has no value, or the nominal one of 1 yuan.
func (a *Asset) Plain() bool { return a.Cost <= Nominal }

// Get reads one asset.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Asset, error) {
	return assetTable.Get(ctx, q, tenant, id)
}
