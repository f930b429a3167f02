package overview

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/attract"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/casework"
	"huicun/internal/mechanism/chamber"
	"huicun/internal/mechanism/joint"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/registry/region"
)

// chamberCode is the code of the chambers' coverage beside those of the axes.
const chamberCode = "chamber"

// addMechanisms adds coverage, joint projects, leads and awards.
func (s *Service) addMechanisms(ctx context.Context, q db.Q, c *county, o *Overview, g *gather) error {
	axes, err := pairing.Coverage(ctx, q, s.env, c.tenant, c.ranges, c.day)
	if err != nil {
		return err
	}
	for i, a := range axes {
		if i == len(o.Pairing) {
			o.Pairing = append(o.Pairing, Coverage{Code: a.Axis, Label: a.Label})
		}
		o.Pairing[i].add(a.Num, a.Den, a.Missing)
	}
	if err := s.addChambers(ctx, q, c, o); err != nil {
		return err
	}
	states, err := joint.Counts(ctx, q, c.tenant, c.ranges, c.day)
	if err != nil {
		return err
	}
	for i, x := range states {
		if i == len(o.Joint) {
			o.Joint = append(o.Joint, joint.StateCount{State: x.State, Label: x.Label, Tone: x.Tone})
		}
		o.Joint[i].N += x.N
		if x.State == joint.Preparing || x.State == joint.InProgress {
			o.UnderWay += x.N
		}
	}
	stages, err := attract.Stages(ctx, q, c.tenant, c.ranges, c.day)
	if err != nil {
		return err
	}
	for i, x := range stages {
		if i == len(o.Leads) {
			o.Leads = append(o.Leads, attract.StageCount{Code: x.Code, Label: x.Label, Tone: x.Tone})
		}
		o.Leads[i].Count += x.Count
		o.Leads[i].Total += x.Total
	}
	brands, err := brand.Totals(ctx, q, c.tenant, c.ranges, c.year, c.day)
	if err != nil {
		return err
	}
	for _, b := range brands {
		if b.Actual+b.Expected > 0 {
			o.Brands = append(o.Brands, b)
		}
	}
	paid, err := s.value(ctx, q, c, "policy.award_year", nil)
	o.Awards += money.Fen(paid)
	return err
}

func (c *Coverage) add(num, den int, missing []region.Region) {
	c.Num += num
	c.Den += den
	c.Missing = append(c.Missing, missing...)
}

func (s *Service) addChambers(ctx context.Context, q db.Q, c *county, o *Overview) error {
	working, err := chamber.WorkingOn(ctx, q, c.tenant, c.ranges, c.day)
	if err != nil {
		return err
	}
	living, err := s.env.Regions.VillagesIn(ctx, c.ranges)
	if err != nil {
		return err
	}
	has := map[string]bool{}
	for i := range working {
		has[working[i].Region] = true
	}
	var missing []region.Region
	for _, v := range living {
		if !has[v.Code] {
			missing = append(missing, v)
		}
	}
	o.Chambers.Code, o.Chambers.Label = chamberCode, "村级商会"
	o.Chambers.add(len(living)-len(missing), len(living), missing)
	return nil
}

// addRequests adds how firms' requests were handled.
func (s *Service) addRequests(ctx context.Context, q db.Q, c *county, o *Overview, _ *gather) error {
	t, err := casework.Timeliness(ctx, q, c.tenant, c.ranges, firstOf(c.year), c.day)
	if err != nil {
		return err
	}
	r := &o.Requests
	r.Closed = addRate(r.Closed, t.Closed)
	r.Satisfied = addRate(r.Satisfied, t.Satisfied)
	r.Open += t.Open
	r.Problems += t.Problems
	r.Overdue += len(t.Overdue)
	return nil
}

func addRate(a, b casework.Rate) casework.Rate {
	return casework.Rate{Num: a.Num + b.Num, Den: a.Den + b.Den}
}

// firstOf is the first day of a year.
func firstOf(year int) date.Date { return date.Must(dayOfYear(year, "01-01")) }
