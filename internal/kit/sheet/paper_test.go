package sheet

import (
	"bytes"
	"errors"
	"iter"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A sheet that is handed in: its heading over all columns, a frame, amounts that can be added up, A4.
func TestPaper(t *testing.T) {
	header := []Column{{Title: "科目", Width: 30}, {Title: "借方", Kind: Money, Width: 16}, {Title: "贷方", Kind: Money, Width: 16}}
	rows := [][]string{{"101 现金", "1200", ""}, {"=1+1", "-0.5"}, {"合计", "1199.5", "0"}}
	p := Paper{Title: "科目余额表", Lines: []string{"编制单位：甲", "重建"}, Foot: []string{"核对相符", "=2+2"}, Landscape: true, Strong: func(i int) bool { return i == 2 }}
	var b bytes.Buffer
	if err := WritePaper(&b, "余额's 表", p, header, rowsOf(rows)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	name := f.GetSheetName(0)
	raw := excelize.Options{RawCellValue: true}
	for _, c := range []struct{ ref, shown, value string }{
		{"A1", "科目余额表", "科目余额表"}, {"A2", "编制单位：甲", "编制单位：甲"}, {"A3", "重建", "重建"}, {"A4", "科目", "科目"}, {"C4", "贷方", "贷方"},
		{"A5", "101 现金", "101 现金"}, {"B5", "1,200.00", "1200"}, {"A6", "=1+1", "=1+1"}, {"B6", "-0.50", "-0.5"}, {"C6", "", ""}, {"B7", "1,199.50", "1199.5"}, {"C7", "0.00", "0"},
		{"A8", "核对相符", "核对相符"}, {"A9", "=2+2", "=2+2"},
	} {
		shown, err := f.GetCellValue(name, c.ref)
		value, err2 := f.GetCellValue(name, c.ref, raw)
		formula, err3 := f.GetCellFormula(name, c.ref)
		if err := errors.Join(err, err2, err3); err != nil || shown != c.shown || value != c.value || formula != "" {
			t.Errorf("%s: %q (%q), want %q (%q), formula %q, %v", c.ref, shown, value, c.shown, c.value, formula, err)
		}
	}
	for ref, want := range map[string]excelize.CellType{"B5": excelize.CellTypeUnset, "B7": excelize.CellTypeUnset} { // a number has no type of its own
		if kind, err := f.GetCellType(name, ref); err != nil || kind != want {
			t.Errorf("%s is a %v, %v", ref, kind, err)
		}
	}
	merged, err := f.GetMergeCells(name)
	if err != nil || len(merged) != 5 || merged[0].GetEndAxis() != "C1" {
		t.Errorf("%v, %v", merged, err)
	}
	for ref, want := range map[string]bool{"A5": false, "B6": false, "A7": true, "B7": true} {
		id, err := f.GetCellStyle(name, ref)
		if err != nil {
			t.Fatal(err)
		}
		st, err := f.GetStyle(id)
		if err != nil || (st.Font != nil && st.Font.Bold) != want || len(st.Border) != 4 {
			t.Errorf("%s: %+v, %v", ref, st, err)
		}
	}
	layout, err := f.GetPageLayout(name)
	if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
		t.Errorf("%+v, %v", layout, err)
	}
	if props, err := f.GetSheetProps(name); err != nil || props.FitToPage == nil || !*props.FitToPage {
		t.Errorf("it does not fit the page: %v", err)
	}
	titles := ""
	for _, d := range f.GetDefinedName() {
		if d.Name == "_xlnm.Print_Titles" {
			titles = d.RefersTo
		}
	}
	if titles != "'余额''s 表'!$4:$4" {
		t.Errorf("on every page: %q", titles)
	}
	if w, err := f.GetColWidth(name, "A"); err != nil || w != 30 {
		t.Errorf("%v wide, %v", w, err)
	}
	if panes, err := f.GetPanes(name); err != nil || panes.YSplit != 4 {
		t.Errorf("%+v, %v", panes, err)
	}
	// A failure writes nothing.
	b.Reset()
	boom := errors.New("boom")
	broken := iter.Seq2[[]string, error](func(yield func([]string, error) bool) { yield(nil, boom) })
	if err := WritePaper(&b, "x", p, header, broken); !errors.Is(err, boom) || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
}
