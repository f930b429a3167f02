// Package board compares secretary projects (集中晾晒): for a place, a year and a day it computes every project's
// progress, measures and results from the records, ranks them in each column and as a whole, gives each a light
// by the rule in force, and freezes issues of the board so that the next can say who rose and who fell.
//
// Nothing on a board is typed in, and every number carries the records that it comes from.
package board

import (
	"context"
	"slices"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/registry/record"
)

// Row is one project on the board. Percentages are in hundredths of a percent, Lag in hundredths of a
// percentage point.
type Row struct {
	ID     ids.ID `json:"id"`
	No     string `json:"no"`
	Name   string `json:"name"`
	Class  string `json:"class,omitempty"`
	Unit   string `json:"unit"`
	Lead   string `json:"lead"`
	Region string `json:"region"`
	Place  string `json:"place"` // the region's name
	State  string `json:"state"` // in Chinese, as it is now
	Sample bool   `json:"sample,omitempty"`

	Progress Cell               `json:"progress"` // 比进度
	Planned  int64              `json:"planned"`  // what the milestones due by the day come to
	Lag      int64              `json:"lag"`      // planned less reached; below zero is ahead
	Late     []indicator.Record `json:"late,omitempty"`
	Light    string             `json:"light"` // green, yellow, red; "" without a rule

	Measures  Cell `json:"measures"`  // 比举措
	Evidenced int  `json:"evidenced"` // measures done with evidence

	Results Cell   `json:"results"` // 比成效
	Lines   []Line `json:"lines,omitempty"`

	Score int64 `json:"score"` // by the weights of the cycle's comparisons
	Rank  int   `json:"rank"`
	// Before is the rank in the last issue before the day, 0 when there was none or the project was not in it.
	Before int `json:"before,omitempty"`
}

// Change is how many places the project has risen since the last issue, below zero fallen; known is false when
// it was not on it.
func (r *Row) Change() (up int, known bool) { return r.Before - r.Rank, r.Before > 0 }

// Cell is one column of a row: a share with its weight in the whole, its rank, and its records.
type Cell struct {
	Num     int64              `json:"num"`
	Den     int64              `json:"den"`
	Percent int64              `json:"percent"`
	Weight  int                `json:"weight"`
	Rank    int                `json:"rank"`
	Records []indicator.Record `json:"records,omitempty"`
}

// Line is one target of a row with its computed value, in the unit of the indicator.
type Line struct {
	Target    indicator.Record   `json:"target"`
	Indicator string             `json:"indicator"`
	Name      string             `json:"name"` // of the indicator
	Unit      indicator.Unit     `json:"unit"`
	Baseline  int64              `json:"baseline"`
	Goal      int64              `json:"goal"`
	Value     int64              `json:"value"`
	Forecast  int64              `json:"forecast"`
	Percent   int64              `json:"percent"`
	Weight    int                `json:"weight"`
	Problem   string             `json:"problem,omitempty"` // why there is no value
	Records   []indicator.Record `json:"records,omitempty"`
}

// Lights are the lights with their Chinese names and tones.
var Lights = map[string]struct{ Label, Tone string }{
	Green: {"绿灯", "green"}, Yellow: {"黄灯", "orange"}, Red: {"红灯", "red"}, "": {"未设亮灯规则", "grey"},
}

// Service computes boards and keeps their issues.
type Service struct {
	env    *record.Env
	cat    secretary.Evaluator
	issues *record.Noun[Snapshot]
}

// NewService returns the service; issues is what NewSnapshots returned.
func NewService(e *record.Env, cat secretary.Evaluator, issues *record.Noun[Snapshot]) *Service {
	return &Service{env: e, cat: cat, issues: issues}
}

// Rows computes the board of a place for a year as it stood on a day, best first. Projects that had not been
// started by then are left out.
func (s *Service) Rows(ctx context.Context, tenant int64, scope string, year int, day date.Date) ([]Row, error) {
	q := s.env.DB.Read()
	ranges, err := s.env.Regions.Ranges(ctx, scope)
	if err != nil {
		return nil, err
	}
	m, err := readMaterial(ctx, q, tenant, ranges, year, day)
	if err != nil {
		return nil, err
	}
	units, err := s.unitNames(ctx, q, tenant, m.projects)
	if err != nil {
		return nil, err
	}
	rule, err := ruleAt(ctx, q, tenant, scope, day)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(m.projects))
	for i := range m.projects {
		r, err := s.row(ctx, m, &m.projects[i], day)
		if err != nil {
			return nil, err
		}
		r.Unit = units[m.projects[i].Unit]
		r.Light = rule.Light(r.Lag)
		rows = append(rows, r)
	}
	rank(rows)
	return rows, s.compare(ctx, q, tenant, scope, year, day, rows)
}

func (s *Service) unitNames(ctx context.Context, q db.Q, tenant int64, list []secretary.Project) (map[ids.ID]string, error) {
	var want []ids.ID
	for i := range list {
		if !slices.Contains(want, list[i].Unit) {
			want = append(want, list[i].Unit)
		}
	}
	parties, ok := s.env.Noun("party")
	if !ok || len(want) == 0 {
		return nil, nil
	}
	return parties.Names(ctx, q, tenant, want)
}

// compare fills in the ranks of the last issue before the day.
func (s *Service) compare(ctx context.Context, q db.Q, tenant int64, scope string, year int, day date.Date, rows []Row) error {
	last, err := lastBefore(ctx, q, tenant, scope, year, day)
	if err != nil || last == nil {
		return err
	}
	then, err := last.Rows()
	if err != nil {
		return err
	}
	before := map[ids.ID]int{}
	for i := range then {
		before[then[i].ID] = then[i].Rank
	}
	for i := range rows {
		rows[i].Before = before[rows[i].ID]
	}
	return nil
}
