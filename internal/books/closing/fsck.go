package closing

import (
	"context"
	"fmt"

	"huicun/internal/kit/db"
)

// Check looks for year ends and distributions that are not whole and returns a sentence per problem: vouchers missing from
// a batch or undone by half, parts that are not what was posted, shares that do not add up, and accounts that a finished
// year leaves at nothing and yet have a balance.
func (s *Service) Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := batches(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, b := range list {
		undone := 0
		if b.state == stateReversed {
			undone = b.want
		}
		if b.have != b.want || b.undo != undone {
			out = append(out, fmt.Sprintf("%s（账套 %s）不完整：应有 %d 张凭证、%d 张冲销，实有 %d 张、%d 张", b.no, b.books, b.want, undone, b.have, b.undo))
		}
		if b.kind == originDistribution && b.plan != b.posted {
			out = append(out, fmt.Sprintf("%s（账套 %s）的方案与凭证不符：方案合计 %s，凭证合计 %s", b.no, b.books, b.plan, b.posted))
		}
		if b.kind == originYearEnd && b.state == statePosted {
			k, err := s.books(ctx, q, tenant, b.books)
			if err != nil {
				return nil, err
			}
			left, err := s.uncarried(ctx, q, tenant, k, b.year)
			if err != nil {
				return nil, err
			}
			for _, e := range left {
				out = append(out, fmt.Sprintf("账套“%s”%d 年已年终结转（%s），科目 %s %s 却还有%s", k.Name, b.year, b.no, e.Account, e.name, balance(e.Fen)))
			}
		}
	}
	wrong, err := unevenShares(ctx, q, tenant)
	return append(out, wrong...), err
}
