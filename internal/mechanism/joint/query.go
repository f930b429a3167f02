package joint

import (
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// perStatement bounds how many ids one statement names.
const perStatement = 500

// Existing lists the projects in the ranges that had been proposed by a day, by number.
func Existing(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Project, error) {
	return projectTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("proposed_on <= ?", day), "no")
}

// UnderWay lists the projects in the ranges that were being prepared or carried out on a day, by number.
func UnderWay(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Project, error) {
	list, err := Existing(ctx, q, tenant, ranges, day)
	return slices.DeleteFunc(list, func(p Project) bool { return !p.UnderWayOn(day) }), err
}

// StateCount is how many projects were in a state.
type StateCount struct {
	State, Label, Tone string
	N                  int
}

// Counts counts the projects in the ranges by the state that they were in on a day, in the machine's order.
func Counts(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]StateCount, error) {
	list, err := Existing(ctx, q, tenant, ranges, day)
	if err != nil {
		return nil, err
	}
	n := map[string]int{}
	for i := range list {
		n[list[i].StateOn(day)]++
	}
	var out []StateCount
	for _, s := range Machine.States {
		out = append(out, StateCount{s.Code, s.Label, s.Tone, n[s.Code]})
	}
	return out, nil
}

// LateMilestone is an overdue milestone with its project.
type LateMilestone struct {
	Milestone
	ProjectNo, ProjectName string
}

// Late lists the milestones in the ranges that were overdue on a day, of projects that were agreed or under way,
// the longest overdue first.
func Late(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]LateMilestone, error) {
	projects, err := Existing(ctx, q, tenant, ranges, day)
	if err != nil {
		return nil, err
	}
	live := map[ids.ID]*Project{}
	for i := range projects {
		if s := projects[i].StateOn(day); s == Agreed || s == Preparing || s == InProgress {
			live[projects[i].ID] = &projects[i]
		}
	}
	ms, err := milestoneTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("due < ?", day), "due, no")
	if err != nil {
		return nil, err
	}
	var out []LateMilestone
	for i := range ms {
		if p := live[ms[i].Project]; p != nil && ms[i].Late(day) {
			out = append(out, LateMilestone{ms[i], p.No, p.Name})
		}
	}
	return out, nil
}
