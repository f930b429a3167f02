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

	"huicun/internal/kit/errs"
)

// decodeText gives the text of a CSV: UTF-8 or UTF-16 with a byte-order mark, UTF-8 without one, or GB18030
// (which includes GBK and GB2312), what Chinese Excel and WPS save by default.
func decodeText(data []byte) (string, error) {
	bad := func(err error) error {
		return errs.Wrap(err, errs.Invalid, "sheet.encoding", "文字编码无法识别，请另存为 .xlsx 或 UTF-8 编码的 CSV 再上传")
	}
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		return string(out), bad(err)
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		if data = data[3:]; !utf8.Valid(data) {
			return "", bad(errors.New("invalid UTF-8 after its mark"))
		}
		return string(data), nil
	case utf8.Valid(data):
		return string(data), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err == nil && bytes.ContainsRune(out, utf8.RuneError) {
		err = errors.New("neither UTF-8 nor GB18030")
	}
	return string(out), bad(err)
}

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

func readCSV(data []byte, opts Options) (*Table, error) {
	text, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	if strings.ContainsRune(text, 0) {
		return nil, errs.New(errs.Invalid, "sheet.format", "这不是文本表格，请用 .xlsx 或 .csv")
	}
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = sniffComma(text), -1
	b := builder{opts: opts, t: &Table{}}
	// A spreadsheet numbers records, not lines: a cell with a line break in it still is one row.
	extra := 0
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return b.done()
		}
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			return nil, errs.Wrap(err, errs.Invalid, "sheet.quote", "第 %d 行的引号不配对，请另存为 .xlsx 再上传", pe.StartLine-extra)
		} else if err != nil {
			return nil, broken(err)
		}
		line, _ := r.FieldPos(0)
		rowNo := line - extra
		for i, f := range rec {
			extra += strings.Count(f, "\n")
			rec[i] = unguard(clean(f))
		}
		if err := b.add(rowNo, rec); err != nil {
			return nil, err
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
