package books

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/contract"
	terms "huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// timelineView draws payments along the contract's term, on a line of a thousand parts.
type timelineView struct {
	Label, From, To, Key string
	Bars                 []bar
	Years                []string // where years begin
	Today                string   // "" when it lies outside
}

// bar is the time that a payment is for.
type bar struct{ Kind, X, Width, Title string }

// lineWidth is the length of a timeline, barGap what stands free between its bars.
const (
	lineWidth = 1000.0
	barGap    = 1.5
)

// line places days on a timeline.
type line struct {
	from date.Date
	days int
}

func (l line) at(d date.Date) float64 {
	return float64(d.Sub(l.from)) / float64(max(l.days, 1)) * lineWidth
}

func place(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// newTimeline draws the frame of a term.
func newTimeline(from, to, today date.Date) (timelineView, line) {
	l := line{from, to.Sub(from) + 1}
	v := timelineView{From: from.String(), To: to.String(), Label: fmt.Sprintf("收款时间轴：%s 至 %s", from, to)}
	for y := from.Year() + 1; y <= to.Year(); y++ {
		v.Years = append(v.Years, place(l.at(date.Must(fmt.Sprintf("%04d-01-01", y)))))
	}
	if !today.Before(from) && !today.After(to) {
		v.Today = place(l.at(today))
	}
	return v, l
}

func (l line) bar(kind string, from, to date.Date, title string) bar {
	x, end := l.at(from), l.at(to.AddDays(1))
	return bar{kind, place(x), place(max(end-x-barGap, barGap)), title}
}

// timeline draws the schedule of a contract that is kept.
func (s *schedule) timeline(ct *contract.Contract, day date.Date, may bool) timelineView {
	if len(s.list) == 0 {
		return timelineView{}
	}
	v, l := newTimeline(ct.From, ct.LastDay(), day)
	v.Key = "绿：已收　红：逾期　灰：未到期或免租　竖线：今天"
	for _, x := range s.list {
		if x.Amount < 0 || x.From.After(ct.LastDay()) {
			continue
		}
		kind := "todo"
		switch {
		case !may:
		case x.Amount > 0 && x.State.Kind == ui.Green:
			kind = "paid"
		case x.State.Kind == ui.Red:
			kind = "late"
		case x.Amount == 0:
			kind = "free"
		}
		v.Bars = append(v.Bars, l.bar(kind, x.From, slices.MinFunc([]date.Date{x.To, ct.LastDay()}, date.Date.Compare), fmt.Sprintf("%s 至 %s：%s 元，%s 应付", x.From, x.To, x.Amount, x.Due)))
	}
	return v
}

// previewView is what would be paid under a contract that is not saved yet.
type previewView struct {
	Totals []ui.Desc
	Line   timelineView
	Table  ui.Table
}

// contractPreview shows the schedule that the typed terms give.
func (p *pages) contractPreview(c *shell.Ctx, ct *contract.Contract) (templ.Component, error) {
	list, kept, err := contract.Preview(c.Context(), p.read(), c.Tenant, ct, c.Today())
	if err != nil {
		return nil, err
	}
	total, err := terms.Sum(list)
	if err != nil {
		return nil, err
	}
	v := previewView{Totals: []ui.Desc{
		{Label: "共", Value: strconv.Itoa(len(list)) + " 期"}, {Label: "合计", Value: total.String() + " 元", Strong: true}, {Label: "年化金额", Value: ct.Annual.String() + " 元"},
	}}
	if ct.Deposit > 0 {
		v.Totals = append(v.Totals, ui.Desc{Label: "押金（不计收入）", Value: ct.Deposit.String() + " 元"})
	}
	if kept > 0 {
		v.Totals = append(v.Totals, ui.Desc{Label: "已到期、已收，不改", Value: fmt.Sprintf("前 %d 期", kept)})
	}
	line, l := newTimeline(ct.From, ct.LastDay(), c.Today())
	line.Key = "每一格是一期，深浅表示金额；浅色为免租"
	v.Table = ui.Table{Caption: "收款计划预览", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "期次", Nowrap: true}, {Label: "所属期间"}, {Label: "应付日期", Nowrap: true}, {Label: "应收", Align: ui.Right}, {Label: "计算过程"},
	}, Empty: &ui.EmptyView{Icon: "calendar-due", Title: "没有收款计划", Text: "期限内没有要收的款项。"}}
	most := money.Fen(0)
	for _, x := range list {
		most = max(most, x.Amount)
	}
	for i, x := range list {
		row := ui.Row{Cells: []ui.Cell{
			ui.T("第 " + strconv.Itoa(x.Seq) + " 期"), ui.T(x.From.String() + " 至 " + x.To.String()), ui.T(x.Due.String()), ui.T(x.Amount.String()), {Text: x.Why, Muted: true},
		}}
		switch {
		case i < kept:
			row.Cells[0].Badges = []ui.BadgeView{{Text: "不改", Kind: ui.Grey}}
		case x.Adjusts:
			row.Cells[0].Badges = []ui.BadgeView{{Text: "变更", Kind: ui.Orange}}
		}
		v.Table.Rows = append(v.Table.Rows, row)
		if !x.Adjusts && !x.From.After(ct.LastDay()) {
			line.Bars = append(line.Bars, l.bar(shade(x.Amount, most), x.From, slices.MinFunc([]date.Date{x.To, ct.LastDay()}, date.Date.Compare), x.From.String()+" 至 "+x.To.String()+"："+x.Amount.String()+" 元"))
		}
	}
	v.Line = line
	if len(list) > 0 {
		v.Table.Foot = []ui.Cell{{Text: "合计", Span: 3}, ui.T(total.String()), {}}
	}
	return previewBody(v), nil
}

// shades are how many depths of colour amounts have.
const shades = 4

// shade is the class of an amount's depth of colour.
func shade(fen, most money.Fen) string {
	if fen <= 0 || most <= 0 {
		return "free"
	}
	return "s" + strconv.Itoa(min(int(fen*shades/most)+1, shades))
}

// versionPanel shows what amendments changed.
func (p *pages) versionPanel(c *shell.Ctx, ct *contract.Contract) (templ.Component, error) {
	list, err := contract.Versions(c.Context(), p.read(), c.Tenant, ct.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	t := ui.Table{Caption: "条款版本", Columns: []ui.Column{{Label: "版本", Nowrap: true}, {Label: "生效日", Nowrap: true}, {Label: "办理日", Nowrap: true}, {Label: "改了什么"}, {Label: "原来"}, {Label: "改为"}}}
	for i := len(list) - 1; i > 0; i-- {
		v := &list[i]
		head := []ui.Cell{ui.T("第 " + strconv.Itoa(v.Seq) + " 版"), ui.T(v.Effective.String()), ui.T(v.Made.String())}
		for _, d := range contract.Differences(&list[i-1], v) {
			t.Rows = append(t.Rows, ui.Row{Cells: append(slices.Clone(head), ui.T(d.Label), ui.T(d.Before), ui.T(d.After))})
			head = []ui.Cell{{}, {}, {}}
		}
	}
	t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T("第 1 版"), ui.T(list[0].Effective.String()), {}, ui.T("签订时的条款"), {}, {}}})
	return versionsBody(t, fmt.Sprintf("共 %d 版；已到期、已收的款项不随变更改动", len(list))), nil
}
