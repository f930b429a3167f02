package find

import (
	"cmp"
	"context"
	"errors"
	"maps"
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
	return removeTerms(ctx, tx, id, strings.Fields(terms))
}

// place is a row of search_term.
type place struct {
	term string
	doc  ids.ID
}

func putAll(ctx context.Context, tx *db.Tx, docs []Doc) error {
	named := make([]ids.ID, len(docs))
	for i := range docs {
		named[i] = docs[i].ID
	}
	w := db.In(db.NewWhere(tx.Tenant), "id", named)
	old, err := db.Collect(ctx, tx, func(p *place) []any { return []any{&p.doc, &p.term} }, `SELECT id, terms FROM search_doc WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	stale := map[place]bool{}
	for _, o := range old {
		for _, term := range strings.Fields(o.term) {
			stale[place{term, o.doc}] = true
		}
	}
	rows := make([][]any, len(docs))
	var fresh []place
	for i := range docs {
		d := &docs[i]
		list := d.terms()
		rows[i] = d.row(tx.Tenant, list)
		for _, term := range list {
			p := place{term, d.ID}
			if stale[p] {
				delete(stale, p)
			} else {
				fresh = append(fresh, p)
			}
		}
	}
	if err := removePlaces(ctx, tx, slices.Collect(maps.Keys(stale))); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM search_doc WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	if err := tx.InsertRows(ctx, insertDoc, "", rows); err != nil {
		return err
	}
	slices.SortFunc(fresh, place.compare)
	terms := make([][]any, len(fresh))
	for i, p := range fresh {
		terms[i] = []any{tx.Tenant, p.term, int64(p.doc)}
	}
	return tx.InsertRows(ctx, insertTerm, "", terms)
}

// compare orders rows as their key does.
func (p place) compare(o place) int {
	return cmp.Or(strings.Compare(p.term, o.term), cmp.Compare(p.doc, o.doc))
}

// removePlaces deletes single terms of documents.
func removePlaces(ctx context.Context, tx *db.Tx, list []place) error {
	slices.SortFunc(list, place.compare)
	for chunk := range slices.Chunk(list, 100) {
		var conds []string
		var args []any
		for _, p := range chunk {
			conds, args = append(conds, "term = ? AND doc_id = ?"), append(args, p.term, p.doc)
		}
		w := db.NewWhere(tx.Tenant).And("("+strings.Join(conds, " OR ")+")", args...)
		if err := tx.Exec(ctx, `DELETE FROM search_term WHERE `+w.SQL(), w.Args()...); err != nil {
			return err
		}
	}
	return nil
}

func removeTerms(ctx context.Context, tx *db.Tx, id ids.ID, terms []string) error {
	for chunk := range slices.Chunk(terms, 100) {
		w := db.In(db.NewWhere(tx.Tenant).And("doc_id = ?", id), "term", chunk)
		if err := tx.Exec(ctx, `DELETE FROM search_term WHERE `+w.SQL(), w.Args()...); err != nil {
			return err
		}
	}
	return nil
}

// entries are documents as rows of their tables.
type entries struct{ docs, terms [][]any }

// entriesOf makes the rows of documents. The terms are in the order of their key, where neighbours share a page.
func entriesOf(tenant int64, docs []Doc) entries {
	type pair struct {
		term string
		doc  int64
	}
	var pairs []pair
	rows := make([][]any, len(docs))
	for i := range docs {
		d := &docs[i]
		list := d.terms()
		rows[i] = d.row(tenant, list)
		for _, t := range list {
			pairs = append(pairs, pair{t, int64(d.ID)})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Or(strings.Compare(a.term, b.term), cmp.Compare(a.doc, b.doc)) })
	var of, term any = tenant, nil // each text once
	cells := make([]any, 0, 3*len(pairs))
	terms := make([][]any, len(pairs))
	for i, p := range pairs {
		if i == 0 || p.term != pairs[i-1].term {
			term = p.term
		}
		cells = append(cells, of, term, p.doc)
		terms[i] = cells[3*i : 3*i+3]
	}
	return entries{rows, terms}
}

// row is a document as a row of its table.
func (d *Doc) row(tenant int64, terms []string) []any {
	return []any{tenant, int64(d.ID), d.Kind, d.Title, d.Detail, d.Region, strings.Join(terms, " ")}
}

const (
	insertDoc  = `INSERT INTO search_doc (tenant_id, id, kind, title, detail, region, terms) VALUES `
	insertTerm = `INSERT INTO search_term (tenant_id, term, doc_id) VALUES `
)

// insert stores the entries of records that have none yet.
func (e entries) insert(ctx context.Context, tx *db.Tx) error {
	if err := tx.InsertRows(ctx, insertDoc, "", e.docs); err != nil {
		return err
	}
	return tx.InsertRows(ctx, insertTerm, "", e.terms)
}

// numberMark begins the terms of document numbers; folded text never holds it.
const numberMark = "№"

// terms are what a document is found by.
func (d *Doc) terms() []string {
	if d.Number == "" {
		return search.Index(d.Title, d.Detail)
	}
	list := search.IndexPlain(strings.TrimPrefix(d.Title, d.Number), d.Detail)
	number := search.Fold(d.Number)
	_, short, _ := strings.Cut(number, "-")
	for _, n := range []string{number, short, number[strings.LastIndex(number, "-")+1:]} {
		if t := numberMark + n; n != "" && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// cond is the condition for rows of search_term; as is the table's alias with a dot, or nothing.
func (n need) cond(as string) (string, []any) {
	sql, args := as+"term = ?", []any{n.terms[0]}
	if n.prefix {
		sql, args = as+"term >= ? AND "+as+"term < ?", []any{n.terms[0], n.terms[0] + "\U0010FFFF"}
	}
	for _, t := range n.terms[1:] {
		sql, args = "("+sql+" OR "+as+"term = ?)", append(args, t)
	}
	return sql, args
}

// match narrows w to ids whose documents hold all that is needed, the last first: a number's end tells it apart.
func match(w *db.Where, col string, tenant int64, list []need) {
	for _, n := range slices.Backward(list) {
		cond, args := n.cond("")
		w.And(col+" IN (SELECT doc_id FROM search_term WHERE tenant_id = ? AND "+cond+")", append([]any{tenant}, args...)...)
	}
}

// meet narrows w to ids whose documents hold all that is needed, each looked for by itself.
func (m *Query) meet(w *db.Where, col string, list []need) {
	for _, n := range list {
		cond, args := n.cond("s.")
		w.And("EXISTS (SELECT 1 FROM search_term s WHERE s.tenant_id = ? AND "+cond+" AND s.doc_id = "+col+")", append([]any{m.tenant}, args...)...)
	}
}

// holding counts the documents that hold what is needed, up to a limit; one that holds it twice may count twice.
func holding(ctx context.Context, q db.Q, tenant int64, n need, limit int) (int, error) {
	cond, args := n.cond("")
	w := db.NewWhere(tenant).And(cond, args...)
	var found int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM search_term WHERE `+w.SQL()+` LIMIT `+strconv.Itoa(limit)+`) AS x`, w.Args()...).Scan(&found)
	return found, err
}

func findDocs(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, list []need, kinds []string, limit int) ([]Doc, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges)
	if len(kinds) > 0 {
		db.In(w, "kind", kinds)
	}
	match(w, "id", tenant, list)
	return db.Collect(ctx, q, func(d *Doc) []any { return []any{&d.ID, &d.Kind, &d.Title, &d.Detail, &d.Region} },
		`SELECT id, kind, title, detail, region FROM search_doc WHERE `+w.SQL()+` ORDER BY id DESC LIMIT `+strconv.Itoa(limit), w.Args()...)
}
