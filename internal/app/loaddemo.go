package app

import (
	"context"
	"io/fs"

	"huicun/internal/insight/risk"
	"huicun/internal/insight/showcase"
	"huicun/internal/kit/date"
	"huicun/internal/registry/access"
)

// The demo's places, and the day of the board's earlier issue against which ranks are compared.
const (
	demoCounty = "321182000000"
	demoTown   = "321182103000"
	demoYear   = 2021
)

var demoIssue = date.Must("2021-09-30")

// demoDay is the day on which the demo's records end, and its alerts were last looked for.
var demoDay = date.Must("2021-11-10")

// LoadDemo loads the demo's records, then what has no sheet: an earlier issue of the boards, and the article,
// published once. Loading again changes nothing that is there.
func (a *App) LoadDemo(ctx context.Context, dir fs.FS, done func(Loaded)) error {
	if err := a.LoadDir(ctx, dir, done); err != nil {
		return err
	}
	tn, err := a.Regions.TenantOf(ctx, demoTown)
	if err != nil {
		return err
	}
	if err := a.demoRents(ctx, tn.ID); err != nil {
		return err
	}
	if err := a.Nouns.Bank.LoadDemo(ctx, tn.ID); err != nil {
		return err
	}
	if err := a.Nouns.Closing.LoadDemo(ctx, tn.ID); err != nil {
		return err
	}
	if err := a.Nouns.Templates.LoadDemo(ctx, tn.ID); err != nil {
		return err
	}
	if err := a.demoAwards(ctx, tn.ID); err != nil {
		return err
	}
	if runs, err := risk.Runs(ctx, a.DB.Read(), tn.ID, 1); err != nil || len(runs) == 0 {
		if err == nil {
			_, err = a.RunAlerts(ctx, demoCounty, demoDay)
		}
		if err != nil {
			return err
		}
	}
	for _, place := range []string{demoCounty, demoTown} {
		if _, err := a.Board.Snapshot(ctx, access.System, tn.ID, place, demoYear, demoIssue); err != nil {
			return err
		}
	}
	articles, err := showcase.LoadDemo(ctx, a.Showcase, access.System, tn.ID, dir)
	if err != nil {
		return err
	}
	for _, id := range articles {
		if err := showcase.PublishDemo(ctx, a.Showcase, access.System, tn.ID, id); err != nil {
			return err
		}
	}
	return nil
}
