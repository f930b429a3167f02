package risk

import (
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Fact is one figure of an explanation.
type Fact struct {
	Label string `json:"l"`
	Value string `json:"v"`
}

// Ref is a record behind an explanation: Kind is its noun, "" when it is named only; Path is its page where it has no noun.
// Text says what it is, Value its figure.
type Ref struct {
	Kind  string `json:"k,omitempty"`
	ID    ids.ID `json:"i,omitempty"`
	Path  string `json:"p,omitempty"`
	Text  string `json:"t"`
	Value string `json:"v,omitempty"`
}

// Detail is what an alert is explained with.
type Detail struct {
	Facts   []Fact `json:"facts,omitempty"`
	Refs    []Ref  `json:"refs,omitempty"`
	RefHead string `json:"head,omitempty"` // what the records are: 参照合同
}

// Hit is what a formula found: its subject, by which it is known again from run to run; what was measured; and why.
type Hit struct {
	Subject string // unique within the formula
	Region  string
	Title   string
	Measure int64
	Amount  money.Fen // how much money it is about, 0 when none
	Why     string
	Detail
	Sample bool
}

// on names a record as a subject.
func on(kind string, id ids.ID) string { return kind + ":" + id.String() }

// maxRefs is how many records an explanation lists.
const maxRefs = 40

func clip(list []Ref) []Ref {
	if len(list) > maxRefs {
		return list[:maxRefs]
	}
	return list
}
