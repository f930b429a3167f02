package rent_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/registry/access"
)

// TestBillJob bills the villages of a town in the background: each all or nothing, what is left out named, and again without billing twice.
func TestBillJob(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, ledger.Chart2004, 202101)
		w.contract("2021-07-01", "2022-06-30", 1000_00, 3)
		first := w.books
		others := w.county(2, 3)
		w.place = "321182110300"
		draft := &contract.Contract{
			Name: "没签的", Kind: contract.Service, PartyA: w.collective(others[0]), PartyB: w.firm, From: date.Must("2021-01-01"), To: date.Must("2021-12-31"), Pay: 100, PayMonths: 1,
		}
		_, err := w.contracts.Create(ctx, access.System, w.tenant, "", draft)
		w.ok(err)
		late, err := w.s.Plan(ctx, d.Read(), w.tenant, others[1], 202108)
		w.ok(err)
		_, err = w.s.Do(ctx, w.clerk, w.tenant, "", others[1], 202108, late.Digest) // a later month is billed already
		w.ok(err)

		who := access.Principal{ID: 30, Name: "县会计", Grants: []access.Grant{{Role: "town_accountant", Region: "321182000000"}}}
		q := jobs.New(d, jobs.Config{Tenants: func(context.Context) ([]int64, error) { return []int64{w.tenant}, nil }, Failed: func(_ *jobs.Job, err error) { t.Error(err) }})
		q.Register(w.s.Job(func(context.Context, ids.ID) (access.Principal, error) { return who, nil }))
		run := func() (*jobs.Job, rent.JobState) {
			t.Helper()
			id, err := q.Submit(ctx, who.Meta(w.tenant), jobs.Spec{Kind: rent.JobKind, Title: "计收", Params: rent.JobParams{Scope: "321182000000", Month: 202107}}, nil)
			w.ok(err)
			if ran, err := q.Step(ctx); !ran || err != nil {
				t.Fatal(ran, err)
			}
			j, err := q.Get(ctx, w.tenant, who.ID, id)
			w.ok(err)
			var s rent.JobState
			if j.State != jobs.Done {
				t.Fatalf("%s %s", j.State, j.Problem)
			}
			w.ok(json.Unmarshal([]byte(j.Checkpoint), &s))
			return j, s
		}
		j, s := run()
		if s.Billed != 2 || s.Items != 1+3*7 || s.Total != 1000_00+21*1000_00 || len(s.Left) != 2 || !strings.Contains(j.Result, "2 个账套已计收") {
			t.Fatalf("%s\n%+v", j.Result, s)
		}
		why := s.Left[0].Why + s.Left[1].Why
		for _, x := range []string{"还没有签订", "已经计收到 2021年8月"} {
			if !strings.Contains(why, x) {
				t.Errorf("%q lacks %q", why, x)
			}
		}
		if _, again := run(); again.Billed != 0 || again.Before != 2 || len(again.Left) != 1 {
			t.Errorf("again: %+v", again)
		}
		if r, err := rent.RunsOf(ctx, d.Read(), w.tenant, 202107); err != nil || len(r) != 2 || r[first] == nil {
			t.Errorf("%v %v", r, err)
		}
		who.Grants[0].Region = town
		if _, narrow := run(); narrow.Before != 1 || len(narrow.Left) != 0 {
			t.Errorf("beyond the grant: %+v", narrow)
		}
		w.sound()
	})
}

// collective is whose books they are.
func (w *world) collective(books ids.ID) ids.ID {
	w.t.Helper()
	b, err := ledger.GetBooks(ctx, w.d.Read(), w.tenant, books)
	w.ok(err)
	return b.Party
}
