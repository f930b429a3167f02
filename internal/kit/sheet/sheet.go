// Package sheet moves tables in and out of files that people edit: xlsx and CSV.
//
// Reading keeps the value, not the picture of it: a number shown rounded comes out with all its digits, a date
// comes out as 2021-11-10 whatever its display format, and every row keeps the number that the person sees in
// the margin, so that an error can name it. A file that cannot be read whole is refused; nothing is guessed or
// dropped in silence. Writing never produces a formula out of somebody's text.
package sheet

import (
	"fmt"
	"strings"

	"huicun/internal/kit/errs"
)

// Limits that Options leaves at zero.
const (
	DefaultMaxRows  = 200_000
	DefaultMaxCols  = 256
	DefaultMaxBytes = 200 << 20
)

// maxCells bounds rows × columns of a Table, since a wide header over many rows eats memory within both other limits.
const maxCells = 6_000_000

// Options bound and steer Read and Each; the zero value reads the first visible sheet within the default limits.
type Options struct {
	MaxRows   int    // data rows; 0 is DefaultMaxRows
	MaxCols   int    // columns; 0 is DefaultMaxCols
	MaxBytes  int64  // bytes of the file, and again of its unpacked content; 0 is DefaultMaxBytes
	Sheet     string // the sheet's name in an xlsx; "" is the first visible one
	HeaderRow int    // the row, from 1, that holds the titles; 0 is the first row that is not empty
	Grid      bool   // no row holds titles: Rows are all rows, each as long as it is, for layouts that are to be recognised
}

func (o Options) withDefaults() Options {
	if o.MaxRows <= 0 {
		o.MaxRows = DefaultMaxRows
	}
	if o.MaxCols <= 0 {
		o.MaxCols = DefaultMaxCols
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	return o
}

// Table is one table read from a file. Every row is as long as Header; cells are trimmed and free of control
// characters other than tab and line break.
type Table struct {
	Name      string     // the sheet's name; for a CSV the file's name
	Header    []string   // titles, distinct; "" where a column has none (such a column is empty); nil for a Grid
	HeaderRow int        // the file's row number of Header, from 1
	Rows      [][]string // rows that are not wholly empty
	RowNo     []int      // the file's row number of each of Rows, from 1
}

// Col returns the index of the column with exactly this title, or -1.
func (t *Table) Col(title string) int {
	for i, h := range t.Header {
		if h == title && h != "" {
			return i
		}
	}
	return -1
}

// Rows receives a table row by row: Header once, then Row for each row that is not wholly empty, with the file's row
// number. The cells are as many as titles and may be kept. An error of theirs ends the reading and is returned.
type Rows struct {
	Header func(t *Table) error // t has no rows yet
	Row    func(no int, cells []string) error
}

// builder turns raw rows into a table's rows under the limits; both formats feed it.
type builder struct {
	opts Options
	t    *Table
	to   Rows
	n    int // rows so far
}

// add takes the next row of the file; cells are already trimmed. It may keep the slice.
func (b *builder) add(rowNo int, cells []string) error {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if rowNo < b.opts.HeaderRow || len(cells) == 0 {
		return nil
	}
	if len(cells) > b.opts.MaxCols {
		return errs.New(errs.Invalid, "sheet.cols", "第 %d 行超过 %d 列，请删去多余的列", rowNo, b.opts.MaxCols)
	}
	if b.t.Header == nil && !b.opts.Grid {
		return b.header(rowNo, cells)
	}
	if b.n >= b.opts.MaxRows {
		return errs.New(errs.Invalid, "sheet.rows", "表格超过 %d 行，请拆成几个文件", b.opts.MaxRows)
	}
	b.n++
	n := len(b.t.Header)
	if b.opts.Grid {
		n = len(cells)
	}
	for i, c := range cells {
		if !b.opts.Grid && c != "" && (i >= n || b.t.Header[i] == "") {
			return errs.New(errs.Invalid, "sheet.untitled", "第 %d 行 %s 列有内容，但第 %d 行表头的这一列没有名称", rowNo, colName(i), b.t.HeaderRow)
		}
	}
	row := cells
	if len(cells) < n {
		row = make([]string, n)
		copy(row, cells)
	}
	return handedOver(b.to.Row(rowNo, row[:n:n]))
}

// handed is an error of whoever the rows are handed to: it is not the file's.
type handed struct{ error }

func handedOver(err error) error {
	if err == nil {
		return nil
	}
	return handed{err}
}

// whole gathers the rows in the table itself.
func (t *Table) whole() Rows {
	return Rows{
		Header: func(*Table) error { return nil },
		Row: func(no int, cells []string) error {
			if (len(t.Rows)+1)*len(cells) > maxCells {
				return errs.New(errs.Invalid, "sheet.cells", "表格太大（超过 %d 个单元格），请拆成几个文件", maxCells)
			}
			t.Rows = append(t.Rows, cells)
			t.RowNo = append(t.RowNo, no)
			return nil
		},
	}
}

func (b *builder) header(rowNo int, cells []string) error {
	if b.opts.HeaderRow > 0 && rowNo != b.opts.HeaderRow {
		return errs.New(errs.Invalid, "sheet.header", "第 %d 行应当是表头，却是空的", b.opts.HeaderRow)
	}
	seen := make(map[string]int, len(cells))
	for i, c := range cells {
		if c == "" {
			continue
		}
		if j, dup := seen[c]; dup {
			return errs.New(errs.Invalid, "sheet.duplicate", "表头有两列都叫“%s”（%s 列和 %s 列），请改成不同的名称", c, colName(j), colName(i))
		}
		seen[c] = i
	}
	b.t.Header, b.t.HeaderRow = append([]string(nil), cells...), rowNo
	return handedOver(b.to.Header(b.t))
}

func (b *builder) done() error {
	if b.t.Header == nil && b.n == 0 {
		return errs.New(errs.Invalid, "sheet.empty", "表格是空的，没有找到表头")
	}
	return nil
}

// colName gives the letters of a column counted from 0: A, B, ..., AA.
func colName(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// clean drops what a person cannot see in a cell: outer space, byte-order marks and control characters. Line
// breaks become \n. Cleaning twice changes nothing.
func clean(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7f
	}
	if plain {
		return strings.Trim(s, " ")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == '\ufeff' || r == '\u200b' || r == '\ufffe' || r == '\uffff':
			return -1
		}
		return r
	}, lineBreaks.Replace(s))
	return strings.TrimSpace(s)
}

func broken(err error) error {
	return errs.Wrap(err, errs.Invalid, "sheet.broken", "文件已损坏或不完整，请用表格软件打开后另存为 .xlsx 再上传")
}

func brokenf(format string, args ...any) error { return broken(fmt.Errorf(format, args...)) }
