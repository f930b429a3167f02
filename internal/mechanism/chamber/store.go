package chamber

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// lockChamber takes the chamber's row until the transaction ends, so that two memberships cannot be checked
// against each other's absence, and reads it.
func lockChamber(ctx context.Context, tx *db.Tx, id ids.ID) (*Chamber, error) {
	if err := tx.Exec(ctx, `UPDATE chamber SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id); err != nil {
		return nil, fmt.Errorf("locking the chamber: %w", err)
	}
	return chamberTable.Get(ctx, tx, tx.Tenant, id)
}

// working narrows to chambers that worked on a day, by their days and not by where they stand now.
func working(w *db.Where, day date.Date) *db.Where {
	return w.And("state IN ('active', 'renewed', 'dissolved')").And("active_on <> ''").And("active_on <= ?", day).
		And("(ended_on = '' OR ended_on > ?)", day)
}

// ofWorking narrows memberships to chambers that worked on a day.
func ofWorking(w *db.Where, tenant int64, day date.Date) *db.Where {
	return w.And(`chamber_id IN (SELECT id FROM chamber WHERE tenant_id = ? AND state IN ('active', 'renewed', 'dissolved')
		AND active_on <> '' AND active_on <= ? AND (ended_on = '' OR ended_on > ?))`, tenant, day, day)
}

// named narrows memberships to one chamber.
func named(w *db.Where, tenant int64, name string) *db.Where {
	return w.And(`chamber_id IN (SELECT id FROM chamber WHERE tenant_id = ? AND name = ?)`, tenant, name)
}

// WorkingOn lists the chambers within the ranges that worked on a day.
func WorkingOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Chamber, error) {
	return chamberTable.All(ctx, q, working(db.NewWhere(tenant).Ranges("region", ranges), day), "region, name")
}

// MembersOn lists the memberships of a chamber that hold on a day.
func MembersOn(ctx context.Context, q db.Q, tenant int64, chamber ids.ID, day date.Date) ([]Member, error) {
	return memberTable.All(ctx, q, holding(db.NewWhere(tenant), day).And("chamber_id = ?", chamber), "no")
}
