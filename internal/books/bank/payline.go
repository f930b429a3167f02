package bank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/find"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// What became of a payment.
const (
	ResultPending = "pending"
	ResultSuccess = "success"
	ResultFailed  = "failed"
)

// Results are the results with their Chinese names.
var Results = []field.Option{
	{Code: ResultPending, Label: "待付"}, {Code: ResultSuccess, Label: "成功", Tone: "green"}, {Code: ResultFailed, Label: "失败", Tone: "red"},
}

// PaymentLine is one payment of a batch. Payee is the name on the account paid to; Party or Member say who that is where
// they are on record. Account is the account that the payment is booked on; Voucher names a voucher that has the payment
// already, so that none is drafted. BankLine is the statement
// line that shows it, Made is the voucher that was drafted when it succeeded; RetryOf the failed payment
// that this one repeats.
type PaymentLine struct {
	db.Row
	No                         string
	Batch, Party, Member       ids.ID
	Payee                      string
	NumberSealed, NumberIndex  string
	Bank                       string
	Amount                     money.Fen
	Purpose, Account           string
	Contract, Project, Voucher ids.ID
	DupReason                  string
	Result, ResultText         string
	SettledOn                  date.Date
	Serial                     string
	BankLine, Made, RetryOf    ids.ID
}

var paymentLineTable = &db.Table[PaymentLine]{
	Name: "payment_line",
	Cols: []string{
		"no", "batch_id", "party_id", "member_id", "payee", "number_sealed", "number_index", "bank", "amount_fen", "purpose", "account", "contract_id", "project_id",
		"voucher_id", "dup_reason", "result", "result_text", "settled_on", "serial", "bank_line_id", "made_id", "retry_of_id",
	},
	Row: func(l *PaymentLine) *db.Row { return &l.Row },
	Ptrs: func(l *PaymentLine) []any {
		return []any{
			&l.No, &l.Batch, &l.Party, &l.Member, &l.Payee, &l.NumberSealed, &l.NumberIndex, &l.Bank, &l.Amount, &l.Purpose, &l.Account, &l.Contract, &l.Project,
			&l.Voucher, &l.DupReason, &l.Result, &l.ResultText, &l.SettledOn, &l.Serial, &l.BankLine, &l.Made, &l.RetryOf,
		}
	},
}

func newPaymentLines(s *Service) *record.Noun[PaymentLine] {
	p := &paymentLines{s}
	number := numberField(s.env.Box, "number", "收款账号", func(l *PaymentLine) *string { return &l.NumberSealed }, func(l *PaymentLine) *string { return &l.NumberIndex }).Show()
	number.Required = true
	return record.Register(s.env, &record.Noun[PaymentLine]{
		Kind: "payment_line", Label: "付款明细", Path: "/payment-lines", Icon: "list-details", Key: "no", Order: "no",
		Intro:  "付款批次里的每一笔：付给谁、付多少、做什么用、记在哪个科目。",
		Table:  paymentLineTable,
		Title:  func(l *PaymentLine) string { return l.No + " " + l.Payee },
		Detail: func(l *PaymentLine) string { return l.Purpose },
		Series: func(*PaymentLine) string { return "FKMX" },
		Fields: []field.Field[PaymentLine]{
			field.NewText("no", "付款明细号", func(l *PaymentLine) *string { return &l.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewRef("batch", "付款批次", "payment", func(l *PaymentLine) *ids.ID { return &l.Batch }).Req().Fix().Show().Filter(),
			field.NewText("payee", "收款人", func(l *PaymentLine) *string { return &l.Payee }).List().Help("收款账户的户名；填了往来单位可不填"),
			number,
			field.NewText("bank", "收款开户行", func(l *PaymentLine) *string { return &l.Bank }),
			field.NewMoney("amount", "金额", func(l *PaymentLine) *money.Fen { return &l.Amount }).Req().List(),
			field.NewText("purpose", "用途", func(l *PaymentLine) *string { return &l.Purpose }).Req().List().Limit(60),
			field.NewText("account", "入账科目", func(l *PaymentLine) *string { return &l.Account }).Req().Limit(15).Show().Help("付款成功后借记的科目编码"),
			field.NewRef("party", "往来单位", "party", func(l *PaymentLine) *ids.ID { return &l.Party }),
			field.NewRef("member", "成员户", "member", func(l *PaymentLine) *ids.ID { return &l.Member }),
			field.NewRef("contract", "合同", "contract", func(l *PaymentLine) *ids.ID { return &l.Contract }),
			field.NewRef("project", "联建项目", "joint", func(l *PaymentLine) *ids.ID { return &l.Project }),
			field.NewRef("voucher", "已有凭证", "voucher", func(l *PaymentLine) *ids.ID { return &l.Voucher }).Help("这笔付款已经记过账的，填那张凭证，成功后不再生成凭证"),
			field.NewText("dup_reason", "重复付款说明", func(l *PaymentLine) *string { return &l.DupReason }).Help("与近期付款的收款人、金额相同时须说明理由"),
			field.NewEnum("result", "结果", Results, func(l *PaymentLine) *string { return &l.Result }).Derived().Show().Filter(),
			field.NewText("result_text", "结果说明", func(l *PaymentLine) *string { return &l.ResultText }).Derived().Stamp(),
			field.NewDay("settled_on", "付款日期", func(l *PaymentLine) *date.Date { return &l.SettledOn }).Derived().Stamp(),
			field.NewText("serial", "银行流水号", func(l *PaymentLine) *string { return &l.Serial }).Derived().Stamp(),
			field.NewRef("made", "生成的凭证", "voucher", func(l *PaymentLine) *ids.ID { return &l.Made }).Derived().Stamp(),
			field.NewRef("retry_of", "重付的明细", "payment_line", func(l *PaymentLine) *ids.ID { return &l.RetryOf }).Derived().Stamp(),
		},
		Prepare: p.prepare, Check: checkLine, CheckTx: p.checkTx, After: p.after, BeforeDelete: p.beforeDelete,
	})
}

// paymentLines are the rules of a batch's payments.
type paymentLines struct{ *Service }

// prepare puts the payment in the division of its batch and names the payee after the party.
func (s *paymentLines) prepare(ctx context.Context, q db.Q, tenant int64, l *PaymentLine) error {
	if l.Result == "" {
		l.Result = ResultPending
	}
	if l.Batch != 0 {
		p, err := paymentTable.Get(ctx, q, tenant, l.Batch)
		if err != nil {
			return err
		}
		l.Region = p.Region
	}
	if l.Payee == "" && l.Party != 0 {
		p, err := party.Get(ctx, q, tenant, l.Party)
		if err != nil {
			return err
		}
		l.Payee = p.Name
	}
	return nil
}

func checkLine(l *PaymentLine) error {
	var wrong errs.List
	if l.Payee == "" {
		wrong.Add("payee", "请填写收款人，或填写往来单位")
	}
	if l.Party != 0 && l.Member != 0 {
		wrong.Add("member", "往来单位和成员户只填一个")
	}
	// The payment file is opened in spreadsheets, which would run such a text.
	for _, f := range []struct{ name, text string }{{"payee", l.Payee}, {"purpose", l.Purpose}, {"bank", l.Bank}} {
		if f.text != "" && strings.ContainsRune("=+-@", rune(f.text[0])) {
			wrong.Add(f.name, "不能以“%c”开头", f.text[0])
		}
	}
	return wrong.Err()
}

func (s *paymentLines) checkTx(ctx context.Context, tx *db.Tx, _, l *PaymentLine) error {
	p, err := lockPayment(ctx, tx, l.Batch)
	if err != nil {
		return err
	}
	if err := mine(p, tx); err != nil {
		return err
	}
	a, err := accountTable.Get(ctx, tx, tx.Tenant, p.Account)
	if err != nil {
		return err
	}
	n, err := paymentLineTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("batch_id = ?", p.ID).And("id <> ?", l.ID), mostPayees)
	if err != nil {
		return err
	}
	if n >= mostPayees {
		return errs.New(errs.Invalid, "payment.many", "一个批次最多 %d 笔，请分成几批", mostPayees)
	}
	if err := s.checkAccount(ctx, tx, a, l); err != nil {
		return err
	}
	return s.checkOwners(ctx, tx, a, l)
}

// checkOwners makes sure that what the payment is for may stand in the books that pay: what the voucher would be refused for
// once the money has gone is refused now.
func (s *paymentLines) checkOwners(ctx context.Context, tx *db.Tx, a *Account, l *PaymentLine) error {
	b, err := ledger.BooksByID(ctx, tx, tx.Tenant, a.Books)
	if err != nil {
		return err
	}
	line := ledger.Line{Party: l.Party, Member: l.Member, Contract: l.Contract, Project: l.Project}
	err = s.ledger.CheckDimensions(ctx, tx, b, []ledger.Line{line})
	e := errs.As(err)
	if e == nil {
		return err
	}
	var wrong errs.List
	for _, f := range e.Fields {
		wrong.Add(strings.TrimPrefix(f.Name, "lines[0]."), "%s", f.Msg)
	}
	return wrong.Err()
}

// checkAccount makes sure that the payment can be booked: the account takes entries and has what it asks for.
func (s *paymentLines) checkAccount(ctx context.Context, tx *db.Tx, a *Account, l *PaymentLine) error {
	if l.Account == a.Ledger {
		return errs.OnField("account", "入账科目不能是付款账户自己的科目 %s", a.Ledger)
	}
	list, err := ledger.Accounts(ctx, tx, tx.Tenant, a.Books)
	if err != nil {
		return err
	}
	for i := range list {
		if x := &list[i]; x.Code == l.Account {
			switch {
			case !x.Leaf:
				return errs.OnField("account", "科目 %s %s 已设明细科目，请填末级科目", x.Code, x.Name)
			case !x.Active:
				return errs.OnField("account", "科目 %s %s 已停用，请填别的科目", x.Code, x.Name)
			}
			return nil
		}
	}
	return errs.OnField("account", "账套里没有科目 %s，请填科目编码", l.Account)
}

// after keeps the batch's totals with its payments.
func (s *paymentLines) after(ctx context.Context, tx *db.Tx, _, l *PaymentLine) error {
	return refreshTotals(ctx, tx, l.Batch)
}

func (s *paymentLines) beforeDelete(ctx context.Context, tx *db.Tx, l *PaymentLine) error {
	p, err := lockPayment(ctx, tx, l.Batch)
	if err != nil {
		return err
	}
	if err := mine(p, tx); err != nil {
		return err
	}
	return lowerTotals(ctx, tx, l)
}

// removeLine deletes a payment with its batch.
func removeLine(ctx context.Context, tx *db.Tx, l *PaymentLine) error {
	if err := paymentLineTable.Delete(ctx, tx, l); err != nil {
		return err
	}
	return find.Remove(ctx, tx, l.ID)
}

// freeze is the hash of what a payment batch pays to whom, as lower-case hex of SHA-256. Account numbers stand in it by
// their keyed index.
func freeze(p *Payment, lines []PaymentLine) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %d\n", p.ID, p.Account, p.Total)
	for i := range lines {
		l := &lines[i]
		fmt.Fprintf(&b, "%s %q %s %q %d %q %s\n", l.ID, l.Payee, l.NumberIndex, l.Bank, l.Amount, l.Purpose, l.Account)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// Twin is an earlier payment of the same amount to the same payee.
type Twin struct {
	Line             ids.ID // of the batch asked about
	No, Batch, Payee string
	PlanOn           date.Date
	Amount           money.Fen
	BatchID          ids.ID
	Within           bool // in the same batch
}

// Duplicates lists, for a batch, payments of the same books to the same payee of the same amount within the days that the
// place's rule names. What failed, or was void, does not count.
func (s *Service) Duplicates(ctx context.Context, q db.Q, p *Payment) ([]Twin, error) {
	lines, err := linesOfPayment(ctx, q, p.Tenant, p.ID)
	if err != nil {
		return nil, err
	}
	return s.duplicates(ctx, q, p, lines)
}

func (s *Service) duplicates(ctx context.Context, q db.Q, p *Payment, lines []PaymentLine) ([]Twin, error) {
	r, err := RuleAt(ctx, q, p.Tenant, p.Region)
	if err != nil {
		return nil, err
	}
	a, err := accountTable.Get(ctx, q, p.Tenant, p.Account)
	if err != nil {
		return nil, err
	}
	var out []Twin
	first := map[string]int{}
	for i := range lines {
		l := &lines[i]
		key := fmt.Sprintf("%s %d", cmpPayee(l), l.Amount)
		if j, ok := first[key]; ok {
			out = append(out, Twin{Line: l.ID, No: lines[j].No, Batch: p.No, Payee: l.Payee, PlanOn: p.PlanOn, Amount: l.Amount, BatchID: p.ID, Within: true})
			continue
		}
		first[key] = i
		if l.RetryOf != 0 { // what failed was not paid
			continue
		}
		found, err := twins(ctx, q, p, a.Books, l, p.PlanOn.AddDays(-r.DupDays), p.PlanOn.AddDays(r.DupDays))
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// cmpPayee is by what a payee is known: the number of the account.
func cmpPayee(l *PaymentLine) string {
	if l.NumberIndex != "" {
		return l.NumberIndex
	}
	return foldName(l.Payee)
}

// unexplained refuses payments that look like ones made already, unless the maker said why they are not.
func unexplained(lines []PaymentLine, found []Twin) error {
	var parts []string
	for i := range lines {
		l := &lines[i]
		if l.DupReason != "" {
			continue
		}
		for _, t := range found {
			if t.Line == l.ID {
				parts = append(parts, fmt.Sprintf("%s（%s，%s 元）与 %s 批次 %s 的 %s 相同", l.No, l.Payee, l.Amount, t.PlanOn, t.Batch, t.No))
				break
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	if n := len(parts); n > mostNamed {
		parts = append(parts[:mostNamed], fmt.Sprintf("共 %d 笔", n))
	}
	return errs.New(errs.State, "payment.duplicate", "可能重复付款：%s。请核对，确实要付的在那一笔的“重复付款说明”里写明理由", strings.Join(parts, "；"))
}

// RetryFailed drafts a new batch with the failed payments of one, made by who asks, and returns its id. A failed payment is
// repeated once.
func (s *Service) RetryFailed(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, planOn date.Date) (ids.ID, error) {
	m := who.Meta(tenant)
	m.Key, m.Input = key, "retry "+id.String()
	var made ids.ID
	err := s.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.payment(ctx, tx, who, id, access.Edit)
		if err != nil {
			return err
		}
		failed, err := failedLines(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if len(failed) == 0 {
			return errs.New(errs.State, "payment.no_failed", "没有可以重付的明细：没有失败的，或已经重付过")
		}
		again := &Payment{Title: clip("重付 " + p.No + " " + p.Title), Account: p.Account, PlanOn: planOn, Layout: p.Layout}
		again.State, again.Sample = PayDraft, p.Sample
		if err := s.Payments.CreateTx(ctx, tx, who, again); err != nil {
			return err
		}
		for i := range failed {
			old := &failed[i]
			l := *old
			l.Row = db.Row{Sample: old.Sample}
			l.No, l.Batch, l.RetryOf, l.Made, l.BankLine = "", again.ID, old.ID, 0, 0
			l.Result, l.ResultText, l.SettledOn, l.Serial, l.DupReason = ResultPending, "", date.Date{}, "", ""
			if err := s.PaymentLines.CreateTx(ctx, tx, who, &l); err != nil {
				return err
			}
		}
		made = again.ID
		tx.SetResult(made.String())
		return nil
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return made, err
}

// payment locks a batch that who may do something with.
func (s *Service) payment(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, verb string) (*Payment, error) {
	p, err := lockPayment(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !who.Can("payment:"+access.View, p.Region) {
		return nil, hidden()
	}
	return p, who.Require("payment:"+verb, p.Region)
}

// LinesOf lists the payments of a batch.
func LinesOf(ctx context.Context, q db.Q, tenant int64, batch ids.ID) ([]PaymentLine, error) {
	return linesOfPayment(ctx, q, tenant, batch)
}
