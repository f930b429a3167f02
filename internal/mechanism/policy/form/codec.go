package form

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/mechanism/policy/engine"
)

// How the texts of a document are kept that are more than a text: by the type that they stand in and their key.
var (
	conditions = keySet("Step.when", "Item.when", "ScoreLine.when", "Gate.require", "Veto.when", "Case.when", "Instalment.when", "Clawback.when",
		"PersonRule.require", "Steps.step_when")
	operands  = keySet("Step.floor", "Step.cap", "Rate.at", "Range.min", "Range.max", "Window.from", "Window.until")
	intervals = keySet("Band.in")
	figures   = keySet("Input.figure")
)

func keySet(list ...string) map[string]bool {
	out := map[string]bool{}
	for _, k := range list {
		out[k] = true
	}
	return out
}

// Shapes are the keys of a step's shapes, in the order in which a form offers them.
var shapes = []string{"increase", "net", "accounts", "rate", "bands", "steps", "count", "fixed", "range", "sum", "highest", "grade", "score", "composite", "expr"}

// Encode writes a document as the texts of a form.
func Encode(doc *engine.Document) Values {
	e := encoder{Values{}, namesOf(doc)}
	e.structure("", reflect.ValueOf(doc).Elem())
	return e.Values
}

// namesOf are the names of a document with their types; steps are numbers.
func namesOf(doc *engine.Document) names {
	out := names{"role": "text", "kind": "text", "months": "number", "disciplined": "bool", "step": "number", "reach": "number", "award": "number"}
	for _, in := range doc.Inputs {
		out[in.Name] = in.Type
	}
	for _, list := range [][]engine.Step{doc.Measures, doc.Rules} {
		for i := range list {
			out[list[i].Name] = "number"
		}
	}
	return out
}

type encoder struct {
	Values
	known names
}

func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// keyOf is a field's key in the file.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return key
}

func (e encoder) structure(path string, v reflect.Value) {
	t := v.Type()
	if g, ok := v.Interface().(engine.Gate); ok {
		e.Values[path+".as"] = mark(g.Window != nil, "window", "require")
	}
	for i := range t.NumField() {
		key := keyOf(t.Field(i))
		at, place, x := under(path, key), t.Name()+"."+key, v.Field(i)
		if t.Name() == "Step" && slices.Contains(shapes, key) {
			if x.IsZero() || e.get(path+".shape") != "" {
				continue // a step with two shapes is never saved
			}
			e.Values[path+".shape"] = key
		}
		switch {
		case conditions[place]:
			e.takeApart(at, x.String(), e.known)
		case operands[place]:
			e.operand(at, x.String())
		case intervals[place]:
			e.interval(at, x.String())
		case figures[place]:
			e.figure(at, x.String())
		default:
			e.value(at, x)
		}
	}
}

func (e encoder) value(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		e.put(path, v.String())
	case reflect.Int:
		if v.Int() != 0 {
			e.Values[path] = strconv.FormatInt(v.Int(), 10)
		}
	case reflect.Bool:
		if v.Bool() {
			e.Values[path] = marker
		}
	case reflect.Pointer:
		if !v.IsNil() {
			e.structure(path, v.Elem())
		}
	case reflect.Struct:
		e.structure(path, v)
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if v.Type().Elem().Kind() == reflect.Slice {
				e.Values[path+"."+k.String()] = marker // also when it has no row
			}
			e.value(path+"."+k.String(), v.MapIndex(k))
		}
	case reflect.Slice:
		e.slice(path, v)
	}
}

func (e encoder) slice(path string, v reflect.Value) {
	if list, ok := v.Interface().([]string); ok && !isNames(path) {
		e.put(path, strings.Join(list, "\n"))
		return
	}
	for i := range v.Len() {
		row := At(path, i)
		if v.Index(i).Kind() == reflect.String {
			e.Values[row] = cleaned(v.Index(i).String())
			continue
		}
		e.Values[row] = marker
		e.value(row, v.Index(i))
	}
}

// Document reads the texts as a document, as far as they can be; what cannot is left out and complained of.
func (v Values) Document() (*engine.Document, engine.Complaints) {
	d := decoder{Values: v, known: v.names()}
	doc := &engine.Document{}
	d.structure("", reflect.ValueOf(doc).Elem())
	doc.Format = engine.Format
	return doc, d.wrong
}

// names are the names that a form defines.
func (v Values) names() names {
	doc := &engine.Document{}
	for i := range v.Rows("inputs") {
		doc.Inputs = append(doc.Inputs, engine.Input{Name: v.get(At("inputs", i) + ".name"), Type: v.get(At("inputs", i) + ".type")})
	}
	for i := range v.Rows("measures") {
		doc.Measures = append(doc.Measures, engine.Step{Name: v.get(At("measures", i) + ".name")})
	}
	for i := range v.Rows("rules") {
		doc.Rules = append(doc.Rules, engine.Step{Name: v.get(At("rules", i) + ".name")})
	}
	return namesOf(doc)
}

type decoder struct {
	Values
	known names
	wrong engine.Complaints
}

// text keeps the mistake of a text that cannot be put together.
func (d *decoder) text(text string, err error) string {
	if m, ok := err.(*mistake); ok {
		d.wrong = append(d.wrong, engine.Complaint{Path: m.path, Msg: m.msg})
	}
	return text
}

func (d *decoder) structure(path string, v reflect.Value) {
	t := v.Type()
	shape := d.get(path + ".shape")
	for i := range t.NumField() {
		key := keyOf(t.Field(i))
		at, place, x := under(path, key), t.Name()+"."+key, v.Field(i)
		switch {
		case t.Name() == "Gate" && other[d.get(path+".as")] == key: // the kind that was not chosen
		case t.Name() == "Step" && slices.Contains(shapes, key):
			d.shape(at, x, shape == key)
		case conditions[place]:
			x.SetString(d.text(d.together(at, d.known)))
		case operands[place]:
			x.SetString(d.text(d.operandText(at)))
		case intervals[place]:
			x.SetString(d.intervalText(at))
		case figures[place]:
			x.SetString(d.figureText(at))
		default:
			d.value(at, x)
		}
	}
}

// other is the kind of gate that another rules out.
var other = map[string]string{"window": "require", "require": "window"}

// shape reads the shape that was chosen, whatever is left of others.
func (d *decoder) shape(path string, x reflect.Value, chosen bool) {
	switch {
	case !chosen:
	case x.Kind() == reflect.Pointer:
		x.Set(reflect.New(x.Type().Elem()))
		d.structure(path, x.Elem())
	default:
		d.value(path, x)
	}
}

func (d *decoder) value(path string, x reflect.Value) {
	switch x.Kind() {
	case reflect.String:
		x.SetString(d.get(path))
	case reflect.Int:
		text := d.get(path)
		n, err := strconv.Atoi(text)
		if text != "" && err != nil {
			d.wrong = append(d.wrong, engine.Complaint{Path: path, Msg: fmt.Sprintf("“%s”不是整数", text)})
		}
		x.SetInt(int64(n))
	case reflect.Bool:
		x.SetBool(d.get(path) != "")
	case reflect.Pointer:
		if d.under(path) {
			x.Set(reflect.New(x.Type().Elem()))
			d.structure(path, x.Elem())
		}
	case reflect.Struct:
		d.structure(path, x)
	case reflect.Map:
		d.table(path, x)
	case reflect.Slice:
		d.slice(path, x)
	}
}

func (d *decoder) table(path string, x reflect.Value) {
	elem := x.Type().Elem()
	for _, key := range d.keys(path, elem.Kind() == reflect.String) {
		if x.IsNil() {
			x.Set(reflect.MakeMap(x.Type()))
		}
		one := reflect.New(elem).Elem()
		d.value(path+"."+key, one)
		x.SetMapIndex(reflect.ValueOf(key), one)
	}
}

func (d *decoder) slice(path string, x reflect.Value) {
	if _, ok := x.Interface().([]string); ok && !isNames(path) {
		for line := range strings.Lines(d.get(path)) {
			if line = strings.TrimSpace(line); line != "" {
				x.Set(reflect.Append(x, reflect.ValueOf(line)))
			}
		}
		return
	}
	for i := range d.Rows(path) {
		one := reflect.New(x.Type().Elem()).Elem()
		if one.Kind() == reflect.String {
			one.SetString(d.get(At(path, i)))
		} else {
			d.structure(At(path, i), one)
		}
		x.Set(reflect.Append(x, one))
	}
}

// Lossless reports whether a form keeps all of a document: written as texts, read back and written as a file, it is the
// same, but for white space around texts.
func Lossless(doc *engine.Document) bool {
	again, wrong := Encode(doc).Document()
	if len(wrong) > 0 {
		return false
	}
	want, err := engine.Write(trimmed(doc))
	if err != nil {
		return false
	}
	got, err := engine.Write(again)
	return err == nil && string(want) == string(got)
}

// trimmed is a copy of a document without white space around its texts.
func trimmed(doc *engine.Document) *engine.Document {
	out := reflect.New(reflect.TypeOf(*doc)).Elem()
	copyTrimmed(out, reflect.ValueOf(doc).Elem())
	return out.Addr().Interface().(*engine.Document)
}

func copyTrimmed(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.String:
		to.SetString(cleaned(from.String()))
	case reflect.Struct:
		for i := range from.NumField() {
			copyTrimmed(to.Field(i), from.Field(i))
		}
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			copyTrimmed(to.Elem(), from.Elem())
		}
	case reflect.Slice:
		for i := range from.Len() {
			one := reflect.New(from.Type().Elem()).Elem()
			copyTrimmed(one, from.Index(i))
			to.Set(reflect.Append(to, one))
		}
	case reflect.Map:
		for _, k := range from.MapKeys() {
			if to.IsNil() {
				to.Set(reflect.MakeMap(from.Type()))
			}
			one := reflect.New(from.Type().Elem()).Elem()
			copyTrimmed(one, from.MapIndex(k))
			to.SetMapIndex(k, one)
		}
	default:
		to.Set(from)
	}
}
