package ledger

import (
	"context"
	"slices"
	"strings"
	"sync"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// Dimension is something that a line can belong to (辅助核算): another record, known by the kind of its noun.
type Dimension struct {
	Name   string // of the input: party, contract, asset, project, member
	Kind   string // of the noun
	Label  string // in Chinese
	column string
	own    bool // belongs to one village, and is named in the books of no other
	at     func(*Line) *ids.ID
}

// At returns where a line keeps what it belongs to.
func (d *Dimension) At(l *Line) *ids.ID { return d.at(l) }

// Dimensions are all that a line can belong to.
var Dimensions = []Dimension{
	{"party", "party", "往来单位", "party_id", false, func(l *Line) *ids.ID { return &l.Party }},
	{"contract", "contract", "合同", "contract_id", true, func(l *Line) *ids.ID { return &l.Contract }},
	{"asset", "asset", "资产", "asset_id", true, func(l *Line) *ids.ID { return &l.Asset }},
	{"project", "joint", "联建项目", "project_id", false, func(l *Line) *ids.ID { return &l.Project }},
	{"member", "member", "成员户", "member_id", true, func(l *Line) *ids.ID { return &l.Member }},
}

// DimensionNamed returns a dimension by its input's name, nil when there is none.
func DimensionNamed(name string) *Dimension {
	i := slices.IndexFunc(Dimensions, func(d Dimension) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return &Dimensions[i]
}

// DimRule asks for one of several dimensions on an account's lines.
type DimRule struct {
	AnyOf    []string
	Required bool
}

// Label says the rule in Chinese: 成员户或往来单位（必填）.
func (r DimRule) Label() string {
	var parts []string
	for _, name := range r.AnyOf {
		parts = append(parts, DimensionNamed(name).Label)
	}
	s := strings.Join(parts, "或")
	if r.Required {
		s += "（必填）"
	}
	return s
}

// ParseDims reads what an account's lines belong to: rules between spaces, alternatives between slashes, an
// exclamation mark for what must be given ("member/party! project").
func ParseDims(s string) ([]DimRule, error) {
	var out []DimRule
	for _, word := range strings.Fields(s) {
		names, required := strings.CutSuffix(word, "!")
		r := DimRule{AnyOf: strings.Split(names, "/"), Required: required}
		for _, name := range r.AnyOf {
			if DimensionNamed(name) == nil {
				return nil, errs.OnField("dims", "没有辅助核算“%s”", name)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// parsedDims keeps what ParseDims made of the texts that there are: some ten for the accounts of all books.
var parsedDims sync.Map // string → []DimRule

// rulesOf is ParseDims of a stored text; one that does not parse was refused when the account was saved.
func rulesOf(s string) []DimRule {
	if known, ok := parsedDims.Load(s); ok {
		return known.([]DimRule)
	}
	rules, err := ParseDims(s)
	if err != nil {
		return nil
	}
	parsedDims.Store(s, rules)
	return rules
}

// missing returns the first rule of an account that a line does not satisfy.
func missing(a *Account, x *Line) (DimRule, bool) {
	if a.Dims == "" {
		return DimRule{}, false
	}
	for _, r := range rulesOf(a.Dims) {
		given := slices.ContainsFunc(r.AnyOf, func(name string) bool { return *DimensionNamed(name).at(x) != 0 })
		if r.Required && !given {
			return r, true
		}
	}
	return DimRule{}, false
}

// CheckDimensions makes sure that what the lines of books belong to exists among the county's records, and, where it is
// somebody's own (Dimension.own), that it is not another village's. Fields are lines[i].contract and the like.
func (l *Ledger) CheckDimensions(ctx context.Context, q db.Q, b *Books, lines []Line) error {
	var wrong errs.List
	for _, d := range Dimensions {
		var want []ids.ID
		for i := range lines {
			if id := *d.at(&lines[i]); id != 0 {
				want = append(want, id)
			}
		}
		n, ok := l.env.Noun(d.Kind)
		if !ok || len(want) == 0 {
			continue
		}
		slices.Sort(want)
		want = slices.Compact(want)
		places, err := n.Places(ctx, q, b.Tenant, want)
		if err != nil {
			return err
		}
		foreign := map[ids.ID]bool{}
		for id, place := range places {
			ours := !d.own
			if !ours {
				if ours, err = l.sameVillage(ctx, place, b.Region); err != nil {
					return err
				}
			}
			foreign[id] = !ours
		}
		for i := range lines {
			id := *d.at(&lines[i])
			if _, found := places[id]; id != 0 && !found {
				wrong.Add(lineField(i, d.Name), "没有找到所填的%s，可能已被删除，或不在本县", n.Info().Label)
			}
			if foreign[id] {
				wrong.Add(lineField(i, d.Name), "所填的%s是别的村的，不能记入“%s”；请核对编号", n.Info().Label, b.Name)
			}
		}
	}
	return wrong.Err()
}

// sameVillage reports whether one of two divisions lies in the other, or in what the other took over.
func (l *Ledger) sameVillage(ctx context.Context, one, other string) (bool, error) {
	if code.Within(one, other) || code.Within(other, one) {
		return true, nil
	}
	for _, pair := range [][2]string{{one, other}, {other, one}} {
		ranges, err := l.env.Regions.Ranges(ctx, pair[1])
		if err != nil {
			return false, err
		}
		for _, r := range ranges {
			if r[0] <= pair[0] && pair[0] < r[1] {
				return true, nil
			}
		}
	}
	return false, nil
}
