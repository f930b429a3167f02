package main

import (
	"context"
	"fmt"

	"huicun/internal/app"
)

type reindexCmd struct {
	data
	Kinds  []string `arg:"" optional:"" name:"kind" help:"记录种类，如 voucher、contract；不填为全部"`
	Afresh bool     `name:"afresh" help:"从头重建；不填时接着上次中断的地方"`
}

// told is after how many records of a kind the progress is printed again.
const told = 10_000

// Run makes the search index anew and prints a line per kind. It may run beside the server.
func (r *reindexCmd) Run(ctx context.Context, std streams) error {
	a, err := app.Open(ctx, r.config())
	if err != nil {
		return err
	}
	defer a.Close()
	last := 0
	done, err := a.Reindex(ctx, r.Kinds, r.Afresh, func(what string, docs int) {
		if docs/told != last {
			last = docs / told
			if last > 0 {
				fmt.Fprintf(std.err, "%s：已重建 %d 条\n", what, docs)
			}
		}
	})
	all := 0
	for _, k := range done {
		if all += k.Docs; k.Docs > 0 {
			fmt.Fprintf(std.out, "%s：%d 条\n", k.Label, k.Docs)
		}
	}
	if err != nil {
		return fmt.Errorf("重建中断，再运行一次会接着做：%w", err)
	}
	fmt.Fprintf(std.out, "检索重建完成，共 %d 条\n", all)
	return nil
}
