package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
)

// keptFile lies in the folder of data that were kept; without it no database is taken for ours.
const keptFile = "bench.json"

// keptData says what data were kept. The schema is that on PostgreSQL.
type keptData struct {
	Villages  []int
	Contracts int
	Schema    string
	County    county
}

// benchPlace is where a measurement's data lie.
type benchPlace struct {
	where  Config
	schema string    // on PostgreSQL
	kept   *keptData // of an earlier run
	saved  bool      // this run's data are to stay
	folder string    // to remove; "" for none
}

// Scratch finds a place for measured data where nothing is yet, and how to clean up there: in dataDir, "" for a folder
// that is removed afterwards, or in a schema of its own in a PostgreSQL database that holds no records.
func Scratch(ctx context.Context, dataDir, database string) (Config, func(), error) {
	p, err := findPlace(ctx, &BenchConfig{DataDir: dataDir, Database: database})
	if err != nil {
		return Config{}, func() {}, err
	}
	return p.where, func() { p.leave(ctx) }, nil
}

// findPlace finds a place for the data where nothing is yet, or data that were kept.
func findPlace(ctx context.Context, cfg *BenchConfig) (*benchPlace, error) {
	p := &benchPlace{where: Config{DataDir: cfg.DataDir, Clock: benchDay}}
	if cfg.Keep {
		if cfg.DataDir == "" {
			return nil, errs.New(errs.Invalid, "bench.keep", "要保留数据，请用 --data-dir 指定放在哪个目录")
		}
		if err := p.read(cfg); err != nil {
			return nil, err
		}
	}
	if p.kept == nil {
		used := p.where
		used.Database = cfg.Database
		if err := refuseUsed(ctx, used); err != nil {
			return nil, err
		}
		p.schema = "huicun_bench_" + strconv.FormatInt(date.System().UnixMilli(), 36)
	}
	if cfg.Database != "" {
		u, err := url.Parse(cfg.Database)
		if err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "db.url", "数据库地址写法不对；应形如 postgres://用户@主机:5432/库名")
		}
		q := u.Query()
		q.Set("search_path", p.schema)
		u.RawQuery = q.Encode()
		p.where.Database = u.String()
	}
	if cfg.DataDir == "" {
		dir, err := os.MkdirTemp("", "huicun-bench-")
		if err != nil {
			return nil, fmt.Errorf("making a folder: %w", err)
		}
		p.where.DataDir, p.folder = dir, dir
	}
	return p, nil
}

// read looks for data that were kept; those of other sizes are refused.
func (p *benchPlace) read(cfg *BenchConfig) error {
	text, err := os.ReadFile(filepath.Join(cfg.DataDir, keptFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	k := &keptData{}
	if err == nil {
		err = json.Unmarshal(text, k)
	}
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "bench.kept", "目录 %s 里的 %s 读不出来；请换一个目录", cfg.DataDir, keptFile)
	}
	if !slices.Equal(k.Villages, cfg.Villages) || k.Contracts != cfg.Contracts || (k.Schema != "") != (cfg.Database != "") {
		return errs.New(errs.Invalid, "bench.kept", "目录 %s 里保留的测量数据规模或数据库不同（村数 %v，合同 %d 份）；请换一个目录，或用同样的参数",
			cfg.DataDir, k.Villages, k.Contracts)
	}
	p.kept, p.schema, p.saved = k, k.Schema, true
	return nil
}

// keep notes that the data are complete and stay, when they are to.
func (p *benchPlace) keep(cfg BenchConfig, c county) error {
	if !cfg.Keep {
		return nil
	}
	k := keptData{Villages: cfg.Villages, Contracts: cfg.Contracts, County: c}
	if cfg.Database != "" {
		k.Schema = p.schema
	}
	text, err := json.MarshalIndent(k, "", "\t")
	if err == nil {
		err = os.WriteFile(filepath.Join(cfg.DataDir, keptFile), text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("noting what is kept: %w", err)
	}
	p.saved = true
	return nil
}

// leave removes what does not stay.
func (p *benchPlace) leave(ctx context.Context) {
	if p.where.Database != "" && !p.saved {
		ctx = context.WithoutCancel(ctx)
		if d, err := db.Open(ctx, db.Config{URL: p.where.Database}); err == nil {
			_ = dropSchema(ctx, d, p.schema)
			_ = d.Close()
		}
	}
	if p.folder != "" {
		_ = os.RemoveAll(p.folder)
	}
}

// refuseUsed refuses a database that holds records; it makes and changes nothing.
func refuseUsed(ctx context.Context, where Config) error {
	if where.Database == "" {
		if where.DataDir == "" {
			return nil
		}
		if _, err := os.Stat(filepath.Join(where.DataDir, "huicun.db")); err != nil {
			return nil
		}
	}
	d, err := db.Open(ctx, db.Config{DataDir: where.DataDir, URL: where.Database})
	if err != nil {
		return err
	}
	defer d.Close()
	if hasRecords(ctx, d) {
		return errs.New(errs.Invalid, "bench.used", "这个数据库里已有记录，不能用来测量；请换一个空的数据目录（--data-dir）或数据库（--database）")
	}
	return nil
}
