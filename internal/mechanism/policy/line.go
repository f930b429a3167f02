package policy

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// SubjectVillage is the kind of a line whose subject is a village; others (a lead, a person) name their record.
const SubjectVillage = "village"

// The states of a line beside those that it shares with awards.
const (
	LinePlanned   = "planned"
	LineVoted     = "voted"
	LineReviewed  = "reviewed"
	LineRechecked = "rechecked"
	LinePaying    = "paying"
)

// The verbs of a line's steps: the village's, the township's review, the county's re-check, and sending back.
const (
	verbPlan    = "plan"
	verbReview  = "review"
	verbRecheck = "recheck"
	verbReturn  = "return"
)

// Line is what a round gives one subject (核算单). Result is what the rules give, Amount what it comes to within the budget; Why
// says why it is nothing, Undecided what people have yet to decide. Points is what a policy that counts them gives, an exact
// fraction, "" where money is awarded; PayeeParty or PayeePerson is whom the record of a lead or an informant names; Place and Prize stand where prizes are given. Computer, Reviewer and Approver are accounts.
type Line struct {
	db.Row
	No                           string
	Round                        ids.ID
	Kind                         string
	Subject                      ids.ID
	Name                         string
	Party                        ids.ID
	PayeeParty, PayeePerson      ids.ID
	Result, Amount               money.Fen
	Calcs                        int
	Why, Undecided               string
	Points                       string
	Place                        int
	Prize                        string
	PlannedOn                    date.Date
	Plan                         string
	VotedOn                      date.Date
	Due, Present, Agree          int
	ReviewedOn                   date.Date
	Review                       string
	RecheckedOn                  date.Date
	Recheck                      string
	PublishedOn, PublishedTo     date.Date
	ApprovedOn                   date.Date
	ApprovalNo                   string
	FiledOn                      date.Date
	Paid, Clawed                 money.Fen
	Computer, Reviewer, Approver ids.ID

	ours bool
}

// before are the states before an approval, in their order; fsm events may come from any earlier one, since the procedure of
// the document says which steps there are.
var before = []string{Computed, LinePlanned, LineVoted, LineReviewed, LineRechecked, Published}

// LineMachine is the way of a line.
var LineMachine = &fsm.Machine{
	Name: "核算单",
	States: []fsm.State{
		{Code: Computed, Label: "已核算", Tone: "grey"},
		{Code: LinePlanned, Label: "村已提方案", Tone: "azure"},
		{Code: LineVoted, Label: "村已表决", Tone: "azure"},
		{Code: LineReviewed, Label: "镇已审核", Tone: "azure"},
		{Code: LineRechecked, Label: "县已复核", Tone: "azure"},
		{Code: Published, Label: "公示中", Tone: "orange"},
		{Code: AwardApproved, Label: "已批准", Tone: "azure"},
		{Code: LinePaying, Label: "部分发放", Tone: "green"},
		{Code: Paid, Label: "已发放", Tone: "green"},
		{Code: Filed, Label: "已归档", Tone: "green"},
		{Code: Returned, Label: "退回重核", Tone: "orange", Side: true},
		{Code: Vetoed, Label: "已否决", Tone: "red", Side: true},
		{Code: ClawedBack, Label: "已追回", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: engine.StepPlan, Label: "村提方案", From: before[:1], To: LinePlanned, Verb: verbPlan},
		{Name: engine.StepVote, Label: "登记表决", From: before[:2], To: LineVoted, Verb: verbPlan},
		{Name: engine.StepReview, Label: "镇审核", From: before[:3], To: LineReviewed, Verb: verbReview},
		{Name: engine.StepRecheck, Label: "县复核", From: before[:4], To: LineRechecked, Verb: verbRecheck},
		{Name: engine.StepPublish, Label: "公示", From: before[:5], To: Published, Verb: access.Edit},
		{Name: "approve", Label: "批准", From: before, To: AwardApproved, Verb: access.Approve},
		{Name: "pay_part", Label: "部分发放", From: []string{AwardApproved, LinePaying}, To: LinePaying, Verb: access.Edit},
		{Name: "pay", Label: "发放", From: []string{AwardApproved, LinePaying}, To: Paid, Verb: access.Edit},
		{Name: "unpay_part", Label: "撤销一次发放", From: []string{LinePaying, Paid}, To: LinePaying, Verb: access.Approve, Reason: true},
		{Name: "unpay", Label: "撤销发放", From: []string{LinePaying, Paid}, To: AwardApproved, Verb: access.Approve, Reason: true},
		{Name: "file", Label: "归档", From: []string{AwardApproved, Paid}, To: Filed, Verb: access.Edit},
		{Name: "return", Label: "退回重核", From: append(slices.Clone(before[1:]), AwardApproved), To: Returned, Verb: verbReturn, Reason: true},
		{Name: "recompute", Label: "重新核算", From: []string{Computed, Returned}, To: Computed, Verb: access.Edit},
		{Name: "veto", Label: "否决", From: append(slices.Clone(before), AwardApproved, Returned), To: Vetoed, Verb: access.Approve, Reason: true},
		{Name: "claw_back", Label: "追回", From: []string{LinePaying, Paid, Filed}, To: ClawedBack, Verb: access.Approve, Reason: true},
	},
}

var lineTable = &db.Table[Line]{
	Name: KindLine,
	Cols: []string{
		"no", "round_id", "subject_kind", "subject_id", "name", "party_id", "payee_party_id", "payee_person_id", "result_fen", "amount_fen", "calcs", "why", "undecided", "points", "place", "prize", "planned_on", "plan", "voted_on", "vote_due", "vote_present",
		"vote_agree", "reviewed_on", "review", "rechecked_on", "recheck", "published_on", "published_to", "approved_on", "approval_no", "filed_on", "paid_fen", "clawed_fen",
		"computer_id", "reviewer_id", "approver_id",
	},
	Row: func(l *Line) *db.Row { return &l.Row },
	Ptrs: func(l *Line) []any {
		return []any{
			&l.No, &l.Round, &l.Kind, &l.Subject, &l.Name, &l.Party, &l.PayeeParty, &l.PayeePerson, &l.Result, &l.Amount, &l.Calcs, &l.Why, &l.Undecided, &l.Points, &l.Place, &l.Prize, &l.PlannedOn, &l.Plan, &l.VotedOn, &l.Due, &l.Present,
			&l.Agree, &l.ReviewedOn, &l.Review, &l.RecheckedOn, &l.Recheck, &l.PublishedOn, &l.PublishedTo, &l.ApprovedOn, &l.ApprovalNo, &l.FiledOn, &l.Paid, &l.Clawed,
			&l.Computer, &l.Reviewer, &l.Approver,
		}
	},
}

func (s *Runs) newLines() *record.Noun[Line] {
	day := func(name, label string, p func(*Line) *date.Date) field.Field[Line] {
		return field.NewDay(name, label, p).Stamp().Derived()
	}
	n := func(name, label, col string, p func(*Line) *int) field.Field[Line] {
		return field.NewInt(name, label, 0, 1_000_000, p).Col(col).In("人").Derived().NotShown()
	}
	points := field.NewText[Line]("points", "得分", nil).Derived()
	points.Column, points.Sortable = "", false
	points.Get = func(l *Line) string { return l.PointsText("") }
	noun := &record.Noun[Line]{
		Kind: KindLine, Label: "核算单", Path: "/award-lines", Icon: "file-text", Key: "no", Order: "-no",
		Intro: "一个批次里一个村的奖励，从核算到兑付；在核算批次里办理。",
		Table: lineTable, Machine: LineMachine, Kept: "核算单随批次保存，不能删除；不予奖励的请否决，并说明理由",
		Title: func(l *Line) string { return l.No + " " + l.Name },
		Detail: func(l *Line) string {
			return strings.TrimSpace(strings.Join([]string{l.PointsText("分"), l.Prize, l.Amount.String() + "元", l.Remark()}, " "))
		},
		Fields: []field.Field[Line]{
			field.NewText("no", "核算单号", func(l *Line) *string { return &l.No }).Derived().List(),
			field.NewRef("round", "核算批次", KindRound, func(l *Line) *ids.ID { return &l.Round }).Derived().Show().Filter(),
			field.NewText("name", "对象", func(l *Line) *string { return &l.Name }).Derived().List(),
			field.NewRegion("region", "地区", func(l *Line) *string { return &l.Region }).Derived().List(),
			field.NewRef("party", "集体经济组织", "party", func(l *Line) *ids.ID { return &l.Party }).Derived(),
			field.NewMoney("result", "按规则核算", func(l *Line) *money.Fen { return &l.Result }).Derived().Show(),
			field.NewMoney("amount", "奖励金额", func(l *Line) *money.Fen { return &l.Amount }).Derived().List(),
			points,
			field.NewInt("place", "名次", 0, 1_000_000, func(l *Line) *int { return &l.Place }).Derived().NotShown(),
			field.NewText("prize", "奖项", func(l *Line) *string { return &l.Prize }).Derived().Filter(),
			field.NewInt("calcs", "核算次数", 0, 100_000, func(l *Line) *int { return &l.Calcs }).In("次").Derived(),
			field.NewText("why", "说明", func(l *Line) *string { return &l.Why }).Limit(4000).Derived(),
			field.NewText("undecided", "待确定", func(l *Line) *string { return &l.Undecided }).Limit(4000).Derived(),
			day("planned_on", "村提方案日期", func(l *Line) *date.Date { return &l.PlannedOn }),
			field.NewLong("plan", "分配方案", func(l *Line) *string { return &l.Plan }).Derived().Stamp(),
			day("voted_on", "表决日期", func(l *Line) *date.Date { return &l.VotedOn }),
			n("due", "应到", "vote_due", func(l *Line) *int { return &l.Due }), n("present", "实到", "vote_present", func(l *Line) *int { return &l.Present }),
			n("agree", "同意", "vote_agree", func(l *Line) *int { return &l.Agree }),
			day("reviewed_on", "镇审核日期", func(l *Line) *date.Date { return &l.ReviewedOn }),
			field.NewText("review", "镇审核意见", func(l *Line) *string { return &l.Review }).Derived().Stamp(),
			day("rechecked_on", "县复核日期", func(l *Line) *date.Date { return &l.RecheckedOn }),
			field.NewText("recheck", "县复核意见", func(l *Line) *string { return &l.Recheck }).Derived().Stamp(),
			day("published_on", "公示起始日", func(l *Line) *date.Date { return &l.PublishedOn }),
			day("published_to", "公示截止日", func(l *Line) *date.Date { return &l.PublishedTo }),
			day("approved_on", "批准日期", func(l *Line) *date.Date { return &l.ApprovedOn }),
			field.NewText("approval_no", "批准文号", func(l *Line) *string { return &l.ApprovalNo }).Derived().Stamp(),
			field.NewMoney("paid", "已发放", func(l *Line) *money.Fen { return &l.Paid }).Derived().Show(),
			field.NewMoney("clawed", "已追回", func(l *Line) *money.Fen { return &l.Clawed }).Derived(),
			day("filed_on", "归档日期", func(l *Line) *date.Date { return &l.FiledOn }),
		},
		CheckTx: func(_ context.Context, _ *db.Tx, _, l *Line) error {
			if l.ours {
				return nil
			}
			return errs.New(errs.Invalid, "award.generic", "核算单请在核算批次里办理")
		},
		Guards: map[string]func(context.Context, *db.Tx, *Line) error{},
	}
	for _, e := range LineMachine.Events {
		noun.Guards[e.Name] = s.guard(e.Name)
	}
	return record.Register(s.env, noun)
}

// nothing reports whether a line gives neither money nor points nor a prize, so that there is nothing to approve.
func (l *Line) nothing() bool { return l.Amount == 0 && l.Points == "" && l.Prize == "" }

// Remark says why a line is nothing and what is still undecided.
func (l *Line) Remark() string {
	return strings.Trim(l.Why+"；"+l.Undecided, "；")
}

// PointsText is the points in a unit, "" where money is awarded.
func (l *Line) PointsText(unit string) string {
	v, ok := new(big.Rat).SetString(l.Points)
	if l.Points == "" || !ok {
		return ""
	}
	return strings.TrimSpace(engine.Show(v, unit))
}

// hundredths are the points in hundredths, cut off.
func (l *Line) hundredths() int64 {
	v, ok := new(big.Rat).SetString(l.Points)
	if !ok {
		return 0
	}
	v.Mul(v, big.NewRat(100, 1))
	return new(big.Int).Quo(v.Num(), v.Denom()).Int64()
}

// PlaceText is the place and the prize, "" where none are given.
func (l *Line) PlaceText() string {
	if l.Place == 0 {
		return l.Prize
	}
	return strings.TrimSpace(fmt.Sprintf("第 %d 名 %s", l.Place, l.Prize))
}

// VoteText is the vote as a list shows it, "" without one.
func (l *Line) VoteText() string {
	if l.Due == 0 {
		return ""
	}
	return fmt.Sprintf("应到 %d 人，实到 %d 人，同意 %d 人", l.Due, l.Present, l.Agree)
}

// Next is the step that a line's way goes on with under a round's procedure, "" when there is none: it is at its end, or there
// is nothing to pay.
func (l *Line) Next(steps []string) string {
	switch l.State {
	case AwardApproved, LinePaying:
		if l.Amount == 0 {
			return "file"
		}
		return "pay"
	case Paid:
		return "file"
	case Returned:
		return "recompute"
	}
	at := slices.Index(before, l.State)
	if at < 0 || l.nothing() {
		return ""
	}
	for _, s := range steps {
		if e, _ := LineMachine.Fire(l.State, s); slices.Index(before, e.To) > at {
			return s
		}
	}
	return "approve"
}

// Omits are the states that a line leaves out under a round's procedure: those of steps that it does not have, and of payment in
// parts unless it is being paid so.
func (l *Line) Omits(steps []string) []string {
	var out []string
	for _, e := range LineMachine.Events[:len(before)-1] {
		if !slices.Contains(steps, e.Name) {
			out = append(out, e.To)
		}
	}
	if l.State != LinePaying {
		out = append(out, LinePaying)
	}
	if l.Amount == 0 && l.State != Paid {
		out = append(out, Paid)
	}
	return out
}

// lastDay is the latest day of what has been done to a line.
func (l *Line) lastDay() date.Date {
	var last date.Date
	for _, d := range []date.Date{l.PlannedOn, l.VotedOn, l.ReviewedOn, l.RecheckedOn, l.PublishedOn, l.ApprovedOn} {
		if d.After(last) {
			last = d
		}
	}
	return last
}
