package books

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The ways of an import.
const (
	wholly  = "all"
	monthly = "months"
)

// importWays are what a person chooses between.
var importWays = []ui.Option{
	{Value: wholly, Label: "全部成功才入账", Help: "有一处错误，整个文件一张凭证也不记账", Selected: true},
	{Value: monthly, Label: "按账套、月份分批入账", Help: "有错误的月份不记账，其余月份照常记账；改好后重新导入整个文件，已记账的不会重复"},
}

// voucherImport is how vouchers are imported: a row is a line.
func (p *pages) voucherImport() resource.Import {
	return resource.Import{
		Label: "凭证", Path: "/vouchers", Perm: voucherPost, Template: "/vouchers/import/template",
		Fill: "一行填一条分录；同一张凭证的各行填相同的凭证来源号。", Send: "凭证导入后直接记账；大文件在后台进行，可以随时看进度、停止和继续。", Whole: "一张凭证",
		Columns: sheetColumns, Header: ledger.SheetColumns, Ways: importWays, Queue: p.queueImport, Limit: resource.MaxQueued,
		Save: func(c *shell.Ctx, t *sheet.Table) (resource.Imported, error) {
			tenant, err := c.NeedTenant()
			if err != nil {
				return resource.Imported{}, err
			}
			res, err := p.l.ImportVouchers(c.Context(), c.Who, tenant, t)
			if err != nil {
				return resource.Imported{}, err
			}
			return resource.Done(&res.Report, "记账 %d 张凭证，已有 %d 张未变", res.Created, res.Same), nil
		},
	}
}

// queueImport hands large files, and those that are posted in batches, to the background.
func (p *pages) queueImport(c *shell.Ctx, f resource.Upload) (string, error) {
	batches := c.Form("way") == monthly
	if !p.set.Large(f.Size) && !batches {
		return "", nil
	}
	return p.set.Submit(c, jobs.Spec{Kind: ledger.ImportKind, Title: "导入凭证", Params: ledger.ImportParams{Batches: batches}, FileName: f.Name}, f)
}

// shownMonths is how many months of books a page lists.
const shownMonths = 200

// ImportDetail shows which months of which books an import has posted so far.
func ImportDetail(s *shell.Shell) func(c *shell.Ctx, j *jobs.Job) (templ.Component, error) {
	return func(c *shell.Ctx, j *jobs.Job) (templ.Component, error) {
		var done ledger.ImportState
		if j.Checkpoint == "" {
			return nil, nil
		}
		if err := json.Unmarshal([]byte(j.Checkpoint), &done); err != nil {
			return nil, fmt.Errorf("reading a job's checkpoint: %w", err)
		}
		names, err := booksNames(c.Context(), s, j.Tenant, done.Months)
		if err != nil {
			return nil, err
		}
		t := ui.Table{Caption: "已入账", Columns: []ui.Column{{Label: "账套"}, {Label: "月份", Nowrap: true}, {Label: "记账（张）", Align: ui.Right}, {Label: "已有未变（张）", Align: ui.Right}}}
		for _, m := range done.Months[:min(len(done.Months), shownMonths)] {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
				{Text: names[m.Books], Href: "/books/" + m.Books.String()},
				{Text: m.Month.String(), Href: monthHref(m)}, ui.T(count(m.Created)), ui.T(count(m.Same)),
			}})
		}
		more := len(done.Months) - len(t.Rows)
		return importedBody(t, fmt.Sprintf("共 %d 个账套月份，记账 %d 张，已有未变 %d 张", len(done.Months), done.Created, done.Same), more), nil
	}
}

func booksNames(ctx context.Context, s *shell.Shell, tenant int64, months []ledger.ImportedMonth) (map[ids.ID]string, error) {
	n, ok := s.Env.Noun("books")
	if !ok {
		return nil, nil
	}
	var list []ids.ID
	seen := map[ids.ID]bool{}
	for _, m := range months {
		if !seen[m.Books] {
			seen[m.Books] = true
			list = append(list, m.Books)
		}
	}
	return n.Names(ctx, s.Env.DB.Read(), tenant, list)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// monthHref leads to the vouchers of a month of books.
func monthHref(m ledger.ImportedMonth) string {
	return "/vouchers/search?" + url.Values{"books": {m.Books.String()}, "from": {m.Month.First().String()}, "to": {m.Month.Last().String()}}.Encode()
}
