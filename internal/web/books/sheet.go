package books

import (
	"huicun/internal/books/ledger"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// columnNotes say how the columns of a voucher sheet are filled.
var columnNotes = map[string]string{
	"账套": "账套名称，须先建好", "凭证来源号": "原系统里的凭证号；同一张凭证的各行填相同的来源号，重复导入时靠它认出已有的凭证",
	"日期": "写成 2021-06-30 这样", "摘要": "", "科目": "科目编码或名称；有重名时填编码", "借方金额（元）": "一行只填借方或贷方", "贷方金额（元）": "一行只填借方或贷方",
	"往来单位": "单位名称", "合同编号": "", "资产编号": "", "项目编号": "联建项目的编号", "附件张数": "整数", "制单人": "不填为导入人", "审核人": "不能与制单人相同",
	"种类": "记 或 结转，不填为 记", "冲销来源号": "红字凭证填它冲销的凭证的来源号，金额填负数", "示例": "是 或 否", "备注": "",
}

// mandatory are the columns that cannot be left out.
var mandatory = map[string]bool{"账套": true, "凭证来源号": true, "日期": true, "摘要": true, "科目": true, "借方金额（元）": true, "贷方金额（元）": true}

func sheetColumns() ui.Table {
	t := ui.Table{Caption: "各列怎么填", Columns: []ui.Column{{Label: "列"}, {Label: "必填"}, {Label: "说明"}}}
	for _, col := range ledger.SheetColumns() {
		need := ""
		if mandatory[col.Title] {
			need = "必填"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(col.Title), ui.T(need), ui.T(columnNotes[col.Title])}})
	}
	return t
}

// exportLines writes the posted vouchers of a place line by line, as an import takes them.
func (p *pages) exportLines(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := record.Filter{Scope: c.Scope, Text: c.Query("q"), Eq: map[string]string{"books": c.Query("books"), "kind": c.Query("kind")}}
	return resource.WriteSheet(c, "凭证分录", c.Query("format"), ledger.SheetColumns(), p.l.ExportRows(c.Context(), c.Who, tenant, f))
}
