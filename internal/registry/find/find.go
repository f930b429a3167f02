// Package find is the global search: a document per record with its terms (two-character pieces and pinyin),
// kept in the transaction that changes the record. It needs no extension and answers alike on every engine.
package find

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/search"
)

// Doc is what can be found: a record's title and a line of detail.
type Doc struct {
	ID                          ids.ID
	Kind, Title, Detail, Region string
}

// Put replaces a record's document.
func Put(ctx context.Context, tx *db.Tx, d Doc) error {
	if err := remove(ctx, tx, d.ID); err != nil {
		return err
	}
	return insertDocs(ctx, tx, []Doc{d})
}

// Add stores the documents of records that have none yet, many at once.
func Add(ctx context.Context, tx *db.Tx, docs []Doc) error {
	for some := range slices.Chunk(docs, perBatch) {
		if err := insertDocs(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

// perBatch is how many documents are indexed together: their terms are stored in the order of the index.
const perBatch = 1000

// Remove forgets a record.
func Remove(ctx context.Context, tx *db.Tx, id ids.ID) error { return remove(ctx, tx, id) }

// Search returns up to limit documents within the code ranges that hold every term of the query; kinds narrows
// it to some kinds of record when given.
func Search(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, query string, kinds []string, limit int) ([]Doc, error) {
	terms := search.QueryTerms(query)
	if len(terms) == 0 {
		return nil, nil
	}
	return findDocs(ctx, q, tenant, ranges, terms, kinds, limit)
}

// Matching adds to w the condition that the record's document holds every term of the query.
func Matching(w *db.Where, tenant int64, query string) {
	if strings.TrimSpace(query) == "" {
		return
	}
	terms := search.QueryTerms(query)
	if len(terms) == 0 {
		w.And("1 = 0")
		return
	}
	matchTerms(w, "id", tenant, terms)
}

// Query is a text to look for with what is known of its terms.
type Query struct {
	tenant int64
	terms  []string // the rarest first
	rare   int      // how many documents hold the first, up to few
}

// few is how many documents are looked up one by one without a second thought; many how far the documents of a term
// are counted to find the rarest of frequent ones.
const (
	few  = 2000
	many = 10 * few
)

// Prepare finds out which of a query's terms is the rarest, or that all are frequent.
func Prepare(ctx context.Context, q db.Q, tenant int64, query string) (*Query, error) {
	terms := search.QueryTerms(query)
	terms = slices.Clone(terms[max(0, len(terms)-maxQueryTerms):])
	slices.Reverse(terms) // a number's end tells it apart
	m := &Query{tenant: tenant, terms: terms}
	return m, m.rarest(ctx, q, few)
}

// Sharpen finds the rarest of terms that are all frequent.
func (m *Query) Sharpen(ctx context.Context, q db.Q) error { return m.rarest(ctx, q, many) }

// rarest puts the term that the fewest documents hold first, counting up to a limit; one that is much rarer will do.
func (m *Query) rarest(ctx context.Context, q db.Q, limit int) error {
	for i, t := range m.terms {
		n, err := holding(ctx, q, m.tenant, t, limit+1)
		if err != nil {
			return err
		}
		if i == 0 || n < m.rare {
			m.rare = n
			m.terms[0], m.terms[i] = m.terms[i], m.terms[0]
		}
		if n < limit/10 {
			break
		}
	}
	return nil
}

// None reports whether nothing can match.
func (m *Query) None() bool { return len(m.terms) == 0 || m.rare == 0 }

// Few reports whether what matches is better looked up than met on the way.
func (m *Query) Few() bool { return m.rare <= few }

// Many reports whether so much holds the rarest term that it is not even to be listed; Sharpen must have been called.
func (m *Query) Many() bool { return m.rare > many }

// LookUp adds to w the condition as one by which records of a table are looked up, beginning with the rarest term.
func (m *Query) LookUp(w *db.Where, table string) {
	matchTerms(w, "id", m.tenant, m.terms[:1])
	m.meet(w, table+".id", m.terms[1:])
}

// Meet adds to w the condition as one that is tried on each record of a table that is come across.
func (m *Query) Meet(w *db.Where, table string) { m.meet(w, table+".id", m.terms) }
