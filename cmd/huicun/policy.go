package main

import (
	"fmt"
	"io"
	"os"

	"huicun/internal/app"
	"huicun/internal/kit/errs"
)

type policyCmd struct {
	Test policyTestCmd `cmd:"" help:"检查政策文件，逐个核对其中的算例"`
}

type policyTestCmd struct {
	Files []string `arg:"" name:"file" help:"政策文件（YAML），可以有几个" type:"path"`
}

// Run checks policy files and runs their examples; it ends with 1 when a file is wrong or an example comes out otherwise.
func (c *policyTestCmd) Run(std streams) error {
	ran, failed, bad := 0, 0, 0
	for _, name := range c.Files {
		text, err := os.ReadFile(name)
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "policy.file", "文件 %s 打不开", name)
		}
		n, wrong, err := app.TestPolicy(std.out, text)
		ran, failed = ran+n, failed+wrong
		if err != nil {
			bad++
			complain(std.out, name, err)
		}
	}
	fmt.Fprintf(std.out, "%d 个文件，%d 个算例，%d 个不符，%d 个文件有错\n", len(c.Files), ran, failed, bad)
	if failed+bad > 0 {
		return exitCode(1)
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
