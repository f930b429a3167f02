package ledger

import (
	"context"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// maxCode is the length of the longest account code.
const maxCode = 15

// maxAccountName is how long an account's name may be, in characters.
const maxAccountName = 50

// AddAccount adds a sub-account to books: its code is that of the account above and two or three digits more
// (501 → 50101). The account above then takes no new entries; what was posted to it stays and counts in its sum.
func (l *Ledger) AddAccount(ctx context.Context, who access.Principal, tenant int64, books ids.ID, code, name string) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return l.AddAccountTx(ctx, tx, who, books, code, name)
	})
}

// editableBooks locks books whose accounts who may change.
func editableBooks(ctx context.Context, tx *db.Tx, who access.Principal, books ids.ID) (*Books, error) {
	b, err := lockBooks(ctx, tx, books)
	if err != nil {
		return nil, err
	}
	return b, who.Require("books:"+access.Edit, b.Region)
}

// AddAccountTx is AddAccount within a transaction.
func (l *Ledger) AddAccountTx(ctx context.Context, tx *db.Tx, who access.Principal, books ids.ID, code, name string) error {
	code, name = strings.TrimSpace(code), strings.TrimSpace(name)
	b, err := editableBooks(ctx, tx, who, books)
	if err != nil {
		return err
	}
	list, err := Accounts(ctx, tx, tx.Tenant, books)
	if err != nil {
		return err
	}
	parent, err := parentOf(b, list, code, name)
	if err != nil {
		return err
	}
	a := Account{
		Code: code, Name: name, Class: parent.Class, Direction: parent.Direction, Leaf: true, Zero: parent.Zero, Dims: parent.Dims, Active: true,
	}
	if err := insertAccounts(ctx, tx, books, []Account{a}); err != nil {
		return err
	}
	if err := markParent(ctx, tx, books, parent.Code); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{
		Action: "增设科目", Kind: "books", RecordID: books, Title: b.Name, Region: b.Region,
		Changes: []audit.Change{{Label: "科目", After: code + " " + name}},
	})
}

// EditAccount changes what books may settle about an account of theirs: the name of a sub-account, what its lines
// belong to (as ParseDims reads it), and whether it takes new entries. One that has a balance stays in use.
func (l *Ledger) EditAccount(ctx context.Context, who access.Principal, tenant int64, books ids.ID, code, name, dims string, active bool) error {
	return l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		b, err := editableBooks(ctx, tx, who, books)
		if err != nil {
			return err
		}
		return editAccount(ctx, tx, b, code, name, dims, active)
	})
}

func editAccount(ctx context.Context, tx *db.Tx, b *Books, code, name, dims string, active bool) error {
	chart, err := loadChart(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	old := chart[code]
	if old == nil {
		return errs.OnField("code", "账套里没有科目 %s", code)
	}
	a := *old
	a.Name, a.Dims, a.Active = strings.TrimSpace(name), strings.TrimSpace(dims), active
	if err := checkEdit(ctx, tx, b, old, &a); err != nil || a == *old {
		return err
	}
	if err := updateAccount(ctx, tx, b.ID, &a); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{
		Action: "修改科目", Kind: "books", RecordID: b.ID, Title: b.Name, Region: b.Region,
		Changes: []audit.Change{{Label: "科目", Before: accountText(old), After: accountText(&a)}},
	})
}

func checkEdit(ctx context.Context, tx *db.Tx, b *Books, old, a *Account) error {
	var l errs.List
	switch {
	case a.Name == "":
		l.Add("name", "请填写科目名称")
	case len([]rune(a.Name)) > maxAccountName:
		l.Add("name", "科目名称最多 %d 个字", maxAccountName)
	case a.Name != old.Name && len(a.Code) == topDigits:
		l.Add("name", "一级科目的名称由制度规定，不能更改")
	}
	if _, err := ParseDims(a.Dims); !l.Merge("dims", err) {
		return err
	}
	if old.Active && !a.Active {
		fen, err := standing(ctx, tx, b.ID, a.Code)
		if err != nil {
			return err
		}
		if fen != 0 {
			l.Add("active", "科目 %s 还有余额 %s 元，结清后才能停用", a.Code, fen.Abs())
		}
	}
	return l.Err()
}

// accountText describes an account in the history.
func accountText(a *Account) string {
	s := a.Code + " " + a.Name
	if dims := DimsText(a.Dims); dims != "" {
		s += "，辅助核算：" + dims
	}
	if !a.Active {
		s += "，停用"
	}
	return s
}

// parentOf finds the account that a new one belongs under.
func parentOf(b *Books, list []Account, code, name string) (*Account, error) {
	var l errs.List
	if name == "" {
		l.Add("name", "请填写科目名称")
	}
	if len([]rune(name)) > maxAccountName {
		l.Add("name", "科目名称最多 %d 个字", maxAccountName)
	}
	if code == "" || strings.Trim(code, "0123456789") != "" || len(code) > maxCode {
		l.Add("code", "科目编码应为不超过 %d 位的数字", maxCode)
		return nil, l.Err()
	}
	var parent *Account
	for i := range list {
		a := &list[i]
		switch {
		case a.Code == code:
			l.Add("code", "科目 %s 已经有了：%s", code, a.Name)
		case strings.HasPrefix(a.Code, code):
			l.Add("code", "已有以 %s 开头的科目 %s，不能再插入上级", code, a.Code)
		case strings.HasPrefix(code, a.Code) && (parent == nil || len(a.Code) > len(parent.Code)):
			parent = a
		}
		if l.Err() != nil {
			return nil, l.Err()
		}
	}
	switch {
	case parent == nil:
		l.Add("code", "账套采用 %s 年制度，没有上级科目 %.3s；一级科目由制度规定，只能增设明细科目", b.Chart, code)
	case len(code)-len(parent.Code) < 2 || len(code)-len(parent.Code) > 3:
		l.Add("code", "明细科目应在上级科目 %s 之后加两位或三位数字", parent.Code)
	}
	return parent, l.Err()
}
