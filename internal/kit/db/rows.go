package db

import (
	"context"
	"database/sql/driver"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/ids"
)

const (
	// argsSQLite is how many parameters a statement of many rows takes there. A statement's changes are journaled by
	// themselves, so that many small ones copy the same pages many times; larger ones than this take long to parse.
	argsSQLite = 9000
	// rowsPostgres is how many rows one takes there.
	rowsPostgres = 5000
)

// InsertRows writes rows with statements of many rows each; head ends in VALUES, tail follows the rows. All rows have
// as many values, and a column's values are of one type.
func (tx *Tx) InsertRows(ctx context.Context, head, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if tx.d.dialect == Postgres && len(rows) > 1 {
		if tail == "" && len(rows) >= copyFrom {
			return tx.copyRows(ctx, into(head), rows)
		}
		return tx.insertArrays(ctx, head, tail, rows)
	}
	wide := len(rows[0])
	args := make([]any, 0, min(len(rows)*wide, argsSQLite))
	for chunk := range slices.Chunk(rows, max(1, argsSQLite/max(1, wide))) {
		args = args[:0]
		for _, r := range chunk {
			args = append(args, r...)
		}
		if err := tx.Exec(ctx, head+tx.d.dialect.values(len(chunk), wide)+tail, args...); err != nil {
			return err
		}
	}
	return nil
}

// into is what an "INSERT INTO … VALUES" inserts into.
func into(head string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(head), "INSERT INTO "), "VALUES"))
}

// InsertAll stores new records that have their ids, with statements of many rows; it sets what Insert sets.
func (t *Table[T]) InsertAll(ctx context.Context, tx *Tx, list []*T) error {
	rows := make([][]any, len(list))
	for i, v := range list {
		r := t.Row(v)
		r.Tenant, r.Version = tx.Tenant, 1
		if r.ID == 0 {
			r.ID = tx.NewID()
		}
		r.CreatedAt, r.UpdatedAt = tx.now.UnixMicro(), tx.now.UnixMicro()
		r.CreatedBy, r.UpdatedBy = tx.ActorID, tx.ActorID
		rows[i] = append(r.ptrs(), t.Ptrs(v)...)
		plainValues(rows[i])
	}
	return tx.InsertRows(ctx, "INSERT INTO "+t.Name+" ("+t.Columns("")+") VALUES ", "", rows)
}

// plainValues puts what pointers point to in their place, as far as the type is one that drivers take as it is: they are
// slow to find that out by themselves, value by value.
func plainValues(args []any) {
	for i, a := range args {
		switch p := a.(type) {
		case *string:
			args[i] = *p
		case *int64:
			args[i] = *p
		case *int:
			args[i] = int64(*p)
		case *bool:
			args[i] = *p
		case *plainID:
			args[i] = int64(*p)
		case *ids.ID:
			if args[i] = nil; *p != 0 {
				args[i] = int64(*p)
			}
		case driver.Valuer:
			if v, err := p.Value(); err == nil {
				args[i] = v
			}
		default:
			if v := reflect.ValueOf(a).Elem(); v.CanInt() {
				args[i] = v.Int()
			}
		}
	}
}

// values returns the placeholders of so many rows. On SQLite they bear no number: a numbered one is looked up by its name
// among all others whenever it is bound.
func (d Dialect) values(rows, wide int) string {
	if d != SQLite {
		return "(" + Placeholders(1, wide) + ")"
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?, ", wide), ", ") + ")"
	return strings.TrimSuffix(strings.Repeat(one+", ", rows), ", ")
}

// insertArrays sends each column as one array: a parameter per value would cost PostgreSQL more than the rows do.
func (tx *Tx) insertArrays(ctx context.Context, head, tail string, rows [][]any) error {
	head = strings.TrimSuffix(strings.TrimSpace(head), "VALUES")
	for chunk := range slices.Chunk(rows, rowsPostgres) {
		args := make([]any, len(chunk[0]))
		params := make([]string, len(args))
		for i := range args {
			array, kind, err := column(chunk, i)
			if err != nil {
				return err
			}
			args[i], params[i] = array, "$"+strconv.Itoa(i+1)+"::"+kind
		}
		if err := tx.Exec(ctx, head+"SELECT * FROM unnest("+strings.Join(params, ", ")+") AS new"+tail, args...); err != nil {
			return err
		}
	}
	return nil
}

// column gathers a column's values in an array that can hold NULL, and names its type.
func column(rows [][]any, at int) (array any, kind string, err error) {
	var texts []*string
	var numbers []*int64
	var flags []*bool
	for i, r := range rows {
		v, err := driver.DefaultParameterConverter.ConvertValue(r[at])
		if err != nil {
			return nil, "", err
		}
		switch x := v.(type) {
		case string:
			if texts == nil {
				texts = make([]*string, len(rows))
			}
			texts[i] = &x
		case int64:
			if numbers == nil {
				numbers = make([]*int64, len(rows))
			}
			numbers[i] = &x
		case bool:
			if flags == nil {
				flags = make([]*bool, len(rows))
			}
			flags[i] = &x
		}
	}
	switch {
	case texts != nil:
		return texts, "text[]", nil
	case flags != nil:
		return flags, "boolean[]", nil
	case numbers != nil:
		return numbers, "bigint[]", nil
	}
	return make([]*int64, len(rows)), "bigint[]", nil // NULLs only: of links
}
