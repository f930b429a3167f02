package sheet

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// benchTable is 50,000 rows × 12 columns of mixed kinds.
func benchTable() ([]Column, func(func([]string, error) bool)) {
	cols := make([]Column, 12)
	for i := range cols {
		cols[i] = Column{Title: fmt.Sprintf("第%d列", i), Kind: Kind(i % 5)}
	}
	return cols, func(yield func([]string, error) bool) {
		row := make([]string, len(cols))
		for n := range 50_000 {
			for i := range row {
				switch cols[i].Kind {
				case Text:
					row[i] = fmt.Sprintf("长胜村第%d号", n)
				case Date:
					row[i] = fmt.Sprintf("20%02d-11-10", n%30)
				case Integer:
					row[i] = fmt.Sprint(n)
				default:
					row[i] = fmt.Sprintf("%d.%02d", n, n%100)
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func BenchmarkWriteXLSX(b *testing.B) {
	cols, rows := benchTable()
	for b.Loop() {
		if err := WriteXLSX(io.Discard, "x", cols, rows); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteCSV(b *testing.B) {
	cols, rows := benchTable()
	for b.Loop() {
		if err := WriteCSV(io.Discard, cols, rows); err != nil {
			b.Fatal(err)
		}
	}
}

func benchRead(b *testing.B, name string, data []byte) {
	for b.Loop() {
		if t, err := Read(name, bytes.NewReader(data), int64(len(data)), Options{}); err != nil || len(t.Rows) != 50_000 {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadXLSX(b *testing.B) {
	var buf bytes.Buffer
	cols, rows := benchTable()
	if err := WriteXLSX(&buf, "x", cols, rows); err != nil {
		b.Fatal(err)
	}
	benchRead(b, "a.xlsx", buf.Bytes())
}

func BenchmarkReadCSV(b *testing.B) {
	var buf bytes.Buffer
	cols, rows := benchTable()
	if err := WriteCSV(&buf, cols, rows); err != nil {
		b.Fatal(err)
	}
	benchRead(b, "a.csv", buf.Bytes())
}
