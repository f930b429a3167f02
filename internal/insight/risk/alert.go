package risk

import (
	"encoding/json"
	"fmt"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The states of an alert.
const (
	Open     = "open"
	Returned = "returned"
	Answered = "answered"
	Cleared  = "cleared"
	Closed   = "closed"
)

// Kind is the noun's kind.
const Kind = "alert"

// Alert is one thing that a rule found (预警). Subject is what, as the rule knows it from run to run. Measure and Seen are
// of the last run that found it; Holds says whether the newest did. Closed is empty while it is open.
type Alert struct {
	db.Row
	No, Code, Subject         string
	Title, Why, Colour        string
	Measure                   int64
	MeasureText               string
	Amount                    money.Fen
	Raised, Due, Seen         date.Date
	Owner, Reviewer, Escalate string
	Escalated                 date.Date
	Holds                     bool
	Reply, Replier            string
	ReplierID                 ids.ID
	Replied, ClosedOn         date.Date
	ClosedColour, Outcome     string
	Reopened                  int
	detail                    string // JSON of Detail
}

// Machine: an alert is answered, reviewed by another person and closed; one whose cause is gone waits for that to be
// confirmed, or closes by itself where the rule says so.
var Machine = &fsm.Machine{
	Name: "预警",
	States: []fsm.State{
		{Code: Open, Label: "待答复", Tone: "orange"}, {Code: Answered, Label: "待审核", Tone: "azure"}, {Code: Closed, Label: "已销号", Tone: "grey"},
		{Code: Returned, Label: "退回重办", Tone: "red", Side: true}, {Code: Cleared, Label: "待确认消除", Tone: "green", Side: true},
	},
	Events: []fsm.Event{
		{Name: "reply", Label: "答复", From: []string{Open, Returned}, To: Answered, Verb: access.Edit, Reason: true},
		{Name: "return", Label: "退回重办", From: []string{Answered, Cleared}, To: Returned, Verb: access.Approve, Reason: true},
		{Name: "close", Label: "审核销号", From: []string{Answered, Cleared}, To: Closed, Verb: access.Approve, Reason: true},
		{Name: "reopen", Label: "重新打开", From: []string{Closed}, To: Open, Verb: access.Approve, Reason: true},
		{Name: "lapse", Label: "指标恢复，待确认", From: []string{Open, Returned, Answered}, To: Cleared, Verb: derive},
		{Name: "recur", Label: "再次出现", From: []string{Cleared, Closed}, To: Open, Verb: derive},
		{Name: "expire", Label: "自动销号", From: []string{Open, Returned, Answered, Cleared}, To: Closed, Verb: derive},
	},
}

// derive is the verb of events that only runs bring about; no role but the system's has it.
const derive = "derive"

var alertTable = &db.Table[Alert]{
	Name: Kind,
	Cols: []string{"no", "code", "subject", "title", "why", "colour", "measure", "measure_text", "amount_fen", "raised_on", "due_on", "seen_on",
		"owner", "reviewer", "escalate", "escalated_on", "holds", "reply", "replier", "replier_id", "replied_on", "closed_on", "closed_colour", "outcome", "reopened", "detail"},
	Row: func(a *Alert) *db.Row { return &a.Row },
	Ptrs: func(a *Alert) []any {
		return []any{&a.No, &a.Code, &a.Subject, &a.Title, &a.Why, &a.Colour, &a.Measure, &a.MeasureText, &a.Amount, &a.Raised, &a.Due, &a.Seen,
			&a.Owner, &a.Reviewer, &a.Escalate, &a.Escalated, &a.Holds, &a.Reply, &a.Replier, &a.ReplierID, &a.Replied, &a.ClosedOn, &a.ClosedColour, &a.Outcome, &a.Reopened, &a.detail}
	},
}

// Detail is what the alert is explained with.
func (a *Alert) Detail() Detail {
	var d Detail
	_ = json.Unmarshal([]byte(a.detail), &d) // written by us; nothing to show is better than no page
	return d
}

// set takes over what a run measured.
func (a *Alert) set(h *Hit, f *Formula, colour string, day date.Date) error {
	b, err := json.Marshal(h.Detail)
	if err != nil {
		return fmt.Errorf("writing an explanation: %w", err)
	}
	if r := []rune(h.Title); len(r) > longestTitle {
		h.Title = string(r[:longestTitle-1]) + "…"
	}
	a.Title, a.Why, a.Colour, a.Measure, a.MeasureText, a.Amount = h.Title, h.Why, colour, h.Measure, f.Unit.Text(h.Measure), h.Amount
	a.Seen, a.Holds, a.detail = day, true, string(b)
	return nil
}

// longestTitle is how many characters of a title are kept.
const longestTitle = 120

// Late reports whether the alert waits for an answer beyond its day.
func (a *Alert) Late(day date.Date) bool {
	return (a.State == Open || a.State == Returned) && day.After(a.Due)
}

// kept is why alerts are not deleted.
const kept = "预警不能删除；已经处理的请答复，由审核人销号"

func newAlerts(e *record.Env) *record.Noun[Alert] {
	roles := Roles()
	return record.Register(e, &record.Noun[Alert]{
		Kind: Kind, Label: "预警", Path: "/alerts", Icon: "bell", Key: "no", Order: "-raised_on", Kept: kept,
		Intro: "系统每天夜里按预警规则检查合同、资产、账务和资金，发现问题就在这里预警：责任人限期答复，审核人核实后销号。",
		Table: alertTable, Machine: Machine,
		Title:  func(a *Alert) string { return field.LabelOf(Formulas(), a.Code) + "：" + a.Title },
		Detail: func(a *Alert) string { return a.No + " " + a.MeasureText },
		Series: func(a *Alert) string { return "YJ-" + strconv.Itoa(a.Raised.Year()) },
		Fields: []field.Field[Alert]{
			field.NewText("no", "编号", func(a *Alert) *string { return &a.No }).Derived().List(),
			field.NewEnum("colour", "等级", Colours, func(a *Alert) *string { return &a.Colour }).Derived().List().Filter(),
			field.NewEnum("code", "预警项目", Formulas(), func(a *Alert) *string { return &a.Code }).Derived().List().Filter(),
			field.NewText("title", "事项", func(a *Alert) *string { return &a.Title }).Derived().List(),
			field.NewRegion("region", "地区", func(a *Alert) *string { return &a.Region }).Derived().Show(),
			field.NewText("measure", "指标", func(a *Alert) *string { return &a.MeasureText }).Col("measure_text").Derived().Show(),
			field.NewMoney("amount", "涉及金额", func(a *Alert) *money.Fen { return &a.Amount }).Derived().List(),
			field.NewDay("raised", "预警日期", func(a *Alert) *date.Date { return &a.Raised }).Col("raised_on").Derived().List(),
			field.NewDay("due", "答复期限", func(a *Alert) *date.Date { return &a.Due }).Col("due_on").Derived().List(),
			field.NewEnum("owner", "责任人", roles, func(a *Alert) *string { return &a.Owner }).Derived().Filter(),
			field.NewEnum("reviewer", "审核人", roles, func(a *Alert) *string { return &a.Reviewer }).Derived(),
			field.NewEnum("escalate", "逾期上报", roles, func(a *Alert) *string { return &a.Escalate }).Derived(),
			field.NewDay("escalated", "已上报", func(a *Alert) *date.Date { return &a.Escalated }).Col("escalated_on").Derived().Stamp(),
			field.NewText("replier", "答复人", func(a *Alert) *string { return &a.Replier }).Derived().Stamp(),
			field.NewDay("replied", "答复日期", func(a *Alert) *date.Date { return &a.Replied }).Col("replied_on").Derived().Stamp(),
			field.NewDay("closed", "销号日期", func(a *Alert) *date.Date { return &a.ClosedOn }).Col("closed_on").Derived().Stamp(),
			field.NewText("outcome", "销号原因", func(a *Alert) *string { return &a.Outcome }).Limit(0).Derived().Stamp(),
			field.NewInt("reopened", "重新打开", 0, maxCount, func(a *Alert) *int { return &a.Reopened }).In("次").Derived(),
		},
	})
}
