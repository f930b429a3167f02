package risk

import (
	"context"

	"huicun/internal/kit/date"
)

// Seen is what a formula found, for tests.
type Seen struct {
	Subject, Title, Region, Colour, Why string
	Measure                             int64
	Refs                                []Ref
}

// Look measures with one formula and keeps nothing.
func (s *Service) Look(ctx context.Context, tenant int64, scope, code string, day date.Date) ([]Seen, error) {
	v, err := s.view(ctx, tenant, scope, day)
	if err != nil {
		return nil, err
	}
	list, err := v.find(ctx, FormulaOf(code))
	var out []Seen
	for _, h := range list {
		out = append(out, Seen{h.Subject, h.Title, h.Region, h.colour, h.Why, h.Measure, h.Refs})
	}
	return out, err
}

// Unspent is what finders compute with.
var Unspent = unspent
