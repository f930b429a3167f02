// Package overview computes what a place looks like on a day of a year: its villages' income and where it comes
// from, what is owed to them, how far the three mechanisms reach, and what needs attention. Everything is added up
// from the slices' own queries and the indicator catalogue; nothing is stored here.
//
// A place may lie in one county's data or span several; numbers are added up county by county, each with a fixed
// number of statements, however many villages there are.
package overview

import (
	"cmp"
	"context"
	"runtime/debug"
	"slices"
	"sync"

	"huicun/internal/books/contract"
	"huicun/internal/indicator"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/attract"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/casework"
	"huicun/internal/mechanism/joint"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// Compare is an amount with what it was a year before; Known is false when nothing was recorded then.
type Compare struct {
	Now, Before money.Fen
	Known       bool
}

// Change is the growth in hundredths of a percent; ok is false when there is nothing to compare with.
func (c Compare) Change() (hundredths int64, ok bool) {
	if !c.Known || c.Before <= 0 {
		return 0, false
	}
	v, err := money.MulDiv(c.Now-c.Before, 10_000, int64(c.Before), money.HalfUp)
	return int64(v), err == nil
}

// NewStable is what built or revitalised assets and services bring in a year beyond what there was before.
type NewStable struct{ Total, Workshop, Shop, Service, Other money.Fen }

// Village is one village's income of the year up to the day. Stable is the part that its stable contracts account
// for, Annual what they come to in a year. Tier is its place on the ladder, -1 for below it.
type Village struct {
	Code, Name     string
	Income, Stable money.Fen
	Annual         money.Fen
	Books          bool // has books for the year
	Tier           int
}

// Step is a step of the ladder with how many villages stand on it, and how many reach it.
type Step struct {
	indicator.Tier
	Exclusive, Cumulative int
}

// Source is what stable income comes from, with its part of the year.
type Source struct {
	Code, Label string
	Annual      money.Fen
	Contracts   int
}

// Coverage is how many of the villages have something, and which have not.
type Coverage struct {
	Code, Label string
	Num, Den    int
	Missing     []region.Region
}

// Percent is the share in hundredths of a percent, rounded down so that 100 % means all.
func (c Coverage) Percent() int64 { return indicator.Percent(int64(c.Num), int64(c.Den)) }

// Requests says how firms' requests were handled: Closed judges what fell due in the year, Satisfied what was rated.
type Requests struct {
	Closed, Satisfied       casework.Rate
	Open, Overdue, Problems int
}

// Place is one of the places below, for comparison.
type Place struct {
	Code, Name         string
	Villages           int
	Income, Stable     Compare
	Coverage           []Coverage // the axes, then the chambers
	Attention, Overdue int        // how many things, how many of them red
}

// Overview is a place on a day.
type Overview struct {
	Scope, Name string
	Level       code.Tier
	Year        int
	AsOf        date.Date
	Villages    []Village // highest income first, those without books last
	Living      int       // how many villages there are

	Income Compare // of the year up to the day, and the same span a year before
	Stable Compare // a year of the stable contracts in force, and those of the same day a year before
	// StableShare is how much of the last twelve months' income the stable contracts account for, in hundredths of a
	// percent: each village's contracts count up to its income. Known only when there was income.
	StableShare int64
	New         NewStable
	Owed        money.Fen
	Arrears     []Arrear // longest overdue first

	Ladder  []Step // highest first
	Below   int    // villages below the ladder
	Sources []Source

	Pairing  []Coverage // the three axes
	Chambers Coverage
	Joint    []joint.StateCount
	UnderWay int // joint projects
	Leads    []attract.StageCount
	Requests Requests
	Awards   money.Fen     // paid in the year
	Brands   []brand.Total // with sales in the year, done or expected; those that sell most first

	Attention []Item
	Places    []Place // of scopes above a town
}

// Empty reports whether nothing of what an overview is made of has been entered yet.
func (o *Overview) Empty() bool {
	return o.Income.Now == 0 && !o.Income.Known && o.Stable.Now == 0 && len(o.Attention) == 0 && o.UnderWay == 0 && o.Requests.Open == 0 &&
		!slices.ContainsFunc(o.Villages, func(v Village) bool { return v.Books }) &&
		!slices.ContainsFunc(o.Pairing, func(c Coverage) bool { return c.Num > 0 }) && o.Chambers.Num == 0
}

// Service computes overviews.
type Service struct {
	env *record.Env
	cat *indicator.Catalogue
}

// NewService returns the service. The catalogue must hold the slices' indicators and Figures.
func NewService(e *record.Env, cat *indicator.Catalogue) *Service { return &Service{env: e, cat: cat} }

// county is the part of a scope that lies in one county's data, with what the parts of an overview share.
type county struct {
	tenant int64
	scope  string
	ranges [][2]string
	year   int
	day    date.Date
}

// query asks an indicator of the catalogue about the part.
func (c *county) query(params map[string]string) indicator.Query {
	return indicator.Query{Tenant: c.tenant, Scope: c.scope, Ranges: c.ranges, Year: c.year, AsOf: c.day, Params: params}
}

// counties splits a scope by the counties that hold its records.
func (s *Service) counties(ctx context.Context, scope string, year int, day date.Date) ([]county, error) {
	tenants, err := s.env.Regions.Tenants(ctx, scope)
	if err != nil {
		return nil, err
	}
	var out []county
	for _, t := range tenants {
		place := scope
		if len(code.Prefix(scope)) < len(t.Prefix) {
			place = t.Prefix + "000000"
		}
		ranges, err := s.env.Regions.Ranges(ctx, place)
		if err != nil {
			return nil, err
		}
		out = append(out, county{tenant: t.ID, scope: place, ranges: ranges, year: year, day: day})
	}
	return out, nil
}

// Of computes the overview of a scope for a year as it stood on a day.
func (s *Service) Of(ctx context.Context, scope string, year int, asOf date.Date) (*Overview, error) {
	o := &Overview{Scope: scope, Name: s.nameOf(ctx, scope), Level: code.Level(scope), Year: year, AsOf: asOf}
	parts, err := s.counties(ctx, scope, year, asOf)
	if err != nil {
		return nil, err
	}
	g := newGather()
	q := s.env.DB.Read()
	for i := range parts {
		c := &parts[i]
		if err := s.add(ctx, q, c, o, g); err != nil {
			return nil, err
		}
	}
	sortArrears(o.Arrears)
	sortItems(o.Attention)
	slices.SortStableFunc(o.Brands, func(a, b brand.Total) int { return cmp.Compare(b.Actual+b.Expected, a.Actual+a.Expected) })
	if err := s.addLadder(ctx, q, parts, o, g); err != nil {
		return nil, err
	}
	o.Sources = g.bySource()
	if o.Level < code.TierTown {
		return o, s.addPlaces(ctx, o, g)
	}
	return o, nil
}

// add adds a part. What does not build on each other is read at the same time: every function writes to fields of its
// own.
func (s *Service) add(ctx context.Context, q db.Q, c *county, o *Overview, g *gather) error {
	type adding = func(context.Context, db.Q, *county, *Overview, *gather) error
	var tasks []func() error
	for _, list := range [][]adding{{s.addIncome}, {s.addStable}, {s.addArrears, s.addAttention}, {s.addMechanisms, s.addRequests}} {
		tasks = append(tasks, func() error {
			for _, add := range list {
				if err := add(ctx, q, c, o, g); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return together(tasks...)
}

// together runs tasks at the same time and returns the first error in their order. A panic becomes an error: outside the
// request's goroutine it would end the program.
func together(tasks ...func() error) error {
	errors := make([]error, len(tasks))
	var all sync.WaitGroup
	for i, task := range tasks {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errors[i] = errs.New(errs.Internal, "overview.panic", "panic: %v\n%s", p, debug.Stack())
				}
			}()
			errors[i] = task()
		})
	}
	all.Wait()
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) nameOf(ctx context.Context, scope string) string {
	if scope == region.Nation {
		return "全国"
	}
	return s.env.Regions.Name(ctx, scope)
}

// gather collects by village what is added up in more than one way.
type gather struct {
	living               []region.Region
	income, before       map[string]money.Fen
	recent               map[string]money.Fen // of the last twelve months
	books                map[string]bool
	annual, annualBefore map[string]money.Fen
	sources              map[string]*Source
}

func newGather() *gather {
	return &gather{
		income: map[string]money.Fen{}, before: map[string]money.Fen{}, recent: map[string]money.Fen{}, books: map[string]bool{},
		annual: map[string]money.Fen{}, annualBefore: map[string]money.Fen{}, sources: map[string]*Source{},
	}
}

// bySource lists the sources that bring something, the largest first.
func (g *gather) bySource() []Source {
	var out []Source
	for _, o := range contract.Sources {
		if x := g.sources[o.Code]; x != nil && x.Annual > 0 {
			x.Label = o.Label
			out = append(out, *x)
		}
	}
	slices.SortStableFunc(out, func(a, b Source) int { return int(min(max(b.Annual-a.Annual, -1), 1)) })
	return out
}
