package ledger

import (
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Standing is what stands on an account and all below it at the end of a day, debits less credits: Posted by the
// posted vouchers and the openings, Waiting by the vouchers up to that day that have not been posted yet.
type Standing struct{ Posted, Waiting money.Fen }

// StandingAt reads what stands on an account of books, with all below it, at the end of a day.
func StandingAt(ctx context.Context, q db.Q, tenant int64, books ids.ID, account string, day date.Date) (Standing, error) {
	var s Standing
	all, err := standingsAt(ctx, q, db.NewWhere(tenant).And("books_id = ?", books), tenant, account, day)
	if err != nil {
		return s, err
	}
	s.Posted = all[books]
	err = q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(l.debit_fen - l.credit_fen), 0) AS BIGINT)
		FROM voucher v JOIN voucher_line l ON l.tenant_id = v.tenant_id AND l.voucher_id = v.id
		WHERE v.tenant_id = $1 AND l.tenant_id = $1 AND v.books_id = $2 AND v.state <> 'posted' AND v.on_date <= $3
		AND l.account >= $4 AND l.account < $5`, tenant, books, day, account, account+":").Scan(&s.Waiting)
	return s, err
}

// StandingsIn reads what the posted vouchers say stands on an account at the end of a day, for all books of some places.
func StandingsIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, account string, day date.Date) (map[ids.ID]money.Fen, error) {
	return standingsAt(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), tenant, account, day)
}

// standingsAt adds the balances of the months before the day's to the lines of its month.
func standingsAt(ctx context.Context, q db.Q, w *db.Where, tenant int64, account string, day date.Date) (map[ids.ID]money.Fen, error) {
	where := w.SQL()
	args := slices.Clone(w.Args())
	w.And("account >= ? AND account < ?", account, account+":").And("month < ?", day.YearMonth())
	out, err := toMap(db.Collect(ctx, q, func(s *booksSum) []any { return []any{&s.books, &s.fen} },
		`SELECT books_id, CAST(COALESCE(SUM(debit_fen - credit_fen), 0) AS BIGINT) FROM balance WHERE `+w.SQL()+` GROUP BY books_id`, w.Args()...))
	if err != nil {
		return nil, err
	}
	n := len(args)
	args = append(args, day.YearMonth(), day, account, account+":")
	days, err := toMap(db.Collect(ctx, q, func(s *booksSum) []any { return []any{&s.books, &s.fen} },
		`SELECT l.books_id, CAST(COALESCE(SUM(l.debit_fen - l.credit_fen), 0) AS BIGINT)
		FROM (SELECT tenant_id, id FROM voucher WHERE `+where+` AND month = `+db.Placeholders(n+1, 1)+` AND on_date <= `+db.Placeholders(n+2, 1)+` AND state = 'posted') AS v
		CROSS JOIN voucher_line l WHERE l.tenant_id = $1 AND l.tenant_id = v.tenant_id AND l.voucher_id = v.id
		AND l.account >= `+db.Placeholders(n+3, 1)+` AND l.account < `+db.Placeholders(n+4, 1)+` GROUP BY l.books_id`, args...))
	if err != nil {
		return nil, err
	}
	for id, fen := range days {
		out[id] += fen
	}
	return out, nil
}

// DayMove is what moved on an account on a day, debits less credits.
type DayMove struct {
	Day date.Date
	Fen money.Fen
}

// DayMoves lists the days up to one on which posted vouchers moved an account of books or one below it, the last first.
func DayMoves(ctx context.Context, q db.Q, tenant int64, books ids.ID, account string, to date.Date) ([]DayMove, error) {
	return db.Collect(ctx, q, func(m *DayMove) []any { return []any{&m.Day, &m.Fen} },
		`SELECT v.on_date, CAST(SUM(l.debit_fen - l.credit_fen) AS BIGINT)
		FROM voucher_line l JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		WHERE l.tenant_id = $1 AND v.tenant_id = $1 AND l.books_id = $2 AND l.account >= $3 AND l.account < $4 AND l.month <= $5
		AND l.posted AND v.on_date <= $6 GROUP BY v.on_date ORDER BY v.on_date DESC`,
		tenant, books, account, account+":", to.YearMonth(), to)
}

// OriginMove is what a voucher made for a record moves on cash on hand and at banks, debits less credits.
type OriginMove struct {
	Origin ids.ID
	Posted bool
	Fen    money.Fen
}

// CashOf lists what the vouchers made for records of one kind move on cash, record by record, those that are posted
// and those that are not apart.
func CashOf(ctx context.Context, q db.Q, tenant int64, origin string, list []ids.ID) ([]OriginMove, error) {
	var out []OriginMove
	for chunk := range slices.Chunk(list, 5*perStatement) {
		w := db.In(db.NewWhere(tenant).And("v.origin = ?", origin), "v.origin_id", chunk)
		rows, err := db.Collect(ctx, q, func(m *OriginMove) []any { return []any{&m.Origin, &m.Posted, &m.Fen} },
			`SELECT v.origin_id, l.posted, CAST(COALESCE(SUM(l.debit_fen - l.credit_fen), 0) AS BIGINT)
			FROM voucher v JOIN voucher_line l ON l.tenant_id = v.tenant_id AND l.voucher_id = v.id
			WHERE `+condition(w, "v", "l")+` AND l.account >= '101' AND l.account < '103' GROUP BY v.origin_id, l.posted ORDER BY v.origin_id`, w.Args()...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// AccountMonth is what moved on an account in a month, debits less credits, closing entries (结转) left out.
type AccountMonth struct {
	Account string
	Month   date.Month
	Fen     money.Fen
}

// OrdinaryMoves lists what moved on the accounts of books in the months of a year up to one, from the balances alone.
func OrdinaryMoves(ctx context.Context, q db.Q, tenant int64, books ids.ID, year int, to date.Month) ([]AccountMonth, error) {
	return db.Collect(ctx, q, func(m *AccountMonth) []any { return []any{&m.Account, &m.Month, &m.Fen} },
		`SELECT account, month, debit_fen - credit_fen - closing_debit_fen + closing_credit_fen FROM balance
		WHERE tenant_id = $1 AND books_id = $2 AND month > $3 AND month <= $4 ORDER BY account, month`,
		tenant, books, year*100, min(to, date.Month(year*100+12)))
}

// booksSum is an amount of some books.
type booksSum struct {
	books ids.ID
	fen   money.Fen
}

func toMap(rows []booksSum, err error) (map[ids.ID]money.Fen, error) {
	out := map[ids.ID]money.Fen{}
	for _, r := range rows {
		out[r.books] = r.fen
	}
	return out, err
}
