package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Row by row a file gives what it gives as a table, in every encoding and across the borders of what is read at once.
func TestEachIsRead(t *testing.T) {
	var text strings.Builder
	text.WriteString("账套,摘要,金额\r\n")
	for i := range 9000 {
		fmt.Fprintf(&text, "利民村账套,%s收租金“%d”,%d.5\r\n", strings.Repeat("x", i%7), i, i)
	}
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(text.String())
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text.String())
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"plain": text.String(), "marked": "\ufeff" + text.String(), "gbk": gbk, "utf16": wide, "mac": strings.ReplaceAll(text.String(), "\r\n", "\r"),
	} {
		want, err := Read("a.csv", strings.NewReader(data), 0, Options{})
		if err != nil || len(want.Rows) != 9000 || want.Rows[8999][1] != "xxxx收租金“8999”" {
			t.Fatalf("%s: %v", name, err)
		}
		n := 0
		err = Each("a.csv", strings.NewReader(data), int64(len(data)), Options{}, Rows{
			Header: func(h *Table) error {
				if !slices.Equal(h.Header, want.Header) {
					t.Errorf("%s: header %v", name, h.Header)
				}
				return nil
			},
			Row: func(no int, cells []string) error {
				if !slices.Equal(cells, want.Rows[n]) || no != want.RowNo[n] {
					t.Fatalf("%s: row %d is %v", name, no, cells)
				}
				n++
				return nil
			},
		})
		if err != nil || n != 9000 {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
	}
}

// What the receiver refuses is the receiver's error, not the file's.
func TestEachStops(t *testing.T) {
	stop := errors.New("stop")
	var buf bytes.Buffer
	cols, rows := benchTable()
	if err := WriteXLSX(&buf, "x", cols, rows); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"a.xlsx": buf.Bytes(), "a.csv": []byte("a,b\n1,2\n")} {
		for _, to := range []Rows{
			{Header: func(*Table) error { return stop }, Row: func(int, []string) error { return nil }},
			{Header: func(*Table) error { return nil }, Row: func(int, []string) error { return stop }},
		} {
			if err := Each(name, bytes.NewReader(data), int64(len(data)), Options{}, to); err != stop { //nolint:errorlint // the value itself
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
