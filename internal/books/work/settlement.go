package work

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// Settlement collects the confirmed orders of a contract that were done by the end of a month and are not settled yet;
// their sum becomes a payment of the contract.
type Settlement struct {
	db.Row
	No       string
	Contract ids.ID
	Month    string // 2021-10
	Due      date.Date
	Orders   int
	Amount   money.Fen
}

// The origins of the payments that settlements call for, and that take them back.
const (
	SettlementKind = "work_settlement"
	undoneOrigin   = "work_settlement_undone"
)

// SettlementMachine: a settlement stands until it is taken back, which charges the same sum in the other direction.
var SettlementMachine = &fsm.Machine{
	Name:   "工单结算单",
	States: []fsm.State{{Code: "standing", Label: "已结算", Tone: "green"}, {Code: "undone", Label: "已撤销", Tone: "grey", Side: true}},
	Events: []fsm.Event{{Name: "undo", Label: "撤销", From: []string{"standing"}, To: "undone", Verb: "approve", Reason: true}},
}

var settlementTable = &db.Table[Settlement]{
	Name: "work_settlement",
	Cols: []string{"no", "contract_id", "month", "due_on", "orders", "amount_fen"},
	Row:  func(s *Settlement) *db.Row { return &s.Row },
	Ptrs: func(s *Settlement) []any { return []any{&s.No, &s.Contract, &s.Month, &s.Due, &s.Orders, &s.Amount} },
}

// Service carries out settlements. Orders and Settlements are its nouns.
type Service struct {
	env         *record.Env
	Orders      *record.Noun[Order]
	Settlements *record.Noun[Settlement]
}

// New registers the nouns "work_order" and "work_settlement"; "contract" must have been registered before.
func New(e *record.Env) *Service {
	s := &Service{env: e}
	s.Orders = NewOrders(e)
	s.Settlements = record.Register(e, &record.Noun[Settlement]{
		Kind: SettlementKind, Label: "工单结算单", Path: "/work-settlements", Icon: "receipt", Key: "no", Order: "-no",
		Intro: "一份协议一个月的已确认工单，汇总成一笔应收；打印后请客户盖章。",
		Kept:  "结算单不能删除；结算有误的，请撤销后重新结算",
		Table: settlementTable, Machine: SettlementMachine,
		Title:  func(v *Settlement) string { return v.No },
		Detail: func(v *Settlement) string { return fmt.Sprintf("%s %d 单 %s 元", v.Month, v.Orders, v.Amount) },
		Series: func(v *Settlement) string { return "GJ-" + strings.SplitN(v.Month, "-", 2)[0] },
		Fields: []field.Field[Settlement]{
			field.NewText("no", "结算单号", func(v *Settlement) *string { return &v.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("contract", "服务协议", "contract", func(v *Settlement) *ids.ID { return &v.Contract }).Req().Fix().Show().Filter(),
			monthField(),
			field.NewDay("due", "应付日期", func(v *Settlement) *date.Date { return &v.Due }).Req().Fix().Col("due_on").List(),
			field.NewInt("orders", "工单数", 0, maxOrders, func(v *Settlement) *int { return &v.Orders }).Derived().List(),
			field.NewMoney("amount", "结算金额", func(v *Settlement) *money.Fen { return &v.Amount }).Derived().List(),
		},
		Prepare: s.prepare, Check: checkSettlement, After: s.settle,
		Guards: map[string]func(context.Context, *db.Tx, *Settlement) error{"undo": s.undo},
	})
	return s
}

// maxOrders bounds the orders of one settlement.
const maxOrders = 5000

func monthField() field.Field[Settlement] {
	f := field.NewText("month", "结算月份", func(v *Settlement) *string { return &v.Month }).Req().Fix().List().Help("这个月底以前完工、已确认、还没有结算的工单").Eg("2021-10")
	f.Set = func(v *Settlement, text string) error {
		if text == "" {
			v.Month = ""
			return nil
		}
		m, err := date.ParseMonth(text)
		if err != nil {
			return errs.OnField("month", "“%s”不是月份，请写成 2021-10", text)
		}
		v.Month = m.String()
		return nil
	}
	return f
}

func checkSettlement(v *Settlement) error {
	m, err := date.ParseMonth(v.Month)
	if err != nil {
		return errs.OnField("month", "请填写结算月份")
	}
	if v.Due.Before(m.First()) {
		return errs.OnField("due", "应付日期不能早于结算月份")
	}
	return nil
}

// open are the orders that a settlement would collect, by number.
func open(ctx context.Context, q db.Q, tenant int64, contract ids.ID, m date.Month) ([]Order, error) {
	w := db.NewWhere(tenant).And("contract_id = ?", contract).And("state = ?", OrderConfirmed).And("done_on <= ?", m.Last())
	return orderTable.All(ctx, q, w, "done_on, no")
}

// prepare adds up what a new settlement collects; one that is made keeps its sum.
func (s *Service) prepare(ctx context.Context, q db.Q, tenant int64, v *Settlement) error {
	if v.Contract == 0 {
		return nil
	}
	c, err := contract.Get(ctx, q, tenant, v.Contract)
	if err != nil {
		return err
	}
	v.Region = c.Region
	m, err := date.ParseMonth(v.Month)
	if err != nil || v.ID != 0 {
		return nil //nolint:nilerr // said by the check
	}
	list, err := open(ctx, q, tenant, v.Contract, m)
	if err != nil {
		return err
	}
	v.Orders, v.Amount = len(list), 0
	for i := range list {
		if v.Amount, err = money.Add(v.Amount, list[i].Amount); err != nil {
			return errs.OnField("month", "%s", errs.Message(err))
		}
	}
	switch {
	case len(list) == 0:
		return errs.OnField("month", "协议 %s 到 %s 没有已确认、待结算的工单", c.No, m.Chinese())
	case len(list) > maxOrders:
		return errs.OnField("month", "一次最多结算 %d 单，请先结算较早的月份", maxOrders)
	case v.Amount == 0:
		return errs.OnField("month", "这些工单的金额合计为零，不用结算")
	}
	return nil
}

// settle marks the orders and charges their sum. Two people at once are told apart by the charge, which holds the contract:
// an order that the other one settled is not met again.
func (s *Service) settle(ctx context.Context, tx *db.Tx, old, v *Settlement) error {
	if old != nil {
		return nil
	}
	m, err := date.ParseMonth(v.Month)
	if err != nil {
		return err
	}
	ch := &contract.Charge{
		From: m.First(), To: m.Last(), Due: v.Due, Amount: v.Amount, Origin: SettlementKind, Source: v.ID, Why: fmt.Sprintf("工单结算 %s：%s，%d 单", v.No, m.Chinese(), v.Orders),
	}
	if err := contract.AddCharge(ctx, tx, v.Contract, ch); err != nil {
		return err
	}
	list, err := open(ctx, tx, tx.Tenant, v.Contract, m)
	if err != nil {
		return err
	}
	sum := money.Fen(0)
	for i := range list {
		o := &list[i]
		sum += o.Amount
		o.Settlement = v.ID
		if err := s.Orders.DoTx(ctx, tx, access.System, o, "settle", ""); err != nil {
			return fmt.Errorf("settling order %s: %w", o.No, err)
		}
	}
	if len(list) != v.Orders || sum != v.Amount {
		return errs.New(errs.Conflict, "work.changed", "这期间有工单刚刚被确认或结算，请重新提交")
	}
	return nil
}

// undo takes a settlement back: its orders wait again, and the sum is charged in the other direction.
func (s *Service) undo(ctx context.Context, tx *db.Tx, v *Settlement) error {
	list, err := orderTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("settlement_id = ?", v.ID), "no")
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Settlement = 0
		if err := s.Orders.DoTx(ctx, tx, access.System, &list[i], "release", ""); err != nil {
			return fmt.Errorf("releasing order %s: %w", list[i].No, err)
		}
	}
	id, ch, err := contract.ChargeOf(ctx, tx, tx.Tenant, SettlementKind, v.ID)
	if err != nil {
		return err
	}
	ch.Amount, ch.Origin, ch.Why = -ch.Amount, undoneOrigin, "撤销工单结算 "+v.No
	return contract.AddCharge(ctx, tx, id, &ch)
}

// OrdersOf lists the orders of a settlement.
func OrdersOf(ctx context.Context, q db.Q, tenant int64, settlement ids.ID) ([]Order, error) {
	return orderTable.All(ctx, q, db.NewWhere(tenant).And("settlement_id = ?", settlement), "done_on, no")
}

// Check verifies that every standing settlement is the sum of its orders and that its payment says the same; it returns what
// does not hold.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := settlementTable.All(ctx, q, db.NewWhere(tenant).And("state = 'standing'"), "no")
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range list {
		v := &list[i]
		orders, err := OrdersOf(ctx, q, tenant, v.ID)
		if err != nil {
			return nil, err
		}
		sum := money.Fen(0)
		for k := range orders {
			sum += orders[k].Amount
		}
		if sum != v.Amount || len(orders) != v.Orders {
			out = append(out, fmt.Sprintf("工单结算单 %s 与它的工单合计不符", v.No))
		}
		if _, ch, err := contract.ChargeOf(ctx, q, tenant, SettlementKind, v.ID); err != nil || ch.Amount != v.Amount {
			out = append(out, fmt.Sprintf("工单结算单 %s 与计收的款项不符", v.No))
		}
	}
	return out, nil
}
