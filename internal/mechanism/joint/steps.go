package joint

import (
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/fsm"
)

// The states of a project.
const (
	Idea        = "idea"
	Agreed      = "agreed"
	Preparing   = "preparing"
	InProgress  = "in_progress"
	Done        = "done"
	InOperation = "in_operation"
	Evaluated   = "evaluated"
	Stopped     = "stopped"
)

// Machine is the life of a project.
var Machine = &fsm.Machine{
	Name: "联建项目",
	States: []fsm.State{
		{Code: Idea, Label: "意向", Tone: "grey"}, {Code: Agreed, Label: "已商定", Tone: "azure"},
		{Code: Preparing, Label: "筹备中", Tone: "azure"}, {Code: InProgress, Label: "实施中", Tone: "green"},
		{Code: Done, Label: "已完成", Tone: "green"}, {Code: InOperation, Label: "已运营", Tone: "green"},
		{Code: Evaluated, Label: "已评价", Tone: "green"}, {Code: Stopped, Label: "已中止", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: "agree", Label: "商定", From: []string{Idea}, To: Agreed, Verb: "edit"},
		{Name: "prepare", Label: "启动筹备", From: []string{Agreed}, To: Preparing, Verb: "edit"},
		{Name: "start", Label: "开工", From: []string{Preparing}, To: InProgress, Verb: "edit"},
		{Name: "finish", Label: "完成", From: []string{InProgress}, To: Done, Verb: "edit"},
		{Name: "finish_open", Label: "带未完节点完成", From: []string{InProgress}, To: Done, Verb: "approve", Reason: true},
		{Name: "operate", Label: "投入运营", From: []string{Done}, To: InOperation, Verb: "edit"},
		{Name: "evaluate", Label: "评价", From: []string{InOperation}, To: Evaluated, Verb: "approve", Reason: true},
		{Name: "stop", Label: "中止", From: []string{Idea, Agreed, Preparing, InProgress, Done, InOperation}, To: Stopped, Verb: "approve", Reason: true},
	},
}

// step is a state after the first, the day on which it is reached, and the events that lead there.
type step struct {
	state, name, label string
	day                func(*Project) *date.Date
	events             []string
}

var steps = []step{
	{Agreed, "agreed_on", "商定日期", func(p *Project) *date.Date { return &p.AgreedOn }, []string{"agree"}},
	{Preparing, "prepared_on", "筹备日期", func(p *Project) *date.Date { return &p.PreparedOn }, []string{"prepare"}},
	{InProgress, "started_on", "开工日期", func(p *Project) *date.Date { return &p.StartedOn }, []string{"start"}},
	{Done, "done_on", "完成日期", func(p *Project) *date.Date { return &p.DoneOn }, []string{"finish", "finish_open"}},
	{InOperation, "operated_on", "投入运营日期", func(p *Project) *date.Date { return &p.OperatedOn }, []string{"operate"}},
	{Evaluated, "evaluated_on", "评价日期", func(p *Project) *date.Date { return &p.EvaluatedOn }, []string{"evaluate"}},
}

// reached is how many of the steps the project has taken; a stopped one has taken those that it kept dates of.
func (p *Project) reached() int {
	if p.State != Stopped {
		return slices.IndexFunc(steps, func(s step) bool { return s.state == p.State }) + 1
	}
	for i, s := range steps {
		if s.day(p).IsZero() {
			return i
		}
	}
	return len(steps)
}

// StateOn is the state that the project was in at the end of a day; "" before it was proposed.
func (p *Project) StateOn(day date.Date) string {
	if p.ProposedOn.After(day) {
		return ""
	}
	if p.State == Stopped && !p.StoppedOn.After(day) {
		return Stopped
	}
	state := Idea
	for _, s := range steps[:p.reached()] {
		if s.day(p).After(day) {
			break
		}
		state = s.state
	}
	return state
}

// UnderWayOn reports whether the project was being prepared or carried out on a day.
func (p *Project) UnderWayOn(day date.Date) bool {
	s := p.StateOn(day)
	return s == Preparing || s == InProgress
}

// checkSteps asks for the days of the steps that have been taken, in their order.
func (p *Project) checkSteps(l *errs.List) { p.checkFirst(l, p.reached()) }

func (p *Project) checkFirst(l *errs.List, n int) {
	last, what := p.ProposedOn, "提出日期"
	for _, s := range steps[:n] {
		d := *s.day(p)
		switch {
		case d.IsZero():
			l.Add(s.name, "项目已是“%s”，请填写%s", Machine.State(p.State).Label, s.label)
			continue
		case d.Before(last):
			l.Add(s.name, "%s不能早于%s %s", s.label, what, last)
		}
		last, what = d, s.label
	}
	if p.State != Stopped {
		return
	}
	switch {
	case p.StoppedOn.IsZero():
		l.Add("stopped_on", "项目已中止，请填写中止日期")
	case p.StoppedOn.Before(last):
		l.Add("stopped_on", "中止日期不能早于%s %s", what, last)
	}
}

// enter dates the step that is being taken: the day that was filled in, or today.
func (p *Project) enter(i int, today date.Date) error {
	s := steps[i]
	d := s.day(p)
	if d.IsZero() {
		*d = today
	}
	if d.After(today) {
		return errs.OnField(s.name, "%s %s 还没有到；请改为实际日期，或到那天再办理", s.label, d.String())
	}
	var l errs.List
	p.checkFirst(&l, i+1)
	return l.Err()
}

// stop dates the end and drops the days of steps that will not be taken.
func (p *Project) stop(today date.Date) error {
	for _, s := range steps[p.reached():] {
		*s.day(p) = date.Date{}
	}
	if p.StoppedOn.IsZero() {
		p.StoppedOn = today
	}
	if p.StoppedOn.After(today) {
		return errs.OnField("stopped_on", "中止日期 %s 还没有到；请改为实际日期", p.StoppedOn)
	}
	was := p.State
	p.State = Stopped
	var l errs.List
	p.checkSteps(&l)
	p.State = was
	return l.Err()
}
