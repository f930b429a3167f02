package board

import (
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
)

// ruleAt finds the rule of the place or of the nearest place above it; nil when there is none.
func ruleAt(ctx context.Context, q db.Q, tenant int64, place string, day date.Date) (*LightRule, error) {
	for at := place; at != ""; at = code.Parent(at) {
		w := db.NewWhere(tenant).And("region = ?", at).And("valid_from <= ?", day).And("(valid_to = '' OR valid_to >= ?)", day)
		r, err := none(lightTable.One(ctx, q, w))
		if err != nil || r != nil {
			return r, err
		}
	}
	return nil, nil
}

// overlapping finds another rule of the same region that holds on a day of r's term.
func overlapping(ctx context.Context, q db.Q, tenant int64, r *LightRule) (*LightRule, error) {
	w := db.NewWhere(tenant).And("region = ?", r.Region).And("id <> ?", int64(r.ID)).And("(valid_to = '' OR valid_to >= ?)", r.From)
	if !r.To.IsZero() {
		w.And("valid_from <= ?", r.To)
	}
	return none(lightTable.One(ctx, q, w))
}

func issues(tenant int64, scope string, year int) *db.Where {
	return db.NewWhere(tenant).And("region = ?", scope).And("year = ?", year)
}

// lastBefore finds the newest issue of a place and year before a day; nil when there is none.
func lastBefore(ctx context.Context, q db.Q, tenant int64, scope string, year int, day date.Date) (*Snapshot, error) {
	return newest(ctx, q, issues(tenant, scope, year).And("on_date < ?", day))
}

// lastAfter finds an issue of the same place and year for a later day than s.
func lastAfter(ctx context.Context, q db.Q, tenant int64, s *Snapshot) (*Snapshot, error) {
	return newest(ctx, q, issues(tenant, s.Region, s.Year).And("on_date > ?", s.Day))
}

func newest(ctx context.Context, q db.Q, w *db.Where) (*Snapshot, error) {
	list, err := snapshotTable.Page(ctx, q, w, db.Paging{Desc: true, Limit: 1, Sort: "on_date"})
	if err != nil || len(list.Items) == 0 {
		return nil, err
	}
	return &list.Items[0], nil
}

// issuesOf leaves out the content, which is as large as the board.
func issuesOf(ctx context.Context, q db.Q, tenant int64, scope string, year int) ([]Snapshot, error) {
	w := issues(tenant, scope, year)
	return db.Collect(ctx, q, func(s *Snapshot) []any {
		return []any{&s.ID, &s.No, &s.Region, &s.Sample, &s.Year, &s.Day, &s.By, &s.Projects, &s.Digest}
	}, `SELECT id, no, region, sample, year, on_date, issued_by, projects, digest FROM board_snapshot
		WHERE `+w.SQL()+` ORDER BY on_date DESC, id DESC`, w.Args()...)
}

// none turns "not found" into nil.
func none[T any](v *T, err error) (*T, error) {
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return v, err
}
