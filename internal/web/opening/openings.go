package opening

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/books/opening"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// dimCount is how many dimensions a line has.
const dimCount = 5

// grid is the form of opening balances: the texts as typed, and what is wrong with them.
type grid struct {
	Books         *ledger.Books
	Lines         []gridLine
	Mid           bool // the books begin in mid-year
	Errs          map[string]string
	Top           []ui.FieldError
	Debit, Credit string
	State         string
	Balanced      bool
	May           bool
	Paste         string
	Notes         []string
	Locked        string
}

type gridLine struct {
	Account, Hint, Debit, Credit, MovedDebit, MovedCredit string
	Dims                                                  [dimCount]string
}

func (l *gridLine) empty() bool {
	return l.Account == "" && l.Debit == "" && l.Credit == "" && l.MovedDebit == "" && l.MovedCredit == "" && l.Dims == [dimCount]string{}
}

func (l *gridLine) tags() string {
	var out []string
	for _, d := range l.Dims {
		if d != "" {
			out = append(out, d)
		}
	}
	return strings.Join(out, " · ")
}

const (
	gridRows = 8
	moreRows = 6
	mostRows = 1000
)

func lineName(i int, input string) string { return "lines[" + strconv.Itoa(i) + "]." + input }

func (g *grid) account(i int) ui.Field {
	name := lineName(i, "account")
	return ui.Field{
		Name: name, Value: g.Lines[i].Account, Ref: "/ledger/accounts", With: []string{"books"}, Hint: g.Lines[i].Hint, Error: g.Errs[name], Label: "候选科目", MaxLength: 60,
		Attrs: templ.Attributes{"aria-label": fmt.Sprintf("第 %d 行科目", i+1), "data-vaccount": true, "placeholder": " "},
	}
}

func (g *grid) dim(i, d int) ui.Field {
	name := lineName(i, ledger.Dimensions[d].Name)
	return ui.Field{
		Name: name, Value: g.Lines[i].Dims[d], Ref: ledger.Dimensions[d].Kind, Error: g.Errs[name], Label: "候选" + ledger.Dimensions[d].Label, MaxLength: 100,
		Attrs: templ.Attributes{"aria-label": fmt.Sprintf("第 %d 行%s", i+1, ledger.Dimensions[d].Label), "data-vaux": true, "placeholder": " "},
	}
}

func (g *grid) aux(i int) bool {
	for _, d := range ledger.Dimensions {
		if g.Errs[lineName(i, d.Name)] != "" {
			return true
		}
	}
	return false
}

func inputAttrs(name, label, problem string) templ.Attributes {
	a := templ.Attributes{"id": "f-" + name, "name": name, "aria-label": label, "autocomplete": "off", "placeholder": " "}
	if problem != "" {
		a["aria-invalid"], a["aria-describedby"] = "true", "f-"+name+"-error"
	}
	return a
}

func (g *grid) pad(extra int) {
	used := 0
	for i := range g.Lines {
		if !g.Lines[i].empty() {
			used = i + 1
		}
	}
	for len(g.Lines) < gridRows || len(g.Lines) < used+extra {
		g.Lines = append(g.Lines, gridLine{})
	}
}

func (p *pages) booksOf(c *shell.Ctx) (*ledger.Books, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.l.Books.Get(c.Context(), c.Who, tenant, id)
}

func (p *pages) openings(c *shell.Ctx) error {
	b, err := p.booksOf(c)
	if err != nil {
		return err
	}
	g := &grid{Books: b, Mid: b.From.Of() != 1, Errs: map[string]string{}}
	list, err := ledger.OpeningsOf(c.Context(), p.read(), c.Tenant, b.ID)
	if err != nil {
		return err
	}
	names := make([]map[ids.ID]string, dimCount)
	for d := range ledger.Dimensions {
		var want []ids.ID
		for i := range list {
			if id := *ledger.Dimensions[d].At(&list[i].Line); id != 0 {
				want = append(want, id)
			}
		}
		names[d] = map[ids.ID]string{}
		if n, ok := p.env.Noun(ledger.Dimensions[d].Kind); ok && len(want) > 0 {
			if names[d], err = n.Names(c.Context(), p.read(), c.Tenant, want); err != nil {
				return err
			}
		}
	}
	for i := range list {
		o := &list[i]
		l := gridLine{Account: o.Account, Debit: plain(max(o.Opening, 0)), Credit: plain(max(-o.Opening, 0)), MovedDebit: plain(o.Debit), MovedCredit: plain(o.Credit)}
		for d := range ledger.Dimensions {
			l.Dims[d] = names[d][*ledger.Dimensions[d].At(&o.Line)]
		}
		g.Lines = append(g.Lines, l)
	}
	return p.gridPage(c, http.StatusOK, g)
}

// saveOpenings stores the grid, fills it from a pasted text, or gives more rows.
func (p *pages) saveOpenings(c *shell.Ctx) error {
	b, err := p.booksOf(c)
	if err != nil {
		return err
	}
	if err := c.Who.Require(booksEdit, b.Region); err != nil {
		return err
	}
	g := &grid{Books: b, Mid: b.From.Of() != 1, Errs: map[string]string{}, Paste: c.Form("source")}
	src, problem := p.source(c)
	for i := 0; i < mostRows && c.R.PostForm.Has(lineName(i, "account")); i++ {
		get := func(input string) string { return strings.TrimSpace(c.Form(lineName(i, input))) }
		l := gridLine{Account: get("account"), Debit: get("debit"), Credit: get("credit"), MovedDebit: get("moved_debit"), MovedCredit: get("moved_credit")}
		for d := range ledger.Dimensions {
			l.Dims[d] = get(ledger.Dimensions[d].Name)
		}
		g.Lines = append(g.Lines, l)
	}
	if c.Form("paste") != "" {
		return p.paste(c, g, src, problem)
	}
	if c.Form("more") != "" {
		g.Lines = append(g.Lines, make([]gridLine, moreRows)...)
		return p.gridPage(c, http.StatusOK, g)
	}
	list, at, err := p.parse(c, g)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if len(g.Errs) == 0 {
		if err := p.l.SetOpenings(c.Context(), c.Who, c.Tenant, b.ID, list); err == nil {
			return c.Done("/books/"+b.ID.String()+"/openings", "期初余额已保存，共 %d 行", len(list))
		} else if !mendable(err) {
			return err
		} else {
			g.blame(errs.As(err), at)
			status = shell.Status(err)
		}
	}
	return p.gridPage(c, status, g)
}

// paste puts a pasted trial balance of the books' own chart into the grid, to be looked at before it is saved.
func (p *pages) paste(c *shell.Ctx, g *grid, src source, problem error) error {
	t, err := (*opening.Trial)(nil), problem
	if err == nil {
		t, err = opening.ReadTrial(src.cells, src.rows, g.Mid)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		g.Errs["source"] = shell.Sentence(err)
		return p.gridPage(c, http.StatusUnprocessableEntity, g)
	}
	g.Notes, g.Lines, g.Paste = t.Notes, nil, ""
	for i := range t.Rows {
		r := &t.Rows[i]
		g.Lines = append(g.Lines, gridLine{Account: r.Code, Debit: plain(max(r.Opening, 0)), Credit: plain(max(-r.Opening, 0)), MovedDebit: plain(r.Debit), MovedCredit: plain(r.Credit)})
	}
	g.Notes = append(g.Notes, fmt.Sprintf("已读入 %d 行，还没有保存；请核对后点“保存期初余额”", len(t.Rows)))
	return p.gridPage(c, http.StatusOK, g)
}

// parse reads the grid; at says for each opening in which line it stands.
func (p *pages) parse(c *shell.Ctx, g *grid) (list []ledger.Opening, at []int, err error) {
	for i := range g.Lines {
		in := &g.Lines[i]
		if in.empty() {
			continue
		}
		code, _, _ := strings.Cut(in.Account, " ") // “102 银行存款”
		in.Account = code
		o := ledger.Opening{Line: ledger.Line{Account: code}}
		fen := func(name, text string) money.Fen {
			if text == "" {
				return 0
			}
			v, err := money.Parse(text)
			if err != nil {
				g.Errs[lineName(i, name)] = errs.Message(err)
			}
			return v
		}
		if in.Debit != "" && in.Credit != "" {
			g.Errs[lineName(i, "credit")] = "一行只填借方或贷方"
		}
		o.Opening = fen("debit", in.Debit) - fen("credit", in.Credit)
		o.Debit, o.Credit = fen("moved_debit", in.MovedDebit), fen("moved_credit", in.MovedCredit)
		for d := range ledger.Dimensions {
			if in.Dims[d] == "" {
				continue
			}
			n, ok := p.env.Noun(ledger.Dimensions[d].Kind)
			if !ok {
				g.Errs[lineName(i, ledger.Dimensions[d].Name)] = "这里还没有登记" + ledger.Dimensions[d].Label
				continue
			}
			id, err := n.Lookup(c.Context(), p.read(), c.Tenant, in.Dims[d])
			switch {
			case errs.Is(err, errs.NotFound):
				g.Errs[lineName(i, ledger.Dimensions[d].Name)] = "没有找到" + n.Info().Label + "“" + in.Dims[d] + "”，请从候选中选择，或先登记"
			case err != nil:
				return nil, nil, err
			}
			*ledger.Dimensions[d].At(&o.Line) = id
		}
		list, at = append(list, o), append(at, i)
	}
	return list, at, nil
}

func (g *grid) blame(e *errs.Error, at []int) {
	if len(e.Fields) == 0 {
		g.Top = append(g.Top, ui.FieldError{Text: e.Msg})
	}
	for _, x := range e.Fields {
		name := x.Name
		if rest, ok := strings.CutPrefix(name, "lines["); ok {
			i, input, _ := strings.Cut(rest, "].")
			if n, err := strconv.Atoi(i); err == nil && n < len(at) {
				if input == "opening" {
					input = "debit"
				}
				name = lineName(at[n], input)
			}
		}
		if name == "lines" {
			g.Top = append(g.Top, ui.FieldError{Text: x.Msg})
			continue
		}
		g.Errs[name] = x.Msg
	}
}

func (p *pages) gridPage(c *shell.Ctx, status int, g *grid) error {
	g.pad(1)
	g.May = c.Who.Can(booksEdit, g.Books.Region)
	accounts, err := ledger.Accounts(c.Context(), p.read(), c.Tenant, g.Books.ID)
	if err != nil {
		return err
	}
	periods, err := ledger.Periods(c.Context(), p.read(), c.Tenant, g.Books.ID)
	if err != nil {
		return err
	}
	for _, x := range periods {
		if x.Closed {
			g.May, g.Locked = false, x.Month.Chinese()+"已结账，期初余额不能再改。"
			break
		}
	}
	var debit, credit money.Fen
	for i := range g.Lines {
		l := &g.Lines[i]
		for _, a := range accounts {
			if strings.HasPrefix(l.Account, a.Code) && l.Account != "" {
				if l.Hint != "" {
					l.Hint += " — "
				}
				l.Hint += a.Name
			}
		}
		if f, err := money.Parse(l.Debit); err == nil {
			debit += f
		}
		if f, err := money.Parse(l.Credit); err == nil {
			credit += f
		}
		for _, n := range [][2]string{{"account", "科目"}, {"debit", "年初借方"}, {"credit", "年初贷方"}, {"moved_debit", "本年借方"}, {"moved_credit", "本年贷方"}} {
			if msg := g.Errs[lineName(i, n[0])]; msg != "" {
				g.Top = append(g.Top, ui.FieldError{Name: lineName(i, n[0]), Label: fmt.Sprintf("第 %d 行%s", i+1, n[1]), Text: msg})
			}
		}
		for _, d := range ledger.Dimensions {
			if msg := g.Errs[lineName(i, d.Name)]; msg != "" {
				g.Top = append(g.Top, ui.FieldError{Name: lineName(i, d.Name), Label: fmt.Sprintf("第 %d 行%s", i+1, d.Label), Text: msg})
			}
		}
	}
	if msg := g.Errs["source"]; msg != "" {
		g.Top = append(g.Top, ui.FieldError{Name: "source", Label: "科目余额表", Text: msg})
	}
	g.Debit, g.Credit, g.Balanced = debit.String(), credit.String(), debit == credit && debit != 0
	switch {
	case debit > credit:
		g.State = "差额：贷方少 " + (debit - credit).String()
	case debit < credit:
		g.State = "差额：借方少 " + (credit - debit).String()
	}
	view := c.PageOf("期初余额", ui.Link{Label: "账套", Href: "/books"}, ui.Link{Label: g.Books.Name, Href: "/books/" + g.Books.ID.String()}, ui.Link{Label: "期初余额"})
	view.Subtitle = g.Books.Name + "，" + g.Books.From.Chinese() + "起"
	view.Actions = ui.PrintButton()
	return c.PageStatus(status, view, gridBody(g))
}

// grouped writes an amount as it is read; what is none stays as it was typed.
func grouped(text string) string {
	f, err := money.Parse(text)
	if err != nil {
		return text
	}
	return f.String()
}

// readTable shows the openings to whom cannot change them.
func readTable(g *grid) ui.Table {
	t := ui.Table{Caption: "期初余额", Dense: true, Unit: "元", Columns: []ui.Column{{Label: "科目"}, {Label: "辅助核算"}, {Label: "年初借方", Align: ui.Right}, {Label: "年初贷方", Align: ui.Right}},
		Empty: &ui.EmptyView{Icon: "list-check", Title: "没有期初余额", Text: "新建的单位从零开始；有旧账的请先录入期初余额或办理旧账迁移。"}}
	if g.Mid {
		t.Columns = append(t.Columns, ui.Column{Label: "启用前本年借方", Align: ui.Right}, ui.Column{Label: "启用前本年贷方", Align: ui.Right})
	}
	for i := range g.Lines {
		l := &g.Lines[i]
		if l.empty() {
			continue
		}
		row := ui.Row{Cells: []ui.Cell{ui.T(l.Account + " " + l.Hint), {Text: l.tags(), Muted: true}, ui.T(grouped(l.Debit)), ui.T(grouped(l.Credit))}}
		if g.Mid {
			row.Cells = append(row.Cells, ui.T(grouped(l.MovedDebit)), ui.T(grouped(l.MovedCredit)))
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 2}, ui.T(g.Debit), ui.T(g.Credit)}
	}
	return t
}
