package statement

import (
	"context"
	"fmt"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// Check makes sure that assets equal liabilities and equity in every month of every books, and that the equalities of
// each year's balance sheet and income statement hold, the agreement of 未分配收益 among them. It returns a sentence per
// problem.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	months, err := ledger.MonthNets(ctx, q, tenant)
	if err != nil {
		return nil, fmt.Errorf("checking the statements: %w", err)
	}
	s := &Service{q: q}
	var out []string
	kept := map[ids.ID]*ledger.Books{}
	done := map[string]bool{}
	for _, m := range months {
		b := kept[m.Books]
		if b == nil {
			if b, err = ledger.BooksByID(ctx, q, tenant, m.Books); err != nil {
				return nil, err
			}
			kept[m.Books] = b
		}
		if m.Net != 0 {
			out = append(out, fmt.Sprintf("账套“%s” %s 资产不等于负债加所有者权益，相差 %s 元", b.Name, m.Month, m.Net.Abs()))
		}
		if year := fmt.Sprint(m.Books, m.Month.Year()); !done[year] {
			done[year] = true
			found, err := s.checkYear(ctx, b, YearOf(m.Month.Year()))
			if err != nil {
				return nil, fmt.Errorf("checking the statements of %s: %w", b.Name, err)
			}
			out = append(out, found...)
		}
	}
	return out, nil
}

func (s *Service) checkYear(ctx context.Context, b *ledger.Books, p Period) ([]string, error) {
	set := &Set{Tenant: b.Tenant, Chart: b.Chart, Books: []ledger.Books{*b}, Org: b.Name, Single: true}
	var out []string
	for _, kind := range []string{Balance, Income} {
		sh, err := s.Sheet(ctx, set, p, kind, Options{})
		if err != nil {
			return nil, err
		}
		for _, c := range sh.Checks {
			if !c.OK() {
				out = append(out, fmt.Sprintf("账套“%s” %s %s：%s 元与 %s 元不等", b.Name, p.Chinese(), c.Label, c.Left, c.Right))
			}
		}
	}
	return out, nil
}
