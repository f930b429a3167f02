package casework

import (
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The choices of a request with their Chinese names.
var (
	Channels = []field.Option{
		{Code: "visit", Label: "走访"}, {Code: "call", Label: "来电"}, {Code: "come", Label: "来访"}, {Code: "online", Label: "线上"},
		{Code: "meeting", Label: "座谈会"}, {Code: "other", Label: "其他"},
	}
	Classes = []field.Option{
		{Code: "land", Label: "用地"}, {Code: "power", Label: "用电"}, {Code: "water", Label: "用水"}, {Code: "labour", Label: "用工"},
		{Code: "finance", Label: "融资"}, {Code: "environment", Label: "环保"}, {Code: "facility", Label: "设施改造"}, {Code: "other", Label: "其他"},
	}
	Satisfactions = []field.Option{
		{Code: Satisfied, Label: "满意", Tone: "green"}, {Code: Basic, Label: "基本满意", Tone: "azure"}, {Code: Unsatisfied, Label: "不满意", Tone: "red"},
	}
)

// How satisfied a firm says it is.
const (
	Satisfied   = "satisfied"
	Basic       = "basic"
	Unsatisfied = "unsatisfied"
)

// Request is what a firm asks for (诉求). AcceptDue, AnswerDue and DueOn are counted from the profile in working
// days; a granted extension moves them. EndedOn is the day on which it was not accepted or withdrawn.
type Request struct {
	db.Row
	No                               string
	Visit, Firm, Lead                ids.ID
	Channel, Class, Urgency, Content string
	RaisedOn                         date.Date
	SLA, Department                  ids.ID
	Codepartments                    []ids.ID
	AcceptDue, AnswerDue, DueOn      date.Date
	ExtensionTo                      date.Date
	ExtensionReason                  string
	ExtendedOn                       date.Date

	AcceptedOn, AssignedOn, AnsweredOn, ClosedOn, EndedOn date.Date

	Result, Satisfaction string
	Reopened             int
	ReopenedOn           date.Date
	Returned             int
	Problem              bool
}

// RequestMachine is the life of a request.
var RequestMachine = &fsm.Machine{
	Name: "诉求",
	States: []fsm.State{
		{Code: "received", Label: "已登记", Tone: "azure"}, {Code: "accepted", Label: "已受理", Tone: "azure"},
		{Code: "not_accepted", Label: "不予受理", Tone: "grey", Side: true}, {Code: "assigned", Label: "已交办", Tone: "azure"},
		{Code: "handling", Label: "办理中", Tone: "orange"}, {Code: "extension", Label: "延期待批", Tone: "orange", Side: true},
		{Code: "answered", Label: "已答复", Tone: "azure"}, {Code: "closed", Label: "已办结", Tone: "green"}, {Code: "withdrawn", Label: "已撤回", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "accept", Label: "受理", From: []string{"received"}, To: "accepted", Verb: "edit"},
		{Name: "not_accept", Label: "不予受理", From: []string{"received"}, To: "not_accepted", Verb: "approve", Reason: true},
		{Name: "assign", Label: "交办", From: []string{"accepted"}, To: "assigned", Verb: "edit"},
		{Name: "return", Label: "退回重派", From: []string{"assigned"}, To: "accepted", Verb: "edit", Reason: true},
		{Name: "handle", Label: "开始办理", From: []string{"assigned"}, To: "handling", Verb: "edit"},
		{Name: "ask_extension", Label: "申请延期", From: []string{"handling"}, To: "extension", Verb: "edit"},
		{Name: "grant_extension", Label: "同意延期", From: []string{"extension"}, To: "handling", Verb: "approve"},
		{Name: "refuse_extension", Label: "不同意延期", From: []string{"extension"}, To: "handling", Verb: "approve", Reason: true},
		{Name: "answer", Label: "答复", From: []string{"handling"}, To: "answered", Verb: "edit"},
		{Name: "close", Label: "回访办结", From: []string{"answered"}, To: "closed", Verb: "approve"},
		{Name: "reopen", Label: "不满意重办", From: []string{"answered", "closed"}, To: "handling", Verb: "edit", Reason: true},
		{Name: "withdraw", Label: "撤回", From: []string{"received", "accepted", "assigned", "handling"}, To: "withdrawn", Verb: "approve", Reason: true},
	},
}

var requestTable = &db.Table[Request]{
	Name: "request",
	Cols: []string{
		"no", "visit_id", "firm_id", "lead_id", "channel", "class", "urgency", "content", "raised_on", "sla_id", "department_id",
		"accept_due", "answer_due", "due_on", "extension_to", "extension_reason", "extended_on",
		"accepted_on", "assigned_on", "answered_on", "closed_on", "ended_on",
		"result", "satisfaction", "reopened", "reopened_on", "returned", "problem",
	},
	Row: func(r *Request) *db.Row { return &r.Row },
	Ptrs: func(r *Request) []any {
		return []any{
			&r.No, &r.Visit, &r.Firm, &r.Lead, &r.Channel, &r.Class, &r.Urgency, &r.Content, &r.RaisedOn, &r.SLA, &r.Department,
			&r.AcceptDue, &r.AnswerDue, &r.DueOn, &r.ExtensionTo, &r.ExtensionReason, &r.ExtendedOn,
			&r.AcceptedOn, &r.AssignedOn, &r.AnsweredOn, &r.ClosedOn, &r.EndedOn,
			&r.Result, &r.Satisfaction, &r.Reopened, &r.ReopenedOn, &r.Returned, &r.Problem,
		}
	},
}

// NewRequests describes the noun; a request lies where its firm lies unless a place is given.
func NewRequests(e *record.Env) *record.Noun[Request] {
	return record.Register(e, &record.Noun[Request]{
		Kind: "request", Label: "诉求", Path: "/requests", Icon: "message-report", Key: "no", Order: "-raised_on",
		Intro: "企业的诉求从登记、交办、答复到回访办结都在这里，到期和满意度一目了然。",
		Table: requestTable, Machine: RequestMachine,
		Title:   func(r *Request) string { return r.No + " " + brief(r.Content) },
		Detail:  func(r *Request) string { return field.LabelOf(Classes, r.Class) + " " + r.Content },
		Series:  func(r *Request) string { return fmt.Sprintf("SQ-%d", r.RaisedOn.Year()) },
		Fields:  requestFields(),
		Prepare: prepareRequest,
		Check:   checkRequest,
		CheckTx: checkRequestTx,
		After:   saveCodepartments,
		Load:    loadCodepartments,
		Guards:  requestGuards(),
	})
}

// briefLen is how much of a request's text stands in its title.
const briefLen = 24

func brief(s string) string {
	if r := []rune(s); len(r) > briefLen {
		return string(r[:briefLen]) + "…"
	}
	return s
}

func requestFields() []field.Field[Request] {
	const stamped = "办理时自动记录；补录历史数据时填写，建立后不能更改"
	day := func(name, label string, p func(*Request) *date.Date) field.Field[Request] {
		return field.NewDay(name, label, p).Stamp().Help(stamped)
	}
	return []field.Field[Request]{
		field.NewText("no", "诉求编号", func(r *Request) *string { return &r.No }).Req().List().Help("留空自动编号"),
		field.NewRef("visit", "来自走访", "visit", func(r *Request) *ids.ID { return &r.Visit }),
		field.NewRef("firm", "企业", "party", func(r *Request) *ids.ID { return &r.Firm }).Req().Show(),
		field.NewRegion("region", "所在地区", func(r *Request) *string { return &r.Region }).List().Help("留空取企业所在地区"),
		field.NewRef("lead", "关联项目", "lead", func(r *Request) *ids.ID { return &r.Lead }),
		field.NewEnum("channel", "提出渠道", Channels, func(r *Request) *string { return &r.Channel }).Req().Filter(),
		field.NewEnum("class", "诉求类别", Classes, func(r *Request) *string { return &r.Class }).Req().List().Filter(),
		field.NewEnum("urgency", "紧急程度", Urgencies, func(r *Request) *string { return &r.Urgency }).Req().List().Filter(),
		field.NewLong("content", "诉求内容", func(r *Request) *string { return &r.Content }).Req().Show(),
		field.NewDay("raised_on", "提出日期", func(r *Request) *date.Date { return &r.RaisedOn }).Fix().List().Help("留空为走访当天或今天；建立后不能更改"),
		field.NewRef("sla", "办理时限", "sla", func(r *Request) *ids.ID { return &r.SLA }).Help("留空按地区和紧急程度自动选用"),
		field.NewRef("department", "牵头单位", "party", func(r *Request) *ids.ID { return &r.Department }).Show(),
		field.NewRefs("codepartments", "配合单位", "party", func(r *Request) *[]ids.ID { return &r.Codepartments }),
		field.NewDay("accept_due", "应受理日期", func(r *Request) *date.Date { return &r.AcceptDue }).Derived(),
		field.NewDay("answer_due", "应答复日期", func(r *Request) *date.Date { return &r.AnswerDue }).Derived(),
		field.NewDay("due_on", "应办结日期", func(r *Request) *date.Date { return &r.DueOn }).Derived().List(),
		field.NewDay("extension_to", "申请延期至", func(r *Request) *date.Date { return &r.ExtensionTo }),
		field.NewText("extension_reason", "延期理由", func(r *Request) *string { return &r.ExtensionReason }),
		day("extended_on", "同意延期日期", func(r *Request) *date.Date { return &r.ExtendedOn }),
		day("accepted_on", "受理日期", func(r *Request) *date.Date { return &r.AcceptedOn }),
		day("assigned_on", "交办日期", func(r *Request) *date.Date { return &r.AssignedOn }),
		day("answered_on", "答复日期", func(r *Request) *date.Date { return &r.AnsweredOn }),
		day("closed_on", "办结日期", func(r *Request) *date.Date { return &r.ClosedOn }).List(),
		day("ended_on", "不予受理（撤回）日期", func(r *Request) *date.Date { return &r.EndedOn }),
		field.NewLong("result", "办理结果", func(r *Request) *string { return &r.Result }),
		field.NewEnum("satisfaction", "满意度", Satisfactions, func(r *Request) *string { return &r.Satisfaction }).List().Filter(),
		field.NewInt("reopened", "重办次数", 0, 99, func(r *Request) *int { return &r.Reopened }).In("次").List(),
		day("reopened_on", "最近重办日期", func(r *Request) *date.Date { return &r.ReopenedOn }),
		field.NewInt("returned", "退回重派次数", 0, 99, func(r *Request) *int { return &r.Returned }).In("次"),
		field.NewBool("problem", "难题单", func(r *Request) *bool { return &r.Problem }).Derived().Filter(),
	}
}
