package db

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"huicun/internal/kit/errs"
)

// ErrNoRows is database/sql's, so that stores need not import it.
var ErrNoRows = sql.ErrNoRows

// Violation is a constraint that refused a write: Name as written in the migration.
type Violation struct {
	Name string
	Err  error
}

func (v *Violation) Error() string { return "constraint " + v.Name + ": " + v.Err.Error() }

// Unwrap returns the driver's error.
func (v *Violation) Unwrap() error { return v.Err }

// Violated reports whether err is a violation of the named constraint. SQLite names only the columns of a
// UNIQUE, so a unique constraint is named table_column[_column] without tenant_id, and both forms meet.
func Violated(err error, name string) bool {
	var v *Violation
	return errors.As(err, &v) && v.Name == name
}

// shardSuffix is what Citus appends to constraint names on shards.
var shardSuffix = regexp.MustCompile(`_\d{5,}$`)

// mapErr gives driver errors their kind by code, never by text.
func mapErr(err error) error {
	if err == nil || errs.As(err) != nil {
		return err
	}
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &pg):
		return mapPostgres(pg, err)
	case errors.As(err, &lite):
		return mapSQLite(lite, err)
	}
	var netErr *net.OpError
	var connErr *pgconn.ConnectError
	if errors.As(err, &netErr) || errors.As(err, &connErr) {
		return errs.Wrap(err, errs.Unavailable, "db.unreachable", "数据库连接不上，没有保存任何改动；请稍后再试")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errs.Wrap(err, errs.Unavailable, "db.timeout", "数据库没有及时应答，没有保存任何改动；请稍后再试")
	}
	return err
}

func mapPostgres(pg *pgconn.PgError, err error) error {
	switch {
	case pg.Code == "23505":
		return conflict(shardSuffix.ReplaceAllString(pg.ConstraintName, ""), err)
	case strings.HasPrefix(pg.Code, "23"):
		return refused(shardSuffix.ReplaceAllString(pg.ConstraintName, ""), err)
	case pg.Code == "53100" || pg.Code == "53200":
		return errs.Wrap(err, errs.Unavailable, "db.full", "数据库所在磁盘已满，没有保存任何改动；请通知管理员清理磁盘")
	case pg.Code == "25006":
		return errs.Wrap(err, errs.Unavailable, "db.readonly", "数据库处于只读状态，没有保存任何改动")
	case strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "57P"):
		return errs.Wrap(err, errs.Unavailable, "db.unreachable", "数据库连接中断，没有保存任何改动；请稍后再试")
	}
	return err
}

var (
	liteUnique = regexp.MustCompile(`UNIQUE constraint failed: ([\w., ]+)`)
	liteCheck  = regexp.MustCompile(`CHECK constraint failed: (\w+)`)
)

func mapSQLite(e *sqlite.Error, err error) error {
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return conflict(liteUniqueName(e.Error()), err)
	case sqlite3.SQLITE_CONSTRAINT_CHECK:
		if m := liteCheck.FindStringSubmatch(e.Error()); m != nil {
			return refused(m[1], err)
		}
		return refused("", err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_NOTNULL, sqlite3.SQLITE_CONSTRAINT_DATATYPE:
		return refused("", err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return errs.Wrap(err, errs.Unavailable, "db.full", "磁盘已满，没有保存任何改动；请清理磁盘后再试")
	case sqlite3.SQLITE_READONLY:
		return errs.Wrap(err, errs.Unavailable, "db.readonly", "数据文件是只读的，没有保存任何改动；请检查数据目录的权限")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errs.Wrap(err, errs.Unavailable, "db.locked", "数据文件正被另一个程序占用，没有保存任何改动；请稍后再试")
	case sqlite3.SQLITE_NOTADB:
		return errs.Wrap(err, errs.Unavailable, "db.not_ours", "这个文件不是惠村的数据文件，没有改动它；请检查数据目录")
	case sqlite3.SQLITE_CANTOPEN:
		return errs.Wrap(err, errs.Unavailable, "db.cannot_open", "数据文件打不开；请检查数据目录是否存在、是否有权限")
	case sqlite3.SQLITE_IOERR:
		return errs.Wrap(err, errs.Unavailable, "db.io", "读写数据文件出错，没有保存任何改动；请检查磁盘")
	case sqlite3.SQLITE_CORRUPT:
		return errs.Wrap(err, errs.Unavailable, "db.corrupt", "数据文件已损坏；请停止使用并从备份恢复")
	}
	return err
}

// liteUniqueName turns "t.tenant_id, t.no" into "t_no".
func liteUniqueName(msg string) string {
	m := liteUnique.FindStringSubmatch(msg)
	if m == nil {
		return ""
	}
	name := ""
	for col := range strings.SplitSeq(m[1], ", ") {
		table, c, _ := strings.Cut(col, ".")
		if name == "" {
			name = table
		}
		if c = strings.TrimSpace(c); c != "tenant_id" {
			name += "_" + c
		}
	}
	return name
}

func conflict(name string, err error) error {
	return errs.Wrap(&Violation{name, err}, errs.Conflict, "duplicate", "已经有一条相同的记录，请检查编号或名称是否重复")
}

func refused(name string, err error) error {
	return errs.Wrap(&Violation{name, err}, errs.Invalid, "constraint", "数据不符合要求，没有保存；请检查所填内容")
}

// retryable says whether the same transaction may be tried again as it stands.
func retryable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "40001", "40P01", "55P03", "57P01", "57P02", "57P03":
			return true
		}
		return strings.HasPrefix(pg.Code, "08")
	}
	return false
}
