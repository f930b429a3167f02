package db

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// AnyTable is a Table without the type of its records: every record that its methods take or give is the *T of the Table.
type AnyTable struct {
	Name string
	Cols []string // after the common ones
	New  func() any
	Row  func(v any) *Row
	Ptrs func(v any) []any
}

func (t *AnyTable) ptrs(v any) []any { return append(t.Row(v).ptrs(), t.Ptrs(v)...) }

func columns(prefix string, cols []string) string {
	return prefix + strings.Join(append(append([]string{}, rowCols...), cols...), ", "+prefix)
}

func (t *AnyTable) columns() string { return columns("", t.Cols) }

// Insert stores a new record; it sets the tenant, the id when zero, the version and the times.
func (t *AnyTable) Insert(ctx context.Context, tx *Tx, v any) error {
	r := t.Row(v)
	r.Tenant = tx.Tenant
	if r.ID == 0 {
		r.ID = tx.NewID()
	}
	r.Version = 1
	r.CreatedAt, r.UpdatedAt = tx.now.UnixMicro(), tx.now.UnixMicro()
	r.CreatedBy, r.UpdatedBy = tx.ActorID, tx.ActorID
	args := t.ptrs(v)
	if err := tx.Exec(ctx, "INSERT INTO "+t.Name+" ("+t.columns()+") VALUES ("+Placeholders(1, len(args))+")", args...); err != nil {
		return fmt.Errorf("inserting into %s: %w", t.Name, err)
	}
	return nil
}

// Update saves a record over the version that v was read at. Kind Stale when somebody saved in between,
// NotFound when it is gone.
func (t *AnyTable) Update(ctx context.Context, tx *Tx, v any) error {
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

func (t *AnyTable) gone(ctx context.Context, tx *Tx, id ids.ID) error {
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
func (t *AnyTable) Delete(ctx context.Context, tx *Tx, v any) error {
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
func (t *AnyTable) Get(ctx context.Context, q Q, tenant int64, id ids.ID) (any, error) {
	return t.One(ctx, q, NewWhere(tenant).And("id = ?", id))
}

// One reads the single record that matches; NotFound when there is none.
func (t *AnyTable) One(ctx context.Context, q Q, w *Where) (any, error) {
	v := t.New()
	err := q.QueryRow(ctx, "SELECT "+t.columns()+" FROM "+t.Name+" WHERE "+w.SQL()+" LIMIT 1", w.Args()...).Scan(t.ptrs(v)...)
	if err == ErrNoRows {
		return nil, errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", t.Name, err)
	}
	return v, nil
}

// orderColumn finds the columns that begin a part of an order.
var orderColumn = regexp.MustCompile(`(^|, )([a-z_]+)`)

// Each calls fn with every matching record in the given order ("no, id").
func (t *AnyTable) Each(ctx context.Context, q Q, w *Where, order string, fn func(v any)) error {
	if q.engine() == SQLite { // what matches is looked up, however tempting an index in this order
		order = orderColumn.ReplaceAllString(order, "$1+$2")
	}
	query := "SELECT " + t.columns() + " FROM " + t.Name + " WHERE " + w.SQL() + " ORDER BY " + order
	if err := t.collect(ctx, q, query, w.Args(), fn); err != nil {
		return fmt.Errorf("listing %s: %w", t.Name, err)
	}
	return nil
}

func (t *AnyTable) collect(ctx context.Context, q Q, query string, args []any, fn func(v any)) error {
	var v any
	next := func() []any { v = t.New(); return t.ptrs(v) }
	return collect(ctx, q, query, args, next, func() { fn(v) })
}

// Count counts matching records, up to limit; 0 means no limit.
func (t *AnyTable) Count(ctx context.Context, q Q, w *Where, limit int) (int, error) {
	return t.CountBy(ctx, q, w, limit, AnyPlan)
}

// CountBy is Count by a plan.
func (t *AnyTable) CountBy(ctx context.Context, q Q, w *Where, limit int, plan Plan) (int, error) {
	cond, _ := w.planned(q, plan, "id")
	inner := "SELECT 1 FROM " + t.Name + " WHERE " + cond
	if limit > 0 {
		inner += " LIMIT " + strconv.Itoa(limit)
	}
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM ("+inner+") AS x", w.Args()...).Scan(&n)
	return n, err
}

// Sample counts how many of the first n records that would be paged through also meet what more adds to w. It uses w up.
func (t *AnyTable) Sample(ctx context.Context, q Q, w *Where, p Paging, n int, more func(*Where)) (int, error) {
	sort, err := t.after(w, &p)
	if err != nil {
		return 0, err
	}
	walk := pageIDs(q, t.Name, w, sort.name, sort.dir, ByOrder, n)
	both := &Where{args: w.args}
	more(both)
	var met int
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM ("+walk+") AS "+t.Name+" WHERE "+both.SQL(), both.args...).Scan(&met)
	return met, err
}

// sorting is the order of a page.
type sorting struct {
	at        int // among the columns
	name, dir string
}

// after finds the order of a page and adds to w that it comes after the one before.
func (t *AnyTable) after(w *Where, p *Paging) (sorting, error) {
	s := sorting{name: cmp.Or(p.Sort, "id"), dir: "ASC"}
	s.at = slices.Index(append(append([]string{}, rowCols...), t.Cols...), s.name)
	if s.at < 0 {
		return s, errs.New(errs.Invalid, "page.sort", "不能按“%s”排序", strings.TrimPrefix(s.name, "?"))
	}
	than := ">"
	if p.Desc {
		s.dir, than = "DESC", "<"
	}
	if p.After != "" {
		key, id, err := decodeCursor(p.After, t.ptrs(t.New())[s.at])
		if err != nil {
			return s, err
		}
		w.And("("+next+s.name+", id) "+than+" (?, ?)", key, id)
	}
	return s, nil
}

// Page reads one page. Cost does not grow with the page's number. A cursor that is not ours is Invalid.
func (t *AnyTable) Page(ctx context.Context, q Q, w *Where, p Paging) (Page[any], error) {
	sort, err := t.after(w, &p)
	if err != nil {
		return Page[any]{}, err
	}
	limit := min(max(p.Limit, 1), 1000)
	found, err := Collect(ctx, q, func(id *int64) []any { return []any{id} }, pageIDs(q, t.Name, w, sort.name, sort.dir, p.Plan, limit+1), w.Args()...)
	if err != nil {
		return Page[any]{}, fmt.Errorf("listing %s: %w", t.Name, err)
	}
	page := Page[any]{}
	more := len(found) > limit
	if page.Items, err = t.inOrder(ctx, q, w.args[0], found[:min(len(found), limit)]); err != nil {
		return Page[any]{}, err
	}
	if n := len(page.Items); more && n > 0 {
		last := page.Items[n-1]
		page.Next = encodeCursor(t.ptrs(last)[sort.at], t.Row(last).ID)
	}
	return page, nil
}

// inOrder reads records in the order of their ids as given. One that somebody removes meanwhile is left out.
func (t *AnyTable) inOrder(ctx context.Context, q Q, tenant any, list []int64) ([]any, error) {
	if len(list) == 0 {
		return nil, nil
	}
	at := make(map[ids.ID]int, len(list))
	for i, id := range list {
		at[ids.ID(id)] = i
	}
	w := In(&Where{parts: []string{"tenant_id = $1"}, args: []any{tenant}}, "id", list)
	var items []any
	err := t.collect(ctx, q, "SELECT "+t.columns()+" FROM "+t.Name+" WHERE "+w.SQL(), w.Args(), func(v any) { items = append(items, v) })
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", t.Name, err)
	}
	slices.SortFunc(items, func(a, b any) int { return cmp.Compare(at[t.Row(a).ID], at[t.Row(b).ID]) })
	return items, nil
}
