package bank_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/bank"
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

// TestSuggestNeverUsesTwice: whatever lies on both sides, no line and no entry is in two groups, both sides of each group
// are equal, and the same question has the same answer.
func TestSuggestNeverUsesTwice(t *testing.T) {
	names := []string{"", "示例管件加工厂", "示例码头公司", "王某"}
	rapid.Check(t, func(t *rapid.T) {
		day := func(label string) date.Date {
			return date.Must("2021-03-01").AddDays(rapid.IntRange(0, 25).Draw(t, label))
		}
		fen := func(label string) money.Fen {
			f := money.Fen(rapid.IntRange(1, 6).Draw(t, label)) * 100
			if rapid.Bool().Draw(t, label+"-") {
				f = -f
			}
			return f
		}
		var lines []bank.Line
		for i := range rapid.IntRange(0, 14).Draw(t, "lines") {
			l := bank.Line{Day: day("day"), Counterparty: rapid.SampledFrom(names).Draw(t, "who"), Description: rapid.SampledFrom([]string{"租金", "退票", "手续费"}).Draw(t, "text")}
			l.ID = ids.ID(i + 1)
			if f := fen("fen"); f > 0 {
				l.In = f
			} else {
				l.Out = -f
			}
			lines = append(lines, l)
		}
		var entries []bank.Entry
		for i := range rapid.IntRange(0, 14).Draw(t, "entries") {
			e := bank.Entry{PartyName: rapid.SampledFrom(names).Draw(t, "party"), Early: rapid.IntRange(0, 9).Draw(t, "early") == 0}
			e.Movement = ledger.Movement{Voucher: ids.ID(100 + i/2), LineNo: i%2 + 1, Date: day("on"), Summary: "收租金", Fen: fen("amount")}
			if rapid.IntRange(0, 5).Draw(t, "origin") == 0 && len(lines) > 0 {
				e.Origin, e.OriginID = bank.OriginLine, lines[rapid.IntRange(0, len(lines)-1).Draw(t, "of")].ID
			}
			if i > 2 && rapid.IntRange(0, 5).Draw(t, "reverses") == 0 {
				e.Reverses = ids.ID(100 + (i-2)/2)
			}
			entries = append(entries, e)
		}
		r, err := bank.RuleAt(ctx, noRules{}, 1, "")
		if err != nil {
			t.Fatal(err)
		}
		got := bank.Suggest(r, lines, entries)
		seenL, seenE := map[ids.ID]bool{}, map[bank.EntryKey]bool{}
		for _, g := range got {
			a, b, err := g.Sums()
			if err != nil || a != b || len(g.Lines)+len(g.Entries) < 2 || g.Reason == "" || g.Score > 100 {
				t.Fatalf("%+v: %s and %s, %v", g, a, b, err)
			}
			for _, l := range g.Lines {
				if seenL[l.ID] {
					t.Fatalf("line %s twice", l.ID)
				}
				seenL[l.ID] = true
			}
			for _, e := range g.Entries {
				if seenE[e.Key()] {
					t.Fatalf("entry %v twice", e.Key())
				}
				seenE[e.Key()] = true
			}
		}
		if again := bank.Suggest(r, lines, entries); fmt.Sprintf("%+v", again) != fmt.Sprintf("%+v", got) {
			t.Fatal("another answer to the same question")
		}
	})
}

// noRules is a database that is not asked.
type noRules struct{ db.Q }

func TestWhatIsCertain(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		pipe := w.party("示例管件加工厂", party.Enterprise)
		w.book("2021-03-01", 5000, "511", "收仓储用房租金", pipe)
		w.book("2021-03-05", -300, "541", "付办公用品", 0)
		w.book("2021-03-05", -300, "541", "付办公用品", 0)
		w.book("2021-03-08", -80, "541", "付手续费", 0)
		w.load(0, row{"2021-03-03", 5000, "示例管件加工厂", "转账", "S1"}, row{"2021-03-05", -300, "", "办公用品", "S2"},
			row{"2021-03-05", -300, "", "办公用品", "S3"}, row{"2021-03-12", -80, "", "短信费", "S4"})
		d := w.desk("2021-03-31")
		var certain []string
		for _, g := range d.Suggestions {
			if g.Certain {
				certain = append(certain, g.Reason)
			}
		}
		// The two equal payments are alike: a person looks. The fee four days apart says nothing that agrees.
		if strings.Join(certain, "|") != "金额相同、日期相差 2 天、对方户名相符" {
			t.Fatalf("certain: %s", certain)
		}
		if len(d.Suggestions) != 4 {
			t.Fatalf("%+v", d.Suggestions)
		}
		n, err := w.s.AutoMatch(ctx, w.maker, w.tenant, w.account, date.Must("2021-03-31"))
		w.ok(err)
		if n != 1 {
			t.Fatalf("matched %d", n)
		}
		d = w.desk("2021-03-31")
		if len(d.Lines) != 3 || len(d.Entries) != 3 {
			t.Fatalf("left %d and %d", len(d.Lines), len(d.Entries))
		}
		for _, g := range d.Suggestions {
			w.ok(w.s.Match(ctx, w.maker, w.tenant, w.account, date.Must("2021-03-31"), lineIDs(g.Lines), keysOf(g.Entries), ""))
		}
		p := w.position("2021-03-31")
		if len(p.Items) != 0 || p.Difference() != 0 || p.Book != 432000 {
			t.Fatalf("%+v", p)
		}
		list, err := w.s.MatchesOf(ctx, w.d.Read(), w.acc(), date.Must("2021-01-01"), date.Must("2021-12-31"))
		w.ok(err)
		if len(list) != 4 || list[0].By != "报账员" {
			t.Fatalf("%+v", list)
		}
		refused(t, w.s.Unmatch(ctx, w.maker, w.tenant, list[0].ID, " "), errs.Invalid, "理由")
		w.ok(w.s.Unmatch(ctx, w.maker, w.tenant, list[0].ID, "对错了"))
		refused(t, w.s.Unmatch(ctx, w.maker, w.tenant, list[0].ID, "对错了"), errs.NotFound, "已被取消")
		if d = w.desk("2021-03-31"); len(d.Lines) != 1 || len(d.Entries) != 1 {
			t.Errorf("left %d and %d", len(d.Lines), len(d.Entries))
		}
	})
}

func lineIDs(list []bank.Line) []ids.ID {
	var out []ids.ID
	for _, l := range list {
		out = append(out, l.ID)
	}
	return out
}

func keysOf(list []bank.Entry) []bank.EntryKey {
	var out []bank.EntryKey
	for _, e := range list {
		out = append(out, e.Key())
	}
	return out
}

func TestSumsReturnsAndReversals(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		shop := w.party("示例建材商店", party.Enterprise)
		w.book("2021-03-02", -120, "541", "付水泥款", shop)
		w.book("2021-03-03", -230, "541", "付黄沙款", shop)
		w.book("2021-03-15", 900, "511", "收三户租金", 0)
		wrong := w.book("2021-03-20", 77, "511", "记错", 0)
		r, err := w.l.Reverse(ctx, w.checker, w.tenant, "", wrong.ID, date.Must("2021-03-21"), "记错")
		w.ok(err)
		w.ok(w.l.Review(ctx, access.System, w.tenant, r, 1))
		w.ok(w.l.Post(ctx, w.checker, w.tenant, r, 2))
		w.load(10000, row{"2021-03-04", -350, "示例建材商店", "材料款", "1"}, row{"2021-03-15", 300, "甲户", "租金", "2"}, row{"2021-03-16", 250, "乙户", "租金", "3"},
			row{"2021-03-16", 350, "丙户", "租金", "4"}, row{"2021-03-20", -40, "示例书店", "书款", "5"}, row{"2021-03-22", 40, "示例书店", "账号有误退回", "6"})
		d := w.desk("2021-03-31")
		var got []string
		for _, g := range d.Suggestions {
			got = append(got, fmt.Sprintf("%d:%d %s", len(g.Lines), len(g.Entries), g.Reason))
		}
		want := []string{
			"0:2 红字冲销，互相抵销", "2:0 支出后又退回，互相抵销", "1:2 同一往来单位的2 笔分录合计相等、日期相差最多 2 天", "3:1 3 笔流水合计相等、日期相差最多 1 天",
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("got %q\nwant %q", got, want)
		}
		for _, g := range d.Suggestions {
			w.ok(w.s.Match(ctx, w.maker, w.tenant, w.account, date.Must("2021-03-31"), lineIDs(g.Lines), keysOf(g.Entries), ""))
		}
		// The opening of the bank was not in the books: what is left is exactly that.
		p := w.position("2021-03-31")
		if len(p.Items) != 0 || p.StartGap != -1000000 || p.Difference() != p.StartGap {
			t.Fatalf("%+v", p)
		}
	})
}

func TestMatchByHand(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		a := w.book("2021-03-01", 500, "511", "收款", 0)
		b := w.book("2021-05-01", 200, "511", "收款", 0)
		w.load(0, row{"2021-03-02", 300, "甲", "", "1"}, row{"2021-03-03", 200, "乙", "", "2"}, row{"2021-03-04", 200, "丙", "", "3"})
		until := date.Must("2021-06-30")
		line := func(serial string) ids.ID {
			for _, l := range w.desk("2021-06-30").Lines {
				if l.Serial == serial {
					return l.ID
				}
			}
			t.Fatal(serial)
			return 0
		}
		match := func(reason string, entries []bank.EntryKey, lines ...ids.ID) error {
			return w.s.Match(ctx, w.maker, w.tenant, w.account, until, lines, entries, reason)
		}
		ka, kb := []bank.EntryKey{{Voucher: a.ID, LineNo: 1}}, []bank.EntryKey{{Voucher: b.ID, LineNo: 1}}
		refused(t, match("", ka, line("1")), errs.Invalid, "相差 200.00")
		refused(t, match("", nil, line("1")), errs.Invalid, "至少勾选两笔")
		refused(t, match("", kb, line("3")), errs.Invalid, "请说明核对的理由")
		refused(t, match("", []bank.EntryKey{{Voucher: a.ID, LineNo: 2}}, line("1")), errs.Conflict, "已被核对")
		one, two, three := line("1"), line("2"), line("3")
		w.ok(match("当月付款，5 月补记", kb, three))
		refused(t, match("再来", kb, two), errs.Conflict, "已被核对")
		refused(t, w.s.Match(ctx, w.stray, w.tenant, w.account, until, []ids.ID{one, two}, ka, ""), errs.NotFound, "没有找到")
		auditor := access.Principal{ID: 77, Name: "审计", Grants: []access.Grant{{Role: "auditor", Region: town}}}
		refused(t, w.s.Match(ctx, auditor, w.tenant, w.account, until, []ids.ID{one, two}, ka, ""), errs.Forbidden, "权限")
		w.ok(match("", ka, one, two))
		// What the bank had in March stands in the books since May: until then it is in transit.
		if p := w.position("2021-03-31"); len(p.Of(bank.BankIn)) != 1 || p.Sum(bank.BankIn) != 20000 || p.Difference() != 0 {
			t.Errorf("%+v", p)
		}
		if p := w.position("2021-05-31"); len(p.Items) != 0 || p.Difference() != 0 {
			t.Errorf("%+v", p)
		}
	})
}

// TestOneMatchUnderMany: many people who match the same line at once make one match.
func TestOneMatchUnderMany(t *testing.T) {
	each(t, func(w *world) {
		for i := range 5 {
			w.book("2021-03-01", 100, "511", fmt.Sprint("收款", i), 0)
		}
		w.load(0, row{"2021-03-01", 100, "甲", "", "1"})
		d := w.desk("2021-03-31")
		results := make([]error, len(d.Entries))
		var wg sync.WaitGroup
		for i := range d.Entries {
			wg.Go(func() {
				results[i] = w.s.Match(ctx, w.maker, w.tenant, w.account, date.Must("2021-03-31"), lineIDs(d.Lines), keysOf(d.Entries[i:i+1]), "核对")
			})
		}
		wg.Wait()
		done := 0
		for _, err := range results {
			if err == nil {
				done++
			} else if !errs.Is(err, errs.Conflict) {
				w.t.Errorf("%v", err)
			}
		}
		if done != 1 {
			w.t.Errorf("%d matches", done)
		}
	})
}

// TestReconciliationIdentity: whatever is booked, whatever the bank says and however it is matched, the adjusted balances
// differ by what they differed by at the start and by gaps in the statements, on every day; and matched and open together
// are all.
func TestReconciliationIdentity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := true
		rapid.Check(t, func(rt *rapid.T) {
			if !first {
				return // one history per engine; rapid's seeds vary it from run to run
			}
			first = false
			w := newWorld(t, d)
			day := func(label string) string {
				return date.Must("2021-02-20").AddDays(rapid.IntRange(0, 60).Draw(rt, label)).String()
			}
			amounts := []int64{100, -100, 200, 300, -50}
			for i := range 25 {
				w.book(day("booked"), rapid.SampledFrom(amounts).Draw(rt, "yuan"), "511", fmt.Sprint("第", i), 0)
			}
			var rows []row
			for i := range 25 {
				rows = append(rows, row{date.Must("2021-03-01").AddDays(rapid.IntRange(0, 50).Draw(rt, "day")).String(), rapid.SampledFrom(amounts).Draw(rt, "bank"), "甲", "", fmt.Sprint("S", i)})
			}
			slices.SortStableFunc(rows, func(a, b row) int { return strings.Compare(a.day, b.day) })
			opening := rapid.Int64Range(0, 500).Draw(rt, "opening")
			w.load(opening, rows...)
			check := func() {
				t.Helper()
				for _, end := range []string{"2021-03-01", "2021-03-15", "2021-03-31", "2021-04-10", "2021-06-30"} {
					p := w.position(end)
					if p.Difference() != p.StartGap-p.Missing || p.Missing != 0 {
						t.Fatalf("at %s the adjusted balances %s and %s differ, the start by %s", end, p.BookAdjusted, p.BankAdjusted, p.StartGap)
					}
				}
			}
			check()
			_, err := w.s.AutoMatch(ctx, w.maker, w.tenant, w.account, date.Must("2021-06-30"))
			w.ok(err)
			check()
			for range 12 {
				desk := w.desk("2021-06-30")
				if len(desk.Suggestions) == 0 {
					break
				}
				g := desk.Suggestions[rapid.IntRange(0, len(desk.Suggestions)-1).Draw(rt, "which")]
				w.ok(w.s.Match(ctx, w.maker, w.tenant, w.account, date.Must("2021-06-30"), lineIDs(g.Lines), keysOf(g.Entries), "核对"))
				check()
			}
			matched := 0
			list, err := w.s.MatchesOf(ctx, w.d.Read(), w.acc(), date.Must("2021-01-01"), date.Must("2021-12-31"))
			w.ok(err)
			for _, g := range list {
				matched += len(g.Lines)
			}
			if open := len(w.desk("2021-06-30").Lines); open+matched != len(rows) {
				t.Fatalf("%d open and %d matched of %d lines", open, matched, len(rows))
			}
			w.clean()
		})
	})
}

func TestDraftForALine(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		w.book("2021-03-21", 12, "561", "收利息", 0)
		w.load(0, row{"2021-03-21", 12, "", "结息", "1"}, row{"2021-06-21", 14, "", "结息", "2"}, row{"2021-06-22", -9, "示例银行", "手续费", "3"})
		_, err := w.s.AutoMatch(ctx, w.maker, w.tenant, w.account, date.Must("2021-06-30"))
		w.ok(err)
		d := w.desk("2021-06-30")
		if len(d.Lines) != 3 { // only the amount and the day agree: a person looks
			t.Fatalf("%d lines", len(d.Lines))
		}
		w.ok(w.s.Match(ctx, w.maker, w.tenant, w.account, date.Must("2021-06-30"), lineIDs(d.Suggestions[0].Lines), keysOf(d.Suggestions[0].Entries), ""))
		d = w.desk("2021-06-30")
		guesses, err := w.s.GuessesFor(ctx, w.d.Read(), w.acc(), &d.Lines[0])
		w.ok(err)
		if len(guesses) != 1 || guesses[0].Account != "561" || guesses[0].Reason != "以前有 1 笔同一摘要的流水记在这里" {
			t.Fatalf("%+v", guesses)
		}
		in := bank.DraftInput{Summary: "收第二季度利息", Account: guesses[0].Account}
		_, err = w.s.DraftFor(ctx, w.maker, w.tenant, "", d.Lines[0].ID, bank.DraftInput{Summary: "x", Account: "10201"})
		refused(t, err, errs.Invalid, "不能是这个账户自己的科目")
		id, err := w.s.DraftFor(ctx, w.maker, w.tenant, "k123456789012345", d.Lines[0].ID, in)
		w.ok(err)
		again, err := w.s.DraftFor(ctx, w.maker, w.tenant, "k123456789012345", d.Lines[0].ID, in)
		if err != nil || again != id {
			t.Fatalf("the same form again: %v %v", again, err)
		}
		_, err = w.s.DraftFor(ctx, w.maker, w.tenant, "", d.Lines[0].ID, in)
		refused(t, err, errs.Conflict, "已经填过凭证")
		v, err := w.l.Get(ctx, w.checker, w.tenant, id)
		w.ok(err)
		if v.State != ledger.Draft || v.Lines[0].Account != "10201" || v.Lines[0].Debit != 1400 || v.Note != "银行流水号 2" {
			t.Fatalf("%+v", v)
		}
		w.ok(w.l.Review(ctx, w.checker, w.tenant, id, 1))
		w.ok(w.l.Post(ctx, w.checker, w.tenant, id, 2))
		n, err := w.s.AutoMatch(ctx, w.maker, w.tenant, w.account, date.Must("2021-06-30"))
		if err != nil || n != 1 {
			t.Fatalf("%d %v", n, err)
		}
	})
}
