package template_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/books/template"
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
	county  = "321182000000"
)

var (
	ctx    = context.Background()
	update = flag.Bool("update", false, "write the golden files")
)

// world is a village collective with books of both systems.
type world struct {
	testing.TB
	d                  *db.DB
	l                  *ledger.Ledger
	s                  *template.Service
	tenant             int64
	old, now           *ledger.Books
	maker, other, chef access.Principal
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{TB: t, d: d}
	regions := region.New(d)
	w.must(regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"}, {Code: county, Name: "扬中市", Level: "county"},
		{Code: town, Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"}, {Code: "321182103206", Name: "红旗村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	w.must(err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	w.must(err)
	env := record.NewEnv(d, regions, box)
	parties := party.NewParties(env)
	w.l = ledger.New(env)
	w.s = template.New(env, w.l)
	for _, p := range []struct{ name, kind string }{{"永胜村股份经济合作社", party.Collective}, {"示例机电一厂", party.Enterprise}} {
		x := &party.Party{Name: p.name, Kind: p.kind}
		x.Region = village
		_, err := parties.Create(ctx, access.System, w.tenant, "", x)
		w.must(err)
	}
	coll, err := parties.Lookup(ctx, d.Read(), w.tenant, "永胜村股份经济合作社")
	w.must(err)
	books := func(name, chart string, from, to date.Month) *ledger.Books {
		id, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: name, Party: coll, Chart: chart, From: from, To: to})
		w.must(err)
		b, err := w.l.Books.Get(ctx, access.System, w.tenant, id)
		w.must(err)
		return b
	}
	w.old, w.now = books("永胜村（2004）", ledger.Chart2004, 202001, 202312), books("永胜村（2023）", ledger.Chart2023, 202401, 0)
	w.maker = access.Principal{ID: 11, Name: "永胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}}
	w.other = access.Principal{ID: 13, Name: "红旗村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: "321182103206"}}}
	w.chef = access.Principal{ID: 12, Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused makes sure that an error says a sentence beside a field ("" for none).
func (w *world) refused(err error, field, say string) {
	w.Helper()
	if err == nil || !strings.Contains(err.Error(), say) {
		w.Fatalf("%v, want %q", err, say)
	}
	if e := errs.As(err); field != "" && (len(e.Fields) == 0 || e.Fields[0].Name != field) {
		w.Fatalf("%v, want it at %s", err, field)
	}
}

// answers fills a template in with its examples; amounts are multiplied.
func (w *world) answers(b *ledger.Books, t *template.Template, times int64) template.Answers {
	w.Helper()
	a := template.Answers{"day": map[string]string{ledger.Chart2004: "2021-06-30", ledger.Chart2023: "2024-07-15"}[b.Chart]}
	for _, q := range t.Ask {
		switch q.Type {
		case template.Money:
			fen, err := money.Parse(q.Eg)
			w.must(err)
			a[q.Name] = money.Fen(int64(fen) * times).Plain()
		case template.Day:
			a[q.Name] = q.Eg
		case template.Text:
			a[q.Name] = q.Eg
		case "party":
			a[q.Name] = "示例机电一厂"
		}
	}
	if b.Chart == ledger.Chart2004 && a["start"] != "" {
		a["start"], a["end"] = "2021-01-01", "2023-12-31"
	}
	picks, err := w.s.Picks(ctx, w.tenant, b, t)
	w.must(err)
	for i, p := range picks {
		a[p.Name] = p.Choices[i%len(p.Choices)].Code
	}
	return a
}

// TestVouchersOfEveryTemplate fills in every template, shows each entry to an accountant in the golden file, and has the
// ledger take it as a draft under both systems.
func TestVouchersOfEveryTemplate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var golden strings.Builder
		for _, b := range []*ledger.Books{w.now, w.old} {
			accounts, err := ledger.Accounts(ctx, d.Read(), w.tenant, b.ID)
			w.must(err)
			names := map[string]string{}
			for _, a := range accounts {
				names[a.Code] = a.Name
			}
			list, err := template.Templates(ctx, d.Read(), w.tenant, village, b.Chart, date.Must("2024-07-15"))
			w.must(err)
			fmt.Fprintf(&golden, "═══ %s 年制度，%d 个业务模板 ═══\n", b.Chart, len(list))
			group := ""
			for i := range list {
				x := &list[i]
				v, err := w.s.Fill(ctx, w.maker, w.tenant, b, x, w.answers(b, x, 1))
				if err != nil {
					t.Fatalf("%s %s: %v", b.Chart, x.Code, err)
				}
				if x.Group != group {
					group = x.Group
					fmt.Fprintf(&golden, "\n【%s】\n", group)
				}
				fmt.Fprintf(&golden, "\n%s（%s）\n  摘要：%s\n", x.Name, x.Code, v.Summary)
				for _, l := range v.Lines {
					side, fen, indent := "借", l.Debit, "  "
					if fen == 0 {
						side, fen, indent = "贷", l.Credit, "    "
					}
					fmt.Fprintf(&golden, "%s%s：%s %s  %s", indent, side, l.Account, names[l.Account], fen)
					if l.Summary != "" {
						fmt.Fprintf(&golden, "  （%s）", l.Summary)
					}
					golden.WriteString("\n")
				}
				if _, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", v); err != nil {
					t.Fatalf("%s %s: %v", b.Chart, x.Code, err)
				}
				for times := int64(3); times < 1e6; times *= 71 {
					again, err := w.s.Fill(ctx, w.maker, w.tenant, b, x, w.answers(b, x, times))
					w.must(err)
					if _, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", again); err != nil {
						t.Fatalf("%s %s: %v", b.Chart, x.Code, err)
					}
				}
			}
		}
		const file = "testdata/templates.golden.txt"
		if *update {
			w.must(os.MkdirAll("testdata", 0o755))
			w.must(os.WriteFile(file, []byte(golden.String()), 0o644))
		}
		want, err := os.ReadFile(file)
		w.must(err)
		if string(want) != golden.String() {
			t.Error("the entries are not those of the golden file; look at them and run with -update")
		}
	})
}

func find(w *world, b *ledger.Books, code string) *template.Template {
	w.Helper()
	t, err := template.TemplateAt(ctx, w.d.Read(), w.tenant, b, code, date.Must("2024-07-15"))
	w.must(err)
	return t
}

func TestFillRefusesBesideTheQuestion(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	x := find(w, w.now, "rent-advance")
	good := template.Answers{"day": "2024-07-15", "pay": "102", "from": "示例机电一厂", "amount": "10万", "start": "2024-07-01", "end": "2027-06-30"}
	with := func(name, value string) template.Answers {
		a := template.Answers{}
		for k, v := range good {
			a[k] = v
		}
		a[name] = value
		return a
	}
	fill := func(a template.Answers) error {
		_, err := w.s.Fill(ctx, w.maker, w.tenant, w.now, x, a)
		return err
	}
	w.must(fill(good))
	w.must(fill(with("amount", "8000*12+4000")))
	w.refused(fill(with("amount", "")), "amount", "请回答：一共收到多少钱")
	w.refused(fill(with("amount", "十万")), "amount", "十万")
	w.refused(fill(with("amount", "-5")), "amount", "不能为负数")
	w.refused(fill(with("amount", "0")), "amount", "没有要记的账")
	w.refused(fill(with("day", "2024-13-01")), "day", "2024-13-01")
	w.refused(fill(with("pay", "501")), "pay", "请选择")
	w.refused(fill(with("pay", "")), "pay", "请选择")
	w.refused(fill(with("end", "2024-06-30")), "end", "不能早于")
	w.refused(fill(with("end", "2999-06-30")), "", "最长 70 年")
	w.refused(fill(with("from", "没有的厂")), "from", "没有找到")
	w.refused(fill(with("contract", "HT-1")), "contract", "还没有登记")
	a := template.Answers{"day": "2024-07-15", "cost": "100", "worn": "200", "what": "旧车"}
	_, err := w.s.Fill(ctx, w.maker, w.tenant, w.now, find(w, w.now, "asset-retire"), a)
	w.refused(err, "worn", "不能多于账面原价")
	_, err = w.s.Fill(ctx, w.other, w.tenant, w.now, x, good)
	if !errs.Is(err, errs.Forbidden) {
		t.Error(err)
	}
	if _, err := template.TemplateAt(ctx, w.d.Read(), w.tenant, w.old, "tax-due", date.Must("2021-07-15")); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
}

func TestSubAccountsArePickedAndRemembered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, a := range [][2]string{{"10201", "农商行"}, {"10202", "邮储"}, {"50101", "租赁收入"}, {"50102", "服务收入"}} {
			w.must(w.l.AddAccount(ctx, w.chef, w.tenant, w.now.ID, a[0], a[1]))
		}
		x := find(w, w.now, "rent-received")
		picks, err := w.s.Picks(ctx, w.tenant, w.now, x)
		w.must(err)
		if got := fmt.Sprint(picks); got != "[{pay 钱收在哪里 [{10201 银行存款 — 农商行 false} {10202 银行存款 — 邮储 false} {101 库存现金 false}]} "+
			"{sub_501 经营收入的明细科目 [{50101 50101 租赁收入 false} {50102 50102 服务收入 false}]}]" {
			t.Fatal(got)
		}
		a := template.Answers{"day": "2024-07-15", "amount": "500", "pay": "10202"}
		_, err = w.s.Fill(ctx, w.maker, w.tenant, w.now, x, a)
		w.refused(err, "sub_501", "经营收入的明细科目")
		a["sub_501"] = "50101"
		v, err := w.s.Fill(ctx, w.maker, w.tenant, w.now, x, a)
		w.must(err)
		if v.Lines[0].Account != "10202" || v.Lines[1].Account != "50101" {
			t.Fatalf("%+v", v.Lines)
		}
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		w.must(err)
		picks, err = w.s.Picks(ctx, w.tenant, w.now, x)
		w.must(err)
		if !picks[0].Choices[1].Chosen || picks[0].Choices[0].Chosen || !picks[1].Choices[0].Chosen {
			t.Errorf("not remembered: %v", picks)
		}
	})
}

func TestVersionsOfACounty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at := func(day string) *template.Template {
			list, err := template.Templates(ctx, d.Read(), w.tenant, village, ledger.Chart2023, date.Must(day))
			w.must(err)
			for i := range list {
				if list[i].Code == "subsidy" {
					return &list[i]
				}
			}
			return nil
		}
		body := strings.NewReplacer("NAME", "收到县里的运转经费").Replace("templates:\n- code: subsidy\n  group: 补助\n  name: NAME\n  summary: 收补助\n" +
			"  ask: [{name: amount, label: 多少, type: money}, {name: pay, label: 钱, type: cash}]\n" +
			"  entries: [{lines: [{debit: $pay, amount: amount}, {credit: \"2023:503\", amount: rest}]}]\n")
		_, _, err := w.s.ImportYAML(ctx, w.maker, w.tenant, county, date.Must("2024-06-01"), []byte(body))
		if !errs.Is(err, errs.Forbidden) {
			t.Fatal(err)
		}
		n, m, err := w.s.ImportYAML(ctx, access.System, w.tenant, county, date.Must("2024-06-01"), []byte(body))
		w.must(err)
		if n != 1 || m != 0 {
			t.Fatal(n, m)
		}
		n, m, err = w.s.ImportYAML(ctx, access.System, w.tenant, county, date.Must("2024-06-01"), []byte(body))
		w.must(err)
		if n != 0 || m != 1 {
			t.Fatal(n, m)
		}
		if x := at("2024-05-31"); x.Own() || x.Name != "收到运转经费、干部报酬等补助" {
			t.Error(x.Name)
		}
		if x := at("2024-06-01"); !x.Own() || x.Name != "收到县里的运转经费" {
			t.Error(x.Name)
		}
		off := &template.Version{Code: "subsidy", From: date.Must("2024-09-01"), To: date.Must("2024-09-30"), Off: true}
		off.Region = town
		_, err = w.s.Versions.Create(ctx, w.chef, w.tenant, "", off)
		w.must(err)
		if at("2024-09-15") != nil || at("2024-10-01") == nil {
			t.Error("not taken away for its time")
		}
		wrong := &template.Version{Code: "subsidy2", From: date.Must("2024-09-01"), Body: "code: subsidy\nname: x"}
		wrong.Region = town
		_, err = w.s.Versions.Create(ctx, w.chef, w.tenant, "", wrong)
		w.refused(err, "body", "分组")
		twin := &template.Version{Code: "subsidy", From: date.Must("2024-09-01"), Off: true}
		twin.Region = town
		_, err = w.s.Versions.Create(ctx, w.chef, w.tenant, "", twin)
		w.refused(err, "from", "同一天")
	})
}

func TestRecurring(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		x := find(w, w.now, "depreciation")
		v, err := w.s.Fill(ctx, w.maker, w.tenant, w.now, x, template.Answers{"day": "2024-01-31", "use": "513", "amount": "1500"})
		w.must(err)
		id, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		w.must(err)
		every := func(months, day int, asked bool) ids.ID {
			r := &template.Recurrence{Name: "折旧", Every: months, Day: day, From: 202401, To: 202412, Asked: asked}
			_, err := w.s.Repeat(ctx, w.maker, w.tenant, "", id, r)
			if !errs.Is(err, errs.Forbidden) {
				t.Fatalf("a bookkeeper set it up: %v", err)
			}
			made, err := w.s.Repeat(ctx, w.chef, w.tenant, "", id, r)
			w.must(err)
			return made
		}
		monthly, quarterly := every(1, 31, false), every(3, 15, true)
		due := func(upto date.Month) string {
			list, err := w.s.DueList(ctx, w.maker, w.tenant, village, upto)
			w.must(err)
			var out []string
			for _, x := range list {
				out = append(out, x.No+" "+x.On(x.Month).String())
			}
			return strings.Join(out, "，")
		}
		if got := due(202404); got != "XH-0001 2024-01-31，XH-0002 2024-01-15，XH-0001 2024-02-29，XH-0001 2024-03-31，XH-0001 2024-04-30，XH-0002 2024-04-15" {
			t.Fatal(got)
		}
		first, err := w.s.Generate(ctx, w.maker, w.tenant, monthly, 202402, nil)
		w.must(err)
		again, err := w.s.Generate(ctx, w.chef, w.tenant, monthly, 202402, nil)
		w.must(err)
		if again != first {
			t.Error("generated twice")
		}
		made, err := w.l.Get(ctx, w.maker, w.tenant, first)
		w.must(err)
		if made.Date.String() != "2024-02-29" || made.Origin != "recurring" || made.OriginID != monthly || made.Total != 150000 || made.State != ledger.Draft {
			t.Errorf("%+v", made)
		}
		_, err = w.s.Generate(ctx, w.maker, w.tenant, quarterly, 202402, nil)
		w.refused(err, "", "没有要生成的凭证")
		_, err = w.s.Generate(ctx, w.maker, w.tenant, quarterly, 202404, nil)
		w.refused(err, "", "逐行填写金额")
		_, err = w.s.Generate(ctx, w.maker, w.tenant, quarterly, 202404, []money.Fen{100, 200})
		w.refused(err, "lines", "借贷不平")
		_, err = w.s.Generate(ctx, w.maker, w.tenant, quarterly, 202404, []money.Fen{200, 200})
		w.must(err)
		if _, err = w.s.Generate(ctx, w.other, w.tenant, monthly, 202403, nil); !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
		w.refused(w.s.Skip(ctx, w.maker, w.tenant, monthly, 202403, " "), "reason", "理由")
		w.must(w.s.Skip(ctx, w.maker, w.tenant, monthly, 202403, "本月已手工计提"))
		_, err = w.s.Generate(ctx, w.maker, w.tenant, monthly, 202403, nil)
		w.refused(err, "", "本月已手工计提")
		w.refused(w.s.Skip(ctx, w.maker, w.tenant, monthly, 202402, "不要了"), "", "已经生成")
		w.must(w.l.DeleteDraft(ctx, w.maker, w.tenant, first, made.Version))
		if got := due(202404); got != "XH-0001 2024-01-31，XH-0002 2024-01-15，XH-0001 2024-02-29，XH-0001 2024-04-30" {
			t.Fatal(got)
		}
		third, err := w.s.Generate(ctx, w.maker, w.tenant, monthly, 202402, nil)
		w.must(err)
		if third == first {
			t.Error("the deleted draft came back")
		}

		// Two at once make one.
		got := make(chan ids.ID, 8)
		for range cap(got) {
			go func() {
				v, err := w.s.Generate(ctx, w.maker, w.tenant, monthly, 202404, nil)
				if err != nil {
					t.Error(err)
				}
				got <- v
			}()
		}
		one := <-got
		for range cap(got) - 1 {
			if v := <-got; v != one {
				t.Errorf("%s and %s", one, v)
			}
		}
	})
}
