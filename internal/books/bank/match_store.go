package bank

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// matchRow is a match as it is stored.
type matchRow struct {
	ID, Account ids.ID
	Kind        string
	Score       int
	Reason, By  string
	At          int64
	Last        date.Date
}

func matchPtrs(m *matchRow) []any {
	return []any{&m.ID, &m.Account, &m.Kind, &m.Score, &m.Reason, &m.By, &m.At, &m.Last}
}

const matchColumns = `id, account_id, kind, score, reason, made_by, made_at, last_on`

// linked are the members of matches, by match.
type linked struct {
	lines   map[ids.ID]ids.ID // line → match
	entries map[EntryKey]link
}

// link is an entry's place in a match, with its day and amount.
type link struct {
	match ids.ID
	day   date.Date
	fen   money.Fen
}

// links reads which lines and entries of an account are in which match.
func links(ctx context.Context, q db.Q, tenant int64, account ids.ID) (linked, error) {
	out := linked{map[ids.ID]ids.ID{}, map[EntryKey]link{}}
	type lineRow struct{ line, match ids.ID }
	lines, err := db.Collect(ctx, q, func(r *lineRow) []any { return []any{&r.line, &r.match} },
		`SELECT line_id, match_id FROM bank_match_line WHERE tenant_id = $1 AND account_id = $2`, tenant, account)
	if err != nil {
		return out, err
	}
	for _, r := range lines {
		out.lines[r.line] = r.match
	}
	type entryRow struct {
		key EntryKey
		link
	}
	entries, err := db.Collect(ctx, q, func(r *entryRow) []any { return []any{&r.key.Voucher, &r.key.LineNo, &r.match, &r.day, &r.fen} },
		`SELECT voucher_id, line_no, match_id, on_date, fen FROM bank_match_entry WHERE tenant_id = $1 AND account_id = $2`, tenant, account)
	for _, r := range entries {
		out.entries[r.key] = r.link
	}
	return out, err
}

// matchRows reads the matches of an account whose last day is in a range, the newest first.
func matchRows(ctx context.Context, q db.Q, tenant int64, account ids.ID, from, to date.Date) ([]matchRow, error) {
	return db.Collect(ctx, q, matchPtrs, `SELECT `+matchColumns+` FROM bank_match WHERE tenant_id = $1 AND account_id = $2 AND last_on >= $3 AND last_on <= $4
		ORDER BY last_on DESC, id DESC`, tenant, account, from, to)
}

func matchByID(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*matchRow, error) {
	list, err := db.Collect(ctx, q, matchPtrs, `SELECT `+matchColumns+` FROM bank_match WHERE tenant_id = $1 AND id = $2`, tenant, id)
	if err == nil && len(list) == 0 {
		return nil, errs.New(errs.NotFound, "bank_match.gone", "这组核对已被取消，请刷新页面")
	}
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// insertMatches stores matches with their members. One whose line or entry is taken is refused by the keys.
func insertMatches(ctx context.Context, tx *db.Tx, account ids.ID, list []Group) error {
	var heads, lines, entries [][]any
	for i := range list {
		g := &list[i]
		g.ID = tx.NewID()
		heads = append(heads, []any{tx.Tenant, g.ID, account, g.Kind, g.Score, g.Reason, tx.ActorName, tx.Now().UnixMicro(), g.last()})
		for _, l := range g.Lines {
			lines = append(lines, []any{tx.Tenant, l.ID, g.ID, account})
		}
		for _, e := range g.Entries {
			entries = append(entries, []any{tx.Tenant, e.Voucher, e.LineNo, g.ID, account, e.Date, e.Fen})
		}
	}
	for _, in := range []struct {
		head string
		rows [][]any
	}{
		{`INSERT INTO bank_match (tenant_id, id, account_id, kind, score, reason, made_by, made_at, last_on) VALUES `, heads},
		{`INSERT INTO bank_match_line (tenant_id, line_id, match_id, account_id) VALUES `, lines},
		{`INSERT INTO bank_match_entry (tenant_id, voucher_id, line_no, match_id, account_id, on_date, fen) VALUES `, entries},
	} {
		if err := tx.InsertRows(ctx, in.head, "", in.rows); errs.Is(err, errs.Conflict) {
			return errs.Wrap(err, errs.Conflict, "bank_match.taken", "其中有流水或分录刚刚被别人核对了，请刷新页面")
		} else if err != nil {
			return err
		}
	}
	return nil
}

// unfinished returns the matches of an account that have a member after a day.
func unfinished(ctx context.Context, q db.Q, tenant int64, account ids.ID, day date.Date) (map[ids.ID]bool, error) {
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT id FROM bank_match WHERE tenant_id = $1 AND account_id = $2 AND last_on > $3`, tenant, account, day)
	out := make(map[ids.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

func deleteMatch(ctx context.Context, tx *db.Tx, id ids.ID) (bool, error) {
	n, err := tx.ExecN(ctx, `DELETE FROM bank_match WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	return n == 1, err
}

// linesByID reads lines of an account.
func linesByID(ctx context.Context, q db.Q, tenant int64, account ids.ID, list []ids.ID) ([]Line, error) {
	var out []Line
	for chunk := range slices.Chunk(list, 500) {
		some, err := lineTable.All(ctx, q, db.In(db.NewWhere(tenant).And("account_id = ?", account), "id", chunk), lineOrder)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// alike lists the matched lines of an account with the same counterparty or text as one, the newest first: id, match.
func alike(ctx context.Context, q db.Q, tenant int64, l *Line, limit int) ([]alikeRow, error) {
	w := db.NewWhere(tenant).And("b.account_id = ?", l.Account).And("b.id <> ?", l.ID)
	if l.Fen() > 0 {
		w.And("b.in_fen - b.out_fen > 0")
	} else {
		w.And("b.in_fen - b.out_fen < 0")
	}
	switch {
	case l.NumberIndex != "":
		w.And("(b.number_index = ? OR b.counterparty = ? AND b.counterparty <> '')", l.NumberIndex, l.Counterparty)
	case l.Counterparty != "":
		w.And("b.counterparty = ?", l.Counterparty)
	default:
		w.And("b.counterparty = '' AND b.memo = ?", l.Description)
	}
	return db.Collect(ctx, q, func(r *alikeRow) []any { return []any{&r.line, &r.day, &r.memo, &r.voucher} },
		`SELECT b.id, b.on_date, b.memo, e.voucher_id FROM bank_line b
		JOIN bank_match_line m ON m.tenant_id = b.tenant_id AND m.line_id = b.id
		JOIN bank_match_entry e ON e.tenant_id = m.tenant_id AND e.match_id = m.match_id
		WHERE `+strings.Replace(w.SQL(), "tenant_id", "b.tenant_id", 1)+` AND m.tenant_id = $1 AND e.tenant_id = $1 ORDER BY b.on_date DESC, b.id DESC LIMIT `+strconv.Itoa(limit), w.Args()...)
}

// alikeRow is an earlier line and a voucher that it was matched with.
type alikeRow struct {
	line, voucher ids.ID
	day           date.Date
	memo          string
}
