// Package db is the one door to the database: SQLite (embedded, default), PostgreSQL and Citus, with one SQL
// text for all of them. It owns the drivers, the pools, the transaction with its actor, time and idempotency
// key, the mapping of driver errors to kinds, the running of migrations and a small typed table mapper.
//
// Reads go through R, which cannot write; writes go through InTx. On SQLite there is one writer connection and
// a separate read-only pool: with several writers a deferred BEGIN fails nearly always, and a shared pool
// makes the unlucky ones wait for seconds.
package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// Config says where the data are and what schema they must have.
type Config struct {
	DataDir    string           // folder of the embedded database, used when URL is empty
	URL        string           // postgres://… ; its user needs no superuser rights
	Migrations fs.FS            // *.sql, one history for all engines
	Classes    map[string]Class // every table's class
	Clock      date.Clock       // nil means the system's
	NoMigrate  bool             // refuse a schema that is not current instead of migrating it
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	write, read *sql.DB
	kept        statements // of reading; empty where the driver keeps them itself
	dialect     Dialect
	guard       *guard
	clock       date.Clock
	ids         *ids.Maker
	dir         string
}

// Q is what a query needs; both a read handle and a transaction are one.
type Q interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *Row1
	engine() Dialect
}

// fileName is the database's name within the data folder.
const fileName = "huicun.db"

// applicationID marks a SQLite file as ours ("HUIC").
const applicationID = 0x48554943

// Open opens (and unless told otherwise migrates) the database. Errors are of kind Unavailable with a sentence
// that says what to do; nothing is changed in a file that is not ours.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	d := &DB{clock: cfg.Clock}
	if d.clock == nil {
		d.clock = date.System
	}
	if testing.Testing() {
		d.guard = newGuard(cfg.Classes)
	}
	var node [2]byte
	if _, err := rand.Read(node[:]); err != nil {
		return nil, fmt.Errorf("choosing a node number: %w", err)
	}
	d.ids = ids.NewMaker(int64(binary.BigEndian.Uint16(node[:])%ids.Nodes), func() int64 { return d.clock().UnixMilli() })

	var err error
	if cfg.URL != "" {
		err = d.openPostgres(ctx, cfg)
	} else {
		err = d.openSQLite(ctx, cfg)
	}
	if err != nil {
		return nil, err
	}
	changed, err := d.migrate(ctx, cfg)
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	if d.dialect == SQLite && cfg.Migrations != nil {
		if err := seedStats(ctx, d.write, changed); err != nil {
			_ = d.Close()
			return nil, mapErr(fmt.Errorf("writing statistics: %w", err))
		}
	}
	return d, nil
}

func (d *DB) openSQLite(ctx context.Context, cfg Config) error {
	d.dialect = SQLite
	d.dir = cfg.DataDir
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return errs.Wrap(err, errs.Unavailable, "db.dir", "数据目录 %s 建不起来或没有权限；请换一个目录（--data-dir）", cfg.DataDir)
	}
	path := filepath.Join(cfg.DataDir, fileName)
	if err := checkHeader(path); err != nil {
		return err
	}
	base := "file:" + (&url.URL{Path: path}).EscapedPath()
	pragmas := "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)"
	w, err := sql.Open("sqlite", base+"?_txlock=immediate&"+pragmas+"&_pragma=journal_mode(WAL)&_pragma=cache_size(-32768)")
	if err != nil {
		return fmt.Errorf("opening the data file: %w", err)
	}
	w.SetMaxOpenConns(1)
	if err := claimFile(ctx, w); err != nil {
		_ = w.Close()
		return err
	}
	r, err := sql.Open("sqlite", base+"?mode=ro&"+pragmas+readCache)
	if err != nil {
		_ = w.Close()
		return fmt.Errorf("opening the data file for reading: %w", err)
	}
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	r.SetConnMaxIdleTime(5 * time.Minute)
	d.write, d.read = w, r
	d.kept.limit = maxKept
	return nil
}

const (
	// readers is how many connections read a SQLite file at the same time; reading is computing, so more would only wait.
	readers = 6
	// readCache is how much of the file each of them keeps in memory, in KiB: an overview reads some thousand pages, and
	// with SQLite's 2 MB would ask the system for most of them again.
	readCache = "&_pragma=cache_size(-4096)"
)

// checkHeader refuses a file that is not a SQLite database before any driver touches it.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "db.cannot_open", "数据文件 %s 打不开；请检查权限", path)
	}
	defer f.Close()
	head := make([]byte, 72)
	n, _ := f.Read(head)
	if n == 0 {
		return nil
	}
	id := uint32(0)
	if n == len(head) {
		id = binary.BigEndian.Uint32(head[68:72])
	}
	if !strings.HasPrefix(string(head[:n]), "SQLite format 3\x00") || id != applicationID && id != 0 {
		return errs.New(errs.Unavailable, "db.not_ours", "%s 不是惠村的数据文件，没有改动它；请换一个数据目录（--data-dir）", path)
	}
	return nil
}

// claimFile marks a new file as ours and refuses a foreign SQLite database.
func claimFile(ctx context.Context, w *sql.DB) error {
	var id, tables int64
	if err := w.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id); err != nil {
		return mapErr(err)
	}
	if err := w.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return mapErr(err)
	}
	switch {
	case id == applicationID:
		return nil
	case id != 0 || tables > 0:
		return errs.New(errs.Unavailable, "db.not_ours", "数据目录里的文件不是惠村的数据文件，没有改动它；请换一个数据目录（--data-dir）")
	}
	_, err := w.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID))
	return mapErr(err)
}

// schemaName is where our tables live on PostgreSQL, unless the DSN sets a search_path of its own.
const schemaName = "huicun"

func (d *DB) openPostgres(ctx context.Context, cfg Config) error {
	db, schema, err := postgresPool(cfg, nil)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS `+pgx.Identifier{schema}.Sanitize()); err != nil && !schemaRace(err) {
		_ = db.Close()
		return mapErr(fmt.Errorf("creating the schema: %w", err))
	}
	d.dialect, d.write, d.read = Postgres, db, db
	return nil
}

// postgresPool makes a pool that works in our schema, with further settings for its sessions.
func postgresPool(cfg Config, settings map[string]string) (*sql.DB, string, error) {
	pc, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, "", errs.Wrap(err, errs.Unavailable, "db.url", "数据库地址写法不对；应形如 postgres://用户@主机:5432/库名")
	}
	schema := pc.RuntimeParams["search_path"]
	if schema == "" {
		schema = schemaName
	}
	pc.RuntimeParams["search_path"] = schema
	pc.RuntimeParams["application_name"] = "huicun"
	for k, v := range settings {
		pc.RuntimeParams[k] = v
	}
	db := stdlib.OpenDB(*pc)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, schema, nil
}

// Close closes the pools.
func (d *DB) Close() error {
	err := d.write.Close()
	if d.read != d.write {
		err = errors.Join(err, d.read.Close())
	}
	return err
}

// Dialect says which engine is underneath, for operators' commands; business code must not ask.
func (d *DB) Dialect() Dialect { return d.dialect }

// Now returns the database's clock.
func (d *DB) Now() time.Time { return d.clock() }

// Clock returns the clock given at opening.
func (d *DB) Clock() date.Clock { return d.clock }

// NewID makes a record id.
func (d *DB) NewID() ids.ID { return d.ids.Next() }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return mapErr(d.read.PingContext(ctx)) }

// Read returns a handle that cannot write.
func (d *DB) Read() R { return R{d} }

// R is a read-only handle. Each statement sees the newest committed state.
type R struct{ d *DB }

// Query runs a SELECT.
func (r R) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := r.d.guard.check(query); err != nil {
		return nil, err
	}
	if st := r.d.kept.of(ctx, r.d.read, query); st != nil {
		rows, err := st.QueryContext(ctx, args...)
		return rows, mapErr(err)
	}
	rows, err := r.d.read.QueryContext(ctx, query, args...)
	return rows, mapErr(err)
}

// QueryRow runs a SELECT of at most one row.
func (r R) QueryRow(ctx context.Context, query string, args ...any) *Row1 {
	if err := r.d.guard.check(query); err != nil {
		return &Row1{err: err}
	}
	if st := r.d.kept.of(ctx, r.d.read, query); st != nil {
		return &Row1{row: st.QueryRowContext(ctx, args...)}
	}
	return &Row1{row: r.d.read.QueryRowContext(ctx, query, args...)}
}

// Row1 is one row whose errors are mapped.
type Row1 struct {
	row *sql.Row
	err error
}

// Scan reads the row; ErrNoRows when there is none.
func (r *Row1) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	return mapErr(r.row.Scan(dest...))
}
