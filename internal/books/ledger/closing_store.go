package ledger

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

func insertPeriodEvent(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month, action, note string) error {
	return tx.Exec(ctx, `INSERT INTO ledger_period_log (tenant_id, id, books_id, month, action, at, actor_id, actor, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, tx.Tenant, tx.NewID(), books, month, action, tx.Now().UnixMicro(), int64(tx.ActorID), tx.ActorName, note)
}

// PeriodEvent is one closing or re-opening of a month.
type PeriodEvent struct {
	ID     ids.ID
	Books  ids.ID
	Name   string // of the books
	Region string
	Month  date.Month
	Action string // PeriodClosed or PeriodReopened
	At     int64  // microseconds since the Unix epoch
	Actor  string
	Note   string // what was accepted at a closing, or the reason for opening again
}

// PeriodLog lists the closings and re-openings of the books of places, newest first, older than the one before (0 for
// the newest of all); books 0 stands for all.
func PeriodLog(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, books, before ids.ID, limit int) ([]PeriodEvent, error) {
	w := db.NewWhere(tenant).Ranges("k.region", ranges)
	if books != 0 {
		w.And("p.books_id = ?", books)
	}
	if before != 0 {
		w.And("p.id < ?", before)
	}
	return db.Collect(ctx, q, func(e *PeriodEvent) []any {
		return []any{&e.ID, &e.Books, &e.Name, &e.Region, &e.Month, &e.Action, &e.At, &e.Actor, &e.Note}
	}, `SELECT p.id, p.books_id, k.name, k.region, p.month, p.action, p.at, p.actor, p.note
		FROM ledger_period_log p JOIN ledger_books k ON k.tenant_id = p.tenant_id AND k.id = p.books_id
		WHERE `+condition(w, "p", "k")+` ORDER BY p.id DESC LIMIT `+strconv.Itoa(max(limit, 1)), w.Args()...)
}

// Unposted lists the vouchers of books in some months that have not been posted, oldest first.
func Unposted(ctx context.Context, q db.Q, tenant int64, books ids.ID, from, to date.Month) ([]Voucher, error) {
	w := db.NewWhere(tenant).And("books_id = ?", books).And("month >= ?", from).And("month <= ?", to).And("state <> 'posted'")
	return voucherTable.All(ctx, q, w, "on_date, id")
}

// VouchersFor lists the vouchers that were made for a record, in the order in which they were posted, with their lines.
func VouchersFor(ctx context.Context, q db.Q, tenant int64, origin string, id ids.ID) ([]*Voucher, error) {
	list, err := voucherTable.All(ctx, q, db.NewWhere(tenant).And("origin_id = ?", id).And("origin = ?", origin), "chain_seq, id")
	if err != nil {
		return nil, err
	}
	out := make([]*Voucher, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, loadLines(ctx, q, tenant, out)
}

// SeriesUse is how many vouchers of a kind a month has, and the last number that was given.
type SeriesUse struct {
	Kind        string
	Count, Last int64
}

// SeriesOf compares the numbers given in a month with the vouchers that bear them.
func SeriesOf(ctx context.Context, q db.Q, tenant int64, books ids.ID, month date.Month) ([]SeriesUse, error) {
	return db.Collect(ctx, q, func(s *SeriesUse) []any { return []any{&s.Kind, &s.Last, &s.Count} },
		`SELECT s.kind, s.last_no, COUNT(v.id) FROM ledger_series s
		LEFT JOIN voucher v ON v.tenant_id = s.tenant_id AND v.tenant_id = $1 AND v.books_id = s.books_id AND v.month = s.month AND v.kind = s.kind AND v.no > 0
		WHERE s.tenant_id = $1 AND s.books_id = $2 AND s.month = $3 AND s.kind <> '`+draftSeries+`' GROUP BY s.kind, s.last_no ORDER BY s.kind`, tenant, books, month)
}

// Ending is what stands on one account, debits less credits, without what stands on accounts below it.
type Ending struct {
	Account string
	Fen     money.Fen
}

// EndingsOf lists what stands on the accounts of books at the end of a month, by code; month 0 of a year stands for what
// the year begins with.
func EndingsOf(ctx context.Context, q db.Q, tenant int64, books ids.ID, to date.Month) ([]Ending, error) {
	begins := to%100 == 0
	if begins {
		to++
	}
	sums, err := Sums(ctx, q, tenant, SumsQuery{Books: []ids.ID{books}, From: to, To: to})
	if err != nil {
		return nil, err
	}
	var out []Ending
	for i := range sums {
		fen := sums[i].Opening
		if !begins {
			fen += sums[i].Before.Net() + sums[i].Period.Net()
		}
		if fen != 0 {
			out = append(out, Ending{sums[i].Account, fen})
		}
	}
	slices.SortFunc(out, func(a, b Ending) int { return strings.Compare(a.Account, b.Account) })
	return out, nil
}

// AccountDay is what moved on an account on a day, debits less credits.
type AccountDay struct {
	Account string
	Day     date.Date
	Fen     money.Fen
}

// CashDays lists by account and day what moved in a month on cash on hand and at banks, in that order.
func CashDays(ctx context.Context, q db.Q, tenant int64, books ids.ID, month date.Month) ([]AccountDay, error) {
	return db.Collect(ctx, q, func(m *AccountDay) []any { return []any{&m.Account, &m.Day, &m.Fen} },
		`SELECT l.account, v.on_date, CAST(SUM(l.debit_fen - l.credit_fen) AS BIGINT)
		FROM voucher_line l JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		WHERE l.tenant_id = $1 AND v.tenant_id = $1 AND l.books_id = $2 AND l.month = $3 AND l.posted AND l.account >= '101' AND l.account < '103'
		GROUP BY l.account, v.on_date ORDER BY l.account, v.on_date`, tenant, books, month)
}

// Bare is how many posted lines of an account name nothing that they belong to, and a voucher among them.
type Bare struct {
	Account string
	Lines   int
	Voucher ids.ID
}

// BareLines counts by account the posted lines of a month, closing entries left out, that belong to nothing.
func BareLines(ctx context.Context, q db.Q, tenant int64, books ids.ID, month date.Month) ([]Bare, error) {
	return db.Collect(ctx, q, func(b *Bare) []any { return []any{&b.Account, &b.Lines, &b.Voucher} },
		`SELECT l.account, COUNT(*), MIN(l.voucher_id) FROM voucher_line l JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		WHERE l.tenant_id = $1 AND v.tenant_id = $1 AND l.books_id = $2 AND l.month = $3 AND l.posted AND v.kind <> '`+Closing+`'
		AND l.party_id IS NULL AND l.contract_id IS NULL AND l.asset_id IS NULL AND l.project_id IS NULL AND l.member_id IS NULL
		GROUP BY l.account ORDER BY l.account`, tenant, books, month)
}

// MovedOn sums what moved on accounts within months, without closing entries, by code: debits and credits.
func MovedOn(ctx context.Context, q db.Q, tenant int64, books ids.ID, account string, from, to date.Month) (debit, credit money.Fen, err error) {
	err = q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(debit_fen - closing_debit_fen), 0) AS BIGINT), CAST(COALESCE(SUM(credit_fen - closing_credit_fen), 0) AS BIGINT)
		FROM balance WHERE tenant_id = $1 AND books_id = $2 AND account >= $3 AND account < $4 AND month >= $5 AND month <= $6`,
		tenant, books, account, account+":", from, to).Scan(&debit, &credit)
	return debit, credit, err
}
