package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"huicun/internal/app"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
)

type figuresCmd struct {
	data
	Scope   string `name:"scope" required:"" help:"区划代码，如 321182103"`
	Period  string `name:"period" required:"" help:"年度，如 2021"`
	AsOf    string `name:"as-of" help:"截至日期，如 2021-11-10；不填为年末"`
	Format  string `name:"format" enum:"table,json,csv" default:"table" help:"table、json 或 csv"`
	Explain string `name:"explain" help:"列出一个数字的全部出处，如 F03"`
	Expect  string `name:"expect" help:"与期望文件（CSV）核对，有不符则以 1 结束" type:"path"`
	All     bool   `name:"all" help:"打印整个指标目录，而不只是这个地方定义的数字"`
}

// Run prints, explains or checks the figures of a place and year.
func (f *figuresCmd) Run(ctx context.Context, std streams) error {
	place, year, asOf, err := f.where()
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, f.config())
	if err != nil {
		return err
	}
	defer a.Close()
	switch {
	case f.Expect != "":
		return f.expect(ctx, a, std, place, year, asOf)
	case f.Explain != "":
		return f.explain(ctx, a, std, place, year, asOf)
	}
	figs, err := f.figures(ctx, a, place, year, asOf)
	if err != nil {
		return err
	}
	var rows []app.FigureRow
	for _, fig := range figs {
		rows = append(rows, app.RowOf(fig))
	}
	return f.print(std.out, rows)
}

func (f *figuresCmd) where() (place string, year int, asOf date.Date, err error) {
	if place, err = code.Region(f.Scope); err != nil {
		return "", 0, asOf, err
	}
	if year, err = strconv.Atoi(f.Period); err != nil || year < 1978 || year > 2200 {
		return "", 0, asOf, errs.New(errs.Invalid, "period", "年度“%s”应写成四位数字，如 2021", f.Period)
	}
	if f.AsOf != "" {
		asOf, err = date.Parse(f.AsOf)
	}
	return place, year, asOf, err
}

func (f *figuresCmd) figures(ctx context.Context, a *app.App, place string, year int, asOf date.Date) ([]*app.Figure, error) {
	if !f.All {
		figs, err := a.NamedFigures(ctx, place, year, asOf)
		if err != nil || len(figs) > 0 {
			return figs, err
		}
	}
	return a.CatalogueFigures(ctx, place, year, asOf)
}

func (f *figuresCmd) print(out io.Writer, rows []app.FigureRow) error {
	switch f.Format {
	case "json":
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(rows)
	case "csv":
		w := csv.NewWriter(out)
		_ = w.Write([]string{"code", "name", "value", "forecast", "unit", "qualifier", "text", "records"})
		for _, r := range rows {
			_ = w.Write([]string{r.Code, r.Name, r.Value, r.Forecast, r.Unit, r.Qualifier, r.Text, strconv.Itoa(r.Records)})
		}
		w.Flush()
		return w.Error()
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "编号\t数值\t预计\t单位\t限定词\t记录\t写作\t名称")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", r.Code, r.Value, r.Forecast, r.Unit, r.Qualifier, r.Records, r.Text, r.Name)
	}
	return w.Flush()
}

// explain prints a figure's definition and every record that it comes from.
func (f *figuresCmd) explain(ctx context.Context, a *app.App, std streams, place string, year int, asOf date.Date) error {
	figs, err := f.figures(ctx, a, place, year, asOf)
	if err != nil {
		return err
	}
	for _, fig := range figs {
		if fig.Def.Code != f.Explain {
			continue
		}
		r := app.RowOf(fig)
		fmt.Fprintf(std.out, "%s %s\n数值：%s %s", r.Code, r.Name, r.Value, r.Unit)
		if r.Forecast != "" {
			fmt.Fprintf(std.out, "（预计 %s）", r.Forecast)
		}
		fmt.Fprintf(std.out, "，%s，写作“%s”\n口径：%s（定义第 %d 版）\n", r.Qualifier, r.Text, fig.In.Definition, fig.In.Version)
		w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "种类\t编号\t名称\t地区\t日期\t数值\t说明")
		for _, x := range fig.Result.Records {
			var notes []string
			for _, n := range []string{x.Note, mark(x.Forecast, "预计"), mark(x.Sample, "示例")} {
				if n != "" {
					notes = append(notes, n)
				}
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.KindLabel(x.Kind), x.No, x.Title, a.Regions.Name(ctx, x.Region), x.Date, fig.In.Unit.Plain(x.Amount), strings.Join(notes, "；"))
		}
		for _, m := range fig.Result.Missing {
			fmt.Fprintf(w, "尚缺\t%s\t%s\t\t\t\t\n", m.No, m.Title)
		}
		return w.Flush()
	}
	return errs.New(errs.NotFound, "figure.unknown", "这里没有编号为 %s 的数字", f.Explain)
}

func mark(on bool, s string) string {
	if on {
		return s
	}
	return ""
}

// expect prints a line per expectation and ends with 1 when one does not hold.
func (f *figuresCmd) expect(ctx context.Context, a *app.App, std streams, place string, year int, asOf date.Date) error {
	file, err := os.Open(f.Expect)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "expect.file", "期望文件 %s 打不开", f.Expect)
	}
	defer file.Close()
	t, err := sheet.Read(f.Expect, file, 0, sheet.Options{})
	if err != nil {
		return err
	}
	want, err := app.ReadExpectations(t)
	if err != nil {
		return err
	}
	got, err := a.Compare(ctx, place, year, asOf, want)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	bad := 0
	for _, v := range got {
		value, verdict := "", "相符"
		if v.Figure != nil {
			value = v.Figure.Text()
		}
		if v.Problem != "" {
			bad++
			verdict = "不符：" + v.Problem
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", v.ID, v.Qualifier, value, verdict, v.Statement)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d 项相符，%d 项不符\n", len(got)-bad, bad)
	if bad > 0 || len(got) == 0 {
		return exitCode(1)
	}
	return nil
}
