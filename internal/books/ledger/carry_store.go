package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// carryInto keeps what stands at the beginning of a month's year, when that year is used for the first time.
func carryInto(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month) error {
	year := month.Year()
	return tx.Exec(ctx, `INSERT INTO ledger_carry (tenant_id, books_id, year, account, fen)
		SELECT tenant_id, books_id, CAST($3 AS INTEGER), account, CAST(SUM(debit_fen - credit_fen) AS BIGINT) FROM balance
		WHERE tenant_id = $1 AND books_id = $2 AND month <= $4 GROUP BY tenant_id, books_id, account
		ON CONFLICT (tenant_id, books_id, year, account) DO NOTHING`, tx.Tenant, books, year, year*100)
}

// recarry makes the beginnings of all years of books anew, after their opening balances have changed.
func recarry(ctx context.Context, tx *db.Tx, books ids.ID) error {
	if err := tx.Exec(ctx, `DELETE FROM ledger_carry WHERE tenant_id = $1 AND books_id = $2`, tx.Tenant, books); err != nil {
		return err
	}
	years, err := db.Collect(ctx, tx, func(y *int) []any { return []any{y} },
		`SELECT DISTINCT month / 100 FROM ledger_period WHERE tenant_id = $1 AND books_id = $2`, tx.Tenant, books)
	if err != nil {
		return err
	}
	for _, y := range years {
		if err := carryInto(ctx, tx, books, date.Month(y*100+1)); err != nil {
			return err
		}
	}
	return nil
}

// addCarries adds movements to the beginnings of the later years that have been used already. Mostly there are none.
func addCarries(ctx context.Context, tx *db.Tx, sums map[balanceKey]*movement) error {
	first := map[ids.ID]date.Month{}
	for k := range sums {
		if m, ok := first[k.books]; !ok || k.month < m {
			first[k.books] = k.month
		}
	}
	books := make([]ids.ID, 0, len(first))
	for id := range first {
		books = append(books, id)
	}
	slices.Sort(books)
	var rows [][]any
	for _, id := range books {
		years, err := db.Collect(ctx, tx, func(y *int) []any { return []any{y} },
			`SELECT DISTINCT year FROM ledger_carry WHERE tenant_id = $1 AND books_id = $2 AND year > $3 ORDER BY year`, tx.Tenant, id, first[id].Year())
		if err != nil {
			return err
		}
		for _, year := range years {
			rows = append(rows, carryRows(tx.Tenant, id, year, sums)...)
		}
	}
	return tx.InsertRows(ctx, `INSERT INTO ledger_carry (tenant_id, books_id, year, account, fen) VALUES `,
		` ON CONFLICT (tenant_id, books_id, year, account) DO UPDATE SET fen = ledger_carry.fen + excluded.fen`, rows)
}

// carryRows are what movements add to the beginning of one year.
func carryRows(tenant int64, books ids.ID, year int, sums map[balanceKey]*movement) [][]any {
	nets := map[string]int64{}
	for k, m := range sums {
		if k.books == books && k.month.Year() < year {
			nets[k.account] += m.debit - m.credit
		}
	}
	out := make([][]any, 0, len(nets))
	for account, net := range nets {
		out = append(out, []any{tenant, books, year, account, net})
	}
	slices.SortFunc(out, func(a, b []any) int { return strings.Compare(a[3].(string), b[3].(string)) })
	return out
}

// carried is what stands on an account of books at the beginning of a year.
type carried struct {
	books   ids.ID
	account string
	fen     money.Fen
}

// carriedYears returns, for each books, the last year up to one whose beginning is kept; books without any are left out.
func carriedYears(ctx context.Context, q db.Q, tenant int64, books []ids.ID, year int) (map[ids.ID]int, error) {
	type row struct {
		books ids.ID
		year  int
	}
	w := db.In(db.NewWhere(tenant), "books_id", books).And("year <= ?", year)
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.books, &r.year} },
		`SELECT books_id, MAX(year) FROM ledger_carry WHERE `+w.SQL()+` GROUP BY books_id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	out := make(map[ids.ID]int, len(rows))
	for _, r := range rows {
		out[r.books] = r.year
	}
	return out, nil
}

// carriedInto reads the beginnings of a year.
func carriedInto(ctx context.Context, q db.Q, tenant int64, books []ids.ID, year int, account string) ([]carried, error) {
	w := db.In(db.NewWhere(tenant), "books_id", books).And("year = ?", year)
	if account != "" {
		w.And("account >= ? AND account < ?", account, account+":")
	}
	return db.Collect(ctx, q, func(c *carried) []any { return []any{&c.books, &c.account, &c.fen} },
		`SELECT books_id, account, fen FROM ledger_carry WHERE `+w.SQL()+` ORDER BY books_id, account`, w.Args()...)
}

// checkCarries compares the kept beginnings of years with the balances before them.
func checkCarries(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type row struct {
		books      ids.ID
		year       int
		account    string
		kept, want money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.books, &r.year, &r.account, &r.kept, &r.want} },
		`SELECT c.books_id, c.year, c.account, c.fen, CAST(COALESCE(SUM(b.debit_fen - b.credit_fen), 0) AS BIGINT)
		FROM ledger_carry c LEFT JOIN balance b ON b.tenant_id = c.tenant_id AND b.tenant_id = $1 AND b.books_id = c.books_id
			AND b.account = c.account AND b.month <= c.year * 100
		WHERE c.tenant_id = $1 GROUP BY c.books_id, c.year, c.account, c.fen
		HAVING c.fen <> COALESCE(SUM(b.debit_fen - b.credit_fen), 0) ORDER BY c.books_id, c.year, c.account`, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("账套 %s 科目 %s %d 年的年初余额与以前各月不符：记为 %s，应为 %s", r.books, r.account, r.year, r.kept, r.want))
	}
	missing, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.books, &r.year, &r.account, &r.want} },
		`SELECT y.books_id, y.year, b.account, CAST(SUM(b.debit_fen - b.credit_fen) AS BIGINT)
		FROM (SELECT DISTINCT books_id, year FROM ledger_carry WHERE tenant_id = $1) y
		JOIN balance b ON b.tenant_id = $1 AND b.books_id = y.books_id AND b.month <= y.year * 100
		LEFT JOIN ledger_carry c ON c.tenant_id = b.tenant_id AND c.tenant_id = $1 AND c.books_id = y.books_id AND c.year = y.year AND c.account = b.account
		WHERE b.tenant_id = $1 AND c.account IS NULL GROUP BY y.books_id, y.year, b.account
		HAVING SUM(b.debit_fen - b.credit_fen) <> 0 ORDER BY y.books_id, y.year, b.account`, tenant)
	if err != nil {
		return nil, err
	}
	for _, r := range missing {
		out = append(out, fmt.Sprintf("账套 %s 科目 %s 缺 %d 年的年初余额 %s", r.books, r.account, r.year, r.want))
	}
	return out, nil
}

// mergeSums puts sums of the same account (and books) together, in the order of books and accounts.
func mergeSums(list []AccountSum) []AccountSum {
	slices.SortStableFunc(list, func(a, b AccountSum) int {
		return cmp.Or(cmp.Compare(a.Books, b.Books), strings.Compare(a.Account, b.Account))
	})
	var out []AccountSum
	for _, s := range list {
		if n := len(out); n > 0 && out[n-1].Books == s.Books && out[n-1].Account == s.Account {
			out[n-1].Opening += s.Opening
			out[n-1].Before = out[n-1].Before.Plus(s.Before)
			out[n-1].Period = out[n-1].Period.Plus(s.Period)
			continue
		}
		out = append(out, s)
	}
	return out
}
