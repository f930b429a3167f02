package ledger_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/registry/access"
)

func (w *world) queue(who access.Principal, err error) *jobs.Queue {
	q := jobs.New(w.d, jobs.Config{Dir: w.t.TempDir(), Tenants: func(context.Context) ([]int64, error) { return []int64{w.tenant}, nil }})
	q.Register(w.l.ImportJob(func(context.Context, ids.ID) (access.Principal, error) { return who, err }))
	return q
}

func (w *world) submit(q *jobs.Queue, data []byte, batches bool) ids.ID {
	w.t.Helper()
	id, err := q.Submit(ctx, w.poster.Meta(w.tenant), jobs.Spec{
		Kind: ledger.ImportKind, Title: "导入凭证", Params: ledger.ImportParams{Batches: batches}, FileName: "凭证.csv",
	}, bytes.NewReader(data))
	must(w.t, err)
	return id
}

func TestImportAsAJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		run := func(q *jobs.Queue, id ids.ID) *jobs.Job {
			t.Helper()
			_, err := q.Step(ctx)
			must(t, err)
			j, err := q.Get(ctx, w.tenant, w.poster.ID, id)
			must(t, err)
			return j
		}
		rows := yearRows(3)
		data := csvFile(rows...)
		rows[1][4] = "999"
		q := w.queue(w.poster, nil)
		if j := run(q, w.submit(q, csvFile(rows...), false)); j.State != jobs.Done || j.Mistakes != 1 || w.vouchers() != 0 {
			t.Errorf("with a mistake: %+v, %d vouchers", j, w.vouchers())
		}
		if j := run(q, w.submit(q, csvFile(rows...), true)); j.State != jobs.Done || j.Mistakes != 1 || w.vouchers() != 33 {
			t.Errorf("in batches: %+v, %d vouchers", j, w.vouchers())
		}
		if j := run(q, w.submit(q, data, false)); j.State != jobs.Done || j.Mistakes != 0 || w.vouchers() != 36 || j.Done != 72 || j.Total != 72 {
			t.Errorf("mended: %+v, %d vouchers", j, w.vouchers())
		}
		gone := w.queue(access.Principal{}, errs.New(errs.Forbidden, "x", "账号已停用"))
		if j := run(gone, w.submit(gone, data, true)); j.State != jobs.Failed || j.Problem != "账号已停用" {
			t.Errorf("somebody who may not any more: %+v", j)
		}
		w.clean()
		// Nothing is said in advance and nothing stays.
		res, err := w.importFile(ctx, csvFile([]string{"利民村账套", "新", "2021-03-02", "收", "102", "1"}, []string{"利民村账套", "新", "", "收", "501", "", "1"}), ledger.ImportOptions{DryRun: true, Batches: true})
		must(t, err)
		if res.Created != 1 || w.vouchers() != 36 {
			t.Errorf("tried: %+v, %d vouchers", res, w.vouchers())
		}
		w.clean()
	})
}

// However an import is cut into batches, broken off and taken up again, the balances are those of one go.
func TestAnyWayOfImportingComesToTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var rows [][]string
		for i := range rapid.IntRange(1, 25).Draw(rt, "vouchers") {
			day := fmt.Sprintf("2021-%02d-%02d", rapid.IntRange(1, 4).Draw(rt, "month"), rapid.IntRange(1, 28).Draw(rt, "day"))
			amount := fmt.Sprintf("%d.%02d", rapid.IntRange(0, 999).Draw(rt, "yuan"), rapid.IntRange(1, 99).Draw(rt, "fen"))
			src, account := fmt.Sprint("V", i), rapid.SampledFrom([]string{"501", "522"}).Draw(rt, "account")
			rows = append(rows, []string{"利民村账套", src, day, "收款", "102", amount}, []string{"利民村账套", src, day, "收款", account, "", amount})
		}
		balances := func(steps func(w *world)) string {
			w := newWorld(t, dbtest.SQLite(t))
			steps(w)
			w.clean()
			list, err := ledger.TrialBalance(ctx, w.d.Read(), w.tenant, w.books, 202101, 202104)
			must(t, err)
			return fmt.Sprintf("%d %+v", w.vouchers(), list)
		}
		whole := balances(func(w *world) {
			_, err := w.importFile(ctx, csvFile(rows...), ledger.ImportOptions{})
			must(t, err)
		})
		cut := 2 * rapid.IntRange(0, len(rows)/2).Draw(rt, "cut")
		crash, kept := rapid.IntRange(1, 5).Draw(rt, "crash"), rapid.Bool().Draw(rt, "kept")
		pieces := balances(func(w *world) {
			_, err := w.importFile(ctx, csvFile(rows[:cut]...), ledger.ImportOptions{Batches: true})
			must(t, err)
			var before ledger.ImportState
			for n := 0; ; {
				opt := ledger.ImportOptions{Batches: true, Before: before, Saved: func(_ context.Context, _ *db.Tx, s ledger.ImportState) error {
					if n++; n == crash {
						return errCrash
					}
					if kept {
						before = s
					}
					return nil
				}}
				if _, err := w.importFile(ctx, csvFile(rows...), opt); err == nil {
					return
				}
			}
		})
		if whole != pieces {
			rt.Fatalf("in one go %s\nin pieces %s", whole, pieces)
		}
	})
}
