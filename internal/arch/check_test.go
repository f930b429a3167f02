package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// within reports whether the package or file p lies in the tree.
func within(p, tree string) bool {
	return p == tree || strings.HasPrefix(p, tree+"/")
}

func withinAny(p string, trees []string) bool {
	return slices.ContainsFunc(trees, func(t string) bool { return within(p, t) })
}

// isTestSupport reports whether pkg exists for tests only, by its name: dbtest.
func isTestSupport(pkg string) bool {
	return strings.HasSuffix(path.Base(pkg), "test")
}

// unit returns the directory right below tree that p lies in, "" for tree itself.
func unit(p, tree string) string {
	u, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(p, tree), "/"), "/")
	return u
}

// floorOf returns the index in floors of the one pkg is on, -1 if on none.
func floorOf(pkg string) int {
	return slices.IndexFunc(floors, func(f floor) bool { return within(pkg, f.path) })
}

// checkPlace says what is wrong with where pkg stands, "" if nothing.
func checkPlace(pkg string) string {
	if i := floorOf(pkg); i >= 0 {
		f := floors[i]
		if f.order != nil && !slices.Contains(f.order, unit(pkg, f.path)) {
			return fmt.Sprintf("%s is not in the order of %s (%s): move it, or add it to floors in internal/arch/rules_test.go",
				pkg, f.path, strings.Join(f.order, " → "))
		}
		return ""
	}
	if withinAny(pkg, []string{webPath, apiPath, appPath, cmdPath, archPath, migrationsPath, demoPath}) {
		return ""
	}
	return pkg + " is on no floor: move it to one, or add a floor in internal/arch/rules_test.go"
}

// checkImport says why the package from may not import the package to, both of
// this module, "" if it may. test means that the importing file is test code.
func checkImport(from, to string, test bool) string {
	if from == to {
		return "" // an external test
	}
	if _, ok := importExceptions[[2]string{from, to}]; ok {
		return ""
	}
	no := func(format string, args ...any) string {
		return fmt.Sprintf("%s may not import %s: ", from, to) + fmt.Sprintf(format, args...)
	}
	if isTestSupport(to) {
		if test || isTestSupport(from) {
			return ""
		}
		return no("packages named …test are for tests; move what is needed into an ordinary package")
	}

	if within(to, migrationsPath) && !within(from, migrationsPath) {
		if test || isTestSupport(from) || within(from, appPath) {
			return ""
		}
		return no("only internal/app and tests apply the schema")
	}
	if within(to, demoPath) {
		if test || isTestSupport(from) || within(from, appPath) {
			return ""
		}
		return no("only internal/app and tests load the demo's records")
	}

	below := "import only downwards; declare an interface here and let internal/app fill it in, or move the code down"
	lower := floorOf(to)
	if upper := floorOf(from); upper >= 0 {
		switch {
		case lower < 0:
			return no("it stands above all floors; %s", below)
		case lower > upper:
			return no("%s stands above %s; %s", floors[lower].path, floors[upper].path, below)
		case lower < upper:
			return ""
		}
		f := floors[upper]
		if f.order == nil {
			return ""
		}
		a, b := unit(from, f.path), unit(to, f.path)
		ai, bi := slices.Index(f.order, a), slices.Index(f.order, b)
		if a == b || (ai >= 0 && bi >= 0 && bi < ai) {
			return ""
		}
		return no("the order in %s is %s; %s", f.path, strings.Join(f.order, " → "), below)
	}

	switch {
	case within(from, webPath):
		return checkWebImport(from, to, lower, no)
	case within(from, migrationsPath):
		if within(to, kitPath) || within(to, migrationsPath) {
			return ""
		}
		return no("the schema must not depend on today's domain code, which will change")
	case within(from, apiPath):
		if lower >= 0 || within(to, apiPath) {
			return ""
		}
		return no("the API stands on the floors alone; move what it shares with the web down to a floor")
	case within(from, appPath):
		if !within(to, cmdPath) && !within(to, archPath) {
			return ""
		}
		return no("nothing imports it")
	case within(from, cmdPath):
		if withinAny(to, []string{kitPath, appPath, cmdPath}) {
			return ""
		}
		return no("the command only starts internal/app; put the work there")
	}
	return no("%s has no rule to import anything; see internal/arch/rules_test.go", from)
}

func checkWebImport(from, to string, lower int, no func(string, ...any) string) string {
	a := unit(from, webPath)
	if slices.Contains(webBase, a) {
		if within(to, kitPath) || (within(to, webPath) && slices.Contains(webBase, unit(to, webPath))) {
			return ""
		}
		return no("%s knows nothing of the domain; pass it plain values", webPath+"/"+a)
	}
	if lower >= 0 {
		return ""
	}
	if !within(to, webPath) {
		return no("the web stands on the floors alone; move the code down to a floor")
	}
	b := unit(to, webPath)
	// The package internal/web itself puts the page groups together.
	if a == "" || a == b || slices.Contains(webShared, b) {
		return ""
	}
	return no("a page group may share only %s; move common parts there", strings.Join(webShared, ", "))
}

// checkThirdParty says why pkg may not import the foreign package, "" if it may.
func checkThirdParty(pkg, foreign string, test bool) string {
	for _, t := range thirdParties {
		if !within(foreign, t.module) {
			continue
		}
		if withinAny(pkg, t.in) || (t.inTests && (test || isTestSupport(pkg))) {
			return ""
		}
		where := strings.Join(t.in, ", ")
		if t.inTests {
			where = strings.TrimPrefix(where+", tests", ", ")
		}
		return fmt.Sprintf("%s may not import %s (allowed: %s): call the package there that wraps it", pkg, foreign, where)
	}
	return fmt.Sprintf("%s imports %s, a module not in thirdParties in internal/arch/rules_test.go: do without it, or add it there with the packages that may use it", pkg, foreign)
}

// A source is one parsed Go file of the module.
type source struct {
	path string // slash-separated, below the module's root
	fset *token.FileSet
	file *ast.File
	data []byte
}

func parse(name string, data []byte) (source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	return source{path: name, fset: fset, file: file, data: data}, err
}

func (s source) pkg() string { return path.Dir(s.path) }

// test reports whether the file is test code.
func (s source) test() bool {
	return strings.HasSuffix(s.path, "_test.go") || isTestSupport(s.pkg())
}

func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(n.Pos()).Line)
}

// checkImports returns what is wrong with the file's imports.
func checkImports(s source) []string {
	var wrong []string
	for _, spec := range s.file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		var msg string
		first, _, _ := strings.Cut(name, "/")
		switch {
		case first == module:
			msg = checkImport(s.pkg(), strings.TrimPrefix(strings.TrimPrefix(name, module), "/"), s.test())
		case name == "C":
			msg = "no cgo: the program is built as one static binary"
		case strings.Contains(first, "."):
			msg = checkThirdParty(s.pkg(), name, s.test())
		}
		if msg != "" {
			wrong = append(wrong, s.at(spec)+": "+msg)
		}
	}
	return wrong
}

var (
	// In capitals the verb is enough, so that SQL put together from pieces is
	// found. In small letters it takes more than a verb, since error messages
	// also begin with "update".
	sqlUpper = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)
	sqlAny   = regexp.MustCompile(`(?i)^\s*(SELECT\s[\s\S]*\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+(RECURSIVE\s+)?\w+\s*(\([^)]*\)\s*)?AS\s)`)
)

func isSQL(text string) bool { return sqlUpper.MatchString(text) || sqlAny.MatchString(text) }

// checkSQL returns the SQL in a file that should hold none.
func checkSQL(s source) []string {
	base := path.Base(s.path)
	_, excepted := sqlExceptions[s.path]
	if s.test() || excepted || base == "store.go" || strings.HasSuffix(base, "_store.go") ||
		withinAny(s.pkg(), sqlFreely) || slices.Contains(strings.Split(s.pkg(), "/"), "migrations") {
		return nil
	}
	var wrong []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && isSQL(text) {
			wrong = append(wrong, fmt.Sprintf("%s: SQL %.40q: move the query to store.go or a *_store.go file of this package",
				s.at(lit), strings.TrimSpace(text)))
		}
		return true
	})
	return wrong
}

// checkClock returns the uses of time.Now in a file that should take a clock.
func checkClock(s source) []string {
	_, excepted := clockExceptions[s.path]
	if s.test() || excepted || withinAny(s.pkg(), clockPackages) {
		return nil
	}
	name := ""
	for _, spec := range s.file.Imports {
		if spec.Path.Value == `"time"` {
			name = "time"
			if spec.Name != nil {
				name = spec.Name.Name
			}
		}
	}
	if name == "" {
		return nil
	}
	var wrong []string
	if name == "." {
		return append(wrong, s.path+": do not dot-import time")
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Now" {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == name {
				wrong = append(wrong, s.at(sel)+": time.Now: take the clock of internal/kit/date as a parameter, so that tests and the demo can choose the day")
			}
		}
		return true
	})
	return wrong
}

// checkLength says so if a file written by hand is too long.
func checkLength(s source) []string {
	lines := bytes.Count(s.data, []byte("\n"))
	if _, ok := lengthExceptions[s.path]; ok || lines <= maxLines || ast.IsGenerated(s.file) {
		return nil
	}
	return []string{fmt.Sprintf("%s has %d lines, more than %d: split it by subject", s.path, lines, maxLines)}
}

// checkDoc says so if none of a package's files documents it.
func checkDoc(pkg string, files []source) []string {
	for _, s := range files {
		name := s.file.Name.Name
		if strings.HasSuffix(name, "_test") || s.file.Doc == nil {
			continue
		}
		if text := s.file.Doc.Text(); name == "main" || strings.HasPrefix(text, "Package "+name+" ") {
			return nil
		}
	}
	return []string{pkg + " has no package comment: add a doc.go saying \"Package … does …\""}
}
