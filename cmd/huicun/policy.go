package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"huicun/internal/app"
	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
)

type policyCmd struct {
	Test   policyTestCmd   `cmd:"" help:"检查政策文件，逐个核对其中的算例"`
	Import policyImportCmd `cmd:"" help:"把政策文件导入为草案版本；算例全部相符才导入，全部成功才保存"`
	Export policyExportCmd `cmd:"" help:"把一个版本的条文导出为政策文件"`
}

type policyTestCmd struct {
	Files []string `arg:"" name:"file" help:"政策文件（YAML），可以有几个" type:"path"`
}

// Run checks policy files and runs their examples; it ends with 1 when a file is wrong or an example comes out otherwise.
func (c *policyTestCmd) Run(std streams) error {
	_, err := tested(std.out, c.Files)
	return err
}

// tested reads policy files and runs their examples. What is wrong is printed; the error says no more than that.
func tested(out io.Writer, files []string) ([][]byte, error) {
	ran, failed, bad := 0, 0, 0
	texts := make([][]byte, len(files))
	for i, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "policy.file", "文件 %s 打不开", name)
		}
		texts[i] = text
		n, wrong, err := app.TestPolicy(out, text)
		ran, failed = ran+n, failed+wrong
		if err != nil {
			bad++
			complain(out, name, err)
		}
	}
	fmt.Fprintf(out, "%d 个文件，%d 个算例，%d 个不符，%d 个文件有错\n", len(files), ran, failed, bad)
	if failed+bad > 0 {
		return nil, exitCode(1)
	}
	return texts, nil
}

type policyImportCmd struct {
	data
	Files  []string `arg:"" name:"file" help:"政策文件（YAML），可以有几个" type:"path"`
	Scope  string   `name:"scope" required:"" help:"政策所在的县（市、区）代码，如 321182"`
	Policy string   `name:"policy" help:"政策的编号；不填就按文件里的文号"`
}

// Run tests the files and makes a draft version of each, all or none.
func (c *policyImportCmd) Run(ctx context.Context, std streams) error {
	place, err := code.Region(c.Scope)
	if err != nil {
		return err
	}
	texts, err := tested(std.out, c.Files)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, c.config())
	if err != nil {
		return err
	}
	defer a.Close()
	made, err := a.ImportPolicies(ctx, place, c.Policy, c.Files, texts)
	if err != nil {
		if e := errs.As(err); e != nil && len(e.Fields) > 0 {
			complain(std.out, "没有导入", err)
			return exitCode(1)
		}
		return err
	}
	for i := range made {
		fmt.Fprintf(std.out, "%s：第 %d 版草案，%s起\n", made[i].No, made[i].VersionNo, made[i].From.Chinese())
	}
	return nil
}

type policyExportCmd struct {
	data
	Scope   string `name:"scope" required:"" help:"政策所在的县（市、区）代码，如 321182"`
	Policy  string `name:"policy" required:"" help:"政策的编号"`
	Version int    `name:"number" help:"第几版；不填为有条文的最新一版"`
	Out     string `name:"out" short:"o" help:"写到哪个文件；不填就写到屏幕" type:"path"`
}

// Run writes a version's document.
func (c *policyExportCmd) Run(ctx context.Context, std streams) error {
	place, err := code.Region(c.Scope)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, c.config())
	if err != nil {
		return err
	}
	defer a.Close()
	text, err := a.ExportPolicy(ctx, place, c.Policy, c.Version)
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err = io.WriteString(std.out, text)
		return err
	}
	if err := os.WriteFile(c.Out, []byte(text), 0o644); err != nil {
		return errs.Wrap(err, errs.Invalid, "policy.out", "文件 %s 写不了", c.Out)
	}
	return nil
}

// complain prints what is wrong with a file, a line for each place.
func complain(out io.Writer, name string, err error) {
	fmt.Fprintf(out, "%s：%s\n", name, errs.Message(err))
	if e := errs.As(err); e != nil {
		for _, f := range e.Fields {
			fmt.Fprintf(out, "  %s\n", f.Msg)
		}
	}
}
