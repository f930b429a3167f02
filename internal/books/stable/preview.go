package stable

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/db"
)

// Difference is what a definition changes for a village.
type Difference struct {
	Place         string
	Before, After Amounts
}

// Preview tells for each village below a definition's place what its year would be by it, beside what it is; villages for
// which it changes nothing, or that follow a nearer definition, are left out.
func (s *Service) Preview(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, d *Definition, p Period) ([]Difference, error) {
	by, err := parseAccounts(d.Accounts)
	if err != nil {
		return nil, err
	}
	trial := *d
	trial.by = by
	village := func(place string) string { return place }
	was, err := s.Of(ctx, q, tenant, ranges, p)
	if err != nil {
		return nil, err
	}
	before, err := was.ByPlace(village)
	if err != nil {
		return nil, err
	}
	r, err := newReader(ctx, q, tenant, ranges, p.Day)
	if err != nil {
		return nil, err
	}
	r.defs.byPlace[d.Region] = &trial
	is, err := s.count(ctx, r, p)
	if err != nil {
		return nil, err
	}
	after, err := is.ByPlace(village)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, place := range placesOf(before, after) {
		x := Difference{Place: place}
		if a := before[place]; a != nil {
			x.Before = *a
		}
		if a := after[place]; a != nil {
			x.After = *a
		}
		if x.Before != x.After {
			out = append(out, x)
		}
	}
	return out, nil
}

func placesOf(lists ...map[string]*Amounts) []string {
	var out []string
	for _, m := range lists {
		for place := range m {
			out = append(out, place)
		}
	}
	slices.SortFunc(out, strings.Compare)
	return slices.Compact(out)
}
