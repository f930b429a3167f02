// Package resource gives every noun its pages: list with filter, sort and pages; detail with state, links and
// history; form with errors beside the fields; xlsx and CSV export and import. A noun's own panels are added by
// options; nothing here knows a particular noun.
package resource

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Child shows the records of another noun that belong to this one, on its detail page.
type Child struct {
	Kind  string // the other noun
	Field string // its Ref field that points here
	Title string
	// While are the states of this record in which the other's are added; none for all.
	While []string
	// When says for which of this one's records, given as its *T, the other's are shown; nil for all.
	When func(v any) bool
	// HideEmpty leaves the panel out while there are none.
	HideEmpty bool
}

// panel is a further part of a noun's detail page.
type panel func(c *shell.Ctx, v record.Item) (templ.Component, error)

// options are Options without the type of the noun's records.
type options struct {
	children       []Child
	before, panels []panel
	beside         func(c *shell.Ctx, v record.Item) (map[string]string, error)
	preview        panel // nil: forms have none
	actions        func(c *shell.Ctx, v record.Item) []ui.Button
	listActions    func(c *shell.Ctx) []ui.Button
	links          []string
	noForms        bool
	events         bool
	newPath        string
	anew, guided   []string
	omits          func(c *shell.Ctx, v record.Item) ([]string, error)
	locked         func(c *shell.Ctx, v record.Item) (bool, error)
}

// Set knows the mounted nouns, so that one's detail page can list another's records.
type Set struct {
	tables  map[string]func(c *shell.Ctx, eq map[string]string) (ui.Table, int, error)
	results results
	files   *files      // nil: no attachments
	queue   *jobs.Queue // nil: files are imported while the person waits
	above   int64
	news    map[string]string // by kind, where a record is made; "" for nowhere
}

// NewSet returns an empty set.
func NewSet() *Set {
	return &Set{tables: map[string]func(*shell.Ctx, map[string]string) (ui.Table, int, error){}, news: map[string]string{}}
}

// atOnce is the size in bytes up to which a file is imported while the person waits, unless Background says otherwise: some
// ten thousand lines of CSV.
const atOnce = 1 << 20

// Background lets files above a size in bytes be imported by a queue that knows record.ImportKind; 0 is the usual size.
func (s *Set) Background(q *jobs.Queue, above int64) {
	s.queue, s.above = q, cmp.Or(above, atOnce)
}

// Large reports whether a file goes to the background.
func (s *Set) Large(size int64) bool { return s.queue != nil && size > s.above }

// pages are the handlers of one noun.
type pages struct {
	n   *record.Any
	opt options
	set *Set
}

func mount(s *shell.Shell, set *Set, n *record.Any, opt options) {
	p := &pages{n: n, opt: opt, set: set}
	set.tables[n.Kind], set.news[n.Kind] = p.childTable, n.Path+"/new"
	if opt.noForms {
		set.news[n.Kind] = opt.newPath
	}
	view, edit := n.Perm(access.View), n.Perm(access.Edit)
	s.Handle(
		shell.Route{Method: "GET", Pattern: n.Path, Perm: view, Fn: p.list},
		shell.Route{Method: "GET", Pattern: n.Path + "/export", Perm: view, Fn: p.export},
		shell.Route{Method: "GET", Pattern: n.Path + "/{id}", Perm: view, Fn: p.show},
	)
	if n.Machine != nil && (!opt.noForms || opt.events) {
		s.Handle(shell.Route{Method: "POST", Pattern: n.Path + "/{id}/do/{event}", Perm: view, Fn: p.do})
	}
	if opt.noForms {
		return
	}
	s.Handle(
		shell.Route{Method: "GET", Pattern: n.Path + "/new", Perm: edit, Fn: p.newForm},
		shell.Route{Method: "POST", Pattern: n.Path, Perm: edit, Fn: p.create},
		shell.Route{Method: "GET", Pattern: n.Path + "/{id}/edit", Perm: edit, Fn: p.editForm},
		shell.Route{Method: "POST", Pattern: n.Path + "/{id}", Perm: edit, Fn: p.update},
		shell.Route{Method: "POST", Pattern: n.Path + "/{id}/delete", Perm: edit, Fn: p.remove},
	)
	set.Import(s, p.sheetImport())
}

const pageSize = 50

// filter reads a list's conditions from the query.
func (p *pages) filter(c *shell.Ctx) record.Filter {
	q := c.R.URL.Query()
	f := record.Filter{Scope: c.Scope, Text: c.Query("q"), Eq: map[string]string{}}
	for _, name := range p.filterNames() {
		if v := c.Query(name); v != "" {
			f.Eq[name] = v
		}
	}
	f.Page = db.Paging{After: q.Get("after"), Limit: pageSize}
	if by := q.Get("sort"); by != "" {
		f.Page.Desc = strings.HasPrefix(by, "-")
		f.Page.Sort = p.column(strings.TrimPrefix(by, "-"))
	}
	return f
}

func (p *pages) column(name string) string {
	for i := range p.n.Fields {
		if f := &p.n.Fields[i]; f.Name == name && f.Sortable {
			return f.Column
		}
	}
	return "?" + name // no column: the list refuses it by name
}

func (p *pages) filterNames() []string {
	out := []string{}
	if p.n.Machine != nil {
		out = append(out, "state")
	}
	for i := range p.n.Fields {
		if p.n.Fields[i].Filters {
			out = append(out, p.n.Fields[i].Name)
		}
	}
	return out
}

func (p *pages) list(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := p.filter(c)
	filtered := f.Text != "" || len(f.Eq) > 0
	status, empty := http.StatusOK, p.empty(c, filtered)
	page, total, err := p.n.List(c.Context(), c.Who, tenant, f)
	if wrong := wrongFields(err); wrong != nil { // what was typed into the bar names nothing
		status, empty.Title, err = shell.Status(err), wrong[0].Msg, nil
	}
	if err != nil {
		return err
	}
	table, err := p.table(c, tenant, page.Items, c.R.URL)
	if err != nil {
		return err
	}
	bar, err := p.filterBar(c, tenant, f, filtered)
	if err != nil {
		return err
	}
	table.Empty = empty
	v := c.PageOf(p.n.Label)
	v.Subtitle = c.ScopeName()
	v.Actions = ui.Buttons(p.listActions(c)...)
	return c.PageStatus(status, v, listBody(bar, table, p.pager(c, f, page.Next, len(page.Items), total)))
}

// wrongFields are the fields that people can mend, or nil.
func wrongFields(err error) []errs.Field {
	if e := errs.As(err); e != nil && e.Kind == errs.Invalid {
		return e.Fields
	}
	return nil
}

func (p *pages) listActions(c *shell.Ctx) []ui.Button {
	export := with(c.R.URL, "after", "")
	export.Path = p.n.Path + "/export"
	out := []ui.Button{}
	canEdit := c.Who.CanSome(p.n.Perm(access.Edit))
	switch {
	case canEdit && !p.opt.noForms:
		out = append(out, ui.Button{Label: "新建" + p.n.Label, Icon: "plus", Href: cmp.Or(p.opt.newPath, p.n.Path+"/new"), Style: ui.Primary},
			ui.Button{Label: "导入", Icon: "upload", Href: p.n.Path + "/import"})
	case canEdit && p.opt.newPath != "":
		out = append(out, ui.Button{Label: "新建" + p.n.Label, Icon: "plus", Href: p.opt.newPath, Style: ui.Primary})
	}
	if p.opt.listActions != nil {
		out = append(out, p.opt.listActions(c)...)
	}
	return append(out, ui.Button{Label: "导出", Icon: "download", Href: export.String()})
}

func (p *pages) empty(c *shell.Ctx, filtered bool) *ui.EmptyView {
	if filtered {
		return &ui.EmptyView{Icon: "search", Title: "没有符合条件的" + p.n.Label, Text: "换个条件，或清除条件看全部。", Buttons: []ui.Button{{Label: "清除条件", Href: p.n.Path}}}
	}
	e := &ui.EmptyView{Icon: p.n.Icon, Title: "还没有" + p.n.Label, Text: p.n.Intro}
	if c.Who.CanSome(p.n.Perm(access.Edit)) && !p.opt.noForms {
		e.Buttons = []ui.Button{{Label: "新建" + p.n.Label, Icon: "plus", Href: p.n.Path + "/new", Style: ui.Primary}, {Label: "从表格导入", Icon: "upload", Href: p.n.Path + "/import"}}
	}
	return e
}

func (p *pages) filterBar(c *shell.Ctx, tenant int64, f record.Filter, filtered bool) (ui.FilterView, error) {
	v := ui.FilterView{Action: p.n.Path, Q: f.Text, QLabel: "编号、名称、拼音", Active: filtered, ResetHref: p.n.Path}
	if s := c.R.URL.Query().Get("sort"); s != "" {
		v.Hidden = []ui.Hidden{{Name: "sort", Value: s}}
	}
	if p.n.Machine != nil {
		sel := ui.FilterSelect{Name: "state", Label: "状态", Options: []ui.Option{{Value: "", Label: "全部"}}}
		for _, s := range p.n.Machine.States {
			sel.Options = append(sel.Options, ui.Option{Value: s.Code, Label: s.Label, Selected: f.Eq["state"] == s.Code})
		}
		v.Selects = append(v.Selects, sel)
	}
	for i := range p.n.Fields {
		fd := &p.n.Fields[i]
		if !fd.Filters {
			continue
		}
		if fd.Kind == field.Ref {
			if slices.Contains(p.opt.links, fd.Name) || f.Eq[fd.Name] != "" {
				combo, err := p.linkFilter(c, tenant, fd, f.Eq[fd.Name])
				if err != nil {
					return v, err
				}
				v.Combos = append(v.Combos, combo)
			}
			continue
		}
		sel := ui.FilterSelect{Name: fd.Name, Label: fd.Label, Options: []ui.Option{{Value: "", Label: "全部"}}}
		opts := fd.Opts
		if fd.Kind == field.Bool {
			opts = []field.Option{{Code: "是", Label: "是"}, {Code: "否", Label: "否"}}
		}
		for _, o := range opts {
			sel.Options = append(sel.Options, ui.Option{Value: o.Code, Label: o.Label, Selected: f.Eq[fd.Name] == o.Code})
		}
		v.Selects = append(v.Selects, sel)
	}
	return v, nil
}

// linkFilter is the input for a link that the list is narrowed to, given as typed or as the id that an address carries.
func (p *pages) linkFilter(c *shell.Ctx, tenant int64, f *field.Any, want string) (ui.Field, error) {
	u := ui.Field{Name: f.Name, ID: "filter-" + f.Name, Label: f.Label, Ref: f.RefTo, Value: want, Placeholder: "全部"}
	id, err := ids.Parse(want)
	to, ok := p.n.Env().Noun(f.RefTo)
	if err != nil || !ok {
		return u, nil
	}
	names, err := to.Names(c.Context(), p.n.Env().ForTenant(tenant), tenant, []ids.ID{id})
	if name := names[id]; name != "" {
		u.Value = name
	}
	return u, err
}

const tenThousand = 10_000 // 万

func (p *pages) pager(c *shell.Ctx, f record.Filter, next string, shown, total int) ui.PagerView {
	v := ui.PagerView{Shown: shown, Total: "共 " + strconv.Itoa(total) + " 条"}
	switch limit := record.CountCap(f); {
	case total < limit:
	case limit%tenThousand == 0:
		v.Total = strconv.Itoa(limit/tenThousand) + " 万条以上"
	default:
		v.Total = strconv.Itoa(limit) + " 条以上"
	}
	if c.R.URL.Query().Get("after") != "" {
		v.FirstHref = with(c.R.URL, "after", "").String()
	}
	if next != "" {
		v.NextHref = with(c.R.URL, "after", next).String()
	}
	return v
}

// With is the address with one parameter set, or removed when value is "": for sorting and paging.
func With(u *url.URL, name, value string) string { return with(u, name, value).String() }

// with returns the address with one parameter set, or removed when value is "".
func with(u *url.URL, name, value string) *url.URL {
	q := u.Query()
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	return &url.URL{Path: u.Path, RawQuery: q.Encode()}
}

// maxColumns is how many fields a list shows: more would crush each other on a desk's screen.
const maxColumns = 9

// table shows records under the list's columns; u gives the sort links, nil means none.
func (p *pages) table(c *shell.Ctx, tenant int64, items []record.Item, u *url.URL) (ui.Table, error) {
	texts, err := p.n.ListTexts(c.Context(), tenant, items)
	if err != nil {
		return ui.Table{}, err
	}
	t := ui.Table{Caption: p.n.Label}
	var cols []*field.Any
	for i := range p.n.Fields {
		if f := &p.n.Fields[i]; f.InList && len(cols) < maxColumns {
			cols = append(cols, f)
			t.Columns = append(t.Columns, p.head(f, u))
		}
	}
	if p.n.Machine != nil {
		t.Columns = append(t.Columns, ui.Column{Label: "状态"})
	}
	for i, row := range items {
		r := ui.Row{Href: p.n.Path + "/" + row.ID.String()}
		for _, f := range cols {
			r.Cells = append(r.Cells, cell(f, texts[i][f.Name]))
		}
		if p.n.Machine != nil {
			s := p.n.Machine.State(row.State)
			r.Cells = append(r.Cells, ui.Cell{Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}})
		}
		if row.Sample {
			r.Cells[0].Badges = append(r.Cells[0].Badges, sampleBadge)
		}
		t.Rows = append(t.Rows, r)
	}
	return t, nil
}

var sampleBadge = ui.BadgeView{Text: "示例", Kind: ui.Grey}

func (p *pages) head(f *field.Any, u *url.URL) ui.Column {
	col := ui.Column{Label: f.Label, Align: align(f.Kind), Nowrap: short(f)}
	if f.Unit != "" {
		col.Label += "（" + f.Unit + "）"
	}
	if u == nil || !f.Sortable {
		return col
	}
	now := u.Query().Get("sort")
	next := f.Name
	switch now {
	case f.Name:
		col.Sorted, next = "asc", "-"+f.Name
	case "-" + f.Name:
		col.Sorted, next = "desc", ""
	}
	to := with(u, "after", "")
	col.SortHref = with(to, "sort", next).String()
	return col
}

// short reports whether a field's texts are short enough to stand on one line.
func short(f *field.Any) bool {
	switch f.Kind {
	case field.Day, field.Int, field.Money, field.Amount, field.Bool, field.Enum, field.Region:
		return true
	}
	return f.Name == "no"
}

func align(k field.Kind) ui.Align {
	if k == field.Money || k == field.Int || k == field.Amount {
		return ui.Right
	}
	return ui.Left
}

func cell(f *field.Any, text string) ui.Cell {
	switch f.Kind {
	case field.Money:
		return ui.Cell{Text: thousands(text)}
	case field.Enum:
		for _, o := range f.Opts {
			if o.Label == text && o.Tone != "" {
				return ui.Cell{Badge: &ui.BadgeView{Text: text, Kind: ui.Kind(o.Tone)}}
			}
		}
	case field.Bool:
		if text == "否" {
			return ui.Cell{Text: text, Muted: true}
		}
	case field.Long:
		if r := []rune(text); len(r) > 40 {
			return ui.Cell{Text: string(r[:40]) + "…"}
		}
	}
	return ui.Cell{Text: text}
}

// thousands puts separators into a plain decimal.
func thousands(s string) string {
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		whole += "." + frac
	}
	if strings.HasPrefix(s, "-") {
		return "-" + whole
	}
	return whole
}

// childLimit is how many records a detail page shows of a child noun before it links to the list.
const childLimit = 100

func (p *pages) childTable(c *shell.Ctx, eq map[string]string) (ui.Table, int, error) {
	f := record.Filter{Scope: shell.CountyOf(c.Scope), Eq: eq, Page: db.Paging{Limit: childLimit}}
	page, total, err := p.n.List(c.Context(), c.Who, c.Tenant, f)
	if err != nil {
		return ui.Table{}, 0, err
	}
	t, err := p.table(c, c.Tenant, page.Items, nil)
	return t, total, err
}

// get reads the record of the path; the tenant follows from the scope.
func (p *pages) get(c *shell.Ctx) (record.Item, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return record.Item{}, err
	}
	id, err := c.ID()
	if err != nil {
		return record.Item{}, err
	}
	return p.n.Get(c.Context(), c.Who, tenant, id)
}

func (p *pages) do(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	event := c.R.PathValue("event")
	if err := p.n.Do(c.Context(), c.Who, tenant, id, version, event, c.Form("reason")); err != nil {
		return p.showError(c, tenant, id, err)
	}
	label := event
	for _, e := range p.n.Machine.Events {
		if e.Name == event {
			label = e.Label
		}
	}
	return c.Done(p.n.Path+"/"+id.String(), "已%s", label)
}

func (p *pages) remove(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	if err := p.n.Delete(c.Context(), c.Who, tenant, id, version); err != nil {
		return p.showError(c, tenant, id, err)
	}
	return c.Done(p.n.Path, "已删除")
}

// showError shows the record again with what went wrong on top, when that is for the person to mend.
func (p *pages) showError(c *shell.Ctx, tenant int64, id ids.ID, err error) error {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
	default:
		return err
	}
	v, gerr := p.n.Get(c.Context(), c.Who, tenant, id)
	if gerr != nil {
		return err
	}
	return p.showPage(c, v, http.StatusConflict, shell.Sentence(err))
}
