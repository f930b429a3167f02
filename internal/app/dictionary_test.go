package app_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"huicun/internal/app"
)

var update = flag.Bool("update", false, "write docs/data-dictionary.md anew")

// TestDictionary compares the data dictionary with the nouns as they are.
func TestDictionary(t *testing.T) {
	a, err := app.Open(ctx, app.Config{DataDir: t.TempDir(), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	const name = "../../docs/data-dictionary.md"
	got := a.Dictionary()
	for _, n := range a.Env.Nouns() {
		in := n.Info()
		if strings.Count(got, "种类 `"+in.Kind+"`") != 1 {
			t.Errorf("%s is not described once", in.Kind)
		}
	}
	if strings.Contains(got, "## 其他") {
		t.Error("a kind of record stands on no floor: name it in dictionary.go")
	}
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the committed dictionary is not what the records are; run go test ./internal/app -run Dictionary -update (-committed +now):\n%s", diff)
	}
}
