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
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

const issuer = "中共扬中市八桥镇委员会"

// drafted makes a policy with a draft version.
func drafted(w *world, no string) {
	mustAdd(w, w.policies, map[string]string{"no": no, "title": "《示例办法" + no + "》", "family": "其他", "issuer": issuer, "region": "八桥镇",
		"drafted_on": "2021-10-01", "consulted_on": "2021-10-10", "consult_days": "15", "in_force_on": "2021-11-01"})
	mustAdd(w, w.versions, map[string]string{"no": "V-" + no, "policy": no, "version_no": "1", "from": "2021-11-01", "summary": "示例", "publicity_days": "5"})
}

func TestPolicyLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.load("02-party")
		drafted(w, "A1")
		if p := byKey(w, w.policies, "A1"); p.Title != "示例办法A1" {
			t.Errorf("title marks are kept: %s", p.Title)
		}
		refused(t, do(w, w.policies, "A1", "approve"), "", "只有“征求意见”时才可以")
		refused(t, do(w, w.versions, "V-A1", "enact"), "", "须先审定")
		mustDo(w, w.policies, "A1", "consult", "approve")
		refused(t, do(w, w.policies, "A1", "enact"), "", "还没有有效的版本")
		mustDo(w, w.versions, "V-A1", "enact")
		mustDo(w, w.policies, "A1", "enact")
		refused(t, set(w, w.versions, "V-A1", map[string]string{"summary": "改过"}), "", "不能改内容")
		mustAdd(w, w.versions, map[string]string{"no": "V2", "policy": "A1", "version_no": "2", "from": "2021-11-09", "summary": "示例"})
		refused(t, do(w, w.versions, "V2", "enact"), "from", "与第 1 版的有效期（2021-11-01 起）重叠")
		_, err := add(w, w.versions, map[string]string{"policy": "A1", "version_no": "2", "from": "2022-01-01", "summary": "示例"})
		refused(t, err, "version_no", "已经有第 2 版")
		if err := set(w, w.versions, "V-A1", map[string]string{"to": "2021-11-08"}); err != nil {
			t.Fatal(err)
		}
		mustDo(w, w.versions, "V2", "enact")
		refused(t, do(w, w.policies, "A1", "supersede"), "superseded_by", "请先填写替代它的政策")
		mustDo(w, w.policies, "A1", "suspend")
		p := byKey(w, w.policies, "A1")
		if p.HoldsOn(day) || !p.HoldsOn(date.Must("2021-11-05")) || p.SuspendedOn != day {
			t.Errorf("suspended on %s, but holds on the day: %v", p.SuspendedOn, p.HoldsOn(day))
		}
		mustDo(w, w.policies, "A1", "resume")
		if !byKey(w, w.policies, "A1").HoldsOn(day) {
			t.Error("a resumed policy does not hold")
		}
	})
}

func TestPolicyConsultation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.load("02-party")
		p := mustAdd(w, w.policies, map[string]string{"title": "示例", "family": "其他", "issuer": issuer, "region": "八桥镇", "drafted_on": "2021-11-01", "consult_days": "15"})
		if p.No != "ZC-2021-0001" {
			t.Errorf("number %s", p.No)
		}
		mustDo(w, w.policies, p.No, "consult")
		refused(t, do(w, w.policies, p.No, "approve"), "", "2021年11月25日起才能审定")
		_, err := add(w, w.policies, map[string]string{"title": "示例", "family": "其他", "issuer": issuer, "region": "八桥镇", "drafted_on": "2021-11-01", "consulted_on": "2021-10-01"})
		refused(t, err, "consulted_on", "不能早于起草日期")
		_, err = add(w, w.policies, map[string]string{"title": "示例", "family": "其他", "issuer": issuer, "region": "八桥镇"})
		refused(t, err, "drafted_on", "请填写起草日期")
	})
}

func TestAwardLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.load("02-party", "30-policy", "31-policy_version", "35-person")
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
		a := mustAdd(w, w.awards, in)
		if a.No != "JL-2021-0001" || a.Region != village || a.Version != byKey(w, w.versions, "BB-2021-0002").ID {
			t.Errorf("award %s in %s under %d", a.No, a.Region, a.Version)
		}
		_, err := add(w, w.awards, with(map[string]string{"person": "RY-0001"}))
		refused(t, err, "person", "只能填一个")
		_, err = add(w, w.awards, with(map[string]string{"party": "", "region": "八桥村"}))
		refused(t, err, "party", "请填写领奖单位或领奖人员")
		_, err = add(w, w.awards, with(map[string]string{"year": "2019"}))
		refused(t, err, "year", "2019 年没有有效的版本")
		_, err = add(w, w.awards, with(map[string]string{"version": "BB-2021-0001"}))
		refused(t, err, "version", "不是《八桥镇项目招引信息考核奖励办法》的版本")
		_, err = add(w, w.awards, with(map[string]string{"region": "扬中市"}))
		refused(t, err, "region", "适用范围")
		_, err = add(w, w.awards, with(map[string]string{"amount": "0"}))
		refused(t, err, "amount", "请填写金额")

		if err := set(w, w.awards, a.No, map[string]string{"published_on": "2021-11-06"}); err != nil {
			t.Fatal(err)
		}
		mustDo(w, w.awards, a.No, "publish")
		refused(t, do(w, w.awards, a.No, "approve"), "", "2021年11月11日起才能批准")
		refused(t, set(w, w.awards, a.No, map[string]string{"amount": "7000"}), "", "请退回重核")
		mustDo(w, w.awards, a.No, "return", "recompute")
		if got := byKey(w, w.awards, a.No); !got.PublishedOn.IsZero() {
			t.Error("the day of publication outlives a recomputation")
		}
		if err := set(w, w.awards, a.No, map[string]string{"amount": "7000", "published_on": "2021-11-01"}); err != nil {
			t.Fatal(err)
		}
		mustDo(w, w.awards, a.No, "publish", "approve")
		refused(t, do(w, w.awards, a.No, "pay"), "paid_on", "请先填写发放日期")
		if err := set(w, w.awards, a.No, map[string]string{"paid_on": "2021-11-10"}); err != nil {
			t.Fatal(err)
		}
		if v := w.eval("policy.award_year", 2021, day, nil).Value; v != 0 {
			t.Errorf("an unpaid award counts %d", v)
		}
		mustDo(w, w.awards, a.No, "pay")
		if v := w.eval("policy.award_year", 2021, day, nil).Value; v != 700_000 {
			t.Errorf("paid %d", v)
		}
		refused(t, set(w, w.awards, a.No, map[string]string{"published_on": "2021-10-31"}), "", "已经发放")
		mustDo(w, w.awards, a.No, "file", "claw_back")
		if v := w.eval("policy.award_year", 2021, day, nil).Value; v != 0 {
			t.Errorf("what was got back counts %d", v)
		}
		page, n, err := w.awards.List(t.Context(), access.System, w.tenant, record.Filter{Scope: town, Eq: map[string]string{"year": "2021", "purpose": "information"}, Page: db.Paging{Limit: 10}})
		if err != nil || n != 1 || len(page.Items) != 1 {
			t.Errorf("filtered by year: %d, %v", n, err)
		}
	})
}

func TestDemoFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.load("02-party", "30-policy", "31-policy_version", "35-person", "36-award")
		f01 := map[string]string{"years": "4", "policy": "关于激发村级活力助推乡村振兴的意见"}
		r := w.eval("policy.award_paid", 2021, day, f01)
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
		stages, err := AwardStages(t.Context(), w.env.DB.Read(), w.tenant, [][2]string{{"321182103", "321182104"}}, 2021)
		if err != nil || len(stages) != 2 || stages[0].State != Published || stages[0].Count != 1 || stages[1].State != Paid {
			t.Errorf("stages %+v, %v", stages, err)
		}

		if res := w.importFile("36-award"); len(res.Report.Errors) > 0 || res.Created != 0 {
			t.Errorf("importing again: %+v", res)
		}

		// A record changed: one award got back today leaves the sum, but not yesterday's.
		a := byKey(w, w.awards, "JL-2021-0001")
		mustDo(w, w.awards, a.No, "claw_back")
		if now := w.eval("policy.award_paid", 2021, day, f01).Value; now != r.Value-int64(a.Amount) {
			t.Errorf("after the claw-back %d, want %d", now, r.Value-int64(a.Amount))
		}
		if before := w.eval("policy.award_paid", 2021, day.AddDays(-1), f01).Value; before != r.Value {
			t.Errorf("the day before %d, want %d", before, r.Value)
		}

		f33 := map[string]string{"policy": "《八桥镇项目招引信息考核奖励办法》"}
		kinds := map[string]int{}
		r = w.eval("policy.in_force", 2021, day, f33)
		for _, x := range r.Records {
			kinds[x.Kind]++
		}
		if r.Value != 1 || kinds["policy"] != 1 || kinds["policy_version"] != 1 || kinds["award"] != 7 {
			t.Errorf("F33: %d with %v", r.Value, kinds)
		}
		if r := w.eval("policy.in_force", 2021, day, f33, village); r.Value != 1 {
			t.Errorf("the town's policy does not hold in the village: %d", r.Value)
		}
		if r := w.eval("policy.in_force", 2021, date.Must("2021-02-28"), f33); r.Value != 0 || r.Count != 0 {
			t.Errorf("in force before its day: %d", r.Value)
		}
		if r := w.eval("policy.in_force", 2021, day, nil); r.Value != 2 {
			t.Errorf("%d policies in force", r.Value)
		}
	})
}

// Successors belong to a policy's family also when the family is 其他.
func TestFamily(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.load("02-party")
		for _, no := range []string{"A1", "A2", "A3"} {
			drafted(w, no)
			mustDo(w, w.policies, no, "consult", "approve")
			mustDo(w, w.versions, "V-"+no, "enact")
			mustDo(w, w.policies, no, "enact")
		}
		if err := set(w, w.policies, "A1", map[string]string{"superseded_by": "A2"}); err != nil {
			t.Fatal(err)
		}
		mustDo(w, w.policies, "A1", "supersede")
		for title, want := range map[string]int{"示例办法A1": 2, "示例办法A2": 2, "示例办法A3": 1, "没有": 0, "其他": 3} {
			got, err := familyOf(t.Context(), d.Read(), w.tenant, title)
			if err != nil || len(got) != want {
				t.Errorf("family of %s has %d, want %d (%v)", title, len(got), want, err)
			}
		}
	})
}

// Whatever is paid when, each year's figure is the sum of what was paid in it, and the years add up.
func TestYearsAddUp(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.load("02-party", "30-policy", "31-policy_version")
	payee, err := party.CollectiveOf(t.Context(), w.env.DB.Read(), w.tenant, village)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(r, "awards")
		for range n {
			on := date.Must("2018-01-01").AddDays(rapid.IntRange(0, 1400).Draw(r, "day"))
			a := &Award{Policy: byKey(w, w.policies, "ZC-2017-0001").ID, Year: on.Year(), Purpose: "attract", Amount: money.Fen(rapid.IntRange(1, 1e9).Draw(r, "fen")),
				Version: versionOf(w, on.Year()), PublishedOn: on.AddDays(-20), ApprovedOn: on.AddDays(-1), PaidOn: on}
			a.Region, a.State = village, Paid
			a.Party = payee.ID
			err := w.env.DB.InTx(t.Context(), access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
				return w.awards.CreateTx(ctx, tx, access.System, a)
			})
			if err != nil {
				r.Fatal(err)
			}
		}
		var years int64
		for y := 2018; y <= 2021; y++ {
			years += w.eval("policy.award_year", y, date.Date{}, nil).Value
		}
		if all := w.eval("policy.award_paid", 2021, date.Date{}, map[string]string{"years": "4"}).Value; all != years {
			r.Fatalf("four years %d, the years apart %d", all, years)
		}
	})
}

func versionOf(w *world, year int) ids.ID {
	no := map[int]string{2018: "BB-2018-0001", 2019: "BB-2018-0001", 2020: "BB-2020-0001", 2021: "BB-2021-0001"}[year]
	if no == "" {
		w.t.Fatal("no version for " + strconv.Itoa(year))
	}
	return byKey(w, w.versions, no).ID
}
