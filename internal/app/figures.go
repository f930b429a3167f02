package app

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
)

// Expectation is one row of an expectations file.
type Expectation struct {
	ID, Statement, Value string
	Qualifier            indicator.Qualifier
}

// Verdict is how a figure stands to its expectation; Problem is "" when it holds.
type Verdict struct {
	Expectation
	Figure  *indicator.Figure
	Problem string
}

// ReadExpectations reads a CSV with the columns id, statement, value, unit, qualifier (others are passed over).
func ReadExpectations(t *sheet.Table) ([]Expectation, error) {
	col := func(name string) int { return t.Col(name) }
	for _, need := range []string{"id", "value", "qualifier"} {
		if col(need) < 0 {
			return nil, errs.New(errs.Invalid, "expect.header", "期望文件缺少 %s 列", need)
		}
	}
	get := func(row []string, name string) string {
		if i := col(name); i >= 0 && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	var out []Expectation
	for i, row := range t.Rows {
		e := Expectation{ID: get(row, "id"), Statement: get(row, "statement"), Value: get(row, "value"), Qualifier: indicator.Qualifier(get(row, "qualifier"))}
		if e.ID == "" {
			return nil, errs.New(errs.Invalid, "expect.id", "期望文件第 %d 行没有 id", t.RowNo[i])
		}
		out = append(out, e)
	}
	return out, nil
}

// Compare evaluates the named figures of a place and holds them against expectations.
func (a *App) Compare(ctx context.Context, place string, year int, asOf date.Date, want []Expectation) ([]Verdict, error) {
	figs, err := a.NamedFigures(ctx, place, year, asOf)
	if err != nil {
		return nil, err
	}
	byCode := map[string]*indicator.Figure{}
	for _, f := range figs {
		byCode[f.Def.Code] = f
	}
	var out []Verdict
	for _, w := range want {
		v := Verdict{Expectation: w, Figure: byCode[w.ID]}
		v.Problem = judge(v)
		out = append(out, v)
	}
	return out, nil
}

func judge(v Verdict) string {
	if v.Figure == nil {
		return "这里没有编号为 " + v.ID + " 的数字"
	}
	known := false
	for _, q := range indicator.Qualifiers {
		known = known || q.Code == v.Qualifier
	}
	if !known {
		return fmt.Sprintf("不认识限定词“%s”", v.Qualifier)
	}
	var published int64
	if v.Value != "" {
		p, err := v.Figure.In.Unit.ParsePlain(v.Value)
		if err != nil {
			return "期望值“" + v.Value + "”不是数"
		}
		published = p
	} else if v.Qualifier != indicator.TrendUp && v.Qualifier != indicator.Exist {
		return "期望文件里没有数值"
	}
	// Whether 余 or 以上 was meant is the figure's own definition to say.
	within := indicator.Qualifier(v.Figure.Def.Qualifier) != indicator.AtLeast
	return v.Qualifier.Meets(v.Figure.In.Unit, v.Figure.Result, published, within)
}

// NamedFigures evaluates the named figures that apply to a place.
func (a *App) NamedFigures(ctx context.Context, place string, year int, asOf date.Date) ([]*indicator.Figure, error) {
	tn, err := a.Regions.TenantOf(ctx, place)
	if err != nil {
		return nil, err
	}
	return a.Figures.All(ctx, tn.ID, place, year, asOf)
}

// CatalogueFigures evaluates every indicator of the catalogue that needs no parameters, for places without named
// figures.
func (a *App) CatalogueFigures(ctx context.Context, place string, year int, asOf date.Date) ([]*indicator.Figure, error) {
	var out []*indicator.Figure
	for _, in := range a.Figures.Cat.All() {
		def := indicator.Def{Code: in.Code, Name: in.Name, Indicator: in.Code, Mechanism: in.Mechanism, Scopes: place, Qualifier: string(indicator.Exact)}
		def.Region = place
		f, err := a.Figures.Eval(ctx, def, year, asOf)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// Figure is an evaluated figure, for the command line.
type Figure = indicator.Figure

// FigureRow is a figure as it is printed; Value and Forecast are in the unit, exactly.
type FigureRow struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	Value     string `json:"value"`
	Forecast  string `json:"forecast,omitempty"`
	Unit      string `json:"unit"`
	Qualifier string `json:"qualifier"`
	Text      string `json:"text"`
	Records   int    `json:"records"`
}

// RowOf prepares a figure for printing.
func RowOf(f *Figure) FigureRow {
	q := indicator.Qualifier(f.Def.Qualifier)
	r := FigureRow{
		Code: f.Def.Code, Name: f.Def.Name, Unit: f.In.Unit.Label(), Qualifier: q.Label(), Records: f.Result.Count, Text: f.Text(),
		Value: f.In.Unit.Plain(f.Result.Value),
	}
	if q.Forecasts() || f.Result.Forecast != f.Result.Value {
		r.Forecast = f.In.Unit.Plain(f.Result.Forecast)
	}
	return r
}
