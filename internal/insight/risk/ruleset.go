package risk

import (
	"context"
	"fmt"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
)

// RuleSet are the rules of a county on a day: what places have settled, completed by what comes with the program.
type RuleSet struct {
	day   date.Date
	own   map[[2]string]*Rule // by region and code
	built map[string]*Rule
	cache map[[2]string]*Rule
}

// LoadRules reads the rules of a tenant that hold on a day.
func LoadRules(ctx context.Context, q db.Q, tenant int64, day date.Date) (*RuleSet, error) {
	list, err := ruleTable.All(ctx, q, db.NewWhere(tenant).And("valid_from <= ?", day).And("(valid_to = '' OR valid_to >= ?)", day), "valid_from, id")
	if err != nil {
		return nil, err
	}
	s := &RuleSet{day: day, own: map[[2]string]*Rule{}, built: map[string]*Rule{}}
	for i := range builtIn {
		r := builtIn[i]
		if r.From.After(day) {
			continue
		}
		r.Name = FormulaOf(r.Code).Name
		if err := r.compile(); err != nil {
			return nil, fmt.Errorf("reading the built-in rule %s: %w", r.Code, err)
		}
		s.built[r.Code] = &r
	}
	for i := range list {
		if err := s.put(&list[i]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// put lets a rule hold at its place before all others of its code.
func (s *RuleSet) put(r *Rule) error {
	if err := r.compile(); err != nil {
		return fmt.Errorf("reading the rule %s: %w", r.No, err)
	}
	s.own[[2]string{r.Region, r.Code}] = r
	s.cache = map[[2]string]*Rule{}
	return nil
}

// countyDigits is how long the code of a county is: rules of larger places belong to no county's data.
const countyDigits = 6

// At returns the rule of a code in a division: its own, else that of the nearest place above, else the built-in one; nil
// when the rule is switched off there.
func (s *RuleSet) At(region, formula string) *Rule {
	key := [2]string{region, formula}
	if r, ok := s.cache[key]; ok {
		return r
	}
	r := s.find(region, formula)
	if r != nil && r.Off {
		r = nil
	}
	if s.cache == nil {
		s.cache = map[[2]string]*Rule{}
	}
	s.cache[key] = r
	return r
}

func (s *RuleSet) find(region, formula string) *Rule {
	for at := region; len(code.Prefix(at)) >= countyDigits; at = code.Parent(at) {
		if r := s.own[[2]string{at, formula}]; r != nil {
			return r
		}
	}
	return s.built[formula]
}

// widest is the edge of a formula, among all places, that catches the most; ok is false when no rule has one.
func (s *RuleSet) widest(f *Formula) (edge int64, ok bool) {
	look := func(r *Rule) {
		for i, has := range r.has {
			if has && !r.Off && (!ok || f.Test.worse(r.edges[i], edge)) {
				edge, ok = r.edges[i], true
			}
		}
	}
	for key, r := range s.own {
		if key[1] == f.Code {
			look(r)
		}
	}
	if r := s.built[f.Code]; r != nil {
		look(r)
	}
	return edge, ok
}

// most is the largest that a parameter that counts is in any place.
func (s *RuleSet) most(f *Formula, name string) int64 {
	var out int64
	for key, r := range s.own {
		if key[1] == f.Code {
			out = max(out, r.number(f, name))
		}
	}
	if r := s.built[f.Code]; r != nil {
		out = max(out, r.number(f, name))
	}
	return out
}

// BuiltIn returns the rule that comes with the program for a code, for a form to begin with.
func BuiltIn(formula string) (Rule, bool) {
	for _, r := range builtIn {
		if r.Code == formula {
			return r, true
		}
	}
	return Rule{}, false
}
