package policy

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/mechanism/policy/form"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// maxTexts is how many texts a form may bring; the longest policies have some hundred.
const maxTexts = 4000

// editing is a version's document while somebody works on it.
type editing struct {
	version  *policy.Version
	values   form.Values
	doc      *engine.Document
	compiled *engine.Policy // nil while something is wrong
	own      engine.Complaints
	wrong    engine.Complaints
	tried    *engine.Outcome
	problems []string
}

// editable reads the version of the path, which must be a draft or without a document.
func (p *pages) editable(c *shell.Ctx) (*policy.Version, error) {
	v, err := p.version(c)
	if err != nil {
		return nil, err
	}
	if v.State != policy.VersionDraft && v.Document != "" {
		return nil, errs.New(errs.State, "policy_version.fixed", "已经生效的版本不能改内容；请照此起草下一版")
	}
	return v, nil
}

// form shows a version's document as a form.
func (p *pages) form(c *shell.Ctx) error {
	v, err := p.editable(c)
	if err != nil {
		return err
	}
	doc, err := p.documentOf(c.Context(), c.Tenant, v)
	if err != nil {
		return err
	}
	if !form.Lossless(doc) {
		return errs.New(errs.State, "policy.form", "条文里有表单保留不了的写法，请下载条文，改好后再导入")
	}
	e := &editing{version: v, values: form.Encode(doc)}
	e.read()
	if v.Document != "" {
		p.check(e)
	}
	return p.formPage(c, http.StatusOK, e, len(e.wrong) > 0)
}

// documentOf is a version's document, or an empty one that knows what the policy says of itself.
func (p *pages) documentOf(ctx context.Context, tenant int64, v *policy.Version) (*engine.Document, error) {
	if v.Document != "" {
		compiled, err := v.Compile()
		if err != nil {
			return nil, err
		}
		return compiled.Doc, nil
	}
	return policy.Blank(ctx, p.env, tenant, v)
}

// read makes the document of what is typed.
func (e *editing) read() {
	e.doc, e.own = e.values.Document()
	e.doc.Version.No = e.version.VersionNo
	e.doc.Version.State = "draft"
}

// check compiles the document; what is wrong with it, or with it as that of this version, is kept.
func (p *pages) check(e *editing) {
	compiled, wrong := engine.Check(e.doc)
	if len(wrong) == 0 {
		wrong = p.sources.Complain(e.asTyped(), e.doc)
	}
	if e.wrong = wrong; len(wrong)+len(e.own) == 0 {
		e.compiled = compiled
	}
}

// asTyped is the version with the days of the document.
func (e *editing) asTyped() *policy.Version {
	v := *e.version
	v.From, _ = date.Parse(e.doc.Version.From)
	v.To, _ = date.Parse(e.doc.Version.To)
	return &v
}

// postForm does what a button asks for, or saves. Whatever is typed stays.
func (p *pages) postForm(c *shell.Ctx) error {
	v, err := p.editable(c)
	if err != nil {
		return err
	}
	e := &editing{version: v}
	if e.values, err = typedValues(c); err != nil {
		return err
	}
	act, part, _ := strings.Cut(c.Form("act"), ":")
	e.values.Act(c.Form("act"))
	e.read()
	p.check(e)
	status := http.StatusOK
	complain := act == "check" || act == "try" || act == "save"
	switch {
	case act == "save" && len(e.own)+len(e.wrong) == 0:
		err := p.save(c, e)
		if err == nil {
			return c.Done(pathOf(v), "条文已保存，算例已核对")
		}
		if k := errs.KindOf(err); k != errs.Invalid && k != errs.State && k != errs.Stale && k != errs.Conflict {
			return err
		}
		e.problems, status = complaints(err), statusOf(err)
	case act == "try" && e.compiled != nil:
		e.try(part)
	}
	if complain && len(e.own)+len(e.wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return p.formPage(c, status, e, complain)
}

// typedValues are the texts of the form as posted.
func typedValues(c *shell.Ctx) (form.Values, error) {
	out := form.Values{}
	c.Form("act") // reads the form
	if len(c.R.PostForm) > maxTexts {
		return nil, errs.New(errs.Invalid, "policy.form_size", "表单超过 %d 项，请把政策拆成几个", maxTexts)
	}
	for name := range c.R.PostForm {
		if name != "act" && name != "record" && !strings.HasPrefix(name, "_") {
			out[name] = c.Form(name)
		}
	}
	return out, nil
}

// try works one example out with its whole calculation.
func (e *editing) try(part string) {
	all := e.compiled.Test()
	for i := range all {
		if form.At("examples", i) == part {
			e.tried = &all[i]
		}
	}
}

// save writes the document into the version; its days are those of the document.
func (p *pages) save(c *shell.Ctx, e *editing) error {
	text, err := engine.Write(e.doc)
	if err != nil {
		return fmt.Errorf("writing a policy's document: %w", err)
	}
	changed := e.asTyped()
	changed.Document = strings.TrimSpace(string(text))
	if changed.Version, err = strconv.ParseInt(c.Form("record"), 10, 64); err != nil {
		changed.Version = e.version.Version
	}
	return p.versions.Update(c.Context(), c.Who, c.Tenant, changed)
}

func (p *pages) formPage(c *shell.Ctx, status int, e *editing, complain bool) error {
	view := form.Build(e.values, p.sources.Offers())
	if complain {
		view.Place(e.own, e.wrong)
	}
	if e.compiled != nil {
		explain(view, e)
	}
	v := formView{
		Action: pathOf(e.version) + "/form", Back: pathOf(e.version), Record: strconv.FormatInt(e.version.Version, 10), View: view,
		Problems: append(e.problems, view.Problems...),
	}
	for _, f := range view.Wrong() {
		v.Errors = append(v.Errors, ui.FieldError{Name: domID(f.Path), Label: f.Label, Text: f.Text})
	}
	if record := c.Form("record"); record != "" {
		v.Record = record // who saved meanwhile is found out when saving
	}
	if e.tried != nil && e.tried.Award != nil {
		sheet := sheetOf(e.tried.Award, e.tried.Diffs)
		v.Tried, v.TriedName = &sheet, e.tried.Name
	}
	page := c.PageOf("用表单编辑", ui.Link{Label: "政策版本", Href: "/policy-versions"}, ui.Link{Label: e.version.No, Href: pathOf(e.version)}, ui.Link{Label: "用表单编辑"})
	page.Subtitle = e.doc.Title
	return c.PageStatus(status, page, formBody(v))
}

// explain puts the wording in words beside what it comes from, and how the examples come out.
func explain(view *form.View, e *editing) {
	measures, rules := e.compiled.Describe()
	for i := range e.doc.Measures {
		view.Note(form.At("measures", i), "读作："+measures[i].Text)
	}
	for i := range e.doc.Rules {
		view.Note(form.At("rules", i), "读作："+rules[i].Text)
	}
	view.Note("award", "读作："+rules[len(rules)-1].Text)
	for i, o := range e.compiled.Test() {
		text := "核对相符"
		if o.Award != nil {
			text = "算出 " + amountText(o.Award) + "，与应得相符"
		}
		if len(o.Diffs) > 0 {
			text = "不符：" + strings.Join(o.Diffs, "；")
		}
		view.Note(form.At("examples", i), text)
	}
}

// domID is the id of a field on the page: its name without brackets.
func domID(name string) string {
	return strings.NewReplacer("[", "-", "]", "", ".", "-", "!", "-").Replace(name)
}

// anchor is where a button comes back to: the part that it is about.
func anchor(action, act string) string {
	what, part, _ := strings.Cut(act, ":")
	if what == "try" {
		return action + "#tried"
	}
	if strings.HasPrefix(act, "remove:") || strings.HasPrefix(act, "add:") {
		part, _, _ = strings.Cut(part+"[", "[")
	}
	return action + "#b-" + url.PathEscape(domID(part))
}
