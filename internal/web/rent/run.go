package rent

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// preview shows what the billing of a month will do: of one books, or of all in the place.
func (p *pages) preview(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	m, err := date.ParseMonth(c.Query("month"))
	if err != nil {
		m = c.AsOf.YearMonth()
	}
	id, err := ids.Parse(c.Query("books"))
	if err != nil {
		return p.allPage(c, tenant, m, http.StatusOK, nil)
	}
	b, err := p.l.Books.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	return p.planPage(c, b, m, nil)
}

// many reports whether the books of a place are billed in the background: then the page does not work out beforehand what each will do.
func (p *pages) many(list []ledger.Books) bool { return p.bg.Queue != nil && len(list) > p.bg.Above }

type allView struct {
	Month    date.Month
	Months   []ui.Option
	Table    ui.Table
	Left     ui.Table
	Stats    []ui.StatView
	Seen     []ui.Hidden
	Key      string
	May      bool
	Problems []string
	Ready    int
	Many     bool
}

// allPage lists the books of a place with what a month will do in each, and what is left out.
func (p *pages) allPage(c *shell.Ctx, tenant int64, m date.Month, status int, problems []string) error {
	books, err := p.s.BooksOf(c.Context(), p.read(), c.Who, tenant, c.Scope, access.View, m)
	if err != nil {
		return err
	}
	if p.many(books) {
		return p.manyPage(c, tenant, m, books)
	}
	v := allView{Month: m, Months: monthOptions(m), Key: c.FormKey(), Problems: problems}
	v.Table = allTable(m)
	v.Left = ui.Table{Caption: "没有计收的", Columns: []ui.Column{{Label: "账套"}, {Label: "合同"}, {Label: "原因"}}}
	var total, earned money.Fen
	items := 0
	for i := range books {
		b := &books[i]
		plan, err := p.s.Plan(c.Context(), p.read(), tenant, b.ID, m)
		if err != nil {
			if !mendable(err) {
				return err
			}
			v.Left.Rows = append(v.Left.Rows, ui.Row{Cells: []ui.Cell{ui.T(b.Name), ui.T(""), ui.T(shell.Sentence(err))}})
			continue
		}
		row := ui.Row{Href: path("/rent-runs/new", "books", b.ID.String(), "month", m.String()), Cells: []ui.Cell{
			ui.T(b.Name), ui.T(field.LabelOf(rent.Bases, plan.Terms.Basis)), ui.T(strconv.Itoa(len(plan.Items))), ui.T(plan.Total.String()), ui.T(plan.Earned.String()), ui.T(yuan(plan.Adopted)), {},
		}}
		switch {
		case plan.Standing != nil:
			r := plan.Standing
			row.Href = "/rent-runs/" + r.ID.String()
			row.Cells[2], row.Cells[3], row.Cells[4] = ui.T(strconv.Itoa(r.Items)), ui.T(r.Total.String()), ui.T(r.Earned.String())
			row.Cells[6] = ui.Cell{Badge: &ui.BadgeView{Text: "已计收", Kind: ui.Green}}
			total, earned, items = total+r.Total, earned+r.Earned, items+r.Items
		case plan.Stop != "":
			row.Cells[6] = ui.Cell{Badge: &ui.BadgeView{Text: "不能计收", Kind: ui.Orange}, Sub: plan.Stop}
		case !plan.Any():
			row.Cells[6] = ui.Cell{Badge: &ui.BadgeView{Text: "没有到期款项", Kind: ui.Grey}}
		default:
			row.Cells[6] = ui.Cell{Badge: &ui.BadgeView{Text: "待计收", Kind: ui.Azure}}
			if c.Who.Can(runEdit, b.Region) {
				v.Seen = append(v.Seen, ui.Hidden{Name: "seen." + b.ID.String(), Value: plan.Digest})
				v.Ready++
			}
			total, earned, items = total+plan.Total, earned+plan.Earned, items+len(plan.Items)
		}
		for _, l := range plan.Left {
			v.Left.Rows = append(v.Left.Rows, ui.Row{Href: "/contracts/" + l.Contract.ID.String(), Cells: []ui.Cell{ui.T(b.Name), ui.T(l.Contract.No + " " + l.Contract.Name), ui.T(l.Why)}})
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	v.sums(items, total, earned)
	return p.allDone(c, status, v)
}

// about says what the table shows.
func (v *allView) about() string {
	if v.Many {
		return "账套较多，点开看每个账套将要计收什么"
	}
	return "截至" + v.Month.Last().Chinese() + "到期、还没有计收的；点开看每份合同"
}

func (v *allView) sums(items int, total, earned money.Fen) {
	v.Table.Foot = []ui.Cell{ui.T("合计"), {}, ui.T(strconv.Itoa(items)), ui.T(total.String()), ui.T(earned.String()), {}, {}}
	v.Stats = []ui.StatView{
		{Label: "应收款项", Value: strconv.Itoa(items), Unit: "笔"}, {Label: "应收金额", Value: total.String(), Unit: "元"},
		{Label: "确认收入", Value: earned.String(), Unit: "元"}, {Label: "待计收账套", Value: strconv.Itoa(v.Ready), Unit: "个"},
	}
}

func (p *pages) allDone(c *shell.Ctx, status int, v allView) error {
	title := v.Month.Chinese() + "计收"
	page := c.PageOf(title, ui.Link{Label: "按月计收", Href: "/rent-runs"}, ui.Link{Label: title})
	page.Subtitle = c.ScopeName()
	return c.PageStatus(status, page, allBody(v))
}

// manyPage lists many books with the runs that there are; each can be looked at by itself, and all are billed in the background.
func (p *pages) manyPage(c *shell.Ctx, tenant int64, m date.Month, books []ledger.Books) error {
	runs, err := rent.RunsOf(c.Context(), p.read(), tenant, m)
	if err != nil {
		return err
	}
	v := allView{Month: m, Months: monthOptions(m), Key: c.FormKey(), Many: true, Table: allTable(m)}
	var total, earned money.Fen
	items := 0
	for i := range books {
		b := &books[i]
		row := ui.Row{Href: path("/rent-runs/new", "books", b.ID.String(), "month", m.String()), Cells: []ui.Cell{ui.T(b.Name), {}, {}, {}, {}, {}, {Badge: &ui.BadgeView{Text: "待计收", Kind: ui.Azure}}}}
		if r := runs[b.ID]; r != nil {
			row.Href = "/rent-runs/" + r.ID.String()
			row.Cells = []ui.Cell{
				ui.T(b.Name), ui.T(field.LabelOf(rent.Bases, r.Basis)), ui.T(strconv.Itoa(r.Items)), ui.T(r.Total.String()), ui.T(r.Earned.String()), {}, {Badge: &ui.BadgeView{Text: "已计收", Kind: ui.Green}},
			}
			total, earned, items = total+r.Total, earned+r.Earned, items+r.Items
		} else if c.Who.Can(runEdit, b.Region) {
			v.Ready++
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	v.sums(items, total, earned)
	return p.allDone(c, http.StatusOK, v)
}

func allTable(m date.Month) ui.Table {
	return ui.Table{
		Caption: m.Chinese() + "计收", Unit: "元",
		Columns: []ui.Column{{Label: "账套"}, {Label: "记账基础"}, right("应收款项（笔）"), right("应收金额"), right("确认收入"), right("认领账上已收"), {Label: "状态"}},
		Empty:   &ui.EmptyView{Icon: "calculator", Title: "这里没有可以计收的账套", Text: "请先为村集体经济组织建立账套，或换一个月份。", Buttons: []ui.Button{{Label: "看账套", Href: "/books"}}},
	}
}

// runAll bills the month of all books as they were shown, each in a transaction of its own; what is refused is said.
func (p *pages) runAll(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	m, err := date.ParseMonth(c.Form("month"))
	if err != nil {
		return errs.OnField("month", "%s", errs.Message(err))
	}
	books, err := p.s.BooksOf(c.Context(), p.read(), c.Who, tenant, c.Scope, access.View, m)
	if err != nil {
		return err
	}
	if p.many(books) {
		return p.submit(c, tenant, m)
	}
	done := 0
	var problems []string
	for i := range books {
		b := &books[i]
		digest := c.Form("seen." + b.ID.String())
		if digest == "" {
			continue
		}
		_, err := p.s.Do(c.Context(), c.Who, tenant, c.Form("_key")+b.ID.String(), b.ID, m, digest)
		switch {
		case err == nil:
			done++
		case mendable(err) || errs.KindOf(err) == errs.Forbidden:
			problems = append(problems, b.Name+"："+shell.Sentence(err))
		default:
			return err
		}
	}
	if len(problems) > 0 || done == 0 {
		if done == 0 && len(problems) == 0 {
			problems = []string{"没有选中的账套可以计收"}
		}
		return p.allPage(c, tenant, m, http.StatusConflict, problems)
	}
	return c.Done(path("/rent-runs/new", "month", m.String()), "%s：%d 个账套已计收，凭证待审核", m.Chinese(), done)
}

// submit leaves the billing of many books to a job.
func (p *pages) submit(c *shell.Ctx, tenant int64, m date.Month) error {
	meta := c.Who.Meta(tenant)
	meta.Key = c.Form("_key")
	id, err := p.bg.Queue.Submit(c.Context(), meta, jobs.Spec{Kind: rent.JobKind, Title: c.ScopeName() + m.Chinese() + "计收", Params: rent.JobParams{Scope: c.Scope, Month: m}}, nil)
	if err != nil {
		return err
	}
	return c.Redirect("/jobs/" + id.String())
}

// JobDetail shows what a billing in the background left out, and why.
func JobDetail(_ *shell.Ctx, j *jobs.Job) (templ.Component, error) {
	var done rent.JobState
	if j.Checkpoint == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(j.Checkpoint), &done); err != nil {
		return nil, fmt.Errorf("reading a job's checkpoint: %w", err)
	}
	if len(done.Left) == 0 {
		return nil, nil
	}
	t := ui.Table{Caption: "没有计收的", Columns: []ui.Column{{Label: "账套"}, {Label: "合同"}, {Label: "原因"}}}
	for _, l := range done.Left {
		row := ui.Row{Href: "/books/" + l.Books.String(), Cells: []ui.Cell{ui.T(l.Name), ui.T(l.Text), ui.T(l.Why)}}
		if l.Contract != 0 {
			row.Href = "/contracts/" + l.Contract.String()
		}
		t.Rows = append(t.Rows, row)
	}
	sub := "处理以后可以补计"
	if done.More > 0 {
		sub += "；另有 " + strconv.Itoa(done.More) + " 处没有列出"
	}
	return card("没有计收的", sub, t), nil
}

type planView struct {
	Plan                  *rent.Plan
	Books, Key            string
	Month                 date.Month
	Months                []ui.Option
	Problem, StandingHref string
	Lines, Postings, Left ui.Table
	May                   bool
}

func (p *pages) planPage(c *shell.Ctx, b *ledger.Books, m date.Month, wrong error) error {
	v := planView{Books: b.ID.String(), Month: m, Months: monthOptions(m), Key: c.FormKey()}
	status := http.StatusOK
	plan, err := p.s.Plan(c.Context(), p.read(), c.Tenant, b.ID, m)
	switch {
	case err != nil && !mendable(err):
		return err
	case err != nil:
		v.Problem, status = shell.Sentence(err), statusOf(err)
		plan = &rent.Plan{Books: b, Month: m}
	case wrong != nil:
		v.Problem, status = shell.Sentence(wrong), statusOf(wrong)
	}
	v.Plan = plan
	if plan.Standing != nil {
		v.StandingHref = "/rent-runs/" + plan.Standing.ID.String()
	}
	if err := p.planTables(c, &v); err != nil {
		return err
	}
	if err == nil && v.Problem == "" || errs.Is(wrong, errs.Stale) {
		v.May = c.Who.Can(runEdit, b.Region) && plan.Standing == nil && plan.Stop == "" && plan.Any()
	}
	title := m.Chinese() + "计收"
	view := c.PageOf(title, ui.Link{Label: "按月计收", Href: "/rent-runs"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()}, ui.Link{Label: title})
	view.Subtitle = b.Name
	view.Actions = ui.PrintButton()
	return c.PageStatus(status, view, planBody(v))
}

func (p *pages) planTables(c *shell.Ctx, v *planView) error {
	plan := v.Plan
	var parties []ids.ID
	for i := range plan.Lines {
		parties = append(parties, plan.Lines[i].Party)
	}
	names, err := p.names(c.Context(), c.Tenant, "party", parties)
	if err != nil {
		return err
	}
	v.Lines = ui.Table{
		Caption: "按合同", Unit: "元", Columns: []ui.Column{{Label: "合同"}, {Label: "付款方"}, right("本月应收"), right("确认收入"), right("应收增加"), right("预收增加")},
		Empty: &ui.EmptyView{Icon: "calculator", Title: "没有要计收的", Text: "到这个月底没有到期的款项，也没有要确认的收入。"},
	}
	for i := range plan.Lines {
		l := &plan.Lines[i]
		v.Lines.Rows = append(v.Lines.Rows, ui.Row{Href: "/contracts/" + l.Contract.ID.String(), Cells: []ui.Cell{
			{Text: l.Contract.No, Sub: l.Contract.Name}, ui.T(names[l.Party]), ui.T(yuan(l.Billed)), ui.T(yuan(l.Delta.Income)), ui.T(yuan(l.Delta.Receivable)), ui.T(yuan(l.Delta.Prepaid)),
		}})
	}
	v.Postings = ui.Table{Caption: "将要生成的凭证", Unit: "元", Columns: []ui.Column{{Label: "内容"}, right("金额")}}
	for _, x := range []struct {
		label string
		fen   money.Fen
	}{
		{"应收款（内部往来）增加", plan.Sums.Receivable}, {"预收增加（减少为负）", plan.Sums.Prepaid}, {"收入", plan.Sums.Income}, {"滞纳金收入", plan.Sums.Fee},
	} {
		if x.fen != 0 {
			v.Postings.Rows = append(v.Postings.Rows, ui.Row{Cells: []ui.Cell{ui.T(x.label), ui.T(x.fen.String())}})
		}
	}
	v.Left = ui.Table{Caption: "没有计收的合同", Columns: []ui.Column{{Label: "合同"}, {Label: "原因"}}}
	for _, l := range plan.Left {
		v.Left.Rows = append(v.Left.Rows, ui.Row{Href: "/contracts/" + l.Contract.ID.String(), Cells: []ui.Cell{ui.T(l.Contract.No + " " + l.Contract.Name), ui.T(l.Why)}})
	}
	return nil
}

// run carries the month of one books out as it was shown.
func (p *pages) run(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := ids.Parse(c.Form("books"))
	if err != nil {
		return errs.OnField("books", "请先选择账套")
	}
	b, err := p.l.Books.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	m, err := date.ParseMonth(c.Form("month"))
	if err != nil {
		return errs.OnField("month", "%s", errs.Message(err))
	}
	made, err := p.s.Do(c.Context(), c.Who, tenant, c.Form("_key"), id, m, c.Form("seen"))
	switch {
	case err != nil && mendable(err):
		return p.planPage(c, b, m, err)
	case err != nil:
		return err
	}
	return c.Done("/rent-runs/"+made.String(), "%s已计收，凭证待审核", m.Chinese())
}

// void takes a run back.
func (p *pages) void(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
	if err := p.s.Void(c.Context(), c.Who, tenant, id, version, c.Form("reason")); err != nil {
		if !mendable(err) {
			return err
		}
		title := "撤销计收"
		return c.PageStatus(statusOf(err), c.PageOf(title, ui.Link{Label: "按月计收", Href: "/rent-runs"}, ui.Link{Label: title}), problemBody(shell.Sentence(err), "/rent-runs/"+id.String()))
	}
	return c.Done("/rent-runs/"+id.String(), "已撤销；凭证已记账的，红字冲销凭证待审核")
}

// runTools lets a standing run be taken back.
func (p *pages) runTools(c *shell.Ctx, r *rent.Run) (templ.Component, error) {
	if r.State != rent.RunDone || !c.Who.Can(runEdit, r.Region) {
		return nil, nil
	}
	return toolsBody(ui.ConfirmView{
		ID: "void", Button: ui.Button{Label: "撤销", Icon: "arrow-back-up"}, Title: "撤销 " + r.No, Danger: true,
		Text:   "这次列出的应收款项全部撤回，已核销的收款退回预收；凭证还是草稿的删除，已记账的生成红字冲销凭证待审核。",
		Action: "/rent-runs/" + r.ID.String() + "/void", Submit: "确认撤销", AskReason: true, ReasonRequired: true,
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(r.Version, 10)}},
	}), nil
}

// runVouchers lists the vouchers of a run.
func (p *pages) runVouchers(c *shell.Ctx, r *rent.Run) (templ.Component, error) {
	return p.vouchers(c, r.ID)
}

func (p *pages) vouchers(c *shell.Ctx, source ids.ID) (templ.Component, error) {
	list, err := rent.VouchersOf(c.Context(), p.read(), c.Tenant, source)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	names, err := p.names(c.Context(), c.Tenant, "voucher", slices.Clone(list))
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "凭证", Columns: []ui.Column{{Label: "凭证号"}}}
	for _, id := range list {
		t.Rows = append(t.Rows, ui.Row{Href: "/vouchers/" + id.String(), Cells: []ui.Cell{ui.T(names[id])}})
	}
	return card("凭证", "由他人审核后记账", t), nil
}
