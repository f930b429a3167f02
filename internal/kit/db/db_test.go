package db_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/migrations"
)

var ctx = context.Background()

// note is a small record on the party table's columns, to try the mapper without a slice.
type note struct {
	db.Row
	Set, Name string
	Lower     int64
	Inclusive bool
	Tone      string
	From, To  string
}

var notes = &db.Table[note]{
	Name: "tier", Cols: []string{"set_name", "name", "lower_fen", "inclusive", "tone", "valid_from", "valid_to"},
	Row:  func(n *note) *db.Row { return &n.Row },
	Ptrs: func(n *note) []any { return []any{&n.Set, &n.Name, &n.Lower, &n.Inclusive, &n.Tone, &n.From, &n.To} },
}

func newNote(name string, n int64) *note {
	return &note{Row: db.Row{Region: "321182103000"}, Set: "s", Name: name, Lower: n, From: "2021-01-01"}
}

func insert(t testing.TB, d *db.DB, tenant int64, n *note) {
	t.Helper()
	if err := d.InTx(ctx, db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error { return notes.Insert(ctx, tx, n) }); err != nil {
		t.Fatal(err)
	}
}

func TestVersionsKeepTheSecondWriterOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNote("a", 1)
		insert(t, d, 7, n)
		first, second := *n, *n
		save := func(v *note) error {
			return d.InTx(ctx, db.Meta{Tenant: 7}, func(ctx context.Context, tx *db.Tx) error { return notes.Update(ctx, tx, v) })
		}
		first.Lower = 2
		if err := save(&first); err != nil {
			t.Fatal(err)
		}
		second.Lower = 3
		if err := save(&second); !errs.Is(err, errs.Stale) {
			t.Fatalf("second save: %v, want Stale", err)
		}
		got, err := notes.Get(ctx, d.Read(), 7, n.ID)
		if err != nil || got.Lower != 2 || got.Version != 2 {
			t.Fatalf("stored %+v, %v", got, err)
		}
		if _, err := notes.Get(ctx, d.Read(), 8, n.ID); !errs.Is(err, errs.NotFound) {
			t.Fatalf("another tenant's record: %v, want NotFound", err)
		}
	})
}

func TestErrorsCarryKindAndConstraint(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		insert(t, d, 1, newNote("a", 1))
		err := d.InTx(ctx, db.Meta{Tenant: 1}, func(ctx context.Context, tx *db.Tx) error { return notes.Insert(ctx, tx, newNote("a", 2)) })
		if !errs.Is(err, errs.Conflict) || !db.Violated(err, "tier_region_set_name_name_valid_from") {
			t.Errorf("duplicate: %v", err)
		}
		bad := newNote("b", 1)
		bad.Region = "12"
		err = d.InTx(ctx, db.Meta{Tenant: 1}, func(ctx context.Context, tx *db.Tx) error { return notes.Insert(ctx, tx, bad) })
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("bad region: %v, want Invalid", err)
		}
		if n, _ := notes.Count(ctx, d.Read(), db.NewWhere(1), 0); n != 1 {
			t.Errorf("%d rows after two refused inserts, want 1", n)
		}
	})
}

func TestACommandIsCarriedOutOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := func(input string) error {
			return d.InTx(ctx, db.Meta{Tenant: 1, Key: "k", Input: input}, func(ctx context.Context, tx *db.Tx) error {
				n := newNote("once", 1)
				if err := notes.Insert(ctx, tx, n); err != nil {
					return err
				}
				tx.SetResult("made")
				return nil
			})
		}
		var wg sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wg.Go(func() { results[i] = run("same") })
		}
		wg.Wait()
		fresh := 0
		for _, err := range results {
			if err == nil {
				fresh++
				continue
			}
			if r, ok := db.Replayed(err); !ok || r != "made" {
				t.Errorf("repeated command: %v", err)
			}
		}
		if fresh != 1 {
			t.Errorf("carried out %d times", fresh)
		}
		if err := run("other"); !errs.Is(err, errs.Conflict) {
			t.Errorf("same key with other input: %v, want Conflict", err)
		}
	})
}

func TestPagesShowEveryRecordOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tenant := int64(0)
		rapid.Check(t, func(rt *rapid.T) {
			tenant++
			values := rapid.SliceOfN(rapid.Int64Range(0, 5), 0, 25).Draw(rt, "values")
			for i, v := range values {
				insert(t, d, tenant, newNote(string(rune('a'+i)), v))
			}
			p := db.Paging{Sort: rapid.SampledFrom([]string{"", "name", "lower_fen", "inclusive"}).Draw(rt, "sort"), Desc: rapid.Bool().Draw(rt, "desc"), Limit: rapid.IntRange(1, 7).Draw(rt, "limit")}
			seen := map[ids.ID]bool{}
			last := int64(-1)
			for {
				page, err := notes.Page(ctx, d.Read(), db.NewWhere(tenant), p)
				if err != nil {
					rt.Fatal(err)
				}
				for _, n := range page.Items {
					if seen[n.ID] {
						rt.Fatalf("%v twice", n.ID)
					}
					seen[n.ID] = true
					if p.Sort == "lower_fen" && !p.Desc && n.Lower < last {
						rt.Fatalf("%d after %d", n.Lower, last)
					}
					last = n.Lower
				}
				if page.Next == "" {
					break
				}
				p.After = page.Next
			}
			if len(seen) != len(values) {
				rt.Fatalf("saw %d of %d", len(seen), len(values))
			}
		})
		if _, err := notes.Page(ctx, d.Read(), db.NewWhere(1), db.Paging{After: "nonsense"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("forged cursor: %v", err)
		}
		if _, err := notes.Page(ctx, d.Read(), db.NewWhere(1), db.Paging{Sort: "1; DROP TABLE tier"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("forged sort: %v", err)
		}
	})
}

func TestAStatementWithoutItsTenantIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var n int
		err := d.Read().QueryRow(ctx, `SELECT COUNT(*) FROM tier`).Scan(&n)
		if err == nil || !strings.Contains(err.Error(), "tenant") {
			t.Fatalf("got %v, want the guard's refusal", err)
		}
	})
}

func TestASavepointUndoesItsOwnChangesOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		boom := errors.New("boom")
		err := d.InTx(ctx, db.Meta{Tenant: 1}, func(ctx context.Context, tx *db.Tx) error {
			if err := notes.Insert(ctx, tx, newNote("kept", 1)); err != nil {
				return err
			}
			if err := tx.Savepoint(ctx, func() error { _ = notes.Insert(ctx, tx, newNote("lost", 1)); return boom }); !errors.Is(err, boom) {
				return err
			}
			return tx.Savepoint(ctx, func() error { return notes.Insert(ctx, tx, newNote("too", 1)) })
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := notes.All(ctx, d.Read(), db.NewWhere(1), "name")
		if err != nil || len(all) != 2 || all[0].Name != "kept" || all[1].Name != "too" {
			t.Fatalf("%v %v", all, err)
		}
	})
}

func TestMigratingTwiceAtOnceIsSafe(t *testing.T) {
	dir := t.TempDir()
	url := dbtest.PostgresURL(t)
	for name, cfg := range map[string]db.Config{"sqlite": {DataDir: dir}, "postgres": {URL: strings.Replace(url, "?", "?search_path=other&", 1)}} {
		t.Run(name, func(t *testing.T) {
			cfg.Migrations, cfg.Classes = migrations.FS, migrations.Classes
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					d, err := db.Open(ctx, cfg)
					if err != nil {
						t.Error(err)
						return
					}
					_ = d.Close()
				})
			}
			wg.Wait()
		})
	}
}

func TestANewerDatabaseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	d, err := db.Open(ctx, db.Config{DataDir: dir, Migrations: migrations.FS})
	if err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	old := fstest.MapFS{"0001_x.sql": {Data: []byte("-- +goose Up\nCREATE TABLE x (\n  a BIGINT\n);\n")}}
	_, err = db.Open(ctx, db.Config{DataDir: dir, Migrations: old})
	if !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "比本程序") {
		t.Fatalf("got %v", err)
	}
}

func TestForeignAndBrokenFilesAreLeftAlone(t *testing.T) {
	for name, content := range map[string]string{"text": strings.Repeat("not a database at all ", 10), "half": "SQLite format 3\x00broken"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "huicun.db")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := db.Open(ctx, db.Config{DataDir: dir, Migrations: migrations.FS})
			if !errs.Is(err, errs.Unavailable) {
				t.Errorf("got %v, want Unavailable", err)
			}
			if b, _ := os.ReadFile(path); string(b) != content {
				t.Error("the file was changed")
			}
		})
	}
}

func TestUnreachableServerSaysSo(t *testing.T) {
	_, err := db.Open(ctx, db.Config{URL: "postgres://nobody@127.0.0.1:1/none?connect_timeout=2&sslmode=disable", Migrations: migrations.FS})
	if !errs.Is(err, errs.Unavailable) {
		t.Fatalf("got %v", err)
	}
	if _, err := db.Open(ctx, db.Config{URL: "post gres", Migrations: migrations.FS}); !errs.Is(err, errs.Unavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestEveryTableHasAClass(t *testing.T) {
	d := dbtest.SQLite(t)
	names, err := db.Collect(ctx, d.Read(), func(s *string) []any { return []any{s} },
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'`)
	if err != nil {
		t.Fatal(err)
	}
	left := maps.Clone(migrations.Classes)
	for _, n := range names {
		if left[n] == 0 {
			t.Errorf("table %s has no class in package migrations", n)
		}
		delete(left, n)
	}
	for n := range left {
		t.Errorf("class of %s, which is no table", n)
	}
}

// A snapshot does not see what is written after it began, and cannot write.
func TestASnapshotIsOneState(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		insert(t, d, 1, newNote("a", 1))
		err := d.Snapshot(ctx, func(ctx context.Context, q db.Q) error {
			count := func() int {
				n, err := notes.Count(ctx, q, db.NewWhere(1), 0)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			before := count()
			insert(t, d, 1, newNote("b", 2))
			if after := count(); before != 1 || after != 1 {
				t.Errorf("saw %d and then %d", before, after)
			}
			var id int64
			if err := q.QueryRow(ctx, `UPDATE tier SET name = 'x' WHERE tenant_id = $1 RETURNING id`, 1).Scan(&id); err == nil {
				t.Error("a snapshot wrote")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := notes.Count(ctx, d.Read(), db.NewWhere(1), 0); n != 2 {
			t.Errorf("%d rows afterwards", n)
		}
	})
}
