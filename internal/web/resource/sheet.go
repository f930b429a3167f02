package resource

import (
	"io"
	"iter"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// XLSX is the media type of workbooks.
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// export writes all records of the filter, in the columns that an import takes.
func (p *pages) export(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := p.filter(c)
	f.Page = db.Paging{Sort: f.Page.Sort, Desc: f.Page.Desc}
	header, rows := p.n.Sheet(c.Context(), c.Who, tenant, f)
	return WriteSheet(c, p.n.Label, c.Query("format"), header, rows)
}

// WriteSheet answers with a file of a name, xlsx unless CSV is asked for.
func WriteSheet(c *shell.Ctx, name, format string, header []sheet.Column, rows iter.Seq2[[]string, error]) error {
	if format == "csv" {
		c.File(name+".csv", "text/csv; charset=utf-8")
		return sheet.WriteCSV(c.W, header, rows)
	}
	c.File(name+".xlsx", XLSX)
	return sheet.WriteXLSX(c.W, name, header, rows)
}

// sheetImport is how a noun's records are imported.
func (p *pages) sheetImport() Import {
	return Import{
		Label: p.n.Label, Path: p.n.Path, Perm: p.n.Perm(access.Edit), Template: p.n.Path + "/template",
		Fill: "按列填写；编号已存在的行会更新那条记录，不存在的新建。", Whole: "一行", Columns: p.columns, Header: p.n.SheetHeader,
		Send: "全部正确才保存；大文件在后台进行，可以随时看进度和停止。", Queue: p.queueImport,
		Save: func(c *shell.Ctx, t *sheet.Table) (Imported, error) {
			tenant, err := c.NeedTenant()
			if err != nil {
				return Imported{}, err
			}
			res, err := p.n.ImportTable(c.Context(), c.Who, tenant, t)
			if err != nil {
				return Imported{}, err
			}
			return Done(&res.Report, "新建 %d 条，更新 %d 条，没有变化 %d 条", res.Created, res.Updated, res.Same), nil
		},
	}
}

// queueImport hands large files to the background.
func (p *pages) queueImport(c *shell.Ctx, f Upload) (string, error) {
	if !p.set.Large(f.Size) {
		return "", nil
	}
	return p.set.Submit(c, jobs.Spec{Kind: record.ImportKind, Title: "导入" + p.n.Label, Params: record.ImportParams{Kind: p.n.Kind}, FileName: f.Name}, f)
}

// Submit hands a file to the background and says where that can be watched.
func (s *Set) Submit(c *shell.Ctx, spec jobs.Spec, file io.Reader) (href string, err error) {
	if s.queue == nil {
		return "", errs.New(errs.Unavailable, "import.queue", "后台任务没有启动，请联系管理员，或把文件分小后导入")
	}
	tenant, err := c.NeedTenant()
	if err != nil {
		return "", err
	}
	id, err := s.queue.Submit(c.Context(), c.Who.Meta(tenant), spec, file)
	if err != nil {
		return "", err
	}
	return "/jobs/" + id.String(), nil
}

// columns say how the columns of a noun's sheet are filled.
func (p *pages) columns() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: "列"}, {Label: "类型"}, {Label: "必填"}, {Label: "说明"}}}
	for _, col := range p.n.Info().Columns {
		if col.ReadOnly {
			continue
		}
		need := ""
		if col.Required {
			need = "必填"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(col.Label), ui.T(col.Kind), ui.T(need), ui.T(columnHelp(col.Help, col.Options))}})
	}
	return t
}
