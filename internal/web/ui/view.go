package ui

import "github.com/a-h/templ"

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

// EmptyView says what to do first when there is nothing to show.
type EmptyView struct {
	Icon, Title, Text string
	Buttons           []Button
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

// AlertView is one thing that needs attention, with its remedy.
type AlertView struct {
	Kind        Kind
	Title, Text string
	Sub         string // 经办 村会计
	Remedy      string // 发催缴函
	RemedyHref  string
	Href        string
}

// Suggestion is one hit in the search box's list.
type Suggestion struct{ Kind, Title, Sub, Href, Icon string }
