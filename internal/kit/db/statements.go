package db

import (
	"context"
	"database/sql"
	"strings"
	"sync"
)

// statements keeps compiled statements by their text: parsing and planning is most of what a small query costs on SQLite.
// A text is compiled when it comes a second time, so that those made once for a list of ids do not crowd out the others.
type statements struct {
	mu    sync.Mutex
	limit int // 0 keeps none
	seen  map[string]bool
	list  map[string]*sql.Stmt
}

const (
	// maxKept bounds how many statements are kept; each connection compiles those that it runs.
	maxKept = 300
	// maxSeen bounds how many texts are remembered; then all are forgotten.
	maxSeen = 3000
	// maxParams is how many parameters the text of a statement that is kept may have: more stand for a list.
	maxParams = 20
)

// of returns the compiled statement of a text, nil to run it as it is.
func (s *statements) of(ctx context.Context, d *sql.DB, query string) *sql.Stmt {
	if s.limit == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.list[query]; st != nil {
		return st
	}
	if !s.seen[query] {
		if len(s.seen) >= maxSeen || s.seen == nil {
			s.seen = map[string]bool{}
		}
		s.seen[query] = true
		return nil
	}
	if len(s.list) >= s.limit || strings.Count(query, "$") > maxParams {
		return nil
	}
	st, err := d.PrepareContext(ctx, query)
	if err != nil { // running it will say why
		return nil
	}
	if s.list == nil {
		s.list = map[string]*sql.Stmt{}
	}
	s.list[query] = st
	return st
}
