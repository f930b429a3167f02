package bank

import (
	"context"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The kinds of account (人民币银行结算账户管理办法 第三条).
const (
	Basic     = "basic"
	General   = "general"
	Special   = "special"
	Temporary = "temporary"
)

// AccountKinds are the kinds with their Chinese names.
var AccountKinds = []field.Option{
	{Code: Basic, Label: "基本存款账户", Tone: "azure"}, {Code: General, Label: "一般存款账户"}, {Code: Special, Label: "专用存款账户"}, {Code: Temporary, Label: "临时存款账户"},
}

// ChannelFile is the way of payment by files that a person carries to the bank.
const ChannelFile = "file"

// Channels are the ways of payment with their Chinese names.
var Channels = []field.Option{{Code: ChannelFile, Label: "付款文件（网银上传）"}}

// The states of an account.
const (
	accountOpen   = "open"
	accountClosed = "closed"
)

// Account is a bank account of books. Ledger is the code of the ledger account that it stands behind (10201, say). Start
// is the day from which it is reconciled; no date means the first of the month of its first statement line.
type Account struct {
	db.Row
	Name                      string
	Books                     ids.ID
	Bank, Holder              string
	NumberSealed, NumberIndex string
	Kind, Ledger              string
	Opened, Closed, Start     date.Date
	Channel                   string
}

// AccountMachine: an account is in use until it is closed.
var AccountMachine = &fsm.Machine{
	Name:   "银行账户",
	States: []fsm.State{{Code: accountOpen, Label: "使用中", Tone: "green"}, {Code: accountClosed, Label: "已销户", Tone: "grey"}},
	Events: []fsm.Event{
		{Name: "close", Label: "销户", From: []string{accountOpen}, To: accountClosed, Verb: "approve", Reason: true},
		{Name: "reopen", Label: "撤回销户", From: []string{accountClosed}, To: accountOpen, Verb: "approve", Reason: true},
	},
}

var accountTable = &db.Table[Account]{
	Name: "bank_account",
	Cols: []string{"name", "books_id", "bank", "holder", "number_sealed", "number_index", "kind", "account", "opened_on", "closed_on", "start_on", "channel"},
	Row:  func(a *Account) *db.Row { return &a.Row },
	Ptrs: func(a *Account) []any {
		return []any{&a.Name, &a.Books, &a.Bank, &a.Holder, &a.NumberSealed, &a.NumberIndex, &a.Kind, &a.Ledger, &a.Opened, &a.Closed, &a.Start, &a.Channel}
	},
}

// numberContext is where account numbers are indexed: ours, those of counterparties and of payees alike, so that equal
// ones are found.
const numberContext = "bank.number"

// The lengths of account numbers in use.
const (
	leastDigits = 8
	mostDigits  = 32
)

// cleanNumber brings an account number to one form: digits without spaces or hyphens.
func cleanNumber(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == ' ' || r == '-' || r == '\t' || r == '　':
			return -1
		}
		return r
	}, s)
}

// numberField is an account number: sealed, indexed, masked.
func numberField[T any](box *secret.Box, name, label string, sealed, index func(*T) *string) field.Field[T] {
	f := field.NewSealed(name, label, sealed).Help("加密保存，只显示首尾")
	f.Set = func(v *T, s string) error {
		n := cleanNumber(s)
		if strings.Trim(n, "0123456789") != "" || len(n) < leastDigits || len(n) > mostDigits {
			return errs.OnField(name, "账号应为 %d 到 %d 位数字，请核对", leastDigits, mostDigits)
		}
		*index(v) = box.Index(n, numberContext)
		return nil
	}
	return f
}

func newAccounts(s *Service) *record.Noun[Account] {
	a := &accounts{s}
	number := numberField(s.env.Box, "number", "账号", func(a *Account) *string { return &a.NumberSealed }, func(a *Account) *string { return &a.NumberIndex }).Show()
	number.Required = true
	return record.Register(s.env, &record.Noun[Account]{
		Kind: "bank_account", Label: "银行账户", Path: "/bank-accounts", Icon: "wallet", Key: "name", Order: "region",
		Intro: "账套的银行账户在这里登记；每个账户对应一个银行存款明细科目，据此导入对账单、逐笔核对、按月编制余额调节表。",
		Table: accountTable, Machine: AccountMachine,
		Title:  func(a *Account) string { return a.Name },
		Detail: func(a *Account) string { return a.Bank + " " + field.LabelOf(AccountKinds, a.Kind) },
		Fields: []field.Field[Account]{
			field.NewText("name", "账户名称", func(a *Account) *string { return &a.Name }).Req().List().Help("便于辨认的名称").Eg("示例村合作社基本户"),
			field.NewRef("books", "账套", "books", func(a *Account) *ids.ID { return &a.Books }).Req().Fix().Show().Filter(),
			field.NewText("bank", "开户银行", func(a *Account) *string { return &a.Bank }).Req().List().Eg("示例农村商业银行八桥支行"),
			field.NewText("holder", "户名", func(a *Account) *string { return &a.Holder }).Req().Help("应为账套单位的全称，不得使用个人账户"),
			number,
			field.NewEnum("kind", "账户类别", AccountKinds, func(a *Account) *string { return &a.Kind }).Req().List().Filter(),
			field.NewText("account", "对应科目", func(a *Account) *string { return &a.Ledger }).Req().List().Limit(15).Help("银行存款的末级科目编码，如 10201；一个科目只对应一个账户").Eg("10201"),
			field.NewDay("opened", "开户日期", func(a *Account) *date.Date { return &a.Opened }).Req().Col("opened_on"),
			field.NewDay("closed", "销户日期", func(a *Account) *date.Date { return &a.Closed }).Col("closed_on").Stamp(),
			field.NewDay("start", "对账起始日", func(a *Account) *date.Date { return &a.Start }).Col("start_on").Help("从哪天起对账；不填为首份对账单所在月的 1 日"),
			field.NewEnum("channel", "付款方式", Channels, func(a *Account) *string { return &a.Channel }).Help("不填为付款文件"),
		},
		Prepare: a.prepare, Check: checkAccount, CheckTx: a.checkTx, BeforeDelete: unusedAccount,
		Guards: map[string]func(context.Context, *db.Tx, *Account) error{"close": a.closing, "reopen": a.reopening},
	})
}

// accounts are the rules of accounts that need other records.
type accounts struct{ *Service }

// prepare puts the account in the division of its books.
func (s *accounts) prepare(ctx context.Context, q db.Q, tenant int64, a *Account) error {
	if a.Channel == "" {
		a.Channel = ChannelFile
	}
	if a.Books == 0 {
		return nil
	}
	b, err := s.ledger.Books.Table.Get(ctx, q, tenant, a.Books)
	if err == nil {
		a.Region = b.Region
	}
	return err
}

func checkAccount(a *Account) error {
	var l errs.List
	if !a.Closed.IsZero() && a.Closed.Before(a.Opened) {
		l.Add("closed", "销户日期不能早于开户日期（%s）", a.Opened)
	}
	return l.Err()
}

func (s *accounts) checkTx(ctx context.Context, tx *db.Tx, old, a *Account) error {
	var l errs.List
	if err := s.checkLedger(ctx, tx, a, &l); err != nil {
		return err
	}
	r, err := RuleAt(ctx, tx, tx.Tenant, a.Region)
	if err != nil {
		return err
	}
	b, err := s.ledger.Books.Table.Get(ctx, tx, tx.Tenant, a.Books)
	if err != nil {
		return err
	}
	owner, err := party.Get(ctx, tx, tx.Tenant, b.Party)
	if err != nil {
		return err
	}
	if r.HolderMatch && foldName(a.Holder) != foldName(owner.Name) {
		l.Add("holder", "户名应为账套单位的全称“%s”，不得使用个人或其他单位的账户", owner.Name)
	}
	if other, err := one(accountTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("number_index = ?", a.NumberIndex).And("id <> ?", a.ID))); err != nil {
		return err
	} else if other != nil {
		l.Add("number", "这个账号已登记为“%s”", other.Name)
	}
	if r.OneBasic && a.Kind == Basic && a.State != accountClosed {
		other, err := one(accountTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("books_id = ?", a.Books).And("kind = ?", Basic).And("state = ?", accountOpen).And("id <> ?", a.ID)))
		if err != nil {
			return err
		}
		if other != nil {
			l.Add("kind", "这个账套已有基本户“%s”；一个单位只能开立一个基本存款账户", other.Name)
		}
	}
	if old != nil && old.Ledger != a.Ledger {
		used, err := accountUsed(ctx, tx, tx.Tenant, a.ID)
		if err != nil {
			return err
		}
		if used {
			l.Add("account", "账户已有对账单或付款，对应科目不能再改")
		}
	}
	return l.Err()
}

// checkLedger makes sure that the ledger account is one for money at banks, takes entries and stands behind no other.
func (s *accounts) checkLedger(ctx context.Context, tx *db.Tx, a *Account, l *errs.List) error {
	list, err := ledger.Accounts(ctx, tx, tx.Tenant, a.Books)
	if err != nil {
		return err
	}
	var found *ledger.Account
	for i := range list {
		if list[i].Code == a.Ledger {
			found = &list[i]
		}
	}
	switch {
	case !strings.HasPrefix(a.Ledger, bankCode):
		l.Add("account", "应为银行存款（%s）或其明细科目", bankCode)
	case found == nil:
		l.Add("account", "账套里没有科目 %s；请先在账套的科目表里增设", a.Ledger)
	case !found.Leaf:
		l.Add("account", "科目 %s %s 已设明细科目，请填末级科目", a.Ledger, found.Name)
	}
	other, err := one(accountTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("books_id = ?", a.Books).And("account = ?", a.Ledger).And("id <> ?", a.ID)))
	if err == nil && other != nil {
		l.Add("account", "科目 %s 已对应银行账户“%s”；一个科目只对应一个账户，请为本账户另设明细科目", a.Ledger, other.Name)
	}
	return err
}

// bankCode is 银行存款 in both accounting systems.
const bankCode = "102"

// one makes "not found" an answer.
func one[T any](v *T, err error) (*T, error) {
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return v, err
}

// closing closes an account on the day given, or today, when nothing is under way on it.
func (s *accounts) closing(ctx context.Context, tx *db.Tx, a *Account) error {
	if a.Closed.IsZero() {
		a.Closed = today(tx)
	}
	n, err := paymentTable.Count(ctx, tx, db.In(db.NewWhere(tx.Tenant).And("account_id = ?", a.ID), "state", []string{PaySubmitted, PayChecked, PayApproved, PayReleased}), 1)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.New(errs.State, "bank_account.paying", "还有没办完的付款批次，请先办完再销户")
	}
	fen, err := ledger.PostedAt(ctx, tx, tx.Tenant, a.Books, a.Ledger, a.Closed)
	if err != nil {
		return err
	}
	if fen != 0 {
		return errs.New(errs.State, "bank_account.balance", "科目 %s 到 %s 还有账面余额 %s 元，结清后才能销户", a.Ledger, a.Closed, fen)
	}
	return nil
}

func (s *accounts) reopening(ctx context.Context, tx *db.Tx, a *Account) error {
	a.Closed, a.State = date.Date{}, accountOpen
	return s.checkTx(ctx, tx, a, a)
}

func unusedAccount(ctx context.Context, tx *db.Tx, a *Account) error {
	used, err := accountUsed(ctx, tx, tx.Tenant, a.ID)
	if err == nil && used {
		return errs.New(errs.Conflict, "bank_account.used", "账户已有对账单或付款，不能删除；不再使用时请销户")
	}
	return err
}

// AccountsOf lists the bank accounts of books.
func AccountsOf(ctx context.Context, q db.Q, tenant int64, books ids.ID) ([]Account, error) {
	return accountTable.All(ctx, q, db.NewWhere(tenant).And("books_id = ?", books), "account, id")
}

// AccountsIn lists the bank accounts of places.
func AccountsIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Account, error) {
	return accountTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "region, account, id")
}
