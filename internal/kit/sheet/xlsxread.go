package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"

	"huicun/internal/kit/errs"
)

// maxText is the most characters a cell may hold in an xlsx.
const maxText = 32767

// each walks a part's tokens up to the end of the element named last, then reads on to the end of the part so
// that its checksum is verified. A part that ends before is an error.
func (b *book) each(part, last string, fn func(xml.Token) error) error {
	rc, r, err := b.open(part)
	if err != nil {
		return err
	}
	defer rc.Close()
	d := xml.NewDecoder(r)
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s ends before </%s>", part, last)
		} else if err != nil {
			return err
		}
		if err := fn(tok); err != nil {
			return err
		}
		if e, ok := tok.(xml.EndElement); ok && e.Name.Local == last {
			_, err := io.Copy(io.Discard, r)
			return err
		}
	}
}

func (b *book) sharedStrings(part string) error {
	var text []byte
	inT, phonetic := false, false
	return b.each(part, "sst", func(tok xml.Token) error {
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text = text[:0]
			case "t":
				inT = true
			case "rPh":
				phonetic = true // how a name is read, not part of it
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "si":
				b.shared = append(b.shared, clean(unescape(string(text))))
			case "t":
				inT = false
			case "rPh":
				phonetic = false
			}
		case xml.CharData:
			if inT && !phonetic {
				text = append(text, t...)
			}
		}
		return nil
	})
}

// cell is the cell being read.
type cell struct {
	col, style int
	typ        string
	formula    bool
	value      bool // has a <v>, even an empty one
	text       []byte
}

func (b *book) rows(part string, bl *builder) error {
	var c cell
	var row []string
	rowNo, col := 0, 0
	// The decoder hands out tokens unmatched, for speed; what matters for the rows is matched here.
	inRow, inCell, inText, phonetic := false, false, false, false
	return b.each(part, "sheetData", func(tok xml.Token) error {
		switch t := tok.(type) {
		case xml.CharData:
			if inText && !phonetic {
				c.text = append(c.text, t...)
			}
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				n, err := rowAttr(t.Attr, rowNo+1)
				if err != nil || n <= rowNo || inRow {
					return fmt.Errorf("row %d after %d: out of order (%v)", n, rowNo, err)
				}
				inRow, rowNo, col, row = true, n, 0, make([]string, 0, len(bl.t.Header))
			case "c":
				if !inRow || inCell {
					return fmt.Errorf("row %d: a cell is out of place", rowNo)
				}
				inCell = true
				var err error
				if c, err = cellAttrs(t.Attr, col, c.text[:0]); err != nil {
					return err
				}
				col = c.col + 1
			case "f":
				c.formula = true
			case "v", "t":
				inText, c.value = true, true
			case "rPh":
				phonetic = true
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v", "t":
				inText = false
			case "rPh":
				phonetic = false
			case "c":
				inCell = false
				s, err := b.text(&c, rowNo)
				if err != nil || s == "" {
					return err
				}
				if c.col >= bl.opts.MaxCols {
					return errs.New(errs.Invalid, "sheet.cols", "第 %d 行超过 %d 列，请删去多余的列", rowNo, bl.opts.MaxCols)
				}
				for len(row) < c.col {
					row = append(row, "")
				}
				if len(row) > c.col {
					return fmt.Errorf("row %d: column %d twice", rowNo, c.col)
				}
				row = append(row, s)
			case "row", "sheetData":
				if inCell || inRow != (t.Name.Local == "row") {
					return fmt.Errorf("row %d: </%s> is out of place", rowNo, t.Name.Local)
				}
				if inRow {
					inRow = false
					return bl.add(rowNo, row)
				}
			}
		}
		return nil
	})
}

func rowAttr(attrs []xml.Attr, next int) (int, error) {
	for _, a := range attrs {
		if a.Name.Local == "r" {
			return strconv.Atoi(a.Value)
		}
	}
	return next, nil
}

func cellAttrs(attrs []xml.Attr, next int, buf []byte) (cell, error) {
	c := cell{col: next, text: buf}
	for _, a := range attrs {
		switch a.Name.Local {
		case "r":
			n, i := 0, 0
			for ; i < len(a.Value) && a.Value[i] >= 'A' && a.Value[i] <= 'Z' && i < 4; i++ {
				n = n*26 + int(a.Value[i]-'A') + 1
			}
			if n == 0 {
				return c, fmt.Errorf("cell reference %q", a.Value)
			}
			c.col = n - 1
		case "s":
			n, err := strconv.Atoi(a.Value)
			if err != nil {
				return c, err
			}
			c.style = n
		case "t":
			c.typ = a.Value
		}
	}
	return c, nil
}

// text gives the value of a finished cell.
func (b *book) text(c *cell, rowNo int) (string, error) {
	if c.formula && !c.value {
		return "", errs.New(errs.Invalid, "sheet.formula", "第 %d 行 %s 列是公式却没有结果，请用表格软件打开文件、保存一次再上传", rowNo, colName(c.col))
	}
	raw := string(c.text)
	switch c.typ {
	case "s":
		if raw == "" {
			return "", nil
		}
		i, err := strconv.Atoi(raw)
		if err != nil || i < 0 || i >= len(b.shared) {
			return "", fmt.Errorf("row %d: no shared string %q", rowNo, raw)
		}
		return b.shared[i], nil
	case "str", "inlineStr":
		return clean(unescape(raw)), nil
	case "b":
		if raw == "1" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "d":
		s := strings.Replace(strings.TrimSuffix(raw, "Z"), "T", " ", 1)
		return clean(strings.TrimSuffix(s, " 00:00:00")), nil
	case "e":
		return raw, nil
	}
	if c.style < 0 || c.style >= len(b.formats) {
		return numFmt{}.text(clean(raw), b.date1904), nil
	}
	return b.formats[c.style].text(clean(raw), b.date1904), nil
}

// unescape undoes _x000D_, the way an xlsx writes characters that XML cannot hold.
func unescape(s string) string {
	i := strings.Index(s, "_x")
	if i < 0 {
		return s
	}
	var out strings.Builder
	var units []uint16 // adjacent escapes may be the halves of one character
	flush := func() {
		out.WriteString(string(utf16.Decode(units)))
		units = units[:0]
	}
	for s != "" {
		if len(s) >= 7 && s[:2] == "_x" && s[6] == '_' {
			if u, err := strconv.ParseUint(s[2:6], 16, 16); err == nil {
				units, s = append(units, uint16(u)), s[7:]
				continue
			}
		}
		flush()
		out.WriteByte(s[0])
		s = s[1:]
	}
	flush()
	return out.String()
}
