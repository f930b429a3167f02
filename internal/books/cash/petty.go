package cash

import (
	"context"
	"strconv"

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

// The states of petty cash.
const (
	PettyOpen   = "open"
	PettyClosed = "closed"
)

// The kinds of entry of petty cash and advances.
const (
	TopUp  = "topup"
	Spend  = "spend"
	Refund = "refund"
)

// PettyKinds are the kinds of petty cash entry with their Chinese names.
var PettyKinds = []field.Option{{Code: TopUp, Label: "拨付", Tone: "azure"}, {Code: Spend, Label: "报账", Tone: "green"}, {Code: Refund, Label: "退回", Tone: "grey"}}

// Petty is the petty cash (备用金) of a unit in one person's hands. Account is where it stands in the ledger. Balance is
// what was advanced less what was accounted for or given back.
type Petty struct {
	db.Row
	No             string
	Party          ids.ID
	Holder         string
	HolderParty    ids.ID
	Member         ids.ID
	Account        string
	Opened, Closed date.Date
	Balance        money.Fen // loaded
}

// PettyMachine: petty cash is open until all of it is accounted for.
var PettyMachine = &fsm.Machine{
	Name:   "备用金",
	States: []fsm.State{{Code: PettyOpen, Label: "使用中", Tone: "azure"}, {Code: PettyClosed, Label: "已收回", Tone: "grey"}},
	Events: []fsm.Event{
		{Name: "close", Label: "收回结清", From: []string{PettyOpen}, To: PettyClosed, Verb: "edit", Reason: true},
		{Name: "reopen", Label: "恢复", From: []string{PettyClosed}, To: PettyOpen, Verb: "approve", Reason: true},
	},
}

var pettyTable = &db.Table[Petty]{
	Name: "petty_cash",
	Cols: []string{"no", "party_id", "holder", "holder_party_id", "member_id", "account", "opened_on", "closed_on"},
	Row:  func(p *Petty) *db.Row { return &p.Row },
	Ptrs: func(p *Petty) []any {
		return []any{&p.No, &p.Party, &p.Holder, &p.HolderParty, &p.Member, &p.Account, &p.Opened, &p.Closed}
	},
}

// receivable is where petty cash and advances stand when nothing else is said: 应收款 in both accounting systems.
const receivable = "112"

const holderHelp = "不填为 112 应收款；给本村成员的填 113 内部往来"

func (c *Cash) newPetty() *record.Noun[Petty] {
	return record.Register(c.env, &record.Noun[Petty]{
		Kind: "petty_cash", Label: "备用金", Path: "/petty-cash", Icon: "wallet", Key: "no", Order: "region",
		Intro: "拨给报账员的备用金：拨付、凭票报账、退回，余额随时可查。一个单位同时只有一笔备用金。",
		Table: pettyTable, Machine: PettyMachine,
		Title:  func(p *Petty) string { return p.No + " " + p.Holder + "的备用金" },
		Series: func(p *Petty) string { return "BYJ-" + strconv.Itoa(p.Opened.Year()) },
		Fields: []field.Field[Petty]{
			field.NewText("no", "编号", func(p *Petty) *string { return &p.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("party", "单位", "party", func(p *Petty) *ids.ID { return &p.Party }).Req().Fix().Show().Filter(),
			field.NewText("holder", "保管人", func(p *Petty) *string { return &p.Holder }).Req().List(),
			field.NewDay("opened", "设立日期", func(p *Petty) *date.Date { return &p.Opened }).Req().Fix().Col("opened_on").List(),
			field.NewText("account", "记账科目", func(p *Petty) *string { return &p.Account }).Fix().Help(holderHelp),
			field.NewRef("member", "保管人所在户", "member", func(p *Petty) *ids.ID { return &p.Member }).Fix().Help("记在内部往来时选填"),
			field.NewRef("holder_party", "往来单位", "party", func(p *Petty) *ids.ID { return &p.HolderParty }).Fix().Help("记在应收款、按往来单位核算时选填"),
			field.NewMoney("balance", "余额", func(p *Petty) *money.Fen { return &p.Balance }).Derived().Col(""),
			field.NewDay("closed", "收回日期", func(p *Petty) *date.Date { return &p.Closed }).Col("closed_on").Stamp(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, p *Petty) (err error) {
			if p.Region, err = place(ctx, q, tenant, p.Party); err != nil || p.Party == 0 || p.Opened.IsZero() {
				return err
			}
			p.Account, err = standingAccount(ctx, q, tenant, p.Party, p.Opened, p.Account)
			return err
		},
		CheckTx: onePetty, Load: loadPetty,
		Guards: map[string]func(context.Context, *db.Tx, *Petty) error{
			"close": func(ctx context.Context, tx *db.Tx, p *Petty) error {
				if err := lockRow(ctx, tx, "petty_cash", p.ID); err != nil {
					return err
				}
				if err := loadPetty(ctx, tx, p); err != nil {
					return err
				}
				if p.Balance != 0 {
					return errs.New(errs.State, "petty.balance", "备用金还有余额 %s 元，请先报账或退回", p.Balance)
				}
				p.Closed = date.Of(tx.Now())
				return nil
			},
			"reopen": func(ctx context.Context, tx *db.Tx, p *Petty) error {
				p.Closed = date.Date{}
				return onePetty(ctx, tx, nil, p)
			},
		},
	})
}

// standingAccount settles where petty cash or an advance stands in the books.
func standingAccount(ctx context.Context, q db.Q, tenant int64, unit ids.ID, day date.Date, given string) (string, error) {
	if given == "" {
		return receivable, nil
	}
	b, err := booksOn(ctx, q, tenant, unit, day)
	if err != nil {
		return given, err
	}
	list, err := ledger.Accounts(ctx, q, tenant, b.ID)
	if err != nil {
		return given, err
	}
	code := accountCode(list, given)
	for i := range list {
		if list[i].Code == code && list[i].Class == ledger.Asset && !ledger.IsCash(code) {
			return code, nil
		}
	}
	return given, errs.OnField("account", "应是应收款（112）、内部往来（113）或它们的明细科目，账套里没有“%s”", given)
}

func onePetty(ctx context.Context, tx *db.Tx, old, p *Petty) error {
	if old != nil {
		return nil
	}
	if err := lockRow(ctx, tx, "party", p.Party); err != nil {
		return err
	}
	o, err := pettyTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("party_id = ?", p.Party).And("state = ?", PettyOpen).And("id <> ?", p.ID))
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.OnField("party", "这个单位已有使用中的备用金 %s（%s），请先收回结清", o.No, o.Holder)
}

// pettyBalance is what was advanced less what came back in bills or money.
func pettyBalance(sums map[string]money.Fen) money.Fen {
	return sums[TopUp] - sums[Spend] - sums[Refund]
}

func loadPetty(ctx context.Context, q db.Q, p *Petty) error {
	sums, err := parentSums(ctx, q, p.Tenant, "petty_entry", "petty_id", p.ID)
	p.Balance = pettyBalance(sums)
	return err
}

// PettyEntry is one movement of petty cash. Account is the cash account that it came from or went to, or what was spent.
type PettyEntry struct {
	db.Row
	No      string
	Petty   ids.ID
	Party   ids.ID
	Kind    string
	Date    date.Date
	Amount  money.Fen
	Summary string
	Payee   string
	Account string
	Bills   int
	Voucher ids.ID
}

var pettyEntryTable = &db.Table[PettyEntry]{
	Name: "petty_entry",
	Cols: []string{"no", "petty_id", "party_id", "kind", "on_date", "amount_fen", "summary", "payee", "account", "bills", "voucher_id"},
	Row:  func(e *PettyEntry) *db.Row { return &e.Row },
	Ptrs: func(e *PettyEntry) []any {
		return []any{&e.No, &e.Petty, &e.Party, &e.Kind, &e.Date, &e.Amount, &e.Summary, &e.Payee, &e.Account, &e.Bills, &e.Voucher}
	},
}

// maxBills bounds the papers behind an entry.
const maxBills = 999

func (c *Cash) newPettyEntries() *record.Noun[PettyEntry] {
	return record.Register(c.env, &record.Noun[PettyEntry]{
		Kind: "petty_entry", Label: "备用金收支", Path: "/petty-entries", Icon: "cash", Key: "no", Order: "-no",
		Intro: "备用金的拨付、报账和退回，每笔生成一张待审核的凭证。",
		Table: pettyEntryTable, Machine: doneMachine("备用金收支", "已登记"), Kept: kept,
		Title: func(e *PettyEntry) string { return e.No + " " + e.Summary },
		Detail: func(e *PettyEntry) string {
			return field.LabelOf(PettyKinds, e.Kind) + " " + e.Amount.String() + " 元"
		},
		Series: func(e *PettyEntry) string { return "BZ-" + strconv.Itoa(e.Date.Year()) },
		Fields: []field.Field[PettyEntry]{
			field.NewText("no", "编号", func(e *PettyEntry) *string { return &e.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("petty", "备用金", "petty_cash", func(e *PettyEntry) *ids.ID { return &e.Petty }).Req().Fix().Show().Filter(),
			field.NewEnum("kind", "种类", PettyKinds, func(e *PettyEntry) *string { return &e.Kind }).Req().Fix().List().Filter(),
			field.NewDay("date", "日期", func(e *PettyEntry) *date.Date { return &e.Date }).Req().Fix().Col("on_date").List(),
			field.NewMoney("amount", "金额", func(e *PettyEntry) *money.Fen { return &e.Amount }).Req().Fix().List(),
			field.NewText("summary", "事由", func(e *PettyEntry) *string { return &e.Summary }).Req().Fix().List().Limit(100).Eg("购办公用品"),
			field.NewText("payee", "收款人", func(e *PettyEntry) *string { return &e.Payee }).Fix().Help("报账时填写钱付给了谁"),
			field.NewText("account", "科目", func(e *PettyEntry) *string { return &e.Account }).Req().Fix().Help("拨付、退回填库存现金（101）或银行存款（102）；报账填支出科目，如管理费用").Eg("管理费用"),
			field.NewInt("bills", "单据张数", 0, maxBills, func(e *PettyEntry) *int { return &e.Bills }).In("张").Fix(),
			field.NewRef("voucher", "凭证", "voucher", func(e *PettyEntry) *ids.ID { return &e.Voucher }).Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, e *PettyEntry) error {
			if e.Petty == 0 {
				return nil
			}
			p, err := pettyTable.Get(ctx, q, tenant, e.Petty)
			if err != nil {
				return err
			}
			e.Party, e.Region = p.Party, p.Region
			return nil
		},
		CheckTx: checkPettyEntry, After: c.bookPettyEntry,
		Guards: map[string]func(context.Context, *db.Tx, *PettyEntry) error{"void": c.voidPettyEntry},
	})
}

// checkPettyEntry keeps the balance between nothing and the limit, and payments below their ceiling.
func checkPettyEntry(ctx context.Context, tx *db.Tx, old, e *PettyEntry) error {
	if old != nil {
		return nil
	}
	e.Voucher = 0
	if err := lockRow(ctx, tx, "petty_cash", e.Petty); err != nil {
		return err
	}
	p, err := pettyTable.Get(ctx, tx, tx.Tenant, e.Petty)
	if err != nil {
		return err
	}
	if p.State != PettyOpen {
		return errs.OnField("petty", "备用金 %s 已收回结清，不能再登记", p.No)
	}
	if err := checkEntryDay(tx, e.Date, p.Opened); err != nil {
		return err
	}
	sums, err := parentSums(ctx, tx, tx.Tenant, "petty_entry", "petty_id", p.ID)
	if err != nil {
		return err
	}
	terms, err := termsAt(ctx, tx, tx.Tenant, e.Region, e.Date)
	if err != nil {
		return err
	}
	balance := pettyBalance(sums)
	switch {
	case e.State == Voided:
	case e.Kind == TopUp && terms.PettyLimit > 0 && balance+e.Amount > terms.PettyLimit:
		return errs.OnField("amount", "拨付后余额 %s 元，超过备用金限额 %s 元；最多还能拨付 %s 元", balance+e.Amount, terms.PettyLimit, max(terms.PettyLimit-balance, 0))
	case e.Kind == Spend && terms.PettySingle > 0 && e.Amount > terms.PettySingle:
		return errs.OnField("amount", "单笔支付上限为 %s 元，超过的请由银行转账支付", terms.PettySingle)
	case e.Kind != TopUp && e.Amount > balance:
		return errs.OnField("amount", "备用金余额只有 %s 元", balance)
	}
	e.Account, err = entryAccount(ctx, tx, e.Party, e.Date, e.Account, e.Kind == Spend)
	return err
}

// checkEntryDay keeps the day of an entry between its parent's and today.
func checkEntryDay(tx *db.Tx, day, from date.Date) error {
	switch today := date.Of(tx.Now()); {
	case day.After(today):
		return errs.OnField("date", "日期不能晚于今天（%s）", today)
	case day.Before(from):
		return errs.OnField("date", "日期不能早于 %s", from)
	}
	return nil
}

// entryAccount settles the account that stands against petty cash or an advance: cash for money, anything else for bills.
func entryAccount(ctx context.Context, tx *db.Tx, unit ids.ID, day date.Date, given string, bills bool) (string, error) {
	b, err := booksOn(ctx, tx, tx.Tenant, unit, day)
	if err != nil {
		return given, err
	}
	list, err := ledger.Accounts(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return given, err
	}
	code := accountCode(list, given)
	switch {
	case bills && ledger.IsCash(code):
		return code, errs.OnField("account", "报账应填支出科目，如管理费用；退回现金请选“退回”（退款）")
	case !bills && !ledger.IsCash(code):
		return code, errs.OnField("account", "收付款项应填库存现金（101）或银行存款（102）")
	}
	return code, nil
}

func (c *Cash) bookPettyEntry(ctx context.Context, tx *db.Tx, old, e *PettyEntry) error {
	if old != nil || e.State == Voided {
		return nil
	}
	p, err := pettyTable.Get(ctx, tx, tx.Tenant, e.Petty)
	if err != nil {
		return err
	}
	v, err := c.make(ctx, tx, standingDraft("petty_entry", e.ID, e.Party, e.Date, field.LabelOf(PettyKinds, e.Kind)+"备用金："+p.Holder+" "+e.Summary, e.Sample, e.Bills,
		ledger.Line{Account: p.Account, Party: p.HolderParty, Member: p.Member}, e.Account, e.Amount, e.Kind == TopUp))
	if err != nil {
		return err
	}
	e.Voucher = v
	return setVoucher(ctx, tx, "petty_entry", e.ID, v)
}

// standingDraft is the voucher of a movement between what somebody owes (stands) and another account: out for money
// that goes to the person.
func standingDraft(kind string, id, unit ids.ID, day date.Date, summary string, sample bool, bills int, stands ledger.Line, account string, amount money.Fen, out bool) draft {
	d := draft{kind: kind, id: id, unit: unit, day: day, summary: summary, sample: sample, bills: bills}
	other := ledger.Line{Account: account}
	if out {
		stands.Debit, other.Credit = amount, amount
		d.lines, d.fields = []ledger.Line{stands, other}, []string{"petty", "account"}
		return d
	}
	other.Debit, stands.Credit = amount, amount
	d.lines, d.fields = []ledger.Line{other, stands}, []string{"account", "petty"}
	return d
}

func (c *Cash) voidPettyEntry(ctx context.Context, tx *db.Tx, e *PettyEntry) error {
	if err := lockRow(ctx, tx, "petty_cash", e.Petty); err != nil {
		return err
	}
	p, err := pettyTable.Get(ctx, tx, tx.Tenant, e.Petty)
	if err != nil {
		return err
	}
	if err := loadPetty(ctx, tx, p); err != nil {
		return err
	}
	switch {
	case p.State != PettyOpen:
		return errs.New(errs.State, "petty.closed", "备用金 %s 已收回结清，请先恢复再作废", p.No)
	case e.Kind == TopUp && p.Balance < e.Amount:
		return errs.New(errs.State, "petty.spent", "这笔拨付已用去一部分，余额只有 %s 元；请先作废后面的报账", p.Balance)
	}
	e.Voucher, err = c.undo(ctx, tx, "petty_entry", e.ID, e.Voucher, "备用金收支 "+e.No+" 作废："+record.Reason(ctx))
	return err
}
