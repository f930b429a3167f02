package closing_test

import (
	"strings"
	"testing"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

var passed = closing.Resolution{
	Published: date.Must("2021-10-01"), MeetingKind: "members", MeetingOn: date.Must("2021-10-20"), ShouldAttend: 90, Attended: 80, Agreed: 60, No: "利民村会〔2021〕3号",
}

// distribute carries a plan through to its posting on the last day of the year.
func (w *world) distribute(books ids.ID, year int, reserve, members money.Fen, method string) ids.ID {
	w.t.Helper()
	d := &closing.Distribution{Books: books, Year: year, Method: method, Lines: []closing.DistLine{{Purpose: closing.ForReserve, Fen: reserve}, {Purpose: closing.ForMember, Fen: members}}}
	id, err := w.s.SaveDistribution(ctx, w.first, w.tenant, "", d)
	must(w.t, err)
	must(w.t, w.s.Propose(ctx, w.first, w.tenant, id, 1))
	must(w.t, w.s.Resolve(ctx, w.first, w.tenant, id, 2, passed))
	must(w.t, w.s.PostDistribution(ctx, w.second, w.tenant, "", id, 3, date.Month(year*100+12).Last()))
	return id
}

// What a later month has used already is not there to be distributed.
func TestDistributionOfWhatWasUsedLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.post(w.new, "2024-03-01", "", "102 100000", "501 -100000")
		w.closeTo(w.new, 202412)
		_, err := w.yearEnd(w.new, 2024)
		must(t, err)
		must(t, w.s.Close(ctx, w.first, w.tenant, w.new, 202412))
		var kept string
		for code := range w.all(w.new, 202412) {
			if strings.HasPrefix(code, "322") {
				kept = code
			}
		}
		w.post(w.new, "2025-02-10", "", kept+" 70000", "102 -70000")
		plan := &closing.Distribution{Books: w.new, Year: 2024, Method: closing.ByPersons, Lines: []closing.DistLine{{Purpose: closing.ForReserve, Fen: 30000}, {Purpose: closing.ForMember, Fen: 10000}}}
		id, err := w.s.SaveDistribution(ctx, w.first, w.tenant, "", plan)
		must(t, err)
		must(t, w.s.Propose(ctx, w.first, w.tenant, id, 1))
		must(t, w.s.Resolve(ctx, w.first, w.tenant, id, 2, passed))
		refused(t, w.s.PostDistribution(ctx, w.second, w.tenant, "", id, 3, date.Must("2025-01-20")), errs.Invalid, "到 2025年2月 未分配收益只有 300.00 元，不够分配 400.00 元")
		w.post(w.new, "2025-02-11", "", "102 10000", kept+" -10000")
		must(t, w.s.PostDistribution(ctx, w.second, w.tenant, "", id, 3, date.Must("2025-01-20")))
		w.clean()
	})
}

func TestDistribution(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.post(w.old, "2021-03-01", "", "102 100003", "511 -100003")
		w.post(w.old, "2021-04-01", "", "541 20000", "102 -20000")
		w.closeTo(w.old, 202112)
		plan := func(lines ...closing.DistLine) *closing.Distribution {
			return &closing.Distribution{Books: w.old, Year: 2021, Method: closing.ByPersons, Lines: lines}
		}
		save := func(p *closing.Distribution) (ids.ID, error) {
			return w.s.SaveDistribution(ctx, w.first, w.tenant, "", p)
		}
		no := func(p *closing.Distribution, says string) {
			t.Helper()
			_, err := save(p)
			refused(t, err, errs.Invalid, says)
		}
		reserve := closing.DistLine{Purpose: closing.ForReserve, Rate: 3000}
		member := closing.DistLine{Purpose: closing.ForMember, Fen: 40000}
		no(plan(), "没有任何一项")
		no(plan(reserve, closing.DistLine{Purpose: closing.ForMember, Fen: 99999}), "超过可分配收益 800.03 元")
		no(plan(reserve, closing.DistLine{Purpose: closing.ForOther, Fen: 5}), "先向成员分配")
		no(&closing.Distribution{Books: w.old, Year: 2021, Lines: []closing.DistLine{member}}, "分配办法")
		charter := plan(closing.DistLine{Purpose: closing.ForReserve, Fen: 24000}, member)
		charter.CharterRate = 3000
		no(charter, "至少提取 30%，即 240.01 元") // rounded up, never short
		covering := plan(reserve)
		covering.Cover = 5
		no(covering, "没有需要弥补的亏损")
		w.homes = nil
		no(plan(reserve, member), "没有可分配的成员户")
		w.homes = []closing.Household{{ID: 901, Persons: 4}, {ID: 902, Persons: 3}, {ID: 903, Persons: 0}}

		p := plan(reserve, closing.DistLine{Purpose: closing.ForWelfare, Rate: 1000}, member)
		p.CharterRate = 3000
		id, err := save(p)
		must(t, err)
		got, err := w.s.Distributions.Get(ctx, w.first, w.tenant, id)
		must(t, err)
		w.is("可分配收益", got.Distributable(), 80003)
		w.is("提取", got.Of(closing.ForReserve), 24001) // 30 % of 800.03 is 240.009
		w.is("福利", got.Of(closing.ForWelfare), 8000)
		if len(got.Shares) != 3 || got.Shares[0].Fen+got.Shares[1].Fen != 40000 || got.Shares[0].Fen != 22857 || got.Shares[2].Fen != 0 {
			t.Fatalf("shares %+v", got.Shares)
		}
		no(plan(reserve), "2021 年已有收益分配方案 FP-2021-0001")
		refused(t, w.s.PostDistribution(ctx, w.second, w.tenant, "", id, 0, date.Must("2021-12-31")), errs.State, "只有“已决议”时才可以")
		must(t, w.s.Propose(ctx, w.first, w.tenant, id, 1))
		r := passed
		r.Published = date.Must("2021-10-15")
		refused(t, w.s.Resolve(ctx, w.first, w.tenant, id, 2, r), errs.Invalid, "最迟应在 2021-10-10 公示")
		r = passed
		r.Agreed = 44
		refused(t, w.s.Resolve(ctx, w.first, w.tenant, id, 2, r), errs.Invalid, "至少 45 人同意")
		r.Agreed, r.MeetingOn = 60, date.Must("2021-11-20")
		refused(t, w.s.Resolve(ctx, w.first, w.tenant, id, 2, r), errs.Invalid, "会议还没有开")
		must(t, w.s.Resolve(ctx, w.first, w.tenant, id, 2, passed))
		refused(t, w.s.PostDistribution(ctx, w.second, w.tenant, "", id, 3, date.Must("2021-12-31")), errs.State, "还没有年终结转")
		year, err := w.yearEnd(w.old, 2021)
		must(t, err)
		before := w.all(w.old, 202112)
		refused(t, w.s.PostDistribution(ctx, w.first, w.tenant, "", id, 3, date.Must("2021-12-31")), errs.Forbidden, "由他人记账")
		renamed := w.first
		renamed.Name = "改了名的老李"
		refused(t, w.s.PostDistribution(ctx, renamed, w.tenant, "", id, 3, date.Must("2021-12-31")), errs.Forbidden, "由他人记账")
		refused(t, w.s.PostDistribution(ctx, w.second, w.tenant, "", id, 3, date.Must("2021-11-30")), errs.Invalid, "不能早于 2021-12-31")
		must(t, w.s.PostDistribution(ctx, w.second, w.tenant, "once", id, 3, date.Must("2021-12-31")))
		must(t, w.s.PostDistribution(ctx, w.second, w.tenant, "once", id, 3, date.Must("2021-12-31"))) // a retry does nothing
		w.is("公积公益金", w.ending(w.old, "311", 202112), -24001)
		w.is("应付福利费", w.ending(w.old, "212", 202112), -8000)
		w.is("内部往来", w.ending(w.old, "113", 202112), -40000)
		w.is("未分配收益", w.ending(w.old, "322", 202112), -(80003 - 24001 - 8000 - 40000))
		entries, err := ledger.LinesOf(ctx, d.Read(), w.tenant, "member", 902)
		must(t, err)
		if len(entries) != 1 || entries[0].Credit != 17143 || entries[0].Account != "113" {
			t.Errorf("乙户: %+v", entries)
		}
		w.clean()
		must(t, w.s.Close(ctx, w.first, w.tenant, w.old, 202112))
		refused(t, w.s.ReverseDistribution(ctx, w.second, w.tenant, id, 0, "方案有误"), errs.State, "已结账")
		must(t, w.s.Reopen(ctx, w.first, w.tenant, w.old, 202112, "方案有误"))
		refused(t, w.s.ReverseYearEnd(ctx, w.first, w.tenant, year, 0, "先撤结转"), errs.State, "请先冲销收益分配")
		must(t, w.s.ReverseDistribution(ctx, w.second, w.tenant, id, 0, "方案有误"))
		after := w.all(w.old, 202112)
		for code, fen := range before {
			w.is("after undoing "+code, after[code], fen)
		}
		w.clean()
		if _, err := save(plan(reserve)); err != nil { // a new plan may follow
			t.Fatal(err)
		}
	})
}

func TestLossesComeFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		must(t, w.l.SetOpenings(ctx, w.first, w.tenant, w.new, []ledger.Opening{
			{Line: ledger.Line{Account: "102"}, Opening: 6000}, {Line: ledger.Line{Account: "311"}, Opening: -9000}, {Line: ledger.Line{Account: "322"}, Opening: 3000},
		}))
		w.post(w.new, "2024-03-01", "", "102 1000", "501 -1000")
		w.closeTo(w.new, 202412)
		_, err := w.yearEnd(w.new, 2024)
		must(t, err)
		save := func(cover, reserve money.Fen) (ids.ID, error) {
			return w.s.SaveDistribution(ctx, w.first, w.tenant, "", &closing.Distribution{Books: w.new, Year: 2024, Cover: cover, Lines: []closing.DistLine{{Purpose: closing.ForReserve, Fen: reserve}}})
		}
		_, err = save(0, 1)
		refused(t, err, errs.Invalid, "可分配收益为 -20.00 元，不能分配")
		_, err = save(2001, 0)
		refused(t, err, errs.Invalid, "亏损只有 20.00 元")
		id, err := save(2000, 0)
		must(t, err)
		must(t, w.s.Propose(ctx, w.first, w.tenant, id, 0))
		must(t, w.s.Resolve(ctx, w.first, w.tenant, id, 0, passed))
		must(t, w.s.PostDistribution(ctx, w.second, w.tenant, "", id, 0, date.Must("2025-01-15"))) // in the next year, when the members met late
		w.is("未分配收益", w.ending(w.new, "322", 202501), 0)
		w.is("公积公益金", w.ending(w.new, "311", 202501), -7000)
		w.clean()
	})
}

func TestRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at := func(place, day string) *closing.DistRule {
			r, err := closing.RuleAt(ctx, d.Read(), w.tenant, place, date.Must(day))
			must(t, err)
			return r
		}
		if r := at(village, "2024-12-31"); r.AgreeNum*2 != r.AgreeOf || r.ReserveRate != 0 {
			t.Errorf("2024: %+v", r)
		}
		if r := at(village, "2025-05-01"); r.AgreeNum != 2 || r.AgreeOf != 3 || r.PublishDays != 10 {
			t.Errorf("2025: %+v", r)
		}
		if r := at("330102001001", "2024-12-31"); r.ReserveRate != 3000 || !r.Sample || !strings.Contains(r.Name, "示例") {
			t.Errorf("Zhejiang: %+v", r)
		}
		own := &closing.DistRule{Name: "利民村章程", ReserveRate: 1250, PublishDays: 15, AgreeNum: 3, AgreeOf: 4, Basis: "章程第三十条", From: date.Must("2024-01-01")}
		own.Region = village
		_, err := w.s.DistRules.Create(ctx, access.System, w.tenant, "", own)
		must(t, err)
		if r := at(village, "2025-06-01"); r.Name != "利民村章程" {
			t.Errorf("the village's own: %+v", r)
		}
	})
	for text, want := range map[string]int{"30": 3000, "12.5%": 1250, "": 0, "0.01": 1, "100": 10000} {
		if got, err := closing.ParseRate(text); err != nil || got != want {
			t.Errorf("%q: %d %v", text, got, err)
		}
	}
	for _, text := range []string{"100.01", "1.234", "-5", "abc", "."} {
		if got, err := closing.ParseRate(text); err == nil {
			t.Errorf("%q is taken as %d", text, got)
		}
	}
	for rate, want := range map[int]string{3000: "30", 1250: "12.5", 5: "0.05", 10000: "100", 0: "0"} {
		if got := closing.RateText(rate); got != want {
			t.Errorf("%d: %s", rate, got)
		}
	}
}
