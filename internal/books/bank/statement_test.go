package bank_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"huicun/internal/books/bank"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
)

func TestImportOfAStatement(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		march := []row{
			{"2021-03-01", 5000, "示例管件加工厂", "租金", "A001"}, {"2021-03-02", -300, "示例办公用品店", "办公用品", "A002"},
			{"2021-03-02", -300, "示例办公用品店", "办公用品", "A002"}, // two equal lines are two lines
			{"2021-03-20", 12, "", "结息", ""},
		}
		i := w.load(1000, march[:2]...)
		if i.No != "DZD-2021-0001" || i.Count != 2 || i.Opening != 100000 || i.Closing != 570000 {
			t.Errorf("%+v", i)
		}
		if _, err := w.tryImport(csvOf(1000, march[:2]...), true); !errs.Is(err, errs.Conflict) {
			t.Errorf("the same again: %v", err)
		}
		i = w.load(1000, march...) // overlaps
		if i.Count != 2 || i.Known != 2 || i.Opening != 570000 || i.Closing != 541200 {
			t.Errorf("%+v", i)
		}
		if n, err := w.s.Lines.Count(ctx, w.tenant); err != nil || n != 4 {
			t.Errorf("%d lines, %v", n, err)
		}
		// A gap is said, and taken when the person goes on.
		text := csvOf(9000, row{"2021-05-01", 100, "甲", "收款", "B1"})
		_, err := w.tryImport(text, false)
		refused(t, err, errs.Invalid, "与已导入的最后一笔接不上：2021-03-20 的余额是 5,412.00，本文件期初是 9,000.00，相差 3,588.00")
		made, err := w.tryImport(text, true)
		w.ok(err)
		if !strings.Contains(made.Remark, "接不上") {
			t.Error("the gap is not on record")
		}
		if p := w.position("2021-05-31"); p.Missing != money.Fen(358800) || p.Bank != 910000 {
			t.Errorf("missing %s, bank %s", p.Missing, p.Bank)
		}
		// The missing month fits in between.
		w.load(5412, row{"2021-04-10", 3588, "乙", "收款", "C1"})
		if p := w.position("2021-05-31"); p.Missing != 0 {
			t.Errorf("missing %s", p.Missing)
		}
		_, err = w.tryImport(csvOf(9100, row{"2031-05-01", 100, "甲", "收款", "B1"}), true)
		refused(t, err, errs.Invalid, "晚于今天")
		_, err = w.s.ImportStatement(ctx, w.stray, w.tenant, w.account, bank.Source{}, &bank.Statement{}, true)
		refused(t, err, errs.NotFound, "没有找到")

		// A mistake is taken back whole.
		w.ok(w.s.Imports.Do(ctx, w.maker, w.tenant, made.ID, 0, "withdraw", "导错了账户"))
		if p := w.position("2021-05-31"); p.Bank != 900000 {
			t.Errorf("bank %s", p.Bank)
		}
		w.load(9000, row{"2021-05-01", 100, "甲", "收款", "B1"})
	})
}

// TestOneDayInTwoFiles: the earlier part of a day that comes later still stands before the rest of it.
func TestOneDayInTwoFiles(t *testing.T) {
	each(t, func(w *world) {
		w.load(1500, row{"2021-03-02", 70, "", "下午", "2"}, row{"2021-03-03", 5, "", "", "3"})
		w.load(1000, row{"2021-03-01", 400, "", "", "0"}, row{"2021-03-02", 100, "", "上午", "1"})
		if p := w.position("2021-03-02"); p.Bank != 157000 || p.Missing != 0 {
			w.t.Errorf("at the end of the day %s, missing %s", p.Bank, p.Missing)
		}
	})
}

func TestLayouts(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("交易日期,贷方发生额,借方发生额,余额,对方户名,摘要\n20210301,\"1,000.00\",,1000.00,示例厂,租金\n20210302,,20.00,980.00,,手续费\n")
	if err != nil {
		t.Fatal(err)
	}
	var xlsx bytes.Buffer
	err = sheet.WriteXLSX(&xlsx, "明细", []sheet.Column{{Title: "交易时间"}, {Title: "金额", Kind: sheet.Money}, {Title: "收支"}, {Title: "余额", Kind: sheet.Money}, {Title: "交易对方"}},
		func(yield func([]string, error) bool) {
			_ = yield([]string{"2021-03-01 10:20:30", "1000.00", "收入", "1000.00", "示例厂"}, nil) &&
				yield([]string{"2021-03-02 10:20:30", "20.00", "支出", "980.00", ""}, nil)
		})
	if err != nil {
		t.Fatal(err)
	}
	for what, data := range map[string]string{
		"GBK":                    gbk,
		"xlsx with a direction":  xlsx.String(),
		"preamble and totals":    "某银行账户明细,\n账号,3211\n查询期间,2021-03-01至2021-03-31\n交易日期,收入,支出,余额,对方户名,摘要\n2021/3/1,1000,,1000,示例厂,租金\n2021/3/2,,20,980,,手续费\n合计,1000,20,,,\n",
		"newest first":           "交易日期,收入,支出,余额\n2021-03-02,,20.00,980.00\n2021-03-01,1000.00,,1000.00\n",
		"newest first, one day":  "交易日期,收入,支出,余额\n2021-03-01,,20.00,980.00\n2021-03-01,1000.00,,1000.00\n",
		"signs":                  "日期,发生额,余额\n2021-03-01,1000.00,1000.00\n2021-03-02,-20.00,980.00\n",
		"flag":                   "交易日期,交易金额,借贷标志,账户余额\n2021-03-01,1000.00,贷,1000.00\n2021-03-02,20.00,借,980.00\n",
		"dashes and a zero line": "交易日期,收入,支出,余额\n2021-03-01,1000.00,--,1000.00\n2021-03-01,0.00,0.00,1000.00\n2021-03-02,-,20.00,980.00\n",
		"tabs":                   "交易日期\t收入\t支出\t余额\n2021-03-01\t1000.00\t\t1000.00\n2021-03-02\t\t20.00\t980.00\n",
	} {
		name := "a.csv"
		if strings.HasPrefix(data, "PK") {
			name = "a.xlsx"
		}
		tb, l, err := bank.ReadFile(name, strings.NewReader(data), int64(len(data)), bank.BuiltinLayouts())
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		st, err := bank.ParseStatement(tb, &l)
		if err != nil || len(st.Report.Errors) > 0 {
			t.Errorf("%s: %v %+v (by %+v)", what, err, st, l)
			continue
		}
		if len(st.Lines) != 2 || st.Lines[0].Fen() != 100000 || st.Lines[1].Fen() != -2000 || st.Lines[1].Balance != 98000 || st.Lines[0].Day.String() != "2021-03-01" {
			t.Errorf("%s: %+v", what, st.Lines)
		}
	}
}

func TestWhatIsWrongWithAStatement(t *testing.T) {
	for text, says := range map[string]string{
		"交易日期,收入,支出,余额\n2021-03-01,1000.00,,1000.00\n2021-03-02,,20.00,970.00\n":                                  "上一行余额 1,000.00，本行支出 20.00，应为 980.00",
		"交易日期,收入,支出,余额\n2021-13-01,1000.00,,1000.00\n":                                                            "不存在",
		"交易日期,收入,支出,余额\n2021-03-01,1000.00,5.00,1000.00\n":                                                        "既有收入又有支出",
		"交易日期,收入,支出,余额\n2021-03-01,一千,,1000.00\n":                                                                 "不是金额",
		"交易日期,收入,支出,余额\n2021-03-01,1000.00,,\n":                                                                   "余额是空的",
		"交易日期,交易金额,借贷标志,账户余额\n2021-03-01,1000.00,?,1000.00\n":                                                     "看不出是收入还是支出",
		"交易日期,贷方发生额,借方发生额,余额\n2021-03-01,,100.00,1100.00\n2021-03-02,,20.00,1120.00\n2021-03-03,50.00,,1070.00\n": "收入和支出两列对反了",
	} {
		tb, l, err := bank.ReadFile("a.csv", strings.NewReader(text), int64(len(text)), bank.BuiltinLayouts())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		st, err := bank.ParseStatement(tb, &l)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if len(st.Report.Errors) != 1 || !strings.Contains(st.Report.Errors[0].Msg, says) || st.Report.Errors[0].Row < 2 {
			t.Errorf("%s: %+v, want %s", text, st.Report.Errors, says)
		}
	}
	for _, c := range []struct {
		l    bank.Layout
		says string
	}{
		{bank.Layout{In: "收入", Out: "支出"}, "交易日期的列"},
		{bank.Layout{Day: "日期"}, "请选择金额的列"},
		{bank.Layout{Day: "日期", In: "收入"}, "各选一列"},
		{bank.Layout{Day: "日期", In: "收入", Out: "收入"}, "已用作"},
		{bank.Layout{Day: "日期", Amount: "金额", Flag: "标志"}, "表示支出"},
		{bank.Layout{Day: "日期", Amount: "金额", DateFormat: "日日/月月"}, "年、月、日各一处"},
	} {
		if err := c.l.Check(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %s", c.l, err, c.says)
		}
	}
	text := "日期,金额\n01/03/2021 10:00,5\n2021-03-01,5\n"
	tb, _, err := bank.ReadFile("a.csv", strings.NewReader(text), int64(len(text)), nil)
	if err != nil {
		t.Fatal(err)
	}
	st, err := bank.ParseStatement(tb, &bank.Layout{Day: "日期", Amount: "金额", DateFormat: "日日/月月/年年年年"})
	if err != nil || len(st.Lines) != 1 || st.Lines[0].Day.String() != "2021-03-01" || len(st.Report.Errors) != 1 {
		t.Errorf("%+v %v", st, err)
	}
}

func TestAFileWithoutBalances(t *testing.T) {
	each(t, func(w *world) {
		text := "日期,发生额,摘要\n2021-03-01,100,甲\n2021-03-02,-30,乙\n"
		_, err := w.tryImport(text, false)
		refused(w.t, err, errs.Invalid, "请填写第一笔流水之前的账户余额")
		st, src := w.read("a.csv", []byte(text))
		opening := money.Fen(5000)
		src.Opening = &opening
		_, err = w.s.ImportStatement(ctx, w.maker, w.tenant, w.account, src, st, false)
		w.ok(err)
		if _, err = w.tryImport("日期,发生额,摘要\n2021-03-02,-30,乙\n2021-03-05,7,丙\n", false); err != nil {
			w.t.Fatal(err)
		}
		if p := w.position("2021-03-31"); p.Bank != 12700 || p.Missing != 0 {
			w.t.Errorf("bank %s, missing %s", p.Bank, p.Missing)
		}
	})
}

// FuzzStatement: whatever the file, reading it neither panics nor lets a line through that is both in and out or nothing,
// and lines come in the order of their days.
func FuzzStatement(f *testing.F) {
	f.Add("交易日期,收入,支出,余额\n2021-03-01,1000.00,,1000.00\n", "")
	f.Add("日期,发生额,余额\n20210301101010,-1-,0\n", "")
	f.Add("某银行\n\n日期\t发生额\n01.03.21\t5\n", "日日.月月.年年")
	f.Add("交易日期,交易金额,借贷标志\n2021-03-01,9999999999999999,借\n", "M/D/Y")
	f.Fuzz(func(t *testing.T, text, format string) {
		tb, l, err := bank.ReadFile("a.csv", strings.NewReader(text), int64(len(text)), bank.BuiltinLayouts())
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		l.DateFormat = format
		st, err := bank.ParseStatement(tb, &l)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		for i := range st.Lines {
			x := &st.Lines[i]
			if (x.In == 0) == (x.Out == 0) || x.Day.IsZero() || i > 0 && x.Day.Before(st.Lines[i-1].Day) {
				t.Fatalf("line %d: %+v", i, x)
			}
		}
	})
}
