package plan

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/asset"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

const village = "321182103200" // 长胜村

type world struct {
	*mechtest.World
	n      *Nouns
	assets *record.Noun[asset.Asset]
	clerk  access.Principal
	leader access.Principal
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &world{World: mechtest.New(t, d)}
		party.NewParties(w.Env)
		party.NewPersons(w.Env)
		w.assets = asset.NewAssets(w.Env)
		w.Cat.Add(asset.Figures()...)
		w.Cat.Add(Figures(w.Env, w.Cat)...)
		w.n = New(w.Env, w.Cat)
		w.Load("02-party", "10-asset")
		w.clerk = access.Principal{ID: 21, Name: "长胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}}
		w.leader = access.Principal{ID: 22, Name: "镇党委书记", Grants: []access.Grant{{Role: "town_secretary", Region: mechtest.Town}}}
		fn(w)
	})
}

// make adds a record as somebody.
func make1[T any](w *world, who access.Principal, n *record.Noun[T], pairs ...string) (*T, error) {
	w.T.Helper()
	in := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		in[pairs[i]] = pairs[i+1]
	}
	v := new(T)
	if err := n.SetTexts(w.T.Context(), w.Env.ForTenant(w.Tenant), mechtest.Town, v, in); err != nil {
		return nil, err
	}
	_, err := n.Create(w.T.Context(), who, w.Tenant, "", v)
	return v, err
}

func must[T any](v *T, err error) func(w *world) *T {
	return func(w *world) *T {
		w.T.Helper()
		if err != nil {
			w.T.Fatal(err)
		}
		return v
	}
}

func (w *world) do(who access.Principal, p *Plan, event string) error {
	return w.n.Plans.Do(w.T.Context(), who, w.Tenant, p.ID, 0, event, "理由")
}

func (w *world) ok(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func set[T any](w *world, who access.Principal, n *record.Noun[T], v *T, pairs ...string) error {
	in := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		in[pairs[i]] = pairs[i+1]
	}
	got, err := n.Get(w.T.Context(), who, w.Tenant, n.Row(v).ID)
	if err != nil {
		return err
	}
	if err := n.SetTexts(w.T.Context(), w.Env.ForTenant(w.Tenant), mechtest.Town, got, in); err != nil {
		return err
	}
	return n.Update(w.T.Context(), who, w.Tenant, got)
}

const owner = "八桥镇长胜村股份经济合作社"

// running is a plan that was voted on, approved and started, with one measure and one goal.
func (w *world) running() (*Plan, *Measure) {
	w.T.Helper()
	p := must(make1(w, w.clerk, w.n.Plans, "year", "2021", "owner", owner, "name", "长胜村2021年方案", "lead", "党总支书记", "situation", "厂房", "problem", "闲置", "approach", "盘活"))(w)
	mechtest.Refused(w.T, w.do(w.clerk, p, "vote"), "vote_on", "会议日期")
	w.ok(set(w, w.clerk, w.n.Plans, p, "vote_on", "2021-02-02", "due", "40", "present", "30", "agree", "15"))
	mechtest.Refused(w.T, w.do(w.clerk, p, "vote"), "agree", "半数")
	w.ok(set(w, w.clerk, w.n.Plans, p, "agree", "28"))
	mechtest.Refused(w.T, w.do(w.clerk, p, "vote"), "", "一条举措和一个目标")
	m := must(make1(w, w.clerk, w.n.Measures, "plan", p.No, "title", "盘活厂房", "owner", "村委会主任", "due", "2021-09-30"))(w)
	must(make1(w, w.clerk, w.n.Targets, "plan", p.No, "name", "厂房面积", "indicator", "资产面积", "params", "kind=workshop", "baseline", "", "goal", "3200", "due", "2021-12-31"))(w)
	must(make1(w, w.clerk, w.n.Items, "plan", p.No, "asset", "ZC-0001", "intent", "整体出租"))(w)
	w.ok(w.do(w.clerk, p, "vote"))
	w.ok(w.do(w.leader, p, "approve"))
	w.ok(w.do(w.clerk, p, "start"))
	return p, m
}

// TestPlan follows a plan through the year on both engines.
func TestPlan(t *testing.T) {
	each(t, func(w *world) {
		p, m := w.running()
		_, err := make1(w, w.clerk, w.n.Plans, "year", "2021", "owner", owner, "name", "又一份", "lead", "书记")
		mechtest.Refused(w.T, err, "year", "一个村一年一份")
		_, err = make1(w, w.clerk, w.n.Targets, "plan", p.No, "name", "又一个", "indicator", "闲置资产", "goal", "1", "due", "2021-12-31")
		mechtest.Refused(w.T, err, "", "不能再增减")
		mechtest.Refused(w.T, set(w, w.clerk, w.n.Plans, p, "situation", "改"), "", "不能再改")
		mechtest.Refused(w.T, set(w, w.clerk, w.n.Plans, p, "started", "2021-01-01"), "voted", "自动填写")
		mechtest.Refused(w.T, w.n.Measures.Do(w.T.Context(), w.clerk, w.Tenant, m.ID, 0, "finish", ""), "evidence", "佐证")

		ranges, err := w.Env.Regions.Ranges(w.T.Context(), mechtest.Town)
		w.ok(err)
		board := func() Summary {
			list, err := Board(w.T.Context(), w.Env, w.Env.DB.Read(), w.Cat, w.Tenant, ranges, 2021, mechtest.Day)
			w.ok(err)
			if len(list) != 9 || list[1].Plan != nil || list[0].Plan == nil {
				w.T.Fatalf("%+v", list)
			}
			return list[0]
		}
		// 2,400 of 3,200 ㎡ on the 314th of 365 days.
		if s := board(); s.Measures != 1 || s.Late != 1 || s.Targets[0].Percent != 7500 || s.Targets[0].Planned != 8602 || s.Behind() != 1 || s.Met() != 0 || s.Percent() != 7500 {
			w.T.Errorf("%+v", s)
		}
		if r := w.Eval("plan.coverage", 2021, mechtest.Day, nil); r.Num != 1 || r.Den != 9 || len(r.Missing) != 8 {
			w.T.Errorf("%+v", r)
		}
		if r := w.Eval("plan.coverage", 2021, date.Must("2021-11-09"), nil); r.Num != 0 { // approved on the 10th
			w.T.Errorf("%+v", r)
		}
		if r := w.Eval("plan.targets_met", 2021, mechtest.Day, nil); r.Num != 0 || r.Den != 1 || r.Records[0].Note != "未达到" {
			w.T.Errorf("%+v", r)
		}
		w.ok(set(w, w.clerk, w.n.Measures, m, "evidence", "租赁合同"))
		w.ok(w.n.Measures.Do(w.T.Context(), w.clerk, w.Tenant, m.ID, 0, "finish", ""))
		if s := board(); s.Done != 1 || s.Late != 0 {
			w.T.Errorf("%+v", s)
		}

		mechtest.Refused(w.T, w.do(w.clerk, p, "review"), "", "还没有年度评估")
		_, err = make1(w, w.clerk, w.n.Reviews, "plan", p.No, "period", "年度评估", "as_of", "2021-12-31", "content", "好")
		mechtest.Refused(w.T, err, "as_of", "不能在今天以后")
		r := must(make1(w, w.clerk, w.n.Reviews, "plan", p.No, "period", "年度评估", "as_of", "2021-11-10", "content", "好"))(w)
		_, err = make1(w, w.clerk, w.n.Reviews, "plan", p.No, "period", "年度评估", "as_of", "2021-11-10", "content", "好")
		mechtest.Refused(w.T, err, "period", "已经做过")
		w.ok(mechtest.Set(w.World, w.assets, "ZC-0001", map[string]string{"quantity": "3300平方米"}))
		w.ok(set(w, w.clerk, w.n.Reviews, r, "todo", "续租"))
		got, err := w.n.Reviews.Get(w.T.Context(), w.clerk, w.Tenant, r.ID)
		w.ok(err)
		kept, err := got.Standings()
		w.ok(err)
		if len(kept) != 1 || kept[0].Value != 24_000_000 || kept[0].Percent != 7500 { // as it was, not as it is
			w.T.Errorf("%+v", kept)
		}
		if s := board(); s.Met() != 1 || s.Behind() != 0 {
			w.T.Errorf("%+v", s)
		}
		if r := w.Eval("plan.targets_met", 2021, mechtest.Day, nil); r.Num != 1 {
			w.T.Errorf("%+v", r)
		}
		w.ok(w.do(w.clerk, p, "review"))
	})
}

// TestRefusals: who may not, what rests on itself, what is another village's.
func TestRefusals(t *testing.T) {
	each(t, func(w *world) {
		p := must(make1(w, w.leader, w.n.Plans, "year", "2021", "owner", owner, "name", "方案", "lead", "书记", "situation", "一", "problem", "二", "approach", "三", "vote_on", "2021-02-02", "due", "40", "present", "30", "agree", "28"))(w)
		_, err := make1(w, w.clerk, w.n.Targets, "plan", p.No, "name", "目标", "indicator", "一村一策覆盖率", "goal", "1", "due", "2021-12-31")
		mechtest.Refused(w.T, err, "indicator", "不能再作目标")
		_, err = make1(w, w.clerk, w.n.Targets, "plan", p.No, "name", "目标", "indicator", "闲置资产", "baseline", "1", "goal", "1", "due", "2021-12-31")
		mechtest.Refused(w.T, err, "goal", "不能等于基期值")
		_, err = make1(w, w.clerk, w.n.Targets, "plan", p.No, "name", "目标", "indicator", "闲置资产", "goal", "一半", "due", "2021-12-31")
		if e := errs.As(err); e == nil || e.Kind != errs.Invalid {
			w.T.Errorf("a goal that is no number: %v", err)
		}
		_, err = make1(w, w.clerk, w.n.Items, "plan", p.No, "asset", "ZC-0002", "intent", "出租")
		mechtest.Refused(w.T, err, "asset", "不属于方案所在的村")
		_, err = make1(w, w.clerk, w.n.Items, "plan", p.No, "intent", "出租")
		mechtest.Refused(w.T, err, "asset", "填一个")
		must(make1(w, w.clerk, w.n.Measures, "plan", p.No, "title", "事", "owner", "主任", "due", "2021-09-30"))(w)
		must(make1(w, w.clerk, w.n.Targets, "plan", p.No, "name", "少闲置", "indicator", "闲置资产", "baseline", "1", "goal", "0", "due", "2021-12-31"))(w)
		w.ok(w.do(w.clerk, p, "vote"))
		mechtest.Refused(w.T, w.do(w.leader, p, "approve"), "", "要由别人批准")
		stranger := access.Principal{ID: 23, Name: "幸福村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: "321182103201"}}}
		if err := w.do(stranger, p, "start"); err == nil || !strings.Contains(err.Error(), "没有") {
			w.T.Errorf("another village's clerk: %v", err)
		}
		list, err := Stand(w.T.Context(), w.Cat, p, mustTargets(w, p), mechtest.Day)
		w.ok(err)
		if len(list) != 1 || !list[0].Met() { // none of the village's assets is idle: less is better
			w.T.Errorf("%+v", list)
		}
	})
}

func mustTargets(w *world, p *Plan) []Target {
	w.T.Helper()
	list, err := targetTable.All(w.T.Context(), w.Env.DB.Read(), db.NewWhere(w.Tenant).And("plan_id = ?", p.ID), "no")
	w.ok(err)
	return list
}

// TestPassed: the share of time lies between nothing and all, never falls, and is all on the day.
func TestPassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(1990, 2100).Draw(t, "year")
		first, err := date.New(year, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		due := first.AddDays(rapid.IntRange(0, 700).Draw(t, "due"))
		day := first.AddDays(rapid.IntRange(-50, 800).Draw(t, "day"))
		now, later := passed(year, due, day), passed(year, due, day.AddDays(1))
		switch {
		case now < 0 || now > indicator.Full || later < now:
			t.Fatalf("%d, then %d", now, later)
		case !day.Before(due) != (now == indicator.Full):
			t.Fatalf("%d on %s of %s", now, day, due)
		case day.Before(first) && now != 0:
			t.Fatalf("%d before the year", now)
		}
	})
}
