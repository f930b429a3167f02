package record

import (
	"context"
	"maps"
	"slices"

	"huicun/internal/kit/db"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
)

// batch gathers what the rows of an import leave behind them (search index, audit log, numbers used), to be written with
// few statements. A nil batch writes at once.
type batch struct {
	names   nameCache
	docs    []find.Doc
	entries []audit.Entry
	serials map[string]int64
	// doomed says that a row was refused: nothing will be kept, and the rest is only checked.
	doomed bool
}

func (b *batch) known() nameCache {
	if b == nil {
		return nil
	}
	return b.names
}

func (b *batch) index(ctx context.Context, tx *db.Tx, d find.Doc, fresh bool) error {
	switch {
	case !fresh:
		return find.Put(ctx, tx, d)
	case b == nil:
		return find.Add(ctx, tx, []find.Doc{d})
	}
	b.docs = append(b.docs, d)
	return nil
}

func (b *batch) log(ctx context.Context, tx *db.Tx, e audit.Entry) error {
	if b == nil {
		return audit.Write(ctx, tx, e)
	}
	b.entries = append(b.entries, e)
	return nil
}

// raise writes the numbers that were used, before the next is taken.
func (b *batch) raise(ctx context.Context, tx *db.Tx) error {
	if b == nil {
		return nil
	}
	for _, s := range slices.Sorted(maps.Keys(b.serials)) {
		if err := raiseSerial(ctx, tx, s, b.serials[s]); err != nil {
			return err
		}
	}
	if !b.doomed { // what a refused row raised was undone with it
		clear(b.serials)
	}
	return nil
}

// flush writes what was gathered.
func (b *batch) flush(ctx context.Context, tx *db.Tx) error {
	if b.doomed {
		return nil
	}
	if err := b.raise(ctx, tx); err != nil {
		return err
	}
	if err := find.Add(ctx, tx, b.docs); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, b.entries...); err != nil {
		return err
	}
	b.docs, b.entries = b.docs[:0], b.entries[:0]
	return nil
}

// How many rows are saved on one savepoint: many while all goes well, few once a row was refused, since a refused row
// means that the rows that share its savepoint are tried again one by one.
const (
	batchGood = 1000
	batchBad  = 10
)

// saveRows writes the rows in their order; a refused row is reported and the rest still checked, so that one file gives
// all its errors at once.
func (n *Any) saveRows(ctx context.Context, tx *db.Tx, who access.Principal, rows []parsed, in *incoming) error {
	b := &batch{names: nameCache{}, serials: map[string]int64{}, doomed: len(in.res.Report.Errors) > 0}
	all := len(rows)
	for len(rows) > 0 {
		in.tell("正在保存", all-len(rows), all)
		some := rows[:min(len(rows), batchGood)]
		if b.doomed {
			some = rows[:min(len(rows), batchBad)]
		}
		rows = rows[len(some):]
		err := tx.Savepoint(ctx, func() error {
			for i := range some {
				if err := n.saveRow(ctx, tx, who, some[i], in, b); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			// After the savepoint: on SQLite every statement of many rows costs more within one, the longer it has been held.
			if err := b.flush(ctx, tx); err != nil {
				return err
			}
			in.count(some)
			continue
		}
		if !refusal(err) {
			return err
		}
		b.doomed = true
		for i := range some {
			err := tx.Savepoint(ctx, func() error { return n.saveRow(ctx, tx, who, some[i], in, b) })
			switch {
			case err == nil:
			case refusal(err):
				n.report(in, some[i], err)
			default:
				return err
			}
		}
	}
	in.tell("正在保存", all, all)
	return nil
}

// saveRow works on a copy, so that the row can be tried again.
func (n *Any) saveRow(ctx context.Context, tx *db.Tx, who access.Principal, r parsed, in *incoming, b *batch) error {
	v := n.copy(r.new)
	if in.hangs(r) {
		in.wrong[n.cell(in.t.Rows[r.at], in.plan, n.Key)] = true
		return nil
	}
	if err := n.setLate(ctx, tx, r, v); err != nil {
		return err
	}
	if r.old.V == nil {
		return n.insert(ctx, tx, who, v, "导入", b)
	}
	if n.same(r.old, v) {
		in.same[r.at] = true
		return who.Require(n.Perm(access.Edit), r.old.Region)
	}
	return n.update(ctx, tx, who, v, "导入", "", b)
}
