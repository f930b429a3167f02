package ledger

import (
	_ "embed" // the charts
	"encoding/csv"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/search"
)

// The accounting systems: 村集体经济组织会计制度 (财会〔2004〕12号) for months up to December 2023 and
// 农村集体经济组织会计制度 (财会〔2023〕14号) from January 2024. The same digits can mean different accounts in the
// two (502, 511, 521, 153, 154, 211), so an account is known by system and code, never by its code alone.
const (
	Chart2004 = "2004"
	Chart2023 = "2023"
)

// Charts are the accounting systems with their Chinese names.
var Charts = []field.Option{{Code: Chart2004, Label: "2004 年制度"}, {Code: Chart2023, Label: "2023 年制度"}}

// lastOf2004 is the last month of the 2004 system.
const lastOf2004 date.Month = 202312

// The classes of account.
const (
	Asset     = "asset"
	Liability = "liability"
	Equity    = "equity"
	Cost      = "cost"
	Income    = "income"
	Expense   = "expense"
)

// ClassLabels are the classes in Chinese.
var ClassLabels = map[string]string{Asset: "资产", Liability: "负债", Equity: "所有者权益", Cost: "成本", Income: "收入", Expense: "支出"}

// When an account must stand at nothing.
const (
	ZeroMonth = "month" // at the end of every month: 181 待处理财产损溢
	ZeroYear  = "year"  // at the end of the year: 321 本年收益
)

// Account is one account of a chart or of books. Direction is the side on which it usually stands: debit, credit
// or both. Leaf says that it takes entries itself. Zero says when it must stand at nothing ("", ZeroMonth or
// ZeroYear); Dims what its lines belong to, as ParseDims reads it. One that is not Active takes no new entries.
type Account struct {
	Code, Name, Class, Direction string
	Leaf                         bool
	Zero, Dims                   string
	Active                       bool
}

// topDigits is the length of the codes of a chart.
const topDigits = 3

var (
	//go:embed chart_2004.csv
	csv2004 string
	//go:embed chart_2023.csv
	csv2023 string

	charts = map[string][]Account{Chart2004: readChart(csv2004), Chart2023: readChart(csv2023)}
)

func readChart(text string) []Account {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("ledger: chart: " + err.Error())
	}
	out := make([]Account, 0, len(rows)-1)
	for _, r := range rows[1:] {
		out = append(out, Account{Code: r[0], Name: r[1], Class: r[2], Direction: r[3], Leaf: true, Zero: r[4], Dims: r[5], Active: true})
	}
	return out
}

// Chart returns the accounts of a system in the order of their codes, nil when there is no such system.
func Chart(system string) []Account { return charts[system] }

// cashAccounts are 库存现金 and 银行存款: the same digits in both systems.
var cashAccounts = []string{"101", "102"}

// IsCash reports whether an account is cash on hand or at a bank.
func IsCash(code string) bool {
	return len(code) >= topDigits && slices.Contains(cashAccounts, code[:topDigits])
}

// searchText is what an account is found by: every piece of its code, name and pinyin between spaces.
func searchText(a *Account) string {
	return " " + strings.Join(search.Terms(a.Code, a.Name), " ") + " "
}
