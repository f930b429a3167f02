package board

import (
	"cmp"
	"context"
	"slices"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/secretary"
)

// material is what a board is computed from, by project; weights are by cycle and comparison.
type material struct {
	projects   []secretary.Project
	measures   map[ids.ID][]secretary.Measure
	milestones map[ids.ID][]secretary.Milestone
	targets    map[ids.ID][]secretary.Target
	weights    map[ids.ID]map[string]int
}

// readMaterial reads everything with one statement per table, however many projects there are.
func readMaterial(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, day date.Date) (*material, error) {
	m := &material{weights: map[ids.ID]map[string]int{}}
	var err error
	if m.projects, err = secretary.ProjectsBegun(ctx, q, tenant, ranges, year, day); err != nil {
		return nil, err
	}
	var projects, cycles []ids.ID
	for i := range m.projects {
		projects = append(projects, m.projects[i].ID)
		if c := m.projects[i].Cycle; !slices.Contains(cycles, c) {
			cycles = append(cycles, c)
		}
	}
	measures, err := secretary.MeasuresOf(ctx, q, tenant, projects)
	if err != nil {
		return nil, err
	}
	milestones, err := secretary.MilestonesOf(ctx, q, tenant, projects)
	if err != nil {
		return nil, err
	}
	targets, err := secretary.TargetsOf(ctx, q, tenant, projects)
	if err != nil {
		return nil, err
	}
	criteria, err := secretary.CriteriaOf(ctx, q, tenant, cycles)
	if err != nil {
		return nil, err
	}
	m.measures = by(measures, func(x *secretary.Measure) ids.ID { return x.Project })
	m.milestones = by(milestones, func(x *secretary.Milestone) ids.ID { return x.Project })
	m.targets = by(targets, func(x *secretary.Target) ids.ID { return x.Project })
	for i := range criteria {
		c := &criteria[i]
		if c.Kind != secretary.KindComparison {
			continue
		}
		if m.weights[c.Cycle] == nil {
			m.weights[c.Cycle] = map[string]int{}
		}
		m.weights[c.Cycle][c.Code] = c.Weight
	}
	return m, nil
}

func by[T any](list []T, key func(*T) ids.ID) map[ids.ID][]T {
	out := map[ids.ID][]T{}
	for i := range list {
		k := key(&list[i])
		out[k] = append(out[k], list[i])
	}
	return out
}

// row computes all of a row but its unit, light and ranks.
func (s *Service) row(ctx context.Context, m *material, p *secretary.Project, day date.Date) (Row, error) {
	r := Row{
		ID: p.ID, No: p.No, Name: p.Name, Class: p.Class, Lead: p.Lead, Region: p.Region, Place: s.env.Regions.Name(ctx, p.Region),
		State: secretary.ProjectMachine.State(p.State).Label, Sample: p.Sample,
	}
	weights := m.weights[p.Cycle]

	milestones := m.milestones[p.ID]
	r.Progress = cell(secretary.Progress(milestones, day), weights[secretary.CompareProgress])
	r.Planned = secretary.PlannedBy(milestones, day).Percent()
	r.Lag = r.Planned - r.Progress.Percent
	for i := range milestones {
		x := &milestones[i]
		switch {
		case x.Done(day):
			r.Progress.Records = append(r.Progress.Records, x.Record())
		case x.Late(day):
			rec := x.Record()
			rec.Date, rec.Note = x.Due, x.Progress(day)
			r.Late = append(r.Late, rec)
		}
	}

	measures := m.measures[p.ID]
	tally := secretary.Tally(measures, day)
	r.Measures, r.Evidenced = cell(tally.Share(), weights[secretary.CompareMeasures]), tally.Evidenced
	for i := range measures {
		if measures[i].Standing(day) == secretary.Done {
			r.Measures.Records = append(r.Measures.Records, measures[i].Record())
		}
	}

	var outcomes []secretary.Outcome
	for _, t := range m.targets[p.ID] {
		o, err := secretary.Evaluate(ctx, s.cat, s.env.Regions, t, p.Year, day)
		if err != nil {
			return Row{}, err
		}
		outcomes = append(outcomes, o)
		r.Lines = append(r.Lines, line(&o))
	}
	r.Results = cell(secretary.Results(outcomes), weights[secretary.CompareResults])
	for i := range outcomes {
		r.Results.Records = append(r.Results.Records, outcomes[i].Record())
	}
	r.Score = score(r.Progress, r.Measures, r.Results)
	return r, nil
}

func cell(s secretary.Share, weight int) Cell {
	return Cell{Num: s.Num, Den: s.Den, Percent: s.Percent(), Weight: weight}
}

func line(o *secretary.Outcome) Line {
	l := Line{
		Target: o.Record(), Indicator: o.Target.Indicator, Baseline: o.Base, Goal: o.Goal, Value: o.Result.Value, Forecast: o.Result.Forecast,
		Percent: o.Percent, Weight: o.Target.Weight, Problem: o.Problem, Records: o.Result.Records,
	}
	if o.In != nil {
		l.Name, l.Unit = o.In.Name, o.In.Unit
	}
	return l
}

// score is the mean of the columns by their weights; 0 when nothing has a weight.
func score(cells ...Cell) int64 {
	var sum, weights int64
	for _, c := range cells {
		sum += c.Percent * int64(c.Weight)
		weights += int64(c.Weight)
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}

// rank gives the ranks, equal values sharing one (1, 2, 2, 4), and puts the rows in order.
func rank(rows []Row) {
	place(rows, func(r *Row) int64 { return r.Progress.Percent }, func(r *Row) *int { return &r.Progress.Rank })
	place(rows, func(r *Row) int64 { return r.Measures.Percent }, func(r *Row) *int { return &r.Measures.Rank })
	place(rows, func(r *Row) int64 { return r.Results.Percent }, func(r *Row) *int { return &r.Results.Rank })
	place(rows, func(r *Row) int64 { return r.Score }, func(r *Row) *int { return &r.Rank })
}

// place sorts the rows by a value, best first, and numbers them.
func place(rows []Row, value func(*Row) int64, to func(*Row) *int) {
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(value(&b), value(&a)), cmp.Compare(a.No, b.No))
	})
	for i := range rows {
		*to(&rows[i]) = i + 1
		if i > 0 && value(&rows[i]) == value(&rows[i-1]) {
			*to(&rows[i]) = *to(&rows[i-1])
		}
	}
}

// Sum is what a board says as a whole.
type Sum struct {
	Projects           int
	Green, Yellow, Red int
	Late               int // milestones
}

// Summary counts a board's lights and late milestones.
func Summary(rows []Row) Sum {
	s := Sum{Projects: len(rows)}
	for i := range rows {
		s.Late += len(rows[i].Late)
		switch rows[i].Light {
		case Green:
			s.Green++
		case Yellow:
			s.Yellow++
		case Red:
			s.Red++
		}
	}
	return s
}

// Columns are the board's columns with their Chinese names, in order.
var Columns = []struct {
	Code, Label string
	Cell        func(*Row) *Cell
}{
	{secretary.CompareProgress, "比进度", func(r *Row) *Cell { return &r.Progress }},
	{secretary.CompareMeasures, "比举措", func(r *Row) *Cell { return &r.Measures }},
	{secretary.CompareResults, "比成效", func(r *Row) *Cell { return &r.Results }},
}

var _ secretary.Evaluator = (*indicator.Catalogue)(nil)
