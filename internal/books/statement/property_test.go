package statement_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// TestMain lets the properties be tried on fewer examples than usual: each posts many vouchers.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = flag.Set("rapid.checks", "40")
	}
	os.Exit(m.Run())
}

// Whatever is posted, reversed, carried and distributed, in whatever order, the statements of every month balance, agree
// with one another, and open into what they are made of.
func TestStatementsAlwaysBalance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		who := []ids.ID{0, w.party("农户甲", party.Household, village), w.party("农户乙", party.Household, village)}
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			r := &random{T: rt, w: w, who: who, chart: rapid.SampledFrom([]string{ledger.Chart2004, ledger.Chart2023}).Draw(rt, "chart")}
			r.year = map[string]int{ledger.Chart2004: 2021, ledger.Chart2023: 2024}[r.chart]
			from := date.Month(r.year*100 + rapid.SampledFrom([]int{1, 1, 4}).Draw(rt, "from"))
			r.first = int(from.Of())
			r.books = w.booksOf(party.Group, fmt.Sprintf("随机账套%d", n), village, r.chart, from)
			if rapid.Bool().Draw(rt, "opened") {
				r.open()
			}
			for range rapid.IntRange(1, 9).Draw(rt, "steps") {
				switch rapid.IntRange(0, 9).Draw(rt, "what") {
				case 0:
					r.carry()
				case 1:
					r.distribute()
				case 2:
					r.reverse()
				default:
					r.ordinary()
				}
			}
			r.check()
		})
	})
}

// random posts random vouchers to one books.
type random struct {
	*rapid.T
	w           *world
	chart       string
	books       ids.ID
	year, first int
	who         []ids.ID
	posted      []*ledger.Voucher
}

// accounts are those that ordinary vouchers use: all but the result's.
func (r *random) accounts(classes ...string) []string {
	var out []string
	for _, a := range ledger.Chart(r.chart) {
		if a.Code == "321" || a.Code == "322" {
			continue
		}
		for _, c := range classes {
			if a.Class == c {
				out = append(out, a.Code)
			}
		}
	}
	return out
}

func (r *random) fen() money.Fen { return money.Fen(rapid.Int64Range(1, 10_000_000).Draw(r.T, "fen")) }

func (r *random) day(least int) date.Date {
	y := r.year + rapid.IntRange(0, 1).Draw(r.T, "year")
	m := rapid.IntRange(1, 12).Draw(r.T, "month")
	if y == r.year {
		m = max(m, least)
	}
	return date.Must(fmt.Sprintf("%d-%02d-%02d", y, m, rapid.IntRange(1, 28).Draw(r.T, "day")))
}

func (r *random) post(v *ledger.Voucher) {
	v.Books, v.Summary = r.books, "随机"
	r.w.put(v)
	r.posted = append(r.posted, v)
}

func (r *random) ordinary() {
	all := r.accounts(ledger.Asset, ledger.Liability, ledger.Equity, ledger.Cost, ledger.Income, ledger.Expense)
	v := &ledger.Voucher{Date: r.day(r.first)}
	var sum money.Fen
	for range rapid.IntRange(1, 4).Draw(r.T, "lines") {
		f := r.fen()
		sum += f
		v.Lines = append(v.Lines, r.line(rapid.SampledFrom(append(all, "113", "113", "113")).Draw(r.T, "account"), f))
	}
	v.Lines = append(v.Lines, r.line(rapid.SampledFrom(append(all, "113", "113")).Draw(r.T, "against"), -sum))
	if rapid.Bool().Draw(r.T, "turned") {
		for i := range v.Lines {
			v.Lines[i].Debit, v.Lines[i].Credit = v.Lines[i].Credit, v.Lines[i].Debit
		}
	}
	r.post(v)
}

func (r *random) line(account string, f money.Fen) ledger.Line {
	l := ledger.Line{Account: account, Party: rapid.SampledFrom(r.who).Draw(r.T, "who")}
	if f > 0 {
		l.Debit = f
	} else {
		l.Credit = -f
	}
	return l
}

// carry carries all income and expense up to a month to the result, and the result on when it likes.
func (r *random) carry() {
	at := r.day(r.first)
	sums, err := ledger.Sums(ctx, r.w.d.Read(), r.w.tenant, ledger.SumsQuery{Books: []ids.ID{r.books}, From: at.YearMonth(), To: at.YearMonth()})
	must(r.w.t, err)
	classes := map[string]string{}
	for _, a := range ledger.Chart(r.chart) {
		classes[a.Code] = a.Class
	}
	v := &ledger.Voucher{Date: at, Kind: ledger.Closing}
	var result money.Fen
	for _, s := range sums {
		net := s.Opening + s.Before.Net() + s.Period.Net()
		if c := classes[s.Account]; net != 0 && (c == ledger.Income || c == ledger.Expense) {
			v.Lines = append(v.Lines, r.line(s.Account, -net))
			result += net
		}
	}
	if len(v.Lines) == 0 {
		return
	}
	if result != 0 {
		v.Lines = append(v.Lines, r.line("321", result))
	}
	if len(v.Lines) > 1 {
		r.post(v)
	}
	if result != 0 && rapid.Bool().Draw(r.T, "on") {
		r.post(&ledger.Voucher{Date: at, Kind: ledger.Closing, Lines: []ledger.Line{r.line("321", -result), r.line("322", result)}})
	}
}

func (r *random) distribute() {
	all := r.accounts(ledger.Asset, ledger.Liability, ledger.Equity)
	f := r.fen()
	if rapid.Bool().Draw(r.T, "back") {
		f = -f
	}
	v := &ledger.Voucher{Date: r.day(r.first), Lines: []ledger.Line{r.line("322", f), r.line(rapid.SampledFrom(append(all, "113", "311", "311")).Draw(r.T, "to"), -f)}}
	if rapid.Bool().Draw(r.T, "as closing") {
		v.Kind = ledger.Closing
	}
	r.post(v)
}

func (r *random) reverse() {
	if len(r.posted) == 0 {
		return
	}
	i := rapid.IntRange(0, len(r.posted)-1).Draw(r.T, "which")
	v := r.posted[i]
	r.w.reverse(v, v.Date.String())
	r.posted = append(r.posted[:i], r.posted[i+1:]...)
}

// open gives the books opening balances, and movements of the year before they begin.
func (r *random) open() {
	list := []ledger.Opening{}
	var opening, debit, credit money.Fen
	add := func(o ledger.Opening) {
		opening += o.Opening
		debit += o.Debit
		credit += o.Credit
		list = append(list, o)
	}
	for _, code := range []string{"113", "113", "151", "301", "322"} {
		o := ledger.Opening{Line: ledger.Line{Account: code}, Opening: r.fen()}
		if code == "113" {
			o.Party = r.who[1+len(list)%2]
		}
		if rapid.Bool().Draw(r.T, "credit") {
			o.Opening = -o.Opening
		}
		if code == "322" && r.first > 1 {
			o.Debit, o.Credit = r.fen(), r.fen()
		}
		add(o)
	}
	if r.first > 1 {
		add(ledger.Opening{Line: ledger.Line{Account: "501", Credit: r.fen()}})
		add(ledger.Opening{Line: ledger.Line{Account: "311", Debit: r.fen(), Credit: r.fen()}})
	}
	o := ledger.Opening{Line: ledger.Line{Account: "102"}, Opening: -opening}
	if credit > debit {
		o.Debit = credit - debit
	} else {
		o.Credit = debit - credit
	}
	list = append(list, o)
	must(r.w.t, r.w.l.SetOpenings(ctx, systemOf(), r.w.tenant, r.books, list))
}

func (r *random) check() {
	months := []string{
		fmt.Sprintf("%d-%02d", r.year, rapid.IntRange(r.first, 12).Draw(r.T, "month")),
		fmt.Sprint(r.year), fmt.Sprint(r.year + 1), fmt.Sprintf("%d-02..%d-07", r.year+1, r.year+1),
	}
	for _, p := range months {
		for _, kind := range []string{statement.Balance, statement.Income, statement.Statistics, statement.Trial} {
			sh := r.w.one(r.books, p, kind, statement.Options{Compare: true})
			for _, c := range sh.Checks {
				if !c.OK() {
					r.Fatalf("%s %s: %s\n%s", p, kind, c, sh.Draw())
				}
			}
		}
	}
	if rapid.IntRange(0, 4).Draw(r.T, "open the numbers") == 0 {
		everyNumberOpens(r.w.t.(*testing.T), r.w, r.books, months[1])
	}
}
