// Package find is the global search: a document per record with its terms (two-character pieces and pinyin),
// kept in the transaction that changes the record. It needs no extension and answers alike on every engine.
package find

import (
	"context"
	"regexp"
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
	// Number is the document number that the title begins with, for records of which there are very many. It is found
	// whole, without its first part or by its last one (记-2021-03-0012, 2021-03-0012, 0012), not by any three of its
	// characters, and the rest of the title not by its pinyin: a quarter of the index.
	Number string
}

// Put replaces a record's document.
func Put(ctx context.Context, tx *db.Tx, d Doc) error { return PutAll(ctx, tx, []Doc{d}) }

// PutAll replaces the documents of many records; of their terms only those are written that differ.
func PutAll(ctx context.Context, tx *db.Tx, docs []Doc) error {
	for some := range slices.Chunk(docs, perPut) {
		named := make([]ids.ID, len(some))
		for i := range some {
			named[i] = some[i].ID
		}
		before, err := hold(ctx, tx, db.In(db.NewWhere(tx.Tenant), "id", named))
		if err != nil {
			return err
		}
		list := index(some)
		there, err := drop(ctx, tx, before, list)
		if err != nil {
			return err
		}
		if err := entriesOf(tx.Tenant, list, there).put(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// perPut is how many documents are replaced together.
const perPut = 500

// Add stores the documents of records that have none yet, many at once.
func Add(ctx context.Context, tx *db.Tx, docs []Doc) error {
	if len(docs) <= perBatch {
		return entriesOf(tx.Tenant, index(docs), nil).insert(ctx, tx)
	}
	b := Start(tx.Tenant, docs)
	defer b.Stop()
	return b.Store(ctx, tx)
}

// Batch is many documents on their way into the index. What is stored of them is made in the background, while the
// database is busy with other rows or with those before.
type Batch struct {
	ready chan entries
	stop  chan struct{}
}

// Start begins to make what is stored of documents of records that have none yet. Stop must be called in the end.
func Start(tenant int64, docs []Doc) *Batch {
	b := &Batch{ready: make(chan entries, 1), stop: make(chan struct{})}
	go func() {
		defer close(b.ready)
		for some := range slices.Chunk(docs, perBatch) {
			select {
			case b.ready <- entriesOf(tenant, index(some), nil):
			case <-b.stop:
				return
			}
		}
	}()
	return b
}

// Store stores the documents; it may be called once.
func (b *Batch) Store(ctx context.Context, tx *db.Tx) error {
	for e := range b.ready {
		if err := e.insert(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends what is still being made.
func (b *Batch) Stop() { close(b.stop) }

// perBatch is how many documents are indexed together: their terms are stored in the order of the index.
const perBatch = 5000

// Remove forgets a record.
func Remove(ctx context.Context, tx *db.Tx, id ids.ID) error {
	before, err := hold(ctx, tx, db.NewWhere(tx.Tenant).And("id = ?", id))
	if err != nil {
		return err
	}
	_, err = drop(ctx, tx, before, nil)
	return err
}

// Search returns up to limit documents within the code ranges that hold every term of the query; kinds narrows
// it to some kinds of record when given.
func Search(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, query string, kinds []string, limit int) ([]Doc, error) {
	list := needs(query)
	if len(list) == 0 {
		return nil, nil
	}
	return findDocs(ctx, q, tenant, ranges, list, kinds, limit)
}

// Matching adds to w the condition that the record's document holds every term of the query.
func Matching(w *db.Where, tenant int64, query string) {
	if strings.TrimSpace(query) == "" {
		return
	}
	list := needs(query)
	if len(list) == 0 {
		w.And("1 = 0")
		return
	}
	match(w, "id", tenant, list)
}

// need is what a document must hold: one of one or two terms; with prefix, a term that begins with the first will do.
type need struct {
	terms  []string
	prefix bool
}

// maxNeeds bounds how much of a long query is asked for: its end.
const maxNeeds = 32

// numberWord is a word that may be a document number or the end of one, which a hyphen may precede.
var numberWord = regexp.MustCompile(`^-?(\p{Han}{1,2}-)?\d+(-\d+)*$`)

// tail is a part of a document number by which the document is found.
var tail = regexp.MustCompile(`^-?((\p{Han}{1,2}-)?\d{4}-\d{2}-)?\d+$`)

// IsTail reports whether a word is a number, or so much of its end, that documents with a Number are found by it.
func IsTail(word string) bool { return tail.MatchString(search.Fold(word)) }

// needs are what documents that match a query hold, in its order. A piece of a number may also be held by being the
// number.
func needs(query string) []need {
	var out []need
	seen := map[string]bool{}
	for word := range strings.FieldsSeq(search.Fold(query)) {
		number := numberWord.MatchString(word)
		for _, t := range search.QueryTerms(word) {
			n := need{terms: []string{t}, prefix: search.Single(t)}
			if number {
				n.terms = append(n.terms, numberMark+strings.TrimPrefix(word, "-"))
			}
			if key := strings.Join(n.terms, " "); !seen[key] {
				seen[key] = true
				out = append(out, n)
			}
		}
	}
	return out[max(0, len(out)-maxNeeds):]
}

// Query is a text to look for with what is known of its terms.
type Query struct {
	tenant int64
	needs  []need // the rarest first
	rare   int    // how many documents hold the first, up to few
}

// few is how many documents are looked up one by one without a second thought; many how far the documents of a term
// are counted to find the rarest of frequent ones.
const (
	few  = 2000
	many = 10 * few
)

// Prepare finds out which of a query's terms is the rarest, or that all are frequent.
func Prepare(ctx context.Context, q db.Q, tenant int64, query string) (*Query, error) {
	list := needs(query)
	slices.Reverse(list) // a number's end tells it apart
	m := &Query{tenant: tenant, needs: list}
	return m, m.rarest(ctx, q, few)
}

// Sharpen finds the rarest of terms that are all frequent.
func (m *Query) Sharpen(ctx context.Context, q db.Q) error { return m.rarest(ctx, q, many) }

// rarest puts the term that the fewest documents hold first, counting up to a limit; one that is much rarer will do.
func (m *Query) rarest(ctx context.Context, q db.Q, limit int) error {
	for i, x := range m.needs {
		n, err := holding(ctx, q, m.tenant, x, limit+1)
		if err != nil {
			return err
		}
		if i == 0 || n < m.rare {
			m.rare = n
			m.needs[0], m.needs[i] = m.needs[i], m.needs[0]
		}
		if n < limit/10 {
			break
		}
	}
	return nil
}

// None reports whether nothing can match.
func (m *Query) None() bool { return len(m.needs) == 0 || m.rare == 0 }

// Few reports whether what matches is better looked up than met on the way.
func (m *Query) Few() bool { return m.rare <= few }

// Many reports whether so much holds the rarest term that it is not even to be listed; Sharpen must have been called.
func (m *Query) Many() bool { return m.rare > many }

// LookUp adds to w the condition as one by which records of a table are looked up, beginning with the rarest term.
func (m *Query) LookUp(w *db.Where, table string) {
	match(w, "id", m.tenant, m.needs[:1])
	m.meet(w, table+".id", m.needs[1:])
}

// Meet adds to w the condition as one that is tried on each record of a table that is come across.
func (m *Query) Meet(w *db.Where, table string) { m.meet(w, table+".id", m.needs) }
