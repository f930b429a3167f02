package app

import (
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/jobs"
)

// usualBilling is how many books are billed while a person waits: a second or so.
const usualBilling = 30

// startJobs makes the queue of background jobs with the kinds that there are.
func (a *App) startJobs(cfg Config) *jobs.Queue {
	q := jobs.New(a.DB, jobs.Config{
		Dir:     cfg.DataDir,
		Tenants: a.tenants,
		Failed: func(j *jobs.Job, err error) {
			if cfg.Log != nil {
				cfg.Log.Error("a background job failed", "kind", j.Kind, "job", j.ID, "err", err)
			}
		},
	})
	q.Register(a.Nouns.Ledger.ImportJob(a.Accounts.Acting))
	q.Register(a.Env.ImportJob(a.Accounts.Acting))
	q.Register(a.Nouns.Risk.Job(a.Accounts.Acting))
	q.Register(a.Nouns.Rent.Job(a.Accounts.Acting))
	return q
}

func (a *App) tenants(ctx context.Context) ([]int64, error) {
	list, err := a.Regions.Tenants(ctx, code.Nation)
	out := make([]int64, len(list))
	for i, t := range list {
		out[i] = t.ID
	}
	return out, err
}
