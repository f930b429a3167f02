package statement_test

import (
	"fmt"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// A ledger read in small pages shows every entry once, in order, with the balance that a single page shows, and the
// totals of every month once.
func TestLedgerPagesAreTheWholeLedger(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.books("利民村", village, ledger.Chart2004, 202001)
		w.post(b, "2020-12-05", "", "102 +300", "511 -300")
		for m := 1; m <= 3; m++ {
			for i := 1; i <= 4; i++ {
				w.post(b, fmt.Sprintf("2021-%02d-%02d", m, 1+i/2*7), "", fmt.Sprintf("102 +%d", 10*m+i), fmt.Sprintf("501 -%d", 10*m+i))
			}
		}
		w.post(b, "2021-05-05", "", "541 +7", "102 -7")
		q := statement.LedgerQuery{Tenant: w.tenant, Period: period(t, "2021"), Daily: true, EntryFilter: ledger.EntryFilter{Books: b, Account: "102"}}
		whole, err := w.s.Whole(ctx, q)
		must(t, err)
		want := texts(whole.Lines)
		if whole.Entries != 13 || whole.Lines[0].Label != "上年结转" || whole.Lines[0].Balance != yuan("300") {
			t.Fatalf("whole: %d entries\n%s", whole.Entries, strings.Join(want, "\n"))
		}
		last := whole.Lines[len(whole.Lines)-1]
		if last.Label != "本年累计" || last.Debit != yuan("270") || last.Credit != yuan("7") || last.Balance != yuan("563") {
			t.Errorf("last line %+v", last)
		}
		for limit := 1; limit <= 14; limit++ {
			q.Limit, q.After = limit, nil
			var got []string
			for pages := 0; ; pages++ {
				page, err := w.s.Page(ctx, q)
				must(t, err)
				lines := page.Lines
				if pages > 0 {
					if lines[0].Label != "承前页" {
						t.Fatalf("limit %d: page %d begins with %s", limit, pages, lines[0].Label)
					}
					lines = lines[1:]
				}
				if page.Next != nil {
					over := lines[len(lines)-1]
					if over.Label != "过次页" || over.Balance != lines[len(lines)-2].Balance {
						t.Fatalf("limit %d: page %d ends with %+v", limit, pages, over)
					}
					lines = lines[:len(lines)-1]
				}
				got = append(got, texts(lines)...)
				if page.Next == nil {
					break
				}
				q.After = page.Next
			}
			if limit > 1 { // with one entry to a page a day's total cannot span its entries
				q.Daily = true
			}
			if a, b := withoutDays(got), withoutDays(want); strings.Join(a, "\n") != strings.Join(b, "\n") {
				t.Errorf("limit %d:\n%s\nwant\n%s", limit, strings.Join(a, "\n"), strings.Join(b, "\n"))
			}
		}
	})
}

func texts(lines []statement.Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, fmt.Sprintf("%s|%s|%s|%s|%s", l.Label, l.Entry.FullNo, l.Debit, l.Credit, l.Balance))
	}
	return out
}

func withoutDays(list []string) []string {
	var out []string
	for _, s := range list {
		if !strings.HasPrefix(s, "本日合计") {
			out = append(out, s)
		}
	}
	return out
}

// Printed pages hold so many rows; what is brought forward is what was carried over, by month or by year.
func TestSheafCarriesOver(t *testing.T) {
	var lines []statement.Line
	var sum money.Fen
	for i := 1; i <= 40; i++ {
		sum += money.Fen(i)
		lines = append(lines, statement.Line{Kind: statement.EntryLine, Debit: money.Fen(i), Balance: sum, Year: statement.Movement{Debit: sum}, Month: statement.Movement{Debit: sum - 5}})
	}
	for rows := 3; rows <= 45; rows++ {
		for _, byMonth := range []bool{false, true} {
			pages := statement.Sheaf(lines, rows, byMonth)
			n := 0
			for i, p := range pages {
				if len(p) > rows || len(p) == 0 || i < len(pages)-1 && len(p) != rows {
					t.Fatalf("%d rows: page %d has %d", rows, i+1, len(p))
				}
				for _, l := range p {
					if l.Kind == statement.EntryLine {
						if n++; l.Debit != money.Fen(n) {
							t.Fatalf("%d rows: entry %d is %s", rows, n, l.Debit)
						}
					}
				}
				if i == 0 {
					continue
				}
				over, forward := pages[i-1][rows-1], p[0]
				if over.Kind != statement.CarryLine || forward.Kind != statement.ForwardLine || over.Debit != forward.Debit || over.Balance != forward.Balance {
					t.Fatalf("%d rows: %+v is carried over, %+v brought forward", rows, over, forward)
				}
				if want := over.Balance; !byMonth && over.Debit != want || byMonth && over.Debit != want-5 {
					t.Fatalf("%d rows by month %v: %s carried over at balance %s", rows, byMonth, over.Debit, over.Balance)
				}
			}
			if n != 40 {
				t.Fatalf("%d rows: %d entries", rows, n)
			}
		}
	}
}

// Books of the two systems, and of collective and committee, are never added together; each keeps its own sheet, and
// villages without books are named. One village's payable is not set off against another's receivable.
func TestConsolidation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		one, two := w.books("利民村", village, ledger.Chart2004, 202101), w.books("红旗村", other, ledger.Chart2004, 202101)
		comm, err := w.l.Books.Create(ctx, systemOf(), w.tenant, "", &ledger.Books{Name: "利民村委", Party: w.party("利民村民委员会", party.Committee, village), Chart: ledger.Chart2004, From: 202101})
		must(t, err)
		w.post(one, "2021-02-01", "", "102 +100", "501 -100")
		w.post(one, "2021-03-01", "", "113 +40", "501 -40")
		w.post(two, "2021-02-01", "", "102 +30", "113 -30")
		w.post(comm, "2021-02-01", "", "102 +7", "522 -7")
		q := statement.Query{Tenant: w.tenant, Scopes: []string{town}, Title: "八桥镇", Period: period(t, "2021")}
		list, found, err := w.s.Sheets(ctx, q, statement.Balance, statement.Options{})
		must(t, err)
		if len(list) != 2 || list[0].Books != 2 || list[1].Books != 1 || len(found.Missing) != 1 || found.Missing[0].Name != "红光村" {
			t.Fatalf("%d sheets of %d, missing %v", len(list), list[0].Books, found.Missing)
		}
		wantChecks(t, list[0])
		wantCells(t, list[0], map[string]string{"1": "130", "5": "40", "36": "30", "32": "170", "52": "140"})
		wantCells(t, list[1], map[string]string{"32": "7", "52": "7"})
		trial, _, err := w.s.Sheets(ctx, q, statement.Trial, statement.Options{})
		must(t, err)
		wantChecks(t, trial[0])
		wantCells(t, trial[0], map[string]string{"113": "0 0 40 30 40 30 40 30"})
		if n := strings.Join(list[0].Notes, ""); !strings.Contains(n, "红光村") || !strings.Contains(n, "村民委员会") {
			t.Errorf("notes %q", n)
		}
		_, err = w.s.Find(ctx, statement.Query{Tenant: w.tenant, Scopes: []string{town}, Title: "八桥镇", Period: period(t, "2020")})
		if err == nil || !strings.Contains(err.Error(), "没有账套") {
			t.Errorf("2020: %v", err)
		}
	})
}

// A county's own layout holds from its month on; of several the one that begins last.
func TestTheLatestLayoutHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.books("利民村", village, ledger.Chart2004, 202101)
		w.post(b, "2021-02-01", "", "102 +100", "501 -100")
		body, err := statement.BuiltInBody("balance", "2004")
		must(t, err)
		put := func(version, month, cash string) ids.ID {
			s := &statement.Stored{Body: strings.NewReplacer("财会〔2004〕12号,\n", version+",\n", "2005-01", month, "货币资金", cash).Replace(body)}
			s.Region = "321182000000"
			id, err := w.layouts.Create(ctx, systemOf(), w.tenant, "", s)
			must(t, err)
			return id
		}
		put("县试行", "2021-04", "现金和存款")
		put("县二版", "2021-08", "货币")
		for p, want := range map[string]string{"2021-03": "货币资金", "2021-04": "现金和存款", "2021-07": "现金和存款", "2021-08": "货币", "2021": "货币"} {
			sh := w.one(b, p, statement.Balance, statement.Options{})
			wantChecks(t, sh)
			for _, r := range sh.Rows {
				if r.Line == "1" && r.Label != want {
					t.Errorf("%s reads %s, want %s", p, r.Label, want)
				}
			}
		}
		wrong := &statement.Stored{Body: strings.Replace(body, "101+102", "101", 1)}
		wrong.Region = "321182000000"
		if _, err := w.layouts.Create(ctx, systemOf(), w.tenant, "", wrong); err == nil || !strings.Contains(err.Error(), "102 银行存款") {
			t.Errorf("a layout without the bank is taken: %v", err)
		}
	})
}

func TestPeriods(t *testing.T) {
	for text, want := range map[string]string{"2021": "2021年度", "2021-06": "2021年6月", "2021-01..2021-06": "2021年1月至6月", "202106": "2021年6月"} {
		p, err := statement.ParsePeriod(text)
		must(t, err)
		if p.Chinese() != want {
			t.Errorf("%s is %s", text, p.Chinese())
		}
		again, err := statement.ParsePeriod(p.String())
		if err != nil || again != p {
			t.Errorf("%s writes %s", text, p)
		}
	}
	for _, text := range []string{"", "21", "2021-13", "2021-06..2021-01", "2021-06..2022-01", "2021-01..", "明年"} {
		if p, err := statement.ParsePeriod(text); err == nil {
			t.Errorf("%q reads as %v", text, p)
		}
	}
	if p := statement.YearOf(2021); p.LastYear() != statement.YearOf(2020) || p.From != date.Month(202101) {
		t.Errorf("last year of %v is %v", p, p.LastYear())
	}
}
