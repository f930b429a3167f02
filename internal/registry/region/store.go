package region

import (
	"context"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
)

const regionCols = `code, name, level, kind, valid_from, valid_to`

func regionPtrs(r *Region) []any {
	return []any{&r.Code, &r.Name, &r.Level, &r.Kind, &r.ValidFrom, &r.ValidTo}
}

func getRegion(ctx context.Context, q db.Q, c string) (Region, error) {
	var r Region
	err := q.QueryRow(ctx, `SELECT `+regionCols+` FROM region WHERE code = $1`, c).Scan(regionPtrs(&r)...)
	return r, err
}

// childLevel is the level below each level.
var childLevel = map[string]string{"nation": "province", "province": "city", "city": "county", "county": "town", "town": "village"}

func listChildren(ctx context.Context, q db.Q, c string) ([]Region, error) {
	level := childLevel[code.Level(c).String()]
	if level == "" {
		return nil, nil
	}
	return listBelow(ctx, q, c, level)
}

func listBelow(ctx context.Context, q db.Q, scope, level string) ([]Region, error) {
	lo, hi := code.Range(scope)
	return listRange(ctx, q, lo, hi, level)
}

func listRange(ctx context.Context, q db.Q, lo, hi, level string) ([]Region, error) {
	return db.Collect(ctx, q, regionPtrs, `SELECT `+regionCols+` FROM region
		WHERE code >= $1 AND code < $2 AND level = $3 AND valid_to = '' ORDER BY code`, lo, hi, level)
}

func findByName(ctx context.Context, q db.Q, name, scope string) ([]Region, error) {
	lo, hi := code.Range(scope)
	return db.Collect(ctx, q, regionPtrs, `SELECT `+regionCols+` FROM region
		WHERE code >= $1 AND code < $2 AND name = $3 AND valid_to = '' ORDER BY code LIMIT 10`, lo, hi, name)
}

func predecessors(ctx context.Context, q db.Q, lo, hi string) ([]string, error) {
	return db.Collect(ctx, q, func(s *string) []any { return []any{s} },
		`SELECT code FROM region_successor WHERE successor >= $1 AND successor < $2 ORDER BY code`, lo, hi)
}

func listTenants(ctx context.Context, q db.Q, scope string) ([]Tenant, error) {
	ptrs := func(t *Tenant) []any { return []any{&t.ID, &t.Prefix, &t.Name} }
	p := code.Prefix(scope)
	if len(p) > 6 {
		p = p[:6]
	}
	if len(p) == 6 {
		return db.Collect(ctx, q, ptrs, `SELECT id, prefix, name FROM tenant WHERE prefix = $1`, p)
	}
	lo, hi := code.Range(scope)
	if lo == "" {
		return nil, nil // not a code
	}
	return db.Collect(ctx, q, ptrs, `SELECT id, prefix, name FROM tenant WHERE prefix >= $1 AND prefix < $2 ORDER BY prefix`, lo[:6], hi[:min(6, len(hi))])
}

func upsertRegion(ctx context.Context, tx *db.Tx, r Region) error {
	return tx.Exec(ctx, `INSERT INTO region (code, name, level, kind, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, kind = excluded.kind,
		valid_from = excluded.valid_from, valid_to = excluded.valid_to`, r.Code, r.Name, r.Level, r.Kind, r.ValidFrom, r.ValidTo)
}

func ensureTenant(ctx context.Context, tx *db.Tx, id int64, prefix, name string) error {
	return tx.Exec(ctx, `INSERT INTO tenant (id, prefix, name) VALUES ($1, $2, $3)
		ON CONFLICT (prefix) DO UPDATE SET name = excluded.name`, id, prefix, name)
}

func closeRegion(ctx context.Context, tx *db.Tx, old, successor string, on date.Date, reason string) error {
	if err := tx.Exec(ctx, `UPDATE region SET valid_to = $2 WHERE code = $1`, old, on); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO region_successor (code, successor, on_date, reason) VALUES ($1, $2, $3, $4)
		ON CONFLICT (code, successor) DO UPDATE SET on_date = excluded.on_date, reason = excluded.reason`, old, successor, on, reason)
}

func searchRegions(ctx context.Context, q db.Q, text, scope string, limit int) ([]Region, error) {
	lo, hi := code.Range(scope)
	esc := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.TrimSpace(text))
	return db.Collect(ctx, q, regionPtrs, `SELECT `+regionCols+` FROM region
		WHERE code >= $1 AND code < $2 AND valid_to = '' AND (name LIKE $3 ESCAPE '\' OR code LIKE $4 ESCAPE '\')
		ORDER BY code LIMIT $5`, lo, hi, "%"+esc+"%", esc+"%", limit)
}
