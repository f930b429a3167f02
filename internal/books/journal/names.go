package journal

import (
	"context"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// maxNames bounds how many names are remembered.
const maxNames = 20_000

type ref struct {
	kind string
	id   ids.ID
}

// names finds what records are called, each once.
type names struct {
	env    *record.Env
	q      db.Q
	tenant int64
	known  map[ref]string
}

func newNames(e *record.Env, q db.Q, tenant int64) *names {
	return &names{e, q, tenant, map[ref]string{}}
}

// load reads the names of records of a kind that are not known yet.
func (n *names) load(ctx context.Context, kind string, list []ids.ID) error {
	noun, ok := n.env.Noun(kind)
	if !ok {
		return nil
	}
	if len(n.known) > maxNames {
		clear(n.known)
	}
	asked := map[ids.ID]bool{}
	var want []ids.ID
	for _, id := range list {
		if _, ok := n.known[ref{kind, id}]; !ok && !asked[id] {
			asked[id] = true
			want = append(want, id)
		}
	}
	if len(want) == 0 {
		return nil
	}
	found, err := noun.Names(ctx, n.q, n.tenant, want)
	if err != nil {
		return err
	}
	for id, name := range found {
		n.known[ref{kind, id}] = name
	}
	return nil
}

// of returns a loaded name, the id where there is none, "" for nothing.
func (n *names) of(kind string, id ids.ID) string {
	if name, ok := n.known[ref{kind, id}]; ok {
		return name
	}
	return id.String()
}

// dims names what lines belong to.
func (n *names) dims(ctx context.Context, lines []*ledger.Line) ([][]dim, error) {
	out := make([][]dim, len(lines))
	for d := range ledger.Dimensions {
		kind := &ledger.Dimensions[d]
		var want []ids.ID
		for _, x := range lines {
			if id := *kind.At(x); id != 0 {
				want = append(want, id)
			}
		}
		if err := n.load(ctx, kind.Kind, want); err != nil {
			return nil, err
		}
		for i, x := range lines {
			if id := *kind.At(x); id != 0 {
				out[i] = append(out[i], dim{kind, id, n.of(kind.Kind, id)})
			}
		}
	}
	return out, nil
}
