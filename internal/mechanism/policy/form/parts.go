package form

import "strings"

// Intervals, operands and figures as forms have them: taken apart where they can be put together to the same text.

// interval takes "[3万, 10万)" apart.
func (v Values) interval(path, text string) {
	if text = cleaned(text); text == "" {
		return
	}
	parts := Values{}
	if len(text) > 2 {
		from, to, _ := strings.Cut(text[1:len(text)-1], ",")
		parts.end(path+".from", from, "-∞")
		parts.end(path+".to", to, "+∞")
		if text[0] == '[' {
			parts[path+".from_in"] = marker
		}
		if text[len(text)-1] == ']' {
			parts[path+".to_in"] = marker
		}
	}
	if parts.intervalText(path) != text {
		v[path] = text
		return
	}
	for name, value := range parts {
		v[name] = value
	}
}

// end keeps the end of an interval; one without end is left out.
func (v Values) end(name, text, infinite string) {
	if text = strings.TrimSpace(text); text != infinite {
		v[name] = text
	}
}

// intervalText puts an interval together; without both ends it is "".
func (v Values) intervalText(path string) string {
	if raw := v.get(path); raw != "" {
		return raw
	}
	from, to := v.get(path+".from"), v.get(path+".to")
	if from == "" && to == "" {
		return ""
	}
	left, right := "(-∞", "+∞)"
	if from != "" {
		left = mark(v.get(path+".from_in") != "", "[", "(") + from
	}
	if to != "" {
		right = to + mark(v.get(path+".to_in") != "", "]", ")")
	}
	return left + ", " + right
}

func mark(in bool, yes, no string) string {
	if in {
		return yes
	}
	return no
}

// operand keeps an amount (or a day) under the field's name and the name of a value under .name.
func (v Values) operand(path, text string) {
	if plainName.MatchString(cleaned(text)) {
		path += ".name"
	}
	v.put(path, text)
}

// operandText puts it together. The error is a *mistake.
func (v Values) operandText(path string) (string, error) {
	lit, name := v.get(path), v.get(path+".name")
	switch {
	case lit != "" && name != "":
		return "", &mistake{path, "数和“另一项”只能填一个"}
	case plainName.MatchString(lit):
		return "", &mistake{path, "“" + lit + "”不是数；要用另一项的值，请在旁边选择"}
	case name != "":
		return name, nil
	}
	return lit, nil
}

// figure takes "code; parameter=value" apart.
func (v Values) figure(path, text string) {
	if text = cleaned(text); text == "" {
		return
	}
	parts := Values{}
	code, rest, _ := strings.Cut(text, ";")
	parts.put(path, code)
	for _, p := range strings.Split(rest, ";") {
		name, value, _ := strings.Cut(p, "=")
		parts.put(path+"."+strings.TrimSpace(name), value)
	}
	if parts.figureText(path) != text {
		v[path+rawMark] = text
		return
	}
	for name, value := range parts {
		v[name] = value
	}
}

// rawMark follows the name of a figure that is kept as it was written.
const rawMark = "!"

func (v Values) figureText(path string) string {
	if raw := v.get(path + rawMark); raw != "" {
		return raw
	}
	text := v.get(path)
	if text == "" {
		return ""
	}
	for _, name := range v.keys(path, true) {
		text += "; " + name + "=" + v.get(path+"."+name)
	}
	return text
}
