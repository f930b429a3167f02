package form

import (
	"maps"
	"slices"
	"strings"

	"huicun/internal/kit/field"
	"huicun/internal/mechanism/policy/engine"
)

// Kind is how a field is entered.
type Kind int

// The kinds of field.
const (
	Line   Kind = iota
	Area        // several lines
	Choice      // one of Options
	Check       // a yes
	Day
)

// Field is one field of the form.
type Field struct {
	Name, Label, Value, Help, Eg, Unit string
	Kind                               Kind
	Options                            []field.Option
	None                               string // the words of no choice; 请选择 when left out
	Must, Wide                         bool
	Wrong                              []string
}

// Block is a part of the form: fields, parts within it, and what can be done with it. Path is its place in the document.
type Block struct {
	Path, Title string
	Row         bool // fields beside one another, no frame
	Notes       []string
	Fields      []Field
	Blocks      []Block
	Tools       []Button // of the part itself: move, take out
	Add         []Button // below its parts
	Wrong       []string
}

// Button does something to the form's texts (Values.Act).
type Button struct{ Label, Act string }

// View is a form as a page shows it. Hidden are the texts that it keeps without a field.
type View struct {
	Sections []Block
	Hidden   Values
	Problems []string // what belongs to no field
	labels   map[string]string
}

// Source is something that data can be taken from.
type Source struct {
	Code, Name, Type string // Type as an input's; "" for money, number and bool alike
	Texts            []string
	Params           []field.Option
	Help             string
}

// Choices are what the form offers besides what stands in it.
type Choices struct {
	Sources  map[string][]Source // by kind of subject
	Accounts []field.Option      // the income accounts of the chart
}

// ref is something that can be referred to.
type ref struct {
	name, label, kind string
	values            []string
}

type builder struct {
	Values
	choices Choices
	refs    []ref
	marks   Values // the rows that are shown
}

// Build lays the form out.
func Build(v Values, choices Choices) *View {
	b := &builder{Values: v, choices: choices, marks: Values{}}
	out := &View{}
	out.Sections = append(out.Sections, b.head(), b.inputs(), b.steps("measures", "指标"), b.gates(), b.steps("rules", "奖励规则"), b.giving(), b.examples())
	doc, _ := v.Document()
	out.Hidden = Encode(doc)
	out.labels = labelsOf(doc)
	maps.Copy(out.Hidden, b.marks)
	for i := range out.Sections {
		out.Sections[i].each(func(f *Field) { delete(out.Hidden, f.Name) }, nil)
	}
	return out
}

// each visits all fields, and all blocks.
func (k *Block) each(f func(*Field), g func(*Block)) {
	if g != nil {
		g(k)
	}
	for i := range k.Fields {
		if f != nil {
			f(&k.Fields[i])
		}
	}
	for i := range k.Blocks {
		k.Blocks[i].each(f, g)
	}
}

// Place puts complaints beside what caused them: the field of the path, the part of the path, the first field within it, else
// what is around it. What the form itself found at a field stands for what the engine says of it.
func (v *View) Place(own, engines engine.Complaints) {
	said := map[string]bool{}
	for _, c := range own {
		said[c.Path] = true
		v.place(c.Path, v.plain(c.Msg))
	}
	for _, c := range engines {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(said)), func(p string) bool {
			return p == c.Path || strings.HasPrefix(p, c.Path+"[") || strings.HasPrefix(p, c.Path+".")
		}) {
			v.place(c.Path, v.plain(c.Msg))
		}
	}
}

func (v *View) place(path, msg string) {
	for at := path; at != ""; at = around(at) {
		var exact, inside *Field
		var part *Block
		for i := range v.Sections {
			v.Sections[i].each(func(f *Field) {
				switch {
				case f.Name == at && exact == nil:
					exact = f
				case inside == nil && (strings.HasPrefix(f.Name, at+".") || strings.HasPrefix(f.Name, at+"[")):
					inside = f
				}
			}, func(k *Block) {
				if k.Path == at {
					part = k
				}
			})
		}
		switch {
		case exact != nil:
			exact.Wrong = append(exact.Wrong, msg)
			return
		case part != nil:
			part.Wrong = append(part.Wrong, msg)
			return
		case inside != nil:
			inside.Wrong = append(inside.Wrong, msg)
			return
		}
	}
	v.Problems = append(v.Problems, msg)
}

// around is the part that a part lies in, "" at the top.
func around(path string) string {
	cut := strings.LastIndexAny(path, ".[")
	return path[:max(cut, 0)]
}

// Note puts a sentence on the part of a path.
func (v *View) Note(path, text string) {
	for i := range v.Sections {
		v.Sections[i].each(nil, func(k *Block) {
			if k.Path == path && text != "" {
				k.Notes = append(k.Notes, text)
			}
		})
	}
}

// Mistake is what is wrong with a field or a part, by its place.
type Mistake struct{ Path, Label, Text string }

// Wrong lists what is wrong, in the order of the form.
func (v *View) Wrong() []Mistake {
	var out []Mistake
	for i := range v.Sections {
		v.Sections[i].each(func(f *Field) {
			if len(f.Wrong) > 0 {
				out = append(out, Mistake{f.Name, f.Label, strings.Join(f.Wrong, "；")})
			}
		}, func(k *Block) {
			if len(k.Wrong) > 0 {
				out = append(out, Mistake{k.Path, k.Title, strings.Join(k.Wrong, "；")})
			}
		})
	}
	return out
}

// Helpers that the sections are built with.

func (b *builder) line(name, label string) Field {
	f := Field{Name: name, Label: label, Value: b.get(name)}
	if strings.Contains(f.Value, "\n") {
		f.Kind = Area
	}
	return f
}

func (b *builder) must(name, label string) Field {
	f := b.line(name, label)
	f.Must = true
	return f
}

func (b *builder) area(name, label, help string) Field {
	return Field{Name: name, Label: label, Value: b.get(name), Kind: Area, Help: help, Wide: true}
}

func (b *builder) check(name, label string) Field {
	return Field{Name: name, Label: label, Value: b.get(name), Kind: Check}
}

func (b *builder) day(name, label string) Field {
	return Field{Name: name, Label: label, Value: b.get(name), Kind: Day}
}

func (b *builder) choice(name, label string, opts []field.Option, none string) Field {
	f := Field{Name: name, Label: label, Value: b.get(name), Kind: Choice, Options: opts, None: none}
	if f.Value != "" && !slices.ContainsFunc(opts, func(o field.Option) bool { return o.Code == f.Value }) {
		f.Options = append(slices.Clone(opts), field.Option{Code: f.Value, Label: "已删去的一项，请重选"})
	}
	return f
}

// pick is a choice among what can be referred to, of some kinds; numbers are money and number alike.
func (b *builder) pick(name, label, none string, kinds ...string) Field {
	return b.choice(name, label, b.options(kinds...), none)
}

func (b *builder) options(kinds ...string) []field.Option {
	var opts []field.Option
	for _, r := range b.refs {
		if slices.Contains(kinds, r.kind) {
			opts = append(opts, field.Option{Code: r.name, Label: r.label})
		}
	}
	return opts
}

// amount is a number, or another value instead of it.
func (b *builder) amount(name, label string) []Field {
	return []Field{b.line(name, label), b.pick(name+".name", "或取另一项", "不取", "number")}
}

// rows makes a block of each row of a list.
func (b *builder) rows(list, title string, row func(path string, k *Block)) []Block {
	n := b.Rows(list)
	out := make([]Block, n)
	for i := range n {
		path := At(list, i)
		b.marks[path] = marker
		out[i] = Block{Path: path, Title: title, Tools: b.tools(path, i, n)}
		row(path, &out[i])
	}
	return out
}

func (b *builder) tools(path string, i, n int) []Button {
	var out []Button
	if i > 0 {
		out = append(out, Button{"上移", "up:" + path})
	}
	if i < n-1 {
		out = append(out, Button{"下移", "down:" + path})
	}
	return append(out, Button{"删去", "remove:" + path})
}

func titled(label, what string) string {
	if label == "" {
		return what
	}
	return what + "：" + label
}
