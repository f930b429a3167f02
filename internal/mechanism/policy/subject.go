package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/region"
)

// Subject is what a policy is applied to in a year: a village, a lead or an informant (Kind is one of engine's). Missing
// are the inputs that people have to enter.
type Subject struct {
	Kind         string
	ID           ids.ID // of the record; 0 of a village, which is known by its Region
	Region, Name string
	// Who gets the award, one of them at most. A village has neither: its collective gets it.
	PayeeParty, PayeePerson ids.ID
	Inputs                  *engine.Inputs
	Missing                 []engine.Input
}

// Key tells a subject from the others of its kind, in forms.
func (s *Subject) Key() string {
	if s.ID == 0 {
		return s.Region
	}
	return s.ID.String()
}

func newSubject(kind string, f Found) Subject {
	return Subject{
		Kind: kind, ID: f.ID, Region: f.Region, Name: f.Name, PayeeParty: f.Party, PayeePerson: f.Person,
		Inputs: &engine.Inputs{Subject: f.Name, Values: map[string]engine.Value{}, Decisions: map[string]engine.Decision{}},
	}
}

// take keeps the value found for an input, or that it has to be entered.
func (s *Subject) take(in engine.Input, v engine.Value, ok bool) {
	switch {
	case ok:
		s.Inputs.Values[in.Name] = v
	case in.Default == "":
		s.Missing = append(s.Missing, in)
	}
}

// A SubjectKind is a kind of record to which policies are applied. The slice that keeps the records stands above this one
// and adds it (Sources.Add).
type SubjectKind struct {
	Code   string // engine.OfLead, engine.OfInformant
	Values []SubjectValue
	// Find lists the subjects of a year with all their values, as they stood on a day, in a few statements.
	Find func(ctx context.Context, tenant int64, ranges [][2]string, year int, asOf date.Date) ([]Found, error)
}

// SubjectValue is one value of such a subject, which a document asks for as a figure.
type SubjectValue struct {
	Code, Name, Type string   // Type as an input's
	Texts            []string // all that a text may be
	Definition       string
}

// Found is one subject and its values by code; a value that is not there has to be entered.
type Found struct {
	ID            ids.ID
	Region, Name  string
	Party, Person ids.ID // the payee
	Values        map[string]engine.Value
}

// rewarded is the value, after the kind's code, that says whether another award of the subject has been approved.
const rewarded = ".rewarded"

// Add makes a kind of subject known, with whether its subjects have had awards.
func (s *Sources) Add(k SubjectKind) {
	k.Values = append(slices.Clone(k.Values), SubjectValue{
		Code: k.Code + rewarded, Name: "已享受奖励", Type: "bool", Definition: "截至当日，别的核算单已经批准过对它的奖励（含发放、归档；否决、退回和全部追回的不算）",
	})
	s.kinds[k.Code] = k
}

// Kind is a kind of subject that was added; false for villages and for what is not known.
func (s *Sources) Kind(code string) (SubjectKind, bool) {
	k, ok := s.kinds[code]
	return k, ok
}

// Subjects resolves a policy's inputs for its subjects of a scope in a year, up to a day.
func (s *Sources) Subjects(ctx context.Context, tenant int64, p *engine.Policy, scope string, year int, asOf date.Date) ([]Subject, error) {
	r, err := s.Resolver(ctx, tenant, scope, year, asOf)
	if err != nil {
		return nil, err
	}
	return r.Subjects(ctx, p)
}

// A Resolver finds the inputs of policies for one scope, year and day. What several policies ask for is looked up once; it is
// for one goroutine, and for as long as the records may be taken as they stood.
type Resolver struct {
	*Sources
	tenant   int64
	scope    string
	ranges   [][2]string
	year     int
	asOf     date.Date
	villages []region.Region
	known    map[string]map[string]engine.Value // of villages, by what is asked for
	looked   map[string][]Found                 // of other kinds, by kind, year and day
	besides  ids.ID                             // a line that is not asked about
}

// Besides leaves a line out where a policy asks whether its subject has had awards: its own approval is none before it.
func (r *Resolver) Besides(line ids.ID) { r.besides = line }

// Resolver begins to resolve for a scope in a year, up to a day; the zero day is the year's end.
func (s *Sources) Resolver(ctx context.Context, tenant int64, scope string, year int, asOf date.Date) (*Resolver, error) {
	ranges, err := s.env.Regions.Ranges(ctx, scope)
	if err != nil {
		return nil, err
	}
	return &Resolver{
		Sources: s, tenant: tenant, scope: scope, ranges: ranges, year: year, asOf: asOf,
		known: map[string]map[string]engine.Value{}, looked: map[string][]Found{},
	}, nil
}

// Subjects resolves the inputs of one policy.
func (r *Resolver) Subjects(ctx context.Context, p *engine.Policy) ([]Subject, error) {
	code := p.Doc.AppliedTo().Code
	if code == engine.OfVillage {
		return r.villageSubjects(ctx, p)
	}
	kind, ok := r.kinds[code]
	if !ok {
		return nil, errs.New(errs.Invalid, "policy.subject", "系统里没有“%s”的数据", p.Doc.AppliedTo().Label)
	}
	return r.records(ctx, kind, p)
}

// find lists the records of a kind in the year that an input asks for.
func (r *Resolver) find(ctx context.Context, kind SubjectKind, in engine.Input) ([]Found, error) {
	year, asOf := span(in, r.year, r.asOf)
	key := fmt.Sprint(kind.Code, year, asOf)
	if list, ok := r.looked[key]; ok {
		return list, nil
	}
	list, err := kind.Find(ctx, r.tenant, r.ranges, year, asOf)
	if err != nil {
		return nil, fmt.Errorf("finding subjects of kind %s: %w", kind.Code, err)
	}
	had, err := rewardedSubjects(ctx, r.env.DB.Read(), r.tenant, kind.Code, r.ranges, asOf, r.besides)
	if err != nil {
		return nil, fmt.Errorf("finding awards of kind %s: %w", kind.Code, err)
	}
	for _, f := range list {
		v := engine.Value{Bool: len(had[f.ID]) > 0, From: "没有批准过的核算单"}
		if v.Bool {
			v.From = "核算单 " + strings.Join(had[f.ID], "、")
		}
		f.Values[kind.Code+rewarded] = v
	}
	r.looked[key] = list
	return list, nil
}

// records resolves inputs from the values of records.
func (r *Resolver) records(ctx context.Context, kind SubjectKind, p *engine.Policy) ([]Subject, error) {
	list, err := r.find(ctx, kind, engine.Input{})
	if err != nil {
		return nil, err
	}
	out := make([]Subject, len(list))
	at := make(map[ids.ID]*Subject, len(list))
	for i, f := range list {
		out[i] = newSubject(kind.Code, f)
		at[f.ID] = &out[i]
	}
	for _, in := range p.Doc.Inputs {
		code, _, err := parseFigure(in.Figure)
		if err != nil {
			return nil, err
		}
		values := map[ids.ID]engine.Value{}
		year, _ := span(in, r.year, r.asOf)
		switch {
		case code == "" || in.Period == "month":
		case code == yearStart || code == yearEnd:
			for id := range at {
				values[id] = dayOfYear(code, year)
			}
		default:
			found, err := r.find(ctx, kind, in)
			if err != nil {
				return nil, err
			}
			for _, f := range found {
				if v, ok := f.Values[code]; ok {
					values[f.ID] = v
				}
			}
		}
		for id, s := range at {
			v, ok := values[id]
			s.take(in, v, ok)
		}
	}
	return out, nil
}

// known checks that an input of a document can be had; one without a figure is entered by people.
func (s *Sources) known(subject string, in engine.Input) error {
	name, params, err := parseFigure(in.Figure)
	if err != nil || name == "" || name == yearStart || name == yearEnd {
		return err
	}
	if subject != engine.OfVillage {
		return s.knownValue(subject, name, in)
	}
	def, err := s.cat.Get(name)
	if err != nil {
		return err
	}
	for p := range params {
		known := false
		for _, k := range def.Params {
			known = known || k.Name == p
		}
		if !known {
			return errs.New(errs.Invalid, "policy.figure_param", "指标“%s”没有参数“%s”", def.Name, p)
		}
	}
	if in.Type != "money" && in.Type != "number" && in.Type != "bool" {
		return errs.New(errs.Invalid, "policy.figure_type", "指标“%s”是数，数据的类型应为金额、数或是否", def.Name)
	}
	return nil
}

// knownValue checks an input that is a value of a record: that there is one, of the type, with no text that is not foreseen.
// Of a kind that nobody added nothing is known, and computing refuses it.
func (s *Sources) knownValue(subject, name string, in engine.Input) error {
	if _, ok := s.kinds[subject]; !ok {
		return nil
	}
	values := s.kinds[subject].Values
	i := slices.IndexFunc(values, func(v SubjectValue) bool { return v.Code == name })
	if i < 0 {
		return errs.New(errs.Invalid, "policy.figure", "没有“%s”这一项可取的数据", name)
	}
	v := values[i]
	if v.Type != in.Type {
		return errs.New(errs.Invalid, "policy.figure_type", "“%s”是%s，数据的类型要与它一致", v.Name, field.LabelOf(engine.InputTypes, v.Type))
	}
	for _, t := range v.Texts {
		if len(in.Values) > 0 && !slices.Contains(in.Values, t) {
			return errs.New(errs.Invalid, "policy.figure_values", "“%s”可能是“%s”，可选的值里没有它", v.Name, t)
		}
	}
	return nil
}
