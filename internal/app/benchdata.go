package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const (
	demoVillages = 9
	benchSeed    = 2021
	benchWarm    = 5      // tries before those that count
	benchImport  = 50_000 // rows of the sheet that is imported
	benchChunk   = 20_000 // rows of a sheet that makes data
	villagesEach = 25     // villages of a town that the contracts are spread over
	manyTowns    = 20     // such towns
	manyTenants  = 2000
	unitsEach    = 10 // units of an asset
	leaseOf      = 10 // of so many contracts
	leases       = 3  // so many are leases
)

var benchTrades = []string{
	"水产", "果蔬", "仓储", "电气", "桥架", "纺织", "茶叶", "农机", "物流", "餐饮", "光伏", "苗木", "粮油", "畜禽", "家具", "机械", "塑料", "包装", "建材", "民宿",
}

// benchTown is a town that is measured.
type benchTown struct {
	Code     string
	Villages int
}

// county is what was made: the towns in the order of the configuration, a town of those with many contracts, and books
// to post to.
type county struct {
	Tenant    int64
	Towns     []benchTown
	Far       string
	Books     string
	Contracts int
	Records   int
}

// table is a sheet in the making.
type table struct {
	kind string
	*sheet.Table
}

func newTable(kind, header string) *table {
	return &table{kind, &sheet.Table{Header: strings.Split(header, ",")}}
}

func (t *table) row(format string, args ...any) {
	t.Rows = append(t.Rows, strings.Split(fmt.Sprintf(format, args...), ","))
	t.RowNo = append(t.RowNo, len(t.Rows)+1)
}

// The columns that are filled in.
const (
	headParty    = "名称,简称,类别,所在地区,示例"
	headBooks    = "账套名称,单位,会计制度,起始月份,示例"
	headAsset    = "资产编号,资产名称,所有者,类别,来源,数量,原值（投入）（元）,原年收入（元）,投用日期,状态,示例"
	headUnit     = "单元编号,所属资产,单元名称,数量,示例"
	headContract = "合同编号,合同名称,种类,甲方（集体）,乙方,出租单元,内容（用途）,签订日期,起始日期,到期日期,免租期（月）,每期金额（元）,付款周期（月）,先付后用,押金（保证金）（元）,计入稳定性收入,状态,示例"
	headVoucher  = "账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）,往来单位,合同编号,附件张数,制单人,审核人,示例"
	headTier     = "档次名称,适用地区,梯队名称,下限（元）,含下限,颜色,启用日期,示例"
	headAgree    = "协议编号,协议名称,结对类型,所属村,协议期自,协议期至,签订日期,生效日期,状态,示例"
	headAgreeing = "参与方编号,结对协议,参与方,哪一方,示例"
)

// makeCounty loads the demo and makes the other towns beside it, through the imports that people use.
func (a *App) makeCounty(ctx context.Context, cfg BenchConfig) (county, error) {
	dir, err := EmbeddedDemo()
	if err != nil {
		return county{}, err
	}
	c := county{}
	err = a.LoadDemo(ctx, dir, func(l Loaded) { c.Records += l.Result.Created })
	if err != nil {
		return c, err
	}
	tn, err := a.Regions.TenantOf(ctx, demoCounty)
	if err != nil {
		return c, err
	}
	c.Tenant = tn.ID
	books, _, err := a.Nouns.Ledger.Books.List(ctx, access.System, c.Tenant, record.Filter{Scope: demoTown, Page: db.Paging{Limit: 1}})
	if err != nil || len(books.Items) == 0 {
		return c, errs.Wrap(err, errs.Internal, "bench.books", "the demo has no books")
	}
	c.Books = books.Items[0].Name
	for i, n := range cfg.Villages {
		if n == demoVillages {
			c.Towns = append(c.Towns, benchTown{demoTown, n})
			continue
		}
		t := benchTown{fmt.Sprintf("321182%03d000", 500+i), n}
		c.Towns = append(c.Towns, t)
		if err := a.makeTown(ctx, &c, t); err != nil {
			return c, err
		}
		cfg.Progress(fmt.Sprintf("已生成 %d 个村的镇", n))
	}
	if cfg.Contracts == 0 {
		return c, nil
	}
	return c, a.makeContracts(ctx, &c, cfg)
}

// load imports sheets in their order.
func (a *App) load(ctx context.Context, c *county, list ...*table) error {
	for _, t := range list {
		for from := 0; from < len(t.Rows); {
			to := min(from+benchChunk, len(t.Rows))
			for to < len(t.Rows) && t.kind == "voucher" && t.Rows[to][1] == t.Rows[to-1][1] { // a voucher's rows stay together
				to++
			}
			part := &sheet.Table{Header: t.Header, Rows: t.Rows[from:to], RowNo: t.RowNo[from:to]}
			res, err := a.Import(ctx, access.System, c.Tenant, t.kind, part)
			if err != nil {
				return fmt.Errorf("%s: %w", t.kind, err)
			}
			if len(res.Report.Errors) > 0 {
				return errs.New(errs.Internal, "bench.rows", "%s: %s", t.kind, explain(&res.Report))
			}
			c.Records += res.Created
			from = to
		}
	}
	return nil
}

// makeTown makes a town of villages: each with its collective, books of two years, four assets that are let and a voucher
// for every rent, of which one lease in ten villages owes the last.
func (a *App) makeTown(ctx context.Context, c *county, town benchTown) error {
	prefix := town.Code[:9]
	regions := []region.Region{{Code: town.Code, Name: "测量" + prefix[6:] + "镇", Level: "town"}}
	parties, books := newTable("party", headParty), newTable("books", headBooks)
	assets, units := newTable("asset", headAsset), newTable("asset_unit", headUnit)
	contracts, vouchers := newTable("contract", headContract), newTable("voucher", headVoucher)
	tiers, agrees, agreeing := newTable("tier", headTier), newTable("agreement", headAgree), newTable("agreement_party", headAgreeing)
	firm := "测量" + prefix[6:] + "承租企业"
	parties.row("%s,,企业,%s,是", firm, town.Code)
	for i, t := range []string{"300,绿", "200,蓝", "100,橙"} {
		fen, tone, _ := strings.Cut(t, ",")
		tiers.row("第%d档,%s,村级总收入,%s0000.00,是,%s,2018-01-01,是", i+1, town.Code, fen, tone)
	}
	kinds := []string{"厂房", "商铺", "厂房", "商铺"}
	for i := range town.Villages {
		at := fmt.Sprintf("%s%03d", prefix, i+1)
		name := fmt.Sprintf("测量%s第%03d村", prefix[6:], i+1)
		org := name + "股份经济合作社"
		regions = append(regions, region.Region{Code: at, Name: name, Level: "village"})
		parties.row("%s,,集体经济组织,%s,是", org, at)
		books.row("%s账套,%s,2004 年制度,2020-01,是", org, org)
		no := fmt.Sprintf("GJ-%s-%04d", prefix[6:], i+1)
		agrees.row("%s,%s与企业结对共建协议,村企共建,%s,2021-02-25,2023-12-31,2021-02-25,2021-03-01,履行中,是", no, name, at)
		agreeing.row("%s-1,%s,%s,村方,是", no, no, org)
		agreeing.row("%s-2,%s,%s,对方,是", no, no, firm)
		for k, kind := range kinds {
			asset := fmt.Sprintf("ZC-%s-%03d-%d", prefix[6:], i+1, k+1)
			contract := fmt.Sprintf("HT-2020-%s%03d%d", prefix[6:], i+1, k+1)
			assets.row("%s,%s%s,%s,%s,新建,1000 ㎡,1000000.00,0.00,2019-12-31,可用,是", asset, name, kind, org, kind)
			units.row("%s-1,%s,%s,1000 ㎡,是", asset, asset, kind)
			rent := 20_000 + 1000*(i%17) + 500*k
			contracts.row("%s,%s%s租赁合同,租赁合同,%s,%s,%s-1,整体出租,2020-01-01,2020-01-01,2024-12-31,0,%d.00,3,是,0.00,是,履行中,是", contract, name, kind, org, firm, asset, rent)
			for q := range 8 {
				if i%10 == 0 && k == 3 && q == 7 {
					continue
				}
				head := fmt.Sprintf("%s账套,%d-%d-%d,%d-%02d-05,收%s租金", org, i, k, q, 2020+q/4, 1+3*(q%4), kind)
				vouchers.row("%s,102,%d.00,,,,1,示例报账员,示例会计,是", head, rent)
				vouchers.row("%s,501,,%d.00,%s,%s,1,示例报账员,示例会计,是", head, rent, firm, contract)
			}
		}
	}
	if err := a.Regions.Save(ctx, regions); err != nil {
		return err
	}
	c.Contracts += len(contracts.Rows)
	return a.load(ctx, c, parties, books, assets, units, contracts, vouchers, tiers, agrees, agreeing)
}

// makeContracts spreads contracts over towns that have no books.
func (a *App) makeContracts(ctx context.Context, c *county, cfg BenchConfig) error {
	r := rand.New(rand.NewPCG(benchSeed, uint64(cfg.Contracts)))
	regions := []region.Region{}
	parties := newTable("party", headParty)
	var orgs, codes []string
	for t := range manyTowns {
		town := fmt.Sprintf("321182%03d", 700+t)
		regions = append(regions, region.Region{Code: town + "000", Name: fmt.Sprintf("合同%02d镇", t+1), Level: "town"})
		for v := range villagesEach {
			name := fmt.Sprintf("合同%02d镇%02d村", t+1, v+1)
			at := fmt.Sprintf("%s%03d", town, 200+v)
			regions = append(regions, region.Region{Code: at, Name: name, Level: "village"})
			parties.row("%s股份经济合作社,,集体经济组织,%s,是", name, at)
			orgs, codes = append(orgs, name+"股份经济合作社"), append(codes, name)
		}
		c.Far = town + "000"
	}
	tenants := min(manyTenants, cfg.Contracts)
	for i := range tenants {
		parties.row("示例%s%04d号有限公司,,企业,%s,是", benchTrades[i%len(benchTrades)], i, demoCounty)
	}
	if err := a.Regions.Save(ctx, regions); err != nil {
		return err
	}
	assets, units, contracts := newTable("asset", headAsset), newTable("asset_unit", headUnit), newTable("contract", headContract)
	states := []string{"履行中", "履行中", "履行中", "履行中", "履行中", "履行中", "履行中", "履行中", "已签订", "已终止"}
	used := make([]int, len(orgs))
	for i := range cfg.Contracts {
		at, trade := r.IntN(len(orgs)), benchTrades[r.IntN(len(benchTrades))]
		b := r.IntN(tenants)
		tenant := fmt.Sprintf("示例%s%04d号有限公司", benchTrades[b%len(benchTrades)], b)
		year, month := 2017+r.IntN(5), 1+r.IntN(10)
		kind, unit, name := "服务协议", "", codes[at]+trade+"服务协议"
		if i%leaseOf < leases {
			asset := fmt.Sprintf("HZC-%03d-%04d", at, used[at]/unitsEach)
			if used[at]%unitsEach == 0 {
				assets.row("%s,%s%s用房,%s,厂房,原有,5000 ㎡,500000.00,0.00,2016-06-30,可用,是", asset, codes[at], trade, orgs[at])
			}
			unit = fmt.Sprintf("%s-%d", asset, used[at]%unitsEach+1)
			units.row("%s,%s,第%d间,500 ㎡,是", unit, asset, used[at]%unitsEach+1)
			used[at]++
			kind, name = "租赁合同", codes[at]+trade+"用房租赁合同"
		}
		contracts.row("HT-%d-%06d,%s,%s,%s,%s,%s,%s经营,%d-%02d-01,%d-%02d-01,%d-12-31,0,%d.00,12,是,0.00,是,%s,是", year, i+1, name, kind, orgs[at], tenant, unit, trade,
			year, month, year, month, year+2+r.IntN(4), 1000+r.IntN(300_000), states[r.IntN(len(states))])
	}
	c.Contracts += len(contracts.Rows)
	if err := a.load(ctx, c, parties, assets, units); err != nil {
		return err
	}
	cfg.Progress(fmt.Sprintf("已生成 %d 个出租单元", len(units.Rows)))
	return a.load(ctx, c, contracts)
}

// benchSheet is a sheet of parties; as many rows as are bad have a wrong check digit, spread evenly.
func benchSheet(rows, bad int) *sheet.Table {
	t := newTable("party", "名称,简称,类别,所在地区,统一社会信用代码,行业,示例")
	for i := range rows {
		code := ""
		if bad > 0 && i%(rows/bad) == 7 {
			code = "91350100M000100Y44"
		}
		trade := benchTrades[i%len(benchTrades)]
		t.row("导入第%05d号%s设备有限公司,导入%05d,企业,%s,%s,%s,是", i, trade, i, demoTown, code, trade)
	}
	return t.Table
}

// middle returns the cursor of a page in the middle of the county's contracts as their list shows them first, and the
// number of a lease.
func (a *App) middle(ctx context.Context, tenant int64) (cursor, lease string, err error) {
	f := record.Filter{Scope: demoCounty, Page: db.Paging{Limit: 1000}}
	pages := []string{}
	for {
		page, _, err := a.Nouns.Contracts.List(ctx, access.System, tenant, f)
		if err != nil {
			return "", "", err
		}
		if i := slices.IndexFunc(page.Items, func(c contractRow) bool { return c.Kind == "lease" }); i >= 0 && lease == "" {
			lease = page.Items[i].ID.String()
		}
		if page.Next == "" {
			break
		}
		pages = append(pages, page.Next)
		f.Page.After = page.Next
	}
	if len(pages) > 0 {
		cursor = pages[len(pages)/2]
	}
	return cursor, lease, nil
}
