package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"huicun/internal/app"
	"huicun/internal/kit/errs"
)

type exportJournalCmd struct {
	data
	Scope  string `name:"scope" help:"区划代码，其中的全部账套，如 321182103"`
	Books  string `name:"books" help:"账套名称，只导出这一个账套"`
	Period string `name:"period" required:"" help:"期间：2021、2021-06 或 2021-01..2021-06"`
	Format string `name:"format" required:"" enum:"hledger,beancount,audit-csv,gbt24589" help:"hledger、beancount（文本账簿）、audit-csv（审计凭证表）或 gbt24589（XML 数据包）"`
	GBK    bool   `name:"gbk" help:"数据包用 GBK 编码；不填用 UTF-8"`
	Out    string `name:"out" short:"o" help:"文件名；不填则打印" type:"path"`
}

// Run writes books in a form that other programs read.
func (e *exportJournalCmd) Run(ctx context.Context, std streams) error {
	a, err := app.Open(ctx, e.config())
	if err != nil {
		return err
	}
	defer a.Close()
	args := app.JournalArgs{Scope: e.Scope, Books: e.Books, Period: e.Period, Format: e.Format, GBK: e.GBK}
	write := func(w io.Writer) error {
		res, err := a.ExportJournal(ctx, w, args)
		if err == nil {
			fmt.Fprintf(std.err, "导出 %d 个账套，%d 张凭证，%d 条分录，借方合计 %s 元\n", res.Books, res.Vouchers, res.Lines, res.Debit)
		}
		return err
	}
	if e.Out == "" {
		return write(std.out)
	}
	return toFile(e.Out, write)
}

// toFile writes a file; one that could not be written whole is removed, since half of it would be taken for all.
func toFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "export.file", "文件 %s 写不了", name)
	}
	err = write(f)
	if closing := f.Close(); err == nil {
		err = errs.Wrap(closing, errs.Unavailable, "export.file", "文件 %s 没有写完整", name)
	}
	if err != nil {
		_ = os.Remove(name)
	}
	return err
}

type verifyCmd struct {
	Package verifyPackageCmd `cmd:"" help:"核验导出的会计核算数据包"`
}

type verifyPackageCmd struct {
	File string `arg:"" help:"数据包文件（.zip）" type:"path"`
}

// Run recomputes what a package says of itself, and ends with 1 when something is not so.
func (v *verifyPackageCmd) Run(std streams) error {
	f, err := os.Open(v.File)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "verify.file", "文件 %s 打不开", v.File)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "verify.file", "文件 %s 打不开", v.File)
	}
	got, err := app.VerifyPackage(f, st.Size())
	if err != nil {
		return err
	}
	for _, p := range got.Problems {
		fmt.Fprintln(std.out, "不符：", p)
	}
	fmt.Fprintf(std.out, "核验 %d 个文件，%d 张凭证，%d 条分录，发现 %d 处不符\n", got.Files, got.Vouchers, got.Lines, len(got.Problems))
	if len(got.Problems) > 0 {
		return exitCode(1)
	}
	return nil
}
