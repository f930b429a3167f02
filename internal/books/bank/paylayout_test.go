package bank_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"huicun/internal/books/bank"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
)

func testLayout() *bank.PaymentLayout {
	return &bank.PaymentLayout{
		Name: "试", Columns: "明细号=明细号\n户名=收款人\n账号=账号\n金额=金额\n空列=空", GBK: true,
		ColRef: "明细号", ColResult: "状态", OKWords: "成功、已入账", BadWords: "失败、退回", ColReason: "原因", ColDay: "日期", ColSerial: "流水号",
	}
}

func TestPaymentFileInGBK(t *testing.T) {
	b := &bank.Batch{No: "FK-1", Holder: "甲社", Day: date.Must("2021-11-10"), Total: 12345, Lines: []bank.BatchLine{{No: "1", Payee: "张三", Number: "6222020000000000011", Amount: 12345}}}
	data, control, err := testLayout().Write(b)
	if err != nil {
		t.Fatal(err)
	}
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(data)
	if err != nil || string(text) != "明细号,户名,账号,金额,空列\r\n1,张三,6222020000000000011,123.45,\r\n" {
		t.Fatalf("%q %v", text, err)
	}
	if !strings.HasPrefix(control, "1 笔 123.45 元 校验码 ") {
		t.Error(control)
	}
	b.Lines[0].Payee = "张𬱖"
	if _, _, err = testLayout().Write(b); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "生僻字") {
		t.Errorf("a name that the encoding lacks: %v", err)
	}
	for columns, says := range map[string]string{"户名=收款人": "缺少内容“账号”", "户名": "列名=内容", "a=没有": "没有内容“没有”"} {
		l := testLayout()
		l.Columns = columns
		if _, _, err := l.Write(b); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s", columns, err, says)
		}
	}
}

// FuzzResults: whatever comes back, no payment has two results, and a row that is neither success nor failure has none.
func FuzzResults(f *testing.F) {
	f.Add("明细号,状态,原因,日期,流水号\n1,成功,,2021-11-10,8\n2,失败,户名不符,,\n3,处理中,,,\n")
	f.Add("明细号,状态\n1,成功\n1,失败\n,成功\n")
	f.Add("状态,明细号,日期\n已入账,7,2021-13-01 10:00\n")
	f.Fuzz(func(t *testing.T, text string) {
		tb, err := sheet.Read("r.csv", bytes.NewReader([]byte(text)), int64(len(text)), sheet.Options{})
		if err != nil {
			return
		}
		list, rep, err := testLayout().ReadResults(tb)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatal(err)
			}
			return
		}
		seen := map[string]bool{}
		for _, r := range list {
			if r.Line == "" || seen[r.Line] {
				t.Fatalf("%q twice, or without a number", r.Line)
			}
			seen[r.Line] = true
		}
		if len(list)+len(rep.Errors) > len(tb.Rows) {
			t.Fatalf("%d results and %d mistakes of %d rows", len(list), len(rep.Errors), len(tb.Rows))
		}
	})
}
