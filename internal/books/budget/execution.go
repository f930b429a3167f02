package budget

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Executed is a line with what the ledger says of it, on the line's side (income: credits less debits). A row without a
// line gathers what moved on income or expense accounts that no line names.
type Executed struct {
	Line     *Line
	Name     string
	Side     string
	Accounts string
	Amount   money.Fen
	Actual   money.Fen
	Plan     [4]money.Fen // by quarter, where the line says
	Quarters [4]money.Fen // what moved
	Over     bool         // more was spent than budgeted
	Warn     bool         // the budget's warning line has been reached
}

// Left is what is still to come in or to be spent, negative when it is more than budgeted.
func (e *Executed) Left() money.Fen { return e.Amount - e.Actual }

// Percent is how much of the amount was reached, and whether there is one.
func (e *Executed) Percent() (float64, bool) {
	if e.Amount == 0 {
		return 0, false
	}
	return float64(e.Actual) / float64(e.Amount) * 100, true
}

// Codes are the codes of the row's accounts.
func (e *Executed) Codes() []string {
	return strings.FieldsFunc(e.Accounts, func(c rune) bool { return c == '、' })
}

// Execution is a budget with what the ledger moved up to a month. The totals are by side, the names of accounts by code.
type Execution struct {
	Budget *Budget
	To     date.Month
	Rows   []Executed
	Totals map[string]*Executed
	Names  map[string]string
}

// Account is an account as it is shown: 501 经营收入.
func (x *Execution) Account(code string) string { return strings.TrimSpace(code + " " + x.Names[code]) }

// Execute compares a budget with the balances of its books up to a month of its year; closing entries do not count.
func Execute(ctx context.Context, q db.Q, tenant int64, id ids.ID, to date.Month) (*Execution, error) {
	b, err := table.Get(ctx, q, tenant, id)
	if err != nil {
		return nil, err
	}
	lines, err := LinesOf(ctx, q, tenant, id)
	if err != nil {
		return nil, err
	}
	accounts, err := ledger.Accounts(ctx, q, tenant, b.Books)
	if err != nil {
		return nil, err
	}
	moves, err := ledger.OrdinaryMoves(ctx, q, tenant, b.Books, b.Year, to)
	if err != nil {
		return nil, err
	}
	return compare(b, lines, accounts, moves, to)
}

func compare(b *Budget, lines []Line, accounts []ledger.Account, moves []ledger.AccountMonth, to date.Month) (*Execution, error) {
	x := &Execution{Budget: b, To: to, Totals: map[string]*Executed{Income: {Name: "收入合计", Side: Income}, Expense: {Name: "支出合计", Side: Expense}}}
	x.Names = make(map[string]string, len(accounts))
	for i := range accounts {
		x.Names[accounts[i].Code] = accounts[i].Name
	}
	for i := range lines {
		l := &lines[i]
		x.Rows = append(x.Rows, Executed{Line: l, Name: l.Name, Side: l.Side, Accounts: l.Accounts, Amount: l.Amount, Plan: l.Quarters})
	}
	rest := map[string]*Executed{}
	for _, m := range moves {
		if err := x.rowOf(m.Account, accounts, rest).add(m); err != nil {
			return nil, err
		}
	}
	for _, side := range []string{Income, Expense} {
		if r := rest[side]; r != nil && (r.Actual != 0 || r.Quarters != [4]money.Fen{}) {
			x.Rows = append(x.Rows, *r)
		}
	}
	slices.SortStableFunc(x.Rows, func(a, b Executed) int { return strings.Compare(b.Side, a.Side) })
	return x, x.total()
}

// rowOf finds the row that an account's movements belong to: its line's, or that of what was not budgeted; a row of
// nothing for accounts that are neither income nor expense and stand in no line.
func (x *Execution) rowOf(account string, accounts []ledger.Account, rest map[string]*Executed) *Executed {
	for i := range x.Rows {
		if slices.ContainsFunc(x.Rows[i].Line.Codes(), func(c string) bool { return strings.HasPrefix(account, c) }) {
			return &x.Rows[i]
		}
	}
	i := slices.IndexFunc(accounts, func(a ledger.Account) bool { return a.Code == account })
	if i < 0 {
		return &Executed{}
	}
	side := map[string]string{ledger.Income: Income, ledger.Expense: Expense}[accounts[i].Class]
	if side == "" {
		return &Executed{}
	}
	r := rest[side]
	if r == nil {
		r = &Executed{Name: map[string]string{Income: "未列入预算的收入", Expense: "未列入预算的支出"}[side], Side: side}
		rest[side] = r
	}
	if !strings.Contains("、"+r.Accounts+"、", "、"+account+"、") {
		r.Accounts = strings.TrimPrefix(r.Accounts+"、"+account, "、")
	}
	return r
}

const monthsOfQuarter = 3

func (e *Executed) add(m ledger.AccountMonth) error {
	fen := m.Fen
	if e.Side == Income {
		fen = fen.Neg()
	}
	q := (int(m.Month.Of()) - 1) / monthsOfQuarter
	var err error
	if e.Actual, err = money.Add(e.Actual, fen); err != nil {
		return err
	}
	e.Quarters[q], err = money.Add(e.Quarters[q], fen)
	return err
}

func (x *Execution) total() error {
	for i := range x.Rows {
		r := &x.Rows[i]
		t := x.Totals[r.Side]
		r.Over = r.Side == Expense && r.Actual > r.Amount
		if p, ok := r.Percent(); ok && r.Side == Expense && x.Budget.WarnPercent > 0 && p >= float64(x.Budget.WarnPercent) {
			r.Warn = true
		}
		var err error
		if t.Amount, err = money.Add(t.Amount, r.Amount); err != nil {
			return err
		}
		if t.Actual, err = money.Add(t.Actual, r.Actual); err != nil {
			return err
		}
		for q := range r.Quarters {
			t.Quarters[q] += r.Quarters[q]
			t.Plan[q] += r.Plan[q]
		}
	}
	x.Totals[Expense].Over = x.Totals[Expense].Actual > x.Totals[Expense].Amount
	return nil
}

// Source tells statements what was budgeted, from the budgets in force.
type Source struct{}

// Budgeted returns what was budgeted for a year by account code, of all the given books together: the amounts of the
// budgets in force, on the side of their lines. What a line budgets for a group of accounts stands at the first of them.
// Nothing is returned unless all the books have a budget: what some villages budgeted says nothing beside what all of
// them took in.
func (Source) Budgeted(ctx context.Context, q db.Q, tenant int64, books []ids.ID, year int) (map[string]money.Fen, error) {
	out := map[string]money.Fen{}
	for chunk := range slices.Chunk(books, manyBooks) {
		heads, err := table.All(ctx, q, db.In(db.NewWhere(tenant), "books_id", chunk).And("year = ?", year).And("state = ?", Adopted), "id")
		if err != nil {
			return nil, err
		}
		if len(heads) < len(chunk) {
			return map[string]money.Fen{}, nil
		}
		var list []ids.ID
		for i := range heads {
			list = append(list, heads[i].ID)
		}
		lines, err := lineTable.All(ctx, q, db.In(db.NewWhere(tenant), "budget_id", list), "id")
		if err != nil {
			return nil, err
		}
		for i := range lines {
			codes := lines[i].Codes()
			if out[codes[0]], err = money.Add(out[codes[0]], lines[i].Amount); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// manyBooks is how many books one statement names.
const manyBooks = 500

// errNothing says that there is nothing to start from.
func errNothing(year int, what string) error {
	return errs.New(errs.NotFound, "budget.nothing", "没有 %d 年的%s可以参照，请直接录入明细", year, what)
}
