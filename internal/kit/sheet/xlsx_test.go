package sheet

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

func readBytes(data []byte, opts Options) (*Table, error) {
	return Read("a.xlsx", bytes.NewReader(data), int64(len(data)), opts)
}

func save(t testing.TB, f *excelize.File, opts ...excelize.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, opts...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// put sets a cell and its number format.
func put(t testing.TB, f *excelize.File, sheet, ref string, v any, code string) {
	t.Helper()
	if err := f.SetCellValue(sheet, ref, v); err != nil {
		t.Fatal(err)
	}
	if code == "" {
		return
	}
	id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
	if err == nil {
		err = f.SetCellStyle(sheet, ref, ref, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadXLSX(t *testing.T) {
	f := excelize.NewFile()
	for ref, s := range map[string]string{"B3": "日期", "C3": "金额", "D3": " 面积 ", "E3": "备注"} {
		put(t, f, "Sheet1", ref, s, "")
	}
	day := time.Date(2021, 11, 10, 0, 0, 0, 0, time.UTC)
	put(t, f, "Sheet1", "B4", day, `yyyy"年"m"月"d"日";@`)
	put(t, f, "Sheet1", "C4", 1234.5, `#,##0.00_);[Red]\(#,##0.00\)`)
	put(t, f, "Sheet1", "D4", 12.3456, "0.00")
	put(t, f, "Sheet1", "E4", "=1+1", "")
	put(t, f, "Sheet1", "B7", day.Add(8*time.Hour+30*time.Minute), "m/d/yy h:mm")
	put(t, f, "Sheet1", "C7", -0.05, "0.0%")
	put(t, f, "Sheet1", "D7", 7, "0000")
	put(t, f, "Sheet1", "E7", true, "")
	put(t, f, "Sheet1", "B8", day, "") // excelize sets built-in 22
	if _, err := f.NewSheet("隐藏"); err != nil {
		t.Fatal(err)
	}
	put(t, f, "隐藏", "A1", "甲", "")
	f.SetActiveSheet(0)
	if err := f.SetSheetVisible("隐藏", false); err != nil {
		t.Fatal(err)
	}
	data := save(t, f)
	got, err := readBytes(data, Options{})
	want := &Table{
		Name: "Sheet1", Header: []string{"", "日期", "金额", "面积", "备注"}, HeaderRow: 3,
		Rows: [][]string{
			{"", "2021-11-10", "1234.50", "12.3456", "=1+1"},
			{"", "2021-11-10 08:30:00", "-5.0%", "0007", "TRUE"},
			{"", "2021-11-10", "", "", ""},
		}, RowNo: []int{4, 7, 8},
	}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Fatal(err, d)
	}
	if got, err := readBytes(data, Options{Sheet: "隐藏"}); err != nil || got.Header[0] != "甲" {
		t.Error(got, err)
	}
	if _, err := readBytes(data, Options{Sheet: "没有"}); err == nil || !strings.Contains(err.Error(), "没有名为") {
		t.Error(err)
	}
}

func TestNumFmt(t *testing.T) {
	for _, c := range []struct {
		id              int
		code, raw, want string
	}{
		{0, "", "0.1", "0.1"},
		{0, "", "0.30000000000000004", "0.3"},
		{0, "", "1234.5000000000002", "1234.5"},
		{0, "", "412721197901011234", "412721197901011234"},
		{0, "", "1E-2", "0.01"},
		{0, "", "1.5E3", "1500"},
		{0, "", "x", "x"},
		{0, "", "-0", "0"},
		{0, "", "1e300", "1e300"},
		{0, "General", "44510", "44510"},
		{14, "", "44510", "2021-11-10"},
		{31, "", "44510", "2021-11-10"},
		{57, "", "44510", "2021-11-10"},
		{22, "", "44510.5", "2021-11-10 12:00:00"},
		{176, `[$-804]yyyy"年"m"月"`, "44510", "2021-11-10"},
		{176, "[$-F800]dddd, mmmm dd, yyyy", "44510", "2021-11-10"},
		{176, "mmm-yy", "44510", "2021-11-10"},
		{176, "yyyy-mm-dd", "59", "1900-02-28"},
		{176, "yyyy-mm-dd", "60", "1900-02-29"},
		{176, "yyyy-mm-dd", "61", "1900-03-01"},
		{176, "yyyy-mm-dd", "1", "1900-01-01"},
		{176, "yyyy-mm-dd", "0", "0"},
		{176, "yyyy-mm-dd", "-1", "-1"},
		{176, "yyyy-mm-dd", "9999999", "9999999"},
		{20, "", "0.5", "12:00:00"},
		{176, `上午/下午h"时"mm"分"`, "0.75", "18:00:00"},
		{176, "[h]:mm", "1.5", "1.5"},
		{176, "h:mm AM/PM", "0.25", "06:00:00"},
		{176, `0.00"元"`, "3", "3.00"},
		{176, `_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ `, "-3.5", "-3.50"},
		{176, `[Red]0.0`, "3.14159", "3.14159"},
		{176, `0.00E+00`, "12345", "12345.00"},
		{10, "", "0.0375", "3.75%"},
		{9, "", "0.07", "7%"},
		{176, `0"%"`, "5", "5"},
		{176, `"d"0`, "5", "5"},
		{176, "00000", "42", "00042"},
		{176, "00000", "-42", "-42"},
	} {
		if got := parseNumFmt(c.id, c.code).text(c.raw, false); got != c.want {
			t.Errorf("%d %q %s: %q, want %q", c.id, c.code, c.raw, got, c.want)
		}
	}
	if got := parseNumFmt(14, "").text("43048", true); got != "2021-11-10" {
		t.Error("1904:", got)
	}
}

func TestXLSXRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols, rows := genTable(t)
		var b bytes.Buffer
		if err := WriteXLSX(&b, "a/b", cols, rowsOf(rows)); err != nil {
			t.Fatal(err)
		}
		got, err := readBytes(b.Bytes(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range cols {
			if got.Header[i] != c.Title {
				t.Fatalf("title %q became %q", c.Title, got.Header[i])
			}
		}
		same := slices.EqualFunc(rows, got.Rows, func(a, b []string) bool {
			for i, s := range a {
				v, isNum := number(s, false)
				if w, ok := number(b[i], false); s != b[i] && !(isNum && ok && v == w && cols[i].Kind != Text) {
					return false
				}
			}
			return true
		})
		if !same {
			t.Fatalf("%q became %q", rows, got.Rows)
		}
	})
}

func TestWrittenXLSX(t *testing.T) {
	var b bytes.Buffer
	cols := []Column{{"名称", 20, Text}, {"金额", 0, Money}, {"数", 0, Integer}, {"日期", 0, Date}}
	if err := WriteXLSX(&b, "合同[1]", cols, rowsOf([][]string{{"=HYPERLINK(1)", "-1234.5", "007", "2021-11-10"}, {"@x"}})); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	name := f.GetSheetName(0)
	for ref, want := range map[string]string{"A2": "=HYPERLINK(1)", "B2": "-1,234.50", "C2": "007", "D2": "2021-11-10", "A3": "@x"} {
		if got, err := f.GetCellValue(name, ref); err != nil || got != want {
			t.Error(ref, got, err)
		}
		if formula, _ := f.GetCellFormula(name, ref); formula != "" {
			t.Error(ref, "is a formula")
		}
	}
	if kind, _ := f.GetCellType(name, "C2"); kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
		t.Error("007 is no text:", kind)
	}
	panes, err := f.GetPanes(name)
	if err != nil || !panes.Freeze || panes.YSplit != 1 || name != "合同 1" {
		t.Error(name, panes, err)
	}
	part := readPart(t, b.Bytes(), "xl/worksheets/sheet1.xml")
	if !strings.Contains(part, `<autoFilter ref="$A$1:$D$3"`) || !strings.Contains(part, `<cols><col min="1" max="1" width="20"`) {
		t.Error(part)
	}
}

func readPart(t testing.TB, data []byte, name string) string {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zr.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(s)
}

// withPart rewrites a file with one part replaced.
func withPart(t testing.TB, data []byte, name, content string) []byte {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	for _, f := range zr.File {
		s := content
		if f.Name != name {
			s = readPart(t, data, f.Name)
		}
		w, err := zw.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBrokenXLSX(t *testing.T) {
	f := excelize.NewFile()
	put(t, f, "Sheet1", "A1", "甲", "")
	put(t, f, "Sheet1", "A2", "乙", "")
	good := save(t, f)
	const part = "xl/worksheets/sheet1.xml"
	sheet := func(rows string) []byte {
		return withPart(t, good, part, `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row>`+rows+`</sheetData></worksheet>`)
	}
	locked := save(t, f, excelize.Options{Password: "pw"})
	flipped := bytes.Clone(good)
	flipped[len(flipped)/3] ^= 0x55
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"truncated":       {good[:len(good)/2], "损坏"},
		"password":        {locked, "密码"},
		"cut sheet":       {withPart(t, good, part, readPart(t, good, part)[:300]), "损坏"},
		"malformed":       {sheet(`<row r="2"><c r="A2"><v>1</v></row><row r="3"><`), "损坏"},
		"open cell":       {sheet(`<row r="2"><c r="A2"><v>1</v></row>`), "损坏"},
		"open row":        {sheet(`<row r="2"><c r="A2"><v>1</v></c>`), "损坏"},
		"stray cell":      {sheet(`<c r="A2"><v>1</v></c>`), "损坏"},
		"rows backwards":  {sheet(`<row r="3"/><row r="2"/>`), "损坏"},
		"cells backwards": {sheet(`<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>`), "损坏"},
		"bad reference":   {sheet(`<row r="2"><c r="2"><v>1</v></c></row>`), "损坏"},
		"no such string":  {sheet(`<row r="2"><c r="A2" t="s"><v>99</v></c></row>`), "损坏"},
		"far column":      {sheet(`<row r="2"><c r="XFD2"><v>1</v></c></row>`), "超过 256 列"},
		"formula":         {sheet(`<row r="2"><c r="A2"><f>1+1</f></c></row>`), "第 2 行 A 列是公式"},
		"bomb":            {sheet(strings.Repeat(" ", 2<<20)), "超过 1 MB"},
		"not a sheet":     {withPart(t, good, "_rels/.rels", `<Relationships/>`), "不是 .xlsx"},
	} {
		_, err := readBytes(c.data, Options{MaxBytes: 1 << 20})
		if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if tb, err := readBytes(sheet(`<row r="2"><c r="A2" t="str"><f>x</f><v></v></c></row><row><c t="inlineStr"><is><r><t>长_x000D_</t></r><rPh><t>chang</t></rPh><r><t>胜</t></r></is></c></row>`), Options{}); err != nil || len(tb.Rows) != 1 || tb.Rows[0][0] != "长\n胜" || tb.RowNo[0] != 3 {
		t.Error(tb, err)
	}
	if _, err := readBytes(flipped, Options{}); err != nil && !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
}

func TestWriteErrors(t *testing.T) {
	var r Report
	if r.Err() != nil {
		t.Error("nothing is wrong")
	}
	r.Add(7, "面积", "=十", "第 %d 行不是数字", 7)
	if err := r.Err(); !errs.Is(err, errs.Invalid) || errs.Message(err) != "共 1 处错误，没有保存任何一行" {
		t.Error(err)
	}
	r.Add(8, "备注", strings.Repeat("长", 40000), "太长")
	var b bytes.Buffer
	if err := WriteErrors(&b, &r); err != nil {
		t.Fatal(err)
	}
	tb, err := readBytes(b.Bytes(), Options{})
	if err != nil || !slices.Equal(tb.Header, []string{"行号", "列", "内容", "问题"}) || !slices.Equal(tb.Rows[0], []string{"7", "面积", "=十", "第 7 行不是数字"}) {
		t.Error(tb, err)
	}
	if err := WriteXLSX(&b, "", []Column{{Title: "甲"}}, rowsOf([][]string{{strings.Repeat("长", 40000)}})); !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
}

func FuzzReadXLSX(f *testing.F) {
	var b bytes.Buffer
	if err := WriteXLSX(&b, "x", []Column{{Title: "甲"}, {"乙", 0, Money}}, rowsOf([][]string{{"1", "2"}})); err != nil {
		f.Fatal(err)
	}
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row></sheetData></worksheet>`)
	f.Add(readPart(f, b.Bytes(), "xl/worksheets/sheet1.xml"))
	f.Fuzz(func(t *testing.T, part string) {
		if _, err := readBytes(withPart(t, b.Bytes(), "xl/worksheets/sheet1.xml", part), Options{MaxBytes: 1 << 20}); err != nil && !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
	})
}
