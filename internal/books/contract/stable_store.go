package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// signedStates chooses what was signed: drafts and what was cancelled bind nobody.
const signedStates = "state NOT IN ('draft', 'void')"

// BindingBetween lists the signed contracts of a scope, without their units, that bind on some day from from to to, by number.
func BindingBetween(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Contract, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And(signedStates).And("from_date <= ?", to).
		And("CASE WHEN ended_on = '' THEN to_date ELSE ended_on END >= ?", from)
	list, err := contractTable.All(ctx, q, w, "no")
	if err != nil {
		return nil, fmt.Errorf("reading contracts: %w", err)
	}
	return list, nil
}

// CoveredBefore tells until which day payments that fell due before the first day of a division's books (since) are for,
// of contracts for which they are for days after it.
func CoveredBefore(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, since map[string]date.Date) (map[ids.ID]date.Date, error) {
	places := map[date.Date][]string{}
	for _, region := range slices.Sorted(maps.Keys(since)) {
		places[since[region]] = append(places[since[region]], region)
	}
	type row struct {
		contract ids.ID
		until    date.Date
	}
	out := map[ids.ID]date.Date{}
	for first, list := range places {
		for some := range slices.Chunk(list, perStatement) {
			w := db.In(db.NewWhere(tenant).Ranges("c.region", ranges), "c.region", some).And("c."+signedStates).And("c.from_date < ?", first).
				And("CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END >= ?", first).
				And("h.tenant_id = ?", tenant).And("h.due_on < ?", first).And("h.to_date >= ?", first)
			rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.contract, &r.until} },
				`SELECT c.id, MAX(h.to_date) FROM contract c JOIN charge h ON h.contract_id = c.id WHERE `+onBoth(w, "c")+` GROUP BY c.id`, w.Args()...)
			if err != nil {
				return nil, fmt.Errorf("reading what was paid for before the books: %w", err)
			}
			for _, r := range rows {
				out[r.contract] = r.until
			}
		}
	}
	return out, nil
}

// Weight is how much of a contract comes from one source (Sources): the quantity of its units of that kind.
type Weight struct {
	Source string
	Of     int64
}

// SourceWeights tells for contracts over units what kinds of asset they let and how much of each, by kind.
func SourceWeights(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID][]Weight, error) {
	type row struct {
		contract ids.ID
		Weight
	}
	out := map[ids.ID][]Weight{}
	for some := range slices.Chunk(list, perStatement) {
		w := db.In(db.NewWhere(tenant), "x.contract_id", some)
		rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.contract, &r.Source, &r.Of} },
			`SELECT x.contract_id, a.kind, CAST(SUM(u.quantity) AS BIGINT) FROM contract_unit x
			JOIN asset_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id
			JOIN asset a ON a.tenant_id = u.tenant_id AND a.id = u.asset_id
			WHERE `+onBoth(w, "x")+` GROUP BY x.contract_id, a.kind ORDER BY x.contract_id, a.kind`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("reading what contracts let: %w", err)
		}
		for _, r := range rows {
			out[r.contract] = append(out[r.contract], r.Weight)
		}
	}
	return out, nil
}

// Successors tells which signed contract of a scope follows another: it renews it, or is the next over one of its units.
func Successors(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[ids.ID]ids.ID, error) {
	type row struct {
		unit, contract, previous ids.ID
		from, last               date.Date
	}
	out := map[ids.ID]ids.ID{}
	w := db.NewWhere(tenant).Ranges("region", ranges).And(signedStates).And("previous_id IS NOT NULL")
	renewed, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.previous, &r.contract} },
		`SELECT previous_id, id FROM contract WHERE `+w.SQL()+` ORDER BY from_date DESC, id DESC`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("reading renewals: %w", err)
	}
	w = db.NewWhere(tenant).Ranges("c.region", ranges).And("c." + signedStates)
	held, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.unit, &r.contract, &r.from, &r.last} },
		`SELECT x.unit_id, c.id, c.from_date, CASE WHEN c.ended_on = '' THEN c.to_date ELSE c.ended_on END FROM contract_unit x
		JOIN contract c ON c.tenant_id = x.tenant_id AND c.id = x.contract_id
		WHERE `+onBoth(w, "c")+` ORDER BY x.unit_id, c.from_date, c.id`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("reading who held units one after the other: %w", err)
	}
	for i := 1; i < len(held); i++ {
		if a, b := &held[i-1], &held[i]; a.unit == b.unit && b.from.After(a.last) {
			out[a.contract] = b.contract
		}
	}
	for _, r := range renewed { // what people said goes before what units say
		out[r.previous] = r.contract
	}
	return out, nil
}
