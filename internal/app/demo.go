package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"huicun/demo"
	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// DemoAccounts are the accounts that the demo prints: one for every kind of user.
var DemoAccounts = []account.DemoAccount{
	demoAccount("shuji", "八桥镇书记（示例）", "town_secretary", "321182103000"),
	demoAccount("kuaiji", "八桥镇代理会计（示例）", "town_accountant", "321182103000"),
	demoAccount("chuna", "八桥镇出纳（示例）", "town_cashier", "321182103000"),
	demoAccount("baozhang", "永胜村报账员（示例）", "village_bookkeeper", "321182103205"),
	demoAccount("lianluo", "八桥镇助企联络员（示例）", "liaison", "321182103000"),
	demoAccount("jianguan", "扬中市监管员（示例）", "county_supervisor", "321182000000"),
	demoAccount("shenji", "八桥镇审计员（示例）", "auditor", "321182103000"),
	demoAccount("guanli", "扬中市系统管理员（示例）", "sysadmin", "321182000000"),
}

func demoAccount(login, name, role, place string) account.DemoAccount {
	return account.DemoAccount{Login: login, Name: name, Grants: []access.Grant{{Role: role, Region: place}}}
}

// Loaded says what a load did with one file.
type Loaded struct {
	File   string
	Kind   string
	Result record.ImportResult
	Same   bool // the file was loaded before with the same content
}

// fileName is NN-kind.csv or NN-kind-part.csv.
var fileName = regexp.MustCompile(`^(\d+)-([a-z_]+)(?:-[a-z0-9_]+)?\.csv$`)

// LoadDir imports a folder of CSV files in the order of their names: divisions first, then every kind of record.
// A file that was loaded before with the same content is passed over, so that changes made on screen stay.
// Errors name the file, row and column.
func (a *App) LoadDir(ctx context.Context, dir fs.FS, done func(Loaded)) error {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "demo.dir", "数据目录读不出来；请检查 --from 的路径")
	}
	var names []string
	for _, e := range entries {
		if fileName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return errs.New(errs.Invalid, "demo.empty", "目录里没有形如 01-region.csv 的数据文件；请检查 --from 的路径")
	}
	tenant := int64(0)
	for _, n := range names {
		b, err := fs.ReadFile(dir, n)
		if err != nil {
			return fmt.Errorf("reading %s: %w", n, err)
		}
		l := Loaded{File: n, Kind: fileName.FindStringSubmatch(n)[2]}
		if l.Kind == "region" {
			if tenant, err = a.loadRegions(ctx, n, b); err != nil {
				return err
			}
		} else if err := a.loadFile(ctx, tenant, b, &l); err != nil {
			return fmt.Errorf("%s: %w", n, err)
		}
		if done != nil {
			done(l)
		}
	}
	return nil
}

func (a *App) loadRegions(ctx context.Context, name string, b []byte) (int64, error) {
	t, err := sheet.Read(name, bytes.NewReader(b), int64(len(b)), sheet.Options{})
	if err != nil {
		return 0, err
	}
	if _, rep, err := a.ImportRegions(ctx, t); err != nil {
		return 0, err
	} else if err := rep.Err(); err != nil {
		return 0, errs.Wrap(err, errs.Invalid, "demo.rows", "%s：%s", name, explain(rep))
	}
	list, _ := region.ReadRegions(t)
	for _, r := range list {
		if code.Level(r.Code) == code.TierCounty {
			tn, err := a.Regions.TenantOf(ctx, r.Code)
			return tn.ID, err
		}
	}
	return 0, errs.New(errs.Invalid, "demo.county", "%s 里没有县（市、区），无法确定数据归属", name)
}

func (a *App) loadFile(ctx context.Context, tenant int64, b []byte, l *Loaded) error {
	sum := sha256.Sum256(b)
	key := "load:" + l.File + ":" + hex.EncodeToString(sum[:])
	was, err := a.loadedBefore(ctx, tenant, l.File, key)
	if err != nil || was {
		l.Same = was
		return err
	}
	t, err := sheet.Read(l.File, bytes.NewReader(b), int64(len(b)), sheet.Options{})
	if err != nil {
		return err
	}
	if l.Result, err = a.Import(ctx, access.System, tenant, l.Kind, t); err != nil {
		return err
	}
	if len(l.Result.Report.Errors) > 0 {
		return errs.Wrap(l.Result.Report.Err(), errs.Invalid, "demo.rows", "%s", explain(&l.Result.Report))
	}
	return a.markLoaded(ctx, tenant, l.File, key)
}

// ImportAsSystem is Import for an operator at the command line.
func (a *App) ImportAsSystem(ctx context.Context, tenant int64, kind string, t *sheet.Table) (record.ImportResult, error) {
	return a.Import(ctx, access.System, tenant, kind, t)
}

// Import stores a sheet of any kind: vouchers have their own importer, everything else is a noun.
func (a *App) Import(ctx context.Context, who access.Principal, tenant int64, kind string, t *sheet.Table) (record.ImportResult, error) {
	if imp := a.Nouns.Importers[kind]; imp != nil {
		return imp(ctx, who, tenant, t)
	}
	n, ok := a.Env.Noun(kind)
	if !ok {
		return record.ImportResult{}, errs.New(errs.Invalid, "import.kind", "没有“%s”这类记录；可用的有：%s", kind, strings.Join(a.kinds(), "、"))
	}
	return n.ImportTable(ctx, who, tenant, t)
}

func (a *App) kinds() []string {
	var out []string
	for _, n := range a.Env.Nouns() {
		out = append(out, n.Info().Kind)
	}
	return out
}

// explainMax is how many wrong cells a message names.
const explainMax = 10

func explain(r *sheet.Report) string {
	var parts []string
	for _, e := range r.Errors[:min(len(r.Errors), explainMax)] {
		at := fmt.Sprintf("第 %d 行", e.Row)
		if e.Column != "" {
			at += "“" + e.Column + "”"
		}
		if e.Value != "" {
			at += "（" + e.Value + "）"
		}
		parts = append(parts, at+"："+e.Msg)
	}
	s := strings.Join(parts, "\n  ")
	if n := len(r.Errors) - len(parts); n > 0 {
		s += fmt.Sprintf("\n  还有 %d 处", n)
	}
	return "共 " + fmt.Sprint(len(r.Errors)) + " 处错误，没有保存\n  " + s
}

// EmbeddedDemo is Baqiao's folder as it was when the binary was built.
func EmbeddedDemo() (fs.FS, error) { return fs.Sub(demo.Baqiao, "baqiao") }
