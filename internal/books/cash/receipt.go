package cash

import (
	"context"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// The states of a receipt.
const (
	ReceiptUsed = "used"
	ReceiptVoid = "void"
)

// How a receipt was paid.
const (
	Cashed     = "cash"
	Transfered = "bank"
)

// Methods are the ways of paying with their Chinese names.
var Methods = []field.Option{{Code: Cashed, Label: "现金"}, {Code: Transfered, Label: "转账"}}

// Receipt is one receipt that was written. Account is what the money is for (对方科目), Into the cash account that it
// went to. A receipt never changes: a mistake is voided, its sheet kept, and the next number written.
type Receipt struct {
	db.Row
	No         string
	Book       ids.ID
	Party      ids.ID // who received, from the book
	Serial     int64
	Date       date.Date
	Payer      string
	PayerParty ids.ID
	Summary    string
	Amount     money.Fen
	Method     string
	Account    string
	Into       string
	Contract   ids.ID
	Collector  string
	VoidReason string
	Voided     date.Date
	Deposit    ids.ID
	Voucher    ids.ID

	given string // the number as it was entered, to be compared with the book's next
}

// ReceiptMachine: a receipt that was written stands, or is voided with a reason.
var ReceiptMachine = &fsm.Machine{
	Name:   "收据",
	States: []fsm.State{{Code: ReceiptUsed, Label: "已开具", Tone: "green"}, {Code: ReceiptVoid, Label: "作废", Tone: "red", Side: true}},
	Events: []fsm.Event{{Name: "void", Label: "作废", From: []string{ReceiptUsed}, To: ReceiptVoid, Verb: "edit", Reason: true}},
}

var receiptTable = &db.Table[Receipt]{
	Name: "receipt",
	Cols: []string{
		"no", "book_id", "party_id", "serial", "on_date", "payer", "payer_party_id", "summary", "amount_fen", "method", "account", "paid_into",
		"contract_id", "collector", "void_reason", "voided_on", "deposit_id", "voucher_id",
	},
	Row: func(r *Receipt) *db.Row { return &r.Row },
	Ptrs: func(r *Receipt) []any {
		return []any{
			&r.No, &r.Book, &r.Party, &r.Serial, &r.Date, &r.Payer, &r.PayerParty, &r.Summary, &r.Amount, &r.Method, &r.Account, &r.Into,
			&r.Contract, &r.Collector, &r.VoidReason, &r.Voided, &r.Deposit, &r.Voucher,
		}
	},
}

func (c *Cash) newReceipts() *record.Noun[Receipt] {
	no := field.NewText("no", "收据号", func(r *Receipt) *string { return &r.No }).Fix().List().Help("不填就用这一本的下一号；填了要与下一号相同")
	no.Set = func(r *Receipt, s string) error {
		r.No, r.given = field.Clean(s, false), field.Clean(s, false)
		return nil
	}
	return record.Register(c.env, &record.Noun[Receipt]{
		Kind: "receipt", Label: "收据", Path: "/receipts", Icon: "receipt", Key: "no", Order: "-no",
		Intro: "每收一笔钱开一份收据，号码由收据本顺次给出，同时生成一张待审核的凭证。写错了作废重开，号码不重用。",
		Table: receiptTable, Machine: ReceiptMachine, Kept: "收据不能删除；写错了请作废，号码和存根都要保留",
		Title:  func(r *Receipt) string { return r.No + " " + r.Payer },
		Detail: func(r *Receipt) string { return r.Summary + " " + r.Amount.String() + " 元" },
		Fields: []field.Field[Receipt]{
			no,
			field.NewRef("book", "收据本", "receipt_book", func(r *Receipt) *ids.ID { return &r.Book }).Req().Fix().Show().Filter(),
			field.NewRef("party", "收款单位", "party", func(r *Receipt) *ids.ID { return &r.Party }).Derived(),
			field.NewDay("date", "日期", func(r *Receipt) *date.Date { return &r.Date }).Req().Fix().Col("on_date").List(),
			field.NewText("payer", "交款人", func(r *Receipt) *string { return &r.Payer }).Req().Fix().List().Eg("张某某"),
			field.NewText("summary", "收款事由", func(r *Receipt) *string { return &r.Summary }).Req().Fix().List().Limit(80).Eg("2021 年鱼塘承包款"),
			field.NewMoney("amount", "金额", func(r *Receipt) *money.Fen { return &r.Amount }).Req().Fix().List(),
			field.NewEnum("method", "收款方式", Methods, func(r *Receipt) *string { return &r.Method }).Req().Fix().List().Filter(),
			field.NewText("account", "对方科目", func(r *Receipt) *string { return &r.Account }).Req().Fix().Help("填科目编码或名称，如 511 发包及上交收入").Eg("511"),
			field.NewText("into", "入账科目", func(r *Receipt) *string { return &r.Into }).Col("paid_into").Fix().Help("不填：现金记库存现金，转账记银行存款；银行存款设有明细时填明细科目"),
			field.NewRef("payer_party", "交款单位", "party", func(r *Receipt) *ids.ID { return &r.PayerParty }).Fix().Help("交款人是已登记的单位时选填，记入往来单位"),
			field.NewRef("contract", "合同", "contract", func(r *Receipt) *ids.ID { return &r.Contract }).Fix().Help("收合同款时选填"),
			field.NewText("collector", "收款人", func(r *Receipt) *string { return &r.Collector }).Fix().Help("不填为开票人"),
			field.NewText("void_reason", "作废原因", func(r *Receipt) *string { return &r.VoidReason }).Derived(),
			field.NewDay("voided", "作废日期", func(r *Receipt) *date.Date { return &r.Voided }).Col("voided_on").Stamp().Derived(),
			field.NewRef("deposit", "送存银行", "cash_deposit", func(r *Receipt) *ids.ID { return &r.Deposit }).Derived(),
			field.NewRef("voucher", "凭证", "voucher", func(r *Receipt) *ids.ID { return &r.Voucher }).Derived(),
		},
		Prepare: prepareReceipt, CheckTx: checkReceipt, After: c.bookReceipt,
		Guards: map[string]func(context.Context, *db.Tx, *Receipt) error{"void": c.voidReceipt},
	})
}

// prepareReceipt puts a receipt where its book is.
func prepareReceipt(ctx context.Context, q db.Q, tenant int64, r *Receipt) error {
	if r.Book == 0 {
		return nil
	}
	b, err := bookTable.Get(ctx, q, tenant, r.Book)
	if err != nil {
		return err
	}
	r.Party, r.Region = b.Party, b.Region
	return nil
}

// checkReceipt takes the number of a new receipt: the last thing before it is stored, and given back if it is not.
func checkReceipt(ctx context.Context, tx *db.Tx, old, r *Receipt) error {
	if old != nil {
		return nil
	}
	r.Deposit, r.Voucher, r.VoidReason, r.Voided = 0, 0, "", date.Date{}
	b, err := bookTable.Get(ctx, tx, tx.Tenant, r.Book)
	if err != nil {
		return err
	}
	if err := checkReceiptDay(tx, b, r); err != nil {
		return err
	}
	if r.Serial, err = takeSerial(ctx, tx, b.ID); err != nil {
		return err
	}
	if r.Serial == 0 {
		if b.State != BookIssued {
			return errs.OnField("book", "收据本 %s 现在是“%s”，不能开具；只有使用中的收据本才能开", b.No, BookMachine.State(b.State).Label)
		}
		return errs.OnField("book", "收据本 %s 已经开完，请换一本", b.No)
	}
	r.No = b.Number(r.Serial)
	if r.given != "" && r.given != r.No {
		return errs.OnField("no", "这一本的下一号是 %s，不能跳号或重号；中间写坏的请先开出再作废", r.No)
	}
	if r.Collector == "" {
		r.Collector = tx.ActorName
	}
	if err := r.settleAccounts(ctx, tx); err != nil {
		return err
	}
	if r.State == ReceiptVoid { // taken over from earlier records
		r.VoidReason, r.Voided = "补录的作废收据", r.Date
	}
	return nil
}

func checkReceiptDay(tx *db.Tx, b *Book, r *Receipt) error {
	switch today := date.Of(tx.Now()); {
	case r.Date.After(today):
		return errs.OnField("date", "开票日期不能晚于今天（%s）", today)
	case r.Date.Before(b.Issued):
		return errs.OnField("date", "不能早于收据本的领用日期（%s）", b.Issued)
	}
	return nil
}

// settleAccounts turns the names of accounts into codes, and fills in where the money went.
func (r *Receipt) settleAccounts(ctx context.Context, tx *db.Tx) error {
	b, err := booksOn(ctx, tx, tx.Tenant, r.Party, r.Date)
	if err != nil {
		return err
	}
	list, err := ledger.Accounts(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	r.Account, r.Into = accountCode(list, r.Account), accountCode(list, r.Into)
	if r.Into == "" {
		r.Into = map[string]string{Cashed: cashOnHand, Transfered: bankAccount}[r.Method]
	}
	switch {
	case r.Method == Cashed && !below(r.Into, cashOnHand):
		return errs.OnField("into", "现金收据应记库存现金（%s）", cashOnHand)
	case r.Method == Transfered && !below(r.Into, bankAccount):
		return errs.OnField("into", "转账收据应记银行存款（%s）或它的明细科目", bankAccount)
	case ledger.IsCash(r.Account):
		return errs.OnField("account", "对方科目应说明收的是什么钱，不能是库存现金或银行存款")
	}
	return nil
}

// below reports whether an account is another or one of its sub-accounts.
func below(code, of string) bool { return len(code) >= len(of) && code[:len(of)] == of }

// bookReceipt drafts the voucher of a new receipt.
func (c *Cash) bookReceipt(ctx context.Context, tx *db.Tx, old, r *Receipt) error {
	if old != nil || r.State == ReceiptVoid {
		return nil
	}
	v, err := c.make(ctx, tx, draft{
		kind: "receipt", id: r.ID, unit: r.Party, day: r.Date, summary: "收" + r.Payer + r.Summary + "（收据 " + r.No + "）", sample: r.Sample, bills: 1,
		lines: []ledger.Line{
			{Account: r.Into, Debit: r.Amount},
			{Account: r.Account, Credit: r.Amount, Party: r.PayerParty, Contract: r.Contract},
		},
		fields: []string{"into", "account"},
	})
	if err != nil {
		return err
	}
	r.Voucher = v
	return setVoucher(ctx, tx, "receipt", r.ID, v)
}

// voidReceipt takes a receipt back with its voucher. What was banked or settled stays.
func (c *Cash) voidReceipt(ctx context.Context, tx *db.Tx, r *Receipt) error {
	if err := lockRow(ctx, tx, "receipt_book", r.Book); err != nil { // against its settlement
		return err
	}
	b, err := bookTable.Get(ctx, tx, tx.Tenant, r.Book)
	switch {
	case err != nil:
		return err
	case b.State == BookSettled:
		return errs.New(errs.State, "receipt.settled", "收据本 %s 已缴销，收据不能再作废；多收的款请另办退款", b.No)
	case r.Deposit != 0:
		return errs.New(errs.State, "receipt.banked", "这笔现金已送存银行，请先作废送存记录")
	}
	r.Voucher, err = c.undo(ctx, tx, "receipt", r.ID, r.Voucher, "收据 "+r.No+" 作废")
	r.Voided, r.VoidReason = date.Of(tx.Now()), record.Reason(ctx)
	return err
}

// ReceiptsOf lists the receipts of a book by their numbers.
func ReceiptsOf(ctx context.Context, q db.Q, tenant int64, book ids.ID) ([]Receipt, error) {
	return receiptTable.All(ctx, q, db.NewWhere(tenant).And("book_id = ?", book), "serial")
}

// reckonVouchers adds what the vouchers of a book's receipts brought in.
func (c *Cash) reckonVouchers(ctx context.Context, q db.Q, tenant int64, book ids.ID, r *Reckoning) error {
	list, err := ReceiptsOf(ctx, q, tenant, book)
	if err != nil {
		return err
	}
	var all []ids.ID
	for i := range list {
		all = append(all, list[i].ID)
	}
	slices.Sort(all)
	moves, err := ledger.CashOf(ctx, q, tenant, "receipt", all)
	for _, m := range moves {
		if m.Posted {
			r.Posted += m.Fen
		} else {
			r.Waiting++
		}
	}
	return err
}
