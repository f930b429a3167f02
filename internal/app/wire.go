package app

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/indicator"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/casework"
	"huicun/internal/registry/access"
	"huicun/internal/registry/find"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// departmentAgreements lets casework count village-department agreements without knowing the pairing slice.
func departmentAgreements(cat *indicator.Catalogue) casework.Agreements {
	return func(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]indicator.Record, error) {
		in, err := cat.Get("pairing.agreements")
		if err != nil {
			return nil, err
		}
		r, err := in.Eval(ctx, q, indicator.Query{Tenant: tenant, Ranges: ranges, Year: day.Year(), AsOf: day, Params: map[string]string{"axis": "department"}})
		return r.Records, err
	}
}

// households lists the members to whom a collective distributes, for the slice that closes years, which stands below them.
func households(ctx context.Context, q db.Q, tenant int64, collective ids.ID, on date.Date) ([]closing.Household, error) {
	list, err := member.Of(ctx, q, tenant, collective, on)
	out := make([]closing.Household, len(list))
	for i, m := range list {
		out[i] = closing.Household{ID: m.ID, No: m.No, Name: m.Name, Persons: m.Persons}
	}
	return out, err
}

// latestDay is the last day that a tenant's books reach.
func (a *App) latestDay(ctx context.Context, tenant int64) (date.Date, error) {
	return ledger.LatestDay(ctx, a.DB.Read(), tenant)
}

// sweepEvery is how often ended sessions and old jobs are removed.
const sweepEvery = time.Hour

// Background carries out jobs, and what must happen now and then, until the returned function is called.
func (a *App) Background(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { a.Jobs.Work(ctx) })
	running.Go(func() {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := errors.Join(a.Accounts.Sweep(ctx), a.Jobs.Sweep(ctx), a.nightly(ctx)); err != nil && a.Shell.Log != nil {
					a.Shell.Log.Warn("removing ended sessions and old jobs, and looking for alerts", "err", err)
				}
			}
		}
	})
	return func() { cancel(); running.Wait() }
}

// KindLabel is a kind of record in Chinese.
func (a *App) KindLabel(kind string) string {
	if n, ok := a.Env.Noun(kind); ok {
		return n.Info().Label
	}
	if kind == "region" {
		return "地区"
	}
	return kind
}

// ImportRegions stores a sheet of divisions, all or none, with the checks of the page.
func (a *App) ImportRegions(ctx context.Context, t *sheet.Table) (region.Imported, *sheet.Report, error) {
	return a.Regions.Import(ctx, access.System, t)
}

// Export writes a kind's records within a place as CSV, or xlsx.
func (a *App) Export(ctx context.Context, w io.Writer, kind, place string, xlsx bool) error {
	n, ok := a.Env.Noun(kind)
	if !ok {
		return errs.New(errs.Invalid, "export.kind", "没有“%s”这类记录", kind)
	}
	tn, err := a.Regions.TenantOf(ctx, place)
	if err != nil {
		return err
	}
	header, rows := n.Sheet(ctx, access.System, tn.ID, record.Filter{Scope: place})
	if xlsx {
		return sheet.WriteXLSX(w, n.Info().Label, header, rows)
	}
	return sheet.WriteCSV(w, header, rows)
}

// Fsck verifies what must hold in every tenant: it returns what does not, and how many kinds of check it made.
func (a *App) Fsck(ctx context.Context) (problems []string, checks int, err error) {
	tenants, err := a.Regions.Tenants(ctx, code.Nation)
	if err != nil {
		return nil, 0, err
	}
	all := a.checks()
	for _, t := range tenants {
		for _, check := range all {
			found, err := check(ctx, a.DB.Read(), t.ID)
			if err != nil {
				return nil, 0, err
			}
			for _, p := range found {
				problems = append(problems, t.Name+"："+p)
			}
		}
	}
	return problems, len(all), nil
}

// Reindexed is what making the search index anew came to for one kind of record.
type Reindexed struct {
	Label string
	Docs  int
}

// Reindex makes the search index anew: of all kinds, or of those that are given, for all tenants. progress is told from time
// to time what is being done. What was interrupted goes on where it ended, unless afresh says to begin at the beginning.
func (a *App) Reindex(ctx context.Context, kinds []string, afresh bool, progress func(what string, docs int)) ([]Reindexed, error) {
	nouns := a.Env.Nouns()
	if len(kinds) > 0 {
		nouns = nil
		for _, k := range kinds {
			n, ok := a.Env.Noun(k)
			if !ok {
				return nil, errs.New(errs.Invalid, "kind", "没有“%s”这类记录", k)
			}
			nouns = append(nouns, n)
		}
	}
	tenants, err := a.Regions.Tenants(ctx, code.Nation)
	if err != nil {
		return nil, err
	}
	var out []Reindexed
	for _, n := range nouns {
		r := Reindexed{Label: n.Label}
		for _, t := range tenants {
			before := r.Docs
			done, err := n.Reindex(ctx, access.System, t.ID, afresh, func(docs int) { progress(n.Label, before+docs) })
			if err != nil {
				return out, err
			}
			r.Docs += done
		}
		out = append(out, r)
	}
	for _, t := range tenants {
		err := a.DB.InTx(ctx, access.System.Meta(t.ID), func(ctx context.Context, tx *db.Tx) error {
			_, err := find.Strays(ctx, tx)
			return err
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// AnyRecordIn returns the id of some record of a kind in exactly one division, or 0: for operators' checks.
func (a *App) AnyRecordIn(ctx context.Context, kind string, tenant int64, place string) (ids.ID, error) {
	n, ok := a.Env.Noun(kind)
	if !ok {
		return 0, errs.New(errs.Invalid, "kind", "没有“%s”这类记录", kind)
	}
	return n.First(ctx, tenant, place)
}
