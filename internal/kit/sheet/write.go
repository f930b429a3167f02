package sheet

import (
	"bufio"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"huicun/internal/kit/errs"
)

// Kind says what the cells of a column hold. Cells are handed over as text in the form named with each kind; a
// cell in another form is written as text, so that nothing is lost or changed.
type Kind uint8

// The kinds of column.
const (
	Text    Kind = iota // any text
	Money               // a decimal number such as -1234.5, shown as #,##0.00
	Integer             // a whole number without leading zeros
	Number              // a decimal number, shown as it is
	Date                // 2006-01-02
)

// Column is one column to write.
type Column struct {
	Title string
	Width float64 // in characters; 0 chooses by title and kind
	Kind  Kind
}

// number gives the value of a cell that a float holds exactly as written; codes with leading zeros and numbers
// of more than 15 digits stay text.
func number(s string, whole bool) (float64, bool) {
	digits, frac, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	switch {
	case digits == "" || strings.Trim(digits, "0123456789") != "" || strings.Trim(frac, "0123456789") != "":
		return 0, false
	case point && (whole || frac == ""), len(digits) > 1 && digits[0] == '0', len(digits)+len(frac) > 15:
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && (v != 0 || s[0] != '-')
}

// serial gives the day number of a date as spreadsheets count them; days before March 1900 are counted
// differently by different programs and stay text.
func serial(s string) (int, bool) {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil || d.Year() > 9999 {
		return 0, false
	}
	n := int(d.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	return n, n > 60
}

// value turns a cell into what a typed cell holds: nil, float64, int (a date's serial), or string.
func (k Kind) value(s string) any {
	switch k {
	case Money, Number, Integer:
		if v, ok := number(s, k == Integer); ok {
			return v
		}
	case Date:
		if n, ok := serial(s); ok {
			return n
		}
	}
	if s == "" {
		return nil
	}
	return s
}

// WriteCSV writes UTF-8 with a byte-order mark (Excel needs it) and CRLF. Text that a spreadsheet might run as a
// formula gets a single quote in front, which Read takes off again: reading back gives every cell as it was, up
// to outer space and control characters. The first error of rows ends the writing and is returned.
func WriteCSV(w io.Writer, header []Column, rows iter.Seq2[[]string, error]) error {
	c := NewCSV(w, header)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := c.Row(row); err != nil {
			return err
		}
	}
	return c.Flush()
}

// CSV writes what WriteCSV writes, a row at a time.
type CSV struct {
	bw     *bufio.Writer
	header []Column
}

// NewCSV begins a file with its header.
func NewCSV(w io.Writer, header []Column) *CSV {
	bw := bufio.NewWriterSize(w, 64<<10)
	bw.WriteString("\ufeff")
	for i, c := range header {
		field(bw, i, guard(c.Title))
	}
	bw.WriteString("\r\n")
	return &CSV{bw, header}
}

// Row writes a row, which may be shorter than the header.
func (c *CSV) Row(row []string) error {
	if len(row) > len(c.header) {
		return errWide(len(row), len(c.header))
	}
	for i, s := range row {
		if _, isText := c.header[i].Kind.value(s).(string); isText {
			s = guard(s)
		}
		field(c.bw, i, s)
	}
	_, err := c.bw.WriteString("\r\n")
	return errs.Wrap(err, errs.Internal, "sheet.write", "write CSV")
}

// Flush writes what is pending.
func (c *CSV) Flush() error {
	return errs.Wrap(c.bw.Flush(), errs.Internal, "sheet.write", "write CSV")
}

func errWide(cells, cols int) error {
	return errs.New(errs.Internal, "sheet.write", "a row has %d cells under %d columns", cells, cols)
}

// field writes one field, quoted whenever any reader might take a part of it for structure.
func field(bw *bufio.Writer, i int, s string) {
	if i > 0 {
		bw.WriteByte(',')
	}
	if !strings.ContainsAny(s, "\",;\t\r\n") {
		bw.WriteString(s)
		return
	}
	bw.WriteByte('"')
	bw.WriteString(strings.ReplaceAll(s, `"`, `""`))
	bw.WriteByte('"')
}

// printable drops what neither XML nor a database holds: control characters and broken UTF-8.
func printable(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return strings.Map(func(r rune) rune {
				if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r == '\ufffe' || r == '\uffff' {
					return -1
				}
				return r
			}, strings.ToValidUTF8(s, ""))
		}
	}
	return s
}
