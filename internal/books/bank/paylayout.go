package bank

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/record"
)

// PaymentLayout says how a payment file is written and its result file read. Columns are lines of 列名=内容, in their
// order; the contents are those of payParts. TotalRow adds a last row with the number of payments, their sum and the
// check code. The rest are the titles and words of the result file.
type PaymentLayout struct {
	db.Row
	Name                         string
	Columns                      string
	TotalRow, GBK                bool
	ColRef, ColResult            string
	OKWords, BadWords            string
	ColReason, ColDay, ColSerial string
}

// payParts are what a column of a payment file can hold.
var payParts = map[string]func(b *Batch, i int) string{
	"序号":   func(_ *Batch, i int) string { return strconv.Itoa(i + 1) },
	"收款人":  func(b *Batch, i int) string { return b.Lines[i].Payee },
	"账号":   func(b *Batch, i int) string { return b.Lines[i].Number },
	"开户行":  func(b *Batch, i int) string { return b.Lines[i].Bank },
	"金额":   func(b *Batch, i int) string { return b.Lines[i].Amount.Plain() },
	"用途":   func(b *Batch, i int) string { return b.Lines[i].Purpose },
	"明细号":  func(b *Batch, i int) string { return b.Lines[i].No },
	"批次号":  func(b *Batch, _ int) string { return b.No },
	"付款账号": func(b *Batch, _ int) string { return b.Number },
	"付款户名": func(b *Batch, _ int) string { return b.Holder },
	"日期":   func(b *Batch, _ int) string { return b.Day.String() },
	"空":    func(*Batch, int) string { return "" },
}

var paymentLayoutTable = &db.Table[PaymentLayout]{
	Name: "payment_layout",
	Cols: []string{"name", "columns_text", "total_row", "gbk", "col_ref", "col_result", "ok_words", "bad_words", "col_reason", "col_day", "col_serial"},
	Row:  func(l *PaymentLayout) *db.Row { return &l.Row },
	Ptrs: func(l *PaymentLayout) []any {
		return []any{&l.Name, &l.Columns, &l.TotalRow, &l.GBK, &l.ColRef, &l.ColResult, &l.OKWords, &l.BadWords, &l.ColReason, &l.ColDay, &l.ColSerial}
	},
}

func newPaymentLayouts(e *record.Env) *record.Noun[PaymentLayout] {
	return record.Register(e, &record.Noun[PaymentLayout]{
		Kind: "payment_layout", Below: true, Label: "付款文件格式", Path: "/payment-layouts", Icon: "file-spreadsheet", Key: "name", Order: "name",
		Intro: "付款文件怎么写、银行返回的结果文件怎么读；没有自定时用系统自带的通用格式。",
		Table: paymentLayoutTable,
		Title: func(l *PaymentLayout) string { return l.Name },
		Fields: []field.Field[PaymentLayout]{
			field.NewText("name", "格式名称", func(l *PaymentLayout) *string { return &l.Name }).Req().List().Eg("示例银行批量付款"),
			field.NewRegion("region", "适用地区", func(l *PaymentLayout) *string { return &l.Region }).Req().Show(),
			field.NewLong("columns", "各列", func(l *PaymentLayout) *string { return &l.Columns }).Req().Col("columns_text").
				Help("每行一列，写成 列名=内容；内容可用：序号、收款人、账号、开户行、金额、用途、明细号、批次号、付款账号、付款户名、日期、空"),
			field.NewBool("total_row", "末行写合计", func(l *PaymentLayout) *bool { return &l.TotalRow }).Help("笔数、金额合计和校验码"),
			field.NewBool("gbk", "用国标编码", func(l *PaymentLayout) *bool { return &l.GBK }).Help("网银只认国标（GBK）编码时选是，否则为 UTF-8"),
			field.NewText("col_ref", "结果文件：明细号的列名", func(l *PaymentLayout) *string { return &l.ColRef }).Req(),
			field.NewText("col_result", "结果文件：结果的列名", func(l *PaymentLayout) *string { return &l.ColResult }).Req(),
			field.NewText("ok_words", "结果文件：表示成功的字", func(l *PaymentLayout) *string { return &l.OKWords }).Req().Help("用顿号分隔"),
			field.NewText("bad_words", "结果文件：表示失败的字", func(l *PaymentLayout) *string { return &l.BadWords }).Req().Help("用顿号分隔；其他的字视为还没有结果"),
			field.NewText("col_reason", "结果文件：失败原因的列名", func(l *PaymentLayout) *string { return &l.ColReason }),
			field.NewText("col_day", "结果文件：日期的列名", func(l *PaymentLayout) *string { return &l.ColDay }),
			field.NewText("col_serial", "结果文件：银行流水号的列名", func(l *PaymentLayout) *string { return &l.ColSerial }),
		},
		Check: func(l *PaymentLayout) error {
			_, _, err := l.columns()
			return err
		},
	})
}

// columns reads the titles and contents of the file's columns. Payee, number and amount cannot be left out, and neither
// can the number by which a result is known again.
func (l *PaymentLayout) columns() (titles, parts []string, err error) {
	var wrong errs.List
	for line := range strings.SplitSeq(l.Columns, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		title, part, ok := strings.Cut(line, "=")
		title, part = strings.TrimSpace(title), strings.TrimSpace(part)
		switch {
		case !ok:
			wrong.Add("columns", "“%s”应写成 列名=内容", clip(line))
		case payParts[part] == nil:
			wrong.Add("columns", "没有内容“%s”", clip(part))
		case slices.Contains(titles, title):
			wrong.Add("columns", "有两列都叫“%s”", clip(title))
		}
		titles, parts = append(titles, title), append(parts, part)
	}
	for _, need := range []string{"收款人", "账号", "金额", "明细号"} {
		if !slices.Contains(parts, need) {
			wrong.Add("columns", "缺少内容“%s”", need)
		}
	}
	return titles, parts, wrong.Err()
}

// AllPaymentLayouts lists the layouts of payment files that hold at a place, then what comes with the program.
func AllPaymentLayouts(ctx context.Context, q db.Q, tenant int64, place string) ([]PaymentLayout, error) {
	list, err := paymentLayoutTable.All(ctx, q, db.NewWhere(tenant), "name")
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(l PaymentLayout) bool { return !code.Within(place, l.Region) })
	return append(list, builtinPaymentLayouts...), nil
}

// paymentLayout finds the layout of a batch: the one that it names, else the first that holds.
func (s *Service) paymentLayout(ctx context.Context, q db.Q, p *Payment) (*PaymentLayout, error) {
	list, err := AllPaymentLayouts(ctx, q, tenantOf(q, p.Tenant), p.Region)
	if err != nil {
		return nil, err
	}
	if p.Layout == "" {
		return &builtinPaymentLayouts[0], nil
	}
	var names []string
	for i := range list {
		if list[i].Name == p.Layout {
			return &list[i], nil
		}
		names = append(names, list[i].Name)
	}
	return nil, errs.OnField("layout", "没有付款文件格式“%s”；可用的有：%s", p.Layout, strings.Join(names, "、"))
}

// tenantOf is the tenant of a new record, which has none yet, by the transaction.
func tenantOf(q db.Q, tenant int64) int64 {
	if tx, ok := q.(*db.Tx); ok {
		return tx.Tenant
	}
	return tenant
}

// Write writes the payment file of a batch, the same for the same batch, and returns it with its control text.
func (l *PaymentLayout) Write(b *Batch) (data []byte, control string, err error) {
	titles, parts, err := l.columns()
	if err != nil {
		return nil, "", err
	}
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.UseCRLF = true
	rows := [][]string{titles}
	for i := range b.Lines {
		row := make([]string, len(parts))
		for c, part := range parts {
			row[c] = payParts[part](b, i)
		}
		rows = append(rows, row)
	}
	if l.TotalRow {
		row := make([]string, max(len(titles), 6))
		copy(row, []string{"合计", strconv.Itoa(len(b.Lines)), b.Total.Plain(), "批次号", b.No, b.Check()})
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, "", fmt.Errorf("writing a payment file: %w", err)
	}
	text := buf.String()
	if l.GBK {
		data, err = sheet.GBK(text)
	} else {
		data = []byte("\ufeff" + text)
	}
	return data, fmt.Sprintf("%d 笔 %s 元 校验码 %s", len(b.Lines), b.Total, b.Check()), err
}

// ReadResults reads a bank's result file. Rows without a result yet are passed over; what cannot be read stands in the
// report.
func (l *PaymentLayout) ReadResults(t *sheet.Table) ([]Result, *sheet.Report, error) {
	ref, result := t.Col(l.ColRef), t.Col(l.ColResult)
	if ref < 0 || result < 0 {
		return nil, nil, errs.New(errs.Invalid, "payment.result_columns", "结果文件里应有列“%s”和“%s”；请检查付款文件格式里结果文件的列名", l.ColRef, l.ColResult)
	}
	reason, day, serial := t.Col(l.ColReason), t.Col(l.ColDay), t.Col(l.ColSerial)
	rep := &sheet.Report{Rows: len(t.Rows)}
	ok, bad := words(l.OKWords), words(l.BadWords)
	var out []Result
	seen := map[string]int{}
	for i, row := range t.Rows {
		cell := func(c int) string {
			if c < 0 {
				return ""
			}
			return strings.TrimSpace(row[c])
		}
		r := Result{Line: cell(ref), Serial: clip(cell(serial)), Text: clip(cell(reason))}
		word := cell(result)
		isOK, isBad := slices.Contains(ok, word), slices.Contains(bad, word)
		switch {
		case r.Line == "" || isOK == isBad: // a total, or still under way
			continue
		case seen[r.Line] != 0:
			rep.Add(t.RowNo[i], l.ColRef, r.Line, "与第 %d 行重复", seen[r.Line])
			continue
		}
		seen[r.Line] = t.RowNo[i]
		r.OK = isOK
		if s := cell(day); s != "" {
			d, err := date.Parse(strings.Fields(s)[0])
			if err != nil {
				rep.Add(t.RowNo[i], l.ColDay, s, "%s", errs.Message(err))
				continue
			}
			r.Day = d
		}
		out = append(out, r)
	}
	return out, rep, nil
}

// sum adds up a batch.
func (b *Batch) sum() (money.Fen, error) {
	all := make([]money.Fen, len(b.Lines))
	for i := range b.Lines {
		all[i] = b.Lines[i].Amount
	}
	return money.Sum(all...)
}
