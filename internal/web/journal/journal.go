// Package journal is the page on which books are taken out, and on which a package that was taken out is verified.
package journal

import (
	"fmt"
	"net/http"
	"strconv"

	"huicun/internal/books/journal"
	"huicun/internal/books/statement"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Mount adds the routes. maker is the program's version, as packages name it.
func Mount(s *shell.Shell, svc *journal.Service, maker string) {
	h := &handlers{svc, maker}
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/journal", Perm: journal.Perm, Fn: h.page},
		shell.Route{Method: "GET", Pattern: "/journal/export", Perm: journal.Perm, Fn: h.export},
		shell.Route{Method: "POST", Pattern: "/journal/verify", Perm: journal.Perm, Fn: h.verify},
	)
}

type handlers struct {
	svc   *journal.Service
	maker string
}

// view is what the page shows.
type view struct {
	Problem  string
	Books    ui.Field
	From, To ui.Field
	Formats  ui.Field
	GBK      bool
	Scope    string
	Year     int
	Verdict  *verdict
}

// formatHelp says what each format is for.
var formatHelp = map[string]string{
	journal.GBT24589:  "交审计、换系统或归档用：每个账套一个 XML 文件，附清单、校验值和合计数，可在本页下方核验",
	journal.AuditCSV:  "一行一条分录，表格软件可以直接打开",
	journal.HLedger:   "文本文件，可用开源软件 hledger、ledger 打开；带期初、辅助核算和期末核对",
	journal.Beancount: "文本文件，可用开源软件 beancount 打开；带期初、辅助核算和期末核对",
}

func (h *handlers) page(c *shell.Ctx) error { return h.show(c, http.StatusOK, view{}) }

func (h *handlers) show(c *shell.Ctx, status int, v view) error {
	if _, err := c.NeedTenant(); err != nil {
		return err
	}
	v.Scope, v.Year = c.ScopeName(), c.Year
	v.GBK = c.Query("gbk") != ""
	v.Books = ui.Field{Name: "books", Label: "账套", Ref: "books", Value: c.Query("books"), Placeholder: "不填为全部账套", Help: "不填则导出" + v.Scope + "的全部账套", Wide: true}
	v.From = months("from", "起始月份", c.Query("from"), "01")
	v.To = months("to", "截止月份", c.Query("to"), "12")
	v.Formats = ui.Field{Name: "format", Label: "格式", Required: true, Wide: true}
	for i, f := range journal.Formats {
		v.Formats.Options = append(v.Formats.Options, ui.Option{
			Value: f.Code, Label: f.Label, Help: formatHelp[f.Code], Selected: f.Code == c.Query("format") || c.Query("format") == "" && i == 0,
		})
	}
	p := c.PageOf("导出账簿")
	p.Subtitle = v.Scope + " · " + strconv.Itoa(c.Year) + " 年"
	return c.PageStatus(status, p, body(v))
}

func months(name, label, value, otherwise string) ui.Field {
	f := ui.Field{Name: name, Label: label}
	if value == "" {
		value = otherwise
	}
	for m := 1; m <= 12; m++ {
		no := fmt.Sprintf("%02d", m)
		f.Options = append(f.Options, ui.Option{Value: no, Label: strconv.Itoa(m) + " 月", Selected: no == value})
	}
	return f
}

func (h *handlers) export(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	r := journal.Request{Scope: c.Scope, Books: c.Query("books"), Format: c.Query("format"), GBK: c.Query("gbk") != "", Maker: h.maker}
	r.Period, err = period(c)
	if err != nil {
		return h.show(c, http.StatusUnprocessableEntity, view{Problem: shell.Sentence(err)})
	}
	w := &download{c: c, name: fileName(c, &r)}
	_, err = h.svc.Export(c.Context(), c.Who, tenant, r, w)
	switch {
	case err == nil:
		return nil
	case w.begun: // half a file must not pass for a whole one
		if c.Shell.Log != nil {
			c.Shell.Log.Error("export broke off", "path", c.R.URL.Path, "err", err)
		}
		panic(http.ErrAbortHandler)
	case errs.KindOf(err) == errs.Internal:
		return err
	}
	return h.show(c, shell.Status(err), view{Problem: shell.Sentence(err)})
}

func period(c *shell.Ctx) (statement.Period, error) {
	p := statement.YearOf(c.Year)
	for name, m := range map[string]*date.Month{"from": &p.From, "to": &p.To} {
		text := c.Query(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return p, errs.OnField(name, "月份“%s”应在 1 到 12 之间", text)
		}
		*m = date.Month(c.Year*100 + n)
	}
	return p, p.Check()
}

func fileName(c *shell.Ctx, r *journal.Request) string {
	of := r.Books
	if of == "" {
		of = c.ScopeName()
	}
	return of + r.Period.Chinese() + "账簿" + journal.Ext(r.Format)
}

// download sets the headers with the first byte, so that a refusal can still be a page.
type download struct {
	c     *shell.Ctx
	name  string
	begun bool
}

// Write passes the file on.
func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		d.c.File(d.name, "application/octet-stream")
	}
	return d.c.W.Write(b)
}

// verdict is what verifying an uploaded package came to.
type verdict struct {
	File, Text string
	Table      ui.Table
	Problems   []string
}

// maxPackage bounds an uploaded package; larger ones are verified at the command line.
const maxPackage = 200 << 20

func (h *handlers) verify(c *shell.Ctx) error {
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, maxPackage)
	file, head, err := c.R.FormFile("file")
	if err != nil {
		return h.show(c, http.StatusUnprocessableEntity, view{Problem: fmt.Sprintf("没有收到文件，或文件超过 %d MB；请重新选择", maxPackage>>20)})
	}
	defer file.Close()
	got, err := journal.Verify(file, head.Size)
	if err != nil {
		return h.show(c, shell.Status(err), view{Problem: shell.Sentence(err)})
	}
	v := &verdict{File: head.Filename, Problems: got.Problems}
	v.Text = fmt.Sprintf("%d 个文件，%d 张凭证，%d 条分录", got.Files, got.Vouchers, got.Lines)
	v.Table = ui.Table{Caption: "清单", Dense: true, Unit: "元", Columns: []ui.Column{
		{Label: "电子账簿"},
		{Label: "年度"},
		{Label: "凭证", Align: ui.Right},
		{Label: "分录", Align: ui.Right},
		{Label: "借方发生额", Align: ui.Right},
		{Label: "贷方发生额", Align: ui.Right},
		{Label: "期初借方余额", Align: ui.Right},
		{Label: "期末借方余额", Align: ui.Right},
	}}
	for _, f := range got.Manifest.Files {
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{
			ui.T(f.Books), ui.T(strconv.Itoa(f.Year)), ui.T(strconv.Itoa(f.Vouchers)), ui.T(strconv.Itoa(f.Lines)), ui.T(f.Debit), ui.T(f.Credit), ui.T(f.Opening), ui.T(f.Ending),
		}})
	}
	return h.show(c, http.StatusOK, view{Verdict: v})
}
