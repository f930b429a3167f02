package policy

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/record"
)

// Sources finds what a policy reads: indicators of the catalogue, accounts of the ledger, days of the year, and the records
// of other kinds of subject.
type Sources struct {
	env   *record.Env
	cat   *indicator.Catalogue
	kinds map[string]SubjectKind
}

// NewSources returns the sources over a catalogue; the catalogue may be filled later, and kinds of subject added.
func NewSources(e *record.Env, cat *indicator.Catalogue) *Sources {
	return &Sources{e, cat, map[string]SubjectKind{}}
}

// The days that a document may ask for as figures.
const (
	yearStart = "date.year_start"
	yearEnd   = "date.year_end"
)

// parseFigure reads "contract.new_stable_income; kind=workshop": an indicator's code and its parameters.
func parseFigure(text string) (code string, params map[string]string, err error) {
	code, rest, _ := strings.Cut(text, ";")
	params = map[string]string{}
	if strings.TrimSpace(rest) != "" {
		params, err = indicator.ParseParams(rest)
	}
	return strings.TrimSpace(code), params, err
}

// villageSubjects resolves a policy's inputs for the villages of a scope. Each figure is evaluated once for the whole scope where
// it is a sum, so that a county costs as many queries as a village.
func (r *Resolver) villageSubjects(ctx context.Context, p *engine.Policy) ([]Subject, error) {
	if r.villages == nil {
		var err error
		if r.villages, err = r.env.Regions.VillagesIn(ctx, r.ranges); err != nil {
			return nil, err
		}
	}
	out := make([]Subject, len(r.villages))
	for i, v := range r.villages {
		out[i] = newSubject(engine.OfVillage, Found{Region: v.Code, Name: v.Name})
	}
	for _, in := range p.Doc.Inputs {
		values, err := r.input(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("resolving %s: %w", in.Name, err)
		}
		for i := range out {
			v, ok := values[out[i].Region]
			out[i].take(in, v, ok)
		}
	}
	return out, nil
}

// input is the value of one input by village; a village without one is left out.
func (r *Resolver) input(ctx context.Context, in engine.Input) (map[string]engine.Value, error) {
	code, params, err := parseFigure(in.Figure)
	if err != nil {
		return nil, err
	}
	if in.Period == "month" {
		return nil, nil // a month's own value is entered
	}
	year, asOf := span(in, r.year, r.asOf)
	if code == "" && in.Type != "accounts" {
		return nil, nil
	}
	key := fmt.Sprint(in.Type == "accounts", code, params, year, asOf)
	if known, ok := r.known[key]; ok {
		return known, nil
	}
	var values map[string]engine.Value
	switch {
	case in.Type == "accounts":
		values, err = r.accounts(ctx, year, asOf)
	case code == yearStart || code == yearEnd:
		values = r.each(dayOfYear(code, year))
	default:
		values, err = r.figure(ctx, code, params, year, asOf)
	}
	if err == nil {
		r.known[key] = values
	}
	return values, err
}

// span is the year that an input asks for and the day up to which records count: the end of a year that is not this one.
func span(in engine.Input, year int, asOf date.Date) (int, date.Date) {
	switch in.Period {
	case "last_year":
		year, asOf = year-1, date.Date{}
	case "base_year":
		year, asOf = in.Base, date.Date{}
	}
	if end := date.Must(fmt.Sprintf("%04d-12-31", year)); asOf.IsZero() || asOf.After(end) {
		asOf = end
	}
	return year, asOf
}

func dayOfYear(code string, year int) engine.Value {
	day := map[string]string{yearStart: "-01-01", yearEnd: "-12-31"}[code]
	return engine.Value{Date: date.Must(fmt.Sprintf("%04d%s", year, day)), From: fmt.Sprintf("%d 年", year)}
}

// each gives every village the same value.
func (r *Resolver) each(v engine.Value) map[string]engine.Value {
	out := make(map[string]engine.Value, len(r.villages))
	for _, x := range r.villages {
		out[x.Code] = v
	}
	return out
}

func (r *Resolver) accounts(ctx context.Context, year int, asOf date.Date) (map[string]engine.Value, error) {
	rows, err := ledger.EarnedIn(ctx, r.env.DB.Read(), r.tenant, r.ranges, date.Must(fmt.Sprintf("%04d-01-01", year)), asOf)
	if err != nil {
		return nil, err
	}
	out := r.each(engine.Value{From: fmt.Sprintf("总账，%d 年收入类科目", year)})
	for _, e := range rows {
		v, ok := out[e.Region]
		if !ok {
			continue
		}
		v.Entries = append(v.Entries, engine.Entry{Account: e.Account, Label: e.Name, Amount: e.Amount, Received: e.Received})
		out[e.Region] = v
	}
	return out, nil
}

func (r *Resolver) figure(ctx context.Context, code string, params map[string]string, year int, asOf date.Date) (map[string]engine.Value, error) {
	def, err := r.cat.Get(code)
	if err != nil {
		return nil, err
	}
	results, err := r.evaluate(ctx, def, params, year, asOf)
	if err != nil {
		return nil, err
	}
	out := make(map[string]engine.Value, len(r.villages))
	for _, v := range r.villages {
		x := engine.Value{Num: toNumber(def.Unit, results[v.Code].value), From: fmt.Sprintf("指标“%s”，%d 年，截至%s", def.Name, year, asOf.Chinese()), Tags: results[v.Code].tags}
		x.Bool = x.Num.Sign() != 0
		out[v.Code] = x
	}
	return out, nil
}

// had is an indicator's value for a village with the records behind it.
type had struct {
	value int64
	tags  []engine.Tag
}

func (h *had) add(recs ...indicator.Record) {
	for _, x := range recs {
		if !x.Forecast {
			h.tags = append(h.tags, engine.Tag{Kind: x.Kind, No: x.No, Title: x.Title})
		}
	}
}

// evaluate asks for the whole scope at once where the indicator is a sum of records that each lie in a village, else
// village by village.
func (r *Resolver) evaluate(ctx context.Context, def *indicator.Indicator, params map[string]string, year int, asOf date.Date) (map[string]had, error) {
	out := map[string]had{}
	ask := indicator.Ask{Code: def.Code, Scopes: []string{r.scope}, Year: year, AsOf: asOf, Params: params}
	if def.Aggregate == indicator.Sum {
		whole, err := r.cat.Eval(ctx, ask)
		if err != nil {
			return nil, err
		}
		var sum int64
		for _, rec := range whole.Records {
			h := out[rec.Region]
			if !rec.Forecast {
				h.value += rec.Amount
				sum += rec.Amount
			}
			h.add(rec)
			out[rec.Region] = h
		}
		if sum == whole.Value && r.covers(out) {
			return out, nil
		}
		clear(out)
	}
	for _, v := range r.villages {
		ask.Scopes = []string{v.Code}
		one, err := r.cat.Eval(ctx, ask)
		if err != nil {
			return nil, err
		}
		h := had{value: one.Value}
		h.add(one.Records...)
		out[v.Code] = h
	}
	return out, nil
}

// covers reports whether every record lies in one of the villages: one above them, or in a village that another took
// over, belongs to a village only through the indicator's own rules.
func (r *Resolver) covers(found map[string]had) bool {
	known := map[string]bool{}
	for _, v := range r.villages {
		known[v.Code] = true
	}
	for code := range found {
		if !known[code] {
			return false
		}
	}
	return true
}

// toNumber is an indicator's value in the units that a policy reckons in: yuan, shares of one, units of area.
func toNumber(u indicator.Unit, v int64) *big.Rat {
	switch u {
	case indicator.Yuan, indicator.YuanYear, indicator.Points:
		return big.NewRat(v, 100)
	case indicator.Ratio100, indicator.M2, indicator.Mu:
		return big.NewRat(v, 10_000)
	}
	return big.NewRat(v, 1)
}
