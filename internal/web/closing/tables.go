package closing

import (
	"slices"

	"huicun/internal/books/closing"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

func townTable(v townView) ui.Table {
	t := ui.Table{Caption: "各账套结账情况", Columns: []ui.Column{{Label: "账套"}, {Label: "进度", Nowrap: true}, {Label: "下一个月", Nowrap: true}, {Label: "检查结果"}, {Label: "哪些要看"}}}
	for _, r := range v.Rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.Books.Name, Content: pickCell(r.ID, r.May, r.Books.Name)}, ui.T(r.Last), {Text: r.Next, Href: r.Href}, {Badge: &r.State}, {Badges: r.Why},
		}})
	}
	return t
}

func checkTable(l *closing.List) ui.Table {
	t := ui.Table{Caption: "结账检查", Dense: true, Columns: []ui.Column{{Label: "检查项目"}, {Label: "结果", Nowrap: true}, {Label: "发现的问题，点开处理"}}}
	urgent := map[string]int{closing.Blocking: 0, closing.Warning: 1, closing.OK: 2}
	for _, r := range slices.SortedStableFunc(slices.Values(l.Results), func(a, b closing.Result) int { return urgent[a.State] - urgent[b.State] }) {
		row := ui.Row{Cells: []ui.Cell{{Text: r.Label, Sub: r.Why}, {Badge: badge(r.State)}, {}}}
		if r.State != closing.OK {
			row.Kind = kinds[r.State]
			row.Cells[2] = ui.Cell{Text: r.Findings[0].Text, Content: findingsCell(r)}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// troubled is a checklist without what passed.
func troubled(l *closing.List) *closing.List {
	out := &closing.List{Subject: l.Subject}
	for _, r := range l.Results {
		if r.State != closing.OK {
			out.Results = append(out.Results, r)
		}
	}
	return out
}

// doneText says what came of closing one of many books.
func doneText(d closing.Closed) string {
	s := d.Books.Name + "："
	switch n := len(d.Months); {
	case n == 1:
		s += d.Months[0].Chinese() + "已结账"
	case n > 1:
		s += d.Months[0].Chinese() + "至" + d.Months[n-1].Chinese() + "已结账"
	case d.Err == nil:
		s += "没有需要结的月份"
	}
	if d.Err != nil {
		if len(d.Months) > 0 {
			s += "；"
		}
		s += shell.Sentence(d.Err)
	}
	return s
}

// floorText says how much of the income is kept at least.
func floorText(f *distForm) string {
	if f.RateFloor == 0 {
		return "公积公益金的提取比例国家没有规定最低数，按本村章程填写（" + f.Basis.Rule.Name + "）。"
	}
	return "公积公益金至少提取 " + closing.RateText(f.RateFloor) + "%（" + f.Basis.Rule.Name + "）；章程规定更高的按章程。"
}

func netKind(p *closing.Plan) ui.Kind { return signKind(p.Net()) }

func signKind(f money.Fen) ui.Kind {
	if f < 0 {
		return ui.Red
	}
	return ui.Green
}

func carriedText(b *closing.Basis) string {
	if b.YearEnd == nil {
		return "还没有年终结转，按现有收支预计"
	}
	return "已结转 " + b.YearEnd.No
}
