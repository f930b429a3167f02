package find

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/search"
)

func remove(ctx context.Context, tx *db.Tx, id ids.ID) error {
	var terms string
	err := tx.QueryRow(ctx, `DELETE FROM search_doc WHERE tenant_id = $1 AND id = $2 RETURNING terms`, tx.Tenant, id).Scan(&terms)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(strings.Fields(terms), 100) {
		w := db.In(db.NewWhere(tx.Tenant).And("doc_id = ?", id), "term", chunk)
		if err := tx.Exec(ctx, `DELETE FROM search_term WHERE `+w.SQL(), w.Args()...); err != nil {
			return err
		}
	}
	return nil
}

func insertDocs(ctx context.Context, tx *db.Tx, docs []Doc) error {
	type pair struct {
		term string
		doc  int64
	}
	var pairs []pair
	rows := make([][]any, len(docs))
	for i := range docs {
		d := &docs[i]
		list := search.Terms(d.Title, d.Detail)
		rows[i] = []any{tx.Tenant, int64(d.ID), d.Kind, d.Title, d.Detail, d.Region, strings.Join(list, " ")}
		for _, t := range list {
			pairs = append(pairs, pair{t, int64(d.ID)})
		}
	}
	if err := tx.InsertRows(ctx, `INSERT INTO search_doc (tenant_id, id, kind, title, detail, region, terms) VALUES `, "", rows); err != nil {
		return err
	}
	// In the order of the key, neighbours share a page.
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Or(strings.Compare(a.term, b.term), cmp.Compare(a.doc, b.doc)) })
	var tenant any = tx.Tenant
	cells := make([]any, 0, 3*len(pairs))
	terms := make([][]any, len(pairs))
	for i, p := range pairs {
		cells = append(cells, tenant, p.term, p.doc)
		terms[i] = cells[3*i : 3*i+3]
	}
	return tx.InsertRows(ctx, `INSERT INTO search_term (tenant_id, term, doc_id) VALUES `, "", terms)
}

// maxQueryTerms bounds how many terms of a long query are asked for.
const maxQueryTerms = 32

// matchTerms narrows w to ids whose documents hold all terms, the last ones first: a number's end tells it apart.
func matchTerms(w *db.Where, col string, tenant int64, terms []string) {
	for _, t := range slices.Backward(terms[max(0, len(terms)-maxQueryTerms):]) {
		w.And(col+" IN (SELECT doc_id FROM search_term WHERE tenant_id = ? AND term = ?)", tenant, t)
	}
}

// meet narrows w to ids whose documents hold all terms, each looked for by itself.
func (m *Query) meet(w *db.Where, col string, terms []string) {
	for _, t := range terms {
		w.And("EXISTS (SELECT 1 FROM search_term s WHERE s.tenant_id = ? AND s.term = ? AND s.doc_id = "+col+")", m.tenant, t)
	}
}

// holding counts the documents that hold a term, up to a limit.
func holding(ctx context.Context, q db.Q, tenant int64, term string, limit int) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM search_term WHERE tenant_id = $1 AND term = $2 LIMIT `+strconv.Itoa(limit)+`) AS x`, tenant, term).Scan(&n)
	return n, err
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
