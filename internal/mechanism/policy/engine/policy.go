package engine

import (
	"math/big"

	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// Yuan is the unit of money.
const Yuan = "元"

// Policy is a checked document, ready to be evaluated. It is safe to use from several goroutines.
type Policy struct {
	Doc *Document

	inputs   map[string]*input
	order    []*input
	steps    []*step // measures, then rules, in their order
	names    map[string]varType
	units    map[string]string
	labels   map[string]string
	gates    []gate
	vetoes   []condition
	award    *step
	persons  personRules
	splits   []*split
	parts    []instalment
	clawback *clawback
	prizes   *prizes
	budget   money.Fen // 0: none
	proRata  bool
	vote     *VoteRule // nil: as the law says
}

// Unit is the unit of what the rules give: 元, or that of points.
func (p *Policy) Unit() string { return p.award.unit }

// Counts reports whether the award is points and not money.
func (p *Policy) Counts() bool { return p.award.unit != "元" }

type input struct {
	Input
	typ      varType
	def      Value
	optional bool
}

// operand is a number or the name of a value.
type operand struct {
	lit  *big.Rat
	name string
}

type step struct {
	*Step
	unit     string
	rule     bool
	when     *expr
	shape    shape
	floor    *operand
	cap      *operand
	roundTo  *big.Rat
	roundHow money.Round
}

// shape works a step's value out and notes how.
type shape interface {
	value(r *run, s *step) (*big.Rat, error)
}

type condition struct {
	label string
	expr  *expr
}

type gate struct {
	condition
	window *window
}

type window struct {
	date, from       string
	fromDay          date.Date
	months           int
	until            string
	untilDay         date.Date
	hasFrom, hasStop bool
}

type personRules struct {
	*Persons
	require []condition
}

type split struct {
	*Split
	cases  []splitCase
	limits []limit
}

type splitCase struct {
	when    *expr
	to      []string
	weights []int64
	rats    []*big.Rat
	rest    bool
}

type limit struct {
	to   string
	most *big.Rat
}

type instalment struct {
	label string
	share *big.Rat
	when  *expr
}

type clawback struct {
	condition
	share *big.Rat
}

type prizes struct {
	*Prizes
	rows []prize
}

type prize struct {
	label string
	quota int
	min   *big.Rat
	give  money.Fen
}
