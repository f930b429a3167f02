package cash

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// The states of a receipt book.
const (
	BookStock   = "stock"
	BookIssued  = "issued"
	BookHanded  = "handed"
	BookSettled = "settled"
	BookLost    = "lost"
)

// Book is one book of printed receipts (统一收据) with the numbers First to Last. Used is the last number that was
// written, 0 for none. UsedCount, VoidCount and UsedFen are what it came to when it was settled.
type Book struct {
	db.Row
	No, Prefix           string
	Party                ids.ID
	First, Last          int64
	Digits               int
	Holder, Issuer       string
	Issued, Handed       date.Date
	Settler              string
	Settled              date.Date
	UsedCount, VoidCount int
	UsedFen              money.Fen
	Used                 int64 // loaded, kept by the receipts themselves
}

// BookMachine: a book is issued to a village, comes back when it is full, and is settled against bank and vouchers.
var BookMachine = &fsm.Machine{
	Name: "收据本",
	States: []fsm.State{
		{Code: BookStock, Label: "在库", Tone: "grey"}, {Code: BookIssued, Label: "使用中", Tone: "azure"}, {Code: BookHanded, Label: "已交回", Tone: "orange"},
		{Code: BookSettled, Label: "已缴销", Tone: "green"}, {Code: BookLost, Label: "遗失", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: "issue", Label: "领用", From: []string{BookStock}, To: BookIssued, Verb: "approve"},
		{Name: "hand", Label: "交回", From: []string{BookIssued}, To: BookHanded, Verb: Use},
		{Name: "settle", Label: "缴销", From: []string{BookHanded}, To: BookSettled, Verb: "approve"},
		{Name: "lose", Label: "登记遗失", From: []string{BookIssued}, To: BookLost, Verb: "approve", Reason: true},
		{Name: "find", Label: "找回", From: []string{BookLost}, To: BookIssued, Verb: "approve", Reason: true},
	},
}

var bookTable = &db.Table[Book]{
	Name: "receipt_book",
	Cols: []string{
		"no", "prefix", "party_id", "first_no", "last_no", "digits", "holder", "issuer", "issued_on", "handed_on", "settler", "settled_on",
		"used_count", "void_count", "used_fen",
	},
	Row: func(b *Book) *db.Row { return &b.Row },
	Ptrs: func(b *Book) []any {
		return []any{
			&b.No, &b.Prefix, &b.Party, &b.First, &b.Last, &b.Digits, &b.Holder, &b.Issuer, &b.Issued, &b.Handed, &b.Settler, &b.Settled,
			&b.UsedCount, &b.VoidCount, &b.UsedFen,
		}
	},
}

// The limits of a book.
const (
	maxDigits = 12
	maxPages  = 1000
)

// Number writes a number as it is printed in the book.
func (b *Book) Number(no int64) string { return fmt.Sprintf("%s%0*d", b.Prefix, b.Digits, no) }

// Next is the number to be written next, "" when the book is full.
func (b *Book) Next() string {
	switch {
	case b.Used == 0:
		return b.Number(b.First)
	case b.Used >= b.Last:
		return ""
	}
	return b.Number(b.Used + 1)
}

// Pages is how many receipts the book has, Left how many have not been written.
func (b *Book) Pages() int { return int(b.Last - b.First + 1) }

// Left is how many receipts have not been written.
func (b *Book) Left() int {
	if b.Used == 0 {
		return b.Pages()
	}
	return int(b.Last - b.Used)
}

// numberField describes the first or last number: digits, as they are printed.
func numberField(name, label string, p func(*Book) *int64) field.Field[Book] {
	f := field.NewText[Book](name, label, nil)
	f.Column = name + "_no"
	f.Get = func(b *Book) string {
		if *p(b) == 0 {
			return ""
		}
		return fmt.Sprintf("%0*d", b.Digits, *p(b))
	}
	f.Set = func(b *Book, s string) error {
		s = strings.TrimSpace(s)
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n <= 0 || len(s) > maxDigits {
			return errs.OnField(name, "号码应为不超过 %d 位的数字，照收据上印的填写（含前面的 0）", maxDigits)
		}
		*p(b), b.Digits = n, len(s)
		return nil
	}
	return f
}

// onceSettled shows a figure only when the book was settled.
func onceSettled(f field.Field[Book]) field.Field[Book] {
	get := f.Get
	f.Get = func(b *Book) string {
		if b.State != BookSettled {
			return ""
		}
		return get(b)
	}
	return f.Stamp().Derived()
}

func (c *Cash) newBooks() *record.Noun[Book] {
	return record.Register(c.env, &record.Noun[Book]{
		Kind: "receipt_book", Label: "收据本", Path: "/receipt-books", Icon: "book-2", Key: "no", Order: "-no",
		Intro: "统一收据按本登记：领用、逐号开具、交回、缴销。旧本逾期没有缴销的，不得领用新本。",
		Table: bookTable, Machine: BookMachine,
		Title:  func(b *Book) string { return "收据本 " + b.No },
		Detail: func(b *Book) string { return b.Number(b.First) + " 至 " + b.Number(b.Last) + " " + b.Holder },
		Fields: []field.Field[Book]{
			field.NewText("no", "本号", func(b *Book) *string { return &b.No }).Req().Fix().List().Eg("2021-015"),
			field.NewRef("party", "领用单位", "party", func(b *Book) *ids.ID { return &b.Party }).Req().Show().Filter().Help("村集体经济组织、村民委员会或村民小组"),
			field.NewText("prefix", "票据字轨", func(b *Book) *string { return &b.Prefix }).Fix().Limit(20).Help("号码前面印的字母或代码，没有可不填").Eg("苏农A"),
			numberField("first", "起始号码", func(b *Book) *int64 { return &b.First }).Req().Fix().List().Eg("0012301"),
			numberField("last", "终止号码", func(b *Book) *int64 { return &b.Last }).Req().Fix().List().Eg("0012350"),
			field.NewText("holder", "领用人", func(b *Book) *string { return &b.Holder }).List().Help("领用前填写"),
			field.NewDay("issued", "领用日期", func(b *Book) *date.Date { return &b.Issued }).Col("issued_on").Stamp().List(),
			field.NewText("issuer", "发放人", func(b *Book) *string { return &b.Issuer }).Stamp(),
			field.NewDay("handed", "交回日期", func(b *Book) *date.Date { return &b.Handed }).Col("handed_on").Stamp(),
			field.NewDay("settled", "缴销日期", func(b *Book) *date.Date { return &b.Settled }).Col("settled_on").Stamp().List(),
			field.NewText("settler", "核销人", func(b *Book) *string { return &b.Settler }).Stamp(),
			onceSettled(field.NewInt("used_count", "开具份数", 0, maxPages, func(b *Book) *int { return &b.UsedCount }).In("份")),
			onceSettled(field.NewInt("void_count", "作废份数", 0, maxPages, func(b *Book) *int { return &b.VoidCount }).In("份")),
			onceSettled(field.NewMoney("used", "缴销金额", func(b *Book) *money.Fen { return &b.UsedFen })),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, b *Book) (err error) {
			b.Region, err = place(ctx, q, tenant, b.Party)
			return err
		},
		Check: checkBook, CheckTx: checkBookTx,
		Load: func(ctx context.Context, q db.Q, b *Book) (err error) {
			b.Used, err = usedUpTo(ctx, q, b.Tenant, b.ID)
			return err
		},
		Guards: map[string]func(context.Context, *db.Tx, *Book) error{"issue": issue, "hand": c.hand, "settle": c.settle},
	})
}

func checkBook(b *Book) error {
	var l errs.List
	switch {
	case b.Last < b.First:
		l.Add("last", "终止号码不能小于起始号码（%s）", b.Number(b.First))
	case b.Last-b.First >= maxPages:
		l.Add("last", "一本最多 %d 份，请核对号码", maxPages)
	}
	if b.State != BookStock && b.State != BookLost && b.State != "" {
		if b.Holder == "" {
			l.Add("holder", "请填写领用人")
		}
		if b.Issued.IsZero() {
			l.Add("issued", "请填写领用日期")
		}
	}
	for _, d := range []struct {
		name      string
		day, from date.Date
	}{{"handed", b.Handed, b.Issued}, {"settled", b.Settled, b.Handed}} {
		if !d.day.IsZero() && d.day.Before(d.from) {
			l.Add(d.name, "不能早于 %s", d.from)
		}
	}
	return l.Err()
}

// checkBookTx keeps every number in one book, and a book with its unit once it was issued.
func checkBookTx(ctx context.Context, tx *db.Tx, old, b *Book) error {
	if old == nil {
		b.UsedCount, b.VoidCount, b.UsedFen = 0, 0, 0
		if b.State == BookHanded || b.State == BookSettled {
			return errs.New(errs.Invalid, "book.state", "新登记的收据本只能是“在库”或“使用中”；交回和缴销在页面上办理，由系统核对")
		}
	}
	if old != nil && old.Party != b.Party && old.State != BookStock {
		return errs.OnField("party", "收据本已领用，领用单位不能再改")
	}
	if err := lockPrefix(ctx, tx, b.Prefix); err != nil {
		return err
	}
	o, err := overlapping(ctx, tx, tx.Tenant, b)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.OnField("first", "号码与收据本 %s（%s 至 %s）重复；同一号码的收据只能有一份，请核对", o.No, o.Number(o.First), o.Number(o.Last))
}

// issue gives a book out, unless the unit keeps an old one for too long.
func issue(ctx context.Context, tx *db.Tx, b *Book) error {
	today := date.Of(tx.Now())
	if b.Holder == "" {
		return errs.OnField("holder", "请先在“修改”里填写领用人")
	}
	if b.Issued.IsZero() {
		b.Issued = today
	}
	if b.Issuer == "" {
		b.Issuer = tx.ActorName
	}
	if err := lockRow(ctx, tx, "party", b.Party); err != nil { // two books are not issued at once
		return err
	}
	terms, err := termsAt(ctx, tx, tx.Tenant, b.Region, b.Issued)
	if err != nil || terms.BookDays == 0 {
		return err
	}
	out, err := bookTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("party_id = ?", b.Party).And("state IN ('issued', 'handed')"), "issued_on, no")
	if err != nil {
		return err
	}
	for i := range out {
		if age := b.Issued.Sub(out[i].Issued); age > terms.BookDays {
			return errs.New(errs.State, "book.unsettled", "旧收据本 %s 领用已 %d 天，还没有缴销（规定 %d 天内）；请先交回缴销，再领用新本", out[i].No, age, terms.BookDays)
		}
	}
	return nil
}

// hand takes a book back: what has not been written is cancelled, so that every number is accounted for.
func (c *Cash) hand(ctx context.Context, tx *db.Tx, b *Book) error {
	last, err := takeRest(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	if b.Handed.IsZero() {
		b.Handed = date.Of(tx.Now())
	}
	var blank []*Receipt
	for no := max(last+1, b.First); no <= b.Last; no++ {
		r := &Receipt{
			No: b.Number(no), Book: b.ID, Party: b.Party, Serial: no, Date: b.Handed, Voided: b.Handed, VoidReason: "交回时未使用，剪角作废",
			Payer: "（空白）", Summary: "空白收据",
		}
		r.Region, r.State, r.Sample = b.Region, ReceiptVoid, b.Sample
		blank = append(blank, r)
	}
	b.Used = b.Last
	return c.Receipts.InsertAll(ctx, tx, blank)
}

// Reckoning is what the receipts of a book come to, and what of it reached the bank and the ledger. Amounts in fen.
type Reckoning struct {
	Used, Void, Left int
	Total            money.Fen // of the receipts that stand
	Cash, Bank       money.Fen // by how they were paid
	Banked           money.Fen // of the cash, what was taken to the bank
	Unbanked         int       // receipts in cash that were not
	Posted           money.Fen // what posted vouchers of the receipts brought in
	Waiting          int       // vouchers that are not posted
}

// Differences says in Chinese what keeps the book from being settled; nothing when receipts, bank and vouchers agree.
func (r *Reckoning) Differences() []string {
	var out []string
	if r.Left > 0 {
		out = append(out, fmt.Sprintf("还有 %d 份没有开具或作废", r.Left))
	}
	if r.Unbanked > 0 {
		out = append(out, fmt.Sprintf("%d 份现金收据共 %s 元没有送存银行", r.Unbanked, r.Cash-r.Banked))
	}
	if r.Waiting > 0 {
		out = append(out, fmt.Sprintf("%d 张凭证还没有记账", r.Waiting))
	}
	if r.Posted != r.Total {
		out = append(out, fmt.Sprintf("收据合计 %s 元，已记账凭证入账 %s 元，相差 %s 元", r.Total, r.Posted, (r.Total-r.Posted).Abs()))
	}
	return out
}

// Reckon compares the receipts of a book with bank and vouchers.
func (c *Cash) Reckon(ctx context.Context, q db.Q, tenant int64, book ids.ID) (*Reckoning, error) {
	b, err := bookTable.Get(ctx, q, tenant, book)
	if err != nil {
		return nil, err
	}
	if b.Used, err = usedUpTo(ctx, q, tenant, book); err != nil {
		return nil, err
	}
	r := &Reckoning{Left: b.Left()}
	sums, err := bookSums(ctx, q, tenant, book)
	if err != nil {
		return nil, err
	}
	for _, s := range sums {
		switch {
		case s.state == ReceiptVoid:
			r.Void += s.count
			continue
		case s.method == Cashed && s.banked:
			r.Banked += s.fen
		case s.method == Cashed:
			r.Unbanked += s.count
		}
		if s.method == Cashed {
			r.Cash += s.fen
		} else {
			r.Bank += s.fen
		}
		r.Used += s.count
		r.Total += s.fen
	}
	return r, c.reckonVouchers(ctx, q, tenant, book, r)
}

func (c *Cash) settle(ctx context.Context, tx *db.Tx, b *Book) error {
	if err := lockRow(ctx, tx, "receipt_book", b.ID); err != nil {
		return err
	}
	r, err := c.Reckon(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	if diff := r.Differences(); len(diff) > 0 {
		return errs.New(errs.State, "book.differs", "还不能缴销：%s", strings.Join(diff, "；"))
	}
	if b.Settled.IsZero() {
		b.Settled = date.Of(tx.Now())
	}
	b.Settler = tx.ActorName
	b.UsedCount, b.VoidCount, b.UsedFen = r.Used, r.Void, r.Total
	return nil
}
