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
// not altered but for control characters. Rows may be shorter than the header. It prints on A4, as wide as the paper. The
// first error of rows ends the writing and is returned as it is; nothing has been written to w then.
func WriteXLSX(w io.Writer, name string, header []Column, rows iter.Seq2[[]string, error]) error {
	return WriteBook(w, []Sheet{{name, Paper{Landscape: len(header) > upright}, header, rows}})
}

// upright is how many columns are printed on upright paper.
const upright = 7

// Paper is what stands around the rows of a sheet that is handed in on paper.
type Paper struct {
	Title     string   // in large type above all columns; "" leaves out the heading and the frame
	Lines     []string // below the title, each over all columns: whose it is, of when, in what unit
	Foot      []string // below the rows
	Landscape bool
	Strong    func(row int) bool // which rows are totals, from 0; may be nil
}

// WritePaper writes one sheet as it is handed in: a heading, the rows in a frame, what stands below them. The header is
// repeated on every printed page. Errors are those of WriteXLSX.
func WritePaper(w io.Writer, name string, p Paper, header []Column, rows iter.Seq2[[]string, error]) error {
	return WriteBook(w, []Sheet{{name, p, header, rows}})
}

func wrapped(err error) error { return errs.Wrap(err, errs.Internal, "sheet.write", "write xlsx") }

// Sheet is one sheet of a workbook: with a title of its paper as it is handed in, else bare.
type Sheet struct {
	Name   string // distinct within a workbook
	Paper  Paper
	Header []Column
	Rows   iter.Seq2[[]string, error]
}

// WriteBook writes a workbook of several sheets, in their order. Errors are those of WriteXLSX.
func WriteBook(w io.Writer, list []Sheet) error {
	f := excelize.NewFile()
	defer f.Close()
	for i := range list {
		s := &list[i]
		s.Name = sheetName(s.Name)
		var err error
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.Name)
		} else {
			_, err = f.NewSheet(s.Name)
		}
		if err != nil {
			return wrapped(err)
		}
		if err := writeSheet(f, s); err != nil {
			return err
		}
	}
	_, err := f.WriteTo(w)
	return wrapped(err)
}

func writeSheet(f *excelize.File, s *Sheet) error {
	name, p, header := s.Name, s.Paper, s.Header
	if err := setUp(f, name, p); err != nil {
		return wrapped(err)
	}
	sw, err := f.NewStreamWriter(name)
	if err != nil {
		return wrapped(err)
	}
	x := &xlsx{sw: sw, paper: p, header: header}
	if x.st, err = newStyles(f, p.Title != ""); err != nil {
		return wrapped(err)
	}
	if err := x.head(); err != nil {
		return wrapped(err)
	}
	n := 0
	for row, err := range s.Rows {
		if err != nil {
			return err
		}
		if err := x.row(row, p.Strong != nil && p.Strong(n)); err != nil {
			return err
		}
		n++
	}
	if err := x.across(p.Foot, x.st.text); err != nil {
		return wrapped(err)
	}
	// The range is known only now; the filter stands after the rows in the file, so this is not too late.
	if len(header) > 0 && p.Title == "" {
		if err := f.AutoFilter(name, fmt.Sprintf("A1:%s%d", colName(len(header)-1), x.last), nil); err != nil {
			return wrapped(err)
		}
	}
	return wrapped(sw.Flush())
}

// setUp says how the sheet is printed: A4, as wide as the paper, its header on every page, the pages counted.
func setUp(f *excelize.File, name string, p Paper) error {
	a4, wide, tall, turn, fit := 9, 1, 0, "portrait", true
	if p.Landscape {
		turn = "landscape"
	}
	if err := f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := f.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &turn, FitToWidth: &wide, FitToHeight: &tall}); err != nil {
		return err
	}
	if err := f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页，共 &N 页"}); err != nil {
		return err
	}
	at := p.headerRow()
	return f.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$%d:$%d", strings.ReplaceAll(name, "'", "''"), at, at), Scope: name,
	})
}

// headerRow is the row of the column titles, from 1.
func (p *Paper) headerRow() int {
	if p.Title == "" {
		return 1
	}
	return 2 + len(p.Lines)
}

// xlsx is a sheet that is being written.
type xlsx struct {
	sw     *excelize.StreamWriter
	paper  Paper
	header []Column
	st     styles
	last   int // the row written last
}

// across writes texts, each in one cell over all columns.
func (x *xlsx) across(texts []string, style int) error {
	for _, t := range texts {
		x.last++
		at := fmt.Sprintf("A%d", x.last)
		if err := x.sw.SetRow(at, []any{excelize.Cell{StyleID: style, Value: printable(t)}}); err != nil {
			return err
		}
		if len(x.header) > 1 {
			if err := x.sw.MergeCell(at, fmt.Sprintf("%s%d", colName(len(x.header)-1), x.last)); err != nil {
				return err
			}
		}
	}
	return nil
}

// head writes the heading, if there is one, and the column titles.
func (x *xlsx) head() error {
	cells, err := setColumns(x.sw, x.header, x.st.head)
	if err != nil {
		return err
	}
	at := x.paper.headerRow()
	if err := x.sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: at, TopLeftCell: fmt.Sprintf("A%d", at+1), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if x.paper.Title != "" {
		if err := x.across([]string{x.paper.Title}, x.st.title); err != nil {
			return err
		}
		if err := x.across(x.paper.Lines, x.st.text); err != nil {
			return err
		}
	}
	x.last = at
	return x.sw.SetRow(fmt.Sprintf("A%d", at), cells)
}

func (x *xlsx) row(row []string, strong bool) error {
	if x.last++; x.last > maxSheetRows {
		return errs.New(errs.Invalid, "sheet.rows", "一张工作表最多 %d 行，请缩小导出的范围或改用 CSV", maxSheetRows)
	}
	if len(row) > len(x.header) {
		return errWide(len(row), len(x.header))
	}
	kinds := x.st.kind
	if strong {
		kinds = x.st.strong
	}
	cells := make([]any, len(row))
	for i, s := range row {
		v := x.header[i].Kind.value(s)
		if t, ok := v.(string); ok {
			if len(t) > maxText && len(utf16.Encode([]rune(t))) > maxText {
				return errs.New(errs.Invalid, "sheet.text", "第 %d 行“%s”的文字超过 %d 字，表格装不下，请改用 CSV", x.last, x.header[i].Title, maxText)
			}
			v = printable(t)
		}
		kind := Text // a cell in another form than its column's is text
		switch v.(type) {
		case float64, int:
			kind = x.header[i].Kind
		}
		if style := kinds[kind]; style != 0 {
			v = excelize.Cell{StyleID: style, Value: v}
		}
		cells[i] = v
	}
	if x.paper.Title != "" { // the frame goes on to the last column
		for i := len(row); i < len(x.header); i++ {
			cells = append(cells, excelize.Cell{StyleID: kinds[Text]})
		}
	}
	return wrapped(x.sw.SetRow(fmt.Sprintf("A%d", x.last), cells))
}

// setColumns sets the widths and returns the cells of the header.
func setColumns(sw *excelize.StreamWriter, header []Column, style int) ([]any, error) {
	cells := make([]any, len(header))
	// From the last: the library puts each column's width before those it has, and they must come out in order.
	for i, c := range slices.Backward(header) {
		width := c.Width
		if width <= 0 {
			width = max(float64(2*utf8.RuneCountInString(c.Title)+4), map[Kind]float64{Text: 16, Money: 16, Number: 12, Date: 12}[c.Kind])
		}
		if err := sw.SetColWidth(i+1, i+1, min(width, 255)); err != nil {
			return nil, err
		}
		cells[i] = excelize.Cell{StyleID: style, Value: printable(c.Title)}
	}
	return cells, nil
}

// styles are the looks of cells; 0 is plain.
type styles struct {
	title, text, head int
	kind, strong      map[Kind]int // by the kind of column
}

func newStyles(f *excelize.File, framed bool) (st styles, err error) {
	var frame []excelize.Border
	if framed {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			frame = append(frame, excelize.Border{Type: side, Color: "808080", Style: 1})
		}
	}
	style := func(s excelize.Style) (id int) {
		if err == nil {
			id, err = f.NewStyle(&s)
		}
		return id
	}
	st.head = style(excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF4"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}, Border: frame,
	})
	st.kind, st.strong = map[Kind]int{}, map[Kind]int{}
	for k, code := range map[Kind]string{Money: "#,##0.00", Integer: "0", Date: "yyyy-mm-dd"} {
		st.kind[k] = style(excelize.Style{CustomNumFmt: &code, Border: frame})
		st.strong[k] = style(excelize.Style{CustomNumFmt: &code, Border: frame, Font: &excelize.Font{Bold: true}})
	}
	if framed {
		st.title = style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}, Alignment: &excelize.Alignment{Horizontal: "center"}})
		wrap := &excelize.Alignment{Vertical: "center", WrapText: true}
		st.text = style(excelize.Style{Alignment: wrap})
		for _, k := range []Kind{Text, Number} {
			st.kind[k] = style(excelize.Style{Alignment: wrap, Border: frame})
			st.strong[k] = style(excelize.Style{Alignment: wrap, Border: frame, Font: &excelize.Font{Bold: true}})
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
