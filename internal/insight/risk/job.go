package risk

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/registry/access"
)

// JobKind is the kind of the jobs that run the rules.
const JobKind = "alert_run"

// JobParams say where and for which day the rules are run.
type JobParams struct {
	Scope string    `json:"scope"`
	Day   date.Date `json:"day"`
}

// Job runs the rules in the background. who says who somebody is when the job runs.
func (s *Service) Job(who func(ctx context.Context, id ids.ID) (access.Principal, error)) jobs.Kind {
	return jobs.Kind{Name: JobKind, Run: func(ctx context.Context, r *jobs.Run) error {
		p, err := who(ctx, r.ActorID)
		if err != nil {
			return err
		}
		var in JobParams
		if err := r.Read(&in); err != nil {
			return err
		}
		if err := p.Require(s.Alerts.Perm(access.Approve), in.Scope); err != nil {
			return err
		}
		o, err := s.Run(ctx, p, r.Tenant, in.Scope, in.Day, func(done, total int, what string) { r.Progress("检查"+what, done, total) })
		if err != nil {
			return err
		}
		r.Finish("/alerts/board?scope="+in.Scope, "%s", o.Text())
		return nil
	}}
}

// Text says in a sentence what came of a run.
func (o *Outcome) Text() string {
	s := fmt.Sprintf("按 %s 检查，现有 %d 项", o.Day, o.Found)
	for _, p := range []struct {
		n    int
		what string
	}{{o.Raised, "新增"}, {o.Risen, "加重"}, {o.Fallen, "减轻"}, {o.Cleared, "消除"}, {o.Reopened, "再次出现"}, {o.Escalated, "逾期上报"}} {
		if p.n > 0 {
			s += fmt.Sprintf("，%s %d 项", p.what, p.n)
		}
	}
	return strings.TrimSpace(s)
}
