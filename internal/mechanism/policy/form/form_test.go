package form

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/mechanism/policy/engine"
)

// examples reads all policies that come along.
func examples(t *testing.T) map[string]*engine.Document {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "policies", "examples", "*.yaml"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	out := map[string]*engine.Document{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := engine.Read(text)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out[filepath.Base(f)] = p.Doc
	}
	return out
}

func written(t interface {
	Helper()
	Fatal(args ...any)
}, doc *engine.Document) string {
	t.Helper()
	text, err := engine.Write(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every policy that comes along is the same after it went through the form.
func TestExamplesKept(t *testing.T) {
	for name, doc := range examples(t) {
		again, wrong := Encode(doc).Document()
		if len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
		if got, want := written(t, again), written(t, trimmed(doc)); got != want {
			t.Errorf("%s comes back as\n%s\nwant\n%s", name, got, want)
		}
		if !Lossless(doc) {
			t.Errorf("%s is called lossy", name)
		}
	}
}

// What the form takes apart: most conditions of the examples, all intervals and figures.
func TestTakenApart(t *testing.T) {
	raw := []string{}
	for name, doc := range examples(t) {
		for k, text := range Encode(doc) {
			kept := strings.HasSuffix(k, ".when") || strings.HasSuffix(k, ".require") || strings.HasSuffix(k, ".step_when") || strings.HasSuffix(k, ".in") || strings.HasSuffix(k, rawMark)
			if kept && text != "" && !strings.Contains(name, "sample!") {
				raw = append(raw, name+" "+text)
			}
		}
	}
	slices.Sort(raw)
	want := []string{
		`dalang-2023.yaml`, `dalang-2023.yaml`, `sankou.yaml fixed_assets >= 3 * (step_reading ? reach : registered)`, `sankou.yaml fixed_assets >= 3 * (step_reading ? reach : registered)`,
	}
	if len(raw) != len(want) {
		t.Errorf("kept as they are:\n%s", strings.Join(raw, "\n"))
	}
}

// Whatever a document says, the form keeps it, or says that it does not.
func TestLosslessOrSaid(t *testing.T) {
	word := rapid.SampledFrom([]string{"", "income", "8万", "12%", "[3万, 10万)", "(-∞, +∞)", "[1,2]", "a && b", "a || !b", `g == "优"`, `g == "a && b"`, "x > wan(1)", "x>1", "x >= y", "f; k=v", "f; z=1; a=2", "文 字", " 空 ", "一\n二", "1/3", "!x", "bands", "1"})
	rapid.Check(t, func(r *rapid.T) {
		doc := &engine.Document{}
		fill(r, word, reflect.ValueOf(doc).Elem(), 0)
		doc.Format = engine.Format
		values := Encode(doc)
		again, wrong := values.Document()
		if len(wrong) == 0 && Lossless(doc) {
			if got, want := written(r, again), written(r, trimmed(doc)); got != want {
				r.Fatalf("comes back as\n%s\nwant\n%s", got, want)
			}
		}
		// A second time changes nothing, lossless or not.
		if once, twice := written(r, again), written(r, back(again)); len(wrong) == 0 && once != twice {
			r.Fatalf("first\n%s\nthen\n%s", once, twice)
		}
	})
}

func back(doc *engine.Document) *engine.Document {
	out, _ := Encode(doc).Document()
	return out
}

// fill makes a document up, with one shape a step.
func fill(r *rapid.T, word *rapid.Generator[string], v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(word.Draw(r, "word"))
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(0, 3).Draw(r, "int")))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(r, "bool"))
	case reflect.Pointer:
		if depth < 5 && rapid.Bool().Draw(r, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, word, v.Elem(), depth+1)
		}
	case reflect.Slice:
		for range rapid.IntRange(0, 2).Draw(r, "rows") {
			one := reflect.New(v.Type().Elem()).Elem()
			fill(r, word, one, depth+1)
			v.Set(reflect.Append(v, one))
		}
	case reflect.Map:
		for _, key := range []string{"income", "growth"}[:rapid.IntRange(0, 2).Draw(r, "keys")] {
			one := reflect.New(v.Type().Elem()).Elem()
			fill(r, word, one, depth+1)
			if v.IsNil() {
				v.Set(reflect.MakeMap(v.Type()))
			}
			v.SetMapIndex(reflect.ValueOf(key), one)
		}
	case reflect.Struct:
		only := ""
		if v.Type().Name() == "Step" {
			only = rapid.SampledFrom(shapes).Draw(r, "shape")
		}
		for i := range v.NumField() {
			key := keyOf(v.Type().Field(i))
			if only != "" && slices.Contains(shapes, key) && key != only {
				continue
			}
			fill(r, word, v.Field(i), depth+1)
		}
	}
}

// Rows can be added, moved and taken out; what stands in them goes along.
func TestRows(t *testing.T) {
	v := Values{}
	for range 3 {
		v.Act("add:rules")
	}
	for i, label := range []string{"甲", "乙", "丙"} {
		v[At("rules", i)+".label"] = label
	}
	v[At("rules", 2)+".bands.rows[0].at"] = "5%"
	labels := func() string {
		out := ""
		for i := range v.Rows("rules") {
			out += v[At("rules", i)+".label"]
		}
		return out
	}
	v.Act("up:rules[2]")
	if got := labels(); got != "甲丙乙" || v["rules[1].bands.rows[0].at"] != "5%" {
		t.Errorf("moved up: %s, %v", got, v)
	}
	v.Act("remove:rules[0]")
	if got := labels(); got != "丙乙" || v["rules[0].bands.rows[0].at"] != "5%" {
		t.Errorf("taken out: %s", got)
	}
	for _, act := range []string{"up:rules[0]", "down:rules[1]", "remove:rules[7]", "up:rules[x]", "remove:title", "add:", "nonsense", "remove:rules[-1]"} {
		v.Act(act)
	}
	if got := labels(); got != "丙乙" {
		t.Errorf("an act that cannot be changed it: %s", got)
	}
	names := map[string]bool{}
	for i := range v.Rows("rules") {
		names[v[At("rules", i)+".name"]] = true
	}
	v.Act("add:rules")
	if names[v["rules[2].name"]] || len(names) != 2 {
		t.Errorf("names are not their own: %v and %s", names, v["rules[2].name"])
	}
	v["rules[2].bands.rows[0].in.to"] = "10万"
	v.Act("add:rules[2].bands.rows")
	if v["rules[2].bands.rows[1].in.from"] != "10万" {
		t.Error("a new band does not begin where the last ends")
	}
}

// What cannot be put together is complained of at its field.
func TestMistakes(t *testing.T) {
	v := Values{"inputs[0]": "1", "inputs[0].name": "grade", "inputs[0].type": "text", "inputs[0].base": "去年",
		"gates[0]": "1", "gates[0].require[0]": "1", "gates[0].require[0].left": "grade", "gates[0].require[0].op": "==",
		"vetoes[0]": "1", "vetoes[0].when[0]": "1", "vetoes[0].when[0].left": "grade", "vetoes[0].when[0].op": ">", "vetoes[0].when[0].right": "多",
		"rules[0]": "1", "rules[0].name": "r", "rules[0].shape": "fixed", "rules[0].cap": "8万", "rules[0].cap.name": "r", "rules[0].floor": "abc"}
	_, wrong := v.Document()
	got := map[string]bool{}
	for _, c := range wrong {
		got[c.Path] = true
	}
	for _, path := range []string{"inputs[0].base", "gates[0].require[0].right", "rules[0].cap", "rules[0].floor"} {
		if !got[path] {
			t.Errorf("nothing is said of %s: %v", path, wrong)
		}
	}
	if v["vetoes[0].when[0].left"] = "x"; !slices.ContainsFunc(second(v.Document()), func(c engine.Complaint) bool { return c.Path == "vetoes[0].when[0].right" }) {
		t.Error("words are taken for a number")
	}
}

func second(_ *engine.Document, c engine.Complaints) engine.Complaints { return c }

// Conditions are written as expressions are, with the scales that people use.
func TestConditions(t *testing.T) {
	known := names{"income": "money", "grade": "text", "ok": "bool"}
	for _, c := range []struct{ left, op, right, other, want string }{
		{"income", ">=", "5万", "", "income >= wan(5)"}, {"income", "<", "1.2亿", "", "income < yi(1.2)"}, {"income", ">", "3,000元", "", "income > 3000"},
		{"income", "<", "30%", "", "income < 0.3"}, {"grade", "!=", "优秀", "", `grade != "优秀"`}, {"ok", "yes", "", "", "ok"}, {"ok", "no", "", "", "!ok"},
		{"income", ">", "", "base", "income > base"},
	} {
		v := Values{"w[0]": "1", "w[0].left": c.left, "w[0].op": c.op, "w[0].right": c.right, "w[0].other": c.other}
		got, err := v.together("w", known)
		if err != nil || got != c.want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
		again := Values{}
		again.takeApart("w", got, known)
		if text, err := again.together("w", known); err != nil || text != got {
			t.Errorf("%q comes back as %q, %v", got, text, err)
		}
	}
}

// Data that is taken out leaves nothing behind in the examples, where no field would show it.
func TestRemovedData(t *testing.T) {
	for name, doc := range examples(t) {
		v := Encode(doc)
		for v.Rows("inputs") > 0 {
			v.Act("remove:inputs[0]")
		}
		again, _ := v.Document()
		for _, x := range again.Examples {
			if len(x.Given)+len(x.Accounts) > 0 {
				t.Errorf("%s: %v %v are left", name, x.Given, x.Accounts)
			}
		}
	}
}

// Whatever is posted, the form answers; what it shows and keeps together is the document.
func FuzzForm(f *testing.F) {
	f.Add("rules[0]\n1\nrules[0].shape\nbands\nrules[0].bands.rows[0]\n1\nrules[0].bands.rows[0].in.to\n5", "add:rules")
	f.Add("gates[0]\n1\ngates[0].require\na ? b : c\nexamples[0]\n1\nexamples[0].accounts.x[0]\n1", "anew:gates[0].require")
	f.Add("inputs[0]\n\ninputs[0].figure.a.b\n=;\naward.round.mode\nup", "remove:inputs[0]")
	f.Fuzz(func(t *testing.T, text, act string) {
		v := Values{}
		lines := strings.Split(text, "\n")
		for i := 0; i+1 < len(lines); i += 2 {
			v[lines[i]] = lines[i+1]
		}
		v.Act(act)
		doc, own := v.Document()
		view := Build(v, Choices{})
		_, wrong := engine.Check(doc)
		view.Place(own, wrong)
		sent := Values{}
		maps.Copy(sent, view.Hidden)
		for i := range view.Sections {
			view.Sections[i].each(func(f *Field) {
				if f.Kind != Check || f.Value != "" {
					sent[f.Name] = f.Value
				}
			}, nil)
		}
		again, _ := sent.Document()
		if got, want := written(t, again), written(t, doc); got != want {
			t.Fatalf("sent back it is\n%s\nwas\n%s", got, want)
		}
	})
}
