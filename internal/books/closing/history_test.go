package closing_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// history is one set of books with what has been done in them.
type history struct {
	*world
	t      rt2
	books  ids.ID
	posted []ids.ID // ours, those that closings make left out
	drafts []ids.ID
	year   ids.ID // the year end that stands
	done   map[string]int
}

// The months that a history goes over: a year and the beginning of the next.
const (
	historyFrom = date.Month(202401)
	historyDec  = date.Month(202412)
	historyTo   = date.Month(202503)
)

// try counts what was done, and fails on anything but a refusal that tells a person what to do.
func (h *history) try(what string, err error) bool {
	h.t.Helper()
	if err == nil {
		h.done[what]++
		return true
	}
	switch e := errs.As(err); {
	case e == nil, !slices.Contains([]errs.Kind{errs.State, errs.Conflict, errs.Invalid}, e.Kind):
		h.t.Fatal(fmt.Sprintf("%s: %v", what, err))
	default:
		h.done["refused"]++
	}
	return false
}

func (h *history) day() date.Date {
	months := []date.Month{202401, 202402, 202403, 202406, 202411, 202412, 202501, 202503}
	m := rapid.SampledFrom(months).Draw(h.t.rt, "month")
	return m.First().AddDays(rapid.IntRange(0, 27).Draw(h.t.rt, "day"))
}

func (h *history) draft() {
	fen := money.Fen(rapid.Int64Range(1, 1e9).Draw(h.t.rt, "fen"))
	v := &ledger.Voucher{Books: h.books, Date: h.day(), Summary: "试"}
	if rapid.Bool().Draw(h.t.rt, "income") {
		v.Lines = []ledger.Line{{Account: "102", Debit: fen}, {Account: rapid.SampledFrom([]string{"501", "503", "504"}).Draw(h.t.rt, "from"), Credit: fen}}
	} else {
		v.Lines = []ledger.Line{{Account: rapid.SampledFrom([]string{"511", "513", "514"}).Draw(h.t.rt, "for"), Debit: fen}, {Account: "102", Credit: fen}}
	}
	id, err := h.l.SaveDraft(ctx, h.maker, h.tenant, "", v)
	if h.try("draft", err) {
		h.drafts = append(h.drafts, id)
	}
}

// post reviews and posts a draft by two persons and reports whether it stands.
func (h *history) post(what string, id ids.ID) bool {
	if !h.try("review", h.l.Review(ctx, h.first, h.tenant, id, 0)) || !h.try(what, h.l.Post(ctx, h.second, h.tenant, id, 0)) {
		return false
	}
	h.posted = append(h.posted, id)
	return true
}

// some takes one of a list.
func (h *history) some(list []ids.ID) ids.ID {
	if len(list) == 0 {
		return 0
	}
	return rapid.SampledFrom(list).Draw(h.t.rt, "which")
}

func (h *history) postDraft() {
	if id := h.some(h.drafts); id != 0 && h.post("post", id) {
		h.drafts = slices.DeleteFunc(h.drafts, func(x ids.ID) bool { return x == id })
	}
}

func (h *history) dropDraft() {
	if id := h.some(h.drafts); id != 0 && h.try("drop", h.l.DeleteDraft(ctx, h.maker, h.tenant, id, 0)) {
		h.drafts = slices.DeleteFunc(h.drafts, func(x ids.ID) bool { return x == id })
	}
}

func (h *history) reverse() {
	id := h.some(h.posted)
	if id == 0 {
		return
	}
	red, err := h.l.Reverse(ctx, h.maker, h.tenant, "", id, h.day(), "记错")
	if h.try("red", err) && !h.post("reverse", red) {
		h.drafts = append(h.drafts, red)
	}
}

func (h *history) correct() {
	id := h.some(h.posted)
	if id == 0 {
		return
	}
	blue, err := h.l.Correct(ctx, h.maker, h.tenant, "", id, h.day(), "记错")
	if !h.try("red and blue", err) {
		return
	}
	red, err := ledger.ReversalOf(ctx, h.d.Read(), h.tenant, id)
	must(h.t, err)
	for _, x := range []ids.ID{red, blue} {
		if !h.post("correct", x) {
			h.drafts = append(h.drafts, x)
		}
	}
}

func (h *history) difference() {
	id := h.some(h.posted)
	if id == 0 {
		return
	}
	v, err := h.l.Get(ctx, h.maker, h.tenant, id)
	must(h.t, err)
	now, err := ledger.AmountsNow(ctx, h.d.Read(), v)
	must(h.t, err)
	by := money.Fen(rapid.Int64Range(-1e9, 1e9).Draw(h.t.rt, "by"))
	for i := range now {
		now[i] += by
	}
	d, err := h.l.Difference(ctx, h.maker, h.tenant, "", id, h.day(), "金额记错", now)
	if h.try("more or less", err) && !h.post("difference", d) {
		h.drafts = append(h.drafts, d)
	}
}

// closed is the last closed month, the one before the first for none.
func (h *history) closed() date.Month {
	last := historyFrom.Prev()
	list, err := ledger.Periods(ctx, h.d.Read(), h.tenant, h.books)
	must(h.t, err)
	for _, p := range list {
		if p.Closed {
			last = max(last, p.Month)
		}
	}
	return last
}

func (h *history) closeMonths() {
	for range rapid.SampledFrom([]int{1, 3, 12}).Draw(h.t.rt, "months") {
		if !h.try("close", h.s.Close(ctx, h.first, h.tenant, h.books, h.closed().Next())) {
			return
		}
	}
}

func (h *history) reopen() {
	for range rapid.SampledFrom([]int{1, 3}).Draw(h.t.rt, "months") {
		if !h.try("reopen", h.s.Reopen(ctx, h.first, h.tenant, h.books, h.closed(), "补记")) {
			return
		}
	}
}

func (h *history) endYear() {
	p, err := h.s.PlanYearEnd(ctx, h.d.Read(), h.tenant, h.books, historyDec.Year())
	if !h.try("plan", err) {
		return
	}
	id, err := h.s.PostYearEnd(ctx, h.first, h.tenant, "", h.books, historyDec.Year(), p.Digest)
	if h.try("year end", err) {
		h.year = id
	}
}

func (h *history) undoYear() {
	if h.year != 0 && h.try("undo", h.s.ReverseYearEnd(ctx, h.first, h.tenant, h.year, 0, "补记")) {
		h.year = 0
	}
}

// again undoes what ended the year and does it once more: nothing else has changed, so every balance is as it was.
func (h *history) again() {
	if h.year == 0 {
		return
	}
	before := h.all(h.books, historyTo)
	shut := h.closed() >= historyDec
	for h.closed() >= historyDec {
		if !h.try("reopen", h.s.Reopen(ctx, h.first, h.tenant, h.books, h.closed(), "再看一遍")) {
			return
		}
	}
	if h.undoYear(); h.year != 0 {
		return
	}
	if h.endYear(); h.year == 0 {
		return
	}
	if after := h.all(h.books, historyTo); !maps.Equal(before, after) {
		h.t.rt.Fatalf("ended again: %v, before: %v", after, before)
	}
	if shut {
		h.try("close again", h.s.Close(ctx, h.first, h.tenant, h.books, historyDec))
	}
	h.done["again"]++
}

// holds checks what must hold, by the vouchers themselves and by fsck.
func (h *history) holds() {
	sums, total := map[string]money.Fen{}, money.Fen(0)
	numbers := map[string][]int64{}
	f := record.Filter{Scope: county, Eq: map[string]string{"state": ledger.Posted}}
	var list []ids.ID
	must(h.t, h.l.Vouchers.Each(ctx, access.System, h.tenant, f, func(v *ledger.Voucher) error {
		if v.Books == h.books {
			list = append(list, v.ID)
			at := fmt.Sprint(v.Month, v.Kind)
			numbers[at] = append(numbers[at], v.Number)
		}
		return nil
	}))
	for _, id := range list {
		v, err := h.l.Get(ctx, access.System, h.tenant, id)
		must(h.t, err)
		for _, x := range v.Lines {
			sums[x.Account] += x.Debit - x.Credit
			total += x.Debit - x.Credit
		}
	}
	maps.DeleteFunc(sums, func(_ string, fen money.Fen) bool { return fen == 0 })
	if got := h.all(h.books, historyTo+9); !maps.Equal(got, sums) || total != 0 {
		h.t.rt.Fatalf("balances %v, lines %v, debits less credits %s", got, sums, total)
	}
	for at, list := range numbers {
		slices.Sort(list)
		if list[0] != 1 || list[len(list)-1] != int64(len(list)) || len(slices.Compact(list)) != len(numbers[at]) {
			h.t.rt.Fatalf("numbers of %s: %v", at, list)
		}
	}
	for _, check := range []func() ([]string, error){
		func() ([]string, error) { return ledger.Check(ctx, h.d.Read(), h.tenant) },
		func() ([]string, error) { return statement.Check(ctx, h.d.Read(), h.tenant) },
		func() ([]string, error) { return h.s.Check(ctx, h.d.Read(), h.tenant) },
	} {
		problems, err := check()
		must(h.t, err)
		if len(problems) > 0 {
			h.t.rt.Fatalf("fsck: %s", strings.Join(problems, "\n"))
		}
	}
}

// fewerDraws has rapid try fewer histories than usual, since each has many steps: half as many, on PostgreSQL a tenth.
func fewerDraws(t *testing.T, d *db.DB) {
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	var n int
	if _, err := fmt.Sscan(before, &n); err != nil {
		t.Fatal(err)
	}
	share := 2
	if d.Dialect() != db.SQLite {
		share = 10
	}
	must(t, f.Value.Set(fmt.Sprint(max(1, n/share))))
	t.Cleanup(func() { must(t, f.Value.Set(before)) })
}

// Vouchers, reversals, corrections, closed and opened months, the end of the year, its undoing and its end again, in any
// order: balances are the sums of the lines, numbers have no gaps, the chain holds, statements balance.
func TestAnyHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fewerDraws(t, d)
		w := newWorld(t, d)
		parties, ok := record.Of[party.Party](w.env, "party")
		if !ok {
			t.Fatal("no parties")
		}
		w.maker.Grants = []access.Grant{{Role: "village_bookkeeper", Region: town}}
		done := map[string]int{}
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			home := region.Region{Code: fmt.Sprintf("%s%03d", town[:9], 300+n%700), Name: fmt.Sprintf("第%d村", n), Level: "village"} // one collective each
			must(t, w.env.Regions.Save(ctx, []region.Region{home}))
			p := &party.Party{Name: fmt.Sprintf("第%d股份经济合作社", n), Kind: party.Collective}
			p.Region = home.Code
			var err error
			w.coll, err = parties.Create(ctx, access.System, w.tenant, "", p)
			must(t, err)
			h := &history{world: w, t: rt2{t, rt}, done: done}
			h.books = w.newBooks(fmt.Sprintf("第%d账套", n), ledger.Chart2023, historyFrom)
			for range 2 {
				h.draft()
				h.postDraft()
			}
			steps := map[string]func(){
				"draft": h.draft, "post": h.postDraft, "drop": h.dropDraft, "reverse": h.reverse, "correct": h.correct, "difference": h.difference,
				"close": h.closeMonths, "reopen": h.reopen, "end the year": h.endYear, "undo": h.undoYear, "again": h.again,
			}
			names := append(slices.Sorted(maps.Keys(steps)), "draft", "post", "post", "close", "close", "end the year", "again")
			for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 3, 16).Draw(rt, "steps") {
				steps[name]()
			}
			h.holds()
		})
		t.Log(done)
		if d.Dialect() != db.SQLite {
			return
		}
		for _, what := range []string{"draft", "post", "reverse", "correct", "difference", "close", "reopen", "year end", "undo", "again", "refused"} {
			if done[what] == 0 {
				t.Errorf("nothing was ever done of: %s", what)
			}
		}
	})
}
