package ledgerbench

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// bare is a kind of bare insert: which rows, and whether the copies keep the foreign keys.
type bare struct {
	name   string // of the copies' tables
	tables []string
	keys   bool
}

var (
	// bareVouchers inserts the rows that a posted voucher is, beside its balances, its search document and its log, without
	// any check.
	bareVouchers = bare{name: "bench", tables: []string{"voucher", "voucher_line"}}
	// bareAll inserts every row that an import writes, but for some hundred balances and numbers, with the keys' checks.
	bareAll = bare{name: "bench_all", tables: []string{"voucher", "voucher_line", "search_doc", "search_term"}, keys: true}
)

// twin is the name of a table's empty copy.
func (k bare) twin(table string) string { return k.name + "_" + table }

// make makes empty copies of tables with the same columns, checks and indexes. Their foreign keys, where they have them,
// point to the real tables, which hold the same rows.
func (k bare) make(ctx context.Context, d *db.DB) error {
	return d.InTx(ctx, db.Meta{}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range k.tables {
			copied := k.onPostgres
			if d.Dialect() == db.SQLite {
				copied = k.onSQLite
			}
			if err := copied(ctx, tx, t); err != nil {
				return fmt.Errorf("copying %s: %w", t, err)
			}
		}
		return nil
	})
}

func (k bare) onPostgres(ctx context.Context, tx *db.Tx, table string) error {
	if err := tx.Exec(ctx, `CREATE TABLE `+k.twin(table)+` (LIKE `+table+` INCLUDING ALL)`); err != nil || !k.keys {
		return err
	}
	list, err := db.Collect(ctx, tx, func(s *string) []any { return []any{s} },
		`SELECT 'ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype = 'f'`, table)
	if err != nil {
		return err
	}
	for _, key := range list {
		if err := tx.Exec(ctx, `ALTER TABLE `+k.twin(table)+` `+key); err != nil {
			return err
		}
	}
	return nil
}

// onSQLite repeats what made a table and its indexes, with the copy's names.
func (k bare) onSQLite(ctx context.Context, tx *db.Tx, table string) error {
	type made struct{ kind, name, sql string }
	list, err := db.Collect(ctx, tx, func(m *made) []any { return []any{&m.kind, &m.name, &m.sql} },
		`SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = $1 AND sql IS NOT NULL ORDER BY type DESC`, table)
	if err != nil {
		return err
	}
	for _, m := range list {
		sql := m.sql
		if m.kind == "table" {
			if !k.keys {
				sql = withoutForeign(sql)
			}
			sql = strings.Replace(sql, table, k.twin(table), 1)
		} else {
			sql = strings.Replace(sql, m.name, k.twin(m.name), 1)
			sql = strings.Replace(sql, " ON "+table+" ", " ON "+k.twin(table)+" ", 1)
		}
		if err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// strayComma is a comma with nothing more to follow.
var strayComma = regexp.MustCompile(`,\s*([,)])`)

// withoutForeign leaves the foreign keys out of a table's definition.
func withoutForeign(sql string) string {
	var out []string
	for _, line := range strings.Split(sql, "\n") {
		if !strings.Contains(line, "FOREIGN KEY") {
			out = append(out, line)
		}
	}
	return strayComma.ReplaceAllString(strings.Join(out, "\n"), "$1")
}

// tableRows are rows by table.
type tableRows map[string][][]any

// rows reads what an import has written of a kind for the vouchers of books, in the order in which it is written.
func (k bare) rows(ctx context.Context, q db.Q, tenant int64, books []ids.ID) (tableRows, error) {
	w := db.In(db.NewWhere(tenant).And("chain_seq > 0").And("source_no <> ''"), "books_id", books)
	vouchers, err := anyRows(ctx, q, `SELECT * FROM voucher WHERE `+w.SQL()+` ORDER BY id`, w.Args())
	if err != nil {
		return nil, err
	}
	ours := map[any]bool{}
	for _, v := range vouchers {
		ours[v[1]] = true
	}
	out := tableRows{"voucher": vouchers}
	for _, of := range []struct {
		table, order string
		voucher      int // the column with the voucher's id
	}{{"voucher_line", "voucher_id, line_no", 1}, {"search_doc", "id", 1}, {"search_term", "term, doc_id", 2}} {
		if !slices.Contains(k.tables, of.table) {
			continue
		}
		list, err := anyRows(ctx, q, `SELECT * FROM `+of.table+` WHERE tenant_id = $1 ORDER BY `+of.order, []any{tenant})
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", of.table, err)
		}
		out[of.table] = slices.DeleteFunc(list, func(r []any) bool { return !ours[r[of.voucher]] })
	}
	return out, nil
}

func anyRows(ctx context.Context, q db.Q, query string, args []any) ([][]any, error) {
	r, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cols, err := r.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for r.Next() {
		row, ptrs := make([]any, len(cols)), make([]any, len(cols))
		for i := range row {
			ptrs[i] = &row[i]
		}
		if err := r.Scan(ptrs...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, r.Err()
}

// apart divides vouchers and their lines by voucher, as many as are asked for.
func (of tableRows) apart(n int) []tableRows {
	lines := map[any][][]any{}
	for _, l := range of["voucher_line"] {
		lines[l[1]] = append(lines[l[1]], l)
	}
	var out []tableRows
	for _, v := range of["voucher"][:min(n, len(of["voucher"]))] {
		out = append(out, tableRows{"voucher": {v}, "voucher_line": lines[v[1]]})
	}
	return out
}

// insert writes rows to the copies in one transaction, in the way in which the ledger writes many.
func (k bare) insert(ctx context.Context, d *db.DB, tenant int64, of tableRows) error {
	return d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range k.tables {
			if err := tx.InsertRows(ctx, `INSERT INTO `+k.twin(t)+` VALUES `, "", of[t]); err != nil {
				return err
			}
		}
		return nil
	})
}

// empty removes the rows of the copies.
func (k bare) empty(ctx context.Context, d *db.DB, tenant int64) error {
	return d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range slices.Backward(k.tables) {
			if err := tx.Exec(ctx, `DELETE FROM `+k.twin(t)+` WHERE tenant_id = $1`, tenant); err != nil {
				return err
			}
		}
		return nil
	})
}
