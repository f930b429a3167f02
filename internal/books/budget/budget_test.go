package budget_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/budget"
	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
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

const village = "321182103205"

var ctx = context.Background()

var _ statement.Budget = budget.Source{}

// world is a village with books of the 2004 system from 2020 on.
type world struct {
	t      testing.TB
	d      *db.DB
	l      *ledger.Ledger
	b      *budget.Budgets
	tenant int64
	books  ids.ID
	keeper access.Principal
	clerk  access.Principal
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d}
	regions := region.New(d)
	w.ok(regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"},
		{Code: village, Name: "永胜村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	w.ok(err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	w.ok(err)
	env := record.NewEnv(d, regions, box)
	parties := party.NewParties(env)
	w.l = ledger.New(env)
	w.b = budget.New(env)
	p := &party.Party{Name: "永胜村股份经济合作社", Kind: party.Collective}
	p.Region = village
	unit, err := parties.Create(ctx, access.System, w.tenant, "", p)
	w.ok(err)
	w.books, err = w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: "永胜村账套", Party: unit, Chart: ledger.Chart2004, From: 202001})
	w.ok(err)
	w.keeper = access.Principal{ID: 11, Name: "报账员小王", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}}
	w.clerk = access.Principal{ID: 12, Name: "会计老李", Grants: []access.Grant{{Role: "town_accountant", Region: "321182103000"}}}
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// post moves money between the bank and an account: positive into the bank.
func (w *world) post(day, account string, fen money.Fen, kind string) {
	w.t.Helper()
	lines := []ledger.Line{{Account: "102", Debit: fen}, {Account: account, Credit: fen}}
	if fen < 0 {
		lines = []ledger.Line{{Account: account, Debit: -fen}, {Account: "102", Credit: -fen}}
	}
	v := &ledger.Voucher{Books: w.books, Date: date.Must(day), Summary: "收支", Kind: kind, Lines: lines}
	w.ok(w.d.InTx(ctx, w.clerk.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error { return w.l.PostTx(ctx, tx, w.clerk, v) }))
}

func (w *world) draft(year int) ids.ID {
	w.t.Helper()
	id, err := w.b.Heads.Create(ctx, w.keeper, w.tenant, "", &budget.Budget{Books: w.books, Year: year, WarnPercent: 80})
	w.ok(err)
	return id
}

func (w *world) line(b ids.ID, name, side, accounts string, yuan int64, quarters ...int64) error {
	l := &budget.Line{Budget: b, Name: name, Side: side, Accounts: accounts, Amount: money.Fen(yuan) * money.Yuan}
	for i, q := range quarters {
		l.Quarters[i] = money.Fen(q) * money.Yuan
	}
	_, err := w.b.Lines.Create(ctx, w.keeper, w.tenant, "", l)
	return err
}

func (w *world) adopt(id ids.ID, day string) error {
	v, err := w.b.Heads.Get(ctx, w.keeper, w.tenant, id)
	w.ok(err)
	v.Resolved, v.Meeting, v.Document = date.Must(day), "成员代表会议", "永股〔2021〕1 号"
	w.ok(w.b.Heads.Update(ctx, w.keeper, w.tenant, v))
	return w.b.Heads.Do(ctx, w.clerk, w.tenant, id, 0, "adopt", "")
}

func (w *world) execution(id ids.ID, to date.Month) *budget.Execution {
	w.t.Helper()
	x, err := budget.Execute(ctx, w.d.Read(), w.tenant, id, to)
	w.ok(err)
	return x
}

func rows(x *budget.Execution) string {
	var out []string
	for _, r := range x.Rows {
		s := fmt.Sprintf("%s %s/%s", r.Name, r.Actual, r.Amount)
		if r.Over {
			s += " over"
		}
		if r.Warn {
			s += " warn"
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func refused(t testing.TB, err error, kind errs.Kind, field, says string) {
	t.Helper()
	e := errs.As(err)
	if e == nil || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if field == "" && strings.Contains(e.Msg, says) {
		return
	}
	if !slices.ContainsFunc(e.Fields, func(f errs.Field) bool { return f.Name == field && strings.Contains(f.Msg, says) }) {
		t.Fatalf("no field %s saying %q in: %v", field, says, e)
	}
}

func TestBudgetFromDraftToAmendment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id := w.draft(2021)
		refused(t, w.b.Heads.Do(ctx, w.clerk, w.tenant, id, 0, "adopt", ""), errs.Invalid, "document", "决议文号")
		refused(t, w.adopt(id, "2021-01-10"), errs.State, "", "还没有明细")
		w.ok(w.line(id, "发包收入", budget.Income, "511", 10000))
		w.ok(w.line(id, "行政开支", budget.Expense, "管理费用、551", 1000, 100, 200, 300, 400))
		refused(t, w.line(id, "又是管理", budget.Expense, "541", 1), errs.Invalid, "accounts", "已编入“行政开支”")
		refused(t, w.line(id, "错边", budget.Expense, "501", 1), errs.Invalid, "accounts", "收入类科目")
		refused(t, w.line(id, "无", budget.Expense, "777", 1), errs.Invalid, "accounts", "没有科目")
		refused(t, w.line(id, "季度", budget.Expense, "502", 10, 1, 2), errs.Invalid, "q4", "不符")
		w.ok(w.adopt(id, "2021-01-10"))
		refused(t, w.line(id, "晚了", budget.Expense, "502", 10), errs.State, "", "另立一版")

		w.post("2021-02-05", "511", 600_000, "")
		w.post("2021-02-06", "541", -70_000, "")
		w.post("2021-05-06", "551", -20_000, "")
		w.post("2021-05-07", "501", 5_000, "")
		w.post("2021-12-31", "511", -600_000, ledger.Closing) // closing entries do not count
		x := w.execution(id, 202112)
		if got := rows(x); got != "发包收入 6,000.00/10,000.00; 未列入预算的收入 50.00/0.00; 行政开支 900.00/1,000.00 warn" {
			t.Errorf("execution: %s", got)
		}
		if x.Rows[2].Quarters != [4]money.Fen{70_000, 20_000, 0, 0} || x.Rows[2].Left() != 10_000 {
			t.Errorf("quarters %+v", x.Rows[2])
		}
		if got := rows(w.execution(id, 202103)); !strings.Contains(got, "行政开支 700.00/1,000.00") {
			t.Errorf("to March: %s", got)
		}
		w.post("2021-06-06", "551", -20_000, "")
		if got := rows(w.execution(id, 202112)); !strings.Contains(got, "行政开支 1,100.00/1,000.00 over warn") {
			t.Errorf("overspent: %s", got)
		}

		next, err := w.b.Amend(ctx, w.keeper, w.tenant, id)
		w.ok(err)
		_, err = w.b.Amend(ctx, w.keeper, w.tenant, id)
		refused(t, err, errs.Conflict, "", "已有草案")
		w.ok(w.adopt(next, "2021-07-01"))
		old, err := w.b.Heads.Get(ctx, w.keeper, w.tenant, id)
		w.ok(err)
		now, err := w.b.Heads.Get(ctx, w.keeper, w.tenant, next)
		w.ok(err)
		if old.State != budget.Replaced || now.State != budget.Adopted || now.Edition != 2 || now.Amends != id {
			t.Errorf("old %+v, now %+v", old, now)
		}
		in, err := budget.Source{}.Budgeted(ctx, d.Read(), w.tenant, []ids.ID{w.books}, 2021)
		w.ok(err)
		if len(in) != 2 || in["511"] != 1_000_000 || in["541"] != 100_000 {
			t.Errorf("for statements: %v", in)
		}
		in, err = budget.Source{}.Budgeted(ctx, d.Read(), w.tenant, []ids.ID{w.books, w.books + 1}, 2021)
		w.ok(err)
		if len(in) != 0 {
			t.Errorf("the budget of one of two books passes for both: %v", in)
		}
	})
}

func TestBudgetStartsFromLastYear(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	w.post("2020-03-01", "511", 30_000, "")
	w.post("2020-04-01", "541", -12_000, "")
	w.post("2020-12-31", "541", 12_000, ledger.Closing)
	id := w.draft(2021)
	refused(t, w.b.StartFromBudget(ctx, w.keeper, w.tenant, id), errs.NotFound, "", "2020 年的预算")
	w.ok(w.b.StartFromActuals(ctx, w.keeper, w.tenant, id))
	refused(t, w.b.StartFromActuals(ctx, w.keeper, w.tenant, id), errs.State, "", "已有 2 项明细")
	if got := rows(w.execution(id, 202112)); got != "发包及上交收入 0.00/300.00; 管理费用 0.00/120.00" {
		t.Errorf("lines: %s", got)
	}
	w.ok(w.adopt(id, "2021-01-05"))
	following := w.draft(2022)
	w.ok(w.b.StartFromBudget(ctx, w.keeper, w.tenant, following))
	if got := rows(w.execution(following, 202212)); got != "发包及上交收入 0.00/300.00; 管理费用 0.00/120.00" {
		t.Errorf("next year's lines: %s", got)
	}
	first := w.draft(2020)
	refused(t, w.b.StartFromActuals(ctx, w.keeper, w.tenant, first), errs.NotFound, "", "2019 年的账")
}

// TestExecutionIsTheTrialBalance budgets random accounts over random vouchers: whatever is budgeted, the rows of a side
// add up to what the trial balance moved on its accounts.
func TestExecutionIsTheTrialBalance(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	id := w.draft(2021)
	income, expense := []string{"501", "511", "522", "531"}, []string{"502", "541", "551"}
	taken := map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(rt, "vouchers") {
			day := fmt.Sprintf("2021-%02d-15", rapid.IntRange(1, 12).Draw(rt, "month"))
			fen := money.Fen(rapid.Int64Range(1, 100_000).Draw(rt, "fen"))
			account := rapid.SampledFrom(income).Draw(rt, "income")
			if rapid.Bool().Draw(rt, "spent") {
				account, fen = rapid.SampledFrom(expense).Draw(rt, "expense"), -fen
			}
			if rapid.IntRange(0, 4).Draw(rt, "back") == 0 { // a refund, on the other side
				fen = -fen
			}
			w.post(day, account, fen, "")
		}
		if a := rapid.SampledFrom(append(slices.Clone(income), expense...)).Draw(rt, "budgeted"); !taken[a] {
			side := budget.Income
			if slices.Contains(expense, a) {
				side = budget.Expense
			}
			w.ok(w.line(id, a, side, a, rapid.Int64Range(1, 1000).Draw(rt, "yuan")))
			taken[a] = true
		}
		to := date.Month(202100 + rapid.IntRange(1, 12).Draw(rt, "to"))
		x := w.execution(id, to)
		trial, err := ledger.TrialBalance(ctx, d.Read(), w.tenant, w.books, 202101, to)
		w.ok(err)
		want := map[string]money.Fen{}
		for _, r := range trial {
			switch {
			case r.Level != 1:
			case r.Class == ledger.Income:
				want[budget.Income] += r.Credit - r.Debit
			case r.Class == ledger.Expense:
				want[budget.Expense] += r.Debit - r.Credit
			}
		}
		for _, side := range []string{budget.Income, budget.Expense} {
			t := x.Totals[side]
			if t.Actual != want[side] || t.Quarters[0]+t.Quarters[1]+t.Quarters[2]+t.Quarters[3] != t.Actual {
				rt.Fatalf("%s: executed %s (%v), the trial balance moved %s", side, t.Actual, t.Quarters, want[side])
			}
		}
	})
}
