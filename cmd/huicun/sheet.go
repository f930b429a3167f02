package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"huicun/internal/app"
	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
)

type importCmd struct {
	Records  importRecordsCmd  `cmd:"" default:"withargs" help:"导入一类记录，全部成功才保存（可省略 records）"`
	Vouchers importVouchersCmd `cmd:"" help:"导入任意长的凭证文件：全部成功才入账，或按账套、月份分批"`
}

type importRecordsCmd struct {
	data
	Kind  string `arg:"" help:"记录种类，如 contract、voucher；region 为行政区划"`
	File  string `arg:"" help:"xlsx 或 CSV 文件" type:"path"`
	Scope string `name:"scope" help:"数据归属的县（市、区）代码，如 321182；导入区划时不用"`
}

// Run stores a file's rows, all or none; errors are printed with row and column.
func (i *importRecordsCmd) Run(ctx context.Context, std streams) error {
	f, err := os.Open(i.File)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "import.file", "文件 %s 打不开", i.File)
	}
	defer f.Close()
	t, err := sheet.Read(i.File, f, 0, sheet.Options{})
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, i.config())
	if err != nil {
		return err
	}
	defer a.Close()
	if i.Kind == "region" {
		n, rep, err := a.ImportRegions(ctx, t)
		return report(std, err, rep, n.Created, n.Updated, n.Same)
	}
	place, err := code.Region(i.Scope)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "import.scope", "请用 --scope 给出数据归属的县（市、区）代码")
	}
	tn, err := a.Regions.TenantOf(ctx, place)
	if err != nil {
		return err
	}
	res, err := a.ImportAsSystem(ctx, tn.ID, i.Kind, t)
	return report(std, err, &res.Report, res.Created, res.Updated, res.Same)
}

func report(std streams, err error, rep *sheet.Report, created, updated, same int) error {
	if err != nil {
		return err
	}
	for _, e := range rep.Errors {
		fmt.Fprintf(std.err, "第 %d 行 %s %s：%s\n", e.Row, e.Column, e.Value, e.Msg)
	}
	if len(rep.Errors) > 0 {
		fmt.Fprintf(std.err, "共 %d 处错误，没有保存任何一行\n", len(rep.Errors))
		return exitCode(1)
	}
	fmt.Fprintf(std.out, "导入完成：新建 %d 条，更新 %d 条，没有变化 %d 条\n", created, updated, same)
	return nil
}

type exportCmd struct {
	Records exportRecordsCmd `cmd:"" default:"withargs" help:"把一类记录导出为 CSV 或 xlsx（可省略 records）"`
	Journal exportJournalCmd `cmd:"" help:"导出账簿：hledger、beancount、审计凭证表或 XML 数据包"`
}

type exportRecordsCmd struct {
	data
	Kind  string `arg:"" help:"记录种类，如 contract"`
	Scope string `name:"scope" required:"" help:"区划代码，如 321182103"`
	Out   string `name:"out" short:"o" help:"文件名（.csv 或 .xlsx）；不填则以 CSV 打印" type:"path"`
}

// Run writes all records of a kind within a place, in the columns that an import takes.
func (e *exportRecordsCmd) Run(ctx context.Context, std streams) error {
	place, err := code.Region(e.Scope)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, e.config())
	if err != nil {
		return err
	}
	defer a.Close()
	if e.Out == "" {
		return a.Export(ctx, std.out, e.Kind, place, false)
	}
	return toFile(e.Out, func(w io.Writer) error { return a.Export(ctx, w, e.Kind, place, strings.HasSuffix(e.Out, ".xlsx")) })
}

type fsckCmd struct{ data }

// Run verifies what must hold and ends with 1 when something does not.
func (f *fsckCmd) Run(ctx context.Context, std streams) error {
	a, err := app.Open(ctx, f.config())
	if err != nil {
		return err
	}
	defer a.Close()
	problems, checks, err := a.Fsck(ctx)
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(std.out, "不符：", p)
	}
	fmt.Fprintf(std.out, "核验 %d 类事项，发现 %d 处不符\n", checks, len(problems))
	if len(problems) > 0 {
		return exitCode(1)
	}
	return nil
}
