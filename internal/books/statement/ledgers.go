package statement

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// LineKind says what a line of a ledger is.
type LineKind uint8

// The kinds of line.
const (
	OpeningLine LineKind = iota // 上年结转, 期初余额
	EntryLine
	DayLine     // 本日合计
	MonthLine   // 本月合计
	YearLine    // 本年累计
	ForwardLine // 承前页
	CarryLine   // 过次页
)

// Line is one line of a ledger in three columns. Balance is debits less credits after it. Month and Year are what had
// moved since the month's and the year's first day, for what is carried over to the next page.
type Line struct {
	Kind          LineKind
	Entry         ledger.Entry
	Contra        string // 对方科目, in day books
	Label         string
	Debit, Credit money.Fen
	Balance       money.Fen
	Month, Year   Movement
}

// Movement is debits and credits.
type Movement struct{ Debit, Credit money.Fen }

func (m *Movement) add(debit, credit money.Fen) { m.Debit += debit; m.Credit += credit }

// Side is the word for the side of a balance: 借, 贷 or 平.
func Side(f money.Fen) string {
	switch {
	case f > 0:
		return "借"
	case f < 0:
		return "贷"
	}
	return "平"
}

// LedgerQuery asks for a ledger of one account of one books.
type LedgerQuery struct {
	Tenant int64
	ledger.EntryFilter
	Period Period
	Daily  bool             // 本日合计, for day books
	After  *ledger.EntryKey // where the page before ended
	Limit  int              // entries to a page
}

// LedgerPage is a page of a ledger. Next is nil on the last one.
type LedgerPage struct {
	Lines   []Line
	Entries int
	Next    *ledger.EntryKey
}

// maxWhole is how many entries are put into one print or file at most.
const maxWhole = 50_000

// Whole returns a ledger of a period in one piece; one that is too long to print at once is refused.
func (s *Service) Whole(ctx context.Context, q LedgerQuery) (*LedgerPage, error) {
	q.After, q.Limit = nil, maxWhole
	page, err := s.Page(ctx, q)
	if err == nil && page.Next != nil {
		return nil, errs.New(errs.Invalid, "report.too_long", "科目 %s 在 %s 的分录超过 %d 笔，请缩短期间或按明细科目打印", q.Account, q.Period.Chinese(), maxWhole)
	}
	return page, err
}

// Page returns one page of a ledger: from the balance brought forward to the one carried over, with the totals of every
// day (when asked for) and month that ends on it. It reads the balances up to its first month, and the entries of the
// months that it shows.
func (s *Service) Page(ctx context.Context, q LedgerQuery) (*LedgerPage, error) {
	if err := q.Period.Check(); err != nil {
		return nil, err
	}
	months, err := ledger.MonthsOf(ctx, s.q, q.Tenant, q.EntryFilter, q.Period.To)
	if err != nil {
		return nil, err
	}
	if q.Ordinary {
		for i := range months {
			m := &months[i].Moves
			*m = ledger.Moves{Debit: m.Debit - m.ClosingDebit, Credit: m.Credit - m.ClosingCredit}
		}
	}
	w := &writer{s: s, q: q}
	if err := w.start(ctx, months); err != nil {
		return nil, err
	}
	for _, m := range months {
		if m.Month < w.from || w.full {
			continue
		}
		if err := w.month(ctx, m); err != nil {
			return nil, err
		}
	}
	if q.Daily {
		if err := s.contras(ctx, q.Tenant, w.page.Lines); err != nil {
			return nil, err
		}
	}
	return &w.page, nil
}

// maxContra is how many accounts of the other side a line of a day book names.
const maxContra = 2

// contras finds the accounts on the other side of each entry's voucher: where the money came from and went.
func (s *Service) contras(ctx context.Context, tenant int64, lines []Line) error {
	var vouchers []ids.ID
	for i := range lines {
		if l := &lines[i]; l.Kind == EntryLine && !slices.Contains(vouchers[max(len(vouchers)-1, 0):], l.Entry.Voucher) {
			vouchers = append(vouchers, l.Entry.Voucher)
		}
	}
	accounts, err := ledger.AccountsOfVouchers(ctx, s.q, tenant, vouchers)
	if err != nil {
		return err
	}
	for i := range lines {
		if l := &lines[i]; l.Kind == EntryLine {
			l.Contra = contra(accounts[l.Entry.Voucher], l.Debit != 0)
		}
	}
	return nil
}

// contra names the accounts on the other side of a debit or credit.
func contra(list []ledger.VoucherAccount, debit bool) string {
	var names []string
	for _, x := range list {
		if name := x.Account + " " + x.Name; x.Debit != debit && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > maxContra {
		return names[0] + " 等 " + strconv.Itoa(len(names)) + " 个科目"
	}
	return strings.Join(names, "、")
}

// writer lays out a ledger page line by line.
type writer struct {
	s       *Service
	q       LedgerQuery
	page    LedgerPage
	from    date.Month // the month that the page begins in
	balance money.Fen
	day     Movement
	days    date.Date
	moved   Movement // in the month
	year    Movement
	full    bool
}

func (w *writer) start(ctx context.Context, months []ledger.MonthSum) error {
	w.from = w.q.Period.From
	if w.q.After != nil {
		w.from = w.q.After.Date.YearMonth()
	}
	january := date.Month(w.q.Period.Year()*100 + 1)
	for _, m := range months {
		if m.Month >= w.from {
			break
		}
		w.balance += m.Net()
		if m.Month >= january {
			w.year.add(m.Debit, m.Credit)
		}
	}
	if w.q.After == nil {
		label := "期初余额"
		if w.from == january {
			label = "上年结转"
		}
		w.line(Line{Kind: OpeningLine, Label: label})
		return nil
	}
	debit, credit, err := ledger.MovedUpTo(ctx, w.s.q, w.q.Tenant, w.q.EntryFilter, *w.q.After)
	if err != nil {
		return err
	}
	w.balance += debit - credit
	w.moved.add(debit, credit)
	w.year.add(debit, credit)
	w.line(Line{Kind: ForwardLine, Label: "承前页", Debit: w.year.Debit, Credit: w.year.Credit})
	return nil
}

func (w *writer) line(l Line) {
	l.Balance, l.Month, l.Year = w.balance, w.moved, w.year
	w.page.Lines = append(w.page.Lines, l)
}

// month adds a month's entries and, when it has shown the last of them, its totals.
func (w *writer) month(ctx context.Context, m ledger.MonthSum) error {
	after := w.q.After
	if after != nil && after.Date.YearMonth() != m.Month {
		after = nil
	}
	if after == nil {
		w.moved = Movement{}
	}
	room := w.q.Limit - w.page.Entries
	list, err := ledger.EntriesOf(ctx, w.s.q, w.q.Tenant, w.q.EntryFilter, m.Month, after, room+1)
	if err != nil {
		return err
	}
	more := len(list) > room
	if more {
		list = list[:room]
	}
	if len(list) == 0 && !more && after == nil && (m.Debit != 0 || m.Credit != 0) {
		w.opened(m)
		return nil
	}
	for i := range list {
		w.entry(&list[i])
	}
	if more {
		w.full, w.page.Next = true, w.lastKey()
		w.line(Line{Kind: CarryLine, Label: "过次页", Debit: w.year.Debit, Credit: w.year.Credit})
		return nil
	}
	w.endDay()
	if len(list) > 0 { // none: the page before ended with the month's last entry and showed its totals
		w.line(Line{Kind: MonthLine, Label: "本月合计", Debit: w.moved.Debit, Credit: w.moved.Credit})
		w.line(Line{Kind: YearLine, Label: "本年累计", Debit: w.year.Debit, Credit: w.year.Credit})
	}
	return nil
}

// opened adds what had moved in the year before the books began: it came in as a sum without entries.
func (w *writer) opened(m ledger.MonthSum) {
	w.balance += m.Net()
	w.year.add(m.Debit, m.Credit)
	w.line(Line{Kind: OpeningLine, Label: "建账前本年发生额", Debit: m.Debit, Credit: m.Credit})
}

func (w *writer) lastKey() *ledger.EntryKey {
	for _, l := range slices.Backward(w.page.Lines) {
		if l.Kind == EntryLine {
			k := l.Entry.Key()
			return &k
		}
	}
	return w.q.After
}

func (w *writer) entry(e *ledger.Entry) {
	if w.days != e.Date {
		w.endDay()
		w.days, w.day = e.Date, Movement{}
	}
	w.page.Entries++
	w.balance += e.Debit - e.Credit
	w.day.add(e.Debit, e.Credit)
	w.moved.add(e.Debit, e.Credit)
	w.year.add(e.Debit, e.Credit)
	w.line(Line{Kind: EntryLine, Entry: *e, Debit: e.Debit, Credit: e.Credit})
}

// endDay adds the day's total to a day book. A day that began on the page before has its total from there on.
func (w *writer) endDay() {
	if w.q.Daily && !w.days.IsZero() {
		w.line(Line{Kind: DayLine, Label: "本日合计", Debit: w.day.Debit, Credit: w.day.Credit})
	}
	w.days = date.Date{}
}

// Sheaf divides a whole ledger into printed pages of so many rows: each but the first begins with what was brought
// forward, each but the last ends with what is carried over, from the month's or the year's first day.
func Sheaf(lines []Line, rows int, byMonth bool) [][]Line {
	over := func(l Line, kind LineKind, label string) Line {
		m := l.Year
		if byMonth {
			m = l.Month
		}
		return Line{Kind: kind, Label: label, Debit: m.Debit, Credit: m.Credit, Balance: l.Balance, Month: l.Month, Year: l.Year}
	}
	var out [][]Line
	var page []Line
	for len(lines) > 0 {
		room := rows - len(page)
		if len(lines) <= room {
			page = append(page, lines...)
			break
		}
		page = append(page, lines[:room-1]...)
		last := lines[room-2]
		out = append(out, append(page, over(last, CarryLine, "过次页")))
		page, lines = []Line{over(last, ForwardLine, "承前页")}, lines[room-1:]
	}
	return append(out, page)
}

// general makes the 总账: every account's months with their totals, from the balances alone. Without an account all of
// level 1 are shown.
func (s *Service) general(ctx context.Context, set *Set, p Period, code string) (*Sheet, error) {
	list, err := s.accounts(ctx, set)
	if err != nil {
		return nil, err
	}
	if code != "" && !slices.ContainsFunc(list, func(a account) bool { return a.Code == code }) {
		return nil, errs.New(errs.NotFound, "report.account", "没有科目 %s；请从科目余额表选择", code)
	}
	out := newSheet(set, p, General)
	out.Columns = []Column{{Label: "月份", Width: 12}, {Label: "摘要"}, {Label: "借方", Kind: Amount}, {Label: "贷方", Kind: Amount}, {Label: "方向", Width: 6}, {Label: "余额", Kind: Amount}}
	for _, a := range list {
		if code != "" && a.Code != code || code == "" && a.level > 1 {
			continue
		}
		rows, err := s.generalOf(ctx, set, p, a)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, rows...)
	}
	return out, nil
}

// generalOf are the lines of one account, none when it never moved.
func (s *Service) generalOf(ctx context.Context, set *Set, p Period, a account) ([]Row, error) {
	moved := map[date.Month]ledger.Moves{}
	for _, id := range set.ids() {
		months, err := ledger.MonthsOf(ctx, s.q, set.Tenant, ledger.EntryFilter{Books: id, Account: a.Code}, p.To)
		if err != nil {
			return nil, err
		}
		for _, m := range months {
			moved[m.Month] = moved[m.Month].Plus(m.Moves)
		}
	}
	if len(moved) == 0 {
		return nil, nil
	}
	var balance money.Fen
	var year Movement
	for m, x := range moved {
		if m < p.From {
			balance += x.Net()
			if m >= p.YearToDate().From {
				year.add(x.Debit, x.Credit)
			}
		}
	}
	row := func(month, label, style string, cells ...Cell) Row {
		return Row{Code: a.Code, Label: a.Name, Style: style, Cells: append(append([]Cell{text(month), text(label)}, cells...), text(Side(balance)), fen(balance.Abs()))}
	}
	label := "期初余额"
	if p.From == p.YearToDate().From {
		label = "上年结转"
	}
	out := []Row{row("", label, Heading, Cell{}, Cell{})}
	for m := p.From; m <= p.To; m++ {
		x, ok := moved[m]
		if !ok {
			continue
		}
		balance += x.Net()
		year.add(x.Debit, x.Credit)
		label := "本月合计"
		if set.Single && m < set.Books[0].From { // came in as a sum, before the books' first month
			label = "建账前本年发生额"
		}
		out = append(out, row(m.String(), label, Plain, fen(x.Debit), fen(x.Credit)), row("", "本年累计", Subtotal, fen(year.Debit), fen(year.Credit)))
	}
	return out, nil
}

// ledgerAccount is what a ledger's column of accounts shows.
func ledgerAccount(kind string) string {
	if kind == Journal {
		return "对方科目"
	}
	return "科目"
}

// LedgerSheet puts a ledger's lines into a sheet.
func LedgerSheet(set *Set, p Period, kind string, lines []Line) *Sheet {
	out := newSheet(set, p, kind)
	out.Columns = []Column{
		{Label: "日期", Width: 12},
		{Label: "凭证号", Width: 18},
		{Label: "摘要", Width: 34},
		{Label: ledgerAccount(kind), Width: 22},
		{Label: "借方", Kind: Amount},
		{Label: "贷方", Kind: Amount},
		{Label: "方向", Width: 6},
		{Label: "余额", Kind: Amount},
	}
	for i := range lines {
		l := &lines[i]
		r := Row{Style: Subtotal, Cells: []Cell{{}, {}, text(l.Label), {}, fen(l.Debit), fen(l.Credit), text(Side(l.Balance)), fen(l.Balance.Abs())}}
		switch l.Kind {
		case EntryLine:
			e := &l.Entry
			r.Style = Plain
			r.Cells[0], r.Cells[1], r.Cells[2], r.Cells[3] = text(e.Date.String()), text(e.FullNo), text(e.Summary), text(strings.TrimSpace(e.Account+" "+e.AccountName))
			if kind == Journal {
				r.Cells[3] = text(l.Contra)
			}
		case OpeningLine:
			if l.Debit == 0 && l.Credit == 0 {
				r.Cells[4], r.Cells[5] = Cell{}, Cell{}
			}
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// AccountOf returns an account of books by its code.
func (s *Service) AccountOf(ctx context.Context, tenant int64, books ids.ID, code string) (*ledger.Account, error) {
	list, err := ledger.Accounts(ctx, s.q, tenant, books)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(a ledger.Account) bool { return a.Code == code })
	if i < 0 {
		return nil, errs.New(errs.NotFound, "report.account", "账套里没有科目 %s；请从科目余额表选择", strconv.Quote(code))
	}
	return &list[i], nil
}
