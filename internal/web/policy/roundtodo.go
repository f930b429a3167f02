package policy

import (
	"fmt"

	"huicun/internal/mechanism/policy"
	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// waitingFor is what waits for the person at the place.
func waitingFor(c *shell.Ctx, e *record.Env) ([]policy.Waiting, error) {
	if c.Tenant == 0 || !c.Who.CanSome(lineView) {
		return nil, nil
	}
	ranges, err := e.Regions.Ranges(c.Context(), c.Scope)
	if err != nil {
		return nil, err
	}
	list, err := policy.WaitingIn(c.Context(), e.DB.Read(), c.Tenant, ranges)
	if err != nil {
		return nil, err
	}
	var out []policy.Waiting
	for _, w := range list {
		if c.Who.Can(policy.KindLine+":"+verbOf(w.Event), c.Scope) {
			out = append(out, w)
		}
	}
	return out, nil
}

// Todo gives the award lines that wait for a person's step, for the to-do page.
func Todo(e *record.Env) func(c *shell.Ctx) ([]ui.AlertView, error) {
	return func(c *shell.Ctx) ([]ui.AlertView, error) {
		list, err := waitingFor(c, e)
		var out []ui.AlertView
		for i := range list {
			w := &list[i]
			label := policy.EventLabel(w.Event)
			v := ui.AlertView{
				Kind: ui.Azure, Title: fmt.Sprintf("奖励核算：待%s %d 张", label, w.Lines), Sub: c.RegionName(w.Round.Region) + " · " + w.Round.No,
				Text: fmt.Sprintf("%d 年奖励核算批次 %s 有 %d 张核算单等您%s。", w.Round.Year, w.Round.No, w.Lines, label), Href: roundPath(&w.Round), Remedy: "去办理", RemedyHref: roundPath(&w.Round) + "/steps/" + w.Event,
			}
			if w.Event == "recompute" {
				v.RemedyHref = roundPath(&w.Round) // line by line
			}
			out = append(out, v)
		}
		return out, err
	}
}

// TodoCount counts the rounds' steps that wait, for the badge in the menu.
func TodoCount(e *record.Env) func(c *shell.Ctx) (int, error) {
	return func(c *shell.Ctx) (int, error) {
		list, err := waitingFor(c, e)
		return len(list), err
	}
}
