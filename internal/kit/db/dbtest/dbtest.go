// Package dbtest gives tests a fresh database on every engine. Both engines must be there: a missing
// PostgreSQL fails the test instead of skipping it.
package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes test databases

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/migrations"
)

// Clock stands at noon on 2021-11-10 in Shanghai, the day that the demo's records end.
var Clock = date.Fixed(time.Date(2021, 11, 10, 12, 0, 0, 0, date.Shanghai))

// Each runs fn on SQLite and on PostgreSQL, each with its own empty, migrated database.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite returns an empty, migrated database in a folder of its own.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.Config{DataDir: t.TempDir()})
}

// Postgres returns an empty, migrated database of its own.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.Config{URL: PostgresURL(t)})
}

// PostgresURL makes a migrated database and returns its address; it is dropped when the test ends.
func PostgresURL(t testing.TB) string {
	t.Helper()
	base := os.Getenv("HUICUN_TEST_POSTGRES")
	if base == "" {
		t.Fatal("HUICUN_TEST_POSTGRES is not set: run the tests through `make test`, or start a server with scripts/test-setup.sh")
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	template := makeTemplate(t, admin, base)
	name := fmt.Sprintf("t_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), counter.Add(1))
	create(t, admin, name, template)
	t.Cleanup(func() {
		again, err := sql.Open("pgx", base)
		if err != nil {
			t.Error(err)
			return
		}
		defer again.Close()
		if _, err := again.Exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return withDatabase(t, base, name)
}

var counter atomic.Int64

// create copies the template; another package may be connected to it for a moment, which is waited out.
func create(t testing.TB, admin *sql.DB, name, template string) {
	t.Helper()
	for try := 1; ; try++ {
		_, err := admin.Exec(`CREATE DATABASE ` + name + ` TEMPLATE ` + template)
		if err == nil {
			return
		}
		if try == 50 {
			t.Fatalf("creating a test database: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// makeTemplate migrates a template database once per version of the migrations, under a lock that all test
// processes share.
func makeTemplate(t testing.TB, admin *sql.DB, base string) string {
	t.Helper()
	name := "huicun_template_" + fingerprint(t)
	ctx := context.Background()
	conn, err := admin.Conn(ctx)
	if err != nil {
		t.Fatalf("connecting to the test PostgreSQL: %v", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(40001)`); err != nil {
		t.Fatal(err)
	}
	defer conn.ExecContext(ctx, `SELECT pg_advisory_unlock(40001)`) //nolint:errcheck // the connection closes anyway
	var n int
	if err := conn.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_database WHERE datname = $1 AND datistemplate`, name).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n == 1 {
		return name
	}
	for _, s := range []string{`DROP DATABASE IF EXISTS ` + name, `CREATE DATABASE ` + name} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	d, err := db.Open(ctx, db.Config{URL: withDatabase(t, base, name), Migrations: migrations.FS, Classes: migrations.Classes})
	if err != nil {
		t.Fatalf("migrating the template: %v", err)
	}
	_ = d.Close()
	if _, err := conn.ExecContext(ctx, `ALTER DATABASE `+name+` IS_TEMPLATE true`); err != nil {
		t.Fatal(err)
	}
	return name
}

func fingerprint(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		b, err := fs.ReadFile(migrations.FS, n)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n%s", filepath.Base(n), len(b), b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func withDatabase(t testing.TB, base, name string) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func open(t testing.TB, cfg db.Config) *db.DB {
	t.Helper()
	cfg.Migrations, cfg.Classes, cfg.Clock = migrations.FS, migrations.Classes, Clock
	d, err := db.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}
