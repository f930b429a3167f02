// Package overviewtest sets up all nouns and the catalogue as the application does, with the demo's records or with
// a generated town, for tests of what is made of several slices.
package overviewtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/indicator"
	"huicun/internal/insight/overview"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/attract"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/casework"
	"huicun/internal/mechanism/chamber"
	"huicun/internal/mechanism/joint"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// The demo's places, and the day on which its records end.
const (
	Province = "320000000000"
	City     = "321100000000"
	County   = "321182000000"
	Town     = "321182103000"
)

// Day is the day on which the demo's records end.
var Day = date.Must("2021-11-10")

// World is a county with every noun below the board.
type World struct {
	TB      testing.TB
	DB      *db.DB
	Env     *record.Env
	Tenant  int64
	Cat     *indicator.Catalogue
	Ledger  *ledger.Ledger
	Figures *record.Noun[indicator.Def]
	Service *overview.Service
	// Contracts is the noun of contracts, for what is registered later.
	Contracts *record.Noun[contract.Contract]
}

// New sets up the nouns and the catalogue over an empty database.
func New(tb testing.TB, d *db.DB) *World {
	tb.Helper()
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		tb.Fatal(err)
	}
	regions := region.New(d)
	w := &World{TB: tb, DB: d, Env: record.NewEnv(d, regions, box), Cat: indicator.NewCatalogue(d, regions)}
	e := w.Env
	party.NewParties(e)
	persons := party.NewPersons(e)
	party.NewRoles(e)
	w.Ledger = ledger.New(e)
	asset.NewAssets(e)
	asset.NewUnits(e)
	w.Contracts = contract.NewContracts(e)
	policy.NewPolicies(e)
	policy.NewVersions(e, policy.NewSources(e, w.Cat))
	policy.NewAwards(e)
	chamber.NewChambers(e)
	chamber.NewMembers(e)
	brand.NewBrands(e)
	brand.NewProducts(e)
	brand.NewSales(e)
	brand.NewEvents(e)
	pairing.NewAgreements(e)
	pairing.NewParties(e)
	pairing.NewItems(e)
	joint.NewProjects(e)
	joint.NewParties(e)
	joint.NewInputs(e)
	joint.NewItems(e)
	joint.NewMilestones(e)
	joint.NewIncomes(e)
	leads := attract.NewLeads(e, persons)
	attract.NewFacts(e, leads)
	attract.NewMeetings(e, attract.NewBodies(e))
	casework.NewSLAs(e)
	casework.NewCampaigns(e)
	casework.NewVisits(e)
	casework.NewRequests(e)
	secretary.NewCycles(e)
	secretary.NewCriteria(e)
	secretary.NewProjects(e)
	secretary.NewMeasures(e)
	secretary.NewMilestones(e)
	for _, list := range [][]indicator.Indicator{
		asset.Figures(), contract.Figures(e), ledger.Figures(e, regions), policy.Figures(e), chamber.Figures(e), brand.Figures(e),
		pairing.Figures(e), joint.Figures(e), attract.Figures(), casework.Figures(nil), secretary.Figures(), overview.Figures(e, w.Cat),
	} {
		w.Cat.Add(list...)
	}
	secretary.NewTargets(e, w.Cat)
	secretary.NewNextSteps(e, w.Cat)
	w.Figures = indicator.NewDefs(e, w.Cat)
	indicator.NewTiers(e)
	w.Service = overview.NewService(e, w.Cat)
	return w
}

var fileName = regexp.MustCompile(`^\d+-([a-z_]+)(?:-[a-z0-9_]+)?\.csv$`)

// LoadDemo imports the demo's files in their order; kinds that this world does not know are left out.
func (w *World) LoadDemo() *World {
	w.TB.Helper()
	dir := filepath.Join(root(w.TB), "demo", "baqiao")
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.TB.Fatal(err)
	}
	for _, e := range entries {
		m := fileName.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			w.TB.Fatal(err)
		}
		t, err := sheet.Read(e.Name(), f, 0, sheet.Options{})
		_ = f.Close()
		if err != nil {
			w.TB.Fatalf("%s: %v", e.Name(), err)
		}
		w.Import(m[1], e.Name(), t)
	}
	return w
}

// Import stores a sheet of a kind and fails the test on the first wrong cell.
func (w *World) Import(kind, name string, t *sheet.Table) {
	w.TB.Helper()
	ctx := context.Background()
	var res record.ImportResult
	var err error
	switch n, ok := w.Env.Noun(kind); {
	case kind == "region":
		w.regions(t)
		return
	case kind == "voucher":
		res, err = w.Ledger.ImportVouchers(ctx, access.System, w.Tenant, t)
	case ok:
		res, err = n.ImportTable(ctx, access.System, w.Tenant, t)
	default:
		return
	}
	if err != nil {
		w.TB.Fatalf("%s: %v", name, err)
	}
	for _, e := range res.Report.Errors {
		w.TB.Fatalf("%s, row %d, %s %q: %s", name, e.Row, e.Column, e.Value, e.Msg)
	}
}

func (w *World) regions(t *sheet.Table) {
	w.TB.Helper()
	list, rep := region.ReadRegions(t)
	if err := rep.Err(); err != nil {
		w.TB.Fatal(err)
	}
	w.SaveRegions(list)
}

// SaveRegions stores divisions; the first county among them is the world's tenant.
func (w *World) SaveRegions(list []region.Region) {
	w.TB.Helper()
	ctx := context.Background()
	if err := w.Env.Regions.Save(ctx, list); err != nil {
		w.TB.Fatal(err)
	}
	for _, r := range list {
		if r.Level == "county" && w.Tenant == 0 {
			tn, err := w.Env.Regions.TenantOf(ctx, r.Code)
			if err != nil {
				w.TB.Fatal(err)
			}
			w.Tenant = tn.ID
		}
	}
}

func root(tb testing.TB) string {
	tb.Helper()
	dir := "."
	for range 8 {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Join(dir, "..")
	}
	tb.Fatal("no go.mod above the test")
	return ""
}

// rows makes a sheet of a header and rows of cells separated by commas.
func rows(header string, lines []string) *sheet.Table {
	t, err := sheet.Read("made.csv", strings.NewReader(header+"\n"+strings.Join(lines, "\n")+"\n"), 0, sheet.Options{})
	if err != nil {
		panic(err)
	}
	return t
}

// Generate makes a town of so many villages, each with a collective, books, two assets, two leases and a voucher
// for every rent of the year's first months. The fourth lease of every tenth village is never paid.
func (w *World) Generate(villages int) *World {
	w.TB.Helper()
	regions := []region.Region{
		{Code: Province, Name: "江苏省", Level: "province"}, {Code: City, Name: "镇江市", Level: "city"},
		{Code: County, Name: "扬中市", Level: "county"}, {Code: Town, Name: "示例镇", Level: "town"},
	}
	var parties, books, assets, units, contracts, vouchers []string
	parties = append(parties, "示例承租企业,,企业,示例镇,,,存续,是")
	for i := range villages {
		name := fmt.Sprintf("示例%03d村", i)
		org := "示例镇" + name + "股份经济合作社"
		regions = append(regions, region.Region{Code: fmt.Sprintf("321182103%03d", i+1), Name: name, Level: "village"})
		parties = append(parties, org+",,集体经济组织,"+name+",,,存续,是")
		books = append(books, org+"账套,"+org+",2004 年制度,2021-01,是,")
		for k := range 2 {
			no := fmt.Sprintf("ZC-%04d-%d", i, k)
			kind := []string{"厂房", "商铺"}[k]
			assets = append(assets, fmt.Sprintf("%s,%s%s,%s,%s,新建,1000 ㎡,1000000.00,0.00,2020-06-30,,可用,是,", no, name, kind, org, kind))
			units = append(units, fmt.Sprintf("%s-1,%s,%s%s,1000 ㎡,是,", no, no, name, kind))
			contracts = append(contracts, fmt.Sprintf("HT-%04d-%d,%s%s租赁合同,租赁合同,%s,示例承租企业,%s-1,,2021-01-01,2021-01-01,2025-12-31,,0,30000.00,3,是,0.00,是,,,履行中,是,", i, k, name, kind, org, no))
			for q := range 4 {
				if i%10 == 0 && k == 1 && q == 3 {
					continue
				}
				src := fmt.Sprintf("%04d-%d-%d", i, k, q)
				day := fmt.Sprintf("2021-%02d-05", 1+3*q)
				head := fmt.Sprintf("%s账套,%s,%s,收租金", org, src, day)
				vouchers = append(vouchers,
					head+",102,30000.00,,,,,,1,示例报账员,示例会计,是",
					head+fmt.Sprintf(",501,,30000.00,示例承租企业,HT-%04d-%d,,,1,示例报账员,示例会计,是", i, k))
			}
		}
	}
	w.SaveRegions(regions)
	w.Import("party", "parties", rows("名称,简称,类别,所在地区,统一社会信用代码,成立日期,状态,示例", parties))
	w.Import("books", "books", rows("账套名称,单位,会计制度,起始月份,示例,备注", books))
	w.Import("asset", "assets", rows("资产编号,资产名称,所有者,类别,来源,数量,原值（投入）（元）,原年收入（元）,投用日期,位置,状态,示例,备注", assets))
	w.Import("asset_unit", "units", rows("单元编号,所属资产,单元名称,数量,示例,备注", units))
	w.Import("contract", "contracts", rows("合同编号,合同名称,种类,甲方（集体）,乙方,出租单元,内容（用途）,签订日期,起始日期,到期日期,提前终止日期,免租期（月）,每期金额（元）,付款周期（月）,先付后用,押金（保证金）（元）,计入稳定性收入,服务品牌,联建项目,状态,示例,备注", contracts))
	for part := range slices.Chunk(vouchers, 2000) {
		w.Import("voucher", "vouchers", rows("账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）,往来单位,合同编号,资产编号,项目编号,附件张数,制单人,审核人,示例", part))
	}
	return w
}
