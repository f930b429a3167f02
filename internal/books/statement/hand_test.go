package statement_test

import (
	"context"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// A village under the 2004 system, worked by hand. In 2020 it is founded with 1000 of capital, takes 300 of rent and
// does not close. In 2021 it earns, spends, has debts both ways with two members on one two-sided account, carries the
// year in December and distributes.
func TestA2004YearByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.books("利民村", village, ledger.Chart2004, 202001)
		jia, yi := w.party("农户甲", party.Household, village), w.party("农户乙", party.Household, village)
		w.post(b, "2020-01-05", "", "102 +1000", "301 -1000")
		w.post(b, "2020-12-05", "", "102 +300", "511 -300")

		w.post(b, "2021-01-10", "", "102 +500", "501 -500")
		w.post(b, "2021-03-01", "", "151 +800", "102 -800")
		w.post(b, "2021-03-31", "", "502 +40", "152 -40")
		w.post(b, "2021-04-01", "", "113@"+jia.String()+" +120", "511 -120")
		w.post(b, "2021-05-01", "", "541 +70", "113@"+yi.String()+" -70")
		wrong := w.post(b, "2021-06-01", "", "551 +33", "102 -33")
		w.reverse(wrong, "2021-06-30")
		w.post(b, "2021-06-30", "", "551 +30", "102 -30")
		w.post(b, "2021-07-01", "", "171 +15", "102 -15")
		w.post(b, "2021-08-01", "", "102 +25", "241 -25")

		// In the middle of the year nothing is carried: 52 is last year's 300 and what has been earned so far.
		mid := w.one(b, "2021-06", statement.Balance, statement.Options{Compare: true})
		wantChecks(t, mid)
		wantCells(t, mid, map[string]string{"1": "970 1300 1000", "5": "120 0 0", "36": "70 0 0", "21": "760 0 0", "52": "780 300 0", "32": "1850 1300 1000", "56": "1850 1300 1000"})

		// 2020's 300 and 2021's 480 (500+120-40-70-30) are carried; 780 may be distributed.
		w.post(b, "2021-12-31", ledger.Closing, "501 +500", "511 +420", "321 -920")
		w.post(b, "2021-12-31", ledger.Closing, "321 +140", "502 -40", "541 -70", "551 -30")
		w.post(b, "2021-12-31", ledger.Closing, "321 +780", "322 -780")
		w.post(b, "2021-12-31", "", "322 +350", "311 -200", "212 -50", "113@"+jia.String()+" -100")
		w.post(b, "2021-12-31", "", "311 +60", "322 -60") // reserves taken back: 其他转入

		income := w.one(b, "2021", statement.Income, statement.Options{})
		wantChecks(t, income)
		wantCells(t, income, map[string]string{
			"1": "500 0", "2": "120 300", "3": "0 0", "6": "40 0", "7": "70 0", "10": "510 300", "16": "30 0", "20": "480 300", "21": "480 300",
			"22": "300 0", "23": "60 0", "26": "840 300", "27": "200 0", "28": "50 0", "29": "0 0", "30": "100 0", "31": "0 0", "35": "490 300",
		})
		end := w.one(b, "2021", statement.Balance, statement.Options{})
		wantChecks(t, end)
		wantCells(t, end, map[string]string{
			"1": "980 1300", "5": "20 0", "9": "1000 1300", "19": "800 0", "20": "40 0", "21": "760 0", "26": "760 0", "28": "15 0", "32": "1775 1300",
			"36": "70 0", "38": "50 0", "41": "120 0", "44": "25 0", "46": "25 0", "50": "1000 1000", "51": "140 0", "52": "490 300", "53": "1630 1300", "56": "1775 1300",
		})
		stats := w.one(b, "2021", statement.Statistics, statement.Options{})
		wantChecks(t, stats)
		wantCells(t, stats, map[string]string{"1": "620 300", "7": "140 0", "11": "480 300", "12.1": "60 0", "13": "840 300", "14": "200 0", "16": "100 0", "17": "490 300", "18": "510 300"})

		// The half year's own column, and the trial balance of it.
		half := w.one(b, "2021-04..2021-06", statement.Income, statement.Options{})
		wantCells(t, half, map[string]string{"1": "500 0 0", "2": "120 0 120", "7": "70 0 70", "20": "480 0 20"})
		trial := w.one(b, "2021-04..2021-06", statement.Trial, statement.Options{})
		wantChecks(t, trial)
		wantCells(t, trial, map[string]string{"113": "0 0 120 70 120 70 50 0", "551": "0 0 30 0 30 0 30 0", "511": "0 300 0 120 0 120 0 420"})
		detail := w.one(b, "2021-06", statement.Detail, statement.Options{})
		wantCells(t, detail, map[string]string{"501": "0 500 0 500", "551": "30 30 0 30"})
		if found, err := statement.Check(ctx, d.Read(), w.tenant); err != nil || len(found) > 0 {
			t.Errorf("check: %v %v", found, err)
		}
	})
}

// A village under the 2023 system, worked by hand: depreciation of stock, a grant, taxes, two-sided account by
// sub-accounts without a dimension, and a distribution to members and investors in an ordinary voucher.
func TestA2023YearByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.books("红旗村", other, ledger.Chart2023, 202401)
		must(t, w.l.AddAccount(ctx, systemOf(), w.tenant, b, "11301", "欠款户"))
		must(t, w.l.AddAccount(ctx, systemOf(), w.tenant, b, "11302", "存款户"))
		must(t, w.l.AddAccount(ctx, systemOf(), w.tenant, b, "51301", "村干部报酬"))
		must(t, w.l.AddAccount(ctx, systemOf(), w.tenant, b, "51302", "报刊费"))
		w.post(b, "2024-01-02", "", "102 +5000", "132 +2000", "301 -6000", "311 -1000")
		w.post(b, "2024-02-01", "", "102 +900", "501 -900")
		w.post(b, "2024-02-02", "", "102 +400", "241 -400")
		w.post(b, "2024-03-01", "", "153 +400", "102 -400")
		w.post(b, "2024-03-02", "", "151 +400", "153 -400")
		w.post(b, "2024-03-02", "", "241 +400", "311 -400")
		w.post(b, "2024-04-01", "", "511 +100", "133 -100")
		w.post(b, "2024-04-02", "", "512 +9", "214 -9")
		w.post(b, "2024-05-01", "", "51301 +60", "212 -60")
		w.post(b, "2024-05-02", "", "51302 +5", "101 -5")
		w.post(b, "2024-05-02", "", "101 +50", "102 -50")
		w.post(b, "2024-06-01", "", "11301 +30", "502 -30")
		w.post(b, "2024-06-02", "", "514 +20", "11302 -20")
		w.post(b, "2024-06-03", "", "102 +70", "503 -70")
		w.post(b, "2024-06-04", "", "521 +6", "214 -6")
		w.post(b, "2024-12-31", ledger.Closing, "501 +900", "502 +30", "503 +70", "321 -1000")
		w.post(b, "2024-12-31", ledger.Closing, "321 +200", "511 -100", "512 -9", "51301 -60", "51302 -5", "514 -20", "521 -6")
		w.post(b, "2024-12-31", ledger.Closing, "321 +800", "322 -800")
		w.post(b, "2024-12-31", "", "322 +500", "311 -240", "11302 -200", "211 -60")

		income := w.one(b, "2024", statement.Income, statement.Options{})
		wantChecks(t, income)
		wantCells(t, income, map[string]string{
			"1": "900", "2": "30", "3": "70", "4": "100", "5": "9", "6": "65", "9": "20", "11": "806", "12": "6", "13": "800",
			"14": "0", "15": "0", "16": "800", "17": "240", "18": "200", "19": "60", "20": "300",
		})
		if income.Mark == "" {
			t.Error("the reconstructed form is not marked")
		}
		end := w.one(b, "2024", statement.Balance, statement.Options{})
		wantChecks(t, end)
		wantCells(t, end, map[string]string{
			"1": "5965 0", "3": "30 0", "10": "1900 0", "13": "400 0", "23": "8295 0", "25": "280 0", "26": "60 0", "28": "15 0", "36": "1640 0", "37": "300 0", "39": "8295 0",
		})
		stats := w.one(b, "2024", statement.Statistics, statement.Options{})
		wantChecks(t, stats)
		wantCells(t, stats, map[string]string{"1": "1000", "6": "200", "20": "60", "21": "5", "17.1": "60", "18": "300"})
		if found, err := statement.Check(ctx, d.Read(), w.tenant); err != nil || len(found) > 0 {
			t.Errorf("check: %v %v", found, err)
		}
		if everyNumberOpens(t, w, b, "2024") == 0 {
			t.Error("no number was opened")
		}
	})
}

// budgeted is a budget of one account.
type budgeted map[string]money.Fen

func (b budgeted) Budgeted(context.Context, db.Q, int64, []ids.ID, int) (map[string]money.Fen, error) {
	return b, nil
}

// The detail of income and expense has columns for the budget when there is one, sub-accounts under theirs.
func TestDetailWithBudget(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	b := w.books("利民村", village, ledger.Chart2004, 202101)
	must(t, w.l.AddAccount(ctx, systemOf(), w.tenant, b, "54101", "办公费"))
	w.post(b, "2021-02-01", "", "102 +900", "501 -900")
	w.post(b, "2021-03-01", "", "54101 +30", "102 -30")
	w.s = statement.New(w.d, w.regions, budgeted{"501": yuan("1200"), "54101": yuan("40"), "102": yuan("5")})
	sh := w.one(b, "2021-03", statement.Detail, statement.Options{})
	wantCells(t, sh, map[string]string{"501": "0 900 0 900 1200", "541": "30 30 0 30 40", "54101": "30 30 0 30 40"})
	for _, r := range sh.Rows {
		if want := map[string]string{"501": "75.0%", "54101": "75.0%"}[r.Code]; want != "" && r.Cells[5].Text != want {
			t.Errorf("%s is %s of its budget, want %s", r.Code, r.Cells[5].Text, want)
		}
	}
	foot := sh.Rows[len(sh.Rows)-1]
	if foot.Cells[1].Fen != yuan("870") || foot.Cells[4].Fen != yuan("1160") {
		t.Errorf("left over %+v", foot.Cells)
	}
	w.s = statement.New(w.d, w.regions, budgeted{})
	if sh := w.one(b, "2021-03", statement.Detail, statement.Options{}); len(sh.Columns) != 4 {
		t.Errorf("%d columns without a budget", len(sh.Columns))
	}
}

// everyNumberOpens makes sure that the pieces behind each number of the forms add up to it, and the entries behind each
// piece to the piece.
func everyNumberOpens(t *testing.T, w *world, books idOf, p string) (numbers int) {
	t.Helper()
	found, err := w.s.Find(ctx, statement.Query{Tenant: w.tenant, Books: books, Period: period(t, p)})
	must(t, err)
	set := &found.Sets[0]
	for _, kind := range []string{statement.Balance, statement.Income, statement.Statistics} {
		sh := w.one(books, p, kind, statement.Options{})
		for _, r := range sh.Rows {
			for col, c := range r.Cells {
				if !c.Set {
					continue
				}
				_, _, pieces, err := w.s.RowPieces(ctx, set, period(t, p), kind, r.Line, col, statement.Options{})
				must(t, err)
				sum, err := statement.SumOf(pieces)
				must(t, err)
				if sum != c.Fen {
					t.Errorf("%s row %s column %d shows %s, its pieces add up to %s", sh.Title, r.Line, col, c.Fen, sum)
				}
				for _, x := range pieces {
					numbers++
					if got, ok := w.behind(x, period(t, p), col); ok && got.Abs() != x.Fen.Abs() {
						t.Errorf("%s row %s column %d: %s of account %s opens entries of %s", sh.Title, r.Line, col, x.Fen, x.Account, got)
					}
				}
			}
		}
	}
	return numbers
}

// behind adds up the entries that a piece opens: the ledger's last balance, or what moved without closing entries.
func (w *world) behind(x statement.Piece, p statement.Period, col int) (money.Fen, bool) {
	if col > 0 || x.Across || x.Basis == statement.Opening { // the ledger of the year before
		return 0, false
	}
	q, ok := x.Ledger(w.tenant, p)
	if !ok {
		return 0, false
	}
	page, err := w.s.Whole(ctx, q)
	must(w.t, err)
	last := page.Lines[len(page.Lines)-1]
	if x.Basis == statement.Moved {
		return last.Year.Debit - last.Year.Credit, true
	}
	return last.Balance, true
}
