package overview

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
)

// ArrearsIn lists what is owed on contracts in some divisions of one county's data on a day, the longest overdue first.
func (s *Service) ArrearsIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Arrear, error) {
	return s.arrears(ctx, q, &county{tenant: tenant, ranges: ranges, year: day.Year(), day: day})
}
