package statement

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// uploadView is the page that takes a layout.
type uploadView struct {
	Problem string
	Errors  []ui.Row
	Forms   []ui.Row
}

func (p *pages) uploadForm(c *shell.Ctx) error { return p.uploadPage(c, http.StatusOK, uploadView{}) }

func (p *pages) uploadPage(c *shell.Ctx, status int, v uploadView) error {
	for _, k := range statement.LayoutKinds {
		for _, ch := range ledger.Charts {
			href := "/report-layouts/current?kind=" + k.Code + "&chart=" + ch.Code
			v.Forms = append(v.Forms, ui.Row{Cells: []ui.Cell{ui.T(k.Label), ui.T(ch.Label), {Text: "下载现行表式", Href: href}}})
		}
	}
	return c.PageStatus(status, c.PageOf("导入报表表式", ui.Link{Label: "报表表式", Href: "/report-layouts"}, ui.Link{Label: "导入"}), uploadBody(v))
}

// upload takes a layout from a sheet: a new one, or the same version again.
func (p *pages) upload(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	t, err := resource.ReadUpload(c, "file")
	if err != nil {
		return p.refuse(c, err, nil)
	}
	l, rep := statement.ParseLayout(t)
	if err := rep.Err(); err != nil {
		return p.refuse(c, err, rep)
	}
	s := &statement.Stored{Body: statement.Body(t)}
	s.Region = shell.CountyOf(c.Scope)
	if id, err := p.layouts.Lookup(c.Context(), p.read(), tenant, l.Key()); err == nil {
		old, err := p.layouts.Get(c.Context(), c.Who, tenant, id)
		if err != nil {
			return err
		}
		old.Body = s.Body
		if err := p.layouts.Update(c.Context(), c.Who, tenant, old); err != nil {
			return p.refuse(c, err, nil)
		}
		return c.Done("/report-layouts/"+id.String(), "已更新表式，%s 起使用", l.From)
	}
	id, err := p.layouts.Create(c.Context(), c.Who, tenant, c.Form("_key"), s)
	if err != nil {
		return p.refuse(c, err, nil)
	}
	return c.Done("/report-layouts/"+id.String(), "已导入表式，%s 起使用", l.From)
}

// refuse shows what is wrong with a sheet, by row.
func (p *pages) refuse(c *shell.Ctx, err error, rep *sheet.Report) error {
	if errs.KindOf(err) != errs.Invalid && errs.KindOf(err) != errs.Conflict {
		return err
	}
	v := uploadView{Problem: shell.Sentence(err)}
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		var all []string
		for _, f := range e.Fields {
			all = append(all, f.Msg)
		}
		v.Problem = strings.Join(all, "；")
	}
	if rep != nil {
		for _, e := range rep.Errors {
			v.Errors = append(v.Errors, ui.Row{Cells: []ui.Cell{ui.T(strconv.Itoa(e.Row)), ui.T(e.Column), ui.T(e.Value), ui.T(e.Msg)}})
		}
	}
	return p.uploadPage(c, http.StatusUnprocessableEntity, v)
}

// current hands out the layout in force, to be changed and imported again.
func (p *pages) current(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	kind, chart := c.Query("kind"), c.Query("chart")
	body, err := p.s.BodyFor(c.Context(), tenant, kind, chart, statement.YearOf(c.Year))
	if err != nil {
		return err
	}
	rows, err := statement.SheetRows(body)
	if err != nil {
		return err
	}
	name := field.LabelOf(statement.LayoutKinds, kind) + "表式-" + field.LabelOf(ledger.Charts, chart)
	return resource.WriteSheet(c, name, c.Query("format"), statement.SheetHeader(), func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
}

// layoutPanel shows a layout's rows as they are in its sheet.
func (p *pages) layoutPanel(c *shell.Ctx, s *statement.Stored) (templ.Component, error) {
	t, err := sheet.Read("layout.csv", bytes.NewReader([]byte(s.Body)), int64(len(s.Body)), sheet.Options{})
	if err != nil {
		return nil, err
	}
	out := ui.Table{Caption: "表式", Dense: true, KeepGrid: true}
	for _, c := range statement.SheetHeader() {
		out.Columns = append(out.Columns, ui.Column{Label: c.Title})
	}
	for _, r := range t.Rows {
		var cells []ui.Cell
		for _, x := range r {
			cells = append(cells, ui.T(x))
		}
		out.Rows = append(out.Rows, ui.Row{Cells: cells})
	}
	card := resource.TableCard(ui.CardView{Title: "表式", Sub: strconv.Itoa(len(t.Rows)) + " 行", Flush: true}, out)
	if !c.Who.Can(layoutEdit, s.Region) {
		return card, nil
	}
	return layoutBody(card, ui.ConfirmView{
		ID: "remove", Button: ui.Button{Label: "停用这个版本", Icon: "trash", Style: ui.Ghost}, Title: "停用：" + s.Name, Danger: true,
		Text: "停用后，报表改用起用月份在前的版本，没有时用系统自带的表式。历史记录中仍可查到。", Action: "/report-layouts/" + s.ID.String() + "/delete", Submit: "确认停用",
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(s.Row.Version, 10)}},
	}), nil
}

func (p *pages) layoutButtons(c *shell.Ctx, s *statement.Stored) []ui.Button {
	if !c.Who.Can(layoutEdit, s.Region) {
		return nil
	}
	return []ui.Button{{Label: "导入新版本", Icon: "upload", Href: "/report-layouts/upload"}}
}

// removeLayout takes a layout out of use; the one before it holds again.
func (p *pages) removeLayout(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	if err := p.layouts.Delete(c.Context(), c.Who, tenant, id, version); err != nil {
		return err
	}
	return c.Done("/report-layouts", "已停用，恢复使用上一个版本")
}
