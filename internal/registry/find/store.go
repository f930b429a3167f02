package find

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

func remove(ctx context.Context, tx *db.Tx, id ids.ID) error {
	if err := tx.Exec(ctx, `DELETE FROM search_term WHERE tenant_id = $1 AND doc_id = $2`, tx.Tenant, id); err != nil {
		return err
	}
	return tx.Exec(ctx, `DELETE FROM search_doc WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
}

func insertDoc(ctx context.Context, tx *db.Tx, d Doc, folded string, terms []string) error {
	err := tx.Exec(ctx, `INSERT INTO search_doc (tenant_id, id, kind, title, detail, region, folded) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tx.Tenant, d.ID, d.Kind, d.Title, d.Detail, d.Region, folded)
	if err != nil {
		return err
	}
	slices.Sort(terms)
	for chunk := range slices.Chunk(slices.Compact(terms), 200) {
		var values []string
		args := []any{tx.Tenant, d.ID}
		for _, t := range chunk {
			args = append(args, t)
			values = append(values, "($1, $"+strconv.Itoa(len(args))+", $2)")
		}
		if err := tx.Exec(ctx, `INSERT INTO search_term (tenant_id, term, doc_id) VALUES `+strings.Join(values, ", "), args...); err != nil {
			return err
		}
	}
	return nil
}

// matchTerms narrows w to ids whose documents hold all terms; a handful of the terms is enough to find the
// candidates, since neighbouring pieces overlap.
func matchTerms(w *db.Where, col string, tenant int64, terms []string) {
	for _, t := range terms[:min(len(terms), 8)] {
		w.And(col+" IN (SELECT doc_id FROM search_term WHERE tenant_id = ? AND term = ?)", tenant, t)
	}
}

func findDocs(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, terms, kinds []string, limit int) ([]Doc, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges)
	if len(kinds) > 0 {
		db.In(w, "kind", kinds)
	}
	matchTerms(w, "id", tenant, terms)
	return db.Collect(ctx, q, func(d *Doc) []any { return []any{&d.ID, &d.Kind, &d.Title, &d.Detail, &d.Region} },
		`SELECT id, kind, title, detail, region FROM search_doc WHERE `+w.SQL()+` ORDER BY id DESC LIMIT `+strconv.Itoa(limit), w.Args()...)
}
