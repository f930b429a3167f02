package opening_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/books/opening"
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

var update = flag.Bool("update", false, "write the golden files")

const (
	county  = "321182000000"
	town    = "321182103000"
	village = "321182103206"
)

var ctx = context.Background()

type world struct {
	t             testing.TB
	d             *db.DB
	env           *record.Env
	l             *ledger.Ledger
	c             *closing.Service
	s             *opening.Service
	members       *record.Noun[member.Member]
	parties       *record.Noun[party.Party]
	tenant        int64
	coll          ids.ID
	first, second access.Principal
	clerk         access.Principal
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d}
	regions := region.New(d)
	must(t, regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: county, Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"}, {Code: village, Name: "红光村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	must(t, err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	must(t, err)
	w.env = record.NewEnv(d, regions, box)
	w.parties = party.NewParties(w.env)
	w.l = ledger.New(w.env)
	w.members = member.New(w.env)
	w.c = closing.New(w.env, w.l, nil)
	w.s = opening.New(w.env, w.l, w.parties, w.members)
	p := &party.Party{Name: "红光村股份经济合作社", Kind: party.Collective}
	p.Region = village
	w.coll, err = w.parties.Create(ctx, access.System, w.tenant, "", p)
	must(t, err)
	accountant := []access.Grant{{Role: "town_accountant", Region: town}}
	w.first = access.Principal{ID: 12, Name: "会计老李", Grants: accountant}
	w.second = access.Principal{ID: 14, Name: "会计小周", Grants: accountant}
	w.clerk = access.Principal{ID: 11, Name: "报账员小王", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, kind errs.Kind, says string) {
	t.Helper()
	e := errs.As(err)
	if e == nil || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if !strings.Contains(e.Error(), says) {
		t.Fatalf("%q does not say %q", e.Error(), says)
	}
}

func (w *world) start(trial *opening.Trial) opening.Start {
	return opening.Start{Party: w.coll, System: ledger.Chart2004, Chart: ledger.Chart2023, From: 202401, BooksName: "红光村（2023 年制度）", Source: "text", Trial: trial}
}

func (w *world) get(id ids.ID) *opening.Migration {
	w.t.Helper()
	m, err := w.s.Migrations.Get(ctx, w.first, w.tenant, id)
	must(w.t, err)
	return m
}

// row is the number of the row with a code.
func (w *world) row(m *opening.Migration, code string) int {
	w.t.Helper()
	for i := range m.Rows {
		if m.Rows[i].Code == code {
			return i + 1
		}
	}
	w.t.Fatalf("no row %s", code)
	return 0
}

// A village's books of 2023, as its old software prints them, become books of the new system.
func TestGoldenMigration(t *testing.T) {
	text, err := os.ReadFile("testdata/trial_2004.txt")
	must(t, err)
	trial, err := opening.ReadTrial(opening.Cells(string(text)), nil, false)
	must(t, err)
	if trial.Levels != "3-2" || len(trial.Rows) < 30 || len(trial.Notes) > 0 {
		t.Fatalf("%s, %d rows, %v", trial.Levels, len(trial.Rows), trial.Notes)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		x := &party.Party{Name: "扬中市大江管业有限公司", Kind: party.Enterprise}
		x.Region = village
		known, err := w.parties.Create(ctx, access.System, w.tenant, "", x)
		must(t, err)
		id, err := w.s.Begin(ctx, w.first, w.tenant, "begin", w.start(trial))
		must(t, err)
		again, err := w.s.Begin(ctx, w.first, w.tenant, "begin", w.start(trial))
		must(t, err)
		if again != id {
			t.Fatal("begun twice")
		}
		m := w.get(id)
		g, err := m.Check()
		must(t, err)
		if len(g.Wrong) > 0 || len(g.Open) != 2 {
			t.Fatalf("open %v, wrong %v", g.Open, g.Wrong)
		}
		refused(t, w.s.Prepare(ctx, w.first, w.tenant, id, 0), errs.State, "还有 2 行没有定下新科目")

		// 非经济林木 by purpose, split in two; 应付福利费 by a decision.
		wood, welfare := w.row(m, "13202"), w.row(m, "212")
		decide := func(line int, reason string, list ...opening.Target) error {
			return w.s.Decide(ctx, w.first, w.tenant, id, 0, opening.Decision{Line: line, Targets: list, Reason: reason})
		}
		refused(t, decide(wood, "", opening.Target{Account: "131", Opening: 1500000}), errs.Invalid, "拆分后余额合计 15,000.00 元，应为 40,000.00 元")
		refused(t, decide(wood, "", opening.Target{Account: "199", Opening: 4000000}), errs.Invalid, "没有一级科目“199”")
		must(t, decide(wood, "用材林 15,000 元，护路林 25,000 元", opening.Target{Account: "131", Sub: []string{"用材林"}, Opening: 1500000}, opening.Target{Account: "134", Sub: []string{"护路林"}, Opening: 2500000}))
		refused(t, decide(welfare, " ", opening.Target{Account: "311", Opening: -3520000}), errs.Invalid, "请写明决定")
		must(t, decide(welfare, "2023-12-28 成员代表大会决议，转入公积公益金", opening.Target{Account: "311", Sub: []string{"福利费转入"}, Opening: -3520000}))
		must(t, w.s.Prepare(ctx, w.first, w.tenant, id, 0))
		refused(t, decide(wood, "", opening.Target{Account: "131", Opening: 4000000}), errs.State, "待复核签字")
		refused(t, w.s.Make(ctx, w.first, w.tenant, "", id, 0), errs.State, "只有“已签字”时才可以")
		refused(t, w.s.Sign(ctx, w.first, w.tenant, id, 0), errs.Forbidden, "由他人复核签字")
		refused(t, w.s.Sign(ctx, w.clerk, w.tenant, id, 0), errs.Forbidden, "权限")
		must(t, w.s.Sign(ctx, w.second, w.tenant, id, 0))
		must(t, w.s.Make(ctx, w.first, w.tenant, "make", id, 0))
		must(t, w.s.Make(ctx, w.first, w.tenant, "make", id, 0)) // a retry makes no second books
		m = w.get(id)
		golden(t, "migration_2004.golden", m.Report+"\n四、新账套期初余额\n"+w.openings(m.Books))

		// Who was known is the same party; the others are there now.
		list, err := ledger.OpeningsOf(ctx, d.Read(), w.tenant, m.Books)
		must(t, err)
		held := false
		for _, o := range list {
			held = held || o.Party == known
		}
		if !held {
			t.Error("the known party was not found")
		}
		n, err := w.members.Count(ctx, w.tenant)
		must(t, err)
		if n != 2 {
			t.Errorf("%d households, want 张建国 and 李秀英", n)
		}
		w.clean()

		refused(t, w.s.Undo(ctx, w.first, w.tenant, id, 0, " "), errs.Invalid, "理由")
		must(t, w.s.Undo(ctx, w.first, w.tenant, id, 0, "漏了一个户"))
		if _, err := ledger.BooksByID(ctx, d.Read(), w.tenant, m.Books); !errs.Is(err, errs.NotFound) {
			t.Errorf("the books are still there: %v", err)
		}
		w.clean()

		// Once more, and then it stays: a month was closed.
		id, err = w.s.Begin(ctx, w.first, w.tenant, "", w.start(trial))
		must(t, err)
		must(t, decide2(w, id, wood, welfare))
		must(t, w.s.Prepare(ctx, w.first, w.tenant, id, 0))
		must(t, w.s.Return(ctx, w.second, w.tenant, id, 0, "再核对一遍"))
		must(t, w.s.Prepare(ctx, w.first, w.tenant, id, 0))
		must(t, w.s.Sign(ctx, w.second, w.tenant, id, 0))
		must(t, w.s.Make(ctx, w.first, w.tenant, "", id, 0))
		must(t, w.l.ClosePeriod(ctx, w.first, w.tenant, w.get(id).Books, 202401))
		refused(t, w.s.Undo(ctx, w.first, w.tenant, id, 0, "晚了"), errs.State, "已结账")
		w.clean()
	})
}

func decide2(w *world, id ids.ID, wood, welfare int) error {
	err := w.s.Decide(ctx, w.first, w.tenant, id, 0, opening.Decision{Line: wood, Targets: []opening.Target{{Account: "134", Opening: 4000000}}})
	if err != nil {
		return err
	}
	return w.s.Decide(ctx, w.first, w.tenant, id, 0, opening.Decision{Line: welfare, Reason: "决议", Targets: []opening.Target{{Account: "322", Sub: []string{"未分配收益"}, Opening: -3520000}}})
}

// openings writes the opening balances of books for a person to read.
func (w *world) openings(books ids.ID) string {
	w.t.Helper()
	list, err := ledger.OpeningsOf(ctx, w.d.Read(), w.tenant, books)
	must(w.t, err)
	accounts, err := ledger.Accounts(ctx, w.d.Read(), w.tenant, books)
	must(w.t, err)
	var all []ids.ID
	for _, o := range list {
		all = append(all, o.Party, o.Member)
	}
	names, err := w.parties.Names(ctx, w.d.Read(), w.tenant, all)
	must(w.t, err)
	homes, err := w.members.Names(ctx, w.d.Read(), w.tenant, all)
	must(w.t, err)
	var b strings.Builder
	for _, o := range list {
		path := ""
		for _, a := range accounts {
			if strings.HasPrefix(o.Account, a.Code) {
				path += " " + a.Name
			}
		}
		side, fen := "借", o.Opening
		if fen < 0 {
			side, fen = "贷", -fen
		}
		who := names[o.Party]
		if homes[o.Member] != "" {
			who = "成员户 " + homes[o.Member]
		}
		fmt.Fprintf(&b, "%s%s %s %s %s\n", o.Account, path, who, side, fen)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		must(t, os.WriteFile("testdata/"+name, []byte(got), 0o600))
	}
	want, err := os.ReadFile("testdata/" + name)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func (w *world) clean() {
	w.t.Helper()
	for _, check := range []func(context.Context, db.Q, int64) ([]string, error){ledger.Check, w.s.Check} {
		problems, err := check(ctx, w.d.Read(), w.tenant)
		must(w.t, err)
		if len(problems) > 0 {
			w.t.Fatalf("fsck: %s", strings.Join(problems, "\n"))
		}
	}
}

// Our own books of 2004 become books of 2023 in one click, once their year is ended.
func TestOwnBooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		old, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: "红光村（2004 年制度）", Party: w.coll, Chart: ledger.Chart2004, From: 202301})
		must(t, err)
		home, err := w.members.Create(ctx, access.System, w.tenant, "", &member.Member{Name: "张建国", Collective: w.coll, Persons: 3})
		must(t, err)
		post := func(lines ...ledger.Line) {
			t.Helper()
			v := &ledger.Voucher{Books: old, Date: date.Must("2023-06-30"), Summary: "试", Lines: lines}
			must(t, d.InTx(ctx, w.first.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error { return w.l.PostTx(ctx, tx, w.first, v) }))
		}
		post(ledger.Line{Account: "102", Debit: 90000}, ledger.Line{Account: "511", Credit: 90000})
		post(ledger.Line{Account: "113", Member: home, Debit: 500}, ledger.Line{Account: "202", Party: w.coll, Credit: 500})
		post(ledger.Line{Account: "154", Debit: 7000}, ledger.Line{Account: "211", Credit: 7000})
		begin := func() (ids.ID, error) {
			st := w.start(nil)
			st.OldBooks = old
			return w.s.Begin(ctx, w.first, w.tenant, "", st)
		}
		_, err = begin()
		refused(t, err, errs.State, "还没有结账")
		res, err := w.c.CloseAll(ctx, w.first, w.tenant, []ids.ID{old}, 202311)
		must(t, err)
		must(t, res[0].Err)
		plan, err := w.c.PlanYearEnd(ctx, d.Read(), w.tenant, old, 2023)
		must(t, err)
		_, err = w.c.PostYearEnd(ctx, w.first, w.tenant, "", old, 2023, plan.Digest)
		must(t, err)
		must(t, w.c.Close(ctx, w.first, w.tenant, old, 202312))
		id, err := begin()
		must(t, err)
		must(t, w.s.Prepare(ctx, w.first, w.tenant, id, 0))
		must(t, w.s.Sign(ctx, w.second, w.tenant, id, 0))
		must(t, w.s.Make(ctx, w.first, w.tenant, "", id, 0))
		m := w.get(id)
		want := "102 银行存款  借 900.00\n113 内部往来 成员户 CY-103206-0001 借 5.00\n153 在建工程  借 70.00\n211 应付款 红光村股份经济合作社 贷 5.00\n212 应付工资  贷 70.00\n32201 收益分配 未分配收益  贷 900.00\n"
		if diff := cmp.Diff(want, w.openings(m.Books)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		b, err := ledger.BooksByID(ctx, d.Read(), w.tenant, old)
		must(t, err)
		if b.To != 202312 {
			t.Errorf("the old books go on to %s", b.To)
		}
		w.clean()

		// Taken back, the old books go on as before.
		must(t, w.s.Undo(ctx, w.first, w.tenant, id, 0, "重新对照"))
		b, err = ledger.BooksByID(ctx, d.Read(), w.tenant, old)
		must(t, err)
		if b.To != 0 {
			t.Errorf("the old books still end in %s", b.To)
		}
		w.clean()
	})
}

func TestReadTrial(t *testing.T) {
	for name, c := range map[string]struct {
		text, levels string
		rows         []string // code, path, ending
		notes        int
	}{
		"debit and credit":            {"科目编码\t科目名称\t借方\t贷方\n101\t现金\t100.00\t\n301\t资本\t\t100.00\n合计\t\t100.00\t100.00\n", "3", []string{"101 现金 100.00", "301 资本 -100.00"}, 0},
		"one amount and its side":     {"科目代码 科目名称 方向 余额\n1001 现金 借 1,234.50\n1002 银行存款 平 0\n3001 资本 贷 1234.5\n", "4", []string{"1001 现金 1,234.50", "3001 资本 -1,234.50"}, 0},
		"signed":                      {"编码\t名称\t会计科目\t期末余额\n101\t\t现金\t8\n202\t\t应付款\t-8\n", "3", []string{"101 现金 8.00", "202 应付款 -8.00"}, 0},
		"on their usual sides":        {"科目编码\t科目名称\t期末余额\n101\t现金\t8\n152\t累计折旧\t3\n301\t资本\t5\n", "3", []string{"101 现金 8.00", "152 累计折旧 -3.00", "301 资本 -5.00"}, 0},
		"three levels":                {"科目编号\t科目名称\t期末借方余额\t期末贷方余额\n501\t经营收入\t\t9\n50101\t租赁\t\t9\n5010101\t厂房\t\t9\n101\t现金\t9\t\n", "3-2-2", []string{"101 现金 9.00", "5010101 经营收入/租赁/厂房 -9.00"}, 0},
		"dots, and names for details": {"科目编码\t科目名称\t借方余额\t贷方余额\n113\t内部往来\t5\t\n\t张三\t7\t\n\t李四\t\t2\n301.01\t资本\t\t5\n", "3-2", []string{"113 内部往来/张三 7.00", "113 内部往来/李四 -2.00", "30101 资本 -5.00"}, 0},
		"more above than below":       {"科目编码\t科目名称\t借方\t贷方\n112\t应收款\t9\t\n11201\t甲\t7\t\n301\t资本\t\t9\n", "3-2", []string{"112 应收款/本级 2.00", "11201 应收款/甲 7.00", "301 资本 -9.00"}, 1},
		"code and name together":      {"科目\t余额\t方向\n101 现金\t6\t借\n301 资本\t6\t贷\n", "3", []string{"101 现金 6.00", "301 资本 -6.00"}, 0},
		"opening and movement":        {"科目编码\t科目名称\t期初借方\t期初贷方\t本期借方\t本期贷方\n101\t现金\t5\t\t3\t1\n301\t资本\t\t5\t\t2\n", "3", []string{"101 现金 7.00", "301 资本 -7.00"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := opening.ReadTrial(opening.Cells(c.text), nil, false)
			must(t, err)
			var rows []string
			for _, r := range got.Rows {
				rows = append(rows, r.Code+" "+strings.Join(r.Path, "/")+" "+r.Ending().String())
			}
			want := map[string]bool{}
			for _, r := range c.rows {
				want[r] = true
			}
			for _, r := range rows {
				if !want[r] {
					t.Errorf("unexpected %s", r)
				}
			}
			if len(rows) != len(c.rows) || got.Levels != c.levels || len(got.Notes) != c.notes {
				t.Errorf("%q %s %v, want %q %s", rows, got.Levels, got.Notes, c.rows, c.levels)
			}
		})
	}
	for text, says := range map[string]string{
		"":             "没有找到表头",
		"甲\t乙\n1\t2\n": "没有找到表头",
		"科目编码\t科目名称\n101\t现金\n":               "没有找到余额列",
		"科目编码\t科目名称\t借方\t贷方\n101\t现金\t一百\t\n": "第 2 行：“一百”不是金额",
		"科目编码\t科目名称\t借方\t贷方\n":                "没有读到任何科目",
	} {
		_, err := opening.ReadTrial(opening.Cells(text), nil, false)
		refused(t, err, errs.Invalid, says)
	}
	_, err := opening.ReadTrial(opening.Cells("科目编码\t科目名称\t借方\t贷方\n101\t现金\t1\t\n"), nil, true)
	refused(t, err, errs.Invalid, "本年累计")
	mid, err := opening.ReadTrial(opening.Cells("科目编码\t科目名称\t本年累计借方\t本年累计贷方\t期末借方\t期末贷方\n102\t银行存款\t60\t10\t150\t\n501\t经营收入\t\t60\t\t60\n541\t管理费用\t10\t\t10\t\n301\t资本\t\t\t\t100\n"), nil, true)
	must(t, err)
	if r := mid.Rows[0]; r.Opening != 10000 || r.Debit != 6000 || r.Credit != 1000 {
		t.Errorf("in mid-year: %+v", r)
	}
}

// The traps of the transition: the same digits, another account.
func TestTraps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		text := "科目编码\t科目名称\t借方\t贷方\n153\t在建工程\t5\t\n154\t在建工程\t6\t\n502\t投资收益\t\t4\n202\t应付款\t\t3\n21101\t应付工资\t\t4\n211\t应付工资\t\t4\n999\t自设科目\t\t0.5\n"
		trial, err := opening.ReadTrial(opening.Cells(text), nil, false)
		must(t, err)
		id, err := w.s.Begin(ctx, w.first, w.tenant, "", w.start(trial))
		must(t, err)
		m := w.get(id)
		g, err := m.Check()
		must(t, err)
		for code, want := range map[string]string{"153": "不是同一个科目", "502": "不是同一个科目", "999": "没有对照规则"} {
			if r := m.Rows[w.row(m, code)-1]; r.Settled() || !strings.Contains(r.Hint, want) {
				t.Errorf("%s: %+v", code, r)
			}
		}
		for code, want := range map[string]string{"154": "153", "202": "211", "21101": "212"} {
			if r := m.Rows[w.row(m, code)-1]; !r.Settled() || r.Targets[0].Account != want {
				t.Errorf("%s: %+v", code, r)
			}
		}
		if len(g.Open) != 3 {
			t.Errorf("open rows %v", g.Open)
		}

		// A county's own table comes before the embedded one.
		rule := &opening.MapRule{System: ledger.Chart2004, Chart: ledger.Chart2023, Code: "999", Name: "自设科目", Target: "241", How: opening.Direct, From: date.Must("2023-01-01")}
		rule.Region = county
		_, err = w.s.Maps.Create(ctx, access.System, w.tenant, "", rule)
		must(t, err)
		id, err = w.s.Begin(ctx, w.first, w.tenant, "", w.start(trial))
		must(t, err)
		m = w.get(id)
		if r := m.Rows[w.row(m, "999")-1]; !r.Settled() || r.Targets[0].Account != "241" {
			t.Errorf("999 with a rule: %+v", r)
		}
		rule = &opening.MapRule{System: ledger.Chart2004, Chart: ledger.Chart2023, Name: "甲", Target: "999", How: opening.Direct, From: date.Must("2023-01-01")}
		rule.Region = county
		_, err = w.s.Maps.Create(ctx, access.System, w.tenant, "", rule)
		refused(t, err, errs.Invalid, "没有一级科目 999")
	})
}

// However amounts are divided among the accounts, the new books begin with exactly what the old ended with.
func TestNothingIsLost(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	year := date.Month(202401)
	codes := []string{"101 现金", "102 银行存款", "112 应收款", "121 库存物资", "151 固定资产", "152 累计折旧", "154 在建工程", "202 应付款", "211 应付工资", "301 资本", "311 公积公益金"}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		text := "科目编码\t科目名称\t借方\t贷方\n"
		var sum money.Fen
		for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 1, len(codes), rapid.ID[string]).Draw(rt, "accounts") {
			code, name, _ := strings.Cut(c, " ")
			subs := rapid.IntRange(0, 3).Draw(rt, "subs")
			var of money.Fen
			lines := ""
			for i := range subs {
				f := money.Fen(rapid.Int64Range(-1e9, 1e9).Draw(rt, "fen"))
				of += f
				lines += fmt.Sprintf("%s%02d\t明细%d\t%s\n", code, i+1, i+1, f.Plain())
			}
			if rapid.Bool().Draw(rt, "own") || subs == 0 {
				of += money.Fen(rapid.Int64Range(-1e9, 1e9).Draw(rt, "own fen"))
			}
			sum += of
			text += fmt.Sprintf("%s\t%s\t%s\n", code, name, of.Plain()) + lines
		}
		text += fmt.Sprintf("322\t收益分配\t%s\n", sum.Neg().Plain())
		trial, err := opening.ReadTrial(opening.Cells(text), nil, false)
		if err != nil {
			rt.Fatal(err)
		}
		if len(trial.Rows) == 0 {
			return
		}
		st := w.start(trial)
		st.BooksName = fmt.Sprint("账套", n)
		id, err := w.s.Begin(ctx, w.first, w.tenant, "", st)
		for _, step := range []func() error{
			func() error { return w.s.Prepare(ctx, w.first, w.tenant, id, 0) },
			func() error { return w.s.Sign(ctx, w.second, w.tenant, id, 0) },
			func() error { return w.s.Make(ctx, w.first, w.tenant, "", id, 0) },
		} {
			if err == nil {
				err = step()
			}
		}
		if err != nil {
			rt.Fatal(err)
		}
		m := w.get(id)
		rows, err := ledger.EndingsOf(ctx, d.Read(), w.tenant, m.Books, year)
		if err != nil {
			rt.Fatal(err)
		}
		got, want := map[string]money.Fen{}, map[string]money.Fen{}
		for _, r := range rows {
			got[r.Account[:3]] += r.Fen
		}
		to := map[string]string{"154": "153", "202": "211", "211": "212"}
		for _, r := range trial.Rows {
			code := r.Code[:3]
			if to[code] != "" {
				code = to[code]
			}
			want[code] += r.Ending()
		}
		for code, f := range want {
			if got[code] != f {
				rt.Fatalf("%s begins at %s, want %s\n%s", code, got[code], f, text)
			}
		}
		if err := w.s.Undo(ctx, w.first, w.tenant, id, 0, "试"); err != nil {
			rt.Fatal(err)
		}
	})
	w.clean()
}

// Whatever is pasted, reading it neither breaks nor makes rows of nothing.
func FuzzReadTrial(f *testing.F) {
	text, err := os.ReadFile("testdata/trial_2004.txt")
	must(f, err)
	f.Add(string(text), false)
	f.Add("科目编码\t科目名称\t借方\t贷方\n101\t现金\t1\t\n", true)
	f.Add("科目\t余额\t方向\n101 现金\t6\t借\n", false)
	f.Fuzz(func(t *testing.T, text string, moved bool) {
		trial, err := opening.ReadTrial(opening.Cells(text), nil, moved)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		for _, r := range trial.Rows {
			if len(r.Path) == 0 || r.Opening == 0 && r.Debit == 0 && r.Credit == 0 {
				t.Fatalf("%+v", r)
			}
		}
	})
}
