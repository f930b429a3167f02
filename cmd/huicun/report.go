package main

import (
	"context"
	"io"

	"huicun/internal/app"
)

type reportCmd struct {
	data
	Scope   string `name:"scope" help:"区划代码，合并其中的全部账套，如 321182103"`
	Books   string `name:"books" help:"账套名称，只看这一个账套"`
	Period  string `name:"period" required:"" help:"期间：2021、2021-06 或 2021-01..2021-06"`
	Kind    string `name:"kind" required:"" enum:"trial,income,balance,detail,statistics,general,ledger,journal" help:"trial 科目余额表、income 收益及收益分配表、balance 资产负债表、detail 收支明细表、statistics 收益分配统计表、general 总账、ledger 明细账、journal 日记账"`
	Account string `name:"account" help:"科目编码，总账、明细账和日记账用"`
	Compare bool   `name:"compare" help:"资产负债表加列上年同期末"`
	Format  string `name:"format" enum:"table,csv,json,xlsx" default:"table" help:"table、csv、json 或 xlsx"`
	Out     string `name:"out" short:"o" help:"文件名；不填则打印" type:"path"`
}

// Run prints a report, or writes it to a file.
func (r *reportCmd) Run(ctx context.Context, std streams) error {
	reports, err := app.OpenReports(ctx, r.config())
	if err != nil {
		return err
	}
	defer reports.Close()
	sheets, err := reports.Run(ctx, app.ReportArgs{
		Books: r.Books, Scope: r.Scope, Period: r.Period, Kind: r.Kind, Account: r.Account, Compare: r.Compare,
	})
	if err != nil {
		return err
	}
	if r.Out == "" {
		return app.WriteReport(std.out, sheets, r.Format)
	}
	return toFile(r.Out, func(w io.Writer) error { return app.WriteReport(w, sheets, r.Format) })
}
