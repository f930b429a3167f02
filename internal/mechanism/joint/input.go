package joint

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/record"
)

// The kinds of input.
const (
	Money      = "money"
	Land       = "land"
	Site       = "site"
	Technology = "technology"
	People     = "people"
)

var inputKinds = []field.Option{
	{Code: Money, Label: "资金"}, {Code: Land, Label: "土地"}, {Code: Site, Label: "场地"}, {Code: Technology, Label: "技术"}, {Code: People, Label: "人员"},
}

// Input is what one party puts in: agreed (Agreed or Quantity) and come in (Realised or RealisedQuantity, on
// OnDate). An input that comes in by parts is a record each.
type Input struct {
	db.Row
	No               string
	Project, Payer   ids.ID
	Kind, Content    string
	AgreedOn         date.Date
	Agreed           money.Fen
	Quantity         qty.Qty
	OnDate           date.Date
	Realised         money.Fen
	RealisedQuantity qty.Qty
}

var inputTable = &db.Table[Input]{
	Name: "joint_input",
	Cols: []string{"no", "project_id", "payer_id", "kind", "content", "agreed_on", "agreed_fen", "quantity", "unit",
		"on_date", "realised_fen", "realised_quantity", "realised_unit"},
	Row: func(i *Input) *db.Row { return &i.Row },
	Ptrs: func(i *Input) []any {
		return []any{&i.No, &i.Project, &i.Payer, &i.Kind, &i.Content, &i.AgreedOn, &i.Agreed, &i.Quantity.N, &i.Quantity.Unit,
			&i.OnDate, &i.Realised, &i.RealisedQuantity.N, &i.RealisedQuantity.Unit}
	},
}

// NewInputs describes the noun; an input belongs to the division of its project.
func NewInputs(e *record.Env) *record.Noun[Input] {
	return record.Register(e, &record.Noun[Input]{
		Kind: "joint_input", Label: "项目投入", Path: "/joint-inputs", Icon: "coins", Key: "no", Order: "no",
		Intro:  "各方向联建项目投入的资金、土地、场地、技术和人员，约定数与到位数分开登记。",
		Table:  inputTable,
		Title:  func(i *Input) string { return i.No + " " + field.LabelOf(inputKinds, i.Kind) + " " + i.Content },
		Series: func(*Input) string { return "LJT" },
		Fields: []field.Field[Input]{
			field.NewText("no", "投入编号", func(i *Input) *string { return &i.No }).Req().List().Help("留空自动编号"),
			field.NewRef("project", "联建项目", "joint", func(i *Input) *ids.ID { return &i.Project }).Req().Fix().Show().Filter(),
			field.NewRef("payer", "投入方", "party", func(i *Input) *ids.ID { return &i.Payer }).Req().Show().Filter().Help("须是项目参与方"),
			field.NewEnum("kind", "投入类别", inputKinds, func(i *Input) *string { return &i.Kind }).Req().List().Filter(),
			field.NewText("content", "内容", func(i *Input) *string { return &i.Content }).Eg("连体大棚建设资金"),
			field.NewDay("agreed_on", "约定日期", func(i *Input) *date.Date { return &i.AgreedOn }).Help("留空为随项目商定"),
			field.NewMoney("agreed", "约定金额", func(i *Input) *money.Fen { return &i.Agreed }).List(),
			field.NewAmount("quantity", "约定数量", qty.None, func(i *Input) *qty.Qty { return &i.Quantity }).List().Help("带单位，如 10亩"),
			field.NewDay("on_date", "到位日期", func(i *Input) *date.Date { return &i.OnDate }).List(),
			field.NewMoney("realised", "到位金额", func(i *Input) *money.Fen { return &i.Realised }).List(),
			field.NewAmount("realised_quantity", "到位数量", qty.None, func(i *Input) *qty.Qty { return &i.RealisedQuantity }).List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, i *Input) error {
			return inherit(ctx, q, tenant, i.Project, &i.Row)
		},
		Check: checkInput,
		CheckTx: func(ctx context.Context, tx *db.Tx, old, i *Input) error {
			if old != nil && old.Payer == i.Payer {
				return nil
			}
			n, err := memberTable.Count(ctx, tx, membership(tx.Tenant, i.Project, i.Payer), 1)
			if err == nil && n == 0 {
				err = errs.OnField("payer", "投入方还不是这个项目的参与方；请先在“项目参与方”里登记")
			}
			return err
		},
	})
}

func checkInput(i *Input) error {
	var l errs.List
	if i.Kind == Money {
		if i.Agreed == 0 && i.Realised == 0 {
			l.Add("agreed", "资金投入要填写约定金额或到位金额")
		}
		if i.Quantity.N != 0 || i.RealisedQuantity.N != 0 {
			l.Add("quantity", "资金投入只填金额，不填数量")
		}
	} else {
		i.checkThing(&l)
	}
	came := i.Realised > 0 || i.RealisedQuantity.N > 0
	if came && i.OnDate.IsZero() {
		l.Add("on_date", "已有到位数，请填写到位日期")
	}
	if !came && !i.OnDate.IsZero() && (i.Kind == Money || i.Kind == Land) {
		l.Add("on_date", "填写了到位日期，请同时填写到位%s", map[string]string{Money: "金额", Land: "数量"}[i.Kind])
	}
	return l.Err()
}

// checkThing checks an input other than money: land by its area, the rest by a quantity or in words.
func (i *Input) checkThing(l *errs.List) {
	if i.Agreed != 0 || i.Realised != 0 {
		l.Add("agreed", "%s投入不填金额；折价入股的请另记一条资金投入并在内容里说明", field.LabelOf(inputKinds, i.Kind))
	}
	if i.Kind == Land {
		if i.Quantity.N == 0 && i.RealisedQuantity.N == 0 {
			l.Add("quantity", "土地投入要填写面积，如 10亩")
		}
		for name, q := range map[string]qty.Qty{"quantity": i.Quantity, "realised_quantity": i.RealisedQuantity} {
			if _, err := q.To(qty.Mu); q.N != 0 && err != nil {
				l.Add(name, "土地面积的单位应为亩或平方米")
			}
		}
		return
	}
	if i.Quantity.N == 0 && i.RealisedQuantity.N == 0 && i.Content == "" {
		l.Add("content", "请填写数量，或在内容里说明投入了什么")
	}
}

// mu is a land quantity in mu; a quantity that is no area has been refused when it was saved.
func mu(q qty.Qty) int64 {
	m, err := q.To(qty.Mu)
	if err != nil {
		return 0
	}
	return m.N
}

// parts are an input's amounts on a day, in fen or ten-thousandths of a mu: what has come in, and what was agreed
// beyond it and is still to come.
func (i *Input) parts(day date.Date) (came, due int64) {
	agreed, realised := int64(i.Agreed), int64(i.Realised)
	if i.Kind == Land {
		agreed, realised = mu(i.Quantity), mu(i.RealisedQuantity)
	}
	if !i.OnDate.IsZero() && !i.OnDate.After(day) {
		came = realised
	}
	if !i.AgreedOn.After(day) {
		due = max(0, agreed-came)
	}
	return came, due
}
