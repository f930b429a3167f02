package casework

import (
	"context"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Rate is a share with its numerator and denominator, which are always shown with it.
type Rate struct{ Num, Den int }

// Percent is the rate in hundredths of a percent, 0 when there is nothing to judge.
func (r Rate) Percent() int64 { return indicator.Percent(int64(r.Num), int64(r.Den)) }

func (r *Rate) add(ok bool) {
	r.Den++
	if ok {
		r.Num++
	}
}

// Timely says how requests of a period were handled. The first three judge what fell due in the period, the
// others what was raised in it.
type Timely struct {
	Accepted  Rate // accepted or refused by the day it was due
	Answered  Rate // answered by the day it was due
	Closed    Rate // closed by the day it was due
	Solved    Rate // closed at the end of the period, of those raised
	Satisfied Rate // satisfied or basically satisfied, of those that the firm rated
	Reopened  Rate // reopened at least once, of those raised
	Withdrawn Rate // withdrawn, of those raised
	Open      int  // still being worked on at the end of the period, whenever raised
	Problems  int  // of these, problem tickets
	Overdue   []Request
}

// Timeliness judges the requests of a scope over a period; to is also the day up to which is known.
func Timeliness(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) (Timely, error) {
	all, err := requestsUntil(ctx, q, tenant, ranges, to)
	if err != nil {
		return Timely{}, err
	}
	var t Timely
	for i := range all {
		t.judge(&all[i], from, to)
	}
	return t, nil
}

func (t *Timely) judge(r *Request, from, to date.Date) {
	in := func(d date.Date) bool { return !d.Before(from) && !d.After(to) }
	by := func(d, due date.Date) bool { return r.doneBy(d, to) && !d.After(due) }
	ended := r.doneBy(r.EndedOn, to)
	if in(r.AcceptDue) && !(ended && r.State == "withdrawn" && r.AcceptedOn.IsZero()) {
		t.Accepted.add(by(r.AcceptedOn, r.AcceptDue) || r.State == "not_accepted" && by(r.EndedOn, r.AcceptDue))
	}
	if in(r.AnswerDue) && !ended {
		t.Answered.add(by(r.AnsweredOn, r.AnswerDue))
	}
	if in(r.DueOn) && !ended {
		t.Closed.add(by(r.ClosedOn, r.DueOn))
	}
	if in(r.RaisedOn) {
		if !ended {
			t.Solved.add(r.doneBy(r.ClosedOn, to))
		}
		if r.doneBy(r.AnsweredOn, to) && r.Satisfaction != "" || r.Satisfaction == Unsatisfied && r.doneBy(r.ReopenedOn, to) {
			t.Satisfied.add(r.Satisfaction != Unsatisfied)
		}
		t.Reopened.add(r.Reopened > 0 && r.doneBy(r.ReopenedOn, to))
		t.Withdrawn.add(ended && r.State == "withdrawn")
	}
	if r.OpenOn(to) {
		t.Open++
		if r.Problem {
			t.Problems++
		}
	}
	if r.OverdueOn(to) {
		t.Overdue = append(t.Overdue, *r)
	}
}

// requestsUntil lists the requests of a scope that had been raised by a day, oldest first.
func requestsUntil(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Request, error) {
	return requestTable.All(ctx, q, record.Where(tenant, ranges).And("raised_on <= ?", day), "raised_on, no")
}

// ClassCount is how many requests of a class were raised in a period and how many of them are closed.
type ClassCount struct {
	Code, Label    string
	Raised, Closed int
}

// ByClass counts the requests of a scope raised in a period by class, in the order of Classes.
func ByClass(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]ClassCount, error) {
	all, err := requestsUntil(ctx, q, tenant, ranges, to)
	if err != nil {
		return nil, err
	}
	out := make([]ClassCount, len(Classes))
	at := map[string]int{}
	for i, c := range Classes {
		out[i] = ClassCount{Code: c.Code, Label: c.Label}
		at[c.Code] = i
	}
	for i := range all {
		r := &all[i]
		if r.RaisedOn.Before(from) {
			continue
		}
		c := &out[at[r.Class]]
		c.Raised++
		if r.doneBy(r.ClosedOn, to) {
			c.Closed++
		}
	}
	return out, nil
}

// record is a request as a figure lists it.
func (r *Request) record(on date.Date, amount int64, note string) indicator.Record {
	return indicator.Record{
		Kind: "request", ID: r.ID, No: r.No, Title: field.LabelOf(Classes, r.Class) + "：" + brief(r.Content), Region: r.Region,
		Date: on, Amount: amount, Sample: r.Sample, Note: note,
	}
}
