// Package errs gives every failure a kind, a stable code, a Chinese sentence for the person, the fields
// that are wrong, and the cause for the log.
//
// A rule and its sentence stand together, in the language of its users; the edges (web, API, command line)
// choose the status and the place where the sentence is shown, and never invent one. Causes are wrapped with
// what was being done and are never shown to users.
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what went wrong in terms an edge can act on.
type Kind uint8

// The kinds, in the order in which an edge should prefer them when errors are nested.
const (
	Internal        Kind = iota // a defect or a broken part; the sentence is generic
	Invalid                     // the input is wrong; Fields say where
	NotFound                    // there is no such thing, or it is not the asker's to see
	Forbidden                   // known, but not allowed
	Unauthenticated             // nobody is logged in
	Conflict                    // clashes with what is stored (duplicate, overlap)
	Stale                       // somebody else saved first
	State                       // the state machine does not allow it
	TooMany                     // rate limited
	Unavailable                 // the database or disk cannot serve now
)

var kindNames = [...]string{"internal", "invalid", "not_found", "forbidden", "unauthenticated", "conflict", "stale", "state", "too_many", "unavailable"}

// String returns the kind's stable name, as the API shows it.
func (k Kind) String() string { return kindNames[k] }

// Field is one wrong input: Name as in the form, Msg in Chinese: what is wrong and what to do.
type Field struct{ Name, Msg string }

// Error is the one error type that crosses package borders.
type Error struct {
	Kind   Kind
	Code   string // stable, dotted: "contract.overlap"
	Msg    string // a Chinese sentence for the person
	Fields []Field
	Err    error // the cause, for the log
}

// Error renders the sentence, the fields and the cause, for logs and tests.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Msg)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "；%s：%s", f.Name, f.Msg)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, " (%v)", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of a kind with a stable code and a Chinese sentence.
func New(k Kind, code, format string, args ...any) *Error {
	return &Error{Kind: k, Code: code, Msg: fmt.Sprintf(format, args...)}
}

// Wrap adds a kind, code and sentence to a cause. A nil cause gives nil.
func Wrap(err error, k Kind, code, format string, args ...any) error {
	if err == nil {
		return nil
	}
	e := New(k, code, format, args...)
	e.Err = err
	return e
}

// OnField returns an Invalid error about one field.
func OnField(field, format string, args ...any) *Error {
	var l List
	l.Add(field, format, args...)
	return l.Err().(*Error)
}

// List collects wrong fields; its zero value is ready.
type List struct{ fields []Field }

// Add notes one wrong field.
func (l *List) Add(field, format string, args ...any) {
	l.fields = append(l.fields, Field{field, fmt.Sprintf(format, args...)})
}

// Merge adds the fields of an Invalid error, or the error's sentence on the given field, and reports whether
// it could; an error that is not the person's to mend is not merged.
func (l *List) Merge(field string, err error) bool {
	e := As(err)
	switch {
	case err == nil:
		return true
	case e == nil || e.Kind == Internal || e.Kind == Unavailable:
		return false
	case len(e.Fields) > 0:
		l.fields = append(l.fields, e.Fields...)
	default:
		l.fields = append(l.fields, Field{field, e.Msg})
	}
	return true
}

// Err returns nil when nothing was added, else an Invalid error with all fields.
func (l *List) Err() error {
	if len(l.fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "invalid", Msg: fmt.Sprintf("有 %d 处需要修改", len(l.fields)), Fields: l.fields}
}

// As returns the first *Error in the chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// KindOf returns the kind of the first *Error in the chain; anything else is Internal.
func KindOf(err error) Kind {
	if e := As(err); e != nil {
		return e.Kind
	}
	return Internal
}

// Is reports whether err carries the kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Message returns the sentence to show to a person; an unknown failure gives a generic one.
func Message(err error) string {
	if e := As(err); e != nil && e.Kind != Internal {
		return e.Msg
	}
	return "系统出了差错，未作任何改动；请稍后再试，仍不行请联系管理员"
}
