package find

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/search"
)

// held is what the index holds of a document.
type held struct {
	id    ids.ID
	terms string
}

func (h *held) ptrs() []any { return []any{&h.id, &h.terms} }

// hold locks the documents that w finds, until the transaction ends, and reads what they are found by.
func hold(ctx context.Context, tx *db.Tx, w *db.Where) ([]held, error) {
	return db.Collect(ctx, tx, (*held).ptrs, `UPDATE search_doc SET kind = kind WHERE `+w.SQL()+` RETURNING id, terms`, w.Args()...)
}

// drop removes of what is held the documents that are none any more and the terms that they have no more; docs come with their
// terms. It returns the terms that stay.
func drop(ctx context.Context, tx *db.Tx, before []held, docs []indexed) (map[place]bool, error) {
	stale, gone, stay := map[place]bool{}, map[ids.ID]bool{}, map[place]bool{}
	for _, o := range before {
		gone[o.id] = true
		for _, term := range strings.Fields(o.terms) {
			stale[place{term, o.id}] = true
		}
	}
	for i := range docs {
		delete(gone, docs[i].ID)
		for _, term := range docs[i].terms {
			if p := (place{term, docs[i].ID}); stale[p] {
				delete(stale, p)
				stay[p] = true
			}
		}
	}
	if err := removePlaces(ctx, tx, slices.SortedFunc(maps.Keys(stale), place.compare)); err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(gone)), perPut) {
		w := db.In(db.NewWhere(tx.Tenant), "id", chunk)
		if err := tx.Exec(ctx, `DELETE FROM search_doc WHERE `+w.SQL(), w.Args()...); err != nil {
			return nil, err
		}
	}
	return stay, nil
}

// put stores entries over what there is of them.
func (e entries) put(ctx context.Context, tx *db.Tx) error {
	err := tx.InsertRows(ctx, insertDoc, ` ON CONFLICT (tenant_id, id) DO UPDATE SET kind = excluded.kind, title = excluded.title,
		detail = excluded.detail, region = excluded.region, terms = excluded.terms`, e.docs)
	if err != nil {
		return err
	}
	return tx.InsertRows(ctx, insertTerm, ` ON CONFLICT (tenant_id, term, doc_id) DO NOTHING`, e.terms)
}

// place is a row of search_term.
type place struct {
	term string
	doc  ids.ID
}

// compare orders rows as their key does.
func (p place) compare(o place) int {
	return cmp.Or(strings.Compare(p.term, o.term), cmp.Compare(p.doc, o.doc))
}

// removePlaces deletes single terms of documents.
func removePlaces(ctx context.Context, tx *db.Tx, list []place) error {
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

// indexed is a document with its terms.
type indexed struct {
	*Doc
	terms []string
}

func index(docs []Doc) []indexed {
	out := make([]indexed, len(docs))
	for i := range docs {
		out[i] = indexed{&docs[i], docs[i].terms()}
	}
	return out
}

// entries are documents as rows of their tables.
type entries struct{ docs, terms [][]any }

// entriesOf makes the rows of documents, without the terms that are there. The terms are in the order of their key, where
// neighbours share a page.
func entriesOf(tenant int64, docs []indexed, there map[place]bool) entries {
	var pairs []place
	rows := make([][]any, len(docs))
	for i, d := range docs {
		rows[i] = []any{tenant, int64(d.ID), d.Kind, d.Title, d.Detail, d.Region, strings.Join(d.terms, " ")}
		for _, t := range d.terms {
			if p := (place{t, d.ID}); !there[p] {
				pairs = append(pairs, p)
			}
		}
	}
	slices.SortFunc(pairs, place.compare)
	var of, term any = tenant, nil // each text once
	cells := make([]any, 0, 3*len(pairs))
	terms := make([][]any, len(pairs))
	for i, p := range pairs {
		if i == 0 || p.term != pairs[i-1].term {
			term = p.term
		}
		cells = append(cells, of, term, int64(p.doc))
		terms[i] = cells[3*i : 3*i+3]
	}
	return entries{rows, terms}
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
