package app

import (
	"context"
	"fmt"
	"io"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
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

// ImportPolicies makes a draft version of each policy file, all or none, in the county of a place; no is the policy's number,
// "" where the files bear it. It returns the versions. An error is Invalid and names the file that it comes from.
func (a *App) ImportPolicies(ctx context.Context, place, no string, names []string, texts [][]byte) ([]policy.Version, error) {
	tn, err := a.Regions.TenantOf(ctx, place)
	if err != nil {
		return nil, err
	}
	var out []policy.Version
	err = a.DB.InTx(ctx, access.System.Meta(tn.ID), func(ctx context.Context, tx *db.Tx) error {
		out = nil
		for i, text := range texts {
			v, err := policy.DraftTx(ctx, tx, a.Nouns.Policies, a.Nouns.Versions, access.System, no, string(text))
			if err != nil {
				e := errs.As(err)
				if e == nil || e.Kind == errs.Internal {
					return fmt.Errorf("importing %s: %w", names[i], err)
				}
				return &errs.Error{Kind: e.Kind, Code: e.Code, Msg: names[i] + "：" + e.Msg, Fields: e.Fields}
			}
			out = append(out, *v)
		}
		return nil
	})
	return out, err
}

// ExportPolicy is the document of a policy's version in the county of a place; number 0 is the latest that has one.
func (a *App) ExportPolicy(ctx context.Context, place, no string, number int) (string, error) {
	tn, err := a.Regions.TenantOf(ctx, place)
	if err != nil {
		return "", err
	}
	return policy.DocumentOf(ctx, a.DB.Read(), tn.ID, a.Nouns.Policies, no, number)
}
