package secretary

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// lockCycle locks a cycle's row until the transaction ends: criteria and their weights are checked under it.
func lockCycle(ctx context.Context, tx *db.Tx, id ids.ID) error {
	n, err := tx.ExecN(ctx, `UPDATE secretary_cycle SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "not_found", "年度计划不存在，可能已被删除")
	}
	return err
}

func countOpenProjects(ctx context.Context, q db.Q, tenant int64, cycle ids.ID) (int, error) {
	w := db.NewWhere(tenant).And("cycle_id = ?", cycle)
	db.In(w, "state", []string{Draft, Submitted, Approved, Revise, Redo, Running, ClosingApplied})
	return projectTable.Count(ctx, q, w, 0)
}

// GetCycle reads one cycle, whatever place asks: a cycle is for every place below its region.
func GetCycle(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Cycle, error) {
	return cycleTable.Get(ctx, q, tenant, id)
}

// CyclesOver lists a year's cycles that had been opened by the day and whose region covers one of the ranges or
// lies within one. Ranges are those of places, so each begins with its place's code.
func CyclesOver(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, day date.Date) ([]Cycle, error) {
	w := db.NewWhere(tenant).And("year = ?", year).And("state <> ?", CyclePlanned).And("opened_on <= ?", day)
	var conds []string
	var args []any
	var above []string
	for _, r := range ranges {
		conds = append(conds, "region >= ? AND region < ?")
		args = append(args, r[0], r[1])
		for p := code.Parent(r[0]); p != ""; p = code.Parent(p) {
			if !slices.Contains(above, p) {
				above = append(above, p)
			}
		}
	}
	for _, p := range above {
		conds = append(conds, "region = ?")
		args = append(args, p)
	}
	if len(conds) == 0 {
		return nil, nil
	}
	return cycleTable.All(ctx, q, w.And("("+strings.Join(conds, " OR ")+")", args...), "region, name, id")
}

// CriteriaOf lists the criteria and comparisons of cycles.
func CriteriaOf(ctx context.Context, q db.Q, tenant int64, cycles []ids.ID) ([]Criterion, error) {
	return children(ctx, q, criterionTable, tenant, "cycle_id", cycles)
}

// MeasuresOf lists the measures of projects.
func MeasuresOf(ctx context.Context, q db.Q, tenant int64, projects []ids.ID) ([]Measure, error) {
	return children(ctx, q, measureTable, tenant, "project_id", projects)
}

// MilestonesOf lists the milestones of projects.
func MilestonesOf(ctx context.Context, q db.Q, tenant int64, projects []ids.ID) ([]Milestone, error) {
	return children(ctx, q, milestoneTable, tenant, "project_id", projects)
}

// TargetsOf lists the targets of projects.
func TargetsOf(ctx context.Context, q db.Q, tenant int64, projects []ids.ID) ([]Target, error) {
	return children(ctx, q, targetTable, tenant, "project_id", projects)
}

// NextStepsOf lists the next steps of projects.
func NextStepsOf(ctx context.Context, q db.Q, tenant int64, projects []ids.ID) ([]NextStep, error) {
	return children(ctx, q, nextStepTable, tenant, "project_id", projects)
}

// children reads the rows of many parents, a few hundred parents at a time.
func children[T any](ctx context.Context, q db.Q, t *db.Table[T], tenant int64, col string, parents []ids.ID) ([]T, error) {
	var out []T
	for chunk := range slices.Chunk(parents, 500) {
		list, err := t.All(ctx, q, db.In(db.NewWhere(tenant), col, chunk), "no, id")
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// ProjectsBegun lists a year's projects in the ranges that had been started by the day, running or over.
func ProjectsBegun(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, day date.Date) ([]Project, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("year = ?", year).And("started_on <> ''").And("started_on <= ?", day)
	return projectTable.All(ctx, q, w, "no, id")
}

// projectsRunning lists the projects in the ranges that were under way on the day, whatever their year.
func projectsRunning(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Project, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("started_on <> ''").And("started_on <= ?", day)
	return projectTable.All(ctx, q, w.And("(closed_on = '' OR closed_on > ?)", day), "no, id")
}

// CountByState counts a year's projects in the ranges by their present state.
func CountByState(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int) (map[string]int, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("year = ?", year)
	type row struct {
		state string
		n     int
	}
	list, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.state, &r.n} },
		`SELECT state, COUNT(*) FROM secretary_project WHERE `+w.SQL()+` GROUP BY state ORDER BY state`, w.Args()...)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, r := range list {
		out[r.state] = r.n
	}
	return out, nil
}

func measuresDone(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Measure, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("done_on >= ?", from).And("done_on <= ?", to)
	return measureTable.All(ctx, q, w, "done_on, no, id")
}

func nextStepsStated(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]NextStep, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("stated_on >= ?", from).And("stated_on <= ?", to)
	return nextStepTable.All(ctx, q, w, "no, id")
}
