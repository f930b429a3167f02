package books

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/template"
	"huicun/internal/kit/calc"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// dueRow is a month of a recurring voucher for which nothing has been done.
type dueRow struct {
	template.Due
	Books, Total string
}

// name is the value of its checkbox.
func (r *dueRow) name() string { return r.ID.String() + ":" + r.Month.String() }

func (r *dueRow) sub() string {
	return r.No + "　" + r.On(r.Month).String() + "　" + r.Books + "　" + r.Summary
}

// skip is the button that passes over the month.
func (r *dueRow) skip() ui.ConfirmView {
	return ui.ConfirmView{
		ID: "skip-" + r.ID.String() + "-" + r.Month.String(), Button: ui.Button{Label: "跳过", Style: ui.Ghost}, Title: "跳过 " + r.Month.Chinese() + "：" + r.Name,
		Text: "这个月不再生成这张凭证。", Action: "/recurring/" + r.ID.String() + "/skip", Submit: "确认跳过", AskReason: true, ReasonRequired: true,
		Hidden: []ui.Hidden{{Name: "month", Value: r.Month.String()}},
	}
}

type dueView struct {
	Upto    string
	List    []dueRow
	Results []batchResult
}

// repeatForm is the form of a recurring voucher.
type repeatForm struct {
	Action, Back, Key, Version string
	Inputs                     []templ.Component
	Top                        []ui.FieldError
	Submit                     string
}

type amountsForm struct {
	R      *template.Recurrence
	Month  date.Month
	Lines  []differenceLine
	Errs   map[string]string
	Top    []ui.FieldError
	Action string
}

func (p *pages) mountRecurring(s *shell.Shell, set *resource.Set) {
	resource.Mount(s, set, p.n.Templates.Recurring, resource.Options[template.Recurrence]{
		NoForms: true, Panels: []resource.Panel[template.Recurrence]{p.patternPanel, p.runsPanel},
		Actions: func(c *shell.Ctx, r *template.Recurrence) []ui.Button {
			if !c.Who.Can(recurringEdit, r.Region) {
				return nil
			}
			return []ui.Button{{Label: "修改", Icon: "edit", Href: "/recurring/" + r.ID.String() + "/edit"}}
		},
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "到期未生成", Icon: "calendar-due", Href: "/recurring/due"}}
		},
	})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/vouchers/{id}/repeat", Perm: recurringEdit, Fn: p.newRepeat},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/repeat", Perm: recurringEdit, Fn: p.saveRepeat},
		shell.Route{Method: "GET", Pattern: "/recurring/{id}/edit", Perm: recurringEdit, Fn: p.editRepeat},
		shell.Route{Method: "POST", Pattern: "/recurring/{id}/edit", Perm: recurringEdit, Fn: p.updateRepeat},
		shell.Route{Method: "POST", Pattern: "/recurring/{id}/delete", Perm: recurringEdit, Fn: p.removeRepeat},
		shell.Route{Method: "GET", Pattern: "/recurring/due", Perm: recurringView, Fn: p.due},
		shell.Route{Method: "POST", Pattern: "/recurring/due", Perm: voucherEdit, Fn: p.generate},
		shell.Route{Method: "GET", Pattern: "/recurring/{id}/amounts", Perm: voucherEdit, Fn: p.amounts},
		shell.Route{Method: "POST", Pattern: "/recurring/{id}/amounts", Perm: voucherEdit, Fn: p.saveAmounts},
		shell.Route{Method: "POST", Pattern: "/recurring/{id}/skip", Perm: voucherEdit, Fn: p.skip},
	)
}

// repeatTexts are the inputs of the form.
var repeatTexts = []string{"name", "every", "day", "from", "to", "asked"}

func (p *pages) newRepeat(c *shell.Ctx) error {
	v, err := p.seen(c)
	if err != nil {
		return err
	}
	texts := map[string]string{
		"name": v.Summary, "every": "1", "day": strconv.Itoa(v.Date.Day()), "from": v.Month.Next().String(), "asked": "否",
	}
	if v.Date == v.Date.EndOfMonth() {
		texts["day"] = "31"
	}
	return p.repeatPage(c, http.StatusOK, "/vouchers/"+v.ID.String(), v.FullNo, texts, nil, 0)
}

// repeatPage shows the form of a recurring voucher; back is the record that it is about.
func (p *pages) repeatPage(c *shell.Ctx, status int, back, name string, texts map[string]string, problem *errs.Error, version int64) error {
	wrong := map[string]string{}
	f := repeatForm{Action: back + "/repeat", Back: back, Key: c.FormKey(), Submit: "设为循环凭证"}
	title, crumb := "设为循环凭证", ui.Link{Label: "凭证", Href: "/vouchers"}
	if version != 0 {
		f.Action, f.Submit, f.Version = back+"/edit", "保存", strconv.FormatInt(version, 10)
		title, crumb = "修改循环凭证", ui.Link{Label: "循环凭证", Href: "/recurring"}
	}
	if problem != nil {
		for _, fe := range problem.Fields {
			wrong[fe.Name] = fe.Msg
			f.Top = append(f.Top, ui.FieldError{Name: fe.Name, Text: fe.Msg})
		}
		if len(problem.Fields) == 0 {
			f.Top = append(f.Top, ui.FieldError{Text: problem.Msg})
		}
	}
	for _, in := range []ui.Field{
		{Name: "name", Label: "名称", Required: true, MaxLength: 100},
		{Name: "every", Label: "每几个月一次", Required: true, Unit: "个月", Help: "每月填 1，每季填 3，每年填 12"},
		{Name: "day", Label: "每次在几号", Required: true, Unit: "号", Help: "填 31 表示每月最后一天"},
		{Name: "from", Label: "起始月份", Required: true, Placeholder: "2024-01"},
		{Name: "to", Label: "截止月份", Placeholder: "2024-12", Help: "留空表示一直生成"},
	} {
		in.Value, in.Error = texts[in.Name], wrong[in.Name]
		f.Inputs = append(f.Inputs, ui.TextField(in))
	}
	f.Inputs = append(f.Inputs, ui.CheckboxField(ui.Field{Name: "asked", Label: "每次生成时填金额", Value: "是", Checked: texts["asked"] == "是", Error: wrong["asked"]}))
	page := c.PageOf(title, crumb, ui.Link{Label: name, Href: back}, ui.Link{Label: title})
	return c.PageStatus(status, page, repeatBody(f))
}

// typedRepeat reads the form into a recurring voucher.
func (p *pages) typedRepeat(c *shell.Ctx, r *template.Recurrence) (map[string]string, *errs.Error, error) {
	texts := map[string]string{}
	for _, name := range repeatTexts {
		texts[name] = c.Form(name)
	}
	if texts["asked"] == "" {
		texts["asked"] = "否"
	}
	err := p.n.Templates.Recurring.SetTexts(c.Context(), p.read(), c.Scope, r, texts)
	if e := errs.As(err); e != nil && mendable(err) {
		return texts, e, nil
	}
	return texts, nil, err
}

func (p *pages) saveRepeat(c *shell.Ctx) error {
	v, err := p.seen(c)
	if err != nil {
		return err
	}
	var r template.Recurrence
	texts, wrong, err := p.typedRepeat(c, &r)
	if err != nil {
		return err
	}
	back := "/vouchers/" + v.ID.String()
	if wrong != nil {
		return p.repeatPage(c, http.StatusUnprocessableEntity, back, v.FullNo, texts, wrong, 0)
	}
	id, err := p.n.Templates.Repeat(c.Context(), c.Who, c.Tenant, formKey(c), v.ID, &r)
	if err != nil {
		if !mendable(err) {
			return err
		}
		return p.repeatPage(c, statusOf(err), back, v.FullNo, texts, errs.As(err), 0)
	}
	return c.Done("/recurring/"+id.String(), "已设为循环凭证，到期会列在“到期未生成”里")
}

func (p *pages) recurrence(c *shell.Ctx) (*template.Recurrence, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.n.Templates.Recurring.Get(c.Context(), c.Who, tenant, id)
}

func (p *pages) editRepeat(c *shell.Ctx) error {
	r, err := p.recurrence(c)
	if err != nil {
		return err
	}
	if err := c.Who.Require(recurringEdit, r.Region); err != nil {
		return err
	}
	texts, err := p.n.Templates.Recurring.Texts(c.Context(), p.read(), r)
	if err != nil {
		return err
	}
	return p.repeatPage(c, http.StatusOK, "/recurring/"+r.ID.String(), r.Name, texts, nil, r.Version)
}

func (p *pages) updateRepeat(c *shell.Ctx) error {
	r, err := p.recurrence(c)
	if err != nil {
		return err
	}
	now := r.Version
	texts, wrong, err := p.typedRepeat(c, r)
	if err != nil {
		return err
	}
	back := "/recurring/" + r.ID.String()
	if wrong == nil {
		r.Version, _ = strconv.ParseInt(c.Form("version"), 10, 64)
		if err = p.n.Templates.Recurring.Update(c.Context(), c.Who, c.Tenant, r); err == nil {
			return c.Done(back, "已保存")
		}
		if !mendable(err) {
			return err
		}
		wrong = errs.As(err)
	}
	return p.repeatPage(c, http.StatusUnprocessableEntity, back, r.Name, texts, wrong, now)
}

func (p *pages) removeRepeat(c *shell.Ctx) error {
	r, err := p.recurrence(c)
	if err != nil {
		return err
	}
	if err := p.n.Templates.Recurring.Delete(c.Context(), c.Who, c.Tenant, r.ID, 0); err != nil {
		return p.problem(c, err, r.Name, "/recurring/"+r.ID.String(), ui.Link{Label: "循环凭证", Href: "/recurring"})
	}
	return c.Done("/recurring", "已删除循环凭证，已生成的凭证不受影响")
}

// patternPanel shows the entry that is repeated.
func (p *pages) patternPanel(c *shell.Ctx, r *template.Recurrence) (templ.Component, error) {
	lines, err := p.patternLines(c, r)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "分录", Unit: "元", Columns: []ui.Column{{Label: "摘要"}, {Label: "科目"}, {Label: "方向"}, {Label: "金额", Align: ui.Right}}}
	for _, l := range lines {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(l.Summary), ui.T(l.Account), ui.T(l.Side), ui.T(l.Was)}})
	}
	return resource.TableCard(ui.CardView{Title: "分录", Sub: r.Rhythm(), Flush: true}, t), nil
}

func (p *pages) patternLines(c *shell.Ctx, r *template.Recurrence) ([]differenceLine, error) {
	lines, err := r.Lines()
	if err != nil {
		return nil, err
	}
	ch, err := p.chart(c, r.Books, 0)
	var out []differenceLine
	for i := range lines {
		x := &lines[i]
		l := differenceLine{Summary: x.Summary, Account: x.Account + " " + ch.path(x.Account), Side: "借", Was: (x.Debit + x.Credit).String(), Right: (x.Debit + x.Credit).Plain()}
		if x.Debit == 0 {
			l.Side = "贷"
		}
		out = append(out, l)
	}
	return out, err
}

// runsPanel shows what became of it month by month.
func (p *pages) runsPanel(c *shell.Ctx, r *template.Recurrence) (templ.Component, error) {
	runs, err := p.n.Templates.Runs(c.Context(), c.Tenant, r.ID)
	if err != nil {
		return nil, err
	}
	var made []ids.ID
	for _, x := range runs {
		made = append(made, x.Voucher)
	}
	nos, err := p.names(c, "voucher", made)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "各月", Columns: []ui.Column{{Label: "月份"}, {Label: "凭证"}, {Label: "经办"}}, Empty: &ui.EmptyView{Icon: "history", Title: "还没有生成过", Text: "到期后在“到期未生成”里生成。"}}
	for _, x := range runs {
		cell := ui.T("跳过：" + x.Reason)
		if x.Voucher != 0 {
			cell = ui.Cell{Text: nos[x.Voucher], Href: p.href("voucher", x.Voucher)}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(x.Month.Chinese()), cell, ui.T(x.By)}})
	}
	card := ui.CardView{Title: "各月", Flush: true}
	if c.Who.Can(recurringEdit, r.Region) {
		card.Tools = ui.Confirm(ui.ConfirmView{
			ID: "do-delete", Button: ui.Button{Label: "删除", Icon: "trash", Style: ui.Ghost}, Title: "删除：" + r.Name, Text: "已生成的凭证不受影响；暂时不用的也可以改截止月份。",
			Action: "/recurring/" + r.ID.String() + "/delete", Submit: "确认删除", Danger: true,
		})
	}
	return resource.TableCard(card, t), nil
}

func (p *pages) due(c *shell.Ctx) error { return p.duePage(c, http.StatusOK, nil) }

func (p *pages) duePage(c *shell.Ctx, status int, results []batchResult) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	upto := c.AsOf.YearMonth()
	list, err := p.n.Templates.DueList(c.Context(), c.Who, tenant, c.Scope, upto)
	if err != nil {
		return err
	}
	var books []ids.ID
	for i := range list {
		books = append(books, list[i].Books)
	}
	names, err := p.names(c, "books", books)
	if err != nil {
		return err
	}
	v := dueView{Upto: upto.Chinese(), Results: results}
	for _, d := range list {
		row := dueRow{Due: d, Books: names[d.Recurrence.Books]}
		lines, err := d.Lines()
		if err != nil {
			return err
		}
		var total money.Fen
		for _, l := range lines {
			total += l.Debit
		}
		row.Total = total.String()
		v.List = append(v.List, row)
	}
	page := c.PageOf("到期未生成", ui.Link{Label: "循环凭证", Href: "/recurring"}, ui.Link{Label: "到期未生成"})
	page.Subtitle = c.ScopeName()
	return c.PageStatus(status, page, dueBody(v))
}

// generate drafts the checked months, each by itself.
func (p *pages) generate(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	c.Form("v") // parses the form
	var results []batchResult
	status := http.StatusOK
	for _, text := range c.R.PostForm["v"] {
		id, month, ok := dueOf(text)
		if !ok {
			continue
		}
		made, err := p.n.Templates.Generate(c.Context(), c.Who, tenant, id, month, nil)
		r := batchResult{ID: made.String(), No: month.Chinese(), Text: "已生成草稿，请由他人审核", Done: err == nil}
		if err != nil {
			if k := errs.KindOf(err); k == errs.Internal || k == errs.Unavailable {
				return err
			}
			r.ID, r.Text, status = "", month.Chinese()+"："+shell.Sentence(err), http.StatusConflict
		}
		results = append(results, r)
	}
	if len(results) == 0 {
		results, status = []batchResult{{Text: "请先勾选要生成的月份"}}, http.StatusUnprocessableEntity
	}
	return p.duePage(c, status, results)
}

// dueOf reads the value of a checkbox.
func dueOf(text string) (ids.ID, date.Month, bool) {
	for i := range text {
		if text[i] == ':' {
			id, err1 := ids.Parse(text[:i])
			month, err2 := date.ParseMonth(text[i+1:])
			return id, month, err1 == nil && err2 == nil
		}
	}
	return 0, 0, false
}

func (p *pages) skip(c *shell.Ctx) error {
	r, err := p.recurrence(c)
	if err != nil {
		return err
	}
	month, err := date.ParseMonth(c.Form("month"))
	if err == nil {
		err = p.n.Templates.Skip(c.Context(), c.Who, c.Tenant, r.ID, month, c.Form("reason"))
	}
	if err != nil {
		return p.problem(c, err, "没有跳过", "/recurring/due", ui.Link{Label: "循环凭证", Href: "/recurring"})
	}
	return c.Done("/recurring/due", "已跳过 %s 的“%s”", month.Chinese(), r.Name)
}

// amounts asks for the amounts of a month.
func (p *pages) amounts(c *shell.Ctx) error {
	f, err := p.amountsForm(c, c.Query("month"))
	if err != nil {
		return err
	}
	return p.amountsPage(c, http.StatusOK, f)
}

func (p *pages) amountsForm(c *shell.Ctx, text string) (*amountsForm, error) {
	r, err := p.recurrence(c)
	if err != nil {
		return nil, err
	}
	month, err := date.ParseMonth(text)
	if err != nil {
		return nil, err
	}
	f := &amountsForm{R: r, Month: month, Errs: map[string]string{}, Action: "/recurring/" + r.ID.String() + "/amounts"}
	f.Lines, err = p.patternLines(c, r)
	return f, err
}

func (p *pages) amountsPage(c *shell.Ctx, status int, f *amountsForm) error {
	page := c.PageOf(f.R.Name, ui.Link{Label: "循环凭证", Href: "/recurring"}, ui.Link{Label: "到期未生成", Href: "/recurring/due"}, ui.Link{Label: f.R.Name})
	page.Subtitle = f.Month.Chinese()
	return c.PageStatus(status, page, amountsBody(f))
}

func (p *pages) saveAmounts(c *shell.Ctx) error {
	f, err := p.amountsForm(c, c.Form("month"))
	if err != nil {
		return err
	}
	fens := make([]money.Fen, len(f.Lines))
	for i := range f.Lines {
		name := rightName(i)
		f.Lines[i].Right = c.Form(name)
		if fens[i], err = calc.Amount(f.Lines[i].Right); err != nil {
			f.Errs[name] = errs.Message(err)
			f.Top = append(f.Top, ui.FieldError{Name: name, Label: "第 " + strconv.Itoa(i+1) + " 行", Text: errs.Message(err)})
		}
	}
	if len(f.Top) > 0 {
		return p.amountsPage(c, http.StatusUnprocessableEntity, f)
	}
	id, err := p.n.Templates.Generate(c.Context(), c.Who, c.Tenant, f.R.ID, f.Month, fens)
	if err != nil {
		if !mendable(err) {
			return err
		}
		f.Top = append(f.Top, ui.FieldError{Text: shell.Sentence(err)})
		return p.amountsPage(c, statusOf(err), f)
	}
	return c.Done("/vouchers/"+id.String(), "已生成草稿，请由他人审核")
}
