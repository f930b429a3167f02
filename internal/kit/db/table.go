package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"huicun/internal/kit/errs"
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
}

func (t *Table[T]) ptrs(v *T) []any { return append(t.Row(v).ptrs(), t.Ptrs(v)...) }

// Columns returns all column names, with an optional alias prefix ("c.").
func (t *Table[T]) Columns(prefix string) string {
	return prefix + strings.Join(append(append([]string{}, rowCols...), t.Cols...), ", "+prefix)
}

// Insert stores a new record; it sets the tenant, the id when zero, the version and the times.
func (t *Table[T]) Insert(ctx context.Context, tx *Tx, v *T) error {
	r := t.Row(v)
	r.Tenant = tx.Tenant
	if r.ID == 0 {
		r.ID = tx.NewID()
	}
	r.Version = 1
	r.CreatedAt, r.UpdatedAt = tx.now.UnixMicro(), tx.now.UnixMicro()
	r.CreatedBy, r.UpdatedBy = tx.ActorID, tx.ActorID
	args := t.ptrs(v)
	if err := tx.Exec(ctx, "INSERT INTO "+t.Name+" ("+t.Columns("")+") VALUES ("+Placeholders(1, len(args))+")", args...); err != nil {
		return fmt.Errorf("inserting into %s: %w", t.Name, err)
	}
	return nil
}

// Update saves a record over the version that v was read at. Kind Stale when somebody saved in between,
// NotFound when it is gone.
func (t *Table[T]) Update(ctx context.Context, tx *Tx, v *T) error {
	r := t.Row(v)
	r.UpdatedAt, r.UpdatedBy = tx.now.UnixMicro(), tx.ActorID
	args := []any{tx.Tenant, r.ID, r.Version, r.UpdatedAt, (*plainID)(&r.UpdatedBy), r.Region, r.State, r.Sample, r.Note}
	var set strings.Builder
	set.WriteString("version = version + 1, updated_at = $4, updated_by = $5, region = $6, state = $7, sample = $8, note = $9")
	for i, p := range t.Ptrs(v) {
		args = append(args, p)
		set.WriteString(", " + t.Cols[i] + " = $" + strconv.Itoa(len(args)))
	}
	n, err := tx.ExecN(ctx, "UPDATE "+t.Name+" SET "+set.String()+" WHERE tenant_id = $1 AND id = $2 AND version = $3", args...)
	if err != nil {
		return fmt.Errorf("updating %s: %w", t.Name, err)
	}
	if n == 0 {
		return t.gone(ctx, tx, r.ID)
	}
	r.Version++
	return nil
}

func (t *Table[T]) gone(ctx context.Context, tx *Tx, id ids.ID) error {
	var version int64
	err := tx.QueryRow(ctx, "SELECT version FROM "+t.Name+" WHERE tenant_id = $1 AND id = $2", tx.Tenant, id).Scan(&version)
	if err == nil {
		return errs.New(errs.Stale, "stale", "这条记录刚刚被别人改过，您的修改没有保存；请对照最新内容后再保存")
	}
	if err == ErrNoRows {
		return errs.New(errs.NotFound, "not_found", "这条记录不存在，可能已被删除")
	}
	return err
}

// Delete removes a record at the version that it was read at.
func (t *Table[T]) Delete(ctx context.Context, tx *Tx, v *T) error {
	r := t.Row(v)
	n, err := tx.ExecN(ctx, "DELETE FROM "+t.Name+" WHERE tenant_id = $1 AND id = $2 AND version = $3", tx.Tenant, r.ID, r.Version)
	if err != nil {
		return fmt.Errorf("deleting from %s: %w", t.Name, err)
	}
	if n == 0 {
		return t.gone(ctx, tx, r.ID)
	}
	return nil
}

// Get reads one record; NotFound when there is none.
func (t *Table[T]) Get(ctx context.Context, q Q, tenant int64, id ids.ID) (*T, error) {
	return t.One(ctx, q, NewWhere(tenant).And("id = ?", id))
}

// One reads the single record that matches; NotFound when there is none.
func (t *Table[T]) One(ctx context.Context, q Q, w *Where) (*T, error) {
	var v T
	err := q.QueryRow(ctx, "SELECT "+t.Columns("")+" FROM "+t.Name+" WHERE "+w.SQL()+" LIMIT 1", w.Args()...).Scan(t.ptrs(&v)...)
	if err == ErrNoRows {
		return nil, errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", t.Name, err)
	}
	return &v, nil
}

// All reads every matching record in the given order ("no, id"). For lists that a person pages through use Page.
func (t *Table[T]) All(ctx context.Context, q Q, w *Where, order string) ([]T, error) {
	out, err := Collect(ctx, q, t.ptrs, "SELECT "+t.Columns("")+" FROM "+t.Name+" WHERE "+w.SQL()+" ORDER BY "+order, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", t.Name, err)
	}
	return out, nil
}

// Count counts matching records, up to limit (so that a list page over millions stays quick); 0 means no limit.
func (t *Table[T]) Count(ctx context.Context, q Q, w *Where, limit int) (int, error) {
	inner := "SELECT 1 FROM " + t.Name + " WHERE " + w.SQL()
	if limit > 0 {
		inner += " LIMIT " + strconv.Itoa(limit)
	}
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM ("+inner+") AS x", w.Args()...).Scan(&n)
	return n, err
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
