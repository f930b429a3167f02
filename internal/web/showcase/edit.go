package showcase

import (
	"net/http"
	"strconv"

	"huicun/internal/indicator"
	sc "huicun/internal/insight/showcase"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// form is the editor's content: texts as typed and what is wrong with them.
type form struct {
	Action, Cancel, Title string
	Texts, Errs           map[string]string
	Top                   []ui.FieldError
	Hidden                []ui.Hidden
	Stored                string // the body saved meanwhile by somebody else
	Figures               []sc.Frozen
	FiguresNote           string
	Preview               preview
}

// preview is the article as it would read now, and what the check says.
type preview struct {
	Title, HTML string
	Problems    []sc.Problem
	Bare        []sc.Finding
	Figures     int
	Note        string // why there is nothing to see
}

func (p *pages) newForm(c *shell.Ctx) error {
	if _, err := c.NeedTenant(); err != nil {
		return err
	}
	f := form{Texts: map[string]string{"region": c.ScopeName(), "year": strconv.Itoa(c.Year), "as_of": c.AsOf.String()}}
	return p.formPage(c, http.StatusOK, f, nil)
}

func (p *pages) typed(c *shell.Ctx) map[string]string {
	out := map[string]string{}
	for i := range p.svc.Noun.Fields {
		if f := &p.svc.Noun.Fields[i]; !f.ReadOnly {
			out[f.Name] = c.Form(f.Name)
		}
	}
	return out
}

func (p *pages) create(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := form{Texts: p.typed(c)}
	v := &sc.Showcase{}
	err = p.svc.Noun.SetTexts(c.Context(), p.svc.Noun.Env().ForTenant(tenant), c.Scope, v, f.Texts)
	if err == nil {
		key := c.Form("_key")
		if len(key) < 16 || len(key) > 64 {
			key = c.FormKey()
		}
		id, cerr := p.svc.Noun.Create(c.Context(), c.Who, tenant, key, v)
		if cerr == nil {
			return c.Done("/showcases/"+id.String(), "已保存草稿")
		}
		err = cerr
	}
	return p.again(c, f, nil, err)
}

func (p *pages) editForm(c *shell.Ctx) error {
	tenant, v, err := p.get(c)
	if err != nil {
		return err
	}
	texts, err := p.svc.Noun.Texts(c.Context(), p.svc.Noun.Env().ForTenant(tenant), v)
	if err != nil {
		return err
	}
	return p.formPage(c, http.StatusOK, form{Texts: texts}, v)
}

func (p *pages) update(c *shell.Ctx) error {
	tenant, v, err := p.get(c)
	if err != nil {
		return err
	}
	f := form{Texts: p.typed(c)}
	stored := *v
	err = p.svc.Noun.SetTexts(c.Context(), p.svc.Noun.Env().ForTenant(tenant), c.Scope, v, f.Texts)
	if err == nil {
		v.Version = versionOf(c)
		err = p.svc.Noun.Update(c.Context(), c.Who, tenant, v)
	}
	if err == nil {
		return c.Done(pathOf(v), "已保存")
	}
	if errs.Is(err, errs.Stale) {
		f.Stored = stored.Body
		err = errs.New(errs.Stale, "stale", "您打开之后，别人保存过这篇文章。您写的都还在下面，尚未保存；请与现在保存的正文对照，再点一次保存，将以您写的为准")
	}
	return p.again(c, f, &stored, err)
}

// again shows the form with everything that was typed and what is wrong beside it.
func (p *pages) again(c *shell.Ctx, f form, v *sc.Showcase, err error) error {
	e := errs.As(err)
	if e == nil || e.Kind == errs.Internal || e.Kind == errs.NotFound {
		return err
	}
	f.Errs = map[string]string{}
	if len(e.Fields) == 0 {
		f.Top = append(f.Top, ui.FieldError{Text: e.Msg})
	}
	for _, fe := range e.Fields {
		f.Errs[fe.Name] = fe.Msg
		f.Top = append(f.Top, ui.FieldError{Name: fe.Name, Label: p.label(fe.Name), Text: fe.Msg})
	}
	return p.formPage(c, shell.Status(err), f, v)
}

func (p *pages) label(name string) string {
	for i := range p.svc.Noun.Fields {
		if p.svc.Noun.Fields[i].Name == name {
			return p.svc.Noun.Fields[i].Label
		}
	}
	return ""
}

// formPage shows the editor; v is nil for a new article.
func (p *pages) formPage(c *shell.Ctx, status int, f form, v *sc.Showcase) error {
	f.Action, f.Cancel, f.Title = "/showcases", "/showcases", "写文章"
	f.Hidden = []ui.Hidden{{Name: "_key", Value: c.FormKey()}}
	crumbs := []ui.Link{{Label: "晒项目", Href: "/showcases"}, {Label: "写文章"}}
	if v != nil {
		f.Action, f.Cancel, f.Title = pathOf(v), pathOf(v), "修改文章"
		f.Hidden = []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
		crumbs = []ui.Link{{Label: "晒项目", Href: "/showcases"}, {Label: v.No, Href: pathOf(v)}, {Label: "修改"}}
	}
	draft, why := p.draft(c, f.Texts)
	f.FiguresNote = why
	if draft != nil {
		list, err := p.svc.Available(c.Context(), c.Tenant, draft)
		if err != nil {
			return err
		}
		f.Figures = list
	}
	pv, err := p.look(c, draft, why)
	if err != nil {
		return err
	}
	f.Preview = pv
	return c.PageStatus(status, c.PageOf(f.Title, crumbs...), editBody(f, p.svc.Noun.Fields))
}

// draft makes an article of what is typed so far, to evaluate its figures; without a place, a year and a day it
// says why it cannot.
func (p *pages) draft(c *shell.Ctx, texts map[string]string) (*sc.Showcase, string) {
	v := &sc.Showcase{}
	// What else is missing does not matter here: it is said when the article is saved.
	_ = p.svc.Noun.SetTexts(c.Context(), p.svc.Noun.Env().ForTenant(c.Tenant), c.Scope, v, texts)
	switch {
	case len(v.Region) != 12 || v.Year < 1978 || v.AsOf.IsZero():
		return nil, "先填好所属地区、年度和数据截至，才能取出数字。"
	case !c.Who.Can(edit, v.Region) || !c.Who.Can("figure:view", v.Region):
		return nil, "您不能在“" + c.RegionName(v.Region) + "”写文章；请改选您负责的地区。"
	}
	return v, ""
}

func (p *pages) look(c *shell.Ctx, v *sc.Showcase, why string) (preview, error) {
	if v == nil {
		return preview{Note: why}, nil
	}
	r, err := p.svc.Review(c.Context(), c.Tenant, v)
	if err != nil {
		return preview{}, err
	}
	out := preview{Title: v.Title, HTML: r.Doc.HTML(r.Shown(), live(v)), Problems: r.Problems, Bare: r.Bare, Figures: len(r.Figures)}
	if v.Body == "" {
		out.Note = "正文还是空的。"
	}
	return out, nil
}

func (p *pages) preview(c *shell.Ctx) error {
	if _, err := c.NeedTenant(); err != nil {
		return err
	}
	v, why := p.draft(c, p.typed(c))
	pv, err := p.look(c, v, why)
	if err != nil {
		return err
	}
	if c.Partial() {
		return c.Render(previewBody(pv))
	}
	page := c.PageOf("预览", ui.Link{Label: "晒项目", Href: "/showcases"}, ui.Link{Label: "预览"})
	return c.Page(page, previewBody(pv))
}

// live links figures to where they come from today.
func live(v *sc.Showcase) sc.Style {
	return sc.Style{Link: func(code string) map[string]any { return ui.DrawerAttrs(lineage(v, code)) }}
}

func lineage(v *sc.Showcase, code string) string {
	return "/lineage?f=" + code + "&place=" + v.Region + "&scope=" + v.Region + "&year=" + strconv.Itoa(v.Year) + "&as_of=" + v.AsOf.String()
}

// input is the component for one of the article's fields.
func input(f *field.Field[sc.Showcase], texts, wrong map[string]string) ui.Field {
	u := ui.Field{
		Name: f.Name, Label: f.Label, Value: texts[f.Name], Help: f.Note, Error: wrong[f.Name], Required: f.Required && f.Name != "no",
		Placeholder: f.Example, MaxLength: f.Max,
	}
	if f.Kind == field.Region {
		u.Ref = "region"
	}
	return u
}

// qualifierOf is the mark beside a figure in the panel; exact ones need none.
func qualifierOf(f sc.Frozen) string {
	if f.Qualifier == indicator.Exact.Label() {
		return ""
	}
	return f.Qualifier
}

func (p *pages) remove(c *shell.Ctx) error {
	tenant, v, err := p.get(c)
	if err != nil {
		return err
	}
	if err := p.svc.Noun.Delete(c.Context(), c.Who, tenant, v.ID, versionOf(c)); err != nil {
		return p.showError(c, tenant, v, err)
	}
	return c.Done("/showcases", "已删除")
}

func (p *pages) reopen(c *shell.Ctx) error {
	tenant, v, err := p.get(c)
	if err != nil {
		return err
	}
	if err := p.svc.Noun.Do(c.Context(), c.Who, tenant, v.ID, versionOf(c), "reopen", c.Form("reason")); err != nil {
		return p.showError(c, tenant, v, err)
	}
	return c.Done(pathOf(v)+"/edit", "已转为草稿，可以修改后重新发布")
}
