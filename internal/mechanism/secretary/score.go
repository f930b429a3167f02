package secretary

import (
	"context"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/region"
)

// Full is 100 % in the hundredths of a percent that shares are given in.
const Full = indicator.Full

// Share is a part of a whole.
type Share struct{ Num, Den int64 }

// Percent is the share in hundredths of a percent, rounded down so that 100 % means all; 0 of nothing.
func (s Share) Percent() int64 { return indicator.Percent(s.Num, s.Den) }

// Progress is the weight of the milestones reached by the day in the weight of all (比进度).
func Progress(ms []Milestone, day date.Date) Share {
	var s Share
	for i := range ms {
		s.Den += int64(ms[i].Weight)
		if ms[i].Done(day) {
			s.Num += int64(ms[i].Weight)
		}
	}
	return s
}

// PlannedBy is the weight of the milestones that should have been reached by the end of the day.
func PlannedBy(ms []Milestone, day date.Date) Share {
	var s Share
	for i := range ms {
		s.Den += int64(ms[i].Weight)
		if !ms[i].Due.After(day) {
			s.Num += int64(ms[i].Weight)
		}
	}
	return s
}

// Actions counts measures on a day: those dropped by then do not count, and Evidenced are done with evidence.
type Actions struct{ Done, Total, Evidenced int }

// Share is done of total.
func (a Actions) Share() Share { return Share{int64(a.Done), int64(a.Total)} }

// Tally counts a project's measures on a day (比举措).
func Tally(ms []Measure, day date.Date) Actions {
	var a Actions
	for i := range ms {
		m := &ms[i]
		if m.Standing(day) == Dropped {
			continue
		}
		a.Total++
		if m.Standing(day) == Done {
			a.Done++
			if strings.TrimSpace(m.Evidence) != "" {
				a.Evidenced++
			}
		}
	}
	return a
}

// Standing is Done, Dropped or Doing (neither) as it was at the end of a day.
func (m *Measure) Standing(day date.Date) string {
	switch {
	case !m.DoneOn.IsZero() && !m.DoneOn.After(day):
		return Done
	case !m.DroppedOn.IsZero() && !m.DroppedOn.After(day):
		return Dropped
	}
	return Doing
}

// Achieved is indicator.Achieved, here for those who score projects.
func Achieved(value, base, goal int64) int64 { return indicator.Achieved(value, base, goal) }

// Outcome is a target with what the catalogue makes of it on a day. Problem says in Chinese why there is no
// value; the target then counts as not achieved.
type Outcome struct {
	Target     Target
	In         *indicator.Indicator // nil when unknown
	Base, Goal int64
	Result     indicator.Result
	Percent    int64 // hundredths of a percent
	Problem    string
}

// Evaluate computes a target's value for a year up to a day.
func Evaluate(ctx context.Context, cat Evaluator, regions *region.Service, t Target, year int, day date.Date) (Outcome, error) {
	o := Outcome{Target: t}
	err := o.evaluate(ctx, cat, regions, year, day)
	// A target that can no longer be evaluated (a renamed indicator, a merged village) must not hide the rest.
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		o.Problem = errs.Message(err)
		err = nil
	}
	return o, err
}

func (o *Outcome) evaluate(ctx context.Context, cat Evaluator, regions *region.Service, year int, day date.Date) (err error) {
	t := &o.Target
	if o.In, err = cat.Get(t.Indicator); err != nil {
		return err
	}
	if o.Base, err = o.In.Unit.ParsePlain(t.Baseline); err != nil {
		return err
	}
	if o.Goal, err = o.In.Unit.ParsePlain(t.Goal); err != nil {
		return err
	}
	params, err := indicator.ParseParams(t.Params)
	if err != nil {
		return err
	}
	places, err := t.Places(ctx, regions)
	if err != nil {
		return err
	}
	if o.Result, err = cat.Eval(ctx, indicator.Ask{Code: t.Indicator, Scopes: places, Year: year, AsOf: day, Params: params}); err != nil {
		return err
	}
	o.Percent = Achieved(o.Result.Value, o.Base, o.Goal)
	return nil
}

// Results is the weighted mean of what the targets have achieved (比成效), as a share of Full times the weights.
func Results(list []Outcome) Share {
	var s Share
	for i := range list {
		w := int64(list[i].Target.Weight)
		s.Num += w * list[i].Percent
		s.Den += w * Full
	}
	return s
}
