package opening

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/books/opening"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// startForm is the first step: whose books, from when, and the old trial balance.
type startForm struct {
	Key, Party, System, Chart, From, Name, OldBooks, Text string
	Errs                                                  map[string]string
	Top                                                   []ui.FieldError
	Old                                                   []ui.Option // our own books of the 2004 system
}

func (f *startForm) options(list []field.Option, chosen string) []ui.Option {
	var out []ui.Option
	for _, o := range list {
		out = append(out, ui.Option{Value: o.Code, Label: o.Label, Selected: o.Code == chosen})
	}
	return out
}

func (p *pages) start(c *shell.Ctx) error {
	if _, err := c.NeedTenant(); err != nil {
		return err
	}
	f := &startForm{Key: c.FormKey(), System: ledger.Chart2004, Chart: ledger.Chart2023, From: "2024-01", Errs: map[string]string{}}
	if id, err := ids.Parse(c.Query("books")); err == nil { // from the page of our own old books
		b, err := p.l.Books.Get(c.Context(), c.Who, c.Tenant, id)
		if err != nil {
			return err
		}
		f.OldBooks = id.String()
		if err := p.fillFrom(c, f, b); err != nil {
			return err
		}
	}
	return p.startPage(c, http.StatusOK, f)
}

// fillFrom takes over from our own old books what the form asks.
func (p *pages) fillFrom(c *shell.Ctx, f *startForm, b *ledger.Books) error {
	n, ok := p.env.Noun("party")
	if !ok {
		return nil
	}
	names, err := n.Names(c.Context(), p.read(), c.Tenant, []ids.ID{b.Party})
	f.Party = names[b.Party]
	f.Name = f.Party + "（2023 年制度）"
	return err
}

func (p *pages) startPage(c *shell.Ctx, status int, f *startForm) error {
	page, _, err := p.l.Books.List(c.Context(), c.Who, c.Tenant, record.Filter{Scope: c.Scope, Eq: map[string]string{"chart": ledger.Chart2004}, Page: db.Paging{Sort: "region", Limit: 500}})
	if err != nil {
		return err
	}
	f.Old = []ui.Option{{Label: "不是，旧账在别的软件里"}}
	for i := range page.Items {
		b := &page.Items[i]
		f.Old = append(f.Old, ui.Option{Value: b.ID.String(), Label: b.Name, Selected: b.ID.String() == f.OldBooks})
	}
	for _, n := range [][2]string{{"party", "单位"}, {"old_books", "本系统的旧账套"}, {"books_name", "新账套名称"}, {"from", "启用月份"}, {"chart", "新账制度"}, {"system", "旧账制度"}, {"source", "旧账科目余额表"}} {
		if msg := f.Errs[n[0]]; msg != "" {
			f.Top = append(f.Top, ui.FieldError{Name: n[0], Label: n[1], Text: msg})
		}
	}
	return c.PageStatus(status, c.PageOf("迁移旧账", ui.Link{Label: "旧账迁移", Href: "/migrations"}, ui.Link{Label: "第一步"}), startBody(f))
}

// begin reads the old trial balance and stores the migration with what the rules suggest.
func (p *pages) begin(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	trial, problem := p.source(c)
	f := &startForm{
		Key: c.Form("_key"), Party: c.Form("party"), System: c.Form("system"), Chart: c.Form("chart"), From: strings.TrimSpace(c.Form("from")), Name: strings.TrimSpace(c.Form("books_name")),
		OldBooks: c.Form("old_books"), Text: c.Form("source"), Errs: map[string]string{},
	}
	st := opening.Start{System: f.System, Chart: f.Chart, BooksName: f.Name, Source: "text"}
	if st.Party, err = p.party(c, tenant, f); err != nil {
		return err
	}
	if st.From, err = date.ParseMonth(f.From); err != nil {
		f.Errs["from"] = errs.Message(err)
	}
	switch st.OldBooks, err = ids.Parse(f.OldBooks); {
	case err == nil: // one click: everything else follows from our own books
	case problem != nil:
		if !mendable(problem) {
			return problem
		}
		f.Errs["source"] = shell.Sentence(problem)
	default:
		if trial.file {
			st.Source = "sheet"
		}
		if st.Trial, err = opening.ReadTrial(trial.cells, trial.rows, st.From.Valid() && st.From.Of() != 1); err != nil {
			f.blame(err)
		}
	}
	if len(f.Errs) > 0 {
		return p.startPage(c, http.StatusUnprocessableEntity, f)
	}
	id, err := p.s.Begin(c.Context(), c.Who, tenant, f.Key, st)
	if err != nil {
		if !mendable(err) {
			return err
		}
		f.blame(err)
		f.Key = c.FormKey()
		return p.startPage(c, shell.Status(err), f)
	}
	return c.Done("/migrations/"+id.String(), "旧账已读入，请逐行核对对照")
}

func (f *startForm) blame(err error) {
	e := errs.As(err)
	if e == nil || len(e.Fields) == 0 {
		f.Errs["source"] = shell.Sentence(err)
		return
	}
	for _, x := range e.Fields {
		if f.Errs[x.Name] != "" {
			f.Errs[x.Name] += "；"
		}
		f.Errs[x.Name] += x.Msg
	}
}

func (p *pages) party(c *shell.Ctx, tenant int64, f *startForm) (ids.ID, error) {
	n, ok := p.env.Noun("party")
	if !ok || strings.TrimSpace(f.Party) == "" {
		f.Errs["party"] = "请填写单位"
		return 0, nil
	}
	id, err := n.Lookup(c.Context(), p.read(), tenant, f.Party)
	if errs.Is(err, errs.NotFound) {
		f.Errs["party"] = "没有找到单位“" + f.Party + "”，请从候选中选择，或先登记"
		return 0, nil
	}
	return id, err
}

type source struct {
	cells [][]string
	rows  []int
	file  bool
}

// source reads what was uploaded, else what was pasted.
func (p *pages) source(c *shell.Ctx) (source, error) {
	t, err := resource.ReadUploadAs(c, "file", sheet.Options{Grid: true, MaxRows: maxCells})
	if err == nil {
		return source{t.Rows, t.RowNo, true}, nil
	}
	if !errors.Is(err, http.ErrMissingFile) && !errors.Is(err, http.ErrNotMultipart) {
		return source{}, err
	}
	return source{cells: opening.Cells(c.Form("source"))}, nil
}

// maxCells is how many rows a trial balance may have.
const maxCells = 6000

func (p *pages) migration(c *shell.Ctx) (*opening.Migration, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.s.Migrations.Get(c.Context(), c.Who, tenant, id)
}

// steps shows what is to be done next.
func (p *pages) steps(c *shell.Ctx, m *opening.Migration) (templ.Component, error) {
	path := "/migrations/" + m.ID.String()
	version := []ui.Hidden{{Name: "version", Value: strconv.FormatInt(m.Version, 10)}}
	v := stepsView{Report: path + "/report", Signed: m.Report != ""}
	edit := c.Who.Can(permEdit, m.Region)
	back := &ui.ConfirmView{ID: "return", Button: ui.Button{Label: "退回修改", Icon: "arrow-back-up"}, Title: "退回 " + m.No, Text: "退回后签字作废，清单重新生成。", Action: path + "/return", Submit: "确认退回", AskReason: true, ReasonRequired: true, Hidden: version}
	switch m.State {
	case "draft":
		g, err := m.Check()
		if err != nil {
			return nil, err
		}
		v.Text = "第二步：逐行核对对照。"
		if n := len(g.Open); n > 0 {
			v.Text += fmt.Sprintf("还有 %d 行须您定下新科目（橙色、红色的行）。", n)
		} else if g.OK() {
			v.Text += "每一行都有了着落，借贷平衡，可以提交签字。"
		}
		if edit {
			if g.OK() {
				v.Do = &ui.ConfirmView{ID: "prepare", Button: ui.Button{Label: "提交签字", Icon: "check", Style: ui.Primary}, Title: "提交 " + m.No, Text: "差异和决定的清单就此固定，由您以编制人签字，再由另一人复核签字。", Action: path + "/prepare", Submit: "签字并提交", Hidden: version}
			}
			v.Undo = &ui.ConfirmView{ID: "delete", Button: ui.Button{Label: "删除", Style: ui.Ghost}, Title: "删除 " + m.No, Action: path + "/delete", Submit: "确认删除", Danger: true, Hidden: version}
		}
	case "prepared":
		v.Text = "第三步：复核签字。请对照旧账打印件和差异清单核对；复核人不能是编制人（" + m.Maker + "）。"
		if c.Who.Can(permSign, m.Region) {
			v.Do = &ui.ConfirmView{ID: "sign", Button: ui.Button{Label: "复核签字", Icon: "check", Style: ui.Primary}, Title: "复核签字 " + m.No, Text: "签字表示已与旧账核对一致，差异和决定属实。", Action: path + "/sign", Submit: "签字", Hidden: version}
		}
		v.Undo = back
	case "signed":
		v.Text = "第四步：建账。新账套、明细科目、往来单位、成员户和期初余额一次建成。"
		if edit {
			v.Do = &ui.ConfirmView{ID: "make", Button: ui.Button{Label: "建账", Icon: "check", Style: ui.Primary}, Title: "建立账套“" + m.BooksName + "”", Text: "从 " + m.From.Chinese() + "起用新账套记账，旧账止于 " + m.Locked.Chinese() + "。", Action: path + "/make", Submit: "确认建账", Hidden: append(version, ui.Hidden{Name: "_key", Value: c.FormKey()})}
		}
		v.Undo = back
	case "done":
		v.Text = "已建账。新账套还没有凭证、没有结账时可以撤销。"
		v.Links = []ui.Button{{Label: "打开新账套", Icon: "list-details", Href: "/books/" + m.Books.String(), Style: ui.Primary}, {Label: "期初余额", Icon: "list-check", Href: "/books/" + m.Books.String() + "/openings"}}
		if edit {
			v.Undo = &ui.ConfirmView{ID: "undo", Button: ui.Button{Label: "撤销建账", Icon: "arrow-back-up"}, Title: "撤销 " + m.No, Text: "删除新账套和期初余额；签字的清单保留。", Danger: true, Action: path + "/undo", Submit: "确认撤销", AskReason: true, ReasonRequired: true, Hidden: version}
		}
	default:
		return nil, nil
	}
	return stepsBody(v), nil
}

// gate shows the old books against the new.
func (p *pages) gate(_ *shell.Ctx, m *opening.Migration) (templ.Component, error) {
	g, err := m.Check()
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "平衡核对", Dense: true, Unit: "元", Columns: []ui.Column{{Label: "项目"}, {Label: "旧账", Align: ui.Right}, {Label: "新账", Align: ui.Right}, {Label: "相差", Align: ui.Right}}}
	for _, l := range g.Lines {
		diff := ui.Cell{Text: "—", Muted: true}
		if l.Old != l.New {
			diff = ui.Cell{Text: (l.New - l.Old).String(), Kind: ui.Orange}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(l.Label), ui.T(l.Old.String()), ui.T(l.New.String()), diff}})
	}
	return gateBody(g, t, m.Note), nil
}

// rows lists the old trial balance with what becomes of each row.
func (p *pages) rows(c *shell.Ctx, m *opening.Migration) (templ.Component, error) {
	known, err := p.s.Holds(c.Context(), p.read(), c.Tenant, m)
	if err != nil {
		return nil, err
	}
	edit := m.State == "draft" && c.Who.Can(permEdit, m.Region)
	t := ui.Table{Caption: "科目对照", Unit: "元", Columns: []ui.Column{{Label: "旧科目"}, {Label: "余额", Align: ui.Right}, {Label: "新科目"}, {Label: "说明"}, {Label: "状态", Nowrap: true}}}
	open := 0
	for i := range m.Rows {
		r := &m.Rows[i]
		row := ui.Row{Cells: []ui.Cell{
			{Text: r.Code + " " + strings.Join(r.Path, " — ")}, {Text: side(r)}, {Text: targetsText(m, r), Content: targetsCell(targetLines(m, r, known))},
			{Text: r.Hint, Sub: reasonText(r), Muted: true}, {},
		}}
		b := ui.BadgeView{Text: "已对应", Kind: ui.Green, Icon: "check"}
		switch {
		case r.Decided:
			b = ui.BadgeView{Text: "已决定", Kind: ui.Azure, Icon: "check"}
		case r.How == opening.Record:
			b, row.Kind = ui.BadgeView{Text: "须有决定", Kind: ui.Red, Icon: "alert-triangle"}, ui.Red
		case !r.Settled():
			b, row.Kind = ui.BadgeView{Text: "须选择", Kind: ui.Orange, Icon: "alert-triangle"}, ui.Orange
		}
		if !r.Settled() {
			open++
		}
		row.Cells[4].Badge = &b
		if edit {
			row.Href = "/migrations/" + m.ID.String() + "/rows/" + strconv.Itoa(i+1)
		}
		t.Rows = append(t.Rows, row)
	}
	sub := strconv.Itoa(len(m.Rows)) + " 行"
	if open > 0 {
		sub += "，" + strconv.Itoa(open) + " 行待处理"
	}
	return resource.TableCard(ui.CardView{Title: "科目对照", Sub: sub, Flush: true}, t), nil
}

func reasonText(r *opening.Row) string {
	if r.Reason == "" {
		return ""
	}
	return "决定：" + r.Reason
}

func side(r *opening.Row) string {
	if f := r.Ending(); f < 0 {
		return "贷 " + f.Abs().String()
	}
	return "借 " + r.Ending().String()
}

func targetsText(m *opening.Migration, r *opening.Row) string {
	return strings.Join(targetLines(m, r, nil), "；")
}

// targetLines are the targets of a row, with a word about parties and households that are not there yet.
func targetLines(m *opening.Migration, r *opening.Row, known map[string]bool) []string {
	var out []string
	for i := range r.Targets {
		t := &r.Targets[i]
		s := m.TargetText(t)
		if t.Who != "" && known != nil && !known[t.Kind+"\x00"+t.Who] {
			s += "（新登记" + map[string]string{"member": "成员户", "party": "单位"}[t.Kind] + "）"
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		out = []string{"—"}
	}
	return out
}

// report is the frozen list, for print and signature.
func (p *pages) report(c *shell.Ctx) error {
	m, err := p.migration(c)
	if err != nil {
		return err
	}
	if m.Report == "" {
		return errs.New(errs.NotFound, "migration.report", "提交签字以后才有差异清单")
	}
	view := c.PageOf("旧账迁移差异清单", ui.Link{Label: "旧账迁移", Href: "/migrations"}, ui.Link{Label: m.No, Href: "/migrations/" + m.ID.String()}, ui.Link{Label: "差异清单"})
	view.Subtitle = m.No
	view.Actions = ui.PrintButton()
	return c.Page(view, reportBody(m, slices.DeleteFunc(strings.Split(m.Report, "\n"), func(s string) bool { return s == "" })))
}

// act carries out a step and comes back.
func (p *pages) act(c *shell.Ctx, done string, fn func(tenant int64, id ids.ID, version int64) error) error {
	m, err := p.migration(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
	back := "/migrations/" + m.ID.String()
	if err := fn(c.Tenant, m.ID, version); err != nil {
		return p.problem(c, err, "旧账迁移", back, ui.Link{Label: "旧账迁移", Href: "/migrations"}, ui.Link{Label: m.No, Href: back})
	}
	return c.Done(back, "%s", done)
}

func (p *pages) prepare(c *shell.Ctx) error {
	return p.act(c, "清单已固定，请由他人复核签字", func(tenant int64, id ids.ID, version int64) error {
		return p.s.Prepare(c.Context(), c.Who, tenant, id, version)
	})
}

func (p *pages) sign(c *shell.Ctx) error {
	return p.act(c, "已签字，可以建账", func(tenant int64, id ids.ID, version int64) error {
		return p.s.Sign(c.Context(), c.Who, tenant, id, version)
	})
}

func (p *pages) giveBack(c *shell.Ctx) error {
	return p.act(c, "已退回", func(tenant int64, id ids.ID, version int64) error {
		return p.s.Return(c.Context(), c.Who, tenant, id, version, c.Form("reason"))
	})
}

func (p *pages) make(c *shell.Ctx) error {
	return p.act(c, "新账套已建成，期初余额已录入", func(tenant int64, id ids.ID, version int64) error {
		return p.s.Make(c.Context(), c.Who, tenant, c.Form("_key"), id, version)
	})
}

func (p *pages) undo(c *shell.Ctx) error {
	return p.act(c, "已撤销建账", func(tenant int64, id ids.ID, version int64) error {
		return p.s.Undo(c.Context(), c.Who, tenant, id, version, c.Form("reason"))
	})
}

func (p *pages) remove(c *shell.Ctx) error {
	m, err := p.migration(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	if err := p.s.Migrations.Delete(c.Context(), c.Who, c.Tenant, m.ID, version); err != nil {
		return p.problem(c, err, "旧账迁移", "/migrations/"+m.ID.String())
	}
	return c.Done("/migrations", "已删除 %s", m.No)
}
