package app

import (
	"fmt"
	"io"

	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/policy/engine"
)

// TestPolicy runs the worked examples of a policy file and prints a line for each; an example that comes out otherwise
// is followed by the differences and the whole calculation. It reports how many ran and how many failed. An error is
// Invalid: the file is not a policy (line and column stand in its fields), or it has no example.
func TestPolicy(out io.Writer, text []byte) (ran, failed int, err error) {
	p, err := engine.Read(text)
	if err != nil {
		return 0, 0, err
	}
	outcomes := p.Test()
	if len(outcomes) == 0 {
		return 0, 0, errs.New(errs.Invalid, "policy.no_examples", "没有算例，无从核对；请至少写一个（examples）")
	}
	fmt.Fprintf(out, "%s（%s，第 %d 版）\n", p.Doc.Title, p.Doc.Issuer, p.Doc.Version.No)
	for _, o := range outcomes {
		if len(o.Diffs) == 0 {
			fmt.Fprintf(out, "  相符  %s\n", o.Name)
			continue
		}
		failed++
		fmt.Fprintf(out, "  不符  %s\n", o.Name)
		for _, d := range o.Diffs {
			fmt.Fprintf(out, "        %s\n", d)
		}
		if o.Award != nil {
			fmt.Fprintf(out, "\n%s\n", o.Award.Text(p))
		}
	}
	return len(outcomes), failed, nil
}
