package record_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// queue imports records as somebody, or refuses to say who it is.
func (w world) queue(t *testing.T, as access.Principal, err error) *jobs.Queue {
	q := jobs.New(w.env.DB, jobs.Config{Dir: t.TempDir(), Tenants: func(context.Context) ([]int64, error) { return []int64{w.tenant}, nil }})
	q.Register(w.env.ImportJob(func(context.Context, ids.ID) (access.Principal, error) { return as, err }))
	return q
}

func (w world) imported(t *testing.T, q *jobs.Queue, by access.Principal, kind, file string) *jobs.Job {
	t.Helper()
	id, err := q.Submit(ctx, by.Meta(w.tenant), jobs.Spec{Kind: record.ImportKind, Title: "导入单位", Params: record.ImportParams{Kind: kind}, FileName: "单位.csv"}, strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return w.run(t, q, by, id)
}

func (w world) run(t *testing.T, q *jobs.Queue, by access.Principal, id ids.ID) *jobs.Job {
	t.Helper()
	if _, err := q.Step(ctx); err != nil {
		t.Fatal(err)
	}
	j, err := q.Get(ctx, w.tenant, by.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func (w world) count(t *testing.T, want int) {
	t.Helper()
	if n, err := w.parties.Count(ctx, w.tenant); err != nil || n != want {
		t.Errorf("%d records, want %d, %v", n, want, err)
	}
}

// A sheet that is imported in the background is kept whole or not at all, with the same mistakes on the same rows.
func TestImportAsAJob(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		by := who("town_accountant", town)
		var b strings.Builder
		b.WriteString("名称,类别,所在地区,统一社会信用代码\n")
		for i := range 300 {
			fmt.Fprintf(&b, "示例单位%04d,企业,永胜村,\n", i)
		}
		q := w.queue(t, by, nil)
		wrong := strings.Replace(b.String(), "0007,企业,永胜村,", "0007,企业,永胜村,91350100M000100Y44", 1)
		j := w.imported(t, q, by, "party", wrong)
		if j.State != jobs.Done || j.Mistakes != 1 || !strings.Contains(j.Result, "没有保存任何一行") || j.Link != "" {
			t.Errorf("%+v", j)
		}
		w.count(t, 0)
		rep, err := q.MistakesOf(ctx, w.tenant, j.ID, 10)
		if err != nil || len(rep.Errors) != 1 || rep.Errors[0].Row != 9 || rep.Errors[0].Column != "统一社会信用代码" {
			t.Errorf("%+v %v", rep, err)
		}
		j = w.imported(t, q, by, "party", b.String())
		if j.State != jobs.Done || j.Result != "读 300 行，新建 300 条，更新 0 条，没有变化 0 条" || j.Link != "/parties" || j.Done != 300 || j.Total != 300 {
			t.Errorf("%+v", j)
		}
		w.count(t, 300)
		for what, j := range map[string]*jobs.Job{
			"表头与模板不符": w.imported(t, q, by, "party", "名字\n甲\n"), "没有这类记录": w.imported(t, q, by, "nothing", b.String()),
			"账号已停用": w.imported(t, w.queue(t, by, errs.New(errs.Forbidden, "x", "账号已停用")), by, "party", b.String()),
			"没有":    w.imported(t, w.queue(t, who("auditor", town), nil), by, "party", strings.ReplaceAll(b.String(), "示例", "别的")),
		} {
			if j.State != jobs.Failed || !strings.Contains(j.Problem, what) {
				t.Errorf("%s: %s %s", what, j.State, j.Problem)
			}
		}
		w.count(t, 300)
	})
}

// A worker that is lost after its rows were saved leaves word of it: who takes the job over does not save them again, though
// the sheet has no keys by which they could be known.
func TestAnImportIsNotDoneTwice(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		by := who("town_accountant", town)
		file := "名称,类别,所在地区\n示例单位甲,企业,永胜村\n示例单位乙,企业,永胜村\n"
		q := jobs.New(w.env.DB, jobs.Config{Dir: t.TempDir(), Tenants: func(context.Context) ([]int64, error) { return []int64{w.tenant}, nil }})
		whole := w.env.ImportJob(func(context.Context, ids.ID) (access.Principal, error) { return by, nil })
		lost := errors.New("the connection was lost after the commit")
		first := true
		q.Register(jobs.Kind{Name: record.ImportKind, Run: func(ctx context.Context, r *jobs.Run) error {
			err := whole.Run(ctx, r)
			if first {
				first = false
				return lost
			}
			return err
		}})
		j := w.imported(t, q, by, "party", file)
		if j.State != jobs.Failed {
			t.Fatalf("%+v", j)
		}
		w.count(t, 2)
		p, err := w.parties.ByKey(ctx, w.env.DB.Read(), w.tenant, "示例单位甲")
		if err != nil {
			t.Fatal(err)
		}
		p.Industry = "桥架" // somebody goes on with the record meanwhile
		if err := w.parties.Update(ctx, by, w.tenant, p); err != nil {
			t.Fatal(err)
		}
		if err := q.Again(ctx, by.Meta(w.tenant), j.ID); err != nil {
			t.Fatal(err)
		}
		if j = w.run(t, q, by, j.ID); j.State != jobs.Done || j.Result != "读 2 行，新建 2 条，更新 0 条，没有变化 0 条" {
			t.Errorf("%+v", j)
		}
		if p, err := w.parties.ByKey(ctx, w.env.DB.Read(), w.tenant, "示例单位甲"); err != nil || p.Industry != "桥架" {
			t.Errorf("the second run wrote over it: %+v %v", p, err)
		}
	})
}
