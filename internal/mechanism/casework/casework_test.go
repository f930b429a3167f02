package casework

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/registry/access"
)

var demo = []string{
	"02-party", "02-party-attract", "02-party-casework", "35-person-attract", "50-lead", "54-sla", "55-campaign", "56-visit", "57-request",
}

func with(base, extra map[string]string) map[string]string {
	out := maps.Clone(base)
	maps.Copy(out, extra)
	return out
}

var newRequest = map[string]string{
	"firm": "示例电缆桥架厂", "channel": "来电", "class": "用地", "urgency": "一般", "content": "扩建车间用地", "raised_on": "2021-11-01",
}

const bureau = "扬中市自然资源和规划局八桥中心所"

// The whole loop: received, assigned, answered, refused by the firm, handled again, closed.
func TestRequestLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party")
		_, err := mechtest.Add(w.World, w.requests, newRequest)
		mechtest.Refused(t, err, "sla", "请先在“办理时限”里设定")
		w.Load("54-sla")
		r := mechtest.MustAdd(w.World, w.requests, newRequest)
		if r.No != "SQ-2021-0001" || r.Region != village || r.AcceptDue != date.Must("2021-11-02") || r.DueOn != date.Must("2021-11-15") {
			t.Fatalf("got %s in %s, due %s and %s", r.No, r.Region, r.AcceptDue, r.DueOn)
		}
		mechtest.MustDo(w.World, w.requests, r.No, "accept")
		mechtest.Refused(t, mechtest.Do(w.World, w.requests, r.No, "assign"), "department", "牵头单位")
		mechtest.Refused(t, mechtest.Set(w.World, w.requests, r.No, map[string]string{"department": bureau, "codepartments": bureau}), "codepartments", "不用再列为")
		if err := mechtest.Set(w.World, w.requests, r.No, map[string]string{"department": bureau, "codepartments": "市水务集团、八桥镇经济发展和建设局"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.requests, r.No, "assign", "return", "assign", "handle")
		mechtest.Refused(t, mechtest.Do(w.World, w.requests, r.No, "answer"), "result", "请先填写办理结果")
		mechtest.Refused(t, mechtest.Set(w.World, w.requests, r.No, map[string]string{"closed_on": "2021-11-05"}), "closed_on", "请通过操作办理")
		for again := range 3 {
			if err := mechtest.Set(w.World, w.requests, r.No, map[string]string{"result": "手续已办"}); err != nil {
				t.Fatal(err)
			}
			mechtest.MustDo(w.World, w.requests, r.No, "answer")
			mechtest.Refused(t, mechtest.Do(w.World, w.requests, r.No, "close"), "satisfaction", "请先回访")
			if err := mechtest.Set(w.World, w.requests, r.No, map[string]string{"satisfaction": "不满意"}); err != nil {
				t.Fatal(err)
			}
			mechtest.Refused(t, mechtest.Do(w.World, w.requests, r.No, "close"), "satisfaction", "不能办结")
			mechtest.MustDo(w.World, w.requests, r.No, "reopen")
			got := mechtest.ByKey(w.World, w.requests, r.No)
			if got.Reopened != again+1 || got.State != "handling" || !got.AnsweredOn.IsZero() || got.Problem != (again == 2) {
				t.Errorf("reopened %d times, %s, problem %v", got.Reopened, got.State, got.Problem)
			}
		}
		mechtest.MustDo(w.World, w.requests, r.No, "answer")
		if err := mechtest.Set(w.World, w.requests, r.No, map[string]string{"satisfaction": "基本满意"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.requests, r.No, "close")
		got, err := w.requests.Get(t.Context(), access.System, w.Tenant, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.ClosedOn != day || got.Returned != 1 || len(got.Codepartments) != 2 || !got.Problem {
			t.Errorf("closed on %s, returned %d, helped by %d, problem %v", got.ClosedOn, got.Returned, len(got.Codepartments), got.Problem)
		}
		mechtest.Refused(t, mechtest.Set(w.World, w.requests, r.No, map[string]string{"satisfaction": "不满意"}), "satisfaction", "不满意重办")
		mechtest.Refused(t, mechtest.Set(w.World, w.requests, r.No, map[string]string{"reopened": "0", "reopened_on": ""}), "reopened", "不能直接更改")
		mechtest.Refused(t, mechtest.Set(w.World, w.requests, r.No, map[string]string{"accepted_on": "2021-11-02"}), "accepted_on", "不能直接更改")
		mechtest.MustDo(w.World, w.requests, r.No, "reopen")
	})
}

func TestRequestRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "54-sla", "55-campaign")
		campaign := "八桥镇“走听转办”专项活动"
		base := map[string]string{
			"campaign": campaign, "officer": "八桥镇经济发展和建设局", "officer_role": "镇经发局联络员", "firm": "爱格", "on_date": "2021-11-08",
		}
		_, err := mechtest.Add(w.World, w.visits, with(base, map[string]string{"on_date": "2020-12-31"}))
		mechtest.Refused(t, err, "on_date", "不在活动期间内")
		_, err = mechtest.Add(w.World, w.visits, with(base, map[string]string{"firm": "扬中市邮政公司"}))
		mechtest.Refused(t, err, "campaign", "不在这个地区开展")
		v := mechtest.MustAdd(w.World, w.visits, base)
		if v.No != "ZF-2021-0001" || v.Region != town {
			t.Errorf("visit %s in %s", v.No, v.Region)
		}
		raised := with(newRequest, map[string]string{"visit": v.No, "firm": "爱格", "raised_on": ""})
		_, err = mechtest.Add(w.World, w.requests, raised)
		mechtest.Refused(t, err, "visit", "还没有完成")
		mechtest.Refused(t, mechtest.Do(w.World, w.visits, v.No, "done"), "notes", "走访记录")
		if err := mechtest.Set(w.World, w.visits, v.No, map[string]string{"notes": "供电不足"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.visits, v.No, "done")
		_, err = mechtest.Add(w.World, w.requests, with(raised, map[string]string{"firm": "迪创"}))
		mechtest.Refused(t, err, "firm", "不是同一家")
		if r := mechtest.MustAdd(w.World, w.requests, raised); r.RaisedOn != date.Must("2021-11-08") || r.Region != town {
			t.Errorf("raised on %s in %s", r.RaisedOn, r.Region)
		}
		later := mechtest.MustAdd(w.World, w.visits, with(base, map[string]string{"on_date": "2021-11-18", "notes": "计划"}))
		mechtest.Refused(t, mechtest.Do(w.World, w.visits, later.No, "done"), "on_date", "不能晚于今天")
		_, err = mechtest.Add(w.World, w.requests, with(newRequest, map[string]string{"raised_on": "2021-11-11"}))
		mechtest.Refused(t, err, "raised_on", "不能晚于今天")
		_, err = mechtest.Add(w.World, w.slas, map[string]string{"name": "倒置", "region": "八桥镇", "accept_days": "5", "answer_days": "3", "close_days": "2", "valid_from": "2021-01-01"})
		mechtest.Refused(t, err, "close_days", "不能短于答复时限")
		_, err = mechtest.Add(w.World, w.campaigns, map[string]string{"name": "倒置", "kind": "其他走访活动", "region": "八桥镇", "from": "2021-02-01", "to": "2021-01-01"})
		mechtest.Refused(t, err, "to", "不能早于开始日期")
	})
}

func TestExtension(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "54-sla")
		open := func(raised string) *Request {
			r := mechtest.MustAdd(w.World, w.requests, with(newRequest, map[string]string{"raised_on": raised, "department": bureau}))
			mechtest.MustDo(w.World, w.requests, r.No, "accept", "assign", "handle")
			return r
		}
		ask := func(r *Request, to string) error {
			if err := mechtest.Set(w.World, w.requests, r.No, map[string]string{"extension_to": to, "extension_reason": "补充资料"}); err != nil {
				t.Fatal(err)
			}
			return mechtest.Do(w.World, w.requests, r.No, "ask_extension")
		}
		r := open("2021-11-01") // due on the 15th
		mechtest.Refused(t, ask(r, "2021-11-15"), "extension_to", "晚于现在的应办结日期")
		mechtest.Refused(t, ask(r, "2021-12-07"), "extension_to", "不能晚于 2021-12-06")
		mechtest.Refused(t, ask(open("2021-10-20"), "2021-11-12"), "extension_to", "已来不及") // due on the 3rd
		if err := ask(r, "2021-11-22"); err != nil {
			t.Fatal(err)
		}
		if got := mechtest.ByKey(w.World, w.requests, r.No); got.DueOn != date.Must("2021-11-15") {
			t.Errorf("asking alone moved the due day to %s", got.DueOn)
		}
		mechtest.MustDo(w.World, w.requests, r.No, "grant_extension")
		if got := mechtest.ByKey(w.World, w.requests, r.No); got.DueOn != date.Must("2021-11-22") || got.ExtendedOn != day {
			t.Errorf("due on %s", got.DueOn)
		}
		// A second request for more that is refused leaves what was granted.
		if err := ask(r, "2021-11-29"); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.requests, r.No, "refuse_extension")
		if got := mechtest.ByKey(w.World, w.requests, r.No); got.DueOn != date.Must("2021-11-22") || got.ExtensionTo != got.DueOn {
			t.Errorf("due on %s, asked until %s", got.DueOn, got.ExtensionTo)
		}
	})
}

// A profile that changes does not move the due days of requests that were raised before.
func TestProfiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "54-sla")
		mechtest.MustAdd(w.World, w.slas, map[string]string{
			"name": "幸福村办理时限", "region": "幸福村", "accept_days": "1", "answer_days": "2", "close_days": "3", "valid_from": "2021-11-01",
		})
		r := mechtest.MustAdd(w.World, w.requests, newRequest)
		early := mechtest.MustAdd(w.World, w.requests, with(newRequest, map[string]string{"raised_on": "2021-10-29"}))
		urgent := mechtest.MustAdd(w.World, w.requests, with(newRequest, map[string]string{"firm": "爱格", "urgency": "紧急"}))
		if r.DueOn != date.Must("2021-11-04") || early.DueOn != date.Must("2021-11-12") || urgent.DueOn != date.Must("2021-11-08") {
			t.Errorf("due on %s, %s, %s", r.DueOn, early.DueOn, urgent.DueOn)
		}
		if err := mechtest.Set(w.World, w.slas, "幸福村办理时限", map[string]string{"close_days": "9"}); err != nil {
			t.Fatal(err)
		}
		if err := mechtest.Set(w.World, w.requests, r.No, map[string]string{"content": "改写"}); err != nil {
			t.Fatal(err)
		}
		if got := mechtest.ByKey(w.World, w.requests, r.No); got.DueOn != r.DueOn {
			t.Errorf("due day moved to %s", got.DueOn)
		}
	})
}

func TestDemo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load(demo...)
		if again := w.ImportFile("57-request"); len(again.Report.Errors) > 0 || again.Created > 0 {
			t.Errorf("importing twice: %+v", again)
		}
		asOf := date.Must("2021-11-12")
		count := func(r indicator.Result, kind string) int {
			n := 0
			for _, x := range r.Records {
				if x.ID == 0 || x.No == "" || x.Region == "" || x.Date.IsZero() {
					t.Errorf("record %+v", x)
				}
				if x.Kind == kind {
					n++
				}
			}
			return n
		}
		solved := w.Eval("casework.solved_for_leads", 2021, asOf, map[string]string{"industry": "新材料"})
		if solved.Value != 2 || count(solved, "request") != 2 {
			t.Errorf("solved %d", solved.Value)
		}
		if before := w.Eval("casework.solved_for_leads", 2021, date.Must("2021-06-21"), map[string]string{"industry": "新材料"}); before.Value != 1 {
			t.Errorf("solved by 21 June %d", before.Value)
		}
		visits := w.Eval("casework.campaign_visits", 2021, asOf, nil)
		if visits.Value != 12 || count(visits, "campaign") != 2 || count(visits, "visit") != 12 || count(visits, "request") != 11 {
			t.Errorf("visits %d with %d campaigns and %d requests", visits.Value, count(visits, "campaign"), count(visits, "request"))
		}
		land := map[string]string{"class": "land"}
		if r := w.Eval("casework.department_help", 2021, asOf, land, village); r.Count != 0 {
			t.Errorf("help without an agreement: %+v", r.Records)
		}
		w.pairs = []indicator.Record{
			{Kind: "agreement", ID: 1, No: "JD-1", Region: village, Date: date.Must("2021-03-01"), Amount: 1},
			{Kind: "agreement", ID: 2, No: "JD-2", Region: "321182103211", Date: date.Must("2021-03-01"), Amount: 1},
		}
		if r := w.Eval("casework.department_help", 2021, asOf, land); r.Value != 3 || count(r, "agreement") != 1 {
			t.Errorf("help %d: %+v", r.Value, r.Records)
		}
		if n := w.Eval("casework.requests", 2021, asOf, nil).Value; n != 16 {
			t.Errorf("requests %d", n)
		}
		if r := w.Eval("casework.overdue", 2021, asOf, nil); r.Value != 1 || r.Records[0].No != "SQ-2021-0012" {
			t.Errorf("overdue %+v", r.Records)
		}
		if r := w.Eval("casework.on_time", 2021, asOf, nil); r.Num != 8 || r.Den != 10 || r.Value != 8000 {
			t.Errorf("on time %d of %d: %+v", r.Num, r.Den, r.Records)
		}
		if r := w.Eval("casework.satisfaction", 2021, asOf, nil); r.Num != 9 || r.Den != 10 {
			t.Errorf("satisfied %d of %d: %+v", r.Num, r.Den, r.Records)
		}
		// One changed record changes the figure.
		if err := mechtest.Do(w.World, w.requests, "SQ-2021-0003", "reopen"); err != nil {
			t.Fatal(err)
		}
		if after := w.Eval("casework.solved_for_leads", 2021, asOf, map[string]string{"industry": "新材料"}); after.Value != 1 {
			t.Errorf("after a reopening %d", after.Value)
		}
	})
}

func TestTimeliness(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load(demo...)
		ranges, err := w.Env.Regions.Ranges(t.Context(), town)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Timeliness(t.Context(), w.Env.DB.Read(), w.Tenant, ranges, date.Must("2021-01-01"), date.Must("2021-11-12"))
		if err != nil {
			t.Fatal(err)
		}
		if got.Closed != (Rate{8, 10}) || got.Open != 5 || len(got.Overdue) != 1 || got.Withdrawn != (Rate{1, 16}) || got.Reopened != (Rate{2, 16}) ||
			got.Solved != (Rate{9, 14}) {
			t.Errorf("got %+v", got)
		}
		classes, err := ByClass(t.Context(), w.Env.DB.Read(), w.Tenant, ranges, date.Must("2021-01-01"), date.Must("2021-11-12"))
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(classes, func(c ClassCount) bool { return c.Code == "land" }); classes[i].Raised != 3 || classes[i].Closed != 2 {
			t.Errorf("land: %+v", classes[i])
		}
	})
}

// Due days are working days in the order accept, answer, close, and no rate exceeds one.
func TestDuesProperty(t *testing.T) {
	start := date.Must("2021-01-01")
	rapid.Check(t, func(t *rapid.T) {
		s := SLA{AcceptDays: rapid.IntRange(0, 5).Draw(t, "accept")}
		s.AnswerDays = s.AcceptDays + rapid.IntRange(0, 10).Draw(t, "answer")
		s.CloseDays = max(1, s.AnswerDays+rapid.IntRange(0, 20).Draw(t, "close"))
		raised := start.AddDays(rapid.IntRange(0, 364).Draw(t, "day"))
		accept, answer, closing := s.dues(raised)
		if accept.Before(raised) || answer.Before(accept) || closing.Before(answer) || !date.China().IsWorkday(closing) {
			t.Fatalf("raised %s: %s, %s, %s", raised, accept, answer, closing)
		}
		if n := date.China().WorkdaysBetween(raised, closing); n != s.CloseDays {
			t.Fatalf("%d working days, not %d", n, s.CloseDays)
		}
		r := Request{RaisedOn: raised, AcceptDue: accept, AnswerDue: answer, DueOn: closing}
		r.ClosedOn = raised.AddDays(rapid.IntRange(0, 60).Draw(t, "closed"))
		to := raised.AddDays(rapid.IntRange(0, 90).Draw(t, "to"))
		var tm Timely
		tm.judge(&r, start, to)
		if tm.Closed.Num > tm.Closed.Den || r.OpenOn(to) == (!r.ClosedOn.After(to)) || tm.Closed.Num == 1 && r.ClosedOn.After(closing) {
			t.Fatalf("%+v at %s: %+v", r, to, tm)
		}
	})
}
