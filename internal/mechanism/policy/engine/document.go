package engine

// Format is the version of the file format that this package reads and writes.
const Format = 1

// A Document is a policy as written. Amounts, rates and limits are kept as their text ("8万", "12%", "2‰", "1/3"), so
// that what is read is written back unchanged; Compile reads them.
type Document struct {
	Format      int          `yaml:"format"`
	Title       string       `yaml:"title"`
	Issuer      string       `yaml:"issuer"`
	No          string       `yaml:"no,omitempty"`      // the document number: 宋委发〔2017〕4号
	Scope       string       `yaml:"scope,omitempty"`   // whom it concerns, in words
	Subject     string       `yaml:"subject,omitempty"` // to what it is applied: village (when left out), lead, informant
	Sample      bool         `yaml:"sample,omitempty"`  // 示例: not a document that an authority issued
	Source      string       `yaml:"source,omitempty"`
	Open        []string     `yaml:"open,omitempty"` // what the source leaves open, and how it is read here
	Version     Version      `yaml:"version"`
	Inputs      []Input      `yaml:"inputs"`
	Measures    []Step       `yaml:"measures,omitempty"`
	Gates       []Gate       `yaml:"gates,omitempty"`
	Vetoes      []Veto       `yaml:"vetoes,omitempty"`
	Rules       []Step       `yaml:"rules,omitempty"`
	Award       *Step        `yaml:"award,omitempty"` // how the rules make the award; the sum of all rules when left out
	Payee       string       `yaml:"payee,omitempty"` // who gets what no split gives away; 村集体 when left out
	Persons     *Persons     `yaml:"persons,omitempty"`
	Splits      []Split      `yaml:"splits,omitempty"`
	Instalments []Instalment `yaml:"instalments,omitempty"`
	Clawback    *Clawback    `yaml:"clawback,omitempty"`
	Procedure   []string     `yaml:"procedure,omitempty"` // the steps before an approval; see usualSteps
	Vote        *Vote        `yaml:"vote,omitempty"`      // when the village's vote carries; the law's least when left out
	Budget      *Budget      `yaml:"budget,omitempty"`
	Prizes      *Prizes      `yaml:"prizes,omitempty"`
	Examples    []Example    `yaml:"examples,omitempty"`
}

// Version is one wording of a policy and when it holds (ISO dates, To is the last day or empty).
type Version struct {
	No    int    `yaml:"no"`
	From  string `yaml:"from"`
	To    string `yaml:"to,omitempty"`
	State string `yaml:"state"` // draft, in_force, ended
}

// Input is one typed variable that a village's year brings along.
type Input struct {
	Name   string   `yaml:"name"`
	Label  string   `yaml:"label"`
	Type   string   `yaml:"type"`             // money, number, bool, text, date, accounts
	Unit   string   `yaml:"unit,omitempty"`   // of a number: 分, 亩
	Figure string   `yaml:"figure,omitempty"` // the code of the indicator that it is
	Period string   `yaml:"period,omitempty"` // this_year (when left out), last_year, base_year, month
	Base   int      `yaml:"base,omitempty"`   // the base year, for base_year
	Values []string `yaml:"values,omitempty"` // of a text: what it may be
	// Default stands in when nothing is given; without one, a missing value is refused.
	Default string `yaml:"default,omitempty"`
}

// Step is one named value of the computation: a measure or a rule. It has exactly one shape.
type Step struct {
	Name  string `yaml:"name"`
	Label string `yaml:"label"`
	Unit  string `yaml:"unit,omitempty"` // 元 when left out; 分, 亩, …; % for a rate
	Note  string `yaml:"note,omitempty"`
	When  string `yaml:"when,omitempty"` // CEL; the value is 0 when it does not hold
	// Aux marks a rule that only others use (a cap by bands): it is not part of the award.
	Aux bool `yaml:"aux,omitempty"`

	Fixed     string     `yaml:"fixed,omitempty"`
	Rate      *Rate      `yaml:"rate,omitempty"`
	Bands     *Bands     `yaml:"bands,omitempty"`
	Steps     *Steps     `yaml:"steps,omitempty"`
	Count     *Count     `yaml:"count,omitempty"`
	Range     *Range     `yaml:"range,omitempty"`
	Increase  *Increase  `yaml:"increase,omitempty"`
	Net       *Net       `yaml:"net,omitempty"`
	Accounts  *Accounts  `yaml:"accounts,omitempty"`
	Grade     *Grade     `yaml:"grade,omitempty"`
	Score     *Score     `yaml:"score,omitempty"`
	Composite *Composite `yaml:"composite,omitempty"`
	Sum       []string   `yaml:"sum,omitempty"`
	Highest   []string   `yaml:"highest,omitempty"`
	Expr      string     `yaml:"expr,omitempty"` // CEL

	Floor string `yaml:"floor,omitempty"` // an amount or the name of a value; applied before Cap
	Cap   string `yaml:"cap,omitempty"`   // an amount or the name of a value
	Round *Round `yaml:"round,omitempty"`
}

// Rate is a share of a value; a 1:1 match is 100%.
type Rate struct {
	Of string `yaml:"of"`
	At string `yaml:"at"`
}

// Bands choose by where On lies. Flat: the row's rate goes on the whole of Of; marginal: each slice at its own rate.
type Bands struct {
	On     string `yaml:"on"`
	Of     string `yaml:"of,omitempty"` // On when left out; flat only
	Mode   string `yaml:"mode"`         // flat, marginal
	Silent bool   `yaml:"silent,omitempty"`
	// Below and Above say what holds outside the rows: none (nothing), or cut (the source's text is missing there, and
	// the award is refused). Required on a side where the rows do not reach to infinity.
	Below string `yaml:"below,omitempty"`
	Above string `yaml:"above,omitempty"`
	Rows  []Band `yaml:"rows"`
}

// Band is one row: an interval with its edges, "[3万, 10万)", and a rate or a fixed sum.
type Band struct {
	In   string `yaml:"in"`
	At   string `yaml:"at,omitempty"`
	Give string `yaml:"give,omitempty"`
}

// Steps give Each for every whole Every of On above From (每增加…); First is given once From is reached.
type Steps struct {
	On    string `yaml:"on"`
	From  string `yaml:"from,omitempty"`
	First string `yaml:"first,omitempty"`
	Every string `yaml:"every"`
	Each  string `yaml:"each"`
	Most  int    `yaml:"most,omitempty"` // whole steps at most; unlimited when left out
	// StepWhen is a condition on each step, CEL with the variables step (1, 2, …) and reach (From + step × Every).
	StepWhen string `yaml:"step_when,omitempty"`
}

// Count gives Each for every item that is met; an item counts once, or Times times.
type Count struct {
	Each  string `yaml:"each"`
	Items []Item `yaml:"items"`
}

// Item is one achievement.
type Item struct {
	Label string `yaml:"label"`
	When  string `yaml:"when"`
	Times string `yaml:"times,omitempty"` // the name of a number
}

// Range is left to a person between two bounds (amounts, or names of values), with a reason.
type Range struct {
	Min string `yaml:"min"`
	Max string `yaml:"max"`
	By  string `yaml:"by"` // who decides
}

// Increase is Of less Base, not below zero unless Negative.
type Increase struct {
	Of       string `yaml:"of"`
	Base     string `yaml:"base"`
	Negative bool   `yaml:"negative,omitempty"`
}

// Net takes Less off Of in their order, stopping at zero.
type Net struct {
	Of   string   `yaml:"of"`
	Less []string `yaml:"less"`
}

// Accounts sums entries of accounts: those that start with one of Include and none of Exclude.
type Accounts struct {
	Of       string   `yaml:"of"`
	Include  []string `yaml:"include"`
	Exclude  []string `yaml:"exclude,omitempty"`
	Received bool     `yaml:"received,omitempty"` // only what has been received
}

// Grade multiplies Of by what stands against the text On; without Of it is the rate itself.
type Grade struct {
	On   string     `yaml:"on"`
	Of   string     `yaml:"of,omitempty"`
	Rows []GradeRow `yaml:"rows"`
}

// GradeRow is one grade.
type GradeRow struct {
	Is string `yaml:"is"`
	At string `yaml:"at"`
}

// Score is a scoring sheet: lines within their limits are added; from Base the deductions are taken, each and all limited.
type Score struct {
	Lines  []ScoreLine `yaml:"lines,omitempty"`
	Base   string      `yaml:"base,omitempty"`
	Deduct []ScoreLine `yaml:"deduct,omitempty"`
}

// ScoreLine is one line of a scoring sheet: a number, counted up to Most; or Each points whenever When holds.
type ScoreLine struct {
	Label string `yaml:"label"`
	Of    string `yaml:"of,omitempty"`
	Most  string `yaml:"most,omitempty"`
	When  string `yaml:"when,omitempty"`
	Each  string `yaml:"each,omitempty"`
}

// Composite is a weighted sum, with further values added as they are.
type Composite struct {
	Parts []Weighted `yaml:"parts"`
	Plus  []string   `yaml:"plus,omitempty"`
}

// Weighted is a value and its weight.
type Weighted struct {
	Of     string `yaml:"of"`
	Weight string `yaml:"weight"`
}

// Round rounds to a multiple of To ("1元", "100元").
type Round struct {
	To   string `yaml:"to"`
	Mode string `yaml:"mode,omitempty"` // half_up (when left out), down, up
}

// Gate must hold or there is no award: a condition, or a window between two days.
type Gate struct {
	Label   string  `yaml:"label"`
	Require string  `yaml:"require,omitempty"`
	Window  *Window `yaml:"window,omitempty"`
}

// Window wants Date on or after From and within Months of it (the same day of the month included), and not after Until.
type Window struct {
	Date   string `yaml:"date"`
	From   string `yaml:"from,omitempty"` // the name of a date, or a day
	Months int    `yaml:"months,omitempty"`
	Until  string `yaml:"until,omitempty"`
}

// Veto (一票否决) takes the award away whatever the rules give.
type Veto struct {
	Label string `yaml:"label"`
	When  string `yaml:"when"`
}

// Persons says who may receive from splits by role.
type Persons struct {
	ExcludeKinds []string     `yaml:"exclude_kinds,omitempty"` // 第一书记, 挂职干部, 选调生, 公职人员
	MinMonths    int          `yaml:"min_months,omitempty"`
	Require      []PersonRule `yaml:"require,omitempty"`
}

// PersonRule is a condition on a person: CEL over role, kind, months, disciplined and the policy's variables.
type PersonRule struct {
	Label   string `yaml:"label"`
	Require string `yaml:"require"`
}

// Split divides an amount. Kind payee hands it out; payer says who bears it; credit who may claim it.
type Split struct {
	Name  string `yaml:"name"`
	Label string `yaml:"label"`
	Kind  string `yaml:"kind"`
	Of    string `yaml:"of,omitempty"` // a rule's name; the award when left out
	// ByRole gives to the eligible persons that hold the roles, by the weights of those who are there.
	ByRole bool    `yaml:"by_role,omitempty"`
	Cases  []Case  `yaml:"cases,omitempty"`
	Limits []Limit `yaml:"limits,omitempty"`
	Note   string  `yaml:"note,omitempty"`
}

// Case is one way to split, the first whose condition holds. Parts have shares (with Rest taking what is left) or
// weights (which divide the whole).
type Case struct {
	When  string `yaml:"when,omitempty"`
	Parts []Part `yaml:"parts,omitempty"`
	Rest  string `yaml:"rest,omitempty"`
}

// Part is one party's share or weight.
type Part struct {
	To     string `yaml:"to"`
	Share  string `yaml:"share,omitempty"`
	Weight string `yaml:"weight,omitempty"`
}

// Limit is the most that one may receive where people decide the division.
type Limit struct {
	To     string `yaml:"to"`
	AtMost string `yaml:"at_most"`
}

// Instalment is a share of the award that is due when its condition holds.
type Instalment struct {
	Label string `yaml:"label"`
	Share string `yaml:"share"`
	When  string `yaml:"when,omitempty"`
}

// Clawback takes Share of what was paid back when its condition holds.
type Clawback struct {
	Label string `yaml:"label"`
	When  string `yaml:"when"`
	Share string `yaml:"share"`
}

// Prizes go to the best by a value: each has a quota and a minimum.
type Prizes struct {
	On   string  `yaml:"on"`
	Rows []Prize `yaml:"rows"`
	// Unmet is what a village is called that reaches no minimum or is vetoed.
	Unmet string `yaml:"unmet,omitempty"`
}

// Prize is one row; Quota 0 means without limit.
type Prize struct {
	Label string `yaml:"label"`
	Quota int    `yaml:"quota,omitempty"`
	Min   string `yaml:"min"`
	Give  string `yaml:"give,omitempty"`
}
