package sheet

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

func readText(t testing.TB, name, s string, opts Options) (*Table, error) {
	t.Helper()
	return Read(name, strings.NewReader(s), int64(len(s)), opts)
}

func rowsOf(rows [][]string) func(func([]string, error) bool) {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestReadCSV(t *testing.T) {
	plain := "\n编号, 名称 \n1,长胜村\n,,\n\n2,\"惠\n村\"\n3,x,\n"
	want := &Table{Name: "a.csv", Header: []string{"编号", "名称"}, HeaderRow: 2, Rows: [][]string{{"1", "长胜村"}, {"2", "惠\n村"}, {"3", "x"}}, RowNo: []int{3, 6, 7}}
	gb, _ := simplifiedchinese.GBK.NewEncoder().String(plain)
	u16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(plain, ",", "\t"))
	for name, s := range map[string]string{
		"plain": plain, "bom": "\ufeff" + plain, "gbk": gb, "utf-16": u16, "crlf": strings.ReplaceAll(plain, "\n", "\r\n"),
		"tab": strings.ReplaceAll(plain, ",", "\t"), "semicolon": strings.ReplaceAll(plain, ",", ";"),
	} {
		got, err := readText(t, "dir/a.csv", s, Options{})
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	// A row number is that of the row in a spreadsheet, which has one row for 惠\n村 and one for each blank line.
	if tb, err := readText(t, "a", "标题行\n\n名称,村\n甲,乙", Options{HeaderRow: 3}); err != nil || tb.Col("村") != 1 || tb.Col("") != -1 || tb.RowNo[0] != 4 {
		t.Error(tb, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a.xls", "x", "另存为 .xlsx"},
		{"a.xlsx", string(magicOLE) + "...", "另存为 .xlsx"},
		{"a.xlsx", string(magicOLE) + string(olePackage), "取消密码"},
		{"a.xlsx", "a,b\n1,2", "损坏"},
		{"a.pdf", "%PDF", "不认识"},
		{"a.csv", "", "空的"},
		{"a.csv", "\n\n,,\n", "没有找到表头"},
		{"a.csv", "甲,乙,甲\n", "A 列和 C 列"},
		{"a.csv", "甲,乙\n1,2\n1,2,3", "第 3 行 C 列"},
		{"a.csv", "甲,,乙\n1,2,3", "第 2 行 B 列"},
		{"a.csv", "甲\n\"1", "第 2 行的引号"},
		{"a.csv", "甲\n\x00", "不是文本"},
		{"a.csv", "\xef\xbb\xbf\xff", "编码"},
		{"a.csv", "甲\xff\xff", "编码"},
		{"a.csv", "甲\n1\n2\n3\n4", "超过 3 行"},
		{"a.csv", "甲,乙,丙,丁,戊\n", "超过 4 列"},
		{"a.csv", strings.Repeat("x", 101), "超过 100 字节"},
		{"a.xlsx", "PK", "损坏"},
		{"a.csv", "PK\x03\x04", "损坏"},
	} {
		_, err := readText(t, c.name, c.content, Options{MaxRows: 3, MaxCols: 4, MaxBytes: 100})
		if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), c.want) {
			t.Errorf("%s %q: %v, want %s", c.name, c.content, err, c.want)
		}
	}
}

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+86": "'+86", "-": "'-", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", " =1": "' =1", "＝1": "'＝1", "'=1": "''=1", "'长": "''长",
		"": "", "a=1": "a=1", "长胜": "长胜", "1-2": "1-2",
	} {
		if got := guard(in); got != want || unguard(got) != clean(in) {
			t.Errorf("%q -> %q -> %q", in, got, unguard(got))
		}
	}
	var b bytes.Buffer
	cols := []Column{{"=题", 0, Text}, {"钱", 0, Money}, {"日", 0, Date}, {"数", 0, Integer}}
	if err := WriteCSV(&b, cols, rowsOf([][]string{{"-5.00", "-5.00", "2021-11-10", "-3"}, {"a,b", "-x", "=1", "+3"}})); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "\ufeff'=题,钱,日,数\r\n'-5.00,-5.00,2021-11-10,-3\r\n\"a,b\",'-x,'=1,'+3\r\n"; got != want {
		t.Errorf("%q", got)
	}
}

func TestWriteStopsAtAnError(t *testing.T) {
	boom := errors.New("boom")
	fail := func(yield func([]string, error) bool) { yield(nil, boom) }
	wide := rowsOf([][]string{{"1", "2"}})
	var b bytes.Buffer
	cols := []Column{{Title: "甲"}}
	if err := WriteCSV(&b, cols, fail); !errors.Is(err, boom) {
		t.Error(err)
	}
	if err := WriteXLSX(&b, "x", cols, fail); !errors.Is(err, boom) {
		t.Error(err)
	}
	if WriteCSV(&b, cols, wide) == nil || WriteXLSX(&b, "x", cols, wide) == nil {
		t.Error("a row wider than the header")
	}
}

// genTable draws a header, its kinds, and rows none of which is wholly empty, all as Read would return them.
func genTable(t *rapid.T) ([]Column, [][]string) {
	bits := rapid.SampledFrom([]string{"=", "+", "-", "@", "'", "\t", "\n", "\r", ",", ";", "\"", " ", "长", "胜", "a", "1", "0", ".", "_x0041_", "_", "x", "<", "&", "＝", "２", "😀"})
	cell := rapid.Map(rapid.OneOf(
		rapid.Map(rapid.SliceOfN(bits, 0, 6), func(p []string) string { return strings.Join(p, "") }),
		rapid.String(),
		rapid.SampledFrom([]string{"-12.50", "1234567890123456789", "007", "0", "-0", "2021-11-10", "1900-01-05", "1e5", "123456789012.34"}),
	), clean)
	n := rapid.IntRange(1, 5).Draw(t, "cols")
	cols := make([]Column, n)
	titles := rapid.SliceOfNDistinct(cell.Filter(func(s string) bool { return s != "" }), n, n, func(s string) string { return s }).Draw(t, "titles")
	for i := range cols {
		cols[i] = Column{Title: titles[i], Kind: Kind(rapid.IntRange(0, 4).Draw(t, "kind"))}
	}
	rows := rapid.SliceOfN(rapid.SliceOfN(cell, n, n).Filter(func(r []string) bool {
		return slices.ContainsFunc(r, func(s string) bool { return s != "" })
	}), 0, 6).Draw(t, "rows")
	return cols, rows
}

func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols, rows := genTable(t)
		var b bytes.Buffer
		if err := WriteCSV(&b, cols, rowsOf(rows)); err != nil {
			t.Fatal(err)
		}
		got, err := Read("a.csv", &b, 0, Options{})
		if err != nil {
			t.Fatalf("%v\n%q", err, b.String())
		}
		for i, c := range cols {
			if got.Header[i] != c.Title {
				t.Fatalf("title %q became %q", c.Title, got.Header[i])
			}
		}
		if !slices.EqualFunc(rows, got.Rows, slices.Equal) {
			t.Fatalf("%q became %q", rows, got.Rows)
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("甲,乙\n1,\"2\n3\"\n"))
	f.Add([]byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tb, err := Read("a.csv", bytes.NewReader(data), int64(len(data)), Options{MaxBytes: 1 << 20})
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatal(err)
			}
			return
		}
		for i, r := range tb.Rows {
			if len(r) != len(tb.Header) || tb.RowNo[i] <= tb.HeaderRow || i > 0 && tb.RowNo[i] <= tb.RowNo[i-1] {
				t.Fatal(tb)
			}
		}
	})
}
