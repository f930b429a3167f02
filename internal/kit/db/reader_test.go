package db_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/migrations"
)

// A reader reads beside a writer and after it, writes nothing, and makes nothing where there is no database.
func TestOpenReader(t *testing.T) {
	for name, cfg := range map[string]db.Config{"sqlite": {DataDir: t.TempDir()}, "postgres": {URL: dbtest.PostgresURL(t)}} {
		t.Run(name, func(t *testing.T) {
			cfg.Migrations, cfg.Classes = migrations.FS, migrations.Classes
			w, err := db.Open(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			insert(t, w, 1, newNote("one", 1))
			read := func(what string) {
				t.Helper()
				r, err := db.OpenReader(ctx, cfg)
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				defer r.Close()
				if n, err := notes.Count(ctx, r.Read(), db.NewWhere(1), 10); err != nil || n != 1 {
					t.Errorf("%s: read %d, %v", what, n, err)
				}
				err = r.InTx(ctx, db.Meta{Tenant: 1}, func(ctx context.Context, tx *db.Tx) error {
					return tx.Exec(ctx, `DELETE FROM tier WHERE tenant_id = $1`, tx.Tenant)
				})
				if err == nil {
					t.Errorf("%s: a reader writes", what)
				}
			}
			read("beside a writer")
			_ = w.Close()
			read("after the writer")
			cfg.Migrations = fstest.MapFS{"9999_x.sql": {Data: []byte("")}}
			if _, err := db.OpenReader(ctx, cfg); !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "huicun migrate") {
				t.Errorf("an older database: %v", err)
			}
			cfg.Migrations = fstest.MapFS{"0001_x.sql": {Data: []byte("")}}
			if _, err := db.OpenReader(ctx, cfg); !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "比本程序") {
				t.Errorf("a newer database: %v", err)
			}
		})
	}
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	if _, err := db.OpenReader(ctx, db.Config{DataDir: nowhere, Migrations: migrations.FS}); !errs.Is(err, errs.Unavailable) {
		t.Errorf("no database: %v", err)
	}
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("a reader makes a folder")
	}
}
