package sheet

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"huicun/internal/kit/errs"
)

// maxSheetRows is what one sheet can hold.
const maxSheetRows = 1_048_576

// WriteXLSX writes one sheet, row by row, under a bold and frozen header with a filter. Text is always stored as
// text, never as a formula, and is
// not altered but for control characters. Rows may be shorter than the header. The first error of rows ends
// the writing and is returned as it is; nothing has been written to w then.
func WriteXLSX(w io.Writer, name string, header []Column, rows iter.Seq2[[]string, error]) (err error) {
	f := excelize.NewFile()
	defer f.Close()
	wrap := func(err error) error { return errs.Wrap(err, errs.Internal, "sheet.write", "write xlsx") }
	name = sheetName(name)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return wrap(err)
	}
	sw, err := f.NewStreamWriter(name)
	if err != nil {
		return wrap(err)
	}
	st, err := newStyles(f)
	if err != nil {
		return wrap(err)
	}
	if err := writeHead(sw, header, st.head); err != nil {
		return wrap(err)
	}
	last := 1
	cells := make([]any, len(header))
	for row, err := range rows {
		if err != nil {
			return err
		}
		if last++; last > maxSheetRows {
			return errs.New(errs.Invalid, "sheet.rows", "一张工作表最多 %d 行，请缩小导出的范围或改用 CSV", maxSheetRows)
		}
		if len(row) > len(header) {
			return errWide(len(row), len(header))
		}
		for i, s := range row {
			v := header[i].Kind.value(s)
			switch x := v.(type) {
			case string:
				if len(x) > maxText && len(utf16.Encode([]rune(x))) > maxText {
					return errs.New(errs.Invalid, "sheet.text", "第 %d 行“%s”的文字超过 %d 字，表格装不下，请改用 CSV", last, header[i].Title, maxText)
				}
				v = printable(x)
			case float64, int:
				v = excelize.Cell{StyleID: st.kind[header[i].Kind], Value: x}
			}
			cells[i] = v
		}
		if err := sw.SetRow(fmt.Sprintf("A%d", last), cells[:len(row)]); err != nil {
			return wrap(err)
		}
	}
	// The range is known only now; the filter stands after the rows in the file, so this is not too late.
	if len(header) > 0 {
		if err := f.AutoFilter(name, fmt.Sprintf("A1:%s%d", colName(len(header)-1), last), nil); err != nil {
			return wrap(err)
		}
	}
	if err := sw.Flush(); err != nil {
		return wrap(err)
	}
	_, err = f.WriteTo(w)
	return wrap(err)
}

func writeHead(sw *excelize.StreamWriter, header []Column, style int) error {
	cells := make([]any, len(header))
	// From the last: the library puts each column's width before those it has, and they must come out in order.
	for i, c := range slices.Backward(header) {
		width := c.Width
		if width <= 0 {
			width = max(float64(2*utf8.RuneCountInString(c.Title)+4), map[Kind]float64{Text: 16, Money: 16, Number: 12, Date: 12}[c.Kind])
		}
		if err := sw.SetColWidth(i+1, i+1, min(width, 255)); err != nil {
			return err
		}
		cells[i] = excelize.Cell{StyleID: style, Value: printable(c.Title)}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return sw.SetRow("A1", cells)
}

type styles struct {
	head int
	kind map[Kind]int
}

func newStyles(f *excelize.File) (st styles, err error) {
	st.head, err = f.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
	})
	st.kind = map[Kind]int{}
	for k, code := range map[Kind]string{Money: "#,##0.00", Integer: "0", Date: "yyyy-mm-dd"} {
		if err == nil {
			st.kind[k], err = f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		}
	}
	return st, err
}

// sheetName makes a legal sheet name: at most 31 characters, none of them reserved.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return ' '
		}
		return r
	}, printable(s))
	for len(utf16.Encode([]rune(s))) > 31 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	if s = strings.Trim(s, "' "); s == "" {
		return "Sheet1"
	}
	return s
}
