package app

import (
	"context"
	"errors"

	"huicun/internal/insight/risk"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/jobs"
	"huicun/internal/registry/access"
)

// nightHour is the hour of the day from which a day's alerts are looked for.
const nightHour = 1

// nightly queues the look for alerts in each county, once a day: the key of the job is the day, so that of several
// servers, and of several tries of one, only the first counts.
func (a *App) nightly(ctx context.Context) error {
	now := a.Shell.Clock().In(date.Shanghai)
	if !a.alertsAtNight || now.Hour() < nightHour {
		return nil
	}
	day := date.Of(now)
	list, err := a.Regions.Tenants(ctx, code.Nation)
	if err != nil {
		return err
	}
	for _, t := range list {
		m := access.System.Meta(t.ID)
		m.Key = "alerts-" + day.String()
		spec := jobs.Spec{Kind: risk.JobKind, Title: "每夜预警检查", Params: risk.JobParams{Scope: t.Prefix + "000000", Day: day}}
		if _, serr := a.Jobs.Submit(ctx, m, spec, nil); serr != nil {
			err = errors.Join(err, serr)
		}
	}
	return err
}

// AlertsAtNight lets Background look for alerts every night. The demo does without: its records end in 2021, and by
// today everything in it would be overdue.
func (a *App) AlertsAtNight() { a.alertsAtNight = true }

// RunAlerts looks for alerts at a place on a day, for an operator at the command line.
func (a *App) RunAlerts(ctx context.Context, place string, day date.Date) (*risk.Outcome, error) {
	tn, err := a.Regions.TenantOf(ctx, place)
	if err != nil {
		return nil, err
	}
	return a.Nouns.Risk.Run(ctx, access.System, tn.ID, place, day, nil)
}
