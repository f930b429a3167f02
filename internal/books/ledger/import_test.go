package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/record"
)

var sheetHeader = []string{"账套", "凭证来源号", "日期", "摘要", "科目", "借方金额（元）", "贷方金额", "往来单位", "附件张数", "制单人", "审核人", "示例", "冲销来源号"}

func table(rows ...[]string) *sheet.Table {
	t := &sheet.Table{Name: "凭证", Header: sheetHeader, HeaderRow: 1}
	for i, r := range rows {
		full := make([]string, len(sheetHeader))
		copy(full, r)
		t.Rows = append(t.Rows, full)
		t.RowNo = append(t.RowNo, i+2)
	}
	return t
}

func goodRows() [][]string {
	return [][]string{
		{"利民村账套", "A2", "2021-03-09", "收门面租金", "银行存款", "1,000.50", "", "利民村股份经济合作社", "2", "甲", "乙", "是"},
		{"利民村账套", "A2", "", "收门面租金", "501", "", "1000.5"},
		{"利民村账套", "A1", "2021-03-01", "发工资", "541", "300", ""},
		{"利民村账套", "A1", "2021-03-01", "发工资", "101", "", "300"},
		{"利民村账套", "A3", "2021-03-09", "更正", "102", "-1000.50", "", "利民村股份经济合作社", "", "", "", "", "A2"},
		{"利民村账套", "A3", "2021-03-09", "更正", "501", "", "-1000.50"},
	}
}

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		res, err := w.l.ImportVouchers(ctx, w.poster, w.tenant, table(goodRows()...))
		must(t, err)
		if len(res.Report.Errors) > 0 || res.Created != 3 || res.Report.Rows != 6 {
			t.Fatalf("import: %+v", res)
		}
		w.clean()
		id, err := w.l.Vouchers.Lookup(ctx, d.Read(), w.tenant, "记-2021-03-0002")
		must(t, err)
		v := w.get(id)
		if v.Source != "A2" || !v.Sample || v.Attachments != 2 || v.Maker != "甲" || v.Reviewer != "乙" || v.Lines[0].Account != "102" || v.Lines[0].Party != w.coll {
			t.Errorf("imported %+v", v)
		}
		if by, err := ledger.ReversalOf(ctx, d.Read(), w.tenant, id); err != nil || by == 0 {
			t.Errorf("the reversal is not tied: %v %v", by, err)
		}
		res, err = w.l.ImportVouchers(ctx, w.poster, w.tenant, table(goodRows()...))
		must(t, err)
		if res.Same != 3 || res.Created != 0 || len(res.Report.Errors) > 0 {
			t.Errorf("second import: %+v", res)
		}
		changed := goodRows()
		changed[2][5], changed[3][6] = "301", "301"
		res, err = w.l.ImportVouchers(ctx, w.poster, w.tenant, table(changed...))
		must(t, err)
		if len(res.Report.Errors) != 1 || res.Report.Errors[0].Row != 4 || res.Report.Errors[0].Column != "凭证来源号" || res.Same != 0 {
			t.Errorf("changed content: %+v", res)
		}

		// What is exported comes in elsewhere as it was, and here as the same.
		own := w.post(w.entry("2021-04-01", "501", 5))
		out := &sheet.Table{HeaderRow: 1}
		for _, c := range ledger.SheetColumns() {
			out.Header = append(out.Header, c.Title)
		}
		for row, err := range w.l.ExportRows(ctx, w.poster, w.tenant, record.Filter{Scope: village}) {
			must(t, err)
			out.Rows = append(out.Rows, row)
			out.RowNo = append(out.RowNo, len(out.Rows)+1)
		}
		if len(out.Rows) != 8 || out.Rows[7][1] != own.FullNo {
			t.Errorf("export: %v", out.Rows)
		}
		for range w.l.ExportRows(ctx, w.poster, w.tenant, record.Filter{Scope: village}) {
			break
		}
		res, err = w.l.ImportVouchers(ctx, w.poster, w.tenant, out)
		must(t, err)
		if res.Same != 4 || len(res.Report.Errors) > 0 {
			t.Errorf("import of the export: %+v", res)
		}
		w2 := newWorld(t, dbtest.SQLite(t))
		res, err = w2.l.ImportVouchers(ctx, w2.poster, w2.tenant, out)
		must(t, err)
		if res.Created != 4 || len(res.Report.Errors) > 0 {
			t.Errorf("import elsewhere: %+v", res)
		}
		w2.clean()
	})
}

func TestImportRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.post(w.entry("2021-01-05", "501", 1))
		must(t, w.l.ClosePeriod(ctx, w.poster, w.tenant, w.books, 202101))
		must(t, w.l.AddAccount(ctx, w.poster, w.tenant, w.books, "53101", "其他"))
		must(t, w.l.AddAccount(ctx, w.poster, w.tenant, w.books, "55101", "其他"))
		rows := append(goodRows(), [][]string{
			{"没有的账套", "B1", "2021-03-01", "x", "101", "1", ""},
			{"利民村账套", "", "2021-03-01", "x", "101", "1", ""},
			{"利民村账套", "B2", "2021-02-30", "x", "101", "1", ""},
			{"利民村账套", "B2", "", "x", "502x", "", "1块"},
			{"利民村账套", "B3", "2021-03-01", "不平", "101", "2", "", "没有的单位"},
			{"利民村账套", "B3", "2021-03-02", "不平", "其他", "", "1", "", "两"},
			{"利民村账套", "B4", "2021-03-01", "不平", "101", "2", "", "", "", "同一人", "同一人"},
			{"利民村账套", "B4", "", "不平", "501", "3", "4"},
			{"利民村账套", "B5", "2021-01-09", "已结账", "101", "2", "", "", "", "", "", "也许"},
			{"利民村账套", "B5", "", "已结账", "501", "", "2"},
			{"利民村账套", "B6", "2021-03-09", "冲销", "101", "-2", "", "", "", "", "", "", "没有"},
			{"利民村账套", "B6", "", "冲销", "501", "", "-2"},
			{"利民村账套", "B7", "2021-03-09", "负数", "101", "-2", ""},
			{"利民村账套", "B7", "", "负数", "501", "", "-2"},
		}...)
		res, err := w.l.ImportVouchers(ctx, w.poster, w.tenant, table(rows...))
		must(t, err)
		if res.Created != 0 {
			t.Errorf("created %d", res.Created)
		}
		var got []string
		for _, e := range res.Report.Errors {
			got = append(got, fmt.Sprintf("%d %s: %s", e.Row, e.Column, e.Msg))
		}
		for _, want := range []string{
			"8 账套: 没有名为", "9 凭证来源号: 请填写", "10 日期: ", "11 科目: 账套采用 2004 年制度，没有科目 502x", "11 贷方金额（元）: “1块”不是金额",
			"12 往来单位: 没有找到单位“没有的单位”", "13 日期: 与同一张凭证的第 12 行不一致", "13 科目: 名为“其他”的科目有 2 个（53101、55101）",
			"13 附件张数: “两”不是整数", "14 审核人: 审核人不能是制单人", "15 贷方金额（元）: 一行只能填", "14 : 借贷不平，相差 1.00 元",
			"16 日期: 2021-01 已结账", "16 示例: ", "18 冲销来源号: 账套里和表中都没有", "20 借方金额（元）: 金额不能为负数", "21 贷方金额（元）: 金额不能为负数",
		} {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
				t.Errorf("missing %q", want)
			}
		}
		if len(got) != 17 || t.Failed() {
			t.Errorf("%d errors:\n%s", len(got), strings.Join(got, "\n"))
		}
		n, err := w.l.Vouchers.Count(ctx, w.tenant)
		must(t, err)
		if n != 1 {
			t.Errorf("%d vouchers after a refused import", n)
		}
		w.clean()

		_, err = w.l.ImportVouchers(ctx, w.poster, w.tenant, &sheet.Table{Header: []string{"账套", "奇怪"}})
		refused(t, err, errs.Invalid, "", "不认识 “奇怪”")
		_, err = w.l.ImportVouchers(ctx, w.maker, w.tenant, table(goodRows()...))
		refused(t, err, errs.Forbidden, "", "权限")
	})
}

// manyRows is a year of vouchers of two to three lines each.
func manyRows(prefix string, lines int) *sheet.Table {
	var rows [][]string
	day := date.Must("2021-01-01")
	for i := 0; len(rows) < lines; i++ {
		src, on := fmt.Sprintf("%s%06d", prefix, i), day.AddDays(i%360).String()
		rows = append(rows, []string{"利民村账套", src, on, "收取门面房屋租金", "102", "1200.00", "", "利民村股份经济合作社"},
			[]string{"利民村账套", src, on, "收取门面房屋租金", []string{"501", "511", "531"}[i%3], "", "1000.00"},
			[]string{"利民村账套", src, on, "代收押金", "202", "", "200.00"})
	}
	return table(rows...)
}
