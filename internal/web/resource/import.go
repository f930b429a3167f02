package resource

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Import is the pages that take in a sheet: what its columns mean, the upload with its mistakes row by row, all of them as
// a file, and an empty sheet with the right titles. Nouns have one each; others mount their own with Set.Import.
type Import struct {
	Label    string // what is imported: 凭证
	Path     string // of its list; the form is at Path/import
	Template string // where the empty sheet is
	Perm     string
	Fill     string    // how the sheet is filled, after “下载模板，”
	Links    []ui.Link // further sheets to begin with
	Send     string    // what the upload does, before the sentence on mistakes; may be ""
	Whole    string    // the least that is kept or refused: 一行, 一张凭证
	Columns  func() ui.Table
	Header   func() []sheet.Column
	// Save stores the rows, all or none. An error that is not Internal is shown above the form.
	Save func(c *shell.Ctx, t *sheet.Table) (Imported, error)
	// Queue, if set, is asked first: it may take the file for the background and say where that can be watched, or leave it to
	// Save with "". Ways are the ways between which the person chooses, by the name "way".
	Queue func(c *shell.Ctx, f Upload) (href string, err error)
	Ways  []ui.Option
	Limit int64 // of the file, in bytes; 0 is what can be read at once
}

// Upload is an uploaded file.
type Upload struct {
	Name string
	Size int64
	io.ReadSeeker
}

// Imported is what came of an import: the mistakes, or else a sentence on what was stored.
type Imported struct {
	report *sheet.Report
	text   string
}

// Done gives the mistakes of an import, and the sentence for when there are none: 新建 3 条.
func Done(r *sheet.Report, format string, args ...any) Imported {
	return Imported{r, fmt.Sprintf(format, args...)}
}

// Import adds the routes of an import.
func (s *Set) Import(sh *shell.Shell, im Import) {
	h := &importing{Import: im, results: &s.results}
	sh.Handle(
		shell.Route{Method: "GET", Pattern: im.Path + "/import", Perm: im.Perm, Fn: h.form},
		shell.Route{Method: "POST", Pattern: im.Path + "/import", Perm: im.Perm, Fn: h.file},
		shell.Route{Method: "GET", Pattern: im.Path + "/import/errors", Perm: im.Perm, Fn: h.errors},
		shell.Route{Method: "GET", Pattern: im.Template, Perm: im.Perm, Fn: h.template},
	)
}

type importing struct {
	Import
	results *results
}

// importView is what the import page shows.
type importView struct {
	Import
	Problem    string
	Errors     *ui.Table
	More       int
	ErrorsHref string
}

func (h *importing) form(c *shell.Ctx) error { return h.page(c, http.StatusOK, importView{}) }

func (h *importing) page(c *shell.Ctx, status int, v importView) error {
	v.Import = h.Import
	page := c.PageOf("导入"+h.Label, ui.Link{Label: h.Label, Href: h.Path}, ui.Link{Label: "导入"})
	return c.PageStatus(status, page, importBody(v))
}

func (h *importing) file(c *shell.Ctx) error {
	href, res, err := h.take(c)
	switch {
	case err != nil && errs.KindOf(err) == errs.Internal:
		return err
	case err != nil:
		return h.page(c, shell.Status(err), importView{Problem: shell.Sentence(err)})
	case href != "":
		return c.Done(href, "文件已收下，正在后台导入；可以关掉页面，以后从“我的任务”再看")
	}
	if len(res.report.Errors) > 0 {
		return h.page(c, http.StatusUnprocessableEntity, h.wrong(c, res.report))
	}
	return c.Done(h.Path, "导入完成：%s", res.text)
}

// take stores an uploaded file at once, or hands it to the background.
func (h *importing) take(c *shell.Ctx) (href string, res Imported, err error) {
	f, closeFile, err := openUpload(c, "file", cmp.Or(h.Limit, maxUpload))
	if err != nil {
		return "", res, err
	}
	defer closeFile()
	if h.Queue != nil {
		if href, err = h.Queue(c, f); err != nil || href != "" {
			return href, res, err
		}
	}
	t, err := sheet.Read(f.Name, f.ReadSeeker, f.Size, sheet.Options{})
	if err != nil {
		return "", res, err
	}
	res, err = h.Save(c, t)
	return "", res, err
}

// shownErrors is how many mistakes the page itself lists.
const shownErrors = 200

func (h *importing) wrong(c *shell.Ctx, rep *sheet.Report) importView {
	v := importView{
		Problem:    fmt.Sprintf("%d 行里共有 %d 处错误，没有保存任何%s；请改好后重新上传整个文件", rep.Rows, len(rep.Errors), h.Whole),
		ErrorsHref: h.Path + "/import/errors?id=" + h.results.keep(c.Token(), rep),
	}
	t := MistakeTable(rep.Errors[:min(len(rep.Errors), shownErrors)])
	v.Errors, v.More = &t, len(rep.Errors)-len(t.Rows)
	return v
}

// MistakeTable lists what is wrong with a sheet.
func MistakeTable(list []sheet.RowError) ui.Table {
	t := ui.Table{Caption: "错误", Columns: []ui.Column{{Label: "行", Nowrap: true}, {Label: "列", Nowrap: true}, {Label: "内容"}, {Label: "问题"}}}
	for _, e := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T("第 " + strconv.Itoa(e.Row) + " 行"), ui.T(e.Column), ui.T(e.Value), ui.T(e.Msg)}})
	}
	return t
}

func (h *importing) errors(c *shell.Ctx) error {
	rep := h.results.of(c.Token(), c.Query("id"))
	if rep == nil {
		return errs.New(errs.NotFound, "import.gone", "这份错误清单已过期，请重新上传文件")
	}
	c.File(h.Label+"导入错误.xlsx", XLSX)
	return sheet.WriteErrors(c.W, rep)
}

// template is an empty sheet with the right titles; all its cells are text, so that a spreadsheet leaves them as typed.
func (h *importing) template(c *shell.Ctx) error {
	var header []sheet.Column
	for _, col := range h.Header() {
		header = append(header, sheet.Column{Title: col.Title, Kind: sheet.Text})
	}
	return WriteSheet(c, h.Label+"导入模板", c.Query("format"), header, func(func([]string, error) bool) {})
}

// maxUpload bounds an import file whose rows are held in memory, MaxQueued one that is read row by row in the background.
const (
	maxUpload = 60 << 20
	MaxQueued = 1 << 30
)

// ReadUpload reads the table of an uploaded file.
func ReadUpload(c *shell.Ctx, name string) (*sheet.Table, error) {
	return ReadUploadAs(c, name, sheet.Options{})
}

// ReadUploadAs is ReadUpload with other options: sheets whose layout is to be recognised.
func ReadUploadAs(c *shell.Ctx, name string, opts sheet.Options) (*sheet.Table, error) {
	f, closeFile, err := openUpload(c, name, maxUpload)
	if err != nil {
		return nil, err
	}
	defer closeFile()
	return sheet.Read(f.Name, f.ReadSeeker, f.Size, opts)
}

// ReadText reads an uploaded file of plain text in UTF-8, up to limit bytes.
func ReadText(c *shell.Ctx, name string, limit int64) (string, error) {
	f, closeFile, err := openUpload(c, name, limit)
	if err != nil {
		return "", err
	}
	defer closeFile()
	raw, err := io.ReadAll(f)
	if err != nil {
		return "", errs.Wrap(err, errs.Invalid, "upload", "文件没有读完，请重新选择")
	}
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return "", errs.New(errs.Invalid, "upload.text", "“%s”不是 UTF-8 的文本文件；请另存为 UTF-8 再导入", f.Name)
	}
	return strings.TrimPrefix(string(raw), "\ufeff"), nil
}

func openUpload(c *shell.Ctx, name string, limit int64) (f Upload, closeFile func(), err error) {
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, limit)
	file, head, err := c.R.FormFile(name)
	if err != nil {
		return f, nil, errs.Wrap(err, errs.Invalid, "upload", "没有收到文件，或文件超过 %d MB；请重新选择", limit>>20)
	}
	return Upload{head.Filename, head.Size, file}, func() { _ = file.Close() }, nil
}

// results keeps the mistakes of the last imports for download; each belongs to the session that made it.
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

func (r *results) keep(token string, rep *sheet.Report) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID == nil {
		r.byID = map[string]kept{}
	}
	id := secret.Token()[:16]
	r.byID[id] = kept{token, rep}
	r.ids = append(r.ids, id)
	if len(r.ids) > maxKept {
		delete(r.byID, r.ids[0])
		r.ids = r.ids[1:]
	}
	return id
}

// of returns a report of the session, or nil.
func (r *results) of(token, id string) *sheet.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.byID[id]; k.token == token {
		return k.report
	}
	return nil
}
