package ledger

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/search"
)

// Entry is a line with the voucher that it stands in.
type Entry struct {
	Line
	LineNo      int
	AccountName string
	Voucher     ids.ID
	FullNo      string
	Date        date.Date
	Books       ids.ID
	Kind        string
	State       string
	Region      string
	Sample      bool
}

const selectEntries = `SELECT l.summary, l.account, l.debit_fen, l.credit_fen, l.party_id, l.contract_id, l.asset_id, l.project_id, l.member_id,
	l.line_no, a.name, v.id, v.full_no, v.on_date, v.books_id, v.kind, v.state, v.region, v.sample
	FROM voucher_line l
	JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
	JOIN ledger_account a ON a.tenant_id = l.tenant_id AND a.books_id = l.books_id AND a.code = l.account
	WHERE `

func entries(ctx context.Context, q db.Q, w *db.Where, order string) ([]Entry, error) {
	return db.Collect(ctx, q, func(e *Entry) []any {
		return append(linePtrs(&e.Line), &e.LineNo, &e.AccountName, &e.Voucher, &e.FullNo, &e.Date, &e.Books, &e.Kind, &e.State, &e.Region, &e.Sample)
	}, selectEntries+condition(w, "l", "v", "a")+` ORDER BY `+order, w.Args()...)
}

// LinesOf lists the posted lines that belong to a contract, asset, project or party, in the order of their days.
func LinesOf(ctx context.Context, q db.Q, tenant int64, dim string, id ids.ID) ([]Entry, error) {
	d := DimensionNamed(dim)
	if d == nil {
		return nil, errs.New(errs.Internal, "ledger.dimension", "no dimension %s", dim)
	}
	w := db.NewWhere(tenant).And("l."+d.column+" = ?", id).And("v.state = ?", Posted)
	return entries(ctx, q, w, "v.on_date, v.full_no, v.id, l.line_no")
}

// LinesOfVoucher lists the lines of a voucher.
func LinesOfVoucher(ctx context.Context, q db.Q, tenant int64, id ids.ID) ([]Entry, error) {
	return entries(ctx, q, db.NewWhere(tenant).And("l.voucher_id = ?", id), "l.line_no")
}

// VouchersOf lists the posted vouchers of a year in books that have a line on an account or one below it.
func VouchersOf(ctx context.Context, q db.Q, tenant int64, books ids.ID, account string, year int) ([]Voucher, error) {
	w := db.NewWhere(tenant).And("books_id = ?", books).And("state = ?", Posted).And("month >= ?", year*100+1).And("month <= ?", year*100+12).
		And(`EXISTS (SELECT 1 FROM voucher_line l WHERE l.tenant_id = ? AND l.voucher_id = voucher.id AND l.account >= ? AND l.account < ?)`,
			tenant, account, account+":")
	return voucherTable.All(ctx, q, w, "month, no")
}

// SuggestAccounts lists accounts of books that take entries and match a code, name or pinyin.
func SuggestAccounts(ctx context.Context, q db.Q, tenant int64, books ids.ID, text string, limit int) ([]Account, error) {
	w := db.NewWhere(tenant).And("books_id = ?", books).And("leaf").And("active")
	terms := search.QueryTerms(text)
	for _, t := range terms[:min(len(terms), 8)] {
		w.And(`search LIKE ? ESCAPE '!'`, "% "+likeEscape.Replace(t)+" %")
	}
	return db.Collect(ctx, q, accountPtrs, `SELECT `+accountColumns+` FROM ledger_account
		WHERE `+w.SQL()+` ORDER BY code LIMIT `+strconv.Itoa(max(limit, 1)), w.Args()...)
}

var likeEscape = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// MonthIncome is the income of one month.
type MonthIncome struct {
	Month date.Month
	Fen   money.Fen
}

// MonthlyIncome returns the income of each of a year's twelve months, closing entries left out.
func MonthlyIncome(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int) ([]MonthIncome, error) {
	w := db.NewWhere(tenant).Ranges("b.region", ranges).And("b.month >= ?", year*100+1).And("b.month <= ?", year*100+12)
	rows, err := db.Collect(ctx, q, func(m *MonthIncome) []any { return []any{&m.Month, &m.Fen} },
		`SELECT b.month, CAST(COALESCE(SUM(b.credit_fen - b.debit_fen - b.closing_credit_fen + b.closing_debit_fen), 0) AS BIGINT)
		FROM balance b
		JOIN ledger_books k ON k.tenant_id = b.tenant_id AND k.id = b.books_id
		JOIN ledger_account a ON a.tenant_id = b.tenant_id AND a.books_id = b.books_id AND a.code = b.account
		WHERE `+condition(w, "b", "k", "a")+` AND a.class = 'income' AND k.entity = '`+EntityCollective+`' GROUP BY b.month ORDER BY b.month`, w.Args()...)
	if err != nil {
		return nil, err
	}
	out := make([]MonthIncome, 12)
	for i := range out {
		out[i].Month = date.Month(year*100 + i + 1)
	}
	for _, r := range rows {
		out[int(r.Month)-year*100-1].Fen = r.Fen
	}
	return out, nil
}

// LatestDay returns the day of the last posted voucher, or no date when there is none.
func LatestDay(ctx context.Context, q db.Q, tenant int64) (date.Date, error) {
	var day date.Date
	err := q.QueryRow(ctx, `SELECT on_date FROM voucher WHERE tenant_id = $1 AND state = 'posted' ORDER BY on_date DESC LIMIT 1`, tenant).Scan(&day)
	if errors.Is(err, db.ErrNoRows) {
		return date.Date{}, nil
	}
	return day, err
}

// TrialRow is one account in a trial balance. Opening and Ending are debits less credits. An account with
// sub-accounts shows their sum and its own; totals are therefore made of the rows of level 1 only.
type TrialRow struct {
	Account
	Level         int
	Opening       money.Fen
	Debit, Credit money.Fen
	Ending        money.Fen
}

// TrialBalance lists the accounts of books that have an amount in months of one year, from the balances alone.
func TrialBalance(ctx context.Context, q db.Q, tenant int64, books ids.ID, from, to date.Month) ([]TrialRow, error) {
	list, err := Accounts(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	sums, err := Sums(ctx, q, tenant, SumsQuery{Books: []ids.ID{books}, From: from, To: to})
	if err != nil {
		return nil, err
	}
	var out []TrialRow
	var above []string
	for _, a := range list {
		for len(above) > 0 && !strings.HasPrefix(a.Code, above[len(above)-1]) {
			above = above[:len(above)-1]
		}
		above = append(above, a.Code)
		r := TrialRow{Account: a, Level: len(above)}
		for _, s := range sums {
			if strings.HasPrefix(s.Account, a.Code) {
				r.Opening += s.Opening + s.Before.Net()
				r.Debit += s.Period.Debit
				r.Credit += s.Period.Credit
			}
		}
		r.Ending = r.Opening + r.Debit - r.Credit
		if r.Opening != 0 || r.Debit != 0 || r.Credit != 0 {
			out = append(out, r)
		}
	}
	return out, nil
}
