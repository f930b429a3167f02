package statement

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// rowPage is what a number of a form is made of.
type rowPage struct {
	Title, Value, Formula, Of, Note string
	Table                           ui.Table
}

// set is the one of the found that the address means.
func (a *ask) set() (*statement.Set, error) {
	for i := range a.found.Sets {
		s := &a.found.Sets[i]
		if (a.c.Query("chart") == "" || s.Chart == a.c.Query("chart")) && (a.c.Query("entity") == "" || s.Entity == a.c.Query("entity")) {
			return s, nil
		}
	}
	return nil, errs.New(errs.NotFound, "report.row", "这里没有这张报表；请从“报表与账簿”进入")
}

// row opens a number of a form: which accounts, of which books and to whose name, add up to it.
func (p *pages) row(c *shell.Ctx) error {
	a, err := p.ask(c)
	if err != nil {
		return err
	}
	if a.found, err = p.s.Find(c.Context(), a.query); err != nil {
		return err
	}
	set, err := a.set()
	if err != nil {
		return err
	}
	col, err := strconv.Atoi(c.Query("col"))
	if err != nil {
		col = -1
	}
	row, layout, pieces, err := p.s.RowPieces(c.Context(), set, a.query.Period, a.kind.Code, c.Query("line"), col, a.opts)
	if err != nil {
		return err
	}
	sum, err := statement.SumOf(pieces)
	if err != nil {
		return err
	}
	v := rowPage{Title: strings.TrimSpace(row.Label), Value: sum.String(), Formula: explain(layout, row), Of: layout.Title + " 第 " + row.Line + " 行 · " + set.Org + " · " + a.query.Period.Chinese()}
	if v.Table, err = p.piecesTable(c, a, set, pieces); err != nil {
		return err
	}
	if slices.ContainsFunc(pieces, func(x statement.Piece) bool { return x.Across }) {
		v.Note = "分配各行按收益分配凭证中对应的科目归集；点科目看收益分配科目的分录。"
	}
	body := rowBody(v)
	if c.Partial() {
		return c.Render(body)
	}
	view := c.PageOf(v.Title, ui.Link{Label: "报表与账簿", Href: "/reports"}, ui.Link{Label: layout.Title, Href: a.href(a.kind.Code, "")}, ui.Link{Label: v.Title})
	return c.Page(view, pageOf(body))
}

// explain says a row's formula with the names of what it adds up.
func explain(l *statement.Layout, row *statement.FormRow) string {
	names := map[string]string{}
	for _, x := range ledger.Chart(l.Chart) {
		names[x.Code] = x.Name
	}
	var b strings.Builder
	rest := row.Formula
	for rest != "" {
		i := strings.IndexFunc(rest, func(r rune) bool { return r >= '0' && r <= '9' })
		if i < 0 {
			b.WriteString(rest)
			break
		}
		j := i + strings.IndexFunc(rest[i:]+"+", func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		word := rest[i:j]
		line := strings.HasSuffix(rest[:i], "行")
		b.WriteString(rest[:i] + word)
		if line {
			if r, ok := l.Row(word); ok {
				b.WriteString(" " + trimLabel(r.Label))
			}
		} else if n := names[word]; n != "" {
			b.WriteString(" " + n)
		}
		rest = rest[j:]
	}
	return strings.NewReplacer("+", " ＋ ", "-", " － ").Replace(b.String())
}

// trimLabel drops 加：, 减： and numbering from a label.
func trimLabel(s string) string {
	for _, cut := range []string{"加：", "减：", "、", "．"} {
		if _, after, ok := strings.Cut(s, cut); ok {
			s = after
		}
	}
	return s
}

func (p *pages) piecesTable(c *shell.Ctx, a *ask, set *statement.Set, list []statement.Piece) (ui.Table, error) {
	t := ui.Table{Caption: "构成", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "科目"}, {Label: "金额", Align: ui.Right}}}
	names, err := p.accountNames(c, set, list)
	if err != nil {
		return t, err
	}
	holders, err := p.holders(c, list)
	if err != nil {
		return t, err
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y statement.Piece) int { return cmp.Compare(y.Fen.Abs(), x.Fen.Abs()) })
	for _, x := range list {
		label := x.Account + " " + names[x.Books][x.Account]
		sub := ""
		if b := set.BooksOf(x.Books); b != nil && !set.Single {
			sub = b.Name
		}
		if h := holders[holderOf(x)]; h != "" {
			label += " · " + h
		}
		row := ui.Row{Cells: []ui.Cell{{Text: label, Sub: sub, Href: a.behind(x)}, {Text: x.Fen.String()}}}
		if x.Fen < 0 {
			row.Cells[1].Kind = ui.Red
		}
		t.Rows = append(t.Rows, row)
	}
	if len(list) == 0 {
		t.Empty = &ui.EmptyView{Icon: "notes", Title: "没有金额", Text: "这一行的科目没有余额，也没有发生额。"}
	}
	return t, nil
}

// behind is the address of the ledger behind a piece: of the year before for what is an opening.
func (a *ask) behind(x statement.Piece) string {
	q, ok := x.Ledger(a.query.Tenant, a.query.Period)
	if !ok {
		return ""
	}
	more := []string{"books", x.Books.String(), "account", q.Account, "from", "1", "compare", ""}
	if q.Ordinary {
		more = append(more, "ordinary", "1")
	}
	if q.Holder != nil {
		more = append(more, "holder", holderText(*q.Holder))
	}
	return a.href(statement.Ledger, "", more...)
}

func holderOf(x statement.Piece) ledger.Holder {
	if x.Holder == nil {
		return ledger.Holder{Party: -1} // no holder is asked for
	}
	return *x.Holder
}

func holderText(h ledger.Holder) string {
	switch {
	case h.Member != 0:
		return "m" + h.Member.String()
	case h.Party != 0:
		return "p" + h.Party.String()
	}
	return "0"
}

func parseHolder(s string) (*ledger.Holder, error) {
	switch {
	case s == "":
		return nil, nil
	case s == "0":
		return &ledger.Holder{}, nil
	}
	id, err := ids.Parse(s[1:])
	if err != nil || s[0] != 'm' && s[0] != 'p' {
		return nil, errs.New(errs.NotFound, "report.holder", "没有找到这个往来单位或成员户")
	}
	if s[0] == 'm' {
		return &ledger.Holder{Member: id}, nil
	}
	return &ledger.Holder{Party: id}, nil
}

// holders names to whom the pieces stand.
func (p *pages) holders(c *shell.Ctx, list []statement.Piece) (map[ledger.Holder]string, error) {
	out := map[ledger.Holder]string{}
	var parties, members []ids.ID
	for _, x := range list {
		if x.Holder == nil {
			continue
		}
		out[*x.Holder] = "未指明对象"
		if x.Holder.Member != 0 {
			members = append(members, x.Holder.Member)
		} else if x.Holder.Party != 0 {
			parties = append(parties, x.Holder.Party)
		}
	}
	for kind, want := range map[string][]ids.ID{"party": parties, "member": members} {
		n, ok := p.env.Noun(kind)
		if !ok || len(want) == 0 {
			continue
		}
		slices.Sort(want)
		names, err := n.Names(c.Context(), p.read(), c.Tenant, slices.Compact(want))
		if err != nil {
			return nil, err
		}
		for id, name := range names {
			if kind == "party" {
				out[ledger.Holder{Party: id}] = name
			} else {
				out[ledger.Holder{Member: id}] = name
			}
		}
	}
	return out, nil
}

// accountNames are the names of the pieces' accounts by books; 0 holds those of the chart.
func (p *pages) accountNames(c *shell.Ctx, set *statement.Set, list []statement.Piece) (map[ids.ID]map[string]string, error) {
	out := map[ids.ID]map[string]string{}
	for _, x := range list {
		if out[x.Books] != nil {
			continue
		}
		accounts, err := ledger.Accounts(c.Context(), p.read(), set.Tenant, x.Books)
		if err != nil {
			return nil, err
		}
		out[x.Books] = map[string]string{}
		for _, acc := range accounts {
			out[x.Books][acc.Code] = acc.Name
		}
	}
	return out, nil
}

// account opens an account of several books: what each of them adds.
func (p *pages) account(c *shell.Ctx) error {
	a, err := p.ask(c)
	if err != nil {
		return err
	}
	if a.found, err = p.s.Find(c.Context(), a.query); err != nil {
		return err
	}
	set, err := a.set()
	if err != nil {
		return err
	}
	name := ""
	for _, x := range ledger.Chart(set.Chart) {
		if x.Code == a.opts.Account {
			name = x.Name
		}
	}
	if name == "" {
		return errs.New(errs.NotFound, "report.account", "没有这个科目；请从报表进入")
	}
	sums, err := ledger.Sums(c.Context(), p.read(), set.Tenant, ledger.SumsQuery{Books: ledgerIDs(set), From: a.query.Period.From, To: a.query.Period.To, Account: a.opts.Account})
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "各账套", Unit: "元", Dense: true, KeepGrid: true, Freeze: true, Columns: []ui.Column{
		{Label: "账套"}, {Label: "期初"}, {Label: "本期借方", Align: ui.Right}, {Label: "本期贷方", Align: ui.Right}, {Label: "期末"},
	}}
	t.Columns[1].Align, t.Columns[4].Align = ui.Right, ui.Right
	var total [4]money.Fen
	for i := range set.Books {
		b := &set.Books[i]
		var x [4]money.Fen
		for j := range sums {
			if s := &sums[j]; s.Books == b.ID {
				before := s.Opening + s.Before.Net()
				x[0] += before
				x[1] += s.Period.Debit
				x[2] += s.Period.Credit
				x[3] += before + s.Period.Net()
			}
		}
		if x == [4]money.Fen{} {
			continue
		}
		for k := range x {
			total[k] += x[k]
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: b.Name, Href: a.href(statement.Ledger, "", "books", b.ID.String(), "account", a.opts.Account)},
			ui.T(sided(x[0])), ui.T(blank(x[1])), ui.T(blank(x[2])), ui.T(sided(x[3])),
		}})
	}
	t.Foot = []ui.Cell{ui.T("合计"), ui.T(sided(total[0])), ui.T(blank(total[1])), ui.T(blank(total[2])), ui.T(sided(total[3]))}
	title := a.opts.Account + " " + name
	v := c.PageOf(title, ui.Link{Label: "报表与账簿", Href: "/reports"}, ui.Link{Label: a.kind.Label, Href: a.href(a.kind.Code, "")}, ui.Link{Label: title})
	v.Subtitle = set.Org + " " + a.query.Period.Chinese()
	return c.Page(v, accountBody(t))
}

func ledgerIDs(set *statement.Set) []ids.ID {
	out := make([]ids.ID, len(set.Books))
	for i := range set.Books {
		out[i] = set.Books[i].ID
	}
	return out
}

func sided(f money.Fen) string {
	if f == 0 {
		return "平"
	}
	return statement.Side(f) + " " + f.Abs().String()
}

func blank(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}
