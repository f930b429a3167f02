package resource

import (
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

type fsmState = fsm.State

func urlEscape(s string) string { return url.QueryEscape(s) }

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// export writes all records of the filter, in the columns that an import takes.
func (p *pages) export(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := p.filter(c)
	f.Page = db.Paging{Sort: f.Page.Sort, Desc: f.Page.Desc}
	header, rows := p.n.Sheet(c.Context(), c.Who, tenant, f)
	return writeSheet(c, p.n.Label, c.Query("format"), header, rows)
}

// writeSheet answers with a file, xlsx unless CSV is asked for.
func writeSheet(c *shell.Ctx, name, format string, header []sheet.Column, rows iter.Seq2[[]string, error]) error {
	if format == "csv" {
		c.File(name+".csv", "text/csv; charset=utf-8")
		return sheet.WriteCSV(c.W, header, rows)
	}
	c.File(name+".xlsx", xlsxType)
	return sheet.WriteXLSX(c.W, name, header, rows)
}

// WriteSheet is writeSheet for other page groups.
func WriteSheet(c *shell.Ctx, name, format string, header []sheet.Column, rows iter.Seq2[[]string, error]) error {
	return writeSheet(c, name, format, header, rows)
}

// template is an empty sheet with the right titles.
func (p *pages) template(c *shell.Ctx) error {
	var header []sheet.Column
	for _, col := range p.n.SheetHeader() {
		header = append(header, sheet.Column{Title: col.Title, Kind: sheet.Text})
	}
	return writeSheet(c, p.n.Label+"导入模板", "", header, func(func([]string, error) bool) {})
}

func (p *pages) importForm(c *shell.Ctx) error {
	return p.importPage(c, http.StatusOK, importView{})
}

func (p *pages) importPage(c *shell.Ctx, status int, v importView) error {
	v.Label, v.Action, v.Template, v.Cancel = p.n.Label, p.n.Path+"/import", p.n.Path+"/template", p.n.Path
	in := p.n.Info()
	for _, col := range in.Columns {
		if col.ReadOnly {
			continue
		}
		need := ""
		if col.Required {
			need = "必填"
		}
		v.Columns = append(v.Columns, ui.Row{Cells: []ui.Cell{ui.T(col.Label), ui.T(col.Kind), ui.T(need), ui.T(columnHelp(col.Help, col.Options))}})
	}
	page := c.PageOf("导入"+p.n.Label, ui.Link{Label: p.n.Label, Href: p.n.Path}, ui.Link{Label: "导入"})
	return c.PageStatus(status, page, importBody(v))
}

// maxUpload bounds an import file.
const maxUpload = 60 << 20

func (p *pages) importFile(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	t, err := ReadUpload(c, "file")
	if err != nil {
		return p.importPage(c, http.StatusUnprocessableEntity, importView{Problem: shell.Sentence(err)})
	}
	res, err := p.n.ImportTable(c.Context(), c.Who, tenant, t)
	if err != nil {
		if errs.KindOf(err) == errs.Internal {
			return err
		}
		return p.importPage(c, shell.Status(err), importView{Problem: shell.Sentence(err)})
	}
	if len(res.Report.Errors) > 0 {
		return p.importPage(c, http.StatusUnprocessableEntity, p.set.results.keep(c, &res.Report, p.n.Path+"/import/errors"))
	}
	return c.Done(p.n.Path, "导入完成：新建 %d 条，更新 %d 条，没有变化 %d 条", res.Created, res.Updated, res.Same)
}

func (p *pages) importErrors(c *shell.Ctx) error { return p.set.results.write(c) }

// ReadUpload reads the table of an uploaded file.
func ReadUpload(c *shell.Ctx, name string) (*sheet.Table, error) {
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, maxUpload)
	file, head, err := c.R.FormFile(name)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "upload", "没有收到文件，或文件超过 %d MB；请重新选择", maxUpload>>20)
	}
	defer file.Close()
	return sheet.Read(head.Filename, file, head.Size, sheet.Options{})
}

// results keeps the errors of the last imports for download; each belongs to the session that made it.
type results struct {
	mu   sync.Mutex
	byID map[string]kept
	ids  []string
}

type kept struct {
	token  string
	report *sheet.Report
}

// maxKept bounds how many reports are kept.
const maxKept = 50

// shownErrors is how many errors the page itself lists.
const shownErrors = 200

func (r *results) keep(c *shell.Ctx, rep *sheet.Report, path string) importView {
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
		Problem:    fmt.Sprintf("%d 行里共有 %d 处错误，没有保存任何一行；请改好后重新上传整个文件", rep.Rows, len(rep.Errors)),
		ErrorsHref: path + "?id=" + id,
	}
	for _, e := range rep.Errors[:min(len(rep.Errors), shownErrors)] {
		v.Errors = append(v.Errors, ui.Row{Cells: []ui.Cell{ui.T(strconv.Itoa(e.Row)), ui.T(e.Column), ui.T(e.Value), ui.T(e.Msg)}})
	}
	v.More = len(rep.Errors) - len(v.Errors)
	return v
}

func (r *results) write(c *shell.Ctx) error {
	r.mu.Lock()
	k, ok := r.byID[c.Query("id")]
	r.mu.Unlock()
	if !ok || k.token != c.Token() {
		return errs.New(errs.NotFound, "import.gone", "这份错误清单已过期，请重新上传文件")
	}
	c.File("导入错误.xlsx", xlsxType)
	return sheet.WriteErrors(c.W, k.report)
}
