package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huicun/internal/app"
	"huicun/internal/app/ledgerbench"
	"huicun/internal/app/measure"
)

// benchCmd measures: the pages, or the ledger.
type benchCmd struct {
	Pages  benchPagesCmd  `cmd:"" default:"withargs" help:"测量页面、冷启动和内存"`
	Ledger benchLedgerCmd `cmd:"" help:"测量记账：导入、并发记账、报表、整个进程"`

	Process benchProcessCmd `cmd:"" hidden:"" help:"运行一个程序，打印它用了多少时间和内存"`
}

// benchProcessCmd runs a program from this small process, whose memory does not count as the program's.
type benchProcessCmd struct {
	Program []string `arg:"" passthrough:""`
}

// Run prints what the program took as JSON.
func (b *benchProcessCmd) Run(ctx context.Context, std streams) error {
	program := b.Program
	if program[0] == "--" {
		program = program[1:]
	}
	r, err := measure.Process(ctx, program[0], program[1:]...)
	if err != nil {
		return err
	}
	return json.NewEncoder(std.out).Encode(r)
}

type benchPagesCmd struct {
	Villages  []int  `name:"villages" default:"9,300" help:"各镇的村数；9 个村的镇用演示数据"`
	Contracts int    `name:"contracts" default:"100000" help:"合同份数"`
	Runs      int    `name:"runs" default:"300" help:"每项测多少次"`
	Keep      bool   `name:"keep" help:"测完保留数据，下次用同样的参数直接测（要填 --data-dir）"`
	DataDir   string `name:"data-dir" help:"放测量数据的空目录；不填用临时目录，测完删除" type:"path"`
	Database  string `name:"database" help:"在这个没有记录的 PostgreSQL 里测，数据放在另一个模式里，测完删除"`
}

// Run measures in a scratch database and prints a table.
func (b *benchPagesCmd) Run(ctx context.Context, std streams) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	list, err := app.Bench(ctx, app.BenchConfig{
		DataDir: b.DataDir, Database: b.Database, Keep: b.Keep, Villages: b.Villages, Contracts: b.Contracts, Runs: b.Runs, Binary: self,
		Progress: func(what string) { fmt.Fprintln(std.err, what) },
	})
	if err != nil {
		return err
	}
	rows := [][]string{{"项目", "次数", "中位数", "p99", "最慢", "方向", "说明"}, nil}
	for _, r := range list {
		p50, p99, worst := short(r.P50), short(r.P99), short(r.Worst)
		if r.Bytes > 0 {
			p50, p99, worst = fmt.Sprintf("%.1f MB", float64(r.Bytes)/(1<<20)), "", ""
		}
		rows = append(rows, []string{r.Name, strconv.Itoa(r.Tries), p50, p99, worst, r.Direction, r.Notes})
	}
	writeTable(std.out, rows)
	return nil
}

// writeTable prints a table that reads well on a terminal and in a document in Markdown. The rule below the headings is nil.
func writeTable(out io.Writer, rows [][]string) {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], width(cell))
		}
	}
	for _, row := range rows {
		fmt.Fprint(out, "|")
		for i := range wide {
			if row == nil {
				fmt.Fprint(out, strings.Repeat("-", wide[i]+2)+"|")
				continue
			}
			fmt.Fprint(out, " "+row[i]+strings.Repeat(" ", wide[i]-width(row[i]))+" |")
		}
		fmt.Fprintln(out)
	}
}

type benchLedgerCmd struct {
	Vouchers []int  `name:"vouchers" default:"20000,300000" help:"凭证张数，每张三行"`
	Clients  []int  `name:"clients" default:"1,8,32" help:"同时记账的人数"`
	Posts    int    `name:"posts" default:"1000" help:"每种人数共记多少张"`
	Runs     int    `name:"runs" default:"100" help:"每种报表算多少次"`
	DataDir  string `name:"data-dir" help:"放测量数据的空目录；不填用临时目录，测完删除" type:"path"`
	Database string `name:"database" help:"在这个没有记录的 PostgreSQL 里测，数据放在另一个模式里，测完删除"`
}

// Run measures the ledger in a scratch database and prints a table.
func (b *benchLedgerCmd) Run(ctx context.Context, std streams) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	list, err := ledgerbench.Run(ctx, ledgerbench.Config{
		DataDir: b.DataDir, Database: b.Database, Vouchers: b.Vouchers, Clients: b.Clients, Posts: b.Posts, Runs: b.Runs, Binary: self,
		Progress: func(what string) { fmt.Fprintln(std.err, what) },
	})
	rows := [][]string{{"项目", "次数", "中位数", "p99", "每秒", "内存", "说明"}, nil}
	for _, r := range list {
		p99, rate, peak := "", "", ""
		if r.P99 > 0 {
			p99 = short(r.P99)
		}
		if r.Rate > 0 {
			rate = fmt.Sprintf("%.0f %s", r.Rate, r.Unit)
		}
		if r.Peak > 0 {
			peak = fmt.Sprintf("%.0f MB", float64(r.Peak)/(1<<20))
		}
		rows = append(rows, []string{r.Name, strconv.Itoa(r.Tries), short(r.P50), p99, rate, peak, r.Note})
	}
	writeTable(std.out, rows)
	return err
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

// width is how many places a text takes on a terminal, where a Chinese character takes two.
func width(s string) int {
	n := 0
	for _, r := range s {
		if n++; utf8.RuneLen(r) > 2 {
			n++
		}
	}
	return n
}
