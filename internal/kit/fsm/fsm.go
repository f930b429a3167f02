// Package fsm holds state machines as tables: from, event, to, permission verb. A table also renders its own
// diagram for the docs, and a test can prove that every state is reachable.
package fsm

import (
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/errs"
)

// State is one state: Code is stored, Label is shown, Tone is the colour's meaning (red, orange, green, azure, grey).
// Side marks a state off the main way (refused, paused, void): a drawing of the way leaves it out.
type State struct {
	Code, Label, Tone string
	Side              bool
}

// Event moves a record from one of From to To. Verb is the permission verb that it needs ("edit", "approve" …).
// Reason says that the person must give one.
type Event struct {
	Name, Label string
	From        []string
	To          string
	Verb        string
	Reason      bool
}

// Machine is a table of states and events; records begin in the first state.
type Machine struct {
	Name   string // Chinese, for messages and docs: 合同
	States []State
	Events []Event
}

// Initial is the state of a new record.
func (m *Machine) Initial() string { return m.States[0].Code }

// State returns the state's description; an unknown code is shown as it is.
func (m *Machine) State(code string) State {
	for _, s := range m.States {
		if s.Code == code {
			return s
		}
	}
	return State{Code: code, Label: code, Tone: "grey"}
}

// StateByLabel finds a state by its Chinese label or its code, as imports give it.
func (m *Machine) StateByLabel(text string) (State, bool) {
	for _, s := range m.States {
		if s.Label == text || s.Code == text {
			return s, true
		}
	}
	return State{}, false
}

// From lists the events that are possible in a state.
func (m *Machine) From(state string) []Event {
	var out []Event
	for _, e := range m.Events {
		if slices.Contains(e.From, state) {
			out = append(out, e)
		}
	}
	return out
}

// Fire returns the event to carry out, or an error of kind State that says what would have been possible.
func (m *Machine) Fire(state, event string) (Event, error) {
	for _, e := range m.Events {
		if e.Name != event {
			continue
		}
		if slices.Contains(e.From, state) {
			return e, nil
		}
		var from []string
		for _, f := range e.From {
			from = append(from, "“"+m.State(f).Label+"”")
		}
		return e, errs.New(errs.State, "state.refused", "%s现在是“%s”，不能%s；只有%s时才可以", m.Name, m.State(state).Label, e.Label, strings.Join(from, "、"))
	}
	return Event{}, errs.New(errs.NotFound, "state.unknown_event", "没有“%s”这个操作", event)
}

// Passes reports whether every way from the beginning to a state goes through another one, or begins in it.
func (m *Machine) Passes(through, to string) bool {
	seen := map[string]bool{m.Initial(): true}
	if through == m.Initial() {
		return to != through
	}
	for todo := []string{m.Initial()}; len(todo) > 0; todo = todo[1:] {
		if todo[0] == to {
			return false
		}
		for _, e := range m.From(todo[0]) {
			if e.To != through && !seen[e.To] {
				seen[e.To] = true
				todo = append(todo, e.To)
			}
		}
	}
	return through != to
}

// Check reports mistakes in the table: nothing to begin in, what lacks a name, unknown states, duplicate events,
// unreachable states.
func (m *Machine) Check() error {
	if len(m.States) == 0 {
		return fmt.Errorf("fsm %s: no states", m.Name)
	}
	known := map[string]bool{}
	for _, s := range m.States {
		if s.Code == "" || s.Label == "" {
			return fmt.Errorf("fsm %s: state %q lacks its code or label", m.Name, s.Code)
		}
		if known[s.Code] {
			return fmt.Errorf("fsm %s: state %s twice", m.Name, s.Code)
		}
		known[s.Code] = true
	}
	names := map[string]bool{}
	for _, e := range m.Events {
		if names[e.Name] {
			return fmt.Errorf("fsm %s: event %s twice", m.Name, e.Name)
		}
		names[e.Name] = true
		if e.Name == "" || e.Label == "" || e.Verb == "" || len(e.From) == 0 {
			return fmt.Errorf("fsm %s: event %q lacks its name, label, verb or beginning", m.Name, e.Name)
		}
		for _, s := range append(slices.Clone(e.From), e.To) {
			if !known[s] {
				return fmt.Errorf("fsm %s: event %s names unknown state %s", m.Name, e.Name, s)
			}
		}
	}
	reached := map[string]bool{m.Initial(): true}
	for grew := true; grew; {
		grew = false
		for _, e := range m.Events {
			if !reached[e.To] && slices.ContainsFunc(e.From, func(f string) bool { return reached[f] }) {
				reached[e.To], grew = true, true
			}
		}
	}
	for _, s := range m.States {
		if !reached[s.Code] {
			return fmt.Errorf("fsm %s: state %s cannot be reached", m.Name, s.Code)
		}
	}
	return nil
}

// Mermaid renders the table as a state diagram.
func (m *Machine) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range m.States {
		fmt.Fprintf(&b, "  %s: %s\n", s.Code, s.Label)
	}
	fmt.Fprintf(&b, "  [*] --> %s\n", m.Initial())
	for _, e := range m.Events {
		for _, f := range e.From {
			fmt.Fprintf(&b, "  %s --> %s: %s\n", f, e.To, e.Label)
		}
	}
	return b.String()
}
