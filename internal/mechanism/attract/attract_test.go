package attract

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/mechtest"
)

var demo = []string{
	"02-party", "02-party-attract", "35-person-attract", "50-lead", "51-lead_fact", "52-party_body", "53-body_meeting",
}

func newLead(extra map[string]string) map[string]string {
	in := map[string]string{
		"name": "示例测试项目", "region": "永兴村", "investor": "示例测试集团（上海）", "industry": "新材料", "source": "走访",
		"reporter": "扬中市八桥镇永兴村村民委员会", "reporter_role": "村委会主任",
	}
	for k, v := range extra {
		in[k] = v
	}
	return in
}

func TestLeadLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "35-person-attract")
		l := mechtest.MustAdd(w.World, w.leads, newLead(nil))
		if l.No != "XM-2021-0001" || l.ReportedOn != day {
			t.Fatalf("got %s reported on %s", l.No, l.ReportedOn)
		}
		mechtest.MustDo(w.World, w.leads, l.No, "screen")
		mechtest.Refused(t, mechtest.Do(w.World, w.leads, l.No, "effective"), "papers", "请先填写项目内容或佐证材料")
		if err := mechtest.Set(w.World, w.leads, l.No, map[string]string{"content": "建设新材料生产线"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.leads, l.No, "effective", "talk", "terms")
		mechtest.Refused(t, mechtest.Do(w.World, w.leads, l.No, "sign"), "total", "请先填写计划总投资")
		mechtest.Refused(t, mechtest.Do(w.World, w.leads, l.No, "start"), "", "不能开工")
		mechtest.Refused(t, mechtest.Set(w.World, w.leads, l.No, map[string]string{"total": "1000", "fixed": "2000"}), "fixed", "不能大于")
		if err := mechtest.Set(w.World, w.leads, l.No, map[string]string{"total": "5000万", "fixed": "30000000"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.leads, l.No, "sign")
		mechtest.Refused(t, mechtest.Do(w.World, w.leads, l.No, "register"), "firm", "请先在“单位”里登记")
		mechtest.MustDo(w.World, w.leads, l.No, "pause")
		mechtest.Refused(t, mechtest.Do(w.World, w.leads, l.No, "resume_talking"), "", "请恢复到“已签约”")
		if got := mechtest.ByKey(w.World, w.leads, l.No); got.StageOn(day) != "paused" || got.StageOn(day.AddDays(-1)) != "" {
			t.Errorf("stages %q and %q", got.StageOn(day), got.StageOn(day.AddDays(-1)))
		}
		mechtest.MustDo(w.World, w.leads, l.No, "resume_signed")
		if err := mechtest.Set(w.World, w.leads, l.No, map[string]string{"firm": "爱格"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.leads, l.No, "register", "start", "complete", "produce", "capacity")
		got := mechtest.ByKey(w.World, w.leads, l.No)
		for _, s := range path {
			if *s.at(got) != day {
				t.Errorf("%s is dated %s", s.state, *s.at(got))
			}
		}
		if got.State != "at_capacity" || got.StageOn(day) != "at_capacity" {
			t.Errorf("state %s, stage %s", got.State, got.StageOn(day))
		}
	})
}

func TestLeadRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "35-person-attract")
		for _, c := range []struct {
			in         map[string]string
			field, msg string
		}{
			{map[string]string{"source": "乡贤"}, "talent", "请选择推介乡贤"},
			{map[string]string{"credit_code": "91310000MA0XL001X0"}, "credit_code", "第 18 位"},
			{map[string]string{"reported_on": "2021-11-11"}, "reported_on", "不能晚于今天"},
			{map[string]string{"signed_on": "2021-11-01"}, "signed_on", "不能填这个日期"},
			{map[string]string{"closed_on": "2021-11-01"}, "closed_on", "还没有终结"},
			{map[string]string{"investor": ""}, "investor", "请填写投资方"},
		} {
			_, err := mechtest.Add(w.World, w.leads, newLead(c.in))
			mechtest.Refused(t, err, c.field, c.msg)
		}
		l := mechtest.MustAdd(w.World, w.leads, newLead(map[string]string{"source": "乡贤", "talent": "RY-0101", "reported_on": "2021-11-01"}))
		mechtest.Refused(t, mechtest.Set(w.World, w.leads, l.No, map[string]string{"reported_on": "2021-10-01"}), "reported_on", "建立后不能更改")
		mechtest.Refused(t, mechtest.Set(w.World, w.leads, l.No, map[string]string{"reporter": "八桥镇经济发展和建设局"}), "reporter", "建立后不能更改")
		if err := mechtest.Set(w.World, w.leads, l.No, map[string]string{"reported_on": "", "name": "改名"}); err != nil {
			t.Errorf("an import without the day should keep it: %v", err)
		}
	})
}

// The first to report an investor has it; the other is told which lead it is.
func TestDuplicate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party")
		first := mechtest.MustAdd(w.World, w.leads, newLead(map[string]string{"content": "甲", "reported_on": "2021-11-01"}))
		second := mechtest.MustAdd(w.World, w.leads, newLead(map[string]string{"content": "乙", "investor": " 示例测试集团 (上海)"}))
		coded := mechtest.MustAdd(w.World, w.leads, newLead(map[string]string{"content": "丙", "investor": "另一个名字", "credit_code": "91310000MA0XL0060T"}))
		mechtest.MustDo(w.World, w.leads, first.No, "screen")
		mechtest.MustDo(w.World, w.leads, second.No, "screen")
		mechtest.Refused(t, mechtest.Do(w.World, w.leads, second.No, "effective"), "investor", first.No)
		mechtest.MustDo(w.World, w.leads, first.No, "effective")
		mechtest.Refused(t, mechtest.Do(w.World, w.leads, second.No, "effective"), "investor", first.No)
		if err := mechtest.Set(w.World, w.leads, first.No, map[string]string{"credit_code": "91310000MA0XL0060T"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.leads, coded.No, "screen")
		mechtest.Refused(t, mechtest.Do(w.World, w.leads, coded.No, "effective"), "investor", first.No)
		mechtest.MustDo(w.World, w.leads, second.No, "duplicate")
		if got := mechtest.ByKey(w.World, w.leads, second.No); got.DuplicateOf != first.ID || got.ClosedOn != day {
			t.Errorf("duplicate of %v on %s", got.DuplicateOf, got.ClosedOn)
		}
		// Two transactions at once are kept apart by the index.
		c := mechtest.ByKey(w.World, w.leads, coded.No)
		err := w.Env.DB.InTx(t.Context(), db.Meta{Tenant: w.Tenant}, func(ctx context.Context, tx *db.Tx) error {
			c.State, c.EffectiveOn = "effective", day
			return leadTable.Update(ctx, tx, c)
		})
		if !db.Violated(err, "lead_credit_code") {
			t.Errorf("got %v", err)
		}
		mechtest.MustDo(w.World, w.leads, first.No, "lose")
		mechtest.MustDo(w.World, w.leads, coded.No, "effective")
	})
}

func TestFactsFollowTheLead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party")
		l := mechtest.MustAdd(w.World, w.leads, newLead(map[string]string{"reported_on": "2021-03-01"}))
		base := map[string]string{"lead": l.No, "year": "2021", "kind": "纳税销售", "on_date": "2021-11-05"}
		with := func(extra map[string]string) map[string]string {
			out := map[string]string{}
			for _, m := range []map[string]string{base, extra} {
				for k, v := range m {
					out[k] = v
				}
			}
			return out
		}
		for _, c := range []struct {
			in         map[string]string
			field, msg string
		}{
			{nil, "expected", "至少填写一项"},
			{map[string]string{"realised": "100"}, "evidence", "佐证材料"},
			{map[string]string{"expected": "100", "realised_jobs": "3"}, "realised_jobs", "只有“就业”"},
			{map[string]string{"kind": "就业", "expected": "100"}, "realised", "按人数填写"},
			{map[string]string{"year": "2022", "realised": "100", "evidence": "x"}, "realised", "全年预计"},
			{map[string]string{"expected": "100", "on_date": "2021-11-11"}, "on_date", "不能晚于今天"},
			{map[string]string{"expected": "100", "on_date": "2021-02-01"}, "on_date", "报送日期"},
		} {
			_, err := mechtest.Add(w.World, w.facts, with(c.in))
			mechtest.Refused(t, err, c.field, c.msg)
		}
		f := mechtest.MustAdd(w.World, w.facts, with(map[string]string{"expected": "100万", "realised": "60万", "evidence": "申报表"}))
		if f.No != "SJ-2021-0001" || f.Region != village || f.Expected != 100*10_000*money.Yuan {
			t.Errorf("got %+v", f)
		}
		_, err := mechtest.Add(w.World, w.facts, with(map[string]string{"expected": "1"}))
		mechtest.Refused(t, err, "on_date", f.No)
		if err := mechtest.Set(w.World, w.leads, l.No, map[string]string{"region": "红光村"}); err != nil {
			t.Fatal(err)
		}
		if got := mechtest.ByKey(w.World, w.facts, f.No); got.Region != "321182103208" {
			t.Errorf("the fact stayed in %s", got.Region)
		}
	})
}

func TestBodies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party")
		in := map[string]string{"name": "测试临时党支部", "kind": "临时党支部", "purpose": "项目招引", "region": "八桥镇", "members": "2", "leader": "镇党委分管负责人"}
		b := mechtest.MustAdd(w.World, w.bodies, in)
		in["name"], in["purpose"] = "测试帮办党小组", "项目帮办"
		_, err := mechtest.Add(w.World, w.bodies, in)
		mechtest.Refused(t, err, "lead", "请选择所帮办的项目")
		meeting := map[string]string{"body": b.Name, "on_date": "2021-11-08", "agenda": "听取汇报"}
		_, err = mechtest.Add(w.World, w.meetings, meeting)
		mechtest.Refused(t, err, "body", "还没有批准")
		mechtest.Refused(t, mechtest.Do(w.World, w.bodies, b.Name, "approve"), "approval_no", "批准文号")
		if err := mechtest.Set(w.World, w.bodies, b.Name, map[string]string{"approval_no": "示例〔2021〕1号", "approved_on": "2021-11-09"}); err != nil {
			t.Fatal(err)
		}
		mechtest.Refused(t, mechtest.Set(w.World, w.bodies, b.Name, map[string]string{"approver": "爱格"}), "approver", "不是党组织")
		mechtest.MustDo(w.World, w.bodies, b.Name, "approve")
		mechtest.Refused(t, mechtest.Do(w.World, w.bodies, b.Name, "activate"), "members", "3 人以上")
		if err := mechtest.Set(w.World, w.bodies, b.Name, map[string]string{"members": "3"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.bodies, b.Name, "activate")
		_, err = mechtest.Add(w.World, w.meetings, meeting)
		mechtest.Refused(t, err, "on_date", "不能早于临时党组织的批准日期 2021-11-09")
		meeting["on_date"] = "2021-11-10"
		if m := mechtest.MustAdd(w.World, w.meetings, meeting); m.No != "HY-2021-0001" || m.Region != town {
			t.Errorf("got %+v", m)
		}
		if r := w.Eval("attract.party_bodies", 2021, day, map[string]string{"purpose": "attraction"}); r.Value != 1 || r.Count != 2 {
			t.Errorf("bodies %d, records %d", r.Value, r.Count)
		}
		mechtest.MustDo(w.World, w.bodies, b.Name, "dissolve")
		if r := w.Eval("attract.party_bodies", 2021, day, nil); r.Value != 0 {
			t.Errorf("a dissolved body still counts: %+v", r.Records)
		}
	})
}

func TestDemo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load(demo...)
		if again := w.ImportFile("50-lead"); len(again.Report.Errors) > 0 || again.Created > 0 {
			t.Errorf("importing twice: %+v", again)
		}
		asOf := date.Must("2021-11-12")
		talent := map[string]string{"source": "talent"}
		r := w.Eval("attract.taxable_sales", 2021, asOf, talent)
		want, yuan := int64(420_000_000), int64(money.Yuan)
		if r.Forecast < want*yuan || r.Forecast > 426_000_000*yuan || r.Value*100 > want*yuan*85 || r.Value == 0 {
			t.Errorf("taxable sales %d of %d", r.Value, r.Forecast)
		}
		sum := int64(0)
		for _, x := range r.Records {
			if sum += x.Amount; x.Kind != "lead_fact" || x.ID == 0 || x.No == "" || x.Region == "" || !x.Sample {
				t.Errorf("record %+v", x)
			}
		}
		if sum != r.Forecast || r.Count != len(r.Records) {
			t.Errorf("records sum to %d, not %d", sum, r.Forecast)
		}
		if h := w.Eval("attract.taxable_sales", 2021, date.Must("2021-07-31"), talent); h.Value != (61_200_000+38_600_000+14_900_000)*yuan || h.Forecast != 374_000_000*yuan {
			t.Errorf("by July %d of %d", h.Value, h.Forecast)
		}
		if v := w.Eval("attract.taxable_sales", 2021, asOf, talent, village); v.Forecast != 151_200_000*yuan {
			t.Errorf("one village %d", v.Forecast)
		}
		if n := w.Eval("attract.landed", 2021, asOf, talent).Value; n != 5 {
			t.Errorf("landed by talents %d", n)
		}
		if n := w.Eval("attract.landed", 2021, date.Must("2021-06-29"), talent).Value; n != 6 {
			t.Errorf("landed before one was lost %d", n)
		}
		if n := w.Eval("attract.leads", 2021, asOf, map[string]string{"stage": "started"}).Value; n != 2 {
			t.Errorf("started %d", n)
		}
		for purpose, n := range map[string]int64{"attraction": 1, "help": 2} {
			if b := w.Eval("attract.party_bodies", 2021, asOf, map[string]string{"purpose": purpose}); b.Value != n || b.Count <= int(n) {
				t.Errorf("bodies for %s: %d with %d records", purpose, b.Value, b.Count)
			}
		}
		// One changed record changes the figure.
		if err := mechtest.Set(w.World, w.facts, "SJ-2021-0005", map[string]string{"expected": "160000000"}); err != nil {
			t.Fatal(err)
		}
		if c := w.Eval("attract.taxable_sales", 2021, asOf, talent); c.Forecast != r.Forecast+8_800_000*yuan || c.Value != r.Value {
			t.Errorf("after the change %d of %d", c.Value, c.Forecast)
		}
	})
}

func TestStages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load(demo[:4]...)
		ranges, err := w.Env.Regions.Ranges(t.Context(), town)
		if err != nil {
			t.Fatal(err)
		}
		count := func(on string) map[string]int {
			list, err := Stages(t.Context(), w.Env.DB.Read(), w.Tenant, ranges, date.Must(on))
			if err != nil {
				t.Fatal(err)
			}
			out := map[string]int{}
			for _, s := range list {
				out[s.Code] = s.Count
			}
			return out
		}
		if got := count("2021-11-10"); got["started"] != 2 || got["producing"] != 4 || got["at_capacity"] != 1 || got["paused"] != 1 || got["lost"] != 1 {
			t.Errorf("now: %v", got)
		}
		if got := count("2021-03-16"); got["signed"] != 1 || got["registered"] != 1 || got["paused"] != 0 || got["lost"] != 0 || got["producing"] != 1 {
			t.Errorf("on 16 March: %v", got)
		}
	})
}

// The stage never runs ahead of what has been dated, and on the last day it is the state.
func TestStageOnProperty(t *testing.T) {
	start := date.Must("2021-01-01")
	rapid.Check(t, func(t *rapid.T) {
		l := Lead{Row: db.Row{ID: ids.ID(1)}}
		on := start
		n := rapid.IntRange(0, len(path)-1).Draw(t, "reached")
		for _, s := range path[:n+1] {
			on = on.AddDays(rapid.IntRange(0, 40).Draw(t, "days"))
			*s.at(&l) = on
		}
		l.State = path[n].state
		if got := l.StageOn(on); got != l.State {
			t.Fatalf("at the end %s, not %s", got, l.State)
		}
		was := -1
		for d := start; !d.After(on); d = d.AddDays(7) {
			at := slices.IndexFunc(path, func(s step) bool { return s.state == l.StageOn(d) })
			if at < was {
				t.Fatalf("fell back to %d from %d on %s", at, was, d)
			}
			was = at
		}
	})
}

func TestMachines(t *testing.T) {
	for _, state := range underWay {
		if Machine.State(state).Label == state {
			t.Errorf("the machine has no state %s", state)
		}
	}
}
