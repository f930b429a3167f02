package rent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
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

// The kinds of receipt. Rent, Offset and Booked pay what is owed; Deposit and Return move the deposit; Offset pays with it; Refund gives back what
// was held.
const (
	Rent    = "rent"
	Deposit = "deposit"
	Return  = "return"
	Offset  = "offset"
	Refund  = "refund"
	Booked  = "booked" // found on the ledger, booked by others
)

// ReceiptKinds are the kinds with their Chinese names.
var ReceiptKinds = []field.Option{
	{Code: Rent, Label: "收租金（合同款）"}, {Code: Deposit, Label: "收押金"}, {Code: Return, Label: "退押金"},
	{Code: Offset, Label: "押金抵租金"}, {Code: Refund, Label: "退还预收（多收）"}, {Code: Booked, Label: "账上已收（认领）"},
}

// EntryKinds are the kinds that people enter.
var EntryKinds = ReceiptKinds[:5]

// The ways of paying.
const (
	ByCash = "cash"
	ByBank = "bank"
)

// Methods are the ways with their Chinese names.
var Methods = []field.Option{{Code: ByCash, Label: "现金"}, {Code: ByBank, Label: "转账"}}

// The states of a receipt.
const (
	ReceiptDone = "done"
	ReceiptVoid = "void"
)

// Receipt is money received on a contract (收款), or a movement of the tenant's deposit. Allocated is what of it covers items or was given back;
// the rest is held (预收).
type Receipt struct {
	db.Row
	No                     string
	Books, Contract, Party ids.ID
	Kind                   string
	Date                   date.Date
	Method, Account        string
	Amount, Allocated      money.Fen
	Payer, Slip            string
	Line                   ids.ID // of the bank's statement

	ours bool // made by this package
}

// pays reports whether the receipt pays what is owed.
func (r *Receipt) pays() bool { return r.Kind == Rent || r.Kind == Offset || r.Kind == Booked }

// Held is what of the receipt covers nothing yet.
func (r *Receipt) Held() money.Fen {
	if !r.pays() || r.State != ReceiptDone {
		return 0
	}
	return r.Amount - r.Allocated
}

// ReceiptMachine: a receipt stands, or is voided with its voucher.
var ReceiptMachine = &fsm.Machine{
	Name:   "收款",
	States: []fsm.State{{Code: ReceiptDone, Label: "已登记", Tone: "green"}, {Code: ReceiptVoid, Label: "作废", Tone: "red", Side: true}},
	Events: []fsm.Event{{Name: "void", Label: "作废", From: []string{ReceiptDone}, To: ReceiptVoid, Verb: access.Edit, Reason: true}},
}

var receiptTable = &db.Table[Receipt]{
	Name: KindReceipt,
	Cols: []string{"no", "books_id", "contract_id", "party_id", "kind", "on_date", "method", "account", "amount_fen", "allocated_fen", "payer", "slip", "bank_line_id"},
	Row:  func(r *Receipt) *db.Row { return &r.Row },
	Ptrs: func(r *Receipt) []any {
		return []any{&r.No, &r.Books, &r.Contract, &r.Party, &r.Kind, &r.Date, &r.Method, &r.Account, &r.Amount, &r.Allocated, &r.Payer, &r.Slip, &r.Line}
	},
}

func (s *Service) newReceipts() *record.Noun[Receipt] {
	held := field.NewText[Receipt]("held", "预收（未核销）", nil).Derived().Show()
	held.Get = func(r *Receipt) string { return r.Held().String() }
	return record.Register(s.env, &record.Noun[Receipt]{
		Kind: KindReceipt, Label: "合同收款", Path: "/rent-receipts", Icon: "receipt", Key: "no", Order: "-on_date",
		Intro: "收到租金、服务费、押金时登记：核销到期的应收款项，多收的留作预收，同时生成一张待审核的凭证。",
		Table: receiptTable, Machine: ReceiptMachine, Kept: "收款不能删除；记错了请作废，凭证随之撤销",
		Title:  func(r *Receipt) string { return r.No + " " + field.LabelOf(ReceiptKinds, r.Kind) },
		Detail: func(r *Receipt) string { return strings.TrimSpace(r.Payer + " " + r.Amount.String() + " 元") },
		Series: func(r *Receipt) string { return "SK-" + strconv.Itoa(r.Date.Year()) },
		Fields: []field.Field[Receipt]{
			field.NewText("no", "编号", func(r *Receipt) *string { return &r.No }).Derived().List(),
			field.NewDay("date", "日期", func(r *Receipt) *date.Date { return &r.Date }).Derived().Col("on_date").List(),
			field.NewEnum("kind", "种类", ReceiptKinds, func(r *Receipt) *string { return &r.Kind }).Derived().List().Filter(),
			field.NewRef("contract", "合同", "contract", func(r *Receipt) *ids.ID { return &r.Contract }).Derived().Show().Filter(),
			field.NewRef("party", "付款方", "party", func(r *Receipt) *ids.ID { return &r.Party }).Derived().Show().Filter(),
			field.NewMoney("amount", "金额", func(r *Receipt) *money.Fen { return &r.Amount }).Derived().List(),
			field.NewMoney("allocated", "已核销（退还）", func(r *Receipt) *money.Fen { return &r.Allocated }).Derived(),
			held,
			field.NewEnum("method", "方式", Methods, func(r *Receipt) *string { return &r.Method }).Derived().Filter(),
			field.NewText("account", "入账科目", func(r *Receipt) *string { return &r.Account }).Derived(),
			field.NewText("payer", "交款人", func(r *Receipt) *string { return &r.Payer }).Derived(),
			field.NewText("slip", "收据（回单）号", func(r *Receipt) *string { return &r.Slip }).Derived(),
			field.NewRef("line", "银行流水", "bank_line", func(r *Receipt) *ids.ID { return &r.Line }).Derived().Col("bank_line_id"),
			field.NewRef("books", "账套", "books", func(r *Receipt) *ids.ID { return &r.Books }).Derived(),
		},
		CheckTx: func(_ context.Context, _ *db.Tx, _, r *Receipt) error {
			if r.ours {
				return nil
			}
			return errs.New(errs.Invalid, "rent.generic", "收款请在“登记收款”页面办理")
		},
		Guards: map[string]func(context.Context, *db.Tx, *Receipt) error{"void": s.voidReceipt},
	})
}

// Input is what a person enters of a receipt. Items are covered first, in their order; then the oldest.
type Input struct {
	Contract    ids.ID
	Party       ids.ID // 0: the contract's party B of the day
	Kind        string
	Date        date.Date
	Method      string
	Account     string // of the books; "" for 101 or 102
	Amount      money.Fen
	Payer, Slip string
	Line        ids.ID
	Items       []ids.ID
	Note        string
	Exact       bool // cover the chosen items alone and hold the rest
}

// Receive stores a receipt with what it covers and drafts its voucher, in one transaction. key makes a double submission harmless.
func (s *Service) Receive(ctx context.Context, who access.Principal, tenant int64, key string, in Input) (ids.ID, error) {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprintf("rent receipt %+v", in)
	var made ids.ID
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.ReceiveTx(ctx, tx, who, in)
		if err == nil {
			made = r.ID
			tx.SetResult(made.String())
		}
		return err
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return made, err
}

// ReceiveTx is Receive within a transaction of the caller.
func (s *Service) ReceiveTx(ctx context.Context, tx *db.Tx, who access.Principal, in Input) (*Receipt, error) {
	if err := in.check(tx); err != nil {
		return nil, err
	}
	c, err := contract.Get(ctx, tx, tx.Tenant, in.Contract)
	if err != nil {
		return nil, err
	}
	if err := who.Require(KindReceipt+":"+access.Edit, c.Region); err != nil {
		return nil, err
	}
	if c.State == "draft" || c.State == "void" {
		return nil, errs.OnField("contract", "合同 %s 还没有签订或已作废，不能登记收款", c.No)
	}
	b, err := booksOn(ctx, tx, tx.Tenant, c.PartyA, in.Date)
	if err != nil {
		return nil, err
	}
	held, err := claim(ctx, tx, in.Line)
	if err != nil {
		return nil, err
	}
	if b, err = lockBooks(ctx, tx, b.ID); err != nil {
		return nil, err
	}
	w, err := s.work(ctx, tx, b, in.Date)
	if err != nil {
		return nil, err
	}
	if in.Party, err = payer(ctx, tx, c, in.Party, in.Date); err != nil {
		return nil, err
	}
	r := &Receipt{
		Books: b.ID, Contract: c.ID, Party: in.Party, Kind: in.Kind, Date: in.Date, Method: in.Method, Account: in.Account,
		Amount: in.Amount, Payer: in.Payer, Slip: in.Slip, Line: in.Line, ours: true,
	}
	r.Region, r.State, r.Sample, r.Note = c.Region, ReceiptDone, b.Sample || c.Sample, in.Note
	if err := held.check(r, c); err != nil {
		return nil, err
	}
	if err := w.where(r); err != nil {
		return nil, err
	}
	if err := s.Receipts.CreateTx(ctx, tx, actor(tx), r); err != nil {
		if db.Violated(err, "rent_receipt_bank_line_id") {
			return nil, errs.OnField("line", "这笔银行流水已经登记过收款")
		}
		return nil, err
	}
	a, err := w.account(ctx, c.ID, r.Party, c.Region)
	if err != nil {
		return nil, err
	}
	if err := s.take(ctx, tx, w, r, a, in); err != nil {
		return nil, err
	}
	return r, w.book(ctx, r.ID, KindReceipt, r.Date, r.summary(c), r.Sample, []*change{{account: a, contract: c, bank: r.bank(), deposit: r.deposit(), into: r.Account}})
}

// Payers are who may pay under a contract: its tenants, the first one first, and whoever has an account on it.
func Payers(ctx context.Context, q db.Q, c *contract.Contract) ([]ids.ID, []contract.Tenancy, error) {
	versions, err := contract.Versions(ctx, q, c.Tenant, c.ID)
	if err != nil {
		return nil, nil, err
	}
	accounts, err := AccountsOf(ctx, q, c.Tenant, c.ID, 0)
	if err != nil {
		return nil, nil, err
	}
	tenancies := contract.Tenancies(c, versions)
	var out []ids.ID
	add := func(id ids.ID) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for _, t := range tenancies {
		add(t.Party)
	}
	for _, a := range accounts {
		add(a.Party)
	}
	return out, tenancies, nil
}

// payer settles who pays: who is given, when that is a tenant of the contract, or its tenant of the day.
func payer(ctx context.Context, q db.Q, c *contract.Contract, given ids.ID, day date.Date) (ids.ID, error) {
	all, tenancies, err := Payers(ctx, q, c)
	switch {
	case err != nil:
		return 0, err
	case given == 0:
		return contract.TenantOn(tenancies, day), nil
	case !slices.Contains(all, given):
		return 0, errs.OnField("party", "付款方不是合同 %s 的承租人（乙方），请选择现在或以前的乙方", c.No)
	}
	return given, nil
}

// take moves the account and covers items.
func (s *Service) take(ctx context.Context, tx *db.Tx, w *work, r *Receipt, a *Account, in Input) error {
	a.Deposit += r.deposit()
	if a.Deposit < 0 {
		return errs.OnField("amount", "押金只有 %s 元，不能退（抵）%s 元", a.Deposit-r.deposit(), r.Amount)
	}
	switch {
	case r.pays():
		a.Received += r.Amount
		items, err := openOf(ctx, tx, tx.Tenant, r.Contract, r.Party)
		if err != nil {
			return err
		}
		return w.cover(ctx, r, choose(items, in.Items, in.Exact))
	case r.Kind == Refund:
		a.Received -= r.Amount
		return w.giveBack(ctx, r)
	}
	return nil
}

// choose puts the chosen items first, in the order of the choice; the others follow by their due days, or not at all.
func choose(items []*Item, chosen []ids.ID, only bool) []*Item {
	var out []*Item
	for _, id := range chosen {
		if i := slices.IndexFunc(items, func(x *Item) bool { return x.ID == id }); i >= 0 {
			out = append(out, items[i])
		}
	}
	if only && len(chosen) > 0 {
		return out
	}
	for _, i := range items {
		if !slices.Contains(chosen, i.ID) {
			out = append(out, i)
		}
	}
	return out
}

func (in *Input) check(tx *db.Tx) error {
	var l errs.List
	if in.Contract == 0 {
		l.Add("contract", "请选择合同")
	}
	if !slices.ContainsFunc(EntryKinds, func(o field.Option) bool { return o.Code == in.Kind }) {
		l.Add("kind", "请选择种类")
	}
	switch today := date.Of(tx.Now()); {
	case in.Date.IsZero():
		l.Add("date", "请填写日期")
	case in.Date.After(today):
		l.Add("date", "日期不能晚于今天（%s）", today)
	}
	if in.Amount <= 0 {
		l.Add("amount", "请填写大于零的金额")
	}
	if in.Kind != Offset && in.Method != ByCash && in.Method != ByBank {
		l.Add("method", "请选择现金或转账")
	}
	return l.Err()
}

// bank is what comes into the cash accounts.
func (r *Receipt) bank() money.Fen {
	switch r.Kind {
	case Rent, Deposit:
		return r.Amount
	case Return, Refund:
		return -r.Amount
	}
	return 0
}

// deposit is by how much the deposit grows.
func (r *Receipt) deposit() money.Fen {
	switch r.Kind {
	case Deposit:
		return r.Amount
	case Return, Offset:
		return -r.Amount
	}
	return 0
}

func (r *Receipt) summary(c *contract.Contract) string {
	what := map[string]string{Rent: "收合同款", Deposit: "收押金", Return: "退押金", Offset: "押金抵合同款", Refund: "退还预收款"}[r.Kind]
	text := what + "（" + c.No + "，" + r.No
	if r.Slip != "" {
		text += "，票号 " + r.Slip
	}
	return text + "）"
}

// where settles the cash account of the books.
func (w *work) where(r *Receipt) error {
	if r.Kind == Offset {
		r.Method, r.Account = "", ""
		return nil
	}
	top := "102"
	if r.Method == ByCash {
		top = "101"
	}
	for i := range w.accounts.list {
		a := &w.accounts.list[i]
		if a.Leaf && a.Active && strings.HasPrefix(a.Code, top) && (r.Account == "" || r.Account == a.Code) {
			r.Account = a.Code
			return nil
		}
	}
	if r.Account != "" && ledger.IsCash(r.Account) {
		return errs.OnField("account", "“%s”与收款方式不符，或不是账套里可用的明细科目", r.Account)
	}
	return errs.OnField("account", "账套里没有可用的科目 %s", cmp.Or(r.Account, top))
}

// voidReceipt takes back what a receipt covered, and its voucher.
func (s *Service) voidReceipt(ctx context.Context, tx *db.Tx, r *Receipt) error {
	if r.Kind == Booked || r.Kind == Refund && r.Account == "" {
		return errs.New(errs.State, "rent.booked", "这笔款是从账上认领的；账上的凭证冲销以后，下次计收会自动减少")
	}
	c, err := contract.Get(ctx, tx, tx.Tenant, r.Contract)
	if err != nil {
		return err
	}
	b, err := lockBooks(ctx, tx, r.Books)
	if err != nil {
		return err
	}
	w, err := s.work(ctx, tx, b, r.Date)
	if err != nil {
		return err
	}
	a, err := w.account(ctx, r.Contract, r.Party, r.Region)
	if err != nil {
		return err
	}
	if a.Deposit -= r.deposit(); a.Deposit < 0 {
		return errs.New(errs.State, "rent.deposit_used", "这笔押金已经退还或抵扣，请先作废那笔退（抵）押金")
	}
	if r.pays() {
		a.Received -= r.Amount
	} else if r.Kind == Refund {
		a.Received += r.Amount
	}
	if err := w.uncover(ctx, r); err != nil {
		return err
	}
	r.ours = true
	reason := "作废收款 " + r.No + "：" + record.Reason(ctx)
	if err := w.takeBack(ctx, r.ID, []*Account{a}, reason); err != nil {
		return err
	}
	return w.book(ctx, r.ID, KindReceipt, w.dayFor(r.Date), reason, r.Sample, []*change{{account: a, contract: c}})
}
