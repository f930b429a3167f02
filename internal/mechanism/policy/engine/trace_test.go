package engine

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestTrace compares what a person reads of an award.
func TestTrace(t *testing.T) {
	for _, name := range []string{"helan-2021", "zhashui-2020", "sankou", "jiangsu-a-town", "xisongji-2017", "hongqiao-2022", "baqiao-vitality-sample", "baqiao-information-sample"} {
		p := loaded(t, name)
		got := ""
		for _, o := range p.Test() {
			if o.Award != nil {
				got += o.Award.Text(p) + "\n"
			}
		}
		golden := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (write anew with -update if it should differ):\n%s", name, d)
		}
	}
}
