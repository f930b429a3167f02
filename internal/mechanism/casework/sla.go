package casework

import (
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Urgencies are how pressing a request is; "" in a profile means any.
var Urgencies = []field.Option{{Code: "normal", Label: "一般"}, {Code: "urgent", Label: "紧急", Tone: "red"}, {Code: "complex", Label: "疑难"}}

// SLA is a profile of time limits in working days after the day on which a request is raised. AskDays is how
// many working days before the due day an extension must be asked for at the latest, ExtendDays by how many
// working days it may go beyond the due day in all, ProblemAfter after how many reopenings or returns a request
// is a problem ticket.
type SLA struct {
	db.Row
	Name, Urgency                     string
	AcceptDays, AnswerDays, CloseDays int
	AskDays, ExtendDays, ProblemAfter int
	ValidFrom, ValidTo                date.Date
}

var slaTable = &db.Table[SLA]{
	Name: "sla_profile",
	Cols: []string{"name", "urgency", "accept_days", "answer_days", "close_days", "ask_days", "extend_days", "problem_after", "valid_from", "valid_to"},
	Row:  func(s *SLA) *db.Row { return &s.Row },
	Ptrs: func(s *SLA) []any {
		return []any{&s.Name, &s.Urgency, &s.AcceptDays, &s.AnswerDays, &s.CloseDays, &s.AskDays, &s.ExtendDays, &s.ProblemAfter, &s.ValidFrom, &s.ValidTo}
	},
}

// NewSLAs describes the noun.
func NewSLAs(e *record.Env) *record.Noun[SLA] {
	days := func(name, label string, p func(*SLA) *int) field.Field[SLA] {
		return field.NewInt(name, label, 0, 365, p).In("工作日").List()
	}
	return record.Register(e, &record.Noun[SLA]{
		Kind: "sla", Below: true, Label: "办理时限", Path: "/sla-profiles", Icon: "clock-hour-4", Key: "name", Order: "name",
		Intro: "诉求受理、答复和办结的工作日时限在这里设定，可按地区、紧急程度和有效期分别设定。",
		Table: slaTable,
		Title: func(s *SLA) string { return s.Name },
		Fields: []field.Field[SLA]{
			field.NewText("name", "方案名称", func(s *SLA) *string { return &s.Name }).Req().List(),
			field.NewRegion("region", "适用地区", func(s *SLA) *string { return &s.Region }).Req().List(),
			field.NewEnum("urgency", "紧急程度", Urgencies, func(s *SLA) *string { return &s.Urgency }).List().Help("留空适用于全部诉求"),
			days("accept_days", "受理时限", func(s *SLA) *int { return &s.AcceptDays }).Help("自提出次日起计算"),
			days("answer_days", "答复时限", func(s *SLA) *int { return &s.AnswerDays }).Help("自提出次日起计算"),
			days("close_days", "办结时限", func(s *SLA) *int { return &s.CloseDays }).Help("自提出次日起计算"),
			days("ask_days", "延期须提前", func(s *SLA) *int { return &s.AskDays }).Help("最迟在到期前几个工作日申请延期"),
			days("extend_days", "最多延长", func(s *SLA) *int { return &s.ExtendDays }).Help("在原办结时限之后累计最多延长"),
			field.NewInt("problem_after", "难题单次数", 1, 99, func(s *SLA) *int { return &s.ProblemAfter }).In("次").Help("重办或退回达到几次列为难题单；留空为 3 次"),
			field.NewDay("valid_from", "启用日期", func(s *SLA) *date.Date { return &s.ValidFrom }).Req().List(),
			field.NewDay("valid_to", "停用日期", func(s *SLA) *date.Date { return &s.ValidTo }).List(),
		},
		Check: checkSLA,
	})
}

func checkSLA(s *SLA) error {
	if s.ProblemAfter == 0 {
		s.ProblemAfter = 3
	}
	var l errs.List
	if s.CloseDays < 1 {
		l.Add("close_days", "办结时限至少 1 个工作日")
	}
	if s.AnswerDays < s.AcceptDays {
		l.Add("answer_days", "答复时限不能短于受理时限")
	}
	if s.CloseDays < s.AnswerDays {
		l.Add("close_days", "办结时限不能短于答复时限")
	}
	if !s.ValidTo.IsZero() && s.ValidTo.Before(s.ValidFrom) {
		l.Add("valid_to", "停用日期不能早于启用日期")
	}
	return l.Err()
}

// fits reports whether the profile applies to a request of a place and urgency raised on a day.
func (s *SLA) fits(region, urgency string, day date.Date) bool {
	return code.Within(region, s.Region) && (s.Urgency == "" || s.Urgency == urgency) &&
		!s.ValidFrom.After(day) && (s.ValidTo.IsZero() || !s.ValidTo.Before(day))
}

// better says which of two fitting profiles wins: the nearer place, then the one for this urgency, then the newer.
func (s *SLA) better(o *SLA) bool {
	switch a, b := len(code.Prefix(s.Region)), len(code.Prefix(o.Region)); {
	case a != b:
		return a > b
	case (s.Urgency == "") != (o.Urgency == ""):
		return s.Urgency != ""
	}
	return s.ValidFrom.After(o.ValidFrom)
}

// profileFor finds the profile that applies to a request, or says what to do when there is none.
func profileFor(ctx context.Context, q db.Q, tenant int64, region, urgency string, day date.Date) (*SLA, error) {
	all, err := slaTable.All(ctx, q, db.NewWhere(tenant), "id")
	if err != nil {
		return nil, err
	}
	var best *SLA
	for i := range all {
		if s := &all[i]; s.fits(region, urgency, day) && (best == nil || s.better(best)) {
			best = s
		}
	}
	if best == nil {
		return nil, errs.OnField("sla", "没有适用于这一天、这个地区的办理时限，请先在“办理时限”里设定")
	}
	return best, nil
}

// dues are the days until which a request raised on a day must be accepted, answered and closed.
func (s *SLA) dues(raised date.Date) (accept, answer, closing date.Date) {
	cal := date.China()
	return cal.AddWorkdays(raised, s.AcceptDays), cal.AddWorkdays(raised, s.AnswerDays), cal.AddWorkdays(raised, s.CloseDays)
}
