package policy

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
)

// runDoc is a policy with everything that a run needs: a share to the secretary, the village bearing a part, two instalments, a
// budget.
const runDoc = `format: 1
title: 增收奖励示例办法
issuer: 示例镇
version: {no: 1, from: 2021-01-01, state: draft}
inputs:
  - {name: income, label: 本年经营收入, type: money}
  - {name: income_last, label: 上年经营收入, type: money, default: "0"}
  - {name: checked, label: 次年复核通过, type: bool, default: 否}
  - {name: accident, label: 发生责任事故, type: bool, default: 否}
measures:
  - {name: growth, label: 增量, increase: {of: income, base: income_last}}
vetoes:
  - {label: 发生责任事故, when: accident}
rules:
  - {name: reward, label: 增收奖励, rate: {of: growth, at: 10%}}
splits:
  - name: people
    label: 村书记份额
    kind: payee
    cases: [{parts: [{to: 村书记, share: 30%}], rest: 村集体}]
  - name: payers
    label: 资金来源
    kind: payer
    cases: [{parts: [{to: 镇财政, weight: "7"}, {to: 村集体, weight: "3"}]}]
instalments:
  - {label: 公示后, share: 70%}
  - {label: 次年复核后, share: 30%, when: checked}
procedure: [plan, vote, review, recheck, publish]
`

func person(id ids.ID, name string) access.Principal {
	return access.Principal{ID: id, Name: name, Grants: access.System.Grants}
}

var clerk, chief, county = person(11, "会计"), person(12, "书记"), person(13, "监管员")

// runWorld has a policy in force with a document, on 2021-11-10.
type runWorld struct {
	*world
	version *Version
	policy  *engine.Policy
	persons []ids.ID
}

func newRunWorld(t *testing.T, d *db.DB, doc string) *runWorld {
	t.Helper()
	w := &runWorld{world: newWorld(t, d)}
	w.Load("02-party")
	mechtest.MustAdd(w.World, w.policies, map[string]string{"no": "A1", "title": "增收奖励示例办法", "family": "其他", "issuer": issuer, "region": "八桥镇", "drafted_on": "2020-10-01", "in_force_on": "2021-01-01"})
	mechtest.MustAdd(w.World, w.versions, map[string]string{"no": "V1", "policy": "A1", "version_no": "1", "from": "2021-01-01", "summary": "示例", "publicity_days": "7", "document": doc})
	mechtest.MustDo(w.World, w.policies, "A1", "consult", "approve")
	mechtest.MustDo(w.World, w.versions, "V1", "enact")
	mechtest.MustDo(w.World, w.policies, "A1", "enact")
	w.version = mechtest.ByKey(w.World, w.versions, "V1")
	p, err := w.version.Compile()
	if err != nil {
		t.Fatal(err)
	}
	w.policy = p
	return w
}

func (w *runWorld) inputs(name string, texts map[string]string) *engine.Inputs {
	w.T.Helper()
	in := &engine.Inputs{Subject: name, Values: map[string]engine.Value{}}
	for k, text := range texts {
		v, err := w.policy.ParseValue(k, text)
		if err != nil {
			w.T.Fatal(err)
		}
		v.From = "填报"
		in.Values[k] = v
	}
	return in
}

// freeze makes a round of two villages: 八桥村 with 25 wan more than last year, 永胜村 with 10 wan.
func (w *runWorld) freeze(budget money.Fen) *Round {
	w.T.Helper()
	id, err := w.runs.Freeze(w.T.Context(), clerk, w.Tenant, "k1", w.in(budget))
	if err != nil {
		w.T.Fatal(err)
	}
	again, err := w.runs.Freeze(w.T.Context(), clerk, w.Tenant, "k1", w.in(budget))
	if err != nil || again != id {
		w.T.Fatalf("frozen twice: %s %s %v", id, again, err)
	}
	r, err := RoundOf(w.T.Context(), w.Env.DB.Read(), w.Tenant, id)
	if err != nil {
		w.T.Fatal(err)
	}
	return r
}

func (w *runWorld) in(budget money.Fen) FreezeIn {
	return FreezeIn{Version: w.version.ID, Region: town, Year: 2021, Purpose: "stable_income", Budget: budget, Days: 7, Subjects: []FreezeSubject{
		{Region: "321182103203", Name: "八桥村", Inputs: w.inputs("八桥村", map[string]string{"income": "85万", "income_last": "60万"})},
		{Region: "321182103205", Name: "永胜村", Inputs: w.inputs("永胜村", map[string]string{"income": "30万", "income_last": "20万"})},
	}}
}

func (w *runWorld) lines(r *Round) []Line {
	w.T.Helper()
	list, err := LinesOf(w.T.Context(), w.Env.DB.Read(), w.Tenant, r.ID)
	if err != nil {
		w.T.Fatal(err)
	}
	return list
}

func (w *runWorld) step(who access.Principal, r *Round, event, on string, more func(*StepIn), lines ...Line) error {
	in := StepIn{Round: r.ID, Event: event, Text: "方案", No: "批1号", Reason: "理由", Due: 40, Present: 36, Agree: 30}
	if on != "" {
		in.On = date.Must(on)
	}
	for _, l := range lines {
		in.Lines = append(in.Lines, l.ID)
	}
	if more != nil {
		more(&in)
	}
	return w.runs.Step(w.T.Context(), who, w.Tenant, "", in)
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// published takes lines to their publication.
func (w *runWorld) published(r *Round, lines ...Line) {
	w.T.Helper()
	w.must(w.step(clerk, r, "plan", "2021-10-10", nil, lines...))
	w.must(w.step(clerk, r, "vote", "2021-10-15", nil, lines...))
	w.must(w.step(chief, r, "review", "2021-10-18", nil, lines...))
	w.must(w.step(county, r, "recheck", "2021-10-20", nil, lines...))
	w.must(w.step(clerk, r, "publish", "2021-10-21", nil, lines...))
}

// name says who the secretary of a line is.
func (w *runWorld) name(l *Line) {
	w.T.Helper()
	n, _ := w.Env.Noun("person")
	p := &party.Person{Name: "张三"}
	p.Region = l.Region
	it := n.New()
	*(it.V.(*party.Person)) = *p
	id, err := n.Create(w.T.Context(), access.System, w.Tenant, "", it)
	w.must(err)
	payees, err := PayeesOf(w.T.Context(), w.Env.DB.Read(), w.Tenant, l.ID)
	w.must(err)
	for _, k := range payees {
		if k.To == "村书记" {
			w.must(w.runs.NamePayees(w.T.Context(), clerk, w.Tenant, l.ID, map[ids.ID]ids.ID{k.ID: id}, nil))
		}
	}
}

func (w *runWorld) paid(year int, asOf string) money.Fen {
	return money.Fen(w.Eval("policy.award_paid", year, date.Must(asOf), map[string]string{"years": "4"}).Value)
}

func (w *runWorld) sound() {
	w.T.Helper()
	if bad, err := Check(w.T.Context(), w.Env.DB.Read(), w.Tenant); err != nil || len(bad) > 0 {
		w.T.Fatalf("fsck: %v %v", bad, err)
	}
}

// TestRun is the whole life of a round: frozen, planned, voted, reviewed, re-checked, published, objected to, approved, paid in
// two instalments, got back in part and as a whole; and back by a return and a new computation.
func TestRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newRunWorld(t, d, runDoc)
		ctx := t.Context()
		r := w.freeze(0)
		lines := w.lines(r)
		if len(lines) != 2 || lines[0].Amount != 2_500_000 || lines[1].Amount != 1_000_000 || r.Total != 3_500_000 {
			t.Fatalf("%+v total %s", lines, r.Total)
		}
		one, two := lines[0], lines[1]

		// order and duties
		mechtest.Refused(t, w.step(clerk, r, "review", "2021-10-18", nil, one), "", "先要村提方案")
		mechtest.Refused(t, w.step(clerk, r, "plan", "2021-12-01", nil, one), "on", "日期还没有到")
		mechtest.Refused(t, w.step(clerk, r, "plan", "", func(s *StepIn) { s.Text = " " }, one), "text", "请写明分配方案")
		w.must(w.step(clerk, r, "plan", "2021-10-10", nil, lines...))
		mechtest.Refused(t, w.step(clerk, r, "vote", "2021-10-09", nil, one), "on", "不能早于前一步")
		mechtest.Refused(t, w.step(clerk, r, "vote", "2021-10-15", func(s *StepIn) { s.Present, s.Agree = 20, 15 }, one), "present", "没有达到过半数")
		mechtest.Refused(t, w.step(clerk, r, "vote", "2021-10-15", func(s *StepIn) { s.Agree = 18 }, one), "agree", "没有通过")
		w.must(w.step(clerk, r, "vote", "2021-10-15", nil, lines...))
		mechtest.Refused(t, w.step(clerk, r, "review", "2021-10-18", nil, one), "", "核算人不能")
		w.must(w.step(chief, r, "review", "2021-10-18", nil, lines...))
		mechtest.Refused(t, w.step(chief, r, "recheck", "2021-10-20", nil, one), "", "审核人不能复核")

		// sent back and worked out anew with another value
		mechtest.Refused(t, w.step(county, r, "return", "", func(s *StepIn) { s.Reason = "" }, one), "reason", "请说明")
		w.must(w.step(county, r, "return", "", nil, one))
		if err := w.runs.Recompute(ctx, clerk, w.Tenant, RecomputeIn{Line: one.ID, Inputs: w.inputs("八桥村", map[string]string{"income": "85万", "income_last": "60万"}), Reason: "复核"}); !errs.Is(err, errs.State) {
			t.Fatalf("computed anew without a change: %v", err)
		}
		edits := []Edit{{Input: "income", Label: "本年经营收入", Was: "850000", Now: "900000", By: "会计", Why: "补记"}}
		w.must(w.runs.Recompute(ctx, clerk, w.Tenant, RecomputeIn{Line: one.ID, Inputs: w.inputs("八桥村", map[string]string{"income": "90万", "income_last": "60万"}), Edits: edits, Reason: "补记收入"}))
		calcs, err := CalcsOf(ctx, d.Read(), w.Tenant, one.ID)
		w.must(err)
		changes, err := CompareCalcs(w.policy, &calcs[1], &calcs[0])
		w.must(err)
		if len(calcs) != 2 || len(changes) != 2 || changes[0].Label != "本年经营收入" || changes[0].After != "900,000.00 元" || changes[1].Before != "25,000.00 元" || changes[1].After != "30,000.00 元" {
			t.Fatalf("%+v", changes)
		}
		w.sound()
		one = w.lines(r)[0]
		if one.State != Computed || !one.VotedOn.IsZero() || one.Amount != 3_000_000 {
			t.Fatalf("%+v", one)
		}

		// the other is refused for an accident that came out
		w.must(w.step(chief, r, "veto", "", nil, two))
		if r, err = RoundOf(ctx, d.Read(), w.Tenant, r.ID); err != nil || r.Total != 3_000_000 {
			t.Fatalf("total %s %v", r.Total, err)
		}

		// publication, objection, approval
		w.published(r, one)
		mechtest.Refused(t, w.step(chief, r, "approve", "2021-10-27", nil, one), "", "满 7 天才能批准")
		o := &Objection{Line: one.ID, On: date.Must("2021-10-25"), By: "匿名", Text: "收入不实"}
		_, err = w.runs.Objections.Create(ctx, clerk, w.Tenant, "", o)
		w.must(err)
		mechtest.Refused(t, w.step(chief, r, "approve", "2021-10-29", nil, one), "", "1 件异议还没有答复")
		mechtest.Refused(t, w.runs.Objections.Do(ctx, chief, w.Tenant, o.ID, 0, "answer", ""), "", "填写调查和答复")
		o, err = w.runs.Objections.Get(ctx, chief, w.Tenant, o.ID)
		w.must(err)
		o.Answer = "经查属实"
		w.must(w.runs.Objections.Update(ctx, chief, w.Tenant, o))
		w.must(w.runs.Objections.Do(ctx, chief, w.Tenant, o.ID, 0, "answer", ""))
		mechtest.Refused(t, w.step(clerk, r, "approve", "2021-10-29", nil, one), "", "核算人不能批准")
		w.must(w.step(chief, r, "approve", "2021-10-29", nil, one))

		// the part of nobody is not paid; the first instalment
		pay := PayIn{Line: one.ID, Due: 1, On: date.Must("2021-11-01"), DocNo: "回单1"}
		out, err := w.runs.Pay(ctx, clerk, w.Tenant, "p1", pay)
		w.must(err)
		if out.Amount != 1_470_000 || len(out.Left) != 1 || out.Left[0] != "村书记" {
			t.Fatalf("%+v", out)
		}
		_, err = w.runs.Pay(ctx, clerk, w.Tenant, "", pay)
		mechtest.Refused(t, err, "", "“村书记”还没有填写是谁")
		_, err = w.runs.Pay(ctx, clerk, w.Tenant, "", PayIn{Line: one.ID, Due: 2, On: pay.On, DocNo: "x"})
		mechtest.Refused(t, err, "", "兑付节点还没有达到")
		w.name(&one)
		pay.DocNo = "回单2"
		out, err = w.runs.Pay(ctx, clerk, w.Tenant, "p2", pay)
		w.must(err)
		if out.Amount != 630_000 || len(out.Left) != 0 {
			t.Fatalf("%+v", out)
		}
		if got := w.paid(2021, "2021-11-01"); got != 2_100_000 {
			t.Fatalf("figure %s", got)
		}
		if got := w.paid(2021, "2021-10-31"); got != 0 {
			t.Fatalf("figure before %s", got)
		}

		// the milestone is reached; an award that would change is refused
		err = w.runs.Recompute(ctx, clerk, w.Tenant, RecomputeIn{Line: one.ID, Inputs: w.inputs("八桥村", map[string]string{"income": "99万", "income_last": "60万", "checked": "是"}), Reason: "复核"})
		mechtest.Refused(t, err, "", "已经批准的奖励只能更新兑付节点")
		w.must(w.runs.Recompute(ctx, clerk, w.Tenant, RecomputeIn{Line: one.ID, Inputs: w.inputs("八桥村", map[string]string{"income": "90万", "income_last": "60万", "checked": "是"}), Edits: edits, Reason: "复核通过"}))
		last, err := w.runs.Pay(ctx, clerk, w.Tenant, "p3", PayIn{Line: one.ID, Due: 2, On: date.Must("2021-11-02"), DocNo: "回单3"})
		w.must(err)
		one = w.lines(r)[0]
		if one.State != Paid || one.Paid != 3_000_000 {
			t.Fatalf("%+v", one)
		}
		w.sound()

		// a payment that was entered by mistake, and again
		w.must(w.runs.Payments.Do(ctx, chief, w.Tenant, last.Payment, 0, "void", "单据登记有误"))
		if got := w.paid(2021, "2021-11-10"); got != 2_100_000 {
			t.Fatalf("figure after the void %s", got)
		}
		if one = w.lines(r)[0]; one.State != LinePaying || one.Paid != 2_100_000 {
			t.Fatalf("%+v", one)
		}
		_, err = w.runs.Pay(ctx, clerk, w.Tenant, "p4", PayIn{Line: one.ID, Due: 2, On: date.Must("2021-11-02"), DocNo: "回单4"})
		w.must(err)
		w.sound()

		// an award of the run is not changed by hand
		awards, err := AwardsOfLine(ctx, d.Read(), w.Tenant, one.ID)
		w.must(err)
		mechtest.Refused(t, w.awards.Do(ctx, chief, w.Tenant, awards[0].ID, 0, "claw_back", "x"), "", "请在核算单里办理")

		// got back in part, then all
		claw := ClawIn{Line: one.ID, Amount: 1_000_001, On: date.Must("2021-11-08"), DocNo: "决1", Reason: "部分虚报"}
		w.must(w.runs.ClawBack(ctx, chief, w.Tenant, "c1", claw))
		if got := w.paid(2021, "2021-11-10"); got != 1_999_999 {
			t.Fatalf("figure after a part %s", got)
		}
		if got := w.paid(2021, "2021-11-07"); got != 3_000_000 {
			t.Fatalf("figure before the claw-back %s", got)
		}
		w.sound()
		claw.Amount = 2_000_000
		mechtest.Refused(t, w.runs.ClawBack(ctx, chief, w.Tenant, "", claw), "amount", "最多 19,999.99 元")
		claw.Amount = 1_999_999
		w.must(w.runs.ClawBack(ctx, chief, w.Tenant, "c2", claw))
		if got := w.paid(2021, "2021-11-10"); got != 0 {
			t.Fatalf("figure after all %s", got)
		}
		if one = w.lines(r)[0]; one.State != ClawedBack {
			t.Fatalf("%+v", one)
		}
		w.sound()
		w.must(w.runs.Rounds.Do(ctx, clerk, w.Tenant, r.ID, 0, "close", ""))
		mechtest.Refused(t, w.step(chief, r, "veto", "", nil, one), "", "已归档")
	})
}

// TestBudget: beyond a budget an approval is refused by how much, or all are reduced in proportion.
func TestBudget(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newRunWorld(t, d, runDoc)
	r := w.freeze(3_000_000)
	lines := w.lines(r)
	w.published(r, lines...)
	mechtest.Refused(t, w.step(chief, r, "approve", "2021-11-01", nil, lines...), "", "超过预算 30,000.00 元，多出 5,000.00 元")
	w.must(w.step(chief, r, "approve", "2021-11-01", nil, lines[0]))
	mechtest.Refused(t, w.step(chief, r, "approve", "2021-11-01", nil, lines[1]), "", "多出 5,000.00 元")

	// another round of the policy's year counts together with it
	rata := newRunWorld(t, dbtest.SQLite(t), strings.Replace(runDoc, "procedure:", "budget: {most: 3万, over: pro_rata}\nprocedure:", 1))
	if _, err := rata.runs.Freeze(t.Context(), clerk, rata.Tenant, "", rata.in(3_000_001)); err == nil {
		t.Error("a budget beyond the policy's is taken")
	}
	r = rata.freeze(0)
	lines = rata.lines(r)
	if r.Budget != 3_000_000 || r.Total != 3_000_000 || lines[0].Amount != 2_142_857 || lines[1].Amount != 857_143 || lines[0].Result != 2_500_000 {
		t.Fatalf("%s: %s %s", r.Total, lines[0].Amount, lines[1].Amount)
	}
	rata.sound()
	rata.must(rata.step(chief, r, "veto", "", nil, lines[1]))
	if l := rata.lines(r)[0]; l.Amount != 2_500_000 {
		t.Fatalf("what a vetoed village leaves is not given: %s", l.Amount)
	}
}

// TestFreezeRefused: what cannot be run, or cannot be worked out.
func TestFreezeRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newRunWorld(t, d, runDoc)
	ctx := t.Context()
	try := func(change func(*FreezeIn)) error {
		in := w.in(0)
		change(&in)
		_, err := w.runs.Freeze(ctx, clerk, w.Tenant, "", in)
		return err
	}
	mechtest.Refused(t, try(func(in *FreezeIn) { in.Year = 2019 }), "", "在 2019 年没有效力")
	mechtest.Refused(t, try(func(in *FreezeIn) { in.Days = 3 }), "days", "7（政策规定）")
	mechtest.Refused(t, try(func(in *FreezeIn) { in.Subjects = nil }), "subjects", "没有可以核算的村")
	mechtest.Refused(t, try(func(in *FreezeIn) { in.Region = "321182000000" }), "", "不在《增收奖励示例办法》的适用范围内")
	mechtest.Refused(t, try(func(in *FreezeIn) { delete(in.Subjects[1].Inputs.Values, "income") }), "subjects", "永胜村：缺少“本年经营收入”")
	if n, err := w.runs.Lines.Count(ctx, w.Tenant); err != nil || n != 0 {
		t.Errorf("%d lines of refused rounds: %v", n, err)
	}
	r := w.freeze(0)
	if err := w.runs.Lines.Do(ctx, chief, w.Tenant, w.lines(r)[0].ID, 0, "plan", ""); !errs.Is(err, errs.Invalid) {
		t.Errorf("a step past the round: %v", err)
	}
	// fsck finds frozen inputs that were tampered with, and a result that does not follow
	w.must(d.InTx(ctx, access.System.Meta(w.Tenant), func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE award_calc SET inputs = inputs || ' ' WHERE tenant_id = $1 AND line_id = $2`, w.Tenant, w.lines(r)[0].ID)
	}))
	if bad, err := Check(ctx, d.Read(), w.Tenant); err != nil || len(bad) != 1 || !strings.Contains(bad[0], "校验值不符") {
		t.Errorf("%v %v", bad, err)
	}
}

// TestCross: instalments over payees add up both ways, to the fen, and no cell is below zero.
func TestCross(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 6)
		total := money.Fen(rapid.Int64Range(1, 1e12).Draw(t, "total"))
		like := func(name string) []money.Fen {
			ws := weights.Draw(t, name)
			out := make([]money.Fen, len(ws))
			for i, x := range ws {
				out[i] = money.Fen(x)
			}
			out[0]++
			got, err := shares(total, out)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		rows, cols := like("rows"), like("cols")
		cells, err := Cross(rows, cols)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			if sum, err := money.Sum(cells[i]...); err != nil || sum != rows[i] {
				t.Fatalf("row %d: %s, want %s", i, sum, rows[i])
			}
		}
		for j := range cols {
			var sum money.Fen
			for i := range rows {
				if cells[i][j] < 0 {
					t.Fatalf("cell %d,%d is %s", i, j, cells[i][j])
				}
				sum += cells[i][j]
			}
			if sum != cols[j] {
				t.Fatalf("column %d: %s, want %s", j, sum, cols[j])
			}
		}
		budget := money.Fen(rapid.Int64Range(0, 2e12).Draw(t, "budget"))
		cut, err := reduce(budget, 0, cols)
		if err != nil {
			t.Fatal(err)
		}
		var sum money.Fen
		for i := range cut {
			if cut[i] < 0 || cut[i] > cols[i] {
				t.Fatalf("%s of %s", cut[i], cols[i])
			}
			sum += cut[i]
		}
		if sum != min(budget, total) {
			t.Fatalf("%s of a budget of %s and %s", sum, budget, total)
		}
	})
}
