package record

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/registry/find"
)

// hooks are what is particular to a noun. None is nil; every v is the noun's *T, and old is nil for a new record.
type hooks struct {
	title, detail, series func(v any) string

	docs         func(ctx context.Context, q db.Q, list []any) ([]find.Doc, error)
	prepare      func(ctx context.Context, q db.Q, tenant int64, v any) error
	check        func(v any) error
	checkTx      func(ctx context.Context, tx *db.Tx, old, v any) error
	after        func(ctx context.Context, tx *db.Tx, old, v any) error
	load         func(ctx context.Context, q db.Q, v any) error
	guard        func(ctx context.Context, tx *db.Tx, event string, v any) error
	beforeDelete func(ctx context.Context, tx *db.Tx, v any) error
	copied       func(v any) any
}

// erase returns a noun without its type. It runs in the package that describes the noun: there, and only there, this is
// compiled for its type. Hooks are looked at when they are called, since slices may add to them later.
func erase[T any](n *Noun[T]) *Any {
	a := &Any{
		Kind: n.Kind, Label: n.Label, Path: n.Path, Icon: n.Icon, Intro: n.Intro, Machine: n.Machine,
		Key: n.Key, Order: n.Order, Below: n.Below, Kept: n.Kept, Numbered: n.Series != nil, table: n.Table.Any(), typed: n,
		Fields: make([]field.Any, len(n.Fields)),
	}
	for i := range n.Fields {
		a.Fields[i] = n.Fields[i].Any()
	}
	a.hooks = hooks{
		title:  func(v any) string { return n.Title(v.(*T)) },
		detail: func(v any) string { return callOr(n.Detail, v, "") },
		series: func(v any) string { return n.Series(v.(*T)) },
		check:  func(v any) error { return callOr(n.Check, v, nil) },
		copied: func(v any) any { c := *v.(*T); return &c },
		docs: func(ctx context.Context, q db.Q, list []any) ([]find.Doc, error) {
			typed := make([]*T, len(list))
			for i, v := range list {
				typed[i] = v.(*T)
			}
			return n.Docs(ctx, q, typed)
		},
		prepare: func(ctx context.Context, q db.Q, tenant int64, v any) error {
			if n.Prepare == nil {
				return nil
			}
			return n.Prepare(ctx, q, tenant, v.(*T))
		},
		checkTx: func(ctx context.Context, tx *db.Tx, old, v any) error { return callBoth(ctx, n.CheckTx, tx, old, v) },
		after:   func(ctx context.Context, tx *db.Tx, old, v any) error { return callBoth(ctx, n.After, tx, old, v) },
		load: func(ctx context.Context, q db.Q, v any) error {
			if n.Load == nil {
				return nil
			}
			return n.Load(ctx, q, v.(*T))
		},
		guard: func(ctx context.Context, tx *db.Tx, event string, v any) error {
			return callTx(ctx, n.Guards[event], tx, v)
		},
		beforeDelete: func(ctx context.Context, tx *db.Tx, v any) error { return callTx(ctx, n.BeforeDelete, tx, v) },
	}
	if n.Docs == nil {
		a.hooks.docs = a.docs
	}
	return a
}

// callOr calls a hook, or returns what is so without one.
func callOr[T, R any](fn func(*T) R, v any, without R) R {
	if fn == nil {
		return without
	}
	return fn(v.(*T))
}

func callTx[T any](ctx context.Context, fn func(context.Context, *db.Tx, *T) error, tx *db.Tx, v any) error {
	if fn == nil {
		return nil
	}
	return fn(ctx, tx, v.(*T))
}

func callBoth[T any](ctx context.Context, fn func(ctx context.Context, tx *db.Tx, old, v *T) error, tx *db.Tx, old, v any) error {
	if fn == nil {
		return nil
	}
	o, _ := old.(*T) // nil for a new record
	return fn(ctx, tx, o, v.(*T))
}
