package joint_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/joint"
	"huicun/internal/mechanism/pairing/pairingtest"
	"huicun/internal/registry/record"
)

type world struct {
	*pairingtest.World
	projects   *record.Noun[joint.Project]
	members    *record.Noun[joint.Member]
	inputs     *record.Noun[joint.Input]
	items      *record.Noun[joint.Item]
	milestones *record.Noun[joint.Milestone]
	incomes    *record.Noun[joint.Income]
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	p := pairingtest.New(t, d)
	e := p.Env
	w := &world{p, joint.NewProjects(e), joint.NewParties(e), joint.NewInputs(e), joint.NewItems(e), joint.NewMilestones(e), joint.NewIncomes(e)}
	w.Cat.Add(joint.Figures(e)...)
	w.Demo(t, pairingtest.Files...)
	return w
}

var files = [][2]string{
	{"43-joint.csv", "joint"}, {"44-joint_party.csv", "joint_party"}, {"45-joint_input.csv", "joint_input"},
	{"46-joint_item.csv", "joint_item"}, {"47-joint_milestone.csv", "joint_milestone"}, {"48-joint_income.csv", "joint_income"},
}

func do(t *testing.T, w *world, no, event, reason string) error {
	t.Helper()
	return pairingtest.Do(t, w.World, w.projects, no, event, reason)
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A project is started only with something to start from and finished only with its milestones done, or with a
// reason; every refusal says what to do.
func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		create := func(in map[string]string) (string, error) {
			base := map[string]string{"name": "苗木合作", "region": "万福村", "field": "农产品营销", "proposed_on": "2021-10-08", "agreed_on": "2021-10-20"}
			for k, v := range in {
				base[k] = v
			}
			return pairingtest.Create(t, w.World, w.projects, base)
		}
		_, err := create(map[string]string{"agreement": "GJ-2021-0013"})
		pairingtest.Says(t, err, "agreement", "没有这个村")
		_, err = create(map[string]string{"agreement": "GJ-2021-0024", "region": "长胜村"})
		pairingtest.Says(t, err, "agreement", "还是“草稿”")
		_, err = create(map[string]string{"region": "扬中市"})
		pairingtest.Says(t, err, "region", "村（社区）或镇上")
		no, err := create(map[string]string{"agreement": "GJ-2021-0012"})
		if err != nil || no != "LJ-2021-0001" {
			t.Fatalf("create = %q, %v", no, err)
		}
		pairingtest.Says(t, do(t, w, no, "start", ""), "", "只有“筹备中”时才可以")
		ok(t, do(t, w, no, "agree", ""))
		ok(t, pairingtest.Set(t, w.World, w.projects, no, map[string]string{"prepared_on": "2021-10-12"}))
		pairingtest.Says(t, do(t, w, no, "prepare", ""), "prepared_on", "不能早于商定日期 2021-10-20")
		ok(t, pairingtest.Set(t, w.World, w.projects, no, map[string]string{"prepared_on": "2021-12-01"}))
		pairingtest.Says(t, do(t, w, no, "prepare", ""), "prepared_on", "还没有到")
		ok(t, pairingtest.Set(t, w.World, w.projects, no, map[string]string{"prepared_on": "2021-11-01"}))
		ok(t, do(t, w, no, "prepare", ""))
		pairingtest.Says(t, do(t, w, no, "start", ""), "", "项目投入")
		ms, err := pairingtest.Create(t, w.World, w.milestones, map[string]string{"project": no, "title": "栽植", "due": "2021-11-05"})
		ok(t, err)
		ok(t, do(t, w, no, "start", ""))
		late, err := joint.Late(t.Context(), w.Q(), w.Tenant, w.Ranges(t.Context(), t, pairingtest.Town), pairingtest.Today)
		if err != nil || len(late) != 1 || late[0].Title != "栽植" || late[0].ProjectNo != no {
			t.Errorf("late = %v, %v", late, err)
		}
		pairingtest.Says(t, do(t, w, no, "finish", ""), "", "还有 1 个节点没有完成（栽植）")
		pairingtest.Says(t, do(t, w, no, "finish_open", ""), "reason", "请说明")
		ok(t, pairingtest.Do(t, w.World, w.milestones, ms, "finish", ""))
		ok(t, do(t, w, no, "finish", ""))
		p, err := w.projects.ByKey(t.Context(), w.Q(), w.Tenant, no)
		ok(t, err)
		if p.PreparedOn != date.Must("2021-11-01") || p.StartedOn != pairingtest.Today || p.DoneOn != pairingtest.Today {
			t.Errorf("dates = %v %v %v", p.PreparedOn, p.StartedOn, p.DoneOn)
		}
		for day, want := range map[string]int64{"2021-10-31": 0, "2021-11-01": 1, "2021-11-09": 1, "2021-11-10": 0} {
			if got := w.Eval(t, "joint.under_way", day, nil).Value; got != want {
				t.Errorf("under way on %s = %d, want %d", day, got, want)
			}
		}
	})
}

func TestStop(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	no, err := pairingtest.Create(t, w.World, w.projects, map[string]string{
		"name": "试", "region": "红光村", "field": "其他", "proposed_on": "2021-05-01", "agreed_on": "2021-06-01", "prepared_on": "2021-07-01",
	})
	ok(t, err)
	ok(t, do(t, w, no, "agree", ""))
	pairingtest.Says(t, do(t, w, no, "stop", " "), "reason", "请说明中止的理由")
	ok(t, do(t, w, no, "stop", "企业退出"))
	// It never was prepared, whatever day had been intended.
	if r := w.Eval(t, "joint.under_way", "2021-08-01", nil); r.Value != 0 {
		t.Errorf("under way = %d", r.Value)
	}
	pairingtest.Says(t, pairingtest.Set(t, w.World, w.projects, no, map[string]string{"stopped_on": "2021-05-20"}), "stopped_on", "不能早于商定日期")
}

func TestChildren(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.Demo(t, files...)
	const no = "LJ-2021-0001"
	const host = "八桥镇永胜村股份经济合作社"
	input := func(in map[string]string) error {
		base := map[string]string{"project": no, "payer": host, "kind": "资金"}
		for k, v := range in {
			base[k] = v
		}
		_, err := pairingtest.Create(t, w.World, w.inputs, base)
		return err
	}
	pairingtest.Says(t, input(nil), "agreed", "约定金额或到位金额")
	pairingtest.Says(t, input(map[string]string{"agreed": "100", "payer": "大方金属"}), "payer", "还不是这个项目的参与方")
	pairingtest.Says(t, input(map[string]string{"realised": "100"}), "on_date", "请填写到位日期")
	pairingtest.Says(t, input(map[string]string{"agreed": "100", "on_date": "2021-01-01"}), "on_date", "到位金额")
	pairingtest.Says(t, input(map[string]string{"agreed": "100", "quantity": "3亩"}), "quantity", "只填金额")
	pairingtest.Says(t, input(map[string]string{"kind": "土地", "quantity": "3栋"}), "quantity", "亩或平方米")
	pairingtest.Says(t, input(map[string]string{"kind": "土地", "agreed": "3"}), "agreed", "不填金额")
	pairingtest.Says(t, input(map[string]string{"kind": "技术"}), "content", "投入了什么")
	_, err := pairingtest.Create(t, w.World, w.members, map[string]string{"project": no, "party": host, "role": "主办"})
	pairingtest.Says(t, err, "party", "已经是项目的主办方")
	_, err = pairingtest.Create(t, w.World, w.incomes, map[string]string{"project": no, "year": "2022", "expected": "1", "estimated_on": "2021-01-01"})
	pairingtest.Says(t, err, "year", "已经登记")
	_, err = pairingtest.Create(t, w.World, w.incomes, map[string]string{"project": no, "year": "2023", "from_year": "2024", "estimated_on": "2021-01-01"})
	pairingtest.Says(t, err, "from_year", "不能晚于年度 2023")
	_, err = pairingtest.Create(t, w.World, w.items, map[string]string{"project": no, "kind": "设施", "name": "泵房", "quantity": "1.5栋", "listed_on": "2021-01-01"})
	pairingtest.Says(t, err, "quantity", "应为整数")
	_, err = pairingtest.Create(t, w.World, w.items, map[string]string{"project": no, "kind": "设施", "name": "泵房", "listed_on": "2021-01-01"})
	pairingtest.Says(t, err, "quantity", "设施要填写数量")
	pairingtest.Says(t, pairingtest.Set(t, w.World, w.milestones, "LJJ-0001", map[string]string{"done_on": ""}), "done_on", "请填写完成日期")
	if err := w.EvalErr(t, "joint.income_expected", "2021-11-10", map[string]string{"from": "明年"}); !errs.Is(err, errs.Invalid) {
		t.Errorf("from=明年 gives %v", err)
	}
}

// The demo reproduces the article, and a changed record changes the figure.
func TestFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Demo(t, files...)
		w.Demo(t, files...) // importing again changes nothing
		for _, day := range []string{"2021-11-10", "2021-12-31"} {
			article(t, w, day)
		}
		town := w.Ranges(t.Context(), t, pairingtest.Town)
		counts, err := joint.Counts(t.Context(), w.Q(), w.Tenant, town, pairingtest.Today)
		ok(t, err)
		got := map[string]int{}
		for _, c := range counts {
			got[c.State] = c.N
		}
		if got[joint.Preparing] != 3 || got[joint.InProgress] != 12 || got[joint.Idea] != 1 || got[joint.Stopped] != 1 || got[joint.InOperation] != 1 || len(counts) != 8 {
			t.Errorf("counts = %v", counts)
		}
		changes(t, w)
	})
}

func article(t *testing.T, w *world, day string) {
	t.Helper()
	eval := func(code, place, params string) indicator.Result {
		m, err := indicator.ParseParams(params)
		ok(t, err)
		var places []string
		if place != "" {
			places = append(places, place)
		}
		r := w.Eval(t, code, day, m, places...)
		for _, x := range r.Records {
			if w.ID(t, x.Kind, x.No) != x.ID || x.Title == "" || x.Date.IsZero() || x.Date.After(pairingtest.Today) {
				t.Errorf("%s lineage record %+v", code, x)
			}
		}
		return r
	}
	holds := func(code, place, params string, q indicator.Qualifier, unit indicator.Unit, published int64) indicator.Result {
		r := eval(code, place, params)
		if why := q.Meets(unit, r, published, true); why != "" {
			t.Errorf("%s %s on %s: %s", code, params, day, why)
		}
		return r
	}
	const p1, p2, p3 = "project=LJ-2021-0001", "project=LJ-2021-0002", "project=LJ-2021-0003"
	holds("joint.under_way", "", "", indicator.Exact, indicator.Projects, 15)
	r := holds("joint.input_money", "永胜村", p1, indicator.Over, indicator.Yuan, 1_200_000_00)
	if r.Value >= 1_210_000_00 || r.Forecast != r.Value || len(r.Records) != 3 || !strings.HasPrefix(r.Records[0].Title, "市水务集团") {
		t.Errorf("money = %d %d %v", r.Value, r.Forecast, r.Records)
	}
	holds("joint.land", "永胜村", p1, indicator.Exact, indicator.Mu, 10_0000)
	holds("joint.facilities", "永胜村", p1+"; facility=连体大棚", indicator.Exact, indicator.Greenhouses, 2)
	r = holds("joint.income_expected", "永胜村", p1+"; from=2022", indicator.OverForecast, indicator.YuanYear, 200_000_00)
	if r.Value != 0 || r.Forecast >= 210_000_00 {
		t.Errorf("income = %d of %d", r.Value, r.Forecast)
	}
	r = holds("joint.resources", "红旗村", p2, indicator.Exact, indicator.Resources, 3)
	titles := []string{}
	for _, x := range r.Records {
		titles = append(titles, x.Title)
	}
	want := []string{"沿江岸线", "红旗公园", "润裕种养殖基地", "概念性规划方案编制", "社会资本"}
	if !slices.Equal(titles, want) || r.Count != 3 {
		t.Errorf("resources = %v (%d)", titles, r.Count)
	}
	holds("joint.enterprises", "永兴村", p3, indicator.Exact, indicator.Enterprises, 2)
	for _, code := range []string{"joint.input_money", "joint.land", "joint.facilities", "joint.resources", "joint.enterprises"} {
		if r := eval(code, "利民村", p1); r.Value != 0 || len(r.Records) != 0 {
			t.Errorf("%s of another village's project = %+v", code, r)
		}
		if r := eval(code, "", "project=LJ-1999-0001"); r.Value != 0 || len(r.Records) != 0 {
			t.Errorf("%s of no project = %+v", code, r)
		}
	}
}

func changes(t *testing.T, w *world) {
	t.Helper()
	p := map[string]string{"project": "LJ-2021-0001"}
	if got := w.Eval(t, "joint.input_money", "2021-06-24", p); got.Value != 520_000_00 || got.Forecast != 1_205_000_00 {
		t.Errorf("before the second payment: %d of %d", got.Value, got.Forecast)
	}
	if got := w.Eval(t, "joint.facilities", "2021-09-29", p); got.Value != 0 || got.Forecast != 2 {
		t.Errorf("before the greenhouses stood: %d of %d", got.Value, got.Forecast)
	}
	_, err := pairingtest.Create(t, w.World, w.inputs, map[string]string{"project": "LJ-2021-0001", "payer": "市水务集团", "kind": "土地", "quantity": "2000平方米", "on_date": "2021-11-01", "realised_quantity": "1000平方米"})
	ok(t, err)
	if got := w.Eval(t, "joint.land", "2021-11-10", p); got.Value != 11_5000 || got.Forecast != 13_0000 {
		t.Errorf("land = %d of %d", got.Value, got.Forecast)
	}
	ok(t, pairingtest.Set(t, w.World, w.incomes, "LJS-0001", map[string]string{"realised": "150000", "realised_on": "2022-09-30"}))
	p["from"] = "2022"
	if got := w.Eval(t, "joint.income_expected", "2022-12-31", p); got.Value != 150_000_00 || got.Forecast != 206_000_00 {
		t.Errorf("income = %d of %d", got.Value, got.Forecast)
	}
	_, err = pairingtest.Create(t, w.World, w.incomes, map[string]string{"project": "LJ-2021-0001", "year": "2023", "from_year": "2022", "expected": "206000", "estimated_on": "2021-11-01"})
	ok(t, err)
	if got := w.Eval(t, "joint.income_expected", "2022-12-31", p); got.Forecast != 206_000_00 {
		t.Errorf("a later year of the same income counts again: %d", got.Forecast)
	}
	if got := w.Eval(t, "joint.income_expected", "2021-12-31", nil); got.Value != 24_000_00 || got.Forecast != 30_000_00 {
		t.Errorf("income of 2021 = %d of %d", got.Value, got.Forecast)
	}
	ok(t, pairingtest.Do(t, w.World, w.items, "LJX-0006", "reopen", "重新洽谈"))
	ok(t, pairingtest.Do(t, w.World, w.items, "LJX-0006", "drop", "地块调整"))
	for day, want := range map[string]int64{"2021-11-09": 3, "2021-11-10": 2} {
		if got := w.Eval(t, "joint.resources", day, map[string]string{"project": "LJ-2021-0002"}); got.Value != want {
			t.Errorf("resources on %s after one was dropped on 2021-11-10: %d", day, got.Value)
		}
	}
}

// The state on a day is the last step whose day had come, as far as the project has got.
func TestStateOn(t *testing.T) {
	base := date.Must("2021-01-01")
	order := []string{joint.Idea, joint.Agreed, joint.Preparing, joint.InProgress, joint.Done, joint.InOperation, joint.Evaluated}
	rapid.Check(t, func(t *rapid.T) {
		at := base
		next := func() date.Date { at = at.AddDays(rapid.IntRange(0, 9).Draw(t, "gap")); return at }
		days := make([]date.Date, len(order))
		for i := range days {
			days[i] = next()
		}
		n := rapid.IntRange(0, len(order)-1).Draw(t, "state")
		p := joint.Project{ProposedOn: days[0], AgreedOn: days[1], PreparedOn: days[2], StartedOn: days[3], DoneOn: days[4], OperatedOn: days[5], EvaluatedOn: days[6]}
		p.State = order[n]
		day := base.AddDays(rapid.IntRange(-2, 60).Draw(t, "day"))
		want := ""
		for i := 0; i <= n; i++ {
			if !days[i].After(day) {
				want = order[i]
			}
		}
		if got := p.StateOn(day); got != want {
			t.Fatalf("StateOn(%s) = %q, want %q", day, got, want)
		}
		if p.UnderWayOn(day) != (want == joint.Preparing || want == joint.InProgress) {
			t.Fatal("UnderWayOn disagrees with StateOn")
		}
		p.State, p.StoppedOn = joint.Stopped, at
		if got := p.StateOn(at); got != joint.Stopped {
			t.Fatalf("stopped on the day = %q", got)
		}
	})
}
