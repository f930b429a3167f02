package cash

import (
	"context"
	"fmt"
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

// The states of what is recorded and can be taken back.
const (
	Done   = "done"
	Voided = "void"
)

// doneMachine is the life of a record that moved money: it stands, or is voided with a reason.
func doneMachine(name, label string) *fsm.Machine {
	return &fsm.Machine{
		Name:   name,
		States: []fsm.State{{Code: Done, Label: label, Tone: "green"}, {Code: Voided, Label: "作废", Tone: "red", Side: true}},
		Events: []fsm.Event{{Name: "void", Label: "作废", From: []string{Done}, To: Voided, Verb: "edit", Reason: true}},
	}
}

// kept is why what moved money is never deleted.
const kept = "涉及资金的记录不能删除；有误请作废，并说明理由"

// Deposit is cash of receipts that was taken to the bank. Its amount is the sum of the receipts.
type Deposit struct {
	db.Row
	No        string
	Party     ids.ID
	Date      date.Date
	Receipts  []ids.ID // kept with the receipts
	Amount    money.Fen
	Account   string
	Slip      string
	Depositor string
	Voucher   ids.ID
}

var depositTable = &db.Table[Deposit]{
	Name: "cash_deposit",
	Cols: []string{"no", "party_id", "on_date", "amount_fen", "account", "slip_no", "depositor", "voucher_id"},
	Row:  func(d *Deposit) *db.Row { return &d.Row },
	Ptrs: func(d *Deposit) []any {
		return []any{&d.No, &d.Party, &d.Date, &d.Amount, &d.Account, &d.Slip, &d.Depositor, &d.Voucher}
	},
}

func (c *Cash) newDeposits() *record.Noun[Deposit] {
	return record.Register(c.env, &record.Noun[Deposit]{
		Kind: "cash_deposit", Label: "现金送存", Path: "/cash-deposits", Icon: "building-community", Key: "no", Order: "-no",
		Intro: "收到的现金按期存入银行，不得坐支。送存后这些收据即视为已入银行。",
		Table: depositTable, Machine: doneMachine("现金送存", "已送存"), Kept: kept,
		Title:  func(d *Deposit) string { return d.No + " 送存 " + d.Amount.String() + " 元" },
		Series: func(d *Deposit) string { return "SC-" + strconv.Itoa(d.Date.Year()) },
		Fields: []field.Field[Deposit]{
			field.NewText("no", "编号", func(d *Deposit) *string { return &d.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("party", "单位", "party", func(d *Deposit) *ids.ID { return &d.Party }).Req().Fix().Show().Filter(),
			field.NewDay("date", "送存日期", func(d *Deposit) *date.Date { return &d.Date }).Req().Fix().Col("on_date").List(),
			field.NewRefs("receipts", "收据", "receipt", func(d *Deposit) *[]ids.ID { return &d.Receipts }).Fix().Help("不填为截至送存日全部未送存的现金收据；多份之间用顿号分隔"),
			field.NewMoney("amount", "金额", func(d *Deposit) *money.Fen { return &d.Amount }).Derived().List(),
			field.NewText("account", "银行存款科目", func(d *Deposit) *string { return &d.Account }).Fix().Help("不填为 102 银行存款；设有明细时填明细科目"),
			field.NewText("slip", "缴款单号", func(d *Deposit) *string { return &d.Slip }).Col("slip_no").List(),
			field.NewText("depositor", "送存人", func(d *Deposit) *string { return &d.Depositor }),
			field.NewRef("voucher", "凭证", "voucher", func(d *Deposit) *ids.ID { return &d.Voucher }).Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, d *Deposit) (err error) {
			d.Region, err = place(ctx, q, tenant, d.Party)
			return err
		},
		CheckTx: checkDeposit, After: c.bookDeposit,
		Load: func(ctx context.Context, q db.Q, d *Deposit) error {
			list, err := receiptTable.All(ctx, q, db.NewWhere(d.Tenant).And("deposit_id = ?", d.ID), "serial")
			d.Receipts = nil
			for i := range list {
				d.Receipts = append(d.Receipts, list[i].ID)
			}
			return err
		},
		Guards: map[string]func(context.Context, *db.Tx, *Deposit) error{"void": c.voidDeposit},
	})
}

// checkDeposit adds up the receipts of a new deposit.
func checkDeposit(ctx context.Context, tx *db.Tx, old, d *Deposit) error {
	if old != nil {
		return nil
	}
	d.Voucher, d.Amount = 0, 0
	if today := date.Of(tx.Now()); d.Date.After(today) {
		return errs.OnField("date", "送存日期不能晚于今天（%s）", today)
	}
	w := db.NewWhere(tx.Tenant).And("party_id = ?", d.Party).And("state = 'used'").And("method = 'cash'").And("deposit_id IS NULL").And("on_date <= ?", d.Date)
	if len(d.Receipts) > 0 {
		w = db.In(w, "id", d.Receipts)
	}
	list, err := receiptTable.All(ctx, tx, w, "serial")
	switch {
	case err != nil:
		return err
	case len(list) == 0:
		return errs.OnField("receipts", "截至 %s 没有尚未送存的现金收据", d.Date)
	case len(d.Receipts) > 0 && len(list) != len(d.Receipts):
		return errs.OnField("receipts", "有 %d 份不是这个单位的现金收据，或已作废、已送存、日期晚于送存日，请核对", len(d.Receipts)-len(list))
	}
	d.Receipts = nil
	for i := range list {
		d.Receipts = append(d.Receipts, list[i].ID)
		if d.Amount, err = money.Add(d.Amount, list[i].Amount); err != nil {
			return err
		}
	}
	b, err := booksOn(ctx, tx, tx.Tenant, d.Party, d.Date)
	if err != nil {
		return err
	}
	accounts, err := ledger.Accounts(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	if d.Account = accountCode(accounts, d.Account); d.Account == "" {
		d.Account = bankAccount
	}
	if !below(d.Account, bankAccount) {
		return errs.OnField("account", "应是银行存款（%s）或它的明细科目", bankAccount)
	}
	return nil
}

// bookDeposit puts the receipts on a new deposit and drafts its voucher.
func (c *Cash) bookDeposit(ctx context.Context, tx *db.Tx, old, d *Deposit) error {
	if old != nil {
		return nil
	}
	n, err := linkDeposit(ctx, tx, d.ID, d.Party, d.Receipts)
	if err != nil {
		return err
	}
	if int(n) != len(d.Receipts) {
		return errs.New(errs.Conflict, "deposit.taken", "其中有收据刚刚被别人送存或作废，请重新办理")
	}
	v, err := c.make(ctx, tx, draft{
		kind: "cash_deposit", id: d.ID, unit: d.Party, day: d.Date, summary: fmt.Sprintf("现金送存银行（收据 %d 份）", n), sample: d.Sample, bills: 1,
		lines:  []ledger.Line{{Account: d.Account, Debit: d.Amount}, {Account: cashOnHand, Credit: d.Amount}},
		fields: []string{"account", "party"},
	})
	if err != nil {
		return err
	}
	d.Voucher = v
	return setVoucher(ctx, tx, "cash_deposit", d.ID, v)
}

func (c *Cash) voidDeposit(ctx context.Context, tx *db.Tx, d *Deposit) error {
	n, err := settledAmong(ctx, tx, tx.Tenant, d.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.New(errs.State, "deposit.settled", "其中 %d 份收据所在的收据本已缴销，不能再作废", n)
	}
	if err := unlinkDeposit(ctx, tx, d.ID); err != nil {
		return err
	}
	d.Voucher, err = c.undo(ctx, tx, "cash_deposit", d.ID, d.Voucher, "现金送存 "+d.No+" 作废")
	return err
}
