// Package indicator is the figure: what can be measured (the catalogue that every slice adds to), how a value
// is qualified and worded, and the records it comes from. Dashboards, the board and the published article all
// evaluate the same catalogue, so that one definition is used everywhere and every number can be opened.
package indicator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/region"
)

// Query says what is asked: a scope, a year and a day up to which records count.
type Query struct {
	Tenant int64
	Scope  string      // 12-digit code
	Ranges [][2]string // the scope's code ranges
	Year   int
	AsOf   date.Date // records after it do not count; never zero
	Params map[string]string
}

// Param returns a parameter, or a default.
func (q Query) Param(name, def string) string {
	if v := q.Params[name]; v != "" {
		return v
	}
	return def
}

// From is the first day of the year, To the last day that counts: the year's end or AsOf, whichever is earlier.
func (q Query) From() date.Date { return date.Must(fmt.Sprintf("%04d-01-01", q.Year)) }

// To returns the last day that counts.
func (q Query) To() date.Date {
	end := date.Must(fmt.Sprintf("%04d-12-31", q.Year))
	if q.AsOf.Before(end) {
		return q.AsOf
	}
	return end
}

// Record is one record that a value comes from. Amount is its part of the value in the indicator's unit;
// Forecast marks a part that has not happened yet.
type Record struct {
	Kind     string
	ID       ids.ID
	No       string
	Title    string
	Region   string
	Date     date.Date
	Amount   int64
	Forecast bool
	Sample   bool
	Note     string
}

// Result is an evaluated indicator. Value is what has happened, Forecast what has happened plus what is
// expected (equal to Value where nothing is expected). For a ratio Num and Den are shown with it.
type Result struct {
	Value    int64
	Forecast int64
	Num, Den int64
	Count    int // how many records the value comes from
	Records  []Record
	// Missing are the places that a coverage lacks.
	Missing []Record
	// Series is a trend's yearly or periodic values, oldest first.
	Series []Point
}

// Point is one value of a trend.
type Point struct {
	Label string
	Value int64
}

// Indicator is one entry of the catalogue.
type Indicator struct {
	Code       string // stable: "lease.new_stable_income"
	Name       string // Chinese
	Unit       Unit
	Definition string   // Chinese: what is counted, what is left out, on which day
	Version    int      // raised when the definition changes
	Mechanism  string   // policy, joint, service, cycle, books
	Levels     []string // scope levels that it can be evaluated for; nil means all
	Params     []Param
	Aggregate  Aggregate
	Eval       func(ctx context.Context, q db.Q, query Query) (Result, error)
}

// Param describes a parameter.
type Param struct{ Name, Label, Default string }

// Aggregate says how results of several tenants or places become one.
type Aggregate uint8

// The aggregates.
const (
	Sum    Aggregate = iota // values add up
	Ratio                   // numerators and denominators add up
	Least                   // the smallest value
	Exists                  // one record is enough
	Trend                   // the series are added point by point
)

// Catalogue is the set of indicators, in the order of registration.
type Catalogue struct {
	byCode map[string]*Indicator
	order  []*Indicator
	db     *db.DB
	region *region.Service
}

// NewCatalogue returns an empty catalogue.
func NewCatalogue(d *db.DB, r *region.Service) *Catalogue {
	return &Catalogue{byCode: map[string]*Indicator{}, db: d, region: r}
}

// Add puts indicators in the catalogue; a duplicate code or a missing definition is a defect found at start-up.
func (c *Catalogue) Add(list ...Indicator) {
	for _, in := range list {
		switch {
		case c.byCode[in.Code] != nil:
			panic("indicator: " + in.Code + " twice")
		case slices.ContainsFunc(c.order, func(o *Indicator) bool { return o.Name == in.Name }):
			panic("indicator: name " + in.Name + " twice")
		case in.Code == "" || in.Name == "" || in.Definition == "" || in.Eval == nil:
			panic("indicator: " + in.Code + " is incomplete")
		}
		if in.Version == 0 {
			in.Version = 1
		}
		p := &in
		c.byCode[in.Code] = p
		c.order = append(c.order, p)
	}
}

// Get returns an indicator; NotFound when the code is unknown.
func (c *Catalogue) Get(code string) (*Indicator, error) {
	if in := c.byCode[code]; in != nil {
		return in, nil
	}
	return nil, errs.New(errs.NotFound, "indicator.unknown", "指标目录里没有“%s”", code)
}

// All lists the catalogue.
func (c *Catalogue) All() []*Indicator { return c.order }

// Options lists the indicators as choices of a form, by their names.
func (c *Catalogue) Options() []field.Option {
	var out []field.Option
	for _, in := range c.order {
		out = append(out, field.Option{Code: in.Code, Label: in.Name})
	}
	return out
}

// Ask is a question to the catalogue: scopes may be several places (five villages); a zero AsOf means the
// year's end.
type Ask struct {
	Code   string
	Scopes []string
	Year   int
	AsOf   date.Date
	Params map[string]string
}

// Eval evaluates an indicator over scopes that may span several tenants.
func (c *Catalogue) Eval(ctx context.Context, a Ask) (Result, error) {
	in, err := c.Get(a.Code)
	if err != nil {
		return Result{}, err
	}
	if a.Year < 1978 || a.Year > 2200 {
		return Result{}, errs.New(errs.Invalid, "indicator.year", "年份 %d 不在可用范围内", a.Year)
	}
	if a.AsOf.IsZero() {
		a.AsOf = date.Must(fmt.Sprintf("%04d-12-31", a.Year))
	}
	var parts []Result
	for _, group := range c.groups(ctx, a.Scopes) {
		if group.err != nil {
			return Result{}, group.err
		}
		r, err := in.Eval(ctx, c.db.Read(), Query{
			Tenant: group.tenant, Scope: group.scopes[0], Ranges: group.ranges, Year: a.Year, AsOf: a.AsOf, Params: a.Params,
		})
		if err != nil {
			return Result{}, fmt.Errorf("evaluating %s: %w", a.Code, err)
		}
		parts = append(parts, r)
	}
	return in.Aggregate.merge(parts), nil
}

type group struct {
	tenant int64
	scopes []string
	ranges [][2]string
	err    error
}

// groups gathers the scopes by the tenants that hold their records.
func (c *Catalogue) groups(ctx context.Context, scopes []string) []group {
	var out []group
	for _, s := range scopes {
		ts, err := c.region.Tenants(ctx, s)
		if err != nil {
			return []group{{err: err}}
		}
		for _, t := range ts {
			place := s
			if len(code.Prefix(s)) < len(t.Prefix) { // each county answers for its own places only
				place = t.Prefix + "000000"
			}
			ranges, err := c.region.Ranges(ctx, place)
			if err != nil {
				return []group{{err: err}}
			}
			i := slices.IndexFunc(out, func(g group) bool { return g.tenant == t.ID })
			if i < 0 {
				out = append(out, group{tenant: t.ID})
				i = len(out) - 1
			}
			out[i].scopes = append(out[i].scopes, s)
			out[i].ranges = append(out[i].ranges, ranges...)
		}
	}
	return out
}

// merge joins the results of several tenants.
func (a Aggregate) merge(parts []Result) Result {
	var out Result
	for i, p := range parts {
		switch {
		case a == Least && i > 0 && p.Count > 0 && (out.Count == 0 || p.Value < out.Value):
			out.Value, out.Forecast = p.Value, p.Forecast
		case a == Least && i > 0:
		default:
			out.Value += p.Value
			out.Forecast += p.Forecast
		}
		out.Num += p.Num
		out.Den += p.Den
		out.Count += p.Count
		out.Records = append(out.Records, p.Records...)
		out.Missing = append(out.Missing, p.Missing...)
		out.Series = addSeries(out.Series, p.Series)
	}
	if a == Ratio {
		out.Value, out.Forecast = Percent(out.Num, out.Den), Percent(out.Num, out.Den)
	}
	return out
}

func addSeries(a, b []Point) []Point {
	for _, p := range b {
		if i := slices.IndexFunc(a, func(x Point) bool { return x.Label == p.Label }); i >= 0 {
			a[i].Value += p.Value
			continue
		}
		a = append(a, p)
	}
	slices.SortStableFunc(a, func(x, y Point) int { return strings.Compare(x.Label, y.Label) })
	return a
}

// Percent is num/den in hundredths of a percent, rounded down so that 100 % means all; 0 when there is nothing.
func Percent(num, den int64) int64 {
	if den == 0 {
		return 0
	}
	return num * 10_000 / den
}
