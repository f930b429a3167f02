package closing

import (
	"context"
	"fmt"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// Level is what a check that finds something does to the closing.
type Level string

// The levels: left out, pointed out, stops the closing.
const (
	Off   Level = "off"
	Warn  Level = "warn"
	Block Level = "block"
)

// Info describes a check: a stable code, what it is called, why it matters and its level where no rule says otherwise.
type Info struct {
	Code, Label, Why string
	Level            Level
}

// Subject is what is checked: one month of books.
type Subject struct {
	Tenant int64
	Books  *ledger.Books
	Month  date.Month
}

// BooksHref is the page of the books.
func (s *Subject) BooksHref() string { return "/books/" + s.Books.ID.String() }

// Finding is one thing that a check found, in Chinese, and the page where it is mended.
type Finding struct{ Text, Href string }

// Found says one thing.
func Found(href, format string, args ...any) Finding {
	return Finding{fmt.Sprintf(format, args...), href}
}

// Checker is one check of the month-close list. Check finds nothing when all is well; it must not write. Checks of other
// slices (bank, cash, assets …) are handed to New.
type Checker interface {
	Info() Info
	Check(ctx context.Context, q db.Q, s Subject) ([]Finding, error)
}

// CheckFunc makes a Checker of a function.
type CheckFunc struct {
	About Info
	Fn    func(ctx context.Context, q db.Q, s Subject) ([]Finding, error)
}

// Info implements Checker.
func (c CheckFunc) Info() Info { return c.About }

// Check implements Checker.
func (c CheckFunc) Check(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	return c.Fn(ctx, q, s)
}

// The results of a check.
const (
	OK       = "ok"
	Warning  = "warning"
	Blocking = "blocking"
)

// Result is what came of one check. More is how many findings are not listed.
type Result struct {
	Info
	State    string // OK, Warning or Blocking
	Findings []Finding
	More     int
}

// maxFindings is how many findings of one check are listed.
const maxFindings = 8

// List is the checklist of one month of books.
type List struct {
	Subject
	Results []Result
}

// Count returns how many checks came to a state.
func (l *List) Count(state string) int {
	n := 0
	for i := range l.Results {
		if l.Results[i].State == state {
			n++
		}
	}
	return n
}

// Blocked reports whether something stops the closing.
func (l *List) Blocked() bool { return l.Count(Blocking) > 0 }

// note says what was pointed out, for the log of closings.
func (l *List) note() string {
	out := ""
	for i := range l.Results {
		if r := &l.Results[i]; r.State == Warning {
			if out != "" {
				out += "；"
			}
			out += r.Findings[0].Text
			if n := len(r.Findings) + r.More; n > 1 {
				out += fmt.Sprintf("等 %d 项", n)
			}
		}
	}
	if out != "" {
		out = "结账时提示：" + out
	}
	return clip(out, maxNote)
}

const maxNote = 1000

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// Checklist runs the checks on a month of books.
func (s *Service) Checklist(ctx context.Context, q db.Q, tenant int64, books ids.ID, month date.Month) (*List, error) {
	b, err := s.books(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	if err := b.Takes(month); err != nil {
		return nil, err
	}
	return s.run(ctx, q, tenant, b, month, s.checks)
}

func (s *Service) run(ctx context.Context, q db.Q, tenant int64, b *ledger.Books, month date.Month, checks []Checker) (*List, error) {
	l := &List{Subject: Subject{tenant, b, month}}
	levels, err := levelsAt(ctx, q, tenant, b.Region, month.Last())
	if err != nil {
		return nil, err
	}
	for _, c := range checks {
		in := c.Info()
		if set, ok := levels[in.Code]; ok {
			in.Level = set
		}
		if in.Level == Off {
			continue
		}
		found, err := c.Check(ctx, q, l.Subject)
		if err != nil {
			return nil, fmt.Errorf("checking %s of %s in %s: %w", in.Code, b.Name, month, err)
		}
		r := Result{Info: in, State: OK, Findings: found}
		if len(found) > 0 {
			r.State = Warning
			if in.Level == Block {
				r.State = Blocking
			}
		}
		if n := len(found) - maxFindings; n > 0 {
			r.Findings, r.More = found[:maxFindings], n
		}
		l.Results = append(l.Results, r)
	}
	return l, nil
}
