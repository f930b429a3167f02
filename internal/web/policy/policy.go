// Package policy gives policies as data their pages: what a version says and whether its worked examples hold, and
// what it would give to whom: simulation, two versions beside each other, edges.
package policy

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The permissions that the routes ask for.
const (
	versionView = "policy_version:" + access.View
	versionEdit = "policy_version:" + access.Edit
)

type pages struct {
	env      *record.Env
	sources  *policy.Sources
	versions *record.Noun[policy.Version]
}

// Mount adds the pages of versions.
func Mount(s *shell.Shell, set *resource.Set, versions *record.Noun[policy.Version], sources *policy.Sources) {
	p := &pages{env: s.Env, sources: sources, versions: versions}
	resource.Mount(s, set, versions, resource.Options[policy.Version]{Panels: []resource.Panel[policy.Version]{p.wording, p.examples}, Actions: p.tools})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/policy-versions/{id}/document", Perm: versionView, Fn: p.download},
		shell.Route{Method: "POST", Pattern: "/policy-versions/{id}/document", Perm: versionEdit, Fn: p.upload},
		shell.Route{Method: "GET", Pattern: "/policy-versions/{id}/form", Perm: versionEdit, Fn: p.form},
		shell.Route{Method: "POST", Pattern: "/policy-versions/{id}/form", Perm: versionEdit, Fn: p.postForm},
		shell.Route{Method: "POST", Pattern: "/policy-versions/{id}/copy", Perm: versionEdit, Fn: p.copy},
		shell.Route{Method: "GET", Pattern: "/policy-versions/{id}/examples/{n}", Perm: versionView, Fn: p.example},
		shell.Route{Method: "GET", Pattern: "/policy-versions/{id}/simulate", Perm: versionView, Fn: p.simulate},
		shell.Route{Method: "POST", Pattern: "/policy-versions/{id}/simulate", Perm: versionView, Fn: p.simulate},
		shell.Route{Method: "POST", Pattern: "/policy-versions/{id}/simulate/export", Perm: versionView, Fn: p.exportInputs},
	)
}

// version reads the version of the path.
func (p *pages) version(c *shell.Ctx) (*policy.Version, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.versions.Get(c.Context(), c.Who, tenant, id)
}

func (p *pages) tools(c *shell.Ctx, v *policy.Version) []ui.Button {
	if v.Document == "" {
		return nil
	}
	out := []ui.Button{
		{Label: "试算", Icon: "calculator", Href: pathOf(v) + "/simulate", Style: ui.Primary},
		{Label: "下载条文", Icon: "download", Href: pathOf(v) + "/document"},
	}
	if v.State != policy.VersionDraft && c.Who.Can(roundEdit, v.Region) {
		out = append(out, ui.Button{Label: "建立核算批次", Icon: "calculator", Href: pathOf(v) + "/simulate#freeze"})
	}
	return out
}

func pathOf(v *policy.Version) string { return "/policy-versions/" + v.ID.String() }

// wording shows what the version says, in words, and the ways to bring a document in.
func (p *pages) wording(c *shell.Ctx, v *policy.Version) (templ.Component, error) {
	view := wordingView{Path: pathOf(v), Key: c.FormKey(), May: c.Who.Can(versionEdit, v.Region), Has: v.Document != ""}
	view.Open = view.May && (v.State == policy.VersionDraft || v.Document == "")
	if !view.Has {
		return wordingBody(view), nil
	}
	compiled, err := v.Compile()
	if err != nil {
		view.Problem = shell.Sentence(err)
		return wordingBody(view), nil
	}
	view.Notes = compiled.Doc.Open
	if noun := compiled.Doc.AppliedTo(); noun.Code != engine.OfVillage {
		view.Subject = noun.Label
	}
	view.Inputs = inputTable(compiled)
	measures, rules := compiled.Describe()
	view.Measures, view.Rules = describedTable("指标", measures), describedTable("奖励", rules)
	gates, vetoes := compiled.Conditions()
	view.Gates = describedTable("条件", append(gates, vetoed(vetoes)...))
	return wordingBody(view), nil
}

func vetoed(list []engine.Described) []engine.Described {
	for i := range list {
		list[i].Label = "一票否决：" + list[i].Label
	}
	return list
}

func describedTable(caption string, list []engine.Described) ui.Table {
	t := ui.Table{Caption: caption, Dense: true, Columns: []ui.Column{{Label: caption, Width: "14em"}, {Label: "怎样计算"}}}
	for _, d := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: d.Label, Strong: true}, ui.T(d.Text)}})
	}
	return t
}

func inputTable(p *engine.Policy) ui.Table {
	t := ui.Table{Caption: "数据", Dense: true, Columns: []ui.Column{{Label: "数据", Width: "14em"}, {Label: "类型"}, {Label: "取自"}, {Label: "没有时"}}}
	for _, in := range p.Doc.Inputs {
		from := "填报"
		switch {
		case in.Figure != "" && p.Doc.AppliedTo().Code != engine.OfVillage:
			from = p.Doc.AppliedTo().Label
		case in.Figure != "":
			from = "指标"
		}
		if in.Type == "accounts" {
			from = "总账"
		}
		if in.Period == "base_year" {
			from += "，" + strconv.Itoa(in.Base) + " 年"
		} else if in.Period == "last_year" || in.Period == "month" {
			from += "，" + field.LabelOf(engine.Periods, in.Period)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: in.Label, Strong: true}, ui.T(field.LabelOf(engine.InputTypes, in.Type)), ui.T(from), {Text: cmp.Or(in.Default, "不能计算"), Muted: true}}})
	}
	return t
}

// examples shows whether the version's own worked examples hold.
func (p *pages) examples(_ *shell.Ctx, v *policy.Version) (templ.Component, error) {
	if v.Document == "" {
		return nil, nil
	}
	compiled, err := v.Compile()
	if err != nil {
		return nil, nil // the panel above says so
	}
	t := ui.Table{Caption: "算例", Dense: true, Columns: []ui.Column{{Label: "算例"}, {Label: "结果"}, {Label: "核对"}}, Empty: &ui.EmptyView{
		Icon: "calculator", Title: "条文里没有算例", Text: "建议至少写一个算例（examples），保存后自动核对到分。",
	}}
	for i, o := range compiled.Test() {
		row := ui.Row{Cells: []ui.Cell{ui.T(o.Name), {Text: "不予计算", Muted: true}, {Badge: &ui.BadgeView{Text: "相符", Kind: ui.Green}}}}
		if o.Award != nil {
			row.Href = fmt.Sprintf("%s/examples/%d", pathOf(v), i+1)
			row.Cells[1] = ui.T(amountText(o.Award))
		}
		if len(o.Diffs) > 0 {
			row.Cells[2] = ui.Cell{Badge: &ui.BadgeView{Text: "不符", Kind: ui.Red}, Sub: o.Diffs[0]}
		}
		t.Rows = append(t.Rows, row)
	}
	return examplesBody(t), nil
}

func amountText(a *engine.Award) string {
	if len(a.Refused) > 0 {
		return "不予奖励"
	}
	return engine.Show(a.Points, a.Unit)
}

// example shows one worked example with its whole calculation.
func (p *pages) example(c *shell.Ctx) error {
	v, err := p.version(c)
	if err != nil {
		return err
	}
	compiled, err := v.Compile()
	if err != nil {
		return err
	}
	all := compiled.Test()
	n, err := strconv.Atoi(c.R.PathValue("n"))
	if err != nil || n < 1 || n > len(all) || all[n-1].Award == nil {
		return errs.New(errs.NotFound, "policy.example", "没有这个算例")
	}
	o := all[n-1]
	page := c.PageOf("算例："+o.Name, ui.Link{Label: "政策版本", Href: "/policy-versions"}, ui.Link{Label: v.No, Href: pathOf(v)}, ui.Link{Label: "算例"})
	page.Subtitle = compiled.Doc.Title
	page.Actions = ui.PrintButton()
	return c.Page(page, sheetBody(sheetOf(o.Award, o.Diffs)))
}

// sheetOf is the calculation of an award section by section.
func sheetOf(a *engine.Award, diffs []string) sheetView {
	v := sheetView{Result: amountText(a), Diffs: diffs, Refused: a.Refused}
	if a.Unit == "元" && a.Amount > 0 {
		v.Capital = a.Amount.Capital()
	}
	for _, u := range a.Undecided {
		v.Open = append(v.Open, fmt.Sprintf("“%s”还要由%s在 %s 至 %s 之间确定", u.Label, u.By, engine.Show(u.Min, u.Unit), engine.Show(u.Max, u.Unit)))
	}
	for _, l := range a.Trace {
		if n := len(v.Sections); n == 0 || v.Sections[n-1].Title != l.Section.String() {
			v.Sections = append(v.Sections, sectionView{Title: l.Section.String()})
		}
		s := &v.Sections[len(v.Sections)-1]
		s.Lines = append(s.Lines, l)
	}
	return v
}

// download gives the document as a file.
func (p *pages) download(c *shell.Ctx) error {
	v, err := p.version(c)
	if err != nil {
		return err
	}
	if v.Document == "" {
		_, err := v.Compile()
		return err
	}
	c.File(v.No+".yaml", "application/yaml; charset=utf-8")
	_, err = c.W.Write([]byte(v.Document + "\n"))
	return err
}

// maxUpload is the largest file that is looked at.
const maxUpload = 256 << 10

// upload takes a document in; a bad one is refused with every line that is wrong, and nothing is saved.
func (p *pages) upload(c *shell.Ctx) error {
	v, err := p.version(c)
	if err != nil {
		return err
	}
	text, err := resource.ReadText(c, "file", maxUpload)
	if err == nil {
		changed := *v
		changed.Document = text
		if err = p.versions.Update(c.Context(), c.Who, c.Tenant, &changed); err == nil {
			return c.Done(pathOf(v), "条文已导入，算例已核对")
		}
	}
	if errs.KindOf(err) != errs.Invalid && errs.KindOf(err) != errs.State {
		return err
	}
	page := c.PageOf("导入条文", ui.Link{Label: "政策版本", Href: "/policy-versions"}, ui.Link{Label: v.No, Href: pathOf(v)}, ui.Link{Label: "导入条文"})
	return c.PageStatus(statusOf(err), page, refusedBody(complaints(err), text, pathOf(v)))
}

// complaints are the sentences of an error, one a mistake.
func complaints(err error) []string {
	e := errs.As(err)
	if e == nil || len(e.Fields) == 0 {
		return []string{shell.Sentence(err)}
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Msg)
	}
	return out
}

func statusOf(err error) int {
	if s := shell.Status(err); s != 0 {
		return s
	}
	return http.StatusUnprocessableEntity
}

// copy makes a draft of the next version.
func (p *pages) copy(c *shell.Ctx) error {
	v, err := p.version(c)
	if err != nil {
		return err
	}
	next, err := policy.Copy(c.Context(), p.versions, c.Who, c.Tenant, c.Form("_key"), v, c.Today())
	if err != nil {
		return err
	}
	return c.Done("/policy-versions/"+next.ID.String()+"/edit", "已照第 %d 版建立第 %d 版草案，请修改后使其有效", v.VersionNo, next.VersionNo)
}
