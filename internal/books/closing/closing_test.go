package closing_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const (
	county  = "321182000000"
	town    = "321182103000"
	village = "321182103205"
)

var ctx = context.Background()

// world is a village collective with books of both systems, and the persons who keep them.
type world struct {
	t      testing.TB
	d      *db.DB
	env    *record.Env
	l      *ledger.Ledger
	s      *closing.Service
	tenant int64
	coll   ids.ID
	old    ids.ID // 2004 system, from 2021
	new    ids.ID // 2023 system, from 2024
	first  access.Principal
	second access.Principal
	maker  access.Principal
	homes  []closing.Household
}

func newWorld(t testing.TB, d *db.DB, more ...closing.Checker) *world {
	t.Helper()
	w := &world{t: t, d: d}
	regions := region.New(d)
	must(t, regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: county, Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"}, {Code: village, Name: "利民村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	must(t, err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	must(t, err)
	w.env = record.NewEnv(d, regions, box)
	parties := party.NewParties(w.env)
	w.l = ledger.New(w.env)
	w.homes = []closing.Household{{ID: 901, No: "1", Name: "甲户", Persons: 4}, {ID: 902, No: "2", Name: "乙户", Persons: 3}, {ID: 903, No: "3", Name: "丙户", Persons: 0}}
	w.s = closing.New(w.env, w.l, func(context.Context, db.Q, int64, ids.ID, date.Date) ([]closing.Household, error) {
		return w.homes, nil
	}, more...)
	p := &party.Party{Name: "利民村股份经济合作社", Kind: party.Collective}
	p.Region = village
	w.coll, err = parties.Create(ctx, access.System, w.tenant, "", p)
	must(t, err)
	w.old = w.newBooks("利民村（2004）", ledger.Chart2004, 202101)
	w.new = w.newBooks("利民村（2023）", ledger.Chart2023, 202401)
	accountant := []access.Grant{{Role: "town_accountant", Region: town}}
	w.first = access.Principal{ID: 12, Name: "会计老李", Grants: accountant}
	w.second = access.Principal{ID: 14, Name: "会计小周", Grants: accountant}
	w.maker = access.Principal{ID: 11, Name: "报账员小王", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) newBooks(name, chart string, from date.Month) ids.ID {
	w.t.Helper()
	id, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: name, Party: w.coll, Chart: chart, From: from})
	must(w.t, err)
	return id
}

// post posts a voucher of lines such as "102 +500" and "501 -500", in fen.
func (w *world) post(books ids.ID, day, kind string, lines ...string) *ledger.Voucher {
	w.t.Helper()
	v := &ledger.Voucher{Books: books, Date: date.Must(day), Kind: kind, Summary: "试"}
	for _, l := range lines {
		var x ledger.Line
		var fen money.Fen
		_, err := fmt.Sscanf(l, "%s %d", &x.Account, &fen)
		must(w.t, err)
		x.Debit, x.Credit = max(fen, 0), max(-fen, 0)
		v.Lines = append(v.Lines, x)
	}
	must(w.t, w.d.InTx(ctx, w.first.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error { return w.l.PostTx(ctx, tx, w.first, v) }))
	return v
}

// closeTo closes the months before one as an accountant does.
func (w *world) closeTo(books ids.ID, month date.Month) {
	w.t.Helper()
	res, err := w.s.CloseAll(ctx, w.first, w.tenant, []ids.ID{books}, month-1)
	must(w.t, err)
	for _, r := range res {
		if r.Err != nil {
			w.t.Fatalf("%s: %v", r.Books.Name, r.Err)
		}
	}
}

// yearEnd previews and posts a year end.
func (w *world) yearEnd(books ids.ID, year int) (ids.ID, error) {
	w.t.Helper()
	p, err := w.s.PlanYearEnd(ctx, w.d.Read(), w.tenant, books, year)
	must(w.t, err)
	return w.s.PostYearEnd(ctx, w.first, w.tenant, "", books, year, p.Digest)
}

// ending is what stands on an account with all below it, debits less credits.
func (w *world) ending(books ids.ID, account string, month date.Month) money.Fen {
	w.t.Helper()
	list, err := ledger.EndingsOf(ctx, w.d.Read(), w.tenant, books, month)
	must(w.t, err)
	var sum money.Fen
	for _, e := range list {
		if strings.HasPrefix(e.Account, account) {
			sum += e.Fen
		}
	}
	return sum
}

func (w *world) is(what string, got, want money.Fen) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s: %d, want %d", what, got, want)
	}
}

// clean makes sure that fsck has nothing to say.
func (w *world) clean() {
	w.t.Helper()
	for _, check := range []func(context.Context, db.Q, int64) ([]string, error){ledger.Check, w.s.Check} {
		problems, err := check(ctx, w.d.Read(), w.tenant)
		must(w.t, err)
		if len(problems) > 0 {
			w.t.Fatalf("fsck: %s", strings.Join(problems, "\n"))
		}
	}
}

// refused checks the kind of an error, and that it or one of its fields says what is expected.
func refused(t testing.TB, err error, kind errs.Kind, says string) {
	t.Helper()
	e := errs.As(err)
	if e == nil || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if !strings.Contains(e.Error(), says) {
		t.Fatalf("%q does not say %q", e.Error(), says)
	}
}

func TestChecklist(t *testing.T) {
	bank := closing.CheckFunc{
		About: closing.Info{Code: "reconciled", Label: "银行已对账", Level: closing.Block},
		Fn: func(_ context.Context, _ db.Q, s closing.Subject) ([]closing.Finding, error) {
			if s.Month == 202402 {
				return []closing.Finding{closing.Found("/bank", "农商行 2 月没有对账")}, nil
			}
			return nil, nil
		},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, bank)
		result := func(month date.Month, code string) closing.Result {
			t.Helper()
			l, err := w.s.Checklist(ctx, d.Read(), w.tenant, w.new, month)
			must(t, err)
			for _, r := range l.Results {
				if r.Code == code {
					return r
				}
			}
			return closing.Result{State: "left out"}
		}
		want := func(month date.Month, code, state, says string) {
			t.Helper()
			r := result(month, code)
			text := ""
			for _, f := range r.Findings {
				if text += f.Text; f.Href == "" {
					t.Errorf("%s leads nowhere: %s", code, f.Text)
				}
			}
			if r.State != state || !strings.Contains(text, says) {
				t.Errorf("%s in %s: %s %q, want %s %q", code, month, r.State, text, state, says)
			}
		}
		w.post(w.new, "2024-01-05", "", "102 50000", "501 -50000")
		for _, code := range []string{"waiting", "earlier", "numbers", "trial", "zero", "cash", "bank", "side", "depreciation", "reconciled"} {
			want(202401, code, closing.OK, "")
		}
		want(202401, "dims", closing.Warning, "501 经营收入 有 1 笔没有填合同")
		draft, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", &ledger.Voucher{Books: w.new, Date: date.Must("2024-01-09"), Summary: "水电费", Lines: []ledger.Line{{Account: "513", Debit: 7}, {Account: "101", Credit: 7}}})
		must(t, err)
		want(202401, "waiting", closing.Blocking, "待审核")
		refused(t, w.s.Close(ctx, w.first, w.tenant, w.new, 202401), errs.State, "水电费")
		must(t, w.l.Review(ctx, w.first, w.tenant, draft, 1))
		want(202401, "waiting", closing.Blocking, "待记账")
		must(t, w.l.Post(ctx, w.second, w.tenant, draft, 2))
		want(202401, "cash", closing.Blocking, "101 库存现金 在 2024-01-09 日终为 -0.07 元")
		refused(t, w.s.Close(ctx, w.first, w.tenant, w.new, 202401), errs.State, "日终为")
		w.post(w.new, "2024-01-09", "", "101 7", "102 -7") // on the same day: drawn from the bank
		want(202401, "cash", closing.OK, "")
		w.post(w.new, "2024-01-31", "", "181 30", "121 -30")
		want(202401, "zero", closing.Blocking, "181 待处理财产损溢 有借方余额 0.30 元")
		want(202401, "side", closing.Warning, "121 库存物资 应在借方，现为贷方余额 0.30 元")
		w.post(w.new, "2024-01-31", "", "515 30", "181 -30")
		w.post(w.new, "2024-01-31", "", "151 900", "102 -900")
		want(202401, "depreciation", closing.Warning, "151 固定资产 原值 9.00 元")

		refused(t, w.s.Close(ctx, w.first, w.tenant, w.new, 202402), errs.State, "2024-01 还没有结账")
		refused(t, w.s.Close(ctx, w.maker, w.tenant, w.new, 202401), errs.Forbidden, "权限")
		must(t, w.s.Close(ctx, w.first, w.tenant, w.new, 202401))
		refused(t, w.s.Close(ctx, w.first, w.tenant, w.new, 202401), errs.State, "已经结账")
		refused(t, w.s.Close(ctx, w.first, w.tenant, w.new, 202402), errs.State, "农商行 2 月没有对账")

		// A county may ask for less, or for more, from a day on.
		rule := func(code, level, from string) error {
			r := &closing.Rule{Code: code, Level: level, From: date.Must(from)}
			r.Region = county
			_, err := w.s.Rules.Create(ctx, access.System, w.tenant, "", r)
			return err
		}
		must(t, rule("reconciled", "warn", "2024-02-01"))
		must(t, rule("depreciation", "off", "2024-02-01"))
		must(t, rule("dims", "block", "2024-03-01"))
		refused(t, rule("dims", "off", "2025-01-01"), errs.Invalid, "日期重叠")
		want(202402, "reconciled", closing.Warning, "没有对账")
		if got := result(202402, "depreciation"); got.State != "left out" {
			t.Errorf("depreciation is still checked: %+v", got)
		}
		w.post(w.new, "2024-03-05", "", "102 1", "501 -1")
		w.post(w.new, "2024-02-05", "", "102 1", "501 -1")
		res, err := w.s.CloseAll(ctx, w.first, w.tenant, []ids.ID{w.new}, 202403)
		must(t, err)
		if len(res) != 1 || len(res[0].Months) != 1 || res[0].Months[0] != 202402 {
			t.Fatalf("%+v", res)
		}
		refused(t, res[0].Err, errs.State, "没有填合同")

		refused(t, w.s.Reopen(ctx, w.first, w.tenant, w.new, 202402, " "), errs.Invalid, "理由")
		must(t, w.s.Reopen(ctx, w.second, w.tenant, w.new, 202402, "补记租金"))
		log, err := ledger.PeriodLog(ctx, d.Read(), w.tenant, [][2]string{{village, village + "~"}}, 0, 0, 10)
		must(t, err)
		var lines []string
		for _, e := range log {
			lines = append(lines, fmt.Sprint(e.Month, e.Action, e.Actor, e.Note))
		}
		got := strings.Join(lines, "\n")
		for i, part := range []string{"2024-02 reopened 会计小周 补记租金", "2024-02 closed 会计老李 结账时提示：", "2024-01 closed 会计老李"} {
			if i >= len(lines) || !strings.Contains(strings.ReplaceAll(lines[i], "reopened会", "reopened 会"), strings.Fields(part)[0]) {
				t.Errorf("log line %d of %s", i, got)
			}
		}
		if len(lines) != 3 || !strings.Contains(got, "农商行 2 月没有对账") || !strings.Contains(got, "补记租金") {
			t.Errorf("log: %s", got)
		}
		w.clean()
	})
}

// Two people close the same month at once: one does, the other is told.
func TestTwoPeopleCloseAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.post(w.new, "2024-01-05", "", "102 50000", "501 -50000")
		var wg sync.WaitGroup
		got := make([]error, 2)
		for i, who := range []access.Principal{w.first, w.second} {
			wg.Go(func() { got[i] = w.s.Close(ctx, who, w.tenant, w.new, 202401) })
		}
		wg.Wait()
		if (got[0] == nil) == (got[1] == nil) {
			t.Fatalf("%v; %v", got[0], got[1])
		}
		for _, err := range got {
			if err != nil {
				refused(t, err, errs.State, "已经结账")
			}
		}
	})
}
