package engine

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Every step of every example policy is said in words, without a name that only the file knows.
func TestDescribe(t *testing.T) {
	for name, text := range files(t) {
		p, err := Read(text)
		if err != nil {
			t.Fatal(says(err))
		}
		measures, rules := p.Describe()
		if len(measures)+len(rules) != len(p.steps)+1 {
			t.Errorf("%s: %d lines for %d steps", name, len(measures)+len(rules), len(p.steps)+1)
		}
		for _, d := range append(measures, rules...) {
			if strings.TrimSpace(d.Text) == "" || d.Label == "" {
				t.Errorf("%s: %+v", name, d)
			}
			for n := range p.names {
				if len(n) > 4 && strings.Contains(d.Text, n) {
					t.Errorf("%s: %s says %q", name, d.Name, d.Text)
				}
			}
		}
	}
}

// What is shown for entry is read back as the same value.
func TestValueText(t *testing.T) {
	for name, text := range files(t) {
		p, err := Read(text)
		if err != nil {
			t.Fatal(says(err))
		}
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			in := draw(t, p)
			for _, i := range p.order {
				v := in.Values[i.Name]
				if i.typ == varAccounts || i.typ == varText && v.Text == "" {
					continue
				}
				back, err := p.ParseValue(i.Name, p.ValueText(i.Name, v))
				if err != nil {
					t.Fatal(err)
				}
				if i.typ == varNum && back.Num.Cmp(v.Num) != 0 || back.Bool != v.Bool || back.Text != v.Text || back.Date != v.Date {
					t.Fatalf("%s: %q reads as %+v, was %+v", i.Name, p.ValueText(i.Name, v), back, v)
				}
			}
		}))
	}
}
