package contract

import (
	"context"
	"fmt"
	"strconv"

	"huicun/internal/books/contract/schedule"
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

// Turnover is what a tenant reports of its sales (营业额申报) in a span of days, both included. Share is the collective's
// part of it, Least what the schedule charges for the same days, Charged what is charged beyond that, less what earlier
// reports of the same days charged: once another person has confirmed it.
type Turnover struct {
	db.Row
	No                    string
	Contract              ids.ID
	From, To              date.Date
	Turnover              money.Fen
	Reported              date.Date
	Share, Least, Charged money.Fen
	ConfirmedBy           string
	ConfirmedOn           date.Date
}

// TurnoverKind is the kind of record that turnover reports are, and the origin of the payments that they call for.
const TurnoverKind = "turnover"

// TurnoverConfirmed is the state of a report that has been confirmed.
const TurnoverConfirmed = "confirmed"

// TurnoverMachine: whoever confirms a report is not who entered it; what is confirmed is set right by another report.
var TurnoverMachine = &fsm.Machine{
	Name: "营业额申报",
	States: []fsm.State{
		{Code: "reported", Label: "待确认", Tone: "orange"}, {Code: TurnoverConfirmed, Label: "已确认", Tone: "green"}, {Code: "refused", Label: "已退回", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: "confirm", Label: "确认", From: []string{"reported"}, To: TurnoverConfirmed, Verb: "approve"},
		{Name: "refuse", Label: "退回", From: []string{"reported"}, To: "refused", Verb: "approve", Reason: true},
		{Name: "again", Label: "重新申报", From: []string{"refused"}, To: "reported", Verb: "edit"},
	},
}

var turnoverTable = &db.Table[Turnover]{
	Name: "turnover",
	Cols: []string{"no", "contract_id", "from_date", "to_date", "turnover_fen", "reported_on", "share_fen", "least_fen", "charged_fen", "confirmed_by", "confirmed_on"},
	Row:  func(t *Turnover) *db.Row { return &t.Row },
	Ptrs: func(t *Turnover) []any {
		return []any{&t.No, &t.Contract, &t.From, &t.To, &t.Turnover, &t.Reported, &t.Share, &t.Least, &t.Charged, &t.ConfirmedBy, &t.ConfirmedOn}
	},
}

// NewTurnovers describes the noun; "contract" must have been registered before.
func NewTurnovers(e *record.Env) *record.Noun[Turnover] {
	return record.Register(e, &record.Noun[Turnover]{
		Kind: TurnoverKind, Label: "营业额申报", Path: "/turnovers", Icon: "report-money", Key: "no", Order: "-no",
		Intro: "约定营业额分成的合同，承租人按月（期）申报营业额，附上报表，由他人确认后计收超出保底的分成。",
		Table: turnoverTable, Machine: TurnoverMachine,
		Title:  func(t *Turnover) string { return t.No },
		Detail: func(t *Turnover) string { return fmt.Sprintf("%s 至 %s 营业额 %s 元", t.From, t.To, t.Turnover) },
		Series: func(t *Turnover) string { return "YYE-" + strconv.Itoa(t.From.Year()) },
		Fields: []field.Field[Turnover]{
			field.NewText("no", "编号", func(t *Turnover) *string { return &t.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("contract", "合同", "contract", func(t *Turnover) *ids.ID { return &t.Contract }).Req().Fix().Show().Filter(),
			field.NewDay("from", "期间从", func(t *Turnover) *date.Date { return &t.From }).Req().Col("from_date").List(),
			field.NewDay("to", "期间至", func(t *Turnover) *date.Date { return &t.To }).Req().Col("to_date").List(),
			field.NewMoney("turnover", "营业额", func(t *Turnover) *money.Fen { return &t.Turnover }).Req().List(),
			field.NewDay("reported", "申报日期", func(t *Turnover) *date.Date { return &t.Reported }).Req().Col("reported_on").Help("分成付款期从这一天起算"),
			field.NewMoney("share", "按比例分成", func(t *Turnover) *money.Fen { return &t.Share }).Derived().List(),
			field.NewMoney("least", "同期保底", func(t *Turnover) *money.Fen { return &t.Least }).Derived().List(),
			field.NewMoney("charged", "应收分成", func(t *Turnover) *money.Fen { return &t.Charged }).Derived().List(),
			field.NewText("confirmed_by", "确认人", func(t *Turnover) *string { return &t.ConfirmedBy }).Stamp().Derived(),
			field.NewDay("confirmed", "确认日期", func(t *Turnover) *date.Date { return &t.ConfirmedOn }).Col("confirmed_on").Stamp().Derived(),
		},
		Prepare: prepareTurnover, Check: checkTurnover, CheckTx: checkTurnoverTx,
		Guards: map[string]func(context.Context, *db.Tx, *Turnover) error{"confirm": confirmTurnover},
	})
}

func checkTurnover(t *Turnover) error {
	var l errs.List
	if t.To.Before(t.From) {
		l.Add("to", "期间的最后一天不能早于第一天（%s）", t.From)
	}
	if t.Reported.Before(t.To) {
		l.Add("reported", "期间（至 %s）过完才能申报", t.To)
	}
	return l.Err()
}

func prepareTurnover(ctx context.Context, q db.Q, tenant int64, t *Turnover) error {
	if t.Contract == 0 || t.From.IsZero() || t.To.Before(t.From) {
		return nil // said by the checks
	}
	c, err := Get(ctx, q, tenant, t.Contract)
	if err != nil {
		return err
	}
	t.Region = c.Region
	_, err = t.count(ctx, q, tenant, c)
	return err
}

// count works out what the report calls for: beyond the guarantee, and beyond what earlier reports of the same days called
// for.
func (t *Turnover) count(ctx context.Context, q db.Q, tenant int64, c *Contract) (schedule.Payment, error) {
	versions, err := Versions(ctx, q, tenant, c.ID)
	if err != nil {
		return schedule.Payment{}, err
	}
	pay, err := topUp(c, versions, t)
	if err != nil {
		return pay, err
	}
	earlier, err := turnoverTable.All(ctx, q, db.NewWhere(tenant).And("contract_id = ?", c.ID).And("from_date = ?", t.From).And("to_date = ?", t.To).
		And("state = ?", TurnoverConfirmed).And("id <> ?", t.ID), "id")
	if err != nil {
		return pay, err
	}
	before := money.Fen(0)
	for i := range earlier {
		before += earlier[i].Charged
	}
	t.Charged = pay.Amount - before
	if before != 0 {
		pay.Why += fmt.Sprintf("，此前已计收 %s", before)
	}
	pay.Amount = t.Charged
	return pay, nil
}

// topUp asks the terms that hold on the days of the report.
func topUp(c *Contract, versions []Version, t *Turnover) (schedule.Payment, error) {
	if t.From.Before(c.From) || t.To.After(c.last()) {
		return schedule.Payment{}, errs.OnField("from", "期间应在合同期限（%s 至 %s）之内", c.From, c.last())
	}
	terms, err := c.Terms()
	if err != nil {
		return schedule.Payment{}, err
	}
	for i := range versions {
		v := &versions[i]
		if v.Effective.After(t.From) && !v.Effective.After(t.To) {
			return schedule.Payment{}, errs.OnField("from", "合同条款从 %s 起变更；请以这一天为界分两次申报", v.Effective)
		}
		if !v.Effective.After(t.From) || i == 0 {
			if terms, err = v.terms(); err != nil {
				return schedule.Payment{}, err
			}
		}
	}
	plan, err := schedule.Build(terms)
	if err != nil {
		return schedule.Payment{}, err
	}
	pay, err := plan.TopUp(t.From, t.To, t.Turnover, t.Reported)
	if e := errs.As(err); e != nil && e.Code == "schedule.no_share" {
		return pay, errs.OnField("contract", "合同 %s 没有约定营业额分成；请先在合同里填写“营业额分成”", c.No)
	}
	if err != nil {
		return pay, errs.OnField("turnover", "%s", errs.Message(err))
	}
	if t.Share, err = money.MulDiv(t.Turnover, terms.Guarantee.Percent, percentOne, money.HalfUp); err != nil {
		return pay, errs.OnField("turnover", "%s", errs.Message(err))
	}
	t.Least, err = plan.Between(t.From, t.To)
	return pay, err
}

// percentOne is a whole in hundredths of a per cent.
const percentOne = 10_000

func checkTurnoverTx(ctx context.Context, tx *db.Tx, old, t *Turnover) error {
	switch {
	case old == nil && t.State != TurnoverMachine.Initial() && tx.ActorID != 0:
		return errs.New(errs.State, "turnover.state", "营业额申报要由他人确认，不能直接录成“%s”", TurnoverMachine.State(t.State).Label)
	case old != nil && old.State == TurnoverConfirmed:
		return errs.New(errs.State, "turnover.confirmed", "已确认的申报不能改；如有差错，请按同一期间再报一次，系统计收差额")
	}
	c, err := Get(ctx, tx, tx.Tenant, t.Contract)
	if err != nil {
		return err
	}
	if err := lockBinding(ctx, tx, c.ID); err != nil { // reports of one contract come one after the other
		return errs.OnField("contract", "%s", errs.Message(err))
	}
	w := db.NewWhere(tx.Tenant).And("contract_id = ?", t.Contract).And("id <> ?", t.ID).And("state <> 'refused'").And("from_date <= ?", t.To).And("to_date >= ?", t.From)
	others, err := turnoverTable.All(ctx, tx, w, "from_date, id")
	if err != nil {
		return err
	}
	for i := range others {
		o := &others[i]
		switch {
		case o.From != t.From || o.To != t.To:
			return errs.OnField("from", "与申报 %s 的期间（%s 至 %s）重叠；更正请填同一期间", o.No, o.From, o.To)
		case o.State != TurnoverConfirmed:
			return errs.OnField("from", "这一期间已有待确认的申报 %s，请直接修改它", o.No)
		}
	}
	return nil
}

// confirmTurnover charges what the report calls for.
func confirmTurnover(ctx context.Context, tx *db.Tx, t *Turnover) error {
	if t.CreatedBy == tx.ActorID && tx.ActorID != 0 {
		return errs.New(errs.Forbidden, "turnover.own", "确认人不能是填写申报的人，请由他人确认")
	}
	files, err := file.Of(ctx, tx, tx.Tenant, TurnoverKind, t.ID)
	if err != nil {
		return err
	}
	if len(files) == 0 && tx.ActorID != 0 {
		return errs.New(errs.State, "turnover.file", "请先附上营业额的凭据（报税表、收银报表等），再确认")
	}
	if err := lockBinding(ctx, tx, t.Contract); err != nil {
		return err
	}
	c, err := Get(ctx, tx, tx.Tenant, t.Contract)
	if err != nil {
		return err
	}
	pay, err := t.count(ctx, tx, tx.Tenant, c)
	if err != nil {
		return err
	}
	t.ConfirmedBy, t.ConfirmedOn = tx.ActorName, date.Of(tx.Now())
	if pay.Amount == 0 {
		return nil
	}
	return AddCharge(ctx, tx, c.ID, &Charge{
		From: t.From, To: t.To, Due: pay.Due, Amount: pay.Amount, Origin: TurnoverKind, Source: t.ID, Why: t.No + "：" + pay.Why,
	})
}
