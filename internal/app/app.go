package app

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"path/filepath"

	"huicun/internal/books/budget"
	"huicun/internal/books/journal"
	"huicun/internal/books/statement"
	"huicun/internal/indicator"
	"huicun/internal/insight/board"
	"huicun/internal/insight/overview"
	"huicun/internal/insight/showcase"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/geo"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/account"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/shell"
	"huicun/migrations"
)

// App is the running system.
type App struct {
	DB       *db.DB
	Env      *record.Env
	Regions  *region.Service
	Accounts *account.Service
	Figures  *indicator.Book
	Nouns    *Nouns
	Overview *overview.Service
	Board    *board.Service
	Reports  *statement.Service
	Journal  *journal.Service
	Showcase *showcase.Service
	Shell    *shell.Shell
	Jobs     *jobs.Queue
	version  string
	// largeFile is Config.LargeFile.
	largeFile int64
	// largeBilling is Config.LargeBilling.
	largeBilling int

	alertsAtNight bool
}

// Open opens (and migrates) the database and wires everything. Close it after use.
func Open(ctx context.Context, cfg Config) (*App, error) {
	if cfg.Clock == nil {
		cfg.Clock = date.System
	}
	tiles, err := geo.NewService(cfg.MapTiles, cfg.MapCredit, cfg.MapDatum)
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, db.Config{
		DataDir: cfg.DataDir, URL: cfg.Database, Migrations: migrations.FS, Classes: migrations.Classes, Clock: cfg.Clock,
	})
	if err != nil {
		return nil, err
	}
	box, err := openBox(cfg)
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	a := &App{DB: d, Regions: region.New(d), version: cfg.Version, largeFile: cfg.LargeFile, largeBilling: cmp.Or(cfg.LargeBilling, usualBilling)}
	a.Env = record.NewEnv(d, a.Regions, box)
	a.Accounts = account.New(d, box, a.Regions)
	cat := indicator.NewCatalogue(d, a.Regions)
	a.Nouns = register(a.Env, cat)
	a.Figures = &indicator.Book{Cat: cat, Defs: a.Nouns.Figures}
	a.Overview = overview.NewService(a.Env, cat)
	a.Nouns.Risk.Uses(a.Overview)
	cat.Add(overview.Figures(a.Env, cat)...)
	a.Reports = statement.New(d, a.Regions, budget.Source{})
	a.Journal = journal.New(a.Env)
	a.Board = board.NewService(a.Env, cat, a.Nouns.Snapshots)
	a.Showcase = showcase.NewService(a.Nouns.Showcases, a.Figures, a.Nouns.Persons)
	a.Shell = &shell.Shell{
		Env: a.Env, Accounts: a.Accounts, Regions: a.Regions, Figures: a.Figures, Menu: menu,
		Clock: cfg.Clock, Log: cfg.Log, Secure: cfg.Secure, Map: tiles,
	}
	a.Jobs = a.startJobs(cfg)
	a.mount()
	return a, nil
}

// openBox reads the key that seals personal data, from the configuration or a file that only its owner can read.
func openBox(cfg Config) (*secret.Box, error) {
	if cfg.Key != "" {
		box, err := secret.FromBase64(cfg.Key)
		return box, errs.Wrap(err, errs.Invalid, "key.wrong", "密钥应为 32 字节的 base64（44 个字符），请检查环境变量 HUICUN_KEY 或 --key")
	}
	if cfg.DataDir == "" {
		return nil, errs.New(errs.Unavailable, "key.missing", "使用 PostgreSQL 时请用环境变量 HUICUN_KEY 给出密钥，或用 --data-dir 指定存放密钥文件的目录")
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "db.dir", "数据目录 %s 建不起来或没有权限；请换一个目录（--data-dir）", cfg.DataDir)
	}
	return secret.LoadOrCreateKey(filepath.Join(cfg.DataDir, "huicun.key"))
}

// Handler is the HTTP handler of the whole system.
func (a *App) Handler() http.Handler { return a.Shell.Handler() }

// Close closes the database.
func (a *App) Close() error { return a.DB.Close() }
