package books

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/books/template"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/search"
	"huicun/internal/registry/access"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// templateGroup is a group of the list of templates.
type templateGroup struct {
	Title string
	Items []templateItem
}

type templateItem struct {
	Name, Help, Href string
	Own              bool
}

type templatesView struct {
	Books  string
	Filter ui.FilterView
	Groups []templateGroup
}

// templateForm is a template being filled in: the texts as typed and what is wrong with them.
type templateForm struct {
	Books   *ledger.Books
	T       *template.Template
	Answers template.Answers
	Picks   map[string]template.Pick
	Errs    map[string]string
	Top     []ui.FieldError
	Repeat  string
}

func (f *templateForm) action() string { return "/voucher-templates/" + f.T.Code }

func (f *templateForm) back() string { return "/voucher-templates?books=" + f.Books.ID.String() }

// bases are the books that templates are offered for: the one of the address or of the last voucher.
func (p *pages) bases(c *shell.Ctx) ([]ledger.Books, *ledger.Books, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, nil, err
	}
	list, err := p.choices(c, tenant)
	if err != nil {
		return nil, nil, err
	}
	want := p.firstBooks(c, list, c.AsOf.String())
	for i := range list {
		if list[i].ID.String() == want {
			return list, &list[i], nil
		}
	}
	return list, nil, nil
}

// templates lists the events, found by any piece of their words or pinyin.
func (p *pages) templates(c *shell.Ctx) error {
	list, b, err := p.bases(c)
	if err != nil {
		return err
	}
	page := c.PageOf("用模板填制", ui.Link{Label: "凭证", Href: "/vouchers"}, ui.Link{Label: "用模板填制"})
	if b == nil {
		return c.Page(page, noBooksBody(c.Who.CanSome(booksEdit)))
	}
	all, err := template.Templates(c.Context(), p.read(), c.Tenant, b.Region, b.Chart, p.day(c, b))
	if err != nil {
		return err
	}
	v := templatesView{Books: b.ID.String()}
	sel := ui.FilterSelect{Name: "books", Label: "账套"}
	for i := range list {
		sel.Options = append(sel.Options, ui.Option{Value: list[i].ID.String(), Label: list[i].Name, Selected: list[i].ID == b.ID})
	}
	q := c.Query("q")
	v.Filter = ui.FilterView{
		Action: "/voucher-templates", Q: q, QLabel: "什么业务？如 租金、折旧、zj", Selects: []ui.FilterSelect{sel}, Active: q != "", ResetHref: "/voucher-templates?books=" + v.Books,
	}
	for i := range all {
		t := &all[i]
		if !matches(t, q) {
			continue
		}
		n := slices.IndexFunc(v.Groups, func(g templateGroup) bool { return g.Title == t.Group })
		if n < 0 {
			n, v.Groups = len(v.Groups), append(v.Groups, templateGroup{Title: t.Group})
		}
		v.Groups[n].Items = append(v.Groups[n].Items, templateItem{t.Name, t.Help, "/voucher-templates/" + t.Code + "?books=" + v.Books, t.Own()})
	}
	page.Subtitle = b.Name
	if c.Who.CanSome("entry_template:" + access.View) {
		page.Actions = ui.Buttons(ui.Button{Label: "维护模板", Icon: "settings", Href: "/entry-templates"})
	}
	return c.Page(page, templatesBody(v))
}

// matches reports whether a template has every piece of a query in its words.
func matches(t *template.Template, q string) bool {
	if q == "" {
		return true
	}
	words := t.Name + " " + t.Also + " " + t.Group
	if strings.Contains(words, q) {
		return true
	}
	have := search.Terms(words)
	want := search.QueryTerms(q)
	return len(want) > 0 && !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(have, w) })
}

// day is the day to start with: the one of the address, or the last that the books take up to the day looked at.
func (p *pages) day(c *shell.Ctx, b *ledger.Books) date.Date {
	d, err := date.Parse(c.Query("date"))
	if err != nil {
		d = c.AsOf
	}
	return d
}

// offered reads the template of the path and the books of the address or the form.
func (p *pages) offered(c *shell.Ctx, books string) (*templateForm, error) {
	list, b, err := p.bases(c)
	if err != nil {
		return nil, err
	}
	if books != "" {
		b = nil
	}
	for i := range list {
		if list[i].ID.String() == books {
			b = &list[i]
		}
	}
	if b == nil {
		return nil, errs.New(errs.Invalid, "books", "请先选择账套")
	}
	t, err := template.TemplateAt(c.Context(), p.read(), c.Tenant, b, c.R.PathValue("code"), p.day(c, b))
	if err != nil {
		return nil, err
	}
	f := &templateForm{Books: b, T: t, Answers: template.Answers{}, Picks: map[string]template.Pick{}, Errs: map[string]string{}}
	picks, err := p.n.Templates.Picks(c.Context(), c.Tenant, b, t)
	for _, pick := range picks {
		f.Picks[pick.Name] = pick
	}
	return f, err
}

func (p *pages) templateForm(c *shell.Ctx) error {
	f, err := p.offered(c, c.Query("books"))
	if err != nil {
		return err
	}
	f.Answers["day"] = p.day(c, f.Books).String()
	for name, pick := range f.Picks {
		for _, ch := range pick.Choices {
			if ch.Chosen {
				f.Answers[name] = ch.Code
			}
		}
	}
	return p.templatePage(c, http.StatusOK, f)
}

func (p *pages) templatePage(c *shell.Ctx, status int, f *templateForm) error {
	page := c.PageOf(f.T.Name, ui.Link{Label: "凭证", Href: "/vouchers"}, ui.Link{Label: "用模板填制", Href: f.back()}, ui.Link{Label: f.T.Name})
	page.Subtitle = f.Books.Name
	return c.PageStatus(status, page, templateBody(f))
}

// fillTemplate answers with the entry form, filled in; nothing has been saved then.
func (p *pages) fillTemplate(c *shell.Ctx) error {
	f, err := p.offered(c, c.Form("books"))
	if err != nil {
		return err
	}
	for name := range c.R.PostForm {
		f.Answers[name] = strings.TrimSpace(c.Form(name))
	}
	if c.Form("again") == "" {
		v, err := p.n.Templates.Fill(c.Context(), c.Who, c.Tenant, f.Books, f.T, f.Answers)
		if err == nil {
			return p.proposed(c, v, "按“"+f.T.Name+"”填好了，请核对后保存；科目、金额和摘要都可以改。")
		}
		e := errs.As(err)
		if e == nil || !mendable(err) {
			return err
		}
		f.blame(e)
	}
	return p.templatePage(c, http.StatusUnprocessableEntity, f)
}

// blame puts sentences beside the questions.
func (f *templateForm) blame(e *errs.Error) {
	if len(e.Fields) == 0 {
		f.Top = append(f.Top, ui.FieldError{Text: e.Msg})
	}
	labels := map[string]string{"day": f.T.DayLabel()}
	for _, q := range f.T.Ask {
		labels[q.Name] = q.Label
	}
	for name, pick := range f.Picks {
		labels[name] = pick.Label
	}
	for _, fe := range e.Fields {
		if f.Errs[fe.Name] == "" {
			f.Errs[fe.Name] = fe.Msg
		}
		f.Top = append(f.Top, ui.FieldError{Name: fe.Name, Label: labels[fe.Name], Text: fe.Msg})
	}
}

// proposed shows a voucher that was made for the person, as the entry form.
func (p *pages) proposed(c *shell.Ctx, v *ledger.Voucher, hint string) error {
	f, err := p.entryOf(c, v)
	if err != nil {
		return err
	}
	f.ID, f.Version, f.Title, f.Hint, f.Dirty = 0, 0, "", hint, true
	return p.entryPage(c, http.StatusOK, f)
}

// inputs are the questions as fields, in the order in which they are asked; the sub-accounts come last.
func (f *templateForm) inputs() []templ.Component {
	out := []templ.Component{ui.DateField(f.field("day", f.T.DayLabel(), true))}
	for i := range f.T.Ask {
		q := &f.T.Ask[i]
		x := f.field(q.Name, q.Label, !q.Optional)
		x.Help, x.Placeholder = q.Help, placeholder(q)
		switch q.Type {
		case template.Money:
			out = append(out, ui.MoneyField(x))
		case template.Day:
			out = append(out, ui.DateField(x))
		case template.Text:
			x.MaxLength = 100
			out = append(out, ui.TextField(x))
		case template.Account, template.Cash:
			out = append(out, f.pick(q.Name, x))
		default:
			x.Ref = ledger.DimensionNamed(q.Type).Kind
			out = append(out, ui.ComboField(x))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Picks)) {
		if strings.HasPrefix(name, template.SubName("")) {
			out = append(out, f.pick(name, f.field(name, f.Picks[name].Label, true)))
		}
	}
	return out
}

func (f *templateForm) field(name, label string, required bool) ui.Field {
	return ui.Field{Name: name, Label: label, Value: f.Answers[name], Required: required, Error: f.Errs[name]}
}

func placeholder(q *template.Question) string {
	if q.Eg == "" || q.Type == template.Day {
		return ""
	}
	return "如 " + q.Eg
}

// pick shows a choice of accounts: buttons when they are few.
func (f *templateForm) pick(name string, x ui.Field) templ.Component {
	const few = 6
	list := f.Picks[name].Choices
	if len(list) > few {
		x.Options = append(x.Options, ui.Option{Label: "请选择"})
	}
	for _, ch := range list {
		x.Options = append(x.Options, ui.Option{Value: ch.Code, Label: ch.Label, Selected: ch.Code == x.Value || len(list) == 1})
	}
	if len(list) > few {
		return ui.SelectField(x)
	}
	return ui.RadioGroup(x)
}

// exportTemplates writes the templates in force at the place that is looked at, as a file that the import takes.
func (p *pages) exportTemplates(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	list, err := template.Templates(c.Context(), p.read(), tenant, c.Scope, "", c.AsOf)
	if err != nil {
		return err
	}
	text, err := template.Write(list)
	if err != nil {
		return err
	}
	c.File("业务模板.yaml", "application/yaml; charset=utf-8")
	_, err = c.W.Write(text)
	return err
}

// maxTemplates bounds an uploaded file of templates.
const maxTemplates = 1 << 20

type yamlForm struct {
	From, Scope, Problem string
	Errs                 map[string]string
}

func (p *pages) yamlForm(c *shell.Ctx) error {
	return p.yamlPage(c, http.StatusOK, yamlForm{From: c.Today().String()})
}

func (p *pages) yamlPage(c *shell.Ctx, status int, f yamlForm) error {
	f.Scope = c.ScopeName()
	return c.PageStatus(status, c.PageOf("导入业务模板", ui.Link{Label: "业务模板", Href: "/entry-templates"}, ui.Link{Label: "导入文件"}), yamlBody(f))
}

func (p *pages) importYAML(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, maxTemplates+1<<16)
	f := yamlForm{Errs: map[string]string{}}
	file, _, err := c.R.FormFile("file")
	if err != nil {
		f.Problem = "没有收到文件，或文件超过 1 MB；请重新选择"
		return p.yamlPage(c, http.StatusUnprocessableEntity, f)
	}
	defer file.Close()
	f.From = c.Form("from")
	text, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	from, err := date.Parse(f.From)
	created, replaced := 0, 0
	if err == nil {
		created, replaced, err = p.n.Templates.ImportYAML(c.Context(), c.Who, tenant, c.Scope, from, text)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		f.Problem = shell.Sentence(err)
		return p.yamlPage(c, shell.Status(err), f)
	}
	return c.Done("/entry-templates", "导入完成：新增 %d 个，替换 %d 个，自 %s 起用于%s", created, replaced, from, c.ScopeName())
}

func (p *pages) mountTemplates(s *shell.Shell, set *resource.Set) {
	const view, edit = "entry_template:" + access.View, "entry_template:" + access.Edit
	resource.Mount(s, set, p.n.Templates.Versions, resource.Options[template.Version]{ListActions: func(c *shell.Ctx) []ui.Button {
		out := []ui.Button{{Label: "导出全部（YAML）", Icon: "download", Href: "/entry-templates/yaml"}}
		if c.Who.CanSome(edit) {
			out = append(out, ui.Button{Label: "导入 YAML", Icon: "upload", Href: "/entry-templates/yaml/import"})
		}
		return out
	}})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/voucher-templates", Perm: voucherEdit, Fn: p.templates},
		shell.Route{Method: "GET", Pattern: "/voucher-templates/{code}", Perm: voucherEdit, Fn: p.templateForm},
		shell.Route{Method: "POST", Pattern: "/voucher-templates/{code}", Perm: voucherEdit, Fn: p.fillTemplate},
		shell.Route{Method: "GET", Pattern: "/entry-templates/yaml", Perm: view, Fn: p.exportTemplates},
		shell.Route{Method: "GET", Pattern: "/entry-templates/yaml/import", Perm: edit, Fn: p.yamlForm},
		shell.Route{Method: "POST", Pattern: "/entry-templates/yaml/import", Perm: edit, Fn: p.importYAML},
	)
}
