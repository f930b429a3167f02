package board_test

import (
	"context"
	"strings"
	"testing"

	"huicun/internal/insight/board"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/secretary/secretarytest"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

var (
	ctx     = context.Background()
	earlier = date.Must("2021-09-30")
)

func at(role, region string) access.Principal {
	return access.Principal{ID: 9, Name: role, Grants: []access.Grant{{Role: role, Region: region}}}
}

type world struct {
	*secretarytest.World
	*board.Service
	rules  *record.Noun[board.LightRule]
	issues *record.Noun[board.Snapshot]
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &world{World: secretarytest.New(t, d)}
		w.LoadDemo()
		w.rules = board.NewLightRules(w.Env)
		w.issues = board.NewSnapshots(w.Env)
		w.Service = board.NewService(w.Env, w.Cat, w.issues)
		w.Import(w.rules.Any(), "67-light_rule.csv")
		// What the other slices' records come to in the tests.
		w.Values["asset.area?workshop"] = 10600_0000
		w.Values["contract.new_stable_income?workshop"] = 1_108_600_00
		w.Values["contract.new_stable_income?shop"] = 500_000_00
		w.Values["chamber.coverage?"] = 100_00
		w.Values["pairing.coverage?village"] = 100_00
		w.Values["pairing.coverage?enterprise"] = 100_00
		w.Values["pairing.coverage?department"] = 100_00
		w.Values["joint.under_way?"] = 15
		w.Values["brand.sales?鑫惠农"] = 1_700_000_00
		w.Values["brand.sales?"] = 1_200_000_00
		w.Values["joint.facilities?LJ-2021-0001"] = 2
		w.Values["joint.land?LJ-2021-0001"] = 10_0000
		w.Values["joint.enterprises?LJ-2021-0003"] = 2
		fn(t, w)
	})
}

func (w *world) rows(t *testing.T, scope string, day date.Date) []board.Row {
	t.Helper()
	rows, err := w.Rows(ctx, w.Tenant, scope, 2021, day)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func find(t *testing.T, rows []board.Row, no string) *board.Row {
	t.Helper()
	for i := range rows {
		if rows[i].No == no {
			return &rows[i]
		}
	}
	t.Fatalf("%s is not on the board", no)
	return nil
}

func TestCountyBoard(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rows := w.rows(t, secretarytest.County, secretarytest.Day)
		if len(rows) != 8 {
			t.Fatalf("%d rows, want the 8 that have been started", len(rows))
		}
		r := find(t, rows, "SJ-2021-0001")
		if r.Unit != "中共扬中市八桥镇委员会" || r.Place != "八桥镇" || r.State != "实施中" || r.Sample {
			t.Errorf("row %+v", r)
		}
		// Milestones 90 of 100 and 90 planned; 8 of 11 measures, all with evidence; of 14 points of
		// target weight 12 are reached in full, one to 85 % and one to 80 %.
		if r.Progress.Percent != 9000 || r.Planned != 9000 || r.Lag != 0 || r.Light != board.Green {
			t.Errorf("progress %+v, planned %d, lag %d, %s", r.Progress, r.Planned, r.Lag, r.Light)
		}
		if r.Measures.Num != 8 || r.Measures.Den != 11 || r.Evidenced != 8 || r.Measures.Percent != 7272 {
			t.Errorf("measures %+v", r.Measures)
		}
		if want := int64((12*10000 + 8500 + 8000) / 14); r.Results.Percent != want {
			t.Errorf("results %d, want %d", r.Results.Percent, want)
		}
		if want := (r.Progress.Percent*40 + r.Measures.Percent*30 + r.Results.Percent*30) / 100; r.Score != want {
			t.Errorf("score %d, want %d", r.Score, want)
		}
		if len(r.Progress.Records) != 7 || len(r.Measures.Records) != 8 || len(r.Results.Records) != 10 || len(r.Lines) != 10 {
			t.Errorf("%d, %d, %d records and %d lines", len(r.Progress.Records), len(r.Measures.Records), len(r.Results.Records), len(r.Lines))
		}
		for _, l := range r.Lines {
			if l.Problem != "" || len(l.Records) == 0 || l.Target.ID == 0 || l.Name == "" {
				t.Errorf("line %+v", l)
			}
		}
		for no, light := range map[string]string{"SJ-2021-0002": board.Green, "SJ-2021-0003": board.Yellow, "SJ-2021-0004": board.Red, "SJ-2021-0006": board.Yellow} {
			if r := find(t, rows, no); r.Light != light {
				t.Errorf("%s lags %d: %s, want %s", no, r.Lag, r.Light, light)
			}
		}
		if r := find(t, rows, "SJ-2021-0004"); r.Measures.Den != 3 || len(r.Late) != 2 {
			t.Errorf("a dropped measure counts, or late ones do not: %+v, %v", r.Measures, r.Late)
		}
		if s := board.Summary(rows); s.Projects != 8 || s.Green+s.Yellow+s.Red != 8 || s.Red != 1 {
			t.Errorf("summary %+v", s)
		}
		if town := w.rows(t, secretarytest.Town, secretarytest.Day); len(town) != 3 {
			t.Errorf("the town's board has %d rows, want 3", len(town))
		}
		if early := w.rows(t, secretarytest.County, date.Must("2021-04-05")); len(early) != 3 {
			t.Errorf("early in April the board has %d rows, want 3", len(early))
		}
	})
}

func TestIssues(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		chief := at("town_secretary", secretarytest.Town)
		supervisor := at("county_supervisor", secretarytest.County)
		no, err := w.Snapshot(ctx, chief, w.Tenant, secretarytest.Town, 2021, earlier)
		if err != nil || no != "SB-2021-321182103-0001" {
			t.Fatalf("issue %q: %v", no, err)
		}
		if again, err := w.Snapshot(ctx, chief, w.Tenant, secretarytest.Town, 2021, earlier); err != nil || again != no {
			t.Errorf("the same board again: %q, %v", again, err)
		}
		if county, err := w.Snapshot(ctx, supervisor, w.Tenant, secretarytest.County, 2021, earlier); err != nil || county != "SB-2021-321182-0001" {
			t.Errorf("the county's issue: %q, %v", county, err)
		}
		then := w.rows(t, secretarytest.Town, earlier)

		// The books go on; the frozen issue stays and the next board says who rose.
		w.Values["joint.facilities?LJ-2021-0001"] = 0
		w.Values["joint.land?LJ-2021-0001"] = 0
		w.Values["brand.sales?"] = 0
		snap, err := w.issues.ByKey(ctx, w.DB.Read(), w.Tenant, no)
		if err != nil {
			t.Fatal(err)
		}
		got, frozen, err := w.Issue(ctx, chief, w.Tenant, snap.ID)
		if err != nil || got.Issue() != 1 || got.By != "town_secretary" || got.Projects != 3 || !got.Sample {
			t.Fatalf("issue %+v: %v", got, err)
		}
		if a, b := find(t, then, "SJ-2021-0007"), find(t, frozen, "SJ-2021-0007"); a.Score != b.Score || a.Rank != b.Rank || len(b.Lines) != 3 || b.Lines[0].Target.ID != a.Lines[0].Target.ID {
			t.Errorf("frozen %+v, was %+v", b, a)
		}
		now := w.rows(t, secretarytest.Town, secretarytest.Day)
		for _, r := range now {
			was := find(t, frozen, r.No)
			if up, known := r.Change(); !known || up != was.Rank-r.Rank {
				t.Errorf("%s rose %d (%v), was %d, is %d", r.No, up, known, was.Rank, r.Rank)
			}
		}
		if first := w.rows(t, secretarytest.Town, earlier); first[0].Before != 0 {
			t.Error("the first issue's own day knows an issue before")
		}

		_, err = w.Snapshot(ctx, chief, w.Tenant, secretarytest.Town, 2021, date.Must("2021-08-31"))
		wants(t, err, "不能比它早")
		_, err = w.Snapshot(ctx, chief, w.Tenant, secretarytest.Town, 2021, date.Must("2021-11-11"))
		wants(t, err, "不能晚于今天")
		_, err = w.Snapshot(ctx, chief, w.Tenant, secretarytest.Town, 2020, date.Must("2020-12-31"))
		wants(t, err, "没有已启动的 2020 年度书记项目")
		_, err = w.Snapshot(ctx, chief, w.Tenant, secretarytest.County, 2021, secretarytest.Day)
		wants(t, err, "没有这项权限")
		_, err = w.Snapshot(ctx, at("village_bookkeeper", secretarytest.Town), w.Tenant, secretarytest.Town, 2021, secretarytest.Day)
		wants(t, err, "没有这项权限")
		if no, err := w.Snapshot(ctx, chief, w.Tenant, secretarytest.Town, 2021, secretarytest.Day); err != nil || no != "SB-2021-321182103-0002" {
			t.Errorf("second issue %q: %v", no, err)
		}
		list, err := w.Snapshots(ctx, chief, w.Tenant, secretarytest.Town, 2021)
		if err != nil || len(list) != 2 || list[0].Issue() != 2 || list[0].Day != secretarytest.Day {
			t.Errorf("issues %+v: %v", list, err)
		}
		_, err = w.Snapshots(ctx, chief, w.Tenant, secretarytest.County, 2021)
		wants(t, err, "没有这项权限")
		if _, _, err := w.Issue(ctx, at("liaison", "321182101000"), w.Tenant, snap.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another town sees the issue: %v", err)
		}
	})
}

// An issue cannot be changed, deleted, made by hand or imported.
func TestIssuesAreFrozen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		no, err := w.Snapshot(ctx, access.System, w.Tenant, secretarytest.Town, 2021, earlier)
		if err != nil {
			t.Fatal(err)
		}
		v, err := w.issues.ByKey(ctx, w.DB.Read(), w.Tenant, no)
		if err != nil {
			t.Fatal(err)
		}
		v.Note = "改一改"
		wants(t, w.issues.Update(ctx, access.System, w.Tenant, v), "不能更改")
		wants(t, w.issues.Delete(ctx, access.System, w.Tenant, v.ID, 0), "不能删除")
		hand := &board.Snapshot{Year: 2021}
		hand.Region = secretarytest.Town
		_, err = w.issues.Create(ctx, access.System, w.Tenant, "", hand)
		wants(t, err, "不能手工新建")
		res, err := w.issues.ImportTable(ctx, access.System, w.Tenant, &sheet.Table{Header: []string{"期次编号", "地区"}, Rows: [][]string{{"X-1", "八桥镇"}}, RowNo: []int{2}})
		if err != nil || len(res.Report.Errors) == 0 || res.Created != 0 {
			t.Errorf("an import made an issue: %+v, %v", res, err)
		}
		v.Content = strings.Replace(v.Content, `"rank":1`, `"rank":2`, 1)
		if _, err := v.Rows(); !errs.Is(err, errs.Internal) {
			t.Errorf("a changed content is read: %v", err)
		}
	})
}

func TestLightRules(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		add := func(name, region, yellow, red, from, to string) error {
			v := new(board.LightRule)
			err := w.rules.SetTexts(ctx, w.Env.ForTenant(w.Tenant), secretarytest.County, v,
				map[string]string{"name": name, "region": region, "yellow": yellow, "red": red, "from": from, "to": to})
			if err != nil {
				return err
			}
			_, err = w.rules.Create(ctx, access.System, w.Tenant, "", v)
			return err
		}
		wants(t, add("反了", "八桥镇", "30", "10", "2021-01-01", ""), "要大于黄灯界限")
		wants(t, add("重叠", "扬中市", "5", "10", "2021-06-01", ""), "也有效")
		if err := add("以前", "扬中市", "5", "10", "2020-01-01", "2020-12-31"); err != nil {
			t.Error(err)
		}
		if err := add("本镇", "八桥镇", "5", "40", "2021-10-01", ""); err != nil {
			t.Error(err)
		}
		for _, c := range []struct{ place, day, want string }{
			{secretarytest.Yongsheng, "2021-11-10", "本镇"},
			{secretarytest.Town, "2021-09-30", "书记项目进度亮灯（参照银川做法）"},
			{"321182101000", "2021-11-10", "书记项目进度亮灯（参照银川做法）"},
			{secretarytest.County, "2020-12-31", "以前"},
			{secretarytest.County, "2019-12-31", ""},
		} {
			r, err := w.RuleAt(ctx, w.Tenant, c.place, date.Must(c.day))
			if err != nil {
				t.Fatal(err)
			}
			if got := nameOf(r); got != c.want {
				t.Errorf("%s on %s: %q, want %q", c.place, c.day, got, c.want)
			}
		}
		if rows := w.rows(t, secretarytest.County, secretarytest.Day); find(t, rows, "SJ-2021-0008").Light != board.Yellow {
			t.Error("one board goes by one rule, that of its place")
		}
	})
}

// A changed record changes the board, and only from its day on.
func TestBoardFollowsRecords(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		before := find(t, w.rows(t, secretarytest.County, secretarytest.Day), "SJ-2021-0003").Progress.Percent
		m, err := w.Milestones.ByKey(ctx, w.DB.Read(), w.Tenant, "SJLC-2021-0015")
		if err != nil {
			t.Fatal(err)
		}
		m.DoneOn = secretarytest.Day
		if err := w.Milestones.Update(ctx, access.System, w.Tenant, m); err != nil {
			t.Fatal(err)
		}
		r := find(t, w.rows(t, secretarytest.County, secretarytest.Day), "SJ-2021-0003")
		if r.Progress.Percent != before+2000 || r.Light != board.Green {
			t.Errorf("progress %d, was %d; %s", r.Progress.Percent, before, r.Light)
		}
		if r := find(t, w.rows(t, secretarytest.County, date.Must("2021-11-09")), "SJ-2021-0003"); r.Progress.Percent != before {
			t.Errorf("the day before: %d", r.Progress.Percent)
		}
		w.Values["asset.area?workshop"] = 0
		if got := find(t, w.rows(t, secretarytest.County, secretarytest.Day), "SJ-2021-0001"); got.Lines[0].Percent != 0 {
			t.Errorf("line %+v", got.Lines[0])
		}
	})
}

func nameOf(r *board.LightRule) string {
	if r == nil {
		return ""
	}
	return r.Name
}

// wants checks that an error's sentence, or that of one of its fields, contains a text.
func wants(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
