package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"huicun/internal/kit/errs"
)

// book is an opened xlsx: its parts, and what is needed to make sense of a sheet's cells.
//
// The sheets are read here and not through a library because the one at hand stops without a word at malformed
// XML, rounds numbers to their display format, and keeps a date only as its display.
type book struct {
	parts    map[string]*zip.File
	left     int64 // bytes that may still be unpacked
	shared   []string
	formats  []numFmt // by cell style
	date1904 bool
}

type rel struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

type workbookXML struct {
	Pr struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name  string `xml:"name,attr"`
		State string `xml:"state,attr"`
		RID   string `xml:"id,attr"`
	} `xml:"sheets>sheet"`
}

type stylesXML struct {
	Formats []struct {
		ID   int    `xml:"numFmtId,attr"`
		Code string `xml:"formatCode,attr"`
	} `xml:"numFmts>numFmt"`
	Cells []struct {
		FormatID int `xml:"numFmtId,attr"`
	} `xml:"cellXfs>xf"`
}

func readXLSX(ra io.ReaderAt, size int64, bl builder) error {
	zr, err := zip.NewReader(ra, size)
	if err != nil {
		return broken(err)
	}
	b := &book{parts: make(map[string]*zip.File, len(zr.File)), left: bl.opts.MaxBytes}
	for _, f := range zr.File {
		b.parts[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))] = f
	}
	err = b.table(bl)
	var theirs handed
	switch {
	case errors.As(err, &theirs):
		return err
	case errors.Is(err, errBudget):
		return tooBig(bl.opts.MaxBytes)
	case err != nil && errs.As(err) == nil:
		return broken(err)
	}
	return err
}

func (b *book) table(bl builder) error {
	opts := bl.opts
	root, err := b.rels("")
	if err != nil || root["officeDocument"] == nil {
		return errs.Wrap(errors.Join(err, errors.New("no workbook")), errs.Invalid, "sheet.format", "这不是 .xlsx 表格，请用表格软件另存为 .xlsx 再上传")
	}
	main := root["officeDocument"][0].Target
	if strings.HasSuffix(main, ".bin") {
		return errs.New(errs.Invalid, "sheet.format", "不支持二进制工作簿，请打开文件后另存为 .xlsx 再上传")
	}
	var wb workbookXML
	if err := b.decode(main, &wb); err != nil {
		return err
	}
	b.date1904 = wb.Pr.Date1904 == "1" || wb.Pr.Date1904 == "true"
	rels, err := b.rels(main)
	if err != nil {
		return err
	}
	for _, s := range wb.Sheets {
		if opts.Sheet != "" && s.Name != opts.Sheet || opts.Sheet == "" && s.State != "" && s.State != "visible" {
			continue
		}
		for _, r := range rels["worksheet"] {
			if r.ID != s.RID {
				continue
			}
			if err := b.loadShared(rels); err != nil {
				return err
			}
			bl.t.Name = s.Name
			if err := b.rows(r.Target, &bl); err != nil {
				return err
			}
			return bl.done()
		}
	}
	if opts.Sheet != "" {
		return errs.New(errs.Invalid, "sheet.missing", "文件里没有名为“%s”的工作表", opts.Sheet)
	}
	return errs.New(errs.Invalid, "sheet.missing", "文件里没有可见的工作表")
}

// loadShared reads the styles and the shared strings, if the workbook has them.
func (b *book) loadShared(rels map[string][]rel) error {
	for _, r := range rels["styles"] {
		var st stylesXML
		if err := b.decode(r.Target, &st); err != nil {
			return err
		}
		codes := make(map[int]string, len(st.Formats))
		for _, f := range st.Formats {
			codes[f.ID] = f.Code
		}
		for _, c := range st.Cells {
			b.formats = append(b.formats, parseNumFmt(c.FormatID, codes[c.FormatID]))
		}
	}
	for _, r := range rels["sharedStrings"] {
		if err := b.sharedStrings(r.Target); err != nil {
			return err
		}
	}
	return nil
}

// rels reads the relations of a part ("" is the package), by the last word of their type, with targets made
// absolute. A part without relations gives an error.
func (b *book) rels(part string) (map[string][]rel, error) {
	dir, file := path.Split(part)
	var x struct {
		Rels []rel `xml:"Relationship"`
	}
	if err := b.decode(dir+"_rels/"+file+".rels", &x); err != nil {
		return nil, err
	}
	out := map[string][]rel{}
	for _, r := range x.Rels {
		if strings.HasPrefix(r.Target, "/") {
			r.Target = strings.TrimPrefix(path.Clean(r.Target), "/")
		} else {
			r.Target = path.Join(dir, r.Target)
		}
		kind := path.Base(r.Type)
		out[kind] = append(out[kind], r)
	}
	return out, nil
}

func (b *book) open(part string) (io.ReadCloser, io.Reader, error) {
	f := b.parts[strings.ToLower(part)]
	if f == nil {
		return nil, nil, errors.New("missing part " + strconv.Quote(part))
	}
	rc, err := f.Open()
	if err != nil {
		return nil, nil, err
	}
	return rc, budgetReader{rc, &b.left}, nil
}

func (b *book) decode(part string, into any) error {
	rc, r, err := b.open(part)
	if err != nil {
		return err
	}
	defer rc.Close()
	if err := xml.NewDecoder(r).Decode(into); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r) // the checksum is verified at the end only
	return err
}
