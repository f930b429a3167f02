package statement_test

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
)

// rows is a report's file as a table.
func (s *site) rows(kind, query string) *sheet.Table {
	s.Helper()
	w := s.send("kuaiji", httptest.NewRequest("GET", "/reports/"+kind+"/export?format=csv&"+query, nil))
	if w.Code != 200 {
		s.Fatalf("%s?%s: %d %s", kind, query, w.Code, text(w.Body.String()))
	}
	t, err := sheet.Read("x.csv", bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()), sheet.Options{})
	s.ok(err)
	return t
}

// fen is a cell as an amount, 0 when it is empty.
func (s *site) fen(t *sheet.Table, row []string, col string) money.Fen {
	s.Helper()
	i := t.Col(col)
	if i < 0 {
		s.Fatalf("no column %s among %v", col, t.Header)
	}
	if i >= len(row) || row[i] == "" {
		return 0
	}
	f, err := money.Parse(row[i])
	s.ok(err)
	return f
}

// row finds the row whose first cells hold a text.
func (s *site) row(t *sheet.Table, label string) []string {
	s.Helper()
	for _, r := range t.Rows {
		for _, c := range r[:min(3, len(r))] {
			if c == label {
				return r
			}
		}
	}
	s.Fatalf("no row %s", label)
	return nil
}

// The trial balance, the general ledger, the subsidiary ledger, the day book and the statements tell the same story of the
// same books: by village, and of all of them together.
func TestReportsAgree(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	for _, of := range []string{"", "&books=" + s.village()} {
		for _, period := range []string{"year=2021&to=12", "year=2021&from=3&to=8", "year=2020&to=6"} {
			q := period + of
			trial := s.rows("trial", q)
			debit, credit := money.Fen(0), money.Fen(0)
			for _, r := range trial.Rows {
				if len(r[0]) == 3 { // accounts of the first level
					debit, credit = debit+s.fen(trial, r, "本期发生额借方"), credit+s.fen(trial, r, "本期发生额贷方")
				}
			}
			total := s.row(trial, "合计")
			if debit == 0 || debit != credit || debit != s.fen(trial, total, "本期发生额借方") || credit != s.fen(trial, total, "本期发生额贷方") {
				t.Errorf("%s: the trial balance's accounts moved %s and %s, its total says %v", q, debit, credit, total)
			}
			bank := s.row(trial, "102")
			s.generalAgrees(q, trial, bank)
			detail, income := s.rows("detail", q), s.rows("income", q)
			for label, in := range map[string][]string{"一、收入合计": {"501", "511", "522", "531", "561"}, "二、支出合计": {"502", "541", "551"}} {
				var sum money.Fen
				for _, code := range in {
					for _, r := range detail.Rows {
						if r[0] == code {
							sum += s.fen(detail, r, "本年累计")
						}
					}
				}
				if got := s.fen(detail, s.row(detail, label), "本年累计"); got != sum || sum == 0 {
					t.Errorf("%s: %s is %s, its accounts add up to %s", q, label, got, sum)
				}
			}
			left := s.fen(detail, s.row(detail, "三、收支相抵（结余）"), "本年累计")
			if got := s.fen(income, s.row(income, "三、本年收益"), income.Header[2]); got != left {
				t.Errorf("%s: the year's income is %s in the statement, %s in the detail", q, got, left)
			}
			balance := s.rows("balance", q)
			cash := s.fen(trial, bank, "期末余额借方") // no cash in hand in the books that are loaded here
			if got := s.fen(balance, s.row(balance, "货币资金"), "年末数"); got != cash {
				t.Errorf("%s: money is %s in the balance sheet, %s in the trial balance", q, got, cash)
			}
			page := text(s.get("kuaiji", "/reports?"+q, 200))
			if strings.Contains(page, "不符") || strings.Count(page, "＝") < 6 {
				t.Errorf("%s: the hub does not say that all agrees:\n%s", q, page)
			}
		}
	}
}

// generalAgrees compares an account of the trial balance with the general ledger and, for single books, with the ledger of
// the account and its day book, entry by entry.
func (s *site) generalAgrees(q string, trial *sheet.Table, bank []string) {
	s.Helper()
	debit, credit, end := s.fen(trial, bank, "本期发生额借方"), s.fen(trial, bank, "本期发生额贷方"), s.fen(trial, bank, "期末余额借方")
	general := s.rows("general", q)
	var d, c, last money.Fen
	for _, r := range general.Rows {
		if r[0] == "102" && strings.Contains(strings.Join(r, " "), "本月合计") {
			d, c, last = d+s.fen(general, r, "借方"), c+s.fen(general, r, "贷方"), s.fen(general, r, "余额")
		}
	}
	if d != debit || c != credit || last != end {
		s.Errorf("%s: the general ledger moves 102 by %s and %s to %s, the trial balance by %s and %s to %s", q, d, c, last, debit, credit, end)
	}
	if !strings.Contains(q, "books=") {
		return
	}
	for _, kind := range []string{"ledger", "journal"} {
		book := s.rows(kind, q+"&account=102")
		sums, days := map[string]money.Fen{}, map[string]money.Fen{}
		balance := money.Fen(0)
		for i, r := range book.Rows {
			what := r[book.Col("摘要")]
			now := s.fen(book, r, "余额")
			switch {
			case r[book.Col("凭证号")] != "": // an entry
				in, out := s.fen(book, r, "借方"), s.fen(book, r, "贷方")
				if now != balance+in-out {
					s.Errorf("%s: row %d of the %s: %s and %s and %s make %s", q, i+1, kind, balance, in, out, now)
				}
				sums["entries in"], sums["entries out"] = sums["entries in"]+in, sums["entries out"]+out
			case what == "本月合计":
				sums["months in"], sums["months out"] = sums["months in"]+s.fen(book, r, "借方"), sums["months out"]+s.fen(book, r, "贷方")
			case what == "本日合计":
				days["in"], days["out"] = days["in"]+s.fen(book, r, "借方"), days["out"]+s.fen(book, r, "贷方")
			}
			balance = now
		}
		if sums["entries in"] != debit || sums["entries out"] != credit || sums["months in"] != debit || sums["months out"] != credit || balance != end {
			s.Errorf("%s: the %s says %v and ends with %s, the trial balance %s and %s and %s", q, kind, sums, balance, debit, credit, end)
		}
		if kind == "journal" && (days["in"] != debit || days["out"] != credit) {
			s.Errorf("%s: the days of the day book add up to %v, want %s and %s", q, days, debit, credit)
		}
	}
}

// A workbook holds what the screen shows: its title and whose it is, amounts that are numbers, the same sums; on A4.
func TestWorkbooksAreTheScreens(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	b := "&books=" + s.village()
	for kind, title := range map[string]string{
		"trial": "科目余额表", "detail": "收支明细表", "balance": "资产负债表", "income": "收益及收益分配表", "statistics": "收益分配统计表", "general": "总账",
		"ledger": "102 银行存款 明细账", "journal": "102 银行存款 日记账",
	} {
		q := "year=2021&to=6&account=102" + b
		if kind != "ledger" && kind != "journal" {
			q = "year=2021&to=6" + b
		}
		w := s.send("kuaiji", httptest.NewRequest("GET", "/reports/"+kind+"/export?"+q, nil))
		f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
		if err != nil {
			t.Fatalf("%s: %d %v", kind, w.Code, err)
		}
		name := f.GetSheetName(0)
		rows, err := f.GetRows(name)
		s.ok(err)
		if len(rows) < 8 || rows[0][0] != title || !strings.Contains(rows[1][0], "编制单位：八桥镇长胜村股份经济合作社") || !strings.Contains(rows[1][0], "单位：元") {
			t.Fatalf("%s begins with %.200q", kind, rows)
		}
		if last := rows[len(rows)-1][0]; !strings.Contains(last, "会计主管") {
			t.Errorf("%s ends with %q", kind, last)
		}
		table := s.rows(kind, q)
		head := 0
		for rows[head][0] != table.Header[0] {
			head++
		}
		page, amounts := text(s.get("kuaiji", "/reports/"+kind+"?"+q, 200)), 0
		for i, want := range table.Rows {
			for j, cell := range want {
				ref, err := excelize.CoordinatesToCellName(j+1, head+2+i)
				s.ok(err)
				shown, err := f.GetCellValue(name, ref)
				s.ok(err)
				value, err := money.Parse(cell)
				if err != nil || !strings.Contains(cell, ".") { // a text
					if shown != cell {
						t.Errorf("%s %s: %q, want %q", kind, ref, shown, cell)
					}
					continue
				}
				amounts++
				if style, err := f.GetCellType(name, ref); err != nil || style != excelize.CellTypeUnset {
					t.Errorf("%s %s is no number: %v %v", kind, ref, style, err)
				}
				if shown != value.String() {
					t.Errorf("%s %s: %s, want %s", kind, ref, shown, value)
				}
				if value != 0 && !strings.Contains(page, strings.TrimPrefix(shown, "-")) {
					t.Errorf("%s %s: %s is not on the screen", kind, ref, shown)
				}
			}
		}
		if amounts < 10 {
			t.Errorf("%s holds %d amounts", kind, amounts)
		}
		layout, err := f.GetPageLayout(name)
		if err != nil || layout.Size == nil || *layout.Size != 9 {
			t.Errorf("%s is not printed on A4: %+v, %v", kind, layout, err)
		}
	}
}
