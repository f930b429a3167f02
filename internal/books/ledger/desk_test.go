package ledger_test

import (
	"slices"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// pass reviews and posts a draft.
func (w *world) pass(id ids.ID) {
	w.t.Helper()
	must(w.t, w.l.Review(ctx, w.second, w.tenant, id, 0))
	must(w.t, w.l.Post(ctx, w.poster, w.tenant, id, 0))
}

func refusedWith(t *testing.T, err error, field, say string) {
	t.Helper()
	e := errs.As(err)
	if e == nil || !strings.Contains(err.Error(), say) || field != "" && (len(e.Fields) == 0 || e.Fields[0].Name != field) {
		t.Errorf("%v, want %q at %q", err, say, field)
	}
}

func TestCorrections(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.post(w.entry("2021-03-05", "501", 100))
		balance := func(code string) money.Fen {
			rows, err := ledger.TrialBalance(ctx, d.Read(), w.tenant, w.books, 202101, 202112)
			must(t, err)
			for _, r := range rows {
				if r.Code == code {
					return r.Ending
				}
			}
			return 0
		}
		correct := func(day, reason string) (ids.ID, error) {
			return w.l.Correct(ctx, w.maker, w.tenant, "", v.ID, date.Must(day), reason)
		}
		_, err := correct("2021-04-02", " ")
		refusedWith(t, err, "reason", "理由")
		_, err = correct("2021-03-01", "科目用错")
		refusedWith(t, err, "date", "不能早于")
		blue, err := correct("2021-04-02", "科目用错")
		must(t, err)
		_, err = correct("2021-04-02", "科目用错")
		refusedWith(t, err, "", "已经冲销过了，或已有待审核")
		red, err := ledger.ReversalOf(ctx, d.Read(), w.tenant, v.ID)
		must(t, err)
		r, err := w.l.Get(ctx, w.maker, w.tenant, red)
		must(t, err)
		b, err := w.l.Get(ctx, w.maker, w.tenant, blue)
		must(t, err)
		if r.Summary != "注销2021年3月5日记-2021-03-0001号凭证" || b.Summary != "订正2021年3月5日记-2021-03-0001号凭证" || b.Corrects != v.ID || r.Total != -10000 || b.Total != 10000 ||
			r.State != ledger.Draft || b.State != ledger.Draft {
			t.Fatalf("%+v\n%+v", r, b)
		}
		b.Lines[1].Account = "511"
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", b)
		must(t, err)
		must(t, w.l.Review(ctx, w.second, w.tenant, blue, 0))
		refusedWith(t, w.l.Post(ctx, w.poster, w.tenant, blue, 0), "", "请先把红字注销凭证 "+r.FullNo+" 记账")
		refusedWith(t, w.l.DeleteDraft(ctx, w.maker, w.tenant, blue, 0), "", "才能删除")
		w.pass(red)
		must(t, w.l.Post(ctx, w.poster, w.tenant, blue, 0))
		if balance("501") != 0 || balance("511") != -10000 || balance("102") != 10000 {
			t.Errorf("501 %s, 511 %s, 102 %s", balance("501"), balance("511"), balance("102"))
		}
		list, err := ledger.CorrectionsOf(ctx, d.Read(), w.tenant, v.ID)
		must(t, err)
		if len(list) != 1 || list[0].ID != blue {
			t.Errorf("%+v", list)
		}

		// A wrong amount alone: the difference, more or less.
		u := w.post(w.entry("2021-05-05", "501", 100))
		diff := func(a, b money.Fen) (ids.ID, error) {
			return w.l.Difference(ctx, w.maker, w.tenant, "", u.ID, date.Must("2021-05-20"), "金额写错", []money.Fen{a, b})
		}
		_, err = diff(10000, 10000)
		refusedWith(t, err, "", "没有差额")
		_, err = diff(9000, 8000)
		refusedWith(t, err, "lines", "借贷不平")
		_, err = diff(-1, -1)
		refusedWith(t, err, "right[0]", "不能为负数")
		less, err := diff(9000, 9000)
		must(t, err)
		x, err := w.l.Get(ctx, w.maker, w.tenant, less)
		must(t, err)
		if x.Total != -1000 || x.Summary != "冲减2021年5月5日记-2021-05-0001号凭证差额" {
			t.Errorf("%+v", x)
		}
		x.Lines[1].Account = "511"
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", x)
		refusedWith(t, err, "lines[1].credit", "红字只能冲减")
		w.pass(less)
		// Further differences build on those before: 90 stands, and drafts count.
		now, err := ledger.AmountsNow(ctx, d.Read(), w.get(u.ID))
		must(t, err)
		if !slices.Equal(now, []money.Fen{9000, 9000}) {
			t.Errorf("%v", now)
		}
		more, err := diff(12000, 12000)
		must(t, err)
		_, err = w.l.Correct(ctx, w.maker, w.tenant, "", u.ID, date.Must("2021-06-01"), "整笔错")
		refusedWith(t, err, "", "已由 "+w.get(less).FullNo+" 订正")
		w.pass(more)
		if balance("501") != -12000 {
			t.Errorf("501 %s", balance("501"))
		}
		most, err := diff(0, 0)
		must(t, err)
		over := w.get(most)
		if over.Total != -12000 {
			t.Errorf("takes off %s", over.Total)
		}
		over.Lines[0].Debit, over.Lines[1].Credit = -12001, -12001
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", over)
		refusedWith(t, err, "lines[0].debit", "连同已有的差额凭证")
		must(t, w.l.DeleteDraft(ctx, w.maker, w.tenant, most, 0))
		_, err = w.l.Reverse(ctx, w.maker, w.tenant, "", u.ID, date.Must("2021-06-01"), "整笔错")
		refusedWith(t, err, "", "请先冲销那张凭证")
		_, err = w.l.Correct(ctx, w.maker, w.tenant, "", more, date.Must("2021-06-01"), "再订正")
		refusedWith(t, err, "", "差额凭证不能再订正")
		w.reverse(less, "2021-06-01")
		w.reverse(more, "2021-06-01")
		w.reverse(u.ID, "2021-06-01")
		if balance("501") != 0 {
			t.Errorf("501 %s", balance("501"))
		}
		_, err = w.l.Correct(ctx, w.maker, w.tenant, "", red, date.Must("2021-06-01"), "再订正")
		refusedWith(t, err, "", "冲销凭证不能")
		draft, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-06-05", "501", 100))
		must(t, err)
		_, err = w.l.Correct(ctx, w.maker, w.tenant, "", draft, date.Must("2021-06-06"), "订正")
		refusedWith(t, err, "", "还没有记账")
		w.clean()
	})
}

// TestCorrectWhatTheAccountsNoLongerTake: the red copy is always possible, the blue one asks for what is asked for now.
// What is corrected or undone by hand stays what it was made for: the vouchers of a record add up to what it is.
func TestCorrectionsAreMadeForTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		const of = ids.ID(77)
		stands := func(want money.Fen) {
			t.Helper()
			list, err := ledger.CashOf(ctx, d.Read(), w.tenant, "receipt", []ids.ID{of})
			must(t, err)
			var sum money.Fen
			for _, m := range list {
				sum += m.Fen
			}
			if sum != want {
				t.Errorf("the record stands at %s in the books, want %s", sum, want)
			}
		}
		v := w.entry("2021-03-05", "501", 100)
		v.Origin, v.OriginID = "receipt", of
		v = w.post(v)
		blue, err := w.l.Correct(ctx, w.maker, w.tenant, "", v.ID, date.Must("2021-04-02"), "科目用错")
		must(t, err)
		red, err := ledger.ReversalOf(ctx, d.Read(), w.tenant, v.ID)
		must(t, err)
		b := w.get(blue)
		b.Lines[1].Account = "511"
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", b)
		must(t, err)
		w.pass(red)
		w.pass(blue)
		for _, id := range []ids.ID{red, blue} {
			if x := w.get(id); x.Origin != "receipt" || x.OriginID != of {
				t.Errorf("%s was made for %s %s", x.FullNo, x.Origin, x.OriginID)
			}
		}
		stands(10000)
		more, err := w.l.Difference(ctx, w.maker, w.tenant, "", blue, date.Must("2021-05-02"), "金额写错", []money.Fen{12000, 12000})
		must(t, err)
		w.pass(more)
		stands(12000)
		gone, err := w.l.Reverse(ctx, w.maker, w.tenant, "", more, date.Must("2021-05-03"), "写错了")
		must(t, err)
		w.pass(gone)
		stands(10000)
		// Of a voucher that was made for nothing else, the blue copy is.
		u := w.post(w.entry("2021-03-06", "501", 100))
		blue, err = w.l.Correct(ctx, w.maker, w.tenant, "", u.ID, date.Must("2021-04-02"), "科目用错")
		must(t, err)
		if x := w.get(blue); x.Origin != "voucher" || x.OriginID != u.ID || !x.Whole {
			t.Errorf("%s was made for %s %s", x.FullNo, x.Origin, x.OriginID)
		}
		w.clean()
	})
}

func TestCorrectWhatTheAccountsNoLongerTake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.post(w.entry("2021-03-05", "522", 100))
		u := w.post(w.entry("2021-03-06", "501", 100))
		must(t, w.l.EditAccount(ctx, w.poster, w.tenant, w.books, "522", "补助收入", "party!", true))
		must(t, w.l.AddAccount(ctx, w.poster, w.tenant, w.books, "50101", "租赁"))
		for _, c := range []struct {
			id         ids.ID
			field, say string
			mend       func(*ledger.Line)
		}{
			{v.ID, "lines[1].party", "要求填写往来单位", func(x *ledger.Line) { x.Party = w.coll }},
			{u.ID, "lines[1].account", "已设明细科目", func(x *ledger.Line) { x.Account = "50101" }},
		} {
			blue, err := w.l.Correct(ctx, w.maker, w.tenant, "", c.id, date.Must("2021-04-02"), "科目用错")
			must(t, err)
			b := w.get(blue)
			refusedWith(t, w.l.Wanting(ctx, b), c.field, c.say)
			refusedWith(t, w.l.Approve(ctx, w.second, w.tenant, blue, 0), c.field, c.say)
			refusedWith(t, w.l.Review(ctx, w.second, w.tenant, blue, 0), c.field, c.say)
			_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", b)
			refusedWith(t, err, c.field, c.say)
			c.mend(&b.Lines[1])
			b.Lines[1].Credit, b.Lines[0].Debit = -1, -1
			_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", b)
			refusedWith(t, err, "lines[0].debit", "不能为负数")
			b.Lines[1].Credit, b.Lines[0].Debit = 10000, 10000
			_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", b)
			must(t, err)
			red, err := ledger.ReversalOf(ctx, d.Read(), w.tenant, c.id)
			must(t, err)
			w.pass(red)
			w.pass(blue)
		}
		w.clean()
	})
}

func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		must(t, w.l.AddAccount(ctx, w.poster, w.tenant, w.books, "50101", "租赁"))
		firm := w.party("甲厂", party.Enterprise, village)
		a := w.entry("2021-03-05", "50101", 100)
		a.Lines[1].Party, a.Lines[1].Summary = firm, "一号厂房"
		w.post(a)
		w.post(w.entry("2021-03-09", "522", 200))
		_, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-04-01", "522", 350))
		must(t, err)
		for i, c := range []struct {
			s     ledger.Search
			n     int
			total money.Fen
			side  money.Fen // credits of the lines that were asked for
		}{
			{ledger.Search{}, 3, 65000, 0},
			{ledger.Search{Books: w.books, From: date.Must("2021-03-06")}, 2, 55000, 0},
			{ledger.Search{To: date.Must("2021-03-31")}, 2, 30000, 0},
			{ledger.Search{Account: "501"}, 1, 10000, 10000},
			{ledger.Search{Account: "501", From: date.Must("2021-04-01")}, 0, 0, 0},
			{ledger.Search{Account: "522", Least: 30000}, 1, 35000, 35000},
			{ledger.Search{Least: 15000, Most: 25000}, 1, 20000, 20000},
			{ledger.Search{Text: "一号"}, 1, 10000, 0},
			{ledger.Search{Text: "%"}, 0, 0, 0},
			{ledger.Search{Text: "收租"}, 3, 65000, 0},
			{ledger.Search{Text: "收租", Account: "501"}, 1, 10000, 10000},
			{ledger.Search{Dim: "party", Of: firm}, 1, 10000, 10000},
			{ledger.Search{Dim: "party", Of: firm, Account: "102"}, 0, 0, 0}, // not the same line
			{ledger.Search{State: ledger.Draft}, 1, 35000, 0},
			{ledger.Search{Maker: "小王"}, 1, 35000, 0},
			{ledger.Search{Number: "0002"}, 1, 20000, 0},
			{ledger.Search{Number: "2"}, 1, 20000, 0},
			{ledger.Search{Number: "记-2021-03-0001"}, 1, 10000, 0},
			{ledger.Search{Number: "03-0001"}, 1, 10000, 0},
			{ledger.Search{Number: "0002", Text: "一号"}, 0, 0, 0},
		} {
			c.s.Scope = village
			page, f, err := w.l.FindWhole(ctx, w.maker, w.tenant, c.s, "", 50)
			must(t, err)
			if len(page.Items) != c.n || f.Vouchers != c.n || f.Total != c.total || f.Credit != c.side {
				t.Errorf("%d: %d vouchers, %+v", i, len(page.Items), f)
			}
			for _, v := range page.Items {
				if len(v.Lines) != 2 {
					t.Errorf("%d: %d lines", i, len(v.Lines))
				}
			}
		}
		_, f, err := w.l.Find(ctx, w.stray, w.tenant, ledger.Search{Scope: village, Account: "501"}, db.Paging{Limit: 50})
		must(t, err)
		if f.Vouchers != 0 {
			t.Error("another village's bookkeeper sees them")
		}
		page, _, err := w.l.Find(ctx, w.maker, w.tenant, ledger.Search{Scope: village}, db.Paging{Limit: 2})
		must(t, err)
		rest, f, err := w.l.Find(ctx, w.maker, w.tenant, ledger.Search{Scope: village}, db.Paging{Limit: 2, After: page.Next})
		must(t, err)
		if len(rest.Items) != 1 || rest.Items[0].ID != a.ID || f.Vouchers != 3 || rest.Next != "" {
			t.Errorf("%+v %+v", rest, f)
		}
		if _, _, err := w.l.Find(ctx, w.maker, w.tenant, ledger.Search{Scope: village, Dim: "x; DROP", Of: 1}, db.Paging{Limit: 1}); !errs.Is(err, errs.Invalid) {
			t.Error(err)
		}
	})
}

// TestBatches: all or nothing unless the person wants the rest, each refusal with its reason, and duties kept apart.
func TestBatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		draft := func(who access.Principal, day string) ledger.Pick {
			id, err := w.l.SaveDraft(ctx, who, w.tenant, "", w.entry(day, "522", 350))
			must(t, err)
			return ledger.Pick{ID: id, Version: 1}
		}
		late, early, own := draft(w.maker, "2021-04-09"), draft(w.maker, "2021-04-01"), draft(w.poster, "2021-04-02")
		states := func(list ...ledger.Pick) string {
			out := ""
			for _, p := range list {
				out += w.get(p.ID).State + " "
			}
			return out
		}
		ghost := ledger.Pick{ID: 12345}
		out, done, err := w.l.ReviewAll(ctx, w.poster, w.tenant, []ledger.Pick{late, ghost, own, early}, false)
		must(t, err)
		if done || len(out) != 4 || out[0].ID != early.ID || out[0].Err != nil || out[3].ID != ghost.ID || !errs.Is(out[3].Err, errs.NotFound) {
			t.Fatalf("%v %+v", done, out)
		}
		refusedWith(t, out[1].Err, "", "审核人不能是制单人（会计老李）")
		if got := states(late, early, own); got != "draft draft draft " {
			t.Errorf("something was done: %s", got)
		}
		out, done, err = w.l.ReviewAll(ctx, w.poster, w.tenant, []ledger.Pick{late, own, early, late}, true)
		must(t, err)
		if got := states(late, early, own); !done || len(out) != 3 || got != "reviewed reviewed draft " {
			t.Errorf("%v %s %+v", done, got, out)
		}
		if _, _, err := w.l.ReviewAll(ctx, w.maker, w.tenant, nil, false); !errs.Is(err, errs.Invalid) {
			t.Error(err)
		}
		if _, _, err := w.l.ReviewAll(ctx, w.maker, w.tenant, make([]ledger.Pick, 501), false); !errs.Is(err, errs.Invalid) {
			t.Error(err)
		}
		late.Version = 0
		out, _, err = w.l.PostAll(ctx, w.maker, w.tenant, []ledger.Pick{late}, true)
		must(t, err)
		if !errs.Is(out[0].Err, errs.Forbidden) {
			t.Errorf("a bookkeeper posts: %+v", out)
		}
		out, _, err = w.l.PostAll(ctx, w.stray, w.tenant, []ledger.Pick{late}, true)
		must(t, err)
		if !errs.Is(out[0].Err, errs.NotFound) || out[0].FullNo != "" {
			t.Errorf("another village's bookkeeper: %+v", out)
		}

		// Books that keep three persons apart.
		b, err := w.l.Books.Get(ctx, access.System, w.tenant, w.books)
		must(t, err)
		b.Duties = ledger.DutiesThree
		must(t, w.l.Books.Update(ctx, access.System, w.tenant, b))
		late.Version, early.Version = 2, 1
		out, done, err = w.l.PostAll(ctx, w.poster, w.tenant, []ledger.Pick{late, early}, false)
		must(t, err)
		refusedWith(t, out[0].Err, "", "刚刚被别人改过")
		refusedWith(t, out[1].Err, "", "三人分离")
		if done {
			t.Error("done")
		}
		early.Version = 2
		out, done, err = w.l.PostAll(ctx, w.second, w.tenant, []ledger.Pick{late, early}, false)
		must(t, err)
		if !done || out[0].FullNo != "记-2021-04-0001" || out[0].ID != early.ID || out[1].FullNo != "记-2021-04-0002" {
			t.Errorf("%v %+v", done, out)
		}
		w.clean()
	})
}

// A correction may be posted in one batch with the red-letter voucher that it waits for; without it the batch is refused, and
// no number is used up.
func TestBatchOfACorrection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.post(w.entry("2021-03-05", "501", 100))
		blue, err := w.l.Correct(ctx, w.maker, w.tenant, "", v.ID, date.Must("2021-04-02"), "科目用错")
		must(t, err)
		red, err := ledger.ReversalOf(ctx, d.Read(), w.tenant, v.ID)
		must(t, err)
		other, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-04-01", "522", 20))
		must(t, err)
		var list []ledger.Pick
		for _, id := range []ids.ID{blue, red, other} {
			must(t, w.l.Review(ctx, w.second, w.tenant, id, 0))
			list = append(list, ledger.Pick{ID: id})
		}
		out, done, err := w.l.PostAll(ctx, w.poster, w.tenant, []ledger.Pick{list[0], list[2]}, false)
		must(t, err)
		if done || len(out) != 2 || out[0].Err != nil || w.get(other).State != ledger.Reviewed {
			t.Fatalf("%v %+v", done, out)
		}
		refusedWith(t, out[1].Err, "", "请先把红字注销凭证")
		out, done, err = w.l.PostAll(ctx, w.poster, w.tenant, list, false)
		must(t, err)
		if !done || len(out) != 3 {
			t.Fatalf("%v %+v", done, out)
		}
		for i, no := range []string{"记-2021-04-0001", "记-2021-04-0002", "记-2021-04-0003"} {
			if out[i].Err != nil || out[i].FullNo != no || w.get(out[i].ID).FullNo != no {
				t.Errorf("%d: %+v, want %s", i, out[i], no)
			}
		}
		w.clean()
	})
}

func TestTrays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var all []ids.ID
		for _, day := range []string{"2021-04-01", "2021-04-02", "2021-04-03", "2021-04-04"} {
			id, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry(day, "522", 350))
			must(t, err)
			all = append(all, id)
		}
		own, err := w.l.SaveDraft(ctx, w.poster, w.tenant, "", w.entry("2021-04-05", "522", 350))
		must(t, err)
		must(t, w.l.Reject(ctx, w.poster, w.tenant, all[1], 0, nil, "附件不全"))
		must(t, w.l.Review(ctx, w.poster, w.tenant, all[2], 0))
		must(t, w.l.Reject(ctx, w.second, w.tenant, all[2], 0, nil, "摘要不清楚"))
		must(t, w.l.Review(ctx, w.poster, w.tenant, all[3], 0))
		for tray, want := range map[ledger.Tray][]ids.ID{ledger.ToReview: {all[0], own}, ledger.ToPost: {all[3]}, ledger.SentBack: {all[1], all[2]}} {
			var got []ids.ID
			after := ""
			for {
				page, err := w.l.Waiting(ctx, w.maker, w.tenant, village, tray, after, 1)
				must(t, err)
				for _, v := range page.Items {
					got = append(got, v.ID)
				}
				if after = page.Next; after == "" {
					break
				}
			}
			n, err := w.l.WaitingCount(ctx, w.maker, w.tenant, village, tray)
			must(t, err)
			if !slices.Equal(got, want) || n != len(want) {
				t.Errorf("%s: %v (%d), want %v", tray, got, n, want)
			}
		}
		next := func(who access.Principal, but ids.ID) ids.ID {
			id, err := w.l.NextToReview(ctx, who, w.tenant, village, w.get(but))
			must(t, err)
			return id
		}
		if next(w.second, all[0]) != own || next(w.second, own) != all[0] || next(w.poster, all[0]) != 0 || next(w.maker, own) != 0 {
			t.Error("the next one is another")
		}
		if _, err := w.l.Waiting(ctx, w.maker, w.tenant, village, "nonsense", "", 1); !errs.Is(err, errs.Invalid) {
			t.Error(err)
		}
		// What was changed is to be reviewed again.
		v := w.get(all[1])
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		must(t, err)
		if n, _ := w.l.WaitingCount(ctx, w.maker, w.tenant, village, ledger.ToReview); n != 3 {
			t.Errorf("%d", n)
		}
	})
}

func TestAccountsAsASheet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		load := func(who access.Principal, rows ...string) record.ImportResult {
			t.Helper()
			text := "科目编码,科目名称,辅助核算,停用\n" + strings.Join(rows, "\n")
			tab, err := sheet.Read("a.csv", strings.NewReader(text), int64(len(text)), sheet.Options{})
			must(t, err)
			res, err := w.l.ImportAccounts(ctx, who, w.tenant, w.books, tab)
			must(t, err)
			return res
		}
		res := load(w.poster, "50101,租赁,往来单位（必填）、合同,", "50102,服务,,是", "522,补助收入,联建项目,")
		if res.Created != 2 || res.Same != 1 || res.Updated != 0 || len(res.Report.Errors) != 0 {
			t.Fatalf("%+v", res)
		}
		list, err := ledger.Accounts(ctx, d.Read(), w.tenant, w.books)
		must(t, err)
		at := slices.IndexFunc(list, func(a ledger.Account) bool { return a.Code == "50101" })
		if a := list[at]; a.Dims != "party! contract" || !a.Active || list[at+1].Active || list[at-1].Leaf {
			t.Errorf("%+v", list[at-1:at+2])
		}
		// What is exported comes back without a change.
		var rows []string
		for row := range ledger.AccountRows(list) {
			rows = append(rows, strings.Join(row, ","))
		}
		if res = load(w.poster, rows...); res.Same != len(list) || res.Created+res.Updated != 0 {
			t.Errorf("%+v", res)
		}
		res = load(w.poster, "50103,其他,,", "9,没有,,", "50101,租赁收入,单位,", "50101,租赁收入,,也许")
		if len(res.Report.Errors) != 3 || res.Created != 0 || res.Report.Errors[1].Column != "辅助核算" || res.Report.Errors[2].Column != "停用" {
			t.Errorf("%+v", res)
		}
		if list, _ := ledger.Accounts(ctx, d.Read(), w.tenant, w.books); slices.ContainsFunc(list, func(a ledger.Account) bool { return a.Code == "50103" }) {
			t.Error("part of a wrong sheet was stored")
		}
		if _, err := w.l.ImportAccounts(ctx, w.maker, w.tenant, w.books, &sheet.Table{Header: []string{"科目编码", "科目名称"}}); !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
		if _, err := w.l.ImportAccounts(ctx, w.poster, w.tenant, w.books, &sheet.Table{Header: []string{"编码"}}); !errs.Is(err, errs.Invalid) {
			t.Error(err)
		}
	})
}

func TestVerdicts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-04-01", "522", 350))
		must(t, err)
		state := func() (*ledger.Voucher, ledger.Verdict, bool) {
			v, err := w.l.Get(ctx, w.maker, w.tenant, id)
			must(t, err)
			list, err := ledger.VerdictsOf(ctx, d.Read(), w.tenant, []ids.ID{id})
			must(t, err)
			x, ok := ledger.Rejected(v, list)
			return v, x, ok
		}
		if err := w.l.Reject(ctx, w.maker, w.tenant, id, 1, nil, "不行"); !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
		refusedWith(t, w.l.Reject(ctx, w.poster, w.tenant, id, 1, nil, "  "), "reason", "理由")
		must(t, w.l.Reject(ctx, w.poster, w.tenant, id, 1, []string{"有经手人签字", "写明用途"}, "附件不全"))
		v, x, ok := state()
		if !ok || x.Reason != "附件不全" || len(x.Failed) != 2 || x.By != "会计老李" || v.Version != 1 {
			t.Fatalf("%+v %+v", v, x)
		}
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		must(t, err)
		if _, _, ok := state(); ok {
			t.Error("still waits for its maker, who has changed it")
		}
		refusedWith(t, w.l.Reject(ctx, w.poster, w.tenant, id, 1, nil, "还是不行"), "", "刚刚被别人改过")
		must(t, w.l.Approve(ctx, w.poster, w.tenant, id, 2))
		must(t, w.l.Reject(ctx, w.second, w.tenant, id, 3, nil, "审批超过权限"))
		if v, _, ok := state(); !ok || v.State != ledger.Draft || v.Reviewer != "" {
			t.Errorf("%+v", v)
		}
		points, reasons, err := ledger.Checklist(ctx, d.Read(), w.tenant, village)
		must(t, err)
		if len(points) != 10 || len(reasons) != 10 {
			t.Error(points, reasons)
		}
		own := &ledger.CheckItem{Kind: ledger.CheckPoint, Name: "有村监委印章"}
		own.Region = "321182103000"
		_, err = w.l.Checks.Create(ctx, w.poster, w.tenant, "", own)
		must(t, err)
		points, reasons, err = ledger.Checklist(ctx, d.Read(), w.tenant, village)
		must(t, err)
		if len(points) != 1 || len(reasons) != 10 {
			t.Error(points, reasons)
		}
		w.clean()
	})
}
