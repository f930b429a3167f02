package cash

import (
	"context"
	"errors"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// setVoucher links a row to the voucher that was made for it; 0 unlinks it.
func setVoucher(ctx context.Context, tx *db.Tx, table string, id, voucher ids.ID) error {
	return tx.Exec(ctx, `UPDATE `+table+` SET voucher_id = $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id, voucher)
}

// lockRow holds a row, so that what adds up on it is read and changed by one person at a time.
func lockRow(ctx context.Context, tx *db.Tx, table string, id ids.ID) error {
	n, err := tx.ExecN(ctx, `UPDATE `+table+` SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	if err == nil && n == 0 {
		return errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
	}
	return err
}

// lockPrefix holds the receipts' prefix, so that books with it are registered one after the other.
func lockPrefix(ctx context.Context, tx *db.Tx, prefix string) error {
	return tx.Exec(ctx, `INSERT INTO receipt_prefix (tenant_id, prefix) VALUES ($1, $2)
		ON CONFLICT (tenant_id, prefix) DO UPDATE SET prefix = excluded.prefix`, tx.Tenant, prefix)
}

// overlapping finds a book whose numbers another shares.
func overlapping(ctx context.Context, q db.Q, tenant int64, b *Book) (*Book, error) {
	return bookTable.One(ctx, q, db.NewWhere(tenant).And("prefix = ?", b.Prefix).And("id <> ?", b.ID).And("first_no <= ?", b.Last).And("last_no >= ?", b.First))
}

// takeSerial takes the next number of a book that is out with somebody. 0 means that there is none: the book is full or
// not out.
func takeSerial(ctx context.Context, tx *db.Tx, book ids.ID) (int64, error) {
	var no int64
	err := tx.QueryRow(ctx, `UPDATE receipt_book SET used_to = CASE WHEN used_to = 0 THEN first_no ELSE used_to + 1 END
		WHERE tenant_id = $1 AND id = $2 AND state = 'issued' AND used_to < last_no RETURNING used_to`, tx.Tenant, book).Scan(&no)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return no, err
}

// takeRest takes all numbers of a book that are left, and returns the last that had been used.
func takeRest(ctx context.Context, tx *db.Tx, book ids.ID) (usedTo int64, err error) {
	if err := lockRow(ctx, tx, "receipt_book", book); err != nil {
		return 0, err
	}
	if usedTo, err = usedUpTo(ctx, tx, tx.Tenant, book); err != nil {
		return 0, err
	}
	return usedTo, tx.Exec(ctx, `UPDATE receipt_book SET used_to = last_no WHERE tenant_id = $1 AND id = $2`, tx.Tenant, book)
}

// usedUpTo is the last number of a book that was written, 0 for none.
func usedUpTo(ctx context.Context, q db.Q, tenant int64, book ids.ID) (int64, error) {
	var no int64
	err := q.QueryRow(ctx, `SELECT used_to FROM receipt_book WHERE tenant_id = $1 AND id = $2`, tenant, book).Scan(&no)
	return no, err
}

// bookSum is what the receipts of a book come to, by state, method and whether the cash was banked.
type bookSum struct {
	state, method string
	banked        bool
	count         int
	fen           money.Fen
}

func bookSums(ctx context.Context, q db.Q, tenant int64, book ids.ID) ([]bookSum, error) {
	return db.Collect(ctx, q, func(s *bookSum) []any { return []any{&s.state, &s.method, &s.banked, &s.count, &s.fen} },
		`SELECT state, method, deposit_id IS NOT NULL, COUNT(*), CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM receipt
		WHERE tenant_id = $1 AND book_id = $2 GROUP BY state, method, deposit_id IS NOT NULL ORDER BY state, method`, tenant, book)
}

// linkDeposit puts cash receipts that are not banked yet on a deposit and returns how many it found.
func linkDeposit(ctx context.Context, tx *db.Tx, deposit, unit ids.ID, list []ids.ID) (int64, error) {
	w := db.In(db.NewWhere(tx.Tenant).And("party_id = ?", unit).And("state = 'used'").And("method = 'cash'").And("deposit_id IS NULL"), "id", list)
	args := append(w.Args(), int64(deposit))
	return tx.ExecN(ctx, `UPDATE receipt SET version = version + 1, deposit_id = `+db.Placeholders(len(args), 1)+` WHERE `+w.SQL(), args...)
}

func unlinkDeposit(ctx context.Context, tx *db.Tx, deposit ids.ID) error {
	return tx.Exec(ctx, `UPDATE receipt SET version = version + 1, deposit_id = NULL WHERE tenant_id = $1 AND deposit_id = $2`, tx.Tenant, deposit)
}

// settledAmong counts the receipts of a deposit whose book has been settled.
func settledAmong(ctx context.Context, q db.Q, tenant int64, deposit ids.ID) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM receipt r JOIN receipt_book b ON b.tenant_id = r.tenant_id AND b.id = r.book_id
		WHERE r.tenant_id = $1 AND b.tenant_id = $1 AND r.deposit_id = $2 AND b.state = 'settled'`, tenant, deposit).Scan(&n)
	return n, err
}

// parentSums adds up the valid entries of petty cash or an advance by kind.
func parentSums(ctx context.Context, q db.Q, tenant int64, table, column string, parent ids.ID) (map[string]money.Fen, error) {
	type row struct {
		kind string
		fen  money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.kind, &r.fen} },
		`SELECT kind, CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM `+table+`
		WHERE tenant_id = $1 AND `+column+` = $2 AND state = 'done' GROUP BY kind`, tenant, parent)
	out := map[string]money.Fen{}
	for _, r := range rows {
		out[r.kind] = r.fen
	}
	return out, err
}

// movement is an entry of petty cash or an advance, as far as ages need it.
type movement struct {
	parent ids.ID
	kind   string
	day    date.Date
	fen    money.Fen
}

// movements lists the valid entries up to a day of what a condition chooses, by parent and day.
func movements(ctx context.Context, q db.Q, table, column string, w *db.Where, day date.Date) ([]movement, error) {
	w.And("state = 'done'").And("on_date <= ?", day)
	return db.Collect(ctx, q, func(m *movement) []any { return []any{&m.parent, &m.kind, &m.day, &m.fen} },
		`SELECT `+column+`, kind, on_date, amount_fen FROM `+table+` WHERE `+w.SQL()+` ORDER BY `+column+`, on_date, id`, w.Args()...)
}

// held is cash of a unit that was received and not banked by a day.
type held struct {
	party  ids.ID
	region string
	first  date.Date
	count  int
	fen    money.Fen
}

func heldBy(ctx context.Context, q db.Q, tenant int64, w *db.Where, day date.Date) ([]held, error) {
	w.And("on_date <= ?", day).And("state = 'used'").And("method = 'cash'").
		And("NOT EXISTS (SELECT 1 FROM cash_deposit d WHERE d.tenant_id = ? AND d.id = receipt.deposit_id AND d.on_date <= ?)", tenant, day)
	return db.Collect(ctx, q, func(h *held) []any { return []any{&h.party, &h.region, &h.first, &h.count, &h.fen} },
		`SELECT party_id, region, MIN(on_date), COUNT(*), CAST(SUM(amount_fen) AS BIGINT) FROM receipt
		WHERE `+w.SQL()+` GROUP BY party_id, region ORDER BY region, party_id`, w.Args()...)
}

// allOf reads a whole table, for checks.
func allOf[T any](ctx context.Context, q db.Q, t *db.Table[T], tenant int64) ([]T, error) {
	return t.All(ctx, q, db.NewWhere(tenant), "id")
}
