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
	Enum        // one of Options
	Ref         // another record, by its natural key
	Refs        // several records, separated by 、
	Region      // an administrative division, by code or name
	Sealed      // personal data, encrypted at rest, masked when shown
)

// Option is one choice of an Enum: Code is stored, Label shown; Tone colours its badge.
type Option struct{ Code, Label, Tone string }

// Field describes one field of T. Build one with the constructors and the chained settings.
type Field[T any] struct {
	Name  string // in forms and the API
	Label string // in Chinese, also the column title in sheets
	Note  string // help beside the input
	Kind  Kind
	Unit  string // shown after the input: 元, 月, %
	RefTo string // the kind of record that Ref and Refs point to
	Opts  []Option

	Required bool
	Fixed    bool // cannot change after the record is made
	ReadOnly bool // derived: shown and exported, never entered
	Stamped  bool // filled in by the events of the state machine; entered by hand only for earlier years' records
	InList   bool
	Sortable bool
	Filters  bool
	Column   string // in the store; "" when it cannot be sorted or filtered
	Max      int    // longest text, in characters
	Example  string // for the import template

	Get      func(*T) string        // canonical text; for Ref and Region see RefPtr and RegionPtr
	Set      func(*T, string) error // parses the canonical text or what people type
	RefPtr   func(*T) *ids.ID
	RefsPtr  func(*T) *[]ids.ID
	CodePtr  func(*T) *string // Region code or Sealed text
	FenPtr   func(*T) *money.Fen
	Truthy   func(*T) bool
	RawValue func(*T) string // what Filter compares with: an Enum's code
}

// Req marks the field as required.
func (f Field[T]) Req() Field[T] { f.Required = true; return f }

// Fix says that the field cannot change once the record is made.
func (f Field[T]) Fix() Field[T] { f.Fixed = true; return f }

// Derived says that the field is computed, never entered.
func (f Field[T]) Derived() Field[T] { f.ReadOnly = true; return f }

// Stamp says that events of the state machine fill the field in; forms fold it away.
func (f Field[T]) Stamp() Field[T] { f.Stamped = true; return f }

// List shows the field in lists and lets them sort by it.
func (f Field[T]) List() Field[T] {
	f.InList = true
	f.Sortable = f.Kind != Ref && f.Kind != Refs && f.Kind != Sealed && f.Kind != Long
	return f
}

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
	f := Field[T]{Name: name, Label: label, Kind: Text, Column: name, Max: 200}
	f.Get = func(v *T) string { return *p(v) }
	f.Set = func(v *T, s string) error { *p(v) = Clean(s, false); return nil }
	return f
}

// NewLong describes text of several lines, up to 4000 characters.
func NewLong[T any](name, label string, p func(*T) *string) Field[T] {
	f := NewText(name, label, p)
	f.Kind, f.Max = Long, 4000
	f.Set = func(v *T, s string) error { *p(v) = Clean(s, true); return nil }
	return f
}

// NewInt describes a whole number between lo and hi.
func NewInt[T any](name, label string, lo, hi int, p func(*T) *int) Field[T] {
	f := Field[T]{Name: name, Label: label, Kind: Int, Column: name}
	f.Get = func(v *T) string { return strconv.Itoa(*p(v)) }
	f.Set = func(v *T, s string) error {
		s = strings.TrimSpace(s)
		if s == "" {
			*p(v) = 0
			return nil
		}
		n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
		if err != nil {
			return errs.OnField(name, "“%s”不是整数", s)
		}
		if n < lo || n > hi {
			return errs.OnField(name, "应在 %d 到 %d 之间", lo, hi)
		}
		*p(v) = n
		return nil
	}
	return f
}

// NewMoney describes an amount of money that is not negative; sheets and forms give it in yuan.
func NewMoney[T any](name, label string, p func(*T) *money.Fen) Field[T] {
	f := Field[T]{Name: name, Label: label, Kind: Money, Column: name + "_fen", Unit: "元", FenPtr: p}
	f.Get = func(v *T) string { return p(v).Plain() }
	f.Set = func(v *T, s string) error {
		if strings.TrimSpace(s) == "" {
			*p(v) = 0
			return nil
		}
		m, err := money.Parse(s)
		if err != nil {
			return errs.OnField(name, "%s", errs.Message(err))
		}
		if m < 0 {
			return errs.OnField(name, "金额不能为负数")
		}
		*p(v) = m
		return nil
	}
	return f
}

// NewAmount describes a quantity with a unit; a bare number takes the default unit.
func NewAmount[T any](name, label string, unit qty.Unit, p func(*T) *qty.Qty) Field[T] {
	f := Field[T]{Name: name, Label: label, Kind: Amount, Column: name}
	f.Get = func(v *T) string {
		if *p(v) == (qty.Qty{}) {
			return ""
		}
		return p(v).String()
	}
	f.Set = func(v *T, s string) error {
		if strings.TrimSpace(s) == "" {
			*p(v) = qty.Qty{}
			return nil
		}
		q, err := qty.Parse(s, unit)
		if err != nil {
			return errs.OnField(name, "%s", errs.Message(err))
		}
		if q.N < 0 {
			return errs.OnField(name, "数量不能为负数")
		}
		*p(v) = q
		return nil
	}
	return f
}

// NewDay describes a civil date; "" is none.
func NewDay[T any](name, label string, p func(*T) *date.Date) Field[T] {
	f := Field[T]{Name: name, Label: label, Kind: Day, Column: name}
	f.Get = func(v *T) string { return p(v).String() }
	f.Set = func(v *T, s string) error {
		if strings.TrimSpace(s) == "" {
			*p(v) = date.Date{}
			return nil
		}
		d, err := date.Parse(s)
		if err != nil {
			return errs.OnField(name, "%s", errs.Message(err))
		}
		*p(v) = d
		return nil
	}
	return f
}

// NewBool describes a yes or no.
func NewBool[T any](name, label string, p func(*T) *bool) Field[T] {
	f := Field[T]{Name: name, Label: label, Kind: Bool, Column: name}
	f.Get = func(v *T) string { return yesNo(*p(v)) }
	f.RawValue = f.Get
	f.Truthy = func(v *T) bool { return *p(v) }
	f.Set = func(v *T, s string) error {
		switch strings.ToLower(strings.TrimSpace(s)) {
		case "是", "true", "1", "y", "yes", "√", "on":
			*p(v) = true
		case "", "否", "false", "0", "n", "no", "×":
			*p(v) = false
		default:
			return errs.OnField(name, "“%s”应填“是”或“否”", s)
		}
		return nil
	}
	return f
}

// NewEnum describes a choice; texts may give the label or the code.
func NewEnum[T any](name, label string, opts []Option, p func(*T) *string) Field[T] {
	f := Field[T]{Name: name, Label: label, Kind: Enum, Column: name, Opts: opts}
	f.RawValue = func(v *T) string { return *p(v) }
	f.Get = func(v *T) string { return LabelOf(opts, *p(v)) }
	f.Set = func(v *T, s string) error {
		s = strings.TrimSpace(s)
		if s == "" {
			*p(v) = ""
			return nil
		}
		for _, o := range opts {
			if o.Label == s || o.Code == s {
				*p(v) = o.Code
				return nil
			}
		}
		return errs.OnField(name, "“%s”不在可选范围内%s", s, labels(opts))
	}
	return f
}

// NewRef describes a link to one record of a kind, entered by its natural key (number or name).
func NewRef[T any](name, label, kind string, p func(*T) *ids.ID) Field[T] {
	return Field[T]{Name: name, Label: label, Kind: Ref, RefTo: kind, RefPtr: p, Column: name + "_id"}
}

// NewRefs describes links to several records of a kind.
func NewRefs[T any](name, label, kind string, p func(*T) *[]ids.ID) Field[T] {
	return Field[T]{Name: name, Label: label, Kind: Refs, RefTo: kind, RefsPtr: p, Note: "多个之间用顿号分隔"}
}

// NewRegion describes the division that the record belongs to, entered by name or 12-digit code.
func NewRegion[T any](name, label string, p func(*T) *string) Field[T] {
	return Field[T]{Name: name, Label: label, Kind: Region, CodePtr: p, Column: name}
}

// NewSealed describes personal data: p holds the sealed text, never the plain one.
func NewSealed[T any](name, label string, p func(*T) *string) Field[T] {
	return Field[T]{Name: name, Label: label, Kind: Sealed, CodePtr: p}
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
func (f *Field[T]) CheckText(s string) error {
	if f.Max > 0 && utf8.RuneCountInString(s) > f.Max {
		return errs.OnField(f.Name, "最多 %d 个字，现有 %d 个字", f.Max, utf8.RuneCountInString(s))
	}
	return nil
}

// fewOptions is how many choices a message can name.
const fewOptions = 12

// labels names the choices of an Enum when they are few.
func labels(opts []Option) string {
	if len(opts) > fewOptions {
		return "，请从列表中选择"
	}
	var out []string
	for _, o := range opts {
		out = append(out, o.Label)
	}
	return "，可填：" + strings.Join(out, "、")
}

func yesNo(b bool) string {
	if b {
		return "是"
	}
	return "否"
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
