package template

import (
	_ "embed" // the templates
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/plainyaml"
)

//go:embed templates.yaml
var embedded []byte

// file is a YAML file of templates; shared holds anchors and is passed over.
type file struct {
	Shared    any        `yaml:"shared,omitempty"`
	Templates []Template `yaml:"templates"`
}

// builtin are the templates that every county has; the package's tests check them.
var builtin = sync.OnceValue(func() []Template {
	f, err := decode(embedded)
	if err != nil {
		panic("template: " + err.Error())
	}
	return f.Templates
})

// Builtin returns the templates that every county has.
func Builtin() []Template { return slices.Clone(builtin()) }

// maxYAML bounds a file of templates in bytes.
const maxYAML = 1 << 20

// Parse reads a file of templates and checks each; an error is Invalid and says which template is wrong and why.
func Parse(text []byte) ([]Template, error) {
	if err := harmless(text); err != nil {
		return nil, err
	}
	return parse(text)
}

// harmless refuses what could grow without end when it is read.
func harmless(text []byte) error {
	if f := plainyaml.Check(text, maxYAML); f != nil {
		return errs.New(errs.Invalid, "template.plain", "模板文件第 %d 行：%s", f.Line, f.Msg)
	}
	return nil
}

func decode(text []byte) (*file, error) {
	var f file
	err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict())
	return &f, errs.Wrap(err, errs.Invalid, "template.yaml", "模板文件不是正确的 YAML，或有不认识的项；请对照导出的模板修改")
}

func parse(text []byte) ([]Template, error) {
	f, err := decode(text)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range f.Templates {
		t := &f.Templates[i]
		if err := t.Check(); err != nil {
			return nil, err
		}
		if seen[t.Code] {
			return nil, errs.New(errs.Invalid, "template.twice", "模板“%s”在文件里有两个", t.Code)
		}
		seen[t.Code] = true
	}
	return f.Templates, nil
}

// Write writes templates as a file that Parse reads.
func Write(list []Template) ([]byte, error) {
	return yaml.MarshalWithOptions(file{Templates: list}, yaml.UseLiteralStyleIfMultiline(true))
}

// parseOne reads the body of one template.
func parseOne(text string) (*Template, error) {
	var t Template
	if err := harmless([]byte(text)); err != nil {
		return nil, onField("body", err)
	}
	if err := yaml.UnmarshalWithOptions([]byte(text), &t, yaml.Strict()); err != nil {
		e := errs.OnField("body", "内容不是正确的 YAML，或有不认识的项；请导出一个模板对照修改")
		e.Err = err
		return nil, e
	}
	return &t, t.Check()
}
