package secretary_test

import (
	"context"
	"strings"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/mechanism/secretary/secretarytest"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

var (
	ctx           = context.Background()
	townSecretary = access.Principal{ID: 7, Name: "镇党委书记", Grants: []access.Grant{{Role: "town_secretary", Region: secretarytest.Town}}}
	liaison       = access.Principal{ID: 8, Name: "联络员", Grants: []access.Grant{{Role: "liaison", Region: secretarytest.Town}}}
)

func each(t *testing.T, fn func(t *testing.T, w *secretarytest.World)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, secretarytest.New(t, d)) })
}

// refused wants an error whose sentence, or that of the field, contains a text.
func refused(t *testing.T, err error, field, want string) {
	t.Helper()
	e := errs.As(err)
	if e == nil {
		t.Errorf("not refused (%v), want %s: %s", err, field, want)
		return
	}
	text := e.Msg
	if field != "" {
		text = ""
		for _, f := range e.Fields {
			if f.Name == field {
				text += f.Msg
			}
		}
	}
	if !strings.Contains(text, want) {
		t.Errorf("got %v, want %s: %s", err, field, want)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// set changes fields of a record by their texts, as a form does.
func set[T any](w *secretarytest.World, n *record.Noun[T], id ids.ID, texts map[string]string) error {
	v, err := n.Get(ctx, access.System, w.Tenant, id)
	if err != nil {
		return err
	}
	if err := n.SetTexts(ctx, w.Env.ForTenant(w.Tenant), secretarytest.County, v, texts); err != nil {
		return err
	}
	return n.Update(ctx, access.System, w.Tenant, v)
}

// add makes a record from texts, as a form does.
func add[T any](w *secretarytest.World, n *record.Noun[T], texts map[string]string) (ids.ID, error) {
	v := new(T)
	if err := n.SetTexts(ctx, w.Env.ForTenant(w.Tenant), secretarytest.County, v, texts); err != nil {
		return 0, err
	}
	return n.Create(ctx, access.System, w.Tenant, "", v)
}

func do[T any](w *secretarytest.World, n *record.Noun[T], id ids.ID, event, reason string) error {
	return n.Do(ctx, access.System, w.Tenant, id, 0, event, reason)
}

func byKey[T any](t *testing.T, w *secretarytest.World, n *record.Noun[T], key string) *T {
	t.Helper()
	v, err := n.ByKey(ctx, w.DB.Read(), w.Tenant, key)
	ok(t, err)
	return v
}

func eval(t *testing.T, w *secretarytest.World, code, scope string, day date.Date) indicator.Result {
	t.Helper()
	r, err := w.Cat.Eval(ctx, indicator.Ask{Code: code, Scopes: []string{scope}, Year: 2021, AsOf: day})
	ok(t, err)
	return r
}

func TestDemoFigures(t *testing.T) {
	each(t, func(t *testing.T, w *secretarytest.World) {
		w.LoadDemo()
		for _, c := range []struct {
			code, scope, day string
			want             int64
			records          int
		}{
			// F34 to F36: the cycle is the county's, the scope the town.
			{"secretary.criteria", secretarytest.Town, "2021-11-10", 4, 4},
			{"secretary.comparisons", secretarytest.Town, "2021-11-10", 3, 3},
			{"secretary.next_steps", secretarytest.Town, "2021-11-10", 6, 6},
			// A cycle covers every place below, and is seen from above.
			{"secretary.criteria", secretarytest.Yongsheng, "2021-11-10", 4, 4},
			{"secretary.criteria", secretarytest.County, "2021-11-10", 4, 4},
			{"secretary.criteria", "321100000000", "2021-11-10", 4, 4},
			// Before the cycle was opened, before the steps were stated.
			{"secretary.criteria", secretarytest.Town, "2021-02-28", 0, 0},
			{"secretary.next_steps", secretarytest.Town, "2021-11-07", 0, 0},
			{"secretary.next_steps", "321182101000", "2021-11-10", 0, 0},
			{"secretary.projects", secretarytest.Town, "2021-11-10", 3, 3},
			{"secretary.projects", secretarytest.County, "2021-11-10", 8, 8},
			{"secretary.projects", secretarytest.Town, "2021-04-05", 2, 2},
			{"secretary.measures_done", "321182101000", "2021-11-10", 3, 3},
			{"secretary.measures_done", "321182101000", "2021-08-19", 1, 1},
		} {
			r := eval(t, w, c.code, c.scope, date.Must(c.day))
			if r.Value != c.want || len(r.Records) != c.records {
				t.Errorf("%s of %s on %s: %d from %d records, want %d from %d", c.code, c.scope, c.day, r.Value, len(r.Records), c.want, c.records)
			}
			for _, x := range r.Records {
				n, found := w.Env.Noun(x.Kind)
				if !found || x.ID == 0 || x.Title == "" || x.Region == "" || x.Date.IsZero() {
					t.Fatalf("%s: record cannot be opened: %+v", c.code, x)
				}
				if id, err := n.Lookup(ctx, w.DB.Read(), w.Tenant, x.No); err != nil || id != x.ID {
					t.Errorf("%s: %s %s leads to %v, %v", c.code, x.Kind, x.No, id, err)
				}
			}
		}
		r := eval(t, w, "secretary.progress", "321182101000", secretarytest.Day)
		if r.Num != 75 || r.Den != 100 || r.Value != 7500 || len(r.Records) != 3 || len(r.Missing) != 1 {
			t.Errorf("progress %+v", r)
		}
		if got := eval(t, w, "secretary.progress", secretarytest.Town, secretarytest.Day); got.Num != 90+80+50 || got.Den != 300 {
			t.Errorf("the town's progress %d of %d", got.Num, got.Den)
		}
		// The indicators the article uses are in the named figures.
		for code, unit := range map[string]indicator.Unit{"secretary.criteria": indicator.Criteria, "secretary.comparisons": indicator.Comparisons, "secretary.next_steps": indicator.Programmes} {
			if in, err := w.Cat.Get(code); err != nil || in.Unit != unit {
				t.Errorf("%s: %v", code, err)
			}
		}
		states, err := secretary.CountByState(ctx, w.DB.Read(), w.Tenant, [][2]string{{"321182103", "321182104"}}, 2021)
		ok(t, err)
		if states[secretary.Running] != 3 || states[secretary.Draft] != 1 || states[secretary.Revise] != 1 {
			t.Errorf("states %v", states)
		}
	})
}

// A changed record changes the figures that count it.
func TestFiguresFollowRecords(t *testing.T) {
	each(t, func(t *testing.T, w *secretarytest.World) {
		w.LoadDemo()
		m := byKey(t, w, w.Milestones, "SJLC-2021-0008")
		ok(t, set(w, w.Milestones, m.ID, map[string]string{"done": "2021-11-10"}))
		if got := eval(t, w, "secretary.progress", secretarytest.Town, secretarytest.Day); got.Num != 100+80+50 {
			t.Errorf("progress %d", got.Num)
		}
		if got := eval(t, w, "secretary.progress", secretarytest.Town, date.Must("2021-11-09")); got.Num != 90+80+50 {
			t.Errorf("the day before it was %d", got.Num)
		}
		s := byKey(t, w, w.NextSteps, "SJXB-2021-0001")
		ok(t, w.NextSteps.Delete(ctx, townSecretary, w.Tenant, s.ID, 0))
		if got := eval(t, w, "secretary.next_steps", secretarytest.Town, secretarytest.Day); got.Value != 5 {
			t.Errorf("next steps %d", got.Value)
		}
		c := byKey(t, w, w.Criteria, "SJYZ-2021-0001")
		err := w.Criteria.Delete(ctx, access.System, w.Tenant, c.ID, 0)
		refused(t, err, "", "已经开放申报")
	})
}

func TestDemoImportsTwice(t *testing.T) {
	each(t, func(t *testing.T, w *secretarytest.World) {
		w.LoadDemo()
		for file, n := range map[string]*record.Any{
			"60-cycle.csv": w.Cycles.Any(), "61-criterion.csv": w.Criteria.Any(), "62-project.csv": w.Projects.Any(), "63-measure.csv": w.Measures.Any(),
			"64-milestone.csv": w.Milestones.Any(), "65-target.csv": w.Targets.Any(), "66-next_step.csv": w.NextSteps.Any(),
		} {
			if res := w.Import(n, file); res.Created != 0 {
				t.Errorf("%s makes %d records again", file, res.Created)
			}
		}
	})
}

func TestCycleOpens(t *testing.T) {
	each(t, func(t *testing.T, w *secretarytest.World) {
		id, err := add(w, w.Cycles, map[string]string{"name": "2022年度", "year": "2022", "region": "扬中市"})
		ok(t, err)
		refused(t, do(w, w.Cycles, id, "open", ""), "", "还没有选题原则")
		_, err = add(w, w.Criteria, map[string]string{"cycle": "2022年度", "kind": "选题原则", "name": "切口小"})
		ok(t, err)
		refused(t, do(w, w.Cycles, id, "open", ""), "", "还没有比较维度")
		one, err := add(w, w.Criteria, map[string]string{"cycle": "2022年度", "kind": "比较维度", "name": "比进度", "code": "比进度", "weight": "60"})
		ok(t, err)
		refused(t, do(w, w.Cycles, id, "open", ""), "", "现在是 60%")
		_, err = add(w, w.Criteria, map[string]string{"cycle": "2022年度", "kind": "比较维度", "name": "比成效", "code": "比成效", "weight": "50"})
		refused(t, err, "weight", "110%")
		_, err = add(w, w.Criteria, map[string]string{"cycle": "2022年度", "kind": "比较维度", "name": "比快慢", "code": "比进度", "weight": "40"})
		refused(t, err, "code", "一项内容只能设一个维度")
		_, err = add(w, w.Criteria, map[string]string{"cycle": "2022年度", "kind": "比较维度", "name": "比成效", "weight": "40"})
		refused(t, err, "code", "请选择比较内容")
		_, err = add(w, w.Criteria, map[string]string{"cycle": "2022年度", "kind": "选题原则", "name": "难度大", "weight": "40"})
		refused(t, err, "weight", "不设权重")
		_, err = add(w, w.Criteria, map[string]string{"cycle": "2022年度", "kind": "比较维度", "name": "比成效", "code": "比成效", "weight": "40"})
		ok(t, err)
		ok(t, do(w, w.Cycles, id, "open", ""))
		c := byKey(t, w, w.Cycles, "2022年度")
		if c.State != secretary.CycleOpen || c.Opened != secretarytest.Day {
			t.Errorf("opened %+v", c)
		}
		refused(t, set(w, w.Criteria, one, map[string]string{"weight": "50"}), "weight", "不能再改")
		refused(t, set(w, w.Cycles, id, map[string]string{"started": "2021-11-10"}), "started", "请留空")
		refused(t, set(w, w.Cycles, id, map[string]string{"opened": "2021-11-11"}), "opened", "不能晚于今天")
		ok(t, do(w, w.Cycles, id, "start", ""))
		ok(t, do(w, w.Cycles, id, "close", ""))
	})
}

func TestProjectLife(t *testing.T) {
	each(t, func(t *testing.T, w *secretarytest.World) {
		w.LoadDemo()
		cycle := "2021年扬中市基层党建“书记项目”"
		base := map[string]string{"cycle": cycle, "name": "示例项目", "unit": "中共八桥镇长胜村总支部委员会", "lead": "长胜村党总支书记"}
		id, err := add(w, w.Projects, base)
		ok(t, err)
		p, err := w.Projects.Get(ctx, liaison, w.Tenant, id)
		ok(t, err)
		if p.No != "SJ-2021-0011" || p.Region != "321182103200" || p.Year != 2021 {
			t.Errorf("made %+v", p)
		}
		// A project belongs to a cycle that covers it.
		_, err = add(w, w.Cycles, map[string]string{"name": "新坝镇2021", "year": "2021", "region": "新坝镇"})
		ok(t, err)
		_, err = add(w, w.Projects, map[string]string{"cycle": "新坝镇2021", "name": "远处", "unit": "中共扬中市八桥镇委员会", "lead": "书记"})
		refused(t, err, "region", "不覆盖这个地区")
		refused(t, do(w, w.Projects, id, "start", ""), "", "现在是“草稿”")
		refused(t, do(w, w.Projects, id, "submit", ""), "background", "申报前请先填写")
		refused(t, set(w, w.Projects, id, map[string]string{"started": "2021-11-01"}), "started", "还没有启动")
		ok(t, set(w, w.Projects, id, map[string]string{"background": "背景", "problem": "问题", "plan": "做法", "effect": "成效"}))
		refused(t, do(w, w.Projects, id, "submit", ""), "", "还没有举措")
		m, err := add(w, w.Measures, map[string]string{"project": p.No, "title": "一件事", "mechanism": "联建机制", "due": "2021-12-01"})
		ok(t, err)
		refused(t, do(w, w.Projects, id, "submit", ""), "", "还没有里程碑")
		mil, err := add(w, w.Milestones, map[string]string{"project": p.No, "title": "一个节点", "weight": "100", "due": "2021-12-01"})
		ok(t, err)
		refused(t, do(w, w.Projects, id, "submit", ""), "", "还没有目标")
		tgt, err := add(w, w.Targets, map[string]string{"project": p.No, "name": "一个数", "indicator": "joint.under_way", "goal": "15", "due": "2021-12-01"})
		ok(t, err)
		refused(t, do(w, w.Measures, m, "start", ""), "", "项目“实施中”时才能推进")
		refused(t, set(w, w.Milestones, mil, map[string]string{"done": "2021-11-01"}), "done", "还没有启动实施")
		ok(t, do(w, w.Projects, id, "submit", ""))

		// Handed in, the plan is fixed, until it is handed back.
		refused(t, set(w, w.Milestones, mil, map[string]string{"weight": "50"}), "weight", "不能再改")
		refused(t, set(w, w.Milestones, mil, map[string]string{"due": "2021-12-31"}), "due", "不能再改")
		refused(t, set(w, w.Targets, tgt, map[string]string{"goal": "3"}), "goal", "不能再改")
		refused(t, set(w, w.Measures, m, map[string]string{"due": "2021-12-31"}), "due", "不能再改")
		refused(t, w.Milestones.Delete(ctx, access.System, w.Tenant, mil, 0), "", "已经申报")
		refused(t, do(w, w.Projects, id, "revise", ""), "reason", "请说明")
		refused(t, w.Projects.Do(ctx, liaison, w.Tenant, id, 0, "pass", ""), "", "没有这项权限")
		ok(t, w.Projects.Do(ctx, townSecretary, w.Tenant, id, 0, "revise", "里程碑太粗"))
		ok(t, set(w, w.Milestones, mil, map[string]string{"weight": "60"}))
		ok(t, do(w, w.Projects, id, "submit", ""))
		ok(t, do(w, w.Projects, id, "pass", ""))
		if got := eval(t, w, "secretary.projects", "321182103200", secretarytest.Day); got.Value != 0 {
			t.Error("an approved project counts as running")
		}
		ok(t, do(w, w.Projects, id, "start", ""))
		if got := eval(t, w, "secretary.projects", "321182103200", secretarytest.Day); got.Value != 1 {
			t.Error("a running project does not count")
		}

		refused(t, do(w, w.Projects, id, "apply_closing", ""), "", "还有 1 条举措没有办结、1 个里程碑没有完成")
		ok(t, do(w, w.Measures, m, "start", ""))
		refused(t, do(w, w.Measures, m, "finish", ""), "evidence", "请先")
		ok(t, set(w, w.Measures, m, map[string]string{"evidence": "协议一份"}))
		ok(t, do(w, w.Measures, m, "finish", ""))
		refused(t, set(w, w.Milestones, mil, map[string]string{"done": "2021-11-11"}), "done", "不能晚于今天")
		ok(t, set(w, w.Milestones, mil, map[string]string{"done": "2021-11-10"}))
		ok(t, do(w, w.Projects, id, "apply_closing", ""))
		ok(t, do(w, w.Projects, id, "refuse", "佐证不足"))
		ok(t, do(w, w.Projects, id, "resume", ""))
		ok(t, do(w, w.Projects, id, "apply_closing", ""))
		ok(t, do(w, w.Projects, id, "accept", ""))
		ok(t, do(w, w.Projects, id, "commend", ""))
		p, err = w.Projects.Get(ctx, liaison, w.Tenant, id)
		ok(t, err)
		if p.State != secretary.Excellent || p.Started != secretarytest.Day || p.Closed != secretarytest.Day {
			t.Errorf("ended as %+v", p)
		}
		if err := do(w, w.Cycles, byKey(t, w, w.Cycles, cycle).ID, "close", ""); err == nil {
			t.Error("a cycle with running projects was closed")
		}
	})
}

func TestTargetRules(t *testing.T) {
	each(t, func(t *testing.T, w *secretarytest.World) {
		w.LoadDemo()
		good := map[string]string{"project": "SJ-2021-0009", "name": "一个数", "indicator": "brand.sales", "params": "brand=云牵农", "goal": "1,234.50", "due": "2021-12-31"}
		with := func(k, v string) map[string]string {
			out := map[string]string{k: v}
			for n, s := range good {
				if n != k {
					out[n] = s
				}
			}
			return out
		}
		id, err := add(w, w.Targets, good)
		ok(t, err)
		v, err := w.Targets.Get(ctx, access.System, w.Tenant, id)
		ok(t, err)
		if v.Goal != "1234.5" || v.Baseline != "0" || v.Weight != 1 || v.Region != "321182103206" {
			t.Errorf("stored %+v", v)
		}
		for _, c := range []struct{ field, value, want string }{
			{"indicator", "no.such", "不在可选范围内"},
			{"params", "brand", "名称=值"},
			{"goal", "很多", "不是金额"},
			{"goal", "0", "不能等于基期值"},
			{"scopes", "桃花村", "没有找到"},
			{"scopes", "321182103205", "不在项目所属地区之内"},
		} {
			_, err := add(w, w.Targets, with(c.field, c.value))
			refused(t, err, c.field, c.want)
		}
		_, err = add(w, w.Targets, map[string]string{"project": "SJ-2021-0009", "name": "半家企业", "indicator": "joint.enterprises", "goal": "1.5", "due": "2021-12-31"})
		refused(t, err, "goal", "整数")
		_, err = add(w, w.NextSteps, map[string]string{"project": "SJ-2021-0001", "title": "第七大工程", "stated": "2021-11-10"})
		refused(t, err, "target", "请填写")
		_, err = add(w, w.NextSteps, map[string]string{"project": "SJ-2021-0001", "title": "第七大工程", "target": "做成", "indicator": "x", "stated": "2021-11-10"})
		refused(t, err, "indicator", "不在可选范围内")
	})
}

func TestEvaluate(t *testing.T) {
	each(t, func(t *testing.T, w *secretarytest.World) {
		w.LoadDemo()
		w.Values["contract.new_stable_income?workshop"] = 825_000_00
		target := byKey(t, w, w.Targets, "SJMB-2021-0002")
		o, err := secretary.Evaluate(ctx, w.Cat, w.Env.Regions, *target, 2021, secretarytest.Day)
		ok(t, err)
		if o.Percent != 7500 || o.Goal != 1_100_000_00 || len(o.Result.Records) != 1 || o.Problem != "" {
			t.Errorf("got %+v", o)
		}
		// Records made up for other units are really counted, up to the day.
		target = byKey(t, w, w.Targets, "SJMB-2021-0011")
		o, err = secretary.Evaluate(ctx, w.Cat, w.Env.Regions, *target, 2021, date.Must("2021-08-19"))
		ok(t, err)
		if o.Percent != 2500 {
			t.Errorf("got %d", o.Percent)
		}
		target.Indicator = "gone"
		o, err = secretary.Evaluate(ctx, w.Cat, w.Env.Regions, *target, 2021, secretarytest.Day)
		ok(t, err)
		if o.Percent != 0 || !strings.Contains(o.Problem, "指标目录里没有") {
			t.Errorf("got %+v", o)
		}
	})
}
