package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// notCode are directories of the root that builds and running demos write to.
var notCode = []string{"bin", "data", "tmp"}

// load parses every Go file of the module.
func load(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("internal/arch is not two directories below go.mod: %v", err)
	}
	var sources []source
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if p != root && (name == "testdata" || name == "vendor" || strings.ContainsAny(name[:1], "._") ||
				slices.Contains(notCode, rel)) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		s, err := parse(filepath.ToSlash(rel), data)
		if err != nil {
			t.Error(err)
			return nil
		}
		sources = append(sources, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) == 0 {
		t.Fatal("found no Go files")
	}
	return sources
}

func TestModule(t *testing.T) {
	sources := load(t)
	byPackage := map[string][]source{}
	for _, s := range sources {
		byPackage[s.pkg()] = append(byPackage[s.pkg()], s)
	}
	packages := make([]string, 0, len(byPackage))
	for pkg := range byPackage {
		packages = append(packages, pkg)
	}
	slices.Sort(packages)

	perFile := []struct {
		name  string
		check func(source) []string
	}{
		{"imports", checkImports},
		{"SQL", checkSQL},
		{"clock", checkClock},
		{"length", checkLength},
	}
	for _, c := range perFile {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range sources {
				for _, msg := range c.check(s) {
					t.Error(msg)
				}
			}
		})
	}
	t.Run("place", func(t *testing.T) {
		for _, pkg := range packages {
			if msg := checkPlace(pkg); msg != "" {
				t.Error(msg)
			}
		}
	})
	t.Run("doc", func(t *testing.T) {
		for _, pkg := range packages {
			for _, msg := range checkDoc(pkg, byPackage[pkg]) {
				t.Error(msg)
			}
		}
	})
}
