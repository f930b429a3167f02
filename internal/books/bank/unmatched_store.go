package bank

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// mostUnmatched bounds how many lines Unmatched reads.
const mostUnmatched = 500

// Unmatched lists the newest statement lines of money that came in up to a day, within ranges of divisions, that are in no match and for which no
// voucher was drafted; those of more are left out.
func Unmatched(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, since, day date.Date) ([]Line, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("in_fen > 0").And("on_date >= ?", since).And("on_date <= ?", day).
		And("NOT EXISTS (SELECT 1 FROM bank_match_line x WHERE x.tenant_id = ? AND x.line_id = bank_line.id)", tenant).
		And("NOT EXISTS (SELECT 1 FROM voucher v WHERE v.tenant_id = ? AND v.origin = 'bank_line' AND v.origin_id = bank_line.id)", tenant)
	some, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT id FROM bank_line WHERE `+w.SQL()+` ORDER BY on_date DESC, id DESC LIMIT `+fmt.Sprint(mostUnmatched), w.Args()...)
	if err != nil || len(some) == 0 {
		return nil, err
	}
	return lineTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", some), "on_date DESC, id DESC")
}

// SameName reports whether a bank's name of the other side is a party's: folded alike, or one within the other.
func SameName(counterparty, name string) bool {
	a, b := foldName(counterparty), foldName(name)
	return a != "" && b != "" && (a == b || len([]rune(b)) >= 4 && strings.Contains(a, b) || len([]rune(a)) >= 4 && strings.Contains(b, a))
}
