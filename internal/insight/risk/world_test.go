package risk_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/budget"
	"huicun/internal/books/cash"
	"huicun/internal/books/letting"
	"huicun/internal/books/member"
	"huicun/internal/books/rent"
	"huicun/internal/insight/overview/overviewtest"
	"huicun/internal/insight/risk"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/region"
)

// world is a town of three villages with everything that rules look at.
type world struct {
	*overviewtest.World
	t testing.TB
	s *risk.Service
	n int // vouchers made

	rent *rent.Service
}

const (
	villageA = "321182103201"
	villageB = "321182103202"
	villageC = "321182103203"
)

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{World: overviewtest.New(t, d), t: t}
	asset.NewCertificates(w.Env)
	member.New(w.Env)
	bank.New(w.Env, w.Ledger)
	budget.New(w.Env)
	cash.New(w.Env, w.Ledger)
	letting.New(w.Env, w.Contracts)
	w.rent = rent.New(w.Env, w.Ledger)
	w.s = risk.New(w.Env)
	w.s.Uses(w.Service)
	w.SaveRegions([]region.Region{
		{Code: overviewtest.Province, Name: "江苏省", Level: "province"}, {Code: overviewtest.City, Name: "镇江市", Level: "city"},
		{Code: overviewtest.County, Name: "扬中市", Level: "county"}, {Code: overviewtest.Town, Name: "八桥镇", Level: "town"},
		{Code: villageA, Name: "甲村", Level: "village"}, {Code: villageB, Name: "乙村", Level: "village"}, {Code: villageC, Name: "丙村", Level: "village"},
	})
	w.add("party", `名称,类别,所在地区,状态,示例
甲社,集体经济组织,甲村,存续,否
乙社,集体经济组织,乙村,存续,否
丙社,集体经济组织,丙村,存续,否
租户,企业,八桥镇,存续,否
供货商,企业,八桥镇,存续,否
关系企业,企业,八桥镇,存续,否
张三,农户（个体）,甲村,存续,否`)
	w.add("books", `账套名称,单位,会计制度,起始月份,示例
甲账,甲社,2004 年制度,2018-01,否
乙账,乙社,2004 年制度,2018-01,否
丙账,丙社,2004 年制度,2021-05,否`)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// add imports a sheet.
func (w *world) add(kind, text string) {
	w.t.Helper()
	t, err := sheet.Read(kind+".csv", strings.NewReader(text+"\n"), 0, sheet.Options{})
	w.ok(err)
	w.Import(kind, kind, t)
}

// book posts a voucher of two lines; a line is "account" or "account party contract".
func (w *world) book(books, day, debit, credit, yuan string) {
	w.t.Helper()
	w.n++
	line := func(s, d, c string) string {
		f := append(strings.Split(s, " "), "", "")
		return fmt.Sprintf("%s,T%d,%s,凭证,%s,%s,%s,%s,%s,,,1,制单,审核,否\n", books, w.n, day, f[0], d, c, f[1], f[2])
	}
	w.add("voucher", "账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）,往来单位,合同编号,资产编号,项目编号,附件张数,制单人,审核人,示例\n"+line(debit, yuan, "")+strings.TrimSuffix(line(credit, "", yuan), "\n"))
}

// workshop makes a workshop of 1000 square metres that is let for so much a year, "" for not at all.
func (w *world) workshop(no, owner, yearly, from, to string) {
	w.t.Helper()
	w.add("asset", "资产编号,资产名称,所有者,类别,来源,数量,投用日期,状态,示例\nZC-"+no+",厂房"+no+","+owner+",厂房,新建,1000㎡,2021-01-01,可用,否")
	w.add("asset_unit", "单元编号,所属资产,单元名称,数量,示例\nDY-"+no+",ZC-"+no+",厂房"+no+",1000㎡,否")
	if yearly != "" {
		w.lease(no, "租赁合同", owner, "租户", yearly, from, to, "0")
	}
}

func (w *world) lease(no, kind, owner, tenant, yearly, from, to, deposit string) {
	w.t.Helper()
	w.add("contract", "合同编号,合同名称,种类,甲方（集体）,乙方,出租单元,签订日期,起始日期,到期日期,每期金额（元）,付款周期（月）,先付后用,押金（保证金）（元）,状态,示例\nHT-"+no+",合同"+no+","+kind+","+owner+","+tenant+",DY-"+no+","+from+","+from+","+to+","+yearly+",12,是,"+deposit+",履行中,否")
}

// look measures with one formula over the town.
func (w *world) look(code, day string) map[string]risk.Seen {
	w.t.Helper()
	list, err := w.s.Look(context.Background(), w.Tenant, overviewtest.Town, code, date.Must(day))
	w.ok(err)
	out := map[string]risk.Seen{}
	for _, s := range list {
		out[s.Title] = s
	}
	return out
}

// turns walks over days and says at which measure a subject first showed each colour.
func (w *world) turns(code, title, from string, days int) string {
	w.t.Helper()
	out, last := "", ""
	for i := range days {
		day := date.Must(from).AddDays(i)
		for name, s := range w.look(code, day.String()) {
			if strings.Contains(name, title) && s.Colour != last {
				last = s.Colour
				out += fmt.Sprintf(" %s@%d", s.Colour, s.Measure)
			}
		}
	}
	return strings.TrimSpace(out)
}

// county adds villages with contracts over workshops, rents received for half of them, and books.
func (w *world) county(villages, contracts int) {
	w.t.Helper()
	var regions []region.Region
	var parties, books, assets, units, leases, vouchers []string
	for i := range villages {
		name := fmt.Sprintf("第%03d村", i)
		regions = append(regions, region.Region{Code: fmt.Sprintf("321182103%03d", i+300), Name: name, Level: "village"})
		parties = append(parties, name+"社,集体经济组织,"+name+",存续,否")
		books = append(books, name+"账,"+name+"社,2004 年制度,2021-01,否")
		for k := range contracts {
			no := fmt.Sprintf("%03d-%02d", i, k)
			assets = append(assets, fmt.Sprintf("ZC-%s,厂房%s,%s社,厂房,新建,1000㎡,2021-01-01,可用,否", no, no, name))
			units = append(units, fmt.Sprintf("DY-%s,ZC-%s,厂房%s,1000㎡,否", no, no, no))
			leases = append(leases, fmt.Sprintf("HT-%s,合同%s,租赁合同,%s社,租户,DY-%s,2021-01-01,2021-01-01,20%02d-08-31,%d,3,是,0,履行中,否", no, no, name, no, 21+k%5, 20000+500*(k%20)))
			if k%2 == 0 {
				for q := range 2 {
					vouchers = append(vouchers, fmt.Sprintf("%s账,B%s-%d,2021-%02d-05,收租,102,%d,,,,,,1,制单,审核,否", name, no, q, 1+3*q, 20000+500*(k%20)),
						fmt.Sprintf("%s账,B%s-%d,2021-%02d-05,收租,501,,%d,租户,HT-%s,,,1,制单,审核,否", name, no, q, 1+3*q, 20000+500*(k%20), no))
				}
			}
		}
	}
	w.SaveRegions(regions)
	w.add("party", "名称,类别,所在地区,状态,示例\n"+strings.Join(parties, "\n"))
	w.add("books", "账套名称,单位,会计制度,起始月份,示例\n"+strings.Join(books, "\n"))
	w.add("asset", "资产编号,资产名称,所有者,类别,来源,数量,投用日期,状态,示例\n"+strings.Join(assets, "\n"))
	w.add("asset_unit", "单元编号,所属资产,单元名称,数量,示例\n"+strings.Join(units, "\n"))
	w.add("contract", "合同编号,合同名称,种类,甲方（集体）,乙方,出租单元,签订日期,起始日期,到期日期,每期金额（元）,付款周期（月）,先付后用,押金（保证金）（元）,状态,示例\n"+strings.Join(leases, "\n"))
	w.add("voucher", "账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）,往来单位,合同编号,资产编号,项目编号,附件张数,制单人,审核人,示例\n"+strings.Join(vouchers, "\n"))
}

// off switches a formula off in the town.
func (w *world) off(name string) {
	w.t.Helper()
	w.add("risk_rule", "预警项目,规则名称,适用地区,启用日期,不做这项预警,责任人,审核人,逾期上报,指标恢复正常后,示例\n"+name+",不做,八桥镇,2018-01-01,是,村报账员,镇代理会计,镇党委书记,由审核人确认后销号,否")
}
