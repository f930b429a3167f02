package cash_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/cash"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const (
	village = "321182103205"
	town    = "321182103000"
)

var ctx = context.Background()

// world is a county with one village, its collective and books of the 2004 system, on 2021-11-10.
type world struct {
	t       testing.TB
	d       *db.DB
	env     *record.Env
	l       *ledger.Ledger
	c       *cash.Cash
	parties *record.Noun[party.Party]
	tenant  int64
	unit    ids.ID
	books   ids.ID
	keeper  access.Principal // the village's bookkeeper
	clerk   access.Principal // the town's accountant
	second  access.Principal
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d}
	regions := region.New(d)
	w.ok(regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"},
		{Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"},
		{Code: town, Name: "八桥镇", Level: "town"},
		{Code: village, Name: "永胜村", Level: "village"},
		{Code: "321182103206", Name: "红光村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	w.ok(err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	w.ok(err)
	w.env = record.NewEnv(d, regions, box)
	w.parties = party.NewParties(w.env)
	w.l = ledger.New(w.env)
	contract.NewContracts(w.env)
	w.c = cash.New(w.env, w.l)
	w.unit = w.party("永胜村股份经济合作社", village)
	w.books, err = w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: "永胜村账套", Party: w.unit, Chart: ledger.Chart2004, From: 202101})
	w.ok(err)
	w.keeper = access.Principal{ID: 11, Name: "报账员小王", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}}
	w.clerk = access.Principal{ID: 12, Name: "会计老李", Grants: []access.Grant{{Role: "town_accountant", Region: town}}}
	w.second = access.Principal{ID: 14, Name: "会计小周", Grants: []access.Grant{{Role: "town_accountant", Region: town}}}
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) party(name, at string) ids.ID {
	w.t.Helper()
	p := &party.Party{Name: name, Kind: party.Collective}
	p.Region = at
	id, err := w.parties.Create(ctx, access.System, w.tenant, "", p)
	w.ok(err)
	return id
}

// rule settles terms for a place from a day on.
func (w *world) rule(place, from string, terms cash.Terms) {
	w.t.Helper()
	r := &cash.Rule{Name: place + from, From: date.Must(from), Terms: terms}
	r.Region = place
	_, err := w.c.Rules.Create(ctx, w.clerk, w.tenant, "", r)
	w.ok(err)
}

// book registers a receipt book and issues it on a day.
func (w *world) book(no string, first, last int64, day string) ids.ID {
	w.t.Helper()
	id := w.stock(no, first, last, day)
	w.ok(w.c.Books.Do(ctx, w.clerk, w.tenant, id, 0, "issue", ""))
	return id
}

func (w *world) stock(no string, first, last int64, day string) ids.ID {
	w.t.Helper()
	id, err := w.c.Books.Create(ctx, w.clerk, w.tenant, "", &cash.Book{No: no, Party: w.unit, First: first, Last: last, Digits: 7, Holder: "小王", Issued: date.Must(day)})
	w.ok(err)
	return id
}

func (w *world) receipt(book ids.ID, day, method string, yuan int64) *cash.Receipt {
	return &cash.Receipt{Book: book, Date: date.Must(day), Payer: "张三", Summary: "鱼塘承包款", Amount: money.Fen(yuan) * money.Yuan, Method: method, Account: "发包及上交收入"}
}

func (w *world) write(r *cash.Receipt) ids.ID {
	w.t.Helper()
	id, err := w.c.Receipts.Create(ctx, w.keeper, w.tenant, "", r)
	w.ok(err)
	return id
}

// post reviews and posts all drafts of the books.
func (w *world) post() int {
	w.t.Helper()
	page, _, err := w.l.Vouchers.List(ctx, w.clerk, w.tenant, record.Filter{Scope: town, Eq: map[string]string{"state": ledger.Draft}, Page: db.Paging{Limit: 1000}})
	w.ok(err)
	for _, v := range page.Items {
		w.ok(w.l.Review(ctx, w.clerk, w.tenant, v.ID, 0))
		w.ok(w.l.Post(ctx, w.clerk, w.tenant, v.ID, 0))
	}
	return len(page.Items)
}

func (w *world) standing(account string) money.Fen {
	w.t.Helper()
	s, err := ledger.StandingAt(ctx, w.d.Read(), w.tenant, w.books, account, date.Must("2021-11-10"))
	w.ok(err)
	return s.Posted
}

func (w *world) open(day string) []cash.Item {
	w.t.Helper()
	list, err := cash.Open(ctx, w.d.Read(), w.tenant, w.books, date.Must(day))
	w.ok(err)
	return list
}

func (w *world) kinds(day string) string {
	w.t.Helper()
	var out []string
	for _, it := range w.open(day) {
		s := fmt.Sprintf("%s %d", it.Kind, it.Age)
		if it.Over != "" {
			s += " over"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func (w *world) clean() {
	w.t.Helper()
	for _, check := range []func(context.Context, db.Q, int64) ([]string, error){ledger.Check, cash.Check} {
		problems, err := check(ctx, w.d.Read(), w.tenant)
		w.ok(err)
		if len(problems) > 0 {
			w.t.Fatalf("damage: %s", strings.Join(problems, "\n"))
		}
	}
}

// refused checks the kind of an error, and that a field or the sentence says what is expected.
func refused(t testing.TB, err error, kind errs.Kind, field, says string) {
	t.Helper()
	e := errs.As(err)
	if e == nil || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if field == "" {
		if !strings.Contains(e.Msg, says) {
			t.Fatalf("message %q does not say %q", e.Msg, says)
		}
		return
	}
	if !slices.ContainsFunc(e.Fields, func(f errs.Field) bool { return f.Name == field && strings.Contains(f.Msg, says) }) {
		t.Fatalf("no field %s saying %q in: %v", field, says, e)
	}
}

func TestReceiptBookFromIssueToSettlement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.rule(town, "2021-01-01", cash.Terms{BookDays: 60, BankDays: 3})
		b := w.book("甲", 12301, 12305, "2021-08-01")

		refused(t, func() error {
			_, err := w.c.Books.Create(ctx, w.clerk, w.tenant, "", &cash.Book{No: "丁", Party: w.unit, First: 12305, Last: 12400, Digits: 7})
			return err
		}(), errs.Invalid, "first", "与收据本 甲")

		r1 := w.write(w.receipt(b, "2021-09-01", cash.Cashed, 300))
		r2 := w.write(w.receipt(b, "2021-09-02", cash.Transfered, 500))
		got, err := w.c.Receipts.Get(ctx, w.keeper, w.tenant, r1)
		w.ok(err)
		if got.No != "0012301" || got.Into != "101" || got.Account != "511" || got.Voucher == 0 || got.Collector != "报账员小王" {
			t.Errorf("first receipt %+v", got)
		}
		v, err := w.l.Get(ctx, w.clerk, w.tenant, got.Voucher)
		w.ok(err)
		if v.State != ledger.Draft || v.Origin != "receipt" || v.OriginID != r1 || v.Total != 300*money.Yuan || v.Maker != "报账员小王" {
			t.Errorf("its voucher %+v", v)
		}
		refused(t, w.l.DeleteDraft(ctx, w.keeper, w.tenant, v.ID, 0), errs.Conflict, "", "还有别的记录用到")

		bad := w.receipt(b, "2021-09-02", cash.Cashed, 1)
		bad.Account = "没有的科目"
		_, err = w.c.Receipts.Create(ctx, w.keeper, w.tenant, "", bad)
		refused(t, err, errs.Invalid, "account", "没有科目")
		early := w.receipt(b, "2021-07-31", cash.Cashed, 1)
		_, err = w.c.Receipts.Create(ctx, w.keeper, w.tenant, "", early)
		refused(t, err, errs.Invalid, "date", "领用日期")
		if n := w.write(w.receipt(b, "2021-09-03", cash.Cashed, 200)); n == 0 { // the refused ones took no number
			t.Fatal()
		}
		third, err := w.c.Receipts.ByKey(ctx, d.Read(), w.tenant, "0012303")
		w.ok(err)

		// A receipt that was written wrong is voided, with its draft; the number stays used.
		refused(t, w.c.Receipts.Do(ctx, w.keeper, w.tenant, third.ID, 0, "void", " "), errs.Invalid, "reason", "理由")
		w.ok(w.c.Receipts.Do(ctx, w.keeper, w.tenant, third.ID, 0, "void", "金额写错"))
		third, err = w.c.Receipts.Get(ctx, w.keeper, w.tenant, third.ID)
		w.ok(err)
		if third.State != cash.ReceiptVoid || third.VoidReason != "金额写错" || third.Voucher != 0 {
			t.Errorf("voided %+v", third)
		}
		refused(t, w.c.Receipts.Delete(ctx, access.System, w.tenant, r1, 0), errs.State, "", "不能删除")

		// The new book waits for the old one.
		next := w.stock("乙", 12306, 12310, "2021-10-20")
		refused(t, w.c.Books.Do(ctx, w.clerk, w.tenant, next, 0, "issue", ""), errs.State, "", "收据本 甲 领用已 80 天")

		if got := w.kinds("2021-09-03"); got != "book 33, held 2" {
			t.Errorf("open in September: %s", got)
		}
		if got := w.kinds("2021-11-10"); got != "book 101 over, held 70 over" {
			t.Errorf("open in November: %s", got)
		}

		w.ok(w.c.Books.Do(ctx, w.keeper, w.tenant, b, 0, "hand", ""))
		_, err = w.c.Receipts.Create(ctx, w.keeper, w.tenant, "", w.receipt(b, "2021-09-09", cash.Cashed, 5))
		refused(t, err, errs.Invalid, "book", "已交回")
		refused(t, w.c.Books.Do(ctx, w.keeper, w.tenant, b, 0, "settle", ""), errs.Forbidden, "", "权限")
		err = w.c.Books.Do(ctx, w.clerk, w.tenant, b, 0, "settle", "")
		refused(t, err, errs.State, "", "1 份现金收据共 300.00 元没有送存银行")
		refused(t, err, errs.State, "", "2 张凭证还没有记账")

		dep, err := w.c.Deposits.Create(ctx, w.keeper, w.tenant, "", &cash.Deposit{Party: w.unit, Date: date.Must("2021-11-09")})
		w.ok(err)
		got, err = w.c.Receipts.Get(ctx, w.keeper, w.tenant, r1)
		w.ok(err)
		if got.Deposit != dep {
			t.Error("the receipt is not on the deposit")
		}
		refused(t, w.c.Receipts.Do(ctx, w.keeper, w.tenant, r1, 0, "void", "x"), errs.State, "", "已送存银行")
		if n := w.post(); n != 3 {
			t.Errorf("%d vouchers posted", n)
		}
		w.ok(w.c.Books.Do(ctx, w.clerk, w.tenant, b, 0, "settle", ""))
		book, err := w.c.Books.Get(ctx, w.clerk, w.tenant, b)
		w.ok(err)
		if book.State != cash.BookSettled || book.UsedFen != 800*money.Yuan || book.UsedCount != 2 || book.VoidCount != 3 || book.Settler != "会计老李" {
			t.Errorf("settled %+v", book)
		}
		refused(t, w.c.Receipts.Do(ctx, w.keeper, w.tenant, r2, 0, "void", "x"), errs.State, "", "已缴销")
		refused(t, w.c.Deposits.Do(ctx, w.keeper, w.tenant, dep, 0, "void", "x"), errs.State, "", "已缴销")
		w.ok(w.c.Books.Do(ctx, w.clerk, w.tenant, next, 0, "issue", ""))
		if w.standing("101") != 0 || w.standing("102") != 800*money.Yuan {
			t.Errorf("cash %s, bank %s", w.standing("101"), w.standing("102"))
		}
		w.clean()
	})
}

// TestReceiptNumbersUnderConcurrency lets several people write in one book at once: all numbers are used once, none skips.
func TestReceiptNumbersUnderConcurrency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		const pages, writers, each = 20, 6, 4
		b := w.book("甲", 1, pages, "2021-01-01")
		var wg sync.WaitGroup
		var full sync.Map
		for i := range writers {
			wg.Go(func() {
				for j := range each {
					r := w.receipt(b, "2021-03-01", cash.Cashed, int64(i*10+j+1))
					if j%2 == 1 {
						r.Account = "999" // refused by the ledger: gives its number back
					}
					_, err := w.c.Receipts.Create(ctx, w.keeper, w.tenant, "", r)
					if err != nil && !errs.Is(err, errs.Invalid) {
						t.Error(err)
					}
					full.Store([2]int{i, j}, err == nil)
				}
			})
		}
		wg.Wait()
		list, err := cash.ReceiptsOf(ctx, d.Read(), w.tenant, b)
		w.ok(err)
		if len(list) != writers*each/2 {
			t.Errorf("%d receipts", len(list))
		}
		for i := range list {
			if list[i].Serial != int64(i+1) {
				t.Fatalf("number %d stands at %d", list[i].Serial, i+1)
			}
		}
		w.clean()
	})
}

// TestSettlingSumsWhatWasUsed writes random books to the end: what settles is the sum of the receipts that stand, and so
// is what reached bank and ledger.
func TestSettlingSumsWhatWasUsed(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	first := int64(1)
	rapid.Check(t, func(rt *rapid.T) {
		pages := rapid.Int64Range(1, 6).Draw(rt, "pages")
		b := w.book(fmt.Sprint("本", first), first, first+pages-1, "2021-01-01")
		first += pages
		before := w.standing("102")
		var want money.Fen
		for i := range rapid.Int64Range(0, pages).Draw(rt, "used") {
			r := w.receipt(b, "2021-03-01", rapid.SampledFrom([]string{cash.Cashed, cash.Transfered}).Draw(rt, "method"), rapid.Int64Range(1, 5000).Draw(rt, fmt.Sprint("yuan", i)))
			id := w.write(r)
			switch rapid.IntRange(0, 3).Draw(rt, "then") {
			case 0:
				w.ok(w.c.Receipts.Do(ctx, w.keeper, w.tenant, id, 0, "void", "写错"))
			case 1: // posted first, then voided: a reversal is drafted
				w.post()
				w.ok(w.c.Receipts.Do(ctx, w.keeper, w.tenant, id, 0, "void", "写错"))
			default:
				want += r.Amount
			}
		}
		if rapid.Bool().Draw(rt, "lose") {
			w.ok(w.c.Books.Do(ctx, w.clerk, w.tenant, b, 0, "lose", "找不到"))
			w.ok(w.c.Books.Do(ctx, w.clerk, w.tenant, b, 0, "find", "找到了"))
		}
		w.ok(w.c.Books.Do(ctx, w.keeper, w.tenant, b, 0, "hand", ""))
		if _, err := w.c.Deposits.Create(ctx, w.keeper, w.tenant, "", &cash.Deposit{Party: w.unit, Date: date.Must("2021-11-01")}); err != nil && !errs.Is(err, errs.Invalid) {
			rt.Fatal(err)
		}
		w.post()
		w.ok(w.c.Books.Do(ctx, w.clerk, w.tenant, b, 0, "settle", ""))
		book, err := w.c.Books.Get(ctx, w.clerk, w.tenant, b)
		w.ok(err)
		if book.UsedFen != want || int64(book.UsedCount+book.VoidCount) != pages {
			rt.Fatalf("settled %s of %s, %d + %d of %d pages", book.UsedFen, want, book.UsedCount, book.VoidCount, pages)
		}
		if in := w.standing("102") - before; in != want || w.standing("101") != 0 {
			rt.Fatalf("%s reached the bank, %s was received, %s is still in cash", in, want, w.standing("101"))
		}
		w.clean()
	})
}
