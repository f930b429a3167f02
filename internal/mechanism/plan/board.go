package plan

import (
	"context"
	"slices"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Summary is a village's plan of a year on a day; Plan is nil where there is none.
type Summary struct {
	Region, Name string
	Plan         *Plan
	Measures     int // without those dropped
	Done, Late   int
	Targets      []Standing
}

// Met counts the goals that are reached.
func (s *Summary) Met() int { return s.count((*Standing).Met) }

// Behind counts the goals that are behind the time.
func (s *Summary) Behind() int { return s.count((*Standing).Behind) }

func (s *Summary) count(is func(*Standing) bool) int {
	n := 0
	for i := range s.Targets {
		if is(&s.Targets[i]) {
			n++
		}
	}
	return n
}

// Percent is the mean of the goals' shares, in hundredths of a percent.
func (s *Summary) Percent() int64 {
	if len(s.Targets) == 0 {
		return 0
	}
	sum := int64(0)
	for i := range s.Targets {
		sum += s.Targets[i].Percent
	}
	return sum / int64(len(s.Targets))
}

// Board summarises the plans of the villages in code ranges: every living village has a line.
func Board(ctx context.Context, e *record.Env, q db.Q, cat indicator.Evaluator, tenant int64, ranges [][2]string, year int, day date.Date) ([]Summary, error) {
	villages, err := e.Regions.VillagesIn(ctx, ranges)
	if err != nil {
		return nil, err
	}
	plans, err := PlansOf(ctx, q, tenant, ranges, year)
	if err != nil {
		return nil, err
	}
	of := make([]ids.ID, len(plans))
	for i := range plans {
		of[i] = plans[i].ID
	}
	measures, err := MeasuresOf(ctx, q, tenant, of)
	if err != nil {
		return nil, err
	}
	targets, err := TargetsOf(ctx, q, tenant, of)
	if err != nil {
		return nil, err
	}
	var out []Summary
	for _, v := range villages {
		s := Summary{Region: v.Code, Name: v.Name}
		if i := slices.IndexFunc(plans, func(p Plan) bool { return p.Region == v.Code }); i >= 0 {
			s.Plan = &plans[i]
			s.tally(measures, day)
			if s.Targets, err = Stand(ctx, cat, s.Plan, targets, day); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, nil
}

func (s *Summary) tally(measures []Measure, day date.Date) {
	for i := range measures {
		m := &measures[i]
		if m.Plan != s.Plan.ID || m.State == Dropped {
			continue
		}
		s.Measures++
		switch {
		case !m.Done.IsZero() && !m.Done.After(day):
			s.Done++
		case m.Late(day):
			s.Late++
		}
	}
}

// Figures are the slice's indicators. cat evaluates the goals.
func Figures(e *record.Env, cat indicator.Evaluator) []indicator.Indicator {
	return []indicator.Indicator{
		{
			Code: "plan.coverage", Name: "一村一策覆盖率", Unit: indicator.Ratio100, Mechanism: "policy", Aggregate: indicator.Ratio,
			Definition: "截至统计日，本年度一村一策已经镇批准的村，占全部村的比例。",
			Eval:       indicator.CoverageOf(e.Regions, approved),
		},
		{
			Code: "plan.targets_met", Name: "一村一策目标达成率", Unit: indicator.Ratio100, Mechanism: "policy", Aggregate: indicator.Ratio,
			Definition: "本年度已经镇批准的一村一策的目标中，截至统计日当前值达到目标值的个数，占全部目标的比例；当前值按各指标的口径在所在村计算。",
			Eval:       met(cat),
		},
	}
}

func approved(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	plans, err := approvedBy(ctx, q, query)
	var out []indicator.Record
	for i := range plans {
		p := &plans[i]
		out = append(out, indicator.Record{Kind: "plan", ID: p.ID, No: p.No, Title: p.Name, Region: p.Region, Date: p.Approved, Amount: 1, Sample: p.Sample})
	}
	return out, err
}

func approvedBy(ctx context.Context, q db.Q, query indicator.Query) ([]Plan, error) {
	plans, err := PlansOf(ctx, q, query.Tenant, query.Ranges, query.Year)
	return slices.DeleteFunc(plans, func(p Plan) bool { return p.Approved.IsZero() || p.Approved.After(query.To()) }), err
}

// met counts the goals reached among all; each is a record, with 1 when it is reached.
func met(cat indicator.Evaluator) func(context.Context, db.Q, indicator.Query) (indicator.Result, error) {
	return func(ctx context.Context, q db.Q, query indicator.Query) (indicator.Result, error) {
		plans, err := approvedBy(ctx, q, query)
		if err != nil {
			return indicator.Result{}, err
		}
		var r indicator.Result
		for i := range plans {
			p := &plans[i]
			targets, err := TargetsOf(ctx, q, query.Tenant, []ids.ID{p.ID})
			if err != nil {
				return r, err
			}
			for j := range targets {
				t := &targets[j]
				s, err := stand(ctx, cat, p, t, query.To())
				if err != nil {
					return r, err
				}
				rec := indicator.Record{Kind: "plan_target", ID: t.ID, No: t.No, Title: t.Name, Region: t.Region, Date: t.Due, Sample: t.Sample, Note: "未达到"}
				if s.Met() {
					r.Num++
					rec.Amount, rec.Note = 1, "已达到"
				}
				r.Den++
				r.Records = append(r.Records, rec)
			}
		}
		r.Count, r.Value = len(r.Records), indicator.Percent(r.Num, r.Den)
		r.Forecast = r.Value
		return r, nil
	}
}
