package resource

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// form is what a form page shows: the texts as typed, and what is wrong with them.
type form struct {
	texts   map[string]string
	note    string
	key     string
	version int64
	id      ids.ID
	errs    map[string]string
	top     []ui.FieldError // mistakes that belong to no field
	others  []ui.Change     // what somebody else saved meanwhile
	preview templ.Component // what would follow from what is typed; nil: not asked for
}

func (p *pages) newForm(c *shell.Ctx) error {
	if _, err := c.NeedTenant(); err != nil {
		return err
	}
	f := form{texts: map[string]string{}, key: c.FormKey()}
	for i := range p.n.Fields {
		fd := &p.n.Fields[i]
		f.texts[fd.Name] = c.Query(fd.Name)
		if fd.Kind == field.Region && f.texts[fd.Name] == "" {
			f.texts[fd.Name] = c.ScopeName()
		}
	}
	return p.formPage(c, http.StatusOK, f)
}

// typed reads the posted form; an unticked box is a no.
func (p *pages) typed(c *shell.Ctx) form {
	f := form{texts: map[string]string{}, note: c.Form("note"), key: c.Form("_key"), errs: map[string]string{}}
	f.version, _ = strconv.ParseInt(c.Form("version"), 10, 64)
	for i := range p.n.Fields {
		fd := &p.n.Fields[i]
		if !fd.ReadOnly {
			f.texts[fd.Name] = c.Form(fd.Name)
		}
	}
	return f
}

func (p *pages) create(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := p.typed(c)
	if len(f.key) < 16 || len(f.key) > 64 {
		f.key = c.FormKey()
	}
	v := p.n.New()
	err = p.n.SetTexts(c.Context(), p.n.Env().ForTenant(tenant), c.Scope, v, f.texts)
	if p.previewing(c) {
		return p.previewPage(c, f, v, err)
	}
	var id ids.ID
	if err == nil {
		v.Note = f.note
		id, err = p.n.Create(c.Context(), c.Who, tenant, f.key, v)
	}
	if err != nil {
		return p.again(c, f, err)
	}
	return c.Done(p.n.Path+"/"+id.String(), "已新建%s", p.n.Label)
}

func (p *pages) editForm(c *shell.Ctx) error {
	v, err := p.get(c)
	if err != nil {
		return err
	}
	f, err := p.filled(c, v)
	if err != nil {
		return err
	}
	for _, name := range p.opt.anew {
		f.texts[name] = ""
	}
	return p.formPage(c, http.StatusOK, f)
}

func (p *pages) filled(c *shell.Ctx, v record.Item) (form, error) {
	texts, err := p.n.Texts(c.Context(), p.n.Env().ForTenant(c.Tenant), v)
	if err != nil {
		return form{}, err
	}
	return form{texts: texts, note: v.Note, version: v.Version, id: v.ID}, nil
}

func (p *pages) update(c *shell.Ctx) error {
	v, err := p.get(c)
	if err != nil {
		return err
	}
	f := p.typed(c)
	f.id = v.ID
	for i := range p.n.Fields {
		if fd := &p.n.Fields[i]; fd.Fixed { // shown, not entered
			delete(f.texts, fd.Name)
		}
	}
	stored, err := p.filled(c, v)
	if err != nil {
		return err
	}
	err = p.n.SetTexts(c.Context(), p.n.Env().ForTenant(c.Tenant), c.Scope, v, f.texts)
	if p.previewing(c) {
		p.refill(&f, stored)
		return p.previewPage(c, f, v, err)
	}
	if err == nil {
		v.Note, v.Version = f.note, f.version
		err = p.n.Update(c.Context(), c.Who, c.Tenant, v)
	}
	if err == nil {
		return c.Done(p.n.Path+"/"+v.ID.String(), "已保存")
	}
	p.refill(&f, stored)
	if errs.Is(err, errs.Stale) {
		f.others = p.otherChanges(stored, f)
		f.version = stored.version
	}
	return p.again(c, f, err)
}

// refill puts back what is shown and not entered.
func (p *pages) refill(f *form, stored form) {
	for i := range p.n.Fields {
		if fd := &p.n.Fields[i]; fd.Fixed {
			f.texts[fd.Name] = stored.texts[fd.Name]
		}
	}
}

// previewField is the name of the button that asks for a preview.
const previewField = "_preview"

func (p *pages) previewing(c *shell.Ctx) bool {
	return p.opt.preview != nil && c.Form(previewField) != ""
}

// previewPage shows the form again with what would follow from it; err is what is wrong with its texts.
func (p *pages) previewPage(c *shell.Ctx, f form, v record.Item, err error) error {
	if err == nil {
		err = p.n.Try(c.Context(), c.Who, c.Tenant, v)
	}
	if err == nil {
		f.preview, err = p.opt.preview(c, v)
	}
	if err != nil {
		return p.again(c, f, err)
	}
	return p.formPage(c, http.StatusOK, f)
}

// otherChanges lists where what is stored now differs from what the second person typed.
func (p *pages) otherChanges(stored, typed form) []ui.Change {
	var out []ui.Change
	for i := range p.n.Fields {
		fd := &p.n.Fields[i]
		have, mine := stored.texts[fd.Name], typed.texts[fd.Name]
		if fd.Kind == field.Bool && mine == "" {
			mine = "否"
		}
		if fd.Kind == field.Enum {
			mine = field.LabelOf(fd.Opts, mine)
		}
		if !fd.ReadOnly && !fd.Fixed && have != mine {
			out = append(out, ui.Change{Field: fd.Label, Before: have, After: mine})
		}
	}
	return out
}

// again shows the form with everything that was typed and what is wrong beside it.
func (p *pages) again(c *shell.Ctx, f form, err error) error {
	e := errs.As(err)
	if e == nil || e.Kind == errs.Internal || e.Kind == errs.NotFound {
		return err
	}
	f.errs = map[string]string{}
	if len(e.Fields) == 0 {
		f.top = append(f.top, ui.FieldError{Text: e.Msg})
	}
	for _, fe := range e.Fields {
		if fd := p.n.Field(fe.Name); fd != nil {
			f.errs[fe.Name] = fe.Msg
			continue
		}
		f.top = append(f.top, ui.FieldError{Text: fe.Msg})
	}
	return p.formPage(c, shell.Status(err), f)
}

func (p *pages) formPage(c *shell.Ctx, status int, f form) error {
	title, action, cancel := "新建"+p.n.Label, p.n.Path, p.n.Path
	hidden := []ui.Hidden{{Name: "_key", Value: f.key}}
	crumbs := []ui.Link{{Label: p.n.Label, Href: p.n.Path}}
	if f.id != 0 {
		cancel = p.n.Path + "/" + f.id.String()
		title, action = "修改"+p.n.Label, cancel
		hidden = []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.version, 10)}}
		crumbs = append(crumbs, ui.Link{Label: f.texts[p.n.Key], Href: cancel})
	}
	fv := ui.FormView{ID: "record", Action: action, Hidden: hidden, Errors: f.top}
	b := formParts{fv: fv, note: f.note, others: f.others, preview: f.preview, actions: ui.ActionsView{CancelHref: cancel}}
	if p.opt.preview != nil {
		b.actions.More = []ui.Button{{Label: "预览", Icon: "eye", Name: previewField, Value: "1", Attrs: templ.Attributes{"formnovalidate": true}}}
	}
	for i := range p.n.Fields {
		fd := &p.n.Fields[i]
		if fd.ReadOnly {
			continue
		}
		if msg := f.errs[fd.Name]; msg != "" {
			b.fv.Errors = append(b.fv.Errors, ui.FieldError{Name: fd.Name, Label: fd.Label, Text: msg})
		}
		switch in := p.input(fd, f); {
		case fd.Stamped:
			b.fold("办理日期（办理时自动记录，补录以前的记录时才填写）", in, f.errs[fd.Name] != "")
		case fd.Group != "":
			b.fold(fd.Group, in, f.errs[fd.Name] != "" || filled(fd, f.texts[fd.Name]))
		default:
			b.inputs = append(b.inputs, in)
		}
	}
	v := c.PageOf(title, append(crumbs, ui.Link{Label: title})...)
	return c.PageStatus(status, v, formBody(b))
}

// formParts are what a form page is made of.
type formParts struct {
	fv      ui.FormView
	inputs  []templ.Component
	folds   []fold
	note    string
	others  []ui.Change
	preview templ.Component
	actions ui.ActionsView
}

// fold is a part of a form that stands open only when something in it is filled in or wrong.
type fold struct {
	title  string
	inputs []templ.Component
	open   bool
}

func (b *formParts) fold(title string, in templ.Component, open bool) {
	for i := range b.folds {
		if x := &b.folds[i]; x.title == title {
			x.inputs, x.open = append(x.inputs, in), x.open || open
			return
		}
	}
	b.folds = append(b.folds, fold{title, []templ.Component{in}, open})
}

// filled reports whether a field says something; a choice that was left as it comes does not.
func filled(fd *field.Any, text string) bool {
	switch fd.Kind {
	case field.Int:
		return text != "" && text != "0"
	case field.Money:
		return text != "" && text != "0.00"
	case field.Bool:
		return text == "是" || text == "on"
	case field.Enum:
		return text != "" && text != fd.Opts[0].Label && text != fd.Opts[0].Code
	}
	return text != ""
}

// input chooses the component for a field.
func (p *pages) input(fd *field.Any, f form) templ.Component {
	u := ui.Field{
		Name: fd.Name, Label: fd.Label, Value: f.texts[fd.Name], Help: fd.Note, Error: f.errs[fd.Name], Unit: fd.Unit,
		Required: p.n.Requires(fd), ReadOnly: fd.Fixed && f.id != 0, Placeholder: fd.Example,
	}
	if u.ReadOnly {
		u.Help = "建立后不能更改"
		return ui.TextField(u)
	}
	switch fd.Kind {
	case field.Long:
		u.Wide, u.Rows = true, 4
		return ui.TextArea(u)
	case field.Int:
		return ui.NumberField(u)
	case field.Money:
		if u.Value == "0.00" && f.id == 0 {
			u.Value = ""
		}
		return ui.MoneyField(u)
	case field.Day:
		return ui.DateField(u)
	case field.Bool:
		u.Checked, u.Value = u.Value == "是" || u.Value == "on", "是"
		return ui.CheckboxField(u)
	case field.Enum:
		for _, o := range fd.Opts {
			u.Options = append(u.Options, ui.Option{Value: o.Code, Label: o.Label, Selected: u.Value == o.Label || u.Value == o.Code})
		}
		return ui.SelectField(u)
	case field.Ref:
		u.Ref = fd.RefTo
		return ui.ComboField(u)
	case field.Region:
		u.Ref = "region"
		return ui.ComboField(u)
	}
	if fd.Max > 0 {
		u.MaxLength = fd.Max
	}
	return ui.TextField(u)
}

// inputs are a noun's inputs for what may be entered.
func inputs(n *record.Any, texts, errors map[string]string, editing bool) []templ.Component {
	p := &pages{n: n}
	f := form{texts: texts, errs: errors}
	if editing {
		f.id = 1
	}
	var out []templ.Component
	for i := range n.Fields {
		if !n.Fields[i].ReadOnly {
			out = append(out, p.input(&n.Fields[i], f))
		}
	}
	return out
}
