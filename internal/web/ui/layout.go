package ui

import (
	"net/url"

	"github.com/a-h/templ"
)

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
