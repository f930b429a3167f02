package record

import (
	"context"
	"fmt"

	"huicun/internal/kit/db"
	"huicun/internal/registry/access"
	"huicun/internal/registry/find"
)

// perReindex is how many records are indexed anew in one transaction.
const perReindex = 500

// doc is how a record is found by what it is called.
func (n *Any) doc(v Item) find.Doc {
	return find.Doc{ID: v.ID, Kind: n.Kind, Title: n.Title(v), Detail: n.Detail(v), Region: v.Region}
}

// docs are how records are found, for nouns that do not say otherwise.
func (n *Any) docs(_ context.Context, _ db.Q, list []any) ([]find.Doc, error) {
	out := make([]find.Doc, len(list))
	for i, v := range list {
		out[i] = n.doc(n.item(v))
	}
	return out, nil
}

// InsertAll writes many records that a use case made by itself (the lines of a count, the items of a billing run), to be found
// like those that people enter. What they must satisfy, its caller has seen to; the log has the use case itself.
func (n *Noun[T]) InsertAll(ctx context.Context, tx *db.Tx, list []*T) error {
	if err := n.Table.InsertAll(ctx, tx, list); err != nil {
		return fmt.Errorf("storing %s: %w", n.Kind, err)
	}
	docs := make([]find.Doc, len(list))
	for i, v := range list {
		docs[i] = n.any.doc(n.item(v))
	}
	return find.Add(ctx, tx, docs)
}

// Reindex makes the search documents of all records anew, some hundred at a time while others go on working, and returns
// how many there are. What was interrupted goes on where it ended, unless afresh says to begin at the beginning. progress is
// told how many are done.
func (n *Any) Reindex(ctx context.Context, who access.Principal, tenant int64, afresh bool, progress func(docs int)) (int, error) {
	for {
		var done int
		var more bool
		err := n.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
			at, err := find.Reached(ctx, tx, n.Kind)
			if err != nil {
				return err
			}
			if afresh {
				at = find.Progress{}
			}
			at, more, err = n.reindexSome(ctx, tx, at)
			if err != nil {
				return err
			}
			done = at.Docs
			if !more {
				return find.Finish(ctx, tx, n.Kind)
			}
			return find.Reach(ctx, tx, n.Kind, at)
		})
		if err != nil {
			return done, fmt.Errorf("indexing %s anew: %w", n.Kind, err)
		}
		progress(done)
		if afresh = false; !more {
			return done, nil
		}
	}
}

// reindexSome indexes the next records after those that are done. What is in the index without a record goes.
func (n *Any) reindexSome(ctx context.Context, tx *db.Tx, at find.Progress) (next find.Progress, more bool, err error) {
	page, err := n.table.Page(ctx, tx, db.NewWhere(tx.Tenant).And("id > ?", at.After), db.Paging{Limit: perReindex})
	if err != nil {
		return at, false, err
	}
	upTo := tx.NewID() // ids rise in time: nothing that there is comes after it
	if page.Next != "" {
		upTo = n.table.Row(page.Items[len(page.Items)-1]).ID
	}
	docs, err := find.Replace(ctx, tx, n.Kind, at.After, upTo, func() ([]find.Doc, error) {
		var list []any
		w := db.NewWhere(tx.Tenant).And("id > ? AND id <= ?", at.After, upTo)
		if err := n.table.Each(ctx, tx, w, "id", func(v any) { list = append(list, v) }); err != nil {
			return nil, err
		}
		return n.hooks.docs(ctx, tx, list)
	})
	return find.Progress{After: upTo, Docs: at.Docs + docs}, page.Next != "", err
}
