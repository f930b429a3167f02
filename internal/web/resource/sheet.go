package resource

import (
	"iter"

	"huicun/internal/kit/db"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
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
