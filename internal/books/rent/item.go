package rent

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
	"huicun/internal/registry/record"
)

// The kinds of open item.
const (
	ItemRent = "rent"
	ItemFee  = "fee"
)

// ItemKinds are the kinds with their Chinese names.
var ItemKinds = []field.Option{{Code: ItemRent, Label: "合同价款"}, {Code: ItemFee, Label: "滞纳金"}}

// The states of an item.
const (
	ItemOpen    = "open"
	ItemCleared = "cleared"
)

// Item is an open item (应收款项): a payment that was billed, or a late fee. It never changes but for what covers it. One below zero is
// a credit of the tenant from an amendment.
type Item struct {
	db.Row
	No                     string
	Books, Contract, Party ids.ID
	Run                    ids.ID
	Kind                   string
	Seq                    int    // of the payment in the contract's schedule
	Of                     ids.ID // the item that a fee is for
	From, To, Due          date.Date
	Amount, Settled, Lost  money.Fen
	Cleared                date.Date
}

// Open is what is not covered yet.
func (i *Item) Open() money.Fen { return i.Amount - i.Settled - i.Lost }

// Title says what the item is for.
func (i *Item) Title() string {
	switch {
	case i.Kind == ItemFee:
		return "滞纳金"
	case i.Amount < 0:
		return "变更后应退（抵）"
	}
	return fmt.Sprintf("%s 至 %s", i.From, i.To)
}

// ItemMachine: an item is open until it is covered.
var ItemMachine = &fsm.Machine{
	Name:   "应收款项",
	States: []fsm.State{{Code: ItemOpen, Label: "未结清", Tone: "orange"}, {Code: ItemCleared, Label: "已结清", Tone: "green"}},
	Events: []fsm.Event{
		{Name: "clear", Label: "结清", From: []string{ItemOpen}, To: ItemCleared, Verb: derive},
		{Name: "reopen", Label: "恢复未结清", From: []string{ItemCleared}, To: ItemOpen, Verb: derive},
	},
}

// derive is the verb of events that only receipts bring about; no role but the system's has it.
const derive = "derive"

var itemTable = &db.Table[Item]{
	Name: KindItem,
	Cols: []string{
		"no", "books_id", "contract_id", "party_id", "run_id", "kind", "charge_seq", "of_item_id", "from_date", "to_date", "due_on",
		"amount_fen", "settled_fen", "lost_fen", "cleared_on",
	},
	Row: func(i *Item) *db.Row { return &i.Row },
	Ptrs: func(i *Item) []any {
		return []any{
			&i.No, &i.Books, &i.Contract, &i.Party, &i.Run, &i.Kind, &i.Seq, &i.Of, &i.From, &i.To, &i.Due,
			&i.Amount, &i.Settled, &i.Lost, &i.Cleared,
		}
	},
}

func (s *Service) newItems() *record.Noun[Item] {
	open := field.NewText[Item]("open", "未收", nil).Derived().Show()
	open.Get = func(i *Item) string { return i.Open().String() }
	return record.Register(s.env, &record.Noun[Item]{
		Kind: KindItem, Label: "应收款项", Path: "/rent-items", Icon: "report-money", Key: "no", Order: "-due_on",
		Intro: "按月计收以后，每一笔到期的租金、服务费在这里成为一笔应收款项；收款、核销都记在它上面。",
		Table: itemTable, Machine: ItemMachine, Kept: "应收款项不能删除；计收有误请撤销那次计收",
		Title:  func(i *Item) string { return i.No + " " + i.Title() },
		Detail: func(i *Item) string { return i.Due.String() + " 到期 " + i.Amount.String() + " 元" },
		Fields: []field.Field[Item]{
			field.NewText("no", "编号", func(i *Item) *string { return &i.No }).Derived().List(),
			field.NewRef("contract", "合同", "contract", func(i *Item) *ids.ID { return &i.Contract }).Derived().Show().Filter(),
			field.NewRef("party", "付款方", "party", func(i *Item) *ids.ID { return &i.Party }).Derived().Show().Filter(),
			field.NewEnum("kind", "种类", ItemKinds, func(i *Item) *string { return &i.Kind }).Derived().Filter(),
			field.NewDay("from", "所属期起", func(i *Item) *date.Date { return &i.From }).Derived().Col("from_date"),
			field.NewDay("to", "所属期止", func(i *Item) *date.Date { return &i.To }).Derived().Col("to_date"),
			field.NewDay("due", "到期日", func(i *Item) *date.Date { return &i.Due }).Derived().Col("due_on").List(),
			field.NewMoney("amount", "应收", func(i *Item) *money.Fen { return &i.Amount }).Derived().List(),
			field.NewMoney("settled", "已收", func(i *Item) *money.Fen { return &i.Settled }).Derived().List(),
			field.NewMoney("lost", "已核销", func(i *Item) *money.Fen { return &i.Lost }).Derived(),
			open,
			field.NewDay("cleared", "结清日期", func(i *Item) *date.Date { return &i.Cleared }).Derived().Col("cleared_on"),
			field.NewRef("of", "所属应收", KindItem, func(i *Item) *ids.ID { return &i.Of }).Derived().Col("of_item_id"),
			field.NewRef("run", "计收", KindRun, func(i *Item) *ids.ID { return &i.Run }).Derived().Filter(),
			field.NewRef("books", "账套", "books", func(i *Item) *ids.ID { return &i.Books }).Derived(),
		},
		CheckTx: func(context.Context, *db.Tx, *Item, *Item) error {
			return errs.New(errs.Invalid, "rent.generic", "应收款项由“按月计收”生成，不能在这里填写")
		},
	})
}

// itemNo names an item by its contract and payment; L marks one beyond the schedule (另计), and a number the shares of further tenants.
func itemNo(contractNo string, ch *contract.Charge, share int) string {
	no := fmt.Sprintf("%s-%03d", contractNo, ch.Seq)
	if n := ch.Beyond(); n > 0 {
		no = fmt.Sprintf("%s-L%02d", contractNo, n)
	}
	if share > 0 {
		no += fmt.Sprintf("-%d", share+1)
	}
	return no
}

// feeNo names the nth late fee of an item.
func feeNo(of string, nth int) string { return fmt.Sprintf("%s-Z%d", strings.TrimSpace(of), nth) }

// cover is a part of a source that covers an item.
type cover struct {
	item *Item
	fen  money.Fen
}

// allocate spreads an amount over items in their order, no item beyond what is open; the rest is returned.
func allocate(amount money.Fen, items []*Item) (list []cover, rest money.Fen) {
	for _, i := range items {
		if amount <= 0 {
			break
		}
		if part := min(amount, i.Open()); part > 0 {
			list = append(list, cover{i, part})
			amount -= part
		}
	}
	return list, amount
}

// put covers an item, or with an amount of the other sign uncovers it; latest is the last day of what covers it.
func (i *Item) put(fen money.Fen, latest date.Date) {
	i.Settled += fen
	i.settle(latest)
}

// settle derives the state.
func (i *Item) settle(latest date.Date) {
	if i.Open() == 0 {
		i.State = ItemCleared
		if i.Cleared.Before(latest) {
			i.Cleared = latest
		}
		return
	}
	i.State, i.Cleared = ItemOpen, date.Date{}
}
