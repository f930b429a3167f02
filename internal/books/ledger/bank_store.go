package ledger

import (
	"context"
	"errors"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Movement is a posted line of one account, as it is compared with what a bank says: Fen is its debit less its credit,
// Party its own or the one that all of the voucher's lines agree on.
// Reverses is the voucher that its voucher undoes, Origin and OriginID what its voucher was made for.
type Movement struct {
	Voucher  ids.ID
	LineNo   int
	FullNo   string
	Date     date.Date
	Summary  string
	Fen      money.Fen
	Party    ids.ID
	Contract ids.ID
	Reverses ids.ID
	Origin   string
	OriginID ids.ID
	Note     string
	Sample   bool
}

// MovementsOf lists the posted lines of an account and those below it from one day to another, in the order of their
// days. Openings are no lines.
func MovementsOf(ctx context.Context, q db.Q, tenant int64, books ids.ID, account string, from, to date.Date) ([]Movement, error) {
	w := db.NewWhere(tenant).And("l.books_id = ?", books).And("l.account >= ? AND l.account < ?", account, account+":").
		And("l.month >= ? AND l.month <= ?", from.YearMonth(), to.YearMonth()).And("l.posted = ?", true).And("v.on_date >= ? AND v.on_date <= ?", from, to)
	return db.Collect(ctx, q, func(m *Movement) []any {
		return []any{
			&m.Voucher, &m.LineNo, &m.FullNo, &m.Date, &m.Summary, &m.Fen, &m.Party, &m.Contract, &m.Reverses, &m.Origin, &m.OriginID, &m.Note, &m.Sample,
		}
	}, `SELECT v.id, l.line_no, v.full_no, v.on_date, l.summary, l.debit_fen - l.credit_fen,
		COALESCE(l.party_id, (SELECT CASE WHEN MIN(o.party_id) = MAX(o.party_id) THEN MIN(o.party_id) END FROM voucher_line o
			WHERE o.tenant_id = $1 AND o.voucher_id = l.voucher_id)), l.contract_id, v.reverses_id, v.origin, v.origin_id, v.note, v.sample
		FROM voucher_line l JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		WHERE `+condition(w, "l", "v")+` ORDER BY v.on_date, v.chain_seq, l.line_no`, w.Args()...)
}

// PostedAt is what the posted vouchers and the openings say stands on an account with all below it at the end of a day,
// debits less credits.
func PostedAt(ctx context.Context, q db.Q, tenant int64, books ids.ID, account string, day date.Date) (money.Fen, error) {
	all, err := standingsAt(ctx, q, db.NewWhere(tenant).And("books_id = ?", books), tenant, account, day)
	return all[books], err
}

// MadeFor returns the newest voucher that was made for a record and has not been undone, 0 for none.
func MadeFor(ctx context.Context, q db.Q, tenant int64, origin string, id ids.ID) (ids.ID, error) {
	var v ids.ID
	err := q.QueryRow(ctx, `SELECT v.id FROM voucher v WHERE v.tenant_id = $1 AND v.origin = $2 AND v.origin_id = $3 AND v.reverses_id IS NULL
		AND NOT EXISTS (SELECT 1 FROM voucher r WHERE r.tenant_id = $1 AND r.reverses_id = v.id AND r.state = 'posted') ORDER BY v.id DESC LIMIT 1`,
		tenant, origin, int64(id)).Scan(&v)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return v, err
}

// OthersOf lists the lines of vouchers that are not on an account or below it: what the money of those vouchers was for.
func OthersOf(ctx context.Context, q db.Q, tenant int64, account string, vouchers []ids.ID) ([]Entry, error) {
	w := db.In(db.NewWhere(tenant), "l.voucher_id", vouchers).And("(l.account < ? OR l.account >= ?)", account, account+":")
	return entries(ctx, q, w, "v.on_date DESC, v.id DESC, l.line_no")
}
