package ui

import (
	"net/url"

	"github.com/a-h/templ"
)

// Kind is what a colour means. Each means one thing on every screen.
type Kind string

const (
	Grey   Kind = "grey"   // neutral: draft, closed, not applicable
	Red    Kind = "red"    // overdue, or a loss
	Orange Kind = "orange" // a warning: will be overdue, looks odd
	Green  Kind = "green"  // done
	Azure  Kind = "azure"  // information
)

// orGrey keeps an unset kind from producing half a class name.
func (k Kind) orGrey() Kind {
	if k == "" {
		return Grey
	}
	return k
}

// Link is a label that may lead somewhere.
type Link struct {
	Label  string
	Href   string // empty: plain text
	Icon   string
	Active bool
}

// LinkGroup is a titled list of links in a dropdown.
type LinkGroup struct {
	Title string
	Links []Link
}

// MenuGroup is one group of the side menu; a group without a title stands at the top.
type MenuGroup struct {
	Title string
	Items []MenuItem
}

// MenuItem is one line of the side menu. Badge is a count such as "7"; empty shows none.
type MenuItem struct {
	Label, Icon, Href string
	Active            bool
	Badge             string
}

// User is the person signed in. Initial is the one character in the round mark.
type User struct{ Name, Role, Initial string }

// YearOption is one entry of the year switcher.
type YearOption struct {
	Value, Label string
	Active       bool
}

// FlashView is the outcome of the last action, shown once. An error stays until closed; a success fades.
type FlashView struct {
	Kind Kind // Green or Red
	Text string
	Href string // where the thing just made can be seen
	Link string // words for Href
}

// PageView is everything the signed-in layout needs.
type PageView struct {
	Title       string
	Subtitle    string // beside the title: "截至 2021-11-10"
	HideTitle   bool   // for screens that open with their own heading; Title still names the window
	ScopeCrumbs []Link // province › city › county › town › village; the last is where one stands
	// ScopeOptions are where one can go from here, usually two groups: children and siblings. See SwitchScope.
	ScopeOptions      []LinkGroup
	Menu              []MenuGroup
	User              User
	Years             []YearOption
	SearchPlaceholder string
	Query             string // what was searched for, on the result page
	Path              string // this page's own path and query, so that switching scope or year comes back to it
	Flash             *FlashView
	Crumbs            []Link          // breadcrumb above the title
	Actions           templ.Component // buttons at the right of the title
	Print             *PrintView      // heading of the printed page; nil prints Title and scope
	SystemName        string          // empty: 惠村
}

func (p PageView) system() string {
	if p.SystemName == "" {
		return "惠村"
	}
	return p.SystemName
}

// scope is the name of the place one stands at.
func (p PageView) scope() string {
	if n := len(p.ScopeCrumbs); n > 0 {
		return p.ScopeCrumbs[n-1].Label
	}
	return ""
}

// SwitchScope is the address that moves to another scope and comes back to the page at path.
func SwitchScope(scope, path string) string {
	return "/switch?" + url.Values{"scope": {scope}, "to": {path}}.Encode()
}

// PublicPageView is the layout for villagers: no login, phone first.
type PublicPageView struct {
	Title      string
	Org        string // whose page: 长胜村股份经济合作社
	Home       string // where Org leads
	Crumbs     []Link
	Nav        []Link // sections, scrolled sideways on a phone
	Updated    string // 数据截至 2021-11-10
	Phone      string // to ask or complain
	FooterNote string
	FooterNav  []Link
	SystemName string
}

// BareView is the layout without menu: login and errors.
type BareView struct{ Title, SystemName, Footer string }

// LoginView is the login form. The fields are called username, password and to.
type LoginView struct {
	Username   string // kept as typed
	Error      string
	To         string // where to go afterwards
	SystemName string
	Slogan     string
	Hint       string // whom to ask for a password
	Hidden     []Hidden
}

// ErrorView is a friendly error. Next says what can be done; without it, a way home is offered.
type ErrorView struct {
	Status     int
	Title      string // empty: by Status
	Message    string // empty: by Status
	Next       []Link
	RequestID  string // to tell the helpdesk
	SystemName string
}

// Button is a link or a submit button.
type Button struct {
	Label, Icon, Href string
	Name, Value       string // of a submit button
	Style             ButtonStyle
	Attrs             templ.Attributes
}

// ButtonStyle is a button's weight. One primary button a screen.
type ButtonStyle string

const (
	Plain   ButtonStyle = ""        // outlined
	Primary ButtonStyle = "primary" // the one thing to do here
	Danger  ButtonStyle = "danger"  // cannot be undone
	Ghost   ButtonStyle = "ghost"   // as quiet as text
)

// Hidden is a hidden form value.
type Hidden struct{ Name, Value string }

// BadgeView is a small mark with words.
type BadgeView struct {
	Text string
	Kind Kind
	Icon string
	Href string
}

// StatView is one figure of an overview.
type StatView struct {
	Label     string
	Value     string // formatted: 2,486
	Unit      string // 万元
	Qualifier string // 准确, 约, 余, 近, 预计; empty shows none
	Forecast  bool   // drawn dashed, as everything not yet happened
	Kind      Kind   // colours the value; empty leaves it black
	Delta     string // 12.4% 同比
	DeltaUp   bool   // the arrow's direction
	DeltaKind Kind   // whether that is good: more income is green, more arrears red
	Sub       string // 占比 68.5%
	Lineage   string // address of the figure's lineage, opened in the drawer
	Href      string // or a page, when the figure is a count of things to look at
	Icon      string
}

// CardView is the frame of a card; its content are the children.
type CardView struct {
	ID      string
	Title   string
	Sub     string          // small, beside the title
	Tools   templ.Component // badges or buttons at the right of the title
	More    *Link           // 全部 12
	Flush   bool            // content reaches the edges: tables, lists
	Footer  templ.Component
	Compact bool
}

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

// Option is one choice of a select or radio group.
type Option struct {
	Value, Label string
	Help         string // below a radio button
	Selected     bool
	Disabled     bool
}

// EmptyView says what to do first when there is nothing to show.
type EmptyView struct {
	Icon, Title, Text string
	Buttons           []Button
}

// FormView is the frame of a form; its fields are the children. Errors are listed on top, linked to their fields.
type FormView struct {
	ID      string
	Action  string
	Method  string // post unless "get"
	Upload  bool   // has a file field
	Errors  []FieldError
	Hidden  []Hidden
	Attrs   templ.Attributes
	NoGuard bool // do not warn about unsaved changes (searches, one-click forms)
}

// FieldError is one mistake. Name is the field's, empty for one about the whole form.
type FieldError struct{ Name, Label, Text string }

// Field is one field of a form, whatever its type; the component chosen says which. Value is what the person typed, right
// or wrong: it is always shown again.
type Field struct {
	Name        string
	ID          string // empty: "f-" + Name
	Label       string
	Value       string
	Help        string
	Error       string
	Placeholder string
	Unit        string // suffix: 元, 亩, %
	Required    bool
	ReadOnly    bool
	Disabled    bool
	Autofocus   bool
	Wide        bool // takes the whole row of the form
	MaxLength   int
	Rows        int      // of a textarea
	Options     []Option // select, radio
	Checked     bool     // checkbox
	Min, Max    string   // dates and numbers
	Step        string
	Type        string   // text field: tel, email, password, url
	Ref         string   // combo: kind of record, asked at /ref/{kind}?q=
	With        []string // combo: names of other fields whose values narrow the suggestions
	Hint        string   // combo: what the chosen key stands for, shown beside it
	Accept      string   // file
	Multiple    bool
	Attrs       templ.Attributes
}

func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return fieldID(f.Name)
}

func fieldID(name string) string { return "f-" + name }

// describedBy lists the ids of the help and error texts that exist.
func (f Field) describedBy() string {
	s := ""
	if f.Error != "" {
		s = f.id() + "-error"
	}
	if f.Help != "" {
		if s != "" {
			s += " "
		}
		s += f.id() + "-help"
	}
	return s
}

// attrs are what all inputs have in common.
// autosubmit makes a choice apply at once.
func (f Field) autosubmit() Field {
	a := templ.Attributes{"data-autosubmit": true}
	for k, v := range f.Attrs {
		a[k] = v
	}
	f.Attrs = a
	return f
}

func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	for name, on := range map[string]bool{"required": f.Required, "readonly": f.ReadOnly, "disabled": f.Disabled, "autofocus": f.Autofocus, "multiple": f.Multiple} {
		if on {
			a[name] = true
		}
	}
	for name, v := range map[string]string{"placeholder": f.Placeholder, "min": f.Min, "max": f.Max, "step": f.Step, "accept": f.Accept} {
		if v != "" {
			a[name] = v
		}
	}
	if f.MaxLength > 0 {
		a["maxlength"] = itoa(f.MaxLength)
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

// ActionsView are the buttons under a form.
type ActionsView struct {
	Submit     string // 保存
	More       []Button
	CancelHref string
	Note       string
}

// Tab is one of several views of the same thing.
type Tab struct {
	Label, Href string
	Active      bool
	Count       string
	Kind        Kind // of the count
}

// Event is one entry of a history.
type Event struct {
	Who, When, What string
	Kind            Kind
	Icon            string
	Reason          string
	Href            string
	Changes         []Change
	Content         templ.Component
}

// Change is one field before and after.
type Change struct{ Field, Before, After string }

// Desc is one line of a detail page.
type Desc struct {
	Label   string
	Value   string // empty shows a dash
	Sub     string
	Href    string
	Lineage string
	Badge   *BadgeView
	Kind    Kind
	Strong  bool
	Wide    bool
	Content templ.Component
}

// ProgressView is a bar from 0 to 100.
type ProgressView struct {
	Percent float64
	Label   string // for screen readers, and above the bar when Show
	Text    string // 11/12
	Kind    Kind   // empty: the accent
	Show    bool
}

// Step is one state of a record's way.
type Step struct {
	Label string
	State StepState
	Sub   string // who and when
}

// StepState is where a step stands.
type StepState string

const (
	StepTodo    StepState = "todo"
	StepDone    StepState = "done"
	StepCurrent StepState = "current"
	StepFailed  StepState = "failed" // 退回
)

// ConfirmView is a button that asks before it posts. It renders a form of its own and so cannot stand inside another.
type ConfirmView struct {
	ID             string
	Button         Button // opens the dialog
	Title          string
	Text           string
	Action         string
	Submit         string // 确认作废
	Danger         bool
	AskReason      bool
	ReasonName     string // reason
	ReasonLabel    string // 理由
	ReasonRequired bool
	Hidden         []Hidden
}

// AlertView is one thing that needs attention, with its remedy.
type AlertView struct {
	Kind        Kind
	Title, Text string
	Sub         string // 经办 村会计
	Remedy      string // 发催缴函
	RemedyHref  string
	Href        string
}

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

// Suggestion is one hit in the search box's list.
type Suggestion struct{ Kind, Title, Sub, Href, Icon string }

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

// PrintView heads the printed page.
type PrintView struct {
	Title  string
	Org    string // 编制单位
	Period string
	Unit   string // 单位:元
	By     string // 打印人
	At     string
	No     string
}
