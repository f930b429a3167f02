// Command huicun (惠村) is the software on which a township runs its villages' collective economy: one binary with
// the server and the operators' commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"huicun/internal/app"
	"huicun/internal/kit/errs"
)

// version is set by the linker.
var version = "dev"

// cli is the whole command line; one file per command.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"启动服务"`
	Demo    demoCmd    `cmd:"" help:"载入八桥镇 2021 年演示数据并启动"`
	Migrate migrateCmd `cmd:"" help:"建立或升级数据库结构"`
	Import  importCmd  `cmd:"" help:"从 xlsx 或 CSV 导入一类记录"`
	Export  exportCmd  `cmd:"" help:"导出一类记录，或导出账簿"`
	Figures figuresCmd `cmd:"" help:"打印、解释或核对数字"`
	Report  reportCmd  `cmd:"" help:"打印科目余额表、收支明细、资产负债表、收益及分配、统计表和账簿"`
	Account accountCmd `cmd:"" help:"建立第一个系统管理员"`
	Verify  verifyCmd  `cmd:"" help:"核验导出的文件"`
	Fsck    fsckCmd    `cmd:"" help:"核验必须成立的一切：余额、编号、收款计划、发布内容"`
	Reindex reindexCmd `cmd:"" help:"重建检索：让按名称、编号、摘要的查找与记录一致"`
	Alerts  alertsCmd  `cmd:"" help:"按预警规则检查"`
	Policy  policyCmd  `cmd:"" help:"检查政策文件"`
	Bench   benchCmd   `cmd:"" help:"测量性能"`
	Version versionCmd `cmd:"" help:"打印版本"`
}

// data are the flags of every command that reads data.
type data struct {
	DataDir  string `name:"data-dir" env:"HUICUN_DATA_DIR" default:"data" help:"数据目录（内置数据库和密钥文件）" type:"path"`
	Database string `name:"database" env:"HUICUN_DATABASE" help:"PostgreSQL 地址，如 postgres://用户@主机:5432/库名；不填用内置数据库"`
	Key      string `name:"key" env:"HUICUN_KEY" help:"加密个人信息的密钥（base64，32 字节）；不填用数据目录里的密钥文件"`
}

func (d data) config() app.Config {
	return app.Config{DataDir: d.DataDir, Database: d.Database, Key: d.Key, Version: version}
}

// streams are where a command reads and writes.
type streams struct {
	out, err io.Writer
}

// exitCode makes a command end with a status without a further message.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process: 0 done, 1 refused or different, 2 wrong usage.
func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	status := -1
	parser, err := kong.New(&c, kong.Name("huicun"), kong.Description("惠村：村级集体经济一本账"), kong.Writers(out, errOut),
		kong.Exit(func(code int) { status = code }), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams{out, errOut}),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Help(printHelp))
	if err != nil {
		fmt.Fprintln(errOut, err)
		return 2
	}
	kctx, err := parser.Parse(args)
	if status >= 0 { // help was printed
		return status
	}
	if err != nil {
		fmt.Fprintln(errOut, "用法不对："+usage(err))
		fmt.Fprintln(errOut, "运行 huicun --help 查看用法")
		return 2
	}
	err = kctx.Run()
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code): // the parser wraps what a command returns
		return int(code)
	}
	fmt.Fprintln(errOut, "出错："+reason(err))
	return 1
}

// reason is what an operator reads: the sentence, and for a defect or a broken part the cause as well.
func reason(err error) string {
	s := err.Error()
	if e := errs.As(err); e != nil && e.Kind != errs.Internal && e.Kind != errs.Unavailable && e.Err != nil {
		return strings.TrimSuffix(s, " ("+e.Err.Error()+")")
	}
	return s
}
