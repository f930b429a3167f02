package ledger_test

import (
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
)

func opening(account string, fen money.Fen) ledger.Opening {
	return ledger.Opening{Line: ledger.Line{Account: account}, Opening: fen}
}

func soFar(account string, debit, credit money.Fen) ledger.Opening {
	return ledger.Opening{Line: ledger.Line{Account: account, Debit: debit, Credit: credit}}
}

func TestOpenings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		set := func(list ...ledger.Opening) error { return w.l.SetOpenings(ctx, w.poster, w.tenant, w.books, list) }
		refused(t, set(opening("102", 100), opening("301", -99)), errs.Invalid, "lines", "相差 0.01 元")
		refused(t, set(opening("102", 100), opening("109", -100)), errs.Invalid, "lines[1].account", "没有科目 109")
		refused(t, set(opening("102", 100), opening("501", -100)), errs.Invalid, "lines[1].opening", "收支科目")
		refused(t, set(opening("102", 50), opening("102", 50), opening("301", -100)), errs.Invalid, "lines[1].account", "重复")
		refused(t, set(soFar("102", 5, 0), soFar("501", 0, 5)), errs.Invalid, "lines[0].debit", "1 月起")
		refused(t, w.l.SetOpenings(ctx, w.maker, w.tenant, w.books, nil), errs.Forbidden, "", "权限")
		must(t, set(opening("102", 300), opening("301", -300)))
		must(t, set(opening("102", 10_000), opening("301", -10_000))) // replaces
		w.clean()
		w.post(w.entry("2021-02-01", "501", 7))
		rows, err := ledger.TrialBalance(ctx, d.Read(), w.tenant, w.books, 202102, 202102)
		must(t, err)
		if r := rows[0]; r.Code != "102" || r.Opening != 10_000 || r.Debit != 700 || r.Ending != 10_700 {
			t.Errorf("trial balance %+v", r)
		}
		if got := w.income(2021, "2021-12-31"); got != 700 {
			t.Errorf("income %s", got)
		}
		must(t, w.l.ClosePeriod(ctx, w.poster, w.tenant, w.books, 202102))
		refused(t, set(), errs.State, "", "已结账")
		must(t, w.l.ReopenPeriod(ctx, w.poster, w.tenant, w.books, 202102, "补录期初"))
		must(t, set())
		w.clean()
	})
}

// Books that begin in mid-year count what moved before them: in the year's income, not in the opening of the year.
func TestOpeningsInMidYear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := w.party("红光村股份经济合作社", party.Collective, "321182103206")
		books := w.newBooks("红光村账套", other, ledger.Chart2004, 202107)
		list := []ledger.Opening{opening("102", 10_000), opening("301", -10_000), soFar("102", 6_000, 1_000), soFar("501", 0, 6_000), soFar("541", 1_000, 0)}
		list[0].Debit, list[0].Credit = 6_000, 1_000
		list = append(list[:2], list[3:]...)
		must(t, w.l.SetOpenings(ctx, w.poster, w.tenant, books, list))
		w.clean()
		rows, err := ledger.TrialBalance(ctx, d.Read(), w.tenant, books, 202107, 202107)
		must(t, err)
		if rows[0].Opening != 15_000 {
			t.Errorf("opening of July %s, want 150.00", rows[0].Opening)
		}
		rows, err = ledger.TrialBalance(ctx, d.Read(), w.tenant, books, 202101, 202107)
		must(t, err)
		if r := rows[0]; r.Opening != 10_000 || r.Debit != 6_000 || r.Credit != 1_000 {
			t.Errorf("the year so far %+v", r)
		}
		list, err = ledger.OpeningsOf(ctx, d.Read(), w.tenant, books)
		must(t, err)
		if len(list) != 4 || list[0].Ending() != 15_000 {
			t.Errorf("openings %+v", list)
		}
	})
}

func TestThreeSeries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := w.party("红光村村民委员会", party.Committee, "321182103206")
		id, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{
			Name: "红光村委会账套", Party: other, Chart: ledger.Chart2004, From: 202101, Series: ledger.SeriesThree, Duties: ledger.DutiesThree,
		})
		must(t, err)
		entry := func(debit, credit string) *ledger.Voucher {
			return &ledger.Voucher{Books: id, Date: date.Must("2021-03-01"), Summary: "试", Lines: []ledger.Line{{Account: debit, Debit: 100}, {Account: credit, Credit: 100}}}
		}
		for _, c := range []struct{ debit, credit, no string }{
			{"102", "501", "收-2021-03-0001"}, {"541", "101", "付-2021-03-0001"}, {"101", "102", "付-2021-03-0002"},
			{"112", "501", "转-2021-03-0001"}, {"101", "531", "收-2021-03-0002"},
		} {
			if v := w.post(entry(c.debit, c.credit)); v.FullNo != c.no {
				t.Errorf("Dr %s Cr %s: %s, want %s", c.debit, c.credit, v.FullNo, c.no)
			}
		}
		wrong := entry("102", "501")
		wrong.Kind = ledger.Payment
		refused(t, w.tryPost(wrong), errs.Invalid, "kind", "应为“收”")
		wrong.Books = w.books
		refused(t, w.tryPost(wrong), errs.Invalid, "kind", "统一编号")

		// Three persons: neither the maker nor the reviewer posts.
		draft, err := w.l.SaveDraft(ctx, w.poster, w.tenant, "", entry("102", "501"))
		must(t, err)
		must(t, w.l.Review(ctx, w.second, w.tenant, draft, 1))
		refused(t, w.l.Post(ctx, w.poster, w.tenant, draft, 2), errs.Forbidden, "", "三人分离")
		refused(t, w.l.Post(ctx, w.second, w.tenant, draft, 2), errs.Forbidden, "", "三人分离")
		third := access.Principal{ID: 15, Name: "会计老孙", Grants: w.poster.Grants}
		must(t, w.l.Post(ctx, third, w.tenant, draft, 2))
		if got := w.income(2021, "2021-12-31"); got != 0 {
			t.Errorf("the committee's receipts count as the collective's income: %s", got)
		}
		b, err := w.l.Books.Get(ctx, access.System, w.tenant, id)
		must(t, err)
		if b.Entity != ledger.EntityCommittee {
			t.Errorf("entity %s", b.Entity)
		}
		b.Series = ledger.SeriesOne
		refused(t, w.l.Books.Update(ctx, access.System, w.tenant, b), errs.Invalid, "series", "不能再改")
		w.clean()
	})
}

func TestAccountRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		edit := func(code, name, dims string, active bool) error {
			return w.l.EditAccount(ctx, w.poster, w.tenant, w.books, code, name, dims, active)
		}
		refused(t, edit("112", "应收", "party", true), errs.Invalid, "name", "制度规定")
		refused(t, edit("112", "应收款", "nobody", true), errs.Invalid, "dims", "没有辅助核算")
		must(t, edit("112", "应收款", "party!", true))
		v := w.entry("2021-03-01", "501", 5)
		v.Lines[0].Account = "112"
		refused(t, w.tryPost(v), errs.Invalid, "lines[0].party", "要求填写往来单位")
		v.Lines[0].Party = w.coll
		w.post(v)
		refused(t, edit("112", "应收款", "", false), errs.Invalid, "active", "还有余额 5.00 元")
		must(t, edit("111", "短期投资", "", false))
		v = w.entry("2021-03-01", "501", 5)
		v.Lines[0].Account = "111"
		refused(t, w.tryPost(v), errs.Invalid, "lines[0].account", "已停用")
	})
}

// However openings are divided over accounts and years, what is kept equals what was entered.
func TestOpeningsBalance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := w.party("红光村股份经济合作社", party.Collective, "321182103206")
		var books ids.ID = w.newBooks("红光村账套", other, ledger.Chart2004, 202107)
		rapid.Check(t, func(rt *rapid.T) {
			var list []ledger.Opening
			var sum, debits, credits money.Fen
			for _, code := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"101", "102", "112", "151", "202", "221", "301", "311"}), 1, 8, rapid.ID[string]).Draw(rt, "accounts") {
				fen := rapid.Custom(func(t *rapid.T) money.Fen { return money.Fen(rapid.Int64Range(-1e12, 1e12).Draw(t, "fen")) })
				o := opening(code, fen.Draw(rt, "opening"))
				o.Debit, o.Credit = fen.Draw(rt, "debit").Abs(), fen.Draw(rt, "credit").Abs()
				sum, debits, credits = sum+o.Opening, debits+o.Debit, credits+o.Credit
				list = append(list, o)
			}
			last := opening("322", -sum)
			last.Debit, last.Credit = max(credits-debits, 0), max(debits-credits, 0)
			list = append(list, last)
			if err := w.l.SetOpenings(ctx, w.poster, w.tenant, books, list); err != nil {
				rt.Fatal(err)
			}
			problems, err := ledger.Check(ctx, d.Read(), w.tenant)
			if err != nil || len(problems) > 0 {
				rt.Fatalf("%v %v", err, problems)
			}
			rows, err := ledger.TrialBalance(ctx, d.Read(), w.tenant, books, 202107, 202107)
			if err != nil {
				rt.Fatal(err)
			}
			got := map[string]money.Fen{}
			for _, r := range rows {
				got[r.Code] = r.Opening
			}
			for i := range list {
				if o := &list[i]; got[o.Account] != o.Ending() {
					rt.Fatalf("account %s begins at %s, want %s", o.Account, got[o.Account], o.Ending())
				}
			}
		})
	})
}
