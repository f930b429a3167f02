package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"huicun/internal/kit/errs"
)

// migrate brings the schema to the binary's version under a lock, so that two processes starting at once do it
// once, and reports whether anything was done. A database that is newer than the binary is refused and left as it is.
func (d *DB) migrate(ctx context.Context, cfg Config) (changed bool, err error) {
	if cfg.Migrations == nil {
		return false, nil
	}
	release, opts, err := d.migrationLock(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	gd := goose.DialectSQLite3
	if d.dialect == Postgres {
		gd = goose.DialectPostgres
	}
	p, err := goose.NewProvider(gd, d.write, dialectFS{cfg.Migrations, d.dialect}, append(opts, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))...)
	if err != nil {
		return false, fmt.Errorf("reading migrations: %w", err)
	}
	have, want, err := versions(ctx, p)
	if err != nil {
		return false, mapErr(fmt.Errorf("reading the schema version: %w", err))
	}
	pending, err := p.HasPending(ctx)
	if err != nil {
		return false, mapErr(fmt.Errorf("reading the schema version: %w", err))
	}
	switch {
	case have > want:
		return false, errs.New(errs.Unavailable, "db.newer", "数据库的结构（第 %d 版）比本程序（第 %d 版）新，没有改动它；请换用新版本的程序", have, want)
	case !pending: // one with a lower number can have been added later
		return false, nil
	case cfg.NoMigrate:
		return false, errs.New(errs.Unavailable, "db.older", "数据库的结构（第 %d 版）需要升级到第 %d 版；请先运行 huicun migrate", have, want)
	}
	if _, err := p.Up(ctx); err != nil {
		return false, mapErr(fmt.Errorf("migrating: %w", err))
	}
	return true, nil
}

func versions(ctx context.Context, p *goose.Provider) (have, want int64, err error) {
	for _, s := range p.ListSources() {
		want = max(want, s.Version)
	}
	have, err = p.GetDBVersion(ctx)
	return have, want, err
}

// migrationLock takes a file lock beside the SQLite file, or gives goose its PostgreSQL lock.
func (d *DB) migrationLock(ctx context.Context) (func(), []goose.ProviderOption, error) {
	if d.dialect == Postgres {
		l, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, nil, fmt.Errorf("making the migration lock: %w", err)
		}
		return func() {}, []goose.ProviderOption{goose.WithSessionLocker(l)}, nil
	}
	l := flock.New(filepath.Join(d.dir, "migrate.lock"))
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ok, err := l.TryLockContext(ctx, 50*time.Millisecond)
	if err != nil || !ok {
		return nil, nil, errs.Wrap(errors.Join(err, errors.New("migration lock")), errs.Unavailable, "db.locked", "另一个惠村程序正在升级数据库；请稍后再试")
	}
	return func() { _ = l.Unlock() }, nil, nil
}

// SchemaVersion returns the version that the database has.
func (d *DB) SchemaVersion(ctx context.Context) (int64, error) {
	var v sql.NullInt64
	err := d.read.QueryRowContext(ctx, `SELECT MAX(version_id) FROM goose_db_version`).Scan(&v)
	return v.Int64, mapErr(err)
}

// schemaRace says that another process created the schema between our check and our creation.
func schemaRace(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "23505" || pg.Code == "42P06")
}
