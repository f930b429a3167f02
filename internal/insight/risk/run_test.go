package risk_test

import (
	"context"
	"flag"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/insight/overview/overviewtest"
	"huicun/internal/insight/risk"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

var (
	clerk    = access.Principal{ID: 11, Name: "报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: villageA}}}
	reviewer = access.Principal{ID: 12, Name: "代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: overviewtest.Town}}}
	chief    = access.Principal{ID: 13, Name: "书记", Grants: []access.Grant{{Role: "town_secretary", Region: overviewtest.Town}}}
)

// run looks for alerts on a day.
func (w *world) run(day string) *risk.Outcome {
	w.t.Helper()
	o, err := w.s.Run(context.Background(), access.System, w.Tenant, overviewtest.Town, date.Must(day), nil)
	w.ok(err)
	return o
}

// alert is the newest alert whose title has some words.
func (w *world) alert(title string) *risk.Alert {
	w.t.Helper()
	page, _, err := w.s.Alerts.List(context.Background(), access.System, w.Tenant, record.Filter{Scope: overviewtest.Town, Page: db.Paging{Sort: "no", Desc: true, Limit: 500}})
	w.ok(err)
	for i := range page.Items {
		if strings.Contains(page.Items[i].Title, title) {
			return &page.Items[i]
		}
	}
	w.t.Fatalf("no alert on %s", title)
	return nil
}

// events are the kinds of an alert's steps.
func (w *world) events(a *risk.Alert) string {
	w.t.Helper()
	list, err := risk.EventsOf(context.Background(), w.DB.Read(), w.Tenant, a.ID)
	w.ok(err)
	var out []string
	for _, e := range list {
		out = append(out, e.Kind)
	}
	return strings.Join(out, " ")
}

func refused(t *testing.T, err error, kind errs.Kind, words string) {
	t.Helper()
	if !errs.Is(err, kind) || !strings.Contains(errs.Message(err)+err.Error(), words) {
		t.Errorf("got %v, want %v with %q", err, kind, words)
	}
}

// TestLife goes with one alert from its raising to its closing, its coming back and its end.
func TestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		w := newWorld(t, d)
		w.off("经营收入薄弱")
		w.off("月份未结账")
		w.off("未公开招租")
		w.workshop("1", "甲社", "12000", "2021-01-01", "2023-12-31")
		w.book("甲账", "2021-01-10", "102", "501 租户 HT-1", "1")
		w.run("2021-01-02")
		if o := w.run("2021-01-02"); o.Raised+o.Risen+o.Fallen+o.Cleared+o.Reopened+o.Escalated != 0 || o.Found == 0 {
			t.Errorf("a second run did something: %+v", o)
		}
		find := func() *risk.Alert { return w.alert("HT-1") }
		a := find()
		if a.State != risk.Open || a.Colour != risk.Blue || a.Owner != "village_bookkeeper" || a.Due != date.China().AddWorkdays(date.Must("2021-01-02"), 10) {
			t.Errorf("raised %+v", a)
		}
		if a.Title != "HT-1 合同1" || !strings.Contains(a.Why, "逾期 1 天") || len(a.Detail().Facts) == 0 || a.Detail().Refs[0].Kind != "contract" {
			t.Errorf("explained as %s %+v", a.Why, a.Detail())
		}
		if list, err := w.s.Mine(ctx, clerk, w.Tenant, villageA, 10); err != nil || len(list) != 1 {
			t.Errorf("the owner's: %d %v", len(list), err)
		}
		if n, err := w.s.MineCount(ctx, chief, w.Tenant, overviewtest.Town, 10); err != nil || n != 0 {
			t.Errorf("the chief's: %d %v", n, err)
		}
		if o := w.run("2021-01-31"); o.Risen != 1 || o.Escalated != 0 {
			t.Errorf("thirty days: %+v", o)
		}
		if o := w.run("2021-03-30"); o.Escalated != 1 || find().Escalated.IsZero() {
			t.Errorf("late: %+v", o)
		}
		if n, err := w.s.MineCount(ctx, chief, w.Tenant, overviewtest.Town, 10); err != nil || n == 0 {
			t.Errorf("told the chief: %d %v", n, err)
		}

		refused(t, w.s.Close(ctx, reviewer, w.Tenant, find().ID, 0, "同意"), errs.State, "待答复")
		refused(t, w.s.Answer(ctx, clerk, w.Tenant, find().ID, 0, "  "), errs.Invalid, "请填写答复")
		refused(t, w.s.Answer(ctx, clerk, w.Tenant, find().ID, find().Version+7, "已催收"), errs.Stale, "刚刚有了变化")
		w.ok(w.s.Answer(ctx, clerk, w.Tenant, find().ID, find().Version, "已催收，月底付清"))
		refused(t, w.s.Close(ctx, clerk, w.Tenant, find().ID, 0, "同意"), errs.Forbidden, "")
		w.ok(w.s.Return(ctx, reviewer, w.Tenant, find().ID, 0, "请附催收函"))
		both := reviewer
		w.ok(w.s.Answer(ctx, both, w.Tenant, find().ID, 0, "催收函见附件"))
		refused(t, w.s.Close(ctx, both, w.Tenant, find().ID, 0, "同意"), errs.Forbidden, "同一个人")
		w.ok(w.s.Close(ctx, chief, w.Tenant, find().ID, 0, "同意分期"))
		if a := find(); a.State != risk.Closed || a.Outcome != "同意分期" || a.ClosedColour != risk.Yellow && a.ClosedColour != risk.Red {
			t.Errorf("closed %+v", a)
		}
		refused(t, w.s.Answer(ctx, clerk, w.Tenant, find().ID, 0, "再答"), errs.State, "已销号")
		was := find().Colour
		if o := w.run("2021-03-31"); was == risk.Yellow && o.Reopened != 0 {
			t.Errorf("let be, and up again: %+v", o)
		}
		// Worse than what was let be comes up again.
		if o := w.run("2021-04-05"); was == risk.Yellow && (o.Reopened != 1 || find().State != risk.Open || find().Reopened != 1) {
			t.Errorf("worse: %+v %+v", o, find())
		}
		// Paid: the rule closes it by itself, and says why.
		w.book("甲账", "2021-04-06", "102", "501 租户 HT-1", "11999")
		o := w.run("2021-04-10")
		if a := find(); a.State != risk.Closed || o.Cleared == 0 || a.Holds || !strings.Contains(a.Outcome, "情形已不存在") {
			t.Errorf("paid: %+v %+v", o, a)
		}
		// The next year's rent is the same alert again.
		if o := w.run("2022-01-05"); o.Reopened == 0 || find().State != risk.Open {
			t.Errorf("back: %+v", o)
		}
		got := w.events(find())
		for _, want := range []string{risk.EventRaised, risk.EventRisen, risk.EventEscalated, risk.EventReplied, risk.EventReturned, risk.EventClosed, risk.EventReopened} {
			if !strings.Contains(got, want) {
				t.Errorf("no %s among %s", want, got)
			}
		}
		_, err := w.s.Run(ctx, access.System, w.Tenant, overviewtest.Town, date.Must("2021-12-31"), nil)
		refused(t, err, errs.State, "不能再按更早的")
		runs, err := risk.Runs(ctx, d.Read(), w.Tenant, 100)
		if err != nil || len(runs) < 5 || runs[0].Day != date.Must("2022-01-05") {
			t.Errorf("runs %d %v", len(runs), err)
		}
	})
}

// TestConfirm: where the rule wants it, a person confirms that the cause is gone; a rule that is switched off closes what
// it raised.
func TestConfirm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		w := newWorld(t, d)
		w.book("甲账", "2021-01-05", "102", "301 租户", "600000")
		w.book("甲账", "2021-01-05", "102", "221 租户", "400000")
		w.run("2021-01-31")
		w.book("甲账", "2021-02-05", "221 租户", "102", "400000")
		w.run("2021-02-28")
		debt := func() *risk.Alert {
			page, _, err := w.s.Alerts.List(ctx, access.System, w.Tenant, record.Filter{Scope: villageA, Eq: map[string]string{"code": "debt_ratio"}, Page: db.Paging{Limit: 9}})
			w.ok(err)
			if len(page.Items) != 1 {
				t.Fatalf("%d alerts", len(page.Items))
			}
			return &page.Items[0]
		}
		if a := debt(); a.State != risk.Cleared || a.Holds {
			t.Fatalf("gone: %+v", a)
		}
		if o := w.run("2021-02-28"); o.Cleared != 0 {
			t.Errorf("cleared twice: %+v", o)
		}
		w.book("甲账", "2021-03-05", "102", "221 租户", "400000")
		if o := w.run("2021-03-31"); o.Reopened != 1 || debt().State != risk.Open {
			t.Errorf("back before it was confirmed: %+v", o)
		}
		w.book("甲账", "2021-04-05", "221 租户", "102", "400000")
		w.run("2021-04-30")
		w.ok(w.s.Close(ctx, chief, w.Tenant, debt().ID, 0, "已还清，同意"))
		if a := debt(); a.State != risk.Closed || a.Outcome != "已还清，同意" {
			t.Errorf("confirmed: %+v", a)
		}
		w.book("甲账", "2021-05-05", "102", "221 租户", "400000")
		w.run("2021-05-31")
		if debt().State != risk.Open {
			t.Error("not back")
		}
		w.add("risk_rule", "预警项目,规则名称,适用地区,启用日期,不做这项预警,责任人,审核人,逾期上报,指标恢复正常后,示例\n资产负债率偏高,不看负债,甲村,2021-06-01,是,镇代理会计,镇党委书记,县级监管员,由审核人确认后销号,否")
		w.run("2021-06-30")
		if a := debt(); a.State != risk.Closed || !strings.Contains(a.Outcome, "已停用") {
			t.Errorf("switched off: %+v", a)
		}
	})
}

// TestRuleMistakes: a rule says what is wrong with it beside the field.
func TestRuleMistakes(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, dbtest.SQLite(t))
	good := map[string]string{"code": "租金逾期", "name": "租金", "region": "八桥镇", "from": "2021-01-01", "blue": "1", "yellow": "30", "red": "90", "blue_days": "5", "owner": "村报账员", "reviewer": "镇代理会计", "escalate": "镇党委书记", "clears": "自动销号并写明原因"}
	try := func(change ...string) error {
		in := map[string]string{}
		for k, v := range good {
			in[k] = v
		}
		for i := 0; i+1 < len(change); i += 2 {
			in[change[i]] = change[i+1]
		}
		r := &risk.Rule{}
		if err := w.s.Rules.SetTexts(ctx, w.Env.ForTenant(w.Tenant), overviewtest.County, r, in); err != nil {
			return err
		}
		_, err := w.s.Rules.Create(ctx, access.System, w.Tenant, "", r)
		return err
	}
	for _, c := range []struct {
		change      []string
		field, says string
	}{
		{[]string{"yellow", "1"}, "yellow", "应比蓝色更严重"}, {[]string{"red", "很久"}, "red", "整数"}, {[]string{"blue", "-1"}, "blue", "整数"},
		{[]string{"blue", "", "yellow", "", "red", ""}, "red", "至少填写一档"}, {[]string{"params", "最低=5"}, "params", "没有“最低”这个参数"},
		{[]string{"params", "最低欠款"}, "params", "名称=值"}, {[]string{"params", "最低欠款=五元"}, "params", "最低欠款"}, {[]string{"reviewer", "村报账员"}, "reviewer", "应与责任人不同"},
		{[]string{"to", "2020-01-01"}, "to", "不能早于"},
		{[]string{"code", "合同到期", "blue", "30", "yellow", "60", "red", "90"}, "yellow", "越小越严重"},
		{[]string{"code", "租金偏低", "blue", "90", "yellow", "80", "red", "70", "params", "参照范围=省"}, "params", "只能是"},
	} {
		err := try(c.change...)
		e := errs.As(err)
		if e == nil || len(e.Fields) == 0 || e.Fields[0].Name != c.field || !strings.Contains(e.Fields[0].Msg, c.says) {
			t.Errorf("%v: %v", c.change, err)
		}
	}
	w.ok(try("params", "最低欠款＝100.5；"))
	if e := errs.As(try("from", "2021-06-01")); e == nil || !strings.Contains(e.Fields[0].Msg, "日期重叠") {
		t.Errorf("two rules at once: %v", e)
	}
	w.workshop("1", "甲社", "12000", "2021-01-01", "2023-12-31")
	w.book("甲账", "2021-01-10", "102", "501 租户 HT-1", "1")
	r := risk.Rule{Code: "rent_overdue", Edges: [3]string{"", "", "5"}, Owner: "village_bookkeeper", Reviewer: "town_accountant"}
	r.Region = overviewtest.Town
	list, err := w.s.Try(ctx, w.Tenant, &r, date.Must("2021-01-06"))
	if err != nil || len(list) != 1 || list[0].Colour != risk.Red {
		t.Errorf("tried: %+v %v", list, err)
	}
	if o := w.run("2021-01-02"); o.Raised != 0 {
		page, _, _ := w.s.Alerts.List(ctx, access.System, w.Tenant, record.Filter{Scope: overviewtest.Town, Eq: map[string]string{"code": "rent_overdue"}, Page: db.Paging{Limit: 9}})
		if len(page.Items) != 1 {
			t.Errorf("the town's rule: %d", len(page.Items))
		}
	}
}

// TestHistories goes random ways: whatever was raised is open, or closed with a reason, and at most one is open on a
// subject; each has its steps, the first of which is its raising.
func TestHistories(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = flag.Set("rapid.checks", "15") // each makes a database
	}
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		w := newWorld(t, dbtest.SQLite(t))
		w.workshop("1", "甲社", "12000", "2021-01-01", "2023-12-31")
		w.workshop("2", "乙社", "24000", "2021-01-01", "2021-06-30")
		w.book("甲账", "2021-01-01", "102", "501", "1")
		day := date.Must("2021-01-01")
		who := []access.Principal{clerk, reviewer, chief, access.System}
		for range rapid.IntRange(4, 12).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0, 1:
				day = day.AddDays(rapid.IntRange(0, 60).Draw(rt, "days"))
				w.run(day.String())
			case 2:
				w.book("甲账", day.String(), "102", "501 租户 HT-1", rapid.SampledFrom([]string{"100", "11999", "12000"}).Draw(rt, "paid"))
			case 3:
				page, _, err := w.s.Alerts.List(ctx, access.System, w.Tenant, record.Filter{Scope: overviewtest.Town, Page: db.Paging{Limit: 100}})
				w.ok(err)
				if len(page.Items) == 0 {
					continue
				}
				a := &page.Items[rapid.IntRange(0, len(page.Items)-1).Draw(rt, "which")]
				p := rapid.SampledFrom(who).Draw(rt, "who")
				do := rapid.SampledFrom([]func(context.Context, access.Principal, int64, ids.ID, int64, string) error{w.s.Answer, w.s.Close, w.s.Return, w.s.Reopen}).Draw(rt, "act")
				if err := do(ctx, p, w.Tenant, a.ID, 0, "理由"); err != nil && errs.KindOf(err) == errs.Internal {
					rt.Fatal(err)
				}
			}
		}
		page, _, err := w.s.Alerts.List(ctx, access.System, w.Tenant, record.Filter{Scope: overviewtest.Town, Page: db.Paging{Limit: 500}})
		w.ok(err)
		open := map[string]bool{}
		for i := range page.Items {
			a := &page.Items[i]
			if a.State == risk.Closed {
				if a.Outcome == "" || a.ClosedOn.IsZero() {
					rt.Fatalf("closed without a reason: %+v", a)
				}
			} else if k := a.Code + a.Subject; open[k] {
				rt.Fatalf("two open on %s", k)
			} else {
				open[k] = true
			}
			if got := w.events(a); !strings.HasPrefix(got, risk.EventRaised) {
				rt.Fatalf("%s began with %s", a.No, got)
			}
		}
		if o := w.run(day.String()); o.Raised+o.Risen+o.Fallen != 0 {
			if again := w.run(day.String()); again.Raised+again.Risen+again.Fallen+again.Reopened+again.Cleared != 0 {
				rt.Fatalf("a run twice: %+v", again)
			}
		}
	})
}

// BenchmarkNight is a night's run over 300 villages with 40 contracts each: the first, which raises, and the next day's.
func BenchmarkNight(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	w.county(300, 40)
	day := date.Must("2021-06-30")
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			w.run(day.String())
		}
	})
	b.Run("next", func(b *testing.B) {
		for b.Loop() {
			day = day.AddDays(1)
			w.run(day.String())
		}
	})
}
