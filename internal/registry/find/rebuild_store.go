package find

import (
	"context"
	"errors"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// Progress is how far the documents of a kind have been made anew: up to an id, so many.
type Progress struct {
	After ids.ID
	Docs  int
}

// Reached returns how far an interrupted rebuilding of a kind has come, nothing when there is none.
func Reached(ctx context.Context, tx *db.Tx, kind string) (Progress, error) {
	var p Progress
	err := tx.QueryRow(ctx, `SELECT after_id, docs FROM search_rebuild WHERE tenant_id = $1 AND kind = $2`, tx.Tenant, kind).Scan(&p.After, &p.Docs)
	if errors.Is(err, db.ErrNoRows) {
		return Progress{}, nil
	}
	return p, err
}

// Reach keeps how far the rebuilding of a kind has come.
func Reach(ctx context.Context, tx *db.Tx, kind string, p Progress) error {
	return tx.Exec(ctx, `INSERT INTO search_rebuild (tenant_id, kind, after_id, docs) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, kind) DO UPDATE SET after_id = excluded.after_id, docs = excluded.docs`, tx.Tenant, kind, int64(p.After), p.Docs)
}

// Finish forgets the rebuilding of a kind, which has come to its end.
func Finish(ctx context.Context, tx *db.Tx, kind string) error {
	return tx.Exec(ctx, `DELETE FROM search_rebuild WHERE tenant_id = $1 AND kind = $2`, tx.Tenant, kind)
}

// Replace makes what read returns the documents of a kind with ids after one and up to another, and returns how many they
// are. The documents that there are are locked before read is called: whoever changes a record meanwhile either has been
// read, or waits and then puts the record's newest state.
func Replace(ctx context.Context, tx *db.Tx, kind string, after, upTo ids.ID, read func() ([]Doc, error)) (int, error) {
	before, err := hold(ctx, tx, db.NewWhere(tx.Tenant).And("kind = ? AND id > ? AND id <= ?", kind, after, upTo))
	if err != nil {
		return 0, err
	}
	docs, err := read()
	if err != nil {
		return 0, err
	}
	list := index(docs)
	if _, err := drop(ctx, tx, before, list); err != nil {
		return 0, err
	}
	return len(docs), entriesOf(tx.Tenant, list, nil).put(ctx, tx) // all terms: some may have been lost
}

// Strays removes the terms of documents that there are no more, and returns how many they were. It reads all of a tenant's
// terms.
func Strays(ctx context.Context, tx *db.Tx) (int64, error) {
	return tx.ExecN(ctx, `DELETE FROM search_term WHERE tenant_id = $1 AND NOT EXISTS
		(SELECT 1 FROM search_doc d WHERE d.tenant_id = $1 AND d.id = search_term.doc_id)`, tx.Tenant)
}
