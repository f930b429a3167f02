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

// BooksIncome is what books took in: Fen is credits less debits of income accounts, closing entries left out.
type BooksIncome struct {
	Books  ids.ID
	Name   string
	Party  ids.ID
	Region string
	Sample bool
	Fen    money.Fen
}

// incomeKind says which accounts count.
type incomeKind string

const (
	allIncome       incomeKind = `a.class = 'income' AND k.entity = 'collective'`
	operatingIncome incomeKind = `(k.chart = '2004' AND substr(a.code, 1, 3) IN ('501', '511', '561')
		OR k.chart = '2023' AND substr(a.code, 1, 3) IN ('501', '502'))`
)

// IncomeOf returns the income of each books of a collective (those of village committees and groups are not the
// collective's income) that were kept in the year, 0 where nothing was posted, from the
// year's first day up to asOf. Whole months are read from the balances, which say how much of them is by closing
// entries (结转); only the days of a month that asOf cuts are read from the lines.
func IncomeOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, asOf date.Date) ([]BooksIncome, error) {
	return incomeOf(ctx, q, tenant, ranges, year, asOf, allIncome)
}

// OperatingIncomeOf is IncomeOf for operating income only: 501, 511 and 561 of the 2004 system, 501 and 502 of
// the 2023 system.
func OperatingIncomeOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, asOf date.Date) ([]BooksIncome, error) {
	return incomeOf(ctx, q, tenant, ranges, year, asOf, operatingIncome)
}

func incomeOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, asOf date.Date, kind incomeKind) ([]BooksIncome, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("from_month <= ?", year*100+12).And("(to_month = 0 OR to_month >= ?)", year*100+1).
		And("entity = ?", EntityCollective)
	if year > lastOf2004.Year() {
		w.And("chart <> ?", Chart2004)
	}
	books, err := booksTable.All(ctx, q, w, "region, from_month, id")
	if err != nil {
		return nil, err
	}
	whole, part := wholeMonths(year, asOf)
	sums, err := sumBalances(ctx, q, tenant, ranges, date.Month(year*100+1), whole, kind)
	if err != nil {
		return nil, err
	}
	if part != 0 {
		days, err := sumLines(ctx, q, tenant, ranges, part, asOf, kind)
		if err != nil {
			return nil, err
		}
		for id, fen := range days {
			sums[id] += fen
		}
	}
	out := make([]BooksIncome, len(books))
	for i := range books {
		b := &books[i]
		out[i] = BooksIncome{Books: b.ID, Name: b.Name, Party: b.Party, Region: b.Region, Sample: b.Sample, Fen: sums[b.ID]}
	}
	return out, nil
}

// wholeMonths returns the last month of the year that is over by asOf (the month before the year's first when
// none is), and the month that asOf cuts, 0 for none.
func wholeMonths(year int, asOf date.Date) (whole, part date.Month) {
	switch m := asOf.YearMonth(); {
	case asOf.Year() > year:
		return date.Month(year*100 + 12), 0
	case asOf.Year() < year:
		return date.Month(year * 100), 0
	case asOf == m.Last():
		return m, 0
	default:
		return m - 1, m // within a year the month before is one less; before January nothing is
	}
}

type booksSum struct {
	books ids.ID
	fen   money.Fen
}

func toMap(rows []booksSum, err error) (map[ids.ID]money.Fen, error) {
	out := map[ids.ID]money.Fen{}
	for _, r := range rows {
		out[r.books] = r.fen
	}
	return out, err
}

func sumBalances(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Month, kind incomeKind) (map[ids.ID]money.Fen, error) {
	w := db.NewWhere(tenant).Ranges("b.region", ranges).And("b.month >= ?", from).And("b.month <= ?", to)
	return toMap(db.Collect(ctx, q, func(s *booksSum) []any { return []any{&s.books, &s.fen} },
		`SELECT b.books_id, CAST(COALESCE(SUM(b.credit_fen - b.debit_fen - b.closing_credit_fen + b.closing_debit_fen), 0) AS BIGINT)
		FROM balance b
		JOIN ledger_books k ON k.tenant_id = b.tenant_id AND k.id = b.books_id
		JOIN ledger_account a ON a.tenant_id = b.tenant_id AND a.books_id = b.books_id AND a.code = b.account
		WHERE `+condition(w, "b", "k", "a")+` AND `+string(kind)+` GROUP BY b.books_id`, w.Args()...))
}

// sumLines begins with the month's vouchers; CROSS JOIN keeps SQLite, which has no statistics, to that order.
func sumLines(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, month date.Month, asOf date.Date, kind incomeKind) (map[ids.ID]money.Fen, error) {
	w := db.NewWhere(tenant).Ranges("v.region", ranges).And("v.month = ?", month).And("v.on_date <= ?", asOf).
		And("v.state = ?", Posted).And("v.kind <> ?", Closing)
	return toMap(db.Collect(ctx, q, func(s *booksSum) []any { return []any{&s.books, &s.fen} },
		`SELECT l.books_id, CAST(COALESCE(SUM(l.credit_fen - l.debit_fen), 0) AS BIGINT)
		FROM voucher v CROSS JOIN voucher_line l CROSS JOIN ledger_books k CROSS JOIN ledger_account a
		WHERE `+condition(w, "v", "l", "k", "a")+` AND l.voucher_id = v.id AND k.id = l.books_id
		AND a.books_id = l.books_id AND a.code = l.account AND `+string(kind)+` GROUP BY l.books_id`, w.Args()...))
}

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
		WHERE `+condition(w, "b", "k", "a")+` AND `+string(allIncome)+` GROUP BY b.month ORDER BY b.month`, w.Args()...)
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
