package engine

import (
	"os"
	"strings"
	"testing"
)

// The policy that docs/policies.md shows works as it says.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../../../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```yaml\n")
	if !ok {
		t.Fatal("no policy in docs/policies.md")
	}
	shown, _, _ := strings.Cut(rest, "```")
	p, err := Read([]byte(shown))
	if err != nil {
		t.Fatal(says(err))
	}
	for _, o := range p.Test() {
		if len(o.Diffs) > 0 {
			t.Errorf("%s: %s", o.Name, strings.Join(o.Diffs, "\n"))
		}
	}
}
