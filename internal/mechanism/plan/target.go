package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Target is a goal for an indicator of the plan's village. Its value is computed and never stored. Baseline and Goal are
// decimal text in the indicator's unit (yuan, not fen); Goal may lie below Baseline where less is better.
type Target struct {
	db.Row
	No                      string
	Plan                    ids.ID
	Name, Indicator, Params string
	Baseline, Goal          string
	Due                     date.Date

	year int
}

var targetTable = &db.Table[Target]{
	Name: "plan_target",
	Cols: []string{"no", "plan_id", "name", "indicator", "params", "baseline", "goal", "due"},
	Row:  func(t *Target) *db.Row { return &t.Row },
	Ptrs: func(t *Target) []any {
		return []any{&t.No, &t.Plan, &t.Name, &t.Indicator, &t.Params, &t.Baseline, &t.Goal, &t.Due}
	},
}

// own marks the codes of this slice's indicators, which no goal may name: they are computed from goals.
const own = "plan."

func newTargets(e *record.Env, cat indicator.Evaluator) *record.Noun[Target] {
	return record.Register(e, &record.Noun[Target]{
		Kind: "plan_target", Label: "方案目标", Path: "/plan-targets", Icon: "target", Key: "no", Order: "no",
		Intro:  "方案要达到的数字：选定指标、年初值和目标值，当前值按台账计算。",
		Table:  targetTable,
		Title:  func(t *Target) string { return t.Name },
		Detail: func(t *Target) string { return t.No + " " + t.Indicator },
		Series: func(t *Target) string { return "CCMB-" + strconv.Itoa(max(t.year, 1978)) },
		Fields: []field.Field[Target]{
			field.NewText("no", "目标编号", func(t *Target) *string { return &t.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewRef("plan", "一村一策", "plan", func(t *Target) *ids.ID { return &t.Plan }).Req().Fix().Show().Filter(),
			field.NewText("name", "目标", func(t *Target) *string { return &t.Name }).Req().List(),
			field.NewEnum("indicator", "指标", cat.Options(), func(t *Target) *string { return &t.Indicator }).Req().Show(),
			field.NewText("params", "参数", func(t *Target) *string { return &t.Params }).Help("写成 名称=值；多个之间用分号隔开").Limit(1000),
			field.NewText("baseline", "年初值", func(t *Target) *string { return &t.Baseline }).Help("按指标的单位填写数字，留空为 0").Show(),
			field.NewText("goal", "目标值", func(t *Target) *string { return &t.Goal }).Req().Help("按指标的单位填写数字，金额以元为单位").Show(),
			field.NewDay("due", "应达到日期", func(t *Target) *date.Date { return &t.Due }).Req().List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, t *Target) (err error) {
			t.Region, t.year, err = inherit(ctx, q, tenant, t.Plan, t.Region)
			return err
		},
		Check: func(t *Target) error {
			var l errs.List
			_, err := indicator.ParseParams(t.Params)
			l.Merge("params", err)
			in, err := cat.Get(t.Indicator)
			switch {
			case err != nil:
				l.Merge("indicator", err)
			case strings.HasPrefix(t.Indicator, own):
				l.Add("indicator", "这个指标由各村目标算出，不能再作目标")
			default:
				l.Merge("goal", in.SettleGoal(&t.Baseline, &t.Goal))
			}
			return l.Err()
		},
		CheckTx:      func(ctx context.Context, tx *db.Tx, _, t *Target) error { return rewritable(ctx, tx, t.Plan) },
		BeforeDelete: func(ctx context.Context, tx *db.Tx, t *Target) error { return rewritable(ctx, tx, t.Plan) },
	})
}

// Standing is a goal with what it comes to on a day. Percent and Planned are hundredths of a percent; Planned is the share
// of the time from the year's beginning to the goal's day that has passed. Problem says in Chinese why there is no value.
type Standing struct {
	No        string         `json:"no"`
	Name      string         `json:"name"`
	Indicator string         `json:"indicator"`
	Params    string         `json:"params,omitempty"`
	Unit      indicator.Unit `json:"unit"`
	Base      int64          `json:"base"`
	Goal      int64          `json:"goal"`
	Value     int64          `json:"value"`
	Records   int            `json:"records"` // how many the value comes from
	Due       date.Date      `json:"due"`
	Percent   int64          `json:"percent"`
	Planned   int64          `json:"planned"`
	Problem   string         `json:"problem,omitempty"`
}

// Met reports whether the goal is reached.
func (s *Standing) Met() bool { return s.Percent >= indicator.Full }

// Behind reports whether less is reached than the time that has passed asks for.
func (s *Standing) Behind() bool { return !s.Met() && s.Percent < s.Planned }

// Stand evaluates goals of a plan on a day.
func Stand(ctx context.Context, cat indicator.Evaluator, p *Plan, targets []Target, day date.Date) ([]Standing, error) {
	var out []Standing
	for i := range targets {
		if targets[i].Plan != p.ID {
			continue
		}
		s, err := stand(ctx, cat, p, &targets[i], day)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func stand(ctx context.Context, cat indicator.Evaluator, p *Plan, t *Target, day date.Date) (Standing, error) {
	s := Standing{No: t.No, Name: t.Name, Indicator: t.Indicator, Params: t.Params, Due: t.Due, Planned: passed(p.Year, t.Due, day)}
	in, err := cat.Get(t.Indicator)
	if err != nil {
		s.Problem = "指标已停用"
		return s, nil
	}
	s.Unit = in.Unit
	// Both were parsed when the goal was saved; an indicator that changed its unit since shows here.
	base, err := in.Unit.ParsePlain(t.Baseline)
	goal, err2 := in.Unit.ParsePlain(t.Goal)
	params, err3 := indicator.ParseParams(t.Params)
	if err != nil || err2 != nil || err3 != nil {
		s.Problem = "年初值、目标值或参数与指标不符，请核对"
		return s, nil
	}
	s.Base, s.Goal = base, goal
	r, err := cat.Eval(ctx, indicator.Ask{Code: t.Indicator, Scopes: []string{p.Region}, Year: p.Year, AsOf: day, Params: params})
	switch {
	case err == nil:
	case errs.Is(err, errs.Invalid) || errs.Is(err, errs.NotFound):
		s.Problem = errs.Message(err)
		return s, nil
	default:
		return s, fmt.Errorf("evaluating the goal %s: %w", t.No, err)
	}
	s.Value, s.Records, s.Percent = r.Value, r.Count, indicator.Achieved(r.Value, base, goal)
	return s, nil
}

// passed is the share of the time from the year's first day to a day that has passed on another, in hundredths of a
// percent.
func passed(year int, due, day date.Date) int64 {
	from := date.Must(fmt.Sprintf("%04d-01-01", year)).AddDays(-1)
	all, gone := int64(due.Sub(from)), int64(day.Sub(from))
	switch {
	case gone <= 0:
		return 0
	case all <= 0 || gone >= all:
		return indicator.Full
	}
	return gone * indicator.Full / all
}

// Review looks at a plan on a day. The standings of the goals are frozen when it is made.
type Review struct {
	db.Row
	No            string
	Plan          ids.ID
	Period        string
	AsOf          date.Date
	Content, Todo string
	Frozen        string // JSON of []Standing

	year int
}

// The periods of review.
const (
	HalfYear = "half"
	Yearly   = "year"
)

var periods = []field.Option{{Code: HalfYear, Label: "半年评估"}, {Code: Yearly, Label: "年度评估"}}

var reviewTable = &db.Table[Review]{
	Name: "plan_review",
	Cols: []string{"no", "plan_id", "period", "as_of", "content", "todo", "frozen"},
	Row:  func(r *Review) *db.Row { return &r.Row },
	Ptrs: func(r *Review) []any {
		return []any{&r.No, &r.Plan, &r.Period, &r.AsOf, &r.Content, &r.Todo, &r.Frozen}
	},
}

func newReviews(e *record.Env, cat indicator.Evaluator) *record.Noun[Review] {
	return record.Register(e, &record.Noun[Review]{
		Kind: "plan_review", Label: "方案评估", Path: "/plan-reviews", Icon: "chart-bar", Key: "no", Order: "no",
		Intro:  "半年、年度各评估一次；新增时各目标的数字即固定下来，以后账上的变动不改它。",
		Kept:   "评估不能删除，数字已经固定；有新情况的，请写进下一次评估",
		Table:  reviewTable,
		Title:  func(r *Review) string { return r.No + " " + field.LabelOf(periods, r.Period) },
		Detail: func(r *Review) string { return r.Content },
		Series: func(r *Review) string { return "CCPG-" + strconv.Itoa(max(r.year, 1978)) },
		Fields: []field.Field[Review]{
			field.NewText("no", "评估编号", func(r *Review) *string { return &r.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewRef("plan", "一村一策", "plan", func(r *Review) *ids.ID { return &r.Plan }).Req().Fix().Show().Filter(),
			field.NewEnum("period", "种类", periods, func(r *Review) *string { return &r.Period }).Req().Fix().List().Filter(),
			field.NewDay("as_of", "数字截至", func(r *Review) *date.Date { return &r.AsOf }).Req().Fix().List(),
			field.NewLong("content", "进展和评价", func(r *Review) *string { return &r.Content }).Req(),
			field.NewLong("todo", "下一步和调整", func(r *Review) *string { return &r.Todo }),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, r *Review) (err error) {
			r.Region, r.year, err = inherit(ctx, q, tenant, r.Plan, r.Region)
			return err
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, r *Review) error {
			if old != nil {
				r.Frozen = old.Frozen
				return nil
			}
			return freeze(ctx, tx, cat, r)
		},
	})
}

// freeze keeps what the goals come to on the review's day.
func freeze(ctx context.Context, tx *db.Tx, cat indicator.Evaluator, r *Review) error {
	p, err := lock(ctx, tx, r.Plan)
	if err != nil {
		return err
	}
	if p.State != Running && tx.ActorID != 0 {
		return errs.New(errs.State, "plan.not_running", "方案“%s”现在是“%s”；“实施中”时才能评估", p.Name, Machine.State(p.State).Label)
	}
	if r.AsOf.Year() != p.Year || r.AsOf.After(date.Of(tx.Now())) {
		return errs.OnField("as_of", "应在 %d 年之内，且不能在今天以后", p.Year)
	}
	have, err := ReviewsOf(ctx, tx, tx.Tenant, []ids.ID{r.Plan})
	if err != nil {
		return err
	}
	for i := range have {
		if have[i].Period == r.Period {
			return errs.OnField("period", "%s已经做过（%s）", field.LabelOf(periods, r.Period), have[i].No)
		}
	}
	targets, err := TargetsOf(ctx, tx, tx.Tenant, []ids.ID{r.Plan})
	if err != nil {
		return err
	}
	list, err := Stand(ctx, cat, p, targets, r.AsOf)
	if err != nil {
		return err
	}
	b, err := json.Marshal(list)
	r.Frozen = string(b)
	return err
}

// Standings are the frozen standings.
func (r *Review) Standings() ([]Standing, error) {
	var out []Standing
	if err := json.Unmarshal([]byte(r.Frozen), &out); err != nil {
		return nil, fmt.Errorf("reading the review %s: %w", r.No, err)
	}
	return out, nil
}
