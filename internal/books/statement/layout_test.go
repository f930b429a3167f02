package statement_test

import (
	"strings"
	"testing"

	"huicun/internal/books/statement"
	"huicun/internal/kit/sheet"
)

func TestBuiltInLayoutsParse(t *testing.T) {
	for _, kind := range []string{statement.BalanceForm, statement.IncomeForm, statement.StatisticsForm, statement.LedgerForm} {
		for _, chart := range []string{"2004", "2023"} {
			l, err := statement.BuiltIn(kind, chart)
			if err != nil {
				t.Fatalf("%s %s: %v", kind, chart, err)
			}
			if l.Kind != kind || l.Chart != chart {
				t.Errorf("%s %s reads as %s %s", kind, chart, l.Kind, l.Chart)
			}
			marked := strings.Contains(l.Mark, "重构")
			if kind != statement.LedgerForm && marked != (chart == "2023") {
				t.Errorf("%s %s: mark %q", kind, chart, l.Mark)
			}
		}
	}
}

// The line numbers of the 2004 forms are the statutory ones; 27, 28 and 44 are lines that the form leaves empty.
func TestThe2004LineNumbers(t *testing.T) {
	want := map[string]string{
		statement.BalanceForm: "1 2 5 8 9 10 11 15 16 19 20 21 22 23 26 27 28 32 35 36 37 38 41 42 43 44 46 49 50 51 52 53 56",
		statement.IncomeForm:  "1 2 3 6 7 10 11 12 13 16 20 21 22 23 26 27 28 29 30 31 35",
	}
	for kind, lines := range want {
		l, err := statement.BuiltIn(kind, "2004")
		must(t, err)
		var got []string
		for _, r := range l.Rows {
			if r.Line != "" {
				got = append(got, r.Line)
			}
		}
		if strings.Join(got, " ") != lines {
			t.Errorf("%s has lines %v", kind, got)
		}
	}
}

func parse(t testing.TB, body string) *sheet.Report {
	t.Helper()
	tab, err := sheet.Read("layout.csv", strings.NewReader(body), int64(len(body)), sheet.Options{})
	must(t, err)
	_, rep := statement.ParseLayout(tab)
	return rep
}

// What is wrong with a layout is refused with its row and a reason.
func TestLayoutsAreRefusedByRow(t *testing.T) {
	for _, c := range []struct {
		name, kind, chart, from, to, row, want string
	}{
		{"unknown account", "balance", "2004", "货币资金,101+102", "货币资金,101+109", "货币资金", "2004 年制度没有科目 109"},
		{"an account of the other system", "income", "2023", "经营收入,501", "经营收入,561", "一、经营收入", "2023 年制度没有科目 561"},
		{"unknown row", "balance", "2004", "行9+行15", "行9+行17", "资产总计", "没有行次为 17 的行"},
		{"circle", "balance", "2004", "流动资产合计,行1+行2", "流动资产合计,行32+行2", "", "绕回了自己"},
		{"itself", "balance", "2004", "流动资产合计,行1", "流动资产合计,行9", "", "绕回了自己"},
		{"left out", "balance", "2004", "短期借款,201", "短期借款,202", "资产总计＝", "201 短期借款、202 应付款"},
		{"twice", "balance", "2023", "存货,121+401", "存货,121+401+121", "资产总计＝", "科目 121 库存物资 没有列入"},
		{"wrong sign", "balance", "2023", "行11-行12", "行11+行12", "资产总计＝", "152 累计折旧"},
		{"one side of the details", "balance", "2004", "202+113贷明细", "202", "资产总计＝", "113 内部往来"},
		{"income left out", "income", "2004", "行10+行11+行12+行13-行16", "行10+行11+行12-行16", "本年收益＝", "531 其他收入"},
		{"not two-sided", "balance", "2004", "112+113借明细", "112借明细+113借明细", "应收款项", "不是双向科目"},
		{"no time", "income", "2004", "年初:321+", "321+", "年初未分配收益", "要写明"},
		{"time in a balance sheet", "balance", "2004", "资本,301", "资本,年初:301", "资本", "只取期末余额"},
		{"nonsense", "balance", "2004", "资本,301", "资本,三百", "资本", "认不出来"},
		{"no operator", "balance", "2004", "资本,301", "资本,301(311)", "资本", "缺少加号或减号"},
		{"line twice", "balance", "2004", "资产,2,短期投资", "资产,1,短期投资", "短期投资", "用了两次"},
		{"bad style", "balance", "2004", "资产总计,行9+行15+行16+行26+行27+行28,合计", "资产总计,行9+行15+行16+行26+行27+行28,大字", "资产总计", "样式应为"},
		{"no such head", "balance", "2004", "表头,,依据", "表头,,根据", "根据", "表头里没有"},
		{"no first month", "balance", "2004", "表头,,起用月份,2005-01,", "表头,,表号,x,", "", "缺少表头的“起用月份”"},
		{"bad month", "balance", "2004", "起用月份,2005-01", "起用月份,明年", "起用月份", "2024-01 这样"},
		{"no check", "balance", "2004", "核对,,资产总计＝负债和所有者权益总计,行32=行56,", "", "", "缺少核对"},
		{"half a check", "balance", "2004", "行32=行56", "行32", "资产总计＝", "应写成等式"},
		{"page", "ledger", "2004", "每页行数,25", "每页行数,5", "每页行数", "10 到 60"},
		{"carry", "ledger", "2004", "日记账过次页,本月", "日记账过次页,每周", "日记账过次页", "“本月”或“本年”"},
	} {
		body, err := statement.BuiltInBody(c.kind, c.chart)
		must(t, err)
		if !strings.Contains(body, c.from) {
			t.Fatalf("%s: the layout has no %q", c.name, c.from)
		}
		body = strings.Replace(body, c.from, c.to, 1)
		rep := parse(t, body)
		found := false
		for _, e := range rep.Errors {
			line := ""
			if rows := strings.Split(body, "\n"); e.Row-1 < len(rows) {
				line = rows[e.Row-1]
			}
			found = found || strings.Contains(e.Msg, c.want) && strings.Contains(line, c.row)
		}
		if !found {
			t.Errorf("%s: %+v", c.name, rep.Errors)
		}
	}
}

// Formulas are read as people type them.
func TestFormulasAsTyped(t *testing.T) {
	body, err := statement.BuiltInBody("balance", "2004")
	must(t, err)
	for from, to := range map[string]string{"101+102": "101 ＋ 102", "行19-行20": "行19－行20", "行32=行56": "行32 ＝ 行56"} {
		body = strings.Replace(body, from, to, 1)
	}
	if rep := parse(t, body); len(rep.Errors) > 0 {
		t.Errorf("%+v", rep.Errors)
	}
}

// No text makes the parser fail otherwise than by a report.
func FuzzLayout(f *testing.F) {
	for _, kind := range []string{"balance", "income", "statistics", "ledger"} {
		body, err := statement.BuiltInBody(kind, "2004")
		must(f, err)
		f.Add(body)
	}
	f.Add("部分,行次,项目,公式,样式\n资产,1,甲,行1+-分配(,\n核对,,乙,=,")
	f.Fuzz(func(t *testing.T, body string) {
		tab, err := sheet.Read("x.csv", strings.NewReader(body), int64(len(body)), sheet.Options{})
		if err != nil {
			return
		}
		l, rep := statement.ParseLayout(tab)
		if len(rep.Errors) == 0 && l.Kind != statement.LedgerForm {
			again, err := sheet.Read("x.csv", strings.NewReader(statement.Body(tab)), 0, sheet.Options{})
			must(t, err)
			if _, rep := statement.ParseLayout(again); len(rep.Errors) > 0 {
				t.Errorf("what was taken is refused again: %+v", rep.Errors)
			}
		}
	})
}
