package attract

import (
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
)

func example(t *testing.T, name string) *engine.Policy {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "policies", "examples", name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := engine.Read(text)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	return p
}

func sourcesOf(w *world) *policy.Sources {
	src := policy.NewSources(w.Env, w.Cat)
	for _, k := range Subjects(w.Env) {
		src.Add(k)
	}
	return src
}

func find(t *testing.T, list []policy.Subject, name string) *policy.Subject {
	t.Helper()
	i := slices.IndexFunc(list, func(s policy.Subject) bool { return strings.Contains(s.Name, name) })
	if i < 0 {
		t.Fatalf("no %s among %d subjects", name, len(list))
	}
	return &list[i]
}

// The information policy of the demo is worked out over its leads: what is known of a lead comes from its records.
func TestLeadsAsSubjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load(demo...)
		src, p := sourcesOf(w), example(t, "baqiao-information-sample.yaml")
		if wrong := src.Complain(&policy.Version{VersionNo: 1, From: date.Must("2021-01-01")}, p.Doc); len(wrong) > 0 {
			t.Fatal(wrong)
		}
		all, err := src.Subjects(t.Context(), w.Tenant, p, town, 2021, day)
		if err != nil {
			t.Fatal(err)
		}
		// A lead of a talent that came to a village, of which 3,250 万元 have been spent.
		s := find(t, all, "汽车零部件")
		if s.Kind != engine.OfLead || s.ID == 0 || s.PayeePerson == 0 || s.PayeeParty != 0 || len(s.Missing) != 0 || s.Region != "321182103206" {
			t.Errorf("%+v", s)
		}
		v := s.Inputs.Values
		if v["informant_kind"].Text != "社会人士" || !v["effective"].Bool || !v["producing"].Bool || v["village_hosted"].Bool {
			t.Errorf("%+v", v)
		}
		if got := v["fixed_assets"]; got.Num.Cmp(big.NewRat(32_500_000, 1)) != 0 || len(got.Tags) != 1 || got.Tags[0].No != "SJ-2021-0020" {
			t.Errorf("%+v", got)
		}
		s.Inputs.Decisions["info"] = engine.Decision{Amount: big.NewRat(2000, 1), Reason: "一次对接成功"}
		a, err := p.Evaluate(s.Inputs)
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		if a.Amount != money.Fen(5_075_000) || len(a.Refused) > 0 || !a.Instalments[2].Ready { // 3250 万 × 1.5‰ + 2000
			t.Errorf("%s: %s %v", a.Subject, a.Amount, a.Refused)
		}
		if text := a.Text(p); !strings.Contains(text, "XM-2021-0001") || !strings.Contains(text, "SJ-2021-0020") {
			t.Errorf("no lineage in\n%s", text)
		}
		// An office's lead, one that was a duplicate, one that was lost.
		for name, why := range map[string]string{"爱格": "公职人员", "果蔬": "首报并认定为有效信息"} {
			s := find(t, all, name)
			a, err := p.Evaluate(s.Inputs)
			if err != nil || !strings.Contains(strings.Join(a.Refused, "；"), why) {
				t.Errorf("%s: %v %v", name, a.Refused, err)
			}
		}
		// Days count: before it was signed there was nothing to give for landing; leads of other places are not there.
		before, err := src.Subjects(t.Context(), w.Tenant, p, "321182103206", 2021, date.Must("2021-03-01"))
		if err != nil {
			t.Fatal(err)
		}
		if s := find(t, before, "汽车零部件"); len(before) != 1 || s.Inputs.Values["signed"].Bool || s.Inputs.Values["fixed_assets"].Num.Sign() != 0 {
			t.Errorf("%d subjects, %+v", len(before), s.Inputs.Values)
		}
		if err := mechtest.Set(w.World, w.facts, "SJ-2021-0020", map[string]string{"realised": "40000000"}); err != nil {
			t.Fatal(err)
		}
		all, err = src.Subjects(t.Context(), w.Tenant, p, town, 2021, day)
		if s := find(t, all, "汽车零部件"); err != nil || s.Inputs.Values["fixed_assets"].Num.Cmp(big.NewRat(40_000_000, 1)) != 0 {
			t.Errorf("a changed record is not seen: %+v, %v", s.Inputs.Values["fixed_assets"], err)
		}
	})
}

// Quotas and points over a year are worked out by the unit that reported.
func TestInformantsAsSubjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load(demo...)
		src, p := sourcesOf(w), example(t, "informant-points-sample.yaml")
		all, err := src.Subjects(t.Context(), w.Tenant, p, town, 2021, day)
		if err != nil {
			t.Fatal(err)
		}
		office := find(t, all, "经济发展和建设局")
		a, err := p.Evaluate(office.Inputs)
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		// Three effective in 2021 (0004, 0007, 0013), one signed for 2.6 亿: 15 + 0 + 10 + 4.
		if a.Points.Cmp(big.NewRat(29, 1)) != 0 || office.Inputs.Values["unit_kind"].Text != "公职人员" {
			t.Errorf("%s points for %+v", a.Points, office.Inputs.Values)
		}
		tags := office.Inputs.Values["effective"].Tags
		if len(tags) != 3 || tags[0].Kind != "lead" {
			t.Errorf("%+v", tags)
		}
		// 永兴村 reported a duplicate (0010), which counts for nothing, and one that was signed.
		if v := find(t, all, "永兴村").Inputs.Values; v["effective"].Num.Cmp(big.NewRat(1, 1)) != 0 || v["unit_kind"].Text != "村干部" {
			t.Errorf("%+v", v)
		}
		sum := new(big.Rat)
		for i := range all {
			sum.Add(sum, all[i].Inputs.Values["effective"].Num)
		}
		if n := w.Eval("attract.effective", 2021, day, nil).Value; sum.Cmp(big.NewRat(n, 1)) != 0 {
			t.Errorf("units have %s effective leads together, the figure %d", sum, n)
		}
	})
}

// A document asks only for what a lead has, in its type, with all texts that can come.
func TestValuesOfSubjectsAreChecked(t *testing.T) {
	src := sourcesOf(newWorld(t, dbtest.SQLite(t)))
	v := &policy.Version{VersionNo: 1, From: date.Must("2021-01-01")}
	for name, c := range map[string]struct {
		in   engine.Input
		want string
	}{
		"unknown":      {engine.Input{Label: "甲", Type: "money", Figure: "lead.nothing"}, "没有“lead.nothing”这一项"},
		"other type":   {engine.Input{Label: "甲", Type: "money", Figure: "lead.signed"}, "“已签约”是是否"},
		"text left":    {engine.Input{Label: "甲", Type: "text", Figure: "lead.informant", Values: []string{"村干部"}}, "可选的值里没有它"},
		"an indicator": {engine.Input{Label: "甲", Type: "money", Figure: "attract.taxable_sales"}, "没有“attract.taxable_sales”这一项"},
	} {
		doc := *example(t, "baqiao-information-sample.yaml").Doc
		doc.Inputs = append(slices.Clone(doc.Inputs), c.in)
		wrong := src.Complain(v, &doc)
		if len(wrong) != 1 || !strings.Contains(wrong[0].Msg, c.want) || wrong[0].Path != "inputs[11].figure" {
			t.Errorf("%s: %v", name, wrong)
		}
	}
	doc := *example(t, "baqiao-information-sample.yaml").Doc
	doc.Inputs = append(slices.Clone(doc.Inputs), engine.Input{Name: "x", Label: "甲", Type: "accounts"})
	if _, wrong := engine.Check(&doc); len(wrong) == 0 || !strings.Contains(wrong[0].Msg, "只有对村的政策才有科目明细") {
		t.Errorf("accounts of a lead: %v", wrong)
	}
}
