// Package template makes vouchers out of everyday events (业务模板): a template asks in plain words what happened, and
// its lines, given by formulas over the answers, make an entry that balances. The templates that everybody has are
// embedded; a county adds its own or replaces ours, each version with its dates. Recurring vouchers (循环凭证) repeat an
// entry every so many months.
//
// Accounts are those of level 1 of a chart, known by system and code; in books that have sub-accounts the person picks
// one, which is remembered for those books.
package template

import (
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/calc"
)

// Template is one kind of event. Fields are as in the YAML that it is written in.
type Template struct {
	Code  string `yaml:"code"`  // rent-received
	Group string `yaml:"group"` // 发包与租金
	Name  string `yaml:"name"`  // 收到承租户交来的今年租金
	// Also are further words that it is found by; Help says more to whom fills it in.
	Also string `yaml:"also,omitempty"`
	Help string `yaml:"help,omitempty"`
	// Day is how the day is asked for; empty: 哪一天办的.
	Day string `yaml:"day,omitempty"`
	// Summary is the voucher's, with {question} for the answers.
	Summary string     `yaml:"summary"`
	Ask     []Question `yaml:"ask"`
	Split   *Split     `yaml:"split,omitempty"`
	Need    []Need     `yaml:"need,omitempty"`
	Entries []Entry    `yaml:"entries"`

	own bool // a county's, not embedded
}

// Question is one thing that is asked. Name is what formulas call the answer.
type Question struct {
	Name     string   `yaml:"name"`
	Label    string   `yaml:"label"`
	Type     string   `yaml:"type"`
	Help     string   `yaml:"help,omitempty"`
	Eg       string   `yaml:"eg,omitempty"`
	Optional bool     `yaml:"optional,omitempty"`
	Options  []Option `yaml:"options,omitempty"` // of the type account
}

// The types of question. Beside them a question has the name of a dimension of the ledger: party, contract, asset,
// project, member.
const (
	Money   = "money"   // an amount that is not negative
	Day     = "day"     // a date
	Text    = "text"    // words for the summary
	Account = "account" // one of Options, which are accounts
	Cash    = "cash"    // cash on hand or a bank account
)

// Option is a choice between accounts, given by chart: "2023:513 2004:541".
type Option struct {
	Label   string `yaml:"label"`
	Account string `yaml:"account"`
}

// Split divides an amount over the calendar years of a term by largest remainder. Name is what falls to the voucher's
// year, with what falls to earlier years when Earlier is set; formulas can use it.
type Split struct {
	Name    string `yaml:"name"`
	Of      string `yaml:"of"`   // a question for an amount
	From    string `yaml:"from"` // questions for days
	To      string `yaml:"to"`
	Earlier bool   `yaml:"earlier,omitempty"`
}

// Need refuses answers: the formula Least must not be negative. Say is shown beside the question On.
type Need struct {
	Least string `yaml:"least"`
	On    string `yaml:"on"`
	Say   string `yaml:"say"`
}

// Entry is lines that balance by themselves; an event can make several.
type Entry struct {
	Lines []Line `yaml:"lines"`
}

// Line is one line: Debit or Credit is the account, by chart ("2023:211 2004:202") or the question that picks it ("$pay").
// Amount is a formula, or "rest" for what the entry still lacks on this side; a line of nothing is left out. With
// names the questions whose answers the line belongs to.
type Line struct {
	Debit   string   `yaml:"debit,omitempty"`
	Credit  string   `yaml:"credit,omitempty"`
	Amount  string   `yaml:"amount"`
	Summary string   `yaml:"summary,omitempty"`
	With    []string `yaml:"with,omitempty"`
}

// rest is the amount that balances an entry.
const rest = "rest"

// account is the line's account as written.
func (l *Line) account() string { return l.Debit + l.Credit }

// picked returns the question that picks the line's account.
func (l *Line) picked() (string, bool) { return strings.CutPrefix(l.account(), "$") }

// Own reports whether it is a county's own version.
func (t *Template) Own() bool { return t.own }

// DayLabel is how the day is asked for.
func (t *Template) DayLabel() string {
	if t.Day != "" {
		return t.Day
	}
	return "哪一天办的"
}

// question returns a question by name, nil when there is none.
func (t *Template) question(name string) *Question {
	for i := range t.Ask {
		if t.Ask[i].Name == name {
			return &t.Ask[i]
		}
	}
	return nil
}

// codeIn returns the account that a text such as "2023:211 2004:202" names in a chart, "" for none.
func codeIn(text, chart string) string {
	for _, word := range strings.Fields(text) {
		if system, code, ok := strings.Cut(word, ":"); ok && system == chart {
			return code
		}
	}
	return ""
}

// For reports whether the template can be used under a chart: all its lines have accounts there.
func (t *Template) For(chart string) bool {
	for _, e := range t.Entries {
		for i := range e.Lines {
			if _, picked := e.Lines[i].picked(); !picked && codeIn(e.Lines[i].account(), chart) == "" {
				return false
			}
		}
	}
	for i := range t.Ask {
		if t.Ask[i].Type == Account && len(t.Ask[i].choices(chart)) == 0 {
			return false
		}
	}
	return true
}

// cashChoices are the accounts of the type cash.
var cashChoices = []Option{{Label: "银行存款", Account: "2023:102 2004:102"}, {Label: "库存现金", Account: "2023:101 2004:101"}}

// choices are the options of an account question under a chart.
func (q *Question) choices(chart string) []Option {
	list := q.Options
	if q.Type == Cash {
		list = cashChoices
	}
	var out []Option
	for _, o := range list {
		if codeIn(o.Account, chart) != "" {
			out = append(out, o)
		}
	}
	return out
}

// dimension returns the dimension that a question asks for, nil when it asks for something else.
func (q *Question) dimension() *ledger.Dimension { return ledger.DimensionNamed(q.Type) }

// asksAmount reports whether the answer is an amount.
func (q *Question) asksAmount() bool { return q.Type == Money }

// picksAccount reports whether the answer is an account.
func (q *Question) picksAccount() bool { return q.Type == Account || q.Type == Cash }

// fixed lists the accounts that the lines name themselves under a chart, each once.
func (t *Template) fixed(chart string) []string {
	var out []string
	seen := map[string]bool{}
	for _, e := range t.Entries {
		for i := range e.Lines {
			if _, picked := e.Lines[i].picked(); picked {
				continue
			}
			if code := codeIn(e.Lines[i].account(), chart); code != "" && !seen[code] {
				seen[code] = true
				out = append(out, code)
			}
		}
	}
	return out
}

// formula reads a formula that Check has passed.
func formula(text string) (*calc.Expr, error) { return calc.Parse(text) }
