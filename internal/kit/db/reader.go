package db

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
)

// OpenReader opens an existing database for reading alone, as quickly as can be: nothing is made, migrated or written,
// and one connection serves. A database that is not there, or not of the binary's version, is Unavailable with what to
// do.
func OpenReader(ctx context.Context, cfg Config) (*DB, error) {
	d := &DB{clock: cfg.Clock, dir: cfg.DataDir}
	if d.clock == nil {
		d.clock = date.System
	}
	var err error
	if cfg.URL != "" {
		d.dialect = Postgres
		d.read, _, err = postgresPool(cfg, map[string]string{"default_transaction_read_only": "on"})
	} else {
		d.dialect = SQLite
		d.read, err = sqliteReader(cfg)
	}
	if err != nil {
		return nil, err
	}
	d.write = d.read // refuses to write
	d.read.SetMaxOpenConns(1)
	if err := d.sameVersion(ctx, cfg.Migrations); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

func sqliteReader(cfg Config) (*sql.DB, error) {
	path := filepath.Join(cfg.DataDir, fileName)
	if _, err := os.Stat(path); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "db.missing", "数据目录 %s 里没有惠村的数据文件；请用 --data-dir 指定数据目录", cfg.DataDir)
	}
	if err := checkHeader(path); err != nil {
		return nil, err
	}
	r, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return nil, fmt.Errorf("opening the data file for reading: %w", err)
	}
	return r, nil
}

// sameVersion compares the schema's version with the newest migration without reading any of them.
func (d *DB) sameVersion(ctx context.Context, migrations fs.FS) error {
	have, err := d.SchemaVersion(ctx)
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "db.unread", "数据库读不了，或还没有建立；请先运行 huicun migrate")
	}
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		return fmt.Errorf("listing migrations: %w", err)
	}
	var want int64
	for _, n := range names {
		v, err := strconv.ParseInt(n[:min(4, len(n))], 10, 64)
		if err != nil {
			return fmt.Errorf("the migration %s has no number: %w", n, err)
		}
		want = max(want, v)
	}
	switch {
	case have > want:
		return errs.New(errs.Unavailable, "db.newer", "数据库的结构（第 %d 版）比本程序（第 %d 版）新；请换用新版本的程序", have, want)
	case have < want:
		return errs.New(errs.Unavailable, "db.older", "数据库的结构（第 %d 版）需要升级到第 %d 版；请先运行 huicun migrate", have, want)
	}
	return nil
}
