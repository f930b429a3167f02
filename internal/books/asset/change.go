package asset

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
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/record"
)

// The kinds of change.
const (
	Improve  = "improve" // 改扩建
	Revalue  = "revalue"
	Turn     = "turn" // to another use
	Split    = "split"
	Merge    = "merge"
	Counted  = "count"
	Disposed = "disposal"
)

// ChangeKinds are the kinds of change with their Chinese names.
var ChangeKinds = []field.Option{
	{Code: Improve, Label: "改扩建"}, {Code: Revalue, Label: "评估调整"}, {Code: Turn, Label: "转变用途"}, {Code: Split, Label: "拆分"},
	{Code: Merge, Label: "合并"}, {Code: Counted, Label: "盘点调整"}, {Code: Disposed, Label: "处置"},
}

// The states of a change.
const (
	ChangeDone = "done"
	ChangeVoid = "void"
)

// Change is what altered a card after it was made (资产变动). Cost, Accumulated, Quantity and Life (months) are by how much:
// negative takes off. What a card stood at on a day is what it stands at now without the changes since. Class, Nature, Charge
// and Method are to what a card was turned ("" for what stayed), with Was from what; StateWas is the state of a card that the
// change took out of the books (Retired).
// Origin and OriginID are the kind and the id of the record that it was made for, such as a count.
type Change struct {
	db.Row
	No                                   string
	Asset                                ids.ID
	Kind                                 string
	Date                                 date.Date
	Cost, Accumulated                    money.Fen
	Quantity                             qty.Qty
	Life                                 int
	Nature, NatureWas, Charge, ChargeWas string
	Class, ClassWas, Method, MethodWas   string
	Retired                              bool
	StateWas                             string
	Reason, Resolution                   string
	Origin                               string
	OriginID                             ids.ID
	Voucher                              ids.ID
}

// ChangeMachine: a change stands, or is taken back.
var ChangeMachine = &fsm.Machine{
	Name:   "资产变动",
	States: []fsm.State{{Code: ChangeDone, Label: "已变动", Tone: "green"}, {Code: ChangeVoid, Label: "已撤销", Tone: "grey", Side: true}},
	Events: []fsm.Event{{Name: "void", Label: "撤销", From: []string{ChangeDone}, To: ChangeVoid, Verb: access.Edit, Reason: true}},
}

var changeTable = &db.Table[Change]{
	Name: "asset_change",
	Cols: []string{
		"no", "asset_id", "kind", "on_date", "cost_fen", "accumulated_fen", "quantity", "unit", "life_months", "nature", "nature_was", "charge", "charge_was",
		"retired", "state_was", "reason", "resolution", "origin", "origin_id", "voucher_id", "class", "class_was", "method", "method_was",
	},
	Row: func(c *Change) *db.Row { return &c.Row },
	Ptrs: func(c *Change) []any {
		return []any{
			&c.No, &c.Asset, &c.Kind, &c.Date, &c.Cost, &c.Accumulated, &c.Quantity.N, &c.Quantity.Unit, &c.Life, &c.Nature, &c.NatureWas, &c.Charge, &c.ChargeWas,
			&c.Retired, &c.StateWas, &c.Reason, &c.Resolution, &c.Origin, &c.OriginID, &c.Voucher, &c.Class, &c.ClassWas, &c.Method, &c.MethodWas,
		}
	},
}

// NewChanges describes the noun "asset_change"; "asset" and "voucher" must have been registered before. Changes are made by
// what causes them: a count, a disposal, the page of changes.
func NewChanges(e *record.Env) *record.Noun[Change] {
	quantity := field.NewText[Change]("quantity", "数量增减", nil).Derived()
	quantity.Get = func(c *Change) string {
		if c.Quantity.N == 0 {
			return ""
		}
		return c.Quantity.String()
	}
	life := field.NewText[Change]("life", "使用年限增减（月）", nil).Derived()
	life.Get = func(c *Change) string {
		if c.Life == 0 {
			return ""
		}
		return strconv.Itoa(c.Life)
	}
	return record.Register(e, &record.Noun[Change]{
		Kind: "asset_change", Label: "资产变动", Path: "/asset-changes", Icon: "history", Key: "no", Order: "-no",
		Intro: "资产建卡以后原值、数量、用途的变动：改扩建、评估调整、转变用途、拆分、合并、盘点调整和处置。以后各月的折旧按变动后的卡片计提。",
		Table: changeTable, Machine: ChangeMachine, Kept: "资产变动的记录不能删除；有误请撤销，并说明理由",
		Title:  func(c *Change) string { return c.No + " " + field.LabelOf(ChangeKinds, c.Kind) },
		Detail: func(c *Change) string { return c.Reason },
		Series: func(c *Change) string { return "BD-" + strconv.Itoa(c.Date.Year()) },
		Fields: []field.Field[Change]{
			field.NewText("no", "编号", func(c *Change) *string { return &c.No }).Derived().List(),
			field.NewRef("asset", "资产", "asset", func(c *Change) *ids.ID { return &c.Asset }).Derived().Show().Filter(),
			field.NewEnum("kind", "变动种类", ChangeKinds, func(c *Change) *string { return &c.Kind }).Derived().List().Filter(),
			field.NewDay("date", "变动日期", func(c *Change) *date.Date { return &c.Date }).Derived().Col("on_date").List(),
			field.NewMoney("cost", "原值增减", func(c *Change) *money.Fen { return &c.Cost }).Derived().List(),
			field.NewMoney("accumulated", "累计折旧增减", func(c *Change) *money.Fen { return &c.Accumulated }).Derived(),
			quantity, life,
			turned("class", "变动后分类", func(c *Change) string { return c.Class }), turned("class_was", "变动前分类", func(c *Change) string { return c.ClassWas }),
			field.NewEnum("nature", "变动后性质", Natures, func(c *Change) *string { return &c.Nature }).Derived(),
			field.NewEnum("nature_was", "变动前性质", Natures, func(c *Change) *string { return &c.NatureWas }).Derived(),
			field.NewBool("retired", "退出账面", func(c *Change) *bool { return &c.Retired }).Derived(),
			field.NewText("reason", "变动原因", func(c *Change) *string { return &c.Reason }).Derived(),
			field.NewText("resolution", "决议文号", func(c *Change) *string { return &c.Resolution }).Derived(),
			field.NewRef("voucher", "凭证", "voucher", func(c *Change) *ids.ID { return &c.Voucher }).Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, c *Change) error {
			a, err := Get(ctx, q, tenant, c.Asset)
			if err == nil {
				c.Region = a.Region
			}
			return err
		},
		Check: func(c *Change) error {
			if c.Kind == "" {
				return errs.New(errs.Invalid, "asset_change.page", "资产变动请在资产卡片上办理")
			}
			return nil
		},
	})
}

// turned shows a class that a change names.
func turned(name, label string, of func(*Change) string) field.Field[Change] {
	f := field.NewText[Change](name, label, nil).Derived()
	f.Get = func(c *Change) string {
		if k := ClassOf(of(c)); k != nil {
			return k.Path()
		}
		return ""
	}
	return f
}

// Apply alters a card's values as a change says, notes in the change from what they were turned, and refuses what cannot be.
func (a *Asset) Apply(c *Change) error {
	var err error
	if a.Cost, err = money.Add(a.Cost, c.Cost); err != nil {
		return err
	}
	if a.Accumulated, err = money.Add(a.Accumulated, c.Accumulated); err != nil {
		return err
	}
	a.Quantity.N += c.Quantity.N
	a.Life += c.Life
	if c.Quantity.Unit == "" {
		c.Quantity.Unit = a.Quantity.Unit
	}
	for _, p := range []struct{ to, was, is *string }{
		{&c.Class, &c.ClassWas, &a.Class}, {&c.Nature, &c.NatureWas, &a.Nature}, {&c.Charge, &c.ChargeWas, &a.Charge}, {&c.Method, &c.MethodWas, &a.Method},
	} {
		if *p.to != "" {
			*p.was, *p.is = *p.is, *p.to
		}
	}
	if c.Kind == Revalue && a.Cost != Nominal {
		a.Nominal = false // its value is known now
	}
	if c.Retired {
		if a.State == "retired" {
			return errs.New(errs.State, "asset.retired", "资产 %s 已经处置，不能再处置一次", a.No)
		}
		c.StateWas, a.State, a.Retired = a.State, "retired", c.Date
	}
	return a.sound()
}

// ChangeTx alters a card as a change says and keeps the change, within the transaction of what causes it; the card must
// have been read in it.
func ChangeTx(ctx context.Context, tx *db.Tx, n *record.Noun[Change], a *Asset, c *Change) error {
	old := *a
	if err := a.Apply(c); err != nil {
		return err
	}
	if c.Quantity.N < 0 && !c.Retired {
		if err := unitsFit(ctx, tx, a, 0, qty.Qty{}); err != nil {
			return err
		}
	}
	c.Asset, c.State, c.Sample = a.ID, ChangeDone, c.Sample || a.Sample
	if err := n.CreateTx(ctx, tx, actor(tx), c); err != nil {
		return err
	}
	return amend(ctx, tx, &old, a, field.LabelOf(ChangeKinds, c.Kind), c.Reason)
}

// UnchangeTx takes a standing change back: the card loses what it brought, and stands in the books again when the change
// had taken it out.
func UnchangeTx(ctx context.Context, tx *db.Tx, n *record.Noun[Change], c *Change, reason string) error {
	a, err := Get(ctx, tx, tx.Tenant, c.Asset)
	if err != nil {
		return err
	}
	old := *a
	a.Cost -= c.Cost
	a.Accumulated -= c.Accumulated
	a.Quantity.N -= c.Quantity.N
	a.Life -= c.Life
	for _, p := range []struct {
		to, was string
		is      *string
	}{{c.Class, c.ClassWas, &a.Class}, {c.Nature, c.NatureWas, &a.Nature}, {c.Charge, c.ChargeWas, &a.Charge}, {c.Method, c.MethodWas, &a.Method}} {
		if p.to != "" {
			*p.is = p.was
		}
	}
	if c.Kind == Revalue && c.Cost != 0 && a.Cost == Nominal {
		a.Nominal = true
	}
	if c.Retired {
		a.State, a.Retired = c.StateWas, date.Date{}
	}
	if err := a.sound(); err != nil {
		return err
	}
	if c.Quantity.N > 0 {
		if err := unitsFit(ctx, tx, a, 0, qty.Qty{}); err != nil {
			return err
		}
	}
	if err := n.DoTx(ctx, tx, actor(tx), c, "void", reason); err != nil {
		return err
	}
	return amend(ctx, tx, &old, a, "撤销"+field.LabelOf(ChangeKinds, c.Kind), reason)
}

// rounding is by how much what was depreciated may pass cost less salvage, in fen: cards that were split or merged take parts and
// sums of what was rounded card by card, as their salvage is.
const rounding money.Fen = 10

// sound refuses a card that a change would leave with values that cannot be.
func (a *Asset) sound() error {
	salvage, err := a.Salvage()
	switch {
	case err != nil:
		return err
	case a.Cost < 0 || a.Quantity.N < 0 || a.Quantity.N == 0 && a.State != "retired":
		return errs.New(errs.Invalid, "asset.below", "资产 %s 变动后原值或数量不足，请核对", a.No)
	case a.Accumulated < 0 || a.State != "retired" && a.Accumulated > a.Cost-salvage+rounding:
		return errs.New(errs.Invalid, "asset.accumulated", "资产 %s 变动后的累计折旧（%s 元）超过原值减净残值（%s 元），请核对", a.No, a.Accumulated, a.Cost-salvage)
	case a.Life < 0 || a.Life > maxLife:
		return errs.OnField("life", "使用年限应在 0 到 %d 个月之间", maxLife)
	}
	return nil
}

// amend stores a card whose values a change altered, with what was altered in its history.
func amend(ctx context.Context, tx *db.Tx, old, a *Asset, action, reason string) error {
	if err := assetTable.Update(ctx, tx, a); err != nil {
		return err
	}
	var list []audit.Change
	say := func(label, before, after string) {
		if before != after {
			list = append(list, audit.Change{Label: label, Before: before, After: after})
		}
	}
	say("原值（投入）", old.Cost.String(), a.Cost.String())
	say("累计折旧", old.Accumulated.String(), a.Accumulated.String())
	say("数量", old.Quantity.String(), a.Quantity.String())
	say("使用年限", strconv.Itoa(old.Life), strconv.Itoa(a.Life))
	say("资产性质", field.LabelOf(Natures, old.Nature), field.LabelOf(Natures, a.Nature))
	say("资产分类", pathOf(old.Class), pathOf(a.Class))
	say("折旧方法", field.LabelOf(Methods, old.Method), field.LabelOf(Methods, a.Method))
	say("折旧记入", field.LabelOf(Charges, old.Charge), field.LabelOf(Charges, a.Charge))
	say("状态", Machine.State(old.State).Label, Machine.State(a.State).Label)
	say("处置日期", old.Retired.String(), a.Retired.String())
	return audit.Write(ctx, tx, audit.Entry{Action: action, Kind: "asset", RecordID: a.ID, Title: a.Name, Region: a.Region, Changes: list, Reason: reason})
}

// pathOf names a class; "" for none.
func pathOf(class string) string {
	if k := ClassOf(class); k != nil {
		return k.Path()
	}
	return ""
}

// ChangesOf lists a card's changes, the newest first.
func ChangesOf(ctx context.Context, q db.Q, tenant int64, asset ids.ID) ([]Change, error) {
	return changeTable.All(ctx, q, db.NewWhere(tenant).And("asset_id = ?", asset), "on_date DESC, id DESC")
}

// ChangesFor lists the standing changes that were made for a record, the newest first, as they are taken back.
func ChangesFor(ctx context.Context, q db.Q, tenant int64, origin string, id ids.ID) ([]Change, error) {
	return changeTable.All(ctx, q, db.NewWhere(tenant).And("origin = ?", origin).And("origin_id = ?", id).And("state = ?", ChangeDone), "id DESC")
}

// Outcome are the accounts of an accounting system that take what becomes of assets that are found, missing or given up:
// 待处理财产损溢 ("" where there is none), 固定资产清理, 其他收入, 其他支出, what members and others owe, 银行存款, 公积公益金, 在建工程.
type Outcome struct {
	Chart, Pending, Clearing, Gain, Loss, Member, Outsider, Bank, Reserve, Building string
}

// OutcomeOf returns the accounts of an accounting system.
func OutcomeOf(chart string) Outcome {
	for _, o := range outcomes {
		if o.Chart == chart {
			return o
		}
	}
	return Outcome{Chart: chart}
}
