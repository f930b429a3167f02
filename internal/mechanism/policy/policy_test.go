package policy

import (
	"context"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

const issuer = "中共扬中市八桥镇委员会"

// drafted makes a policy with a draft version.
func drafted(w *world, no string) {
	mechtest.MustAdd(w.World, w.policies, map[string]string{"no": no, "title": "《示例办法" + no + "》", "family": "其他", "issuer": issuer, "region": "八桥镇",
		"drafted_on": "2021-10-01", "consulted_on": "2021-10-10", "consult_days": "15", "in_force_on": "2021-11-01"})
	mechtest.MustAdd(w.World, w.versions, map[string]string{"no": "V-" + no, "policy": no, "version_no": "1", "from": "2021-11-01", "summary": "示例", "publicity_days": "5"})
}

func TestPolicyLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party")
		drafted(w, "A1")
		if p := mechtest.ByKey(w.World, w.policies, "A1"); p.Title != "示例办法A1" {
			t.Errorf("title marks are kept: %s", p.Title)
		}
		mechtest.Refused(t, mechtest.Do(w.World, w.policies, "A1", "approve"), "", "只有“征求意见”时才可以")
		mechtest.Refused(t, mechtest.Do(w.World, w.versions, "V-A1", "enact"), "", "须先审定")
		mechtest.MustDo(w.World, w.policies, "A1", "consult", "approve")
		mechtest.Refused(t, mechtest.Do(w.World, w.policies, "A1", "enact"), "", "还没有有效的版本")
		mechtest.MustDo(w.World, w.versions, "V-A1", "enact")
		mechtest.MustDo(w.World, w.policies, "A1", "enact")
		mechtest.Refused(t, mechtest.Set(w.World, w.versions, "V-A1", map[string]string{"summary": "改过"}), "", "不能改内容")
		mechtest.MustAdd(w.World, w.versions, map[string]string{"no": "V2", "policy": "A1", "version_no": "2", "from": "2021-11-09", "summary": "示例"})
		mechtest.Refused(t, mechtest.Do(w.World, w.versions, "V2", "enact"), "from", "与第 1 版的有效期（2021-11-01 起）重叠")
		_, err := mechtest.Add(w.World, w.versions, map[string]string{"policy": "A1", "version_no": "2", "from": "2022-01-01", "summary": "示例"})
		mechtest.Refused(t, err, "version_no", "已经有第 2 版")
		if err := mechtest.Set(w.World, w.versions, "V-A1", map[string]string{"to": "2021-11-08"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.versions, "V2", "enact")
		mechtest.Refused(t, mechtest.Do(w.World, w.policies, "A1", "supersede"), "superseded_by", "请先填写替代它的政策")
		mechtest.MustDo(w.World, w.policies, "A1", "suspend")
		p := mechtest.ByKey(w.World, w.policies, "A1")
		if p.HoldsOn(day) || !p.HoldsOn(date.Must("2021-11-05")) || p.SuspendedOn != day {
			t.Errorf("suspended on %s, but holds on the day: %v", p.SuspendedOn, p.HoldsOn(day))
		}
		mechtest.MustDo(w.World, w.policies, "A1", "resume")
		if !mechtest.ByKey(w.World, w.policies, "A1").HoldsOn(day) {
			t.Error("a resumed policy does not hold")
		}
	})
}

func TestPolicyConsultation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party")
		p := mechtest.MustAdd(w.World, w.policies, map[string]string{"title": "示例", "family": "其他", "issuer": issuer, "region": "八桥镇", "drafted_on": "2021-11-01", "consult_days": "15"})
		if p.No != "ZC-2021-0001" {
			t.Errorf("number %s", p.No)
		}
		mechtest.MustDo(w.World, w.policies, p.No, "consult")
		mechtest.Refused(t, mechtest.Do(w.World, w.policies, p.No, "approve"), "", "2021年11月25日起才能审定")
		_, err := mechtest.Add(w.World, w.policies, map[string]string{"title": "示例", "family": "其他", "issuer": issuer, "region": "八桥镇", "drafted_on": "2021-11-01", "consulted_on": "2021-10-01"})
		mechtest.Refused(t, err, "consulted_on", "不能早于起草日期")
		_, err = mechtest.Add(w.World, w.policies, map[string]string{"title": "示例", "family": "其他", "issuer": issuer, "region": "八桥镇"})
		mechtest.Refused(t, err, "drafted_on", "请填写起草日期")
	})
}

func TestAwardLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "30-policy", "31-policy_version", "35-person")
		in := map[string]string{"policy": "ZC-2021-0001", "year": "2021", "party": "八桥镇八桥村股份经济合作社", "purpose": "信息奖励", "amount": "6000"}
		with := func(more map[string]string) map[string]string {
			m := map[string]string{}
			for k, v := range in {
				m[k] = v
			}
			for k, v := range more {
				m[k] = v
			}
			return m
		}
		a := mechtest.MustAdd(w.World, w.awards, in)
		if a.No != "JL-2021-0001" || a.Region != village || a.Version != mechtest.ByKey(w.World, w.versions, "BB-2021-0002").ID {
			t.Errorf("award %s in %s under %d", a.No, a.Region, a.Version)
		}
		_, err := mechtest.Add(w.World, w.awards, with(map[string]string{"person": "RY-0001"}))
		mechtest.Refused(t, err, "person", "只能填一个")
		_, err = mechtest.Add(w.World, w.awards, with(map[string]string{"party": "", "region": "八桥村"}))
		mechtest.Refused(t, err, "party", "请填写领奖单位或领奖人员")
		_, err = mechtest.Add(w.World, w.awards, with(map[string]string{"year": "2019"}))
		mechtest.Refused(t, err, "year", "2019 年没有有效的版本")
		_, err = mechtest.Add(w.World, w.awards, with(map[string]string{"version": "BB-2021-0001"}))
		mechtest.Refused(t, err, "version", "不是《八桥镇项目招引信息考核奖励办法》的版本")
		_, err = mechtest.Add(w.World, w.awards, with(map[string]string{"region": "扬中市"}))
		mechtest.Refused(t, err, "region", "适用范围")
		_, err = mechtest.Add(w.World, w.awards, with(map[string]string{"amount": "0"}))
		mechtest.Refused(t, err, "amount", "请填写金额")

		if err := mechtest.Set(w.World, w.awards, a.No, map[string]string{"published_on": "2021-11-06"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.awards, a.No, "publish")
		mechtest.Refused(t, mechtest.Do(w.World, w.awards, a.No, "approve"), "", "2021年11月11日起才能批准")
		mechtest.Refused(t, mechtest.Set(w.World, w.awards, a.No, map[string]string{"amount": "7000"}), "", "请退回重核")
		mechtest.MustDo(w.World, w.awards, a.No, "return", "recompute")
		if got := mechtest.ByKey(w.World, w.awards, a.No); !got.PublishedOn.IsZero() {
			t.Error("the day of publication outlives a recomputation")
		}
		if err := mechtest.Set(w.World, w.awards, a.No, map[string]string{"amount": "7000", "published_on": "2021-11-01"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.awards, a.No, "publish", "approve")
		mechtest.Refused(t, mechtest.Do(w.World, w.awards, a.No, "pay"), "paid_on", "请先填写发放日期")
		if err := mechtest.Set(w.World, w.awards, a.No, map[string]string{"paid_on": "2021-11-10"}); err != nil {
			t.Fatal(err)
		}
		if v := w.Eval("policy.award_year", 2021, day, nil).Value; v != 0 {
			t.Errorf("an unpaid award counts %d", v)
		}
		mechtest.MustDo(w.World, w.awards, a.No, "pay")
		if v := w.Eval("policy.award_year", 2021, day, nil).Value; v != 700_000 {
			t.Errorf("paid %d", v)
		}
		mechtest.Refused(t, mechtest.Set(w.World, w.awards, a.No, map[string]string{"published_on": "2021-10-31"}), "", "已经发放")
		mechtest.MustDo(w.World, w.awards, a.No, "file", "claw_back")
		if v := w.Eval("policy.award_year", 2021, day, nil).Value; v != 0 {
			t.Errorf("what was got back counts %d", v)
		}
		page, n, err := w.awards.List(t.Context(), access.System, w.Tenant, record.Filter{Scope: town, Eq: map[string]string{"year": "2021", "purpose": "information"}, Page: db.Paging{Limit: 10}})
		if err != nil || n != 1 || len(page.Items) != 1 {
			t.Errorf("filtered by year: %d, %v", n, err)
		}
	})
}

func TestDemoFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "30-policy", "31-policy_version", "35-person", "36-award")
		f01 := map[string]string{"years": "4", "policy": "关于激发村级活力助推乡村振兴的意见"}
		r := w.Eval("policy.award_paid", 2021, day, f01)
		if r.Value < 950_000_000 || r.Value >= 1_000_000_000 {
			t.Errorf("F01 is %s", money.Fen(r.Value))
		}
		if got := indicator.Nearly.Word(indicator.Yuan, r, 0); got != "近1000万元" {
			t.Errorf("F01 reads %s", got)
		}
		places := map[string]bool{}
		var sum int64
		for _, x := range r.Records {
			places[x.Region] = true
			sum += x.Amount
			if x.ID == 0 || x.Title == "" || !x.Sample {
				t.Errorf("record %+v", x)
			}
		}
		if len(places) != 9 || sum != r.Value || r.Count != len(r.Records) {
			t.Errorf("%d villages, records sum to %d of %d", len(places), sum, r.Value)
		}
		info := map[string]string{"policy": "ZC-2021-0001", "year": "2021", "party": "八桥镇八桥村股份经济合作社", "purpose": "信息奖励", "amount": "3000"}
		for on, events := range map[string][]string{"2021-11-01": {"publish", "approve"}, "2021-11-09": {"publish"}} {
			a := mechtest.MustAdd(w.World, w.awards, info)
			w.must(mechtest.Set(w.World, w.awards, a.No, map[string]string{"published_on": on}))
			mechtest.MustDo(w.World, w.awards, a.No, events...)
			if len(events) > 1 {
				w.must(mechtest.Set(w.World, w.awards, a.No, map[string]string{"paid_on": "2021-11-10"}))
				mechtest.MustDo(w.World, w.awards, a.No, "pay")
			}
		}
		stages, err := AwardStages(t.Context(), w.Env.DB.Read(), w.Tenant, [][2]string{{"321182103", "321182104"}}, 2021)
		if err != nil || len(stages) != 2 || stages[0].State != Published || stages[0].Count != 1 || stages[1].State != Paid {
			t.Errorf("stages %+v, %v", stages, err)
		}

		if res := w.ImportFile("36-award"); len(res.Report.Errors) > 0 || res.Created != 0 {
			t.Errorf("importing again: %+v", res)
		}

		// A record changed: one award got back today leaves the sum, but not yesterday's.
		a := mechtest.ByKey(w.World, w.awards, "JL-2021-0001")
		mechtest.MustDo(w.World, w.awards, a.No, "claw_back")
		if now := w.Eval("policy.award_paid", 2021, day, f01).Value; now != r.Value-int64(a.Amount) {
			t.Errorf("after the claw-back %d, want %d", now, r.Value-int64(a.Amount))
		}
		if before := w.Eval("policy.award_paid", 2021, day.AddDays(-1), f01).Value; before != r.Value {
			t.Errorf("the day before %d, want %d", before, r.Value)
		}

		f33 := map[string]string{"policy": "《八桥镇项目招引信息考核奖励办法》"}
		kinds := map[string]int{}
		r = w.Eval("policy.in_force", 2021, day, f33)
		for _, x := range r.Records {
			kinds[x.Kind]++
		}
		if r.Value != 1 || kinds["policy"] != 1 || kinds["policy_version"] != 1 || kinds["award"] != 1 {
			t.Errorf("F33: %d with %v", r.Value, kinds)
		}
		if r := w.Eval("policy.in_force", 2021, day, f33, village); r.Value != 1 {
			t.Errorf("the town's policy does not hold in the village: %d", r.Value)
		}
		if r := w.Eval("policy.in_force", 2021, date.Must("2021-02-28"), f33); r.Value != 0 || r.Count != 0 {
			t.Errorf("in force before its day: %d", r.Value)
		}
		if r := w.Eval("policy.in_force", 2021, day, nil); r.Value != 3 {
			t.Errorf("%d policies in force", r.Value)
		}
	})
}

// Successors belong to a policy's family also when the family is 其他.
func TestFamily(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party")
		for _, no := range []string{"A1", "A2", "A3"} {
			drafted(w, no)
			mechtest.MustDo(w.World, w.policies, no, "consult", "approve")
			mechtest.MustDo(w.World, w.versions, "V-"+no, "enact")
			mechtest.MustDo(w.World, w.policies, no, "enact")
		}
		if err := mechtest.Set(w.World, w.policies, "A1", map[string]string{"superseded_by": "A2"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.policies, "A1", "supersede")
		for title, want := range map[string]int{"示例办法A1": 2, "示例办法A2": 2, "示例办法A3": 1, "没有": 0, "其他": 3} {
			got, err := familyOf(t.Context(), d.Read(), w.Tenant, title)
			if err != nil || len(got) != want {
				t.Errorf("family of %s has %d, want %d (%v)", title, len(got), want, err)
			}
		}
	})
}

// Whatever is paid when, each year's figure is the sum of what was paid in it, and the years add up.
func TestYearsAddUp(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.Load("02-party", "30-policy", "31-policy_version")
	payee, err := party.CollectiveOf(t.Context(), w.Env.DB.Read(), w.Tenant, village)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(r, "awards")
		for range n {
			on := date.Must("2018-01-01").AddDays(rapid.IntRange(0, 1400).Draw(r, "day"))
			a := &Award{Policy: mechtest.ByKey(w.World, w.policies, "ZC-2017-0001").ID, Year: on.Year(), Purpose: "attract", Amount: money.Fen(rapid.IntRange(1, 1e9).Draw(r, "fen")),
				Version: versionOf(w, on.Year()), PublishedOn: on.AddDays(-20), ApprovedOn: on.AddDays(-1), PaidOn: on}
			a.Region, a.State = village, Paid
			a.Party = payee.ID
			err := w.Env.DB.InTx(t.Context(), access.System.Meta(w.Tenant), func(ctx context.Context, tx *db.Tx) error {
				return w.awards.CreateTx(ctx, tx, access.System, a)
			})
			if err != nil {
				r.Fatal(err)
			}
		}
		var years int64
		for y := 2018; y <= 2021; y++ {
			years += w.Eval("policy.award_year", y, date.Date{}, nil).Value
		}
		if all := w.Eval("policy.award_paid", 2021, date.Date{}, map[string]string{"years": "4"}).Value; all != years {
			r.Fatalf("four years %d, the years apart %d", all, years)
		}
	})
}

func versionOf(w *world, year int) ids.ID {
	no := map[int]string{2018: "BB-2018-0001", 2019: "BB-2018-0001", 2020: "BB-2020-0001", 2021: "BB-2021-0001"}[year]
	if no == "" {
		w.T.Fatal("no version for " + strconv.Itoa(year))
	}
	return mechtest.ByKey(w.World, w.versions, no).ID
}
