package policy

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// lockPolicy takes the policy's row until the transaction ends, so that two versions of it cannot be checked
// against each other's absence, and reads it.
func lockPolicy(ctx context.Context, tx *db.Tx, id ids.ID) (*Policy, error) {
	if err := tx.Exec(ctx, `UPDATE policy SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id); err != nil {
		return nil, fmt.Errorf("locking the policy: %w", err)
	}
	return policyTable.Get(ctx, tx, tx.Tenant, id)
}

// Stage is how many awards stand in a state, and their sum.
type Stage struct {
	State  string
	Count  int
	Amount money.Fen
}

// AwardStages counts the awards of a year by state, in the machine's order; year 0 means all years.
func AwardStages(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int) ([]Stage, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges)
	if year != 0 {
		w.And("award_year = ?", year)
	}
	found, err := db.Collect(ctx, q, func(s *Stage) []any { return []any{&s.State, &s.Count, &s.Amount} },
		`SELECT state, COUNT(*), CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM award WHERE `+w.SQL()+` GROUP BY state`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("counting awards: %w", err)
	}
	var out []Stage
	for _, s := range AwardMachine.States {
		for _, f := range found {
			if f.State == s.Code {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// awardsPaid narrows to awards paid within a span of days and not got back by its end.
func awardsPaid(w *db.Where, from, to date.Date) *db.Where {
	return w.And("state IN ('paid', 'filed', 'clawed_back')").And("paid_on >= ?", from).And("paid_on <= ?", to).
		And("(clawed_back_on = '' OR clawed_back_on > ?)", to)
}
