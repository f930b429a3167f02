package policy

import (
	"slices"
	"strings"

	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/web/ui"
)

// resultCol is a column of what lines give: a text, or an amount of money that can be added up.
type resultCol struct {
	title  string
	text   func(*policy.Line) string
	fen    func(*policy.Line) money.Fen
	right  bool
	strong bool
	public bool
}

func (k *resultCol) cell(l *policy.Line) ui.Cell {
	if k.fen != nil {
		return ui.Cell{Text: k.fen(l).String(), Strong: k.strong}
	}
	return ui.Cell{Text: k.text(l), Strong: k.strong}
}

func (k *resultCol) column() ui.Column {
	out := ui.Column{Label: k.title, Nowrap: k.fen == nil}
	if k.right || k.fen != nil {
		out.Align = ui.Right
	}
	return out
}

// resultCols are the columns that a round's lines need: points where it counts them, places where it gives prizes, and money
// where there is any.
func resultCols(r *policy.Round, lines []policy.Line) []resultCol {
	var out []resultCol
	if r.Unit != engine.Yuan {
		out = append(out, resultCol{title: "得分", right: true, strong: true, public: true, text: func(l *policy.Line) string { return l.PointsText(r.Unit) }})
	}
	if slices.ContainsFunc(lines, func(l policy.Line) bool { return l.Place > 0 || l.Prize != "" }) {
		out = append(out, resultCol{title: "名次和奖项", public: true, text: (*policy.Line).PlaceText})
	}
	if r.Unit == engine.Yuan || slices.ContainsFunc(lines, func(l policy.Line) bool { return l.Result > 0 }) {
		out = append(out,
			resultCol{title: "按规则核算", fen: func(l *policy.Line) money.Fen { return l.Result }},
			resultCol{title: "奖励金额", strong: true, public: true, fen: func(l *policy.Line) money.Fen { return l.Amount }},
			resultCol{title: "已发放", fen: func(l *policy.Line) money.Fen { return l.Paid }})
	}
	return out
}

// sheetColumn is the column in a workbook.
func (k *resultCol) sheetColumn() sheet.Column {
	if k.fen != nil {
		return sheet.Column{Title: k.title + "（元）", Width: 16, Kind: sheet.Money}
	}
	return sheet.Column{Title: k.title, Width: 14}
}

// total is the sum of a column of money, "" of a text.
func (k *resultCol) total(lines []policy.Line) string {
	if k.fen == nil {
		return ""
	}
	var sum money.Fen
	for i := range lines {
		sum += k.fen(&lines[i])
	}
	return sum.Plain()
}

// outcome is what a line gives, in one text.
func outcome(r *policy.Round, l *policy.Line) string {
	parts := []string{l.PointsText(r.Unit), l.PlaceText()}
	if l.Amount > 0 || r.Unit == engine.Yuan && l.Prize == "" {
		parts = append(parts, l.Amount.String()+" 元")
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "，")
}
