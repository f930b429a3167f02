package budget

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Spent is an expense line of a budget in force with what was spent on it.
type Spent struct {
	Budget *Budget
	Line
	Actual money.Fen
}

// SpentIn lists the expense lines of the budgets in force in some places with what the ledger moved on them in their year
// up to a month; lines without an amount are left out.
func SpentIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, to date.Month) ([]Spent, error) {
	heads, err := table.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("year = ?", to.Year()).And("state = ?", Adopted), "region, no")
	if err != nil || len(heads) == 0 {
		return nil, err
	}
	lines, err := lineTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("side = ?", Expense).And("amount_fen > 0").
		And("budget_id IN (SELECT b.id FROM budget b WHERE b.tenant_id = ? AND b.year = ? AND b.state = ?)", tenant, to.Year(), Adopted), "no")
	if err != nil {
		return nil, err
	}
	at := map[ids.ID]*Budget{}
	list := make([]ids.ID, len(heads))
	for i := range heads {
		at[heads[i].ID], list[i] = &heads[i], heads[i].Books
	}
	sums, err := ledger.Sums(ctx, q, tenant, ledger.SumsQuery{Books: list, From: date.Month(to.Year()*100 + 1), To: to})
	if err != nil {
		return nil, err
	}
	moved := map[ids.ID][]ledger.AccountSum{}
	for i := range sums {
		moved[sums[i].Books] = append(moved[sums[i].Books], sums[i])
	}
	var out []Spent
	for i := range lines {
		s := Spent{Budget: at[lines[i].Budget], Line: lines[i]}
		if s.Budget == nil {
			continue
		}
		for j := range moved[s.Budget.Books] {
			m := &moved[s.Budget.Books][j]
			if slices.ContainsFunc(s.Codes(), func(c string) bool { return strings.HasPrefix(m.Account, c) }) {
				if s.Actual, err = money.Add(s.Actual, m.Period.Ordinary()); err != nil {
					return nil, err
				}
			}
		}
		out = append(out, s)
	}
	return out, nil
}
