package fsm

import (
	"slices"
	"strings"
	"testing"

	"huicun/internal/kit/errs"
)

// good is a table without mistakes.
func good() *Machine {
	return &Machine{
		Name:   "合同",
		States: []State{{Code: "draft", Label: "草拟"}, {Code: "signed", Label: "已签订"}, {Code: "ended", Label: "已终止"}, {Code: "void", Label: "作废", Side: true}},
		Events: []Event{
			{Name: "sign", Label: "签订", From: []string{"draft"}, To: "signed", Verb: "edit"},
			{Name: "end", Label: "终止", From: []string{"signed"}, To: "ended", Verb: "edit", Reason: true},
			{Name: "cancel", Label: "作废", From: []string{"draft", "signed"}, To: "void", Verb: "edit"},
		},
	}
}

func TestCheckFindsEachMistake(t *testing.T) {
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Machine){
		"no states":                           func(m *Machine) { m.States = nil },
		"state draft twice":                   func(m *Machine) { m.States = append(m.States, State{Code: "draft", Label: "又一个"}) },
		`state "" lacks`:                      func(m *Machine) { m.States[1].Code = "" },
		`state "signed" lacks`:                func(m *Machine) { m.States[1].Label = "" },
		"event sign twice":                    func(m *Machine) { m.Events[1].Name = "sign" },
		`event "" lacks`:                      func(m *Machine) { m.Events[0].Name = "" },
		`event "end" lacks`:                   func(m *Machine) { m.Events[1].Label = "" },
		`event "sign" lacks`:                  func(m *Machine) { m.Events[0].Verb = "" },
		`event "cancel" lacks`:                func(m *Machine) { m.Events[2].From = nil },
		"event end names unknown state gone":  func(m *Machine) { m.Events[1].To = "gone" },
		"event sign names unknown state gone": func(m *Machine) { m.Events[0].From = []string{"gone"} },
		"state ended cannot be reached":       func(m *Machine) { m.Events[1].From = []string{"ended"} },
		"state signed cannot be reached":      func(m *Machine) { m.Events = m.Events[2:] },
	} {
		m := good()
		spoil(m)
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestFire(t *testing.T) {
	m := good()
	if m.Initial() != "draft" {
		t.Error(m.Initial())
	}
	if e, err := m.Fire("signed", "end"); err != nil || e.To != "ended" || !e.Reason {
		t.Error(e, err)
	}
	if _, err := m.Fire("ended", "cancel"); !errs.Is(err, errs.State) || errs.Message(err) != "合同现在是“已终止”，不能作废；只有“草拟”、“已签订”时才可以" {
		t.Error(err)
	}
	if _, err := m.Fire("draft", "nonsense"); !errs.Is(err, errs.NotFound) {
		t.Error(err)
	}
	var names []string
	for _, e := range m.From("draft") {
		names = append(names, e.Name)
	}
	if !slices.Equal(names, []string{"sign", "cancel"}) || m.From("ended") != nil {
		t.Error(names, m.From("ended"))
	}
}

func TestStates(t *testing.T) {
	m := good()
	for _, text := range []string{"已签订", "signed"} {
		if s, ok := m.StateByLabel(text); !ok || s.Code != "signed" {
			t.Error(text, s, ok)
		}
	}
	if _, ok := m.StateByLabel("没有"); ok {
		t.Error("a state that is none")
	}
	if s := m.State("gone"); s.Label != "gone" || s.Tone != "grey" {
		t.Error(s)
	}
	for _, c := range []struct {
		from, to string
		want     bool
	}{{"draft", "ended", true}, {"draft", "void", true}, {"ended", "draft", false}, {"draft", "draft", false}, {"signed", "ended", true}, {"signed", "void", false}} {
		if got := m.Passes(c.from, c.to); got != c.want {
			t.Errorf("every way to %s goes through %s: %v", c.to, c.from, got)
		}
	}
}

func TestMermaid(t *testing.T) {
	const want = `stateDiagram-v2
  draft: 草拟
  signed: 已签订
  ended: 已终止
  void: 作废
  [*] --> draft
  draft --> signed: 签订
  signed --> ended: 终止
  draft --> void: 作废
  signed --> void: 作废
`
	if got := good().Mermaid(); got != want {
		t.Error(got)
	}
}
