package indicator

import (
	"context"
	"math/bits"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
)

// Evaluator is what goals need of the catalogue; *Catalogue is one.
type Evaluator interface {
	Options() []field.Option
	Get(code string) (*Indicator, error)
	Eval(ctx context.Context, a Ask) (Result, error)
}

// Full is 100 % in the hundredths of a percent that shares are given in.
const Full = 10_000

// Achieved is how far a value has come from the baseline to the goal, in hundredths of a percent between 0 and
// Full, rounded down; the goal may lie below the baseline. A goal equal to it counts as nothing achieved.
func Achieved(value, base, goal int64) int64 {
	if goal < base { // less is better
		switch {
		case value >= base:
			return 0
		case value <= goal:
			return Full
		}
		return ratio(uint64(base)-uint64(value), uint64(base)-uint64(goal))
	}
	switch {
	case goal == base || value <= base:
		return 0
	case value >= goal:
		return Full
	}
	return ratio(uint64(value)-uint64(base), uint64(goal)-uint64(base))
}

// ratio is num/den of Full for num < den; differences of any two int64 fit a uint64.
func ratio(num, den uint64) int64 {
	hi, lo := bits.Mul64(num, Full)
	q, _ := bits.Div64(hi, lo, den)
	return int64(q)
}

// SettleGoal brings a baseline and a goal, decimal text in the indicator's unit, to their canonical text. Mistakes are on
// the fields "baseline" and "goal".
func (in *Indicator) SettleGoal(baseline, goal *string) error {
	var l errs.List
	if *baseline == "" {
		*baseline = "0"
	}
	base, berr := in.Unit.ParsePlain(*baseline)
	if berr != nil {
		l.Merge("baseline", berr)
	}
	to, gerr := in.Unit.ParsePlain(*goal)
	if gerr != nil {
		l.Merge("goal", gerr)
	}
	if berr == nil && gerr == nil {
		*baseline, *goal = in.Unit.Plain(base), in.Unit.Plain(to)
		if base == to {
			l.Add("goal", "目标值不能等于基期值，否则无从计算完成比例")
		}
	}
	return l.Err()
}
