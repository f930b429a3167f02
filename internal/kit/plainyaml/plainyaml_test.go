package plainyaml

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for text, want := range map[string]int{ // the line of the fault, 0 for none
		"a: 1\nb: [1, {c: 2}]\n":                   0,
		"a: '*不是引用'\nb: \"&也不是\"\n":                0,
		"a: &x [1]\nb: 2\n":                        1,
		"a: 1\nb: *x\n":                            2,
		"a:\n  <<: {b: 1}\n":                       2,
		"a: 1\nb: !!binary x\n":                    2,
		"a: " + strings.Repeat("[", 21) + "\n":     1,
		"a: 1\n" + strings.Repeat("- ", 30) + "\n": 2,
		strings.Repeat("甲", 400):                   1,
	} {
		f := Check([]byte(text), 1<<10)
		if (f == nil) != (want == 0) || f != nil && (f.Line != want || f.Msg == "") {
			t.Errorf("%.60q: %+v, want line %d", text, f, want)
		}
	}
}
