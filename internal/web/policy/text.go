package policy

import (
	"strconv"
	"strings"

	"huicun/internal/mechanism/policy/form"
	"huicun/internal/web/ui"
)

// lines cuts a text into its lines.
func lines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }

func countText(n int) string { return strconv.Itoa(n) + " 条记录" }

// fieldOf is a field of the form as a component takes it.
func fieldOf(f form.Field) ui.Field {
	return ui.Field{
		Name: f.Name, ID: "f-" + domID(f.Name), Label: f.Label, Value: f.Value, Help: f.Help, Placeholder: f.Eg, Unit: f.Unit, Wide: f.Wide,
		Error: strings.Join(f.Wrong, "；"),
	}
}

func checkOf(f form.Field) ui.Field {
	out := fieldOf(f)
	out.Checked, out.Value = f.Value != "", "1"
	return out
}

func choiceOf(f form.Field) ui.Field {
	out := fieldOf(f)
	none := f.None
	if none == "" {
		none = "请选择"
	}
	out.Options = []ui.Option{{Label: none, Selected: f.Value == ""}}
	for _, o := range f.Options {
		out.Options = append(out.Options, ui.Option{Value: o.Code, Label: o.Label, Selected: o.Code == f.Value})
	}
	return out
}
