// Package ledgerbench measures the ledger on a scratch database: importing, posting over HTTP by one and by many,
// statements over few and many vouchers and years, and the whole process beside other ledgers on the same books.
package ledgerbench

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"huicun/internal/app"
	"huicun/internal/app/measure"
	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
)

// Config says what is measured.
type Config struct {
	DataDir  string // where the scratch data go; "" is a folder that is removed afterwards
	Database string // postgres://…; the scratch data go into a schema that is removed afterwards
	Vouchers []int  // sizes
	Clients  []int  // how many post at once
	Posts    int    // vouchers posted by them together
	Runs     int    // readings per statement
	Binary   string // this program, for whole processes; "" leaves them out
	Progress func(what string)
}

// Row is one line of the table. Rate is per second; Peak is memory in bytes.
type Row struct {
	Name     string
	Tries    int
	P50, P99 time.Duration
	Rate     float64
	Unit     string // of the rate
	Peak     int64
	Note     string
}

// The people who measure: two accountants, since nobody reviews what he made.
const (
	maker  = "bench-make"
	poster = "bench-post"
)

var people = []account.DemoAccount{
	{Login: maker, Name: "测量：会计甲", Grants: []access.Grant{{Role: "town_accountant", Region: county}}},
	{Login: poster, Name: "测量：会计乙", Grants: []access.Grant{{Role: "town_accountant", Region: county}}},
}

// bench is one run.
type bench struct {
	Config
	app    *app.App
	place  app.Config
	tenant int64
	rows   []Row
	pass   string
}

// Run fills a scratch database and measures.
func Run(ctx context.Context, cfg Config) ([]Row, error) {
	for _, n := range cfg.Vouchers {
		if n < 100 || n > 2_000_000 {
			return nil, errs.New(errs.Invalid, "bench.vouchers", "凭证张数应在 100 到 2000000 之间")
		}
	}
	place, clean, err := app.Scratch(ctx, cfg.DataDir, cfg.Database)
	if err != nil {
		return nil, err
	}
	defer clean()
	place.Clock = nil // statements of years to come are made today
	a, err := app.Open(ctx, place)
	if err != nil {
		return nil, err
	}
	b := &bench{Config: cfg, app: a, place: place, pass: secret.Token()[:16]}
	err = b.run(ctx)
	if cerr := a.Close(); err == nil {
		err = cerr
	}
	return b.rows, err
}

func (b *bench) run(ctx context.Context) error {
	var err error
	if b.tenant, err = makeCounty(ctx, b.app); err != nil {
		return err
	}
	if err := b.app.Accounts.EnsureDemo(ctx, people, b.pass); err != nil {
		return err
	}
	site, err := measure.Serve(ctx, b.app.Handler(), "", b.pass, maker, poster)
	if err != nil {
		return err
	}
	defer site.Close()
	for i, n := range b.Vouchers {
		t, err := b.importing(ctx, 500+i, n)
		if err != nil {
			return err
		}
		if i == 0 {
			if err := b.raw(ctx, t); err != nil {
				return err
			}
			if err := b.posting(ctx, site, t); err != nil {
				return err
			}
		}
		if err := b.statements(ctx, site, t, n); err != nil {
			return err
		}
		if err := b.searches(ctx, t, n); err != nil {
			return err
		}
		if err := b.processes(ctx, t, n); err != nil {
			return err
		}
	}
	return b.years(ctx)
}

func (b *bench) add(r Row) {
	b.rows = append(b.rows, r)
	b.Progress(r.Name)
}

func (b *bench) timed(name, note string, runs int, fn func() error) error {
	t, err := measure.Timed(runs, fn)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	b.add(Row{Name: name, Tries: len(t), P50: t.At(50), P99: t.At(99), Note: note})
	return nil
}

// importing makes a town with n vouchers of one year and measures how fast they come in.
func (b *bench) importing(ctx context.Context, no, n int) (*town, error) {
	t, err := makeTown(ctx, b.app, b.tenant, no, max(1, n/perBooks), firstYear)
	if err != nil {
		return nil, err
	}
	took, err := t.fill(ctx, b.app, b.tenant, firstYear, n)
	if err != nil {
		return nil, err
	}
	b.add(Row{
		Name: fmt.Sprintf("导入 %d 张凭证（%d 行）", n, t.rows), Tries: 1, P50: took, Rate: float64(t.rows) / took.Seconds(), Unit: "行/秒",
		Note: fmt.Sprintf("%d 个账套；含检查、编号、余额、校验链、检索和日志", len(t.books)),
	})
	return t, nil
}

// rawTries is how often the bare insert of all rows is measured.
const rawTries = 3

// raw measures bare inserts of the rows that the import wrote, with the same indexes: all at once, and voucher by voucher.
func (b *bench) raw(ctx context.Context, t *town) error {
	for _, k := range []struct {
		bare
		name, note string
	}{
		{bareVouchers, "只插入同样的凭证和分录", "索引相同，没有外键，一个事务，写法与导入相同"},
		{bareAll, "只插入导入写下的全部行", "凭证、分录、检索文档和检索词，索引和外键相同，一个事务，写法与导入相同"},
	} {
		if err := k.make(ctx, b.app.DB); err != nil {
			return err
		}
		of, err := k.rows(ctx, b.app.DB.Read(), b.tenant, t.books)
		if err != nil {
			return err
		}
		all := 0
		for _, list := range of {
			all += len(list)
		}
		n := len(of["voucher_line"])
		var took measure.Times
		for range rawTries {
			if err := k.empty(ctx, b.app.DB, b.tenant); err != nil {
				return err
			}
			start := date.System()
			if err := k.insert(ctx, b.app.DB, b.tenant, of); err != nil {
				return err
			}
			took = append(took, date.System().Sub(start))
		}
		b.add(Row{
			Name: fmt.Sprintf("%s（%d 行分录，共 %d 行）", k.name, n, all), Tries: len(took), P50: took.At(50), P99: took.At(99),
			Rate: float64(n) / took.At(50).Seconds(), Unit: "行/秒", Note: k.note,
		})
		if err := k.empty(ctx, b.app.DB, b.tenant); err != nil {
			return err
		}
		if k.keys {
			continue
		}
		singles := of.apart(b.Runs + measure.Warm)
		i := 0
		err = b.timed("只插入一张凭证的行", "一张凭证和三行分录，没有外键，一个事务，落盘", len(singles)-measure.Warm, func() error {
			i++
			return k.insert(ctx, b.app.DB, b.tenant, singles[i-1])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// posting measures vouchers that were drafted and reviewed and are now posted over HTTP, by more and more at once.
func (b *bench) posting(ctx context.Context, site *measure.Site, t *town) error {
	for _, clients := range b.Clients {
		drafts, err := b.drafts(ctx, t, b.Posts)
		if err != nil {
			return err
		}
		each, whole, err := measure.Together(clients, len(drafts), func(_, i int) error {
			_, err := site.Post(ctx, poster, "/vouchers/"+drafts[i].String()+"/post", nil)
			return err
		})
		if err != nil {
			return err
		}
		b.add(Row{
			Name: fmt.Sprintf("记账（HTTP），%d 人同时", clients), Tries: len(each), P50: each.At(50), P99: each.At(99),
			Rate: float64(len(each)) / whole.Seconds(), Unit: "张/秒", Note: "已审核的三行凭证，散在各账套",
		})
	}
	if err := b.batchPosting(ctx, t); err != nil {
		return err
	}
	form := func(i int) url.Values {
		v := url.Values{"_key": {secret.Token()[:22]}, "books": {t.books[i%len(t.books)].String()}, "date": {strconv.Itoa(firstYear) + "-12-31"}, "attachments": {"1"}}
		for k, l := range [][3]string{{"102", "300.00", ""}, {"501", "", "100.00"}, {"112", "", "200.00"}} {
			at := "lines[" + strconv.Itoa(k) + "]."
			v.Set(at+"summary", "测量用凭证")
			v.Set(at+"account", l[0])
			v.Set(at+"debit", l[1])
			v.Set(at+"credit", l[2])
		}
		return v
	}
	for _, clients := range b.Clients {
		each, whole, err := measure.Together(clients, b.Posts, func(_, i int) error {
			_, err := site.Post(ctx, maker, "/vouchers/new", form(i))
			return err
		})
		if err != nil {
			return err
		}
		b.add(Row{
			Name: fmt.Sprintf("填制（HTTP），%d 人同时", clients), Tries: len(each), P50: each.At(50), P99: each.At(99),
			Rate: float64(len(each)) / whole.Seconds(), Unit: "张/秒",
		})
	}
	return nil
}

// perBatch is how many vouchers are posted in one batch, the most that a person may tick.
const perBatch = 500

// batchPosting measures reviewed vouchers that are posted together, one transaction a batch.
func (b *bench) batchPosting(ctx context.Context, t *town) error {
	who := access.Principal{ID: 4, Name: "测量：会计丁", Grants: people[1].Grants}
	var took measure.Times
	for range 2 {
		drafts, err := b.drafts(ctx, t, perBatch)
		if err != nil {
			return err
		}
		list := make([]ledger.Pick, len(drafts))
		for i, id := range drafts {
			list[i].ID = id
		}
		start := date.System()
		out, done, err := b.app.Nouns.Ledger.PostAll(ctx, who, b.tenant, list, false)
		took = append(took, date.System().Sub(start))
		if err == nil && (!done || len(out) != len(list)) {
			err = errs.New(errs.Internal, "bench.batch", "a batch of %d was not posted: %+v", len(list), out)
		}
		if err != nil {
			return err
		}
	}
	b.add(Row{
		Name: fmt.Sprintf("批量记账，%d 张一批", perBatch), Tries: len(took), P50: took.At(50), P99: took.At(99),
		Rate: float64(perBatch) / took.At(50).Seconds(), Unit: "张/秒", Note: "已审核的三行凭证，一批一个事务",
	})
	return nil
}

// drafts makes reviewed vouchers over all books.
func (b *bench) drafts(ctx context.Context, t *town, n int) ([]ids.ID, error) {
	l := b.app.Nouns.Ledger
	makes := access.Principal{ID: 1, Name: "测量：会计甲", Grants: people[0].Grants}
	check := access.Principal{ID: 2, Name: "测量：会计丙", Grants: people[1].Grants}
	out := make([]ids.ID, n)
	for i := range out {
		v := &ledger.Voucher{
			Books: t.books[i%len(t.books)], Date: date.Must(strconv.Itoa(firstYear) + "-12-30"), Summary: "测量用凭证",
			Lines: []ledger.Line{{Account: "102", Debit: 30_000}, {Account: "501", Credit: 10_000}, {Account: "112", Credit: 20_000}},
		}
		id, err := l.SaveDraft(ctx, makes, b.tenant, "", v)
		if err != nil {
			return nil, err
		}
		if err := l.Review(ctx, check, b.tenant, id, 0); err != nil {
			return nil, err
		}
		out[i] = id
	}
	return out, nil
}

// statements measures reports over one set of books and over the town, computed and as pages.
func (b *bench) statements(ctx context.Context, site *measure.Site, t *town, n int) error {
	of := func(q statement.Query, kind string) func() error {
		s := statement.New(b.app.DB, b.app.Regions, nil)
		return func() error {
			list, _, err := s.Sheets(ctx, q, kind, statement.Options{})
			if err == nil && (len(list) == 0 || len(list[0].Rows) == 0) {
				err = errs.New(errs.Internal, "bench.sheet", "an empty sheet")
			}
			return err
		}
	}
	one := statement.Query{Tenant: b.tenant, Books: t.books[0], Period: statement.YearOf(firstYear)}
	all := statement.Query{Tenant: b.tenant, Scopes: []string{t.code}, Title: t.name, Period: statement.YearOf(firstYear)}
	for _, k := range []string{"trial", "income", "balance"} {
		label, _ := statement.KindOf(k)
		if err := b.timed(fmt.Sprintf("%s，%d 张凭证的一个账套", label.Label, n/len(t.books)), "", b.Runs, of(one, k)); err != nil {
			return err
		}
		if err := b.timed(fmt.Sprintf("%s，%d 张凭证的镇（%d 个账套合并）", label.Label, n, len(t.books)), "", b.Runs, of(all, k)); err != nil {
			return err
		}
	}
	return nil
}

// searches measures the search of vouchers: the first page and what all that is found comes to.
func (b *bench) searches(ctx context.Context, t *town, n int) error {
	who := access.Principal{ID: 1, Name: "测量：会计甲", Grants: people[0].Grants}
	for _, s := range []struct {
		name string
		ledger.Search
		none bool
	}{
		{"全部", ledger.Search{}, false},
		{"每张都有的词", ledger.Search{Text: "测量用凭证"}, false},
		{"没有的词", ledger.Search{Text: "青苗补偿"}, true},
		{"凭证号的末位", ledger.Search{Number: "1"}, false},
		{"一个账套的一个科目", ledger.Search{Books: t.books[0], Account: "511"}, false},
		{"金额范围", ledger.Search{Least: 400_000, Most: 410_000}, false},
		{"制单人（每张）", ledger.Search{Maker: "报账员"}, false},
		{"制单人（没有）", ledger.Search{Maker: "无此人"}, true},
	} {
		s.Scope = t.code
		err := b.timed(fmt.Sprintf("查凭证，%d 张：%s", n, s.name), "第一页和合计，计算", max(b.Runs/5, 2), func() error {
			_, found, err := b.app.Nouns.Ledger.Find(ctx, who, b.tenant, s.Search, db.Paging{Limit: 50})
			if err == nil && (found.Vouchers == 0) != s.none {
				err = errs.New(errs.Internal, "bench.search", "found %d vouchers", found.Vouchers)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// years measures whether a statement of the last year costs more, the more years there are before it.
func (b *bench) years(ctx context.Context) error {
	const last = firstYear + 5
	perYear := max(b.Vouchers[0]/10, 20)
	for i, years := range []int{1, 3, 6} {
		t, err := makeTown(ctx, b.app, b.tenant, 700+i, 2, last-years+1)
		if err != nil {
			return err
		}
		for y := last - years + 1; y <= last; y++ {
			if _, err := t.fill(ctx, b.app, b.tenant, y, 2*perYear); err != nil {
				return err
			}
		}
		s := statement.New(b.app.DB, b.app.Regions, nil)
		q := statement.Query{Tenant: b.tenant, Books: t.books[0], Period: statement.YearOf(last)}
		for _, k := range []string{"trial", "balance"} {
			label, _ := statement.KindOf(k)
			err := b.timed(fmt.Sprintf("%s，存有 %d 年（每年 %d 张）", label.Label, years, perYear), "", b.Runs, func() error {
				_, _, err := s.Sheets(ctx, q, k, statement.Options{})
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
