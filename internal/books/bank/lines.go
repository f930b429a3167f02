package bank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// The states of an import.
const (
	ImportDone      = "done"
	ImportWithdrawn = "withdrawn"
)

// Import is one import of a statement file into an account.
type Import struct {
	db.Row
	No                        string
	Account                   ids.ID
	FileName, FileHash        string // the hash is SHA-256 in hex
	Layout, Importer          string
	First, Last               date.Date
	Opening, Closing, In, Out money.Fen
	Count, Known              int // lines stored, and lines that had been there
	Remark                    string

	ours bool // made by ImportStatement
}

// ImportMachine: an import stands, or is withdrawn with its lines when it was a mistake.
var ImportMachine = &fsm.Machine{
	Name:   "对账单导入",
	States: []fsm.State{{Code: ImportDone, Label: "已导入", Tone: "green"}, {Code: ImportWithdrawn, Label: "已撤销", Tone: "grey", Side: true}},
	Events: []fsm.Event{{Name: "withdraw", Label: "撤销导入", From: []string{ImportDone}, To: ImportWithdrawn, Verb: "edit", Reason: true}},
}

var importTable = &db.Table[Import]{
	Name: "bank_import",
	Cols: []string{
		"no", "account_id", "file_name", "file_hash", "layout", "importer", "first_on", "last_on", "opening_fen", "closing_fen", "in_fen", "out_fen",
		"line_count", "known_count", "remark",
	},
	Row: func(i *Import) *db.Row { return &i.Row },
	Ptrs: func(i *Import) []any {
		return []any{
			&i.No, &i.Account, &i.FileName, &i.FileHash, &i.Layout, &i.Importer, &i.First, &i.Last, &i.Opening, &i.Closing, &i.In, &i.Out,
			&i.Count, &i.Known, &i.Remark,
		}
	},
}

func newImports(e *record.Env) *record.Noun[Import] {
	refused := refuse[Import]("对账单请在银行账户的“导入对账单”里上传")
	return record.Register(e, &record.Noun[Import]{
		Kind: "bank_import", Label: "对账单导入", Path: "/bank-imports", Icon: "upload", Key: "no", Order: "-last_on",
		Intro: "每次导入的对账单：哪个文件、按什么格式、由谁导入、起止日期和期初期末余额。",
		Table: importTable, Machine: ImportMachine,
		Title:  func(i *Import) string { return i.No },
		Series: func(i *Import) string { return "DZD-" + strconv.Itoa(i.Last.Year()) },
		Detail: func(i *Import) string { return i.FileName },
		Fields: []field.Field[Import]{
			field.NewText("no", "导入号", func(i *Import) *string { return &i.No }).Derived().List(),
			field.NewRef("account", "银行账户", "bank_account", func(i *Import) *ids.ID { return &i.Account }).Derived().Show().Filter(),
			field.NewDay("first", "首日", func(i *Import) *date.Date { return &i.First }).Derived().Col("first_on").List(),
			field.NewDay("last", "末日", func(i *Import) *date.Date { return &i.Last }).Derived().Col("last_on").List(),
			field.NewMoney("opening", "期初余额", func(i *Import) *money.Fen { return &i.Opening }).Derived().Show(),
			field.NewMoney("in", "收入合计", func(i *Import) *money.Fen { return &i.In }).Derived().Show(),
			field.NewMoney("out", "支出合计", func(i *Import) *money.Fen { return &i.Out }).Derived().Show(),
			field.NewMoney("closing", "期末余额", func(i *Import) *money.Fen { return &i.Closing }).Derived().Show(),
			field.NewInt("count", "导入行数", 0, mostLines, func(i *Import) *int { return &i.Count }).Derived().Col("line_count").Show(),
			field.NewInt("known", "已有行数", 0, mostLines, func(i *Import) *int { return &i.Known }).Derived().Col("known_count"),
			field.NewText("file_name", "文件", func(i *Import) *string { return &i.FileName }).Derived(),
			field.NewText("file_hash", "文件校验值", func(i *Import) *string { return &i.FileHash }).Derived(),
			field.NewText("layout", "格式", func(i *Import) *string { return &i.Layout }).Derived(),
			field.NewText("importer", "导入人", func(i *Import) *string { return &i.Importer }).Derived().Show(),
			field.NewText("remark", "提示", func(i *Import) *string { return &i.Remark }).Derived(),
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, i *Import) error {
			if i.ours {
				return nil
			}
			return refused(ctx, tx, old, i)
		},
		Guards: map[string]func(context.Context, *db.Tx, *Import) error{"withdraw": withdraw},
	})
}

// Line is one line of a bank's statement. Ord is its order within its day; Hash knows it again.
type Line struct {
	db.Row
	No                        string
	Account, Import           ids.ID
	Ord                       int
	Day                       date.Date
	In, Out, Balance          money.Fen
	Serial, Counterparty      string
	NumberSealed, NumberIndex string
	Description, Hash         string
}

// Fen is what the line moved: money in is positive.
func (l *Line) Fen() money.Fen { return l.In - l.Out }

var lineTable = &db.Table[Line]{
	Name: "bank_line",
	Cols: []string{
		"no", "account_id", "import_id", "ord", "on_date", "in_fen", "out_fen", "balance_fen", "serial", "counterparty", "number_sealed", "number_index", "memo", "line_hash",
	},
	Row: func(l *Line) *db.Row { return &l.Row },
	Ptrs: func(l *Line) []any {
		return []any{
			&l.No, &l.Account, &l.Import, &l.Ord, &l.Day, &l.In, &l.Out, &l.Balance, &l.Serial, &l.Counterparty, &l.NumberSealed, &l.NumberIndex, &l.Description, &l.Hash,
		}
	},
}

func newLines(e *record.Env) *record.Noun[Line] {
	return record.Register(e, &record.Noun[Line]{
		Kind: "bank_line", Label: "银行流水", Path: "/bank-lines", Icon: "list-details", Key: "no", Order: "-on_date",
		Intro:  "银行对账单里的每一笔收支，导入后不能修改。",
		Table:  lineTable,
		Title:  func(l *Line) string { return l.No + " " + inOut(l.Fen()) },
		Detail: func(l *Line) string { return strings.TrimSpace(l.Counterparty + " " + l.Description) },
		Fields: []field.Field[Line]{
			field.NewText("no", "流水编号", func(l *Line) *string { return &l.No }).Derived(),
			field.NewDay("day", "交易日期", func(l *Line) *date.Date { return &l.Day }).Derived().Col("on_date").List(),
			field.NewRef("account", "银行账户", "bank_account", func(l *Line) *ids.ID { return &l.Account }).Derived().Show().Filter(),
			field.NewMoney("in", "收入", func(l *Line) *money.Fen { return &l.In }).Derived().List(),
			field.NewMoney("out", "支出", func(l *Line) *money.Fen { return &l.Out }).Derived().List(),
			field.NewMoney("balance", "余额", func(l *Line) *money.Fen { return &l.Balance }).Derived().Show(),
			field.NewText("counterparty", "对方户名", func(l *Line) *string { return &l.Counterparty }).Derived().List(),
			numberField(e.Box, "number", "对方账号", func(l *Line) *string { return &l.NumberSealed }, func(l *Line) *string { return &l.NumberIndex }).Derived(),
			field.NewText("text", "摘要", func(l *Line) *string { return &l.Description }).Derived().Col("memo").Show(),
			field.NewText("serial", "银行流水号", func(l *Line) *string { return &l.Serial }).Derived().Show(),
			field.NewRef("import", "导入", "bank_import", func(l *Line) *ids.ID { return &l.Import }).Derived().Filter(),
		},
		CheckTx: refuse[Line]("银行流水不能修改；请在银行账户的“导入对账单”里导入"),
		BeforeDelete: func(ctx context.Context, tx *db.Tx, l *Line) error {
			return refuse[Line]("银行流水不能删除；导错了文件可以撤销那次导入")(ctx, tx, nil, l)
		},
	})
}

// fingerprint knows a line again: what it says, and the how-many-eth of its like it is on its day (nth, from 1), since
// banks do report two equal lines. A balance is part of it when the file has one.
func fingerprint(account ids.ID, p *Parsed, numberIndex string, nth int) string {
	parts := []string{account.String(), content(p, numberIndex), strconv.Itoa(nth)}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// content is what a line says, as one text.
func content(p *Parsed, numberIndex string) string {
	balance := ""
	if p.HasBalance {
		balance = p.Balance.Plain()
	}
	return strings.Join([]string{
		p.Day.String(), p.In.Plain(), p.Out.Plain(), balance, p.Serial, p.Counterparty, numberIndex, p.Description,
	}, "\x01")
}
