package books

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// importView is what the import page shows.
type importView struct {
	Problem, ErrorsHref string
	Errors              []ui.Row
	More                int
	Columns             []ui.Row
}

// columnNotes say how the columns of a voucher sheet are filled.
var columnNotes = map[string]string{
	"账套": "账套名称，须先建好", "凭证来源号": "原系统里的凭证号；同一张凭证的各行填相同的来源号，重复导入时靠它认出已有的凭证",
	"日期": "写成 2021-06-30 这样", "摘要": "", "科目": "科目编码或名称；有重名时填编码", "借方金额（元）": "一行只填借方或贷方", "贷方金额（元）": "一行只填借方或贷方",
	"往来单位": "单位名称", "合同编号": "", "资产编号": "", "项目编号": "联建项目的编号", "附件张数": "整数", "制单人": "不填为导入人", "审核人": "不能与制单人相同",
	"种类": "记 或 结转，不填为 记", "冲销来源号": "红字凭证填它冲销的凭证的来源号，金额填负数", "示例": "是 或 否", "备注": "",
}

// mandatory are the columns that cannot be left out.
var mandatory = map[string]bool{"账套": true, "凭证来源号": true, "日期": true, "摘要": true, "科目": true, "借方金额（元）": true, "贷方金额（元）": true}

func (p *pages) importForm(c *shell.Ctx) error { return p.importPage(c, http.StatusOK, importView{}) }

func (p *pages) importPage(c *shell.Ctx, status int, v importView) error {
	for _, col := range ledger.SheetColumns() {
		need := ""
		if mandatory[col.Title] {
			need = "必填"
		}
		v.Columns = append(v.Columns, ui.Row{Cells: []ui.Cell{ui.T(col.Title), ui.T(need), ui.T(columnNotes[col.Title])}})
	}
	return c.PageStatus(status, c.PageOf("导入凭证", ui.Link{Label: "凭证", Href: "/vouchers"}, ui.Link{Label: "导入"}), importBody(v))
}

func (p *pages) importTemplate(c *shell.Ctx) error {
	var header []sheet.Column
	for _, col := range ledger.SheetColumns() {
		header = append(header, sheet.Column{Title: col.Title, Kind: sheet.Text})
	}
	return resource.WriteSheet(c, "凭证导入模板", c.Query("format"), header, func(func([]string, error) bool) {})
}

func (p *pages) importFile(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	t, err := resource.ReadUpload(c, "file")
	if err != nil {
		return p.importPage(c, http.StatusUnprocessableEntity, importView{Problem: shell.Sentence(err)})
	}
	res, err := p.l.ImportVouchers(c.Context(), c.Who, tenant, t)
	if err != nil {
		if !mendable(err) {
			return err
		}
		return p.importPage(c, shell.Status(err), importView{Problem: shell.Sentence(err)})
	}
	if len(res.Report.Errors) > 0 {
		return p.importPage(c, http.StatusUnprocessableEntity, p.reports.keep(c, &res.Report))
	}
	return c.Done("/vouchers", "导入完成：记账 %d 张凭证，已有 %d 张未变", res.Created, res.Same)
}

func (p *pages) importErrors(c *shell.Ctx) error { return p.reports.write(c) }

// exportLines writes the posted vouchers of a place line by line, as an import takes them.
func (p *pages) exportLines(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := record.Filter{Scope: c.Scope, Text: c.Query("q"), Eq: map[string]string{"books": c.Query("books"), "kind": c.Query("kind")}}
	return resource.WriteSheet(c, "凭证分录", c.Query("format"), ledger.SheetColumns(), p.l.ExportRows(c.Context(), c.Who, tenant, f))
}

// reports keep the errors of the last imports for download; each belongs to the session that made it.
type reports struct {
	mu   sync.Mutex
	byID map[string]kept
	ids  []string
}

type kept struct {
	token  string
	report *sheet.Report
}

const (
	maxKept     = 20  // reports
	shownErrors = 200 // errors that the page itself lists
)

func (r *reports) keep(c *shell.Ctx, rep *sheet.Report) importView {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID == nil {
		r.byID = map[string]kept{}
	}
	id := secret.Token()[:16]
	r.byID[id] = kept{c.Token(), rep}
	r.ids = append(r.ids, id)
	if len(r.ids) > maxKept {
		delete(r.byID, r.ids[0])
		r.ids = r.ids[1:]
	}
	v := importView{
		Problem:    fmt.Sprintf("%d 行里共有 %d 处错误，没有保存任何一张凭证；请改好后重新上传整个文件", rep.Rows, len(rep.Errors)),
		ErrorsHref: "/vouchers/import/errors?id=" + id,
	}
	for _, e := range rep.Errors[:min(len(rep.Errors), shownErrors)] {
		v.Errors = append(v.Errors, ui.Row{Cells: []ui.Cell{ui.T(strconv.Itoa(e.Row)), ui.T(e.Column), ui.T(e.Value), ui.T(e.Msg)}})
	}
	v.More = len(rep.Errors) - len(v.Errors)
	return v
}

func (r *reports) write(c *shell.Ctx) error {
	r.mu.Lock()
	k, ok := r.byID[c.Query("id")]
	r.mu.Unlock()
	if !ok || k.token != c.Token() {
		return errs.New(errs.NotFound, "import.gone", "这份错误清单已过期，请重新上传文件")
	}
	c.File("凭证导入错误.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	return sheet.WriteErrors(c.W, k.report)
}
