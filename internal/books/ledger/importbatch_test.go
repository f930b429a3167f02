package ledger_test

import (
	"bytes"
	"context"
	"errors"
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
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
	"huicun/internal/registry/record"
)

// csvFile is a CSV of the template's first columns.
func csvFile(rows ...[]string) []byte {
	var b bytes.Buffer
	c := sheet.NewCSV(&b, ledger.SheetColumns())
	for _, r := range rows {
		full := make([]string, len(ledger.SheetColumns()))
		copy(full, r)
		if err := c.Row(full); err != nil {
			panic(err)
		}
	}
	if err := c.Flush(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func (w *world) importFile(ctx context.Context, data []byte, opt ledger.ImportOptions) (record.ImportResult, error) {
	return w.l.ImportFile(ctx, w.poster, w.tenant, "凭证.csv", bytes.NewReader(data), int64(len(data)), opt)
}

// year is vouchers of two lines each, so many in every month of 2021.
func yearRows(perMonth int) [][]string {
	var rows [][]string
	for m := date.Month(202101); m <= 202112; m++ {
		for i := range perMonth {
			src, day := fmt.Sprintf("%s/%04d", m, i), m.First().AddDays(i%28).String()
			rows = append(rows, []string{"利民村账套", src, day, "收租金", "102", "10.00"}, []string{"利民村账套", src, day, "收租金", "501", "", "10.00"})
		}
	}
	return rows
}

func (w *world) vouchers() int {
	w.t.Helper()
	n, err := w.l.Vouchers.Count(ctx, w.tenant)
	must(w.t, err)
	return n
}

// A batch with a mistake is kept out and named; the others come in. When it is mended the rest comes in.
func TestImportByBatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		rows := yearRows(5)
		at := slices.IndexFunc(rows, func(r []string) bool { return r[1] == "2021-03/0002" })
		rows[at][4] = "999"
		var stages []ledger.ImportStage
		opt := ledger.ImportOptions{Batches: true, Progress: func(s ledger.ImportStage) { stages = append(stages, s) }}
		res, err := w.importFile(ctx, csvFile(rows...), opt)
		must(t, err)
		if res.Created != 55 || len(res.Report.Errors) != 1 || res.Report.Errors[0].Row != at+2 || res.Report.Errors[0].Value != "999" || res.Report.Rows != 120 {
			t.Fatalf("%+v", res)
		}
		if last := stages[len(stages)-1]; !last.Posting || last.Done != 120 || last.Total != 120 {
			t.Errorf("the last stage is %+v", last)
		}
		w.clean()
		rows[at][4] = "102"
		res, err = w.importFile(ctx, csvFile(rows...), opt)
		must(t, err)
		if res.Created != 5 || res.Same != 55 || len(res.Report.Errors) > 0 {
			t.Fatalf("mended: %+v", res)
		}
		res, err = w.importFile(ctx, csvFile(rows...), ledger.ImportOptions{})
		must(t, err)
		if res.Created != 0 || res.Same != 60 {
			t.Fatalf("again: %+v", res)
		}
		w.clean()

		log, err := audit.Of(ctx, d.Read(), w.tenant, "books", w.books, 20)
		must(t, err)
		if len(log) != 13 || log[0].Action != "导入凭证" || log[0].Changes[0].After != "记-2021-03-0001 至 0005" || log[0].Changes[3].After != "凭证.csv" {
			t.Errorf("the log of the books: %d, %+v", len(log), log[0])
		}
		docs, err := find.Search(ctx, d.Read(), w.tenant, [][2]string{{village, village + "0"}}, "0005 租", []string{"voucher"}, 100)
		must(t, err)
		if len(docs) != 12 {
			t.Errorf("found %d", len(docs))
		}
	})
}

// Reversals find what they reverse in an earlier month, and a month that is closed keeps its vouchers out.
func TestImportBatchesDependOnEarlierOnes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.post(w.entry("2021-01-05", "501", 1))
		must(t, w.l.ClosePeriod(ctx, w.poster, w.tenant, w.books, 202101))
		red := make([]string, len(ledger.SheetColumns()))
		copy(red, []string{"利民村账套", "C", "2021-03-02", "冲", "102", "-1"})
		red[16] = "B"
		res, err := w.importFile(ctx, csvFile(
			red, []string{"利民村账套", "C", "2021-03-02", "冲", "501", "", "-1"},
			[]string{"利民村账套", "B", "2021-02-02", "收", "102", "1"}, []string{"利民村账套", "B", "", "收", "501", "", "1"},
			[]string{"利民村账套", "A", "2021-01-02", "收", "102", "1"}, []string{"利民村账套", "A", "", "收", "501", "", "1"},
			[]string{"利民村账套", "D", "某天", "收", "102", "1"}, []string{"利民村账套", "D", "", "收", "501", "", "1"},
		), ledger.ImportOptions{Batches: true})
		must(t, err)
		if res.Created != 2 || len(res.Report.Errors) != 2 || !strings.Contains(res.Report.Errors[0].Msg, "2021-01 已结账") || res.Report.Errors[1].Row != 8 {
			t.Fatalf("%+v", res)
		}
		w.clean()
	})
}

var errCrash = errors.New("crash")

// An import that breaks off between or within its batches goes on where it stopped: each voucher comes in once.
func TestImportGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		data := csvFile(yearRows(40)...)
		var kept ledger.ImportState
		for try := 1; ; try++ {
			run, cancel := context.WithCancel(ctx)
			n := 0
			before := kept
			opt := ledger.ImportOptions{Batches: true, Before: kept, Saved: func(_ context.Context, _ *db.Tx, s ledger.ImportState) error {
				n++
				if try%3 != 2 { // else nobody knows what was committed
					kept, before = before, s
				}
				switch {
				case n == 3 && try%3 == 0:
					return errCrash // after the batch's last statement
				case n == 2:
					cancel() // before the batch is committed
				}
				return nil
			}}
			res, err := w.importFile(run, data, opt)
			cancel()
			w.clean()
			if err == nil {
				if res.Created+res.Same < 480 || w.vouchers() != 480 {
					t.Fatalf("after %d tries: %+v, %d vouchers", try, res, w.vouchers())
				}
				break
			}
			if try > 20 {
				t.Fatalf("does not end: %v", err)
			}
		}
		ps, err := ledger.Periods(ctx, d.Read(), w.tenant, w.books)
		must(t, err)
		for _, p := range ps {
			if p.Posted != 40 {
				t.Errorf("%s has %d", p.Month, p.Posted)
			}
		}
	})
}

// Every wrong row of a long file is named, and nothing of it is stored.
func TestLongFileWithMistakes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		rows := yearRows(2084)
		want := map[int]string{}
		for i := 0; len(want) < 500; i += 100 {
			switch i / 100 % 4 {
			case 0:
				rows[i][5], want[i+2] = "一百", "借方金额（元）"
			case 1:
				rows[i][4], want[i+2] = "9999", "科目"
			case 2:
				rows[i][2], want[i+2] = "2021-02-31", "日期"
			case 3:
				rows[i][0], want[i+2] = "没有", "账套"
			}
		}
		res, err := w.importFile(ctx, csvFile(rows...), ledger.ImportOptions{})
		must(t, err)
		if res.Report.Rows != 50016 || res.Created != 0 || w.vouchers() != 0 {
			t.Fatalf("%d rows, %d created, %d vouchers", res.Report.Rows, res.Created, w.vouchers())
		}
		for _, e := range res.Report.Errors {
			if want[e.Row] == e.Column {
				delete(want, e.Row)
			}
		}
		if len(want) > 0 {
			t.Errorf("not named: %v", want)
		}
		w.clean()
	})
}

// Two imports of one file at once post it once.
func TestImportTwiceAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		data := csvFile(yearRows(10)...)
		results := make(chan error, 2)
		for range 2 {
			go func() {
				res, err := w.importFile(ctx, data, ledger.ImportOptions{Batches: true})
				if err == nil && (res.Created+res.Same != 120 || len(res.Report.Errors) > 0) {
					err = fmt.Errorf("%+v", res)
				}
				results <- err
			}()
		}
		for range 2 {
			must(t, <-results)
		}
		if n := w.vouchers(); n != 120 {
			t.Errorf("%d vouchers", n)
		}
		w.clean()
	})
}

// Whatever the file holds, an import ends with vouchers that hold or with mistakes that are named.
func FuzzImport(f *testing.F) {
	f.Add([]byte("账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）\n利民村账套,1,2021-03-01,x,101,1,\n利民村账套,1,,x,501,,1\n"), true)
	f.Add([]byte("账套*,凭证来源号,日期,摘要,科目,借方金额,贷方金额,冲销来源号\n利民村账套,1,2021/3/1,\"a\nb\",现金,-1,,1\n利民村账套,1,,x,501,,-1\n"), false)
	f.Add([]byte("账套\n"), true)
	w := newWorld(f, dbtest.SQLite(f))
	f.Fuzz(func(t *testing.T, data []byte, batches bool) {
		res, err := w.importFile(ctx, data, ledger.ImportOptions{Batches: batches})
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		if !batches && len(res.Report.Errors) > 0 && res.Created > 0 {
			t.Fatalf("%+v", res)
		}
		problems, err := ledger.Check(ctx, w.d.Read(), w.tenant)
		if err != nil || len(problems) > 0 {
			t.Fatalf("%v %v", problems, err)
		}
	})
}
