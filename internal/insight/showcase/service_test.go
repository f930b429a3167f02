package showcase

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const town = "321182103000"

// stub is what the stubbed catalogue answers for an indicator with its parameters.
type stub map[string]indicator.Result

type fixture struct {
	*Service
	t       *testing.T
	ctx     context.Context
	tenant  int64
	who     access.Principal
	values  stub
	persons *record.Noun[party.Person]
}

// values are the article's figures: the amounts in the indicators' own integers.
var demoValues = map[string]indicator.Result{
	"F01": one(987_000_000), "F02": one(10_600_0000), "F03": one(110_860_000), "F04": one(6), "F05": one(50_000_000), "F06": one(10_000),
	"F07": ahead(30_000_000_000, 42_300_000_000), "F08": one(9_860_000), "F09": one(80_400_000), "F10": ahead(150_000_000, 203_000_000),
	"F11": {Count: 4, Records: rec(4), Series: []indicator.Point{{Label: "2021年2季度", Value: 5_000_000}, {Label: "2021年3季度", Value: 6_800_000}}},
	"F12": ahead(110_000_000, 152_600_000), "F13": one(10_000), "F14": one(10_000), "F15": one(10_000), "F16": one(15), "F17": one(120_500_000),
	"F18": one(10_0000), "F19": one(2), "F20": ahead(0, 20_700_000), "F21": one(3), "F22": one(3), "F23": one(4), "F24": one(2), "F25": one(2),
	"F26": one(1), "F27": one(4), "F28": one(151_200_000), "F29": one(2), "F30": one(3), "F31": one(4), "F32": one(26), "F33": one(5), "F34": one(4),
	"F35": one(3), "F36": one(6),
}

func rec(n int) []indicator.Record {
	var out []indicator.Record
	for range n {
		out = append(out, indicator.Record{Kind: "party", No: "甲", Title: "王小二的厂房", Region: "321182103205", Date: date.Must("2021-06-30"), Amount: 100, Sample: true})
	}
	return out
}

func one(v int64) indicator.Result { return ahead(v, v) }

func ahead(v, forecast int64) indicator.Result {
	return indicator.Result{Value: v, Forecast: forecast, Count: int(min(v, 26)) + 1, Records: rec(2)}
}

var units = map[string]indicator.Unit{
	"asset.area": indicator.M2, "contract.units_newly_let": indicator.Shops, "chamber.coverage": indicator.Ratio100, "pairing.coverage": indicator.Ratio100,
	"joint.under_way": indicator.Projects, "joint.land": indicator.Mu, "joint.facilities": indicator.Greenhouses, "pairing.elements": indicator.Elements,
	"joint.resources": indicator.Resources, "pairing.enterprises": indicator.Enterprises, "joint.enterprises": indicator.Enterprises,
	"ledger.tier_count": indicator.Villages, "attract.party_bodies": indicator.Bodies, "casework.solved_for_leads": indicator.Cases,
	"casework.department_help": indicator.Cases, "casework.campaign_visits": indicator.Visits, "policy.in_force": indicator.Policies,
	"secretary.criteria": indicator.Criteria, "secretary.comparisons": indicator.Comparisons, "secretary.next_steps": indicator.Programmes,
	"contract.new_stable_income": indicator.YuanYear, "contract.service_income": indicator.YuanYear, "joint.income_expected": indicator.YuanYear,
}

// each runs fn on both engines over a town whose figures are stubbed.
func each(t *testing.T, fn func(f *fixture)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(build(t, d)) })
}

func build(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	ctx := t.Context()
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	regions := region.New(d)
	places := []region.Region{{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"}, {Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"}}
	for c, n := range map[string]string{"200": "长胜村", "201": "幸福村", "202": "利民村", "203": "八桥村", "205": "永胜村", "206": "红旗村", "208": "红光村", "209": "万福村", "211": "永兴村"} {
		places = append(places, region.Region{Code: "321182103" + c, Name: n, Level: "village"})
	}
	must(t, regions.Save(ctx, places))
	tn, err := regions.TenantOf(ctx, town)
	must(t, err)
	e := record.NewEnv(d, regions, box)
	party.NewParties(e)
	f := &fixture{t: t, ctx: ctx, tenant: tn.ID, who: access.System, values: stub{}}
	f.persons = party.NewPersons(e)
	raw, err := os.ReadFile("../../../demo/baqiao/90-figure.csv")
	must(t, err)
	rows := table90(t, raw)
	cat := indicator.NewCatalogue(d, regions)
	added := map[string]bool{}
	for _, r := range rows {
		key := r["指标"] + "|" + r["参数"] + "|" + r["取数范围"]
		f.values[key] = demoValues[r["编号"]]
		if code := r["指标"]; !added[code] {
			added[code] = true
			u, ok := units[code]
			if !ok {
				u = indicator.Yuan
			}
			cat.Add(indicator.Indicator{Code: code, Name: code, Unit: u, Definition: "按台账记录汇总。", Version: 2, Eval: func(_ context.Context, _ db.Q, q indicator.Query) (indicator.Result, error) {
				return f.answer(code, q), nil
			}})
		}
	}
	defs := indicator.NewDefs(e, cat)
	sh, err := sheet.Read("90-figure.csv", bytes.NewReader(raw), int64(len(raw)), sheet.Options{})
	must(t, err)
	res, err := defs.ImportTable(ctx, access.System, f.tenant, sh)
	must(t, err)
	if len(res.Report.Errors) > 0 {
		t.Fatal(res.Report.Errors)
	}
	f.Service = NewService(NewShowcases(e), &indicator.Book{Cat: cat, Defs: defs}, f.persons)
	return f
}

// answer finds the stub by indicator and parameters.
func (f *fixture) answer(code string, q indicator.Query) indicator.Result {
	for key, r := range f.values {
		parts := strings.SplitN(key, "|", 3)
		last := strings.LastIndex(key, "|")
		p, err := indicator.ParseParams(key[len(parts[0])+1 : last])
		if parts[0] != code || err != nil || len(p) != len(q.Params) {
			continue
		}
		same := true
		for k, v := range p {
			same = same && q.Params[k] == v
		}
		if same && (key[last+1:] == "" || strings.Contains(key[last+1:], f.Noun.Env().Regions.Name(f.ctx, q.Scope))) {
			return r
		}
	}
	return indicator.Result{}
}

func table90(t *testing.T, raw []byte) []map[string]string {
	var out []map[string]string
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	head := strings.Split(lines[0], ",")
	for _, l := range lines[1:] {
		m := map[string]string{}
		for i, c := range strings.Split(l, ",") {
			m[head[i]] = c
		}
		out = append(out, m)
	}
	if len(out) != 36 {
		t.Fatalf("%d figures", len(out))
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) want(k errs.Kind, part string, err error) {
	f.t.Helper()
	if !errs.Is(err, k) || !strings.Contains(err.Error(), part) {
		f.t.Errorf("got %v, want %s with %s", err, k, part)
	}
}

func (f *fixture) draft(body string) *Showcase {
	f.t.Helper()
	v := &Showcase{Title: "试写", Issuer: "八桥镇", Year: 2021, AsOf: date.Must("2021-11-10"), Body: body}
	v.Region = town
	id, err := f.Noun.Create(f.ctx, f.who, f.tenant, "", v)
	must(f.t, err)
	return f.get(id)
}

func (f *fixture) get(id ids.ID) *Showcase {
	f.t.Helper()
	v, err := f.Noun.Get(f.ctx, f.who, f.tenant, id)
	must(f.t, err)
	return v
}

// TestDemo loads the demo's article, which refers to all 36 figures and claims no number by itself, and publishes it.
func TestDemo(t *testing.T) {
	each(t, func(f *fixture) {
		list, err := LoadDemo(f.ctx, f.Service, f.who, f.tenant, os.DirFS("../../../demo/baqiao"))
		must(f.t, err)
		again, err := LoadDemo(f.ctx, f.Service, f.who, f.tenant, os.DirFS("../../../demo/baqiao"))
		must(f.t, err)
		if len(list) != 1 || !slices.Equal(list, again) {
			f.t.Fatal(list, again)
		}
		v := f.get(list[0])
		if v.State != Draft || v.No != "SZ-2021-0001" || v.Region != town {
			f.t.Errorf("%+v", v)
		}
		r, err := f.Review(f.ctx, f.tenant, v)
		must(f.t, err)
		if len(r.Problems)+len(r.Bare) > 0 {
			f.t.Errorf("problems %v, bare numbers %v", r.Problems, r.Bare)
		}
		if len(r.Figures) != 36 {
			f.t.Errorf("%d figures", len(r.Figures))
		}
		must(f.t, PublishDemo(f.ctx, f.Service, f.who, f.tenant, v.ID))
		must(f.t, PublishDemo(f.ctx, f.Service, f.who, f.tenant, v.ID))
		p, err := f.Public(f.ctx, f.tenant, v.ID, 0)
		must(f.t, err)
		text := Parse(p.Issue.Content.Body).Plain(ShownOf(p.Issue.Content.Figures))
		for _, want := range []string{"近1000万元", "110余万元", "预计突破4.2亿元", "近10万元", "80余万元", "持续畅销", "120余万元", "每年新增的稳定性收入预计20余万元", "150万元以上", "已有 5 项记录", "3个方面"} {
			if !strings.Contains(text, want) {
				f.t.Errorf("no %s in\n%s", want, text)
			}
		}
		if testing.Verbose() {
			f.t.Log(text)
		}
	})
}

// TestPublish refuses what has no ground, publishes once per key, and freezes.
func TestPublish(t *testing.T) {
	each(t, func(f *fixture) {
		for body, part := range map[string]string{
			"增收{{F99}}": "没有定义", "增收{{F03|多}}": "写法不对", "增收12万元": "没有出处", "增收{{F16}}": "没有一条记录",
		} {
			if strings.Contains(body, "F16") {
				f.values["joint.under_way||"] = indicator.Result{}
			}
			v := f.draft(body)
			_, err := f.Publish(f.ctx, f.who, f.tenant, "", Publication{ID: v.ID, Version: v.Version})
			f.want(errs.Invalid, part, err)
			if f.get(v.ID).State != Draft {
				f.t.Error("published")
			}
		}
		v := f.draft("增收{{F03}}（{{F03|值}}），另有12万元。")
		_, err := f.Publish(f.ctx, f.who, f.tenant, "", Publication{ID: v.ID, Version: v.Version, Bare: true})
		f.want(errs.Invalid, "说明", err)
		f.want(errs.State, "发布", f.Noun.Do(f.ctx, f.who, f.tenant, v.ID, v.Version, "publish", ""))

		must(f.t, f.addPerson("王小二"))
		p := Publication{ID: v.ID, Version: v.Version, Bare: true, Reason: "引自上级文件"}
		for range 2 { // the second is the same submission
			no, err := f.Publish(f.ctx, f.who, f.tenant, "the-key-of-the-form", p)
			must(f.t, err)
			if no != 1 {
				f.t.Errorf("issue %d", no)
			}
		}
		p.Reason = "别的"
		_, err = f.Publish(f.ctx, f.who, f.tenant, "the-key-of-the-form", p)
		f.want(errs.Conflict, "已经提交过", err)
		_, err = f.Publish(f.ctx, f.who, f.tenant, "another-key", p)
		f.want(errs.Stale, "重新核对", err)

		i, err := f.Issue(f.ctx, f.tenant, v.ID, 1)
		must(f.t, err)
		fig, ok := i.Content.Figure("F03")
		if !ok || fig.Text != "110余万元" || fig.Exact() != "1,108,600 元/年" || fig.DefinitionVersion != 2 || len(fig.Scope) != 5 || !fig.Records[0].Sample {
			f.t.Errorf("%+v", fig)
		}
		if fig.Records[0].Title != "（姓名不公开）的厂房" || fig.Records[0].Place != "永胜村" || fig.Records[0].Label != "单位" {
			f.t.Errorf("%+v", fig.Records[0])
		}
		if i.Content.BareReason != "引自上级文件" || !slices.Equal(i.Content.Bare, []string{"12万元"}) {
			f.t.Errorf("%v %v", i.Content.Bare, i.Content.BareReason)
		}
		canon, err := i.Content.Canonical()
		must(f.t, err)
		if Digest(canon) != i.Digest || string(canon) != string(i.Raw) || !json.Valid(canon) {
			f.t.Error("the canonical form does not survive reading")
		}
		got := f.get(v.ID)
		if got.State != Published || got.IssueNo != 1 || got.PublishedOn.String() != "2021-11-10" || got.Fingerprint != i.Fingerprint() {
			f.t.Errorf("%+v", got)
		}
		h, err := audit.Of(f.ctx, f.Noun.Env().DB.Read(), f.tenant, "showcase", v.ID, 1)
		must(f.t, err)
		if h[0].Action != "发布" || h[0].Reason != "引自上级文件" {
			f.t.Errorf("%+v", h[0])
		}
	})
}

func (f *fixture) addPerson(name string) error {
	p := &party.Person{Name: name}
	p.Region = town
	_, err := f.persons.Create(f.ctx, f.who, f.tenant, "", p)
	return err
}

// TestIssues: later changes of records change nothing that was published; a later issue shows what changed; a
// withdrawn article shows the reason.
func TestIssues(t *testing.T) {
	each(t, func(f *fixture) {
		v := f.draft("第一段{{F03}}。\n\n第二段。")
		_, err := f.Public(f.ctx, f.tenant, v.ID, 0)
		f.want(errs.NotFound, "公开发布", err)
		_, err = f.Publish(f.ctx, f.who, f.tenant, "", Publication{ID: v.ID, Version: v.Version})
		must(f.t, err)
		v = f.get(v.ID)
		_, err = f.Publish(f.ctx, f.who, f.tenant, "", Publication{ID: v.ID, Version: v.Version})
		f.want(errs.State, "完全相同", err)

		for key := range f.values {
			if strings.HasPrefix(key, "contract.new_stable_income|kind=workshop") {
				f.values[key] = one(120_990_000)
			}
		}
		p, err := f.Public(f.ctx, f.tenant, v.ID, 0)
		must(f.t, err)
		if p.Issue.Content.Figures[0].Text != "110余万元" {
			f.t.Error("what was published changed")
		}
		v.Body = "第一段{{F03}}。\n\n第二段改了，商铺{{F04}}。\n\n第三段。"
		must(f.t, f.Noun.Update(f.ctx, f.who, f.tenant, v))
		no, err := f.Publish(f.ctx, f.who, f.tenant, "", Publication{ID: v.ID, Version: v.Version})
		must(f.t, err)
		first, err := f.Issue(f.ctx, f.tenant, v.ID, 1)
		must(f.t, err)
		second, err := f.Issue(f.ctx, f.tenant, v.ID, no)
		must(f.t, err)
		ch := Compare(&first.Content, &second.Content)
		if len(ch.Paragraphs) != 2 || ch.Paragraphs[0].Before != "第二段。" || ch.Paragraphs[0].After != "第二段改了，商铺6间。" || ch.Paragraphs[1].After != "第三段。" || ch.Paragraphs[1].Before != "" {
			f.t.Errorf("%+v", ch.Paragraphs)
		}
		if len(ch.Figures) != 2 || ch.Figures[0].Before.Text != "110余万元" || ch.Figures[0].After.Text != "120余万元" || ch.Figures[1].Before != nil {
			f.t.Errorf("%+v", ch.Figures)
		}

		v = f.get(v.ID)
		f.want(errs.Invalid, "原因", f.Withdraw(f.ctx, f.who, f.tenant, v.ID, v.Version, " "))
		must(f.t, f.Withdraw(f.ctx, f.who, f.tenant, v.ID, v.Version, "数字口径有误"))
		p, err = f.Public(f.ctx, f.tenant, v.ID, 1)
		must(f.t, err)
		if p.Issue != nil || p.Article.WithdrawnReason != "数字口径有误" || len(p.Issues) != 0 {
			f.t.Errorf("%+v", p)
		}
		list, err := f.PublicList(f.ctx, f.tenant, "321182000000", 10)
		must(f.t, err)
		if len(list) != 0 {
			f.t.Error("a withdrawn article is listed")
		}
		v = f.get(v.ID)
		must(f.t, f.Noun.Do(f.ctx, f.who, f.tenant, v.ID, v.Version, "reopen", ""))
		v = f.get(v.ID)
		f.want(errs.State, "不能删除", f.Noun.Delete(f.ctx, f.who, f.tenant, v.ID, v.Version))
		no, err = f.Publish(f.ctx, f.who, f.tenant, "", Publication{ID: v.ID, Version: v.Version})
		must(f.t, err)
		p, err = f.Public(f.ctx, f.tenant, v.ID, 2)
		must(f.t, err)
		if no != 3 || p.Issue != nil || len(p.Issues) != 1 {
			f.t.Errorf("issue %d, %+v", no, p)
		}
		bad, err := Check(f.ctx, f.Noun.Env().DB.Read(), f.tenant)
		must(f.t, err)
		if len(bad) != 0 {
			f.t.Error(bad)
		}
	})
}

// TestAccess: only who may approve publishes; a published article cannot be imported.
func TestAccess(t *testing.T) {
	f := build(t, dbtest.SQLite(t))
	v := f.draft("增收{{F03}}。")
	liaison := access.Principal{ID: 7, Name: "联络员", Grants: []access.Grant{{Role: "liaison", Region: town}}}
	_, err := f.Publish(f.ctx, liaison, f.tenant, "", Publication{ID: v.ID, Version: v.Version})
	f.want(errs.Forbidden, "", err)
	n := *v
	n.No, n.State = "", Published
	err = f.Noun.Env().DB.InTx(f.ctx, f.who.Meta(f.tenant), func(ctx context.Context, tx *db.Tx) error { return f.Noun.CreateTx(ctx, tx, f.who, &n) })
	f.want(errs.Invalid, "草稿", err)
}
