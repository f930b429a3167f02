package policy

import (
	"context"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
)

// sample is an example policy whose values are all entered by hand.
func sample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../../policies/examples/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`, figure: [a-z._]+`).ReplaceAllString(string(text), "")
}

// three is a round of three villages with the given values.
func (w *runWorld) three(purpose string, values ...map[string]string) FreezeIn {
	in := FreezeIn{Version: w.version.ID, Region: town, Year: 2021, Purpose: purpose, Days: 7}
	for i, v := range [][2]string{{"321182103203", "八桥村"}, {"321182103205", "永胜村"}, {"321182103206", "利民村"}} {
		in.Subjects = append(in.Subjects, FreezeSubject{Region: v[0], Name: v[1], Inputs: w.inputs(v[1], values[i])})
	}
	return in
}

// prizeIn is a round of the sample with prizes: 八桥村 has 88 points, 永胜村 80, 利民村 60.
func (w *runWorld) prizeIn() FreezeIn {
	return w.three("combined", map[string]string{"income": "240万", "income_last": "200万", "appraisal": "48"},
		map[string]string{"income": "120万", "income_last": "100万", "appraisal": "50", "joint_projects": "1"}, map[string]string{"income": "110万", "income_last": "100万", "appraisal": "50"})
}

func (w *runWorld) frozen(in FreezeIn) *Round {
	w.T.Helper()
	id, err := w.runs.Freeze(w.T.Context(), clerk, w.Tenant, "", in)
	w.must(err)
	return w.round(id)
}

func (w *runWorld) round(id ids.ID) *Round {
	w.T.Helper()
	r, err := RoundOf(w.T.Context(), w.Env.DB.Read(), w.Tenant, id)
	w.must(err)
	return r
}

// places are the lines of a round as "name place prize amount".
func (w *runWorld) places(r *Round) string {
	w.T.Helper()
	var out []string
	for _, l := range w.lines(r) {
		out = append(out, l.Name+" "+l.PlaceText()+" "+l.Amount.String())
	}
	return strings.Join(out, "; ")
}

// TestPrizesInARun: places and prizes are frozen with the round, move when a value changes, and are left to people between
// equals; what was published is not moved behind the villages' backs; an honour is filed without a payment.
func TestPrizesInARun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newRunWorld(t, d, sample(t, "village-prizes-sample"))
		ctx := t.Context()
		r := w.frozen(w.prizeIn())
		if got := w.places(r); got != "八桥村 第 1 名 一等奖 54,000.00; 永胜村 第 2 名 二等奖 32,000.00; 利民村 第 3 名 三等奖 11,000.00" {
			t.Fatal(got)
		}
		if r.Total != 9_700_000 || r.Steps()[0] != engine.StepReview {
			t.Fatalf("%s %v", r.Total, r.Steps())
		}
		w.sound()
		lines := w.lines(r)
		one, two, three := lines[0], lines[1], lines[2]

		// the second had more: it changes places with the first, which has been reviewed already and goes back
		w.must(w.step(chief, r, "review", "2021-10-10", nil, one))
		better := map[string]string{"income": "140万", "income_last": "100万", "appraisal": "50", "joint_projects": "1"}
		w.must(w.runs.Recompute(ctx, clerk, w.Tenant, RecomputeIn{Line: two.ID, Inputs: w.inputs("永胜村", better), Reason: "补记收入"}))
		if got := w.places(r); got != "八桥村 第 2 名 二等奖 34,000.00; 永胜村 第 1 名 一等奖 54,000.00; 利民村 第 3 名 三等奖 11,000.00" {
			t.Fatal(got)
		}
		calcs, err := CalcsOf(ctx, d.Read(), w.Tenant, one.ID)
		w.must(err)
		if one = w.lines(r)[0]; one.State != Computed || !one.ReviewedOn.IsZero() || len(calcs) != 2 || calcs[0].Reason != "名次变动：补记收入" {
			t.Fatalf("%+v %+v", one, calcs[0])
		}
		w.sound()

		// equals beyond the quota: nothing goes on until people have put them in order
		w.must(w.runs.Recompute(ctx, clerk, w.Tenant, RecomputeIn{Line: one.ID, Inputs: w.inputs("八桥村", better), Reason: "补记收入"}))
		lines = w.lines(r)
		if lines[0].Undecided == "" || lines[1].Undecided == "" || lines[0].Prize != "并列，待定（一等奖）" {
			t.Fatal(w.places(r))
		}
		mechtest.Refused(t, w.step(chief, r, "review", "2021-10-10", nil, lines[1]), "", "还要确定先后")
		ordered := w.inputs("永胜村", better)
		ordered.Order = &engine.Decision{Amount: big.NewRat(1, 1), Reason: "镇党委会议确定"}
		w.must(w.runs.Recompute(ctx, clerk, w.Tenant, RecomputeIn{Line: two.ID, Inputs: ordered, Reason: "确定先后"}))
		if got := w.places(r); got != "八桥村 第 2 名 二等奖 34,000.00; 永胜村 第 1 名 一等奖 54,000.00; 利民村 第 3 名 三等奖 11,000.00" {
			t.Fatal(got)
		}
		w.sound()

		// what has been published keeps its prize, or is returned first
		for _, l := range w.lines(r) {
			w.must(w.step(chief, r, "review", "2021-10-18", nil, l))
			w.must(w.step(county, r, "recheck", "2021-10-20", nil, l))
			w.must(w.step(clerk, r, "publish", "2021-10-21", nil, l))
		}
		mechtest.Refused(t, w.step(chief, r, "veto", "", nil, w.lines(r)[1]), "", "八桥村（公示中，将由“二等奖”变为“一等奖”）")
		w.must(w.step(chief, r, "return", "", nil, w.lines(r)[0]))
		w.must(w.step(chief, r, "return", "", nil, w.lines(r)[2]))
		w.must(w.step(chief, r, "veto", "", nil, w.lines(r)[1]))
		if got := w.places(r); got != "八桥村 第 1 名 一等奖 54,000.00; 永胜村 第 1 名 一等奖 54,000.00; 利民村 第 2 名 三等奖 11,000.00" {
			t.Fatal(got)
		}
		if three = w.lines(r)[2]; three.State != Computed {
			t.Fatalf("%s", three.State)
		}
		w.sound()

		// fsck ranks anew
		w.must(d.InTx(ctx, access.System.Meta(w.Tenant), func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE award_line SET state = 'computed' WHERE tenant_id = $1 AND id = $2`, w.Tenant, two.ID)
		}))
		if bad, err := Check(ctx, d.Read(), w.Tenant); err != nil || !strings.Contains(strings.Join(bad, ";"), "按冻结的数据排名是") {
			t.Errorf("%v %v", bad, err)
		}
	})
}

// TestSeveralPayers: county, town and village bear a prize 1 : 0.6 : 0.4; each payer's books get its own part, persons are paid
// by the payers themselves, and money that comes back goes where it came from.
func TestSeveralPayers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newRunWorld(t, d, sample(t, "village-prizes-sample"))
		ctx := t.Context()
		owner, err := party.CollectiveOf(ctx, d.Read(), w.Tenant, village)
		w.must(err)
		n, _ := w.Env.Noun("party")
		var payers []ids.ID
		for _, name := range []string{"扬中市八桥镇八桥村村民委员会", "扬中市八桥镇永胜村村民委员会"} { // they may keep books here, as counties do not
			id, err := n.Lookup(ctx, d.Read(), w.Tenant, name)
			w.must(err)
			payers = append(payers, id)
		}
		for name, id := range map[string]ids.ID{"村": owner.ID, "县": payers[0], "镇": payers[1]} {
			_, err := w.ledger.Books.Create(ctx, access.System, w.Tenant, "", &ledger.Books{Name: name, Party: id, Chart: ledger.Chart2004, From: 202101})
			w.must(err)
		}
		in := w.prizeIn()
		in.Payers = append(payers, payers[0])
		_, err = w.runs.Freeze(ctx, clerk, w.Tenant, "", in)
		mechtest.Refused(t, err, "payer", "只有 2 个")
		in.Payers, in.Direct, in.Subjects = payers, true, in.Subjects[:1]
		r := w.frozen(in)
		l := w.lines(r)[0]
		w.must(w.step(chief, r, "review", "2021-10-18", nil, l))
		w.must(w.step(county, r, "recheck", "2021-10-20", nil, l))
		w.must(w.step(clerk, r, "publish", "2021-10-21", nil, l))
		w.must(w.step(person(14, "镇长"), r, "approve", "2021-10-29", nil, l))
		shares, err := SharesOf(ctx, d.Read(), w.Tenant, l.ID)
		w.must(err)
		if len(shares) != 2 || shares[0].Amount != 2_700_000 || shares[1].Amount != 1_620_000 {
			t.Fatalf("%+v", shares)
		}

		// first the village's own part, then that of the cadres: the prize of 50,000 at 30 %
		pay := PayIn{Line: l.ID, Due: 1, On: date.Must("2021-11-01"), DocNo: "回单1"}
		first, err := w.runs.Pay(ctx, clerk, w.Tenant, "", pay)
		w.must(err)
		if got := w.booked(first.Payment); got != "县: 551 19500.00 102 -19500.00; 村: 102 31200.00 522 -31200.00; 镇: 551 11700.00 102 -11700.00" {
			t.Fatalf("the village's part: %s", got)
		}
		payees, err := PayeesOf(ctx, d.Read(), w.Tenant, l.ID)
		w.must(err)
		for _, k := range payees {
			if k.To == "村干部" {
				w.must(w.runs.NamePayees(ctx, clerk, w.Tenant, l.ID, nil, map[ids.ID]ids.ID{k.ID: payers[1]}))
			}
		}
		second, err := w.runs.Pay(ctx, clerk, w.Tenant, "", pay)
		w.must(err)
		if got := w.booked(second.Payment); got != "县: 551 7500.00 102 -7500.00; 村: 541 3000.00 102 -3000.00; 镇: 551 4500.00 102 -4500.00" {
			t.Fatalf("the cadres' part: %s", got)
		}
		w.sound()
		w.must(w.runs.Payments.Do(ctx, chief, w.Tenant, second.Payment, 0, "void", "登记有误"))
		if got := w.booked(second.Payment); got != "" {
			t.Fatalf("taken back: %s", got)
		}
		_, err = w.runs.Pay(ctx, clerk, w.Tenant, "", pay)
		w.must(err)
		w.must(w.runs.ClawBack(ctx, chief, w.Tenant, "", ClawIn{Line: l.ID, Amount: 5_400_000, On: date.Must("2021-11-05"), DocNo: "决1", Reason: "虚报"}))
		list, err := PaymentsOf(ctx, d.Read(), w.Tenant, l.ID)
		w.must(err)
		if got := w.booked(list[len(list)-1].ID); got != "县: 551 -27000.00 102 27000.00; 村: 102 -31200.00 522 31200.00 541 -3000.00 102 3000.00; 镇: 551 -16200.00 102 16200.00" {
			t.Fatalf("got back: %s", got)
		}
		w.sound()
	})
}

// TestPointsInARun: a policy that counts points runs through the same steps, is filed without a payment, and its points are a
// figure.
func TestPointsInARun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		doc := strings.Replace(sample(t, "informant-points-sample"), "subject: informant", "subject: village", 1)
		w := newRunWorld(t, d, doc)
		values := func(effective string) map[string]string {
			return map[string]string{"unit_kind": "村干部", "effective": effective, "signed": "0", "signed_total": "0"}
		}
		r := w.frozen(w.three("information", values("3"), values("1"), values("0")))
		lines := w.lines(r)
		if r.Unit != "分" || lines[0].PointsText(r.Unit) != "17 分" || lines[2].PointsText(r.Unit) != "0 分" || r.Total != 0 {
			t.Fatalf("%+v", lines)
		}
		points := func(asOf string) int64 { return w.Eval("policy.points", 2021, date.Must(asOf), nil).Value }
		w.must(w.step(chief, r, "review", "2021-10-18", nil, lines...))
		w.must(w.step(clerk, r, "publish", "2021-10-21", nil, lines...))
		if got := points("2021-12-31"); got != 0 {
			t.Fatalf("points before the approval: %d", got)
		}
		w.must(w.step(person(14, "镇长"), r, "approve", "2021-10-29", nil, lines...))
		if got := points("2021-12-31"); got != 2200 {
			t.Fatalf("points: %d hundredths, want 17 + 5", got)
		}
		if got := points("2021-10-28"); got != 0 {
			t.Fatalf("points on the day before: %d", got)
		}
		_, err := w.runs.Pay(t.Context(), clerk, w.Tenant, "", PayIn{Line: lines[0].ID, Due: 1, On: date.Must("2021-11-01"), DocNo: "x"})
		mechtest.Refused(t, err, "due", "没有这一期")
		w.must(w.step(clerk, r, "file", "2021-11-02", nil, lines...))
		w.must(w.runs.Rounds.Do(t.Context(), clerk, w.Tenant, r.ID, 0, "close", ""))
		w.sound()
	})
}
