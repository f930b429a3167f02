package form

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Values are the texts of a form by field name. A row of a list is there when its own name ("rules[0]") is.
type Values map[string]string

// marker is the value of a row's own name. A row of a condition has another, since a form shows one before there is any.
const (
	marker     = "1"
	termMarker = "-"
)

// cleaned is a text as it is kept: line ends as in files, no white space around it.
func cleaned(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// put keeps a text that is not empty.
func (v Values) put(name, text string) {
	if text = cleaned(text); text != "" {
		v[name] = text
	}
}

// get is a text, cleaned.
func (v Values) get(name string) string { return cleaned(v[name]) }

// At is the name of a row of a list.
func At(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// Rows counts the rows of a list.
func (v Values) Rows(list string) int {
	n := 0
	for {
		if _, ok := v[At(list, n)]; !ok {
			return n
		}
		n++
	}
}

// under reports whether there is a text that is not empty in a part.
func (v Values) under(part string) bool {
	for name, text := range v {
		if rest, ok := strings.CutPrefix(name, part); ok && rest != "" && (rest[0] == '.' || rest[0] == '[') && cleaned(text) != "" && cleaned(text) != termMarker {
			return true
		}
	}
	return false
}

// keys are the names directly in a part that is a table by name, in order. Those of texts are taken whole, those of lists up
// to the row; a list without rows is there when its own name is.
func (v Values) keys(part string, whole bool) []string {
	found := map[string]bool{}
	for name, text := range v {
		rest, ok := strings.CutPrefix(name, part+".")
		if !ok || whole && cleaned(text) == "" {
			continue
		}
		if !whole {
			var row bool
			if rest, _, row = strings.Cut(rest, "["); !row && cleaned(text) == "" {
				continue
			}
		}
		found[rest] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// clear takes a part out, with its rows and fields.
func (v Values) clear(part string) {
	for name := range v {
		if rest, ok := strings.CutPrefix(name, part); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			delete(v, name)
		}
	}
}

// renumber moves the rows of a list to where place puts them; -1 takes a row out.
func (v Values) renumber(list string, place func(i int) int) {
	moved := Values{}
	for name, text := range v {
		rest, ok := strings.CutPrefix(name, list+"[")
		if !ok {
			continue
		}
		number, rest, ok := strings.Cut(rest, "]")
		i, err := strconv.Atoi(number)
		if !ok || err != nil {
			continue
		}
		delete(v, name)
		if to := place(i); to >= 0 {
			moved[At(list, to)+rest] = text
		}
	}
	maps.Copy(v, moved)
}

// split takes "rules[2]" apart into its list and number.
func split(row string) (list string, i int, ok bool) {
	cut := strings.LastIndexByte(row, '[')
	if cut < 0 || !strings.HasSuffix(row, "]") {
		return "", 0, false
	}
	i, err := strconv.Atoi(row[cut+1 : len(row)-1])
	return row[:cut], i, err == nil && i >= 0
}

// Remove takes a row out.
func (v Values) Remove(row string) {
	list, at, ok := split(row)
	if !ok || at >= v.Rows(list) {
		return
	}
	v.renumber(list, func(i int) int {
		switch {
		case i == at:
			return -1
		case i > at:
			return i - 1
		}
		return i
	})
}

// Move changes a row's place with that of its neighbour: by is -1 (up) or 1 (down).
func (v Values) Move(row string, by int) {
	list, at, ok := split(row)
	to := at + by
	if n := v.Rows(list); !ok || at >= n || to < 0 || to >= n {
		return
	}
	v.renumber(list, func(i int) int {
		switch i {
		case at:
			return to
		case to:
			return at
		}
		return i
	})
}

// Add puts a row at the end of a list. Data, measures and rules get a name of their own, which nobody has to see.
func (v Values) Add(list string) {
	if strings.ContainsAny(list, " \n") || list == "" {
		return
	}
	row := At(list, v.Rows(list))
	v[row] = marker
	switch {
	case isNames(list):
		v[row] = ""
	case list == "inputs":
		v[row+".name"], v[row+".type"] = v.freeName("item"), "money"
	case list == "measures":
		v[row+".name"], v[row+".shape"] = v.freeName("measure"), "increase"
	case list == "rules":
		v[row+".name"], v[row+".shape"] = v.freeName("rule"), "bands"
		v[row+".bands.mode"], v[row+".bands.below"] = "flat", "none"
		v.Add(row + ".bands.rows")
	case list == "splits":
		v[row+".name"], v[row+".kind"] = v.freeName("split"), "payee"
		v.Add(row + ".cases")
	case strings.HasSuffix(list, ".cases"):
		v.Add(row + ".parts")
	case strings.HasSuffix(list, ".bands.rows"):
		v[row+".in.from_in"] = marker
		if _, i, _ := split(row); i > 0 {
			v[row+".in.from"] = v[At(list, i-1)+".in.to"]
		}
	}
}

// isNames reports whether a list's rows are names and not parts with fields.
func isNames(list string) bool {
	for _, end := range []string{".sum", ".highest", ".net.less", ".composite.plus"} {
		if strings.HasSuffix(list, end) {
			return true
		}
	}
	return false
}

// freeName is a name that nothing in the document has.
func (v Values) freeName(stem string) string {
	used := map[string]bool{}
	for name, text := range v {
		if strings.HasSuffix(name, ".name") {
			used[cleaned(text)] = true
		}
	}
	for i := 1; ; i++ {
		if name := fmt.Sprintf("%s_%d", stem, i); !used[name] {
			return name
		}
	}
}

// Act does what a button of the form asks for ("add:rules", "remove:rules[1]", "up:…", "down:…", "anew:gates[0].require");
// what it does not know changes nothing.
func (v Values) Act(act string) {
	what, part, _ := strings.Cut(act, ":")
	switch what {
	case "add":
		if v.Rows(part) < maxRows {
			v.Add(part)
		}
	case "remove":
		v.Remove(part)
	case "up":
		v.Move(part, -1)
	case "down":
		v.Move(part, 1)
	case "anew": // a condition that the form does not know is written anew
		v.clear(part)
	}
	v.prune()
}

// prune takes out of the examples what belongs to data and steps that are gone: the form has no field for it any more.
func (v Values) prune() {
	known := v.names()
	for i := range v.Rows("examples") {
		for part, keep := range map[string]func(kind string, ok bool) bool{
			".given":         func(kind string, ok bool) bool { return ok && kind != "accounts" },
			".accounts":      func(kind string, _ bool) bool { return kind == "accounts" },
			".expect.values": func(_ string, ok bool) bool { return ok },
		} {
			at := At("examples", i) + part
			for _, name := range v.keys(at, part != ".accounts") {
				if kind, ok := known[name]; !keep(kind, ok) {
					v.clear(at + "." + name)
				}
			}
		}
	}
}

// maxRows is how many rows of a list a form shows; the engine's bound.
const maxRows = 200
