package resource

import (
	"github.com/a-h/templ"

	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// What stands in this file is compiled once for every type of record: it only gives a noun's own panels their type.

// Panel is a further part of a noun's detail page. A nil component is left out.
type Panel[T any] func(c *shell.Ctx, v *T) (templ.Component, error)

// Options adapt a noun's pages.
type Options[T any] struct {
	Children []Child
	Before   []Panel[T] // above the fields
	Panels   []Panel[T] // below the fields
	// Beside says more about fields, by name, on the detail page: what an account is called, beside its code.
	Beside func(c *shell.Ctx, v *T) (map[string]string, error)
	// Actions are further buttons of the detail page.
	Actions func(c *shell.Ctx, v *T) []ui.Button
	// ListActions are further buttons of the list page.
	ListActions func(c *shell.Ctx) []ui.Button
	// Links are fields, among those that lists filter by, that link to another record: these may be chosen in the bar above
	// the list. The others narrow it from the page of what they lead to.
	Links []string
	// NoForms leaves out new, edit, delete and import: the noun has pages of its own for them.
	NoForms bool
	// Events lets the events of the noun's machine be carried out though NoForms says that it has pages of its own.
	Events bool
	// NewPath is where a new record is made, when the noun has a page of its own for that.
	NewPath string
	// Preview shows what follows from a record that is not saved yet; the form then has a button for it.
	Preview Panel[T]
	// Anew are fields that every change gives anew, such as the day from which it holds: a form begins with them empty.
	Anew []string
	// Guided are the events of the state machine that have pages of their own, which Actions lead to.
	Guided []string
	// Omits names the states that a record's own way leaves out; nil: none.
	Omits func(c *shell.Ctx, v *T) ([]string, error)
	// Locked says that a record takes no more changes: its page then offers neither editing nor deleting.
	Locked func(c *shell.Ctx, v *T) (bool, error)
}

// Mount adds a noun's routes to the shell.
func Mount[T any](s *shell.Shell, set *Set, n *record.Noun[T], opt Options[T]) {
	o := options{
		children: opt.Children, before: plain(opt.Before), panels: plain(opt.Panels), listActions: opt.ListActions, links: opt.Links,
		noForms: opt.NoForms, events: opt.Events, newPath: opt.NewPath, anew: opt.Anew, guided: opt.Guided,
	}
	if opt.Beside != nil {
		o.beside = func(c *shell.Ctx, v record.Item) (map[string]string, error) { return opt.Beside(c, v.V.(*T)) }
	}
	if opt.Preview != nil {
		o.preview = plain([]Panel[T]{opt.Preview})[0]
	}
	if opt.Omits != nil {
		o.omits = func(c *shell.Ctx, v record.Item) ([]string, error) { return opt.Omits(c, v.V.(*T)) }
	}
	if opt.Locked != nil {
		o.locked = func(c *shell.Ctx, v record.Item) (bool, error) { return opt.Locked(c, v.V.(*T)) }
	}
	if opt.Actions != nil {
		o.actions = func(c *shell.Ctx, v record.Item) []ui.Button { return opt.Actions(c, v.V.(*T)) }
	}
	mount(s, set, n.Any(), o)
}

func plain[T any](list []Panel[T]) []panel {
	var out []panel
	for _, f := range list {
		out = append(out, func(c *shell.Ctx, v record.Item) (templ.Component, error) { return f(c, v.V.(*T)) })
	}
	return out
}

// Inputs lets a page group with a form of its own reuse a noun's inputs and parsing.
func Inputs[T any](n *record.Noun[T], texts, errors map[string]string, editing bool) []templ.Component {
	return inputs(n.Any(), texts, errors, editing)
}
