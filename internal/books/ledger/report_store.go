package ledger

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// BooksIn lists the books of places that take some month of a period, by place.
func BooksIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Month) ([]Books, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("from_month <= ?", to).And("(to_month = 0 OR to_month >= ?)", from)
	list, err := booksTable.All(ctx, q, w, "region, from_month, id")
	return slices.DeleteFunc(list, func(b Books) bool { return b.last() != 0 && b.last() < from }), err
}

// BooksByID reads books.
func BooksByID(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Books, error) {
	return booksTable.Get(ctx, q, tenant, id)
}

// BooksByName reads books by their name.
func BooksByName(ctx context.Context, q db.Q, tenant int64, name string) (*Books, error) {
	return booksTable.One(ctx, q, db.NewWhere(tenant).And("name = ?", name))
}

// Moves is what moved on an account; the closing part, contained in the others, is by closing entries (结转).
type Moves struct{ Debit, Credit, ClosingDebit, ClosingCredit money.Fen }

// Plus returns both together.
func (m Moves) Plus(o Moves) Moves {
	return Moves{m.Debit + o.Debit, m.Credit + o.Credit, m.ClosingDebit + o.ClosingDebit, m.ClosingCredit + o.ClosingCredit}
}

// Net is debits less credits.
func (m Moves) Net() money.Fen { return m.Debit - m.Credit }

// Ordinary is debits less credits without closing entries.
func (m Moves) Ordinary() money.Fen { return m.Debit - m.ClosingDebit - m.Credit + m.ClosingCredit }

// AccountSum is what the balances say of one account in a period: Opening is its balance (debits less credits) on the
// year's first day, Before what moved from then to the period, Period what moved in it. Books is 0 where several
// books were added together.
type AccountSum struct {
	Books   ids.ID
	Account string
	Opening money.Fen
	Before  Moves
	Period  Moves
}

// SumsQuery asks for the sums of some books in a period within one year.
type SumsQuery struct {
	Books    []ids.ID
	From, To date.Month
	Account  string // only this account and those below it; "" for all
	Together bool   // add the books together, account by account
}

// Sums reads the balances of books in a period, a few hundred books at a time. What stands at the beginning of a year is
// kept, so that the cost is that of one year's accounts and months.
func Sums(ctx context.Context, q db.Q, tenant int64, s SumsQuery) ([]AccountSum, error) {
	var out []AccountSum
	for chunk := range slices.Chunk(s.Books, 5*perStatement) {
		years, err := carriedYears(ctx, q, tenant, chunk, s.From.Year())
		if err != nil {
			return nil, err
		}
		byYear := map[int][]ids.ID{}
		for _, id := range chunk {
			byYear[years[id]] = append(byYear[years[id]], id)
		}
		for _, year := range slices.Sorted(maps.Keys(byYear)) {
			rows, err := sumsSince(ctx, q, tenant, s, byYear[year], year)
			if err != nil {
				return nil, err
			}
			out = append(out, rows...)
		}
	}
	return mergeSums(out), nil
}

// sumsSince sums up books whose beginning of a year is kept; 0 says that none is.
func sumsSince(ctx context.Context, q db.Q, tenant int64, s SumsQuery, books []ids.ID, year int) ([]AccountSum, error) {
	w := db.In(db.NewWhere(tenant), "books_id", books).And("month > ?", year*100).And("month <= ?", s.To)
	if s.Account != "" {
		w.And("account >= ? AND account < ?", s.Account, s.Account+":")
	}
	cols, by := "CAST(0 AS BIGINT)", "account"
	if !s.Together {
		cols, by = "books_id", "books_id, account"
	}
	sum := func(col, when string) string {
		return ", CAST(COALESCE(SUM(CASE WHEN " + when + " THEN " + col + " ELSE 0 END), 0) AS BIGINT)"
	}
	// The months are ours and valid, and stand three times in the text: they are written out.
	first, start := itoa(date.Month(s.From.Year()*100+1)), itoa(s.From)
	cols += ", account" + sum("debit_fen - credit_fen", "month < "+first)
	for _, when := range []string{"month >= " + first + " AND month < " + start, "month >= " + start} {
		for _, col := range []string{"debit_fen", "credit_fen", "closing_debit_fen", "closing_credit_fen"} {
			cols += sum(col, when)
		}
	}
	out, err := db.Collect(ctx, q, func(r *AccountSum) []any {
		return []any{
			&r.Books, &r.Account, &r.Opening, &r.Before.Debit, &r.Before.Credit, &r.Before.ClosingDebit, &r.Before.ClosingCredit,
			&r.Period.Debit, &r.Period.Credit, &r.Period.ClosingDebit, &r.Period.ClosingCredit,
		}
	}, `SELECT `+cols+` FROM balance WHERE `+w.SQL()+` GROUP BY `+by, w.Args()...)
	if err != nil || year == 0 {
		return out, err
	}
	begin, err := carriedInto(ctx, q, tenant, books, year, s.Account)
	if err != nil {
		return nil, err
	}
	for _, c := range begin {
		if s.Together {
			c.books = 0
		}
		out = append(out, AccountSum{Books: c.books, Account: c.account, Opening: c.fen})
	}
	return out, nil
}

func itoa(m date.Month) string { return strconv.Itoa(int(m)) }

// MonthSum is what one month moved on an account with all below it.
type MonthSum struct {
	Month date.Month
	Moves
}

// Holder is to whose name a line stands: a member household, else a party, else nobody.
type Holder struct{ Party, Member ids.ID }

// EntryFilter chooses entries: those of books on an account or below it, all of them or only those to one name, with
// closing entries or without.
type EntryFilter struct {
	Books    ids.ID
	Account  string
	Holder   *Holder // nil for all
	Ordinary bool    // leave closing entries (结转) out
}

// where chooses rows of a table with lines or openings.
func (f EntryFilter) where(tenant int64, alias string) *db.Where {
	w := db.NewWhere(tenant).And(alias+".books_id = ?", f.Books).And(alias+".account >= ? AND "+alias+".account < ?", f.Account, f.Account+":")
	switch h := f.Holder; {
	case h == nil:
	case h.Member != 0:
		w.And(alias+".member_id = ?", h.Member)
	case h.Party != 0:
		w.And(alias+".member_id IS NULL AND "+alias+".party_id = ?", h.Party)
	default:
		w.And(alias + ".member_id IS NULL AND " + alias + ".party_id IS NULL")
	}
	return w
}

// MonthsOf lists the months up to one in which what a filter chooses moved, oldest first, openings among them: the
// balances of an account, the lines of one name.
func MonthsOf(ctx context.Context, q db.Q, tenant int64, f EntryFilter, to date.Month) ([]MonthSum, error) {
	ptrs := func(m *MonthSum) []any {
		return []any{&m.Month, &m.Debit, &m.Credit, &m.ClosingDebit, &m.ClosingCredit}
	}
	if f.Holder == nil {
		w := f.where(tenant, "b").And("b.month <= ?", to)
		return db.Collect(ctx, q, ptrs, `SELECT b.month, CAST(SUM(b.debit_fen) AS BIGINT), CAST(SUM(b.credit_fen) AS BIGINT),
			CAST(SUM(b.closing_debit_fen) AS BIGINT), CAST(SUM(b.closing_credit_fen) AS BIGINT)
			FROM balance b WHERE `+condition(w, "b")+` GROUP BY b.month ORDER BY b.month`, w.Args()...)
	}
	w := f.where(tenant, "o")
	opened, err := db.Collect(ctx, q, func(o *openedSum) []any { return []any{&o.from, &o.opening, &o.debit, &o.credit} },
		`SELECT k.from_month, CAST(SUM(o.opening_fen) AS BIGINT), CAST(SUM(o.debit_fen) AS BIGINT), CAST(SUM(o.credit_fen) AS BIGINT)
		FROM ledger_opening o JOIN ledger_books k ON k.tenant_id = o.tenant_id AND k.id = o.books_id
		WHERE `+condition(w, "o", "k")+` GROUP BY k.from_month`, w.Args()...)
	if err != nil {
		return nil, err
	}
	var out []MonthSum
	for _, o := range opened {
		out = append(out, o.months()...)
	}
	w = f.where(tenant, "l").And("l.month <= ?", to).And("l.posted")
	moved, err := db.Collect(ctx, q, ptrs, `SELECT l.month, CAST(SUM(l.debit_fen) AS BIGINT), CAST(SUM(l.credit_fen) AS BIGINT),
		CAST(SUM(CASE WHEN v.kind = '`+Closing+`' THEN l.debit_fen ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN v.kind = '`+Closing+`' THEN l.credit_fen ELSE 0 END) AS BIGINT)
		FROM voucher_line l JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		WHERE `+condition(w, "l", "v")+` GROUP BY l.month ORDER BY l.month`, w.Args()...)
	return append(out, moved...), err
}

// openedSum is what openings bring: the balance at the year's first day, and what had moved before the first month.
type openedSum struct {
	from                   date.Month
	opening, debit, credit money.Fen
}

func (o openedSum) months() []MonthSum {
	out := []MonthSum{{Month: o.from / 100 * 100, Moves: Moves{Debit: max(o.opening, 0), Credit: max(-o.opening, 0)}}}
	if o.debit != 0 || o.credit != 0 {
		out = append(out, MonthSum{Month: o.from - 1, Moves: Moves{Debit: o.debit, Credit: o.credit}})
	}
	return out
}

// Part is the balance of one detail (明细) of an account: what stands to one name on one of its sub-accounts.
type Part struct {
	Books   ids.ID
	Account string
	Holder
	Opening money.Fen // debits less credits before the year
	Ending  money.Fen // debits less credits up to the month
}

// PartsOf reads the details of an account with all below it from its lines and openings, up to a month.
func PartsOf(ctx context.Context, q db.Q, tenant int64, books []ids.ID, account string, to date.Month) ([]Part, error) {
	january := itoa(date.Month(to.Year()*100 + 1))
	ptrs := func(p *Part) []any { return []any{&p.Books, &p.Account, &p.Party, &p.Member, &p.Opening, &p.Ending} }
	type key struct {
		books   ids.ID
		account string
		Holder
	}
	at := map[key]int{}
	var out []Part
	for chunk := range slices.Chunk(books, 5*perStatement) {
		for _, from := range []struct{ table, where, opening, ending string }{
			{
				"ledger_opening x JOIN ledger_books k ON k.tenant_id = x.tenant_id AND k.id = x.books_id", "",
				"x.opening_fen + CASE WHEN k.from_month <= " + january + " THEN x.debit_fen - x.credit_fen ELSE 0 END", "x.opening_fen + x.debit_fen - x.credit_fen",
			},
			{
				"voucher_line x", " AND x.posted AND x.month <= " + itoa(to),
				"CASE WHEN x.month < " + january + " THEN x.debit_fen - x.credit_fen ELSE 0 END", "x.debit_fen - x.credit_fen",
			},
		} {
			w := db.In(db.NewWhere(tenant), "x.books_id", chunk).And("x.account >= ? AND x.account < ?", account, account+":")
			rows, err := db.Collect(ctx, q, ptrs, `SELECT x.books_id, x.account, CASE WHEN x.member_id IS NULL THEN COALESCE(x.party_id, 0) ELSE 0 END, COALESCE(x.member_id, 0),
				CAST(SUM(`+from.opening+`) AS BIGINT), CAST(SUM(`+from.ending+`) AS BIGINT)
				FROM `+from.table+` WHERE `+condition(w, "x")+from.where+` GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, w.Args()...)
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				k := key{r.Books, r.Account, r.Holder}
				if i, ok := at[k]; ok {
					out[i].Opening += r.Opening
					out[i].Ending += r.Ending
					continue
				}
				at[k] = len(out)
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// Opposite is what stood against some accounts within the same vouchers.
type Opposite struct {
	Books   ids.ID
	Account string
	Debit   money.Fen
	Credit  money.Fen
}

// OppositesOf sums, account by account, the other lines of the posted vouchers of a period that touch any of the
// given accounts or one below them; the given accounts themselves are among the result.
func OppositesOf(ctx context.Context, q db.Q, tenant int64, books []ids.ID, accounts []string, from, to date.Month) ([]Opposite, error) {
	var out []Opposite
	for chunk := range slices.Chunk(books, 5*perStatement) {
		w := db.In(db.NewWhere(tenant), "g.books_id", chunk)
		conds, args := make([]string, len(accounts)), []any{}
		for i, a := range accounts {
			conds[i] = "g.account >= ? AND g.account < ?"
			args = append(args, a, a+":")
		}
		w.And("("+strings.Join(conds, " OR ")+")", args...).And("g.month >= ? AND g.month <= ?", from, to).And("g.posted")
		rows, err := db.Collect(ctx, q, func(o *Opposite) []any { return []any{&o.Books, &o.Account, &o.Debit, &o.Credit} },
			`SELECT l.books_id, l.account, CAST(COALESCE(SUM(l.debit_fen), 0) AS BIGINT), CAST(COALESCE(SUM(l.credit_fen), 0) AS BIGINT)
			FROM voucher_line l WHERE l.tenant_id = $1 AND l.voucher_id IN (SELECT g.voucher_id FROM voucher_line g WHERE `+condition(w, "g")+`)
			GROUP BY l.books_id, l.account ORDER BY l.books_id, l.account`, w.Args()...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// EntryKey is where an entry stands in the order of a ledger: by day, number of the voucher and line.
type EntryKey struct {
	Date    date.Date
	FullNo  string
	Voucher ids.ID
	Line    int
}

// Key is where the entry stands.
func (e *Entry) Key() EntryKey { return EntryKey{e.Date, e.FullNo, e.Voucher, e.LineNo} }

// monthEntries are the posted lines of one month that a filter chooses.
func (f EntryFilter) monthEntries(tenant int64, month date.Month) *db.Where {
	w := f.where(tenant, "l").And("l.month = ?", month).And("l.posted")
	if f.Ordinary {
		w.And("v.kind <> ?", Closing)
	}
	return w
}

const entryOrder = "v.on_date, v.full_no, v.id, l.line_no"

// EntriesOf lists the entries of one month, after a key (nil for the first), at most limit. A ledger goes from month
// to month, so that a page costs what its month holds and not the year.
func EntriesOf(ctx context.Context, q db.Q, tenant int64, f EntryFilter, month date.Month, after *EntryKey, limit int) ([]Entry, error) {
	w := f.monthEntries(tenant, month)
	if after != nil {
		w.And("("+entryOrder+") > (?, ?, ?, ?)", after.Date, after.FullNo, after.Voucher, after.Line)
	}
	return entries(ctx, q, w, entryOrder+" LIMIT "+strconv.Itoa(max(limit, 1)))
}

// VoucherAccount is the account of one line of a voucher.
type VoucherAccount struct {
	Voucher       ids.ID
	Account, Name string
	Debit         bool // the side that the line stands on
}

// AccountsOfVouchers lists which accounts vouchers move, in the order of their lines, by voucher.
func AccountsOfVouchers(ctx context.Context, q db.Q, tenant int64, vouchers []ids.ID) (map[ids.ID][]VoucherAccount, error) {
	type row struct {
		VoucherAccount
		debit money.Fen
	}
	out := map[ids.ID][]VoucherAccount{}
	for chunk := range slices.Chunk(vouchers, 5*perStatement) {
		w := db.In(db.NewWhere(tenant), "l.voucher_id", chunk)
		rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.Voucher, &r.Account, &r.Name, &r.debit} },
			`SELECT l.voucher_id, l.account, a.name, l.debit_fen FROM voucher_line l
			JOIN ledger_account a ON a.tenant_id = l.tenant_id AND a.books_id = l.books_id AND a.code = l.account
			WHERE `+condition(w, "l")+` ORDER BY l.voucher_id, l.line_no`, w.Args()...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			r.Debit = r.debit != 0
			out[r.Voucher] = append(out[r.Voucher], r.VoucherAccount)
		}
	}
	return out, nil
}

// MovedUpTo sums the entries of the key's month up to and including the key.
func MovedUpTo(ctx context.Context, q db.Q, tenant int64, f EntryFilter, key EntryKey) (debit, credit money.Fen, err error) {
	w := f.monthEntries(tenant, key.Date.YearMonth()).And("("+entryOrder+") <= (?, ?, ?, ?)", key.Date, key.FullNo, key.Voucher, key.Line)
	err = q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(l.debit_fen), 0) AS BIGINT), CAST(COALESCE(SUM(l.credit_fen), 0) AS BIGINT)
		FROM voucher_line l JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		WHERE `+condition(w, "l", "v"), w.Args()...).Scan(&debit, &credit)
	return debit, credit, err
}

// SubAccounts lists the accounts of books below one of the given, with the books that they stand in.
func SubAccounts(ctx context.Context, q db.Q, tenant int64, books []ids.ID, under string) (map[ids.ID]map[string]string, error) {
	type row struct {
		books      ids.ID
		code, name string
	}
	out := map[ids.ID]map[string]string{}
	for chunk := range slices.Chunk(books, 5*perStatement) {
		w := db.In(db.NewWhere(tenant), "books_id", chunk).And("code > ? AND code < ?", under, under+":")
		rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.books, &r.code, &r.name} },
			`SELECT books_id, code, name FROM ledger_account WHERE `+w.SQL()+` ORDER BY books_id, code`, w.Args()...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if out[r.books] == nil {
				out[r.books] = map[string]string{}
			}
			out[r.books][r.code] = r.name
		}
	}
	return out, nil
}

// MonthNet is what all accounts of books moved together in a month, debits less credits: nothing, when they balance.
type MonthNet struct {
	Books ids.ID
	Month date.Month
	Net   money.Fen
}

// MonthNets lists the months in which books of a tenant moved, by books.
func MonthNets(ctx context.Context, q db.Q, tenant int64) ([]MonthNet, error) {
	return db.Collect(ctx, q, func(m *MonthNet) []any { return []any{&m.Books, &m.Month, &m.Net} },
		`SELECT books_id, month, CAST(COALESCE(SUM(debit_fen - credit_fen), 0) AS BIGINT) FROM balance
		WHERE tenant_id = $1 GROUP BY books_id, month ORDER BY books_id, month`, tenant)
}
