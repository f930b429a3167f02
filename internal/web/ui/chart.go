package ui

import "github.com/a-h/templ"

// FigureView is a figure in prose that leads to where it comes from.
type FigureView struct {
	Text     string // 110 余万元
	Href     string // its lineage
	Forecast bool   // dashed: has not happened yet
	Current  bool
}

// LineageView is what the drawer shows for one figure.
type LineageView struct {
	ID           string // needed only when two lineages stand on one page
	Title        string
	Value        string // exact: 1,108,600
	Unit         string // 元/年
	Qualifier    string // 余
	Wording      string // 110 余万元
	Forecast     bool
	Definition   string // 口径
	DefinitionNo string // 定义 v2
	DefHref      string
	Scope        string
	Period       string
	AsOf         string
	RowLabel     string // heading of the records: 合同
	AmountLabel  string // 年化(元)
	Rows         []LineageRow
	Total        string
	MoreCount    int // records not listed
	MoreHref     string
	ExportHref   string
	VerifyHref   string
	Note         string
}

// LineageRow is one record behind a figure. ChildHref fetches what is behind the record (LineageChildren), in place.
type LineageRow struct {
	No, Title, Org, Date, Amount string
	Href, ChildHref              string
	Badge                        *BadgeView
}

// LineageChild is a receipt or voucher behind a record.
type LineageChild struct {
	Date, Title, Amount string
	Badge               *BadgeView
	No, Href            string // 记-2021-06-0012
}

// ChartView is a chart drawn by ECharts in the browser. Option is the chart's option: a Go value or json.RawMessage. Beside
// ECharts' own keys it may hold "hc": {"unit": "万元"} for the tooltip. A datum with an "href" is a link.
type ChartView struct {
	ID       string
	Label    string // what the chart shows, for screen readers
	Option   any
	Height   int             // pixels; 0: 300
	Fallback templ.Component // the same figures as a table: without script, and folded under the chart
}

func (c ChartView) height() int {
	if c.Height == 0 {
		return 300
	}
	return c.Height
}

// BarListView is horizontal bars with boundary lines across them, drawn by the server.
type BarListView struct {
	Label      string // for screen readers
	Unit       string
	Max        float64 // empty: the largest total or boundary, with a margin
	Bars       []Bar
	Boundaries []Boundary
	Legend     []LegendItem
}

// Bar is one line: its segments add up to the total named by Text.
type Bar struct {
	Label    string
	Href     string // where the label leads
	Text     string // 531
	Lineage  string // of the total
	Segments []BarSegment
}

// BarSegment is one part of a bar. Shade 1 is the strongest.
type BarSegment struct {
	Value   float64
	Shade   int
	Title   string // 稳定性收入 370 万元
	Lineage string
}

// Boundary is a dashed line at a value, such as a tier's threshold.
type Boundary struct {
	Value float64
	Label string
}

// LegendItem explains a shade.
type LegendItem struct {
	Label string
	Shade int
}
