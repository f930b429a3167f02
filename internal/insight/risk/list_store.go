package risk

import (
	"context"
	"slices"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/registry/access"
)

// mine are the conditions under which somebody has something to do about alerts within a scope; ok is false when they never
// have.
func (s *Service) mine(ctx context.Context, who access.Principal, tenant int64, scope string) (w *db.Where, ok bool, err error) {
	w = db.NewWhere(tenant).And("state <> 'closed'")
	cond := ""
	var args []any
	for _, g := range who.Grants {
		role, known := access.RoleOf(g.Role)
		place := g.Region
		if code.Within(scope, place) {
			place = scope
		}
		if !known || !code.Within(place, scope) || !slices.ContainsFunc(Roles(), func(o field.Option) bool { return o.Code == role.Code }) {
			continue
		}
		ranges, err := s.env.Regions.Ranges(ctx, place)
		if err != nil {
			return nil, false, err
		}
		for _, r := range ranges {
			if cond != "" {
				cond += " OR "
			}
			cond += "region >= ? AND region < ? AND (owner = ? AND state IN ('open', 'returned') OR reviewer = ? AND state IN ('answered', 'cleared') AND (replier_id IS NULL OR replier_id <> ?) OR escalate = ? AND escalated_on <> '' AND state IN ('open', 'returned'))"
			args = append(args, r[0], r[1], role.Code, role.Code, int64(who.ID), role.Code)
		}
	}
	if cond == "" {
		return w, false, nil
	}
	return w.And("("+cond+")", args...), true, nil
}

// Mine lists the alerts within a scope that wait for somebody, by the role that they hold there: to answer, to review, and
// what they were told of since others had not answered; the earliest due first.
func (s *Service) Mine(ctx context.Context, who access.Principal, tenant int64, scope string, limit int) ([]Alert, error) {
	w, ok, err := s.mine(ctx, who, tenant, scope)
	if err != nil || !ok {
		return nil, err
	}
	page, err := alertTable.Page(ctx, s.env.DB.Read(), w, db.Paging{Sort: "due_on", Limit: limit})
	return page.Items, err
}

// MineCount counts them, up to a limit.
func (s *Service) MineCount(ctx context.Context, who access.Principal, tenant int64, scope string, limit int) (int, error) {
	w, ok, err := s.mine(ctx, who, tenant, scope)
	if err != nil || !ok {
		return 0, err
	}
	return alertTable.Count(ctx, s.env.DB.Read(), w, limit)
}

// Count is how many alerts of a division that are not closed are alike.
type Count struct {
	Region, Code, Colour, State string
	Late                        bool // not answered in time
	N                           int
}

// Counts counts the alerts that are not closed within what somebody may see of a scope.
func (s *Service) Counts(ctx context.Context, who access.Principal, tenant int64, scope string, day date.Date) ([]Count, error) {
	ranges, err := s.env.Regions.Ranges(ctx, who.Narrow(s.Alerts.Perm(access.View), scope)...)
	if err != nil {
		return nil, err
	}
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state <> 'closed'")
	n := len(w.Args())
	return db.Collect(ctx, s.env.DB.Read(), func(c *Count) []any { return []any{&c.Region, &c.Code, &c.Colour, &c.State, &c.Late, &c.N} },
		`SELECT region, code, colour, state, state IN ('open', 'returned') AND due_on < `+db.Placeholders(n+1, 1)+`, COUNT(*) FROM alert WHERE `+w.SQL()+` GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2`, append(w.Args(), day)...)
}

// Between lists the alerts that were not closed at some time from one day to another, by place.
func (s *Service) Between(ctx context.Context, who access.Principal, tenant int64, scope string, from, to date.Date) ([]Alert, error) {
	ranges, err := s.env.Regions.Ranges(ctx, who.Narrow(s.Alerts.Perm(access.View), scope)...)
	if err != nil {
		return nil, err
	}
	w := db.NewWhere(tenant).Ranges("region", ranges).And("raised_on <= ?", to).And("(closed_on = '' OR closed_on >= ?)", from)
	return alertTable.All(ctx, s.env.DB.Read(), w, "region, raised_on, no")
}
