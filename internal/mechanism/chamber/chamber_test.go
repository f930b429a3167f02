package chamber

import (
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/mechanism/mechtest"
)

const (
	bridge = "八桥村商会（企业联合会）"
	park   = "永胜村商会（企业联合会）"
)

func TestChamberLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "02-party-chamber", "35-person")
		_, err := mechtest.Add(w.World, w.chambers, map[string]string{"name": "某商会", "party": "大方金属"})
		mechtest.Refused(t, err, "party", "不是商会（企业联合会）")
		_, err = mechtest.Add(w.World, w.chambers, map[string]string{"name": "某商会"})
		mechtest.Refused(t, err, "party", "请填写商会单位")
		c := mechtest.MustAdd(w.World, w.chambers, map[string]string{"name": bridge, "party": bridge, "term_years": "3"})
		if c.Region != village {
			t.Errorf("region %s", c.Region)
		}
		_, err = mechtest.Add(w.World, w.chambers, map[string]string{"name": "又一个", "party": bridge})
		mechtest.Refused(t, err, "party", "已经建过档案")

		mechtest.Refused(t, mechtest.Do(w.World, w.chambers, bridge, "activate"), "", "只有“已批复”时才可以")
		mechtest.MustDo(w.World, w.chambers, bridge, "approve")
		mechtest.Refused(t, mechtest.Do(w.World, w.chambers, bridge, "activate"), "charter_on", "请先填写章程通过日期")
		if err := mechtest.Set(w.World, w.chambers, bridge, map[string]string{"charter_on": "2021-11-01", "dues": "自愿缴纳"}); err != nil {
			t.Fatal(err)
		}
		mechtest.Refused(t, mechtest.Do(w.World, w.chambers, bridge, "activate"), "", "还没有会长")
		in := map[string]string{"chamber": bridge, "person": "RY-0004", "office": "会长", "from": "2021-11-01"}
		mechtest.MustAdd(w.World, w.members, in)
		mechtest.MustDo(w.World, w.chambers, bridge, "activate")
		if c := mechtest.ByKey(w.World, w.chambers, bridge); c.ActiveOn != day || c.TermTo != date.Must("2024-11-09") {
			t.Errorf("active on %s, term to %s", c.ActiveOn, c.TermTo)
		}
		if r := w.Eval("chamber.coverage", 2021, day, nil); r.Num != 1 || r.Den != 9 || len(r.Missing) != 8 {
			t.Errorf("coverage %d/%d, %d missing", r.Num, r.Den, len(r.Missing))
		}
		if r := w.Eval("chamber.coverage", 2021, day.AddDays(-1), nil); r.Num != 0 {
			t.Errorf("covered before it worked: %d", r.Num)
		}

		_, err = mechtest.Add(w.World, w.members, in)
		mechtest.Refused(t, err, "person", "在此期间已是会员")
		_, err = mechtest.Add(w.World, w.members, map[string]string{"chamber": bridge, "person": "RY-0010", "office": "会长", "from": "2021-11-05"})
		mechtest.Refused(t, err, "office", "已有会长（SHY-0001）")
		_, err = mechtest.Add(w.World, w.members, map[string]string{"chamber": bridge, "firm": "市水务集团", "office": "会员", "from": "2021-11-05"})
		mechtest.Refused(t, err, "firm", "会员单位应是企业")
		_, err = mechtest.Add(w.World, w.members, map[string]string{"chamber": bridge, "firm": "大方金属", "person": "RY-0010", "office": "会员", "from": "2021-11-05"})
		mechtest.Refused(t, err, "person", "只能填一个")
		_, err = mechtest.Add(w.World, w.members, map[string]string{"chamber": bridge, "firm": "大方金属", "office": "会员", "from": "2021-11-05", "to": "2021-11-01"})
		mechtest.Refused(t, err, "to", "不能早于开始日期")

		mechtest.MustDo(w.World, w.chambers, bridge, "renew", "dissolve")
		if r := w.Eval("chamber.coverage", 2021, day, nil); r.Num != 0 {
			t.Errorf("a dissolved chamber covers %d", r.Num)
		}
	})
}

func TestDemoFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "02-party-chamber", "32-chamber", "35-person", "37-chamber_member")
		r := w.Eval("chamber.coverage", 2021, day, nil)
		if r.Num != 9 || r.Den != 9 || r.Value != 10_000 || len(r.Missing) != 0 || r.Count != 9 {
			t.Errorf("F06: %d/%d = %d", r.Num, r.Den, r.Value)
		}
		if got := indicator.Exact.Word(indicator.Ratio100, r, 0); got != "100%" {
			t.Errorf("F06 reads %s", got)
		}
		if r := w.Eval("chamber.coverage", 2021, date.Must("2018-12-31"), nil); r.Num == 9 {
			t.Error("the coverage of 2018 is today's")
		}
		all := w.Eval("chamber.members", 2021, day, nil)
		firms := w.Eval("chamber.members", 2021, day, map[string]string{"kind": "firm"})
		persons := w.Eval("chamber.members", 2021, day, map[string]string{"kind": "person"})
		if all.Value == 0 || all.Value != firms.Value+persons.Value {
			t.Errorf("%d members, %d firms and %d persons", all.Value, firms.Value, persons.Value)
		}
		heads := w.Eval("chamber.members", 2021, day, map[string]string{"office": "会长"})
		if heads.Value != 9 || heads.Records[0].Title != "RY-0001 会长" {
			t.Errorf("%d presidents, first %s", heads.Value, heads.Records[0].Title)
		}
		if r := w.Eval("chamber.members", 2021, day, map[string]string{"chamber": bridge}); r.Value != 5 {
			t.Errorf("%d members in %s", r.Value, bridge)
		}

		// One record changed: a village without its chamber is named.
		mechtest.MustDo(w.World, w.chambers, park, "dissolve")
		r = w.Eval("chamber.coverage", 2021, day, nil)
		if r.Num != 8 || len(r.Missing) != 1 || r.Missing[0].Title != "永胜村" {
			t.Errorf("after a dissolution %d/%d, missing %v", r.Num, r.Den, r.Missing)
		}
		if r := w.Eval("chamber.coverage", 2021, day.AddDays(-1), nil); r.Num != 9 {
			t.Errorf("the day before %d", r.Num)
		}
		list, err := WorkingOn(t.Context(), d.Read(), w.Tenant, [][2]string{{"321182103", "321182104"}}, day)
		if err != nil || len(list) != 8 {
			t.Errorf("%d chambers at work, %v", len(list), err)
		}
		members, err := MembersOn(t.Context(), d.Read(), w.Tenant, mechtest.ByKey(w.World, w.chambers, bridge).ID, day)
		if err != nil || len(members) != 5 {
			t.Errorf("%d members, %v", len(members), err)
		}
		_, err = mechtest.Add(w.World, w.members, map[string]string{"chamber": park, "firm": "大方金属", "office": "会员", "from": "2021-11-05"})
		mechtest.Refused(t, err, "to", "商会已于2021年11月10日解散")
	})
}

// A village has one working chamber: the second is refused when it begins to work and when it is imported.
func TestOneWorkingChamber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "02-party-chamber", "32-chamber", "35-person")
		mechtest.MustAdd(w.World, w.parties, map[string]string{"name": "八桥村第二商会", "kind": "商会（企业联合会）", "region": "八桥村"})
		mechtest.MustAdd(w.World, w.chambers, map[string]string{"name": "第二", "party": "八桥村第二商会", "charter_on": "2021-11-01", "dues": "无"})
		mechtest.MustAdd(w.World, w.members, map[string]string{"chamber": "第二", "person": "RY-0004", "office": "会长", "from": "2021-11-01"})
		mechtest.MustDo(w.World, w.chambers, "第二", "approve")
		mechtest.Refused(t, mechtest.Do(w.World, w.chambers, "第二", "activate"), "party", "已有运行中的“"+bridge)
		mechtest.MustDo(w.World, w.chambers, bridge, "dissolve")
		mechtest.MustDo(w.World, w.chambers, "第二", "activate")
	})
}

// Whatever the term, it begins on the last election and is whole years long.
func TestTerm(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := Chamber{TermYears: rapid.IntRange(0, 10).Draw(r, "years"), ActiveOn: date.Must("2015-01-01").AddDays(rapid.IntRange(0, 2000).Draw(r, "day"))}
		if rapid.Bool().Draw(r, "renewed") {
			c.RenewedOn = c.ActiveOn.AddDays(rapid.IntRange(0, 2000).Draw(r, "later"))
		}
		c.setTerm()
		begun := c.ActiveOn
		if !c.RenewedOn.IsZero() {
			begun = c.RenewedOn
		}
		want := begun.AddMonths(12 * c.TermYears)
		if c.TermYears == 0 && !c.TermTo.IsZero() || c.TermYears > 0 && c.TermTo.AddDays(1) != want {
			r.Fatalf("%d years from %s end on %s", c.TermYears, begun, c.TermTo)
		}
	})
}
