package policy

import (
	"context"

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

// The kinds of payment.
const (
	PayOut  = "pay"
	PayBack = "claw"
)

var paymentKinds = []field.Option{{Code: PayOut, Label: "发放", Tone: "green"}, {Code: PayBack, Label: "追回", Tone: "red"}}

// The states of a payment.
const (
	PaymentDone = "done"
	PaymentVoid = "void"
)

// Payment is one payment of an instalment of a line, or money that was got back. Own is what the village itself bears of it, the
// rest is in BorneOf; Voucher stands in the books of the village.
type Payment struct {
	db.Row
	No          string
	Line        ids.ID
	Kind        string
	Due         int
	Label       string
	On          date.Date
	DocNo       string
	Amount, Own money.Fen
	Reason      string
	Voucher     ids.ID

	ours bool
}

var paymentMachine = &fsm.Machine{
	Name:   "奖励发放",
	States: []fsm.State{{Code: PaymentDone, Label: "已办理", Tone: "green"}, {Code: PaymentVoid, Label: "已撤销", Tone: "grey", Side: true}},
	Events: []fsm.Event{{Name: "void", Label: "撤销", From: []string{PaymentDone}, To: PaymentVoid, Verb: access.Approve, Reason: true}},
}

var paymentTable = &db.Table[Payment]{
	Name: KindPayment,
	Cols: []string{"no", "line_id", "kind", "due_seq", "label", "paid_on", "doc_no", "amount_fen", "own_fen", "reason", "voucher_id"},
	Row:  func(p *Payment) *db.Row { return &p.Row },
	Ptrs: func(p *Payment) []any {
		return []any{&p.No, &p.Line, &p.Kind, &p.Due, &p.Label, &p.On, &p.DocNo, &p.Amount, &p.Own, &p.Reason, &p.Voucher}
	},
}

func (s *Runs) newPayments() *record.Noun[Payment] {
	return record.Register(s.env, &record.Noun[Payment]{
		Kind: KindPayment, Label: "兑付记录", Path: "/award-payments", Icon: "cash", Key: "no", Order: "-paid_on",
		Intro: "按期发放的奖励和追回的奖励；账套在这里的，自动生成待审核的凭证。",
		Table: paymentTable, Machine: paymentMachine, Kept: "兑付记录不能删除；记错的请撤销，并说明理由",
		Title:  func(p *Payment) string { return p.No + " " + field.LabelOf(paymentKinds, p.Kind) + " " + p.Label },
		Detail: func(p *Payment) string { return p.Amount.String() + "元 " + p.DocNo },
		Series: func(p *Payment) string { return "DF-" + yearText(p.On.Year()) },
		Fields: []field.Field[Payment]{
			field.NewText("no", "编号", func(p *Payment) *string { return &p.No }).Derived().List(),
			field.NewRef("line", "核算单", KindLine, func(p *Payment) *ids.ID { return &p.Line }).Derived().Show().Filter(),
			field.NewEnum("kind", "种类", paymentKinds, func(p *Payment) *string { return &p.Kind }).Derived().List().Filter(),
			field.NewText("label", "哪一期", func(p *Payment) *string { return &p.Label }).Derived().Show(),
			field.NewDay("on", "日期", func(p *Payment) *date.Date { return &p.On }).Col("paid_on").Derived().List(),
			field.NewText("doc_no", "单据号", func(p *Payment) *string { return &p.DocNo }).Derived().List(),
			field.NewMoney("amount", "金额", func(p *Payment) *money.Fen { return &p.Amount }).Derived().List(),
			field.NewMoney("own", "其中村集体承担", func(p *Payment) *money.Fen { return &p.Own }).Derived(),
			field.NewText("reason", "事由", func(p *Payment) *string { return &p.Reason }).Limit(4000).Derived(),
			field.NewRef("voucher", "村集体的凭证", "voucher", func(p *Payment) *ids.ID { return &p.Voucher }).Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, p *Payment) error {
			l, err := lineTable.Get(ctx, q, tenant, p.Line)
			if err == nil {
				p.Region = l.Region
			}
			return err
		},
		CheckTx: func(_ context.Context, _ *db.Tx, _, p *Payment) error {
			if p.ours {
				return nil
			}
			return errs.New(errs.Invalid, "award.generic", "兑付请在核算单页面办理")
		},
		Guards: map[string]func(context.Context, *db.Tx, *Payment) error{"void": s.voidPayment},
	})
}
