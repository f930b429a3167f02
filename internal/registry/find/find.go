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
