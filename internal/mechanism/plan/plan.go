// Package plan keeps one village, one plan (一村一策): for each village and year its situation, its measures with owner and
// date, the assets and joint projects in it, and goals for indicators, whose values are computed and never entered. A
// review freezes what the goals came to on its day.
package plan

import (
	"context"
	"fmt"
	"strconv"

	"huicun/internal/books/letting"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Plan is the plan of a village's collective for a year.
type Plan struct {
	db.Row
	No                           string
	Year                         int
	Owner                        ids.ID
	Name, Lead                   string
	Situation, Problem, Approach string
	VoteOn                       date.Date
	Due, Present, Agree          int
	ApprovalNo                   string
	Voted, Approved, Started     date.Date
	Reviewed                     date.Date
}

// The states.
const (
	Draft    = "draft"
	Voted    = "voted"
	Approved = "approved"
	Running  = "running"
	Reviewed = "reviewed"
)

// Machine is the way of a plan.
var Machine = &fsm.Machine{
	Name: "一村一策",
	States: []fsm.State{
		{Code: Draft, Label: "拟定中", Tone: "grey"}, {Code: Voted, Label: "村已表决", Tone: "azure"}, {Code: Approved, Label: "镇已批准", Tone: "azure"},
		{Code: Running, Label: "实施中", Tone: "green"}, {Code: Reviewed, Label: "已总结", Tone: "grey"},
	},
	Events: []fsm.Event{
		{Name: "vote", Label: "村表决通过", From: []string{Draft}, To: Voted, Verb: "edit"},
		{Name: "approve", Label: "镇批准", From: []string{Voted}, To: Approved, Verb: "approve"},
		{Name: "return", Label: "退回修改", From: []string{Voted, Approved}, To: Draft, Verb: "approve", Reason: true},
		{Name: "start", Label: "启动实施", From: []string{Approved}, To: Running, Verb: "edit"},
		{Name: "review", Label: "年度总结", From: []string{Running}, To: Reviewed, Verb: "edit"},
	},
}

var planTable = &db.Table[Plan]{
	Name: "village_plan",
	Cols: []string{"no", "year", "owner_id", "name", "lead", "situation", "problem", "approach", "vote_on", "due_count", "present", "agree", "approval_no", "voted_on", "approved_on", "started_on", "reviewed_on"},
	Row:  func(p *Plan) *db.Row { return &p.Row },
	Ptrs: func(p *Plan) []any {
		return []any{&p.No, &p.Year, &p.Owner, &p.Name, &p.Lead, &p.Situation, &p.Problem, &p.Approach, &p.VoteOn, &p.Due, &p.Present, &p.Agree, &p.ApprovalNo, &p.Voted, &p.Approved, &p.Started, &p.Reviewed}
	},
}

// Nouns are the slice's kinds of record.
type Nouns struct {
	Plans    *record.Noun[Plan]
	Measures *record.Noun[Measure]
	Items    *record.Noun[Item]
	Targets  *record.Noun[Target]
	Reviews  *record.Noun[Review]
}

// New registers them.
func New(e *record.Env, cat indicator.Evaluator) *Nouns {
	return &Nouns{newPlans(e), newMeasures(e), newItems(e), newTargets(e, cat), newReviews(e, cat)}
}

func newPlans(e *record.Env) *record.Noun[Plan] {
	people := func(name, label string, p func(*Plan) *int) field.Field[Plan] {
		return field.NewInt(name, label, 0, 100_000, p).In("人")
	}
	return record.Register(e, &record.Noun[Plan]{
		Kind: "plan", Label: "一村一策", Path: "/plans", Icon: "target-arrow", Key: "no", Order: "-no",
		Intro: "每个村每年一份：现状、问题、举措和责任人、纳入的资产和项目、目标。目标的当前值按台账自动计算。",
		Table: planTable, Machine: Machine,
		Title:  func(p *Plan) string { return p.Name },
		Detail: func(p *Plan) string { return p.No + " " + p.Lead },
		Series: func(p *Plan) string { return "CC-" + strconv.Itoa(max(p.Year, 1978)) },
		Fields: []field.Field[Plan]{
			field.NewText("no", "方案编号", func(p *Plan) *string { return &p.No }).Req().Fix().List().Help("留空自动编号").Eg("CC-2021-0001"),
			field.NewInt("year", "年度", 1978, 2200, func(p *Plan) *int { return &p.Year }).Fix().List().Filter(),
			field.NewRef("owner", "村集体经济组织", "party", func(p *Plan) *ids.ID { return &p.Owner }).Req().Fix().Show(),
			field.NewText("name", "名称", func(p *Plan) *string { return &p.Name }).Req().List().Eg("长胜村2021年发展壮大集体经济方案"),
			field.NewText("lead", "负责人（职务）", func(p *Plan) *string { return &p.Lead }).Req().List().Eg("长胜村党总支书记"),
			field.NewLong("situation", "现状", func(p *Plan) *string { return &p.Situation }),
			field.NewLong("problem", "短板和问题", func(p *Plan) *string { return &p.Problem }),
			field.NewLong("approach", "发展思路", func(p *Plan) *string { return &p.Approach }),
			field.NewDay("vote_on", "成员（代表）会议日期", func(p *Plan) *date.Date { return &p.VoteOn }),
			people("due", "应到", func(p *Plan) *int { return &p.Due }).Col("due_count"),
			people("present", "实到", func(p *Plan) *int { return &p.Present }),
			people("agree", "同意", func(p *Plan) *int { return &p.Agree }),
			field.NewText("approval_no", "镇批复文号", func(p *Plan) *string { return &p.ApprovalNo }).Limit(60),
			field.NewDay("voted", "表决通过日期", func(p *Plan) *date.Date { return &p.Voted }).Col("voted_on").Stamp(),
			field.NewDay("approved", "镇批准日期", func(p *Plan) *date.Date { return &p.Approved }).Col("approved_on").Stamp(),
			field.NewDay("started", "启动日期", func(p *Plan) *date.Date { return &p.Started }).Col("started_on").Stamp(),
			field.NewDay("reviewed", "总结日期", func(p *Plan) *date.Date { return &p.Reviewed }).Col("reviewed_on").Stamp(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, p *Plan) error {
			if p.Owner == 0 {
				return nil
			}
			o, err := party.Get(ctx, q, tenant, p.Owner)
			if err == nil {
				p.Region = o.Region
			}
			return err
		},
		Check: func(p *Plan) error {
			var l errs.List
			if p.Year == 0 {
				l.Add("year", "请填写年度")
			}
			if p.Present > p.Due {
				l.Add("present", "实到不能多于应到（%d 人）", p.Due)
			}
			if p.Agree > p.Present {
				l.Add("agree", "同意不能多于实到（%d 人）", p.Present)
			}
			return l.Err()
		},
		CheckTx: checkPlanTx,
		Guards: map[string]func(context.Context, *db.Tx, *Plan) error{
			"vote": readyToVote,
			"approve": func(_ context.Context, tx *db.Tx, p *Plan) error {
				if tx.ActorID != 0 && tx.ActorID == p.CreatedBy {
					return errs.New(errs.Forbidden, "plan.self", "方案由您拟定，要由别人批准")
				}
				p.Approved = date.Of(tx.Now())
				return nil
			},
			"return": func(_ context.Context, _ *db.Tx, p *Plan) error {
				p.Voted, p.Approved = date.Date{}, date.Date{}
				return nil
			},
			"start": func(_ context.Context, tx *db.Tx, p *Plan) error {
				p.Started = date.Of(tx.Now())
				return nil
			},
			"review": readyToClose,
		},
	})
}

// Open reports whether the plan can still be rewritten.
func (p *Plan) Open() bool { return p.State == Draft || p.State == "" }

func checkPlanTx(ctx context.Context, tx *db.Tx, old, p *Plan) error {
	other, err := planTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("owner_id = ?", p.Owner).And("year = ?", p.Year).And("id <> ?", p.ID))
	if err == nil {
		return errs.OnField("year", "%d 年已经有一份（%s），一个村一年一份", p.Year, other.No)
	}
	if !errs.Is(err, errs.NotFound) || tx.ActorID == 0 {
		return notMissing(err)
	}
	was := Plan{}
	if old != nil {
		was = *old
	}
	if was.Voted != p.Voted || was.Approved != p.Approved || was.Started != p.Started || was.Reviewed != p.Reviewed || old == nil && p.State != Draft {
		return errs.OnField("voted", "表决、批准、启动、总结的日期由各步操作自动填写")
	}
	if old == nil || old.Open() {
		return nil
	}
	if old.Situation != p.Situation || old.Problem != p.Problem || old.Approach != p.Approach || old.VoteOn != p.VoteOn || old.Due != p.Due || old.Present != p.Present || old.Agree != p.Agree {
		return errs.New(errs.State, "plan.fixed", "方案已经村里表决，内容和表决人数不能再改；要改，请先退回")
	}
	return nil
}

func notMissing(err error) error {
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// readyToVote wants a whole plan and a vote that carries, by the rule for collective property.
func readyToVote(ctx context.Context, tx *db.Tx, p *Plan) error {
	var l errs.List
	for _, f := range []struct{ name, text string }{{"situation", p.Situation}, {"problem", p.Problem}, {"approach", p.Approach}} {
		if f.text == "" {
			l.Add(f.name, "表决前请先填写")
		}
	}
	if p.VoteOn.IsZero() || p.VoteOn.After(date.Of(tx.Now())) {
		l.Add("vote_on", "请填写会议日期，不能在今天以后")
	}
	if why := (&letting.Step{Step: letting.Resolve, On: p.VoteOn, Due: p.Due, Present: p.Present, Agree: p.Agree}).Fails(); why != "" || p.Due == 0 {
		l.Add("agree", "表决没有通过：%s", why)
	}
	if err := l.Err(); err != nil {
		return err
	}
	ms, err := MeasuresOf(ctx, tx, tx.Tenant, []ids.ID{p.ID})
	if err != nil {
		return err
	}
	ts, err := TargetsOf(ctx, tx, tx.Tenant, []ids.ID{p.ID})
	if err != nil {
		return err
	}
	if len(ms) == 0 || len(ts) == 0 {
		return errs.New(errs.State, "plan.empty", "方案至少要有一条举措和一个目标，请先添加")
	}
	p.Voted = p.VoteOn
	return nil
}

// readyToClose wants the year's review.
func readyToClose(ctx context.Context, tx *db.Tx, p *Plan) error {
	rs, err := ReviewsOf(ctx, tx, tx.Tenant, []ids.ID{p.ID})
	if err != nil {
		return err
	}
	for i := range rs {
		if rs[i].Period == Yearly {
			p.Reviewed = date.Of(tx.Now())
			return nil
		}
	}
	return errs.New(errs.State, "plan.no_review", "还没有年度评估，请先新增年度评估再总结")
}

// rewritable refuses changes of what a plan consists of once it was voted on.
func rewritable(ctx context.Context, tx *db.Tx, plan ids.ID) error {
	p, err := lock(ctx, tx, plan)
	if err != nil || p.Open() || tx.ActorID == 0 {
		return err
	}
	return errs.New(errs.State, "plan.fixed", "方案“%s”已经村里表决，举措、目标、纳入的资产和项目不能再增减；要改，请先退回", p.Name)
}

// inherit gives a child its plan's region and year; a missing plan is reported as a missing field later.
func inherit(ctx context.Context, q db.Q, tenant int64, plan ids.ID, region string) (string, int, error) {
	if plan == 0 {
		return region, 0, nil
	}
	p, err := planTable.Get(ctx, q, tenant, plan)
	if err != nil {
		return region, 0, fmt.Errorf("reading the plan: %w", err)
	}
	return p.Region, p.Year, nil
}

// Get reads one plan.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Plan, error) {
	return planTable.Get(ctx, q, tenant, id)
}
