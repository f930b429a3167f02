package ledgerbench

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"huicun/internal/app"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// The made county. A town holds the books of one measurement.
const (
	county    = "321182000000"
	firstYear = 2024
	perBooks  = 3000 // vouchers of a year in one set of books
	linesEach = 3
	perSheet  = 10_000 // vouchers imported at once
)

// town is one measurement's books.
type town struct {
	code  string
	name  string
	books []ids.ID
	names []string
	rows  int // voucher lines
}

var (
	voucherHead = []string{"账套", "凭证来源号", "日期", "摘要", "科目", "借方金额（元）", "贷方金额（元）", "往来单位", "附件张数", "制单人", "审核人", "示例"}
	partyHead   = []string{"名称", "类别", "所在地区", "示例"}
	booksHead   = []string{"账套名称", "单位", "会计制度", "起始月份", "示例"}
)

// makeCounty makes the divisions above the towns.
func makeCounty(ctx context.Context, a *app.App) (int64, error) {
	err := a.Regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: county, Name: "扬中市", Level: "county"},
	})
	if err != nil {
		return 0, err
	}
	tn, err := a.Regions.TenantOf(ctx, county)
	return tn.ID, err
}

// makeTown makes a town with so many villages, each with its collective and its books.
func makeTown(ctx context.Context, a *app.App, tenant int64, no, villages, from int) (*town, error) {
	t := &town{code: fmt.Sprintf("321182%03d000", no), name: fmt.Sprintf("测量%d镇", no)}
	regions := []region.Region{{Code: t.code, Name: t.name, Level: "town"}}
	parties, books := &sheet.Table{Header: partyHead}, &sheet.Table{Header: booksHead}
	add := func(to *sheet.Table, cells ...string) {
		to.Rows = append(to.Rows, cells)
		to.RowNo = append(to.RowNo, len(to.Rows)+1)
	}
	add(parties, t.name+"承租企业", "企业", t.code, "是")
	for i := range villages {
		at := fmt.Sprintf("%s%03d", t.code[:9], 200+i)
		name := fmt.Sprintf("%s第%03d村", t.name, i+1)
		regions = append(regions, region.Region{Code: at, Name: name, Level: "village"})
		add(parties, name+"股份经济合作社", "集体经济组织", at, "是")
		add(books, name+"账套", name+"股份经济合作社", "2023 年制度", fmt.Sprintf("%d-01", from), "是")
		t.names = append(t.names, name+"账套")
	}
	if err := a.Regions.Save(ctx, regions); err != nil {
		return nil, err
	}
	for kind, table := range map[string]*sheet.Table{"party": parties} {
		if err := load(ctx, a, tenant, kind, table); err != nil {
			return nil, err
		}
	}
	if err := load(ctx, a, tenant, "books", books); err != nil {
		return nil, err
	}
	page, _, err := a.Nouns.Ledger.Books.List(ctx, access.System, tenant, record.Filter{Scope: t.code, Page: db.Paging{Limit: villages, Sort: "region"}})
	if err != nil {
		return nil, err
	}
	for i := range page.Items {
		t.books = append(t.books, page.Items[i].ID)
	}
	return t, nil
}

func load(ctx context.Context, a *app.App, tenant int64, kind string, t *sheet.Table) error {
	res, err := a.Import(ctx, access.System, tenant, kind, t)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	if len(res.Report.Errors) > 0 {
		e := res.Report.Errors[0]
		return errs.New(errs.Internal, "bench.rows", "%s 第 %d 行：%s", kind, e.Row, e.Msg)
	}
	return nil
}

// incomes and expenses are what the made vouchers stand on.
var (
	incomes  = []string{"501", "502", "503", "504"}
	expenses = []string{"511", "513", "514", "515"}
)

// vouchers makes the sheet rows of n vouchers of a year in one set of books: rent, grants and expenses of three lines.
func (t *town) vouchers(books, year, n int) *sheet.Table {
	out := &sheet.Table{Header: voucherHead}
	begin := date.Must(fmt.Sprintf("%d-01-01", year))
	for i := range n {
		day := begin.AddDays(i * 364 / n).String()
		fen := 10_000 + (i*7919+books*104729)%900_000
		part := fen / 3
		yuan := func(f int) string { return fmt.Sprintf("%d.%02d", f/100, f%100) }
		source := strconv.Itoa(year) + "-" + strconv.Itoa(i)
		income, expense := incomes[i%len(incomes)], expenses[i%len(expenses)]
		lines := [linesEach][3]string{{"102", yuan(fen), ""}, {income, "", yuan(part)}, {"112", "", yuan(fen - part)}}
		if i%3 == 2 {
			lines = [linesEach][3]string{{expense, yuan(part), ""}, {"211", yuan(fen - part), ""}, {"102", "", yuan(fen)}}
		}
		for _, l := range lines {
			out.Rows = append(out.Rows, []string{t.names[books], source, day, "测量用凭证", l[0], l[1], l[2], t.name + "承租企业", "1", "示例报账员", "示例会计", "是"})
			out.RowNo = append(out.RowNo, len(out.Rows)+1)
		}
	}
	t.rows += len(out.Rows)
	return out
}

// fill imports n vouchers of a year, spread over the town's books, and returns how long the importing took.
func (t *town) fill(ctx context.Context, a *app.App, tenant int64, year, n int) (time.Duration, error) {
	var took time.Duration
	batch := &sheet.Table{Header: voucherHead}
	flush := func() error {
		if len(batch.Rows) == 0 {
			return nil
		}
		start := date.System()
		err := load(ctx, a, tenant, "voucher", batch)
		took += date.System().Sub(start)
		batch = &sheet.Table{Header: voucherHead}
		return err
	}
	for b := range t.books {
		part := t.vouchers(b, year, n/len(t.books))
		for i, r := range part.Rows {
			batch.Rows, batch.RowNo = append(batch.Rows, r), append(batch.RowNo, part.RowNo[i])
		}
		if len(batch.Rows) >= perSheet*linesEach {
			if err := flush(); err != nil {
				return took, err
			}
		}
	}
	return took, flush()
}
