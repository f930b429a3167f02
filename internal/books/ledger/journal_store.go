package ledger

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Months cuts a period to the months that the books take; from is after to when there are none.
func (b *Books) Months(from, to date.Month) (date.Month, date.Month) {
	from = max(from, b.From)
	if last := b.last(); last != 0 {
		to = min(to, last)
	}
	return from, to
}

// postedPage is how many vouchers are read at a time.
const postedPage = 500

// EachPosted walks the posted vouchers of books in a period, with their lines, by month, kind and number, a page at a
// time.
func EachPosted(ctx context.Context, q db.Q, tenant int64, books ids.ID, from, to date.Month, fn func([]*Voucher) error) error {
	month, kind, no := from, "", int64(0)
	for {
		w := db.NewWhere(tenant).And("books_id = ?", books).And("no > 0").And("month <= ?", to).And("(month, kind, no) > (?, ?, ?)", month, kind, no)
		list, err := voucherTable.All(ctx, q, w, "month, kind, no LIMIT "+strconv.Itoa(postedPage))
		if err != nil {
			return err
		}
		page := make([]*Voucher, len(list))
		for i := range list {
			page[i] = &list[i]
		}
		if err := loadLines(ctx, q, tenant, page); err != nil {
			return err
		}
		if len(page) > 0 {
			if err := fn(page); err != nil {
				return err
			}
		}
		if len(page) < postedPage {
			return nil
		}
		last := page[len(page)-1]
		month, kind, no = last.Month, last.Kind, last.Number
	}
}

// Stand is what stands on an account, and what it belongs to, before a month: the line's summary is not kept, its amount
// is on one side (debits or credits, whichever is more).
type Stand struct{ Line }

// Fen is debits less credits.
func (s *Stand) Fen() money.Fen { return s.Debit - s.Credit }

// StandsBefore lists what stands in books before a month, by account and by what it belongs to, summed up from the
// openings and the posted lines. What comes to nothing is left out.
func StandsBefore(ctx context.Context, q db.Q, tenant int64, books ids.ID, month date.Month) ([]Stand, error) {
	const dims = `account, party_id, contract_id, asset_id, project_id, member_id`
	type row struct {
		Line
		fen money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any {
		return []any{&r.Account, &r.Party, &r.Contract, &r.Asset, &r.Project, &r.Member, &r.fen}
	}, `SELECT `+dims+`, CAST(SUM(fen) AS BIGINT) FROM (
			SELECT `+dims+`, opening_fen + debit_fen - credit_fen AS fen FROM ledger_opening WHERE tenant_id = $1 AND books_id = $2
			UNION ALL
			SELECT `+dims+`, debit_fen - credit_fen AS fen FROM voucher_line WHERE tenant_id = $1 AND books_id = $2 AND month < $3 AND posted
		) AS stood GROUP BY `+dims+` HAVING SUM(fen) <> 0
		ORDER BY account, COALESCE(party_id, 0), COALESCE(contract_id, 0), COALESCE(asset_id, 0), COALESCE(project_id, 0), COALESCE(member_id, 0)`,
		tenant, books, month)
	if err != nil {
		return nil, err
	}
	out := make([]Stand, len(rows))
	for i, r := range rows {
		r.Debit, r.Credit = max(r.fen, 0), max(-r.fen, 0)
		out[i] = Stand{r.Line}
	}
	return out, nil
}

// Moved is what moved on one account in one month, from the balances.
type Moved struct {
	Account       string
	Month         date.Month
	Debit, Credit money.Fen
}

// MonthlyMoves lists the balances of books up to a month, by account and month; the openings stand in the months before
// the books' first one.
func MonthlyMoves(ctx context.Context, q db.Q, tenant int64, books ids.ID, to date.Month) ([]Moved, error) {
	return db.Collect(ctx, q, func(m *Moved) []any { return []any{&m.Account, &m.Month, &m.Debit, &m.Credit} },
		`SELECT account, month, debit_fen, credit_fen FROM balance WHERE tenant_id = $1 AND books_id = $2 AND month <= $3 ORDER BY account, month`,
		tenant, books, to)
}
