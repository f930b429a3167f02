package ui

import "github.com/a-h/templ"

// Align is a column's alignment.
type Align string

const (
	Left   Align = ""
	Right  Align = "right" // figures
	Center Align = "center"
)

// Table is a list of records. On a phone each row becomes a card: the first column its heading, the others label and value.
type Table struct {
	ID      string
	Caption string // for screen readers, and the heading when printed
	Columns []Column
	Rows    []Row
	Foot    []Cell // totals
	Empty   *EmptyView
	// KeepGrid leaves the table a table on a phone, scrolled sideways: only for ledgers whose columns make no sense apart.
	KeepGrid bool
	Freeze   bool // first column stays in sight when scrolled sideways
	Dense    bool
	Unit     string // 单位:元, above the right corner
}

// Column heads a column. SortHref makes it a link; Sorted is "asc", "desc" or empty.
type Column struct {
	Label     string
	Align     Align
	SortHref  string
	Sorted    string
	Width     string // CSS length
	HidePhone bool
	NoPrint   bool
	Nowrap    bool
}

// Row is one record. Href is where the first cell leads when it has none of its own.
type Row struct {
	ID    string
	Href  string
	Kind  Kind // a coloured edge: Red for what is overdue
	Cells []Cell
	Group bool // a subtotal or group heading: bold, shaded
}

// Cell is one value. Content replaces everything else.
type Cell struct {
	Text    string
	Sub     string // small, below
	Href    string
	Lineage string // opens the drawer
	Badge   *BadgeView
	Badges  []BadgeView
	Kind    Kind // colours the text
	Muted   bool
	Strong  bool
	Span    int
	Content templ.Component
}

// T is a cell of plain text.
func T(text string) Cell { return Cell{Text: text} }

// PagerView pages by key: there is a first page and a next, no page 7 of 300, as records come in while one reads.
type PagerView struct {
	Shown     int
	Total     string // "共 1,284 条", or empty when counting is dear
	FirstHref string // empty on the first page
	NextHref  string // empty on the last
}

// FilterView is the bar above a list: a GET form back to the same page.
type FilterView struct {
	Action    string
	Q         string
	QLabel    string // placeholder: 合同号、承租人、标的
	NoQ       bool
	Selects   []FilterSelect
	Combos    []Field // links, by natural key; one that is picked applies at once
	Range     *FilterRange
	Hidden    []Hidden
	ResetHref string // shown when Active
	Active    bool   // some filter is set
	Actions   templ.Component
}

// FilterSelect is one choice of the filter bar; it applies at once.
type FilterSelect struct {
	Name, Label string
	Options     []Option
}

// FilterRange is a date range.
type FilterRange struct{ Label, FromName, From, ToName, To string }
