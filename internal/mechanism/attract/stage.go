package attract

import (
	"slices"

	"huicun/internal/kit/date"
)

// A step is a stage of the main path with the day on which a lead entered it.
type step struct {
	state string
	field string // the field's name, for messages beside it
	at    func(*Lead) *date.Date
}

// path is the main path from report to full capacity.
var path = []step{
	{"reported", "reported_on", func(l *Lead) *date.Date { return &l.ReportedOn }},
	{"screened", "screened_on", func(l *Lead) *date.Date { return &l.ScreenedOn }},
	{"effective", "effective_on", func(l *Lead) *date.Date { return &l.EffectiveOn }},
	{"talking", "talking_on", func(l *Lead) *date.Date { return &l.TalkingOn }},
	{"terms", "terms_on", func(l *Lead) *date.Date { return &l.TermsOn }},
	{"signed", "signed_on", func(l *Lead) *date.Date { return &l.SignedOn }},
	{"registered", "registered_on", func(l *Lead) *date.Date { return &l.RegisteredOn }},
	{"started", "started_on", func(l *Lead) *date.Date { return &l.StartedOn }},
	{"completed", "completed_on", func(l *Lead) *date.Date { return &l.CompletedOn }},
	{"producing", "producing_on", func(l *Lead) *date.Date { return &l.ProducingOn }},
	{"at_capacity", "capacity_on", func(l *Lead) *date.Date { return &l.CapacityOn }},
}

var (
	// underWay are the states in which a lead occupies its investor: recognised and not yet producing. The
	// partial unique indexes of the table name the same states.
	underWay = []string{"effective", "talking", "terms", "signed", "registered", "started", "completed", "paused"}
	// closed are the states that end a lead without a project.
	closed = []string{"duplicate", "rejected", "lost"}
)

// rank is a state's place on the main path, -1 beside it.
func rank(state string) int {
	return slices.IndexFunc(path, func(s step) bool { return s.state == state })
}

// UnderWay reports whether a stage is one in which the project is being worked on.
func UnderWay(stage string) bool { return slices.Contains(underWay, stage) }

// StageOn returns the state that the lead was in at the end of a day, "" before it was reported. A lead that was
// paused more than once is judged by its last pause.
func (l *Lead) StageOn(day date.Date) string {
	on := func(d date.Date) bool { return !d.IsZero() && !d.After(day) }
	switch {
	case !on(l.ReportedOn):
		return ""
	case on(l.ClosedOn) && slices.Contains(closed, l.State):
		return l.State
	case on(l.PausedOn) && !on(l.ResumedOn):
		return "paused"
	}
	return l.reached(day)
}

// reached is the furthest stage of the main path that the lead had entered by a day.
func (l *Lead) reached(day date.Date) string {
	for _, s := range slices.Backward(path) {
		if d := *s.at(l); !d.IsZero() && !d.After(day) {
			return s.state
		}
	}
	return ""
}

// SignedBy reports whether the lead had been signed by a day and was not lost by then: it has landed (落户).
func (l *Lead) SignedBy(day date.Date) bool {
	return !l.SignedOn.IsZero() && !l.SignedOn.After(day) && l.StageOn(day) != "lost"
}
