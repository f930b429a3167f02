package casework

import (
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
)

func prepareRequest(ctx context.Context, q db.Q, tenant int64, r *Request) error {
	if r.Visit != 0 {
		v, err := visitTable.Get(ctx, q, tenant, r.Visit)
		if err != nil {
			return err
		}
		if r.Firm == 0 {
			r.Firm = v.Firm
		}
		if r.RaisedOn.IsZero() {
			r.RaisedOn = v.On
		}
	}
	var err error
	r.Region, err = placeOf(ctx, q, tenant, r.Region, r.Firm)
	return err
}

// progress orders the states of the main path; those beside it are -1.
func progress(state string) int {
	if state == "extension" {
		state = "handling"
	}
	return slices.Index([]string{"received", "accepted", "assigned", "handling", "answered", "closed"}, state)
}

// A stamp is a date that belongs to a state of the main path.
type stamp struct {
	field, state string
	at           func(*Request) *date.Date
}

var stamps = []stamp{
	{"accepted_on", "accepted", func(r *Request) *date.Date { return &r.AcceptedOn }},
	{"assigned_on", "assigned", func(r *Request) *date.Date { return &r.AssignedOn }},
	{"answered_on", "answered", func(r *Request) *date.Date { return &r.AnsweredOn }},
	{"closed_on", "closed", func(r *Request) *date.Date { return &r.ClosedOn }},
}

func checkRequest(r *Request) error {
	var l errs.List
	at := progress(r.State)
	before, label := r.RaisedOn, "提出日期"
	for _, s := range stamps {
		d, st := *s.at(r), RequestMachine.State(s.state).Label
		switch {
		case at >= 0 && at < progress(s.state) && !d.IsZero():
			l.Add(s.field, "诉求现在是“%s”，还没有到“%s”，不能填这个日期；请通过操作办理", RequestMachine.State(r.State).Label, st)
		case at >= progress(s.state) && d.IsZero():
			l.Add(s.field, "诉求现在是“%s”，请填写“%s”的日期", RequestMachine.State(r.State).Label, st)
		case !d.IsZero() && d.Before(before):
			l.Add(s.field, "不能早于%s（%s）", label, before)
		case !d.IsZero():
			before, label = d, "“"+st+"”的日期"
		}
	}
	ended := r.State == "not_accepted" || r.State == "withdrawn"
	switch {
	case ended && r.EndedOn.IsZero():
		l.Add("ended_on", "“%s”的诉求请填写日期", RequestMachine.State(r.State).Label)
	case !ended && !r.EndedOn.IsZero():
		l.Add("ended_on", "没有不予受理或撤回，不能填这个日期")
	case ended && r.EndedOn.Before(r.RaisedOn):
		l.Add("ended_on", "不能早于提出日期（%s）", r.RaisedOn)
	}
	if r.State == "not_accepted" && !r.AcceptedOn.IsZero() {
		l.Add("accepted_on", "不予受理的诉求没有受理日期")
	}
	checkHandling(r, at, &l)
	return l.Err()
}

// checkHandling enforces who handles a request and what closing it needs.
func checkHandling(r *Request, at int, l *errs.List) {
	if at >= progress("assigned") && r.Department == 0 {
		l.Add("department", "已交办的诉求请填写牵头单位")
	}
	if r.Department != 0 && slices.Contains(r.Codepartments, r.Department) {
		l.Add("codepartments", "牵头单位不用再列为配合单位")
	}
	if at >= progress("answered") && r.Result == "" {
		l.Add("result", "已答复的诉求请填写办理结果")
	}
	switch {
	case r.State == "closed" && r.Satisfaction == "":
		l.Add("satisfaction", "已办结的诉求请填写满意度")
	case r.State == "closed" && r.Satisfaction == Unsatisfied:
		l.Add("satisfaction", "企业不满意的诉求不能办结，请通过“不满意重办”退回办理")
	}
	switch {
	case !r.ExtendedOn.IsZero() && r.ExtensionTo.IsZero():
		l.Add("extension_to", "已同意延期的请填写延期至哪一天")
	case !r.ExtensionTo.IsZero() && !r.ExtensionTo.After(r.RaisedOn):
		l.Add("extension_to", "延期后的日期应晚于提出日期")
	}
	if (r.Reopened > 0) != !r.ReopenedOn.IsZero() {
		l.Add("reopened_on", "重办次数和最近重办日期请一并填写")
	}
}

func checkRequestTx(ctx context.Context, tx *db.Tx, old, r *Request) error {
	switch {
	case old != nil && r.RaisedOn.IsZero():
		r.RaisedOn = old.RaisedOn
	case r.RaisedOn.IsZero():
		r.RaisedOn = date.Of(tx.Now())
	}
	var l errs.List
	for _, s := range append(slices.Clone(stamps), sideStamps...) {
		l.Merge(s.field, notAfterToday(s.field, *s.at(r), tx))
	}
	if old != nil {
		checkKept(old, r, &l)
	}
	if r.Visit != 0 {
		v, err := visitTable.Get(ctx, tx, tx.Tenant, r.Visit)
		if err != nil {
			return err
		}
		if v.State != "done" {
			l.Add("visit", "走访 %s 还没有完成，请先登记完成走访", v.No)
		}
		if v.Firm != r.Firm {
			l.Add("firm", "与走访 %s 的企业不是同一家", v.No)
		}
		if r.RaisedOn.Before(v.On) {
			l.Add("raised_on", "不能早于走访日期 %s", v.On)
		}
	}
	if err := l.Err(); err != nil {
		return err
	}
	return setDues(ctx, tx, old, r)
}

var sideStamps = []stamp{
	{"raised_on", "", func(r *Request) *date.Date { return &r.RaisedOn }},
	{"ended_on", "", func(r *Request) *date.Date { return &r.EndedOn }},
	{"extended_on", "", func(r *Request) *date.Date { return &r.ExtendedOn }},
	{"reopened_on", "", func(r *Request) *date.Date { return &r.ReopenedOn }},
}

// checkKept refuses changes by hand to what the events record, so that nobody can edit away a late day, a
// reopening or an extension that was not granted.
func checkKept(old, r *Request, l *errs.List) {
	for _, s := range append(slices.Clone(stamps), sideStamps[1:]...) {
		if *s.at(old) != *s.at(r) {
			l.Add(s.field, "由操作自动记录，不能直接更改")
		}
	}
	if old.Reopened != r.Reopened {
		l.Add("reopened", "由操作自动记录，不能直接更改")
	}
	if old.Returned != r.Returned {
		l.Add("returned", "由操作自动记录，不能直接更改")
	}
}

// setDues chooses the profile and counts the due days. A request keeps its due days when only the profile's
// content has changed since, and those that an extension gave it when the profile is exchanged.
func setDues(ctx context.Context, tx *db.Tx, old, r *Request) error {
	var s *SLA
	var err error
	if r.SLA == 0 {
		s, err = profileFor(ctx, tx, tx.Tenant, r.Region, r.Urgency, r.RaisedOn)
	} else {
		s, err = slaTable.Get(ctx, tx, tx.Tenant, r.SLA)
	}
	if err != nil {
		return err
	}
	r.SLA = s.ID
	switch {
	case old != nil && (old.SLA == r.SLA || !old.ExtendedOn.IsZero()):
		r.AcceptDue, r.AnswerDue, r.DueOn = old.AcceptDue, old.AnswerDue, old.DueOn
	default:
		r.AcceptDue, r.AnswerDue, r.DueOn = s.dues(r.RaisedOn)
		if !r.ExtendedOn.IsZero() {
			r.extend()
		}
	}
	r.Problem = s.problem(r)
	return nil
}

// extend moves the due days to the day that was asked for; what had been answered before keeps its own.
func (r *Request) extend() {
	r.DueOn = r.ExtensionTo
	if r.AnsweredOn.IsZero() || r.AnsweredOn.After(r.AnswerDue) {
		r.AnswerDue = r.ExtensionTo
	}
}

// problem says whether a request was reopened or returned so often that it is a problem ticket.
func (s *SLA) problem(r *Request) bool {
	return r.Reopened >= s.ProblemAfter || r.Returned >= s.ProblemAfter
}

type guard = func(context.Context, *db.Tx, *Request) error

func requestGuards() map[string]guard {
	return map[string]guard{
		"accept": stampOn(func(r *Request) *date.Date { return &r.AcceptedOn }), "not_accept": stampOn(func(r *Request) *date.Date { return &r.EndedOn }),
		"assign": guardAssign, "return": guardReturn,
		"ask_extension": guardAskExtension, "grant_extension": guardGrantExtension, "refuse_extension": guardRefuseExtension,
		"answer": guardAnswer, "close": guardClose, "reopen": guardReopen,
		"withdraw": stampOn(func(r *Request) *date.Date { return &r.EndedOn }),
	}
}

func stampOn(at func(*Request) *date.Date) guard {
	return func(_ context.Context, tx *db.Tx, r *Request) error {
		*at(r) = date.Of(tx.Now())
		return nil
	}
}

func guardAssign(_ context.Context, tx *db.Tx, r *Request) error {
	if r.Department == 0 {
		return errs.OnField("department", "交办前，请先填写牵头单位")
	}
	r.AssignedOn = date.Of(tx.Now())
	return nil
}

// guardReturn sends a request back to be assigned again; often enough nobody owns it and it is a problem.
func guardReturn(ctx context.Context, tx *db.Tx, r *Request) error {
	r.AssignedOn = date.Date{}
	r.Returned++
	return flagProblem(ctx, tx, r)
}

func flagProblem(ctx context.Context, tx *db.Tx, r *Request) error {
	s, err := slaTable.Get(ctx, tx, tx.Tenant, r.SLA)
	if err != nil {
		return err
	}
	r.Problem = s.problem(r)
	return nil
}

func guardAskExtension(ctx context.Context, tx *db.Tx, r *Request) error {
	s, err := slaTable.Get(ctx, tx, tx.Tenant, r.SLA)
	if err != nil {
		return err
	}
	today, cal := date.Of(tx.Now()), date.China()
	_, _, base := s.dues(r.RaisedOn)
	latest := cal.AddWorkdays(base, s.ExtendDays)
	var l errs.List
	if r.ExtensionReason == "" {
		l.Add("extension_reason", "申请延期，请先填写延期理由")
	}
	switch {
	case s.ExtendDays == 0:
		l.Add("extension_to", "“%s”不允许延期", s.Name)
	case !r.ExtensionTo.After(r.DueOn):
		l.Add("extension_to", "请填写延期至哪一天，且晚于现在的应办结日期 %s", r.DueOn)
	case r.ExtensionTo.After(latest):
		l.Add("extension_to", "最多延长 %d 个工作日，不能晚于 %s", s.ExtendDays, latest)
	case cal.WorkdaysBetween(today, r.DueOn) < s.AskDays:
		l.Add("extension_to", "延期须在应办结日期 %s 前 %d 个工作日提出，现在已来不及", r.DueOn, s.AskDays)
	}
	return l.Err()
}

func guardGrantExtension(_ context.Context, tx *db.Tx, r *Request) error {
	if r.ExtensionTo.IsZero() {
		return errs.OnField("extension_to", "请填写延期至哪一天")
	}
	r.ExtendedOn = date.Of(tx.Now())
	r.extend()
	return nil
}

// guardRefuseExtension forgets what was asked for unless an earlier extension stands.
func guardRefuseExtension(_ context.Context, _ *db.Tx, r *Request) error {
	if r.ExtendedOn.IsZero() {
		r.ExtensionTo, r.ExtensionReason = date.Date{}, ""
	} else {
		r.ExtensionTo = r.DueOn
	}
	return nil
}

func guardAnswer(_ context.Context, tx *db.Tx, r *Request) error {
	if r.Result == "" {
		return errs.OnField("result", "答复前，请先填写办理结果")
	}
	r.AnsweredOn, r.Satisfaction = date.Of(tx.Now()), ""
	return nil
}

func guardClose(_ context.Context, tx *db.Tx, r *Request) error {
	var l errs.List
	if r.Result == "" {
		l.Add("result", "办结前，请先填写办理结果")
	}
	switch r.Satisfaction {
	case "":
		l.Add("satisfaction", "办结前，请先回访企业并填写满意度")
	case Unsatisfied:
		l.Add("satisfaction", "企业不满意，不能办结；请用“不满意重办”退回办理")
	}
	r.ClosedOn = date.Of(tx.Now())
	return l.Err()
}

// guardReopen takes back an answer that the firm is not satisfied with: the clock goes on, the count rises.
func guardReopen(ctx context.Context, tx *db.Tx, r *Request) error {
	r.Satisfaction, r.AnsweredOn, r.ClosedOn = Unsatisfied, date.Date{}, date.Date{}
	r.Reopened++
	r.ReopenedOn = date.Of(tx.Now())
	return flagProblem(ctx, tx, r)
}

// OpenOn reports whether the request was still being worked on at the end of a day.
func (r *Request) OpenOn(day date.Date) bool {
	return !r.RaisedOn.After(day) && !r.doneBy(r.ClosedOn, day) && !r.doneBy(r.EndedOn, day)
}

func (*Request) doneBy(d, day date.Date) bool { return !d.IsZero() && !d.After(day) }

// OverdueOn reports whether it was open on a day that lies after its due day.
func (r *Request) OverdueOn(day date.Date) bool { return r.OpenOn(day) && r.DueOn.Before(day) }
