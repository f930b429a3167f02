package sheet

import (
	"fmt"
	"io"
	"iter"
	"strconv"

	"huicun/internal/kit/errs"
)

// RowError is one wrong cell of a file, in the words of the person who will mend it.
type RowError struct {
	Row    int    // the file's row number, from 1
	Column string // the column's title; "" when the row as a whole is wrong
	Value  string // what stands there
	Msg    string // what is wrong and what to do, in Chinese
}

// Report is the result of checking a file's rows; its zero value is ready.
type Report struct {
	Rows   int // rows checked
	Errors []RowError
	More   int // further wrong cells, which are not listed
}

// Add notes one wrong cell.
func (r *Report) Add(row int, column, value, format string, args ...any) {
	r.Errors = append(r.Errors, RowError{row, column, value, fmt.Sprintf(format, args...)})
}

// Err returns nil when nothing is wrong, else an errs.Invalid error with the code "sheet.errors" that says how
// many places are wrong and that nothing was saved.
func (r *Report) Err() error {
	if len(r.Errors) == 0 {
		return nil
	}
	return errs.New(errs.Invalid, "sheet.errors", "共 %d 处错误，没有保存任何一行", len(r.Errors)+r.More)
}

// WriteErrors writes the wrong places as an xlsx with the columns 行号, 列, 内容 and 问题.
func WriteErrors(w io.Writer, r *Report) error {
	header, rows := ErrorRows(r)
	return WriteXLSX(w, "错误", header, rows)
}

// ErrorRows gives the wrong places as a table of their own.
func ErrorRows(r *Report) ([]Column, iter.Seq2[[]string, error]) {
	return []Column{{"行号", 8, Integer}, {"列", 18, Text}, {"内容", 30, Text}, {"问题", 60, Text}}, func(yield func([]string, error) bool) {
		for _, e := range r.Errors {
			if !yield([]string{strconv.Itoa(e.Row), e.Column, short(e.Value), short(e.Msg)}, nil) {
				return
			}
		}
		if r.More > 0 {
			yield([]string{"", "", "", fmt.Sprintf("还有 %d 处错误没有列出；请先改好以上各处再导入", r.More)}, nil)
		}
	}
}

// short keeps a value readable, and within what a cell holds.
func short(s string) string {
	if rs := []rune(s); len(rs) > 1000 {
		return string(rs[:1000]) + "…"
	}
	return s
}
