package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
)

// SQLite plans without statistics as if a tenant had ten rows, and so walks all of a tenant's records in the order of
// their numbers rather than looking up the few that a link names. Counting the rows (ANALYZE) would mend that too late:
// the first import is one transaction over empty tables. So every new database is told what our tables are like: a
// tenant has many rows, what a link names has few.

// tableRows is how large a table is taken to be; what matters is which are larger than others.
var tableRows = map[string]int{
	"search_term": 20_000_000, "voucher_line": 1_000_000, "audit_log": 1_000_000, "charge": 500_000, "voucher": 400_000, "balance": 200_000,
}

const otherRows = 100_000

// indexRows is how large the indexes over a few of a table's rows are taken to be.
var indexRows = map[string]int{"voucher_pending": 1000, "voucher_waiting": 1000}

// seedStats writes the statistics, once and whenever the schema has changed; the reading connections take them from the
// schema.
func seedStats(ctx context.Context, w *sql.DB, changed bool) error {
	var have int
	if err := w.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE name = 'sqlite_stat1'`).Scan(&have); err != nil || have > 0 && !changed {
		return err
	}
	list, err := tenantIndexes(ctx, w)
	if err != nil || len(list) == 0 {
		return err
	}
	tx, err := w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()                                              //nolint:errcheck // after a commit it says so
	if _, err := tx.ExecContext(ctx, `ANALYZE region`); err != nil { // makes the table of statistics
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM sqlite_stat1`); err != nil {
		return err
	}
	for _, x := range list {
		if _, err := tx.ExecContext(ctx, `INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)`, x.table, x.name, x.stat()); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `ANALYZE sqlite_schema`); err != nil { // for this connection
		return err
	}
	return tx.Commit()
}

// index is an index that begins with the tenant.
type index struct {
	table, name string
	unique      bool
	cols        []string
}

func tenantIndexes(ctx context.Context, w *sql.DB) ([]index, error) {
	rows, err := w.QueryContext(ctx, `SELECT m.name, CASE WHEN l.origin = 'pk' AND m.sql LIKE '%WITHOUT ROWID%' THEN m.name ELSE l.name END, l."unique",
			(SELECT group_concat(name) FROM (SELECT i.name FROM pragma_index_info(l.name) i ORDER BY i.seqno))
		FROM sqlite_master m, pragma_index_list(m.name) l WHERE m.type = 'table' ORDER BY m.name, l.seq`)
	if err != nil {
		return nil, fmt.Errorf("listing indexes: %w", err)
	}
	defer rows.Close()
	var out []index
	for rows.Next() {
		var x index
		var cols sql.NullString
		if err := rows.Scan(&x.table, &x.name, &x.unique, &cols); err != nil {
			return nil, err
		}
		if x.cols = strings.Split(cols.String, ","); x.cols[0] == "tenant_id" {
			out = append(out, x)
		}
	}
	return out, rows.Err()
}

// stat says how many rows the table has, and how many share the first, the first two … columns of the index.
func (x index) stat() string {
	n := cmp.Or(indexRows[x.name], tableRows[x.table], otherRows)
	out := strconv.Itoa(n)
	for i, col := range x.cols {
		switch {
		case col == "tenant_id":
		case x.unique && i == len(x.cols)-1, col == "id":
			n = 1
		case strings.HasSuffix(col, "_id"):
			n = min(n, 20)
		case col == "region":
			n /= 300
		case col == "term":
			n = 500
		case col == "no", col == "name", col == "code", strings.HasSuffix(col, "_no"), strings.HasSuffix(col, "_code"):
			n = min(n, 2)
		case strings.HasSuffix(col, "_date"), strings.HasSuffix(col, "_on"), col == "month":
			n /= 50
		default:
			n /= 4
		}
		n = max(n, 1)
		out += " " + strconv.Itoa(n)
	}
	return out
}
