package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"huicun/internal/app"
)

type benchCmd struct {
	Villages  []int  `name:"villages" default:"9,300" help:"各镇的村数；9 个村的镇用演示数据"`
	Contracts int    `name:"contracts" default:"100000" help:"合同份数"`
	Runs      int    `name:"runs" default:"300" help:"每项测多少次"`
	DataDir   string `name:"data-dir" help:"放测量数据的空目录；不填用临时目录，测完删除" type:"path"`
	Database  string `name:"database" help:"在这个没有记录的 PostgreSQL 里测，数据放在另一个模式里，测完删除"`
}

// Run measures in a scratch database and prints a table.
func (b *benchCmd) Run(ctx context.Context, std streams) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	list, err := app.Bench(ctx, app.BenchConfig{
		DataDir: b.DataDir, Database: b.Database, Villages: b.Villages, Contracts: b.Contracts, Runs: b.Runs, Binary: self,
		Progress: func(what string) { fmt.Fprintln(std.err, what) },
	})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, pad("项目")+"\t次数\t中位数\tp99\t最慢\t方向\t说明")
	for _, r := range list {
		p50, p99, worst := short(r.P50), short(r.P99), short(r.Worst)
		if r.Bytes > 0 {
			p50, p99, worst = fmt.Sprintf("%.1f MB", float64(r.Bytes)/(1<<20)), "", ""
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", pad(r.Name), r.Tries, p50, p99, worst, r.Direction, r.Notes)
	}
	return w.Flush()
}

// short shows a duration with what can be trusted of it.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= 100*time.Millisecond:
		return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// nameWidth is how wide the first column is on a terminal, where a Chinese character takes two places.
const nameWidth = 44

func pad(s string) string {
	width := 0
	for _, r := range s {
		if width++; utf8.RuneLen(r) > 2 {
			width++
		}
	}
	return s + strings.Repeat(" ", max(0, nameWidth-width))
}
