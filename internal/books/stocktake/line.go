package stocktake

import (
	"context"

	"huicun/internal/books/asset"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
	"huicun/internal/registry/record"
)

// What a line may be found to be.
const (
	Match   = "match"
	Surplus = "surplus"
	Short   = "short"
	Damaged = "damaged"
	Idle    = "idle"
)

// Results are the results with their Chinese names.
var Results = []field.Option{
	{Code: Match, Label: "相符", Tone: "green"}, {Code: Idle, Label: "闲置", Tone: "orange"}, {Code: Short, Label: "盘亏", Tone: "red"},
	{Code: Damaged, Label: "损毁", Tone: "red"}, {Code: Surplus, Label: "盘盈", Tone: "azure"},
}

// What is proposed about a difference.
const (
	Book = "book" // written off, or entered
	Keep = "keep"
)

// Treatments are the proposals with their Chinese names.
var Treatments = []field.Option{{Code: Book, Label: "调账"}, {Code: Keep, Label: "不调账"}}

// Line is one thing that is counted: a card or a unit as it was when the count began (Code, Name, Place, Quantity, Cost,
// Accumulated), or what was found without a card (Asset 0). Found is what is there, in the same unit. Value is what a surplus
// is entered at, Charged the part of a loss that a responsible party bears. Made is the card that an approval made.
type Line struct {
	db.Row
	No                 string
	Count, Asset, Unit ids.ID
	Code, Name         string
	Kind, Class        string
	Place              string
	Quantity, Found    qty.Qty
	Cost, Accumulated  money.Fen
	Result             string
	FoundPlace, Cause  string
	Treatment          string
	Value              money.Fen
	Responsible        ids.ID
	Charged            money.Fen
	Counter            string
	Counted            date.Date
	Made               ids.ID
}

var lineTable = &db.Table[Line]{
	Name: "stocktake_line",
	Cols: []string{
		"no", "stocktake_id", "asset_id", "unit_id", "code", "name", "kind", "class", "place", "quantity", "unit", "found", "cost_fen", "accumulated_fen",
		"result", "found_place", "cause", "treatment", "value_fen", "responsible_id", "charged_fen", "counter", "counted_on", "made_id",
	},
	Row: func(l *Line) *db.Row { return &l.Row },
	Ptrs: func(l *Line) []any {
		return []any{
			&l.No, &l.Count, &l.Asset, &l.Unit, &l.Code, &l.Name, &l.Kind, &l.Class, &l.Place, &l.Quantity.N, &l.Quantity.Unit, &l.Found.N, &l.Cost, &l.Accumulated,
			&l.Result, &l.FoundPlace, &l.Cause, &l.Treatment, &l.Value, &l.Responsible, &l.Charged, &l.Counter, &l.Counted, &l.Made,
		}
	},
}

// Off is by how much what is there differs from what the card says, in its unit.
func (l *Line) Off() qty.Qty { return qty.Qty{N: l.Found.N - l.Quantity.N, Unit: l.Quantity.Unit} }

// Differs reports whether an approval will alter the books or a card for the line.
func (l *Line) Differs() bool { return l.Treatment == Book && l.Unit == 0 }

// Loss is what the missing part of a line stands at: cost, and what of it was depreciated.
func (l *Line) Loss() (cost, accumulated money.Fen, err error) {
	if l.Quantity.N == 0 || l.Found.N >= l.Quantity.N {
		return 0, 0, nil
	}
	missing := l.Quantity.N - l.Found.N
	if cost, err = asset.Part(l.Cost, missing, l.Quantity.N); err != nil {
		return 0, 0, err
	}
	accumulated, err = asset.Part(l.Accumulated, missing, l.Quantity.N)
	return cost, accumulated, err
}

func (s *Service) newLines() *record.Noun[Line] {
	text := func(name, label string, p func(*Line) *string) field.Field[Line] {
		return field.NewText(name, label, p)
	}
	found := field.NewAmount("found", "实有数量", qty.M2, func(l *Line) *qty.Qty { return &l.Found })
	get := found.Get
	found.Get = func(l *Line) string {
		if l.Found.Unit = l.Quantity.Unit; l.Result == "" {
			return ""
		}
		return get(l)
	}
	return record.Register(s.env, &record.Noun[Line]{
		Kind: "stocktake_line", Label: "盘点明细", Path: "/stocktake-lines", Icon: "list-check", Key: "no", Order: "no",
		Intro: "清查盘点的逐项结果；在清查盘点的页面上用手机登记。",
		Table: lineTable, Kept: "盘点明细不能删除",
		Title:  func(l *Line) string { return l.Name },
		Detail: func(l *Line) string { return l.No + " " + l.Code },
		Fields: []field.Field[Line]{
			text("no", "编号", func(l *Line) *string { return &l.No }).Derived().List(),
			field.NewRef("stocktake", "清查盘点", Kind, func(l *Line) *ids.ID { return &l.Count }).Derived().Col("stocktake_id").Filter(),
			field.NewRef("asset", "资产", "asset", func(l *Line) *ids.ID { return &l.Asset }).Derived().Filter(),
			field.NewRef("unit", "出租单元", "asset_unit", func(l *Line) *ids.ID { return &l.Unit }).Derived().Col("unit_id"),
			text("code", "资产（单元）编号", func(l *Line) *string { return &l.Code }).Derived().List(),
			text("name", "名称", func(l *Line) *string { return &l.Name }).List(),
			field.NewEnum("kind", "类别", asset.Kinds, func(l *Line) *string { return &l.Kind }),
			asset.ClassField(func(l *Line) *string { return &l.Class }),
			text("place", "登记位置", func(l *Line) *string { return &l.Place }).Derived(),
			field.NewAmount("quantity", "账面数量", qty.M2, func(l *Line) *qty.Qty { return &l.Quantity }).Derived().List(),
			field.NewMoney("cost", "账面原值", func(l *Line) *money.Fen { return &l.Cost }).Col("cost_fen").Derived(),
			field.NewMoney("accumulated", "累计折旧", func(l *Line) *money.Fen { return &l.Accumulated }).Derived(),
			field.NewEnum("result", "清查结果", Results, func(l *Line) *string { return &l.Result }).List().Filter(),
			found,
			text("found_place", "实际位置", func(l *Line) *string { return &l.FoundPlace }),
			text("cause", "差异原因", func(l *Line) *string { return &l.Cause }),
			field.NewEnum("treatment", "处理意见", Treatments, func(l *Line) *string { return &l.Treatment }).Filter(),
			field.NewMoney("value", "入账价值", func(l *Line) *money.Fen { return &l.Value }).Help("盘盈的按同类资产的市场价格或评估价值"),
			field.NewRef("responsible", "责任人（单位）", "party", func(l *Line) *ids.ID { return &l.Responsible }),
			field.NewMoney("charged", "应由责任人赔偿", func(l *Line) *money.Fen { return &l.Charged }),
			text("counter", "清点人", func(l *Line) *string { return &l.Counter }).Derived().Show(),
			field.NewDay("counted", "清点日期", func(l *Line) *date.Date { return &l.Counted }).Col("counted_on").Derived().List(),
			field.NewRef("made", "盘盈卡片", "asset", func(l *Line) *ids.ID { return &l.Made }).Derived(),
		},
		Check:   checkLine,
		CheckTx: s.checkOpen,
	})
}

func checkLine(l *Line) error {
	l.Found.Unit = l.Quantity.Unit
	var bad errs.List
	off := l.Off().N
	switch l.Result {
	case "":
		bad.Add("result", "请选择清查结果")
	case Match, Idle:
		if off != 0 {
			bad.Add("found", "实有数量与账面（%s）不同，请选“盘盈”或“盘亏”", l.Quantity)
		}
		l.Treatment, l.Value, l.Responsible, l.Charged = "", 0, 0, 0
	case Surplus:
		if off <= 0 {
			bad.Add("found", "盘盈的实有数量应多于账面（%s）", l.Quantity)
		}
		if l.Treatment == "" {
			l.Treatment = Book
		}
		l.Responsible, l.Charged = 0, 0
	case Short:
		if off >= 0 {
			bad.Add("found", "盘亏的实有数量应少于账面（%s），没有找到的填 0", l.Quantity)
		}
		if l.Treatment == "" {
			l.Treatment = Book
		}
		l.Value = 0
	case Damaged:
		if off > 0 {
			bad.Add("found", "完好的数量不能多于账面（%s）", l.Quantity)
		}
		if l.Treatment == "" {
			l.Treatment = Keep
		}
		if l.Treatment == Book && off == 0 {
			bad.Add("found", "损毁需要核销的，实有数量填还完好的部分，全部损毁填 0")
		}
		l.Value = 0
	}
	if l.Unit != 0 {
		l.Treatment, l.Value, l.Responsible, l.Charged = "", 0, 0, 0
	}
	if l.Asset == 0 {
		if l.Name == "" {
			bad.Add("name", "请填写名称")
		}
		if l.Class == "" && l.Treatment == Book {
			bad.Add("class", "入账的资产请选择资产分类，它决定记入哪个科目")
		}
		if l.Kind == "" {
			bad.Add("kind", "请选择类别")
		}
		if l.Result != "" && l.Result != Surplus {
			bad.Add("result", "没有卡片的资产，清查结果为“盘盈”")
		}
	}
	cost, accumulated, err := l.Loss()
	if err != nil {
		return err
	}
	if l.Charged > cost-accumulated {
		bad.Add("charged", "赔偿不能超过净损失（%s 元）", cost-accumulated)
	}
	if l.Charged > 0 && l.Responsible == 0 {
		bad.Add("responsible", "请填写由谁赔偿")
	}
	return bad.Err()
}

// checkOpen refuses what is recorded when the count does not go on, and tells who counted when.
func (s *Service) checkOpen(ctx context.Context, tx *db.Tx, old, l *Line) error {
	if err := lock(ctx, tx, l.Count); err != nil {
		return err
	}
	c, err := Get(ctx, tx, tx.Tenant, l.Count)
	if err != nil {
		return err
	}
	if c.State != Counting {
		return errs.New(errs.State, "stocktake.closed", "清查盘点 %s 现在是“%s”，不能再登记；需要更正的，请先退回或撤销批准", c.No, Machine.State(c.State).Label)
	}
	if old != nil && old.Asset != 0 { // what was frozen stays
		l.Name, l.Kind, l.Class = old.Name, old.Kind, old.Class
	}
	l.Counter, l.Counted = tx.ActorName, date.Of(tx.Now())
	return nil
}

// Record keeps what was found of a line, by the texts of its fields.
func (s *Service) Record(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, in map[string]string) error {
	l, err := s.Lines.Get(ctx, who, tenant, id)
	if err != nil {
		return err
	}
	if version != 0 {
		l.Version = version
	}
	if err := s.set(ctx, tenant, l, in); err != nil {
		return err
	}
	return s.Lines.Update(ctx, who, tenant, l)
}

// set reads texts into a line; a quantity without a unit is in the card's.
func (s *Service) set(ctx context.Context, tenant int64, l *Line, in map[string]string) error {
	text := in["found"]
	delete(in, "found")
	var bad errs.List
	if err := s.Lines.SetTexts(ctx, s.env.ForTenant(tenant), l.Region, l, in); err != nil {
		e := errs.As(err)
		if e == nil || len(e.Fields) == 0 {
			return err
		}
		for _, f := range e.Fields {
			bad.Add(f.Name, "%s", f.Msg)
		}
	}
	switch {
	case (l.Result == Match || l.Result == Idle) && text == "":
		l.Found = l.Quantity
	case text == "" && l.Result != "":
		bad.Add("found", "请填写实有数量，没有找到的填 0")
	case text != "":
		unit := l.Quantity.Unit
		if unit == "" {
			unit = qty.M2
		}
		f, err := qty.Parse(text, unit)
		if err == nil && l.Asset != 0 {
			f, err = f.To(unit)
		}
		if err != nil {
			bad.Add("found", "%s", errs.Message(err))
		} else if l.Found = f; l.Asset == 0 {
			l.Quantity.Unit = f.Unit
		}
	}
	return bad.Err()
}

// Add records what was found without a card, and returns its line.
func (s *Service) Add(ctx context.Context, who access.Principal, tenant int64, key string, count ids.ID, in map[string]string) (ids.ID, error) {
	c, err := s.Counts.Get(ctx, who, tenant, count)
	if err != nil {
		return 0, err
	}
	l := &Line{Count: count, Result: Surplus}
	l.Region, l.Sample = c.Region, c.Sample
	in["result"] = Surplus
	if err := s.set(ctx, tenant, l, in); err != nil {
		return 0, err
	}
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, c.No+l.Name+l.Found.String()
	err = s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		if err := lock(ctx, tx, count); err != nil {
			return err
		}
		n, err := lineTable.Count(ctx, tx, db.NewWhere(tenant).And("stocktake_id = ?", count), 0)
		if err != nil {
			return err
		}
		l.ID, l.No = 0, lineNo(c.No, n+1)
		if err := s.Lines.CreateTx(ctx, tx, who, l); err != nil {
			return err
		}
		tx.SetResult(l.ID.String())
		return nil
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return l.ID, err
}

// LinesOf lists a count's lines in the order of the list.
func LinesOf(ctx context.Context, q db.Q, tenant int64, count ids.ID) ([]Line, error) {
	list, err := lineTable.All(ctx, q, db.NewWhere(tenant).And("stocktake_id = ?", count), "no")
	for i := range list {
		list[i].Found.Unit = list[i].Quantity.Unit
	}
	return list, err
}

// FileRule keeps the photos of lines as they were when the count was submitted.
func (s *Service) FileRule() file.Rule {
	return file.Rule{Locked: func(ctx context.Context, q db.Q, tenant int64, id ids.ID) (string, error) {
		l, err := lineTable.Get(ctx, q, tenant, id)
		if err != nil {
			return "", err
		}
		c, err := Get(ctx, q, tenant, l.Count)
		if err != nil || c.State == Counting {
			return "", err
		}
		return "清查盘点已提交，照片不能再增减", nil
	}}
}
