package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"huicun/internal/app"
	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
)

type importVouchersCmd struct {
	data
	File   string `arg:"" help:"xlsx 或 CSV 文件，一行一条分录" type:"path"`
	Scope  string `name:"scope" required:"" help:"数据归属的县（市、区）代码，如 321182"`
	All    bool   `name:"all" xor:"way" help:"全部成功才入账（不填时如此）"`
	Batch  bool   `name:"batch" xor:"way" help:"按账套、月份分批入账：有错误的月份不入账，其余照常；中断后再运行一次，只补缺少的"`
	DryRun bool   `name:"dry-run" help:"只检查，什么都不保存"`
}

// Run posts the vouchers of a file of any length. It ends with 1 when some of them are wrong; doing it again posts what is
// missing and nothing twice.
func (i *importVouchersCmd) Run(ctx context.Context, std streams) error {
	place, err := code.Region(i.Scope)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "import.scope", "请用 --scope 给出数据归属的县（市、区）代码")
	}
	f, err := os.Open(i.File)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "import.file", "文件 %s 打不开", i.File)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "import.file", "文件 %s 打不开", i.File)
	}
	a, err := app.Open(ctx, i.config())
	if err != nil {
		return err
	}
	defer a.Close()
	res, err := a.ImportVouchers(ctx, place, filepath.Base(i.File), f, info.Size(), app.VoucherImport{
		Batches: i.Batch, DryRun: i.DryRun, Progress: func(what string, done, total int) { tell(std, what, done, total) },
	})
	if err != nil {
		if i.Batch && res.Created > 0 {
			fmt.Fprintf(std.err, "中断前已记账 %d 张；再运行一次，只补缺少的\n", res.Created)
		}
		return err
	}
	for _, e := range res.Report.Errors {
		fmt.Fprintf(std.err, "第 %d 行 %s %s：%s\n", e.Row, e.Column, e.Value, e.Msg)
	}
	done := "导入完成"
	if i.DryRun {
		done = "检查完成（没有保存）"
	}
	wrong := len(res.Report.Errors) + res.Report.More
	if wrong == 0 || i.Batch && !i.DryRun {
		fmt.Fprintf(std.out, "%s：读 %d 行，记账 %d 张凭证，已有 %d 张未变\n", done, res.Report.Rows, res.Created, res.Same)
	}
	switch {
	case wrong == 0:
		return nil
	case i.DryRun:
		fmt.Fprintf(std.err, "共 %d 处错误\n", wrong)
	case i.Batch:
		fmt.Fprintf(std.err, "共 %d 处错误，有错误的月份没有记账\n", wrong)
	default:
		fmt.Fprintf(std.err, "共 %d 处错误，一张凭证也没有记账\n", wrong)
	}
	return exitCode(1)
}

// tell prints how far an import is.
func tell(std streams, what string, done, total int) {
	if total > 0 {
		fmt.Fprintf(std.err, "%s：%d / %d 行\n", what, done, total)
		return
	}
	fmt.Fprintf(std.err, "%s：%d 行\n", what, done)
}
