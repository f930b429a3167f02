package form

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"huicun/internal/mechanism/policy/engine"
)

// A condition as a form has it is a list of comparisons of which all, or any, must hold: rows with left, op, and right.

// The operators of a comparison: those of expressions, and whether something that is or is not holds.
const (
	opYes = "yes"
	opNo  = "no"
)

// joinAny is the value of a condition's join when any of its rows is enough.
const joinAny = "any"

var (
	termName    = regexp.MustCompile(`^(!?)([a-z][a-z0-9_]*)$`)
	termCompare = regexp.MustCompile(`^([a-z][a-z0-9_]*) (>=|>|<=|<|==|!=) (.+)$`)
	plainName   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	celNumber   = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	celScaled   = regexp.MustCompile(`^(wan|yi)\((-?[0-9]+(?:\.[0-9]+)?)\)$`)
	celText     = regexp.MustCompile(`^"([^"\\\n]*)"$`)
)

// scaleMarks are the functions of expressions for the scales that people write.
var scaleMarks = map[string]string{"wan": "万", "yi": "亿"}

// names are what the names of a document are: the type of each.
type names map[string]string

// takeApart writes a condition as rows; one that rows cannot say stays as it is.
func (v Values) takeApart(path, text string, known names) {
	if text = cleaned(text); text == "" {
		return
	}
	rows := Values{}
	join := " && "
	if strings.Contains(text, " || ") {
		join = " || "
		rows[path+".join"] = joinAny
	}
	for i, term := range strings.Split(text, join) {
		if !rows.term(At(path, i), term) {
			v[path] = text
			return
		}
	}
	if again, err := rows.together(path, known); err != nil || again != text {
		v[path] = text
		return
	}
	for name, value := range rows {
		v[name] = value
	}
}

func (v Values) term(row, text string) bool {
	v[row] = termMarker
	if m := termName.FindStringSubmatch(text); m != nil {
		v[row+".left"], v[row+".op"] = m[2], opYes
		if m[1] != "" {
			v[row+".op"] = opNo
		}
		return true
	}
	m := termCompare.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	v[row+".left"], v[row+".op"] = m[1], m[2]
	switch right := m[3]; {
	case celNumber.MatchString(right):
		v[row+".right"] = right
	case celScaled.MatchString(right):
		s := celScaled.FindStringSubmatch(right)
		v[row+".right"] = s[2] + scaleMarks[s[1]]
	case celText.MatchString(right):
		v[row+".right"] = celText.FindStringSubmatch(right)[1]
	case plainName.MatchString(right):
		v[row+".other"] = right
	default:
		return false
	}
	return true
}

// A mistake is one text of the form that cannot be put into a document.
type mistake struct{ path, msg string }

func (m *mistake) Error() string { return m.msg }

// together writes rows as a condition. Rows in which nothing is chosen do not count. The error is a *mistake.
func (v Values) together(path string, known names) (string, error) {
	if raw := v.get(path); raw != "" {
		return raw, nil
	}
	var terms []string
	for i := range v.Rows(path) {
		row := At(path, i)
		left, right, other := v.get(row+".left"), v.get(row+".right"), v.get(row+".other")
		if left == "" && right == "" && other == "" {
			continue
		}
		term, err := v.oneTerm(row, left, right, other, known)
		if err != nil {
			return "", err
		}
		terms = append(terms, term)
	}
	if v.get(path+".join") == joinAny {
		return strings.Join(terms, " || "), nil
	}
	return strings.Join(terms, " && "), nil
}

func (v Values) oneTerm(row, left, right, other string, known names) (string, error) {
	op := v.get(row + ".op")
	kind := known[left]
	switch {
	case !plainName.MatchString(left):
		return "", &mistake{row + ".left", "请选择比较哪一项"}
	case op == opYes || op == opNo || op == "" && kind == "bool":
		if right != "" || other != "" {
			return "", &mistake{row + ".right", "“是”“不是”后面不填数"}
		}
		if op == opNo {
			return "!" + left, nil
		}
		return left, nil
	case !termCompare.MatchString(left + " " + op + " x"):
		return "", &mistake{row + ".op", "请选择怎样比较"}
	case (right == "") == (other == ""):
		return "", &mistake{row + ".right", "请填写与多少比较，或选择与哪一项比较，只填一个"}
	case other != "":
		return left + " " + op + " " + other, nil
	case kind == "text":
		if strings.ContainsAny(right, "\"\\\n") {
			return "", &mistake{row + ".right", "文字里不能有引号和反斜杠"}
		}
		return left + " " + op + ` "` + right + `"`, nil
	}
	number, ok := celOf(right)
	if !ok {
		return "", &mistake{row + ".right", fmt.Sprintf("“%s”不是数，请写成 8万、3000、12%% 这样", right)}
	}
	return left + " " + op + " " + number, nil
}

// celOf writes a number as people do in the way of expressions.
func celOf(text string) (string, bool) {
	plain := strings.TrimSuffix(strings.ReplaceAll(text, ",", ""), "元")
	if celNumber.MatchString(plain) {
		return plain, true
	}
	for name, mark := range scaleMarks {
		if n, ok := strings.CutSuffix(plain, mark); ok && celNumber.MatchString(n) {
			return name + "(" + n + ")", true
		}
	}
	r, err := engine.ParseNumber(text)
	if err != nil {
		return "", false
	}
	digits, exact := r.FloatPrec()
	if !exact {
		return "", false
	}
	return new(big.Rat).Set(r).FloatString(digits), true
}
