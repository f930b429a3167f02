package indicator

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Def is a named figure of a place: an indicator with its parameters, scope and wording, under the code that
// its articles use (F01 …).
type Def struct {
	db.Row
	Code, Name, Mechanism string
	Indicator             string
	Params                string // "name=value; name=value"
	Scopes                string // 12-digit codes or village names, separated by 、; "" means the place itself
	Qualifier             string
	Digits                int // leading digits that the wording keeps; 0 means the qualifier's own
	Seq                   int
}

// Mechanisms are the article's parts that a figure can belong to.
var Mechanisms = []field.Option{
	{Code: "policy", Label: "政策机制"}, {Code: "joint", Label: "联建机制"}, {Code: "service", Label: "服务机制"},
	{Code: "cycle", Label: "书记项目"}, {Code: "books", Label: "账务"},
}

var defTable = &db.Table[Def]{
	Name: "figure_def",
	Cols: []string{"code", "name", "mechanism", "indicator", "params", "scopes", "qualifier", "digits", "seq"},
	Row:  func(d *Def) *db.Row { return &d.Row },
	Ptrs: func(d *Def) []any {
		return []any{&d.Code, &d.Name, &d.Mechanism, &d.Indicator, &d.Params, &d.Scopes, &d.Qualifier, &d.Digits, &d.Seq}
	},
}

// NewDefs describes the noun; a figure must name an indicator of the catalogue.
func NewDefs(e *record.Env, c *Catalogue) *record.Noun[Def] {
	var quals []field.Option
	for _, q := range Qualifiers {
		quals = append(quals, field.Option{Code: string(q.Code), Label: q.Label})
	}
	return record.Register(e, &record.Noun[Def]{
		Kind: "figure", Below: true, Label: "数字定义", Path: "/figures", Icon: "chart-bar", Key: "code", Order: "seq",
		Intro: "文章和看板里的每个数字在这里定义：取哪个指标、什么口径、怎样写。",
		Table: defTable,
		Title: func(d *Def) string { return d.Code + " " + d.Name },
		Fields: []field.Field[Def]{
			field.NewText("code", "编号", func(d *Def) *string { return &d.Code }).Req().List().Eg("F03"),
			field.NewText("name", "名称", func(d *Def) *string { return &d.Name }).Req().List(),
			field.NewRegion("region", "所属地区", func(d *Def) *string { return &d.Region }).Req().Show(),
			field.NewEnum("mechanism", "机制", Mechanisms, func(d *Def) *string { return &d.Mechanism }).Req().List().Filter(),
			field.NewEnum("indicator", "指标", c.Options(), func(d *Def) *string { return &d.Indicator }).Req().List(),
			field.NewText("params", "参数", func(d *Def) *string { return &d.Params }).Help("写成 名称=值；多个之间用分号隔开").Limit(1000),
			field.NewText("scopes", "取数范围", func(d *Def) *string { return &d.Scopes }).Help("村名或 12 位代码，用顿号分隔；留空为所属地区").Limit(1000),
			field.NewEnum("qualifier", "限定词", quals, func(d *Def) *string { return &d.Qualifier }).Req().List(),
			field.NewInt("digits", "保留位数", 0, 9, func(d *Def) *int { return &d.Digits }).Help("写约数时保留几位有效数字；0 为默认"),
			field.NewInt("seq", "顺序", 0, 9999, func(d *Def) *int { return &d.Seq }),
		},
		Check: func(d *Def) error {
			if _, err := c.Get(d.Indicator); err != nil {
				return errs.OnField("indicator", "%s", errs.Message(err))
			}
			if _, err := ParseParams(d.Params); err != nil {
				return errs.OnField("params", "%s", errs.Message(err))
			}
			return nil
		},
	})
}

// ParseParams reads "name=value; name=value".
func ParseParams(s string) (map[string]string, error) {
	out := map[string]string{}
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == '；' || r == '\n' }) {
		k, v, ok := strings.Cut(part, "=")
		if !ok || strings.TrimSpace(k) == "" {
			return nil, errs.New(errs.Invalid, "figure.params", "“%s”应写成 名称=值", strings.TrimSpace(part))
		}
		out[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	return out, nil
}

// Figure is an evaluated definition.
type Figure struct {
	Def    Def
	In     *Indicator
	Year   int
	AsOf   date.Date
	Result Result
}

// Text is the figure as prose writes it.
func (f *Figure) Text() string {
	return Qualifier(f.Def.Qualifier).Word(f.In.Unit, f.Result, f.Def.Digits)
}

// Shown is the value that the qualifier speaks of: the forecast for 预计, else what has happened.
func (f *Figure) Shown() int64 {
	if Qualifier(f.Def.Qualifier).Forecasts() {
		return f.Result.Forecast
	}
	return f.Result.Value
}

// Book evaluates the named figures of places.
type Book struct {
	Cat  *Catalogue
	Defs *record.Noun[Def]
}

// Of lists the definitions of a place: its own, or those of the nearest place above that has any.
func (b *Book) Of(ctx context.Context, tenant int64, place string) ([]Def, error) {
	for at := place; len(code.Prefix(at)) >= 6; at = code.Parent(at) {
		defs, err := defTable.All(ctx, b.Cat.db.Read(), db.NewWhere(tenant).And("region = ?", at), "seq, code")
		if err != nil || len(defs) > 0 {
			return defs, err
		}
	}
	return nil, nil
}

// Eval evaluates a definition for a year up to a day (zero: the year's end).
func (b *Book) Eval(ctx context.Context, d Def, year int, asOf date.Date) (*Figure, error) {
	in, err := b.Cat.Get(d.Indicator)
	if err != nil {
		return nil, err
	}
	params, err := ParseParams(d.Params)
	if err != nil {
		return nil, err
	}
	scopes, err := b.ScopesOf(ctx, d)
	if err != nil {
		return nil, err
	}
	r, err := b.Cat.Eval(ctx, Ask{Code: d.Indicator, Scopes: scopes, Year: year, AsOf: asOf, Params: params})
	if err != nil {
		return nil, err
	}
	return &Figure{Def: d, In: in, Year: year, AsOf: asOf, Result: r}, nil
}

// ScopesOf returns the codes of the places that a definition is evaluated over.
func (b *Book) ScopesOf(ctx context.Context, d Def) ([]string, error) {
	if strings.TrimSpace(d.Scopes) == "" {
		return []string{d.Region}, nil
	}
	var out []string
	for part := range strings.FieldsFuncSeq(d.Scopes, func(r rune) bool { return strings.ContainsRune("、,，;； ", r) }) {
		r, err := b.Cat.region.Resolve(ctx, part, d.Region)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, r.Code) {
			out = append(out, r.Code)
		}
	}
	return out, nil
}

// All evaluates every named figure of a place.
func (b *Book) All(ctx context.Context, tenant int64, place string, year int, asOf date.Date) ([]*Figure, error) {
	defs, err := b.Of(ctx, tenant, place)
	if err != nil {
		return nil, err
	}
	out := make([]*Figure, 0, len(defs))
	for _, d := range defs {
		f, err := b.Eval(ctx, d, year, asOf)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}
