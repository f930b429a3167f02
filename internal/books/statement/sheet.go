package statement

import (
	"cmp"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
)

// The kinds of report.
const (
	Trial      = "trial"
	Detail     = "detail"
	Balance    = BalanceForm
	Income     = IncomeForm
	Statistics = StatisticsForm
	General    = "general"
	Ledger     = "ledger"
	Journal    = "journal"
)

// Kind is one report with its name.
type Kind struct{ Code, Label, Text string }

// Kinds are the reports.
var Kinds = []Kind{
	{Trial, "科目余额表", "各科目期初、本期、本年累计和期末数，三项相等核对"},
	{Detail, "收支明细表", "收入、支出逐科目的本期、累计、上年同期和预算"},
	{Balance, "资产负债表", "期末与年初的资产、负债和所有者权益"},
	{Income, "收益及收益分配表", "本年与上年的收益及其分配"},
	{Statistics, "收益分配统计表", "年度统计指标及其平衡关系"},
	{General, "总账", "各科目逐月发生额和余额"},
	{Ledger, "明细账", "三栏式，逐笔登记，承前页与过次页"},
	{Journal, "日记账", "库存现金和银行存款，逐日结出余额"},
}

// KindOf returns the report of a code.
func KindOf(code string) (Kind, bool) {
	for _, k := range Kinds {
		if k.Code == code {
			return k, true
		}
	}
	return Kind{}, false
}

// Sheet is one report of one set of books, ready to be shown, printed or exported.
type Sheet struct {
	Kind    string
	Chart   string
	Title   string
	FormNo  string
	Org     string
	Period  Period
	Mark    string // what the reader must know of the form
	Source  string // where the form comes from
	Books   int    // how many books it is made of
	Columns []Column
	Rows    []Row
	Checks  []Equality
	Notes   []string
	// Left and Right are the parts of a form that stand side by side when printed.
	Left, Right string
}

// ColumnKind says what the cells of a column hold.
type ColumnKind uint8

// The kinds of column.
const (
	Text ColumnKind = iota
	Amount
	Percent
)

// Column heads a column.
type Column struct {
	Label string
	Group string // stands above neighbours with the same one
	Kind  ColumnKind
	Width float64 // in a file, in characters; 0 is that of an amount
}

// amountWidth is how many characters the largest amounts take.
const amountWidth = 16

// Cell is one amount or text. Set tells 0.00 from nothing to say.
type Cell struct {
	Fen  money.Fen
	Set  bool
	Text string
}

func fen(f money.Fen) Cell { return Cell{Fen: f, Set: true} }

func text(s string) Cell { return Cell{Text: s} }

// Row is one row. Line numbers a form's row, Code names an account; either opens what the row is made of.
type Row struct {
	Part, Line, Code, Label, Style string
	Level                          int // of an account, from 1
	Books                          ids.ID
	Cells                          []Cell
}

// Equality is one that the sheet must satisfy.
type Equality struct {
	Label       string
	Left, Right money.Fen
}

// OK reports whether both sides are equal.
func (c Equality) OK() bool { return c.Left == c.Right }

// Text is a cell as people read it: amounts with separators, nothing for an amount that is not there, zeros left out
// in the body of a sheet as accountants do.
func (c Column) Text(x Cell) string {
	switch {
	case !x.Set || c.Kind == Text:
		return x.Text
	case x.Fen == 0:
		return ""
	}
	return x.Fen.String()
}

// plain is a cell for files.
func (c Column) plain(x Cell) string {
	if x.Set && c.Kind != Text {
		return x.Fen.Plain()
	}
	return x.Text
}

// numbered reports whether a sheet's rows carry line numbers or account codes, and the title of that column.
func (s *Sheet) numbered() string {
	switch s.Kind {
	case Balance, Income, Statistics:
		return "行次"
	case Ledger, Journal:
		return ""
	}
	return "科目编码"
}

// File returns the sheet as a file's columns and rows.
func (s *Sheet) File() ([]sheet.Column, iter.Seq2[[]string, error]) {
	var header []sheet.Column
	no := s.numbered()
	if no != "" {
		header = append(header, sheet.Column{Title: no, Width: 10}, sheet.Column{Title: "项目", Width: 30})
	}
	for _, c := range s.Columns {
		k := sheet.Text
		if c.Kind == Amount {
			k = sheet.Money
		}
		header = append(header, sheet.Column{Title: strings.TrimSpace(c.Group + c.Label), Kind: k, Width: cmp.Or(c.Width, amountWidth)})
	}
	return header, func(yield func([]string, error) bool) {
		for _, r := range s.Rows {
			var out []string
			if no != "" {
				out = append(out, r.number(), r.Label)
			}
			for i, c := range r.Cells {
				out = append(out, s.Columns[i].plain(c))
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

// WriteXLSX writes the sheet as it is handed in: its title, whose it is, of when and in what unit above the rows; the
// checks, notes and signatures below. Amounts are numbers.
func (s *Sheet) WriteXLSX(w io.Writer) error {
	header, rows := s.File()
	return sheet.WritePaper(w, s.Title, s.paper(len(header)), header, rows)
}

// portraitColumns is how many columns of amounts stand on upright paper.
const portraitColumns = 6

func (s *Sheet) paper(columns int) sheet.Paper {
	org := s.Org
	if s.Books > 1 {
		org += "（" + strconv.Itoa(s.Books) + " 个账套合并）"
	}
	p := sheet.Paper{Title: s.Title, Landscape: columns > portraitColumns, Strong: func(row int) bool {
		switch s.Rows[row].Style {
		case Subtotal, Total:
			return true
		}
		return false
	}}
	when := s.Period.Chinese()
	if s.Kind == Balance {
		when = s.Period.To.Last().Chinese()
	}
	p.Lines = []string{strings.Join(slices.DeleteFunc([]string{"编制单位：" + org, when, s.FormNo, "单位：元"}, func(t string) bool { return t == "" }), "　　")}
	if s.Mark != "" {
		p.Lines = append(p.Lines, s.Mark)
	}
	for _, c := range s.Checks {
		p.Foot = append(p.Foot, c.String())
	}
	for _, n := range s.Notes {
		p.Foot = append(p.Foot, "注："+n)
	}
	if s.Source != "" {
		p.Foot = append(p.Foot, s.Source)
	}
	p.Foot = append(p.Foot, "单位负责人：　　　　　　会计主管：　　　　　　制表：")
	return p
}

func (r *Row) number() string {
	if r.Line != "" {
		return r.Line
	}
	return r.Code
}

// JSONRow is a row for programs: amounts in yuan with two decimals, by column title.
type JSONRow struct {
	Part    string            `json:"part,omitempty"`
	No      string            `json:"no,omitempty"`
	Label   string            `json:"label"`
	Amounts map[string]string `json:"amounts"`
}

// JSONSheet is a sheet for programs.
type JSONSheet struct {
	Kind   string      `json:"kind"`
	Title  string      `json:"title"`
	Chart  string      `json:"chart"`
	Org    string      `json:"org"`
	Period string      `json:"period"`
	Books  int         `json:"books"`
	Mark   string      `json:"mark,omitempty"`
	Rows   []JSONRow   `json:"rows"`
	Checks []JSONCheck `json:"checks"`
	Notes  []string    `json:"notes,omitempty"`
}

// JSONCheck is a check for programs.
type JSONCheck struct {
	Label string `json:"label"`
	Left  string `json:"left"`
	Right string `json:"right"`
	OK    bool   `json:"ok"`
}

// JSON returns the sheet for programs.
func (s *Sheet) JSON() JSONSheet {
	out := JSONSheet{
		Kind: s.Kind, Title: s.Title, Chart: s.Chart, Org: s.Org, Period: s.Period.String(), Books: s.Books, Mark: s.Mark,
		Notes: s.Notes, Rows: []JSONRow{}, Checks: []JSONCheck{},
	}
	for _, r := range s.Rows {
		j := JSONRow{Part: r.Part, No: r.number(), Label: r.Label, Amounts: map[string]string{}}
		for i, c := range r.Cells {
			if v := s.Columns[i].plain(c); v != "" {
				j.Amounts[s.Columns[i].Group+s.Columns[i].Label] = v
			}
		}
		out.Rows = append(out.Rows, j)
	}
	for _, c := range s.Checks {
		out.Checks = append(out.Checks, JSONCheck{c.Label, c.Left.Plain(), c.Right.Plain(), c.OK()})
	}
	return out
}

// Draw writes the sheet as text in columns, wide characters counted as two.
func (s *Sheet) Draw() string {
	var b strings.Builder
	b.WriteString(s.Title)
	if s.FormNo != "" {
		b.WriteString("（" + s.FormNo + "）")
	}
	b.WriteString("\n编制单位：" + s.Org + "  期间：" + s.Period.Chinese() + "  单位：元")
	if s.Books > 1 {
		b.WriteString("  合并账套：" + strconv.Itoa(s.Books) + " 个")
	}
	b.WriteByte('\n')
	if s.Mark != "" {
		b.WriteString("【" + s.Mark + "】\n")
	}
	no := s.numbered()
	head := []string{}
	if no != "" {
		head = append(head, no, "项目")
	}
	for _, c := range s.Columns {
		head = append(head, c.Group+c.Label)
	}
	lines, first := [][]string{head}, len(head)-len(s.Columns)
	for _, r := range s.Rows {
		line := []string{}
		if no != "" {
			line = append(line, r.number(), strings.Repeat("  ", max(r.Level-1, 0))+r.Label)
		}
		for i, c := range r.Cells {
			line = append(line, s.Columns[i].Text(c))
		}
		lines = append(lines, line)
	}
	width := make([]int, len(head))
	for _, l := range lines {
		for i, c := range l {
			width[i] = max(width[i], wide(c))
		}
	}
	for _, l := range lines {
		var row strings.Builder
		for i, c := range l {
			pad := strings.Repeat(" ", width[i]-wide(c))
			if i >= first && s.Columns[i-first].Kind != Text {
				c = pad + c
			} else {
				c += pad
			}
			row.WriteString(c + "  ")
		}
		b.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	for _, c := range s.Checks {
		b.WriteString(c.String() + "\n")
	}
	for _, n := range s.Notes {
		b.WriteString("注：" + n + "\n")
	}
	return b.String()
}

// String says whether the check holds.
func (c Equality) String() string {
	if c.OK() {
		return "核对相符：" + c.Label
	}
	return "核对不符：" + c.Label + "（" + c.Left.String() + " ≠ " + c.Right.String() + "，相差 " + (c.Left - c.Right).Abs().String() + "）"
}

// wide is how many columns a text takes: two for each character beyond Latin.
func wide(s string) int {
	n := 0
	for _, r := range s {
		if n++; r >= 0x1100 {
			n++
		}
	}
	return n
}
