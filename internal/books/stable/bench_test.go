package stable

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// table is a sheet in the making.
func table(header string) *sheet.Table { return &sheet.Table{Header: strings.Split(header, ",")} }

func row(t *sheet.Table, format string, args ...any) {
	t.Rows = append(t.Rows, strings.Split(fmt.Sprintf(format, args...), ","))
	t.RowNo = append(t.RowNo, len(t.Rows)+1)
}

// benchWorld has villages of so many contracts each, of five to eleven years by the quarter, half a year or the year, a third
// of them with raises, all of which run in the summer of 2025 or begin later in it; each village has books from 2024 with a receipt for every contract in each year.
func benchWorld(b *testing.B, villages, each int) *world {
	b.Helper()
	w := newWorld(b, dbtest.SQLite(b))
	w.ctx = context.Background()
	var places []region.Region
	for v := range villages {
		places = append(places, region.Region{Code: fmt.Sprintf("3211821%02d%03d", 10+v/60, 200+v%60), Name: fmt.Sprintf("测试%d村", v), Level: "village"})
	}
	for v := 0; v*60 < villages; v++ {
		places = append(places, region.Region{Code: fmt.Sprintf("3211821%02d000", 10+v), Name: fmt.Sprintf("测试%d镇", v), Level: "town"})
	}
	w.ok(w.env.Regions.Save(w.ctx, places))
	parties, books := table("名称,类别,所在地区"), table("账套名称,单位,会计制度,起始月份")
	contracts := table("合同编号,合同名称,种类,甲方（集体）,乙方,签订日期,起始日期,到期日期,每期金额（元）,付款周期（月）,先付后用,递增间隔（月）,递增比例（%）,计入稳定性收入,状态")
	vouchers := table("账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）,合同编号,附件张数,制单人,审核人")
	for v := range villages {
		coll, set := fmt.Sprintf("测试%d村合作社", v), fmt.Sprintf("账套%d", v)
		row(parties, "%s,集体经济组织,%s", coll, places[v].Code)
		row(books, "%s,%s,2023 年制度,2024-01", set, coll)
		for i := range each {
			n := v*each + i
			no, step := fmt.Sprintf("HT-%06d", n), []int{3, 6, 12}[n%3]
			every, percent := "", ""
			if n%3 == 0 {
				every, percent = "12", "5"
			}
			from, years := 2021+n%5, 5+n%7
			row(contracts, "%s,合同%d,服务协议,%s,一厂,%d-0%d-01,%d-0%d-01,%d-0%d-01,%d,%d,是,%s,%s,是,履行中",
				no, n, coll, from, 1+n%9, from, 1+n%9, from+years, 1+n%9, 1000+n, step, every, percent)
			for _, year := range []int{2024, 2025} {
				row(vouchers, "%s,%d-%d,%d-03-%02d,收款,102,%d,,,0,甲,乙", set, year, n, year, 1+n%28, 1000+n)
				row(vouchers, "%s,%d-%d,%d-03-%02d,收款,501,,%d,%s,0,甲,乙", set, year, n, year, 1+n%28, 1000+n, no)
			}
		}
	}
	type load func(context.Context, access.Principal, int64, *sheet.Table) (record.ImportResult, error)
	for _, x := range []struct {
		t  *sheet.Table
		fn load
	}{{parties, w.parties.ImportTable}, {books, w.l.Books.ImportTable}, {contracts, w.contracts.ImportTable}, {vouchers, w.l.ImportVouchers}} {
		r, err := x.fn(w.ctx, access.System, w.tenant, x.t)
		if err != nil || len(r.Report.Errors) > 0 {
			b.Fatal(x.t.Header[0], err, len(r.Report.Errors), r.Report.Errors[:min(len(r.Report.Errors), 3)])
		}
	}
	return w
}
