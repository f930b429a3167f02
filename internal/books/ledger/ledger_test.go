package ledger_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const village = "321182103205"

var ctx = context.Background()

// world is a county with one village collective and its books of the 2004 system.
type world struct {
	t       testing.TB
	d       *db.DB
	env     *record.Env
	regions *region.Service
	l       *ledger.Ledger
	tenant  int64
	parties *record.Noun[party.Party]
	coll    ids.ID
	books   ids.ID
	maker   access.Principal
	poster  access.Principal
	second  access.Principal // another accountant
	stray   access.Principal
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d, regions: region.New(d)}
	must(t, w.regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"},
		{Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"},
		{Code: "321182103000", Name: "八桥镇", Level: "town"},
		{Code: village, Name: "利民村", Level: "village"},
		{Code: "321182103206", Name: "红光村", Level: "village"},
	}))
	tn, err := w.regions.TenantOf(ctx, village)
	must(t, err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	must(t, err)
	w.env = record.NewEnv(d, w.regions, box)
	w.parties = party.NewParties(w.env)
	w.l = ledger.New(w.env)
	w.coll = w.party("利民村股份经济合作社", party.Collective, village)
	w.books = w.newBooks("利民村账套", w.coll, ledger.Chart2004, 202101)
	w.maker = access.Principal{ID: 11, Name: "报账员小王", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}}
	w.poster = access.Principal{ID: 12, Name: "会计老李", Grants: []access.Grant{{Role: "town_accountant", Region: "321182103000"}}}
	w.second = access.Principal{ID: 14, Name: "会计小周", Grants: []access.Grant{{Role: "town_accountant", Region: "321182103000"}}}
	w.stray = access.Principal{ID: 13, Name: "外村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: "321182103206"}}}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) party(name, kind, at string) ids.ID {
	w.t.Helper()
	p := &party.Party{Name: name, Kind: kind}
	p.Region = at
	id, err := w.parties.Create(ctx, access.System, w.tenant, "", p)
	must(w.t, err)
	return id
}

func (w *world) newBooks(name string, of ids.ID, chart string, from date.Month) ids.ID {
	w.t.Helper()
	id, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: name, Party: of, Chart: chart, From: from})
	must(w.t, err)
	return id
}

// entry is a balanced voucher: money into the bank from an account.
func (w *world) entry(day, account string, yuan int64) *ledger.Voucher {
	fen := money.Fen(yuan) * money.Yuan
	return &ledger.Voucher{
		Books: w.books, Date: date.Must(day), Summary: "收租金",
		Lines: []ledger.Line{{Account: "102", Debit: fen}, {Account: account, Credit: fen}},
	}
}

func (w *world) post(v *ledger.Voucher) *ledger.Voucher {
	w.t.Helper()
	must(w.t, w.tryPost(v))
	return v
}

func (w *world) tryPost(v *ledger.Voucher) error {
	return w.d.InTx(ctx, w.poster.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
		return w.l.PostTx(ctx, tx, w.poster, v)
	})
}

// reverse drafts, reviews and posts the reversal of a voucher.
func (w *world) reverse(id ids.ID, day string) ids.ID {
	w.t.Helper()
	r, err := w.l.Reverse(ctx, w.maker, w.tenant, "", id, date.Must(day), "记错")
	must(w.t, err)
	must(w.t, w.l.Review(ctx, w.second, w.tenant, r, 1))
	must(w.t, w.l.Post(ctx, w.poster, w.tenant, r, 2))
	return r
}

func (w *world) clean() {
	w.t.Helper()
	problems, err := ledger.Check(ctx, w.d.Read(), w.tenant)
	must(w.t, err)
	if len(problems) > 0 {
		w.t.Fatalf("the books are damaged: %s", strings.Join(problems, "\n"))
	}
}

func (w *world) get(id ids.ID) *ledger.Voucher {
	w.t.Helper()
	v, err := w.l.Get(ctx, w.poster, w.tenant, id)
	must(w.t, err)
	return v
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
	for _, f := range e.Fields {
		if f.Name == field && strings.Contains(f.Msg, says) {
			return
		}
	}
	t.Fatalf("no field %s saying %q in: %v", field, says, e)
}

func TestCharts(t *testing.T) {
	for chart, want := range map[string]int{ledger.Chart2004: 36, ledger.Chart2023: 42} {
		list := ledger.Chart(chart)
		if len(list) != want {
			t.Errorf("chart %s has %d accounts, want %d", chart, len(list), want)
		}
		if !slices.IsSortedFunc(list, func(a, b ledger.Account) int { return strings.Compare(a.Code, b.Code) }) {
			t.Errorf("chart %s is not in order", chart)
		}
		var income []string
		for _, a := range list {
			if ledger.ClassLabels[a.Class] == "" || !slices.Contains([]string{"debit", "credit", "both"}, a.Direction) {
				t.Errorf("chart %s: account %+v", chart, a)
			}
			if a.Class == ledger.Income {
				income = append(income, a.Code)
			}
		}
		wantIncome := map[string]string{"2004": "501 511 521 522 531 561", "2023": "501 502 503 504"}[chart]
		if got := strings.Join(income, " "); got != wantIncome {
			t.Errorf("chart %s: income accounts %s, want %s", chart, got, wantIncome)
		}
	}
}

func TestBooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b, err := w.l.Books.Get(ctx, access.System, w.tenant, w.books)
		must(t, err)
		if b.Region != village {
			t.Errorf("region %s, want the collective's", b.Region)
		}
		acc, err := ledger.Accounts(ctx, d.Read(), w.tenant, w.books)
		must(t, err)
		if len(acc) != 36 || !acc[0].Leaf {
			t.Errorf("%d accounts", len(acc))
		}
		create := func(b ledger.Books) error {
			_, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &b)
			return err
		}
		refused(t, create(ledger.Books{Name: "甲", Party: w.coll, Chart: "2023", From: 202312}), errs.Invalid, "chart", "2024 年 1 月起施行")
		refused(t, create(ledger.Books{Name: "甲", Party: w.coll, Chart: "2004", From: 202401}), errs.Invalid, "chart", "2023 年制度")
		refused(t, create(ledger.Books{Name: "甲", Party: w.coll, Chart: "2004", From: 202105}), errs.Invalid, "from_month", "月份重叠")
		refused(t, create(ledger.Books{Name: "利民村账套", Party: w.coll, Chart: "2023", From: 202401}), errs.Conflict, "name", "已经有了")
		firm := w.party("某公司", party.Enterprise, village)
		refused(t, create(ledger.Books{Name: "甲", Party: firm, Chart: "2004", From: 202105}), errs.Invalid, "party", "不在这里记账")
		must(t, create(ledger.Books{Name: "利民村新账", Party: w.coll, Chart: "2023", From: 202401}))

		v := w.post(w.entry("2021-03-05", "501", 100))
		b.To = 202102
		refused(t, w.l.Books.Update(ctx, access.System, w.tenant, b), errs.Invalid, "to_month", "2021-03")
		refused(t, w.l.Books.Delete(ctx, access.System, w.tenant, w.books, 0), errs.Conflict, "", "已有凭证")

		// The collective turns out to lie in another village: its books go with it.
		p, err := w.parties.Get(ctx, access.System, w.tenant, w.coll)
		must(t, err)
		p.Region = "321182103206"
		must(t, w.parties.Update(ctx, access.System, w.tenant, p))
		b, err = w.l.Books.Get(ctx, access.System, w.tenant, w.books)
		must(t, err)
		b.Note = "改地区"
		must(t, w.l.Books.Update(ctx, access.System, w.tenant, b))
		if got := w.get(v.ID); got.Region != "321182103206" {
			t.Errorf("voucher stayed in %s", got.Region)
		}
		w.clean()
	})
}

func TestLifeOfAVoucher(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "k1", w.entry("2021-03-05", "501", 1000))
		must(t, err)
		again, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "k1", w.entry("2021-03-05", "501", 1000))
		must(t, err)
		if again != id {
			t.Errorf("the same submission made a second draft")
		}
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "k1", w.entry("2021-03-05", "501", 1001))
		refused(t, err, errs.Conflict, "", "已经提交过")

		v := w.get(id)
		if v.State != ledger.Draft || v.FullNo != "草稿-2021-03-0001" || v.Total != 100_000 || v.Lines[0].Summary != "收租金" || v.Maker != "报账员小王" {
			t.Errorf("draft %+v", v)
		}
		if inc := w.income(2021, "2021-12-31"); inc != 0 {
			t.Errorf("a draft counts: %s", inc)
		}
		v.Lines[0].Debit, v.Lines[1].Credit = 200_000, 200_000
		_, err = w.l.SaveDraft(ctx, w.stray, w.tenant, "", v)
		refused(t, err, errs.NotFound, "", "没有找到")
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		must(t, err)
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		refused(t, err, errs.Stale, "", "别人改过")
		v = w.get(id)
		if v.Version != 2 || v.Total != 200_000 || len(v.Lines) != 2 {
			t.Errorf("changed draft %+v", v)
		}

		refused(t, w.l.Review(ctx, w.maker, w.tenant, id, 2), errs.Forbidden, "", "没有这项权限")
		refused(t, w.l.Post(ctx, w.poster, w.tenant, id, 2), errs.State, "", "只有“已审核”")
		must(t, w.l.Review(ctx, w.poster, w.tenant, id, 2))
		refused(t, w.l.Return(ctx, w.poster, w.tenant, id, 3, " "), errs.Invalid, "reason", "理由")
		must(t, w.l.Return(ctx, w.poster, w.tenant, id, 3, "缺附件"))
		must(t, w.l.Review(ctx, w.poster, w.tenant, id, 4))
		must(t, w.l.Post(ctx, w.poster, w.tenant, id, 5))
		v = w.get(id)
		if v.FullNo != "记-2021-03-0001" || v.State != ledger.Posted || v.Reviewer != "会计老李" || v.Poster != "会计老李" {
			t.Errorf("posted %+v", v)
		}
		w.clean()

		// Posted is immutable, through whatever door.
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		refused(t, err, errs.State, "", "只能冲销")
		refused(t, w.l.Return(ctx, w.poster, w.tenant, id, 0, "改"), errs.State, "", "已记账")
		refused(t, w.l.Post(ctx, w.poster, w.tenant, id, 0), errs.State, "", "已记账")
		refused(t, w.l.DeleteDraft(ctx, access.System, w.tenant, id, 0), errs.State, "", "才能删除")
		refused(t, w.l.Vouchers.Update(ctx, access.System, w.tenant, v), errs.Invalid, "", "凭证页面")
		_, err = w.l.Vouchers.Create(ctx, access.System, w.tenant, "", w.entry("2021-03-05", "501", 1))
		refused(t, err, errs.Invalid, "", "凭证页面")

		// A person does not review what that person made.
		own, err := w.l.SaveDraft(ctx, w.poster, w.tenant, "", w.entry("2021-03-06", "501", 5))
		must(t, err)
		refused(t, w.l.Review(ctx, w.poster, w.tenant, own, 1), errs.Forbidden, "", "不能是制单人")
		refused(t, w.l.Vouchers.Do(ctx, w.poster, w.tenant, own, 1, "review", ""), errs.Invalid, "", "凭证页面")
		must(t, w.l.DeleteDraft(ctx, w.poster, w.tenant, own, 1))
		if _, err := w.l.Get(ctx, w.poster, w.tenant, own); !errs.Is(err, errs.NotFound) {
			t.Errorf("the deleted draft is still there: %v", err)
		}

		h, err := audit.Of(ctx, d.Read(), w.tenant, "voucher", id, 10)
		must(t, err)
		var did []string
		for _, e := range h {
			did = append(did, e.Action)
		}
		if got := strings.Join(did, " "); got != "记账 审核 退回 审核 修改 新建" {
			t.Errorf("history: %s", got)
		}
		docs, err := find.Search(ctx, d.Read(), w.tenant, w.ranges(), "记-2021-03-0001 租金", nil, 5)
		must(t, err)
		if len(docs) != 1 || docs[0].ID != id {
			t.Errorf("search found %v", docs)
		}
		page, n, err := w.l.Vouchers.List(ctx, w.maker, w.tenant, record.Filter{Scope: village, Eq: map[string]string{"books": w.books.String(), "state": "posted"}, Page: db.Paging{Limit: 10}})
		must(t, err)
		if n != 1 || page.Items[0].ID != id {
			t.Errorf("the list shows %d", n)
		}
	})
}

func (w *world) ranges() [][2]string {
	w.t.Helper()
	r, err := w.regions.Ranges(ctx, "321182000000")
	must(w.t, err)
	return r
}

func (w *world) income(year int, asOf string) money.Fen {
	w.t.Helper()
	list, err := ledger.IncomeOf(ctx, w.d.Read(), w.tenant, w.ranges(), year, date.Must(asOf))
	must(w.t, err)
	var sum money.Fen
	for _, b := range list {
		sum += b.Fen
	}
	return sum
}

func TestRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		must(t, w.l.AddAccount(ctx, w.poster, w.tenant, w.books, "50101", "房屋租金"))
		for _, c := range []struct {
			name, field, says string
			change            func(v *ledger.Voucher)
		}{
			{"one line", "lines", "至少要有两行", func(v *ledger.Voucher) { v.Lines = v.Lines[:1] }},
			{"unbalanced", "lines", "借贷不平，相差 0.01 元", func(v *ledger.Voucher) { v.Lines[0].Debit++ }},
			{"both sides", "lines[1].credit", "不能两边都填", func(v *ledger.Voucher) { v.Lines[1].Debit = 5 }},
			{"no side", "lines[2].debit", "请填写借方或贷方金额", func(v *ledger.Voucher) { v.Lines = append(v.Lines, ledger.Line{Account: "101"}) }},
			{"negative", "lines[0].debit", "不能为负数", func(v *ledger.Voucher) { v.Lines[0].Debit, v.Lines[1].Credit = -1, -1 }},
			{"unknown account", "lines[1].account", "账套采用 2004 年制度，没有科目 503", func(v *ledger.Voucher) { v.Lines[1].Account = "503" }},
			{"not a leaf", "lines[1].account", "已设明细科目，请选用明细科目，如 50101", func(v *ledger.Voucher) { v.Lines[1].Account = "501" }},
			{"no account", "lines[1].account", "请填写科目", func(v *ledger.Voucher) { v.Lines[1].Account = "" }},
			{"no summary", "summary", "请填写摘要", func(v *ledger.Voucher) { v.Summary = "" }},
			{"long summary", "summary", "最多 200 个字", func(v *ledger.Voucher) { v.Summary = strings.Repeat("长", 201) }},
			{"no date", "date", "请填写日期", func(v *ledger.Voucher) { v.Date = date.Date{} }},
			{"too early", "date", "从 2021-01 起记账", func(v *ledger.Voucher) { v.Date = date.Must("2020-12-31") }},
			{"after the system", "date", "2023 年制度", func(v *ledger.Voucher) { v.Date = date.Must("2024-01-01") }},
			{"overflow", "lines", "借方合计金额超出", func(v *ledger.Voucher) {
				v.Lines = []ledger.Line{{Account: "101", Debit: money.Max}, {Account: "102", Debit: money.Max}, {Account: "531", Credit: money.Max}, {Account: "511", Credit: money.Max}}
			}},
			{"out of range", "lines[0].debit", "超出", func(v *ledger.Voucher) { v.Lines[0].Debit = money.Max + 1 }},
			{"too many lines", "lines", "最多 500 行", func(v *ledger.Voucher) { v.Lines = make([]ledger.Line, 501) }},
			{"no such party", "lines[0].party", "没有找到所填的单位", func(v *ledger.Voucher) { v.Lines[0].Party = 99 }},
			{"reviewed by the maker", "reviewer", "不能是制单人", func(v *ledger.Voucher) { v.Maker, v.Reviewer = "甲", "甲" }},
			{"no books", "books", "请填写账套", func(v *ledger.Voucher) { v.Books = 0 }},
		} {
			v := w.entry("2021-03-05", "50101", 10)
			c.change(v)
			err := w.tryPost(v)
			_, draftErr := w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
			t.Run(c.name, func(t *testing.T) {
				refused(t, err, errs.Invalid, c.field, c.says)
				if c.field == "reviewer" { // a draft has none yet
					must(t, draftErr)
					return
				}
				refused(t, draftErr, errs.Invalid, c.field, c.says)
			})
		}
		n, err := w.l.Vouchers.Count(ctx, w.tenant)
		must(t, err)
		if n != 1 {
			t.Errorf("%d vouchers were saved, want one draft", n)
		}
		refused(t, w.tryPost(w.entry("2021-03-05", "503", 1)), errs.Invalid, "lines[1].account", "没有科目")
		refused(t, w.d.InTx(ctx, w.maker.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
			return w.l.PostTx(ctx, tx, w.maker, w.entry("2021-03-05", "531", 1))
		}), errs.Forbidden, "", "没有这项权限")
		w.clean()
	})
}

// Balances that would leave the range are refused, with a sentence and without a trace.
func TestBalancesStayInRange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		biggest := int64(money.Max / money.Yuan)
		for range 100 {
			w.post(w.entry("2021-03-05", "501", biggest))
		}
		refused(t, w.tryPost(w.entry("2021-03-05", "501", biggest)), errs.Invalid, "", "超出了系统能记录的范围")
		v := w.entry("2021-03-05", "511", 1)
		v.Lines[0].Account = "101"
		w.post(v)
		if v.FullNo != "记-2021-03-0101" {
			t.Errorf("the refused voucher kept its number: %s", v.FullNo)
		}
		w.clean()
	})
}

func TestAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		add := func(code, name string) error { return w.l.AddAccount(ctx, w.poster, w.tenant, w.books, code, name) }
		before := w.post(w.entry("2021-02-01", "501", 70))
		must(t, add("50101", "房屋租金"))
		must(t, add("5010101", "门面"))
		refused(t, add("50101", "重复"), errs.Invalid, "code", "已经有了")
		refused(t, add("6010", "无上级"), errs.Invalid, "code", "一级科目由制度规定")
		refused(t, add("5011", "短"), errs.Invalid, "code", "两位或三位")
		refused(t, add("501x1", "字母"), errs.Invalid, "code", "数字")
		refused(t, add("50102", ""), errs.Invalid, "name", "请填写")
		refused(t, w.l.AddAccount(ctx, w.maker, w.tenant, w.books, "50102", "无权"), errs.Forbidden, "", "权限")

		v := w.entry("2021-03-01", "5010101", 30)
		v.Lines[0].Party = w.coll
		w.post(v)
		// What was posted before the account was divided can still be reversed.
		w.reverse(before.ID, "2021-04-01")
		w.clean()
		rows, err := ledger.TrialBalance(ctx, d.Read(), w.tenant, w.books, 202103, 202103)
		must(t, err)
		var got []string
		for _, r := range rows {
			got = append(got, fmt.Sprintf("%d %s %s %s %s %s", r.Level, r.Code, r.Opening, r.Debit, r.Credit, r.Ending))
		}
		want := "1 102 70.00 30.00 0.00 100.00|1 501 -70.00 0.00 30.00 -100.00|2 50101 0.00 0.00 30.00 -30.00|3 5010101 0.00 0.00 30.00 -30.00"
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("trial balance\n%s, want\n%s", s, want)
		}
		for _, q := range []string{"门面", "mm", "menmian", "5010101"} {
			found, err := ledger.SuggestAccounts(ctx, d.Read(), w.tenant, w.books, q, 5)
			must(t, err)
			if len(found) != 1 || found[0].Code != "5010101" {
				t.Errorf("suggest %s: %v", q, found)
			}
		}
		for _, q := range []string{"%", "_", "不存在"} {
			if found, err := ledger.SuggestAccounts(ctx, d.Read(), w.tenant, w.books, q, 5); err != nil || len(found) > 0 {
				t.Errorf("suggest %s: %v %v", q, found, err)
			}
		}
		of, err := ledger.VouchersOf(ctx, d.Read(), w.tenant, w.books, "501", 2021)
		must(t, err)
		if len(of) != 3 {
			t.Errorf("%d vouchers on 501", len(of))
		}
		lines, err := ledger.LinesOf(ctx, d.Read(), w.tenant, "party", w.coll)
		must(t, err)
		if len(lines) != 1 || lines[0].FullNo != "记-2021-03-0001" || lines[0].AccountName != "银行存款" || lines[0].Debit != 3000 {
			t.Errorf("lines of the party: %+v", lines)
		}
		lines, err = ledger.LinesOfVoucher(ctx, d.Read(), w.tenant, v.ID)
		must(t, err)
		if len(lines) != 2 || lines[1].AccountName != "门面" {
			t.Errorf("lines of the voucher: %+v", lines)
		}
	})
}

func TestReversal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.post(w.entry("2021-03-05", "501", 1000))
		day := date.Must("2021-04-01")
		_, err := w.l.Reverse(ctx, w.stray, w.tenant, "", v.ID, day, "记错")
		refused(t, err, errs.NotFound, "", "没有找到")
		_, err = w.l.Reverse(ctx, w.poster, w.tenant, "", v.ID, day, "")
		refused(t, err, errs.Invalid, "reason", "理由")
		_, err = w.l.Reverse(ctx, w.poster, w.tenant, "", v.ID, date.Must("2021-03-04"), "记错")
		refused(t, err, errs.Invalid, "date", "不能早于")
		id, err := w.l.Reverse(ctx, w.poster, w.tenant, "r1", v.ID, day, "记错")
		must(t, err)
		again, err := w.l.Reverse(ctx, w.poster, w.tenant, "r1", v.ID, day, "记错")
		must(t, err)
		if again != id {
			t.Error("the same submission reversed twice")
		}
		if r := w.get(id); r.State != ledger.Draft || r.Reverses != v.ID {
			t.Errorf("the reversal waits for review: %+v", r)
		}
		_, err = w.l.Reverse(ctx, w.maker, w.tenant, "r0", v.ID, day, "记错")
		refused(t, err, errs.Conflict, "", "待审核的冲销凭证")
		refused(t, w.l.Review(ctx, w.poster, w.tenant, id, 1), errs.Forbidden, "", "制单人")
		changed := w.get(id)
		changed.Lines[0].Debit, changed.Lines[1].Credit = -90_000, -90_000
		_, err = w.l.SaveDraft(ctx, w.poster, w.tenant, "", changed)
		refused(t, err, errs.Invalid, "lines", "金额相反")
		must(t, w.l.Review(ctx, w.second, w.tenant, id, 1))
		must(t, w.l.Post(ctx, w.poster, w.tenant, id, 2))
		r := w.get(id)
		if r.Total != -100_000 || r.Reverses != v.ID || r.FullNo != "记-2021-04-0001" || !strings.HasPrefix(r.Summary, "冲销 记-2021-03-0001") || r.Lines[0].Debit != -100_000 {
			t.Errorf("reversal %+v", r)
		}
		if by, err := ledger.ReversalOf(ctx, d.Read(), w.tenant, v.ID); err != nil || by != id {
			t.Errorf("reversed by %v, %v", by, err)
		}
		_, err = w.l.Reverse(ctx, w.poster, w.tenant, "r2", v.ID, day, "记错")
		refused(t, err, errs.Conflict, "", "已经冲销过")
		_, err = w.l.Reverse(ctx, w.poster, w.tenant, "r3", id, day, "记错")
		refused(t, err, errs.State, "", "不能再冲销")
		draft, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-04-05", "501", 1))
		must(t, err)
		_, err = w.l.Reverse(ctx, w.poster, w.tenant, "r4", draft, day, "记错")
		refused(t, err, errs.State, "", "还没有记账")
		if got := w.income(2021, "2021-03-31"); got != 100_000 {
			t.Errorf("income to March %s", got)
		}
		if got := w.income(2021, "2021-12-31"); got != 0 {
			t.Errorf("income of the year %s", got)
		}
		w.clean()
	})
}

func TestPeriods(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.post(w.entry("2021-02-05", "501", 1))
		draft, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-03-05", "501", 1))
		must(t, err)
		closeIt := func(m date.Month) error { return w.l.ClosePeriod(ctx, w.poster, w.tenant, w.books, m) }
		refused(t, w.l.ClosePeriod(ctx, w.maker, w.tenant, w.books, 202102), errs.Forbidden, "", "权限")
		refused(t, closeIt(202103), errs.State, "", "2021-02 还没有结账")
		refused(t, closeIt(202012), errs.Invalid, "", "从 2021-01 起")
		must(t, closeIt(202102))
		refused(t, closeIt(202102), errs.State, "", "已经结账")
		refused(t, closeIt(202103), errs.State, "", "1 张凭证没有记账")
		refused(t, w.tryPost(w.entry("2021-02-06", "501", 1)), errs.State, "date", "已结账")
		// A month before a closed one stays shut although it was never opened.
		refused(t, w.tryPost(w.entry("2021-01-06", "501", 1)), errs.State, "date", "2021-02 已结账")
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-02-06", "501", 1))
		refused(t, err, errs.State, "date", "已结账")
		v := w.get(draft)
		v.Date = date.Must("2021-02-07")
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		refused(t, err, errs.State, "date", "已结账")
		must(t, w.l.DeleteDraft(ctx, w.maker, w.tenant, draft, 0))
		must(t, closeIt(202103))

		reopen := func(m date.Month, why string) error {
			return w.l.ReopenPeriod(ctx, w.poster, w.tenant, w.books, m, why)
		}
		refused(t, reopen(202103, ""), errs.Invalid, "reason", "理由")
		refused(t, reopen(202102, "补记"), errs.State, "", "2021-03 也已结账")
		must(t, reopen(202103, "补记"))
		refused(t, reopen(202103, "补记"), errs.State, "", "没有结账")
		must(t, reopen(202102, "补记"))
		w.post(w.entry("2021-02-06", "501", 1))
		ps, err := ledger.Periods(ctx, d.Read(), w.tenant, w.books)
		must(t, err)
		if len(ps) != 2 || ps[0].Posted != 2 || ps[0].Closed {
			t.Errorf("periods %+v", ps)
		}
		w.clean()
	})
}

// Closing a month and drafting in it at the same time never leaves a draft in a closed month.
func TestCloseAgainstDrafts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for m := date.Month(202101); m <= 202106; m++ {
			var wg sync.WaitGroup
			for i := range 4 {
				wg.Go(func() {
					if i == 0 {
						_ = w.l.ClosePeriod(ctx, w.poster, w.tenant, w.books, m)
						return
					}
					_, _ = w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry(m.String()+"-05", "501", 1))
				})
			}
			wg.Wait()
			page, _, err := w.l.Vouchers.List(ctx, access.System, w.tenant, record.Filter{Scope: village, Page: db.Paging{Limit: 100}})
			must(t, err)
			ps, err := ledger.Periods(ctx, d.Read(), w.tenant, w.books)
			must(t, err)
			for _, p := range ps {
				if p.Closed && slices.ContainsFunc(page.Items, func(v ledger.Voucher) bool { return v.Month == p.Month }) {
					t.Fatalf("a draft stands in the closed month %s", p.Month)
				}
			}
			for _, v := range page.Items {
				must(t, w.l.DeleteDraft(ctx, access.System, w.tenant, v.ID, 0))
			}
			_ = w.l.ClosePeriod(ctx, w.poster, w.tenant, w.books, m)
		}
	})
}

func TestConcurrentPosting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		const people, each = 16, 6
		var wg sync.WaitGroup
		failed := make(chan error, people*each)
		for p := range people {
			wg.Go(func() {
				for i := range each {
					v := w.entry("2021-03-05", []string{"501", "511", "531"}[(p+i)%3], int64(p+1))
					if i == 3 {
						v.Lines[1].Account = "503" // gives its number back
					}
					if err := w.tryPost(v); err != nil && i != 3 {
						failed <- err
					}
				}
			})
		}
		wg.Wait()
		close(failed)
		for err := range failed {
			t.Error(err)
		}
		ps, err := ledger.Periods(ctx, d.Read(), w.tenant, w.books)
		must(t, err)
		if len(ps) != 1 || ps[0].Posted != people*(each-1) {
			t.Errorf("periods %+v", ps)
		}
		w.clean()
	})
}

// Two people who reverse the same voucher, or post the same one, at once: one of them does.
func TestOnceOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.post(w.entry("2021-03-05", "501", 7))
		draft, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-03-05", "501", 1))
		must(t, err)
		must(t, w.l.Review(ctx, w.poster, w.tenant, draft, 1))
		var wg sync.WaitGroup
		var mu sync.Mutex
		reversed, posted := 0, 0
		for i := range 8 {
			wg.Go(func() {
				var err error
				n := &reversed
				if i%2 == 0 {
					_, err = w.l.Reverse(ctx, w.poster, w.tenant, "", v.ID, date.Must("2021-03-06"), "记错")
				} else {
					n = &posted
					err = w.l.Post(ctx, w.poster, w.tenant, draft, 2)
				}
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					*n++
				case !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.Stale):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if reversed != 1 || posted != 1 {
			t.Errorf("reversed %d times, posted %d times", reversed, posted)
		}
		w.clean()
	})
}

// Whatever is posted and reversed in whatever order, balances equal the lines and every check is clean.
func TestBooksStayWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		codes := []string{"101", "102", "112", "301", "501", "511", "531", "541"}
		var posted []ids.ID
		want := map[string]money.Fen{}
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(1, 4).Draw(rt, "steps") {
				if len(posted) > 0 && rapid.IntRange(0, 3).Draw(rt, "reverse") == 0 {
					i := rapid.IntRange(0, len(posted)-1).Draw(rt, "which")
					v := w.get(posted[i])
					posted = slices.Delete(posted, i, i+1)
					w.reverse(v.ID, v.Date.AddDays(rapid.IntRange(0, 40).Draw(rt, "later")).String())
					for _, x := range v.Lines {
						want[x.Account] -= x.Debit - x.Credit
					}
					continue
				}
				v := &ledger.Voucher{
					Books: w.books, Summary: "随机", Date: date.Must("2021-01-01").AddDays(rapid.IntRange(0, 680).Draw(rt, "day")), // over two years, in any order
					Kind: rapid.SampledFrom([]string{ledger.Ordinary, ledger.Ordinary, ledger.Closing}).Draw(rt, "kind"),
				}
				n := rapid.IntRange(1, 5).Draw(rt, "lines")
				var sum money.Fen
				for range n {
					fen := money.Fen(rapid.Int64Range(1, 1e9).Draw(rt, "fen"))
					sum += fen
					v.Lines = append(v.Lines, ledger.Line{Account: rapid.SampledFrom(codes).Draw(rt, "account"), Debit: fen})
				}
				v.Lines = append(v.Lines, ledger.Line{Account: rapid.SampledFrom(codes).Draw(rt, "account"), Credit: sum})
				if err := w.tryPost(v); err != nil {
					rt.Fatal(err)
				}
				posted = append(posted, v.ID)
				for _, x := range v.Lines {
					want[x.Account] += x.Debit - x.Credit
				}
			}
			problems, err := ledger.Check(ctx, d.Read(), w.tenant)
			if err != nil || len(problems) > 0 {
				rt.Fatalf("%v %v", err, problems)
			}
			rows, err := ledger.TrialBalance(ctx, d.Read(), w.tenant, w.books, 202201, 202212)
			if err != nil {
				rt.Fatal(err)
			}
			var total money.Fen
			for _, r := range rows {
				total += r.Ending
				if r.Ending != want[r.Code] {
					rt.Fatalf("account %s ends at %s, want %s", r.Code, r.Ending, want[r.Code])
				}
			}
			if total != 0 {
				rt.Fatalf("the trial balance is off by %s", total)
			}
		})
	})
}

func TestCheckFindsDamage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for says, damage := range map[string]string{
			"余额与分录不符":       `UPDATE balance SET debit_fen = debit_fen + 1 WHERE tenant_id = $1 AND account = '102'`,
			"没有余额":          `DELETE FROM balance WHERE tenant_id = $1 AND account = '102'`,
			"不平":            `UPDATE voucher_line SET debit_fen = debit_fen + 1 WHERE tenant_id = $1 AND line_no = 1`,
			"不连续":           `UPDATE ledger_series SET last_no = last_no + 1 WHERE tenant_id = $1`,
			"改动过":           `UPDATE voucher SET summary = '别的' WHERE tenant_id = $1`,
			"年初余额与以前各月不符":   `UPDATE ledger_carry SET fen = fen + 1 WHERE tenant_id = $1 AND account = '102'`,
			"缺 2022 年的年初余额": `DELETE FROM ledger_carry WHERE tenant_id = $1 AND account = '501'`,
			"链末端不符":         `UPDATE ledger_chain SET seq = seq + 1 WHERE tenant_id = $1`,
			"校验值不符":         `UPDATE voucher_line SET party_id = (SELECT MIN(id) FROM party WHERE tenant_id = $1) WHERE tenant_id = $1 AND line_no = 2`,
			"链断了":           `DELETE FROM voucher WHERE tenant_id = $1 AND chain_seq = 1`,
			"不一致":           `UPDATE voucher_line SET month = 202104 WHERE tenant_id = $1 AND line_no = 1`,
			"收款的标记":         `UPDATE voucher_line SET received_on = '2021-03-05' WHERE tenant_id = $1 AND line_no = 1`,
		} {
			w := newWorldOnce(t, d)
			err := d.InTx(ctx, access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
				if err := tx.Exec(ctx, damage, w.tenant); err != nil {
					return err
				}
				problems, err := ledger.Check(ctx, tx, w.tenant)
				if err == nil && !strings.Contains(strings.Join(problems, "；"), says) {
					t.Errorf("%s: found %v", says, problems)
				}
				if err != nil {
					return err
				}
				return errUndo
			})
			if err != errUndo { //nolint:errorlint // our own sentinel
				t.Fatal(err)
			}
		}
	})
}

var errUndo = errs.New(errs.State, "undo", "撤销")

var onceWorlds = map[*db.DB]*world{}

func newWorldOnce(t *testing.T, d *db.DB) *world {
	if w := onceWorlds[d]; w != nil {
		return w
	}
	w := newWorld(t, d)
	w.post(w.entry("2021-03-05", "501", 1))
	w.post(w.entry("2021-03-06", "501", 2))
	w.post(w.entry("2022-03-06", "501", 2))
	w.clean()
	onceWorlds[d] = w
	return w
}
