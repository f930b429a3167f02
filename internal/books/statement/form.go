package statement

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/region"
)

// Options are what a reader may choose beside books and period.
type Options struct {
	Compare bool   // with the same period of last year
	Account string // of general ledgers
}

// Sheets makes a report of every set of books that a query finds. Subsidiary ledgers and day books come in pages; see
// Page and Whole.
func (s *Service) Sheets(ctx context.Context, q Query, kind string, o Options) ([]*Sheet, *Found, error) {
	found, err := s.Find(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	var out []*Sheet
	for i := range found.Sets {
		sh, err := s.Sheet(ctx, &found.Sets[i], q.Period, kind, o)
		if err != nil {
			return nil, nil, err
		}
		sh.Notes = append(sh.Notes, found.notes()...)
		out = append(out, sh)
	}
	return out, found, nil
}

func (f *Found) notes() []string {
	var out []string
	if len(f.Sets) > 1 {
		var each []string
		for _, s := range f.Sets {
			each = append(each, field.LabelOf(ledger.Entities, s.Entity)+"（"+field.LabelOf(ledger.Charts, s.Chart)+"）"+strconv.Itoa(len(s.Books))+" 个")
		}
		out = append(out, "会计制度不同或核算主体不同的账套分表合并，不混在一张表里："+strings.Join(each, "、"))
	}
	if len(f.Missing) > 0 {
		var names []string
		for _, v := range f.Missing {
			names = append(names, v.Name)
		}
		out = append(out, "没有账套、未列入的村 "+strconv.Itoa(len(names))+" 个："+strings.Join(names, "、"))
	}
	return out
}

// Sheet makes one report of one set.
func (s *Service) Sheet(ctx context.Context, set *Set, p Period, kind string, o Options) (*Sheet, error) {
	switch kind {
	case Trial:
		return s.trial(ctx, set, p)
	case Detail:
		return s.detail(ctx, set, p)
	case General:
		return s.general(ctx, set, p, o.Account)
	case Balance, Income, Statistics:
		l, err := s.LayoutFor(ctx, set.Tenant, kind, set.Chart, p)
		if err != nil {
			return nil, err
		}
		return s.form(ctx, set, p, l, o)
	}
	return nil, errs.New(errs.Invalid, "report.kind", "没有“%s”这种报表", kind)
}

func newSheet(set *Set, p Period, kind string) *Sheet {
	k, _ := KindOf(kind)
	return &Sheet{Kind: kind, Title: k.Label, Chart: set.Chart, Org: set.Org, Period: p, Books: len(set.Books)}
}

// column is one column of a form: whose facts are read, and how.
type column struct {
	facts *facts
	at    look
	title string
}

// form fills in a layout.
func (s *Service) form(ctx context.Context, set *Set, p Period, l *Layout, o Options) (*Sheet, error) {
	cols, err := s.columns(ctx, set, p, l, o)
	if err != nil {
		return nil, err
	}
	out := newSheet(set, p, l.Kind)
	out.Title, out.FormNo, out.Mark, out.Source, out.Left, out.Right = l.Title, l.FormNo, l.Mark, l.Source, l.Left, l.Right
	for _, c := range cols {
		out.Columns = append(out.Columns, Column{Label: c.title, Kind: Amount})
	}
	for i := range l.Rows {
		r, shown, err := fill(&l.Rows[i], cols)
		if err != nil {
			return nil, err
		}
		if shown {
			out.Rows = append(out.Rows, r)
		}
	}
	main := cols[slices.IndexFunc(cols, func(c column) bool { return c.at == lookYear })]
	for _, c := range l.Checks {
		left, _, err := main.facts.value(c.Left, main.at)
		if err != nil {
			return nil, err
		}
		right, _, err := main.facts.value(c.Right, main.at)
		if err != nil {
			return nil, err
		}
		out.Checks = append(out.Checks, Equality{c.Label, left, right})
	}
	if err := s.agree(ctx, set, p, l, cols[0].facts, out); err != nil {
		return nil, err
	}
	if p.From.Of() > 1 && l.Kind != BalanceForm {
		out.Notes = append(out.Notes, "分配各行按年初至"+p.To.Chinese()+"累计")
	}
	if last := cols[len(cols)-1]; last.facts != cols[0].facts && len(last.facts.sums) == 0 {
		out.Notes = append(out.Notes, "上年没有采用同一会计制度的账，上年数空白")
	}
	return out, nil
}

// agree adds that a balance sheet's 未分配收益 is what the income statement of the same books comes to.
func (s *Service) agree(ctx context.Context, set *Set, p Period, l *Layout, f *facts, out *Sheet) error {
	if l.Kind != BalanceForm || l.Kept == "" {
		return nil
	}
	other, err := s.LayoutFor(ctx, set.Tenant, IncomeForm, set.Chart, p)
	if err != nil || other.Kept == "" {
		return err
	}
	here, there := l.row(l.Kept), other.row(other.Kept)
	left, _, err := f.value(here.Terms, lookYear)
	if err != nil {
		return err
	}
	g := *f
	if needsOf(there.Terms).across {
		if err := s.readAcross(ctx, &g); err != nil {
			return err
		}
	}
	right, _, err := g.value(there.Terms, lookYear)
	out.Checks = append(out.Checks, Equality{here.Label + "＝" + other.Title + "的年末未分配收益", left, right})
	return err
}

func fill(row *FormRow, cols []column) (Row, bool, error) {
	r := Row{Part: row.Part, Line: row.Line, Label: row.Label, Style: row.Style, Cells: make([]Cell, len(cols))}
	if row.Style == Heading || row.Style == ByHand {
		return r, true, nil
	}
	shown := row.Style != Extra
	for i, c := range cols {
		if len(c.facts.sums) == 0 && i > 0 && c.facts != cols[0].facts {
			continue
		}
		v, ok, err := c.facts.value(row.Terms, c.at)
		if err != nil {
			return r, false, err
		}
		if ok {
			r.Cells[i] = fen(v)
			shown = shown || v != 0
		}
	}
	return r, shown, nil
}

// columns are those of the form, with the period's own amounts in front of the year's when it is not the year.
func (s *Service) columns(ctx context.Context, set *Set, p Period, l *Layout, o Options) ([]column, error) {
	n := l.needs()
	now, err := s.read(ctx, set, p, n, false)
	if err != nil {
		return nil, err
	}
	if l.Kind == BalanceForm {
		out := []column{{now, lookYear, l.Columns[0]}, {now, lookStart, l.Columns[1]}}
		if l.StartFirst {
			slices.Reverse(out)
		}
		if o.Compare {
			then, err := s.read(ctx, set, p.LastYear(), n, false)
			if err != nil {
				return nil, err
			}
			out = append(out, column{then, lookYear, "上年同期末"})
		}
		return out, nil
	}
	then, err := s.read(ctx, set, p.LastYear(), n, false)
	if err != nil {
		return nil, err
	}
	if p.WholeYear() {
		return []column{{now, lookYear, l.Columns[0]}, {then, lookYear, l.Columns[1]}}, nil
	}
	out := []column{{now, lookYear, "本年累计"}, {then, lookYear, "上年同期累计"}}
	if p.From.Of() > 1 {
		title := "本期"
		if p.From == p.To {
			title = "本月"
		}
		out = append(out, column{now, lookPeriod, title})
	}
	return out, nil
}

func (l *Layout) needs() needs {
	var lists [][]Term
	for _, r := range l.Rows {
		lists = append(lists, r.Terms)
	}
	for _, c := range l.Checks {
		lists = append(lists, c.Left, c.Right)
	}
	return needsOf(lists...)
}

// RowPieces says what a number of a form is made of: the pieces, by books, account and detail, add up to it. col is the
// column's index in the sheet.
func (s *Service) RowPieces(ctx context.Context, set *Set, p Period, kind, line string, col int, o Options) (*FormRow, *Layout, []Piece, error) {
	l, err := s.LayoutFor(ctx, set.Tenant, kind, set.Chart, p)
	if err != nil {
		return nil, nil, nil, err
	}
	row, ok := l.Row(line)
	cols, cerr := s.columns(ctx, set, p, l, o)
	if cerr != nil {
		return nil, nil, nil, cerr
	}
	if !ok || col < 0 || col >= len(cols) {
		return nil, nil, nil, errs.New(errs.NotFound, "report.row", "报表里没有这一行或这一列")
	}
	at := cols[col]
	f, err := s.read(ctx, set, at.facts.period, needsOf(row.Terms), true)
	if err != nil {
		return nil, nil, nil, err
	}
	var out []Piece
	for _, t := range row.Terms {
		list, ok := f.pieces(t, at.at)
		if !ok {
			return nil, nil, nil, errs.New(errs.NotFound, "report.row", "这一行在这一列没有数字")
		}
		out = append(out, list...)
	}
	return row, l, out, nil
}

// SumOf adds pieces up.
func SumOf(list []Piece) (money.Fen, error) {
	all := make([]money.Fen, len(list))
	for i := range list {
		all[i] = list[i].Fen
	}
	return money.Sum(all...)
}

// BooksOf returns the books of a set by id, nil when it is not among them.
func (s *Set) BooksOf(id ids.ID) *ledger.Books {
	for i := range s.Books {
		if s.Books[i].ID == id {
			return &s.Books[i]
		}
	}
	return nil
}

// Names lists the names of divisions.
func Names(list []region.Region) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Name
	}
	return out
}

// Ledger is the ledger that shows the entries behind a piece, up to the period's end; for a distribution it is that of
// the account that it was taken from. There is none for books added together.
func (x *Piece) Ledger(tenant int64, p Period) (LedgerQuery, bool) {
	q := LedgerQuery{Tenant: tenant, Period: p.YearToDate(), EntryFilter: ledger.EntryFilter{
		Books: x.Books, Account: x.Account, Holder: x.Holder, Ordinary: x.Basis == Moved && !x.Across,
	}}
	if x.Across {
		q.Account = resultAccounts[len(resultAccounts)-1]
	}
	return q, x.Books != 0
}
