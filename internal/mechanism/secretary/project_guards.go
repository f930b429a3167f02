package secretary

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

var projectGuards = map[string]func(context.Context, *db.Tx, *Project) error{
	"submit": readyToSubmit,
	"start": func(_ context.Context, tx *db.Tx, p *Project) error {
		p.Started = today(tx)
		return nil
	},
	"apply_closing":  readyToClose,
	"accept":         closeToday,
	"accept_remarks": closeToday,
	"refuse":         closeToday,
	"carry_over": func(ctx context.Context, tx *db.Tx, p *Project) error {
		if !p.Closed.IsZero() {
			return nil // it ended when it was judged
		}
		return closeToday(ctx, tx, p)
	},
	"resume": func(_ context.Context, _ *db.Tx, p *Project) error {
		p.Closed = date.Date{}
		return nil
	},
}

func closeToday(_ context.Context, tx *db.Tx, p *Project) error {
	p.Closed = today(tx)
	return nil
}

// readyToSubmit wants a complete application while the cycle takes them.
func readyToSubmit(ctx context.Context, tx *db.Tx, p *Project) error {
	c, err := cycleTable.Get(ctx, tx, tx.Tenant, p.Cycle)
	if err != nil {
		return err
	}
	if c.State != CycleOpen && c.State != CycleRunning {
		return errs.New(errs.State, "project.cycle", "“%s”现在是“%s”，不受理申报", c.Name, CycleMachine.State(c.State).Label)
	}
	var l errs.List
	for _, f := range []struct{ name, text string }{{"background", p.Background}, {"problem", p.Problem}, {"plan", p.Plan}, {"effect", p.Effect}} {
		if f.text == "" {
			l.Add(f.name, "申报前请先填写")
		}
	}
	if err := l.Err(); err != nil {
		return err
	}
	return hasPlan(ctx, tx, p)
}

// hasPlan wants at least one measure, one milestone and one target.
func hasPlan(ctx context.Context, tx *db.Tx, p *Project) error {
	one := []ids.ID{p.ID}
	ms, err := MeasuresOf(ctx, tx, tx.Tenant, one)
	if err != nil {
		return err
	}
	mil, err := MilestonesOf(ctx, tx, tx.Tenant, one)
	if err != nil {
		return err
	}
	ts, err := TargetsOf(ctx, tx, tx.Tenant, one)
	if err != nil {
		return err
	}
	switch {
	case len(ms) == 0:
		return errs.New(errs.State, "project.no_measures", "还没有举措，请先添加至少一条举措再申报")
	case len(mil) == 0:
		return errs.New(errs.State, "project.no_milestones", "还没有里程碑，请先添加至少一个里程碑再申报")
	case len(ts) == 0:
		return errs.New(errs.State, "project.no_targets", "还没有目标，请先添加至少一条目标再申报")
	}
	return nil
}

// readyToClose wants nothing left undone.
func readyToClose(ctx context.Context, tx *db.Tx, p *Project) error {
	one := []ids.ID{p.ID}
	ms, err := MeasuresOf(ctx, tx, tx.Tenant, one)
	if err != nil {
		return err
	}
	mil, err := MilestonesOf(ctx, tx, tx.Tenant, one)
	if err != nil {
		return err
	}
	var measures, milestones int
	for _, m := range ms {
		if m.State != Done && m.State != Dropped {
			measures++
		}
	}
	for _, m := range mil {
		if m.DoneOn.IsZero() {
			milestones++
		}
	}
	if measures+milestones > 0 {
		return errs.New(errs.State, "project.unfinished", "还有 %d 条举措没有办结、%d 个里程碑没有完成，请先办结（不再做的举措请终止）；确实完不成的，请申请结转下年", measures, milestones)
	}
	return nil
}

// parentOf reads a child's project.
func parentOf(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Project, error) {
	return projectTable.Get(ctx, q, tenant, id)
}

// planFixed is why a plan can no longer be rewritten, or nil.
func planFixed(ctx context.Context, tx *db.Tx, project ids.ID) error {
	p, err := parentOf(ctx, tx, tx.Tenant, project)
	if err != nil || p.Open() {
		return err
	}
	return errs.New(errs.State, "project.plan_fixed", "项目“%s”已经申报，申报的内容、期限和权重不能再改", p.Name)
}
