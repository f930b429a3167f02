package statement

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// facts are what the formulas of one set and period read.
type facts struct {
	set    *Set
	period Period
	chart  map[string]*ledger.Account
	sums   []ledger.AccountSum
	// parts are the details of the two-sided accounts that the terms split: what stands to one member's or party's name
	// on one sub-account of one books. What is to nobody's name makes one detail of each sub-account.
	parts  map[string][]ledger.Part
	across []ledger.Opposite // what stood against the result and its distribution
	names  map[ids.ID]map[string]string
}

// look says which column of a form is read.
type look uint8

const (
	lookYear   look = iota // up to the end of the period; what moved counts from the year's first day
	lookStart              // balances on the year's first day
	lookPeriod             // what moved in the period alone
)

// needs are what a form's terms read beside the balances.
type needs struct {
	parts  []string // accounts that are split by their details
	across bool
	names  []string // accounts whose sub-accounts are chosen by name
}

func needsOf(lists ...[]Term) needs {
	var n needs
	for _, terms := range lists {
		for _, t := range terms {
			switch {
			case (t.Source == DebitParts || t.Source == CreditParts) && !slices.Contains(n.parts, t.Codes):
				n.parts = append(n.parts, t.Codes)
			case t.Source == Granted || t.Source == Received:
				n.across = true
			case t.Source == OfAccount && t.Names != "":
				n.names = append(n.names, t.Codes)
			}
		}
	}
	return n
}

// read gathers the facts. byBooks keeps books apart, to say which of them a number comes from.
func (s *Service) read(ctx context.Context, set *Set, p Period, n needs, byBooks bool) (*facts, error) {
	f := &facts{set: set, period: p, chart: chartOf(set.Chart), parts: map[string][]ledger.Part{}, names: map[ids.ID]map[string]string{}}
	var err error
	together := !byBooks && len(n.names) == 0
	f.sums, err = ledger.Sums(ctx, s.q, set.Tenant, ledger.SumsQuery{Books: set.ids(), From: p.From, To: p.To, Together: together})
	if err != nil {
		return nil, err
	}
	for _, code := range n.parts {
		if f.parts[code], err = ledger.PartsOf(ctx, s.q, set.Tenant, set.ids(), code, p.To); err != nil {
			return nil, err
		}
	}
	if n.across {
		if err := s.readAcross(ctx, f); err != nil {
			return nil, err
		}
	}
	for _, code := range n.names {
		found, err := ledger.SubAccounts(ctx, s.q, set.Tenant, set.ids(), code)
		if err != nil {
			return nil, err
		}
		for id, list := range found {
			if f.names[id] == nil {
				f.names[id] = map[string]string{}
			}
			for c, name := range list {
				f.names[id][c] = name
			}
		}
	}
	return f, nil
}

func chartOf(system string) map[string]*ledger.Account {
	out := map[string]*ledger.Account{}
	for _, a := range ledger.Chart(system) {
		out[a.Code] = &a
	}
	return out
}

// readAcross reads what stood against the result accounts in the year. Books that began within the year bring what had
// moved before without vouchers: the part of it that is not the year's carried income counts as other transfers.
func (s *Service) readAcross(ctx context.Context, f *facts) error {
	ytd := f.period.YearToDate()
	list, err := ledger.OppositesOf(ctx, s.q, f.set.Tenant, f.set.ids(), resultAccounts, ytd.From, ytd.To)
	if err != nil {
		return err
	}
	for _, o := range list {
		if a := f.top(o.Account); !ofResult(o.Account) && a != nil && !ofProfit(a.Class) {
			f.across = append(f.across, o)
		}
	}
	for i := range f.set.Books {
		b := &f.set.Books[i]
		if b.From <= ytd.From || b.From.Year() != ytd.Year() || b.From > ytd.To {
			continue
		}
		before := b.From.Prev()
		sums, err := ledger.Sums(ctx, s.q, f.set.Tenant, ledger.SumsQuery{Books: []ids.ID{b.ID}, From: before, To: before})
		if err != nil {
			return err
		}
		o := ledger.Opposite{Books: b.ID, Account: resultAccounts[len(resultAccounts)-1]}
		for _, x := range sums {
			switch a := f.top(x.Account); {
			case ofResult(x.Account):
				o.Debit -= x.Period.Net()
			case a != nil && ofProfit(a.Class):
				o.Debit -= x.Period.ClosingDebit - x.Period.ClosingCredit
			}
		}
		if o.Debit < 0 {
			o.Debit, o.Credit = 0, -o.Debit
		}
		if o.Debit != 0 || o.Credit != 0 {
			f.across = append(f.across, o)
		}
	}
	return nil
}

func ofResult(account string) bool { return under(account, resultAccounts) }

func under(account string, codes []string) bool {
	return slices.ContainsFunc(codes, func(c string) bool { return strings.HasPrefix(account, c) })
}

// top is the account of the chart that an account belongs to, nil when there is none.
func (f *facts) top(account string) *ledger.Account { return f.chart[account[:min(3, len(account))]] }

// Piece is a part of a number: what one account, or one detail of it, adds.
type Piece struct {
	Books   ids.ID
	Account string
	Holder  *ledger.Holder // to whose name it stands, for the details of a two-sided account
	Basis   Basis
	Across  bool // it stood against the result and its distribution within the same vouchers
	Fen     money.Fen
}

// pieces are what a term adds to a number, each with its sign; ok is false where a column has no such number.
func (f *facts) pieces(t Term, at look) (out []Piece, ok bool) {
	if at == lookPeriod && t.Basis != Moved || at == lookPeriod && (t.Source == Granted || t.Source == Received) {
		return nil, false
	}
	basis := t.Basis
	if at == lookStart && basis == Ending {
		basis = Opening
	}
	add := func(p Piece) {
		if p.Fen != 0 {
			p.Fen, p.Basis = p.Fen*money.Fen(t.Times), basis
			out = append(out, p)
		}
	}
	switch t.Source {
	case DebitParts, CreditParts:
		for _, p := range f.parts[t.Codes] {
			fen := p.Ending
			if basis == Opening {
				fen = p.Opening
			}
			if t.Source == CreditParts {
				fen = -fen
			}
			add(Piece{Books: p.Books, Account: p.Account, Holder: &p.Holder, Fen: max(fen, 0)})
		}
	case Granted, Received:
		for _, o := range f.across {
			fen := o.Credit
			if t.Source == Received {
				fen = o.Debit
			}
			if t.Codes != "" && under(o.Account, t.codes()) || t.Codes == "" && !under(o.Account, t.names()) {
				add(Piece{Books: o.Books, Account: o.Account, Across: true, Fen: fen})
			}
		}
	default:
		for i := range f.sums {
			x := &f.sums[i]
			if side := f.reads(t.Atom, x); side != 0 {
				add(Piece{Books: x.Books, Account: x.Account, Fen: money.Fen(side) * amountOf(x, basis, at)})
			}
		}
	}
	return out, true
}

// reads says on which side a term reads an account, 0 when it does not.
func (f *facts) reads(a Atom, x *ledger.AccountSum) int {
	top := f.top(x.Account)
	if top == nil {
		return 0
	}
	switch a.Source {
	case OfAccount:
		if !strings.HasPrefix(x.Account, a.Codes) || a.Names != "" && !f.named(x, a.names()) {
			return 0
		}
		return sideOf(top)
	case Uncarried:
		if ofProfit(top.Class) {
			return -1
		}
	case AllIncome:
		if top.Class == ledger.Income {
			return -1
		}
	case AllExpense:
		if top.Class == ledger.Expense {
			return 1
		}
	}
	return 0
}

// named reports whether an account, or one above it that is no account of the chart, has a name with one of the words.
func (f *facts) named(x *ledger.AccountSum, words []string) bool {
	for code, name := range f.names[x.Books] {
		if strings.HasPrefix(x.Account, code) && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) }) {
			return true
		}
	}
	return false
}

// amountOf is an account's debits less credits.
func amountOf(x *ledger.AccountSum, b Basis, at look) money.Fen {
	switch {
	case b == Opening:
		return x.Opening
	case b == Ending:
		return x.Opening + x.Before.Net() + x.Period.Net()
	case at == lookPeriod:
		return x.Period.Ordinary()
	}
	return x.Before.Plus(x.Period).Ordinary()
}

// value adds up a formula; ok is false where the column has no such number.
func (f *facts) value(terms []Term, at look) (sum money.Fen, ok bool, err error) {
	var all []money.Fen
	for _, t := range terms {
		list, ok := f.pieces(t, at)
		if !ok {
			return 0, false, nil
		}
		for _, p := range list {
			all = append(all, p.Fen)
		}
	}
	sum, err = money.Sum(all...)
	return sum, true, err
}
