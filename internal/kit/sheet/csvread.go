package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"huicun/internal/kit/errs"
)

func badEncoding(err error) error {
	return errs.Wrap(err, errs.Invalid, "sheet.encoding", "文字编码无法识别，请另存为 .xlsx 或 UTF-8 编码的 CSV 再上传")
}

// csvText is what a first look at a CSV finds out.
type csvText struct {
	skip     int64                 // bytes of a byte-order mark
	decoder  transform.Transformer // nil for UTF-8
	newlines bool                  // has a \n; else lines end with \r alone
}

// look reads a CSV once: UTF-8 or UTF-16 with a byte-order mark, UTF-8 without one, or GB18030 (which includes GBK and
// GB2312), what Chinese Excel and WPS save by default.
func look(r io.ReaderAt, size int64) (csvText, error) {
	var t csvText
	head := make([]byte, 3)
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return t, broken(err)
	}
	head = head[:n]
	marked := bytes.HasPrefix(head, []byte("\xef\xbb\xbf"))
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		t.decoder = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
	case marked:
		t.skip = 3
	}
	valid, err := t.scan(r, size)
	switch {
	case err != nil:
		return t, err
	case valid || t.decoder != nil:
		return t, nil
	case marked:
		return t, badEncoding(errors.New("invalid UTF-8 after its mark"))
	}
	t.decoder = simplifiedchinese.GB18030.NewDecoder()
	_, err = t.scan(r, size)
	return t, err
}

// open returns the text from its start.
func (t *csvText) open(r io.ReaderAt, size int64) io.Reader {
	s := io.NewSectionReader(r, t.skip, size-t.skip)
	if t.decoder == nil {
		return s
	}
	t.decoder.Reset()
	return transform.NewReader(s, t.decoder)
}

// scan reads the text through: whether it is valid, where its lines end, and that it is text.
func (t *csvText) scan(r io.ReaderAt, size int64) (valid bool, err error) {
	in := t.open(r, size)
	buf := make([]byte, 64<<10)
	kept := 0 // bytes of a character that the piece before cut
	for {
		n, err := io.ReadFull(in, buf[kept:])
		piece := buf[:kept+n]
		end := err != nil
		if end && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return false, badEncoding(err)
		}
		cut := len(piece)
		for back := 1; !end && back <= utf8.UTFMax && back <= cut; back++ {
			if utf8.RuneStart(piece[cut-back]) {
				if !utf8.FullRune(piece[cut-back:]) {
					cut -= back
				}
				break
			}
		}
		whole := piece[:cut]
		switch {
		case bytes.IndexByte(whole, 0) >= 0:
			return false, errs.New(errs.Invalid, "sheet.format", "这不是文本表格，请用 .xlsx 或 .csv")
		case !utf8.Valid(whole):
			return false, nil
		case t.decoder != nil && bytes.ContainsRune(whole, utf8.RuneError):
			return false, badEncoding(errors.New("neither UTF-8 nor GB18030"))
		}
		t.newlines = t.newlines || bytes.IndexByte(whole, '\n') >= 0
		if end {
			return true, nil
		}
		kept = copy(buf, piece[cut:])
	}
}

// returns makes each \r a \n.
type returns struct{ io.Reader }

func (r returns) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// sniffed is how much of a text tells its separator.
const sniffed = 64 << 10

// sniffComma finds the separator by counting, outside quotes, in the first line that is not empty.
func sniffComma(s string) rune {
	counts := map[rune]int{}
	quoted, any := false, false
	for _, r := range s {
		switch {
		case r == '"':
			quoted, any = !quoted, true
		case quoted:
		case r == '\n' && any:
			return best(counts)
		case r == ',' || r == '\t' || r == ';':
			counts[r]++
			any = true
		case r != '\n' && r != '\r':
			any = true
		}
	}
	return best(counts)
}

func best(counts map[rune]int) rune {
	out := ','
	for _, r := range "\t;" {
		if counts[r] > counts[out] {
			out = r
		}
	}
	return out
}

func readCSV(ra io.ReaderAt, size int64, b builder) error {
	text, err := look(ra, size)
	if err != nil {
		return err
	}
	open := func() io.Reader {
		if text.newlines {
			return text.open(ra, size)
		}
		return returns{text.open(ra, size)}
	}
	start := make([]byte, sniffed)
	n, err := io.ReadFull(open(), start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return broken(err)
	}
	r := csv.NewReader(open())
	r.Comma, r.FieldsPerRecord = sniffComma(string(start[:n])), -1
	// A spreadsheet numbers records, not lines: a cell with a line break in it still is one row.
	extra := 0
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return b.done()
		}
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			return errs.Wrap(err, errs.Invalid, "sheet.quote", "第 %d 行的引号不配对，请另存为 .xlsx 再上传", pe.StartLine-extra)
		} else if err != nil {
			return broken(err)
		}
		line, _ := r.FieldPos(0)
		rowNo := line - extra
		for i, f := range rec {
			extra += strings.Count(f, "\n")
			rec[i] = unguard(clean(f))
		}
		if err := b.add(rowNo, rec); err != nil {
			return err
		}
	}
}

// dangerous tells text that a spreadsheet might run as a formula. A leading quote counts, so that guarding can
// be undone without knowing who wrote the file.
func dangerous(s string) bool {
	if s == "" {
		return false
	}
	if strings.ContainsRune("\t\r\n", rune(s[0])) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(s))
	return strings.ContainsRune("=+-@'＝＋－＠", r)
}

func guard(s string) string {
	if dangerous(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if s != "" && s[0] == '\'' && dangerous(s[1:]) {
		return clean(s[1:])
	}
	return s
}
