package app

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
)

// BenchConfig says what is measured. The zero values of Villages, Contracts and Runs are filled in.
type BenchConfig struct {
	DataDir   string // where the scratch data go; "" is a folder that is removed afterwards
	Database  string // postgres://…; the scratch data go into a schema that is removed afterwards
	Keep      bool   // leave the data for the next time, and take those that are there; needs DataDir
	Villages  []int  // sizes of the towns; the one of nine is the demo's
	Contracts int
	Runs      int    // requests per measurement
	Rows      int    // of the sheet that is imported
	Binary    string // this program, for starting it anew; "" leaves that out
	Progress  func(what string)
}

// BenchResult is one line of the table: so many tries, the median, the 99th percentile and the slowest. Bytes is set
// instead for memory.
type BenchResult struct {
	Name             string
	Tries            int
	P50, P99, Worst  time.Duration
	Bytes            int64
	Direction, Notes string // what the direction is; what is to be known of the number
}

// benchDay is the day that measurements stand on: the day on which the demo's records end.
var benchDay = date.Fixed(time.Date(2021, 11, 10, 12, 0, 0, 0, date.Shanghai))

const (
	benchYear = 2021
	underPage = 30 * time.Millisecond
	underCold = 200 * time.Millisecond
	underIdle = 80 << 20
)

func (c *BenchConfig) fill() {
	if len(c.Villages) == 0 {
		c.Villages = []int{demoVillages, 300}
	}
	if c.Runs <= 0 {
		c.Runs = 300
	}
	if c.Rows < 100 {
		c.Rows = benchImport
	}
	if c.Progress == nil {
		c.Progress = func(string) {}
	}
}

// Bench fills a scratch database with a county and measures what its users wait for.
func Bench(ctx context.Context, cfg BenchConfig) ([]BenchResult, error) {
	cfg.fill()
	for _, n := range cfg.Villages {
		if n < 1 || n > 700 {
			return nil, errs.New(errs.Invalid, "bench.villages", "一个镇的村数应在 1 到 700 之间")
		}
	}
	if cfg.Contracts < 0 || cfg.Contracts > 900_000 {
		return nil, errs.New(errs.Invalid, "bench.contracts", "合同份数应在 0 到 900000 之间")
	}
	at, err := findPlace(ctx, &cfg)
	if err != nil {
		return nil, err
	}
	defer at.leave(ctx)
	a, err := Open(ctx, at.where)
	if err != nil {
		return nil, err
	}
	b := &bench{cfg: cfg, app: a, place: at}
	err = b.run(ctx)
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	if err == nil && cfg.Binary != "" {
		err = b.processes(ctx)
	}
	return b.results, err
}

// bench is one run.
type bench struct {
	cfg     BenchConfig
	app     *App
	place   *benchPlace
	county  county
	results []BenchResult
	pass    string
	files   int
}

func (b *bench) add(r BenchResult) { b.results = append(b.results, r) }

// run makes the data and measures in this process.
func (b *bench) run(ctx context.Context) error {
	fresh := b.place.kept == nil
	if err := b.data(ctx); err != nil {
		return err
	}
	b.pass = secret.Token()[:16]
	if err := b.app.Accounts.EnsureDemo(ctx, benchAccounts, b.pass); err != nil {
		return err
	}
	site, err := serveBench(ctx, b.app.Handler(), "", b.pass)
	if err != nil {
		return err
	}
	defer site.close()
	steps := []func(context.Context, *benchSite) error{b.overviews, b.figures, b.vouchers, b.lists}
	if fresh { // the sheet can be imported once
		steps = append(steps, b.imports)
	}
	for _, step := range steps {
		if err := step(ctx, site); err != nil {
			return err
		}
	}
	return nil
}

// data makes the county, or takes the one that was kept.
func (b *bench) data(ctx context.Context) error {
	if k := b.place.kept; k != nil {
		b.county = k.County
		b.cfg.Progress(fmt.Sprintf("使用保留的数据：%d 条记录（不再测导入）", k.County.Records))
		return nil
	}
	start := date.System()
	c, err := b.app.makeCounty(ctx, b.cfg)
	if err != nil {
		return err
	}
	b.county = c
	b.cfg.Progress(fmt.Sprintf("已生成数据：%d 条记录，用时 %s", c.Records, date.System().Sub(start).Round(time.Second)))
	return b.place.keep(b.cfg, c)
}

// The accounts that measure: one who looks, and two who keep the books, since nobody reviews his own voucher.
var benchAccounts = []account.DemoAccount{
	benchAccount("bench-look", "测量：监管员", "county_supervisor"),
	benchAccount("bench-make", "测量：会计甲", "town_accountant"),
	benchAccount("bench-post", "测量：会计乙", "town_accountant"),
}

func benchAccount(login, name, role string) account.DemoAccount {
	return account.DemoAccount{Login: login, Name: name, Grants: []access.Grant{{Role: role, Region: demoCounty}}}
}

// page measures a page that has to answer 200.
func (b *bench) page(ctx context.Context, site *benchSite, name, path, note string) error {
	t, err := timed(b.cfg.Runs, func() error { return site.get(ctx, "bench-look", path) })
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	b.add(t.result(name, "< "+underPage.String(), note))
	b.cfg.Progress(name)
	return nil
}

func (b *bench) overviews(ctx context.Context, site *benchSite) error {
	for _, t := range b.county.Towns {
		name := fmt.Sprintf("总览，%d 个村的镇", t.Villages)
		path := "/?year=" + strconv.Itoa(benchYear) + "&scope=" + t.Code
		if b.app.hasRoute("GET /{$}") {
			if err := b.page(ctx, site, name, path, ""); err != nil {
				return err
			}
			continue
		}
		m, err := timed(b.cfg.Runs, func() error {
			_, err := b.app.Overview.Of(ctx, t.Code, benchYear, date.Today(benchDay))
			return err
		})
		if err != nil {
			return err
		}
		b.add(m.result(name, "< "+underPage.String(), "只算不画：页面没有接入"))
	}
	return nil
}

func (a *App) hasRoute(want string) bool {
	for _, r := range a.Shell.Routes() {
		if r.Method+" "+r.Pattern == want {
			return true
		}
	}
	return false
}

// figures measures a year's numbers where they are computed; a page shows one of them.
func (b *bench) figures(ctx context.Context, _ *benchSite) error {
	day := date.Today(benchDay)
	n := 0
	named, err := timed(min(b.cfg.Runs, 100), func() error {
		list, err := b.app.NamedFigures(ctx, demoTown, benchYear, day)
		n = len(list)
		return err
	})
	if err != nil {
		return err
	}
	b.add(named.result(fmt.Sprintf("%d 个数字，9 个村的镇", n), "", "全部算一遍，不经网页"))
	big := b.county.Towns[len(b.county.Towns)-1]
	all, err := timed(min(b.cfg.Runs, 100), func() error {
		list, err := b.app.CatalogueFigures(ctx, big.Code, benchYear, day)
		n = len(list)
		return err
	})
	if err != nil {
		return err
	}
	b.add(all.result(fmt.Sprintf("%d 个指标，%d 个村的镇", n, big.Villages), "", "全部算一遍，不经网页"))
	b.cfg.Progress("指标")
	return nil
}

// vouchers measures the way of a voucher through its three hands.
func (b *bench) vouchers(ctx context.Context, site *benchSite) error {
	books, err := b.app.Nouns.Ledger.Books.Lookup(ctx, b.app.Env.ForTenant(b.county.Tenant), b.county.Tenant, b.county.Books)
	if err != nil {
		return err
	}
	names := []string{"凭证：填制（保存草稿）", "凭证：审核", "凭证：记账", "凭证：三步合计"}
	m := make([]times, len(names))
	for i := range b.cfg.Runs + benchWarm {
		form := url.Values{
			"_key": {secret.Token()[:22]}, "books": {books.String()}, "date": {"2021-11-0" + strconv.Itoa(1+i%9)}, "kind": {"记"}, "attachments": {"1"},
			"lines[0].summary": {"收租金"}, "lines[0].account": {"102"}, "lines[0].debit": {strconv.Itoa(100+i) + ".00"}, "lines[0].credit": {""},
			"lines[1].summary": {"收租金"}, "lines[1].account": {"501"}, "lines[1].debit": {""}, "lines[1].credit": {strconv.Itoa(100+i) + ".00"},
		}
		at := ""
		var total time.Duration
		for k, step := range []struct{ who, action string }{{"bench-make", "/vouchers/new"}, {"bench-post", "/review"}, {"bench-post", "/post"}} {
			start := date.System()
			to, err := site.post(ctx, step.who, at+step.action, form)
			took := date.System().Sub(start)
			if err != nil {
				return fmt.Errorf("%s: %w", names[k], err)
			}
			if k == 0 {
				at, form = to, url.Values{}
			}
			total += took
			if i >= benchWarm {
				m[k] = append(m[k], took)
			}
		}
		if i >= benchWarm {
			m[3] = append(m[3], total)
		}
	}
	for i, name := range names {
		direction := "< " + underPage.String()
		if i == 3 {
			direction = ""
		}
		b.add(m[i].result(name, direction, ""))
	}
	b.cfg.Progress("凭证")
	return nil
}

// lists measures the list of contracts and a record of it.
func (b *bench) lists(ctx context.Context, site *benchSite) error {
	if b.cfg.Contracts == 0 {
		return nil
	}
	middle, one, err := b.app.middle(ctx, b.county.Tenant)
	if err != nil {
		return err
	}
	base := "/contracts?scope=" + demoCounty + "&year=" + strconv.Itoa(benchYear)
	size := fmt.Sprintf("%d 份合同：", b.county.Contracts)
	for _, l := range []struct{ name, path, note string }{
		{"第一页", base, ""},
		{"中间一页", base + "&after=" + url.QueryEscape(middle), ""},
		{"按金额排序", base + "&sort=-pay", ""},
		{"按年化金额排序", base + "&sort=annual", ""},
		{"搜两个字", base + "&q=" + url.QueryEscape(benchTrades[0]), "命中约 " + strconv.Itoa(b.cfg.Contracts/len(benchTrades)) + " 份"},
		{"搜处处都有的两个字", base + "&q=" + url.QueryEscape("合同"), "份份命中"},
		{"搜一句话", base + "&q=" + url.QueryEscape(benchTrades[0]+"用房租赁合同"), "命中约 " + strconv.Itoa(b.cfg.Contracts*leases/leaseOf/len(benchTrades)) + " 份"},
		{"搜半个编号", base + "&q=HT-2019-0123", "命中几十份"},
		{"搜索结果按金额排序", base + "&sort=-pay&q=" + url.QueryEscape(benchTrades[0]), ""},
		{"筛选（种类、状态）", base + "&kind=service&state=active", "命中过半"},
		{"筛选（状态），无结果", base + "&state=draft", ""},
		{"只看一个镇", strings.Replace(base, demoCounty, b.county.Far, 1), ""},
	} {
		if err := b.page(ctx, site, size+l.name, l.path, l.note); err != nil {
			return err
		}
	}
	return b.page(ctx, site, "一份合同的页面", "/contracts/"+one+"?scope="+demoCounty+"&year="+strconv.Itoa(benchYear), "")
}

// imports measures the import of a sheet of parties, all good and with one row of a hundred wrong.
func (b *bench) imports(ctx context.Context, _ *benchSite) error {
	for _, bad := range []int{b.cfg.Rows / 100, 0} {
		name := fmt.Sprintf("导入 %d 行单位", b.cfg.Rows)
		if bad > 0 {
			name += fmt.Sprintf("，其中 %d 行有错", bad)
		}
		t := benchSheet(b.cfg.Rows, bad)
		start := date.System()
		res, err := b.app.Import(ctx, access.System, b.county.Tenant, "party", t)
		took := date.System().Sub(start)
		if err != nil {
			return err
		}
		if len(res.Report.Errors) != bad || bad > 0 && res.Created != 0 || bad == 0 && res.Created != b.cfg.Rows {
			return errs.New(errs.Internal, "bench.import", "imported %d with %d errors", res.Created, len(res.Report.Errors))
		}
		b.add(times{took}.result(name, "< 1m0s", "一次"))
		b.cfg.Progress(name)
	}
	return nil
}
