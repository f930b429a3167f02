package statement

import (
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// hub shows the reports that there are, and whether the statements of what is looked at hold.
func (p *pages) hub(c *shell.Ctx) error {
	k, _ := statement.KindOf(statement.Balance)
	a, err := p.askFor(c, k)
	if err != nil {
		return err
	}
	if err := p.find(a); err != nil {
		return err
	}
	v := c.PageOf("报表与账簿")
	v.Subtitle = a.subject()
	h := hubView{Filter: p.filter(a, "/reports")}
	if a.found == nil {
		h.Empty = a.nothing()
		return c.Page(v, hubBody(h))
	}
	icons := map[string]string{
		statement.Trial: "scale", statement.Detail: "list-details", statement.Balance: "building-community", statement.Income: "coins",
		statement.Statistics: "report-money", statement.General: "book-2", statement.Ledger: "notes", statement.Journal: "wallet",
	}
	for _, k := range statement.Kinds {
		h.Reports = append(h.Reports, ui.Suggestion{Kind: k.Code, Title: k.Label, Sub: k.Text, Href: a.href(k.Code, ""), Icon: icons[k.Code]})
	}
	for _, kind := range []string{statement.Trial, statement.Balance, statement.Income} {
		for i := range a.found.Sets {
			s, err := p.s.Sheet(c.Context(), &a.found.Sets[i], a.query.Period, kind, a.opts)
			if err != nil {
				return err
			}
			for _, x := range s.Checks {
				h.Checks = append(h.Checks, badge(x))
			}
		}
	}
	h.Missing = len(a.found.Missing)
	h.MissingNames = strings.Join(statement.Names(a.found.Missing), "、")
	return c.Page(v, hubBody(h))
}

// subject says of what and when.
func (a *ask) subject() string {
	if a.query.Books != 0 {
		for _, b := range a.list {
			if b.ID == a.query.Books {
				return b.Name + " " + a.query.Period.Chinese()
			}
		}
	}
	return a.query.Title + " " + a.query.Period.Chinese()
}

func (a *ask) nothing() *ui.EmptyView {
	e := &ui.EmptyView{
		Icon: "book-2", Title: a.query.Title + "在" + a.query.Period.Chinese() + "没有账套",
		Text: "换一个年度或范围；还没有建账的，先在“账套”里新建，再录入期初余额和凭证。", Buttons: []ui.Button{{Label: "账套", Icon: "list-details", Href: "/books"}},
	}
	return e
}

// report shows one report.
func (p *pages) report(c *shell.Ctx) error {
	a, err := p.ask(c)
	if err != nil {
		return err
	}
	if err := p.find(a); err != nil {
		return err
	}
	v := c.PageOf(a.kind.Label, ui.Link{Label: "报表与账簿", Href: "/reports"}, ui.Link{Label: a.kind.Label})
	v.Subtitle = a.subject()
	if a.found == nil {
		return c.Page(v, emptyBody(p.filter(a, "/reports/"+a.kind.Code), *a.nothing()))
	}
	if a.ofOne() {
		return p.ledgerPage(c, a, v)
	}
	v.Actions = ui.Buttons(p.actions(a)...)
	var sheets []sheetView
	for i := range a.found.Sets {
		s, err := p.s.Sheet(c.Context(), &a.found.Sets[i], a.query.Period, a.kind.Code, a.opts)
		if err != nil {
			return err
		}
		sheets = append(sheets, a.view(s, &a.found.Sets[i]))
	}
	v.Print = &ui.PrintView{Title: a.kind.Label, Org: a.subject()}
	if len(sheets) > 0 {
		v.Print = nil // each sheet has its own heading
	}
	return c.Page(v, reportBody(p.filter(a, "/reports/"+a.kind.Code), sheets, notes(a)))
}

// notes are about all sheets of a page.
func notes(a *ask) []string {
	var out []string
	if n := len(a.found.Sets); n > 1 {
		out = append(out, "会计制度或核算主体不同的账套不混在一张表里，下面分成 "+strconv.Itoa(n)+" 张表。")
	}
	if n := len(a.found.Missing); n > 0 && a.query.Books == 0 {
		out = append(out, "没有账套、未列入的村 "+strconv.Itoa(n)+" 个："+strings.Join(statement.Names(a.found.Missing), "、")+"。")
	}
	return out
}

func (p *pages) actions(a *ask) []ui.Button {
	out := []ui.Button{{Label: "导出", Icon: "download", Href: a.href(a.kind.Code, "export", "account", a.opts.Account)}}
	if a.kind.Code == statement.General && a.query.Books != 0 {
		out = append(out, ui.Button{Label: "装订打印", Icon: "book-2", Href: a.href(a.kind.Code, "sewn", "account", a.opts.Account)})
	}
	return append(out, ui.Button{Label: "打印", Icon: "printer", Attrs: map[string]any{"data-print": true, "type": "button"}})
}

// filter chooses report, books and months.
func (p *pages) filter(a *ask, action string) ui.FilterView {
	v := ui.FilterView{Action: action, NoQ: true, Hidden: []ui.Hidden{{Name: "scope", Value: a.c.Scope}, {Name: "year", Value: strconv.Itoa(a.c.Year)}}}
	books := ui.FilterSelect{Name: "books", Label: "账套"}
	if !a.ofOne() {
		books.Options = []ui.Option{{Label: "合并 " + a.query.Title + "（" + strconv.Itoa(len(a.list)) + " 个账套）", Selected: a.query.Books == 0}}
	}
	for _, b := range a.list {
		books.Options = append(books.Options, ui.Option{Value: b.ID.String(), Label: b.Name, Selected: b.ID == a.query.Books})
	}
	month := func(name, label string, at int) ui.FilterSelect {
		s := ui.FilterSelect{Name: name, Label: label}
		for m := 1; m <= 12; m++ {
			s.Options = append(s.Options, ui.Option{Value: strconv.Itoa(m), Label: strconv.Itoa(m) + " 月", Selected: m == at})
		}
		return s
	}
	v.Selects = append(v.Selects, books, month("from", "起", int(a.query.Period.From.Of())), month("to", "止", int(a.query.Period.To.Of())))
	if a.kind.Code == statement.Balance && action != "/reports" {
		v.Selects = append(v.Selects, ui.FilterSelect{Name: "compare", Label: "比较", Options: []ui.Option{
			{Label: "年初数"}, {Value: "1", Label: "加列上年同期末", Selected: a.opts.Compare},
		}})
	}
	return v
}

// export writes the report as a file.
func (p *pages) export(c *shell.Ctx) error {
	a, err := p.ask(c)
	if err != nil {
		return err
	}
	if a.found, err = p.s.Find(c.Context(), a.query); err != nil {
		return err
	}
	set := &a.found.Sets[0]
	if n := len(a.found.Sets); n > 1 {
		i, err := strconv.Atoi(c.Query("set"))
		if err != nil || i < 0 || i >= n {
			return errs.New(errs.Invalid, "report.several", "这里有会计制度或核算主体不同的账套，要分成 %d 张表；请在各表下面分别导出，或先选定一个账套", n)
		}
		set = &a.found.Sets[i]
	}
	var s *statement.Sheet
	if a.ofOne() {
		l, err := p.ledgerQuery(c, a)
		if err != nil {
			return err
		}
		page, err := p.s.Whole(c.Context(), l.LedgerQuery)
		if err != nil {
			return err
		}
		s = statement.LedgerSheet(set, a.query.Period, a.kind.Code, page.Lines)
		s.Title = l.account.Code + " " + l.account.Name + " " + s.Title
	} else if s, err = p.s.Sheet(c.Context(), set, a.query.Period, a.kind.Code, a.opts); err != nil {
		return err
	}
	name := s.Title + "-" + set.Org + "-" + a.query.Period.String()
	if c.Query("format") == "csv" {
		header, rows := s.File()
		return resource.WriteSheet(c, name, "csv", header, rows)
	}
	c.File(name+".xlsx", resource.XLSX)
	return s.WriteXLSX(c.W)
}

// sheetView is a sheet as it is shown.
type sheetView struct {
	Title, FormNo, Org, Period, Mark, Source string
	Numbered                                 string // the title of the column with line numbers or codes
	Groups                                   []groupView
	Columns                                  []statement.Column
	Left, Right, Rows                        []rowView // Left and Right stand side by side, Rows follow below
	LeftTitle, RightTitle                    string
	Checks                                   []ui.BadgeView
	Notes                                    []string
	Wide                                     bool
	Export                                   string
}

type groupView struct {
	Label string
	Span  int
}

type rowView struct {
	No, Label, Style string
	Level            int
	Href             string
	Cells            []cellView
}

type cellView struct {
	Text, Href string
	Amount     bool
	Drawer     bool
	Red        bool
}

func badge(x statement.Equality) ui.BadgeView {
	if x.OK() {
		return ui.BadgeView{Text: x.Label, Kind: ui.Green, Icon: "check"}
	}
	return ui.BadgeView{Text: x.Label + "不符：" + x.Left.String() + " ≠ " + x.Right.String(), Kind: ui.Red, Icon: "alert-triangle"}
}

// view prepares a sheet; each number opens what it is made of.
func (a *ask) view(s *statement.Sheet, set *statement.Set) sheetView {
	v := sheetView{
		Title: s.Title, FormNo: s.FormNo, Org: s.Org, Period: s.Period.Chinese(), Mark: s.Mark, Source: s.Source, Numbered: "科目编码", Columns: s.Columns,
		LeftTitle: s.Left, RightTitle: s.Right, Notes: s.Notes, Wide: len(s.Columns) > 5,
	}
	form := s.Kind == statement.Balance || s.Kind == statement.Income || s.Kind == statement.Statistics
	if form {
		v.Numbered = "行次"
		if s.Kind == statement.Balance {
			v.Period = s.Period.To.Last().Chinese()
		}
	}
	if s.Books > 1 {
		v.Org += "（" + strconv.Itoa(s.Books) + " 个账套，" + field.LabelOf(ledger.Charts, s.Chart) + "）"
	}
	if len(a.found.Sets) > 1 {
		for i := range a.found.Sets {
			if &a.found.Sets[i] == set {
				v.Export = a.href(a.kind.Code, "export", "set", strconv.Itoa(i), "account", a.opts.Account)
			}
		}
	}
	for _, c := range s.Columns {
		if n := len(v.Groups); n > 0 && c.Group != "" && v.Groups[n-1].Label == c.Group {
			v.Groups[n-1].Span++
			continue
		}
		v.Groups = append(v.Groups, groupView{c.Group, 1})
	}
	if v.Groups[0].Label == "" {
		v.Groups = nil
	}
	for _, x := range s.Checks {
		v.Checks = append(v.Checks, badge(x))
	}
	listed := false // the row before was 加： or 减：, or went on with what is added or taken off
	for i := range s.Rows {
		r := a.rowOf(s, &s.Rows[i], form, set)
		if s.Kind == statement.Income {
			plain := r.Style == statement.Plain
			begins := strings.HasPrefix(r.Label, "加：") || strings.HasPrefix(r.Label, "减：")
			if plain && !begins && listed {
				r.Level = 3
			}
			listed = plain && (begins || listed)
		}
		switch s.Rows[i].Part {
		case "":
			v.Rows = append(v.Rows, r)
		case s.Left:
			v.Left = append(v.Left, r)
		case s.Right:
			v.Right = append(v.Right, r)
		default:
			v.Rows = append(v.Rows, r)
		}
	}
	if s.Left != "" {
		level(&v.Left, &v.Right, len(s.Columns))
	}
	return v
}

// level fills the shorter side with empty rows above its total, so that both totals stand on one line as on paper.
func level(left, right *[]rowView, cells int) {
	short, long := left, right
	if len(*short) > len(*long) {
		short, long = right, left
	}
	for len(*short) < len(*long) && len(*short) > 0 {
		*short = slices.Insert(*short, len(*short)-1, rowView{Label: "\u00a0", Style: statement.ByHand, Cells: make([]cellView, cells)})
	}
}

func (a *ask) rowOf(s *statement.Sheet, r *statement.Row, form bool, set *statement.Set) rowView {
	out := rowView{No: r.Line + r.Code, Label: r.Label, Style: r.Style, Level: r.Level}
	if r.Code != "" && set.Single {
		out.Href = a.href(statement.Ledger, "", "account", r.Code)
	} else if r.Code != "" {
		out.Href = a.href(a.kind.Code, "account", "account", r.Code, "chart", set.Chart, "entity", set.Entity)
	}
	for i, c := range r.Cells {
		x := cellView{Text: s.Columns[i].Text(c), Amount: s.Columns[i].Kind != statement.Text, Red: c.Set && c.Fen < 0}
		switch {
		case !x.Amount || x.Text == "" || !c.Set || s.Columns[i].Kind != statement.Amount:
		case form:
			x.Href, x.Drawer = a.href(s.Kind, "row", "line", r.Line, "col", strconv.Itoa(i), "chart", set.Chart, "entity", set.Entity), true
		case r.Code != "":
			x.Href = out.Href
		}
		out.Cells = append(out.Cells, x)
	}
	if s.Kind == statement.General {
		out.Cells = out.Cells[:len(r.Cells)]
	}
	return out
}
