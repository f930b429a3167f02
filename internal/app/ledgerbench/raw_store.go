package ledgerbench

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// rawTables are the tables whose rows a posted voucher is, beside its balances, its search document and its log.
var rawTables = []string{"voucher", "voucher_line"}

// twin is the name of a table's empty copy.
func twin(table string) string { return "bench_" + table }

// makeTwins makes empty copies of the vouchers' tables with the same columns and indexes, without foreign keys.
func makeTwins(ctx context.Context, d *db.DB) error {
	return d.InTx(ctx, db.Meta{}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range rawTables {
			if d.Dialect() == db.SQLite {
				if err := twinOnSQLite(ctx, tx, t); err != nil {
					return err
				}
				continue
			}
			if err := tx.Exec(ctx, `CREATE TABLE `+twin(t)+` (LIKE `+t+` INCLUDING ALL)`); err != nil {
				return err
			}
		}
		return nil
	})
}

// twinOnSQLite repeats what made a table and its indexes, with the copy's names.
func twinOnSQLite(ctx context.Context, tx *db.Tx, table string) error {
	type made struct{ kind, name, sql string }
	list, err := db.Collect(ctx, tx, func(m *made) []any { return []any{&m.kind, &m.name, &m.sql} },
		`SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = $1 AND sql IS NOT NULL ORDER BY type DESC`, table)
	if err != nil {
		return err
	}
	for _, m := range list {
		sql := m.sql
		if m.kind == "table" {
			sql = strings.Replace(withoutForeign(sql), table, twin(table), 1)
		} else {
			sql = strings.Replace(sql, m.name, "bench_"+m.name, 1)
			sql = strings.Replace(sql, " ON "+table+" ", " ON "+twin(table)+" ", 1)
		}
		if err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("copying %s: %w", m.name, err)
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

// rows reads the vouchers of books with their lines, as rows of their tables.
func rows(ctx context.Context, q db.Q, tenant int64, books ids.ID, limit int) (map[string][][]any, error) {
	out := map[string][][]any{}
	for table, query := range map[string]string{
		"voucher":      `SELECT * FROM voucher WHERE tenant_id = $1 AND books_id = $2 AND chain_seq > 0 AND chain_seq <= $3`,
		"voucher_line": `SELECT * FROM voucher_line WHERE tenant_id = $1 AND voucher_id IN (SELECT id FROM voucher WHERE tenant_id = $1 AND books_id = $2 AND chain_seq > 0 AND chain_seq <= $3)`,
	} {
		r, err := q.Query(ctx, query, tenant, books, limit)
		if err != nil {
			return nil, err
		}
		cols, err := r.Columns()
		if err != nil {
			_ = r.Close()
			return nil, err
		}
		for r.Next() {
			row := make([]any, len(cols))
			ptrs := make([]any, len(cols))
			for i := range row {
				ptrs[i] = &row[i]
			}
			if err := r.Scan(ptrs...); err != nil {
				_ = r.Close()
				return nil, err
			}
			out[table] = append(out[table], row)
		}
		if err := r.Err(); err != nil {
			return nil, err
		}
		_ = r.Close()
	}
	return out, nil
}

// apart divides rows by voucher.
func apart(of map[string][][]any) []map[string][][]any {
	lines := map[any][][]any{}
	for _, l := range of["voucher_line"] {
		lines[l[1]] = append(lines[l[1]], l)
	}
	var out []map[string][][]any
	for _, v := range of["voucher"] {
		out = append(out, map[string][][]any{"voucher": {v}, "voucher_line": lines[v[1]]})
	}
	return out
}

// insertRaw writes rows to the copies in one transaction, with the statements of many rows that the ledger uses.
func insertRaw(ctx context.Context, d *db.DB, tenant int64, of map[string][][]any) error {
	return d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range rawTables {
			if err := tx.InsertRows(ctx, `INSERT INTO `+twin(t)+` VALUES `, "", of[t]); err != nil {
				return err
			}
		}
		return nil
	})
}

// emptyTwins removes the rows of the copies.
func emptyTwins(ctx context.Context, d *db.DB, tenant int64) error {
	return d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range rawTables {
			if err := tx.Exec(ctx, `DELETE FROM `+twin(t)+` WHERE tenant_id = $1`, tenant); err != nil {
				return err
			}
		}
		return nil
	})
}
