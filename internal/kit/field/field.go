// Package field describes a record's fields once, for every surface that shows or takes them: lists, forms,
// detail pages, xlsx and CSV import and export, and the history. A field reads and writes its canonical text,
// so that all surfaces parse alike and say the same sentence about the same mistake.
package field

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// Kind says how a field is entered and aligned.
type Kind uint8

// The kinds of field.
const (
	Text   Kind = iota
	Long        // several lines
	Int         // a whole number
	Money       // fen, entered in yuan
	Amount      // a quantity with its unit
	Day         // a civil date
	Bool        // 是 or 否
	Enum        // one of Spec.Opts
	Ref         // another record, by its natural key
	Refs        // several records, separated by 、
	Region      // an administrative division, by code or name
	Sealed      // personal data, encrypted at rest, masked when shown
)

// sortable reports whether lists can sort by fields of the kind.
func (k Kind) sortable() bool { return k != Ref && k != Refs && k != Sealed && k != Long }

// Option is one choice of an Enum: Code is stored, Label shown; Tone colours its badge.
type Option struct{ Code, Label, Tone string }

// Spec is what a field is, whatever the record's type.
type Spec struct {
	Name  string // in forms and the API
	Label string // in Chinese, also the column title in sheets
	Note  string // help beside the input
	Kind  Kind
	Unit  string // shown after the input: 元, 月, %
	RefTo string // the kind of record that Ref and Refs point to
	Opts  []Option

	Required bool
	Fixed    bool   // cannot change after the record is made
	ReadOnly bool   // derived: shown and exported, never entered
	Group    string // the title under which forms fold the field away until it is filled; "" stands open
	Aside    bool   // shown in forms and sheets, not on the record's page, which shows it in its own way
	Stamped  bool   // filled in by the events of the state machine; entered by hand only for earlier years' records
	InList   bool
	Sortable bool
	Filters  bool
	Column   string // in the store; "" when it cannot be sorted or filtered
	Max      int    // longest text, in characters
	Example  string // for the import template
}

// Field describes one field of T. Build one with the constructors and the chained settings.
type Field[T any] struct {
	Spec

	Get     func(*T) string        // canonical text; for Ref and Region see RefPtr and CodePtr
	Set     func(*T, string) error // parses the canonical text or what people type
	RefPtr  func(*T) *ids.ID
	RefsPtr func(*T) *[]ids.ID
	CodePtr func(*T) *string // Region code or Sealed text
	FenPtr  func(*T) *money.Fen
}

// Any is a Field without the type of its record, so that what works on fields is compiled once and not once per type of
// record. Every v is the *T of the Field; a func is nil where the Field has none.
type Any struct {
	Spec

	Get  func(v any) string
	Set  func(v any, s string) error
	Ref  func(v any) *ids.ID
	Refs func(v any) *[]ids.ID
	Code func(v any) *string
	Fen  func(v any) *money.Fen
}

// Any returns the field without its type.
func (f Field[T]) Any() Any {
	a := Any{Spec: f.Spec}
	if f.Get != nil {
		a.Get = func(v any) string { return f.Get(v.(*T)) }
	}
	if f.Set != nil {
		a.Set = func(v any, s string) error { return f.Set(v.(*T), s) }
	}
	if f.RefPtr != nil {
		a.Ref = func(v any) *ids.ID { return f.RefPtr(v.(*T)) }
	}
	if f.RefsPtr != nil {
		a.Refs = func(v any) *[]ids.ID { return f.RefsPtr(v.(*T)) }
	}
	if f.CodePtr != nil {
		a.Code = func(v any) *string { return f.CodePtr(v.(*T)) }
	}
	if f.FenPtr != nil {
		a.Fen = func(v any) *money.Fen { return f.FenPtr(v.(*T)) }
	}
	return a
}

// Req marks the field as required.
func (f Field[T]) Req() Field[T] { f.Required = true; return f }

// Fix says that the field cannot change once the record is made.
func (f Field[T]) Fix() Field[T] { f.Fixed = true; return f }

// Derived says that the field is computed, never entered.
func (f Field[T]) Derived() Field[T] { f.ReadOnly = true; return f }

// Stamp says that events of the state machine fill the field in; forms fold it away.
func (f Field[T]) Stamp() Field[T] { f.Stamped = true; return f }

// NotShown leaves the field off the record's page, which shows it in a way of its own.
func (f Field[T]) NotShown() Field[T] { f.Aside = true; return f }

// Under folds the field away in forms, with the others of the same title.
func (f Field[T]) Under(title string) Field[T] { f.Group = title; return f }

// List shows the field in lists and lets them sort by it.
func (f Field[T]) List() Field[T] { f.InList, f.Sortable = true, f.Kind.sortable(); return f }

// Show puts the field in lists without sorting.
func (f Field[T]) Show() Field[T] { f.InList = true; return f }

// Filter lets lists filter by the field.
func (f Field[T]) Filter() Field[T] { f.Filters = true; return f }

// Help adds a sentence beside the input.
func (f Field[T]) Help(s string) Field[T] { f.Note = s; return f }

// In sets the unit shown after the input.
func (f Field[T]) In(unit string) Field[T] { f.Unit = unit; return f }

// Col names the store's column where it differs from Name.
func (f Field[T]) Col(c string) Field[T] { f.Column = c; return f }

// Eg gives the example shown in the import template.
func (f Field[T]) Eg(s string) Field[T] { f.Example = s; return f }

// Limit sets the longest text in characters.
func (f Field[T]) Limit(n int) Field[T] { f.Max = n; return f }

// NewText describes a single line of text.
func NewText[T any](name, label string, p func(*T) *string) Field[T] {
	return Field[T]{
		Spec: Spec{Name: name, Label: label, Kind: Text, Column: name, Max: 200},
		Get:  func(v *T) string { return *p(v) },
		Set:  func(v *T, s string) error { *p(v) = Clean(s, false); return nil },
	}
}

// NewLong describes text of several lines, up to 4000 characters.
func NewLong[T any](name, label string, p func(*T) *string) Field[T] {
	return Field[T]{
		Spec: Spec{Name: name, Label: label, Kind: Long, Column: name, Max: 4000},
		Get:  func(v *T) string { return *p(v) },
		Set:  func(v *T, s string) error { *p(v) = Clean(s, true); return nil },
	}
}

// NewInt describes a whole number between lo and hi.
func NewInt[T any](name, label string, lo, hi int, p func(*T) *int) Field[T] {
	return Field[T]{
		Spec: Spec{Name: name, Label: label, Kind: Int, Column: name},
		Get:  func(v *T) string { return strconv.Itoa(*p(v)) },
		Set:  func(v *T, s string) error { return setInt(p(v), name, s, lo, hi) },
	}
}

// NewMoney describes an amount of money that is not negative; sheets and forms give it in yuan.
func NewMoney[T any](name, label string, p func(*T) *money.Fen) Field[T] {
	return Field[T]{
		Spec: Spec{Name: name, Label: label, Kind: Money, Column: name + "_fen", Unit: "元"}, FenPtr: p,
		Get: func(v *T) string { return p(v).Plain() },
		Set: func(v *T, s string) error { return setMoney(p(v), name, s) },
	}
}

// NewAmount describes a quantity with a unit; a bare number takes the default unit.
func NewAmount[T any](name, label string, unit qty.Unit, p func(*T) *qty.Qty) Field[T] {
	return Field[T]{
		Spec: Spec{Name: name, Label: label, Kind: Amount, Column: name},
		Get:  func(v *T) string { return amountText(*p(v)) },
		Set:  func(v *T, s string) error { return setAmount(p(v), name, s, unit) },
	}
}

// NewDay describes a civil date; "" is none.
func NewDay[T any](name, label string, p func(*T) *date.Date) Field[T] {
	return Field[T]{
		Spec: Spec{Name: name, Label: label, Kind: Day, Column: name},
		Get:  func(v *T) string { return p(v).String() },
		Set:  func(v *T, s string) error { return setDay(p(v), name, s) },
	}
}

// NewBool describes a yes or no.
func NewBool[T any](name, label string, p func(*T) *bool) Field[T] {
	return Field[T]{
		Spec: Spec{Name: name, Label: label, Kind: Bool, Column: name},
		Get:  func(v *T) string { return yesNo(*p(v)) },
		Set:  func(v *T, s string) error { return setBool(p(v), name, s) },
	}
}

// NewEnum describes a choice; texts may give the label or the code.
func NewEnum[T any](name, label string, opts []Option, p func(*T) *string) Field[T] {
	return Field[T]{
		Spec: Spec{Name: name, Label: label, Kind: Enum, Column: name, Opts: opts},
		Get:  func(v *T) string { return LabelOf(opts, *p(v)) },
		Set:  func(v *T, s string) error { return setEnum(p(v), name, s, opts) },
	}
}

// NewRef describes a link to one record of a kind, entered by its natural key (number or name).
func NewRef[T any](name, label, kind string, p func(*T) *ids.ID) Field[T] {
	return Field[T]{Spec: Spec{Name: name, Label: label, Kind: Ref, RefTo: kind, Column: name + "_id"}, RefPtr: p}
}

// NewRefs describes links to several records of a kind.
func NewRefs[T any](name, label, kind string, p func(*T) *[]ids.ID) Field[T] {
	return Field[T]{Spec: Spec{Name: name, Label: label, Kind: Refs, RefTo: kind, Note: "多个之间用顿号分隔"}, RefsPtr: p}
}

// NewRegion describes the division that the record belongs to, entered by name or 12-digit code.
func NewRegion[T any](name, label string, p func(*T) *string) Field[T] {
	return Field[T]{Spec: Spec{Name: name, Label: label, Kind: Region, Column: name}, CodePtr: p}
}

// NewSealed describes personal data: p holds the sealed text, never the plain one.
func NewSealed[T any](name, label string, p func(*T) *string) Field[T] {
	return Field[T]{Spec: Spec{Name: name, Label: label, Kind: Sealed}, CodePtr: p}
}

// LabelOf returns the label of a code, or the code itself when it is unknown.
func LabelOf(opts []Option, code string) string {
	for _, o := range opts {
		if o.Code == code {
			return o.Label
		}
	}
	return code
}

// CheckText reports a text that is too long for the field.
func (f *Spec) CheckText(s string) error {
	if f.Max > 0 && utf8.RuneCountInString(s) > f.Max {
		return errs.OnField(f.Name, "最多 %d 个字，现有 %d 个字", f.Max, utf8.RuneCountInString(s))
	}
	return nil
}

// Clean trims a text and drops control characters and broken UTF-8; several lines keep their line breaks.
func Clean(s string, multi bool) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && multi, r == '\t' && multi:
			return r
		case r == '\n' || r == '\t':
			return ' '
		case r < 0x20 || r == 0x7f || r == 0xfeff || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
