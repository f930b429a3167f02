package ledger

import (
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// LastClosed returns the last closed month of the books of some places; books that never closed one are left out.
func LastClosed(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[ids.ID]date.Month, error) {
	w := db.NewWhere(tenant).Ranges("b.region", ranges).And("p.state = 'closed'")
	type row struct {
		books ids.ID
		month date.Month
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.books, &r.month} },
		`SELECT p.books_id, MAX(p.month) FROM ledger_period p JOIN ledger_books b ON b.tenant_id = p.tenant_id AND b.id = p.books_id
		WHERE `+condition(w, "p", "b")+` GROUP BY p.books_id`, w.Args()...)
	out := make(map[ids.ID]date.Month, len(rows))
	for _, r := range rows {
		out[r.books] = r.month
	}
	return out, err
}

// HolderStanding is what stands to one name on an account with all below it, debits less credits, and the last month that moved it.
type HolderStanding struct {
	Books ids.ID
	Holder
	Fen  money.Fen
	Last date.Month
}

// HoldersIn reads what stands on an account of books to each name at the end of a month; what stands to nobody's name is
// left out, and so is what is settled.
func HoldersIn(ctx context.Context, q db.Q, tenant int64, books []ids.ID, account string, to date.Month) ([]HolderStanding, error) {
	type key struct {
		books ids.ID
		Holder
	}
	at := map[key]int{}
	var out []HolderStanding
	for chunk := range slices.Chunk(books, 5*perStatement) {
		for _, from := range []struct{ table, last, fen, where string }{
			{"ledger_opening x JOIN ledger_books k ON k.tenant_id = x.tenant_id AND k.id = x.books_id", "k.from_month", "x.opening_fen + x.debit_fen - x.credit_fen", ""},
			{"voucher_line x", "x.month", "x.debit_fen - x.credit_fen", " AND x.posted AND x.month <= " + itoa(to)},
		} {
			w := db.In(db.NewWhere(tenant), "x.books_id", chunk).And("x.account >= ? AND x.account < ?", account, account+":").
				And("(x.party_id IS NOT NULL OR x.member_id IS NOT NULL)")
			rows, err := db.Collect(ctx, q, func(h *HolderStanding) []any { return []any{&h.Books, &h.Party, &h.Member, &h.Fen, &h.Last} },
				`SELECT x.books_id, CASE WHEN x.member_id IS NULL THEN COALESCE(x.party_id, 0) ELSE 0 END, COALESCE(x.member_id, 0), CAST(SUM(`+from.fen+`) AS BIGINT), MAX(`+from.last+`)
				FROM `+from.table+` WHERE `+condition(w, "x")+from.where+` GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, w.Args()...)
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				k := key{r.Books, r.Holder}
				if i, ok := at[k]; ok {
					out[i].Fen += r.Fen
					out[i].Last = max(out[i].Last, r.Last)
					continue
				}
				at[k] = len(out)
				out = append(out, r)
			}
		}
	}
	return slices.DeleteFunc(out, func(h HolderStanding) bool { return h.Fen == 0 }), nil
}

// AccountMoves is what a month moved on an account of books.
type AccountMoves struct {
	Books         ids.ID
	Month         date.Month
	Debit, Credit money.Fen
}

// MovesIn lists month by month what moved on an account with all below it, in books, up to a month, openings among it; the
// earliest first.
func MovesIn(ctx context.Context, q db.Q, tenant int64, books []ids.ID, account string, to date.Month) ([]AccountMoves, error) {
	var out []AccountMoves
	for chunk := range slices.Chunk(books, 5*perStatement) {
		w := db.In(db.NewWhere(tenant), "books_id", chunk).And("account >= ? AND account < ?", account, account+":").And("month <= ?", to)
		rows, err := db.Collect(ctx, q, func(m *AccountMoves) []any { return []any{&m.Books, &m.Month, &m.Debit, &m.Credit} },
			`SELECT books_id, month, CAST(SUM(debit_fen) AS BIGINT), CAST(SUM(credit_fen) AS BIGINT) FROM balance WHERE `+w.SQL()+` GROUP BY books_id, month ORDER BY books_id, month`, w.Args()...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// Paid is money that a posted voucher paid to a party.
type Paid struct {
	Voucher  ids.ID
	FullNo   string
	Date     date.Date
	Books    ids.ID
	Region   string
	Party    ids.ID
	Summary  string
	Fen      money.Fen
	Origin   string
	OriginID ids.ID
	Sample   bool
}

// PaidTo lists what posted vouchers from one day to another paid out of cash or banks to parties, voucher by voucher. What
// was lent (112 应收款, 113 内部往来) does not count, and neither does what was undone.
func PaidTo(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Paid, error) {
	w := db.NewWhere(tenant).Ranges("v.region", ranges).And("v.state = 'posted'").And("v.month >= ? AND v.month <= ?", from.YearMonth(), to.YearMonth()).
		And("v.on_date >= ? AND v.on_date <= ?", from, to).And("v.reverses_id IS NULL").
		And("l.party_id IS NOT NULL").And("l.debit_fen > 0").And("l.account >= '114'").
		And("EXISTS (SELECT 1 FROM voucher_line k WHERE k.tenant_id = ? AND k.voucher_id = v.id AND k.credit_fen > 0 AND k.account >= '101' AND k.account < '103')", tenant).
		And("NOT EXISTS (SELECT 1 FROM voucher r WHERE r.tenant_id = ? AND r.reverses_id = v.id AND r.state = 'posted')", tenant)
	return db.Collect(ctx, q, func(p *Paid) []any {
		return []any{&p.Voucher, &p.FullNo, &p.Date, &p.Books, &p.Region, &p.Party, &p.Summary, &p.Fen, &p.Origin, &p.OriginID, &p.Sample}
	}, `SELECT v.id, v.full_no, v.on_date, v.books_id, v.region, l.party_id, MIN(v.summary), CAST(SUM(l.debit_fen) AS BIGINT), v.origin, v.origin_id, v.sample
		FROM voucher v JOIN voucher_line l ON l.tenant_id = v.tenant_id AND l.voucher_id = v.id
		WHERE `+condition(w, "v", "l")+` GROUP BY v.id, v.full_no, v.on_date, v.books_id, v.region, l.party_id, v.origin, v.origin_id, v.sample
		ORDER BY v.on_date, v.id`, w.Args()...)
}

// HeldFor adds up what stands on the accounts of liabilities to contracts at the end of a month, credits less debits:
// deposits that have not been given back.
func HeldFor(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID, to date.Month) (map[ids.ID]money.Fen, error) {
	out := map[ids.ID]money.Fen{}
	for chunk := range slices.Chunk(contracts, 5*perStatement) {
		w := db.In(db.NewWhere(tenant), "contract_id", chunk).And("account >= '2' AND account < '3'").And("posted").And("month <= ?", to)
		rows, err := toMap(db.Collect(ctx, q, func(s *booksSum) []any { return []any{&s.books, &s.fen} },
			`SELECT contract_id, CAST(SUM(credit_fen - debit_fen) AS BIGINT) FROM voucher_line WHERE `+w.SQL()+` GROUP BY contract_id`, w.Args()...))
		if err != nil {
			return nil, err
		}
		for id, fen := range rows {
			if fen != 0 {
				out[id] = fen
			}
		}
	}
	return out, nil
}
