package bank

import (
	"cmp"
	"context"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// The four lists of items in transit (未达账项).
const (
	BankIn  = "bank_in"  // 银行已收、单位未收
	BankOut = "bank_out" // 银行已付、单位未付
	BookIn  = "book_in"  // 单位已收、银行未收
	BookOut = "book_out" // 单位已付、银行未付
)

// ItemLists are the lists with their Chinese titles.
var ItemLists = []struct{ Code, Label string }{
	{BankIn, "银行已收、单位未收"}, {BankOut, "银行已付、单位未付"}, {BookIn, "单位已收、银行未收"}, {BookOut, "单位已付、银行未付"},
}

// Item is an item in transit: a statement line that the books do not have by the day, or an entry that the bank does not
// have. Fen is its amount without sign.
type Item struct {
	List         string
	Day          date.Date
	Title, DocNo string
	Fen          money.Fen
	Line         ids.ID
	Voucher      ids.ID
	LineNo       int
}

// Position is how an account stands at the end of a day, in the books and at the bank. What is adjusted is each balance
// with what only the other side has. StartGap is what stood in the books less what stood at the bank before the first
// statement, as far as no entry of then explains it; Missing is what the bank's balances moved without a line: a gap in
// the statements. BookAdjusted less BankAdjusted is StartGap less Missing.
type Position struct {
	Account                    *Account
	Start, End, LastLine       date.Date
	Book, Bank                 money.Fen
	Items                      []Item
	BookAdjusted, BankAdjusted money.Fen
	StartGap, Missing          money.Fen

	lines   []Line  // in no match
	entries []Entry // in no match, and not early
	early   []Entry // in no match and early
}

// Difference is what the adjusted balances differ by.
func (p *Position) Difference() money.Fen { return p.BookAdjusted - p.BankAdjusted }

// Sum adds up one list.
func (p *Position) Sum(list string) money.Fen {
	var sum money.Fen
	for i := range p.Items {
		if p.Items[i].List == list {
			sum += p.Items[i].Fen
		}
	}
	return sum
}

// Of lists the items of one list.
func (p *Position) Of(list string) []Item {
	var out []Item
	for _, x := range p.Items {
		if x.List == list {
			out = append(out, x)
		}
	}
	return out
}

// startOf is the day from which an account is reconciled; no date when it has no statement.
func startOf(ctx context.Context, q db.Q, a *Account) (date.Date, error) {
	if !a.Start.IsZero() {
		return a.Start, nil
	}
	first, err := firstAfter(ctx, q, a.Tenant, a.ID, date.Date{})
	if err != nil || first == nil {
		return date.Date{}, err
	}
	return first.Day.YearMonth().First(), nil
}

// noStatement says that there is nothing to reconcile with.
func noStatement() error {
	return errs.New(errs.State, "bank.no_statement", "这个账户还没有对账单，请先导入")
}

// PositionAt compares an account's books with its statements at the end of a day. An account without statements, or one
// that is reconciled from a later day, gives an error of kind State.
func (s *Service) PositionAt(ctx context.Context, q db.Q, a *Account, end date.Date) (*Position, error) {
	start, err := startOf(ctx, q, a)
	switch {
	case err != nil:
		return nil, err
	case start.IsZero():
		return nil, noStatement()
	case end.Before(start):
		return nil, errs.New(errs.State, "bank.before_start", "账户从 %s 起对账，%s 还没有对账单", start, end)
	}
	p := &Position{Account: a, Start: start, End: end}
	linked, err := links(ctx, q, a.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	open, err := unfinished(ctx, q, a.Tenant, a.ID, end)
	if err != nil {
		return nil, err
	}
	if err := p.bankSide(ctx, q, linked, open); err != nil {
		return nil, err
	}
	if err := s.bookSide(ctx, q, p, linked, open); err != nil {
		return nil, err
	}
	return p, p.adjust()
}

// bankSide reads the statement lines: what stands at the bank, and which lines the books lack.
func (p *Position) bankSide(ctx context.Context, q db.Q, linked linked, open map[ids.ID]bool) error {
	a := p.Account
	lines, err := linesBetween(ctx, q, a.Tenant, a.ID, p.Start, p.End)
	if err != nil {
		return err
	}
	before, err := lastBefore(ctx, q, a.Tenant, a.ID, p.Start)
	if err != nil {
		return err
	}
	var opening money.Fen
	switch {
	case before != nil:
		opening = before.Balance
	case len(lines) > 0:
		opening = lines[0].Balance - lines[0].Fen()
	default: // the first line comes later: until then its opening stood
		after, err := firstAfter(ctx, q, a.Tenant, a.ID, p.End)
		if err != nil {
			return err
		}
		if after == nil {
			return noStatement()
		}
		opening = after.Balance - after.Fen()
	}
	p.Bank, p.StartGap = opening, opening.Neg()
	moved := opening
	for i := range lines {
		l := &lines[i]
		if moved, err = money.Add(moved, l.Fen()); err != nil {
			return err
		}
		p.Bank, p.LastLine = l.Balance, l.Day
		match, matched := linked.lines[l.ID]
		if matched && !open[match] {
			continue
		}
		p.Items = append(p.Items, lineItem(l))
		if !matched {
			p.lines = append(p.lines, *l)
		}
	}
	p.Missing = p.Bank - moved
	return nil
}

func lineItem(l *Line) Item {
	x := Item{List: BankIn, Day: l.Day, Title: cmp.Or(l.Counterparty, l.Description, "（无摘要）"), DocNo: cmp.Or(l.Serial, l.No), Fen: l.Fen().Abs(), Line: l.ID}
	if l.Counterparty != "" && l.Description != "" {
		x.Title += "　" + l.Description
	}
	if l.Fen() < 0 {
		x.List = BankOut
	}
	return x
}

// bookSide reads the entries: what stands in the books, and which entries the bank lacks.
func (s *Service) bookSide(ctx context.Context, q db.Q, p *Position, linked linked, open map[ids.ID]bool) error {
	a := p.Account
	r, err := RuleAt(ctx, q, a.Tenant, a.Region)
	if err != nil {
		return err
	}
	from := p.Start.AddDays(-r.EarlyDays)
	for _, x := range linked.entries {
		if x.day.Before(from) {
			from = x.day
		}
	}
	moves, err := ledger.MovementsOf(ctx, q, a.Tenant, a.Books, a.Ledger, from, p.End)
	if err != nil {
		return err
	}
	if p.Book, err = ledger.PostedAt(ctx, q, a.Tenant, a.Books, a.Ledger, p.End); err != nil {
		return err
	}
	before, err := ledger.PostedAt(ctx, q, a.Tenant, a.Books, a.Ledger, p.Start.AddDays(-1))
	if err != nil {
		return err
	}
	p.StartGap += before
	for _, x := range linked.entries {
		if x.day.Before(p.Start) {
			p.StartGap -= x.fen
		}
	}
	for i := range moves {
		e := Entry{Movement: moves[i], Early: moves[i].Date.Before(p.Start)}
		at, matched := linked.entries[e.Key()]
		switch {
		case matched && open[at.match]:
			p.Items = append(p.Items, entryItem(&e))
		case matched:
		case e.Early:
			p.early = append(p.early, e)
		default:
			p.Items = append(p.Items, entryItem(&e))
			p.entries = append(p.entries, e)
		}
	}
	return nil
}

func entryItem(e *Entry) Item {
	x := Item{List: BookIn, Day: e.Date, Title: e.Summary, DocNo: e.FullNo, Fen: e.Fen.Abs(), Voucher: e.Voucher, LineNo: e.LineNo}
	if e.Fen < 0 {
		x.List = BookOut
	}
	return x
}

// adjust adds to each balance what only the other side has.
func (p *Position) adjust() error {
	slices.SortStableFunc(p.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(listOrder(a.List), listOrder(b.List)), a.Day.Compare(b.Day), cmp.Compare(a.Voucher, b.Voucher), cmp.Compare(a.LineNo, b.LineNo), cmp.Compare(a.Line, b.Line))
	})
	book, bank := []money.Fen{p.Book}, []money.Fen{p.Bank}
	for i := range p.Items {
		switch x := &p.Items[i]; x.List {
		case BankIn:
			book = append(book, x.Fen)
		case BankOut:
			book = append(book, x.Fen.Neg())
		case BookIn:
			bank = append(bank, x.Fen)
		default:
			bank = append(bank, x.Fen.Neg())
		}
	}
	var err error
	if p.BookAdjusted, err = money.Sum(book...); err != nil {
		return err
	}
	p.BankAdjusted, err = money.Sum(bank...)
	return err
}

func listOrder(code string) int {
	return slices.IndexFunc(ItemLists, func(l struct{ Code, Label string }) bool { return l.Code == code })
}
