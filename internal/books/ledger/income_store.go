package ledger

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// BooksIncome is what books took in: Fen is credits less debits of income accounts, closing entries left out.
type BooksIncome struct {
	Books  ids.ID
	Name   string
	Party  ids.ID
	Region string
	Sample bool
	Fen    money.Fen
}

// incomeKind says which accounts count: the top accounts of each system. An account below one belongs to its class.
type incomeKind map[string][]string

var (
	allIncome       = incomeKind{Chart2004: topOf(Chart2004, Income), Chart2023: topOf(Chart2023, Income)}
	operatingIncome = incomeKind{Chart2004: {"501", "511", "561"}, Chart2023: {"501", "502"}}
)

// topOf lists the accounts of a class in a system.
func topOf(system, class string) []string {
	var out []string
	for _, a := range Chart(system) {
		if a.Class == class {
			out = append(out, a.Code)
		}
	}
	return out
}

// codes lists the accounts of both systems, each once.
func (k incomeKind) codes() []string {
	all := slices.Concat(k[Chart2004], k[Chart2023])
	slices.Sort(all)
	return slices.Compact(all)
}

// Span is a year up to a day.
type Span struct {
	Year int
	AsOf date.Date
}

// IncomeOf returns the income of each books of a collective (those of village committees and groups are not the
// collective's income) that were kept in the year, 0 where nothing was posted, from the
// year's first day up to asOf. Whole months are read from the balances, which say how much of them is by closing
// entries (结转); only the days of a month that asOf cuts are read from the lines.
func IncomeOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, asOf date.Date) ([]BooksIncome, error) {
	return first(incomeOf(ctx, q, tenant, ranges, allIncome, Span{year, asOf}))
}

// IncomeOfSpans is IncomeOf for several spans at once, in their order.
func IncomeOfSpans(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, spans ...Span) ([][]BooksIncome, error) {
	return incomeOf(ctx, q, tenant, ranges, allIncome, spans...)
}

// OperatingIncomeOf is IncomeOf for operating income only: 501, 511 and 561 of the 2004 system, 501 and 502 of
// the 2023 system.
func OperatingIncomeOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int, asOf date.Date) ([]BooksIncome, error) {
	return first(incomeOf(ctx, q, tenant, ranges, operatingIncome, Span{year, asOf}))
}

func first(list [][]BooksIncome, err error) ([]BooksIncome, error) {
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// kept is what of books decides whether and how they count.
type kept struct {
	BooksIncome
	chart    string
	from, to date.Month
}

// in reports whether the books were kept in a year.
func (k *kept) in(year int) bool {
	return k.from <= date.Month(year*100+12) && (k.to == 0 || k.to >= date.Month(year*100+1)) && (year <= lastOf2004.Year() || k.chart != Chart2004)
}

func incomeOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, kind incomeKind, spans ...Span) ([][]BooksIncome, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("entity = ?", EntityCollective)
	books, err := db.Collect(ctx, q, func(k *kept) []any {
		return []any{&k.Books, &k.Name, &k.Party, &k.Region, &k.Sample, &k.chart, &k.from, &k.to}
	}, `SELECT id, name, party_id, region, sample, chart, from_month, to_month FROM ledger_books
		WHERE `+w.SQL()+` ORDER BY region, from_month, id`, w.Args()...)
	if err != nil {
		return nil, err
	}
	sums, err := sumBalances(ctx, q, tenant, ranges, kind, spans)
	if err != nil {
		return nil, err
	}
	out := make([][]BooksIncome, len(spans))
	for i, s := range spans {
		if _, part := wholeMonths(s.Year, s.AsOf); part != 0 {
			days, err := sumLines(ctx, q, tenant, ranges, kind, part, s.AsOf)
			if err != nil {
				return nil, err
			}
			for k, fen := range days {
				sums[i][k] += fen
			}
		}
		for j := range books {
			k := &books[j]
			if !k.in(s.Year) {
				continue
			}
			b := k.BooksIncome
			for _, top := range kind[k.chart] {
				b.Fen += sums[i][topSum{b.Books, top}]
			}
			out[i] = append(out[i], b)
		}
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

// topSum names the sum of an account of the first level, with those below it.
type topSum struct {
	books ids.ID
	top   string
}

// sumBalances adds up the whole months of spans, with one statement for all of them. It begins with the books, since their
// accounts of income are next to each other; CROSS JOIN keeps SQLite to that.
func sumBalances(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, kind incomeKind, spans []Span) ([]map[topSum]money.Fen, error) {
	from, to := date.Month(999912), date.Month(0)
	for _, s := range spans {
		whole, _ := wholeMonths(s.Year, s.AsOf)
		from, to = min(from, date.Month(s.Year*100+1)), max(to, whole)
	}
	codes := kind.codes()
	w := db.In(db.NewWhere(tenant).Ranges("k.region", ranges).And("k.entity = ?", EntityCollective).And("b.account >= ?", codes[0]).
		And("b.account < ?", codes[len(codes)-1]+":").And("b.month >= ?", from).And("b.month <= ?", to), "substr(b.account, 1, 3)", codes)
	cond, args := condition(w, "k", "b"), w.Args()
	var sums strings.Builder
	for _, s := range spans {
		whole, _ := wholeMonths(s.Year, s.AsOf)
		args = append(args, date.Month(s.Year*100+1), whole)
		n := len(args)
		sums.WriteString(`, CAST(COALESCE(SUM(b.credit_fen - b.debit_fen - b.closing_credit_fen + b.closing_debit_fen)
			FILTER (WHERE b.month >= $` + strconv.Itoa(n-1) + ` AND b.month <= $` + strconv.Itoa(n) + `), 0) AS BIGINT)`)
	}
	type row struct {
		topSum
		fen []money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any {
		r.fen = make([]money.Fen, len(spans))
		out := []any{&r.books, &r.top}
		for i := range r.fen {
			out = append(out, &r.fen[i])
		}
		return out
	}, `SELECT b.books_id, substr(b.account, 1, 3)`+sums.String()+` FROM ledger_books k CROSS JOIN balance b
		WHERE `+cond+` AND b.books_id = k.id GROUP BY b.books_id, substr(b.account, 1, 3)`, args...)
	if err != nil {
		return nil, err
	}
	out := make([]map[topSum]money.Fen, len(spans))
	for i := range out {
		out[i] = make(map[topSum]money.Fen, len(rows))
		for _, r := range rows {
			out[i][r.topSum] = r.fen[i]
		}
	}
	return out, nil
}

// sumLines begins with the month's vouchers; CROSS JOIN keeps SQLite, which has no statistics, to that order.
func sumLines(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, kind incomeKind, month date.Month, asOf date.Date) (map[topSum]money.Fen, error) {
	w := db.NewWhere(tenant).Ranges("v.region", ranges).And("v.month = ?", month).And("v.on_date <= ?", asOf).
		And("v.state = ?", Posted).And("v.kind <> ?", Closing)
	db.In(w, "substr(l.account, 1, 3)", kind.codes())
	type row struct {
		topSum
		fen money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.books, &r.top, &r.fen} },
		`SELECT l.books_id, substr(l.account, 1, 3), CAST(COALESCE(SUM(l.credit_fen - l.debit_fen), 0) AS BIGINT)
		FROM voucher v CROSS JOIN voucher_line l
		WHERE `+condition(w, "v", "l")+` AND l.voucher_id = v.id GROUP BY l.books_id, substr(l.account, 1, 3)`, w.Args()...)
	if err != nil {
		return nil, err
	}
	out := make(map[topSum]money.Fen, len(rows))
	for _, r := range rows {
		out[r.topSum] = r.fen
	}
	return out, nil
}
