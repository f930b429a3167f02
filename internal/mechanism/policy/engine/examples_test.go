package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huicun/internal/kit/errs"
)

const examplesDir = "../../../../policies/examples"

// files are the policies that the project carries, by name.
func files(t testing.TB) map[string][]byte {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(examplesDir, "*.yaml"))
	if err != nil || len(list) < 20 {
		t.Fatalf("found %d policies: %v", len(list), err)
	}
	out := map[string][]byte{}
	for _, f := range list {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".yaml")] = text
	}
	return out
}

// says is an error with its fields, one a line.
func says(err error) string {
	if err == nil {
		return ""
	}
	e := errs.As(err)
	if e == nil {
		return err.Error()
	}
	lines := []string{e.Msg}
	for _, f := range e.Fields {
		lines = append(lines, f.Msg)
	}
	return strings.Join(lines, "\n")
}

// Every policy is accepted and every worked example of it comes out to the fen.
func TestExamples(t *testing.T) {
	for name, text := range files(t) {
		t.Run(name, func(t *testing.T) {
			p, err := Read(text)
			if err != nil {
				t.Fatal(says(err))
			}
			if len(p.Doc.Examples) == 0 {
				t.Error("it has no worked example")
			}
			for _, o := range p.Test() {
				if len(o.Diffs) == 0 {
					continue
				}
				t.Errorf("%s:\n%s", o.Name, strings.Join(o.Diffs, "\n"))
				if o.Award != nil {
					t.Log(o.Award.Text(p))
				}
			}
		})
	}
}
