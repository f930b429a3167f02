package statement

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/sheet"
)

// The kinds of layout. A form is made of rows with formulas; a ledger's layout says how its pages are divided.
const (
	BalanceForm    = "balance"
	IncomeForm     = "income"
	StatisticsForm = "statistics"
	LedgerForm     = "ledger"
)

// LayoutKinds are the kinds with the names by which a layout's sheet calls them.
var LayoutKinds = []field.Option{
	{Code: BalanceForm, Label: "资产负债表"},
	{Code: IncomeForm, Label: "收益及收益分配表"},
	{Code: StatisticsForm, Label: "收益分配统计表"},
	{Code: LedgerForm, Label: "账簿格式"},
}

// Layout is one statement's form as data: what it is called, from which month it holds, and its rows.
type Layout struct {
	Kind, Chart string
	Version     string
	From        date.Month
	Title       string // 资产负债表
	FormNo      string // 村会01表
	Source      string // where the form comes from
	Mark        string // what a reader must know of it: reconstructed, not yet compared
	Columns     [2]string
	StartFirst  bool   // the year's beginning stands before its end, as on the balance sheet of 2004
	Kept        string // the line of 未分配收益, on which balance sheet and income statement must agree
	Left, Right string // the parts that stand side by side when printed; the others follow below
	Rows        []FormRow
	Checks      []FormCheck
	Pages       Paging
	Own         bool // imported by the county, not built in
}

// startFirst is how a layout says that the year's beginning stands first.
const startFirst = "年初在前"

// The styles of a row.
const (
	Plain    = ""
	Heading  = "标题"
	Subtotal = "小计"
	Total    = "合计"
	OfWhich  = "其中" // a part of another row, not added again
	Extra    = "增列" // shown only with an amount
	ByHand   = "填写" // left blank to be filled in by hand
)

var styles = []string{Plain, Heading, Subtotal, Total, OfWhich, Extra, ByHand}

// FormRow is one row of a form. Terms are its formula with other rows already replaced by what they read.
type FormRow struct {
	Part, Line, Label, Formula, Style string
	Terms                             []Term
	direct                            []Term // the formula as written
	sheetRow                          int
}

// FormCheck is an equation that must hold over a form.
type FormCheck struct {
	Label, Formula string
	Left, Right    []Term
	sheetRow       int
}

// Paging says how ledgers are divided into printed pages. Rows are those of a page, with the lines brought forward and
// carried over. Journals are the accounts whose ledgers are day books. The totals carried over run from the month's
// or from the year's first day (会计基础工作规范 article 63).
type Paging struct {
	Rows           int
	Journals       []string
	JournalByMonth bool
	LedgerByMonth  bool
}

// SheetHeader are the columns of a layout's sheet.
func SheetHeader() []sheet.Column {
	return []sheet.Column{{Title: "部分", Width: 18}, {Title: "行次", Width: 8}, {Title: "项目", Width: 40}, {Title: "公式", Width: 60}, {Title: "样式", Width: 10}}
}

const (
	partHead  = "表头"
	partCheck = "核对"
	maxRows   = 300
)

// ParseLayout reads a layout's sheet and compiles its formulas; what is wrong is in the report with row and reason.
func ParseLayout(t *sheet.Table) (*Layout, *sheet.Report) {
	p := &layoutParser{l: &Layout{}, rep: &sheet.Report{Rows: len(t.Rows)}, heads: map[string]int{}}
	var col [5]int
	for i, c := range SheetHeader() {
		if col[i] = t.Col(c.Title); col[i] < 0 {
			p.rep.Add(t.HeaderRow, c.Title, "", "缺少“%s”列；请用下载的表式修改", c.Title)
		}
	}
	if len(t.Rows) > maxRows {
		p.rep.Add(t.HeaderRow, "", "", "最多 %d 行，现有 %d 行", maxRows, len(t.Rows))
	}
	if len(p.rep.Errors) > 0 {
		return p.l, p.rep
	}
	for i, r := range t.Rows {
		p.row(t.RowNo[i], r[col[0]], r[col[1]], r[col[2]], r[col[3]], r[col[4]])
	}
	p.finish(t.HeaderRow)
	return p.l, p.rep
}

type layoutParser struct {
	l     *Layout
	rep   *sheet.Report
	heads map[string]int
}

var lineNo = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,2})?$`)

func (p *layoutParser) row(no int, part, line, label, formula, style string) {
	switch part {
	case partHead:
		p.heads[label] = no
		p.head(no, label, formula)
		return
	case partCheck:
		left, right, err := equation(formula)
		if err != nil {
			p.rep.Add(no, "公式", formula, "%s", err)
		}
		p.l.Checks = append(p.l.Checks, FormCheck{Label: label, Formula: formula, Left: left, Right: right, sheetRow: no})
		return
	case "":
		p.rep.Add(no, "部分", "", "请填写这一行属于报表的哪一部分；表名等写“表头”，等式写“核对”")
	}
	if label == "" {
		p.rep.Add(no, "项目", "", "请填写项目名称")
	}
	if !slices.Contains(styles, style) {
		p.rep.Add(no, "样式", style, "样式应为空或%s", strings.Join(styles[1:], "、"))
	}
	if line != "" && !lineNo.MatchString(line) {
		p.rep.Add(no, "行次", line, "行次应为数字，如 9 或 21.1")
	}
	blank := style == Heading || style == ByHand
	terms, err := parseFormula(formula)
	switch {
	case err != nil:
		p.rep.Add(no, "公式", formula, "%s", err)
	case blank && len(terms) > 0:
		p.rep.Add(no, "公式", formula, "样式为“%s”的行不写公式", style)
	case !blank && len(terms) == 0:
		p.rep.Add(no, "公式", formula, "请填写公式；只作标题的行把样式写成“%s”", Heading)
	case !blank && line == "":
		p.rep.Add(no, "行次", "", "有公式的行要有行次")
	}
	p.l.Rows = append(p.l.Rows, FormRow{Part: part, Line: line, Label: label, Formula: formula, Style: style, direct: terms, sheetRow: no})
}

func (p *layoutParser) head(no int, label, value string) {
	l := p.l
	bad := func(format string, args ...any) { p.rep.Add(no, "公式", value, format, args...) }
	switch label {
	case "报表":
		l.Title = value
		for _, k := range LayoutKinds {
			if k.Label == value {
				l.Kind = k.Code
			}
		}
		if l.Kind == "" {
			bad("报表应为资产负债表、收益及收益分配表、收益分配统计表或账簿格式")
		}
	case "会计制度":
		for _, c := range ledger.Charts {
			if value == c.Label || value == c.Code {
				l.Chart = c.Code
			}
		}
		if l.Chart == "" {
			bad("会计制度应为“2004 年制度”或“2023 年制度”")
		}
	case "表号":
		l.FormNo = value
	case "版本":
		l.Version = value
	case "起用月份":
		m, err := date.ParseMonth(value)
		if err != nil {
			bad("起用月份应写成 2024-01 这样")
		}
		l.From = m
	case "依据":
		l.Source = value
	case "提示":
		l.Mark = value
	case "列1":
		l.Columns[0] = value
	case "列2":
		l.Columns[1] = value
	case "列序":
		if value != startFirst {
			bad("列序应为“%s”；不写时年末在前", startFirst)
		}
		l.StartFirst = true
	case "未分配收益行":
		l.Kept = value
	case "左栏":
		l.Left = value
	case "右栏":
		l.Right = value
	default:
		if !p.l.Pages.head(label, value, bad) {
			p.rep.Add(no, "项目", label, "表头里没有“%s”这一项", label)
		}
	}
}

// The bounds of a printed page.
const minPageRows, maxPageRows = 10, 60

func (g *Paging) head(label, value string, bad func(string, ...any)) bool {
	byMonth := func(to *bool) {
		*to = value == "本月"
		if value != "本月" && value != "本年" {
			bad("过次页的累计应为“本月”或“本年”")
		}
	}
	switch label {
	case "每页行数":
		n, err := strconv.Atoi(value)
		if err != nil || n < minPageRows || n > maxPageRows {
			bad("每页行数应在 %d 到 %d 之间", minPageRows, maxPageRows)
		}
		g.Rows = n
	case "日记账科目":
		g.Journals = strings.FieldsFunc(value, func(r rune) bool { return !isDigit(r) })
	case "日记账过次页":
		byMonth(&g.JournalByMonth)
	case "明细账过次页":
		byMonth(&g.LedgerByMonth)
	default:
		return false
	}
	return true
}

func (p *layoutParser) finish(headerRow int) {
	l := p.l
	for _, need := range []struct{ label, value string }{{"报表", l.Title}, {"会计制度", l.Chart}, {"版本", l.Version}} {
		if need.value == "" && p.heads[need.label] == 0 {
			p.rep.Add(headerRow, "部分", "", "缺少表头的“%s”", need.label)
		}
	}
	if l.From == 0 && p.heads["起用月份"] == 0 {
		p.rep.Add(headerRow, "部分", "", "缺少表头的“起用月份”")
	}
	if l.Kind == LedgerForm && l.Pages.Rows == 0 && p.heads["每页行数"] == 0 {
		p.rep.Add(headerRow, "部分", "", "缺少表头的“每页行数”")
	}
	if len(p.rep.Errors) == 0 && l.Kind != LedgerForm {
		p.compile()
	}
}

// Key names the layout: 资产负债表（2004 年制度）财会〔2004〕12号.
func (l *Layout) Key() string {
	return fmt.Sprintf("%s（%s）%s", l.Title, field.LabelOf(ledger.Charts, l.Chart), l.Version)
}

// row returns the row of a line number, nil when there is none.
func (l *Layout) row(line string) *FormRow {
	for i := range l.Rows {
		if l.Rows[i].Line == line && line != "" {
			return &l.Rows[i]
		}
	}
	return nil
}

// Row returns the row of a line number.
func (l *Layout) Row(line string) (*FormRow, bool) {
	r := l.row(line)
	return r, r != nil
}
