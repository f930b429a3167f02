package letting

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The steps of the decision (四议两公开); the second publication is that of the result.
const (
	Propose = "propose"
	Discuss = "discuss"
	Review  = "review"
	Resolve = "resolve"
	Publish = "publish"
)

// StepKinds are the steps in their order.
var StepKinds = []field.Option{
	{Code: Propose, Label: "村党组织提议"}, {Code: Discuss, Label: "两委会商议"}, {Code: Review, Label: "党员大会审议"}, {Code: Resolve, Label: "成员（代表）会议决议"}, {Code: Publish, Label: "决议公开"},
}

var allSteps = []string{Propose, Discuss, Review, Resolve, Publish}

// Step is one step that was taken. Due are those who should have come.
type Step struct {
	db.Row
	No                                   string
	Letting                              ids.ID
	Step                                 string
	On, Until                            date.Date // Until: the last day of a publication
	Due, Present, Agree, Against, Absent int       // Absent: abstentions
	Content                              string
}

var stepTable = &db.Table[Step]{
	Name: "letting_step",
	Cols: []string{"no", "letting_id", "step", "held_on", "until_date", "due_count", "present", "agree", "against", "abstain", "content"},
	Row:  func(s *Step) *db.Row { return &s.Row },
	Ptrs: func(s *Step) []any {
		return []any{&s.No, &s.Letting, &s.Step, &s.On, &s.Until, &s.Due, &s.Present, &s.Agree, &s.Against, &s.Absent, &s.Content}
	},
}

func newSteps(e *record.Env) *record.Noun[Step] {
	count := func(name, label string, p func(*Step) *int) field.Field[Step] {
		return field.NewInt(name, label, 0, 100_000, p).In("人")
	}
	verdict := field.NewText[Step]("verdict", "结果", nil).Derived().Show()
	verdict.Column, verdict.Sortable = "", false
	verdict.Get = func(s *Step) string {
		if why := s.Fails(); why != "" {
			return "未通过：" + why
		}
		return "通过"
	}
	return record.Register(e, &record.Noun[Step]{
		Kind: "letting_step", Label: "民主决策记录", Path: "/letting-steps", Icon: "users-group", Key: "no", Order: "no",
		Intro:  "逐步登记提议、商议、审议、决议和公开的日期、人数和表决结果，会议记录和照片作为附件。",
		Table:  stepTable,
		Title:  func(s *Step) string { return s.No + " " + field.LabelOf(StepKinds, s.Step) },
		Detail: func(s *Step) string { return s.Content },
		Series: func(s *Step) string { return "ZZJY-" + strconv.Itoa(max(s.On.Year(), 1978)) },
		Fields: []field.Field[Step]{
			field.NewText("no", "记录编号", func(s *Step) *string { return &s.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewRef("letting", "公开招租", "letting", func(s *Step) *ids.ID { return &s.Letting }).Req().Fix().Show().Filter(),
			field.NewEnum("step", "步骤", StepKinds, func(s *Step) *string { return &s.Step }).Req().Fix().List().Filter(),
			field.NewDay("on", "日期（公开起始日）", func(s *Step) *date.Date { return &s.On }).Req().Col("held_on").List(),
			field.NewDay("until", "公开截止日", func(s *Step) *date.Date { return &s.Until }).Col("until_date").Help("只有决议公开填写"),
			count("due", "应到", func(s *Step) *int { return &s.Due }).Col("due_count").List(),
			count("present", "实到", func(s *Step) *int { return &s.Present }).List(),
			count("agree", "同意", func(s *Step) *int { return &s.Agree }).List(),
			count("against", "反对", func(s *Step) *int { return &s.Against }),
			count("abstain", "弃权", func(s *Step) *int { return &s.Absent }),
			field.NewLong("content", "内容（会议纪要）", func(s *Step) *string { return &s.Content }),
			verdict,
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, s *Step) (err error) {
			s.Region, err = placeOf(ctx, q, tenant, s.Letting, s.Region)
			return err
		},
		Check: checkStep,
		CheckTx: func(ctx context.Context, tx *db.Tx, _, s *Step) error {
			return stepsOpen(ctx, tx, s.Letting)
		},
		BeforeDelete: func(ctx context.Context, tx *db.Tx, s *Step) error { return stepsOpen(ctx, tx, s.Letting) },
	})
}

// stepsOpen refuses changes of the steps once the letting was decided.
func stepsOpen(ctx context.Context, tx *db.Tx, letting ids.ID) error {
	l, err := lock(ctx, tx, letting)
	if err != nil || l.State == Draft || tx.ActorID == 0 {
		return err
	}
	return errs.New(errs.State, "letting.decided", "招租“%s”已经完成民主决策，记录不能再改；要重来，请先退回", l.Name)
}

func checkStep(s *Step) error {
	var l errs.List
	voted := s.Step == Discuss || s.Step == Review || s.Step == Resolve
	switch {
	case s.Step == Publish && s.Until.IsZero():
		l.Add("until", "请填写公开截止日")
	case s.Step == Publish && s.Until.Before(s.On):
		l.Add("until", "公开截止日不能早于起始日（%s）", s.On)
	case s.Step != Publish && !s.Until.IsZero():
		l.Add("until", "只有决议公开填写截止日")
	}
	if voted && s.Due == 0 {
		l.Add("due", "请填写应到人数")
	}
	if voted && s.Present == 0 {
		l.Add("present", "请填写实到人数")
	}
	if s.Present > s.Due {
		l.Add("present", "实到不能多于应到（%d 人）", s.Due)
	}
	if s.Agree+s.Against+s.Absent != s.Present {
		l.Add("agree", "同意、反对、弃权合计 %d 人，应等于实到 %d 人", s.Agree+s.Against+s.Absent, s.Present)
	}
	return l.Err()
}

// collectiveLaw is the day from which decisions on collective property take two thirds of all: 农村集体经济组织法, in force
// on 2025-05-01.
var collectiveLaw = date.Must("2025-05-01")

// Fails says why a vote does not carry, "" when it does. The committees decide by majority; the Party members' meeting
// needs two thirds present and half of all agreeing (四议两公开 rules); the meeting of members or their representatives two
// thirds present and half of them agreeing (村民委员会组织法), from 2025-05-01 two thirds of all.
func (s *Step) Fails() string {
	switch {
	case s.Step == Discuss && s.Agree*2 <= s.Present:
		return "同意的没有过实到的半数"
	case (s.Step == Review || s.Step == Resolve) && s.Present*3 < s.Due*2:
		return "实到不足应到的三分之二"
	case s.Step == Review && s.Agree*2 <= s.Due:
		return "同意的没有过应到的半数"
	case s.Step == Resolve && s.On.Before(collectiveLaw) && s.Agree*2 <= s.Present:
		return "同意的没有过实到的半数"
	case s.Step == Resolve && !s.On.Before(collectiveLaw) && s.Agree*3 < s.Due*2:
		return "同意的不足全体的三分之二"
	}
	return ""
}
