package letting

import (
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// TestFromVacancyToContract follows one letting from the vacant unit to the drafted contract, on both engines.
func TestFromVacancyToContract(t *testing.T) {
	each(t, func(w *world) {
		w.rules()
		w.lease("Y1", "永胜合作社", "一厂", "2019-01-01", "2021-12-31", "100000")
		w.lease("Y2", "永胜合作社", "一厂", "2019-01-01", "2029-12-31", "110000")
		ranges, err := w.env.Regions.Ranges(w.Context(), village)
		w.ok(err)
		vs, err := Vacancies(w.Context(), w.env.DB.Read(), w.tenant, ranges, date.Must("2021-11-10"), 90)
		w.ok(err)
		if len(vs) != 3 || vs[2].Unit.No != "Y1" || vs[2].Ends.String() != "2021-12-31" || !vs[0].Since.IsZero() {
			w.Fatalf("%+v", vs)
		}
		l, err := w.plan("basis", "上一份租约的租金", "sitting", "一厂", "earnest", "5000")
		w.ok(err)
		if l.BasisYear != 10_000_000 || !strings.Contains(l.BasisNote, "HT-0001") || l.Level != ByTown || !strings.Contains(l.Steps, "党员大会审议") {
			w.Fatalf("%+v", l)
		}
		if _, err := w.plan("name", "又一次"); true {
			w.refused(err, "units", "正在招租")
		}
		w.refused(w.do(w.clerk, l, "decide"), "", "还没有登记“村党组织提议”")
		w.decide(l)
		w.refused(set(w, w.clerk, w.svc.Lettings, l.ID, "reserve", "1"), "", "已经过民主决策")
		w.refused(w.do(w.clerk, l, "list"), "", "先由镇审批")
		w.refused(w.do(w.clerk, l, "approve"), "", "没有这项权限")
		w.must(w.leader, l, "approve")
		w.refused(w.do(w.clerk, l, "list"), "", "要填写报名截止日")
		w.ok(set(w, w.clerk, w.svc.Lettings, l.ID, "closes", "2021-11-16"))
		w.refused(w.do(w.clerk, l, "list"), "", "不得早于 2021-11-17")
		w.ok(set(w, w.clerk, w.svc.Lettings, l.ID, "closes", "2021-11-17"))
		w.must(w.clerk, l, "list")

		_, err = w.bid(l, "party", "一厂", "amount", "119999.99", "earnest_on", "2021-11-11")
		w.refused(err, "amount", "不得低于底价")
		first, err := w.bid(l, "party", "二厂", "amount", "125000", "earnest_on", "2021-11-11")
		w.ok(err)
		if strings.Contains(first.Amount, "125000") || first.Offer != 0 {
			w.Errorf("the bid lies open: %+v", first)
		}
		got, err := w.svc.Bids.Texts(w.Context(), w.env.ForTenant(w.tenant), first)
		w.ok(err)
		if got["amount"] != "已密封" {
			w.Errorf("amount shows %q", got["amount"])
		}
		_, err = w.bid(l, "party", "二厂", "amount", "130000")
		w.refused(err, "party", "一家只能报一次")
		_, err = w.bid(l, "name", "二厂", "amount", "130000")
		w.refused(err, "name", "一家只能报一次")
		second, err := w.bid(l, "party", "一厂", "earnest_on", "2021-11-12") // a closed envelope
		w.ok(err)
		w.refused(w.do(w.clerk, l, "open"), "", "次日起才能开标")
		w.refused(w.do(w.clerk, l, "fail"), "", "才截止")

		w.day("2021-11-18")
		_, err = w.bid(l, "name", "张三", "amount", "200000")
		w.refused(err, "", "不能再登记报价")
		w.refused(set(w, w.clerk, w.svc.Bids, first.ID, "amount", "126000"), "amount", "不能再改")
		w.refused(w.do(w.clerk, l, "open"), "", "一厂的密封件还没有拆封")
		w.ok(set(w, w.clerk, w.svc.Bids, second.ID, "amount", "125000"))
		w.must(w.clerk, l, "open", "publicise")
		l = w.read(l)
		if l.Winner != "一厂" || l.Price != 12_500_000 || l.Way != "bid" { // equal offers: the sitting tenant
			w.Fatalf("%+v", l)
		}
		w.refused(set(w, w.clerk, w.svc.Bids, second.ID, "out", "放弃"), "out", "结果已经公示")
		w.refused(w.do(w.clerk, l, "award"), "", "公示 5 天，到 2021-11-23 期满")
		obj, err := try(w, w.clerk, w.svc.Objections, "letting", l.No, "on", "2021-11-18", "content", "有人代报")
		w.ok(err)
		w.day("2021-11-24")
		w.refused(w.do(w.clerk, l, "award"), "", "还没有办结")
		w.refused(w.svc.Objections.Do(w.Context(), w.leader, w.tenant, obj.ID, 0, "reject", ""), "", "答复")
		w.ok(set(w, w.clerk, w.svc.Objections, obj.ID, "reply", "经查不实"))
		w.ok(w.svc.Objections.Do(w.Context(), w.leader, w.tenant, obj.ID, 0, "reject", ""))
		w.must(w.clerk, l, "award")
		w.refused(w.do(w.clerk, l, "contract"), "", "没有这项权限")
		id, err := w.svc.Draft(w.Context(), w.clerk, w.tenant, "form-key-0000001", l.ID)
		w.ok(err)
		if again, err := w.svc.Draft(w.Context(), w.clerk, w.tenant, "form-key-0000001", l.ID); err != nil || again != id {
			w.Errorf("a second submission: %v %v", again, err)
		}
		c, err := w.contracts.Get(w.Context(), w.clerk, w.tenant, id)
		w.ok(err)
		if c.State != "draft" || c.Pay != 6_250_000 || c.PayMonths != 6 || c.To.String() != "2024-12-31" || c.Annual != 12_500_000 || len(c.Units) != 1 || c.Deposit != 2_000_000 {
			w.Errorf("%+v", c)
		}
		if l = w.read(l); l.State != Contracted || l.Contract != id {
			w.Errorf("%+v", l)
		}
		open, err := WithoutLetting(w.Context(), w.env.DB.Read(), w.tenant, ranges, date.Must("2019-01-01"), date.Must("2021-11-10"))
		w.ok(err)
		if len(open) != 2 { // the draft does not count, the two old leases do
			w.Errorf("%+v", open)
		}
	})
}

// TestSmallLetting: below the thresholds two steps do, and nobody above the village is asked.
func TestSmallLetting(t *testing.T) {
	each(t, func(w *world) {
		w.rules()
		l, err := w.plan("basis_year", "15000", "reserve", "15000", "closes", "2021-11-17")
		w.ok(err)
		if l.Level != ByVillage || l.Steps != "两委会商议、决议公开" {
			w.Fatalf("%s %s", l.Level, l.Steps)
		}
		_, err = try(w, w.clerk, w.svc.Steps, "letting", l.No, "step", "两委会商议", "on", "2021-11-02", "due", "7", "present", "6", "agree", "3", "against", "3")
		w.ok(err)
		_, err = try(w, w.clerk, w.svc.Steps, "letting", l.No, "step", "决议公开", "on", "2021-11-05", "until", "2021-11-07")
		w.ok(err)
		err = w.do(w.clerk, l, "decide")
		w.refused(err, "", "没有过实到的半数")
		w.refused(err, "", "决议公开不足 3 天")
		steps, err := StepsOf(w.Context(), w.env.DB.Read(), w.tenant, l.ID)
		w.ok(err)
		w.ok(set(w, w.clerk, w.svc.Steps, steps[0].ID, "agree", "4", "against", "2"))
		w.ok(set(w, w.clerk, w.svc.Steps, steps[1].ID, "until", "2021-11-10"))
		w.refused(w.do(w.clerk, l, "decide"), "", "还没有期满")
		w.ok(set(w, w.clerk, w.svc.Steps, steps[1].ID, "until", "2021-11-09"))
		w.must(w.clerk, l, "decide")
		w.refused(set(w, w.clerk, w.svc.Steps, steps[0].ID, "agree", "5", "against", "1"), "", "不能再改")
		w.refused(w.do(w.leader, l, "approve"), "", "不用镇审批")
		w.must(w.clerk, l, "list")
		w.refused(set(w, w.clerk, w.svc.Lettings, l.ID, "closes", "2021-11-16"), "closes", "只能推后")
		w.refused(set(w, w.clerk, w.svc.Lettings, l.ID, "closes", "2021-11-20"), "extended_why", "原因")
		w.ok(set(w, w.clerk, w.svc.Lettings, l.ID, "closes", "2021-11-20", "extended_why", "报名人要求现场看房"))
		w.must(w.leader, l, "withdraw")
		if l = w.read(l); l.ClosedWhy != "测试的理由" || l.Closed.IsZero() {
			w.Errorf("%+v", l)
		}
	})
}

// TestLowReserve: a reserve price below the rule's share of the basis needs a reason, and alerts hear of it.
func TestLowReserve(t *testing.T) {
	each(t, func(w *world) {
		w.rules()
		l, err := w.plan("reserve", "107999")
		w.ok(err)
		w.refused(w.do(w.clerk, l, "decide"), "", "低于参考年租金（120,000.00 元）的 90%")
		ranges, err := w.env.Regions.Ranges(w.Context(), town)
		w.ok(err)
		low, err := BelowBasis(w.Context(), w.env.DB.Read(), w.tenant, ranges, date.Must("2021-11-10"))
		w.ok(err)
		if len(low) != 1 || low[0].ID != l.ID {
			w.Errorf("%+v", low)
		}
		w.ok(set(w, w.clerk, w.svc.Lettings, l.ID, "reserve_reason", "屋面漏水待修"))
		w.decide(l)
	})
}

// TestFailedLetting: too few bids fail it; after so many failures one bidder is negotiated with.
func TestFailedLetting(t *testing.T) {
	each(t, func(w *world) {
		w.rules()
		l := w.listed()
		_, err := w.bid(l, "name", "张三", "amount", "120000")
		w.ok(err)
		w.day("2021-11-18")
		w.refused(w.do(w.clerk, l, "open"), "", "不足 2 家")
		w.must(w.clerk, l, "fail")
		w.day("2021-11-10")
		_, err = w.plan("again", l.No, "round", "7")
		w.ok(err)
		page, _, err := w.svc.Lettings.List(w.Context(), w.clerk, w.tenant, record.Filter{Scope: village, Eq: map[string]string{"again": l.No}})
		w.ok(err)
		again := &page.Items[0]
		if again.Round != 2 {
			w.Errorf("round %d", again.Round)
		}
		w.decide(again)
		w.must(w.leader, again, "approve")
		w.ok(set(w, w.clerk, w.svc.Lettings, again.ID, "closes", "2021-11-17"))
		w.must(w.clerk, again, "list")
		b, err := w.bid(again, "name", "张三", "amount", "120000")
		w.ok(err)
		w.day("2021-11-18")
		w.must(w.clerk, again, "open", "publicise")
		w.day("2021-11-24")
		w.must(w.clerk, again, "award")
		if got := w.read(again); got.Way != "talk" || got.Winner != "张三" {
			w.Errorf("%+v", got)
		}
		_, err = w.svc.Draft(w.Context(), w.clerk, w.tenant, "form-key-0000002", again.ID)
		w.refused(err, "", "还没有登记")
		w.ok(set(w, w.clerk, w.svc.Bids, b.ID, "party", "三厂"))
		_, err = w.svc.Draft(w.Context(), w.clerk, w.tenant, "form-key-0000003", again.ID)
		w.ok(err)
	})
}

// TestReopened: an objection that holds sends the letting back, and the next best wins.
func TestReopened(t *testing.T) {
	each(t, func(w *world) {
		w.rules("tie", "抽签", "sitting", "可按最高价优先承租")
		l := w.listed("sitting", "一厂")
		bids := map[string]*Bid{}
		for _, n := range []string{"一厂|121000", "二厂|130000", "三厂|130000"} {
			f := strings.Split(n, "|")
			b, err := w.bid(l, "party", f[0], "amount", f[1])
			w.ok(err)
			bids[f[0]] = b
		}
		w.day("2021-11-18")
		w.must(w.clerk, l, "open")
		w.refused(w.do(w.clerk, l, "publicise"), "", "2 家并列最高")
		w.ok(set(w, w.clerk, w.svc.Bids, bids["三厂"].ID, "draw", "1"))
		w.ok(set(w, w.clerk, w.svc.Bids, bids["二厂"].ID, "draw", "2"))
		w.must(w.clerk, l, "publicise")
		if got := w.read(l); got.Winner != "三厂" {
			w.Errorf("%+v", got)
		}
		w.must(w.leader, l, "reopen")
		w.ok(set(w, w.clerk, w.svc.Bids, bids["三厂"].ID, "out", "围标"))
		w.ok(set(w, w.clerk, w.svc.Bids, bids["一厂"].ID, "matches", "是"))
		w.must(w.clerk, l, "publicise")
		if got := w.read(l); got.Winner != "一厂" || got.Price != 13_000_000 { // takes the highest offer that stands over
			w.Errorf("%+v", got)
		}
	})
}

// TestComparables: neighbours are like units of the town; the county is asked when there are too few.
func TestComparables(t *testing.T) {
	each(t, func(w *world) {
		w.rules()
		for i, pay := range []string{"90000", "100000", "140000", "120000"} {
			w.lease("R"+string(rune('1'+i)), "红旗合作社", "二厂", "2020-01-01", "2024-12-31", pay)
		}
		w.lease("Y2", "永胜合作社", "一厂", "2012-01-01", "2017-12-31", "10000") // too old
		l, err := w.plan("basis", "周边同类租金中位数", "units", "Y1、Y3")
		w.ok(err)
		if l.BasisYear != 22_000_000 || !strings.Contains(l.BasisNote, "4 份") || !strings.Contains(l.BasisNote, "八桥镇") {
			w.Errorf("%s: %s", l.BasisYear, l.BasisNote)
		}
		_, err = w.plan("basis", "上一份租约的租金", "units", "Y4")
		w.refused(err, "basis", "没有上一份租约")
	})
}

// TestHands: what the events fill in is not entered, and who may not is refused.
func TestHands(t *testing.T) {
	each(t, func(w *world) {
		w.rules()
		_, err := w.plan("winner", "张三")
		w.refused(err, "listed", "自动填写")
		_, err = w.plan("units", "R1")
		w.refused(err, "units", "不属于出租方")
		_, err = w.plan("basis_note", "")
		w.refused(err, "basis_note", "办法")
		stranger := access.Principal{ID: 13, Name: "红旗村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: next}}}
		l := w.listed()
		_, err = try(w, stranger, w.svc.Bids, "letting", l.No, "name", "李四")
		if !errs.Is(err, errs.Forbidden) {
			w.Errorf("another village's clerk: %v", err)
		}
		_, err = try(w, w.clerk, w.svc.Objections, "letting", l.No, "on", "2021-11-10", "content", "早了")
		w.refused(err, "", "公示期内")
		b, err := w.bid(l, "name", "李四", "amount", "1e3")
		if b != nil && err == nil {
			w.Error("an amount that is none")
		}
		b, err = w.bid(l, "name", "李四", "offer", "999999")
		w.refused(err, "offer", "自动填写")
		_ = b
	})
}

// TestNeed: the strictest of the thresholds counts, and without any all steps are taken.
func TestNeed(t *testing.T) {
	rs := &Rules{thresholds: []Threshold{{Name: "村", Annual: 0, Level: ByVillage, Steps: "两委会商议"}, {Name: "镇", Annual: 100, Months: 60, Level: ByTown, Steps: "决议公开"}}}
	for i := range rs.thresholds {
		rs.thresholds[i].Region = town
	}
	day := date.Must("2021-01-01")
	for _, c := range []struct {
		annual money.Fen
		months int
		level  string
		steps  int
	}{{99, 60, ByVillage, 1}, {100, 59, ByVillage, 1}, {100, 60, ByTown, 2}} {
		n := rs.Need(village, day, Size{Annual: c.annual, Months: c.months})
		if n.Level != c.level || len(n.Steps) != c.steps {
			t.Errorf("%+v: %+v", c, n)
		}
	}
	if n := rs.Need("320000000000", day, Size{}); len(n.Steps) != 5 || n.Level != ByVillage {
		t.Errorf("%+v", n)
	}
}
