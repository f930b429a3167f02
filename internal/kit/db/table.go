package db

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"

	"huicun/internal/kit/ids"
)

// Row is what every record carries: its key, its version for optimistic locking, and who saved it when
// (microseconds since the Unix epoch, UTC).
type Row struct {
	Tenant    int64
	ID        ids.ID
	Version   int64
	CreatedAt int64
	CreatedBy ids.ID
	UpdatedAt int64
	UpdatedBy ids.ID
	Region    string // 12-digit division code
	State     string
	Sample    bool // 示例: invented for the demo, not given by a source
	Note      string
}

var rowCols = []string{"tenant_id", "id", "version", "created_at", "created_by", "updated_at", "updated_by", "region", "state", "sample", "note"}

func (r *Row) ptrs() []any {
	return []any{&r.Tenant, &r.ID, &r.Version, &r.CreatedAt, (*plainID)(&r.CreatedBy), &r.UpdatedAt, (*plainID)(&r.UpdatedBy), &r.Region, &r.State, &r.Sample, &r.Note}
}

// plainID is an id column that is never NULL: the system itself is actor 0.
type plainID int64

// Table maps a struct to a table: Cols are the columns after the common ones, Ptrs the matching fields in the
// same order, used both to write and to scan.
type Table[T any] struct {
	Name string
	Cols []string
	Row  func(*T) *Row
	Ptrs func(*T) []any

	any atomic.Pointer[AnyTable]
}

// Any returns the table without its type. The statements are made there, compiled once and not once per type of record.
func (t *Table[T]) Any() *AnyTable {
	if a := t.any.Load(); a != nil {
		return a
	}
	a := &AnyTable{
		Name: t.Name, Cols: t.Cols,
		New:  func() any { return new(T) },
		Row:  func(v any) *Row { return t.Row(v.(*T)) },
		Ptrs: func(v any) []any { return t.Ptrs(v.(*T)) },
	}
	t.any.Store(a)
	return a
}

// Columns returns all column names, with an optional alias prefix ("c.").
func (t *Table[T]) Columns(prefix string) string { return columns(prefix, t.Cols) }

// Insert stores a new record; it sets the tenant, the id when zero, the version and the times.
func (t *Table[T]) Insert(ctx context.Context, tx *Tx, v *T) error { return t.Any().Insert(ctx, tx, v) }

// Update saves a record over the version that v was read at. Kind Stale when somebody saved in between,
// NotFound when it is gone.
func (t *Table[T]) Update(ctx context.Context, tx *Tx, v *T) error { return t.Any().Update(ctx, tx, v) }

// Delete removes a record at the version that it was read at.
func (t *Table[T]) Delete(ctx context.Context, tx *Tx, v *T) error { return t.Any().Delete(ctx, tx, v) }

// Get reads one record; NotFound when there is none.
func (t *Table[T]) Get(ctx context.Context, q Q, tenant int64, id ids.ID) (*T, error) {
	return typed[T](t.Any().Get(ctx, q, tenant, id))
}

// One reads the single record that matches; NotFound when there is none.
func (t *Table[T]) One(ctx context.Context, q Q, w *Where) (*T, error) {
	return typed[T](t.Any().One(ctx, q, w))
}

// All reads every matching record in the given order ("no, id"). For lists that a person pages through use Page.
func (t *Table[T]) All(ctx context.Context, q Q, w *Where, order string) ([]T, error) {
	var out []T
	err := t.Any().Each(ctx, q, w, order, func(v any) { out = append(out, *v.(*T)) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Count counts matching records, up to limit (so that a list page over millions stays quick); 0 means no limit.
func (t *Table[T]) Count(ctx context.Context, q Q, w *Where, limit int) (int, error) {
	return t.Any().Count(ctx, q, w, limit)
}

// Page reads one page. Cost does not grow with the page's number. A cursor that is not ours is Invalid.
func (t *Table[T]) Page(ctx context.Context, q Q, w *Where, p Paging) (Page[T], error) {
	some, err := t.Any().Page(ctx, q, w, p)
	if err != nil {
		return Page[T]{}, err
	}
	page := Page[T]{Next: some.Next}
	for _, v := range some.Items {
		page.Items = append(page.Items, *v.(*T))
	}
	return page, nil
}

// typed gives a record its type back.
func typed[T any](v any, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return v.(*T), nil
}

// CountBy is Count by a plan.
func (t *Table[T]) CountBy(ctx context.Context, q Q, w *Where, limit int, plan Plan) (int, error) {
	return t.Any().CountBy(ctx, q, w, limit, plan)
}

// Sample counts how many of the first n records that would be paged through also meet what more adds to w. It uses w up.
func (t *Table[T]) Sample(ctx context.Context, q Q, w *Where, p Paging, n int, more func(*Where)) (int, error) {
	return t.Any().Sample(ctx, q, w, p, n, more)
}

// Placeholders returns "$from, …" for n parameters.
func Placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}
