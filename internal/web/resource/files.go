package resource

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/file"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// maxBody bounds an upload of files: several at once.
const maxBody = 120 << 20

// Files adds the pages of attachments and shows them on the detail pages of the nouns that are mounted afterwards.
func (s *Set) Files(sh *shell.Shell, f *file.Service) {
	s.files = &files{f: f, read: sh.Env.DB.Read()}
	sh.Handle(
		shell.Route{Method: "POST", Pattern: "/attach/{kind}/{id}", Perm: shell.Self, Fn: s.files.attach},
		shell.Route{Method: "GET", Pattern: "/attachments/{id}", Perm: shell.Self, Fn: s.files.download},
		shell.Route{Method: "POST", Pattern: "/attachments/{id}/remove", Perm: shell.Self, Fn: s.files.remove},
	)
}

// files are the handlers of attachments. Who may do what follows from the record that they are attached to.
type files struct {
	f    *file.Service
	read db.R
}

type filesView struct {
	Action, Accept, Limits string
	To                     string // where to go afterwards
	List                   []fileView
	May, Invoices          bool
	Locked                 string
}

type fileView struct {
	Href, Name, Sub string
	Picture         bool
	Same            string
	Remove          *ui.ConfirmView
}

// FilesCard shows a record's files, and takes more where the person may change the record now. to is the page that it
// stands on.
func (s *Set) FilesCard(c *shell.Ctx, kind string, id ids.ID, region, to string) (templ.Component, error) {
	if s.files == nil {
		return nil, nil
	}
	v, err := s.files.view(c, kind, id, region, to)
	if err != nil || len(v.List) == 0 && !v.May {
		return nil, err
	}
	return filesBody(v), nil
}

func (h *files) view(c *shell.Ctx, kind string, id ids.ID, region, to string) (filesView, error) {
	v := filesView{Action: "/attach/" + kind + "/" + id.String(), To: to, Invoices: kind == "voucher"}
	list, err := file.Of(c.Context(), h.read, c.Tenant, kind, id)
	if err != nil {
		return v, err
	}
	if v.May, v.Locked, err = h.f.May(c.Context(), c.Who, c.Tenant, kind, id, region); err != nil {
		return v, err
	}
	for i := range list {
		a := &list[i]
		x := fileView{Href: "/attachments/" + a.ID.String(), Name: a.Name, Picture: a.Inline(), Sub: file.Size(a.Size) + "　" + a.By + "　" + a.Time().Format("2006-01-02 15:04")}
		if a.Invoice.No != "" {
			x.Sub += "　发票 " + strings.TrimSpace(a.Invoice.Code+" "+a.Invoice.No)
		}
		if v.May {
			x.Remove = &ui.ConfirmView{
				ID: "rm-" + a.ID.String(), Button: ui.Button{Label: "移除", Icon: "trash", Style: ui.Ghost}, Title: "移除附件：" + a.Name, Text: "移除后不能恢复，历史记录中仍可查到。",
				Action: x.Href + "/remove", Submit: "确认移除", Danger: true, Hidden: []ui.Hidden{{Name: "to", Value: to}},
			}
		}
		v.List = append(v.List, x)
	}
	if !v.May {
		return v, nil
	}
	types, err := h.f.Types(c.Context(), c.Tenant, region)
	var accept, limits []string
	for _, t := range types {
		accept = append(accept, "."+t.Ext)
		limits = append(limits, t.Ext)
	}
	v.Accept, v.Limits = strings.Join(accept, ","), strings.Join(limits, "、")
	return v, err
}

func (h *files) attach(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	list, err := Uploads(c)
	if err == nil {
		err = h.f.Attach(c.Context(), c.Who, tenant, c.R.PathValue("kind"), id, list, file.Invoice{Code: strings.TrimSpace(c.Form("invoice_code")), No: strings.TrimSpace(c.Form("invoice_no"))})
	}
	if err != nil {
		return h.refused(c, err)
	}
	return c.Done(c.Form("to"), "已添加 %d 个附件", len(list))
}

// refused says what was wrong with an upload on a page of its own, with the way back.
func (h *files) refused(c *shell.Ctx, err error) error {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
	default:
		return err
	}
	return c.PageStatus(shell.Status(err), c.PageOf("附件没有保存"), fileProblem(shell.Sentence(err), c.Form("to")))
}

// Uploads reads the files of a form; none is a mistake beside "file".
func Uploads(c *shell.Ctx) ([]file.Upload, error) {
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, maxBody)
	if err := c.R.ParseMultipartForm(8 << 20); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "upload", "没有收到文件，或一次上传超过 %d MB；请分几次上传", maxBody>>20)
	}
	defer c.R.MultipartForm.RemoveAll()
	var out []file.Upload
	for _, head := range c.R.MultipartForm.File["file"] {
		if head.Filename == "" { // an input that was left empty
			continue
		}
		f, err := head.Open()
		if err != nil {
			return nil, fmt.Errorf("opening an upload: %w", err)
		}
		data, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			return nil, fmt.Errorf("reading an upload: %w", err)
		}
		out = append(out, file.Upload{Name: head.Filename, Data: data})
	}
	if len(out) == 0 {
		return nil, errs.OnField("file", "请选择要添加的文件")
	}
	return out, nil
}

// download sends a file: pictures to be shown, everything else to be saved. Nothing in it can run.
func (h *files) download(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	a, err := h.f.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	c.File(a.Name, a.Mime())
	head := c.W.Header()
	if a.Inline() {
		head.Set("Content-Disposition", strings.Replace(head.Get("Content-Disposition"), "attachment", "inline", 1))
	}
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	head.Set("Content-Length", strconv.FormatInt(a.Size, 10))
	return file.Pieces(c.Context(), h.read, tenant, a.Hash, func(piece []byte) error {
		_, err := c.W.Write(piece)
		return err
	})
}

func (h *files) remove(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	a, err := h.f.Remove(c.Context(), c.Who, tenant, id)
	if err != nil {
		return h.refused(c, err)
	}
	return c.Done(c.Form("to"), "已移除附件“%s”", a.Name)
}
