package showcase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Problem is what stands against publishing.
type Problem struct {
	Text    string
	At, End int // in UTF-16 units of the body; 0, 0 when it is about the whole
}

// Review is an article looked at as if it were published now.
type Review struct {
	Figures  []Frozen  // those referred to, in the order of the prose
	Problems []Problem // each refuses publication
	Bare     []Finding // each needs the publisher's confirmation
	Doc      *Doc
}

// Shown indexes the figures for rendering.
func (r *Review) Shown() map[string]Shown { return ShownOf(r.Figures) }

// Review evaluates every reference of an article and checks its prose.
func (s *Service) Review(ctx context.Context, tenant int64, v *Showcase) (*Review, error) {
	r := &Review{Doc: Parse(v.Body)}
	phrases := Phrases(v.Allowed)
	r.Bare = append(CheckTitle(v.Title, phrases), r.Doc.Check(phrases)...)
	if today := date.Today(s.env().DB.Clock()); v.AsOf.After(today) {
		r.Problems = append(r.Problems, Problem{Text: "数据截至日期 " + v.AsOf.Chinese() + " 还没有到；请改为今天或更早的日期"})
	}
	defs, err := s.Book.Of(ctx, tenant, v.Region)
	if err != nil {
		return nil, err
	}
	mask, err := s.masker(ctx, tenant, v.Region)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, ref := range r.Doc.Refs() {
		lo := utf16Len(r.Doc.src[:ref.At])
		at := func(format string, args ...any) {
			r.Problems = append(r.Problems, Problem{fmt.Sprintf(format, args...), lo, lo + utf16Len([]byte(ref.Raw))})
		}
		i := slices.IndexFunc(defs, func(d indicator.Def) bool { return d.Code == ref.Code })
		switch {
		case ref.Bad:
			at("引用“%s”写法不对；应写成 {{编号}} 或 {{编号|值}}", ref.Raw)
			continue
		case i < 0:
			at("引用的数字“%s”没有定义；请从“可引用的数字”里选，或先新建数字定义", ref.Code)
			continue
		case seen[ref.Code]:
			continue
		}
		seen[ref.Code] = true
		f, err := s.freeze(ctx, defs[i], v, mask)
		if err != nil {
			if k := errs.KindOf(err); k == errs.Internal || k == errs.Unavailable {
				return nil, err
			}
			at("数字 %s“%s”取不出来：%s", ref.Code, defs[i].Name, errs.Message(err))
			continue
		}
		if f.Count == 0 {
			at("数字 %s“%s”没有一条记录，没有出处的数字不能发布；请补录记录，或从文中去掉它", f.Code, f.Name)
		}
		r.Figures = append(r.Figures, *f)
	}
	return r, nil
}

// Available evaluates all figures of a place for an article, for choosing; what cannot be evaluated carries the
// reason as its text.
func (s *Service) Available(ctx context.Context, tenant int64, v *Showcase) ([]Frozen, error) {
	defs, err := s.Book.Of(ctx, tenant, v.Region)
	if err != nil {
		return nil, err
	}
	var out []Frozen
	for _, d := range defs {
		f, err := s.freeze(ctx, d, v, func(t string) string { return t })
		if k := errs.KindOf(err); err != nil && (k == errs.Internal || k == errs.Unavailable) {
			return nil, err
		}
		if err != nil {
			f = &Frozen{Code: d.Code, Name: d.Name, Text: "取不出来：" + errs.Message(err)}
		}
		out = append(out, *f)
	}
	return out, nil
}

func (s *Service) freeze(ctx context.Context, d indicator.Def, v *Showcase, mask func(string) string) (*Frozen, error) {
	f, err := s.Book.Eval(ctx, d, v.Year, v.AsOf)
	if err != nil {
		return nil, err
	}
	place := func(c string) string {
		if c == "" {
			return ""
		}
		return s.env().Regions.Name(ctx, c)
	}
	kind := func(k string) string {
		if n, ok := s.env().Noun(k); ok {
			return n.Info().Label
		}
		return ""
	}
	codes, err := s.Book.ScopesOf(ctx, d)
	if err != nil {
		return nil, err
	}
	var scope []string
	for _, c := range codes {
		scope = append(scope, place(c))
	}
	out := frozen(f, scope, place, kind, mask)
	return &out, nil
}

// masker hides the names of registered persons; invented ones may stay.
func (s *Service) masker(ctx context.Context, tenant int64, place string) (func(string) string, error) {
	var pairs []string
	if s.Persons != nil {
		err := s.Persons.Each(ctx, access.System, tenant, record.Filter{Scope: county(place)}, func(p *party.Person) error {
			if len([]rune(p.Name)) > 1 && !p.Sample {
				pairs = append(pairs, p.Name, "（姓名不公开）")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	r := strings.NewReplacer(pairs...)
	return r.Replace, nil
}

// county widens a place to its county.
func county(place string) string {
	if len(place) == 12 {
		return place[:6] + "000000"
	}
	return place
}
