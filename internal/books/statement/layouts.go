package statement

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// The built-in layouts, kind_chart.csv.
//
//go:embed layouts/*.csv
var builtIn embed.FS

// BuiltIn returns the layout that comes with the program.
func BuiltIn(kind, chart string) (*Layout, error) {
	body, err := BuiltInBody(kind, chart)
	if err != nil {
		return nil, err
	}
	return readBody(body)
}

// readBody compiles the text of a layout; errors name the line.
func readBody(body string) (*Layout, error) {
	t, err := sheet.Read("layout.csv", bytes.NewReader([]byte(body)), int64(len(body)), sheet.Options{})
	if err != nil {
		return nil, err
	}
	l, rep := ParseLayout(t)
	if len(rep.Errors) == 0 {
		return l, nil
	}
	var each []string
	for _, e := range rep.Errors[:min(len(rep.Errors), 5)] {
		each = append(each, fmt.Sprintf("第 %d 行：%s", e.Row, e.Msg))
	}
	if n := len(rep.Errors) - len(each); n > 0 {
		each = append(each, fmt.Sprintf("另有 %d 处", n))
	}
	return nil, errs.OnField("body", "%s", strings.Join(each, "；"))
}

// Body writes a layout's sheet as the text in which it is kept.
func Body(t *sheet.Table) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	var col []int
	var head []string
	for _, c := range SheetHeader() {
		head = append(head, c.Title)
		col = append(col, t.Col(c.Title))
	}
	_ = w.Write(head)
	for _, r := range t.Rows {
		out := make([]string, len(col))
		for i, c := range col {
			if c >= 0 {
				out[i] = r[c]
			}
		}
		_ = w.Write(out)
	}
	w.Flush()
	return b.String()
}

// LayoutFor returns the layout in force at the end of a period: the county's own, else the built-in one.
func (s *Service) LayoutFor(ctx context.Context, tenant int64, kind, chart string, p Period) (*Layout, error) {
	own, err := stored(ctx, s.q, tenant, kind, chart, p.To)
	if err != nil {
		return nil, err
	}
	if own == nil {
		return BuiltIn(kind, chart)
	}
	l, err := readBody(own.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the stored layout %s: %w", own.Name, err)
	}
	l.Own = true
	return l, nil
}

// SheetRows are the rows of a layout's text, to be changed and imported again.
func SheetRows(body string) ([][]string, error) {
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("reading a layout's text: %w", err)
	}
	return rows[1:], nil
}

// BuiltInBody is the text of a built-in layout.
func BuiltInBody(kind, chart string) (string, error) {
	b, err := builtIn.ReadFile("layouts/" + kind + "_" + chart + ".csv")
	if err != nil {
		return "", errs.New(errs.NotFound, "layout.none", "没有这种报表的表式")
	}
	return string(b), nil
}

// Stored is a layout that a county keeps. All but the text follows from the text.
type Stored struct {
	db.Row
	Name    string
	Kind    string
	Chart   string
	Version string
	From    date.Month
	Source  string
	Mark    string
	Body    string
}

var layoutTable = &db.Table[Stored]{
	Name: "statement_layout",
	Cols: []string{"name", "kind", "chart", "version_name", "from_month", "source", "mark", "body"},
	Row:  func(s *Stored) *db.Row { return &s.Row },
	Ptrs: func(s *Stored) []any {
		return []any{&s.Name, &s.Kind, &s.Chart, &s.Version, &s.From, &s.Source, &s.Mark, &s.Body}
	},
}

// maxBody is how many characters a layout may have.
const maxBody = 40_000

// NewLayouts registers the noun "layout": the county's own layouts, each with the month from which it holds.
func NewLayouts(e *record.Env) *record.Noun[Stored] {
	from := field.NewText("from_month", "起用月份", func(*Stored) *string { return new(string) }).Derived().List()
	from.Get = func(s *Stored) string { return s.From.String() }
	return record.Register(e, &record.Noun[Stored]{
		Kind: "layout", Label: "报表表式", Path: "/report-layouts", Icon: "list-details", Key: "name", Order: "-from_month", Below: true,
		Intro: "报表的行次、项目和公式是数据，系统自带 2004 年和 2023 年制度的表式。财政部或省里的表式有变动时，下载现行表式修改后导入，从起用月份起使用。",
		Table: layoutTable,
		Title: func(s *Stored) string { return s.Name },
		Fields: []field.Field[Stored]{
			field.NewText("name", "名称", func(s *Stored) *string { return &s.Name }).Derived().List(),
			field.NewEnum("kind", "报表", LayoutKinds, func(s *Stored) *string { return &s.Kind }).Derived().List().Filter(),
			field.NewEnum("chart", "会计制度", ledger.Charts, func(s *Stored) *string { return &s.Chart }).Derived().List().Filter(),
			field.NewText("version", "版本", func(s *Stored) *string { return &s.Version }).Col("version_name").Derived().List(),
			from,
			field.NewText("source", "依据", func(s *Stored) *string { return &s.Source }).Derived(),
			field.NewText("mark", "提示", func(s *Stored) *string { return &s.Mark }).Derived(),
			field.NewRegion("region", "适用地区", func(s *Stored) *string { return &s.Region }).Req().Fix().Show().Help("县（市、区）"),
			field.NewLong("body", "表式内容", func(s *Stored) *string { return &s.Body }).Limit(maxBody).Req().Help("逗号分隔：部分,行次,项目,公式,样式。可先下载现行表式，在表格软件里改好再导入"),
		},
		Prepare: func(_ context.Context, _ db.Q, _ int64, s *Stored) error { return s.derive() },
		Check:   checkStored,
	})
}

// derive compiles the text and fills in what follows from it.
func (s *Stored) derive() error {
	if s.Body == "" {
		return nil // the field says that it is required
	}
	l, err := readBody(s.Body)
	if err != nil {
		return err
	}
	s.Name, s.Kind, s.Chart, s.Version, s.From, s.Source, s.Mark = l.Key(), l.Kind, l.Chart, l.Version, l.From, l.Source, l.Mark
	return nil
}

func checkStored(s *Stored) error {
	if s.Region == region.Nation || !strings.HasSuffix(s.Region, "000000") {
		return errs.OnField("region", "表式由县（市、区）统一规定，请填写县（市、区）")
	}
	return nil
}

// BodyFor is the text of the layout in force at the end of a period.
func (s *Service) BodyFor(ctx context.Context, tenant int64, kind, chart string, p Period) (string, error) {
	own, err := stored(ctx, s.q, tenant, kind, chart, p.To)
	switch {
	case err != nil:
		return "", err
	case own != nil:
		return own.Body, nil
	}
	return BuiltInBody(kind, chart)
}
