package journal_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"huicun/internal/books/journal"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
)

// byBooks gathers balances by the number with which the names of the test's books begin, and by account.
func byBooks(t *testing.T, lines [][2]string, part int) map[string]map[string]money.Fen {
	t.Helper()
	out := map[string]map[string]money.Fen{}
	for _, l := range lines {
		books := strings.TrimPrefix(strings.Split(l[0], ":")[part], "B-")
		books = books[:strings.Index(books, "组")]
		fen, err := money.Parse(strings.TrimSpace(strings.TrimSuffix(strings.ReplaceAll(l[1], ",", ""), "CNY")))
		if err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		if out[books] == nil {
			out[books] = map[string]money.Fen{}
		}
		out[books][codeOf(l[0])] += fen
	}
	return out
}

func readCSV(t *testing.T, text string) [][2]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(t, err)
	var out [][2]string
	for _, r := range rows {
		if r[0] != "account" && !strings.HasPrefix(r[0], "Total") && r[0] != "total" {
			out = append(out, [2]string{r[0], r[1]})
		}
	}
	return out
}

func number(b *ledger.Books) string { return b.Name[:strings.Index(b.Name, "组")] }

// What hledger, ledger and beancount make of random years is our trial balance, to the fen and for every account.
func TestOtherProgramsAgree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		books := w.random()
		for _, when := range []string{"2021", "2021-03..2021-11"} {
			p := period(when)
			path, res := w.export(journal.Request{Scope: "321182103000", Period: p, Format: journal.HLedger}, "all.journal")
			if res.Books != len(books) {
				t.Errorf("%d of %d books", res.Books, len(books))
			}
			ending := byBooks(t, readCSV(t, run(t, "hledger", "-f", path, "bal", "--flat", "-N", "-E", "-O", "csv")), 0)
			opening := byBooks(t, readCSV(t, run(t, "hledger", "-f", path, "bal", "--flat", "-N", "-E", "-O", "csv", "tag:种类=期初")), 0)
			var lines [][2]string
			for l := range strings.Lines(run(t, "ledger", "-f", path, "bal", "--flat", "--empty", "--no-total", "--format", "%(account)\t%(amount)\n")) {
				account, amount, _ := strings.Cut(strings.TrimSpace(l), "\t")
				lines = append(lines, [2]string{account, amount})
			}
			second := byBooks(t, lines, 0)
			bean, _ := w.export(journal.Request{Scope: "321182103000", Period: p, Format: journal.Beancount}, "all.beancount")
			run(t, "bean-check", bean)
			lines = nil
			for l := range strings.Lines(run(t, "bean-query", "-f", "csv", bean, "SELECT account, sum(number) GROUP BY account")) {
				account, amount, _ := strings.Cut(strings.TrimSpace(l), ",")
				if strings.Contains(account, ":") {
					lines = append(lines, [2]string{account, amount})
				}
			}
			third := byBooks(t, lines, 1)
			for _, b := range books {
				from, to := b.Months(p.From, p.To)
				end := func(r ledger.TrialRow) money.Fen { return r.Ending }
				w.compareTrial(b, "hledger", from, to, ending[number(b)], end)
				w.compareTrial(b, "ledger", from, to, second[number(b)], end)
				w.compareTrial(b, "beancount", from, to, third[number(b)], end)
				w.compareTrial(b, "hledger opening", from, to, opening[number(b)], func(r ledger.TrialRow) money.Fen { return r.Opening })
			}
		}
		// The programs do check: a wrong fen is not taken.
		path, _ := w.export(journal.Request{Books: books[0].Name, Period: period("2021"), Format: journal.Beancount}, "one.beancount")
		text, err := os.ReadFile(path)
		must(t, err)
		if strings.Contains(string(text), "B-") {
			t.Error("one books needs no prefix")
		}
	})
}

func TestAuditTableAddsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		books := w.random()
		p := period("2021")
		path, res := w.export(journal.Request{Scope: village, Period: p, Format: journal.AuditCSV}, "audit.csv")
		f, err := os.Open(path)
		must(t, err)
		defer f.Close()
		table, err := sheet.Read("audit.csv", f, 0, sheet.Options{})
		must(t, err)
		if len(table.Rows) != res.Lines || len(table.Header) != len(journal.AuditColumns) {
			t.Fatalf("%d rows of %d columns, wrote %d lines", len(table.Rows), len(table.Header), res.Lines)
		}
		col := func(row []string, title string) string { return row[table.Col(title)] }
		fen := func(row []string, title string) money.Fen {
			if col(row, title) == "" {
				return 0
			}
			m, err := money.Parse(col(row, title))
			must(t, err)
			return m
		}
		for _, b := range books {
			from, to := b.Months(p.From, p.To)
			for _, side := range []string{"借方发生额", "贷方发生额"} {
				got := map[string]money.Fen{}
				for _, row := range table.Rows {
					if col(row, "电子账簿编号") == b.ID.String() {
						got[col(row, "科目编号")] += fen(row, side)
					}
				}
				w.compareTrial(b, side, from, to, got, func(r ledger.TrialRow) money.Fen {
					if side == "借方发生额" {
						return r.Debit
					}
					return r.Credit
				})
			}
		}
	})
}

func TestExportRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.books("", ledger.Chart2004, 202101)
		stranger := access.Principal{ID: 5, Name: "外人", Grants: []access.Grant{{Role: "town_accountant", Region: "321183101000"}}}
		for _, c := range []struct {
			who  access.Principal
			r    journal.Request
			kind errs.Kind
		}{
			{w.poster, journal.Request{Books: b.Name, Period: period("2021"), Format: "pdf"}, errs.Invalid},
			{w.poster, journal.Request{Books: b.Name, Format: journal.HLedger}, errs.Invalid},
			{w.poster, journal.Request{Books: "没有", Period: period("2021"), Format: journal.HLedger}, errs.NotFound},
			{w.poster, journal.Request{Books: b.Name, Period: period("2020"), Format: journal.HLedger}, errs.NotFound},
			{stranger, journal.Request{Books: b.Name, Period: period("2021"), Format: journal.HLedger}, errs.Forbidden},
			{stranger, journal.Request{Scope: village, Period: period("2021"), Format: journal.HLedger}, errs.NotFound},
		} {
			var out strings.Builder
			if _, err := w.j.Export(ctx, c.who, w.tenant, c.r, &out); !errs.Is(err, c.kind) || out.Len() > 0 {
				t.Errorf("%+v: %v, %d bytes", c.r, err, out.Len())
			}
		}
	})
}

// Books that do not agree with themselves are not taken out.
func TestDamagedBooksStay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.books("", ledger.Chart2004, 202101)
		must(t, w.l.SetOpenings(ctx, w.poster, w.tenant, b.ID, []ledger.Opening{
			{Line: ledger.Line{Account: "101"}, Opening: 5}, {Line: ledger.Line{Account: "301"}, Opening: -5},
		}))
		w.damage()
		var out strings.Builder
		_, err := w.j.Export(ctx, w.poster, w.tenant, journal.Request{Books: b.Name, Period: period("2021"), Format: journal.HLedger}, &out)
		if !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "科目 101 的余额与分录相差 0.01 元") {
			t.Errorf("%v", err)
		}
	})
}

func TestNamesAreLegal(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	b := w.books(" [乙] : x", ledger.Chart2004, 202101)
	path, _ := w.export(journal.Request{Scope: village, Period: period("2021"), Format: journal.HLedger}, "a.journal")
	got := strings.Fields(strings.ReplaceAll(run(t, "hledger", "-f", path, "accounts", "--declared"), " ", "_"))
	want := map[string]bool{
		"1组账套_［乙］_：_x:资产:102_银行存款:10201_基本户：_（农行）_；_＊1234": true,
		"1组账套_［乙］_：_x:资产:113_内部往来:11301_［甲］｜乙＝丙＠丁":         true,
	}
	for _, a := range got {
		delete(want, a)
	}
	if len(want) > 0 || len(got) != 36+3 {
		t.Errorf("%d accounts of %s, missing %v", len(got), b.Name, want)
	}
	if n := strings.Count(run(t, "hledger", "-f", path, "accounts", "--types"), "type: "); n == 0 {
		t.Log("hledger shows no types: " + strconv.Itoa(n))
	}
}
